//! Posts over time.

use plaudit_core::{Labels, Result};
use plaudit_insight::{
    DailyCounts, Exposure, SeasonConfig, Series, alerts, bursts, change_points, rates, seasons, trend,
};

use super::BrandConfig;
use super::prepared::Prepared;
use super::report::{Counts, Line, Signal, SignalKind, TimePart};
use super::sentiment::Sentiment;

/// With fewer hits nothing is a signal.
const LEAST_HITS: u64 = 5;

pub(super) fn part(
    prepared: &Prepared,
    sentiment: Option<&Sentiment>,
    config: &BrandConfig,
) -> Result<Option<TimePart>> {
    let Some(calendar) = &prepared.calendar else { return Ok(None) };
    let all = calendar.all.posts().to_vec();
    let of_sign = |sign: f64| -> Result<Option<Line>> {
        let Some(sentiment) = sentiment else { return Ok(None) };
        let hits = calendar.count(|place| sentiment.score(place) * sign > 0.0);
        line(&calendar.series(hits, all.clone())?, Exposure::Posts, config).map(Some)
    };
    let brands = prepared.part.brands.iter().take(config.groups).enumerate().map(|(brand, named)| {
        let own = |place: usize| prepared.brands.get(place).copied().flatten() == Some(brand);
        let negative = sentiment.map(|sentiment| calendar.count(|place| own(place) && sentiment.score(place) < 0.0));
        Counts { name: named.name.clone(), posts: calendar.count(own), negative }
    });
    let sides = if sentiment.is_some() { vec!["positive", "negative", "neither"] } else { vec!["posts"] };
    let side = |place: usize| match sentiment.map(|sentiment| sentiment.score(place)) {
        None => 0,
        Some(score) if score > 0.0 => 0,
        Some(score) if score < 0.0 => 1,
        Some(_) => 2,
    };
    let timed = prepared.posts.iter().enumerate();
    let timed = timed.filter_map(|(place, post)| Some((post.feedback.time?, side(place))));
    let mut settings = SeasonConfig::default();
    (settings.permutations, settings.level, settings.seed) = (config.permutations, config.level, config.seed);
    Ok(Some(TimePart {
        seasons: seasons(&DailyCounts::tally(Labels::new(sides)?, timed)?, &settings)?,
        period: calendar.all.period(),
        from: (0..all.len()).map(|period| calendar.all.name(period)).collect(),
        posts: line(&calendar.all, Exposure::Days, config)?,
        positive: of_sign(1.0)?,
        negative: of_sign(-1.0)?,
        brands: brands.collect(),
    }))
}

/// What became of the hits of a series.
pub(super) fn line(series: &Series, exposure: Exposure, config: &BrandConfig) -> Result<Line> {
    let mut changes = config.changes.clone();
    (changes.exposure, changes.level) = (exposure, config.level);
    let mut watched = config.alerts.clone();
    watched.exposure = Exposure::Days;
    Ok(Line {
        rates: rates(series, config.level)?,
        changes: change_points(series, &changes)?,
        trend: trend(series, exposure, config.level).ok().flatten(), // refused for more than 5,000 periods alone
        alerts: alerts(series, &watched)?,
        bursts: if exposure == Exposure::Posts { bursts(series, &config.bursts)?.bursts } else { Vec::new() },
    })
}

/// What of a line happened after the day `recent`.
pub(super) fn signals(series: &Series, line: &Line, recent: i64) -> Vec<Signal> {
    let lately = |last: usize| series.day(last + 1) > recent;
    let signal =
        |kind, from: &str, until: &str, hits| Signal { kind, from: from.to_owned(), until: until.to_owned(), hits };
    let alerts = line.alerts.alerts.iter().filter(|alert| lately(alert.last));
    let mut found: Vec<Signal> =
        alerts.map(|alert| signal(SignalKind::Alert, &alert.from, &alert.until, alert.hits)).collect();
    let bursts = line.bursts.iter().filter(|burst| lately(burst.last));
    found.extend(bursts.map(|burst| signal(SignalKind::Burst, &burst.from, &burst.until, burst.hits)));
    if let [.., before, last] = &line.changes.segments[..]
        && last.rate > before.rate
        && lately(last.first)
    {
        found.push(signal(SignalKind::Rise, &last.from, &last.until, last.hits));
    }
    found.retain(|signal| signal.hits >= LEAST_HITS);
    found
}

#[cfg(test)]
mod tests {
    use plaudit_insight::Period;

    use super::*;

    /// A month may begin before lately does and be most of it.
    #[test]
    fn a_rise_in_a_month_that_began_before_is_lately() {
        let mut hits = vec![2; 36];
        hits[35] = 90;
        let series = Series::new(Period::Month, 0, hits, vec![100; 36]).unwrap(); // January 1970 to December 1972
        let found = |recent| {
            let line = line(&series, Exposure::Posts, &BrandConfig::default()).unwrap();
            signals(&series, &line, recent).iter().filter(|signal| signal.kind == SignalKind::Rise).count()
        };
        let end = series.day(36);
        assert_eq!([found(end - 28), found(end), found(end - 31)], [1, 0, 1]);
    }
}

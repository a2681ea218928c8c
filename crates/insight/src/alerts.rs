//! Days on which there is far more than the past lets expect.

use plaudit_core::{Error, Result};
use plaudit_stats::negative_binomial_sf;
use serde::{Deserialize, Serialize};

use crate::Period;
use crate::series::{Cell, Exposure, Series};

/// How much of the mean of all days stands beside the hits of one weekday, in hits.
const PRIOR: f64 = 10.0;

/// When a count raises an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct AlertConfig {
    /// What the hits are held against. By default days: an alert is raised by many hits, whatever else was said.
    pub exposure: Exposure,
    /// The periods of the past that say what to expect, 7 to 1,000. By default 56: eight weeks of days.
    pub window: usize,
    /// The latest periods that do not, 0 to 1,000, so that what grows slowly does not become what is expected. By default 7.
    pub guard: usize,
    /// The least periods with exposure that a window must have, 4 to `window`. By default 28.
    pub least: usize,
    /// How rare a count must be, above 0 and at most 0.1: the probability of as many hits or more. By default 0.001, one alert in 1,000 quiet
    /// periods.
    pub probability: f64,
}

impl Default for AlertConfig {
    fn default() -> Self {
        Self { exposure: Exposure::Days, window: 56, guard: 7, least: 28, probability: 0.001 }
    }
}

impl AlertConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let Self { window, guard, least, probability, .. } = *self;
        if !(7..=1_000).contains(&window) {
            faults.push(format!("window: {window}; expected 7 to 1000"));
        }
        if guard > 1_000 {
            faults.push(format!("guard: {guard}; expected 0 to 1000"));
        }
        if least < 4 || least > window {
            faults.push(format!("least: {least}; expected 4 to window"));
        }
        if !(probability > 0.0 && probability <= 0.1) {
            faults.push(format!("probability: {probability}; expected above 0 and at most 0.1"));
        }
        Error::from_faults(faults)
    }
}

/// What was watched, and what it said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alerts {
    /// The number of periods that could be judged.
    pub judged: usize,
    /// The number of periods that could not: too little past, or no exposure.
    pub not_judged: usize,
    /// The alerts, in the order of time.
    pub alerts: Vec<Alert>,
}

/// Periods in a row, of those judged, of which each has far more hits than expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// Its first period, counted from 0.
    pub first: usize,
    /// Its last period.
    pub last: usize,
    /// The date of its first day.
    pub from: String,
    /// The date of the first day after it.
    pub until: String,
    /// Its number of periods that were judged.
    pub longevity: usize,
    /// The hits of all its periods.
    pub hits: u64,
    /// The hits that the past lets expect of them.
    pub expected: f64,
    /// The greatest exceedance of a period: (hits - expected) / (threshold - expected), at least 1. The threshold is the least count that
    /// raises an alert.
    pub severity: f64,
    /// The least probability of a period: that of as many hits or more on a quiet day.
    pub p_value: f64,
}

/// Returns the periods on which there were far more hits than the past lets expect.
///
/// Each period is judged by a window of earlier ones alone: neither itself nor anything after it is looked at, and of the window only
/// what stands before a guard band. The expectation is the window's rate; of days, that of the own weekday, of which little is known and so
/// ten hits' worth of all days is added. The counts of a window scatter about it with variance m + a m^2, whose a is estimated by moments
/// (at least 0); to it comes what is not known of the expectation itself. The count is held against the upper tail of the negative binomial
/// distribution with that mean and variance. A count beyond its threshold enters later windows as the threshold, so
/// that an alert hides neither the next one nor a lasting change for ever.
///
/// The manner is that of A. Noufaily and others, *An improved algorithm for outbreak detection in multiple surveillance systems*, Statistics
/// in Medicine 32 (2013): a quantile of the negative binomial distribution in the place of mean + k sd, and its exceedance score. How often
/// quiet series raise alerts was measured (`docs/time.md`).
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit_insight::{AlertConfig, Period, Series, alerts};
///
/// let mut hits: Vec<u64> = (0..70).map(|day| 4 + day * 5 % 7 % 3).collect();
/// hits[65] = 30;
/// let found = alerts(&Series::new(Period::Day, 0, hits, vec![100; 70])?, &AlertConfig::default())?;
/// assert_eq!((found.alerts.len(), found.alerts[0].first, found.alerts[0].longevity), (1, 65, 1));
/// assert!(found.alerts[0].severity > 1.0 && found.alerts[0].expected < 6.0);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn alerts(series: &Series, config: &AlertConfig) -> Result<Alerts> {
    config.validate()?;
    let mut past: Vec<Cell> = Vec::new();
    let (mut judged, mut found): (usize, Vec<Alert>) = (0, Vec::new());
    let mut goes_on = false; // whether the period that was judged before is of an alert
    for mut cell in series.exposed(config.exposure) {
        let inside = |old: &&Cell| {
            let age = cell.index - old.index;
            age > config.guard && age <= config.guard + config.window
        };
        let start = past.partition_point(|old| cell.index - old.index > config.guard + config.window);
        let window: Vec<&Cell> = past.iter().skip(start).filter(inside).collect();
        if window.len() >= config.least {
            judged += 1;
            let (mean, dispersion) = expected(series, &window, &cell);
            let rare = |count: u64| {
                let p = negative_binomial_sf(count, mean, dispersion).unwrap_or(1.0);
                (p <= config.probability).then_some(p)
            };
            if let Some(p) = rare(cell.hits) {
                let threshold = least(cell.hits, |count| rare(count).is_some());
                let severity = (cell.hits as f64 - mean) / (threshold as f64 - mean);
                if !goes_on {
                    found.push(Alert {
                        first: cell.index,
                        last: cell.index,
                        from: series.name(cell.index),
                        until: String::new(),
                        longevity: 0,
                        hits: 0,
                        expected: 0.0,
                        severity,
                        p_value: p,
                    });
                }
                if let Some(alert) = found.last_mut() {
                    (alert.last, alert.until) = (cell.index, series.name(cell.index + 1));
                    alert.longevity += 1;
                    alert.hits = alert.hits.saturating_add(cell.hits);
                    alert.expected += mean;
                    alert.severity = alert.severity.max(severity);
                    alert.p_value = alert.p_value.min(p);
                }
                cell.hits = threshold;
                goes_on = true;
            } else {
                goes_on = false;
            }
        }
        past.push(cell);
    }
    Ok(Alerts { judged, not_judged: series.posts().len() - judged, alerts: found })
}

/// The mean and the dispersion of the count to come.
fn expected(series: &Series, window: &[&Cell], next: &Cell) -> (f64, f64) {
    let weekly = series.period() == Period::Day;
    let weekday = |cell: &Cell| if weekly { series.day(cell.index).rem_euclid(7) as usize } else { 0 };
    let hits: f64 = window.iter().map(|cell| cell.hits as f64).sum();
    let exposure: f64 = window.iter().map(|cell| cell.exposure).sum();
    // Half a hit, by which the posterior of a rate differs from what was seen (Jeffreys' prior).
    let rate = (hits + 0.5) / exposure;
    let mut own = [(0.0, 0.0); 7];
    for cell in window {
        if let Some((hits, exposure)) = own.get_mut(weekday(cell)) {
            *hits += cell.hits as f64;
            *exposure += cell.exposure;
        }
    }
    let prior = if weekly { PRIOR } else { 0.0 };
    let factor = |cell: &Cell| match own.get(weekday(cell)) {
        Some((hits, exposure)) if weekly => (hits + prior) / (exposure * rate + prior),
        _ => 1.0,
    };
    let mean = |cell: &Cell| rate * factor(cell) * cell.exposure;
    // By moments, for as many means as were estimated.
    let (mut squares, mut chance, mut scale) = (0.0, 0.0, 0.0);
    for cell in window {
        let mean = mean(cell);
        squares += (cell.hits as f64 - mean).powi(2);
        chance += mean;
        scale += mean * mean;
    }
    let n = window.len() as f64;
    let means = if weekly { own.iter().filter(|(_, exposure)| *exposure > 0.0).count() as f64 } else { 1.0 };
    let dispersion = ((squares * n / (n - means).max(1.0) - chance) / scale).max(0.0);
    // The variance of the rate and of the weekday's factor, as parts of their squares.
    let mean = mean(next);
    let known = own.get(weekday(next)).map_or(0.0, |(hits, _)| *hits) + prior;
    let excess = 1.0 + dispersion * mean;
    let of_rate = 1.0 / (hits + 0.5) + dispersion / n;
    let of_weekday = if weekly { excess / known } else { 0.0 };
    (mean, dispersion + of_rate + of_weekday)
}

/// The least count, up to `most`, that is rare; `most` is.
fn least(most: u64, rare: impl Fn(u64) -> bool) -> u64 {
    let (mut below, mut above) = (0, most); // no hits are as many or more always
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if rare(middle) {
            above = middle;
        } else {
            below = middle;
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(hits: &[u64], posts: &[u64], exposure: Exposure) -> Alerts {
        let series = Series::new(Period::Day, 0, hits.to_vec(), posts.to_vec()).unwrap();
        alerts(&series, &AlertConfig { exposure, ..AlertConfig::default() }).unwrap()
    }

    // One weekly window without weekdays, by hand: 30 weeks of 4 and 6 in turn, then 20. With guard 0 and window 30 the rate is
    // (150 + 0.5) / 30 = 5.0166667 a week; squares: 15 (1.0166667^2 + 0.9833333^2) = 30.0083 are below the 150.5 of chance,
    // so a = 0, and 1 / 150.5 + 0 is the dispersion. scipy 1.17.1: r = 150.5; m = 150.5 / 30; nbinom.sf(19, r, r / (r + m)) ->
    // 7.080318690588156e-07; the least k with nbinom.sf(k - 1, ..) <= .001 is 14
    #[test]
    fn a_count_is_held_against_its_distribution() {
        let hits: Vec<u64> = (0..30).map(|week| 4 + 2 * (week % 2)).chain([20]).collect();
        let series = Series::new(Period::Week, 0, hits, vec![50; 31]).unwrap();
        let config = AlertConfig { window: 30, guard: 0, exposure: Exposure::Posts, ..AlertConfig::default() };
        let found = alerts(&series, &config).unwrap();
        let [alert] = &found.alerts[..] else { panic!("{found:?}") };
        assert!(
            (alert.expected - 150.5 / 30.0).abs() < 1e-12 && (alert.p_value / 7.080_318_690_588e-7 - 1.0).abs() < 1e-6,
            "{alert:?}"
        );
        let severity = (20.0 - 150.5 / 30.0) / (14.0 - 150.5 / 30.0);
        assert!((alert.severity - severity).abs() < 1e-12, "{alert:?}");
        assert_eq!((alert.first, alert.longevity, alert.hits, found.judged, found.not_judged), (30, 1, 20, 3, 28));
        assert_eq!((alert.from.as_str(), alert.until.as_str()), ("1970-07-27", "1970-08-03"));
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Alerts>(&json).unwrap(), found);
    }

    #[test]
    fn weekdays_are_expected_and_a_lasting_change_is_got_used_to() {
        // Ten times as much on one day of the week: no alert. The same on another day is one.
        let mut hits: Vec<u64> = (0..140).map(|day| if day % 7 == 2 { 40 } else { 4 }).collect();
        assert!(of(&hits, &[100; 140], Exposure::Days).alerts.is_empty());
        hits[120] = 40; // 120 % 7 is 1
        let found = of(&hits, &[100; 140], Exposure::Days);
        assert_eq!((found.alerts.len(), found.alerts[0].first), (1, 120));
        // A level that doubles and stays: one alert or some, which end.
        let hits: Vec<u64> = (0..400).map(|day| if day < 100 { 10 } else { 30 }).collect();
        let found = of(&hits, &[100; 400], Exposure::Days);
        assert!(found.alerts[0].first == 100 && found.alerts.iter().all(|alert| alert.last < 250), "{found:?}");
        assert!(found.alerts[0].longevity >= 7, "{found:?}");
    }

    #[test]
    fn hostile_series_raise_no_alert() {
        for (hits, posts) in
            [(vec![0; 90], vec![0; 90]), (vec![0; 90], vec![5; 90]), (vec![5; 90], vec![5; 90]), (vec![1], vec![1])]
        {
            for exposure in [Exposure::Days, Exposure::Posts] {
                let found = of(&hits, &posts, exposure);
                assert!(found.alerts.is_empty() && found.judged + found.not_judged == hits.len(), "{found:?}");
            }
        }
        let mut hits = vec![0; 90];
        hits[80] = u64::MAX;
        let found = of(&hits, &[u64::MAX; 90], Exposure::Days);
        assert!(found.alerts.len() == 1 && found.alerts[0].severity.is_finite(), "{found:?}");
        let config = AlertConfig { window: 3, guard: 2_000, least: 9, probability: 0.0, ..AlertConfig::default() };
        let error = config.validate().unwrap_err().to_string();
        assert!(
            ["window: 3", "guard: 2000", "least: 9", "probability: 0"].iter().all(|fault| error.contains(fault)),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn what_comes_later_changes_nothing_before(hits in prop::collection::vec(0u64..30, 60..120), cut in 50usize..60) {
            let posts = vec![30; hits.len()];
            let whole = of(&hits, &posts, Exposure::Posts);
            let start = of(&hits[..cut], &posts[..cut], Exposure::Posts);
            for (early, late) in start.alerts.iter().zip(&whole.alerts) {
                prop_assert_eq!((early.first, early.from.as_str()), (late.first, late.from.as_str()));
                prop_assert!(early == late || early.last == cut - 1, "{:?} {:?}", early, late);
            }
            let before = whole.alerts.iter().filter(|alert| alert.first < cut).count();
            prop_assert_eq!(before, start.alerts.len());
        }
    }
}

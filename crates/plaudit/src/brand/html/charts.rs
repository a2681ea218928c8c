//! The pictures of the page.

use plaudit_insight::{Rate, Series};
use plaudit_promotion::Share;

use crate::brand::TimePart;
use crate::plots::{self, Picture};

/// Posts and negative posts by period; without a classifier, posts alone. None where the counts are no series.
pub(super) fn timeline(time: &TimePart) -> Option<Picture> {
    let line = time.negative.as_ref();
    let rates = &line.unwrap_or(&time.posts).rates;
    let first = plaudit_data::parse_time(time.from.first()?)?.local_day();
    let hits = rates.iter().map(|rate| if line.is_some() { rate.hits } else { 0 }).collect();
    let posts = time.posts.rates.iter().map(|rate| rate.hits).collect();
    let series = Series::new(time.period, first, hits, posts).ok()?;
    Some(match line {
        Some(line) => plots::timeline(&series, "negative ones", &line.changes.segments, &line.alerts.alerts),
        None => plots::timeline(&series, "none", &time.posts.changes.segments, &time.posts.alerts.alerts),
    })
}

/// The shares of positive and negative posts by period; none without a classifier.
pub(super) fn shares(time: &TimePart) -> Option<Picture> {
    let (positive, negative) = (time.positive.as_ref()?, time.negative.as_ref()?);
    let share = |name: &str, rate: &Rate| {
        let mut share = Share::new(name, rate.hits, rate.rate?);
        share.interval = rate.interval;
        Some(share)
    };
    let period = |(positive, negative): (&Rate, &Rate)| {
        let shares = [share("positive", positive), share("negative", negative)].into_iter().flatten().collect();
        plots::Period::new(positive.from.clone(), positive.posts, shares)
    };
    let periods: Vec<plots::Period> = positive.rates.iter().zip(&negative.rates).map(period).collect();
    Some(plots::prevalence(&periods))
}

//! The share of hits in each period.

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, jeffreys};
use serde::{Deserialize, Serialize};

use crate::Series;

/// The share of hits among the posts of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rate {
    /// The date of the period's first day, as 2026-01-31.
    pub from: String,
    /// The number of hits.
    pub hits: u64,
    /// The number of posts, hits and others.
    pub posts: u64,
    /// Hits per post, 0 to 1; none without a post.
    pub rate: Option<f64>,
    /// Its interval; none without a post.
    pub interval: Option<Interval>,
}

/// Returns the rate of each period, with Jeffreys' interval ([`jeffreys`]). Each hangs on its own period alone, so that
/// what is shown of a day stays what was shown on it.
///
/// The interval takes posts for independent draws. Those of one author or one thread hang together: it is too narrow then.
///
/// # Errors
/// When the level is not above 0 and below 1.
///
/// ```
/// use plaudit_insight::{Period, Series, rates};
///
/// let found = rates(&Series::new(Period::Day, 0, vec![5, 0], vec![20, 0])?, 0.95)?;
/// let interval = found[0].interval.unwrap();
/// assert!(found[0].rate == Some(0.25) && (interval.low - 0.102_398).abs() < 1e-6);
/// assert_eq!((found[1].from.as_str(), found[1].rate), ("1970-01-02", None));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn rates(series: &Series, level: f64) -> Result<Vec<Rate>> {
    check_level(level)?;
    let rate = |(index, (&hits, &posts)): (usize, (&u64, &u64))| Rate {
        from: series.name(index),
        hits,
        posts,
        rate: (posts > 0).then(|| hits as f64 / posts as f64),
        interval: jeffreys(hits, posts, level),
    };
    Ok(series.hits().iter().zip(series.posts()).enumerate().map(rate).collect())
}

/// # Errors
/// When the level is not above 0 and below 1.
pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::config(format!("level: {level}; expected above 0 and below 1")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Period;

    #[test]
    fn ends_are_0_and_1_where_all_posts_agree() {
        let series = Series::new(Period::Month, 0, vec![0, 7, 0], vec![7, 7, 0]).unwrap();
        let found = rates(&series, 0.9).unwrap();
        let ends: Vec<_> =
            found.iter().map(|rate| rate.interval.map(|interval| (interval.low, interval.high))).collect();
        // scipy 1.17.1: beta.ppf(.95, .5, 7.5) -> 0.23246478; the mirror image of it
        assert!(matches!(ends[0], Some((low, high)) if low == 0.0 && (high - 0.232_464_78).abs() < 1e-6), "{ends:?}");
        assert!(matches!(ends[1], Some((low, high)) if high == 1.0 && (low - 0.767_535_22).abs() < 1e-6), "{ends:?}");
        assert_eq!((ends[2], found[2].from.as_str()), (None, "1970-03-01"));
        for level in [0.0, 1.0, f64::NAN] {
            assert!(rates(&series, level).unwrap_err().to_string().contains("level"));
        }
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Rate>>(&json).unwrap(), found);
    }
}

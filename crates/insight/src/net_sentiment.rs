//! Net sentiment.

use plaudit_stats::{Interval, normal_quantile};
use serde::{Deserialize, Serialize};

/// The share of positive texts less that of negative ones, -1 to 1, with what is known of its error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetSentiment {
    /// The net sentiment, -1 to 1.
    pub value: f64,
    /// Its interval; none where its error is not known. One of no width says that it is known exactly.
    pub interval: Option<Interval>,
}

impl NetSentiment {
    /// Returns a net sentiment that was found elsewhere, such as shares behind a classifier's errors with their interval.
    pub fn new(value: f64, interval: Option<Interval>) -> Self {
        Self { value, interval }
    }

    /// Returns that of labels as they were counted, `positive` and `negative` of `all`, with its interval at this level. None where
    /// there is no text, the counts do not fit, or the level is not inside 0 to 1.
    ///
    /// Where a classifier gave the labels its errors are not in it, and it is biased: shares of labels that are corrected for them belong into
    /// [`new`](Self::new). The interval is the adjusted Wald interval of a difference of two shares of the same texts, with n + 2 texts and
    /// one more of each label: D. G. Bonett and R. M. Price, *Adjusted Wald confidence interval for a difference of binomial proportions based
    /// on paired data*, Journal of Educational and Behavioral Statistics 37 (2012). It takes texts for independent, and is too wide where
    /// few texts have either label.
    ///
    /// ```
    /// let net = plaudit_insight::NetSentiment::of_counts(60, 20, 100, 0.95).unwrap();
    /// let interval = net.interval.unwrap();
    /// assert!((net.value - 0.4).abs() < 1e-12 && (interval.low - 0.236).abs() < 1e-3 && (interval.high - 0.549).abs() < 1e-3);
    /// ```
    pub fn of_counts(positive: u64, negative: u64, all: u64, level: f64) -> Option<Self> {
        if all == 0 || positive.checked_add(negative).is_none_or(|both| both > all) || !(level > 0.0 && level < 1.0) {
            return None;
        }
        let (more, less, n) = (positive as f64, negative as f64, all as f64);
        let value = (more - less) / n;
        let middle = (more - less) / (n + 2.0);
        let both = (more + less + 2.0) / (n + 2.0);
        let half = normal_quantile(0.5 + level / 2.0)? * ((both - middle * middle) / (n + 2.0)).sqrt();
        let (low, high) = ((middle - half).max(-1.0).min(value), (middle + half).min(1.0).max(value));
        Some(Self { value, interval: Some(Interval { low, high, level }) })
    }

    /// What keeps this from being a net sentiment.
    pub(crate) fn fault(&self) -> Option<String> {
        if !(-1.0..=1.0).contains(&self.value) {
            return Some(format!("{}; expected -1 to 1", self.value));
        }
        let interval = self.interval?;
        let fits =
            interval.low <= self.value && self.value <= interval.high && interval.level > 0.0 && interval.level < 1.0;
        (!fits).then(|| {
            let Interval { low, high, level } = interval;
            format!("{} with {low} to {high} at level {level}; expected an interval that holds it", self.value)
        })
    }

    /// Returns one draw of what it may be, given a standard normal one: normal to each side, with the interval's ends for its quantiles.
    pub(crate) fn drawn(&self, normal: f64) -> Option<f64> {
        let interval = self.interval?;
        let quantile = normal_quantile(0.5 + interval.level / 2.0)?;
        let side = if normal < 0.0 { self.value - interval.low } else { interval.high - self.value };
        Some((self.value + normal * side / quantile).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: 3 and 1 of 10: middle 2 / 12, both 6 / 12, half 1.959964 sqrt((0.5 - 0.027778) / 12) = 0.388804.
    #[test]
    fn counts_by_hand() {
        let net = NetSentiment::of_counts(3, 1, 10, 0.95).unwrap();
        let interval = net.interval.unwrap();
        assert!((net.value - 0.2).abs() < 1e-12, "{net:?}");
        assert!((interval.low + 0.222_137).abs() < 1e-5 && (interval.high - 0.555_471).abs() < 1e-5, "{net:?}");
        for (positive, negative, all, level) in
            [(0, 0, 0, 0.9), (2, 2, 3, 0.9), (u64::MAX, 1, 9, 0.9), (1, 1, 3, 1.0), (1, 1, 3, f64::NAN)]
        {
            assert_eq!(NetSentiment::of_counts(positive, negative, all, level), None);
        }
        for all in [1, 5, 1_000_000_000] {
            assert!(NetSentiment::of_counts(all, 0, all, 0.1).unwrap().fault().is_none());
            assert!(NetSentiment::of_counts(0, all, all, 0.999).unwrap().fault().is_none());
        }
    }

    /// Every outcome of 20 texts, with its probability: the interval holds the truth about as often as it says.
    #[test]
    fn it_holds_the_truth() {
        let factorial: Vec<f64> = std::iter::once(0.0)
            .chain((1..=20).scan(0.0, |sum, k| {
                *sum += libm::log(f64::from(k));
                Some(*sum)
            }))
            .collect();
        for (p, q) in [(0.5, 0.2), (0.3, 0.3), (0.8, 0.1), (0.1, 0.05), (0.45, 0.45)] {
            let mut held = 0.0;
            for more in 0..=20 {
                for less in 0..=20 - more {
                    let logs = more as f64 * libm::log(p)
                        + less as f64 * libm::log(q)
                        + (20 - more - less) as f64 * libm::log(1.0 - p - q)
                        + factorial[20]
                        - factorial[more]
                        - factorial[less]
                        - factorial[20 - more - less];
                    let interval =
                        NetSentiment::of_counts(more as u64, less as u64, 20, 0.95).unwrap().interval.unwrap();
                    if interval.low <= p - q && p - q <= interval.high {
                        held += libm::exp(logs);
                    }
                }
            }
            // Where few texts have either label it is too wide.
            assert!((0.94..0.998).contains(&held), "{p} {q}: {held}");
        }
    }

    #[test]
    fn draws_keep_the_ends() {
        let net = NetSentiment::new(0.5, Some(Interval { low: 0.1, high: 0.7, level: 0.95 }));
        let z = normal_quantile(0.975).unwrap();
        assert!((net.drawn(-z).unwrap() - 0.1).abs() < 1e-12 && (net.drawn(z).unwrap() - 0.7).abs() < 1e-12);
        assert_eq!(
            (net.drawn(0.0), net.drawn(99.0), NetSentiment::new(0.5, None).drawn(0.0)),
            (Some(0.5), Some(1.0), None)
        );
        assert!(NetSentiment::new(f64::NAN, None).fault().is_some() && NetSentiment::new(-1.1, None).fault().is_some());
        let wrong = Interval { low: 0.6, high: 0.7, level: 0.95 };
        assert!(NetSentiment::new(0.5, Some(wrong)).fault().unwrap().contains("0.6 to 0.7"));
    }
}

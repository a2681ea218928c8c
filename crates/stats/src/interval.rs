//! Intervals for a share of a count.

use crate::beta_quantile;
use serde::{Deserialize, Serialize};

use crate::normal_quantile;

/// An interval with its level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Its nominal level, 0 to 1: of a confidence interval, about the share of such intervals that hold the true value; of a
    /// credible interval, the probability of it given what was seen.
    pub level: f64,
}

/// Returns Wilson's score interval for `hits` of `n`; none where `n` is 0, `hits > n`, or the level is not inside 0 to 1.
///
/// E. B. Wilson, *Probable inference, the law of succession, and statistical inference*, JASA 22 (1927).
///
/// ```
/// let interval = plaudit_stats::wilson(8, 10, 0.95).unwrap();
/// assert!((interval.low - 0.490162).abs() < 1e-6 && (interval.high - 0.943318).abs() < 1e-6);
/// ```
pub fn wilson(hits: u64, n: u64, level: f64) -> Option<Interval> {
    wilson_share(hits as f64 / n as f64, n as f64, level)
}

/// Returns Wilson's score interval for a share that was seen in `n` draws, which may be a fraction: an effective number of
/// weighted rows. None where `n` is not positive and finite, or the share or the level is not inside 0 to 1.
pub fn wilson_share(share: f64, n: f64, level: f64) -> Option<Interval> {
    if !(n > 0.0 && n.is_finite() && (0.0..=1.0).contains(&share) && inside(level)) {
        return None;
    }
    let z = normal_quantile(0.5 + level / 2.0)?;
    let p = share;
    let z2 = z * z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // Both ends are exact where rounding would leave the share outside.
    let low = if share == 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if share == 1.0 { 1.0 } else { (middle + half).min(1.0) };
    Some(Interval { low, high, level })
}

fn inside(level: f64) -> bool {
    level > 0.0 && level < 1.0
}

/// Returns Jeffreys' interval for `hits` of `n`, with equal tails; none where `n` is 0, `hits > n`, or the level is not inside 0
/// to 1.
///
/// Its ends are quantiles of Beta(hits + 1/2, n - hits + 1/2). Without a hit the lower end is 0, and with hits alone the upper
/// end is 1: else the interval could not hold the truth where that is 0 or 1. L. D. Brown, T. T. Cai and A. DasGupta,
/// *Interval estimation for a binomial proportion*, Statistical Science 16 (2001).
///
/// ```
/// let interval = plaudit_stats::jeffreys(5, 20, 0.95).unwrap();
/// assert!((interval.low - 0.102_398).abs() < 1e-6 && (interval.high - 0.464_195).abs() < 1e-6);
/// assert_eq!(plaudit_stats::jeffreys(0, 20, 0.95).unwrap().low, 0.0);
/// ```
pub fn jeffreys(hits: u64, n: u64, level: f64) -> Option<Interval> {
    let misses = n.checked_sub(hits).filter(|_| n > 0 && inside(level))?;
    let end = |p| beta_quantile(hits as f64 + 0.5, misses as f64 + 0.5, p);
    let tail = (1.0 - level) / 2.0;
    let low = if hits == 0 { 0.0 } else { end(tail)? };
    let high = if misses == 0 { 1.0 } else { end(1.0 - tail)? };
    Some(Interval { low, high, level })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // statsmodels 0.15: proportion_confint(k, n, alpha=.05, method="wilson")
    #[test]
    fn equals_statsmodels() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        for (hits, n, low, high) in [
            (8, 10, 0.490_162_471_536_641_83, 0.943_317_848_545_624_7),
            (0, 20, 0.0, 0.161_125_158_052_819_4),
            (50, 100, 0.403_831_530_365_995_6, 0.596_168_469_634_004_4),
            (1, 1000, 0.000_176_546_370_626_077_65, 0.005_642_558_597_957_937),
            (10, 10, 0.722_467_200_137_110_6, 1.0),
        ] {
            let interval = wilson(hits, n, 0.95).unwrap();
            assert!(close(interval.low, low) && close(interval.high, high), "{hits}/{n}: {interval:?}");
        }
    }

    #[test]
    fn a_share_of_a_fraction_of_rows() {
        assert_eq!(wilson_share(0.8, 10.0, 0.95), wilson(8, 10, 0.95));
        // Hand: z = 1.959964, n = 2.5, p = 0.8: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)
        let interval = wilson_share(0.8, 2.5, 0.95).unwrap();
        assert!((interval.low - 0.257_785).abs() < 1e-6 && (interval.high - 0.978_754).abs() < 1e-6, "{interval:?}");
        for (share, n) in [(1.1, 3.0), (-0.1, 3.0), (f64::NAN, 3.0), (0.5, 0.0), (0.5, f64::INFINITY)] {
            assert_eq!(wilson_share(share, n, 0.95), None);
        }
    }

    // scipy 1.17.1: beta.ppf([.025, .975], k + .5, n - k + .5), with 0 at k = 0 and 1 at k = n
    #[test]
    fn jeffreys_equals_scipy() {
        for (hits, n, low, high) in [
            (0, 10, 0.0, 0.217_196_267_509_210_53),
            (1, 10, 0.011_011_673_763_161_133, 0.381_314_771_066_614_6),
            (5, 20, 0.102_398_485_683_045_1, 0.464_194_629_240_868_13),
            (10, 10, 0.782_803_732_490_789_4, 1.0),
            (3, 1000, 0.000_845_634_801_829_834_6, 0.007_984_367_358_403_443),
            (1, 1, 0.146_746_316_309_575_13, 1.0),
        ] {
            let interval = jeffreys(hits, n, 0.95).unwrap();
            let close = |found: f64, expected: f64| (found - expected).abs() < 1e-9;
            assert!(close(interval.low, low) && close(interval.high, high), "{hits}/{n}: {interval:?}");
        }
    }

    #[test]
    fn nothing_to_say_is_none() {
        for (hits, n, level) in [(0, 0, 0.9), (2, 1, 0.9), (1, 1, 1.0), (1, 1, f64::NAN)] {
            assert_eq!(jeffreys(hits, n, level), None);
        }
        assert_eq!(wilson(0, 0, 0.9), None);
        assert_eq!(wilson(2, 1, 0.9), None);
        assert_eq!(wilson(1, 1, 1.0), None);
        assert_eq!(wilson(1, 1, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn ends_are_ordered_and_inside(n in 1u64..100_000, share in 0.0..=1.0f64, level in 0.01..0.999f64) {
            let hits = (share * n as f64) as u64;
            let interval = wilson(hits, n, level).unwrap();
            let p = hits as f64 / n as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= p);
            prop_assert!(p <= interval.high && interval.high <= 1.0);
            prop_assert_eq!(wilson(0, n, level).unwrap().low, 0.0);
            prop_assert_eq!(wilson(n, n, level).unwrap().high, 1.0);
        }
    }
}

//! Log-odds ratios with an informative prior.

use serde::{Deserialize, Serialize};

/// How much likelier a term is in one group than in another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogOdds {
    /// The difference of the log-odds, natural logarithms; above 0 where the term is likelier in the first group.
    pub difference: f64,
    /// Its approximate variance, above 0.
    pub variance: f64,
}

impl LogOdds {
    /// Returns the difference in standard deviations.
    pub fn z(&self) -> f64 {
        self.difference / self.variance.sqrt()
    }
}

/// Returns the log-odds ratio of a term that `first[0]` of `first[1]` mention, against `second[0]` of `second[1]`, with the prior weight
/// `prior` of the term among that of everything, `all`. None where a part is larger than its whole, or that leaves no finite odds.
///
/// With y of n and a of a0 it is log[(y1 + a) / (n1 + a0 - y1 - a)] - log[(y2 + a) / (n2 + a0 - y2 - a)], with variance
/// 1 / (y1 + a) + 1 / (y2 + a): B. L. Monroe, M. P. Colaresi and K. M. Quinn, *Fightin' words: lexical feature selection and evaluation
/// for identifying the content of political conflict*, Political Analysis 16 (2008). Counts may be of words or of
/// texts.
///
/// ```
/// // 1 of 9 words and 0 of 9, with a prior of 0.05 for each of 11 words
/// let found = plaudit_insight::log_odds([0.0, 9.0], [1.0, 9.0], 0.05, 0.55).unwrap();
/// assert!((found.z() + 0.689_422_788_680_796_8).abs() < 1e-12);
/// ```
pub fn log_odds(first: [f64; 2], second: [f64; 2], prior: f64, all: f64) -> Option<LogOdds> {
    let log_odds = |[y, n]: [f64; 2]| {
        // Differences first: beside large counts nothing would be left of a small prior.
        let (with, without) = (y + prior, (n - y) + (all - prior));
        (y <= n && prior <= all && with > 0.0 && without > 0.0).then(|| libm::log(with / without))
    };
    let difference = log_odds(first)? - log_odds(second)?;
    let variance = 1.0 / (first[0] + prior) + 1.0 / (second[0] + prior);
    (difference.is_finite() && variance.is_finite()).then_some(LogOdds { difference, variance })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of fightin_words's README (a packaged form of J. Hessel's script): z-scores of `donkey` and `brown`, and by hand:
    //   log(.05 / 9.5) - log(1.05 / 8.5) = -3.1557; 1 / .05 + 1 / 1.05 = 20.952
    #[test]
    fn equals_the_published_example() {
        let donkey = log_odds([0.0, 9.0], [1.0, 9.0], 0.05, 0.55).unwrap();
        assert!((donkey.z() - -0.689_422_788_680_796_8).abs() < 1e-13, "{donkey:?}");
        assert!((donkey.variance - 20.952_380_952_380_95).abs() < 1e-12);
        let brown = log_odds([1.0, 9.0], [0.0, 9.0], 0.05, 0.55).unwrap();
        assert_eq!(brown.z(), -donkey.z());
        assert_eq!(log_odds([2.0, 9.0], [2.0, 9.0], 0.05, 0.55).unwrap().z(), 0.0);
    }

    #[test]
    fn no_odds_are_none() {
        for (first, second, prior, all) in [
            ([0.0, 9.0], [1.0, 9.0], 0.0, 1.0), // no prior, no mention
            ([9.0, 9.0], [9.0, 9.0], 2.0, 2.0), // all mention it
            ([f64::NAN, 9.0], [1.0, 9.0], 0.1, 1.0),
            ([1.0, f64::INFINITY], [1.0, 9.0], 0.1, 1.0),
            ([2.0, 1.0], [0.0, 1.0], 0.5, 10.0), // more than all mention it
            ([1.0, 9.0], [0.0, 9.0], 2.0, 1.0),
        ] {
            assert_eq!(log_odds(first, second, prior, all), None);
        }
        let most = u64::MAX as f64;
        assert!(log_odds([most, most], [0.0, most], 0.5, 1.0).unwrap().z().is_finite());
    }
}

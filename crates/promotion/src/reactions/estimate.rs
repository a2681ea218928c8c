//! A number with its interval.

use plaudit_stats::wilson;
use serde::{Deserialize, Serialize};

use super::Tally;

/// A number with the ends of its interval, which holds it. The level stands in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl Estimate {
    /// The number that is known.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, low: value, high: value }
    }

    /// The negative share with Wilson's interval; none where nothing is counted.
    pub(crate) fn negative_share(tally: &Tally, level: f64) -> Option<Self> {
        let (interval, value) = (wilson(tally.negative, tally.counted(), level)?, tally.negative_share()?);
        // Where all or none are negative an end is the share, but for rounding.
        Some(Self { value, low: interval.low.min(value), high: interval.high.max(value) })
    }
}

/// Returns the sum of `factor * share` over independent shares, with an interval from theirs.
///
/// With Wilson's intervals and the factors 1 and -1 it is the hybrid score interval of a difference: method 10 of R. G.
/// Newcombe, *Interval estimation for the difference between independent proportions: comparison of eleven methods*,
/// Statistics in Medicine 17 (1998). For other factors it is that of G. Y. Zou, W. Huang and X. Zhang, *A note on confidence
/// interval estimation for a linear function of binomial proportions*, Computational Statistics and Data Analysis 53 (2009).
pub(crate) fn linear(terms: impl IntoIterator<Item = (f64, Estimate)>) -> Estimate {
    let (mut value, mut below, mut above) = (0.0, 0.0, 0.0);
    for (factor, share) in terms {
        let (middle, one, other) = (factor * share.value, factor * share.low, factor * share.high);
        value += middle;
        below += (middle - one.min(other)).powi(2);
        above += (one.max(other) - middle).powi(2);
    }
    Estimate { value, low: value - f64::sqrt(below), high: value + f64::sqrt(above) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // statsmodels 0.15.0: from statsmodels.stats.proportion import confint_proportions_2indep
    //   confint_proportions_2indep(a, m, b, n, method="newcomb", compare="diff", alpha=.05)
    #[test]
    fn a_difference_equals_newcombes_method_10() {
        for ((a, m), (b, n), low, high) in NEWCOMBE {
            let share = |negative, n: u64| {
                let tally = Tally { positive: n - negative, negative, ignored: 0 };
                Estimate::negative_share(&tally, 0.95).unwrap()
            };
            let found = linear([(1.0, share(a, m)), (-1.0, share(b, n))]);
            assert!((found.low - low).abs() < 1e-9 && (found.high - high).abs() < 1e-9, "{a}/{m} {b}/{n}: {found:?}");
        }
    }

    type Row = ((u64, u64), (u64, u64), f64, f64);
    const NEWCOMBE: [Row; 4] = [
        ((165, 198), (8, 299), 0.743_226_911_535_907_7, 0.853_897_004_371_403_1),
        ((56, 70), (48, 80), 0.052_431_472_402_364_98, 0.333_872_654_036_906_14), // Newcombe's own: .0524 to .3339
        ((0, 10), (0, 10), -0.277_532_799_862_889_26, 0.277_532_799_862_889_26),
        ((10, 10), (0, 20), 0.679_086_037_141_914_5, 1.0),
    ];

    #[test]
    fn a_term_without_weight_adds_nothing() {
        let wide = Estimate { value: 0.5, low: 0.0, high: 1.0 };
        assert_eq!(linear([(0.0, wide), (2.0, Estimate::exact(0.25))]), Estimate::exact(0.5));
        assert_eq!(linear([]), Estimate::exact(0.0));
    }
}

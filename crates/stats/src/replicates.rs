//! A statistic's values over the resamples.

use crate::{Interval, quantile};

/// The least share of resamples in which the statistic must be defined.
const DEFINED: f64 = 0.95;

/// The values of one statistic over the resamples of a bootstrap, and how often it had none.
///
/// What the resamples without a value would have said is not known. Where more than one in twenty has none, the others do not
/// stand for all: neither an interval nor a p-value is given then.
///
/// ```
/// use plaudit_stats::Replicates;
///
/// let replicates: Replicates = (0..=100).map(|value| Some(f64::from(value))).collect();
/// let interval = replicates.interval(0.9).unwrap();
/// assert!((interval.low - 5.0).abs() < 1e-9 && (interval.high - 95.0).abs() < 1e-9);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replicates {
    values: Vec<f64>, // ascending
    undefined: usize,
}

/// Collects the values; what is none, or not finite, counts as undefined.
impl FromIterator<Option<f64>> for Replicates {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        let mut replicates = Self::default();
        for value in values {
            match value {
                Some(value) if value.is_finite() => replicates.values.push(value),
                _ => replicates.undefined += 1,
            }
        }
        replicates.values.sort_by(f64::total_cmp);
        replicates
    }
}

impl Replicates {
    /// Returns the number of resamples in which the statistic was undefined.
    pub fn undefined(&self) -> usize {
        self.undefined
    }

    /// Returns the percentile interval, with equal tails; none where fewer than 95 % of the resamples have a value, the level is
    /// not inside 0 to 1, or all values are equal: a sample without a single error draws none either, and its resamples know
    /// nothing of the errors of other samples.
    ///
    /// B. Efron and R. J. Tibshirani, *An Introduction to the Bootstrap* (1993), chapter 13.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        if !(self.suffice() && level > 0.0 && level < 1.0) || self.values.first() == self.values.last() {
            return None;
        }
        let tail = (1.0 - level) / 2.0;
        Some(Interval { low: quantile(&self.values, tail)?, high: quantile(&self.values, 1.0 - tail)?, level })
    }

    /// Returns the two-sided p-value of the hypothesis that the statistic's true value is 0, above 0 and up to 1; none where
    /// fewer than 95 % of the resamples have a value, or `observed`, the value without resampling, is not finite.
    ///
    /// The replicates scatter about `observed` as it scatters about the truth, so p is the share of replicates that are at
    /// least as far from `observed` as `observed` is from 0; one is added to both counts, so that p is never 0. Where
    /// the truth is 0, it is the replicates' distance from `observed` that has the right distribution, not from 0: P. Hall
    /// and S. R. Wilson, *Two guidelines for bootstrap hypothesis testing*, Biometrics 47 (1991); for the added one, Davison
    /// and Hinkley (1997), section 4.4.
    ///
    /// It looks at distances and the interval at quantiles: near the edge one may hold 0 where the other rejects it.
    pub fn p_value(&self, observed: f64) -> Option<f64> {
        if !self.suffice() || !observed.is_finite() {
            return None;
        }
        // Equal distances must count as such, whatever the last bits of two sums.
        let far = observed.abs() * (1.0 - 1e-9);
        let as_far = self.values.iter().filter(|&value| (value - observed).abs() >= far).count();
        Some((as_far as f64 + 1.0) / (self.values.len() as f64 + 1.0))
    }

    fn suffice(&self) -> bool {
        let defined = self.values.len() as f64;
        defined > 0.0 && defined >= DEFINED * (defined + self.undefined as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], undefined: usize) -> Replicates {
        values.iter().copied().map(Some).chain(std::iter::repeat_n(None, undefined)).collect()
    }

    #[test]
    fn too_many_without_a_value_say_nothing() {
        let values: Vec<f64> = (0..95).map(f64::from).collect();
        let enough = of(&values, 5);
        assert_eq!((enough.values.len(), enough.undefined()), (95, 5));
        assert!(enough.interval(0.9).is_some() && enough.p_value(1.0).is_some());
        let short = of(&values, 6);
        assert!(short.interval(0.9).is_none() && short.p_value(1.0).is_none());
        let infinite = of(&[f64::NAN, f64::INFINITY, 1.0], 0);
        assert_eq!((infinite.values.as_slice(), infinite.undefined()), (&[1.0][..], 2));
        for nothing in [of(&[], 0), of(&[], 9)] {
            assert!(nothing.interval(0.9).is_none() && nothing.p_value(0.0).is_none());
        }
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(enough.interval(level), None);
        }
        assert_eq!(enough.p_value(f64::NAN), None);
    }

    #[test]
    fn p_is_the_share_as_far_from_what_was_seen() {
        // observed 2: at least 2 away are 0, -1 and 4; (3 + 1) / (7 + 1)
        assert_eq!(of(&[0.0, 1.0, 4.0, 3.0, -1.0, 2.0, 2.5], 0).p_value(2.0), Some(0.5));
        assert_eq!(of(&[0.3; 99], 0).p_value(0.3), Some(0.01));
        assert_eq!(of(&[0.0; 99], 0).p_value(0.0), Some(1.0));
        // 0.1 + 0.2 is 0.3 and a bit, and as far from 0.3 / 2 as 0 is
        assert_eq!(of(&[0.1 + 0.2], 0).p_value(0.15), Some(1.0));
    }
}

//! Draws of a division's shares.

use plaudit_stats::{Interval, quantile};

/// The chains for each draw of the error rates.
pub(super) const CHAINS: usize = 2;

/// Draws of the share of each label in one division, two for each draw of the error rates.
///
/// Draws of two divisions from one [`CutPosterior`](super::CutPosterior) are paired: those with the same index have the
/// same error rates, so that a contrast is taken draw by draw.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareDraws {
    labels: usize,
    values: Vec<f64>, // row-major, [error rates, chains, labels]
}

/// The variance of a value, in two parts that add up to it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Variance {
    /// The mean variance given the error rates, E Var(s | theta): what more texts of the division would lower.
    pub texts: f64,
    /// The variance of the mean given the error rates, Var E(s | theta): what more gold rows would lower. It is
    /// estimated as a covariance, and 0 where chance makes that negative.
    pub gold: f64,
}

impl Variance {
    /// Returns the variance.
    pub fn total(&self) -> f64 {
        self.texts + self.gold
    }
}

impl ShareDraws {
    pub(crate) fn new(labels: usize, values: Vec<f64>) -> Self {
        Self { labels, values }
    }

    /// Returns the draws in order, `[labels]` each, which add up to 1; draws 2 i and 2 i + 1 have the same error rates.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.labels)
    }

    /// Returns the number of draws, two for each draw of the error rates.
    #[allow(clippy::len_without_is_empty)] // never empty: a configuration makes at least 100 draws
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Returns the mean share of each label; they add up to 1.
    pub fn means(&self) -> Vec<f64> {
        let mut means = vec![0.0; self.labels];
        for row in self.rows() {
            means.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
        }
        means.iter_mut().for_each(|sum| *sum /= self.len() as f64);
        means
    }

    /// Returns the probability that `holds`, as the share of draws.
    pub fn probability(&self, mut holds: impl FnMut(&[f64]) -> bool) -> f64 {
        self.rows().filter(|row| holds(row)).count() as f64 / self.len() as f64
    }

    /// Returns the interval of `value` with equal tails, which holds it with probability `level`, between 0 and 1.
    pub fn interval(&self, level: f64, value: impl Fn(&[f64]) -> f64) -> Interval {
        let mut values: Vec<f64> = self.rows().map(value).collect();
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - level) / 2.0;
        // There is no quantile outside 0 to 1 only.
        let end = |q| quantile(&values, q).unwrap_or(f64::NAN);
        Interval { low: end(tail), high: end(1.0 - tail), level }
    }

    /// Returns the variance of `value` by its sources. Two draws with the same error rates differ by the texts alone:
    /// half their mean squared difference is the one part, their covariance the other.
    pub fn variance(&self, value: impl Fn(&[f64]) -> f64) -> Variance {
        let values: Vec<f64> = self.rows().map(value).collect();
        let pairs: Vec<(f64, f64)> = values.chunks_exact(CHAINS).filter_map(pair).collect();
        let n = pairs.len() as f64;
        let sums = pairs.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
        let means = (sums.0 / n, sums.1 / n);
        let texts = pairs.iter().map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / (2.0 * n);
        let gold = pairs.iter().map(|(a, b)| (a - means.0) * (b - means.1)).sum::<f64>() / (n - 1.0);
        Variance { texts, gold: gold.max(0.0) }
    }
}

fn pair(values: &[f64]) -> Option<(f64, f64)> {
    if let [a, b] = values { Some((*a, *b)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_as_by_hand() {
        // Pairs (0.1, 0.3), (0.5, 0.7): half the mean squared difference is 0.02; the covariance is
        // ((0.1 - 0.3) (0.3 - 0.5) + (0.5 - 0.3) (0.7 - 0.5)) / 1 = 0.08.
        let draws = ShareDraws::new(2, vec![0.1, 0.9, 0.3, 0.7, 0.5, 0.5, 0.7, 0.3]);
        let variance = draws.variance(|row| row[0]);
        assert!((variance.texts - 0.02).abs() < 1e-15 && (variance.gold - 0.08).abs() < 1e-15, "{variance:?}");
        assert!((variance.total() - 0.1).abs() < 1e-15);
        assert!((draws.means()[0] - 0.4).abs() < 1e-15);
        assert_eq!((draws.len(), draws.probability(|row| row[0] > 0.2)), (4, 0.75));
        let ends = draws.interval(0.5, |row| row[0]);
        assert!((ends.low - 0.25).abs() < 1e-12 && (ends.high - 0.55).abs() < 1e-12, "{ends:?}");
        assert!(draws.interval(f64::NAN, |row| row[0]).low.is_nan());
        // opposite draws: no negative variance
        assert_eq!(ShareDraws::new(1, vec![0.0, 1.0, 1.0, 0.0]).variance(|row| row[0]).gold, 0.0);
    }
}

//! What the counts tell about the shares.

use plaudit_stats::{Interval, Stream, beta_quantile, dirichlet, quantile};

/// Draws of a division's label shares from their Dirichlet posterior.
pub(crate) struct Posterior {
    weights: Vec<f64>, // [labels]
    draws: Vec<f64>,   // row-major, [draws, labels]
}

impl Posterior {
    /// Draws from Dirichlet(prior + counts); the draws are named by the counts.
    pub(crate) fn draw(prior: f64, counts: &[u64], draws: usize, seed: u64) -> Self {
        let weights = weights(prior, counts);
        let mut draws = vec![0.0; draws * weights.len()];
        let mut stream = Stream::keyed(seed, "promotion: posterior", counts);
        for row in draws.chunks_exact_mut(weights.len()) {
            dirichlet(&mut stream, &weights, row);
        }
        Self { weights, draws }
    }

    /// The mean of each share, exact.
    pub(crate) fn means(&self) -> Vec<f64> {
        let sum: f64 = self.weights.iter().sum();
        self.weights.iter().map(|weight| weight / sum).collect()
    }

    /// The interval of each share, with equal tails, without draws: the marginals of a Dirichlet distribution are beta.
    pub(crate) fn share_intervals(&self, level: f64) -> Vec<Interval> {
        let tail = (1.0 - level) / 2.0;
        let interval = |(index, &weight): (usize, &f64)| {
            // Not the sum less `weight`: a small rest would be lost beside a large weight.
            let others = self.weights.iter().enumerate().filter(|&(other, _)| other != index);
            let rest: f64 = others.map(|(_, weight)| weight).sum();
            // The share of an only label is 1.
            let end = |p| beta_quantile(weight, rest, p).unwrap_or(1.0);
            Interval { low: end(tail), high: end(1.0 - tail), level }
        };
        self.weights.iter().enumerate().map(interval).collect()
    }

    /// The probability that `holds`, as the share of draws.
    pub(crate) fn probability(&self, holds: impl Fn(&[f64]) -> bool) -> f64 {
        self.rows().filter(|row| holds(row)).count() as f64 / self.rows().len() as f64
    }

    /// The interval of `value`, with equal tails.
    pub(crate) fn interval(&self, level: f64, value: impl Fn(&[f64]) -> f64) -> Interval {
        let mut values: Vec<f64> = self.rows().map(value).collect();
        values.sort_by(f64::total_cmp);
        let tail = (1.0 - level) / 2.0;
        // A policy makes at least 100 draws, so there is always a quantile.
        let end = |q| quantile(&values, q).unwrap_or_default();
        Interval { low: end(tail), high: end(1.0 - tail), level }
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f64> {
        self.draws.chunks_exact(self.weights.len())
    }
}

/// The parameters of the Dirichlet posterior.
pub(crate) fn weights(prior: f64, counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|&count| prior + count as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: a = np.array([61, 20, 12, 7]) + .5; beta(a[k], a.sum() - a[k]).ppf([.05, .95])
    #[test]
    fn marginals_are_beta() {
        let posterior = Posterior::draw(0.5, &[61, 20, 12, 7], 100_000, 0);
        for (label, (mean, low, high)) in [
            (0.602_941_176_470_588_2, 0.522_450_54, 0.681_124_95),
            (0.200_980_392_156_862_75, 0.139_503_85, 0.269_150_19),
            (0.122_549_019_607_843_13, 0.073_910_84, 0.179_621_33),
            (0.073_529_411_764_705_88, 0.036_471_45, 0.120_086_68),
        ]
        .into_iter()
        .enumerate()
        {
            let exact = posterior.share_intervals(0.9)[label];
            assert!((exact.low - low).abs() < 1e-8 && (exact.high - high).abs() < 1e-8, "{label}: {exact:?}");
            let interval = posterior.interval(0.9, |row| row[label]);
            assert!((posterior.means()[label] - mean).abs() < 1e-15);
            // an end's standard error at 100,000 draws is about 0.007 standard deviations, here up to 0.05
            assert!(
                (interval.low - low).abs() < 0.001 && (interval.high - high).abs() < 0.001,
                "{label}: {interval:?}"
            );
        }
    }

    #[test]
    fn counts_name_the_draws() {
        let draws = |counts: &[u64], seed| Posterior::draw(0.5, counts, 100, seed).draws;
        assert_eq!(draws(&[3, 4], 1), draws(&[3, 4], 1));
        assert_ne!(draws(&[3, 4], 1), draws(&[3, 4], 2));
        assert_ne!(draws(&[3, 4], 1), draws(&[4, 3], 1));
    }

    #[test]
    fn the_share_of_an_only_label_is_one() {
        let only = Posterior::draw(0.5, &[3], 100, 0).share_intervals(0.9);
        assert_eq!(only, [Interval { low: 1.0, high: 1.0, level: 0.9 }]);
    }
}

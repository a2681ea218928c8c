//! What the counts tell about the shares.

use plaudit_stats::{Interval, Stream, beta_quantile, dirichlet};

use crate::Policy;
use crate::prevalence::ShareDraws;

/// What is known about a division's label shares.
pub(crate) struct Posterior {
    /// The mean of each share, `[labels]`.
    pub(crate) means: Vec<f64>,
    /// The interval of each share, with equal tails, `[labels]`.
    pub(crate) intervals: Vec<Interval>,
    /// Draws of the shares.
    pub(crate) draws: ShareDraws,
}

impl Posterior {
    /// Dirichlet(prior + counts): means and intervals exact, and draws that are named by the counts.
    pub(crate) fn gold(policy: &Policy, counts: &[u64]) -> Self {
        let weights = weights(policy.prior, counts);
        let sum: f64 = weights.iter().sum();
        Self {
            means: weights.iter().map(|weight| weight / sum).collect(),
            intervals: beta_intervals(&weights, policy.level),
            draws: gold_draws(policy, counts, 0),
        }
    }

    /// Draws that come from elsewhere, such as the cut posterior behind predicted counts: their means and intervals.
    pub(crate) fn corrected(draws: ShareDraws, level: f64) -> Self {
        let means = draws.means();
        let intervals = (0..means.len()).map(|k| draws.interval(level, |row| row.get(k).copied().unwrap_or(0.0)));
        Self { intervals: intervals.collect(), means, draws }
    }
}

/// Draws from Dirichlet(prior + counts). Divisions with equal counts have equal draws for `copy` 0, and independent ones
/// for other copies.
pub(crate) fn gold_draws(policy: &Policy, counts: &[u64], copy: u64) -> ShareDraws {
    let weights = weights(policy.prior, counts);
    let mut values = vec![0.0; policy.draws * weights.len()];
    let mut stream = Stream::keyed(policy.seed, "promotion: posterior", &named(counts, copy));
    for row in values.chunks_exact_mut(weights.len()) {
        dirichlet(&mut stream, &weights, row);
    }
    ShareDraws::new(weights.len(), values)
}

/// What names the draws of a division: its counts, and which of the divisions with these counts it is.
pub(crate) fn named(counts: &[u64], copy: u64) -> Vec<u64> {
    counts.iter().copied().chain((copy > 0).then_some(copy)).collect()
}

/// The interval of each share, without draws: the marginals of a Dirichlet distribution are beta.
fn beta_intervals(weights: &[f64], level: f64) -> Vec<Interval> {
    let tail = (1.0 - level) / 2.0;
    let interval = |(index, &weight): (usize, &f64)| {
        // Not the sum less `weight`: a small rest would be lost beside a large weight.
        let others = weights.iter().enumerate().filter(|&(other, _)| other != index);
        let rest: f64 = others.map(|(_, weight)| weight).sum();
        // The share of an only label is 1.
        let end = |p| beta_quantile(weight, rest, p).unwrap_or(1.0);
        Interval { low: end(tail), high: end(1.0 - tail), level }
    };
    weights.iter().enumerate().map(interval).collect()
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
        let policy = Policy { draws: 100_000, ..Policy::default() };
        let posterior = Posterior::gold(&policy, &[61, 20, 12, 7]);
        for (label, (mean, low, high)) in [
            (0.602_941_176_470_588_2, 0.522_450_54, 0.681_124_95),
            (0.200_980_392_156_862_75, 0.139_503_85, 0.269_150_19),
            (0.122_549_019_607_843_13, 0.073_910_84, 0.179_621_33),
            (0.073_529_411_764_705_88, 0.036_471_45, 0.120_086_68),
        ]
        .into_iter()
        .enumerate()
        {
            let exact = posterior.intervals[label];
            assert!((exact.low - low).abs() < 1e-8 && (exact.high - high).abs() < 1e-8, "{label}: {exact:?}");
            let interval = posterior.draws.interval(0.9, |row| row[label]);
            assert!((posterior.means[label] - mean).abs() < 1e-15);
            // an end's standard error at 100,000 draws is about 0.007 standard deviations, here up to 0.05
            assert!(
                (interval.low - low).abs() < 0.001 && (interval.high - high).abs() < 0.001,
                "{label}: {interval:?}"
            );
        }
    }

    #[test]
    fn counts_name_the_draws() {
        let draws = |counts: &[u64], seed| gold_draws(&Policy { draws: 100, seed, ..Policy::default() }, counts, 0);
        assert_eq!(draws(&[3, 4], 1), draws(&[3, 4], 1));
        assert_ne!(draws(&[3, 4], 1), draws(&[3, 4], 2));
        assert_ne!(draws(&[3, 4], 1), draws(&[4, 3], 1));
        assert_ne!(draws(&[3, 4], 0), gold_draws(&Policy { draws: 100, ..Policy::default() }, &[3, 4], 1));
    }

    #[test]
    fn the_share_of_an_only_label_is_one() {
        let only = beta_intervals(&[3.5], 0.9);
        assert_eq!(only, [Interval { low: 1.0, high: 1.0, level: 0.9 }]);
    }
}

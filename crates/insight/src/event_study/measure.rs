//! The comparison of a mean before and after.

use plaudit_core::Result;
use plaudit_stats::{Stream, Units};

use super::{Change, EventConfig};
use crate::Exchange;

/// What the posts of one cluster in one window add up to.
pub(super) struct Row {
    pub(super) later: bool,
    pub(super) cluster: usize,
    /// Rows are exchanged with those of the same block.
    pub(super) block: usize,
    pub(super) sum: f64,
    pub(super) n: f64,
}

#[derive(Clone, Copy)]
pub(super) enum Effect {
    Ratio,
    Difference,
}

impl Effect {
    fn of(self, [before, after]: [f64; 2]) -> Option<f64> {
        match self {
            Self::Ratio => (before > 0.0).then(|| after / before),
            Self::Difference => Some(after - before),
        }
    }
}

/// Returns the change of sum / n; there are rows before and after.
pub(super) fn measured(rows: &[Row], effect: Effect, config: &EventConfig) -> Result<Change> {
    let later: Vec<bool> = rows.iter().map(|row| row.later).collect();
    let blocks: Vec<usize> = rows.iter().map(|row| row.block).collect();
    let exchange = Exchange::new(&later).within(&blocks)?;
    let found = distance(rows, &later);
    let (mut group, mut as_far) = (Vec::new(), 0);
    for permutation in 0..config.permutations {
        let mut stream = Stream::new(config.bootstrap.seed, "insight: event", permutation as u64);
        exchange.permute(&mut stream, &mut group);
        as_far += usize::from(distance(rows, &group) >= found * (1.0 - 1e-9));
    }
    let means = |weights: &[f64]| {
        let mut sums = [(0.0, 0.0); 2];
        let [before, after] = &mut sums;
        for (row, weight) in rows.iter().zip(weights) {
            let (sum, n) = if row.later { &mut *after } else { &mut *before };
            *sum += weight * row.sum;
            *n += weight * row.n;
        }
        let [before, after] = sums;
        (before.1 > 0.0 && after.1 > 0.0).then(|| [before.0 / before.1, after.0 / after.1])
    };
    let seen = means(&vec![1.0; rows.len()]).unwrap_or([f64::NAN; 2]);
    let units = Units::clusters(rows.iter().map(|row| row.cluster));
    let replicates = config.bootstrap.replicates(&units, |weights| effect.of(means(weights)?))?;
    let [before, after] = seen;
    Ok(Change {
        before,
        after,
        change: effect.of(seen),
        interval: replicates.interval(config.bootstrap.level),
        p_value: (as_far + 1) as f64 / (config.permutations + 1) as f64,
        q_value: None,
        finding: None,
    })
}

/// How far apart the means of both groups are, in standard errors: of a mean m = S / N of clusters it is sqrt(sum (s - m n)^2) / N.
fn distance(rows: &[Row], group: &[bool]) -> f64 {
    let of = |later: bool| {
        let own = || rows.iter().zip(group).filter(move |(_, of)| **of == later).map(|(row, _)| row);
        let (sum, n) = own().fold((0.0, 0.0), |(sum, n), row| (sum + row.sum, n + row.n));
        let mean = sum / n;
        (mean, own().map(|row| (row.sum - mean * row.n).powi(2)).sum::<f64>() / (n * n))
    };
    let ((before, spread), (after, other)) = (of(false), of(true));
    let apart = (after - before).abs();
    // Sums of equal numbers differ in their last bits.
    if apart <= 1e-12 * (after.abs() + before.abs()) { 0.0 } else { apart / (spread + other).sqrt() }
}

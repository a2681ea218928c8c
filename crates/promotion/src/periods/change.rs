//! The change of one number between two periods.

use plaudit_stats::Interval;
use serde::{Deserialize, Serialize};

use crate::decide::interval;

/// A number in two periods, and its change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// Its posterior mean in the first period.
    pub before: f64,
    /// Its posterior mean in the second period.
    pub after: f64,
    /// The mean of the change, after less before.
    pub change: f64,
    /// The interval of the change, with equal tails.
    pub interval: Interval,
    /// P(change > 0 | data), 0 to 1.
    pub probability_up: f64,
    /// P(change > amount | data), 0 to 1, for the amount that matters.
    pub probability_up_by_more: f64,
    /// P(change < -amount | data), 0 to 1.
    pub probability_down_by_more: f64,
}

impl Change {
    /// The change over paired draws, of which there are some.
    pub(super) fn new(before: &[f64], after: &[f64], level: f64, amount: f64) -> Self {
        let changes = differences(before, after);
        let share = |holds: &dyn Fn(f64) -> bool| part(&changes, holds);
        let (before, after) = (mean(before), mean(after));
        Self {
            before,
            after,
            change: after - before,
            interval: interval(level, &changes),
            probability_up: share(&|change| change > 0.0),
            probability_up_by_more: share(&|change| change > amount),
            probability_down_by_more: share(&|change| change < -amount),
        }
    }
}

pub(super) fn differences(before: &[f64], after: &[f64]) -> Vec<f64> {
    before.iter().zip(after).map(|(before, after)| after - before).collect()
}

/// Twice the posterior probability of the less likely direction, never 0: as the p-values of permutations, it counts the
/// division itself.
pub(super) fn p_value(changes: &[f64]) -> f64 {
    let count = |holds: &dyn Fn(&&f64) -> bool| changes.iter().filter(holds).count();
    let least = count(&|change| **change <= 0.0).min(count(&|change| **change >= 0.0));
    (2.0 * (least + 1) as f64 / (changes.len() + 1) as f64).min(1.0)
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn part(values: &[f64], holds: &dyn Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&value| holds(value)).count() as f64 / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_as_by_hand() {
        // Changes 0.1, 0.3, -0.1, 0.0: mean 0.075; two above 0, one above 0.2, none below -0.2.
        let (before, after) = ([0.1, 0.2, 0.3, 0.4], [0.2, 0.5, 0.2, 0.4]);
        let change = Change::new(&before, &after, 0.5, 0.2);
        assert!((change.before - 0.25).abs() < 1e-15 && (change.after - 0.325).abs() < 1e-15);
        assert!((change.change - 0.075).abs() < 1e-15);
        let found = [change.probability_up, change.probability_up_by_more, change.probability_down_by_more];
        assert_eq!(found, [0.5, 0.25, 0.0]);
        // at most 0: two; at least 0: three; (2 + 1) / (4 + 1) twice is above 1
        assert_eq!(p_value(&differences(&before, &after)), 1.0);
        let up: Vec<f64> = (0..99).map(|k| if k < 2 { -1.0 } else { 1.0 }).collect();
        assert!((p_value(&up) - 2.0 * 3.0 / 100.0).abs() < 1e-15);
        assert_eq!(p_value(&[0.0; 10]), 1.0); // no change in any draw says nothing
    }
}

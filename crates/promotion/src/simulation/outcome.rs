//! What a simulation found.

use serde::{Deserialize, Serialize};

/// A mean over runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rate {
    /// The mean.
    pub value: f64,
    /// Its standard error. The divisions of one run share its gold rows: each run counts as one draw.
    pub error: f64,
}

impl Rate {
    /// The mean of at least two runs.
    pub(super) fn of(runs: &[f64]) -> Self {
        let n = runs.len() as f64;
        let value = runs.iter().sum::<f64>() / n;
        let squares: f64 = runs.iter().map(|run| (run - value) * (run - value)).sum();
        Self { value, error: (squares / (n - 1.0) / n).sqrt() }
    }

    /// Returns the mean of the rates of several cells, each with the same weight; 0 where there is none.
    pub fn mean(rates: impl IntoIterator<Item = Self>) -> Self {
        let (mut n, mut sum, mut squares) = (0.0f64, 0.0, 0.0);
        for rate in rates {
            (n, sum, squares) = (n + 1.0, sum + rate.value, squares + rate.error * rate.error);
        }
        let n = n.max(1.0);
        Self { value: sum / n, error: squares.sqrt() / n }
    }
}

/// How good intervals and verdicts are. Each figure is a mean over runs, divisions and, for `coverage`, labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Figures {
    /// How often the interval of a share holds the true share. It should be the policy's `level`.
    pub coverage: Rate,
    /// How often the interval of the score holds the true score.
    pub score_coverage: Rate,
    /// How often a division is promoted whose true score is exactly the one that promotion needs (in place of the policy's
    /// `min_score`). It should not be above the policy's `alpha`.
    pub false_promotions: Rate,
    /// How often a division is promoted whose true score is the configuration's `gap` above the one that promotion needs.
    pub power: Rate,
    /// How often a division is promoted whose true share of the label with the least utility is exactly at the limit of that
    /// label, where nothing else is asked. It should not be above the policy's `alpha`.
    pub false_promotions_at_limit: Rate,
}

impl Figures {
    /// One row a run.
    pub(super) fn of(runs: &[[f64; 5]]) -> Self {
        let rate = |of: fn(&[f64; 5]) -> f64| Rate::of(&runs.iter().map(of).collect::<Vec<f64>>());
        Self {
            coverage: rate(|run| run[0]),
            score_coverage: rate(|run| run[1]),
            false_promotions: rate(|run| run[2]),
            power: rate(|run| run[3]),
            false_promotions_at_limit: rate(|run| run[4]),
        }
    }
}

/// What the verdicts of a rule lose, in scores, where promoting a division gains its true score less the policy's
/// `min_score`, and every other verdict gains nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Regret {
    /// The rule's name.
    pub rule: String,
    /// By how much a division's gain is below that of the right verdict.
    pub regret: Rate,
    /// The part of it that comes from promotions of divisions below `min_score`. The rest comes from divisions above it that
    /// were held or left open.
    pub harm: Rate,
}

/// What came of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The number of runs.
    pub runs: usize,
    /// With the classifier's errors in the posterior: [`Corrected`](crate::Corrected).
    pub corrected: Figures,
    /// With the predicted labels taken for the true ones: [`Policy`](crate::Policy).
    pub naive: Figures,
    /// What `Corrected` loses, and after it the other rules, in their order.
    pub regret: Vec<Regret>,
}

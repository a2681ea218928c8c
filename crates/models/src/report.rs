//! What training did.

use plaudit_core::Epoch;
use serde::{Deserialize, Serialize};

/// What training did: saved as `report.json`. It holds no time and no path, so that the same run writes the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct TrainReport {
    /// The instruction set that products ran on; another one gives other last digits.
    pub instruction_set: String,
    /// Rows that weights were fitted to.
    pub train_rows: usize,
    /// Rows that the best epoch was chosen by.
    pub valid_rows: usize,
    /// Training rows of each label, in the labels' order.
    pub train_labels: Vec<usize>,
    /// Training and validation texts cut at `max_tokens`.
    pub truncated: usize,
    /// Share of the validation part's tokens that the vocabulary does not hold, 0 to 1.
    pub unknown_share: f64,
    /// Word ids, padding and unknown included.
    pub vocab: usize,
    /// Weights in all.
    pub parameters: usize,
    /// Every epoch, in order.
    pub epochs: Vec<Epoch>,
    /// The epoch whose weights were kept, counted from 1.
    pub best_epoch: usize,
    /// Why training ended.
    pub stopped: Stopped,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// All epochs were done.
    Epochs,
    /// No better epoch within the patience.
    Patience,
    /// The observer asked for it.
    Observer,
}

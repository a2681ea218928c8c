//! What training did.

use serde::{Deserialize, Serialize};

/// What the training of a linear classifier did. Saved with the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct LinearReport {
    /// Rows that weights were fitted to.
    pub train_rows: usize,
    /// Rows that `c` was chosen by.
    pub valid_rows: usize,
    /// How many of the training rows have each label, in the labels' order.
    pub train_labels: Vec<usize>,
    /// Columns of the features.
    pub columns: usize,
    /// One fit a `c`, in the order of the configuration.
    pub fits: Vec<LinearFit>,
    /// The place of the fit that was taken among them.
    pub best: usize,
}

impl LinearReport {
    /// Returns the fit that was taken.
    pub fn best_fit(&self) -> Option<&LinearFit> {
        self.fits.get(self.best)
    }
}

/// One fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct LinearFit {
    /// The `c` that it was fitted with.
    pub c: f64,
    /// Steps of the search, from the weights of the fit before.
    pub iterations: usize,
    /// Whether the search came to its end: no slope was above the tolerance.
    pub converged: bool,
    /// The mean loss of the training rows in nats, weighed, with the penalty.
    pub loss: f64,
    /// The mean loss on the validation part in nats; none where there is no such part.
    pub valid_loss: Option<f64>,
    /// Accuracy on the validation part, 0 to 1.
    pub valid_accuracy: Option<f64>,
    /// Macro-averaged F1 on the validation part, 0 to 1.
    pub valid_macro_f1: Option<f64>,
}

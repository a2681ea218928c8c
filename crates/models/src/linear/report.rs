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
    /// One fit a `c`, in the order of the configuration; one where there is no `c`.
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
    /// The `c` that it was fitted with; none for averaged n-grams and the majority.
    pub c: Option<f64>,
    /// Steps of the search, from the weights of the fit before; of labels against all others, those of all searches.
    pub iterations: usize,
    /// Whether the search came to its end: no slope was above the tolerance. Averaged n-grams take so many steps and end.
    pub converged: bool,
    /// The mean loss of the training rows, weighed, with the penalty: in nats where it is logistic; of labels against all others, the sum
    /// of theirs. Of averaged n-grams the mean over the last epoch, each row before its step.
    pub loss: f64,
    /// What the margins of labels against all others were multiplied by before the softmax, so that the log-loss on the validation part is the
    /// least ([`Calibration`](plaudit_metrics::Calibration)); it is in the weights. None where the probabilities are the model's own, or the validation part is too
    /// small or without an error. The weights' `c` was chosen on the same rows, so probabilities on them are a little better than on others.
    pub inverse_temperature: Option<f64>,
    /// The mean loss on the validation part in nats; none where there is no such part.
    pub valid_loss: Option<f64>,
    /// Accuracy on the validation part, 0 to 1.
    pub valid_accuracy: Option<f64>,
    /// Macro-averaged F1 on the validation part, 0 to 1.
    pub valid_macro_f1: Option<f64>,
    /// Macro-averaged recall on the validation part, 0 to 1.
    pub valid_macro_recall: Option<f64>,
}

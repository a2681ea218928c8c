//! What makes one epoch better than another.

use plaudit_core::Epoch;
use plaudit_metrics::ConfusionMatrix;
use serde::{Deserialize, Serialize};

/// What makes one epoch better than another on the validation part: a higher value of this, or the same with a lower loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// The mean of the labels' F1.
    #[default]
    MacroF1,
    /// The share that is right.
    Accuracy,
    /// The mean of the labels' recalls.
    MacroRecall,
    /// The loss alone.
    Loss,
}

/// Fills in the figures of an epoch on the validation part: those of its confusions, and the mean loss in nats.
pub(crate) fn judge(epoch: &mut Epoch, matrix: &ConfusionMatrix, loss: f64) {
    let report = matrix.report();
    epoch.valid_loss = loss;
    epoch.valid_accuracy = report.accuracy.unwrap_or(0.0);
    epoch.valid_macro_f1 = report.macro_average.f1.unwrap_or(0.0);
    epoch.valid_macro_recall = report.macro_average.recall.unwrap_or(0.0);
}

impl Selection {
    /// What epochs are compared by; the greater pair is the better one.
    pub(crate) fn rank(self, epoch: &Epoch) -> (f64, f64) {
        let value = match self {
            Self::MacroF1 => epoch.valid_macro_f1,
            Self::Accuracy => epoch.valid_accuracy,
            Self::MacroRecall => epoch.valid_macro_recall,
            Self::Loss => 0.0,
        };
        (value, -epoch.valid_loss)
    }
}

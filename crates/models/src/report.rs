//! What training did.

use plaudit_core::Epoch;
use plaudit_kernels::InstructionSet;
use serde::{Deserialize, Serialize};

use crate::{LinearReport, VectorsReport};

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
    /// A digest of the texts and the labels of both parts, in 16 hexadecimal digits: scores from folds of other rows do not
    /// calibrate this classifier. None where the weights came ready.
    pub rows: Option<String>,
    /// Training and validation texts cut at `max_tokens`.
    pub truncated: usize,
    /// Share of the validation part's tokens that the vocabulary does not hold, 0 to 1.
    pub unknown_share: f64,
    /// How far the word vectors that training was given reach; none where it was given none.
    pub vectors: Option<VectorsReport>,
    /// A digest of the classifier that it was [fine-tuned](crate::fine_tune) from, in 16 hexadecimal digits; none where it was not.
    #[serde(default)]
    pub begun_from: Option<String>,
    /// Word ids, padding and unknown included: 2 where no word was left, and then texts hardly differ.
    pub vocab: usize,
    /// Weights in all.
    pub parameters: usize,
    /// Every epoch, in order.
    pub epochs: Vec<Epoch>,
    /// The epoch whose weights were kept, counted from 1; 0 where there was none.
    pub best_epoch: usize,
    /// Why training ended.
    pub stopped: Stopped,
    /// How loud the network is beside a linear model that was [trained apart](crate::WideAndDeepConfig::apart): its share, above 0 and below 1, of the sum of both
    /// parts' logits of equal spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_share: Option<f64>,
    /// The epoch that was kept, with the validation figures of both parts [joined](crate::WideAndDeepConfig::apart). The validation part chose the share and the
    /// linear model's `c`, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Epoch>,
    /// What the training of the linear model did, where it was [trained apart](crate::WideAndDeepConfig::apart); `epochs` are then of the network alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linear: Option<LinearReport>,
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
    /// It was elsewhere: the weights came ready, and all counts of rows are 0.
    Elsewhere,
}

impl TrainReport {
    /// The report of a network whose weights came ready.
    pub(crate) fn elsewhere(labels: usize, vocab: usize, parameters: usize) -> Self {
        Self {
            instruction_set: InstructionSet::best().name().to_owned(),
            train_rows: 0,
            valid_rows: 0,
            train_labels: vec![0; labels],
            rows: None,
            truncated: 0,
            unknown_share: 0.0,
            vectors: None,
            begun_from: None,
            vocab,
            parameters,
            epochs: Vec::new(),
            best_epoch: 0,
            stopped: Stopped::Elsewhere,
            network_share: None,
            joined: None,
            linear: None,
        }
    }

    /// Returns the epoch that was kept, with the validation figures of the model as it is: those of [`joined`](Self::joined) where there are any; none where there
    /// was no epoch.
    pub fn chosen(&self) -> Option<Epoch> {
        let best = || self.best_epoch.checked_sub(1).and_then(|best| self.epochs.get(best)).copied();
        self.joined.or_else(best)
    }

    /// Whether it can be the report of a model with so many labels and word ids.
    pub(crate) fn fits(&self, labels: usize, vocab: usize) -> bool {
        let first = usize::from(self.stopped != Stopped::Elsewhere);
        self.train_labels.len() == labels
            && self.vocab == vocab
            && (first..=self.epochs.len()).contains(&self.best_epoch)
    }
}

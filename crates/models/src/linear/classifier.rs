//! A trained linear classifier.

use std::fmt;
use std::sync::Arc;

use plaudit_core::{Classifier, Features, Labels, Result, Scores, SparseRow};
use rayon::prelude::*;

use super::weights::Weights;
use super::{Baseline, LinearReport};

/// A trained linear classifier: features, labels and weights together. [`train_baseline`](crate::train_baseline) makes it.
/// Every [`Baseline`] is one: averaged n-grams and NB-SVM have their vectors and ratios in the weights when they are trained.
///
/// Cloning is cheap and clones share everything; prediction borrows, so one value serves all threads without a lock.
pub struct LinearClassifier<F> {
    parts: Arc<Parts<F>>,
}

struct Parts<F> {
    features: F,
    labels: Labels,
    config: Baseline,
    weights: Weights,
    report: LinearReport,
}

impl<F> LinearClassifier<F> {
    pub(super) fn new(features: F, labels: Labels, config: Baseline, weights: Weights, report: LinearReport) -> Self {
        Self { parts: Arc::new(Parts { features, labels, config, weights, report }) }
    }

    /// Returns what turns a text into numbers.
    pub fn features(&self) -> &F {
        &self.parts.features
    }

    /// Returns the configuration that it was trained with, labels filled in.
    pub fn config(&self) -> &Baseline {
        &self.parts.config
    }

    /// Returns what training did.
    pub fn report(&self) -> &LinearReport {
        &self.parts.report
    }

    /// Returns the weights of a label, the place of which is counted from 0: one a column of the features, and its bias after them; none
    /// where no training row had the label. Where two labels occur, those of the first are 0.
    pub fn weights(&self, label: usize) -> Option<Vec<f32>> {
        self.parts.weights.of_label(label)
    }

    pub(super) fn raw_weights(&self) -> &Weights {
        &self.parts.weights
    }
}

impl<F> Clone for LinearClassifier<F> {
    fn clone(&self) -> Self {
        Self { parts: Arc::clone(&self.parts) }
    }
}

impl<F> fmt::Debug for LinearClassifier<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (labels, columns) = (&self.parts.labels, self.parts.report.columns);
        f.debug_struct("LinearClassifier").field("labels", labels).field("columns", &columns).finish_non_exhaustive()
    }
}

impl<F: Features> Classifier for LinearClassifier<F> {
    fn labels(&self) -> &Labels {
        &self.parts.labels
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        let Parts { features, labels, weights, .. } = &*self.parts;
        out.reset(labels);
        let score = |row: &mut SparseRow, text: &&str| {
            features.features_into(text, row);
            weights.probabilities(row.iter())
        };
        let rows: Vec<Vec<f32>> = texts.par_iter().map_init(SparseRow::new, score).collect();
        rows.iter().try_for_each(|row| out.push(row))
    }
}

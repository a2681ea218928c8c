//! Sums of weights by true and predicted label, and the scores that follow from them alone.

use std::borrow::Cow;

use crate::{Averages, ConfusionMatrix, Disagreement, Metric, OneVsRest};

/// Sums of the texts' weights: rows are the truth, columns the prediction.
#[derive(Debug, Clone)]
pub(crate) struct Cells {
    width: usize,
    cells: Vec<f64>,     // row-major, [labels, labels]
    truth: Vec<f64>,     // sums of rows
    predicted: Vec<f64>, // sums of columns
    total: f64,
}

/// The true and the predicted label of each text, to be counted with any weights.
pub(crate) struct Pairs<'a> {
    width: usize,
    truth: &'a [usize],
    predicted: Cow<'a, [usize]>,
    occurs: Vec<bool>,  // by label: whether a text has it
    guessed: Vec<bool>, // by label: whether it was predicted
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(width: usize, truth: &'a [usize], predicted: Cow<'a, [usize]>, weights: &[f64]) -> Self {
        let mut pairs = Self { width, truth, predicted, occurs: Vec::new(), guessed: Vec::new() };
        let cells = pairs.cells(weights);
        pairs.occurs = cells.truth.iter().map(|&weight| weight > 0.0).collect();
        pairs.guessed = cells.predicted.iter().map(|&weight| weight > 0.0).collect();
        pairs
    }

    /// The sums where text `i` weighs `weights[i]`.
    pub(crate) fn cells(&self, weights: &[f64]) -> Cells {
        let mut cells = vec![0.0; self.width * self.width];
        for ((&truth, &predicted), weight) in self.truth.iter().zip(self.predicted.iter()).zip(weights) {
            if let Some(cell) = cells.get_mut(truth * self.width + predicted) {
                *cell += weight;
            }
        }
        Cells::new(self.width, cells)
    }

    /// The figure of all labels together, from cells of a resample. It is none where a mean over labels would be one over
    /// other labels than those of the texts: where one was not drawn that occurs, or of precision, one that was predicted.
    pub(crate) fn figure(&self, cells: &Cells, metric: Metric) -> Option<f64> {
        let lost = |present: &[bool], drawn: &[f64]| present.iter().zip(drawn).any(|(&was, &is)| was && is <= 0.0);
        let undefined = match metric {
            Metric::BalancedAccuracy | Metric::Recall | Metric::F1 => lost(&self.occurs, &cells.truth),
            Metric::Precision => lost(&self.guessed, &cells.predicted),
            _ => false,
        };
        if undefined { None } else { cells.figure(metric) }
    }
}

impl From<&ConfusionMatrix> for Cells {
    fn from(matrix: &ConfusionMatrix) -> Self {
        Self::new(matrix.labels().len(), matrix.cells().collect())
    }
}

impl Cells {
    /// The sum of the weights of each label's texts.
    pub(crate) fn truth(&self) -> &[f64] {
        &self.truth
    }

    /// The sum of the weights of each label's predictions.
    pub(crate) fn predicted(&self) -> &[f64] {
        &self.predicted
    }

    /// The sum of the weights of texts of label `truth` that were predicted as `predicted`.
    pub(crate) fn at(&self, truth: usize, predicted: usize) -> f64 {
        self.cells.get(truth * self.width + predicted).copied().unwrap_or(0.0)
    }

    /// `cells` is `[width, width]`.
    pub(crate) fn new(width: usize, cells: Vec<f64>) -> Self {
        let truth: Vec<f64> = cells.chunks_exact(width).map(|row| row.iter().sum()).collect();
        let mut predicted = vec![0.0; width];
        for row in cells.chunks_exact(width) {
            predicted.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
        }
        let total = truth.iter().sum();
        Self { width, cells, truth, predicted, total }
    }

    fn diagonal(&self) -> impl Iterator<Item = f64> {
        self.cells.iter().step_by(self.width + 1).copied()
    }

    pub(crate) fn one_vs_rest(&self, label: usize) -> OneVsRest {
        let at = |values: &[f64]| values.get(label).copied().unwrap_or(0.0);
        let (truth, predicted) = (at(&self.truth), at(&self.predicted));
        let true_positives = self.diagonal().nth(label).unwrap_or(0.0);
        let (false_positives, false_negatives) = (predicted - true_positives, truth - true_positives);
        // Weights may leave a rounding error below 0.
        let true_negatives = (self.total - truth - false_positives).max(0.0);
        OneVsRest {
            true_positives,
            false_positives: false_positives.max(0.0),
            false_negatives: false_negatives.max(0.0),
            true_negatives,
        }
    }

    /// The counts of each label against all others.
    pub(crate) fn classes(&self) -> impl ExactSizeIterator<Item = OneVsRest> {
        (0..self.width).map(|label| self.one_vs_rest(label))
    }

    pub(crate) fn accuracy(&self) -> Option<f64> {
        (self.total > 0.0).then(|| self.diagonal().sum::<f64>() / self.total)
    }

    /// The mean recall of the labels that occur.
    pub(crate) fn balanced_accuracy(&self) -> Option<f64> {
        let (sum, occurring) = self
            .classes()
            .filter_map(|class| class.recall())
            .fold((0.0, 0.0), |(sum, n), recall| (sum + recall, n + 1.0));
        (occurring > 0.0).then(|| sum / occurring)
    }

    pub(crate) fn macro_average(&self) -> Averages {
        self.average(|_| 1.0)
    }

    pub(crate) fn weighted_average(&self) -> Averages {
        self.average(|class| class.true_positives + class.false_negatives)
    }

    pub(crate) fn micro_average(&self) -> Averages {
        let accuracy = self.accuracy();
        // Each wrong prediction is a false positive of one label and a true negative of all but two.
        let negatives = self.total * (self.width as f64 - 1.0);
        let wrong = self.total - self.diagonal().sum::<f64>();
        let specificity = (negatives > 0.0).then(|| (negatives - wrong) / negatives);
        Averages { precision: accuracy, recall: accuracy, specificity, f1: accuracy }
    }

    /// The figure of all labels together; none also where it needs probabilities.
    pub(crate) fn figure(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Accuracy => self.accuracy(),
            Metric::BalancedAccuracy => self.balanced_accuracy(),
            Metric::Precision => self.macro_average().precision,
            Metric::Recall => self.macro_average().recall,
            Metric::Specificity => self.macro_average().specificity,
            Metric::F1 => self.macro_average().f1,
            Metric::WeightedF1 => self.weighted_average().f1,
            Metric::Mcc => self.mcc(),
            Metric::Kappa => self.kappa(Disagreement::Nominal),
            Metric::QuadraticKappa => self.kappa(Disagreement::Quadratic),
            _ => None,
        }
    }

    fn average(&self, weight: impl Fn(&OneVsRest) -> f64) -> Averages {
        let mean = |score: fn(&OneVsRest) -> Option<f64>| {
            let sums = self.classes().fold((0.0, 0.0), |(sum, whole), class| {
                let weight = weight(&class);
                (sum + weight * score(&class).unwrap_or(0.0), whole + weight)
            });
            (self.total > 0.0).then(|| sums.0 / sums.1)
        };
        Averages {
            precision: mean(OneVsRest::precision),
            recall: mean(OneVsRest::recall),
            specificity: mean(OneVsRest::specificity),
            f1: mean(OneVsRest::f1),
        }
    }

    /// Gorodkin's correlation of truth and prediction.
    pub(crate) fn mcc(&self) -> Option<f64> {
        let whole = self.total * self.total;
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let covariance = self.diagonal().sum::<f64>() * self.total - dot(&self.truth, &self.predicted);
        let spreads = [&self.truth, &self.predicted].map(|sums| whole - dot(sums, sums));
        // One root after the other: the product of sums of the greatest weights would overflow.
        let [truth, predicted] = spreads;
        (truth > 0.0 && predicted > 0.0).then(|| covariance / truth.sqrt() / predicted.sqrt())
    }

    pub(crate) fn kappa(&self, disagreement: Disagreement) -> Option<f64> {
        let cost = |a: usize, b: usize| match disagreement {
            Disagreement::Nominal => f64::from(u8::from(a != b)),
            Disagreement::Linear => a.abs_diff(b) as f64,
            Disagreement::Quadratic => (a.abs_diff(b) as f64).powi(2),
        };
        let (mut seen, mut expected) = (0.0, 0.0);
        for (label, (row, truth)) in self.cells.chunks_exact(self.width).zip(&self.truth).enumerate() {
            for (other, (cell, predicted)) in row.iter().zip(&self.predicted).enumerate() {
                seen += cost(label, other) * cell;
                expected += cost(label, other) * truth * predicted;
            }
        }
        (expected > 0.0).then(|| 1.0 - seen * self.total / expected)
    }
}

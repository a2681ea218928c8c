//! The scores of a classifier: per class, averaged, and overall.

use plaudit_stats::{Interval, wilson_share};
use serde::{Deserialize, Serialize};

use crate::cells::Cells;
use crate::resampling::LEVEL;
use crate::{ConfusionMatrix, Disagreement, Metric, OneVsRest};

/// The scores of one confusion matrix. `Display` prints them as a table.
///
/// # Example: the two kinds of mean recall
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::ConfusionMatrix;
///
/// // No text is neutral: scikit-learn's macro recall counts that label as 0, its balanced accuracy leaves it out.
/// let report = ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 0, 2], &[0, 0, 2])?.report();
/// assert_eq!(report.macro_average.recall, Some(2.0 / 3.0));
/// assert_eq!(report.balanced_accuracy, Some(1.0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The number of texts.
    pub total: u64,
    /// The number of texts whose prediction is right.
    pub correct: u64,
    /// The share of right predictions, 0 to 1; none where there is no text.
    pub accuracy: Option<f64>,
    /// Wilson's interval for the accuracy, of 95 % unless the [evaluation](crate::Evaluation) asks for another level; it holds
    /// the chance of the draw of the texts, and nothing else. With weights it is that of the
    /// [effective number](ConfusionMatrix::effective_total) of texts. None where the texts of an evaluation are clusters.
    pub accuracy_interval: Option<Interval>,
    /// The other reading of accuracy: Eq. 29 for each label against the others ([`OneVsRest::accuracy`]), averaged over the
    /// labels. With many labels it is high even for a useless classifier.
    pub binary_accuracy: Option<f64>,
    /// The mean recall of the labels that occur, as scikit-learn's `balanced_accuracy_score`; none where there is no
    /// text. It equals the macro recall where every label occurs.
    pub balanced_accuracy: Option<f64>,
    /// Matthews' correlation coefficient for any number of labels (Gorodkin 2004), -1 to 1: 0 for chance. None where
    /// all texts have one true label, or one predicted label.
    pub mcc: Option<f64>,
    /// [Cohen's kappa](ConfusionMatrix::kappa), labels unordered.
    pub kappa: Option<f64>,
    /// The scores of each label, in the labels' order.
    pub classes: Vec<ClassReport>,
    /// Each label counts the same.
    pub macro_average: Averages,
    /// Each label counts by its support.
    pub weighted_average: Averages,
    /// Counts are added up over the labels before dividing. With one label a text, micro precision, recall and F1 all
    /// equal the accuracy.
    pub micro_average: Averages,
    /// The counts that all this comes from.
    pub matrix: ConfusionMatrix,
}

/// The scores of one label against all others, each 0 to 1, or none where it would divide by zero ([`OneVsRest`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClassReport {
    /// The label.
    pub label: String,
    /// The number of texts that truly have it.
    pub support: u64,
    /// The number of texts that were predicted to have it.
    pub predicted: u64,
    /// The accuracy of "this label or not" (Eq. 29).
    pub accuracy: Option<f64>,
    /// The share of its predictions that are right (Eq. 30).
    pub precision: Option<f64>,
    /// Wilson's interval for the precision, given how often the label was predicted; of the level of that for the accuracy.
    pub precision_interval: Option<Interval>,
    /// The share of its texts that were found, also called sensitivity and true positive rate (Eq. 31, 34).
    #[doc(alias = "tpr")]
    pub recall: Option<f64>,
    /// Wilson's interval for the recall.
    pub recall_interval: Option<Interval>,
    /// The share of the other texts that were not taken for it (Eq. 32).
    pub specificity: Option<f64>,
    /// Wilson's interval for the specificity.
    pub specificity_interval: Option<Interval>,
    /// The harmonic mean of precision and recall (Eq. 33).
    pub f1: Option<f64>,
    /// The false positive rate, 1 - specificity (Eq. 35).
    pub fpr: Option<f64>,
}

/// Scores averaged over all declared labels, each 0 to 1; none where there is no text.
///
/// In the macro and weighted averages an undefined score counts as 0, as in scikit-learn with `zero_division=0` and
/// `labels` set to all of them: a label that never occurs pulls the macro average down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Averages {
    /// The average precision.
    pub precision: Option<f64>,
    /// The average recall.
    pub recall: Option<f64>,
    /// The average specificity. The micro average has none where there is only one label.
    pub specificity: Option<f64>,
    /// The average F1: the mean of the labels' F1, not the F1 of mean precision and recall.
    pub f1: Option<f64>,
}

impl From<&ConfusionMatrix> for Report {
    fn from(matrix: &ConfusionMatrix) -> Self {
        Self::new(matrix, Some(LEVEL))
    }
}

impl Report {
    /// Returns a figure of all labels together, one of [`Metric::OF_PREDICTIONS`]; none of another, and where it would divide by 0.
    pub fn figure(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Accuracy => self.accuracy,
            Metric::BalancedAccuracy => self.balanced_accuracy,
            Metric::Precision => self.macro_average.precision,
            Metric::Recall => self.macro_average.recall,
            Metric::Specificity => self.macro_average.specificity,
            Metric::F1 => self.macro_average.f1,
            Metric::WeightedF1 => self.weighted_average.f1,
            Metric::Mcc => self.mcc,
            Metric::Kappa => self.kappa,
            _ => None,
        }
    }

    /// The scores, with Wilson's intervals of this level; without one, as the texts are no independent draws, with none.
    pub(crate) fn new(matrix: &ConfusionMatrix, level: Option<f64>) -> Self {
        let cells = Cells::from(matrix);
        let squares = Cells::new(matrix.labels().len(), matrix.squares().collect());
        // So many texts of weight 1 say as much (Kish 1965).
        let interval = |share: Option<f64>, sum: f64, squares: f64| wilson_share(share?, sum * sum / squares, level?);
        let class = |(label, name): (usize, &str)| {
            let (counts, squares) = (cells.one_vs_rest(label), squares.one_vs_rest(label));
            let positives = |of: &OneVsRest| of.true_positives + of.false_negatives;
            let guessed = |of: &OneVsRest| of.true_positives + of.false_positives;
            let negatives = |of: &OneVsRest| of.true_negatives + of.false_positives;
            ClassReport {
                label: name.to_owned(),
                support: matrix.support(label),
                predicted: matrix.predicted(label),
                accuracy: counts.accuracy(),
                precision: counts.precision(),
                precision_interval: interval(counts.precision(), guessed(&counts), guessed(&squares)),
                recall: counts.recall(),
                recall_interval: interval(counts.recall(), positives(&counts), positives(&squares)),
                specificity: counts.specificity(),
                specificity_interval: interval(counts.specificity(), negatives(&counts), negatives(&squares)),
                f1: counts.f1(),
                fpr: counts.fpr(),
            }
        };
        let classes: Vec<ClassReport> = matrix.labels().iter().enumerate().map(class).collect();
        let accuracy = cells.accuracy();
        let binary: f64 = cells.classes().filter_map(|class| class.accuracy()).sum();
        Self {
            total: matrix.total(),
            correct: matrix.correct(),
            accuracy,
            accuracy_interval: accuracy.and_then(|share| wilson_share(share, matrix.effective_total(), level?)),
            binary_accuracy: accuracy.map(|_| binary / classes.len() as f64),
            balanced_accuracy: cells.balanced_accuracy(),
            mcc: cells.mcc(),
            kappa: cells.kappa(Disagreement::Nominal),
            macro_average: cells.macro_average(),
            weighted_average: cells.weighted_average(),
            micro_average: cells.micro_average(),
            classes,
            matrix: matrix.clone(),
        }
    }
}

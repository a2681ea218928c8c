//! The scores of a classifier: per class, averaged, and overall.

use plaudit_stats::{Interval, wilson};
use serde::{Serialize, Serializer};

use crate::{ConfusionMatrix, OneVsRest};

/// The level of [`Report::accuracy_interval`].
const LEVEL: f64 = 0.95;

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
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The number of texts.
    pub total: u64,
    /// The number of texts whose prediction is right.
    pub correct: u64,
    /// The share of right predictions, 0 to 1; none where there is no text.
    pub accuracy: Option<f64>,
    /// Wilson's 95 % interval for the accuracy; it holds the chance of the draw of the texts, and nothing else.
    #[serde(serialize_with = "interval")]
    pub accuracy_interval: Option<Interval>,
    /// The mean recall of the labels that occur, as scikit-learn's `balanced_accuracy_score`; none where there is no
    /// text. It equals the macro recall where every label occurs.
    pub balanced_accuracy: Option<f64>,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassReport {
    /// The label.
    pub label: String,
    /// The number of texts that truly have it.
    pub support: u64,
    /// The number of texts that were predicted to have it.
    pub predicted: u64,
    /// The share of its predictions that are right (Eq. 30).
    pub precision: Option<f64>,
    /// The share of its texts that were found, also called sensitivity and true positive rate (Eq. 31, 34).
    #[doc(alias = "tpr")]
    pub recall: Option<f64>,
    /// The share of the other texts that were not taken for it (Eq. 32).
    pub specificity: Option<f64>,
    /// The harmonic mean of precision and recall (Eq. 33).
    pub f1: Option<f64>,
    /// The false positive rate, 1 - specificity (Eq. 35).
    pub fpr: Option<f64>,
}

/// Scores averaged over all declared labels, each 0 to 1; none where there is no text.
///
/// In the macro and weighted averages an undefined score counts as 0, as in scikit-learn with `zero_division=0` and
/// `labels` set to all of them: a label that never occurs pulls the macro average down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
        let (total, correct) = (matrix.total(), matrix.correct());
        let classes: Vec<ClassReport> = matrix
            .labels()
            .iter()
            .enumerate()
            .map(|(index, label)| ClassReport::new(label, &matrix.one_vs_rest(index)))
            .collect();
        let (mut recalls, mut occurring) = (0.0, 0.0);
        for recall in classes.iter().filter_map(|class| class.recall) {
            recalls += recall;
            occurring += 1.0;
        }
        let accuracy = (total > 0).then(|| correct as f64 / total as f64);
        // Each wrong prediction is a false positive of one label and a true negative of all but two.
        let negatives = total as f64 * (classes.len() as f64 - 1.0);
        let wrong = (total - correct) as f64;
        let micro_specificity = (negatives > 0.0).then(|| (negatives - wrong) / negatives);
        Self {
            total,
            correct,
            accuracy,
            accuracy_interval: wilson(correct, total, LEVEL),
            balanced_accuracy: (total > 0).then(|| recalls / occurring),
            macro_average: Averages::new(&classes, total, |_| 1.0),
            weighted_average: Averages::new(&classes, total, |class| class.support as f64),
            micro_average: Averages {
                precision: accuracy,
                recall: accuracy,
                specificity: micro_specificity,
                f1: accuracy,
            },
            classes,
            matrix: matrix.clone(),
        }
    }
}

impl ClassReport {
    fn new(label: &str, counts: &OneVsRest) -> Self {
        Self {
            label: label.to_owned(),
            support: counts.true_positives + counts.false_negatives,
            predicted: counts.true_positives + counts.false_positives,
            precision: counts.precision(),
            recall: counts.recall(),
            specificity: counts.specificity(),
            f1: counts.f1(),
            fpr: counts.fpr(),
        }
    }
}

impl Averages {
    fn new(classes: &[ClassReport], total: u64, weight: impl Fn(&ClassReport) -> f64) -> Self {
        let whole: f64 = classes.iter().map(&weight).sum();
        let mean = |score: fn(&ClassReport) -> Option<f64>| {
            let sum: f64 = classes.iter().map(|class| weight(class) * score(class).unwrap_or(0.0)).sum();
            (total > 0).then(|| sum / whole)
        };
        Self {
            precision: mean(|class| class.precision),
            recall: mean(|class| class.recall),
            specificity: mean(|class| class.specificity),
            f1: mean(|class| class.f1),
        }
    }
}

/// Writes an interval as `{"low", "high", "level"}`.
fn interval<S: Serializer>(interval: &Option<Interval>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Ends {
        low: f64,
        high: f64,
        level: f64,
    }
    interval.map(|Interval { low, high, level }| Ends { low, high, level }).serialize(serializer)
}

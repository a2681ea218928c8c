//! Who was taken for whom.

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::{OneVsRest, Report};

/// Counts of texts by true and predicted label: rows are the truth, columns the prediction, both in the labels' order.
///
/// Labels go by index, counted from 0. Serialised as `{"labels": [..], "counts": [[..], ..]}`, and checked on the way in.
///
/// # Example: counting as predictions arrive
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::ConfusionMatrix;
///
/// let mut matrix = ConfusionMatrix::new(Labels::polarity());
/// matrix.add(0, 0)?;
/// matrix.add(0, 2)?; // a positive text taken for a negative one
/// assert_eq!((matrix.count(0, 2), matrix.support(0), matrix.predicted(2)), (1, 2, 1));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Rows", into = "Rows")]
pub struct ConfusionMatrix {
    labels: Labels,
    counts: Vec<u64>, // row-major, [labels, labels]
    total: u64,
}

impl ConfusionMatrix {
    /// Returns a matrix of zeros.
    pub fn new(labels: Labels) -> Self {
        let counts = vec![0; labels.len() * labels.len()];
        Self { labels, counts, total: 0 }
    }

    /// Returns the counts of these pairs; `truth[i]` and `predicted[i]` are the label indexes of text `i`.
    ///
    /// # Errors
    /// When the lists have different lengths, or an index is not that of a label; the message names the row.
    pub fn from_pairs(labels: Labels, truth: &[usize], predicted: &[usize]) -> Result<Self> {
        if truth.len() != predicted.len() {
            let lengths = format!("{} true labels and {} predicted ones", truth.len(), predicted.len());
            return Err(Error::config(format!("confusion matrix: {lengths}; expected one of each a text")));
        }
        let mut matrix = Self::new(labels);
        for (row, (&truth, &predicted)) in truth.iter().zip(predicted).enumerate() {
            matrix.add(truth, predicted).map_err(|error| match error {
                Error::Config { faults } => Error::config(format!("row {row}: {}", faults.join("; "))),
                other => other,
            })?;
        }
        Ok(matrix)
    }

    /// Counts one text.
    ///
    /// # Errors
    /// When an index is not that of a label, or the total would pass `u64::MAX`; nothing is counted then.
    pub fn add(&mut self, truth: usize, predicted: usize) -> Result<()> {
        let width = self.labels.len();
        for (what, index) in [("true", truth), ("predicted", predicted)] {
            if index >= width {
                let message = format!("confusion matrix: {what} label {index}; expected 0 to {}", width - 1);
                return Err(Error::config(message));
            }
        }
        self.total = self.total.checked_add(1).ok_or_else(too_many)?;
        if let Some(count) = self.counts.get_mut(truth * width + predicted) {
            *count += 1;
        }
        Ok(())
    }

    /// Adds the counts of `other`, which must have the same labels in the same order.
    ///
    /// # Errors
    /// When the labels differ, or the total would pass `u64::MAX`; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.labels != other.labels {
            return Err(Error::config("confusion matrix: the other matrix has other labels, or another order of them"));
        }
        self.total = self.total.checked_add(other.total).ok_or_else(too_many)?;
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        Ok(())
    }

    /// Returns the labels, in the order of rows and columns.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns how many texts of label `truth` were predicted as `predicted`; 0 where there is no such label.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        self.rows().nth(truth).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
    }

    /// Returns the rows in the labels' order, each `[labels]`.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.chunks_exact(self.labels.len())
    }

    /// Returns the number of texts.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of texts whose prediction is right: the sum of the diagonal.
    pub fn correct(&self) -> u64 {
        self.counts.iter().step_by(self.labels.len() + 1).sum()
    }

    /// Returns how many texts truly have this label: the sum of its row; 0 where there is no such label.
    pub fn support(&self, label: usize) -> u64 {
        self.rows().nth(label).map_or(0, |row| row.iter().sum())
    }

    /// Returns how many texts were predicted to have this label: the sum of its column; 0 where there is no such label.
    pub fn predicted(&self, label: usize) -> u64 {
        self.rows().filter_map(|row| row.get(label)).sum()
    }

    /// Returns the counts of one label against all others; where there is no such label, every text is a true negative.
    pub fn one_vs_rest(&self, label: usize) -> OneVsRest {
        let true_positives = self.count(label, label);
        let false_positives = self.predicted(label) - true_positives;
        let false_negatives = self.support(label) - true_positives;
        let true_negatives = self.total - true_positives - false_positives - false_negatives;
        OneVsRest { true_positives, false_positives, false_negatives, true_negatives }
    }

    /// Returns the scores of these counts.
    pub fn report(&self) -> Report {
        Report::from(self)
    }
}

fn too_many() -> Error {
    Error::config(format!("confusion matrix: more than {} texts", u64::MAX))
}

/// The serialised form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    labels: Labels,
    counts: Vec<Vec<u64>>,
}

impl From<ConfusionMatrix> for Rows {
    fn from(matrix: ConfusionMatrix) -> Self {
        let counts = matrix.rows().map(<[u64]>::to_vec).collect();
        Self { labels: matrix.labels, counts }
    }
}

impl TryFrom<Rows> for ConfusionMatrix {
    type Error = Error;

    fn try_from(Rows { labels, counts }: Rows) -> Result<Self> {
        let width = labels.len();
        if counts.len() != width {
            return Err(Error::config(format!("counts: {} rows for {width} labels", counts.len())));
        }
        if let Some((row, found)) = counts.iter().map(Vec::len).enumerate().find(|&(_, len)| len != width) {
            return Err(Error::config(format!("counts: row {row} has {found} columns for {width} labels")));
        }
        let counts = counts.concat();
        let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count)).ok_or_else(too_many)?;
        Ok(Self { labels, counts, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> ConfusionMatrix {
        ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 0, 1, 2, 2], &[0, 2, 0, 2, 2]).unwrap()
    }

    #[test]
    fn rows_are_the_truth() {
        let matrix = example();
        assert_eq!(matrix.rows().collect::<Vec<_>>(), [[1, 0, 1], [1, 0, 0], [0, 0, 2]]);
        assert_eq!((matrix.total(), matrix.correct()), (5, 3));
        assert_eq!([matrix.support(0), matrix.support(1), matrix.support(2)], [2, 1, 2]);
        assert_eq!([matrix.predicted(0), matrix.predicted(1), matrix.predicted(2)], [2, 0, 3]);
        let rest = matrix.one_vs_rest(0);
        assert_eq!(
            [rest.true_positives, rest.false_positives, rest.false_negatives, rest.true_negatives],
            [1, 1, 1, 2]
        );
    }

    #[test]
    fn wrong_indexes_are_named_and_not_counted() {
        let error = ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 3], &[0, 0]).unwrap_err().to_string();
        assert!(error.contains("row 1") && error.contains("true label 3") && error.contains("0 to 2"), "{error}");
        let error = ConfusionMatrix::from_pairs(Labels::polarity(), &[0], &[]).unwrap_err().to_string();
        assert!(error.contains("1 true labels and 0 predicted"), "{error}");
        let mut matrix = example();
        assert!(matrix.add(0, usize::MAX).is_err());
        assert_eq!(matrix, example());
        assert_eq!((matrix.count(3, 0), matrix.count(0, 3), matrix.support(9), matrix.predicted(9)), (0, 0, 0, 0));
    }

    #[test]
    fn merging_adds_or_leaves_alone() {
        let mut matrix = example();
        matrix.merge(&example()).unwrap();
        assert_eq!((matrix.total(), matrix.count(2, 2)), (10, 4));
        assert!(matrix.merge(&ConfusionMatrix::new(Labels::dpms())).is_err());
        let full =
            format!(r#"{{"labels":["positive","neutral","negative"],"counts":[[{},0,0],[0,0,0],[0,0,0]]}}"#, u64::MAX);
        let full: ConfusionMatrix = serde_json::from_str(&full).unwrap();
        assert!(matrix.merge(&full).is_err());
        assert_eq!(matrix.total(), 10);
        assert!(full.clone().add(1, 1).is_err());
    }

    #[test]
    fn saved_and_read_back() {
        let json = serde_json::to_string(&example()).unwrap();
        assert_eq!(json, r#"{"labels":["positive","neutral","negative"],"counts":[[1,0,1],[1,0,0],[0,0,2]]}"#);
        assert_eq!(serde_json::from_str::<ConfusionMatrix>(&json).unwrap(), example());
        for (broken, fault) in [
            (r#"{"labels":["a","b"],"counts":[[1,2]]}"#, "1 rows for 2 labels"),
            (r#"{"labels":["a","b"],"counts":[[1,2],[3]]}"#, "row 1 has 1 columns"),
            (r#"{"labels":["a","a"],"counts":[[1,2],[3,4]]}"#, "stands twice"),
            (r#"{"labels":[],"counts":[]}"#, "at least one"),
            (r#"{"labels":["a"],"counts":[[-1]]}"#, "-1"),
            (r#"{"labels":["a"],"counts":[[1]],"total":2}"#, "unknown field"),
            (r#"{"labels":["a","b"],"counts":[[18446744073709551615,1],[0,0]]}"#, "more than"),
        ] {
            let error = serde_json::from_str::<ConfusionMatrix>(broken).unwrap_err().to_string();
            assert!(error.contains(fault), "{broken}: {error}");
        }
    }
}

//! Calibrated probabilities of texts.

use plaudit_core::{Error, Labels, Result, Scores};

/// By how much the sum of a row may miss 1: what single precision leaves.
const OFF: f64 = 1e-3;

/// The probability of each label for each text, `[texts, labels]`; each row adds up to 1.
///
/// They should be calibrated: of the texts with a probability of 0.8 for a label, 80 % have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Probabilities {
    labels: Labels,
    values: Vec<f64>,
}

impl Probabilities {
    /// Returns these probabilities, row-major `[texts, labels]`. Rows are divided by their sum, which single precision
    /// leaves beside 1.
    ///
    /// # Errors
    /// When a row is incomplete, has a value that is not finite or below 0, or misses a sum of 1 by more than 0.001.
    /// The message names the first such row, counted from 0.
    pub fn new(labels: Labels, mut values: Vec<f64>) -> Result<Self> {
        let width = labels.len();
        if !values.len().is_multiple_of(width) {
            let found = values.len();
            return Err(Error::config(format!("probabilities: {found} values; expected rows of {width}, one a label")));
        }
        for (row, of_text) in values.chunks_exact_mut(width).enumerate() {
            let sum: f64 = of_text.iter().sum();
            let good = of_text.iter().all(|&p| p >= 0.0) && (sum - 1.0).abs() <= OFF;
            if !good {
                let expected = "expected values from 0 that add up to 1";
                return Err(Error::config(format!("probabilities: row {row}: {of_text:?}; {expected}")));
            }
            of_text.iter_mut().for_each(|p| *p /= sum);
        }
        Ok(Self { labels, values })
    }

    /// Returns the probabilities that a classifier gave.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_scores(scores: &Scores) -> Result<Self> {
        Self::new(scores.labels().clone(), scores.as_slice().iter().copied().map(f64::from).collect())
    }

    /// Returns probabilities of 1 for these labels, by index, and of 0 for all others: predictions of a classifier that
    /// gives no probabilities.
    ///
    /// # Errors
    /// When an index is not that of a label; the message names the text, counted from 0.
    pub fn certain(labels: Labels, predicted: impl IntoIterator<Item = usize>) -> Result<Self> {
        let width = labels.len();
        let mut values = Vec::new();
        for (text, label) in predicted.into_iter().enumerate() {
            if label >= width {
                let expected = format!("expected 0 to {}", width - 1);
                return Err(Error::config(format!("probabilities: text {text}: label index {label}; {expected}")));
            }
            values.extend((0..width).map(|index| if index == label { 1.0 } else { 0.0 }));
        }
        Ok(Self { labels, values })
    }

    /// Returns the labels, in the order of the columns.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.values.len() / self.labels.len()
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the probabilities of each text in turn, `[labels]` each.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.values.chunks_exact(self.labels.len())
    }

    /// The mean of each column; none where there is no text.
    pub(super) fn means(&self) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; self.labels.len()];
        for row in self.rows() {
            sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
        }
        (!self.is_empty()).then(|| sums.into_iter().map(|sum| sum / self.len() as f64).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prevalence::probabilistic_classify_and_count;

    #[test]
    fn rows_are_checked_and_averaged() {
        let of = |values: &[f64]| Probabilities::new(Labels::new(["a", "b"]).unwrap(), values.to_vec());
        for (values, fault) in [
            (&[0.5][..], "1 values"),
            (&[1.0, 0.0, 0.5, f64::NAN], "row 1"),
            (&[1.5, -0.5], "row 0"),
            (&[f64::INFINITY, 0.0], "row 0"),
            (&[0.5, 0.4], "add up to 1"),
        ] {
            let error = of(values).unwrap_err().to_string();
            assert!(error.contains(fault), "{error}");
        }
        let two = of(&[0.9, 0.1, 0.3001, 0.7001]).unwrap();
        assert_eq!((two.len(), two.is_empty()), (2, false));
        let means = probabilistic_classify_and_count(&two).unwrap();
        assert!((means[0] - 0.6).abs() < 1e-4 && (means[0] + means[1] - 1.0).abs() < 1e-15, "{means:?}");
        assert!(probabilistic_classify_and_count(&of(&[]).unwrap()).is_err());
    }

    #[test]
    fn from_a_classifier() {
        let labels = Labels::new(["a", "b"]).unwrap();
        let mut scores = Scores::new(labels.clone());
        scores.push(&[0.1, 0.9]).unwrap();
        let one = Probabilities::from_scores(&scores).unwrap();
        assert!(one.rows().all(|row| (row[0] + row[1] - 1.0).abs() < 1e-15));
        let certain = Probabilities::certain(labels.clone(), [1, 0]).unwrap();
        assert_eq!(certain.rows().collect::<Vec<_>>(), [[0.0, 1.0], [1.0, 0.0]]);
        let error = Probabilities::certain(labels, [1, 2]).unwrap_err().to_string();
        assert!(error.contains("text 1: label index 2; expected 0 to 1"), "{error}");
    }
}

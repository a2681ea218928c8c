//! Probabilities for each label of each text.

use std::borrow::Cow;

use crate::error::Count;
use crate::{Error, Labels, Result};

/// One row of probabilities a text: a single row-major buffer `[texts, labels]`.
///
/// # Example: reading a batch
/// ```
/// use plaudit_core::{Labels, Scores};
///
/// let mut scores = Scores::new(Labels::polarity());
/// scores.push(&[0.7, 0.2, 0.1])?;
/// let first = scores.row(0).unwrap();
/// assert_eq!((first.label(), first.score()), ("positive", 0.7));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    labels: Labels,
    values: Vec<f32>,
}

impl Scores {
    /// Returns an empty table for these labels.
    pub fn new(labels: Labels) -> Self {
        Self { labels, values: Vec::new() }
    }

    /// Returns the labels, in the order of the columns.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Removes all rows, keeps the buffer, and takes over these labels.
    pub fn reset(&mut self, labels: &Labels) {
        self.values.clear();
        if self.labels != *labels {
            self.labels = labels.clone();
        }
    }

    /// Adds one row, `[labels]`.
    ///
    /// # Errors
    /// When the row has another length than the labels, or a value is not finite.
    pub fn push(&mut self, row: &[f32]) -> Result<()> {
        if row.len() != self.labels.len() {
            let (values, labels) = (Count(row.len(), "value"), Count(self.labels.len(), "label"));
            return Err(Error::config(format!("scores: a row has {values} for {labels}")));
        }
        if !row.iter().all(|value| value.is_finite()) {
            return Err(Error::config(format!("scores: row {} has a value that is not finite", self.len())));
        }
        self.values.extend_from_slice(row);
        Ok(())
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.labels.len()
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns row `index`, counted from 0.
    pub fn row(&self, index: usize) -> Option<Prediction<'_>> {
        let width = self.labels.len();
        let row = self.values.get(index.checked_mul(width)?..)?.get(..width)?;
        Some(Prediction { labels: self.labels.clone(), scores: Cow::Borrowed(row) })
    }

    /// Returns the rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Prediction<'_>> {
        self.values
            .chunks_exact(self.labels.len())
            .map(|row| Prediction { labels: self.labels.clone(), scores: Cow::Borrowed(row) })
    }

    /// Returns all values, row-major, `[texts, labels]`.
    pub fn as_slice(&self) -> &[f32] {
        &self.values
    }
}

/// The probabilities of one text: which label, how sure, and all the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction<'a> {
    labels: Labels,
    scores: Cow<'a, [f32]>,
}

impl Prediction<'_> {
    /// Returns the index of the most probable label; of equal ones, the first.
    pub fn index(&self) -> usize {
        let mut best = 0;
        let mut highest = f32::NEG_INFINITY;
        for (index, &score) in self.scores.iter().enumerate() {
            if score > highest {
                (best, highest) = (index, score);
            }
        }
        best
    }

    /// Returns the most probable label; of equal ones, the first.
    pub fn label(&self) -> &str {
        self.labels.name(self.index()).unwrap_or_default()
    }

    /// Returns the probability of [`label`](Self::label), 0 to 1.
    pub fn score(&self) -> f32 {
        self.scores.get(self.index()).copied().unwrap_or(0.0)
    }

    /// Returns the probability of every label, `[labels]`, in the labels' order.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }

    /// Returns `(label, probability)` in the labels' order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, f32)> {
        self.labels.iter().zip(self.scores.iter().copied())
    }

    /// Returns the same values, owned.
    pub fn into_owned(self) -> Prediction<'static> {
        Prediction { labels: self.labels, scores: Cow::Owned(self.scores.into_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_first_label() {
        let mut scores = Scores::new(Labels::polarity());
        scores.push(&[0.4, 0.4, 0.2]).unwrap();
        assert_eq!(scores.row(0).unwrap().label(), "positive");
        assert_eq!(scores.row(0).unwrap().into_owned().iter().map(|(_, p)| p).sum::<f32>(), 1.0);
        assert!(scores.row(1).is_none());
        assert!(scores.row(usize::MAX).is_none());
    }

    #[test]
    fn bad_rows_are_refused() {
        let mut scores = Scores::new(Labels::polarity());
        assert!(scores.push(&[1.0]).is_err());
        assert!(scores.push(&[f32::NAN, 0.0, 1.0]).is_err());
        assert!(scores.is_empty());
    }
}

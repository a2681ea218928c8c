//! True labels beside the probabilities that a classifier gave.

use std::borrow::Cow;

use plaudit_core::{Error, Labels, Result, Scores};

use crate::ConfusionMatrix;

/// How far from 1 the probabilities of a text may add up.
const SLACK: f64 = 1e-6;

/// How far below a threshold a probability counts as reaching it. In single precision, equal probabilities may differ by
/// as much, and many texts may have equal ones.
pub(crate) const ROUNDING: f64 = 1e-6;

/// The true label of each text beside the probability that a classifier gave each label: what log-loss, calibration, and
/// ROC curves are computed from. A text may have a weight.
///
/// Labels go by index, counted from 0.
///
/// # Example: from a classifier's scores
/// ```
/// use plaudit_core::{Labels, Scores};
/// use plaudit_metrics::Scored;
///
/// let mut scores = Scores::new(Labels::new(["good", "poor"])?);
/// scores.push(&[0.8, 0.2])?;
/// scores.push(&[0.6, 0.4])?;
/// let scored = Scored::from_scores(vec![0, 1], &scores)?;
/// assert_eq!((scored.len(), scored.predicted(1)), (2, 0));
/// assert_eq!(scored.confusion().correct(), 1);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    labels: Labels,
    truth: Vec<usize>,
    probabilities: Vec<f64>, // row-major, [texts, labels]
    weights: Option<Vec<f64>>,
}

impl Scored {
    /// Returns these texts; `probabilities` is row-major, `[texts, labels]`, and the row of each text adds up to 1.
    ///
    /// # Errors
    /// When the lengths do not fit, an index is not that of a label, or a row is not one of probabilities; the message names
    /// the row, counted from 0.
    pub fn new(labels: Labels, truth: Vec<usize>, probabilities: Vec<f64>) -> Result<Self> {
        let width = labels.len();
        if probabilities.len() != truth.len().saturating_mul(width) {
            let (found, texts) = (probabilities.len(), truth.len());
            return Err(Error::config(format!(
                "{found} probabilities for {texts} true labels; expected {width} each, one a label"
            )));
        }
        for (row, (&label, scores)) in truth.iter().zip(probabilities.chunks_exact(width)).enumerate() {
            if label >= width {
                return Err(Error::config(format!("row {row}: true label {label}; expected 0 to {}", width - 1)));
            }
            if let Some(odd) = scores.iter().find(|p| !(0.0..=1.0 + SLACK).contains(*p)) {
                return Err(Error::config(format!("row {row}: {odd} is no probability; expected 0 to 1")));
            }
            let sum: f64 = scores.iter().sum();
            if (sum - 1.0).abs() > SLACK {
                return Err(Error::config(format!("row {row}: the probabilities add up to {sum}; expected 1")));
            }
        }
        Ok(Self { labels, truth, probabilities, weights: None })
    }

    /// Returns the rows of `scores` beside their true labels. Each row, which is in single precision, is divided by its sum.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_scores(truth: Vec<usize>, scores: &Scores) -> Result<Self> {
        let mut probabilities = Vec::with_capacity(scores.as_slice().len());
        for row in scores.iter() {
            let sum: f64 = row.scores().iter().map(|&p| f64::from(p)).sum();
            // A sum that is far from 1 is left as it is, for `new` to refuse.
            let sum = if (sum - 1.0).abs() < 1e-3 { sum } else { 1.0 };
            probabilities.extend(row.scores().iter().map(|&p| f64::from(p) / sum));
        }
        Self::new(scores.labels().clone(), truth, probabilities)
    }

    /// Returns texts whose predicted label has the probability 1: those of a rule or a person, who give labels and no
    /// probabilities. `truth[i]` and `predicted[i]` are the label indexes of text `i`. Figures of probabilities then say what
    /// such certainty is worth: little.
    ///
    /// # Errors
    /// When the lists have different lengths, or an index is not that of a label.
    pub fn from_labels(labels: Labels, truth: Vec<usize>, predicted: &[usize]) -> Result<Self> {
        if truth.len() != predicted.len() {
            let lengths = format!("{} true labels and {} predicted ones", truth.len(), predicted.len());
            return Err(Error::config(format!("{lengths}; expected one of each a text")));
        }
        let width = labels.len();
        let mut probabilities = vec![0.0; truth.len().saturating_mul(width)];
        for (row, (scores, &label)) in probabilities.chunks_exact_mut(width).zip(predicted).enumerate() {
            let of_label = scores.get_mut(label).ok_or_else(|| {
                Error::config(format!("row {row}: predicted label {label}; expected 0 to {}", width - 1))
            })?;
            *of_label = 1.0;
        }
        Self::new(labels, truth, probabilities)
    }

    /// Returns the same texts, each counting by its weight: for example one over the probability with which it came into
    /// the sample.
    ///
    /// # Errors
    /// When there is not one weight a text, or one is neither 0 nor 1e-60 to 1e60.
    pub fn with_weights(mut self, weights: Vec<f64>) -> Result<Self> {
        if weights.len() != self.len() {
            return Err(Error::config(format!("{} weights for {} texts", weights.len(), self.len())));
        }
        if let Some((row, weight)) = weights.iter().enumerate().find(|(_, weight)| !is_weight(**weight)) {
            return Err(Error::config(format!("row {row}: weight {weight:e}; {EXPECTED_WEIGHT}")));
        }
        self.weights = Some(weights);
        Ok(self)
    }

    /// Returns the texts of all parts, one part after the other: of folds, for example, of which each was scored by a classifier of its own.
    ///
    /// # Errors
    /// When there is no part, or their labels differ.
    pub fn concat(parts: &[Self]) -> Result<Self> {
        let labels = parts.first().map(|part| part.labels.clone());
        let labels = labels.ok_or_else(|| Error::config("scored: found no part, expected at least one"))?;
        if let Some(part) = parts.iter().position(|part| part.labels != labels) {
            return Err(Error::config(format!("scored: part {part} has other labels than part 0")));
        }
        let weighted = parts.iter().any(|part| part.weights.is_some());
        let weights = || parts.iter().flat_map(|part| part.weights_or_ones().into_owned()).collect();
        Ok(Self {
            truth: parts.iter().flat_map(|part| part.truth.iter().copied()).collect(),
            probabilities: parts.iter().flat_map(|part| part.probabilities.iter().copied()).collect(),
            weights: weighted.then(weights),
            labels,
        })
    }

    /// Returns the texts whose place, counted from 0, `keep` says.
    #[must_use]
    pub fn select(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.len()).filter(|&row| keep(row)).collect();
        let of = |values: &[f64]| kept.iter().filter_map(|&row| values.get(row).copied()).collect();
        Self {
            labels: self.labels.clone(),
            truth: kept.iter().filter_map(|&row| self.truth.get(row).copied()).collect(),
            probabilities: kept.iter().filter_map(|&row| self.row(row)).flatten().copied().collect(),
            weights: self.weights.as_deref().map(of),
        }
    }

    /// Returns the labels, in the order of the probabilities.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.truth.len()
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.truth.is_empty()
    }

    /// Returns the index of each text's true label, `[texts]`.
    pub fn truth(&self) -> &[usize] {
        &self.truth
    }

    /// Returns the probabilities of each text, in order, each `[labels]`.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.probabilities.chunks_exact(self.labels.len())
    }

    /// Returns the probabilities of text `row`, `[labels]`; none where there is no such text.
    pub fn row(&self, row: usize) -> Option<&[f64]> {
        self.rows().nth(row)
    }

    /// Returns the weight of each text, `[texts]`; none where all weigh 1.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    pub(crate) fn weights_or_ones(&self) -> Cow<'_, [f64]> {
        match &self.weights {
            Some(weights) => Cow::Borrowed(weights),
            None => Cow::Owned(vec![1.0; self.len()]),
        }
    }

    /// Returns the index of the most probable label of text `row`; of equal ones, the first; 0 where there is no such text.
    pub fn predicted(&self, row: usize) -> usize {
        self.row(row).map_or(0, |scores| most_probable(scores).0)
    }

    /// Returns who was taken for whom, weights included.
    pub fn confusion(&self) -> ConfusionMatrix {
        let mut matrix = ConfusionMatrix::new(self.labels.clone());
        for (row, (&truth, scores)) in self.truth.iter().zip(self.rows()).enumerate() {
            let predicted = most_probable(scores).0;
            // The indexes are those of labels, and there are fewer than `u64::MAX` rows: neither call can fail.
            let _ = match &self.weights {
                Some(weights) => matrix.add_weighted(truth, predicted, weights.get(row).copied().unwrap_or(1.0)),
                None => matrix.add(truth, predicted),
            };
        }
        matrix
    }
}

/// What a weight may be: so that no product of four sums overflows, and no square of one vanishes.
pub(crate) const EXPECTED_WEIGHT: &str = "expected 0, or 1e-60 to 1e60";

pub(crate) fn is_weight(weight: f64) -> bool {
    weight == 0.0 || (1e-60..=1e60).contains(&weight)
}

/// The most probable label and its probability; of equal ones, the first.
pub(crate) fn most_probable(scores: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::NEG_INFINITY);
    for (label, &p) in scores.iter().enumerate() {
        if p > best.1 {
            best = (label, p);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_together_and_taken_apart() {
        let labels = || Labels::new(["a", "b"]).unwrap();
        let first = Scored::from_labels(labels(), vec![0, 1], &[0, 0]).unwrap();
        let second = Scored::from_labels(labels(), vec![1], &[1]).unwrap().with_weights(vec![2.0]).unwrap();
        let both = Scored::concat(&[first.clone(), second.clone()]).unwrap();
        assert_eq!((both.truth(), both.weights()), (&[0, 1, 1][..], Some(&[1.0, 1.0, 2.0][..])));
        assert_eq!(both.select(|row| row == 2), second);
        assert_eq!(Scored::concat(&[first.clone(), first.select(|_| false)]).unwrap(), first);
        let other = Scored::from_labels(Labels::new(["b", "a"]).unwrap(), vec![0], &[0]).unwrap();
        let error = Scored::concat(&[first, other]).unwrap_err().to_string();
        assert!(error.contains("part 1 has other labels"), "{error}");
        assert!(Scored::concat(&[]).unwrap_err().to_string().contains("no part"));
    }
}

//! Who was taken for whom.

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::cells::Cells;
use crate::scored::{EXPECTED_WEIGHT, is_weight};
use crate::{OneVsRest, Report};

/// Counts of texts by true and predicted label: rows are the truth, columns the prediction, both in the labels' order.
///
/// Labels go by index, counted from 0. A text may have a [weight](Self::add_weighted); scores are then shares of weight, and
/// counts stay counts. Serialised as `{"labels": [..], "counts": [[..], ..]}`, where there are weights with
/// `"weights": [[..], ..]` and the sums of their `"squares": [[..], ..]`, and checked on the way in.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Rows", into = "Rows")]
pub struct ConfusionMatrix {
    labels: Labels,
    counts: Vec<u64>, // row-major, [labels, labels]
    total: u64,
    weighted: Option<Weighted>, // none while every text weighs 1
}

/// Sums of the texts' weights.
#[derive(Debug, Clone, PartialEq)]
struct Weighted {
    weights: Vec<f64>, // row-major, [labels, labels]
    squares: Vec<f64>, // the same of the weights' squares
}

impl ConfusionMatrix {
    /// Returns a matrix of zeros.
    pub fn new(labels: Labels) -> Self {
        let counts = vec![0; labels.len() * labels.len()];
        Self { labels, counts, total: 0, weighted: None }
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
        self.add_weighted(truth, predicted, 1.0)
    }

    /// Counts one text of this weight, for example one over the probability with which it came into the sample.
    ///
    /// # Errors
    /// As [`add`](Self::add), and when the weight is neither 0 nor 1e-60 to 1e60.
    pub fn add_weighted(&mut self, truth: usize, predicted: usize, weight: f64) -> Result<()> {
        let width = self.labels.len();
        for (what, index) in [("true", truth), ("predicted", predicted)] {
            if index >= width {
                let message = format!("confusion matrix: {what} label {index}; expected 0 to {}", width - 1);
                return Err(Error::config(message));
            }
        }
        if !is_weight(weight) {
            return Err(Error::config(format!("confusion matrix: weight {weight:e}; {EXPECTED_WEIGHT}")));
        }
        let total = self.total.checked_add(1).ok_or_else(too_many)?;
        let cell = truth * width + predicted;
        if weight != 1.0 || self.weighted.is_some() {
            let weighted = self.weigh();
            let sums = weighted.weights.get_mut(cell).zip(weighted.squares.get_mut(cell));
            if let Some((sum, squares)) = sums {
                *sum += weight;
                *squares += weight * weight;
            }
        }
        self.total = total;
        if let Some(count) = self.counts.get_mut(cell) {
            *count += 1;
        }
        Ok(())
    }

    /// The weights, which all were 1 until now where there are none.
    fn weigh(&mut self) -> &mut Weighted {
        let counts = &self.counts;
        self.weighted.get_or_insert_with(|| {
            let counts: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
            Weighted { weights: counts.clone(), squares: counts }
        })
    }

    /// Adds the counts of `other`, which must have the same labels in the same order.
    ///
    /// # Errors
    /// When the labels differ, or the total would pass `u64::MAX`; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.labels != other.labels {
            return Err(Error::config("confusion matrix: the other matrix has other labels, or another order of them"));
        }
        let total = self.total.checked_add(other.total).ok_or_else(too_many)?;
        if self.weighted.is_some() || other.weighted.is_some() {
            let weighted = self.weigh();
            for (sum, more) in weighted.weights.iter_mut().zip(other.cells()) {
                *sum += more;
            }
            for (sum, more) in weighted.squares.iter_mut().zip(other.squares()) {
                *sum += more;
            }
        }
        self.total = total;
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

    /// Returns the sums of the texts' weights, row-major, `[labels, labels]`: the counts where every text weighs 1.
    pub fn cells(&self) -> impl Iterator<Item = f64> {
        self.sums(|weighted| &weighted.weights)
    }

    pub(crate) fn squares(&self) -> impl Iterator<Item = f64> {
        self.sums(|weighted| &weighted.squares)
    }

    fn sums(&self, of: impl Fn(&Weighted) -> &Vec<f64>) -> impl Iterator<Item = f64> {
        let sums = self.weighted.as_ref().map(of);
        (0..self.counts.len()).map(move |cell| match sums {
            Some(sums) => sums.get(cell).copied().unwrap_or(0.0),
            None => self.counts.get(cell).map_or(0.0, |&count| count as f64),
        })
    }

    /// Returns whether a text has another weight than 1.
    pub fn is_weighted(&self) -> bool {
        self.weighted.is_some()
    }

    /// Returns the number of texts of weight 1 that would say as much: the square of the sum of weights over the sum of their
    /// squares (Kish 1965). It is the number of texts where every text weighs 1.
    pub fn effective_total(&self) -> f64 {
        let (sum, squares): (f64, f64) = (self.cells().sum(), self.squares().sum());
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }

    /// Returns the counts, or sums of weights, of one label against all others; where there is no such label, every text is a
    /// true negative.
    pub fn one_vs_rest(&self, label: usize) -> OneVsRest {
        Cells::from(self).one_vs_rest(label)
    }

    /// Returns Cohen's kappa: the agreement of truth and prediction beyond the one that their margins give by chance, 1 for a
    /// perfect one, 0 for chance; as scikit-learn's `cohen_kappa_score`. None where there is no text, or all have one label
    /// on both sides.
    ///
    /// J. Cohen, *A coefficient of agreement for nominal scales* (1960); with weights for ordered labels, *Weighted kappa*
    /// (1968).
    pub fn kappa(&self, disagreement: Disagreement) -> Option<f64> {
        Cells::from(self).kappa(disagreement)
    }

    /// Returns the scores of these counts.
    pub fn report(&self) -> Report {
        Report::from(self)
    }
}

/// How far two labels are from each other, for [`ConfusionMatrix::kappa`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Disagreement {
    /// Any two labels are equally far from each other.
    #[default]
    Nominal,
    /// Labels are ordered, and as far from each other as their places are.
    Linear,
    /// Labels are ordered, and far from each other by the square of the distance of their places.
    Quadratic,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    squares: Option<Vec<Vec<f64>>>,
}

impl From<ConfusionMatrix> for Rows {
    fn from(matrix: ConfusionMatrix) -> Self {
        let counts = matrix.rows().map(<[u64]>::to_vec).collect();
        let width = matrix.labels.len();
        let rows = |sums: &Vec<f64>| sums.chunks_exact(width).map(<[f64]>::to_vec).collect();
        let weights = matrix.weighted.as_ref().map(|weighted| rows(&weighted.weights));
        let squares = matrix.weighted.as_ref().map(|weighted| rows(&weighted.squares));
        Self { labels: matrix.labels, counts, weights, squares }
    }
}

impl TryFrom<Rows> for ConfusionMatrix {
    type Error = Error;

    fn try_from(Rows { labels, counts, weights, squares }: Rows) -> Result<Self> {
        let width = labels.len();
        let counts = square("counts", &counts, width)?;
        let total = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count)).ok_or_else(too_many)?;
        let weighted = match (weights, squares) {
            (None, None) => None,
            (Some(weights), Some(squares)) => {
                let (weights, squares) = (square("weights", &weights, width)?, square("squares", &squares, width)?);
                // Sums of up to 2^64 weights, or of their squares.
                let is_sum =
                    |sum: f64, power: i32| sum == 0.0 || (1e-60f64.powi(power)..=1e80f64.powi(power)).contains(&sum);
                for ((&weight, &square), &count) in weights.iter().zip(&squares).zip(&counts) {
                    let odd = (weight > 0.0) != (square > 0.0) || (weight > 0.0 && count == 0);
                    if odd || !is_sum(weight, 1) || !is_sum(square, 2) {
                        let found = format!("weights: {weight:e}, squares: {square:e} for {count} texts");
                        return Err(Error::config(format!("{found}; {EXPECTED_WEIGHT} each")));
                    }
                }
                Some(Weighted { weights, squares })
            }
            _ => return Err(Error::config("weights and squares: expected both or neither")),
        };
        Ok(Self { labels, counts, total, weighted })
    }
}

/// The rows of a square table, one after the other.
fn square<T: Clone>(name: &str, rows: &[Vec<T>], width: usize) -> Result<Vec<T>> {
    if rows.len() != width {
        return Err(Error::config(format!("{name}: {} rows for {width} labels", rows.len())));
    }
    if let Some((row, found)) = rows.iter().map(Vec::len).enumerate().find(|&(_, len)| len != width) {
        return Err(Error::config(format!("{name}: row {row} has {found} columns for {width} labels")));
    }
    Ok(rows.concat())
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
            [1.0, 1.0, 1.0, 2.0]
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

//! What was predicted for rows whose label is known.

use plaudit_core::{Error, Labels, Origin, Result};
use serde::{Deserialize, Serialize};

use super::naive::total;

/// Returns what is wrong with an origin, as a sentence.
pub(super) fn origin_fault(origin: Origin) -> Option<String> {
    match origin {
        Origin::OutOfFold { folds } if folds < 2 => Some(format!("origin: {folds} folds; expected at least 2")),
        Origin::Unknown => Some("origin: unknown; expected rows that the classifier did not learn from".to_owned()),
        _ => None,
    }
}

/// Gold-by-predicted counts, `[labels, labels]`, with the origin of their rows.
///
/// Serialised as `{"labels": [..], "origin": {"from": ".."}, "counts": [[..], ..]}`, and checked on the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ErrorMatrix {
    labels: Labels,
    origin: Origin,
    counts: Vec<Vec<u64>>, // [gold, predicted]
}

impl ErrorMatrix {
    /// Returns a matrix with these counts; `counts[y][c]` rows of label y were predicted c.
    ///
    /// # Errors
    /// When there is not one row and one column a label, all counts are 0, there are more than 2^53 rows, or `origin`
    /// has fewer than 2 folds. All faults are named.
    pub fn new<R: AsRef<[u64]>>(labels: Labels, origin: Origin, counts: &[R]) -> Result<Self> {
        let mut faults: Vec<String> = origin_fault(origin).into_iter().collect();
        let width = labels.len();
        if counts.len() != width {
            faults.push(format!("error matrix: {} rows; expected {width}, one a label", counts.len()));
        }
        for (label, row) in labels.iter().zip(counts) {
            let found = row.as_ref().len();
            if found != width {
                faults.push(format!("error matrix: the row of `{label}` has {found} counts; expected {width}"));
            }
        }
        let counts: Vec<Vec<u64>> = counts.iter().map(|row| row.as_ref().to_vec()).collect();
        if let Err(Error::Config { faults: found }) = total("error matrix", &counts.concat()) {
            faults.extend(found);
        }
        Error::from_faults(faults)?;
        Ok(Self { labels, origin, counts })
    }

    /// Returns the counts of these rows, each given by the index of its gold and its predicted label.
    ///
    /// # Errors
    /// When an index is not that of a label (the message names the row, counted from 0), or as [`new`](Self::new).
    pub fn tally(labels: Labels, origin: Origin, rows: impl IntoIterator<Item = (usize, usize)>) -> Result<Self> {
        let mut counts = vec![vec![0u64; labels.len()]; labels.len()];
        for (row, (gold, predicted)) in rows.into_iter().enumerate() {
            match counts.get_mut(gold).and_then(|of_gold| of_gold.get_mut(predicted)) {
                Some(count) => *count += 1,
                None => {
                    let most = labels.len() - 1;
                    let found = format!("gold label {gold}, predicted label {predicted}");
                    return Err(Error::config(format!("error matrix: row {row}: {found}; expected 0 to {most}")));
                }
            }
        }
        Self::new(labels, origin, &counts)
    }

    /// Returns what a sample with unequal weights says of a population: each row is given by the index of its gold and of
    /// its predicted label and its weight, the number of rows that it stands for or a multiple of it (1 over the probability
    /// that it was drawn).
    ///
    /// Of each gold label, the predicted ones have the shares that they have by weight, and there are as many rows of it as
    /// its rows are worth, (sum w)^2 / sum w^2 (L. Kish, *Survey Sampling*, 1965), rounded down; the counts are rounded by
    /// largest remainders, of equal ones the first. Equal weights give the counts as [`tally`](Self::tally) does. That each
    /// label has rows of its own is what the [posterior](super::CutPosterior) asks for; their sum is no sample size.
    ///
    /// ```
    /// use plaudit_core::{Labels, Origin};
    /// use plaudit_promotion::prevalence::ErrorMatrix;
    ///
    /// // Three rows stand for one text each, one for three: half the weight is on it.
    /// let rows = [(0, 0, 1.0), (0, 0, 1.0), (0, 0, 1.0), (0, 1, 3.0), (1, 1, 1.0)];
    /// let matrix = ErrorMatrix::weighted(Labels::new(["a", "b"])?, Origin::SetAside, rows)?;
    /// // 6^2 / (1 + 1 + 1 + 9) = 3 rows, of which 1.5 and 1.5
    /// assert_eq!(matrix.rows().collect::<Vec<_>>(), [[2, 1], [0, 1]]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When an index is not that of a label or a weight is not above 0 and finite (the message names the row, counted from
    /// 0), or as [`new`](Self::new).
    pub fn weighted(
        labels: Labels,
        origin: Origin,
        rows: impl IntoIterator<Item = (usize, usize, f64)>,
    ) -> Result<Self> {
        let rows: Vec<(usize, usize, f64)> = rows.into_iter().collect();
        let most = labels.len() - 1;
        for (row, &(gold, predicted, weight)) in rows.iter().enumerate() {
            let place = format!("error matrix: row {row}");
            if gold > most || predicted > most {
                let found = format!("gold label {gold}, predicted label {predicted}");
                return Err(Error::config(format!("{place}: {found}; expected 0 to {most}")));
            }
            if !(weight.is_finite() && weight > 0.0) {
                return Err(Error::config(format!("{place}: weight {weight}; expected above 0 and finite")));
            }
        }
        let counts: Vec<Vec<u64>> = (0..labels.len())
            .map(|label| {
                let of_label = rows.iter().filter(|(gold, ..)| *gold == label);
                // In parts of the largest: no sum of squares may overflow.
                let largest = of_label.clone().map(|(.., weight)| *weight).fold(0.0, f64::max);
                let mut weights = vec![0.0; labels.len()];
                let (mut sum, mut squares) = (0.0, 0.0);
                for (_, predicted, weight) in of_label {
                    let weight = weight / largest;
                    weights.iter_mut().skip(*predicted).take(1).for_each(|cell| *cell += weight);
                    (sum, squares) = (sum + weight, squares + weight * weight);
                }
                // Equal weights must count as they are, whatever the last bits.
                let worth = if sum > 0.0 { (sum * sum / squares * (1.0 + 1e-9)).floor() } else { 0.0 };
                rounded(&weights, sum, worth)
            })
            .collect();
        Self::new(labels, origin, &counts)
    }

    /// Returns the labels, in the order of rows and columns.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns where the rows come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Returns the counts of each gold label in turn, `[predicted]` each.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.counts.iter().map(Vec::as_slice)
    }

    /// Returns the share of each predicted label among the rows of each gold label, row-major `[gold, predicted]`.
    ///
    /// # Errors
    /// When a label has no row; all of them are named.
    pub(crate) fn rates(&self) -> Result<Vec<f64>> {
        let mut faults = Vec::new();
        let mut rates = Vec::with_capacity(self.labels.len() * self.labels.len());
        for (label, row) in self.labels.iter().zip(&self.counts) {
            let sum: u64 = row.iter().sum();
            if sum == 0 {
                faults.push(format!("error matrix: no row has the gold label `{label}`; expected at least one"));
            }
            rates.extend(row.iter().map(|&count| count as f64 / sum as f64));
        }
        Error::from_faults(faults)?;
        Ok(rates)
    }
}

/// Returns whole numbers that add up to `total`, in proportion to `weights` with this sum, by largest remainders.
fn rounded(weights: &[f64], sum: f64, total: f64) -> Vec<u64> {
    let real = |weight: f64| if sum > 0.0 { total * weight / sum } else { 0.0 };
    // What misses a whole number by the last bits is that number.
    let mut counts: Vec<u64> = weights.iter().map(|&weight| (real(weight) * (1.0 + 1e-12)).floor() as u64).collect();
    let mut order: Vec<(usize, f64)> =
        weights.iter().zip(&counts).map(|(&weight, &count)| real(weight) - count as f64).enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let missing = (total as u64).saturating_sub(counts.iter().sum());
    for (place, _) in order.into_iter().take(missing as usize) {
        counts.iter_mut().skip(place).take(1).for_each(|count| *count += 1);
    }
    counts
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    labels: Labels,
    origin: Origin,
    counts: Vec<Vec<u64>>,
}

impl TryFrom<Unchecked> for ErrorMatrix {
    type Error = Error;

    fn try_from(Unchecked { labels, origin, counts }: Unchecked) -> Result<Self> {
        Self::new(labels, origin, &counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let origin = Origin::OutOfFold { folds: 1 };
        let counts = [vec![1, 2], vec![u64::MAX, 1, 1]];
        let error = ErrorMatrix::new(Labels::polarity(), origin, &counts).unwrap_err().to_string();
        for fault in ["1 folds", "2 rows; expected 3", "`positive` has 2 counts", "more than 9007199254740992"] {
            assert!(error.contains(fault), "{error}");
        }
        let none = ErrorMatrix::new(Labels::polarity(), Origin::SetAside, &[[0; 3]; 3]).unwrap_err().to_string();
        assert!(none.contains("there are none"), "{none}");
        let tally = |rows: &[(usize, usize)]| ErrorMatrix::tally(Labels::polarity(), Origin::SetAside, rows.to_vec());
        let error = tally(&[(0, 0), (1, 3)]).unwrap_err().to_string();
        assert!(error.contains("row 1: gold label 1, predicted label 3; expected 0 to 2"), "{error}");
        let error = tally(&[(0, 0), (1, 2)]).unwrap().rates().unwrap_err().to_string();
        assert!(error.contains("gold label `negative`") && !error.contains("neutral"), "{error}");
        assert_eq!(
            tally(&[(0, 0), (0, 1), (1, 2), (2, 2)]).unwrap().rates().unwrap()[..6],
            [0.5, 0.5, 0.0, 0.0, 0.0, 1.0]
        );
    }

    #[test]
    fn weights_by_hand() {
        let labels = || Labels::new(["a", "b", "c"]).unwrap();
        let of = |rows: &[(usize, usize, f64)]| ErrorMatrix::weighted(labels(), Origin::Compared, rows.to_vec());
        // Equal weights, whatever they are, are counts.
        let rows: Vec<(usize, usize)> = (0..300).map(|k| (k % 3, (k * k + k / 7) % 3)).collect();
        for weight in [1.0, 1.0 / 3.0, 0.1, 1e300, 1e-300] {
            let weighted: Vec<_> = rows.iter().map(|&(gold, predicted)| (gold, predicted, weight)).collect();
            let counted = ErrorMatrix::tally(labels(), Origin::Compared, rows.clone()).unwrap();
            assert_eq!(of(&weighted).unwrap(), counted, "{weight}");
        }
        // 10 rows of weight 4 predicted a, 10 of weight 1 predicted c: 50^2 / (160 + 10) = 14.7 rows, a 80 %: 11.2 and 2.8
        let rows: Vec<_> = (0..20).map(|k| if k < 10 { (0, 0, 4.0) } else { (0, 2, 1.0) }).collect();
        assert_eq!(of(&rows).unwrap().rows().collect::<Vec<_>>(), [[11, 0, 3], [0; 3], [0; 3]]);
        // One row of an enormous weight is one row.
        assert_eq!(of(&[(1, 1, f64::MAX), (1, 0, f64::MIN_POSITIVE)]).unwrap().rows().nth(1), Some(&[0, 1, 0][..]));
        for (weight, found) in [(0.0, "weight 0"), (f64::NAN, "weight NaN"), (f64::INFINITY, "weight inf")] {
            let error = of(&[(0, 0, 1.0), (0, 0, weight)]).unwrap_err().to_string();
            assert!(error.contains("row 1") && error.contains(found), "{error}");
        }
        assert!(of(&[(0, 3, 1.0)]).unwrap_err().to_string().contains("predicted label 3; expected 0 to 2"));
        assert!(of(&[]).unwrap_err().to_string().contains("there are none"));
    }

    #[test]
    fn saved_and_read_back() {
        let labels = Labels::new(["a", "b"]).unwrap();
        let matrix = ErrorMatrix::new(labels, Origin::OutOfFold { folds: 5 }, &[[3, 1], [0, 4]]).unwrap();
        let json = serde_json::to_string(&matrix).unwrap();
        let expected = r#"{"labels":["a","b"],"origin":{"from":"out_of_fold","folds":5},"counts":[[3,1],[0,4]]}"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<ErrorMatrix>(&json).unwrap(), matrix);
        // of a classifier whose training rows nobody knows, and of rows that it was trained with
        for origin in [r#"{"from":"unknown"}"#, r#"{"from":"training"}"#] {
            let json = format!(r#"{{"labels":["a"],"origin":{origin},"counts":[[1]]}}"#);
            assert!(serde_json::from_str::<ErrorMatrix>(&json).is_err());
        }
    }
}

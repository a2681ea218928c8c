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

//! What was counted: answers by division and label.

use std::collections::BTreeMap;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

/// Counts of answers by division and label, the divisions in lexicographic order.
///
/// Serialised as `{"labels": [..], "divisions": [{"division": "..", "counts": [..]}, ..]}`, and checked on the way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Survey {
    labels: Labels,
    divisions: Vec<DivisionCounts>,
}

/// The counts of one division: how many of its texts have each label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct DivisionCounts {
    /// The division; empty where the answers name none.
    pub division: String,
    /// The number of texts of each label, `[labels]`, in the survey's order.
    pub counts: Vec<u64>,
}

impl DivisionCounts {
    /// Returns the counts of this division, in the labels' order.
    pub fn new(division: impl Into<String>, counts: impl Into<Vec<u64>>) -> Self {
        Self { division: division.into(), counts: counts.into() }
    }

    /// Returns the number of texts; at most `u64::MAX`, which a [`Survey`] makes sure of.
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |sum, &count| sum.saturating_add(count))
    }
}

impl Survey {
    /// Returns a survey of these divisions, sorted by name.
    ///
    /// # Errors
    /// When a division stands twice, has not one count a label, or more than `u64::MAX` texts. All faults are named.
    pub fn new(labels: Labels, mut divisions: Vec<DivisionCounts>) -> Result<Self> {
        divisions.sort_by(|a, b| a.division.cmp(&b.division));
        let mut faults = Vec::new();
        for DivisionCounts { division, counts } in &divisions {
            if counts.len() != labels.len() {
                let (found, expected) = (counts.len(), labels.len());
                faults.push(format!("survey: `{division}` has {found} counts for {expected} labels"));
            }
            if counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count)).is_none() {
                faults.push(format!("survey: `{division}` has more than {} texts", u64::MAX));
            }
        }
        for pair in divisions.windows(2) {
            if let [a, b] = pair
                && a.division == b.division
            {
                faults.push(format!("survey: `{}` stands twice", a.division));
            }
        }
        Error::from_faults(faults)?;
        Ok(Self { labels, divisions })
    }

    /// Returns the counts of these texts, each given by its division and the index of its label.
    ///
    /// ```
    /// use plaudit_core::Labels;
    /// use plaudit_promotion::Survey;
    ///
    /// let survey = Survey::tally(Labels::polarity(), [("Library", 0), ("Finance", 2), ("Library", 0)])?;
    /// assert_eq!(survey.divisions()[0].division, "Finance");
    /// assert_eq!(survey.divisions()[1].counts, [2, 0, 0]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When an index is not that of a label; the message names the row, counted from 0.
    pub fn tally<'a>(labels: Labels, texts: impl IntoIterator<Item = (&'a str, usize)>) -> Result<Self> {
        let width = labels.len();
        let mut divisions: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (row, (division, label)) in texts.into_iter().enumerate() {
            match divisions.entry(division).or_insert_with(|| vec![0; width]).get_mut(label) {
                Some(count) => *count += 1,
                None => {
                    let message = format!("survey: row {row}: label index {label}; expected 0 to {}", width - 1);
                    return Err(Error::config(message));
                }
            }
        }
        Self::new(labels, divisions.into_iter().map(|(name, counts)| DivisionCounts::new(name, counts)).collect())
    }

    /// Returns the labels, in the order of the counts.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the divisions in lexicographic order.
    pub fn divisions(&self) -> &[DivisionCounts] {
        &self.divisions
    }
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    labels: Labels,
    divisions: Vec<DivisionCounts>,
}

impl TryFrom<Unchecked> for Survey {
    type Error = Error;

    fn try_from(Unchecked { labels, divisions }: Unchecked) -> Result<Self> {
        Self::new(labels, divisions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let divisions = vec![
            DivisionCounts::new("b", [1, 2, 3]),
            DivisionCounts::new("a", [1]),
            DivisionCounts::new("b", [u64::MAX, 1, 0]),
        ];
        let error = Survey::new(Labels::polarity(), divisions).unwrap_err().to_string();
        for fault in ["3 faults", "`a` has 1 counts for 3 labels", "`b` stands twice", "more than"] {
            assert!(error.contains(fault), "{error}");
        }
        let error = Survey::tally(Labels::polarity(), [("a", 0), ("a", 3)]).unwrap_err().to_string();
        assert!(error.contains("row 1") && error.contains("0 to 2"), "{error}");
    }

    #[test]
    fn saved_and_read_back() {
        let survey = Survey::tally(Labels::polarity(), [("b", 0), ("", 2)]).unwrap();
        let json = serde_json::to_string(&survey).unwrap();
        assert_eq!(serde_json::from_str::<Survey>(&json).unwrap(), survey);
        let broken = r#"{"labels":["a"],"divisions":[{"division":"x","counts":[1,2]}]}"#;
        assert!(serde_json::from_str::<Survey>(broken).is_err());
        assert_eq!(Survey::tally(Labels::polarity(), []).unwrap().divisions(), []);
    }
}

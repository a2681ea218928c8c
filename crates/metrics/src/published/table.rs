//! A published table as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::Printed;

/// A table of scores by class as it is printed; a column that is not printed is none.
///
/// Every label that the classifier could give needs its class, also one about which nothing is printed.
///
/// # Example: a table as JSON
/// ```
/// use plaudit_metrics::published::PublishedTable;
///
/// let json = r#"{"classes": [{"label": "spam", "precision": "0.90", "recall": "75 %"}, {"label": "ham"}]}"#;
/// let table: PublishedTable = serde_json::from_str(json)?;
/// assert_eq!(table.classes[0].recall, Some("0.75".parse()?));
/// assert_eq!(table.classes[1].recall, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct PublishedTable {
    /// The classes, 1 to 100.
    pub classes: Vec<PublishedClass>,
    /// The share of right predictions over all classes.
    pub accuracy: Option<Printed>,
}

/// What is printed about one class, each score against all other classes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct PublishedClass {
    /// The label.
    pub label: String,
    /// TP / (TP + FP).
    pub precision: Option<Printed>,
    /// TP / (TP + FN), also called sensitivity and true positive rate.
    #[doc(alias = "tpr")]
    pub recall: Option<Printed>,
    /// TN / (TN + FP).
    pub specificity: Option<Printed>,
    /// 2 TP / (2 TP + FP + FN), from the counts and not from printed precision and recall.
    pub f1: Option<Printed>,
    /// The false positive rate, FP / (FP + TN).
    pub fpr: Option<Printed>,
    /// The number of texts that truly have the label.
    pub support: Option<u64>,
}

/// More classes than any printed table has.
const MOST_CLASSES: usize = 100;

impl PublishedTable {
    /// Returns the table of these classes, without an accuracy.
    pub fn new(classes: Vec<PublishedClass>) -> Self {
        Self { classes, accuracy: None }
    }

    /// Returns the table with dropped zeros put back: every score gets the most decimals of its column.
    ///
    /// `0.983` among values of four decimals is likely to be `0.9830`, as a spreadsheet prints it. As it stands it
    /// allows ten times as much, so the table as printed is the safer one to call impossible, and this one the
    /// likelier.
    pub fn padded(&self) -> Self {
        type Column = fn(&mut PublishedClass) -> &mut Option<Printed>;
        let columns: [Column; 5] = [
            |class| &mut class.precision,
            |class| &mut class.recall,
            |class| &mut class.specificity,
            |class| &mut class.f1,
            |class| &mut class.fpr,
        ];
        let mut padded = self.clone();
        for column in columns {
            let printed = padded.classes.iter_mut().filter_map(|class| *column(class));
            let most = printed.map(|printed| printed.decimals()).max().unwrap_or(0);
            for score in padded.classes.iter_mut().filter_map(|class| column(class).as_mut()) {
                *score = score.with_decimals(most).unwrap_or(*score); // it has no more than the most
            }
        }
        padded
    }

    /// Checks the number of classes.
    ///
    /// # Errors
    /// When there is no class, or more than 100.
    pub fn validate(&self) -> Result<()> {
        match self.classes.len() {
            1..=MOST_CLASSES => Ok(()),
            found => Err(Error::config(format!("classes: {found}; expected 1 to {MOST_CLASSES}"))),
        }
    }
}

impl PublishedClass {
    /// Returns a class about which nothing is printed yet; the fields are public.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_come_back_by_column() {
        let mut table = PublishedTable::new(vec![PublishedClass::new("a"), PublishedClass::new("b")]);
        table.classes[0].recall = Some("0.9784".parse().unwrap());
        table.classes[1].recall = Some("0.983".parse().unwrap());
        table.classes[1].precision = Some("0.5".parse().unwrap());
        let padded = table.padded();
        assert_eq!(padded.classes[0], table.classes[0]);
        assert_eq!(padded.classes[1].recall.unwrap().to_string(), "0.9830");
        assert_eq!(padded.classes[1].precision.unwrap().to_string(), "0.5");
        assert_eq!(padded.padded(), padded);
    }

    #[test]
    fn read_back_and_checked() {
        let mut table = PublishedTable::new(vec![PublishedClass::new("a")]);
        (table.classes[0].fpr, table.classes[0].support) = (Some("0.010".parse().unwrap()), Some(u64::MAX));
        table.accuracy = Some("98.66 %".parse().unwrap());
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<PublishedTable>(&json).unwrap(), table);
        for (broken, fault) in [
            (r#"{"classes":[{"label":"a","recal":"0.5"}]}"#, "unknown field"),
            (r#"{"classes":[{"label":"a","recall":0.5}]}"#, "expected a string"),
            (r#"{"classes":[{"label":"a","recall":"1.5"}]}"#, "expected a share"),
            (r#"{"classes":[{"recall":"0.5"}]}"#, "missing field `label`"),
            (r#"{"classes":[],"n":5}"#, "unknown field"),
        ] {
            let error = serde_json::from_str::<PublishedTable>(broken).unwrap_err().to_string();
            assert!(error.contains(fault), "{broken}: {error}");
        }
        assert!(PublishedTable::default().validate().unwrap_err().to_string().contains("0; expected 1 to 100"));
        assert!(PublishedTable::new(vec![PublishedClass::default(); 101]).validate().is_err());
    }
}

//! Verdicts with their evidence, for people and for other programs.
//!
//! A [`Report`] is written as JSON (names as they are), Markdown (a table, then reasons and evidence by division) or
//! CSV for spreadsheets (one row a division). Names of divisions and labels come from people's files, and evidence is
//! what people wrote: in Markdown nothing of it is markup, and in CSV no cell of it is a formula.
//!
//! Quotes may hold names and addresses of persons. Cover them before they come here, as `plaudit::evidence` does: this
//! crate cannot, because it sees no texts but these.
//!
//! # Example
//! ```
//! use plaudit_core::Labels;
//! use plaudit_promotion::export::{Evidence, Quote, Report, Stance};
//! use plaudit_promotion::{DivisionCounts, Policy, Survey};
//!
//! let survey = Survey::new(Labels::dpms(), vec![DivisionCounts::new("=Library|", [61, 20, 12, 7])])?;
//! let verdicts = Policy::default().decide(&survey)?;
//! let mut report = Report::new(&verdicts);
//! let mut evidence = Evidence::default();
//! evidence.division = "=Library|".to_owned();
//! evidence.comments.push(Quote::new("Prof. [name] helped me", "Good", 0.97, Stance::For));
//! report.evidence.push(evidence);
//! assert!(report.to_markdown().contains(r"## \=Library\|: Promote"));
//! let mut csv = Vec::new();
//! report.write_csv(&mut csv)?;
//! assert!(String::from_utf8_lossy(&csv).contains("\r\n'=Library|,100,Promote,"));
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod evidence;
mod markdown;
mod spreadsheet;

use plaudit_core::{Error, Result};
use serde::Serialize;

use crate::Verdicts;

pub use evidence::{Evidence, Quote, Stance, Term, driving_label, label_worths};
pub(crate) use spreadsheet::cell;

/// Verdicts, and what people said that stands behind them.
///
/// Serialised as `{"verdicts": [..], "evidence": [..]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The verdicts.
    pub verdicts: &'a Verdicts,
    /// The evidence, at most once a division; that of a division without a verdict is only in the JSON.
    pub evidence: Vec<Evidence>,
}

impl<'a> Report<'a> {
    /// Returns the report of these verdicts, without evidence: fill in the field.
    pub fn new(verdicts: &'a Verdicts) -> Self {
        Self { verdicts, evidence: Vec::new() }
    }

    /// Returns the report as JSON, indented; names and evidence are as they were given.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(Error::backend)
    }

    /// The evidence of a division.
    fn of(&self, division: &str) -> Option<&Evidence> {
        self.evidence.iter().find(|evidence| evidence.division == division)
    }
}

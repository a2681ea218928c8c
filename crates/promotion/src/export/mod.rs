//! Verdicts with their evidence, for people and for other programs.
//!
//! A [`Report`] is written as JSON (names as they are), Markdown (a table, then reasons and evidence by division) or
//! CSV for spreadsheets (one row a division). Names of divisions and labels come from people's files, and evidence is
//! what people wrote: in Markdown nothing of it is markup, and in CSV no cell of it is a formula.
//!
//! Quotes may hold names and addresses of persons. Cover them before they come here (`plaudit_text::Masker` does): this
//! crate cannot, because it sees no texts but these.
//!
//! # Example
//! ```
//! use plaudit_core::Labels;
//! use plaudit_promotion::export::{Evidence, Report};
//! use plaudit_promotion::{DivisionCounts, Policy, Survey};
//!
//! let survey = Survey::new(Labels::dpms(), vec![DivisionCounts::new("=Library|", [61, 20, 12, 7])])?;
//! let verdicts = Policy::default().decide(&survey)?;
//! let mut report = Report::new(&verdicts);
//! report.evidence.push(Evidence::comment("=Library|", "Prof. [name] helped me"));
//! assert!(report.to_markdown().contains(r"## \=Library\|: Promote"));
//! let mut csv = Vec::new();
//! report.write_csv(&mut csv)?;
//! assert!(String::from_utf8_lossy(&csv).contains("\r\n'=Library|,100,Promote,"));
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod markdown;
mod spreadsheet;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Verdicts;

pub(crate) use spreadsheet::cell;

/// Verdicts, and what people said that stands behind them.
///
/// Serialised as `{"verdicts": [..], "evidence": [..]}`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The verdicts.
    pub verdicts: &'a Verdicts,
    /// The evidence, in the order in which it is shown; what names a division that has no verdict is only in the JSON.
    pub evidence: Vec<Evidence>,
}

/// Something that people said about a division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The division.
    pub division: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// The comment, with names and contacts covered, or the term.
    pub text: String,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A comment, whole or cut.
    Comment,
    /// A word or a few, which weigh in many comments.
    Term,
}

impl Evidence {
    /// Returns this comment on a division.
    pub fn comment(division: impl Into<String>, text: impl Into<String>) -> Self {
        Self { division: division.into(), kind: EvidenceKind::Comment, text: text.into() }
    }

    /// Returns this term of comments on a division.
    pub fn term(division: impl Into<String>, text: impl Into<String>) -> Self {
        Self { division: division.into(), kind: EvidenceKind::Term, text: text.into() }
    }
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

    /// The evidence of a division, of one kind.
    fn of(&self, division: &str, kind: EvidenceKind) -> impl Iterator<Item = &str> {
        let of_it = self.evidence.iter().filter(move |one| one.division == division && one.kind == kind);
        of_it.map(|one| one.text.as_str())
    }
}

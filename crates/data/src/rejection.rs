//! Why a row cannot be used.

use std::fmt;

use plaudit_core::visible;
use serde::{Deserialize, Serialize};

use crate::CountFault;
use crate::names::counted;

/// A row that was not used: where it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rejection {
    /// The line where the row begins, counted from 1.
    pub line: u64,
    /// The byte where the row begins, counted from 0 in the decompressed file (for UTF-16: in the file as UTF-8).
    pub offset: u64,
    /// The column's name, or an empty string where the whole row is meant. Its first 100
    /// characters, made [`visible`].
    pub column: String,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.column.is_empty() {
            write!(f, ", column `{}`", self.column)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The text is missing, empty or blank.
    EmptyText,
    /// The uid is missing, empty or blank.
    EmptyUid,
    /// The label is missing, empty or blank, and the configuration requires one.
    EmptyLabel,
    /// The label is not one of the declared ones.
    UnknownLabel {
        /// The declared labels; of many, the first ones.
        declared: String,
        /// The declared label that is most like it, where one is near.
        nearest: Option<String>,
    },
    /// No label can have this name.
    BadLabel {
        /// What was found and what was expected, as [`Labels::name_fault`](plaudit_core::Labels::name_fault) says it.
        fault: String,
    },
    /// An earlier used row has the same uid.
    DuplicateUid {
        /// The line where that row begins.
        first_line: u64,
    },
    /// The time is in no form that is read.
    BadTime,
    /// A count of a post is none.
    BadCount {
        /// What is wrong with it.
        fault: CountFault,
    },
    /// A value holds a NUL character: no person wrote it, and many programs end a text there.
    Nul,
    /// The row is not UTF-8 or, in a UTF-16 file, holds half a surrogate pair.
    InvalidUtf8 {
        /// The first such byte, counted from 0 where the row begins.
        byte: u64,
    },
    /// The row has not as many columns as the header.
    RaggedRow {
        /// Columns of the row.
        found: u64,
        /// Columns of the header.
        expected: u64,
        /// Lines that quotes hold together; 1 where the row is one line. The lines after the first are read as rows of
        /// their own.
        lines: u64,
    },
    /// The row is longer than one may be.
    RecordTooLong {
        /// The most bytes of a row.
        limit: u64,
        /// A `\r` stands among them: lines may end in it, as on a Mac of old.
        carriage_return: bool,
    },
    /// Text follows the quote that ends a CSV field: a quote inside quotes must be doubled.
    StrayQuote,
    /// A quote opens a CSV field and is not closed within the most that a row may hold, before a stray quote, or before
    /// the file ends.
    UnclosedQuote,
    /// The line is not one JSON object.
    InvalidJson {
        /// Where that was noticed, counted from 0 where the line begins.
        byte: u64,
    },
    /// The JSON object has this key twice.
    DuplicateKey,
    /// The JSON object has its uid under another name than the first object, or the first one had none: this uid would be
    /// lost. The configuration can name the column.
    LateUid,
    /// The row has more extra columns than are kept. The configuration can leave them out.
    TooManyColumns {
        /// The most extra columns of a row.
        most: u64,
    },
    /// The value is a JSON array or object where a text, number, `true` or `false` was expected.
    NestedValue,
}

impl Reason {
    /// Returns the reason's name, such as `empty_text`: the key of [`ReadReport::by_reason`](crate::ReadReport).
    pub fn name(&self) -> &'static str {
        match self {
            Self::EmptyText => "empty_text",
            Self::EmptyUid => "empty_uid",
            Self::EmptyLabel => "empty_label",
            Self::UnknownLabel { .. } => "unknown_label",
            Self::BadLabel { .. } => "bad_label",
            Self::DuplicateUid { .. } => "duplicate_uid",
            Self::BadTime => "bad_time",
            Self::BadCount { .. } => "bad_count",
            Self::Nul => "nul",
            Self::InvalidUtf8 { .. } => "invalid_utf8",
            Self::RaggedRow { .. } => "ragged_row",
            Self::RecordTooLong { .. } => "record_too_long",
            Self::StrayQuote => "stray_quote",
            Self::UnclosedQuote => "unclosed_quote",
            Self::InvalidJson { .. } => "invalid_json",
            Self::DuplicateKey => "duplicate_key",
            Self::LateUid => "late_uid",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::NestedValue => "nested_value",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyText => f.write_str("the text is empty"),
            Self::EmptyUid => f.write_str("the uid is empty"),
            Self::EmptyLabel => f.write_str("the label is empty, and labels are required"),
            Self::UnknownLabel { declared, nearest } => {
                write!(f, "the label is none of {}", visible(declared))?;
                nearest.as_ref().map_or(Ok(()), |label| write!(f, "; the nearest is `{}`", visible(label)))
            }
            Self::BadLabel { fault } => write!(f, "the label {fault}"),
            Self::DuplicateUid { first_line } => write!(f, "the row of line {first_line} has the same uid"),
            Self::BadTime => f.write_str(
                "not a time; expected RFC 3339, `YYYY-MM-DD HH:MM:SS`, `YYYY-MM-DD`, `YYYY/MM/DD h:mm:ss AM GMT+6`, \
                 `Tue Oct 18 21:53:25 +0000 2011`, or Unix seconds of 9 or 10 digits",
            ),
            Self::BadCount { fault } => fault.fmt(f),
            Self::Nul => {
                f.write_str("a NUL character; a file in UTF-16 needs its byte-order mark, or save it as UTF-8")
            }
            Self::InvalidUtf8 { byte } => {
                write!(f, "byte {byte} of the row is not valid UTF-8 (or half a UTF-16 pair); save the file as UTF-8")
            }
            Self::RaggedRow { found, expected, lines } => {
                write!(f, "{} where the header has {expected}", counted(*found, "column"))?;
                if *lines > 1 { write!(f, "; a quote too many may hold {lines} lines together") } else { Ok(()) }
            }
            Self::RecordTooLong { limit, carriage_return } => {
                write!(f, "longer than {} (`max_record_bytes`)", counted(*limit, "byte"))?;
                if *carriage_return {
                    f.write_str(
                        "; it holds a \\r: if lines end in that alone, as on a Mac of old, save the file with \\n",
                    )?;
                }
                Ok(())
            }
            Self::StrayQuote => f.write_str("text after a closing quote; a quote inside quotes must be doubled"),
            Self::UnclosedQuote => f.write_str("a quote opens a field and is not closed"),
            Self::InvalidJson { byte } => {
                write!(
                    f,
                    "expected a whole JSON object on each line; the fault is at byte {byte} of it, counted from 0"
                )
            }
            Self::DuplicateKey => f.write_str("the key stands twice in the object"),
            Self::LateUid => f.write_str(
                "the first object has no uid of this name, so this one would be lost; say in the configuration which \
                 column is the uid",
            ),
            Self::TooManyColumns { most } => {
                write!(
                    f,
                    "more than {most} columns besides those that are read; leave them out with `keep_extra` = false"
                )
            }
            Self::NestedValue => f.write_str("an array or object where a text, number, true or false was expected"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_json() {
        for reason in [
            Reason::EmptyText,
            Reason::EmptyUid,
            Reason::EmptyLabel,
            Reason::UnknownLabel { declared: "a, b".into(), nearest: None },
            Reason::BadLabel { fault: "is blank".into() },
            Reason::DuplicateUid { first_line: 1 },
            Reason::BadTime,
            Reason::BadCount { fault: CountFault::Negative },
            Reason::Nul,
            Reason::InvalidUtf8 { byte: 1 },
            Reason::RaggedRow { found: 1, expected: 2, lines: 1 },
            Reason::RecordTooLong { limit: 1, carriage_return: true },
            Reason::StrayQuote,
            Reason::UnclosedQuote,
            Reason::InvalidJson { byte: 1 },
            Reason::DuplicateKey,
            Reason::LateUid,
            Reason::TooManyColumns { most: 1 },
            Reason::NestedValue,
        ] {
            let json = serde_json::to_string(&reason).unwrap();
            assert!(json.contains(&format!("\"{}\"", reason.name())), "{json}");
            assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), reason);
        }
    }

    #[test]
    fn messages_name_the_place() {
        let mut rejection = Rejection {
            line: 3,
            offset: 20,
            column: "label".into(),
            reason: Reason::UnknownLabel { declared: "Good, Poor".into(), nearest: Some("Good".into()) },
        };
        assert_eq!(
            rejection.to_string(),
            "line 3, column `label`: the label is none of Good, Poor; the nearest is `Good`"
        );
        rejection.column.clear();
        rejection.reason = Reason::RaggedRow { found: 1, expected: 2, lines: 1 };
        assert_eq!(rejection.to_string(), "line 3: 1 column where the header has 2");
        rejection.reason = Reason::RaggedRow { found: 3, expected: 2, lines: 7 };
        assert_eq!(
            rejection.to_string(),
            "line 3: 3 columns where the header has 2; a quote too many may hold 7 lines together"
        );
    }
}

//! The one error of the workspace.

use std::fmt;

use crate::visible;

/// Shorthand for a result with plaudit's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong in a plaudit crate.
///
/// Messages name the place (file, line, column, field) and what was expected. They never contain the text that a
/// person wrote, and names that came from a file are made [`visible`]. The underlying error, where there is one, is kept as
/// [`source`](std::error::Error::source).
///
/// # Example: telling a bad row from a missing file
/// ```
/// use plaudit_core::Error;
///
/// fn advise(error: &Error) -> &'static str {
///     match error {
///         Error::Io { .. } => "check the path",
///         Error::Data { .. } => "mend the row, or read with the policy `Skip`",
///         _ => "see the message",
///     }
/// }
/// assert_eq!(advise(&Error::data("feedback.csv", 3, "text", "empty text")), "mend the row, or read with the policy `Skip`");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or stream could not be read or written.
    #[error("{}: {source}", visible(source_name))]
    Io {
        /// The path or stream.
        source_name: String,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A file was read but is not what it should be: wrong format, version, size or checksum.
    #[error("{}: {}", visible(source_name), visible(reason))]
    Format {
        /// The file, or the place in it.
        source_name: String,
        /// What was found and what was expected.
        reason: String,
        /// What a parser underneath said, where one did.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// A configuration cannot work. All of its faults are named at once.
    #[error("the configuration has {}: {}", Count(faults.len(), "fault"), visible(&faults.join("; ")))]
    Config {
        /// One sentence a fault, each naming the field.
        faults: Vec<String>,
    },
    /// A row of the user's data cannot be used.
    #[error("{}: {}{}", visible(source_name), Place(*line, &visible(column)), visible(reason))]
    Data {
        /// The file or stream.
        source_name: String,
        /// The line, counted from 1, where the row begins; 0 where the data did not come from lines.
        line: u64,
        /// The column's name, or an empty string where the whole row is meant.
        column: String,
        /// Why, and what was expected.
        reason: String,
    },
    /// Training produced a value that is not finite, and was stopped.
    #[error("training diverged at step {step}: {what} (in the training data, counted from 0: {})", Rows(rows))]
    Diverged {
        /// The optimizer step, counted from 1.
        step: u64,
        /// The rows of the batch, as indexes into the training data.
        rows: Vec<usize>,
        /// Which value was not finite.
        what: String,
    },
    /// The observer asked for the run to end before there was a result.
    #[error("interrupted by the observer before there was a result")]
    Interrupted,
    /// A library underneath failed: tensors, threads, serialisation.
    #[error("a library underneath failed: {0}")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Returns an [`Error::Io`] for this path or stream.
    pub fn io(source_name: impl fmt::Display, source: std::io::Error) -> Self {
        Self::Io { source_name: source_name.to_string(), source }
    }

    /// Returns an [`Error::Format`] for this file.
    pub fn format(source_name: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self::Format { source_name: source_name.to_string(), reason: reason.into(), source: None }
    }

    /// Returns an [`Error::Format`] for this file, for the reason that a parser gave; the parser's error is kept.
    pub fn malformed(source_name: impl fmt::Display, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        let (source_name, reason) = (source_name.to_string(), source.to_string());
        Self::Format { source_name, reason, source: Some(Box::new(source)) }
    }

    /// Returns an [`Error::Config`] with one fault.
    pub fn config(fault: impl Into<String>) -> Self {
        Self::Config { faults: vec![fault.into()] }
    }

    /// Returns an [`Error::Data`] for this row; `column` may be empty.
    pub fn data(
        source_name: impl fmt::Display,
        line: u64,
        column: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Data { source_name: source_name.to_string(), line, column: column.into(), reason: reason.into() }
    }

    /// Returns an [`Error::Backend`] that keeps `source`.
    pub fn backend(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Backend(Box::new(source))
    }

    /// Returns `Ok(())` where there is no fault, and an [`Error::Config`] that names them all otherwise.
    ///
    /// # Errors
    /// When `faults` is not empty.
    pub fn from_faults(faults: Vec<String>) -> Result<()> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Config { faults }) }
    }
}

/// The line, where there is one, and the column, where there is one.
struct Place<'a>(u64, &'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Place(0, "") => Ok(()),
            Place(0, column) => write!(f, "column `{column}`: "),
            Place(line, "") => write!(f, "line {line}: "),
            Place(line, column) => write!(f, "line {line}, column `{column}`: "),
        }
    }
}

/// The first rows of a batch; all of them stand in the error itself.
struct Rows<'a>(&'a [usize]);

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().take(5).map(usize::to_string).collect();
        let more = self.0.len().saturating_sub(shown.len());
        write!(f, "{} {}", if self.0.len() == 1 { "row" } else { "rows" }, shown.join(", "))?;
        if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}

/// A count with its noun: `1 row`, `2 rows`.
pub(crate) struct Count<'a>(pub(crate) usize, pub(crate) &'a str);

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_place() {
        let data = Error::data("f.csv", 3, "label", "unknown label");
        assert_eq!(data.to_string(), "f.csv: line 3, column `label`: unknown label");
        assert_eq!(Error::data("f.csv", 3, "", "ragged").to_string(), "f.csv: line 3: ragged");
        assert_eq!(Error::data("f.tsv", 0, "label", "unknown").to_string(), "f.tsv: column `label`: unknown");
        assert_eq!(Error::data("f.tsv", 0, "", "no rows").to_string(), "f.tsv: no rows");
        assert_eq!(Error::config("a is 0").to_string(), "the configuration has 1 fault: a is 0");
        let two = Error::Config { faults: vec!["a".into(), "b".into()] };
        assert_eq!(two.to_string(), "the configuration has 2 faults: a; b");
    }

    #[test]
    fn names_from_elsewhere_are_shown_harmlessly() {
        let odd = "a\u{202e}b\u{1b}[2J\n";
        let io = Error::io(odd, std::io::Error::other("gone"));
        let faults = Error::Config { faults: vec![odd.into(), odd.into()] };
        for error in [
            io,
            Error::data(odd, 1, odd, odd),
            Error::format(odd, odd),
            Error::malformed(odd, Error::config(odd)),
            faults,
        ] {
            let text = error.to_string();
            assert!(text.contains(r"a\u{202e}b\u{1b}[2J\n") && !text.contains(['\u{202e}', '\u{1b}', '\n']), "{text}");
        }
    }

    #[test]
    fn a_batch_is_named_by_its_first_rows() {
        let error = Error::Diverged { step: 3, rows: (10..42).collect(), what: "the loss is NaN".into() };
        assert!(error.to_string().ends_with("counted from 0: rows 10, 11, 12, 13, 14 and 27 more)"), "{error}");
    }

    #[test]
    fn the_source_is_kept() {
        let io = Error::io("f", std::io::Error::other("disk gone"));
        assert_eq!(std::error::Error::source(&io).unwrap().to_string(), "disk gone");
        let malformed = Error::malformed("f.json", std::fmt::Error);
        assert_eq!(malformed.to_string(), format!("f.json: {}", std::fmt::Error));
        assert!(std::error::Error::source(&malformed).unwrap().is::<std::fmt::Error>());
        assert!(std::error::Error::source(&Error::format("f.json", "is empty")).is_none());
        fn is_shareable<T: Send + Sync + 'static>() {}
        is_shareable::<Error>();
    }

    #[test]
    fn results_stay_small() {
        assert!(std::mem::size_of::<Error>() <= 88, "{}", std::mem::size_of::<Error>());
    }
}

//! Feedback in memory.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use plaudit_core::{Error, Example, Feedback, Labels, Result};

use crate::{FeedbackReader, Format, ReadConfig, ReadReport, Row};

/// Rows of feedback, and what became of the others.
///
/// # Example: from a file's content to examples
/// ```
/// use plaudit_data::{Format, ReadConfig, read_from};
///
/// let tsv = "id\tlabel\ttext\n1\tGood\tA \"great\" library\n2\tPoor\tslow\n3\t\tno label\n4\tGood\n";
/// let data = read_from(tsv.as_bytes(), "feedback.tsv", Format::Tsv, &ReadConfig::default())?;
/// assert_eq!((data.len(), data.examples().len(), data.report.rejected), (3, 2, 1));
/// assert_eq!(data.report.rejections[0].to_string(), "line 5: 2 columns where the header has 3");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dataset {
    /// The rows that were used, in the file's order.
    pub rows: Vec<Feedback>,
    /// What became of every row.
    pub report: ReadReport,
}

impl Dataset {
    /// Returns these rows as they are, with a report in which all are used.
    pub fn from_rows(rows: Vec<Feedback>) -> Self {
        Self::part(rows, "memory")
    }

    /// Returns rows that came from `source_name`.
    pub(crate) fn part(rows: Vec<Feedback>, source_name: &str) -> Self {
        let report = ReadReport::new(source_name, rows.len());
        Self { rows, report }
    }

    /// Returns the number of used rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no used row. Reading such a file is no error; the report has the reasons.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the used rows in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Feedback> {
        self.rows.iter()
    }

    /// Returns the rows that have a label, in order, as training and evaluation take them.
    pub fn examples(&self) -> Vec<Example<'_>> {
        self.rows.iter().filter_map(Feedback::example).collect()
    }

    /// Returns the labels that occur, ordered as [`Labels::from_occurring`] does.
    ///
    /// # Errors
    /// When no row has a label, there are too many, or one cannot be a label; the message names the file.
    pub fn labels(&self) -> Result<Labels> {
        let occurring = self.rows.iter().filter_map(|row| row.label.as_deref());
        if occurring.clone().next().is_none() {
            return Err(Error::data(&self.report.source_name, 0, "", "no row has a label"));
        }
        Labels::from_occurring(occurring).map_err(|error| match error {
            Error::Config { faults } => Error::data(&self.report.source_name, 0, "", faults.join("; ")),
            error => error,
        })
    }

    /// Returns the divisions that occur, in lexicographic order; rows without one are left out.
    pub fn divisions(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self.rows.iter().map(|row| row.division.as_str()).collect();
        all.into_iter().filter(|division| !division.is_empty()).collect()
    }
}

impl<'a> IntoIterator for &'a Dataset {
    type Item = &'a Feedback;
    type IntoIter = std::slice::Iter<'a, Feedback>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Returns the feedback of a file, read into memory. Its name tells format and compression: `.csv`, `.tsv`, `.jsonl` or
/// `.ndjson`, perhaps with `.gz`, `.xz` or `.zst` after it. Where no row can be used, there is none, and the report has the
/// reasons: look at [`Dataset::is_empty`].
///
/// # Errors
/// As [`FeedbackReader::open`], and when a row cannot be used and the configuration says so.
///
/// # Example: rows used and rejected, with reasons
/// ```no_run
/// use plaudit_data::ReadConfig;
///
/// let data = plaudit_data::read("feedback.csv", &ReadConfig::default())?;
/// println!("{}", data.report);
/// for rejection in &data.report.rejections {
///     println!("{rejection}");
/// }
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn read(path: impl AsRef<Path>, config: &ReadConfig) -> Result<Dataset> {
    collect(FeedbackReader::open(path, config)?)
}

/// Returns the feedback that `input` holds. `source_name` stands in errors and in the report.
///
/// # Errors
/// As [`FeedbackReader::new`], and when a row cannot be used and the configuration says so.
pub fn read_from(input: impl Read, source_name: &str, format: Format, config: &ReadConfig) -> Result<Dataset> {
    collect(FeedbackReader::new(input, source_name, format, config)?)
}

fn collect<R: Read>(mut reader: FeedbackReader<R>) -> Result<Dataset> {
    let mut rows = Vec::new();
    for row in &mut reader {
        if let Row::Used(feedback) = row? {
            rows.push(feedback);
        }
    }
    Ok(Dataset { rows, report: reader.into_report() })
}

//! Texts that are rows of numbers, for tests of linear classifiers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Error, Example, Features, Files, Result, SparseRow, Stored};

/// Texts that are rows already: `column:value` with blanks between; what is none is left out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers(pub(crate) usize);

impl Features for Numbers {
    fn width(&self) -> usize {
        self.0
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        let entry = |entry: &str| entry.split_once(':').and_then(|(c, v)| Some((c.parse().ok()?, v.parse().ok()?)));
        row.assign(text.split(' ').filter_map(entry));
    }
}

impl Stored for Numbers {
    fn to_files(&self) -> Result<Files> {
        Ok(Files::from([("width.txt".to_owned(), self.0.to_string().into_bytes())]))
    }

    fn from_files(files: &Files) -> Result<Self> {
        let text = files.get("width.txt").and_then(|bytes| std::str::from_utf8(bytes).ok()?.parse().ok());
        text.map(Self).ok_or_else(|| Error::format("width.txt", "expected a whole number"))
    }
}

pub(crate) fn examples<'a>(rows: &[(&'a str, &'a str)]) -> Vec<Example<'a>> {
    rows.iter().map(|&(text, label)| Example { text, label }).collect()
}

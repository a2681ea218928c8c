//! The files of an analyzer among those of what it belongs to.

use plaudit_core::{Files, Result, Stored};

/// Stands before the names of the analyzer's own files.
const PREFIX: &str = "analyzer-";

/// Adds the analyzer's files.
pub(crate) fn add(files: &mut Files, analyzer: &impl Stored) -> Result<()> {
    files.extend(analyzer.to_files()?.into_iter().map(|(name, bytes)| (format!("{PREFIX}{name}"), bytes)));
    Ok(())
}

/// Returns whether a file is one of the analyzer's.
pub(crate) fn is_one(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Returns the analyzer whose files are among these.
pub(crate) fn read<A: Stored>(files: &Files) -> Result<A> {
    let own = |(name, bytes): (&String, &Vec<u8>)| Some((name.strip_prefix(PREFIX)?.to_owned(), bytes.clone()));
    A::from_files(&files.iter().filter_map(own).collect())
}

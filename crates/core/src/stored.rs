//! The role that lets a part of a model be saved with it.

use std::collections::BTreeMap;

use crate::Result;

/// Small files by name, in memory. Names are plain: letters, digits, `.`, `-` and `_`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Writes itself as files of a model directory, and reads itself back.
///
/// The model writes and checks the files (atomic, SHA-256 of each); an implementor only turns itself into bytes.
///
/// # Example: a part with one setting
/// ```
/// use plaudit_core::{Error, Files, Result, Stored, conformance};
///
/// #[derive(Debug, PartialEq)]
/// struct Limit(usize);
///
/// impl Stored for Limit {
///     fn to_files(&self) -> Result<Files> {
///         Ok(Files::from([("limit.txt".to_owned(), self.0.to_string().into_bytes())]))
///     }
///     fn from_files(files: &Files) -> Result<Self> {
///         let bytes = files.get("limit.txt").ok_or_else(|| Error::format("limit.txt", "is missing"))?;
///         let text = std::str::from_utf8(bytes).map_err(|_| Error::format("limit.txt", "is not UTF-8"))?;
///         text.parse().map(Limit).map_err(|_| Error::format("limit.txt", "expected a whole number"))
///     }
/// }
///
/// assert_eq!(Limit::from_files(&Limit(7).to_files()?)?, Limit(7));
/// conformance::check_stored(&Limit(7)).expect("the role's rules hold");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub trait Stored: Sized {
    /// Returns the files that hold this value.
    ///
    /// # Errors
    /// When the value cannot be written down.
    fn to_files(&self) -> Result<Files>;

    /// Returns the value that these files hold.
    ///
    /// # Errors
    /// When a file is missing or is not what it should be; the message names it.
    fn from_files(files: &Files) -> Result<Self>;
}

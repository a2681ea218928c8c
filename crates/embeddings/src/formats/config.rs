//! What is asked of a reader, and what it tells of a file.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::VectorFormat;

/// How a file of word vectors is read. The default asks for all of it, and takes nothing that is broken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct VectorsConfig {
    /// The format; none (the default) where [`VectorFormat::detect`] shall tell.
    pub format: Option<VectorFormat>,
    /// The most words that are read from the beginning of the file, those counted that are then left out; none (the default)
    /// for all. Files have the most frequent words first, as a rule.
    pub limit: Option<usize>,
    /// What becomes of words that are not UTF-8.
    pub invalid_utf8: InvalidUtf8,
    /// What becomes of words in whose vector stands NaN or an infinity.
    pub non_finite: NonFinite,
}

impl VectorsConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.limit == Some(0) {
            faults.push("vectors.limit: must be at least 1".to_owned());
        }
        Error::from_faults(faults)
    }
}

/// What becomes of a word that is not UTF-8. The original word2vec cuts long words in the middle of a character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum InvalidUtf8 {
    /// An error that names the word.
    #[default]
    Refuse,
    /// What is broken becomes U+FFFD, as with `unicode_errors="replace"` of gensim.
    Replace,
    /// The word is left out.
    Skip,
}

/// What becomes of a word in whose vector stands a number that is not finite. No such vector is ever kept: one of them
/// makes every mean and every cosine with it NaN.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum NonFinite {
    /// An error that names the word.
    #[default]
    Refuse,
    /// The word is left out.
    Skip,
}

/// What was read, and what a reader loaded from it. `words` and the counts of `duplicates`, `skipped_utf8` and `skipped_non_finite` add up to `read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LoadReport {
    /// The format that was read.
    pub format: VectorFormat,
    /// Whether the file was compressed by gzip.
    pub gzip: bool,
    /// The number of words that the file says it has; none where it does not say.
    pub declared: Option<u64>,
    /// The words that were read.
    pub read: u64,
    /// The words that have a vector now.
    pub words: u64,
    /// The length of each vector.
    pub dim: usize,
    /// Words that stood before. Of several vectors of a word the first counts, as in gensim.
    pub duplicates: u64,
    /// Words that were not UTF-8, and are kept with U+FFFD where they were broken, or left out as duplicates then.
    pub replaced: u64,
    /// Words that were not UTF-8, and are left out.
    pub skipped_utf8: u64,
    /// Words whose vector was not finite, and that are left out.
    pub skipped_non_finite: u64,
    /// Whether the reader stopped at the limit, before the end of the file.
    pub limited: bool,
    /// The bytes that were read, decompressed; of two files, those of the vectors.
    pub bytes: u64,
}

//! Words and vectors as they are read.

use std::borrow::Cow;

use plaudit_core::{Error, Result, WordIndex};

use super::source::Source;
use super::{InvalidUtf8, LoadReport, Loaded, NonFinite, VectorFormat, VectorsConfig};
use crate::WordVectors;
use crate::word_vectors::word_at;

/// The bytes that one word costs beside its vector are fewer than this, as a rule.
const WORD: u64 = 64;

/// Takes a file's words one by one, and keeps those that the configuration wants.
///
/// A vector is pushed number by number, and then its word: only then it is decided whether both stay.
pub(super) struct Collector<'c> {
    config: &'c VectorsConfig,
    name: String,
    words: Vec<String>,
    values: Vec<f32>,
    dim: usize,
    /// The most values there will be, where the file says it.
    most: usize,
    report: LoadReport,
}

impl<'c> Collector<'c> {
    /// Prepares for `declared` words of `dim` numbers. Memory is asked for in advance only where the length of the file is
    /// known, and then [`Source::check_room`] has been asked before.
    pub(super) fn new(
        source: &Source,
        format: VectorFormat,
        config: &'c VectorsConfig,
        declared: Option<u64>,
        dim: u64,
    ) -> Result<Self> {
        let Some(dim) = usize::try_from(dim).ok().filter(|&dim| dim > 0) else {
            return Err(source.format(format!("found vectors of length {dim}, expected 1 or more")));
        };
        let report = LoadReport {
            format,
            gzip: source.gzip,
            declared,
            read: 0,
            words: 0,
            dim,
            duplicates: 0,
            replaced: 0,
            skipped_utf8: 0,
            skipped_non_finite: 0,
            limited: false,
            bytes: 0,
        };
        let (words, values) = (Vec::new(), Vec::new());
        let mut collector = Self { config, name: source.name.clone(), words, values, dim, most: usize::MAX, report };
        if let Some(declared) = declared {
            let wanted = usize::try_from(declared).unwrap_or(usize::MAX).min(config.limit.unwrap_or(usize::MAX));
            collector.most = wanted.saturating_mul(dim);
            if let Some(left) = source.remaining() {
                collector.reserve(collector.most)?;
                let words = wanted.min(usize::try_from(left / WORD).unwrap_or(usize::MAX));
                collector.words.try_reserve_exact(words).map_err(Error::backend)?;
            }
        }
        Ok(collector)
    }

    pub(super) fn dim(&self) -> usize {
        self.dim
    }

    /// The words that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.report.read
    }

    /// Whether no more words are wanted. Whoever asks has seen that the file has more.
    pub(super) fn is_full(&mut self) -> bool {
        self.report.limited = self.config.limit.is_some_and(|limit| self.report.read >= limit as u64);
        self.report.limited
    }

    /// The vectors that are kept, `[words, dim]`, and what was pushed since.
    pub(super) fn values(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The numbers that were pushed since the last word.
    pub(super) fn pushed(&self) -> &[f32] {
        self.values.get(self.kept()..).unwrap_or_default()
    }

    fn kept(&self) -> usize {
        self.words.len() * self.dim
    }

    /// Forgets the numbers that were pushed since the last word.
    pub(super) fn undo(&mut self) {
        self.values.truncate(self.kept());
    }

    pub(super) fn push(&mut self, value: f32) -> Result<()> {
        self.reserve(1)?;
        self.values.push(value);
        Ok(())
    }

    pub(super) fn push_bytes(&mut self, values: &[[u8; 4]]) -> Result<()> {
        self.reserve(values.len())?;
        self.values.extend(values.iter().map(|&bytes| f32::from_le_bytes(bytes)));
        Ok(())
    }

    /// Makes room for some more values: doubling, but not beyond what the file says it has.
    fn reserve(&mut self, more: usize) -> Result<()> {
        let needed = self.values.len().saturating_add(more);
        if needed > self.values.capacity() {
            let room = (2 * self.values.capacity()).max(1 << 10).min(self.most).max(needed);
            self.values.try_reserve_exact(room - self.values.len()).map_err(Error::backend)?;
        }
        Ok(())
    }

    /// Ends the vector that was pushed, of [`dim`](Self::dim) numbers, by its word. Returns whether both are kept. `noun` is
    /// what holds a word, such as a line, and `number` which one it is.
    pub(super) fn word(&mut self, word: &[u8], noun: &str, number: u64) -> Result<bool> {
        self.report.read += 1;
        let vector = self.pushed();
        if !all_finite(vector) {
            if self.config.non_finite == NonFinite::Refuse {
                let (place, value) = vector
                    .iter()
                    .zip(1..)
                    .find(|(value, _)| !value.is_finite())
                    .map_or((0, f32::NAN), |(v, p)| (p, *v));
                let word = shown(word);
                return Err(self.fault(format!(
                    "{noun} {number}: found {value} as value {place} of the vector of {word}, expected finite numbers"
                )));
            }
            self.report.skipped_non_finite += 1;
            self.undo();
            return Ok(false);
        }
        let word = match (String::from_utf8_lossy(word), self.config.invalid_utf8) {
            (Cow::Borrowed(word), _) => word.to_owned(),
            (Cow::Owned(_), InvalidUtf8::Refuse) => {
                let word = shown(word);
                return Err(self.fault(format!("{noun} {number}: found the word {word}, expected UTF-8")));
            }
            (Cow::Owned(word), InvalidUtf8::Replace) => {
                self.report.replaced += 1;
                word
            }
            (Cow::Owned(_), InvalidUtf8::Skip) => {
                self.report.skipped_utf8 += 1;
                self.undo();
                return Ok(false);
            }
        };
        if u32::try_from(self.words.len()).is_err() {
            return Err(self.fault(format!("{noun} {number}: found more than {} words", u32::MAX)));
        }
        self.words.push(word);
        Ok(true)
    }

    fn fault(&self, reason: String) -> Error {
        Error::format(&self.name, reason)
    }

    /// Returns what was collected, of several vectors of a word the first.
    ///
    /// Words are looked up only here: between vectors, each look-up waits for memory that the vectors have driven out of the
    /// cache, and loading takes a fifth longer.
    pub(super) fn finish(mut self, source: &Source) -> Result<Loaded> {
        let mut index = WordIndex::with_room(self.words.len())?;
        let (dim, rows, mut kept) = (self.dim, self.words.len(), 0);
        for row in 0..rows {
            let Some(word) = self.words.get(row) else { break };
            if index.insert(word, kept as u32, word_at(&self.words)).is_none() {
                if row > kept {
                    self.values.copy_within(row * dim..(row + 1) * dim, kept * dim);
                    self.words.swap(row, kept);
                }
                kept += 1;
            }
        }
        self.words.truncate(kept);
        self.report.words = kept as u64;
        self.report.duplicates = (rows - kept) as u64;
        self.report.bytes = source.consumed;
        self.undo();
        self.values.shrink_to_fit();
        self.words.shrink_to_fit();
        let vectors = WordVectors::from_checked(self.words, index, dim, self.values);
        Ok(Loaded { vectors, report: self.report })
    }
}

/// Whether no number is NaN or infinite: adding one to the exponent of such a number, whose bits are all ones, carries into the
/// sign. Three operations a number, which every processor has for several at once.
fn all_finite(values: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    let carried = values.iter().fold(0, |all, value| all | ((value.to_bits() & EXPONENT) + 0x0080_0000));
    carried >> 31 == 0
}

/// A word as a message shows it: its beginning, where it is long.
pub(super) fn shown(word: &[u8]) -> String {
    const MOST: usize = 40;
    let word = String::from_utf8_lossy(word);
    match word.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}...", word.get(..end).unwrap_or_default()),
        None => format!("{word:?}"),
    }
}

/// A count with its noun: `1 word`, `2 words`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

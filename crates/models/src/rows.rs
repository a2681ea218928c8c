//! Labelled rows: where they come from, and where training keeps what the network reads of them.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use plaudit_core::{Error, Example, Result, SparseRow};

/// Labelled rows that can be gone through again and again, in the same order: those of a slice, or of a file that is too large for memory
/// ([`train_streamed`](crate::train_streamed)).
///
/// # Example: rows that are made as they are asked for
/// ```
/// use plaudit_core::{Example, Result};
/// use plaudit_models::RowSource;
///
/// struct Numbers(u32);
/// impl RowSource for Numbers {
///     fn for_each(&self, row: &mut dyn FnMut(Example<'_>) -> Result<()>) -> Result<()> {
///         (0..self.0).try_for_each(|k| row(Example { text: &k.to_string(), label: if k % 2 == 0 { "even" } else { "odd" } }))
///     }
/// }
/// let mut count = 0;
/// Numbers(5).for_each(&mut |_| {
///     count += 1;
///     Ok(())
/// })?;
/// assert_eq!(count, 5);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub trait RowSource {
    /// Calls `row` with each row in turn, and ends with its first error.
    ///
    /// # Errors
    /// Those of `row`, and where a row cannot be read.
    fn for_each(&self, row: &mut dyn FnMut(Example<'_>) -> Result<()>) -> Result<()>;

    /// Returns the number of rows, where it is known before they are gone through.
    fn len_hint(&self) -> Option<usize> {
        None
    }
}

impl RowSource for &[Example<'_>] {
    fn for_each(&self, row: &mut dyn FnMut(Example<'_>) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|example| row(*example))
    }

    fn len_hint(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// Rows, and about the most bytes of text, that are looked at together.
const CHUNK: usize = 4096;
const CHUNK_BYTES: usize = 4 << 20;

/// Calls `f` with the rows in turn, some at a time.
pub(crate) fn for_each_chunk(
    source: &(impl RowSource + ?Sized),
    f: &mut dyn FnMut(&[Example<'_>]) -> Result<()>,
) -> Result<()> {
    let mut chunk: Vec<(String, String)> = Vec::new();
    let mut bytes = 0;
    let mut flush = |chunk: &mut Vec<(String, String)>| {
        let examples: Vec<Example<'_>> = chunk.iter().map(|(text, label)| Example { text, label }).collect();
        let done = f(&examples);
        chunk.clear();
        done
    };
    source.for_each(&mut |row| {
        bytes += row.text.len();
        chunk.push((row.text.to_owned(), row.label.to_owned()));
        if chunk.len() < CHUNK && bytes < CHUNK_BYTES {
            return Ok(());
        }
        bytes = 0;
        flush(&mut chunk)
    })?;
    if chunk.is_empty() { Ok(()) } else { flush(&mut chunk) }
}

/// What a network reads of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Reading {
    pub(crate) ids: Vec<u32>,
    /// Empty where the network does not read any.
    pub(crate) features: SparseRow,
}

/// What a network reads of each row, in memory or in a file, and the rows' labels.
pub(crate) struct Rows {
    store: Store,
    /// Tokens of each row.
    lengths: Vec<u32>,
    /// The place of each row's label.
    labels: Vec<usize>,
    /// What an error on each row costs.
    weights: Vec<f32>,
}

enum Store {
    Memory(Vec<Reading>),
    /// Written one after the other; where each begins.
    File(Mutex<BufWriter<File>>, Vec<u64>),
}

impl Rows {
    /// No rows yet; they will be kept in a file without a name in `folder`, where there is one.
    pub(crate) fn new(folder: Option<&Path>) -> Result<Self> {
        let store = match folder {
            None => Store::Memory(Vec::new()),
            Some(folder) => {
                let file = tempfile::tempfile_in(folder).map_err(|error| Error::io(folder.display(), error))?;
                Store::File(Mutex::new(BufWriter::new(file)), vec![0])
            }
        };
        Ok(Self { store, lengths: Vec::new(), labels: Vec::new(), weights: Vec::new() })
    }

    pub(crate) fn push(&mut self, reading: Reading, label: usize, weight: f32) -> Result<()> {
        self.lengths.push(reading.ids.len() as u32);
        self.labels.push(label);
        self.weights.push(weight);
        match &mut self.store {
            Store::Memory(all) => all.push(reading),
            Store::File(file, starts) => {
                let bytes = to_bytes(&reading);
                let file = file.get_mut().unwrap_or_else(PoisonError::into_inner);
                file.write_all(&bytes).map_err(kept)?;
                starts.push(starts.last().copied().unwrap_or(0) + bytes.len() as u64);
            }
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Tokens of a row.
    pub(crate) fn length(&self, row: usize) -> u32 {
        self.lengths.get(row).copied().unwrap_or(0)
    }

    pub(crate) fn labels(&self) -> &[usize] {
        &self.labels
    }

    pub(crate) fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The rows of each of so many labels.
    pub(crate) fn label_counts(&self, labels: usize) -> Vec<usize> {
        let mut counts = vec![0; labels];
        for &label in &self.labels {
            counts.iter_mut().skip(label).take(1).for_each(|count| *count += 1);
        }
        counts
    }

    /// What the network reads of a row.
    pub(crate) fn reading(&self, row: usize) -> Result<Cow<'_, Reading>> {
        match &self.store {
            Store::Memory(all) => Ok(all.get(row).map_or_else(|| Cow::Owned(Reading::default()), Cow::Borrowed)),
            Store::File(file, starts) => {
                let bounds = starts.get(row).zip(starts.get(row + 1));
                let Some((&start, &end)) = bounds else { return Ok(Cow::Owned(Reading::default())) };
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.flush().map_err(kept)?;
                let mut bytes = vec![0; (end - start) as usize];
                let file = file.get_mut();
                file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut bytes)).map_err(kept)?;
                Ok(Cow::Owned(from_bytes(&bytes)))
            }
        }
    }
}

fn kept(error: std::io::Error) -> Error {
    Error::io("the file in which training keeps its rows", error)
}

/// The number of ids, the ids, and the columns and values of features, four bytes each.
fn to_bytes(reading: &Reading) -> Vec<u8> {
    let mut bytes = (reading.ids.len() as u32).to_le_bytes().to_vec();
    bytes.extend(reading.ids.iter().flat_map(|id| id.to_le_bytes()));
    for (column, value) in reading.features.iter() {
        bytes.extend(column.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

fn from_bytes(bytes: &[u8]) -> Reading {
    let mut words = bytes.as_chunks::<4>().0.iter().copied();
    let count = words.next().map_or(0, u32::from_le_bytes) as usize;
    let ids = words.by_ref().take(count).map(u32::from_le_bytes).collect();
    let mut entries = Vec::new();
    while let Some((column, value)) = words.next().zip(words.next()) {
        entries.push((u32::from_le_bytes(column), f32::from_le_bytes(value)));
    }
    let mut features = SparseRow::new();
    features.assign(entries);
    Reading { ids, features }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_back_what_memory_does() {
        let scratch = tempfile::tempdir().unwrap();
        let [mut memory, mut file] = [None, Some(scratch.path())].map(|folder| Rows::new(folder).unwrap());
        for row in 0..50u32 {
            let mut features = SparseRow::new();
            features.assign((0..row % 4).map(|column| (7 * column, 0.5 - column as f32)));
            let reading = Reading { ids: (0..row % 7).collect(), features };
            for rows in [&mut memory, &mut file] {
                rows.push(reading.clone(), row as usize % 3, row as f32).unwrap();
            }
        }
        for row in [49, 0, 7, 50, 12] {
            assert_eq!(memory.reading(row).unwrap(), file.reading(row).unwrap());
        }
        assert_eq!(file.label_counts(3), [17, 17, 16]);
        assert_eq!((file.len(), file.length(6), file.weights()[6]), (50, 6, 6.0));
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "the file has no name");
    }

    #[test]
    fn chunks_hold_every_row_once() {
        let texts: Vec<String> = (0..10_000).map(|row| row.to_string()).collect();
        let rows: Vec<Example<'_>> = texts.iter().map(|text| Example { text, label: "a" }).collect();
        let (mut chunks, mut found) = (0, Vec::new());
        let mut look = |chunk: &[Example<'_>]| {
            chunks += 1;
            found.extend(chunk.iter().map(|row| row.text.to_owned()));
            Ok(())
        };
        for_each_chunk(&rows.as_slice(), &mut look).unwrap();
        assert!(found == texts && chunks == 3);
        let long = "x".repeat(3 << 20);
        let rows = [Example { text: &long, label: "a" }; 3];
        let mut sizes = Vec::new();
        let mut look = |chunk: &[Example<'_>]| {
            sizes.push(chunk.len());
            Ok(())
        };
        for_each_chunk(&rows.as_slice(), &mut look).unwrap();
        assert_eq!(sizes, [2, 1]);
    }
}

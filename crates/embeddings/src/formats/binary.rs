//! word2vec's binary: a line with the sizes, then a word, a blank and the numbers, again and again.

use std::io::{self, Write};

use plaudit_core::{Embedding, Error, Result};

use super::collector::{Collector, counted, shown};
use super::source::Source;
use super::text::read_header;
use super::{Loaded, VectorFormat, VectorsConfig};
use crate::WordVectors;

/// The most bytes of the line with the sizes.
const MAX_HEADER: u64 = 256;
/// The most bytes of a word; the original cuts them at 100.
pub(super) const MAX_WORD: u64 = 1 << 16;

/// Reads the whole.
pub(super) fn read(source: &mut Source, config: &VectorsConfig) -> Result<Loaded> {
    let mut word = Vec::new();
    source.until(b'\n', MAX_HEADER, &mut word, || "line 1".to_owned(), "a line with the sizes")?;
    let (declared, dim) = read_header(source, &word)?;
    source.check_room("line 1", declared, dim.saturating_mul(4).saturating_add(1))?;
    let mut collector = Collector::new(source, VectorFormat::Word2vecBinary, config, Some(declared), dim)?;
    while collector.read() < declared {
        if collector.is_full() {
            return collector.finish(source);
        }
        let record = collector.read() + 1;
        let place = || format!("record {record} of {declared}");
        source.until(b' ', MAX_WORD, &mut word, place, "a word and a blank")?;
        source.floats(collector.dim(), place, |values| collector.push_bytes(values))?;
        // The original ends each vector by a line end, which then stands before the next word; others do not.
        let start = word.iter().take_while(|&&byte| byte == b'\n').count();
        collector.word(word.get(start..).unwrap_or_default(), "record", record)?;
    }
    source.end(&format!("{}, as line 1 says", counted(declared, "word")))?;
    collector.finish(source)
}

/// Writes the whole, as gensim does: without line ends between the vectors.
pub(super) fn write(out: &mut dyn Write, vectors: &WordVectors) -> io::Result<()> {
    let dim = vectors.dim();
    writeln!(out, "{} {dim}", vectors.words().len())?;
    for (word, row) in vectors.words().iter().zip(vectors.values().chunks_exact(dim)) {
        out.write_all(word.as_bytes())?;
        out.write_all(b" ")?;
        write_floats(out, row)?;
    }
    Ok(())
}

/// Writes numbers as little-endian bytes.
pub(super) fn write_floats(out: &mut dyn Write, values: &[f32]) -> io::Result<()> {
    values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

/// Refuses words that cannot be read back.
pub(super) fn check(vectors: &WordVectors) -> Result<()> {
    match vectors.words().iter().find(|word| word.contains(' ') || word.starts_with('\n')) {
        None => Ok(()),
        Some(word) => Err(Error::config(format!(
            "vectors: found the word {}, expected words without blanks and without a line end at the beginning",
            shown(word.as_bytes())
        ))),
    }
}

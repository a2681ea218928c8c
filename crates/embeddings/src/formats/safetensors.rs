//! A safetensors file with the tensor `vectors`, and the words in a file of their own.

use std::io::{self, Write};

use ::safetensors::tensor::{Dtype, Metadata};
use plaudit_core::{Embedding, Error, Result};

use super::binary::{MAX_WORD, write_floats};
use super::collector::{Collector, counted, shown};
use super::source::Source;
use super::{Loaded, VectorFormat, VectorsConfig};
use crate::WordVectors;

/// The file of words, beside the tensor's.
pub(super) const VOCAB: &str = "vocab.txt";
const TENSOR: &str = "vectors";
/// The most bytes of the header. That of one tensor has about 80; programs add notes of their own.
const MAX_HEADER: u64 = 1 << 20;

/// Reads the whole, a vector and a line of the words in turn.
pub(super) fn read(source: &mut Source, vocab: &mut Source, config: &VectorsConfig) -> Result<Loaded> {
    let (words, dim) = read_header(source)?;
    let mut collector = Collector::new(source, VectorFormat::Safetensors, config, Some(words), dim)?;
    let mut word = Vec::new();
    while collector.read() < words {
        if collector.is_full() {
            return collector.finish(source);
        }
        let row = collector.read() + 1;
        source.floats(collector.dim(), || format!("row {row} of {words}"), |values| collector.push_bytes(values))?;
        vocab.until(b'\n', MAX_WORD, &mut word, || format!("line {row} of {words}"), "a word and a line end")?;
        if word.is_empty() || word.contains(&b'\r') {
            let found = shown(&word);
            return Err(vocab.format(format!("line {row}: found {found}, expected a word, and a line end without \\r")));
        }
        collector.word(&word, "row", row)?;
    }
    if !source.is_at_end()? {
        return Err(source.format(format!("found more, expected the end of the file after the tensor `{TENSOR}`")));
    }
    if !vocab.is_at_end()? {
        return Err(vocab.format(format!("line {}: found more, expected {}", words + 1, counted(words, "word"))));
    }
    collector.finish(source)
}

/// Reads the header; returns the number of words and the length of the vectors.
fn read_header(source: &mut Source) -> Result<(u64, u64)> {
    let size = u64::from_le_bytes(source.exact(|| "the length of the header".to_owned())?);
    let most = source.remaining().unwrap_or(MAX_HEADER).min(MAX_HEADER);
    if size > most {
        return Err(source.format(format!("found a header of {size} bytes declared, expected at most {most}")));
    }
    let header = source.bytes(size, "the header")?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| Error::malformed(&source.name, error))?;
    let names = header.offset_keys();
    let info = header.info(TENSOR).filter(|info| names.len() == 1 && info.dtype == Dtype::F32);
    let Some(&[words, dim]) = info.map(|info| info.shape.as_slice()) else {
        let found =
            names.iter().take(6).filter_map(|name| header.info(name).map(|info| (name, info.dtype, &info.shape)));
        let found =
            found.map(|(name, dtype, shape)| format!("`{name}` {dtype} {shape:?}")).collect::<Vec<_>>().join(", ");
        let found = if found.is_empty() { "no tensor" } else { &found };
        let expected = format!("expected one tensor, `{TENSOR}` F32 [words, dim]");
        return Err(source.format(format!("the header: found {found}, {expected}")));
    };
    let (words, dim) = (words as u64, dim as u64);
    source.check_room("the header", words, dim.saturating_mul(4))?;
    Ok((words, dim))
}

/// Writes the tensor.
pub(super) fn write(out: &mut dyn Write, vectors: &WordVectors) -> io::Result<()> {
    let (words, dim) = (vectors.words().len(), vectors.dim());
    let bytes = words * dim * 4;
    let header = format!(r#"{{"{TENSOR}":{{"dtype":"F32","shape":[{words},{dim}],"data_offsets":[0,{bytes}]}}}}"#);
    let size = header.len().next_multiple_of(8); // the numbers begin where a program may map them
    out.write_all(&(size as u64).to_le_bytes())?;
    write!(out, "{header:<size$}")?;
    write_floats(out, vectors.values())
}

/// Writes the words.
pub(super) fn write_vocab(out: &mut dyn Write, vectors: &WordVectors) -> io::Result<()> {
    vectors.words().iter().try_for_each(|word| writeln!(out, "{word}"))
}

/// Refuses words that cannot be read back.
pub(super) fn check(vectors: &WordVectors) -> Result<()> {
    match vectors.words().iter().find(|word| word.is_empty() || word.contains(['\n', '\r'])) {
        None => Ok(()),
        Some(word) => {
            let word = shown(word.as_bytes());
            Err(Error::config(format!(
                "vectors: found the word {word}, expected words without line ends, and none that is empty"
            )))
        }
    }
}

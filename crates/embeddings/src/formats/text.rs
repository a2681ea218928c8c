//! Text: a word and its numbers a line, with a header (word2vec, fastText) or without (GloVe).

use std::io::{self, Write};

use plaudit_core::{Embedding, Error, Result};

use super::collector::{Collector, counted, shown};
use super::format::{header, number};
use super::source::Source;
use super::{Loaded, VectorFormat, VectorsConfig};
use crate::WordVectors;

/// The most bytes of a line.
const MAX_LINE: u64 = 1 << 22;
/// The fewest bytes of a number in a line: a blank and a digit.
const NUMBER: u64 = 2;

/// Reads the whole; `format` says whether there is a header.
pub(super) fn read(source: &mut Source, format: VectorFormat, config: &VectorsConfig) -> Result<Loaded> {
    let mut line = Vec::new();
    if source.is_at_end()? {
        return Err(source.format("is empty, expected word vectors"));
    }
    read_line(source, 1, &mut line)?;
    let headless = format == VectorFormat::Glove;
    let (declared, dim) = if headless {
        (None, numbers(&line))
    } else {
        let (words, dim) = read_header(source, &line)?;
        source.check_room("line 1", words, dim.saturating_mul(NUMBER))?;
        (Some(words), dim)
    };
    let mut collector = Collector::new(source, format, config, declared, dim)?;
    if headless {
        add(source, &mut collector, &line, 1)?;
    }
    while declared != Some(collector.read()) && !source.is_at_end()? {
        if collector.is_full() {
            return collector.finish(source);
        }
        let number = collector.read() + if headless { 1 } else { 2 };
        read_line(source, number, &mut line)?;
        add(source, &mut collector, &line, number)?;
    }
    if let Some(declared) = declared {
        if collector.read() < declared {
            let read = collector.read();
            return Err(source
                .format(format!("line 1: found {declared} as the number of words, expected {read}, which follow")));
        }
        source.end(&format!("{}, as line 1 says", counted(declared, "word")))?;
    }
    collector.finish(source)
}

/// Reads a line without its end. One that has none is refused: its last number may be cut off, and still be a number.
fn read_line(source: &mut Source, number: u64, line: &mut Vec<u8>) -> Result<()> {
    source.until(b'\n', MAX_LINE, line, || format!("line {number}"), "a line end")
}

/// The number of words and the length of the vectors, as far as the file has room for them.
pub(super) fn read_header(source: &Source, line: &[u8]) -> Result<(u64, u64)> {
    header(line).ok_or_else(|| {
        let found = shown(line);
        source.format(format!(
            "line 1: found {found}, expected the number of words, a blank, and the length of the vectors"
        ))
    })
}

/// How many numbers the first line of a file without header ends in. Its word may be a number as well.
fn numbers(line: &[u8]) -> u64 {
    let fields = line.trim_ascii_end().split(|&byte| byte == b' ');
    let most = fields.clone().count().saturating_sub(1);
    fields.rev().take(most).take_while(|field| number(field).is_some()).count() as u64
}

/// Adds the word and the vector of one line.
fn add(source: &Source, collector: &mut Collector, line: &[u8], number: u64) -> Result<()> {
    let line = line.trim_ascii_end();
    let end = line.iter().position(|&byte| byte == b' ').unwrap_or(line.len());
    let (word, vector) = line.split_at_checked(end).unwrap_or_default();
    let vector = vector.get(1..).unwrap_or_default();
    for field in vector.split(|&byte| byte == b' ') {
        match self::number(field) {
            Some(value) if collector.pushed().len() < collector.dim() => collector.push(value)?,
            _ => return add_blanks(source, collector, line, number),
        }
    }
    if collector.pushed().len() < collector.dim() {
        return add_blanks(source, collector, line, number);
    }
    collector.word(word, "line", number)?;
    Ok(())
}

/// Adds the word and the vector of a line whose word may hold blanks, as some of GloVe's do. What stands before the vector
/// must not look like one more number of it.
fn add_blanks(source: &Source, collector: &mut Collector, line: &[u8], place: u64) -> Result<()> {
    collector.undo();
    let dim = collector.dim();
    let fields: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let found = fields.iter().skip(1).rev().take_while(|field| number(field).is_some()).count();
    if found != dim {
        let odd = fields.iter().skip(1).find(|field| number(field).is_none());
        let odd = odd.map_or_else(String::new, |field| format!(" after {}, which is none", shown(field)));
        return Err(source.format(format!(
            "line {place}: found {}{odd}, expected a word and {}",
            counted(found as u64, "number"),
            counted(dim as u64, "number")
        )));
    }
    let (before, vector) = fields.split_at_checked(fields.len() - dim).unwrap_or_default();
    for value in vector.iter().filter_map(|field| number(field)) {
        collector.push(value)?;
    }
    collector.word(&before.join(&b' '), "line", place)?;
    Ok(())
}

/// Writes the whole; `format` says whether there is a header. Each number is written with the fewest digits that are read
/// back as the same `f32`.
pub(super) fn write(out: &mut dyn Write, vectors: &WordVectors, format: VectorFormat) -> io::Result<()> {
    let dim = vectors.dim();
    if format != VectorFormat::Glove {
        writeln!(out, "{} {dim}", vectors.words().len())?;
    }
    for (word, row) in vectors.words().iter().zip(vectors.values().chunks_exact(dim)) {
        out.write_all(word.as_bytes())?;
        for value in row {
            write!(out, " {value:?}")?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Refuses words that cannot be read back.
pub(super) fn check(vectors: &WordVectors, format: VectorFormat) -> Result<()> {
    let mut faults = Vec::new();
    if format == VectorFormat::Glove && vectors.words().is_empty() {
        faults.push("vectors: found no words, expected at least one for a file without header".to_owned());
    }
    if let Some(word) = vectors.words().iter().find(|word| word.contains([' ', '\n'])) {
        let word = shown(word.as_bytes());
        faults.push(format!(
            "vectors: found the word {word}, expected words without blanks and line ends for a text file"
        ));
    }
    Error::from_faults(faults)
}

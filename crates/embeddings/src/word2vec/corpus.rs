//! Where sentences come from.

use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use plaudit_core::Result;

use crate::unpack::{fault, open, unpack};

/// Sentences of words with blanks between them, which can be gone through again and again.
pub trait Sentences {
    /// Hands on each sentence in order, until one is answered by [`ControlFlow::Break`].
    ///
    /// # Errors
    /// When they cannot be read.
    fn each(&self, take: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Result<()>;
}

impl<T: AsRef<str>> Sentences for [T] {
    fn each(&self, take: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Result<()> {
        let _ = self.iter().try_for_each(|sentence| take(sentence.as_ref()));
        Ok(())
    }
}

/// A file of sentences, one a line, as UTF-8 (what is none is replaced by U+FFFD), decompressed where it is gzip, whatever its name.
/// It is read piece by piece, each time from the beginning: its size does not matter, and a line above 64 KiB is cut at a blank into
/// several sentences.
#[derive(Debug, Clone)]
pub struct SentenceFile {
    path: PathBuf,
}

impl SentenceFile {
    /// Returns the sentences of the file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned() }
    }
}

impl Sentences for SentenceFile {
    fn each(&self, take: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Result<()> {
        const MOST: usize = 1 << 16;
        let name = self.path.display().to_string();
        let failed = |error| fault(&name, error);
        let (file, _) = open(&self.path)?;
        let mut reader = BufReader::with_capacity(MOST, unpack(Box::new(file), &name)?.input);
        let mut line = Vec::new();
        loop {
            let more = (&mut reader).take((MOST - line.len()) as u64).read_until(b'\n', &mut line).map_err(failed)?;
            if more == 0 && line.is_empty() {
                return Ok(());
            }
            // What is behind the last blank of a line that goes on may be the beginning of a word.
            let goes_on = more > 0 && line.len() == MOST && line.last() != Some(&b'\n');
            let blank = line.iter().rposition(u8::is_ascii_whitespace).filter(|_| goes_on);
            let end = blank.map_or(line.len(), |blank| blank + 1);
            if take(&String::from_utf8_lossy(line.get(..end).unwrap_or_default())).is_break() {
                return Ok(());
            }
            line.drain(..end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &[u8]) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut found = Vec::new();
        let each = |sentence: &str| {
            found.push(sentence.to_owned());
            ControlFlow::Continue(())
        };
        SentenceFile::new(file.path()).each(&mut { each }).unwrap();
        found
    }

    #[test]
    fn lines_are_sentences() {
        assert_eq!(sentences(b"a b\n\nc\r\nd\xff"), ["a b\n", "\n", "c\r\n", "d\u{fffd}"]);
        assert!(sentences(b"").is_empty());
        assert!(SentenceFile::new("no such file").each(&mut |_| ControlFlow::Continue(())).is_err());
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut packed, text).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn gzip_is_unpacked() {
        let text: String = (0..40_000).map(|n| format!("word{} of line {n}\n", n * 7919 % 1000)).collect();
        let plain = sentences(text.as_bytes());
        let packed = gzip(text.as_bytes());
        assert!(packed.len() > 1 << 16, "more than one buffer");
        assert_eq!(sentences(&packed), plain);
        // members one after another, as pigz and `cat a.gz b.gz` write them
        assert_eq!(sentences(&[gzip(b"a b\nc"), gzip(b" d\n")].concat()), ["a b\n", "c d\n"]);
        assert!(sentences(&gzip(b"")).is_empty());
        let file = tempfile::NamedTempFile::new().unwrap();
        for (bytes, what) in [
            (&packed[..packed.len() / 2], "the gzip data is cut off"),
            (&packed[..3], "the gzip data is cut off"),
            (&[&packed[..100], &[0xff; 100], &packed[200..]].concat()[..], "the gzip data is damaged"),
        ] {
            std::fs::write(file.path(), bytes).unwrap();
            let error =
                SentenceFile::new(file.path()).each(&mut |_| ControlFlow::Continue(())).unwrap_err().to_string();
            assert!(error.contains(what) && error.contains(&file.path().display().to_string()), "{error}");
        }
    }

    #[test]
    fn endless_lines_are_cut_at_blanks() {
        let text = "word ".repeat(50_000);
        let found = sentences(text.as_bytes());
        assert!(found.len() > 3 && found.iter().all(|sentence| sentence.len() <= 1 << 16));
        assert_eq!(found.concat(), text);
        assert!(found.iter().flat_map(|sentence| sentence.split_whitespace()).all(|word| word == "word"));
        assert_eq!(sentences("x".repeat(200_000).as_bytes()).concat().len(), 200_000);
    }
}

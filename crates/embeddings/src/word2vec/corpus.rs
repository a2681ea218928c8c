//! Where sentences come from.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use plaudit_core::{Error, Result};

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

/// A file of sentences, one a line, read line by line: its size does not matter.
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
        let failed = |error| Error::io(self.path.display(), error);
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.path).map_err(failed)?);
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(failed)? == 0
                || take(&String::from_utf8_lossy(&line)).is_break()
            {
                return Ok(());
            }
        }
    }
}

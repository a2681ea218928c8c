//! The bytes of a file as they come, and the words and numbers in them.

use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use plaudit_core::{Error, Result};

use crate::unpack::{BUFFER, Unpacked, fault, open, unpack};

/// A stream of bytes with its name. Nothing but the buffer and the line at hand is in memory.
pub(super) struct Source<'a> {
    pub(super) name: String,
    pub(super) gzip: bool,
    pub(super) consumed: u64,
    /// The first bytes, which come again.
    pub(super) start: Vec<u8>,
    /// The bytes of the whole, where that is known: those of a plain file.
    length: Option<u64>,
    input: BufReader<Box<dyn Read + 'a>>,
}

impl Source<'static> {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let (file, length) = open(path)?;
        Self::new(Box::new(file), path.display().to_string(), length)
    }
}

impl<'a> Source<'a> {
    /// `length` is the number of bytes, where that is known.
    pub(super) fn new(input: Box<dyn Read + 'a>, name: String, length: Option<u64>) -> Result<Self> {
        let Unpacked { gzip, start, input } = unpack(input, &name)?;
        let length = length.filter(|_| !gzip);
        Ok(Self { name, gzip, consumed: 0, start, length, input: BufReader::with_capacity(BUFFER, input) })
    }

    /// The bytes that are still to come, where that is known.
    pub(super) fn remaining(&self) -> Option<u64> {
        self.length.map(|length| length.saturating_sub(self.consumed))
    }

    /// Refuses a size that the file says it has and has not; `each` is the least number of bytes of one of `count`.
    pub(super) fn check_room(&self, place: &str, count: u64, each: u64) -> Result<()> {
        match self.remaining() {
            Some(left) if count.checked_mul(each).is_none_or(|needed| needed > left) => Err(self.format(format!(
                "{place}: found {count} vectors of at least {each} bytes declared, expected no more than the {left} bytes that follow"
            ))),
            _ => Ok(()),
        }
    }

    /// An error of this file.
    pub(super) fn format(&self, reason: impl Into<String>) -> Error {
        Error::format(&self.name, reason)
    }

    /// Puts into `out` what comes up to `end`, which is passed over. Where the file ends before, or more than `most` bytes
    /// come, the error has the place and what was expected.
    pub(super) fn until(
        &mut self,
        end: u8,
        most: u64,
        out: &mut Vec<u8>,
        place: impl Fn() -> String,
        expected: &str,
    ) -> Result<()> {
        out.clear();
        let mut limited = (&mut self.input).take(most + 1);
        let read = limited.read_until(end, out).map_err(|error| fault(&self.name, error))?;
        self.consumed += read as u64;
        if out.pop_if(|last| *last == end).is_some() {
            return Ok(());
        }
        let found =
            if read as u64 > most { format!("more than {most} bytes") } else { "the end of the file".to_owned() };
        Err(self.format(format!("{}: found {found}, expected {expected}", place())))
    }

    /// Returns the next bytes; `place` stands in the error where the file ends before.
    pub(super) fn exact<const N: usize>(&mut self, place: impl Fn() -> String) -> Result<[u8; N]> {
        let mut out = [0; N];
        match self.input.read_exact(&mut out) {
            Ok(()) => self.consumed += N as u64,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return Err(self.format(format!("{}: found the end of the file, expected {N} bytes", place())));
            }
            Err(error) => return Err(fault(&self.name, error)),
        }
        Ok(out)
    }

    /// Returns the next `count` bytes, as [`exact`](Self::exact); memory grows with what comes.
    pub(super) fn bytes(&mut self, count: u64, place: &str) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        (&mut self.input).take(count).read_to_end(&mut out).map_err(|error| fault(&self.name, error))?;
        self.consumed += out.len() as u64;
        if (out.len() as u64) < count {
            return Err(self.format(format!("{place}: found {} bytes, expected {count}", out.len())));
        }
        Ok(out)
    }

    /// Hands over `count` little-endian numbers in pieces as they come; `place` stands in the error where the file ends before.
    pub(super) fn floats(
        &mut self,
        mut count: usize,
        place: impl Fn() -> String,
        mut take: impl FnMut(&[[u8; 4]]) -> Result<()>,
    ) -> Result<()> {
        while count > 0 {
            let bytes = self.input.fill_buf().map_err(|error| fault(&self.name, error))?;
            let (numbers, _) = bytes.as_chunks::<4>();
            let numbers = numbers.get(..count.min(numbers.len())).unwrap_or_default();
            if numbers.is_empty() {
                take(&[self.exact(&place)?])?; // across the end of the buffer, or of the file
                count -= 1;
                continue;
            }
            take(numbers)?;
            count -= numbers.len();
            let bytes = numbers.len() * 4;
            self.consumed += bytes as u64;
            self.input.consume(bytes);
        }
        Ok(())
    }

    pub(super) fn is_at_end(&mut self) -> Result<bool> {
        Ok(self.input.fill_buf().map_err(|error| fault(&self.name, error))?.is_empty())
    }

    /// Refuses what comes after the last word, blanks and line ends excepted. `expected` says why it is the last.
    pub(super) fn end(&mut self, expected: &str) -> Result<()> {
        loop {
            let bytes = self.input.fill_buf().map_err(|error| fault(&self.name, error))?;
            if bytes.is_empty() {
                return Ok(());
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                return Err(self.format(format!("found more, expected the end of the file after {expected}")));
            }
            let blanks = bytes.len();
            self.consumed += blanks as u64;
            self.input.consume(blanks);
        }
    }
}

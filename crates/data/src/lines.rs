//! The lines of a stream, with a bounded look ahead.

use std::io::{self, Read};
use std::ops::Range;

use crate::unicode::{Utf8, read_some};

/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a stream. The unread part begins at a line's start; lines ahead can be looked at before they are passed.
///
/// Memory: the lines that are looked at, each at most `most` bytes, and one chunk.
pub(crate) struct Lines<R> {
    input: Utf8<R>,
    buffer: Vec<u8>,
    /// Where the unread part of the buffer begins.
    start: usize,
    ended: bool,
    most: usize,
    number: u64,
    offset: u64,
}

/// What stands ahead. Ranges count from the start of the unread part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// A line without its end, and where the next one begins.
    Line { text: Range<usize>, next: usize },
    /// A line of more than `most` bytes.
    TooLong,
    /// No line.
    End,
}

impl<R: Read> Lines<R> {
    /// Returns the lines of `input` after its byte-order mark, or marks: joined files have several. It waits for no more
    /// bytes than tell that there is none. `most` bytes is the longest line that is kept.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub(crate) fn new(input: R, most: usize) -> io::Result<Self> {
        let input = Utf8::new(input);
        let mut lines = Self { input, buffer: Vec::new(), start: 0, ended: false, most, number: 1, offset: 0 };
        loop {
            while lines.unread().len() < BYTE_ORDER_MARK.len()
                && BYTE_ORDER_MARK.starts_with(lines.unread())
                && lines.fill()?
            {}
            if !lines.unread().starts_with(BYTE_ORDER_MARK) {
                return Ok(lines);
            }
            lines.pass(BYTE_ORDER_MARK.len(), 0);
        }
    }

    /// Returns the number of the line where the unread part begins, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the byte where the unread part begins, counted from 0.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns as much of the unread part as is in memory.
    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Returns whether a line that is not empty is in memory, with its end.
    pub(crate) fn has_line(&self) -> bool {
        let blank = self.unread().iter().take_while(|&&byte| byte == b'\n' || byte == b'\r').count();
        self.unread().iter().skip(blank).any(|&byte| byte == b'\n')
    }

    /// Returns bytes of the unread part that were looked at.
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.unread().get(range).unwrap_or_default()
    }

    /// Looks at the line that begins `at` bytes into the unread part.
    pub(crate) fn look(&mut self, at: usize) -> io::Result<Ahead> {
        let mut searched = at;
        loop {
            let unread = self.unread();
            let ahead = unread.get(searched..).unwrap_or_default();
            if let Some(found) = ahead.iter().position(|&byte| byte == b'\n') {
                let end = searched + found;
                let cr = end > at && unread.get(end - 1) == Some(&b'\r');
                let text = at..end - usize::from(cr);
                return Ok(if text.len() > self.most { Ahead::TooLong } else { Ahead::Line { text, next: end + 1 } });
            }
            searched = unread.len();
            if searched - at > self.most.saturating_add(1) {
                return Ok(Ahead::TooLong); // even if the last byte is the `\r` of a line end
            }
            if !self.fill()? {
                return Ok(match searched - at {
                    0 => Ahead::End,
                    len if len > self.most => Ahead::TooLong,
                    _ => Ahead::Line { text: at..searched, next: searched },
                });
            }
        }
    }

    /// Passes `bytes` of the unread part, which hold `lines` lines.
    pub(crate) fn pass(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.offset += bytes as u64;
        self.number += lines;
    }

    /// Passes one line of any length, without keeping it.
    pub(crate) fn pass_line(&mut self) -> io::Result<()> {
        loop {
            let unread = self.unread();
            if let Some(found) = unread.iter().position(|&byte| byte == b'\n') {
                self.pass(found + 1, 1);
                return Ok(());
            }
            self.pass(unread.len(), 0);
            if !self.fill()? {
                self.number += 1;
                return Ok(());
            }
        }
    }

    /// Reads a chunk; false at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.start >= self.buffer.len() / 2 {
            self.buffer.drain(..self.start); // moves no more bytes than were passed
            self.start = 0;
        }
        let kept = self.buffer.len();
        self.buffer.resize(kept + CHUNK, 0);
        let read = read_some(&mut self.input, self.buffer.get_mut(kept..).unwrap_or_default());
        self.buffer.truncate(kept + read.as_ref().copied().unwrap_or(0));
        self.ended = read? == 0;
        Ok(!self.ended)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_line_is_exact() {
        for (text, expected) in [
            ("abc", Ahead::Line { text: 0..3, next: 3 }),
            ("abc\n", Ahead::Line { text: 0..3, next: 4 }),
            ("abc\r\n", Ahead::Line { text: 0..3, next: 5 }),
            ("\u{feff}abc\r\n", Ahead::Line { text: 0..3, next: 5 }),
            ("ab\r", Ahead::Line { text: 0..3, next: 3 }), // no line end: text
            ("abc\r", Ahead::TooLong),
            ("abcd\n", Ahead::TooLong),
            ("", Ahead::End),
            ("\u{feff}", Ahead::End),
            ("\u{feff}\u{feff}abc\n", Ahead::Line { text: 0..3, next: 4 }),
            ("\u{feff}\u{feff}", Ahead::End),
        ] {
            assert_eq!(Lines::new(text.as_bytes(), 3).unwrap().look(0).unwrap(), expected, "{text:?}");
        }
    }

    /// Hands out no more than one piece a call, and then fails: whoever asks for more would wait.
    struct Pieces(std::collections::VecDeque<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.front_mut().ok_or(io::ErrorKind::WouldBlock)?;
            let read = piece.read(out)?;
            if piece.is_empty() {
                self.0.pop_front();
            }
            Ok(read)
        }
    }

    fn pieces<const N: usize>(pieces: [&'static str; N]) -> Lines<Pieces> {
        Lines::new(Pieces(pieces.map(str::as_bytes).into()), 9).unwrap()
    }

    #[test]
    fn a_line_is_there_as_soon_as_its_end_is() {
        for first in ["\n", "a\n", "\u{feff}a\n", "a\nb\n"] {
            let mut lines = pieces([first]);
            assert!(matches!(lines.look(0).unwrap(), Ahead::Line { .. }), "{first:?}");
        }
        let mut lines = pieces(["a\n\r\n\n", "\rb", "\nc"]);
        assert_eq!(lines.look(0).unwrap(), Ahead::Line { text: 0..1, next: 2 });
        assert!(lines.has_line());
        lines.pass(2, 1);
        assert!(!lines.has_line()); // blank lines are no rows
        lines.pass(3, 2);
        assert_eq!(lines.look(0).unwrap(), Ahead::Line { text: 0..2, next: 3 });
        assert!(lines.has_line());
        lines.pass(3, 1);
        assert!(!lines.has_line());
    }

    #[test]
    fn a_line_without_an_end_needs_little_memory() {
        let mut lines = Lines::new(io::repeat(b'x').take(50_000_000), 100).unwrap();
        assert_eq!(lines.look(0).unwrap(), Ahead::TooLong);
        lines.pass_line().unwrap();
        assert_eq!((lines.number(), lines.offset()), (2, 50_000_000));
        assert!(lines.buffer.capacity() <= 4 * CHUNK, "{}", lines.buffer.capacity());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The same lines as `str::lines`, which splits at `\n` and `\r\n` too.
        #[test]
        fn equals_str_lines(parts in proptest::collection::vec("[a\r\n]{0,9}|a{30000}\r?\n", 0..12)) {
            let text = parts.concat();
            let mut lines = Lines::new(text.as_bytes(), usize::MAX).unwrap();
            let mut found = Vec::new();
            while let Ahead::Line { text, next } = lines.look(0).unwrap() {
                let (ahead, number) = (lines.look(next).unwrap(), lines.number());
                found.push(String::from_utf8(lines.bytes(text).to_vec()).unwrap());
                lines.pass(next, 1);
                prop_assert_eq!(lines.number(), number + 1);
                prop_assert_eq!(ahead == Ahead::End, lines.look(0).unwrap() == Ahead::End);
            }
            prop_assert_eq!(found, text.lines().collect::<Vec<_>>());
            prop_assert_eq!(lines.offset(), text.len() as u64);
        }
    }
}

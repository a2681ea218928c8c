//! The rows of a CSV file, so bounded that a stray quote costs one row and not the file.

use std::io::{self, Read};
use std::ops::Range;

use crate::lines::{Ahead, Lines};
use crate::{ReadConfig, Reason};

/// Where a row of a file ends. Counted from the start of the unread part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The row without its line end.
    pub(crate) text: Range<usize>,
    /// Where the next row begins.
    pub(crate) next: usize,
    /// Its lines.
    pub(crate) lines: u64,
}

/// Finds where a CSV row ends.
///
/// A parser of RFC 4180 reads on until an open quote is closed, so a quote too many swallows what follows. Here, a row
/// ends at the latest after the configured bytes and lines; one that does not end properly is rejected, and reading goes
/// on with the line after its first.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// The last line whose end was seen inside a quote that an earlier, rejected row had opened. A quote that is open at
    /// such a line's end would look ahead over the same lines to the same end, so its row is rejected at once. No line
    /// is thus looked at more than twice, and the time stays proportional to the file.
    blind_until: u64,
}

impl Records {
    /// Returns the extent of the row that begins with this line, at the start of the unread part.
    pub(crate) fn extent<R: Read>(
        &mut self,
        lines: &mut Lines<R>,
        first: Extent,
        config: &ReadConfig,
    ) -> io::Result<Result<Extent, Reason>> {
        let mut state = State::FieldStart.after(lines.bytes(first.text.clone()));
        match state {
            State::Quoted => {}
            State::Stray => return Ok(Err(Reason::StrayQuote)),
            _ => return Ok(Ok(first)),
        }
        if lines.number() <= self.blind_until {
            return Ok(Err(Reason::UnclosedQuote));
        }
        let mut at = first.next;
        for count in 2..=config.max_record_lines {
            let Ahead::Line { text, next } = lines.look(at)? else { break };
            if text.end > config.max_record_bytes {
                break;
            }
            state = state.after(lines.bytes(text.clone()));
            match state {
                State::Quoted => self.blind_until = lines.number() + count - 1,
                State::Stray => break,
                _ => return Ok(Ok(Extent { text: 0..text.end, next, lines: count })),
            }
            at = next;
        }
        Ok(Err(Reason::UnclosedQuote))
    }
}

/// Where a reader of RFC 4180 stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    /// In a field without quotes, where a quote is text.
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of two.
    Quote,
    /// After text that follows the end of a quoted field.
    Stray,
}

impl State {
    /// Returns the state after these bytes of one line.
    fn after(self, line: &[u8]) -> Self {
        if !line.contains(&b'"') {
            return if self == Self::Quoted { Self::Quoted } else { Self::Plain };
        }
        line.iter().fold(self, |state, byte| match (state, byte) {
            (Self::Stray, _) => Self::Stray,
            (Self::Quoted, b'"') => Self::Quote,
            (Self::Quoted, _) | (Self::Quote | Self::FieldStart, b'"') => Self::Quoted,
            (_, b',') => Self::FieldStart,
            (Self::Quote, _) => Self::Stray,
            (Self::FieldStart | Self::Plain, _) => Self::Plain,
        })
    }
}

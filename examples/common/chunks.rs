//! Files that are larger than memory, a part at a time.

use std::io::Read;

use plaudit::Feedback;
use plaudit::data::{FeedbackReader, Row};

use super::{Result, check_used, complain, print_rejection};

/// The most texts, and about the most bytes, that are in memory at once.
const CHUNK_ROWS: usize = 8192;
const CHUNK_BYTES: usize = 4 << 20;

/// Calls `each` with chunks of a file's rows, so that memory does not grow with the file, and with what there is before it
/// waits for more; prints rejected rows.
pub(crate) fn for_each_chunk<R: Read>(
    reader: FeedbackReader<R>,
    mut each: impl FnMut(&[Feedback]) -> Result<()>,
) -> Result<()> {
    for_each_chunk_with_lines(reader, |rows, _| each(rows))
}

/// The same, with the lines of the file where the rows begin, counted from 1.
pub(crate) fn for_each_chunk_with_lines<R: Read>(
    mut reader: FeedbackReader<R>,
    mut each: impl FnMut(&[Feedback], &[u64]) -> Result<()>,
) -> Result<()> {
    let (mut chunk, mut lines, mut bytes) = (Vec::new(), Vec::new(), 0);
    while let Some(row) = reader.next() {
        match row {
            Ok(Row::Used(feedback)) => {
                bytes += feedback.text.len() + feedback.uid.len() + feedback.division.len();
                chunk.push(feedback);
                lines.push(reader.line());
            }
            Ok(Row::Rejected(rejection)) => print_rejection(&reader.report().source_name, &rejection),
            Ok(_) => {}
            Err(error) => {
                each(&chunk, &lines)?; // the rows before the error are good
                return Err(error.into());
            }
        }
        if chunk.len() >= CHUNK_ROWS || bytes >= CHUNK_BYTES || !reader.has_line() {
            each(&chunk, &lines)?;
            chunk.clear();
            lines.clear();
            bytes = 0;
        }
    }
    each(&chunk, &lines)?;
    if reader.report().rows == 0 {
        complain(&format!("{}: there is no row", reader.report().source_name)); // worth a word, and no fault
    }
    if reader.report().rejected == 0 {
        return Ok(());
    }
    complain(&reader.report().to_string());
    check_used(reader.report())
}

//! Row after row of a file, in constant memory.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use plaudit_core::{Error, Feedback};

use crate::columns::{Columns, Role};
use crate::decompress::decompress;
use crate::format::of_path;
use crate::lines::{Ahead, Lines};
use crate::names::printable;
use crate::objects::Objects;
use crate::record::{Extent, Records};
use crate::row::{Fault, Rows};
use crate::table::Table;
use crate::{Format, OnDirty, ReadConfig, ReadReport, Reason, Rejection};

/// What became of one row: feedback, or what else is made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row<T = Feedback> {
    /// It can be used.
    Used(T),
    /// It cannot be used.
    Rejected(Rejection),
}

/// Reads feedback row after row, so that a file may be larger than memory.
///
/// The iterator gives every row, used or rejected, and ends after the first error. The report counts what was read so
/// far. With [`ReadConfig::unique_uids`] memory grows with the uids of the file; without it, it is constant.
///
/// # Example: classifying a file of any size
/// ```
/// use plaudit_data::{FeedbackReader, Format, ReadConfig, Row};
///
/// let jsonl = "{\"text\": \"Not bad.\", \"id\": 7}\n{\"text\": \"\", \"id\": 8}\n";
/// let mut reader = FeedbackReader::new(jsonl.as_bytes(), "posts.jsonl", Format::Jsonl, &ReadConfig::default())?;
/// let mut texts = Vec::new();
/// for row in &mut reader {
///     match row? {
///         Row::Used(feedback) => texts.push(feedback.text),
///         Row::Rejected(rejection) => assert_eq!(rejection.line, 2),
///         _ => {}
///     }
/// }
/// assert_eq!(texts, ["Not bad."]);
/// assert_eq!(reader.report().to_string(), "posts.jsonl: 2 rows, 1 used, 1 rejected: empty_text 1");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub struct FeedbackReader<R> {
    config: ReadConfig,
    format: Format,
    lines: Lines<R>,
    records: Records,
    shape: Shape,
    rows: Rows,
    report: ReadReport,
    line: u64,
    done: bool,
}

/// What is known of the columns.
enum Shape {
    Table(Table),
    Objects(Objects),
    Lines(Columns),
}

impl FeedbackReader<Box<dyn Read + Send>> {
    /// Opens a file. Its name tells the format (`.csv`, `.tsv`, `.jsonl`, `.ndjson` or `.txt`) and the compression (none, or
    /// `.gz`, `.xz` or `.zst` after it).
    ///
    /// # Errors
    /// As [`new`](FeedbackReader::new), and when the file cannot be opened or the ending of its name is not known.
    pub fn open(path: impl AsRef<Path>, config: &ReadConfig) -> Result<Self, Error> {
        let (format, _) = of_path(path.as_ref())?;
        Self::open_as(path, format, config)
    }

    /// Opens a file in this format, whatever its name says of it; the name still tells the compression.
    ///
    /// # Errors
    /// As [`open`](FeedbackReader::open).
    pub fn open_as(path: impl AsRef<Path>, format: Format, config: &ReadConfig) -> Result<Self, Error> {
        let path = path.as_ref();
        let (_, compression) = of_path(path)?;
        let file = File::open(path).map_err(|error| Error::io(path.display(), error))?;
        Self::new(decompress(file, compression), &path.display().to_string(), format, config)
    }
}

impl<R: Read> FeedbackReader<R> {
    /// Returns a reader that has read the header of `input`. `source_name` stands in errors and in the report. No
    /// buffer is needed around `input`.
    ///
    /// # Errors
    /// When the configuration is at fault or names a column of plain lines, the input cannot be read or is empty, or the header ends in `\r` alone, has no
    /// `text` column, lacks a column that the configuration names, or has a name twice. (JSONL has no header: there, a
    /// required column that no row had is an error after the last row.)
    pub fn new(input: R, source_name: &str, format: Format, config: &ReadConfig) -> Result<Self, Error> {
        config.validate()?;
        if format == Format::Lines {
            config.validate_for_lines(source_name)?;
        }
        let failed = |error| Error::io(source_name, error);
        let mut reader = Self {
            config: config.clone(),
            format,
            lines: Lines::new(input, config.max_record_bytes).map_err(failed)?,
            records: Records::default(),
            shape: match format {
                Format::Lines => Shape::Lines(Columns::new(config, |_| false)),
                _ => Shape::Objects(Objects::default()), // a table once its header is read
            },
            rows: Rows::new(config),
            report: ReadReport::new(source_name, 0),
            line: 0,
            done: false,
        };
        let first = reader.extent().map_err(failed)?;
        match first {
            _ if format == Format::Lines => {}
            None => return Err(Error::format(source_name, "the file is empty")),
            Some(_) if format == Format::Jsonl => {
                if reader.lines.bytes(0..2).contains(&0) {
                    return Err(Error::format(source_name, Reason::Nul.to_string()));
                }
            }
            Some(header) => {
                // a header that only the end of the file ends, and lines of another kind in it
                if let Ahead::Line { text, next } = reader.lines.look(0).map_err(failed)?
                    && text.end == next
                    && reader.lines.bytes(text).contains(&b'\r')
                {
                    let reason = "lines end in \\r alone, as on a Mac of old; save the file with lines that end in \\n \
                                  or \\r\\n";
                    return Err(Error::format(source_name, reason));
                }
                reader.read_header(header)?;
            }
        }
        Ok(reader)
    }

    fn read_header(&mut self, extent: Result<Extent, Reason>) -> Result<(), Error> {
        let place = format!("{}: line {}, the header", self.report.source_name, self.lines.number());
        let extent = extent.map_err(|reason| Error::format(&place, reason.to_string()))?;
        let header = utf8(self.lines.bytes(extent.text)).map_err(|reason| Error::format(&place, reason.to_string()))?;
        let table = Table::new(header, self.format == Format::Csv, &self.config);
        self.shape = Shape::Table(table.map_err(|reason| Error::format(&place, reason))?);
        self.lines.pass(extent.next, extent.lines);
        Ok(())
    }

    /// Returns whether a line that is not empty is in memory as a whole, so that the next row does not wait for the input;
    /// a CSV row of several lines may. Where the input is a person or a pipe, this is when to answer what was read.
    pub fn has_line(&self) -> bool {
        self.lines.has_line()
    }

    /// Returns the line where the last row that was read begins, counted from 1, for a message of your own about it; 0 before
    /// the first.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns what became of the rows that were read so far.
    pub fn report(&self) -> &ReadReport {
        &self.report
    }

    /// Returns what became of the rows that were read.
    pub fn into_report(self) -> ReadReport {
        self.report
    }

    /// Looks for the next row, after blank lines. None at the end of the input.
    fn extent(&mut self) -> io::Result<Option<Result<Extent, Reason>>> {
        loop {
            let first = match self.lines.look(0)? {
                Ahead::End => return Ok(None),
                Ahead::TooLong => {
                    let limit = self.config.max_record_bytes as u64;
                    let carriage_return = self.lines.bytes(0..self.config.max_record_bytes).contains(&b'\r');
                    return Ok(Some(Err(Reason::RecordTooLong { limit, carriage_return })));
                }
                Ahead::Line { text, next } if text.is_empty() => {
                    self.lines.pass(next, 1);
                    continue;
                }
                Ahead::Line { text, next } => Extent { text, next, lines: 1 },
            };
            if self.format != Format::Csv {
                return Ok(Some(Ok(first)));
            }
            return self.records.extent(&mut self.lines, first, &self.config).map(Some);
        }
    }

    /// Returns the feedback in these bytes of the unread part.
    fn feedback(&mut self, text: Range<usize>) -> Result<Feedback, Fault> {
        let number = self.report.rows + 1;
        let bytes = self.lines.bytes(text);
        let text = match utf8(bytes) {
            Ok(text) => text,
            Err(reason) => {
                // Lines that quotes hold together may be rows of their own; the lossy text tells as well as another.
                if let Shape::Table(table) = &mut self.shape
                    && bytes.contains(&b'\n')
                {
                    table.split(&String::from_utf8_lossy(bytes))?;
                }
                return Err((String::new(), reason));
            }
        };
        match &mut self.shape {
            Shape::Table(table) => table.feedback(text, &mut self.rows, number),
            Shape::Objects(objects) => objects.feedback(text, &self.config, &mut self.rows, number),
            Shape::Lines(columns) => {
                let mut feedback = Feedback::default();
                self.rows.put(&mut feedback, Role::Text, "", text)?;
                self.rows.check(&mut feedback, columns, self.lines.number())?;
                Ok(feedback)
            }
        }
    }

    /// Reads the next row, of which `make` makes what is wanted or says what keeps it from being that. None at the end of the
    /// input.
    fn read_row<T>(
        &mut self,
        make: impl FnOnce(Feedback) -> Result<T, Fault>,
    ) -> io::Result<Option<Result<T, Rejection>>> {
        let Some(extent) = self.extent()? else { return Ok(None) };
        let (line, offset) = (self.lines.number(), self.lines.offset());
        self.line = line;
        let row = match &extent {
            Ok(extent) => self.feedback(extent.text.clone()).and_then(make),
            Err(reason) => Err((String::new(), reason.clone())),
        };
        if row.is_ok() {
            self.rows.use_checked(line);
        }
        match (extent, &row) {
            // Several lines that make no row are likely held together by a stray quote: it costs the first of them.
            (Ok(Extent { lines: 2.., .. }), Err((_, Reason::RaggedRow { .. }))) | (Err(_), _) => {
                self.lines.pass_line()?;
            }
            (Ok(extent), _) => self.lines.pass(extent.next, extent.lines),
        }
        Ok(Some(row.map_err(|(column, reason)| Rejection { line, offset, column, reason })))
    }

    /// Returns the next row, of which `make` makes what is wanted or says what keeps it from being that.
    pub(crate) fn next_as<T>(
        &mut self,
        make: impl FnOnce(Feedback) -> Result<T, Fault>,
    ) -> Option<Result<Row<T>, Error>> {
        if self.done {
            return None;
        }
        let row = match self.read_row(make) {
            Ok(Some(Ok(made))) => {
                self.report.count_used();
                Some(Ok(Row::Used(made)))
            }
            Ok(Some(Err(rejection))) => Some(self.reject(rejection)),
            Ok(None) => match &self.shape {
                Shape::Objects(objects) => {
                    objects.missing().map(|reason| Err(Error::format(&self.report.source_name, reason)))
                }
                Shape::Table(_) | Shape::Lines(_) => None,
            },
            Err(error) => Some(Err(Error::io(&self.report.source_name, error))),
        };
        self.done = !matches!(row, Some(Ok(_)));
        row
    }

    /// Counts a rejected row, which is an error where the configuration says so.
    fn reject<T>(&mut self, mut rejection: Rejection) -> Result<Row<T>, Error> {
        rejection.column = printable(&rejection.column);
        self.report.count_rejected(&rejection);
        let most = match self.config.on_dirty {
            OnDirty::Stop => 0,
            OnDirty::Skip => u64::MAX,
            OnDirty::SkipUpTo(most) => most,
        };
        if self.report.rejected > most {
            let Rejection { line, column, reason, .. } = rejection;
            return Err(Error::data(&self.report.source_name, line, column, reason.to_string()));
        }
        Ok(Row::Rejected(rejection))
    }
}

impl<R> fmt::Debug for FeedbackReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reader = f.debug_struct("FeedbackReader");
        reader.field("format", &self.format).field("config", &self.config).field("report", &self.report);
        reader.finish_non_exhaustive()
    }
}

impl<R: Read> Iterator for FeedbackReader<R> {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_as(Ok)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Reason> {
    std::str::from_utf8(bytes).map_err(|error| Reason::InvalidUtf8 { byte: error.valid_up_to() as u64 })
}

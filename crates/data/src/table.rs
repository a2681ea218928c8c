//! Rows under a header: CSV and TSV.

use std::collections::HashMap;
use std::io::Cursor;

use csv::StringRecord;
use plaudit_core::Feedback;

use crate::columns::{Columns, Role};
use crate::names::missing;
use crate::row::{Fault, Rows};
use crate::{ReadConfig, Reason};

/// The columns of a file with a header, and how its rows are split.
pub(crate) struct Table {
    split: Split,
    columns: Columns,
    header: Vec<(String, Role)>,
    fields: StringRecord,
}

/// How a row is split into fields.
enum Split {
    /// At commas, by RFC 4180. The reader gets one row at a time.
    Csv(Box<csv::Reader<Cursor<Vec<u8>>>>),
    /// At tabs.
    Tabs,
}

impl Split {
    fn split(&mut self, row: &str, fields: &mut StringRecord) {
        match self {
            Self::Csv(reader) => {
                let input = reader.get_mut();
                input.set_position(0);
                input.get_mut().clear();
                input.get_mut().extend_from_slice(row.as_bytes());
                input.get_mut().push(b'\n');
                if !matches!(reader.read_record(fields), Ok(true)) {
                    fields.clear(); // memory is always read, so this is for form's sake: a row of no columns is ragged
                }
            }
            Self::Tabs => {
                fields.clear();
                row.split('\t').for_each(|field| fields.push_field(field));
            }
        }
    }
}

/// Returns a hint where the names of a header seem to stand between other signs than its format's; empty otherwise.
fn other_separator(header: &str, csv: bool, columns: usize) -> String {
    let others = if csv { [(';', "semicolons"), ('\t', "tabs")] } else { [(',', "commas"), (';', "semicolons")] };
    let found = others.into_iter().find(|&(sign, _)| header.matches(sign).count() >= columns);
    let expected = if csv { "commas" } else { "tabs" };
    found.map_or(String::new(), |(_, name)| {
        format!("; the columns seem to stand between {name}, but those of this format stand between {expected}")
    })
}

impl Table {
    /// More columns than any form has: each costs memory in every row that is kept.
    const MOST_COLUMNS: usize = 10_000;

    /// Returns the table whose header is this row; `csv` or else TSV. Blanks around the names are removed, and a column
    /// without a name is called by its number, such as `column 3`.
    ///
    /// # Errors
    /// With a sentence when there are too many columns, a name stands twice or a column is missing.
    pub(crate) fn new(header: &str, csv: bool, config: &ReadConfig) -> Result<Self, String> {
        if header.contains('\0') {
            return Err(Reason::Nul.to_string());
        }
        let mut split = if csv {
            let mut builder = csv::ReaderBuilder::new();
            // The row's own line end is the only one: a `\r` outside quotes is text.
            builder.has_headers(false).flexible(true).terminator(csv::Terminator::Any(b'\n'));
            Split::Csv(Box::new(builder.from_reader(Cursor::default())))
        } else {
            Split::Tabs
        };
        let mut fields = StringRecord::new();
        split.split(header, &mut fields);
        if fields.len() > Self::MOST_COLUMNS {
            return Err(format!("found {} columns; at most {} are read", fields.len(), Self::MOST_COLUMNS));
        }
        let names: Vec<String> = fields
            .iter()
            .zip(1..)
            .map(|(name, number)| match name.trim() {
                "" => format!("column {number}"),
                name => name.to_owned(),
            })
            .collect();
        let mut known = HashMap::new();
        for (name, number) in names.iter().zip(1..) {
            if let Some(earlier) = known.insert(name.as_str(), number) {
                // by number: without a header, the name is a person's text
                return Err(format!("columns {earlier} and {number} have the same name"));
            }
        }
        let columns = Columns::new(config, |name| known.contains_key(name));
        let absent: Vec<String> =
            columns.required().filter(|&name| !known.contains_key(name)).map(String::from).collect();
        if !absent.is_empty() {
            let hint = other_separator(header, csv, names.len());
            return Err(missing(&absent, &names, !hint.is_empty()) + &hint);
        }
        let header =
            names.into_iter().map(|name| (columns.role(&name), name)).map(|(role, name)| (name, role)).collect();
        Ok(Self { split, columns, header, fields })
    }

    /// Splits a row into fields.
    ///
    /// # Errors
    /// When they are not as many as the columns of the header.
    pub(crate) fn split(&mut self, row: &str) -> Result<(), Fault> {
        self.split.split(row, &mut self.fields);
        if self.fields.len() == self.header.len() {
            return Ok(());
        }
        let (found, expected) = (self.fields.len() as u64, self.header.len() as u64);
        let lines = 1 + row.matches('\n').count() as u64;
        Err((String::new(), Reason::RaggedRow { found, expected, lines }))
    }

    /// Returns the feedback that a row holds.
    pub(crate) fn feedback(&mut self, row: &str, rows: &mut Rows, number: u64) -> Result<Feedback, Fault> {
        self.split(row)?;
        let mut feedback = Feedback::default();
        for ((name, role), value) in self.header.iter().zip(&self.fields) {
            rows.put(&mut feedback, *role, name, value)?;
        }
        rows.check(&mut feedback, &self.columns, number)?;
        Ok(feedback)
    }
}

//! A small table of tab-separated text, of which rows and columns are known.

use std::io::Read;
use std::path::Path;

use plaudit::{Error, Result};

/// The most bytes of a table: the paper's have a few hundred.
const MOST_BYTES: u64 = 1 << 20;

/// A table whose first column names the rows.
pub(super) struct Tsv {
    file: String,
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    cells: Vec<String>, // [columns]
}

impl Tsv {
    /// Reads a table with this header, and with one row of each of these names, in any order.
    ///
    /// # Errors
    /// When the file cannot be read, is no regular file, is larger than 1 MiB or not UTF-8, the header differs, a line has more or fewer cells, or
    /// a row is unknown, stands twice or is missing.
    pub(super) fn read(folder: &Path, name: &str, columns: &'static [&'static str], names: &[&str]) -> Result<Self> {
        let path = folder.join(name);
        let file = path.display().to_string();
        let mut bytes = Vec::new();
        // A pipe would be waited for.
        if !std::fs::metadata(&path).map_err(|error| Error::io(&file, error))?.is_file() {
            return Err(Error::format(&file, "is not a regular file, expected a table"));
        }
        let opened = std::fs::File::open(&path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
        opened.map_err(|error| Error::io(&file, error))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Error::format(&file, "is larger than 1 MiB, expected a table of some lines"));
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::format(&file, "is not UTF-8"))?;
        let mut table = Self { file, columns, rows: Vec::new() };
        // Some editors put a byte order mark before UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut lines = (1..).zip(text.lines());
        let header: Vec<&str> = lines.next().map_or(Vec::new(), |(_, line)| line.split('\t').collect());
        if header != columns {
            let found =
                if header.is_empty() { "an empty file".to_owned() } else { format!("the header {}", quoted(&header)) };
            let reason = format!("found {found}; expected the header {}", quoted(columns));
            return Err(Error::data(table.file, 1, "", reason));
        }
        for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
            let row = Row { line, cells: text.split('\t').map(str::to_owned).collect() };
            if row.cells.len() != columns.len() {
                let reason = format!("found {} cells; expected {}", row.cells.len(), columns.len());
                return Err(Error::data(table.file, line, "", reason));
            }
            let wrong = |reason| Err(Error::data(&table.file, line, table.key(), reason));
            if !names.contains(&row.name()) {
                return wrong(format!("found {}; expected one of {}", quoted(&[row.name()]), quoted(names)));
            }
            if let Some(first) = table.rows.iter().find(|other| other.name() == row.name()) {
                return wrong(format!("`{}` stands twice, first in line {}; expected once", row.name(), first.line));
            }
            table.rows.push(row);
        }
        match names.iter().find(|name| table.rows.iter().all(|row| row.name() != **name)) {
            Some(missing) => {
                let (last, key) = (text.lines().count() as u64, table.key());
                Err(Error::data(&table.file, last, key, format!("the file ends; expected a row `{missing}`")))
            }
            None => Ok(table),
        }
    }

    /// Returns what `parse` makes of the cell in this row and column.
    ///
    /// # Errors
    /// When it makes nothing of it: the cell is not what was `expected`. Also when there is no such row or column.
    pub(super) fn cell<T>(
        &self,
        name: &str,
        column: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        let place = self.columns.iter().position(|other| *other == column);
        let row = self.rows.iter().find(|row| row.name() == name);
        let cell = row.zip(place).and_then(|(row, place)| row.cells.get(place)).map_or("", String::as_str);
        parse(cell).ok_or_else(|| {
            let line = row.map_or(0, |row| row.line);
            let found = if cell.is_empty() { "an empty cell".to_owned() } else { quoted(&[cell]) };
            Error::data(&self.file, line, column, format!("row `{name}`: found {found}; expected {expected}"))
        })
    }

    fn key(&self) -> &'static str {
        self.columns.first().copied().unwrap_or_default()
    }
}

impl Row {
    fn name(&self) -> &str {
        self.cells.first().map_or("", String::as_str)
    }
}

/// Cells in a message: of the first 20, the first 24 characters each.
fn quoted(cells: &[&str]) -> String {
    let cell = |cell: &&str| {
        let shown: String = cell.chars().take(24).flat_map(char::escape_debug).collect();
        format!("`{shown}{}`", if cell.chars().nth(24).is_some() { "..." } else { "" })
    };
    let more = cells.len().checked_sub(20).filter(|&more| more > 0).map(|more| format!("and {more} more"));
    super::join(cells.iter().take(20).map(cell).chain(more))
}

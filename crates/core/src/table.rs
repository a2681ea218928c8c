//! Rows of text, aligned for people.

use std::fmt;

use crate::visible;

/// A table for a terminal: the first column to the left, the others to the right.
///
/// Cells are made [`visible`] and cut to 60 characters. Columns are aligned by the number of characters, which is the width on
/// screen for all but East Asian wide ones.
///
/// ```
/// use plaudit_core::Table;
///
/// let mut table = Table::new(["label", "F1"]);
/// table.push(["Good", "0.75"]);
/// assert_eq!(table.to_string(), "label    F1\nGood   0.75\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// Returns a table with this heading.
    pub fn new<S: Into<String>>(heading: impl IntoIterator<Item = S>) -> Self {
        let mut table = Self(Vec::new());
        table.push(heading);
        table
    }

    /// Adds a row.
    pub fn push<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        self.0.push(row.into_iter().map(Into::into).collect());
    }
}

/// The most characters of a cell: names come from people's files.
const WIDEST: usize = 60;

/// A cell in one line, cut to [`WIDEST`].
fn cell(text: &str) -> String {
    let start = text.char_indices().nth(WIDEST + 1).and_then(|(end, _)| text.get(..end));
    let shown = visible(start.unwrap_or(text)); // no escape is shorter than what it stands for
    if shown.chars().nth(WIDEST).is_none() {
        return shown.into_owned();
    }
    shown.chars().take(WIDEST - 1).chain(['…']).collect()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<Vec<String>> = self.0.iter().map(|row| row.iter().map(|text| cell(text)).collect()).collect();
        let mut widths = vec![0; rows.iter().map(Vec::len).max().unwrap_or(0)];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &rows {
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                match column {
                    0 if row.len() == 1 => write!(f, "{cell}")?,
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_fits() {
        let mut table = Table::new(["division", "n"]);
        table.push(["x".repeat(1 << 20), "1".to_owned()]);
        table.push(["a\nb\u{1b}[2J".to_owned(), "2".to_owned()]);
        let text = table.to_string();
        assert!(text.lines().count() == 3 && text.lines().all(|line| line.chars().count() == WIDEST + 3), "{text}");
        assert!(text.contains('…') && text.contains(r"a\nb\u{1b}[2J") && !text.contains('\u{1b}'));
    }
}

//! Rows of text, aligned for people.

use std::fmt;

/// A table for a terminal: the first column to the left, the others to the right.
///
/// Columns are aligned by the number of characters, which is the width on screen for all but East Asian wide ones.
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

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths = vec![0; self.0.iter().map(Vec::len).max().unwrap_or(0)];
        for row in &self.0 {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for row in &self.0 {
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

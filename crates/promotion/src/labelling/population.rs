//! The texts that labels are wanted for.

use std::collections::{BTreeMap, HashMap};

use plaudit_core::{Error, Result};

use crate::export::cell;

/// The most characters of a text that stand in a sheet: a spreadsheet's cell holds 32,767 units of UTF-16.
const MOST_CHARS: usize = 16_000;

/// The texts of a survey with their ids and divisions, in the caller's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population<'a> {
    rows: Vec<Row<'a>>,
    places: HashMap<String, usize>, // by the id as a sheet shows it
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub(super) id: &'a str,
    pub(super) division: &'a str,
    pub(super) text: &'a str,
}

impl<'a> Population<'a> {
    /// Returns the population of these texts, each given by its id, its division and its words.
    ///
    /// # Errors
    /// When there is none, or an id is blank or looks in a sheet like an earlier one; the message names both rows, counted
    /// from 0.
    pub fn new(rows: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Result<Self> {
        let rows: Vec<Row<'a>> = rows.into_iter().map(|(id, division, text)| Row { id, division, text }).collect();
        let mut places = HashMap::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let id = shown(row.id);
            if id.is_empty() {
                return Err(Error::config(format!(
                    "population: row {place}: the id is blank; expected one of its own"
                )));
            }
            if let Some(earlier) = places.insert(id, place) {
                let found = format!("row {place}: the id stands already in row {earlier}");
                return Err(Error::config(format!("population: {found}; expected one of its own")));
            }
        }
        if rows.is_empty() {
            return Err(Error::config("population: there is no text; expected at least one"));
        }
        Ok(Self { rows, places })
    }

    /// Returns the number of texts, at least 1.
    #[allow(clippy::len_without_is_empty)] // never empty by construction
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns how many texts each division has, in lexicographic order.
    pub fn divisions(&self) -> BTreeMap<&'a str, u64> {
        let mut divisions = BTreeMap::new();
        self.rows.iter().for_each(|row| *divisions.entry(row.division).or_insert(0) += 1);
        divisions
    }

    pub(super) fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    pub(super) fn row(&self, place: usize) -> Option<Row<'a>> {
        self.rows.get(place).copied()
    }

    /// The place of the row whose id a sheet shows so.
    pub(super) fn place(&self, shown: &str) -> Option<usize> {
        self.places.get(shown).copied()
    }
}

/// An id as a sheet shows it, without the blanks around it. One that a spreadsheet would take for a number, a date or a truth
/// value (`007`, `1e5`, `3-4`, `MAR1`, `true`) would come back changed: an apostrophe before it makes it text.
pub(super) fn shown(id: &str) -> String {
    let shown = cell(id.trim()).trim().to_owned();
    if is_converted(&shown) { format!("'{shown}") } else { shown }
}

/// Whether a spreadsheet may take an id for something else than text. Some ids are taken for such that are none.
fn is_converted(id: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let small = id.to_lowercase();
    let is_month = || {
        let rest = MONTHS.iter().find_map(|month| small.strip_prefix(month));
        // `mar1`, `sept-2`, `march 3`: of a longer name the letters before the number are not looked at.
        let number = rest.map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_lowercase() || " -./".contains(c)));
        number.is_some_and(|number| number.chars().all(|c| c.is_ascii_digit() || " -./,:".contains(c)))
    };
    let begins_as_text = small.chars().next().is_none_or(|first| first.is_alphabetic() || "'_#".contains(first));
    !begins_as_text || matches!(small.as_str(), "true" | "false" | "inf" | "nan") || is_month()
}

/// A text as a sheet shows it.
pub(super) fn shown_text(text: &str) -> String {
    let cut = text.char_indices().nth(MOST_CHARS).and_then(|(end, _)| text.get(..end));
    // Escapes make it longer.
    cell(cut.unwrap_or(text)).chars().take(MOST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_spreadsheet_would_change_are_text() {
        for (id, expected) in [
            ("007", "'007"),
            (" 12345678901234567890 ", "'12345678901234567890"),
            ("1e5", "'1e5"),
            ("3-4", "'3-4"),
            ("2024-01-02", "'2024-01-02"),
            ("MAR1", "'MAR1"),
            ("Sept-2", "'Sept-2"),
            ("March", "'March"),
            ("TRUE", "'TRUE"),
            ("(5)", "'(5)"),
            ("\u{664}\u{665}", "'\u{664}\u{665}"),
            ("=1", "'=1"),
            ("-1", "'-1"),
            ("'007", "'007"),
            ("f0001", "f0001"),
            ("marta1x", "marta1x"),
            ("图1", "图1"),
            ("", ""),
        ] {
            assert_eq!(shown(id), expected, "{id}");
        }
        // Both would come back alike.
        assert!(Population::new([("007", "", "a"), ("'007", "", "b")]).is_err());
        let population = Population::new([("007", "", "a"), ("7", "", "b"), ("0007", "", "c")]).unwrap();
        assert_eq!(["'007", "'7", "'0007"].map(|id| population.place(id)), [Some(0), Some(1), Some(2)]);
    }
}

//! The sheet that people fill.

use std::io::Write;

use csv::{Terminator, WriterBuilder};
use plaudit_core::{Error, Result};

use super::population::{shown, shown_text};
use super::{Allocation, Population, SamplePlan};
use crate::export::cell;

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 7] = ["id", "division", "text", "label", "inclusion", "of", "plan"];
/// Without it, a spreadsheet may take UTF-8 for another encoding.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

impl SamplePlan {
    /// Writes the sheet as CSV (RFC 4180, UTF-8 with a byte order mark): a heading and one row a text, with the columns `id`,
    /// `division`, `text`, `label` (empty: to be filled), `inclusion` (how likely the row was to be drawn), `of` (how many
    /// rows its stratum has) and `plan` (allocation, budget and seed, the same in each row: a spreadsheet keeps it, and may
    /// lose a comment).
    ///
    /// Ids, divisions and texts are no formulas, as in a [`Report`](crate::export::Report). Texts are cut after 16,000
    /// characters; cover names in them before they come here.
    ///
    /// # Errors
    /// When it cannot be written, or `population` is not the one that the plan was drawn from.
    pub fn write_csv(&self, population: &Population<'_>, mut out: impl Write) -> Result<()> {
        let io = |error| Error::io("sheet", error);
        let failed = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => io(error),
            kind => Error::format("sheet", format!("{kind:?}")),
        };
        out.write_all(BYTE_ORDER_MARK.as_bytes()).map_err(io)?;
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
        writer.write_record(COLUMNS).map_err(failed)?;
        let plan = self.summary();
        for planned in &self.rows {
            let Some(row) = population.row(planned.place) else {
                let found = format!("plan: row {} of a population of {}", planned.place, population.len());
                return Err(Error::config(format!("{found}; expected the population that it was drawn from")));
            };
            let (inclusion, of) = (planned.inclusion.to_string(), planned.of.to_string());
            let (id, division, text) = (shown(row.id), cell(row.division), shown_text(row.text));
            writer.write_record([&id, &division, &text, "", &inclusion, &of, &plan]).map_err(failed)?;
        }
        writer.flush().map_err(io)
    }

    /// What the plan was drawn by, in a line without signs of CSV.
    fn summary(&self) -> String {
        let allocation = match &self.config.allocation {
            Allocation::Proportional => "proportional",
            Allocation::Equal => "equal",
            Allocation::Need(_) => "by need",
        };
        format!("{allocation} budget {} seed {}", self.config.budget, self.config.seed)
    }
}

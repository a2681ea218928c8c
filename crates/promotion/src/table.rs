//! Verdicts as a table for people.

use std::fmt;

use plaudit_core::Table;

use crate::{DivisionVerdict, Verdicts};

impl fmt::Display for Verdicts {
    /// One line a division with its shares and score, then every division's reasons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut heading: Vec<String> = vec!["division".into(), "answers".into()];
        heading.extend(self.labels().iter().map(String::from));
        heading.push("score".into());
        let checked = self.iter().any(|decided| decided.shift.is_some());
        heading.extend(checked.then(|| "shift p".into()));
        heading.push("verdict".into());
        let mut table = Table::new(heading);
        for decided in self {
            let mut row = vec![name(decided).to_owned(), decided.n.to_string()];
            let shares = self.labels().iter().enumerate().map(|(index, _)| decided.shares.get(index));
            row.extend(shares.map(|share| share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share.value))));
            row.push(match (decided.score, decided.score_interval) {
                (Some(score), Some(ends)) => format!("{score:.2} ({:.2} to {:.2})", ends.low, ends.high),
                (Some(score), None) => format!("{score:.2}"),
                _ => "-".to_owned(),
            });
            row.extend(checked.then(|| shift_p(decided)));
            row.push(decided.verdict.to_string());
            table.push(row);
        }
        write!(f, "{table}")?;
        for decided in self {
            // A table of one cell: names come from people's files, and are cut as in the table above.
            let cell = Table::new([name(decided)]).to_string();
            writeln!(f, "\n{}: {}", cell.trim_end_matches('\n'), decided.verdict)?;
            for reason in &decided.reasons {
                writeln!(f, "  {reason}")?;
            }
            if let Some(response) = &decided.response {
                writeln!(f, "  {response}")?;
            }
        }
        Ok(())
    }
}

/// The p-value of the label-shift check, adjusted for all divisions that were checked.
pub(crate) fn shift_p(decided: &DivisionVerdict) -> String {
    decided.shift.map_or_else(|| "-".to_owned(), |shift| format!("{:.3}", shift.adjusted))
}

/// The division's name.
fn name(decided: &DivisionVerdict) -> &str {
    if decided.division.is_empty() { "(no division)" } else { &decided.division }
}

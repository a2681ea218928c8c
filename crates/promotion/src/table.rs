//! Verdicts as a table for people.

use std::fmt;

use crate::{DivisionVerdict, Verdicts};

impl fmt::Display for Verdicts {
    /// One line a division with its shares and score, then every division's reasons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut heading: Vec<String> = vec!["division".into(), "answers".into()];
        heading.extend(self.labels().iter().map(String::from));
        heading.extend(["score".into(), "verdict".into()]);
        let mut rows = vec![heading];
        rows.extend(self.iter().map(|decided| {
            let mut row = vec![name(decided), decided.n.to_string()];
            let shares = self.labels().iter().enumerate().map(|(index, _)| decided.shares.get(index));
            row.extend(shares.map(|share| share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share.value))));
            row.push(match (decided.score, decided.score_interval) {
                (Some(score), Some(ends)) => format!("{score:.2} ({:.2} to {:.2})", ends.low, ends.high),
                (Some(score), None) => format!("{score:.2}"),
                _ => "-".to_owned(),
            });
            row.push(decided.verdict.to_string());
            row
        }));
        aligned(f, &rows)?;
        for decided in self {
            writeln!(f, "\n{}: {}", name(decided), decided.verdict)?;
            for reason in &decided.reasons {
                writeln!(f, "  {reason}")?;
            }
        }
        Ok(())
    }
}

/// The division's name on one line: names come from people's files.
fn name(decided: &DivisionVerdict) -> String {
    if decided.division.is_empty() {
        return "(no division)".to_owned();
    }
    decided.division.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Writes rows of equal length, the first column to the left and the others to the right.
fn aligned(f: &mut fmt::Formatter<'_>, rows: &[Vec<String>]) -> fmt::Result {
    let mut widths = vec![0; rows.first().map_or(0, Vec::len)];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in rows {
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            if column == 0 {
                write!(f, "{cell:<width$}")?;
            } else {
                write!(f, "  {cell:>width$}")?;
            }
        }
        writeln!(f)?;
    }
    Ok(())
}

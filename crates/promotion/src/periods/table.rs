//! Two periods as a table for people.

use std::fmt;

use plaudit_core::Table;

use super::{Change, PeriodComparison, WholeChange};

impl fmt::Display for PeriodComparison {
    /// One line a division, with the change of each share and of the score; then what moved, and the whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut heading: Vec<String> = vec!["division".into(), "before".into(), "after".into()];
        heading.extend(self.labels.iter().map(String::from));
        heading.extend(["score".into(), "change".into(), "P(up)".into(), "what changed".into()]);
        let mut table = Table::new(heading);
        for division in &self.divisions {
            let mut row = vec![
                name(&division.division).to_owned(),
                division.texts_before.to_string(),
                division.texts_after.to_string(),
            ];
            let shares = (0..self.labels.len()).map(|label| division.shares.get(label));
            row.extend(shares.map(|share| share.map_or_else(none, |share| format!("{:+.2}", share.change))));
            match &division.score {
                Some(score) => row.extend([
                    format!("{:.2} to {:.2}", score.before, score.after),
                    with_interval(score),
                    format!("{:.3}", score.probability_up),
                ]),
                None => row.extend([none(), none(), none()]),
            }
            row.push(division.statement.to_string());
            table.push(row);
        }
        write!(f, "{table}")?;
        for division in &self.divisions {
            for (label, change) in division.moved(self.alpha) {
                let way = if change.change > 0.0 { "up" } else { "down" };
                let cell = Table::new([name(&division.division)]).to_string();
                let label = self.labels.iter().nth(label).unwrap_or_default();
                let (from, to, amount) = (change.before, change.after, self.amount);
                let cell = cell.trim_end_matches('\n');
                writeln!(f, "{cell}: {label} is {way} from {from:.2} to {to:.2}, by more than {amount}")?;
            }
        }
        self.whole.iter().try_for_each(|whole| write!(f, "{whole}"))
    }
}

impl fmt::Display for WholeChange {
    /// Two lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { score, within, mix, .. } = self;
        writeln!(f, "All together: {:.2} to {:.2}, {}", score.before, score.after, with_interval(score))?;
        writeln!(f, "  within divisions {}, by the mix of divisions {}", with_interval(within), with_interval(mix))
    }
}

fn with_interval(change: &Change) -> String {
    format!("{:+.2} ({:+.2} to {:+.2})", change.change, change.interval.low, change.interval.high)
}

fn none() -> String {
    "-".to_owned()
}

fn name(division: &str) -> &str {
    if division.is_empty() { "(no division)" } else { division }
}

//! Aspects, as a table.

use std::fmt;

use plaudit_core::{Table, visible};

use super::{AspectGroup, AspectSentiment, AspectShare, AspectSummary};

fn shown(share: &AspectShare) -> String {
    let interval = share
        .interval
        .map_or_else(String::new, |ends| format!(" ({:.0} to {:.0})", 100.0 * ends.low, 100.0 * ends.high));
    format!("{:.0} %{interval}", 100.0 * share.share)
}

fn table(aspects: &[AspectSummary]) -> Table {
    let mut table = Table::new(["aspect", "texts", "positive", "negative", "against others"]);
    for summary in aspects {
        let q = summary.q_value.map_or_else(String::new, |q| format!(", q {q:.3}"));
        let difference =
            summary.difference.map_or_else(String::new, |points| format!("{:+.0} points{q}", 100.0 * points));
        table.push([
            visible(&summary.aspect).into_owned(),
            summary.texts.to_string(),
            shown(&summary.positive),
            shown(&summary.negative),
            difference,
        ]);
    }
    table
}

impl fmt::Display for AspectGroup {
    /// The group, and one line an aspect.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:\n{}", visible(&self.group), table(&self.aspects))
    }
}

impl fmt::Display for AspectSentiment {
    /// One line an aspect, and then the groups.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table(&self.aspects))?;
        self.groups.iter().try_for_each(|group| write!(f, "\n{group}"))
    }
}

//! An audit for people.

use std::fmt;

use plaudit_core::Table;

use super::{Audit, AuditVerdict, AuditedTotal};

/// More totals than this are counted and not shown.
const MOST_SHOWN: usize = 20;

impl fmt::Display for Audit {
    /// A sentence, and a table of the first totals with a solution, or of those with the nearest misses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, last] = self.range;
        let texts = if first == last { format!("{first} texts") } else { format!("{first} to {last} texts") };
        let reading = self.reading;
        match self.verdict {
            AuditVerdict::Consistent => {
                let shown: Vec<_> = self.totals.iter().filter(|total| total.is_consistent()).collect();
                let which = totals(shown.len());
                writeln!(f, "Consistent: of {texts}, confusion matrices of {which} print this table ({reading}).")?;
                solutions(f, &shown)?;
            }
            AuditVerdict::Impossible => {
                writeln!(f, "Impossible: no confusion matrix of {texts} prints this table ({reading}).")?;
                for class in self.classes.iter().filter(|class| class.possible == 0) {
                    writeln!(f, "No counts print the row of `{}` by itself.", class.label)?;
                }
                misses(f, &self.nearest())?;
            }
            AuditVerdict::Undecided => {
                writeln!(f, "Undecided: no confusion matrix of {texts} was found that prints this table ({reading}).")?;
            }
        }
        undecided(f, self)
    }
}

/// Says where the search ended early, and of which bound.
fn undecided(f: &mut fmt::Formatter<'_>, audit: &Audit) -> fmt::Result {
    let undecided = || audit.totals.iter().filter(|total| total.solutions.is_none()).map(|total| total.n);
    let cut_short = |n: &u64| audit.cut_short_at.is_some_and(|first| *n >= first);
    let large: Vec<u64> = undecided().filter(|n| !cut_short(n)).collect();
    if let Some(first) = large.first() {
        let which = totals(large.len());
        writeln!(
            f,
            "At {which}, the first n = {first}, the steps of one total (a 16th of max_steps) or its memory ran out."
        )?;
    }
    if let Some(first) = audit.cut_short_at {
        let which = totals(undecided().filter(cut_short).count());
        writeln!(f, "At {which}, from n = {first} on, the steps of the whole search (max_steps) had run out:")?;
        writeln!(f, "those before had used them up. Fewer totals at a time, or more steps, may decide these.")?;
    }
    Ok(())
}

fn solutions(f: &mut fmt::Formatter<'_>, shown: &[&AuditedTotal]) -> fmt::Result {
    let mut table = Table::new(["n", "solutions", "right", "accuracy"]);
    for total in shown.iter().take(MOST_SHOWN) {
        let solutions = total.solutions.map_or_else(|| "not counted".to_owned(), |count| count.to_string());
        table.push(
            [total.n.to_string(), solutions].into_iter().chain(right(total.correct.unwrap_or_default(), total.n)),
        );
    }
    write!(f, "{table}")?;
    further(f, shown.len())
}

fn misses(f: &mut fmt::Formatter<'_>, shown: &[&AuditedTotal]) -> fmt::Result {
    if shown.is_empty() {
        return writeln!(f, "Nowhere do rows of all classes have supports that add up to the total.");
    }
    writeln!(f, "Nearest: rows whose supports add up to n, where the sums of FP and FN differ by")?;
    let mut table = Table::new(["n", "choices", "difference", "right", "accuracy"]);
    for (total, miss) in shown.iter().take(MOST_SHOWN).filter_map(|total| Some((total, total.miss.as_ref()?))) {
        let counts = [total.n, miss.count, miss.imbalance].map(|count| count.to_string());
        table.push(counts.into_iter().chain(right(miss.correct, total.n)));
    }
    write!(f, "{table}")?;
    further(f, shown.len())
}

fn totals(count: usize) -> String {
    format!("{count} {}", if count == 1 { "total" } else { "totals" })
}

/// Right predictions and accuracy, from the least to the greatest.
fn right([low, high]: [u64; 2], n: u64) -> [String; 2] {
    let share = |count: u64| 100.0 * count as f64 / n as f64; // n is at least 1
    if low == high {
        [low.to_string(), format!("{:.2} %", share(low))]
    } else {
        [format!("{low} to {high}"), format!("{:.2} to {:.2} %", share(low), share(high))]
    }
}

fn further(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count.checked_sub(MOST_SHOWN) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(f, "and {more} more"),
    }
}

//! Recompute the figures of the DPMS paper from its own tables.

mod common;
#[path = "reproduce/mod.rs"]
mod dpms;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use dpms::{Finding, Paper, Verdict};
use plaudit::core::Table;

const HELP: &str = "
Recomputes what the DPMS paper prints from what else it prints: which figures agree, which cannot be, and what the tables
support in their place.

A recomputed figure matches where the cells exactly as printed give what prints as claimed, rounded or cut. It is consistent
where only numbers do that the cells may have been rounded or cut from, and differs where none does; it is undecided where
the digits are too few, or the counts too many, to tell.

cargo run --release --example reproduce -- [options]
  --tables DIR              table2.tsv to table5.tsv and claims.tsv (examples/data/dpms)
  --json                    the last line of standard output is one JSON object";

fn main() -> ExitCode {
    common::run(HELP, &["tables"], recipe)
}

fn recipe(options: &Options) -> Result<()> {
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/dpms");
    let findings = dpms::findings(&Paper::read(&options.value("tables").map_or_else(ours, PathBuf::from))?)?;
    say!("{}", table(&findings));
    for finding in findings.iter().filter(|finding| !finding.note.is_empty()) {
        say!("{}, {}: {}", finding.place, finding.what, finding.note);
    }
    let counted: Vec<&Finding> = findings.iter().filter(|finding| finding.reading_of.is_none()).collect();
    let count = |verdict| counted.iter().filter(|finding| finding.verdict == verdict).count();
    let (claims, figures): (Vec<&Finding>, _) = counted.iter().partition(|finding| finding.printed.is_some());
    say!("\nOf {} checks of printed figures (one figure may stand in several): {}.", claims.len(), tally(&claims));
    say!("Of {} figures that are not printed: {}.", figures.len(), tally(&figures));
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("findings", serde_json::to_value(&findings)?);
        for verdict in Verdict::ALL {
            summary.add(&verdict.to_string().replace(' ', "_"), count(verdict));
        }
        say!("{}", summary.line());
    }
    Ok(())
}

/// How many have each verdict.
fn tally(findings: &[&Finding]) -> String {
    let count = |verdict: Verdict| (verdict, findings.iter().filter(|finding| finding.verdict == verdict).count());
    let counts = Verdict::ALL.into_iter().map(count).filter(|(_, count)| *count > 0);
    counts.map(|(verdict, count)| format!("{verdict} {count}")).collect::<Vec<_>>().join(", ")
}

/// The findings of each place under its name, and readings under their claim.
fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new(["", "printed", "recomputed", "verdict"]);
    let mut place = "";
    for found in findings {
        if found.place != place {
            place = &found.place;
            table.push([place]);
        }
        let (indent, printed) = match &found.reading_of {
            Some(_) => ("    ", ""),
            None => ("  ", found.printed.as_deref().unwrap_or("-")),
        };
        let cells = [printed, &found.recomputed, &found.verdict.to_string()].map(str::to_owned);
        table.push([format!("{indent}{}", found.what)].into_iter().chain(cells));
    }
    table
}

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
        say!("{}: {}", finding.id, finding.note);
    }
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let [matches, differs, impossible, not_derivable, bounded, derived, undecided] = Verdict::ALL.map(count);
    say!(
        "\nOf {} checks of printed figures (one figure may stand in several), {matches} match; {differs} differ, {impossible} are \
         impossible, {not_derivable} cannot be derived, {undecided} are undecided.\n{} figures are not printed: {derived} \
         are derived from the tables, {bounded} are bounded by them.",
        matches + differs + impossible + not_derivable + undecided,
        derived + bounded
    );
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

/// The findings of each place together, in the order in which places first occur.
fn table(findings: &[Finding]) -> Table {
    let mut table = Table::new(["", "printed", "recomputed", "verdict"]);
    let mut places: Vec<&str> = Vec::new();
    for place in findings.iter().map(|finding| finding.place.as_str()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    for place in places {
        table.push([place]);
        for found in findings.iter().filter(|finding| finding.place == place) {
            let printed = found.printed.as_deref().unwrap_or("-");
            let cells = [printed, &found.recomputed, &found.verdict.to_string()].map(str::to_owned);
            table.push([format!("  {}", found.what)].into_iter().chain(cells));
        }
    }
    table
}

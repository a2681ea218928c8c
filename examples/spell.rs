//! How well and how fast misspelled words are corrected, on pairs that other correctors can be given too.

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::data::{FeedbackReader, Format, Row};
use plaudit::text::{Spelling, SpellingConfig, SpellingIndex, WordFrequencies};
use plaudit::{Error, ReadConfig};

const HELP: &str = "
Corrects words with the shipped English list, and compares with what they should be.

cargo run --release --example spell -- --pairs FILE [options]
  --pairs FILE              .tsv or .txt, perhaps .gz, .xz or .zst after it; a line a pair: wrong<TAB>right; a header with these names
                            may say another order. A word that is right stands beside itself. Case and blanks around a word make no
                            difference, and blank lines are passed over.
  --index deletes|symspell  who finds candidates (deletes)
  --json                    the last line of standard output is one JSON object";

/// How much processor time is measured, in seconds: the clock ticks a hundred times in one.
const MEASURED: f64 = 2.0;

fn main() -> ExitCode {
    common::run(HELP, &["pairs", "index"], spell)
}

fn spell(options: &Options) -> Result<()> {
    let path = options.required_file("pairs")?;
    let mut config = SpellingConfig::default();
    if options.one_of("index", &["deletes", "symspell"])? == Some("symspell") {
        config.index = SpellingIndex::Symspell;
    }
    let pairs = pairs(path)?;
    let start = common::cpu_seconds();
    let spelling = Spelling::new(config, &WordFrequencies::english(), &WordFrequencies::new())?;
    let build = seconds_since(start);
    let hits = |rows: &[&(String, String)]| {
        let is_right = |(wrong, right): &&&(String, String)| match spelling.correct(wrong) {
            Some(correction) => correction.word == *right,
            None => wrong == right,
        };
        rows.iter().filter(is_right).count() as f64 / rows.len() as f64
    };
    let all: Vec<_> = pairs.iter().collect();
    let misspelled: Vec<_> = pairs.iter().filter(|(wrong, right)| wrong != right).collect();

    let (mut lookups, mut seconds, start) = (0, Some(0.0), common::cpu_seconds());
    while seconds.is_some_and(|seconds| seconds < MEASURED) {
        for (wrong, _) in &pairs {
            black_box(spelling.correct(black_box(wrong)));
        }
        lookups += pairs.len();
        seconds = seconds_since(start);
    }

    let mut summary = Summary::default();
    summary.add("pairs", pairs.len());
    summary.add("misspelled", misspelled.len());
    summary.add("top1", hits(&all));
    summary.add("misspelled_top1", (!misspelled.is_empty()).then(|| hits(&misspelled)));
    summary.add("lookups_per_cpu_second", seconds.map(|seconds| lookups as f64 / seconds));
    summary.add("build_cpu_seconds", build);
    summary.add("index_bytes", spelling.index_bytes());
    summary.add("peak_memory_bytes", common::peak_memory_bytes());
    let line = summary.line();
    say!("{}", line.trim_matches(['{', '}']).replace(",\"", "\n\"").replace('"', ""));
    if options.value("json").is_some() {
        say!("{line}");
    }
    Ok(())
}

fn seconds_since(start: Option<f64>) -> Option<f64> {
    Some(common::cpu_seconds()? - start?)
}

/// Returns the pairs (wrong, right) of a file.
fn pairs(path: &str) -> Result<Vec<(String, String)>> {
    let read = ReadConfig::default();
    let mut reader = FeedbackReader::open_as(path, Format::Lines, &read)?;
    let (mut pairs, mut right_first, mut is_first) = (Vec::new(), false, true);
    while let Some(row) = reader.next() {
        let wrong = |column: &str, reason: String| Err(Error::data(path, reader.line(), column, reason).into());
        let line = match row? {
            Row::Used(row) => row.text.to_lowercase(),
            Row::Rejected(rejection) => return wrong("", rejection.reason.to_string()),
            _ => continue,
        };
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        let [first, second] = columns[..] else {
            let columns = columns.len();
            let found = format!("found {columns} column{}", if columns == 1 { "" } else { "s" });
            return wrong("", format!("{found}, expected `wrong<TAB>right`"));
        };
        let names = std::mem::take(&mut is_first).then_some((first, second));
        if names == Some(("right", "wrong")) || names == Some(("wrong", "right")) {
            right_first = first == "right";
            continue;
        }
        let pair = if right_first { (second, first) } else { (first, second) };
        for (name, word) in [("wrong", pair.0), ("right", pair.1)] {
            if word.is_empty() {
                return wrong(name, "is empty, expected a word".to_owned());
            }
        }
        pairs.push((pair.0.to_owned(), pair.1.to_owned()));
    }
    if pairs.is_empty() {
        return Err(Error::data(path, 0, "", "there is no pair").into());
    }
    Ok(pairs)
}

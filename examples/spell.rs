//! How well and how fast misspelled words are corrected, on pairs that other correctors can be given too.

mod common;

use std::hint::black_box;
use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::Error;
use plaudit::text::{Spelling, SpellingConfig, SpellingIndex, WordFrequencies};

const HELP: &str = "
Corrects words with the shipped English list, and compares with what they should be.

cargo run --release --example spell -- --pairs FILE [options]
  --pairs FILE              a line a pair: wrong<TAB>right; a header with these names may say another order. A word that is right
                            stands beside itself. Case makes no difference.
  --index deletes|symspell  who finds candidates (deletes)
  --json                    the last line of standard output is one JSON object";

/// How much processor time is measured, in seconds: the clock ticks a hundred times in one.
const MEASURED: f64 = 2.0;

fn main() -> ExitCode {
    common::run(HELP, &["pairs", "index"], spell)
}

fn spell(options: &Options) -> Result<()> {
    let path = options.required("pairs")?;
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
    let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, error))?.to_lowercase();
    let mut pairs = Vec::new();
    let mut right_first = false;
    for (number, line) in text.lines().enumerate() {
        let Some((first, second)) = line.split_once('\t') else {
            return Err(Error::data(path, number as u64 + 1, "", "found one column, expected `wrong<TAB>right`").into());
        };
        match (number, first, second) {
            (0, "right", "wrong") => right_first = true,
            (0, "wrong", "right") => {}
            _ if right_first => pairs.push((second.to_owned(), first.to_owned())),
            _ => pairs.push((first.to_owned(), second.to_owned())),
        }
    }
    if pairs.is_empty() {
        return Err(Error::data(path, 0, "", "there is no pair").into());
    }
    Ok(pairs)
}

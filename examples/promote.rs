//! Decide which divisions to promote, from feedback and a saved classifier.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::{Policy, TextClassifier};

const HELP: &str = r#"
Classifies the feedback of each division and decides: promote, hold, or collect more answers, with reasons.
The table shows posterior means, which lie between the counted shares and even ones; with few answers the difference shows.

cargo run --release --example promote -- --model DIR --feedback FILE [options]
  --model DIR               what train saved
  --feedback FILE           .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and division
  --policy FILE             a JSON file; what it leaves out is as by default:
                            {"utilities": {"Good": 1, "Average": 0.25, "Neutral": 0, "Poor": -1},
                             "min_score": 0.25, "limits": {"Poor": 0.25}, "alpha": 0.05, "min_rows": 10}
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --json                    the last line of standard output is one JSON object"#;

fn main() -> ExitCode {
    common::run(HELP, &["model", "feedback", "policy", "on-dirty"], promote)
}

fn promote(options: &Options) -> Result<()> {
    let (model, file, mut read) = (options.required("model")?, options.required("feedback")?, options.read_config()?);
    let policy = options.json("policy", Policy::validate)?.unwrap_or_default();
    let classifier = TextClassifier::load(model)?;
    (read.division, read.label) = (Some("division".to_owned()), Some(String::new())); // labels are not looked at
    let feedback = plaudit::data::read(file, &read)?;
    common::print_rejections(&feedback.report);
    common::check_used(&feedback.report)?;
    let verdicts = policy.decide(&plaudit::survey(&classifier, &feedback)?)?;
    say!("{verdicts}");
    say!("The intervals hold the chance of who answered, not the classifier's errors.");
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_rows([&feedback.report]);
        summary.add_verdicts(&verdicts)?;
        say!("{}", summary.line());
    }
    Ok(())
}

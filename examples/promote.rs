//! Decide which divisions to promote, from feedback and a saved classifier.
#![allow(clippy::print_stdout)] // a recipe talks to a terminal

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary};
use plaudit::{Policy, TextClassifier};

const HELP: &str = "
Classifies the feedback of each division and decides: promote, hold, or collect more answers, with reasons.
The file has the columns text and division.

cargo run --release --example promote -- --model DIR --feedback FILE [--policy FILE.json] [--on-dirty stop|skip] [--json]";

fn main() -> ExitCode {
    common::run(HELP, &["model", "feedback", "policy", "on-dirty"], promote)
}

fn promote(options: &Options) -> Result<()> {
    let classifier = TextClassifier::load(options.required("model")?)?;
    let policy = match options.value("policy") {
        None => Policy::default(),
        Some(path) => {
            serde_json::from_slice(&std::fs::read(path).map_err(|error| common::io_error(path.as_ref(), error))?)
                .map_err(|error| plaudit::Error::format(path, error.to_string()))?
        }
    };
    let feedback = plaudit::data::read(options.required("feedback")?, &options.read_config()?)?;
    common::print_rejections(&feedback.report);
    let verdicts = policy.decide(&plaudit::survey(&classifier, &feedback)?)?;
    println!("{verdicts}");
    println!("The intervals hold the chance of who answered, not the classifier's errors.");
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_rows([&feedback.report]);
        summary.add_verdicts(&verdicts)?;
        println!("{}", summary.line());
    }
    Ok(())
}

//! Decide which divisions to promote, from feedback and a saved classifier.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
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
    let policy: Policy = options.json("policy")?.unwrap_or_default();
    let mut read = options.read_config()?;
    read.division = Some("division".to_owned());
    let feedback = plaudit::data::read(options.required("feedback")?, &read)?;
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

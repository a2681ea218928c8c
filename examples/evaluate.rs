//! Score a saved classifier on labelled rows.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::{Classifier, TextClassifier};

const HELP: &str = "
Scores a saved classifier on a file of labelled texts: confusion matrix, precision, recall, specificity, F1, accuracy.

cargo run --release --example evaluate -- --model DIR --data FILE [--on-dirty stop|skip] [--json]";

fn main() -> ExitCode {
    common::run(HELP, &["model", "data", "on-dirty"], evaluate)
}

fn evaluate(options: &Options) -> Result<()> {
    let classifier = TextClassifier::load(options.required("model")?)?;
    let mut read = options.read_config()?;
    read.labels = Some(classifier.labels().clone());
    (read.label, read.labels_required) = (Some("label".to_owned()), true);
    let data = plaudit::data::read(options.required("data")?, &read)?;
    common::print_rejections(&data.report);
    common::check_used(&data.report)?;
    let scores = plaudit::evaluate(&classifier, &data)?;
    say!("{scores}");
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_scores(&scores);
        summary.add_rows([&data.report]);
        say!("{}", summary.line());
    }
    Ok(())
}

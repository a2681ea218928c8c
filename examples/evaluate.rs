//! Score a saved classifier on labelled rows.

mod common;

use std::process::ExitCode;

use common::{Options, Result, Summary, say};
use plaudit::Classifier;

const HELP: &str = "
Scores a saved classifier on a file of labelled texts: confusion matrix, precision, recall, specificity, F1, accuracy.

cargo run --release --example evaluate -- --model DIR --data FILE [options]
  --model DIR               what train saved
  --data FILE               .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and label; rows that the
                            model was not trained on, or the figures are too good
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --precision single|bfloat16   what recurrent weights are rounded to (single)
  --json                    the last line of standard output is one JSON object";

fn main() -> ExitCode {
    common::run(HELP, &["model", "data", "on-dirty", "precision"], evaluate)
}

fn evaluate(options: &Options) -> Result<()> {
    options.required("model")?;
    let (file, mut read) = (options.required("data")?, options.read_config()?);
    let classifier = options.classifier()?;
    read.labels = Some(classifier.labels().clone());
    (read.label, read.labels_required) = (Some("label".to_owned()), true);
    let data = plaudit::data::read(file, &read)?;
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

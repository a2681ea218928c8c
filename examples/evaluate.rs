//! Score a saved classifier on labelled rows.

mod common;

use std::process::ExitCode;

use common::{Decided, Options, Result, Summary, say};
use plaudit::metrics::{Bootstrap, Scored, evaluate};
use plaudit::{Classifier, Feedback};

const HELP: &str = "
Scores a saved classifier on a file of labelled texts: every figure with its interval, and the confusion matrix.
Of a model that leaves texts to a person, how many it decides and how many of these are wrong. Writes pictures, each with its
data.

cargo run --release --example evaluate -- --model DIR --data FILE [options]
  --model DIR               what train saved
  --data FILE               .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and label; rows that the
                            model was not trained on, or the figures are too good
  --cluster division|source  texts of one division or source are resampled together: intervals for others than these, where
                            there are ten or more; a row without one is by itself
  --resamples N             of the bootstrap (2000)
  --seed N                  of the bootstrap (0)
  --pictures DIR            where the pictures go (target/evaluate)
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --precision single|bfloat16   what recurrent weights are rounded to (single)
  --json                    the last line of standard output is one JSON object";

fn main() -> ExitCode {
    common::run(HELP, &["model", "data", "cluster", "resamples", "seed", "pictures", "on-dirty", "precision"], recipe)
}

fn recipe(options: &Options) -> Result<()> {
    options.required("model")?;
    let (file, mut read) = (options.required("data")?, options.read_config()?);
    let cluster = options.one_of("cluster", &["division", "source"])?;
    let mut bootstrap = Bootstrap::default();
    bootstrap.resamples = options.number("resamples")?.unwrap_or(bootstrap.resamples);
    bootstrap.seed = options.number("seed")?.unwrap_or(bootstrap.seed);
    bootstrap.validate().map_err(common::usage_faults)?;
    let folder = options.folder("pictures", "evaluate")?;
    let classifier = options.classifier()?;
    read.labels = Some(classifier.labels().clone());
    (read.label, read.labels_required) = (Some("label".to_owned()), true);
    let data = plaudit::data::read(file, &read)?;
    common::print_rejections(&data.report);
    common::check_used(&data.report)?;
    let clusters: Option<Vec<&str>> = cluster.map(|by| data.iter().map(|row| cluster_of(row, by)).collect());
    let known = data.iter().filter(|row| classifier.has_seen(&row.text)).count();
    common::warn_known(known, data.len());
    let fitted =
        data.iter().filter(|row| classifier.is_calibrated_on(&row.text) && !classifier.has_seen(&row.text)).count();
    common::warn_calibrated_on(fitted, data.len());
    let labels = classifier.labels();
    let texts: Vec<&str> = data.iter().map(|row| row.text.as_str()).collect();
    let truth: Vec<usize> = data.iter().filter_map(|row| labels.index_of(row.label.as_deref()?)).collect();
    let raw = classifier.uncalibrated_scores(&texts)?; // once through the network, for all figures
    let scored = match classifier.calibration() {
        Some(calibrated) => Scored::from_scores(truth.clone(), &calibrated.scores(&raw)?)?,
        None => Scored::from_scores(truth.clone(), &raw)?,
    };
    let evaluation = evaluate(&scored, clusters.as_deref(), &bootstrap)?;
    say!("{evaluation}");
    let sets = match classifier.calibration() {
        Some(calibrated) => Some(calibrated.conformal.coverage(&Scored::from_scores(truth.clone(), &raw)?)?),
        None => None,
    };
    if let Some(sets) = &sets {
        say!("Sets of labels, as classify gives them; intervals as of independent texts:\n\n{sets}");
    }
    let decided = classifier.calibration().filter(|calibrated| calibrated.abstention.is_some());
    let decided =
        decided.map(|calibrated| calibrated.decide(&raw)).transpose()?.map(|found| Decided::new(&found, &truth));
    if let Some(decided) = &decided {
        say!("{decided}");
    }
    common::save_evaluation(&folder, &classifier, &scored, &evaluation)?;
    say!("Pictures, and their data as CSV, are in {}.", common::shown(&folder));
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_scores(&evaluation);
        summary.add_rows([&data.report]);
        summary.add("evaluation", serde_json::to_value(&evaluation)?);
        if let Some(sets) = &sets {
            summary.add("label_sets", serde_json::to_value(sets)?);
        }
        if let Some(decided) = &decided {
            summary.add("decided", decided.json());
        }
        say!("{}", summary.line());
    }
    Ok(())
}

/// What `--cluster` resamples a row with.
fn cluster_of<'a>(row: &'a Feedback, by: &str) -> &'a str {
    let name = if by == "division" { &row.division } else { row.source.as_deref().unwrap_or("") };
    if name.is_empty() { &row.uid } else { name }
}

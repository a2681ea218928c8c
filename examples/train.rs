//! Train a classifier on a file and save it.
#![allow(clippy::print_stdout)] // a recipe talks to a terminal

mod common;

use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, usage};
use plaudit::models::Architecture;
use plaudit::text::{Language, PipelineConfig};
use plaudit::{ProgressBar, TrainConfig};

const HELP: &str = "
Trains a classifier on a file of labelled texts and saves it as a directory.
Files: .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text, label, and perhaps uid or id.

cargo run --release --example train -- --train FILE --out DIR [options]
  --valid FILE              rows to choose the best epoch by; without it, 10 % of the training file, stratified
  --test FILE               rows to report on at the end; they change nothing
  --labels a,b,c            the labels, in order; rows with others are rejected
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --architecture bi_lstm    the network
  --language en|und         English cleaning, or cleaning that suits any language (en)
  --cleaning light|dpms     what is cleaned: little, which suits networks, or all steps of DPMS, Eq. 5 to 11 (light)
  --config FILE             a JSON file with a training configuration, in the form that config.json shows
  --seed N  --threads N     (0; all)
  --json                    the last line of standard output is one JSON object";

const OPTIONS: [&str; 12] = [
    "train",
    "valid",
    "test",
    "labels",
    "on-dirty",
    "architecture",
    "language",
    "cleaning",
    "config",
    "seed",
    "threads",
    "out",
];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, train)
}

fn train(options: &Options) -> Result<()> {
    let out = options.required("out")?;
    let config = config(options)?;
    let mut read = options.read_config()?;
    read.labels_required = true;
    let file = |name: &str| options.value(name).map(|path| plaudit::data::read(path, &read)).transpose();

    let Some(whole) = file("train")? else { return Err(usage("--train is missing")) };
    let test = file("test")?;
    let mut reports = vec![whole.report.clone()];
    let (train, valid) = match file("valid")? {
        Some(valid) => {
            reports.push(valid.report.clone());
            (whole, valid)
        }
        None => {
            let [train, valid] = whole.hold_out(0.1, config.model.seed)?;
            (train, valid)
        }
    };
    reports.extend(test.as_ref().map(|test| test.report.clone()));
    reports.iter().for_each(common::print_rejections);

    let start = Instant::now();
    let classifier = plaudit::train(&train, &valid, &config, &mut ProgressBar::new())?;
    let train_seconds = start.elapsed().as_secs_f64();
    classifier.save(out)?;

    let (part, rows) = test.as_ref().map_or(("validation", &valid), |test| ("test", test));
    let scores = plaudit::evaluate(&classifier, rows)?;
    let report = classifier.report();
    println!(
        "Trained on {} rows in {train_seconds:.1} s: epoch {} of {}.",
        train.len(),
        report.best_epoch,
        report.epochs.len()
    );
    println!("On the {} {part} rows:\n\n{scores}\nSaved as {out}.", rows.len());
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add_scores(&scores);
        summary.add_rows(&reports);
        summary.add("train_seconds", train_seconds);
        println!("{}", summary.line());
    }
    Ok(())
}

fn config(options: &Options) -> Result<TrainConfig> {
    let mut config = match options.value("config") {
        Some(path) => {
            serde_json::from_slice(&std::fs::read(path).map_err(|error| common::io_error(path.as_ref(), error))?)
                .map_err(|error| plaudit::Error::format(path, error.to_string()))?
        }
        None => TrainConfig::default(),
    };
    if let Some(language) = options.value("language") {
        config.text = PipelineConfig::for_language(language.parse::<Language>()?);
    }
    match options.value("cleaning") {
        None | Some("light") => {}
        Some("dpms") if config.text.language == Language::En => config.text = PipelineConfig::dpms(),
        Some("dpms") => return Err(usage("--cleaning dpms is for --language en")),
        Some(other) => return Err(usage(format!("--cleaning: expected light or dpms, found `{other}`"))),
    }
    if let Some(architecture) = options.value("architecture") {
        config.model.architecture = Architecture::from_name(architecture)?;
    }
    if let Some(seed) = options.number("seed")? {
        config.model.seed = seed;
    }
    config.model.threads = options.number("threads")?;
    config.model.labels = options.read_config()?.labels;
    Ok(config)
}

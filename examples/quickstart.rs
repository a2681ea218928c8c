//! The main job: read feedback, train, evaluate, decide.

mod common;

use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, say, usage_faults};
use plaudit::core::Time;
use plaudit::metrics::{Bootstrap, evaluate};
use plaudit::{
    Classifier, Dataset, Error, Policy, ProgressBar, ReadConfig, SplitRatios, TextClassifier, TrainConfig, plots,
};

const HELP: &str = "
From raw feedback to a decision, on a corpus of invented feedback about a university's divisions.
Writes the model, report.json and pictures under target/quickstart.

cargo run --release --example quickstart -- [options]
  --seed N                  of the split, initial weights, order and dropout (7)
  --threads N               to train with; they change no byte (all)
  --json                    the last line of standard output is one JSON object, as in report.json";

fn main() -> ExitCode {
    common::run(HELP, &["seed", "threads"], quickstart)
}

fn quickstart(options: &Options) -> Result<()> {
    let root = common::repository();
    let out = root.join("target/quickstart");
    let seed = options.number("seed")?.unwrap_or(7);

    let mut config = TrainConfig::default();
    (config.model.seed, config.model.threads) = (seed, options.number("threads")?);
    config.validate().map_err(usage_faults)?;
    TextClassifier::check_place(out.join("model"))?; // before a long run, not after it

    let feedback = plaudit::data::read(root.join("examples/data/feedback.tsv"), &ReadConfig::default())?;
    common::print_rejections(&feedback.report);
    let [train, valid, test] = feedback.split(SplitRatios::PAPER, seed)?;
    say!(
        "1. Read {} answers: {} to train on, {} to validate, {} to test.\n",
        feedback.len(),
        train.len(),
        valid.len(),
        test.len()
    );

    let start = Instant::now();
    let classifier = plaudit::train(&train, &valid, &config, &mut ProgressBar::new())?;
    let train_seconds = start.elapsed().as_secs_f64();
    let report = classifier.report();
    say!(
        "2. Trained a BiLSTM of {} weights in {train_seconds:.1} s; the best of {} epochs was epoch {}.\n",
        report.parameters,
        report.epochs.len(),
        report.best_epoch
    );

    let scored = plaudit::scored(&classifier, &test)?;
    let scores = evaluate(&scored, None, &Bootstrap::default())?;
    say!("3. On the {} test answers, which it has not seen:\n\n{scores}", test.len());

    // Not the rows that it was trained on: there, a classifier looks better than it is. (The validation rows chose the
    // best epoch, but no weight was fitted to them.)
    let held_out = Dataset::from_rows(valid.iter().chain(test.iter()).cloned().collect());
    let verdicts = Policy::default().decide(&plaudit::survey(&classifier, &held_out)?)?;
    say!(
        "4. What to promote, by the labels predicted for the {} answers of validation and test:\n\n{verdicts}",
        held_out.len()
    );
    say!("   The intervals hold the chance of who answered, not the classifier's errors.\n");

    let pictures = out.join("pictures");
    common::save_evaluation(&pictures, &classifier, &scored, &scores)?;
    plots::verdicts(&verdicts).save(&pictures)?;
    // The shares of labels by quarter: a quarter is counted as a division is.
    let mut by_quarter = held_out.clone();
    by_quarter.rows.retain(|row| row.time.is_some());
    by_quarter.rows.iter_mut().for_each(|row| row.division = row.time.map_or(String::new(), quarter));
    let quarters = Policy::default().decide(&plaudit::survey(&classifier, &by_quarter)?)?;
    plots::prevalence(&common::periods(&quarters)).save(&pictures)?;

    classifier.save(out.join("model"))?;
    let loaded = TextClassifier::load(out.join("model"))?;
    let text = "not bad at all, the library staff were lovely";
    let one = loaded.predict(text)?;
    say!("5. Saved and loaded; \"{text}\" is {} ({:.2}).\n", one.label(), one.score());

    let mut summary = Summary::default();
    summary.add("scored_on", "test");
    summary.add_scores(&scores);
    summary.add_rows([&feedback.report]);
    summary.add("train_seconds", train_seconds);
    summary.add_verdicts(&verdicts)?;
    let line = summary.line();
    let path = out.join("report.json");
    std::fs::write(&path, format!("{line}\n")).map_err(|error| Error::io(path.display(), error))?;
    let out = out.canonicalize().map_err(|error| Error::io(out.display(), error))?;
    say!("The model is in {0}/model, all figures in {0}/report.json, pictures in {0}/pictures.", out.display());
    if options.value("json").is_some() {
        say!("{line}");
    }
    Ok(())
}

/// The quarter of a time, as `2024 Q3`.
fn quarter(time: Time) -> String {
    let date = time.to_string(); // YYYY-MM-DD..
    let (year, month) = (date.get(..4).unwrap_or(""), date.get(5..7).and_then(|month| month.parse().ok()));
    format!("{year} Q{}", month.map_or(0, |month: usize| month.div_ceil(3)))
}

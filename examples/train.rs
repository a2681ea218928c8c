//! Train a classifier on a file and save it.

mod common;
#[path = "train/resume.rs"]
mod resume;

use std::process::ExitCode;
use std::time::Instant;

use common::{Options, Result, Summary, say, usage, usage_faults};
use plaudit::core::{Origin, Table};
use plaudit::embeddings::formats::VectorsConfig;
use plaudit::models::{Architecture, CalibrationRows, Candidate, Extras, Pretrained, Space, Stopped, TuneTrial};
use plaudit::{Classifier, Dataset, Error, Labels, TextClassifier, TrainConfig, Vectors};
use resume::{Run, Watch};

const HELP: &str = r#"
Trains a classifier on a file of labelled texts and saves it as a directory.

cargo run --release --example train -- --train FILE --out DIR [options]
cargo run --release --example train -- --resume DIR
  --train FILE              .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text, label, perhaps uid or id
  --out DIR                 where the model goes; an earlier model there is replaced
  --valid FILE              rows to choose the best epoch by; without it, 10 % of the training file, stratified
  --test FILE               rows to report on at the end; they change nothing
  --labels a,b,c            the labels, in order; rows with others are rejected
  --architecture bi_lstm|cnn_lstm|wide_and_deep   the network (bi_lstm); wide_and_deep is a BiLSTM, or another in --config, beside a
                            linear model of words and characters
  --language en|zh|und      English cleaning, Chinese, or cleaning that suits any language (en)
  --preset NAME             the cleaning: english, chinese, social_media, counts, paper or raw (that of the language)
  --calibrate none|folds|part   correct probabilities on training rows that are used for nothing else: all of them, each
                            scored by one of five more classifiers that do not know it, or 15 % set aside (none); with
                            {"model": {"calibration": {"abstention": {"max_risk": 0.1, "delta": 0.1}}}} in --config, unsure
                            texts are left to a person, so that of the others at most so many are wrong
  --vectors FILE            word vectors to start from: word2vec, GloVe, fastText (.bin too, with its n-grams) or safetensors; of
                            whole words as a rule, so leave stems out (--language und, or --preset raw to keep capitals)
  --pretrain                start from word vectors that are first trained on the training texts
  --unlabelled FILE         as --pretrain, and on these texts too, cleaned alike; .txt (one text a line) or as --train
  --freeze                  leave the vectors as they are
  --from DIR                train this model further: its words, labels, cleaning and weights are the start
  --tune FILE               try several configurations and keep the one that is best on the validation part; a JSON file:
                            {"fields": {"/adam/learning_rate": [0.0005, 0.001], "/architecture/hidden": [64, 128]}, "trials": 20}
  --config FILE             a JSON file: {"text": {..}, "model": {"epochs": 5, "architecture": {"kind": "bi_lstm", ..},
                            "pretrained": {"extra_words": 50000}}, "pretrain": {"epochs": 20, "min_count": 2, ..}};
                            what it leaves out is as by default, and the other options go over it
  --checkpoints DIR         where the run writes down how far it is (beside the model: OUT-checkpoints); removed when the model is saved
  --resume DIR              go on with the run whose checkpoints these are, after Ctrl-C, a kill or a crash: it ends in the same
                            bytes as one that never stopped; all other options are those that it was begun with
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --seed N                  of initial weights, order and dropout (0)
  --threads N               to train with; they change no byte (all)
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 21] = [
    "train",
    "out",
    "valid",
    "test",
    "labels",
    "architecture",
    "language",
    "preset",
    "calibrate",
    "vectors",
    "pretrain!",
    "unlabelled",
    "freeze!",
    "config",
    "checkpoints",
    "resume",
    "from",
    "tune",
    "on-dirty",
    "seed",
    "threads",
];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, train)
}

fn train(given: &Options) -> Result<()> {
    if let Some(out) = resume::finished(given)? {
        say!("The run was finished, and its model is saved as {out}.");
        return Ok(());
    }
    let options = &resume::options(given)?;
    let (out, file) = (options.required("out")?, options.required("train")?);
    let (mut config, mut read) = (config(options)?, options.read_config()?);
    (read.label, read.labels_required, read.labels) = (Some("label".to_owned()), true, config.model.labels.clone());

    let fits = |space: &Space| space.candidates(&config.model)?.iter().try_for_each(Candidate::validate);
    let space: Option<Space> = options.json("tune", fits)?;
    let known = options.file("from")?.map(TextClassifier::load).transpose()?;
    let given = |names: &[&str]| names.iter().any(|name| options.value(name).is_some());
    if known.is_some() && given(&["language", "preset", "architecture"]) {
        return Err(usage(
            "--from: a trained model has its cleaning and network; leave out --language, --preset and --architecture",
        ));
    }
    if (known.is_some() || space.is_some()) && config.model.calibration.is_some() {
        return Err(usage(
            "--calibrate: not beside --from or --tune; train the settings that were found with --calibrate",
        ));
    }
    if known.is_some() && ["tune", "vectors", "pretrain", "unlabelled"].iter().any(|name| options.value(name).is_some())
    {
        return Err(usage(
            "--from: a trained model has its vectors and sizes; leave out --tune, --vectors, --pretrain and --unlabelled",
        ));
    }
    TextClassifier::check_place(out)?; // before a long run, not after it
    let (mut run, mut watch) = (Run::new(options, out)?, Watch::new()?);
    let whole = plaudit::data::read(file, &read)?;
    common::print_rejections(&whole.report);
    common::check_used(&whole.report)?;
    // A label that the training file does not hold is a rejected row in the other files.
    let mut labels = config.model.labels.take().map_or_else(|| whole.labels(), Ok)?;
    if let Some(known) = known.as_ref().map(TextClassifier::labels)
        && options.value("labels").is_none()
        && labels.iter().all(|label| known.index_of(label).is_some())
    {
        labels = known.clone();
    }
    if labels.len() < 2 {
        return Err(Error::data(file, 0, "label", "every row has the same label; training needs at least two").into());
    }
    (read.labels, config.model.labels) = (Some(labels.clone()), Some(labels.clone()));
    let part = |name: &str| options.value(name).map(|path| plaudit::data::read(path, &read)).transpose();
    let (valid, test) = (part("valid")?, part("test")?);
    for (name, part) in [("--valid", &valid), ("--test", &test)] {
        let Some(part) = part else { continue };
        common::print_rejections(&part.report);
        common::check_used(&part.report)?;
        common::warn_shared(name, part, "--train", &whole);
    }
    if let (Some(valid), Some(test)) = (&valid, &test) {
        common::warn_shared("--test", test, "--valid", valid);
    }
    let mut summary = Summary::default();
    summary.add_rows([Some(&whole), valid.as_ref(), test.as_ref()].into_iter().flatten().map(|part| &part.report));
    let [train, valid] = match valid {
        Some(valid) => [whole, valid],
        None => whole.hold_out(0.1, config.model.seed).map_err(|error| {
            let rows = whole.len();
            format!(
                "{file}: {rows} rows are too few to hold out 10 % of them: give more, or a file with --valid ({error})"
            )
        })?,
    };
    common::warn_rare(&labels, &train, &valid);

    run.begin()?;
    let mut trials = Vec::new();
    let start = Instant::now();
    let vectors = vectors(options, &train, test.as_ref(), &config, &mut watch)?;
    if watch.stopped() {
        return Err(run.broken_off());
    }
    let start_from = vectors.as_ref().map(|vectors| Pretrained::new(vectors, vectors.words().words())).transpose();
    let start_from =
        start_from.map_err(|error| format!("{}: {error}", options.value("vectors").unwrap_or("word vectors")))?;
    let mut extras = Extras::default();
    (extras.vectors, extras.checkpoints) = (start_from.as_ref(), Some(&run.checkpoints));
    let trained = match (&known, &space) {
        (Some(known), _) => plaudit::fine_tune(known, &train, &valid, &extras, &config, &mut watch),
        (None, Some(space)) => {
            plaudit::tune(&train, &valid, &extras, &config, space, &mut watch).map(|(classifier, found)| {
                trials = found;
                classifier
            })
        }
        (None, None) => plaudit::train_with(&train, &valid, &extras, &config, &mut watch),
    };
    let classifier = match trained {
        Ok(classifier) if classifier.report().stopped != Stopped::Observer => classifier,
        Ok(_) | Err(Error::Interrupted) => return Err(run.broken_off()),
        Err(error) => return Err(error.into()),
    };
    let train_seconds = start.elapsed().as_secs_f64();
    let (part, rows) = test.as_ref().map_or(("validation", &valid), |test| ("test", test));
    let scores = plaudit::evaluate(&classifier, rows)?;
    classifier.with_evaluation(&format!("the {part} part"), &scores).save(out)?;
    run.remove(out)?; // the last: killed before, the run can be gone on with
    let report = classifier.report();
    common::warn_no_words(report);
    let (best, epochs) = (report.best_epoch, report.epochs.len());
    if !trials.is_empty() {
        say!("{}", table(&trials));
        summary.add("trials", serde_json::to_value(&trials)?);
    }
    let fitted = report.train_rows;
    say!("Trained on {fitted} rows in {train_seconds:.1} s; the best of {epochs} epochs was epoch {best}.");
    if let Some(vectors) = &report.vectors {
        let [words, tokens] = [vectors.vocab_coverage, vectors.token_coverage].map(|share| 100.0 * share);
        let extra = vectors.extra_words;
        say!(
            "{words:.0} % of the words and {tokens:.0} % of the training tokens have a vector; {extra} words came with them."
        );
        common::warn_coverage(vectors);
        summary.add("vectors", serde_json::to_value(vectors)?);
    }
    if let Some(calibrated) = classifier.calibration() {
        let rows = calibrated.rows;
        let whose = match calibrated.origin {
            Origin::OutOfFold { folds } => format!("each scored by one of {folds} classifiers that do not know it"),
            _ => "set aside before training".to_owned(),
        };
        match (&calibrated.uncorrected, calibrated.before.log_loss, calibrated.after.log_loss) {
            (Some(why), ..) => common::warn(&format!("probabilities are not corrected: {why}")),
            (None, Some(before), Some(after)) => {
                say!("Calibrated on {rows} rows, {whose}: their log-loss falls from {before:.3} to {after:.3}.");
            }
            _ => {}
        }
        common::warn_calibration(calibrated, &config.model);
        summary.add("calibration", serde_json::to_value(calibrated)?);
    }
    let note = if test.is_none() { ", which chose the best epoch" } else { "" };
    say!("On the {} {part} rows{note}:\n\n{scores}\nSaved as {}.", rows.len(), common::shown(out));
    if options.value("json").is_some() {
        summary.add("scored_on", part);
        summary.add_scores(&scores);
        summary.add("train_seconds", train_seconds);
        say!("{}", summary.line());
    }
    Ok(())
}

/// What each configuration came to.
fn table(trials: &[TuneTrial]) -> Table {
    let fields = trials.first().into_iter().flat_map(|trial| trial.values.keys().cloned());
    let heading = fields.chain(["validation loss", "accuracy", "macro F1"].map(str::to_owned));
    let mut table = Table::new(["trial".to_owned()].into_iter().chain(heading));
    for (number, trial) in (1..).zip(trials) {
        let figures = match trial.best {
            Some(best) => [best.valid_loss, best.valid_accuracy, best.valid_macro_f1].map(|one| format!("{one:.4}")),
            None => ["diverged", "", ""].map(str::to_owned),
        };
        let values = trial.values.values().map(ToString::to_string);
        table.push([number.to_string()].into_iter().chain(values).chain(figures));
    }
    table
}

/// The word vectors to start from, where some are asked for.
fn vectors(
    options: &Options,
    train: &Dataset,
    test: Option<&Dataset>,
    config: &TrainConfig,
    watch: &mut Watch,
) -> Result<Option<Vectors>> {
    if let Some(path) = options.file("vectors")? {
        return Ok(Some(Vectors::read(path, &VectorsConfig::default())?.0));
    }
    let mut unlabelled = None;
    if let Some(path) = options.file("unlabelled")? {
        let mut read = options.read_config()?;
        (read.label, read.division) = (Some(String::new()), Some(String::new()));
        let texts = plaudit::data::read(path, &read)?;
        common::print_rejections(&texts.report);
        common::check_used(&texts.report)?;
        if let Some(test) = test {
            common::warn_shared("--test", test, "--unlabelled", &texts);
        }
        unlabelled = Some(texts);
    } else if options.value("pretrain").is_none() {
        return Ok(None);
    }
    let more = unlabelled.iter().flat_map(|texts| texts.iter()).map(|row| row.text.as_str());
    Ok(Some(Vectors::Words(plaudit::pretrain(train, more, config, watch)?)))
}

/// The configuration of `--config`, with what the other options say put over it.
fn config(options: &Options) -> Result<TrainConfig> {
    let mut config: TrainConfig = options.json("config", TrainConfig::validate)?.unwrap_or_default();
    if let Some(text) = common::preset(options)? {
        config.text = text;
    }
    if let Some(name) = options.one_of("architecture", Architecture::NAMES)?
        && name != config.model.architecture.name()
    {
        config.model.architecture = Architecture::from_name(name)?;
    }
    if let Some(rows) = options.one_of("calibrate", &["none", "folds", "part"])? {
        config.model.calibration = (rows != "none").then(|| {
            let mut calibration = config.model.calibration.take().unwrap_or_default();
            calibration.rows =
                if rows == "folds" { CalibrationRows::Folds(5) } else { CalibrationRows::SetAside(0.15) };
            calibration
        });
    }
    if let Some(labels) = options.listed("labels") {
        config.model.labels = Some(Labels::new(labels).map_err(usage_faults)?);
    }
    let given = |names: &[&str]| names.iter().any(|name| options.value(name).is_some());
    if given(&["vectors"]) && given(&["pretrain", "unlabelled"]) {
        return Err(usage(
            "--vectors: vectors of a file are not trained further; leave out --pretrain and --unlabelled",
        ));
    }
    if given(&["freeze"]) && !given(&["vectors", "pretrain", "unlabelled"]) {
        return Err(usage("--freeze: there are no vectors; give --vectors, --pretrain or --unlabelled"));
    }
    config.model.pretrained.frozen |= given(&["freeze"]);
    config.model.seed = options.number("seed")?.unwrap_or(config.model.seed);
    config.model.threads = options.number("threads")?.or(config.model.threads);
    // The file's own faults were named with the file: these are of the options.
    config.validate().map_err(usage_faults)?;
    Ok(config)
}

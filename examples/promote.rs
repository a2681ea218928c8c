//! Decide which divisions to promote, from feedback and a classifier.

mod common;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use common::{Options, Result, Summary, say, shown, usage};
use plaudit::core::Origin;
use plaudit::promotion::export::Report;
use plaudit::promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use plaudit::promotion::{Corrected, DivisionVerdict, NaiveShare};
use plaudit::text::Pipeline;
use plaudit::{
    Classifier, Dataset, Error, Labels, Policy, ProgressBar, Rule, Survey, TextClassifier, TrainConfig, Verdict,
    Verdicts, plots,
};

const HELP: &str = r#"
Classifies the feedback of each division and decides: promote, improve what one label tells, hold, or collect more answers or
labels, with reasons. The shares are corrected for the classifier's errors, which are counted on rows whose label is known: those of
--gold, or those that the model was calibrated on (train --calibrate folds). Their uncertainty is in every interval.

cargo run --release --example promote -- --model DIR --feedback FILE [options]
cargo run --release --example promote -- --folds N --feedback FILE [options]
  --feedback FILE           .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and division
  --model DIR               what train saved
  --gold FILE               rows with labels that the model did not learn from; columns text and label
  --as-counted              decide on the labels as they are predicted; no interval holds the classifier's errors then
  --folds N                 no model: the feedback has labels, and each row is classified by one of N classifiers, 2 or more, that
                            do not know it; the verdicts on the given labels are printed too
  --label COLUMN            the labels' column, with --folds (label)
  --config FILE             how the classifiers of --folds are trained, as for train
  --policy FILE             a JSON file; what it leaves out is as by default:
                            {"utilities": {"Good": 1, "Average": 0.25, "Neutral": 0, "Poor": -1},
                             "min_score": 0.25, "limits": {"Poor": 0.25}, "alpha": 0.05, "min_rows": 10}
  --flip N                  find how few predicted labels more or less would change a verdict, exactly up to N, 0 to 12; each takes
                            time (0: not)
  --out DIR                 writes verdicts.json, verdicts.md, report.csv for spreadsheets, and the picture verdicts.svg with its data
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --seed N                  of the draws, and of --folds (0)
  --threads N               to train with; they change no byte (all)
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 13] = [
    "model",
    "feedback",
    "gold",
    "as-counted!",
    "folds",
    "label",
    "config",
    "policy",
    "flip",
    "out",
    "on-dirty",
    "seed",
    "threads",
];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, promote)
}

/// What was predicted, and how often such predictions are wrong, where that is known.
struct Predicted {
    survey: Survey,
    errors: Option<ErrorMatrix>,
    /// The labels that were given, where they were.
    given: Option<Survey>,
}

fn promote(options: &Options) -> Result<()> {
    let file = options.required("feedback")?;
    let mut policy: Policy = options.json("policy", Policy::validate)?.unwrap_or_default();
    let seed = options.number("seed")?;
    policy.seed = seed.unwrap_or(policy.seed);
    let radius: u64 = options.number("flip")?.unwrap_or(0);
    if radius > 12 {
        return Err(usage(format!("--flip: found {radius}, expected 0 to 12")));
    }
    let folder = options.value("out").map(|_| options.folder("out", "promote")).transpose()?;
    let mut summary = Summary::default();
    let predicted = match (options.value("model"), options.number("folds")?) {
        (Some(model), None) => by_model(model, file, options, &mut summary)?,
        (None, Some(folds)) => by_folds(folds, file, options, &mut summary)?,
        (None, None) => return Err(usage("--model is missing, or --folds")),
        _ => return Err(usage("--model and --folds: expected one of them")),
    };
    let rule: Box<dyn Rule> = match &predicted.errors {
        Some(errors) => {
            let mut config = CutConfig::default();
            config.seed = policy.seed;
            Box::new(Corrected::new(policy.clone(), CutPosterior::new(errors, &config)?))
        }
        None => Box::new(policy.clone()),
    };
    let mut verdicts = rule.decide(&predicted.survey)?;
    if radius > 0 {
        let flip = |mut decided: DivisionVerdict| {
            decided.flip_budget = Some(rule.flip_budget(&predicted.survey, &decided.division, radius)?);
            Ok(decided)
        };
        let divisions: Result<Vec<DivisionVerdict>> = verdicts.iter().cloned().map(flip).collect();
        verdicts = Verdicts::new(verdicts.labels().clone(), divisions?);
    }
    say!("{verdicts}");
    match &predicted.errors {
        Some(errors) => say!(
            "The shares are corrected by {} rows whose label is known ({}); the intervals hold the chance of these rows and of who answered.",
            errors.rows().flatten().sum::<u64>(),
            whence(errors.origin())
        ),
        None => say!("The intervals hold the chance of who answered, not the classifier's errors."),
    }
    if let Some(given) = &predicted.given {
        compare(&verdicts, given, &policy, &mut summary)?;
    }
    if let Some(folder) = &folder {
        save(&verdicts, folder)?;
    }
    if options.value("json").is_some() {
        summary.add("corrected", predicted.errors.is_some());
        summary.add_verdicts(&verdicts)?;
        say!("{}", summary.line());
    }
    Ok(())
}

/// Predictions by a saved model.
fn by_model(model: &str, file: &str, options: &Options, summary: &mut Summary) -> Result<Predicted> {
    for name in ["label", "config"] {
        if options.value(name).is_some() {
            return Err(usage(format!("--{name}: expected --folds too")));
        }
    }
    let as_counted = options.value("as-counted").is_some();
    if as_counted && options.value("gold").is_some() {
        return Err(usage("--gold and --as-counted: expected one of them"));
    }
    let classifier = TextClassifier::load(model)?;
    let mut read = options.read_config()?;
    (read.division, read.label) = (Some("division".to_owned()), Some(String::new())); // labels are not looked at
    let feedback = plaudit::data::read(file, &read)?;
    common::print_rejections(&feedback.report);
    common::check_used(&feedback.report)?;
    let mut reports = vec![feedback.report.clone()];
    let errors = if as_counted {
        None
    } else if let Some(gold) = options.value("gold") {
        let mut read = options.read_config()?;
        (read.label, read.labels_required) = (Some("label".to_owned()), true);
        read.labels = Some(classifier.labels().clone());
        let gold = plaudit::data::read(gold, &read)?;
        common::print_rejections(&gold.report);
        common::check_used(&gold.report)?;
        reports.push(gold.report.clone());
        Some(plaudit::error_matrix(&classifier, &gold)?)
    } else {
        let errors = plaudit::calibration_errors(&classifier)?;
        if errors.is_none() {
            common::warn(
                "nobody knows how often the model is wrong: give labelled rows with --gold, or train with --calibrate; \
                 the verdicts are on labels as they are predicted (--as-counted says that this is meant)",
            );
        }
        errors
    };
    summary.add_rows(reports.iter());
    Ok(Predicted { survey: plaudit::survey(&classifier, &feedback)?, errors, given: None })
}

/// Predictions of labelled feedback by classifiers that do not know the row.
fn by_folds(folds: usize, file: &str, options: &Options, summary: &mut Summary) -> Result<Predicted> {
    for name in ["gold", "as-counted"] {
        if options.value(name).is_some() {
            return Err(usage(format!("--{name}: expected --model, not --folds")));
        }
    }
    let mut config: TrainConfig = options.json("config", TrainConfig::validate)?.unwrap_or_default();
    config.model.seed = options.number("seed")?.unwrap_or(config.model.seed);
    config.model.threads = options.positive("threads")?.or(config.model.threads);
    config.model.calibration = None;
    let mut read = options.read_config()?;
    read.division = Some("division".to_owned());
    (read.label, read.labels_required) = (Some(options.value("label").unwrap_or("label").to_owned()), true);
    read.labels = config.model.labels.clone();
    let data = plaudit::data::read(file, &read)?;
    common::print_rejections(&data.report);
    common::check_used(&data.report)?;
    summary.add_rows([&data.report]);
    let labels = config.model.labels.take().map_or_else(|| data.labels(), Ok)?;
    config.model.labels = Some(labels.clone());

    // A tenth chooses the epochs of the folds' classifiers; one more classifier, which leaves this tenth out, classifies it.
    let part = |data: &Dataset| data.hold_out_grouped(0.1, config.model.seed, |row| row.text.as_str());
    let [rest, tenth] = part(&data)?;
    let analyzer = Pipeline::from_corpus(config.text.clone(), rest.iter().map(|row| row.text.as_str()))?;
    let bar = &mut ProgressBar::new();
    let held_out =
        plaudit::models::out_of_fold(&analyzer, &rest.examples(), &tenth.examples(), folds, &config.model, bar)?;
    let scored = held_out.scored();
    let mut rows: Vec<(&str, usize, usize)> = Vec::with_capacity(data.len());
    for (place, &row) in held_out.rows().iter().enumerate() {
        let Some(feedback) = rest.rows.get(row) else { continue };
        let gold = scored.truth().get(place).copied().unwrap_or_default();
        rows.push((&feedback.division, gold, scored.predicted(place)));
    }
    let [fit, stop] = part(&rest)?;
    let last = plaudit::train(&fit, &stop, &config, bar)?;
    let unseen: Vec<_> = tenth.iter().filter(|row| !last.has_seen(&row.text)).collect();
    let texts: Vec<&str> = unseen.iter().map(|row| row.text.as_str()).collect();
    for (feedback, prediction) in unseen.iter().zip(last.classify(&texts)?.iter()) {
        let Some(gold) = feedback.label.as_deref().and_then(|label| labels.index_of(label)) else { continue };
        rows.push((&feedback.division, gold, prediction.index()));
    }
    let left = data.len() - rows.len();
    if left > 0 {
        common::warn(&format!(
            "{left} of {} rows are left out: after cleaning, their text is that of a row that chose the epochs",
            data.len()
        ));
    }
    let pairs = || rows.iter().map(|&(_, gold, predicted)| (gold, predicted));
    let origin = Origin::OutOfFold { folds };
    let right = pairs().filter(|(gold, predicted)| gold == predicted).count();
    summary.add("accuracy", right as f64 / rows.len().max(1) as f64);
    let survey = |pick: fn(&(&str, usize, usize)) -> usize| tally(&labels, &rows, pick);
    Ok(Predicted {
        survey: survey(|row| row.2)?,
        errors: Some(ErrorMatrix::tally(labels.clone(), origin, pairs())?),
        given: Some(survey(|row| row.1)?),
    })
}

/// Rows counted by division and by the label that `pick` takes.
fn tally(
    labels: &Labels,
    rows: &[(&str, usize, usize)],
    pick: fn(&(&str, usize, usize)) -> usize,
) -> std::result::Result<Survey, Error> {
    Survey::tally(labels.clone(), rows.iter().map(|row| (row.0, pick(row))))
}

/// Says how the verdicts agree with those on the labels that were given.
fn compare(verdicts: &Verdicts, given: &Survey, policy: &Policy, summary: &mut Summary) -> Result<()> {
    let (counted, given) = (NaiveShare::new(policy.clone()).decide(given)?, policy.decide(given)?);
    let (mut inside, mut known, mut contrary) = (0_u64, 0_u64, Vec::new());
    for ((decided, given), counted) in verdicts.iter().zip(&given).zip(&counted) {
        if let (Some(interval), Some(score)) = (decided.score_interval, counted.score) {
            known += 1;
            inside += u64::from(interval.low <= score && score <= interval.high);
        }
        let both = decided.verdict.is_decisive() && given.verdict.is_decisive();
        if both && (decided.verdict == Verdict::Promote) != (given.verdict == Verdict::Promote) {
            contrary.push(decided.division.clone());
        }
    }
    let same = verdicts.iter().zip(&given).filter(|(own, given)| own.verdict == given.verdict).count();
    say!(
        "On the given labels {same} of {} verdicts are the same and {} the contrary; {inside} of {known} intervals hold the score of the \
         given labels.",
        verdicts.len(),
        contrary.len()
    );
    summary.add("same_verdicts", same);
    summary.add("contrary_verdicts", contrary);
    summary.add("intervals_with_given_score", inside);
    summary.add("given", serde_json::to_value(&given)?);
    Ok(())
}

/// Where rows come from, in words.
fn whence(origin: Origin) -> String {
    match origin {
        Origin::OutOfFold { folds } => format!("each classified by one of {folds} classifiers that do not know it"),
        Origin::SetAside => "set aside before training".to_owned(),
        _ => "none of which the model learned from".to_owned(),
    }
}

/// Writes the verdicts for people and for other programs.
fn save(verdicts: &Verdicts, folder: &Path) -> Result<()> {
    let report = Report::new(verdicts);
    let mut csv = Vec::new();
    report.write_csv(&mut csv)?;
    for (name, bytes) in [
        ("verdicts.json", report.to_json()?.into_bytes()),
        ("verdicts.md", report.to_markdown().into_bytes()),
        ("report.csv", csv),
    ] {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| Error::io(path.display(), error))?;
    }
    plots::verdicts(verdicts).save(folder)?; // verdicts.svg and verdicts.csv
    say!("Written to {}.", shown(folder));
    Ok(())
}

//! Decide which divisions to promote, from feedback and a classifier.

mod common;
#[path = "promote/people.rs"]
mod people;
#[path = "reactions/posts.rs"]
mod posts;
#[path = "promote/predict.rs"]
mod predict;
#[path = "promote/record.rs"]
mod record;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use common::{Options, Output, Result, Summary, check_apart, say, shown, usage};
use plaudit::core::Origin;
use plaudit::promotion::export::{Evidence, Report};
use plaudit::promotion::reactions::{ReactionUtilities, ReactionsConfig};
use plaudit::promotion::{DivisionVerdict, NaiveShare};
use plaudit::{EvidenceConfig, Policy, Survey, Verdict, Verdicts, plots};
use predict::Predicted;
use record::Log;

const HELP: &str = r#"
Classifies the feedback of each division and decides: promote, improve what one label tells, hold, or collect more answers or
labels, with reasons. The shares are corrected for the classifier's errors, which are counted on rows whose label is known: those of
--gold, or those that the model was calibrated on (train --calibrate folds). Their uncertainty is in every interval.

cargo run --release --example promote -- --model DIR --feedback FILE [options]
cargo run --release --example promote -- --folds N --feedback FILE [options]
  --feedback FILE           .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and division
  --model DIR               what train saved
  --gold FILE               rows with labels that the model did not learn from; columns text and label. With them, and with --folds,
                            each division is checked for label shift: where its texts look predicted otherwise than these rows,
                            it needs labels of its own (recipe plan_labels)
  --as-counted              decide on the labels as they are predicted; no interval holds the classifier's errors then
  --folds N                 no model: the feedback has labels, and each row is classified by one of N classifiers, 2 or more, that
                            do not know it; the verdicts on the given labels are printed too
  --label COLUMN            the labels' column, with --folds (label)
  --config FILE             how the classifiers of --folds are trained, as for train
  --policy FILE             a JSON file; what it leaves out is as by default:
                            {"utilities": {"Good": 1, "Average": 0.25, "Neutral": 0, "Poor": -1},
                             "min_score": 0.25, "limits": {"Poor": 0.25}, "alpha": 0.05, "min_rows": 10,
                             "shift_alpha": 0.05}  (0: a label-shift check that fails changes no verdict)
  --reactions FILE          what labels are worth comes from reactions to posts, in the place of the policy's utilities: columns uid,
                            label (what the post promoted) and one count a reaction, as for recipe reactions
  --asked FILE              a table with the columns division and asked: how many people were asked; says what those who did not
                            answer could change about each score
  --flip N                  find how few predicted labels more or less would change a verdict, exactly up to N, 0 to 12; each takes
                            time (0: not)
  --quotes N                comments to show for and against each verdict, 0 to 100 (2)
  --names FILE              names that are covered in comments, too: a .txt file with one a line, or a table with the column name
  --unmasked                shows names and contacts in comments, which are covered otherwise (as far as they are found)
  --out DIR                 writes verdicts.json, verdicts.md, report.csv for spreadsheets, and the picture verdicts.svg with its data
  --log FILE                adds the decision to this log, with the digests of all files that it came from (recipe audit)
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --seed N                  of the draws, and of --folds (0)
  --threads N               to train with; they change no byte (all)
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 19] = [
    "model",
    "feedback",
    "gold",
    "as-counted!",
    "folds",
    "label",
    "config",
    "policy",
    "reactions",
    "asked",
    "flip",
    "quotes",
    "names",
    "unmasked!",
    "out",
    "log",
    "on-dirty",
    "seed",
    "threads",
];

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, promote)
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
    let quotes = options.number("quotes")?.unwrap_or(2);
    if quotes > 100 {
        return Err(usage(format!("--quotes: found {quotes}, expected 0 to 100")));
    }
    let folder = options.value("out").map(|_| options.folder("out", "promote")).transpose()?;
    if let Some(folder) = &folder {
        check_outputs(options, folder)?;
    }
    let mask = people::mask(options)?;
    let log = Log::new(options)?;
    let learned = options.file("reactions")?.map(|file| utilities(file, options)).transpose()?;
    let wanted = policy;
    let policy = learned.as_ref().map_or_else(|| wanted.clone(), |learned| learned.policy(&wanted));
    let mut summary = Summary::default();
    let predicted = Predicted::new(file, options, &mut summary)?;
    let recorded = predicted.rule(&policy);
    let rule = recorded.rule()?;
    let survey = predicted.survey()?;
    let asked = people::asked(options, &survey)?;
    let mut verdicts = rule.decide(&survey)?;
    let decided = verdicts.clone(); // what a replay gives: the rest is added below
    if let Some(asked) = &asked {
        verdicts = people::responses(&verdicts, asked, &policy)?;
    }
    if radius > 0 {
        let flip = |mut decided: DivisionVerdict| {
            decided.flip_budget = Some(rule.flip_budget(&survey, &decided.division, radius)?);
            Ok(decided)
        };
        let divisions: Result<Vec<DivisionVerdict>> = verdicts.iter().cloned().map(flip).collect();
        verdicts = Verdicts::new(verdicts.labels().clone(), divisions?);
    }
    let mut shown = EvidenceConfig::default();
    (shown.quotes, shown.language, shown.mask) = (quotes, predicted.language, mask);
    let evidence = plaudit::evidence(&verdicts, &policy, &predicted.rows(), &shown)?;
    verdicts = plaudit::with_terms(&verdicts, &evidence);
    say!("{verdicts}");
    for evidence in evidence.iter().filter(|evidence| !evidence.comments.is_empty()) {
        say!("{}, what people wrote:\n{evidence}", plaudit::core::visible(name(&evidence.division)));
    }
    match &predicted.errors {
        Some(errors) => say!(
            "The shares are corrected by {} rows whose label is known ({}); the intervals hold the chance of these rows and of who answered.",
            errors.rows().flatten().sum::<u64>(),
            whence(errors.origin())
        ),
        None => say!("The intervals hold the chance of who answered, not the classifier's errors."),
    }
    match &predicted.shift {
        Ok(_) => say_shift(&verdicts, &policy)?,
        Err(why) => say!("Whether the texts are predicted as the rows with known labels were was not checked: {why}."),
    }
    if let Some(learned) = &learned {
        say!(
            "The utilities are those of reactions to posts; a score of {} is wanted on this scale.\n{learned}",
            policy.min_score
        );
        let mut other = Vec::new();
        for mut extreme in learned.extremes(&wanted) {
            extreme.max_more = 0; // the slowest part, which changes no verdict
            let again = predicted.rule(&extreme).rule()?.decide(&survey)?;
            let changed = decided.iter().zip(&again).filter(|(one, two)| one.verdict != two.verdict);
            other.extend(changed.map(|(one, _)| one.division.clone()));
        }
        other.sort();
        other.dedup();
        say!("{} of {} verdicts are others at an end of the utilities' intervals.", other.len(), decided.len());
        summary.add("utilities", serde_json::to_value(learned)?);
        summary.add("verdicts_that_utilities_change", other);
    }
    if let Some(given) = predicted.given()? {
        compare(&verdicts, &given, &policy, &mut summary)?;
    }
    if let Some(folder) = &folder {
        save(&verdicts, &evidence, folder)?;
    }
    if let Some(log) = log {
        log.add(&recorded, &survey, &decided, seed, &mut summary)?;
    }
    if options.value("json").is_some() {
        summary.add("corrected", predicted.errors.is_some());
        summary.add("label_shift_checked", predicted.shift.is_ok());
        summary.add_verdicts(&verdicts)?;
        summary.add("evidence", serde_json::to_value(&evidence)?);
        say!("{}", summary.line());
    }
    Ok(())
}

/// Says which divisions are not predicted as the rows with known labels were.
fn say_shift(verdicts: &Verdicts, policy: &Policy) -> Result<()> {
    let checked = verdicts.iter().filter(|decided| decided.shift.is_some());
    let fails = checked.clone().filter(|decided| decided.shift.is_some_and(|shift| shift.fails));
    let names: Vec<String> = fails.map(|decided| name(&decided.division).to_owned()).collect();
    let (failed, of, alpha) = (names.len(), checked.count(), policy.shift_alpha);
    let which = if names.is_empty() { String::new() } else { format!(": {}", common::some(&names)) };
    say!(
        "Label-shift check: {failed} of {of} divisions fail at {alpha} (Benjamini and Hochberg){}.",
        plaudit::core::visible(&which)
    );
    Ok(())
}

/// What labels are worth by the reactions in a file; the label that a post promoted is in its column `label`.
fn utilities(file: &str, options: &Options) -> Result<ReactionUtilities> {
    let (config, mut read) = (ReactionsConfig::default(), options.read_config()?);
    (read.label, read.labels_required, read.text) = (Some("label".to_owned()), true, Some(String::new()));
    (read.division, read.source, read.keep_extra) = (Some(String::new()), Some(String::new()), true);
    let (reactions, _) = posts::read(file, &read, &config.valence)?;
    Ok(config.utilities(&reactions)?)
}

/// A division's name, which may be empty.
fn name(division: &str) -> &str {
    if division.is_empty() { "(no division)" } else { division }
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

/// What stands in the folder of `--out` afterwards.
const OUTPUTS: [&str; 5] = ["verdicts.json", "verdicts.md", "report.csv", "verdicts.svg", "verdicts.csv"];

/// Refuses to write over what is read, or over the log.
fn check_outputs(options: &Options, folder: &Path) -> Result<()> {
    if options.value("model").is_some_and(|model| common::is_inside(&folder.display().to_string(), Path::new(model))) {
        return Err(usage("--out: is the model's own folder or in it, expected another"));
    }
    let paths = OUTPUTS.map(|name| folder.join(name).display().to_string());
    let outputs: Vec<(&str, &str)> = paths.iter().map(|path| ("out", path.as_str())).collect();
    let inputs = ["feedback", "gold", "config", "policy", "reactions", "asked", "names", "log"];
    let inputs: Vec<(&str, &str)> = inputs.into_iter().filter_map(|name| Some((name, options.value(name)?))).collect();
    check_apart(&inputs, &outputs)
}

/// Writes the verdicts for people and for other programs.
fn save(verdicts: &Verdicts, evidence: &[Evidence], folder: &Path) -> Result<()> {
    let mut report = Report::new(verdicts);
    report.evidence = evidence.to_vec();
    let mut csv = Vec::new();
    report.write_csv(&mut csv)?;
    for (name, bytes) in [
        ("verdicts.json", report.to_json()?.into_bytes()),
        ("verdicts.md", report.to_markdown().into_bytes()),
        ("report.csv", csv),
    ] {
        let mut file = Output::create(&folder.join(name).display().to_string())?;
        file.write_all(&bytes)?;
        file.finish()?;
    }
    plots::verdicts(verdicts).save(folder)?; // verdicts.svg and verdicts.csv
    say!("Written to {}.", shown(folder));
    Ok(())
}

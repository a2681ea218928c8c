//! This term against last: how each division changed, which terms drive it, and whether texts, labels or the classifier drifted.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use common::{Options, Result, Summary, say, usage, usage_faults, warn};
use plaudit::core::Time;
use plaudit::data::{Dataset, parse_time};
use plaudit::insight::{
    DailyCounts, Documents, DocumentsBuilder, DriverConfig, Exchange, KeynessConfig, SeasonConfig, TextDriftConfig,
    drivers, keyness, seasons, text_drift,
};
use plaudit::promotion::periods::{ErrorDriftConfig, Many, PeriodConfig, Statement, compare, error_drift};
use plaudit::promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use plaudit::text::{Pipeline, PipelineConfig};
use plaudit::{Analyzer, Classifier, Feedback, Labels, Policy, Survey, TextClassifier};
use serde_json::{Value, json};

const HELP: &str = r#"
Compares two periods of feedback, division by division: better, worse, or no clear change, with intervals; what of the whole's change
is the mix of divisions; the terms that drive it; drift of texts and of the classifier's errors; seasons, where there are weeks enough.

cargo run --release --example periods -- --model DIR --feedback FILE --split 2026-01-01
cargo run --release --example periods -- --model DIR --before FILE --after FILE
  --feedback FILE           .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text, division and time
  --split TIME              when the second period begins, in UTC where no zone is said, such as 2026-01-01T00:00:00+06:00; rows without
                            a time are left out
  --before FILE --after FILE  a file for each period; the column time may be missing
  --model DIR               what train saved; texts that it learned from are left out
  --label COLUMN            no model: the labels of this column are counted as they are
  --gold FILE               rows with labels that the model did not learn from; columns text and label. Without it, those that the model
                            was calibrated on
  --gold-after FILE         such rows of the second period: asks whether the model errs as it did
  --as-counted              take the labels as they are predicted
  --division COLUMN, --time COLUMN   other names of these columns
  --author COLUMN           who wrote it: texts of one author count as one draw, of terms and of drift
  --many each|false_discovery|holm   what alpha counts, of many divisions (false_discovery)
  --period-weeks N          after how many weeks a season comes again, a multiple of 4 (52)
  --preset NAME, --language L   how texts become terms, as for train (counts)
  --policy FILE             utilities, alpha, min_rows, draws, prior and seed, as promote takes it
  --seed N                  of every draw (0)
  --on-dirty stop|skip      what to do with a row that cannot be used (skip)
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 19] = [
    "feedback",
    "split",
    "before",
    "after",
    "model",
    "label",
    "gold",
    "gold-after",
    "as-counted!",
    "division",
    "time",
    "author",
    "many",
    "period-weeks",
    "preset",
    "language",
    "policy",
    "seed",
    "on-dirty",
];

/// Terms are asked for in at least so many texts: of rarer ones nothing can be said.
const MIN_TEXTS: usize = 10;

fn main() -> ExitCode {
    common::run(HELP, &OPTIONS, periods)
}

/// The rows of both periods with their labels.
struct Rows {
    rows: Vec<Feedback>,
    later: Vec<bool>,  // [rows]
    found: Vec<usize>, // [rows]: the label
    labels: Labels,
}

fn periods(options: &Options) -> Result<()> {
    let policy: Policy = options.json("policy", Policy::validate)?.unwrap_or_default();
    let mut config = PeriodConfig::from_policy(&policy);
    config.seed = options.number("seed")?.unwrap_or(config.seed);
    config.many = match options.one_of("many", &["each", "false_discovery", "holm"])? {
        Some("each") => Many::Each,
        Some("holm") => Many::Holm,
        _ => Many::FalseDiscovery,
    };
    config.validate().map_err(usage_faults)?;
    let mut season = SeasonConfig::default();
    (season.period_weeks, season.seed) = (options.number("period-weeks")?.unwrap_or(52), config.seed);
    season.parts = season.period_weeks / 4;
    season.validate().map_err(usage_faults)?;
    let model = options.file("model")?.map(TextClassifier::load).transpose()?;
    let mut summary = Summary::default();
    let (rows, later) = read(options, model.as_ref(), &mut summary)?;
    let all = labelled(rows, later, model.as_ref())?;
    let errors = match &model {
        Some(model) => errors(model, options)?,
        None => None,
    };

    let survey = |period: bool| {
        let own = all.rows.iter().zip(&all.found).zip(&all.later).filter(|(_, later)| **later == period);
        Survey::tally(all.labels.clone(), own.map(|((row, label), _)| (row.division.as_str(), *label)))
    };
    let (before, after) = (survey(false)?, survey(true)?);
    let mut cut = CutConfig::default();
    cut.seed = config.seed;
    let posterior = errors.as_ref().map(|errors| CutPosterior::new(errors, &cut)).transpose()?;
    let comparison = compare(&before, &after, &config, posterior.as_ref())?;
    say!("{comparison}");
    match &errors {
        Some(errors) => say!(
            "Corrected by {} rows whose label is known, the same draws of the error rates in both periods.",
            errors.rows().flatten().sum::<u64>()
        ),
        None => say!("The intervals hold the chance of who answered, not errors of the labels."),
    }
    summary.add("comparison", serde_json::to_value(&comparison)?);

    if let (Some(model), Some(file)) = (&model, options.file("gold-after")?) {
        let Some(errors) = &errors else {
            return Err(usage("--gold-after: expected labelled rows of before, too: --gold"));
        };
        let mut drift = ErrorDriftConfig::default();
        drift.seed = config.seed;
        let drift = error_drift(errors, &gold(model, file, options)?, &drift)?;
        say!("\nDoes the classifier err as it did?\n{drift}");
        summary.add("error_drift", serde_json::to_value(&drift)?);
    }
    let changed: Vec<&str> = comparison
        .divisions
        .iter()
        .filter(|division| matches!(division.statement, Statement::Better | Statement::Worse))
        .map(|division| division.division.as_str())
        .collect();
    terms(&all, &changed, &config, options, &mut summary)?;
    let times = all.rows.iter().zip(&all.found).filter_map(|(row, label)| Some((row.time?, *label)));
    let times: Vec<(Time, usize)> = times.collect();
    if times.is_empty() {
        say!("\nSeasons: no row has a time.");
        summary.add("seasons", Value::Null);
    } else {
        // One date that was mistyped spreads texts over a thousand years: all else that was found is not to be lost for it.
        let (first, last) = (times.iter().map(|(time, _)| time), times.iter().map(|(time, _)| time));
        let (first, last) = (first.min_by_key(|time| time.seconds), last.max_by_key(|time| time.seconds));
        let reach = first.zip(last).map_or_else(String::new, |(first, last)| format!("from {first} to {last}"));
        match DailyCounts::tally(all.labels.clone(), times) {
            Ok(days) => {
                let found = seasons(&days, &season)?;
                say!("\nSeasons, over {} whole weeks:\n{found}", found.weeks);
                summary.add("seasons", serde_json::to_value(&found)?);
            }
            Err(error) => {
                warn(&format!("no seasons of texts {reach}: {error}"));
                summary.add("seasons", Value::Null);
            }
        }
    }
    if options.value("json").is_some() {
        say!("{}", summary.line());
    }
    Ok(())
}

/// The rows of both periods, and which are of the second.
fn read(
    options: &Options,
    model: Option<&TextClassifier>,
    summary: &mut Summary,
) -> Result<(Vec<Feedback>, Vec<bool>)> {
    let mut config = options.read_config()?;
    let column = |name: &str| Some(options.value(name).unwrap_or(name).to_owned());
    config.division = column("division");
    config.keep_extra = options.value("author").is_some();
    (config.label, config.labels_required) = match (options.value("label"), model) {
        (Some(_), Some(_)) => return Err(usage("--model and --label: expected one of them")),
        (None, None) => return Err(usage("--model is missing, or --label")),
        (Some(column), None) => (Some(column.to_owned()), true),
        (None, Some(_)) => (Some(String::new()), false), // labels are not looked at
    };
    let files =
        match (options.file("feedback")?, options.value("split"), options.file("before")?, options.file("after")?) {
            (Some(file), Some(split), None, None) => {
                let split = parse_time(split)
                    .ok_or_else(|| usage(format!("--split: expected a time such as 2026-01-01, found `{split}`")))?;
                config.time = column("time");
                vec![(file, Some(split.seconds), false)]
            }
            (None, None, Some(before), Some(after)) => {
                config.time = options.value("time").map(str::to_owned);
                vec![(before, None, false), (after, None, true)]
            }
            _ => return Err(usage("expected --feedback and --split, or --before and --after")),
        };
    let needs_model = ["gold", "gold-after", "as-counted"];
    if let (None, Some(name)) = (model, needs_model.iter().find(|name| options.value(name).is_some())) {
        return Err(usage(format!("--{name}: expected --model, not --label")));
    }
    let (mut rows, mut later, mut reports, mut timeless) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (file, split, second) in files {
        let Dataset { rows: found, report, .. } = plaudit::data::read(file, &config)?;
        common::print_rejections(&report);
        common::check_used(&report)?;
        reports.push(report);
        for row in found {
            match (split, row.time) {
                (Some(_), None) => timeless += 1,
                (Some(split), Some(time)) => {
                    later.push(time.seconds >= split);
                    rows.push(row);
                }
                (None, _) => {
                    later.push(second);
                    rows.push(row);
                }
            }
        }
    }
    if timeless > 0 {
        warn(&format!("{timeless} rows have no time; they are left out"));
    }
    let second = later.iter().filter(|&&later| later).count();
    if second == 0 || second == later.len() {
        return Err(one_sided(options, &rows, second).into());
    }
    if let Some(author) = options.value("author")
        && !rows.iter().any(|row| row.extra.contains_key(author))
    {
        let known = rows.iter().flat_map(|row| row.extra.keys()).collect::<BTreeSet<_>>();
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(usage(format!(
            "--author: no row has a column `{author}`; the columns without another role: {known}"
        )));
    }
    summary.add_rows(&reports);
    Ok((rows, later))
}

/// Why two periods cannot be compared of which one has no row; `second` is how many rows the second one has.
fn one_sided(options: &Options, rows: &[Feedback], second: usize) -> String {
    let without = if second == 0 { "second" } else { "first" };
    let times: Vec<Time> = rows.iter().filter_map(|row| row.time).collect();
    let split = options.value("split").unwrap_or_default();
    match (times.iter().min_by_key(|time| time.seconds), times.iter().max_by_key(|time| time.seconds)) {
        (Some(first), Some(last)) => format!(
            "--split {split}: the {without} period has no row; expected a time between those of the rows, {first} to {last}"
        ),
        _ => "no row has a time; expected a column of times (--time), or --before and --after".to_owned(),
    }
}

/// The rows with their labels: predicted, or as they stand there.
fn labelled(mut rows: Vec<Feedback>, mut later: Vec<bool>, model: Option<&TextClassifier>) -> Result<Rows> {
    let Some(model) = model else {
        let labels = Labels::from_occurring(rows.iter().filter_map(|row| row.label.as_deref()))?;
        let found = rows.iter().map(|row| row.label.as_deref().and_then(|label| labels.index_of(label)).unwrap_or(0));
        let found = found.collect();
        return Ok(Rows { found, rows, later, labels });
    };
    let kept: Vec<bool> =
        rows.iter().map(|row| !model.has_seen(&row.text) && !model.is_calibrated_on(&row.text)).collect();
    let left = kept.iter().filter(|&&kept| !kept).count();
    if left > 0 {
        warn(&format!("{left} of {} texts were used in training; they are left out", rows.len()));
    }
    let mut keep = kept.iter();
    rows.retain(|_| keep.next() == Some(&true));
    let mut keep = kept.iter();
    later.retain(|_| keep.next() == Some(&true));
    for (period, name) in [(false, "first"), (true, "second")] {
        if !later.contains(&period) {
            return Err(format!(
                "the model learned from every text of the {name} period; expected texts that it has not seen"
            )
            .into());
        }
    }
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let found = model.classify(&texts)?.iter().map(|prediction| prediction.index()).collect();
    Ok(Rows { found, rows, later, labels: model.labels().clone() })
}

fn errors(model: &TextClassifier, options: &Options) -> Result<Option<ErrorMatrix>> {
    match (options.file("gold")?, options.value("as-counted")) {
        (Some(_), Some(_)) => Err(usage("--gold and --as-counted: expected one of them")),
        (Some(file), None) => gold(model, file, options).map(Some),
        (None, Some(_)) => Ok(None),
        (None, None) => {
            let errors = plaudit::calibration_errors(model)?;
            if errors.is_none() {
                warn(
                    "nobody knows how often the model is wrong: give labelled rows with --gold, or train with --calibrate; \
                     the labels are taken as they are predicted (--as-counted says that this is meant)",
                );
            }
            Ok(errors)
        }
    }
}

fn gold(model: &TextClassifier, file: &str, options: &Options) -> Result<ErrorMatrix> {
    let mut config = options.read_config()?;
    (config.label, config.labels_required) = (Some("label".to_owned()), true);
    config.labels = Some(model.labels().clone());
    let gold = plaudit::data::read(file, &config)?;
    common::print_rejections(&gold.report);
    common::check_used(&gold.report)?;
    Ok(plaudit::error_matrix(model, &gold)?)
}

/// The terms that drive the change, of all texts and of each division that changed, and whether the texts are others.
fn terms(all: &Rows, changed: &[&str], config: &PeriodConfig, options: &Options, summary: &mut Summary) -> Result<()> {
    let pipeline = Pipeline::new(common::preset(options)?.unwrap_or_else(PipelineConfig::counts))?;
    let mut by_division: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, row) in all.rows.iter().enumerate() {
        by_division.entry(&row.division).or_default().push(index);
    }
    let mut of_divisions = Vec::new();
    for division in std::iter::once(None).chain(changed.iter().map(Some)) {
        let rows = match division {
            Some(name) => by_division.remove(name).unwrap_or_default(),
            None => (0..all.rows.len()).collect(),
        };
        let documents = documents(all, &rows, &pipeline)?;
        let exchange = exchange(all, &rows, options)?;
        let worth: Vec<f64> =
            rows.iter().filter_map(|&row| all.found.get(row)).map(|&label| worth(all, config, label)).collect();
        let mut driver = DriverConfig::default();
        driver.bootstrap.seed = config.seed;
        let found = drivers(&documents, &worth, &exchange, &driver)?;
        let what = division.map_or("all divisions".to_owned(), |name| plaudit::core::visible(name).into_owned());
        if let Some(found) = &found {
            say!(
                "\nTerms that carry the change of {what} (labels as counted; intervals of each term by itself):\n{found}"
            );
        }
        of_divisions.push(json!({"division": division, "drivers": found}));
        if division.is_some() {
            continue;
        }
        let mut key = KeynessConfig::default();
        key.seed = config.seed;
        let mut found = keyness(&documents, &exchange, &key)?;
        say!("Terms of the second period (inside) against the first (outside), by share of texts:\n{found}");
        summary.add("named_terms", found.terms.iter().filter(|term| term.q_value <= config.alpha).count());
        found.terms.truncate(50);
        summary.add("keyness", serde_json::to_value(&found)?);

        let (blocks, days) = blocks(all, &rows);
        let mut drift = TextDriftConfig::default();
        drift.seed = config.seed;
        let drift = text_drift(&documents, &exchange.within(&blocks)?, &drift)?;
        let within = if days { "divisions and weekdays" } else { "divisions" };
        match &drift {
            Some(drift) => say!("Drift of {drift}, permuted within {within}"),
            None => say!("Drift of texts: nothing can be told apart within {within}"),
        }
        summary.add("text_drift", serde_json::to_value(&drift)?);
        summary.add("text_drift_within_weekdays", days);
    }
    summary.add("drivers", of_divisions);
    Ok(())
}

fn documents(all: &Rows, rows: &[usize], pipeline: &Pipeline) -> Result<Documents> {
    let mut builder = DocumentsBuilder::new();
    for row in rows.iter().filter_map(|&row| all.rows.get(row)) {
        let tokens = pipeline.analyze(&row.text);
        builder.push(tokens.iter().map(|token| token.text));
    }
    Ok(builder.finish(MIN_TEXTS)?)
}

fn exchange(all: &Rows, rows: &[usize], options: &Options) -> Result<Exchange> {
    let group: Vec<bool> = rows.iter().filter_map(|&row| all.later.get(row).copied()).collect();
    let exchange = Exchange::new(&group);
    let Some(column) = options.value("author") else { return Ok(exchange) };
    // Who is not named is somebody else each time.
    let author = |row: usize| match all.rows.get(row).and_then(|row| row.extra.get(column)) {
        Some(author) if !author.trim().is_empty() => (Some(author.trim()), 0),
        _ => (None, row),
    };
    Ok(exchange.together(&rows.iter().map(|&row| author(row)).collect::<Vec<_>>())?)
}

/// What texts are exchanged within: divisions, and weekdays where all times are known and each period has a week.
fn blocks<'a>(all: &'a Rows, rows: &[usize]) -> (Vec<(&'a str, i64)>, bool) {
    let day = |row: &Feedback| row.time.map(|time| (time.seconds + i64::from(time.offset)).div_euclid(86_400));
    let spans = [false, true].iter().all(|period| {
        let own = all.rows.iter().zip(&all.later).filter(|(_, later)| *later == period).map(|(row, _)| day(row));
        let days: Option<Vec<i64>> = own.collect();
        days.and_then(|days| Some(days.iter().max()? - days.iter().min()? >= 6)).unwrap_or(false)
    });
    let of = |row: &'a Feedback| (row.division.as_str(), if spans { day(row).unwrap_or(0).rem_euclid(7) } else { 0 });
    (rows.iter().filter_map(|&row| all.rows.get(row)).map(of).collect(), spans)
}

/// What a label is worth; `compare` has seen that each has a worth.
fn worth(all: &Rows, config: &PeriodConfig, label: usize) -> f64 {
    let name = all.labels.name(label).unwrap_or_default().to_lowercase();
    config.utilities.iter().find(|(known, _)| known.to_lowercase() == name).map_or(0.0, |(_, &worth)| worth)
}

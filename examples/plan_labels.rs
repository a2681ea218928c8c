//! Ask people for the labels that tell most about a classifier's errors, and decide again with them.

mod common;

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use common::{Options, Output, Result, Summary, check_apart, complain, say, usage, usage_faults, warn};
use plaudit::core::Origin;
use plaudit::data::Dataset;
use plaudit::promotion::labelling::{
    Allocation, DivisionSample, FilledSheet, PlanConfig, Population, SamplePlan, needs,
};
use plaudit::promotion::prevalence::{
    ConfidenceCells, CutConfig, CutPosterior, ErrorMatrix, Probabilities, ShiftCheck, ShiftConfig, ppi,
};
use plaudit::promotion::{Advice, Corrected};
use plaudit::text::{LexiconClassifier, LexiconConfig, MaskConfig, Masker};
use plaudit::{Classifier, Example, Feedback, Labels, Policy, TextClassifier, Verdicts};
use plaudit_stats::Bootstrap;
use serde_json::{Value, json};

const HELP: &str = r#"
Draws the texts that people should label, at random within each division; then, with --labels, decides with their labels: a division
with 100 or all of its texts labelled by these and the predictions of its others, the rest by the error rates of all. Without
--model, texts are classified by a list of words (English and Chinese) that needs no label to start.

cargo run --release --example plan_labels -- --feedback FILE [--model DIR] --budget 100 --out SHEET.csv
cargo run --release --example plan_labels -- --feedback FILE [--model DIR] --labels SHEET.csv
  --feedback FILE           .csv, .tsv or .jsonl, perhaps .gz, .xz or .zst after it; columns text and division
  --model DIR               what train saved; texts that it learned from are left out
  --scale polarity|dpms     the labels, without --model: positive, neutral, negative, or Good, Average, Neutral, Poor (polarity)
  --budget N                how many texts to label (100)
  --out SHEET.csv           the sheet: fill its column label, and change nothing else
  --allocation proportional|equal|need
                            how the texts are shared out to the divisions: by their size, evenly, or by what is still
                            undecided (proportional)
  --seed N                  which of the possible samples is drawn (0)
  --labels SHEET.csv        the sheet, filled as far as it is
  --on-fault stop|skip      what to do with rows of the sheet that cannot be used (stop)
  --policy FILE             as promote takes it
  --on-dirty stop|skip      what to do with a row of the feedback that cannot be used (skip)
  --json                    the last line of standard output is one JSON object"#;

fn main() -> ExitCode {
    let known = [
        "feedback",
        "model",
        "scale",
        "budget",
        "out",
        "allocation",
        "seed",
        "labels",
        "on-fault",
        "policy",
        "on-dirty",
    ];
    common::run(HELP, &known, plan_labels)
}

fn plan_labels(options: &Options) -> Result<()> {
    let file = options.required_file("feedback")?;
    let (out, labels) = (options.file("out")?, options.file("labels")?);
    if out.is_some() == labels.is_some() {
        return Err(usage("expected either --out, to draw a sheet, or --labels, to read one"));
    }
    if let Some(out) = out {
        check_apart(&[("feedback", file)], &[("out", out)])?;
    }
    options.one_of("on-fault", &["stop", "skip"])?; // a mistake in it is one also where no row is at fault
    let policy = options.json("policy", Policy::validate)?.unwrap_or_default();
    let reader = Reader::new(options)?;
    let mut read = options.read_config()?;
    (read.division, read.label) = (Some("division".to_owned()), Some(String::new())); // labels are not looked at
    let mut feedback = plaudit::data::read(file, &read)?;
    common::print_rejections(&feedback.report);
    common::check_used(&feedback.report)?;
    reader.leave_out_known(&mut feedback)?;
    let verdicts = reader.verdicts(&policy, &feedback)?;
    let masker = Masker::new(&MaskConfig::default())?;
    let shown: Vec<String> = feedback.iter().map(|row| masker.mask(&row.text).text).collect();
    let rows = feedback.iter().zip(&shown);
    let population = Population::new(rows.map(|(row, text)| (row.uid.as_str(), row.division.as_str(), text.as_str())))?;
    let mut summary = Summary::default();
    summary.add_rows([&feedback.report]);
    match (out, labels) {
        (Some(out), _) => draw(options, &population, &verdicts, out, &mut summary)?,
        (_, Some(labels)) => {
            decide(options, &reader, &policy, (&feedback, &population), &verdicts, labels, &mut summary)?;
        }
        _ => {}
    }
    if options.value("json").is_some() {
        say!("{}", summary.line());
    }
    Ok(())
}

/// Writes the sheet.
fn draw(
    options: &Options,
    population: &Population<'_>,
    verdicts: &Verdicts,
    out: &str,
    summary: &mut Summary,
) -> Result<()> {
    let mut config = PlanConfig::default();
    config.budget = options.positive("budget")?.unwrap_or(config.budget);
    config.seed = options.number("seed")?.unwrap_or(0);
    config.allocation = match options.one_of("allocation", &["proportional", "equal", "need"])? {
        Some("equal") => Allocation::Equal,
        Some("need") => Allocation::Need(needs(verdicts)),
        _ => Allocation::Proportional,
    };
    let plan = SamplePlan::draw(population, &config).map_err(usage_faults)?;
    // A sheet that people have worked on is not drawn over.
    let filled = File::open(out).ok().and_then(|file| FilledSheet::read(file, out, population, verdicts.labels()).ok());
    if filled.is_some_and(|filled| !filled.labelled.is_empty()) {
        return Err(plaudit::Error::format(out, "holds labels; draw to another file, or remove this one first").into());
    }
    let mut file = Output::create(out)?;
    plan.write_csv(population, &mut file)?;
    file.flush()?;
    file.finish()?;
    let (drawn, texts) = (plan.rows.len(), population.len());
    say!("{drawn} of {texts} texts are in {}; fill the column `label` with one of", common::shown(out));
    say!("{}, and run this again with --labels.", verdicts.labels().listed());
    for stratum in &plan.strata {
        let name = stratum.division.as_deref().unwrap_or("all divisions together");
        say!("  {}: {} of {}", plaudit::core::visible(name), stratum.drawn, stratum.rows);
    }
    summary.add("drawn", drawn);
    summary.add("strata", serde_json::to_value(&plan.strata)?);
    Ok(())
}

/// Reads the sheet, and decides with what it says.
fn decide(
    options: &Options,
    reader: &Reader,
    policy: &Policy,
    (feedback, population): (&Dataset, &Population<'_>),
    before: &Verdicts,
    sheet: &str,
    summary: &mut Summary,
) -> Result<()> {
    let labels = reader.classifier().labels().clone();
    let opened = File::open(sheet).map_err(|error| plaudit::Error::io(sheet, error))?;
    let filled = FilledSheet::read(opened, sheet, population, &labels)?;
    filled.rejected.iter().for_each(|fault| complain(&format!("rejected: {sheet}: {fault}")));
    let (found, blank, rejected) = (filled.labelled.len(), filled.blank, filled.rejected.len());
    if rejected > 0 && options.one_of("on-fault", &["stop", "skip"])? != Some("skip") {
        let reason =
            format!("{rejected} of its rows cannot be used; mend them, or leave them out with --on-fault skip");
        return Err(plaudit::Error::data(sheet, 0, "", reason).into());
    }
    if !filled.unlabelled.is_empty() {
        warn(&format!(
            "no label of {}: their errors are taken to be those of the others",
            common::some(&filled.unlabelled)
        ));
    }
    let texts: Vec<&str> = feedback.iter().map(|row| row.text.as_str()).collect();
    let scores = reader.classifier().classify(&texts)?;
    let predicted: Vec<usize> = scores.iter().map(|row| row.index()).collect();
    let examples: Vec<Example<'_>> = filled
        .labelled
        .iter()
        .filter_map(|row| Some(Example { text: texts.get(row.place)?, label: labels.name(row.label)? }))
        .collect();
    if examples.is_empty() {
        return Err(plaudit::Error::data(sheet, 0, "label", "no row has a label; fill some").into());
    }
    let origin = reader.origin(&examples)?;
    let matrix = filled.error_matrix(labels.clone(), origin, &predicted)?;
    let probabilities = Probabilities::from_scores(&scores)?;
    let samples = filled.samples(population, origin, &probabilities)?;
    let mut rule = corrected(policy, &matrix)?;
    rule.own = filled.own_shares(population, origin, &probabilities)?;
    let sure: Vec<(usize, f64)> = scores.iter().map(|row| (row.index(), f64::from(row.score()))).collect();
    let gold = filled.labelled.iter().filter_map(|row| sure.get(row.place).map(|&(label, p)| (row.label, label, p)));
    let of_all = feedback.iter().zip(&sure).map(|(row, &(label, p))| (row.division.as_str(), label, p));
    match ConfidenceCells::new(labels.clone(), origin, &gold.collect::<Vec<_>>()) {
        Ok(cells) => rule.shift = Some(ShiftCheck::new(&cells, of_all, &ShiftConfig::default())?),
        Err(why) => warn(&format!("no label-shift check: {why}")),
    }
    let after = rule.decide(&plaudit::survey(reader.classifier(), feedback)?)?;
    say!("Before:\n{before}");
    say!("After {found} labels ({blank} are still to come):\n{after}");
    let wanted = |verdicts: &Verdicts| verdicts.iter().filter(|verdict| verdict.verdict.is_decisive()).count();
    let asked: Option<u64> = after
        .iter()
        .filter_map(|verdict| match verdict.advice? {
            Advice::Label { about } => about,
            _ => None,
        })
        .max();
    say!("Decided: {} of {} divisions before, {} after.", wanted(before), before.len(), wanted(&after));
    if let Some(more) = asked {
        say!("About {more} more labels may decide another.");
    }
    summary.add("samples", own_shares(&samples, &labels, policy)?);
    summary.add("labelled", found);
    summary.add("blank", blank);
    summary.add("rejected_labels", rejected);
    summary.add("error_matrix", serde_json::to_value(&matrix)?);
    summary.add("before", json!(before));
    summary.add("after", json!(after));
    Ok(())
}

/// Says the shares of divisions that are decided by labels of their own, which no other division's errors are in.
fn own_shares(samples: &[DivisionSample], labels: &Labels, policy: &Policy) -> Result<Vec<Value>> {
    let mut bootstrap = Bootstrap::default();
    (bootstrap.level, bootstrap.seed) = (policy.level, policy.seed);
    let mut found = Vec::new();
    for DivisionSample { division, sample, others, .. } in samples {
        let own = ppi(sample, others, &bootstrap)?;
        let parts = labels.iter().zip(own.shares.iter().zip(&own.intervals));
        let parts: Vec<String> = parts
            .map(|(label, (share, ends))| format!("{label} {share:.2} ({:.2} to {:.2})", ends.low, ends.high))
            .collect();
        let name = plaudit::core::visible(division);
        say!("{name}, by its own labels and predictions alone (PPI++): {}.", parts.join(", "));
        let ends: Vec<[f64; 2]> = own.intervals.iter().map(|ends| [ends.low, ends.high]).collect();
        found.push(json!({"division": division, "shares": own.shares, "interval": ends, "lambda": own.lambda}));
    }
    Ok(found)
}

fn corrected(policy: &Policy, matrix: &ErrorMatrix) -> Result<Corrected> {
    Ok(Corrected::new(policy.clone(), CutPosterior::new(matrix, &CutConfig::default())?))
}

/// What classifies.
enum Reader {
    Trained(Box<TextClassifier>),
    Lexicon(LexiconClassifier),
}

impl Reader {
    fn new(options: &Options) -> Result<Self> {
        let scale = options.one_of("scale", &["polarity", "dpms"])?;
        if let Some(model) = options.file("model")? {
            return match scale {
                Some(_) => Err(usage("--scale: the labels are those of --model; leave it out")),
                None => Ok(Self::Trained(Box::new(TextClassifier::load(model)?))),
            };
        }
        let config = if scale == Some("dpms") { LexiconConfig::dpms() } else { LexiconConfig::polarity() };
        Ok(Self::Lexicon(LexiconClassifier::new(config)?))
    }

    fn classifier(&self) -> &dyn Classifier {
        match self {
            Self::Trained(classifier) => classifier.as_ref(),
            Self::Lexicon(lexicon) => lexicon,
        }
    }

    /// Drops the rows that the classifier learned from: on these it makes fewer errors.
    fn leave_out_known(&self, feedback: &mut Dataset) -> Result<()> {
        let Self::Trained(classifier) = self else { return Ok(()) };
        let all = feedback.len();
        let known = |row: &Feedback| classifier.has_seen(&row.text) || classifier.is_calibrated_on(&row.text);
        feedback.rows.retain(|row| !known(row));
        let left = feedback.len();
        if left < all {
            warn(&format!("{} of {all} texts were used in training; they are left out", all - left));
        }
        if left == 0 {
            let reason = "the model learned from every text; expected texts that it has not seen";
            return Err(plaudit::Error::data(&feedback.report.source_name, 0, "text", reason).into());
        }
        Ok(())
    }

    /// The verdicts without labels of this feedback.
    fn verdicts(&self, policy: &Policy, feedback: &Dataset) -> Result<Verdicts> {
        let known = match self {
            Self::Trained(classifier) => plaudit::calibration_errors(classifier)?,
            Self::Lexicon(_) => None,
        };
        let survey = plaudit::survey(self.classifier(), feedback)?;
        Ok(match known {
            Some(matrix) => corrected(policy, &matrix)?.decide(&survey)?,
            None => policy.decide(&survey)?,
        })
    }

    /// How it came that the classifier did not know these rows; the list of words knew none.
    fn origin(&self, rows: &[Example<'_>]) -> Result<Origin> {
        match self {
            Self::Trained(classifier) => Ok(classifier.held_out(rows)?.origin()),
            Self::Lexicon(_) => Ok(Origin::Compared),
        }
    }
}

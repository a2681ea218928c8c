//! What was predicted of each row of feedback, and how often such predictions are wrong.

use plaudit::core::Origin;
use plaudit::promotion::audit::RecordedRule;
use plaudit::promotion::prevalence::{ConfidenceCells, CutConfig, ErrorMatrix, ShiftCheck, ShiftConfig};
use plaudit::text::Language;
use plaudit::{
    Classifier, Dataset, Feedback, GoldRows, Labels, Policy, PredictedRow, ProgressBar, Reader, Survey, TextClassifier,
    TrainConfig,
};

use crate::common::{self, Options, Result, Summary, usage};

/// Rows with their predicted labels, and the classifier's errors, where they are known.
pub(crate) struct Predicted {
    labels: Labels,
    rows: Vec<Row>,
    pub(crate) errors: Option<ErrorMatrix>,
    pub(crate) shift: Checked,
    /// The language that texts were cut in.
    pub(crate) language: Language,
}

/// The label-shift check, or why it was not made.
type Checked = std::result::Result<ShiftCheck, String>;

/// A row of feedback: its predicted label and the probability of it, and the label that it was given, where that is known.
struct Row {
    feedback: Feedback,
    label: usize,
    probability: f64,
    gold: Option<usize>,
}

impl Predicted {
    /// Predictions by `--model` or by `--folds` classifiers.
    pub(crate) fn new(file: &str, options: &Options, summary: &mut Summary) -> Result<Self> {
        match (options.value("model"), options.number("folds")?) {
            (Some(model), None) => by_model(model, file, options, summary),
            (None, Some(folds)) => by_folds(folds, file, options, summary),
            (None, None) => Err(usage("--model is missing, or --folds")),
            _ => Err(usage("--model and --folds: expected one of them")),
        }
    }

    /// The rows.
    pub(crate) fn rows(&self) -> Vec<PredictedRow<'_>> {
        self.rows.iter().map(|row| PredictedRow::new(&row.feedback, row.label, row.probability)).collect()
    }

    /// The predicted labels, counted.
    pub(crate) fn survey(&self) -> Result<Survey> {
        Ok(plaudit::tally(&self.labels, &self.rows())?)
    }

    /// The rule for these predictions: corrected for the classifier's errors, where these are known.
    pub(crate) fn rule(&self, policy: &Policy) -> RecordedRule {
        let Some(errors) = &self.errors else { return RecordedRule::Policy(Box::new(policy.clone())) };
        let mut config = CutConfig::default();
        config.seed = policy.seed;
        RecordedRule::checked(policy.clone(), errors.clone(), config, self.shift.clone().ok())
    }

    /// The labels that were given, counted, where each row has one.
    pub(crate) fn given(&self) -> Result<Option<Survey>> {
        let given = |row: &Row| Some((row.feedback.division.clone(), row.gold?));
        let Some(given) = self.rows.iter().map(given).collect::<Option<Vec<_>>>() else { return Ok(None) };
        let pairs = given.iter().map(|(division, label)| (division.as_str(), *label));
        Ok(Some(Survey::tally(self.labels.clone(), pairs)?))
    }
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
    let (errors, cells) = if as_counted {
        (None, Err("labels are taken as they are predicted (--as-counted)".to_owned()))
    } else if let Some(gold) = options.value("gold") {
        let mut read = options.read_config()?;
        (read.label, read.labels_required) = (Some("label".to_owned()), true);
        read.labels = Some(classifier.labels().clone());
        let gold = plaudit::data::read(gold, &read)?;
        common::print_rejections(&gold.report);
        common::check_used(&gold.report)?;
        reports.push(gold.report.clone());
        let rows = GoldRows::new(&classifier, &gold)?;
        (Some(rows.errors()?), rows.cells().map_err(|error| error.to_string()))
    } else {
        let errors = plaudit::calibration_errors(&classifier)?;
        if errors.is_none() {
            common::warn(
                "nobody knows how often the model is wrong: give labelled rows with --gold, or train with --calibrate; \
                 the verdicts are on labels as they are predicted (--as-counted says that this is meant)",
            );
        }
        let why = "a model keeps counts of its errors, and not how sure it was; give labelled rows with --gold to have it made";
        (errors, Err(why.to_owned()))
    };
    summary.add_rows(reports.iter());
    let row = |row: &PredictedRow<'_>| Row {
        feedback: row.feedback.clone(),
        label: row.label,
        probability: row.probability,
        gold: None,
    };
    let rows: Vec<Row> = plaudit::predictions(&classifier, &feedback)?.iter().map(row).collect();
    let shift = checked(cells, &rows, options)?;
    let language = classifier.analyzer().config().language;
    Ok(Predicted { labels: classifier.labels().clone(), rows, errors, shift, language })
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
    let reader = Reader::fit(&rest, &config)?;
    let bar = &mut ProgressBar::new();
    let held_out =
        plaudit::models::out_of_fold(&reader, &rest.examples(), &tenth.examples(), folds, &config.model, bar)?;
    let scored = held_out.scored();
    let mut rows: Vec<Row> = Vec::with_capacity(data.len());
    for (place, &row) in held_out.rows().iter().enumerate() {
        let Some(feedback) = rest.rows.get(row) else { continue };
        let label = scored.predicted(place);
        let probability = scored.row(place).and_then(|row| row.get(label)).copied().unwrap_or_default();
        rows.push(Row { feedback: feedback.clone(), label, probability, gold: scored.truth().get(place).copied() });
    }
    let [fit, stop] = part(&rest)?;
    let last = plaudit::train(&fit, &stop, &config, bar)?;
    let unseen: Vec<_> = tenth.iter().filter(|row| !last.has_seen(&row.text)).collect();
    let texts: Vec<&str> = unseen.iter().map(|row| row.text.as_str()).collect();
    for (&feedback, prediction) in unseen.iter().zip(last.classify(&texts)?.iter()) {
        let gold = feedback.label.as_deref().and_then(|label| labels.index_of(label));
        let (label, probability) = (prediction.index(), f64::from(prediction.score()));
        rows.push(Row { feedback: feedback.clone(), label, probability, gold });
    }
    let left = data.len() - rows.len();
    summary.add("rows_left_out", left);
    if left > 0 {
        common::warn(&format!(
            "{left} of {} rows are left out: after cleaning, their text is that of a row that chose the epochs",
            data.len()
        ));
    }
    let pairs = || rows.iter().filter_map(|row| Some((row.gold?, row.label)));
    let right = pairs().filter(|(gold, predicted)| gold == predicted).count();
    summary.add("accuracy", right as f64 / rows.len().max(1) as f64);
    let origin = Origin::OutOfFold { folds };
    let errors = Some(ErrorMatrix::tally(labels.clone(), origin, pairs())?);
    let gold: Vec<_> = rows.iter().filter_map(|row| Some((row.gold?, row.label, row.probability))).collect();
    let cells = ConfidenceCells::new(labels.clone(), origin, &gold).map_err(|error| error.to_string());
    let shift = checked(cells, &rows, options)?;
    Ok(Predicted { labels, rows, errors, shift, language: config.text.language })
}

/// The label-shift check of these rows.
fn checked(cells: std::result::Result<ConfidenceCells, String>, rows: &[Row], options: &Options) -> Result<Checked> {
    let cells = match cells {
        Ok(cells) => cells,
        Err(why) => return Ok(Err(why)),
    };
    let mut config = ShiftConfig::default();
    config.seed = options.number("seed")?.unwrap_or(config.seed);
    let texts = rows.iter().map(|row| (row.feedback.division.as_str(), row.label, row.probability));
    Ok(Ok(ShiftCheck::new(&cells, texts, &config)?))
}

//! Probabilities that come true, label sets and abstention, fitted on rows that were used for nothing else.

use plaudit_core::{Analyzer, Classifier, Error, Example, Labels, Origin, Prediction, Result, Scores};
use plaudit_metrics::{
    Abstention, Calibration, CalibrationKind, Conformal, ConformalConfig, Scored, calibration_error, log_loss,
};
use serde::{Deserialize, Serialize};

use crate::TextClassifier;
use crate::held_out::{HeldOut, Source, untold};
use crate::seen::{Seen, digests};
use crate::train::places;

/// How a classifier is calibrated when it is trained ([`TrainConfig::calibration`](crate::TrainConfig::calibration)).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CalibrationConfig {
    /// The rows that it is fitted on.
    pub rows: CalibrationRows,
    /// How probabilities are corrected. Default: by a temperature.
    pub kind: CalibrationKind,
    /// The label sets.
    pub conformal: ConformalConfig,
    /// The risk at which texts are left to a person. Default: none.
    pub abstention: Option<RiskConfig>,
}

/// The rows that a calibration is fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CalibrationRows {
    /// All training rows, each scored by a classifier that was trained without it ([`out_of_fold`](crate::out_of_fold)): so
    /// many more classifiers are trained. By default, with five folds.
    Folds(usize),
    /// This share of the training rows, above 0 and below 1; no weight is fitted to them.
    SetAside(f64),
}

impl Default for CalibrationRows {
    fn default() -> Self {
        Self::Folds(5)
    }
}

/// How often the texts that are decided may be wrong ([`Abstention::at_risk`]).
///
/// The rows are taken for independent draws. Where a text stands in several rows, nobody knows whether many people wrote it
/// or one row was copied; of the thresholds from all rows and from the first row of each text, the higher one is taken, and
/// none where either promises nothing. With out-of-fold rows the promise holds nearly, as that of
/// [label sets](TextClassifier::label_sets): their scores are those of other classifiers, trained on fewer rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct RiskConfig {
    /// The greatest share of wrong labels among the texts that are decided, above 0 and below 1. Default 0.1, as for label sets.
    pub max_risk: f64,
    /// The probability, over draws of the rows, with which that may fail, above 0 and below 1. Default 0.1.
    pub delta: f64,
}

impl Default for RiskConfig {
    fn default() -> Self {
        Self { max_risk: 0.1, delta: 0.1 }
    }
}

impl CalibrationConfig {
    /// Adds every fault.
    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        match self.rows {
            CalibrationRows::Folds(folds) if folds < 2 => {
                faults.push(format!("calibration.rows: {folds} folds; expected 2 or more"));
            }
            CalibrationRows::SetAside(share) if !(share > 0.0 && share < 1.0) => {
                faults.push(format!("calibration.rows: a share of {share}; expected above 0 and below 1"));
            }
            _ => {}
        }
        if let Err(Error::Config { faults: more }) = self.conformal.validate() {
            faults.extend(more);
        }
        if let Some(RiskConfig { max_risk, delta }) = self.abstention {
            for (name, value) in [("max_risk", max_risk), ("delta", delta)] {
                if !(value > 0.0 && value < 1.0) {
                    faults.push(format!("calibration.abstention.{name}: {value}; expected above 0 and below 1"));
                }
            }
        }
    }
}

/// What was fitted on held-out rows; saved with the model as `calibration.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Calibrated {
    /// Where the rows come from.
    pub origin: Origin,
    /// How many there were.
    pub rows: u64,
    /// How many of them, of each label in turn, were given each label after the correction: `[gold, predicted]`. What corrects
    /// shares of predicted labels starts from these. Not known of a calibration that was saved before they were counted.
    #[serde(default)]
    pub confusion: Option<Vec<Vec<u64>>>,
    /// The correction of probabilities; none where these rows determine none, for the reason in `uncorrected`. Where its beta
    /// [is at a bound](Calibration::is_at_bound), the probabilities say nothing of these rows' labels, or the contrary.
    pub calibration: Option<Calibration>,
    /// Why there is no correction ([`Calibration::fit`]): too few rows, rows of one label only (with biases, not of every
    /// label), or all of them right. None where there is one.
    pub uncorrected: Option<String>,
    /// The label sets. Their thresholds are of probabilities before the correction, so that one fit does not depend on the
    /// other: [`TextClassifier::label_sets`] does the right thing.
    pub conformal: Conformal,
    /// When to leave a text to a person, also by probabilities before the correction; none where none was asked for, or no
    /// threshold can promise it.
    pub abstention: Option<Abstention>,
    /// The figures of these rows before the correction.
    pub before: CalibrationFigures,
    /// The figures after it, on the same rows: of a temperature, which is one number, hardly better than on others.
    pub after: CalibrationFigures,
}

/// How good probabilities are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct CalibrationFigures {
    /// The log-loss, in nats.
    pub log_loss: Option<f64>,
    /// The [calibration error](calibration_error), 0 to 1.
    pub calibration_error: Option<f64>,
}

impl CalibrationFigures {
    fn new(scored: &Scored) -> Self {
        Self { log_loss: log_loss(scored), calibration_error: calibration_error(scored) }
    }
}

impl Calibrated {
    fn fit(held_out: &HeldOut, config: &CalibrationConfig) -> Result<Self> {
        let scored = held_out.scored();
        // A classifier that was trained for hours is not lost because its rows are too few, or all right, to correct it by.
        let (calibration, uncorrected) = match Calibration::fit(config.kind, scored) {
            Ok(calibration) => (Some(calibration), None),
            Err(Error::Config { faults }) => (None, Some(faults.join("; "))),
            Err(error) => return Err(error),
        };
        let corrected = calibration.as_ref().map(|calibration| calibration.apply_scored(scored)).transpose()?;
        let corrected = corrected.as_ref().unwrap_or(scored);
        let (before, after) = (CalibrationFigures::new(scored), CalibrationFigures::new(corrected));
        let abstention = match config.abstention {
            Some(RiskConfig { max_risk, delta }) => {
                let all = Abstention::at_risk(scored, max_risk, delta)?;
                let distinct = Abstention::at_risk(&held_out.distinct()?, max_risk, delta)?;
                all.zip(distinct).map(|(all, once)| if once.threshold > all.threshold { once } else { all })
            }
            None => None,
        };
        Ok(Self {
            origin: held_out.origin(),
            rows: scored.len() as u64,
            confusion: Some(corrected.confusion().rows().map(<[u64]>::to_vec).collect()),
            conformal: Conformal::fit(scored, &config.conformal)?,
            abstention,
            calibration,
            uncorrected,
            before,
            after,
        })
    }

    /// Returns calibrated probabilities for those of the [network](TextClassifier::uncalibrated_scores).
    ///
    /// # Errors
    /// When a row is none of this classifier's.
    pub fn scores(&self, uncalibrated: &Scores) -> Result<Scores> {
        let mut calibrated = Scores::new(uncalibrated.labels().clone());
        for row in uncalibrated.iter() {
            let mut row = row.scores().to_vec();
            self.apply(&mut row);
            calibrated.push(&row)?;
        }
        Ok(calibrated)
    }

    pub(crate) fn apply(&self, row: &mut [f32]) {
        if let Some(calibration) = &self.calibration {
            calibration.apply_f32(row);
        }
    }

    /// Returns for each row of the [network's](TextClassifier::uncalibrated_scores) probabilities the indexes of the labels that
    /// the text may well have, as [`TextClassifier::label_sets`] does.
    ///
    /// # Errors
    /// When a row is none of probabilities.
    pub fn label_sets(&self, uncalibrated: &Scores) -> Result<Vec<Vec<usize>>> {
        Ok(divided(uncalibrated)?.rows().map(|row| self.conformal.set(row).collect()).collect())
    }

    /// Returns for each row of the [network's](TextClassifier::uncalibrated_scores) probabilities the index of its label, or none
    /// where the text is better left to a person, as [`TextClassifier::decide_or_abstain`] does.
    ///
    /// # Errors
    /// When there is no threshold to abstain by, or a row is none of probabilities.
    pub fn decide(&self, uncalibrated: &Scores) -> Result<Vec<Option<usize>>> {
        let abstention = self.abstention.as_ref().ok_or_else(|| {
            Error::config("the classifier has no threshold to abstain by: none was asked for, or none could promise it")
        })?;
        let scores = self.scores(uncalibrated)?;
        let decide = |(row, predicted): (&[f64], Prediction<'_>)| {
            abstention.decide(row).filter(|&label| self.keeps_order() || label == predicted.index())
        };
        Ok(divided(uncalibrated)?.rows().zip(scores.iter()).map(decide).collect())
    }

    /// Whether the correction leaves the most probable label: ties by rounding are no other opinion.
    fn keeps_order(&self) -> bool {
        !matches!(self.calibration, Some(Calibration::Bcts { .. }))
    }

    /// Checks what was read from a file.
    pub(crate) fn validate(&self, labels: &Labels) -> Result<()> {
        let mut faults = Vec::new();
        let abstention = self.abstention.map_or(Ok(()), |abstention| abstention.validate());
        let calibration = self.calibration.as_ref().map_or(Ok(()), |calibration| calibration.validate(labels));
        for part in [calibration, self.conformal.validate(labels), abstention] {
            match part {
                Err(Error::Config { faults: more }) => faults.extend(more),
                other => other?,
            }
        }
        if self.calibration.is_some() == self.uncorrected.is_some() {
            faults.push("calibration: expected a correction, or why there is none".to_owned());
        }
        if matches!(self.origin, Origin::OutOfFold { folds } if folds < 2) {
            faults.push("calibration: fewer than two folds".to_owned());
        }
        if let Some(counts) = &self.confusion {
            let is_square = counts.len() == labels.len() && counts.iter().all(|row| row.len() == labels.len());
            let sum = counts.iter().flatten().try_fold(0_u64, |sum, &count| sum.checked_add(count));
            if !is_square || sum != Some(self.rows) {
                let (rows, width) = (self.rows, labels.len());
                faults.push(format!(
                    "calibration: confusion {counts:?}; expected {width} times {width} counts of {rows} rows in all"
                ));
            }
        }
        for figures in [self.before, self.after] {
            let odd = |value: Option<f64>, most: f64| value.is_some_and(|value| !(0.0..=most).contains(&value));
            if odd(figures.log_loss, MOST_LOSS) || odd(figures.calibration_error, 1.0) {
                faults.push(format!("calibration: figures {figures:?}; expected 0 to {MOST_LOSS} and 0 to 1"));
            }
        }
        Error::from_faults(faults)
    }
}

/// Rows as those that thresholds come from: in double precision, divided by their sums.
fn divided(uncalibrated: &Scores) -> Result<Scored> {
    Scored::from_scores(vec![0; uncalibrated.len()], uncalibrated) // the true labels are not read
}

/// A calibration, and the texts of the rows that it was fitted on.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) record: Calibrated,
    pub(crate) texts: Seen,
}

/// The greatest log-loss of a text is that of a probability of 2.2e-16, 36.04.
const MOST_LOSS: f64 = 37.0;

impl<A: Analyzer> TextClassifier<A> {
    /// Returns the scores of these rows, for [`calibrated`](Self::calibrated).
    ///
    /// # Errors
    /// When the text of a row is one that weights were fitted to or the best epoch was chosen by (the message names the first
    /// and tells how many there are; [`has_seen`](Self::has_seen) finds them), a label is unknown, there is no row, or the
    /// backend fails.
    pub fn held_out(&self, rows: &[Example<'_>]) -> Result<HeldOut> {
        let texts = digests(self.analyzer(), rows, self.config().max_tokens);
        let known = |text: &u64| self.seen().is_some_and(|seen| seen.holds(*text));
        if let Some(first) = texts.iter().position(known) {
            let count = texts.iter().filter(|text| known(text)).count();
            let reason = format!(
                "row {first} (from 0) has a text that training or early stopping used, and so have {count} of {} in all: \
                 expected rows that it does not know",
                rows.len()
            );
            return Err(Error::data(HELD_OUT, 0, "text", reason));
        }
        let origin = if self.seen().is_some() { Origin::Compared } else { Origin::Unknown };
        Ok(HeldOut::new(self.scored(rows)?, &texts, (0..rows.len()).collect(), origin, self.source()?))
    }

    /// The labels of these rows beside probabilities that are not calibrated.
    pub(crate) fn scored(&self, rows: &[Example<'_>]) -> Result<Scored> {
        let truth = places(HELD_OUT, rows, self.labels())?;
        let texts: Vec<&str> = rows.iter().map(|row| row.text).collect();
        Scored::from_scores(truth, &self.uncalibrated_scores(&texts)?)
    }

    /// Returns this classifier with a calibration fitted on these rows, in place of any that it has. What it gives from here on
    /// are calibrated probabilities; everything else is shared with this one. `config.rows` is not read. The texts of the rows
    /// are remembered ([`is_calibrated_on`](Self::is_calibrated_on)), also when it is saved.
    ///
    /// ```no_run
    /// # use plaudit_core::{Analyzer, Example, Result};
    /// # use plaudit_models::{CalibrationConfig, TextClassifier};
    /// # fn calibrate<A: Analyzer>(classifier: &TextClassifier<A>, fresh: &[Example<'_>]) -> Result<()> {
    /// let held_out = classifier.held_out(fresh)?; // refuses rows of training
    /// let classifier = classifier.calibrated(&held_out, &CalibrationConfig::default())?;
    /// for (place, set) in classifier.label_sets(&["not bad at all"])?.into_iter().enumerate() {
    ///     println!("text {place} may be any of {set:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When `config` is at fault, the labels are others, or the rows are those of another classifier: other weights, or folds of
    /// another configuration (threads and calibration aside), of other texts, or of the same with other labels.
    pub fn calibrated(&self, held_out: &HeldOut, config: &CalibrationConfig) -> Result<Self> {
        let mut faults = Vec::new();
        config.faults(&mut faults);
        if held_out.scored().labels() != self.labels() {
            faults.push("the held-out rows have other labels than the classifier".to_owned());
        }
        let own = match held_out.source() {
            // Of a network of one's own, the configuration tells nothing.
            Source::TrainedWith { config, rows, vectors } => {
                self.architecture().is_some()
                    && self.report().begun_from.is_none()
                    && self.report().rows.as_ref() == Some(rows)
                    && untold(self.config()) == **config
                    && self.report().vectors.as_ref().map(|report| &report.digest) == vectors.as_ref()
            }
            network => *network == self.source()?,
        };
        if !own {
            faults.push(
                "the held-out rows were scored by another classifier, or by folds of another configuration, of other \
                 training rows, or of other labels"
                    .into(),
            );
        }
        Error::from_faults(faults)?;
        let (record, texts) = (Calibrated::fit(held_out, config)?, Seen::new(held_out.texts().to_vec()));
        Ok(self.with_calibration(Some(Fitted { record, texts })))
    }

    /// Returns for each text the labels that it may well have, in their order: the true one is among them in at least a share
    /// 1 - alpha of texts like those that were held out ([`Conformal`]). A set may be empty: the text is like none of them.
    /// With out-of-fold rows the promise holds nearly: their scores are those of other classifiers, trained on fewer rows.
    ///
    /// # Errors
    /// When the classifier is not calibrated, or the backend fails.
    pub fn label_sets(&self, texts: &[&str]) -> Result<Vec<Vec<&str>>> {
        let sets = self.some_calibration()?.label_sets(&self.uncalibrated_scores(texts)?)?;
        let name = |label| self.labels().name(label);
        Ok(sets.into_iter().map(|set| set.into_iter().filter_map(name).collect()).collect())
    }

    /// Returns for each text its label, or none where the text is better left to a person ([`Abstention`]): the share of
    /// [`RiskConfig::max_risk`] of the texts that its threshold decides may be wrong. With out-of-fold rows the promise holds
    /// nearly, as that of [`label_sets`](Self::label_sets).
    ///
    /// The threshold and the labels that it decides are those of the network. A correction with biases
    /// ([`Calibration::Bcts`]) may make another label the most probable; a text on which both disagree is left to a person,
    /// so that no label here is another than [`predict`](Classifier::predict) gives. The promise counts such texts as decided.
    ///
    /// # Errors
    /// When the classifier has no threshold for it (`config.abstention`), or the backend fails.
    pub fn decide_or_abstain(&self, texts: &[&str]) -> Result<Vec<Option<&str>>> {
        let decided = self.some_calibration()?.decide(&self.uncalibrated_scores(texts)?)?;
        Ok(decided.into_iter().map(|label| self.labels().name(label?)).collect())
    }

    fn some_calibration(&self) -> Result<&Calibrated> {
        self.calibration().ok_or_else(|| Error::config("the classifier is not calibrated"))
    }
}

/// The rows' name in errors.
const HELD_OUT: &str = "the held-out rows";

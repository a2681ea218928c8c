//! What a recipe says about its parts before it trains, and about what came of it. Nothing here stops a run.

use std::collections::HashSet;

use plaudit::metrics::Calibration;
use plaudit::models::{Calibrated, RiskConfig, TrainConfig, TrainReport, VectorsReport};
use plaudit::{Dataset, Labels};

use super::complain;

/// The share of a part's texts that may stand in another one: people do write the same short answers.
const MOST_SHARED: f64 = 0.05;

/// Warns where rows that figures are given of, or that choose the best epoch, are also trained on.
pub(crate) fn warn_shared(name: &str, part: &Dataset, other_name: &str, other: &Dataset) {
    let (file, other_file) = (&part.report.source_name, &other.report.source_name);
    let same = std::fs::canonicalize(file).ok().zip(std::fs::canonicalize(other_file).ok());
    if same.is_some_and(|(a, b)| a == b) {
        return complain(&format!("warning: {name} and {other_name} are the same file: figures will be too good"));
    }
    let known: HashSet<&str> = other.iter().map(|row| row.text.trim()).collect();
    let shared = part.iter().filter(|row| known.contains(row.text.trim())).count();
    if shared as f64 > MOST_SHARED * part.len() as f64 {
        let of = part.len();
        complain(&format!(
            "warning: {shared} of the {of} texts of {name} also stand in {other_name}: figures will be too good"
        ));
    }
}

/// Warns where so many of the texts that figures are given of are known to the model.
pub(crate) fn warn_known(known: usize, of: usize) {
    if known as f64 > MOST_SHARED * of as f64 {
        complain(&format!("warning: {known} of the {of} texts were used in training: figures will be too good"));
    }
}

/// Warns where so many of the texts that figures are given of are those that the model was calibrated on.
pub(crate) fn warn_calibrated_on(fitted: usize, of: usize) {
    if fitted as f64 > MOST_SHARED * of as f64 {
        complain(&format!(
            "warning: the model was calibrated on {fitted} of the {of} texts: figures of probabilities, label sets and what is \
             decided will be too good"
        ));
    }
}

/// Warns where a calibration says nothing, or does not promise what was asked for.
pub(crate) fn warn_calibration(calibrated: &Calibrated, config: &TrainConfig) {
    if calibrated.calibration.as_ref().is_some_and(Calibration::is_at_bound) {
        complain(
            "warning: the temperature ended at its bound: probabilities say nothing of the labels, or the contrary",
        );
    }
    let asked = config.calibration.as_ref().and_then(|calibration| calibration.abstention);
    if let (Some(RiskConfig { max_risk, delta, .. }), None) = (asked, calibrated.abstention) {
        let rows = calibrated.rows;
        complain(&format!(
            "warning: on {rows} rows no threshold promises that at most {max_risk} of the decided are wrong (delta {delta}): \
             nothing will be left to a person"
        ));
    }
}

/// Warns of labels that have hardly a row to train on, or none to choose the best epoch by.
pub(crate) fn warn_rare(labels: &Labels, train: &Dataset, valid: &Dataset) {
    let count = |part: &Dataset, label: &str| part.iter().filter(|row| row.label.as_deref() == Some(label)).count();
    for label in labels.iter() {
        match (count(train, label), count(valid, label)) {
            (0, _) => complain(&format!("warning: label `{label}` has no row to train on: it will not be predicted")),
            (1, _) => complain(&format!("warning: label `{label}` has 1 row to train on: it will hardly be predicted")),
            (_, 0) => complain(&format!("warning: label `{label}` has no row among those that choose the best epoch")),
            _ => {}
        }
    }
}

/// The share of words with a vector below which vectors are suspected to be of other words.
const LEAST_COVERED: f64 = 1.0 / 3.0;

/// Warns where few words have one of the given vectors.
pub(crate) fn warn_coverage(vectors: &VectorsReport) {
    if vectors.vocab_coverage.min(vectors.token_coverage) < LEAST_COVERED {
        complain(
            "warning: fewer than a third of the words have a vector: are the vectors of this language, and of words as cleaning \
             leaves them? (stems: --language und; capitals: --preset raw)",
        );
    }
}

/// The word ids of a vocabulary without words: padding and unknown.
const NO_WORDS: usize = 2;

/// Warns where no word was left to train on.
pub(crate) fn warn_no_words(report: &TrainReport) {
    if report.vocab <= NO_WORDS {
        let why = "cleaning or `vocab.min_count` left none";
        complain(&format!("warning: the vocabulary has no words ({why}): texts will hardly differ"));
    }
}

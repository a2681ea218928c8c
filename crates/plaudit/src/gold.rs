//! How often a classifier is wrong about each label, counted on rows whose label is known.

use plaudit_core::{Classifier, Error, Result};
use plaudit_data::Dataset;
use plaudit_models::HeldOut;
use plaudit_promotion::prevalence::ErrorMatrix;

use crate::TextClassifier;
use crate::rows::place;

/// Returns how many of the labelled rows of `gold` of each label the classifier gives each label: what
/// [corrects](crate::promotion::Corrected) the shares of labels that it predicts elsewhere. Rows without a label are left out.
///
/// The rows are best a random draw from what the classifier will read: with other texts it makes other errors.
///
/// # Errors
/// When there is no labelled row, a label is not one of the classifier's (the message names the row's uid), the text of a row is
/// one that the classifier learned from, or nobody knows which these are (weights that came ready).
pub fn error_matrix(classifier: &TextClassifier, gold: &Dataset) -> Result<ErrorMatrix> {
    for row in gold.iter() {
        row.label.as_ref().map(|label| place(classifier.labels(), row, label, &gold.report.source_name)).transpose()?;
    }
    let rows = gold.examples();
    if rows.is_empty() {
        return Err(Error::data(&gold.report.source_name, 0, "", "no row has a label"));
    }
    let held_out = classifier.held_out(&rows)?;
    let correction = classifier.calibration().and_then(|calibrated| calibrated.calibration.as_ref());
    let corrected = correction.map(|correction| correction.apply_scored(held_out.scored())).transpose()?;
    let confusion = corrected.as_ref().unwrap_or(held_out.scored()).confusion();
    ErrorMatrix::new(classifier.labels().clone(), held_out.origin(), &confusion.rows().collect::<Vec<_>>())
}

/// Returns the same counts of the rows that the classifier was calibrated on. None where it is not calibrated, or was saved before
/// these were counted.
///
/// # Errors
/// When nobody knows whether the classifier learned from these rows (weights that came ready).
pub fn calibration_errors(classifier: &TextClassifier) -> Result<Option<ErrorMatrix>> {
    let Some(calibrated) = classifier.calibration() else { return Ok(None) };
    let Some(counts) = &calibrated.confusion else { return Ok(None) };
    ErrorMatrix::new(classifier.labels().clone(), calibrated.origin, counts).map(Some)
}

/// Returns the same counts of [held-out rows](HeldOut): of [out-of-fold](plaudit_models::out_of_fold) scores, say, as they are, not
/// calibrated.
///
/// # Errors
/// When nobody knows whether the classifier learned from these rows (weights that came ready).
pub fn held_out_errors(held_out: &HeldOut) -> Result<ErrorMatrix> {
    let (scored, confusion) = (held_out.scored(), held_out.scored().confusion());
    ErrorMatrix::new(scored.labels().clone(), held_out.origin(), &confusion.rows().collect::<Vec<_>>())
}

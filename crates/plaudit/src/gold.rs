//! How often a classifier is wrong about each label, counted on rows whose label is known.

use plaudit_core::{Classifier, Error, Feedback, Labels, Origin, Result};
use plaudit_data::Dataset;
use plaudit_models::HeldOut;
use plaudit_promotion::prevalence::{ConfidenceCells, ErrorMatrix};

use crate::rows::place;
use crate::{TextClassifier, predictions};

/// Returns how many of the labelled rows of `gold` of each label the classifier gives each label: what
/// [corrects](crate::promotion::Corrected) the shares of labels that it predicts elsewhere. Rows without a label are left out.
///
/// The rows are best a random draw from what the classifier will read: with other texts it makes other errors.
///
/// # Errors
/// When there is no labelled row, a label is not one of the classifier's (the message names the row's uid), the text of a row is
/// one that the classifier learned from, or nobody knows which these are (weights that came ready).
pub fn error_matrix(classifier: &TextClassifier, gold: &Dataset) -> Result<ErrorMatrix> {
    GoldRows::new(classifier, gold)?.errors()
}

/// Rows whose label is known, with the label that a classifier gave them and how sure it was.
#[derive(Debug, Clone, PartialEq)]
pub struct GoldRows {
    labels: Labels,
    origin: Origin,
    rows: Vec<(usize, usize, f64)>, // gold label, predicted label, probability of that
}

impl GoldRows {
    /// Returns the labelled rows of `gold` with what the classifier says of them, as [`predictions`](crate::predictions) does.
    ///
    /// # Errors
    /// As [`error_matrix`].
    pub fn new(classifier: &TextClassifier, gold: &Dataset) -> Result<Self> {
        let known: Vec<Feedback> = gold.iter().filter(|row| row.label.is_some()).cloned().collect();
        let name = &gold.report.source_name;
        let index = |row: &Feedback| place(classifier.labels(), row, row.label.as_deref().unwrap_or_default(), name);
        let labels: Vec<usize> = known.iter().map(index).collect::<Result<_>>()?;
        if known.is_empty() {
            return Err(Error::data(name, 0, "", "no row has a label"));
        }
        let mut known = Dataset::from_rows(known);
        known.report.source_name.clone_from(name);
        let origin = classifier.held_out(&known.examples())?.origin();
        // Predicted as texts are elsewhere, to the last digit: confidences are compared.
        let predicted = predictions(classifier, &known)?;
        let rows = labels.into_iter().zip(&predicted).map(|(gold, row)| (gold, row.label, row.probability)).collect();
        Ok(Self { labels: classifier.labels().clone(), origin, rows })
    }

    /// Returns how many rows of each label were given each label.
    ///
    /// # Errors
    /// When nobody knows whether the classifier learned from the rows (weights that came ready).
    pub fn errors(&self) -> Result<ErrorMatrix> {
        ErrorMatrix::tally(
            self.labels.clone(),
            self.origin,
            self.rows.iter().map(|&(gold, predicted, _)| (gold, predicted)),
        )
    }

    /// Returns the rows by label and by what was predicted how surely, for the
    /// [label-shift check](crate::promotion::prevalence::ShiftCheck).
    ///
    /// # Errors
    /// When there are too few rows for more cells than labels, or as [`errors`](Self::errors).
    pub fn cells(&self) -> Result<ConfidenceCells> {
        ConfidenceCells::new(self.labels.clone(), self.origin, &self.rows)
    }
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

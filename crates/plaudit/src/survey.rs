//! Predicted labels, counted by division.

use plaudit_core::{Classifier, Feedback, Labels, Result};
use plaudit_data::Dataset;
use plaudit_promotion::Survey;

use crate::rows::{CHUNK, classify};

/// A text with the label that it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PredictedRow<'a> {
    /// The text, its division and its uid.
    pub feedback: &'a Feedback,
    /// The index of its label.
    pub label: usize,
    /// The probability of this label, 0 to 1, calibrated where the classifier is.
    pub probability: f64,
}

impl<'a> PredictedRow<'a> {
    /// Returns this text with the label of this index and its probability, 0 to 1.
    pub fn new(feedback: &'a Feedback, label: usize, probability: f64) -> Self {
        Self { feedback, label, probability }
    }
}

/// Returns the label that `classifier` gives each text, in the rows' order. Labels that stand in `data` are not looked at.
///
/// # Errors
/// When a row cannot be classified; the message names its uid.
pub fn predictions<'a>(classifier: &dyn Classifier, data: &'a Dataset) -> Result<Vec<PredictedRow<'a>>> {
    let mut predicted = Vec::with_capacity(data.len());
    for chunk in data.rows.chunks(CHUNK) {
        let texts: Vec<&Feedback> = chunk.iter().collect();
        let scores = classify(classifier, &texts, &data.report.source_name)?;
        let rows = chunk.iter().zip(scores.iter());
        predicted.extend(
            rows.map(|(row, prediction)| PredictedRow::new(row, prediction.index(), f64::from(prediction.score()))),
        );
    }
    Ok(predicted)
}

/// Returns how many of these texts of each division have each label.
///
/// # Errors
/// When a label is none of `labels`; the message names the row, counted from 0.
pub fn tally(labels: &Labels, rows: &[PredictedRow<'_>]) -> Result<Survey> {
    Survey::tally(labels.clone(), rows.iter().map(|row| (row.feedback.division.as_str(), row.label)))
}

/// Returns how many texts of each division `classifier` gives each label. Labels that stand in `data` are not looked at.
///
/// The counts carry the classifier's errors. Survey rows that it was not trained on: on its training rows it looks better
/// than it is.
///
/// # Errors
/// When a row cannot be classified; the message names its uid.
pub fn survey(classifier: &dyn Classifier, data: &Dataset) -> Result<Survey> {
    tally(classifier.labels(), &predictions(classifier, data)?)
}

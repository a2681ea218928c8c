//! Predicted labels, counted by division.

use plaudit_core::{Classifier, Feedback, Result};
use plaudit_data::Dataset;
use plaudit_promotion::Survey;

use crate::rows::{CHUNK, classify};

/// Returns how many texts of each division `classifier` gives each label. Labels that stand in `data` are not looked at.
///
/// The counts carry the classifier's errors. Survey rows that it was not trained on: on its training rows it looks better
/// than it is.
///
/// # Errors
/// When a row cannot be classified; the message names its uid.
pub fn survey(classifier: &dyn Classifier, data: &Dataset) -> Result<Survey> {
    let mut predicted = Vec::with_capacity(data.len());
    for chunk in data.rows.chunks(CHUNK) {
        let texts: Vec<&Feedback> = chunk.iter().collect();
        let scores = classify(classifier, &texts, &data.report.source_name)?;
        predicted.extend(
            chunk
                .iter()
                .zip(scores.iter())
                .map(|(feedback, prediction)| (feedback.division.as_str(), prediction.index())),
        );
    }
    Survey::tally(classifier.labels().clone(), predicted)
}

//! A classifier against labelled rows.

use plaudit_core::{Classifier, Error, Feedback, Result};
use plaudit_data::Dataset;
use plaudit_metrics::{ConfusionMatrix, Report};

use crate::rows::{CHUNK, classify, place};

/// Returns the scores of `classifier` on the labelled rows of `data`; rows without a label are left out.
///
/// # Errors
/// When there is no labelled row, a label is not one of the classifier's (the message names the row's uid and the nearest
/// label), or a row cannot be classified.
pub fn evaluate(classifier: &dyn Classifier, data: &Dataset) -> Result<Report> {
    let (labels, source_name) = (classifier.labels(), &data.report.source_name);
    let mut rows = Vec::new();
    for feedback in data.iter() {
        let Some(label) = &feedback.label else { continue };
        rows.push((feedback, place(labels, feedback, label, source_name)?));
    }
    if rows.is_empty() {
        return Err(Error::data(source_name, 0, "", "no row has a label"));
    }
    let mut matrix = ConfusionMatrix::new(labels.clone());
    for chunk in rows.chunks(CHUNK) {
        let texts: Vec<&Feedback> = chunk.iter().map(|&(feedback, _)| feedback).collect();
        for (prediction, &(_, truth)) in classify(classifier, &texts, source_name)?.iter().zip(chunk) {
            matrix.add(truth, prediction.index())?;
        }
    }
    Ok(matrix.report())
}

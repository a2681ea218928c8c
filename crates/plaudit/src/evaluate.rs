//! A classifier against labelled rows.

use plaudit_core::{Classifier, Error, Result};
use plaudit_data::Dataset;
use plaudit_metrics::{ConfusionMatrix, Report};

use crate::CHUNK;

/// Returns the scores of `classifier` on the labelled rows of `data`; rows without a label are left out.
///
/// # Errors
/// When there is no labelled row, a label is not one of the classifier's (the message names the row's uid and the nearest
/// label), or classifying fails.
pub fn evaluate(classifier: &dyn Classifier, data: &Dataset) -> Result<Report> {
    let labels = classifier.labels();
    let mut rows = Vec::new();
    for feedback in data.iter() {
        let Some(example) = feedback.example() else { continue };
        let Some(truth) = labels.index_of(example.label) else {
            let known = labels.known_and_nearest(example.label);
            let uid: String = feedback.uid.chars().filter(|c| !c.is_control()).take(60).collect();
            let reason = format!("the row with uid `{uid}` has a label that is none of {known}");
            return Err(Error::data(&data.report.source_name, 0, "label", reason));
        };
        rows.push((example.text, truth));
    }
    if rows.is_empty() {
        return Err(Error::data(&data.report.source_name, 0, "", "no row has a label"));
    }
    let mut matrix = ConfusionMatrix::new(labels.clone());
    for chunk in rows.chunks(CHUNK) {
        let texts: Vec<&str> = chunk.iter().map(|&(text, _)| text).collect();
        for (prediction, &(_, truth)) in classifier.classify(&texts)?.iter().zip(chunk) {
            matrix.add(truth, prediction.index())?;
        }
    }
    Ok(matrix.report())
}

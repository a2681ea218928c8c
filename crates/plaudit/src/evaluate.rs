//! A classifier against labelled rows.

use plaudit_core::{Classifier, Error, Feedback, Result, Scores};
use plaudit_data::Dataset;
use plaudit_metrics::{Bootstrap, Evaluation, Scored};

use crate::rows::{CHUNK, classify, place};

/// Returns every figure of `classifier` on the labelled rows of `data`, with intervals; rows without a label are left out.
/// [`scored`] with [`metrics::evaluate`](crate::metrics::evaluate) is the same with settings of your own: weights, clusters,
/// resamples.
///
/// # Errors
/// As [`scored`].
pub fn evaluate(classifier: &dyn Classifier, data: &Dataset) -> Result<Evaluation> {
    plaudit_metrics::evaluate(&scored(classifier, data)?, None, &Bootstrap::default())
}

/// Returns the true label of each labelled row of `data`, in order, beside the probabilities that `classifier` gives it; rows
/// without a label are left out.
///
/// # Errors
/// When there is no labelled row, a label is not one of the classifier's (the message names the row's uid and the nearest
/// label), or a row cannot be classified.
pub fn scored(classifier: &dyn Classifier, data: &Dataset) -> Result<Scored> {
    let (labels, source_name) = (classifier.labels(), &data.report.source_name);
    let (mut rows, mut truth): (Vec<&Feedback>, _) = (Vec::new(), Vec::new());
    for feedback in data.iter() {
        let Some(label) = &feedback.label else { continue };
        truth.push(place(labels, feedback, label, source_name)?);
        rows.push(feedback);
    }
    if rows.is_empty() {
        return Err(Error::data(source_name, 0, "", "no row has a label"));
    }
    let mut all = Scores::new(labels.clone());
    for chunk in rows.chunks(CHUNK) {
        for prediction in classify(classifier, chunk, source_name)?.iter() {
            all.push(prediction.scores())?;
        }
    }
    Scored::from_scores(truth, &all)
}

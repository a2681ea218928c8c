//! What the facade does row by row, so that an error names the row by its uid.

use plaudit_core::{Classifier, Error, Feedback, Labels, Result, Scores};

/// Texts classified at once: enough to feed every thread, few enough to bound memory.
pub(crate) const CHUNK: usize = 4096;

/// Returns the place of a row's label, which stands in `label`.
///
/// # Errors
/// When it is none of `labels`.
pub(crate) fn place(labels: &Labels, row: &Feedback, label: &str, source_name: &str) -> Result<usize> {
    labels.index_of(label).ok_or_else(|| {
        let reason = format!("{} has a label that is none of {}", named(row), labels.known_and_nearest(label));
        Error::data(source_name, 0, "label", reason)
    })
}

/// Returns the scores of these rows' texts.
///
/// # Errors
/// When one cannot be classified: alone, so that the message names the first such row.
pub(crate) fn classify(classifier: &dyn Classifier, rows: &[&Feedback], source_name: &str) -> Result<Scores> {
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    classifier.classify(&texts).map_err(|error| {
        let mut failed = rows.iter().filter_map(|row| Some((row, classifier.classify(&[row.text.as_str()]).err()?)));
        match failed.next() {
            Some((row, Error::Config { faults })) => {
                let reason = format!("{} cannot be classified: {}", named(row), faults.join("; "));
                Error::data(source_name, 0, "text", reason)
            }
            _ => error,
        }
    })
}

/// A row in a message: its uid, not too long.
fn named(row: &Feedback) -> String {
    let uid: String = row.uid.chars().take(60).collect();
    format!("the row with uid `{uid}`")
}

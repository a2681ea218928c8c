//! Pictures of an evaluation.

use std::path::Path;

use plaudit::metrics::{Evaluation, Scored, pr_curve, risk_coverage, roc_curve};
use plaudit::{TextClassifier, Verdicts, plots};

use super::Result;

/// Writes the pictures of these figures into `folder`, each beside its data.
pub(crate) fn save_evaluation(
    folder: &Path,
    classifier: &TextClassifier,
    scored: &Scored,
    evaluation: &Evaluation,
) -> Result<()> {
    let labels = 0..scored.labels().len();
    let roc: Vec<_> = labels.clone().filter_map(|label| roc_curve(scored, label)).collect();
    let pr: Vec<_> = labels.filter_map(|label| pr_curve(scored, label)).collect();
    for picture in [
        plots::confusion_matrix(&evaluation.report.matrix),
        plots::roc(&roc),
        plots::precision_recall(&pr),
        plots::reliability(&evaluation.reliability),
        plots::risk_coverage(&risk_coverage(scored)),
        plots::learning_curve(&classifier.report().epochs),
    ] {
        picture.save(folder)?;
    }
    Ok(())
}

/// The verdicts on periods as the shares of labels in each: a period is counted as a division is.
pub(crate) fn periods(by_period: &Verdicts) -> Vec<plots::Period> {
    let mut periods: Vec<_> = by_period
        .iter()
        .map(|period| plots::Period::new(period.division.clone(), period.n, period.shares.clone()))
        .collect();
    periods.sort_by(|a, b| a.name.cmp(&b.name));
    periods
}

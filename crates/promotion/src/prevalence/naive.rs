//! The shares of what was predicted, as if the classifier made no errors: baselines.

use plaudit_core::{Error, Result};

use super::Probabilities;

/// The most texts: up to here a double holds every count exactly.
const MOST: u64 = 1 << 53;

/// Returns the share of each predicted label (classify and count); they add up to 1.
///
/// ```
/// use plaudit_promotion::prevalence::classify_and_count;
///
/// assert_eq!(classify_and_count(&[3, 1, 0])?, [0.75, 0.25, 0.0]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When there is no text, or more than 2^53.
pub fn classify_and_count(counts: &[u64]) -> Result<Vec<f64>> {
    let total = total("counts", counts)?;
    Ok(counts.iter().map(|&count| count as f64 / total as f64).collect())
}

/// Returns the mean probability of each label (probabilistic classify and count); they add up to 1.
///
/// A. Bella, C. Ferri, J. Hernández-Orallo and M. J. Ramírez-Quintana, *Quantification via probability estimators*,
/// ICDM 2010.
///
/// # Errors
/// When there is no text.
pub fn probabilistic_classify_and_count(texts: &Probabilities) -> Result<Vec<f64>> {
    texts.means().ok_or_else(|| Error::config("probabilities: there are none; expected at least one text"))
}

/// Returns the sum of the counts, 1 to 2^53.
pub(super) fn total(what: &str, counts: &[u64]) -> Result<u64> {
    match at_most(what, counts)? {
        0 => Err(Error::config(format!("{what}: there are none; expected at least one text"))),
        total => Ok(total),
    }
}

/// Returns the sum of the counts, 0 to 2^53.
pub(super) fn at_most(what: &str, counts: &[u64]) -> Result<u64> {
    let sum = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count));
    sum.filter(|&sum| sum <= MOST)
        .ok_or_else(|| Error::config(format!("{what}: more than {MOST} texts; expected at most that")))
}

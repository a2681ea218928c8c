//! Two classifiers on the same texts: which is right more often?

use plaudit_core::{Error, Result};
use plaudit_stats::sign_test;
use serde::{Deserialize, Serialize};

use crate::ChiSquareTest;

/// McNemar's test that two classifiers are right equally often on the same texts. Only texts on which exactly one is right
/// tell them apart.
///
/// Q. McNemar, *Note on the sampling error of the difference between correlated proportions or percentages*, Psychometrika 12
/// (1947).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct McNemar {
    /// The number of texts on which only the first is right.
    pub first_only: u64,
    /// The number of texts on which only the second is right.
    pub second_only: u64,
    /// The exact p-value, 0 to 1, from the binomial distribution; none where no text tells them apart.
    pub p_exact: Option<f64>,
    /// The chi-square test with continuity correction, (|a - b| - 1)² / (a + b), which is near the exact one for some 25 telling
    /// texts or more; none where no text tells them apart.
    ///
    /// A. L. Edwards, *Note on the "correction for continuity" in testing the significance of the difference between
    /// correlated proportions*, Psychometrika 13 (1948).
    pub chi_square: Option<ChiSquareTest>,
}

impl McNemar {
    /// Returns the test of these counts: texts on which only the first, and only the second, is right.
    ///
    /// Where the counts are equal the statistic is 0: the correction must not pass the middle. (statsmodels lets it.)
    ///
    /// ```
    /// use plaudit_metrics::McNemar;
    ///
    /// let test = McNemar::from_counts(8, 2);
    /// assert!((test.p_exact.unwrap() - 0.109375).abs() < 1e-12);
    /// assert_eq!(test.chi_square.unwrap().statistic, 2.5); // (6 - 1)² / 10
    /// ```
    pub fn from_counts(first_only: u64, second_only: u64) -> Self {
        let apart = first_only.abs_diff(second_only).saturating_sub(1) as f64;
        let telling = first_only as f64 + second_only as f64;
        let chi_square = if telling > 0.0 { ChiSquareTest::new(apart * apart / telling, 1) } else { None };
        Self { first_only, second_only, p_exact: sign_test(first_only, second_only), chi_square }
    }
}

/// Returns McNemar's test of two classifiers; `truth[i]`, `first[i]` and `second[i]` are the label indexes of text `i`.
///
/// # Errors
/// When the lists have different lengths.
///
/// ```
/// let test = plaudit_metrics::mcnemar(&[0, 1, 2, 2], &[0, 1, 2, 0], &[1, 1, 0, 1])?;
/// assert_eq!((test.first_only, test.second_only, test.p_exact), (2, 0, Some(0.5)));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn mcnemar(truth: &[usize], first: &[usize], second: &[usize]) -> Result<McNemar> {
    if truth.len() != first.len() || truth.len() != second.len() {
        let predicted = format!("{} and {} predicted ones", first.len(), second.len());
        let lengths = format!("{} true labels, {predicted}; expected one of each a text", truth.len());
        return Err(Error::config(format!("McNemar's test: {lengths}")));
    }
    let (mut first_only, mut second_only) = (0, 0);
    for ((truth, first), second) in truth.iter().zip(first).zip(second) {
        first_only += u64::from(first == truth && second != truth);
        second_only += u64::from(second == truth && first != truth);
    }
    Ok(McNemar::from_counts(first_only, second_only))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifiers_that_are_never_apart_say_nothing() {
        for (truth, first, second) in [(&[][..], &[][..], &[][..]), (&[0, 1], &[0, 2], &[0, 3])] {
            let test = mcnemar(truth, first, second).unwrap();
            assert_eq!((test.p_exact, test.chi_square), (None, None));
        }
        let error = mcnemar(&[0], &[0], &[]).unwrap_err().to_string();
        assert!(error.contains("1 true labels, 1 and 0 predicted"), "{error}");
    }

    #[test]
    fn huge_counts_stay_numbers() {
        let even = McNemar::from_counts(u64::MAX, u64::MAX);
        assert_eq!((even.p_exact, even.chi_square.unwrap().p), (Some(1.0), 1.0));
        let one = McNemar::from_counts(0, u64::MAX);
        assert_eq!((one.p_exact, one.chi_square.unwrap().p), (Some(0.0), 0.0));
    }
}

//! How strongly two things go together.

use plaudit_stats::deviance_term;

/// Returns the normalised pointwise mutual information of two things that occur `first` and `second` times and together `both` times,
/// of `all`: ln(p(a, b) / (p(a) p(b))) / -ln p(a, b), -1 where they never meet, 0 where they meet as often as by chance, 1 where neither is without the
/// other. None where both are always there (0 / 0), or the counts are no counts of one table.
///
/// G. Bouma, *Normalized (pointwise) mutual information in collocation extraction*, Proceedings of GSCL (2009).
///
/// ```
/// // 2 of 8 texts have both terms, each has 4: ln(1/4 / (1/2 1/2)) = 0
/// assert_eq!(plaudit_insight::npmi(2, 4, 4, 8), Some(0.0));
/// assert_eq!(plaudit_insight::npmi(4, 4, 4, 8), Some(1.0));
/// assert_eq!(plaudit_insight::npmi(0, 4, 4, 8), Some(-1.0));
/// ```
pub fn npmi(both: u64, first: u64, second: u64, all: u64) -> Option<f64> {
    if first == 0 || second == 0 || both > first.min(second) || first.max(second) > all || both == all {
        return None;
    }
    if both == 0 {
        return Some(-1.0);
    }
    // Equal counts give exactly 1.
    let [both, first, second, all] = [both, first, second, all].map(|count| count as f64);
    let value = libm::log(both * all / (first * second)) / libm::log(all / both);
    // Rounding alone leads out of the range.
    Some(value.clamp(-1.0, 1.0))
}

/// Returns the log-likelihood ratio G^2 of the table of two things that occur `first` and `second` times and together `both` times, of
/// `all`, 0 and up: twice the sum of n ln(n / expected) over its four cells. Where the two are independent it is about a chi-square
/// variable with one degree of freedom, also at counts that are too small for Pearson's statistic. It is large as well where they meet
/// less often than by chance. None where the counts are no counts of one table.
///
/// T. Dunning, *Accurate methods for the statistics of surprise and coincidence*, Computational Linguistics 19 (1993).
///
/// ```
/// // "the swiss", 270.72 in the paper; scipy 1.17: chi2_contingency([[110, 2442], [111, 29114]], False, "log-likelihood")
/// let found = plaudit_insight::log_likelihood_ratio(110, 2552, 221, 31777).unwrap();
/// assert!((found - 270.721_876_936).abs() < 1e-8);
/// ```
pub fn log_likelihood_ratio(both: u64, first: u64, second: u64, all: u64) -> Option<f64> {
    let (first_alone, second_alone) = (first.checked_sub(both)?, second.checked_sub(both)?);
    let neither = all.checked_sub(first)?.checked_sub(second_alone)?;
    let expected = |row: u64, column: u64| row as f64 * column as f64 / all as f64;
    let sum = deviance_term(both as f64, expected(first, second))
        + deviance_term(first_alone as f64, expected(first, all - second))
        + deviance_term(second_alone as f64, expected(all - first, second))
        + deviance_term(neither as f64, expected(all - first, all - second));
    // Independent counts leave what rounding leaves.
    Some(sum.max(0.0))
}

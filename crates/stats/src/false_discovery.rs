//! Many tests at once, with some of them allowed to be wrong.

use plaudit_core::Result;

use crate::holm::ascending;

/// Returns the p-values adjusted by Benjamini and Hochberg's step-up method, in the order given, each 0 to 1.
///
/// Rejecting where the adjusted value is at most alpha keeps the expected share of false rejections among all rejections at
/// alpha or below, where the tests are independent or depend positively on each other. With m values in ascending order, the
/// j-th is multiplied by m / j, and is no greater than the one after.
///
/// Y. Benjamini and Y. Hochberg, *Controlling the false discovery rate: a practical and powerful approach to multiple
/// testing*, Journal of the Royal Statistical Society B 57 (1995).
///
/// # Errors
/// When a value is not 0 to 1.
///
/// ```
/// let adjusted = plaudit_stats::benjamini_hochberg(&[0.25, 0.5, 0.03])?;
/// assert_eq!(adjusted, [0.375, 0.5, 0.09]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut most: f64 = 1.0;
    for (rank, (index, p)) in ascending(p_values)?.into_iter().enumerate().rev() {
        // Not less than the value itself by rounding.
        most = most.min((p * p_values.len() as f64 / (rank + 1) as f64).max(p));
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = most;
        }
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // statsmodels 0.15.0: multipletests(p, method="fdr_bh")[1]
    #[test]
    fn equals_statsmodels() {
        for (p, expected) in [
            (&[0.01, 0.5, 0.03][..], &[0.03, 0.5, 0.045][..]),
            (&[0.04, 0.04, 0.01, 0.005], &[0.04, 0.04, 0.02, 0.02]),
            (&[0.9, 0.8, 0.7], &[0.9, 0.9, 0.9]),
            (&[0.0, 1.0, 0.02, 0.02, 0.3], &[0.0, 1.0, 0.1 / 3.0, 0.1 / 3.0, 0.375]),
            (&[0.049], &[0.049]),
        ] {
            let found = benjamini_hochberg(p).unwrap();
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{p:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(benjamini_hochberg(&[]).unwrap().is_empty());
        for bad in [f64::NAN, -1e-300, 1.000_000_1, f64::INFINITY] {
            let error = benjamini_hochberg(&[0.5, bad]).unwrap_err().to_string();
            assert!(error.contains("p-value 1 is") && error.contains("0 to 1"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_value_falls_and_none_rises_above_holm(p in prop::collection::vec(0.0..=1.0f64, 0..40)) {
            let found = benjamini_hochberg(&p).unwrap();
            let holm = crate::holm(&p).unwrap();
            for ((&p_i, &found_i), &holm_i) in p.iter().zip(&found).zip(&holm) {
                prop_assert!(p_i <= found_i && found_i <= holm_i + 1e-12);
                for (&p_j, &found_j) in p.iter().zip(&found) {
                    prop_assert!(p_i > p_j || found_i <= found_j, "the order changed");
                }
            }
        }
    }
}

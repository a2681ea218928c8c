//! Many tests at once.

use plaudit_core::{Error, Result};

/// Returns the p-values adjusted by Holm's step-down method, in the order given, each 0 to 1.
///
/// Rejecting where the adjusted value is at most alpha keeps the chance of any false rejection at alpha or below, however
/// the tests depend on each other. With m values in ascending order, the j-th is multiplied by m - j + 1, and is no less
/// than the one before.
///
/// S. Holm, *A simple sequentially rejective multiple test procedure*, Scandinavian Journal of Statistics 6 (1979).
///
/// # Errors
/// When a value is not 0 to 1.
///
/// ```
/// let adjusted = plaudit_stats::holm(&[0.01, 0.5, 0.03])?;
/// assert_eq!(adjusted, [0.03, 0.5, 0.06]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least: f64 = 0.0;
    for (rank, (index, p)) in ascending(p_values)?.into_iter().enumerate() {
        least = least.max(p * (p_values.len() - rank) as f64).min(1.0);
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = least;
        }
    }
    Ok(adjusted)
}

/// Returns p-values in ascending order, each with its place.
pub(crate) fn ascending(p_values: &[f64]) -> Result<Vec<(usize, f64)>> {
    if let Some((index, p)) = p_values.iter().enumerate().find(|(_, p)| !(0.0..=1.0).contains(*p)) {
        return Err(Error::config(format!("p-value {index} is {p}; expected 0 to 1")));
    }
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    Ok(order)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // statsmodels 0.15.0: multipletests(p, method="holm")[1]
    #[test]
    fn equals_statsmodels() {
        for (p, expected) in [
            (&[0.01, 0.5, 0.03][..], &[0.03, 0.5, 0.06][..]),
            (&[0.04, 0.04, 0.01, 0.005], &[0.08, 0.08, 0.03, 0.02]),
            (&[0.9, 0.8, 0.7], &[1.0, 1.0, 1.0]),
            (&[0.0, 1.0, 0.02, 0.02, 0.3], &[0.0, 1.0, 0.08, 0.08, 0.6]),
            (&[0.049], &[0.049]),
        ] {
            let found = holm(p).unwrap();
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{p:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(holm(&[]).unwrap().is_empty());
        for bad in [f64::NAN, -1e-300, 1.000_000_1, f64::INFINITY] {
            let error = holm(&[0.5, bad]).unwrap_err().to_string();
            assert!(error.contains("p-value 1 is") && error.contains("0 to 1"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn no_value_falls_and_none_rises_above_bonferroni(p in prop::collection::vec(0.0..=1.0f64, 0..40)) {
            let found = holm(&p).unwrap();
            for (&p_i, &found_i) in p.iter().zip(&found) {
                prop_assert!(p_i <= found_i && found_i <= (p_i * p.len() as f64).min(1.0));
                for (&p_j, &found_j) in p.iter().zip(&found) {
                    prop_assert!(p_i > p_j || found_i <= found_j, "the order changed");
                }
            }
        }
    }
}

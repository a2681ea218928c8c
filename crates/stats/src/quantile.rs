//! Quantiles of a sample.

/// Returns the `q`-quantile (0 to 1) of ascending `sorted` values by linear interpolation (type 7, as NumPy and R do by
/// default); none where the sample is empty, `q` is outside 0 to 1, or the quantile lies between negative and positive
/// infinity.
///
/// ```
/// assert_eq!(plaudit_stats::quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
/// ```
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let place = q * sorted.len().checked_sub(1)? as f64;
    let low = *sorted.get(place.floor() as usize)?;
    let high = *sorted.get(place.ceil() as usize)?;
    let part = place.fract();
    let value = if low == high || part == 0.0 {
        low // also where it is infinite
    } else if (high - low).is_finite() {
        low + (high - low) * part
    } else {
        low * (1.0 - part) + high * part
    };
    (!value.is_nan()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_numpy() {
        // numpy 2: np.quantile([3., 5., 8., 13.], [0, .1, .5, .9, 1]) -> 3, 3.6, 6.5, 11.5, 13
        let sample = [3.0, 5.0, 8.0, 13.0];
        for (q, expected) in [(0.0, 3.0), (0.1, 3.6), (0.5, 6.5), (0.9, 11.5), (1.0, 13.0)] {
            assert!((quantile(&sample, q).unwrap() - expected).abs() < 1e-12);
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&sample, 1.1), None);
        assert_eq!(quantile(&sample, f64::NAN), None);
        assert_eq!(quantile(&[2.0], 0.3), Some(2.0));
    }

    #[test]
    fn infinite_values_are_values() {
        let (minus, plus) = (f64::NEG_INFINITY, f64::INFINITY);
        for (sample, q, expected) in [
            ([minus, minus, 1.0, plus, plus], 0.1, Some(minus)),
            ([minus, minus, 1.0, plus, plus], 0.25, Some(minus)),
            ([minus, minus, 1.0, plus, plus], 0.3, Some(minus)),
            ([minus, minus, 1.0, plus, plus], 0.5, Some(1.0)),
            ([minus, minus, 1.0, plus, plus], 0.6, Some(plus)),
            ([minus, minus, 1.0, plus, plus], 0.9, Some(plus)),
            ([minus, minus, plus, plus, plus], 0.4, None),
            ([-1e308, -1e308, 1e308, 1e308, 1e308], 0.375, Some(0.0)), // their distance is no finite number
        ] {
            assert_eq!(quantile(&sample, q), expected, "{sample:?} {q}");
        }
    }
}

//! Quantiles of the normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// Returns the `p`-quantile of the standard normal distribution; none where `p` is not above 0 and below 1.
///
/// ```
/// assert!((plaudit_stats::normal_quantile(0.975).unwrap() - 1.959_963_984_540_054).abs() < 1e-9);
/// ```
pub fn normal_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| Normal::standard().inverse_cdf(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: norm.ppf([.0001, .025, .5, .9])
    #[test]
    fn equals_scipy() {
        for (p, expected) in [
            (0.0001, -3.719_016_485_455_680_4),
            (0.025, -1.959_963_984_540_054_5),
            (0.5, 0.0),
            (0.9, 1.281_551_565_544_600_4),
        ] {
            let found = normal_quantile(p).unwrap();
            assert!((found - expected).abs() < 1e-9, "{p}: {found}");
        }
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert_eq!(normal_quantile(p), None);
        }
    }
}

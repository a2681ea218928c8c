//! The standard normal distribution.

use statrs::distribution::{ContinuousCDF, Normal};

/// Returns the probability that a standard normal variable is above `x`, with a relative error below 1e-9; NaN where `x` is.
///
/// ```
/// assert!((plaudit_stats::normal_sf(1.959_963_984_540_054) - 0.025).abs() < 1e-9);
/// ```
pub fn normal_sf(x: f64) -> f64 {
    Normal::standard().sf(x)
}

/// Returns the value that a standard normal variable is below with probability `p`; none where `p` is not inside 0 to 1.
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

    // scipy 1.17.1: [scipy.stats.norm.sf(x) for x in (-3, 0, 0.5, 2, 6, 20)]
    #[test]
    fn equals_scipy() {
        for (x, expected) in [
            (-3.0, 0.998_650_101_968_369_9),
            (0.0, 0.5),
            (0.5, 0.308_537_538_725_986_9),
            (2.0, 0.022_750_131_948_179_195),
            (6.0, 9.865_876_450_376_946e-10),
            (20.0, 2.753_624_118_606_154e-89),
        ] {
            assert!((normal_sf(x) / expected - 1.0).abs() < 1e-9, "{x}: {:e}", normal_sf(x));
        }
        assert!(normal_sf(f64::NAN).is_nan());
        assert_eq!([0.0, 1.0, -0.1, f64::NAN].map(normal_quantile), [None; 4]);
        assert!(normal_quantile(0.5).is_some_and(|x| x.abs() < 1e-12));
    }
}

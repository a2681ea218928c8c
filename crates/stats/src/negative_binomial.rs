//! The negative binomial distribution: counts that scatter more than by chance alone.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::{gamma_lr, gamma_ur};

use crate::normal_sf;

/// Up to this sum of the parameters the incomplete beta function is exact to 1e-9 or better.
const EXACT: f64 = 1e5;

/// Returns the probability that a negative binomial count is `k` or more; none where `mean` is not a positive finite number, or
/// `dispersion` is negative or not finite.
///
/// The variance is mean + dispersion mean^2, so that a dispersion of 0 is the Poisson distribution. It is the
/// regularised incomplete beta function I_x(k, 1 / dispersion) at x = mean / (mean + 1 / dispersion). Where k + 1 / dispersion is
/// above 100,000 it is approximated (within a few thousandths of a probability of 0.01, a tenth of one of 1e-9): by the Poisson distribution where the dispersion adds less than a thousandth to the variance, and
/// otherwise by the gamma distribution that has the same mean and variance, read half a count below `k`.
///
/// ```
/// let p = plaudit_stats::negative_binomial_sf(5, 2.5, 0.2).unwrap();
/// assert!((p - 0.144_845_806).abs() < 1e-8);
/// ```
pub fn negative_binomial_sf(k: u64, mean: f64, dispersion: f64) -> Option<f64> {
    if !(mean > 0.0 && mean.is_finite() && dispersion >= 0.0 && dispersion.is_finite()) {
        return None;
    }
    let count = k as f64;
    let size = 1.0 / dispersion;
    Some(if k == 0 {
        1.0
    } else if count + size <= EXACT {
        beta_reg(count, size, mean / (mean + size))
    } else if dispersion * mean <= 1e-3 && count <= EXACT {
        gamma_lr(count, mean)
    } else {
        let scale = 1.0 + dispersion * mean; // variance over mean
        let (shape, x) = (mean / scale, (count - 0.5) / scale);
        if shape <= EXACT { gamma_ur(shape, x) } else { upper_tail(shape, x) }
    })
}

/// The gamma distribution's upper tail for large shapes, by Wilson and Hilferty.
fn upper_tail(shape: f64, x: f64) -> f64 {
    let part = 1.0 / (9.0 * shape);
    normal_sf((libm::cbrt(x / shape) - 1.0 + part) / part.sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // scipy 1.17.1: r = 1 / dispersion; nbinom.sf(k - 1, r, r / (r + mean)). The last column is the relative error that is allowed.
    #[test]
    fn equals_scipy() {
        for (k, mean, dispersion, expected, close) in [
            (0, 3.0, 0.5, 1.0, 1e-9),
            (1, 3.0, 0.5, 0.84, 1e-9),
            (5, 2.5, 0.2, 0.144_845_806_025_504_3, 1e-9),
            (20, 4.0, 0.3, 0.000_464_511_167_161_019_16, 1e-9),
            (60, 40.0, 0.05, 0.048_660_692_443_480_09, 1e-9),
            (3, 1e-3, 2.0, 2.486_922_106_026_331e-9, 1e-9),
            (1000, 800.0, 0.01, 0.013_169_074_404_299_307, 1e-9),
            (12, 2.0, 1e-9, 1.364_614_857_124_775_8e-6, 1e-4),
            (200_000, 150_000.0, 0.02, 0.014_545_711_264_273_013, 2e-3),
            (1_010_000, 1e6, 1e-4, 0.159_859_123_179_054_62, 2e-3),
            (120_000, 118_000.0, 1e-7, 3.944_743_685_300_418e-9, 0.1),
        ] {
            let found = negative_binomial_sf(k, mean, dispersion).unwrap();
            assert!((found / expected - 1.0).abs() < close, "{k} {mean} {dispersion}: {found:e} for {expected:e}");
        }
        // Poisson: scipy 1.17.1, poisson.sf(4, 2.5) -> 0.10882198108584873
        assert!((negative_binomial_sf(5, 2.5, 0.0).unwrap() - 0.108_821_981_085_848_73).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_say_is_none() {
        for (mean, dispersion) in [(0.0, 1.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0), (1.0, -1.0), (1.0, f64::NAN)] {
            assert_eq!(negative_binomial_sf(1, mean, dispersion), None);
        }
    }

    proptest! {
        #[test]
        fn it_falls_from_1_to_0(k in 0u64..1 << 40, step in 0u64..1000, power in -6.0..12.0f64, spread in -9.0..1.0f64) {
            let (mean, dispersion) = (10f64.powf(power), 10f64.powf(spread));
            let (p, q) = (negative_binomial_sf(k, mean, dispersion).unwrap(), negative_binomial_sf(k + step, mean, dispersion).unwrap());
            prop_assert!(0.0 <= q && q <= p * (1.0 + 0.02) + 1e-9 && p <= 1.0 + 1e-12, "{p} {q}");
        }
    }
}

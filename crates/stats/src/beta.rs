//! Quantiles of the beta distribution.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_lr;

/// Up to this sum of the parameters the distribution function is exact to 1e-9 or better.
const EXACT: f64 = 1e5;
/// Up to this smaller parameter, beyond `EXACT`, the distribution is close to a gamma distribution.
const SKEWED: f64 = 700.0;

/// Returns the `p`-quantile (0 to 1) of the beta distribution with parameters `a` and `b`; none where a parameter is not a
/// positive finite number or `p` is outside 0 to 1.
///
/// Up to a + b = 100,000 the distribution function is inverted. Beyond, it is approximated: where one parameter is at most
/// 700, by a gamma distribution (Wise 1950), and otherwise by a normal one (Carter 1947). Both are within 0.0002
/// standard deviations for `p` from 0.001 to 0.999, and neither takes longer for larger parameters.
///
/// ```
/// let low = plaudit_stats::beta_quantile(7.5, 94.5, 0.05).unwrap();
/// assert!((low - 0.036_471_45).abs() < 1e-8);
/// ```
pub fn beta_quantile(a: f64, b: f64, p: f64) -> Option<f64> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    if !positive(a) || !positive(b) || !(0.0..=1.0).contains(&p) {
        return None;
    }
    Some(if p == 0.0 || p == 1.0 {
        p
    } else if a + b <= EXACT {
        // statrs inverts, too, but does not always return.
        least(1.0, |x| beta_reg(a, b, x) >= p)
    } else if a <= SKEWED {
        wise(a, b, least(f64::MAX, |x| gamma_lr(a, x) >= p))
    } else if b <= SKEWED {
        1.0 - wise(b, a, least(f64::MAX, |x| gamma_lr(b, x) >= 1.0 - p))
    } else {
        carter(a, b, p)
    })
}

/// The least number above 0 and up to `most` that `reaches`, by halving. The bits of positive numbers have the numbers'
/// order, so 64 steps do, however small the number.
pub(crate) fn least(most: f64, reaches: impl Fn(f64) -> bool) -> f64 {
    let (mut below, mut above) = (0, most.to_bits());
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        if reaches(f64::from_bits(middle)) {
            above = middle;
        } else {
            below = middle;
        }
    }
    f64::from_bits(above)
}

/// The beta quantile for small `a` and large `b` from that of the gamma distribution with shape `a`: -ln(1 - x) has nearly
/// that distribution with rate b + (a - 1) / 2. M. E. Wise, *Biometrika* 37 (1950).
fn wise(a: f64, b: f64, gamma: f64) -> f64 {
    -(-gamma / (b + (a - 1.0) / 2.0)).exp_m1()
}

/// The beta quantile for large `a` and `b`: half the logarithm of the F ratio is nearly normal. A. H. Carter, *Biometrika* 34
/// (1947).
fn carter(a: f64, b: f64, p: f64) -> f64 {
    let z = -Normal::standard().inverse_cdf(p);
    let (s, t) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let h = 2.0 / (s + t);
    let lambda = (z * z - 3.0) / 6.0;
    let w = z * (h + lambda).sqrt() / h - (t - s) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    1.0 / (1.0 + b / a * (2.0 * w).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // scipy 1.17.1: s.beta.ppf([.05, .5, .999], a, b), s.beta.std(a, b)
    #[test]
    fn equals_scipy() {
        for (a, b, expected, sd, close) in [
            (2.5, 3.5, [0.127_775_599_483_596_24, 0.406_844_940_893_193_73, 0.920_480_752_123_762_1], 0.186_3, 1e-12),
            (0.5, 0.5, [0.006_155_829_702_431_136_5, 0.5, 0.999_997_532_600_929], 0.353_6, 1e-12),
            (41.5, 60.5, [0.328_248_161_037_310_5, 0.406_251_677_146_268_36, 0.559_193_038_393_366_8], 0.048_4, 1e-12),
            (4e4, 5e4, [0.441_720_711_611_634_1, 0.444_444_032_919_995_24, 0.449_566_337_274_998_34], 0.001_656, 1e-8),
            (0.5, 1e6, [1.966_070_489_594_607e-9, 2.274_682_425_559_405e-7, 5.413_769_784_272_166e-6], 7.071e-7, 1e-9),
            // Wise's and Carter's approximations
            (
                600.5,
                1e6,
                [0.000_560_444_032_968_049_2, 0.000_599_806_915_389_757_3, 0.000_678_650_719_949_813_2],
                2.449e-5,
                2e-4,
            ),
            (1e6, 600.5, [0.999_359_029_919_454_5, 0.999_400_193_084_610_3, 0.999_472_683_394_786_8], 2.449e-5, 2e-4),
            (
                2e3,
                1e12,
                [1.927_012_792_225_717e-9, 1.999_666_572_547_012_6e-9, 2.141_053_926_760_608_6e-9],
                4.472e-11,
                2e-4,
            ),
            (
                250_000_000_000.5,
                1_000_000_000_010.5,
                [0.199_999_411_525_625_8, 0.199_999_999_998_48, 0.200_001_105_595_128_38],
                3.577_7e-7,
                1e-4, // scipy is off by 2e-5 at 0.05: median - 1.644854 sd is 0.199999411518
            ),
            (1e12, 0.5, [0.999_999_999_998_079_3, 0.999_999_999_999_772_5, 1.0], 7.071e-13, 2e-3), // sd is 6,000 ulps
            (u64::MAX as f64, 1.5, [1.0; 3], f64::EPSILON, 1.0),
        ] {
            for (p, expected) in [0.05, 0.5, 0.999].into_iter().zip(expected) {
                let found = beta_quantile(a, b, p).unwrap();
                assert!((found - expected).abs() <= close * sd, "{a} {b} {p}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn tiny_parameters_give_tiny_numbers() {
        // scipy 1.17.1: s.beta.ppf([.5, .999], 1e-3, 10) -> 5.5173840753736525e-303, 0.027468543061552095
        let small = beta_quantile(1e-3, 10.0, 0.5).unwrap();
        assert!((small / 5.517_384_075e-303 - 1.0).abs() < 1e-6, "{small}");
        assert!((beta_quantile(1e-3, 10.0, 0.999).unwrap() - 0.027_468_543_061_552).abs() < 1e-11);
        for p in [1e-300, 0.4, 0.6] {
            let found = beta_quantile(1e-300, 1e-300, p).unwrap();
            assert!((0.0..=1.0).contains(&found), "{p}: {found}");
        }
    }

    #[test]
    fn nothing_to_say_is_none() {
        for (a, b, p) in
            [(0.0, 1.0, 0.5), (1.0, -1.0, 0.5), (f64::INFINITY, 1.0, 0.5), (1.0, f64::NAN, 0.5), (1.0, 1.0, 1.1)]
        {
            assert_eq!(beta_quantile(a, b, p), None);
        }
        assert_eq!(beta_quantile(1.0, 1.0, f64::NAN), None);
        assert_eq!((beta_quantile(3.0, 4.0, 0.0), beta_quantile(3.0, 4.0, 1.0)), (Some(0.0), Some(1.0)));
    }

    /// A number of any size.
    fn size() -> impl Strategy<Value = f64> {
        (-3.0..20.0f64).prop_map(|power| 10f64.powf(power))
    }

    proptest! {
        #[test]
        fn quantiles_are_inside_and_ascend(a in size(), b in size(), p in 0.001..0.9f64) {
            let (low, high) = (beta_quantile(a, b, p).unwrap(), beta_quantile(a, b, p + 0.05).unwrap());
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{low} {high}");
        }

        #[test]
        fn mirrored_parameters_mirror_the_quantile(a in size(), b in size(), p in 0.001..0.999f64) {
            let (found, mirrored) = (beta_quantile(a, b, p).unwrap(), beta_quantile(b, a, 1.0 - p).unwrap());
            prop_assert!((found + mirrored - 1.0).abs() < 1e-9, "{found} {mirrored}");
        }
    }
}

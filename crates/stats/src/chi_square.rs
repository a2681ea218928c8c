//! The chi-square distribution, and the deviance that has it for large counts.

use statrs::function::gamma::checked_gamma_ur;

/// Returns the probability that a chi-square variable with `df` degrees of freedom is above `x`; none where `df` is 0 or `x`
/// is NaN.
///
/// It is Q(df / 2, x / 2), the regularised upper incomplete gamma function. Up to 10,000 degrees of freedom its relative
/// error is below 1e-9, however small it is; below about 1e-306 it is 0.
///
/// ```
/// let p = plaudit_stats::chi_square_sf(3.841_458_820_694_124, 1).unwrap();
/// assert!((p - 0.05).abs() < 1e-12);
/// ```
pub fn chi_square_sf(x: f64, df: u32) -> Option<f64> {
    if df == 0 || x.is_nan() {
        None
    } else if x <= 0.0 {
        Some(1.0)
    } else if x == f64::INFINITY {
        Some(0.0)
    } else {
        checked_gamma_ur(f64::from(df) / 2.0, x / 2.0).ok()
    }
}

/// Returns what a count adds to the deviance G^2 = 2 sum n log(n / expected): 0 for a count of 0.
///
/// ```
/// // 30 and 10, where 20 and 20 are expected: 2 (30 ln 1.5 + 10 ln 0.5)
/// let deviance = plaudit_stats::deviance_term(30.0, 20.0) + plaudit_stats::deviance_term(10.0, 20.0);
/// assert!((deviance - 10.464_963).abs() < 1e-6);
/// ```
pub fn deviance_term(count: f64, expected: f64) -> f64 {
    if count > 0.0 { 2.0 * count * libm::log(count / expected) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // mpmath 1.3.0, mp.dps = 40: gammainc(df / 2, x / 2, inf, regularized=True)
    #[test]
    fn equals_mpmath() {
        for (x, df, expected) in [
            (1e-8, 1, 0.999_920_211_544_052_6),
            (0.3, 1, 0.583_882_420_770_365_2),
            (1.7, 1, 0.192_287_977_111_519_85),
            (3.84, 1, 0.050_043_521_248_705_106),
            (30.0, 1, 4.320_463_057_827_497_5e-08),
            (1400.0, 1, 2.101_014_516_264_217_6e-306),
            (0.5, 2, 0.778_800_783_071_404_9),
            (4.0, 3, 0.261_464_129_949_110_6),
            (11.0, 6, 0.088_376_432_356_785_45),
            (900.0, 6, 3.756_716_019_482_222_7e-191),
            (30.0, 45, 0.958_106_324_085_405_5),
            (500.0, 300, 3.359_222_457_579_549_4e-12),
            (4950.0, 4950, 0.497_326_980_152_652_64),
            (5600.0, 4950, 1.764_938_570_356_661e-10),
            (10300.0, 10000, 0.017_638_117_447_345_4),
            (14000.0, 10000, 1.584_219_394_782_607_2e-140),
        ] {
            let found = chi_square_sf(x, df).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{x} {df}: {found:e} for {expected:e}");
        }
    }

    #[test]
    fn the_ends_are_certain_and_nothing_to_say_is_none() {
        assert_eq!((chi_square_sf(0.0, 1), chi_square_sf(-5.0, 3)), (Some(1.0), Some(1.0)));
        assert_eq!((chi_square_sf(f64::INFINITY, 3), chi_square_sf(1e308, 3)), (Some(0.0), Some(0.0)));
        assert_eq!((chi_square_sf(1.0, 0), chi_square_sf(f64::NAN, 1)), (None, None));
        let most = chi_square_sf(f64::from(u32::MAX), u32::MAX).unwrap();
        assert!((most - 0.5).abs() < 1e-4, "{most}"); // the median of many degrees of freedom is near their number
    }

    proptest! {
        #[test]
        fn it_falls_from_1_to_0(x in -1.0..2e3f64, df in 1u32..2000, step in 0.0..50.0f64) {
            let (p, q) = (chi_square_sf(x, df).unwrap(), chi_square_sf(x + step, df).unwrap());
            prop_assert!(0.0 <= q && q <= p + 1e-12 && p <= 1.0 + 1e-12, "{p} {q}");
        }
    }
}

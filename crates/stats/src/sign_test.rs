//! The sign test: is a coin fair?

use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;

/// Where neither side has more than this, the tail is summed, in at most some ten thousand steps.
const SUMMED: u64 = 1_000_000;

/// Returns the p-value of the two-sided sign test, 0 to 1: the exact binomial probability that a fair coin,
/// tossed `wins + losses` times, falls at least as unevenly; none where both are 0.
///
/// It is 2 P(X <= min(wins, losses)), at most 1, where X is binomial with p = 1/2. Its relative error is below 1e-9. Beyond
/// a million it is not summed but approximated to that precision (Barndorff-Nielsen's r* at the
/// continuity-corrected count, see Daniels, *Tail probability approximations*, International Statistical Review 55 (1987)),
/// so that no count takes long. Below about 1e-306 it is 0.
///
/// ```
/// let p = plaudit_stats::sign_test(2, 8).unwrap();
/// assert!((p - 2.0 * (1.0 + 10.0 + 45.0) / 1024.0).abs() < 1e-12);
/// ```
pub fn sign_test(wins: u64, losses: u64) -> Option<f64> {
    let (fewer, more) = (wins.min(losses), wins.max(losses));
    let apart = more - fewer;
    if more == 0 {
        None
    } else if apart <= 1 {
        Some(1.0)
    } else if more <= SUMMED {
        Some((2.0 * probability(fewer, more) * tail(fewer, more)).min(1.0))
    } else {
        Some(two_tails((apart - 1) as f64, fewer as f64 + more as f64))
    }
}

/// P(X <= fewer) / P(X = fewer).
fn tail(fewer: u64, more: u64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    let (mut above, mut below) = (fewer as f64, more as f64 + 1.0);
    while above > 0.0 && term > sum * 1e-17 {
        term *= above / below;
        sum += term;
        above -= 1.0;
        below += 1.0;
    }
    sum
}

/// P(X = fewer) by the saddle point expansion of C. Loader, *Fast and accurate computation of binomial probabilities* (2000):
/// in factorials, or their logarithms, most digits would cancel.
fn probability(fewer: u64, more: u64) -> f64 {
    let (k, m) = (fewer as f64, more as f64);
    let n = k + m;
    if fewer == 0 {
        return (-n).exp2();
    }
    let deviance = n * divergence((m - k) / n);
    (n / (std::f64::consts::TAU * k * m)).sqrt() * (stirling(n) - stirling(k) - stirling(m) - deviance).exp()
}

/// ((1 - d) ln(1 - d) + (1 + d) ln(1 + d)) / 2, the divergence of shares that are d apart from even ones; d is 0 to below 1.
fn divergence(d: f64) -> f64 {
    if d > 0.1 {
        return ((1.0 - d) * (-d).ln_1p() + (1.0 + d) * d.ln_1p()) / 2.0;
    }
    d * d / 2.0 * (1.0 + excess(d))
}

/// The sum of d^(2j - 2) / (j (2j - 1)) over j from 2 on; d is 0 to 0.1.
fn excess(d: f64) -> f64 {
    // Horner's scheme, from the smallest term: the next is below 1e-17.
    (2..=8).rev().fold(0.0, |sum, j| d * d * (sum + 1.0 / f64::from(j * (2 * j - 1))))
}

/// ln n! less Stirling's formula, for a whole number n from 1 on.
fn stirling(n: f64) -> f64 {
    if n < 16.0 {
        return ln_gamma(n + 1.0) - (n + 0.5) * n.ln() + n - std::f64::consts::TAU.ln() / 2.0;
    }
    let square = 1.0 / (n * n);
    let terms = [1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0];
    terms.into_iter().fold(0.0, |sum, term| sum * square + term) / n
}

/// Both tails of many tosses from the distance of the counts, less 1 for continuity: those of a normal variable at r*.
fn two_tails(apart: f64, n: f64) -> f64 {
    let d = apart / n;
    if d > 0.1 {
        return 0.0; // more than 300 standard deviations
    }
    // The signed root of the deviance is w; the other statistic is v = d sqrt(n); r* = w + ln(v / w) / w.
    let w = d * (n * (1.0 + excess(d))).sqrt();
    let r = w - excess(d).ln_1p() / (2.0 * w);
    erfc(r / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // mpmath 1.3.0, mp.dps = 60: 2 * betainc(m, k + 1, 0, mpf(1) / 2, regularized=True); where that does not converge, the same
    // integral by mp.quad over steps of two decay lengths, scaled to 1 at its greatest. scipy 1.17.1 (binomtest) gives the small ones to 1e-12.
    #[test]
    fn equals_mpmath() {
        for (k, m, expected) in [
            (0, 2, 0.5),
            (1, 5, 0.218_75),
            (2, 8, 0.109_375),
            (3, 14, 0.012_725_830_078_125),
            (10, 30, 0.002_221_433_773_229_364_3),
            (40, 60, 0.056_887_933_640_980_79),
            (0, 50, 1.776_356_839_400_250_5e-15),
            (0, 1000, 1.866_527_237_006_437_8e-301),
            (120, 200, 9.079_968_569_115_874e-06),
            (480, 520, 0.217_448_293_204_140_94),
            (400, 700, 1.173_588_805_560_581_4e-19),
            (4999, 5201, 0.046_563_985_359_617_44),
            (49_051, 50_949, 1.985_172_385_184_532_7e-09),
            (499_750, 500_250, 0.617_779_406_050_464_1),
            (485_000, 515_000, 9.452_406_252_571_584e-198),
            (997_586, 1_000_414, 0.045_501_196_183_411_72),
            (1_007_868, 1_012_132, 0.002_704_787_675_974_877),
            (984_417, 1_035_583, 7.927_445_912_846_34e-284),
            (499_999_984, 500_000_016, 0.999_217_829_043_516_6),
            (499_936_754, 500_063_246, 6.334_338_297_832_49e-05),
            (499_990_000_000, 500_010_000_000, 5.507_358_583_853_837e-89),
            (4_999_999_996_837_722_339, 5_000_000_003_162_277_661, 0.045_500_263_873_710_79),
            (14_999_999_898_671_326_861, 15_000_000_101_328_673_139, 1.145_114_243_819_521_7e-299),
        ] {
            let found = sign_test(k, m).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-9, "{k} {m}: {found:e} for {expected:e}");
            assert_eq!(sign_test(m, k), Some(found));
        }
    }
    #[test]
    fn even_counts_say_nothing_and_huge_ones_are_quick() {
        assert_eq!(sign_test(0, 0), None);
        for (wins, losses, expected) in [
            (1, 1, 1.0),
            (0, 1, 1.0),
            (u64::MAX, u64::MAX, 1.0),
            (u64::MAX, u64::MAX - 1, 1.0),
            (0, u64::MAX, 0.0),
            (0, 1075, 0.0),
            (0, 1076, 0.0),
            (1, 1_000_000, 0.0),
            (u64::MAX / 2, u64::MAX, 0.0),
        ] {
            assert_eq!(sign_test(wins, losses), Some(expected), "{wins} {losses}");
        }
        // two apart: 1 less the probability of the middle, sqrt(2 / (pi n))
        let p = sign_test(u64::MAX - 2, u64::MAX).unwrap();
        assert!(p < 1.0 && p > 1.0 - 1e-9, "{p}");
    }

    proptest! {
        #[test]
        fn farther_counts_are_rarer(fewer in 0u64..3_000_000, apart in 0u64..5_000) {
            let (p, q) = (sign_test(fewer, fewer + apart + 2).unwrap(), sign_test(fewer, fewer + apart + 3).unwrap());
            // Both are 0 where no double is as small.
            let rarer = q < p * (1.0 + 1e-9) || (p, q) == (0.0, 0.0);
            prop_assert!(0.0 <= q && rarer && p <= 1.0, "{p} {q}");
        }

        #[test]
        fn any_counts_give_a_probability(wins: u64, losses: u64) {
            prop_assert!((0.0..=1.0).contains(&sign_test(wins, losses).unwrap_or(1.0)));
        }
    }
}

//! Draws from the binomial and multinomial distributions.

use crate::Stream;

/// Below this mean the distribution function is inverted; from it on, candidates are rejected.
const SMALL_MEAN: f64 = 10.0;
/// Up to this distance from the mode the ratio of probabilities is a product.
const NEAR: f64 = 20.0;

/// Returns a draw from the binomial distribution: the number of successes in `n` trials of probability `p`, 0 to `n`. A
/// `p` that is not above 0 gives 0, one of at least 1 gives `n`.
///
/// Inversion where the smaller of both means is below 10, and transformed rejection with squeeze otherwise (BTRS of W.
/// Hörmann, *The generation of binomial random variates*, Journal of Statistical Computation and Simulation 46 (1993)),
/// whose time does not grow with `n`. Exact but for rounding, up to n = 2^53; beyond, `n` and the draw have 53 bits.
///
/// ```
/// use plaudit_stats::{Stream, binomial};
///
/// let hits = binomial(&mut Stream::new(1, "hits", 0), 1_000_000, 0.25);
/// assert!((248_000..252_000).contains(&hits));
/// ```
pub fn binomial(stream: &mut Stream, n: u64, p: f64) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        0
    } else if p >= 1.0 {
        n
    } else if p > 0.5 {
        n - up_to_half(stream, n, 1.0 - p)
    } else {
        up_to_half(stream, n, p)
    }
}

/// Replaces `out` by a draw from the multinomial distribution: how many of `n` trials fall on each of `weights`, which
/// need not add up to 1; those beyond the length of `out` are not read. The draw adds up to `n`. A weight that is
/// missing, or not a positive finite number, counts as 0, and where all are 0 the weights are even.
///
/// One [`binomial`] draw a weight, of the trials that are left.
///
/// ```
/// use plaudit_stats::{Stream, multinomial};
///
/// let mut counts = [0; 3];
/// multinomial(&mut Stream::new(1, "counts", 0), 100, &[2.0, 0.0, 6.0], &mut counts);
/// assert_eq!((counts[1], counts.iter().sum()), (0, 100u64));
/// ```
pub fn multinomial(stream: &mut Stream, n: u64, weights: &[f64], out: &mut [u64]) {
    let width = out.len();
    let weight = |index: usize| weights.get(index).copied().filter(|w| *w > 0.0 && w.is_finite()).unwrap_or(0.0);
    let mut rest: f64 = (0..width).map(weight).sum();
    let even = rest <= 0.0;
    if even {
        rest = width as f64;
    }
    // What rounding leaves over falls on the last weight that is not 0, never on a weight of 0.
    let last = (0..width).rev().find(|&index| even || weight(index) > 0.0);
    let mut left = n;
    for (index, slot) in out.iter_mut().enumerate() {
        let share = if even { 1.0 } else { weight(index) };
        *slot = if Some(index) == last { left } else { binomial(stream, left, share / rest) };
        left -= *slot;
        rest -= share;
    }
}

/// `p` is above 0 and at most 1/2.
fn up_to_half(stream: &mut Stream, n: u64, p: f64) -> u64 {
    if n as f64 * p < SMALL_MEAN { inverted(stream, n, p) } else { rejected(stream, n, p) }
}

/// Walks up the distribution function from 0.
fn inverted(stream: &mut Stream, n: u64, p: f64) -> u64 {
    let odds = p / (1.0 - p);
    let none = libm::exp(n as f64 * libm::log1p(-p));
    loop {
        let (mut u, mut mass, mut k) = (stream.uniform(), none, 0);
        // Beyond 200 there is no mass that a number could hold: the mean is below 10.
        while u >= mass && k < n.min(200) {
            u -= mass;
            k += 1;
            mass *= odds * (n - k + 1) as f64 / k as f64;
        }
        if u < mass {
            return k;
        }
    }
}

/// Hörmann's BTRS.
fn rejected(stream: &mut Stream, n: u64, p: f64) -> u64 {
    let trials = n as f64;
    let mean = trials * p;
    let variance = mean * (1.0 - p);
    let spread = variance.sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let box_height = 0.92 - 4.2 / b;
    loop {
        let u = stream.uniform() - 0.5;
        let v = stream.uniform();
        let inside = 0.5 - u.abs();
        let x = (2.0 * a / inside + b) * u + mean + 0.5;
        if !(x >= 0.0 && x < trials + 1.0) {
            continue;
        }
        let k = x as u64;
        if inside >= 0.07 && v <= box_height {
            return k;
        }
        let alpha = (2.83 + 5.1 / b) * spread;
        let height = v * alpha / (a / (inside * inside) + b);
        if below_mass(height, (trials, p, variance), k as f64) {
            return k;
        }
    }
}

/// Whether `height`, at least 0, is at most the probability of `k` of `n` over that of the mode.
///
/// Near the mode the ratio is a short product. Farther away its logarithm lies within bounds that need no logarithm of
/// their own (the squeeze, step 5.2, of V. Kachitvichyanukul and B. W. Schmeiser, *Binomial random variate generation*,
/// Communications of the ACM 31 (1988)), and only between them it is computed.
fn below_mass(height: f64, (n, p, variance): (f64, f64, f64), k: f64) -> bool {
    let mode = ((n + 1.0) * p) as u64 as f64; // to rounding of `n`
    let distance = (k - mode).abs();
    if distance <= NEAR {
        // mass(i) / mass(i - 1) = (n - i + 1) p / (i (1 - p)); both parts are about the variance
        let (mut above, mut below) = (1.0, 1.0);
        let (hit, miss) = (p / variance, (1.0 - p) / variance);
        let mut i = k.min(mode);
        for _ in 0..distance as u64 {
            i += 1.0;
            above *= (n - i + 1.0) * hit;
            below *= i * miss;
        }
        return if k > mode { height * below <= above } else { height * above <= below };
    }
    let log = libm::log(height);
    if distance < variance / 2.0 - 1.0 {
        let part = distance / variance;
        let error = part * ((distance * (distance / 3.0 + 0.625) + 1.0 / 6.0) / variance + 0.5);
        let normal = -distance * part / 2.0;
        if log < normal - error {
            return true;
        }
        if log > normal + error {
            return false;
        }
    }
    log <= log_ratio(n, p, k)
}

/// The logarithm of the probability of `k` of `n`, less that of the mode.
///
/// With ln x! = x ln x - x + s(x), ln C(n, k) p^k q^(n-k) is s(n) - s(k) - s(n - k) - k ln(k / np) - (n - k) ln((n - k)
/// / nq). Adding k - np and (n - k) - nq, whose sum is 0, makes the logarithms deviances, from which nothing is lost
/// where `n` is large (C. Loader, *Fast and accurate computation of binomial probabilities*, 2000).
fn log_ratio(n: f64, p: f64, k: f64) -> f64 {
    let (hits, misses) = (n * p, n * (1.0 - p));
    // The mode, to rounding of `n`.
    let mode = ((n + 1.0) * p) as u64 as f64;
    let apart = |k: f64| deviance(hits, k - hits) + deviance(misses, hits - k);
    excess(mode, k) + excess(n - mode, n - k) + apart(mode) - apart(k)
}

/// x ln(x / m) - (x - m), at least 0, where x - m = `distance`: m times (1 + e) ln(1 + e) - e for e = (x - m) / m.
fn deviance(m: f64, distance: f64) -> f64 {
    let e = distance / m;
    if e.abs() < 0.1 {
        // The sum of (-e)^j / (j (j - 1)) from j = 2; what follows the last term is below 1e-13 of the first.
        let add = |sum: f64, term: &f64| 1.0 / term - e * sum;
        let far = if e.abs() < 0.01 { 0.0 } else { [156.0, 132.0, 110.0, 90.0, 72.0, 56.0].iter().fold(0.0, add) };
        return m * e * e * [42.0, 30.0, 20.0, 12.0, 6.0, 2.0].iter().fold(far, add);
    }
    // x = 0 has e = -1, and 0 ln 0 is 0
    if e > -1.0 { m * ((1.0 + e) * libm::log1p(e) - e) } else { m }
}

/// s(x) - s(y), where s(x) = ln x! - (x ln x - x).
fn excess(x: f64, y: f64) -> f64 {
    if x >= 16.0 && y >= 16.0 {
        // Stirling's series; the next term is below 1e-10.
        let series = |x: f64| (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / (x * x)) / (x * x)) / x;
        return 0.5 * libm::log(x / y) + series(x) - series(y);
    }
    let s = |x: f64| if x > 0.0 { libm::lgamma(x + 1.0) - (x * libm::log(x) - x) } else { 0.0 };
    s(x) - s(y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chi_square_sf;

    /// Draws against the exact probabilities, in classes of at least 20 expected draws.
    fn p_value(n: u64, p: f64, draws: u32) -> f64 {
        let mut stream = Stream::new(11, "binomial", n);
        let mut seen = std::collections::BTreeMap::<u64, f64>::new();
        for _ in 0..draws {
            *seen.entry(binomial(&mut stream, n, p)).or_default() += 1.0;
        }
        // probabilities by the recurrence from the mode, normalised: no code in common with the sampler
        let mode = ((n + 1) as f64 * p) as u64;
        let mut mass = vec![0.0; n as usize + 1];
        mass[mode as usize] = 1.0;
        for k in mode as usize + 1..=n as usize {
            mass[k] = mass[k - 1] * (n as f64 - k as f64 + 1.0) / k as f64 * p / (1.0 - p);
        }
        for k in (0..mode as usize).rev() {
            mass[k] = mass[k + 1] * (k + 1) as f64 / (n as f64 - k as f64) * (1.0 - p) / p;
        }
        let sum: f64 = mass.iter().sum();
        let (mut chi, mut classes, mut expected, mut found) = (0.0, 0, 0.0, 0.0);
        for (k, mass) in mass.iter().enumerate() {
            expected += mass / sum * f64::from(draws);
            found += seen.get(&(k as u64)).copied().unwrap_or(0.0);
            if expected >= 20.0 {
                chi += (found - expected) * (found - expected) / expected;
                (classes, expected, found) = (classes + 1, 0.0, 0.0);
            }
        }
        // what is left at the upper end is a class of its own, small as it is
        chi += (found - expected) * (found - expected) / expected.max(1.0);
        chi_square_sf(chi, classes).unwrap()
    }

    #[test]
    fn draws_have_the_exact_probabilities() {
        for (n, p) in [(5, 0.3), (40, 0.02), (19, 0.5), (20, 0.5), (25, 0.42), (60, 0.8), (1_000, 0.01), (1_000, 0.7)] {
            let found = p_value(n, p, 200_000);
            assert!(found > 1e-4, "{n} {p}: {found}");
        }
        let found = p_value(100_000, 0.25, 400_000);
        assert!(found > 1e-4, "{found}");
    }

    #[test]
    fn moments_hold_up_to_two_to_the_fifty_three() {
        for (index, n) in [1_000_000u64, 1 << 40, 1 << 53].into_iter().enumerate() {
            for p in [0.25, 1e-5, 0.999] {
                let mut stream = Stream::new(5, "moments", index as u64);
                let (mean, spread) = (n as f64 * p, (n as f64 * p * (1.0 - p)).sqrt());
                let z: Vec<f64> = (0..20_000).map(|_| (binomial(&mut stream, n, p) as f64 - mean) / spread).collect();
                let average = z.iter().sum::<f64>() / 2e4;
                let variance = z.iter().map(|x| x * x).sum::<f64>() / 2e4;
                // standard errors: 1 / sqrt(20,000) = 0.007 and about sqrt(2 / 20,000) = 0.01
                assert!(average.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{n} {p}: {average} {variance}");
            }
        }
    }

    // mpmath 1.4.1, mp.dps = 60, n and k as mpf, p as the double is:
    //   f = lambda k: k * log(p) + (n - k) * log(1 - p) - loggamma(k + 1) - loggamma(n - k + 1); f(k) - f(floor((n + 1) * p))
    #[test]
    fn ratios_are_exact() {
        for (n, p, k, expected) in [
            (30.0, 0.4, 0.0, -13.409_995_347_837_25),
            (30.0, 0.4, 12.0, 0.0),
            (30.0, 0.4, 25.0, -11.679_483_667_473_76),
            (1_000.0, 0.3, 350.0, -5.822_546_868_463_508),
            (1e6, 0.25, 251_000.0, -2.665_630_712_501_22),
            (9_007_199_254_740_992.0, 0.25, 2_251_799_913_685_248.0, -2.960_594_717_919_654),
        ] {
            let found = log_ratio(n, p, k);
            assert!((found - expected).abs() < 1e-9 * f64::max(1.0, -expected), "{n} {p} {k}: {found}");
        }
    }

    /// Product and squeeze say what the logarithms of the ratio say, but where it is nearly the height.
    #[test]
    fn squeezes_hold() {
        let mut stream = Stream::new(5, "squeeze", 0);
        for n in [20u64, 100, 1_000, 1_000_000, 1 << 53] {
            for p in [0.5, 0.3, 0.01, 1e-4].into_iter().filter(|p| n as f64 * p >= SMALL_MEAN) {
                let (trials, variance) = (n as f64, n as f64 * p * (1.0 - p));
                for _ in 0..20_000 {
                    let away = (12.0 * stream.uniform() - 6.0) * variance.sqrt();
                    let k = (trials * p + away).floor().clamp(0.0, trials);
                    let log = log_ratio(trials, p, k);
                    let near = 1e-3 * (2.0 * stream.uniform() - 1.0);
                    for other in [log + near, libm::log(stream.uniform()), log + near * log] {
                        if (other - log).abs() > 1e-9 {
                            let found = below_mass(libm::exp(other), (trials, p, variance), k);
                            assert_eq!(found, other < log, "{n} {p} {k}: {other} {log}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn edges() {
        let mut stream = Stream::new(5, "edges", 0);
        assert_eq!([0.0, -1.0, f64::NAN].map(|p| binomial(&mut stream, 100, p)), [0; 3]);
        assert_eq!([1.0, 7.0, f64::INFINITY].map(|p| binomial(&mut stream, 100, p)), [100; 3]);
        assert_eq!(binomial(&mut stream, 0, 0.5), 0);
        assert!(binomial(&mut stream, u64::MAX, 0.5) > u64::MAX / 2 - (1 << 36));
        assert_eq!(binomial(&mut stream, u64::MAX, 1e-300), 0);
        let mut of = |n, weights: &[f64]| {
            let mut out = [9; 3];
            multinomial(&mut stream, n, weights, &mut out);
            out
        };
        assert_eq!(of(1_000, &[0.0, 1.0, 0.0]), [0, 1_000, 0]);
        assert_eq!(of(1_000, &[f64::NAN, f64::INFINITY, 1e-300]), [0, 0, 1_000]);
        assert_eq!(of(10, &[3.0]), [10, 0, 0]);
        assert_eq!(of(0, &[1.0, 1.0, 1.0]), [0; 3]);
        assert!(of(3_000, &[0.0; 3]).iter().all(|count| (850..1150).contains(count)));
        assert_eq!(
            of(u64::MAX, &[0.3, 0.3, 0.4]).iter().fold(0u64, |sum, count| sum.checked_add(*count).unwrap()),
            u64::MAX
        );
        multinomial(&mut stream, 5, &[1.0], &mut []);
    }

    /// A change of these values would change every verdict with its seed.
    #[test]
    fn draws_are_pinned() {
        let draw = |n, p| binomial(&mut Stream::new(7, "binomial", 0), n, p);
        assert_eq!([draw(20, 0.1), draw(1_000, 0.3), draw(1 << 50, 0.7)], [3, 309, 788_129_923_362_355]);
    }
}

//! Exponential, logistic function and hyperbolic tangent on vectors.
//!
//! No division: dividers are several times slower than multipliers, and every machine must give the same bytes, so that its
//! own approximate reciprocal is of no use either.

use crate::simd::Simd;

/// 1.5 * 2^23 + 127: adding it rounds to a whole number `n` and leaves the bits of the exponent of 2^n in the low bits.
const SHIFT: f32 = 12_583_039.0;

/// e^x with a relative error below 3e-7 for |x| < 87; beyond, the value at 87 or -87. By range reduction and Cephes'
/// polynomial of degree 6 (`expf`).
#[inline(always)]
pub(crate) fn exp<S: Simd>(s: S, x: S::V) -> S::V {
    // In this order a NaN passes.
    let x = s.min(s.splat(87.0), s.max(s.splat(-87.0), x));
    let shifted = s.mul_add(x, s.splat(std::f32::consts::LOG2_E), s.splat(SHIFT));
    let n = s.sub(shifted, s.splat(SHIFT));
    let r = s.neg_mul_add(n, s.splat(0.693_359_4), x);
    let r = s.neg_mul_add(n, s.splat(-2.121_944_4e-4), r);
    let p = s.splat(1.987_569_2e-4);
    let p = s.mul_add(p, r, s.splat(1.398_199_9e-3));
    let p = s.mul_add(p, r, s.splat(8.333_452e-3));
    let p = s.mul_add(p, r, s.splat(4.166_579_6e-2));
    let p = s.mul_add(p, r, s.splat(1.666_666_5e-1));
    let p = s.mul_add(p, r, s.splat(0.5));
    let value = s.mul_add(s.mul(p, r), r, s.add(r, s.splat(1.0)));
    s.mul(value, s.power_of_two(shifted))
}

/// 1 + 2^(scale x) of each number, for `scale x` within 30 of 0, beyond it the value at 30 or -30: the power by a polynomial
/// of degree 5 (minimax over -1/2 to 1/2, relative error 8e-8).
///
/// The numbers go through each step together: one alone would wait four cycles for every step.
#[inline(always)]
#[expect(clippy::needless_range_loop)] // two indexes into three arrays: iterators would hide the one step of each loop
fn one_plus_power<S: Simd, const M: usize, const N: usize>(
    s: S,
    scales: [f32; M],
    mut x: [[S::V; M]; N],
) -> [[S::V; M]; N] {
    const TERMS: [f32; 5] = [9.675_542e-3, 5.550_713e-2, 2.402_212e-1, 6.931_469_4e-1, 1.000_000_1];
    let (mut shifted, mut r) = (x, x);
    for n in 0..N {
        for m in 0..M {
            let most = 30.0 / scales[m].abs();
            x[n][m] = s.min(s.splat(most), s.max(s.splat(-most), x[n][m])); // in this order a NaN passes
        }
    }
    for n in 0..N {
        for m in 0..M {
            shifted[n][m] = s.mul_add(x[n][m], s.splat(scales[m]), s.splat(SHIFT));
        }
    }
    for n in 0..N {
        for m in 0..M {
            r[n][m] = s.sub(s.splat(SHIFT), shifted[n][m]);
        }
    }
    for n in 0..N {
        for m in 0..M {
            r[n][m] = s.mul_add(x[n][m], s.splat(scales[m]), r[n][m]);
        }
    }
    let mut p = [[s.splat(1.327_647_2e-3); M]; N];
    for term in TERMS {
        for n in 0..N {
            for m in 0..M {
                p[n][m] = s.mul_add(p[n][m], r[n][m], s.splat(term));
            }
        }
    }
    for n in 0..N {
        for m in 0..M {
            p[n][m] = s.mul_add(p[n][m], s.power_of_two(shifted[n][m]), s.splat(1.0));
        }
    }
    p
}

/// 1 / x of each number from 2^-100 to 2^124: a guess from the exponent's bits and three steps of Newton's iteration, each of
/// which squares the error.
#[inline(always)]
fn reciprocal<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    let (mut guess, mut error) = (x, x);
    for guess in &mut guess {
        *guess = s.magic_minus(0x7ef3_11c3, *guess);
    }
    for _ in 0..3 {
        for (error, (&x, &guess)) in error.iter_mut().zip(x.iter().zip(&guess)) {
            *error = s.neg_mul_add(x, guess, s.splat(1.0));
        }
        for (guess, &error) in guess.iter_mut().zip(&error) {
            *guess = s.mul_add(*guess, error, *guess);
        }
    }
    guess
}

/// Of each four sums of the gates i, f, g, o: 1 / (1 + e^-x) of the first, the second and the last, and the hyperbolic tangent
/// of the third, with errors below 3e-7 and 5e-7. The four share one reciprocal, so a NaN among them makes all of them NaN.
#[inline(always)]
pub(crate) fn gates<S: Simd, const N: usize>(s: S, sums: [[S::V; 4]; N]) -> [[S::V; 4]; N] {
    const LOGISTIC: f32 = -std::f32::consts::LOG2_E;
    let mut out = one_plus_power(s, [LOGISTIC, LOGISTIC, 2.0 * LOGISTIC, LOGISTIC], sums);
    let mut pairs = [[s.splat(0.0); 2]; N];
    let mut all = [s.splat(0.0); N];
    for ([i, f, g, o], (pair, all)) in out.iter().zip(pairs.iter_mut().zip(&mut all)) {
        *pair = [s.mul(*i, *f), s.mul(*g, *o)];
        *all = s.mul(pair[0], pair[1]);
    }
    let all = reciprocal(s, all);
    for ([i, f, g, o], (&[first, second], &all)) in out.iter_mut().zip(pairs.iter().zip(&all)) {
        let (first, second) = (s.mul(all, second), s.mul(all, first)); // the reciprocals of the pairs
        (*i, *f) = (s.mul(first, *f), s.mul(first, *i));
        (*g, *o) = (s.mul(second, *o), s.mul(second, *g));
        *g = s.mul_add(s.splat(2.0), *g, s.splat(-1.0));
    }
    out
}

/// Hyperbolic tangents with an error below 2e-7.
#[inline(always)]
pub(crate) fn tanh<S: Simd, const N: usize>(s: S, x: [S::V; N]) -> [S::V; N] {
    let [powers] = one_plus_power(s, [-2.0 * std::f32::consts::LOG2_E; N], [x]);
    let mut y = reciprocal(s, powers);
    for y in &mut y {
        *y = s.mul_add(s.splat(2.0), *y, s.splat(-1.0));
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InstructionSet;
    use crate::simd::{Kernel, MOST_LANES};
    use crate::testing::every;

    /// What each function gives of each number: exp, the gates i, f, g, o of x, -x, x and x / 10, and tanh.
    struct All<'a>(&'a [f32], &'a mut [Vec<f32>; 6]);

    impl Kernel for All<'_> {
        type Out = ();

        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            let Self(input, out) = self;
            for at in (0..input.len()).step_by(S::LANES) {
                let x = s.load(&input[at..]);
                let [[i, f, g, o]] = gates(s, [[x, s.sub(s.splat(0.0), x), x, s.mul(x, s.splat(0.1))]]);
                let [t] = tanh(s, [x]);
                for (out, value) in out.iter_mut().zip([exp(s, x), i, f, g, o, t]) {
                    s.store(value, &mut out[at..]);
                }
            }
        }
    }

    fn all(input: &[f32], run: impl FnOnce(All<'_>)) -> [Vec<f32>; 6] {
        let mut out = std::array::from_fn(|_| input.to_vec());
        run(All(input, &mut out));
        out
    }

    #[test]
    fn close_everywhere_and_the_same_everywhere() {
        let mut input: Vec<f32> = (-90_000..=90_000).map(|step| step as f32 / 1000.0).collect();
        input.extend([f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, -0.0]);
        input.resize(input.len().next_multiple_of(MOST_LANES), 0.0);
        let reference = all(&input, |task| InstructionSet::fused_in_software().run(task));
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        let mut worst = [0.0f64; 6];
        for (k, &x) in input.iter().enumerate().filter(|(_, x)| x.is_finite()) {
            let tenth = f64::from(x * 0.1);
            let x = f64::from(x);
            let exact = [x.exp(), logistic(x), logistic(-x), x.tanh(), logistic(tenth), x.tanh()];
            for (place, exact) in exact.into_iter().enumerate() {
                let error = f64::from(reference[place][k]) - exact;
                match place {
                    0 if x.abs() < 87.0 => worst[0] = worst[0].max((error / exact).abs()),
                    0 => {}
                    _ => worst[place] = worst[place].max(error.abs()),
                }
            }
        }
        let most = [2e-7, 3e-7, 3e-7, 5e-7, 3e-7, 2e-7];
        assert!(worst.iter().zip(most).all(|(&worst, most)| worst < most), "{worst:?}");
        let bits = |values: &[Vec<f32>; 6]| values.clone().map(|v| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        for set in every().into_iter().filter(|set| set.is_fused()) {
            assert!(bits(&all(&input, |task| set.run(task))) == bits(&reference), "{}", set.name());
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so_and_the_ends_are_reached() {
        let mut input = vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0];
        input.extend([0x7fc0_0001, 0x7fc0_01ff, 0x7fff_ffff, 0xffc0_0003].map(f32::from_bits));
        input.resize(MOST_LANES, 0.0);
        for set in every() {
            let [e, i, f, g, o, t] = all(&input, |task| set.run(task));
            for out in [&e, &i, &f, &g, &o, &t] {
                assert!([0, 4, 5, 6, 7].into_iter().all(|k| out[k].is_nan()), "{}", set.name());
            }
            assert_eq!([i[1], f[2], g[1], g[2], o[1], t[1], t[2]], [1.0, 1.0, 1.0, -1.0, 1.0, 1.0, -1.0]);
            assert!([i[2], f[1], o[2]].into_iter().all(|x| (0.0..1e-9).contains(&x)), "{}", set.name());
            assert_eq!([e[3], i[3], f[3], g[3], o[3], t[3]], [1.0, 0.5, 0.5, 0.0, 0.5, 0.0], "{}", set.name());
        }
    }
}

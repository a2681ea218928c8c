//! Exponential, logistic function and hyperbolic tangent on vectors.
//!
//! No division: dividers are several times slower than multipliers, and every machine must give the same bytes, so that its
//! own approximate reciprocal is of no use either.

use crate::simd::Simd;

/// e^x with a relative error below 3e-7 for |x| < 87; beyond, the value at 87 or -87. By range reduction and Cephes'
/// polynomial of degree 6 (`expf`).
#[inline(always)]
pub(crate) fn exp<S: Simd>(s: S, x: S::V) -> S::V {
    let shift = s.splat(12_582_912.0); // 1.5 * 2^23: adding it rounds to a whole number, left in the low bits
    // In this order a NaN passes.
    let x = s.min(s.splat(87.0), s.max(s.splat(-87.0), x));
    let shifted = s.mul_add(x, s.splat(std::f32::consts::LOG2_E), shift);
    let n = s.sub(shifted, shift);
    let r = s.neg_mul_add(n, s.splat(0.693_359_4), x);
    let r = s.neg_mul_add(n, s.splat(-2.121_944_4e-4), r);
    let p = s.splat(1.987_569_2e-4);
    let p = s.mul_add(p, r, s.splat(1.398_199_9e-3));
    let p = s.mul_add(p, r, s.splat(8.333_452e-3));
    let p = s.mul_add(p, r, s.splat(4.166_579_6e-2));
    let p = s.mul_add(p, r, s.splat(1.666_666_5e-1));
    let p = s.mul_add(p, r, s.splat(0.5));
    let value = s.mul_add(s.mul(p, r), r, s.add(r, s.splat(1.0)));
    s.add(s.times_power_of_two(value, shifted), s.sub(x, x)) // bits added to what is not a number make it one
}

/// 1 / (1 + 2^y) for y within 125 of 0, beyond it the value at 125 or -125: the power by a polynomial of degree 5 (minimax
/// over -1/2 to 1/2, relative error 8e-8), the reciprocal by a guess from the exponent's bits and three steps of Newton's
/// iteration, each of which squares the error.
#[inline(always)]
fn logistic_of_power<S: Simd>(s: S, y: S::V) -> S::V {
    let shift = s.splat(12_582_912.0); // 1.5 * 2^23: adding it rounds to a whole number, left in the low bits
    // In this order a NaN passes.
    let y = s.min(s.splat(125.0), s.max(s.splat(-125.0), y));
    let shifted = s.add(y, shift);
    let r = s.sub(y, s.sub(shifted, shift));
    let p = s.splat(1.327_647_2e-3);
    let p = s.mul_add(p, r, s.splat(9.675_542e-3));
    let p = s.mul_add(p, r, s.splat(5.550_713e-2));
    let p = s.mul_add(p, r, s.splat(2.402_212e-1));
    let p = s.mul_add(p, r, s.splat(6.931_469_4e-1));
    let p = s.mul_add(p, r, s.splat(1.000_000_1));
    let one = s.splat(1.0);
    let x = s.add(one, s.times_power_of_two(p, shifted));
    let mut reciprocal = s.magic_minus(0x7ef3_11c3, x);
    for _ in 0..3 {
        let error = s.neg_mul_add(x, reciprocal, one);
        reciprocal = s.mul_add(reciprocal, error, reciprocal);
    }
    s.add(reciprocal, s.sub(y, y)) // bits added to what is not a number make it one
}

/// 1 / (1 + e^-x) with an error below 1.5e-7.
#[inline(always)]
pub(crate) fn sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    logistic_of_power(s, s.mul(x, s.splat(-std::f32::consts::LOG2_E)))
}

/// Hyperbolic tangent with an error below 3e-7.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(s: S, x: S::V) -> S::V {
    let logistic = logistic_of_power(s, s.mul(x, s.splat(-2.0 * std::f32::consts::LOG2_E)));
    s.mul_add(s.splat(2.0), logistic, s.splat(-1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InstructionSet;
    use crate::simd::{Kernel, MOST_LANES};
    use crate::testing::every;

    struct All<'a>(&'a [f32], [&'a mut [f32]; 3]);

    impl Kernel for All<'_> {
        type Out = ();

        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            let Self(input, [e, l, t]) = self;
            for at in (0..input.len()).step_by(S::LANES) {
                let x = s.load(&input[at..]);
                s.store(exp(s, x), &mut e[at..]);
                s.store(sigmoid(s, x), &mut l[at..]);
                s.store(tanh(s, x), &mut t[at..]);
            }
        }
    }

    fn all(input: &[f32], run: impl FnOnce(All<'_>)) -> [Vec<f32>; 3] {
        let mut out = [input.to_vec(), input.to_vec(), input.to_vec()];
        run(All(input, out.each_mut().map(Vec::as_mut_slice)));
        out
    }

    #[test]
    fn close_everywhere_and_the_same_everywhere() {
        let mut input: Vec<f32> = (-90_000..=90_000).map(|step| step as f32 / 1000.0).collect();
        input.extend([f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE, -0.0]);
        input.resize(input.len().next_multiple_of(MOST_LANES), 0.0);
        let reference = all(&input, |task| InstructionSet::fused_in_software().run(task));
        let mut worst = [0.0f64; 3];
        for (k, &x) in input.iter().enumerate().filter(|(_, x)| x.is_finite()) {
            let x = f64::from(x);
            let [e, l, t] = [0, 1, 2].map(|f| f64::from(reference[f][k]));
            if x.abs() < 87.0 {
                worst[0] = worst[0].max((e / x.exp() - 1.0).abs());
            }
            worst[1] = worst[1].max((l - 1.0 / (1.0 + (-x).exp())).abs());
            worst[2] = worst[2].max((t - x.tanh()).abs());
        }
        assert!(worst[0] < 3e-7 && worst[1] < 1.5e-7 && worst[2] < 3e-7, "{worst:?}");
        let bits = |values: &[Vec<f32>; 3]| values.clone().map(|v| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
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
            let [e, l, t] = all(&input, |task| set.run(task));
            assert!([0, 4, 5, 6, 7].into_iter().all(|k| e[k].is_nan() && l[k].is_nan() && t[k].is_nan()));
            assert_eq!((l[1], t[1], t[2]), (1.0, 1.0, -1.0), "{}", set.name());
            assert!((0.0..1e-37).contains(&l[2]));
            assert_eq!((e[3], l[3], t[3]), (1.0, 0.5, 0.0), "{}", set.name());
        }
    }
}

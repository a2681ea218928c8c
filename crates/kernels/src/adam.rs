//! One step of Adam, and the norm that gradients are clipped by.

use rayon::prelude::*;

use crate::InstructionSet;
use crate::simd::{Kernel, Simd};

/// The numbers of one step of Adam (Kingma and Ba 2015; Eq. 24-28 of DPMS) or AdamW (Loshchilov and Hutter 2019):
///
/// ```text
/// g      = scale gradient
/// mean   = beta1[0] mean + beta1[1] g
/// square = beta2[0] square + beta2[1] g^2
/// weight = keep weight - rate mean / (root sqrt(square) + epsilon)
/// ```
///
/// Moments below 2^-100 become 0: without a gradient they would halve until they lose digits, and stay there, where processors
/// take ten times as long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// What the gradient is multiplied by.
    pub scale: f32,
    /// Decay of the mean, and one less it: each rounded once.
    pub beta1: [f32; 2],
    /// Decay of the mean square, and one less it: each rounded once.
    pub beta2: [f32; 2],
    /// The learning rate over `1 - beta1^step`.
    pub rate: f32,
    /// One over the square root of `1 - beta2^step`.
    pub root: f32,
    /// The guard against division by zero.
    pub epsilon: f32,
    /// 1, or 1 less the learning rate times the weight decay of AdamW.
    pub keep: f32,
}

impl AdamStep {
    /// Moves the weights and their moments, all of one length, on the threads of the caller's rayon pool.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn apply(
        &self,
        set: InstructionSet,
        weights: &mut [f32],
        mean: &mut [f32],
        square: &mut [f32],
        gradient: &[f32],
    ) {
        assert!(
            [mean.len(), square.len(), gradient.len()] == [weights.len(); 3],
            "weights, moments and gradient of one length"
        );
        let run =
            |(((weights, mean), square), gradient)| set.run(Apply { step: self, weights, mean, square, gradient });
        if weights.len() <= MANY {
            return run((((weights, mean), square), gradient));
        }
        let moments = weights.par_chunks_mut(MANY).zip(mean.par_chunks_mut(MANY)).zip(square.par_chunks_mut(MANY));
        moments.zip(gradient.par_chunks(MANY)).for_each(run);
    }

    /// Moves some rows of a table and their moments, on the threads of the caller's rayon pool: `rows` ascend, and `gradient`
    /// holds a row for each of them.
    ///
    /// # Panics
    /// When the lengths differ, the rows do not ascend or the table does not have them.
    pub fn apply_rows(
        &self,
        set: InstructionSet,
        rows: &[u32],
        [weights, mean, square]: [&mut [f32]; 3],
        gradient: &[f32],
    ) {
        assert!(mean.len() == weights.len() && square.len() == weights.len(), "weights and moments of one length");
        assert!(rows.is_sorted_by(|a, b| a < b), "rows that ascend");
        let width = gradient.len().checked_div(rows.len()).unwrap_or(0);
        assert_eq!(width * rows.len(), gradient.len(), "a gradient of whole rows");
        assert!(rows.last().is_none_or(|&last| (last as usize + 1) * width <= weights.len()), "rows of the table");
        let task = ApplyRows { step: self, width, first: 0, rows, weights, mean, square, gradient };
        task.split(set);
    }
}

/// Numbers that one thread moves at a time.
const MANY: usize = 1 << 14;

/// Some rows of a table, which begins with row `first`.
struct ApplyRows<'a> {
    step: &'a AdamStep,
    width: usize,
    first: usize,
    rows: &'a [u32],
    weights: &'a mut [f32],
    mean: &'a mut [f32],
    square: &'a mut [f32],
    gradient: &'a [f32],
}

impl ApplyRows<'_> {
    /// Halves the rows until they are few, and moves them.
    fn split(self, set: InstructionSet) {
        if self.rows.len() < 2 || self.gradient.len() <= MANY {
            return set.run(self);
        }
        let Self { step, width, first, rows, weights, mean, square, gradient } = self;
        let (rows, later_rows) = rows.split_at(rows.len() / 2);
        let border = later_rows[0] as usize;
        let place = (border - first) * width;
        let (weights, later_weights) = weights.split_at_mut(place);
        let (mean, later_mean) = mean.split_at_mut(place);
        let (square, later_square) = square.split_at_mut(place);
        let (gradient, later_gradient) = gradient.split_at(rows.len() * width);
        let former = ApplyRows { step, width, first, rows, weights, mean, square, gradient };
        let later = ApplyRows {
            step,
            width,
            first: border,
            rows: later_rows,
            weights: later_weights,
            mean: later_mean,
            square: later_square,
            gradient: later_gradient,
        };
        rayon::join(|| former.split(set), || later.split(set));
    }
}

impl Kernel for ApplyRows<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        const LINE: usize = 16; // numbers in what a processor fetches at once
        let Self { step, width, first, rows, weights, mean, square, gradient } = self;
        for (place, (&row, gradient)) in rows.iter().zip(gradient.chunks_exact(width.max(1))).enumerate() {
            if let Some(&soon) = rows.get(place + 4) {
                let start = (soon as usize - first) * width;
                for at in (start..start + width).step_by(LINE) {
                    s.prefetch(&weights[at..]);
                    s.prefetch(&mean[at..]);
                    s.prefetch(&square[at..]);
                }
            }
            let range = (row as usize - first) * width..(row as usize - first + 1) * width;
            let (weights, mean) = (&mut weights[range.clone()], &mut mean[range.clone()]);
            Apply { step, weights, mean, square: &mut square[range], gradient }.run(s);
        }
    }
}

struct Apply<'a> {
    step: &'a AdamStep,
    weights: &'a mut [f32],
    mean: &'a mut [f32],
    square: &'a mut [f32],
    gradient: &'a [f32],
}

impl Kernel for Apply<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let AdamStep { scale, beta1: [beta1, rest1], beta2: [beta2, rest2], rate, root, epsilon, keep } = *self.step;
        let (scale, rate) = (s.splat(scale), s.splat(rate));
        let (beta1, rest1, beta2, rest2) = (s.splat(beta1), s.splat(rest1), s.splat(beta2), s.splat(rest2));
        let (root, epsilon, keep) = (s.splat(root), s.splat(epsilon), s.splat(keep));
        let (zero, least) = (s.splat(0.0), s.splat(f32::from_bits((127 - 100) << 23)));
        let moments = self.mean.chunks_mut(S::LANES).zip(self.square.chunks_mut(S::LANES));
        let values = self.weights.chunks_mut(S::LANES).zip(self.gradient.chunks(S::LANES));
        for ((weight, gradient), (mean, square)) in values.zip(moments) {
            let g = s.mul(s.load_some(gradient), scale);
            let m = s.mul_add(beta1, s.load_some(mean), s.mul(rest1, g));
            let m = s.pick_unless_le(s.max(m, s.sub(zero, m)), least, m, zero);
            let v = s.mul_add(beta2, s.load_some(square), s.mul(s.mul(rest2, g), g));
            let v = s.pick_unless_le(v, least, v, zero);
            let slope = s.div(s.mul(rate, m), s.mul_add(s.sqrt(v), root, epsilon));
            s.store_some(m, mean);
            s.store_some(v, square);
            s.store_some(s.sub(s.mul(keep, s.load_some(weight)), slope), weight);
        }
    }
}

/// Returns the sum of the squares, in double precision and always in the same order.
pub fn sum_of_squares(set: InstructionSet, values: &[f32]) -> f64 {
    struct Sum<'a>(&'a [f32]);

    impl Kernel for Sum<'_> {
        type Out = f64;

        #[inline(always)]
        fn run<S: Simd>(self, _: S) -> f64 {
            let mut sums = [0f64; 16];
            let (chunks, rest) = self.0.as_chunks::<16>();
            for chunk in chunks {
                for (sum, &value) in sums.iter_mut().zip(chunk) {
                    *sum += f64::from(value) * f64::from(value); // exact but for the sum: nothing to fuse
                }
            }
            sums.iter().sum::<f64>() + rest.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>()
        }
    }

    set.run(Sum(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{every, numbers, same};

    const STEP: AdamStep = AdamStep {
        scale: 1.0,
        beta1: [0.9, 0.1],
        beta2: [0.999, 0.001],
        rate: 0.01,
        root: 1.0,
        epsilon: 1e-8,
        keep: 0.999,
    };

    #[test]
    fn the_same_on_every_instruction_set() {
        let step = AdamStep { scale: 0.7, root: 1.0 / 0.3, ..STEP };
        let mut found: Vec<(bool, Vec<f32>)> = Vec::new();
        for set in every() {
            let (mut w, mut m, mut v) =
                (numbers(37, 1), numbers(37, 2), numbers(37, 3).iter().map(|x| x * x).collect::<Vec<_>>());
            let (old, g) = (w.clone(), numbers(37, 4));
            let (m0, v0) = (m.clone(), v.clone());
            step.apply(set, &mut w, &mut m, &mut v, &g);
            for k in 0..37 {
                let g = 0.7 * f64::from(g[k]);
                let mean = 0.9 * f64::from(m0[k]) + 0.1 * g;
                let square = 0.999 * f64::from(v0[k]) + 0.001 * g * g;
                let weight = 0.999 * f64::from(old[k]) - 0.01 * mean / (square.sqrt() / 0.3 + 1e-8);
                assert!((f64::from(w[k]) - weight).abs() < 1e-6 && (f64::from(m[k]) - mean).abs() < 1e-6);
            }
            found.push((set.is_fused(), [w, m, v].concat()));
        }
        for pair in found.windows(2) {
            assert!(pair[0].0 != pair[1].0 || same(&pair[0].1, &pair[1].1));
        }
    }

    #[test]
    fn rows_move_as_if_each_were_alone() {
        const WIDTH: usize = 37;
        let rows: Vec<u32> = (0..900).filter(|row| row % 7 != 3).collect();
        let (start, gradient) = (numbers(903 * WIDTH, 5), numbers(rows.len() * WIDTH, 6));
        for set in every() {
            let mut whole = [start.clone(), vec![0.0; start.len()], vec![0.0; start.len()]];
            STEP.apply_rows(set, &rows, whole.each_mut().map(|part| &mut part[..]), &gradient);
            let mut alone = [start.clone(), vec![0.0; start.len()], vec![0.0; start.len()]];
            for (&row, gradient) in rows.iter().zip(gradient.chunks(WIDTH)) {
                let [weights, mean, square] = alone.each_mut().map(|part| &mut part[row as usize * WIDTH..][..WIDTH]);
                STEP.apply(set, weights, mean, square, gradient);
            }
            assert!(whole.iter().zip(&alone).all(|(a, b)| same(a, b)), "{}", set.name());
        }
        let mut empty: [&mut [f32]; 3] = [&mut [], &mut [], &mut []];
        STEP.apply_rows(InstructionSet::best(), &[], empty.each_mut().map(|part| &mut part[..]), &[]);
    }

    #[test]
    fn moments_fade_to_zero() {
        let step = AdamStep { beta2: [0.9, 0.1], keep: 1.0, ..STEP };
        for set in every() {
            let (mut w, mut m, mut v) = ([1.0; 3], [1e-5, -1e-5, f32::NAN], [1e-5, 1e-10, f32::NAN]);
            (0..800).for_each(|_| step.apply(set, &mut w, &mut m, &mut v, &[0.0; 3]));
            assert_eq!((&m[..2], &v[..2]), (&[0.0; 2][..], &[0.0; 2][..]), "{}", set.name());
            assert!(m[2].is_nan() && v[2].is_nan());
        }
    }

    #[test]
    fn squares_by_hand() {
        let values: Vec<f32> = (0..35).map(|k| k as f32).collect();
        for set in every() {
            assert_eq!(sum_of_squares(set, &values), 34.0 * 35.0 * 69.0 / 6.0);
            assert!(!sum_of_squares(set, &[1.0, f32::NAN]).is_finite());
        }
    }
}

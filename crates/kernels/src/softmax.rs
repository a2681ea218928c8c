//! Probabilities from logits.

use crate::InstructionSet;
use crate::math::exp;
use crate::simd::{Kernel, Simd};

/// Turns each row of `columns` logits into probabilities, in place. A row with what is not a number, or with positive
/// infinity, becomes what is not a number; negative infinity counts as very small.
///
/// # Panics
/// When the values are not whole rows.
pub fn softmax(set: InstructionSet, values: &mut [f32], columns: usize) {
    assert_eq!(values.len() % columns.max(1), 0, "rows of logits");
    let rows = columns.max(1);
    for row in values.chunks_exact_mut(rows) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        row.iter_mut().for_each(|value| *value -= largest);
    }
    set.run(Exp(values));
    for row in values.chunks_exact_mut(rows) {
        let sum: f32 = row.iter().sum();
        row.iter_mut().for_each(|value| *value /= sum);
    }
}

struct Exp<'a>(&'a mut [f32]);

impl Kernel for Exp<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for values in self.0.chunks_mut(S::LANES) {
            s.store_some(exp(s, s.load_some(values)), values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::every;

    /// scipy.special.softmax([1, 2, 3, -50]) and ([0, 0, 1000, 0]), SciPy 1.17.1
    #[test]
    fn equals_scipy() {
        for set in every() {
            let mut values = [1.0, 2.0, 3.0, -50.0, 0.0, 0.0, 1000.0, 0.0];
            softmax(set, &mut values, 4);
            let expected = [0.090_030_57, 0.244_728_47, 0.665_240_96, 0.0, 0.0, 0.0, 1.0, 0.0];
            assert!(values.iter().zip(expected).all(|(x, y): (&f32, f32)| (x - y).abs() < 2e-7), "{values:?}");
            let mut broken = [1.0, f32::NAN, 1.0, 2.0];
            softmax(set, &mut broken, 2);
            assert!(broken[..2].iter().all(|x| x.is_nan()) && broken[3] > 0.7);
        }
    }
}

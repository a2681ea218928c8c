//! What the tests share.

use crate::InstructionSet;

/// Every instruction set of this processor, and the arithmetic of one that it may not have.
pub(crate) fn every() -> Vec<InstructionSet> {
    let mut all = InstructionSet::available();
    all.push(InstructionSet::fused_in_software());
    all
}

/// Numbers in -1 to 1 that are exact in single precision, the same for the same seed.
pub(crate) fn numbers(len: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// The same numbers in double precision.
pub(crate) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// Whether two slices hold the same bytes.
pub(crate) fn same(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
}

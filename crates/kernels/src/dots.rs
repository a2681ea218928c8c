//! Inner products of rows with queries: what a search among vectors computes.
//!
//! A sum has sixteen parts: part `i` adds the products of the columns `i`, `i + 16`, ... in ascending order, and then the parts
//! are added by halves. No number depends on the width of the vectors or on the rows and queries beside it.

use crate::InstructionSet;
use crate::simd::{Kernel, MOST_LANES, Simd};

/// Writes the inner product of each query with each row into `out`, `[queries, rows]`; `rows` and `queries` hold `dim` numbers
/// each, row by row. It runs on the calling thread. Rows that are more than the fastest cache holds (some thousand numbers)
/// are better given in several calls where there are many queries.
///
/// ```
/// use plaudit_kernels::{InstructionSet, dots};
///
/// let mut out = [0.0; 4];
/// dots(InstructionSet::best(), 3, &[1.0, 2.0, 3.0, 0.0, 1.0, 0.0], &[1.0, 1.0, 1.0, 0.0, 0.0, 2.0], &mut out);
/// assert_eq!(out, [6.0, 1.0, 6.0, 0.0]);
/// ```
///
/// # Panics
/// When `dim` is 0, rows or queries are not whole, or `out` has another length.
pub fn dots(set: InstructionSet, dim: usize, rows: &[f32], queries: &[f32], out: &mut [f32]) {
    let whole = |values: &[f32]| dim > 0 && values.len().is_multiple_of(dim);
    assert!(whole(rows) && whole(queries), "whole rows and queries of {dim} numbers");
    assert_eq!(Some(out.len()), (rows.len() / dim).checked_mul(queries.len() / dim), "an inner product for each pair");
    if !out.is_empty() {
        set.run(Dots { dim, rows, queries, out });
    }
}

struct Dots<'a> {
    dim: usize,
    rows: &'a [f32],
    queries: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for Dots<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // As many sums as the registers hold, beside what is multiplied.
        match S::LANES {
            MOST_LANES => self.tiles::<S, 4, 4, 4>(s),
            8 => self.tiles::<S, 2, 2, 4>(s),
            _ => self.tiles::<S, 2, 1, 2>(s),
        }
    }
}

impl Dots<'_> {
    #[inline(always)]
    fn tiles<S: Simd, const R: usize, const Q: usize, const ALONE: usize>(self, s: S) {
        let Self { dim, rows, queries, out } = self;
        let count = rows.len() / dim;
        let mut groups = queries.chunks_exact(Q * dim);
        let mut outs = out.chunks_exact_mut(Q * count);
        for (queries, out) in groups.by_ref().zip(outs.by_ref()) {
            columns::<S, R, Q>(s, dim, rows, queries, out);
        }
        for (query, out) in groups.remainder().chunks_exact(dim).zip(outs.into_remainder().chunks_exact_mut(count)) {
            columns::<S, ALONE, 1>(s, dim, rows, query, out);
        }
    }
}

/// All rows with `Q` queries.
#[inline(always)]
fn columns<S: Simd, const R: usize, const Q: usize>(s: S, dim: usize, rows: &[f32], queries: &[f32], out: &mut [f32]) {
    let count = rows.len() / dim;
    let queries: [&[f32]; Q] = std::array::from_fn(|q| &queries[q * dim..][..dim]);
    let whole = count - count % R;
    for row in (0..whole).step_by(R) {
        tile::<S, R, Q>(s, std::array::from_fn(|r| &rows[(row + r) * dim..][..dim]), queries, &mut out[row..], count);
    }
    for row in whole..count {
        tile::<S, 1, Q>(s, [&rows[row * dim..][..dim]], queries, &mut out[row..], count);
    }
}

/// `R` rows with `Q` queries; the results of a query are `stride` numbers after those of the one before.
#[inline(always)]
fn tile<S: Simd, const R: usize, const Q: usize>(
    s: S,
    rows: [&[f32]; R],
    queries: [&[f32]; Q],
    out: &mut [f32],
    stride: usize,
) {
    let dim = queries[0].len();
    let mut sums = [[[s.splat(0.0); Q]; R]; MAX_PARTS];
    let mut start = 0;
    while start + MOST_LANES <= dim {
        for (part, sums) in sums.iter_mut().take(MOST_LANES / S::LANES).enumerate() {
            let at = start + part * S::LANES;
            let query: [S::V; Q] = std::array::from_fn(|q| s.load(&queries[q][at..]));
            for r in 0..R {
                let row = s.load(&rows[r][at..]);
                for q in 0..Q {
                    sums[r][q] = s.mul_add(row, query[q], sums[r][q]);
                }
            }
        }
        start += MOST_LANES;
    }
    if start < dim {
        for (part, sums) in sums.iter_mut().take(MOST_LANES / S::LANES).enumerate() {
            // Beyond the end are zeros, which every width adds: a sum of -0 and 0 is 0.
            let at = (start + part * S::LANES).min(dim);
            for r in 0..R {
                let row = s.load_some(&rows[r][at..]);
                for q in 0..Q {
                    sums[r][q] = s.mul_add(row, s.load_some(&queries[q][at..]), sums[r][q]);
                }
            }
        }
    }
    for r in 0..R {
        for q in 0..Q {
            out[q * stride + r] = sum(s, std::array::from_fn(|part| sums[part][r][q]));
        }
    }
}

/// Vectors in which the narrowest instruction set holds the sixteen parts of a sum.
const MAX_PARTS: usize = 4;

/// The sum of sixteen parts, by halves.
#[inline(always)]
fn sum<S: Simd>(s: S, parts: [S::V; MAX_PARTS]) -> f32 {
    let mut lanes = [0.0; MOST_LANES];
    for (part, lanes) in parts.into_iter().zip(lanes.chunks_exact_mut(S::LANES)) {
        s.store(part, lanes);
    }
    let mut half = MOST_LANES / 2;
    while half > 0 {
        for k in 0..half {
            lanes[k] += lanes[k + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{every, numbers, same, wide};

    /// In double precision, and for every shape the same bytes on every instruction set that rounds once.
    #[test]
    fn equals_double_precision_on_every_instruction_set() {
        for dim in [1, 3, 4, 8, 15, 16, 17, 31, 32, 100, 300] {
            for (rows, queries) in [(1, 1), (3, 1), (4, 2), (5, 3), (9, 9), (0, 2), (2, 0)] {
                let (a, b) = (numbers(rows * dim, 1), numbers(queries * dim, 2));
                let (wide_a, wide_b) = (wide(&a), wide(&b));
                let mut found: Vec<(bool, Vec<f32>)> = Vec::new();
                for set in every() {
                    let mut out = vec![f32::NAN; rows * queries];
                    dots(set, dim, &a, &b, &mut out);
                    for (k, &value) in out.iter().enumerate() {
                        let (query, row) = (&wide_b[k / rows * dim..][..dim], &wide_a[k % rows * dim..][..dim]);
                        let exact: f64 = row.iter().zip(query).map(|(x, y)| x * y).sum();
                        assert!((f64::from(value) - exact).abs() < 2e-6, "{} {dim} {rows} {queries}", set.name());
                        let mut alone = [0.0];
                        let (row, query) = (&a[k % rows * dim..][..dim], &b[k / rows * dim..][..dim]);
                        dots(set, dim, row, query, &mut alone);
                        assert_eq!(alone[0].to_bits(), value.to_bits());
                    }
                    found.push((set.is_fused(), out));
                }
                for pair in found.windows(2) {
                    assert!(pair[0].0 != pair[1].0 || same(&pair[0].1, &pair[1].1), "{dim} {rows} {queries}");
                }
            }
        }
    }

    /// By hand: 17 ones make part 0 hold two of them, and -0 stays out of every sum.
    #[test]
    fn by_hand() {
        for set in every() {
            let mut out = [0.0];
            dots(set, 17, &[1.0; 17], &[1.0; 17], &mut out);
            assert_eq!(out, [17.0]);
            dots(set, 3, &[-1e-30; 3], &[1e-30; 3], &mut out);
            assert_eq!(out[0].to_bits(), 0.0f32.to_bits(), "{}", set.name());
            dots(set, 2, &[f32::NAN, 1.0], &[1.0; 2], &mut out);
            assert!(out[0].is_nan());
        }
    }

    #[test]
    #[should_panic(expected = "whole rows")]
    fn a_part_of_a_row_is_a_programming_error() {
        dots(InstructionSet::best(), 2, &[1.0; 3], &[1.0; 2], &mut [0.0]);
    }
}

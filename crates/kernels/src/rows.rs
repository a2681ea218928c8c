//! Rows that lie far from each other in a matrix: copied out, and changed as copies did.
//!
//! A row that no cache holds is asked for some rows ahead; that is what takes the time otherwise.

use crate::simd::{Kernel, Simd};
use crate::{InstructionSet, Line};

/// Rows between one that is asked for and the one at work.
const AHEAD: usize = 6;
/// Numbers in a [`Line`].
const LINE: usize = 16;

/// Copies rows of a matrix `[_, dim]` into `out`, one after another, `[rows, Line::count(dim)]`; what is beyond a row's numbers is zero.
///
/// ```
/// use plaudit_kernels::{InstructionSet, Line, gather};
///
/// let mut out = [Line::default(); 2];
/// gather(InstructionSet::best(), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, &[2, 0], &mut out);
/// assert_eq!((&out[0].0[..3], &out[1].0[..3]), (&[5.0, 6.0, 0.0][..], &[1.0, 2.0, 0.0][..]));
/// ```
///
/// # Panics
/// When a row is none of the matrix's, or `out` has another length.
pub fn gather(set: InstructionSet, matrix: &[f32], dim: usize, rows: &[u32], out: &mut [Line]) {
    assert_eq!(out.len(), rows.len() * Line::count(dim), "a place for each row");
    if dim > 0 {
        set.run(Gather { matrix, dim, rows, out });
    }
}

struct Gather<'a> {
    matrix: &'a [f32],
    dim: usize,
    rows: &'a [u32],
    out: &'a mut [Line],
}

impl Kernel for Gather<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { matrix, dim, rows, out } = self;
        let row = |row: u32| &matrix[row as usize * dim..][..dim];
        for (place, (&at, out)) in rows.iter().zip(out.chunks_exact_mut(Line::count(dim))).enumerate() {
            if let Some(&next) = rows.get(place + AHEAD) {
                ask(s, row(next));
            }
            for (line, numbers) in out.iter_mut().zip(row(at).chunks(LINE)) {
                for part in (0..LINE).step_by(S::LANES) {
                    let values = numbers.get(part..).unwrap_or_default();
                    s.store(s.load_some(values), &mut line.0[part..]);
                }
            }
        }
    }
}

/// What a row of a matrix becomes: `keep` times itself and `scale` times each of some copies.
#[derive(Debug, Clone, Copy)]
pub struct Blend {
    /// The row.
    pub row: u32,
    /// How much of the row stays.
    pub keep: f32,
    /// How much of each copy comes to it.
    pub scale: f32,
    /// Where its copies end among those of all rows.
    pub end: usize,
}

/// Changes rows of a matrix `[_, dim]`, each by its copies of `Line::count(dim)` lines, which are added in their order.
///
/// ```
/// use plaudit_kernels::{Blend, InstructionSet, Line, blend};
///
/// let copy = |value| [Line([value; 16])];
/// let (a, b) = (copy(3.0), copy(5.0));
/// let mut matrix = [1.0, 1.0, 2.0, 2.0];
/// let rows = [Blend { row: 1, keep: -1.0, scale: 0.5, end: 2 }];
/// blend(InstructionSet::best(), &mut matrix, 2, &rows, &[&a, &b]);
/// assert_eq!(matrix, [1.0, 1.0, 2.0, 2.0]); // -2 + 0.5 (3 + 5)
/// ```
///
/// # Panics
/// When a row is none of the matrix's, or copies are missing or short.
pub fn blend(set: InstructionSet, matrix: &mut [f32], dim: usize, rows: &[Blend], copies: &[&[Line]]) {
    if dim > 0 {
        set.run(Blends { matrix, dim, rows, copies });
    }
}

struct Blends<'a> {
    matrix: &'a mut [f32],
    dim: usize,
    rows: &'a [Blend],
    copies: &'a [&'a [Line]],
}

impl Kernel for Blends<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { matrix, dim, rows, copies } = self;
        let width = Line::count(dim);
        let mut from = 0;
        for (place, &Blend { row, keep, scale, end }) in rows.iter().enumerate() {
            if let Some(next) = rows.get(place + AHEAD) {
                ask(s, &matrix[next.row as usize * dim..][..dim]);
                let last = rows[place + AHEAD - 1].end;
                copies[last..next.end].iter().for_each(|copy| copy.iter().for_each(|line| s.prefetch(&line.0)));
            }
            let (keep, scale, copies) = (s.splat(keep), s.splat(scale), &copies[from..end]);
            assert!(copies.iter().all(|copy| copy.len() == width), "copies of {width} lines");
            from = end;
            for (line, numbers) in matrix[row as usize * dim..][..dim].chunks_mut(LINE).enumerate() {
                for part in (0..numbers.len()).step_by(S::LANES) {
                    let mut new = s.mul(keep, s.load_some(&numbers[part..]));
                    for copy in copies {
                        new = s.mul_add(scale, s.load(&copy[line].0[part..]), new);
                    }
                    s.store_some(new, &mut numbers[part..]);
                }
            }
        }
    }
}

/// Asks for the cache lines of a row.
#[inline(always)]
fn ask<S: Simd>(s: S, row: &[f32]) {
    row.chunks(LINE).for_each(|line| s.prefetch(line));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{every, numbers, same};

    /// Rows of these lengths: less than a vector, whole lines, and beyond one.
    const LENGTHS: [usize; 6] = [1, 5, 16, 19, 32, 100];

    fn copies(rows: usize, dim: usize) -> Vec<Vec<Line>> {
        let copy = |row| {
            let values = numbers(dim, 77 + row as u32);
            values.chunks(LINE).map(|part| Line(std::array::from_fn(|k| part.get(k).copied().unwrap_or(0.0)))).collect()
        };
        (0..rows).map(copy).collect()
    }

    #[test]
    fn gathers_what_is_there() {
        for (dim, set) in LENGTHS.iter().flat_map(|&dim| every().into_iter().map(move |set| (dim, set))) {
            let matrix = numbers(20 * dim, 1);
            let rows = [19, 0, 3, 3, 7, 8, 9, 1, 2, 4];
            let mut out = vec![Line([f32::NAN; LINE]); rows.len() * Line::count(dim)];
            gather(set, &matrix, dim, &rows, &mut out);
            for (&row, copy) in rows.iter().zip(out.chunks(Line::count(dim))) {
                let copy: Vec<f32> = copy.iter().flat_map(|line| line.0).collect();
                assert!(
                    same(&copy[..dim], &matrix[row as usize * dim..][..dim]) && copy[dim..].iter().all(|x| *x == 0.0)
                );
            }
        }
    }

    #[test]
    fn blends_as_the_definition_says() {
        for (dim, set) in LENGTHS.iter().flat_map(|&dim| every().into_iter().map(move |set| (dim, set))) {
            let (matrix, copies) = (numbers(20 * dim, 2), copies(30, dim));
            // Rows in any order; the nth has n % 4 copies.
            let mut all: Vec<&[Line]> = Vec::new();
            let rows: Vec<Blend> = (0..15)
                .map(|n| {
                    all.extend(copies.iter().skip(n).take(n % 4).map(Vec::as_slice));
                    let (keep, scale) = (1.0 - 0.3 * n as f32, 0.25 + n as f32);
                    Blend { row: (n as u32 * 7) % 20, keep, scale, end: all.len() }
                })
                .collect();
            let mut blended = matrix.clone();
            blend(set, &mut blended, dim, &rows, &all);
            let mut expected: Vec<f64> = matrix.iter().map(|&value| f64::from(value)).collect();
            let mut from = 0;
            for row in &rows {
                for k in 0..dim {
                    let sum: f64 = all[from..row.end].iter().map(|copy| f64::from(copy[k / LINE].0[k % LINE])).sum();
                    let value = &mut expected[row.row as usize * dim + k];
                    *value = f64::from(row.keep) * *value + f64::from(row.scale) * sum;
                }
                from = row.end;
            }
            assert!(blended.iter().zip(&expected).all(|(found, expected)| (f64::from(*found) - expected).abs() < 2e-5));
        }
    }

    #[test]
    fn one_copy_takes_the_rows_place() {
        for set in every() {
            let (mut matrix, copies) = (numbers(3 * 20, 3), copies(1, 20));
            blend(set, &mut matrix, 20, &[Blend { row: 1, keep: 0.0, scale: 1.0, end: 1 }], &[&copies[0]]);
            assert!(same(&matrix[20..40], &numbers(20, 77)) && same(&matrix[40..], &numbers(60, 3)[40..]));
        }
    }

    #[test]
    fn the_same_bytes_on_every_set_that_rounds_once() {
        let copies = copies(8, 37);
        let all: Vec<&[Line]> = copies.iter().map(Vec::as_slice).collect();
        let mut found = every().into_iter().filter(|set| set.is_fused()).map(|set| {
            let mut matrix = numbers(4 * 37, 4);
            blend(set, &mut matrix, 37, &[Blend { row: 2, keep: 0.7, scale: 0.3, end: 8 }], &all);
            matrix
        });
        let first = found.next().unwrap();
        assert!(found.all(|other| same(&other, &first)));
    }

    #[test]
    #[should_panic(expected = "copies of 2 lines")]
    fn short_copies_panic() {
        blend(
            InstructionSet::best(),
            &mut [0.0; 20],
            20,
            &[Blend { row: 0, keep: 1.0, scale: 1.0, end: 1 }],
            &[&[Line::default()]],
        );
    }
}

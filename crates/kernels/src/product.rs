//! Matrix products.
//!
//! Every element of a result is a sum over the inner size in ascending order, whatever the blocks, the threads and the width
//! of the vectors: that is what makes results equal everywhere.

use std::ops::Range;

use rayon::prelude::*;

use crate::InstructionSet;
use crate::buffers::Buffer;
use crate::simd::{Kernel, Simd};

/// A matrix that is read: a slice with its shape, perhaps transposed.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Returns a view of row-major `data`, `[rows, columns]`.
    ///
    /// # Panics
    /// When `data` has another length.
    pub fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(Some(data.len()), rows.checked_mul(columns), "a matrix of {rows} x {columns}");
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }

    /// The view of some columns, of a matrix that is not transposed.
    pub(crate) fn columns(self, columns: Range<usize>) -> Self {
        let data = &self.data[columns.start.min(self.data.len())..];
        Self { data, columns: columns.len(), ..self }
    }

    /// Returns the transposed view.
    pub fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }
}

/// What a product is added to.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// Nothing. Old values of the result are not read.
    Zero,
    /// This row, a bias, for each row of the result.
    Row(&'a [f32]),
    /// What the result holds.
    Old,
}

/// The right side of a product, copied into the order in which it is read: panels of four vectors' width, each panel row
/// after row, filled up with zeros.
#[derive(Debug)]
pub struct Panels {
    set: InstructionSet,
    depth: usize,
    columns: usize,
    lanes: usize,
    data: Buffer,
}

impl Panels {
    /// Returns the panels of `b`, to be multiplied on `set`.
    pub fn new(set: InstructionSet, b: Matrix<'_>) -> Self {
        struct Lanes;
        impl Kernel for Lanes {
            type Out = usize;
            #[inline(always)]
            fn run<S: Simd>(self, _: S) -> usize {
                S::LANES
            }
        }
        let lanes = set.run(Lanes);
        let mut data = Buffer::dirty(b.columns.next_multiple_of(lanes) * b.rows);
        let width = VECTORS * lanes;
        for (panel, first) in data.chunks_mut((width * b.rows).max(1)).zip((0..b.columns).step_by(width)) {
            let used = width.min(b.columns - first);
            let stride = used.next_multiple_of(lanes);
            if used < stride {
                panel.chunks_exact_mut(stride).for_each(|row| row[used..].fill(0.0));
            }
            if b.column_stride == 1 {
                for (k, row) in panel.chunks_exact_mut(stride).enumerate() {
                    row[..used].copy_from_slice(&b.data[k * b.row_stride + first..][..used]);
                }
            } else {
                for column in 0..used {
                    let from = &b.data[(first + column) * b.column_stride..];
                    for (row, &value) in panel.chunks_exact_mut(stride).zip(from) {
                        row[column] = value;
                    }
                }
            }
        }
        Self { set, depth: b.rows, columns: b.columns, lanes, data }
    }

    /// The panel whose first column is `first`, and the number of vectors in its rows.
    #[inline(always)]
    pub(crate) fn panel(&self, first: usize) -> (&[f32], usize) {
        let vectors = (self.columns - first).div_ceil(self.lanes).min(VECTORS);
        (&self.data[first * self.depth..][..vectors * self.lanes * self.depth], vectors)
    }
}

/// Vectors in a row of a panel, at most.
pub(crate) const VECTORS: usize = 4;
/// Numbers of the inner size that are added before the next part of a panel is read: a part fits the fastest cache.
const BLOCK: usize = 2048; // over the vector's lanes
/// Numbers on the pages that a processor finds without a search: rows of a transposed left side lie on as many as they are
/// wide.
const PAGES: usize = 64 << 10;
/// Rows of the result that one thread takes at a time: a multiple of every [`Simd::ROWS`].
const CHUNK: usize = 48;
/// Products of fewer operations stay on the calling thread: waking another costs more.
const SMALL: usize = 1 << 18;

/// Writes `a b` and what `start` says into `out`, row-major `[a.rows, b.columns]`, on the threads of the caller's rayon pool.
///
/// # Panics
/// When the shapes do not fit.
pub fn product(set: InstructionSet, a: Matrix<'_>, b: Matrix<'_>, start: Start<'_>, out: &mut [f32]) {
    assert_eq!(a.columns, b.rows, "inner sizes of a product");
    product_with(a, &Panels::new(set, b), start, out);
}

/// As [`product`], with a right side whose panels are there already.
///
/// # Panics
/// When the shapes do not fit.
pub fn product_with(a: Matrix<'_>, b: &Panels, start: Start<'_>, out: &mut [f32]) {
    assert_eq!(a.columns, b.depth, "inner sizes of a product");
    assert_eq!(Some(out.len()), a.rows.checked_mul(b.columns), "the result of a product");
    if let Start::Row(row) = start {
        assert_eq!(row.len(), b.columns, "the row that a product is added to");
    }
    if out.is_empty() {
        return;
    }
    let chunk = if a.column_stride == 1 {
        CHUNK
    } else {
        // Each thread reads all of a transposed left side: as few pieces as there are threads, of whole tiles.
        CHUNK.max(a.rows.div_ceil(rayon::current_num_threads()).next_multiple_of(6))
    };
    let run = |(at, out): (usize, &mut [f32])| {
        let rows = out.len() / b.columns;
        let part = Matrix { data: &a.data[(at * chunk * a.row_stride).min(a.data.len())..], rows, ..a };
        b.set.run(Product { a: part, b, start, out });
    };
    let chunks = chunk * b.columns;
    if a.rows * b.columns * b.depth <= SMALL {
        out.chunks_mut(chunks).enumerate().for_each(run);
    } else {
        out.par_chunks_mut(chunks).enumerate().for_each(run);
    }
}

/// A product on one thread.
pub(crate) struct Product<'a> {
    pub(crate) a: Matrix<'a>,
    pub(crate) b: &'a Panels,
    pub(crate) start: Start<'a>,
    pub(crate) out: &'a mut [f32],
}

impl Kernel for Product<'_> {
    type Out = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { a, b, start, out } = self;
        let block = (BLOCK / S::LANES).min((PAGES / a.column_stride.max(1)).max(32));
        let tiles = a.rows.div_ceil(S::ROWS) * b.columns.div_ceil(VECTORS * S::LANES);
        let mut done = 0;
        loop {
            let depth = block.min(a.columns - done);
            // A transposed left side lies in rows far from each other: each tile asks for some of those of the next part.
            let mut soon = if a.column_stride == 1 { 0..0 } else { done + depth..a.columns.min(done + depth + block) };
            let share = soon.len().div_ceil(tiles.max(1));
            for first in (0..b.columns).step_by(VECTORS * S::LANES) {
                let (panel, vectors) = b.panel(first);
                let width = vectors * S::LANES;
                let panel = &panel[done * width..][..depth * width];
                for row in (0..a.rows).step_by(S::ROWS) {
                    for k in soon.by_ref().take(share) {
                        for column in (0..a.rows).step_by(16) {
                            s.prefetch(&a.data[k * a.column_stride + column..]);
                        }
                    }
                    let rows = S::ROWS.min(a.rows - row);
                    let data = &a.data[(row * a.row_stride + done * a.column_stride).min(a.data.len())..];
                    let left = Left { data, row: a.row_stride, column: a.column_stride };
                    let start = if done == 0 { start } else { Start::Old };
                    let tile = Tile { columns: b.columns, row, first, start };
                    with_rows!(rows, R => with_vectors!(vectors, N => tile.run::<S, R, N>(s, left, panel, out)));
                }
            }
            done += depth;
            if done >= a.columns {
                return;
            }
        }
    }
}

/// Where a tile of the result stands, and what it starts from.
struct Tile<'a> {
    columns: usize,
    row: usize,
    first: usize,
    start: Start<'a>,
}

impl Tile<'_> {
    #[inline(always)]
    fn run<S: Simd, const R: usize, const N: usize>(&self, s: S, a: Left<'_>, panel: &[f32], out: &mut [f32]) {
        let mut sums = [[s.splat(0.0); N]; R];
        let used = self.columns - self.first;
        for (r, sums) in sums.iter_mut().enumerate() {
            let from = match self.start {
                Start::Zero => break,
                Start::Row(row) => &row[self.first..],
                Start::Old => &out[(self.row + r) * self.columns + self.first..][..used],
            };
            for (n, sum) in sums.iter_mut().enumerate() {
                *sum = s.load_some(&from[n * S::LANES..]);
            }
        }
        multiply::<S, R, N>(s, a, panel, &mut sums);
        for (r, sums) in sums.iter().enumerate() {
            let to = &mut out[(self.row + r) * self.columns + self.first..][..used];
            for (n, &sum) in sums.iter().enumerate() {
                s.store_some(sum, &mut to[n * S::LANES..]);
            }
        }
    }
}

/// The left side of a tile: its number `(r, k)` stands at `r * row + k * column`.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) row: usize,
    pub(crate) column: usize,
}

/// Adds the product of `R` rows and a panel of `N` vectors' width to `sums`, in registers.
#[inline(always)]
pub(crate) fn multiply<S: Simd, const R: usize, const N: usize>(
    s: S,
    a: Left<'_>,
    panel: &[f32],
    sums: &mut [[S::V; N]; R],
) {
    let depth = panel.len() / (N * S::LANES);
    assert!(depth == 0 || (R - 1) * a.row + (depth - 1) * a.column < a.data.len(), "rows of a tile");
    let mut kept = *sums; // a copy that nothing else refers to stays in registers
    for (k, b) in panel.chunks_exact(N * S::LANES).enumerate() {
        // Of the numbers of one k, the fewer wait in registers. (Closures would leave the code that may use the registers.)
        if R < N {
            let mut left = [s.splat(0.0); R];
            for (r, left) in left.iter_mut().enumerate() {
                // SAFETY: r < R and k < depth, so the place is at most the one that was compared with the length.
                *left = s.splat(*unsafe { a.data.get_unchecked(r * a.row + k * a.column) });
            }
            for n in 0..N {
                let b = s.load(&b[n * S::LANES..]);
                for r in 0..R {
                    kept[r][n] = s.mul_add(left[r], b, kept[r][n]);
                }
            }
        } else {
            let mut right = [s.splat(0.0); N];
            for (n, right) in right.iter_mut().enumerate() {
                *right = s.load(&b[n * S::LANES..]);
            }
            for (r, sums) in kept.iter_mut().enumerate() {
                // SAFETY: r < R and k < depth, so the place is at most the one that was compared with the length.
                let a = s.splat(*unsafe { a.data.get_unchecked(r * a.row + k * a.column) });
                for (sum, &b) in sums.iter_mut().zip(&right) {
                    *sum = s.mul_add(a, b, *sum);
                }
            }
        }
    }
    *sums = kept;
}

/// Evaluates an expression with the constant `$r` equal to the number of rows of a tile, 1 to 6.
macro_rules! with_rows {
    ($rows:expr, $r:ident => $body:expr) => {
        match $rows {
            1 => {
                const $r: usize = 1;
                $body
            }
            2 => {
                const $r: usize = 2;
                $body
            }
            3 => {
                const $r: usize = 3;
                $body
            }
            4 if S::ROWS >= 4 => {
                const $r: usize = 4;
                $body
            }
            5 if S::ROWS >= 5 => {
                const $r: usize = 5;
                $body
            }
            6 if S::ROWS >= 6 => {
                const $r: usize = 6;
                $body
            }
            rows => unreachable!("a tile of {rows} rows"),
        }
    };
}

/// Evaluates an expression with the constant `$n` equal to the number of vectors in a panel's row, 1 to 4.
macro_rules! with_vectors {
    ($vectors:expr, $n:ident => $body:expr) => {
        match $vectors {
            1 => {
                const $n: usize = 1;
                $body
            }
            2 => {
                const $n: usize = 2;
                $body
            }
            3 => {
                const $n: usize = 3;
                $body
            }
            4 => {
                const $n: usize = 4;
                $body
            }
            vectors => unreachable!("a panel of {vectors} vectors"),
        }
    };
}

pub(crate) use {with_rows, with_vectors};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{every, numbers, same};

    fn naive(a: Matrix<'_>, b: Matrix<'_>, start: &[f32]) -> Vec<f64> {
        let mut out = Vec::new();
        for i in 0..a.rows {
            for j in 0..b.columns {
                let sum: f64 = (0..a.columns)
                    .map(|k| {
                        f64::from(a.data[i * a.row_stride + k * a.column_stride])
                            * f64::from(b.data[k * b.row_stride + j * b.column_stride])
                    })
                    .sum();
                out.push(sum + f64::from(start[i * b.columns + j]));
            }
        }
        out
    }

    proptest! {
        #[test]
        fn equals_the_definition_on_every_instruction_set(
            m in 0usize..60, k in 0usize..40, n in 0usize..90, flip in 0u8..4, kind in 0u8..3, seed in 0u32..1000,
        ) {
            let (a, b) = (numbers(m * k, seed), numbers(k * n, seed + 1));
            let a = if flip & 1 == 0 { Matrix::new(&a, m, k) } else { Matrix::new(&a, k, m).t() };
            let b = if flip & 2 == 0 { Matrix::new(&b, k, n) } else { Matrix::new(&b, n, k).t() };
            let (old, row) = (numbers(m * n, seed + 2), numbers(n, seed + 3));
            let (start, from) = match kind {
                0 => (Start::Zero, vec![0.0; m * n]),
                1 => (Start::Row(&row), row.repeat(m)),
                _ => (Start::Old, old.clone()),
            };
            let expected = naive(a, b, &from);
            let mut fused: Option<Vec<f32>> = None;
            for set in every() {
                let mut ours = old.clone();
                product(set, a, b, start, &mut ours);
                for (x, y) in ours.iter().zip(&expected) {
                    prop_assert!((f64::from(*x) - y).abs() < 1e-5, "{}: {x} {y}", set.name());
                }
                if set.is_fused() {
                    prop_assert!(fused.as_ref().is_none_or(|other| same(other, &ours)), "{}", set.name());
                    fused = Some(ours);
                }
            }
        }
    }

    #[test]
    fn deep_and_large_products_do_not_depend_on_blocks_or_threads() {
        let (m, k, n) = (131, 1100, 150);
        let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
        for (a, b) in
            [(Matrix::new(&a, m, k), Matrix::new(&b, k, n)), (Matrix::new(&a, k, m).t(), Matrix::new(&b, n, k).t())]
        {
            let expected = naive(a, b, &vec![0.0; m * n]);
            let mut results = Vec::new();
            for set in every() {
                for threads in [1, 2, 4] {
                    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                    let mut out = vec![f32::NAN; m * n];
                    pool.install(|| product(set, a, b, Start::Zero, &mut out));
                    assert!(out.iter().zip(&expected).all(|(x, y)| (f64::from(*x) - y).abs() < 1e-3));
                    results.push((set.is_fused(), out));
                }
            }
            for pair in results.windows(2) {
                assert!(pair[0].0 != pair[1].0 || same(&pair[0].1, &pair[1].1));
            }
        }
    }

    #[test]
    fn old_values_that_are_not_finite_do_not_leak() {
        for set in every() {
            let mut out = [f32::NAN; 1];
            product(set, Matrix::new(&[2.0], 1, 1), Matrix::new(&[3.0], 1, 1), Start::Zero, &mut out);
            assert_eq!(out, [6.0]);
            let mut empty = [f32::NAN; 1];
            product(set, Matrix::new(&[], 1, 0), Matrix::new(&[], 0, 1), Start::Row(&[2.0]), &mut empty);
            assert_eq!(empty, [2.0]);
        }
    }

    #[test]
    #[should_panic(expected = "inner sizes")]
    fn shapes_are_checked() {
        let (a, b) = (Matrix::new(&[1.0], 1, 1), Matrix::new(&[1.0, 1.0], 2, 1));
        product(InstructionSet::best(), a, b, Start::Zero, &mut [0.0]);
    }
}

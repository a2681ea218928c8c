//! Matrix products on one thread.

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

/// The longest inner size of one call of gemm. Beyond 512 gemm cuts sums by the size of the machine's cache; up to it, it
/// never cuts, so that the order of additions is the same on every machine.
const DEPTH: usize = 512;

/// Writes `a b + beta out` into `out`, row-major `[a.rows, b.columns]`. With `beta` 0 the old values are not read.
///
/// The order of every sum depends on the shapes and the instruction set alone.
///
/// # Panics
/// When the shapes do not fit.
pub fn product(a: Matrix<'_>, b: Matrix<'_>, beta: f32, out: &mut [f32]) {
    assert_eq!(a.columns, b.rows, "inner sizes of a product");
    assert_eq!(Some(out.len()), a.rows.checked_mul(b.columns), "the result of a product");
    if out.is_empty() {
        return;
    }
    if a.columns == 0 {
        out.iter_mut().for_each(|value| *value = if beta == 0.0 { 0.0 } else { *value * beta });
        return;
    }
    for start in (0..a.columns).step_by(DEPTH) {
        let depth = DEPTH.min(a.columns - start);
        let beta = if start == 0 { beta } else { 1.0 };
        let (left, right) = (&a.data[start * a.column_stride..], &b.data[start * b.row_stride..]);
        // SAFETY: each `Matrix` was checked to hold exactly rows x columns elements, and transposing only swaps the
        // strides, so every index row * row_stride + column * column_stride lies inside its slice; here the slices begin
        // at column (row) `start` of a (b), and `depth` columns (rows) are left of it. `out` holds a.rows x b.columns
        // elements with strides b.columns and 1, is uniquely borrowed, and so overlaps neither input. Slices hold at most
        // isize::MAX bytes, so the strides fit.
        unsafe {
            gemm::gemm(
                a.rows,
                b.columns,
                depth,
                out.as_mut_ptr(),
                1,
                b.columns as isize,
                beta != 0.0,
                left.as_ptr(),
                a.column_stride as isize,
                a.row_stride as isize,
                right.as_ptr(),
                b.column_stride as isize,
                b.row_stride as isize,
                beta,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(a: Matrix<'_>, b: Matrix<'_>, beta: f32, out: &mut [f32]) {
        for i in 0..a.rows {
            for j in 0..b.columns {
                let sum: f64 = (0..a.columns)
                    .map(|k| {
                        f64::from(a.data[i * a.row_stride + k * a.column_stride])
                            * f64::from(b.data[k * b.row_stride + j * b.column_stride])
                    })
                    .sum();
                let cell = &mut out[i * b.columns + j];
                *cell = (sum + f64::from(beta) * f64::from(*cell)) as f32;
            }
        }
    }

    proptest! {
        #[test]
        fn equals_the_definition(m in 0usize..20, k in 0usize..20, n in 0usize..40, flip in 0u8..4, beta in 0u8..2, seed in 0u32..1000) {
            let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 2048.0 - 1.0;
            let a: Vec<f32> = (0..m * k).map(value).collect();
            let b: Vec<f32> = (0..k * n).map(|i| value(i + 7777)).collect();
            let a = if flip & 1 == 0 { Matrix::new(&a, m, k) } else { Matrix::new(&a, k, m).t() };
            let b = if flip & 2 == 0 { Matrix::new(&b, k, n) } else { Matrix::new(&b, n, k).t() };
            let mut ours: Vec<f32> = (0..m * n).map(|i| value(i + 5)).collect();
            let mut expected = ours.clone();
            product(a, b, f32::from(beta), &mut ours);
            naive(a, b, f32::from(beta), &mut expected);
            for (x, y) in ours.iter().zip(&expected) {
                prop_assert!((x - y).abs() < 1e-4, "{x} {y}");
            }
        }
    }

    #[test]
    fn long_sums_are_cut_at_fixed_places() {
        let k = 2 * DEPTH + 77;
        let value = |i: usize| ((i as u32).wrapping_mul(2_654_435_761) >> 20) as f32 / 2048.0 - 1.0;
        let a: Vec<f32> = (0..3 * k).map(value).collect();
        let b: Vec<f32> = (0..k * 5).map(|i| value(i + 7777)).collect();
        for (left, right) in
            [(Matrix::new(&a, 3, k), Matrix::new(&b, k, 5)), (Matrix::new(&a, k, 3).t(), Matrix::new(&b, 5, k).t())]
        {
            let (mut ours, mut expected) = ([0.5; 15], [0.5; 15]);
            product(left, right, 1.0, &mut ours);
            naive(left, right, 1.0, &mut expected);
            assert!(ours.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 2e-3), "{ours:?} {expected:?}");
            // The pieces one by one: the same bytes, which a cut elsewhere would not give.
            let mut pieces = [0.5; 15];
            for start in [0, DEPTH, 2 * DEPTH] {
                let depth = DEPTH.min(k - start);
                let left: Vec<f32> = (0..3 * depth)
                    .map(|i| left.data[i / depth * left.row_stride + (start + i % depth) * left.column_stride])
                    .collect();
                let right: Vec<f32> = (0..depth * 5)
                    .map(|i| right.data[(start + i / 5) * right.row_stride + i % 5 * right.column_stride])
                    .collect();
                product(Matrix::new(&left, 3, depth), Matrix::new(&right, depth, 5), 1.0, &mut pieces);
            }
            assert_eq!(ours, pieces);
        }
    }

    #[test]
    fn old_values_that_are_not_finite_do_not_leak() {
        let mut out = [f32::NAN; 1];
        product(Matrix::new(&[2.0], 1, 1), Matrix::new(&[3.0], 1, 1), 0.0, &mut out);
        assert_eq!(out, [6.0]);
        let mut empty = [f32::NAN; 1];
        product(Matrix::new(&[], 1, 0), Matrix::new(&[], 0, 1), 0.0, &mut empty);
        assert_eq!(empty, [0.0]);
    }

    #[test]
    #[should_panic(expected = "inner sizes")]
    fn shapes_are_checked() {
        product(Matrix::new(&[1.0], 1, 1), Matrix::new(&[1.0, 1.0], 2, 1), 0.0, &mut [0.0]);
    }
}

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
    // SAFETY: each `Matrix` was checked to hold exactly rows x columns elements, and transposing only swaps the strides,
    // so every index row * row_stride + column * column_stride lies inside its slice; `out` holds a.rows x b.columns
    // elements with strides b.columns and 1, is uniquely borrowed, and so overlaps neither input. Slices hold at most
    // isize::MAX bytes, so the strides fit.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            1,
            b.columns as isize,
            beta != 0.0,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
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

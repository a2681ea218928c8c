//! Small systems of linear equations.

/// Replaces the last column of `system`, row-major `[n, n + 1]`, by the solution. Returns false where the equations do not
/// fix one, to rounding.
pub(super) fn solve(system: &mut [f64], n: usize) -> bool {
    eliminate(system, n, n + 1)
}

/// Replaces `out` by the inverse of the transposed `matrix`, both row-major `[n, n]`, and leaves it as it is where there is
/// none whose entries are small enough to rely on products with it.
pub(super) fn invert(matrix: &[f64], n: usize, out: &mut [f64]) {
    const MOST: f64 = 1e6; // of 16 digits 10 are left
    let mut system = Vec::with_capacity(2 * n * n);
    for row in 0..n {
        system.extend(matrix.chunks_exact(n).filter_map(|column| column.get(row)));
        system.extend((0..n).map(|column| if column == row { 1.0 } else { 0.0 }));
    }
    if eliminate(&mut system, n, 2 * n) {
        let inverse = || system.chunks_exact(2 * n).flat_map(|row| row.iter().skip(n));
        if inverse().all(|entry| entry.abs() <= MOST) {
            out.iter_mut().zip(inverse()).for_each(|(slot, entry)| *slot = *entry);
        }
    }
}

/// Turns the first `n` columns of `system`, row-major `[n, width]`, into those of the unit matrix (Gauss and Jordan, with the
/// largest pivot of each column). Returns false where they are not independent, to rounding.
fn eliminate(system: &mut [f64], n: usize, width: usize) -> bool {
    for column in 0..n {
        let size = |row: usize| system.get(row * width + column).map_or(0.0, |value| value.abs());
        let Some(pivot) = (column..n).max_by(|&a, &b| size(a).total_cmp(&size(b))) else { return false };
        // The systems here have entries around 1.
        if size(pivot).is_nan() || size(pivot) < 1e-13 {
            return false;
        }
        for i in 0..width {
            system.swap(column * width + i, pivot * width + i);
        }
        let (above, rest) = system.split_at_mut(column * width);
        let Some((row, below)) = rest.split_at_mut_checked(width) else { return false };
        let head = row.get(column).copied().unwrap_or(1.0);
        row.iter_mut().for_each(|value| *value /= head);
        for other in above.chunks_exact_mut(width).chain(below.chunks_exact_mut(width)) {
            let factor = other.get(column).copied().unwrap_or(0.0);
            other.iter_mut().zip(row.iter()).for_each(|(a, b)| *a -= factor * b);
        }
    }
    true
}

/// Replaces the lower triangle of `matrix`, symmetric and row-major `[n, n]`, by its Cholesky factor. Returns false where
/// it is not positive definite, to rounding.
pub(super) fn factor(matrix: &mut [f64], n: usize) -> bool {
    for i in 0..n {
        let (above, rest) = matrix.split_at_mut(i * n);
        let row = rest.get_mut(..n).unwrap_or_default();
        for (j, other) in above.chunks_exact(n).enumerate() {
            let (known, rest) = row.split_at_mut(j);
            let dot = dot(known, other);
            if let Some((slot, pivot)) = rest.first_mut().zip(other.get(j)) {
                *slot = (*slot - dot) / pivot;
            }
        }
        let (known, rest) = row.split_at_mut(i);
        let Some(slot) = rest.first_mut() else { return false };
        let left = *slot - dot(known, known);
        if !(left > 0.0 && left.is_finite()) {
            return false;
        }
        *slot = left.sqrt();
    }
    true
}

/// Replaces b by the x of L x = b, where `factor` is L.
pub(super) fn forward(factor: &[f64], b: &mut [f64]) {
    for (i, row) in factor.chunks_exact(b.len().max(1)).enumerate() {
        let (known, rest) = b.split_at_mut(i);
        if let Some((slot, pivot)) = rest.first_mut().zip(row.get(i)) {
            *slot = (*slot - dot(known, row)) / pivot;
        }
    }
}

/// Replaces b by the x of L^T x = b.
pub(super) fn backward(factor: &[f64], b: &mut [f64]) {
    for (i, row) in factor.chunks_exact(b.len().max(1)).enumerate().rev() {
        let (before, rest) = b.split_at_mut(i);
        if let Some((slot, pivot)) = rest.first_mut().zip(row.get(i)) {
            *slot /= pivot;
            before.iter_mut().zip(row).for_each(|(other, times)| *other -= times * *slot);
        }
    }
}

/// The sum of the products, of as many as the shorter has.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solved_as_by_hand() {
        // 2y = 2, x + y = 3, z - x = 1: y = 1, x = 2, z = 3; the first pivot is 0
        let mut system = [0.0, 2.0, 0.0, 2.0, 1.0, 1.0, 0.0, 3.0, -1.0, 0.0, 1.0, 1.0];
        assert!(solve(&mut system, 3));
        assert_eq!([system[3], system[7], system[11]], [2.0, 1.0, 3.0]);
        assert!(!solve(&mut [1.0, 2.0, 1.0, 2.0, 4.0, 2.0], 2));
        assert!(!solve(&mut [f64::NAN, 1.0], 1));
        assert!(solve(&mut [], 0));
    }
    #[test]
    fn inverted_as_by_hand() {
        // [[0.8, 0.2], [0.3, 0.7]] has the determinant 0.5; its transpose [[0.8, 0.3], [0.2, 0.7]] the inverse
        // [[1.4, -0.6], [-0.4, 1.6]]
        let mut out = [f64::NAN; 4];
        invert(&[0.8, 0.2, 0.3, 0.7], 2, &mut out);
        assert!(out.iter().zip([1.4, -0.6, -0.4, 1.6]).all(|(a, b)| (a - b).abs() < 1e-14), "{out:?}");
        for none in [[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.500_000_1, 0.499_999_9], [f64::NAN; 4]] {
            let mut out = [f64::NAN; 4];
            invert(&none, 2, &mut out);
            assert!(out.iter().all(|entry| entry.is_nan()));
        }
    }

    #[test]
    fn factored_as_by_hand() {
        // [[4, 2], [2, 5]] = L L^T with L = [[2, 0], [1, 2]]; L x = (2, 5) is x = (1, 2), and L^T x = (3, 2) is x = (1, 1)
        let mut matrix = [4.0, f64::NAN, 2.0, 5.0];
        assert!(factor(&mut matrix, 2));
        assert_eq!((matrix[0], matrix[2], matrix[3]), (2.0, 1.0, 2.0));
        let (mut x, mut y) = ([2.0, 5.0], [3.0, 2.0]);
        forward(&matrix, &mut x);
        backward(&matrix, &mut y);
        assert_eq!((x, y), ([1.0, 2.0], [1.0, 1.0]));
        assert!(!factor(&mut [1.0, 0.0, 2.0, 1.0], 2) && !factor(&mut [f64::NAN], 1) && factor(&mut [], 0));
    }
}

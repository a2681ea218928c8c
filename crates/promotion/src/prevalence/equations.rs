//! A small system of linear equations.

/// Replaces the last column of `system`, row-major `[n, n + 1]`, by the solution (Gauss, with the largest pivot of each
/// column). Returns false where the equations do not fix one, to rounding.
pub(super) fn solve(system: &mut [f64], n: usize) -> bool {
    let width = n + 1;
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
        let (above, below) = system.split_at_mut((column + 1) * width);
        let Some(row) = above.get(column * width..) else { return false };
        let head = row.get(column).copied().unwrap_or(1.0);
        for other in below.chunks_exact_mut(width) {
            let factor = other.get(column).copied().unwrap_or(0.0) / head;
            other.iter_mut().zip(row.iter()).for_each(|(a, b)| *a -= factor * b);
        }
    }
    for row in (0..n).rev() {
        let (above, rest) = system.split_at_mut(row * width);
        let Some((solved, pivot)) = rest.get(n).copied().zip(rest.get(row).copied()) else { return false };
        let value = solved / pivot;
        if let Some(slot) = rest.get_mut(n) {
            *slot = value;
        }
        for other in above.chunks_exact_mut(width) {
            let times = other.get(row).copied().unwrap_or(0.0);
            if let Some(slot) = other.get_mut(n) {
                *slot -= times * value;
            }
        }
    }
    true
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
}

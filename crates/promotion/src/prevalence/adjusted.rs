//! The shares that explain the predicted counts best.

use plaudit_core::{Error, Result};

use super::equations::solve;
use super::{ErrorMatrix, classify_and_count};

/// The distance from the least square that is good enough.
const GAP: f64 = 1e-15;

/// Returns the shares pi on the simplex with the least ||theta^T pi - q||^2, where theta are the rates of the error
/// matrix and q the shares of the predicted labels (adjusted count). They add up to 1.
///
/// G. Forman, *Quantifying counts and costs via classification*, Data Mining and Knowledge Discovery 17 (2008); for
/// more than two labels as least squares, M. Bunse, *On multi-class extensions of adjusted classify and count*, LQ
/// 2022. The least square is exact to about 1e-14. Where two labels are predicted nearly alike many shares have nearly
/// that square, and the one that is returned says little.
///
/// ```
/// use plaudit_core::{Labels, Origin};
/// use plaudit_promotion::prevalence::{ErrorMatrix, adjusted_count};
///
/// let gold = ErrorMatrix::new(Labels::new(["good", "poor"])?, Origin::SetAside, &[[80, 20], [30, 70]])?;
/// let shares = adjusted_count(&gold, &[110, 90])?; // (0.55 - 0.3) / (0.8 - 0.3)
/// assert!((shares[0] - 0.5).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When a label has no gold row, there is not one count a label, there is no text, or there are more than 2^53.
pub fn adjusted_count(matrix: &ErrorMatrix, counts: &[u64]) -> Result<Vec<f64>> {
    let width = matrix.labels().len();
    one_a_label(width, counts)?;
    let predicted = classify_and_count(counts)?;
    let mut points = matrix.rates()?;
    for point in points.chunks_exact_mut(width) {
        point.iter_mut().zip(&predicted).for_each(|(rate, share)| *rate -= share);
    }
    Ok(nearest(&points, width))
}

/// # Errors
/// When there is not one count a label.
pub(super) fn one_a_label(width: usize, counts: &[u64]) -> Result<()> {
    let found = counts.len();
    if found == width { Ok(()) } else { Err(Error::config(format!("counts: {found}; expected {width}, one a label"))) }
}

/// Returns the weights of the point of least norm in the convex hull of `points`, row-major `[points, width]`.
///
/// P. Wolfe, *Finding the nearest point in a polytope*, Mathematical Programming 11 (1976): a set of affinely
/// independent points, whose affine hull has its least point inside their convex hull, takes in the point that lies
/// furthest behind it, until none lies behind. It ends after finitely many sets, also where points depend on each
/// other.
fn nearest(points: &[f64], width: usize) -> Vec<f64> {
    let point = |index: usize| points.get(index * width..(index + 1) * width).unwrap_or_default();
    let number = points.len() / width;
    let least = |value: &dyn Fn(usize) -> f64| (0..number).min_by(|&a, &b| value(a).total_cmp(&value(b))).unwrap_or(0);
    // Which points, with what weight.
    let mut set = vec![(least(&|index| dot(point(index), point(index))), 1.0)];
    // Rounding could make sets return; far fewer are ever needed.
    for _ in 0..100 * number {
        let mut x = vec![0.0; width];
        for &(index, weight) in &set {
            x.iter_mut().zip(point(index)).for_each(|(x, p)| *x += weight * p);
        }
        let next = least(&|index| dot(&x, point(index)));
        // ||x||^2 - x.p bounds the distance of ||x||^2 from the least square.
        if dot(&x, &x) - dot(&x, point(next)) <= GAP || set.iter().any(|&(index, _)| index == next) {
            break;
        }
        set.push((next, 0.0));
        if !move_inside(&mut set, &point) {
            set.pop();
            break;
        }
    }
    let mut weights = vec![0.0; number];
    let sum: f64 = set.iter().map(|&(_, weight)| weight).sum();
    for (index, weight) in set {
        if let Some(slot) = weights.get_mut(index) {
            *slot = weight / sum;
        }
    }
    weights
}

/// Moves the weights to the least point of the set's affine hull, dropping the points at which that leaves the convex
/// hull. Returns false where rounding leaves no such point.
fn move_inside<'a>(set: &mut Vec<(usize, f64)>, point: &impl Fn(usize) -> &'a [f64]) -> bool {
    while set.len() > 1 {
        let n = set.len();
        // (1 1^T + P P^T) u = 1; the weights are u, divided by its sum.
        let mut system = Vec::with_capacity(n * (n + 1));
        for &(a, _) in set.iter() {
            system.extend(set.iter().map(|&(b, _)| 1.0 + dot(point(a), point(b))));
            system.push(1.0);
        }
        if !solve(&mut system, n) {
            return false;
        }
        let goal: Vec<f64> = system.chunks_exact(n + 1).filter_map(|row| row.last().copied()).collect();
        let sum: f64 = goal.iter().sum();
        let goal = goal.into_iter().map(|u| u / sum);
        // How far towards the goal all weights stay at least 0.
        let mut step = 1.0f64;
        for (&(_, weight), goal) in set.iter().zip(goal.clone()) {
            if goal < 0.0 {
                step = step.min(weight / (weight - goal));
            }
        }
        for ((_, weight), goal) in set.iter_mut().zip(goal) {
            *weight += step * (goal - *weight);
        }
        if step >= 1.0 {
            return true;
        }
        set.retain(|&(_, weight)| weight > 1e-14);
        if set.len() == n {
            return false;
        }
    }
    // The weight of an only point.
    set.iter_mut().for_each(|(_, weight)| *weight = 1.0);
    true
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use plaudit_core::{Labels, Origin};
    use proptest::prelude::*;

    use super::*;

    fn matrix<R: AsRef<[u64]>>(counts: &[R]) -> ErrorMatrix {
        let labels = Labels::new((0..counts.len()).map(|label| label.to_string())).unwrap();
        ErrorMatrix::new(labels, Origin::SetAside, counts).unwrap()
    }

    /// ||theta^T pi - q||^2
    fn square(matrix: &ErrorMatrix, counts: &[u64], shares: &[f64]) -> f64 {
        let (rates, q) = (matrix.rates().unwrap(), classify_and_count(counts).unwrap());
        let explained = |c: usize| rates.chunks(q.len()).zip(shares).map(|(row, pi)| row[c] * pi).sum::<f64>();
        q.iter().enumerate().map(|(c, q)| (explained(c) - q).powi(2)).sum()
    }

    // QuaPy 0.2.3 (numpy 2.4.6), M as below, theta = M / M.sum(1, keepdims=True), q = n / n.sum():
    //   p = F.normalize_prevalence(ACC.solve_adjustment(theta.T, q, "inversion", "minimize"), method="clip")
    //   ((theta.T @ p - q) ** 2).sum()
    #[test]
    fn the_square_is_not_above_quapys() {
        let matrix = matrix(&[[40, 6, 3, 1], [8, 30, 9, 3], [4, 9, 31, 6], [1, 5, 7, 37]]);
        for (counts, theirs) in [
            ([120, 300, 400, 180], 1.758_822_265_509_797e-12),
            ([900, 50, 30, 20], 0.015_8),
            ([10, 10, 10, 970], 0.078),
            ([2, 500, 3, 495], 0.063_826_342_445_312),
        ] {
            let shares = adjusted_count(&matrix, &counts).unwrap();
            let ours = square(&matrix, &counts, &shares);
            assert!(ours <= theirs + 1e-13 && ours >= theirs - 1e-8, "{counts:?}: {ours} against {theirs}");
            assert!(shares.iter().all(|&share| share >= 0.0));
        }
    }

    #[test]
    fn what_cannot_be_adjusted_is_named() {
        let labels = matrix(&[[3, 1], [1, 3]]);
        let of = |counts: &[u64]| adjusted_count(&labels, counts).unwrap_err().to_string();
        assert!(of(&[1]).contains("1; expected 2"));
        assert!(of(&[0, 0]).contains("there are none"));
        assert!(of(&[u64::MAX, 1]).contains("more than 9007199254740992 texts"));
        assert!(of(&[1 << 53, 1]).contains("more than 9007199254740992 texts"));
        assert!(adjusted_count(&labels, &[1 << 52, 1 << 52]).is_ok());
        // labels that are predicted alike: any shares explain them as well
        let alike = adjusted_count(&matrix(&[[2, 2], [1, 1]]), &[5, 5]).unwrap();
        assert!((alike.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(adjusted_count(&matrix(&[[7]]), &[3]).unwrap(), [1.0]);
    }

    proptest! {
        /// The conditions of Karush, Kuhn and Tucker: at the least square no label has a slope below the mean of those
        /// in use.
        #[test]
        fn no_shares_are_better(
            (rows, counts) in (2usize..=10).prop_flat_map(|k| (
                prop::collection::vec(prop::collection::vec(0u64..50, k), k),
                prop::collection::vec(0u64..1000, k),
            )),
        ) {
            prop_assume!(rows.iter().all(|row| row.iter().sum::<u64>() > 0) && counts.iter().sum::<u64>() > 0);
            let matrix = matrix(&rows);
            let shares = adjusted_count(&matrix, &counts).unwrap();
            prop_assert!(shares.iter().all(|&share| share >= 0.0));
            prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let ours = square(&matrix, &counts, &shares);
            let (rates, q, k) = (matrix.rates().unwrap(), classify_and_count(&counts).unwrap(), counts.len());
            let miss: Vec<f64> =
                (0..k).map(|c| rates.chunks(k).zip(&shares).map(|(row, pi)| row[c] * pi).sum::<f64>() - q[c]).collect();
            for row in rates.chunks(k) {
                let along: f64 = row.iter().zip(&q).zip(&miss).map(|((rate, q), miss)| (rate - q) * miss).sum();
                prop_assert!(along >= ours - 1e-12, "{} {}", along, ours);
            }
        }

        #[test]
        fn turned_labels_turn_the_shares(
            rows in prop::array::uniform4(prop::array::uniform4(1u64..50)),
            counts in prop::array::uniform4(1u64..1000),
        ) {
            let turn = |row: [u64; 4]| [row[2], row[0], row[3], row[1]];
            let plain = adjusted_count(&matrix(&rows), &counts).unwrap();
            let turned = [rows[2], rows[0], rows[3], rows[1]].map(turn);
            let turned = adjusted_count(&matrix(&turned), &turn(counts)).unwrap();
            let back = [turned[1], turned[3], turned[0], turned[2]];
            let (a, b) = (square(&matrix(&rows), &counts, &plain), square(&matrix(&rows), &counts, &back));
            prop_assert!((a - b).abs() < 1e-12, "{} {}", a, b);
        }
    }
}

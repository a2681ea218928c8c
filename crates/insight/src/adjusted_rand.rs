//! How far two partitions agree.

use std::collections::BTreeMap;

/// Returns the adjusted Rand index of two partitions of the same things, each given as the part of every thing: 1 where they are the same, about 0
/// where they agree as by chance, below 0 where they agree less. None where they are not of equally many things.
///
/// L. Hubert and P. Arabie, *Comparing partitions*, Journal of Classification 2 (1985).
///
/// ```
/// use plaudit_insight::adjusted_rand;
///
/// assert_eq!(adjusted_rand(&[0, 0, 1, 1], &[5, 5, 2, 2]), Some(1.0));
/// // scikit-learn 1.9: adjusted_rand_score([0, 0, 1, 2], [0, 0, 1, 1]) = 0.5714285714285714
/// assert!((adjusted_rand(&[0, 0, 1, 2], &[0, 0, 1, 1]).unwrap() - 4.0 / 7.0).abs() < 1e-15);
/// ```
pub fn adjusted_rand(first: &[u32], second: &[u32]) -> Option<f64> {
    if first.len() != second.len() {
        return None;
    }
    // Sums of squared numbers of things; whole numbers, so that nothing hangs on the order of the parts.
    let (mut rows, mut columns, mut cells) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&a, &b) in first.iter().zip(second) {
        *rows.entry(a).or_insert(0) += 1;
        *columns.entry(b).or_insert(0) += 1;
        *cells.entry((a, b)).or_insert(0) += 1;
    }
    let squares = |count: i128| count * count;
    let (rows, columns): (i128, i128) =
        (rows.into_values().map(squares).sum(), columns.into_values().map(squares).sum());
    let (cells, n): (i128, i128) = (cells.into_values().map(squares).sum(), first.len() as i128);
    // Ordered pairs: together in both, in one alone, in neither.
    let (both, only_first, only_second) = (cells - n, rows - cells, columns - cells);
    let neither = n * n - cells - only_first - only_second;
    if only_first == 0 && only_second == 0 {
        return Some(1.0);
    }
    let [both, only_first, only_second, neither] = [both, only_first, only_second, neither].map(|pairs| pairs as f64);
    let product = both * neither - only_first * only_second;
    let chance = (both + only_first) * (only_first + neither) + (both + only_second) * (only_second + neither);
    Some(2.0 * product / chance)
}

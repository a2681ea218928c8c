//! Tests of a table whose rows and columns are the same labels, given by two judges to the same texts.

use crate::{ChiSquareTest, ConfusionMatrix};

/// Returns Bowker's test that the table is symmetric: that "a for the one, b for the other" is as common as the reverse, for
/// all pairs of labels; none where the judges agree on every text.
///
/// The statistic is the sum of (n_ij - n_ji)² / (n_ij + n_ji) over the pairs i < j. A pair that never occurs is no evidence and
/// counts no degree of freedom (statsmodels counts one for each pair; where all occur, both are the same). With two labels it
/// is McNemar's test without continuity correction.
///
/// A. H. Bowker, *A test for symmetry in contingency tables*, JASA 43 (1948).
///
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{ConfusionMatrix, bowker};
///
/// let matrix = ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 0, 0, 1, 2, 2], &[1, 1, 1, 0, 2, 2])?;
/// let test = bowker(&matrix).unwrap();
/// assert_eq!((test.statistic, test.df), (1.0, 1)); // (3 - 1)² / (3 + 1), and no other pair occurs
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn bowker(matrix: &ConfusionMatrix) -> Option<ChiSquareTest> {
    let (mut statistic, mut df) = (0.0, 0);
    for (i, row) in matrix.rows().enumerate() {
        for (j, &above) in row.iter().enumerate().skip(i + 1) {
            let below = matrix.count(j, i);
            if above > 0 || below > 0 {
                let apart = above.abs_diff(below) as f64;
                statistic += apart * apart / (above as f64 + below as f64);
                df += 1;
            }
        }
    }
    ChiSquareTest::new(statistic, df)
}

/// Returns the Stuart-Maxwell test that both judges use each label equally often (marginal homogeneity); none where they
/// agree on every text, or where counts lie so far apart (by 10^15 and more) that V is singular in double precision.
///
/// The statistic is d' V⁻¹ d, where d_i = n_i. - n_.i, V_ii = n_i. + n_.i - 2 n_ii and V_ij = -(n_ij + n_ji). V is singular. Where
/// all labels hang together by disagreements, any one is left out, with the same result, and the degrees of freedom are the
/// number of labels less 1, as in statsmodels. Where the labels fall into groups that are never taken for each other, one of
/// each group is left out: a label on which the judges never differ is a group by itself and counts no degree of freedom.
///
/// A. Stuart, *A test for homogeneity of the marginal distributions in a two-way classification*, Biometrika 42 (1955); A. E.
/// Maxwell, *Comparing the classification of subjects by two independent judges*, British Journal of Psychiatry 116 (1970).
pub fn stuart_maxwell(matrix: &ConfusionMatrix) -> Option<ChiSquareTest> {
    let kept = kept(matrix);
    // [[0, d'], [d, V]]: when all but the first row are eliminated, what is left is -d' V⁻¹ d.
    let mut rows = vec![vec![0.0]];
    for &i in &kept {
        let (mut apart, mut differing) = (0.0, 0.0);
        for other in (0..matrix.labels().len()).filter(|&other| other != i) {
            let (one, reverse) = (matrix.count(i, other) as f64, matrix.count(other, i) as f64);
            apart += one - reverse;
            differing += one + reverse;
        }
        let covariance = |&j: &usize| match i == j {
            true => differing,
            false => -(matrix.count(i, j) as f64 + matrix.count(j, i) as f64),
        };
        rows.push([apart].into_iter().chain(kept.iter().map(covariance)).collect());
        if let Some(first) = rows.first_mut() {
            first.push(apart);
        }
    }
    ChiSquareTest::new((0.0 - eliminate(rows)?).max(0.0), kept.len() as u32) // no -0
}

/// The labels without the first of each group, where labels that are ever taken for each other are in one group.
fn kept(matrix: &ConfusionMatrix) -> Vec<usize> {
    let mut left: Vec<usize> = (0..matrix.labels().len()).rev().collect();
    let mut kept = Vec::new();
    while let Some(first) = left.pop() {
        let mut reached = vec![first];
        while let Some(from) = reached.pop() {
            let near = |&to: &usize| matrix.count(from, to) > 0 || matrix.count(to, from) > 0;
            let (next, rest): (Vec<usize>, Vec<usize>) = left.into_iter().partition(near);
            left = rest;
            kept.extend(&next);
            reached.extend(next);
        }
    }
    kept
}

/// Eliminates every row but the first, from the last on; returns what is left of the first row's first entry.
///
/// The rows after the first are diagonally dominant, so that each pivot may be the last entry. None where one is not above 0,
/// which only rounding brings about.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Option<f64> {
    while rows.len() > 1 {
        let mut last = rows.pop()?;
        let pivot = last.pop().filter(|&pivot| pivot > 0.0)?;
        for row in &mut rows {
            let factor = row.pop()? / pivot;
            for (entry, below) in row.iter_mut().zip(&last) {
                *entry -= factor * below;
            }
        }
    }
    rows.first()?.first().copied()
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;

    use super::*;

    fn matrix(counts: &[&[u64]]) -> ConfusionMatrix {
        let labels: Vec<String> = (0..counts.len()).map(|label| label.to_string()).collect();
        serde_json::from_value(serde_json::json!({"labels": labels, "counts": counts})).unwrap()
    }

    #[test]
    fn judges_who_never_differ_say_nothing() {
        for same in
            [matrix(&[&[0]]), matrix(&[&[3]]), matrix(&[&[2, 0], &[0, 5]]), ConfusionMatrix::new(Labels::dpms())]
        {
            assert_eq!((bowker(&same), stuart_maxwell(&same)), (None, None));
        }
    }

    /// Two pairs of labels that are never taken for each other: by hand, (6 - 2)² / 8 + (5 - 4)² / 9, as in two McNemar tests.
    #[test]
    fn groups_of_labels_add_up() {
        let found = matrix(&[&[9, 0, 6, 0, 0], &[0, 9, 0, 5, 0], &[2, 0, 9, 0, 0], &[0, 4, 0, 9, 0], &[0, 0, 0, 0, 7]]);
        for test in [bowker(&found).unwrap(), stuart_maxwell(&found).unwrap()] {
            assert!((test.statistic - (2.0 + 1.0 / 9.0)).abs() < 1e-12 && test.df == 2, "{test:?}");
        }
    }

    #[test]
    fn huge_counts_stay_numbers() {
        let most = matrix(&[&[0, u64::MAX], &[0, 0]]);
        for test in [bowker(&most).unwrap(), stuart_maxwell(&most).unwrap()] {
            assert!((test.statistic / u64::MAX as f64 - 1.0).abs() < 1e-12 && test.p == 0.0, "{test:?}");
        }
        let third = u64::MAX / 3;
        let turning = matrix(&[&[0, third, 0], &[0, 0, third], &[third, 0, 0]]); // as many to each label as from it
        assert_eq!(stuart_maxwell(&turning).unwrap().p, 1.0);
        assert_eq!(bowker(&turning).unwrap().p, 0.0);
    }

    #[test]
    fn many_labels_do_not_take_long() {
        let labels = Labels::new((0..300).map(|label| label.to_string())).unwrap();
        let pairs = (0..90_000usize).filter(|text| text % 7 != 0);
        let (rows, columns): (Vec<_>, Vec<_>) = pairs.map(|text| (text / 300, text * 31 % 300)).unzip();
        let found = ConfusionMatrix::from_pairs(labels, &rows, &columns).unwrap();
        assert!(stuart_maxwell(&found).unwrap().p.is_finite());
    }
}

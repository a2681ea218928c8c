//! The counts of all classes, and a confusion matrix that has them.

use serde::{Deserialize, Serialize};

/// The counts of one class against all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClassCounts {
    /// Texts that truly have the label.
    pub support: u64,
    /// Those of them that were predicted to have it (TP).
    pub true_positives: u64,
    /// Texts of other labels that were predicted to have it (FP).
    pub false_positives: u64,
}

impl ClassCounts {
    /// Returns these counts.
    pub fn new(support: u64, true_positives: u64, false_positives: u64) -> Self {
        Self { support, true_positives, false_positives }
    }

    /// Returns the texts of the label that were predicted to have another (FN).
    pub fn false_negatives(&self) -> u64 {
        self.support.saturating_sub(self.true_positives)
    }
}

/// Counts of every class that some confusion matrix has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Solution {
    /// The counts, in the classes' order.
    pub classes: Vec<ClassCounts>,
}

impl Solution {
    /// Returns the solution of these counts.
    pub fn new(classes: Vec<ClassCounts>) -> Self {
        Self { classes }
    }

    /// Returns a confusion matrix with these counts, rows the truth and columns the prediction; none where there is
    /// none.
    ///
    /// What is wrong must be put outside the diagonal, with row sums FN and column sums FP. Whole numbers can do it
    /// just where both add up to the same T and no class has FN + FP > T: this is D. Gale's condition for a supply and
    /// a demand (*A theorem on flows in networks*, Pacific Journal of Mathematics 7, 1957). Two rows or more may send
    /// to every column, so only single rows bind, and row i may send to all columns but its own: FN_i <= T - FP_i.
    /// There are often many such matrices; this returns one.
    ///
    /// # Example: three classes
    /// ```
    /// use plaudit_metrics::published::{ClassCounts, Solution};
    ///
    /// // support, TP, FP
    /// let classes = vec![ClassCounts::new(5, 3, 1), ClassCounts::new(4, 3, 2), ClassCounts::new(2, 2, 0)];
    /// let matrix = Solution::new(classes).matrix();
    /// assert_eq!(matrix, Some(vec![vec![3, 2, 0], vec![1, 3, 0], vec![0, 0, 2]]));
    /// // one class cannot be taken for itself
    /// let classes = vec![ClassCounts::new(5, 3, 2), ClassCounts::new(4, 4, 0)];
    /// assert_eq!(Solution::new(classes).matrix(), None);
    /// ```
    pub fn matrix(&self) -> Option<Vec<Vec<u64>>> {
        let mut left: Vec<Left> = Vec::with_capacity(self.classes.len());
        for class in &self.classes {
            let send = class.support.checked_sub(class.true_positives)?;
            left.push(Left { send, take: class.false_positives });
        }
        let sum = |part: fn(&Left) -> u64| left.iter().map(|left| u128::from(part(left))).sum::<u128>();
        let mut total = sum(|left| left.send);
        if total != sum(|left| left.take) || left.iter().any(|left| left.both() > total) {
            return None;
        }
        let mut rows = vec![vec![0; left.len()]; left.len()];
        for (index, (row, class)) in rows.iter_mut().zip(&self.classes).enumerate() {
            *row.get_mut(index)? = class.true_positives;
        }
        while total > 0 {
            // The class with the most left, and its largest partner: this keeps FN + FP <= T for all, so it never gets
            // stuck.
            let most = (0..left.len()).max_by_key(|&index| left.get(index).map(Left::both))?;
            let sends = left.get(most)?.send > 0;
            let open = |index: &usize| {
                *index != most && left.get(*index).is_some_and(|left| if sends { left.take > 0 } else { left.send > 0 })
            };
            let partner = (0..left.len()).filter(open).max_by_key(|&index| left.get(index).map(Left::both))?;
            let (from, to) = if sends { (most, partner) } else { (partner, most) };
            let others = left.iter().enumerate().filter(|&(index, _)| index != from && index != to);
            let slack = total - others.map(|(_, left)| left.both()).max().unwrap_or(0);
            let amount = left.get(from)?.send.min(left.get(to)?.take).min(u64::try_from(slack).unwrap_or(u64::MAX));
            left.get_mut(from)?.send -= amount;
            left.get_mut(to)?.take -= amount;
            total -= u128::from(amount);
            *rows.get_mut(from)?.get_mut(to)? += amount;
        }
        Some(rows)
    }
}

/// The wrong predictions of one class that have no cell yet.
struct Left {
    send: u64, // of FN, the row
    take: u64, // of FP, the column
}

impl Left {
    fn both(&self) -> u128 {
        u128::from(self.send) + u128::from(self.take)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The row and column sums of all matrices with an empty diagonal and entries of up to `most`.
    fn sums_of_all(k: usize, most: u64) -> BTreeSet<Vec<(u64, u64)>> {
        let cells: Vec<(usize, usize)> = (0..k * k).map(|cell| (cell / k, cell % k)).filter(|(i, j)| i != j).collect();
        let mut found = BTreeSet::new();
        for mut code in 0..(most + 1).pow(cells.len() as u32) {
            let mut sums = vec![(0, 0); k];
            for &(row, column) in &cells {
                sums[row].0 += code % (most + 1);
                sums[column].1 += code % (most + 1);
                code /= most + 1;
            }
            found.insert(sums);
        }
        found
    }

    fn solution(sums: &[(u64, u64)]) -> Solution {
        Solution::new(sums.iter().map(|&(missed, wrong)| ClassCounts::new(missed + 2, 2, wrong)).collect())
    }

    fn check(sums: &[(u64, u64)], rows: &[Vec<u64>]) {
        for (index, &(missed, wrong)) in sums.iter().enumerate() {
            assert_eq!(rows[index][index], 2);
            assert_eq!(rows[index].iter().sum::<u64>(), missed + 2, "{sums:?}: {rows:?}");
            assert_eq!(rows.iter().map(|row| row[index]).sum::<u64>(), wrong + 2, "{sums:?}: {rows:?}");
        }
    }

    #[test]
    fn a_matrix_is_found_just_where_there_is_one() {
        // Sums of up to `most` have matrices whose entries are at most that.
        for (k, most) in [(1, 3), (2, 3), (3, 3), (4, 1)] {
            let possible = sums_of_all(k, most);
            for mut code in 0..(most + 1).pow(2 * k as u32) {
                let mut next = || {
                    let digit = code % (most + 1);
                    code /= most + 1;
                    digit
                };
                let sums: Vec<(u64, u64)> = (0..k).map(|_| (next(), next())).collect();
                let found = solution(&sums).matrix();
                assert_eq!(found.is_some(), possible.contains(&sums), "{sums:?}");
                if let Some(rows) = found {
                    check(&sums, &rows);
                }
            }
        }
    }

    #[test]
    fn nonsense_has_no_matrix() {
        let counts = |support, hits, wrong| Solution::new(vec![ClassCounts::new(support, hits, wrong)]).matrix();
        assert_eq!(counts(2, 3, 0), None);
        assert_eq!(counts(u64::MAX, 0, u64::MAX), None);
        assert_eq!(counts(u64::MAX, u64::MAX, 0), Some(vec![vec![u64::MAX]]));
        assert_eq!(Solution::new(Vec::new()).matrix(), Some(Vec::new()));
        let full = ClassCounts::new(u64::MAX, 0, u64::MAX);
        assert!(Solution::new(vec![full; 3]).matrix().is_some());
    }

    proptest! {
        #[test]
        fn any_matrix_can_be_rebuilt(k in 1usize..8, cells in prop::collection::vec(0u64..1_000_000, 64)) {
            let mut sums = vec![(0, 0); k];
            for (row, column) in (0..k * k).map(|cell| (cell / k, cell % k)).filter(|(i, j)| i != j) {
                sums[row].0 += cells[row * 8 + column];
                sums[column].1 += cells[row * 8 + column];
            }
            check(&sums, &solution(&sums).matrix().unwrap());
        }
    }
}

//! Correlations of weighted items.

/// Values and their order, from which ranks are made for any weights of the items.
pub(super) struct Ranking<'a> {
    values: &'a [f64],
    /// Items by ascending value.
    order: Vec<usize>,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(values: &'a [f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        let value = |item: &usize| values.get(*item).copied().unwrap_or_default() + 0.0; // -0 and 0 tie
        order.sort_by(|a, b| value(a).total_cmp(&value(b)));
        Self { values, order }
    }

    /// Returns the mid-rank of each item, where an item of weight 2 stands for two equal ones. Items of equal value share the
    /// mean of their ranks.
    fn ranks(&self, weights: &[f64]) -> Vec<f64> {
        let mut ranks = vec![0.0; self.values.len()];
        let same = |a: &usize, b: &usize| self.values.get(*a) == self.values.get(*b);
        let mut below = 0.0;
        for tied in self.order.chunk_by(same) {
            let tie: f64 = tied.iter().filter_map(|&item| weights.get(item)).sum();
            for &item in tied {
                if let Some(rank) = ranks.get_mut(item) {
                    *rank = below + (tie + 1.0) / 2.0;
                }
            }
            below += tie;
        }
        ranks
    }
}

/// Returns Spearman's rank correlation: Pearson's of the mid-ranks, which is right where values tie. M. G. Kendall, *Rank
/// Correlation Methods* (1948). None where it is undefined, as in [`pearson`].
pub(super) fn spearman(x: &Ranking<'_>, y: &Ranking<'_>, weights: &[f64]) -> Option<f64> {
    pearson(&x.ranks(weights), &y.ranks(weights), weights)
}

/// Returns Pearson's correlation, -1 to 1; none where all values of a side are equal.
pub(super) fn pearson(x: &[f64], y: &[f64], weights: &[f64]) -> Option<f64> {
    let items = || x.iter().zip(y).zip(weights).filter(|&(_, &weight)| weight > 0.0);
    let ((&first_x, &first_y), _) = items().next()?;
    if items().all(|((&x, _), _)| x == first_x) || items().all(|((_, &y), _)| y == first_y) {
        return None;
    }
    let total: f64 = weights.iter().sum();
    let (mut mean_x, mut mean_y) = (0.0, 0.0);
    for ((x, y), weight) in items() {
        mean_x += weight * x / total;
        mean_y += weight * y / total;
    }
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for ((x, y), weight) in items() {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += weight * x * x;
        yy += weight * y * y;
        xy += weight * x * y;
    }
    let correlation = xy / (xx * yy).sqrt();
    correlation.is_finite().then(|| correlation.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn both(x: &[f64], y: &[f64], weights: &[f64]) -> [Option<f64>; 2] {
        [pearson(x, y, weights), spearman(&Ranking::new(x), &Ranking::new(y), weights)]
    }

    /// scipy 1.17.1: stats.pearsonr(x, y)[0], stats.spearmanr(x, y)[0]
    /// for x = [1, 2, 2, 3, 5, 5, 5, 9], y = [2, 1, 4, 4, 4, 8, 7, 7]
    #[test]
    fn equals_scipy_with_ties() {
        let (x, y) = ([1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 5.0, 9.0], [2.0, 1.0, 4.0, 4.0, 4.0, 8.0, 7.0, 7.0]);
        let [pearson, spearman] = both(&x, &y, &[1.0; 8]).map(Option::unwrap);
        assert!((pearson - 0.756_817_971_733_401_4).abs() < 1e-12, "{pearson}");
        assert!((spearman - 0.797_468_354_430_38).abs() < 1e-12, "{spearman}");
    }

    #[test]
    fn undefined_is_none() {
        for (x, y) in
            [(&[][..], &[][..]), (&[1.0], &[2.0]), (&[0.1; 3], &[1.0, 2.0, 3.0]), (&[1.0, 2.0, 3.0], &[0.1; 3])]
        {
            assert_eq!(both(x, y, &vec![1.0; x.len()]), [None; 2]);
        }
        assert_eq!(both(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], &[0.0, 5.0, 0.0]), [None; 2]);
        assert_eq!(both(&[0.0, -0.0], &[1.0, 2.0], &[1.0; 2]), [None; 2]);
    }

    proptest! {
        /// A weight is a number of copies.
        #[test]
        fn weights_are_copies(items in prop::collection::vec((0u8..6, 0u8..6, 0u8..4), 1..30)) {
            let column = |value: fn(&(u8, u8, u8)) -> u8| items.iter().map(value).map(f64::from).collect::<Vec<_>>();
            let (x, y, weights) = (column(|i| i.0), column(|i| i.1), column(|i| i.2));
            let copied = items.iter().flat_map(|&(x, y, n)| std::iter::repeat_n((f64::from(x), f64::from(y)), n.into()));
            let (all_x, all_y): (Vec<f64>, Vec<f64>) = copied.unzip();
            let ones = vec![1.0; all_x.len()];
            for (a, b) in both(&x, &y, &weights).into_iter().zip(both(&all_x, &all_y, &ones)) {
                prop_assert_eq!(a.is_some(), b.is_some());
                prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
            }
        }

        #[test]
        fn ranks_do_not_see_the_scale(x in prop::collection::vec(-5.0..5.0f64, 2..30)) {
            let cubed: Vec<f64> = x.iter().map(|x| x * x * x).collect();
            let ones = vec![1.0; x.len()];
            if let Some(rho) = spearman(&Ranking::new(&x), &Ranking::new(&cubed), &ones) {
                prop_assert!((rho - 1.0).abs() < 1e-9);
            }
        }
    }
}

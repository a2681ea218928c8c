//! Ranks.

/// Returns the rank of each value, 1 the least, in the order given; equal values share the mean of their ranks (mid-ranks). NaN ranks
/// above all.
///
/// ```
/// assert_eq!(plaudit_stats::mid_ranks(&[30.0, 10.0, 30.0, 20.0]), [3.5, 1.0, 3.5, 2.0]);
/// ```
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_unstable_by(|(_, a), (_, b)| a.total_cmp(b));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0.0;
    for equal in order.chunk_by(|(_, a), (_, b)| a == b) {
        let rank = below + (equal.len() as f64 + 1.0) / 2.0;
        for &(index, _) in equal {
            ranks.iter_mut().skip(index).take(1).for_each(|slot| *slot = rank);
        }
        below += equal.len() as f64;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // scipy 1.17.1: scipy.stats.rankdata(x)
    #[test]
    fn equals_scipy() {
        for (values, expected) in [
            (&[][..], &[][..]),
            (&[7.0], &[1.0]),
            (&[2.0, 2.0, 2.0], &[2.0, 2.0, 2.0]),
            (&[3.0, -1.0, 3.0, 0.0, 0.0, 8.0, 3.0], &[5.0, 1.0, 5.0, 2.5, 2.5, 7.0, 5.0]),
            (&[0.0, -0.0, 1.0], &[1.5, 1.5, 3.0]),
        ] {
            assert_eq!(mid_ranks(values), expected);
        }
    }

    proptest! {
        #[test]
        fn ranks_add_up_and_follow_the_values(values in prop::collection::vec((-5i32..5).prop_map(f64::from), 0..40)) {
            let (ranks, n) = (mid_ranks(&values), values.len() as f64);
            prop_assert_eq!(ranks.iter().sum::<f64>(), n * (n + 1.0) / 2.0);
            for (a, rank_a) in values.iter().zip(&ranks) {
                for (b, rank_b) in values.iter().zip(&ranks) {
                    prop_assert_eq!(a.partial_cmp(b), rank_a.partial_cmp(rank_b));
                }
            }
        }
    }
}

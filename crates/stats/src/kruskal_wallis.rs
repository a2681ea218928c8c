//! Whether groups differ in what they have of a value, by ranks.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::{chi_square_sf, holm, mid_ranks, normal_sf};

/// The test of Kruskal and Wallis, and Dunn's comparisons of each pair after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KruskalWallis {
    /// The statistic, corrected for ties, 0 or above.
    pub h: f64,
    /// Its degrees of freedom: the groups with values, less one.
    pub df: u32,
    /// The probability of such a statistic or a greater one where all groups are drawn from one distribution, by the chi-square
    /// approximation: trust it from about five values a group.
    pub p_value: f64,
    /// Every pair of groups with values, in their order.
    pub pairs: Vec<DunnPair>,
}

/// One comparison of two groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DunnPair {
    /// The first group, counted from 0.
    pub first: usize,
    /// The second group.
    pub second: usize,
    /// The difference of the mean ranks in standard errors; above 0 where the first group ranks higher.
    pub z: f64,
    /// The two-sided p-value of this comparison by itself.
    pub p_value: f64,
    /// The same, adjusted by Holm's method for all pairs.
    pub adjusted: f64,
}

/// Returns the test whether the groups' values come from one distribution, with Dunn's comparisons. None where fewer than two groups
/// have a value, or all values are equal.
///
/// With N values in all, R_g the sum of the mid-ranks of the n_g of group g, and T = sum (t^3 - t) over ties of t values,
/// H = [12 / (N (N + 1)) sum R_g^2 / n_g - 3 (N + 1)] / (1 - T / (N^3 - N)); and for a pair, z is the difference of the mean ranks over
/// sqrt[(N (N + 1) / 12 - T / (12 (N - 1))) (1 / n_1 + 1 / n_2)].
///
/// W. H. Kruskal and W. A. Wallis, *Use of ranks in one-criterion variance analysis*, JASA 47 (1952); O. J. Dunn, *Multiple
/// comparisons using rank sums*, Technometrics 6 (1964).
///
/// # Errors
/// When a value is not finite; the message names the group, counted from 0.
///
/// ```
/// let test = plaudit_stats::kruskal_wallis(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]])?.unwrap();
/// assert!((test.h - 27.0 / 7.0).abs() < 1e-12 && test.df == 1);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn kruskal_wallis(groups: &[&[f64]]) -> Result<Option<KruskalWallis>> {
    for (group, values) in groups.iter().enumerate() {
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(Error::config(format!("group {group}: a value is {value}; expected finite numbers")));
        }
    }
    let all = groups.concat();
    let n = all.len() as f64;
    let mut ranks = mid_ranks(&all).into_iter();
    let mut sums = Vec::new(); // group, values, sum of ranks
    for (group, values) in groups.iter().enumerate().filter(|(_, values)| !values.is_empty()) {
        sums.push((group, values.len() as f64, ranks.by_ref().take(values.len()).sum::<f64>()));
    }
    let ties = ties(all);
    let untied = 1.0 - ties / (n * n * n - n);
    let Some(df) = u32::try_from(sums.len()).ok().and_then(|k| k.checked_sub(1)).filter(|&df| df > 0) else {
        return Ok(None);
    };
    if untied <= 0.0 {
        return Ok(None);
    }
    // About the mean rank: the printed form takes the difference of two large numbers.
    let middle = (n + 1.0) / 2.0;
    let between: f64 = sums.iter().map(|(_, n, sum)| n * (sum / n - middle) * (sum / n - middle)).sum();
    let h = 12.0 / (n * (n + 1.0)) * between / untied;
    let Some(p_value) = chi_square_sf(h, df) else { return Ok(None) };
    let mut pairs = Vec::new();
    for (place, &(first, n_1, sum_1)) in sums.iter().enumerate() {
        for &(second, n_2, sum_2) in sums.iter().skip(place + 1) {
            let variance = (n * (n + 1.0) / 12.0 - ties / (12.0 * (n - 1.0))) * (1.0 / n_1 + 1.0 / n_2);
            let z = (sum_1 / n_1 - sum_2 / n_2) / variance.sqrt();
            pairs.push(DunnPair { first, second, z, p_value: (2.0 * normal_sf(z.abs())).min(1.0), adjusted: 0.0 });
        }
    }
    let adjusted = holm(&pairs.iter().map(|pair| pair.p_value).collect::<Vec<_>>())?;
    pairs.iter_mut().zip(adjusted).for_each(|(pair, adjusted)| pair.adjusted = adjusted);
    Ok(Some(KruskalWallis { h, df, p_value, pairs }))
}

/// The sum of t^3 - t over the ties.
fn ties(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let cube = |equal: &[f64]| {
        let t = equal.len() as f64;
        t * t * t - t
    };
    values.chunk_by(|a, b| a == b).map(cube).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &[f64] = &[2.9, 3.0, 2.5, 2.6, 3.2];
    const B: &[f64] = &[3.8, 2.7, 4.0, 2.4];
    const C: &[f64] = &[2.8, 3.4, 3.7, 2.2, 2.0];

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-10
    }

    #[test]
    fn what_cannot_be_tested_is_none() {
        for groups in [&[][..], &[A], &[A, &[]], &[&[1.0, 1.0], &[1.0]]] {
            assert_eq!(kruskal_wallis(groups).unwrap(), None);
        }
        let error = kruskal_wallis(&[A, &[f64::NAN]]).unwrap_err().to_string();
        assert!(error.contains("group 1: a value is NaN"), "{error}");
        let gap = kruskal_wallis(&[A, &[], C]).unwrap().unwrap();
        assert_eq!((gap.df, gap.pairs.len(), gap.pairs[0].second), (1, 1, 2));
    }

    // scipy 1.17.1: scipy.stats.kruskal(*groups); scikit-posthocs 0.17.1: posthoc_dunn(groups), posthoc_dunn(groups, p_adjust="holm").
    // The first groups are those of Hollander and Wolfe (1973), page 116.
    #[test]
    fn equals_scipy_and_scikit_posthocs() {
        type Golden<'a> = (&'a [&'a [f64]], f64, f64, &'a [(f64, f64)]);
        let all: &[Golden<'_>] = &[
            (
                &[A, B, C],
                0.771_428_571_428_572_2,
                0.679_964_773_578_893_6,
                &[(0.521_245_308_114_814_8, 1.0), (0.820_595_839_755_440_8, 1.0), (0.392_420_524_476_581_8, 1.0)],
            ),
            (
                &[&[1.0, 2.0, 2.0, 3.0], &[2.0, 2.0, 5.0, 7.0, 7.0], &[9.0, 7.0, 8.0]],
                7.128_431_372_549_024_5,
                0.028_319_187_903_985_167,
                &[
                    (0.218_894_903_619_430_98, 0.218_894_903_619_430_98),
                    (0.007_616_501_479_446_89, 0.022_849_504_438_340_67),
                    (0.096_600_867_359_236_16, 0.193_201_734_718_472_32),
                ],
            ),
        ];
        for (groups, h, p, pairs) in all {
            let found = kruskal_wallis(groups).unwrap().unwrap();
            assert!(close(found.h, *h) && close(found.p_value, *p) && found.df == 2, "{found:?}");
            for (pair, (p, adjusted)) in found.pairs.iter().zip(*pairs) {
                assert!(close(pair.p_value, *p) && close(pair.adjusted, *adjusted), "{pair:?}");
            }
            let json = serde_json::to_string(&found).unwrap();
            assert_eq!(serde_json::from_str::<KruskalWallis>(&json).unwrap(), found);
        }
    }
}

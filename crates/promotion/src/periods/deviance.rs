//! Whether two rows of counts come from the same shares.

use plaudit_stats::{Stream, chi_square_sf, deviance_term};

/// Up to so many rows the distribution is found by permutation; beyond, chi-square is as good.
const MOST: u64 = 100_000;

/// G^2 = 2 sum n log(n / expected) over two rows of counts, and its degrees of freedom: 0 where a row is empty or all counts stand
/// in one column.
pub(super) fn deviance(rows: [&[u64]; 2]) -> (f64, u32) {
    let [first, second] = rows;
    let (n, m) = (sum(first), sum(second));
    if n == 0.0 || m == 0.0 {
        return (0.0, 0);
    }
    let (mut deviance, mut columns) = (0.0, 0);
    for (&a, &b) in first.iter().zip(second) {
        let (a, b) = (a as f64, b as f64);
        if a + b > 0.0 {
            columns += 1;
            deviance += deviance_term(a, (a + b) * n / (n + m)) + deviance_term(b, (a + b) * m / (n + m));
        }
    }
    // A sum of terms of both signs may miss 0 by rounding.
    (deviance.max(0.0), columns - 1)
}

fn sum(counts: &[u64]) -> f64 {
    counts.iter().map(|&count| count as f64).sum()
}

/// The deviances of `resamples` tables with the same margins, drawn by permuting which row each of the counted belongs to; none where
/// there are too many of them.
pub(super) fn permuted(rows: [&[u64]; 2], resamples: usize, stream: &mut Stream) -> Option<Vec<f64>> {
    let [first, second] = rows;
    let total = first.iter().chain(second).try_fold(0u64, |sum, &count| sum.checked_add(count))?;
    if total > MOST {
        return None;
    }
    let columns = first.iter().zip(second).enumerate();
    let mut items: Vec<usize> = columns.flat_map(|(column, (a, b))| (0..a + b).map(move |_| column)).collect();
    let size = first.iter().sum::<u64>() as usize;
    let draw = |_| {
        stream.shuffle(&mut items);
        let mut drawn = [vec![0; first.len()], vec![0; first.len()]];
        for (place, &column) in items.iter().enumerate() {
            let row = usize::from(place >= size);
            drawn.iter_mut().skip(row).take(1).flat_map(|row| row.get_mut(column)).for_each(|count| *count += 1);
        }
        let [first, second] = &drawn;
        deviance([first, second]).0
    };
    Some((0..resamples).map(draw).collect())
}

/// The p-value of a deviance: (b + 1) / (m + 1) with b of m permuted ones as great, or else that of chi-square. 1 without degrees.
pub(super) fn p_value(found: f64, degrees: u32, permuted: Option<&[f64]>) -> f64 {
    match permuted {
        _ if degrees == 0 => 1.0,
        Some(permuted) => {
            // Equal tables may differ by the order of their sums.
            let as_great = permuted.iter().filter(|&&other| other >= found * (1.0 - 1e-9)).count();
            (as_great + 1) as f64 / (permuted.len() + 1) as f64
        }
        None => chi_square_sf(found, degrees).unwrap_or(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: chi2_contingency(t, correction=False, lambda_="log-likelihood"), without empty columns
    #[test]
    fn equals_scipy() {
        for (rows, expected, p, degrees) in [
            ([vec![40, 10], vec![25, 25]], 10.134_367_397_113_179, 0.001_455_301_799_758_372_1, 1),
            ([vec![30, 5, 15], vec![20, 20, 10]], 12.657_564_883_691_204, 0.001_784_204_820_270_795_2, 2),
            ([vec![80, 10, 10], vec![160, 20, 20]], 0.0, 1.0, 2),
            ([vec![12, 0, 3], vec![7, 0, 9]], 4.438_638_535_850_02, 0.035_134_254_848_959_8, 1),
        ] {
            let rows = [&rows[0][..], &rows[1][..]];
            let (found, df) = deviance(rows);
            assert!((found - expected).abs() < 1e-10 && df == degrees, "{rows:?}: {found} {df}");
            assert!((p_value(found, df, None) - p).abs() < 1e-9);
            let drawn = permuted(rows, 9_999, &mut Stream::new(1, "test", 0)).unwrap();
            let exact = p_value(found, df, Some(&drawn));
            // near chi-square's; of the last table's few rows, above it: Fisher's is 0.066
            assert!((exact - p).abs() < 0.04, "{rows:?}: {exact} for {p}");
        }
    }

    #[test]
    fn nothing_to_compare_is_no_drift() {
        for rows in [[&[0, 0][..], &[3, 4]], [&[5, 0], &[7, 0]], [&[], &[]]] {
            let (found, df) = deviance(rows);
            assert_eq!((found, df, p_value(found, df, None)), (0.0, 0, 1.0), "{rows:?}");
        }
        assert_eq!(permuted([&[u64::MAX, 1], &[1, 1]], 99, &mut Stream::new(1, "test", 0)), None);
        assert!(deviance([&[u64::MAX, 1], &[1, u64::MAX]]).0.is_finite());
    }
}

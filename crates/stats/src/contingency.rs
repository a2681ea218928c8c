//! Tables of counts.

/// Returns Pearson's chi-square statistic of a table of counts, row-major with `columns` columns: the sum of (count - expected)^2 /
/// expected, 0 or above. Rows and columns without a count add nothing.
///
/// ```
/// assert!((plaudit_stats::chi_square(&[10.0, 20.0, 20.0, 10.0], 2) - 20.0 / 3.0).abs() < 1e-12);
/// ```
pub fn chi_square(counts: &[f64], columns: usize) -> f64 {
    let rows = counts.chunks_exact(columns.max(1));
    let mut of_columns = vec![0.0; columns];
    for row in rows.clone() {
        of_columns.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    let all: f64 = of_columns.iter().sum();
    let mut statistic = 0.0;
    for row in rows {
        let of_row: f64 = row.iter().sum();
        for (count, of_column) in row.iter().zip(&of_columns) {
            let expected = of_row * of_column / all;
            if expected > 0.0 {
                statistic += (count - expected) * (count - expected) / expected;
            }
        }
    }
    statistic
}

/// Returns Cramer's V of a table of counts, corrected for bias, 0 (no association) to 1. None where fewer than two rows or two columns
/// have a count.
///
/// With r rows and k columns that have counts, n counts in all and f = chi-square / n, it is
/// sqrt[max(0, f - (k - 1)(r - 1) / (n - 1)) / min(k' - 1, r' - 1)], where k' = k - (k - 1)^2 / (n - 1), and r' likewise. Where no
/// association is, its mean is near 0, which that of the uncorrected V is not. W. Bergsma, *A bias-correction for Cramer's V and
/// Tschuprow's T*, Journal of the Korean Statistical Society 42 (2013).
///
/// ```
/// let none = plaudit_stats::cramers_v(&[10.0, 10.0, 10.0, 10.0], 2).unwrap();
/// assert_eq!(none, 0.0);
/// ```
pub fn cramers_v(counts: &[f64], columns: usize) -> Option<f64> {
    let rows = counts.chunks_exact(columns.max(1));
    let some = |sum: f64| sum > 0.0;
    let r = rows.clone().filter(|row| some(row.iter().sum())).count() as f64;
    let of_column = |column: usize| rows.clone().filter_map(|row| row.get(column)).sum();
    let k = (0..columns).filter(|&column| some(of_column(column))).count() as f64;
    let n: f64 = counts.iter().sum();
    let corrected = |k: f64| k - (k - 1.0) * (k - 1.0) / (n - 1.0);
    let least = corrected(r).min(corrected(k)) - 1.0;
    if r < 2.0 || k < 2.0 || n <= 1.0 || least <= 0.0 {
        return None;
    }
    let phi = (chi_square(counts, columns) / n - (k - 1.0) * (r - 1.0) / (n - 1.0)).max(0.0);
    Some((phi / least).sqrt().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: c = scipy.stats.chi2_contingency(t, correction=False)[0]; and with n = t.sum(); r, k = t.shape
    //   f = max(0, c/n - (k-1)*(r-1)/(n-1)); (f / min(k - (k-1)**2/(n-1) - 1, r - (r-1)**2/(n-1) - 1)) ** .5
    #[test]
    fn equals_scipy() {
        for (counts, columns, statistic, v) in [
            (&[10.0, 20.0, 30.0, 6.0, 9.0, 17.0][..], 3, 0.271_574_651_504_035_04, 0.0),
            (&[30.0, 5.0, 4.0, 40.0], 2, 46.685_171_038_112_216, 0.765_270_680_454_590_1),
            (&[12.0, 3.0, 5.0, 2.0, 9.0, 4.0, 1.0, 1.0, 20.0], 3, 37.685_486_697_210_834, 0.552_974_597_633_244_7),
            // a row and a column without a count
            (&[30.0, 0.0, 5.0, 0.0, 0.0, 0.0, 4.0, 0.0, 40.0], 3, 46.685_171_038_112_216, 0.765_270_680_454_590_1),
        ] {
            let found = (chi_square(counts, columns), cramers_v(counts, columns).unwrap());
            assert!((found.0 - statistic).abs() < 1e-10 && (found.1 - v).abs() < 1e-10, "{counts:?}: {found:?}");
        }
    }

    #[test]
    fn what_has_no_association_to_ask_for_is_none() {
        for (counts, columns) in
            [(&[][..], 2), (&[], 0), (&[1.0, 0.0], 2), (&[3.0, 4.0], 2), (&[3.0, 4.0], 1), (&[0.0; 4], 2)]
        {
            assert_eq!(cramers_v(counts, columns), None);
        }
        assert_eq!((chi_square(&[], 2), chi_square(&[0.0; 4], 2)), (0.0, 0.0));
        assert_eq!(cramers_v(&[1.0, 0.0, 0.0, 1.0], 2), None); // two counts: nothing is left after the correction
    }
}

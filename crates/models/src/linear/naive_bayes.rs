//! How much more often texts of a label have a column than others: what Wang and Manning multiply columns by.

use super::entries::Entries;

/// Returns ln((p / |p|_1) / (q / |q|_1)) of each column, with p `alpha` more than the sum of the weights of the rows that are true (1), and q
/// the same of the others (0). `columns` are the rows' columns, with 1 for each that is there.
pub(super) fn log_count_ratios(columns: &Entries, truth: &[usize], weights: &[f64], alpha: f64) -> Vec<f64> {
    let mut sums = vec![[alpha; 2]; columns.len()];
    for (column, sums) in sums.iter_mut().enumerate() {
        for (row, _) in columns.line(column) {
            let row = row as usize;
            let (Some(&truth), Some(weight)) = (truth.get(row), weights.get(row)) else { continue };
            sums.get_mut(truth).into_iter().for_each(|sum| *sum += weight);
        }
    }
    let totals = sums.iter().fold([0.0; 2], |[q, p], [more_q, more_p]| [q + more_q, p + more_p]);
    let of_all = libm::log(totals[1] / totals[0]);
    sums.iter().map(|[q, p]| libm::log(p / q) - of_all).collect()
}

/// Moves weights of scaled columns, the bias after them, toward the mean of their values without signs, of which `beta` keep their own; then
/// multiplies them by the scale, so that they are weights of plain columns.
pub(super) fn toward_mean(weights: &mut [f64], scale: &[f64], beta: f64) {
    let Some((_, weights)) = weights.split_last_mut() else { return };
    let mean = weights.iter().map(|weight| weight.abs()).sum::<f64>() / weights.len().max(1) as f64;
    for (weight, scale) in weights.iter_mut().zip(scale) {
        *weight = scale * ((1.0 - beta) * mean + beta * *weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Two rows of the label have column 0, one of two others has; column 1 is that of one of the others.
    // p = (3, 1), q = (2, 2): r_0 = ln((3/4) / (2/4)) = ln 1.5, r_1 = ln((1/4) / (2/4)) = ln 0.5.
    #[test]
    fn ratios_by_hand() {
        let mut rows = Entries::new();
        for line in [&[0][..], &[0], &[0, 1], &[]] {
            rows.push(line.iter().map(|&column| (column, 1.0)));
        }
        let found = log_count_ratios(&rows.transposed(2), &[1, 1, 0, 0], &[1.0; 4], 1.0);
        assert!((found[0] - 1.5_f64.ln()).abs() < 1e-12 && (found[1] - 0.5_f64.ln()).abs() < 1e-12, "{found:?}");
    }

    // The mean of |1|, |-3| is 2: 0.75 x 2 + 0.25 x 1 = 1.75, and 1.5 - 0.75 = 0.75.
    #[test]
    fn means_by_hand() {
        let mut weights = [1.0, -3.0, 9.0];
        toward_mean(&mut weights, &[2.0, -1.0], 0.25);
        assert_eq!(weights, [3.5, -0.75, 9.0]);
    }
}

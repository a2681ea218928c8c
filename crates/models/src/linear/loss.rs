//! What the weights are fitted to: the mean log-loss of the rows, and a penalty on weights.

use rayon::prelude::*;

use super::entries::Entries;

/// Lines of the matrix that one thread takes at once. It fixes the order of every sum, whatever the number of threads.
const LINES: usize = 1024;

/// The mean of the rows' log-losses, weighed, and penalty / 2 times the sum of the squared weights; biases are free of it.
///
/// Weights lie as `[columns, outputs]`, with the biases as one more column. With two labels there is one output, how much more the second
/// is worth than the first, as scikit-learn has it: one for each would be held half as near to 0.
pub(super) struct Loss<'a> {
    rows: &'a Entries,
    columns: Entries,
    /// `[rows]`, each a place among the labels that occur.
    truth: &'a [usize],
    /// `[rows]`, of the sum of the rows' weights.
    shares: Vec<f64>,
    outputs: usize,
    /// The slope of each row's share of the loss by each of its outputs, `[rows, outputs]`.
    slopes: Vec<f64>,
}

impl<'a> Loss<'a> {
    /// `truth` and `weights` are as many as the rows; each truth is below `labels`.
    pub(super) fn new(rows: &'a Entries, width: usize, truth: &'a [usize], weights: &[f64], labels: usize) -> Self {
        let (outputs, total) = (outputs(labels), weights.iter().sum::<f64>());
        let shares = weights.iter().map(|weight| weight / total).collect();
        let slopes = vec![0.0; rows.len() * outputs];
        Self { rows, columns: rows.transposed(width), truth, shares, outputs, slopes }
    }

    /// Returns the number of weights and biases.
    pub(super) fn len(&self) -> usize {
        (self.columns.len() + 1) * self.outputs
    }

    /// Returns the loss at these weights, and writes its gradient.
    pub(super) fn value(&mut self, at: &[f64], penalty: f64, gradient: &mut [f64]) -> f64 {
        let outputs = self.outputs;
        let (weights, bias) = at.split_at(at.len().saturating_sub(outputs));
        let of_rows: Vec<f64> = self
            .slopes
            .par_chunks_mut(LINES * outputs)
            .enumerate()
            .map(|(chunk, slopes)| {
                let mut sum = 0.0;
                for (slopes, row) in slopes.chunks_exact_mut(outputs).zip(chunk * LINES..) {
                    slopes.copy_from_slice(bias);
                    for (column, value) in self.rows.line(row) {
                        let start = column as usize * outputs;
                        let weights = weights.get(start..start + outputs).unwrap_or_default();
                        slopes.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += f64::from(value) * weight);
                    }
                    let truth = self.truth.get(row).copied().unwrap_or(0);
                    let share = self.shares.get(row).copied().unwrap_or(0.0);
                    sum += share * of_row(slopes, truth);
                    slopes.iter_mut().for_each(|slope| *slope *= share);
                }
                sum
            })
            .collect();
        let (of_weights, of_bias) = gradient.split_at_mut(weights.len());
        let squares: Vec<f64> = of_weights
            .par_chunks_mut(LINES * outputs)
            .zip(weights.par_chunks(LINES * outputs))
            .enumerate()
            .map(|(chunk, (gradient, weights))| {
                let each = gradient.chunks_exact_mut(outputs).zip(weights.chunks_exact(outputs));
                for ((gradient, weights), column) in each.zip(chunk * LINES..) {
                    gradient.iter_mut().zip(weights).for_each(|(slope, weight)| *slope = penalty * weight);
                    for (row, value) in self.columns.line(column) {
                        let start = row as usize * outputs;
                        let slopes = self.slopes.get(start..start + outputs).unwrap_or_default();
                        gradient.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += f64::from(value) * slope);
                    }
                }
                weights.iter().map(|weight| weight * weight).sum()
            })
            .collect();
        of_bias.fill(0.0);
        for slopes in self.slopes.chunks_exact(outputs) {
            of_bias.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope);
        }
        of_rows.iter().sum::<f64>() + penalty / 2.0 * squares.iter().sum::<f64>()
    }
}

/// The outputs for so many labels that occur.
pub(super) fn outputs(labels: usize) -> usize {
    if labels == 2 { 1 } else { labels }
}

/// The log-loss of one row; its outputs become the slopes of the loss by them.
fn of_row(outputs: &mut [f64], truth: usize) -> f64 {
    if let [margin] = outputs {
        // The logarithm of 1 + e^-t, t the margin by which the true label wins, without overflow.
        let sign = if truth == 1 { 1.0 } else { -1.0 };
        let wins = sign * *margin;
        let small = libm::exp(-wins.abs());
        let loss = libm::log1p(small) - wins.min(0.0);
        *margin = -sign * if wins > 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) };
        return loss;
    }
    let own = outputs.get(truth).copied().unwrap_or(0.0);
    let loss = softmax(outputs) - own;
    if let Some(slope) = outputs.get_mut(truth) {
        *slope -= 1.0;
    }
    loss
}

/// Turns outputs into probabilities; returns the logarithm of the sum of their exponentials.
pub(super) fn softmax(outputs: &mut [f64]) -> f64 {
    let most = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for x in outputs.iter_mut() {
        *x = libm::exp(*x - most);
        sum += *x;
    }
    outputs.iter_mut().for_each(|x| *x /= sum);
    most + libm::log(sum)
}

#[cfg(test)]
mod tests {
    use plaudit_stats::Stream;

    use super::*;

    /// Rows of two or three numbers, some empty, a column that no row has, and weights of rows.
    fn problem(labels: usize) -> (Entries, Vec<usize>, Vec<f64>) {
        let (mut random, mut rows) = (Stream::new(5, "linear", 0), Entries::new());
        for row in 0..40_usize {
            let line: Vec<(u32, f32)> = (0..5)
                .filter(|column| (row * 7 + column * 3) % 4 < 2)
                .map(|c| (c as u32, random.normal() as f32))
                .collect();
            rows.push(if row % 13 == 0 { Vec::new() } else { line }.into_iter());
        }
        let truth = (0..40).map(|_| random.below(labels as u64) as usize).collect();
        (rows, truth, (0..40).map(|_| 0.5 + random.uniform()).collect())
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for labels in [2, 3, 5] {
            let (rows, truth, weights) = problem(labels);
            let mut loss = Loss::new(&rows, 6, &truth, &weights, labels);
            let mut random = Stream::new(6, "weights", 0);
            let at: Vec<f64> = (0..loss.len()).map(|_| random.normal()).collect();
            let (mut gradient, mut other) = (vec![9.0; at.len()], vec![0.0; at.len()]);
            loss.value(&at, 0.3, &mut gradient);
            for place in 0..at.len() {
                let mut side = |by: f64| {
                    let mut moved = at.clone();
                    moved[place] += by;
                    loss.value(&moved, 0.3, &mut other)
                };
                let slope = (side(1e-5) - side(-1e-5)) / 2e-5;
                assert!((gradient[place] - slope).abs() < 1e-9, "{labels} {place}: {} {slope}", gradient[place]);
            }
        }
    }

    #[test]
    fn outputs_of_any_size_have_a_loss() {
        for (truth, expected) in [(1, 0.0), (0, 1000.0)] {
            let mut outputs = [1000.0];
            assert_eq!(of_row(&mut outputs, truth), expected);
            assert_eq!(outputs, [f64::from(u8::from(truth == 0))]);
        }
        let mut outputs = [1000.0, 0.0, -1000.0];
        assert_eq!(of_row(&mut outputs, 2), 2000.0);
        assert_eq!(outputs, [1.0, 0.0, -1.0]);
    }
}

//! What the weights are fitted to: the mean loss of the rows, and a penalty on weights.

use rayon::prelude::*;

use super::LinearLoss;
use super::entries::Entries;
use super::lbfgs::{Function, dot};

/// Lines of the matrix that one thread takes at once. It fixes the order of every sum, whatever the number of threads.
const LINES: usize = 1024;

/// The mean of the rows' losses, weighed, and penalty / 2 times the sum of the squared weights; biases are free of it.
///
/// With two labels there is one output, how much more the second is worth than the first, as scikit-learn has it: one for each would be
/// held half as near to 0. One output is also a label against all others, and may have the squared hinge loss.
///
/// Columns may be scaled, each by a number of its own: a weight is that of the scaled column.
///
/// A point is the weights, `[columns, outputs]`, and the biases. Where there are many more columns than rows, as of pairs of words, most of
/// the time would go into the long vectors. But whatever is a sum of gradients is a sum of rows, each times a share: the penalty's
/// slope is the weights themselves, and the search begins at 0. So a point is then the shares of the rows, `[rows, outputs]`, the products of
/// the rows with the weights that these are, `[rows, outputs]`, and the biases; the inner product of two is that of the shares of one and
/// the products of the other.
pub(super) struct Loss<'a> {
    pub(super) penalty: f64,
    pub(super) kind: LinearLoss,
    /// `[columns]`.
    pub(super) scale: Option<Vec<f64>>,
    rows: &'a Entries,
    columns: &'a Entries,
    /// `[rows]`, each a place among the labels that occur.
    truth: Vec<usize>,
    /// `[rows]`, of the sum of the rows' weights.
    shares: Vec<f64>,
    outputs: usize,
    by_rows: bool,
    /// `[columns, outputs]` where points are shares of rows, `[rows, outputs]` where they are weights.
    scratch: Vec<f64>,
}

impl<'a> Loss<'a> {
    /// `columns` are the rows transposed; `truth` and `weights` are as many as the rows; each truth is below `labels`.
    pub(super) fn new(
        rows: &'a Entries,
        columns: &'a Entries,
        truth: Vec<usize>,
        weights: &[f64],
        labels: usize,
    ) -> Self {
        let (outputs, total) = (outputs(labels), weights.iter().sum::<f64>());
        let shares = weights.iter().map(|weight| weight / total).collect();
        let by_rows = columns.len() > 2 * rows.len();
        let scratch = vec![0.0; outputs * if by_rows { columns.len() } else { rows.len() }];
        let kind = LinearLoss::Logistic;
        Self { penalty: 0.0, kind, scale: None, rows, columns, truth, shares, outputs, by_rows, scratch }
    }

    /// Returns the point at which all weights are 0.
    pub(super) fn start(&self) -> Vec<f64> {
        let lines = if self.by_rows { 2 * self.rows.len() } else { self.columns.len() };
        vec![0.0; (lines + 1) * self.outputs]
    }

    /// Returns the weights of a point, `[columns, outputs]`, those of scaled columns, and after them the biases.
    pub(super) fn weights(&self, at: &[f64]) -> Vec<f64> {
        if !self.by_rows {
            return at.to_vec();
        }
        let [shares, _, bias] = self.parts(at);
        let mut weights = vec![0.0; self.columns.len() * self.outputs];
        multiply(self.columns, self.outputs, shares, &mut weights);
        self.scale(&mut weights);
        weights.extend(bias);
        weights
    }

    /// Multiplies `[columns, outputs]` by the columns' scale.
    fn scale(&self, values: &mut [f64]) {
        let Some(scale) = &self.scale else { return };
        for (values, scale) in values.chunks_exact_mut(self.outputs).zip(scale) {
            values.iter_mut().for_each(|value| *value *= scale);
        }
    }

    /// The shares, the products and the biases of a point.
    fn parts<'p>(&self, at: &'p [f64]) -> [&'p [f64]; 3] {
        let (shares, rest) = at.split_at(self.rows.len() * self.outputs);
        let (products, bias) = rest.split_at(shares.len());
        [shares, products, bias]
    }

    /// Returns the mean loss of rows with these products with the weights, which become its slopes by them.
    fn of_rows(&self, products: &mut [f64], bias: &[f64]) -> f64 {
        let chunks = products.par_chunks_mut(LINES * self.outputs).enumerate();
        let sums: Vec<f64> = chunks
            .map(|(chunk, products)| {
                let mut sum = 0.0;
                for (outputs, row) in products.chunks_exact_mut(self.outputs).zip(chunk * LINES..) {
                    let truth = self.truth.get(row).copied().unwrap_or(0);
                    let share = self.shares.get(row).copied().unwrap_or(0.0);
                    outputs.iter_mut().zip(bias).for_each(|(output, bias)| *output += bias);
                    sum += share * of_row(self.kind, outputs, truth);
                    outputs.iter_mut().for_each(|slope| *slope *= share);
                }
                sum
            })
            .collect();
        sums.iter().sum()
    }
}

impl Function for Loss<'_> {
    fn value(&mut self, at: &[f64], gradient: &mut [f64]) -> (f64, f64) {
        let (outputs, mut scratch) = (self.outputs, std::mem::take(&mut self.scratch));
        let (of_weights, of_bias) = gradient.split_at_mut(at.len().saturating_sub(outputs));
        let mut steepest = 0.0_f64;
        let value = if self.by_rows {
            let [shares, products, bias] = self.parts(at);
            let (of_shares, of_products) = of_weights.split_at_mut(shares.len());
            of_shares.copy_from_slice(products);
            let loss = self.of_rows(of_shares, bias);
            sum_lines(of_shares, of_bias);
            of_shares.iter_mut().zip(shares).for_each(|(slope, share)| *slope += self.penalty * share);
            multiply(self.columns, outputs, of_shares, &mut scratch);
            self.scale(&mut scratch);
            steepest = scratch.iter().fold(steepest, |most, slope| most.max(slope.abs()));
            self.scale(&mut scratch);
            multiply(self.rows, outputs, &scratch, of_products);
            loss + self.penalty / 2.0 * dot(shares, products)
        } else {
            let (weights, bias) = at.split_at(of_weights.len());
            let mut scaled = std::borrow::Cow::Borrowed(weights);
            if self.scale.is_some() {
                self.scale(scaled.to_mut());
            }
            multiply(self.rows, outputs, &scaled, &mut scratch);
            let loss = self.of_rows(&mut scratch, bias);
            sum_lines(&scratch, of_bias);
            multiply(self.columns, outputs, &scratch, of_weights);
            self.scale(of_weights);
            of_weights.iter_mut().zip(weights).for_each(|(slope, weight)| *slope += self.penalty * weight);
            steepest = of_weights.iter().fold(steepest, |most, slope| most.max(slope.abs()));
            loss + self.penalty / 2.0 * dot(weights, weights)
        };
        self.scratch = scratch;
        (value, of_bias.iter().fold(steepest, |most, slope| most.max(slope.abs())))
    }

    fn product(&self, a: &[f64], b: &[f64]) -> f64 {
        if !self.by_rows {
            return dot(a, b);
        }
        let ([shares, _, bias], [_, products, other]) = (self.parts(a), self.parts(b));
        dot(shares, products) + dot(bias, other)
    }
}

/// Writes the products of a matrix with `values`, `[places, outputs]`, into `out`, `[lines, outputs]`.
fn multiply(lines: &Entries, outputs: usize, values: &[f64], out: &mut [f64]) {
    out.par_chunks_mut(LINES * outputs).enumerate().for_each(|(chunk, out)| {
        for (sums, line) in out.chunks_exact_mut(outputs).zip(chunk * LINES..) {
            sums.fill(0.0);
            for (place, times) in lines.line(line) {
                let start = place as usize * outputs;
                let values = values.get(start..start + outputs).unwrap_or_default();
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(times) * value);
            }
        }
    });
}

/// Writes the sum of all lines into `sums`.
fn sum_lines(lines: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for line in lines.chunks_exact(sums.len()) {
        sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
    }
}

/// The outputs for so many labels that occur.
pub(super) fn outputs(labels: usize) -> usize {
    if labels == 2 { 1 } else { labels }
}

/// The loss of one row; its outputs become the slopes of the loss by them.
fn of_row(kind: LinearLoss, outputs: &mut [f64], truth: usize) -> f64 {
    if let [margin] = outputs {
        let sign = if truth == 1 { 1.0 } else { -1.0 };
        let wins = sign * *margin; // the margin by which the true label wins
        if kind == LinearLoss::SquaredHinge {
            let short = (1.0 - wins).max(0.0);
            *margin = -2.0 * sign * short;
            return short * short;
        }
        // The logarithm of 1 + e^-t, without overflow.
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
        let scale: Vec<f64> = (0..6).map(|column| f64::from(column) - 1.5).collect();
        let kinds = [
            (2, LinearLoss::Logistic),
            (3, LinearLoss::Logistic),
            (5, LinearLoss::Logistic),
            (2, LinearLoss::SquaredHinge),
        ];
        for ((labels, kind), scale) in kinds.into_iter().flat_map(|kind| [(kind, None), (kind, Some(scale.clone()))]) {
            let (rows, truth, weights) = problem(labels);
            let columns = rows.transposed(6);
            let mut loss = Loss::new(&rows, &columns, truth, &weights, labels);
            (loss.penalty, loss.kind, loss.scale) = (0.3, kind, scale);
            let mut random = Stream::new(6, "weights", 0);
            let at: Vec<f64> = loss.start().iter().map(|_| random.normal()).collect();
            let (mut gradient, mut other) = (vec![9.0; at.len()], vec![0.0; at.len()]);
            let (_, steepest) = loss.value(&at, &mut gradient);
            for place in 0..at.len() {
                let mut side = |by: f64| {
                    let mut moved = at.clone();
                    moved[place] += by;
                    loss.value(&moved, &mut other).0
                };
                let slope = (side(1e-5) - side(-1e-5)) / 2e-5;
                // The slope of a squared hinge has corners.
                let most = if kind == LinearLoss::Logistic { 1e-9 } else { 1e-6 };
                assert!((gradient[place] - slope).abs() < most, "{labels} {place}: {} {slope}", gradient[place]);
            }
            assert!(gradient.iter().any(|slope| slope.abs() == steepest));
        }
    }

    // By weights or by shares of rows, it is the same function: values, gradients, products.
    #[test]
    fn points_are_weights_or_shares_of_rows() {
        let scale: Vec<f64> = (0..81).map(|column| 0.5 + f64::from(column % 7)).collect();
        for (labels, scale) in [(2, None), (3, None), (2, Some(scale.clone())), (3, Some(scale))] {
            let (rows, truth, weights) = problem(labels);
            let [narrow, wide] = [80, 81].map(|width| rows.transposed(width));
            let mut plain = Loss::new(&rows, &narrow, truth.clone(), &weights, labels);
            let mut by_rows = Loss::new(&rows, &wide, truth, &weights, labels);
            assert!(!plain.by_rows && by_rows.by_rows);
            (plain.penalty, by_rows.penalty) = (0.3, 0.3);
            by_rows.scale = scale.clone();
            plain.scale = scale.map(|scale| scale[..80].to_vec());
            let (outputs, mut random) = (plain.outputs, Stream::new(7, "shares", 0));
            let mut point = || {
                let mut at: Vec<f64> = by_rows.start().iter().map(|_| random.normal()).collect();
                let weights = by_rows.weights(&at);
                let lines = rows.len() * outputs;
                let mut scaled = weights.clone();
                by_rows.scale(&mut scaled[..81 * outputs]);
                multiply(&rows, outputs, &scaled, &mut at[lines..2 * lines]);
                let mut without = weights.clone();
                without.drain(80 * outputs..81 * outputs); // the column that only one of them has
                (at, without)
            };
            let ([at, other], [weights, others]) = {
                let ((at, weights), (other, others)) = (point(), point());
                ([at, other], [weights, others])
            };
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
            close(by_rows.product(&at, &other), plain.product(&weights, &others));
            let (mut gradient, mut expected) = (vec![9.0; at.len()], vec![9.0; weights.len()]);
            let ((value, steepest), plain) = (by_rows.value(&at, &mut gradient), plain.value(&weights, &mut expected));
            close(value, plain.0);
            close(steepest, plain.1);
            let mut gradient = by_rows.weights(&gradient);
            gradient.drain(80 * outputs..81 * outputs);
            gradient.iter().zip(&expected).for_each(|(a, b)| close(*a, *b));
        }
    }

    #[test]
    fn outputs_of_any_size_have_a_loss() {
        for (truth, expected) in [(1, 0.0), (0, 1000.0)] {
            let mut outputs = [1000.0];
            assert_eq!(of_row(LinearLoss::Logistic, &mut outputs, truth), expected);
            assert_eq!(outputs, [f64::from(u8::from(truth == 0))]);
        }
        let mut outputs = [1000.0, 0.0, -1000.0];
        assert_eq!(of_row(LinearLoss::Logistic, &mut outputs, 2), 2000.0);
        assert_eq!(outputs, [1.0, 0.0, -1.0]);
    }
}

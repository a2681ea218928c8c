//! The mean of n-grams' vectors, and a softmax of it.

use plaudit_core::{Error, Labels, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use super::config::label_faults;
use super::entries::Entries;
use super::loss::softmax;
use crate::ClassWeights;

/// fastText's classifier: A. Joulin, E. Grave, P. Bojanowski and T. Mikolov, *Bag of tricks for efficient text classification*, EACL 2017.
///
/// Each column of the features has a vector; a text is the mean of the vectors of its columns, each as often as it is there; the
/// probability of label k is proportional to exp(u_k h), h that mean. Vectors start evenly in -1/dim to 1/dim, those of labels at 0, and both
/// are learned by stochastic gradient descent, one row a step, at a rate that falls linearly to 0. When it is done, v_j u_k is the weight of column j for
/// label k: the model is a linear classifier of the columns' shares of a text. A column that no training row has gets the weight 0.
///
/// fastText's words and n-grams are those of `HashedNgrams` in the crate `embeddings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct AverageNgramsConfig {
    /// The length of a vector, 1 to 10,000. Default 10, the paper's.
    pub dim: usize,
    /// The rate of the first step, above 0, at most 100. Default 0.5: the paper chose among 0.05, 0.1, 0.25 and 0.5.
    pub rate: f64,
    /// How often all rows are gone through, each time in another order, 1 or more. Default 5, the paper's.
    pub epochs: usize,
    /// What an error on a row of each label costs. Default 1 on every row.
    pub class_weights: ClassWeights,
    /// The labels and their order. Default: those that occur in the training part, as [`Labels::from_occurring`] orders them.
    pub labels: Option<Labels>,
    /// Of the first vectors and the order of rows. Default 0.
    pub seed: u64,
}

impl Default for AverageNgramsConfig {
    fn default() -> Self {
        Self { dim: 10, rate: 0.5, epochs: 5, class_weights: ClassWeights::Equal, labels: None, seed: 0 }
    }
}

impl AverageNgramsConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = label_faults("average_ngrams", &self.class_weights, self.labels.as_ref());
        if !(1..=10_000).contains(&self.dim) {
            faults.push(format!("average_ngrams.dim: found {}, expected 1 to 10,000", self.dim));
        }
        if !(self.rate > 0.0 && self.rate <= 100.0) {
            faults.push(format!("average_ngrams.rate: found {}, expected a number above 0, at most 100", self.rate));
        }
        if self.epochs == 0 {
            faults.push("average_ngrams.epochs: found 0, expected 1 or more".to_owned());
        }
        Error::from_faults(faults)
    }
}

/// Vectors, and room for a step.
struct Vectors {
    dim: usize,
    /// `[columns, dim]`.
    columns: Vec<f32>,
    /// `[labels, dim]`.
    labels: Vec<f32>,
    /// The mean, and its change, each `[dim]`.
    hidden: Vec<f32>,
    change: Vec<f32>,
    /// `[labels]`.
    outputs: Vec<f64>,
}

impl Vectors {
    fn new(columns: usize, labels: usize, dim: usize, seed: u64) -> Self {
        let mut random = Stream::new(seed, "average n-grams", 0);
        let bound = 1.0 / dim as f64;
        let columns = (0..columns * dim).map(|_| ((2.0 * random.uniform() - 1.0) * bound) as f32).collect();
        let [hidden, change] = [(); 2].map(|()| vec![0.0; dim]);
        Self { dim, columns, labels: vec![0.0; labels * dim], hidden, change, outputs: vec![0.0; labels] }
    }

    /// Takes a step against the slopes of a row's log-loss, which is returned.
    fn step(&mut self, row: impl Iterator<Item = (u32, f32)> + Clone, truth: usize, rate: f64) -> f64 {
        let Self { dim, columns, labels, hidden, change, outputs } = self;
        let place = |column: u32| column as usize * *dim..(column as usize + 1) * *dim;
        hidden.fill(0.0);
        for (column, share) in row.clone() {
            add(hidden, share, columns.get(place(column)).unwrap_or_default());
        }
        for (output, label) in outputs.iter_mut().zip(labels.chunks_exact(*dim)) {
            *output = f64::from(dot(label, hidden));
        }
        let own = outputs.get(truth).copied().unwrap_or(0.0);
        let loss = softmax(outputs) - own;
        change.fill(0.0);
        for ((place, &probability), label) in outputs.iter().enumerate().zip(labels.chunks_exact_mut(*dim)) {
            let step = (rate * (f64::from(u8::from(place == truth)) - probability)) as f32;
            add(change, step, label);
            add(label, step, hidden);
        }
        for (column, share) in row {
            add(columns.get_mut(place(column)).unwrap_or_default(), share, change);
        }
        loss
    }
}

/// The sum of products, in an order that hangs on the length alone.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut lanes = [0.0; 8]; // side by side, as a processor adds
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// Adds so many times `b` to `a`.
fn add(a: &mut [f32], times: f32, b: &[f32]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += times * b);
}

/// Returns weights, `[columns, labels]`, and the mean loss over the last epoch. `truth` and `weights` are as many as the rows; each truth is
/// below `labels`.
pub(super) fn fit(
    rows: &Entries,
    width: usize,
    truth: &[usize],
    weights: &[f64],
    labels: usize,
    config: &AverageNgramsConfig,
) -> (Vec<f64>, f64) {
    let mut vectors = Vectors::new(width, labels, config.dim, config.seed);
    let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
    let (all, mut done, mut loss) = ((config.epochs * truth.len()) as f64, 0.0, 0.0);
    let mut order: Vec<usize> = (0..truth.len()).collect();
    for epoch in 0..config.epochs {
        Stream::new(config.seed, "order of rows", epoch as u64).shuffle(&mut order);
        loss = 0.0;
        for &row in &order {
            let (Some(&truth), Some(&weight)) = (truth.get(row), weights.get(row)) else { continue };
            let rate = config.rate * (1.0 - done / all);
            loss += weight * vectors.step(rows.line(row), truth, rate * weight / mean);
            done += 1.0;
        }
    }
    let mut met = vec![false; width];
    for (column, _) in (0..rows.len()).flat_map(|row| rows.line(row)) {
        met.get_mut(column as usize).into_iter().for_each(|met| *met = true);
    }
    let of_column = |(column, met): (&[f32], bool)| {
        let of_label = move |label| if met { f64::from(dot(column, label)) } else { 0.0 };
        vectors.labels.chunks_exact(config.dim).map(of_label).collect::<Vec<f64>>()
    };
    let folded = vectors.columns.chunks_exact(config.dim).zip(met).flat_map(of_column).collect();
    (folded, loss / weights.iter().sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        let config = AverageNgramsConfig { dim: 0, rate: f64::NAN, epochs: 0, ..AverageNgramsConfig::default() };
        let error = config.validate().unwrap_err().to_string();
        for fault in ["3 faults", "dim: found 0", "rate: found NaN", "epochs: found 0"] {
            assert!(error.contains(fault), "{error}");
        }
    }

    /// The log-loss of a row in double precision, from its definition.
    fn loss(columns: &[f64], labels: &[f64], dim: usize, row: &[(u32, f32)], truth: usize) -> f64 {
        let hidden: Vec<f64> = (0..dim)
            .map(|d| row.iter().map(|&(column, share)| f64::from(share) * columns[column as usize * dim + d]).sum())
            .collect();
        let scores: Vec<f64> =
            labels.chunks(dim).map(|label| label.iter().zip(&hidden).map(|(a, b)| a * b).sum()).collect();
        scores.iter().map(|score| score.exp()).sum::<f64>().ln() - scores[truth]
    }

    // At the rate 1, a step is the gradient, without its sign.
    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for (dim, labels) in [(3, 2), (11, 4)] {
            let mut vectors = Vectors::new(5, labels, dim, 1);
            let mut random = Stream::new(2, "labels", 0);
            vectors.labels.iter_mut().for_each(|value| *value = random.normal() as f32);
            let row = [(0, 0.25), (2, 0.5), (4, 0.25)];
            let wide = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
            let before = [wide(&vectors.columns), wide(&vectors.labels)];
            let found = vectors.step(row.into_iter(), 1, 1.0);
            assert!((found - loss(&before[0], &before[1], dim, &row, 1)).abs() < 1e-6);
            let after = [wide(&vectors.columns), wide(&vectors.labels)];
            for part in 0..2 {
                for place in 0..before[part].len() {
                    let side = |by: f64| {
                        let mut moved = before.clone();
                        moved[part][place] += by;
                        loss(&moved[0], &moved[1], dim, &row, 1)
                    };
                    let slope = (side(1e-4) - side(-1e-4)) / 2e-4;
                    let step = after[part][place] - before[part][place];
                    assert!((step + slope).abs() < 2e-6, "{part} {place}: {step} {slope}");
                }
            }
        }
    }

    #[test]
    fn columns_that_no_row_has_weigh_nothing() {
        let mut rows = Entries::new();
        rows.push([(0, 1.0)].into_iter());
        rows.push([(2, 1.0)].into_iter());
        let config = AverageNgramsConfig { epochs: 200, ..AverageNgramsConfig::default() };
        let (weights, loss) = fit(&rows, 3, &[0, 1], &[1.0, 1.0], 2, &config);
        assert!(weights[2..4] == [0.0; 2] && weights[0] > weights[1] && weights[5] > weights[4], "{weights:?}");
        assert!(loss < 0.1, "{loss}");
    }
}

//! Draws of a division's shares given the error rates, by a Gibbs sampler.

use plaudit_stats::{Stream, dirichlet, multinomial};

use super::EmStop;
use super::em::likeliest;
use super::equations::solve;

/// Takes steps of the chain: z_c ~ Multinomial(n_c, in proportion to pi_y theta_yc) says which labels stand behind the n_c
/// texts predicted c, and pi ~ Dirichlet(`prior` + sum_c z_c).
pub(super) struct Gibbs {
    behind: Behind,
    parameters: Vec<f64>, // [labels]
}

impl Gibbs {
    pub(super) fn new(labels: usize) -> Self {
        Self { behind: Behind::new(labels), parameters: vec![0.0; labels] }
    }

    /// Moves `shares` by so many steps.
    pub(super) fn walk(
        &mut self,
        stream: &mut Stream,
        rates: &[f64],
        counts: &[u64],
        prior: &[f64],
        steps: usize,
        shares: &mut [f64],
    ) {
        for _ in 0..steps {
            self.behind.draw(stream, rates, counts, shares);
            for ((slot, prior), &count) in self.parameters.iter_mut().zip(prior).zip(&self.behind.counts) {
                *slot = prior + count as f64;
            }
            dirichlet(stream, &self.parameters, shares);
        }
    }
}

/// How many texts of each label stand behind the predicted counts, with room for the draw.
pub(super) struct Behind {
    pub(super) counts: Vec<u64>, // [gold]
    weights: Vec<f64>,           // [gold]
    drawn: Vec<u64>,             // [gold], of one predicted label
}

impl Behind {
    pub(super) fn new(labels: usize) -> Self {
        Self { counts: vec![0; labels], weights: vec![0.0; labels], drawn: vec![0; labels] }
    }

    pub(super) fn draw(&mut self, stream: &mut Stream, rates: &[f64], predicted: &[u64], shares: &[f64]) {
        self.counts.fill(0);
        for (column, &count) in predicted.iter().enumerate().filter(|&(_, &count)| count > 0) {
            let of_column = rates.iter().skip(column).step_by(predicted.len());
            for ((slot, share), rate) in self.weights.iter_mut().zip(shares).zip(of_column) {
                *slot = share * rate;
            }
            multinomial(stream, count, &self.weights, &mut self.drawn);
            self.counts.iter_mut().zip(&self.drawn).for_each(|(sum, drawn)| *sum += drawn);
        }
    }
}

/// The shares that explain the predicted ones exactly, of which some may be below 0 and others above 1; none where the rates do not
/// fix them, or where there is no text.
pub(super) fn explaining(rates: &[f64], counts: &[u64]) -> Option<Vec<f64>> {
    let width = counts.len();
    let total: u64 = counts.iter().sum();
    let mut system = Vec::with_capacity(width * (width + 1));
    for (column, &count) in counts.iter().enumerate() {
        system.extend(rates.chunks_exact(width).filter_map(|row| row.get(column)));
        system.push(count as f64 / total as f64);
    }
    (total > 0 && solve(&mut system, width))
        .then(|| system.chunks_exact(width + 1).filter_map(|row| row.last().copied()).collect())
}

/// The likeliest shares for these error rates; even where there is no text.
pub(super) fn start(rates: &[f64], counts: &[u64]) -> Vec<f64> {
    likeliest_from(explaining(rates, counts), rates, counts)
}

/// The same from what [`explaining`] returned for them.
pub(super) fn likeliest_from(explaining: Option<Vec<f64>>, rates: &[f64], counts: &[u64]) -> Vec<f64> {
    let width = counts.len();
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return vec![1.0 / width as f64; width];
    }
    // Shares above 0 that explain the predicted ones exactly are the likeliest (Gibbs' inequality).
    let mut shares = match explaining {
        Some(shares) if shares.iter().all(|&share| share > 0.0) => return shares,
        Some(shares) => shares,
        None => vec![1.0; width],
    };
    // Somewhere inside the simplex, near it. The chain forgets what is missing to the maximum.
    shares.iter_mut().for_each(|share| *share = share.max(1e-3));
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    let predicted: Vec<f64> = counts.iter().map(|&count| count as f64 / total as f64).collect();
    let stop = EmStop { tolerance: 1e-6, max_steps: 1_000, ..EmStop::default() };
    likeliest(rates, &predicted, shares, &stop).shares
}

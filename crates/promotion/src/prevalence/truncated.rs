//! Exact draws of a division's shares given the error rates, where they are easy.

use plaudit_stats::{Stream, gamma};

use super::equations::dot;

/// So many candidates are tried.
const TRIES: usize = 12;
/// None where a share of the middle is so many standard deviations below 0.
const FAR: f64 = 1.5;

/// Where every share is as likely as any other before a text is seen, shares pi are as likely as the shares theta^T pi of the
/// predicted labels that they make, for the one is a linear map of the other. Without a bound those are Dirichlet(1 + counts);
/// so a draw from there is one of the posterior if no pi is below 0, and another is drawn otherwise (rejection sampling).
pub(super) struct Truncated {
    parameters: Vec<f64>, // [predicted]
    weights: Vec<f64>,    // [predicted]: in proportion to a candidate
}

impl Truncated {
    pub(super) fn new(counts: &[u64]) -> Self {
        let parameters: Vec<f64> = counts.iter().map(|&count| 1.0 + count as f64).collect();
        Self { weights: parameters.clone(), parameters }
    }

    /// Returns whether it is worth to draw candidates: whether no share of their middle is far below 0. `inverse` is that of
    /// theta^T.
    pub(super) fn worth(&self, inverse: &[f64]) -> bool {
        let sum: f64 = self.parameters.iter().sum();
        inverse.chunks_exact(self.parameters.len()).all(|row| {
            let share = dot(row, &self.parameters) / sum;
            let square = |(entry, weight): (&f64, &f64)| entry * entry * weight;
            let squares: f64 = row.iter().zip(&self.parameters).map(square).sum();
            let variance = (squares / sum - share * share) / (sum + 1.0);
            share > 0.0 || share * share < FAR * FAR * variance
        })
    }

    /// Replaces `shares` by a draw; returns false where no candidate was one.
    pub(super) fn draw(&mut self, stream: &mut Stream, inverse: &[f64], shares: &mut [f64]) -> bool {
        (0..TRIES).any(|_| {
            self.weights.iter_mut().zip(&self.parameters).for_each(|(slot, shape)| *slot = gamma(stream, *shape));
            let mut sum = 0.0;
            for (share, row) in shares.iter_mut().zip(inverse.chunks_exact(self.parameters.len())) {
                *share = dot(row, &self.weights);
                if share.is_nan() || *share < 0.0 {
                    return false;
                }
                sum += *share;
            }
            shares.iter_mut().for_each(|share| *share /= sum);
            sum > 0.0
        })
    }
}

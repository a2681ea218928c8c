//! Draws of a division's shares given the error rates, along lines through the simplex.

use plaudit_stats::Stream;

use super::laplace::Laplace;

/// The most moves for one step of the Gibbs sampler.
const MOST_MOVES: usize = 8;
/// The part of a line that is looked at, in standard deviations around the mode.
const WIDE: f64 = 8.0;
/// So many candidates are tried on it. Half of what is left goes with each, so fewer do.
const TRIES: usize = 100;

/// Moves along random lines (hit-and-run; C. J. P. Bélisle, H. E. Romeijn and R. L. Smith, *Hit-and-run algorithms for generating
/// multivariate distributions*, Mathematics of Operations Research 18 (1993)), each by a slice sampler (R. M. Neal, *Slice
/// sampling*, Annals of Statistics 31 (2003), with an interval of fixed width).
///
/// Where nothing tells two labels apart, or one from a mixture of others, the likely shares lie along a line, which a Gibbs
/// sampler walks in small steps. The directions here have the covariance of the shares around the mode, so they point along
/// it. They do not hang on where the chain is, and the moves leave the posterior as it is, whatever they are.
pub(super) struct Lines {
    direction: Vec<f64>, // [labels]
    ratios: Vec<f64>,    // [labels]: of the direction to the shares
    fitted: Vec<f64>,    // [predicted]: theta^T pi
    slopes: Vec<f64>,    // [predicted]: of theta^T direction to that
}

impl Lines {
    pub(super) fn new(labels: usize) -> Self {
        let room = || vec![0.0; labels];
        Self { direction: room(), ratios: room(), fitted: room(), slopes: room() }
    }

    /// Moves `shares` along one line for each two labels, [`MOST_MOVES`] at most.
    pub(super) fn walk(
        &mut self,
        stream: &mut Stream,
        laplace: &mut Laplace,
        rates: &[f64],
        counts: &[u64],
        prior: &[f64],
        shares: &mut [f64],
    ) {
        let width = counts.len();
        for _ in 0..width.div_ceil(2).min(MOST_MOVES) {
            let length = laplace.direction(stream, &mut self.direction);
            self.fitted.fill(0.0);
            self.slopes.fill(0.0);
            for ((share, step), row) in shares.iter().zip(&self.direction).zip(rates.chunks_exact(width)) {
                for ((fitted, slope), rate) in self.fitted.iter_mut().zip(&mut self.slopes).zip(row) {
                    *fitted += share * rate;
                    *slope += step * rate;
                }
            }
            self.slopes.iter_mut().zip(&self.fitted).for_each(|(slope, fitted)| *slope /= fitted);
            let ratios = self.direction.iter().zip(shares.iter()).map(|(step, share)| step / share);
            self.ratios.iter_mut().zip(ratios).for_each(|(slot, ratio)| *slot = ratio);
            let size = self.size(stream, WIDE / length, counts, prior);
            shares.iter_mut().zip(&self.direction).for_each(|(share, step)| *share = (*share + size * step).max(0.0));
        }
    }

    /// How far to go: 0 where no candidate was taken.
    fn size(&self, stream: &mut Stream, wide: f64, counts: &[u64], prior: &[f64]) -> f64 {
        let level = libm::log(1.0 - stream.uniform());
        let (mut low, mut high) = (-wide * stream.uniform(), 0.0);
        high += low + wide;
        // No share goes below 0.
        for ratio in &self.ratios {
            if *ratio > 0.0 {
                low = low.max(-1.0 / ratio);
            } else {
                high = high.min(-1.0 / ratio);
            }
        }
        for _ in 0..TRIES {
            let size = low + (high - low) * stream.uniform();
            if self.density(size, counts, prior) >= level {
                return size;
            }
            if size < 0.0 {
                low = size;
            } else {
                high = size;
            }
        }
        0.0
    }

    /// The log of the density so far along the line, less that at the shares.
    fn density(&self, size: f64, counts: &[u64], prior: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (ratio, weight) in self.ratios.iter().zip(prior) {
            if *weight != 1.0 {
                sum += (weight - 1.0) * libm::log1p(size * ratio);
            }
        }
        for (slope, &count) in self.slopes.iter().zip(counts) {
            if count > 0 {
                sum += count as f64 * libm::log1p(size * slope);
            }
        }
        sum
    }
}

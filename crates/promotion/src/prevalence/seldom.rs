//! How seldom draws of a division's shares fail conditions, or meet them, without drawing them.

use rayon::prelude::*;

use super::CutPosterior;
use super::em::explain;
use super::equations::dot;
use super::gibbs::start;
use super::share_draws::CHAINS;
use crate::policy::Criteria;

/// By how much the bound of a draw is raised, for the steps of a chain are not draws from the posterior itself: one that starts
/// at the likeliest shares and takes k steps is where the posterior is seldom at most about k times as often.
const OF_CHAINS: f64 = 100.0;
/// What rounding may take from a log-likelihood, for each text.
const ROUNDING: f64 = 1e-12;
/// The halvings that seek a multiplier; every one gives a bound.
const HALVINGS: usize = 30;

/// What draws do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// They fail a condition.
    Fails,
    /// They meet all conditions.
    Meets,
}

/// How much less likely than others the shares of an event are, for each draw of the error rates, at counts that are not yet
/// known.
///
/// Given the error rates theta, and with a prior that is even, the density f of the shares pi is in proportion to
/// prod_c (theta^T pi)_c^(n_c), which is log-concave. Where it is nowhere in the event above exp(-D) times its greatest value, the
/// event has a probability of at most (D e / d)^d exp(-D), for D > d = labels - 1. Proof: let f have its greatest value, 1, at 0;
/// then f(a x) >= f(x)^a for a <= 1, so the integral of f^a is at most a^-d times that of f, and the expectation of f^(a - 1) at
/// most a^-d; Markov's inequality at a = d / D (as in M. Fradelizi, M. Madiman and L. Wang, *Optimal concentration of information
/// content for log-concave densities*, 2016).
///
/// D is found from both sides. For any shares, sum_c n_c log (theta^T pi)_c is at most the greatest. For any weights y_c > 0 of
/// the predicted labels and any t >= 0, shares with b . pi <= 0 have (theta^T pi) . y <= Y, the greatest (theta y)_k - t b_k, so by
/// Gibbs' inequality none of them is above sum_c n_c log((n_c / n) (Y / y_c)). The shares and y are chosen for the counts that
/// others are near; both bounds hold for all counts.
pub(crate) struct Seldom {
    width: usize,
    conditions: usize,
    event: Event,
    logs: Vec<f64>, // row-major, [draws of the error rates, conditions, predicted]: of (theta^T pi)_c y_c / Y
}

impl CutPosterior {
    /// The logs of theta^T pi at the likeliest shares for these counts, row-major `[draws of the error rates, predicted]`; none
    /// with a prior that is not even, or one label.
    pub(crate) fn likeliest(&self, counts: &[u64]) -> Option<Vec<f64>> {
        let width = counts.len();
        let even = self.prior.iter().all(|&weight| weight == 1.0);
        let logs = |rates: &[f64]| {
            let mut explained = vec![0.0; width];
            explain(rates, &start(rates, counts), &mut explained);
            explained.into_iter().map(libm::log).collect::<Vec<f64>>()
        };
        (even && width > 1).then(|| self.rates.par_chunks_exact(width * width).flat_map_iter(logs).collect())
    }

    /// How seldom draws for counts near these do that; `likeliest` is what [`likeliest`](Self::likeliest) returned for them.
    pub(crate) fn seldom(&self, likeliest: &[f64], counts: &[u64], criteria: &Criteria, event: Event) -> Seldom {
        let width = counts.len();
        // b . pi >= 0 where a condition is met.
        let score = criteria.utilities.iter().map(|utility| utility - criteria.min_score).collect();
        let limits = criteria.limits.iter().map(|limit| {
            let of = |label| if label == limit.index { limit.max - 1.0 } else { limit.max };
            (0..width).map(of).collect()
        });
        let mut sides: Vec<Vec<f64>> = std::iter::once(score).chain(limits).collect();
        if event == Event::Meets {
            sides.iter_mut().flatten().for_each(|b| *b = -*b);
        }
        let of_rates = self.rates.par_chunks_exact(width * width);
        let of_draws =
            of_rates.zip(self.inverses.par_chunks_exact(width * width)).zip(likeliest.par_chunks_exact(width));
        let logs = of_draws.flat_map_iter(|((rates, inverse), likeliest)| {
            sides.iter().flat_map(move |side| {
                let weights = weights(rates, inverse, likeliest, side, counts);
                likeliest.iter().zip(weights).map(|(log, weight)| log + weight)
            })
        });
        Seldom { width, conditions: sides.len(), event, logs: logs.collect() }
    }
}

/// The logs of y_c / Y for shares with `side` . pi <= 0.
fn weights(rates: &[f64], inverse: &[f64], likeliest: &[f64], side: &[f64], counts: &[u64]) -> Vec<f64> {
    let width = side.len();
    // The same side as one of the shares of predicted labels: a . (theta^T pi) = b . pi.
    let mut a = vec![0.0; width];
    explain(inverse, side, &mut a);
    // y = y_0 + t a. With t = 0 and no text more, all shares are bounded by the likeliest (the condition of Kuhn and Tucker); half a
    // text keeps y_0 above 0.
    let texts = counts.iter().map(|&count| count as f64 + 0.5);
    let sum: f64 = texts.clone().sum();
    let first: Vec<f64> = texts.clone().zip(likeliest).map(|(texts, log)| texts / sum / libm::exp(*log)).collect();
    // The t that makes sum_c n_c log y_c the greatest, with all y above 0.
    let most = first.iter().zip(&a).filter(|&(_, a)| *a < 0.0).map(|(first, a)| -first / a).fold(1e6, f64::min);
    let slope = |t: f64| -> f64 {
        texts.clone().zip(first.iter().zip(&a)).map(|(n, (first, a))| n * a / (first + t * a)).sum()
    };
    let (mut low, mut high) = (0.0, most);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    let y: Vec<f64> = first.iter().zip(&a).map(|(first, a)| first + low * a).collect();
    let bounds = rates.chunks_exact(width).zip(side).map(|(row, b)| dot(row, &y) - low * b);
    let greatest = bounds.fold(0.0, f64::max);
    y.iter().map(|y| libm::log(y / greatest)).collect()
}

impl Seldom {
    /// For these counts, the number of draws of the error rates whose draws of shares may well do that, and for how many of the
    /// others it is to be expected at most that one of theirs does.
    pub(crate) fn of(&self, counts: &[u64]) -> (usize, f64) {
        let counts: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
        let texts: f64 = counts.iter().sum();
        let seen = counts.iter().filter(|&&count| count > 0.0);
        let greatest = seen.map(|count| count * libm::log(count / texts)).sum::<f64>() + ROUNDING * texts;
        let dimensions = self.width as f64 - 1.0;
        let (mut often, mut expected) = (0, 0.0);
        for logs in self.logs.chunks_exact(self.conditions * self.width) {
            // Not a number where nothing is known.
            let below = logs.chunks_exact(self.width).map(|logs| dot(logs, &counts) - greatest);
            let below = below.map(|below| if below > dimensions { below } else { dimensions });
            // One condition that fails is enough; all that are met are needed.
            let below = match self.event {
                Event::Fails => below.fold(f64::INFINITY, f64::min),
                Event::Meets => below.fold(dimensions, f64::max),
            };
            let bound = libm::exp(dimensions * (1.0 + libm::log(below / dimensions)) - below);
            let bound = CHAINS as f64 * OF_CHAINS * bound;
            if bound < 0.5 { expected += bound } else { often += 1 }
        }
        (often, expected)
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::{Labels, Origin};

    use super::*;
    use crate::policy::Limit;
    use crate::prevalence::{CutConfig, ErrorMatrix, Prior};

    /// Against the draws: of counts in the middle, and of others, with a label without a text, and one whose share is at its edge.
    #[test]
    fn draws_do_it_as_seldom_as_that() {
        let rows = [[45, 3, 2], [6, 40, 4], [2, 4, 44]];
        let gold = ErrorMatrix::new(Labels::polarity(), Origin::SetAside, &rows).unwrap();
        let config = CutConfig { draws: 400, ..CutConfig::default() };
        let cut = CutPosterior::new(&gold, &config).unwrap();
        let mut useful = 0;
        for counts in [[2_000u64, 400, 200], [1_900, 700, 0], [500, 900, 600], [20, 5, 3], [40, 100, 400]] {
            let likeliest = cut.likeliest(&counts).unwrap();
            for (min_score, max) in [(0.1, 0.3), (0.6, 0.2), (0.9, 0.9), (-0.5, 0.5)] {
                let limits = vec![Limit { index: 2, max }];
                let criteria = Criteria { utilities: vec![1.0, 0.0, -1.0], min_score, limits };
                for event in [Event::Fails, Event::Meets] {
                    let seldom = cut.seldom(&likeliest, &counts, &criteria, event);
                    for changed in
                        [counts, [counts[0] + 9, counts[1], counts[2] + 3], [counts[0] - 8, counts[1] + 4, counts[2]]]
                    {
                        let (often, expected) = seldom.of(&changed);
                        let draws = cut.division(&changed).unwrap();
                        let rows: Vec<&[f64]> = draws.rows().collect();
                        let does = |row: &&[f64]| criteria.fails(row) == (event == Event::Fails);
                        let found = rows.chunks(CHAINS).filter(|pair| pair.iter().any(does)).count();
                        assert!(
                            found as f64 <= often as f64 + expected + 1.0,
                            "{changed:?} {found} {often} {expected}"
                        );
                        useful += usize::from(often < 20);
                    }
                }
            }
        }
        assert!(useful > 20, "{useful}");
        assert!(cut.likeliest(&[5, 5, 5]).is_some());
        let config = CutConfig { prior: Prior::Even { weight: 0.5 }, ..config };
        assert!(CutPosterior::new(&gold, &config).unwrap().likeliest(&[5, 5, 5]).is_none());
    }
}

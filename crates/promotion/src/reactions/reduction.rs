//! How far a label's negative share lies below a baseline.

use std::fmt;

use plaudit_stats::{Stream, dirichlet, quantile};
use serde::{Deserialize, Serialize};

use super::spread::MeanPosterior;
use super::{Baseline, Estimate, Tally};

/// What is taken to vary, besides what was counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reading {
    /// Only the chance of the counts: each reaction is a draw of its own, and another post of the label would have the same
    /// share. Each label's share is drawn from its posterior Beta(negative + 1/2, positive + 1/2) (Jeffreys' prior).
    ///
    /// It answers for these posts, not for others like them.
    Binomial,
    /// Posts of one label differ, too: their shares have this standard deviation on the logit scale, ln(p / (1 - p)). To the
    /// logit of each draw above, a normal deviation is added: the label's posts lie by chance above or below what is typical
    /// of it. With several posts, where post i has n_i reactions, the deviation is multiplied by sqrt(sum n_i^2) / sum n_i.
    ///
    /// The standard deviation is an assumption, and the row shows what it does. At 1.0, two posts of one label may well have
    /// 20 % and 40 % negative reactions.
    BetweenPosts {
        /// The standard deviation, above 0.
        sd: f64,
    },
    /// Posts of one label differ as much as the data say: the mean share of such posts is drawn from its posterior under the
    /// beta-binomial distribution of [`Spread`](super::Spread), on a grid; before the data every rho is alike, and the mean
    /// has Jeffreys' prior. There is no estimate where the spread of the label, or of one in the baseline, is not identified.
    BetaBinomial,
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Binomial => f.pad("counts alone"),
            Self::BetweenPosts { sd } => f.pad(&format!("posts, SD {sd}")),
            Self::BetaBinomial => f.pad("posts, estimated"),
        }
    }
}

/// The relative reduction of negative reactions, (p0 - p) / p0 with the label's negative share p and the baseline's p0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reduction {
    /// What is taken to vary.
    pub reading: Reading,
    /// The reduction: 1 where the label has no negative reactions, 0 where its share is the baseline's, negative without a
    /// bound where it is greater. Its value is that of the counted shares (of the estimated means where the reading is
    /// [`Reading::BetaBinomial`]); the interval, with equal tails, is of draws, and reaches to the value where that lies
    /// beyond. None where a share is not defined, the baseline's is 0, or a spread is not identified.
    ///
    /// Draws of a share are above 0, also where nobody is negative and the reduction is 1: the interval then ends at 1. It is
    /// what is done to Jeffreys' interval where all or none are counted (L. D. Brown, T. T. Cai and A. DasGupta, *Interval
    /// estimation for a binomial proportion*, Statistical Science 16, 2001).
    pub estimate: Option<Estimate>,
}

/// One label, as it is compared.
pub(crate) struct Arm<'a> {
    pub(crate) label: &'a str,
    pub(crate) tally: Tally,
    /// The deviation of its share as a part of that between posts, 0 to 1.
    pub(crate) deviation: f64,
    /// What is known of its posts' mean, where their spread is identified.
    pub(crate) mean: Option<MeanPosterior>,
}

/// The labels beside a baseline.
pub(crate) struct Comparison<'a> {
    pub(crate) arms: &'a [Arm<'a>],
    pub(crate) weights: Vec<f64>, // [labels]
    pub(crate) outside: Estimate,
    pub(crate) baseline: Baseline,
    pub(crate) level: f64,
    pub(crate) draws: usize,
    pub(crate) seed: u64,
}

impl Comparison<'_> {
    /// The reduction of each label, `[labels]`.
    pub(crate) fn reductions(&self, reading: Reading) -> Vec<Option<Estimate>> {
        let weighted = || self.arms.iter().zip(&self.weights).filter(|&(_, &weight)| weight > 0.0);
        let Some(from) =
            weighted().try_fold(self.outside.value, |sum, (arm, &weight)| Some(sum + weight * arm.value(reading)?))
        else {
            return self.arms.iter().map(|_| None).collect();
        };
        let mut baseline = self.outside_draws();
        for (arm, weight) in weighted() {
            for (sum, share) in baseline.iter_mut().zip(self.draws(arm, reading)) {
                *sum += weight * share;
            }
        }
        let reduction = |arm: &Arm<'_>| {
            let value = reduction(arm.value(reading)?, from)?;
            let shares = self.draws(arm, reading);
            let drawn = shares.zip(&baseline).map(|(share, &from)| reduction(share, from));
            let mut drawn = drawn.collect::<Option<Vec<f64>>>()?;
            drawn.sort_by(f64::total_cmp);
            let tail = (1.0 - self.level) / 2.0;
            let (low, high) = (quantile(&drawn, tail)?, quantile(&drawn, 1.0 - tail)?);
            Some(Estimate { value, low: low.min(value), high: high.max(value) })
        };
        self.arms.iter().map(reduction).collect()
    }

    /// Draws of an arm's negative share. They are named by its label: labels with equal counts have draws of their own, no
    /// order matters, and every reading starts from the same draws.
    fn draws<'a>(&'a self, arm: &'a Arm<'a>, reading: Reading) -> impl Iterator<Item = f64> + 'a {
        let name: Vec<u64> = arm.label.bytes().map(u64::from).collect();
        let mut shares = Stream::keyed(self.seed, "reactions: share", &name);
        let mut deviations = Stream::keyed(self.seed, "reactions: between posts", &name);
        let draw = move |_| match (reading, &arm.mean) {
            (Reading::BetaBinomial, Some(mean)) => mean.draw(&mut shares),
            (Reading::BetweenPosts { sd }, _) => {
                let share = posterior(&mut shares, &arm.tally);
                let odds = libm::exp(sd * arm.deviation * deviations.normal());
                share * odds / (1.0 - share + share * odds)
            }
            _ => posterior(&mut shares, &arm.tally),
        };
        (0..self.draws).map(draw)
    }

    /// Draws of the part of the baseline that is none of the arms, `[draws]`.
    fn outside_draws(&self) -> Vec<f64> {
        let mut stream = Stream::new(self.seed, "reactions: historical", 0);
        let draw = |_| match self.baseline.historical() {
            Some(counts) => posterior(&mut stream, &counts),
            None => self.outside.value,
        };
        (0..self.draws).map(draw).collect()
    }
}

impl Arm<'_> {
    /// Its negative share; none where the reading has none.
    fn value(&self, reading: Reading) -> Option<f64> {
        match reading {
            Reading::BetaBinomial => self.mean.as_ref().map(|posterior| posterior.mean),
            _ => self.tally.negative_share(),
        }
    }
}

/// (p0 - p) / p0; none where it is no number.
fn reduction(share: f64, from: f64) -> Option<f64> {
    Some(1.0 - share / from).filter(|reduction| from > 0.0 && reduction.is_finite())
}

/// A draw of the negative share given these counts, under Jeffreys' prior.
fn posterior(stream: &mut Stream, tally: &Tally) -> f64 {
    let mut shares = [0.0; 2];
    dirichlet(stream, &[tally.negative as f64 + 0.5, tally.positive as f64 + 0.5], &mut shares);
    let [share, _] = shares;
    share
}

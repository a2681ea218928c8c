//! Whether probabilities mean what they say.

use plaudit_stats::{Interval, wilson_share};
use serde::{Deserialize, Serialize};

use crate::Scored;
use crate::ranking::Order;
use crate::resampling::LEVEL;
use crate::scored::most_probable;
use crate::selective::Step;

/// The number of bins that the evaluation uses.
pub(crate) const BINS: usize = 15;

/// The fewest texts of a bin, where there are enough.
const LEAST_TEXTS: usize = 5;

/// What probabilities promise beside what happened, in bins of equal weight: the data of a reliability diagram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reliability {
    /// The bins that hold texts, lowest probability first. Equal probabilities stay in one bin.
    pub bins: Vec<ReliabilityBin>,
    /// The calibration error over these bins, 0 to 1 ([`calibration_error`]); none where there is no text.
    pub error: Option<f64>,
}

/// A bin of a [`Reliability`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// The number of texts.
    pub texts: u64,
    /// The mean probability that was given, 0 to 1.
    pub promised: f64,
    /// The share in which it came true, 0 to 1.
    pub observed: f64,
    /// Wilson's interval for that share, of 95 % unless the [evaluation](crate::Evaluation) asks for another level; none where the
    /// texts have no weight or are clusters.
    pub interval: Option<Interval>,
}

/// Returns the reliability of the most probable label's probability (`label` is none) or of one label's, in at most `bins`
/// bins of equal weight; in fewer where a bin would have fewer than five texts, by which chance could not be subtracted. Where
/// there is no such label, there is no bin and no error.
pub fn reliability(scored: &Scored, label: Option<usize>, bins: usize) -> Reliability {
    reliability_with(scored, label, bins, Some(LEVEL))
}

/// The same with intervals of this level, or none.
pub(crate) fn reliability_with(scored: &Scored, label: Option<usize>, bins: usize, level: Option<f64>) -> Reliability {
    if label.is_some_and(|label| label >= scored.labels().len()) {
        return Reliability { bins: Vec::new(), error: None };
    }
    let claims = Claims::new(scored, label);
    let bins = claims.bins(&scored.weights_or_ones(), bins);
    let error = calibration_error_of(&bins);
    let bins = bins.iter().filter_map(|bin| {
        let (promised, observed) = bin.means()?;
        let interval = level.and_then(|level| wilson_share(observed.clamp(0.0, 1.0), bin.effective(), level));
        Some(ReliabilityBin { texts: bin.texts, promised, observed, interval })
    });
    let mut bins: Vec<ReliabilityBin> = bins.collect();
    bins.reverse();
    Reliability { bins, error }
}

/// Returns the expected calibration error of the most probable label's probability p, 0 to 1: the root of the mean over 15
/// bins of equal weight of (share right - mean p)^2, less what chance alone adds to it, share right (1 - share right) / (n - 1)
/// for a bin of n texts. None where there is no text.
///
/// With fewer than 75 texts there are fewer bins, of five texts or more. Without the subtraction a perfectly calibrated
/// classifier looks worse the fewer texts there are. It takes the texts for independent draws: of texts in clusters chance adds
/// more, too little is subtracted, and the error is too great. A root of what would be negative is 0. J. Broecker (2012) and A. Kumar, P. Liang and T. Ma, *Verified uncertainty calibration* (2019).
pub fn calibration_error(scored: &Scored) -> Option<f64> {
    calibration_error_of(&Claims::new(scored, None).bins(&scored.weights_or_ones(), BINS))
}

/// Returns (mean squared) calibration error over bins, its root.
pub(crate) fn calibration_error_of(bins: &[Bin]) -> Option<f64> {
    let total: f64 = bins.iter().map(|bin| bin.weight).sum();
    let mut squares = 0.0;
    for bin in bins {
        let Some((promised, observed)) = bin.means() else { continue };
        let n = bin.effective();
        let noise = if n > 1.0 { observed * (1.0 - observed) / (n - 1.0) } else { 0.0 };
        squares += bin.weight * ((observed - promised).powi(2) - noise);
    }
    (total > 0.0).then(|| (squares / total).max(0.0).sqrt())
}

/// A probability for each text, whether it came true, and the texts in the order of it.
pub(crate) struct Claims {
    values: Vec<f64>,
    hits: Vec<bool>,
    order: Order,
}

/// Sums over the texts of a bin.
#[derive(Clone, Copy, Default)]
pub(crate) struct Bin {
    texts: u64,
    pub(crate) weight: f64,
    weight_squares: f64,
    promised: f64,
    promised_squares: f64,
    observed: f64,
    both: f64,
}

impl Claims {
    pub(crate) fn new(scored: &Scored, label: Option<usize>) -> Self {
        let claim = |(row, &truth): (&[f64], &usize)| match label {
            Some(label) => (row.get(label).copied().unwrap_or(0.0), truth == label),
            None => {
                let (label, p) = most_probable(row);
                (p, truth == label)
            }
        };
        let (values, hits): (Vec<f64>, Vec<bool>) = scored.rows().zip(scored.truth()).map(claim).unzip();
        let order = Order::of(&values);
        Self { values, hits, order }
    }

    /// Bins of equal weight, highest probability first. A run of equal probabilities goes where its middle falls.
    pub(crate) fn bins(&self, weights: &[f64], bins: usize) -> Vec<Bin> {
        let total: f64 = weights.iter().sum();
        let mut sums = vec![Bin::default(); bins.clamp(1, (self.values.len() / LEAST_TEXTS).max(1))];
        let count = sums.len();
        let mut above = 0.0;
        for run in self.order.runs() {
            let weight: f64 = run.iter().filter_map(|&row| weights.get(row)).sum();
            if weight <= 0.0 {
                continue;
            }
            // `as` stops at the ends of the type.
            let place = (((above + weight / 2.0) / total * count as f64) as usize).min(count - 1);
            above += weight;
            let Some(bin) = sums.get_mut(place) else { continue };
            for &row in run {
                let at = weights.get(row).zip(self.values.get(row)).zip(self.hits.get(row));
                if let Some(((&weight, &value), &hit)) = at {
                    bin.add(weight, value, hit);
                }
            }
        }
        sums
    }

    /// What is decided and what of it is wrong, down to each value that occurs, from the highest.
    pub(crate) fn steps(&self, weights: &[f64]) -> Vec<Step> {
        let (mut weight, mut wrong) = (0.0, 0.0);
        let mut steps = Vec::new();
        for run in self.order.runs() {
            let before = weight;
            let mut threshold = 0.0;
            for &row in run {
                let at = weights.get(row).zip(self.values.get(row)).zip(self.hits.get(row));
                if let Some(((&of_row, &value), &hit)) = at {
                    threshold = value;
                    weight += of_row;
                    wrong += if hit { 0.0 } else { of_row };
                }
            }
            if weight > before {
                steps.push(Step { threshold, weight, wrong });
            }
        }
        steps
    }
}

impl Bin {
    fn add(&mut self, weight: f64, value: f64, hit: bool) {
        self.texts += 1;
        self.weight += weight;
        self.weight_squares += weight * weight;
        self.promised += weight * value;
        self.promised_squares += weight * value * value;
        if hit {
            self.observed += weight;
            self.both += weight * value;
        }
    }

    /// The mean probability and the share that came true.
    fn means(&self) -> Option<(f64, f64)> {
        (self.weight > 0.0).then(|| (self.promised / self.weight, self.observed / self.weight))
    }

    /// So many texts of weight 1 say as much. It is half as many in a bootstrap's resample, where some texts stand
    /// twice: a resample has the chance of the data and as much again.
    fn effective(&self) -> f64 {
        self.weight * self.weight / self.weight_squares.max(f64::MIN_POSITIVE)
    }
}

/// The Brier score and what it consists of: `score = reliability - resolution + uncertainty + within_bins`.
///
/// A. H. Murphy (1973), for each label against the others in bins of equal weight, added up over the labels; `within_bins`
/// is what binning leaves over (D. B. Stephenson, C. A. S. Coelho and I. T. Jolliffe 2008).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Brier {
    /// The mean over the texts of the sum over the labels of (probability - 1 for the true label, 0 for others)^2 (Brier
    /// 1950), 0 to 2, less is better; as scikit-learn's `brier_score_loss` with `scale_by_half=False`.
    pub score: f64,
    /// How far the probabilities are from the shares that came true; 0 is best.
    pub reliability: f64,
    /// How far these shares are from the overall ones: what the classifier knows. More is better.
    pub resolution: f64,
    /// What a classifier scores that always gives the overall shares: the difficulty of the texts.
    pub uncertainty: f64,
    /// The differences inside the bins.
    pub within_bins: f64,
}

/// Returns the Brier score and its parts; none where there is no text.
pub fn brier(scored: &Scored) -> Option<Brier> {
    let weights = scored.weights_or_ones();
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mut parts = Brier { score: 0.0, reliability: 0.0, resolution: 0.0, uncertainty: 0.0, within_bins: 0.0 };
    for label in 0..scored.labels().len() {
        let bins = Claims::new(scored, Some(label)).bins(&weights, BINS);
        let share = bins.iter().map(|bin| bin.observed).sum::<f64>() / total;
        parts.uncertainty += share * (1.0 - share);
        for bin in &bins {
            let Some((promised, observed)) = bin.means() else { continue };
            let weight = bin.weight / total;
            parts.reliability += weight * (promised - observed).powi(2);
            parts.resolution += weight * (observed - share).powi(2);
            let spread = bin.promised_squares / bin.weight - promised * promised;
            let together = bin.both / bin.weight - promised * observed;
            parts.within_bins += weight * (spread - 2.0 * together);
        }
    }
    parts.score = brier_rows(scored).zip(weights.iter()).map(|(score, weight)| score * weight).sum::<f64>() / total;
    Some(parts)
}

/// The Brier score of each text.
pub(crate) fn brier_rows(scored: &Scored) -> impl Iterator<Item = f64> {
    scored.rows().zip(scored.truth()).map(|(row, &truth)| {
        let of = |(label, &p): (usize, &f64)| (p - f64::from(u8::from(label == truth))).powi(2);
        row.iter().enumerate().map(of).sum()
    })
}

/// Returns the mean over the texts of -ln(probability of the true label), as scikit-learn's `log_loss`; none where there is
/// no text. A probability below 2.2e-16 counts as that, so that one text that was thought impossible costs 36 and not infinity.
pub fn log_loss(scored: &Scored) -> Option<f64> {
    let weights = scored.weights_or_ones();
    let total: f64 = weights.iter().sum();
    let sum: f64 = log_loss_rows(scored).zip(weights.iter()).map(|(loss, weight)| loss * weight).sum();
    (total > 0.0).then(|| sum / total)
}

/// The log-loss of each text.
pub(crate) fn log_loss_rows(scored: &Scored) -> impl Iterator<Item = f64> {
    scored.rows().zip(scored.truth()).map(|(row, &truth)| {
        let p = row.get(truth).copied().unwrap_or(0.0);
        -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
    })
}

/// Returns the share of texts whose true label is among their `k` most probable ones (of equal ones, the first); none where
/// there is no text.
pub fn top_k_accuracy(scored: &Scored, k: usize) -> Option<f64> {
    let weights = scored.weights_or_ones();
    let total: f64 = weights.iter().sum();
    let hits = top_k(scored, k).zip(weights.iter()).filter(|(hit, _)| *hit);
    let hits: f64 = hits.map(|(_, weight)| weight).sum();
    (total > 0.0).then(|| hits / total)
}

/// Whether the true label of each text is among its `k` most probable ones.
pub(crate) fn top_k(scored: &Scored, k: usize) -> impl Iterator<Item = bool> {
    scored.rows().zip(scored.truth()).map(move |(row, &truth)| {
        let own = row.get(truth).copied().unwrap_or(0.0);
        let before = row.iter().enumerate().filter(|&(label, &p)| p > own || (p == own && label < truth)).count();
        before < k
    })
}

//! How wrong a classifier is on the texts of which it is surest.

use serde::{Deserialize, Serialize};

use crate::Scored;
use crate::reliability::Claims;

/// The share of wrong predictions, the risk, against the share of texts that are decided, the coverage, where those are
/// decided whose most probable label has at least a threshold's probability (El-Yaniv and Wiener, *On the foundations of
/// noise-free selective classification*, 2010).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RiskCoverage {
    /// A point for each probability that a most probable label has, from the highest: texts with equal ones are decided
    /// together. Empty where there is no weight.
    pub points: Vec<RiskPoint>,
    /// The area under the curve (AURC), 0 to 1, lower is better: the mean over the texts, by weight, of the risk at the point
    /// with which each is decided. None where there is no weight.
    pub aurc: Option<f64>,
    /// How far the area exceeds that of the best order of the texts (E-AURC), 0 to 1: with the risk r at full coverage, the
    /// latter is r + (1 - r) ln(1 - r) in the limit of many texts (Geifman, Uziel and El-Yaniv, *Bias-reduced uncertainty
    /// estimation for deep neural classifiers*, 2019). It is near 0 for an order that puts all that is right before all that is wrong, the nearer the more texts there are.
    pub excess_aurc: Option<f64>,
}

/// One point of a [`RiskCoverage`] curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RiskPoint {
    /// The least probability of the most probable label of texts that are decided.
    pub threshold: f64,
    /// The share of the texts' weight that is decided, above 0 and up to 1.
    pub coverage: f64,
    /// The share of what is decided that is wrong, 0 to 1.
    pub risk: f64,
}

/// Returns the risk and the coverage at each threshold, weights included.
///
/// # Example: sure and right, unsure and wrong
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Scored, risk_coverage};
///
/// let probabilities = vec![0.9, 0.1, 0.8, 0.2, 0.3, 0.7, 0.6, 0.4];
/// let scored = Scored::new(Labels::new(["good", "poor"])?, vec![0, 0, 0, 0], probabilities)?;
/// let curve = risk_coverage(&scored);
/// assert_eq!(curve.points[1].coverage, 0.5);
/// assert_eq!(curve.points[1].risk, 0.0); // the third is wrong
/// assert_eq!(curve.aurc, Some((0.0 + 0.0 + 1.0 / 3.0 + 1.0 / 4.0) / 4.0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn risk_coverage(scored: &Scored) -> RiskCoverage {
    let steps = steps(scored);
    let total = steps.last().map_or(0.0, |step| step.weight);
    let points: Vec<RiskPoint> = steps.iter().map(|step| step.point(total)).collect();
    let aurc = area(&steps);
    let excess_aurc = aurc.zip(points.last()).map(|(area, last)| {
        let risk = last.risk;
        let best = if risk < 1.0 { risk + (1.0 - risk) * libm::log1p(-risk) } else { 1.0 };
        (area - best).max(0.0) // rounding
    });
    RiskCoverage { points, aurc, excess_aurc }
}

/// The texts whose most probable label has at least this probability.
pub(crate) struct Step {
    pub(crate) threshold: f64,
    pub(crate) weight: f64,
    pub(crate) wrong: f64,
}

impl Step {
    /// The point on a curve of texts that weigh `total`.
    pub(crate) fn point(&self, total: f64) -> RiskPoint {
        RiskPoint {
            // The probabilities of a text may add up to a little more than 1.
            threshold: self.threshold.min(1.0),
            coverage: self.weight / total,
            // The sum of what is wrong is in the same order as that of all, and never the greater.
            risk: self.wrong / self.weight,
        }
    }
}

/// The area under the curve; none where there is no weight.
pub(crate) fn area(steps: &[Step]) -> Option<f64> {
    let total = steps.last()?.weight;
    let before = [0.0].into_iter().chain(steps.iter().map(|step| step.weight));
    let parts = before.zip(steps).map(|(before, step)| (step.weight - before) * (step.wrong / step.weight));
    Some(parts.sum::<f64>() / total)
}

/// The steps from the highest threshold to the lowest; without weights, their sums are counts.
pub(crate) fn steps(scored: &Scored) -> Vec<Step> {
    Claims::new(scored, None).steps(&scored.weights_or_ones())
}

//! When to leave a text to a person.

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, beta_quantile};
use serde::{Deserialize, Serialize};

use crate::scored::ROUNDING;
use crate::scored::most_probable;
use crate::selective::{Step, steps};
use crate::{RiskPoint, Scored};

/// Decides the texts whose most probable label has at least a threshold's probability, and leaves the others to a person.
///
/// Serialised as its fields; [`validate`](Self::validate) what was read.
///
/// # Example: at most one in ten wrong
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Abstention, Scored};
///
/// // A hundred texts of which it is sure, and right; a hundred of which it is not, and right one time in two.
/// let probabilities = [[0.9, 0.1].repeat(100), [0.6, 0.4].repeat(100)].concat();
/// let truth = (0..200).map(|text| usize::from(text >= 100 && text % 2 == 0)).collect();
/// let scored = Scored::new(Labels::new(["good", "poor"])?, truth, probabilities)?;
/// let abstention = Abstention::at_risk(&scored, 0.1, 0.05)?.expect("a hundred texts without error are enough");
/// assert_eq!((abstention.threshold, abstention.coverage), (0.9, 0.5));
/// assert_eq!(abstention.decide(&[0.95, 0.05]), Some(0));
/// assert_eq!(abstention.decide(&[0.3, 0.7]), None);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Abstention {
    /// The least probability of the most probable label of a text that is decided, 0 to 1.
    pub threshold: f64,
    /// The share of the texts it was chosen on, by weight, that are decided, above 0 and up to 1.
    pub coverage: f64,
    /// The share of those that are wrong, 0 to 1.
    pub risk: f64,
    /// From 0 to the upper bound that was asked to be low enough, at the level 1 - `delta`; none where no risk was asked for.
    pub risk_interval: Option<Interval>,
}

impl Abstention {
    /// Returns the threshold of the largest coverage found whose risk on other texts like these is at most `max_risk`, but for
    /// a probability of `delta` over draws of these texts; none where no threshold can promise that.
    ///
    /// It is selection with guaranteed risk (Geifman and El-Yaniv, *Selective classification for deep neural networks*, 2017):
    /// thresholds are searched by halving, and each of the at most k = ceil(log2(m + 1)) of m thresholds that are looked at
    /// passes where the upper Clopper-Pearson bound of its risk at the level 1 - `delta` / k is at most `max_risk`. Which ones
    /// are looked at depends on the outcomes; dividing by k alone is enough where the true risk does not rise with the
    /// threshold, because the first one to pass wrongly then lies on one way that the outcomes do not change. Of 500 simulated
    /// draws of 2,000 texts, with `max_risk` and `delta` 0.1, fewer than 3 % broke the promise (`tests/selective.rs`).
    ///
    /// The bound takes the texts for independent draws of those that are to come. Texts that were copied into the sample, or of
    /// one author, say less than as many others.
    ///
    /// # Errors
    /// When `max_risk` or `delta` is not above 0 and below 1, or the texts have weights, for which there is no exact bound.
    pub fn at_risk(scored: &Scored, max_risk: f64, delta: f64) -> Result<Option<Self>> {
        let mut faults = Vec::new();
        for (what, share) in [("the greatest risk", max_risk), ("delta", delta)] {
            if !(share > 0.0 && share < 1.0) {
                faults.push(format!("abstention: {what} is {share}; expected above 0 and below 1"));
            }
        }
        if scored.weights().is_some() {
            faults.push(
                "abstention: texts with weights; expected none, because their risk has no exact bound".to_owned(),
            );
        }
        Error::from_faults(faults)?;
        let steps = steps(scored);
        let tests = usize::BITS - steps.len().leading_zeros();
        let level = 1.0 - delta / f64::from(tests);
        let total = steps.last().map_or(0.0, |step| step.weight);
        let mut found = None;
        let mut open = steps.as_slice();
        while let Some((left, [middle, right @ ..])) = open.split_at_checked(open.len() / 2) {
            let bound = upper_bound(middle, level);
            open = if bound <= max_risk {
                let interval = Interval { low: 0.0, high: bound, level: 1.0 - delta };
                found = Some(Self::new(middle.point(total), Some(interval)));
                right
            } else {
                left
            };
        }
        Ok(found)
    }

    /// Returns the highest threshold that decides at least this share of the texts, by weight; none where there is no weight.
    ///
    /// # Errors
    /// When `coverage` is not above 0 and at most 1.
    pub fn at_coverage(scored: &Scored, coverage: f64) -> Result<Option<Self>> {
        if !(coverage > 0.0 && coverage <= 1.0) {
            return Err(Error::config(format!("abstention: coverage is {coverage}; expected above 0 and at most 1")));
        }
        let steps = steps(scored);
        let total = steps.last().map_or(0.0, |step| step.weight);
        // Rounding of a sum must not ask for one text more.
        let enough = |step: &&Step| step.weight >= (coverage - 1e-12) * total;
        Ok(steps.iter().find(enough).map(|step| Self::new(step.point(total), None)))
    }

    fn new(RiskPoint { threshold, coverage, risk }: RiskPoint, risk_interval: Option<Interval>) -> Self {
        Self { threshold, coverage, risk, risk_interval }
    }

    /// Checks what was read from a file: every number is 0 to 1.
    ///
    /// # Errors
    /// When one is not; all are named at once.
    pub fn validate(&self) -> Result<()> {
        let interval = self.risk_interval.map(|i| [("bound", i.high), ("lower end", i.low), ("level", i.level)]);
        let own = [("threshold", self.threshold), ("coverage", self.coverage), ("risk", self.risk)];
        let odd = |(_, share): &(&str, f64)| !(0.0..=1.0).contains(share);
        let faults = own.into_iter().chain(interval.into_iter().flatten()).filter(odd);
        Error::from_faults(
            faults.map(|(what, share)| format!("abstention: {what} is {share}; expected 0 to 1")).collect(),
        )
    }

    /// Returns the index of the most probable label of a text with these probabilities, `[labels]`; of equal ones, the first.
    /// None where it is below the threshold by more than rounding, 1e-6.
    pub fn decide(&self, row: &[f64]) -> Option<usize> {
        let (label, confidence) = most_probable(row);
        (confidence >= self.threshold - ROUNDING).then_some(label)
    }
}

/// Clopper and Pearson's upper bound for the risk (1934).
fn upper_bound(step: &Step, level: f64) -> f64 {
    let right = step.weight - step.wrong;
    // There is no quantile where all are wrong.
    beta_quantile(step.wrong + 1.0, right, level).unwrap_or(1.0)
}

//! The counted shares, taken for the true ones.

use plaudit_core::Result;
use serde::{Deserialize, Serialize};

use crate::flip::{FlipBudget, alone, counts_of};
use crate::paper::counted;
use crate::policy::Criteria;
use crate::{Policy, Reason, Survey, Verdict, Verdicts};

/// Promotes a division just where its counted shares have the score and keep the limits of a policy: a baseline to compare
/// with, not advice.
///
/// It knows no doubt, neither of who answered nor of the classifier. Only a division without answers needs more data.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct NaiveShare {
    /// What is wanted: its `utilities`, `min_score` and `limits` are used.
    pub policy: Policy,
}

impl NaiveShare {
    /// Returns the rule with this policy's utilities, score and limits.
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }

    /// Returns one verdict a division, with the shares that were counted and their score.
    ///
    /// # Errors
    /// When the policy is at fault, or labels of the survey have no utility.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.policy.validate()?;
        let criteria = self.policy.criteria(survey.labels())?;
        let divisions = survey.divisions().iter().map(|division| {
            let n = division.total();
            if n == 0 {
                let reason = Reason::TooFewRows { n, min: 1 };
                return counted(survey.labels(), division, Verdict::NeedsMoreData, vec![reason]);
            }
            let shares: Vec<f64> = division.counts.iter().map(|&count| count as f64 / n as f64).collect();
            let (score, min) = (criteria.score(&shares), criteria.min_score);
            let mut reasons = vec![Reason::CountedScore { score, min }];
            for limit in &criteria.limits {
                if let (Some(label), Some(&share)) = (survey.labels().name(limit.index), shares.get(limit.index)) {
                    reasons.push(Reason::CountedLimit { label: label.to_owned(), share, max: limit.max });
                }
            }
            let fails = surplus(&criteria, &division.counts) < 0.0 || criteria.limits.iter().any(|l| l.fails(&shares));
            let verdict = if fails { Verdict::Hold } else { Verdict::Promote };
            let mut decided = counted(survey.labels(), division, verdict, reasons);
            decided.score = Some(score);
            decided
        });
        Ok(Verdicts::new(survey.labels().clone(), divisions.collect()))
    }

    /// Returns the flip budget: in closed form where no label of the survey has a limit, to rounding, and otherwise by
    /// trying, as [`Rule::flip_budget`](crate::Rule::flip_budget) says.
    ///
    /// Without limits a division is promoted just where W = sum of w_k n_k over the labels k is at least 0, for the weights
    /// w_k = u_k - s_min. Inserting an answer of label k changes W by w_k, as often as one likes; removing one changes it
    /// by -w_k, n_k times at most. Ordered by what they change in the wanted direction, the first t of these steps change W
    /// by more than any other t, so the least number of steps is that of the shortest such sequence which brings W across:
    /// first the removals that change more than the best insertion, and then that insertion. Inserting and removing one
    /// label undo each other, so that the sequence has no such pair. And all n answers removed leave none, which needs more
    /// data: the budget is at most n; without an answer it is 1.
    ///
    /// # Errors
    /// As [`decide`](Self::decide), or when the survey has no such division.
    pub fn flip_budget(&self, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
        self.policy.validate()?;
        let criteria = self.policy.criteria(survey.labels())?;
        if !criteria.limits.is_empty() {
            return alone(self, survey, division, radius);
        }
        let counts = counts_of(survey, division)?;
        let n: u64 = counts.iter().sum();
        if n == 0 {
            return Ok(FlipBudget::exact(1));
        }
        let surplus = surplus(&criteria, counts);
        let weights = criteria.utilities.iter().map(|utility| utility - criteria.min_score);
        let steps = if surplus < 0.0 {
            let reached = |lack: f64| lack <= 0.0;
            steps(-surplus, weights.zip(counts.iter().copied()), reached)
        } else {
            let reached = |surplus: f64| surplus < 0.0;
            steps(surplus, weights.map(|weight| -weight).zip(counts.iter().copied()), reached)
        };
        Ok(FlipBudget::exact(steps.map_or(n, |steps| steps.min(n))))
    }
}

/// The sum of (u_k - s_min) n_k: at least 0 just where the score is high enough.
fn surplus(criteria: &Criteria, counts: &[u64]) -> f64 {
    criteria.utilities.iter().zip(counts).map(|(utility, &count)| (utility - criteria.min_score) * count as f64).sum()
}

/// The fewest steps that take `left` to where it is `reached`. Inserting a label lowers it by its weight, removing one
/// raises it by that. None where no number of steps does.
fn steps(mut left: f64, labels: impl Iterator<Item = (f64, u64)>, reached: impl Fn(f64) -> bool) -> Option<u64> {
    let labels: Vec<(f64, u64)> = labels.collect();
    let inserted = labels.iter().map(|&(weight, _)| weight).fold(0.0, f64::max);
    let mut removals: Vec<(f64, u64)> =
        labels.iter().map(|&(weight, count)| (-weight, count)).filter(|&(gain, _)| gain > inserted).collect();
    removals.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut total = 0u64;
    for (gain, count) in removals.into_iter().chain((inserted > 0.0).then_some((inserted, u64::MAX))) {
        // The quotient, put right where it is rounded.
        let mut steps = (left / gain) as u64;
        steps = steps.saturating_sub(1);
        while steps < count && !reached(left - gain * steps as f64) {
            steps += 1;
        }
        if steps <= count && reached(left - gain * steps as f64) {
            return Some(total.saturating_add(steps));
        }
        left -= gain * count as f64;
        total = total.saturating_add(count);
    }
    None
}

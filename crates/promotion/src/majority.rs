//! More than half of the answers.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::flip::{FlipBudget, counts_of};
use crate::paper::counted;
use crate::policy::same;
use crate::{Reason, Survey, Verdict, Verdicts};

/// Promotes a division just where more than half of its answers have a good label: a baseline to compare with, not advice.
///
/// It knows no doubt. Half holds; only a division without answers needs more data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct MajorityRule {
    /// The good labels, compared ignoring case; those that a survey does not have are not used. By default `Good` and
    /// `positive`.
    pub good: Vec<String>,
}

impl Default for MajorityRule {
    fn default() -> Self {
        Self { good: ["Good", "positive"].map(str::to_owned).to_vec() }
    }
}

impl MajorityRule {
    /// Returns one verdict a division, with the shares that were counted.
    ///
    /// # Errors
    /// When the survey has none of the labels.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        let is_good = self.is_good(survey)?;
        let divisions = survey.divisions().iter().map(|division| {
            let (good, n) = (good(&is_good, &division.counts), division.total());
            let verdict = match n {
                0 => Verdict::NeedsMoreData,
                _ if good > n - good => Verdict::Promote,
                _ => Verdict::Hold,
            };
            let reason = if n == 0 { Reason::TooFewRows { n, min: 1 } } else { Reason::Majority { count: good, n } };
            counted(survey.labels(), division, verdict, vec![reason])
        });
        Ok(Verdicts::new(survey.labels().clone(), divisions.collect()))
    }

    /// Returns the flip budget, in closed form: with g good answers and r others, g - r where the division is promoted,
    /// the lesser of r - g + 1 and g + r where it is held, and 1 without an answer.
    ///
    /// Proof: an insertion or removal changes g - r by exactly 1. A division is promoted just where g - r > 0, so to hold it
    /// takes at least g - r changes, and removing so many good answers does; to promote it takes at least r - g + 1, and
    /// inserting so many good answers does. It needs more data just where no answer is left, which takes g + r removals.
    ///
    /// # Errors
    /// When the survey has none of the labels, or no such division.
    pub fn flip_budget(&self, survey: &Survey, division: &str) -> Result<FlipBudget> {
        let is_good = self.is_good(survey)?;
        let counts = counts_of(survey, division)?;
        let n: u64 = counts.iter().sum();
        let good = good(&is_good, counts);
        let rest = n - good;
        Ok(FlipBudget::exact(match n {
            0 => 1,
            _ if good > rest => good - rest,
            _ => (rest - good).saturating_add(1).min(n),
        }))
    }

    fn is_good(&self, survey: &Survey) -> Result<Vec<bool>> {
        let is_good = survey.labels().iter().map(|label| self.good.iter().any(|good| same(good, label)));
        let is_good: Vec<bool> = is_good.collect();
        if !is_good.contains(&true) {
            return Err(Error::config(format!("good: the survey has none of the labels {:?}", self.good)));
        }
        Ok(is_good)
    }
}

/// The number of good answers.
fn good(is_good: &[bool], counts: &[u64]) -> u64 {
    is_good.iter().zip(counts).filter(|(good, _)| **good).map(|(_, count)| count).sum()
}

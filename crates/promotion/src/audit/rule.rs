//! Rules that can be made again from what was recorded.

use std::collections::BTreeMap;

use plaudit_core::{Labels, Result};
use serde::{Deserialize, Serialize};

use super::{Decision, Difference, Digest, Json, Replay};
use crate::prevalence::{CutConfig, CutPosterior, ErrorMatrix, OwnShares, ShiftCheck};
use crate::{Corrected, Policy, Rule, Survey, Verdicts};

/// A rule as it is recorded: everything that its verdicts hang on, but for the counts.
///
/// # Example: decide by what is to be recorded
/// ```
/// use plaudit_core::{Labels, Origin};
/// use plaudit_promotion::audit::{Decision, RecordedRule};
/// use plaudit_promotion::prevalence::{CutConfig, ErrorMatrix};
/// use plaudit_promotion::{DivisionCounts, Policy, Rule, Survey};
///
/// let labels = Labels::new(["positive", "negative"])?;
/// let errors = ErrorMatrix::new(labels.clone(), Origin::OutOfFold { folds: 5 }, &[[45, 5], [20, 30]])?;
/// let rule = RecordedRule::corrected(Policy::default(), errors, CutConfig::default());
/// let survey = Survey::new(labels, vec![DivisionCounts::new("Library", [1_900, 100])])?;
/// let verdicts = rule.rule()?.decide(&survey)?;
/// let decision = Decision::by(&rule, &survey, &verdicts)?;
/// assert!(decision.replay_recorded()?.is_same());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordedRule {
    /// [`Policy`] on labels as they were counted.
    Policy(Box<Policy>),
    /// [`Corrected`] for the classifier's errors.
    Corrected(Box<RecordedCorrection>),
}

/// What [`Corrected`] is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct RecordedCorrection {
    /// What is wanted.
    pub policy: Policy,
    /// How often the classifier was wrong about rows whose label is known.
    pub errors: ErrorMatrix,
    /// How shares are drawn.
    pub cut: CutConfig,
    /// [`Corrected::margin`].
    pub margin: f64,
    /// [`Corrected::shift`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<ShiftCheck>,
    /// [`Corrected::own`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub own: BTreeMap<String, OwnShares>,
}

impl RecordedRule {
    /// Returns [`Corrected`] with the default margin, without a label-shift check.
    pub fn corrected(policy: Policy, errors: ErrorMatrix, cut: CutConfig) -> Self {
        Self::checked(policy, errors, cut, None)
    }

    /// Returns [`Corrected`] with the default margin and this label-shift check.
    pub fn checked(policy: Policy, errors: ErrorMatrix, cut: CutConfig, shift: Option<ShiftCheck>) -> Self {
        let (margin, own) = (Corrected::MARGIN, BTreeMap::new());
        Self::Corrected(Box::new(RecordedCorrection { policy, errors, cut, margin, shift, own }))
    }

    /// Returns the rule itself.
    ///
    /// # Errors
    /// When its settings are at fault.
    pub fn rule(&self) -> Result<Box<dyn Rule>> {
        Ok(match self {
            Self::Policy(policy) => {
                policy.validate()?;
                policy.clone()
            }
            Self::Corrected(of) => {
                of.policy.validate()?;
                let mut corrected = Corrected::new(of.policy.clone(), CutPosterior::new(&of.errors, &of.cut)?);
                corrected.margin = of.margin;
                corrected.shift.clone_from(&of.shift);
                corrected.own.clone_from(&of.own);
                Box::new(corrected)
            }
        })
    }

    /// Returns a summary of the posterior that a verdict does not have: of [`Corrected`], the mean of the draws of the error
    /// rates, `[gold][predicted]`, and the SHA-256 of all draws (as 64-bit numbers, the lowest byte first); of a [`Policy`],
    /// its prior.
    ///
    /// # Errors
    /// When its settings are at fault.
    pub fn posterior(&self) -> Result<Json> {
        match self {
            Self::Policy(policy) => Json::of(&Summary::Dirichlet { prior: policy.prior }),
            Self::Corrected(of) => {
                let cut = CutPosterior::new(&of.errors, &of.cut)?;
                let draws: Vec<u8> = cut.error_rates().flatten().flat_map(|rate| rate.to_le_bytes()).collect();
                Json::of(&Summary::Cut {
                    gold_rows: cut.gold_rows(),
                    draws: of.cut.draws,
                    error_rates: mean_rates(&cut, of.errors.labels()),
                    draws_digest: Digest::of(draws),
                })
            }
        }
    }
}

/// A posterior in a few numbers. A type, because the fields of a map of serde_json's have another order under one of its features.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Summary {
    Dirichlet { prior: f64 },
    Cut { gold_rows: u64, draws: usize, error_rates: Vec<Vec<f64>>, draws_digest: Digest },
}

/// The mean of the draws of the error rates, `[gold][predicted]`.
fn mean_rates(cut: &CutPosterior, labels: &Labels) -> Vec<Vec<f64>> {
    let mut sums = vec![0.0; labels.len() * labels.len()];
    for draw in cut.error_rates() {
        sums.iter_mut().zip(draw).for_each(|(sum, rate)| *sum += rate);
    }
    let draws = cut.error_rates().len() as f64;
    sums.chunks_exact(labels.len()).map(|row| row.iter().map(|sum| sum / draws).collect()).collect()
}

impl Decision {
    /// Returns the record of these verdicts, which the rule reached about this survey, with the summary of its posterior; the
    /// other fields are public.
    ///
    /// # Errors
    /// When the rule's settings are at fault, or it or the verdicts cannot be written as JSON.
    pub fn by(rule: &RecordedRule, survey: &Survey, verdicts: &Verdicts) -> Result<Self> {
        let mut decision = Self::new(rule, survey, verdicts)?;
        decision.posterior = Some(rule.posterior()?);
        Ok(decision)
    }

    /// Decides about the recorded survey by the recorded rule again, and returns whether verdicts and posterior are the same,
    /// byte for byte.
    ///
    /// # Errors
    /// When the rule is no [`RecordedRule`], or as [`replay`](Self::replay).
    pub fn replay_recorded(&self) -> Result<Replay> {
        let rule: RecordedRule = self.rule.parse()?;
        let mut replay = self.replay(rule.rule()?.as_ref())?;
        if let Some(recorded) = &self.posterior {
            let again = rule.posterior()?;
            if *recorded != again {
                let [recorded, replayed] = [recorded, &again].map(|json| Some(json.as_str().to_owned()));
                replay.add(Difference { division: String::new(), field: "posterior".to_owned(), recorded, replayed });
            }
        }
        Ok(replay)
    }
}

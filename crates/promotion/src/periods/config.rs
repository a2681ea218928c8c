//! How two periods are compared.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};
use plaudit_stats::{benjamini_hochberg, holm};
use serde::{Deserialize, Serialize};

use crate::Policy;

/// How two periods are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PeriodConfig {
    /// What one answer of each label is worth, as in [`Policy`]; the score of a division is its mean.
    pub utilities: BTreeMap<String, f64>,
    /// How often a division that did not change may be called better or worse; above 0, below 0.5. By default 0.05. The
    /// level of every interval is 1 less it: where each division stands for itself, one is called better just where the
    /// interval of its change lies above 0.
    pub alpha: f64,
    /// What `alpha` is a rate of, where there are many divisions.
    pub many: Many,
    /// The change of a label's share, 0 to below 1, that matters. By default 0.05.
    pub amount: f64,
    /// The fewest answers in each period that decide anything. By default 10.
    pub min_rows: u64,
    /// The number of draws of each division, where they do not come from a [`CutPosterior`](crate::prevalence::CutPosterior),
    /// 100 to 1,000,000 and at least 20 / `alpha`. By default 4,000. No p-value is below 2 / (`draws` + 1): with thousands of
    /// divisions of which few changed, take more.
    pub draws: usize,
    /// The Dirichlet prior's weight for each label, in answers, as in [`Policy`].
    pub prior: f64,
    /// The seed of every draw.
    pub seed: u64,
}

/// What the rate of mistakes counts, where many divisions are compared.
///
/// The p-value of a division is twice the posterior probability of the less likely direction. Where nothing changed it is
/// about evenly spread, and it is adjusted as p-values are. [`Selection::FalseDiscovery`](crate::Selection) does not serve here:
/// it bounds the mean posterior probability of a wrong direction, and as the posterior knows no division that is exactly as it
/// was, it would call a fifth of those better or worse with an alpha of 0.05.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Many {
    /// Each division by itself: of 100 that did not change, about 100 `alpha` are called better or worse.
    Each,
    /// The expected share of divisions that did not change among those that are called better or worse (Benjamini and
    /// Hochberg 1995).
    #[default]
    FalseDiscovery,
    /// The chance that any division that did not change is called better or worse (Holm 1979).
    Holm,
}

impl Many {
    /// The p-values adjusted.
    pub(super) fn adjust(self, p_values: &[f64]) -> Result<Vec<f64>> {
        match self {
            Self::Each => Ok(p_values.to_vec()),
            Self::FalseDiscovery => benjamini_hochberg(p_values),
            Self::Holm => holm(p_values),
        }
    }
}

impl Default for PeriodConfig {
    fn default() -> Self {
        Self::from_policy(&Policy::default())
    }
}

impl PeriodConfig {
    /// Returns a comparison with a policy's utilities, `alpha`, `min_rows`, `draws`, `prior` and `seed`.
    pub fn from_policy(policy: &Policy) -> Self {
        Self {
            utilities: policy.utilities.clone(),
            alpha: policy.alpha,
            many: Many::default(),
            amount: 0.05,
            min_rows: policy.min_rows,
            draws: policy.draws,
            prior: policy.prior,
            seed: policy.seed,
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite, or a label stands twice, ignoring case. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Err(Error::Config { faults: found }) = self.policy().validate() {
            faults.extend(found);
        }
        if self.alpha > 0.0 && (self.draws as f64) < 20.0 / self.alpha {
            faults.push(format!("draws: {}; expected at least 20 / alpha", self.draws));
        }
        if !(0.0..1.0).contains(&self.amount) {
            faults.push(format!("amount: {}; expected 0 to below 1", self.amount));
        }
        Error::from_faults(faults)
    }

    /// The policy by which shares are drawn and scored; what it needs for promotion is not looked at.
    pub(super) fn policy(&self) -> Policy {
        Policy {
            utilities: self.utilities.clone(),
            limits: BTreeMap::new(),
            alpha: self.alpha,
            min_rows: self.min_rows,
            draws: self.draws,
            prior: self.prior,
            seed: self.seed,
            ..Policy::default()
        }
    }
}

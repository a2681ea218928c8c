//! What to compute from reactions.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Baseline, Plan, Reading, Valence};

/// What a [`ReactionReport`](super::ReactionReport) is made with.
///
/// ```
/// use plaudit_promotion::reactions::{Baseline, Reactions, ReactionsConfig};
///
/// let mut config = ReactionsConfig::default();
/// config.baseline = Baseline::Historical { negative: 412, reactions: 1_530 };
/// let report = config.report(&Reactions::dpms())?;
/// assert!(report.declared.labels[0].below_baseline.unwrap().low > 0.2);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ReactionsConfig {
    /// What each reaction is taken for.
    pub valence: Valence,
    /// With what each label is compared.
    pub baseline: Baseline,
    /// The level of every interval, between 0 and 1; 0.95 by default.
    pub level: f64,
    /// The standard deviations between posts of one label, on the logit scale, with which to compute each reduction again
    /// ([`Reading::BetweenPosts`]); at most 16, each above 0 up to 10. By default 1 and 2.
    pub spreads: Vec<f64>,
    /// A comparison that is yet to be made.
    pub plan: Plan,
    /// The number of draws for each interval of a reduction, 100 to 1,000,000 and at least 10 / (1 - `level`); 10,000 by
    /// default: the simulation's standard error of an end of a 95 % interval is then about a seventieth of its distance from the middle.
    pub draws: usize,
    /// The seed of every draw.
    pub seed: u64,
}

/// Each spread costs as many draws a label as the counts alone do, and a column of the table.
const MOST_SPREADS: usize = 16;

impl Default for ReactionsConfig {
    fn default() -> Self {
        Self {
            valence: Valence::default(),
            baseline: Baseline::default(),
            level: 0.95,
            spreads: vec![1.0, 2.0],
            plan: Plan::default(),
            draws: 10_000,
            seed: 0,
        }
    }
}

impl ReactionsConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite, or the valence is at fault. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Err(Error::Config { faults: wrong }) = self.valence.validate() {
            faults.extend(wrong.into_iter().map(|fault| format!("valence.{fault}")));
        }
        faults.extend(self.baseline.fault());
        let level = self.level > 0.0 && self.level < 1.0;
        if !level {
            faults.push(format!("level: {}; expected between 0 and 1", self.level));
        }
        for sd in self.spreads.iter().filter(|&&sd| !(sd > 0.0 && sd <= 10.0)) {
            faults.push(format!("spreads: {sd}; expected above 0 up to 10"));
        }
        if self.spreads.len() > MOST_SPREADS {
            faults.push(format!("spreads: {} of them; expected at most {MOST_SPREADS}", self.spreads.len()));
        }
        faults.extend(self.plan.faults());
        if !(100..=1_000_000).contains(&self.draws) {
            faults.push(format!("draws: {}; expected 100 to 1000000", self.draws));
        } else if level && self.draws as f64 * (1.0 - self.level) < 10.0 - 1e-9 {
            // Each end of an interval must hang on some draws, as each of a bootstrap's does on some resamples.
            faults.push(format!("draws: {}; expected at least 10 / (1 - level)", self.draws));
        }
        Error::from_faults(faults)
    }

    /// The readings of a reduction, in the order of a report.
    pub(crate) fn readings(&self) -> Vec<Reading> {
        let between = self.spreads.iter().map(|&sd| Reading::BetweenPosts { sd });
        [Reading::Binomial].into_iter().chain(between).chain([Reading::BetaBinomial]).collect()
    }
}

//! How a simulation is run.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::prevalence::CutConfig;
use crate::{Corrected, Policy};

/// How a simulation is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct SimulationConfig {
    /// The number of runs in all, at most a million and at least 2 a cell, over which they are spread evenly. By default
    /// 2,000.
    pub runs: usize,
    /// The number of divisions of each run, 1 to 1,000. They share its gold rows, so they are no independent runs. By
    /// default 5.
    pub divisions: usize,
    /// By how much a division's true score is above the one that promotion needs where the power is measured, at least 0.
    /// By default 0.15.
    pub gap: f64,
    /// What is wanted. Scores alone are looked at: its `limits` and its `selection` are not used.
    pub policy: Policy,
    /// How shares are drawn. Its seed is not used.
    pub cut: CutConfig,
    /// The margin of [`Corrected`], 0 to 10; its default by default.
    pub margin: f64,
    /// The seed of everything.
    pub seed: u64,
}

impl Default for SimulationConfig {
    fn default() -> Self {
        Self {
            runs: 2_000,
            divisions: 5,
            gap: 0.15,
            policy: Policy::default(),
            cut: CutConfig { draws: 500, ..CutConfig::default() },
            margin: Corrected::MARGIN,
            seed: 0,
        }
    }
}

impl SimulationConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: String, expected: &str| {
            if !good {
                faults.push(format!("{field}: {found}; expected {expected}"));
            }
        };
        check(self.runs <= 1_000_000, "runs", self.runs.to_string(), "at most 1000000");
        check((1..=1_000).contains(&self.divisions), "divisions", self.divisions.to_string(), "1 to 1000");
        check(self.gap >= 0.0 && self.gap.is_finite(), "gap", self.gap.to_string(), "a number of at least 0");
        check((0.0..=10.0).contains(&self.margin), "margin", self.margin.to_string(), "0 to 10");
        let few = (2.0 * self.cut.draws as f64) < 10.0 / self.policy.alpha;
        check(!few, "cut", format!("draws: {}", self.cut.draws), "2 x draws of at least 10 / alpha");
        for (part, checked) in [("policy", self.policy.validate()), ("cut", self.cut.validate())] {
            if let Err(Error::Config { faults: found }) = checked {
                faults.extend(found.into_iter().map(|fault| format!("{part}: {fault}")));
            }
        }
        Error::from_faults(faults)
    }
}

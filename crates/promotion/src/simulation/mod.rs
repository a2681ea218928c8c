//! How often intervals hold the truth and divisions are promoted by mistake, and what caution costs: by simulation.
//!
//! A [`Cell`] is a situation: a classifier's true error rates, how many gold rows there are, how many texts a division has,
//! and what its texts truly are. In each run the gold rows and the predicted counts of some divisions are drawn anew, and
//! decided about as they would be in use. What is true is known, so every interval and every verdict can be judged.
//!
//! # Example: what would these gold rows allow?
//! ```
//! use plaudit_core::{Labels, Origin};
//! use plaudit_promotion::prevalence::ErrorMatrix;
//! use plaudit_promotion::simulation::{Cell, Shares, SimulationConfig, simulate};
//!
//! let labels = Labels::new(["positive", "negative"])?;
//! let gold = ErrorMatrix::new(labels.clone(), Origin::OutOfFold { folds: 5 }, &[[45, 5], [20, 30]])?;
//! let cell = Cell::like(&gold, 2_000, Shares::Fixed { shares: vec![0.7, 0.3] })?;
//! let mut config = SimulationConfig::default();
//! (config.runs, config.cut.draws) = (20, 100);
//! let found = &simulate(&labels, &[cell], &config, &[])?[0];
//! // A division that is 0.15 above the score that promotion needs is seldom seen to be so: 100 gold rows are few.
//! assert!(found.corrected.power.value < 0.7);
//! // The counts as they are, without the classifier's errors, hold the truth almost never.
//! assert!(found.naive.coverage.value < 0.2 && found.corrected.coverage.value > 0.6);
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod cell;
mod config;
mod outcome;
mod run;

pub use cell::{Cell, Shares};
pub use config::SimulationConfig;
pub use outcome::{Figures, Outcome, Rate, Regret};
pub use run::simulate;

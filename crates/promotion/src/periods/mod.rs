//! This period against the last: how each division changed, and whether what it was measured with changed.
//!
//! [`compare`] says of each division whether its score is better or worse, with the interval of the change and of the change of
//! each label's share, and how much of the change of all divisions together is the mix of divisions. [`error_drift`] asks whether
//! the classifier errs as it did. Both see counts; whether texts changed, seasons, and the terms behind a change need the texts.
//!
//! # Example: this term against last
//! ```
//! use plaudit_core::Labels;
//! use plaudit_promotion::periods::{PeriodConfig, Statement, compare};
//! use plaudit_promotion::{DivisionCounts, Survey};
//!
//! let survey = |library, accounts| {
//!     let divisions = vec![DivisionCounts::new("Library", library), DivisionCounts::new("Accounts", accounts)];
//!     Survey::new(Labels::dpms(), divisions)
//! };
//! let last = survey([60, 20, 12, 8], [30, 20, 20, 30])?;
//! let this = survey([58, 22, 11, 9], [60, 20, 10, 10])?;
//! let comparison = compare(&last, &this, &PeriodConfig::default(), None)?;
//! assert_eq!(comparison.of("Library").unwrap().statement, Statement::NoClearChange);
//! assert_eq!(comparison.of("Accounts").unwrap().statement, Statement::Better);
//! println!("{comparison}");
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod change;
mod compare;
mod config;
mod deviance;
mod errors;
mod report;
mod table;
mod whole;

pub use change::Change;
pub use compare::compare;
pub use config::{Many, PeriodConfig};
pub use errors::{ErrorDrift, ErrorDriftConfig, RowDrift, error_drift};
pub use report::{DivisionChange, PeriodComparison, Statement};
pub use whole::{Part, WholeChange};

//! Which texts people should label, and what their labels say of the classifier's errors.
//!
//! A [`SamplePlan`] draws texts at random within each division, each with a known probability. It is written as a sheet
//! for people ([`SamplePlan::write_csv`]); the filled sheet ([`FilledSheet::read`]) becomes an
//! [`ErrorMatrix`](crate::prevalence::ErrorMatrix) of the whole population, which
//! [corrects](crate::Corrected) the verdicts.
//!
//! # Example: from texts to an error matrix
//! ```
//! use plaudit_core::{Labels, Origin};
//! use plaudit_promotion::labelling::{FilledSheet, PlanConfig, Population, SamplePlan};
//!
//! let texts: Vec<(String, &str)> = (0..40).map(|k| (format!("a{k}"), ["Library", "Finance"][k % 2])).collect();
//! let population = Population::new(texts.iter().map(|(id, division)| (id.as_str(), *division, "it was fine")))?;
//! let mut config = PlanConfig::default();
//! config.budget = 10;
//! let plan = SamplePlan::draw(&population, &config)?;
//! assert_eq!((plan.rows.len(), plan.rows[0].inclusion), (10, 0.25));
//!
//! // Somebody opens the sheet, and fills the column `label`.
//! let mut sheet = Vec::new();
//! plan.write_csv(&population, &mut sheet)?;
//! let filled = String::from_utf8_lossy(&sheet).replace("it was fine,,", "it was fine,positive,");
//!
//! let labels = Labels::polarity();
//! let filled = FilledSheet::read(filled.as_bytes(), "sheet.csv", &population, &labels)?;
//! assert_eq!((filled.labelled.len(), filled.blank, filled.rejected.len()), (10, 0, 0));
//! let predicted = vec![0; population.len()]; // the classifier calls them all positive
//! let matrix = filled.error_matrix(labels, Origin::Compared, &predicted)?;
//! assert_eq!(matrix.rows().next(), Some(&[10, 0, 0][..]));
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod allocate;
mod filled;
mod plan;
mod population;
mod sheet;

pub use filled::{DivisionSample, FilledSheet, LabelledRow, SheetFault};
pub(crate) use filled::{delimiter, without_mark};
pub use plan::{Allocation, PlanConfig, PlannedRow, SamplePlan, Stratum, needs};
pub use population::Population;

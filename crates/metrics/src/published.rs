//! Which confusion matrices can give a printed table.
//!
//! Precision, recall, specificity and F1 are ratios of counts. A printed table fixes each of them to a narrow span, and
//! few whole numbers, often none, lie in all spans at once. [`audit`] looks for them; [`attainable`] does so for one
//! printed share and one known total. It is the idea of GRIM (N. J. L. Brown and J. A. J. Heathers, *The GRIM test*,
//! Social Psychological and Personality Science 8, 2017), taken from means to classifiers.
//!
//! A table that no matrix prints has an error somewhere: a slip of typing, averages over runs, scores from another set
//! of texts. Which one, the numbers do not tell.

mod attainable;
mod audit;
mod bounds;
mod class;
mod join;
mod printed;
mod search;
mod solution;
mod table;
mod text;

pub use attainable::{Attainable, attainable};
pub use audit::{Audit, AuditConfig, AuditVerdict, AuditedClass, AuditedTotal, Miss, audit};
pub use printed::{Printed, Reading};
pub use solution::{ClassCounts, Solution};
pub use table::{PublishedClass, PublishedTable};

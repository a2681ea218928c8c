//! How good a classifier is: a confusion matrix, and scores that equal scikit-learn's.
//!
//! Count with a [`ConfusionMatrix`], then read its [`Report`]. What a division by zero leaves undefined is `None`, never
//! NaN and never a silent 0; how the averages count it stands at [`Averages`].
//!
//! # Example: from pairs to a report
//! ```
//! use plaudit_core::Labels;
//! use plaudit_metrics::ConfusionMatrix;
//!
//! let truth = [0, 0, 1, 2, 2, 2];
//! let predicted = [0, 0, 0, 2, 2, 0];
//! let report = ConfusionMatrix::from_pairs(Labels::polarity(), &truth, &predicted)?.report();
//! assert_eq!(report.correct, 4);
//! assert_eq!(report.classes[0].precision, Some(0.5));
//! assert_eq!(report.classes[1].precision, None); // never predicted
//! println!("{report}");
//! # Ok::<(), plaudit_core::Error>(())
//! ```
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod confusion;
mod one_vs_rest;
mod published;
mod report;
mod table;

pub use confusion::ConfusionMatrix;
pub use one_vs_rest::OneVsRest;
pub use published::{
    Attainable, Audit, AuditConfig, AuditMiss, AuditSolution, AuditVerdict, AuditedClass, AuditedTotal, ClassCounts,
    Printed, PublishedClass, PublishedTable, Reading, attainable, audit,
};
pub use report::{Averages, ClassReport, Report};

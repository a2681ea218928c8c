//! How good a classifier is, and how sure that is: figures that equal scikit-learn's, each with its interval.
//!
//! - From predicted labels: count with a [`ConfusionMatrix`], then read its [`Report`].
//! - From probabilities: put them beside the true labels in [`Scored`], then [`evaluate`]; [`roc_curve`], [`pr_curve`],
//!   [`reliability()`] and [`risk_coverage`] give the data of pictures.
//! - Fitted on probabilities of texts that were used for nothing else: [`Calibration`], label sets ([`Conformal`]),
//!   [`Abstention`].
//! - Models against each other: [`compare_models`], [`mcnemar`]; people against a machine: [`agreement()`],
//!   [`krippendorff_alpha`], [`compare_marginals`].
//! - Scores that others printed: [`published`].
//!
//! What a division by zero leaves undefined is `None`, never NaN and never a silent 0; how the averages count it stands at
//! [`Averages`].
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

mod abstention;
mod agreement;
mod calibration;
mod cells;
mod chi_square;
mod compare;
mod compare_table;
mod conformal;
mod confusion;
mod evaluation;
mod figures;
mod krippendorff;
mod marginals;
mod mcnemar;
mod one_vs_rest;
mod ranking;
mod reliability;
mod report;
mod resampling;
mod scored;
mod selective;
mod square_table;
mod table;

pub mod published;

pub use abstention::Abstention;
pub use agreement::{Agreement, agreement};
pub use calibration::{Calibration, CalibrationKind};
pub use chi_square::ChiSquareTest;
pub use compare::{Comparison, Difference, ModelScore, compare_models};
pub use conformal::{Conformal, ConformalConfig, Coverage, LabelCoverage};
pub use confusion::{ConfusionMatrix, Disagreement};
pub use evaluation::{Evaluation, Figure, IntervalMethod, evaluate};
pub use figures::Metric;
pub use krippendorff::{Measurement, krippendorff_alpha, krippendorff_interval};
pub use marginals::{ClassDeviation, MarginalComparison, compare_marginals};
pub use mcnemar::{McNemar, mcnemar};
pub use one_vs_rest::OneVsRest;
pub use ranking::{PrCurve, PrPoint, RocCurve, RocPoint, pr_curve, roc_curve};
pub use reliability::{
    Brier, Reliability, ReliabilityBin, brier, calibration_error, log_loss, reliability, top_k_accuracy,
};
pub use report::{Averages, ClassReport, Report};
pub use scored::Scored;
pub use selective::{RiskCoverage, RiskPoint, risk_coverage};
pub use square_table::{bowker, stuart_maxwell};

/// How intervals are made.
pub use plaudit_stats::{Bootstrap, Interval};

//! The share of each label in a division, from what a classifier predicted there, with the classifier's errors in it.
//!
//! A classifier that takes one text in ten of another label for `Good` moves the share of `Good`, and more texts do not
//! mend it. What mends it is an [`ErrorMatrix`]: how often each label was predicted for rows whose label is known. From
//! it come
//!
//! - [`adjusted_count`], the shares that explain the predicted counts best, beside the baselines [`classify_and_count`] and
//!   [`probabilistic_classify_and_count`];
//! - [`em_quantifier`], the same from calibrated probabilities in the place of labels;
//! - [`CutPosterior`], draws of the shares that hold both the chance of the texts and what the gold rows leave open. It is the
//!   one to decide with.
//!
//! All of them hold only where texts of one label are predicted in a division as the gold rows of that label were;
//! [`ConfidenceCells::check`] asks whether a division's texts look so ([`ShiftCheck`]: those of all divisions), and [`ppi()`] does
//! without, from a random sample of the division with known labels ([`OwnShares`] draws from it). [`manski_bounds`] and [`tipping_point`] say what those who did not answer
//! could change.
//!
//! # Example: shares behind predicted counts
//! ```
//! use plaudit_core::{Labels, Origin};
//! use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
//!
//! // Of 100 good texts 80 were predicted good, of 100 poor ones 30.
//! let labels = Labels::new(["good", "poor"])?;
//! let gold = ErrorMatrix::new(labels, Origin::OutOfFold { folds: 5 }, &[[80, 20], [30, 70]])?;
//! let shares = CutPosterior::new(&gold, &CutConfig::default())?.division(&[110, 90])?;
//! // 55 % predicted good is what 50 % good look like: 0.5 * 0.8 + 0.5 * 0.3.
//! assert!((shares.means()[0] - 0.5).abs() < 0.02);
//! let ends = shares.interval(0.9, |share| share[0]);
//! assert!(ends.low < 0.4 && 0.6 < ends.high);
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod adjusted;
mod cells;
mod cut;
mod em;
mod equations;
mod error_matrix;
mod gibbs;
mod laplace;
mod lines;
mod naive;
mod nonresponse;
mod own;
mod ppi;
mod probabilities;
mod sampler;
mod seldom;
mod share_draws;
mod shift;
mod truncated;

pub use adjusted::adjusted_count;
pub use cells::{ConfidenceCells, LabelShift, ShiftConfig};
pub use cut::{CutConfig, CutPosterior, Prior};
pub use em::{EmEstimate, EmStop, em_quantifier};
pub use error_matrix::ErrorMatrix;
pub use naive::{classify_and_count, probabilistic_classify_and_count};
pub use nonresponse::{manski_bounds, tipping_point};
pub use own::OwnShares;
pub use ppi::{GoldSample, PpiEstimate, ppi};
pub use probabilities::Probabilities;
pub(crate) use seldom::Event;
pub use share_draws::{ShareDraws, Variance};
pub use shift::{Shift, ShiftCheck};

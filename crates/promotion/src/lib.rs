//! From counts of labels to a verdict: promote, hold, or collect more answers; with its uncertainty and its reasons.
//!
//! Count a [`Survey`], state a [`Policy`], read the [`Verdicts`]. Nothing here sees a text or a model. What came of posts that
//! went out is the matter of [`reactions`].
//!
//! A policy alone takes the counts for what they are: its intervals hold the chance of the draw, which people happened to
//! answer. **Counts that come from a classifier also carry the classifier's errors, which these intervals do not
//! include**: a classifier that takes one text in ten of another label for `Good` moves the share of `Good` by a fixed
//! amount, and more answers make the interval narrower around the wrong value. [`Corrected`] decides from shares that do
//! include them, drawn as [`prevalence`] says; [`labelling`] draws the texts that tell how large they are. Neither can know whether those who answered are like those who did not.
//!
//! # Example: two divisions
//! ```
//! use plaudit_core::Labels;
//! use plaudit_promotion::{DivisionCounts, Policy, Survey, Verdict};
//!
//! // Good, Average, Neutral, Poor
//! let survey = Survey::new(
//!     Labels::dpms(),
//!     vec![DivisionCounts::new("Library", [61, 20, 12, 7]), DivisionCounts::new("Accounts", [9, 12, 15, 64])],
//! )?;
//! let verdicts = Policy::default().decide(&survey)?;
//! assert_eq!(verdicts.of("Library").unwrap().verdict, Verdict::Promote);
//! assert_eq!(verdicts.of("Accounts").unwrap().verdict, Verdict::Hold);
//! println!("{verdicts}");
//! # Ok::<(), plaudit_core::Error>(())
//! ```
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod advice;
mod ahead;
pub mod audit;
mod corrected;
mod decide;
mod driver;
pub mod export;
mod flip;
pub mod labelling;
mod majority;
mod naive_share;
mod paper;
pub mod periods;
mod plan;
mod policy;
mod posterior;
pub mod prevalence;
mod ranking;
pub mod reactions;
mod reason;
mod response;
mod rule;
mod select;
pub mod simulation;
mod source;
mod survey;
mod table;
mod verdict;
mod words;

pub use advice::Advice;
pub use corrected::Corrected;
pub use flip::FlipBudget;
pub use majority::MajorityRule;
pub use naive_share::NaiveShare;
pub use paper::PaperRule;
pub use policy::Policy;
pub use reason::{Reason, Side};
pub use response::{Asked, Response};
pub use rule::Rule;
pub use select::Selection;
pub use survey::{DivisionCounts, Survey};
pub use verdict::{DivisionVerdict, Share, Verdict, Verdicts};

//! Reactions to posts: what they can tell about a promotion, and what they cannot.
//!
//! DPMS, section 5.3, puts one post of each label on a social network, counts the reactions (its Table 5) and claims that
//! negative ones fell by 31.25 %. Here are the counts ([`Reactions`]), a map from a reaction to what it stands for
//! ([`Valence`]), the paper's Eq. 36 as printed ([`Tally::paper_eq36`]), and beside it what the counts support: shares with
//! intervals, their reduction against a baseline that is named ([`Baseline`]), how far that hangs on the posts that happened
//! to be chosen ([`Reading`], [`Spread`]), and how many posts would tell ([`Plan`]). [`audit`] looks for the way in which a
//! printed percentage may have come from the counts.
//!
//! None of it is an effect of the promotion. Nobody drew at random which post went out when, and it is not counted how many
//! people saw a post and did not react.
//!
//! For posts that are yet to go out, a [`Campaign`] draws it at random ([`CampaignConfig`]). That draw then is the ground for
//! a p-value ([`Campaign::randomization_test`]); [`Campaign::compare`] puts what earlier posts let expect beside what came,
//! [`Plan::power_table`] says how many posts it takes, and [`ReactionsConfig::weekly_looks`] may be looked at every week.
//!
//! # Example: Table 5 of DPMS
//! ```
//! use plaudit_promotion::reactions::{Reactions, ReactionsConfig, Reading, Spread};
//!
//! let report = ReactionsConfig::default().report(&Reactions::dpms())?;
//! let good = &report.declared.labels[0];
//! let against = &good.reductions;
//! assert_eq!((good.label.as_str(), good.tally.negative), ("Good", 8));
//! // The chance of the counts alone leaves little doubt ..
//! let binomial = against[0].estimate.unwrap();
//! assert!(against[0].reading == Reading::Binomial && binomial.low > 0.84 && binomial.high < 0.97);
//! // .. but how much posts of one label differ is unknown, and at a standard deviation of 2 it is as wide as this.
//! let spread = against[2].estimate.unwrap();
//! assert!(spread.low < -0.3 && spread.high > 0.99);
//! assert_eq!(good.spread, Spread::NotIdentified { posts: 1 });
//! println!("{report}");
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod baseline;
mod campaign;
mod claim;
mod config;
mod display;
mod estimate;
mod expression;
mod likelihood;
mod order;
mod plan;
mod post;
mod reduction;
mod report;
mod spread;
mod tally;
mod utilities;
mod valence;

pub use baseline::Baseline;
pub use campaign::{
    Campaign, CampaignComparison, CampaignConfig, ConfidenceSequence, Contrast, LabelComparison, LabelLook, Look,
    PlannedPost, PostComparison, PowerRow, RandomizationTest, Slot,
};
pub use claim::{Claim, ClaimAudit, Claims, Match, audit};
pub use config::ReactionsConfig;
pub use estimate::Estimate;
pub use plan::{Plan, PostsPerArm};
pub use post::{PostReactions, Reactions};
pub use reduction::{Reading, Reduction};
pub use report::{Figures, LabelFigures, PostFigures, ReactionReport, Variant};
pub use spread::Spread;
pub use tally::{Tally, mean_post_ratio};
pub use utilities::{LabelUtility, ReactionUtilities};
pub use valence::{Polarity, Valence};

//! What people talk about, and what changed. Nothing here sees a model: texts come as terms, sentiment as labels or numbers.
//!
//! [`Documents`] holds which terms each text has. [`keyness()`] finds the terms of one group of texts against the others, be it a
//! period, a label or a platform; [`drivers()`] the terms that carry the change of a score from one period to the next;
//! [`influence()`] how far the posts about each brand reach, and [`platform_rates`], [`platform_mix`] and [`platform_terms`] how platforms
//! differ; [`text_drift`] asks whether the texts of two periods can be told apart at all; [`seasons`] whether there are seasons.
//!
//! Texts of one author or one day hang together, and are no independent draws: an [`Exchange`] says which of them are exchanged
//! where chance is found by permutation.
//!
//! # Example: the terms of this term
//! ```
//! use plaudit_insight::{DocumentsBuilder, Exchange, KeynessConfig, keyness};
//!
//! let mut builder = DocumentsBuilder::new();
//! for k in 0..60 {
//!     let what = if k < 30 || k % 10 == 0 { "queue" } else { "app" };
//!     builder.push(["the", what, "was", if k % 3 == 0 { "slow" } else { "fine" }]);
//! }
//! let documents = builder.finish(2)?;
//! let later: Vec<bool> = (0..60).map(|k| k >= 30).collect();
//! let found = keyness(&documents, &Exchange::new(&later), &KeynessConfig::default())?;
//! let clear: Vec<&str> = found.terms.iter().filter(|term| term.q_value <= 0.05).map(|term| term.term.as_str()).collect();
//! assert_eq!(clear, ["queue", "app"]);
//! # Ok::<(), plaudit_core::Error>(())
//! ```
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod daily;
mod documents;
mod drift;
mod drivers;
mod engagement;
mod exchange;
mod influence;
mod keyness;
mod log_odds;
mod net_sentiment;
mod platforms;
mod season;

pub use daily::DailyCounts;
pub use documents::{Documents, DocumentsBuilder};
pub use drift::{TextDrift, TextDriftConfig, text_drift};
pub use drivers::{Driver, DriverConfig, Drivers, drivers};
pub use engagement::{EngagementPreset, PlatformEngagement};
pub use exchange::Exchange;
pub use influence::{BrandInfluence, BrandPlatform, Influence, InfluenceConfig, Shrinkage, Shrunk, influence};
pub use keyness::{KeyTerm, Keyness, KeynessConfig, keyness};
pub use log_odds::{LogOdds, log_odds};
pub use net_sentiment::NetSentiment;
pub use platforms::{
    Exposure, MixRow, PlatformKeyness, PlatformMix, PlatformRate, PlatformRates, PlatformTerms, PlatformsConfig,
    TermDistance, platform_mix, platform_rates, platform_terms,
};
pub use season::{Phase, Season, SeasonConfig, SeasonTest, Seasons, seasons};

//! What people talk about, and what changed. Nothing here sees a model: texts come as terms, sentiment as labels or numbers.
//!
//! [`Documents`] holds which terms each text has. [`keyness()`] finds the terms of one group of texts against the others, be it a
//! period, a label or a platform; [`drivers()`] the terms that carry the change of a score from one period to the next;
//! [`influence()`] how far the posts about each brand reach, and [`platform_rates`], [`platform_mix`] and [`platform_terms`] how platforms
//! differ; [`text_drift`] asks whether the texts of two periods can be told apart at all; [`seasons`] whether there are seasons.
//!
//! A [`Series`] counts posts by day, week or month, and hits among them: [`rates()`], [`trend()`], [`bursts()`], [`change_points()`] and
//! [`alerts()`] say what became of the hits, [`event_study()`] what changed at a launch.
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

mod adjusted_rand;
mod alerts;
mod aspects;
mod association;
mod bursts;
mod change_points;
mod coherence;
mod communities;
mod cooccurrence;
mod corpus;
mod daily;
mod documents;
mod drift;
mod drivers;
mod engagement;
mod event_study;
mod exchange;
mod influence;
mod keyness;
mod log_odds;
mod net_sentiment;
mod period;
mod phrases;
mod platforms;
mod rates;
mod rows;
mod sample;
mod season;
mod series;
mod stability;
mod terms;
mod topic_terms;
mod topics;
mod topics_over_time;
mod trend;

pub use adjusted_rand::adjusted_rand;
pub use alerts::{Alert, AlertConfig, Alerts, alerts};
pub use aspects::{
    AspectConfig, AspectDictionary, AspectGroup, AspectMatch, AspectMatcher, AspectMention, AspectQuote,
    AspectSentiment, AspectShare, AspectSummary, aspect_sentiment,
};
pub use association::{log_likelihood_ratio, npmi};
pub use bursts::{Burst, BurstConfig, Bursts, bursts};
pub use change_points::{ChangeConfig, ChangePoints, Segment, change_points};
pub use coherence::coherence;
pub use communities::{Communities, CommunityConfig, communities, modularity};
pub use cooccurrence::{Cooccurrence, CooccurrenceConfig, Pair, cooccurrence};
pub use corpus::{Corpus, CorpusBuilder};
pub use daily::DailyCounts;
pub use documents::{Documents, DocumentsBuilder};
pub use drift::{TextDrift, TextDriftConfig, text_drift};
pub use drivers::{Driver, DriverConfig, Drivers, drivers};
pub use engagement::{EngagementPreset, PlatformEngagement};
pub use event_study::{
    Change, Clusters, EventConfig, EventPost, EventStudy, Finding, Lack, Measure, Polarity, event_study,
};
pub use exchange::Exchange;
pub use influence::{BrandInfluence, BrandPlatform, Influence, InfluenceConfig, Shrinkage, Shrunk, influence};
pub use keyness::{KeyTerm, Keyness, KeynessConfig, keyness};
pub use log_odds::{LogOdds, log_odds};
pub use net_sentiment::NetSentiment;
pub use period::Period;
pub use phrases::{Phrase, Phrases, PhrasesConfig, phrases};
pub use platforms::{
    Audience, MixRow, PlatformKeyness, PlatformMix, PlatformRate, PlatformRates, PlatformTerms, PlatformsConfig,
    TermDistance, platform_mix, platform_rates, platform_terms,
};
pub use plaudit_stats::Interval; // it stands in results
pub use rates::{Rate, rates};
pub use sample::sample;
pub use season::{Phase, Season, SeasonConfig, SeasonTest, Seasons, seasons};
pub use series::{Exposure, Series};
pub use terms::{TermCount, term_counts};
pub use topics::{Representative, Topic, TopicTerm, Topics, TopicsConfig, topics};
pub use topics_over_time::{TopicAsOf, TopicsAsOf, TopicsOverTimeConfig, topics_over_time};
pub use trend::{Trend, trend};

//! What is said of brands, in one report.

mod config;
#[cfg(feature = "plots")]
mod html;
mod report;

pub use config::BrandConfig;
pub use report::{
    AspectsPart, BrandReport, Counted, Counts, Finding, KeyTerms, Line, Missing, NamedLine, Part, PlatformsPart,
    PostsPart, SentimentPart, Signal, SignalKind, Subject, TermsPart, TimePart, Tone, TopicPart, TopicQuote,
    TopicsPart, Verdict,
};

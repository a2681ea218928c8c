//! Aspects: what a text is about, by a dictionary that people can edit, and how it is spoken of.

mod dictionary;
mod sentiment;
mod table;

pub use dictionary::{AspectDictionary, AspectMatch, AspectMatcher};
pub use sentiment::{
    AspectConfig, AspectGroup, AspectMention, AspectQuote, AspectSentiment, AspectShare, AspectSummary,
    aspect_sentiment,
};

#[cfg(test)]
mod tests;

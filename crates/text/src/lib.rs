//! Raw text to tokens: every cleaning step as data.
//!
//! A [`Pipeline`] is made from a [`PipelineConfig`]: a [`Language`] and a list of [`TextStep`]s. It is an
//! [`Analyzer`](plaudit_core::Analyzer), and it is [`Stored`](plaudit_core::Stored), so that a saved model cleans text
//! the way it did when it was trained.
//!
//! | step | what it does | DPMS |
//! |---|---|---|
//! | (always first) | splits at white space, emoticons, and the word bounds of Unicode's UAX #29 | Eq. 4 |
//! | [`Casefold`](TextStep::Casefold) | full Unicode case folding | Eq. 5 |
//! | [`Punctuation`](TextStep::Punctuation) | drops punctuation and signs; keeps emoji and emoticons | Eq. 6 |
//! | [`StopWords`](TextStep::StopWords) | drops function words; by default never a negation | Eq. 7, 8 |
//! | [`Numbers`](TextStep::Numbers) | drops, keeps or tags numbers | Eq. 9 |
//! | [`Stem`](TextStep::Stem) | Snowball stems | Eq. 11 |
//!
//! As printed, Eq. 6, 7 and 9 of DPMS keep what is in the set to be removed; they are read as removals here. Eq. 4 also
//! removes a word's second occurrence; that would make every count 0 or 1, and is not done.
//!
//! Two presets: [`PipelineConfig::default`] suits networks that read words in order, and leaves punctuation and function
//! words in place; [`PipelineConfig::counts`] runs every step of the table.
//!
//! Before any step, [`detect`] finds a text's language, and a [`QualityGate`] says which texts are not worth a step: empty,
//! meaningless, keys hit at random, in another language, or said before.
//!
//! # How text is split
//! White space always splits and is dropped. Then emoticons such as `:)`, `:-(`, `XD`, `<3` and `^_^` are found: not
//! inside words, and not the `:/` of `http://`. What is left is split by UAX #29: `don't` and `3.5` are one token, an
//! emoji with its skin tone or its family is one token, and Han text gives one token a character. The typographic
//! apostrophe becomes the plain one inside words, so that `don’t` is `don't`. Hashtags, mentions and web addresses get
//! no treatment of their own: `#fail` is `#` and `fail`.
//!
//! # Example: an answer that stop words and stems must not turn round
//! ```
//! use plaudit_core::Analyzer;
//! use plaudit_text::{Pipeline, PipelineConfig};
//!
//! let pipeline = Pipeline::new(PipelineConfig::counts())?;
//! let tokens = pipeline.analyze("The staff weren't helpful, but it’s not bad at all :)");
//! let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
//! assert_eq!(words, ["staff", "weren't", "help", "but", "not", "bad", "all", ":)"]);
//! # Ok::<(), plaudit_core::Error>(())
//! ```
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod address;
mod alignment;
mod casefold;
mod chinese;
mod config;
mod contractions;
mod detect;
mod elongation;
mod emoji;
mod emoji_names;
mod emoticon;
mod entities;
mod explanation;
mod hashtag;
mod hashtags;
mod homoglyphs;
mod invisible;
mod language;
mod lemma;
mod memo;
mod negation;
mod numbers;
mod pipeline;
mod policy;
mod prepared;
mod punctuation;
mod quality;
mod spelling;
mod stem;
mod step;
mod stop_words;
mod tokenize;
mod unicode;
mod unique;
mod unknown;
mod word_list;
mod words;

#[cfg(feature = "chinese")]
pub use chinese::Segmenter;
pub use chinese::{SegmenterConfig, UserWord, simplify};
pub use config::PipelineConfig;
pub use contractions::expand_contraction;
pub use detect::{Detected, detect};
pub use elongation::shorten_elongation;
pub use emoji_names::{EmojiPolarity, EmojiPolicy, emoji_name, emoji_polarity};
pub use explanation::{Explanation, Piece, Stage};
pub use hashtag::split_hashtag;
pub use hashtags::HashtagPolicy;
pub use homoglyphs::{is_latin_text, repair_homoglyphs};
pub use invisible::{is_invisible, visible_stretches};
pub use language::Language;
#[cfg(feature = "lemmas")]
pub use lemma::TaggerLemmatizer;
pub use lemma::{Lemma, LemmaConfig, LemmaMethod, Lemmas, Lemmatizer, PartOfSpeech, PosLemmatizer, RuleLemmatizer};
pub use pipeline::Pipeline;
pub use policy::TokenPolicy;
pub use quality::{NearDuplicates, QualityConfig, QualityGate, QualityReason, QualitySummary, QualityVerdict};
pub use spelling::{
    Alignment, Candidate, Channel, ChannelConfig, Correction, Edit, Spelling, SpellingConfig, SpellingIndex,
    WordFrequencies,
};
pub use stem::{StemAlgorithm, StemConfig};
pub use step::TextStep;
pub use stop_words::StopList;
pub use unicode::NormalForm;
pub use unknown::{Resolved, UnknownPolicy, UnknownWords, romanised_bangla};

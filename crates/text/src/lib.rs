//! Raw text to tokens: every cleaning step as data.
//!
//! A [`Pipeline`] is made from a [`PipelineConfig`]: a [`Language`] and a list of [`TextStep`]s. It is an
//! [`Analyzer`](plaudit_core::Analyzer), and it is [`Stored`](plaudit_core::Stored), so that a saved model cleans text
//! the way it did when it was trained.
//!
//! | step | what it does | DPMS |
//! |---|---|---|
//! | [`Entities`](TextStep::Entities), [`Invisible`](TextStep::Invisible), [`Unicode`](TextStep::Unicode), [`Homoglyphs`](TextStep::Homoglyphs), [`Simplify`](TextStep::Simplify) | characters: HTML entities, what nobody sees, normal forms, look-alikes, traditional Chinese | |
//! | (always) | splits at white space, addresses, emoticons, and the word bounds of Unicode's UAX #29; Chinese by a dictionary | Eq. 4 |
//! | [`Links`](TextStep::Links), [`Mentions`](TextStep::Mentions), [`Hashtags`](TextStep::Hashtags) | drop, keep, tag; hashtags as words | |
//! | [`Emoji`](TextStep::Emoji) | drops, keeps, names or sums up emoji and emoticons | Eq. 9 |
//! | [`Spelling`](TextStep::Spelling) | corrects misspelled words by a noisy channel | Eq. 10 |
//! | [`Casefold`](TextStep::Casefold) | full Unicode case folding | Eq. 5 |
//! | [`Contractions`](TextStep::Contractions), [`Elongations`](TextStep::Elongations) | `can't` to `can not`, `soooo` to `so` | |
//! | [`Unknown`](TextStep::Unknown) | words that nobody knows: a table, the same letters, their parts, nothing | Eq. 13 |
//! | [`Lemmas`](TextStep::Lemmas) | lemmas by part of speech | Eq. 12 |
//! | [`Numbers`](TextStep::Numbers) | drops, keeps or tags numbers | Eq. 9 |
//! | [`StopWords`](TextStep::StopWords) | drops function words; by default never a negation | Eq. 7, 8 |
//! | [`Stem`](TextStep::Stem) | Snowball stems | Eq. 11 |
//! | [`NegationScope`](TextStep::NegationScope) | marks what a negation reaches: `not_good` | |
//! | [`Punctuation`](TextStep::Punctuation) | drops punctuation and signs; keeps emoji and emoticons | Eq. 6 |
//! | [`Unique`](TextStep::Unique) | drops what came before in the text; in no preset | Eq. 4 |
//!
//! As printed, Eq. 6, 7 and 9 of DPMS keep what is in the set to be removed; they are read as removals here. Eq. 4 also
//! removes a word's second occurrence; that would make every count 0 or 1, and is only done where it is asked for.
//!
//! [`PipelineConfig`] has presets: [`english`](PipelineConfig::english) and [`chinese`](PipelineConfig::chinese) suit networks
//! that read words in order, and leave punctuation and function words in place; [`counts`](PipelineConfig::counts) suits methods
//! that count words; [`paper`](PipelineConfig::paper) is DPMS to the letter, Eq. 5 to 13 in their order. [`Pipeline::explain`]
//! shows what each step does to a text. Beside the pipeline stand [`detect`](detect()) (languages), [`QualityGate`] (which
//! texts say nothing) and [`LexiconClassifier`] (a classifier that needs no label).
//!
//! # How text is split
//! White space always splits and is dropped. Then web and e-mail addresses, mentions, hashtags, and emoticons such as `:)`,
//! `:-(`, `XD`, `<3` and `^_^` are found: not inside words. What is left is split by UAX #29: `don't` and `3.5` are one token, an
//! emoji with its skin tone or its family is one token, and Han text gives one token a character, or a word where the language is
//! Chinese. The typographic apostrophe becomes the plain one inside words, so that `don’t` is `don't`. Every token keeps the byte
//! range of the text that it came from, whatever became of its letters.
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
mod clauses;
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
mod lexicon;
mod mask;
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
mod text_step;
mod tokenize;
mod unicode;
mod unique;
mod unknown;
mod word_list;
mod words;

#[cfg(feature = "chinese")]
pub use chinese::Segmenter;
pub use chinese::{SegmenterConfig, UserWord, simplify};
pub use clauses::clauses;
pub use config::PipelineConfig;
pub use detect::{Detected, detect};
pub use emoji_names::{EmojiPolarity, EmojiPolicy, emoji_name, emoji_polarity};
pub use explanation::{Explanation, Piece, Stage};
pub use hashtags::HashtagPolicy;
pub use language::Language;
#[cfg(feature = "lemmas")]
pub use lemma::TaggerLemmatizer;
pub use lemma::{Lemma, LemmaConfig, LemmaMethod, Lemmas, Lemmatizer, PartOfSpeech, PosLemmatizer, RuleLemmatizer};
pub use lexicon::{LexiconClassifier, LexiconConfig};
pub use mask::{MaskConfig, MaskKind, MaskSpan, Masked, Masker};
pub use pipeline::Pipeline;
pub use policy::TokenPolicy;
pub use quality::{NearDuplicates, QualityConfig, QualityGate, QualityReason, QualitySummary, QualityVerdict};
pub use spelling::{
    Alignment, Candidate, Channel, ChannelConfig, Correction, Edit, Spelling, SpellingConfig, SpellingIndex,
    WordFrequencies,
};
pub use stem::{StemAlgorithm, StemConfig};
pub use stop_words::StopList;
pub use text_step::TextStep;
pub use unicode::NormalForm;
pub use unknown::{Resolved, UnknownPolicy, UnknownWords, romanised_bangla};

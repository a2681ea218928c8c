//! Lemmas with parts of speech (DPMS, Eq. 12).
//!
//! # When stems and lemmas are both wanted
//! DPMS applies both (Eq. 11 and 12) and does not say which comes first. The lemma is taken first and then cut to its stem:
//! a lemmatizer knows words, and a stem is none (`happi`, `univers`), while a stemmer takes any letters. A stem is a function
//! of its word, so that words with one lemma have one stem: what the lemma has joined (`went` and `go`), no stem parts. To
//! leave lemmatized words without a stem would be no stemming at all, since each word has a lemma.

mod config;
mod detach;
mod guess;
mod lemmas;
mod lexicon;
mod part_of_speech;
mod rules;
#[cfg(feature = "lemmas")]
mod tagger;

pub use config::{LemmaConfig, LemmaMethod, Lemmatizer};
pub use lemmas::{Lemma, Lemmas, PosLemmatizer};
pub use part_of_speech::PartOfSpeech;
pub use rules::RuleLemmatizer;
#[cfg(feature = "lemmas")]
pub use tagger::TaggerLemmatizer;

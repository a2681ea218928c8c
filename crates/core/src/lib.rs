//! The nouns and roles that every plaudit crate shares. No algorithms live here.
//!
//! | role | what it does | who implements it |
//! |---|---|---|
//! | [`Analyzer`] | raw text to [`Tokens`] | `plaudit_text::Pipeline`, your own |
//! | [`Embedding`] | a word to a vector of fixed length | your own word vectors |
//! | [`Features`] | a text to a [`SparseRow`] | your own feature extractor |
//! | [`Classifier`] | texts to [`Scores`] | `plaudit_models::TextClassifier`, your own |
//! | [`Observer`] | watches a run, may end it | `()`, a progress bar, your own |
//! | [`Stored`] | writes itself into a model directory and reads itself back | `plaudit_text::Pipeline`, your own |
//!
//! Beside them stand the nouns: [`Feedback`] (what a person said), [`Post`] (where it stands, with its [`Engagement`]) and [`Example`] (a labelled text), [`Labels`],
//! [`Vocab`], [`Scores`] and [`Prediction`], [`Time`], and one [`Error`] for the whole workspace. What people wrote is shown
//! through [`visible`], in every message and [`Table`].
//!
//! The [`conformance`] module holds one check per role. Run it on your own implementation in a test: it is what
//! plaudit runs on its own.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod analyzer;
mod classifier;
pub mod conformance;
mod embedding;
mod error;
mod features;
mod feedback;
mod labels;
mod observer;
mod origin;
mod post;
mod scores;
mod stored;
mod table;
mod time;
mod tokens;
mod visible;
mod vocab;
mod word_counts;
mod word_index;

pub use analyzer::Analyzer;
pub use classifier::Classifier;
pub use embedding::Embedding;
pub use error::{Error, Result};
pub use features::{Features, SparseRow};
pub use feedback::{Example, Feedback};
pub use labels::Labels;
pub use observer::{Epoch, Observer, Progress, Stage};
pub use origin::Origin;
pub use post::{Engagement, Post};
pub use scores::{Prediction, Scores};
pub use stored::{Files, Stored};
pub use table::Table;
pub use time::{Time, civil_date};
pub use tokens::{Token, TokenKind, Tokens};
pub use visible::visible;
pub use vocab::{Vocab, VocabConfig};
pub use word_counts::WordCounts;
pub use word_index::WordIndex;

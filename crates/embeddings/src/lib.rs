//! Words and texts as numbers.
//!
//! | what | where | DPMS |
//! |---|---|---|
//! | bag of words and TF-IDF, as scikit-learn has them | [`fit_tfidf`], [`TfIdf`] | Eq. 14, 15 |
//! | words and hashed n-grams, as fastText has them | [`fit_hashed_ngrams`], [`HashedNgrams`] | |
//! | several of these side by side, as scikit-learn's `FeatureUnion` | [`fit_text_features`], [`TextFeatures`] | |
//! | training of word vectors: the same bytes with any number of threads | [`word2vec`] | Eq. 16 |
//! | files of word vectors: word2vec, GloVe, fastText, safetensors | [`formats`] | |
//! | words and their vectors, also of words that nobody has seen | [`WordVectors`], [`SubwordVectors`] | |
//! | nearest words, analogies | [`Neighbours`] | |
//! | the mean vector of a text, as features too | [`mean_into`], [`MeanVectors`] | |
//! | how good vectors are, as gensim says it | [`evaluation`] | |
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod analyzer_files;
pub mod evaluation;
pub mod formats;
mod hashed;
mod mean;
mod neighbours;
mod subword_vectors;
mod text_features;
mod tfidf;
mod unpack;
pub mod word2vec;
mod word_vectors;

pub use hashed::{HashedNgrams, HashedNgramsConfig, fit_hashed_ngrams};
pub use mean::{MeanVectors, UnknownWords, mean_into};
pub use neighbours::{AnalogyRule, Neighbour, Neighbours, Query};
pub use subword_vectors::SubwordVectors;
pub use text_features::{NgramsConfig, TextFeatures, fit_text_features};
pub use tfidf::{
    DocumentFrequency, NgramUnit, Norm, RawText, TfIdf, TfIdfConfig, TfIdfRow, fit_tfidf, fit_tfidf_vocabulary,
};
pub use word_vectors::WordVectors;

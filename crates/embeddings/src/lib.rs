//! Words and texts as numbers.
//!
//! | what | where | DPMS |
//! |---|---|---|
//! | bag of words and TF-IDF, as scikit-learn has them | [`fit_tfidf`], [`TfIdf`] | Eq. 14, 15 |
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
mod mean;
mod neighbours;
mod subword_vectors;
mod tfidf;
mod unpack;
pub mod word2vec;
mod word_vectors;

pub use mean::{MeanVectors, UnknownWords, mean_into};
pub use neighbours::{AnalogyRule, Neighbour, Neighbours, Query};
pub use subword_vectors::SubwordVectors;
pub use tfidf::{
    DocumentFrequency, NgramUnit, Norm, RawText, TfIdf, TfIdfConfig, TfIdfRow, fit_tfidf, fit_tfidf_vocabulary,
};
pub use word_vectors::WordVectors;

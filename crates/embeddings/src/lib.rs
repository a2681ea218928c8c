//! Words and texts as numbers.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod tfidf;
mod word_vectors;

pub use tfidf::{
    DocumentFrequency, NgramUnit, Norm, RawText, TfIdf, TfIdfConfig, TfIdfRow, fit_tfidf, fit_tfidf_vocabulary,
};
pub use word_vectors::WordVectors;

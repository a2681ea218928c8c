//! Words and texts as numbers.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod word2vec;
mod word_vectors;

pub use word_vectors::WordVectors;

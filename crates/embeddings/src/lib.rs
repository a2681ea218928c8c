//! Words and texts as numbers.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod formats;
mod subword_vectors;
mod word_vectors;

pub use subword_vectors::SubwordVectors;
pub use word_vectors::WordVectors;

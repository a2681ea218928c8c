//! Words and texts as numbers.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod word_vectors;

pub use word_vectors::WordVectors;

//! Words and texts as numbers.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod evaluation;
mod mean;
mod neighbours;
mod word_vectors;

pub use mean::{UnknownWords, mean_into};
pub use neighbours::{Neighbour, Neighbours, Query};
pub use word_vectors::WordVectors;

//! Training of word vectors.

mod block;
mod config;
mod corpus;
mod lexicon;
mod train;

pub use config::{Architecture, Word2VecConfig};
pub use corpus::{SentenceFile, Sentences};
pub use train::train;

//! Training of word vectors.

mod block;
mod config;
mod corpus;
mod lexicon;
mod merge;
mod subwords;
mod train;

pub use config::{Architecture, SubwordConfig, Word2VecConfig};
pub use corpus::{SentenceFile, Sentences};
pub use train::{train, train_subwords};

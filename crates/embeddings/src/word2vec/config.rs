//! What training is told.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which words of a window are learned from which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Each context alone tells the word in the middle (word2vec.c's `-cbow 0`): better for rare words. The default.
    #[default]
    SkipGram,
    /// The mean of all contexts tells it (`-cbow 1`, continuous bag of words): several times faster.
    Cbow,
}

/// Which parts of words have vectors of their own: all runs of so many characters of the word with `<` before and `>` after it. The
/// numbers are those of fastText's program (P. Bojanowski, E. Grave, A. Joulin and T. Mikolov, *Enriching Word Vectors with Subword
/// Information*, TACL 5, 2017, has the same lengths).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct SubwordConfig {
    /// The fewest characters of an n-gram, 1 or more. Default 3 (`-minn`); for Chinese words, 1 serves better.
    pub min: usize,
    /// The most characters of an n-gram, up to 100. Default 6 (`-maxn`).
    pub max: usize,
    /// Vectors of n-grams; those whose hashes fall together share one. 1 to 2^31 - 1; memory is asked for those that words of the
    /// corpus have. Default 2,000,000 (`-bucket`).
    pub buckets: usize,
}

impl Default for SubwordConfig {
    fn default() -> Self {
        Self { min: 3, max: 6, buckets: 2_000_000 }
    }
}

/// How word vectors are trained. Where a number has no source beside it, it is that of word2vec.c (T. Mikolov et al., *Distributed
/// Representations of Words and Phrases and their Compositionality*, 2013, and the program's own defaults).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Word2VecConfig {
    /// Which words are learned from which. Default skip-gram; word2vec.c's is the bag of words.
    pub architecture: Architecture,
    /// The length of a vector, 1 to 4,096. Default 100.
    pub dim: usize,
    /// The most words on each side of the one in the middle, 1 to 1,000; each window is 1 to so many words wide, each as likely.
    /// Default 5.
    pub window: usize,
    /// Words of noise a window, 1 to 100. Default 5.
    pub negative: usize,
    /// The power of a word's count that noise is drawn by, 0 to 1. Default 0.75.
    pub noise_power: f64,
    /// Words that come less often have no vector. Default 5.
    pub min_count: u64,
    /// No more words than these, the most frequent ones. Default: all.
    pub max_words: Option<usize>,
    /// The share of a corpus above which a word is passed over now and then; 0 passes over none. Default 0.001.
    pub sample: f64,
    /// How often the corpus is gone through, 1 or more. Default 5.
    pub epochs: usize,
    /// The learning rate at the start. Default 0.025, word2vec.c's for skip-gram; for the bag of words it has 0.05.
    pub rate: f64,
    /// The learning rate at the end, to which it falls in a straight line. Default 0.0001 times the first, as in word2vec.c.
    pub final_rate: f64,
    /// The n-grams that make up words, for the vectors of unknown and misspelled ones. Default: none.
    pub subwords: Option<SubwordConfig>,
    /// Fixes every random number. Default 1.
    pub seed: u64,
    /// Threads; the vectors are the same with any number of them. Default: all of the machine.
    pub threads: Option<usize>,
}

impl Default for Word2VecConfig {
    fn default() -> Self {
        Self {
            architecture: Architecture::SkipGram,
            dim: 100,
            window: 5,
            negative: 5,
            noise_power: 0.75,
            min_count: 5,
            max_words: None,
            sample: 1e-3,
            epochs: 5,
            rate: 0.025,
            final_rate: 0.025 * 1e-4,
            subwords: None,
            seed: 1,
            threads: None,
        }
    }
}

impl Word2VecConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a number lies outside the range that its documentation names.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |name: &str, found: &dyn std::fmt::Display, expected: &str, is_right: bool| {
            if !is_right {
                faults.push(format!("word2vec.{name}: found {found}, expected {expected}"));
            }
        };
        check("dim", &self.dim, "1 to 4096", (1..=4096).contains(&self.dim));
        check("window", &self.window, "1 to 1000", (1..=1000).contains(&self.window));
        check("negative", &self.negative, "1 to 100", (1..=100).contains(&self.negative));
        check("noise_power", &self.noise_power, "0 to 1", (0.0..=1.0).contains(&self.noise_power));
        check(
            "max_words",
            &self.max_words.unwrap_or_default(),
            "2 or more",
            self.max_words.is_none_or(|most| most >= 2),
        );
        check("sample", &self.sample, "0 to 1", (0.0..=1.0).contains(&self.sample));
        check("epochs", &self.epochs, "1 or more", self.epochs >= 1);
        check("rate", &self.rate, "above 0, at most 1", self.rate > 0.0 && self.rate <= 1.0);
        check("final_rate", &self.final_rate, "0 to the rate", (0.0..=self.rate).contains(&self.final_rate));
        check("threads", &0, "1 or more", self.threads != Some(0));
        if let Some(SubwordConfig { min, max, buckets }) = &self.subwords {
            check("subwords.min", min, "1 to subwords.max", (1..=*max).contains(min));
            check("subwords.max", max, "1 to 100", (1..=100).contains(max));
            check("subwords.buckets", buckets, "1 to 2147483647", (1..=i32::MAX as usize).contains(buckets));
        }
        Error::from_faults(faults)
    }
}

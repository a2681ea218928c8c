//! How well vectors agree with people: word pairs and analogies, measured as gensim does.

mod analogies;
mod compare;
mod correlation;
mod lists;
mod word_pairs;

use std::collections::HashMap;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::{AnalogyRule, WordVectors};

pub use analogies::{AnalogyReport, SectionReport, analogies};
pub use compare::{Difference, compare_analogies, compare_word_pairs};
pub use lists::{AnalogySection, WordPair, read_analogies, read_word_pairs};
pub use word_pairs::{WordPairReport, word_pairs};

/// How vectors are evaluated. The defaults are gensim's.
///
/// Words that a list has and the vectors do not decide much of a score. To compare two embeddings, give both the same `restrict`
/// and `unknown`, and look at the number of unknown items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Only this many words are known, the first ones: the most frequent, where that is their order. `None` knows all. By
    /// default 300,000.
    pub restrict: Option<usize>,
    /// Whether words are equal that differ in case only; of several, the first one counts. By default true.
    pub ignore_case: bool,
    /// What becomes of items with an unknown word. By default they are left out.
    pub unknown: UnknownItems,
    /// What makes a word the answer of an analogy: gensim's `similarity_function`. By default [`AnalogyRule::Add`].
    pub rule: AnalogyRule,
}

/// What becomes of a pair or an analogy with a word that has no vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum UnknownItems {
    /// It is left out.
    #[default]
    Skip,
    /// A pair has similarity 0, an analogy is answered wrongly: gensim's `dummy4unknown`.
    Zero,
}

impl Default for EvaluationConfig {
    fn default() -> Self {
        Self { restrict: Some(300_000), ignore_case: true, unknown: UnknownItems::Skip, rule: AnalogyRule::Add }
    }
}

impl EvaluationConfig {
    /// Returns `Ok(())` where the configuration can work.
    ///
    /// # Errors
    /// When `restrict` is 0.
    pub fn validate(&self) -> Result<()> {
        match self.restrict {
            Some(0) => Err(Error::config("restrict: 0; expected at least 1, or none for all words")),
            _ => Ok(()),
        }
    }
}

/// The places of the words that an evaluation knows.
struct Known<'a> {
    vectors: &'a WordVectors,
    restrict: usize,
    /// By upper case, where case is ignored.
    folded: Option<HashMap<String, usize>>,
}

impl<'a> Known<'a> {
    fn new(vectors: &'a WordVectors, config: &EvaluationConfig) -> Result<Self> {
        config.validate()?;
        let restrict = config.restrict.unwrap_or(usize::MAX);
        let folded = config.ignore_case.then(|| {
            let mut folded = HashMap::new();
            for (place, word) in vectors.words().iter().take(restrict).enumerate() {
                folded.entry(word.to_uppercase()).or_insert(place);
            }
            folded
        });
        Ok(Self { vectors, restrict, folded })
    }

    fn place(&self, word: &str) -> Option<usize> {
        match &self.folded {
            Some(folded) => folded.get(&word.to_uppercase()).copied(),
            None => self.vectors.place(word).filter(|&place| place < self.restrict),
        }
    }

    /// Whether two words are the same.
    fn equal(&self, a: &str, b: &str) -> bool {
        a == b || (self.folded.is_some() && a.to_uppercase() == b.to_uppercase())
    }
}

//! Word pairs: does similarity agree with people's?

use plaudit_core::Result;
use serde::{Deserialize, Serialize};

use super::correlation::{Ranking, pearson, spearman};
use super::{EvaluationConfig, Known, UnknownItems, WordPair};
use crate::WordVectors;
use crate::neighbours::cosine;

/// How well the similarities of words agree with people's scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WordPairReport {
    /// Spearman's rank correlation, -1 to 1, the figure that is usually compared; none where all scores or all similarities are
    /// equal, or no pair is known.
    pub spearman: Option<f64>,
    /// Pearson's correlation, -1 to 1; none as for `spearman`.
    pub pearson: Option<f64>,
    /// The number of pairs in the list.
    pub pairs: usize,
    /// The number of pairs with an unknown word.
    pub unknown: usize,
    /// The similarity of each pair, -1 to 1; none where it was left out.
    pub similarities: Vec<Option<f64>>,
}

impl WordPairReport {
    /// Returns the share of the pairs that are known, 0 to 1; none where there are no pairs.
    pub fn coverage(&self) -> Option<f64> {
        (self.pairs > 0).then(|| (self.pairs - self.unknown) as f64 / self.pairs as f64)
    }
}

/// Returns how well cosine similarities agree with people's scores of the same pairs: the figures of gensim's
/// `evaluate_word_pairs`. Where scores or similarities tie, their ranks are the mean of those that they share.
///
/// C. Spearman, *The proof and measurement of association between two things*, American Journal of Psychology 15 (1904).
///
/// ```
/// use plaudit_embeddings::WordVectors;
/// use plaudit_embeddings::evaluation::{EvaluationConfig, read_word_pairs, word_pairs};
///
/// let words = ["cup", "mug", "cat"].map(str::to_owned).to_vec();
/// let vectors = WordVectors::new(words, 2, vec![1.0, 0.1, 1.0, 0.2, 0.0, 1.0])?;
/// let pairs = read_word_pairs(&b"Cup mug 9.1\nmug cat 1.5\ncup cat 1.0\ncup dog 0.5\n"[..], "pairs.txt")?;
/// let report = word_pairs(&vectors, &pairs, &EvaluationConfig::default())?;
/// assert_eq!((report.spearman, report.coverage()), (Some(1.0), Some(0.75)));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When the configuration is not valid.
pub fn word_pairs(vectors: &WordVectors, pairs: &[WordPair], config: &EvaluationConfig) -> Result<WordPairReport> {
    let known = Known::new(vectors, config)?;
    let row = |word: &str| known.place(word).and_then(|place| vectors.row(place));
    let similarity = |pair: &WordPair| Some(cosine(row(&pair.first)?, row(&pair.second)?));
    let mut similarities: Vec<Option<f64>> = pairs.iter().map(similarity).collect();
    let unknown = similarities.iter().filter(|similarity| similarity.is_none()).count();
    if config.unknown == UnknownItems::Zero {
        similarities.iter_mut().for_each(|similarity| *similarity = similarity.or(Some(0.0)));
    }
    let used = pairs.iter().zip(&similarities).filter_map(|(pair, similarity)| Some((pair.score, (*similarity)?)));
    let (scores, used): (Vec<f64>, Vec<f64>) = used.unzip();
    let ones = vec![1.0; used.len()];
    Ok(WordPairReport {
        spearman: spearman(&Ranking::new(&scores), &Ranking::new(&used), &ones),
        pearson: pearson(&scores, &used, &ones),
        pairs: pairs.len(),
        unknown,
        similarities,
    })
}

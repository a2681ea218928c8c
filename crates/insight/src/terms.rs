//! How often terms stand in texts.

use serde::{Deserialize, Serialize};

use crate::Corpus;

/// How often a term stands in texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermCount {
    /// The term.
    pub term: String,
    /// How often it stands there.
    pub count: u64,
    /// How many texts have it: a person who repeats a word is one of these.
    pub documents: u64,
}

/// Returns every term with its counts, the one that most texts have first, then by count, then by name.
///
/// ```
/// use plaudit_insight::{CorpusBuilder, term_counts};
///
/// let mut builder = CorpusBuilder::new();
/// builder.push("low price low noise".split(' '));
/// builder.push("high price".split(' '));
/// let counts = term_counts(&builder.finish()?);
/// assert_eq!((counts[0].term.as_str(), counts[0].count, counts[0].documents), ("price", 2, 2));
/// assert_eq!((counts[1].term.as_str(), counts[1].count, counts[1].documents), ("low", 2, 1));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn term_counts(corpus: &Corpus) -> Vec<TermCount> {
    let (counts, documents) = corpus.counts();
    let numbers = counts.into_iter().zip(documents);
    let mut terms: Vec<TermCount> = corpus
        .terms()
        .iter()
        .zip(numbers)
        .map(|(term, (count, documents))| TermCount { term: term.clone(), count, documents: documents as u64 })
        .collect();
    // Stable: by name where both are equal.
    terms.sort_by_key(|term| std::cmp::Reverse((term.documents, term.count)));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CorpusBuilder;

    // scikit-learn 1.9: X = CountVectorizer(token_pattern=r"\S+", lowercase=False).fit_transform(texts)
    // X.sum(0), (X > 0).sum(0)
    #[test]
    fn equals_scikit_learn() {
        let mut builder = CorpusBuilder::new();
        for text in ["b a b 好", "", "a c", "b b b"] {
            builder.push(text.split_whitespace());
        }
        let found = term_counts(&builder.finish().unwrap());
        let found: Vec<(&str, u64, u64)> = found.iter().map(|t| (t.term.as_str(), t.count, t.documents)).collect();
        assert_eq!(found, [("b", 5, 2), ("a", 2, 2), ("c", 1, 1), ("好", 1, 1)]);
    }
}

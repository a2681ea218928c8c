//! The terms of texts, in their order.

use plaudit_core::{Error, Result, WordIndex};

use crate::Documents;
use crate::rows::{Rows, add};

/// The terms of each text as they follow each other, as phrases and windows need them.
///
/// Made by a [`CorpusBuilder`]. A term is kept once, and each place in a text costs 4 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    terms: Vec<String>, // in lexicographic order, each in some text
    rows: Rows,
}

/// Collects texts with their terms in order.
///
/// ```
/// use plaudit_insight::CorpusBuilder;
///
/// let mut builder = CorpusBuilder::new();
/// builder.push("low price low noise".split(' '));
/// builder.push("high price".split(' '));
/// let corpus = builder.finish()?;
/// assert_eq!((corpus.len(), corpus.tokens()), (2, 6));
/// assert_eq!(corpus.terms(), ["high", "low", "noise", "price"]);
/// assert_eq!(corpus.get(0), Some(&[1, 3, 1, 2][..]));
/// assert_eq!(corpus.documents(2).terms(), ["price"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CorpusBuilder {
    terms: Vec<String>, // by their first occurrence
    index: WordIndex,
    rows: Rows,
    full: bool,
}

impl CorpusBuilder {
    /// Returns a collection without texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text with these terms, in their order.
    pub fn push<'a>(&mut self, terms: impl IntoIterator<Item = &'a str>) {
        let Self { terms: known, index, rows, full } = self;
        for term in terms {
            let next = known.len() as u32; // never more than u32::MAX
            let place = index.insert(term, next, |place| known.get(place as usize).map(String::as_str));
            if place.is_none() {
                // The last number is kept free.
                if next >= u32::MAX - 1 {
                    *full = true;
                    break;
                }
                known.push(term.to_owned());
            }
            rows.ids.push(place.unwrap_or(next));
        }
        rows.end();
    }

    /// Returns the texts.
    ///
    /// # Errors
    /// When there are more than 2^32 - 2 different terms.
    pub fn finish(self) -> Result<Corpus> {
        if self.full { Err(too_many()) } else { Ok(Corpus::sorted(self.terms, self.rows)) }
    }
}

pub(crate) fn too_many() -> Error {
    Error::config(format!("documents: more than {} terms", u32::MAX - 1))
}

impl Corpus {
    /// The corpus with the numbers of `terms` in `rows`, which may have names twice, and some that stand nowhere.
    pub(crate) fn sorted(terms: Vec<String>, mut rows: Rows) -> Self {
        let mut there = vec![0_u8; terms.len()];
        rows.ids.iter().for_each(|&id| there.iter_mut().skip(id as usize).take(1).for_each(|slot| *slot = 1));
        let mut names = vec![0; terms.len()];
        let named = terms.into_iter().enumerate().zip(there).filter(|&(_, there)| there > 0);
        let mut order: Vec<(String, usize)> = named.map(|((old, term), _)| (term, old)).collect();
        order.sort_unstable();
        let mut kept: Vec<String> = Vec::with_capacity(order.len());
        for (term, old) in order {
            if kept.last() != Some(&term) {
                kept.push(term);
            }
            add(&mut names, old as u32, kept.len() as u32 - 1);
        }
        rows.ids.iter_mut().for_each(|id| *id = names.get(*id as usize).copied().unwrap_or(*id));
        Self { terms: kept, rows }
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of places of all texts together.
    pub fn tokens(&self) -> usize {
        self.rows.ids.len()
    }

    /// Returns the terms in lexicographic order; a term's place is its number.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Returns the number of a term; none where no text has it.
    pub fn number(&self, term: &str) -> Option<u32> {
        self.terms.binary_search_by(|known| known.as_str().cmp(term)).ok().map(|place| place as u32)
    }

    /// Returns the numbers of each text's terms in turn, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        self.rows.iter()
    }

    /// Returns the numbers of the terms of the text at this place, in its order; none where there is no such text.
    pub fn get(&self, place: usize) -> Option<&[u32]> {
        self.rows.get(place)
    }

    /// How often each term stands in the texts, and how many have it.
    pub(crate) fn counts(&self) -> (Vec<u64>, Vec<usize>) {
        let (mut counts, mut documents) = (vec![0; self.terms.len()], vec![0; self.terms.len()]);
        let mut last = vec![usize::MAX; self.terms.len()];
        for (text, ids) in self.iter().enumerate() {
            for &id in ids {
                add(&mut counts, id, 1);
                if let Some(last) = last.get_mut(id as usize).filter(|last| **last != text) {
                    *last = text;
                    add(&mut documents, id, 1);
                }
            }
        }
        (counts, documents)
    }

    /// Returns which terms each text has, of those that at least so many texts have. The texts keep their places, those without a
    /// term that is left, too.
    pub fn documents(&self, min_documents: usize) -> Documents {
        Documents::from_corpus(self, min_documents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_numbered_by_name() {
        let mut builder = CorpusBuilder::new();
        for text in ["b a b", "", "é b"] {
            builder.push(text.split_whitespace());
        }
        let corpus = builder.finish().unwrap();
        assert_eq!((corpus.len(), corpus.tokens(), corpus.is_empty()), (3, 5, false));
        assert_eq!(corpus.terms(), ["a", "b", "é"]);
        assert_eq!(corpus.iter().collect::<Vec<_>>(), [&[1, 0, 1][..], &[], &[2, 1]]);
        assert_eq!((corpus.number("é"), corpus.number("c")), (Some(2), None));
        assert_eq!(corpus.counts(), (vec![1, 3, 1], vec![1, 2, 1]));
        assert!(CorpusBuilder::new().finish().unwrap().is_empty());
    }

    #[test]
    fn a_name_that_comes_twice_is_one_term_and_one_that_stands_nowhere_is_gone() {
        let rows = Rows { ids: vec![2, 0, 3], ends: vec![3] };
        let corpus = Corpus::sorted(["b", "c", "a", "b"].map(str::to_owned).to_vec(), rows);
        assert_eq!(corpus.terms(), ["a", "b"]);
        assert_eq!(corpus.get(0), Some(&[0, 1, 1][..]));
    }
}

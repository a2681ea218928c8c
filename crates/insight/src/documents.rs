//! Which terms each text has.

use plaudit_core::Result;

use crate::rows::{Rows, add};
use crate::{Corpus, CorpusBuilder};

/// The terms of each text, each once however often it stands there: people who repeat a word are one mention.
///
/// Made by a [`DocumentsBuilder`], or of a [`Corpus`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    terms: Vec<String>,      // in lexicographic order
    frequencies: Vec<usize>, // [terms]
    rows: Rows,              // ascending within each document
}

/// Collects the terms of texts.
///
/// ```
/// use plaudit_insight::DocumentsBuilder;
///
/// let mut builder = DocumentsBuilder::new();
/// builder.push("good good staff".split(' '));
/// builder.push("slow staff".split(' '));
/// let documents = builder.finish(2)?;
/// assert_eq!((documents.len(), documents.terms()), (2, &["staff".to_owned()][..]));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct DocumentsBuilder(CorpusBuilder);

impl DocumentsBuilder {
    /// Returns a collection without texts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text with these terms, in any order.
    pub fn push<'a>(&mut self, terms: impl IntoIterator<Item = &'a str>) {
        self.0.push(terms);
    }

    /// Returns the texts with the terms that at least so many of them have. The texts keep their places, those without a term
    /// that is left, too.
    ///
    /// # Errors
    /// When there are more than 2^32 - 2 different terms.
    pub fn finish(self, min_documents: usize) -> Result<Documents> {
        Ok(self.0.finish()?.documents(min_documents))
    }
}

impl Documents {
    /// The terms of each text of a corpus, of those that at least so many texts have.
    pub(crate) fn from_corpus(corpus: &Corpus, min_documents: usize) -> Self {
        let (_, frequencies) = corpus.counts();
        let kept = |term: usize| frequencies.get(term).is_some_and(|&count| count >= min_documents);
        Self::kept(corpus.terms(), &frequencies, corpus.iter(), kept)
    }

    /// Returns the same without the terms of which `left_out` holds, such as the words of a sentiment lexicon where terms are
    /// compared by sentiment. The texts keep their places.
    ///
    /// ```
    /// use plaudit_insight::DocumentsBuilder;
    ///
    /// let mut builder = DocumentsBuilder::new();
    /// builder.push(["good", "battery"]);
    /// let documents = builder.finish(1)?.without(|term| ["good", "bad"].contains(&term));
    /// assert_eq!(documents.terms(), ["battery"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn without(&self, left_out: impl Fn(&str) -> bool) -> Self {
        let kept = |term: usize| self.terms.get(term).is_some_and(|term| !left_out(term));
        Self::kept(&self.terms, &self.frequencies, self.iter(), kept)
    }

    fn kept<'a>(
        terms: &[String],
        frequencies: &[usize],
        texts: impl Iterator<Item = &'a [u32]>,
        kept: impl Fn(usize) -> bool,
    ) -> Self {
        let mut names = vec![u32::MAX; terms.len()]; // no term has this number
        let mut found = Self { terms: Vec::new(), frequencies: Vec::new(), rows: Rows::default() };
        for (name, (term, (own, &frequency))) in names.iter_mut().zip(terms.iter().zip(frequencies).enumerate()) {
            if kept(term) {
                *name = found.terms.len() as u32;
                found.terms.push(own.clone());
                found.frequencies.push(frequency);
            }
        }
        let mut own: Vec<u32> = Vec::new();
        for ids in texts {
            own.clear();
            own.extend(ids.iter().filter_map(|&id| names.get(id as usize)).filter(|&&name| name < u32::MAX));
            own.sort_unstable();
            own.dedup();
            found.rows.ids.extend_from_slice(&own);
            found.rows.end();
        }
        found
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the terms in lexicographic order; a term's place is its number.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Returns how many texts have each term, in the terms' order.
    pub fn frequencies(&self) -> &[usize] {
        &self.frequencies
    }

    /// Returns the numbers of each text's terms in turn, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        self.rows.iter()
    }

    /// Returns the numbers of the terms of the text at this place, ascending; none where there is no such text.
    pub fn get(&self, place: usize) -> Option<&[u32]> {
        self.rows.get(place)
    }

    /// The texts that have each term, ascending.
    pub(crate) fn texts_of_terms(&self) -> Rows {
        self.rows.inverted(self.terms.len())
    }

    /// Returns the texts at these places, in this order, with the terms that they have. Terms that none of them has keep their numbers:
    /// leave them out with [`without`](Self::without), where they would be counted.
    pub fn select(&self, places: &[usize]) -> Self {
        let mut selected =
            Self { terms: self.terms.clone(), frequencies: vec![0; self.terms.len()], rows: Rows::default() };
        for own in places.iter().filter_map(|&place| self.get(place)) {
            for &id in own {
                selected.frequencies.iter_mut().skip(id as usize).take(1).for_each(|count| *count += 1);
            }
            selected.rows.ids.extend(own);
            selected.rows.end();
        }
        selected
    }

    /// Adds `value` for each term of a text to `sums`, [terms].
    pub(crate) fn add(sums: &mut [f64], terms: &[u32], value: f64) {
        terms.iter().for_each(|&term| add(sums, term, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_counted_once_a_text() {
        let mut builder = DocumentsBuilder::new();
        for text in ["b a b", "", "c b", "é\0 é\0"] {
            builder.push(text.split_whitespace());
        }
        let all = builder.clone().finish(0).unwrap();
        assert_eq!(all.terms(), ["a", "b", "c", "é\0"]);
        assert_eq!(all.frequencies(), [1, 2, 1, 1]);
        assert_eq!(all.iter().collect::<Vec<_>>(), [&[0, 1][..], &[], &[1, 2], &[3]]);
        assert_eq!([0, 1, 3, 4].map(|place| all.get(place)), [Some(&[0, 1][..]), Some(&[]), Some(&[3]), None]);
        let some = builder.finish(2).unwrap();
        assert_eq!((some.len(), some.terms(), some.frequencies()), (4, &["b".to_owned()][..], &[2][..]));
        assert_eq!(some.iter().collect::<Vec<_>>(), [&[0][..], &[], &[0], &[]]);
        assert!(DocumentsBuilder::new().finish(1).unwrap().is_empty());
    }
}

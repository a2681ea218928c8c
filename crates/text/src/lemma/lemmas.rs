//! The role that finds lemmas, and what it returns.

use std::ops::Range;

use plaudit_core::Tokens;

use crate::PartOfSpeech;

/// Gives each token of a text its part of speech and its lemma (DPMS, Eq. 12: the lemma of a word follows from the word and
/// its part of speech).
///
/// Lemmas are case-folded, as is what has none. The same tokens always give the same lemmas.
pub trait PosLemmatizer: Send + Sync {
    /// Replaces `lemmas` by one entry for each token, in order. The tokens are those of a whole text, with its punctuation:
    /// what stands beside a word decides what it is.
    fn lemmatize_into(&self, tokens: &Tokens, lemmas: &mut Lemmas);

    /// Returns the lemmas of these tokens in a list of their own.
    fn lemmatize(&self, tokens: &Tokens) -> Lemmas {
        let mut lemmas = Lemmas::new();
        self.lemmatize_into(tokens, &mut lemmas);
        lemmas
    }
}

/// A word's lemma in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lemma<'a> {
    /// The form that a dictionary lists: `be` for `was`.
    pub text: &'a str,
    /// What the word is where it stands.
    pub pos: PartOfSpeech,
}

/// The lemmas of one text: one text buffer and one entry a token, so that a reused value allocates nothing.
#[derive(Debug, Clone, Default)]
pub struct Lemmas {
    text: String,
    entries: Vec<(Range<usize>, PartOfSpeech)>,
}

impl Lemmas {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of lemmas: one a token.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no lemma.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all lemmas and keeps the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
    }

    /// Adds the lemma of the next token.
    pub fn push(&mut self, text: &str, pos: PartOfSpeech) {
        let range = self.write(text);
        self.entries.push((range, pos));
    }

    /// Replaces the lemma of token `index`, counted from 0, and leaves its part of speech. Does nothing where there is none.
    pub fn replace(&mut self, index: usize, text: &str) {
        let range = self.write(text);
        if let Some(entry) = self.entries.get_mut(index) {
            entry.0 = range;
        }
    }

    /// Returns the lemmas in the order of their tokens.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Lemma<'_>> + Clone {
        self.entries.iter().map(|entry| self.lemma(entry))
    }

    /// Returns the lemma of token `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<Lemma<'_>> {
        self.entries.get(index).map(|entry| self.lemma(entry))
    }

    fn write(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn lemma(&self, (range, pos): &(Range<usize>, PartOfSpeech)) -> Lemma<'_> {
        Lemma { text: self.text.get(range.clone()).unwrap_or_default(), pos: *pos }
    }
}

/// Two lists are equal when their lemmas are, whatever their buffers hold.
impl PartialEq for Lemmas {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Lemmas {}

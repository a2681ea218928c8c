//! Who finds candidates.

use symspell::{AsciiStringStrategy, SymSpell, Verbosity};

use super::SpellingIndex;
use super::deletes::{Deletes, Gap, MAX_DISTANCE, Signature};
use super::lexicon::Lexicon;

pub(super) enum Index {
    Deletes(Deletes),
    Symspell(Box<SymSpell<AsciiStringStrategy>>),
}

impl Index {
    pub(super) fn new(index: SpellingIndex, lexicon: &Lexicon) -> Self {
        match index {
            SpellingIndex::Deletes => Self::Deletes(Deletes::new(lexicon.words())),
            SpellingIndex::Symspell => {
                // Words here are ASCII, which `AsciiStringStrategy` leaves as it is.
                let mut symspell = SymSpell::default();
                for (number, word) in lexicon.words().enumerate() {
                    // The "count" is the word's number and one, which is what we want back.
                    symspell.load_dictionary_line(&format!("{word} {}", number + 1), 0, 1, " ");
                }
                Self::Symspell(Box::new(symspell))
            }
        }
    }

    /// Calls `each` with the numbers of words that may be within two edits of `word`, some of them several times.
    /// `each` returns the number from which on words are of no interest any more.
    pub(super) fn for_each_near(&self, word: &str, mut each: impl FnMut(u32, Gap) -> u32) {
        match self {
            Self::Deletes(deletes) => deletes.for_each_near(word.as_bytes(), each),
            Self::Symspell(symspell) => {
                let signature = Signature::new(word.as_bytes());
                for suggestion in symspell.lookup(word, Verbosity::All, MAX_DISTANCE as i64) {
                    if let Some(gap) = signature.gap(Signature::new(suggestion.term.as_bytes())) {
                        each((suggestion.count - 1) as u32, gap);
                    }
                }
            }
        }
    }

    /// Returns the memory of the index in bytes, where it is known.
    pub(super) fn bytes(&self) -> Option<usize> {
        match self {
            Self::Deletes(deletes) => Some(deletes.bytes()),
            Self::Symspell(_) => None,
        }
    }
}

//! Where words stand in a list.

use std::hash::{BuildHasher, RandomState};
use std::io;

use hashbrown::HashTable;

use crate::{Error, Result};

/// Finds the places of words in a list that somebody else keeps.
///
/// A hash table of places and of half of each hash, 8 bytes a word: no word is kept twice. Whoever asks hands over a function that
/// returns the word at a place of the list.
///
/// # Example: which words come again
/// ```
/// use plaudit_core::WordIndex;
///
/// let words = ["not", "bad", "not"];
/// let at = |place: u32| words.get(place as usize).copied();
/// let mut index = WordIndex::new();
/// let earlier: Vec<Option<u32>> = (0..).zip(words).map(|(place, word)| index.insert(word, place, at)).collect();
/// assert_eq!(earlier, [None, None, Some(0)]);
/// assert_eq!((index.place("bad", at), index.place("good", at)), (Some(1), None));
/// ```
#[derive(Debug, Clone, Default)]
pub struct WordIndex {
    slots: HashTable<Slot>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Kept, so that a growing table need not read the words again, and other words are told apart without being looked at.
    hash: u32,
    place: u32,
}

impl Slot {
    /// The hash as the table wants it, which takes the place from its lower end and a tag from its upper one.
    fn spread(hash: u32) -> u64 {
        u64::from(hash) << 32 | u64::from(hash)
    }

    fn is<'w>(&self, hash: u32, word: &str, word_at: impl Fn(u32) -> Option<&'w str>) -> bool {
        self.hash == hash && word_at(self.place) == Some(word)
    }
}

impl WordIndex {
    /// Returns an index without words.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns an index with room for so many words.
    ///
    /// # Errors
    /// When there is not so much memory.
    pub fn with_room(words: usize) -> Result<Self> {
        let mut index = Self::default();
        index.slots.try_reserve(words, |slot| Slot::spread(slot.hash)).map_err(|_| {
            let fault = format!("there is no memory for an index of {words} words");
            Error::backend(io::Error::new(io::ErrorKind::OutOfMemory, fault))
        })?;
        Ok(index)
    }

    /// Returns the place of `word`, where it has one; `word_at` returns the word at a place.
    pub fn place<'w>(&self, word: &str, word_at: impl Fn(u32) -> Option<&'w str>) -> Option<u32> {
        let hash = self.hash(word);
        let slot = self.slots.find(Slot::spread(hash), |slot| slot.is(hash, word, &word_at))?;
        Some(slot.place)
    }

    /// Notes the place of a new word, or returns the one that the word has already. `word_at` is asked for noted places alone:
    /// the word may come into the list afterwards.
    pub fn insert<'w>(&mut self, word: &str, place: u32, word_at: impl Fn(u32) -> Option<&'w str>) -> Option<u32> {
        let hash = self.hash(word);
        if let Some(slot) = self.slots.find(Slot::spread(hash), |slot| slot.is(hash, word, &word_at)) {
            return Some(slot.place);
        }
        self.slots.insert_unique(Slot::spread(hash), Slot { hash, place }, |slot| Slot::spread(slot.hash));
        None
    }

    fn hash(&self, word: &str) -> u32 {
        self.hasher.hash_one(word) as u32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_map_finds(words in proptest::collection::vec("[ab]{0,3}|\\PC{0,3}", 0..300)) {
            let at = |place: u32| words.get(place as usize).map(String::as_str);
            let (mut index, mut map) = (WordIndex::with_room(words.len() / 2).unwrap(), HashMap::new());
            for (place, word) in (0..).zip(&words) {
                let first = *map.entry(word.as_str()).or_insert(place);
                prop_assert_eq!(index.insert(word, place, at), (first < place).then_some(first));
            }
            for word in words.iter().map(String::as_str).chain(["", "a", "aba", "好"]) {
                prop_assert_eq!(index.place(word, at), map.get(word).copied());
            }
        }
    }

    #[test]
    fn too_much_room_is_refused() {
        assert!(WordIndex::with_room(usize::MAX).unwrap_err().to_string().contains("no memory"));
    }
}

//! Distinct n-grams and their numbers.

use std::hash::{BuildHasher, RandomState};

use plaudit_core::{Error, Result};

/// N-grams that are looked up together.
pub(super) const BLOCK: usize = 16;

/// Distinct n-grams, numbered from 0 in the order in which they came.
///
/// The standard map would hold one allocation an n-gram; here they lie in one string, and an n-gram costs its bytes, 8 for its end,
/// and 16 to 32 of slots. Where an n-gram lies hangs on random keys, so that nobody can write texts whose n-grams all want one slot;
/// its number does not.
#[derive(Debug, Clone)]
pub(super) struct NgramTable {
    text: String,
    /// Where each n-gram ends in `text`.
    ends: Vec<usize>,
    /// A power of two of slots, at least half of them empty (0). A full one has the n-gram's hash in the upper half, and its number
    /// plus 1 in the lower.
    slots: Vec<u64>,
    /// Random: where the hash begins, and what it multiplies by.
    keys: [u64; 2],
}

impl NgramTable {
    /// The most n-grams: the slots of twice as many are still told apart by 32 bits of hash.
    const MOST: u32 = 1 << 31;

    pub(super) fn new() -> Self {
        let state = RandomState::new();
        let keys = [state.hash_one(0_u8), state.hash_one(1_u8) | 1];
        Self { text: String::new(), ends: Vec::new(), slots: vec![0; 16], keys }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns the n-gram of a number.
    pub(super) fn ngram(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        let start = if number == 0 { 0 } else { *self.ends.get(number - 1)? };
        self.text.get(start..*self.ends.get(number)?)
    }

    /// Returns the n-grams in the order of their numbers.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let ngram = self.text.get(start..end).unwrap_or_default();
            start = end;
            ngram
        })
    }

    /// Returns the number of `ngram`, where it is there.
    pub(super) fn find(&self, ngram: &str) -> Option<u32> {
        self.probe(ngram, self.hash(ngram)).ok()
    }

    /// Returns the number of `ngram`, a new one where it was not there; none where there are [`MOST`](Self::MOST) others.
    pub(super) fn insert(&mut self, ngram: &str) -> Option<u32> {
        let hash = self.hash(ngram);
        let place = match self.probe(ngram, hash) {
            Ok(number) => return Some(number),
            Err(place) => place,
        };
        let number = u32::try_from(self.ends.len()).ok().filter(|&number| number < Self::MOST)?;
        self.text.push_str(ngram);
        self.ends.push(self.text.len());
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = hash << 32 | u64::from(number + 1);
        }
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        Some(number)
    }

    /// Returns the numbers of the first [`BLOCK`] of `ngrams`, where they are at the first slot that is looked at: most are, and none
    /// says nothing. Most of the time of looking an n-gram up is waiting for memory, three times, one after the other; of those here,
    /// it is waited for at once.
    pub(super) fn guess(&self, ngrams: &[&str]) -> [Option<u32>; BLOCK] {
        let (mut hashes, mut known, mut numbers) = ([0; BLOCK], [None; BLOCK], [None; BLOCK]);
        for (hash, ngram) in hashes.iter_mut().zip(ngrams) {
            *hash = self.hash(ngram);
        }
        let slots = hashes.map(|hash| self.slot(hash as usize & (self.slots.len() - 1)));
        for (known, (hash, slot)) in known.iter_mut().zip(hashes.into_iter().zip(slots)) {
            if slot != 0 && slot >> 32 == hash {
                let number = slot as u32 - 1;
                *known = self.ngram(number).map(|ngram| (number, ngram));
            }
        }
        for ((number, known), ngram) in numbers.iter_mut().zip(known).zip(ngrams) {
            *number = known.filter(|(_, known)| known == ngram).map(|(number, _)| number);
        }
        numbers
    }

    /// Tells whether there was a number for every n-gram.
    ///
    /// # Errors
    /// When there are [`MOST`](Self::MOST), and there may have been more.
    pub(super) fn check(&self) -> Result<()> {
        if self.ends.len() < Self::MOST as usize {
            return Ok(());
        }
        let reason = format!("found {} distinct n-grams or more, expected fewer", Self::MOST);
        Err(Error::data("texts", 0, "", reason))
    }

    /// Returns the number of `ngram`, or the empty slot that it would take.
    fn probe(&self, ngram: &str, hash: u64) -> std::result::Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let slot = self.slot(place);
            if slot == 0 {
                return Err(place);
            }
            let number = slot as u32 - 1;
            if slot >> 32 == hash && self.ngram(number) == Some(ngram) {
                return Ok(number);
            }
            place = (place + 1) & mask;
        }
    }

    fn slot(&self, place: usize) -> u64 {
        self.slots.get(place).copied().unwrap_or(0)
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for &slot in self.slots.iter().filter(|&&slot| slot != 0) {
            let mut place = (slot >> 32) as usize & mask;
            while slots.get(place).is_some_and(|&taken| taken != 0) {
                place = (place + 1) & mask;
            }
            if let Some(empty) = slots.get_mut(place) {
                *empty = slot;
            }
        }
        self.slots = slots;
    }

    /// Returns 32 bits. What is left over of eight bytes is mixed in by a step that loses nothing (as MurmurHash3 ends), so that short
    /// n-grams share bits only by chance. Whole eights are multiplied to 128 bits and folded in half (as in wyhash): after a step
    /// that loses nothing, a change in the next eight could undo one in these, whatever the keys.
    fn hash(&self, ngram: &str) -> u64 {
        let [begin, factor] = self.keys;
        let mix = |hash: u64| (hash ^ hash >> 32).wrapping_mul(factor);
        let fold = |hash: u64| {
            let product = u128::from(hash) * u128::from(factor);
            product as u64 ^ (product >> 64) as u64
        };
        let mut hash = mix(begin ^ ngram.len() as u64); // the ends of `aaaa ` are those of `aaaaa `
        let mut rest = ngram.as_bytes();
        while let Some((first, after)) = rest.split_first_chunk::<8>() {
            hash = fold(hash ^ u64::from_le_bytes(*first));
            rest = after;
        }
        let tail = match (rest, rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
            (_, Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
            }
            ([first, middle, last], ..) => u64::from(*first) << 16 | u64::from(*middle) << 8 | u64::from(*last),
            ([first, last], ..) => u64::from(*first) << 8 | u64::from(*last),
            ([only], ..) => u64::from(*only),
            _ => 0,
        };
        mix(mix(hash ^ tail)) >> 32
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn equals_the_standard_map(ngrams in proptest::collection::vec("[ab好]{0,3}|.{0,20}", 0..400)) {
            let (mut table, mut map) = (NgramTable::new(), HashMap::new());
            for ngram in &ngrams {
                let next = map.len() as u32;
                prop_assert_eq!(table.find(ngram), map.get(ngram).copied());
                prop_assert_eq!(table.insert(ngram), Some(*map.entry(ngram.clone()).or_insert(next)));
            }
            prop_assert_eq!(table.len(), map.len());
            for block in ngrams.chunks(BLOCK) {
                let block: Vec<&str> = block.iter().map(String::as_str).collect();
                for (ngram, guess) in block.iter().zip(table.guess(&block)) {
                    prop_assert!(guess.is_none() || guess == table.find(ngram));
                }
            }
            for (ngram, number) in table.iter().zip(0..) {
                prop_assert_eq!((map[ngram], table.ngram(number)), (number, Some(ngram)));
            }
        }
    }

    /// Every bit of a short n-gram tells: of 300,000, few share their 32 bits (expected 300,000^2 / 2^33, 10.5).
    #[test]
    fn hashes_differ() {
        let table = NgramTable::new();
        let mut hashes: Vec<u64> = (0..300_000_u32).map(|number| table.hash(&format!("{number:x} "))).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert!(hashes.len() > 300_000 - 50, "{}", 300_000 - hashes.len());
        assert!(hashes.iter().all(|hash| hash >> 32 == 0));
    }
}

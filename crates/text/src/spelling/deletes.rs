//! Words within two edits, by symmetric deletes.

/// How many edits there can be between a word and its candidates.
pub(crate) const MAX_DISTANCE: usize = 2;

/// Finds the words that may be within two edits of another.
///
/// Symmetric deletes (W. Garbe's SymSpell): two words within two edits have a string in common that is left when at
/// most two letters are deleted from the first letters of each. Those strings are the keys here. They are not stored: a
/// key is a machine word (a byte a letter), the first bits of its hash name a bucket, and a bucket is a stretch of word
/// numbers in one array. Words that share a bucket by chance fall to the same filter as those that share a key and are
/// too far.
pub(crate) struct Deletes {
    /// For each bucket, which of the next three bits of a hash its keys have, a bit each. Most keys of a misspelled
    /// word are no word's, and these bytes stay in a nearer cache than the arrays do.
    present: Vec<u8>,
    /// Where each bucket begins in `numbers`, and the end of the last.
    starts: Vec<u32>,
    /// Numbers of words, ascending within a bucket.
    numbers: Vec<u32>,
    signatures: Vec<Signature>,
    shift: u32,
}

impl Deletes {
    /// How many letters of a word keys are made of: as many as a machine word has bytes. With the 7 of SymSpell two
    /// thirds more words share a key with a misspelled one, and a look-up takes a sixth longer.
    const PREFIX: usize = 8;
    /// The first letters, those without one, and those without two.
    const MAX_KEYS: usize = 1 + Self::PREFIX + Self::PREFIX * (Self::PREFIX - 1) / 2;

    /// Returns the index of these words, which are numbered from 0.
    pub(crate) fn new<'a>(words: impl DoubleEndedIterator<Item = &'a str> + ExactSizeIterator + Clone) -> Self {
        let mut keys = Vec::new();
        let mut total = 0;
        for word in words.clone() {
            distinct_keys(word.as_bytes(), &mut keys);
            total += keys.len();
        }
        let bits = (total / 4).max(2).next_power_of_two().trailing_zeros();
        let mut index = Self {
            present: vec![0; 1 << bits],
            starts: vec![0; (1 << bits) + 1],
            numbers: vec![0; total],
            signatures: words.clone().map(|word| Signature::new(word.as_bytes())).collect(),
            shift: 64 - bits,
        };
        // Counted, summed to the end of each bucket, and filled from the last word to the first.
        for word in words.clone() {
            distinct_keys(word.as_bytes(), &mut keys);
            for &key in &keys {
                let (bucket, bit) = index.bucket(key);
                if let (Some(count), Some(present)) = (index.starts.get_mut(bucket), index.present.get_mut(bucket)) {
                    *count += 1;
                    *present |= 1 << bit;
                }
            }
        }
        let mut sum = 0;
        for start in &mut index.starts {
            sum += *start;
            *start = sum;
        }
        for (number, word) in words.enumerate().rev() {
            distinct_keys(word.as_bytes(), &mut keys);
            for &key in &keys {
                let (bucket, _) = index.bucket(key);
                let Some(start) = index.starts.get_mut(bucket) else { continue };
                *start -= 1;
                if let Some(place) = index.numbers.get_mut(*start as usize) {
                    *place = number as u32;
                }
            }
        }
        index
    }

    /// Calls `each` with the numbers of the words that may be within two edits of `word`: all that are, and some that
    /// are not; some of them several times, and those first that share the longest key. `each` returns the number from
    /// which on words are of no interest any more.
    pub(crate) fn for_each_near(&self, word: &[u8], mut each: impl FnMut(u32, Gap) -> u32) {
        let mut limit = u32::MAX;
        let signature = Signature::new(word);
        let mut buckets = [0; Self::MAX_KEYS];
        let mut keys = 0;
        for_each_key(word, |key| {
            let (bucket, bit) = self.bucket(key);
            if let Some(place) = buckets.get_mut(keys) {
                *place = bucket;
            }
            keys += usize::from(self.present.get(bucket).is_some_and(|present| present >> bit & 1 == 1));
        });
        // One loop an array, so that what is read from far memory does not wait for what was read before it.
        let mut stretches = [(0, 0, 0); Self::MAX_KEYS];
        for (stretch, &bucket) in stretches.iter_mut().zip(&buckets).take(keys) {
            if let Some(&[start, end]) = self.starts.get(bucket..bucket + 2) {
                *stretch = (start as usize, end as usize, 0);
            }
        }
        for (start, _, first) in stretches.iter_mut().take(keys) {
            *first = self.numbers.get(*start).copied().unwrap_or(0);
        }
        for &(start, end, first) in stretches.iter().take(keys) {
            let rest = self.numbers.get(start + 1..end).unwrap_or_default();
            for &number in std::iter::once(&first).chain(rest) {
                if number >= limit {
                    break;
                }
                let other = self.signatures.get(number as usize);
                if let Some(gap) = other.and_then(|&other| signature.gap(other)) {
                    limit = each(number, gap);
                }
            }
        }
    }

    /// Returns the memory of the index in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.present.len() + 4 * (self.starts.len() + self.numbers.len() + self.signatures.len())
    }

    /// Returns the bucket of a key, and which bit of `present` is its own.
    fn bucket(&self, key: u64) -> (usize, u32) {
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15); // Fibonacci hashing
        ((hash >> self.shift) as usize, (hash >> (self.shift - 3) & 7) as u32)
    }
}

fn distinct_keys(word: &[u8], keys: &mut Vec<u64>) {
    keys.clear();
    for_each_key(word, |key| keys.push(key));
    keys.sort_unstable();
    keys.dedup();
}

/// Calls `each` with the first letters of `word`, then with what is left of them without one, and without two; with
/// some of it twice.
fn for_each_key(word: &[u8], mut each: impl FnMut(u64)) {
    let len = word.len().min(Deletes::PREFIX);
    let letters = word.iter().take(len).rev().fold(0, |key, &byte| key << 8 | u64::from(byte));
    each(letters);
    for place in 0..len {
        each(without(letters, place));
    }
    for place in 0..len {
        let once = without(letters, place);
        for second in place..len - 1 {
            each(without(once, second));
        }
    }
}

/// Returns `letters` without the one at `place`.
fn without(letters: u64, place: usize) -> u64 {
    let before = (1 << (8 * place)) - 1;
    letters & before | letters >> 8 & !before
}

/// Which letters a word has, a bit each, and above them how many.
#[derive(Clone, Copy)]
pub(super) struct Signature(u32);

impl Signature {
    const LETTER_BITS: u32 = 27;

    pub(super) fn new(word: &[u8]) -> Self {
        let letters = word.iter().fold(0, |letters, &byte| {
            letters | 1 << if byte.is_ascii_lowercase() { u32::from(byte - b'a') } else { Self::LETTER_BITS - 1 }
        });
        Self(letters | (word.len().min(31) as u32) << Self::LETTER_BITS)
    }

    /// Returns what lies between the words at least, where it may be two edits. An edit takes away one kind of letter
    /// at most and brings one at most.
    pub(super) fn gap(self, other: Self) -> Option<Gap> {
        const LETTERS: u32 = (1 << Signature::LETTER_BITS) - 1;
        let longer = (other.0 >> Self::LETTER_BITS) as i32 - (self.0 >> Self::LETTER_BITS) as i32;
        // All but the lowest bit; `count_ones` is slow where the compiler may not use the processor's own instruction.
        let more = |bits: u32| bits & bits.wrapping_sub(1);
        let (gone, come) = (more(self.0 & !other.0 & LETTERS), more(other.0 & !self.0 & LETTERS));
        let near = longer.unsigned_abs() as usize <= MAX_DISTANCE && more(gone) == 0 && more(come) == 0;
        near.then_some(Gap { longer, two: gone | come != 0 })
    }
}

/// What lies between a misspelled word and a candidate at least.
#[derive(Clone, Copy)]
pub(crate) struct Gap {
    /// How many letters longer the candidate is, -2 to 2.
    pub(crate) longer: i32,
    /// Whether one edit is not enough.
    pub(crate) two: bool,
}

impl Gap {
    /// How many gaps there are.
    pub(crate) const COUNT: usize = 2 * (2 * MAX_DISTANCE + 1);

    /// Returns the number of the gap, from 0: by the length, and then by the edits.
    pub(crate) fn index(self) -> usize {
        (2 * (self.longer + MAX_DISTANCE as i32)) as usize + usize::from(self.two)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use symspell::{AsciiStringStrategy, SymSpell, Verbosity};

    use super::*;
    use crate::spelling::distance::{Pattern, tests::by_table};

    fn near(words: &[String], word: &str) -> Vec<String> {
        let index = Deletes::new(words.iter().map(String::as_str));
        let pattern = Pattern::new(word.as_bytes());
        let mut found = Vec::new();
        index.for_each_near(word.as_bytes(), |number, gap| {
            let candidate = &words[number as usize];
            let distance = pattern.distance(candidate.as_bytes());
            assert!(!gap.two || distance >= 2, "{word} {candidate}");
            if word.len() < 31 && candidate.len() < 31 {
                assert_eq!(gap.longer, candidate.len() as i32 - word.len() as i32, "{word} {candidate}");
            }
            if distance <= MAX_DISTANCE {
                found.push(candidate.clone());
            }
            u32::MAX
        });
        found.sort();
        found.dedup();
        found
    }

    fn by_brute_force(words: &[String], word: &str) -> Vec<String> {
        let near = |other: &&String| by_table(word.as_bytes(), other.as_bytes()) <= MAX_DISTANCE;
        let mut found: Vec<String> = words.iter().filter(near).cloned().collect();
        found.sort();
        found
    }

    /// Distinct words of few letters, so that many are near.
    fn words() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::btree_set("[a-c']{1,14}|[a-z]{1,6}|[ab]{28,40}", 0..60)
            .prop_map(|words| words.into_iter().collect())
    }

    #[test]
    fn a_letter_is_taken_out() {
        let letters = u64::from_le_bytes(*b"abcdefgh");
        for (place, expected) in [(0, b"bcdefgh\0"), (3, b"abcefgh\0"), (7, b"abcdefg\0")] {
            assert_eq!(without(letters, place), u64::from_le_bytes(*expected));
        }
        let mut keys = Vec::new();
        for (word, expected) in [("", 1), ("a", 2), ("ab", 4), ("aa", 3), ("abcdefgh", 37), ("abcdefghijk", 37)] {
            distinct_keys(word.as_bytes(), &mut keys);
            assert_eq!(keys.len(), expected, "{word}");
        }
    }

    #[test]
    fn an_empty_index_has_nothing() {
        assert!(near(&[], "word").is_empty());
        assert_eq!(near(&["ab".to_owned()], ""), ["ab"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn finds_what_is_near(words in words(), word in "[a-c']{1,14}|[a-z]{1,6}|[ab]{28,40}") {
            prop_assert_eq!(near(&words, &word), by_brute_force(&words, &word));
        }

        /// The crate measures with transpositions around other edits, which are more words at distance 2.
        #[test]
        fn finds_what_the_crate_symspell_finds(words in words(), word in "[a-c]{1,14}|[a-z]{1,6}") {
            let mut symspell: SymSpell<AsciiStringStrategy> = SymSpell::default();
            for word in &words {
                symspell.load_dictionary_line(&format!("{word} 1"), 0, 1, " ");
            }
            let suggestions = symspell.lookup(&word, Verbosity::All, MAX_DISTANCE as i64).into_iter();
            let near_enough = |other: &String| by_table(word.as_bytes(), other.as_bytes()) <= MAX_DISTANCE;
            let mut found: Vec<String> = suggestions.map(|suggestion| suggestion.term).filter(near_enough).collect();
            found.sort();
            prop_assert_eq!(near(&words, &word), found);
        }
    }
}

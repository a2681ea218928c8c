//! The texts that passed, and which of them a new one repeats.

use std::collections::{HashMap, VecDeque};

use super::config::NearDuplicates;
use super::min_hash::MinHash;
use super::reason::QualityReason;
use super::shingles::{are_similar, hash, mix, normalise, shingles};

/// The texts that passed, ready to be compared with.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    texts: Texts,
    /// The first text with a hash. None where exact duplicates pass.
    exact: Option<HashMap<u64, u32>>,
    near: Option<Near>,
    buffer: String,
    normal: String,
}

impl Seen {
    pub(super) fn new(exact: bool, near: Option<&NearDuplicates>) -> Self {
        let (texts, buffer, normal) = (Texts::default(), String::new(), String::new());
        Self { texts, exact: exact.then(HashMap::new), near: near.map(Near::new), buffer, normal }
    }

    /// Returns why `text`, number `number` of all, is a duplicate, and of which number; else keeps it and returns none.
    pub(super) fn check(&mut self, text: &str, number: u64) -> Option<(QualityReason, u64)> {
        if self.exact.is_none() && self.near.is_none() {
            return None;
        }
        normalise(text, &mut self.buffer, &mut self.normal);
        // 2^32 texts are beyond any memory here; what follows them is not kept
        let entry = u32::try_from(self.texts.entries.len()).ok().filter(|&entry| entry != NONE)?;
        let key = hash(&self.normal);
        if let Some(&first) = self.exact.as_ref().and_then(|exact| exact.get(&key))
            && self.texts.text(first) == self.normal
        {
            return Some((QualityReason::ExactDuplicate, self.texts.number(first)));
        }
        if let Some(near) = &mut self.near {
            near.read(&self.normal);
            if let Some(found) = near.find(&self.texts) {
                return Some((QualityReason::NearDuplicate, self.texts.number(found)));
            }
            near.keep(entry);
        }
        if let Some(exact) = &mut self.exact {
            exact.entry(key).or_insert(entry);
        }
        self.texts.push(&self.normal, number);
        None
    }
}

/// Texts in their normal form, in entries counted from 0.
#[derive(Debug, Clone, Default)]
struct Texts {
    /// One behind the other.
    text: String,
    /// Where each ends, and its number among all texts.
    entries: Vec<(usize, u64)>,
}

impl Texts {
    fn push(&mut self, normal: &str, number: u64) {
        self.text.push_str(normal);
        self.entries.push((self.text.len(), number));
    }

    fn text(&self, entry: u32) -> &str {
        let end = |entry: usize| self.entries.get(entry).map(|&(end, _)| end);
        let start = (entry as usize).checked_sub(1).and_then(end).unwrap_or(0);
        end(entry as usize).and_then(|end| self.text.get(start..end)).unwrap_or_default()
    }

    fn number(&self, entry: u32) -> u64 {
        self.entries.get(entry as usize).map_or(0, |&(_, number)| number)
    }
}

/// Where near duplicates are looked for.
#[derive(Debug, Clone)]
struct Near {
    config: NearDuplicates,
    functions: MinHash,
    /// For each band, the last entry with a key. 32 bits of a key will do: what agrees by chance is compared in vain.
    last: Vec<HashMap<u32, u32>>,
    /// The entry before it with the same key, [entries, bands].
    before: Vec<u32>,
    /// The new text: its shingles, smallest hashes and the keys of its bands.
    shingles: Vec<u64>,
    signature: Vec<u32>,
    keys: Vec<u32>,
    /// The entries to compare it with, and the shingles of one.
    candidates: Vec<u32>,
    other: Vec<u64>,
    recent: Recent,
}

/// The shingles of the latest long texts, by their entries, in order: a crowd of long texts that are somewhat alike would be
/// cut into shingles again for each new one.
#[derive(Debug, Clone, Default)]
struct Recent {
    sets: VecDeque<(u32, Vec<u64>)>,
    hashes: usize,
}

impl Recent {
    /// Shorter texts are cut as fast as they are found here.
    const LONG: usize = 512;
    /// 16 MiB: [`NearDuplicates::MAX_CANDIDATES`] texts of 30,000 characters.
    const MOST: usize = 1 << 21;

    fn keep(&mut self, entry: u32, shingles: &[u64]) {
        if !(Self::LONG..=Self::MOST).contains(&shingles.len()) {
            return;
        }
        self.hashes += shingles.len();
        self.sets.push_back((entry, shingles.to_vec()));
        while self.hashes > Self::MOST {
            self.hashes -= self.sets.pop_front().map_or(self.hashes, |(_, set)| set.len());
        }
    }

    fn shingles(&self, entry: u32) -> Option<&[u64]> {
        let place = self.sets.binary_search_by_key(&entry, |&(entry, _)| entry).ok()?;
        self.sets.get(place).map(|(_, set)| set.as_slice())
    }
}

/// No entry.
const NONE: u32 = u32::MAX;

impl Near {
    fn new(config: &NearDuplicates) -> Self {
        Self {
            config: config.clone(),
            functions: MinHash::new(config.bands * config.rows),
            last: vec![HashMap::new(); config.bands],
            before: Vec::new(),
            shingles: Vec::new(),
            signature: Vec::new(),
            keys: Vec::new(),
            candidates: Vec::new(),
            other: Vec::new(),
            recent: Recent::default(),
        }
    }

    /// Reads the new text.
    fn read(&mut self, normal: &str) {
        shingles(normal, self.config.shingle, &mut self.shingles);
        self.functions.sign(&self.shingles, &mut self.signature);
        self.keys.clear();
        let key = |band: &[u32]| (band.iter().fold(0, |key, &value| mix(key ^ u64::from(value))) >> 32) as u32;
        self.keys.extend(self.signature.chunks_exact(self.config.rows).map(key));
    }

    /// Returns the first entry among those that agree in a band which is similar enough to the new text.
    fn find(&mut self, texts: &Texts) -> Option<u32> {
        self.candidates.clear();
        let bands = self.config.bands;
        for (band, (key, last)) in self.keys.iter().zip(&self.last).enumerate() {
            let mut next = last.get(key).copied();
            // A text that is in several bands is met several times.
            for _ in 0..NearDuplicates::MAX_CANDIDATES {
                let Some(entry) = next.filter(|&entry| entry != NONE) else { break };
                self.candidates.push(entry);
                next = self.before.get(entry as usize * bands + band).copied();
            }
        }
        self.candidates.sort_unstable();
        self.candidates.dedup();
        let passed_over = self.candidates.len().saturating_sub(NearDuplicates::MAX_CANDIDATES);
        let (config, ours, other) = (&self.config, &self.shingles, &mut self.other);
        self.candidates.iter().skip(passed_over).copied().find(|&entry| {
            let theirs = self.recent.shingles(entry).unwrap_or_else(|| {
                shingles(texts.text(entry), config.shingle, other);
                other
            });
            are_similar(ours, theirs, config.similarity)
        })
    }

    /// Keeps the new text as `entry`, the one after all others.
    fn keep(&mut self, entry: u32) {
        let before = self.keys.iter().zip(&mut self.last).map(|(&key, last)| last.insert(key, entry).unwrap_or(NONE));
        self.before.extend(before);
        self.recent.keep(entry, &self.shingles);
    }
}

#[cfg(test)]
mod tests {
    use super::super::shingles::tests::jaccard;
    use super::*;
    use crate::word_list;

    /// Texts of 6 to 17 words drawn evenly; from the second half on, a text of the first with up to four words drawn anew.
    fn texts(count: usize) -> Vec<String> {
        let words: Vec<&str> = word_list::words(word_list::LETTER_WORDS).collect();
        let mut state = 0;
        let mut draw = |below: usize| {
            state += 1;
            (mix(state) % below as u64) as usize
        };
        let mut texts: Vec<Vec<&str>> = Vec::new();
        for index in 0..count {
            let text = if index < count / 2 {
                (0..6 + draw(12)).map(|_| words[draw(words.len())]).collect()
            } else {
                let mut text = texts[draw(count / 2)].clone();
                for _ in 0..draw(5) {
                    let place = draw(text.len());
                    text[place] = words[draw(words.len())];
                }
                text
            };
            texts.push(text);
        }
        texts.iter().map(|text| text.join(" ")).collect()
    }

    fn set(text: &str) -> Vec<u64> {
        let mut set = Vec::new();
        shingles(text, NearDuplicates::default().shingle, &mut set);
        set
    }

    /// Every pair compared: what is flagged is a duplicate, and as many are found as the bands promise.
    #[test]
    fn duplicates_are_those_of_all_pairs() {
        let config = NearDuplicates::default();
        let mut seen = Seen::new(true, Some(&config));
        let mut kept: Vec<(u64, Vec<u64>)> = Vec::new();
        let (mut there, mut found, mut expected, mut variance) = (0, 0, 0.0, 0.0);
        for (number, text) in (0..).zip(texts(2000)) {
            let ours = set(&text);
            let best = kept.iter().map(|(_, other)| jaccard(&ours, other)).fold(0.0, f64::max);
            let verdict = seen.check(&text, number);
            if best >= config.similarity {
                let probability = config.candidate_probability(best);
                (there, found) = (there + 1, found + usize::from(verdict.is_some()));
                (expected, variance) = (expected + probability, variance + probability * (1.0 - probability));
            }
            if let Some((reason, original)) = verdict {
                let (_, other) = kept.iter().find(|(kept, _)| *kept == original).unwrap();
                assert!(jaccard(&ours, other) >= config.similarity);
                assert_eq!(reason == QualityReason::ExactDuplicate, ours == *other, "{text}");
            } else {
                kept.push((number, ours));
            }
        }
        assert!(there > 250);
        assert!(found as f64 >= expected - 4.0 * f64::sqrt(variance) - 1.0, "{found} of {there}, expected {expected}");
    }

    #[test]
    fn a_crowd_in_one_band_costs_no_more_than_the_limit() {
        let config = NearDuplicates::default();
        let mut near = Near::new(&config);
        let mut texts = Texts::default();
        near.read("the same for all of them");
        for entry in 0..1000 {
            near.keep(entry); // as if every signature were that one
            texts.push("another text", u64::from(entry));
        }
        assert_eq!(near.find(&texts), None);
        assert_eq!(near.candidates.len(), NearDuplicates::MAX_CANDIDATES);
        assert_eq!(near.candidates.last(), Some(&999));
    }

    /// Long texts, each two of which share 70 % of their words: 64 comparisons a text, none a duplicate.
    #[test]
    fn a_crowd_of_long_texts_ends() {
        let mut seen = Seen::new(true, Some(&NearDuplicates::default()));
        let words: Vec<&str> = word_list::words(word_list::LETTER_WORDS).take(2000).collect();
        for number in 0..100 {
            let word = |(place, word): (usize, &&str)| match mix(place as u64 * 1000 + number) % 6 {
                0 => format!("{word}{}", mix(number + place as u64) % 1_000_000),
                _ => (*word).to_owned(),
            };
            let text: Vec<String> = words.iter().enumerate().map(word).collect();
            assert_eq!(seen.check(&text.join(" "), number), None, "{number}");
        }
        let recent = &seen.near.as_ref().unwrap().recent;
        assert!(recent.sets.len() == 100 && recent.hashes <= Recent::MOST);
        // What is remembered is what would be cut again.
        let entry = recent.sets[7].0;
        assert_eq!(recent.sets[7].1, set(seen.texts.text(entry)));
    }

    #[test]
    fn the_latest_long_texts_are_remembered() {
        let mut recent = Recent::default();
        let long = vec![1; Recent::MOST / 4];
        (0..10).for_each(|entry| recent.keep(2 * entry, &long));
        recent.keep(40, &long[..10]);
        assert_eq!((recent.sets.len(), recent.hashes), (4, Recent::MOST));
        let known: Vec<u32> = (0..50).filter(|&entry| recent.shingles(entry).is_some()).collect();
        assert_eq!(known, [12, 14, 16, 18]);
    }

    #[test]
    fn each_kind_alone() {
        let pair = [
            "The labs were great and open late",
            "the labs were great and open LATE",
            "the labs were great and open late!",
        ];
        let reasons = |exact, near: bool| {
            let mut seen = Seen::new(exact, near.then(NearDuplicates::default).as_ref());
            pair.map(|text| seen.check(text, 7)).map(|found| {
                found.map(|(reason, number)| {
                    assert_eq!(number, 7);
                    reason
                })
            })
        };
        let (exact, near) = (Some(QualityReason::ExactDuplicate), Some(QualityReason::NearDuplicate));
        assert_eq!(reasons(true, true), [None, exact, near]);
        assert_eq!(reasons(true, false), [None, exact, None]);
        assert_eq!(reasons(false, true), [None, near, near]);
        assert_eq!(reasons(false, false), [None, None, None]);
    }
}

//! P(c) after another word.

use std::collections::HashMap;

use super::frequencies::WordFrequencies;
use super::lexicon::Lexicon;

/// Counts of neighbouring words, by their numbers.
#[derive(Default)]
pub(super) struct Pairs {
    counts: HashMap<(u32, u32), u64>,
    /// Of the first word, before any other.
    totals: HashMap<u32, u64>,
}

impl Pairs {
    /// Returns the counts of words with a blank between them; pairs with an unknown word are passed over.
    pub(super) fn new(pairs: &WordFrequencies, lexicon: &Lexicon) -> Self {
        let mut found = Self::default();
        for (pair, count) in pairs.sorted() {
            let numbers = pair.split_once(' ').map(|(first, second)| (lexicon.number(first), lexicon.number(second)));
            if let Some((Some(first), Some(second))) = numbers {
                found.counts.insert((first, second), count);
                *found.totals.entry(first).or_default() += count;
            }
        }
        found
    }

    /// Returns what is known of words after `previous`.
    pub(super) fn after(&self, previous: Option<&str>, lexicon: &Lexicon) -> After<'_> {
        let folded = previous.filter(|_| !self.totals.is_empty()).map(str::to_ascii_lowercase);
        let first = folded.and_then(|word| lexicon.number(&word));
        let total = first.and_then(|first| Some((first, *self.totals.get(&first)?)));
        After { counts: &self.counts, total }
    }
}

/// The words after one word.
pub(super) struct After<'a> {
    counts: &'a HashMap<(u32, u32), u64>,
    /// The word's number and how many words follow it; none where nothing is known.
    total: Option<(u32, u64)>,
}

impl After<'_> {
    /// Returns whether anything is known of words here.
    pub(super) fn is_known(&self) -> bool {
        self.total.is_some()
    }

    /// Returns P(c) here, for P(c) anywhere.
    pub(super) fn prior(&self, number: u32, anywhere: f64, strength: f64) -> f64 {
        let Some((first, total)) = self.total else { return anywhere };
        let count = self.counts.get(&(first, number)).copied().unwrap_or(0);
        (count as f64 + strength * anywhere) / (total as f64 + strength)
    }
}

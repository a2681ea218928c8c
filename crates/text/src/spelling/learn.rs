//! A channel from pairs of misspelled and right words.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};

use super::channel::{Channel, ChannelConfig, Edit};

impl Channel {
    /// Returns the probabilities that these pairs (wrong, right) show, each once. Case makes no difference; pairs of
    /// equal words, of words with anything but ASCII letters and apostrophes, and those more than two edits apart are
    /// passed over.
    ///
    /// The probability of a kind is how often it happened over how often it could have (every letter that can be left
    /// out, every letter that can be added at every place ..), plus a half and one so that none is 0. Edits at first
    /// letters are counted apart. A pair that can be read in several ways is read in the most probable one, by the
    /// probabilities of the round before; there are four rounds.
    ///
    /// # Errors
    /// When no pair can be used.
    pub fn learn<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<ChannelConfig> {
        const ROUNDS: usize = 4;
        let folded = |word: &str| {
            let plain = word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'\'');
            plain.then(|| word.to_ascii_lowercase())
        };
        let pairs: Vec<(String, String)> =
            pairs.into_iter().filter_map(|(wrong, right)| Some((folded(wrong)?, folded(right)?))).collect();
        let mut possible = Counts::default();
        let mut first = ChannelConfig::default();
        first.edits.values_mut().for_each(|probability| *probability = 1e-3);
        first.first_letter = 1.0;
        let mut config = first;
        for round in 0..ROUNDS {
            let channel = Self::new(&config)?;
            let mut found = Counts::default();
            for (wrong, right) in &pairs {
                let Some(alignment) = channel.align(right, wrong).filter(|alignment| !alignment.edits.is_empty())
                else {
                    continue;
                };
                for (index, &edit) in alignment.edits.iter().enumerate() {
                    let at_first = index == 0 && right.as_bytes().first() != wrong.as_bytes().first();
                    *(if at_first { &mut found.first } else { &mut found.later }).entry(edit).or_default() += 1;
                }
                if round == 0 {
                    for_each_edit(right.as_bytes(), |edit, place| {
                        *(if place == 0 { &mut possible.first } else { &mut possible.later })
                            .entry(edit)
                            .or_default() += 1;
                    });
                }
            }
            if found.later.is_empty() && found.first.is_empty() {
                return Err(Error::config("no pair of words has one or two edits between them"));
            }
            config = possible.probabilities(&found);
        }
        Ok(config)
    }
}

/// Counts of edits at the first letter, and at those after it.
#[derive(Default)]
struct Counts {
    first: BTreeMap<Edit, u64>,
    later: BTreeMap<Edit, u64>,
}

impl Counts {
    fn probabilities(&self, found: &Self) -> ChannelConfig {
        let mut config = ChannelConfig::default();
        let count = |counts: &BTreeMap<Edit, u64>, edit: &Edit| counts.get(edit).copied().unwrap_or(0) as f64;
        for (edit, probability) in &mut config.edits {
            *probability = (count(&found.later, edit) + 0.5) / (count(&self.later, edit) + 1.0);
            *probability = probability.min(1.0);
        }
        let expected: f64 = config.edits.iter().map(|(edit, p)| p * count(&self.first, edit)).sum();
        config.first_letter = (found.first.values().sum::<u64>() as f64 + 0.5) / (expected + 1.0);
        config
    }
}

/// Calls `each` with every single edit that `word` can suffer, as a walk would read it, and its place.
fn for_each_edit(word: &[u8], mut each: impl FnMut(Edit, usize)) {
    let letters = || (b'a'..=b'z').chain([b'\'']);
    let mut before = None;
    for place in 0..=word.len() {
        let (here, next) = (word.get(place).copied(), word.get(place + 1).copied());
        for letter in letters().filter(|&letter| Some(letter) != here) {
            each(Edit::add(letter, before), place);
            if let Some(here) = here {
                each(Edit::replace(here, letter), place);
            }
        }
        if let Some(here) = here {
            if next != Some(here) {
                each(Edit::drop(here, before), place);
            }
            if let Some(next) = next.filter(|&next| next != here) {
                each(Edit::swap(here, next), place);
            }
        }
        before = here;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::spelling::ChannelConfig;

    /// By hand. In `abc` a letter can be left out in three places, one vowel and two consonants, of which one vowel and
    /// no consonant is the first letter. Two of two words lost a consonant that is not the first: (2 + 1/2) / (2 x 2 +
    /// 1).
    #[test]
    fn counts_by_hand() {
        let config = Channel::learn([("ac", "abc"), ("ab", "abc")]).unwrap();
        assert_eq!(config.edits[&Edit::DropConsonant], 2.5 / 5.0);
        // `abc` has no doubled letter that could be left out, and two pairs, one of them later: (0 + 1/2) / (2 x 1 + 1)
        assert_eq!(config.edits[&Edit::DropDoubled], 0.5);
        assert_eq!(config.edits[&Edit::Swap], 0.5 / 3.0);
        assert!(config.first_letter < 0.5);
        config.validate().unwrap();
    }

    #[test]
    fn what_cannot_be_used_is_passed_over() {
        let usable = [("Ac", "ABC"), ("ab", "abc")];
        let noise = [("same", "same"), ("far", "away"), ("naïv", "naïve"), ("", "a b"), ("x\0", "x")];
        let learned = Channel::learn(usable.into_iter().chain(noise)).unwrap();
        assert_eq!(learned, Channel::learn(usable).unwrap());
        for none in [&noise[..], &[]] {
            let error = Channel::learn(none.iter().copied()).unwrap_err().to_string();
            assert!(error.contains("no pair of words has one or two edits between them"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_learned_is_valid_whatever_the_order(
            pairs in proptest::collection::vec(("[a-e']{1,5}", "[a-e']{1,5}"), 1..20),
        ) {
            let borrowed = || pairs.iter().map(|(wrong, right)| (wrong.as_str(), right.as_str()));
            let learned: Option<ChannelConfig> = Channel::learn(borrowed()).ok();
            if let Some(config) = &learned {
                config.validate().unwrap();
            }
            prop_assert_eq!(Channel::learn(borrowed().rev()).ok(), learned);
        }
    }
}

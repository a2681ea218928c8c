//! The known words and their prior, P(c).

use std::collections::{HashMap, HashSet};

use super::frequencies::WordFrequencies;
use super::{MAX_LETTERS, SpellingConfig};

/// Known words, numbered from the most probable to the least.
pub(super) struct Lexicon {
    /// The words that can be candidates, one after the other.
    text: String,
    /// Where each begins in `text`, and the end of the last.
    starts: Vec<u32>,
    priors: Vec<f64>,
    /// For the logarithms of priors in quarters, from that of `f64::MIN_POSITIVE` on: the first word below.
    first_below: Vec<u32>,
    /// Whether the user's corpus has the word.
    in_corpus: Vec<bool>,
    numbers: HashMap<Box<str>, u32>,
    /// Words that are known and are never candidates: with other letters, or terms of the configuration.
    others: HashSet<Box<str>>,
}

impl Lexicon {
    pub(super) fn new(config: &SpellingConfig, general: &WordFrequencies, corpus: &WordFrequencies) -> Self {
        // A word that only the corpus has is in the general language as if it had been counted there half a time.
        let general_total = (general.total() as f64 + 0.5 * corpus.len() as f64).max(1.0);
        let total = corpus.total() as f64 + config.general_strength;
        let prior = |word: &str| {
            let general = (general.count(word) as f64).max(0.5) / general_total;
            (corpus.count(word) as f64 + config.general_strength * general) / total
        };
        let known: HashSet<&str> = general.sorted().into_iter().chain(corpus.sorted()).map(|(word, _)| word).collect();
        let (candidates, others): (Vec<&str>, Vec<&str>) = known.into_iter().partition(|word| is_plain(word));
        let mut candidates: Vec<(&str, f64)> = candidates.into_iter().map(|word| (word, prior(word))).collect();
        candidates.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let mut lexicon = Self {
            text: String::new(),
            starts: vec![0],
            priors: candidates.iter().map(|&(_, prior)| prior).collect(),
            first_below: Vec::new(),
            in_corpus: candidates.iter().map(|&(word, _)| corpus.contains(word)).collect(),
            numbers: candidates.iter().zip(0..).map(|(&(word, _), number)| (word.into(), number)).collect(),
            others: others.into_iter().map(Into::into).collect(),
        };
        lexicon.first_below = (0..=Self::quarter(1.0))
            .map(|quarter| {
                let least = f64::from_bits((quarter as u64) << Self::QUARTER);
                lexicon.priors.partition_point(|&prior| prior >= least) as u32
            })
            .collect();
        for (word, _) in candidates {
            lexicon.text.push_str(word);
            lexicon.starts.push(lexicon.text.len() as u32);
        }
        let terms = config.domain_terms.iter().map(|term| crate::casefold::fold(term, &mut String::new()).into());
        lexicon.others.extend(terms);
        lexicon
    }

    pub(super) fn len(&self) -> usize {
        self.priors.len()
    }

    pub(super) fn word(&self, number: u32) -> &str {
        let place = number as usize;
        match self.starts.get(place..place.saturating_add(2)) {
            Some(&[start, end]) => self.text.get(start as usize..end as usize).unwrap_or_default(),
            _ => "",
        }
    }

    pub(super) fn words(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        (0..self.len() as u32).map(|number| self.word(number))
    }

    pub(super) fn prior(&self, number: u32) -> f64 {
        self.priors.get(number as usize).copied().unwrap_or(0.0)
    }

    /// What is left of the bits of a number is its exponent and the first two after the point: a logarithm in steps of
    /// about a quarter.
    const QUARTER: u32 = 50;

    fn quarter(prior: f64) -> usize {
        (prior.to_bits() >> Self::QUARTER) as usize
    }

    /// Returns a number from which on all words have a prior below `prior`; not always the first.
    pub(super) fn first_below(&self, prior: f64) -> u32 {
        self.first_below.get(Self::quarter(prior)).copied().unwrap_or(0)
    }

    pub(super) fn in_corpus(&self, number: u32) -> bool {
        self.in_corpus.get(number as usize).copied().unwrap_or(false)
    }

    pub(super) fn number(&self, word: &str) -> Option<u32> {
        self.numbers.get(word).copied()
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.numbers.contains_key(word) || self.others.contains(word)
    }
}

/// Returns whether `word` is of lower-case ASCII letters with perhaps apostrophes between them, and of no absurd
/// length.
pub(super) fn is_plain(word: &str) -> bool {
    let bytes = word.as_bytes();
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
    bytes.len() <= MAX_LETTERS
        && letter(bytes.first())
        && letter(bytes.last())
        && bytes.iter().all(|&byte| byte.is_ascii_lowercase() || byte == b'\'')
}

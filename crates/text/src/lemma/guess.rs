//! What a word may be, by itself.

use super::{detach, lexicon};
use crate::PartOfSpeech::{self, Adj, Adv, Aux, Noun, Verb};

/// The parts of speech that a word may have, likeliest first: four at most.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Candidates([Option<PartOfSpeech>; 4]);

/// What long endings say of words that are not listed. The first that fits counts.
const ENDINGS: [(&[&str], &[PartOfSpeech]); 4] = [
    (
        &[
            "tion", "sion", "ment", "ness", "ity", "ism", "ist", "ship", "hood", "ance", "ence", "ology", "graphy",
            "or", "er", "ee", "age", "ure", "cy",
        ],
        &[Noun, Verb],
    ),
    (&["ly"], &[Adv, Adj]),
    (
        &[
            "ful", "ous", "less", "able", "ible", "ive", "ish", "ary", "ic", "al", "ant", "ent", "some", "proof",
            "friendly",
        ],
        &[Adj, Noun],
    ),
    (&["ize", "ise", "ify", "ate", "yze"], &[Verb, Noun, Adj]),
];

impl Candidates {
    fn of(parts: impl IntoIterator<Item = PartOfSpeech>) -> Self {
        let mut candidates = Self::default();
        for pos in parts {
            if !candidates.has(pos)
                && let Some(free) = candidates.0.iter_mut().find(|slot| slot.is_none())
            {
                *free = Some(pos);
            }
        }
        candidates
    }

    /// Returns the likeliest.
    pub(super) fn first(self) -> Option<PartOfSpeech> {
        self.0.first().copied().flatten()
    }

    /// Returns whether the word may be that.
    pub(super) fn has(self, pos: PartOfSpeech) -> bool {
        self.0.contains(&Some(pos))
    }

    /// Returns the first of `wanted` that the word may be.
    pub(super) fn prefer(self, wanted: &[PartOfSpeech]) -> Option<PartOfSpeech> {
        wanted.iter().copied().find(|&pos| self.has(pos))
    }
}

/// Returns what the folded `word`, which is made of letters, may be.
pub(super) fn candidates(word: &str) -> Candidates {
    let readings = lexicon::readings(word);
    if !readings.is_empty() {
        // A `meeting` is listed, and to be meeting is not.
        let noun = readings.iter().all(|&(pos, _)| pos == Noun);
        let verb = noun && word.ends_with("ing") && lexicon::lemma(&detach::lemma(word, Verb, None), Verb).is_some();
        return Candidates::of(readings.iter().map(|&(pos, _)| pos).chain(verb.then_some(Verb)));
    }
    if word.contains('\'') {
        return Candidates::of(contracted(word));
    }
    if let Some(stem) = detach::verb_stem(word) {
        // `unlimited` is seldom of a verb `unlimit`.
        let negated = word.starts_with("un") && word.ends_with("ed");
        let progressive = stem.len() + "ing".len() == word.len();
        let adjective = negated.then_some(Adj);
        return Candidates::of(adjective.into_iter().chain([Verb]).chain(progressive.then_some(Noun)).chain([Adj]));
    }
    if detach::positive(word).is_some() {
        return Candidates::of([Adj, Adv]);
    }
    if let Some(base) = detach::singular(word, None) {
        let listed = Candidates::of(lexicon::readings(&base).iter().map(|&(pos, _)| pos));
        let open = Candidates::of(listed.0.into_iter().flatten().filter(|pos| matches!(pos, Noun | Verb)));
        return if open.first().is_some() { open } else { Candidates::of([Noun, Verb]) };
    }
    let by_ending = ENDINGS
        .iter()
        .find(|(endings, _)| endings.iter().any(|ending| word.len() > ending.len() + 2 && word.ends_with(ending)));
    Candidates::of(by_ending.map_or(&[Noun, Verb, Adj][..], |(_, parts)| parts).iter().copied())
}

/// Returns what a word with an apostrophe is: a negated auxiliary, a pronoun or the like with an auxiliary, or a possessive.
fn contracted(word: &str) -> [PartOfSpeech; 1] {
    let head = word.split('\'').next().unwrap_or_default();
    [match lexicon::readings(head).first() {
        _ if word.ends_with("n't") => Aux,
        Some(&(pos, _)) => pos,
        None => Noun,
    }]
}

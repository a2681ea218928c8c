//! Regular inflection, undone: the detachment rules of WordNet's Morphy
//! (<https://wordnet.princeton.edu/documentation/morphy7wn>) with endings of our own, which say where an `e` was dropped or
//! a letter doubled.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use plaudit_core::Vocab;

use super::lexicon;
use crate::{PartOfSpeech, word_list};

/// What stands in the place of an ending.
struct Endings {
    /// By the whole word.
    words: HashMap<&'static str, &'static str>,
    /// By the ending alone.
    endings: HashMap<&'static str, &'static str>,
    /// The length of the longest ending, in bytes.
    longest: usize,
}

static VERBS: LazyLock<Endings> = LazyLock::new(|| Endings::of("verb"));
static NOUNS: LazyLock<Endings> = LazyLock::new(|| Endings::of("noun"));

impl Endings {
    fn of(pos: &str) -> Self {
        let rows = word_list::rows(word_list::DETACHMENT).filter_map(|mut row| {
            let (name, ending) = (row.next()?, row.next()?);
            (name == pos).then(|| (ending, row.next().unwrap_or_default()))
        });
        let (mut words, mut endings) = (HashMap::new(), HashMap::new());
        for (ending, replacement) in rows {
            match ending.strip_prefix('^') {
                Some(word) => words.insert(word, replacement),
                None => endings.insert(ending, replacement),
            };
        }
        let longest = endings.keys().map(|ending| ending.len()).max().unwrap_or_default();
        Self { words, endings, longest }
    }

    /// Returns `word` without its longest listed ending, and what stands there instead.
    fn split<'a>(&self, word: &'a str) -> Option<(&'a str, &'static str)> {
        if let Some(replacement) = self.words.get(word) {
            return Some(("", replacement));
        }
        let mut from = word.len().saturating_sub(self.longest);
        while from < word.len() {
            if let Some((rest, ending)) = word.split_at_checked(from)
                && let Some(replacement) = self.endings.get(ending)
            {
                return Some((rest, replacement));
            }
            from += 1;
        }
        None
    }
}

/// Returns the lemma of the folded `word` as that part of speech, by its ending. `known` are lemmas: of two that spelling
/// allows, the one that stands there is taken.
pub(super) fn lemma<'a>(word: &'a str, pos: PartOfSpeech, known: Option<&Vocab>) -> Cow<'a, str> {
    match pos {
        PartOfSpeech::Verb => verb(word, known),
        PartOfSpeech::Noun => singular(word, known).unwrap_or(Cow::Borrowed(word)),
        PartOfSpeech::Adj | PartOfSpeech::Adv => positive(word).unwrap_or(Cow::Borrowed(word)),
        _ => Cow::Borrowed(word),
    }
}

/// Returns the stem of a word in `ing` or `ed`; none where nothing with a vowel is left.
pub(super) fn verb_stem(word: &str) -> Option<&str> {
    let stem = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed"))?;
    stem.bytes().any(is_vowel_or_y).then_some(stem)
}

fn verb<'a>(word: &'a str, known: Option<&Vocab>) -> Cow<'a, str> {
    let Some(stem) = verb_stem(word) else {
        return singular(word, known).unwrap_or(Cow::Borrowed(word));
    };
    if let Some(rest) = word.strip_suffix("ied") {
        let ending = if rest.len() > 1 { "y" } else { "ie" }; // studied, died
        return Cow::Owned(format!("{rest}{ending}"));
    }
    let likely = match VERBS.split(stem) {
        Some((rest, replacement)) => Cow::Owned(format!("{rest}{replacement}")),
        // One syllable would have doubled its last letter, if no `e` had followed it.
        None if ends_in_short_syllable(stem) => Cow::Owned(format!("{stem}e")),
        None => Cow::Borrowed(stem),
    };
    let undoubled = stem.get(..stem.len().saturating_sub(1)).filter(|_| ends_doubled(stem));
    let others = [Some(Cow::Borrowed(stem)), Some(Cow::Owned(format!("{stem}e"))), undoubled.map(Cow::Borrowed)];
    known_or(likely, others, known)
}

/// Returns the singular of a plural, and the infinitive of a third person; none for what is neither.
pub(super) fn singular<'a>(word: &'a str, known: Option<&Vocab>) -> Option<Cow<'a, str>> {
    if word.len() < 3 || !word.ends_with('s') {
        return None;
    }
    let (rest, replacement) = NOUNS.split(word)?;
    let likely = Cow::Owned(format!("{rest}{replacement}"));
    let others = [word.strip_suffix('s'), word.strip_suffix("es"), Some(word)].map(|other| other.map(Cow::Borrowed));
    Some(known_or(likely, others, known)).filter(|lemma| lemma != word)
}

/// Returns the positive of a comparative or superlative; none where no listed adjective is left.
pub(super) fn positive<'a>(word: &'a str) -> Option<Cow<'a, str>> {
    let stem = word.strip_suffix("er").or_else(|| word.strip_suffix("est"))?;
    let undoubled = stem.get(..stem.len().saturating_sub(1)).filter(|_| ends_doubled(stem));
    let candidates = [
        undoubled.map(Cow::Borrowed),
        stem.strip_suffix('i').map(|rest| Cow::Owned(format!("{rest}y"))),
        Some(Cow::Borrowed(stem)),
        Some(Cow::Owned(format!("{stem}e"))),
    ];
    // Only listed adjectives: by a list of words, `number` would be the comparative of `numb`.
    candidates.into_iter().flatten().find(|base| lexicon::lemma(base, PartOfSpeech::Adj) == Some(base))
}

/// Returns `likely`, or where it is not known and another is, the first such.
fn known_or<'a, const N: usize>(
    likely: Cow<'a, str>,
    others: [Option<Cow<'a, str>>; N],
    known: Option<&Vocab>,
) -> Cow<'a, str> {
    let is_known = |word: &str| known.is_some_and(|words| words.id(word) != Vocab::UNKNOWN);
    if known.is_none() || is_known(&likely) {
        return likely;
    }
    others.into_iter().flatten().find(|other| is_known(other)).unwrap_or(likely)
}

fn is_vowel_or_y(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Returns whether `stem` is one syllable of a short vowel and one consonant: `hop`, `writ`, `quot`.
fn ends_in_short_syllable(stem: &str) -> bool {
    let [before @ .., vowel, last] = stem.as_bytes() else { return false };
    let onset = before.strip_suffix(b"qu").unwrap_or(before);
    is_vowel_or_y(*vowel)
        && !is_vowel_or_y(*last)
        && !matches!(last, b'w' | b'x' | b'h')
        && last.is_ascii_alphabetic()
        && !onset.iter().any(|&byte| is_vowel_or_y(byte))
}

fn ends_doubled(stem: &str) -> bool {
    matches!(stem.as_bytes(), [.., a, b] if a == b && b.is_ascii_alphabetic())
}

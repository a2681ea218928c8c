//! Words that nobody knows (DPMS, Eq. 13).

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use plaudit_core::{Error, Result, Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::step::Rest;
use crate::{WordFrequencies, casefold};

/// What becomes of a word that no list has: g(w) of DPMS, Eq. 13.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum UnknownPolicy {
    /// It stays as it is.
    Keep,
    /// It becomes what a table has for it: words of another language, abbreviations. The table's words are folded;
    /// several words may stand for one, with blanks between them.
    Map(BTreeMap<String, String>),
    /// It becomes the most frequent known word of the same letters: *laer* is *real*. DPMS calls this re-sequencing.
    /// Three to 40 letters.
    Resequence,
    /// It becomes the known words that it is made of, the most probable ones: *goodservice* is *good service*. Four to
    /// 40 letters; only where the parts are more probable than a new word of as many letters, by the estimate of P.
    /// Norvig (*Natural Language Corpus Data*, in *Beautiful Data*, 2009): one in `N 10^(letters - 1)` of N words.
    Segment,
    /// It is left out.
    Drop,
}

impl UnknownPolicy {
    /// Returns Eq. 13 as it is written.
    pub(crate) fn as_written() -> Vec<Self> {
        vec![Self::Map(romanised_bangla()), Self::Resequence, Self::Drop]
    }
}

/// What became of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolved<'a> {
    /// It is known.
    Known,
    /// It is not known, and stays as it is.
    Kept,
    /// These stand for it: one word or more.
    Words(Vec<&'a str>),
    /// It is left out.
    Dropped,
}

/// Policies for unknown words, ready to be asked: the first that has something to say decides, and with none a word is
/// kept. `[Map(..), Resequence, Drop]` is Eq. 13 of DPMS as it is written.
///
/// # Example
/// ```
/// use plaudit_text::{Resolved, UnknownPolicy, UnknownWords, WordFrequencies, romanised_bangla};
///
/// let policies = [UnknownPolicy::Map(romanised_bangla()), UnknownPolicy::Segment, UnknownPolicy::Drop];
/// let unknown = UnknownWords::new(&policies, WordFrequencies::english())?;
/// assert_eq!(unknown.resolve("khabar"), Resolved::Words(vec!["food"]));
/// assert_eq!(unknown.resolve("goodservice"), Resolved::Words(vec!["good", "service"]));
/// assert_eq!(unknown.resolve("service"), Resolved::Known);
/// assert_eq!(unknown.resolve("xqzvw"), Resolved::Dropped);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub struct UnknownWords {
    policies: Vec<Prepared>,
    known: WordFrequencies,
}

enum Prepared {
    Keep,
    Map(BTreeMap<String, String>),
    /// Of words with the same sorted letters, the most frequent.
    Resequence(HashMap<Box<[u8]>, String>),
    Segment,
    Drop,
}

impl UnknownWords {
    const MAX_LETTERS: usize = 40;

    /// Returns the policies over the known words, R of Eq. 13.
    ///
    /// # Errors
    /// When a table maps from nothing, or from or to nothing but blanks.
    pub fn new(policies: &[UnknownPolicy], known: WordFrequencies) -> Result<Self> {
        let mut faults = Vec::new();
        let mut prepared = Vec::with_capacity(policies.len());
        for (index, policy) in policies.iter().enumerate() {
            // What had nothing to say will have nothing the second time, and its table may be large.
            if policies.iter().take(index).any(|earlier| earlier == policy) {
                continue;
            }
            prepared.push(match policy {
                UnknownPolicy::Keep => Prepared::Keep,
                UnknownPolicy::Drop => Prepared::Drop,
                UnknownPolicy::Segment => Prepared::Segment,
                UnknownPolicy::Resequence => Prepared::Resequence(by_letters(&known)),
                UnknownPolicy::Map(table) => {
                    let empty =
                        table.iter().filter(|(from, to)| from.trim().is_empty() || to.trim().is_empty()).count();
                    if empty > 0 {
                        faults.push(format!("unknown[{index}].map: {empty} entries are empty, expected word to words"));
                    }
                    let folded = |(from, to): (&String, &String)| {
                        (casefold::fold(from, &mut String::new()).to_owned(), to.clone())
                    };
                    Prepared::Map(table.iter().map(folded).collect())
                }
            });
        }
        Error::from_faults(faults)?;
        Ok(Self { policies: prepared, known })
    }

    /// Passes on what becomes of a token; all but words are passed on as they are.
    pub(crate) fn apply(&self, token: Token<'_>, rest: &mut Rest<'_>) {
        if token.kind != TokenKind::Word {
            return rest.pass(token);
        }
        match self.resolve(token.text) {
            Resolved::Known | Resolved::Kept => rest.pass(token),
            Resolved::Words(words) => words.into_iter().for_each(|text| rest.pass(Token { text, ..token.clone() })),
            Resolved::Dropped => {}
        }
    }

    /// Returns what becomes of `word`, folded.
    pub fn resolve<'a>(&'a self, word: &'a str) -> Resolved<'a> {
        if self.known.contains(word) {
            return Resolved::Known;
        }
        let mut letters = [0; Self::MAX_LETTERS];
        for policy in &self.policies {
            let words = match policy {
                Prepared::Keep => return Resolved::Kept,
                Prepared::Drop => return Resolved::Dropped,
                Prepared::Map(table) => table.get(word).map(|to| to.split_whitespace().collect()),
                Prepared::Resequence(words) => {
                    let letters = sorted_letters(word, &mut letters);
                    letters.and_then(|letters| Some(vec![words.get(letters)?.as_str()]))
                }
                Prepared::Segment => self.segment(word),
            };
            if let Some(words) = words {
                return Resolved::Words(words);
            }
        }
        Resolved::Kept
    }

    /// Returns the most probable known words that make up `word`: the product of their shares is the greatest
    /// (Viterbi).
    fn segment<'a>(&self, word: &'a str) -> Option<Vec<&'a str>> {
        const MIN_LETTERS: usize = 4;
        if !(MIN_LETTERS..=Self::MAX_LETTERS).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return None;
        }
        // For each end of a beginning of the word, its probability and where its last part begins.
        let mut best = [(1.0, 0); Self::MAX_LETTERS + 1];
        for end in 1..=word.len() {
            let part = |(start, &(before, _)): (usize, &(f64, usize))| {
                let share = self.share(word.get(start..end)?)?;
                Some((before * share, start))
            };
            let parts = best.iter().take(end).enumerate().filter_map(part);
            let likeliest = parts.fold((0.0, 0), |best, part| if part.0 > best.0 { part } else { best });
            *best.get_mut(end)? = likeliest;
        }
        let new_word = (1..word.len()).fold(1.0 / self.known.total() as f64, |share, _| share / 10.0);
        best.get(word.len()).filter(|&&(probability, _)| probability > new_word)?;
        let mut words = Vec::new();
        let mut end = word.len();
        while end > 0 {
            let &(_, start) = best.get(end)?;
            words.push(word.get(start..end)?);
            end = start;
        }
        words.reverse();
        Some(words)
    }

    /// Returns the share of a part among all words; none where it is not known. Parts of one or two letters must be
    /// frequent: lists have initials and the like, and everything is made of those.
    fn share(&self, part: &str) -> Option<f64> {
        const FREQUENT: f64 = 1.0 / 2_000.0;
        let count = self.known.count(part);
        let share = count as f64 / self.known.total() as f64;
        (count > 0 && (part.len() > 2 || share >= FREQUENT)).then_some(share)
    }
}

impl fmt::Debug for UnknownWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownWords")
            .field("policies", &self.policies.len())
            .field("known", &self.known.len())
            .finish()
    }
}

/// Returns a small table of romanised Bangla words that feedback on a university has, in the spellings of everyday
/// writing, and what they mean in English: a sample of what [`UnknownPolicy::Map`] takes.
pub fn romanised_bangla() -> BTreeMap<String, String> {
    let lines = include_str!("../data/romanised_bangla.tsv").lines();
    lines.filter_map(|line| line.split_once('\t')).map(|(from, to)| (from.to_owned(), to.to_owned())).collect()
}

fn by_letters(known: &WordFrequencies) -> HashMap<Box<[u8]>, String> {
    let mut words = HashMap::with_capacity(known.len());
    for (word, _) in known.sorted() {
        if let Some(letters) = sorted_letters(word, &mut [0; UnknownWords::MAX_LETTERS]) {
            words.entry(letters.into()).or_insert_with(|| word.to_owned());
        }
    }
    words
}

/// Returns the letters of a word in order; none where it is too short or long, or has anything but a to z.
fn sorted_letters<'a>(word: &str, buffer: &'a mut [u8; UnknownWords::MAX_LETTERS]) -> Option<&'a [u8]> {
    const MIN_LETTERS: usize = 3;
    if word.len() < MIN_LETTERS || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let letters = buffer.get_mut(..word.len())?;
    letters.copy_from_slice(word.as_bytes());
    letters.sort_unstable();
    Some(letters)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known() -> WordFrequencies {
        WordFrequencies::read(
            "good 50\nservice 20\ngoods 5\ns 9\nreal 7\nearl 1\nice 3\nserv 1\na 90\ngo 40\nod 1".as_bytes(),
            "known",
        )
        .unwrap()
    }

    fn resolved(policy: UnknownPolicy, word: &str) -> String {
        let unknown = UnknownWords::new(&[policy], known()).unwrap();
        match unknown.resolve(word) {
            Resolved::Words(words) => words.join(" "),
            other => format!("<{other:?}>"),
        }
    }

    #[test]
    fn each_policy_by_hand() {
        use UnknownPolicy::{Drop, Keep, Map, Resequence, Segment};
        let table = Map(BTreeMap::from([("Bhalo".into(), " very good ".into())]));
        for (policy, word, expected) in [
            (Keep, "good", "<Known>"),
            (Keep, "goood", "<Kept>"),
            (Drop, "good", "<Known>"),
            (Drop, "goood", "<Dropped>"),
            (table.clone(), "bhalo", "very good"),
            (table, "kharap", "<Kept>"),
            (Resequence, "laer", "real"),
            (Resequence, "ervices", "service"),
            (Resequence, "odg", "<Kept>"),
            (Resequence, "r3al", "<Kept>"),
            (Segment, "goodservice", "good service"),
            (Segment, "goodgoodreal", "good good real"),
            (Segment, "goodservicex", "<Kept>"),
            (Segment, "goo", "<Kept>"),
            (Segment, "好服务", "<Kept>"),
            (Segment, "", "<Kept>"),
        ] {
            assert_eq!(resolved(policy.clone(), word), expected, "{policy:?} {word}");
        }
        // by hand: "goods" leaves "ervice", which is no word; "go od serv ice" is less probable than "good service"
        assert_eq!(resolved(Segment, "agoodservice"), "a good service");
    }

    #[test]
    fn the_first_policy_that_knows_decides() {
        let table = UnknownPolicy::Map(BTreeMap::from([("laer".into(), "learn".into())]));
        let policies = [UnknownPolicy::Resequence, table, UnknownPolicy::Drop];
        let unknown = UnknownWords::new(&policies, known()).unwrap();
        assert_eq!(unknown.resolve("laer"), Resolved::Words(vec!["real"]));
        assert_eq!(unknown.resolve("zzz"), Resolved::Dropped);
        assert_eq!(UnknownWords::new(&[], known()).unwrap().resolve("zzz"), Resolved::Kept);
    }

    #[test]
    fn written_down_as_json() {
        for (policy, json) in [
            (UnknownPolicy::Keep, r#""keep""#),
            (UnknownPolicy::Map(BTreeMap::from([("bhalo".into(), "good".into())])), r#"{"map":{"bhalo":"good"}}"#),
            (UnknownPolicy::Resequence, r#""resequence""#),
            (UnknownPolicy::Segment, r#""segment""#),
            (UnknownPolicy::Drop, r#""drop""#),
        ] {
            assert_eq!(serde_json::to_string(&policy).unwrap(), json);
            assert_eq!(serde_json::from_str::<UnknownPolicy>(json).unwrap(), policy);
        }
    }

    #[test]
    fn empty_entries_are_refused_together() {
        let table = |from: &str, to: &str| UnknownPolicy::Map(BTreeMap::from([(from.to_owned(), to.to_owned())]));
        let error = UnknownWords::new(&[table(" ", "good"), UnknownPolicy::Keep, table("x", "")], known()).unwrap_err();
        let Error::Config { faults } = error else { panic!("{error}") };
        assert_eq!(faults.len(), 2);
        assert!(faults[1].starts_with("unknown[2].map: 1 entries"), "{faults:?}");
    }

    #[test]
    fn the_sample_is_clean() {
        let table = romanised_bangla();
        assert_eq!(table.len(), include_str!("../data/romanised_bangla.tsv").lines().count(), "a word stands twice");
        assert!(table.len() >= 60);
        let english = WordFrequencies::english();
        for (from, to) in &table {
            assert!(from.bytes().all(|byte| byte.is_ascii_lowercase()), "{from}");
            assert!(to.split(' ').all(|word| english.contains(word)), "{to}");
        }
        UnknownWords::new(&[UnknownPolicy::Map(table)], english).unwrap();
    }

    proptest! {
        #[test]
        fn no_word_panics_and_parts_make_up_the_whole(word in "[a-z]{0,50}|(good|service|real|a){1,12}|.{0,20}") {
            let policies = [UnknownPolicy::Segment, UnknownPolicy::Resequence];
            let unknown = UnknownWords::new(&policies[..1], known()).unwrap();
            if let Resolved::Words(words) = unknown.resolve(&word) {
                prop_assert_eq!(words.concat(), word.clone());
                prop_assert!(words.iter().all(|part| known().contains(part)));
            }
            UnknownWords::new(&policies[1..], known()).unwrap().resolve(&word);
        }
    }
}

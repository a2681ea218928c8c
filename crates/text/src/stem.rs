//! Stems (DPMS, Eq. 11).

use std::collections::{BTreeMap, HashMap};

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::step::Rest;
use crate::word_list;

/// Which version of Snowball's English stemmer cuts words.
///
/// Both are M. F. Porter's English stemmer, "Porter2" (<https://snowballstem.org/algorithms/english/stemmer.html>). Of the
/// 42,649 words of Snowball's own list, version 1 gives 57 another stem than Snowball 3 does; the project's `docs/text.md`
/// lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum StemAlgorithm {
    /// The stemmer as it stood before Snowball 2 (`rust-stemmers` 1.2). Always there. The default.
    #[default]
    Snowball1,
    /// The stemmer of Snowball 3 (`snowball_stemmers_rs` 1.0). Needs the crate feature `snowball3`: where that is off, a
    /// configuration that asks for it is refused.
    Snowball3,
}

/// How words are cut to stems.
///
/// # Example: a word of one's own that stays whole
/// ```
/// use plaudit_core::Analyzer;
/// use plaudit_text::{Pipeline, PipelineConfig, StemConfig, TextStep};
///
/// let mut stems = StemConfig::default();
/// stems.exceptions.insert("moodle".into(), "moodle".into());
/// let mut config = PipelineConfig::default();
/// config.steps = vec![TextStep::Casefold, TextStep::Stem(stems)];
/// let tokens = Pipeline::new(config)?.analyze("Universities love Moodle, the universe loved me");
/// let stems: Vec<&str> = tokens.iter().map(|token| token.text).collect();
/// assert_eq!(stems, ["universiti", "love", "moodle", ",", "the", "univers", "love", "me"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct StemConfig {
    /// Which stemmer. Default [`Snowball1`](StemAlgorithm::Snowball1).
    pub algorithm: StemAlgorithm,
    /// Whether the words of `data/stem_exceptions.tsv` get the stems that stand there: `university` is not cut to the stem
    /// of `universe`, nor `grateful` to that of `grate`. Default true.
    pub protect: bool,
    /// Stems of one's own by word, in place of Snowball's and of every list. Words are matched as the steps before have
    /// left them, so that after casefolding they must be folded. Default none.
    pub exceptions: BTreeMap<String, String>,
}

impl Default for StemConfig {
    fn default() -> Self {
        Self { algorithm: StemAlgorithm::default(), protect: true, exceptions: BTreeMap::new() }
    }
}

/// A stemmer for one language, and the words whose stem it does not compute.
pub(crate) struct Stemmer {
    snowball: Snowball,
    exceptions: HashMap<Box<str>, Box<str>>,
}

enum Snowball {
    V1(rust_stemmers::Stemmer),
    #[cfg(feature = "snowball3")]
    V3(snowball_stemmers_rs::Stemmer),
}

impl Stemmer {
    /// Longer words are none (the longest in Snowball's own list has 27 letters), and each y in one costs a copy of the
    /// whole.
    const MAX_BYTES: usize = 64;

    /// Returns the stemmer ready to run, or every fault that forbids it.
    pub(crate) fn new(config: &StemConfig) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let unusable = |text: &str| text.is_empty() || text.contains(char::is_whitespace);
        for (index, (word, stem)) in config.exceptions.iter().enumerate() {
            if unusable(word) || unusable(stem) {
                faults.push(format!(
                    "exception {index} of the stems, in alphabetical order and counted from 0: found an empty word or white \
                     space, expected one word and one stem"
                ));
            }
        }
        let snowball = Snowball::new(config.algorithm).map_err(|fault| faults.push(fault));
        match snowball {
            Ok(snowball) if faults.is_empty() => Ok(Self { snowball, exceptions: Self::exceptions(config) }),
            _ => Err(faults),
        }
    }

    /// Returns stems by word. What comes later counts: negators stay what they are, unless the user says otherwise.
    fn exceptions(config: &StemConfig) -> HashMap<Box<str>, Box<str>> {
        let protected = word_list::rows(word_list::STEM_EXCEPTIONS).filter_map(|mut row| row.next().zip(row.next()));
        let negators = word_list::words(word_list::NEGATORS).map(|word| (word, word));
        let own = config.exceptions.iter().map(|(word, stem)| (word.as_str(), stem.as_str()));
        let shipped = protected.filter(|_| config.protect).chain(negators);
        shipped.chain(own).map(|(word, stem)| (word.into(), stem.into())).collect()
    }

    pub(crate) fn apply(&self, token: Token<'_>, rest: &mut Rest<'_>) {
        if token.kind != TokenKind::Word {
            rest.pass(token);
        } else if let Some(stem) = self.exceptions.get(token.text) {
            rest.pass(Token { text: stem, ..token });
        } else if Self::applies_to(token.text) {
            let stem = self.snowball.stem(token.text);
            rest.pass(Token { text: &stem, ..token });
        } else {
            rest.pass(token);
        }
    }

    fn applies_to(word: &str) -> bool {
        word.len() <= Self::MAX_BYTES && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'')
    }
}

impl Snowball {
    fn new(algorithm: StemAlgorithm) -> Result<Self, String> {
        match algorithm {
            StemAlgorithm::Snowball1 => Ok(Self::V1(rust_stemmers::Stemmer::create(rust_stemmers::Algorithm::English))),
            #[cfg(feature = "snowball3")]
            StemAlgorithm::Snowball3 => {
                Ok(Self::V3(snowball_stemmers_rs::Stemmer::create(snowball_stemmers_rs::Algorithm::English)))
            }
            #[cfg(not(feature = "snowball3"))]
            StemAlgorithm::Snowball3 => {
                Err("the stemmer snowball3 needs the feature `snowball3` of plaudit-text, which \
                this program was built without"
                    .to_owned())
            }
        }
    }

    fn stem<'a>(&self, word: &'a str) -> std::borrow::Cow<'a, str> {
        match self {
            Self::V1(stemmer) => stemmer.stem(word),
            #[cfg(feature = "snowball3")]
            Self::V3(stemmer) => stemmer.stem(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    fn stems_with(config: StemConfig, text: &str) -> Vec<String> {
        let tokens = tokens_of(&[TextStep::Stem(config)], Language::En, text);
        tokens.iter().map(|token| token.text.to_owned()).collect()
    }

    fn stems(text: &str) -> Vec<String> {
        stems_with(StemConfig::default(), text)
    }

    fn algorithms() -> Vec<StemAlgorithm> {
        let mut algorithms = vec![StemAlgorithm::Snowball1];
        if cfg!(feature = "snowball3") {
            algorithms.push(StemAlgorithm::Snowball3);
        }
        algorithms
    }

    // the examples of https://snowballstem.org/algorithms/english/stemmer.html
    #[test]
    fn equals_the_published_examples() {
        let words = "consign consigned consigning consignment consist consistency consistent consistently knack knackeries \
            knavish knightly knights knit knits knitting knives knock knocked knocking";
        let expected = "consign consign consign consign consist consist consist consist knack knackeri knavish knight \
            knight knit knit knit knive knock knock knock";
        for algorithm in algorithms() {
            let config = StemConfig { algorithm, ..StemConfig::default() };
            assert_eq!(stems_with(config, words).join(" "), expected, "{algorithm:?}");
        }
    }

    #[test]
    fn what_is_left_alone() {
        let long = format!("{}ing", "ab".repeat(31));
        for text in
            ["Running", "cafés", "hardly", "nothing", "can't", "n't", "cs101s", "a.b.goods", "co_ops", "好", &long]
        {
            assert_eq!(stems(text), [text]);
        }
        assert_eq!(stems("👍🏽 :D 1,000 !"), ["👍🏽", ":D", "1,000", "!"]);
        assert_eq!(stems("students' dean's teachers"), ["student", "'", "dean", "teacher"]);
    }

    #[test]
    fn no_negator_is_touched() {
        for protect in [true, false] {
            for word in word_list::words(word_list::NEGATORS) {
                assert_eq!(stems_with(StemConfig { protect, ..StemConfig::default() }, word), [word]);
            }
        }
    }

    /// The table keeps apart what Snowball 1 mixes up, and holds nothing that it does not.
    #[test]
    fn protected_words_are_kept_apart() {
        let mut seen = HashSet::new();
        for row in word_list::rows(word_list::STEM_EXCEPTIONS) {
            let [word, stem, other] = row.collect::<Vec<_>>()[..] else { panic!("a row is not of three columns") };
            assert!(Stemmer::applies_to(word) && Stemmer::applies_to(stem) && Stemmer::applies_to(other), "{word}");
            assert!(seen.insert(word), "{word} stands twice");
            let both = format!("{word} {other}");
            let bare = stems_with(StemConfig { protect: false, ..StemConfig::default() }, &both);
            assert_eq!(bare[0], bare[1], "{word} and {other} are apart without the table");
            for algorithm in algorithms() {
                let kept = stems_with(StemConfig { algorithm, ..StemConfig::default() }, &both);
                assert_eq!(kept[0], stem);
                assert_ne!(kept[0], kept[1], "{word} and {other} are not kept apart");
            }
        }
    }

    #[test]
    fn a_word_of_ones_own_comes_first() {
        let mut config = StemConfig { protect: false, ..StemConfig::default() };
        assert_eq!(stems_with(config.clone(), "university hardly"), ["univers", "hardly"]);
        config.exceptions =
            [("university", "uni"), ("hardly", "hard"), ("Café", "cafe")].map(|(a, b)| (a.into(), b.into())).into();
        assert_eq!(stems_with(config.clone(), "university hardly Café"), ["uni", "hard", "cafe"]);
        config.exceptions = [("", "a"), ("a b", "c"), ("d", " ")].map(|(a, b)| (a.into(), b.into())).into();
        let faults = Stemmer::new(&config).map(|_| ()).unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[2].starts_with("exception 2 of the stems"), "{faults:?}");
    }

    #[test]
    fn the_configuration_chooses_and_never_the_build() {
        let config: StemConfig = serde_json::from_str(r#"{"algorithm":"snowball3","protect":false}"#).unwrap();
        if cfg!(feature = "snowball3") {
            assert_eq!(stems_with(config, "university universe"), ["universiti", "univers"]);
        } else {
            let faults = Stemmer::new(&config).map(|_| ()).unwrap_err();
            let expected = "the stemmer snowball3 needs the feature `snowball3` of plaudit-text, which this program was \
                built without";
            assert_eq!(faults, [expected]);
        }
        let bare = StemConfig { protect: false, ..StemConfig::default() };
        assert_eq!(stems_with(bare, "university universe"), ["univers", "univers"]);
        assert!(serde_json::from_str::<StemConfig>(r#"{"algorithm":"porter"}"#).is_err());
    }

    proptest! {
        #[test]
        fn no_word_ends_it_or_vanishes(word in "[a-z'ys]{1,70}") {
            for algorithm in algorithms() {
                let config = StemConfig { algorithm, ..StemConfig::default() };
                let stemmer = Stemmer::new(&config).unwrap();
                if word.starts_with(|c: char| c.is_ascii_lowercase()) && Stemmer::applies_to(&word) {
                    prop_assert!(!stemmer.snowball.stem(&word).is_empty());
                }
            }
        }
    }
}

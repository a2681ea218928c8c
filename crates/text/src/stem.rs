//! Stems (DPMS, Eq. 11).

use std::collections::HashSet;

use plaudit_core::{Token, TokenKind};

use crate::step::Rest;
use crate::{Language, word_list};

/// Snowball's stemmer for one language, and the words that it must not touch.
pub(crate) struct Stemmer {
    snowball: rust_stemmers::Stemmer,
    negators: HashSet<&'static str>,
}

impl Stemmer {
    /// Longer words are none (the longest in Snowball's own list has 27 letters), and each y in one costs a copy of the
    /// whole.
    const MAX_BYTES: usize = 64;

    pub(crate) fn new(language: Language) -> Result<Self, String> {
        let algorithm = match language {
            Language::En => rust_stemmers::Algorithm::English,
            Language::Zh | Language::Und => return Err(format!("there is no stemmer for the language {language}")),
        };
        let negators = word_list::words(word_list::NEGATORS).collect();
        Ok(Self { snowball: rust_stemmers::Stemmer::create(algorithm), negators })
    }

    pub(crate) fn apply(&self, token: Token<'_>, rest: &mut Rest<'_>) {
        if token.kind == TokenKind::Word && self.applies_to(token.text) {
            let stem = self.snowball.stem(token.text);
            rest.pass(Token { text: &stem, ..token });
        } else {
            rest.pass(token);
        }
    }

    fn applies_to(&self, word: &str) -> bool {
        word.len() <= Self::MAX_BYTES
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'')
            && !self.negators.contains(word)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::TextStep;
    use crate::tokenize::tests::tokens_of;

    fn stems(text: &str) -> Vec<String> {
        tokens_of(&[TextStep::Stem], Language::En, text).iter().map(|token| token.text.to_owned()).collect()
    }

    // the examples of https://snowballstem.org/algorithms/english/stemmer.html
    #[test]
    fn equals_the_published_examples() {
        let words = "consign consigned consigning consignment consist consistency consistent consistently knack knackeries \
            knavish knightly knights knit knits knitting knives knock knocked knocking";
        let expected = "consign consign consign consign consist consist consist consist knack knackeri knavish knight \
            knight knit knit knit knive knock knock knock";
        assert_eq!(stems(words).join(" "), expected);
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
        for word in word_list::words(word_list::NEGATORS) {
            assert_eq!(stems(word), [word]);
        }
    }

    proptest! {
        #[test]
        fn no_word_ends_it_or_vanishes(word in "[a-z'ys]{1,70}") {
            let stemmer = Stemmer::new(Language::En).unwrap();
            if word.starts_with(|c: char| c.is_ascii_lowercase()) && stemmer.applies_to(&word) {
                prop_assert!(!stemmer.snowball.stem(&word).is_empty());
            }
        }
    }
}

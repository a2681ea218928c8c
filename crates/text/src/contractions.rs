//! Contractions in full.

use std::collections::HashMap;
use std::sync::OnceLock;

use plaudit_core::{Token, TokenKind};

use crate::step::Rest;

/// Contractions that no rule makes.
const TABLE: &str = include_str!("../data/contractions.tsv");

/// Endings and what they stand for. `'d` is *would* in 42 of the 53 cases of Universal Dependencies' English EWT (2.16, train
/// part), and *had* in the others.
const ENDINGS: [(&str, &str); 6] =
    [("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"), ("'d", "would")];

/// Hands on the words that `word` stands for, in order, and returns true; where it is no contraction, hands on nothing and
/// returns false.
///
/// For folded words with plain apostrophes. So that a negation is a word of its own, `can't` becomes `can not`, as every word
/// in `n't` does. `'s` stays: it may be *is*, *has* or a genitive. So do `cant`, `wont`, `its`, `ill` and others that are words
/// without an apostrophe. Every part of a word shares its place in the text.
pub(crate) fn expand_contraction<'a>(word: &'a str, mut emit: impl FnMut(&'a str)) -> bool {
    let Some((stem, ending)) = split(word) else { return false };
    emit_stem(stem, &mut emit);
    if let Some(ending) = ending {
        emit(ending);
    }
    true
}

/// Returns the stem and what the ending stands for. A word of the table is a stem without an ending.
fn split(word: &str) -> Option<(&str, Option<&'static str>)> {
    if table().contains_key(word) {
        return Some((word, None));
    }
    // Most words are passed over here.
    if !word.contains('\'') {
        return None;
    }
    ENDINGS.iter().find_map(|&(ending, stands_for)| {
        let stem = word.strip_suffix(ending)?;
        stem.ends_with(char::is_alphabetic).then_some((stem, Some(stands_for)))
    })
}

/// Hands on a stem, which may be a contraction again (`couldn't've`). No word has more than three endings.
fn emit_stem<'a>(stem: &'a str, emit: &mut impl FnMut(&'a str)) {
    let mut endings = [None; 2];
    let mut stem = stem;
    for ending in &mut endings {
        if let Some((shorter, Some(stands_for))) = split(stem) {
            (stem, *ending) = (shorter, Some(stands_for));
        }
    }
    match table().get(stem) {
        Some(words) => words.split(' ').for_each(&mut *emit),
        None => emit(stem),
    }
    endings.into_iter().rev().flatten().for_each(emit);
}

fn table() -> &'static HashMap<&'static str, &'static str> {
    static WORDS: OnceLock<HashMap<&str, &str>> = OnceLock::new();
    WORDS.get_or_init(|| entries().collect())
}

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

pub(crate) fn apply(token: &Token<'_>, rest: &mut Rest<'_>) {
    let mut pass = |text: &str| rest.pass(Token { text, ..token.clone() });
    if token.kind != TokenKind::Word || !expand_contraction(token.text, &mut pass) {
        pass(token.text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expanded(word: &str) -> String {
        let mut words = Vec::new();
        if !expand_contraction(word, |part| words.push(part.to_owned())) {
            assert!(words.is_empty());
            return "-".to_owned();
        }
        words.join(" ")
    }

    #[test]
    fn by_hand() {
        for (word, expected) in [
            ("can't", "can not"),
            ("cannot", "can not"),
            ("won't", "will not"),
            ("shan't", "shall not"),
            ("ain't", "is not"),
            ("don't", "do not"),
            ("n't", "not"),
            ("they're", "they are"),
            ("i'm", "i am"),
            ("we've", "we have"),
            ("somebody'll", "somebody will"),
            ("she'd", "she would"),
            ("how'd", "how did"),
            ("let's", "let us"),
            ("y'all", "you all"),
            ("y'all're", "you all are"),
            ("couldn't've", "could not have"),
            ("i'd've", "i would have"),
            ("won't've", "will not have"),
            ("y'all'd've", "you all would have"),
            ("gonna", "going to"),
            ("dunno", "do not know"),
            ("imma", "i am going to"),
            ("dont", "do not"),
            ("it's", "-"),
            ("dean's", "-"),
            ("students'", "-"),
            ("cant", "-"),
            ("wont", "-"),
            ("its", "-"),
            ("well", "-"),
            ("were", "-"),
            ("ill", "-"),
            ("good", "-"),
            ("'ll", "-"),
            ("'", "-"),
            ("", "-"),
            ("Can't", "Ca not"), // not folded
            ("5'd", "-"),
            ("café'd", "café would"),
        ] {
            assert_eq!(expanded(word), expected, "{word}");
        }
    }

    #[test]
    fn the_table_is_clean() {
        for (word, words) in entries() {
            assert_eq!(expanded(word), words);
            assert_eq!(entries().filter(|entry| entry.0 == word).count(), 1, "{word} stands twice");
            assert!(
                words.split(' ').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())),
                "{words}"
            );
            assert!(words.split(' ').all(|word| expanded(word) == "-"), "{words}");
        }
    }

    proptest! {
        #[test]
        fn no_word_ends_it_or_loses_its_negation(word in r"\PC{0,20}|[a-z']{0,12}(n't|'re|'ve|'ll|'m|'d|'s){0,4}") {
            let mut parts = 0;
            prop_assert_eq!(expand_contraction(&word, |part| { assert!(!part.is_empty()); parts += 1; }), parts > 0);
            prop_assert!(parts <= 7);
            let words = expanded(&word);
            if word.ends_with("n't") && word.len() > 3 && words != "-" {
                prop_assert!(words.ends_with(" not"));
            }
        }
    }

    #[test]
    fn a_megabyte_ends() {
        for piece in ["'d", "n't", "a", "'", "a've"] {
            expanded(&piece.repeat(1 << 19));
        }
    }
}

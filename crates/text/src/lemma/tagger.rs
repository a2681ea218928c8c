//! Parts of speech and lemmas by the crate `english-pos-tagger`.

use std::fmt;

use english_pos_tagger::{Tagger, Token};
use plaudit_core::{TokenKind, Tokens};

use super::rules::is_symbol;
use super::{lexicon, rules};
use crate::PartOfSpeech::{
    self, Adj, Adp, Adv, Aux, Cconj, Det, Intj, Noun, Num, Part, Pron, Propn, Punct, Sconj, Sym, Verb, X,
};
use crate::casefold::fold;
use crate::{Lemmas, PosLemmatizer, word_list};

/// Parts of speech by the dictionary and the rules of `english-pos-tagger` 0.2, and lemmas by WordNet's tables in it
/// (WordNet 3.0, Princeton University). Lemmas of closed classes and of listed irregular forms are ours.
///
/// Words are given to it folded: it takes every noun and adjective with a capital letter for a name, also at the beginning
/// of a sentence, and names get no lemma there.
pub struct TaggerLemmatizer {
    tagger: Tagger,
}

impl TaggerLemmatizer {
    /// Longer words are nouns, and left as they are.
    const MAX_BYTES: usize = 64;

    /// Returns a lemmatizer. The first one in a process reads the tagger's tables, which takes some 50 ms.
    pub fn new() -> Self {
        let mut tagger = Tagger::new();
        // Its dictionary has no contractions, which its own tokenizer would split.
        let negated = word_list::words(word_list::NEGATORS).filter(|word| word.ends_with("n't") && *word != "n't");
        tagger.update_lexicon(negated.map(|word| (word, ["MD"])));
        Self { tagger }
    }
}

impl Default for TaggerLemmatizer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TaggerLemmatizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaggerLemmatizer").finish_non_exhaustive()
    }
}

impl PosLemmatizer for TaggerLemmatizer {
    fn lemmatize_into(&self, tokens: &Tokens, lemmas: &mut Lemmas) {
        lemmas.clear();
        let mut buffer = String::new();
        let given = tokens.iter().map(|token| match token.kind {
            TokenKind::Word if token.text.len() > Self::MAX_BYTES => Token::new("", "word"),
            TokenKind::Word => Token::new(fold(token.text, &mut buffer), "word"),
            TokenKind::Number => Token::new(token.text, "number"),
            TokenKind::Emoji => Token::new(token.text, "emoji"),
            _ => Token::new(token.text, "punctuation"),
        });
        let tagged = self.tagger.tag(given.collect());
        let parts: Vec<PartOfSpeech> = tagged.iter().map(part_of_speech).collect();
        for (index, (token, found)) in tokens.iter().zip(&tagged).enumerate() {
            let mut pos = parts.get(index).copied().unwrap_or(X);
            match token.kind {
                TokenKind::Word => {}
                TokenKind::Number => pos = Num,
                TokenKind::Emoji => pos = Sym,
                _ => pos = if token.text.contains(is_symbol) { Sym } else { Punct },
            }
            if token.kind != TokenKind::Word {
                lemmas.push(token.text, pos);
                continue;
            }
            let word = fold(token.text, &mut buffer);
            if pos == Verb && rules::is_auxiliary(word) {
                let after = parts.iter().skip(index + 1).find(|pos| !matches!(pos, Adv | Part | Pron));
                if rules::is_be(word) || after == Some(&Verb) {
                    pos = Aux;
                }
            }
            let lemma = lexicon::lemma(word, pos).or(found.lemma.as_deref()).filter(|lemma| !lemma.is_empty());
            lemmas.push(lemma.unwrap_or(word), pos);
        }
    }
}

/// Returns the part of speech of a tag of the Penn Treebank, by
/// <https://universaldependencies.org/tagset-conversion/en-penn-uposf.html>.
fn part_of_speech(token: &Token) -> PartOfSpeech {
    let word = token.normal.as_deref().unwrap_or_default();
    match token.pos.as_deref().unwrap_or_default() {
        "CC" => Cconj,
        "CD" => Num,
        "DT" | "PDT" if matches!(word, "that" | "this" | "these" | "those") => Pron,
        "DT" | "PDT" => Det,
        "EX" | "PRP" | "PRP$" | "WP" | "WP$" | "WDT" => Pron,
        "IN" if lexicon::readings(word).first().is_some_and(|&(pos, _)| pos == Sconj) => Sconj,
        "IN" | "RP" => Adp,
        "JJ" | "JJR" | "JJS" => Adj,
        "MD" => Aux,
        "NN" | "NNS" | "" => Noun,
        "NNP" | "NNPS" => Propn,
        "POS" | "TO" => Part,
        "RB" if matches!(word, "not" | "n't") => Part,
        "RB" | "RBR" | "RBS" | "WRB" => Adv,
        "UH" => Intj,
        "VB" | "VBD" | "VBG" | "VBN" | "VBP" | "VBZ" => Verb,
        _ => X,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, Lemma};

    fn tagged(tagger: &TaggerLemmatizer, text: &str) -> String {
        let lemmas = tagger.lemmatize(&tokens_of(&[], Language::En, text));
        lemmas.iter().map(|Lemma { text, pos }| format!("{text}/{pos}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn neighbours_decide() {
        let tagger = TaggerLemmatizer::new();
        for (text, expected) in [
            ("She studies their studies", "she/PRON study/VERB their/PRON study/NOUN"),
            ("Students were meeting :)", "student/NOUN be/AUX meet/VERB :)/SYM"),
            ("They don't like the 3 mice.", "they/PRON don't/AUX like/VERB the/DET 3/NUM mouse/NOUN ./PUNCT"),
            ("It has been better", "it/PRON have/AUX be/AUX good/ADJ"),
        ] {
            assert_eq!(tagged(&tagger, text), expected);
        }
    }

    #[test]
    fn hostile_text() {
        let tagger = TaggerLemmatizer::new();
        let long = format!("{}ing {}", "a".repeat(100_000), "( ".repeat(10_000));
        for text in ["", "\0", "'s", "ed ing s", "é́é́ing", "Ω’s 好", &long] {
            let tokens = tokens_of(&[], Language::En, text);
            let lemmas = tagger.lemmatize(&tokens);
            assert_eq!(lemmas.len(), tokens.len());
            assert!(lemmas.iter().all(|lemma| !lemma.text.is_empty()));
        }
    }

    proptest! {
        #[test]
        fn one_lemma_a_token_and_none_empty(text in r"\PC{0,40}|([a-zA-Z']{0,9}(ing|ed|s|er|est|ies|n't|) ){0,8}") {
            let tagger = TaggerLemmatizer::new();
            let tokens = tokens_of(&[], Language::Und, &text);
            let lemmas = tagger.lemmatize(&tokens);
            prop_assert_eq!(lemmas.len(), tokens.len());
            prop_assert!(lemmas.iter().all(|lemma| !lemma.text.is_empty()));
            prop_assert_eq!(tagger.lemmatize(&tokens), lemmas);
        }
    }
}

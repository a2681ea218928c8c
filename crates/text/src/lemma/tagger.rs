//! Parts of speech and lemmas by the crate `english-pos-tagger`.

use english_pos_tagger::{Tagger, Token};
use plaudit_core::{TokenKind, Tokens};

use super::lexicon;
use super::rules::is_symbol;
use crate::PartOfSpeech::{
    self, Adj, Adp, Adv, Aux, Cconj, Det, Intj, Noun, Num, Part, Pron, Propn, Punct, Sconj, Sym, Verb, X,
};
use crate::casefold::fold;
use crate::{Lemmas, PosLemmatizer, RuleLemmatizer, word_list};

/// Parts of speech by the dictionary and the rules of `english-pos-tagger` 0.2, and lemmas by WordNet's tables in it
/// (WordNet 3.0, Princeton University). Lemmas of closed classes and of listed irregular forms are ours, which know more.
///
/// Making one takes some 45 ms and its tables 10 MB.
pub struct TaggerLemmatizer {
    tagger: Tagger,
    rules: RuleLemmatizer,
}

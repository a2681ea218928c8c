//! Parts of speech.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of speech: the 17 of Universal Dependencies (<https://universaldependencies.org/u/pos/>).
///
/// # Example: the tag that treebanks write
/// ```
/// use plaudit_text::PartOfSpeech;
///
/// assert_eq!(PartOfSpeech::Noun.tag(), "NOUN");
/// assert!(PartOfSpeech::Adj.is_open() && !PartOfSpeech::Det.is_open());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum PartOfSpeech {
    /// Adjective: `good`.
    Adj,
    /// Adposition: `of`.
    Adp,
    /// Adverb: `badly`.
    Adv,
    /// Auxiliary: `was`, `should`.
    Aux,
    /// Coordinating conjunction: `and`.
    Cconj,
    /// Determiner: `the`.
    Det,
    /// Interjection: `wow`.
    Intj,
    /// Noun: `lecture`.
    Noun,
    /// Numeral: `three`, `3`.
    Num,
    /// Particle: `not`, the `to` of an infinitive.
    Part,
    /// Pronoun: `they`.
    Pron,
    /// Proper noun: `Dhaka`.
    Propn,
    /// Punctuation.
    Punct,
    /// Subordinating conjunction: `because`.
    Sconj,
    /// Symbol: `$`, an emoji.
    Sym,
    /// Verb: `teach`.
    Verb,
    /// What is none of these.
    X,
}

impl PartOfSpeech {
    /// Every part of speech, in the order of its tags.
    pub const ALL: &[Self] = &[
        Self::Adj,
        Self::Adp,
        Self::Adv,
        Self::Aux,
        Self::Cconj,
        Self::Det,
        Self::Intj,
        Self::Noun,
        Self::Num,
        Self::Part,
        Self::Pron,
        Self::Propn,
        Self::Punct,
        Self::Sconj,
        Self::Sym,
        Self::Verb,
        Self::X,
    ];

    /// Returns the tag of Universal Dependencies, in capitals.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Adj => "ADJ",
            Self::Adp => "ADP",
            Self::Adv => "ADV",
            Self::Aux => "AUX",
            Self::Cconj => "CCONJ",
            Self::Det => "DET",
            Self::Intj => "INTJ",
            Self::Noun => "NOUN",
            Self::Num => "NUM",
            Self::Part => "PART",
            Self::Pron => "PRON",
            Self::Propn => "PROPN",
            Self::Punct => "PUNCT",
            Self::Sconj => "SCONJ",
            Self::Sym => "SYM",
            Self::Verb => "VERB",
            Self::X => "X",
        }
    }

    /// Returns whether new words join this class: adjective, adverb, interjection, noun, proper noun, verb.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Adj | Self::Adv | Self::Intj | Self::Noun | Self::Propn | Self::Verb)
    }
}

impl fmt::Display for PartOfSpeech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

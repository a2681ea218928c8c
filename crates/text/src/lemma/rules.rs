//! Parts of speech and lemmas by rules.

use std::ops::Range;
use std::sync::Arc;

use plaudit_core::{TokenKind, Tokens, Vocab};

use super::guess::{self, Candidates};
use super::{detach, lexicon};
use crate::PartOfSpeech::{
    self, Adj, Adp, Adv, Aux, Cconj, Det, Intj, Noun, Num, Part, Pron, Propn, Punct, Sconj, Sym, Verb,
};
use crate::casefold::fold;
use crate::{Lemmas, PosLemmatizer};

/// Parts of speech by lists, endings and neighbours, and lemmas by lists and detached endings. Always there; the tables are
/// the crate's own. Cheap to clone.
///
/// A list of known lemmas decides where spelling allows two (`caring`: `care`, not `car`); without one, tables of endings do.
///
/// # Example: the neighbour decides
/// ```
/// use plaudit_core::Analyzer;
/// use plaudit_text::{Language, Pipeline, PipelineConfig, PosLemmatizer, RuleLemmatizer};
///
/// let mut config = PipelineConfig::for_language(Language::En);
/// config.steps.clear();
/// let tokens = Pipeline::new(config)?.analyze("She leaves. The leaves were falling.");
/// let lemmas = RuleLemmatizer::new(None).lemmatize(&tokens);
/// let words: Vec<&str> = lemmas.iter().map(|lemma| lemma.text).collect();
/// assert_eq!(words, ["she", "leave", ".", "the", "leaf", "be", "fall", "."]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RuleLemmatizer {
    known: Option<Arc<Vocab>>,
}

impl RuleLemmatizer {
    /// Longer words are left as they are.
    const MAX_BYTES: usize = 64;

    /// Returns a lemmatizer that asks this list of folded lemmas, where one is given.
    pub fn new(known: Option<Arc<Vocab>>) -> Self {
        Self { known }
    }

    /// Appends the lemma of the folded `word` as that part of speech.
    pub(super) fn push_lemma(&self, word: &str, pos: PartOfSpeech, lemmas: &mut Lemmas) {
        if let Some(lemma) = lexicon::lemma(word, pos) {
            lemmas.push(lemma, pos);
        } else if let Some(owner) = word.strip_suffix("'s").filter(|_| pos == Noun) {
            lemmas.push(owner, pos);
        } else if word.len() > Self::MAX_BYTES || word.contains('\'') {
            lemmas.push(word, pos);
        } else {
            lemmas.push(&detach::lemma(word, pos, self.known.as_deref()), pos);
        }
    }
}

impl PosLemmatizer for RuleLemmatizer {
    fn lemmatize_into(&self, tokens: &Tokens, lemmas: &mut Lemmas) {
        lemmas.clear();
        let words = Words::of(tokens);
        let mut before = Before { pos: Punct, word: "" };
        for (index, word) in words.entries.iter().enumerate() {
            let text = words.text(index);
            let pos = match word.kind {
                TokenKind::Word => words.choose(index, before),
                TokenKind::Number => Num,
                TokenKind::Emoji => Sym,
                _ if text.contains(is_symbol) => Sym,
                _ => Punct,
            };
            if word.kind == TokenKind::Word {
                self.push_lemma(text, pos, lemmas);
            } else {
                lemmas.push(text, pos);
            }
            before = Before { pos, word: text };
        }
    }
}

/// Returns whether `c` stands for a word, as `$` does.
pub(super) fn is_symbol(c: char) -> bool {
    matches!(c, '$' | '%' | '+' | '=' | '<' | '>' | '#' | '&' | '*' | '^' | '~' | '|' | '@' | '°' | '€' | '£' | '¥' | '©' | '®')
}

/// The word before, and what it is.
#[derive(Clone, Copy)]
struct Before<'a> {
    pos: PartOfSpeech,
    word: &'a str,
}

/// The words of a text, folded, with what each may be.
struct Words {
    folded: String,
    entries: Vec<Word>,
}

struct Word {
    range: Range<usize>,
    kind: TokenKind,
    candidates: Candidates,
    shape: Shape,
}

/// The case of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `Dhaka`
    Capitalised,
    /// `WHO`: two capital letters or more, and no small one
    Capitals,
    Other,
}

impl Shape {
    fn of(word: &str) -> Self {
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        if !word.starts_with(char::is_uppercase) {
            Self::Other
        } else if capitals > 1 && !word.contains(char::is_lowercase) {
            Self::Capitals
        } else {
            Self::Capitalised
        }
    }
}

impl Words {
    fn of(tokens: &Tokens) -> Self {
        let mut words = Self { folded: String::new(), entries: Vec::with_capacity(tokens.len()) };
        let mut buffer = String::new();
        for token in tokens.iter() {
            let folded = if token.kind == TokenKind::Word { fold(token.text, &mut buffer) } else { token.text };
            let start = words.folded.len();
            words.folded.push_str(folded);
            let is_word = token.kind == TokenKind::Word && folded.len() <= RuleLemmatizer::MAX_BYTES;
            words.entries.push(Word {
                range: start..words.folded.len(),
                kind: token.kind,
                candidates: if is_word { guess::candidates(folded) } else { Candidates::default() },
                shape: if is_word { Shape::of(token.text) } else { Shape::Other },
            });
        }
        words
    }

    fn text(&self, index: usize) -> &str {
        self.entries.get(index).and_then(|word| self.folded.get(word.range.clone())).unwrap_or_default()
    }

    fn candidates(&self, index: usize) -> Candidates {
        self.entries.get(index).map_or(Candidates::default(), |word| word.candidates)
    }

    fn shape(&self, index: usize) -> Shape {
        self.entries.get(index).map_or(Shape::Other, |word| word.shape)
    }

    /// Returns what word `index` is, from what it may be and its neighbours.
    fn choose(&self, index: usize, before: Before<'_>) -> PartOfSpeech {
        let may = self.candidates(index);
        let Some(first) = may.first() else { return Noun };
        let next = self.candidates(index + 1);
        if self.is_name(index, first, before) {
            return Propn;
        }
        if let Some(pos) = self.closed(index, may, before) {
            return pos;
        }
        if !first.is_open() && !may.has(Verb) {
            return first;
        }
        let word = self.text(index);
        let progressive = word.ends_with("ing") && may.has(Verb);
        // `to go`, `can't wait`, `they like`
        if before.pos == Part && before.word != "'s" && before.word != "'" || before.pos == Aux && !is_be(before.word) {
            return may.prefer(&[Verb, Aux]).unwrap_or(first);
        }
        match before.pos {
            Aux if progressive => Verb,
            Aux => may.prefer(&[Adj]).filter(|_| first != Verb).unwrap_or(first),
            Pron if is_subject(before.word) => may.prefer(&[Verb]).unwrap_or(first),
            // `the work`, `good work`, `my work`, `at work`; but `for helping`
            Adp if progressive => Verb,
            Det | Adj | Num | Adp | Pron | Part if first == Verb && may.has(Noun) && (!progressive || !next.has(Noun)) => {
                Noun
            }
            Det | Part if may.has(Noun) && first == Adj && !next.has(Noun) && !next.has(Adj) => Noun,
            // `the course covers the basics`
            Noun | Propn if may.has(Verb) && first == Noun && word.ends_with('s') && opens_phrase(next) => Verb,
            _ => first,
        }
    }

    /// Returns whether word `index` is written as a name, where nothing else explains its capital letter.
    fn is_name(&self, index: usize, first: PartOfSpeech, before: Before<'_>) -> bool {
        let shouted = |index| self.shape(index) == Shape::Capitals;
        match self.shape(index) {
            Shape::Other => false,
            Shape::Capitals => {
                let alone = !shouted(index + 1) && (index == 0 || !shouted(index - 1));
                alone && matches!(first, Noun | Adj | Verb | Pron)
            }
            Shape::Capitalised => before.pos != Punct && before.pos != Sym && matches!(first, Noun | Adj | Verb | Adv),
        }
    }

    /// Returns what a word of a closed class is, where it may be several things.
    fn closed(&self, index: usize, may: Candidates, before: Before<'_>) -> Option<PartOfSpeech> {
        let next = self.candidates(index + 1);
        let opens_noun = next.prefer(&[Noun, Adj, Num]).is_some() && next.prefer(&[Aux, Det, Pron]).is_none();
        match self.text(index) {
            "to" => Some(if next.has(Verb) || next.has(Aux) { Part } else { Adp }),
            "'s" => Some(if matches!(before.pos, Pron | Adv) { Aux } else { Part }),
            "be" | "am" | "is" | "are" | "was" | "were" | "been" | "being" => {
                Some(if before.word == "there" { Verb } else { Aux })
            }
            "have" | "has" | "had" | "having" | "'ve" => Some(if self.governs(index, is_participle) { Aux } else { Verb }),
            "do" | "does" | "did" => {
                let base = |word: &str, may: Candidates| may.has(Verb) && !is_participle(word, may) && !word.ends_with('s');
                Some(if self.governs(index, base) { Aux } else { Verb })
            }
            "that" if before.pos == Verb || before.pos == Adj => Some(Sconj),
            "that" | "this" | "these" | "those" | "what" | "which" => Some(if opens_noun { Det } else { Pron }),
            "there" => Some(if next.has(Aux) { Pron } else { Adv }),
            "more" | "most" | "less" | "much" => Some(if next.has(Noun) && !next.has(Adj) { Adj } else { Adv }),
            "no" => Some(if opens_noun { Det } else { Intj }),
            "one" => Some(if opens_noun { Num } else { Noun }),
            "like" if matches!(before.pos, Pron | Part | Adv) => Some(Verb),
            "like" => Some(Adp),
            _ if may.has(Sconj) && may.has(Adp) => {
                Some(if next.has(Pron) && is_subject(self.text(index + 1)) { Sconj } else { Adp })
            }
            _ => None,
        }
    }

    /// Returns whether the auxiliary `index` has its verb behind it: `has not yet been`, `do they know`.
    fn governs(&self, index: usize, is_verb: impl Fn(&str, Candidates) -> bool) -> bool {
        for place in index + 1..index + 4 {
            let (word, may) = (self.text(place), self.candidates(place));
            if is_verb(word, may) {
                return true;
            }
            if !matches!(may.first(), Some(Adv | Part | Pron)) {
                return false;
            }
        }
        false
    }
}

fn is_be(word: &str) -> bool {
    matches!(word, "be" | "am" | "is" | "are" | "was" | "were" | "been" | "being" | "'m" | "'re" | "'s")
}

fn is_subject(word: &str) -> bool {
    matches!(word, "i" | "you" | "he" | "she" | "it" | "we" | "they" | "who" | "there")
}

/// Returns whether what follows begins a phrase of its own: `the`, `in`, `their`.
fn opens_phrase(next: Candidates) -> bool {
    matches!(next.first(), Some(Det | Adp | Pron | Part | Adv)) || next.has(Cconj) && next.has(Intj)
}

/// Returns whether a word looks like a past participle.
fn is_participle(word: &str, may: Candidates) -> bool {
    word == "been" || may.has(Verb) && (word.ends_with("ed") || lexicon::lemma(word, Verb).is_some_and(|lemma| lemma != word))
}

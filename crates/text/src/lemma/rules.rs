//! Parts of speech and lemmas by rules.

use std::ops::Range;
use std::sync::Arc;

use plaudit_core::{TokenKind, Tokens, Vocab};

use super::guess::{self, Candidates};
use super::{detach, lexicon};
use crate::PartOfSpeech::{self, Adj, Adp, Adv, Aux, Det, Intj, Noun, Num, Part, Pron, Propn, Punct, Sconj, Sym, Verb};
use crate::casefold::fold;
use crate::{Lemmas, PosLemmatizer};

/// Parts of speech by lists, endings and neighbours, and lemmas by lists and detached endings. Always there; the tables are
/// the crate's own. Cheap to clone.
///
/// Tables of endings say where an `e` was dropped or a letter doubled. A list of known lemmas, where one is given, overrules
/// them where they lead to a word that it lacks.
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
        } else if let Some(owner) = word.strip_suffix("'s").filter(|owner| pos == Noun && !owner.is_empty()) {
            lemmas.push(owner, pos);
        } else if word.len() > Self::MAX_BYTES || !word.chars().all(char::is_alphabetic) {
            lemmas.push(word, pos);
        } else if pos == Propn {
            let base = detach::singular(word, None).filter(|base| is_common(base));
            lemmas.push(base.as_deref().unwrap_or(word), pos);
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

/// Returns whether `word` is a listed noun or adjective, as the `state` of `United States` is.
fn is_common(word: &str) -> bool {
    [Noun, Adj].into_iter().any(|pos| lexicon::lemma(word, pos) == Some(word))
}

/// Returns whether `c` stands for a word, as `$` does.
pub(super) fn is_symbol(c: char) -> bool {
    matches!(
        c,
        '$' | '%' | '+' | '=' | '<' | '>' | '#' | '&' | '*' | '^' | '~' | '|' | '@' | '°' | '€' | '£' | '¥' | '©' | '®'
    )
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
            // `pretty good`
            _ if first == Adj && may.has(Adv) && matches!(next.first(), Some(Adj | Adv)) => Adv,
            Verb if first == Adj && may.has(Adv) && !next.has(Noun) => Adv,
            // `the work`, `good work`, `my work`, `at work`; but `for helping`
            Adp | Sconj if progressive => Verb,
            // `we're waiting`
            Pron if progressive && before.word.contains('\'') => Verb,
            Pron if !is_possessive(before.word) => first,
            Det | Adj | Num | Adp | Pron | Part
                if first == Verb && may.has(Noun) && (!progressive || !next.has(Noun)) =>
            {
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
            "to" => {
                let name = self.shape(index + 1) != Shape::Other || self.text(index + 1).ends_with("ing");
                Some(if !name && (next.has(Verb) || next.has(Aux)) { Part } else { Adp })
            }
            "'s" if before.word == "let" => Some(Pron),
            "'s" => Some(if matches!(before.pos, Pron | Adv) { Aux } else { Part }),
            "am" if before.pos == Num => Some(Noun),
            "be" | "am" | "is" | "are" | "was" | "were" | "been" | "being" => {
                Some(if before.word == "there" { Verb } else { Aux })
            }
            "have" | "has" | "had" | "having" | "'ve" => {
                Some(if self.governs(index, is_participle) { Aux } else { Verb })
            }
            "do" | "does" | "did" => {
                let base =
                    |word: &str, may: Candidates| may.has(Verb) && !is_participle(word, may) && !word.ends_with('s');
                let asks = matches!(before.pos, Punct | Adv) && next.has(Pron);
                Some(if asks || next.has(Part) || self.governs(index, base) { Aux } else { Verb })
            }
            "that" if before.pos == Verb || before.pos == Adj => Some(Sconj),
            "what" | "which" => Some(Pron),
            "that" | "this" | "these" | "those" => Some(if opens_noun { Det } else { Pron }),
            "there" => Some(if next.has(Aux) { Pron } else { Adv }),
            "more" | "most" | "less" | "much" => Some(if next.first() == Some(Noun) { Adj } else { Adv }),
            "no" => Some(if opens_noun { Det } else { Intj }),
            "one" => Some(if matches!(before.pos, Det | Adj) { Noun } else { Num }),
            "as" if next.prefer(&[Adj, Adv]).is_some() && !next.has(Noun) => Some(Adv),
            "like" if matches!(before.pos, Pron | Part | Adv) || before.pos == Aux && !is_be(before.word) => Some(Verb),
            "like" => Some(Adp),
            _ if may.has(Sconj) && may.has(Adp) => {
                Some(if next.has(Pron) && is_subject(self.text(index + 1)) { Sconj } else { Adp })
            }
            // `by asking`
            _ if may.first() == Some(Adp) && next.first() == Some(Verb) && self.text(index + 1).ends_with("ing") => {
                Some(Sconj)
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

/// Returns whether the folded word is a form of `be`, `have` or `do`.
#[cfg(feature = "lemmas")]
pub(super) fn is_auxiliary(word: &str) -> bool {
    matches!(lexicon::lemma(word, Aux), Some("be" | "have" | "do"))
}

pub(super) fn is_be(word: &str) -> bool {
    matches!(word, "be" | "am" | "is" | "are" | "was" | "were" | "been" | "being" | "'m" | "'re" | "'s")
}

fn is_subject(word: &str) -> bool {
    matches!(word, "i" | "you" | "he" | "she" | "it" | "we" | "they" | "who" | "that" | "which" | "there")
}

fn is_possessive(word: &str) -> bool {
    matches!(word, "my" | "your" | "his" | "her" | "its" | "our" | "their" | "whose")
}

/// Returns whether what follows begins a phrase of its own: `the`, `in`, `their`.
fn opens_phrase(next: Candidates) -> bool {
    matches!(next.first(), Some(Det | Adp | Pron | Part | Adv))
}

/// Returns whether a word looks like a past participle.
fn is_participle(word: &str, may: Candidates) -> bool {
    word == "been"
        || may.has(Verb) && (word.ends_with("ed") || lexicon::lemma(word, Verb).is_some_and(|lemma| lemma != word))
}

#[cfg(test)]
mod tests {
    use plaudit_core::Analyzer;
    use proptest::prelude::*;

    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, Lemma};

    fn tagged(text: &str) -> String {
        let lemmas = RuleLemmatizer::new(None).lemmatize(&tokens_of(&[], Language::En, text));
        lemmas.iter().map(|Lemma { text, pos }| format!("{text}/{pos}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn neighbours_decide() {
        for (text, expected) in [
            ("The students were studying", "the/DET student/NOUN be/AUX study/VERB"),
            ("She studies their studies", "she/PRON study/VERB their/PRON study/NOUN"),
            ("I want to work", "i/PRON want/VERB to/PART work/VERB"),
            ("good work", "good/ADJ work/NOUN"),
            ("The course covers the basics", "the/DET course/NOUN cover/VERB the/DET basic/NOUN"),
            ("We met at the meeting", "we/PRON meet/VERB at/ADP the/DET meeting/NOUN"),
            ("We're meeting them", "we're/PRON meet/VERB they/PRON"),
            ("Better teachers, the worst food", "good/ADJ teacher/NOUN ,/PUNCT the/DET bad/ADJ food/NOUN"),
            ("The lecturer's mice ate 3 leaves", "the/DET lecturer/NOUN mouse/NOUN eat/VERB 3/NUM leaf/NOUN"),
            ("They don't like Dhaka 👍", "they/PRON don't/AUX like/VERB dhaka/PROPN 👍/SYM"),
            ("It has not been boring", "it/PRON have/AUX not/PART be/AUX boring/ADJ"),
            ("Do they know? $5", "do/AUX they/PRON know/VERB ?/PUNCT $/SYM 5/NUM"),
        ] {
            assert_eq!(tagged(text), expected, "{text}");
        }
    }

    fn lemma_as(word: &str, pos: PartOfSpeech, known: Option<&Arc<Vocab>>) -> String {
        let mut lemmas = Lemmas::new();
        RuleLemmatizer::new(known.cloned()).push_lemma(word, pos, &mut lemmas);
        lemmas.get(0).unwrap().text.to_owned()
    }

    // spaCy 3.8.18, en_core_web_sm 3.8.0: nlp.get_pipe("lemmatizer").rule_lemmatize(doc[0])[0] for
    // doc = Doc(nlp.vocab, words=[word], pos=["VERB"], morphs=["VerbForm=Fin"])
    #[test]
    fn verbs_equal_spacy() {
        let forms = "running making hoped hopping opened visiting exciting stopped travelled controlling called added \
            agreed seeing lied dying studied argued continues believes raised closed promised forced judged changed bringing \
            belonging handled settling realized created eating decided avoided needed described speaking taking looked \
            compiled failed assumed explained imagined joined prepared appeared required repaired explored offered \
            measured favoured voting shooting contributed shouted writing invited watches passes fixes goes went taught \
            wrote bought panicked tasted breathing";
        let expected = "run make hope hop open visit excite stop travel control call add agree see lie die study argue \
            continue believe raise close promise force judge change bring belong handle settle realize create eat decide \
            avoid need describe speak take look compile fail assume explain imagine join prepare appear require repair \
            explore offer measure favour vote shoot contribute shout write invite watch pass fix go go teach write buy \
            panic taste breathe";
        let found: Vec<String> = forms.split_whitespace().map(|form| lemma_as(form, Verb, None)).collect();
        assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>());
    }

    // the same with pos=["NOUN"], morphs=["Number=Plur"]
    #[test]
    fn nouns_equal_spacy() {
        let forms = "universities classes boxes wishes churches headaches heroes shoes potatoes movies wives wolves lives \
            children women feet teeth houses courses buses campuses analyses crises criteria phenomena curricula quizzes \
            series species days photos";
        let expected = "university class box wish church headache hero shoe potato movie wife wolf life child woman foot \
            tooth house course bus campus analysis crisis criterion phenomenon curriculum quiz series species day photo";
        let found: Vec<String> = forms.split_whitespace().map(|form| lemma_as(form, Noun, None)).collect();
        assert_eq!(found, expected.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn known_words_decide_where_spelling_allows_two() {
        let known = Arc::new(Vocab::new(["gat", "voe"]).unwrap());
        for (word, pos, alone, with) in [("gated", Verb, "gate", "gat"), ("voes", Noun, "vo", "voe")] {
            assert_eq!((lemma_as(word, pos, None), lemma_as(word, pos, Some(&known))), (alone.into(), with.into()));
        }
        assert_eq!(lemma_as("liked", Verb, Some(&known)), "like");
    }

    #[test]
    fn hostile_words() {
        let long = format!("{}ing", "a".repeat(100_000));
        for text in
            ["", "\0ing", "\0", "'s", "ings", "eding", "ied", "ies", "oes", "ñññed", "ééing", "ſſest", "好er", &long]
        {
            let tokens = tokens_of(&[], Language::En, text);
            let lemmas = RuleLemmatizer::new(None).lemmatize(&tokens);
            assert_eq!(lemmas.len(), tokens.len());
            assert!(lemmas.iter().all(|lemma| !lemma.text.is_empty()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_lemma_a_token_and_none_empty(text in r"\PC{0,40}|([a-zA-Z']{0,9}(ing|ed|s|er|est|ies|n't|'s|) ){0,8}") {
            let pipeline = crate::Pipeline::new(crate::PipelineConfig::for_language(Language::Und)).unwrap();
            let tokens = pipeline.analyze(&text);
            let lemmatizer = RuleLemmatizer::new(None);
            let lemmas = lemmatizer.lemmatize(&tokens);
            prop_assert_eq!(lemmas.len(), tokens.len());
            prop_assert!(lemmas.iter().all(|lemma| !lemma.text.is_empty()));
            let mut again = Lemmas::new();
            again.push("left over", Noun);
            lemmatizer.lemmatize_into(&tokens, &mut again);
            prop_assert_eq!(lemmas, again);
        }
    }
}

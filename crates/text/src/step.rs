//! The steps, as they are written down and as they run.

use std::ops::Range;

use plaudit_core::{Error, Token, TokenKind, Tokens};
use serde::{Deserialize, Deserializer, Serialize};

use crate::alignment::Rewriter;
use crate::hashtags::Hashtags;
use crate::memo::Memo;
use crate::negation::Negation;
use crate::spelling::english;
use crate::stem::Stemmer;
use crate::stop_words::StopSet;
use crate::unique::Seen;
use crate::words::Words;
use crate::{
    EmojiPolicy, HashtagPolicy, Language, LemmaConfig, Lemmas, Lemmatizer, NormalForm, PosLemmatizer, Spelling,
    SpellingConfig, StemConfig, StopList, TokenPolicy, UnknownPolicy, UnknownWords, WordFrequencies,
};
use crate::{
    casefold, chinese, contractions, elongation, emoji_names, entities, homoglyphs, invisible, numbers, policy,
    punctuation, unicode, unique,
};

/// One cleaning step, written down as `{"step": "casefold"}`.
///
/// Steps run in the order in which they are listed. Those that work on characters come first, before the text is split;
/// all others get tokens. Stems want folded text before them, and stop words are whole words: list them before stems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum TextStep {
    /// Characters: replaces HTML entities (`&amp;`, `&#39;`) by what they stand for. Texts taken from web pages hold them.
    #[serde(deserialize_with = "no_fields")]
    Entities,
    /// Characters: brings the text into a Unicode normal form.
    Unicode {
        /// Which one. Default [`Nfkc`](NormalForm::Nfkc).
        #[serde(default)]
        form: NormalForm,
    },
    /// Characters: takes out what nobody sees, such as zero-width characters and controls of direction, which make a word
    /// look like another (N. Boucher et al., *Bad Characters: Imperceptible NLP Attacks*, 2022). What emoji and some scripts
    /// need stays; see [`visible_stretches`](crate::visible_stretches).
    #[serde(deserialize_with = "no_fields")]
    Invisible,
    /// Characters: replaces Cyrillic, Greek and Armenian letters that stand in a Latin word for the ones they look like; see
    /// [`repair_homoglyphs`](crate::repair_homoglyphs).
    #[serde(deserialize_with = "no_fields")]
    Homoglyphs,
    /// Characters: traditional Chinese characters become simplified ones, one for one; see [`simplify`](crate::simplify()).
    /// List it behind [`Unicode`](Self::Unicode).
    #[serde(deserialize_with = "no_fields")]
    Simplify,
    /// Drops, keeps or tags tokens of kind [`Link`](plaudit_core::TokenKind::Link): a web address becomes `<url>`, an e-mail
    /// address `<email>`.
    Links {
        /// What becomes of a link. Default [`Tag`](TokenPolicy::Tag).
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops, keeps or tags tokens of kind [`Mention`](plaudit_core::TokenKind::Mention): `@library` becomes `<user>`.
    Mentions {
        /// What becomes of a mention. Default [`Tag`](TokenPolicy::Tag).
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops, keeps, tags or splits tokens of kind [`Hashtag`](plaudit_core::TokenKind::Hashtag). List it before
    /// [`Casefold`](Self::Casefold): capitals tell words apart.
    Hashtags {
        /// What becomes of a hashtag. Default [`Words`](HashtagPolicy::Words).
        #[serde(default)]
        policy: HashtagPolicy,
    },
    /// Drops, keeps, names or sums up emoji and emoticons (DPMS, Eq. 9, drops them with other special characters).
    Emoji {
        /// What becomes of one. Default [`Keep`](EmojiPolicy::Keep).
        #[serde(default)]
        policy: EmojiPolicy,
    },
    /// Corrects misspelled words by a noisy channel (DPMS, Eq. 10), with the words of the user's own texts where the pipeline
    /// was made from them ([`Pipeline::from_corpus`](crate::Pipeline::from_corpus)); English only. List it before
    /// [`Casefold`](Self::Casefold): capitals tell names, which it leaves alone.
    Spelling(SpellingConfig),
    /// Folds case in full (Unicode, section 3.13; DPMS, Eq. 5): `ß` becomes `ss`, every sigma becomes `σ`. Emoji and
    /// emoticons stay as they are (`:D`).
    #[serde(deserialize_with = "no_fields")]
    Casefold,
    /// Shortens letters that are typed again and again: `soooo` becomes `so`, `goooood` becomes `good`; see
    /// [`shorten_elongation`](crate::shorten_elongation). List it behind [`Casefold`](Self::Casefold).
    #[serde(deserialize_with = "no_fields")]
    Elongations,
    /// Writes contractions in full: `can't` becomes `can not`, so that the negation is a word of its own; see
    /// [`expand_contraction`](crate::expand_contraction). List it behind [`Casefold`](Self::Casefold).
    #[serde(deserialize_with = "no_fields")]
    Contractions,
    /// Treats words that are neither in the English table nor in the user's own texts (DPMS, Eq. 13): the first policy that
    /// has something to say decides. List it behind [`Casefold`](Self::Casefold).
    ///
    /// Words are known as the steps listed before this one leave them: each of the table and of the user's texts is passed
    /// through these steps by itself, and known is what comes out as one word. So behind [`Stem`](Self::Stem) the stem `happi` is
    /// known, and the anagram of a known stem becomes that stem. Tables of [`UnknownPolicy::Map`] are taken as they are
    /// written, and must list words as those steps leave them. A word that neighbours change (by a lemma, by `not_`) may come
    /// out as nothing known.
    ///
    /// # Example: behind stems
    /// ```
    /// use plaudit_core::Analyzer;
    /// use plaudit_text::{Pipeline, PipelineConfig, StemConfig, TextStep, UnknownPolicy};
    ///
    /// let policies = vec![UnknownPolicy::Resequence, UnknownPolicy::Drop];
    /// let mut config = PipelineConfig::default();
    /// config.steps = vec![TextStep::Casefold, TextStep::Stem(StemConfig::default()), TextStep::Unknown { policies }];
    /// let tokens = Pipeline::new(config)?.analyze("Happy xqzvw laer hpaip");
    /// assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>(), ["happi", "real", "happi"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    Unknown {
        /// What becomes of such a word. Default `[Map(romanised_bangla()), Resequence, Drop]`, Eq. 13 as it is written.
        #[serde(default = "UnknownPolicy::as_written")]
        policies: Vec<UnknownPolicy>,
    },
    /// Replaces words by their lemmas (DPMS, Eq. 12). List it before [`Punctuation`](Self::Punctuation),
    /// [`StopWords`](Self::StopWords) and [`Stem`](Self::Stem): what stands beside a word decides what it is, and a stem is no
    /// word. With both, the lemma is cut to its stem; DPMS applies both and does not say which wins.
    Lemmas(LemmaConfig),
    /// Marks words behind a negation, up to the end of the clause, by `not_`: `not good` becomes `not not_good` (S. Das and
    /// M. Chen, *Yahoo! for Amazon*, 2001). For methods that count words. List it before
    /// [`Punctuation`](Self::Punctuation), which removes the ends of clauses, and before [`StopWords`](Self::StopWords)
    /// where these drop negations; stems belong before it, since no stemmer knows marked words.
    #[serde(deserialize_with = "no_fields")]
    NegationScope,
    /// Drops tokens of kind [`Symbol`](plaudit_core::TokenKind::Symbol): punctuation and signs (DPMS, Eq. 6). Emoji and
    /// emoticons are of another kind and stay.
    #[serde(deserialize_with = "no_fields")]
    Punctuation,
    /// Drops, keeps or tags tokens of kind [`Number`](plaudit_core::TokenKind::Number) (DPMS, Eq. 9). Words with digits
    /// in them (`2nd`, `cs101`) are words.
    Numbers {
        /// What becomes of a number. Default [`Tag`](TokenPolicy::Tag); DPMS drops.
        #[serde(default)]
        policy: TokenPolicy,
    },
    /// Drops function words, whatever their case (DPMS, Eq. 7 and 8).
    StopWords {
        /// Which words. Default [`Sentiment`](StopList::Sentiment), which never drops a negation.
        #[serde(default)]
        list: StopList,
    },
    /// Cuts words to their stems (Snowball; DPMS, Eq. 11). Left as they are: words with anything but lower-case ASCII
    /// letters and apostrophes, words above 64 bytes, and negators (`hardly` would become `hard`). Protected words keep
    /// apart what Snowball would mix up (`university` and `universe`).
    Stem(StemConfig),
    /// Drops every token whose text came before in the same text (DPMS, Eq. 4, which allows "unique tokens only"). In no
    /// preset: it makes every count 0 or 1, so that Eq. 14 and 15 have nothing to count, and takes words out of the order
    /// that a recurrent network reads.
    #[serde(deserialize_with = "no_fields")]
    Unique,
}

impl TextStep {
    /// Returns whether the step works on characters, before the text is split.
    pub(crate) fn is_of_characters(&self) -> bool {
        CharacterStep::new(self).is_some()
    }

    /// Returns whether the step has what the language needs.
    pub(crate) fn suits(&self, language: Language) -> bool {
        match self {
            Self::Contractions | Self::Lemmas(_) | Self::Spelling(_) | Self::Stem(_) | Self::Unknown { .. } => {
                language == Language::En
            }
            Self::NegationScope => matches!(language, Language::En | Language::Zh),
            Self::StopWords { list } => matches!(list, StopList::Own(_)) || language != Language::Und,
            _ => true,
        }
    }

    /// Returns every step, in an order in which they work together, with its default settings but for emoji, which become
    /// their polarity.
    pub fn in_order() -> Vec<Self> {
        vec![
            Self::Entities,
            Self::Invisible,
            Self::Unicode { form: NormalForm::default() },
            Self::Homoglyphs,
            Self::Simplify,
            Self::Links { policy: TokenPolicy::default() },
            Self::Mentions { policy: TokenPolicy::default() },
            Self::Hashtags { policy: HashtagPolicy::default() },
            Self::Emoji { policy: EmojiPolicy::Polarity },
            Self::Spelling(SpellingConfig::default()),
            Self::Casefold,
            Self::Contractions,
            Self::Elongations,
            Self::Unknown { policies: UnknownPolicy::as_written() },
            Self::Lemmas(LemmaConfig::default()),
            Self::Numbers { policy: TokenPolicy::default() },
            Self::StopWords { list: StopList::default() },
            Self::Stem(StemConfig::default()),
            Self::NegationScope,
            Self::Punctuation,
            Self::Unique,
        ]
    }

    /// Returns the name that the step is written down by, such as `stop_words`.
    pub fn name(&self) -> String {
        let written = serde_json::to_value(self).ok();
        written.and_then(|step| Some(step.get("step")?.as_str()?.to_owned())).unwrap_or_default()
    }
}

/// Reads a step without settings. By itself, serde would pass over any field of such a step.
fn no_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(fields).map(|Nothing {}| ())
}

/// A step on characters, ready to run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CharacterStep {
    Entities,
    Invisible,
    Unicode(NormalForm),
    Homoglyphs,
    Simplify,
}

impl CharacterStep {
    pub(crate) fn new(step: &TextStep) -> Option<Self> {
        match step {
            TextStep::Entities => Some(Self::Entities),
            TextStep::Invisible => Some(Self::Invisible),
            TextStep::Unicode { form } => Some(Self::Unicode(*form)),
            TextStep::Homoglyphs => Some(Self::Homoglyphs),
            TextStep::Simplify => Some(Self::Simplify),
            _ => None,
        }
    }

    /// Returns whether the text may change; quick where it may not.
    pub(crate) fn concerns(self, text: &str) -> bool {
        match self {
            Self::Entities => entities::concerns(text),
            Self::Invisible => invisible::concerns(text),
            Self::Unicode(form) => unicode::concerns(form, text),
            Self::Homoglyphs | Self::Simplify => !text.is_ascii(),
        }
    }

    pub(crate) fn apply(self, text: &str, buffers: &mut Buffers, rewriter: Rewriter<'_>) {
        match self {
            Self::Entities => entities::apply(text, rewriter),
            Self::Invisible => invisible::apply(text, &mut buffers.stretches, rewriter),
            Self::Unicode(form) => unicode::apply(form, text, &mut buffers.piece, rewriter),
            Self::Homoglyphs => homoglyphs::apply(text, &mut buffers.piece, rewriter),
            Self::Simplify => chinese::apply(text, rewriter),
        }
    }
}

/// What steps on characters work in.
#[derive(Default)]
pub(crate) struct Buffers {
    /// A piece of the text, changed.
    piece: String,
    /// The places of pieces that stay.
    stretches: Vec<Range<usize>>,
}

/// A step on tokens, ready to run.
pub(crate) enum Step {
    Links(TokenPolicy),
    Mentions(TokenPolicy),
    Hashtags(Hashtags),
    Emoji(EmojiPolicy),
    Spelling(Spelling),
    Casefold,
    Elongations,
    Contractions,
    Unknown(UnknownWords),
    Lemmas(Lemmatizer),
    NegationScope(Negation),
    Punctuation,
    Numbers(TokenPolicy),
    StopWords(StopSet),
    Stem(Stemmer),
    Unique,
    /// Several of these whose outcome hangs on each token alone, and is remembered.
    Remembered(Vec<Self>),
}

/// Returns the faults of a configuration.
fn faults(error: Error) -> Vec<String> {
    match error {
        Error::Config { faults } => faults,
        error => vec![error.to_string()],
    }
}

/// Returns the words of the English table and of `corpus` as these steps leave each by itself, where that is one word.
fn known_behind(steps: &[Step], corpus: &WordFrequencies) -> WordFrequencies {
    let mut known = WordFrequencies::new();
    let (mut states, mut tokens) = (State::of(steps), Tokens::new());
    for (text, count) in english().sorted().into_iter().chain(corpus.sorted()) {
        tokens.clear();
        states.iter_mut().for_each(State::reset);
        let mut rest = Rest { steps, states: &mut states, tokens: &mut tokens };
        rest.pass(Token { text, source: 0..text.len(), kind: TokenKind::Word });
        rest.finish();
        if let Some(left) = tokens.get(0).filter(|left| tokens.len() == 1 && left.kind == TokenKind::Word) {
            known.add(left.text, count);
        }
    }
    known
}

impl Step {
    /// Returns the step on tokens ready to run behind the steps `before`, or every fault that forbids it. `corpus` are the
    /// words of the user's texts.
    pub(crate) fn new(
        step: &TextStep,
        before: &[Self],
        words: &Words,
        corpus: &WordFrequencies,
    ) -> Result<Self, Vec<String>> {
        let language = words.language();
        if !step.suits(language) {
            return Err(vec![format!("there is no {} for the language {language}", step.name())]);
        }
        Ok(match step {
            TextStep::Entities
            | TextStep::Invisible
            | TextStep::Unicode { .. }
            | TextStep::Homoglyphs
            | TextStep::Simplify => {
                return Err(vec!["works on characters; expected before every step on tokens".to_owned()]);
            }
            TextStep::Links { policy } => Self::Links(*policy),
            TextStep::Mentions { policy } => Self::Mentions(*policy),
            TextStep::Hashtags { policy } => Self::Hashtags(Hashtags::new(*policy, words.clone())),
            TextStep::Emoji { policy } => Self::Emoji(*policy),
            TextStep::Casefold => Self::Casefold,
            TextStep::Elongations => Self::Elongations,
            TextStep::Contractions => Self::Contractions,
            TextStep::Spelling(config) => {
                Self::Spelling(Spelling::new(config.clone(), english(), corpus).map_err(faults)?)
            }
            TextStep::Unknown { policies } => {
                Self::Unknown(UnknownWords::new(policies, known_behind(before, corpus)).map_err(faults)?)
            }
            TextStep::Lemmas(config) => Self::Lemmas(Lemmatizer::new(config, None).map_err(faults)?),
            TextStep::NegationScope => Self::NegationScope(Negation::new(language)),
            TextStep::Punctuation => Self::Punctuation,
            TextStep::Numbers { policy } => Self::Numbers(*policy),
            TextStep::StopWords { list } => Self::StopWords(StopSet::new(list, words)?),
            TextStep::Stem(config) => Self::Stem(Stemmer::new(config)?),
            TextStep::Unique => Self::Unique,
        })
    }

    /// Returns whether what becomes of a token hangs on the tokens beside it.
    pub(crate) fn is_contextual(&self) -> bool {
        matches!(self, Self::Lemmas(_) | Self::NegationScope(_) | Self::Spelling(_) | Self::Unique)
    }

    /// Returns the steps with those that follow one another, and hang on each token alone, put together.
    pub(crate) fn grouped(steps: Vec<Self>) -> Vec<Self> {
        let mut grouped = Vec::with_capacity(steps.len());
        for step in steps {
            match grouped.last_mut() {
                _ if step.is_contextual() => grouped.push(step),
                Some(Self::Remembered(group)) => group.push(step),
                _ => grouped.push(Self::Remembered(vec![step])),
            }
        }
        grouped
    }

    /// Returns the steps that this one puts together, or itself.
    pub(crate) fn single(&self) -> &[Self] {
        match self {
            Self::Remembered(steps) => steps,
            step => std::slice::from_ref(step),
        }
    }

    fn apply(&self, token: Token<'_>, state: &mut State, rest: &mut Rest<'_>) {
        match self {
            Self::Links(policy) => policy::links(*policy, token, rest),
            Self::Mentions(policy) => policy::mentions(*policy, token, rest),
            Self::Hashtags(hashtags) => hashtags.apply(token, rest),
            Self::Emoji(policy) => emoji_names::apply(*policy, &token, rest),
            Self::Spelling(spelling) => spelling.apply(token, &mut state.buffer, rest),
            Self::Casefold => casefold::apply(token, &mut state.buffer, rest),
            Self::Elongations => elongation::apply(token, &mut state.buffer, rest),
            Self::Contractions => contractions::apply(&token, rest),
            Self::Unknown(unknown) => unknown.apply(token, rest),
            Self::Lemmas(_) => state.held.push(token.text, token.source, token.kind),
            Self::NegationScope(negation) => negation.apply(token, state, rest),
            Self::Punctuation => punctuation::apply(token, rest),
            Self::Numbers(policy) => numbers::apply(*policy, token, rest),
            Self::StopWords(words) => words.apply(token, &mut state.buffer, rest),
            Self::Stem(stemmer) => stemmer.apply(token, rest),
            Self::Unique => unique::apply(token, state, rest),
            Self::Remembered(steps) => {
                // Ranges within the token, so that what is remembered holds wherever it stands.
                let start = token.source.start;
                let mut pass = |token: Token<'_>| {
                    rest.pass(Token { source: start + token.source.start..start + token.source.end, ..token });
                };
                let token = Token { source: 0..token.source.len(), ..token };
                if state.memo.recall(&token, &mut pass) {
                    return;
                }
                state.held.clear();
                let mut inner = Rest { steps, states: &mut state.states, tokens: &mut state.held };
                inner.pass(token.clone());
                state.memo.keep(&token, &state.held);
                state.held.iter().for_each(pass);
            }
        }
    }

    /// Passes on what was held until the end of the text.
    fn finish(&self, state: &mut State, rest: &mut Rest<'_>) {
        if let Self::Lemmas(lemmatizer) = self {
            lemmatizer.lemmatize_into(&state.held, &mut state.lemmas);
            for (token, lemma) in state.held.iter().zip(state.lemmas.iter()) {
                rest.pass(if token.kind == TokenKind::Word { Token { text: lemma.text, ..token } } else { token });
            }
        }
    }
}

/// What a step keeps from token to token of one text, in buffers that all texts share.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) buffer: String,
    /// Whether a negation is in force.
    pub(crate) negated: bool,
    /// Texts of the tokens that came before.
    pub(crate) seen: Seen,
    /// Tokens that wait: for the end of the text, or for each other.
    held: Tokens,
    lemmas: Lemmas,
    /// What became of tokens, and the states of the steps that made it.
    memo: Memo,
    states: Vec<Self>,
}

impl State {
    /// Returns one state a step.
    pub(crate) fn of(steps: &[Step]) -> Vec<Self> {
        let one = |step: &Step| match step {
            Step::Remembered(steps) => Self { memo: Memo::new(), states: Self::of(steps), ..Self::default() },
            _ => Self::default(),
        };
        steps.iter().map(one).collect()
    }

    /// Forgets the text before.
    pub(crate) fn reset(&mut self) {
        self.negated = false;
        self.buffer.clear();
        self.seen.clear();
        self.held.clear();
    }

    /// Lets go of all buffers, and keeps what became of tokens.
    pub(crate) fn shrink(&mut self) {
        self.states.iter_mut().for_each(Self::shrink);
        let (memo, states) = (std::mem::take(&mut self.memo), std::mem::take(&mut self.states));
        *self = Self { memo, states, ..Self::default() };
    }
}

/// What still lies before a token: the steps, one state each, and the list at the end. A step passes a token on, changed or
/// not; passes on several; or drops it by passing none.
pub(crate) struct Rest<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) states: &'a mut [State],
    pub(crate) tokens: &'a mut Tokens,
}

impl Rest<'_> {
    pub(crate) fn pass(&mut self, token: Token<'_>) {
        match (self.steps.split_first(), self.states.split_first_mut()) {
            (Some((step, steps)), Some((state, states))) => {
                step.apply(token, state, &mut Rest { steps, states, tokens: self.tokens });
            }
            _ => self.tokens.push(token.text, token.source, token.kind),
        }
    }

    /// Ends the text: every step passes on what it held, in order.
    pub(crate) fn finish(&mut self) {
        if let (Some((step, steps)), Some((state, states))) = (self.steps.split_first(), self.states.split_first_mut())
        {
            let mut rest = Rest { steps, states, tokens: self.tokens };
            step.finish(state, &mut rest);
            rest.finish();
        }
    }
}

/// Returns the range of `part`, bytes of a token's text, within the source: exactly where the text is still what was
/// written, and the whole source where it is not.
pub(crate) fn part_of(token: &Token<'_>, part: Range<usize>) -> Range<usize> {
    if token.source.len() == token.text.len() {
        token.source.start + part.start..token.source.start + part.end
    } else {
        token.source.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_down_as_tagged_json() {
        for (step, json) in [
            (TextStep::Unicode { form: NormalForm::Nfc }, r#"{"step":"unicode","form":"nfc"}"#),
            (TextStep::Hashtags { policy: HashtagPolicy::Words }, r#"{"step":"hashtags","policy":"words"}"#),
            (TextStep::Emoji { policy: EmojiPolicy::Polarity }, r#"{"step":"emoji","policy":"polarity"}"#),
            (TextStep::Casefold, r#"{"step":"casefold"}"#),
            (TextStep::NegationScope, r#"{"step":"negation_scope"}"#),
            (TextStep::Punctuation, r#"{"step":"punctuation"}"#),
            (TextStep::Numbers { policy: TokenPolicy::Drop }, r#"{"step":"numbers","policy":"drop"}"#),
            (TextStep::StopWords { list: StopList::Literal }, r#"{"step":"stop_words","list":"literal"}"#),
            (
                TextStep::StopWords { list: StopList::Own(vec!["uni".into()]) },
                r#"{"step":"stop_words","list":{"own":["uni"]}}"#,
            ),
            (
                TextStep::Stem(StemConfig::default()),
                r#"{"step":"stem","algorithm":"snowball1","protect":true,"exceptions":{}}"#,
            ),
            (TextStep::Lemmas(LemmaConfig::default()), r#"{"step":"lemmas","method":"rules","overrides":{}}"#),
        ] {
            assert_eq!(serde_json::to_string(&step).unwrap(), json);
            assert_eq!(serde_json::from_str::<TextStep>(json).unwrap(), step);
            assert!(json.contains(&format!(r#""step":"{}""#, step.name())));
        }
        // What is not said is as documented.
        for (json, step) in [
            (r#"{"step":"stop_words"}"#, TextStep::StopWords { list: StopList::Sentiment }),
            (r#"{"step":"numbers"}"#, TextStep::Numbers { policy: TokenPolicy::Tag }),
            (r#"{"step":"links"}"#, TextStep::Links { policy: TokenPolicy::Tag }),
            (r#"{"step":"hashtags"}"#, TextStep::Hashtags { policy: HashtagPolicy::Words }),
            (r#"{"step":"emoji"}"#, TextStep::Emoji { policy: EmojiPolicy::Keep }),
            (r#"{"step":"unicode"}"#, TextStep::Unicode { form: NormalForm::Nfkc }),
            (r#"{"step":"stem"}"#, TextStep::Stem(StemConfig::default())),
        ] {
            assert_eq!(serde_json::from_str::<TextStep>(json).unwrap(), step);
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for json in [
            r#"{"step":"lowercase"}"#,
            r#"{"step":"numbers","policy":"round"}"#,
            r#"{"step":"numbers","size":1}"#,
            r#"{"step":"casefold","locale":"tr"}"#,
            r#"{"step":"stem","language":"en"}"#,
            r#""casefold""#,
        ] {
            assert!(serde_json::from_str::<TextStep>(json).is_err(), "{json}");
        }
    }
}

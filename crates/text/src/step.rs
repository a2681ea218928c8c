//! The steps as they run.

use std::ops::Range;

use plaudit_core::{Error, Token, TokenKind, Tokens};

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
    EmojiPolicy, Lemmas, Lemmatizer, NormalForm, PosLemmatizer, Spelling, TextStep, TokenPolicy, UnknownWords,
    WordFrequencies,
};
use crate::{
    casefold, chinese, contractions, elongation, emoji_names, entities, homoglyphs, invisible, numbers, policy,
    punctuation, unicode, unique,
};

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
            known.add_as_written(left.text, count);
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
            TextStep::Hashtags { policy } => {
                let folded = before.iter().any(|step| matches!(step, Self::Casefold));
                Self::Hashtags(Hashtags::new(*policy, words.clone(), folded))
            }
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

//! The steps of a pipeline ready to run, and the buffers that they run in.

use std::sync::{Mutex, PoisonError};

use plaudit_core::{Result, Token, Tokens};

use crate::{Explanation, Piece, PipelineConfig, Stage};
use crate::alignment::{Alignment, Rewriter};
use crate::memo::Memo;
use crate::step::{CharacterStep, Rest, State, Step};
use crate::tokenize::Splitter;

/// A configuration, its steps ready to run, and buffers that wait for a text.
pub(crate) struct Prepared {
    config: PipelineConfig,
    characters: Vec<CharacterStep>,
    steps: Vec<Step>,
    /// The number of steps before the first whose outcome hangs on the tokens before. What these make of a token hangs on
    /// the token alone, and is remembered.
    pure: usize,
    waiting: Mutex<Vec<Box<Scratch>>>,
}

/// Buffers for one text at a time. Nothing in them changes what comes out.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The text after the last step on characters that changed it, and before it.
    text: String,
    before: String,
    /// What each step on characters changed.
    alignments: Vec<Alignment>,
    splitter: Splitter,
    memo: Memo,
    /// One a step on tokens.
    states: Vec<State>,
    /// What the remembered steps made of one token.
    became: Tokens,
}

impl Prepared {
    pub(crate) fn new(config: PipelineConfig) -> Result<Self> {
        let (characters, steps) = config.prepare()?;
        let pure = steps.iter().take_while(|step| !step.is_contextual()).count();
        Ok(Self { config, characters, steps, pure, waiting: Mutex::default() })
    }

    pub(crate) fn config(&self) -> &PipelineConfig {
        &self.config
    }

    /// Returns buffers that nobody uses; [`put_back`](Self::put_back) keeps them, and what they remember, for the next text.
    pub(crate) fn scratch(&self) -> Box<Scratch> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(|| {
            let states = self.steps.iter().map(|_| State::default()).collect();
            let alignments = self.characters.iter().map(|_| Alignment::default()).collect();
            Box::new(Scratch { states, alignments, ..Scratch::default() })
        })
    }

    pub(crate) fn put_back(&self, scratch: Box<Scratch>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }

    /// Replaces `tokens` by the tokens of `text`.
    pub(crate) fn analyze(&self, text: &str, scratch: &mut Scratch, tokens: &mut Tokens) {
        tokens.clear();
        let Scratch { text: changed, before, alignments, splitter, memo, states, became } = scratch;
        let text = rewrite(&self.characters, text, changed, before, alignments);
        states.iter_mut().for_each(State::reset);

        let (pure, contextual) = self.steps.split_at_checked(self.pure).unwrap_or((&self.steps, &[]));
        let (pure_states, states) = states.split_at_mut_checked(self.pure).unwrap_or_default();
        let mut end = Rest { steps: contextual, states, tokens };
        splitter.split(text, self.config.language, |token| {
            let start = token.source.start;
            let mut pass = |token: Token<'_>| {
                let mut source = start + token.source.start..start + token.source.end;
                for alignment in alignments.iter().rev() {
                    source = alignment.source(&source);
                }
                end.pass(Token { source, ..token });
            };
            let token = Token { source: 0..token.source.len(), ..token };
            if pure.is_empty() {
                return pass(token);
            }
            if memo.recall(&token, &mut pass) {
                return;
            }
            became.clear();
            Rest { steps: pure, states: pure_states, tokens: became }.pass(token.clone());
            memo.keep(&token, became);
            became.iter().for_each(pass);
        });
    }
}

impl Prepared {
    /// Returns the text after every step, with the steps run one more each time.
    pub(crate) fn explain(&self, text: &str) -> Explanation {
        let steps = &self.config.steps;
        let mut stages = Vec::with_capacity(steps.len() + 1);
        let mut current = text.to_owned();
        let mut alignments = Vec::new();
        for (character, step) in self.characters.iter().zip(steps) {
            let (mut changed, mut alignment) = (String::new(), Alignment::default());
            character.apply(&current, Rewriter::new(&current, &mut changed, &mut alignment));
            alignments.push(alignment);
            current.clone_from(&changed);
            stages.push(Stage::Text { step: step.clone(), text: changed });
        }
        let names = std::iter::once(None).chain(steps.iter().skip(self.characters.len()).map(Some));
        for (run, step) in names.enumerate() {
            let mut states: Vec<State> = self.steps.iter().map(|_| State::default()).collect();
            let mut tokens = Tokens::new();
            let steps = self.steps.get(..run).unwrap_or_default();
            let mut rest = Rest { steps, states: &mut states, tokens: &mut tokens };
            Splitter::default().split(&current, self.config.language, |token| rest.pass(token));
            let tokens = tokens.iter().map(|token| Piece {
                source: alignments.iter().rev().fold(token.source, |source, alignment| alignment.source(&source)),
                text: token.text.to_owned(),
                kind: token.kind,
            });
            stages.push(Stage::Tokens { step: step.cloned(), tokens: tokens.collect() });
        }
        Explanation { stages }
    }
}

/// Returns the text after the steps on characters: itself where they change nothing.
fn rewrite<'a>(
    steps: &[CharacterStep],
    text: &'a str,
    changed: &'a mut String,
    before: &'a mut String,
    alignments: &mut [Alignment],
) -> &'a str {
    let mut is_changed = false;
    for (step, alignment) in steps.iter().zip(alignments) {
        let current: &str = if is_changed { changed } else { text };
        if step.concerns(current) {
            step.apply(current, Rewriter::new(current, before, alignment));
            std::mem::swap(changed, before);
            is_changed = true;
        } else {
            alignment.clear();
        }
    }
    if is_changed { changed } else { text }
}

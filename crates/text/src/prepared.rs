//! The steps of a pipeline ready to run, and the buffers that they run in.

use std::sync::{Mutex, PoisonError};

use plaudit_core::{Result, Token, Tokens};

use crate::alignment::{Alignment, Rewriter};
use crate::config::{Chain, Ready};
use crate::memo::Memo;
use crate::step::{CharacterStep, Rest, State};
use crate::tokenize::Splitter;
use crate::{Explanation, Piece, PipelineConfig, Stage, detect};

/// A configuration, its steps ready to run, and buffers that wait for a text.
pub(crate) struct Prepared {
    config: PipelineConfig,
    characters: Vec<CharacterStep>,
    /// One for each language that a text may be of, that of the configuration first.
    chains: Vec<Chain>,
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
    /// One for each chain that had a text.
    chains: Vec<Option<ChainScratch>>,
    /// What the remembered steps made of one token.
    became: Tokens,
}

#[derive(Debug, Default)]
struct ChainScratch {
    memo: Memo,
    /// One a step.
    states: Vec<State>,
}

impl Prepared {
    pub(crate) fn new(config: PipelineConfig) -> Result<Self> {
        let Ready { characters, chains } = config.prepare()?;
        Ok(Self { config, characters, chains, waiting: Mutex::default() })
    }

    pub(crate) fn config(&self) -> &PipelineConfig {
        &self.config
    }

    /// Returns buffers that nobody uses; [`put_back`](Self::put_back) keeps them, and what they remember, for the next text.
    pub(crate) fn scratch(&self) -> Box<Scratch> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(|| {
            let alignments = self.characters.iter().map(|_| Alignment::default()).collect();
            let chains = self.chains.iter().map(|_| None).collect();
            Box::new(Scratch { alignments, chains, ..Scratch::default() })
        })
    }

    pub(crate) fn put_back(&self, scratch: Box<Scratch>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
    }

    /// Returns the place of the chain for a text.
    fn chain_of(&self, text: &str) -> usize {
        if self.chains.len() < 2 {
            return 0;
        }
        let detected = detect(text);
        let known = self.chains.iter().position(|chain| chain.words.language() == detected.language);
        known.filter(|_| detected.reliable).unwrap_or(0)
    }

    /// Replaces `tokens` by the tokens of `text`.
    pub(crate) fn analyze(&self, text: &str, scratch: &mut Scratch, tokens: &mut Tokens) {
        tokens.clear();
        let Scratch { text: changed, before, alignments, splitter, chains, became } = scratch;
        let text = rewrite(&self.characters, text, changed, before, alignments);
        let place = self.chain_of(text);
        let (Some(chain), Some(scratch)) = (self.chains.get(place), chains.get_mut(place)) else { return };
        let ChainScratch { memo, states } = scratch.get_or_insert_with(|| ChainScratch {
            states: chain.steps.iter().map(|_| State::default()).collect(),
            ..ChainScratch::default()
        });
        states.iter_mut().for_each(State::reset);

        // What the steps before the first contextual one make of a token hangs on the token alone, and is remembered.
        let pure = chain.steps.iter().take_while(|step| !step.is_contextual()).count();
        let (pure, contextual) = chain.steps.split_at_checked(pure).unwrap_or_default();
        let (pure_states, states) = states.split_at_mut_checked(pure.len()).unwrap_or_default();
        let mut end = Rest { steps: contextual, states, tokens };
        splitter.split(text, &chain.words, |token| {
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
        end.finish();
    }

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
        let Some(chain) = self.chains.get(self.chain_of(&current)) else { return Explanation { stages } };
        let language = chain.words.language();
        // With detection, steps that the language has nothing for are not in the chain.
        let listed =
            steps.iter().skip(self.characters.len()).filter(|step| !self.config.detect || step.suits(language));
        for (run, step) in std::iter::once(None).chain(listed.map(Some)).enumerate() {
            let mut states: Vec<State> = chain.steps.iter().map(|_| State::default()).collect();
            let mut tokens = Tokens::new();
            let steps = chain.steps.get(..run).unwrap_or_default();
            let mut rest = Rest { steps, states: &mut states, tokens: &mut tokens };
            Splitter::default().split(&current, &chain.words, |token| rest.pass(token));
            rest.finish();
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

//! The steps of a pipeline ready to run, and the buffers that they run in.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use plaudit_core::{Result, Token, Tokens};

use crate::alignment::{Alignment, Rewriter};
use crate::config::{Chain, Ready};
use crate::step::{Buffers, CharacterStep, Rest, State, Step};
use crate::tokenize::Splitter;
use crate::{Explanation, Piece, PipelineConfig, Stage, TextStep, WordFrequencies, detect};

/// A configuration, its steps ready to run, and buffers that wait for a text.
pub(crate) struct Prepared {
    config: PipelineConfig,
    /// Words of the user's own texts.
    corpus: WordFrequencies,
    characters: Vec<CharacterStep>,
    /// One for each language that a text may be of, that of the configuration first.
    chains: Vec<Chain>,
    waiting: Mutex<Vec<Scratch>>,
}

/// Buffers for one text at a time. Nothing in them changes what comes out.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The text after the last step on characters that changed it, and before it.
    text: String,
    before: String,
    buffers: Buffers,
    /// What each step on characters changed.
    alignments: Vec<Alignment>,
    /// For each of these, near which of its edits the token before stood.
    near: Vec<usize>,
    splitter: Splitter,
    /// One a step on tokens, for each chain that had a text.
    states: Vec<Vec<State>>,
    /// The bytes of the longest text.
    longest: usize,
}

impl Scratch {
    /// Lets go of buffers that one long text would leave to all that come after. What is remembered of words stays.
    fn shrink(&mut self) {
        /// The lists of the tokens of such a text take a megabyte or two at most.
        const LONG: usize = 1 << 20;
        if self.longest > LONG {
            self.states.iter_mut().flatten().for_each(State::shrink);
            let alignments = self.alignments.iter().map(|_| Alignment::default()).collect();
            *self = Self { alignments, states: std::mem::take(&mut self.states), ..Self::default() };
        }
    }
}

impl Prepared {
    pub(crate) fn new(config: PipelineConfig, corpus: WordFrequencies) -> Result<Self> {
        let Ready { characters, chains } = config.prepare(&corpus)?;
        Ok(Self { config, corpus, characters, chains, waiting: Mutex::default() })
    }

    pub(crate) fn config(&self) -> &PipelineConfig {
        &self.config
    }

    pub(crate) fn corpus(&self) -> &WordFrequencies {
        &self.corpus
    }

    /// Returns buffers that nobody uses; [`put_back`](Self::put_back) keeps them, and what they remember, for the next text.
    pub(crate) fn scratch(&self) -> Scratch {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        waiting.unwrap_or_else(|| Scratch {
            alignments: self.characters.iter().map(|_| Alignment::default()).collect(),
            states: self.chains.iter().map(|_| Vec::new()).collect(),
            ..Scratch::default()
        })
    }

    pub(crate) fn put_back(&self, mut scratch: Scratch) {
        scratch.shrink();
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
        let Scratch { text: changed, before, buffers, alignments, near, splitter, states, longest } = scratch;
        *longest = text.len().max(*longest);
        let (text, is_changed) = rewrite(&self.characters, text, changed, before, buffers, alignments);
        let place = self.chain_of(text);
        let (Some(Chain { words, steps }), Some(states)) = (self.chains.get(place), states.get_mut(place)) else {
            return;
        };
        if states.len() < steps.len() {
            *states = State::of(steps);
        }
        states.iter_mut().for_each(State::reset);
        let mut rest = Rest { steps, states, tokens };
        splitter.split(text, words, |token| rest.pass(token));
        rest.finish();
        if is_changed {
            near.clear();
            near.resize(alignments.len(), 0);
            tokens.map_sources(|source| source_of(alignments, near, source));
        }
    }

    /// Returns the text after every step.
    pub(crate) fn explain(&self, text: &str) -> Explanation {
        let mut names = self.config.steps.iter();
        let mut stages = Vec::with_capacity(names.len() + 1);
        let mut current = text.to_owned();
        let mut alignments = Vec::new();
        for (character, step) in self.characters.iter().zip(names.by_ref()) {
            let (mut changed, mut alignment) = (String::new(), Alignment::default());
            character.apply(&current, &mut Buffers::default(), Rewriter::new(&current, &mut changed, &mut alignment));
            alignments.push(alignment);
            current.clone_from(&changed);
            stages.push(Stage::Text { step: step.clone(), text: changed });
        }
        let mut near = vec![0; alignments.len()];
        let mut stage = |step: Option<&TextStep>, tokens: &Tokens| {
            let piece = |token: Token<'_>| Piece {
                source: source_of(&alignments, &mut near, token.source),
                text: token.text.to_owned(),
                kind: token.kind,
            };
            stages.push(Stage::Tokens { step: step.cloned(), tokens: tokens.iter().map(piece).collect() });
        };
        let Some(Chain { words, steps }) = self.chains.get(self.chain_of(&current)) else {
            return Explanation { stages };
        };
        let mut tokens = Tokens::new();
        Splitter::default().split(&current, words, |token| tokens.push(token.text, token.source, token.kind));
        stage(None, &tokens);
        // With detection, steps that the language has nothing for are not in the chain.
        let names = names.filter(|step| !self.config.detect || step.suits(words.language()));
        for (step, name) in steps.iter().flat_map(Step::single).zip(names) {
            let steps = std::slice::from_ref(step);
            let mut after = Tokens::new();
            let mut rest = Rest { steps, states: &mut State::of(steps), tokens: &mut after };
            tokens.iter().for_each(|token| rest.pass(token));
            rest.finish();
            tokens = after;
            stage(Some(name), &tokens);
        }
        Explanation { stages }
    }
}

/// Returns the range of the original text that `source` stands for after the steps on characters. `near` has one number for each
/// of them, 0 for the first token.
fn source_of(alignments: &[Alignment], near: &mut [usize], source: Range<usize>) -> Range<usize> {
    let steps = alignments.iter().zip(near).rev();
    steps.fold(source, |source, (alignment, near)| alignment.source(&source, near))
}

/// Returns the text after the steps on characters, and whether they changed it.
fn rewrite<'a>(
    steps: &[CharacterStep],
    text: &'a str,
    changed: &'a mut String,
    before: &'a mut String,
    buffers: &mut Buffers,
    alignments: &mut [Alignment],
) -> (&'a str, bool) {
    let mut is_changed = false;
    for (step, alignment) in steps.iter().zip(alignments) {
        let current: &str = if is_changed { changed } else { text };
        if step.concerns(current) {
            step.apply(current, buffers, Rewriter::new(current, before, alignment));
            std::mem::swap(changed, before);
            is_changed = true;
        } else {
            alignment.clear();
        }
    }
    (if is_changed { changed } else { text }, is_changed)
}

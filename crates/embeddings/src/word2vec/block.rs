//! A block of sentences, trained on copies of the rows that it needs.

use plaudit_kernels::{InstructionSet, Line, SkipGram};
use plaudit_stats::Stream;

use super::lexicon::Lexicon;
use super::subwords::Subwords;
use super::{Architecture, Word2VecConfig};

/// What blocks train on: everything as it was before the round.
#[derive(Clone, Copy)]
pub(super) struct Snapshot<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) config: &'a Word2VecConfig,
    pub(super) inputs: &'a [Line],
    pub(super) outputs: &'a [Line],
    pub(super) subwords: Option<&'a Subwords>,
    pub(super) set: InstructionSet,
}

/// Rows of a matrix that a block needs, copied.
#[derive(Default)]
pub(super) struct Copies {
    /// For each word, the place of its copy, where there is one.
    place_of: Vec<u32>,
    /// The words whose rows are copied.
    pub(super) words: Vec<u32>,
    /// Pairs of a context and a target that change each row.
    pub(super) pairs: Vec<u64>,
    pub(super) rows: Vec<Line>,
    /// What the rows were before training, where they were no rows of the matrix.
    old: Vec<Line>,
}

impl Copies {
    /// Returns the place of the word's copy.
    fn place(&mut self, word: u32) -> u32 {
        let Some(place) = self.place_of.get_mut(word as usize) else { return 0 };
        if self.words.get(*place as usize) != Some(&word) {
            *place = self.words.len() as u32;
            self.words.push(word);
            self.pairs.push(0);
        }
        *place
    }

    fn count(&mut self, place: u32, pairs: usize) {
        if let Some(sum) = self.pairs.get_mut(place as usize) {
            *sum += pairs as u64;
        }
    }

    /// Copies the rows of all words.
    fn copy(&mut self, matrix: &[Line], width: usize) {
        self.rows.clear();
        self.old.clear();
        for &word in &self.words {
            let start = word as usize * width;
            self.rows.extend_from_slice(matrix.get(start..start + width).unwrap_or_default());
        }
    }

    /// Makes the copies vectors of whole words, with their n-grams.
    fn complete(&mut self, subwords: &Subwords, width: usize) {
        subwords.complete(&self.words, &mut self.rows, width);
        self.old.extend_from_slice(&self.rows);
    }

    /// Leaves of each copy what training changed.
    fn subtract(&mut self, matrix: &[Line], width: usize) {
        for (place, (row, &word)) in self.rows.chunks_exact_mut(width).zip(&self.words).enumerate() {
            let (old, place) = if self.old.is_empty() { (matrix, word as usize) } else { (self.old.as_slice(), place) };
            let old = old.get(place * width..).unwrap_or_default();
            for (new, old) in row.iter_mut().zip(old) {
                new.0.iter_mut().zip(&old.0).for_each(|(new, old)| *new -= old);
            }
        }
    }

    fn clear(&mut self, words: usize) {
        self.place_of.resize(words, 0);
        self.words.clear();
        self.pairs.clear();
    }
}

/// Sentences, what they are made of, and what training on them changes. Its buffers are used again and again.
#[derive(Default)]
pub(super) struct Block {
    pub(super) text: String,
    /// The words of the text that are learned, and where each sentence ends among them.
    words: Vec<u32>,
    sentences: Vec<usize>,
    kept: Vec<u32>,
    pool: Vec<u32>,
    contexts: Vec<u32>,
    ends: Vec<u32>,
    targets: Vec<u32>,
    pub(super) inputs: Copies,
    pub(super) outputs: Copies,
    /// The loss that was watched, and of how many pairs.
    pub(super) loss: (f64, u64),
}

impl Block {
    /// Finds the words of the text, and returns how many are learned.
    pub(super) fn read(&mut self, lexicon: &Lexicon) -> u64 {
        /// A sentence ends after so many words, as in gensim.
        const MOST: usize = 10_000;
        self.words.clear();
        self.sentences.clear();
        for line in self.text.lines() {
            let start = self.words.len();
            self.words.extend(line.split_whitespace().filter_map(|word| lexicon.place(word)));
            self.sentences.extend((start..self.words.len()).step_by(MOST).skip(1));
            self.sentences.push(self.words.len());
        }
        self.words.len() as u64
    }

    /// Trains on the sentences, as far as the rows of the matrices go; what changes stays here.
    pub(super) fn train(&mut self, snapshot: &Snapshot<'_>, stream: &mut Stream, rate: f64) {
        let Snapshot { lexicon, config, inputs, outputs, subwords, set } = *snapshot;
        let width = Line::count(config.dim);
        self.inputs.clear(lexicon.words.len());
        self.outputs.clear(lexicon.words.len());
        self.draw_windows(lexicon, config, stream);
        self.inputs.copy(inputs, width);
        self.outputs.copy(outputs, width);
        if let Some(subwords) = subwords {
            self.inputs.complete(subwords, width);
        }
        let windows = SkipGram {
            inputs: &mut self.inputs.rows,
            outputs: &mut self.outputs.rows,
            width,
            contexts: &self.contexts,
            ends: &self.ends,
            targets: &self.targets,
            count: 1 + lexicon.negative(config),
            rate: rate as f32,
            is_bag: config.architecture == Architecture::Cbow,
        };
        self.loss = windows.train(set);
        self.inputs.subtract(inputs, width);
        self.outputs.subtract(outputs, width);
    }

    /// Draws which words stay, how wide windows are, and the noise of each.
    fn draw_windows(&mut self, lexicon: &Lexicon, config: &Word2VecConfig, stream: &mut Stream) {
        let Self { words, sentences, kept, pool, contexts, ends, targets, inputs, outputs, .. } = self;
        contexts.clear();
        ends.clear();
        targets.clear();
        let negative = lexicon.negative(config);
        // Noise of the block, from which each window draws: so many rows are copied, and no more.
        let noise = words.len().clamp(64, POOL).max(4 * config.negative);
        pool.clear();
        pool.extend((0..noise).map(|_| lexicon.noise(stream)));
        pool.iter_mut().for_each(|word| *word = outputs.place(*word));
        let mut start = 0;
        for &end in sentences.iter() {
            kept.clear();
            let sentence = words.get(start..end).unwrap_or_default();
            kept.extend(sentence.iter().copied().filter(|&word| lexicon.is_kept(word, stream.next_u32())));
            start = end;
            for (middle, &word) in kept.iter().enumerate() {
                let reach = 1 + stream.below(config.window as u64) as usize;
                let before = kept.get(middle.saturating_sub(reach)..middle).unwrap_or_default();
                let after = kept.get(middle + 1..(middle + 1 + reach).min(kept.len())).unwrap_or_default();
                if before.is_empty() && after.is_empty() {
                    continue;
                }
                for &word in before.iter().chain(after) {
                    let place = inputs.place(word);
                    inputs.count(place, 1 + negative);
                    contexts.push(place);
                }
                ends.push(contexts.len() as u32);
                let first = targets.len();
                targets.push(outputs.place(word));
                draw_noise(pool, first, negative, lexicon.words.len(), outputs, targets, stream);
                for &place in targets.get(first..).unwrap_or_default() {
                    outputs.count(place, before.len() + after.len());
                }
            }
        }
    }
}

/// Words of noise of a block.
const POOL: usize = 2048;

/// Adds words of noise that differ from each other and from the word in the middle, at `first`.
fn draw_noise(
    pool: &[u32],
    first: usize,
    count: usize,
    words: usize,
    outputs: &mut Copies,
    targets: &mut Vec<u32>,
    stream: &mut Stream,
) {
    for _ in 0..count {
        let is_new = |place: &u32| !targets.get(first..).unwrap_or_default().contains(place);
        let drawn = (0..16).filter_map(|_| pool.get(stream.below(pool.len() as u64) as usize).copied()).find(is_new);
        // A pool may have fewer words than a window wants; there are enough in all.
        let drawn = drawn.or_else(|| (0..words as u32).map(|word| outputs.place(word)).find(is_new));
        targets.extend(drawn);
    }
}

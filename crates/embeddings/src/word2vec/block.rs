//! A block of sentences, trained on copies of the rows that it needs.

use hashbrown::HashTable;
use plaudit_kernels::{InstructionSet, Line, SkipGram, gather};
use plaudit_stats::Stream;

use super::lexicon::Lexicon;
use super::subwords::Subwords;
use super::{Architecture, Word2VecConfig};

/// What blocks train on: everything as it was before the round.
#[derive(Clone, Copy)]
pub(super) struct Snapshot<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) config: &'a Word2VecConfig,
    /// `[words, dim]`.
    pub(super) inputs: &'a [f32],
    /// `[words, dim]`.
    pub(super) outputs: &'a [f32],
    pub(super) subwords: Option<&'a Subwords>,
    pub(super) set: InstructionSet,
}

/// Rows of a matrix that a block needs, copied.
#[derive(Default)]
pub(super) struct Copies {
    /// The places of the words' copies.
    places: HashTable<u32>,
    /// The words whose rows are copied.
    pub(super) words: Vec<u32>,
    /// Pairs of a context and a target that change each row.
    pub(super) pairs: Vec<u64>,
    pub(super) rows: Vec<Line>,
    /// What the rows were before training, where they were no rows of the matrix.
    old: Vec<Line>,
    /// Whether rows are what training changed, not what came of it.
    pub(super) are_changes: bool,
}

impl Copies {
    /// Returns the place of the word's copy.
    fn place(&mut self, word: u32) -> u32 {
        // Words are numbers already: their product with an odd one, 2^64 over the golden ratio, is as good as random.
        let hash = |word: u32| u64::from(word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let Self { places, words, pairs, .. } = self;
        let word_at = |place: u32| words.get(place as usize).copied();
        if let Some(&place) = places.find(hash(word), |&place| word_at(place) == Some(word)) {
            return place;
        }
        let place = words.len() as u32;
        places.insert_unique(hash(word), place, |&place| hash(word_at(place).unwrap_or_default()));
        words.push(word);
        pairs.push(0);
        place
    }

    fn count(&mut self, place: u32, pairs: usize) {
        if let Some(sum) = self.pairs.get_mut(place as usize) {
            *sum += pairs as u64;
        }
    }

    /// Copies the rows of all words.
    fn copy(&mut self, matrix: &[f32], dim: usize, set: InstructionSet) {
        let needed = self.words.len() * Line::count(dim);
        if self.rows.capacity() < needed {
            // Not doubled, and the old ones given back first: copies are most of the memory beside the matrices.
            self.rows = Vec::new();
            self.rows.reserve_exact(needed + needed / 8);
        }
        self.rows.resize(needed, Line::default());
        gather(set, matrix, dim, &self.words, &mut self.rows);
    }

    /// Makes the copies vectors of whole words, with their n-grams.
    fn complete(&mut self, subwords: &Subwords, dim: usize) {
        subwords.complete(&self.words, &mut self.rows, Line::count(dim));
        self.old.clear();
        self.old.extend_from_slice(&self.rows);
    }

    /// Leaves of vectors of whole words what training changed: none of them is a row of the matrix.
    fn subtract(&mut self) {
        for (row, old) in self.rows.iter_mut().zip(&self.old) {
            row.0.iter_mut().zip(&old.0).for_each(|(new, old)| *new -= old);
        }
    }

    /// Returns the copy at a place.
    pub(super) fn row(&self, place: usize, dim: usize) -> &[Line] {
        let width = Line::count(dim);
        self.rows.get(place * width..(place + 1) * width).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.places.clear();
        self.words.clear();
        self.pairs.clear();
    }
}

/// Sentences, what they are made of, and what training on them changes. Its buffers are used again and again.
#[derive(Default)]
pub(super) struct Block {
    /// The words of the text that are learned, and where each sentence ends among them.
    words: Vec<u32>,
    sentences: Vec<usize>,
    /// The words of a sentence that stay, and the places of their input rows.
    kept: Vec<u32>,
    places: Vec<u32>,
    pool: Vec<Noise>,
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
    pub(super) fn read(&mut self, text: &str, lexicon: &Lexicon) -> u64 {
        /// A sentence ends after so many words, as in gensim.
        const MOST: usize = 10_000;
        self.words.clear();
        self.sentences.clear();
        for line in text.lines() {
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
        let dim = config.dim;
        self.inputs.clear();
        self.outputs.clear();
        self.draw_windows(lexicon, config, stream);
        self.inputs.copy(inputs, dim, set);
        self.outputs.copy(outputs, dim, set);
        if let Some(subwords) = subwords {
            self.inputs.complete(subwords, dim);
        }
        let windows = SkipGram {
            inputs: &mut self.inputs.rows,
            outputs: &mut self.outputs.rows,
            width: Line::count(dim),
            contexts: &self.contexts,
            ends: &self.ends,
            targets: &self.targets,
            count: 1 + lexicon.negative(config),
            rate: rate as f32,
            is_bag: config.architecture == Architecture::Cbow,
        };
        self.loss = windows.train(set);
        self.inputs.are_changes = subwords.is_some();
        self.inputs.subtract();
    }

    /// Draws which words stay, how wide windows are, and the noise of each.
    fn draw_windows(&mut self, lexicon: &Lexicon, config: &Word2VecConfig, stream: &mut Stream) {
        let Self { words, sentences, kept, places, pool, contexts, ends, targets, inputs, outputs, .. } = self;
        contexts.clear();
        ends.clear();
        targets.clear();
        let negative = lexicon.negative(config);
        // Noise of the block, from which each window draws: no more rows than these are copied.
        let noise = words.len().clamp(64, POOL).max(4 * config.negative);
        pool.clear();
        pool.extend((0..noise).map(|_| Noise { word: lexicon.noise(stream), place: None }));
        let mut start = 0;
        for &end in sentences.iter() {
            kept.clear();
            let sentence = words.get(start..end).unwrap_or_default();
            kept.extend(sentence.iter().copied().filter(|&word| lexicon.is_kept(word, stream.next_u32())));
            start = end;
            if kept.len() < 2 {
                continue; // no word has a context
            }
            places.clear();
            places.extend(kept.iter().map(|&word| inputs.place(word)));
            for (middle, &word) in kept.iter().enumerate() {
                let reach = 1 + stream.below(config.window as u64) as usize;
                let before = places.get(middle.saturating_sub(reach)..middle).unwrap_or_default();
                let after = places.get(middle + 1..(middle + 1 + reach).min(places.len())).unwrap_or_default();
                for of_window in [before, after] {
                    contexts.extend_from_slice(of_window);
                    of_window.iter().for_each(|&place| inputs.count(place, 1 + negative));
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

/// A word of noise.
#[derive(Clone, Copy)]
struct Noise {
    word: u32,
    /// The place of its copy, once it was drawn by a window.
    place: Option<u32>,
}

/// Adds words of noise that differ from each other and from the word in the middle, at `first`.
fn draw_noise(
    pool: &mut [Noise],
    first: usize,
    count: usize,
    words: usize,
    outputs: &mut Copies,
    targets: &mut Vec<u32>,
    stream: &mut Stream,
) {
    for _ in 0..count {
        let mut drawn = None;
        for _ in 0..16 {
            let Some(Noise { word, place }) = pool.get_mut(stream.below(pool.len() as u64) as usize) else { continue };
            let place = *place.get_or_insert_with(|| outputs.place(*word));
            if targets.iter().skip(first).all(|other| *other != place) {
                drawn = Some(place);
                break;
            }
        }
        if drawn.is_none() {
            // A pool may have fewer words than a window wants; there are enough in all.
            let of_window = targets.get(first..).unwrap_or_default();
            let is_new = |word: &u32| of_window.iter().all(|&place| outputs.words.get(place as usize) != Some(word));
            let word = (0..words as u32).find(is_new);
            drawn = word.map(|word| outputs.place(word));
        }
        targets.extend(drawn);
    }
}

//! Vectors of words and of the n-grams inside them: every word has one.

use plaudit_core::Embedding;

use crate::WordVectors;

/// The end of a sentence, a word of fastText's that has no n-grams.
const END_OF_SENTENCE: &[u8] = b"</s>";

/// Words with their vectors, and vectors of n-grams that make up those of unknown words, as fastText has them (Bojanowski et
/// al. 2017, *Enriching Word Vectors with Subword Information*, TACL 5).
///
/// A known word has the mean of its own vector and of its n-grams', an unknown one the mean of its n-grams', both bit for bit
/// as fastText computes them. Only a word too short for an n-gram has none.
///
/// [`word2vec::train_subwords`](crate::word2vec::train_subwords) trains them, [`formats::read_subwords`](crate::formats::read_subwords)
/// and [`formats::write_subwords`](crate::formats::write_subwords) read and write them.
#[derive(Debug, Clone)]
pub struct SubwordVectors {
    words: WordVectors,
    ngrams: Ngrams,
}

impl SubwordVectors {
    /// `words` are complete: their n-grams are in them.
    pub(crate) fn new(words: WordVectors, ngrams: Ngrams) -> Self {
        Self { words, ngrams }
    }

    /// Returns the known words, each with its own vector and those of its n-grams in one.
    pub fn words(&self) -> &WordVectors {
        &self.words
    }

    /// Returns the known words alone; unknown ones have no vector any more, and those of n-grams are freed.
    pub fn into_words(self) -> WordVectors {
        self.words
    }

    pub(crate) fn ngrams(&self) -> &Ngrams {
        &self.ngrams
    }
}

impl Embedding for SubwordVectors {
    fn dim(&self) -> usize {
        self.words.dim()
    }

    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        self.words.embed_into(word, out) || self.ngrams.mean_into(word.as_bytes(), out)
    }
}

/// Vectors of n-grams, which share them by hash.
#[derive(Debug, Clone)]
pub(crate) struct Ngrams {
    /// The fewest and the most characters of one.
    lengths: (usize, usize),
    dim: usize,
    /// `[buckets, dim]`.
    values: Vec<f32>,
}

impl Ngrams {
    pub(crate) fn new(lengths: (usize, usize), values: Vec<f32>, dim: usize) -> Self {
        Self { lengths, dim, values }
    }

    pub(crate) fn lengths(&self) -> (usize, usize) {
        self.lengths
    }

    /// `[buckets, dim]`.
    pub(crate) fn values(&self) -> &[f32] {
        &self.values
    }

    /// Turns the own vector of each word into the mean of it and its n-grams'.
    pub(crate) fn complete<'a>(&self, words: impl Iterator<Item = (&'a [u8], &'a mut [f32])>) {
        let mut sum = vec![0.0; self.dim];
        for (word, vector) in words {
            sum.fill(0.0);
            add(&mut sum, vector);
            let count = 1 + self.each(word, |row| add(&mut sum, row));
            scale(&mut sum, count);
            vector.copy_from_slice(&sum);
        }
    }

    /// Writes the mean of the word's n-grams' vectors; returns false, and leaves `out` as it was, where there are none.
    fn mean_into(&self, word: &[u8], out: &mut [f32]) -> bool {
        let mut first = true;
        let count = self.each(word, |row| {
            if std::mem::take(&mut first) {
                out.fill(0.0);
            }
            add(out, row);
        });
        scale(out, count.max(1));
        count > 0
    }

    /// Hands over the vector of each n-gram of a word in order, and returns how many there are.
    pub(crate) fn each<'a>(&'a self, word: &[u8], mut take: impl FnMut(&'a [f32])) -> usize {
        let mut count = 0;
        each_bucket(word, self.lengths, self.buckets(), |bucket| {
            if let Some(row) = self.values.chunks_exact(self.dim).nth(bucket) {
                take(row);
                count += 1;
            }
        });
        count
    }

    fn buckets(&self) -> usize {
        self.values.len().checked_div(self.dim).unwrap_or(0)
    }
}

/// Hands over the bucket of each n-gram of a word, in the order of `Dictionary::computeSubwords`. The word is marked at both ends by
/// `<` and `>`, which are no n-grams alone. `lengths` are the fewest and the most characters of an n-gram; none has 0 at most.
pub(crate) fn each_bucket(word: &[u8], (min, max): (usize, usize), buckets: usize, mut take: impl FnMut(usize)) {
    if max == 0 || buckets == 0 || word == END_OF_SENTENCE {
        return;
    }
    let marked = [b"<", word, b">"].concat();
    for (start, _) in marked.iter().enumerate().filter(|(_, byte)| !continues(**byte)) {
        let (mut hash, mut length) = (FNV_BASIS, 0);
        let mut rest = marked.iter().enumerate().skip(start).peekable();
        while let Some((end, &byte)) = rest.next() {
            hash = add_byte(hash, byte);
            if rest.peek().is_some_and(|(_, next)| continues(**next)) {
                continue;
            }
            length += 1;
            if length > max {
                break;
            }
            let is_mark = length == 1 && (start == 0 || end + 1 == marked.len());
            if length >= min && !is_mark {
                take(hash as usize % buckets);
            }
        }
    }
}

/// Returns fastText's hash of a word.
pub(crate) fn hash_of(word: &[u8]) -> u32 {
    word.iter().fold(FNV_BASIS, |hash, &byte| add_byte(hash, byte))
}

/// FNV-1a; fastText's bytes are signed.
fn add_byte(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as i8 as u32).wrapping_mul(FNV_PRIME)
}

const FNV_BASIS: u32 = 2_166_136_261;
const FNV_PRIME: u32 = 16_777_619;

/// Whether a byte of UTF-8 goes on with the character before.
fn continues(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

fn add(sum: &mut [f32], row: &[f32]) {
    sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
}

/// Divides as `Vector::mul(1.0 / n)` does: by a factor that is rounded to `f32`.
fn scale(sum: &mut [f32], count: usize) {
    let factor = (1.0 / count as f64) as f32;
    sum.iter_mut().for_each(|value| *value *= factor);
}

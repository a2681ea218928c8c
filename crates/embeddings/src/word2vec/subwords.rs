//! The n-grams of the words that are learned, and their vectors.

use plaudit_kernels::Line;
use plaudit_stats::Stream;
use rayon::prelude::*;

use super::SubwordConfig;
use super::merge::{Merge, Touches};
use crate::subword_vectors::{Ngrams, each_bucket};

/// Which n-grams a word has.
struct Lists {
    /// Where the n-grams of each word end.
    ends: Vec<usize>,
    /// For each n-gram, its row of the vectors.
    rows: Vec<u32>,
}

impl Lists {
    fn of(&self, word: u32) -> &[u32] {
        let end = |word: Option<usize>| word.and_then(|word| self.ends.get(word)).copied();
        let (word, start) = (word as usize, end((word as usize).checked_sub(1)).unwrap_or(0));
        self.rows.get(start..end(Some(word)).unwrap_or(start)).unwrap_or_default()
    }
}

/// The vectors of n-grams, of which every word that has one is made up.
pub(super) struct Subwords {
    lengths: (usize, usize),
    lists: Lists,
    /// The buckets with an n-gram of a word that is learned, in ascending order: these have the first rows.
    used: Vec<u32>,
    dim: usize,
    /// `[buckets, dim]`. The system gives memory to rows that are used alone.
    values: Vec<f32>,
    touches: Touches,
}

impl Subwords {
    pub(super) fn new(words: &[String], config: &SubwordConfig, dim: usize, seed: u64) -> Self {
        let lengths = (config.min, config.max);
        let mut rows = Vec::new();
        let list = |word: &String| {
            each_bucket(word.as_bytes(), lengths, config.buckets, |bucket| rows.push(bucket as u32));
            rows.len()
        };
        let ends = words.iter().map(list).collect();
        rows.shrink_to_fit();
        let mut places = vec![0; config.buckets];
        for &bucket in &rows {
            places.get_mut(bucket as usize).into_iter().for_each(|place| *place = 1);
        }
        let used: Vec<u32> = (0..).zip(&places).filter(|(_, place)| **place > 0).map(|(bucket, _)| bucket).collect();
        for (&bucket, row) in used.iter().zip(0_u32..) {
            places.get_mut(bucket as usize).into_iter().for_each(|place| *place = row);
        }
        rows.iter_mut().for_each(|row| *row = places.get(*row as usize).copied().unwrap_or(0));
        let mut values = vec![0.0; config.buckets * dim];
        values.par_chunks_exact_mut(dim).zip(&used).for_each(|(row, &bucket)| {
            draw(row, &mut Stream::new(seed, "n-gram vectors", u64::from(bucket)));
        });
        let touches = Touches::new(used.len());
        Self { lengths, lists: Lists { ends, rows }, used, dim, values, touches }
    }

    /// Turns the own vector of each word into the mean of it and its n-grams'.
    pub(super) fn complete(&self, words: &[u32], rows: &mut [Line], width: usize) {
        for (row, &word) in rows.chunks_exact_mut(width).zip(words) {
            let ngrams = self.lists.of(word);
            for &ngram in ngrams {
                let start = ngram as usize * self.dim;
                let (lines, rest) = self.values.get(start..start + self.dim).unwrap_or_default().as_chunks::<16>();
                let mut old = row.iter_mut();
                for (values, line) in lines.iter().zip(old.by_ref()) {
                    line.0.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
                for line in old {
                    line.0.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value);
                }
            }
            let share = 1.0 / (1 + ngrams.len()) as f32;
            row.iter_mut().for_each(|line| line.0.iter_mut().for_each(|value| *value *= share));
        }
    }

    /// Adds what the blocks changed in words to their n-grams. As in fastText (`Model::update`), each of them changes as the word
    /// does, whose mean of them has changed by as much then.
    pub(super) fn merge<'a>(&'a mut self, merge: Merge<'a>) {
        let Self { lists, used, dim, values, touches, .. } = self;
        let matrix = values.get_mut(..used.len() * *dim).unwrap_or_default();
        let lists = &*lists;
        merge.add(matrix, touches, |block| &block.inputs, |&word| lists.of(word));
    }

    /// Returns the vectors by bucket; those of buckets that no word has are zero.
    pub(super) fn into_ngrams(self) -> Ngrams {
        let Self { lengths, used, dim, mut values, .. } = self;
        // No row goes to the place of one that is still to go: buckets ascend, and none is before its row.
        for (row, &bucket) in used.iter().enumerate().rev().filter(|(row, bucket)| *row < **bucket as usize) {
            let old = row * dim..(row + 1) * dim;
            values.copy_within(old.clone(), bucket as usize * dim);
            values.get_mut(old).unwrap_or_default().fill(0.0);
        }
        Ngrams::new(lengths, values, dim)
    }
}

/// Draws what a vector is at the beginning: numbers of at most `0.5 / dim`, as in word2vec.c.
pub(super) fn draw(values: &mut [f32], stream: &mut Stream) {
    let scale = 1.0 / values.len() as f64;
    values.iter_mut().for_each(|value| *value = ((stream.uniform() - 0.5) * scale) as f32);
}

#[cfg(test)]
mod tests {
    use plaudit_kernels::InstructionSet;

    use super::super::block::Block;
    use super::*;

    fn words() -> Vec<String> {
        ["library", "libraries", "好", "</s>", "naïve", "a"].map(str::to_owned).to_vec()
    }

    fn subwords(buckets: usize) -> Subwords {
        let mut config = SubwordConfig::default();
        (config.min, config.max, config.buckets) = (1, 4, buckets);
        Subwords::new(&words(), &config, 18, 7)
    }

    fn numbers(lines: &[Line]) -> Vec<f32> {
        lines.iter().flat_map(|line| line.0).take(18).collect()
    }

    #[test]
    fn vectors_come_to_their_buckets() {
        for buckets in [1, 7, 50, 5000] {
            let subwords = subwords(buckets);
            let (all, mut rows) = ((0..6).collect::<Vec<u32>>(), vec![Line([0.5; 16]); 12]);
            rows.chunks_mut(2).for_each(|row| row[1].0[2..].fill(0.0));
            subwords.complete(&all, &mut rows, 2);
            assert!(rows.chunks(2).all(|row| row[1].0[2..] == [0.0; 14]), "what is beyond the vector stays zero");
            let used = subwords.used.clone();
            let ngrams = subwords.into_ngrams();
            for (word, row) in words().iter().zip(rows.chunks(2)) {
                let mut vector = vec![0.5; 18];
                ngrams.complete(std::iter::once((word.as_bytes(), &mut vector[..])));
                assert_eq!(numbers(row), vector, "{word}, {buckets} buckets");
            }
            for (bucket, row) in (0..).zip(ngrams.values().chunks(18)) {
                assert_eq!(row.iter().any(|value| *value != 0.0), used.contains(&bucket), "{bucket} of {buckets}");
            }
        }
    }

    /// Two words with 30 and 40 pairs at rate 0.5. Where a row belongs to one, it changes as the word does; where to both, the sum is cut
    /// to (1 - e^-1.75) / ((1 - e^-0.75) + (1 - e^-1)) = 0.826226 / (0.527633 + 0.632121) = 0.712415 of it.
    #[test]
    fn n_grams_change_as_their_words_do() {
        let mut subwords = subwords(5000);
        let before = subwords.values.clone();
        let mut block = Block::default();
        (block.inputs.words, block.inputs.pairs) = (vec![0, 1], vec![30, 40]);
        block.inputs.are_changes = true;
        block.inputs.rows = [[1.0; 16], [1.0; 16], [2.0; 16], [2.0; 16]].map(Line).to_vec();
        subwords.merge(Merge { blocks: &[block], rate: 0.5, dim: 18, set: InstructionSet::best() });
        let mut seen = [0; 4];
        for (row, (new, old)) in (0..).zip(subwords.values.chunks(18).zip(before.chunks(18))).take(subwords.used.len())
        {
            let times = |word| subwords.lists.of(word).iter().filter(|of_word| **of_word == row).count() as f32;
            let (case, expected) = match [times(0), times(1)] {
                [0.0, 0.0] => (0, 0.0),
                [1.0, 0.0] => (1, 1.0),
                [0.0, 1.0] => (2, 2.0),
                [1.0, 1.0] => (3, 3.0 * 0.712_415),
                _ => continue, // a letter that a word has twice
            };
            seen[case] += 1;
            assert!(new.iter().zip(old).all(|(new, old)| (new - old - expected).abs() < 1e-5), "{new:?} {old:?}");
        }
        assert!(seen.iter().all(|&seen| seen > 3), "{seen:?}");
    }
}

//! What the blocks of a round changed, added up.

use plaudit_kernels::{Blend, InstructionSet, Line, blend};
use rayon::prelude::*;

use super::block::{Block, Copies};

/// A block that changes a row, and the next one of the row.
#[derive(Debug, Clone, Copy)]
struct Touch {
    block: usize,
    /// The place of the copy among the block's.
    place: usize,
    /// The number of the next touch, counted from 1; 0 is none.
    next: u32,
}

/// Which blocks of a round change which row of a matrix. Its buffers are used again and again.
#[derive(Debug, Default)]
pub(super) struct Touches {
    /// For each row of the matrix the number of its first touch, counted from 1; 0 is none, as for all rows between rounds.
    first: Vec<u32>,
    /// The rows that are touched.
    rows: Vec<u32>,
    all: Vec<Touch>,
}

impl Touches {
    pub(super) fn new(rows: usize) -> Self {
        Self { first: vec![0; rows], ..Self::default() }
    }

    /// Finds the touches of the blocks. Those of a row are in the order of blocks.
    fn find<'a>(
        &mut self,
        copies: impl DoubleEndedIterator<Item = &'a Copies> + ExactSizeIterator,
        of_word: impl Fn(&'a u32) -> &'a [u32],
    ) {
        self.all.clear();
        for (block, copies) in copies.enumerate().rev() {
            for (place, word) in copies.words.iter().enumerate().rev() {
                for &row in of_word(word) {
                    let Some(first) = self.first.get_mut(row as usize) else { continue };
                    if *first == 0 {
                        self.rows.push(row);
                    }
                    self.all.push(Touch { block, place, next: *first });
                    *first = self.all.len() as u32;
                }
            }
        }
    }

    /// Returns the touches of a row.
    fn of(&self, row: u32) -> impl Iterator<Item = Touch> + Clone {
        let touch = |number: u32| self.all.get((number as usize).checked_sub(1)?).copied();
        let first = self.first.get(row as usize).and_then(|&first| touch(first));
        std::iter::successors(first, move |last| touch(last.next))
    }

    fn clear(&mut self) {
        for row in self.rows.drain(..) {
            self.first.get_mut(row as usize).into_iter().for_each(|first| *first = 0);
        }
    }
}

/// The blocks of a round, whose changes are added up row by row, in the order of blocks.
///
/// Where few pairs change a row, changes add up as they would one after another. A row that many pairs change goes most of the way
/// to where they want it in each block already, and the sum would go several times too far. So the sum is cut to the way that all
/// pairs would go one after another, where each closes a small part of the gap: `1 - e^(-part * rate * pairs)`.
#[derive(Clone, Copy)]
pub(super) struct Merge<'a> {
    pub(super) blocks: &'a [Block],
    /// The learning rate.
    pub(super) rate: f64,
    /// The length of a vector.
    pub(super) dim: usize,
    pub(super) set: InstructionSet,
}

impl<'a> Merge<'a> {
    /// Adds what training changed in the words' copies to a matrix `[rows, dim]`, of which `of_word` has the rows of a word.
    pub(super) fn add(
        self,
        mut matrix: &mut [f32],
        touches: &mut Touches,
        copies: impl Fn(&'a Block) -> &'a Copies + Sync,
        of_word: impl Fn(&'a u32) -> &'a [u32],
    ) {
        touches.find(self.blocks.iter().map(&copies), of_word);
        let (mut first, mut parts) = (0, Vec::new());
        for end in even_ends(&touches.rows, touches.first.len(), 4 * rayon::current_num_threads()) {
            parts.extend(matrix.split_off_mut(..(end - first) * self.dim).map(|rows| (first as u32..end as u32, rows)));
            first = end;
        }
        let found = &*touches;
        parts.into_par_iter().with_max_len(1).for_each(|(part, matrix)| {
            let (mut rows, mut all) = (Vec::new(), Vec::new());
            for &row in found.rows.iter().filter(|row| part.contains(row)) {
                let copy = |touch: Touch| Some((copies(self.blocks.get(touch.block)?), touch.place));
                rows.push(self.blend(row - part.start, found.of(row).filter_map(copy), &mut all));
            }
            blend(self.set, matrix, self.dim, &rows, &all);
        });
        touches.clear();
    }

    /// Returns how a row changes as its copies did, which come to `all`.
    fn blend(
        self,
        row: u32,
        copies: impl Iterator<Item = (&'a Copies, usize)> + Clone,
        all: &mut Vec<&'a [Line]>,
    ) -> Blend {
        let first = all.len();
        all.extend(copies.clone().map(|(copies, place)| copies.row(place, self.dim)));
        let mut scale = 1.0;
        if all.len() > first + 1 {
            let (mut pairs, mut blocks) = (0, 0.0);
            for (copies, place) in copies.clone() {
                let of_block = copies.pairs.get(place).copied().unwrap_or_default();
                (pairs, blocks) = (pairs + of_block, blocks + self.way(of_block));
            }
            scale = if blocks > 0.0 { self.way(pairs) / blocks } else { 1.0 };
        }
        // What a block changed is its copy less the row.
        let old = scale * copies.filter(|(copies, _)| !copies.are_changes).count() as f64;
        Blend { row, keep: (1.0 - old) as f32, scale: scale as f32, end: all.len() }
    }

    /// Which part of the gap so many pairs close.
    fn way(self, pairs: u64) -> f64 {
        /// Chosen among 0.05, 0.1, 0.2 and 0.5 on 3 million words of Wikipedia, one epoch, by WordSim-353, SimLex-999 and Google's
        /// analogies: figures on these lists are no proof of it.
        const PART: f64 = 0.05;
        1.0 - libm::exp(-PART * self.rate * pairs as f64)
    }
}

/// Cuts rows into parts with about as many of those that are touched, and returns where each ends; the last ends with the rows. Frequent
/// words have the first rows: parts with as many rows would leave the first one most of the work.
fn even_ends(touched: &[u32], rows: usize, parts: usize) -> Vec<usize> {
    const BINS: usize = 512;
    if parts < 2 {
        return vec![rows];
    }
    let bin = rows.div_ceil(BINS).max(1);
    let mut counts = [0_usize; BINS];
    for &row in touched {
        counts.get_mut(row as usize / bin).into_iter().for_each(|count| *count += 1);
    }
    let all: usize = counts.iter().sum();
    let (mut ends, mut before) = (Vec::with_capacity(parts), 0);
    for (count, place) in counts.into_iter().zip(1..) {
        before += count;
        if before * parts >= all * (ends.len() + 1) && ends.len() + 1 < parts {
            ends.push((place * bin).min(rows));
        }
    }
    ends.push(rows);
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_are_touched_as_often() {
        assert_eq!(even_ends(&[0, 0, 1, 1, 2, 3], 4, 3), [1, 2, 4]);
        assert_eq!(even_ends(&[], 0, 3), [0, 0, 0]);
        // 4 times 10 rows, 3 times 90, 2 times 900, once 9,000: 5,555 touches are half of them, 3,445 rows behind the first 1,000
        let touched = (0..10_000_u32).flat_map(|row| std::iter::repeat_n(row, 5 - row.to_string().len()));
        let ends = even_ends(&touched.collect::<Vec<u32>>(), 10_000, 2);
        assert!((4445..4465).contains(&ends[0]) && ends[1] == 10_000, "{ends:?}");
    }

    /// Rows of 18 numbers and copies of some of them in three blocks, against the definition: a row alone becomes its copy; else the sum of
    /// what the blocks changed, by `(1 - e^-p) / sum of (1 - e^-p_b)` with `p = 0.05 * 0.5 * pairs`.
    #[test]
    fn changes_add_up_as_defined() {
        let old: Vec<f32> = (0..90).map(|n| (n % 7) as f32 - 3.0).collect();
        let mut blocks = [Block::default(), Block::default(), Block::default()];
        for (block, (words, pairs)) in blocks.iter_mut().zip([
            (vec![4, 0], vec![40, 7]),
            (vec![2, 4, 1], vec![1, 9, 0]),
            (vec![4, 1], vec![300, 0]),
        ]) {
            block.outputs.rows = words
                .iter()
                .zip(&pairs)
                .flat_map(|(&word, &pairs)| {
                    let new = |k: usize| {
                        if k < 18 { old[word as usize * 18 + k] + (pairs + k as u64) as f32 / 8.0 } else { 0.0 }
                    };
                    [0, 16].map(|from| Line(std::array::from_fn(|k| new(from + k))))
                })
                .collect();
            (block.outputs.words, block.outputs.pairs) = (words, pairs);
        }
        let (mut matrix, mut touches) = (old.clone(), Touches::new(5));
        let merge = Merge { blocks: &blocks, rate: 0.5, dim: 18, set: InstructionSet::best() };
        for _ in 0..2 {
            matrix.copy_from_slice(&old);
            merge.add(&mut matrix, &mut touches, |block| &block.outputs, std::slice::from_ref);
        }
        let way = |pairs: f64| 1.0 - (-0.05 * 0.5 * pairs).exp();
        let scale = way(349.0) / (way(40.0) + way(9.0) + way(300.0));
        let changed = |k: usize, pairs: f64| (pairs + k as f64) / 8.0;
        for k in 0..18 {
            let sum = scale * (changed(k, 40.0) + changed(k, 9.0) + changed(k, 300.0));
            let both = 2.0 * changed(k, 0.0); // no pairs, and so no cut
            for (row, change) in [changed(k, 7.0), both, changed(k, 1.0), 0.0, sum].into_iter().enumerate() {
                let found = f64::from(matrix[row * 18 + k]) - f64::from(old[row * 18 + k]);
                assert!((found - change).abs() < 1e-4, "row {row}: {found} {change}");
            }
        }
        assert!(touches.rows.is_empty() && touches.first.iter().all(|first| *first == 0));
    }

    proptest! {
        #[test]
        fn parts_are_all_rows(touched in proptest::collection::vec(0_u32..2000, 0..50), parts in 1_usize..9) {
            let ends = even_ends(&touched, 2000, parts);
            prop_assert!(ends.len() <= parts && ends.is_sorted() && ends.last() == Some(&2000));
        }
    }
}

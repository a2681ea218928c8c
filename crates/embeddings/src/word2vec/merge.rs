//! What the blocks of a round changed, added up.

use plaudit_kernels::Line;
use rayon::prelude::*;

use super::block::{Block, Copies};

/// The pairs of all blocks that change a row, and how far each block goes, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Way {
    pairs: u64,
    blocks: f64,
}

/// The blocks of a round, whose changes are added one after another, to rows that threads share out between them.
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
}

impl<'a> Merge<'a> {
    /// Adds the changes of the words' copies to a matrix `[rows, dim]`. `rows` has the rows of a word; `ways` are zero for each row,
    /// and are so again.
    pub(super) fn add(
        self,
        mut matrix: &mut [f32],
        mut ways: &mut [Way],
        copies: impl Fn(&'a Block) -> &'a Copies + Sync,
        rows: impl Fn(&'a u32) -> &'a [u32] + Sync,
    ) {
        let dim = self.dim;
        let all = || self.blocks.iter().map(&copies);
        let touched = all().flat_map(|copies| &copies.words).flat_map(&rows).copied();
        let (mut first, mut parts) = (0, Vec::new());
        for end in even_ends(touched, ways.len(), rayon::current_num_threads()) {
            let part = matrix.split_off_mut(..(end - first) * dim).zip(ways.split_off_mut(..end - first));
            parts.extend(part.map(|(matrix, ways)| (first, matrix, ways)));
            first = end;
        }
        parts.into_par_iter().for_each(|(first, matrix, ways)| {
            let here = |row: &u32| (*row as usize).checked_sub(first);
            for copies in all() {
                for (word, &pairs) in copies.words.iter().zip(&copies.pairs) {
                    let mut far = None;
                    for row in rows(word).iter().filter_map(here) {
                        let Some(sum) = ways.get_mut(row) else { continue };
                        sum.pairs += pairs;
                        sum.blocks += *far.get_or_insert_with(|| self.way(pairs));
                    }
                }
            }
            for copies in all() {
                for (word, change) in copies.words.iter().zip(copies.rows.chunks_exact(Line::count(dim))) {
                    for row in rows(word).iter().filter_map(here) {
                        let Some(&Way { pairs, blocks }) = ways.get(row) else { continue };
                        let Some(row) = matrix.get_mut(row * dim..(row + 1) * dim) else { continue };
                        add(row, change, if blocks > 0.0 { (self.way(pairs) / blocks) as f32 } else { 1.0 });
                    }
                }
            }
            for row in all().flat_map(|copies| &copies.words).flat_map(&rows).filter_map(here) {
                ways.get_mut(row).into_iter().for_each(|way| *way = Way::default());
            }
        });
    }

    /// Which part of the gap so many pairs close.
    fn way(self, pairs: u64) -> f64 {
        /// Chosen among 0.05, 0.1, 0.2 and 0.5 on 3 million words of Wikipedia, one epoch, by WordSim-353, SimLex-999 and Google's
        /// analogies: figures on these lists are no proof of it.
        const PART: f64 = 0.05;
        1.0 - libm::exp(-PART * self.rate * pairs as f64)
    }
}

/// Adds a change, by a scale, to a row.
fn add(row: &mut [f32], change: &[Line], scale: f32) {
    let (lines, rest) = row.as_chunks_mut::<16>();
    let mut change = change.iter();
    for (values, line) in lines.iter_mut().zip(change.by_ref()) {
        values.iter_mut().zip(&line.0).for_each(|(value, change)| *value += scale * change);
    }
    for line in change {
        rest.iter_mut().zip(&line.0).for_each(|(value, change)| *value += scale * change);
    }
}

/// Cuts rows into parts that are touched about as often, and returns where each ends; the last ends with the rows. Frequent words have
/// the first rows: parts with as many rows would leave the first one most of the work.
fn even_ends(touched: impl Iterator<Item = u32>, rows: usize, parts: usize) -> Vec<usize> {
    const BINS: usize = 512;
    if parts < 2 {
        return vec![rows];
    }
    let bin = rows.div_ceil(BINS).max(1);
    let mut counts = [0_usize; BINS];
    for row in touched {
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
        assert_eq!(even_ends([0, 0, 1, 1, 2, 3].into_iter(), 4, 3), [1, 2, 4]);
        assert_eq!(even_ends([].into_iter(), 0, 3), [0, 0, 0]);
        // 4 times 10 rows, 3 times 90, 2 times 900, once 9,000: 5,555 touches are half of them, 3,445 rows behind the first 1,000
        let touched = (0..10_000_u32).flat_map(|row| std::iter::repeat_n(row, 5 - row.to_string().len()));
        let ends = even_ends(touched, 10_000, 2);
        assert!((4445..4465).contains(&ends[0]) && ends[1] == 10_000, "{ends:?}");
    }

    proptest! {
        #[test]
        fn parts_are_all_rows(touched in proptest::collection::vec(0_u32..2000, 0..50), parts in 1_usize..9) {
            let ends = even_ends(touched.into_iter(), 2000, parts);
            prop_assert!(ends.len() <= parts && ends.is_sorted() && ends.last() == Some(&2000));
        }
    }
}

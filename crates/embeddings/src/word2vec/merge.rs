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
    /// Lines in a row of a block.
    pub(super) width: usize,
    /// Into how many parts the rows are cut.
    pub(super) shares: usize,
}

impl<'a> Merge<'a> {
    /// Adds the changes of the words' copies to rows of `size` numbers or lines. `rows` has the rows of a word, `add` adds a change,
    /// by a scale, to one of them; `ways` are zero for each row, and are so again.
    pub(super) fn add<T: Send>(
        self,
        (matrix, size): (&mut [T], usize),
        ways: &mut [Way],
        copies: impl Fn(&'a Block) -> &'a Copies + Sync,
        rows: impl Fn(&'a u32) -> &'a [u32] + Sync,
        add: impl Fn(&mut [T], &[Line], f32) + Sync,
    ) {
        /// Chosen among 0.05, 0.1, 0.2 and 0.5 on 3 million words of Wikipedia, one epoch, by WordSim-353, SimLex-999 and Google's
        /// analogies: figures on these lists are no proof of it.
        const PART: f64 = 0.05;
        let Self { blocks, rate, width, shares } = self;
        let way = |pairs: u64| 1.0 - libm::exp(-PART * rate * pairs as f64);
        for copies in blocks.iter().map(&copies) {
            for (word, &pairs) in copies.words.iter().zip(&copies.pairs) {
                let far = way(pairs);
                for &row in rows(word) {
                    if let Some(sum) = ways.get_mut(row as usize) {
                        sum.pairs += pairs;
                        sum.blocks += far;
                    }
                }
            }
        }
        let share = (matrix.len() / size).div_ceil(shares).max(1);
        matrix.par_chunks_mut(share * size).zip(ways.par_chunks(share)).enumerate().for_each(|(at, (matrix, ways))| {
            let first = at * share;
            for copies in blocks.iter().map(&copies) {
                for (word, change) in copies.words.iter().zip(copies.rows.chunks_exact(width)) {
                    for &row in rows(word) {
                        let Some(row) = (row as usize).checked_sub(first) else { continue };
                        let Some(old) = matrix.get_mut(row * size..(row + 1) * size) else { continue };
                        let Some(&Way { pairs, blocks }) = ways.get(row) else { continue };
                        add(old, change, if blocks > 0.0 { (way(pairs) / blocks) as f32 } else { 1.0 });
                    }
                }
            }
        });
        for row in blocks.iter().flat_map(|block| &copies(block).words).flat_map(rows) {
            if let Some(sum) = ways.get_mut(*row as usize) {
                *sum = Way::default();
            }
        }
    }
}

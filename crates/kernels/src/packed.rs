//! The layout of a batch without padding.

use std::ops::Range;

/// How the tokens of a batch lie. Texts are sorted by length, longest first, and cut into blocks of [`Packed::BLOCK`]. The
/// blocks lie one after the other; in each lie first the first token of every text, then the second of every text that has
/// one, and so on. Texts of one block go through a recurrence together, and blocks independently of each other.
///
/// ```
/// use plaudit_kernels::Packed;
///
/// let packed = Packed::new(&[3, 1]);
/// assert_eq!((packed.texts(), packed.tokens()), (2, 4));
/// assert_eq!(packed.row(0, 2), Some(3)); // the third token of the first text
/// assert_eq!(packed.row(1, 1), None);
/// assert_eq!(packed.places().collect::<Vec<_>>(), [(0, 0), (1, 0), (0, 1), (0, 2)]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Packed {
    lengths: Vec<usize>,
    blocks: Vec<Block>,
    tokens: usize,
}

/// Some texts that lie together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    /// Which texts, in sorted order.
    pub(crate) texts: Range<usize>,
    /// Which packed rows.
    pub(crate) rows: Range<usize>,
    /// Where each step begins, counted from the block's first row; one more than there are steps.
    starts: Vec<usize>,
    /// One over the length of each text; 0 for a text without tokens.
    pub(crate) shares: Vec<f32>,
}

impl Packed {
    /// Texts in a block: a multiple of every register tile's rows.
    pub const BLOCK: usize = 36;

    /// Returns the layout for texts of these lengths in tokens.
    ///
    /// # Panics
    /// When the lengths ascend anywhere.
    pub fn new(lengths: &[usize]) -> Self {
        assert!(lengths.is_sorted_by(|a, b| a >= b), "lengths must descend");
        let mut blocks = Vec::with_capacity(lengths.len().div_ceil(Self::BLOCK));
        let (mut text, mut token) = (0, 0);
        for lengths in lengths.chunks(Self::BLOCK) {
            let steps = lengths.first().copied().unwrap_or(0);
            let mut starts = Vec::with_capacity(steps + 1);
            starts.push(0);
            let (mut total, mut alive) = (0, lengths.len());
            for step in 0..steps {
                while alive > 0 && lengths[alive - 1] <= step {
                    alive -= 1;
                }
                total += alive;
                starts.push(total);
            }
            let share = |&length: &usize| if length == 0 { 0.0 } else { 1.0 / length as f32 };
            let shares = lengths.iter().map(share).collect();
            blocks.push(Block { texts: text..text + lengths.len(), rows: token..token + total, starts, shares });
            (text, token) = (text + lengths.len(), token + total);
        }
        Self { lengths: lengths.to_vec(), blocks, tokens: token }
    }

    /// Returns the number of texts.
    pub fn texts(&self) -> usize {
        self.lengths.len()
    }

    /// Returns the number of tokens in all.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Returns the number of tokens of each text, longest first.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Returns the packed row of token `step` of text `text` (in sorted order); none past the text's end.
    pub fn row(&self, text: usize, step: usize) -> Option<usize> {
        let block = self.blocks.get(text / Self::BLOCK)?;
        let (start, end) = (*block.starts.get(step)?, *block.starts.get(step + 1)?);
        let text = text % Self::BLOCK;
        (text < end - start).then_some(block.rows.start + start + text)
    }

    /// Returns the text (in sorted order) and the step of each packed row, in order.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.blocks.iter().flat_map(|block| {
            let steps = 0..block.steps();
            steps.flat_map(move |step| (0..block.step(step).len()).map(move |text| (block.texts.start + text, step)))
        })
    }

    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

impl Block {
    /// The number of steps: the length of the longest text.
    pub(crate) fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of one step, counted from the block's first.
    pub(crate) fn step(&self, step: usize) -> Range<usize> {
        self.starts[step]..self.starts[step + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_and_empty() {
        let packed = Packed::new(&[3, 3, 1, 0]);
        assert_eq!((packed.texts(), packed.tokens()), (4, 7));
        assert_eq!(packed.blocks()[0].step(1), 3..5);
        assert_eq!(packed.row(2, 0), Some(2));
        assert_eq!(packed.row(3, 0), None);
        assert_eq!((Packed::new(&[]).tokens(), Packed::new(&[0, 0]).tokens()), (0, 0));
    }

    #[test]
    fn every_token_has_one_row() {
        let lengths: Vec<usize> = (0..101).rev().map(|k| k * 7 / 5).collect();
        let packed = Packed::new(&lengths);
        assert_eq!(packed.tokens(), lengths.iter().sum::<usize>());
        assert_eq!(packed.places().count(), packed.tokens());
        for (row, (text, step)) in packed.places().enumerate() {
            assert_eq!(packed.row(text, step), Some(row));
        }
        for (text, &length) in lengths.iter().enumerate() {
            assert!((0..length).all(|step| packed.row(text, step).is_some()) && packed.row(text, length).is_none());
        }
    }

    #[test]
    #[should_panic(expected = "descend")]
    fn order_is_checked() {
        let _ = Packed::new(&[1, 2]);
    }
}

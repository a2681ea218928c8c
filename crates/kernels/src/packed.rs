//! The layout of a batch without padding.

/// How the tokens of a batch lie: texts sorted by length, longest first; first the first token of every text, then the
/// second of every text that has one, and so on (PyTorch's packed sequence).
///
/// ```
/// use plaudit_kernels::Packed;
///
/// let packed = Packed::new(&[3, 1]);
/// assert_eq!(packed.tokens(), 4);
/// assert_eq!(packed.row(0, 2), Some(3)); // the third token of the first text
/// assert_eq!(packed.row(1, 1), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Where each step begins; one more than there are steps.
    starts: Vec<usize>,
}

impl Packed {
    /// Returns the layout for texts of these lengths in tokens.
    ///
    /// # Panics
    /// When the lengths ascend anywhere.
    pub fn new(lengths: &[usize]) -> Self {
        assert!(lengths.is_sorted_by(|a, b| a >= b), "lengths must descend");
        let mut starts = vec![0];
        let mut total = 0;
        let mut alive = lengths.len();
        for step in 0..lengths.first().copied().unwrap_or(0) {
            while alive > 0 && lengths[alive - 1] <= step {
                alive -= 1;
            }
            total += alive;
            starts.push(total);
        }
        Self { starts }
    }

    /// Returns the number of tokens in all.
    pub fn tokens(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }

    /// Returns the number of steps: the length of the longest text.
    pub fn steps(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the packed row of token `step` of text `text` (in sorted order); none past the text's end.
    pub fn row(&self, text: usize, step: usize) -> Option<usize> {
        let (start, end) = (*self.starts.get(step)?, *self.starts.get(step + 1)?);
        (text < end - start).then_some(start + text)
    }

    /// The packed rows of one step.
    pub(crate) fn step(&self, step: usize) -> std::ops::Range<usize> {
        self.starts[step]..self.starts[step + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ragged_and_empty() {
        let packed = Packed::new(&[3, 3, 1, 0]);
        assert_eq!((packed.tokens(), packed.steps()), (7, 3));
        assert_eq!(packed.step(1), 3..5);
        assert_eq!(packed.row(2, 0), Some(2));
        assert_eq!(packed.row(3, 0), None);
        assert_eq!((Packed::new(&[]).tokens(), Packed::new(&[0, 0]).steps()), (0, 0));
    }

    #[test]
    #[should_panic(expected = "descend")]
    fn order_is_checked() {
        let _ = Packed::new(&[1, 2]);
    }
}

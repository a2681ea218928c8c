//! Rows of tokens step by step.

use crate::network::Batch;

/// How the rows of a batch lie here.
pub(super) struct Steps {
    /// The lengths of the texts that have tokens, longest first.
    pub(super) lengths: Vec<usize>,
    /// For each step, how many texts have a token there.
    pub(super) alive: Vec<usize>,
    /// For each step, its first row.
    starts: Vec<usize>,
    pub(super) tokens: usize,
}

impl Steps {
    pub(super) fn new(batch: &Batch) -> Self {
        let lengths: Vec<usize> = batch.packed().lengths().iter().copied().filter(|&length| length > 0).collect();
        let longest = lengths.first().copied().unwrap_or(0);
        let alive: Vec<usize> = (0..longest).map(|step| lengths.partition_point(|&length| length > step)).collect();
        let starts = alive.iter().scan(0, |start, alive| Some(std::mem::replace(start, *start + alive)));
        Self { starts: starts.collect(), tokens: alive.iter().sum(), lengths, alive }
    }

    /// The row of a text's token.
    pub(super) fn row(&self, text: usize, step: usize) -> u32 {
        self.starts.get(step).map_or(0, |start| start + text) as u32
    }

    /// For each row, which text, the longest first.
    pub(super) fn texts(&self) -> Vec<u32> {
        self.alive.iter().flat_map(|&alive| 0..alive as u32).collect()
    }

    /// For each row, which distinct word the token so many steps on is; `beyond` where the text has none.
    pub(super) fn words(&self, batch: &Batch, shift: isize, beyond: u32) -> Vec<u32> {
        let word = |text: usize, step: usize| {
            let place = step.checked_add_signed(shift).and_then(|step| batch.packed().row(text, step));
            place.and_then(|place| batch.index().get(place)).copied().unwrap_or(beyond)
        };
        let words = |(step, &alive): (usize, &usize)| (0..alive).map(move |text| (text, step));
        self.alive.iter().enumerate().flat_map(words).map(|(text, step)| word(text, step)).collect()
    }
}

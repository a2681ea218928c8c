//! The order in which training takes its rows.

use plaudit_core::SparseRow;
use plaudit_stats::Stream;

/// What a network reads of a text.
pub(crate) struct Reading {
    pub(crate) ids: Vec<u32>,
    /// Empty where the network does not read any.
    pub(crate) features: SparseRow,
}

/// A text with its label's place.
pub(crate) struct Row {
    pub(crate) reading: Reading,
    pub(crate) label: usize,
    /// What an error on it costs.
    pub(crate) weight: f32,
}

/// The rows of each step of an epoch: shuffled, then sorted by length within stretches of 50 batches, so that texts of a
/// batch are about as long as each other, then the batches shuffled.
pub(crate) fn batches(rows: &[Row], size: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
    let mut random = Stream::new(seed, "batches", epoch);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    random.shuffle(&mut order);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for stretch in order.chunks_mut(size.saturating_mul(50)) {
        stretch.sort_by_key(|&row| rows.get(row).map_or(0, |row| row.reading.ids.len())); // stable
        batches.extend(stretch.chunks(size).map(<[usize]>::to_vec));
    }
    random.shuffle(&mut batches);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_once_in_like_lengths() {
        let rows: Vec<Row> = (0..1000)
            .map(|k| Row {
                reading: Reading { ids: vec![2; k * 7919 % 61], features: SparseRow::new() },
                label: 0,
                weight: 1.0,
            })
            .collect();
        let batches_of = |epoch| batches(&rows, 16, 5, epoch);
        let mut all: Vec<usize> = batches_of(1).concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(batches_of(1), batches_of(1));
        assert_ne!(batches_of(1), batches_of(2));
        let spread: usize = batches_of(1)
            .iter()
            .map(|batch| {
                let lengths = batch.iter().map(|&row| rows[row].reading.ids.len());
                lengths.clone().max().unwrap() - lengths.min().unwrap()
            })
            .sum();
        assert!(spread < 3 * 63, "{spread}");
    }
}

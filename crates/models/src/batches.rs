//! The order in which training takes its rows.

use plaudit_stats::Stream;

use crate::rows::Rows;

/// The rows of each step of an epoch: shuffled, then sorted by length within stretches of 50 batches, so that texts of a
/// batch are about as long as each other, then the batches shuffled.
pub(crate) fn batches(rows: &Rows, size: usize, seed: u64, epoch: u64) -> Vec<Vec<usize>> {
    let mut random = Stream::new(seed, "batches", epoch);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    random.shuffle(&mut order);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for stretch in order.chunks_mut(size.saturating_mul(50)) {
        stretch.sort_by_key(|&row| rows.length(row)); // stable
        batches.extend(stretch.chunks(size).map(<[usize]>::to_vec));
    }
    random.shuffle(&mut batches);
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Reading;

    #[test]
    fn every_row_once_in_like_lengths() {
        let mut rows = Rows::new(None).unwrap();
        for k in 0..1000 {
            rows.push(Reading { ids: vec![2; k * 7919 % 61], ..Reading::default() }, 0, 1.0).unwrap();
        }
        let batches_of = |epoch| batches(&rows, 16, 5, epoch);
        let mut all: Vec<usize> = batches_of(1).concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        assert_eq!(batches_of(1), batches_of(1));
        assert_ne!(batches_of(1), batches_of(2));
        let spread: u32 = batches_of(1)
            .iter()
            .map(|batch| {
                let lengths = batch.iter().map(|&row| rows.length(row));
                lengths.clone().max().unwrap() - lengths.min().unwrap()
            })
            .sum();
        assert!(spread < 3 * 63, "{spread}");
    }
}

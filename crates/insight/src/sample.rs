//! Some of many.

use plaudit_stats::Stream;

/// Returns the places of a simple random sample of `most` of `all` rows, ascending; all of them where they are no more.
///
/// Each set of so many rows is as likely as any other (D. E. Knuth, *The Art of Computer Programming*, volume 2, 3.4.2, algorithm S). Rows
/// whose order says nothing should be brought into one of their own first: the sample is one of places.
///
/// ```
/// use plaudit_insight::sample;
///
/// assert_eq!(sample(3, 5, 0), [0, 1, 2]);
/// let places = sample(1000, 5, 7);
/// assert!(places.len() == 5 && places.is_sorted() && places == sample(1000, 5, 7));
/// ```
pub fn sample(all: usize, most: usize, seed: u64) -> Vec<usize> {
    if all <= most {
        return (0..all).collect();
    }
    let mut stream = Stream::new(seed, "insight: sample", 0);
    let mut wanted = most as u64;
    let mut drawn = Vec::with_capacity(most);
    for place in 0..all {
        if stream.below((all - place) as u64) < wanted {
            drawn.push(place);
            wanted -= 1;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of five: each place in 2/5 of the samples, each pair in 1/10. 5,000 samples; four standard errors.
    #[test]
    fn every_row_and_every_pair_is_as_likely() {
        let mut pairs = std::collections::BTreeMap::new();
        for seed in 0..5_000 {
            *pairs.entry(sample(5, 2, seed)).or_insert(0.0) += 1.0;
        }
        assert_eq!(pairs.len(), 10);
        for (pair, count) in pairs {
            assert!((count - 500.0_f64).abs() < 4.0 * (5_000.0_f64 * 0.1 * 0.9).sqrt(), "{pair:?} {count}");
        }
        assert!(sample(9, 0, 0).is_empty() && sample(0, 3, 0).is_empty());
    }
}

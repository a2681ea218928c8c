//! MinHash: the smallest hashes of a set, which are equal for two sets as often as the sets are alike.

use super::shingles::mix;

/// Hash functions.
#[derive(Debug, Clone)]
pub(super) struct MinHash {
    /// The factor and the summand of each.
    functions: Vec<(u64, u64)>,
}

impl MinHash {
    /// Returns `count` functions, always the same ones.
    pub(super) fn new(count: usize) -> Self {
        let mut state: u64 = 0;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15); // SplitMix64 from 0
            mix(state)
        };
        Self { functions: (0..count).map(|_| (next(), next())).collect() }
    }

    /// Writes the smallest value of each function over `hashes` into `signature`. The set must not be empty, or every
    /// value is the largest there is.
    ///
    /// Function i of x, the upper half of a hash, is the upper half of a_i x + b_i modulo 2^64 (multiply-add-shift; Dietzfelbinger 1996,
    /// *Universal hashing and k-wise independent random variables via integer arithmetic without primes*). It is pairwise independent, and not
    /// independent for whole sets, which unbiased estimates would need; over x that are mixed already, the
    /// difference does not show (tested).
    pub(super) fn sign(&self, hashes: &[u64], signature: &mut Vec<u32>) {
        signature.clear();
        signature.resize(self.functions.len(), u32::MAX);
        for (smallest, &(a, b)) in signature.iter_mut().zip(&self.functions) {
            let values = hashes.iter().map(|hash| (a.wrapping_mul(hash >> 32).wrapping_add(b) >> 32) as u32);
            *smallest = values.min().unwrap_or(u32::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the share of equal smallest hashes of two sets, and their similarity.
    fn estimate(functions: &MinHash, seed: u64, [both, left, right]: [u64; 3]) -> (f64, f64) {
        let element = |index: u64| mix(mix(seed).wrapping_add(index));
        let (mut a, mut b) = (Vec::new(), Vec::new());
        functions.sign(&(0..both + left).map(element).collect::<Vec<_>>(), &mut a);
        let others = (0..both).chain(both + left..both + left + right);
        functions.sign(&others.map(element).collect::<Vec<_>>(), &mut b);
        let equal = a.iter().zip(&b).filter(|(x, y)| x == y).count();
        (equal as f64 / a.len() as f64, both as f64 / (both + left + right) as f64)
    }

    proptest! {
        // Binomial: k functions agree with probability s each, so that the share has the deviation sqrt(s (1 - s) / k).
        // Five of them, and one function for the small counts where the normal law is too narrow.
        #[test]
        fn the_estimate_is_the_similarity(seed in any::<u64>(), both in 1_u64..200, left in 0_u64..200, right in 0_u64..200) {
            let functions = MinHash::new(400);
            let (share, similarity) = estimate(&functions, seed, [both, left, right]);
            let deviation = (similarity * (1.0 - similarity) / 400.0).sqrt();
            prop_assert!((share - similarity).abs() <= 5.0 * deviation + 1.0 / 400.0 + 1e-12, "{share} for {similarity}");
        }
    }

    /// The functions are not independent in theory; if they were not nearly so in fact, errors would be larger than
    /// binomial ones, or lean to one side.
    #[test]
    fn errors_are_as_large_as_chance_makes_them() {
        let functions = MinHash::new(80);
        let (mut squares, mut sum, pairs) = (0.0, 0.0, 2000);
        for seed in 0..pairs {
            let (share, similarity) = estimate(&functions, seed, [60 + seed % 40, seed % 37, seed % 23 + 1]);
            let error = (share - similarity) / (similarity * (1.0 - similarity) / 80.0).sqrt();
            (squares, sum) = (squares + error * error, sum + error);
        }
        // mean 0 with deviation 1 / sqrt(2000) = 0.022, mean square 1 with sqrt(2 / 2000) = 0.032; four of each
        assert!((sum / pairs as f64).abs() < 0.09, "{}", sum / pairs as f64);
        assert!((squares / pairs as f64 - 1.0).abs() < 0.13, "{}", squares / pairs as f64);
    }

    #[test]
    fn an_empty_set_has_the_largest_values() {
        let mut signature = vec![7];
        MinHash::new(3).sign(&[], &mut signature);
        assert_eq!(signature, [u32::MAX; 3]);
    }
}

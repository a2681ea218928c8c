//! Random numbers that are named, not shared.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers with a name: `(seed, purpose, index)` fixes every value that it will ever give.
///
/// Each use draws from a stream of its own, so adding a draw in one place changes nothing elsewhere, and work that is
/// done in another order or by more threads gets the same numbers. The source is ChaCha with 8 rounds, keyed by the
/// seed and a hash (FNV-1a) of the purpose, with the index as ChaCha's stream number.
///
/// # Example: the same name, the same numbers
/// ```
/// use plaudit_stats::Stream;
///
/// let mut shuffled: Vec<u32> = (0..5).collect();
/// Stream::new(7, "split", 0).shuffle(&mut shuffled);
/// let mut again: Vec<u32> = (0..5).collect();
/// Stream::new(7, "split", 0).shuffle(&mut again);
/// assert_eq!(shuffled, again);
/// assert_ne!(Stream::new(7, "split", 0).next_u64(), Stream::new(7, "split", 1).next_u64());
/// ```
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Returns the stream of this seed, purpose and index (an epoch, a step, a row; 0 where there is only one).
    pub fn new(seed: u64, purpose: &str, index: u64) -> Self {
        let mut key = [0; 32];
        for (slot, word) in key.chunks_exact_mut(8).zip([seed, fnv1a(purpose.bytes()), purpose.len() as u64, 0]) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        let mut source = ChaCha8Rng::from_seed(key);
        source.set_stream(index);
        Self(source)
    }

    /// Returns the stream that is named by `content` in the place of an index: a hash of it (FNV-1a) is the index.
    ///
    /// ```
    /// use plaudit_stats::Stream;
    ///
    /// let draw = |counts: &[u64]| Stream::keyed(7, "posterior", counts).next_u64();
    /// assert_eq!(draw(&[3, 4]), draw(&[3, 4]));
    /// assert_ne!(draw(&[3, 4]), draw(&[4, 3]));
    /// ```
    pub fn keyed(seed: u64, purpose: &str, content: &[u64]) -> Self {
        Self::new(seed, purpose, fnv1a(content.iter().flat_map(|word| word.to_le_bytes())))
    }

    /// Returns 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Returns a number in `[0, 1)` with 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Returns a whole number in `[0, n)`, each equally likely (Lemire's method); 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        let threshold = n.wrapping_neg().checked_rem(n).unwrap_or(0);
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    /// Returns a draw from the standard normal distribution (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let s = x * x + y * y;
            if s > 0.0 && s < 1.0 {
                return x * (-2.0 * libm::log(s) / s).sqrt();
            }
        }
    }

    /// Puts `items` in random order, each order equally likely (Fisher-Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}

fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of these values would change every trained model: it needs a new major version.
    #[test]
    fn values_are_pinned() {
        let mut stream = Stream::new(7, "test", 0);
        assert_eq!([stream.next_u64(), stream.next_u64()], [2_384_790_335_907_397_597, 6_861_268_092_668_904_885]);
        assert_eq!(fnv1a("a".bytes()), 0xaf63_dc4c_8601_ec8c); // the FNV authors' test suite
    }

    /// To the last bit, whatever the platform's own logarithm.
    #[test]
    fn normal_draws_are_pinned() {
        let mut stream = Stream::new(7, "normal", 0);
        let bits = [stream.normal(), stream.normal()].map(f64::to_bits);
        assert_eq!(bits, [13_805_863_311_584_901_077, 13_831_351_330_682_801_189]);
    }

    #[test]
    fn names_are_independent() {
        let of = |seed, purpose, index| Stream::new(seed, purpose, index).next_u64();
        let all = [of(0, "a", 0), of(1, "a", 0), of(0, "b", 0), of(0, "a", 1)];
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a != b));
        }
    }

    #[test]
    fn content_is_a_name() {
        let of = |content: &[u64]| Stream::keyed(0, "a", content).next_u64();
        let all = [of(&[]), of(&[0]), of(&[0, 0]), of(&[3, 4]), of(&[4, 3])];
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a != b));
        }
        assert_ne!(Stream::keyed(1, "a", &[3]).next_u64(), Stream::keyed(0, "a", &[3]).next_u64());
        // 0x61 is `a`: its hash is the FNV authors', followed by that of seven zero bytes
        let index = (0..7).fold(0xaf63_dc4c_8601_ec8c_u64, |hash, _| hash.wrapping_mul(0x0100_0000_01b3));
        assert_eq!(of(&[0x61]), Stream::new(0, "a", index).next_u64());
    }

    #[test]
    fn below_is_even_and_bounded() {
        let mut stream = Stream::new(1, "below", 0);
        let mut counts = [0u32; 5];
        for _ in 0..50_000 {
            counts[stream.below(5) as usize] += 1;
        }
        // chi-square with 4 degrees of freedom: 18.5 is the 99.9 % point
        let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 18.5, "{counts:?}");
        assert_eq!(stream.below(1), 0);
        assert_eq!(stream.below(0), 0);
        assert!(stream.below(u64::MAX) < u64::MAX);
    }

    #[test]
    fn normal_has_its_moments() {
        let mut stream = Stream::new(2, "normal", 0);
        let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.015 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}

//! Which texts a classifier was trained with.

use plaudit_core::{Analyzer, Error, Example, Result, Tokens};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// The bytes of a digest.
const BYTES: usize = 8;

/// Digests of the texts that weights were fitted to or the best epoch was chosen by. Among a million texts another one has such
/// a digest by chance with a probability of 5e-14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen(Vec<u64>); // ascending, each once

impl Seen {
    pub(crate) fn new(mut digests: Vec<u64>) -> Self {
        digests.sort_unstable();
        digests.dedup();
        Self(digests)
    }

    pub(crate) fn holds(&self, digest: u64) -> bool {
        self.0.binary_search(&digest).is_ok()
    }

    /// The digests in ascending order, each with its least byte first.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|digest| digest.to_le_bytes()).collect()
    }

    /// # Errors
    /// When these are not digests in ascending order.
    pub(crate) fn from_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        let (digests, rest) = bytes.as_chunks::<BYTES>();
        let digests: Vec<u64> = digests.iter().map(|&digest| u64::from_le_bytes(digest)).collect();
        if !rest.is_empty() || !digests.is_sorted_by(|a, b| a < b) {
            return Err(Error::format(name, "expected digests of eight bytes, in ascending order"));
        }
        Ok(Self(digests))
    }
}

/// What a network reads of a text: the first eight bytes of the SHA-256 of its first `most` tokens, an end after each. Two
/// texts that differ only in what cleaning drops have the same one, for to the network they are the same.
pub(crate) fn digest(tokens: &Tokens, most: usize) -> u64 {
    let mut hash = Sha256::new();
    for token in tokens.iter().take(most) {
        hash.update(token.text.as_bytes());
        hash.update([0xff]); // in no UTF-8
    }
    hash.finalize().iter().take(BYTES).fold(0, |digest, &byte| digest << 8 | u64::from(byte))
}

/// The digest of each example's text.
pub(crate) fn digests<A: Analyzer>(analyzer: &A, examples: &[Example<'_>], most: usize) -> Vec<u64> {
    let of = |tokens: &mut Tokens, example: &Example<'_>| {
        analyzer.analyze_into(example.text, tokens);
        digest(tokens, most)
    };
    examples.par_iter().map_init(Tokens::new, of).collect()
}

#[cfg(test)]
mod tests {
    use plaudit_core::TokenKind;

    use super::*;

    fn of(words: &[&str], most: usize) -> u64 {
        let mut tokens = Tokens::new();
        words.iter().for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
        digest(&tokens, most)
    }

    #[test]
    fn known_texts_are_known() {
        let seen = Seen::new(vec![of(&["good"], 9), of(&["poor"], 9), of(&["good"], 9), of(&[], 9)]);
        assert!(seen.holds(of(&["good"], 9)) && seen.holds(of(&[], 9)));
        assert!(!seen.holds(of(&["good", "poor"], 9)) && !seen.holds(of(&["goodpoor"], 9)));
        assert!(seen.holds(of(&["good", "poor"], 1)), "a network that reads one token reads the same");
        let bytes = seen.to_bytes();
        assert_eq!(bytes.len(), 24);
        assert_eq!(Seen::from_bytes(&bytes, "seen.bin").unwrap(), seen);
        assert!(!Seen::from_bytes(&[], "seen.bin").unwrap().holds(of(&["good"], 9)));
        // printf 'good\xff' | sha256sum -> 07f2e8ea0d33aede..
        assert_eq!(of(&["good"], 9), 0x07f2_e8ea_0d33_aede);
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&[0; 7][..], &[0; 16], &[[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat()] {
            let error = Seen::from_bytes(bytes, "seen.bin").unwrap_err().to_string();
            assert!(error.contains("seen.bin: expected digests"), "{error}");
        }
    }
}

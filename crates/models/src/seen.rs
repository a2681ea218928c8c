//! Which texts a classifier was trained with.

use plaudit_core::{Analyzer, Error, Example, Result, SparseRow, Tokens};
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

    pub(crate) fn digests(&self) -> &[u64] {
        &self.0
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

/// The first eight bytes of the SHA-256 of a text's first `most` tokens, an end after each. Two texts that differ only in what
/// cleaning drops, or after those tokens, have the same one, and to the network they are the same. (So are texts that differ only in
/// words of which the network knows none; these have different ones.)
pub(crate) fn digest(tokens: &Tokens, most: usize) -> u64 {
    let mut hash = Sha256::new();
    for token in tokens.iter().take(most) {
        hash.update(token.text.as_bytes());
        hash.update([0xff]); // in no UTF-8
    }
    first_bytes(hash)
}

/// Takes a text's features into a digest.
pub(crate) fn hash_features(hash: &mut Sha256, features: &SparseRow) {
    hash.update((features.len() as u64).to_le_bytes());
    for (column, value) in features.iter() {
        hash.update(column.to_le_bytes());
        hash.update(value.to_le_bytes());
    }
}

/// The first eight bytes of a SHA-256, the greatest first.
pub(crate) fn first_bytes(hash: Sha256) -> u64 {
    hash.finalize().iter().take(BYTES).fold(0, |digest, &byte| digest << 8 | u64::from(byte))
}

/// What tells the rows of a training apart from others, as [`TrainReport::rows`](crate::TrainReport::rows): the texts' digests and
/// the places of their labels in both parts, in any order.
pub(crate) fn digest_of_rows(parts: [(&[u64], &[usize]); 2]) -> String {
    let mut hash = Sha256::new();
    for (texts, labels) in parts {
        let mut rows: Vec<(u64, u64)> = texts.iter().zip(labels).map(|(&text, &label)| (text, label as u64)).collect();
        rows.sort_unstable();
        hash.update((rows.len() as u64).to_le_bytes());
        for (text, label) in rows {
            hash.update(text.to_le_bytes());
            hash.update(label.to_le_bytes());
        }
    }
    format!("{:016x}", first_bytes(hash))
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
    fn rows_are_told_by_texts_labels_and_parts() {
        let of =
            |texts: [&[u64]; 2], labels: [&[usize]; 2]| digest_of_rows([(texts[0], labels[0]), (texts[1], labels[1])]);
        let own = of([&[1, 2], &[3]], [&[0, 1], &[0]]);
        assert_eq!(own.len(), 16);
        assert_eq!(of([&[2, 1], &[3]], [&[1, 0], &[0]]), own);
        for other in [
            of([&[1, 2], &[3]], [&[1, 1], &[0]]),
            of([&[1, 2], &[3]], [&[0, 1], &[1]]),
            of([&[1, 2, 3], &[]], [&[0, 1, 0], &[]]),
            of([&[1, 2, 2], &[3]], [&[0, 1, 1], &[0]]),
        ] {
            assert_ne!(other, own);
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&[0; 7][..], &[0; 16], &[[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat()] {
            let error = Seen::from_bytes(bytes, "seen.bin").unwrap_err().to_string();
            assert!(error.contains("seen.bin: expected digests"), "{error}");
        }
    }
}

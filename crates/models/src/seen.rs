//! Which texts a classifier was trained with.

use plaudit_core::{Error, Result};
use sha2::{Digest, Sha256};

/// The bytes of a digest.
const BYTES: usize = 8;

/// Digests of the texts that weights were fitted to or the best epoch was chosen by: the first eight bytes of each text's
/// SHA-256. Among a million texts another one has such a digest by chance with a probability of 5e-14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen(Vec<u64>); // ascending, each once

impl Seen {
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut digests: Vec<u64> = texts.map(digest).collect();
        digests.sort_unstable();
        digests.dedup();
        Self(digests)
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        self.0.binary_search(&digest(text)).is_ok()
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

fn digest(text: &str) -> u64 {
    Sha256::digest(text.as_bytes()).iter().take(BYTES).fold(0, |digest, &byte| digest << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_are_known() {
        let seen = Seen::new(["good", "poor", "good", ""].into_iter());
        assert!(seen.holds("good") && seen.holds("") && !seen.holds("Good") && !seen.holds("good "));
        let bytes = seen.to_bytes();
        assert_eq!(bytes.len(), 24);
        assert_eq!(Seen::from_bytes(&bytes, "seen.bin").unwrap(), seen);
        assert!(!Seen::from_bytes(&[], "seen.bin").unwrap().holds("good"));
        // printf good | sha256sum -> 770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c
        assert_eq!(digest("good"), 0x770e_6076_24d6_8926);
    }

    #[test]
    fn other_bytes_are_refused() {
        for bytes in [&[0; 7][..], &[0; 16], &[[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat()] {
            let error = Seen::from_bytes(bytes, "seen.bin").unwrap_err().to_string();
            assert!(error.contains("seen.bin: expected digests"), "{error}");
        }
    }
}

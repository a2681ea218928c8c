//! SHA-256 digests.

use std::fmt;
use std::io::Read;
use std::str::FromStr;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 digest (FIPS 180-4); as text 64 lower-case hexadecimal digits.
///
/// ```
/// use plaudit_promotion::audit::Digest;
///
/// let digest = Digest::of(b"abc");
/// assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// assert_eq!(digest.to_string().parse::<Digest>()?, digest);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands where there is no line before: 64 zeros, the digest of nothing that is known.
    pub(crate) const NONE: Self = Self([0; 32]);

    /// Returns the digest of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(sha2::Sha256::digest(bytes.as_ref()).into())
    }

    /// Returns the digest of what a reader gives, such as a file of any size; memory does not grow with it.
    ///
    /// # Errors
    /// When it cannot be read; `source_name` is what the message calls it.
    pub fn of_reader(source_name: impl fmt::Display, mut reader: impl Read) -> Result<Self> {
        let mut hash = sha2::Sha256::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(Self(hash.finalize().into())),
                Ok(read) => hash.update(buffer.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::io(source_name, error)),
            }
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = Error;

    /// Only lower-case digits, so that a digest has one spelling.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::config("digest: expected 64 lower-case hexadecimal digits");
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut digest = Self::NONE;
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != digest.0.len() || !rest.is_empty() {
            return Err(wrong());
        }
        for (byte, &[high, low]) in digest.0.iter_mut().zip(pairs) {
            *byte = nibble(high).zip(nibble(low)).map(|(high, low)| high << 4 | low).ok_or_else(wrong)?;
        }
        Ok(digest)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // FIPS 180-4's example of two blocks, and nothing (python3: hashlib.sha256(b"").hexdigest())
    #[test]
    fn equals_the_standard() {
        let two = Digest::of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
        assert_eq!(two.to_string(), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_eq!(Digest::of("").to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let long = vec![7; 100_000];
        assert_eq!(Digest::of_reader("x", long.as_slice()).unwrap(), Digest::of(&long));
    }

    #[test]
    fn has_one_spelling() {
        let text = Digest::of("x").to_string();
        for broken in [
            "",
            "0",
            &text.to_uppercase(),
            text.get(1..).unwrap(),
            &format!("{text}0"),
            &format!("g{}", text.get(1..).unwrap()),
            "好",
        ] {
            assert!(broken.parse::<Digest>().is_err(), "{broken}");
        }
        let json = serde_json::to_string(&Digest::of("x")).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), Digest::of("x"));
    }
}

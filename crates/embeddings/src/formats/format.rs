//! The formats, and how they are told apart.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// The first bytes of a fastText model, 793,712,314 as a little-endian number (`fasttext.cc`).
pub(super) const FASTTEXT_MAGIC: [u8; 4] = 793_712_314_u32.to_le_bytes();

/// A format of word vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum VectorFormat {
    /// Text: a line with the number of words and the length of the vectors, then a line a word, all separated by blanks. Of
    /// the original [word2vec](https://code.google.com/archive/p/word2vec/).
    Word2vecText,
    /// As [`Word2vecText`](Self::Word2vecText), with each vector as little-endian `f32` after the word and a blank.
    Word2vecBinary,
    /// Text: a line a word, without a line before. Of [GloVe](https://nlp.stanford.edu/projects/glove/).
    Glove,
    /// The text file of vectors that [fastText](https://fasttext.cc) writes; as [`Word2vecText`](Self::Word2vecText).
    FasttextVec,
    /// A whole model of fastText with its n-grams, which [`write_subwords`](super::write_subwords) writes.
    FasttextBin,
    /// A safetensors file with one tensor, `vectors`, F32 `[words, dim]`, and beside it `vocab.txt`, one word a line.
    Safetensors,
}

impl VectorFormat {
    /// Returns the format of a file that begins with these bytes, decompressed; 4 KiB are enough. Where the content does
    /// not tell, the extension of the path does, which may be empty: `.bin`, `.vec`, `.txt`, `.safetensors`, each also with `.gz`.
    ///
    /// A GloVe file whose first line is two whole numbers is taken for word2vec's; its format has to be given.
    ///
    /// ```
    /// use plaudit_embeddings::formats::VectorFormat;
    ///
    /// let detect = |start: &str, path: &str| VectorFormat::detect(start.as_bytes(), path.as_ref());
    /// assert_eq!(detect("2 3\ngood 0.1 0.2 0.3\n", "vectors"), Some(VectorFormat::Word2vecText));
    /// assert_eq!(detect("2 3\ngood 0.1 0.2 0.3\n", "vectors.vec.gz"), Some(VectorFormat::FasttextVec));
    /// assert_eq!(detect("good 0.1 0.2 0.3\n", "vectors"), Some(VectorFormat::Glove));
    /// assert_eq!(detect("Dear registrar,\n", "letter"), None);
    /// ```
    pub fn detect(start: &[u8], path: &Path) -> Option<Self> {
        Self::of_content(start, path).or_else(|| Self::of_extension(path))
    }

    fn of_content(start: &[u8], path: &Path) -> Option<Self> {
        if start.starts_with(&FASTTEXT_MAGIC) {
            return Some(Self::FasttextBin);
        }
        // The length of a JSON header in eight bytes: no text has a zero there, and no other header a brace behind it.
        if start.get(7..9) == Some(b"\0{") {
            return Some(Self::Safetensors);
        }
        let line = start.split(|&byte| byte == b'\n').next()?;
        if header(line).is_none() {
            let mut fields = line.trim_ascii_end().split(|&byte| byte == b' ').skip(1);
            return fields.next().is_some_and(|field| number(field).is_some()).then_some(Self::Glove);
        }
        let rest = start.get(line.len() + 1..).unwrap_or_default();
        let by_extension = Self::of_extension(path);
        let binary = match rest.splitn(2, |&byte| byte == b' ').nth(1) {
            Some(vector) => {
                let mut fields = vector.split(u8::is_ascii_whitespace);
                let starts_with_number = fields.next().is_some_and(|field| number(field).is_some());
                let line = vector.split(|&byte| byte == b'\n').next().unwrap_or_default();
                let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
                !line.iter().take(64).all(is_text) || line.len() < 16 && !starts_with_number
            }
            None => by_extension == Some(Self::Word2vecBinary),
        };
        Some(match by_extension {
            _ if binary => Self::Word2vecBinary,
            Some(Self::FasttextVec) => Self::FasttextVec,
            _ => Self::Word2vecText,
        })
    }

    fn of_extension(path: &Path) -> Option<Self> {
        let extension = |path: &Path| path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let last = match extension(path)?.as_str() {
            "gz" => extension(Path::new(path.file_stem()?))?,
            other => other.to_owned(),
        };
        match last.as_str() {
            "bin" => Some(Self::Word2vecBinary),
            "vec" => Some(Self::FasttextVec),
            "txt" => Some(Self::Glove), // with a header, the content would have told,
            "safetensors" => Some(Self::Safetensors),
            _ => None,
        }
    }
}

/// The number of words and the length of the vectors, where the line is a header of word2vec.
pub(super) fn header(line: &[u8]) -> Option<(u64, u64)> {
    let mut fields = line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let mut whole = || {
        let field = fields.next().filter(|field| field.iter().all(u8::is_ascii_digit))?;
        str::from_utf8(field).ok()?.parse().ok()
    };
    let header = (whole()?, whole()?);
    fields.next().is_none().then_some(header)
}

/// The number that a field is, as Rust and Python read it.
pub(super) fn number(field: &[u8]) -> Option<f32> {
    str::from_utf8(field).ok()?.parse().ok()
}

//! The mean vector of a text.

use plaudit_core::{Analyzer, Embedding, Error, Features, Files, Result, SparseRow, Stored, Tokens};
use serde::{Deserialize, Serialize};

use crate::formats::{VectorFormat, VectorsConfig, read_safetensors, write_to, write_vocab};
use crate::{WordVectors, analyzer_files};

/// What a word without a vector counts for in the mean of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum UnknownWords {
    /// Nothing: the mean is that of the words that have a vector.
    #[default]
    Skip,
    /// A zero vector: the mean is shorter the more words are unknown.
    Zero,
}

/// Writes the mean vector of some words into `out` (`[dim]`) and returns how many of them have a vector. A word counts as often as
/// it stands there. Where none has a vector, `out` becomes zero.
///
/// # Example: the words of a text
/// ```
/// use plaudit_embeddings::{UnknownWords, WordVectors, mean_into};
///
/// let vectors = WordVectors::new(vec!["good".to_owned(), "tea".to_owned()], 2, vec![1.0, 0.0, 0.0, 1.0])?;
/// let words = "good good tea today".split(' ');
/// let mut mean = [0.0; 2];
/// assert_eq!(mean_into(&vectors, words.clone(), UnknownWords::Skip, &mut mean), 3);
/// assert_eq!(mean, [2.0 / 3.0, 1.0 / 3.0]);
/// mean_into(&vectors, words, UnknownWords::Zero, &mut mean);
/// assert_eq!(mean, [0.5, 0.25]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Panics
/// When `out` has another length than the embedding's vectors.
pub fn mean_into<'a>(
    embedding: &(impl Embedding + ?Sized),
    words: impl IntoIterator<Item = &'a str>,
    unknown: UnknownWords,
    out: &mut [f32],
) -> usize {
    assert_eq!(out.len(), embedding.dim(), "room for a vector");
    let mut sum = vec![0.0_f64; out.len()];
    let (mut known, mut all) = (0_usize, 0_usize);
    for word in words {
        all += 1;
        if embedding.embed_into(word, out) {
            known += 1;
            sum.iter_mut().zip(&*out).for_each(|(sum, &value)| *sum += f64::from(value));
        }
    }
    let counted = if unknown == UnknownWords::Zero { all } else { known };
    for (out, sum) in out.iter_mut().zip(sum) {
        *out = (sum / counted.max(1) as f64) as f32;
    }
    known
}

/// The mean vector of a text's words, as its [`Features`]: what a linear classifier reads in the place of word counts.
///
/// # Example: one row of numbers a text
/// ```
/// use plaudit_core::Features;
/// use plaudit_embeddings::{MeanVectors, RawText, UnknownWords, WordVectors};
///
/// let vectors = WordVectors::new(vec!["good".to_owned(), "tea".to_owned()], 2, vec![1.0, 0.0, 0.5, 1.0])?;
/// let features = MeanVectors::new(RawText, vectors, UnknownWords::Skip); // `RawText`: the text is its only word
/// assert_eq!(features.features("tea").iter().collect::<Vec<_>>(), [(0, 0.5), (1, 1.0)]);
/// assert!(features.features("good tea").is_empty());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MeanVectors<A, E> {
    analyzer: A,
    vectors: E,
    unknown: UnknownWords,
}

impl<A, E> MeanVectors<A, E> {
    /// Returns the features that these words' vectors make of what `analyzer` splits.
    pub fn new(analyzer: A, vectors: E, unknown: UnknownWords) -> Self {
        Self { analyzer, vectors, unknown }
    }
}

impl<A: Analyzer, E: Embedding> Features for MeanVectors<A, E> {
    fn width(&self) -> usize {
        self.vectors.dim()
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        let (mut tokens, mut mean) = (Tokens::new(), vec![0.0; self.vectors.dim()]);
        self.analyzer.analyze_into(text, &mut tokens);
        mean_into(&self.vectors, tokens.iter().map(|token| token.text), self.unknown, &mut mean);
        row.assign((0..).zip(mean));
    }
}

const HEADER: &str = "mean.json";
const VECTORS: &str = "vectors.safetensors";
const VOCAB: &str = "vocab.txt";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    unknown: UnknownWords,
    words: usize,
}

/// `mean.json` (what unknown words count for, and the number of words), `vectors.safetensors` and `vocab.txt` (all vectors and their
/// words) and the files of the analyzer, each with `analyzer-` before its name. A word that is empty or holds a line end cannot be
/// saved.
impl<A: Stored> Stored for MeanVectors<A, WordVectors> {
    fn to_files(&self) -> Result<Files> {
        let header = Header { version: VERSION, unknown: self.unknown, words: self.vectors.words().len() };
        let mut json = serde_json::to_vec_pretty(&header).map_err(|error| Error::malformed(HEADER, error))?;
        json.push(b'\n');
        let (mut vectors, mut vocab) = (Vec::new(), Vec::new());
        write_to(&mut vectors, &self.vectors, VectorFormat::Safetensors)?;
        write_vocab(&mut vocab, &self.vectors)?;
        let mut files =
            Files::from([(HEADER.to_owned(), json), (VECTORS.to_owned(), vectors), (VOCAB.to_owned(), vocab)]);
        analyzer_files::add(&mut files, &self.analyzer)?;
        Ok(files)
    }

    fn from_files(files: &Files) -> Result<Self> {
        let file = |name: &str| files.get(name).ok_or_else(|| Error::format(name, "is missing"));
        let header: Header = serde_json::from_slice(file(HEADER)?).map_err(|error| Error::malformed(HEADER, error))?;
        if header.version != VERSION {
            return Err(Error::format(HEADER, format!("found version {}, expected {VERSION}", header.version)));
        }
        let (vectors, vocab) = (file(VECTORS)?.as_slice(), file(VOCAB)?.as_slice());
        let vectors = read_safetensors(vectors, vocab, VECTORS, &VectorsConfig::default())?.vectors;
        if vectors.words().len() != header.words {
            let (found, expected) = (vectors.words().len(), header.words);
            return Err(Error::format(VOCAB, format!("found {found} words, expected the {expected} of {HEADER}")));
        }
        let analyzer = analyzer_files::read(files)?;
        Ok(Self::new(analyzer, vectors, header.unknown))
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::conformance;

    use super::*;
    use crate::RawText;

    #[test]
    fn no_known_word_is_zero() {
        let vectors = WordVectors::new(vec!["a".to_owned()], 3, vec![f32::MAX, 0.0, -f32::MAX]).unwrap();
        for (words, unknown) in [(&[][..], UnknownWords::Skip), (&["b", ""], UnknownWords::Zero)] {
            let mut mean = [9.0; 3];
            assert_eq!(mean_into(&vectors, words.iter().copied(), unknown, &mut mean), 0);
            assert_eq!(mean, [0.0; 3]);
        }
        let mut mean = [0.0; 3];
        assert_eq!(mean_into(&vectors, ["a"; 9], UnknownWords::Skip, &mut mean), 9);
        assert_eq!(mean, [f32::MAX, 0.0, -f32::MAX]);
    }

    #[test]
    fn means_are_features() {
        let vectors =
            WordVectors::new(vec!["a".to_owned(), "\0".to_owned()], 2, vec![1.0, 0.0, 0.0, f32::MAX]).unwrap();
        let features = MeanVectors::new(RawText, vectors, UnknownWords::Zero);
        conformance::check_features(&features, &["a", "b"]).unwrap();
        assert_eq!((features.width(), features.features("a").len(), features.features("b").len()), (2, 1, 0));
    }

    #[test]
    fn saved_and_read_back() {
        let vectors =
            WordVectors::new(vec!["a b".to_owned(), "\0".to_owned()], 2, vec![1.0, -0.0, 1e-40, 2.5]).unwrap();
        let saved = MeanVectors::new(RawText, vectors.clone(), UnknownWords::Zero);
        conformance::check_stored(&saved).unwrap();
        let files = saved.to_files().unwrap();
        let read = MeanVectors::<RawText, WordVectors>::from_files(&files).unwrap();
        assert_eq!((read.vectors.words(), read.unknown), (vectors.words(), UnknownWords::Zero));
        assert!(read.vectors.values().iter().zip(vectors.values()).all(|(a, b)| a.to_bits() == b.to_bits()));
        for name in [HEADER, VECTORS, VOCAB] {
            let mut broken = files.clone();
            broken.get_mut(name).unwrap().pop();
            broken.get_mut(name).unwrap().pop();
            let error = MeanVectors::<RawText, WordVectors>::from_files(&broken).unwrap_err().to_string();
            assert!(matches!(name, VOCAB) || error.contains(name), "{name}: {error}");
            broken.remove(name);
            let error = MeanVectors::<RawText, WordVectors>::from_files(&broken).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("missing"), "{error}");
        }
        let line_end = WordVectors::new(vec!["\n".to_owned()], 1, vec![1.0]).unwrap();
        assert!(MeanVectors::new(RawText, line_end, UnknownWords::Skip).to_files().is_err());
    }

    #[test]
    fn policies_are_saved_by_name() {
        assert_eq!(serde_json::to_string(&UnknownWords::Zero).unwrap(), "\"zero\"");
    }
}

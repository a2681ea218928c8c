//! Words and their vectors, in the order of a file or a vocabulary.

use plaudit_core::{Embedding, Error, Result, WordIndex};

use crate::neighbours::cosine;

/// A vector for each of a list of words, most frequent first where they were trained or read in that order.
///
/// # Example: three words by hand
/// ```
/// use plaudit_core::Embedding;
/// use plaudit_embeddings::WordVectors;
///
/// let words = ["good", "great", "poor"].map(str::to_owned).to_vec();
/// let vectors = WordVectors::new(words, 2, vec![1.0, 0.0, 0.9, 0.1, -1.0, 0.2])?;
/// assert_eq!(vectors.embed("great"), Some(vec![0.9, 0.1]));
/// assert_eq!(vectors.embed("registrar"), None);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct WordVectors {
    words: Vec<String>,
    index: WordIndex,
    dim: usize,
    /// `[words, dim]`, row by row.
    values: Vec<f32>,
}

impl WordVectors {
    /// Returns the vectors of `words`, each of length `dim`; `values` are `[words, dim]`, row by row.
    ///
    /// # Errors
    /// When a word comes twice, `dim` is 0, there are more than `u32::MAX` words, the number of values is not that of words times
    /// `dim`, or a value is not finite.
    pub fn new(words: Vec<String>, dim: usize, values: Vec<f32>) -> Result<Self> {
        let mut faults = Vec::new();
        if dim == 0 {
            faults.push("word vectors: found dim 0, expected 1 or more".to_owned());
        }
        if words.len().checked_mul(dim) != Some(values.len()) {
            faults.push(format!(
                "word vectors: found {} values, expected {} words times {dim}",
                values.len(),
                words.len()
            ));
        }
        faults.extend(not_finite(&words, dim, &values));
        let mut index = WordIndex::with_room(words.len())?;
        for (place, word) in (0..=u32::MAX).zip(&words) {
            if index.insert(word, place, word_at(&words)).is_some() {
                faults.push(format!("word vectors: found {word:?} twice"));
            }
        }
        if u32::try_from(words.len()).is_err() {
            faults.push(format!("word vectors: found {} words, expected at most {}", words.len(), u32::MAX));
        }
        Error::from_faults(faults)?;
        Ok(Self { words, index, dim, values })
    }

    /// Returns the vectors of words that are in an index and whose values have been checked as [`new`](Self::new) does it.
    pub(crate) fn from_checked(words: Vec<String>, index: WordIndex, dim: usize, values: Vec<f32>) -> Self {
        Self { words, index, dim, values }
    }

    /// Returns the vectors of words that are in an index: `values` are `[words, dim]`.
    ///
    /// # Errors
    /// When a value is not finite.
    pub(crate) fn from_index(words: Vec<String>, index: WordIndex, dim: usize, values: Vec<f32>) -> Result<Self> {
        Error::from_faults(not_finite(&words, dim, &values).into_iter().collect())?;
        Ok(Self::from_checked(words, index, dim, values))
    }

    /// Returns the words in order.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// Returns the place of `word` among the words, counted from 0.
    pub fn place(&self, word: &str) -> Option<usize> {
        self.index.place(word, word_at(&self.words)).map(|place| place as usize)
    }

    /// Returns the vector at a place, `[dim]`.
    pub fn row(&self, place: usize) -> Option<&[f32]> {
        let start = place.checked_mul(self.dim)?;
        self.values.get(start..start.checked_add(self.dim)?)
    }

    /// Returns all vectors, `[words, dim]`, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Returns the cosine of the angle between the vectors of two words, -1 to 1, computed in double precision: 0 where one of
    /// them is zero, and `None` where a word has no vector.
    pub fn similarity(&self, a: &str, b: &str) -> Option<f32> {
        Some(cosine(self.row(self.place(a)?)?, self.row(self.place(b)?)?) as f32)
    }

    /// The length of the vectors, 1 or more.
    pub(crate) fn width(&self) -> usize {
        self.dim
    }
}

/// Returns the word at a place, as an index asks for it.
pub(crate) fn word_at<'w>(words: &'w [String]) -> impl Fn(u32) -> Option<&'w str> + Copy {
    |place| words.get(place as usize).map(String::as_str)
}

/// What is wrong with the first value that is not finite, where there is one.
fn not_finite(words: &[String], dim: usize, values: &[f32]) -> Option<String> {
    let place = values.iter().position(|value| !value.is_finite())?;
    let word = place.checked_div(dim).and_then(|row| words.get(row)).map_or("", String::as_str);
    Some(format!("word vectors: found a number that is not finite in the vector of {word:?}"))
}

impl Embedding for WordVectors {
    fn dim(&self) -> usize {
        self.dim
    }

    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        let Some(row) = self.place(word).and_then(|place| self.row(place)) else { return false };
        out.copy_from_slice(row);
        true
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::conformance;

    use super::*;

    fn two() -> WordVectors {
        WordVectors::new(vec!["a".to_owned(), "好".to_owned()], 2, vec![1.0, 2.0, 3.0, 4.0]).unwrap()
    }

    #[test]
    fn conforms_to_its_role() {
        conformance::check_embedding(&two(), &["a", "好", "b", ""]).unwrap();
    }

    #[test]
    fn every_fault_is_named() {
        let twice = vec!["a".to_owned(), "a".to_owned()];
        let error = WordVectors::new(twice, 2, vec![1.0, f32::NAN, 3.0]).unwrap_err().to_string();
        for fault in ["\"a\" twice", "3 values, expected 2 words times 2", "not finite in the vector of \"a\""] {
            assert!(error.contains(fault), "{error}");
        }
        assert!(WordVectors::new(Vec::new(), 0, Vec::new()).unwrap_err().to_string().contains("dim 0"));
        assert!(WordVectors::new(Vec::new(), 3, Vec::new()).unwrap().words().is_empty());
    }
}

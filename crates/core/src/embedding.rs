//! The role that maps words to vectors.

/// Maps words to vectors of one fixed length.
///
/// # Example: two words by hand
/// ```
/// use plaudit_core::{Embedding, conformance};
///
/// struct Polarity;
///
/// impl Embedding for Polarity {
///     fn dim(&self) -> usize {
///         1
///     }
///     fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
///         let value = match word {
///             "good" => 1.0,
///             "poor" => -1.0,
///             _ => return false,
///         };
///         out.fill(value);
///         true
///     }
/// }
///
/// assert_eq!(Polarity.embed("good"), Some(vec![1.0]));
/// assert_eq!(Polarity.embed("registrar"), None);
/// conformance::check_embedding(&Polarity, &["good", "registrar", ""])?;
/// # Ok::<(), conformance::Violations>(())
/// ```
pub trait Embedding: Send + Sync {
    /// Returns the length of every vector.
    fn dim(&self) -> usize;

    /// Writes the vector of `word` into `out` (`[dim]`) and returns true; returns false, and leaves `out` as it was,
    /// where the word has no vector.
    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool;

    /// Returns the vector of `word`, `[dim]`, where it has one.
    fn embed(&self, word: &str) -> Option<Vec<f32>> {
        let mut out = vec![0.0; self.dim()];
        self.embed_into(word, &mut out).then_some(out)
    }
}

impl<E: Embedding + ?Sized> Embedding for &E {
    fn dim(&self) -> usize {
        (**self).dim()
    }
    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        (**self).embed_into(word, out)
    }
}

impl<E: Embedding + ?Sized> Embedding for Box<E> {
    fn dim(&self) -> usize {
        (**self).dim()
    }
    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        (**self).embed_into(word, out)
    }
}

impl<E: Embedding + ?Sized> Embedding for std::sync::Arc<E> {
    fn dim(&self) -> usize {
        (**self).dim()
    }
    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        (**self).embed_into(word, out)
    }
}

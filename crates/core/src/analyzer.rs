//! The role that splits text.

use crate::{Features, Tokens};

/// Splits raw text into tokens. The same text always gives the same tokens.
///
/// # Example: an analyzer of one's own
/// ```
/// use plaudit_core::{Analyzer, TokenKind, Tokens, conformance};
///
/// /// Splits at blanks and changes nothing.
/// struct Blanks;
///
/// impl Analyzer for Blanks {
///     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
///         tokens.clear();
///         for word in text.split_ascii_whitespace() {
///             let start = word.as_ptr() as usize - text.as_ptr() as usize;
///             tokens.push(word, start..start + word.len(), TokenKind::Word);
///         }
///     }
/// }
///
/// assert_eq!(Blanks.analyze("not bad").len(), 2);
/// conformance::check_analyzer(&Blanks, &["not bad", "", " \t "])?;
/// # Ok::<(), conformance::Violations>(())
/// ```
pub trait Analyzer: Send + Sync {
    /// Replaces `tokens` by the tokens of `text`. Byte ranges point into `text`, on character bounds.
    fn analyze_into(&self, text: &str, tokens: &mut Tokens);

    /// Returns the tokens of `text` in a list of their own.
    fn analyze(&self, text: &str) -> Tokens {
        let mut tokens = Tokens::new();
        self.analyze_into(text, &mut tokens);
        tokens
    }

    /// Returns sparse features of texts beside their tokens, for classifiers that read both; none, which is the default, where it has none.
    fn features(&self) -> Option<&dyn Features> {
        None
    }
}

impl<A: Analyzer + ?Sized> Analyzer for &A {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        (**self).analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        (**self).features()
    }
}

impl<A: Analyzer + ?Sized> Analyzer for Box<A> {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        (**self).analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        (**self).features()
    }
}

impl<A: Analyzer + ?Sized> Analyzer for std::sync::Arc<A> {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        (**self).analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        (**self).features()
    }
}

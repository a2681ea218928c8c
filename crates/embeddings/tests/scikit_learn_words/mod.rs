//! scikit-learn's tokens, for tests and benches.

use plaudit_core::{Analyzer, TokenKind, Tokens};

/// Tokens of scikit-learn's default pattern `(?u)\b\w\w+\b`: letters, numbers and `_`, two or more in a row, as they are written.
/// (Python's `\w` has no marks; Rust's letters have some, such as vowel signs of Indic scripts, which no text of ours has.)
#[derive(Debug, Clone)]
pub(crate) struct ScikitLearnWords;

impl Analyzer for ScikitLearnWords {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        tokens.clear();
        for word in text.split(|character: char| !character.is_alphanumeric() && character != '_') {
            if word.chars().nth(1).is_some() {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                tokens.push(word, start..start + word.len(), TokenKind::Word);
            }
        }
    }
}

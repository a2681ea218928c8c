//! The tokens of one text, in buffers that are reused from text to text.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What a token is made of. Cleaning steps decide by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Letters, perhaps with marks, digits or an apostrophe inside.
    Word,
    /// Digits, perhaps with separators.
    Number,
    /// An emoji or an emoticon.
    Emoji,
    /// Punctuation and other signs.
    Symbol,
    /// A web address or an e-mail address.
    Link,
    /// A name with the sign that addresses it: `@library`.
    Mention,
    /// A topic with its sign or signs: `#OpenDay`, `#开放日#`.
    Hashtag,
}

/// One token: its text after cleaning, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    /// The token after cleaning.
    pub text: &'a str,
    /// The byte range of the original text that it stands for. Several tokens may share one range.
    pub source: Range<usize>,
    /// What it is made of.
    pub kind: TokenKind,
}

#[derive(Debug, Clone)]
struct Entry {
    text: Range<usize>,
    source: Range<usize>,
    kind: TokenKind,
}

/// The tokens of one text: one text buffer and one entry a token, so that a reused value allocates nothing.
///
/// # Example: filling and reading
/// ```
/// use plaudit_core::{TokenKind, Tokens};
///
/// let mut tokens = Tokens::new();
/// tokens.push("good", 0..4, TokenKind::Word);
/// tokens.push("!", 4..5, TokenKind::Symbol);
/// tokens.retain(|token| token.kind == TokenKind::Word);
/// assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>(), ["good"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    text: String,
    entries: Vec<Entry>,
}

impl Tokens {
    /// Returns an empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all tokens and keeps the buffers.
    pub fn clear(&mut self) {
        self.text.clear();
        self.entries.clear();
    }

    /// Adds a token that stands for the bytes `source` of the original text.
    pub fn push(&mut self, text: &str, source: Range<usize>, kind: TokenKind) {
        let start = self.text.len();
        self.text.push_str(text);
        self.entries.push(Entry { text: start..self.text.len(), source, kind });
    }

    /// Returns the tokens in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Token<'_>> + Clone {
        self.entries.iter().map(|entry| self.token(entry))
    }

    /// Returns token `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<Token<'_>> {
        self.entries.get(index).map(|entry| self.token(entry))
    }

    /// Keeps the tokens for which `keep` is true, in order.
    pub fn retain(&mut self, mut keep: impl FnMut(Token<'_>) -> bool) {
        let text = &self.text;
        self.entries.retain(|entry| keep(token(text, entry)));
    }

    /// Replaces the byte range of every token by what `source` makes of it: for analyzers that change a text before they
    /// split it.
    pub fn map_sources(&mut self, mut source: impl FnMut(Range<usize>) -> Range<usize>) {
        self.entries.iter_mut().for_each(|entry| entry.source = source(entry.source.clone()));
    }

    fn token(&self, entry: &Entry) -> Token<'_> {
        token(&self.text, entry)
    }
}

fn token<'a>(text: &'a str, entry: &Entry) -> Token<'a> {
    Token { text: text.get(entry.text.clone()).unwrap_or_default(), source: entry.source.clone(), kind: entry.kind }
}

/// Two lists are equal when their tokens are, whatever their buffers hold.
impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_ignores_removed_tokens() {
        let mut a = Tokens::new();
        a.push("x", 0..1, TokenKind::Word);
        a.push("y", 1..2, TokenKind::Word);
        a.retain(|t| t.text == "y");
        let mut b = Tokens::new();
        b.push("y", 1..2, TokenKind::Word);
        assert_eq!(a, b);
        assert_eq!(a.get(0).unwrap().source, 1..2);
        assert_eq!(a.get(1), None);
    }

    #[test]
    fn sources_are_mapped_in_place() {
        let mut tokens = Tokens::new();
        tokens.push("x", 0..1, TokenKind::Word);
        tokens.push("y", 1..2, TokenKind::Word);
        tokens.map_sources(|source| source.start + 5..source.end + 5);
        assert_eq!(tokens.iter().map(|t| (t.text, t.source)).collect::<Vec<_>>(), [("x", 5..6), ("y", 6..7)]);
    }

    #[test]
    fn a_cleared_list_is_reusable() {
        let mut tokens = Tokens::new();
        tokens.push("long token", 0..10, TokenKind::Word);
        tokens.clear();
        assert!(tokens.is_empty());
        tokens.push("", 3..3, TokenKind::Symbol);
        assert_eq!(tokens.iter().next().unwrap().text, "");
    }
}

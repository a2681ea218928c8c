//! A text as it is.

use plaudit_core::{Analyzer, Error, Files, Result, Stored, TokenKind, Tokens};

/// Leaves a text whole: its one token is the text. It stands where an analyzer is asked for and none is needed, as for n-grams of
/// characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RawText;

impl RawText {
    const FILE: &str = "raw_text.json";
    const CONTENT: &[u8] = b"{}\n";
}

impl Analyzer for RawText {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        tokens.clear();
        if !text.is_empty() {
            tokens.push(text, 0..text.len(), TokenKind::Word);
        }
    }
}

impl Stored for RawText {
    fn to_files(&self) -> Result<Files> {
        Ok(Files::from([(Self::FILE.to_owned(), Self::CONTENT.to_vec())]))
    }

    fn from_files(files: &Files) -> Result<Self> {
        match files.get(Self::FILE) {
            Some(content) if content == Self::CONTENT => Ok(Self),
            Some(_) => Err(Error::format(Self::FILE, "expected `{}` and nothing else")),
            None => Err(Error::format(Self::FILE, "is missing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::conformance;

    use super::*;

    #[test]
    fn conforms_to_its_roles() {
        conformance::check_analyzer(&RawText, &["good food"]).unwrap();
        conformance::check_stored(&RawText).unwrap();
        assert!(RawText::from_files(&Files::from([(RawText::FILE.to_owned(), b"{} ".to_vec())])).is_err());
    }
}

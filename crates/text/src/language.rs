//! The languages that have steps of their own.

use std::fmt;
use std::str::FromStr;

use plaudit_core::Error;
use serde::{Deserialize, Serialize};

/// A language that cleaning knows, written as its BCP 47 tag in lower case.
///
/// # Example: from a command line
/// ```
/// use plaudit_text::Language;
///
/// assert_eq!("en".parse::<Language>()?, Language::En);
/// assert!("xx".parse::<Language>().unwrap_err().to_string().contains("en, zh, und"));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English: stop words and a stemmer.
    En,
    /// Chinese, in simplified or traditional characters.
    Zh,
    /// Undetermined: only what holds for every language. No stop list of its own, no stemmer.
    Und,
}

impl Language {
    /// Every language that this version knows.
    pub const ALL: &[Self] = &[Self::En, Self::Zh, Self::Und];

    /// Returns the tag: `en`, `zh` or `und`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
            Self::Und => "und",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = Error;

    fn from_str(tag: &str) -> Result<Self, Error> {
        Self::ALL.iter().copied().find(|language| language.tag() == tag).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|language| language.tag()).collect();
            Error::config(format!("language: found {tag:?}, expected one of {}", known.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_same_everywhere() {
        for &language in Language::ALL {
            assert_eq!(language.to_string().parse::<Language>().unwrap(), language);
            assert_eq!(serde_json::to_string(&language).unwrap(), format!("\"{language}\""));
        }
        let message = "EN".parse::<Language>().unwrap_err().to_string();
        assert_eq!(message, "the configuration has 1 fault: language: found \"EN\", expected one of en, zh, und");
    }
}

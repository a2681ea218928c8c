//! The steps, as they are written down and as they run.

use plaudit_core::{Token, Tokens};
use serde::{Deserialize, Deserializer, Serialize};

use crate::stem::Stemmer;
use crate::stop_words::StopSet;
use crate::{Language, NumberPolicy, StemConfig, StopList, casefold, numbers, punctuation};

/// One cleaning step, written down as `{"step": "casefold"}`.
///
/// Steps run in the order in which they are listed. Stems want folded text before them, and stop words are whole words:
/// list them before stems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum TextStep {
    /// Folds case in full (Unicode, section 3.13; DPMS, Eq. 5): `ß` becomes `ss`, every sigma becomes `σ`. Emoji and
    /// emoticons stay as they are (`:D`).
    #[serde(deserialize_with = "no_fields")]
    Casefold,
    /// Drops tokens of kind [`Symbol`](plaudit_core::TokenKind::Symbol): punctuation and signs (DPMS, Eq. 6). Emoji and
    /// emoticons are of another kind and stay.
    #[serde(deserialize_with = "no_fields")]
    Punctuation,
    /// Drops, keeps or tags tokens of kind [`Number`](plaudit_core::TokenKind::Number) (DPMS, Eq. 9). Words with digits
    /// in them (`2nd`, `cs101`) are words.
    Numbers {
        /// What becomes of a number. Default [`Drop`](NumberPolicy::Drop), as DPMS does.
        #[serde(default)]
        policy: NumberPolicy,
    },
    /// Drops function words, whatever their case (DPMS, Eq. 7 and 8).
    StopWords {
        /// Which words. Default [`Sentiment`](StopList::Sentiment), which never drops a negation.
        #[serde(default)]
        list: StopList,
    },
    /// Cuts words to their stems (Snowball; DPMS, Eq. 11). Left as they are: words with anything but lower-case ASCII
    /// letters and apostrophes, words above 64 bytes, and negators (`hardly` would become `hard`). Protected words keep
    /// apart what Snowball would mix up (`university` and `universe`).
    Stem(StemConfig),
}

/// Reads a step without settings. By itself, serde would pass over any field of such a step.
fn no_fields<'de, D: Deserializer<'de>>(fields: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(fields).map(|Nothing {}| ())
}

/// A step ready to run.
pub(crate) enum Step {
    Casefold,
    Punctuation,
    Numbers(NumberPolicy),
    StopWords(StopSet),
    Stem(Stemmer),
}

impl Step {
    /// Returns the step ready to run, or every fault that forbids it.
    pub(crate) fn new(step: &TextStep, language: Language) -> Result<Self, Vec<String>> {
        Ok(match step {
            TextStep::Casefold => Self::Casefold,
            TextStep::Punctuation => Self::Punctuation,
            TextStep::Numbers { policy } => Self::Numbers(*policy),
            TextStep::StopWords { list } => Self::StopWords(StopSet::new(list, language)?),
            TextStep::Stem(config) => Self::Stem(Stemmer::new(config, language)?),
        })
    }

    fn apply(&self, token: Token<'_>, buffer: &mut String, rest: &mut Rest<'_>) {
        match self {
            Self::Casefold => casefold::apply(token, buffer, rest),
            Self::Punctuation => punctuation::apply(token, rest),
            Self::Numbers(policy) => numbers::apply(*policy, token, rest),
            Self::StopWords(words) => words.apply(token, buffer, rest),
            Self::Stem(stemmer) => stemmer.apply(token, rest),
        }
    }
}

/// What still lies before a token: the steps, one text buffer each, and the list at the end. A step passes a token on,
/// changed or not; passes on several; or drops it by passing none.
pub(crate) struct Rest<'a> {
    pub(crate) steps: &'a [Step],
    pub(crate) buffers: &'a mut [String],
    pub(crate) tokens: &'a mut Tokens,
}

impl Rest<'_> {
    pub(crate) fn pass(&mut self, token: Token<'_>) {
        match (self.steps.split_first(), self.buffers.split_first_mut()) {
            (Some((step, steps)), Some((buffer, buffers))) => {
                step.apply(token, buffer, &mut Rest { steps, buffers, tokens: self.tokens });
            }
            _ => self.tokens.push(token.text, token.source, token.kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_down_as_tagged_json() {
        for (step, json) in [
            (TextStep::Casefold, r#"{"step":"casefold"}"#),
            (TextStep::Punctuation, r#"{"step":"punctuation"}"#),
            (TextStep::Numbers { policy: NumberPolicy::Tag }, r#"{"step":"numbers","policy":"tag"}"#),
            (TextStep::StopWords { list: StopList::Literal }, r#"{"step":"stop_words","list":"literal"}"#),
            (
                TextStep::StopWords { list: StopList::Own(vec!["uni".into()]) },
                r#"{"step":"stop_words","list":{"own":["uni"]}}"#,
            ),
            (
                TextStep::Stem(StemConfig::default()),
                r#"{"step":"stem","algorithm":"snowball1","protect":true,"exceptions":{}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&step).unwrap(), json);
            assert_eq!(serde_json::from_str::<TextStep>(json).unwrap(), step);
        }
        let stop_words: TextStep = serde_json::from_str(r#"{"step":"stop_words"}"#).unwrap();
        assert_eq!(stop_words, TextStep::StopWords { list: StopList::Sentiment });
        let stem: TextStep = serde_json::from_str(r#"{"step":"stem"}"#).unwrap();
        assert_eq!(stem, TextStep::Stem(StemConfig::default()));
        let numbers: TextStep = serde_json::from_str(r#"{"step":"numbers"}"#).unwrap();
        assert_eq!(numbers, TextStep::Numbers { policy: NumberPolicy::Drop });
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for json in [
            r#"{"step":"lowercase"}"#,
            r#"{"step":"numbers","policy":"round"}"#,
            r#"{"step":"numbers","size":1}"#,
            r#"{"step":"casefold","locale":"tr"}"#,
            r#"{"step":"stem","language":"en"}"#,
            r#""casefold""#,
        ] {
            assert!(serde_json::from_str::<TextStep>(json).is_err(), "{json}");
        }
    }
}

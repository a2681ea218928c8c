//! Hashtags.

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::Language;
use crate::step::{Rest, part_of};
use crate::tokenize::Splitter;

/// What becomes of a hashtag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum HashtagPolicy {
    /// It goes.
    Drop,
    /// It stays one token, with its sign.
    Keep,
    /// It becomes `<hashtag>`.
    Tag,
    /// It becomes the words that its capitals, digits and underscores tell apart, and of Chinese the words of its topic:
    /// `#WorstDayEver2024` becomes `Worst Day Ever 2024`. The default.
    #[default]
    Words,
}

/// The step ready to run.
pub(crate) struct Hashtags {
    policy: HashtagPolicy,
    language: Language,
}

impl Hashtags {
    pub(crate) fn new(policy: HashtagPolicy, language: Language) -> Self {
        Self { policy, language }
    }

    pub(crate) fn apply(&self, token: Token<'_>, rest: &mut Rest<'_>) {
        if token.kind != TokenKind::Hashtag {
            return rest.pass(token);
        }
        match self.policy {
            HashtagPolicy::Drop => {}
            HashtagPolicy::Keep => rest.pass(token),
            HashtagPolicy::Tag => rest.pass(Token { text: "<hashtag>", ..token }),
            HashtagPolicy::Words => {
                for part in words(token.text) {
                    let text = token.text.get(part.clone()).unwrap_or_default();
                    let source = part_of(&token, part);
                    let mut splitter = Splitter::default();
                    splitter.words(text, self.language, |word| {
                        let source = part_of(&Token { text, source: source.clone(), kind: word.kind }, word.source);
                        rest.pass(Token { source, ..word });
                    });
                }
            }
        }
    }
}

fn words(tag: &str) -> Vec<std::ops::Range<usize>> {
    vec![1..tag.len()]
}

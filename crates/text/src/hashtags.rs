//! Hashtags.

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::hashtag::split_hashtag;
use crate::step::{Rest, part_of};
use crate::tokenize::Splitter;
use crate::words::Words;

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
    ///
    /// Words end before a capital behind a small letter, before the last capital of several where a small letter follows
    /// (`WWDCKeynote`: `WWDC`, `Keynote`), between letters and digits, and where letters with case meet letters without
    /// (`糯米NBA`). An ordinal stays whole (`4thJuly`: `4th`, `July`), and so does a name with `i` or `e` before its capital
    /// (`iPhoneX`: `iPhone`, `X`). Words without capitals stay together: `bestdayever` is one.
    #[default]
    Words,
}

/// The step ready to run.
pub(crate) struct Hashtags {
    policy: HashtagPolicy,
    words: Words,
}

impl Hashtags {
    pub(crate) fn new(policy: HashtagPolicy, words: Words) -> Self {
        Self { policy, words }
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
                let mut splitter = Splitter::default();
                split_hashtag(token.text, |part| {
                    let text = token.text.get(part.clone()).unwrap_or_default();
                    let part = Token { text, source: part_of(&token, part), kind: token.kind };
                    splitter.words(text, &self.words, |word| {
                        let source = part_of(&part, word.source);
                        rest.pass(Token { source, ..word });
                    });
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    #[test]
    fn each_policy_on_the_same_text() {
        let text = "so #WorstDayEver2024! #1 #开放日# #uni_life";
        for (policy, expected) in [
            (HashtagPolicy::Drop, "so ! # 1"),
            (HashtagPolicy::Keep, "so #WorstDayEver2024 ! # 1 #开放日# #uni_life"),
            (HashtagPolicy::Tag, "so <hashtag> ! # 1 <hashtag> <hashtag>"),
            (HashtagPolicy::Words, "so Worst Day Ever 2024 ! # 1 开 放 日 uni life"),
        ] {
            let tokens = tokens_of(&[TextStep::Hashtags { policy }], Language::Und, text);
            assert_eq!(tokens.iter().map(|t| t.text).collect::<Vec<_>>().join(" "), expected, "{policy:?}");
            assert!(tokens.iter().all(|t| policy == HashtagPolicy::Tag || text.get(t.source) == Some(t.text)));
        }
    }
}

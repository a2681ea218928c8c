//! Hashtags.

use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::casefold::fold;
use crate::hashtag::split_hashtag;
use crate::step::Rest;
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
    /// Whether case was folded before.
    folded: bool,
}

impl Hashtags {
    pub(crate) fn new(policy: HashtagPolicy, words: Words, folded: bool) -> Self {
        Self { policy, words, folded }
    }

    pub(crate) fn apply(&self, token: Token<'_>, rest: &mut Rest<'_>) {
        if token.kind != TokenKind::Hashtag {
            return rest.pass(token);
        }
        match self.policy {
            HashtagPolicy::Drop => {}
            HashtagPolicy::Keep => rest.pass(token),
            HashtagPolicy::Tag => rest.pass(Token { text: "<hashtag>", ..token }),
            // What an earlier step made of one.
            HashtagPolicy::Words if !token.text.starts_with(['#', '＃']) => rest.pass(token),
            HashtagPolicy::Words => {
                let (exact, start) = (is_as_written(&token, self.folded), token.source.start);
                let mut splitter = Splitter::default();
                split_hashtag(token.text, |part| {
                    let text = token.text.get(part.clone()).unwrap_or_default();
                    splitter.words(text, &self.words, |word| {
                        let place = |place: usize| start + part.start + place;
                        let source =
                            if exact { place(word.source.start)..place(word.source.end) } else { token.source.clone() };
                        rest.pass(Token { source, ..word });
                    });
                });
            }
        }
    }
}

/// Returns whether every character stands where it was written. Case folding may change the length of some characters and yet not
/// that of the whole: `#İ1ẞ` has as many bytes before as behind it. What is of ASCII then is no such text, nor is what folding
/// would still change, or a text without small letters.
fn is_as_written(token: &Token<'_>, folded: bool) -> bool {
    let text = token.text;
    text.len() == token.source.len()
        && (!folded || text.is_ascii() || fold(text, &mut String::new()) != text || !text.contains(char::is_lowercase))
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

    #[test]
    fn places_are_exact_only_where_no_character_has_moved() {
        let words = TextStep::Hashtags { policy: HashtagPolicy::Words };
        for (step, text, expected) in [
            (TextStep::Casefold, "#İ1ẞ", vec![("i\u{307}", "#İ1ẞ"), ("1", "#İ1ẞ"), ("ss", "#İ1ẞ")]),
            (TextStep::Casefold, "#Bad1", vec![("bad", "Bad"), ("1", "1")]),
            (TextStep::Casefold, "#糯米1", vec![("糯", "糯"), ("米", "米"), ("1", "1")]),
            (TextStep::Punctuation, "#ÜberTag", vec![("Über", "Über"), ("Tag", "Tag")]),
            (TextStep::Punctuation, "#été1", vec![("été", "été"), ("1", "1")]),
            (TextStep::Casefold, "#été1", vec![("été", "#été1"), ("1", "#été1")]),
            (TextStep::Hashtags { policy: HashtagPolicy::Tag }, "#𝒮𝔍", vec![("<hashtag>", "#𝒮𝔍")]),
        ] {
            let tokens = tokens_of(&[step, words.clone()], Language::Und, text);
            let found: Vec<_> = tokens.iter().map(|token| (token.text, text.get(token.source).unwrap())).collect();
            assert_eq!(found, expected);
        }
    }
}

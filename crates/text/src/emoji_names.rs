//! What an emoji is called, which side it takes, and what becomes of it.

use std::collections::HashMap;
use std::sync::OnceLock;

use emojis::{Emoji, SkinTone};
use plaudit_core::{Token, TokenKind};
use serde::{Deserialize, Serialize};

use crate::emoticon;
use crate::step::Rest;

/// Emoji and the sides that they take.
const POLARITY: &str = include_str!("../data/emoji_polarity.tsv");

/// What becomes of an emoji or emoticon (DPMS, Eq. 9, drops them with the other special characters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum EmojiPolicy {
    /// It goes, as in DPMS.
    Drop,
    /// It stays as written: a network learns what it means. The default.
    #[default]
    Keep,
    /// It becomes the words of its name: `👍🏽` becomes `thumbs` and `up`. One that has no name stays.
    Name,
    /// It becomes `<emo_pos>`, `<emo_neg>` or, where it takes no side, `<emo>`: many rare faces become three words.
    Polarity,
}

/// The side that an emoji takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum EmojiPolarity {
    /// Praise, joy, thanks, love.
    Positive,
    /// Blame, anger, sorrow, disgust.
    Negative,
}

impl EmojiPolicy {
    /// Hands on what becomes of `emoji`, the text of one token of kind [`Emoji`](TokenKind::Emoji): nothing, one token or several,
    /// each with its kind. Words of a name are of kind [`Word`](TokenKind::Word), and may hold capitals (flags).
    pub fn apply<'a>(self, emoji: &'a str, mut emit: impl FnMut(&'a str, TokenKind)) {
        match self {
            Self::Drop => {}
            Self::Keep => emit(emoji, TokenKind::Emoji),
            Self::Name => match emoji_name(emoji) {
                Some(name) => words(name).for_each(|word| emit(word, TokenKind::Word)),
                None => emit(emoji, TokenKind::Emoji),
            },
            Self::Polarity => {
                let text = match emoji_polarity(emoji) {
                    Some(EmojiPolarity::Positive) => "<emo_pos>",
                    Some(EmojiPolarity::Negative) => "<emo_neg>",
                    None => "<emo>",
                };
                emit(text, TokenKind::Emoji);
            }
        }
    }
}

/// Returns the name of an emoji by Unicode's CLDR, in English, or that of the emoji with the same face as an emoticon.
///
/// Skin tones are left out of the name, and the mark U+FE0F may be there or not. A sequence that has no name of its own goes by
/// its first emoji. None for anything else.
///
/// # Example
/// ```
/// use plaudit_text::emoji_name;
///
/// assert_eq!(emoji_name("👍🏽"), Some("thumbs up"));
/// assert_eq!(emoji_name("❤️"), emoji_name("❤"));
/// assert_eq!(emoji_name(":'("), Some("crying face"));
/// assert_eq!(emoji_name("good"), None);
/// ```
pub fn emoji_name(text: &str) -> Option<&'static str> {
    find(text).or_else(|| find(first(text)?)).map(Emoji::name)
}

/// Returns the side that an emoji or emoticon takes; none where it takes no side, or `text` is something else.
///
/// By a table of our own, with the emoji of most use. Sarcasm is beyond it.
///
/// # Example
/// ```
/// use plaudit_text::{EmojiPolarity, emoji_polarity};
///
/// assert_eq!(emoji_polarity("👍🏿"), Some(EmojiPolarity::Positive));
/// assert_eq!(emoji_polarity(":-(("), Some(EmojiPolarity::Negative));
/// assert_eq!(emoji_polarity("😐"), None);
/// ```
pub fn emoji_polarity(text: &str) -> Option<EmojiPolarity> {
    static POLARITIES: OnceLock<HashMap<&str, EmojiPolarity>> = OnceLock::new();
    let polarities =
        POLARITIES.get_or_init(|| entries().filter_map(|(emoji, side)| Some((find(emoji)?.as_str(), side))).collect());
    let side = |text| polarities.get(find(text)?.as_str()).copied();
    side(text).or_else(|| side(first(text)?))
}

/// Returns the entries of the table.
fn entries() -> impl Iterator<Item = (&'static str, EmojiPolarity)> {
    POLARITY.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (emoji, side) = line.split_once('\t')?;
        Some((emoji, if side == "positive" { EmojiPolarity::Positive } else { EmojiPolarity::Negative }))
    })
}

/// Returns the emoji that `text` is or, for an emoticon, shows; without its skin tone.
fn find(text: &str) -> Option<&'static Emoji> {
    let emoji = emojis::get(text).or_else(|| emojis::get(emoticon::emoji(text)?))?;
    Some(emoji.with_skin_tone(SkinTone::Default).unwrap_or(emoji))
}

/// Returns the first emoji of a sequence that is joined by zero-width joiners.
fn first(text: &str) -> Option<&str> {
    text.split_once('\u{200d}').map(|(first, _)| first)
}

/// Returns the words of a name (`flag: South Africa`, `1st place medal`), without the `s` of `woman’s hat`.
fn words(name: &'static str) -> impl Iterator<Item = &'static str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty() && *part != "s")
}

pub(crate) fn apply(policy: EmojiPolicy, token: &Token<'_>, rest: &mut Rest<'_>) {
    match token.kind {
        TokenKind::Emoji => policy.apply(token.text, |text, kind| rest.pass(Token { text, kind, ..token.clone() })),
        _ => rest.pass(token.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn applied(policy: EmojiPolicy, text: &str) -> Vec<(&str, TokenKind)> {
        let mut tokens = Vec::new();
        policy.apply(text, |text, kind| tokens.push((text, kind)));
        tokens
    }

    // CLDR short names as of https://unicode.org/emoji/charts/full-emoji-list.html
    #[test]
    fn names_by_hand() {
        for (text, expected) in [
            ("😎", Some("smiling face with sunglasses")),
            ("👍", Some("thumbs up")),
            ("👍🏿", Some("thumbs up")),
            ("❤", Some("red heart")),
            ("❤️", Some("red heart")),
            ("☺️", Some("smiling face")),
            ("🤦🏽‍♀️", Some("woman facepalming")),
            ("🤦🏽‍♀", Some("woman facepalming")),
            ("👩‍👩‍👧‍👦", Some("family: woman, woman, girl, boy")),
            ("❤️‍🔥", Some("heart on fire")),
            ("🇧🇩", Some("flag: Bangladesh")),
            ("1️⃣", Some("keycap: 1")),
            ("😀‍🐳", Some("grinning face")), // no sequence of Unicode's
            (":)", Some("slightly smiling face")),
            ("<3", Some("red heart")),
            ("好", None),
            ("★", None),
            ("", None),
            ("\u{200d}", None),
            ("\u{fe0f}", None),
        ] {
            assert_eq!(emoji_name(text), expected, "{text}");
        }
    }

    #[test]
    fn each_policy() {
        use TokenKind::{Emoji, Word};
        for (text, name, polarity) in [
            ("👍🏽", vec![("thumbs", Word), ("up", Word)], "<emo_pos>"),
            (":-((", vec![("slightly", Word), ("frowning", Word), ("face", Word)], "<emo_neg>"),
            ("🇿🇦", vec![("flag", Word), ("South", Word), ("Africa", Word)], "<emo>"),
            ("👒", vec![("woman", Word), ("hat", Word)], "<emo>"),
            ("🥇", vec![("1st", Word), ("place", Word), ("medal", Word)], "<emo_pos>"),
            ("★", vec![("★", Emoji)], "<emo>"),
        ] {
            assert_eq!(applied(EmojiPolicy::Drop, text), []);
            assert_eq!(applied(EmojiPolicy::Keep, text), [(text, Emoji)]);
            assert_eq!(applied(EmojiPolicy::Name, text), name);
            assert_eq!(applied(EmojiPolicy::Polarity, text), [(polarity, Emoji)]);
        }
    }

    #[test]
    fn every_entry_is_an_emoji_and_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for line in POLARITY.lines().filter(|line| !line.starts_with('#')) {
            let (emoji, side) = line.split_once('\t').unwrap();
            assert!(["positive", "negative"].contains(&side), "{line}");
            assert!(seen.insert(find(emoji).unwrap_or_else(|| panic!("{line}")).as_str()), "{line} stands twice");
        }
        assert_eq!(seen.len(), entries().count());
        assert!(seen.len() > 150, "{}", seen.len());
    }

    #[test]
    fn every_emoji_has_a_name_of_words() {
        for emoji in emojis::iter() {
            for emoji in emoji.skin_tones().into_iter().flatten().chain([emoji]) {
                let name = emoji_name(emoji.as_str()).unwrap();
                assert!(words(name).count() > 0 && !name.contains("skin tone"), "{name}");
                assert!(words(name).all(|word| word.chars().all(char::is_alphanumeric)), "{name}");
            }
        }
    }

    #[test]
    fn variants_follow_their_base() {
        use EmojiPolarity::{Negative, Positive};
        for (text, expected) in [
            ("🤦", Some(Negative)),
            ("🤦🏽‍♀️", Some(Negative)),
            ("🙏🏻", Some(Positive)),
            ("❤️‍🔥", Some(Positive)),
            ("♥️", Some(Positive)),
            ("☹", Some(Negative)),
            ("😮‍💨", Some(Negative)),
            ("😮", None),
            ("👩‍🎓", None),
            (":D", Some(Positive)),
            ("XDDD", Some(Positive)),
            (":')", Some(Positive)),
            ("</3", Some(Negative)),
            (":/", Some(Negative)),
            (":|", None),
            ("a", None),
        ] {
            assert_eq!(emoji_polarity(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_ends_it(text in r"\PC{0,6}|[👍🏽👩\u{200d}\u{fe0f}❤1\u{20e3}:;=()'^DxX<3/-]{0,6}") {
            for policy in [EmojiPolicy::Drop, EmojiPolicy::Keep, EmojiPolicy::Name, EmojiPolicy::Polarity] {
                prop_assert_eq!(applied(policy, &text).is_empty(), policy == EmojiPolicy::Drop);
            }
        }
    }
}

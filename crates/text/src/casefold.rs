//! Case folding (DPMS, Eq. 5).

use caseless::Caseless;
use plaudit_core::{Token, TokenKind};

use crate::step::Rest;

pub(crate) fn apply(token: Token<'_>, buffer: &mut String, rest: &mut Rest<'_>) {
    // `:D` is not `:d`, and the emoji Ⓜ would fold to a letter that is no emoji.
    let text = if token.kind == TokenKind::Emoji { token.text } else { fold(token.text, buffer) };
    rest.pass(Token { text, ..token });
}

/// Returns `text` folded (Unicode, default full case folding): in `buffer` where that changes it, and itself where it
/// does not.
///
/// `str::to_lowercase` is not a fold: it gives a final sigma its own form and leaves ß alone, so `ΣΑΣ` and `σας`, or
/// `STRASSE` and `Straße`, would stay different words.
pub(crate) fn fold<'a>(text: &'a str, buffer: &'a mut String) -> &'a str {
    if text.is_ascii() {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return text;
        }
        buffer.clear();
        buffer.push_str(text);
        buffer.make_ascii_lowercase();
    } else {
        buffer.clear();
        buffer.extend(text.chars().default_case_fold());
    }
    buffer
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tokenize::tests::tokens_of;
    use crate::{Language, TextStep};

    fn folded(text: &str) -> String {
        fold(text, &mut "left over".to_owned()).to_owned()
    }

    // CPython 3.11, Unicode 14.0.0: "...".casefold()
    #[test]
    fn equals_python() {
        for (text, expected) in [
            ("GREAT", "great"),
            ("don't", "don't"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("ẞ", "ss"),
            ("İstanbul", "i\u{307}stanbul"),
            ("ΣΑΣ", "σασ"),
            ("σας", "σασ"),
            ("ﬁne", "fine"),
            ("ŉ", "\u{2bc}n"),
            ("ΐ", "\u{3b9}\u{308}\u{301}"),
            ("ПЛОХО", "плохо"),
            ("ꭰ", "Ꭰ"),
            ("好", "好"),
            ("a\0B", "a\0b"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn faces_keep_their_case_and_ranges_their_place() {
        let tokens = tokens_of(&[TextStep::Casefold], Language::Und, "Ⓜ ẞa :D XD OK");
        let found: Vec<_> = tokens.iter().map(|t| (t.text, t.source)).collect();
        let expected = [("ⓜ", 0..3), ("ssa", 4..8), (":D", 9..11), ("XD", 12..14), ("ok", 15..17)];
        assert_eq!(found, expected);
    }

    #[test]
    fn folding_a_character_twice_changes_nothing_more() {
        for c in '\0'..=char::MAX {
            let once = folded(c.encode_utf8(&mut [0; 4]));
            assert_eq!(folded(&once), once, "{c:?}");
            assert!(!once.is_empty());
        }
    }

    proptest! {
        #[test]
        fn folding_a_text_twice_changes_nothing_more(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}

//! Text from elsewhere, made harmless to show.

use std::borrow::Cow;

/// Returns `text` as it may stand in a message, a table or a picture: on one line, and without what would move a terminal's
/// cursor or turn the direction of its surroundings.
///
/// Control characters (C0, DEL and C1), marks and controls of direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to
/// U+2069; see UAX #9) and the separators of lines and paragraphs (U+2028, U+2029) are written as Rust escapes them. All
/// else stays, such as Chinese, right-to-left letters and the joiners inside emoji.
///
/// It is for people. Data are kept and saved as they are: of a backslash in the result one cannot tell whether it was there.
///
/// ```
/// use plaudit_core::visible;
///
/// assert_eq!(visible("Good\u{1b}[2J\n\u{202e}dooG"), r"Good\u{1b}[2J\n\u{202e}dooG");
/// assert_eq!(visible("图书馆 👩‍👧 مكتبة"), "图书馆 👩‍👧 مكتبة");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_harmful(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_moves_or_turns_is_escaped() {
        for harmful in ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain('\u{2028}'..='\u{202e}') {
            assert_eq!(visible(&harmful.to_string()), harmful.escape_default().to_string());
        }
        assert_eq!(visible("\u{61c}\u{200e}\u{200f}"), r"\u{61c}\u{200e}\u{200f}");
        assert_eq!(visible("\u{2066}\u{2067}\u{2068}\u{2069}"), r"\u{2066}\u{2067}\u{2068}\u{2069}");
        assert_eq!(visible("a\tb\r\n"), r"a\tb\r\n");
    }

    #[test]
    fn all_else_stays() {
        for text in
            ["", "C:\\new", "'\"", "👩‍👩‍👧‍👦 🇧🇩 ☺\u{fe0f}", "می\u{200c}خواهم", "e\u{301}", "\u{200b}\u{feff}\u{a0}", "好"]
        {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in any::<String>()) {
            let once = visible(&text);
            prop_assert!(!once.contains(is_harmful));
            prop_assert_eq!(visible(&once), once.as_ref());
        }
    }
}

//! Which characters are emoji, and what a token is made of.

use plaudit_core::TokenKind;

/// Returns what `token`, one segment of UAX #29, is made of: letters make a word, else pictures an emoji, else digits a
/// number.
pub(crate) fn kind(token: &str) -> TokenKind {
    let mut kind = TokenKind::Symbol;
    for (index, c) in token.chars().enumerate() {
        // the keycap and the mark that asks for a picture need a character before them
        if is_pictograph(c) || index > 0 && matches!(c, '\u{20e3}' | '\u{fe0f}') {
            kind = TokenKind::Emoji;
        } else if c.is_alphabetic() {
            return TokenKind::Word;
        } else if kind == TokenKind::Symbol && c.is_numeric() {
            kind = TokenKind::Number;
        }
    }
    kind
}

/// Returns whether `c` shows as a picture by itself.
///
/// Every character with the Unicode property `Emoji_Presentation`, and the stars, hearts, ticks and hands among the
/// older signs that people use as emoji with or without the mark U+FE0F. Arrows, ©, ™ and the like are emoji with that
/// mark only.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23f3}' | '\u{25fd}'..='\u{25fe}'
        | '\u{2600}'..='\u{2757}' | '\u{2761}'..='\u{2767}' | '\u{2795}'..='\u{2797}'
        | '\u{27b0}' | '\u{27bf}' | '\u{2b1b}'..='\u{2b1c}' | '\u{2b50}' | '\u{2b55}'
        | '\u{1f004}' | '\u{1f0cf}' | '\u{1f170}'..='\u{1f171}' | '\u{1f17e}'..='\u{1f17f}'
        | '\u{1f18e}' | '\u{1f191}'..='\u{1f19a}' | '\u{1f1e6}'..='\u{1f202}' | '\u{1f210}'..='\u{1f265}'
        | '\u{1f300}'..='\u{1f6ff}' | '\u{1f7e0}'..='\u{1f7ff}' | '\u{1f900}'..='\u{1f9ff}'
        | '\u{1fa70}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    // perl 5.36 (Unicode 14): for my $c (0x80..0x1FFFF) { print chr($c) if chr($c) =~ /\p{Emoji_Presentation}/ },
    // written as ranges
    const EMOJI_PRESENTATION: &str = "231A-231B 23E9-23EC 23F0 23F3 25FD-25FE 2614-2615 2648-2653 267F 2693 26A1 \
        26AA-26AB 26BD-26BE 26C4-26C5 26CE 26D4 26EA 26F2-26F3 26F5 26FA 26FD 2705 270A-270B 2728 274C 274E 2753-2755 \
        2757 2795-2797 27B0 27BF 2B1B-2B1C 2B50 2B55 1F004 1F0CF 1F18E 1F191-1F19A 1F1E6-1F1FF 1F201 1F21A 1F22F \
        1F232-1F236 1F238-1F23A 1F250-1F251 1F300-1F320 1F32D-1F335 1F337-1F37C 1F37E-1F393 1F3A0-1F3CA 1F3CF-1F3D3 \
        1F3E0-1F3F0 1F3F4 1F3F8-1F43E 1F440 1F442-1F4FC 1F4FF-1F53D 1F54B-1F54E 1F550-1F567 1F57A 1F595-1F596 1F5A4 \
        1F5FB-1F64F 1F680-1F6C5 1F6CC 1F6D0-1F6D2 1F6D5-1F6D7 1F6DD-1F6DF 1F6EB-1F6EC 1F6F4-1F6FC 1F7E0-1F7EB 1F7F0 \
        1F90C-1F93A 1F93C-1F945 1F947-1F9FF 1FA70-1FA74 1FA78-1FA7C 1FA80-1FA86 1FA90-1FAAC 1FAB0-1FABA 1FAC0-1FAC5 \
        1FAD0-1FAD9 1FAE0-1FAE7 1FAF0-1FAF6";

    #[test]
    fn every_character_of_emoji_presentation_is_one() {
        for range in EMOJI_PRESENTATION.split_whitespace() {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let code = |hex| u32::from_str_radix(hex, 16).unwrap();
            for c in (code(first)..=code(last)).map(|code| char::from_u32(code).unwrap()) {
                assert_eq!(kind(c.encode_utf8(&mut [0; 4])), TokenKind::Emoji, "U+{:04X}", u32::from(c));
            }
        }
    }

    #[test]
    fn kinds_by_hand() {
        for (token, expected) in [
            ("good", TokenKind::Word),
            ("好", TokenKind::Word),
            ("2nd", TokenKind::Word),
            ("a\u{301}", TokenKind::Word),
            ("क्षि", TokenKind::Word),
            ("12,5", TokenKind::Number),
            ("½", TokenKind::Number),
            ("❤", TokenKind::Emoji),
            ("❤️", TokenKind::Emoji),
            ("👩‍👩‍👧‍👦", TokenKind::Emoji),
            ("👍🏽", TokenKind::Emoji),
            ("🇧🇩", TokenKind::Emoji),
            ("1️⃣", TokenKind::Emoji),
            ("©️", TokenKind::Emoji),
            ("©", TokenKind::Symbol),
            ("→", TokenKind::Symbol),
            ("…", TokenKind::Symbol),
            ("\u{301}", TokenKind::Symbol),
            ("\u{200d}", TokenKind::Symbol),
            ("\u{fe0f}", TokenKind::Symbol),
            ("", TokenKind::Symbol),
        ] {
            assert_eq!(kind(token), expected, "{token}");
        }
    }
}

//! Characters that nobody sees.

use std::ops::Range;

use crate::alignment::Rewriter;

/// Returns whether `c` shows nothing by itself: control characters but white space, the soft hyphen, zero-width characters,
/// controls of writing direction, variation selectors, tags, and the fillers that stand for a missing letter.
///
/// A text may need some of them; `visible_stretches` knows where.
pub(crate) fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}'..='\u{17b5}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Replaces `stretches` by the byte ranges of `text` that remain when invisible characters are taken out, in order.
///
/// A backspace takes the character before it with it, as it does on a terminal. Letters that controls of direction show in another
/// order than they stand are not put in that order. Nothing is allocated while `stretches` has room.
pub(crate) fn visible_stretches(text: &str, stretches: &mut Vec<Range<usize>>) {
    stretches.clear();
    let mut start = 0;
    let mut rest = text.char_indices();
    while let Some((place, c)) = rest.next() {
        if !is_invisible(c) {
            continue;
        }
        let end = place + c.len_utf8();
        let before = text.get(start..place).and_then(|stretch| stretch.chars().next_back());
        // An invisible character that was taken out lies between; what is before it counts.
        let before = before.or_else(|| text.get(stretches.last()?.clone())?.chars().next_back());
        if stays(before, c, rest.clone().next().map(|(_, after)| after)) {
            continue;
        }
        stretches.extend((start < place).then_some(start..place));
        start = end;
        if c == '\u{8}' {
            drop_last(text, stretches);
        }
    }
    stretches.extend((start < text.len()).then_some(start..text.len()));
}

/// Takes the last character out of the last stretch.
fn drop_last(text: &str, stretches: &mut Vec<Range<usize>>) {
    let Some(last) = stretches.pop() else { return };
    let width = text.get(last.clone()).and_then(|stretch| stretch.chars().next_back()).map_or(0, char::len_utf8);
    let end = last.end.saturating_sub(width);
    stretches.extend((last.start < end).then_some(last.start..end));
}

/// Returns whether the invisible `c` stays between `before` and `after`.
fn stays(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        '\u{200b}' => is_unspaced(before) && after.is_some_and(is_unspaced),
        '\u{200c}' => needs_joiners(before),
        '\u{200d}' => needs_joiners(before) || ends_emoji(before) && after.is_some_and(is_emoji),
        '\u{fe0f}' if before.is_ascii() => matches!(before, '0'..='9' | '#' | '*') && after == Some('\u{20e3}'),
        '\u{fe0f}' => is_emoji(before),
        '\u{e0020}'..='\u{e007f}' => matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'),
        _ => false,
    }
}

/// Returns whether `c` is an emoji, or hair, which is one in sequences only.
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f9b0}'..='\u{1f9b3}') || emojis::get(c.encode_utf8(&mut [0; 4])).is_some()
}

/// Returns whether `c` can end an emoji: itself one, a skin tone or the mark U+FE0F.
fn ends_emoji(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0f}') || is_emoji(c)
}

/// Returns whether `c` is of a script whose spelling uses joiners.
fn needs_joiners(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{7ff}' | '\u{840}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1900}'..='\u{1cff}'
        | '\u{a840}'..='\u{abff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{11000}'..='\u{11fff}')
}

/// Returns whether `c` is of a script that is written without spaces and marks the ends of words by U+200B.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

/// Returns whether the text may hold an invisible character; quick where it is ASCII.
pub(crate) fn concerns(text: &str) -> bool {
    if text.is_ascii() {
        // all bytes, many at a time: few texts have one
        text.bytes().fold(false, |found, byte| found | byte.is_ascii_control())
    } else {
        text.contains(is_invisible)
    }
}

/// Takes out what nobody sees.
pub(crate) fn apply(text: &str, stretches: &mut Vec<Range<usize>>, mut rewriter: Rewriter<'_>) {
    visible_stretches(text, stretches);
    let mut end = 0;
    for stretch in stretches.iter() {
        if stretch.start > end {
            rewriter.replace(end..stretch.start, []);
        }
        end = stretch.end;
    }
    if end < text.len() {
        rewriter.replace(end..text.len(), []);
    }
    rewriter.finish();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seen(text: &str) -> String {
        let mut stretches = vec![7..9, 9..11];
        visible_stretches(text, &mut stretches);
        assert!(stretches.windows(2).all(|two| two[0].end < two[1].start), "{stretches:?}");
        stretches.into_iter().map(|place| text.get(place).filter(|stretch| !stretch.is_empty()).unwrap()).collect()
    }

    #[test]
    fn what_is_taken_out() {
        for (text, expected) in [
            ("go\u{200b}od", "good"),
            ("\u{feff}good", "good"),
            ("g\u{200d}o\u{200c}od\u{200e}", "good"),
            ("ba\u{ad}d \u{202e}x\u{202c}\u{2066}y\u{2069}", "bad xy"),
            ("a\0b\u{7f}c\u{1b}d\u{85}e\tf\r\ng\u{b}h", "abcd\u{85}e\tf\r\ng\u{b}h"),
            ("好\u{e0100}的\u{fe0f}", "好的"),
            ("a\u{fe0f}b\u{200d}👍", "ab👍"),
            ("❤\u{fe0e}", "❤"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}"),
            ("1\u{fe0f}0", "10"),
            ("👍\u{200d}", "👍"),
            ("👩\u{200d}\u{200d}🎓", "👩\u{200d}🎓"),
            ("a\u{e0041}b", "ab"),
            ("ㅤ", ""),
            ("bay\u{8}d", "bad"),
            ("abc\u{8}\u{8}\u{8}\u{8}d", "d"),
            ("ab\u{8}\u{200b}\u{8}c", "c"),
            ("好\u{8}", ""),
            ("\u{8}", ""),
            ("", ""),
        ] {
            assert_eq!(seen(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_texts_mean_stays() {
        for text in [
            "👩‍👩‍👧‍👦 👩🏽‍🎓 ❤️ ❤️‍🔥 🏳️‍🌈 🤦🏽‍♀️ 🐦‍⬛ 🚶‍➡️ 1️⃣ #️⃣ ©️ ↔️ ㊗️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🇧🇩",
            "این کتاب‌ها را نمی‌خواهم، خیلی خوب است",
            "कक्षा बहुत अच्छी थी, क्‍ष और श्री‌मान",
            "শিক্ষক র‍্যাগিং পছন্দ করেন না",
            "ക്‍ഷ പഠനം ആശുപത്രി",
            "ភាសា\u{200b}ខ្មែរ ดี\u{200b}มาก",
            "Это не очень хорошо. Ο καθηγητής είναι καλός. הקורס היה טוב. الدرس كان ممتازا",
            "Straße, naïve, \t e\u{301}te\u{301} \u{3000}好的！ ｆｕｌｌ",
        ] {
            assert_eq!(seen(text), text);
        }
    }

    #[test]
    fn every_emoji_stays() {
        for emoji in emojis::iter() {
            for emoji in emoji.skin_tones().into_iter().flatten().chain([emoji]) {
                assert_eq!(seen(emoji.as_str()), emoji.as_str());
            }
        }
    }

    // Python 3.11, Unicode 14: every character of category Cf but the joiners and signs that stay everywhere:
    // [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Cf"]
    #[test]
    fn characters_of_format_are_invisible_or_signs_of_their_own() {
        let signs =
            "\u{600}\u{601}\u{602}\u{603}\u{604}\u{605}\u{6dd}\u{70f}\u{890}\u{891}\u{8e2}\u{180e}\u{110bd}\u{110cd}";
        for range in [
            "ad",
            "61c",
            "200b-200f",
            "202a-202e",
            "2060-2064",
            "2066-206f",
            "feff",
            "fff9-fffb",
            "1d173-1d17a",
            "e0001",
            "e0020-e007f",
        ] {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            for code in u32::from_str_radix(first, 16).unwrap()..=u32::from_str_radix(last, 16).unwrap() {
                assert!(is_invisible(char::from_u32(code).unwrap()), "{code:x}");
            }
        }
        assert!(!signs.chars().any(is_invisible));
    }

    #[test]
    fn a_megabyte_ends() {
        for piece in
            ["\u{200b}", "a\u{200b}", "👩\u{200d}", "a\u{8}", "\u{8}", "aa\u{8}", "a", "\u{fe0f}", "\0", "\u{e0041}"]
        {
            let text = piece.repeat((1 << 20) / piece.len());
            assert!(seen(&text).len() <= text.len());
        }
    }

    proptest! {
        #[test]
        fn nothing_visible_is_lost(text in "[\\PC\u{ad}\u{200b}-\u{200f}\u{202e}\u{fe0f}\0\n]{0,30}|[a👩❤1कक्م\u{20e3}\u{200b}\u{200d}\u{fe0f}]{0,20}") {
            let visible = |text: &str| text.chars().filter(|&c| !is_invisible(c)).collect::<String>();
            prop_assert_eq!(visible(&seen(&text)), visible(&text));
        }

        #[test]
        fn twice_changes_nothing_more(text in "[a b👩❤1कم\u{20e3}\u{200b}\u{200d}\u{fe0f}]{0,20}") {
            let once = seen(&text);
            prop_assert_eq!(seen(&once), once);
        }
    }
}

//! The beginning of a text.

/// Signs that end a sentence.
const ENDS: [char; 7] = ['.', '!', '?', '…', '。', '！', '？'];

/// Returns the text in at most `most` characters, white space as single blanks; where it is longer, it is cut behind a sentence
/// that ends in the second half, or else behind a word, and `...` follows.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    const DOTS: &str = "...";
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let Some((limit, _)) = text.char_indices().nth(most.saturating_sub(DOTS.len())) else { return text };
    if text.chars().nth(most).is_none() {
        return text;
    }
    let half = text.char_indices().nth(most / 2).map_or(0, |(half, _)| half);
    // With the character at the limit, which may be the blank that ends a word.
    let next = text.get(limit..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let begin = text.get(..limit + next).unwrap_or_default();
    let sentence = || {
        let mut ends = begin.char_indices().rev().filter(|&(place, c)| ENDS.contains(&c) && place >= half);
        let (place, sign) = ends.find(|&(place, sign)| {
            let end = place + sign.len_utf8();
            // Not within an abbreviation, a number or an address; Chinese has no blank behind a sentence.
            end <= limit && (!sign.is_ascii() || begin.get(end..).is_some_and(|rest| rest.starts_with(' ')))
        })?;
        Some(place + sign.len_utf8())
    };
    let word = || begin.rfind(' ').filter(|&place| place >= half);
    let end = sentence().or_else(word).unwrap_or_else(|| whole(&text, limit));
    let kept = text.get(..end).unwrap_or_default();
    let blank = if kept.ends_with(ENDS) { " " } else { "" };
    format!("{kept}{blank}{DOTS}")
}

/// The last place up to `limit` that is inside no placeholder such as `[name]` and before no mark or joiner.
fn whole(text: &str, limit: usize) -> usize {
    let begin = text.get(..limit).unwrap_or_default();
    let open = begin.rfind('[').filter(|&open| {
        let rest = text.get(open..).unwrap_or_default();
        let placeholder = rest.find(']').filter(|&close| close <= 8); // `[number]`, the longest, has 8 bytes
        placeholder.is_some_and(|close| open + close >= limit)
    });
    let mut end = open.unwrap_or(limit);
    let goes_on = |end: usize| {
        let after = text.get(end..).and_then(|rest| rest.chars().next());
        let before = text.get(..end).and_then(|rest| rest.chars().next_back());
        after.is_some_and(continues) || before == Some('\u{200d}')
    };
    while end > 0 && goes_on(end) {
        end = text.get(..end).and_then(|rest| rest.char_indices().next_back()).map_or(0, |(place, _)| place);
    }
    // A text of nothing but marks is cut anyhow.
    if end == 0 { limit } else { end }
}

/// Whether a character belongs to the one before it: combining marks, joiners, selectors of a form, tones of skin.
fn continues(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{e31}'..='\u{e3a}'
        | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn by_hand() {
        for (text, most, expected) in [
            ("", 20, ""),
            ("  short \n text ", 20, "short text"),
            ("exactly twenty chars", 20, "exactly twenty chars"),
            ("Slow service today. And then they closed", 30, "Slow service today. ..."),
            ("Slow. And then they closed the whole desk", 30, "Slow. And then they closed..."),
            ("see www.a.b.c.d.e.f.g.h for all of it now", 28, "see www.a.b.c.d.e.f.g.h..."),
            ("图书馆的老师们很好。但是排队的时间实在是太长了一点", 20, "图书馆的老师们很好。但是排队的时间..."),
            ("图书馆的老师们真的很好很好。但是排队的时间实在是太长了", 20, "图书馆的老师们真的很好很好。 ..."),
            ("图书馆的老师们真的很好很[name]老师也好好好好好", 20, "图书馆的老师们真的很好很..."),
            ("aaaaaaaaaaaaaaaae\u{301}\u{301}bbbbbbbb", 20, "aaaaaaaaaaaaaaaa..."),
            ("aaaaaaaaaaaaaa👩\u{200d}👧\u{200d}👧bbbbbbbbb", 20, "aaaaaaaaaaaaaa..."),
        ] {
            assert_eq!(excerpt(text, most), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_too_long_and_a_beginning(text in "[a-c .!。\\n\\[\\]图\u{301}\u{200d}👩]{0,80}", most in 20usize..60) {
            let shown = excerpt(&text, most);
            prop_assert!(shown.chars().count() <= most + 1, "{shown}");
            let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let kept = shown.strip_suffix("...").unwrap_or(&shown).trim_end();
            prop_assert!(joined.starts_with(kept), "{joined}: {shown}");
        }

        #[test]
        fn any_text(text in any::<String>(), most in 20usize..60) {
            let _ = excerpt(&text, most);
        }
    }
}

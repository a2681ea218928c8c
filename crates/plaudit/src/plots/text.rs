//! What a label looks like: its width, its short form, numbers for people.

use plaudit_core::visible;

/// Returns `text` made visible, without the other characters that XML cannot hold.
pub(super) fn clean(text: &str) -> String {
    visible(text).replace(['\u{FFFE}', '\u{FFFF}'], "\u{FFFD}")
}

/// Returns about how many pixels wide `text` is: the fonts are the viewer's, and this is a wide one's (DejaVu Sans).
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

fn em(c: char) -> f64 {
    match c {
        '\u{0300}'..='\u{036F}' | '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' => 0.0,
        'i' | 'j' | 'l' | '\'' | '|' => 0.29,
        ' ' | '.' | ',' | ':' | ';' | 'I' | '!' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.98,
        'A'..='Z' => 0.72,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' => 1.0,
        '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' => 1.0,
        '\u{FDFD}' | '\u{1F000}'..='\u{1FAFF}' => 1.3,
        '\u{20000}'..='\u{3FFFF}' => 1.0,
        c if c.is_ascii() => 0.62,
        _ => 0.72,
    }
}

/// Returns `text`, without its middle where it is wider than `most`: labels often differ at their end.
pub(super) fn shorten(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let room = (most - width("…", size)).max(0.0);
    let until = |room: f64| {
        let mut used = 0.0;
        move |c: &char| {
            used += em(*c) * size;
            used <= room
        }
    };
    let start: String = text.chars().take_while(until(room * 0.6)).collect();
    let mut end: Vec<char> = text.chars().rev().take_while(until(room * 0.4)).collect();
    end.reverse();
    format!("{}…{}", start.trim_end(), end.into_iter().collect::<String>().trim_start())
}

/// Returns the digits of `count` in groups of three.
pub(super) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + 6);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns `count` with its noun: `1 text`, `2,000 texts`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// Returns `share` in percent with one decimal.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_keeps_both_ends() {
        assert_eq!(shorten("Library", 12.0, 100.0), "Library");
        let short = shorten("The reading room of the university's central library, floor 2", 12.0, 200.0);
        assert!(short.starts_with("The reading") && short.ends_with("floor 2") && short.contains('…'), "{short}");
        assert!(width(&short, 12.0) <= 200.0);
        assert_eq!(shorten("Library", 12.0, 0.0), "…");
        assert_eq!(shorten("很差的图书馆服务", 10.0, 60.0), "很差的…服务");
    }

    #[test]
    fn numbers_read_well() {
        let shown = [0, 999, 1_000, 123_456, u64::MAX].map(thousands);
        assert_eq!(shown, ["0", "999", "1,000", "123,456", "18,446,744,073,709,551,615"]);
        assert_eq!((counted(1, "text"), counted(2_000, "text")), ("1 text".into(), "2,000 texts".into()));
        assert_eq!(percent(0.8125), "81.2 %");
    }

    #[test]
    fn what_xml_cannot_hold_is_visible() {
        assert_eq!(clean("a\u{0}b\u{85}c\td\u{202E}e\u{FFFF}"), "a\\u{0}b\\u{85}c\\td\\u{202e}e\u{FFFD}");
    }
}

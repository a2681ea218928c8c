//! Clauses: the parts of a text that may each say another thing.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::tokenize::is_han;

/// English words that turn what is said around, in lower case.
const CONTRASTS: [&str; 7] = ["but", "however", "although", "though", "except", "whereas", "yet"];
/// Chinese ones; longer before shorter.
const CHINESE_CONTRASTS: [&str; 6] = ["但是", "不过", "可是", "然而", "可惜", "但"];
/// The fewest words on both sides of a comma that parts clauses.
const WORDS: usize = 3;
/// The fewest characters on both sides of a blank that parts Chinese clauses.
const CHARACTERS: usize = 3;

/// Returns the byte ranges of the clauses of `text`, in order, without the blanks and marks around them.
///
/// A clause ends at a full stop, question or exclamation mark, semicolon or line end, before a word of contrast (*but*, *however*, 但是), at a
/// Chinese comma, and at a comma with three words or more on each side. In Chinese it ends before the number of a list (2、 or 2. or ②), too, and at
/// a blank with three characters or more on each side, of which segmented texts have few. A stop inside a number, an address or an abbreviation that a
/// letter follows at once is none. "The screen is nice, but the battery is not" has two clauses, of which each may get a label of its own.
///
/// ```
/// let text = "Nice screen, but the battery lasts 1.5 days. 外形不错，信号不好！";
/// let clauses: Vec<&str> = plaudit_text::clauses(text).into_iter().map(|clause| &text[clause]).collect();
/// assert_eq!(clauses, ["Nice screen", "but the battery lasts 1.5 days", "外形不错", "信号不好"]);
/// ```
pub fn clauses(text: &str) -> Vec<Range<usize>> {
    let mut clauses = Vec::new();
    // What stands between `start` and a cut has so many words, perhaps none. They are counted on the way: to look back at each mark takes
    // time with the square of a text of nothing but marks.
    let (mut start, mut said) = (0, 0);
    for (at, piece) in text.split_word_bound_indices() {
        if cuts_before(text, (start, said), at, piece) {
            push(text, start..at, &mut clauses);
            (start, said) = (at, 0);
        }
        let end = at + piece.len();
        if cuts_after(text, (start, said), at, piece) {
            push(text, start..end, &mut clauses);
            (start, said) = (end, 0);
        }
        said += usize::from(piece.contains(char::is_alphanumeric));
    }
    push(text, start..text.len(), &mut clauses);
    clauses
}

/// Whether a word begins what contradicts the `said` words from `start` on.
fn cuts_before(text: &str, (start, said): (usize, usize), at: usize, piece: &str) -> bool {
    if start >= at {
        return false;
    }
    if numbers_a_list(text, at, piece) {
        return true;
    }
    if said < 2 {
        return false;
    }
    if piece.is_ascii() {
        return CONTRASTS.iter().any(|word| word.eq_ignore_ascii_case(piece));
    }
    let rest = text.get(at..).unwrap_or_default();
    CHINESE_CONTRASTS.iter().any(|word| rest.starts_with(word))
}

/// Whether a mark ends a clause, before which `said` words stand from `start` on.
fn cuts_after(text: &str, (start, said): (usize, usize), at: usize, piece: &str) -> bool {
    let rest = text.get(at + piece.len()..).unwrap_or_default();
    match piece {
        "!" | "?" | ";" | "…" | "。" | "！" | "？" | "；" | "，" | "\n" | "\r\n" | "\u{2028}" | "\u{2029}" => {
            true
        }
        " " | "\u{3000}" => {
            let run = |characters: &mut dyn Iterator<Item = char>| {
                let mut run = characters.take_while(|character| character.is_alphanumeric()).take(CHARACTERS);
                run.by_ref().next().is_some_and(is_han) && run.count() + 1 == CHARACTERS
            };
            let before = text.get(start..at).unwrap_or_default();
            run(&mut before.chars().rev()) && run(&mut rest.chars())
        }
        // Word bounds keep the stops of `1.5` and `e.g` inside a piece; what follows the others at once is an address or a list.
        "." | "．" => {
            let is_number = |number: &str| number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
            let of_list = said == 1 && text.get(start..at).is_some_and(|number| is_number(number.trim()));
            !of_list && (piece == "．" || rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric()))
        }
        "," if said >= WORDS => {
            let next = rest.find(['.', ',', '!', '?', ';', '\n', '。', '！', '？', '；', '，']).unwrap_or(rest.len());
            rest.get(..next).is_some_and(|after| after.unicode_words().take(WORDS).count() == WORDS)
        }
        _ => false,
    }
}

/// Whether a piece is the number of the next entry of a Chinese list.
fn numbers_a_list(text: &str, at: usize, piece: &str) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    if before.is_none_or(|before| !(is_han(before) || before == ' ')) {
        return false;
    }
    if piece.chars().eq(piece.chars().filter(|character| ('①'..='⑳').contains(character))) {
        return true;
    }
    let mut rest = text.get(at + piece.len()..).unwrap_or_default().chars();
    let number = piece.len() <= 2 && piece.bytes().all(|byte| byte.is_ascii_digit());
    number && matches!(rest.next(), Some('、' | '.' | '．' | '）' | ')')) && rest.next().is_some_and(is_han)
}

/// Adds a clause where anything is said in it: a letter, a digit or a sign that is no punctuation, such as an emoji.
fn push(text: &str, range: Range<usize>, clauses: &mut Vec<Range<usize>>) {
    let part = text.get(range.clone()).unwrap_or_default();
    let said = |character: char| character.is_alphanumeric() || !(character.is_ascii() || is_mark(character));
    let Some(first) = part.find(said) else { return };
    let end = part.char_indices().rfind(|&(_, character)| said(character));
    let end = end.map_or(part.len(), |(at, character)| at + character.len_utf8());
    clauses.push(range.start + first..range.start + end);
}

/// Blanks, and punctuation that is not of ASCII.
fn is_mark(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{2010}'..='\u{205e}' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> Vec<&str> {
        clauses(text).into_iter().map(|clause| text.get(clause).unwrap()).collect()
    }

    #[test]
    fn what_is_said_is_parted() {
        for (text, expected) in [
            ("", &[][..]),
            (" ... !!! ", &[]),
            ("Good", &["Good"]),
            ("Dr. Wu teaches v2.0 at uni.edu. Great!!", &["Dr", "Wu teaches v2.0 at uni.edu", "Great"]),
            ("great screen, bad battery", &["great screen, bad battery"]),
            ("the screen is great, the battery is bad", &["the screen is great", "the battery is bad"]),
            ("But it works", &["But it works"]),
            ("nothing but good", &["nothing but good"]),
            ("It is slow though it works", &["It is slow", "though it works"]),
            ("I waited\nnobody came", &["I waited", "nobody came"]),
            ("屏幕很大但是电池不好。", &["屏幕很大", "但是电池不好"]),
            ("但质量一般", &["但质量一般"]),
            ("1、屏幕很大2、铃声动听3、待机 2天", &["1、屏幕很大", "2、铃声动听", "3、待机 2天"]),
            ("功能多．1．快．２．５英寸", &["功能多", "1．快", "２．５英寸"]),
            ("优点①轻②省电 3.快", &["优点", "①轻", "②省电", "3.快"]),
            ("大约1.5天，200、300条", &["大约1.5天", "200、300条"]),
            ("不支持彩信 内存太小　屏幕也小", &["不支持彩信", "内存太小", "屏幕也小"]),
            ("这 手机 很 不错 屏幕 大", &["这 手机 很 不错 屏幕 大"]),
            ("版本 2.0 还行 v3 好", &["版本 2.0 还行 v3 好"]),
            ("1. The room. 2. The food", &["1. The room", "2. The food"]),
            ("room 2) is cold", &["room 2) is cold"]),
            ("👍👍！差", &["👍👍", "差"]),
            ("“Wow” (really)", &["Wow” (really"]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    /// Each of these took minutes while marks looked back for words.
    #[test]
    fn long_texts_of_marks_take_no_longer_a_character() {
        for part in [",", "， ,", " ,\u{301}", "👍,", " .1", "\u{200b},", "-", "1.", "、", "但", " but", "( ", "2、"]
        {
            let text = part.repeat(300_000);
            let began = std::time::Instant::now();
            let found = clauses(&text);
            assert!(found.len() <= text.len() && began.elapsed().as_secs() < 20, "{part}: {:?}", began.elapsed());
        }
        let text = format!("{}{}", " ".repeat(300_000), ".a ".repeat(300_000));
        assert!(!clauses(&text).is_empty());
    }

    proptest! {
        #[test]
        fn clauses_are_in_order_and_hold_every_letter(text in "(?s)[a-z ,.!?but但，。\n👍é]{0,60}|\\PC{0,40}") {
            let found = clauses(&text);
            let mut end = 0;
            let mut letters = 0;
            for clause in &found {
                prop_assert!(clause.start >= end && clause.end > clause.start && text.get(clause.clone()).is_some());
                letters += text.get(clause.clone()).unwrap().chars().filter(|c| c.is_alphanumeric()).count();
                end = clause.end;
            }
            prop_assert_eq!(letters, text.chars().filter(|c| c.is_alphanumeric()).count());
        }
    }
}

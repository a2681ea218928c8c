//! Traditional characters as simplified ones.

use std::sync::OnceLock;

/// Pairs of characters; see the head of the file.
const PAIRS: &str = include_str!("../../data/traditional.txt");

/// The first and last character that a table by code point holds: CJK Extension A up to the end of the main block.
const FIRST: char = '\u{3400}';
const LAST: char = '\u{9fff}';

/// Returns the simplified form of a traditional Chinese character, and every other character as it is.
///
/// It is one character for one, and both take three bytes in UTF-8: a text keeps its length, and byte ranges stay right. The
/// 2,739 pairs are those of Unicode CLDR's transform *Traditional-Simplified* that OpenCC's table has, too. What needs its
/// neighbours is not told apart: 乾 becomes 干 in 乾淨 (干净), rightly, and in 乾隆, wrongly. Words are not translated (計程車
/// becomes 计程车, not 出租车). A second application changes nothing.
///
/// Segment Chinese after it: the dictionary of `Segmenter` (feature `chinese`) is of simplified words.
///
/// # Example
/// ```
/// let text: String = "這間酒店的服務態度不錯 OK".chars().map(plaudit_text::simplify).collect();
/// assert_eq!(text, "这间酒店的服务态度不错 OK");
/// ```
pub fn simplify(c: char) -> char {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    if !(FIRST..=LAST).contains(&c) {
        return c;
    }
    let place = |c: char| u32::from(c).wrapping_sub(u32::from(FIRST)) as usize;
    let table = TABLE.get_or_init(|| {
        let mut table: Vec<char> = (FIRST..=LAST).collect();
        for (traditional, simplified) in pairs() {
            if let Some(entry) = table.get_mut(place(traditional)) {
                *entry = simplified;
            }
        }
        table
    });
    table.get(place(c)).copied().unwrap_or(c)
}

fn pairs() -> impl Iterator<Item = (char, char)> {
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).filter_map(|pair| {
        let mut chars = pair.chars();
        Some((chars.next()?, chars.next()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simplified(text: &str) -> String {
        text.chars().map(simplify).collect()
    }

    // opencc-python-reimplemented 0.1.7: OpenCC("t2s").convert(text)
    #[test]
    fn equals_opencc() {
        for (text, expected) in [
            ("這間酒店環境和服務態度亦算不錯", "这间酒店环境和服务态度亦算不错"),
            ("價錢平宜可接受", "价钱平宜可接受"),
            ("圖書館的閱覽室太擠了，還沒有電源", "图书馆的阅览室太挤了，还没有电源"),
            ("老師講課認真，但作業過多", "老师讲课认真，但作业过多"),
            ("後來乾淨的頭髮發現麵包", "后来干净的头发发现面包"),
            ("简体字不变 abc 123 👍", "简体字不变 abc 123 👍"),
            ("著名的俱乐部，显著，跌跤，姊妹", "著名的俱乐部，显著，跌跤，姊妹"),
        ] {
            assert_eq!(simplified(text), expected);
        }
    }

    #[test]
    fn pairs_are_sorted_and_end_after_one_step() {
        let all: Vec<(char, char)> = pairs().collect();
        assert_eq!(all.len(), 2739);
        assert!(all.windows(2).all(|two| two[0].0 < two[1].0));
        for &(traditional, simple) in &all {
            assert_eq!(simplify(traditional), simple);
            assert_eq!(simplify(simple), simple);
            assert_eq!((traditional.len_utf8(), simple.len_utf8()), (3, 3));
        }
    }

    #[test]
    fn every_other_character_stays() {
        let changed = ('\0'..=char::MAX).filter(|&c| simplify(c) != c).count();
        assert_eq!(changed, 2739);
    }
}

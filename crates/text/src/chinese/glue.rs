//! Which words glue a negation to what it negates, and which cries are cut into pieces.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Words with blanks where they are cut.
const GLUED: &str = include_str!("../../data/chinese_glued_negations.txt");

/// Returns whether `c` negates: each word that is cut has one.
pub(super) fn is_negator(c: char) -> bool {
    matches!(c, '不' | '没' | '别' | '未' | '无')
}

/// Returns whether people write `c` again and again where they laugh, weep or cry out.
#[rustfmt::skip]
fn is_cry(c: char) -> bool {
    matches!(
        c,
        '哈' | '呵' | '嘿' | '嘻' | '呜' | '啊' | '哦' | '噢' | '喔' | '嗯' | '呃' | '额' | '哇' | '呀' | '唉' | '哎' | '嗷' | '哼'
            | '呐' | '啦' | '嗨' | '咯' | '汪' | '喵'
    )
}

/// Returns the byte offsets at which a word of the dictionary is cut; none where it stays whole.
pub(super) fn cuts(word: &str) -> &'static [usize] {
    static CUTS: OnceLock<HashMap<String, Vec<usize>>> = OnceLock::new();
    let cuts = CUTS.get_or_init(|| {
        let lines = GLUED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entry = |line: &str| {
            let (mut whole, mut cuts) = (String::new(), Vec::new());
            for part in line.split(' ') {
                cuts.extend((!whole.is_empty()).then_some(whole.len()));
                whole.push_str(part);
            }
            (whole, cuts)
        };
        lines.map(entry).collect()
    });
    cuts.get(word).map_or(&[], Vec::as_slice)
}

/// Returns the length in bytes of the negation that `word` begins with, where something is behind it.
pub(super) fn negation(word: &str) -> Option<usize> {
    let first = word.chars().next().filter(|&first| is_negator(first))?;
    (word.len() > first.len_utf8()).then_some(first.len_utf8())
}

/// Returns the character of a cry: a word that is one of them, once or again and again.
pub(super) fn cry(word: &str) -> Option<char> {
    let first = word.chars().next().filter(|&first| is_cry(first))?;
    word.chars().all(|c| c == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_clean() {
        let lines: Vec<&str> = GLUED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let mut wholes: Vec<String> = lines.iter().map(|line| line.replace(' ', "")).collect();
        for (line, whole) in lines.iter().zip(&wholes) {
            assert!(whole.contains(is_negator), "{line} is never looked up");
            let parts: Vec<&str> = line.split(' ').collect();
            assert!(parts.len() > 1 && parts.iter().all(|part| !part.is_empty()), "{line}");
            assert_eq!(cuts(whole).len(), parts.len() - 1, "{line} is never found");
        }
        wholes.sort();
        assert!(wholes.windows(2).all(|two| two[0] != two[1]), "a word stands twice");
    }

    #[test]
    fn by_hand() {
        assert_eq!(cuts("不是"), [3]);
        assert_eq!(cuts("不太好"), [3, 6]);
        for whole in ["不错", "不过", "不仅", "没有", "无聊", "差不多", "不怎么样", "好", ""] {
            assert!(cuts(whole).is_empty(), "{whole}");
        }
        assert_eq!((negation("不卡"), negation("不"), negation("就别"), negation("")), (Some(3), None, None, None));
        assert_eq!(
            (cry("哈哈哈"), cry("啊"), cry("好好"), cry("哈哈呵"), cry("")),
            (Some('哈'), Some('啊'), None, None, None)
        );
    }
}

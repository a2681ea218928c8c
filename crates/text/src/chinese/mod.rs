//! Chinese: words, and traditional characters as simplified ones.

#[cfg(feature = "chinese")]
mod config;
#[cfg(feature = "chinese")]
mod glue;
#[cfg(feature = "chinese")]
mod segmenter;
mod simplify;

#[cfg(feature = "chinese")]
pub use config::{SegmenterConfig, UserWord};
#[cfg(feature = "chinese")]
pub use segmenter::Segmenter;
pub use simplify::simplify;

#[cfg(all(test, feature = "chinese"))]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const FUNCTION_WORDS: &str = include_str!("../../data/chinese_function_words.txt");
    const NEGATORS: &str = include_str!("../../data/chinese_negators.txt");
    const STANCE_WORDS: &str = include_str!("../../data/chinese_stance_words.txt");

    fn words(list: &'static str) -> Vec<&'static str> {
        list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    #[test]
    fn stop_words_stand_once_and_are_one_word() {
        let whole = |config: &SegmenterConfig, word: &str| {
            let mut count = 0;
            Segmenter::new(config).unwrap().segment(word, |_| count += 1);
            count == 1
        };
        let plain = SegmenterConfig { split_negations: false, ..SegmenterConfig::default() };
        let mut seen = HashSet::new();
        for word in [FUNCTION_WORDS, NEGATORS, STANCE_WORDS].map(words).concat() {
            assert!(seen.insert(word), "{word} stands twice");
            assert_eq!(word.chars().map(simplify).collect::<String>(), word);
            assert!(whole(&plain, word), "{word} is never one word");
        }
        for word in [FUNCTION_WORDS, STANCE_WORDS].map(words).concat() {
            assert!(whole(&SegmenterConfig::default(), word), "{word} is cut");
        }
    }

    #[test]
    fn what_turns_or_weighs_a_text_is_no_function_word() {
        let function = words(FUNCTION_WORDS);
        for word in
            "不 没 没有 无 未 别 很 太 非常 好 最 更 但是 不过 可是 如果 应该 希望 想 要 真 都 还 就是说 差 喜欢 问题"
                .split(' ')
        {
            assert!(!function.contains(&word), "{word}");
        }
        for (list, sizes) in [(FUNCTION_WORDS, 180..220), (NEGATORS, 40..60), (STANCE_WORDS, 100..140)] {
            assert!(sizes.contains(&words(list).len()), "{}", words(list).len());
        }
    }
}

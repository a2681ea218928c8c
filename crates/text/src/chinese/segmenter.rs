//! The split of Chinese into words, by jieba's dictionary and hidden Markov model.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jieba_rs::Jieba;
use plaudit_core::Result;

use super::glue;
use crate::SegmenterConfig;

/// Splits Chinese into words. Cheap to clone and free to share between threads.
///
/// The words are those of jieba's dictionary (349,000) on the path with the highest product of their frequencies; what is left
/// over is joined by its hidden Markov model. On top of it, a negation is cut from what it negates, and a cry (哈哈哈哈哈) is one
/// word; [`SegmenterConfig`] turns each of them off.
///
/// The dictionary is unpacked once a process, in about 0.2 s, and takes 33 MB of memory; a segmenter with words of its own takes a
/// copy.
///
/// # Example: negations stand alone, idioms stay
/// ```
/// use plaudit_text::{Segmenter, SegmenterConfig};
///
/// let segmenter = Segmenter::new(&SegmenterConfig::default())?;
/// let words = |run| -> Vec<&str> {
///     let mut words = Vec::new();
///     segmenter.segment(run, |place| words.extend(run.get(place)));
///     words
/// };
/// assert_eq!(words("老师不是很负责"), ["老师", "不", "是", "很", "负责"]);
/// assert_eq!(words("食堂不好吃但是宿舍不错"), ["食堂", "不", "好吃", "但是", "宿舍", "不错"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Segmenter {
    jieba: Arc<Jieba>,
    config: SegmenterConfig,
    /// The words of the user, which are cut nowhere.
    whole: HashSet<String>,
}

impl Segmenter {
    /// Returns the segmenter of this configuration. The first one of a process unpacks the dictionary.
    ///
    /// # Errors
    /// When [`SegmenterConfig::validate`] finds a fault.
    pub fn new(config: &SegmenterConfig) -> Result<Self> {
        static PLAIN: OnceLock<Arc<Jieba>> = OnceLock::new();
        config.validate()?;
        let mut jieba = Arc::clone(PLAIN.get_or_init(|| Arc::new(Jieba::new())));
        if !config.user_words.is_empty() {
            let own = Arc::make_mut(&mut jieba);
            for word in &config.user_words {
                own.add_word(&word.word, word.count.map(|count| count as usize), None);
            }
        }
        let whole = config.user_words.iter().map(|word| word.word.clone()).collect();
        Ok(Self { jieba, config: config.clone(), whole })
    }

    /// Returns the configuration that the segmenter was made from.
    pub fn config(&self) -> &SegmenterConfig {
        &self.config
    }

    /// Hands on the byte range of each word of `run`, in order and without gaps.
    ///
    /// Meant for a run of Han characters, perhaps with ASCII letters and digits beside them (`T恤`, `AA制`). In any other text,
    /// each character that is none of these is a word, white space and punctuation, too.
    pub fn segment(&self, run: &str, mut emit: impl FnMut(Range<usize>)) {
        let mut cry: Option<(char, Range<usize>)> = None;
        for token in self.jieba.cut(run, self.config.hmm) {
            let place = token.byte_start..token.byte_end;
            let next = if self.config.join_cries { glue::cry(token.word) } else { None };
            if let Some((before, whole)) = &mut cry {
                if next == Some(*before) {
                    whole.end = place.end;
                    continue;
                }
                emit(whole.clone());
                cry = None;
            }
            match next {
                Some(next) => cry = Some((next, place)),
                None => self.cut(token.word, place, &mut emit),
            }
        }
        if let Some((_, whole)) = cry {
            emit(whole);
        }
    }

    /// Hands on `word`, or its parts where it glues a negation to what it negates.
    fn cut(&self, word: &str, place: Range<usize>, emit: &mut impl FnMut(Range<usize>)) {
        let mut start = place.start;
        // Most words are passed over here, without a hash: those of one character, and those without a negator.
        if self.config.split_negations && word.len() > 4 && word.chars().any(glue::is_negator) {
            let cuts = glue::cuts(word);
            if !cuts.is_empty() && !self.whole.contains(word) {
                for cut in cuts {
                    emit(start..place.start + cut);
                    start = place.start + cut;
                }
            } else if let Some(length) = glue::negation(word)
                && !self.jieba.has_word(word)
            {
                // a new word by the hidden Markov model: 不卡, 没带
                emit(start..start + length);
                start += length;
            }
        }
        emit(start..place.end);
    }
}

/// Segmenters are equal when their configurations are.
impl PartialEq for Segmenter {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config
    }
}

impl Eq for Segmenter {}

impl fmt::Debug for Segmenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Segmenter").field(&self.config).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::UserWord;

    fn jieba_alone(hmm: bool) -> Segmenter {
        let config = SegmenterConfig { hmm, split_negations: false, join_cries: false, user_words: Vec::new() };
        Segmenter::new(&config).unwrap()
    }

    fn words(segmenter: &Segmenter, run: &str) -> String {
        let mut words = Vec::new();
        segmenter.segment(run, |place| words.push(run.get(place).unwrap()));
        words.join("|")
    }

    // jieba 0.42.1: "|".join(jieba.lcut(text)), "|".join(jieba.lcut(text, HMM=False))
    #[test]
    fn equals_python_jieba() {
        for (run, with, without) in [
            ("我来到北京清华大学", "我|来到|北京|清华大学", "我|来到|北京|清华大学"),
            (
                "小明硕士毕业于中国科学院计算所",
                "小明|硕士|毕业|于|中国科学院|计算所",
                "小|明|硕士|毕业|于|中国科学院|计算所",
            ),
            ("他来到了网易杭研大厦", "他|来到|了|网易|杭研|大厦", "他|来到|了|网易|杭|研|大厦"),
            ("不给力不靠谱", "不给力|不靠|谱", "不|给|力|不靠|谱"),
            ("哈哈哈哈哈哈哈哈", "哈哈哈哈|哈哈哈哈", "哈哈哈哈|哈哈哈哈"),
            ("啊啊啊啊啊", "啊啊啊|啊|啊", "啊啊啊|啊|啊"),
            ("一点都不好用", "一点|都|不好|用", "一点|都|不好|用"),
            ("T恤很好", "T恤|很|好", "T恤|很|好"),
            ("AA制", "AA制", "AA制"),
            ("3G手机", "3G|手机", "3G|手机"),
            ("妳好㐂", "妳|好|㐂", "妳|好|㐂"),
        ] {
            assert_eq!(words(&jieba_alone(true), run), with);
            assert_eq!(words(&jieba_alone(false), run), without);
        }
    }

    #[test]
    fn negations_stand_alone_and_idioms_stay() {
        let segmenter = Segmenter::new(&SegmenterConfig::default()).unwrap();
        for (run, expected) in [
            ("不是很好", "不|是|很|好"),
            ("不好吃", "不|好吃"),
            ("不太好用", "不|太|好|用"),
            ("真不错", "真不错"),
            ("不过还不错", "不过|还|不错"),
            ("没有空调", "没有|空调"),
            ("不卡", "不|卡"),
            ("没带充电器", "没|带|充电器"),
            ("我从来不去食堂", "我|从来|不|去|食堂"),
            ("不", "不"),
            ("", ""),
        ] {
            assert_eq!(words(&segmenter, run), expected);
        }
    }

    #[test]
    fn a_cry_is_one_word() {
        let segmenter = Segmenter::new(&SegmenterConfig::default()).unwrap();
        for (run, expected) in [
            ("哈哈哈哈哈哈太好了", "哈哈哈哈哈哈|太好了"),
            ("哈哈哈呵呵", "哈哈哈|呵呵"),
            ("好啊啊啊啊啊", "好|啊啊啊啊啊"),
            ("太太太好了", "太太|太好了"),
        ] {
            assert_eq!(words(&segmenter, run), expected);
        }
    }

    #[test]
    fn words_of_ones_own_stay_whole_and_touch_no_other_segmenter() {
        let user_words = vec![UserWord::new("不是"), UserWord::new("不给力啊"), UserWord::new("小明硕士")];
        let mut config = SegmenterConfig { user_words, ..SegmenterConfig::default() };
        let own = Segmenter::new(&config).unwrap();
        assert_eq!(words(&own, "不是小明硕士不给力啊"), "不是|小明硕士|不给力啊");
        assert_eq!(own, own.clone());
        let plain = Segmenter::new(&SegmenterConfig::default()).unwrap();
        assert_eq!(words(&plain, "不是小明硕士"), "不|是|小明|硕士");
        assert_ne!(own, plain);
        // a count decides against the other ways to cut
        config.user_words = vec![UserWord { count: Some(1), ..UserWord::new("课很") }];
        assert_eq!(words(&Segmenter::new(&config).unwrap(), "这课很好"), "这课|很|好");
        config.user_words = vec![UserWord { count: Some(100_000_000), ..UserWord::new("课很") }];
        assert_eq!(words(&Segmenter::new(&config).unwrap(), "这课很好"), "这|课很|好");
        config.user_words = vec![UserWord::new("")];
        assert!(Segmenter::new(&config).is_err());
    }

    #[test]
    fn a_megabyte_of_anything_ends() {
        for piece in ["哈", "好", "不", "不是", "a", "9.", "\u{200d}", "中华人民共和国", "𠀀", "\0", "－", "\r\n"]
        {
            let run = piece.repeat((1 << 20) / piece.len());
            for segmenter in [jieba_alone(false), Segmenter::new(&SegmenterConfig::default()).unwrap()] {
                let mut end = 0;
                segmenter.segment(&run, |place| {
                    assert_eq!(place.start, end);
                    end = place.end;
                });
                assert_eq!(end, run.len());
            }
        }
    }

    proptest! {
        #[test]
        fn words_are_the_run_without_gaps(
            run in r"\PC{0,20}|[不没是好太错哈很的一二三图书馆aA1.\u{0}\n🙂，ｚ㐂𠀀]{0,30}", hmm: bool, split_negations: bool, join_cries: bool,
        ) {
            let config = SegmenterConfig { hmm, split_negations, join_cries, user_words: Vec::new() };
            let mut end = 0;
            Segmenter::new(&config).unwrap().segment(&run, |place| {
                assert!(place.start == end && place.end > end && run.get(place.clone()).is_some());
                end = place.end;
            });
            prop_assert_eq!(end, run.len());
        }
    }
}

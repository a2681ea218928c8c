//! How Chinese is segmented, as data.

use std::collections::HashMap;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// How Chinese is split into words.
///
/// # Example: a word of one's own
#[cfg_attr(feature = "chinese", doc = "```")]
#[cfg_attr(not(feature = "chinese"), doc = "```ignore")]
/// use plaudit_text::{Segmenter, SegmenterConfig, UserWord};
///
/// let run = "教务处的选课系统";
/// let words = |config: &SegmenterConfig| -> plaudit_core::Result<Vec<&str>> {
///     let mut words = Vec::new();
///     Segmenter::new(config)?.segment(run, |place| words.extend(run.get(place)));
///     Ok(words)
/// };
/// let mut config = SegmenterConfig::default();
/// assert_eq!(words(&config)?, ["教务处", "的", "选课", "系统"]);
/// config.user_words = vec![UserWord::new("选课系统")];
/// assert_eq!(words(&config)?, ["教务处", "的", "选课系统"]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct SegmenterConfig {
    /// Whether single characters that the dictionary leaves over are joined by a hidden Markov model, which finds names and
    /// new words. Default true.
    pub hmm: bool,
    /// Whether a negation is cut from what it negates: `不是` into `不` and `是`, never `不错` (good) or `不过` (but). Default true, so
    /// that later steps see it. Counts of words alone classify as well with it as without it (three sets, validation data).
    pub split_negations: bool,
    /// Whether laughter and other cries of one character again and again are one word, which jieba cuts into twos, threes and
    /// fours. Default true.
    pub join_cries: bool,
    /// Words that the dictionary lacks or cuts wrongly; 100,000 at most. They are cut nowhere. Default none.
    pub user_words: Vec<UserWord>,
}

impl Default for SegmenterConfig {
    fn default() -> Self {
        Self { hmm: true, split_negations: true, join_cries: true, user_words: Vec::new() }
    }
}

/// A word of one's own for the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct UserWord {
    /// The word: Han characters, perhaps with ASCII letters and digits; 32 characters at most.
    pub word: String,
    /// How often it stands in a text of 60 million words, which is the size of the dictionary's counts; 1 to 100,000,000. Without
    /// it, as often as is needed for the word to stay whole by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

impl UserWord {
    /// The most characters of a word.
    const MAX_CHARS: usize = 32;
    /// The highest count: the whole dictionary's is 60 million.
    const MAX_COUNT: u32 = 100_000_000;

    /// Returns the word with a count that keeps it whole.
    pub fn new(word: impl Into<String>) -> Self {
        Self { word: word.into(), count: None }
    }

    fn fault(&self) -> Option<String> {
        let length = self.word.chars().count();
        if length == 0 || length > Self::MAX_CHARS {
            return Some(format!("found {length} characters, expected 1 to {}", Self::MAX_CHARS));
        }
        if let Some(c) = self.word.chars().find(|&c| !is_han(c) && !c.is_ascii_alphanumeric()) {
            return Some(format!("found {c:?}, expected Han characters, ASCII letters and digits"));
        }
        let count = self.count.filter(|count| !(1..=Self::MAX_COUNT).contains(count))?;
        Some(format!("found the count {count}, expected 1 to {}", Self::MAX_COUNT))
    }
}

impl SegmenterConfig {
    /// The most words of one's own.
    const MAX_USER_WORDS: usize = 100_000;

    /// Names every fault of the configuration, words by their index, counted from 0.
    ///
    /// # Errors
    /// When there are too many words, or one is empty, too long, stands twice, or has a character or count that cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let count = self.user_words.len();
        if count > Self::MAX_USER_WORDS {
            let most = Self::MAX_USER_WORDS;
            faults.push(format!("segmenter.user_words: found {count} words, expected at most {most}"));
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for (index, word) in self.user_words.iter().enumerate() {
            let first = *seen.entry(&word.word).or_insert(index);
            let twice = (first != index).then(|| format!("stands already at index {first}"));
            if let Some(fault) = word.fault().or(twice) {
                faults.push(format!("segmenter.user_words[{index}]: {fault}"));
            }
        }
        Error::from_faults(faults)
    }
}

/// Returns whether jieba takes `c` for a Chinese character: the CJK unified ideographs and compatibility ideographs.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2ebef}' | '\u{2f800}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_with_its_index() {
        let mut config = SegmenterConfig::default();
        config.validate().unwrap();
        let with_count = |word: &str, count| UserWord { count: Some(count), ..UserWord::new(word) };
        config.user_words = vec![
            UserWord::new("选课系统"),
            UserWord::new(""),
            UserWord::new("大 众"),
            UserWord::new("好".repeat(33)),
            with_count("卡拉OK", 0),
            with_count("慕课", 100_000_001),
            UserWord::new("选课系统"),
            with_count("T恤", 1),
        ];
        let Err(Error::Config { faults }) = config.validate() else { panic!("accepted") };
        assert_eq!(
            faults,
            [
                "segmenter.user_words[1]: found 0 characters, expected 1 to 32",
                "segmenter.user_words[2]: found ' ', expected Han characters, ASCII letters and digits",
                "segmenter.user_words[3]: found 33 characters, expected 1 to 32",
                "segmenter.user_words[4]: found the count 0, expected 1 to 100000000",
                "segmenter.user_words[5]: found the count 100000001, expected 1 to 100000000",
                "segmenter.user_words[6]: stands already at index 0",
            ]
        );
        config.user_words = (0..100_001).map(|number| UserWord::new(format!("词{number}"))).collect();
        assert!(config.validate().unwrap_err().to_string().contains("found 100001 words, expected at most 100000"));
    }

    #[test]
    fn written_down_as_json() {
        let json = r#"{"hmm":false,"user_words":[{"word":"慕课","count":30},{"word":"选课系统"}]}"#;
        let config: SegmenterConfig = serde_json::from_str(json).unwrap();
        assert!(!config.hmm && config.split_negations && config.join_cries);
        assert_eq!(config.user_words[1], UserWord::new("选课系统"));
        let again = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
        assert_eq!(config, again);
        assert_eq!(serde_json::from_str::<SegmenterConfig>("{}").unwrap(), SegmenterConfig::default());
        for json in [r#"{"hm":true}"#, r#"{"user_words":[{}]}"#, r#"{"user_words":[{"word":"慕课","count":-1}]}"#] {
            assert!(serde_json::from_str::<SegmenterConfig>(json).is_err(), "{json}");
        }
    }
}

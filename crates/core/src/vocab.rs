//! The words that a model knows, and their ids.

use serde::{Deserialize, Serialize};

use crate::word_counts::is_word;
use crate::{Error, Result, WordIndex};

/// How a vocabulary is cut from counted words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct VocabConfig {
    /// Words that occur fewer times than this are unknown; every occurrence counts, also within one text, and 0 acts
    /// as 1. Default 2: a word seen once teaches nothing that can be told from chance.
    pub min_count: u64,
    /// The most words kept, most frequent first. Default 50,000.
    pub max_words: usize,
}

impl Default for VocabConfig {
    fn default() -> Self {
        Self { min_count: 2, max_words: 50_000 }
    }
}

impl VocabConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.max_words == 0 {
            faults.push("vocab.max_words: must be at least 1".to_owned());
        }
        if self.max_words >= u32::MAX as usize - 2 {
            faults.push(format!("vocab.max_words: must be below {}", u32::MAX - 2));
        }
        Error::from_faults(faults)
    }
}

/// Words and their ids. Id 0 stands for padding and id 1 for every unknown word; known words start at id 2.
///
/// # Example: counting, cutting, looking up
/// ```
/// use plaudit_core::{TokenKind, Tokens, Vocab, VocabConfig, WordCounts};
///
/// let mut tokens = Tokens::new();
/// for word in ["not", "bad", "not"] {
///     tokens.push(word, 0..0, TokenKind::Word);
/// }
/// let mut counts = WordCounts::new();
/// counts.add_tokens(&tokens);
/// let vocab = counts.into_vocab(&VocabConfig::default())?;
/// assert_eq!((vocab.id("not"), vocab.id("bad")), (2, Vocab::UNKNOWN));
/// assert_eq!(vocab.len(), 3);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Vocab {
    words: Vec<String>,
    index: WordIndex,
}

impl PartialEq for Vocab {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Vocab {}

impl Vocab {
    /// The id of padding. No word has it.
    pub const PADDING: u32 = 0;
    /// The id of every word that the vocabulary does not hold.
    pub const UNKNOWN: u32 = 1;
    const FIRST: u32 = 2;

    /// Returns the vocabulary of these words; the first gets id 2.
    ///
    /// # Errors
    /// When a word stands twice, is empty or holds a line break, or there are more than `u32` can number.
    pub fn new<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Result<Self> {
        let (vocab, faults) = Self::parse(words, "word");
        Error::from_faults(faults.into_iter().map(|fault| format!("vocab: {fault}")).collect())?;
        Ok(vocab)
    }

    /// Returns the vocabulary of these words, and what is wrong with them: the first faults, each with the number of its
    /// word (or `line`), counted from 1.
    fn parse<S: Into<String>>(words: impl IntoIterator<Item = S>, noun: &str) -> (Self, Vec<String>) {
        const MOST: usize = 10;
        let words: Vec<String> = words.into_iter().map(Into::into).collect();
        let at = |place: u32| words.get(place as usize).map(String::as_str);
        let mut index = WordIndex::with_room(words.len()).unwrap_or_default();
        let mut faults = Vec::new();
        let mut more = 0_u64;
        for (place, word) in (0..u32::MAX - Self::FIRST).zip(&words) {
            let number = u64::from(place) + 1;
            let fault = if word.is_empty() {
                format!("{noun} {number} is empty")
            } else if !is_word(word) {
                format!("{noun} {number} holds a line break (\\n or \\r)")
            } else if let Some(earlier) = index.insert(word, place, at) {
                format!("{noun} {} stands twice, again as {noun} {number}", u64::from(earlier) + 1)
            } else {
                continue;
            };
            if faults.len() < MOST {
                faults.push(fault);
            } else {
                more += 1;
            }
        }
        if more > 0 {
            faults.push(format!("and {more} more faults"));
        }
        if words.len() >= (u32::MAX - Self::FIRST) as usize {
            faults.push(format!("{} words are more than there are ids", words.len()));
        }
        (Self { words, index }, faults)
    }

    /// Returns the number of ids: the words, padding and unknown.
    #[allow(clippy::len_without_is_empty)] // padding and unknown are always there
    pub fn len(&self) -> usize {
        self.words.len() + Self::FIRST as usize
    }

    /// Returns the id of `word`, or [`UNKNOWN`](Self::UNKNOWN).
    pub fn id(&self, word: &str) -> u32 {
        let place = self.index.place(word, |place| self.words.get(place as usize).map(String::as_str));
        place.map_or(Self::UNKNOWN, |place| place + Self::FIRST)
    }

    /// Returns the word of `id`; none for padding, unknown, and ids that are too large.
    pub fn word(&self, id: u32) -> Option<&str> {
        self.words.get(id.checked_sub(Self::FIRST)? as usize).map(String::as_str)
    }

    /// Returns the words in the order of their ids, from id 2.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// Returns the vocabulary as text, one word a line, from id 2.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(self.words.iter().map(|word| word.len() + 1).sum());
        for word in &self.words {
            text.push_str(word);
            text.push('\n');
        }
        text
    }

    /// Returns the vocabulary that [`to_text`](Self::to_text) wrote. `source_name` stands in the error.
    ///
    /// # Errors
    /// When a line is empty, ends in `\r` or stands twice.
    pub fn from_text(text: &str, source_name: &str) -> Result<Self> {
        let (vocab, faults) = Self::parse(text.split_terminator('\n'), "line");
        if faults.is_empty() { Ok(vocab) } else { Err(Error::format(source_name, faults.join("; "))) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{TokenKind, Tokens, WordCounts};

    fn counted(words: &[&str]) -> WordCounts {
        let mut tokens = Tokens::new();
        for word in words {
            tokens.push(word, 0..0, TokenKind::Word);
        }
        let mut counts = WordCounts::new();
        counts.add_tokens(&tokens);
        counts
    }

    #[test]
    fn ties_are_in_code_point_order_and_the_tail_is_cut() {
        let mut config = VocabConfig { min_count: 1, ..VocabConfig::default() };
        let vocab = counted(&["b", "a", "c", "c"]).into_vocab(&config).unwrap();
        assert_eq!(vocab.words().collect::<Vec<_>>(), ["c", "a", "b"]);
        config.min_count = 0;
        assert_eq!(counted(&["b", "a", "c", "c"]).into_vocab(&config).unwrap(), vocab);
        config.max_words = 2;
        assert_eq!(counted(&["b", "a", "c", "c"]).into_vocab(&config).unwrap().len(), 4);
        config.max_words = 0;
        assert!(counted(&["a"]).into_vocab(&config).is_err());
    }

    #[test]
    fn special_names_are_ordinary_words_or_unknown() {
        let vocab = Vocab::new(["<pad>"]).unwrap();
        assert_eq!(vocab.id("<pad>"), 2);
        assert_eq!(vocab.word(0), None);
        assert_eq!(vocab.word(u32::MAX), None);
        assert!(Vocab::new(["a\nb"]).is_err());
        assert_eq!(counted(&["a\nb", ""]).into_vocab(&VocabConfig { min_count: 1, max_words: 9 }).unwrap().len(), 2);
    }

    #[test]
    fn faults_are_told_by_line() {
        let error = Vocab::from_text("a\n\nb\r\na\n", "vocab.txt").unwrap_err();
        assert!(matches!(error, Error::Format { .. }));
        assert_eq!(
            error.to_string(),
            "vocab.txt: line 2 is empty; line 3 holds a line break (\\n or \\r); line 1 stands twice, again as line 4"
        );
        let error = Vocab::new(["a", "a", ""]).unwrap_err().to_string();
        assert!(
            error.ends_with("2 faults: vocab: word 1 stands twice, again as word 2; vocab: word 3 is empty"),
            "{error}"
        );
        let error = Vocab::from_text(&"a\n".repeat(1_000_000), "vocab.txt").unwrap_err().to_string();
        assert!(error.ends_with("line 1 stands twice, again as line 11; and 999989 more faults"), "{error}");
    }

    proptest! {
        #[test]
        fn text_round_trip(words in proptest::collection::btree_set("[^\n\r]{1,8}", 0..20)) {
            let vocab = Vocab::new(words).unwrap();
            prop_assert_eq!(Vocab::from_text(&vocab.to_text(), "vocab.txt").unwrap(), vocab);
        }
    }
}

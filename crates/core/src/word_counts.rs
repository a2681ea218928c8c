//! How often words occur.

use std::collections::HashMap;

use crate::{Error, Result, Tokens, Vocab, VocabConfig};

/// Words and how often each occurs. A [`Vocab`] is cut from them.
///
/// Every word is taken as it is written; texts are cleaned before.
///
/// # Example: counting, looking, saving
/// ```
/// use plaudit_core::{TokenKind, Tokens, WordCounts};
///
/// let mut tokens = Tokens::new();
/// for word in ["not", "bad", "not", "good"] {
///     tokens.push(word, 0..0, TokenKind::Word);
/// }
/// let mut counts = WordCounts::new();
/// counts.add_tokens(&tokens);
/// assert_eq!((counts.count("not"), counts.total(), counts.len()), (2, 4, 3));
/// assert_eq!(counts.sorted(), [("not", 2), ("bad", 1), ("good", 1)]);
/// assert_eq!(WordCounts::from_text(&counts.to_text(), "counts.tsv")?, counts);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordCounts {
    counts: HashMap<String, u64>,
    total: u64,
}

impl WordCounts {
    /// Returns empty counts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `count` occurrences of `word`. Passed over is what no file of one word a line can hold: the empty word, and one
    /// with a line break. Counts stop at the greatest number there is.
    pub fn add(&mut self, word: &str, count: u64) {
        if let Some(known) = self.counts.get_mut(word) {
            *known = known.saturating_add(count);
        } else if count > 0 && is_word(word) {
            self.counts.insert(word.to_owned(), count);
        } else {
            return;
        }
        self.total = self.total.saturating_add(count);
    }

    /// Counts the tokens of one text, of every kind.
    pub fn add_tokens(&mut self, tokens: &Tokens) {
        tokens.iter().for_each(|token| self.add(token.text, 1));
    }

    /// Removes words that occur fewer times than this.
    pub fn prune(&mut self, min_count: u64) {
        self.counts.retain(|_, &mut count| count >= min_count);
        self.total = self.counts.values().fold(0, |total, &count| total.saturating_add(count));
    }

    /// Returns how often `word` occurs; 0 where it does not.
    pub fn count(&self, word: &str) -> u64 {
        self.counts.get(word).copied().unwrap_or(0)
    }

    /// Returns whether `word` is there.
    pub fn contains(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }

    /// Returns the sum of all counts.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of distinct words.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Returns whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Returns words and counts, the most frequent first, equal ones in code-point order.
    pub fn sorted(&self) -> Vec<(&str, u64)> {
        let mut words: Vec<(&str, u64)> = self.counts.iter().map(|(word, &count)| (word.as_str(), count)).collect();
        words.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        words
    }

    /// Returns the vocabulary, in the order of [`sorted`](Self::sorted).
    ///
    /// # Errors
    /// When `config` is at fault.
    pub fn into_vocab(mut self, config: &VocabConfig) -> Result<Vocab> {
        config.validate()?;
        self.prune(config.min_count);
        Vocab::new(self.sorted().into_iter().take(config.max_words).map(|(word, _)| word))
    }

    /// Returns the counts as text, a word, a tab and its count a line, in the order of [`sorted`](Self::sorted).
    pub fn to_text(&self) -> String {
        self.sorted().into_iter().map(|(word, count)| format!("{word}\t{count}\n")).collect()
    }

    /// Returns the counts that [`to_text`](Self::to_text) wrote, in any order. `source_name` stands in the error.
    ///
    /// # Errors
    /// At the first line that is not a word, a tab, and a whole number of at least 1, or that has a word again; the message
    /// has its number.
    pub fn from_text(text: &str, source_name: &str) -> Result<Self> {
        let mut counts = Self::new();
        for (line, number) in text.split_terminator('\n').zip(1_u64..) {
            let fault = |reason: &str| Error::format(source_name, format!("line {number} {reason}"));
            let expected = "is not a word, a tab, and a whole number of at least 1";
            let (word, count) = line.rsplit_once('\t').ok_or_else(|| fault(expected))?;
            let count = count.parse().ok().filter(|&count: &u64| count > 0 && is_word(word));
            let count = count.ok_or_else(|| fault(expected))?;
            if counts.contains(word) {
                return Err(fault("has a word that stands before"));
            }
            counts.add(word, count);
        }
        Ok(counts)
    }
}

/// Returns whether a line of a file can hold the word.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(words: &str) -> WordCounts {
        let mut counts = WordCounts::new();
        words.split(' ').for_each(|word| counts.add(word, 1));
        counts
    }

    // CPython 3.11: c = collections.Counter("b a c d a b a 好".split())
    // sorted(c.items(), key=lambda pair: (-pair[1], pair[0])), sum(c.values())
    #[test]
    fn equals_python() {
        let counts = counted("b a c d a b a 好");
        assert_eq!(counts.sorted(), [("a", 3), ("b", 2), ("c", 1), ("d", 1), ("好", 1)]);
        assert_eq!((counts.total(), counts.len(), counts.count("a"), counts.count("x")), (8, 5, 3, 0));
        assert_eq!(counts.to_text(), "a\t3\nb\t2\nc\t1\nd\t1\n好\t1\n");
    }

    #[test]
    fn pruned_counts_give_the_same_vocabulary() {
        let mut counts = counted("b a c d a b a");
        let config = VocabConfig::default();
        let vocab = counts.clone().into_vocab(&config).unwrap();
        counts.prune(2);
        assert_eq!((counts.sorted(), counts.total()), (vec![("a", 3), ("b", 2)], 5));
        assert_eq!(counts.into_vocab(&config).unwrap(), vocab);
    }

    #[test]
    fn what_no_line_can_hold_is_passed_over() {
        let mut counts = WordCounts::new();
        for (word, count) in [("", 1), ("a\nb", 1), ("\r", 1), ("a", 0)] {
            counts.add(word, count);
        }
        assert!(counts.is_empty() && counts.total() == 0);
        counts.add("a", u64::MAX);
        counts.add("a", 1);
        assert_eq!((counts.count("a"), counts.total()), (u64::MAX, u64::MAX));
    }

    #[test]
    fn faults_are_told_by_line() {
        for (text, reason) in [
            ("a\t1\nb", "counts.tsv: line 2 is not a word, a tab, and a whole number of at least 1"),
            ("a\t0", "line 1 is not"),
            ("a\t-1", "line 1 is not"),
            ("a\t99999999999999999999", "line 1 is not"),
            ("a\t1\r\n", "line 1 is not"),
            ("\t1", "line 1 is not"),
            ("a\t1\n\nb\t1", "line 2 is not"),
            ("a\t1\nb\t1\na\t2\n", "line 3 has a word that stands before"),
        ] {
            let error = WordCounts::from_text(text, "counts.tsv").unwrap_err();
            assert!(matches!(error, Error::Format { .. }) && error.to_string().contains(reason), "{error}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trip(words in proptest::collection::vec(("[^\n\r]{1,4}|[ab\t]{1,2}", 1_u64..4), 0..20)) {
            let mut counts = WordCounts::new();
            words.iter().for_each(|(word, count)| counts.add(word, *count));
            prop_assert_eq!(counts.total(), words.iter().map(|(_, count)| count).sum::<u64>());
            let back = WordCounts::from_text(&counts.to_text(), "counts.tsv").unwrap();
            prop_assert_eq!(&back, &counts);
            prop_assert_eq!(back.to_text(), counts.to_text());
        }
    }
}

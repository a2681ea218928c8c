//! How often words occur.

use crate::{Error, Result, Tokens, Vocab, VocabConfig, WordIndex};

/// Words and how often each occurs. A [`Vocab`] is cut from them.
///
/// Every word is taken as it is written; texts are cleaned before. All words stand in one text: a word costs its own bytes and about
/// 30 more.
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
#[derive(Debug, Clone, Default)]
pub struct WordCounts {
    /// All words, one after another.
    text: String,
    counted: Vec<Counted>,
    index: WordIndex,
    total: u64,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    /// Where the word ends in the text.
    end: usize,
    count: u64,
}

impl WordCounts {
    /// Returns empty counts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `count` occurrences of `word`. Passed over is what no file of one word a line can hold: the empty word, and one
    /// with a line break; and new words where there are 4,294,967,295 already. Counts stop at the greatest number there is.
    pub fn add(&mut self, word: &str, count: u64) {
        if count == 0 || !is_word(word) {
            return;
        }
        let Self { text, counted, index, total } = self;
        let at = |place| word_at(text, counted, place);
        let known = match u32::try_from(counted.len()) {
            Ok(place) => index.insert(word, place, at),
            Err(_) => match index.place(word, at) {
                Some(known) => Some(known),
                None => return,
            },
        };
        match known {
            Some(place) => {
                let known = counted.get_mut(place as usize);
                known.into_iter().for_each(|known| known.count = known.count.saturating_add(count));
            }
            None => {
                text.push_str(word);
                counted.push(Counted { end: text.len(), count });
            }
        }
        *total = total.saturating_add(count);
    }

    /// Counts the tokens of one text, of every kind.
    pub fn add_tokens(&mut self, tokens: &Tokens) {
        tokens.iter().for_each(|token| self.add(token.text, 1));
    }

    /// Removes words that occur fewer times than this.
    pub fn prune(&mut self, min_count: u64) {
        let mut kept = Self::new();
        self.iter().filter(|(_, count)| *count >= min_count).for_each(|(word, count)| kept.add(word, count));
        *self = kept;
    }

    /// Returns how often `word` occurs; 0 where it does not.
    pub fn count(&self, word: &str) -> u64 {
        self.find(word).map_or(0, |counted| counted.count)
    }

    /// Returns whether `word` is there.
    pub fn contains(&self, word: &str) -> bool {
        self.find(word).is_some()
    }

    /// Returns the sum of all counts.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of distinct words.
    pub fn len(&self) -> usize {
        self.counted.len()
    }

    /// Returns whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// Returns words and counts, the most frequent first, equal ones in code-point order.
    pub fn sorted(&self) -> Vec<(&str, u64)> {
        let mut words: Vec<(&str, u64)> = self.iter().collect();
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

    fn find(&self, word: &str) -> Option<Counted> {
        let place = self.index.place(word, |place| word_at(&self.text, &self.counted, place))?;
        self.counted.get(place as usize).copied()
    }

    /// Words and counts in the order in which they came.
    fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        let mut start = 0;
        self.counted.iter().map(move |&Counted { end, count }| {
            let word = self.text.get(start..end).unwrap_or_default();
            start = end;
            (word, count)
        })
    }
}

/// Counts are equal where they have the same words as often, in whatever order these came.
impl PartialEq for WordCounts {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self.total == other.total
            && self.iter().all(|(word, count)| other.find(word).is_some_and(|counted| counted.count == count))
    }
}

impl Eq for WordCounts {}

fn word_at<'t>(text: &'t str, counted: &[Counted], place: u32) -> Option<&'t str> {
    let end = |place: usize| Some(counted.get(place)?.end);
    let start = (place as usize).checked_sub(1).map_or(Some(0), end)?;
    text.get(start..end(place as usize)?)
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

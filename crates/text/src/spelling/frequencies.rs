//! How often words occur.

use std::io::{BufRead, Read};

use plaudit_core::{Error, Result, Token, TokenKind, Tokens, WordCounts};

use crate::casefold;

/// [`WordCounts`] of folded words: what is known of a language, or of a user's own texts.
///
/// # Example: counts of one's own, from memory
/// ```
/// use plaudit_text::WordFrequencies;
///
/// let counts = WordFrequencies::read("library 12\nCanteen\t7\n".as_bytes(), "counts")?;
/// assert_eq!((counts.count("canteen"), counts.total()), (7, 19));
/// let error = WordFrequencies::read("library many".as_bytes(), "counts").unwrap_err();
/// assert!(error.to_string().starts_with("counts: line 1: the count is no whole number"));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordFrequencies(WordCounts);

impl WordFrequencies {
    /// No line of a word and a count is longer; what is would otherwise be held in memory without end.
    const MAX_LINE_BYTES: u64 = 1024;
    /// Longer words are none. Bounded, so that what is written down can be read again.
    pub(crate) const MAX_WORD_BYTES: usize = 256;

    /// Returns empty counts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the English table of this crate: 70,000 words and more, counted in open text of 30 million words. The
    /// project's `crates/text/data/english_counts.md` names the text and the command.
    pub fn english() -> Self {
        let mut counts = Self::new();
        for line in include_str!("../../data/english_counts.tsv").lines() {
            if let Some((word, count)) = line.split_once('\t') {
                // A test reads the table with `read`, which is strict.
                counts.add_as_written(word, count.parse().unwrap_or(0));
            }
        }
        counts
    }

    /// Returns the counts of a text with one word and its count a line, blanks or a tab between them, in any order.
    /// Counts of a word that stands twice are added. Empty lines are passed over, and byte-order marks at the beginning of
    /// lines, which files that were put together hold. `source_name` stands in errors.
    ///
    /// # Errors
    /// When the text cannot be read, or a line is not a word of at most 256 bytes, folded, and a whole number of at least 1;
    /// the message has the line's number.
    pub fn read(mut reader: impl BufRead, source_name: &str) -> Result<Self> {
        let mut counts = Self::new();
        let (mut line, mut folded) = (Vec::new(), String::new());
        for number in 1.. {
            line.clear();
            let io = |error| Error::io(source_name, error);
            if reader.by_ref().take(Self::MAX_LINE_BYTES + 1).read_until(b'\n', &mut line).map_err(io)? == 0 {
                break;
            }
            let fault = |reason: String| Error::data(source_name, number, "", reason);
            if line.len() as u64 > Self::MAX_LINE_BYTES {
                let most = Self::MAX_LINE_BYTES;
                return Err(fault(format!("the line is longer than {most} bytes, expected `word count`")));
            }
            let text = std::str::from_utf8(&line).map_err(|_| fault("the line is not UTF-8".to_owned()))?;
            let mut fields = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace()).split_whitespace();
            match (fields.next(), fields.next(), fields.next()) {
                (None, ..) => {}
                (Some(word), Some(count), None) => {
                    let count: Option<u64> = count.parse().ok().filter(|&count| count > 0);
                    let expected = "the count is no whole number of at least 1, expected `word count`";
                    let count = count.ok_or_else(|| fault(expected.to_owned()))?;
                    let word = casefold::fold(word, &mut folded);
                    if word.len() > Self::MAX_WORD_BYTES {
                        let most = Self::MAX_WORD_BYTES;
                        return Err(fault(format!("the word has {} bytes, expected at most {most}", word.len())));
                    }
                    counts.add_as_written(word, count);
                }
                (Some(_), second, _) => {
                    let found = if second.is_some() { "more than two fields" } else { "one field" };
                    return Err(fault(format!("found {found}, expected `word count`")));
                }
            }
        }
        Ok(counts)
    }

    /// Adds `count` occurrences of `word`.
    pub fn add(&mut self, word: &str, count: u64) {
        self.add_as_written(casefold::fold(word, &mut String::new()), count);
    }

    /// The same for a word that is folded, or what steps made of one.
    pub(crate) fn add_as_written(&mut self, word: &str, count: u64) {
        self.0.add(word, count);
    }

    /// Adds the words of one text; numbers, emoji and signs are passed over.
    pub fn add_tokens(&mut self, tokens: &Tokens) {
        tokens.iter().filter(|token| token.kind == TokenKind::Word).for_each(|token| self.add(token.text, 1));
    }

    /// Adds each word of one text together with the next, as `first second`: counts for
    /// [`Spelling::with_pairs`](crate::Spelling::with_pairs). Anything but a word ends a pair.
    pub fn add_pairs(&mut self, tokens: &Tokens) {
        let words = |token: &Token<'_>| token.kind == TokenKind::Word;
        for (first, second) in tokens.iter().zip(tokens.iter().skip(1)) {
            if words(&first) && words(&second) {
                self.add(&format!("{} {}", first.text, second.text), 1);
            }
        }
    }

    /// Removes words that occur fewer times than this. What occurs once in texts of one's own may be a slip, and what
    /// is known is never corrected.
    pub fn prune(&mut self, min_count: u64) {
        self.0.prune(min_count);
    }

    /// Returns how often `word`, folded, occurs; 0 where it does not.
    pub fn count(&self, word: &str) -> u64 {
        self.0.count(word)
    }

    /// Returns whether `word`, folded, is there.
    pub fn contains(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    /// Returns the sum of all counts.
    pub fn total(&self) -> u64 {
        self.0.total()
    }

    /// Returns the number of distinct words.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the counts as text, which [`read`](Self::read) reads.
    pub(crate) fn to_text(&self) -> String {
        self.0.to_text()
    }

    /// Returns words and counts, the most frequent first, equal ones in code-point order.
    pub fn sorted(&self) -> Vec<(&str, u64)> {
        self.0.sorted()
    }
}

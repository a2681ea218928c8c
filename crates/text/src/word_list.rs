//! The English word lists, one word a line; lines that begin with `#` explain.

/// Words that carry no attitude of their own.
pub(crate) const FUNCTION_WORDS: &str = include_str!("../data/function_words.txt");
/// Words that negate.
pub(crate) const NEGATORS: &str = include_str!("../data/negators.txt");
/// Words that strengthen, weaken, contrast or wish.
pub(crate) const STANCE_WORDS: &str = include_str!("../data/stance_words.txt");
/// Words of many kinds and languages, of whose letters the usual pairs are counted.
pub(crate) const LETTER_WORDS: &str = include_str!("../data/letter_words.txt");

/// Returns the words of a list, in its order.
pub(crate) fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

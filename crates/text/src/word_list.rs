//! The word lists and tables, one word or row a line; lines that begin with `#` explain.

/// Words that carry no attitude of their own.
pub(crate) const FUNCTION_WORDS: &str = include_str!("../data/function_words.txt");
/// Words that negate.
pub(crate) const NEGATORS: &str = include_str!("../data/negators.txt");
/// Words that strengthen, weaken, contrast or wish.
pub(crate) const STANCE_WORDS: &str = include_str!("../data/stance_words.txt");
/// Words of many kinds and languages, of whose letters the usual pairs are counted.
pub(crate) const LETTER_WORDS: &str = include_str!("../data/letter_words.txt");
/// Words that do not get their Snowball stem: word, stem, the word that would have the same.
pub(crate) const STEM_EXCEPTIONS: &str = include_str!("../data/stem_exceptions.tsv");
/// Closed classes and irregular forms: part of speech, lemma, forms.
pub(crate) const IRREGULAR_FORMS: &str = include_str!("../data/irregular_forms.tsv");
/// Frequent words: parts of speech, words.
pub(crate) const COMMON_WORDS: &str = include_str!("../data/common_words.tsv");
/// Endings of inflected words: part of speech, ending, replacement.
pub(crate) const DETACHMENT: &str = include_str!("../data/detachment.tsv");

/// The same three lists of Chinese, as its segmenter cuts words.
pub(crate) const CHINESE_FUNCTION_WORDS: &str = include_str!("../data/chinese_function_words.txt");
pub(crate) const CHINESE_NEGATORS: &str = include_str!("../data/chinese_negators.txt");
pub(crate) const CHINESE_STANCE_WORDS: &str = include_str!("../data/chinese_stance_words.txt");

/// Returns the words of a list, in its order.
pub(crate) fn words(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Returns the columns of each row of a table, in its order. Tabs stand between columns.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = impl Iterator<Item = &'static str>> {
    words(table).map(|row| row.split('\t'))
}

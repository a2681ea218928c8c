//! Texts to a vocabulary and its document frequencies.

use std::cmp::Reverse;

use plaudit_core::{Analyzer, Error, Result};

use super::ngrams::Units;
use super::table::NgramTable;
use super::{TfIdf, TfIdfConfig};

/// Returns the vocabulary and the document frequencies of `texts`. Columns are in code-point order of their n-grams.
///
/// One pass, text by text. What is held is one entry a distinct n-gram of all texts, its bytes and 40 to 80 more, and as much again
/// for each that is kept after pruning; no matrix. The order of the texts changes nothing.
///
/// # Errors
/// When `config` is at fault, no text has an n-gram ("empty vocabulary"), none remains after pruning, `max_df` comes to fewer texts
/// than `min_df`, there are more than `u32::MAX` texts, or more than 2^31 distinct n-grams.
///
/// # Example: words that occur in two texts or more
/// ```
/// use plaudit_core::{Analyzer, Features, TokenKind, Tokens};
/// use plaudit_embeddings::{DocumentFrequency, TfIdfConfig, fit_tfidf};
///
/// struct Blanks;
/// impl Analyzer for Blanks {
///     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
///         tokens.clear();
///         text.split_ascii_whitespace().for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
///     }
/// }
///
/// let mut config = TfIdfConfig::default();
/// config.min_df = DocumentFrequency::Count(2);
/// let tfidf = fit_tfidf(["not bad", "not good", "good good library"], Blanks, &config)?;
/// assert_eq!(tfidf.ngrams().collect::<Vec<_>>(), ["good", "not"]);
/// assert_eq!(tfidf.row("not a queue").iter().collect::<Vec<_>>(), [(1, 1.0)]);
/// assert_eq!(tfidf.features("unknown words").len(), 0);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn fit_tfidf<T: AsRef<str>, A: Analyzer>(
    texts: impl IntoIterator<Item = T>,
    analyzer: A,
    config: &TfIdfConfig,
) -> Result<TfIdf<A>> {
    config.validate()?;
    let mut table = NgramTable::new();
    let (documents, seen) = count(texts, &analyzer, config, &mut table, NgramTable::insert)?;
    table.check()?;
    if table.len() == 0 {
        let reason = format!("empty vocabulary: found no n-gram in {documents} texts, expected at least one");
        return Err(Error::data("texts", 0, "", reason));
    }
    let (mut vocabulary, mut frequencies) = (NgramTable::new(), Vec::new());
    for (ngram, seen) in prune(&table, &seen, documents, config)? {
        vocabulary.insert(ngram);
        frequencies.push(seen.documents);
    }
    TfIdf::new(analyzer, config.clone(), vocabulary, frequencies, documents)
}

/// Returns the document frequencies of the n-grams of `vocabulary` in `texts`. Columns are in the order given. As in
/// scikit-learn, `min_df`, `max_df` and `max_features` then drop nothing. Without `use_idf`, there may be no texts.
///
/// # Errors
/// When `config` is at fault, `vocabulary` is empty, has an n-gram twice or more than 2^31, there are more than `u32::MAX` texts, or
/// an idf is infinite: with `use_idf` and no text, and without `smooth_idf` for an n-gram that stands in no text.
///
/// # Example: a list of one's own
/// ```
/// use plaudit_embeddings::{NgramUnit, RawText, TfIdfConfig, fit_tfidf_vocabulary};
///
/// let mut config = TfIdfConfig::bag_of_words();
/// config.unit = NgramUnit::Characters;
/// let marks = fit_tfidf_vocabulary(["!", "?"], [] as [&str; 0], RawText, &config)?;
/// assert_eq!(marks.row("what?!?").iter().collect::<Vec<_>>(), [(0, 1.0), (1, 2.0)]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn fit_tfidf_vocabulary<N: AsRef<str>, T: AsRef<str>, A: Analyzer>(
    vocabulary: impl IntoIterator<Item = N>,
    texts: impl IntoIterator<Item = T>,
    analyzer: A,
    config: &TfIdfConfig,
) -> Result<TfIdf<A>> {
    config.validate()?;
    let mut table = NgramTable::new();
    for (ngram, number) in vocabulary.into_iter().zip(1_usize..) {
        let place = table.insert(ngram.as_ref());
        if let Some(place) = place.filter(|_| table.len() < number) {
            let fault = format!("vocabulary: n-gram {} stands twice, again as n-gram {number}", place + 1);
            return Err(Error::config(fault));
        }
    }
    table.check()?;
    if table.len() == 0 {
        return Err(Error::config("vocabulary: found no n-gram, expected at least one"));
    }
    let (documents, mut seen) = count(texts, &analyzer, config, &mut table, |table, ngram| table.find(ngram))?;
    seen.resize_with(table.len(), Seen::default);
    let frequencies = seen.iter().map(|seen| seen.documents).collect();
    TfIdf::new(analyzer, config.clone(), table, frequencies, documents)
}

/// Where an n-gram was seen.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    documents: u32,
    /// The last of these texts, counted from 1.
    last: u32,
    occurrences: u64,
}

/// Returns the number of texts, and where each n-gram was seen that `number` has a number for.
fn count<T: AsRef<str>, A: Analyzer>(
    texts: impl IntoIterator<Item = T>,
    analyzer: &A,
    config: &TfIdfConfig,
    table: &mut NgramTable,
    number: impl Fn(&mut NgramTable, &str) -> Option<u32>,
) -> Result<(u32, Vec<Seen>)> {
    let (mut units, mut all, mut documents) = (Units::default(), Vec::new(), 0_u32);
    for text in texts {
        documents = documents.checked_add(1).ok_or_else(|| {
            Error::data("texts", 0, "", format!("found more than {} texts, expected at most as many", u32::MAX))
        })?;
        units.for_each_block(text.as_ref(), analyzer, config, |block| {
            for (guess, ngram) in table.guess(block).into_iter().zip(block) {
                let Some(number) = guess.or_else(|| number(table, ngram)) else { continue };
                see(&mut all, number as usize, documents, config.binary);
            }
        });
    }
    Ok((documents, all))
}

/// Notes that the n-gram of a number stands in this text.
fn see(all: &mut Vec<Seen>, number: usize, document: u32, once: bool) {
    if number >= all.len() {
        all.resize(number + 1, Seen::default());
    }
    let Some(seen) = all.get_mut(number) else { return };
    if seen.last != document {
        seen.last = document;
        seen.documents += 1;
        seen.occurrences += 1;
    } else if !once {
        seen.occurrences += 1;
    }
}

/// Returns the n-grams that are kept, in code-point order, with where they were seen.
fn prune<'a>(
    table: &'a NgramTable,
    seen: &[Seen],
    documents: u32,
    config: &TfIdfConfig,
) -> Result<Vec<(&'a str, Seen)>> {
    let (least, most) = (config.min_df.of(documents), config.max_df.of(documents));
    if most < least {
        let found = format!("tfidf.max_df: found {most} of {documents} texts, expected at least min_df, {least}");
        return Err(Error::config(found));
    }
    let wanted = |seen: &Seen| (least..=most).contains(&f64::from(seen.documents));
    let mut kept: Vec<(&str, Seen)> = table.iter().zip(seen.iter().copied()).filter(|(_, seen)| wanted(seen)).collect();
    if kept.is_empty() {
        let reason =
            format!("after pruning, none of {} n-grams remains; try a lower min_df or a higher max_df", table.len());
        return Err(Error::data("texts", 0, "", reason));
    }
    // The first eight bytes tell most apart, without a look at the text. No n-gram is there twice: the order is one.
    kept.sort_unstable_by_key(|&(ngram, _)| (start(ngram), ngram));
    if let Some(limit) = config.max_features.filter(|&limit| limit < kept.len()) {
        kept.sort_by_key(|(_, seen)| Reverse(seen.occurrences)); // stable: equal ones stay in code-point order
        kept.truncate(limit);
        kept.sort_unstable_by_key(|&(ngram, _)| ngram);
    }
    Ok(kept)
}

/// Returns the first eight bytes as a number that has their order.
fn start(ngram: &str) -> u64 {
    ngram.bytes().chain(std::iter::repeat(0)).take(8).fold(0, |start, byte| start << 8 | u64::from(byte))
}

//! Bag of words and TF-IDF: texts as sparse rows of weighed n-grams (Eq. 14 and 15 of the paper).

mod config;
mod fit;
mod ngrams;
mod raw_text;
mod stored;
mod table;

use std::fmt;

use plaudit_core::{Analyzer, Error, Features, Result, SparseRow};

pub use config::{DocumentFrequency, NgramUnit, Norm, TfIdfConfig};
pub use fit::{fit_tfidf, fit_tfidf_vocabulary};
use ngrams::Units;
pub use raw_text::RawText;
use table::NgramTable;

/// A fitted vocabulary of n-grams with their weights; [`fit_tfidf`] makes it. It turns a text into a sparse row: as
/// [`Features`] in single precision, and by [`row`](Self::row) in double.
///
/// The value of n-gram j in text i is Eq. 14 of the paper, `x_ij = tf_ij idf_j`, with tf the count of j in i (Eq. 15 is tf alone,
/// [`TfIdfConfig::bag_of_words`]). The paper leaves idf open. Here it is scikit-learn's, of n texts of which df hold j:
///
/// | `use_idf` | `smooth_idf` | idf |
/// |---|---|---|
/// | true | true | ln((1 + n) / (1 + df)) + 1 |
/// | true | false | ln(n / df) + 1 |
/// | false | | 1 |
///
/// The 1 that is added keeps n-grams that every text holds; ln(n / df) alone (K. Spärck Jones, *Journal of Documentation* 28,
/// 1972) makes them 0. Eq. 14 has no norm either, and the first line of the table without a norm stands for it
/// ([`TfIdfConfig::paper`]); [`TfIdfConfig::default`] divides each row by its length, as is usual for linear classifiers.
///
/// # Example: what a text is about
/// ```
/// use plaudit_embeddings::{NgramUnit, RawText, TfIdfConfig, fit_tfidf};
///
/// let mut config = TfIdfConfig::default();
/// (config.unit, config.min_n, config.max_n) = (NgramUnit::CharactersInWords, 2, 3);
/// let tfidf = fit_tfidf(["good food", "good books", "long queues"], RawText, &config)?;
/// assert_eq!(tfidf.column(" go"), Some(5));
/// assert_eq!(tfidf.ngram(5), Some(" go"));
/// let top = tfidf.top("good food", 3);
/// assert_eq!(top.iter().map(|&(ngram, _)| ngram).collect::<Vec<_>>(), ["d ", "od", "od "]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone)]
pub struct TfIdf<A> {
    analyzer: A,
    config: TfIdfConfig,
    vocabulary: NgramTable,
    /// Texts that hold each n-gram.
    frequencies: Vec<u32>,
    /// Texts in all.
    documents: u32,
    /// Empty where the configuration does not use it.
    idf: Vec<f64>,
}

/// A sparse row in double precision, and the buffers that it takes to fill it.
#[derive(Debug, Clone, Default)]
pub struct TfIdfRow {
    units: Units,
    columns: Vec<u32>,
    entries: Vec<(u32, f64)>,
}

impl TfIdfRow {
    /// Returns an empty row.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of columns that are not zero.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether every column is zero.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns `(column, value)` in ascending order of column, each column once; values are above zero.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (u32, f64)> + '_ {
        self.entries.iter().copied()
    }
}

impl<A> TfIdf<A> {
    /// The configuration is valid; there are as many frequencies as n-grams.
    fn new(
        analyzer: A,
        config: TfIdfConfig,
        vocabulary: NgramTable,
        frequencies: Vec<u32>,
        documents: u32,
    ) -> Result<Self> {
        let mut idf = Vec::new();
        if config.use_idf {
            let more = if config.smooth_idf { 1.0 } else { 0.0 };
            let of = |&df: &u32| libm::log((f64::from(documents) + more) / (f64::from(df) + more)) + 1.0;
            idf.extend(frequencies.iter().map(of));
            let infinite = frequencies.iter().position(|&df| df == 0 && !config.smooth_idf);
            if let Some(column) = infinite {
                let reason = format!(
                    "n-gram {} of the vocabulary stands in no text: its idf is infinite without smooth_idf",
                    column + 1
                );
                return Err(Error::data("texts", 0, "", reason));
            }
            if documents == 0 {
                return Err(Error::data("texts", 0, "", "found no text, expected at least one for use_idf"));
            }
        }
        Ok(Self { analyzer, config, vocabulary, frequencies, documents, idf })
    }

    /// Returns what it was fitted with.
    pub fn config(&self) -> &TfIdfConfig {
        &self.config
    }

    /// Returns what splits the texts.
    pub fn analyzer(&self) -> &A {
        &self.analyzer
    }

    /// Returns the number of texts it was fitted to.
    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// Returns the n-grams in the order of their columns.
    pub fn ngrams(&self) -> impl ExactSizeIterator<Item = &str> {
        self.vocabulary.iter()
    }

    /// Returns the n-gram of a column.
    pub fn ngram(&self, column: u32) -> Option<&str> {
        self.vocabulary.ngram(column)
    }

    /// Returns the column of an n-gram, counted from 0. The words of an n-gram are joined by one blank.
    pub fn column(&self, ngram: &str) -> Option<u32> {
        self.vocabulary.find(ngram)
    }

    /// Returns the number of texts, of those it was fitted to, that hold the n-gram of a column.
    pub fn document_frequency(&self, column: u32) -> Option<u32> {
        self.frequencies.get(column as usize).copied()
    }

    /// Returns the idf of a column; 1 for all without `use_idf`.
    pub fn idf(&self, column: u32) -> Option<f64> {
        let idf = self.idf.get(column as usize).copied();
        idf.or_else(|| self.document_frequency(column).filter(|_| self.idf.is_empty()).map(|_| 1.0))
    }
}

impl<A: Analyzer> TfIdf<A> {
    /// Returns the row of `text` in double precision.
    pub fn row(&self, text: &str) -> TfIdfRow {
        let mut row = TfIdfRow::new();
        self.row_into(text, &mut row);
        row
    }

    /// Replaces `row` by the row of `text`, and reuses its buffers.
    pub fn row_into(&self, text: &str, row: &mut TfIdfRow) {
        let TfIdfRow { units, columns, entries } = row;
        columns.clear();
        entries.clear();
        units.for_each_block(text, &self.analyzer, &self.config, |block| {
            let found = self.vocabulary.guess(block).into_iter().zip(block);
            columns.extend(found.filter_map(|(guess, ngram)| guess.or_else(|| self.vocabulary.find(ngram))));
        });
        columns.sort_unstable();
        let weigh = |same: &[u32]| {
            let &column = same.first()?;
            let count = if self.config.binary { 1.0 } else { same.len() as f64 };
            let tf = if self.config.sublinear_tf { 1.0 + libm::log(count) } else { count };
            Some((column, tf * self.idf.get(column as usize).copied().unwrap_or(1.0)))
        };
        entries.extend(columns.chunk_by(|a, b| a == b).filter_map(weigh));
        let norm = match self.config.norm {
            Norm::L1 => entries.iter().map(|(_, value)| value).sum(),
            Norm::L2 => entries.iter().map(|(_, value)| value * value).sum::<f64>().sqrt(),
            Norm::None => return,
        };
        entries.iter_mut().for_each(|(_, value)| *value /= norm);
    }

    /// Returns the `most` n-grams of `text` with the greatest values, the greatest first, equal ones in the order of their columns.
    pub fn top(&self, text: &str, most: usize) -> Vec<(&str, f64)> {
        let mut entries = self.row(text).entries;
        entries.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable
        entries.truncate(most);
        entries.into_iter().filter_map(|(column, value)| Some((self.ngram(column)?, value))).collect()
    }
}

/// Sizes, and no n-grams: there may be millions.
impl<A> fmt::Debug for TfIdf<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (config, documents, columns) = (&self.config, self.documents, self.frequencies.len());
        let mut shown = f.debug_struct("TfIdf");
        shown.field("config", config).field("documents", &documents).field("columns", &columns).finish_non_exhaustive()
    }
}

impl<A: Analyzer> Features for TfIdf<A> {
    fn width(&self) -> usize {
        self.vocabulary.len()
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        row.assign(self.row(text).iter().map(|(column, value)| (column, value as f32)));
    }
}

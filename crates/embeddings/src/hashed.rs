//! Words, and hashed n-grams of words and of characters: what fastText's classifier reads.

use plaudit_core::{
    Analyzer, Error, Features, Files, Result, SparseRow, Stored, Tokens, Vocab, VocabConfig, WordCounts,
};
use serde::{Deserialize, Serialize};

use crate::analyzer_files;
use crate::subword_vectors::{each_bucket, hash_of};

/// Which n-grams there are. Fields as in fastText's `supervised`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct HashedNgramsConfig {
    /// Words that occur fewer times in all texts have no column of their own (`minCount`). Default 1.
    pub min_count: u64,
    /// The longest n-gram of words, 1 to 100 (`wordNgrams`); those of two words or more are hashed. Default 2.
    pub max_n: usize,
    /// The shortest n-gram of characters of a word, at least 1 where there are any (`minn`). Default 0.
    pub min_characters: usize,
    /// The longest n-gram of characters, at most 100; at 0 there are none (`maxn`). Default 0.
    pub max_characters: usize,
    /// How many columns hashed n-grams share (`bucket`), 1 to 2^28. Default 200,000.
    pub buckets: usize,
}

impl Default for HashedNgramsConfig {
    fn default() -> Self {
        Self { min_count: 1, max_n: 2, min_characters: 0, max_characters: 0, buckets: 200_000 }
    }
}

impl HashedNgramsConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        const MOST: usize = 100;
        let mut faults = Vec::new();
        if !(1..=MOST).contains(&self.max_n) {
            faults.push(format!("hashed.max_n: found {}, expected 1 to {MOST}", self.max_n));
        }
        if self.max_characters > MOST {
            faults.push(format!("hashed.max_characters: found {}, expected at most {MOST}", self.max_characters));
        }
        if self.max_characters > 0 && !(1..=self.max_characters).contains(&self.min_characters) {
            let most = self.max_characters;
            faults.push(format!(
                "hashed.min_characters: found {}, expected 1 to max_characters, {most}",
                self.min_characters
            ));
        }
        if !(1..=1 << 28).contains(&self.buckets) {
            faults.push(format!("hashed.buckets: found {}, expected 1 to {}", self.buckets, 1 << 28));
        }
        Error::from_faults(faults)
    }
}

/// Counts of a text's words and hashed n-grams, as [`Features`]; [`fit_hashed_ngrams`] makes them. Columns of words come first, the most
/// frequent first, then those of buckets.
///
/// Buckets are fastText's (P. Bojanowski, E. Grave, A. Joulin and T. Mikolov 2017; `Dictionary::addWordNgrams`, `Dictionary::computeSubwords`): an n-gram of
/// words is hashed from the hashes of its words, known or not. fastText also has a word at the end of every text, which is not here.
#[derive(Debug, Clone)]
pub struct HashedNgrams<A> {
    analyzer: A,
    config: HashedNgramsConfig,
    vocab: Vocab,
}

/// Returns the words of `texts` that have columns of their own.
///
/// # Errors
/// When `config` is at fault.
///
/// # Example: a word, and a pair of words
/// ```
/// use plaudit_core::{Analyzer, Features, TokenKind, Tokens};
/// use plaudit_embeddings::{HashedNgramsConfig, fit_hashed_ngrams};
///
/// struct Blanks;
/// impl Analyzer for Blanks {
///     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
///         tokens.clear();
///         text.split_ascii_whitespace().for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
///     }
/// }
///
/// let mut config = HashedNgramsConfig::default();
/// config.buckets = 1000;
/// let ngrams = fit_hashed_ngrams(["not bad", "not good"], Blanks, &config)?;
/// assert_eq!(ngrams.width(), 3 + 1000);
/// assert_eq!(ngrams.features("not bad").len(), 3); // `not`, `bad`, and the bucket of `not bad`
/// assert_eq!(ngrams.features("very bad").len(), 2); // `very` is unknown, its pair with `bad` has a bucket
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn fit_hashed_ngrams<T: AsRef<str>, A: Analyzer>(
    texts: impl IntoIterator<Item = T>,
    analyzer: A,
    config: &HashedNgramsConfig,
) -> Result<HashedNgrams<A>> {
    config.validate()?;
    let (mut counts, mut tokens) = (WordCounts::new(), Tokens::new());
    for text in texts {
        analyzer.analyze_into(text.as_ref(), &mut tokens);
        counts.add_tokens(&tokens);
    }
    let mut vocab = VocabConfig::default();
    (vocab.min_count, vocab.max_words) = (config.min_count, MOST_WORDS);
    Ok(HashedNgrams { analyzer, config: config.clone(), vocab: counts.into_vocab(&vocab)? })
}

/// With as many buckets, columns are still told apart by 32 bits.
const MOST_WORDS: usize = 1 << 30;
/// Vocabularies have two ids before those of words.
const FIRST_WORD: u32 = 2;

impl<A> HashedNgrams<A> {
    /// Returns what it was fitted with.
    pub fn config(&self) -> &HashedNgramsConfig {
        &self.config
    }

    /// Returns the words that have columns, in the order of these.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.vocab.words()
    }
}

impl<A: Analyzer> Features for HashedNgrams<A> {
    fn width(&self) -> usize {
        self.words().len() + self.config.buckets
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        let HashedNgramsConfig { max_n, min_characters, max_characters, buckets, .. } = self.config;
        let tokens = self.analyzer.analyze(text);
        let (first_bucket, mut columns, mut hashes) = (self.words().len(), Vec::new(), Vec::new());
        let hashed = |columns: &mut Vec<u32>, bucket: usize| columns.push((first_bucket + bucket) as u32);
        for token in tokens.iter() {
            columns.extend(self.vocab.id(token.text).checked_sub(FIRST_WORD));
            each_bucket(token.text.as_bytes(), (min_characters, max_characters), buckets, |bucket| {
                hashed(&mut columns, bucket);
            });
            // fastText's are signed, and widened so.
            hashes.push(i64::from(hash_of(token.text.as_bytes()) as i32) as u64);
        }
        for first in 0..hashes.len() {
            let mut hash = hashes.get(first).copied().unwrap_or(0);
            for next in hashes.iter().skip(first + 1).take(max_n - 1) {
                hash = hash.wrapping_mul(NEXT_WORD).wrapping_add(*next);
                hashed(&mut columns, (hash % buckets as u64) as usize);
            }
        }
        row.assign(columns.into_iter().map(|column| (column, 1.0)));
    }
}

/// What the hash of the words before is multiplied by.
const NEXT_WORD: u64 = 116_049_371;
const HEADER: &str = "hashed.json";
const WORDS: &str = "words.txt";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    config: HashedNgramsConfig,
}

/// `hashed.json` (the configuration), `words.txt` (a word a line, in the order of columns) and the files of the analyzer, each with `analyzer-`
/// before its name.
impl<A: Stored> Stored for HashedNgrams<A> {
    fn to_files(&self) -> Result<Files> {
        let header = Header { version: VERSION, config: self.config.clone() };
        let mut json = serde_json::to_vec_pretty(&header).map_err(|error| Error::malformed(HEADER, error))?;
        json.push(b'\n');
        let words = self.vocab.to_text().into_bytes();
        let mut files = Files::from([(HEADER.to_owned(), json), (WORDS.to_owned(), words)]);
        analyzer_files::add(&mut files, &self.analyzer)?;
        Ok(files)
    }

    fn from_files(files: &Files) -> Result<Self> {
        let file = |name: &str| files.get(name).ok_or_else(|| Error::format(name, "is missing"));
        let header: Header = serde_json::from_slice(file(HEADER)?).map_err(|error| Error::malformed(HEADER, error))?;
        if header.version != VERSION {
            return Err(Error::format(HEADER, format!("found version {}, expected {VERSION}", header.version)));
        }
        header.config.validate().map_err(|error| Error::malformed(HEADER, error))?;
        let words = std::str::from_utf8(file(WORDS)?).map_err(|_| Error::format(WORDS, "is not UTF-8"))?;
        let vocab = Vocab::from_text(words, WORDS)?;
        if vocab.words().len() > MOST_WORDS {
            return Err(Error::format(WORDS, format!("has more than {MOST_WORDS} words")));
        }
        Ok(Self { analyzer: analyzer_files::read(files)?, config: header.config, vocab })
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::{TokenKind, conformance};

    use super::*;

    #[derive(Debug, Clone)]
    struct Blanks;

    impl Analyzer for Blanks {
        fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
            tokens.clear();
            for word in text.split_ascii_whitespace() {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                tokens.push(word, start..start + word.len(), TokenKind::Word);
            }
        }
    }

    impl Stored for Blanks {
        fn to_files(&self) -> Result<Files> {
            Ok(Files::from([("blanks.txt".to_owned(), Vec::new())]))
        }

        fn from_files(files: &Files) -> Result<Self> {
            files.get("blanks.txt").map(|_| Self).ok_or_else(|| Error::format("blanks.txt", "is missing"))
        }
    }

    fn fitted(config: &HashedNgramsConfig) -> HashedNgrams<Blanks> {
        fit_hashed_ngrams(["good food good staff", "not good 好吃", "food"], Blanks, config).unwrap()
    }

    #[test]
    fn every_fault_is_named() {
        let config =
            HashedNgramsConfig { max_n: 0, min_characters: 3, max_characters: 2, buckets: 0, ..Default::default() };
        let error = config.validate().unwrap_err().to_string();
        for fault in ["3 faults", "max_n: found 0", "min_characters: found 3", "buckets: found 0"] {
            assert!(error.contains(fault), "{error}");
        }
    }

    // From fastText's dictionary.cc, in Python:
    //   def h(w):
    //       x = 2166136261
    //       for b in w.encode(): x = ((x ^ (b - 256 if b > 127 else b) % 2**32) * 16777619) % 2**32
    //       return x - 2**32 if x >= 2**31 else x
    //   def ngrams(words, n, buckets):
    //       for i in range(len(words)):
    //           x = h(words[i]) % 2**64
    //           for w in words[i + 1 : i + n]:
    //               x = (x * 116049371 + h(w)) % 2**64
    //               yield x % buckets
    //   list(ngrams("not good 好吃".split(), 3, 1000)) == [462, 714, 672]
    #[test]
    fn buckets_are_those_of_fast_text() {
        let ngrams = fitted(&HashedNgramsConfig { max_n: 3, buckets: 1000, ..Default::default() });
        assert_eq!(ngrams.words().collect::<Vec<_>>(), ["good", "food", "not", "staff", "好吃"]);
        let row = ngrams.features("not good 好吃");
        let mut expected: Vec<(u32, f32)> =
            [0, 2, 4].into_iter().chain(PAIRS.map(|bucket| 5 + bucket)).map(|column| (column, 1.0)).collect();
        expected.sort_by_key(|&(column, _)| column);
        assert_eq!(row.iter().collect::<Vec<_>>(), expected);
        let row = ngrams.features("food food");
        assert_eq!(row.iter().next(), Some((1, 2.0)));
    }

    const PAIRS: [u32; 3] = [462, 714, 672];

    #[test]
    fn conform_to_their_roles() {
        let config = HashedNgramsConfig {
            min_count: 2,
            min_characters: 2,
            max_characters: 3,
            buckets: 50,
            ..Default::default()
        };
        let ngrams = fitted(&config);
        assert_eq!(ngrams.words().len(), 2);
        conformance::check_features(&ngrams, &["good food", "never seen", "好吃"]).unwrap();
        conformance::check_stored(&ngrams).unwrap();
        let again = HashedNgrams::<Blanks>::from_files(&ngrams.to_files().unwrap()).unwrap();
        assert_eq!(again.features("good news 好"), ngrams.features("good news 好"));
    }
}

//! Word vectors that a classifier starts from.

use std::collections::HashSet;
use std::fmt;

use plaudit_core::{Embedding, Error, Result, Vocab, WordCounts};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::TrainConfig;
use crate::network::Parameters;
use crate::plan::START;
use crate::seen::first_bytes;

/// What becomes of word vectors that training is given ([`Pretrained`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PretrainedConfig {
    /// Whether given vectors stay as they are. The rows of words that have none, and that of the unknown word, are learned all
    /// the same. Default: no, all rows are learned; then words of the training texts move away from like words that no training
    /// text has, which stay where they were.
    pub frozen: bool,
    /// The most words that come into the vocabulary because they have a vector, beyond those of [`vocab`](TrainConfig::vocab).
    /// Default 50,000, as many as the training texts themselves may bring; each takes a row of the model.
    ///
    /// First come the words of the training texts that the vocabulary would cut, the most frequent first: with a vector, a
    /// word that is seen once is no stranger. Then come those of [`Pretrained::new`] in their order: texts of later have
    /// words that training never saw.
    pub extra_words: usize,
}

impl Default for PretrainedConfig {
    fn default() -> Self {
        Self { frozen: false, extra_words: 50_000 }
    }
}

/// Word vectors that a classifier starts from, and the words that they are known to have.
///
/// A word is looked up as cleaning leaves it. Vectors of whole words in their usual writing do not have stems (`happi`) or words
/// in lower case that they only have with a capital: give them texts that are cleaned as theirs were. How many of the words
/// were found stands in [`TrainReport::vectors`](crate::TrainReport::vectors).
///
/// The length of the vectors becomes that of the network's. Their values are multiplied by one number, so that those of the
/// vocabulary's words have the mean square of the network's own start (0.01): the rates and the dropout that suit one suit the other, and
/// vectors of other programs differ in length by a factor of ten and more. Words without a vector, and the unknown word, start
/// as they do without any: by chance.
///
/// # Example: two words by hand
/// ```
/// use plaudit_core::{Analyzer, Classifier, Embedding, Example, TokenKind, Tokens};
/// use plaudit_models::{Extras, Pretrained, TrainConfig, train_with};
///
/// # struct Blanks;
/// # impl Analyzer for Blanks {
/// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
/// #         tokens.clear();
/// #         text.split(' ').for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
/// #     }
/// # }
/// struct Polarity;
/// impl Embedding for Polarity {
///     fn dim(&self) -> usize {
///         2
///     }
///     fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
///         match word {
///             "good" | "lovely" => out.copy_from_slice(&[1.0, 0.5]),
///             "poor" => out.copy_from_slice(&[-1.0, 0.25]),
///             _ => return false,
///         }
///         true
///     }
/// }
///
/// let words = ["good", "lovely", "poor"].map(str::to_owned);
/// let rows = [("good", "Good"), ("poor", "Poor")].into_iter().cycle().take(60);
/// let rows: Vec<Example> = rows.map(|(text, label)| Example { text, label }).collect();
/// let mut config = TrainConfig::default();
/// (config.epochs, config.pretrained.frozen) = (20, true);
/// let vectors = Pretrained::new(&Polarity, &words)?;
/// let mut extras = Extras::default();
/// extras.vectors = Some(&vectors);
/// let classifier = train_with(Blanks, &rows, &rows, &extras, &config, &mut ())?;
/// assert_eq!(classifier.predict("lovely")?.label(), "Good"); // in no training text
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Pretrained<'a> {
    vectors: &'a dyn Embedding,
    words: &'a [String],
    digest: String,
}

impl<'a> Pretrained<'a> {
    /// Returns these vectors, ready to start from. `words` are those that have one, the most frequent first; others may have one
    /// too, and are found where a training text holds them. All of `words` are read once, for the digest in the report.
    ///
    /// # Errors
    /// When the vectors are of length 0, or one of them has a number that is not finite.
    pub fn new(vectors: &'a dyn Embedding, words: &'a [String]) -> Result<Self> {
        if vectors.dim() == 0 {
            return Err(Error::config("word vectors: found vectors of length 0, expected 1 or more"));
        }
        let mut pretrained = Self { vectors, words, digest: String::new() };
        let mut row = vec![0.0; vectors.dim()];
        let mut hash = Sha256::new();
        for word in words {
            if pretrained.embed(word, &mut row)? {
                hash.update(word.as_bytes());
                hash.update([0xff]); // in no UTF-8
                row.iter().for_each(|value| hash.update(value.to_le_bytes()));
            }
        }
        pretrained.digest = format!("{:016x}", first_bytes(hash));
        Ok(pretrained)
    }

    /// What tells these vectors apart from others, as [`VectorsReport::digest`].
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// The configuration with a network whose words have vectors of this length.
    pub(crate) fn applied(&self, config: &TrainConfig) -> Result<TrainConfig> {
        let architecture = config.architecture.with_embedding(self.vectors.dim())?;
        Ok(TrainConfig { architecture, ..config.clone() })
    }

    /// Whether the word has a vector, which is then in `row`.
    fn embed(&self, word: &str, row: &mut [f32]) -> Result<bool> {
        let found = self.vectors.embed_into(word, row);
        if found && !row.iter().all(|value| value.is_finite()) {
            let fault = format!("word vectors: found a number that is not finite in the vector of {word:?}");
            return Err(Error::config(fault));
        }
        Ok(found)
    }

    /// The vocabulary, and where its rows start.
    pub(crate) fn start(&self, counts: &WordCounts, config: &TrainConfig) -> Result<(Vocab, Start)> {
        let sorted = counts.sorted();
        let counted = counts.clone().into_vocab(&config.vocab)?;
        let mut rows =
            Rows { words: HashSet::new(), given: vec![false; FIRST], values: vec![0.0; FIRST * self.vectors.dim()] };
        let mut row = vec![0.0; self.vectors.dim()];
        for word in counted.words() {
            let given = self.embed(word, &mut row)?;
            rows.push(word, given, &row);
        }
        let found = rows.given.iter().filter(|&&given| given).count();
        let mut extra: Vec<&str> = Vec::new();
        for word in sorted.iter().map(|&(word, _)| word).chain(self.words.iter().map(String::as_str)) {
            if extra.len() == config.pretrained.extra_words {
                break;
            }
            // An empty word, or one with a line break, is no word of a vocabulary.
            let fits = !word.is_empty() && !word.contains(['\n', '\r']) && !rows.words.contains(word);
            if fits && self.embed(word, &mut row)? {
                rows.push(word, true, &row);
                extra.push(word);
            }
        }
        let vocab = Vocab::new(counted.words().chain(extra.iter().copied()))?;
        let Rows { given, values, .. } = rows;
        let has_vector = |word: &str| given.get(vocab.id(word) as usize).is_some_and(|&given| given);
        let tokens: u64 = sorted.iter().filter(|(word, _)| has_vector(word)).map(|&(_, count)| count).sum();
        let share = |part: u64, of: u64| part as f64 / of.max(1) as f64;
        let mut report = VectorsReport {
            dim: self.vectors.dim(),
            vocab_coverage: share(found as u64, counted.words().len() as u64),
            token_coverage: share(tokens, counts.total()),
            extra_words: extra.len(),
            scale: 1.0,
            digest: self.digest.clone(),
        };
        // Those of the training texts, so that words that come with them change nothing; where there is none, all.
        let (rows, measured) = if found > 0 { (found, counted.len()) } else { (extra.len(), vocab.len()) };
        let measured = values.iter().take(measured * report.dim);
        let square: f64 = measured.map(|&value| f64::from(value).powi(2)).sum(); // 0 for rows without a vector
        if square > 0.0 {
            report.scale = START / (square / (rows * report.dim) as f64).sqrt();
        }
        Ok((vocab, Start { given, values, report }))
    }
}

impl fmt::Debug for Pretrained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dim, words) = (self.vectors.dim(), self.words.len());
        f.debug_struct("Pretrained").field("dim", &dim).field("words", &words).finish_non_exhaustive()
    }
}

/// The place of the words' table among the weights of every [`Architecture`](crate::Architecture).
pub(crate) const WORDS: usize = 0;
/// The ids of padding and of the unknown word come first; neither has a vector.
const FIRST: usize = 2;

/// Rows of the words' table under construction.
struct Rows<'a> {
    words: HashSet<&'a str>,
    given: Vec<bool>,
    values: Vec<f32>,
}

impl<'a> Rows<'a> {
    fn push(&mut self, word: &'a str, given: bool, row: &[f32]) {
        self.words.insert(word);
        self.given.push(given);
        self.values.extend(row.iter().map(|&value| if given { value } else { 0.0 }));
    }
}

/// Where the rows of the words' table start.
#[derive(Debug)]
pub(crate) struct Start {
    /// For each id, whether it has a vector.
    given: Vec<bool>,
    /// `[ids, dim]`, as given; 0 where there is none.
    values: Vec<f32>,
    report: VectorsReport,
}

impl Start {
    /// Puts the vectors into the words' table. Returns, for each id, whether it has one.
    pub(crate) fn put(self, parameters: &Parameters) -> Result<(Vec<bool>, VectorsReport)> {
        let VectorsReport { dim, scale, .. } = self.report;
        let mut weights = parameters.values()?;
        let Some(table) = weights.get_mut(WORDS).filter(|table| table.values.len() == self.values.len()) else {
            return Err(Error::config("the network has no table of the vectors' size"));
        };
        let rows = table.values.chunks_exact_mut(dim.max(1)).zip(self.values.chunks_exact(dim.max(1)));
        for ((row, vector), _) in rows.zip(&self.given).filter(|(_, given)| **given) {
            row.iter_mut().zip(vector).for_each(|(to, &value)| *to = (f64::from(value) * scale) as f32);
        }
        parameters.restore(&weights)?;
        Ok((self.given, self.report))
    }
}

/// How far given word vectors reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct VectorsReport {
    /// The length of the vectors.
    pub dim: usize,
    /// Share of the words that the training texts bring into the vocabulary that have a vector, 0 to 1. Below a third, the vectors
    /// may be of another language, another writing, or of whole words where cleaning leaves stems.
    pub vocab_coverage: f64,
    /// Share of the training texts' tokens that have a vector, 0 to 1.
    pub token_coverage: f64,
    /// Words that are in the vocabulary because they have a vector.
    pub extra_words: usize,
    /// What values were multiplied by.
    pub scale: f64,
    /// A digest of the listed words and their vectors, in 16 hexadecimal digits: scores from folds that started from other ones
    /// do not calibrate this classifier.
    pub digest: String,
}

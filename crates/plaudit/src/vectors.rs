//! Word vectors that a classifier starts from: those of a file, or trained on texts of one's own.

use std::path::Path;

use plaudit_core::{Analyzer, Embedding, Error, Observer, Progress, Result, Stage, Tokens};
use plaudit_data::Dataset;
use plaudit_embeddings::formats::{self, LoadReport, VectorFormat, VectorsConfig};
use plaudit_embeddings::word2vec::{self, Architecture, Word2VecConfig};
use plaudit_embeddings::{SubwordVectors, WordVectors};
use plaudit_text::Pipeline;
use serde::{Deserialize, Serialize};

use crate::TrainConfig;
use crate::rows::CHUNK;

/// How word vectors are trained on a classifier's own texts ([`pretrain`]). Their length, the seed and the threads are those of
/// the classifier. Where nothing else is said, a default is that of [`Word2VecConfig`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PretrainConfig {
    /// Which words are learned from which.
    pub architecture: Architecture,
    /// The most words on each side of the one in the middle.
    pub window: usize,
    /// Words of noise a window.
    pub negative: usize,
    /// Words that come less often have no vector. Default 2, as in the vocabulary of a classifier: in few texts most words
    /// are rare.
    pub min_count: u64,
    /// The share of the texts above which a word is passed over now and then.
    pub sample: f64,
    /// How often the texts are gone through. Default 20: few texts have to be gone through more often than many.
    pub epochs: usize,
    /// The learning rate at the start.
    pub rate: f64,
}

impl Default for PretrainConfig {
    fn default() -> Self {
        let Word2VecConfig { architecture, window, negative, sample, rate, .. } = Word2VecConfig::default();
        Self { architecture, window, negative, min_count: 2, sample, epochs: 20, rate }
    }
}

impl PretrainConfig {
    /// The whole configuration, for a classifier of this one.
    pub(crate) fn word2vec(&self, model: &plaudit_models::TrainConfig) -> Word2VecConfig {
        let mut config = Word2VecConfig::default();
        let Self { architecture, window, negative, min_count, sample, epochs, rate } = *self;
        (config.architecture, config.window, config.negative) = (architecture, window, negative);
        (config.min_count, config.sample, config.epochs) = (min_count, sample, epochs);
        (config.rate, config.final_rate) = (rate, rate * FINAL);
        (config.dim, config.seed, config.threads) = (model.architecture.embedding(), model.seed, model.threads);
        config
    }
}

/// The last learning rate, as a share of the first (word2vec.c).
const FINAL: f64 = 1e-4;

/// Returns word vectors that are trained on the texts of `train`, and on `more` texts without labels, all of them cleaned as
/// `config.text` says: they suit a classifier that is trained on `train` with the same configuration
/// ([`train_with`](crate::train_with)). Rows without a label count too. The cleaned texts are held in memory. The same texts and
/// configuration give the same bytes, with any number of threads.
///
/// Give it no text that figures are reported on: vectors that were trained on test texts, without their labels, flatter them all the same.
///
/// # Example: a model of few labels and more texts
/// ```
/// use plaudit::models::{Extras, Pretrained};
/// use plaudit::{Classifier, Dataset, Feedback, TrainConfig};
///
/// # let row = |k: usize, text: &str, label: &str| { let mut row = Feedback::new(k.to_string(), text); row.label = Some(label.to_owned()); row };
/// # let rows = (0..40).map(|k| if k % 2 == 0 { row(k, "lovely staff and a quiet library", "Good") } else { row(k, "rude staff and a loud gym", "Poor") });
/// let train: Dataset = Dataset::from_rows(rows.collect()); // of two labels
/// let more = ["a quiet gym and lovely people", "rude people, loud library"];
/// let mut config = TrainConfig::default();
/// config.model.epochs = 10;
/// let vectors = plaudit::pretrain(&train, more, &config, &mut ())?;
/// let start = Pretrained::new(&vectors, vectors.words())?;
/// let mut extras = Extras::default();
/// extras.vectors = Some(&start);
/// let classifier = plaudit::train_with(&train, &train, &extras, &config, &mut ())?;
/// assert!(classifier.report().vectors.as_ref().is_some_and(|found| found.vocab_coverage == 1.0));
/// # Ok::<(), plaudit::Error>(())
/// ```
///
/// # Errors
/// When the configuration is at fault, there are fewer than two words to learn, or `observer` ends the run while texts are cleaned or
/// words counted; later, what was learned so far is returned.
pub fn pretrain<'a>(
    train: &'a Dataset,
    more: impl IntoIterator<Item = &'a str>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<WordVectors> {
    config.validate()?;
    let texts = || train.iter().map(|row| row.text.as_str());
    let pipeline = Pipeline::from_corpus(config.text.clone(), texts())?;
    let (mut sentences, mut tokens) = (Vec::new(), Tokens::new());
    for text in texts().chain(more) {
        if sentences.len().is_multiple_of(CHUNK)
            && observer.progressed(&Progress::new(Stage::Analyzing, sentences.len() as u64, None)).is_break()
        {
            return Err(Error::Interrupted);
        }
        pipeline.analyze_into(text, &mut tokens);
        sentences.push(tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" "));
    }
    word2vec::train(sentences.as_slice(), &config.pretrain.word2vec(&config.model), observer)
}

/// Word vectors of a file, with those of n-grams where the file has some: then words that it does not list have a vector too.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Vectors {
    /// Words alone.
    Words(WordVectors),
    /// Words and n-grams: a model of fastText's.
    Subwords(SubwordVectors),
}

impl Vectors {
    /// Returns the vectors of a file in any format of [`embeddings::formats`](crate::embeddings::formats), and what reading them
    /// came to.
    ///
    /// # Errors
    /// As [`formats::read`].
    pub fn read(path: impl AsRef<Path>, config: &VectorsConfig) -> Result<(Self, LoadReport)> {
        let path = path.as_ref();
        if config.format.map_or_else(|| formats::detect(path), Ok)? == VectorFormat::FasttextBin {
            let loaded = formats::read_subwords(path, config)?;
            return Ok((Self::Subwords(loaded.vectors), loaded.report));
        }
        let loaded = formats::read(path, config)?;
        Ok((Self::Words(loaded.vectors), loaded.report))
    }

    /// Returns the words that the file lists, with their vectors.
    pub fn words(&self) -> &WordVectors {
        match self {
            Self::Words(words) => words,
            Self::Subwords(vectors) => vectors.words(),
        }
    }
}

impl Embedding for Vectors {
    fn dim(&self) -> usize {
        self.words().dim()
    }

    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        match self {
            Self::Words(words) => words.embed_into(word, out),
            Self::Subwords(vectors) => vectors.embed_into(word, out),
        }
    }
}

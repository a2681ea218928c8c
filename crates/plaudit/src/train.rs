//! Text pipeline and network, trained together.

use plaudit_core::{Error, Example, Labels, Observer, Result};
use plaudit_data::Dataset;
#[cfg(feature = "embeddings")]
use plaudit_embeddings::NgramsConfig;
use plaudit_models::{Extras, Space, TuneTrial};
use plaudit_text::{Pipeline, PipelineConfig};
use serde::{Deserialize, Serialize};

use crate::Reader;
use crate::rows::place;

/// A trained classifier that cleans its own texts.
pub type TextClassifier = plaudit_models::TextClassifier<Reader>;

/// How text is cleaned and how the network is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// The cleaning steps. Default: English.
    pub text: PipelineConfig,
    /// The kinds of n-grams, side by side, that the linear part reads of a
    /// [`WideAndDeep`](plaudit_models::Architecture::WideAndDeep); nothing else does. Default words and pairs of words, and 2 to 5 characters
    /// in words, that stand in two texts or more, by TF-IDF with 1 + ln tf.
    #[cfg(feature = "embeddings")]
    pub features: Vec<NgramsConfig>,
    /// Vocabulary, network, optimizer, stopping.
    pub model: plaudit_models::TrainConfig,
    /// How word vectors are trained on texts of one's own ([`pretrain`](crate::pretrain)).
    #[cfg(feature = "embeddings")]
    pub pretrain: crate::PretrainConfig,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            text: PipelineConfig::default(),
            #[cfg(feature = "embeddings")]
            features: crate::ngrams::words_and_characters(),
            model: plaudit_models::TrainConfig::default(),
            #[cfg(feature = "embeddings")]
            pretrain: crate::PretrainConfig::default(),
        }
    }
}

impl TrainConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let parts = [
            self.text.validate(),
            self.model.validate(),
            #[cfg(feature = "embeddings")]
            self.pretrain.word2vec(&self.model).validate(),
        ];
        #[cfg(feature = "embeddings")]
        let parts = parts.into_iter().chain(self.features.iter().map(NgramsConfig::validate));
        for part in parts {
            match part {
                Err(Error::Config { faults: more }) => faults.extend(more),
                other => other?,
            }
        }
        Error::from_faults(faults)
    }
}

impl Reader {
    /// Returns what a classifier of this configuration reads of a text: a pipeline that knows the words of `train`, and for a
    /// [`WideAndDeep`](plaudit_models::Architecture::WideAndDeep) n-grams fitted to them.
    ///
    /// # Errors
    /// When the configuration of the cleaning or of the n-grams is at fault, or no text has an n-gram that stands in enough others.
    pub fn fit(train: &Dataset, config: &TrainConfig) -> Result<Self> {
        let texts: Vec<&str> = train.iter().map(|row| row.text.as_str()).collect();
        let pipeline = Pipeline::from_corpus(config.text.clone(), texts.iter().copied())?;
        #[cfg(feature = "embeddings")]
        if matches!(config.model.architecture, plaudit_models::Architecture::WideAndDeep(_)) {
            let features = plaudit_embeddings::fit_text_features(&texts, pipeline.clone(), &config.features)?;
            return Ok(Self::with_features(pipeline, features));
        }
        Ok(Self::new(pipeline))
    }
}

/// Returns a classifier fitted to the labelled rows of `train`, with the weights of the epoch that was best on those of
/// `valid`. Rows without a label are left out. Pass `&mut ()` for silence.
///
/// # Errors
/// As [`plaudit_models::train`]. A row whose label is unknown is named by its uid, and the rows at which training diverged
/// by their places in `train`.
pub fn train(
    train: &Dataset,
    valid: &Dataset,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier> {
    train_with(train, valid, &Extras::default(), config, observer)
}

/// Returns a classifier fitted as [`train`] fits it, with what `extras` give: word vectors to start from, a weight for each row of `train` (those of rows
/// without a label are not read), checkpoints to go on from.
///
/// Vectors are those of a file ([`Vectors`](crate::Vectors)) or of [`pretrain`](crate::pretrain), and
/// have the words that they were trained on. The default cleaning leaves stems, which vectors of whole words do not
/// have. For these, [`PipelineConfig::for_language`] gives with [`Language::Und`](plaudit_text::Language::Und) the same steps
/// without stems, and [`PipelineConfig::raw`] leaves capitals, too. Look at the coverage in the report.
///
/// # Errors
/// As [`train`] and [`plaudit_models::train_with`].
pub fn train_with(
    train: &Dataset,
    valid: &Dataset,
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier> {
    config.validate()?;
    let reader = Reader::fit(train, config)?;
    with_rows([train, valid], config.model.labels.as_ref(), extras, |rows, valid, extras| {
        plaudit_models::train_with(reader, rows, valid, extras, &config.model, observer)
    })
}

/// Returns the classifier of the configuration that is best on `valid` among those of `space`, and what each came to, as [`plaudit_models::tune`] finds
/// it. The fields are those of `config.model`: `/adam/learning_rate`.
///
/// # Errors
/// As [`train_with`] and [`plaudit_models::tune`].
pub fn tune(
    train: &Dataset,
    valid: &Dataset,
    extras: &Extras<'_>,
    config: &TrainConfig,
    space: &Space,
    observer: &mut dyn Observer,
) -> Result<(TextClassifier, Vec<TuneTrial>)> {
    config.validate()?;
    let reader = Reader::fit(train, config)?;
    with_rows([train, valid], config.model.labels.as_ref(), extras, |rows, valid, extras| {
        plaudit_models::tune(&reader, rows, valid, extras, &config.model, space, observer)
    })
}

/// Returns `classifier` trained further on other rows, as [`plaudit_models::fine_tune`] does it. Of `config`, only `model` is read: texts are
/// cleaned as they were.
///
/// # Errors
/// As [`train_with`] and [`plaudit_models::fine_tune`].
pub fn fine_tune(
    classifier: &TextClassifier,
    train: &Dataset,
    valid: &Dataset,
    extras: &Extras<'_>,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier> {
    config.validate()?;
    with_rows([train, valid], config.model.labels.as_ref(), extras, |rows, valid, extras| {
        plaudit_models::fine_tune(classifier, rows, valid, extras, &config.model, observer)
    })
}

/// Calls `run` with the labelled rows of both parts and the weights of the first's. Errors name rows by their uids, or by their places in the data.
fn with_rows<R>(
    [train, valid]: [&Dataset; 2],
    labels: Option<&Labels>,
    extras: &Extras<'_>,
    run: impl FnOnce(&[Example<'_>], &[Example<'_>], &Extras<'_>) -> Result<R>,
) -> Result<R> {
    // Where there are no labels at all, the call below says so.
    if let Ok(labels) = labels.cloned().map_or_else(|| train.labels(), Ok) {
        for data in [train, valid] {
            for row in data.iter() {
                row.label.as_ref().map(|label| place(&labels, row, label, &data.report.source_name)).transpose()?;
            }
        }
    }
    let labelled: Vec<usize> = (0..).zip(train).filter(|(_, row)| row.label.is_some()).map(|(at, _)| at).collect();
    let mut extras = *extras;
    let weights: Option<Vec<f32>> = match extras.weights {
        Some(weights) if weights.len() != train.len() => {
            let (found, rows) = (weights.len(), train.len());
            return Err(Error::config(format!(
                "weights: found {found}, expected one for each of {rows} training rows"
            )));
        }
        weights => weights.map(|all| labelled.iter().filter_map(|&row| all.get(row).copied()).collect()),
    };
    extras.weights = weights.as_deref();
    run(&train.examples(), &valid.examples(), &extras).map_err(|error| match error {
        Error::Diverged { step, rows, what } => {
            let rows = rows.into_iter().filter_map(|row| labelled.get(row).copied()).collect();
            Error::Diverged { step, rows, what }
        }
        error => error,
    })
}

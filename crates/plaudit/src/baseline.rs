//! Text pipeline, n-grams and a baseline, trained together.

use plaudit_core::{Error, Result};
use plaudit_data::Dataset;
use plaudit_embeddings::{HashedNgramsConfig, NgramsConfig, TextFeatures, fit_text_features};
use plaudit_metrics::Metric;
use plaudit_models::{
    AverageNgramsConfig, Baseline, ClassWeights, LinearConfig, LinearLoss, MajorityConfig, NbSvmConfig, Trial,
};
use plaudit_text::{Pipeline, PipelineConfig};
use serde::{Deserialize, Serialize};

use crate::ngrams::{bag, words, words_and_characters};
use crate::rows::place;

/// A trained baseline that cleans its own texts.
pub type BaselineClassifier = plaudit_models::LinearClassifier<TextFeatures<Pipeline>>;

/// How text is cleaned, what is counted, and how a baseline is trained on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct BaselineConfig {
    /// The cleaning steps, of which n-grams of words are made; n-grams of characters are those of the text as it is. Default: English.
    pub text: PipelineConfig,
    /// The kinds of n-grams, side by side; none for the majority. Default words and pairs of words that stand in two texts or more, by TF-IDF
    /// with 1 + ln tf.
    pub features: Vec<NgramsConfig>,
    /// The baseline. Default logistic regression.
    pub model: Baseline,
}

impl Default for BaselineConfig {
    fn default() -> Self {
        Self { text: PipelineConfig::default(), features: vec![words(2)], model: Baseline::default() }
    }
}

impl BaselineConfig {
    /// The names of [`grid`](Self::grid).
    pub const GRIDS: [&str; 5] = ["majority", "logistic", "svm", "nb_svm", "average_ngrams"];

    /// Returns the configurations that are tried for a baseline of this name, texts cleaned by `text`:
    ///
    /// | name | what | tried |
    /// |---|---|---|
    /// | `majority` | the labels' shares | |
    /// | `logistic` | logistic regression on TF-IDF of words and pairs of words, and of these and 2 to 5 characters in words | C 0.3 to 30; labels weighed or not |
    /// | `svm` | the same, with the squared hinge loss | C 0.01 to 1; the same |
    /// | `nb_svm` | NB-SVM on words, pairs and triples | beta 0.25 and 1, C 0.01 to 1; the same; log-loss too |
    /// | `average_ngrams` | fastText's design on words and pairs, without and with 2 to 4 characters | rates 0.1 to 1, 5 and 20 epochs; labels weighed or not; vectors of 20 |
    ///
    /// # Errors
    /// When the name is none of [`GRIDS`](Self::GRIDS).
    pub fn grid(name: &str, text: &PipelineConfig) -> Result<Vec<Self>> {
        let of = |features: &[NgramsConfig], model: Baseline| Self {
            text: text.clone(),
            features: features.to_vec(),
            model,
        };
        let linear = |loss, c: &[f64]| {
            [ClassWeights::Equal, ClassWeights::Balanced].map(|weights| {
                let mut config = LinearConfig::default();
                (config.loss, config.c, config.class_weights) = (loss, c.to_vec(), weights);
                config
            })
        };
        let on_both = |configs: [LinearConfig; 2]| {
            let kinds = [vec![words(2)], words_and_characters()];
            let of = |config: LinearConfig| kinds.each_ref().map(|kinds| of(kinds, Baseline::Linear(config.clone())));
            configs.into_iter().flat_map(of).collect()
        };
        Ok(match name {
            "majority" => vec![of(&[], Baseline::Majority(MajorityConfig::default()))],
            "logistic" => on_both(linear(LinearLoss::Logistic, &[0.3, 1.0, 3.0, 10.0, 30.0])),
            "svm" => on_both(linear(LinearLoss::SquaredHinge, &[0.01, 0.03, 0.1, 0.3, 1.0])),
            "nb_svm" => {
                let mut grid = Vec::new();
                for loss in [LinearLoss::SquaredHinge, LinearLoss::Logistic] {
                    for linear in linear(loss, &[0.01, 0.03, 0.1, 0.3, 1.0]) {
                        for beta in [0.25, 1.0] {
                            let mut config = NbSvmConfig::default();
                            (config.beta, config.linear) = (beta, linear.clone());
                            grid.push(of(&[bag(3)], Baseline::NbSvm(config)));
                        }
                    }
                }
                grid
            }
            "average_ngrams" => {
                let mut characters = HashedNgramsConfig::default();
                (characters.min_characters, characters.max_characters) = (2, 4);
                let mut grid = Vec::new();
                for kind in [HashedNgramsConfig::default(), characters] {
                    for (epochs, rate) in
                        [5, 20].into_iter().flat_map(|epochs| [0.1, 0.3, 1.0].map(|rate| (epochs, rate)))
                    {
                        for weights in [ClassWeights::Equal, ClassWeights::Balanced] {
                            let mut config = AverageNgramsConfig::default();
                            (config.dim, config.rate, config.epochs, config.class_weights) =
                                (20, rate, epochs, weights);
                            grid.push(of(&[NgramsConfig::Hashed(kind.clone())], Baseline::AverageNgrams(config)));
                        }
                    }
                }
                grid
            }
            _ => return Err(Error::config(format!("baseline: expected one of {}", Self::GRIDS.join(", ")))),
        })
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let parts = [self.text.validate(), self.model.validate()];
        for part in parts.into_iter().chain(self.features.iter().map(NgramsConfig::validate)) {
            match part {
                Err(Error::Config { faults: more }) => faults.extend(more),
                other => other?,
            }
        }
        Error::from_faults(faults)
    }

    fn fit_features(&self, train: &Dataset) -> Result<TextFeatures<Pipeline>> {
        let texts: Vec<&str> = train.iter().filter(|row| row.label.is_some()).map(|row| row.text.as_str()).collect();
        let analyzer = Pipeline::from_corpus(self.text.clone(), texts.iter().copied())?;
        fit_text_features(&texts, analyzer, &self.features)
    }
}

/// Returns a baseline fitted to the labelled rows of `train`, its `c` chosen on those of `valid`; rows without a label are left out.
///
/// # Errors
/// As [`plaudit_models::train_baseline`] and [`fit_text_features`]. A row whose label is unknown is named by its uid.
pub fn train_baseline(train: &Dataset, valid: &Dataset, config: &BaselineConfig) -> Result<BaselineClassifier> {
    config.validate()?;
    check_labels([train, valid], &config.model)?;
    let features = config.fit_features(train)?;
    plaudit_models::train_baseline(features, &train.examples(), &valid.examples(), &config.model)
}

/// What tuning came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TunedBaseline {
    /// The best classifier.
    pub classifier: BaselineClassifier,
    /// The cleaning, the n-grams and the baseline of each that was tried, in the order of the grid, and what it came to.
    pub trials: Vec<(BaselineConfig, Trial)>,
    /// The place of the best among them.
    pub best: usize,
}

/// Returns the best of `grid` by `metric` on the labelled rows of `valid` (the same: the one with the lower log-loss there; then the first), each fitted to those
/// of `train`. Neighbours in the grid that clean and count alike share that work.
///
/// # Errors
/// As [`train_baseline`], and when `grid` is empty, `valid` has no labelled row, or `metric` needs probabilities.
pub fn tune_baseline(
    train: &Dataset,
    valid: &Dataset,
    grid: &[BaselineConfig],
    metric: Metric,
) -> Result<TunedBaseline> {
    for config in grid {
        config.validate()?;
        check_labels([train, valid], &config.model)?;
    }
    let (rows, held_out) = (train.examples(), valid.examples());
    let mut trials: Vec<(BaselineConfig, Trial)> = Vec::new();
    let mut best: Option<((f64, f64), usize, BaselineClassifier)> = None;
    for alike in grid.chunk_by(|a, b| (&a.text, &a.features) == (&b.text, &b.features)) {
        let Some(first) = alike.first() else { continue };
        let models: Vec<Baseline> = alike.iter().map(|config| config.model.clone()).collect();
        let tuned = plaudit_models::tune_baseline(first.fit_features(train)?, &rows, &held_out, &models, metric)?;
        let place = trials.len() + tuned.best;
        trials.extend(alike.iter().cloned().zip(tuned.trials));
        let loss = |trial: &Trial| trial.report.best_fit().and_then(|fit| fit.valid_loss).unwrap_or(f64::INFINITY);
        let rank = trials.get(place).map_or((0.0, 0.0), |(_, trial)| (trial.value.unwrap_or(0.0), -loss(trial)));
        if best.as_ref().is_none_or(|(best, ..)| rank > *best) {
            best = Some((rank, place, tuned.classifier));
        }
    }
    let (_, best, classifier) = best.ok_or_else(|| Error::config("grid: found no baseline, expected at least one"))?;
    Ok(TunedBaseline { classifier, trials, best })
}

/// Tells whether the model knows every label, where it names its labels; that of another row is named by the row's uid.
fn check_labels(parts: [&Dataset; 2], model: &Baseline) -> Result<()> {
    let Ok(labels) = model.labels().cloned().map_or_else(|| parts[0].labels(), Ok) else { return Ok(()) };
    for part in parts {
        for row in part.iter() {
            row.label.as_ref().map(|label| place(&labels, row, label, &part.report.source_name)).transpose()?;
        }
    }
    Ok(())
}

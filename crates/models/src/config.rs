//! How a classifier is trained.

use plaudit_core::{Error, Labels, Result, VocabConfig};
use serde::{Deserialize, Serialize};

use crate::network::AdamConfig;
use crate::scorer::MOST_TOKENS;
use crate::{
    Architecture, CalibrationConfig, FineTuningConfig, ObjectiveConfig, PretrainedConfig, ScheduleConfig, Selection,
};

/// How a classifier is trained, from vocabulary to stopping. Saved with the model.
///
/// ```
/// use plaudit_models::TrainConfig;
///
/// let mut config = TrainConfig::default();
/// config.epochs = 0;
/// config.adam.learning_rate = f64::NAN;
/// let error = config.validate().unwrap_err().to_string();
/// assert!(error.contains("epochs") && error.contains("learning_rate"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// The network. Default: a BiLSTM.
    pub architecture: Architecture,
    /// How the vocabulary is cut.
    pub vocab: VocabConfig,
    /// The labels and their order. Default: those that occur in the training part, as
    /// [`Labels::from_occurring`] orders them.
    pub labels: Option<Labels>,
    /// Tokens of a text beyond this are not read; how many texts that touched stands in the report. Default 2,000 (DPMS,
    /// section 3.3.2).
    pub max_tokens: usize,
    /// The most passes over the training part. Default 30.
    pub epochs: usize,
    /// Training stops after this many epochs in a row that are not better on the validation part. Default 4.
    pub patience: usize,
    /// What makes an epoch better than another. Default macro F1.
    pub selection: Selection,
    /// Texts a step. Default 32.
    pub batch: usize,
    /// What steps make small: weights of labels, softened targets.
    pub objective: ObjectiveConfig,
    /// How weights are moved.
    pub adam: AdamConfig,
    /// How the learning rate rises and falls. Default: it stays as it is.
    pub schedule: ScheduleConfig,
    /// The decay a step of the moving average of the weights, 0 to below 1; then it is the average that is validated and kept.
    /// It is taken every eighth step. Default: none, the weights themselves.
    pub averaging: Option<f64>,
    /// Share of known words that a training pass reads as unknown, so that the unknown word learns a vector. Default 0.05.
    pub word_dropout: f64,
    /// What becomes of given word vectors ([`Extras::vectors`](crate::Extras::vectors)); without any, nothing.
    pub pretrained: PretrainedConfig,
    /// Which weights [`fine_tune`](crate::fine_tune) moves when. Nothing else reads it.
    pub fine_tuning: FineTuningConfig,
    /// How the classifier is calibrated, on rows that are used for nothing else. Default: not.
    pub calibration: Option<CalibrationConfig>,
    /// The seed of initial weights, order and dropout. Default 0.
    pub seed: u64,
    /// Threads to train with; none takes as many as rayon takes by default. It changes no byte of the model and is not
    /// saved. Prediction runs in the caller's rayon pool, by default the global one.
    #[serde(skip)]
    pub threads: Option<usize>,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            architecture: Architecture::default(),
            vocab: VocabConfig::default(),
            labels: None,
            max_tokens: 2000,
            epochs: 30,
            patience: 4,
            selection: Selection::default(),
            batch: 32,
            objective: ObjectiveConfig::default(),
            adam: AdamConfig::default(),
            schedule: ScheduleConfig::default(),
            averaging: None,
            word_dropout: 0.05,
            pretrained: PretrainedConfig::default(),
            fine_tuning: FineTuningConfig::default(),
            calibration: None,
            seed: 0,
            threads: None,
        }
    }
}

/// More threads than any machine of today has processors only cost memory.
const MOST_THREADS: usize = 1024;

impl TrainConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        self.architecture.faults(&mut faults);
        if let Err(Error::Config { faults: more }) = self.vocab.validate() {
            faults.extend(more);
        }
        for (name, value) in [("max_tokens", self.max_tokens), ("epochs", self.epochs), ("batch", self.batch)] {
            if value == 0 {
                faults.push(format!("{name}: must be at least 1"));
            }
        }
        if self.max_tokens > MOST_TOKENS {
            faults.push(format!("max_tokens: {} is more than {MOST_TOKENS}", self.max_tokens));
        }
        if self.patience == 0 {
            faults.push("patience: must be at least 1".to_owned());
        }
        if self.threads.is_some_and(|threads| !(1..=MOST_THREADS).contains(&threads)) {
            faults.push(format!("threads: must be 1 to {MOST_THREADS}"));
        }
        if self.labels.as_ref().is_some_and(|labels| labels.len() < 2) {
            faults.push("labels: there must be at least two".to_owned());
        }
        self.objective.faults(self.labels.as_ref(), &mut faults);
        self.adam.faults(&mut faults);
        self.schedule.faults(&mut faults);
        if let Some(decay) = self.averaging.filter(|decay| !(0.0..1.0).contains(decay)) {
            faults.push(format!("averaging: {decay} is not in 0 to below 1"));
        }
        if !(0.0..1.0).contains(&self.word_dropout) {
            faults.push(format!("word_dropout: {} is not in 0 to below 1", self.word_dropout));
        }
        let extra = self.pretrained.extra_words;
        if self.vocab.max_words.saturating_add(extra) >= u32::MAX as usize - 2 {
            faults.push(format!("pretrained.extra_words: {extra} and vocab.max_words must be below {}", u32::MAX - 2));
        }
        if let Some(calibration) = &self.calibration {
            calibration.faults(&mut faults);
        }
        Error::from_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClassWeights;

    #[test]
    fn what_single_precision_would_break_is_refused() {
        for break_it in [
            |c: &mut TrainConfig| c.adam.epsilon = 1e-50,
            |c: &mut TrainConfig| c.adam.learning_rate = 1e300,
            |c: &mut TrainConfig| c.adam.beta1 = 0.999_999_999_9,
            |c: &mut TrainConfig| c.word_dropout = -0.1,
            |c: &mut TrainConfig| c.adam.clip_norm = f64::INFINITY,
            |c: &mut TrainConfig| c.patience = 0,
            |c: &mut TrainConfig| c.max_tokens = usize::MAX,
            |c: &mut TrainConfig| c.threads = Some(0),
            |c: &mut TrainConfig| c.averaging = Some(1.0),
            |c: &mut TrainConfig| c.schedule.warm_up = f64::NAN,
            |c: &mut TrainConfig| c.schedule.last = 2.0,
            |c: &mut TrainConfig| c.objective.label_smoothing = 1.0,
            |c: &mut TrainConfig| c.objective.class_weights = ClassWeights::Each(vec![1.0, 2.0]),
            |c: &mut TrainConfig| c.labels = Labels::new(["one"]).ok(),
        ] {
            let mut config = TrainConfig::default();
            config.validate().unwrap();
            break_it(&mut config);
            assert!(config.validate().is_err(), "{config:?}");
        }
    }
}

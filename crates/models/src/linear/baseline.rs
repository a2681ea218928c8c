//! The baselines, as data.

use plaudit_core::{Error, Labels, Result};
use plaudit_metrics::Metric;
use serde::{Deserialize, Serialize};

use super::average::AverageNgramsConfig;
use super::entries::Input;
use super::{LinearConfig, LinearLoss};
use crate::ClassWeights;

/// A baseline that a network must beat: a [`LinearClassifier`](crate::LinearClassifier) that was trained in one of these ways. Saved with the model.
///
/// ```
/// use plaudit_models::{Baseline, NbSvmConfig};
///
/// let json = r#"{"kind": "nb_svm", "beta": 0.25, "linear": {"loss": "squared_hinge", "c": [0.1, 1.0]}}"#;
/// let baseline: Baseline = serde_json::from_str(json).unwrap();
/// baseline.validate()?;
/// assert_eq!(baseline.name(), "nb_svm");
/// assert!(Baseline::NbSvm(NbSvmConfig::default()).validate().is_ok());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Baseline {
    /// The labels' shares of the training part, whatever the text.
    Majority(MajorityConfig),
    /// Logistic regression, or a support vector machine a label.
    Linear(LinearConfig),
    /// The same on n-grams that are there or not, each times how much more often texts of the label have it.
    NbSvm(NbSvmConfig),
    /// The mean of n-grams' vectors, and a softmax of it.
    AverageNgrams(AverageNgramsConfig),
}

impl Default for Baseline {
    fn default() -> Self {
        Self::Linear(LinearConfig::default())
    }
}

impl From<LinearConfig> for Baseline {
    fn from(config: LinearConfig) -> Self {
        Self::Linear(config)
    }
}

/// Nothing is learned but shares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct MajorityConfig {
    /// The labels and their order. Default: those that occur in the training part, as [`Labels::from_occurring`] orders them.
    pub labels: Option<Labels>,
}

/// S. Wang and C. D. Manning, *Baselines and bigrams: simple, good sentiment and topic classification*, ACL 2012.
///
/// A row is read as the columns that are there, f in {0, 1}. With p = alpha + the sum of f over rows of a label, and q that over all other
/// rows, the log-count ratio of a column is r = ln((p / |p|_1) / (q / |q|_1)). Each label is told from all others by weights w of r f, and w becomes
/// (1 - beta) times the mean of its values without their signs, plus beta w. Then r goes into the weights: the model is a linear classifier of f.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct NbSvmConfig {
    /// What is added to every count, above 0. Default 1.
    pub alpha: f64,
    /// How much of the weights is their own, 0 to 1: at 0 it is naive Bayes. Default 0.25, the paper's.
    pub beta: f64,
    /// How the weights are found. Default the squared hinge loss, as in the paper.
    pub linear: LinearConfig,
}

impl Default for NbSvmConfig {
    fn default() -> Self {
        Self {
            alpha: 1.0,
            beta: 0.25,
            linear: LinearConfig { loss: LinearLoss::SquaredHinge, ..LinearConfig::default() },
        }
    }
}

impl Baseline {
    /// Returns its name: `majority`, `linear`, `nb_svm` or `average_ngrams`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Majority(_) => "majority",
            Self::Linear(_) => "linear",
            Self::NbSvm(_) => "nb_svm",
            Self::AverageNgrams(_) => "average_ngrams",
        }
    }

    /// Returns the labels, where they are named.
    pub fn labels(&self) -> Option<&Labels> {
        match self {
            Self::Majority(config) => config.labels.as_ref(),
            Self::Linear(config) => config.labels.as_ref(),
            Self::NbSvm(config) => config.linear.labels.as_ref(),
            Self::AverageNgrams(config) => config.labels.as_ref(),
        }
    }

    /// Replaces the labels.
    pub fn set_labels(&mut self, labels: Option<Labels>) {
        match self {
            Self::Majority(config) => config.labels = labels,
            Self::Linear(config) => config.labels = labels,
            Self::NbSvm(config) => config.linear.labels = labels,
            Self::AverageNgrams(config) => config.labels = labels,
        }
    }

    /// Replaces what `c` is chosen by, where there is one.
    pub(crate) fn set_metric(&mut self, metric: Metric) {
        if let Self::Linear(config) | Self::NbSvm(NbSvmConfig { linear: config, .. }) = self {
            config.metric = metric;
        }
    }

    /// Returns how many fits there are to choose from.
    pub(super) fn fits(&self) -> usize {
        match self {
            Self::Linear(config) | Self::NbSvm(NbSvmConfig { linear: config, .. }) => config.c.len(),
            Self::Majority(_) | Self::AverageNgrams(_) => 1,
        }
    }

    pub(super) fn threads(&self) -> Option<usize> {
        match self {
            Self::Linear(config) | Self::NbSvm(NbSvmConfig { linear: config, .. }) => config.threads,
            Self::Majority(_) | Self::AverageNgrams(_) => None,
        }
    }

    pub(super) fn class_weights(&self) -> &ClassWeights {
        match self {
            Self::Majority(_) => &ClassWeights::Equal,
            Self::Linear(config) | Self::NbSvm(NbSvmConfig { linear: config, .. }) => &config.class_weights,
            Self::AverageNgrams(config) => &config.class_weights,
        }
    }

    pub(super) fn input(&self) -> Input {
        match self {
            Self::Majority(_) | Self::Linear(_) => Input::Values,
            Self::NbSvm(_) => Input::Presence,
            Self::AverageNgrams(_) => Input::Shares,
        }
    }

    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Majority(MajorityConfig { labels: Some(labels) }) if labels.len() < 2 => {
                Err(Error::config("majority.labels: found one, expected at least two"))
            }
            Self::Majority(_) => Ok(()),
            Self::Linear(config) => config.validate(),
            Self::NbSvm(config) => config.validate(),
            Self::AverageNgrams(config) => config.validate(),
        }
    }
}

impl NbSvmConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(1e-10..=1e10).contains(&self.alpha) {
            faults.push(format!("nb_svm.alpha: found {}, expected 1e-10 to 1e10", self.alpha));
        }
        if !(0.0..=1.0).contains(&self.beta) {
            faults.push(format!("nb_svm.beta: found {}, expected 0 to 1", self.beta));
        }
        match self.linear.validate() {
            Err(Error::Config { faults: more }) => faults.extend(more),
            other => other?,
        }
        Error::from_faults(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        let mut config = NbSvmConfig { alpha: 0.0, beta: f64::NAN, ..NbSvmConfig::default() };
        config.linear.iterations = 0;
        let error = Baseline::NbSvm(config).validate().unwrap_err().to_string();
        for fault in ["3 faults", "alpha: found 0", "beta: found NaN", "iterations"] {
            assert!(error.contains(fault), "{error}");
        }
        let one = MajorityConfig { labels: Labels::new(["one"]).ok() };
        assert!(Baseline::Majority(one).validate().unwrap_err().to_string().contains("majority.labels"));
    }

    #[test]
    fn it_is_data() {
        for baseline in [
            Baseline::Majority(MajorityConfig::default()),
            Baseline::default(),
            Baseline::NbSvm(NbSvmConfig::default()),
            Baseline::AverageNgrams(AverageNgramsConfig::default()),
        ] {
            let json = serde_json::to_string(&baseline).unwrap();
            assert!(json.contains(baseline.name()), "{json}");
            assert_eq!(serde_json::from_str::<Baseline>(&json).unwrap(), baseline);
        }
        assert!(serde_json::from_str::<Baseline>(r#"{"kind": "majority", "more": 1}"#).is_err());
    }
}

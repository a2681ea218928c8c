//! How a linear classifier is trained.

use plaudit_core::{Error, Labels, Result};
use plaudit_metrics::Metric;
use serde::{Deserialize, Serialize};

use crate::ClassWeights;

/// What an error on a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum LinearLoss {
    /// The log-loss: logistic regression, of all labels at once (multinomial).
    #[default]
    Logistic,
    /// max(0, 1 - m)^2, m the margin by which a label is told from all others: a support vector machine a label, scikit-learn's `LinearSVC`
    /// with an intercept that is not held near to 0. Its margins are no probabilities. They become some by a softmax of margins times one
    /// number, [`LinearFit::inverse_temperature`](crate::LinearFit::inverse_temperature), which is that of the least log-loss on validation rows.
    SquaredHinge,
}

/// How a linear classifier is trained. Saved with the model.
///
/// ```
/// use plaudit_models::{ClassWeights, LinearConfig};
///
/// let mut config = LinearConfig::default();
/// config.class_weights = ClassWeights::Balanced;
/// config.c = vec![1.0, 0.1];
/// assert!(config.validate().unwrap_err().to_string().contains("linear.c"));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct LinearConfig {
    /// What the sum of the rows' losses is multiplied by beside half the sum of the squared weights, scikit-learn's `C`, 1e-10 to 1e10,
    /// ascending: a smaller one holds the weights nearer to 0. Of several, the best on the validation part is taken. Default 0.001,
    /// 0.003, 0.01, up to 100.
    pub c: Vec<f64>,
    /// What an error on a row is. Default the log-loss.
    pub loss: LinearLoss,
    /// What `c` is chosen by on the validation part, one of [`Metric::OF_PREDICTIONS`]. Default macro F1.
    pub metric: Metric,
    /// What an error on a row of each label costs. Default 1 on every row.
    pub class_weights: ClassWeights,
    /// The labels and their order. Default: those that occur in the training part, as [`Labels::from_occurring`] orders them.
    pub labels: Option<Labels>,
    /// The search for the weights ends where no slope of the mean loss is greater, above 0. Default 1e-4, scikit-learn's.
    pub tolerance: f64,
    /// The most steps of the search, 1 or more. Default 1,000.
    pub iterations: usize,
    /// Threads to train with; none takes as many as rayon takes by default. It changes no byte of the model and is not saved.
    #[serde(skip)]
    pub threads: Option<usize>,
}

impl Default for LinearConfig {
    fn default() -> Self {
        Self {
            c: vec![0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
            loss: LinearLoss::Logistic,
            metric: Metric::F1,
            class_weights: ClassWeights::Equal,
            labels: None,
            tolerance: 1e-4,
            iterations: 1000,
            threads: None,
        }
    }
}

/// More threads than any machine of today has processors only cost memory.
const MOST_THREADS: usize = 1024;

impl LinearConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.c.is_empty() {
            faults.push("linear.c: found none, expected at least one".to_owned());
        }
        for c in self.c.iter().filter(|c| !(1e-10..=1e10).contains(*c)) {
            faults.push(format!("linear.c: found {c}, expected 1e-10 to 1e10"));
        }
        if !self.c.is_sorted_by(|a, b| a < b) {
            faults.push(format!("linear.c: found {:?}, expected an ascending order", self.c));
        }
        if !Metric::OF_PREDICTIONS.contains(&self.metric) {
            faults.push(format!(
                "linear.metric: found the {}, expected one that needs no probabilities",
                self.metric.name()
            ));
        }
        faults.extend(label_faults("linear", &self.class_weights, self.labels.as_ref()));
        if !(self.tolerance > 0.0 && self.tolerance.is_finite()) {
            faults.push(format!("linear.tolerance: found {}, expected a number above 0", self.tolerance));
        }
        if self.iterations == 0 {
            faults.push("linear.iterations: found 0, expected 1 or more".to_owned());
        }
        if self.threads.is_some_and(|threads| !(1..=MOST_THREADS).contains(&threads)) {
            faults.push(format!("linear.threads: found {}, expected 1 to {MOST_THREADS}", self.threads.unwrap_or(0)));
        }
        Error::from_faults(faults)
    }
}

/// The faults of labels and of their weights.
pub(super) fn label_faults(of: &str, weights: &ClassWeights, labels: Option<&Labels>) -> Vec<String> {
    let mut faults = Vec::new();
    weights.faults(&format!("{of}.class_weights"), labels, &mut faults);
    if labels.is_some_and(|labels| labels.len() < 2) {
        faults.push(format!("{of}.labels: found one, expected at least two"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named() {
        let config = LinearConfig {
            c: vec![f64::NAN, 1.0, 0.1],
            loss: LinearLoss::SquaredHinge,
            metric: Metric::LogLoss,
            class_weights: ClassWeights::Each(vec![0.0]),
            labels: Labels::new(["one"]).ok(),
            tolerance: 0.0,
            iterations: 0,
            threads: Some(0),
        };
        let error = config.validate().unwrap_err().to_string();
        for fault in
            ["8 faults", "found NaN", "ascending", "found 0, expected 1e-10", "found one", "threads", "log-loss"]
        {
            assert!(error.contains(fault), "{error}");
        }
        let none = LinearConfig { c: Vec::new(), class_weights: ClassWeights::Each(vec![1.0]), ..config };
        let error = LinearConfig { labels: None, ..none }.validate().unwrap_err().to_string();
        assert!(error.contains("found none, expected at least one") && error.contains("need `labels`"), "{error}");
        LinearConfig::default().validate().unwrap();
    }

    #[test]
    fn it_is_data() {
        let config: LinearConfig = serde_json::from_str(r#"{"c": [1.0], "class_weights": "balanced"}"#).unwrap();
        assert_eq!((config.c.as_slice(), &config.class_weights), (&[1.0][..], &ClassWeights::Balanced));
        assert!(serde_json::from_str::<LinearConfig>(r#"{"C": [1.0]}"#).is_err());
    }
}

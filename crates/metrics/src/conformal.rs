//! Sets of labels that hold the true one as often as asked.

mod coverage;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

pub use coverage::{Coverage, LabelCoverage};

use crate::Scored;
use crate::scored::ROUNDING;

/// How far below a whole number a product of a count and alpha counts as it: 0.29 times 100 is not quite 29.
const SLACK: f64 = 1e-9;

/// How often a [`Conformal`] set may miss the true label, and of which texts that holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ConformalConfig {
    /// The greatest share of sets without the true label, above 0 and below 1. By default 0.1.
    pub alpha: f64,
    /// Whether that holds for the texts of each label by themselves (a Mondrian or label-conditional set), and not only for
    /// all together, where a rare label may be missed far more often. By default it does. A label then needs at least
    /// 1 / `alpha` - 1 texts, 9 by default, before any set is without it.
    pub per_label: bool,
}

impl Default for ConformalConfig {
    fn default() -> Self {
        Self { alpha: 0.1, per_label: true }
    }
}

impl ConformalConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When `alpha` is not above 0 and below 1.
    pub fn validate(&self) -> Result<()> {
        Error::from_faults(alpha_fault(self.alpha).into_iter().collect())
    }
}

fn alpha_fault(alpha: f64) -> Option<String> {
    (!(alpha > 0.0 && alpha < 1.0)).then(|| format!("conformal sets: alpha is {alpha}; expected above 0 and below 1"))
}

/// Gives a text the set of the labels that it may well have (split conformal prediction): a label is in it where its
/// probability is at least the label's threshold, or less by no more than rounding, 1e-6.
///
/// Over draws of the texts that it was fitted on and of one more, exchangeable with them, the set holds the true label with
/// probability 1 - alpha or more, whatever the classifier is worth: of a bad one the sets are large. The score of a text is
/// 1 - p for the probability p of its true label, also called LAC (Sadinle, Lei and Wasserman, *Least ambiguous set-valued
/// classifiers with bounded error levels*, 2019); per label, Vovk, *Conditional validity of inductive conformal predictors*
/// (2012). Texts that the classifier or its [`Calibration`](crate::Calibration) were fitted on are not exchangeable with
/// others.
///
/// Serialised as `{"alpha": 0.1, "per_label": true, "thresholds": [..]}`; [`validate`](Self::validate) what was read.
///
/// # Example: one label, or two
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Conformal, ConformalConfig, Scored};
///
/// // Nine texts a label, of which the classifier is the surer the later they stand.
/// let rows = (1..=9).flat_map(|k| [f64::from(k) / 10.0, 1.0 - f64::from(k) / 10.0]);
/// let probabilities = rows.clone().chain(rows.collect::<Vec<_>>().into_iter().rev()).collect();
/// let truth = [[0; 9], [1; 9]].concat();
/// let scored = Scored::new(Labels::new(["good", "poor"])?, truth, probabilities)?;
/// let mut config = ConformalConfig::default();
/// config.alpha = 0.4;
/// let conformal = Conformal::fit(&scored, &config)?;
/// assert_eq!(conformal.thresholds, [0.4, 0.4]); // of ten texts a label, four may be missed
/// assert_eq!(conformal.set(&[0.9, 0.1]).collect::<Vec<_>>(), [0]);
/// assert_eq!(conformal.set(&[0.5, 0.5]).collect::<Vec<_>>(), [0, 1]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Conformal {
    /// The greatest share of sets without the true label.
    pub alpha: f64,
    /// Whether that holds for the texts of each label by themselves.
    pub per_label: bool,
    /// The least probability with which each label is in a set, `[labels]`; 0 where it is in every set, for lack of texts. Not
    /// per label, all are equal.
    pub thresholds: Vec<f64>,
}

impl Conformal {
    /// Returns the thresholds from these texts, which were used for nothing else. Of n texts, of the label or all, the
    /// threshold is the floor((n + 1) alpha)-th smallest probability of the true label; in terms of scores, the
    /// ceil((n + 1)(1 - alpha))-th smallest. Where n is so small that there is none, or 0, it is 0.
    ///
    /// # Errors
    /// When the configuration is not [valid](ConformalConfig::validate), or the texts have weights: they say that other
    /// texts are expected than these, and the sets promise something for more of the same only.
    pub fn fit(scored: &Scored, config: &ConformalConfig) -> Result<Self> {
        let mut faults: Vec<String> = alpha_fault(config.alpha).into_iter().collect();
        if scored.weights().is_some() {
            faults.push(
                "conformal sets: texts with weights; expected none, because weighted texts are not exchangeable".into(),
            );
        }
        Error::from_faults(faults)?;
        let ConformalConfig { alpha, per_label } = *config;
        let own = || scored.truth().iter().zip(scored.rows()).filter_map(|(&t, row)| Some((t, *row.get(t)?)));
        let labels = 0..scored.labels().len();
        let thresholds = if per_label {
            labels.map(|label| threshold(own().filter(|(t, _)| *t == label).map(|(_, p)| p).collect(), alpha)).collect()
        } else {
            vec![threshold(own().map(|(_, p)| p).collect(), alpha); labels.len()]
        };
        Ok(Self { alpha, per_label, thresholds })
    }

    /// Checks what was read from a file: the ranges of the numbers, and one threshold for each of these labels.
    ///
    /// # Errors
    /// When something does not hold; all faults are named at once.
    pub fn validate(&self, labels: &Labels) -> Result<()> {
        let mut faults: Vec<String> = alpha_fault(self.alpha).into_iter().collect();
        if self.thresholds.len() != labels.len() {
            let (thresholds, labels) = (self.thresholds.len(), labels.len());
            faults.push(format!("conformal sets: {thresholds} thresholds for {labels} labels; expected one each"));
        }
        if let Some(odd) = self.thresholds.iter().find(|threshold| !(0.0..=1.0).contains(*threshold)) {
            faults.push(format!("conformal sets: a threshold is {odd}; expected 0 to 1"));
        }
        Error::from_faults(faults)
    }

    /// Returns the indexes of the labels that a text with these probabilities, `[labels]`, may well have, in order.
    ///
    /// The set may be empty: the text is less like those of any label than all but a share alpha of them. Such texts are
    /// among those that may be missed; a person should look at them.
    pub fn set(&self, row: &[f64]) -> impl Iterator<Item = usize> {
        let labels = self.thresholds.iter().zip(row).enumerate();
        labels.filter(|(_, (threshold, p))| **p >= *threshold - ROUNDING).map(|(label, _)| label)
    }

    /// Returns how often the sets of these texts hold the true label, and how large they are. Texts may have weights here.
    ///
    /// # Errors
    /// When this is not [valid](Self::validate) for their labels.
    pub fn coverage(&self, scored: &Scored) -> Result<Coverage> {
        self.validate(scored.labels())?;
        Ok(Coverage::new(self, scored))
    }
}

/// The threshold from the probabilities of true labels.
fn threshold(mut probabilities: Vec<f64>, alpha: f64) -> f64 {
    probabilities.sort_by(f64::total_cmp);
    let place = ((probabilities.len() as f64 + 1.0) * alpha + SLACK).floor() as usize;
    // The probabilities of a text may add up to a little more than 1.
    place.checked_sub(1).and_then(|index| probabilities.get(index)).map_or(0.0, |p| p.min(1.0))
}

//! Probabilities that come true as often as they say.

mod fit;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::Scored;

/// What a smaller probability counts as, for 0 has no logarithm: the smallest normal number in single precision, 1.2e-38.
const FLOOR: f64 = f32::MIN_POSITIVE as f64;
/// The bounds of beta, e^-10 and e^10: those of scikit-learn.
const LEAST_BETA: f64 = 4.539_992_976_248_485e-5;
const GREATEST_BETA: f64 = 22_026.465_794_806_718;
/// The greatest bias that is read: beta times the logarithm of the least probability is less.
const MOST_BIAS: f64 = 1e7;

/// A correction of the probabilities p that a classifier gives to the labels of a text: softmax(beta log p + bias).
///
/// Of a network, log p is the logits up to a constant a text, so that this scales logits. [Fit](Self::fit) it on texts that
/// were used for nothing else: on its training texts a classifier is surer than on others.
///
/// Probabilities count as at least 1.2e-38, the smallest normal number in single precision, because 0 has no logarithm.
///
/// Serialised as `{"kind": "temperature", "beta": 0.5}`; [`validate`](Self::validate) what was read.
///
/// # Example: a classifier that is too sure
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Calibration, CalibrationKind, Scored};
///
/// // It says 0.9 and is right three times in four.
/// let truth = [0, 0, 0, 1].repeat(5);
/// let scored = Scored::new(Labels::new(["good", "poor"])?, truth, [0.9, 0.1].repeat(20))?;
/// let calibration = Calibration::fit(CalibrationKind::Temperature, &scored)?;
/// let mut row = [0.9, 0.1];
/// calibration.apply(&mut row);
/// assert!((row[0] - 0.75).abs() < 1e-9);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Calibration {
    /// Temperature scaling (Guo, Pleiss, Sun and Weinberger, *On calibration of modern neural networks*, 2017). The most
    /// probable label stays so; labels that were nearly as probable may become equally so by rounding.
    Temperature {
        /// The inverse of the temperature, e^-10 to e^10: below 1 where the classifier was too sure.
        beta: f64,
    },
    /// Bias-corrected temperature scaling (Alexandari, Kundaje and Shrikumar, *Maximum likelihood with bias-corrected
    /// calibration is hard-to-beat at label shift adaptation*, 2020). It also corrects how often each label is given, and so
    /// may change which one is the most probable.
    Bcts {
        /// The inverse of the temperature, e^-10 to e^10.
        beta: f64,
        /// What is added for each label, `[labels]`. Only differences matter: a fitted one adds up to 0.
        bias: Vec<f64>,
    },
}

/// Which [`Calibration`] to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CalibrationKind {
    /// [`Calibration::Temperature`]: one parameter, for which a few dozen texts will do.
    #[default]
    Temperature,
    /// [`Calibration::Bcts`]: one parameter a label.
    Bcts,
}

impl Calibration {
    /// Returns the calibration with the least log-loss on these texts, the mean over their weights. It is a convex function
    /// of beta and bias; Newton's method finds its minimum with beta inside e^-10 to e^10, which are scikit-learn's bounds. Where
    /// probabilities say nothing of the labels, or the contrary of what is so, the best beta would be 0 or below: it ends
    /// on the lower bound, and calibrated probabilities are the same for all texts ([`is_at_bound`](Self::is_at_bound)).
    ///
    /// # Errors
    /// - When texts of weight above 0 are fewer than ten a free parameter: 10 for a temperature, ten times the number of labels
    ///   with biases. It is the least that was found to do in logistic regression, where the rarer outcome is counted (Peduzzi,
    ///   Concato, Kemper, Holford and Feinstein 1996).
    /// - When fewer than two labels occur, or with biases any label does not: the best bias of one that never occurs is minus
    ///   infinity, which would rule that label out for good because a sample missed it.
    /// - When no text has another label that is more probable than the true one, or with biases would have: the log-loss then
    ///   only falls with ever greater certainty, and a calibration that is always certain is worse than none.
    pub fn fit(kind: CalibrationKind, scored: &Scored) -> Result<Self> {
        fit::fit(kind, scored)
    }

    /// Checks what was read from a file: the ranges of the numbers, and one bias for each of these labels.
    ///
    /// # Errors
    /// When something does not hold; all faults are named at once.
    pub fn validate(&self, labels: &Labels) -> Result<()> {
        let mut faults = Vec::new();
        let (beta, bias) = self.parts();
        if !(LEAST_BETA..=GREATEST_BETA).contains(&beta) {
            faults.push(format!("calibration: beta is {beta}; expected {LEAST_BETA} to {GREATEST_BETA}"));
        }
        if let Some(bias) = bias {
            if bias.len() != labels.len() {
                let (biases, labels) = (bias.len(), labels.len());
                faults.push(format!("calibration: {biases} biases for {labels} labels; expected one each"));
            }
            if let Some(odd) = bias.iter().find(|bias| !(-MOST_BIAS..=MOST_BIAS).contains(*bias)) {
                faults.push(format!("calibration: a bias is {odd}; expected {} to {MOST_BIAS}", -MOST_BIAS));
            }
        }
        Error::from_faults(faults)
    }

    /// Returns whether beta is at one of its bounds, e^-10 and e^10. At the lower one, calibrated probabilities hardly differ from
    /// text to text.
    pub fn is_at_bound(&self) -> bool {
        let (beta, _) = self.parts();
        beta <= LEAST_BETA || beta >= GREATEST_BETA
    }

    /// Replaces the probabilities of a text, `[labels]`, by calibrated ones, which add up to 1.
    ///
    /// Of what is not [valid](Self::validate), such as a beta or bias that is not finite, they are not: they may be not a number.
    ///
    /// What is no probability counts as the nearest one, and not a number as 0. A label without a bias has the bias 0:
    /// [`validate`](Self::validate) finds out whether there is one each.
    pub fn apply(&self, row: &mut [f64]) {
        let (beta, bias) = self.parts();
        let bias = bias.unwrap_or_default().iter().copied().chain(std::iter::repeat(0.0));
        for (p, bias) in row.iter_mut().zip(bias) {
            *p = beta * log(*p) + bias;
        }
        softmax(row);
    }

    /// Replaces the probabilities of a text, `[labels]`, in single precision. It computes in double precision.
    pub fn apply_f32(&self, row: &mut [f32]) {
        let mut wide: Vec<f64> = row.iter().map(|&p| f64::from(p)).collect();
        self.apply(&mut wide);
        row.iter_mut().zip(wide).for_each(|(p, calibrated)| *p = calibrated as f32);
    }

    /// Returns the same texts with calibrated probabilities.
    ///
    /// # Errors
    /// When this is not [valid](Self::validate) for their labels.
    pub fn apply_scored(&self, scored: &Scored) -> Result<Scored> {
        self.validate(scored.labels())?;
        let mut probabilities: Vec<f64> = scored.rows().flatten().copied().collect();
        probabilities.chunks_exact_mut(scored.labels().len()).for_each(|row| self.apply(row));
        let calibrated = Scored::new(scored.labels().clone(), scored.truth().to_vec(), probabilities)?;
        match scored.weights() {
            Some(weights) => calibrated.with_weights(weights.to_vec()),
            None => Ok(calibrated),
        }
    }

    fn parts(&self) -> (f64, Option<&[f64]>) {
        match self {
            Self::Temperature { beta } => (*beta, None),
            Self::Bcts { beta, bias } => (*beta, Some(bias)),
        }
    }
}

/// The logarithm of a probability; of not a number, as of 0.
fn log(p: f64) -> f64 {
    libm::log(if p > FLOOR { p.min(1.0) } else { FLOOR })
}

/// Replaces `row` by its softmax. Returns the logarithm of the sum of its exponentials.
fn softmax(row: &mut [f64]) -> f64 {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row.iter_mut().for_each(|z| *z = libm::exp(*z - top));
    let sum: f64 = row.iter().sum();
    row.iter_mut().for_each(|z| *z /= sum);
    top + libm::log(sum)
}

//! Expectation and maximisation: the likeliest shares.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::Probabilities;

/// When the iteration stops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EmStop {
    /// The mean absolute change of a share in one step, at least 0: below it the iteration has converged. By default
    /// 1e-10.
    pub tolerance: f64,
    /// The fewest steps. By default 2: the first has nothing to compare with.
    pub min_steps: usize,
    /// The most steps, at least `min_steps`. By default 10,000.
    pub max_steps: usize,
}

impl Default for EmStop {
    fn default() -> Self {
        Self { tolerance: 1e-10, min_steps: 2, max_steps: 10_000 }
    }
}

impl EmStop {
    /// Returns the rule of QuaPy 0.2.3: a change below 1e-4 after at least 12 steps, at most 1,000. It may stop
    /// before the maximum.
    pub fn quapy() -> Self {
        Self { tolerance: 1e-4, min_steps: 12, max_steps: 1_000 }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            faults.push(format!("tolerance: {}; expected a finite number, at least 0", self.tolerance));
        }
        if self.max_steps < self.min_steps.max(1) {
            let (found, least) = (self.max_steps, self.min_steps.max(1));
            faults.push(format!("max_steps: {found}; expected at least {least}"));
        }
        Error::from_faults(faults)
    }
}

/// The likeliest shares, and how they were reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmEstimate {
    /// The share of each label, in the labels' order; they add up to 1.
    pub shares: Vec<f64>,
    /// The number of steps.
    pub steps: usize,
    /// Whether the last step changed less than the tolerance.
    pub converged: bool,
}

/// Returns the shares under which the texts' probabilities are likeliest (EMQ), from `trained`, the share of each label
/// for which the probabilities hold: the mean calibrated probability of the calibration rows.
///
/// M. Saerens, P. Latinne and C. Decaestecker, *Adjusting the outputs of a classifier to new a priori probabilities*,
/// Neural Computation 14 (2002): pi_y becomes the mean over the texts of p(y | x) pi_y / trained_y, normalised text by
/// text, until `stop`. The probabilities must be calibrated, with a bias for each label where possible: A. Alexandari,
/// A. Kundaje and A. Shrikumar, *Maximum likelihood with bias-corrected calibration is hard-to-beat at label shift
/// adaptation*, ICML 2020.
///
/// ```
/// use plaudit_core::Labels;
/// use plaudit_promotion::prevalence::{EmStop, Probabilities, em_quantifier};
///
/// let texts = Probabilities::new(Labels::new(["good", "poor"])?, vec![0.9, 0.1, 0.8, 0.2, 0.3, 0.7])?;
/// let found = em_quantifier(&texts, &[0.5, 0.5], &EmStop::default())?;
/// assert!(found.converged && found.shares[0] > 2.0 / 3.0);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When there is no text, `trained` is not one share above 0 a label that add up to 1, or `stop` is at fault.
pub fn em_quantifier(texts: &Probabilities, trained: &[f64], stop: &EmStop) -> Result<EmEstimate> {
    stop.validate()?;
    let (found, width) = (trained.len(), texts.labels().len());
    let mut faults = Vec::new();
    if found != width {
        faults.push(format!("trained: {found} shares; expected {width}, one a label"));
    }
    let sum: f64 = trained.iter().sum();
    if !trained.iter().all(|&share| share > 0.0) || (sum - 1.0).abs() > 1e-6 {
        faults.push(format!("trained: {trained:?}; expected shares above 0 that add up to 1"));
    }
    if texts.is_empty() {
        faults.push("probabilities: there are none; expected at least one text".to_owned());
    }
    Error::from_faults(faults)?;
    let mut weighed = vec![0.0; width];
    Ok(iterate(trained.to_vec(), stop, |shares, sums| {
        let ratios: Vec<f64> = shares.iter().zip(trained).map(|(share, trained)| share / trained).collect();
        for row in texts.rows() {
            let mut sum = 0.0;
            for ((slot, p), ratio) in weighed.iter_mut().zip(row).zip(&ratios) {
                *slot = p * ratio;
                sum += *slot;
            }
            // A text that no share explains any more, because its labels' shares became too small for a number, is left
            // out.
            if sum > 0.0 {
                sums.iter_mut().zip(&weighed).for_each(|(slot, part)| *slot += part / sum);
            }
        }
    }))
}

/// Returns the shares pi with the highest sum_b n_b log(theta^T pi)_b, from `start`; `rates` are theta, row-major
/// `[labels, cells]`, and `counts` n, `[cells]`.
pub(super) fn likeliest(rates: &[f64], counts: &[f64], start: Vec<f64>, stop: &EmStop) -> EmEstimate {
    let mut explained = vec![0.0; counts.len()];
    iterate(start, stop, |shares, sums| {
        explain(rates, shares, &mut explained);
        // n_b / (theta^T pi)_b; a cell without counts asks for nothing.
        for (slot, &count) in explained.iter_mut().zip(counts) {
            *slot = if count > 0.0 && *slot > 0.0 { count / *slot } else { 0.0 };
        }
        for ((slot, share), row) in sums.iter_mut().zip(shares).zip(rates.chunks_exact(counts.len())) {
            *slot = share * row.iter().zip(&explained).map(|(rate, cell)| rate * cell).sum::<f64>();
        }
    })
}

/// Replaces `out` by theta^T pi, `[cells]`.
pub(super) fn explain(rates: &[f64], shares: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (share, row) in shares.iter().zip(rates.chunks_exact(out.len())) {
        out.iter_mut().zip(row).for_each(|(slot, rate)| *slot += share * rate);
    }
}

/// `step` adds the next shares, up to a factor, to zeros.
fn iterate(mut shares: Vec<f64>, stop: &EmStop, mut step: impl FnMut(&[f64], &mut [f64])) -> EmEstimate {
    let mut next = vec![0.0; shares.len()];
    for steps in 1..=stop.max_steps {
        next.fill(0.0);
        step(&shares, &mut next);
        let sum: f64 = next.iter().sum();
        if sum > 0.0 {
            next.iter_mut().for_each(|share| *share /= sum);
        } else {
            next.copy_from_slice(&shares);
        }
        let change: f64 = next.iter().zip(&shares).map(|(a, b)| (a - b).abs()).sum();
        std::mem::swap(&mut shares, &mut next);
        // As QuaPy does, the first step is not compared with the start.
        if steps > 1 && steps >= stop.min_steps && change / (shares.len() as f64) < stop.tolerance {
            return EmEstimate { shares, steps, converged: true };
        }
    }
    EmEstimate { shares, steps: stop.max_steps, converged: false }
}

#[cfg(test)]
mod tests {
    use plaudit_core::Labels;
    use proptest::prelude::*;

    use super::*;

    fn texts(labels: usize, values: Vec<f64>) -> Probabilities {
        let labels = Labels::new((0..labels).map(|label| label.to_string())).unwrap();
        Probabilities::new(labels, values).unwrap()
    }

    /// The probabilities of the snippet below.
    fn generated(n: usize, labels: usize) -> Vec<f64> {
        let mut state = 1u64;
        let mut next = || {
            state = state * 48_271 % 2_147_483_647;
            state as f64 / 2_147_483_647.0
        };
        let mut values = Vec::new();
        for _ in 0..n {
            let mut row: Vec<f64> = (0..labels).map(|_| next().powi(3)).collect();
            row[0] *= 2.0;
            let sum: f64 = row.iter().sum();
            values.extend(row.iter().map(|p| p / sum));
        }
        values
    }

    // QuaPy 0.2.3, numpy 2.4.6:
    //   def lcg():
    //       s = 1
    //       while True:
    //           s = s * 48271 % 2147483647
    //           yield s / 2147483647
    //   g = lcg(); P = np.array([[next(g) ** 3 for _ in range(K)] for _ in range(N)])
    //   P[:, 0] *= 2; P /= P.sum(1, keepdims=True); tr = np.arange(1, K + 1) / (K * (K + 1) / 2)
    //   EMQ.EM(tr, P, epsilon=eps)[0]
    #[test]
    fn equals_quapy() {
        let ten = [
            0.662_760_952_191,
            0.102_324_548_239,
            0.051_289_364_618,
            0.128_683_587_018,
            0.000_263_720_368,
            0.054_531_835_165,
            0.000_002_087_278,
            0.000_143_200_462,
            0.000_000_128_002,
            0.000_000_576_659,
        ];
        for (n, tolerance, expected) in [
            (50, 1e-4, &[0.663_877_212_768, 0.194_719_567_933, 0.141_403_219_299][..]),
            (200, 1e-4, &[0.685_627_260_009, 0.151_921_160_405, 0.086_299_189_049, 0.076_152_390_537]),
            (200, 1e-10, &[0.685_609_951_43, 0.152_273_179_548, 0.085_986_057_652, 0.076_130_811_369]),
            (40, 1e-4, &[0.828_546_879_31, 0.171_453_120_69]),
            (60, 1e-4, &ten),
        ] {
            let labels = expected.len();
            let trained: Vec<f64> = (1..=labels).map(|k| k as f64 / (labels * (labels + 1) / 2) as f64).collect();
            let stop = EmStop { tolerance, ..EmStop::quapy() };
            let found = em_quantifier(&texts(labels, generated(n, labels)), &trained, &stop).unwrap();
            assert!(found.converged);
            for (ours, theirs) in found.shares.iter().zip(expected) {
                assert!((ours - theirs).abs() < 1e-8, "{n} {tolerance}: {:?}", found.shares);
            }
        }
    }

    #[test]
    fn what_cannot_be_estimated_is_named() {
        let two = texts(2, vec![0.5, 0.5]);
        for trained in [&[1.0][..], &[1.0, 0.0], &[0.5, 0.4], &[f64::NAN, 0.5]] {
            assert!(em_quantifier(&two, trained, &EmStop::default()).unwrap_err().to_string().contains("trained"));
        }
        assert!(em_quantifier(&texts(2, vec![]), &[0.5, 0.5], &EmStop::default()).is_err());
        let stop = EmStop { tolerance: f64::NAN, min_steps: 3, max_steps: 2 };
        assert!(stop.validate().unwrap_err().to_string().contains("2 faults"));
        let short = EmStop { tolerance: 0.0, min_steps: 0, max_steps: 1 };
        let found = em_quantifier(&two, &[0.5, 0.5], &short).unwrap();
        assert_eq!((found.shares, found.steps, found.converged), (vec![0.5, 0.5], 1, false));
        // certain of a label: all of it, and no division by zero
        let certain = em_quantifier(&texts(2, vec![1.0, 0.0, 1.0, 0.0]), &[0.1, 0.9], &EmStop::default()).unwrap();
        assert_eq!(certain.shares, [1.0, 0.0]);
    }

    proptest! {
        /// Where the shares that explain the counts exactly are inside the simplex, they are the likeliest.
        #[test]
        fn an_exact_fit_is_the_maximum(shares in prop::array::uniform3(0.1f64..1.0), error in 0.05f64..0.25) {
            let sum: f64 = shares.iter().sum();
            let shares = shares.map(|share| share / sum);
            let rates: Vec<f64> =
                (0..9).map(|i| if i % 4 == 0 { 1.0 - 2.0 * error } else { error }).collect();
            let mut counts = [0.0; 3];
            explain(&rates, &shares, &mut counts);
            let found = likeliest(&rates, &counts, vec![1.0 / 3.0; 3], &EmStop::default()).shares;
            prop_assert!(found.iter().zip(shares).all(|(a, b)| (a - b).abs() < 1e-6), "{:?} {:?}", found, shares);
        }
    }
}

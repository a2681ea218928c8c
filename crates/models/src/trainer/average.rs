//! The moving average of the weights.

use plaudit_core::Result;

use crate::network::{Parameters, Weight};

/// Steps between two looks at the weights. Each is worth as much as so many looks one by one, and the work is not felt.
const EVERY: u64 = 8;

/// A moving average of the weights over steps (Polyak and Juditsky 1992).
#[derive(Debug, Clone)]
pub(crate) struct Average {
    decay: f64,
    weights: Vec<Weight>,
}

impl Average {
    /// The average of these weights alone.
    pub(crate) fn new(decay: f64, parameters: &Parameters) -> Result<Self> {
        Ok(Self { decay, weights: parameters.values()? })
    }

    /// The average as it was when it had these weights.
    pub(crate) fn resume(decay: f64, weights: Vec<Weight>) -> Self {
        Self { decay, weights }
    }

    pub(crate) fn weights(&self) -> &[Weight] {
        &self.weights
    }

    /// Looks at the weights after a step, counted from 1.
    pub(crate) fn add(&mut self, parameters: &Parameters, step: u64) -> Result<()> {
        if !step.is_multiple_of(EVERY) {
            return Ok(());
        }
        // In the beginning of a run the weights change much: the average forgets faster.
        let decay = self.decay.min((1.0 + step as f64) / (10.0 + step as f64));
        let share = (1.0 - libm::pow(decay, EVERY as f64)) as f32;
        parameters.read(|all| {
            for (weight, now) in self.weights.iter_mut().zip(all) {
                weight.values.iter_mut().zip(*now).for_each(|(mean, &now)| *mean += share * (now - *mean));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Init, ParameterSpec};

    #[test]
    fn it_follows_by_hand() {
        let spec = ParameterSpec::dense("w", [1], Init::Constant(0.0));
        let parameters = Parameters::initialize(&[spec], 0).unwrap();
        let mut average = Average::new(0.9, &parameters).unwrap();
        let one = Weight { name: "w".into(), shape: vec![1], values: vec![1.0] };
        parameters.restore(&[one]).unwrap();
        average.add(&parameters, 7).unwrap();
        assert_eq!(average.weights()[0].values, [0.0]);
        average.add(&parameters, 8).unwrap();
        // decay min(0.9, 9 / 18): 1 - 0.5^8
        assert!((average.weights()[0].values[0] - 0.996_093_75).abs() < 1e-6);
        let before = average.weights()[0].values[0];
        parameters.restore(&[Weight { name: "w".into(), shape: vec![1], values: vec![0.0] }]).unwrap();
        average.add(&parameters, 800).unwrap();
        assert!((average.weights()[0].values[0] - before * 0.9f32.powi(8)).abs() < 1e-6);
    }
}

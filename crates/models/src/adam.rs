//! Adam (Kingma and Ba 2015; DPMS, Eq. 24-28), with a lazy form for tables.
//!
//! Eq. 25 of DPMS repeats Eq. 24; the second moment here is the usual `v = beta2 v + (1 - beta2) g^2`.
//!
//! For a table, only the rows that a batch touched are updated, moments included, with the bias correction of the global
//! step. The exact form would move every row at every step; the lazy one costs what the batch touches.

use std::cell::RefCell;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor};
use plaudit_core::{Error, Result};

use crate::TrainConfig;
use crate::network::{Gathered, Parameters, values};

/// The moments of every weight and the number of steps taken.
pub(crate) struct Adam {
    config: TrainConfig,
    step: u64,
    moments: Vec<Moments>,
}

struct Moments {
    mean: Vec<f32>,
    square: Vec<f32>,
}

/// The gradient of one weight, or of some rows of a table.
struct Gradient {
    parameter: usize,
    rows: Option<Vec<u32>>,
    values: Vec<f32>,
}

impl Adam {
    pub(crate) fn new(config: &TrainConfig, parameters: &Parameters) -> Self {
        let moments = parameters.iter().map(|parameter| {
            let zeros = vec![0.0; parameter.var.elem_count()];
            Moments { mean: zeros.clone(), square: zeros }
        });
        Self { config: config.clone(), step: 0, moments: moments.collect() }
    }

    /// Returns the number of steps taken.
    pub(crate) fn steps(&self) -> u64 {
        self.step
    }

    /// Moves the weights against the gradients, scaled down to the global norm allowed. Returns the norm before scaling;
    /// where it is not finite, nothing has moved.
    pub(crate) fn step(&mut self, parameters: &Parameters, store: &GradStore, gathered: Vec<Gathered>) -> Result<f64> {
        let mut gradients = Vec::new();
        for (place, parameter) in parameters.iter().enumerate() {
            if parameter.table {
                continue;
            }
            if let Some(gradient) = store.get(parameter.var.as_tensor()) {
                gradients.push(Gradient { parameter: place, rows: None, values: values(gradient)? });
            }
        }
        for Gathered { parameter, ids, rows } in gathered {
            if let Some(gradient) = store.get(rows.as_tensor()) {
                gradients.push(Gradient { parameter, rows: Some(ids), values: values(gradient)? });
            }
        }
        let square: f64 = gradients.iter().flat_map(|gradient| &gradient.values).map(|&g| f64::from(g).powi(2)).sum();
        let norm = square.sqrt();
        if !norm.is_finite() {
            return Ok(norm);
        }
        self.step += 1;
        let scale = if norm > self.config.clip_norm { self.config.clip_norm / norm } else { 1.0 };
        for gradient in &gradients {
            self.apply(parameters, gradient, scale as f32)?;
        }
        Ok(norm)
    }

    fn apply(&mut self, parameters: &Parameters, gradient: &Gradient, scale: f32) -> Result<()> {
        let power = |beta: f64| 1.0 - beta.powi(i32::try_from(self.step).unwrap_or(i32::MAX));
        let (correction1, correction2) = (power(self.config.beta1), power(self.config.beta2));
        let (beta1, beta2) = (self.config.beta1 as f32, self.config.beta2 as f32);
        // lr mean / c1 / (sqrt(square / c2) + eps) = (lr / c1) mean / (sqrt(square) / sqrt(c2) + eps)
        let rate = (self.config.learning_rate / correction1) as f32;
        let root = correction2.sqrt() as f32;
        let epsilon = self.config.epsilon as f32;
        let (Some(parameter), Some(moments)) =
            (parameters.iter().nth(gradient.parameter), self.moments.get_mut(gradient.parameter))
        else {
            return Err(Error::config("a gradient of no weight"));
        };
        let update = |weights: &mut [f32], mean: &mut [f32], square: &mut [f32], gradient: &[f32]| {
            for (((weight, mean), square), gradient) in weights.iter_mut().zip(mean).zip(square).zip(gradient) {
                let g = gradient * scale;
                *mean = beta1 * *mean + (1.0 - beta1) * g;
                *square = beta2 * *square + (1.0 - beta2) * g * g;
                *weight -= rate * *mean / (square.sqrt() / root + epsilon);
            }
        };
        mutate(parameter.var.as_tensor(), |weights| match &gradient.rows {
            None => update(weights, &mut moments.mean, &mut moments.square, &gradient.values),
            Some(rows) => {
                let width = gradient.values.len() / rows.len().max(1);
                for (&row, gradient) in rows.iter().zip(gradient.values.chunks_exact(width.max(1))) {
                    let range = row as usize * width..(row as usize + 1) * width;
                    if let (Some(weights), Some(mean), Some(square)) = (
                        weights.get_mut(range.clone()),
                        moments.mean.get_mut(range.clone()),
                        moments.square.get_mut(range),
                    ) {
                        update(weights, mean, square, gradient);
                    }
                }
            }
        })
    }
}

/// Changes the values of a tensor in place.
fn mutate(tensor: &Tensor, change: impl FnMut(&mut [f32])) -> Result<()> {
    struct Change<F>(RefCell<F>);

    impl<F: FnMut(&mut [f32])> InplaceOp1 for Change<F> {
        fn name(&self) -> &'static str {
            "plaudit-mutate"
        }

        fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
            let (CpuStorage::F32(values), Some((start, end))) = (storage, layout.contiguous_offsets()) else {
                candle_core::bail!("weights must be contiguous f32");
            };
            let Some(values) = values.get_mut(start..end) else { candle_core::bail!("weights out of range") };
            (self.0.borrow_mut())(values);
            Ok(())
        }
    }

    tensor.inplace_op1(&Change(RefCell::new(change))).map_err(Error::backend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Init, Mode, ParameterSpec};
    use plaudit_stats::Stream;

    /// Two steps by hand: g = 0.5, then g = -1; lr 0.1, betas 0.9 and 0.999.
    /// m1 = .05, v1 = .00025; m^ = .5, v^ = .25; w = 1 - .1 * .5 / .5 = 0.9
    /// m2 = .045 - .1 = -.055, v2 = .00024975 + .001 = .00124975; m^ = -.055 / .19 = -.2894737, v^ = .00124975 / .001999
    /// = .6251876, sqrt = .7906881; w = .9 + .1 * .2894737 / .7906881 = 0.9366102
    #[test]
    fn two_steps_by_hand() {
        let specs = [
            ParameterSpec::dense("w", [1], Init::Constant(1.0)),
            ParameterSpec { name: "t".into(), shape: vec![3, 1], init: Init::Constant(1.0), table: true },
        ];
        let parameters = Parameters::initialize(&specs, 0).unwrap();
        let config = TrainConfig { learning_rate: 0.1, ..TrainConfig::default() };
        let mut adam = Adam::new(&config, &parameters);
        for slope in [0.5, -1.0] {
            let mut mode = Mode::train(Stream::new(0, "", 0));
            let row = parameters.rows("t", &[1], &mut mode).unwrap();
            let loss = parameters.weight("w", &mode).unwrap().add(&row.squeeze(0).unwrap()).unwrap();
            let loss = (loss * slope).unwrap().sum_all().unwrap();
            let norm = adam.step(&parameters, &loss.backward().unwrap(), mode.into_gathered()).unwrap();
            assert!((norm - slope.abs() * 2f64.sqrt()).abs() < 1e-6);
        }
        let found = parameters.values().unwrap();
        assert!((found[0].values[0] - 0.936_610_2).abs() < 1e-6, "{found:?}");
        // The table's touched row moves as the weight did; the others stay.
        assert_eq!(found[1].values, [1.0, found[0].values[0], 1.0]);
        assert_eq!(adam.steps(), 2);
    }

    #[test]
    fn a_norm_that_is_not_finite_moves_nothing() {
        let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [1], Init::Constant(1.0))], 0).unwrap();
        let mut adam = Adam::new(&TrainConfig::default(), &parameters);
        let mode = Mode::train(Stream::new(0, "", 0));
        let loss = (parameters.weight("w", &mode).unwrap() * f64::NAN).unwrap().sum_all().unwrap();
        assert!(!adam.step(&parameters, &loss.backward().unwrap(), Vec::new()).unwrap().is_finite());
        assert_eq!((parameters.values().unwrap()[0].values[0], adam.steps()), (1.0, 0));
    }

    #[test]
    fn long_gradients_are_scaled_down() {
        let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [2], Init::Constant(0.0))], 0).unwrap();
        // With beta 0, Adam's step is lr g / |g|: only the scale of epsilon shows; so compare the moments.
        let config = TrainConfig { clip_norm: 1.0, ..TrainConfig::default() };
        let mut adam = Adam::new(&config, &parameters);
        let mode = Mode::train(Stream::new(0, "", 0));
        let loss = (parameters.weight("w", &mode).unwrap() * 30.0).unwrap().sum_all().unwrap();
        adam.step(&parameters, &loss.backward().unwrap(), Vec::new()).unwrap();
        let expected = 0.1 * 0.5f32.sqrt(); // (1 - beta1) times a unit vector of two equal parts
        assert!(adam.moments[0].mean.iter().all(|m| (m - expected).abs() < 1e-6));
    }
}

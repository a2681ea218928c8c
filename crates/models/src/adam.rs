//! Adam (Kingma and Ba 2015; DPMS, Eq. 24-28) and AdamW (Loshchilov and Hutter 2019), with a lazy form for tables.
//!
//! Eq. 25 of DPMS repeats Eq. 24; the second moment here is the usual `v = beta2 v + (1 - beta2) g^2`.

use std::cell::RefCell;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor};
use plaudit_core::{Error, Result};
use plaudit_kernels::{AdamStep, Buffer, InstructionSet, sum_of_squares};
use serde::{Deserialize, Serialize};

use crate::network::{Deposit, Mode};
use crate::parameters::{Parameter, Parameters, with_values};
use crate::recurrent::gather;

/// How weights are moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct AdamConfig {
    /// The step size. Default 0.001 (Kingma and Ba 2015).
    pub learning_rate: f64,
    /// Decay of the mean of the gradients. Default 0.9 (Kingma and Ba 2015).
    pub beta1: f64,
    /// Decay of the mean of their squares. Default 0.999 (Kingma and Ba 2015).
    pub beta2: f64,
    /// The guard against division by zero. Default 1e-8 (Kingma and Ba 2015).
    pub epsilon: f64,
    /// Each step takes the learning rate times this share off every weight it moves (AdamW). Default 0: Adam.
    pub weight_decay: f64,
    /// Gradients are scaled down to this global norm. Default 5 (Graves 2013 and common practice for LSTMs).
    pub clip_norm: f64,
    /// Which rows of a table a step moves. Default [`TableUpdate::Touched`].
    pub tables: TableUpdate,
}

/// Which rows of a table, such as the words' vectors, a step of Adam moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum TableUpdate {
    /// Those that the batch read, moments included, with the bias correction of the global step. A step costs what the batch
    /// reads. A word's moments stand still while it is not read. This is `torch.optim.SparseAdam`, but that adds epsilon
    /// before the bias correction.
    #[default]
    Touched,
    /// All of them, those that the batch did not read with a gradient of 0: exactly Adam (`torch.optim.Adam`). A step costs
    /// what the table holds.
    All,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self {
            learning_rate: 1e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            clip_norm: 5.0,
            tables: TableUpdate::Touched,
        }
    }
}

impl AdamConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        self.faults(&mut faults);
        Error::from_faults(faults)
    }

    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        for (name, value) in
            [("learning_rate", self.learning_rate), ("epsilon", self.epsilon), ("clip_norm", self.clip_norm)]
        {
            if !(value as f32 > 0.0 && (value as f32).is_finite()) {
                faults.push(format!("adam.{name}: {value} is not a positive number in single precision"));
            }
        }
        for (name, value) in [("beta1", self.beta1), ("beta2", self.beta2)] {
            if !(0.0..1.0).contains(&(value as f32)) {
                faults.push(format!("adam.{name}: {value} is not in 0 to below 1 in single precision"));
            }
        }
        let first = self.learning_rate / (1.0 - self.beta1);
        if faults.is_empty() && !(first as f32).is_finite() {
            faults.push(format!("adam.learning_rate: {} is too large for the first step", self.learning_rate));
        }
        let decay = self.weight_decay;
        if !(decay >= 0.0 && decay.is_finite()) {
            faults.push(format!("adam.weight_decay: {decay} is not a number from 0"));
        } else if decay * self.learning_rate >= 1.0 {
            faults.push(format!("adam.weight_decay: {decay} times the learning rate is not below 1"));
        }
    }
}

/// Adam: the moments of every weight and the number of steps taken.
///
/// ```
/// use plaudit_models::network::{Adam, AdamConfig, Init, Mode, ParameterSpec, Parameters};
///
/// let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [1], Init::Constant(1.0))], 0)?;
/// let mut adam = Adam::new(&AdamConfig::default(), &parameters)?;
/// for _ in 0..100 {
///     let mode = Mode::train(plaudit_stats::Stream::new(0, "dropout", adam.steps()));
///     let loss = parameters.weight("w", &mode)?.sqr().and_then(|square| square.sum_all());
///     adam.step(&parameters, &loss.map_err(plaudit_core::Error::backend)?, mode)?;
/// }
/// assert!(parameters.value("w")?.values[0] < 0.91);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Adam {
    config: AdamConfig,
    state: AdamState,
    frozen: Option<Frozen>,
    /// For each weight, whether no step moves it; of no length where all are moved.
    held: Vec<bool>,
}

/// Rows of a table that no step moves.
#[derive(Debug, Clone)]
struct Frozen {
    /// The table's place among the parameters.
    parameter: usize,
    /// For each row, whether it stays.
    rows: Vec<bool>,
}

/// What Adam remembers: enough to go on as if it had never stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct AdamState {
    /// Steps taken.
    pub steps: u64,
    /// The moments of each weight, in the weights' order.
    pub moments: Vec<Moments>,
}

/// What Adam remembers of one weight, row-major as the weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Decaying mean of the gradients.
    pub mean: Vec<f32>,
    /// Decaying mean of their squares.
    pub square: Vec<f32>,
}

impl Adam {
    /// Returns Adam before its first step on these weights.
    ///
    /// # Errors
    /// When the configuration is at fault.
    pub fn new(config: &AdamConfig, parameters: &Parameters) -> Result<Self> {
        config.validate()?;
        let moments = parameters.iter().map(|parameter| {
            let zeros = vec![0.0; parameter.var.elem_count()];
            Moments { mean: zeros.clone(), square: zeros }
        });
        Ok(Self {
            config: config.clone(),
            state: AdamState { steps: 0, moments: moments.collect() },
            frozen: None,
            held: Vec::new(),
        })
    }

    /// Returns Adam as it was when it had this state, on these weights.
    ///
    /// # Errors
    /// When the configuration is at fault, the state is of other weights, or it holds a number that is not finite.
    pub fn resume(config: &AdamConfig, parameters: &Parameters, state: AdamState) -> Result<Self> {
        config.validate()?;
        let fits = |(moments, parameter): (&Moments, &Parameter)| {
            let Moments { mean, square } = moments;
            [mean.len(), square.len()] == [parameter.var.elem_count(); 2]
                && mean.iter().all(|value| value.is_finite())
                && square.iter().all(|value| value.is_finite() && *value >= 0.0)
        };
        if state.moments.len() != parameters.iter().count() || !state.moments.iter().zip(parameters.iter()).all(fits) {
            return Err(Error::config("the state of Adam is not one of these weights"));
        }
        Ok(Self { config: config.clone(), state, frozen: None, held: Vec::new() })
    }

    /// Leaves rows of a table as they are from now on; of its other rows, a step moves those that it would have moved.
    pub(crate) fn freeze(&mut self, parameter: usize, rows: &[bool]) {
        self.frozen = Some(Frozen { parameter, rows: rows.to_vec() });
    }

    /// Leaves these weights, of which there is one answer each, as they are from now on; all are moved where there is none.
    pub(crate) fn hold(&mut self, held: Vec<bool>) {
        self.held = held;
    }

    fn holds(&self, parameter: usize) -> bool {
        self.held.get(parameter).is_some_and(|&held| held)
    }

    /// The gradient without the rows that stay.
    fn movable(&self, deposit: Deposit) -> Deposit {
        let Some(frozen) = self.frozen_of(deposit.parameter) else { return deposit };
        let Deposit { parameter, rows: Some(rows), values } = deposit else { return deposit };
        let width = values.len().checked_div(rows.len()).unwrap_or(0).max(1);
        let left = rows.into_iter().zip(values.chunks_exact(width)).filter(|&(row, _)| !frozen.holds(row));
        let (rows, values): (Vec<u32>, Vec<&[f32]>) = left.unzip();
        Deposit { parameter, rows: Some(rows), values: values.concat()[..].into() }
    }

    fn frozen_of(&self, parameter: usize) -> Option<&Frozen> {
        self.frozen.as_ref().filter(|frozen| frozen.parameter == parameter)
    }

    /// Returns the number of steps taken.
    pub fn steps(&self) -> u64 {
        self.state.steps
    }

    /// Returns what it remembers.
    pub fn state(&self) -> &AdamState {
        &self.state
    }

    /// Moves the weights against the gradient of `loss`, a scalar that a pass in `mode` gave, scaled down to the global norm
    /// allowed. Returns the norm before scaling; where it is not finite, nothing has moved.
    ///
    /// In a rayon pool nothing else may use the same weights meanwhile, or both may wait forever: see [`Parameters`].
    ///
    /// # Errors
    /// When the weights are not those that it began with, or the backend fails.
    pub fn step(&mut self, parameters: &Parameters, loss: &Tensor, mode: Mode) -> Result<f64> {
        self.step_at(1.0, parameters, loss, mode)
    }

    /// As [`step`](Self::step), with this share of the configuration's learning rate, 0 to 1.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn step_at(&mut self, share: f64, parameters: &Parameters, loss: &Tensor, mode: Mode) -> Result<f64> {
        let store = loss.backward().map_err(Error::backend)?;
        let (gathered, deposits) = mode.into_parts();
        let deposits = std::mem::take(&mut *deposits.lock().map_err(|_| Error::Interrupted)?);
        let mut gradients = deposits;
        for (place, parameter) in parameters.iter().enumerate().filter(|(_, parameter)| !parameter.table) {
            gradients.extend(from_store(&store, parameter.var.as_tensor(), place, None)?);
        }
        for part in gathered {
            let deposit = from_store(&store, part.rows.as_tensor(), part.parameter, Some(part.ids))?;
            gradients.extend(deposit.map(ascending));
        }
        gradients.retain(|gradient| !self.holds(gradient.parameter));
        let movable: Vec<Deposit> = gradients.into_iter().map(|gradient| self.movable(gradient)).collect();
        self.move_against(share, parameters, &movable)
    }

    fn move_against(&mut self, share: f64, parameters: &Parameters, gradients: &[Deposit]) -> Result<f64> {
        let fits = |(parameter, moments): (&Parameter, &Moments)| parameter.var.elem_count() == moments.mean.len();
        if parameters.iter().count() != self.state.moments.len()
            || !parameters.iter().zip(&self.state.moments).all(fits)
        {
            return Err(Error::config("these are not the weights that this optimizer began with"));
        }
        let set = InstructionSet::best();
        let square: f64 = gradients.iter().map(|gradient| sum_of_squares(set, &gradient.values)).sum();
        let norm = square.sqrt();
        if !norm.is_finite() {
            return Ok(norm);
        }
        self.state.steps += 1;
        let config = &self.config;
        let learning_rate = share * config.learning_rate;
        let power = |beta: f64| 1.0 - beta.powi(i32::try_from(self.state.steps).unwrap_or(i32::MAX));
        let step = AdamStep {
            scale: if norm > config.clip_norm { (config.clip_norm / norm) as f32 } else { 1.0 },
            beta1: [config.beta1, 1.0 - config.beta1].map(|value| value as f32),
            beta2: [config.beta2, 1.0 - config.beta2].map(|value| value as f32),
            rate: (learning_rate / power(config.beta1)) as f32,
            root: (1.0 / power(config.beta2).sqrt()) as f32,
            epsilon: config.epsilon as f32,
            keep: (1.0 - learning_rate * config.weight_decay) as f32,
        };
        for Deposit { parameter, rows, values } in gradients {
            let (Some(weight), Some(moments)) =
                (parameters.iter().nth(*parameter), self.state.moments.get_mut(*parameter))
            else {
                return Err(Error::config("a gradient of no weight"));
            };
            let Moments { mean, square } = moments;
            mutate(weight.var.as_tensor(), |weights| match rows {
                None => step.apply(set, weights, mean, square, values),
                Some(rows) if config.tables == TableUpdate::All => {
                    let whole = spread(rows, values, weights.len());
                    match self.frozen.as_ref().filter(|frozen| frozen.parameter == *parameter) {
                        None => step.apply(set, weights, mean, square, &whole),
                        Some(frozen) => {
                            let (count, width) = weight.var.dims2().unwrap_or_default();
                            let all: Vec<u32> = (0..count as u32).filter(|&row| !frozen.holds(row)).collect();
                            step.apply_rows(set, &all, [weights, mean, square], &gather(&whole, width, &all));
                        }
                    }
                }
                Some(rows) => step.apply_rows(set, rows, [weights, mean, square], values),
            })?;
        }
        Ok(norm)
    }
}

impl Frozen {
    fn holds(&self, row: u32) -> bool {
        self.rows.get(row as usize).is_some_and(|&stays| stays)
    }
}

/// The gradient of a leaf, where candle's store has one.
fn from_store(store: &GradStore, leaf: &Tensor, parameter: usize, rows: Option<Vec<u32>>) -> Result<Option<Deposit>> {
    let Some(gradient) = store.get(leaf) else { return Ok(None) };
    let gradient = gradient.contiguous().map_err(Error::backend)?;
    let copy = |values: &[f32]| Deposit { parameter, rows, values: values.into() };
    with_values(&gradient, copy).map(Some).map_err(Error::backend)
}

/// The gradient of rows that were taken in any order, some perhaps several times, as one of ascending rows.
fn ascending(deposit: Deposit) -> Deposit {
    let Deposit { parameter, rows: Some(rows), values } = deposit else { return deposit };
    if rows.is_sorted_by(|a, b| a < b) {
        return Deposit { parameter, rows: Some(rows), values };
    }
    let width = values.len().checked_div(rows.len()).unwrap_or(0).max(1);
    let mut places: Vec<(u32, &[f32])> = rows.iter().copied().zip(values.chunks_exact(width)).collect();
    places.sort_by_key(|&(row, _)| row); // stable
    let (mut unique, mut sums) = (Vec::new(), Vec::<f32>::with_capacity(values.len()));
    for (row, values) in places {
        if unique.last() == Some(&row) {
            let start = sums.len().saturating_sub(width);
            sums.iter_mut().skip(start).zip(values).for_each(|(sum, value)| *sum += value);
        } else {
            unique.push(row);
            sums.extend_from_slice(values);
        }
    }
    Deposit { parameter, rows: Some(unique), values: sums[..].into() }
}

/// The gradient of a whole table of `len` numbers, from that of some of its rows.
fn spread(rows: &[u32], gradient: &[f32], len: usize) -> Buffer {
    let mut whole = Buffer::zeros(len);
    let width = gradient.len() / rows.len().max(1);
    for (&row, gradient) in rows.iter().zip(gradient.chunks_exact(width.max(1))) {
        if let Some(to) = whole.get_mut(row as usize * width..(row as usize + 1) * width) {
            to.copy_from_slice(gradient);
        }
    }
    whole
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
    use candle_core::Device;
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
        let config = AdamConfig { learning_rate: 0.1, ..AdamConfig::default() };
        let mut adam = Adam::new(&config, &parameters).unwrap();
        for slope in [0.5, -1.0] {
            let mut mode = Mode::train(Stream::new(0, "", 0));
            let row = parameters.rows("t", &[1], &mut mode).unwrap();
            let loss = parameters.weight("w", &mode).unwrap().add(&row.squeeze(0).unwrap()).unwrap();
            let loss = (loss * slope).unwrap().sum_all().unwrap();
            let norm = adam.step(&parameters, &loss, mode).unwrap();
            assert!((norm - slope.abs() * 2f64.sqrt()).abs() < 1e-6);
        }
        let found = parameters.values().unwrap();
        assert!((found[0].values[0] - 0.936_610_2).abs() < 1e-6, "{found:?}");
        // The table's touched row moves as the weight did; the others stay.
        assert_eq!(found[1].values, [1.0, found[0].values[0], 1.0]);
        assert_eq!(adam.steps(), 2);
    }

    #[test]
    fn frozen_rows_stay_and_count_for_nothing() {
        for tables in [TableUpdate::Touched, TableUpdate::All] {
            let table =
                |name: &str| ParameterSpec { table: true, ..ParameterSpec::dense(name, [4, 2], Init::Constant(1.0)) };
            let parameters = Parameters::initialize(&[table("t"), table("u")], 0).unwrap();
            let config = AdamConfig { tables, weight_decay: 0.5, ..AdamConfig::default() };
            let mut adam = Adam::new(&config, &parameters).unwrap();
            adam.freeze(0, &[false, true, true]); // of row 3 nothing is said
            let mut norm = |rows: &[u32]| {
                let mut mode = Mode::train(Stream::new(0, "", 0));
                let sums = ["t", "u"].map(|name| parameters.rows(name, rows, &mut mode).unwrap().sum_all().unwrap());
                adam.step(&parameters, &(&sums[0] + &sums[1]).unwrap(), mode).unwrap()
            };
            assert!((norm(&[1, 3]) - 6f64.sqrt()).abs() < 1e-6, "two numbers of `t` and four of `u`");
            assert!((norm(&[2]) - 2f64.sqrt()).abs() < 1e-6);
            let [t, u] = ["t", "u"].map(|name| parameters.value(name).unwrap().values);
            assert_eq!(t[2..6], [1.0; 4]);
            assert!(t[6..] == u[6..] && u[2..].iter().all(|&value| value < 1.0), "{t:?} {u:?}");
            assert_eq!(t[..2] == [1.0; 2], tables == TableUpdate::Touched, "weight decay moves what is not frozen");
        }
    }

    #[test]
    fn rows_may_be_taken_in_any_order_and_twice() {
        for tables in [TableUpdate::Touched, TableUpdate::All] {
            let shape = vec![4, 2];
            let specs = [ParameterSpec { name: "t".into(), shape, init: Init::Constant(1.0), table: true }];
            let parameters = Parameters::initialize(&specs, 0).unwrap();
            let mut adam = Adam::new(&AdamConfig { tables, ..AdamConfig::default() }, &parameters).unwrap();
            let mut mode = Mode::train(Stream::new(0, "", 0));
            let rows = parameters.rows("t", &[3, 0, 3], &mut mode).unwrap();
            let slopes = Tensor::new(&[[0.1f32, 0.2], [0.3, 0.4], [0.5, -0.1]], &Device::Cpu).unwrap();
            adam.step(&parameters, &rows.mul(&slopes).unwrap().sum_all().unwrap(), mode).unwrap();
            // The mean after one step is a tenth of the gradient; row 3 has the sum of two.
            let expected = [0.03, 0.04, 0.0, 0.0, 0.0, 0.0, 0.06, 0.01];
            let close = |(mean, expected): (&f32, f32)| (mean - expected).abs() < 1e-6;
            assert!(adam.state().moments[0].mean.iter().zip(expected).all(close));
        }
    }

    #[test]
    fn what_cannot_work_is_named() {
        let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [1], Init::Constant(1.0))], 0).unwrap();
        let state = || Adam::new(&AdamConfig::default(), &parameters).unwrap().state().clone();
        let default = AdamConfig::default;
        for (field, config) in [
            ("learning_rate", AdamConfig { learning_rate: f64::NAN, ..default() }),
            ("learning_rate", AdamConfig { learning_rate: f64::INFINITY, ..default() }),
            ("learning_rate", AdamConfig { learning_rate: 0.0, ..default() }),
            ("learning_rate", AdamConfig { learning_rate: 1e38, ..default() }),
            ("beta1", AdamConfig { beta1: 1.0, ..default() }),
            ("beta1", AdamConfig { beta1: -0.1, ..default() }),
            ("beta2", AdamConfig { beta2: f64::NAN, ..default() }),
            ("epsilon", AdamConfig { epsilon: 0.0, ..default() }),
            ("clip_norm", AdamConfig { clip_norm: -1.0, ..default() }),
            ("weight_decay", AdamConfig { weight_decay: -0.1, ..default() }),
            ("weight_decay", AdamConfig { weight_decay: f64::INFINITY, ..default() }),
            ("weight_decay", AdamConfig { weight_decay: 1e3, ..default() }), // times the learning rate: 1
        ] {
            for error in [Adam::new(&config, &parameters).err(), Adam::resume(&config, &parameters, state()).err()] {
                let Some(Error::Config { faults }) = error else { panic!("{config:?}: {error:?}") };
                assert!(faults.len() == 1 && faults[0].starts_with(&format!("adam.{field}: ")), "{faults:?}");
            }
        }
    }

    #[test]
    fn a_norm_that_is_not_finite_moves_nothing() {
        let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [1], Init::Constant(1.0))], 0).unwrap();
        let mut adam = Adam::new(&AdamConfig::default(), &parameters).unwrap();
        let mode = Mode::train(Stream::new(0, "", 0));
        let loss = (parameters.weight("w", &mode).unwrap() * f64::NAN).unwrap().sum_all().unwrap();
        assert!(!adam.step(&parameters, &loss, mode).unwrap().is_finite());
        assert_eq!((parameters.values().unwrap()[0].values[0], adam.steps()), (1.0, 0));
    }

    #[test]
    fn long_gradients_are_scaled_down() {
        let parameters = Parameters::initialize(&[ParameterSpec::dense("w", [2], Init::Constant(0.0))], 0).unwrap();
        // With beta 0, Adam's step is lr g / |g|: only the scale of epsilon shows; so compare the moments.
        let config = AdamConfig { clip_norm: 1.0, ..AdamConfig::default() };
        let mut adam = Adam::new(&config, &parameters).unwrap();
        let mode = Mode::train(Stream::new(0, "", 0));
        let loss = (parameters.weight("w", &mode).unwrap() * 30.0).unwrap().sum_all().unwrap();
        adam.step(&parameters, &loss, mode).unwrap();
        let expected = 0.1 * 0.5f32.sqrt(); // (1 - beta1) times a unit vector of two equal parts
        assert!(adam.state().moments[0].mean.iter().all(|m| (m - expected).abs() < 1e-6));
    }
}

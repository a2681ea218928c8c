//! The role of a network, and the only place where candle's types are public, but for the device that
//! [`Architecture::on_device`] is given.
//!
//! A network of your own is a [`ModuleNetwork`] around a module of candle's, or implements [`Network`].
//! [`train_network`](crate::train_network) trains it, or your own loop of [`Network::forward`], [`cross_entropy`] and
//! [`Adam`]. A directory on disk can name the networks of [`Architecture`] only.

use std::sync::{Arc, Mutex, OnceLock};

use candle_core::{DType, Device, Layout, Storage, Tensor, Var};
use plaudit_core::{Error, Result};
use plaudit_kernels::{Buffer, Packed, WeightPrecision};
use plaudit_stats::Stream;

use crate::Architecture;

pub use crate::adam::{Adam, AdamConfig, AdamState, Moments, TableUpdate};
pub use crate::module::ModuleNetwork;
pub use crate::ops::LstmLayer;
pub use crate::pytorch::{PyTorchNames, write_pytorch};
pub use {candle_core, candle_nn};

/// A network: a batch packed by length to logits.
///
/// The logits of a text do not depend on the texts beside it.
pub trait Network: Send + Sync {
    /// Returns logits, `[texts, labels]`, in the order in which the texts were given to the batch.
    ///
    /// # Errors
    /// When the backend fails.
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor>;

    /// Returns the weights, in one fixed order.
    fn parameters(&self) -> &Parameters;

    /// Returns what scores texts without candle, from the weights as they are now, those between the steps of a recurrence
    /// rounded to `precision`; none where the network has nothing better than [`forward`](Self::forward), which is the
    /// default.
    ///
    /// # Errors
    /// When the backend fails.
    fn scorer(&self, precision: WeightPrecision) -> Result<Option<Box<dyn Scorer>>> {
        let _ = precision;
        Ok(None)
    }

    /// Returns which network of this crate computes the same from [`parameters`](Self::parameters), so that it can be made
    /// anew from a model directory or on another device; none for a network of your own, which is the default.
    fn architecture(&self) -> Option<&Architecture> {
        None
    }
}

/// A network prepared for scoring: weights in the order in which they are read, no gradients.
pub trait Scorer: Send + Sync {
    /// Returns logits, `[texts, labels]`, row-major, in the order in which the texts were given to the batch.
    ///
    /// # Errors
    /// When the batch has an id that the network does not know.
    fn logits(&self, batch: &Batch) -> Result<Vec<f32>>;
}

/// Whether a pass is for training or for scoring.
#[derive(Debug)]
#[non_exhaustive]
pub enum Mode {
    /// No dropout, no gradients.
    Infer,
    /// With dropout and gradients.
    Train(Box<Tape>),
}

/// What a training pass draws from and leaves behind.
#[derive(Debug)]
pub struct Tape {
    random: Stream,
    /// Whether a network of this crate has left its gradients here.
    taken: bool,
    gathered: Vec<Gathered>,
    pub(crate) deposits: Deposits,
}

/// Gradients that operations computed outside candle's store.
pub(crate) type Deposits = Arc<Mutex<Vec<Deposit>>>;

/// The gradient of one weight, or of some of a table's rows.
#[derive(Debug)]
pub(crate) struct Deposit {
    /// The weight's place among the parameters.
    pub(crate) parameter: usize,
    /// Which rows, ascending, each once; none stands for the whole weight.
    pub(crate) rows: Option<Vec<u32>>,
    pub(crate) values: Buffer,
}

impl Tape {
    /// What a pass of a network of this crate draws from. A second one would overwrite the first one's gradients.
    pub(crate) fn random_for_a_pass(&mut self) -> Result<&mut Stream> {
        if std::mem::replace(&mut self.taken, true) {
            return Err(Error::config("a training mode serves one pass of a network"));
        }
        Ok(&mut self.random)
    }
}

/// Rows that a pass took from a table, as a leaf of the gradient.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The table's place among the parameters.
    pub(crate) parameter: usize,
    /// Which rows, ascending, each once.
    pub(crate) ids: Vec<u32>,
    /// Their values, `[ids, dim]`.
    pub(crate) rows: Var,
}

impl Mode {
    /// Returns the mode of one training step, which draws its dropout from `random`.
    pub fn train(random: Stream) -> Self {
        Self::Train(Box::new(Tape { random, taken: false, gathered: Vec::new(), deposits: Deposits::default() }))
    }

    /// Returns the rows that the pass took from tables, and the gradients that its operations left.
    pub(crate) fn into_parts(self) -> (Vec<Gathered>, Deposits) {
        match self {
            Self::Infer => Default::default(),
            Self::Train(tape) => (tape.gathered, tape.deposits),
        }
    }

    /// Returns `input` with each value kept with probability `1 - rate` and scaled up, while training; `input` itself
    /// otherwise (inverted dropout).
    ///
    /// # Errors
    /// When the backend fails.
    pub fn dropout(&mut self, input: Tensor, rate: f64) -> Result<Tensor> {
        let Self::Train(tape) = self else { return Ok(input) };
        if rate <= 0.0 {
            return Ok(input);
        }
        let mask = dropout_mask(&mut tape.random, rate, input.elem_count()).to_vec();
        let mask = Tensor::from_vec(mask, input.shape(), input.device()).map_err(Error::backend)?;
        input.mul(&mask).map_err(Error::backend)
    }
}

/// 0 with probability `rate`, else `1 / (1 - rate)`, for each value (inverted dropout).
pub(crate) fn dropout_mask(random: &mut Stream, rate: f64, len: usize) -> Buffer {
    let threshold = (rate * 4_294_967_296.0) as u32;
    let scale = (1.0 / (1.0 - rate)) as f32;
    let mut mask = Buffer::dirty(len);
    mask.iter_mut().for_each(|value| *value = if random.next_u32() < threshold { 0.0 } else { scale });
    mask
}

/// The token ids of some texts, packed: sorted by length, no padding, each distinct token once.
///
/// Cloning is cheap: clones share the arrays.
#[derive(Debug, Clone)]
pub struct Batch(Arc<Arrays>);

#[derive(Debug)]
struct Arrays {
    packed: Packed,
    order: Vec<usize>,
    tokens: Vec<u32>,
    distinct: OnceLock<Distinct>,
    identity: OnceLock<Vec<u32>>,
}

#[derive(Debug)]
struct Distinct {
    unique: Vec<u32>,
    index: Vec<u32>,
}

impl Batch {
    /// Returns the batch of these texts, each a list of token ids, perhaps empty.
    pub fn new(texts: &[&[u32]]) -> Self {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        let length = |place: usize| texts.get(place).map_or(0, |text| text.len());
        order.sort_by_key(|&place| std::cmp::Reverse(length(place))); // stable
        let sorted: Vec<&[u32]> = order.iter().filter_map(|&place| texts.get(place).copied()).collect();
        let packed = Packed::new(&sorted.iter().map(|text| text.len()).collect::<Vec<_>>());

        let id = |(text, step): (usize, usize)| sorted.get(text).and_then(|text| text.get(step)).copied();
        let tokens: Vec<u32> = packed.places().filter_map(id).collect();
        let (distinct, identity) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Arrays { packed, order, tokens, distinct, identity }))
    }

    /// Returns the number of texts.
    pub fn texts(&self) -> usize {
        self.0.order.len()
    }

    /// Returns where the tokens lie.
    pub fn packed(&self) -> &Packed {
        &self.0.packed
    }

    /// Returns, for the k-th longest text, its place among the texts given, `[texts]`.
    pub fn order(&self) -> &[usize] {
        &self.0.order
    }

    /// Returns the token ids, packed, `[tokens]`.
    pub fn tokens(&self) -> &[u32] {
        &self.0.tokens
    }

    /// Returns the distinct token ids, ascending.
    pub fn unique(&self) -> &[u32] {
        &self.distinct().unique
    }

    fn distinct(&self) -> &Distinct {
        self.0.distinct.get_or_init(|| {
            let mut unique = self.0.tokens.clone();
            unique.sort_unstable();
            unique.dedup();
            let index = self.0.tokens.iter().map(|id| unique.partition_point(|known| known < id) as u32).collect();
            Distinct { unique, index }
        })
    }

    /// Returns, for each packed token, its place among the distinct ones, `[tokens]`.
    pub fn index(&self) -> &[u32] {
        &self.distinct().index
    }

    /// Returns 0, 1, 2 .., `[tokens]`: the places of the packed tokens among themselves.
    pub fn identity(&self) -> &[u32] {
        self.0.identity.get_or_init(|| (0..self.0.tokens.len() as u32).collect())
    }

    /// Rows of this width, from the order of lengths to the order in which the texts were given.
    pub(crate) fn unsorted(&self, rows: &[f32], width: usize) -> Buffer {
        let mut out = Buffer::dirty(rows.len());
        for (row, &place) in rows.chunks_exact(width.max(1)).zip(self.order()) {
            if let Some(to) = out.get_mut(place * width..(place + 1) * width) {
                to.copy_from_slice(row);
            }
        }
        out
    }

    /// Rows of this width, from the order in which the texts were given to the order of lengths.
    pub(crate) fn sorted(&self, rows: &[f32], width: usize) -> Buffer {
        let mut out = Buffer::dirty(rows.len());
        for (to, &place) in out.chunks_exact_mut(width.max(1)).zip(self.order()) {
            if let Some(row) = rows.get(place * width..(place + 1) * width) {
                to.copy_from_slice(row);
            }
        }
        out
    }
}

/// One weight of a network before it has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSpec {
    /// PyTorch's name.
    pub name: String,
    /// The shape.
    pub shape: Vec<usize>,
    /// How it starts.
    pub init: Init,
    /// Whether it is a table of which a batch touches few rows.
    pub table: bool,
}

impl ParameterSpec {
    /// Returns a dense weight.
    pub fn dense(name: impl Into<String>, shape: impl Into<Vec<usize>>, init: Init) -> Self {
        Self { name: name.into(), shape: shape.into(), init, table: false }
    }

    /// Returns the number of values, or none where it overflows.
    pub fn elements(&self) -> Option<usize> {
        self.shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size))
    }
}

/// How a weight starts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// This value everywhere.
    Constant(f32),
    /// Evenly in `[-bound, bound)`.
    Uniform(f64),
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
}

/// The values of one weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// PyTorch's name.
    pub name: String,
    /// The shape.
    pub shape: Vec<usize>,
    /// Every value, row-major.
    pub values: Vec<f32>,
}

/// The weights of a network: named, in one fixed order.
///
/// Cloning is cheap: clones share the values, and a step of [`Adam`] moves them for all.
#[derive(Debug, Clone)]
pub struct Parameters(Arc<[Parameter]>);

/// One weight with its value.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) var: Var,
    pub(crate) table: bool,
}

impl Parameters {
    /// Returns new weights; each draws from a random stream of its own name.
    ///
    /// # Errors
    /// When a shape overflows or the backend fails.
    pub fn initialize(specs: &[ParameterSpec], seed: u64) -> Result<Self> {
        Self::from_values(specs, |spec, elements| {
            let mut random = Stream::new(seed, &spec.name, 0);
            let values = (0..elements).map(|_| match spec.init {
                Init::Constant(value) => value,
                Init::Uniform(bound) => ((2.0 * random.uniform() - 1.0) * bound) as f32,
                Init::Normal(deviation) => (random.normal() * deviation) as f32,
            });
            Ok(values.collect())
        })
    }

    /// Returns weights with the values that `values` gives for each spec and its number of elements.
    ///
    /// # Errors
    /// When `values` fails, or gives another number of values than the shape holds.
    pub fn from_values(
        specs: &[ParameterSpec],
        mut values: impl FnMut(&ParameterSpec, usize) -> Result<Vec<f32>>,
    ) -> Result<Self> {
        let parameters = specs.iter().map(|spec| {
            let elements = spec
                .elements()
                .ok_or_else(|| Error::config(format!("{}: the shape {:?} overflows", spec.name, spec.shape)))?;
            let tensor = Tensor::from_vec(values(spec, elements)?, spec.shape.as_slice(), &Device::Cpu)
                .and_then(|tensor| Var::from_tensor(&tensor))
                .map_err(Error::backend)?;
            Ok(Parameter { name: spec.name.clone(), var: tensor, table: spec.table })
        });
        parameters.collect::<Result<_>>().map(Self)
    }

    /// Returns weights that are there already, in this order; none is a table.
    pub(crate) fn from_vars(vars: impl IntoIterator<Item = (String, Var)>) -> Self {
        Self(vars.into_iter().map(|(name, var)| Parameter { name, var, table: false }).collect())
    }

    /// Returns the weight of this name: a leaf of the gradient while training, detached otherwise.
    ///
    /// # Errors
    /// When there is no such weight.
    pub fn weight(&self, name: &str, mode: &Mode) -> Result<Tensor> {
        let (_, parameter) = self.find(name)?;
        Ok(match mode {
            Mode::Infer => parameter.var.as_detached_tensor(),
            Mode::Train(_) => parameter.var.as_tensor().clone(),
        })
    }

    /// Returns rows of the table of this name, `[ids, dim]`. While training they are a leaf of the gradient of their own,
    /// so that a step costs what the batch touches and not what the table holds.
    ///
    /// # Errors
    /// When there is no such table, an id is too large, or the pass took rows of this table already.
    pub fn rows(&self, name: &str, ids: &[u32], mode: &mut Mode) -> Result<Tensor> {
        let (place, parameter) = self.find(name)?;
        let rows = Tensor::from_slice(ids, ids.len(), &Device::Cpu)
            .and_then(|ids| parameter.var.as_detached_tensor().index_select(&ids, 0))
            .map_err(Error::backend)?;
        let Mode::Train(tape) = mode else { return Ok(rows) };
        if tape.gathered.iter().any(|gathered| gathered.parameter == place) {
            return Err(Error::config(format!("{name}: a pass may take a table's rows once")));
        }
        let rows = Var::from_tensor(&rows).map_err(Error::backend)?;
        let leaf = rows.as_tensor().clone();
        tape.gathered.push(Gathered { parameter: place, ids: ids.to_vec(), rows });
        Ok(leaf)
    }

    /// Returns a copy of every weight, in order.
    ///
    /// # Errors
    /// When the backend fails.
    pub fn values(&self) -> Result<Vec<Weight>> {
        self.0.iter().map(|parameter| self.value(&parameter.name)).collect()
    }

    /// Returns a copy of the weight of this name.
    ///
    /// # Errors
    /// When there is no such weight or the backend fails.
    pub fn value(&self, name: &str) -> Result<Weight> {
        let (_, parameter) = self.find(name)?;
        let values = values(parameter.var.as_tensor())?;
        Ok(Weight { name: name.to_owned(), shape: parameter.var.dims().to_vec(), values })
    }

    /// Calls `f` with the values of all weights, in order, without a copy.
    pub(crate) fn read<R>(&self, f: impl FnOnce(&[&[f32]]) -> R) -> Result<R> {
        let guards: Vec<_> = self.0.iter().map(|parameter| parameter.var.storage_and_layout()).collect();
        let slices: candle_core::Result<Vec<_>> =
            guards.iter().map(|(storage, layout)| slice(storage, layout)).collect();
        Ok(f(&slices.map_err(Error::backend)?))
    }

    /// Returns the number of values in all.
    pub fn elements(&self) -> usize {
        self.0.iter().map(|parameter| parameter.var.elem_count()).sum()
    }

    /// Puts back values that [`values`](Self::values) gave.
    pub(crate) fn restore(&self, weights: &[Weight]) -> Result<()> {
        for (parameter, Weight { shape, values, .. }) in self.0.iter().zip(weights) {
            let tensor = Tensor::from_slice(values, shape.as_slice(), &Device::Cpu).map_err(Error::backend)?;
            parameter.var.set(&tensor).map_err(Error::backend)?;
        }
        Ok(())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    fn find(&self, name: &str) -> Result<(usize, &Parameter)> {
        let found = self.0.iter().enumerate().find(|(_, parameter)| parameter.name == name);
        found.ok_or_else(|| Error::config(format!("the network has no weight named `{name}`")))
    }
}

/// Returns the mean cross-entropy in nats, a scalar, of logits `[texts, labels]` against the place of each text's label.
///
/// # Errors
/// When there is not one target a text, a target is no label, or the backend fails.
pub fn cross_entropy(logits: &Tensor, targets: &[usize]) -> Result<Tensor> {
    crate::ops::cross_entropy(logits, targets).map_err(Error::backend)
}

/// The values of a tensor of `f32`, row-major.
pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    debug_assert_eq!(tensor.dtype(), DType::F32);
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).map_err(Error::backend)
}

/// Calls `f` with the values of a contiguous tensor of `f32` on the CPU, row-major, without a copy.
pub(crate) fn with_values<R>(tensor: &Tensor, f: impl FnOnce(&[f32]) -> R) -> candle_core::Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    slice(&storage, layout).map(f)
}

fn slice<'a>(storage: &'a Storage, layout: &Layout) -> candle_core::Result<&'a [f32]> {
    let Storage::Cpu(storage) = storage else { candle_core::bail!("a tensor is not on the CPU") };
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets().and_then(|(start, end)| values.get(start..end)) {
        Some(values) => Ok(values),
        None => candle_core::bail!("a tensor is not contiguous"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_by_hand() {
        let batch = Batch::new(&[&[7], &[], &[9, 7, 3]]);
        assert_eq!(batch.order(), [2, 0, 1]);
        assert_eq!(batch.unique(), [3, 7, 9]);
        assert_eq!(batch.index(), [2, 1, 1, 0]); // 9 and 7 (first tokens), then 7, then 3
        assert_eq!(batch.texts(), 3);
    }

    #[test]
    fn the_gradient_passes_where_dropout_let_pass() {
        let input = Var::ones(64, DType::F32, &Device::Cpu).unwrap();
        let mut mode = Mode::train(Stream::new(1, "dropout", 0));
        let output = mode.dropout(input.as_tensor().clone(), 0.5).unwrap();
        let gradients = output.sum_all().unwrap().backward().unwrap();
        let slope = values(gradients.get(&input).unwrap()).unwrap();
        assert_eq!(slope, values(&output).unwrap()); // of an input of ones: 0 or 2
        assert!(slope.contains(&0.0) && slope.contains(&2.0));
    }

    #[test]
    fn a_table_is_taken_once_a_pass() {
        let spec = ParameterSpec { name: "t".into(), shape: vec![3, 1], init: Init::Constant(1.0), table: true };
        let parameters = Parameters::initialize(&[spec], 0).unwrap();
        let mut mode = Mode::train(Stream::new(0, "", 0));
        parameters.rows("t", &[1], &mut mode).unwrap();
        assert!(parameters.rows("t", &[2], &mut mode).is_err());
        assert!(parameters.rows("t", &[9], &mut Mode::Infer).is_err());
        assert!(parameters.weight("u", &mode).unwrap_err().to_string().contains("`u`"));
    }

    #[test]
    fn dropout_keeps_the_mean_and_leaves_inference_alone() {
        let ones = Tensor::ones(100_000, DType::F32, &Device::Cpu).unwrap();
        let mut mode = Mode::train(Stream::new(1, "dropout", 0));
        let dropped = values(&mode.dropout(ones.clone(), 0.25).unwrap()).unwrap();
        let mean: f32 = dropped.iter().sum::<f32>() / 1e5;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(dropped.iter().all(|&value| value == 0.0 || (value - 4.0 / 3.0).abs() < 1e-6));
        assert!(values(&Mode::Infer.dropout(ones, 0.25).unwrap()).unwrap().iter().all(|&value| value == 1.0));
    }
}

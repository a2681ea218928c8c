//! The role of a network, and the only place where candle's types are public, but for the device that
//! [`Architecture::on_device`] is given.
//!
//! A network of your own is a [`ModuleNetwork`] around a module of candle's, or implements [`Network`].
//! [`train_network`](crate::train_network) trains it, or your own loop of [`Network::forward`], [`cross_entropy`] and
//! [`Adam`]. A directory on disk can name the networks of [`Architecture`] only.

use std::sync::{Arc, Mutex, OnceLock};

use candle_core::Tensor;
use plaudit_core::{Error, Result, SparseRow};
use plaudit_kernels::{Buffer, Packed, WeightPrecision};
use plaudit_stats::Stream;

use crate::Architecture;
use crate::parameters::Gathered;
use crate::wide::BatchFeatures;

pub use crate::adam::{Adam, AdamConfig, AdamState, Moments, TableUpdate};
pub use crate::module::ModuleNetwork;
pub use crate::ops::LstmLayer;
pub use crate::parameters::{Init, ParameterSpec, Parameters, Weight};
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
    pub(crate) random: Stream,
    /// Whether a network of this crate has left its gradients here.
    taken: bool,
    pub(crate) gathered: Vec<Gathered>,
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
    features: BatchFeatures,
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
        Self::with_features(texts, &[])
    }

    /// Returns the batch of these texts with their sparse features, one row a text, which
    /// [`WideAndDeep`](crate::Architecture::WideAndDeep) reads; texts without a row have none.
    pub fn with_features(texts: &[&[u32]], features: &[&SparseRow]) -> Self {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        let length = |place: usize| texts.get(place).map_or(0, |text| text.len());
        order.sort_by_key(|&place| std::cmp::Reverse(length(place))); // stable
        let sorted: Vec<&[u32]> = order.iter().filter_map(|&place| texts.get(place).copied()).collect();
        let packed = Packed::new(&sorted.iter().map(|text| text.len()).collect::<Vec<_>>());

        let id = |(text, step): (usize, usize)| sorted.get(text).and_then(|text| text.get(step)).copied();
        let tokens: Vec<u32> = packed.places().filter_map(id).collect();
        let (distinct, identity) = (OnceLock::new(), OnceLock::new());
        let (columns, values) = features.iter().flat_map(|row| row.iter()).unzip();
        let features = BatchFeatures { lengths: features.iter().map(|row| row.len()).collect(), columns, values };
        Self(Arc::new(Arrays { packed, order, tokens, features, distinct, identity }))
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

    /// The sparse features, in the order in which the texts were given.
    pub(crate) fn features(&self) -> &BatchFeatures {
        &self.0.features
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

/// Returns the mean cross-entropy in nats, a scalar, of logits `[texts, labels]` against the place of each text's label.
///
/// # Errors
/// When there is not one target a text, a target is no label, or the backend fails.
pub fn cross_entropy(logits: &Tensor, targets: &[usize]) -> Result<Tensor> {
    crate::ops::cross_entropy(logits, targets).map_err(Error::backend)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Var};

    use super::*;
    use crate::parameters::values;

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

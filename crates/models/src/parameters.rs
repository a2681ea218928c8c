//! The weights of a network.

use std::sync::Arc;

use candle_core::{DType, Device, Layout, Storage, Tensor, Var};
use plaudit_core::{Error, Result};
use plaudit_stats::Stream;

use crate::network::Mode;

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
/// Cloning is cheap: clones share the values, and a step of [`Adam`](crate::network::Adam) moves them for all.
///
/// # Steps and other uses at once
/// A pass, forward or back, and a step hold locks on the weights while their work runs in the caller's rayon pool. A thread
/// of a pool that waits for such work may begin another task meanwhile; where that task waits for the same locks, neither
/// goes on, ever. So, in tasks of rayon pools, let no step overlap with another use of the same weights or their clones: a
/// pass, another step, a copy. Passes without steps may overlap. So may all uses in threads of no pool: there, one waits for
/// the other. A [`Scorer`](crate::network::Scorer) has its own copy of the weights: once it is made, it scores while they
/// move.
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
    /// When there is no such weight, or it is a table and the pass is for training: only [`rows`](Self::rows) of it have a
    /// gradient.
    pub fn weight(&self, name: &str, mode: &Mode) -> Result<Tensor> {
        let (_, parameter) = self.find(name)?;
        match mode {
            Mode::Infer => Ok(parameter.var.as_detached_tensor()),
            Mode::Train(_) if parameter.table => {
                Err(Error::config(format!("{name}: a training pass takes rows of a table, not the whole")))
            }
            Mode::Train(_) => Ok(parameter.var.as_tensor().clone()),
        }
    }

    /// Returns rows of the table of this name, `[ids, dim]`. While training they are a leaf of the gradient of their own,
    /// so that a step costs what the batch touches and not what the table holds.
    ///
    /// # Errors
    /// When there is no such table, an id is too large, or the pass took rows of this table already.
    pub fn rows(&self, name: &str, ids: &[u32], mode: &mut Mode) -> Result<Tensor> {
        let (place, parameter) = self.find(name)?;
        if !parameter.table {
            return Err(Error::config(format!("{name}: only a table is read by rows")));
        }
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

    /// Calls `f` with the values of all weights, in order, without a copy. They are locked against steps meanwhile.
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

/// Rows that a pass took from a table, as a leaf of the gradient.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The table's place among the parameters.
    pub(crate) parameter: usize,
    /// Which rows, as they were asked for.
    pub(crate) ids: Vec<u32>,
    /// Their values, `[ids, dim]`.
    pub(crate) rows: Var,
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
    fn a_table_is_taken_once_a_pass() {
        let spec = ParameterSpec { name: "t".into(), shape: vec![3, 1], init: Init::Constant(1.0), table: true };
        let parameters = Parameters::initialize(&[spec], 0).unwrap();
        let mut mode = Mode::train(Stream::new(0, "", 0));
        parameters.rows("t", &[1], &mut mode).unwrap();
        assert!(parameters.rows("t", &[2], &mut mode).is_err());
        assert!(parameters.rows("t", &[9], &mut Mode::Infer).is_err());
        assert!(parameters.weight("u", &mode).unwrap_err().to_string().contains("`u`"));
        assert!(parameters.weight("t", &mode).unwrap_err().to_string().contains("rows"));
        assert!(parameters.weight("t", &Mode::Infer).is_ok());
    }
}

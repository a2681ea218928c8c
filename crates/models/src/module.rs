//! A module of candle's as a network.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, ModuleT, Shape, Tensor, Var, bail};
use candle_nn::VarBuilder;
use candle_nn::init::NormalOrUniform;
use candle_nn::var_builder::SimpleBackend;
use plaudit_core::{Error, Result, Vocab};
use plaudit_stats::Stream;

use crate::network::{Batch, Mode, Network, Parameters};

/// A module of your own, from padded word ids to logits.
///
/// `forward_t` gets ids `[texts, longest]` of `u32` in the order in which the texts were given, each text filled up with
/// [`Vocab::PADDING`] (0) and at least one id long, and whether the pass is for training. It returns logits
/// `[texts, labels]` of `f32`. Unlike the networks of this crate, a module sees padding: it is the module's duty that a
/// text's logits do not depend on it, and so not on the texts beside it.
///
/// # Example: the mean of the words' vectors
/// ```
/// use plaudit_core::Vocab;
/// use plaudit_models::network::candle_core::{DType, Module};
/// use plaudit_models::network::candle_nn::{self, func_t};
/// use plaudit_models::network::{Batch, Mode, ModuleNetwork, Network};
///
/// let (words, labels, seed) = (10, 3, 7);
/// let network = ModuleNetwork::new(seed, |weights| {
///     let vectors = candle_nn::embedding(words, 8, weights.pp("embedding"))?;
///     let output = candle_nn::linear(8, labels, weights.pp("output"))?;
///     Ok(func_t(move |ids, _train| {
///         let word = ids.ne(Vocab::PADDING)?.to_dtype(DType::F32)?.unsqueeze(2)?; // [texts, longest, 1]: 0 at padding
///         let sum = vectors.forward(ids)?.broadcast_mul(&word)?.sum(1)?;
///         output.forward(&sum.broadcast_div(&word.sum(1)?.maximum(1.0)?)?)
///     }))
/// })?;
/// let logits = |texts: &[&[u32]]| network.forward(&Batch::new(texts), &mut Mode::Infer);
/// let (alone, together) = (logits(&[&[4]])?, logits(&[&[2, 3, 5, 3], &[4]])?);
/// assert_eq!(alone.to_vec2::<f32>()?[0], together.to_vec2::<f32>()?[1]);
/// assert_eq!(network.parameters().values()?[1].name, "output.bias"); // weights go by name
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Random numbers
/// Initial weights come from `seed`: each is drawn, as its candle `Init` says, from a stream of its own name. Dropout of
/// candle's draws from a source that nobody can seed: a module that uses it is not the same from run to run.
///
/// # Limits
/// Weights are `f32` on the CPU, and a module asks for them while it is built. What it keeps outside of them, such as the
/// running means of a batch norm, is not among [`parameters`](Network::parameters), and does not go back to the best epoch
/// at the end of training. candle goes back through a graph by recursion: a module that loops over thousands of tokens, an
/// LSTM of candle's say, can run out of stack where [`TrainConfig::max_tokens`](crate::TrainConfig::max_tokens) allows such
/// texts.
#[derive(Debug)]
pub struct ModuleNetwork<M> {
    module: M,
    parameters: Parameters,
}

impl<M: ModuleT + Send + Sync> ModuleNetwork<M> {
    /// Returns the network of the module that `build` makes with weights from the builder that it is given.
    ///
    /// # Errors
    /// When `build` fails, or asks for a weight that is not `f32` on the CPU, or for one twice in two shapes.
    pub fn new(seed: u64, build: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>) -> Result<Self> {
        let made: Made = Arc::new(Mutex::new(Some(BTreeMap::new())));
        let backend = Seeded { seed, made: Arc::clone(&made) };
        let builder = VarBuilder::from_backend(Box::new(backend), DType::F32, Device::Cpu);
        let module = build(builder).map_err(Error::backend)?;
        // From here on the builder gives nothing: what a module asked for later would not be trained.
        let weights = made.lock().map_err(|_| Error::Interrupted)?.take().unwrap_or_default();
        Ok(Self { module, parameters: Parameters::from_vars(weights) })
    }
}

impl<M: ModuleT + Send + Sync> Network for ModuleNetwork<M> {
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor> {
        let ids = padded(batch).map_err(Error::backend)?;
        let train = matches!(mode, Mode::Train(_));
        let logits = self.module.forward_t(&ids, train).map_err(Error::backend)?;
        if logits.dtype() != DType::F32 || logits.dims().len() != 2 || logits.dims().first() != Some(&batch.texts()) {
            return Err(Error::config(format!(
                "the module gives {:?} of shape {:?} for {} texts, expected F32 of shape [texts, labels]",
                logits.dtype(),
                logits.dims(),
                batch.texts()
            )));
        }
        Ok(if train { logits } else { logits.detach() })
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }
}

/// The ids of a batch, `[texts, longest]`, in the order in which the texts were given.
fn padded(batch: &Batch) -> candle_core::Result<Tensor> {
    let packed = batch.packed();
    let longest = packed.lengths().first().copied().unwrap_or(0).max(1);
    let mut ids = vec![Vocab::PADDING; batch.texts() * longest];
    for ((text, step), &id) in packed.places().zip(batch.tokens()) {
        let place = batch.order().get(text).and_then(|text| ids.get_mut(text * longest + step));
        if let Some(place) = place {
            *place = id;
        }
    }
    Tensor::from_vec(ids, (batch.texts(), longest), &Device::Cpu)
}

/// Weights by name; none after the module was built.
type Made = Arc<Mutex<Option<BTreeMap<String, Var>>>>;

/// Makes each weight that it is asked for from a random stream of the weight's name. candle's own source of weights,
/// `VarMap`, draws from a source that cannot be seeded, and goes through them in an order that differs from run to run.
struct Seeded {
    seed: u64,
    made: Made,
}

impl Seeded {
    fn with<R>(
        &self,
        name: &str,
        f: impl FnOnce(&mut BTreeMap<String, Var>) -> candle_core::Result<R>,
    ) -> candle_core::Result<R> {
        match self.made.lock().as_deref_mut() {
            Ok(Some(made)) => f(made),
            Ok(None) => bail!("{name}: a module asks for its weights while it is built, not later"),
            Err(_) => bail!("{name}: another thread failed while it made a weight"),
        }
    }
}

impl SimpleBackend for Seeded {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: candle_nn::Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        if dtype != DType::F32 || !device.is_cpu() {
            bail!("{name}: expected a weight of F32 on the CPU, asked for {dtype:?} on {:?}", device.location());
        }
        self.with(name, |made| {
            if let Some(var) = made.get(name) {
                if *var.shape() != shape {
                    bail!("{name}: asked for as {:?} and as {:?}", var.shape().dims(), shape.dims());
                }
                return Ok(var.as_tensor().clone());
            }
            let var = Var::from_vec(draw(init, &shape, Stream::new(self.seed, name, 0)), shape, device)?;
            let weight = var.as_tensor().clone();
            made.insert(name.to_owned(), var);
            Ok(weight)
        })
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> candle_core::Result<Tensor> {
        self.with(name, |made| match made.get(name) {
            Some(var) => Ok(var.as_tensor().clone()),
            None => bail!("{name}: a new weight needs a shape"),
        })
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.with(name, |made| Ok(made.contains_key(name))).unwrap_or(false)
    }
}

/// Values for a weight of this shape.
fn draw(init: candle_nn::Init, shape: &Shape, mut random: Stream) -> Vec<f32> {
    use candle_nn::Init;
    let normal = |mean: f64, stdev: f64| move |random: &mut Stream| mean + stdev * random.normal();
    let uniform = |lo: f64, up: f64| move |random: &mut Stream| lo + (up - lo) * random.uniform();
    let value: Box<dyn Fn(&mut Stream) -> f64> = match init {
        Init::Const(value) => Box::new(move |_| value),
        Init::Randn { mean, stdev } => Box::new(normal(mean, stdev)),
        Init::Uniform { lo, up } => Box::new(uniform(lo, up)),
        Init::Kaiming { dist, fan, non_linearity } => {
            let stdev = non_linearity.gain() / (fan.for_shape(shape) as f64).sqrt();
            match dist {
                NormalOrUniform::Normal => Box::new(normal(0.0, stdev)),
                NormalOrUniform::Uniform => Box::new(uniform(-3f64.sqrt() * stdev, 3f64.sqrt() * stdev)),
            }
        }
    };
    (0..shape.elem_count()).map(|_| value(&mut random) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_nn::{Func, func};

    #[test]
    fn a_module_reads_padded_ids_in_the_order_given() {
        let ids = padded(&Batch::new(&[&[7], &[], &[9, 7, 3]])).unwrap();
        assert_eq!(ids.to_vec2::<u32>().unwrap(), [[7, 0, 0], [0, 0, 0], [9, 7, 3]]);
        assert_eq!(padded(&Batch::new(&[&[], &[]])).unwrap().dims(), [2, 1]);
    }

    fn weights(seed: u64, order: [&'static str; 3]) -> Vec<crate::network::Weight> {
        let network = ModuleNetwork::new(seed, |weights| {
            for name in order {
                match name {
                    "a" => weights.get_with_hints(400, "a", candle_nn::Init::Randn { mean: 1.0, stdev: 0.5 })?,
                    "b" => weights.get_with_hints((2, 200), "b", candle_nn::init::DEFAULT_KAIMING_UNIFORM)?,
                    _ => weights.pp("c").get_with_hints(3, "d", candle_nn::Init::Const(0.5))?,
                };
            }
            Ok(func(|ids| ids.to_dtype(DType::F32)))
        });
        network.unwrap().parameters().values().unwrap()
    }

    #[test]
    fn weights_go_by_name_and_are_drawn_as_they_say() {
        let found = weights(1, ["a", "b", "c"]);
        assert_eq!(found, weights(1, ["c", "b", "a"]));
        assert_ne!(found, weights(2, ["a", "b", "c"]));
        let names: Vec<&str> = found.iter().map(|weight| weight.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c.d"]);
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!((mean(&found[0].values) - 1.0).abs() < 0.1);
        let bound = (6.0f32 / 200.0).sqrt(); // gain sqrt 2, fan in 200: sqrt 3 * sqrt 2 / sqrt 200
        let most = found[1].values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        assert!(most <= bound && most > 0.95 * bound, "{most} {bound}");
        assert_eq!(found[2].values, [0.5; 3]);
    }

    #[test]
    fn what_cannot_be_trained_is_refused() {
        let refused = |ask: fn(VarBuilder<'static>) -> candle_core::Result<Tensor>| {
            let build = |weights| ask(weights).map(|_| func(|ids| Ok(ids.clone())));
            ModuleNetwork::new(0, build).unwrap_err().to_string()
        };
        assert!(
            refused(|weights| weights.get_with_hints_dtype(2, "w", Default::default(), DType::F64)).contains("F32")
        );
        assert!(refused(|weights| weights.get_unchecked("w")).contains("shape"));
        let twice = refused(|weights| weights.get(2, "w").and_then(|_| weights.get(3, "w")));
        assert!(twice.contains("[2]") && twice.contains("[3]"), "{twice}");
        let late = ModuleNetwork::new(0, |weights| -> candle_core::Result<Func> {
            Ok(func(move |_| weights.get((1, 2), "late")))
        });
        let late = late.unwrap().forward(&Batch::new(&[&[1]]), &mut Mode::Infer).unwrap_err();
        assert!(late.to_string().contains("late"), "{late}");
        let ids = ModuleNetwork::new(0, |_| Ok(func(|ids| Ok(ids.clone())))).unwrap();
        let ids = ids.forward(&Batch::new(&[&[1]]), &mut Mode::Infer).unwrap_err().to_string();
        assert!(ids.contains("U32") && ids.contains("F32"), "{ids}");
    }
}

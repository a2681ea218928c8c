//! The networks of this crate made of candle's operations, for devices on which our kernels do not run.
//!
//! Rows of tokens lie step by step: the first tokens of all texts, longest text first, then the second ones, and so on. The
//! texts that have a token at a step are the first so many, so that nothing is computed on padding. Of candle's operations
//! those are left out whose gradients are wrong: `conv1d`, batched `matmul`, `max` at ties.

use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Tensor, Var, bail};
use candle_nn::ops::sigmoid;
use plaudit_core::{Error, Result, Vocab};

use crate::Architecture;
use crate::network::{Batch, Mode, Network, Parameters};
use crate::parameters::Parameter;
use crate::plan::{Plan, Pooling};

mod pass;
mod steps;

use pass::{Graph, Pass, with_stack};
use steps::Steps;

type Candle<T> = candle_core::Result<T>;

/// A network with its weights, and the device that it computes on. The weights are on the CPU.
#[derive(Debug)]
pub(crate) struct Composed {
    architecture: Architecture,
    plan: Plan,
    parameters: Parameters,
    device: Device,
    words: usize,
    labels: usize,
    /// How many of the weights are its own.
    count: usize,
}

/// Checks that these are weights of `architecture`.
///
/// # Errors
/// When a weight has another name or shape.
pub(crate) fn check_weights(architecture: &Architecture, parameters: &Parameters) -> Result<()> {
    let found: Vec<(&str, &[usize])> = parameters.iter().map(|one| (&*one.name, one.var.dims())).collect();
    let rows = |name: &str| found.iter().find(|one| one.0 == name).and_then(|one| one.1.first()).copied().unwrap_or(0);
    let specs = architecture.specs(rows("embedding.weight"), rows("output.bias"));
    let expected: Vec<(&str, &[usize])> = specs.iter().map(|spec| (&*spec.name, &*spec.shape)).collect();
    let mut pairs = expected.iter().map(Some).chain([None]).zip(found.iter().map(Some).chain([None]));
    if let Some((expected, found)) = pairs.find(|(expected, found)| expected != found) {
        let said = |weight: Option<&(&str, &[usize])>| {
            weight.map_or("none more".to_owned(), |(name, shape)| format!("{name} {shape:?}"))
        };
        let (name, expected, found) = (architecture.name(), said(expected), said(found));
        return Err(Error::config(format!("weights of {name}: expected {expected}, found {found}")));
    }
    Ok(())
}

impl Composed {
    /// Returns the network of `architecture` with these weights, which are [checked](check_weights); what comes after them is another's.
    pub(crate) fn new(architecture: &Architecture, parameters: &Parameters, device: &Device) -> Self {
        let plan = architecture.plan();
        let rows =
            |place: usize| parameters.iter().nth(place).and_then(|one| one.var.dims().first().copied()).unwrap_or(0);
        let count = plan.specs(0, 0).len();
        let (words, labels) = (rows(0), rows(count.saturating_sub(1)));
        let (architecture, device) = (architecture.clone(), device.clone());
        Self { architecture, plan, parameters: parameters.clone(), device, words, labels, count }
    }

    /// The weights on the device, in their order; of the first, the table, the batch's distinct words only. While training
    /// they are leaves of the gradient.
    fn leaves(&self, batch: &Batch, train: bool) -> Candle<Vec<Tensor>> {
        let leaf = |(place, weight): (usize, &Parameter)| {
            let mut weight = weight.var.as_detached_tensor();
            if place == 0 {
                // Not every device has arrays of no length.
                let words = if batch.unique().is_empty() { &[Vocab::PADDING] } else { batch.unique() };
                weight = weight.index_select(&Tensor::new(words, &Device::Cpu)?, 0)?;
            }
            let weight = weight.to_device(&self.device)?;
            Ok(if train { Var::from_tensor(&weight)?.into_inner() } else { weight })
        };
        self.parameters.iter().take(self.count).enumerate().map(leaf).collect()
    }

    /// Logits, `[texts, labels]`, on the device. `drop` is the dropout.
    fn logits(
        &self,
        batch: &Batch,
        leaves: &[Tensor],
        mut drop: impl FnMut(Tensor, f64) -> Candle<Tensor>,
    ) -> Candle<Tensor> {
        let plan = &self.plan;
        let steps = Steps::new(batch);
        let mut leaves = leaves.iter();
        let mut next = || match leaves.next() {
            Some(leaf) => Ok(leaf),
            None => bail!("a network has fewer weights than its architecture"),
        };
        let words = next()?;
        let mut convolutions = Vec::new();
        for &width in &plan.widths {
            convolutions.push((width, next()?, next()?));
        }
        let mut layers = Vec::new();
        for _ in 0..plan.layers * plan.directions {
            layers.push([next()?, next()?, next()?, next()?]);
        }
        let ([dense, dense_bias], [output, output_bias]) = ([next()?, next()?], [next()?, next()?]);

        let width = plan.directions * plan.hidden;
        let pooled = if steps.tokens == 0 {
            Tensor::zeros((batch.texts(), width), DType::F32, &self.device)?
        } else {
            let words = drop(words.clone(), plan.embedding_dropout)?;
            let mut rows = match convolutions.as_slice() {
                [] => words.index_select(&self.places(steps.words(batch, 0, 0))?, 0)?,
                convolutions => self.convolved(&words, convolutions, &steps, batch)?,
            };
            let mut states = Vec::new();
            for (layer, weights) in layers.chunks(plan.directions).enumerate() {
                if layer > 0 {
                    // Tokens of a text lose the same values.
                    let mask = drop(Tensor::ones((batch.texts(), width), DType::F32, &self.device)?, plan.dropout)?;
                    rows = (Tensor::cat(&states, 1)? * mask.index_select(&self.places(steps.texts())?, 0)?)?;
                }
                let direction = |(place, weights)| self.recur(&rows, weights, &steps, place == 1);
                states = weights.iter().enumerate().map(direction).collect::<Candle<_>>()?;
            }
            self.pooled(&states, &steps, batch)?
        };
        let pooled = drop(pooled, plan.dropout)?;
        let dense = drop(positive(&linear(&pooled, dense, dense_bias)?)?, plan.dropout)?;
        linear(&dense, output, output_bias)
    }

    /// The convolutions of the tokens' windows, `[tokens, widths filters]`, from the distinct words' values.
    fn convolved(
        &self,
        words: &Tensor,
        convolutions: &[(usize, &Tensor, &Tensor)],
        steps: &Steps,
        batch: &Batch,
    ) -> Candle<Tensor> {
        let distinct = words.dim(0)?;
        let beyond = Tensor::zeros((1, self.plan.embedding), DType::F32, &self.device)?;
        let words = Tensor::cat(&[words, &beyond], 0)?;
        let convolve = |&(width, weight, bias): &(usize, &Tensor, &Tensor)| {
            // Place by place of a window: the row of the word there, that of zeros beyond the text's ends.
            let places = (0..width as isize).map(|place| {
                let shift = place - (width as isize - 1) / 2;
                let rows = steps.words(batch, shift, distinct as u32);
                words.index_select(&self.places(rows)?, 0)
            });
            let windows = Tensor::cat(&places.collect::<Candle<Vec<_>>>()?, 1)?; // [tokens, width embedding]
            let weight = weight.permute((0, 2, 1))?.contiguous()?.flatten_from(1)?; // [filters, width embedding]
            positive(&linear(&windows, &weight, bias)?)
        };
        Tensor::cat(&convolutions.iter().map(convolve).collect::<Candle<Vec<_>>>()?, 1)
    }

    /// The hidden states of one direction, `[tokens, hidden]`, of a layer that reads `rows` `[tokens, in]`.
    fn recur(&self, rows: &Tensor, weights: &[&Tensor; 4], steps: &Steps, reverse: bool) -> Candle<Tensor> {
        let [weight_ih, weight_hh, bias_ih, bias_hh] = weights;
        let gates = split(&linear(rows, weight_ih, &(*bias_ih + *bias_hh)?)?, &steps.alive)?;
        let recurrent = weight_hh.t()?.contiguous()?;
        let mut along: Vec<(usize, &Tensor)> = steps.alive.iter().copied().zip(&gates).collect();
        if reverse {
            along.reverse();
        }
        let start = along.first().map_or(0, |&(alive, _)| alive);
        let zeros = |texts: usize| Tensor::zeros((texts, self.plan.hidden), DType::F32, &self.device);
        // The state of the texts that have a token at a step: those that end leave it, those that begin enter with zeros.
        let of_texts = |state: Tensor, alive: usize| match state.dim(0)? {
            texts if texts < alive => Tensor::cat(&[&state, &zeros(alive - texts)?], 0),
            _ => state.narrow(0, 0, alive),
        };
        let (mut hidden, mut cell) = (zeros(start)?, zeros(start)?);
        let mut states = Vec::with_capacity(along.len());
        for (alive, gates) in along {
            (hidden, cell) = (of_texts(hidden, alive)?, of_texts(cell, alive)?);
            let gates = (gates + hidden.matmul(&recurrent)?)?;
            let gate = |place: usize| gates.narrow(1, place * self.plan.hidden, self.plan.hidden);
            let (input, forget, output) = (sigmoid(&gate(0)?)?, sigmoid(&gate(1)?)?, sigmoid(&gate(3)?)?);
            cell = ((forget * &cell)? + (input * gate(2)?.tanh()?)?)?;
            hidden = (output * cell.tanh()?)?;
            states.push(hidden.clone());
        }
        if reverse {
            states.reverse();
        }
        Tensor::cat(&states, 0)
    }

    /// What is kept of the states of each direction, `[texts, directions hidden]`, in the order in which the texts were given;
    /// zeros for a text without tokens.
    fn pooled(&self, states: &[Tensor], steps: &Steps, batch: &Batch) -> Candle<Tensor> {
        let texts = steps.lengths.len();
        let kept = match self.plan.pooling {
            Pooling::Last => {
                let last = |(direction, states): (usize, &Tensor)| {
                    let step = |&length: &usize| if direction == 1 { 0 } else { length - 1 };
                    let rows = steps.lengths.iter().map(step).enumerate().map(|(text, step)| steps.row(text, step));
                    states.index_select(&self.places(rows.collect())?, 0)
                };
                Tensor::cat(&states.iter().enumerate().map(last).collect::<Candle<Vec<_>>>()?, 1)?
            }
            Pooling::Max => {
                // A text that has ended repeats its last token. One of equals is taken, and has the whole gradient.
                let longest = steps.alive.len();
                let row = |text: usize, length: usize, step: usize| steps.row(text, step.min(length - 1));
                let of_text = |(text, &length)| (0..longest).map(move |step| row(text, length, step));
                let rows = steps.lengths.iter().enumerate().flat_map(of_text).collect();
                let all = Tensor::cat(states, 1)?.index_select(&self.places(rows)?, 0)?;
                let all = all.reshape((texts, longest, ()))?;
                let place = all.detach().argmax_keepdim(1)?;
                all.gather(&place, 1)?.squeeze(1)?
            }
            Pooling::Mean => {
                let of_text: Vec<u32> = steps.alive.iter().flat_map(|&alive| 0..alive as u32).collect();
                let shares = steps.lengths.iter().map(|&length| 1.0 / length as f32).collect();
                let shares = Tensor::from_vec(shares, (texts, 1), &self.device)?;
                let all = Tensor::cat(states, 1)?;
                let sums = Tensor::zeros((texts, all.dim(1)?), DType::F32, &self.device)?;
                sums.index_add(&self.places(of_text)?, &all, 0)?.broadcast_mul(&shares)?
            }
        };
        let nothing = Tensor::zeros((1, kept.dim(1)?), DType::F32, &self.device)?;
        let mut rows = vec![0; batch.texts()];
        for (row, &place) in batch.order().iter().enumerate() {
            if let Some(to) = rows.get_mut(place) {
                *to = row.min(texts) as u32;
            }
        }
        Tensor::cat(&[kept, nothing], 0)?.index_select(&self.places(rows)?, 0)
    }

    fn places(&self, rows: Vec<u32>) -> Candle<Tensor> {
        let count = rows.len();
        Tensor::from_vec(rows, count, &self.device)
    }

    /// Bytes of stack that go back through the graph of a batch, which candle does by recursion: some for each operation of
    /// each step of each layer.
    fn stack(&self, batch: &Batch) -> usize {
        const OPERATIONS: usize = 16;
        const FRAME: usize = 2 << 10; // optimised ones take a tenth of it
        let steps = batch.packed().lengths().first().copied().unwrap_or(0);
        (8 << 20) + steps.saturating_mul(self.plan.layers * OPERATIONS * FRAME)
    }
}

impl Network for Composed {
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor> {
        if let Some(&id) = batch.unique().last().filter(|&&id| id as usize >= self.words) {
            return Err(Error::config(format!("the network has no word with the id {id}")));
        }
        let train = match mode {
            Mode::Infer => None,
            Mode::Train(tape) => {
                tape.random_for_a_pass()?;
                Some(Arc::clone(&tape.deposits))
            }
        };
        if batch.texts() == 0 {
            return Tensor::zeros((0, self.labels), DType::F32, &Device::Cpu).map_err(Error::backend);
        }
        let mut pass = |train| -> Candle<(Tensor, Vec<Tensor>)> {
            let leaves = self.leaves(batch, train)?;
            let drop = |values, rate| mode.dropout(values, rate).map_err(candle_core::Error::wrap);
            Ok((self.logits(batch, &leaves, drop)?, leaves))
        };
        let Some(deposits) = train else {
            let (logits, _) = pass(false).map_err(Error::backend)?;
            return logits.to_device(&Device::Cpu).map_err(Error::backend);
        };
        let stack = self.stack(batch);
        // Read on the thread that computed them. On CUDA each thread has a queue of its own: the copy waits for what this one
        // asked for, and another's would not, nor would what goes back through the graph.
        let pass = || -> Candle<(Vec<f32>, Tensor, Vec<Tensor>)> {
            let (logits, leaves) = pass(true)?;
            Ok((logits.flatten_all()?.to_vec1()?, logits, leaves))
        };
        let (values, logits, leaves) = with_stack(stack, pass).map_err(Error::backend)?;
        let shape = logits.shape().clone();
        let graph = Mutex::new(Some(Graph { parts: Some((logits, leaves)), stack }));
        let pass = Pass { logits: values, shape, graph, batch: batch.clone(), deposits };
        // As for our kernels: one operation stands for the pass, and its gradients go to the tape.
        let root = Var::zeros((), DType::F32, &Device::Cpu).map_err(Error::backend)?;
        root.as_tensor().apply_op1(pass).map_err(Error::backend)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn architecture(&self) -> Option<&Architecture> {
        Some(&self.architecture)
    }
}

/// `input weight^T + bias`.
fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Candle<Tensor> {
    input.matmul(&weight.t()?)?.broadcast_add(bias)
}

/// The positive part, with no gradient at 0, where candle's `relu` has one. What is not a number stays so.
fn positive(values: &Tensor) -> Candle<Tensor> {
    let zeros = values.zeros_like()?;
    values.le(&zeros)?.where_cond(&zeros, values)
}

/// Pieces of these numbers of rows. They are cut as halves of halves: the gradient of a piece is an array of the size of what
/// it was cut from, and many pieces of the whole would take the square of their number.
fn split(rows: &Tensor, sizes: &[usize]) -> Candle<Vec<Tensor>> {
    if sizes.len() < 2 {
        return Ok(vec![rows.clone()]);
    }
    let (left, right) = sizes.split_at(sizes.len() / 2);
    let (before, after) = (left.iter().sum(), right.iter().sum());
    let mut pieces = split(&rows.narrow(0, 0, before)?, left)?;
    pieces.extend(split(&rows.narrow(0, before, after)?, right)?);
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::values;
    use crate::recurrent::tests::{architectures, loss, network};
    use plaudit_stats::Stream;

    /// Ragged, with a text of one token and an empty one.
    const TEXTS: [&[u32]; 5] = [&[2, 5, 2, 1], &[3], &[], &[5, 1, 4, 4, 2, 3, 3], &[1, 2]];

    fn logits(network: &dyn Network, texts: &[&[u32]]) -> Vec<f32> {
        values(&network.forward(&Batch::new(texts), &mut Mode::Infer).unwrap()).unwrap()
    }

    fn near(a: &[f32], b: &[f32], most: f32) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= most)
    }

    #[track_caller]
    fn check_logits(device: &Device) {
        for architecture in architectures(0.0) {
            let fused = network(architecture.clone(), 3);
            let composed = architecture.on_device(&fused.parameters, device).unwrap();
            let many: Vec<&[u32]> = TEXTS.into_iter().cycle().take(60).collect(); // more than a block of our kernels
            for texts in [&TEXTS[..], &many, &[&[]], &[]] {
                assert!(near(&logits(&fused, texts), &logits(composed.as_ref(), texts), 1e-4), "{architecture:?}");
            }
            let together = logits(composed.as_ref(), &TEXTS);
            for (text, row) in TEXTS.into_iter().zip(together.chunks(3)) {
                assert!(near(&logits(composed.as_ref(), &[text]), row, 1e-5), "{architecture:?}");
            }
            let error = composed.forward(&Batch::new(&[&[1, 6]]), &mut Mode::Infer).unwrap_err().to_string();
            assert!(error.contains("the id 6"), "{error}");
        }
    }

    /// The gradients of all weights, in order.
    fn gradients(network: &dyn Network, texts: &[&[u32]]) -> Vec<(usize, Option<Vec<u32>>, Vec<f32>)> {
        let mut mode = Mode::train(Stream::new(4, "dropout", 1));
        loss(network, &Batch::new(texts), &mut mode).backward().unwrap();
        let (_, deposits) = mode.into_parts();
        let deposits = deposits.lock().unwrap();
        deposits.iter().map(|one| (one.parameter, one.rows.clone(), one.values.to_vec())).collect()
    }

    /// Those of our kernels are held to finite differences where they stand.
    #[track_caller]
    fn check_gradients(device: &Device) {
        for architecture in [0.0, 0.5].into_iter().flat_map(architectures) {
            let fused = network(architecture.clone(), 3);
            let composed = architecture.on_device(&fused.parameters, device).unwrap();
            for texts in [[TEXTS[0], TEXTS[2], TEXTS[3]], [TEXTS[1], TEXTS[4], TEXTS[0]]] {
                let (ours, theirs) = (gradients(&fused, &texts), gradients(composed.as_ref(), &texts));
                assert_eq!(ours.len(), theirs.len());
                for (ours, theirs) in ours.iter().zip(&theirs) {
                    assert_eq!((ours.0, &ours.1), (theirs.0, &theirs.1));
                    assert!(near(&ours.2, &theirs.2, 1e-4), "{architecture:?}\n{ours:?}\n{theirs:?}");
                }
            }
        }
    }

    #[test]
    fn logits_are_those_of_our_kernels() {
        check_logits(&Device::Cpu);
    }

    #[test]
    fn gradients_are_those_of_our_kernels_dropout_included() {
        check_gradients(&Device::Cpu);
    }

    #[test]
    fn gradients_of_long_texts_are_those_of_our_kernels() {
        let of_length = |length: u32| -> Vec<u32> { (0..length).map(|place| (place * place + length) % 6).collect() };
        let texts: Vec<Vec<u32>> = [700, 530, 65].into_iter().map(of_length).collect();
        let texts: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
        for architecture in architectures(0.5) {
            let fused = network(architecture.clone(), 3);
            let composed = architecture.on_device(&fused.parameters, &Device::Cpu).unwrap();
            for (ours, theirs) in gradients(&fused, &texts).iter().zip(&gradients(composed.as_ref(), &texts)) {
                assert_eq!((ours.0, &ours.1), (theirs.0, &theirs.1));
                let size = theirs.2.iter().fold(0.0f32, |most, value| most.max(value.abs()));
                let far = ours.2.iter().zip(&theirs.2).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
                assert!(far <= 1e-4 * size.max(1e-3), "{architecture:?}: {far} of {size}");
            }
        }
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn cuda_computes_the_same() {
        let device = Device::new_cuda(0).unwrap();
        check_logits(&device);
        check_gradients(&device);
    }

    #[test]
    #[ignore = "needs a Metal device, and the feature `metal`"]
    fn metal_computes_the_same() {
        let device = Device::new_metal(0).unwrap();
        check_logits(&device);
        check_gradients(&device);
    }

    #[test]
    fn a_text_of_the_greatest_length_does_not_exhaust_the_stack() {
        let architecture = architectures(0.0).swap_remove(4);
        let composed = architecture.on_device(&network(architecture.clone(), 3).parameters, &Device::Cpu).unwrap();
        let text: Vec<u32> = (0..2000).map(|place| place % 6).collect();
        let texts = [text.as_slice(), &[1], &[2]];
        assert!(gradients(composed.as_ref(), &texts).iter().flat_map(|one| &one.2).all(|value| value.is_finite()));
        // A pass whose gradient nobody asks for is freed.
        composed.forward(&Batch::new(&texts), &mut Mode::train(Stream::new(0, "", 0))).unwrap();
    }

    #[test]
    fn a_pool_of_one_thread_is_enough() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let architecture = architectures(0.0).swap_remove(1);
        let composed = architecture.on_device(&network(architecture.clone(), 3).parameters, &Device::Cpu).unwrap();
        let texts = [TEXTS[0], TEXTS[1], TEXTS[2]];
        let here = gradients(composed.as_ref(), &texts);
        assert_eq!(pool.install(|| gradients(composed.as_ref(), &texts)), here);
    }

    #[test]
    fn weights_of_another_network_are_named() {
        let [first, second] = [0, 3].map(|place| architectures(0.0).swap_remove(place));
        let parameters = network(first, 1).parameters;
        let error = second.on_device(&parameters, &Device::Cpu).err().unwrap().to_string();
        assert!(error.contains("convs.0.weight") && error.contains("lstm.weight_ih_l0"), "{error}");
    }
}

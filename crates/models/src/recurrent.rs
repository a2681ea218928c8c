//! The networks of this crate as one: words, perhaps convolutions over time, LSTM layers, a dense layer, logits.
//!
//! A training pass is one operation of candle's: what is between words and logits is computed by our kernels, forward and
//! backward, and the gradients of the weights go to the tape, not through candle's store. That store would fill and add
//! arrays of the weights' sizes for every operation, on threads of its own.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, DType, Device, Layout, Shape, Tensor, Var, bail};
use plaudit_core::{Error, Result};
use plaudit_kernels::{Buffer, InstructionSet, LstmState, LstmTrace, Matrix, Start, WeightPrecision, product};
use plaudit_stats::Stream;

use crate::Architecture;
use crate::network::{Batch, Deposit, Deposits, Mode, Network, Parameters, Scorer, dropout_mask};
use crate::parameters::with_values;
use crate::plan::{Plan, Weights};
use crate::scorer::{RecurrentScorer, check_batch};

/// A network with its weights.
#[derive(Debug)]
pub(crate) struct Recurrent {
    pub(crate) architecture: Architecture,
    pub(crate) plan: Arc<Plan>,
    pub(crate) parameters: Parameters,
}

/// What a training pass keeps for its way back. Dropout masks are of no length where nothing is dropped.
struct Kept {
    /// The words' values, `[unique, embedding]`, after dropout.
    words: Buffer,
    words_mask: Buffer,
    /// What the convolutions gave, `[tokens, ..]`; of no length where there is none.
    convolved: Buffer,
    layers: Vec<KeptLayer>,
    /// What each later layer read, after dropout: the first reads words or what the convolutions gave.
    between: Vec<Buffer>,
    /// `[texts, directions hidden]`, after dropout, in the order in which the texts were given.
    pooled: Buffer,
    pooled_mask: Buffer,
    /// `[texts, dense]`: the positive part, after dropout.
    dense: Buffer,
    dense_mask: Buffer,
}

struct KeptLayer {
    trace: LstmTrace,
    /// Of what it gave to the next layer.
    mask: Buffer,
}

impl Recurrent {
    /// The number of labels; weights after its own are another's.
    fn labels(&self) -> usize {
        let bias = self.plan.specs(0, 0).len().saturating_sub(1);
        self.parameters.iter().nth(bias).map_or(0, |bias| bias.var.elem_count())
    }

    /// One pass over the words' values: logits and, while training, what the way back needs.
    fn run(&self, batch: &Batch, random: Option<&mut Stream>) -> Result<(Vec<f32>, Option<Kept>)> {
        let plan = &*self.plan;
        self.parameters.read(|all| {
            let weights = Weights::new(plan, all);
            check_batch(batch, weights.embedding.len() / plan.embedding.max(1))?;
            Ok(forward(plan, &weights, batch, random))
        })?
    }
}

fn forward(
    plan: &Plan,
    weights: &Weights<'_>,
    batch: &Batch,
    mut random: Option<&mut Stream>,
) -> (Vec<f32>, Option<Kept>) {
    let train = random.is_some();
    let set = InstructionSet::best();
    let texts = batch.texts();
    let width = plan.directions * plan.hidden;
    let mut drop = |values: &mut Buffer, rate: f64, tokens: bool| match &mut random {
        Some(random) if rate > 0.0 => {
            let mask = match tokens {
                true => of_tokens(&dropout_mask(random, rate, texts * width), width, batch),
                false => dropout_mask(random, rate, values.len()),
            };
            multiply(values, &mask);
            mask
        }
        _ => Buffer::default(),
    };
    let mut words = gather(weights.embedding, plan.embedding, batch.unique());
    let words_mask = drop(&mut words, plan.embedding_dropout, false);
    let mut convolved = Buffer::default();
    if !plan.widths.is_empty() {
        let kernel = plan.convolution(batch, batch.index());
        let panels = kernel.panels(&weights.convolutions);
        convolved = kernel.forward(&kernel.project(&words, &panels), &panels);
    }
    let (mut layers, mut between) = (Vec::new(), Vec::<Buffer>::new());
    let mut pooled = Buffer::default();
    for (layer, weights) in weights.lstm.iter().enumerate() {
        let (input, index) = match between.last() {
            Some(before) => (before, batch.identity()),
            None if plan.widths.is_empty() => (&words, batch.index()),
            None => (&convolved, batch.identity()),
        };
        let mut state = LstmState::zeros(plan.directions, texts, plan.hidden);
        let (mut result, trace) = plan.lstm(layer, batch, index).forward(input, weights, &mut state, train);
        let last = layer + 1 == plan.layers;
        let mask = if last { Buffer::default() } else { drop(&mut result, plan.dropout, true) };
        layers.extend(trace.map(|trace| KeptLayer { trace, mask }));
        if last { pooled = result } else { between.push(result) }
    }
    let mut pooled = batch.unsorted(&pooled, width);
    let pooled_mask = drop(&mut pooled, plan.dropout, false);
    let [weight, bias] = weights.dense;
    let mut dense = Buffer::dirty(texts * plan.dense);
    let matrix = Matrix::new(weight, plan.dense, width).t();
    product(set, Matrix::new(&pooled, texts, width), matrix, Start::Row(bias), &mut dense);
    positive(&mut dense);
    let dense_mask = drop(&mut dense, plan.dropout, false);
    let [weight, bias] = weights.output;
    let mut logits = vec![0.0; texts * bias.len()];
    let matrix = Matrix::new(weight, bias.len(), plan.dense).t();
    product(set, Matrix::new(&dense, texts, plan.dense), matrix, Start::Row(bias), &mut logits);
    let kept = Kept { words, words_mask, convolved, layers, between, pooled, pooled_mask, dense, dense_mask };
    (logits, train.then_some(kept))
}

/// A mask of each text, longest first, as one of its tokens, all of which lose the same values (Gal and Ghahramani 2016).
fn of_tokens(texts: &[f32], width: usize, batch: &Batch) -> Buffer {
    let mut mask = Buffer::dirty(batch.packed().tokens() * width);
    for (row, (text, _)) in mask.chunks_exact_mut(width.max(1)).zip(batch.packed().places()) {
        if let Some(of_text) = texts.get(text * width..(text + 1) * width) {
            row.copy_from_slice(of_text);
        }
    }
    mask
}

/// The gradients of all weights, in their order; the first is that of the batch's distinct words.
fn backward(plan: &Plan, weights: &Weights<'_>, batch: &Batch, kept: Kept, d_logits: &[f32]) -> Vec<Buffer> {
    let Kept { words, words_mask, convolved, mut layers, between, pooled, pooled_mask, dense, dense_mask } = kept;
    let texts = batch.texts();
    let (mut d_dense, output) = back_through(&dense, plan.dense, weights.output, d_logits, texts);
    multiply(&mut d_dense, &dense_mask);
    // The value is positive where the gradient passes, dropped or not: what was dropped has a gradient of 0.
    d_dense.iter_mut().zip(dense.iter()).for_each(|(slope, &value)| *slope = if value > 0.0 { *slope } else { 0.0 });
    let width = plan.directions * plan.hidden;
    let (mut d_pooled, dense) = back_through(&pooled, width, weights.dense, &d_dense, texts);
    multiply(&mut d_pooled, &pooled_mask);
    let mut d = batch.sorted(&d_pooled, width);
    let mut lstm = Vec::new(); // last layer first
    for (layer, weights) in weights.lstm.iter().enumerate().rev() {
        let Some(KeptLayer { trace, mask }) = layers.pop() else { break };
        multiply(&mut d, &mask);
        let (input, index) = match layer.checked_sub(1).and_then(|before| between.get(before)) {
            Some(before) => (before, batch.identity()),
            None if plan.widths.is_empty() => (&words, batch.index()),
            None => (&convolved, batch.identity()),
        };
        let gradient = plan.lstm(layer, batch, index).backward(input, weights, trace, &d, None);
        lstm.push(gradient.weights);
        d = gradient.inputs;
    }
    let mut convolutions = Vec::new();
    if !plan.widths.is_empty() {
        let kernel = plan.convolution(batch, batch.index());
        let gradient = kernel.backward(&words, &weights.convolutions, &convolved, &d);
        convolutions = gradient.weights;
        d = gradient.inputs;
    }
    multiply(&mut d, &words_mask);
    let mut all = vec![d];
    all.extend(convolutions.into_iter().flatten());
    all.extend(lstm.into_iter().rev().flatten().flatten());
    all.extend(dense.into_iter().chain(output));
    all
}

/// The slopes, `[texts, tokens, embedding]`, of what has the slopes that `slopes` gives for the logits, `[texts, labels]`, in the vectors of
/// texts of as many tokens each. The vectors stand in place of the words' table: every token has one of its own. Nothing is dropped
/// where `plan` drops nothing.
pub(crate) fn slopes_of_vectors(
    plan: &Plan,
    weights: &Weights<'_>,
    texts: usize,
    tokens: usize,
    slopes: impl FnOnce(&[f32]) -> Vec<f32>,
) -> Buffer {
    let ids: Vec<u32> = (0..(texts * tokens) as u32).collect();
    let texts: Vec<&[u32]> =
        (0..texts).map(|text| ids.get(text * tokens..(text + 1) * tokens).unwrap_or_default()).collect();
    let batch = Batch::new(&texts);
    let (logits, kept) = forward(plan, weights, &batch, Some(&mut Stream::new(0, "", 0)));
    let words = kept.map(|kept| backward(plan, weights, &batch, kept, &slopes(&logits)).swap_remove(0));
    words.unwrap_or_default()
}

/// The gradients of a dense layer: of its input, and of its weight and bias.
fn back_through(
    input: &[f32],
    width: usize,
    [weight, bias]: [&[f32]; 2],
    d_result: &[f32],
    texts: usize,
) -> (Buffer, [Buffer; 2]) {
    let set = InstructionSet::best();
    let out = bias.len();
    let slopes = Matrix::new(d_result, texts, out);
    let mut d_input = Buffer::dirty(input.len());
    product(set, slopes, Matrix::new(weight, out, width), Start::Zero, &mut d_input);
    let mut d_weight = Buffer::dirty(weight.len());
    product(set, slopes.t(), Matrix::new(input, texts, width), Start::Zero, &mut d_weight);
    let mut d_bias = Buffer::zeros(out);
    for row in d_result.chunks_exact(out.max(1)) {
        d_bias.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    (d_input, [d_weight, d_bias])
}

/// Rows of a table.
pub(crate) fn gather(table: &[f32], width: usize, rows: &[u32]) -> Buffer {
    let mut out = Buffer::dirty(rows.len() * width);
    for (&row, to) in rows.iter().zip(out.chunks_exact_mut(width.max(1))) {
        if let Some(from) = table.get(row as usize * width..(row as usize + 1) * width) {
            to.copy_from_slice(from);
        }
    }
    out
}

/// The positive part; what is not a number stays so.
pub(crate) fn positive(values: &mut [f32]) {
    values.iter_mut().for_each(|value| *value = if *value <= 0.0 { 0.0 } else { *value });
}

/// Multiplies by a mask, which is of no length where it is of ones.
fn multiply(values: &mut [f32], mask: &[f32]) {
    values.iter_mut().zip(mask).for_each(|(value, &mask)| *value *= mask);
}

impl Network for Recurrent {
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor> {
        let random = match mode {
            Mode::Infer => None,
            Mode::Train(tape) => Some(tape.random_for_a_pass()?),
        };
        let (logits, kept) = self.run(batch, random)?;
        let shape = (batch.texts(), self.labels());
        let (Some(kept), Mode::Train(tape)) = (kept, mode) else {
            return Tensor::from_vec(logits, shape, &Device::Cpu).map_err(Error::backend);
        };
        let pass = Pass {
            plan: Arc::clone(&self.plan),
            parameters: self.parameters.clone(),
            batch: batch.clone(),
            logits,
            shape,
            kept: Mutex::new(Some(kept)),
            deposits: Arc::clone(&tape.deposits),
        };
        // candle goes back through what hangs on a variable; this one stands for all weights.
        let root = Var::zeros((), DType::F32, &Device::Cpu).map_err(Error::backend)?;
        root.as_tensor().apply_op1(pass).map_err(Error::backend)
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn scorer(&self, precision: WeightPrecision) -> Result<Option<Box<dyn Scorer>>> {
        let prepare = |all: &[&[f32]]| RecurrentScorer::new(&self.plan, &Weights::new(&self.plan, all), precision);
        let scorer = self.parameters.read(prepare)?;
        Ok(Some(Box::new(scorer)))
    }

    fn architecture(&self) -> Option<&Architecture> {
        Some(&self.architecture)
    }
}

/// A training pass as an operation of candle's.
struct Pass {
    plan: Arc<Plan>,
    parameters: Parameters,
    batch: Batch,
    logits: Vec<f32>,
    shape: (usize, usize),
    kept: Mutex<Option<Kept>>,
    deposits: Deposits,
}

impl CustomOp1 for Pass {
    fn name(&self) -> &'static str {
        "plaudit-network"
    }

    fn cpu_fwd(&self, _root: &CpuStorage, _layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(self.logits.clone()), self.shape.into()))
    }

    fn bwd(&self, _root: &Tensor, _logits: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        let poisoned = || candle_core::Error::Msg("another thread failed while it held this operation".to_owned());
        let Some(kept) = self.kept.lock().map_err(|_| poisoned())?.take() else {
            bail!("the gradient of a pass was taken twice");
        };
        let gradient = gradient.contiguous()?;
        let gradients = self.parameters.read(|all| {
            let weights = Weights::new(&self.plan, all);
            with_values(&gradient, |d_logits| backward(&self.plan, &weights, &self.batch, kept, d_logits))
        });
        let gradients = gradients.map_err(candle_core::Error::wrap)??;
        let mut deposits = self.deposits.lock().map_err(|_| poisoned())?;
        deposits.extend(gradients.into_iter().enumerate().map(|(parameter, values)| {
            let rows = (parameter == 0).then(|| self.batch.unique().to_vec());
            Deposit { parameter, rows, values }
        }));
        Ok(None)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::network::Init;
    use crate::parameters::values;
    use crate::{BiLstmConfig, CnnLstmConfig, Pooling};

    /// Small networks of both kinds with so much dropout. In tests of slopes there is none: both passes must be the same
    /// function.
    pub(crate) fn architectures(dropout: f64) -> Vec<Architecture> {
        let embedding_dropout = dropout;
        let bi_lstm = |layers, pooling| {
            let (embedding, hidden, dense) = (3, 2, 4);
            let config = BiLstmConfig { embedding, hidden, dense, layers, pooling, embedding_dropout, dropout };
            Architecture::BiLstm(config)
        };
        let cnn_lstm = |layers, pooling| {
            let (widths, filters) = (vec![3, 2, 1], 2);
            let config = CnnLstmConfig {
                embedding: 3,
                hidden: 2,
                dense: 4,
                widths,
                filters,
                layers,
                pooling,
                embedding_dropout,
                dropout,
            };
            Architecture::CnnLstm(config)
        };
        vec![
            bi_lstm(1, Pooling::Max),
            bi_lstm(2, Pooling::Mean),
            bi_lstm(3, Pooling::Last),
            cnn_lstm(1, Pooling::Max),
            cnn_lstm(2, Pooling::Last),
        ]
    }

    /// Of 6 word ids and 3 labels.
    pub(crate) fn network(architecture: Architecture, seed: u64) -> Recurrent {
        let plan = architecture.plan();
        let mut specs = plan.specs(6, 3);
        for spec in &mut specs {
            spec.init = Init::Normal(0.7); // far from the kinks and from vanishing slopes
        }
        Recurrent { architecture, parameters: Parameters::initialize(&specs, seed).unwrap(), plan: Arc::new(plan) }
    }

    /// Of three texts: a function that weighs every logit otherwise.
    pub(crate) fn loss(network: &dyn Network, batch: &Batch, mode: &mut Mode) -> Tensor {
        let logits = network.forward(batch, mode).unwrap();
        let weights = Tensor::new(&[[0.3f32, -1.0, 0.5], [1.1, 0.2, -0.7], [-0.4, 0.9, 0.6]], logits.device()).unwrap();
        candle_nn::ops::log_softmax(&logits, 1).unwrap().mul(&weights).unwrap().sum_all().unwrap()
    }

    #[test]
    fn every_weight_has_the_slope_that_differences_show() {
        let batch = Batch::new(&[&[2, 5, 2], &[3], &[5, 1, 4, 4]]);
        for architecture in architectures(0.0) {
            let network = network(architecture, 3);
            let mut mode = Mode::train(Stream::new(0, "", 0));
            loss(&network, &batch, &mut mode).backward().unwrap();
            let (_, deposits) = mode.into_parts();
            let deposits = deposits.lock().unwrap();
            let start = network.parameters.values().unwrap();
            assert_eq!(deposits.len(), start.len());
            for (place, deposit) in deposits.iter().enumerate() {
                let ours = match &deposit.rows {
                    Some(rows) => {
                        let mut whole = vec![0.0; start[place].values.len()];
                        for (&id, row) in rows.iter().zip(deposit.values.chunks(3)) {
                            whole[id as usize * 3..][..3].copy_from_slice(row);
                        }
                        whole
                    }
                    None => deposit.values.to_vec(),
                };
                assert_eq!((deposit.parameter, ours.len()), (place, start[place].values.len()));
                for (k, &ours) in ours.iter().enumerate() {
                    let at = |shift: f32| {
                        let mut moved = start.clone();
                        moved[place].values[k] += shift;
                        network.parameters.restore(&moved).unwrap();
                        f64::from(loss(&network, &batch, &mut Mode::Infer).to_scalar::<f32>().unwrap())
                    };
                    let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
                    let error = (f64::from(ours) - slope).abs();
                    assert!(error < 5e-3 * slope.abs().max(0.5), "{} {k}: {} {slope}", start[place].name, ours);
                }
                network.parameters.restore(&start).unwrap();
            }
        }
    }

    #[test]
    fn texts_do_not_depend_on_neighbours_or_order_and_the_scorer_agrees() {
        let texts: [&[u32]; 4] = [&[2], &[], &[4, 3, 2, 5], &[5, 5]];
        for architecture in architectures(0.0) {
            let network = network(architecture, 5);
            let batch = Batch::new(&texts);
            let together = values(&network.forward(&batch, &mut Mode::Infer).unwrap()).unwrap();
            let scored = network.scorer(WeightPrecision::Single).unwrap().unwrap().logits(&batch).unwrap();
            assert_eq!(scored, together, "{:?}", network.plan);
            for (row, text) in together.chunks(3).zip(texts) {
                let alone = values(&network.forward(&Batch::new(&[text]), &mut Mode::Infer).unwrap()).unwrap();
                assert_eq!(alone, row);
            }
        }
    }

    #[test]
    fn dropout_falls_everywhere_and_one_mode_serves_one_pass() {
        for architecture in architectures(0.5) {
            let network = network(architecture, 1);
            let batch = Batch::new(&[&[1, 2, 3]]);
            let logits = |seed| {
                let mut mode = Mode::train(Stream::new(seed, "", 0));
                let logits = network.forward(&batch, &mut mode).unwrap();
                assert!(network.forward(&batch, &mut mode).is_err());
                logits.sum_all().unwrap().backward().unwrap();
                values(&logits).unwrap()
            };
            assert_eq!(logits(1), logits(1));
            assert!((2..9).any(|seed| logits(seed) != logits(1)));
        }
    }

    #[test]
    fn unknown_ids_are_errors() {
        for architecture in architectures(0.0) {
            let network = network(architecture, 1);
            let batch = Batch::new(&[&[1, 6]]);
            assert!(network.forward(&batch, &mut Mode::Infer).unwrap_err().to_string().contains("the id 6"));
            assert!(network.scorer(WeightPrecision::Single).unwrap().unwrap().logits(&batch).is_err());
        }
    }
}

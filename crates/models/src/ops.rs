//! Our kernels as operations that candle can differentiate.
//!
//! candle 0.11 gives an operation one output and at most three inputs, and calls its gradient at most once a pass. Its own
//! products, maxima and recurrences are not used: their gradients or their speed fall short (batched `matmul` with a
//! transposed left side, `max` at ties, step-by-step LSTM).

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Device, Layout, Shape, Tensor, bail};
use plaudit_kernels::{InstructionSet, Lstm, LstmState, LstmTrace, Output, softmax};

use crate::Pooling;
use crate::network::Batch;
use crate::parameters::with_values;
use crate::plan::WIDEST;
use crate::scorer::MOST_TOKENS;

type Result<T> = candle_core::Result<T>;

/// An LSTM layer: its sizes, and what becomes of its hidden states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LstmLayer {
    /// The hidden size of one direction.
    pub hidden: usize,
    /// Whether it reads the texts from both ends.
    pub bidirectional: bool,
    /// What is kept of the hidden states; none keeps all of them.
    pub pooling: Option<Pooling>,
}

impl LstmLayer {
    fn directions(self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// Returns what the layer gives for `input` `[rows, in]`, of which each packed token of the batch reads the row that
    /// `index` names: [`Batch::index`] for a row for each distinct token, [`Batch::identity`] for one for each token.
    ///
    /// `weights` is flat: for each direction PyTorch's `weight_ih` `[4 hidden, in]`, `weight_hh` `[4 hidden, hidden]`,
    /// `bias_ih` and `bias_hh` `[4 hidden]`. The result is `[tokens, directions hidden]` in packed order, or, pooled,
    /// `[texts, directions hidden]` in the order in which the texts were given. It has a gradient where `train` is set.
    ///
    /// ```
    /// use plaudit_models::network::candle_core::{Device, Tensor, Var};
    /// use plaudit_models::network::{Batch, LstmLayer};
    /// use plaudit_models::Pooling;
    ///
    /// let batch = Batch::new(&[&[7, 4, 7], &[4]]);
    /// let words = Var::from_tensor(&Tensor::ones((2, 5), candle_core::DType::F32, &Device::Cpu)?)?; // of 4 and of 7
    /// let layer = LstmLayer { hidden: 3, bidirectional: true, pooling: Some(Pooling::Max) };
    /// let weights = Var::ones(2 * 4 * 3 * (5 + 3 + 2), candle_core::DType::F32, &Device::Cpu)?;
    /// let pooled = layer.forward(&words, &weights, &batch, batch.index(), true)?;
    /// assert_eq!(pooled.dims(), [2, 6]);
    /// assert_eq!(pooled.sum_all()?.backward()?.get(&words).unwrap().dims(), [2, 5]);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a shape does not fit, an index is too large, or a tensor is not `f32` on the CPU.
    pub fn forward(
        self,
        input: &Tensor,
        weights: &Tensor,
        batch: &Batch,
        index: &[u32],
        train: bool,
    ) -> Result<Tensor> {
        let op = LstmOp { layer: self, batch: batch.clone(), index: index.into(), train, trace: Mutex::new(None) };
        input.contiguous()?.apply_op2(&weights.contiguous()?, op)
    }
}

/// Returns the mean cross-entropy in nats, a scalar, of logits `[texts, labels]`.
pub(crate) fn cross_entropy(logits: &Tensor, targets: &[usize]) -> Result<Tensor> {
    let (texts, labels) = logits.dims2()?;
    if texts != targets.len() || targets.iter().any(|&target| target >= labels) {
        bail!("cross-entropy: {} targets for logits {texts} x {labels}", targets.len());
    }
    let mut all = vec![0.0; texts * labels];
    for (row, &target) in all.chunks_exact_mut(labels.max(1)).zip(targets) {
        row.iter_mut().skip(target).take(1).for_each(|value| *value = 1.0);
    }
    soft_cross_entropy(logits, all, vec![1.0; texts])
}

/// Returns the mean over texts of `-weight sum_k target_k ln p_k`, a scalar, of logits `[texts, labels]`; targets are
/// `[texts, labels]` and add up to 1.
pub(crate) fn soft_cross_entropy(logits: &Tensor, targets: Vec<f32>, weights: Vec<f32>) -> Result<Tensor> {
    let op = CrossEntropy { targets, weights, probabilities: Mutex::new(Vec::new()) };
    logits.contiguous()?.apply_op1(op)
}

struct LstmOp {
    layer: LstmLayer,
    batch: Batch,
    index: Arc<[u32]>,
    train: bool,
    trace: Mutex<Option<LstmTrace>>,
}

impl LstmOp {
    /// The kernel for inputs of these dimensions.
    fn kernel(&self, rows: usize, input: usize) -> Result<Lstm<'_>> {
        let packed = self.batch.packed();
        if self.index.len() != packed.tokens() || self.index.iter().any(|&row| row as usize >= rows) {
            bail!("lstm: {} indexes into {rows} rows for {} tokens", self.index.len(), packed.tokens());
        }
        let (hidden, directions) = (self.layer.hidden, self.layer.directions());
        if hidden == 0 || input == 0 || hidden.max(input) > WIDEST {
            bail!("lstm: a hidden size of {hidden} and an input of {input} are not in 1 to {WIDEST}");
        }
        if packed.lengths().first().is_some_and(|&longest| longest > MOST_TOKENS) {
            bail!("lstm: a text is longer than {MOST_TOKENS} tokens");
        }
        let output = self.layer.pooling.map_or(Output::Sequence, Pooling::output);
        Ok(Lstm { set: InstructionSet::best(), packed, index: &self.index, input, hidden, directions, output })
    }

    /// The columns of a result.
    fn width(&self) -> usize {
        self.layer.directions() * self.layer.hidden
    }
}

impl CustomOp2 for LstmOp {
    fn name(&self) -> &'static str {
        "plaudit-lstm"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weights: &CpuStorage,
        weights_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, inner) = input_layout.shape().dims2()?;
        let kernel = self.kernel(rows, inner)?;
        if weights_layout.shape().dims1()? != kernel.weights() {
            bail!("lstm: {} weights, expected {}", weights_layout.shape().elem_count(), kernel.weights());
        }
        let mut state = LstmState::zeros(kernel.directions, self.batch.texts(), kernel.hidden);
        let (input, weights) = (slice(input, input_layout)?, slice(weights, weights_layout)?);
        let (mut result, trace) = kernel.forward(input, &kernel.split(weights), &mut state, self.train);
        *self.trace.lock().map_err(poisoned)? = trace;
        let mut rows = kernel.packed.tokens();
        if self.layer.pooling.is_some() {
            result = self.batch.unsorted(&result, self.width());
            rows = self.batch.texts();
        }
        Ok((CpuStorage::F32(result.to_vec()), (rows, self.width()).into()))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weights: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(trace) = self.trace.lock().map_err(poisoned)?.take() else {
            bail!("lstm: no trace: the forward pass was not for training, or the gradient was taken twice");
        };
        let (rows, inner) = input.dims2()?;
        let kernel = self.kernel(rows, inner)?;
        let mut gradient = flat(gradient)?;
        if self.layer.pooling.is_some() {
            gradient = self.batch.sorted(&gradient, self.width()).to_vec();
        }
        let back = |input: &[f32]| {
            let back = |weights: &[f32]| kernel.backward(input, &kernel.split(weights), trace, &gradient, None);
            with_values(weights, back)
        };
        let gradients = with_values(input, back)??;
        let of_weights: Vec<f32> = gradients.weights.iter().flatten().flat_map(|part| part.iter().copied()).collect();
        Ok((Some(like(gradients.inputs.to_vec(), input)?), Some(like(of_weights, weights)?)))
    }
}

struct CrossEntropy {
    targets: Vec<f32>,
    weights: Vec<f32>,
    probabilities: Mutex<Vec<f32>>,
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "plaudit-cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (texts, labels) = layout.shape().dims2()?;
        if texts * labels != self.targets.len() || texts != self.weights.len() {
            let (targets, weights) = (self.targets.len(), self.weights.len());
            bail!("cross-entropy: {targets} targets and {weights} weights for logits {texts} x {labels}");
        }
        let mut probabilities = slice(logits, layout)?.to_vec();
        softmax(InstructionSet::best(), &mut probabilities, labels);
        let rows = probabilities.chunks_exact(labels.max(1)).zip(self.targets.chunks_exact(labels.max(1)));
        let loss = |(row, targets): (&[f32], &[f32])| -> f64 {
            let terms = row.iter().zip(targets).filter(|(_, target)| **target != 0.0);
            terms.map(|(&probability, &target)| -f64::from(target) * ln(probability)).sum()
        };
        let sum: f64 = rows.map(loss).zip(&self.weights).map(|(loss, &weight)| f64::from(weight) * loss).sum();
        *self.probabilities.lock().map_err(poisoned)? = probabilities;
        Ok((CpuStorage::F32(vec![(sum / texts.max(1) as f64) as f32]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (texts, labels) = logits.dims2()?;
        let share = gradient.to_scalar::<f32>()? / texts.max(1) as f32;
        let mut slopes = self.probabilities.lock().map_err(poisoned)?.clone();
        let rows = slopes.chunks_exact_mut(labels.max(1)).zip(self.targets.chunks_exact(labels.max(1)));
        for ((row, targets), weight) in rows.zip(&self.weights) {
            row.iter_mut().zip(targets).for_each(|(slope, target)| *slope = (*slope - target) * (weight * share));
        }
        like(slopes, logits).map(Some)
    }
}

/// The logarithm of a probability; of 0, that of the smallest positive number.
pub(crate) fn ln(probability: f32) -> f64 {
    // `max` would swallow what is not a number.
    if probability <= 0.0 { f64::from(f32::MIN_POSITIVE).ln() } else { f64::from(probability).ln() }
}

fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let values = storage.as_slice::<f32>()?;
    match layout.contiguous_offsets().and_then(|(start, end)| values.get(start..end)) {
        Some(values) => Ok(values),
        None => bail!("an input is not contiguous"),
    }
}

fn flat(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}

fn like(values: Vec<f32>, tensor: &Tensor) -> Result<Tensor> {
    Tensor::from_vec(values, tensor.shape(), &Device::Cpu)
}

fn poisoned<T>(_: T) -> candle_core::Error {
    candle_core::Error::Msg("another thread failed while it held this operation".to_owned())
}

#[cfg(test)]
mod tests {
    use candle_core::Var;
    use plaudit_stats::Stream;

    use super::*;

    fn random(shape: &[usize], index: u64) -> Var {
        let mut stream = Stream::new(11, "ops", index);
        let values = (0..shape.iter().product()).map(|_| stream.normal() as f32).collect::<Vec<_>>();
        Var::from_tensor(&Tensor::from_vec(values, shape, &Device::Cpu).unwrap()).unwrap()
    }

    /// Compares the gradient of `sum(weights * f(inputs))` with central differences of every input.
    fn check(inputs: &[Var], f: impl Fn(&[Var]) -> Tensor) {
        let weights = random(f(inputs).dims(), 99);
        let loss = |inputs: &[Var]| f(inputs).mul(weights.as_tensor()).unwrap().sum_all().unwrap();
        let gradients = loss(inputs).backward().unwrap();
        for input in inputs {
            let ours = flat(gradients.get(input).unwrap()).unwrap();
            let values = flat(input).unwrap();
            let step = 1e-2;
            for k in 0..values.len() {
                let at = |shift: f32| {
                    let mut moved = values.clone();
                    moved[k] += shift;
                    input.set(&like(moved, input).unwrap()).unwrap();
                    f64::from(loss(inputs).to_scalar::<f32>().unwrap())
                };
                let slope = (at(step) - at(-step)) / f64::from(2.0 * step);
                assert!((f64::from(ours[k]) - slope).abs() < 2e-2 * slope.abs().max(1.0), "{k}: {} {slope}", ours[k]);
            }
            input.set(&like(values, input).unwrap()).unwrap();
        }
    }

    #[test]
    fn lstm_gradients_at_batch_3() {
        let batch = Batch::new(&[&[4, 2, 4, 9], &[2], &[9, 9]]);
        for pooling in [Some(Pooling::Max), Some(Pooling::Mean), Some(Pooling::Last), None] {
            for (index, bidirectional) in [(batch.index(), true), (batch.identity(), true), (batch.identity(), false)] {
                let layer = LstmLayer { hidden: 2, bidirectional, pooling };
                let weights = random(&[layer.directions() * 4 * 2 * (3 + 2 + 2)], 7);
                let rows = index.iter().max().unwrap() + 1;
                let input = random(&[rows as usize, 3], 6);
                check(&[input, weights], |v| layer.forward(&v[0], &v[1], &batch, index, true).unwrap());
            }
        }
    }

    /// numpy: -np.mean([np.log(np.exp(1)/(np.exp(1)+np.exp(2))), np.log(np.exp(3)/(np.exp(3)+np.exp(0)))]) = 0.6809245
    #[test]
    fn cross_entropy_by_hand_and_by_differences() {
        let logits = Tensor::new(&[[1f32, 2.0], [3.0, 0.0]], &Device::Cpu).unwrap();
        let loss = cross_entropy(&logits, &[0, 0]).unwrap().to_scalar::<f32>().unwrap();
        assert!((loss - 0.680_924_5).abs() < 1e-6, "{loss}");
        check(&[random(&[3, 4], 1)], |v| cross_entropy(&v[0], &[3, 0, 1]).unwrap());
        assert!(cross_entropy(&logits, &[0, 2]).is_err() && cross_entropy(&logits, &[0]).is_err());
        let broken = Tensor::new(&[[f32::NAN, 2.0]], &Device::Cpu).unwrap();
        assert!(cross_entropy(&broken, &[1]).unwrap().to_scalar::<f32>().unwrap().is_nan());
    }

    /// By hand: row 1 has ln p = -1.3132617, -0.3132617, row 2 -0.0485874, -3.0485874; losses 1.2632617 and 0.1985874; the mean of
    /// 0.5 x 1.2632617 and 3 x 0.1985874 is 0.6136965.
    #[test]
    fn targets_and_weights_by_hand_and_by_differences() {
        let logits = Tensor::new(&[[1f32, 2.0], [3.0, 0.0]], &Device::Cpu).unwrap();
        let targets = vec![0.95, 0.05, 0.95, 0.05];
        let loss = soft_cross_entropy(&logits, targets.clone(), vec![0.5, 3.0]).unwrap().to_scalar::<f32>().unwrap();
        assert!((loss - 0.613_696_5).abs() < 1e-6, "{loss}");
        check(&[random(&[2, 2], 1)], |v| soft_cross_entropy(&v[0], targets.clone(), vec![0.5, 3.0]).unwrap());
        assert!(soft_cross_entropy(&logits, targets, vec![1.0]).is_err());
    }

    #[test]
    fn no_text_and_no_token_are_no_error() {
        let batch = Batch::new(&[&[], &[]]);
        let layer = LstmLayer { hidden: 2, bidirectional: true, pooling: Some(Pooling::Max) };
        let result = layer.forward(&random(&[0, 4], 0), &random(&[128], 1), &batch, batch.index(), false).unwrap();
        assert_eq!(flat(&result).unwrap(), [0.0; 8]);
    }

    #[test]
    fn wrong_shapes_are_errors() {
        let batch = Batch::new(&[&[1]]);
        let layer = LstmLayer { hidden: 2, bidirectional: true, pooling: None };
        let forward = |rows: usize, weights: usize, index: &[u32]| {
            layer.forward(&random(&[rows, 4], 0), &random(&[weights], 1), &batch, index, false)
        };
        assert!(forward(1, 128, &[0]).is_ok());
        for hidden in [0, 1 << 61] {
            let layer = LstmLayer { hidden, ..layer };
            assert!(layer.forward(&random(&[1, 4], 0), &random(&[0], 1), &batch, &[0], false).is_err());
        }
        assert!(forward(1, 128, &[1]).is_err() && forward(1, 128, &[0, 0]).is_err() && forward(1, 127, &[0]).is_err());
    }
}

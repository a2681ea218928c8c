//! Our kernels as operations that candle can differentiate.
//!
//! candle 0.11 gives an operation one output and at most three inputs, and calls its gradient at most once a pass. Its own
//! products, maxima and recurrences are not used: their gradients or their speed fall short (batched `matmul` with a
//! transposed left side, `max` at ties, step-by-step LSTM).

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, DType, Device, Layout, Shape, Tensor, bail};
use plaudit_kernels::{InstructionSet, Lstm, LstmState, LstmTrace, Matrix, Output, Start, product, softmax};

use crate::network::{Batch, with_values};

type Result<T> = candle_core::Result<T>;

/// Returns `input weight^T + bias`, `[rows, out]`, from `input` `[rows, in]`, `weight` `[out, in]` and `bias` `[out]`.
pub(crate) fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    input.contiguous()?.apply_op3(&weight.contiguous()?, &bias.contiguous()?, Linear)
}

/// An LSTM layer: its sizes, and what it reads and gives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LstmLayer {
    pub(crate) hidden: usize,
    /// 1 or 2.
    pub(crate) directions: usize,
    pub(crate) output: Output,
}

/// Returns what an LSTM layer gives for `input`: `[unique, in]`, a row for each distinct token of the batch, or
/// `[tokens, in]`, a row for each packed token. `weights` is flat, as [`Lstm`] wants it. The result is `[tokens, ..]` in packed
/// order, or `[texts, ..]` in the batch's given order.
pub(crate) fn lstm(layer: LstmLayer, input: &Tensor, weights: &Tensor, batch: &Batch, train: bool) -> Result<Tensor> {
    let op = LstmOp { layer, batch: batch.clone(), train, trace: Mutex::new(None) };
    input.contiguous()?.apply_op2(&weights.contiguous()?, op)
}

/// Returns the mean cross-entropy in nats, a scalar, of logits `[texts, labels]`.
pub(crate) fn cross_entropy(logits: &Tensor, targets: &[usize]) -> Result<Tensor> {
    let op = CrossEntropy { targets: targets.into(), probabilities: Mutex::new(Vec::new()) };
    logits.contiguous()?.apply_op1(op)
}

/// Returns the positive part. candle's `relu` passes the gradient on at 0; the usual convention is that it does not.
pub(crate) fn relu(input: &Tensor) -> Result<Tensor> {
    input.mul(&input.detach().gt(0f64)?.to_dtype(DType::F32)?)
}

struct Linear;

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "plaudit-linear"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, inner) = input_layout.shape().dims2()?;
        let (out, weight_inner) = weight_layout.shape().dims2()?;
        if weight_inner != inner || bias_layout.shape().dims1()? != out {
            bail!("linear: input {rows} x {inner}, weight {out} x {weight_inner}");
        }
        let (input, weight, bias) =
            (slice(input, input_layout)?, slice(weight, weight_layout)?, slice(bias, bias_layout)?);
        let mut result = vec![0f32; rows * out];
        let (input, weight) = (Matrix::new(input, rows, inner), Matrix::new(weight, out, inner).t());
        product(InstructionSet::best(), input, weight, Start::Row(bias), &mut result);
        Ok((CpuStorage::F32(result), (rows, out).into()))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (rows, out) = gradient.dims2()?;
        let inner = input.dims2()?.1;
        let set = InstructionSet::best();
        let mut d_input = vec![0f32; rows * inner];
        let mut d_weight = vec![0f32; out * inner];
        let mut d_bias = vec![0f32; out];
        with_values(&gradient.contiguous()?, |gradient| {
            with_values(weight, |weight| {
                let weight = Matrix::new(weight, out, inner);
                product(set, Matrix::new(gradient, rows, out), weight, Start::Zero, &mut d_input);
            })?;
            with_values(input, |input| {
                let (gradient, input) = (Matrix::new(gradient, rows, out).t(), Matrix::new(input, rows, inner));
                product(set, gradient, input, Start::Zero, &mut d_weight);
            })?;
            for row in gradient.chunks_exact(out.max(1)) {
                d_bias.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
            candle_core::Result::Ok(())
        })??;
        Ok((Some(like(d_input, input)?), Some(like(d_weight, weight)?), Some(like(d_bias, bias)?)))
    }
}

struct LstmOp {
    layer: LstmLayer,
    batch: Batch,
    train: bool,
    trace: Mutex<Option<LstmTrace>>,
}

impl LstmOp {
    /// The kernel for inputs of these dimensions.
    fn kernel(&self, rows: usize, input: usize) -> Result<Lstm<'_>> {
        let LstmLayer { hidden, directions, output } = self.layer;
        let (packed, unique) = (self.batch.packed(), self.batch.unique().len());
        let index = if rows == unique {
            self.batch.index()
        } else if rows == packed.tokens() {
            self.batch.identity()
        } else {
            bail!("lstm: {rows} rows for {} tokens, {unique} of them distinct", packed.tokens())
        };
        Ok(Lstm { set: InstructionSet::best(), packed, index, input, hidden, directions, output })
    }

    /// The columns of a result.
    fn width(&self) -> usize {
        self.layer.directions * self.layer.hidden
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
        let LstmLayer { hidden, directions, output } = self.layer;
        let mut state = LstmState::zeros(directions, self.batch.texts(), hidden);
        let (input, weights) = (slice(input, input_layout)?, slice(weights, weights_layout)?);
        let (mut result, trace) = kernel.forward(input, weights, &mut state, self.train);
        *self.trace.lock().map_err(poisoned)? = trace;
        if output != Output::Sequence {
            result = self.batch.unsorted(&result, self.width());
        }
        let rows = if output == Output::Sequence { kernel.packed.tokens() } else { self.batch.texts() };
        Ok((CpuStorage::F32(result), (rows, self.width()).into()))
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
        if self.layer.output != Output::Sequence {
            gradient = self.batch.sorted(&gradient, self.width());
        }
        let back =
            |input: &[f32]| with_values(weights, |weights| kernel.backward(input, weights, trace, &gradient, None));
        let gradients = with_values(input, back)??;
        Ok((Some(like(gradients.inputs, input)?), Some(like(gradients.weights, weights)?)))
    }
}

struct CrossEntropy {
    targets: Arc<[usize]>,
    probabilities: Mutex<Vec<f32>>,
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "plaudit-cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (texts, labels) = layout.shape().dims2()?;
        if texts != self.targets.len() || self.targets.iter().any(|&target| target >= labels) {
            bail!("cross-entropy: {} targets for logits {texts} x {labels}", self.targets.len());
        }
        let mut probabilities = slice(logits, layout)?.to_vec();
        softmax(InstructionSet::best(), &mut probabilities, labels);
        let rows = probabilities.chunks_exact(labels.max(1)).zip(self.targets.iter());
        let sum: f64 = rows.map(|(row, &target)| -ln(row.get(target).copied().unwrap_or(f32::NAN))).sum();
        *self.probabilities.lock().map_err(poisoned)? = probabilities;
        Ok((CpuStorage::F32(vec![(sum / texts.max(1) as f64) as f32]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (texts, labels) = logits.dims2()?;
        let share = gradient.to_scalar::<f32>()? / texts.max(1) as f32;
        let mut slopes = self.probabilities.lock().map_err(poisoned)?.clone();
        for (row, &target) in slopes.chunks_exact_mut(labels.max(1)).zip(self.targets.iter()) {
            if let Some(slope) = row.get_mut(target) {
                *slope -= 1.0;
            }
            row.iter_mut().for_each(|slope| *slope *= share);
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
    fn linear_and_relu_gradients_at_batch_3() {
        check(&[random(&[3, 4], 0), random(&[5, 4], 1), random(&[5], 2)], |v| linear(&v[0], &v[1], &v[2]).unwrap());
        check(&[random(&[3, 4], 9)], |v| relu(&v[0]).unwrap());
    }

    #[test]
    fn lstm_gradients_at_batch_3() {
        let batch = Batch::new(&[&[4, 2, 4, 9], &[2], &[9, 9]]);
        for output in [Output::Max, Output::Mean, Output::Last, Output::Sequence] {
            for (rows, directions) in [(3, 2), (7, 2), (7, 1)] {
                let layer = LstmLayer { hidden: 2, directions, output };
                let weights = random(&[directions * 4 * 2 * (3 + 2 + 2)], 7);
                check(&[random(&[rows, 3], 6), weights], |v| lstm(layer, &v[0], &v[1], &batch, true).unwrap());
            }
        }
    }

    #[test]
    fn relu_is_flat_at_zero() {
        let zero = Var::zeros(1, DType::F32, &Device::Cpu).unwrap();
        let gradients = relu(&zero).unwrap().sum_all().unwrap().backward().unwrap();
        assert_eq!(flat(gradients.get(&zero).unwrap()).unwrap(), [0.0]);
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

    #[test]
    fn no_text_and_no_token_are_no_error() {
        let batch = Batch::new(&[&[], &[]]);
        let layer = LstmLayer { hidden: 2, directions: 2, output: Output::Max };
        let result = lstm(layer, &random(&[0, 4], 0), &random(&[128], 1), &batch, false).unwrap();
        assert_eq!(flat(&result).unwrap(), [0.0; 8]);
        assert_eq!(linear(&random(&[0, 4], 0), &random(&[8, 4], 1), &random(&[8], 2)).unwrap().dims(), [0, 8]);
    }

    #[test]
    fn wrong_shapes_are_errors() {
        assert!(linear(&random(&[3, 4], 0), &random(&[5, 3], 1), &random(&[5], 2)).is_err());
        let batch = Batch::new(&[&[1]]);
        let layer = LstmLayer { hidden: 2, directions: 2, output: Output::Max };
        assert!(lstm(layer, &random(&[2, 4], 0), &random(&[128], 1), &batch, false).is_err());
        assert!(lstm(layer, &random(&[1, 4], 0), &random(&[127], 1), &batch, false).is_err());
    }
}

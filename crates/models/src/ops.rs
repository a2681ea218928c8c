//! Our kernels as operations that candle can differentiate.
//!
//! candle 0.11 gives an operation one output and at most three inputs, and calls its gradient at most once a pass. Its own
//! products, maxima and recurrences are not used: their gradients or their speed fall short (batched `matmul` with a
//! transposed left side, `max` at ties, step-by-step LSTM).

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, DType, Device, Layout, Shape, Tensor, bail};
use plaudit_kernels::{Lstm, LstmTrace, Matrix, max_over_time, max_over_time_backward, product};
use rayon::prelude::*;

use crate::network::Batch;

type Result<T> = candle_core::Result<T>;

/// Returns `input weight^T + bias` for each of `k` weights: `[k, rows, out]` from `input` `[rows, in]`, `weight`
/// `[k, out, in]` and `bias` `[k, out]`.
pub(crate) fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    input.contiguous()?.apply_op3(&weight.contiguous()?, &bias.contiguous()?, Linear)
}

/// Returns the states of a bidirectional LSTM, `[2, tokens, hidden]`, from `projected` `[2, unique, 4 hidden]` and
/// `recurrent` `[2, 4 hidden, hidden]`.
pub(crate) fn bi_lstm(projected: &Tensor, recurrent: &Tensor, batch: &Batch, train: bool) -> Result<Tensor> {
    let op = BiLstm { batch: batch.clone(), train, trace: Mutex::new(None) };
    projected.contiguous()?.apply_op2(&recurrent.contiguous()?, op)
}

/// Returns the maxima over time, `[texts, 2 hidden]` in the batch's given order, of `states` `[2, tokens, hidden]`.
pub(crate) fn max_pool(states: &Tensor, batch: &Batch) -> Result<Tensor> {
    states.contiguous()?.apply_op1(MaxPool { batch: batch.clone(), from: Mutex::new(Vec::new()) })
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
        let (k, out, weight_inner) = weight_layout.shape().dims3()?;
        if weight_inner != inner || bias_layout.shape().dims2()? != (k, out) {
            bail!("linear: input {rows} x {inner}, weight {k} x {out} x {weight_inner}");
        }
        let (input, weight, bias) =
            (slice(input, input_layout)?, slice(weight, weight_layout)?, slice(bias, bias_layout)?);
        let mut result = vec![0f32; k * rows * out];
        if !result.is_empty() && inner > 0 {
            // One piece a weight, whatever the number of threads.
            result
                .par_chunks_exact_mut(rows * out)
                .zip(weight.par_chunks_exact(out * inner).zip(bias.par_chunks_exact(out)))
                .for_each(|(result, (weight, bias))| {
                    result.chunks_exact_mut(out).for_each(|row| row.copy_from_slice(bias));
                    product(Matrix::new(input, rows, inner), Matrix::new(weight, out, inner).t(), 1.0, result);
                });
        }
        Ok((CpuStorage::F32(result), (k, rows, out).into()))
    }

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (k, rows, out) = gradient.dims3()?;
        let inner = input.dims2()?.1;
        let (input_values, weight_values, gradient_values) = (flat(input)?, flat(weight)?, flat(gradient)?);
        let mut d_input = vec![0f32; rows * inner];
        let mut d_weight = vec![0f32; k * out * inner];
        let mut d_bias = vec![0f32; k * out];
        let (size, weight_size) = ((rows * out).max(1), (out * inner).max(1));
        rayon::join(
            || {
                let parts = gradient_values.chunks_exact(size).zip(weight_values.chunks_exact(weight_size));
                for (place, (gradient, weight)) in parts.enumerate() {
                    let beta = if place == 0 { 0.0 } else { 1.0 };
                    product(Matrix::new(gradient, rows, out), Matrix::new(weight, out, inner), beta, &mut d_input);
                }
            },
            || {
                for (gradient, (d_weight, d_bias)) in gradient_values
                    .chunks_exact(size)
                    .zip(d_weight.chunks_exact_mut(weight_size).zip(d_bias.chunks_exact_mut(out.max(1))))
                {
                    let input = Matrix::new(&input_values, rows, inner);
                    product(Matrix::new(gradient, rows, out).t(), input, 0.0, d_weight);
                    for row in gradient.chunks_exact(out.max(1)) {
                        d_bias.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                    }
                }
            },
        );
        Ok((Some(like(d_input, input)?), Some(like(d_weight, weight)?), Some(like(d_bias, bias)?)))
    }
}

struct BiLstm {
    batch: Batch,
    train: bool,
    trace: Mutex<Option<LstmTrace>>,
}

impl BiLstm {
    fn lstm(&self, hidden: usize) -> Lstm<'_> {
        Lstm { packed: self.batch.packed(), index: self.batch.index(), hidden }
    }
}

impl CustomOp2 for BiLstm {
    fn name(&self) -> &'static str {
        "plaudit-bi-lstm"
    }

    fn cpu_fwd(
        &self,
        projected: &CpuStorage,
        projected_layout: &Layout,
        recurrent: &CpuStorage,
        recurrent_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (two, unique, gates) = projected_layout.shape().dims3()?;
        let (_, _, hidden) = recurrent_layout.shape().dims3()?;
        if two != 2
            || gates != 4 * hidden
            || unique != self.batch.unique().len()
            || recurrent_layout.shape().dims3()? != (2, gates, hidden)
        {
            bail!("bi-lstm: projected {:?}, recurrent {:?}", projected_layout.shape(), recurrent_layout.shape());
        }
        let (projected, recurrent) = (slice(projected, projected_layout)?, slice(recurrent, recurrent_layout)?);
        let (states, trace) = self.lstm(hidden).forward(projected, recurrent, self.train);
        *self.trace.lock().map_err(poisoned)? = trace;
        Ok((CpuStorage::F32(states), (2, self.batch.packed().tokens(), hidden).into()))
    }

    fn bwd(
        &self,
        projected: &Tensor,
        recurrent: &Tensor,
        states: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(trace) = self.trace.lock().map_err(poisoned)?.take() else {
            bail!("bi-lstm: no trace: the forward pass was not for training, or the gradient was taken twice");
        };
        let (_, unique, _) = projected.dims3()?;
        let (_, _, hidden) = recurrent.dims3()?;
        let gradients = self.lstm(hidden).backward(unique, &flat(recurrent)?, &flat(states)?, trace, &flat(gradient)?);
        Ok((Some(like(gradients.projected, projected)?), Some(like(gradients.recurrent, recurrent)?)))
    }
}

struct MaxPool {
    batch: Batch,
    from: Mutex<Vec<u32>>,
}

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "plaudit-max-over-time"
    }

    fn cpu_fwd(&self, states: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, _, hidden) = layout.shape().dims3()?;
        let (out, from) = max_over_time(self.batch.packed(), self.batch.order(), hidden, slice(states, layout)?);
        *self.from.lock().map_err(poisoned)? = from;
        Ok((CpuStorage::F32(out), (self.batch.texts(), 2 * hidden).into()))
    }

    fn bwd(&self, states: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (_, tokens, hidden) = states.dims3()?;
        let from = self.from.lock().map_err(poisoned)?;
        Ok(Some(like(max_over_time_backward(tokens, hidden, &from, &flat(gradient)?), states)?))
    }
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
    fn linear_gradients_at_batch_3() {
        check(&[random(&[3, 4], 0), random(&[2, 5, 4], 1), random(&[2, 5], 2)], |v| {
            linear(&v[0], &v[1], &v[2]).unwrap()
        });
        check(&[random(&[3, 2], 3), random(&[1, 4, 2], 4), random(&[1, 4], 5)], |v| {
            linear(&v[0], &v[1], &v[2]).unwrap()
        });
    }

    #[test]
    fn recurrence_and_pool_gradients_at_batch_3() {
        let batch = Batch::new(&[&[4, 2, 4, 9], &[2], &[9, 9]]);
        check(&[random(&[2, 3, 12], 6), random(&[2, 12, 3], 7)], |v| bi_lstm(&v[0], &v[1], &batch, true).unwrap());
        check(&[random(&[2, 7, 3], 8)], |v| max_pool(&v[0], &batch).unwrap());
        check(&[random(&[3, 4], 9)], |v| relu(&v[0]).unwrap());
    }

    #[test]
    fn relu_is_flat_at_zero() {
        let zero = Var::zeros(1, DType::F32, &Device::Cpu).unwrap();
        let gradients = relu(&zero).unwrap().sum_all().unwrap().backward().unwrap();
        assert_eq!(flat(gradients.get(&zero).unwrap()).unwrap(), [0.0]);
    }

    #[test]
    fn no_text_and_no_token_are_no_error() {
        let batch = Batch::new(&[&[], &[]]);
        let linear = linear(&random(&[0, 4], 0), &random(&[2, 8, 4], 1), &random(&[2, 8], 2)).unwrap();
        assert_eq!(linear.dims(), [2, 0, 8]);
        let states = bi_lstm(&linear, &random(&[2, 8, 2], 3), &batch, false).unwrap();
        assert_eq!(flat(&max_pool(&states, &batch).unwrap()).unwrap(), [0.0; 8]);
    }

    #[test]
    fn wrong_shapes_are_errors() {
        assert!(linear(&random(&[3, 4], 0), &random(&[2, 5, 3], 1), &random(&[2, 5], 2)).is_err());
        let batch = Batch::new(&[&[1]]);
        assert!(bi_lstm(&random(&[2, 2, 8], 0), &random(&[2, 8, 2], 1), &batch, false).is_err());
    }
}

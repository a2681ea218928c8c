//! A training pass of candle's operations as one operation, and the way back through them.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor, bail};

use super::Candle;
use crate::network::{Batch, Deposit, Deposits};

/// What a training pass computed. candle goes back through it, and frees it, by recursion as deep as the text is long: on a
/// thread whose stack is large enough.
pub(super) struct Graph {
    /// Logits on the device, and the leaves that they hang on.
    pub(super) parts: Option<(Tensor, Vec<Tensor>)>,
    pub(super) stack: usize,
}

impl Graph {
    /// The gradients of the weights, on the CPU, from that of the logits.
    fn backward(mut self, d_logits: &Tensor, batch: &Batch) -> Candle<Vec<Deposit>> {
        let Some((logits, leaves)) = self.parts.take() else { return Ok(Vec::new()) };
        with_stack(self.stack, move || {
            let store = (&logits * d_logits.to_device(logits.device())?)?.sum_all()?.backward()?;
            let deposit = |(parameter, leaf)| {
                let Some(gradient) = store.get(leaf) else { return Ok(None) };
                let values = gradient.flatten_all()?.to_vec1::<f32>()?;
                let rows = (parameter == 0).then(|| batch.unique().to_vec());
                Ok(Some(Deposit { parameter, rows, values: values.as_slice().into() }))
            };
            leaves.iter().enumerate().map(deposit).filter_map(Candle::transpose).collect()
        })
    }
}

impl Drop for Graph {
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            // Where there is no thread to be had, it was freed by the one that asked.
            with_stack(self.stack, move || {
                // Only a thread that has used a CUDA device may free its memory.
                parts.0.device().synchronize()?;
                drop(parts);
                Ok(())
            })
            .ok();
        }
    }
}

/// Calls `f` on a thread with so many bytes of stack. What it does not touch of them costs nothing. The thread is a pool of
/// its own: what candle cuts into pieces there waits for nobody, also where every thread of the caller's pool waits here.
pub(super) fn with_stack<R: Send>(bytes: usize, f: impl FnOnce() -> Candle<R> + Send) -> Candle<R> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(bytes).build();
    pool.map_err(candle_core::Error::wrap)?.install(f)
}

/// A training pass as one operation of candle's.
pub(super) struct Pass {
    pub(super) logits: Vec<f32>,
    pub(super) shape: Shape,
    pub(super) graph: Mutex<Option<Graph>>,
    pub(super) batch: Batch,
    pub(super) deposits: Deposits,
}

impl CustomOp1 for Pass {
    fn name(&self) -> &'static str {
        "plaudit-composed-network"
    }

    fn cpu_fwd(&self, _root: &CpuStorage, _layout: &Layout) -> Candle<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(self.logits.clone()), self.shape.clone()))
    }

    fn bwd(&self, _root: &Tensor, _logits: &Tensor, gradient: &Tensor) -> Candle<Option<Tensor>> {
        let poisoned = || candle_core::Error::Msg("another thread failed while it held this operation".to_owned());
        let Some(graph) = self.graph.lock().map_err(|_| poisoned())?.take() else {
            bail!("the gradient of a pass was taken twice");
        };
        let gradients = graph.backward(gradient, &self.batch)?;
        self.deposits.lock().map_err(|_| poisoned())?.extend(gradients);
        Ok(None)
    }
}

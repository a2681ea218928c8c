//! Parts that networks are scored with, without candle.

use plaudit_core::{Error, Result};
use plaudit_kernels::{
    Buffer, InstructionSet, Lstm, LstmPanels, LstmState, Matrix, Output, Panels, Start, product_with,
};

use crate::network::{Batch, Parameters};
use crate::ops::LstmLayer;

/// The most bytes that the input's share of the gates may take for the whole vocabulary: a model of 20,000 words with a
/// hidden size of 128 takes 82 MB. Beyond it, each batch computes the share of its own words.
const MOST_TABLE: usize = 256 << 20;

/// A bidirectional LSTM over words, and what it reads.
pub(crate) struct WordLstm {
    layer: LstmLayer,
    panels: LstmPanels,
    dim: usize,
    words: Words,
}

enum Words {
    /// Each word's share of the gates, `[directions, words, 4 hidden]`.
    Projected(Buffer),
    /// Each word's vector, `[words, dim]`.
    Vectors(Vec<f32>),
}

impl WordLstm {
    /// Returns the layer over the vectors `table`, `[words, dim]`, with these weights.
    pub(crate) fn new(layer: LstmLayer, table: Vec<f32>, dim: usize, weights: &[f32]) -> Self {
        let none = Batch::new(&[]);
        let kernel = kernel(layer, &none, dim);
        let panels = kernel.panels(weights);
        let bytes = (table.len() / dim.max(1)).saturating_mul(16 * layer.hidden * layer.directions);
        let words = match bytes <= MOST_TABLE {
            true => Words::Projected(kernel.project(&table, &panels)),
            false => Words::Vectors(table),
        };
        Self { layer, panels, dim, words }
    }

    /// Returns the result for a batch: by texts in sorted order, or by packed tokens.
    pub(crate) fn run(&self, batch: &Batch) -> Vec<f32> {
        let mut state = LstmState::zeros(self.layer.directions, batch.texts(), self.layer.hidden);
        let kernel = kernel(self.layer, batch, self.dim);
        match &self.words {
            Words::Projected(table) => {
                let kernel = Lstm { index: batch.tokens(), ..kernel };
                kernel.recur(table, &self.panels, &mut state, false).0
            }
            Words::Vectors(table) => {
                let row = |&id: &u32| table.get(id as usize * self.dim..(id as usize + 1) * self.dim);
                let inputs: Vec<f32> = batch.unique().iter().filter_map(row).flatten().copied().collect();
                let kernel = Lstm { index: batch.index(), ..kernel };
                kernel.recur(&kernel.project(&inputs, &self.panels), &self.panels, &mut state, false).0
            }
        }
    }
}

fn kernel(LstmLayer { hidden, directions, output }: LstmLayer, batch: &Batch, input: usize) -> Lstm<'_> {
    Lstm { set: InstructionSet::best(), packed: batch.packed(), index: &[], input, hidden, directions, output }
}

/// Dense layer, positive part, output layer.
pub(crate) struct Head {
    layers: [(Panels, Vec<f32>); 2],
}

impl Head {
    /// Returns the layers `dense` and `output` of a network.
    ///
    /// # Errors
    /// When it has none.
    pub(crate) fn new(parameters: &Parameters) -> Result<Self> {
        let layer = |name: &str| {
            let weight = parameters.value(&format!("{name}.weight"))?;
            let bias = parameters.value(&format!("{name}.bias"))?.values;
            let [out, inner] = weight.shape[..] else { return Err(Error::config(format!("{name}.weight: no matrix"))) };
            Ok((Panels::new(InstructionSet::best(), Matrix::new(&weight.values, out, inner).t()), bias))
        };
        Ok(Self { layers: [layer("dense")?, layer("output")?] })
    }

    /// Returns logits, `[rows, labels]`, for inputs `[rows, in]`.
    pub(crate) fn run(&self, inputs: &[f32], rows: usize) -> Vec<f32> {
        let [dense, output] = &self.layers;
        let mut hidden = apply(dense, inputs, rows);
        hidden.iter_mut().for_each(|value| *value = if *value < 0.0 { 0.0 } else { *value });
        apply(output, &hidden, rows)
    }
}

fn apply((panels, bias): &(Panels, Vec<f32>), inputs: &[f32], rows: usize) -> Vec<f32> {
    let mut out = vec![0.0; rows * bias.len()];
    let inner = inputs.len() / rows.max(1);
    if rows > 0 {
        product_with(Matrix::new(inputs, rows, inner), panels, Start::Row(bias), &mut out);
    }
    out
}

/// A bidirectional LSTM over words and its head (DPMS, Fig. 2).
pub(crate) struct BiLstmScorer {
    pub(crate) lstm: WordLstm,
    pub(crate) head: Head,
    pub(crate) labels: usize,
}

impl crate::network::Scorer for BiLstmScorer {
    fn logits(&self, batch: &Batch) -> Vec<f32> {
        let pooled = self.lstm.run(batch); // [texts, 2 hidden], sorted
        batch.unsorted(&self.head.run(&pooled, batch.texts()), self.labels)
    }
}

/// The layer of a BiLSTM: both directions, the maximum over time.
pub(crate) fn bi_lstm_layer(hidden: usize) -> LstmLayer {
    LstmLayer { hidden, directions: 2, output: Output::Max }
}

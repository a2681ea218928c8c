//! Networks prepared for scoring, without candle.

use std::sync::Arc;

use plaudit_core::{Error, Result};
use plaudit_kernels::{
    Buffer, ConvolutionPanels, InstructionSet, LstmPanels, LstmState, Matrix, Panels, Start, WeightPrecision,
    product_with,
};

use crate::network::{Batch, Scorer};
use crate::plan::{Plan, Weights};
use crate::recurrent::{gather, positive};

/// The most bytes that the words' share of the first layer may take for the whole vocabulary: a BiLSTM of 20,000 words with
/// a hidden size of 128 takes 82 MB. Beyond it, each batch computes the share of its own words.
const MOST_TABLE: usize = 256 << 20;

/// The most tokens of a text: the kernels number them in single precision.
pub(crate) const MOST_TOKENS: usize = 1 << 22;

/// A network of this crate.
pub(crate) struct RecurrentScorer {
    plan: Arc<Plan>,
    words: Words,
    count: usize,
    convolutions: ConvolutionPanels,
    layers: Vec<LstmPanels>,
    dense: (Panels, Vec<f32>),
    output: (Panels, Vec<f32>),
}

/// What is known of each word.
enum Words {
    /// Its share of the first layer: of each convolution's windows, or of the gates.
    Projected(Vec<Buffer>),
    /// Its vector, `[words, embedding]`.
    Vectors(Buffer),
}

impl RecurrentScorer {
    pub(crate) fn new(plan: &Arc<Plan>, weights: &Weights<'_>, precision: WeightPrecision) -> Self {
        let none = Batch::new(&[]);
        let convolution = plan.convolution(&none, &[]);
        let convolutions = convolution.panels(&weights.convolutions);
        let layers = weights
            .lstm
            .iter()
            .enumerate()
            .map(|(layer, weights)| plan.lstm(layer, &none, &[]).panels(weights, precision));
        let layers: Vec<LstmPanels> = layers.collect();
        let count = weights.embedding.len() / plan.embedding.max(1);
        let share = if plan.widths.is_empty() {
            4 * plan.hidden * plan.directions
        } else {
            plan.widths.iter().sum::<usize>() * plan.filters
        };
        let words = if count.saturating_mul(4 * share) > MOST_TABLE {
            Words::Vectors(weights.embedding.into())
        } else if plan.widths.is_empty() {
            let kernel = plan.lstm(0, &none, &[]);
            Words::Projected(
                layers.first().map(|panels| kernel.project(weights.embedding, panels)).into_iter().collect(),
            )
        } else {
            Words::Projected(convolution.project(weights.embedding, &convolutions))
        };
        let dense = |[weight, bias]: [&[f32]; 2], inputs: usize| {
            (Panels::new(InstructionSet::best(), Matrix::new(weight, bias.len(), inputs).t()), bias.to_vec())
        };
        let output = dense(weights.output, plan.dense);
        let dense = dense(weights.dense, plan.directions * plan.hidden);
        Self { plan: Arc::clone(plan), words, count, convolutions, layers, dense, output }
    }

    /// The result of all LSTM layers, `[texts, directions hidden]` in sorted order.
    fn pooled(&self, batch: &Batch) -> Buffer {
        let plan = &*self.plan;
        let recur = |layer: usize, projected: &[f32], index: &[u32], panels: &LstmPanels| {
            let mut state = LstmState::zeros(plan.directions, batch.texts(), plan.hidden);
            plan.lstm(layer, batch, index).recur(projected, panels, &mut state, false).0
        };
        let all = |layer: usize, input: &[f32], index: &[u32], panels: &LstmPanels| {
            recur(layer, &plan.lstm(layer, batch, index).project(input, panels), index, panels)
        };
        let vectors = |table: &Buffer| gather(table, plan.embedding, batch.unique());
        let convolved = (!plan.widths.is_empty()).then(|| match &self.words {
            Words::Projected(table) => plan.convolution(batch, batch.tokens()).forward(table, &self.convolutions),
            Words::Vectors(table) => {
                let kernel = plan.convolution(batch, batch.index());
                kernel.forward(&kernel.project(&vectors(table), &self.convolutions), &self.convolutions)
            }
        });
        let mut result = Buffer::default();
        for (layer, panels) in self.layers.iter().enumerate() {
            result = match (layer, &convolved, &self.words) {
                (0, Some(convolved), _) => all(0, convolved, batch.identity(), panels),
                (0, None, Words::Projected(table)) => {
                    recur(0, table.first().map_or(&[], |table| table), batch.tokens(), panels)
                }
                (0, None, Words::Vectors(table)) => all(0, &vectors(table), batch.index(), panels),
                _ => all(layer, &result, batch.identity(), panels),
            };
        }
        result
    }
}

impl Scorer for RecurrentScorer {
    fn logits(&self, batch: &Batch) -> Result<Vec<f32>> {
        check_batch(batch, self.count)?;
        let texts = batch.texts();
        let mut hidden = apply(&self.dense, &self.pooled(batch), texts);
        positive(&mut hidden);
        let logits = apply(&self.output, &hidden, texts);
        Ok(batch.unsorted(&logits, self.output.1.len()).to_vec())
    }
}

/// Refuses ids that a network of so many words does not know, and texts that no count in single precision can number.
pub(crate) fn check_batch(batch: &Batch, words: usize) -> Result<()> {
    if let Some(id) = batch.tokens().iter().find(|&&id| id as usize >= words) {
        return Err(Error::config(format!("the network has no word with the id {id}")));
    }
    match batch.packed().lengths().first() {
        Some(&longest) if longest > MOST_TOKENS => {
            Err(Error::config(format!("a text of {longest} tokens is longer than {MOST_TOKENS}")))
        }
        _ => Ok(()),
    }
}

/// `inputs weight^T + bias`, for `texts` rows.
fn apply((panels, bias): &(Panels, Vec<f32>), inputs: &[f32], texts: usize) -> Buffer {
    let mut out = Buffer::dirty(texts * bias.len());
    let width = inputs.len().checked_div(texts).unwrap_or(0);
    if texts > 0 {
        product_with(Matrix::new(inputs, texts, width), panels, Start::Row(bias), &mut out);
    }
    out
}

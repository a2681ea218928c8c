//! The LSTM over a packed batch, in one direction or both, and its gradient (Eq. 17-23 of DPMS).

mod backward;
mod forward;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use crate::product::{Panels, product_with};
use crate::simd::{Kernel, Simd};
use crate::{Buffer, InstructionSet, Matrix, Packed, Start};

/// The sizes and the batch of an LSTM layer: what both passes share.
///
/// Direction 0 reads each text from its first token, direction 1, where there is one, from its last. Neither ever sees
/// padding, so a text's result does not depend on the texts beside it.
///
/// Arrays, all row-major:
/// - `inputs` `[rows, input]`: what the tokens read. Tokens may share a row, which is then multiplied once;
/// - `weights`: [those](LstmWeights) of each direction;
/// - results by [`Output`], the directions side by side.
#[derive(Debug, Clone, Copy)]
pub struct Lstm<'a> {
    /// What the loops run on.
    pub set: InstructionSet,
    /// The layout of the batch.
    pub packed: &'a Packed,
    /// For each packed token its row of the inputs, `[tokens]`.
    pub index: &'a [u32],
    /// The length of a row of the inputs.
    pub input: usize,
    /// The hidden size of one direction.
    pub hidden: usize,
    /// 1 or 2.
    pub directions: usize,
    /// What becomes of the hidden states.
    pub output: Output,
}

/// What an LSTM layer gives of its hidden states, `D` directions of size `hidden`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// All of them, `[tokens, D hidden]` in packed order.
    Sequence,
    /// Of each text the state after the last token that the direction reads, `[texts, D hidden]` in sorted order.
    Last,
    /// The largest of each text, number by number, `[texts, D hidden]`; zeros for a text without tokens. The gradient goes to
    /// the one that was read first among equals.
    Max,
    /// The mean of each text, `[texts, D hidden]`; zeros for a text without tokens.
    Mean,
}

/// The hidden and the cell state of each text, `[directions, texts, hidden]` in sorted order, texts longest first.
#[derive(Debug, Clone, PartialEq)]
pub struct LstmState {
    /// Hidden states.
    pub hidden: Vec<f32>,
    /// Cell states.
    pub cell: Vec<f32>,
}

/// What a forward pass keeps for the backward pass.
#[derive(Debug)]
pub struct LstmTrace {
    /// Gate activations, `[directions, tokens, 4 hidden]`.
    gates: Buffer,
    /// Cell states, `[directions, tokens, hidden]`.
    cells: Buffer,
    /// The hidden state that each token found, `[directions, tokens, hidden]`.
    before: Buffer,
    /// The step that each maximum came from, `[directions, texts, hidden]`; of no length for other outputs.
    steps: Buffer,
    /// The cell states of before the first token, `[directions, texts, hidden]`.
    initial: Buffer,
}

/// Gradients of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct LstmGradient {
    /// Of the inputs.
    pub inputs: Buffer,
    /// Of the weights of each direction, in the order of the fields of [`LstmWeights`].
    pub weights: Vec<[Buffer; 4]>,
    /// Of the initial state.
    pub state: LstmState,
}

/// The weights of a layer in the order in which inference reads them.
#[derive(Debug)]
pub struct LstmPanels {
    set: InstructionSet,
    /// `[input, hidden]`.
    sizes: [usize; 2],
    /// Of all directions side by side, and the sums of their biases.
    input: Panels,
    bias: Vec<f32>,
    /// Of each direction.
    recurrent: Vec<GatePanels>,
}

/// How precise the recurrent weights are that texts are scored with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WeightPrecision {
    /// As they are, in 32 bits.
    #[default]
    Single,
    /// Rounded to bfloat16, 16 bits with 8 of them significant. A text alone, which waits for its weights to be read, takes
    /// less time. Weights must be finite.
    Bfloat16,
}

/// The recurrent weights of one direction: for each vector of hidden units, and each hidden unit that is read, the four
/// gates' weights; filled up with zeros.
#[derive(Debug)]
pub(crate) struct GatePanels {
    single: Buffer,
    /// The same for two hidden units at once, where they are rounded: see [`rounded`].
    pairs: Option<Buffer>,
}

/// The weights of one direction, by PyTorch's names, each with the gates in PyTorch's order: input, forget, cell, output.
#[derive(Debug, Clone, Copy)]
pub struct LstmWeights<'a> {
    /// `weight_ih`, `[4 hidden, input]`.
    pub input: &'a [f32],
    /// `weight_hh`, `[4 hidden, hidden]`.
    pub recurrent: &'a [f32],
    /// `bias_ih`, `[4 hidden]`.
    pub bias_input: &'a [f32],
    /// `bias_hh`, `[4 hidden]`.
    pub bias_recurrent: &'a [f32],
}

impl LstmState {
    /// Returns zeros: the state before the first token.
    pub fn zeros(directions: usize, texts: usize, hidden: usize) -> Self {
        let zeros = vec![0.0; directions * texts * hidden];
        Self { hidden: zeros.clone(), cell: zeros }
    }
}

impl Lstm<'_> {
    /// Returns the number of weights: `directions * 4 hidden (input + hidden + 2)`.
    pub fn weights(&self) -> usize {
        self.directions * self.direction_weights()
    }

    /// Returns the length of a result.
    pub fn outputs(&self) -> usize {
        let rows = if self.output == Output::Sequence { self.packed.tokens() } else { self.packed.texts() };
        rows * self.directions * self.hidden
    }

    fn direction_weights(&self) -> usize {
        4 * self.hidden * (self.input + self.hidden + 2)
    }

    /// Returns the weights of each direction, which lie one after the other, each in the order of its fields.
    ///
    /// # Panics
    /// When their number is not [`weights`](Self::weights).
    pub fn split<'w>(&self, weights: &'w [f32]) -> Vec<LstmWeights<'w>> {
        assert_eq!(weights.len(), self.weights(), "the weights of an LSTM");
        let gates = 4 * self.hidden;
        let directions = weights.chunks_exact(self.direction_weights().max(1)).map(|all| {
            let (input, rest) = all.split_at(gates * self.input);
            let (recurrent, rest) = rest.split_at(gates * self.hidden);
            let (bias_input, bias_recurrent) = rest.split_at(gates);
            LstmWeights { input, recurrent, bias_input, bias_recurrent }
        });
        directions.collect()
    }

    /// Returns the weights in the order in which a forward pass reads them, the recurrent ones rounded to `precision`.
    ///
    /// # Panics
    /// When an array has not the size that its docs name.
    pub fn panels(&self, weights: &[LstmWeights<'_>], precision: WeightPrecision) -> LstmPanels {
        self.check_weights(weights);
        let size = 4 * self.hidden * self.input;
        let mut input = Buffer::dirty(self.directions * size);
        for (to, weights) in input.chunks_exact_mut(size.max(1)).zip(weights) {
            to.copy_from_slice(weights.input);
        }
        let bias = weights.iter().flat_map(|weights| weights.bias_input.iter().zip(weights.bias_recurrent));
        LstmPanels {
            set: self.set,
            sizes: [self.input, self.hidden],
            input: Panels::new(self.set, Matrix::new(&input, self.width(), self.input).t()),
            bias: bias.map(|(a, b)| a + b).collect(),
            recurrent: weights
                .par_iter()
                .map(|weights| GatePanels::new(self.set, weights.recurrent, self.hidden, precision))
                .collect(),
        }
    }

    /// The gates of all directions.
    fn width(&self) -> usize {
        self.directions * 4 * self.hidden
    }

    /// Returns each input row's share of the gates, biases included: `[rows, directions, 4 hidden]`.
    ///
    /// # Panics
    /// When the panels are of another layer.
    pub fn project(&self, inputs: &[f32], panels: &LstmPanels) -> Buffer {
        self.check_panels(panels);
        let rows = inputs.len() / self.input.max(1);
        let mut projected = Buffer::dirty(rows * self.width());
        product_with(Matrix::new(inputs, rows, self.input), &panels.input, Start::Row(&panels.bias), &mut projected);
        projected
    }

    fn check_weights(&self, weights: &[LstmWeights<'_>]) {
        assert_eq!(weights.len(), self.directions, "the weights of each direction");
        let gates = 4 * self.hidden;
        for &LstmWeights { input, recurrent, bias_input, bias_recurrent } in weights {
            let found = [input, recurrent, bias_input, bias_recurrent].map(<[f32]>::len);
            assert_eq!(found, [gates * self.input, gates * self.hidden, gates, gates], "the weights of an LSTM");
        }
    }

    fn check_panels(&self, panels: &LstmPanels) {
        let same = panels.set == self.set && panels.sizes == [self.input, self.hidden];
        assert!(same && panels.recurrent.len() == self.directions, "panels of another layer");
    }

    fn check(&self, rows: usize) {
        assert!((1..=2).contains(&self.directions), "directions");
        assert!(self.packed.tokens() == 0 || self.input > 0 && self.hidden > 0, "sizes of at least 1");
        assert_eq!(self.index.len(), self.packed.tokens(), "one index a token");
        assert!(self.index.iter().all(|&row| (row as usize) < rows), "an index is too large");
        assert!(self.packed.lengths().first().is_none_or(|&longest| longest < 1 << 24), "a text is too long");
    }
}

impl GatePanels {
    fn new(set: InstructionSet, recurrent: &[f32], hidden: usize, precision: WeightPrecision) -> Self {
        /// The panels of what a hidden unit's gates read, `[4 hidden, read]`.
        struct Pack<'a>(&'a [f32], usize);

        impl Kernel for Pack<'_> {
            type Out = Buffer;

            #[inline(always)]
            fn run<S: Simd>(self, _: S) -> Buffer {
                let Self(weights, hidden) = self;
                let read = weights.len() / (4 * hidden).max(1);
                let mut data = Buffer::zeros(hidden.div_ceil(S::LANES) * read * 4 * S::LANES);
                let panels = data.chunks_exact_mut((read * 4 * S::LANES).max(1));
                for (panel, first) in panels.zip((0..hidden).step_by(S::LANES)) {
                    for gate in 0..4 {
                        for lane in 0..S::LANES.min(hidden - first) {
                            let from = &weights[(gate * hidden + first + lane) * read..][..read];
                            for (to, &weight) in panel.chunks_exact_mut(4 * S::LANES).zip(from) {
                                to[gate * S::LANES + lane] = weight;
                            }
                        }
                    }
                }
                data
            }
        }

        if precision == WeightPrecision::Single {
            return Self { single: set.run(Pack(recurrent, hidden)), pairs: None };
        }
        let mut pairs = Vec::with_capacity(recurrent.len().div_ceil(2) + 4 * hidden);
        let mut single = recurrent.to_vec();
        for row in single.chunks_exact_mut(hidden.max(1)) {
            for pair in row.chunks_mut(2) {
                let both = rounded(pair[0], pair.get(1).copied().unwrap_or(0.0));
                pairs.push(both);
                pair[0] = both;
                if let Some(second) = pair.get_mut(1) {
                    *second = second_of(both);
                }
            }
        }
        Self { single: set.run(Pack(&single, hidden)), pairs: Some(set.run(Pack(&pairs, hidden))) }
    }
}

/// Two numbers in one. Its low half is the second one's high half, rounded to nearest; its high half is what makes the whole,
/// low half and all, as near to the first number as it can be, so that nobody has to clear the low half.
fn rounded(first: f32, second: f32) -> f32 {
    let low = match second.is_nan() {
        true => 0x7fc0,
        false => (second.to_bits() + 0x7fff + (second.to_bits() >> 16 & 1)) >> 16,
    };
    let near = |high: u32| f32::from_bits(high << 16 | low);
    let high = first.to_bits() >> 16;
    let error = |high: u32| (near(high) - first).abs();
    [high.saturating_sub(1), high + 1].into_iter().fold(near(high), |best, other| {
        if other >> 15 == high >> 15 && error(other) < (best - first).abs() { near(other) } else { best }
    })
}

/// The second of two [`rounded`] numbers.
fn second_of(both: f32) -> f32 {
    f32::from_bits(both.to_bits() << 16)
}

//! The sizes of a network, its weights in their order, and the kernels of those sizes.

use plaudit_kernels::{Convolution, InstructionSet, Lstm, LstmWeights, Output};
use serde::{Deserialize, Serialize};

use crate::network::{Batch, Init, ParameterSpec};

/// What a network keeps of the hidden states of its last LSTM layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The state after the last token that a direction reads.
    Last,
    /// The largest of each number over the text.
    Max,
    /// The mean of each number over the text.
    Mean,
}

impl Pooling {
    pub(crate) fn output(self) -> Output {
        match self {
            Self::Last => Output::Last,
            Self::Max => Output::Max,
            Self::Mean => Output::Mean,
        }
    }
}

/// The sizes of a network.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) embedding: usize,
    pub(crate) embedding_dropout: f64,
    /// Tokens that each convolution sees; of no length where there is none.
    pub(crate) widths: Vec<usize>,
    /// Filters of each width.
    pub(crate) filters: usize,
    pub(crate) hidden: usize,
    pub(crate) layers: usize,
    pub(crate) directions: usize,
    pub(crate) pooling: Pooling,
    pub(crate) dense: usize,
    pub(crate) dropout: f64,
}

/// No layer is wider than this: it keeps every product of sizes within bounds.
pub(crate) const WIDEST: usize = 1 << 14;
/// The standard deviation of the numbers that words' vectors start with; their mean is 0.
pub(crate) const START: f64 = 0.1;
/// No network has more layers, or more convolutions, or wider ones.
const MOST: usize = 16;

impl Plan {
    /// Adds what is wrong with the sizes, named by the fields of `kind`'s configuration.
    pub(crate) fn faults(&self, kind: &str, faults: &mut Vec<String>) {
        let convolutions = !self.widths.is_empty();
        let sizes = [("embedding", self.embedding), ("hidden", self.hidden), ("dense", self.dense)];
        for (name, size) in sizes.into_iter().chain(convolutions.then_some(("filters", self.filters))) {
            if size == 0 || size > WIDEST {
                faults.push(format!("{kind}.{name}: {size} is not in 1 to {WIDEST}"));
            }
        }
        if self.layers == 0 || self.layers > MOST {
            faults.push(format!("{kind}.layers: {} is not in 1 to {MOST}", self.layers));
        }
        if self.widths.len() > MOST || self.widths.iter().any(|width| !(1..=MOST).contains(width)) {
            faults.push(format!("{kind}.widths: {:?} are not at most {MOST} numbers in 1 to {MOST}", self.widths));
        }
        for (name, rate) in [("embedding_dropout", self.embedding_dropout), ("dropout", self.dropout)] {
            if !(0.0..1.0).contains(&rate) {
                faults.push(format!("{kind}.{name}: {rate} is not in 0 to below 1"));
            }
        }
    }

    /// The weights, by PyTorch's names, in the order of [`Weights`].
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        let Self { embedding, filters, hidden, dense, .. } = *self;
        let fan_in = |inputs: usize| Init::Uniform(1.0 / (inputs as f64).sqrt()); // PyTorch's default
        let glorot = |inputs: usize, outputs: usize| Init::Uniform((6.0 / (inputs + outputs) as f64).sqrt());
        let table = vec![words, embedding];
        let init = Init::Normal(START);
        let mut specs = vec![ParameterSpec { name: "embedding.weight".to_owned(), shape: table, init, table: true }];
        let mut add = |name: String, shape: Vec<usize>, init| specs.push(ParameterSpec::dense(name, shape, init));
        for (place, &width) in self.widths.iter().enumerate() {
            let init = fan_in(embedding * width);
            add(format!("convs.{place}.weight"), vec![filters, embedding, width], init);
            add(format!("convs.{place}.bias"), vec![filters], init);
        }
        for layer in 0..self.layers {
            let shapes =
                [vec![4 * hidden, self.inputs(layer)], vec![4 * hidden, hidden], vec![4 * hidden], vec![4 * hidden]];
            for suffix in ["", "_reverse"].into_iter().take(self.directions) {
                for (part, shape) in ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].into_iter().zip(&shapes) {
                    add(format!("lstm.{part}_l{layer}{suffix}"), shape.clone(), fan_in(hidden));
                }
            }
        }
        let pooled = self.directions * hidden;
        add("dense.weight".to_owned(), vec![dense, pooled], glorot(pooled, dense));
        add("dense.bias".to_owned(), vec![dense], Init::Constant(0.0));
        add("output.weight".to_owned(), vec![labels, dense], glorot(dense, labels));
        add("output.bias".to_owned(), vec![labels], Init::Constant(0.0));
        specs
    }

    /// The length of what a layer reads of a token.
    fn inputs(&self, layer: usize) -> usize {
        match layer {
            0 if self.widths.is_empty() => self.embedding,
            0 => self.widths.len() * self.filters,
            _ => self.directions * self.hidden,
        }
    }

    /// The products of two numbers that the equations ask for: of each token, and of each text with so many labels.
    pub(crate) fn products(&self, labels: usize) -> [usize; 2] {
        let convolutions = self.widths.iter().map(|width| width * self.embedding * self.filters);
        // Of each gate, input times weight and state times weight; then three products of gates for each number of the state.
        let lstm =
            (0..self.layers).map(|layer| self.directions * self.hidden * (4 * (self.inputs(layer) + self.hidden) + 3));
        let pooled = self.directions * self.hidden;
        [convolutions.chain(lstm).sum(), self.dense * (pooled + labels)]
    }

    /// The kernel of an LSTM layer that reads row `index` for each token.
    pub(crate) fn lstm<'a>(&self, layer: usize, batch: &'a Batch, index: &'a [u32]) -> Lstm<'a> {
        let output = if layer + 1 < self.layers { Output::Sequence } else { self.pooling.output() };
        Lstm {
            set: InstructionSet::best(),
            packed: batch.packed(),
            index,
            input: self.inputs(layer),
            hidden: self.hidden,
            directions: self.directions,
            output,
        }
    }

    /// The kernel of the convolutions, which read row `index` for each token.
    pub(crate) fn convolution<'a>(&'a self, batch: &'a Batch, index: &'a [u32]) -> Convolution<'a> {
        Convolution {
            set: InstructionSet::best(),
            packed: batch.packed(),
            index,
            input: self.embedding,
            widths: &self.widths,
            filters: self.filters,
        }
    }
}

/// The weights of a network, from the order of [`Plan::specs`].
pub(crate) struct Weights<'a> {
    pub(crate) embedding: &'a [f32],
    pub(crate) convolutions: Vec<[&'a [f32]; 2]>,
    /// For each layer, those of each direction.
    pub(crate) lstm: Vec<Vec<LstmWeights<'a>>>,
    pub(crate) dense: [&'a [f32]; 2],
    pub(crate) output: [&'a [f32]; 2],
}

impl<'a> Weights<'a> {
    pub(crate) fn new(plan: &Plan, all: &[&'a [f32]]) -> Self {
        let mut all = all.iter().copied();
        let mut next = || all.next().unwrap_or(&[]);
        Self {
            embedding: next(),
            convolutions: plan.widths.iter().map(|_| [next(), next()]).collect(),
            lstm: (0..plan.layers)
                .map(|_| {
                    let directions = (0..plan.directions).map(|_| LstmWeights {
                        input: next(),
                        recurrent: next(),
                        bias_input: next(),
                        bias_recurrent: next(),
                    });
                    directions.collect()
                })
                .collect(),
            dense: [next(), next()],
            output: [next(), next()],
        }
    }
}

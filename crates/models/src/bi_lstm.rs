//! The network of DPMS, Fig. 2: embedding, bidirectional LSTM, maximum over time, dense layer, softmax.

use candle_core::Tensor;
use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::network::{Batch, Init, Mode, Network, ParameterSpec, Parameters, Scorer};
use crate::ops;
use crate::scorer::{BiLstmScorer, Head, WordLstm, bi_lstm_layer};

/// The sizes of a [BiLSTM](crate::Architecture::BiLstm). The paper gives the dense layer and the input length only; the
/// other defaults are ours, chosen on validation data (the project's `docs/reproduction.md` says which).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct BiLstmConfig {
    /// Length of a word's vector. Default 100.
    pub embedding: usize,
    /// Hidden size of one direction. Default 64.
    pub hidden: usize,
    /// Size of the dense layer. Default 128 (Fig. 2).
    pub dense: usize,
    /// Share of the embedding values dropped while training, 0 to below 1. Default 0.5. The values are those of the distinct
    /// words of a batch: every place where a word stands in it loses the same ones.
    pub embedding_dropout: f64,
    /// Share of the pooled and of the dense values dropped while training, 0 to below 1. Default 0.5.
    pub dropout: f64,
}

impl Default for BiLstmConfig {
    fn default() -> Self {
        Self { embedding: 100, hidden: 64, dense: 128, embedding_dropout: 0.5, dropout: 0.5 }
    }
}

/// No layer is wider than this: it keeps every product of sizes within bounds.
const WIDEST: usize = 1 << 14;

impl BiLstmConfig {
    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        for (name, size) in [("embedding", self.embedding), ("hidden", self.hidden), ("dense", self.dense)] {
            if size == 0 || size > WIDEST {
                faults.push(format!("bi_lstm.{name}: {size} is not in 1 to {WIDEST}"));
            }
        }
        for (name, rate) in [("embedding_dropout", self.embedding_dropout), ("dropout", self.dropout)] {
            if !(0.0..1.0).contains(&rate) {
                faults.push(format!("bi_lstm.{name}: {rate} is not in 0 to below 1"));
            }
        }
    }

    /// The weights, by PyTorch's names.
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        let (dim, hidden) = (self.embedding, self.hidden);
        let recurrent = Init::Uniform(1.0 / (hidden as f64).sqrt()); // PyTorch's default
        let glorot = |inputs: usize, outputs: usize| Init::Uniform((6.0 / (inputs + outputs) as f64).sqrt());
        let mut specs = vec![ParameterSpec {
            name: "embedding.weight".to_owned(),
            shape: vec![words, dim],
            init: Init::Normal(0.1),
            table: true,
        }];
        let shapes = [vec![4 * hidden, dim], vec![4 * hidden, hidden], vec![4 * hidden], vec![4 * hidden]];
        let lstm = lstm_names(0, 2).into_iter().zip(shapes.into_iter().cycle());
        specs.extend(lstm.map(|(name, shape)| ParameterSpec::dense(name, shape, recurrent)));
        let pooled = 2 * hidden;
        specs.push(ParameterSpec::dense("dense.weight", [self.dense, pooled], glorot(pooled, self.dense)));
        specs.push(ParameterSpec::dense("dense.bias", [self.dense], Init::Constant(0.0)));
        specs.push(ParameterSpec::dense("output.weight", [labels, self.dense], glorot(self.dense, labels)));
        specs.push(ParameterSpec::dense("output.bias", [labels], Init::Constant(0.0)));
        specs
    }
}

/// PyTorch's names of the weights of an LSTM layer, in the order in which the kernel wants them.
pub(crate) fn lstm_names(layer: usize, directions: usize) -> Vec<String> {
    let suffixes = ["", "_reverse"].into_iter().take(directions);
    let names =
        |suffix| ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map(|part| format!("lstm.{part}_l{layer}{suffix}"));
    suffixes.flat_map(names).collect()
}

/// The network with its weights.
#[derive(Debug)]
pub(crate) struct BiLstm {
    pub(crate) config: BiLstmConfig,
    pub(crate) parameters: Parameters,
}

impl BiLstm {
    fn layer(&self, name: &str, input: &Tensor, mode: &Mode) -> Result<Tensor> {
        let weight = self.parameters.weight(&format!("{name}.weight"), mode)?;
        let bias = self.parameters.weight(&format!("{name}.bias"), mode)?;
        ops::linear(input, &weight, &bias).map_err(Error::backend)
    }
}

impl Network for BiLstm {
    fn forward(&self, batch: &Batch, mode: &mut Mode) -> Result<Tensor> {
        let train = matches!(mode, Mode::Train(_));
        let words = self.parameters.rows("embedding.weight", batch.unique(), mode)?; // [unique, embedding]
        let words = mode.dropout(words, self.config.embedding_dropout)?;
        let weights = self.parameters.flat(&lstm_names(0, 2), mode)?;
        let layer = bi_lstm_layer(self.config.hidden);
        let pooled = ops::lstm(layer, &words, &weights, batch, train).map_err(Error::backend)?; // [texts, 2 hidden]
        let pooled = mode.dropout(pooled, self.config.dropout)?;
        let dense = self.layer("dense", &pooled, mode)?; // [texts, dense]
        let dense = mode.dropout(ops::relu(&dense).map_err(Error::backend)?, self.config.dropout)?;
        self.layer("output", &dense, mode) // [texts, labels]
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn scorer(&self) -> Result<Option<Box<dyn Scorer>>> {
        let mut weights = Vec::new();
        for name in lstm_names(0, 2) {
            weights.extend(self.parameters.value(&name)?.values);
        }
        let table = self.parameters.value("embedding.weight")?.values;
        let labels = self.parameters.value("output.bias")?.values.len();
        let lstm = WordLstm::new(bi_lstm_layer(self.config.hidden), table, self.config.embedding, &weights);
        Ok(Some(Box::new(BiLstmScorer { lstm, head: Head::new(&self.parameters)?, labels })))
    }
}

#[cfg(test)]
mod tests {
    use plaudit_stats::Stream;

    use super::*;
    use crate::network::values;

    fn network() -> BiLstm {
        let config = BiLstmConfig { embedding: 3, hidden: 2, dense: 4, embedding_dropout: 0.0, dropout: 0.0 };
        let mut specs = config.specs(6, 3);
        for spec in &mut specs {
            spec.init = Init::Normal(0.7); // far from the kinks and from vanishing slopes
        }
        BiLstm { parameters: Parameters::initialize(&specs, 3).unwrap(), config }
    }

    fn loss(network: &BiLstm, batch: &Batch, mode: &mut Mode) -> Tensor {
        let logits = network.forward(batch, mode).unwrap();
        let weights = Tensor::new(&[[0.3f32, -1.0, 0.5], [1.1, 0.2, -0.7], [-0.4, 0.9, 0.6]], logits.device()).unwrap();
        candle_nn::ops::log_softmax(&logits, 1).unwrap().mul(&weights).unwrap().sum_all().unwrap()
    }

    #[test]
    fn every_weight_has_the_slope_that_differences_show() {
        let network = network();
        let batch = Batch::new(&[&[2, 5, 2], &[3], &[5, 1, 4, 4]]);
        let mut mode = Mode::train(Stream::new(0, "", 0));
        let gradients = loss(&network, &batch, &mut mode).backward().unwrap();
        let gathered = mode.into_gathered();
        let start = network.parameters.values().unwrap();
        for (place, parameter) in network.parameters.iter().enumerate() {
            let ours = if parameter.table {
                let rows = values(gradients.get(gathered[0].rows.as_tensor()).unwrap()).unwrap();
                let mut whole = vec![0.0; parameter.var.elem_count()];
                for (&id, row) in gathered[0].ids.iter().zip(rows.chunks(3)) {
                    whole[id as usize * 3..][..3].copy_from_slice(row);
                }
                whole
            } else {
                values(gradients.get(parameter.var.as_tensor()).unwrap()).unwrap()
            };
            for (k, &ours) in ours.iter().enumerate() {
                let at = |shift: f32| {
                    let mut moved = start.clone();
                    moved[place].values[k] += shift;
                    network.parameters.restore(&moved).unwrap();
                    f64::from(loss(&network, &batch, &mut Mode::Infer).to_scalar::<f32>().unwrap())
                };
                let slope = (at(1e-3) - at(-1e-3)) / 2e-3;
                let error = (f64::from(ours) - slope).abs();
                assert!(error < 5e-3 * slope.abs().max(0.5), "{} {k}: {} {slope}", parameter.name, ours);
            }
        }
    }

    #[test]
    fn the_order_of_texts_is_the_order_of_rows() {
        let network = network();
        let texts: [&[u32]; 4] = [&[2], &[], &[4, 3, 2, 5], &[5, 5]];
        let together = values(&network.forward(&Batch::new(&texts), &mut Mode::Infer).unwrap()).unwrap();
        for (row, text) in together.chunks(3).zip(texts) {
            let alone = values(&network.forward(&Batch::new(&[text]), &mut Mode::Infer).unwrap()).unwrap();
            assert!(alone.iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }
}

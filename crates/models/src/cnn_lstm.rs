//! The CNN-LSTM of the brand analysis: embedding, parallel convolutions, stacked LSTM, dense layer, softmax.

use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Pooling};

/// The sizes of a [CNN-LSTM](crate::Architecture::CnnLstm). The paper's Table 1 names the layers and not all sizes; the
/// defaults are those that are common for such networks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CnnLstmConfig {
    /// Length of a word's vector. Default 100.
    pub embedding: usize,
    /// How many tokens each of the parallel convolutions sees. Default 3, 4 and 5 (Kim 2014).
    pub widths: Vec<usize>,
    /// Filters of each convolution. Default 64.
    pub filters: usize,
    /// Hidden size of the LSTM. Default 64.
    pub hidden: usize,
    /// LSTM layers, one over the other. Default 2.
    pub layers: usize,
    /// What is kept of the last layer's states. Default the last.
    pub pooling: Pooling,
    /// Size of the dense layer. Default 128.
    pub dense: usize,
    /// Share of the embedding values dropped while training, 0 to below 1. Default 0.5. The values are those of the distinct
    /// words of a batch: every place where a word stands in it loses the same ones.
    pub embedding_dropout: f64,
    /// Share of the values between layers, of the pooled and of the dense values dropped while training, 0 to below 1. Between
    /// layers all tokens of a text lose the same ones (Gal and Ghahramani 2016). Default 0.5.
    pub dropout: f64,
}

impl Default for CnnLstmConfig {
    fn default() -> Self {
        Self {
            embedding: 100,
            widths: vec![3, 4, 5],
            filters: 64,
            hidden: 64,
            layers: 2,
            pooling: Pooling::Last,
            dense: 128,
            embedding_dropout: 0.5,
            dropout: 0.5,
        }
    }
}

impl CnnLstmConfig {
    pub(crate) fn plan(&self) -> Plan {
        let Self { embedding, filters, hidden, layers, pooling, dense, embedding_dropout, dropout, .. } = *self;
        let (widths, directions) = (self.widths.clone(), 1);
        Plan { embedding, embedding_dropout, widths, filters, hidden, layers, directions, pooling, dense, dropout }
    }

    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        if self.widths.is_empty() {
            faults.push("cnn_lstm.widths: there is none".to_owned());
        }
    }
}

//! The network of DPMS, Fig. 2: embedding, bidirectional LSTM, maximum over time, dense layer, softmax.

use serde::{Deserialize, Serialize};

use crate::plan::{Plan, Pooling};

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
    /// Bidirectional layers, one over the other. Default 1.
    pub layers: usize,
    /// What is kept of the last layer's states. Default their maximum (Fig. 2).
    pub pooling: Pooling,
    /// Size of the dense layer. Default 128 (Fig. 2).
    pub dense: usize,
    /// Share of the embedding values dropped while training, 0 to below 1. Default 0.5. The values are those of the distinct
    /// words of a batch: every place where a word stands in it loses the same ones.
    pub embedding_dropout: f64,
    /// Share of the values between layers, of the pooled and of the dense values dropped while training, 0 to below 1. Between
    /// layers all tokens of a text lose the same ones (Gal and Ghahramani 2016). Default 0.5.
    pub dropout: f64,
}

impl Default for BiLstmConfig {
    fn default() -> Self {
        Self {
            embedding: 100,
            hidden: 64,
            layers: 1,
            pooling: Pooling::Max,
            dense: 128,
            embedding_dropout: 0.5,
            dropout: 0.5,
        }
    }
}

impl BiLstmConfig {
    pub(crate) fn plan(&self) -> Plan {
        let Self { embedding, hidden, layers, pooling, dense, embedding_dropout, dropout } = *self;
        let (widths, filters, directions) = (Vec::new(), 0, 2);
        Plan { embedding, embedding_dropout, widths, filters, hidden, layers, directions, pooling, dense, dropout }
    }
}

//! The networks that plaudit ships, as data.

use std::sync::Arc;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::network::{Network, ParameterSpec, Parameters};
use crate::recurrent::{Plan, Recurrent};
use crate::{BiLstmConfig, CnnLstmConfig};

/// A network's kind and sizes.
///
/// ```
/// use plaudit_models::{Architecture, BiLstmConfig};
///
/// let mut config = BiLstmConfig::default();
/// config.hidden = 128;
/// let architecture = Architecture::BiLstm(config);
/// assert_eq!(architecture.name(), "bi_lstm");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Architecture {
    /// Embedding, bidirectional LSTM, maximum over time, dense layer, softmax (DPMS, Fig. 2).
    BiLstm(BiLstmConfig),
    /// Embedding, parallel convolutions over time, stacked LSTM, dense layer, softmax (the CNN-LSTM brand analysis, Table 1).
    CnnLstm(CnnLstmConfig),
}

impl Default for Architecture {
    fn default() -> Self {
        Self::BiLstm(BiLstmConfig::default())
    }
}

impl Architecture {
    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: &'static [&'static str] = &["bi_lstm", "cnn_lstm"];

    /// Returns the architecture of this name with its default sizes.
    ///
    /// # Errors
    /// When the name is unknown; the message lists the known ones.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "bi_lstm" => Ok(Self::BiLstm(BiLstmConfig::default())),
            "cnn_lstm" => Ok(Self::CnnLstm(CnnLstmConfig::default())),
            _ => Err(Error::config(format!("architecture: `{name}` is not one of {}", Self::NAMES.join(", ")))),
        }
    }

    /// Returns the name that stands in `config.json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BiLstm(_) => "bi_lstm",
            Self::CnnLstm(_) => "cnn_lstm",
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        match self {
            Self::BiLstm(config) => config.plan(),
            Self::CnnLstm(config) => config.plan(),
        }
    }

    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        if let Self::CnnLstm(config) = self {
            config.faults(faults);
        }
        self.plan().faults(self.name(), faults);
    }

    /// Returns the weights that this network has for so many word ids and labels.
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        self.plan().specs(words, labels)
    }

    /// Returns a new network of this kind for token ids below `words` and so many labels.
    ///
    /// # Errors
    /// When a size cannot work or the backend fails.
    pub fn initialize(&self, words: usize, labels: usize, seed: u64) -> Result<Box<dyn Network>> {
        let mut faults = Vec::new();
        self.faults(&mut faults);
        Error::from_faults(faults)?;
        Ok(self.network(Parameters::initialize(&self.specs(words, labels), seed)?))
    }

    /// Returns the network with these weights.
    pub(crate) fn network(&self, parameters: Parameters) -> Box<dyn Network> {
        Box::new(Recurrent { plan: Arc::new(self.plan()), parameters })
    }
}

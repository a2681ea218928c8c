//! The networks that plaudit ships, as data.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::bi_lstm::{BiLstm, BiLstmConfig};
use crate::network::{Network, ParameterSpec, Parameters};

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
}

impl Default for Architecture {
    fn default() -> Self {
        Self::BiLstm(BiLstmConfig::default())
    }
}

impl Architecture {
    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: [&'static str; 1] = ["bi_lstm"];

    /// Returns the architecture of this name with its default sizes.
    ///
    /// # Errors
    /// When the name is unknown; the message lists the known ones.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "bi_lstm" => Ok(Self::BiLstm(BiLstmConfig::default())),
            _ => Err(Error::config(format!("architecture: `{name}` is not one of {}", Self::NAMES.join(", ")))),
        }
    }

    /// Returns the name that stands in `config.json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BiLstm(_) => "bi_lstm",
        }
    }

    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        match self {
            Self::BiLstm(config) => config.faults(faults),
        }
    }

    /// Returns the weights that this network has for so many word ids and labels.
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        match self {
            Self::BiLstm(config) => config.specs(words, labels),
        }
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
        match self {
            Self::BiLstm(config) => Box::new(BiLstm { config: config.clone(), parameters }),
        }
    }
}

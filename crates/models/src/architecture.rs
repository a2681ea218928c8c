//! The networks that plaudit ships, as data.

use std::sync::Arc;

use candle_core::Device;
use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::composed::Composed;
use crate::network::{Network, ParameterSpec, Parameters};
use crate::plan::Plan;
use crate::recurrent::Recurrent;
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

    fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        self.faults(&mut faults);
        Error::from_faults(faults)
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
        self.check()?;
        Ok(self.network(Parameters::initialize(&self.specs(words, labels), seed)?))
    }

    /// Returns this network with these weights, computed on `device` by candle's own operations: our kernels run on a CPU
    /// only.
    ///
    /// The weights stay where they are, on the CPU. Each pass copies to the device those that it reads, and the logits and
    /// gradients come back: [`Adam`](crate::network::Adam), saving and the same network without a device see one set of
    /// weights. Scores are those of our kernels but for rounding. On the CPU it works too, slower than our kernels: for
    /// tests. That the same seed gives the same bytes holds for our kernels, and is not promised for a device.
    ///
    /// # Example: training on a device
    /// ```
    /// use plaudit_models::network::candle_core::Device;
    /// use plaudit_models::{Architecture, TrainConfig, train_network};
    /// # use plaudit_core::{Analyzer, Classifier, Example, TokenKind, Tokens};
    /// # struct Blanks;
    /// # impl Analyzer for Blanks {
    /// #     fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
    /// #         tokens.clear();
    /// #         text.split(' ').for_each(|word| tokens.push(word, 0..0, TokenKind::Word));
    /// #     }
    /// # }
    /// # let rows: Vec<_> = [("good", "Good"), ("poor", "Poor")].into_iter().cycle().take(40).collect();
    /// # let rows: Vec<_> = rows.into_iter().map(|(text, label)| Example { text, label }).collect();
    /// # let mut config = TrainConfig::default();
    /// # config.epochs = 1;
    ///
    /// let device = Device::Cpu; // or Device::new_cuda(0)?, with the feature `cuda`; Device::new_metal(0)?, with `metal`
    /// let architecture = Architecture::default();
    /// let classifier = train_network(Blanks, &rows, &rows, &config, &mut (), |words, labels, seed| {
    ///     let network = architecture.initialize(words, labels, seed)?;
    ///     architecture.on_device(network.parameters(), &device)
    /// })?;
    /// let here = classifier.on_device(&Device::Cpu)?; // the other way: a classifier that is there, on a device
    /// assert!((here.predict("good")?.score() - classifier.predict("good")?.score()).abs() < 1e-4);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a size cannot work, or the weights are not this network's.
    pub fn on_device(&self, parameters: &Parameters, device: &Device) -> Result<Box<dyn Network>> {
        self.check()?;
        Ok(Box::new(Composed::new(self, parameters, device)?))
    }

    /// Returns the network with these weights.
    pub(crate) fn network(&self, parameters: Parameters) -> Box<dyn Network> {
        Box::new(Recurrent { architecture: self.clone(), plan: Arc::new(self.plan()), parameters })
    }
}

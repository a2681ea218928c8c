//! The networks that plaudit ships, as data.

use std::sync::Arc;

use candle_core::Device;
use plaudit_core::{Error, Features, Result};
use serde::{Deserialize, Serialize};

use crate::composed::{Composed, check_weights};
use crate::network::{Network, ParameterSpec, Parameters};
use crate::plan::Plan;
use crate::recurrent::Recurrent;
use crate::wide::WideAndDeep;
use crate::{BiLstmConfig, CnnLstmConfig, WideAndDeepConfig};

/// No network has more weights: each size may be large, all of them together would ask for more memory than there is.
const MOST_WEIGHTS: usize = (1 << 31) - 1;
/// What every vocabulary and every set of labels has at least.
const LEAST_WORDS: usize = 2;
const LEAST_LABELS: usize = 2;

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
    /// One of the others beside a linear model of sparse features, trained together: the analyzer must have
    /// [features](plaudit_core::Analyzer::features).
    WideAndDeep(WideAndDeepConfig),
}

impl Default for Architecture {
    fn default() -> Self {
        Self::BiLstm(BiLstmConfig::default())
    }
}

impl Architecture {
    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: &'static [&'static str] = &["bi_lstm", "cnn_lstm", "wide_and_deep"];

    /// Returns the architecture of this name with its default sizes.
    ///
    /// # Errors
    /// When the name is unknown; the message lists the known ones.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "bi_lstm" => Ok(Self::BiLstm(BiLstmConfig::default())),
            "cnn_lstm" => Ok(Self::CnnLstm(CnnLstmConfig::default())),
            "wide_and_deep" => Ok(Self::WideAndDeep(WideAndDeepConfig::default())),
            _ => Err(Error::config(format!("architecture: `{name}` is not one of {}", Self::NAMES.join(", ")))),
        }
    }

    /// Returns the name that stands in `config.json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BiLstm(_) => "bi_lstm",
            Self::CnnLstm(_) => "cnn_lstm",
            Self::WideAndDeep(_) => "wide_and_deep",
        }
    }

    /// Returns the length of a word's vector.
    pub fn embedding(&self) -> usize {
        self.plan().embedding
    }

    /// Returns this network with words' vectors of this length, which goes over the default one.
    ///
    /// # Errors
    /// When the network has another length that is not the default one: somebody asked for it.
    pub(crate) fn with_embedding(&self, dim: usize) -> Result<Self> {
        let mut network = self.clone();
        let (embedding, default) = match &mut network {
            Self::WideAndDeep(config) => {
                *config.deep = config.deep.with_embedding(dim)?;
                return Ok(network);
            }
            Self::BiLstm(config) => (&mut config.embedding, BiLstmConfig::default().embedding),
            Self::CnnLstm(config) => (&mut config.embedding, CnnLstmConfig::default().embedding),
        };
        if ![dim, default].contains(embedding) {
            let name = self.name();
            let how = "expected the same, or nothing said of it";
            return Err(Error::config(format!(
                "{name}.embedding: {embedding}, but the vectors have length {dim}; {how}"
            )));
        }
        *embedding = dim;
        Ok(network)
    }

    pub(crate) fn plan(&self) -> Plan {
        match self {
            Self::BiLstm(config) => config.plan(),
            Self::CnnLstm(config) => config.plan(),
            Self::WideAndDeep(config) => config.deep.plan(),
        }
    }

    /// Whether it reads sparse features beside words.
    pub(crate) fn is_wide(&self) -> bool {
        matches!(self, Self::WideAndDeep(_))
    }

    /// Returns this network for features of this width.
    ///
    /// # Errors
    /// When it reads features and there are none.
    pub(crate) fn with_features(&self, features: Option<&dyn Features>) -> Result<Self> {
        let mut network = self.clone();
        if let Self::WideAndDeep(config) = &mut network {
            let Some(features) = features else {
                return Err(Error::config("wide_and_deep: the analyzer has no features for the linear model"));
            };
            if features.width() == 0 {
                return Err(Error::config("wide_and_deep: the features for the linear model have no column"));
            }
            config.columns = features.width();
        }
        Ok(network)
    }

    /// Adds what is wrong with the sizes, whatever the vocabulary and the labels.
    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        let before = faults.len();
        match self {
            Self::BiLstm(_) => self.plan().faults(self.name(), faults),
            Self::CnnLstm(config) => {
                config.faults(faults);
                self.plan().faults(self.name(), faults);
            }
            Self::WideAndDeep(config) => config.faults(faults),
        }
        if faults.len() == before {
            faults.extend(self.fault_of_number(LEAST_WORDS, LEAST_LABELS));
        }
    }

    fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        self.faults(&mut faults);
        Error::from_faults(faults)
    }

    /// The fault of so many weights that no memory is asked for them, where there are.
    fn fault_of_number(&self, words: usize, labels: usize) -> Option<String> {
        let specs = self.specs(words, labels);
        let number = specs.iter().try_fold(0usize, |sum, spec| sum.checked_add(spec.elements()?));
        if number.is_some_and(|number| number <= MOST_WEIGHTS) {
            return None;
        }
        let number = number.map_or("too many".to_owned(), |number| number.to_string());
        let (name, of) = (self.name(), format!("with {words} word ids and {labels} labels"));
        Some(format!("{name}: {number} weights {of}, expected at most {MOST_WEIGHTS}"))
    }

    /// Returns the weights that this network has for so many word ids and labels.
    pub(crate) fn specs(&self, words: usize, labels: usize) -> Vec<ParameterSpec> {
        match self {
            Self::WideAndDeep(config) => config.specs(words, labels),
            _ => self.plan().specs(words, labels),
        }
    }

    /// Returns a new network of this kind for token ids below `words` and so many labels.
    ///
    /// # Errors
    /// When a size cannot work, there would be more than 2^31 - 1 weights, or the backend fails.
    pub fn initialize(&self, words: usize, labels: usize, seed: u64) -> Result<Box<dyn Network>> {
        self.check()?;
        Error::from_faults(self.fault_of_number(words, labels).into_iter().collect())?;
        Ok(self.network(&Parameters::initialize(&self.specs(words, labels), seed)?))
    }

    /// Returns this network with these weights, computed on `device` by candle's own operations: our kernels run on a CPU
    /// only.
    ///
    /// The weights stay where they are, on the CPU. Each pass copies to the device those that it reads, and the logits and
    /// gradients come back: [`Adam`](crate::network::Adam), saving and the same network without a device see one set of
    /// weights. Scores are those of our kernels but for rounding. On the CPU it works too, slower than our kernels: for
    /// tests. That the same seed gives the same bytes holds for our kernels, and is not promised for a device; on an NVIDIA
    /// H200, five passes and five trainings gave the same values.
    ///
    /// On CUDA, `Device::new_cuda_with_stream` is the safer device: with `Device::new_cuda`, candle has a queue for each thread, and a
    /// thread that has not used the device must not be the one that frees what is on it.
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
        check_weights(self, parameters)?;
        Ok(self.around(parameters, |network| Box::new(Composed::new(network, parameters, device)) as _))
    }

    /// Returns the network with these weights.
    pub(crate) fn network(&self, parameters: &Parameters) -> Box<dyn Network> {
        self.around(parameters, |network| {
            let (architecture, plan) = (network.clone(), Arc::new(network.plan()));
            Box::new(Recurrent { architecture, plan, parameters: parameters.clone() })
        })
    }

    /// Returns what `deep` makes of a network of one part, with the linear model beside it where there is one.
    fn around(&self, parameters: &Parameters, deep: impl FnOnce(&Self) -> Box<dyn Network>) -> Box<dyn Network> {
        let Self::WideAndDeep(config) = self else { return deep(self) };
        let (architecture, config, parameters) = (self.clone(), config.clone(), parameters.clone());
        Box::new(WideAndDeep { deep: deep(&config.deep), architecture, config, parameters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_weights_than_memory_are_refused() {
        let mut config = BiLstmConfig::default();
        (config.embedding, config.hidden, config.layers) = (16_384, 16_384, 16);
        let wide = Architecture::BiLstm(config.clone());
        let mut faults = Vec::new();
        wide.faults(&mut faults);
        // By hand: a layer has 2 directions of 4 x 16384 rows, over 16384 inputs (later ones over 32768), 16384 states and
        // 2 biases: 2 * 65536 * (32768 + 2) + 15 * 2 * 65536 * (49152 + 2); words 2 x 16384; 128 x 32768 + 128, 2 x 128 + 2.
        let number = 2 * 65_536 * 32_770 + 30 * 65_536 * 49_154u64 + 32_768 + 128 * 32_769 + 258;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("bi_lstm: {number} weights ")), "{faults:?}");

        // Sizes that can work, and a vocabulary that is too large for them.
        (config.hidden, config.layers) = (8, 1);
        let wide = Architecture::BiLstm(config);
        wide.check().unwrap();
        for words in [200_000, usize::MAX] {
            let error = wide.initialize(words, 3, 0).err().unwrap();
            assert!(matches!(&error, Error::Config { faults } if faults[0].starts_with("bi_lstm: ")), "{error}");
        }
    }
}

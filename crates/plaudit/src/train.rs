//! Text pipeline and network, trained together.

use plaudit_core::{Error, Observer, Result};
use plaudit_data::Dataset;
use plaudit_text::{Pipeline, PipelineConfig};
use serde::{Deserialize, Serialize};

use crate::rows::place;

/// A trained classifier that cleans its own texts.
pub type TextClassifier = plaudit_models::TextClassifier<Pipeline>;

/// How text is cleaned and how the network is trained.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// The cleaning steps. Default: English.
    pub text: PipelineConfig,
    /// Vocabulary, network, optimizer, stopping.
    pub model: plaudit_models::TrainConfig,
}

impl TrainConfig {
    /// Names every fault of the configuration.
    ///
    /// # Errors
    /// When a field cannot work.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        for part in [self.text.validate(), self.model.validate()] {
            match part {
                Err(Error::Config { faults: more }) => faults.extend(more),
                other => other?,
            }
        }
        Error::from_faults(faults)
    }
}

/// Returns a classifier fitted to the labelled rows of `train`, with the weights of the epoch that was best on those of
/// `valid`. Rows without a label are left out. Pass `&mut ()` for silence.
///
/// # Errors
/// As [`plaudit_models::train`]. A row whose label is unknown is named by its uid, and the rows at which training diverged
/// by their places in `train`.
pub fn train(
    train: &Dataset,
    valid: &Dataset,
    config: &TrainConfig,
    observer: &mut dyn Observer,
) -> Result<TextClassifier> {
    config.validate()?;
    let analyzer = Pipeline::from_corpus(config.text.clone(), train.iter().map(|row| row.text.as_str()))?;
    // Where there are no labels at all, the call below says so.
    if let Ok(labels) = config.model.labels.clone().map_or_else(|| train.labels(), Ok) {
        for data in [train, valid] {
            for row in data.iter() {
                row.label.as_ref().map(|label| place(&labels, row, label, &data.report.source_name)).transpose()?;
            }
        }
    }
    let trained = plaudit_models::train(analyzer, &train.examples(), &valid.examples(), &config.model, observer);
    trained.map_err(|error| match error {
        Error::Diverged { step, rows, what } => {
            let labelled: Vec<usize> =
                (0..).zip(train).filter(|(_, row)| row.label.is_some()).map(|(at, _)| at).collect();
            let rows = rows.into_iter().filter_map(|row| labelled.get(row).copied()).collect();
            Error::Diverged { step, rows, what }
        }
        error => error,
    })
}

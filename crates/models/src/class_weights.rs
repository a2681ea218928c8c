//! What an error on a row of each label costs.

use plaudit_core::Labels;
use serde::{Deserialize, Serialize};

/// What an error on a row of each label costs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// 1 on every row.
    #[default]
    Equal,
    /// All labels as much in all: rows / (labels that occur x rows of the label), as scikit-learn's `balanced`.
    Balanced,
    /// These, one a label, in the labels' order, 1e-10 to 1e10.
    Each(Vec<f64>),
}

impl ClassWeights {
    /// Adds what is wrong with the field `name` beside these labels of a configuration.
    pub(crate) fn faults(&self, name: &str, labels: Option<&Labels>, faults: &mut Vec<String>) {
        let Self::Each(weights) = self else { return };
        for weight in weights.iter().filter(|weight| !(1e-10..=1e10).contains(*weight)) {
            faults.push(format!("{name}: found {weight}, expected 1e-10 to 1e10"));
        }
        match labels {
            None => faults.push(format!("{name}: weights of labels need `labels`, found none")),
            Some(labels) if labels.len() != weights.len() => faults.push(format!(
                "{name}: found {} weights, expected one for each of {} labels",
                weights.len(),
                labels.len()
            )),
            Some(_) => {}
        }
    }

    /// The weight of a row of each label, from the number of rows of each.
    pub(crate) fn of(&self, rows: &[usize]) -> Vec<f64> {
        match self {
            Self::Equal => vec![1.0; rows.len()],
            Self::Each(weights) => weights.clone(),
            Self::Balanced => {
                let occurring = rows.iter().filter(|&&count| count > 0).count();
                let all: usize = rows.iter().sum();
                rows.iter().map(|&count| all as f64 / (occurring * count.max(1)) as f64).collect()
            }
        }
    }
}

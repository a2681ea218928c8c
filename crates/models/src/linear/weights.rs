//! The weights that texts are scored with.

use plaudit_core::{Error, Result};
use safetensors::tensor::Dtype;

use super::entries::Input;
use super::loss::{outputs, softmax};
use crate::network::{Init, ParameterSpec, Parameters};
use crate::weights::{Tensors, to_bytes};

/// Weights in single precision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    /// How rows are read.
    input: Input,
    /// How many labels there are.
    labels: usize,
    /// The places of those that occur, ascending.
    occurring: Vec<usize>,
    /// `[columns, outputs]`.
    values: Vec<f32>,
    /// `[outputs]`.
    bias: Vec<f32>,
}

impl Weights {
    /// `at` are the weights, `[columns, outputs]`, and after them the biases. There are at least two labels that occur.
    pub(super) fn new(input: Input, labels: usize, occurring: Vec<usize>, at: &[f64]) -> Self {
        let (values, bias) = at.split_at(at.len().saturating_sub(outputs(occurring.len())));
        let single = |values: &[f64]| values.iter().map(|&value| value as f32).collect();
        Self { input, labels, occurring, values: single(values), bias: single(bias) }
    }

    pub(super) fn occurring(&self) -> &[usize] {
        &self.occurring
    }

    /// Multiplies every score by a number.
    pub(super) fn multiply(&mut self, by: f64) {
        for weight in self.values.iter_mut().chain(&mut self.bias) {
            *weight = (f64::from(*weight) * by) as f32;
        }
    }

    /// The probability of every label.
    pub(super) fn probabilities(&self, row: impl Iterator<Item = (u32, f32)> + Clone) -> Vec<f32> {
        let mut scores: Vec<f64> = self.bias.iter().map(|&bias| f64::from(bias)).collect();
        for (column, value) in self.input.read(row) {
            let start = column as usize * self.bias.len();
            let weights = self.values.get(start..start + self.bias.len()).unwrap_or_default();
            let products = weights.iter().map(|&weight| f64::from(value) * f64::from(weight));
            scores.iter_mut().zip(products).for_each(|(score, product)| *score += product);
        }
        if scores.len() == 1 {
            scores.insert(0, 0.0);
        }
        softmax(&mut scores);
        let mut row = vec![0.0; self.labels];
        for (&label, score) in self.occurring.iter().zip(scores) {
            if let Some(slot) = row.get_mut(label) {
                *slot = score as f32;
            }
        }
        row
    }

    /// The weights of a label, that of each column and then the bias; none where the label does not occur.
    pub(super) fn of_label(&self, label: usize) -> Option<Vec<f32>> {
        let place = self.occurring.iter().position(|&occurring| occurring == label)?;
        let outputs = self.bias.len();
        // Of two labels, only the second has an output.
        let Some(output) = place.checked_sub(self.occurring.len() - outputs) else {
            return Some(vec![0.0; self.values.len() + 1]);
        };
        Some(self.values.iter().chain(&self.bias).skip(output).step_by(outputs).copied().collect())
    }

    /// A safetensors file with `weight`, `[outputs, columns]`, and `bias`, `[outputs]`, as PyTorch's `Linear` has them.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let outputs = self.bias.len();
        let parameters = Parameters::from_values(&specs(outputs, self.values.len() / outputs.max(1)), |spec, _| {
            let by_output = |output| self.values.iter().skip(output).step_by(outputs);
            Ok(if spec.name == BIAS { self.bias.clone() } else { (0..outputs).flat_map(by_output).copied().collect() })
        })?;
        to_bytes(&parameters, str::to_owned)
    }

    /// # Errors
    /// When these are not the weights of so many labels and columns.
    pub(super) fn from_bytes(
        bytes: &[u8],
        name: String,
        input: Input,
        labels: usize,
        occurring: Vec<usize>,
        columns: usize,
    ) -> Result<Self> {
        let outputs = outputs(occurring.len());
        let file = Tensors::open(std::io::Cursor::new(bytes), bytes.len() as u64, name)?;
        let parameters = file.parameters(&specs(outputs, columns), str::to_owned, &[Dtype::F32])?;
        let by_output = parameters.value(WEIGHT)?.values;
        let rows = by_output.chunks_exact(columns.max(1)).collect::<Vec<_>>();
        let column = |column| rows.iter().filter_map(move |row: &&[f32]| row.get(column).copied());
        let values = (0..columns).flat_map(column).collect();
        Ok(Self { input, labels, occurring, values, bias: parameters.value(BIAS)?.values })
    }
}

const WEIGHT: &str = "weight";
const BIAS: &str = "bias";

fn specs(outputs: usize, columns: usize) -> [ParameterSpec; 2] {
    let spec = |name: &str, shape| ParameterSpec::dense(name, shape, Init::Constant(0.0));
    [spec(WEIGHT, vec![outputs, columns]), spec(BIAS, vec![outputs])]
}

/// The most bytes of such a file.
pub(super) fn most_bytes(occurring: usize, columns: usize) -> Result<u64> {
    let values = outputs(occurring).checked_mul(columns.saturating_add(1));
    let bytes = values.and_then(|values| (values as u64).checked_mul(4)?.checked_add(crate::weights::MAX_HEADER));
    bytes.ok_or_else(|| Error::config(format!("{columns} columns for {occurring} labels are too many")))
}

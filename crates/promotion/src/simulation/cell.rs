//! What is true in a simulation.

use plaudit_core::Result;
use plaudit_stats::{Stream, dirichlet};
use serde::{Deserialize, Serialize};

use crate::prevalence::ErrorMatrix;

/// The most texts, and gold rows of one label: whole numbers up to here are exact as floating-point numbers.
const MOST: u64 = 1 << 53;

/// A situation to simulate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The classifier's true error rates, `[gold, predicted]`: the probability of each predicted label given the true one.
    /// Each row adds up to 1.
    pub rates: Vec<Vec<f64>>,
    /// The number of gold rows of each label, `[labels]`; together at least 1 and at most 2^53.
    pub gold: Vec<u64>,
    /// The number of predicted texts of each division, at most 2^53.
    pub texts: u64,
    /// What the texts of the divisions truly are.
    pub shares: Shares,
}

/// The true shares of the labels in a division.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Shares {
    /// The same in every division.
    Fixed {
        /// The shares, `[labels]`, which add up to 1.
        shares: Vec<f64>,
    },
    /// Drawn anew for each division, any shares as likely as any others: from a Dirichlet(1) distribution.
    Uniform,
}

impl Cell {
    /// Returns a cell with a classifier that is right about `accuracy` (0 to 1) of the texts of each of so many labels, and
    /// takes the others for every other label as often, and with so many gold rows of each label.
    pub fn symmetric(labels: usize, accuracy: f64, gold: u64, texts: u64, shares: Shares) -> Self {
        let other = (1.0 - accuracy) / (labels.max(2) - 1) as f64;
        let rate = |row: usize, column: usize| if row == column { accuracy } else { other };
        let rates = (0..labels).map(|row| (0..labels).map(|column| rate(row, column)).collect()).collect();
        Self { rates, gold: vec![gold; labels], texts, shares }
    }

    /// Returns a cell with a classifier that makes the errors of these gold rows, and as many gold rows of each label.
    ///
    /// # Errors
    /// When a label has no gold row.
    pub fn like(gold: &ErrorMatrix, texts: u64, shares: Shares) -> Result<Self> {
        let rates = gold.rates()?.chunks_exact(gold.labels().len()).map(<[f64]>::to_vec).collect();
        Ok(Self { rates, gold: gold.rows().map(|row| row.iter().sum()).collect(), texts, shares })
    }

    /// What is wrong with it where there are so many labels.
    pub(super) fn faults(&self, labels: usize) -> Vec<String> {
        let mut faults = Vec::new();
        let mut distribution = |name: String, found: &[f64]| {
            let even = found.iter().all(|share| (0.0..=1.0).contains(share));
            if found.len() != labels || !even || (found.iter().sum::<f64>() - 1.0).abs() > 1e-6 {
                faults.push(format!("{name}: {found:?}; expected {labels} numbers from 0 that add up to 1"));
            }
        };
        for (index, row) in self.rates.iter().enumerate() {
            distribution(format!("rates of label {index}"), row);
        }
        if let Shares::Fixed { shares } = &self.shares {
            distribution("shares".to_owned(), shares);
        }
        if self.rates.len() != labels {
            faults.push(format!("rates: {} rows; expected {labels}, one a label", self.rates.len()));
        }
        if self.gold.len() != labels {
            faults.push(format!("gold: {} counts; expected {labels}, one a label", self.gold.len()));
        }
        let gold = self.gold.iter().fold(0u64, |sum, &count| sum.saturating_add(count));
        if !(1..=MOST).contains(&gold) {
            faults.push(format!("gold: {gold} rows; expected 1 to {MOST}"));
        }
        if self.texts > MOST {
            faults.push(format!("texts: {}; expected at most {MOST}", self.texts));
        }
        faults
    }

    /// What tells it from other cells.
    pub(super) fn content(&self) -> Vec<u64> {
        let shares = if let Shares::Fixed { shares } = &self.shares { shares.as_slice() } else { &[] };
        let bits = self.rates.iter().flatten().chain(shares).map(|number| number.to_bits());
        bits.chain(self.gold.iter().copied()).chain([self.texts]).collect()
    }

    /// Replaces `out` by the true shares of a division.
    pub(super) fn truth(&self, stream: &mut Stream, out: &mut [f64]) {
        match &self.shares {
            Shares::Fixed { shares } => out.iter_mut().zip(shares).for_each(|(slot, share)| *slot = *share),
            Shares::Uniform => dirichlet(stream, &vec![1.0; out.len()], out),
        }
    }

    /// The probability of each predicted label where these are the true shares.
    pub(super) fn predicted(&self, truth: &[f64]) -> Vec<f64> {
        let mut predicted = vec![0.0; truth.len()];
        for (row, share) in self.rates.iter().zip(truth) {
            predicted.iter_mut().zip(row).for_each(|(sum, rate)| *sum += share * rate);
        }
        predicted
    }
}

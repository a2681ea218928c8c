//! Whether a classifier errs as it did.

use std::fmt;

use plaudit_core::{Error, Labels, Result, Table};
use plaudit_stats::{Stream, holm};
use serde::{Deserialize, Serialize};

use super::deviance::{deviance, p_value, permuted};
use crate::prevalence::ErrorMatrix;

/// How the errors of two periods are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ErrorDriftConfig {
    /// The number of permutations, 99 to 100,000. By default 999: no p-value is below 1 / (`resamples` + 1).
    pub resamples: usize,
    /// The seed of the permutations.
    pub seed: u64,
}

impl Default for ErrorDriftConfig {
    fn default() -> Self {
        Self { resamples: 999, seed: 0 }
    }
}

/// Whether texts of a label are predicted as they were: a test for each gold label, and one for all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorDrift {
    /// The labels, in the order of the rows.
    pub labels: Labels,
    /// The gold labels in turn.
    pub rows: Vec<RowDrift>,
    /// The sum of the rows' deviances.
    pub deviance: f64,
    /// The sum of their degrees of freedom; 0 where nothing can be compared.
    pub degrees: u32,
    /// The probability of a deviance at least that large where the classifier errs as it did; 1 where nothing can be compared.
    pub p_value: f64,
}

/// Whether texts of one gold label are predicted as they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowDrift {
    /// How often each label was predicted in the first period, in the labels' order.
    pub before: Vec<u64>,
    /// The same in the second period.
    pub after: Vec<u64>,
    /// G^2 = 2 sum n log(n / expected), at least 0.
    pub deviance: f64,
    /// The number of labels that were predicted at all, less 1; 0 where a period has no row of this label.
    pub degrees: u32,
    /// The probability of a deviance at least that large where nothing changed, by itself.
    pub p_value: f64,
    /// The same, adjusted for the number of labels (Holm 1979): where it is at most alpha, the label is one that is predicted
    /// otherwise, with a chance of at most alpha that any label is named wrongly.
    pub adjusted: f64,
}

/// Returns whether a classifier errs in two periods alike, from the gold rows of each.
///
/// Shares that are corrected by the error rates of one period hold in another only if it does. Labels that people gave arrive
/// late; then ask again. What is compared are the rows of the error matrices, so that another mix of the true labels is no
/// drift. The distribution of the deviances is found by permuting which period each row of a gold label belongs to, which keeps
/// how many were predicted of each label; with more than 100,000 rows of a label, by chi-square. Rows must be independent of each
/// other, and of each label drawn in the same way.
///
/// A small p-value shows drift, a large one does not show that there is none: see the number of rows.
///
/// # Errors
/// When the labels differ, or `resamples` is out of its range.
pub fn error_drift(before: &ErrorMatrix, after: &ErrorMatrix, config: &ErrorDriftConfig) -> Result<ErrorDrift> {
    let mut faults = Vec::new();
    let (labels, others) = (before.labels(), after.labels());
    if labels != others {
        faults.push(format!("after: labels {}; expected those of before, {}", others.listed(), labels.listed()));
    }
    if !(99..=100_000).contains(&config.resamples) {
        faults.push(format!("resamples: {}; expected 99 to 100000", config.resamples));
    }
    Error::from_faults(faults)?;
    let mut rows = Vec::with_capacity(labels.len());
    let mut sums = Some(vec![0.0; config.resamples]);
    let (mut all, mut degrees) = (0.0, 0);
    for (label, (first, second)) in before.rows().zip(after.rows()).enumerate() {
        let (found, df) = deviance([first, second]);
        let mut stream = Stream::new(config.seed, "promotion: error drift", label as u64);
        let drawn = permuted([first, second], config.resamples, &mut stream);
        sums = sums.zip(drawn.as_ref()).map(|(mut sums, drawn)| {
            sums.iter_mut().zip(drawn).for_each(|(sum, drawn)| *sum += drawn);
            sums
        });
        all += found;
        degrees += df;
        let p = p_value(found, df, drawn.as_deref());
        let (before, after) = (first.to_vec(), second.to_vec());
        rows.push(RowDrift { before, after, deviance: found, degrees: df, p_value: p, adjusted: p });
    }
    let adjusted = holm(&rows.iter().map(|row| row.p_value).collect::<Vec<f64>>())?;
    rows.iter_mut().zip(adjusted).for_each(|(row, adjusted)| row.adjusted = adjusted);
    let p_value = p_value(all, degrees, sums.as_deref());
    Ok(ErrorDrift { labels: labels.clone(), rows, deviance: all, degrees, p_value })
}

impl fmt::Display for ErrorDrift {
    /// One line a gold label, then the test of all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["gold label", "rows before", "right", "rows after", "right", "G2", "p (Holm)"]);
        for (label, (name, row)) in self.labels.iter().zip(&self.rows).enumerate() {
            let total = |counts: &[u64]| counts.iter().map(|&count| count as f64).sum::<f64>();
            let right = |counts: &[u64]| match counts.get(label) {
                Some(&right) if total(counts) > 0.0 => format!("{:.2}", right as f64 / total(counts)),
                _ => "-".to_owned(),
            };
            table.push([
                name.to_owned(),
                total(&row.before).to_string(),
                right(&row.before),
                total(&row.after).to_string(),
                right(&row.after),
                format!("{:.1}", row.deviance),
                format!("{:.3}", row.adjusted),
            ]);
        }
        write!(f, "{table}")?;
        writeln!(
            f,
            "all labels: G2 {:.1} with {} degrees of freedom, p {:.3}",
            self.deviance, self.degrees, self.p_value
        )
    }
}

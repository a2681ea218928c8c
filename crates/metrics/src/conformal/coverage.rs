//! What the sets are worth on other texts.

use std::fmt;

use plaudit_core::Table;
use plaudit_stats::{Interval, wilson_share};
use serde::{Deserialize, Serialize};

use super::Conformal;
use crate::Scored;
use crate::resampling::LEVEL;

/// How often [`Conformal`] sets hold the true label, and how large they are. `Display` prints it as a table.
///
/// Shares are of the texts' weights, 0 to 1, or none where there is no weight. With weights, intervals are those of the
/// [effective number](crate::ConfusionMatrix::effective_total) of texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The number of texts.
    pub total: u64,
    /// The share of sets that hold the true label: about 1 - alpha or more is promised.
    pub coverage: Option<f64>,
    /// Wilson's 95 % interval for the coverage. It holds the chance of the draw of these texts. That of the texts on which the
    /// sets were fitted, which varies as much where they are as many, is not in it.
    pub coverage_interval: Option<Interval>,
    /// The mean number of labels in a set.
    pub mean_size: Option<f64>,
    /// The share of sets without a label.
    pub empty: Option<f64>,
    /// The share of sets of one label.
    pub single: Option<f64>,
    /// The coverage of the texts of each label, in the labels' order.
    pub classes: Vec<LabelCoverage>,
}

/// How often the sets of the texts of one label hold it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelCoverage {
    /// The label.
    pub label: String,
    /// The number of texts that truly have it.
    pub support: u64,
    /// The share of their sets that hold it, 0 to 1; none where there is no weight.
    pub coverage: Option<f64>,
    /// Wilson's 95 % interval for the coverage.
    pub coverage_interval: Option<Interval>,
    /// The mean number of labels in their sets.
    pub mean_size: Option<f64>,
}

/// Sums over texts.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    texts: u64,
    weight: f64,
    squares: f64,
    covered: f64,
    sizes: f64,
    empty: f64,
    single: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, covered: bool, size: usize) {
        let count = |yes: bool| if yes { weight } else { 0.0 };
        self.texts += 1;
        self.weight += weight;
        self.squares += weight * weight;
        self.covered += count(covered);
        self.sizes += weight * size as f64;
        self.empty += count(size == 0);
        self.single += count(size == 1);
    }

    fn share(&self, part: f64) -> Option<f64> {
        (self.weight > 0.0).then(|| part / self.weight)
    }

    fn coverage(&self) -> Option<f64> {
        self.share(self.covered)
    }

    fn interval(&self) -> Option<Interval> {
        wilson_share(self.coverage()?, self.weight * self.weight / self.squares, LEVEL)
    }
}

impl Coverage {
    /// `conformal` is valid for the labels of `scored`.
    pub(super) fn new(conformal: &Conformal, scored: &Scored) -> Self {
        let mut all = Sums::default();
        let mut classes = vec![Sums::default(); scored.labels().len()];
        for ((row, &truth), &weight) in scored.rows().zip(scored.truth()).zip(scored.weights_or_ones().iter()) {
            let (mut covered, mut size) = (false, 0);
            for label in conformal.set(row) {
                covered |= label == truth;
                size += 1;
            }
            all.add(weight, covered, size);
            if let Some(class) = classes.get_mut(truth) {
                class.add(weight, covered, size);
            }
        }
        let label = |(name, sums): (&str, &Sums)| LabelCoverage {
            label: name.to_owned(),
            support: sums.texts,
            coverage: sums.coverage(),
            coverage_interval: sums.interval(),
            mean_size: sums.share(sums.sizes),
        };
        Self {
            total: all.texts,
            coverage: all.coverage(),
            coverage_interval: all.interval(),
            mean_size: all.share(all.sizes),
            empty: all.share(all.empty),
            single: all.share(all.single),
            classes: scored.labels().iter().zip(&classes).map(label).collect(),
        }
    }
}

impl fmt::Display for Coverage {
    /// One row a label and one for all, three decimals, `-` where undefined; then the shares of empty and of single sets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{share:.3}"));
        let row = |name: &str, texts: u64, share: Option<f64>, interval: Option<Interval>, size: Option<f64>| {
            let ends = [interval.map(|i| i.low), interval.map(|i| i.high)];
            let [low, high] = ends.map(decimals);
            [name.to_owned(), texts.to_string(), decimals(share), low, high, decimals(size)]
        };
        let mut table = Table::new(["label", "support", "coverage", "95 % from", "to", "mean size"]);
        for class in &self.classes {
            let (share, interval) = (class.coverage, class.coverage_interval);
            table.push(row(&class.label, class.support, share, interval, class.mean_size));
        }
        table.push(row("all", self.total, self.coverage, self.coverage_interval, self.mean_size));
        writeln!(f, "{table}\nsets of one label {}, empty sets {}", decimals(self.single), decimals(self.empty))
    }
}

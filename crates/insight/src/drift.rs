//! Whether the texts of two periods can be told apart.

use std::fmt;

use plaudit_core::{Error, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use crate::{Documents, Exchange};

/// How drift of texts is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TextDriftConfig {
    /// The parts of the texts, 2 to 100, each scored by counts of the others. By default 5.
    pub folds: usize,
    /// What is added to the count of each term, above 0 and at most a million. By default 1.
    pub smoothing: f64,
    /// The number of permutations, 99 to 100,000. By default 199: no p-value is below 1 / (`permutations` + 1).
    pub permutations: usize,
    /// The seed of the parts and the permutations.
    pub seed: u64,
}

impl Default for TextDriftConfig {
    fn default() -> Self {
        Self { folds: 5, smoothing: 1.0, permutations: 199, seed: 0 }
    }
}

impl TextDriftConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(2..=100).contains(&self.folds) {
            faults.push(format!("folds: {}; expected 2 to 100", self.folds));
        }
        if !(self.smoothing > 0.0 && self.smoothing <= 1e6) {
            faults.push(format!("smoothing: {}; expected above 0 and at most 1000000", self.smoothing));
        }
        if !(99..=100_000).contains(&self.permutations) {
            faults.push(format!("permutations: {}; expected 99 to 100000", self.permutations));
        }
        Error::from_faults(faults)
    }
}

/// How well a classifier tells the texts of two periods apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextDrift {
    /// The number of texts outside the group: of the first period.
    pub texts_before: u64,
    /// The number of texts in the group: of the second period.
    pub texts_after: u64,
    /// The probability that a text of the second period scores above one of the first (half of it where they are equal), 0 to 1.
    /// It is near 0.5 where texts cannot be told apart.
    pub auc: f64,
    /// Its mean over the permutations: not quite 0.5 where blocks have mixes of their own, or texts of one author repeat each other.
    pub auc_by_chance: f64,
    /// The share of permutations with an AUC as great, (b + 1) / (m + 1) with b of m.
    pub p_value: f64,
}

/// Returns whether the texts of the group can be told from the others, by a classifier two-sample test. None where there is no text
/// inside, or outside, or the exchange [can tell nothing](Exchange::can_tell).
///
/// Each part of the texts is scored by naive Bayes on the terms of the others, and the area under the curve of all scores is the
/// statistic. Its distribution where nothing changed is found by permuting the *pooled* texts of both periods, as `exchange`
/// allows, and doing everything again. A null made of one period alone would take the chance of the other for drift. Any
/// classifier makes the test valid; a better one makes it see more. This one is trained by counting, so that hundreds of
/// permutations take seconds; it sees which terms are there, not their order.
///
/// D. Lopez-Paz and M. Oquab, *Revisiting classifier two-sample tests*, ICLR (2017), with the area under the curve in the place of
/// accuracy: it does not hang on how many texts each period has.
///
/// # Errors
/// When the configuration is at fault, or `exchange` has not one text a document.
pub fn text_drift(documents: &Documents, exchange: &Exchange, config: &TextDriftConfig) -> Result<Option<TextDrift>> {
    config.validate()?;
    exchange.check(documents.len())?;
    if !exchange.can_tell() {
        return Ok(None);
    }
    let (of_rows, units) = exchange.units();
    // What is moved together is scored together: the same author on both sides would be known by name.
    let mut folds: Vec<usize> = (0..units).map(|unit| unit % config.folds).collect();
    Stream::new(config.seed, "insight: folds of drift", 0).shuffle(&mut folds);
    let folds = of_rows.iter().map(|&unit| folds.get(unit).copied().unwrap_or(0)).collect();
    let test = Test { documents, folds, config };
    let auc = test.auc(exchange.group());
    let (mut as_great, mut sum, mut group) = (0, 0.0, Vec::new());
    for permutation in 0..config.permutations {
        let mut stream = Stream::new(config.seed, "insight: drift", permutation as u64);
        exchange.permute(&mut stream, &mut group);
        let drawn = test.auc(&group);
        sum += drawn;
        as_great += usize::from(drawn >= auc - 1e-12);
    }
    let after = exchange.group().iter().filter(|&&later| later).count();
    Ok(Some(TextDrift {
        texts_before: (documents.len() - after) as u64,
        texts_after: after as u64,
        auc,
        auc_by_chance: sum / config.permutations as f64,
        p_value: (as_great + 1) as f64 / (config.permutations + 1) as f64,
    }))
}

struct Test<'a> {
    documents: &'a Documents,
    folds: Vec<usize>, // [texts]
    config: &'a TextDriftConfig,
}

impl Test<'_> {
    fn auc(&self, group: &[bool]) -> f64 {
        let width = self.documents.terms().len();
        let rows = || self.documents.iter().zip(group).zip(&self.folds);
        // [folds][period]: how many texts of the fold mention each term
        let mut counts = vec![[vec![0.0; width], vec![0.0; width]]; self.config.folds];
        let mut all = [vec![0.0; width], vec![0.0; width]];
        for ((terms, &later), &fold) in rows() {
            for sums in counts.get_mut(fold).into_iter().chain([&mut all]) {
                let [before, after] = sums;
                Documents::add(if later { after } else { before }, terms, 1.0);
            }
        }
        let weights: Vec<Vec<f64>> = counts.iter().map(|own| self.weights(&all, own)).collect();
        let score = |((terms, &later), &fold): ((&[u32], &bool), &usize)| {
            let weights = weights.get(fold).map_or(&[][..], Vec::as_slice);
            (terms.iter().filter_map(|&term| weights.get(term as usize)).sum::<f64>(), later)
        };
        area(rows().map(score).collect())
    }

    /// log P(term | second) - log P(term | first), by the texts outside a fold.
    fn weights(&self, all: &[Vec<f64>; 2], own: &[Vec<f64>; 2]) -> Vec<f64> {
        let smoothing = self.config.smoothing;
        let logs = |all: &[f64], own: &[f64]| -> Vec<f64> {
            let outside = || all.iter().zip(own).map(|(all, own)| all - own + smoothing);
            let total = libm::log(outside().sum());
            outside().map(|count| libm::log(count) - total).collect()
        };
        let ([all_before, all_after], [before, after]) = (all, own);
        logs(all_after, after).into_iter().zip(logs(all_before, before)).map(|(after, before)| after - before).collect()
    }
}

/// The share of pairs in which the one in the group scores higher, equal ones by half; there are such pairs.
fn area(mut scores: Vec<(f64, bool)>) -> f64 {
    scores.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut pairs, mut inside) = (0.0, 0.0, 0.0);
    for equal in scores.chunk_by(|a, b| a.0 == b.0) {
        let own = equal.iter().filter(|(_, of_group)| *of_group).count() as f64;
        let others = equal.len() as f64 - own;
        pairs += own * (below + others / 2.0);
        below += others;
        inside += own;
    }
    pairs / (inside * below)
}

impl fmt::Display for TextDrift {
    /// One line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { texts_before, texts_after, auc, auc_by_chance, p_value } = self;
        write!(f, "texts: {texts_before} before and {texts_after} after are told apart with an AUC of {auc:.3} ")?;
        write!(f, "({auc_by_chance:.3} by chance), p {p_value:.3}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // scikit-learn 1.9.1: roc_auc_score([0, 1, 0, 1, 1], [.1, .4, .4, .8, .35]) -> 0.75
    #[test]
    fn areas_equal_scikit_learn() {
        let scores = [(0.1, false), (0.4, true), (0.4, false), (0.8, true), (0.35, true)];
        assert!((area(scores.to_vec()) - 0.75).abs() < 1e-15);
        assert_eq!(area(vec![(0.0, true), (0.0, false)]), 0.5);
    }
}

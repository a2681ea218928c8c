//! Whether the texts of a division are predicted as the gold rows were.

use plaudit_core::{Error, Labels, Origin, Result};
use plaudit_stats::{Stream, dirichlet, multinomial};
use serde::{Deserialize, Serialize};

use super::EmStop;
use super::em::{explain, likeliest};
use super::error_matrix::origin_fault;
use super::naive::total;

/// The fewest gold rows of a cell.
const FEWEST: usize = 5;
/// Parts by confidence of each predicted label.
const PARTS: usize = 3;
/// So many simulated deviances as large as the one found tell a p-value well enough: the next one is not drawn.
const ENOUGH: u32 = 50;

/// Gold rows by their label and by cells: the predicted label and a third of its confidences.
///
/// The predicted labels alone are as many as the unknown shares, and fit any counts. The cells are three times as many,
/// and do not fit counts of a division where texts of one label are predicted otherwise than among the gold rows.
/// Thirds are those of the gold rows with the same predicted label; a cell with fewer than 5 gold rows is merged with
/// its neighbour.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfidenceCells {
    labels: Labels,
    origin: Origin,
    bounds: Vec<[f64; PARTS - 1]>, // [predicted]: where the second and the third part begin
    cells: Vec<usize>,             // [predicted, parts]: the cell of each part
    parts: Vec<usize>,             // [cells]: the number of parts in each
    counts: Vec<Vec<u64>>,         // [gold, cells]
}

/// How label shift is checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ShiftConfig {
    /// The most simulated divisions, 99 to 100,000. By default 999: no p-value is below 1 / (`resamples` + 1). Where 50 of
    /// them have a deviance as large as the one found, no further one is drawn.
    pub resamples: usize,
    /// The Dirichlet prior's weight for each predicted label given a gold label, in rows, above 0 and at most a
    /// million, spread evenly over its parts. By default 1, as in [`CutConfig`](super::CutConfig).
    pub gold_prior: f64,
    /// The seed of every draw.
    pub seed: u64,
}

impl Default for ShiftConfig {
    fn default() -> Self {
        Self { resamples: 999, gold_prior: 1.0, seed: 0 }
    }
}

impl ShiftConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(99..=100_000).contains(&self.resamples) {
            faults.push(format!("resamples: {}; expected 99 to 100000", self.resamples));
        }
        if !(self.gold_prior > 0.0 && self.gold_prior <= 1e6) {
            faults.push(format!("gold_prior: {}; expected above 0 and at most 1000000", self.gold_prior));
        }
        Error::from_faults(faults)
    }
}

/// How well any shares explain a division's cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelShift {
    /// The deviance G^2 of the likeliest shares, at least 0.
    pub deviance: f64,
    /// The number of cells less that of labels, at least 1. The deviance is about that large where the gold rows are
    /// many.
    pub degrees: usize,
    /// The probability of a deviance at least that large where texts of one label are predicted in the division as they
    /// were among the gold rows. Where it is small, say below 0.05, the division's shares must not be computed from
    /// these gold rows: label a random sample of the division and use [`ppi`](super::ppi()). Estimated by simulation: (k + 1) /
    /// (`resamples` + 1) where k deviances are as large, or 50 over the number drawn where 50 are before that (J. Besag and
    /// P. Clifford, *Sequential Monte Carlo p-values*, Biometrika 78, 1991).
    pub p_value: f64,
    /// The likeliest shares, in the labels' order.
    pub shares: Vec<f64>,
}

impl ConfidenceCells {
    /// Returns the cells of these gold rows, each given by the index of its gold label, that of its predicted label,
    /// and the confidence of the prediction, a finite number such as its probability.
    ///
    /// # Errors
    /// When `origin` has fewer than 2 folds, an index is not that of a label, or a confidence is not finite; of the
    /// rows the message names the first, counted from 0. Also when there are no more cells than labels.
    pub fn new(labels: Labels, origin: Origin, rows: &[(usize, usize, f64)]) -> Result<Self> {
        Error::from_faults(origin_fault(origin).into_iter().collect())?;
        let width = labels.len();
        let mut confidences = vec![Vec::new(); width];
        for (row, &(gold, predicted, confidence)) in rows.iter().enumerate() {
            check(width, row, gold.max(predicted), confidence)?;
            if let Some(of_label) = confidences.get_mut(predicted) {
                of_label.push(confidence);
            }
        }
        let bounds: Vec<_> = confidences.into_iter().map(thirds).collect();
        let mut whole = Self {
            cells: (0..PARTS * width).collect(),
            parts: vec![1; PARTS * width],
            counts: vec![vec![0; PARTS * width]; width],
            labels,
            origin,
            bounds,
        };
        for &(gold, predicted, confidence) in rows {
            let cell = whole.cell(predicted, confidence);
            if let Some(count) = whole.counts.get_mut(gold).and_then(|row| row.get_mut(cell)) {
                *count += 1;
            }
        }
        let merged = whole.merged();
        if merged.parts.len() <= width {
            let (found, rows) = (merged.parts.len(), rows.len());
            let fault =
                format!("cells: {rows} gold rows fill {found} cells; expected more cells than the {width} labels");
            return Err(Error::config(fault));
        }
        Ok(merged)
    }

    /// Returns the labels.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns where the gold rows come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Returns the number of cells, after merging.
    pub fn cells(&self) -> usize {
        self.parts.len()
    }

    /// Returns how many of these texts, each given by the index of its predicted label and the confidence, fall on each
    /// cell.
    ///
    /// # Errors
    /// When an index is not that of a label, or a confidence is not finite; the message names the text, counted from 0.
    pub fn tally(&self, texts: impl IntoIterator<Item = (usize, f64)>) -> Result<Vec<u64>> {
        let mut counts = vec![0; self.cells()];
        for (text, (predicted, confidence)) in texts.into_iter().enumerate() {
            check(self.labels.len(), text, predicted, confidence)?;
            if let Some(count) = counts.get_mut(self.cell(predicted, confidence)) {
                *count += 1;
            }
        }
        Ok(counts)
    }

    /// Returns how well any shares explain these counts of a division, `[cells]`, as [`tally`](Self::tally) makes them.
    ///
    /// The deviance is G^2 = 2 sum_b n_b log(n_b / (n (theta^T pi)_b)) with the posterior mean theta of the gold rows
    /// and the likeliest shares pi. Its distribution is simulated: error rates from the gold rows' posterior, counts
    /// from them and pi, and their deviance from the same theta, so that few gold rows make large deviances usual.
    ///
    /// # Errors
    /// When the configuration is at fault, there is not one count a cell, no text, or more than 2^53.
    pub fn check(&self, counts: &[u64], config: &ShiftConfig) -> Result<LabelShift> {
        check_counts(&self.counts, &self.parts, counts, config)
    }

    /// Returns the gold rows, `[gold, cells]`, and the number of parts in each cell, `[cells]`.
    pub(super) fn gold(&self) -> (&[Vec<u64>], &[usize]) {
        (&self.counts, &self.parts)
    }

    /// The cell of a prediction.
    fn cell(&self, predicted: usize, confidence: f64) -> usize {
        let bounds = self.bounds.get(predicted).map_or(&[][..], |bounds| bounds);
        let part = bounds.iter().filter(|&&bound| confidence >= bound).count();
        self.cells.get(predicted * PARTS + part).copied().unwrap_or(0)
    }

    /// The same with cells of fewer than 5 gold rows merged: with the next ones of the same predicted label until there
    /// are 5, what is left of a label with those before it, and a label with fewer than 5 in all with the next label.
    fn merged(mut self) -> Self {
        let rows = |part: usize| self.counts.iter().filter_map(|row| row.get(part)).sum::<u64>();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let mut open = Vec::new();
        for predicted in 0..self.labels.len() {
            let first = groups.len();
            for part in predicted * PARTS..(predicted + 1) * PARTS {
                open.push(part);
                if open.iter().map(|&part| rows(part)).sum::<u64>() >= FEWEST as u64 {
                    groups.push(std::mem::take(&mut open));
                }
            }
            if groups.len() > first
                && let Some(last) = groups.last_mut()
            {
                last.append(&mut open);
            }
        }
        match groups.last_mut() {
            Some(last) => last.append(&mut open),
            None => groups.push(open),
        }
        self.parts = groups.iter().map(Vec::len).collect();
        self.counts = self
            .counts
            .iter()
            .map(|row| groups.iter().map(|parts| parts.iter().filter_map(|&part| row.get(part)).sum()).collect())
            .collect();
        for (cell, parts) in groups.into_iter().enumerate() {
            for part in parts {
                if let Some(slot) = self.cells.get_mut(part) {
                    *slot = cell;
                }
            }
        }
        self
    }
}

/// Returns how well any shares explain a division's counts, `[cells]`, beside those of the gold rows, `[gold, cells]`, where
/// each cell has so many parts.
///
/// # Errors
/// As [`ConfidenceCells::check`].
pub(super) fn check_counts(
    gold: &[Vec<u64>],
    parts: &[usize],
    counts: &[u64],
    config: &ShiftConfig,
) -> Result<LabelShift> {
    config.validate()?;
    let (cells, width) = (parts.len(), gold.len());
    if counts.len() != cells {
        return Err(Error::config(format!("counts: {}; expected {cells}, one a cell", counts.len())));
    }
    let texts = total("counts", counts)?;
    let prior = |parts: usize| config.gold_prior * parts as f64 / PARTS as f64;
    let posterior: Vec<Vec<f64>> = gold
        .iter()
        .map(|row| row.iter().zip(parts).map(|(&count, &parts)| count as f64 + prior(parts)).collect())
        .collect();
    let rates: Vec<f64> = posterior
        .iter()
        .flat_map(|row| {
            let sum: f64 = row.iter().sum();
            row.iter().map(move |weight| weight / sum)
        })
        .collect();
    let (deviance, shares) = deviance(&rates, counts, vec![1.0 / width as f64; width]);
    let mut stream = Stream::keyed(config.seed, "promotion: label shift", &[&gold.concat(), counts].concat());
    let (mut drawn, mut expected, mut simulated) = (rates.clone(), vec![0.0; cells], vec![0; cells]);
    let (mut as_large, mut drawn_so_far) = (0_u32, 0_u32);
    for _ in 0..config.resamples {
        for (row, weights) in drawn.chunks_exact_mut(cells).zip(&posterior) {
            dirichlet(&mut stream, weights, row);
        }
        explain(&drawn, &shares, &mut expected);
        multinomial(&mut stream, texts, &expected, &mut simulated);
        if self::deviance(&rates, &simulated, inside(&shares)).0 >= deviance {
            as_large += 1;
        }
        drawn_so_far += 1;
        if as_large == ENOUGH {
            break;
        }
    }
    let p_value = match as_large {
        ENOUGH => f64::from(ENOUGH) / f64::from(drawn_so_far),
        _ => (f64::from(as_large) + 1.0) / (config.resamples as f64 + 1.0),
    };
    Ok(LabelShift { deviance, degrees: cells - width, p_value, shares })
}

/// # Errors
/// When the index is not that of a label or the confidence is not finite.
fn check(labels: usize, row: usize, index: usize, confidence: f64) -> Result<()> {
    if index < labels && confidence.is_finite() {
        return Ok(());
    }
    let expected = format!("expected an index of 0 to {} and a finite number", labels - 1);
    Err(Error::config(format!("cells: row {row}: label index {index}, confidence {confidence}; {expected}")))
}

/// Where the second and the third part of these confidences begin.
fn thirds(mut confidences: Vec<f64>) -> [f64; PARTS - 1] {
    confidences.sort_by(f64::total_cmp);
    let at = |part: usize| confidences.get(confidences.len() * part / PARTS).copied().unwrap_or(f64::INFINITY);
    [at(1), at(2)]
}

/// The deviance of the likeliest shares, and these.
fn deviance(rates: &[f64], counts: &[u64], start: Vec<f64>) -> (f64, Vec<f64>) {
    let n: u64 = counts.iter().sum();
    let seen: Vec<f64> = counts.iter().map(|&count| count as f64 / n as f64).collect();
    // The deviance is flat at its least: shares right to 1e-5 have it to 1e-10 a text.
    let stop = EmStop { tolerance: 1e-7, max_steps: 2_000, ..EmStop::default() };
    let shares = likeliest(rates, &seen, start, &stop).shares;
    let mut expected = vec![0.0; counts.len()];
    explain(rates, &shares, &mut expected);
    let terms = seen.iter().zip(&expected).filter(|(seen, _)| **seen > 0.0);
    let sum: f64 = terms.map(|(seen, expected)| seen * libm::log(seen / expected)).sum();
    ((2.0 * n as f64 * sum).max(0.0), shares)
}

/// Shares near these without a 0, which no step would leave.
fn inside(shares: &[f64]) -> Vec<f64> {
    let even = 1.0 / shares.len() as f64;
    shares.iter().map(|share| 0.99 * share + 0.01 * even).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A prediction of a text of this label: right in 75 of 100, and more confident where right.
    fn predicted(stream: &mut Stream, gold: usize, shifted: bool) -> (usize, f64) {
        let right = stream.uniform() < 0.75;
        let label = if right { gold } else { (gold + 1 + stream.below(2) as usize) % 3 };
        let lift = if right != shifted { 0.4 } else { 0.0 };
        (label, lift + 0.6 * stream.uniform())
    }

    fn cells(seed: u64, per_label: usize) -> ConfidenceCells {
        let mut stream = Stream::new(seed, "gold", 0);
        let rows: Vec<_> = (0..3 * per_label)
            .map(|row| {
                let (label, confidence) = predicted(&mut stream, row % 3, false);
                (row % 3, label, confidence)
            })
            .collect();
        ConfidenceCells::new(Labels::polarity(), Origin::OutOfFold { folds: 5 }, &rows).unwrap()
    }

    fn p_value(seed: u64, per_label: usize, texts: usize, shifted: bool) -> f64 {
        let cells = cells(seed, per_label);
        let mut stream = Stream::new(seed, "division", 0);
        let texts: Vec<_> = (0..texts)
            .map(|_| {
                let gold = if stream.uniform() < 0.7 { 0 } else { 1 + stream.below(2) as usize };
                predicted(&mut stream, gold, shifted)
            })
            .collect();
        let config = ShiftConfig { resamples: 99, ..ShiftConfig::default() };
        cells.check(&cells.tally(texts).unwrap(), &config).unwrap().p_value
    }

    /// 200 divisions: a level of 0.1 has a standard error of 0.021.
    #[test]
    fn the_level_holds_whatever_the_sizes() {
        for (per_label, texts) in [(50, 200), (50, 5_000)] {
            let rejected = (0..200).filter(|&seed| p_value(seed, per_label, texts, false) <= 0.1).count();
            assert!(rejected <= 34, "{per_label} {texts}: {rejected} of 200 rejected at 0.1");
        }
    }

    #[test]
    fn other_confidences_are_seen() {
        let rejected = (0..20).filter(|&seed| p_value(seed, 100, 1_000, true) <= 0.05).count();
        assert!(rejected >= 18, "{rejected} of 20");
    }

    // Two labels, both gold rows and division as below. By hand: with theta the gold rates (a prior of 1e-9 is none)
    // and counts that 0.5, 0.5 explain exactly, the deviance is 0.
    #[test]
    fn counts_that_shares_explain_have_no_deviance() {
        let labels = Labels::new(["a", "b"]).unwrap();
        let mut rows = Vec::new();
        for (gold, of_cells) in [(0, [6, 12, 18, 8, 8, 8]), (1, [12, 6, 0, 12, 12, 18])] {
            for (cell, count) in of_cells.into_iter().enumerate() {
                rows.extend(std::iter::repeat_n((gold, cell / 3, (cell % 3) as f64), count));
            }
        }
        let cells = ConfidenceCells::new(labels, Origin::SetAside, &rows).unwrap();
        assert_eq!(cells.counts, [[6, 12, 18, 8, 8, 8], [12, 6, 0, 12, 12, 18]]);
        let config = ShiftConfig { gold_prior: 1e-9, ..ShiftConfig::default() };
        let found = cells.check(&[18, 18, 18, 20, 20, 26], &config).unwrap();
        assert!(found.deviance < 1e-6 && found.p_value == 1.0 && found.degrees == 4, "{found:?}");
        assert!((found.shares[0] - 0.5).abs() < 1e-3);
        assert_eq!(found, cells.check(&[18, 18, 18, 20, 20, 26], &config).unwrap());
        // The third part of `a` has no row of the other label; a division of it alone is of label 0, with
        // 2 * 10 log(1 / (18 / 60)) by hand.
        let found = cells.check(&[0, 0, 10, 0, 0, 0], &config).unwrap();
        assert!((found.deviance - 20.0 * (60f64 / 18.0).ln()).abs() < 1e-5 && found.p_value < 0.02, "{found:?}");
    }

    #[test]
    fn small_cells_are_merged() {
        let labels = || Labels::polarity();
        let rows = |of: &[(usize, usize, usize)]| -> Vec<(usize, usize, f64)> {
            of.iter().flat_map(|&(gold, predicted, n)| (0..n).map(move |i| (gold, predicted, i as f64))).collect()
        };
        // 30, 7 and 2 predictions: thirds of 10; thirds of 2, 2, 3 make one cell of 7; 2 join the cell before
        let cells =
            ConfidenceCells::new(labels(), Origin::SetAside, &rows(&[(0, 0, 30), (1, 1, 7), (2, 2, 2)])).unwrap();
        assert_eq!((cells.cells(), cells.parts.as_slice()), (4, &[1, 1, 1, 6][..]));
        assert_eq!(cells.tally([(0, -5.0), (0, 15.0), (2, 0.5), (1, 0.0)]).unwrap(), [1, 1, 0, 2]);
        // a label that was never predicted joins the next one
        let cells = ConfidenceCells::new(labels(), Origin::SetAside, &rows(&[(0, 1, 30), (1, 2, 30)])).unwrap();
        assert_eq!(cells.parts, [4, 1, 1, 1, 1, 1]);
        let error = ConfidenceCells::new(labels(), Origin::SetAside, &rows(&[(0, 0, 15)])).unwrap_err().to_string();
        assert!(error.contains("15 gold rows fill 3 cells; expected more cells than the 3 labels"), "{error}");
    }

    #[test]
    fn what_cannot_be_checked_is_named() {
        let of = |rows: &[(usize, usize, f64)]| {
            ConfidenceCells::new(Labels::polarity(), Origin::SetAside, rows).unwrap_err().to_string()
        };
        assert!(of(&[(0, 0, 0.5), (0, 3, 0.5)]).contains("row 1: label index 3"));
        assert!(of(&[(3, 0, 0.5)]).contains("row 0: label index 3"));
        assert!(of(&[(0, 0, f64::NAN)]).contains("confidence NaN"));
        assert!(of(&[]).contains("0 gold rows fill 1 cells"));
        let cells = cells(1, 50);
        let check = |counts: &[u64]| cells.check(counts, &ShiftConfig::default()).unwrap_err().to_string();
        assert!(check(&[1]).contains("counts: 1; expected 9"));
        assert!(check(&[0; 9]).contains("there are none"));
        assert!(check(&[u64::MAX; 9]).contains("more than"));
        assert!(cells.tally([(0, f64::INFINITY)]).is_err());
        let config = ShiftConfig { resamples: 1, gold_prior: 0.0, seed: 0 };
        assert!(cells.check(&[1; 9], &config).unwrap_err().to_string().contains("2 faults"));
    }
}

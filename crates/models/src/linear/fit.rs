//! From rows to weights.

use plaudit_core::{Error, Example, Features, Labels, Result, Scores, SparseRow};
use plaudit_metrics::{Calibration, CalibrationKind, Metric, Scored};
use rayon::prelude::*;

use super::average;
use super::baseline::{Baseline, NbSvmConfig};
use super::entries::{Entries, Input};
use super::lbfgs::minimize;
use super::loss::{Loss, outputs};
use super::naive_bayes::{log_count_ratios, toward_mean};
use super::weights::Weights;
use super::{LinearConfig, LinearFit, LinearLoss, LinearReport};
use crate::ClassWeights;
use crate::train::{TRAIN, VALID, places};

/// The parts as rows of numbers, read from texts once for all fits.
pub(super) struct Task {
    pub(super) labels: Labels,
    columns: usize,
    rows: Entries,
    truth: Vec<usize>,
    /// `[rows]`.
    weights: Vec<f64>,
    valid: Entries,
    valid_truth: Vec<usize>,
    /// How many training rows have each label.
    train_labels: Vec<usize>,
    /// The places of the labels that occur, ascending.
    occurring: Vec<usize>,
}

/// What a fit came to, and what fits are compared by: the metric, then the lower loss.
pub(super) struct Fitted {
    pub(super) weights: Weights,
    pub(super) report: LinearReport,
    pub(super) rank: (f64, f64),
}

impl Task {
    /// `labels` are those of the configuration; `weights` are of the training rows, 1 each where there are none.
    pub(super) fn new<F: Features>(
        features: &F,
        train: &[Example<'_>],
        weights: Option<&[f64]>,
        valid: &[Example<'_>],
        labels: Option<&Labels>,
    ) -> Result<Self> {
        if train.is_empty() {
            return Err(Error::data(TRAIN, 0, "", "there is no row"));
        }
        let weights = weights.map_or_else(|| vec![1.0; train.len()], <[f64]>::to_vec);
        if weights.len() != train.len() {
            let fault = format!("weights: found {}, expected one for each of {} rows", weights.len(), train.len());
            return Err(Error::config(fault));
        }
        if let Some((row, weight)) = (0..).zip(&weights).find(|(_, weight)| !(1e-10..=1e10).contains(*weight)) {
            let reason = format!("row {row} (from 0) has the weight {weight}, expected 1e-10 to 1e10");
            return Err(Error::data(TRAIN, 0, "weight", reason));
        }
        let occurring = || Labels::from_occurring(train.iter().map(|example| example.label));
        let labels = labels.cloned().map_or_else(occurring, Ok)?;
        let truth = places(TRAIN, train, &labels)?;
        let valid_truth = if valid.is_empty() { Vec::new() } else { places(VALID, valid, &labels)? };
        let of = |label| truth.iter().filter(|&&truth| truth == label).count();
        let train_labels: Vec<usize> = (0..labels.len()).map(of).collect();
        let occurring: Vec<usize> =
            (0..).zip(&train_labels).filter(|(_, count)| **count > 0).map(|(label, _)| label).collect();
        if occurring.len() < 2 {
            return Err(Error::data(TRAIN, 0, "label", "all rows have the same label, expected at least two"));
        }
        let [rows, valid] = [(TRAIN, train), (VALID, valid)].map(|(name, part)| rows(name, features, part));
        let (rows, valid) = (rows?, valid?);
        Ok(Self {
            labels,
            columns: features.width(),
            rows,
            truth,
            weights,
            valid,
            valid_truth,
            train_labels,
            occurring,
        })
    }

    /// Returns the best fit of a baseline by its own metric, or by another; none where its weights are not finite.
    pub(super) fn fit(&self, baseline: &Baseline, metric: Option<Metric>) -> Result<Option<Fitted>> {
        if self.valid_truth.is_empty() && baseline.fits() > 1 {
            let reason = format!("there is no row, expected some to choose one of {} c by", baseline.fits());
            return Err(Error::data(VALID, 0, "", reason));
        }
        let rows = baseline.input().read_all(&self.rows);
        let weights = self.row_weights(baseline.class_weights());
        let places: Vec<usize> =
            self.truth.iter().filter_map(|label| self.occurring.binary_search(label).ok()).collect();
        let metric = metric.unwrap_or(match baseline {
            Baseline::Linear(config) | Baseline::NbSvm(NbSvmConfig { linear: config, .. }) => config.metric,
            Baseline::Majority(_) | Baseline::AverageNgrams(_) => Metric::F1,
        });
        let mut fits = Fits { task: self, input: baseline.input(), metric, best: None, report: self.report() };
        match baseline {
            Baseline::Majority(_) => {
                let (at, loss) = shares(&places, &weights, self.occurring.len(), self.columns);
                fits.add(&at, LinearFit { converged: true, loss, ..nothing() }, false)?;
            }
            Baseline::Linear(config) => self.linear(&rows, places, &weights, config, None, &mut fits)?,
            Baseline::NbSvm(config) => self.linear(&rows, places, &weights, &config.linear, Some(config), &mut fits)?,
            Baseline::AverageNgrams(config) => {
                let labels = self.occurring.len();
                let (of_labels, loss) = average::fit(&rows, self.columns, &places, &weights, labels, config);
                if of_labels.iter().any(|weight| !weight.is_finite()) {
                    return Ok(None);
                }
                let mut at = match labels {
                    2 => of_labels.as_chunks::<2>().0.iter().map(|[first, second]| second - first).collect(),
                    _ => of_labels,
                };
                at.extend(vec![0.0; outputs(labels)]);
                let iterations = config.epochs * places.len();
                fits.add(&at, LinearFit { iterations, loss, ..nothing() }, false)?;
            }
        }
        fits.best().map(Some)
    }

    /// One fit a `c`, each from the weights of the one before.
    fn linear(
        &self,
        rows: &Entries,
        places: Vec<usize>,
        weights: &[f64],
        config: &LinearConfig,
        bayes: Option<&NbSvmConfig>,
        fits: &mut Fits<'_>,
    ) -> Result<()> {
        let (columns, labels, total) =
            (rows.transposed(self.columns), self.occurring.len(), weights.iter().sum::<f64>());
        let one_vs_rest = bayes.is_some() || config.loss == LinearLoss::SquaredHinge;
        let mut heads = Vec::new();
        if one_vs_rest {
            // Of two labels, the second against the first.
            for label in labels - outputs(labels)..labels {
                let truth: Vec<usize> = places.iter().map(|&place| usize::from(place == label)).collect();
                let ratios = bayes.map(|bayes| log_count_ratios(&columns, &truth, weights, bayes.alpha));
                let mut loss = Loss::new(rows, &columns, truth, weights, 2);
                (loss.kind, loss.scale) = (config.loss, ratios);
                heads.push(loss);
            }
        } else {
            heads.push(Loss::new(rows, &columns, places, weights, labels));
        }
        let mut starts: Vec<Vec<f64>> = heads.iter().map(Loss::start).collect();
        for &c in &config.c {
            let mut fit = LinearFit { c: Some(c), converged: true, ..nothing() };
            let mut found = Vec::new();
            for (loss, start) in heads.iter_mut().zip(&mut starts) {
                loss.penalty = 1.0 / (c * total);
                let minimum = minimize(std::mem::take(start), config.tolerance, config.iterations, loss);
                fit.iterations += minimum.iterations;
                fit.converged &= minimum.converged;
                fit.loss += minimum.value;
                let mut weights = loss.weights(&minimum.at);
                if let Some((bayes, scale)) = bayes.zip(loss.scale.as_ref()) {
                    toward_mean(&mut weights, scale, bayes.beta);
                }
                found.push(weights);
                *start = minimum.at;
            }
            fits.add(&side_by_side(found), fit, one_vs_rest)?;
        }
        Ok(())
    }

    /// What an error on each row costs.
    fn row_weights(&self, weights: &ClassWeights) -> Vec<f64> {
        let of_label: Vec<f64> = match weights {
            ClassWeights::Equal => return self.weights.clone(),
            ClassWeights::Each(weights) => weights.clone(),
            ClassWeights::Balanced => {
                let all: f64 = self.weights.iter().sum();
                let of = |label| {
                    let own = self.truth.iter().zip(&self.weights).filter(|(truth, _)| **truth == label);
                    own.map(|(_, weight)| weight).sum::<f64>()
                };
                let balanced = |label| match of(label) {
                    0.0 => 1.0, // no row has it
                    sum => all / (self.occurring.len() as f64 * sum),
                };
                (0..self.labels.len()).map(balanced).collect()
            }
        };
        let of_row = |(&label, &weight): (&usize, &f64)| Some(weight * of_label.get(label)?);
        self.truth.iter().zip(&self.weights).filter_map(of_row).collect()
    }

    pub(super) fn report(&self) -> LinearReport {
        LinearReport {
            train_rows: self.truth.len(),
            valid_rows: self.valid_truth.len(),
            train_labels: self.train_labels.clone(),
            columns: self.columns,
            fits: Vec::new(),
            best: 0,
        }
    }

    /// The probabilities of the validation rows.
    fn scored(&self, weights: &Weights) -> Result<Scored> {
        let rows = 0..self.valid.len();
        let all: Vec<Vec<f32>> = rows.into_par_iter().map(|row| weights.probabilities(self.valid.line(row))).collect();
        let mut scores = Scores::new(self.labels.clone());
        all.iter().try_for_each(|row| scores.push(row))?;
        Scored::from_scores(self.valid_truth.clone(), &scores)
    }
}

/// The fits of one baseline, and the best so far.
struct Fits<'a> {
    task: &'a Task,
    input: Input,
    metric: Metric,
    best: Option<((f64, f64), Weights)>,
    report: LinearReport,
}

impl Fits<'_> {
    /// Adds a fit of weights, `[columns, outputs]`, and after them the biases. Where they give margins, probabilities are made of them.
    fn add(&mut self, at: &[f64], mut fit: LinearFit, margins: bool) -> Result<()> {
        let task = self.task;
        let mut weights = Weights::new(self.input, task.labels.len(), task.occurring.clone(), at);
        let mut rank = (0.0, 0.0);
        if !task.valid_truth.is_empty() {
            let mut scored = task.scored(&weights)?;
            // An error says that there is nothing to correct, or too little to tell by.
            if margins
                && let Ok(Calibration::Temperature { beta }) = Calibration::fit(CalibrationKind::Temperature, &scored)
            {
                fit.inverse_temperature = Some(beta);
                weights.multiply(beta);
                scored = task.scored(&weights)?;
            }
            let report = scored.confusion().report();
            let loss = |(row, &truth): (&[f64], &usize)| {
                libm::log(row.get(truth).copied().unwrap_or(0.0).max(f64::MIN_POSITIVE))
            };
            let loss = -scored.rows().zip(scored.truth()).map(loss).sum::<f64>() / scored.len() as f64;
            (fit.valid_loss, fit.valid_accuracy) = (Some(loss), report.accuracy);
            (fit.valid_macro_f1, fit.valid_macro_recall) = (report.macro_average.f1, report.macro_average.recall);
            rank = (report.figure(self.metric).unwrap_or(0.0), -loss);
        }
        if self.best.as_ref().is_none_or(|(best, _)| rank > *best) {
            self.report.best = self.report.fits.len();
            self.best = Some((rank, weights));
        }
        self.report.fits.push(fit);
        Ok(())
    }

    fn best(self) -> Result<Fitted> {
        let none = || Error::config("linear.c: found none, expected at least one");
        let (rank, weights) = self.best.ok_or_else(none)?;
        Ok(Fitted { weights, report: self.report, rank })
    }
}

fn nothing() -> LinearFit {
    LinearFit {
        c: None,
        iterations: 0,
        converged: false,
        loss: 0.0,
        inverse_temperature: None,
        valid_loss: None,
        valid_accuracy: None,
        valid_macro_f1: None,
        valid_macro_recall: None,
    }
}

/// Returns weights that are all 0, biases that give the labels' shares, and the mean log-loss of these.
fn shares(places: &[usize], weights: &[f64], labels: usize, columns: usize) -> (Vec<f64>, f64) {
    let mut sums = vec![0.0; labels];
    for (&place, weight) in places.iter().zip(weights) {
        sums.get_mut(place).into_iter().for_each(|sum| *sum += weight);
    }
    let total: f64 = sums.iter().sum();
    let logs: Vec<f64> = sums.iter().map(|sum| libm::log(sum / total)).collect();
    let loss = -sums.iter().zip(&logs).map(|(sum, log)| sum / total * log).sum::<f64>();
    let mut at = vec![0.0; columns * outputs(labels)];
    match logs.as_slice() {
        [first, second] => at.push(second - first),
        _ => at.extend(logs),
    }
    (at, loss)
}

/// Puts the weights and the bias of each output beside those of the others: `[columns, outputs]`, and after them the biases.
fn side_by_side(mut outputs: Vec<Vec<f64>>) -> Vec<f64> {
    if outputs.len() == 1 {
        return outputs.pop().unwrap_or_default();
    }
    let lines = outputs.iter().map(Vec::len).min().unwrap_or(0);
    (0..lines).flat_map(|line| outputs.iter().filter_map(move |output| output.get(line).copied())).collect()
}

/// The features of every text.
fn rows(part: &str, features: &impl Features, examples: &[Example<'_>]) -> Result<Entries> {
    if u32::try_from(examples.len()).is_err() {
        return Err(Error::data(part, 0, "", format!("found {} rows, expected at most {}", examples.len(), u32::MAX)));
    }
    let of = |example: &Example<'_>| features.features(example.text);
    let rows: Vec<SparseRow> = examples.par_iter().map(of).collect();
    let (mut entries, width) = (Entries::new(), features.width());
    for (number, row) in rows.iter().enumerate() {
        if let Some((column, value)) =
            row.iter().find(|&(column, value)| column as usize >= width || !value.is_finite())
        {
            let found = format!("row {number} (from 0): the features have {value} in column {column}");
            let expected = format!("expected finite numbers in columns below {width}");
            return Err(Error::data(part, 0, "text", format!("{found}, {expected}")));
        }
        entries.push(row.iter());
    }
    Ok(entries)
}

//! From rows to weights.

use plaudit_core::{Error, Example, Features, Labels, Result, Scores, SparseRow};
use plaudit_metrics::ConfusionMatrix;
use rayon::prelude::*;

use super::entries::Entries;
use super::lbfgs::{Minimum, minimize};
use super::loss::Loss;
use super::weights::Weights;
use super::{LinearClassifier, LinearConfig, LinearFit, LinearReport};
use crate::train::{TRAIN, VALID, places};

/// Returns a multinomial logistic regression on `features`, fitted to `train` with a penalty on the squares of its weights: what
/// scikit-learn's `LogisticRegression` computes. Of several `c` in the configuration, the one with the best macro F1 on `valid` is taken
/// (the same: the lower loss; then the smaller `c`); `valid` may be empty where there is one.
///
/// The probability of label k is proportional to exp(w_k x + b_k), and the weights are those of the least
/// `sum_i s_i loss_i + |w|^2 / (2 c)` with `s_i` the weight of the row's label; with two labels, `w` is that of the second, and the first's is 0.
/// A label of the configuration that no row of `train` has gets the probability 0.
///
/// The same data and configuration give the same bytes with any number of threads and on every processor.
///
/// # Errors
/// When the configuration is at fault, `train` is empty or has rows of one label only, a label is unknown, a value of the features is
/// not finite or out of their width, or `valid` is empty where it must choose. Messages name the part and the row.
///
/// # Example: which of two numbers is greater
/// ```
/// use plaudit_core::{Classifier, Example, Features, SparseRow};
/// use plaudit_models::{LinearConfig, train_linear};
///
/// /// The numbers of a text.
/// struct Numbers;
/// impl Features for Numbers {
///     fn width(&self) -> usize {
///         2
///     }
///     fn features_into(&self, text: &str, row: &mut SparseRow) {
///         row.assign((0..).zip(text.split(' ').take(2).filter_map(|number| number.parse().ok())));
///     }
/// }
///
/// let rows = [("1 2", "second"), ("3 1", "first"), ("2 0", "first"), ("0 3", "second")];
/// let rows = rows.map(|(text, label)| Example { text, label });
/// let mut config = LinearConfig::default();
/// config.c = vec![1.0];
/// let classifier = train_linear(Numbers, &rows, &[], &config)?;
/// assert_eq!(classifier.predict("5 4")?.label(), "first");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn train_linear<F: Features>(
    features: F,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    config: &LinearConfig,
) -> Result<LinearClassifier<F>> {
    config.validate()?;
    if train.is_empty() {
        return Err(Error::data(TRAIN, 0, "", "there is no row"));
    }
    let occurring = || Labels::from_occurring(train.iter().map(|example| example.label));
    let labels = config.labels.clone().map_or_else(occurring, Ok)?;
    let truth = places(TRAIN, train, &labels)?;
    if valid.is_empty() && config.c.len() > 1 {
        let reason = format!("there is no row, expected some to choose one of {} c by", config.c.len());
        return Err(Error::data(VALID, 0, "", reason));
    }
    let valid_truth = if valid.is_empty() { Vec::new() } else { places(VALID, valid, &labels)? };
    let mut threads = rayon::ThreadPoolBuilder::new();
    if let Some(count) = config.threads {
        threads = threads.num_threads(count);
    }
    let run = || {
        let rows = [(TRAIN, train), (VALID, valid)].map(|(name, part)| rows(name, &features, part));
        let [rows, valid] = rows;
        fit(&rows?, &truth, &valid?, &valid_truth, features.width(), &labels, config)
    };
    let (weights, report) = threads.build().map_err(Error::backend)?.install(run)?;
    let config = LinearConfig { labels: Some(labels.clone()), ..config.clone() };
    Ok(LinearClassifier::new(features, labels, config, weights, report))
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

/// One fit a `c`, each from the weights of the one before; returns the weights of the best.
fn fit(
    rows: &Entries,
    truth: &[usize],
    valid: &Entries,
    valid_truth: &[usize],
    columns: usize,
    labels: &Labels,
    config: &LinearConfig,
) -> Result<(Weights, LinearReport)> {
    let of = |label| truth.iter().filter(|&&truth| truth == label).count();
    let train_labels: Vec<usize> = (0..labels.len()).map(of).collect();
    let occurring: Vec<usize> =
        (0..).zip(&train_labels).filter(|(_, count)| **count > 0).map(|(label, _)| label).collect();
    if occurring.len() < 2 {
        return Err(Error::data(TRAIN, 0, "label", "all rows have the same label, expected at least two"));
    }
    let places: Vec<usize> = truth.iter().filter_map(|label| occurring.binary_search(label).ok()).collect();
    let of_label = config.class_weights.of(&train_labels);
    let weights: Vec<f64> = truth.iter().filter_map(|&label| of_label.get(label).copied()).collect();
    let total: f64 = weights.iter().sum();
    let mut loss = Loss::new(rows, columns, &places, &weights, occurring.len());
    let mut start = loss.start();
    let mut report = LinearReport {
        train_rows: truth.len(),
        valid_rows: valid_truth.len(),
        train_labels,
        columns,
        fits: Vec::new(),
        best: 0,
    };
    let mut best: Option<((f64, f64), Weights)> = None;
    for (place, &c) in config.c.iter().enumerate() {
        loss.penalty = 1.0 / (c * total);
        let Minimum { at, value, iterations, converged } =
            minimize(start, config.tolerance, config.iterations, &mut loss);
        let weights = Weights::new(labels.len(), occurring.clone(), &loss.weights(&at));
        start = at;
        let mut fit = LinearFit {
            c,
            iterations,
            converged,
            loss: value,
            valid_loss: None,
            valid_accuracy: None,
            valid_macro_f1: None,
        };
        let rank =
            if valid_truth.is_empty() { (0.0, 0.0) } else { score(&mut fit, &weights, valid, valid_truth, labels)? };
        report.fits.push(fit);
        if best.as_ref().is_none_or(|(best, _)| rank > *best) {
            report.best = place;
            best = Some((rank, weights));
        }
    }
    let (_, weights) = best.ok_or_else(|| Error::config("linear.c: found none, expected at least one"))?;
    Ok((weights, report))
}

/// Fills in the figures on the validation part; returns what fits are compared by.
fn score(
    fit: &mut LinearFit,
    weights: &Weights,
    rows: &Entries,
    truth: &[usize],
    labels: &Labels,
) -> Result<(f64, f64)> {
    let all: Vec<Vec<f32>> = (0..rows.len()).into_par_iter().map(|row| weights.probabilities(rows.line(row))).collect();
    let mut scores = Scores::new(labels.clone());
    all.iter().try_for_each(|row| scores.push(row))?;
    let (mut matrix, mut loss) = (ConfusionMatrix::new(labels.clone()), 0.0);
    for (&truth, prediction) in truth.iter().zip(scores.iter()) {
        matrix.add(truth, prediction.index())?;
        let probability = prediction.scores().get(truth).copied().unwrap_or(0.0);
        loss -= libm::log(f64::from(probability).max(f64::MIN_POSITIVE));
    }
    let report = matrix.report();
    loss /= truth.len().max(1) as f64;
    (fit.valid_loss, fit.valid_accuracy, fit.valid_macro_f1) = (Some(loss), report.accuracy, report.macro_average.f1);
    Ok((report.macro_average.f1.unwrap_or(0.0), -loss))
}

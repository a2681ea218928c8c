//! One baseline, or the best of several.

use plaudit_core::{Error, Example, Features, Result};
use plaudit_metrics::Metric;
use serde::{Deserialize, Serialize};

use super::fit::{Fitted, Task};
use super::{Baseline, LinearClassifier, LinearReport};
use crate::train::VALID;

/// Returns a baseline on `features`, fitted to `train`. Of several `c` in the configuration, the one with the best metric on `valid` is taken (the
/// same: the lower loss; then the smaller `c`); `valid` may be empty where there is one.
///
/// [`Linear`](Baseline::Linear) with the log-loss is what scikit-learn's `LogisticRegression` computes: the probability of label k is proportional to
/// exp(w_k x + b_k), and the weights are those of the least `sum_i s_i loss_i + |w|^2 / (2 c)` with `s_i` the weight of row i; with two labels, `w` is that
/// of the second, and the first's is 0. With the squared hinge loss, and in [`NbSvm`](Baseline::NbSvm), each label is so told from all others.
/// [`AverageNgrams`](Baseline::AverageNgrams) reads counts, such as those of hashed n-grams, and [`NbSvm`](Baseline::NbSvm) what is there of any
/// features. A label of the configuration that no row of `train` has gets the probability 0.
///
/// The same data and configuration give the same bytes with any number of threads and on every processor.
///
/// # Errors
/// When the configuration is at fault, `train` is empty or has rows of one label only, a label is unknown, a value of the features is
/// not finite or out of their width, weights become infinite, or `valid` is empty where it must choose. Messages name the part and the row.
///
/// # Example: which of two numbers is greater
/// ```
/// use plaudit_core::{Classifier, Example, Features, SparseRow};
/// use plaudit_models::{LinearConfig, train_baseline};
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
/// let classifier = train_baseline(Numbers, &rows, &[], &config.into())?;
/// assert_eq!(classifier.predict("5 4")?.label(), "first");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn train_baseline<F: Features>(
    features: F,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    baseline: &Baseline,
) -> Result<LinearClassifier<F>> {
    fit_one(features, train, None, valid, baseline)
}

/// Returns a baseline fitted as [`train_baseline`] fits it, with an error on row i of `train` costing `weights[i]`, 1e-10 to 1e10, times what
/// it costs by its label. Shares, counts and `balanced` are those of weighed rows; `valid` is not weighed.
///
/// # Errors
/// As [`train_baseline`], and when there is not one weight a row or one is out of range.
pub fn train_baseline_weighted<F: Features>(
    features: F,
    train: &[Example<'_>],
    weights: &[f64],
    valid: &[Example<'_>],
    baseline: &Baseline,
) -> Result<LinearClassifier<F>> {
    fit_one(features, train, Some(weights), valid, baseline)
}

pub(crate) fn fit_one<F: Features>(
    features: F,
    train: &[Example<'_>],
    weights: Option<&[f64]>,
    valid: &[Example<'_>],
    baseline: &Baseline,
) -> Result<LinearClassifier<F>> {
    baseline.validate()?;
    let (task, fitted) = on_threads(baseline.threads(), || {
        let task = Task::new(&features, train, weights, valid, baseline.labels())?;
        let fitted = task.fit(baseline, None)?.ok_or_else(|| not_finite(baseline))?;
        Ok((task, fitted))
    })?;
    Ok(classifier(features, task, baseline, fitted))
}

/// What tuning came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Tuned<F> {
    /// The best classifier.
    pub classifier: LinearClassifier<F>,
    /// What was tried, in the order of the grid.
    pub trials: Vec<Trial>,
    /// The place of the best among them.
    pub best: usize,
}

/// One baseline of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trial {
    /// Its configuration.
    pub baseline: Baseline,
    /// The metric on the validation part, with the `c` that is best by it; none where the weights were not finite, as averaged n-grams' are
    /// at too high a rate.
    pub value: Option<f64>,
    /// What training did.
    pub report: LinearReport,
}

/// Returns the best baseline of `grid` by `metric` on `valid` (the same: the one with the lower loss there; then the first), each fitted to `train` as
/// [`train_baseline`] fits it, `c` chosen by `metric` too. Texts are turned into features once. All of the grid have the same labels, or none.
///
/// # Errors
/// As [`train_baseline`], where nothing of the grid has finite weights, and when `grid` is empty, its labels differ, `valid` is empty, or `metric` needs probabilities.
///
/// # Example: is naive Bayes better?
/// ```
/// # use plaudit_core::{Classifier, Example, Features, SparseRow};
/// use plaudit_metrics::Metric;
/// use plaudit_models::{Baseline, LinearConfig, NbSvmConfig, tune_baseline};
/// # struct Letters;
/// # impl Features for Letters {
/// #     fn width(&self) -> usize { 128 }
/// #     fn features_into(&self, text: &str, row: &mut SparseRow) { row.assign(text.bytes().map(|byte| (u32::from(byte % 128), 1.0))); }
/// # }
/// # let rows = [("aab", "x"), ("abb", "x"), ("bcc", "y"), ("ccd", "y")].map(|(text, label)| Example { text, label });
/// # let features = Letters; // in the place of `fit_tfidf(..)` of the crate `embeddings`
///
/// let grid = [Baseline::Linear(LinearConfig::default()), Baseline::NbSvm(NbSvmConfig::default())];
/// let tuned = tune_baseline(features, &rows, &rows, &grid, Metric::Accuracy)?;
/// assert_eq!((tuned.trials.len(), tuned.trials[tuned.best].value), (2, Some(1.0)));
/// assert_eq!(tuned.classifier.predict("aa")?.label(), "x");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn tune_baseline<F: Features>(
    features: F,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    grid: &[Baseline],
    metric: Metric,
) -> Result<Tuned<F>> {
    let Some(first) = grid.first() else { return Err(Error::config("grid: found no baseline, expected at least one")) };
    grid.iter().try_for_each(Baseline::validate)?;
    if grid.iter().any(|baseline| baseline.labels() != first.labels()) {
        return Err(Error::config("grid: found baselines of different labels, expected the same"));
    }
    if !Metric::OF_PREDICTIONS.contains(&metric) {
        let found = metric.name();
        return Err(Error::config(format!("metric: found the {found}, expected one that needs no probabilities")));
    }
    if valid.is_empty() {
        return Err(Error::data(VALID, 0, "", "there is no row"));
    }
    let (task, trials, best) = on_threads(first.threads(), || {
        let task = Task::new(&features, train, None, valid, first.labels())?;
        let (mut trials, mut best): (Vec<Trial>, Option<(usize, Fitted)>) = (Vec::new(), None);
        for baseline in grid {
            let mut baseline = baseline.clone();
            baseline.set_metric(metric);
            let Some(fitted) = task.fit(&baseline, Some(metric))? else {
                trials.push(Trial { baseline, value: None, report: task.report() });
                continue;
            };
            trials.push(Trial { baseline, value: Some(fitted.rank.0), report: fitted.report.clone() });
            if best.as_ref().is_none_or(|(_, best)| fitted.rank > best.rank) {
                best = Some((trials.len() - 1, fitted));
            }
        }
        Ok((task, trials, best))
    })?;
    let (best, fitted) = best.ok_or_else(|| not_finite(first))?;
    let baseline = trials.get(best).map_or(first, |trial| &trial.baseline).clone();
    Ok(Tuned { classifier: classifier(features, task, &baseline, fitted), trials, best })
}

/// What is said where no weights of a baseline are finite.
fn not_finite(baseline: &Baseline) -> Error {
    let name = baseline.name();
    Error::config(format!("{name}.rate: the weights are not finite, expected a lower rate or lower weights of rows"))
}

fn on_threads<T: Send>(threads: Option<usize>, run: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(count) = threads {
        pool = pool.num_threads(count);
    }
    pool.build().map_err(Error::backend)?.install(run)
}

fn classifier<F>(features: F, task: Task, baseline: &Baseline, fitted: Fitted) -> LinearClassifier<F> {
    let mut baseline = baseline.clone();
    baseline.set_labels(Some(task.labels.clone()));
    LinearClassifier::new(features, task.labels, baseline, fitted.weights, fitted.report)
}

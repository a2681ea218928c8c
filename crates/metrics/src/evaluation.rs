//! The whole report on a classifier: every figure with its interval.

use plaudit_core::Result;
use plaudit_stats::{Bootstrap, Interval, wilson_share};
use serde::{Deserialize, Serialize};

use crate::figures::Prepared;
use crate::reliability::{BINS, reliability_with};
use crate::resampling::{interval, replicate, units};
use crate::{Brier, Metric, Reliability, Report, Scored, brier, top_k_accuracy};

/// How good a classifier is, with how sure each figure is. `Display` prints it as tables.
///
/// # Example: from scores to figures with intervals
/// ```
/// use plaudit_core::{Labels, Scores};
/// use plaudit_metrics::{Metric, Scored, evaluate};
/// use plaudit_stats::Bootstrap;
///
/// let mut scores = Scores::new(Labels::new(["good", "poor"])?);
/// let mut truth = Vec::new();
/// for row in 0..40 {
///     let p = 0.3 + 0.01 * row as f32; // 0.3 to 0.69
///     scores.push(&[p, 1.0 - p])?;
///     truth.push(usize::from(row % 3 == 0));
/// }
/// let evaluation = evaluate(&Scored::from_scores(truth, &scores)?, None, &Bootstrap::default())?;
/// let figure = evaluation.figure(Metric::F1, None).unwrap();
/// assert!(figure.interval.unwrap().low < figure.value.unwrap());
/// println!("{evaluation}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Evaluation {
    /// What follows from the predicted labels alone.
    pub report: Report,
    /// Every figure with its interval: of all labels together in the order of [`Metric::OVERALL`], then of each label in that
    /// of [`Metric::OF_LABEL`].
    pub figures: Vec<Figure>,
    /// The Brier score and its parts; none where there is no text.
    pub brier: Option<Brier>,
    /// What the most probable label's probability promises, beside what happened.
    pub reliability: Reliability,
    /// How the intervals were made.
    pub bootstrap: Bootstrap,
    /// The number of clusters that were resampled whole; none where texts were resampled one by one.
    pub clusters: Option<usize>,
}

/// One figure of an [`Evaluation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Figure {
    /// Which one.
    pub metric: Metric,
    /// The label that it is of; none where it is of all labels together.
    pub label: Option<String>,
    /// Its value; none where it is undefined, for example the ROC AUC of a label that no text has.
    pub value: Option<f64>,
    /// Its interval; none where the value is none. One of the bootstrap is also none where there are fewer than ten texts (or
    /// clusters) to resample, more than one resample in twenty has no value, or all resamples are equal.
    pub interval: Option<Interval>,
    /// How the interval was made.
    pub method: Option<IntervalMethod>,
}

/// How an interval was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Wilson's score interval: for shares of independent texts.
    Wilson,
    /// Percentiles over resamples of the texts, or of whole clusters.
    Bootstrap,
}

/// Returns every figure of these texts, with intervals.
///
/// Shares of texts (accuracy, top-2 accuracy, and each label's precision, recall and specificity) get Wilson's interval, with weights
/// that of the effective number of texts; all others get bootstrap percentiles. Where `clusters` names the cluster of each
/// text, such as its author or its division, all intervals come from resampling whole clusters: texts of one cluster are
/// more alike than others, and intervals that ignore it are too narrow.
///
/// A resample in which a label was not drawn that the texts have says nothing of a mean over the labels; where that is more
/// than one resample in twenty, there is no interval. Nor is there one where all resamples are equal.
///
/// Every resample takes time as one pass over the texts for each label: 2,000 resamples of 12,000 texts take a second or two,
/// of a million texts minutes. The resamples of a seed hang on the order of the texts; the figures do not.
///
/// The intervals hold the chance of the draw of the texts. They do not hold the chance of training: another seed gives
/// another classifier.
///
/// # Errors
/// When `clusters` has not one name a text, `bootstrap` is at fault, or the figures, 18 and 6 a label, times the resamples are
/// more than 100,000,000 numbers (800 MB): ask for fewer resamples.
pub fn evaluate(scored: &Scored, clusters: Option<&[&str]>, bootstrap: &Bootstrap) -> Result<Evaluation> {
    let units = units(scored.len(), "text", clusters)?;
    let prepared = Prepared::new(scored);
    let weights = scored.weights_or_ones();
    let values = prepared.values(&weights);
    let columns = replicate(&units, &weights, bootstrap, values.len(), |drawn| prepared.values(drawn))?;
    let resampled = columns.iter().map(|column| interval(column, bootstrap.level));

    // Texts of one cluster are no independent draws.
    let level = clusters.is_none().then_some(bootstrap.level);
    let report = Report::new(&scored.confusion(), level);
    let wilson = wilson_intervals(&report, top_k_accuracy(scored, 2), level);
    let names =
        scored.labels().iter().flat_map(|label| Metric::OF_LABEL.map(|metric| (metric, Some(label.to_owned()))));
    let names = Metric::OVERALL.into_iter().map(|metric| (metric, None)).chain(names);
    let figures = names.zip(values).zip(wilson.into_iter().zip(resampled)).map(
        |(((metric, label), value), (wilson, resampled))| {
            let (interval, method) = match (value, wilson, resampled) {
                (None, ..) => (None, None),
                (_, Some(interval), _) => (Some(interval), Some(IntervalMethod::Wilson)),
                (_, None, Some(interval)) => (Some(interval), Some(IntervalMethod::Bootstrap)),
                _ => (None, None),
            };
            Figure { metric, label, value, interval, method }
        },
    );
    Ok(Evaluation {
        figures: figures.collect(),
        report,
        brier: brier(scored),
        reliability: reliability_with(scored, None, BINS, level),
        bootstrap: bootstrap.clone(),
        clusters: clusters.map(|_| units.count()),
    })
}

impl Evaluation {
    /// Returns a figure of all labels together (`label` is none) or of one label.
    pub fn figure(&self, metric: Metric, label: Option<&str>) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.metric == metric && figure.label.as_deref() == label)
    }

    /// Returns the value of a figure of all labels together; none where it is undefined.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        self.figure(metric, None)?.value
    }
}

/// Wilson's intervals of the figures that are shares of texts.
fn wilson_intervals(report: &Report, top_two: Option<f64>, level: Option<f64>) -> Vec<Option<Interval>> {
    let overall = Metric::OVERALL.map(|metric| match metric {
        Metric::Accuracy => report.accuracy_interval,
        Metric::TopTwo => wilson_share(top_two?, report.matrix.effective_total(), level?),
        _ => None,
    });
    let of_labels = report.classes.iter().flat_map(|class| {
        Metric::OF_LABEL.map(|metric| match metric {
            Metric::Precision => class.precision_interval,
            Metric::Recall => class.recall_interval,
            Metric::Specificity => class.specificity_interval,
            _ => None,
        })
    });
    overall.into_iter().chain(of_labels).collect()
}

//! Several models on the same texts: which differences are more than chance?

use std::borrow::Cow;

use plaudit_core::{Error, Labels, Result};
use plaudit_stats::{Bootstrap, Interval, Replicates, Units, holm};
use serde::{Deserialize, Serialize};

use crate::cells::Pairs;
use crate::evaluation::LEAST_UNITS;
use crate::{ConfusionMatrix, Metric};

/// The differences of several models on the same texts. `Display` prints it as two tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// What is compared.
    pub metric: Metric,
    /// The number of texts.
    pub texts: u64,
    /// The number of clusters that were resampled whole; none where texts were resampled one by one.
    pub clusters: Option<usize>,
    /// How they were drawn.
    pub bootstrap: Bootstrap,
    /// The models, in the order given.
    pub models: Vec<ModelScore>,
    /// Each pair of models, in the order given.
    pub pairs: Vec<Difference>,
}

/// The score of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelScore {
    /// The model's name.
    pub name: String,
    /// Its score; none where it is undefined.
    pub score: Option<f64>,
    /// The bootstrap's percentile interval; none where the score is none, there are fewer than ten texts (or clusters), or more
    /// than one resample in twenty has no score.
    pub interval: Option<Interval>,
}

/// The difference of two models' scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The name of the first model.
    pub first: String,
    /// The name of the second model.
    pub second: String,
    /// The first one's score less the second one's; none where one is none.
    pub difference: Option<f64>,
    /// The paired bootstrap's percentile interval; none as in [`ModelScore::interval`].
    pub interval: Option<Interval>,
    /// The two-sided p-value of no difference, above 0 and up to 1 ([`Replicates::p_value`]); none where the interval is.
    pub p: Option<f64>,
    /// The p-value adjusted for the number of pairs ([`holm`]), above 0 and up to 1. Calling those pairs different in which it is
    /// at most alpha is wrong in any of them with a chance of at most alpha.
    pub p_holm: Option<f64>,
    /// The number of resamples in which a score of one of them is undefined.
    pub undefined: usize,
}

/// Returns the differences of these models, each a name and its predictions, by a paired bootstrap: a resample has the same
/// texts for all models. `truth[i]` and the predictions at `i` are the label indexes of text `i`.
///
/// The texts must be a sample by itself: on texts by which a model was chosen or trained, its score is too good. Where
/// `clusters` names the cluster of each text, such as its author, whole clusters are resampled ([`Units`]). The bootstrap needs
/// many of them, some tens at least, whatever the number of texts. No adjusted p-value is below the number of pairs over
/// that of resamples: with many models, ask for more resamples. For the accuracy of two models, [`mcnemar`](crate::mcnemar) is
/// exact.
///
/// # Errors
/// When there are fewer than two models or two of one name, no text, lists of different lengths, an index that is not that of
/// a label, a metric that [needs probabilities](Metric::needs_probabilities), or a bootstrap that is at fault.
///
/// # Example: two models and the most common label
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Metric, compare_models};
/// use plaudit_stats::Bootstrap;
///
/// let truth: Vec<usize> = (0..60).map(|text| text % 3).collect();
/// let good: Vec<usize> = (0..60).map(|text| if text % 10 == 0 { 0 } else { text % 3 }).collect();
/// let models = [("good", &good[..]), ("constant", &[0; 60][..])];
/// let compared = compare_models(&Labels::polarity(), &truth, &models, Metric::F1, None, &Bootstrap::default())?;
/// assert!(compared.pairs[0].difference.unwrap() > 0.7 && compared.pairs[0].p.unwrap() < 0.001);
/// println!("{compared}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn compare_models(
    labels: &Labels,
    truth: &[usize],
    models: &[(&str, &[usize])],
    metric: Metric,
    clusters: Option<&[&str]>,
    bootstrap: &Bootstrap,
) -> Result<Comparison> {
    check(labels, truth, models, metric, clusters)?;
    let units = clusters.map_or_else(|| Units::single(truth.len()), Units::clusters);
    let ones = vec![1.0; truth.len()];
    let pairs_of = |predicted| Pairs::new(labels.len(), truth, Cow::Borrowed(predicted), &ones);
    let counted: Vec<Pairs<'_>> = models.iter().map(|&(_, predicted)| pairs_of(predicted)).collect();
    let scores = |weights: &[f64]| -> Vec<Option<f64>> {
        counted.iter().map(|pairs| pairs.figure(&pairs.cells(weights), metric)).collect()
    };
    let observed = scores(&ones);
    let mut resampled = Vec::new(); // [resamples][models]
    bootstrap.resample(&units, |weights| resampled.push(scores(weights)))?;

    let enough = units.count() >= LEAST_UNITS;
    let interval = |replicates: &Replicates| replicates.interval(bootstrap.level).filter(|_| enough);
    let named = || models.iter().map(|(name, _)| *name).zip(observed.iter().copied()).enumerate();
    let mut scored = Vec::new();
    let mut pairs = Vec::new();
    for (at, (name, score)) in named() {
        let replicates: Replicates = resampled.iter().map(|scores| *scores.get(at)?).collect();
        scored.push(ModelScore { name: name.to_owned(), score, interval: score.and_then(|_| interval(&replicates)) });
        for (other, (second, less)) in named().skip(at + 1) {
            let apart = |scores: &Vec<Option<f64>>| Some((*scores.get(at)?)? - (*scores.get(other)?)?);
            let replicates: Replicates = resampled.iter().map(apart).collect();
            let difference = score.zip(less).map(|(score, less)| score - less);
            pairs.push(Difference {
                first: name.to_owned(),
                second: second.to_owned(),
                difference,
                interval: difference.and_then(|_| interval(&replicates)),
                p: difference.and_then(|difference| replicates.p_value(difference)).filter(|_| enough),
                p_holm: None,
                undefined: replicates.undefined(),
            });
        }
    }
    adjust(&mut pairs)?;
    let (texts, clusters, bootstrap) = (truth.len() as u64, clusters.map(|_| units.count()), bootstrap.clone());
    Ok(Comparison { metric, texts, clusters, bootstrap, models: scored, pairs })
}

fn check(
    labels: &Labels,
    truth: &[usize],
    models: &[(&str, &[usize])],
    metric: Metric,
    clusters: Option<&[&str]>,
) -> Result<()> {
    let mut faults = Vec::new();
    if models.len() < 2 {
        faults.push(format!("{} models; expected at least two", models.len()));
    }
    if let Some(names) = clusters.filter(|names| names.len() != truth.len()) {
        faults.push(format!("{} clusters for {} texts; expected one a text", names.len(), truth.len()));
    }
    if metric.needs_probabilities() {
        faults.push(format!("the {} needs probabilities; expected a metric of predicted labels", metric.name()));
    }
    for (at, (name, predicted)) in models.iter().enumerate() {
        if models.iter().take(at).any(|(other, _)| other == name) {
            faults.push(format!("model `{name}` stands twice"));
        }
        match ConfusionMatrix::from_pairs(labels.clone(), truth, predicted) {
            Err(Error::Config { faults: found }) => {
                faults.extend(found.iter().map(|fault| format!("model `{name}`: {fault}")));
            }
            counted => drop(counted?),
        }
    }
    Error::from_faults(faults)
}

/// Sets the adjusted p-values of the pairs that have one.
fn adjust(pairs: &mut [Difference]) -> Result<()> {
    let p_values: Vec<f64> = pairs.iter().filter_map(|pair| pair.p).collect();
    for (pair, adjusted) in pairs.iter_mut().filter(|pair| pair.p.is_some()).zip(holm(&p_values)?) {
        pair.p_holm = Some(adjusted);
    }
    Ok(())
}

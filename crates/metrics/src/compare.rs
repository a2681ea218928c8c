//! Several models on the same texts: which differences are more than chance?

use plaudit_core::{Error, Result};
use plaudit_stats::{Bootstrap, Interval, Replicates, holm};
use serde::{Deserialize, Serialize};

use crate::figures::Prepared;
use crate::resampling::{interval, replicate, units};
use crate::{Metric, Scored};

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
    /// The bootstrap's percentile interval; none where the score is none, there are fewer than ten texts (or clusters), more than
    /// one resample in twenty has no score, or all resamples are equal.
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
    /// The two-sided p-value of no difference, above 0 and up to 1 ([`Replicates::p_value`]); none where there is no difference,
    /// too few texts (or clusters), or too many resamples without a score. It is there, and the interval is not, where all
    /// resamples are equal.
    pub p: Option<f64>,
    /// The p-value adjusted for the number of pairs ([`holm`]), above 0 and up to 1. Calling those pairs different in which it is
    /// at most alpha is wrong in any of them with a chance of at most alpha.
    pub p_holm: Option<f64>,
    /// The number of resamples in which a score of one of them is undefined; 0 where there are too few texts (or clusters) to
    /// resample.
    pub undefined: usize,
}

/// Returns the differences of these models, each a name and what it gives the texts, by a paired bootstrap: a resample has the
/// same texts for all models, and the texts count by their weights, where they have some.
///
/// Of a metric of which less is better (log-loss, Brier score, calibration error, risk-coverage area) the better model of a
/// pair is the first one where the difference is negative. A model that gives labels and no probabilities, such as
/// a rule, is compared as [`Scored::from_labels`] has it, by a metric of predicted labels.
///
/// The texts must be a sample by itself: on texts by which a model was chosen or trained, its score is too good. Where
/// `clusters` names the cluster of each text, such as its author, whole clusters are resampled ([`Units`](plaudit_stats::Units)).
/// The bootstrap needs many of them, some tens at least, whatever the number of texts. No adjusted p-value is below the
/// number of pairs over that of resamples: with many models, ask for more resamples. For the accuracy of two models,
/// [`mcnemar`](crate::mcnemar) is exact.
///
/// # Errors
/// When there are fewer than two models or two of one name, no text, models whose labels, true labels or weights differ, not
/// one cluster a text, a bootstrap that is at fault, or more than 100,000,000 models times resamples.
///
/// # Example: two models and the most common label
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Metric, Scored, compare_models};
/// use plaudit_stats::Bootstrap;
///
/// let truth: Vec<usize> = (0..60).map(|text| text % 3).collect();
/// let good: Vec<usize> = (0..60).map(|text| if text % 10 == 0 { 0 } else { text % 3 }).collect();
/// let [good, constant] = [good, vec![0; 60]].map(|given| Scored::from_labels(Labels::polarity(), truth.clone(), &given));
/// let (good, constant) = (good?, constant?);
/// let models = [("good", &good), ("constant", &constant)];
/// let compared = compare_models(&models, Metric::F1, None, &Bootstrap::default())?;
/// assert!(compared.pairs[0].difference.unwrap() > 0.7 && compared.pairs[0].p.unwrap() < 0.001);
/// println!("{compared}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn compare_models(
    models: &[(&str, &Scored)],
    metric: Metric,
    clusters: Option<&[&str]>,
    bootstrap: &Bootstrap,
) -> Result<Comparison> {
    let texts = check(models)?;
    let units = units(texts.len(), "text", clusters)?;
    let prepared: Vec<Prepared<'_>> = models.iter().map(|(_, scored)| Prepared::new(scored)).collect();
    let scores = |weights: &[f64]| prepared.iter().map(|model| model.figure(metric, weights)).collect::<Vec<_>>();
    let weights = texts.weights_or_ones();
    let observed = scores(&weights);
    let resampled = replicate(&units, &weights, bootstrap, models.len(), scores)?;

    let mut scored = Vec::new();
    let mut pairs = Vec::new();
    let all = || models.iter().map(|(name, _)| *name).zip(&observed).zip(&resampled);
    for (at, ((name, &score), column)) in all().enumerate() {
        let interval = score.and_then(|_| interval(column, bootstrap.level));
        scored.push(ModelScore { name: name.to_owned(), score, interval });
        for ((second, &less), other) in all().skip(at + 1) {
            // Not a number, which stands for none, stays so.
            let replicates: Replicates = column.iter().zip(other).map(|(score, less)| Some(score - less)).collect();
            let difference = score.zip(less).map(|(score, less)| score - less);
            pairs.push(Difference {
                first: name.to_owned(),
                second: second.to_owned(),
                difference,
                interval: difference.and_then(|_| replicates.interval(bootstrap.level)),
                p: difference.and_then(|difference| replicates.p_value(difference)),
                p_holm: None,
                undefined: replicates.undefined(),
            });
        }
    }
    adjust(&mut pairs)?;
    let clusters = clusters.map(|_| units.count());
    let (texts, bootstrap) = (texts.len() as u64, bootstrap.clone());
    Ok(Comparison { metric, texts, clusters, bootstrap, models: scored, pairs })
}

/// The texts, which are the same for all models.
fn check<'a>(models: &[(&str, &'a Scored)]) -> Result<&'a Scored> {
    let [(_, texts), _, ..] = models else {
        return Err(Error::config(format!("{} models; expected at least two", models.len())));
    };
    let mut faults = Vec::new();
    if texts.is_empty() {
        faults.push("there are no texts; expected at least one".to_owned());
    }
    for (at, (name, scored)) in models.iter().enumerate() {
        if models.iter().take(at).any(|(other, _)| other == name) {
            faults.push(format!("model `{name}` stands twice"));
        }
        for (what, same) in [
            ("labels", scored.labels() == texts.labels()),
            ("true labels", scored.truth() == texts.truth()),
            ("weights", scored.weights() == texts.weights()),
        ] {
            if !same {
                faults.push(format!("model `{name}` has other {what} than the first one; expected the same texts"));
            }
        }
    }
    Error::from_faults(faults)?;
    Ok(texts)
}

/// Sets the adjusted p-values of the pairs that have one.
fn adjust(pairs: &mut [Difference]) -> Result<()> {
    let p_values: Vec<f64> = pairs.iter().filter_map(|pair| pair.p).collect();
    for (pair, adjusted) in pairs.iter_mut().filter(|pair| pair.p.is_some()).zip(holm(&p_values)?) {
        pair.p_holm = Some(adjusted);
    }
    Ok(())
}

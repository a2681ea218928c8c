//! A network and a linear model that are trained each by itself, and then joined.

use plaudit_core::{Analyzer, Classifier, Error, Example, Features, Labels, Observer, Result, SparseRow};
use plaudit_metrics::{Metric, Scored, log_loss};
use sha2::{Digest, Sha256};

use crate::extras::Given;
use crate::linear::fit_one;
use crate::network::Parameters;
use crate::seen::{first_bytes, hash_features};
use crate::selection::judge;
use crate::train::{VALID, places};
use crate::trainer::fit;
use crate::wide::WEIGHT;
use crate::{
    Baseline, LinearClassifier, LinearConfig, NbSvmConfig, Selection, TextClassifier, TrainConfig, TrainReport,
    WideAndDeepConfig,
};

/// The baseline with the labels, the choice and the weights of labels of a network's training.
fn as_trained(baseline: &Baseline, labels: &Labels, config: &TrainConfig) -> Baseline {
    let mut baseline = baseline.clone();
    baseline.set_labels(Some(labels.clone()));
    baseline.set_metric(match config.selection {
        Selection::MacroF1 => Metric::F1,
        Selection::MacroRecall => Metric::Recall,
        Selection::Accuracy | Selection::Loss => Metric::Accuracy,
    });
    if let Baseline::Linear(linear) | Baseline::NbSvm(NbSvmConfig { linear, .. }) = &mut baseline {
        linear.class_weights.clone_from(&config.objective.class_weights);
        linear.threads = config.threads;
    }
    baseline
}

/// What is wrong with a baseline beside a network.
pub(crate) fn faults(baseline: &Baseline, faults: &mut Vec<String>) {
    if !matches!(baseline, Baseline::Linear(_) | Baseline::NbSvm(_)) {
        faults.push(format!("wide_and_deep.apart: found {}, expected linear or nb_svm", baseline.name()));
    }
    if let Baseline::Linear(linear) | Baseline::NbSvm(NbSvmConfig { linear, .. }) = baseline {
        // What both parts share is said once.
        let usual = LinearConfig::default();
        for (name, given, whose) in [
            ("class_weights", linear.class_weights != usual.class_weights, "`objective.class_weights`"),
            ("metric", linear.metric != usual.metric, "`selection`"),
            ("labels", linear.labels.is_some(), "`labels`"),
        ] {
            if given {
                faults.push(format!(
                    "wide_and_deep.apart: {name}: expected none, {whose} of the training is for both parts"
                ));
            }
        }
    }
    if let Err(Error::Config { faults: found }) = baseline.validate() {
        faults.extend(found.into_iter().map(|fault| format!("wide_and_deep.apart: {fault}")));
    }
}

/// The logit of a label that no training row has: the linear model gives it the probability 0.
const NEVER: f32 = -30.0;

/// Trains both parts of a network, and joins them.
pub(crate) fn fit_apart<A: Analyzer>(
    analyzer: A,
    [train, valid]: [&[Example<'_>]; 2],
    mut given: Given<'_>,
    config: &TrainConfig,
    (wide, apart): (&WideAndDeepConfig, &Baseline),
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let none = || Error::config("wide_and_deep: the analyzer has no features for the linear model");
    let features = analyzer.features().ok_or_else(none)?;
    let there = |example: &Example<'_>| features.features(example.text).iter().all(|(_, value)| value == 1.0);
    if matches!(apart, Baseline::NbSvm(_)) && !train.iter().chain(valid).all(there) {
        return Err(Error::config(
            "wide_and_deep.apart: nb_svm is a model of what is there: found features that are not 1, expected `features` of binary n-grams without idf and norm",
        ));
    }
    if given.checkpoints.is_some() {
        let mut hash = Sha256::new();
        hash.update(serde_json::to_vec(wide).map_err(Error::backend)?);
        train.iter().chain(valid).for_each(|example| hash_features(&mut hash, &features.features(example.text)));
        given.beside = format!("{:016x}", first_bytes(hash));
    }
    let mut deep = config.clone();
    deep.architecture.clone_from(&wide.deep);
    // The linear model knows no row that costs nothing: it costs next to nothing.
    let cost = |weights: &Vec<f32>| weights.iter().map(|&weight| f64::from(weight).max(1e-10)).collect();
    let weights: Option<Vec<f64>> = given.weights.as_ref().map(cost);
    let network = |words, labels, seed| deep.architecture.initialize(words, labels, seed);
    let classifier = fit(analyzer, [&train, &valid], given, &deep, observer, network)?;
    let features = classifier.analyzer().features().ok_or_else(none)?;
    let baseline = as_trained(apart, classifier.labels(), config);
    let linear = fit_one(features, train, weights.as_deref(), valid, &baseline)?;
    let (joint, parameters) = joined(&classifier, &linear, valid, wide)?;
    let linear = Some(linear.report().clone());
    classifier.beside(config, &parameters, |report| {
        let mut joined = report.chosen();
        let loss = log_loss(&joint.scored).unwrap_or(0.0);
        joined.iter_mut().for_each(|epoch| judge(epoch, &joint.scored.confusion(), loss));
        TrainReport { network_share: Some(joint.share), joined, linear, ..report }
    })
}

/// How both parts are joined, and the weights of the network and after them those of the linear model, as they stand in one network.
fn joined<A: Analyzer>(
    classifier: &TextClassifier<A>,
    linear: &LinearClassifier<&dyn Features>,
    valid: &[Example<'_>],
    wide: &WideAndDeepConfig,
) -> Result<(Joint, Parameters)> {
    let labels = classifier.labels();
    let of_labels: Vec<Option<Vec<f32>>> = (0..labels.len()).map(|label| linear.weights(label)).collect();
    let known: Vec<bool> = of_labels.iter().map(Option::is_some).collect();
    let texts: Vec<&str> = valid.iter().map(|example| example.text).collect();
    let scores = classifier.uncalibrated_scores(&texts)?;
    let of_network = scores.iter().map(|prediction| {
        let log = |&score: &f32| libm::log(f64::from(score.max(f32::MIN_POSITIVE)));
        centred(prediction.scores().iter().zip(&known).filter(|(_, known)| **known).map(|(score, _)| log(score)))
    });
    let of_linear = texts.iter().map(|text| {
        let row = linear.features().features(text);
        centred(of_labels.iter().flatten().map(|weights| product(weights, &row)))
    });
    let logits: [Vec<Vec<f64>>; 2] = [of_network.collect(), of_linear.collect()];
    let joint = join([&logits[0], &logits[1]], &known, labels, &places(VALID, valid, labels)?)?;
    let [network, sparse] = joint.by;
    let own = classifier.network().parameters();
    let specs = wide.specs(classifier.vocab().len(), labels.len());
    let parameters = Parameters::from_values(&specs, |spec, _| {
        if spec.name == WEIGHT {
            let by = sparse / wide.scale;
            let column = |column: usize| {
                let weight = move |weights: &Option<Vec<f32>>| weights.as_ref()?.get(column).copied();
                of_labels.iter().map(move |weights| (by * f64::from(weight(weights).unwrap_or(0.0))) as f32)
            };
            return Ok((0..wide.columns).flat_map(column).collect());
        }
        let mut values = own.value(&spec.name)?.values;
        let last = LAST.contains(&spec.name.as_str());
        values.iter_mut().filter(|_| last).for_each(|value| *value = (network * f64::from(*value)) as f32);
        if spec.name == BIAS {
            for (value, weights) in values.iter_mut().zip(&of_labels) {
                let bias = |weights: &Vec<f32>| (sparse * weights.last().copied().map_or(0.0, f64::from)) as f32;
                *value += weights.as_ref().map_or(NEVER, bias);
            }
        }
        Ok(values)
    });
    Ok((joint, parameters?))
}

/// Shares of the network that are tried, in twentieths.
const SHARES: std::ops::Range<u32> = 1..20;

/// The standard deviation of the logarithm of the share's odds, before any row is looked at. Few rows tell little of a share: then the parts are heard
/// about alike.
const BELIEF: f64 = 0.5;

/// How two parts are joined.
struct Joint {
    share: f64,
    /// What the logits of both parts are multiplied by before they are added: the share, over the spread, times one number.
    by: [f64; 2],
    /// The rows, scored by both.
    scored: Scored,
}

/// Joins logits, `[rows][known labels]`, by the share that makes the rows, and that [`BELIEF`], the likeliest, each share with its best scale.
fn join([deep, wide]: [&[Vec<f64>]; 2], known: &[bool], labels: &Labels, truth: &[usize]) -> Result<Joint> {
    let places: Vec<usize> = (0..known.len()).filter(|&label| known.get(label) == Some(&true)).collect();
    let truths: Vec<Option<usize>> = truth.iter().map(|label| places.iter().position(|place| place == label)).collect();
    let spreads = [spread(deep), spread(wide)];
    let mean = f64::midpoint(spreads[0], spreads[1]);
    let factors = |share: f64| {
        // One that says the same of every label is not heard.
        let by = |share: f64, spread: f64| if spread > 0.0 { share * mean / spread } else { share };
        [by(share, spreads[0]), by(1.0 - share, spreads[1])]
    };
    let sums = |[network, sparse]: [f64; 2]| -> Vec<Vec<f64>> {
        let row = |(deep, wide): (&Vec<f64>, &Vec<f64>)| {
            deep.iter().zip(wide).map(|(deep, wide)| network * deep + sparse * wide).collect()
        };
        deep.iter().zip(wide).map(row).collect()
    };
    let mut best = (f64::INFINITY, 0.5, None);
    for share in SHARES.map(|share| f64::from(share) / f64::from(SHARES.end)) {
        let rows = sums(factors(share));
        let scale = best_scale(&rows, &truths);
        let odds = libm::log(share / (1.0 - share)) / BELIEF;
        let cost = loss(&rows, &truths, scale.unwrap_or(MOST)).0 + 0.5 * odds * odds;
        if cost < best.0 {
            best = (cost, share, scale);
        }
    }
    let (_, share, scale) = best;
    // Rows of one label, or a handful, do not tell how sure to be.
    let told = truths.len() >= FEWEST && truths.iter().any(|label| Some(label) != truths.first());
    let scale = scale.filter(|_| told).unwrap_or(1.0);
    let by = factors(share).map(|factor| scale * factor);
    let mut probabilities = vec![0.0; truth.len() * labels.len()];
    for (row, all) in sums(by).iter().zip(probabilities.chunks_mut(labels.len().max(1))) {
        let (_, of_known) = softmax(row, 1.0);
        for (&place, p) in places.iter().zip(of_known) {
            if let Some(to) = all.get_mut(place) {
                *to = p;
            }
        }
    }
    Ok(Joint { share, by, scored: Scored::new(labels.clone(), truth.to_vec(), probabilities)? })
}

/// The least and the greatest scale that are tried, and the fewest rows that tell one.
const LEAST: f64 = 0.1;
const MOST: f64 = 50.0;
const FEWEST: usize = 10;

/// The logarithm of the sum of exponentials of logits times `scale`, and the probabilities.
fn softmax(row: &[f64], scale: f64) -> (f64, Vec<f64>) {
    let most = row.iter().fold(f64::NEG_INFINITY, |most, logit| most.max(scale * logit));
    let mut values: Vec<f64> = row.iter().map(|logit| libm::exp(scale * logit - most)).collect();
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    (most + libm::log(sum), values)
}

/// The log-loss of rows whose label is known, in sum, and its slope in the scale.
fn loss(rows: &[Vec<f64>], truths: &[Option<usize>], scale: f64) -> (f64, f64) {
    rows.iter().zip(truths).fold((0.0, 0.0), |(loss, slope), (row, label)| {
        let Some(&own) = label.and_then(|label| row.get(label)) else { return (loss, slope) };
        let (total, p) = softmax(row, scale);
        let expected: f64 = p.iter().zip(row).map(|(p, logit)| p * logit).sum();
        (loss + total - scale * own, slope + expected - own)
    })
}

/// The scale of the least log-loss, which is convex in it, or [`LEAST`] where it is less; none where it is [`MOST`] or more, as where no row is wrong.
fn best_scale(rows: &[Vec<f64>], truths: &[Option<usize>]) -> Option<f64> {
    let (mut low, mut high) = (LEAST, MOST);
    if loss(rows, truths, high).1 <= 0.0 {
        return None;
    }
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if loss(rows, truths, middle).1 < 0.0 { low = middle } else { high = middle }
    }
    Some(high)
}

/// The last bias of a network, and its last weights.
const BIAS: &str = "output.bias";
const LAST: [&str; 2] = ["output.weight", BIAS];

/// Logits without their mean.
fn centred(logits: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut logits: Vec<f64> = logits.collect();
    let mean = logits.iter().sum::<f64>() / logits.len().max(1) as f64;
    logits.iter_mut().for_each(|logit| *logit -= mean);
    logits
}

/// The root mean square.
fn spread(rows: &[Vec<f64>]) -> f64 {
    let count = rows.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    (rows.iter().flatten().map(|logit| logit * logit).sum::<f64>() / count).sqrt()
}

/// The logit of a row by weights that have the bias after them.
fn product(weights: &[f32], row: &SparseRow) -> f64 {
    let bias = weights.last().copied().map_or(0.0, f64::from);
    let weight = |column: u32| weights.get(column as usize).copied().map_or(0.0, f64::from);
    row.iter().map(|(column, value)| f64::from(value) * weight(column)).sum::<f64>() + bias
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of every third row the network says the wrong label; the linear model is right.
    fn parts(rows: usize) -> ([Vec<Vec<f64>>; 2], Vec<usize>) {
        let sure = |label: usize, by: f64| if label == 0 { vec![by, -by] } else { vec![-by, by] };
        let truth: Vec<usize> = (0..rows).map(|row| row % 2).collect();
        let deep = truth.iter().enumerate().map(|(row, &label)| sure(label, if row % 3 == 0 { -1.5 } else { 1.5 }));
        ([deep.collect(), truth.iter().map(|&label| sure(label, 0.5)).collect()], truth)
    }

    fn joint(rows: usize, known: &[bool]) -> Joint {
        let labels = Labels::new(["a", "b", "c"].into_iter().take(known.len())).unwrap();
        let ([deep, wide], truth) = parts(rows);
        join([&deep, &wide], known, &labels, &truth).unwrap()
    }

    #[test]
    fn shares_are_compared_where_no_row_is_wrong() {
        let joint = joint(60, &[true, true]);
        assert_eq!(joint.scored.confusion().report().accuracy, Some(1.0));
        assert!(joint.share < 0.5, "{}", joint.share);
        // Nothing tells how sure to be: the scale is 1, and both spreads count alike.
        let expected = [joint.share * 1.0 / 1.5, (1.0 - joint.share) * 1.0 / 0.5];
        assert!(joint.by.iter().zip(expected).all(|(by, expected)| (by - expected).abs() < 1e-12), "{:?}", joint.by);
    }

    #[test]
    fn labels_without_a_training_row_change_nothing() {
        let [two, three] = [&[true, true][..], &[true, true, false]].map(|known| joint(61, known));
        assert_eq!((two.share, two.by), (three.share, three.by));
        assert!(three.scored.rows().all(|row| row[2] == 0.0));
    }

    #[test]
    fn no_row_tells_nothing() {
        let joint = joint(0, &[true, true]);
        assert_eq!((joint.share, joint.by), (0.5, [0.5, 0.5]));
    }
}

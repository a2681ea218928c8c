//! A network and a linear model that are trained each by itself, and then joined.

use plaudit_core::{Analyzer, Classifier, Error, Example, Features, Labels, Observer, Result, Scores, SparseRow};
use plaudit_kernels::{InstructionSet, softmax};
use plaudit_metrics::{Calibration, CalibrationKind, Metric, Scored, log_loss};

use crate::extras::Given;
use crate::linear::fit_one;
use crate::network::Parameters;
use crate::train::{VALID, places};
use crate::trainer::fit;
use crate::wide::WEIGHT;
use crate::{Baseline, LinearClassifier, NbSvmConfig, Selection, TextClassifier, TrainConfig, WideAndDeepConfig};

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
    given: Given<'_>,
    config: &TrainConfig,
    (wide, apart): (&WideAndDeepConfig, &Baseline),
    observer: &mut dyn Observer,
) -> Result<TextClassifier<A>> {
    let mut deep = config.clone();
    deep.architecture.clone_from(&wide.deep);
    // The linear model knows no row that costs nothing: it costs next to nothing.
    let cost = |weights: &Vec<f32>| weights.iter().map(|&weight| f64::from(weight).max(1e-10)).collect();
    let weights: Option<Vec<f64>> = given.weights.as_ref().map(cost);
    let network = |words, labels, seed| deep.architecture.initialize(words, labels, seed);
    let classifier = fit(analyzer, [&train, &valid], given, &deep, observer, network)?;
    let none = || Error::config("wide_and_deep: the analyzer has no features for the linear model");
    let features = classifier.analyzer().features().ok_or_else(none)?;
    let baseline = as_trained(apart, classifier.labels(), config);
    let linear = fit_one(features, train, weights.as_deref(), valid, &baseline)?;
    let ((share, parameters), report) = (joined(&classifier, &linear, valid, wide)?, linear.report().clone());
    classifier.beside(config, &parameters, share, report)
}

/// The share of the network, and its weights and after them those of the linear model, as they stand in one network.
fn joined<A: Analyzer>(
    classifier: &TextClassifier<A>,
    linear: &LinearClassifier<&dyn Features>,
    valid: &[Example<'_>],
    wide: &WideAndDeepConfig,
) -> Result<(f64, Parameters)> {
    let labels = classifier.labels();
    let of_labels: Vec<Option<Vec<f32>>> = (0..labels.len()).map(|label| linear.weights(label)).collect();
    let known: Vec<bool> = of_labels.iter().map(Option::is_some).collect();
    let presence = matches!(linear.config(), Baseline::NbSvm(_));
    let texts: Vec<&str> = valid.iter().map(|example| example.text).collect();
    let scores = classifier.uncalibrated_scores(&texts)?;
    let of_network = scores.iter().map(|prediction| {
        let log = |&score: &f32| libm::log(f64::from(score.max(f32::MIN_POSITIVE)));
        centred(prediction.scores().iter().map(log).collect(), &known)
    });
    let of_linear = texts.iter().map(|text| {
        let row = linear.features().features(text);
        if presence && row.iter().any(|(_, value)| value != 1.0) {
            return Err(Error::config(
                "wide_and_deep.apart: nb_svm is a model of what is there: found features that are not 1, expected binary n-grams without idf and norm",
            ));
        }
        let logit = |weights: &Option<Vec<f32>>| weights.as_ref().map_or(0.0, |weights| product(weights, &row));
        Ok(centred(of_labels.iter().map(logit).collect(), &known))
    });
    let logits: [Vec<Vec<f64>>; 2] = [of_network.collect(), of_linear.collect::<Result<_>>()?];
    let (share, [network, sparse]) = loudness(&logits, labels, &places(VALID, valid, labels)?)?;
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
    Ok((share, parameters?))
}

/// Shares of the network that are tried, in twentieths.
const SHARES: std::ops::Range<u32> = 1..20;

/// The standard deviation of the logarithm of the share's odds, before any row is looked at. Few rows tell little of a share: then the parts are heard
/// about alike.
const BELIEF: f64 = 0.5;

/// The network's share, and what the logits of both parts are multiplied by before they are added: the share, over the spread, times one number.
/// Both are those that make the rows, and that belief, the likeliest.
fn loudness(logits: &[Vec<Vec<f64>>; 2], labels: &Labels, truth: &[usize]) -> Result<(f64, [f64; 2])> {
    let spreads = [0, 1].map(|part: usize| logits.get(part).map_or(0.0, |rows| spread(rows)));
    let mean = f64::midpoint(spreads[0], spreads[1]);
    let mut best = (f64::INFINITY, 0.5, [0.5, 0.5]);
    for share in SHARES.map(|share| f64::from(share) / f64::from(SHARES.end)) {
        // One that says the same of every label is not heard.
        let by = |share: f64, spread: f64| if spread > 0.0 { share * mean / spread } else { share };
        let [network, sparse] = [by(share, spreads[0]), by(1.0 - share, spreads[1])];
        let mut together = Scores::new(labels.clone());
        for (network_row, linear_row) in logits[0].iter().zip(&logits[1]) {
            let sum = |(&deep, &wide): (&f64, &f64)| (network * deep + sparse * wide) as f32;
            let mut row: Vec<f32> = network_row.iter().zip(linear_row).map(sum).collect();
            softmax(InstructionSet::best(), &mut row, labels.len());
            together.push(&row)?;
        }
        let mut scored = Scored::from_scores(truth.to_vec(), &together)?;
        let mut beta = 1.0;
        // An error says that there is nothing to correct, or too little to tell by.
        if let Ok(calibration) = Calibration::fit(CalibrationKind::Temperature, &scored) {
            scored = calibration.apply_scored(&scored)?;
            if let Calibration::Temperature { beta: found } = calibration {
                beta = found;
            }
        }
        let odds = libm::log(share / (1.0 - share)) / BELIEF;
        let cost = log_loss(&scored).unwrap_or(0.0) * scored.len() as f64 + 0.5 * odds * odds;
        if cost < best.0 {
            best = (cost, share, [beta * network, beta * sparse]);
        }
    }
    Ok((best.1, best.2))
}

/// The last bias of a network, and its last weights.
const BIAS: &str = "output.bias";
const LAST: [&str; 2] = ["output.weight", BIAS];

/// Logits without their mean over the labels that are known; 0 for others.
fn centred(mut logits: Vec<f64>, known: &[bool]) -> Vec<f64> {
    let count = known.iter().filter(|known| **known).count().max(1) as f64;
    let mean = logits.iter().zip(known).filter(|(_, known)| **known).map(|(logit, _)| logit).sum::<f64>() / count;
    logits.iter_mut().zip(known).for_each(|(logit, &known)| *logit = if known { *logit - mean } else { 0.0 });
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

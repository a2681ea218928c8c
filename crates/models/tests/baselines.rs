//! The baselines beside scikit-learn and SciPy, by hand, on input made to break them, and as directories. `golden/make_baselines.py` wrote what
//! is expected and names the versions. Linear classifiers have more tests in `linear.rs`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

#[allow(dead_code)] // only its signature
mod common;

#[path = "common/numbers.rs"]
mod numbers;

use std::fs;

use numbers::{Numbers, examples};
use plaudit_core::{Classifier, Example, Labels, conformance};
use plaudit_metrics::Metric;
use plaudit_models::{
    AverageNgramsConfig, Baseline, ClassWeights, LinearClassifier, LinearConfig, LinearLoss, MajorityConfig,
    NbSvmConfig, train_baseline, train_baseline_weighted, tune_baseline,
};
use plaudit_stats::Stream;
use serde::Deserialize;

/// One of each kind, that needs no validation rows.
fn all() -> [Baseline; 5] {
    let mut svm = LinearConfig::default();
    (svm.c, svm.loss) = (vec![1.0], LinearLoss::SquaredHinge);
    let mut bayes = NbSvmConfig::default();
    bayes.linear.c = vec![1.0];
    let mut average = AverageNgramsConfig::default();
    average.epochs = 50;
    let mut logistic = LinearConfig::default();
    logistic.c = vec![1.0];
    [
        Baseline::Majority(MajorityConfig::default()),
        Baseline::Linear(logistic),
        Baseline::Linear(svm),
        Baseline::NbSvm(bayes),
        Baseline::AverageNgrams(average),
    ]
}

/// Generated rows: column k is twice as frequent where the label is k.
fn rows(count: usize, labels: usize) -> (Vec<String>, Vec<&'static str>) {
    let mut random = Stream::new(3, "rows", labels as u64);
    let mut text = |label: usize| {
        let words = (0..6).map(|_| if random.uniform() < 0.5 { label } else { random.below(9) as usize });
        words.map(|column| format!("{column}:1")).collect::<Vec<_>>().join(" ")
    };
    (0..count).map(|row| (text(row % labels), ["a", "b", "c"][row % labels])).unzip()
}

fn paired<'a>((texts, labels): &'a (Vec<String>, Vec<&'static str>)) -> Vec<Example<'a>> {
    texts.iter().zip(labels).map(|(text, label)| Example { text, label }).collect()
}

#[derive(Deserialize)]
struct Case {
    rows: Vec<String>,
    labels: Vec<String>,
    width: usize,
    weights: Option<Vec<f64>>,
    baseline: Baseline,
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
}

#[test]
fn equals_scikit_learn_and_scipy() {
    let mut cases = 0;
    for line in include_str!("golden/baselines.jsonl").lines().skip(1) {
        let case: Case = serde_json::from_str(line).unwrap();
        let rows: Vec<Example<'_>> =
            case.rows.iter().zip(&case.labels).map(|(text, label)| Example { text, label }).collect();
        let mut baseline = case.baseline;
        baseline.set_labels(Labels::from_occurring(rows.iter().map(|row| row.label)).ok());
        let classifier = match &case.weights {
            None => train_baseline(Numbers(case.width), &rows, &[], &baseline),
            Some(weights) => train_baseline_weighted(Numbers(case.width), &rows, weights, &[], &baseline),
        };
        let classifier = classifier.unwrap();
        assert!(classifier.report().best_fit().unwrap().converged, "{cases}");
        let first = classifier.labels().len() - case.coefficients.len();
        for (label, (theirs, bias)) in (first..).zip(case.coefficients.iter().zip(&case.intercepts)) {
            let ours = classifier.weights(label).unwrap();
            assert_eq!(ours.len(), case.width + 1);
            for (ours, theirs) in ours.iter().zip(theirs.iter().chain([bias])) {
                assert!((f64::from(*ours) - theirs).abs() < 1e-5, "{cases}: {ours} for {theirs}");
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 40);
}

#[test]
fn conform_to_their_role_and_beat_chance() {
    for labels in [2, 3] {
        let (train, test) = (rows(300, labels), rows(120, labels));
        for baseline in all() {
            let classifier = train_baseline(Numbers(9), &paired(&train), &[], &baseline).unwrap();
            conformance::check_classifier(&classifier, &["0:1 1:2", "7:1", "2:9 2:3", "0:1e30"]).unwrap();
            let texts: Vec<&str> = test.0.iter().map(String::as_str).collect();
            let scores = classifier.classify(&texts).unwrap();
            let right = scores.iter().zip(&test.1).filter(|(row, label)| row.label() == **label).count() as f64;
            let share = right / test.1.len() as f64;
            let chance = 1.0 / labels as f64;
            let least = if baseline.name() == "majority" { chance } else { 0.8 };
            assert!(share >= least, "{labels} {}: {share}", baseline.name());
        }
    }
}

// Of four rows, one is a, three are b; weighed, a has 3 of 6.
#[test]
fn the_majority_has_the_labels_shares() {
    let rows = examples(&[("0:1", "a"), ("0:2", "b"), ("0:3", "b"), ("", "b")]);
    let mut config = MajorityConfig::default();
    config.labels = Labels::new(["b", "never", "a"]).ok();
    let baseline = Baseline::Majority(config);
    let classifier = train_baseline(Numbers(2), &rows, &[], &baseline).unwrap();
    let close = |scores: &[f32], expected: [f32; 3]| scores.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
    for text in ["", "1:7"] {
        assert!(close(classifier.predict(text).unwrap().scores(), [0.75, 0.0, 0.25]));
    }
    let fit = classifier.report().best_fit().unwrap();
    // -(3/4 ln 3/4 + 1/4 ln 1/4) = 0.5623351
    assert!((fit.loss - 0.562_335_1).abs() < 1e-7 && fit.c.is_none(), "{fit:?}");
    let weights = [3.0, 1.0, 1.0, 1.0];
    let classifier = train_baseline_weighted(Numbers(2), &rows, &weights, &[], &baseline).unwrap();
    assert!(close(classifier.predict("").unwrap().scores(), [0.5, 0.0, 0.5]));
}

// A row of weight 2 is a row that stands twice; rows that all weigh the same weigh nothing more for averaged n-grams.
#[test]
fn a_weight_is_how_often_a_row_counts() {
    let once = examples(&[("0:1", "a"), ("0:1 1:1", "b"), ("1:1", "b")]);
    let twice = examples(&[("0:1", "a"), ("0:1", "a"), ("0:1 1:1", "b"), ("1:1", "b")]);
    for mut baseline in all().into_iter().take(4) {
        for config in [true, false] {
            if let Baseline::Linear(linear) | Baseline::NbSvm(NbSvmConfig { linear, .. }) = &mut baseline {
                linear.tolerance = 1e-9;
                linear.class_weights = if config { ClassWeights::Balanced } else { ClassWeights::Equal };
            }
            let weighted = train_baseline_weighted(Numbers(2), &once, &[2.0, 1.0, 1.0], &[], &baseline).unwrap();
            let repeated = train_baseline(Numbers(2), &twice, &[], &baseline).unwrap();
            for (a, b) in weighted.weights(1).unwrap().iter().zip(repeated.weights(1).unwrap()) {
                assert!((a - b).abs() < 1e-5, "{}: {a} {b}", baseline.name());
            }
        }
    }
    let average = all().into_iter().last().unwrap();
    let plain = train_baseline(Numbers(2), &once, &[], &average).unwrap();
    let same = train_baseline_weighted(Numbers(2), &once, &[0.5; 3], &[], &average).unwrap();
    assert_eq!(plain.weights(1), same.weights(1));
    let weighted = train_baseline_weighted(Numbers(2), &once, &[4.0, 1.0, 1.0], &[], &average).unwrap();
    let of_a = |classifier: &LinearClassifier<Numbers>| classifier.predict("0:1 1:1").unwrap().scores()[0];
    assert!(of_a(&weighted) > of_a(&plain));
    let error = |weights: &[f64]| {
        train_baseline_weighted(Numbers(2), &once, weights, &[], &average).map(|_| ()).unwrap_err().to_string()
    };
    assert!(error(&[1.0]).contains("found 1, expected one for each of 3 rows"), "{}", error(&[1.0]));
    assert!(error(&[1.0, 1.0, f64::NAN]).contains("row 2 (from 0) has the weight NaN"));
}

#[test]
fn threads_change_no_byte_and_seeds_do() {
    let data = rows(300, 3);
    let train = paired(&data);
    for mut baseline in all() {
        let mut with = |threads| {
            if let Baseline::Linear(linear) | Baseline::NbSvm(NbSvmConfig { linear, .. }) = &mut baseline {
                linear.threads = Some(threads);
            }
            let classifier = train_baseline(Numbers(9), &train, &[], &baseline).unwrap();
            (0..3).map(|label| classifier.weights(label).unwrap()).collect::<Vec<_>>()
        };
        assert!(with(1) == with(4));
    }
    let with = |seed| {
        let mut config = AverageNgramsConfig::default();
        config.seed = seed;
        train_baseline(Numbers(9), &train, &[], &Baseline::AverageNgrams(config)).unwrap().weights(0)
    };
    assert!(with(1) == with(1) && with(1) != with(2));
}

#[test]
fn validation_rows_choose_and_correct_margins() {
    let (data, held_out) = (rows(300, 3), rows(120, 3));
    let (train, valid) = (paired(&data), paired(&held_out));
    let mut svm = LinearConfig::default();
    svm.loss = LinearLoss::SquaredHinge;
    let mut grid = vec![Baseline::Linear(svm), Baseline::Linear(LinearConfig::default())];
    grid.extend([Baseline::NbSvm(NbSvmConfig::default()), all()[0].clone(), all()[4].clone()]);
    for metric in [Metric::Accuracy, Metric::F1, Metric::Recall] {
        let tuned = tune_baseline(Numbers(9), &train, &valid, &grid, metric).unwrap();
        let best = tuned.trials[tuned.best].value;
        assert!(tuned.trials.len() == 5 && tuned.trials.iter().all(|trial| trial.value.unwrap() <= best.unwrap()));
        assert_eq!(tuned.classifier.report(), &tuned.trials[tuned.best].report);
        for (trial, of_grid) in tuned.trials.iter().zip(&grid) {
            assert_eq!(trial.baseline.name(), of_grid.name());
            let fit = trial.report.best_fit().unwrap();
            let figures = [fit.valid_accuracy, fit.valid_macro_f1, fit.valid_macro_recall];
            assert!(figures.contains(&trial.value), "{trial:?}");
            let alone = train_baseline(Numbers(9), &train, &valid, &trial.baseline).unwrap();
            assert_eq!(alone.report(), &trial.report);
        }
    }
    // Margins become probabilities whose log-loss no other factor makes lower.
    let classifier = train_baseline(Numbers(9), &train, &valid, &grid[0]).unwrap();
    let fit = classifier.report().best_fit().unwrap();
    assert!(fit.inverse_temperature.is_some(), "{fit:?}");
    let loss = |power: f64| {
        let of_row = |row: &Example<'_>| {
            let prediction = classifier.predict(row.text).unwrap();
            let scores: Vec<f64> = prediction.scores().iter().map(|&p| f64::from(p).powf(power)).collect();
            -(scores[classifier.labels().index_of(row.label).unwrap()] / scores.iter().sum::<f64>()).ln()
        };
        valid.iter().map(of_row).sum::<f64>() / valid.len() as f64
    };
    assert!((loss(1.0) - fit.valid_loss.unwrap()).abs() < 1e-6);
    assert!(loss(1.0) < loss(0.95) && loss(1.0) < loss(1.05));
    // Without validation rows there is nothing to correct by.
    let without = train_baseline(Numbers(9), &train, &[], &all()[2]).unwrap();
    assert_eq!(without.report().best_fit().unwrap().inverse_temperature, None);
}

#[test]
fn what_cannot_be_tuned_is_refused() {
    let rows = examples(&[("0:1", "a"), ("1:1", "b")]);
    let error = |valid: &[Example<'_>], grid: &[Baseline], metric| {
        tune_baseline(Numbers(2), &rows, valid, grid, metric).map(|_| ()).unwrap_err().to_string()
    };
    assert!(error(&rows, &[], Metric::F1).contains("no baseline"));
    assert!(error(&[], &all(), Metric::F1).contains("validation"));
    assert!(error(&rows, &all(), Metric::LogLoss).contains("log-loss"));
    let mut other = all()[0].clone();
    other.set_labels(Labels::new(["a", "b"]).ok());
    assert!(error(&rows, &[all()[0].clone(), other], Metric::F1).contains("different labels"));
    let mut steep = AverageNgramsConfig::default();
    (steep.rate, steep.epochs) = (100.0, 500);
    // Weights that are not finite are none; of a grid, the others go on.
    let far = examples(&[("0:3e38", "a"), ("0:3e38", "b")]);
    let steep = Baseline::AverageNgrams(steep);
    let error = train_baseline(Numbers(2), &far, &[], &steep).unwrap_err().to_string();
    assert!(error.contains("average_ngrams.rate"), "{error}");
    let error =
        tune_baseline(Numbers(2), &far, &far, std::slice::from_ref(&steep), Metric::F1).unwrap_err().to_string();
    assert!(error.contains("average_ngrams.rate"), "{error}");
    let tuned = tune_baseline(Numbers(2), &far, &far, &[steep, all()[0].clone()], Metric::F1).unwrap();
    assert!(tuned.best == 1 && tuned.trials[0].value.is_none() && tuned.trials[1].value.is_some());
}

#[test]
fn loaded_is_what_was_saved() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    for (labels, width) in [(2, 9), (3, 9), (3, 0)] {
        let mut data = rows(60, labels);
        if width == 0 {
            data.0.iter_mut().for_each(String::clear);
        }
        for baseline in all() {
            let classifier = train_baseline(Numbers(width), &paired(&data), &[], &baseline).unwrap();
            classifier.save(&path).unwrap();
            let loaded = LinearClassifier::<Numbers>::load(&path).unwrap();
            let texts = ["0:1", "1:1 2:2", "", "0:3 8:0.5"];
            assert_eq!(loaded.classify(&texts).unwrap(), classifier.classify(&texts).unwrap());
            assert_eq!((loaded.report(), loaded.config()), (classifier.report(), classifier.config()));
            let json = fs::read_to_string(path.join("linear.json")).unwrap();
            assert!(json.contains(&format!("\"kind\": \"{}\"", baseline.name())), "{json}");
        }
    }
    // What the file says is checked as what a caller says.
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(path.join("linear.json")).unwrap()).unwrap();
    json["training"]["epochs"] = 0.into();
    fs::write(path.join("linear.json"), serde_json::to_vec(&json).unwrap()).unwrap();
    common::sign(&path);
    let error = LinearClassifier::<Numbers>::load(&path).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("linear.json") && error.contains("average_ngrams.epochs"), "{error}");
}

//! Linear classifiers beside scikit-learn, on input made to break them, and as a directory. `golden/make_linear.py` wrote what is
//! expected and names the versions. The other baselines are in `baselines.rs`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

#[allow(dead_code)] // only its signature
mod common;

#[path = "common/numbers.rs"]
mod numbers;

use std::fs;
use std::path::Path;

use numbers::{Numbers, examples};
use plaudit_core::{Classifier, Error, Example, Features, Labels, Result, conformance};
use plaudit_models::{Baseline, ClassWeights, LinearClassifier, LinearConfig, train_baseline};
use proptest::prelude::*;
use serde::Deserialize;

fn with_c(c: f64) -> LinearConfig {
    let mut config = LinearConfig::default();
    config.c = vec![c];
    config
}

fn train_linear<F: Features>(
    features: F,
    train: &[Example<'_>],
    valid: &[Example<'_>],
    config: &LinearConfig,
) -> Result<LinearClassifier<F>> {
    train_baseline(features, train, valid, &config.clone().into())
}

fn refusal<F>(result: Result<LinearClassifier<F>>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[derive(Deserialize)]
struct Case {
    name: String,
    c: f64,
    width: usize,
    class_weights: ClassWeights,
    rows: Vec<String>,
    labels: Vec<String>,
    coefficients: Vec<Vec<f64>>,
    intercepts: Vec<f64>,
    test: Vec<String>,
    probabilities: Vec<Vec<f64>>,
}

#[test]
fn equals_scikit_learn() {
    let lines = include_str!("golden/linear.jsonl").lines().skip(1);
    let mut cases = 0;
    for case in lines.map(|line| serde_json::from_str::<Case>(line).unwrap()) {
        let rows: Vec<Example<'_>> =
            case.rows.iter().zip(&case.labels).map(|(text, label)| Example { text, label }).collect();
        let mut config = with_c(case.c);
        config.labels = Some(Labels::from_occurring(rows.iter().map(|row| row.label)).unwrap());
        (config.class_weights, config.tolerance, config.iterations) = (case.class_weights, 1e-10, 100_000);
        let classifier = train_linear(Numbers(case.width), &rows, &[], &config).unwrap();
        let fit = classifier.report().best_fit().unwrap();
        assert!(fit.converged, "{}: {fit:?}", case.name);
        let close = |ours: f32, theirs: f64| (f64::from(ours) - theirs).abs() < 1e-5;
        // Of two labels, scikit-learn has the second.
        let first = classifier.labels().len() - case.coefficients.len();
        for (label, (theirs, bias)) in (first..).zip(case.coefficients.iter().zip(&case.intercepts)) {
            let ours = classifier.weights(label).unwrap();
            let theirs = theirs.iter().chain([bias]);
            assert_eq!(ours.len(), case.width + 1);
            for (ours, &theirs) in ours.iter().zip(theirs) {
                assert!(close(*ours, theirs), "{}: {ours} for {theirs}", case.name);
            }
        }
        for (text, theirs) in case.test.iter().zip(&case.probabilities) {
            let prediction = classifier.predict(text).unwrap();
            let mut pairs = prediction.scores().iter().zip(theirs);
            assert!(pairs.all(|(&ours, &theirs)| close(ours, theirs)), "{}: {prediction:?} {theirs:?}", case.name);
        }
        cases += 1;
    }
    assert_eq!(cases, 22);
}

const ROWS: [(&str, &str); 6] =
    [("0:1", "a"), ("0:1 2:0.5", "a"), ("1:1", "b"), ("1:2", "b"), ("2:1", "c"), ("2:3 0:0.25", "c")];

#[test]
fn conforms_to_its_role() {
    let classifier = train_linear(Numbers(3), &examples(&ROWS), &[], &with_c(1.0)).unwrap();
    conformance::check_classifier(&classifier, &["0:1", "1:1 2:9", "7:1", "0:3e38"]).unwrap();
    assert_eq!(classifier.labels().iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(classifier.predict("1:1").unwrap().label(), "b");
}

#[test]
fn threads_change_no_byte() {
    let rows: Vec<String> =
        (0..5000).map(|n| format!("{}:1 {}:0.5 {}:{}", n % 7, n % 3001, n * n % 97, 0.1 + (n % 5) as f32)).collect();
    let rows: Vec<Example<'_>> =
        rows.iter().enumerate().map(|(n, text)| Example { text, label: ["a", "b", "c"][n % 11 % 3] }).collect();
    let with = |threads| {
        let mut config = with_c(1.0);
        config.threads = Some(threads);
        let classifier = train_linear(Numbers(3001), &rows, &[], &config).unwrap();
        let bits = |label| classifier.weights(label).unwrap().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        ((0..3).map(bits).collect::<Vec<_>>(), classifier.report().clone())
    };
    assert!(with(1) == with(4));
}

#[test]
fn the_best_c_is_chosen_by_validation_rows() {
    let rows = examples(&ROWS);
    // One row in three is mislabelled: fitted closely, the weights of column 3 on lead astray.
    let noisy: Vec<String> = (0..30).map(|n| format!("{}:1 {}:3", n % 3, 3 + n)).collect();
    let train: Vec<Example<'_>> = noisy
        .iter()
        .enumerate()
        .map(|(n, text)| Example { text, label: ["a", "b", "c"][if n < 10 { (n + 1) % 3 } else { n % 3 }] })
        .collect();
    let classifier = train_linear(Numbers(33), &train, &rows, &LinearConfig::default()).unwrap();
    let report = classifier.report();
    assert_eq!((report.fits.len(), report.valid_rows, report.train_rows), (11, 6, 30));
    let best = report.best_fit().unwrap();
    let rank = |fit: &plaudit_models::LinearFit| (fit.valid_macro_f1.unwrap(), -fit.valid_loss.unwrap());
    assert!(report.fits.iter().all(|fit| fit.converged && rank(fit) <= rank(best)), "{report:?}");
    assert!(matches!(classifier.config(), Baseline::Linear(config) if config.c.len() == 11));
}

#[test]
fn rows_that_separate_have_weights() {
    let rows = examples(&[("0:1", "a"), ("1:1", "b")]);
    let classifier = train_linear(Numbers(2), &rows, &[], &with_c(1e6)).unwrap();
    assert!(classifier.report().best_fit().unwrap().converged);
    assert!(classifier.predict("0:1").unwrap().score() > 0.99);
    // The first of two labels has no weights of its own.
    assert_eq!(classifier.weights(0), Some(vec![0.0; 3]));
    assert!(classifier.weights(1).unwrap()[1] > 1.0 && classifier.weights(2).is_none());
}

// Without a column that tells, each label has its share: 3 of 4.
#[test]
fn rows_without_an_entry_have_shares() {
    let rows = examples(&[("", "a"), ("", "a"), ("", "b"), ("", "a")]);
    let mut config = with_c(1.0);
    config.tolerance = 1e-9;
    let classifier = train_linear(Numbers(2), &rows, &[], &config).unwrap();
    assert!((classifier.predict("").unwrap().score() - 0.75).abs() < 1e-6);
    let classifier = train_linear(Numbers(0), &rows, &[], &config).unwrap();
    assert!((classifier.predict("0:1").unwrap().score() - 0.75).abs() < 1e-6);
    config.class_weights = ClassWeights::Balanced;
    let classifier = train_linear(Numbers(0), &rows, &[], &config).unwrap();
    assert!((classifier.predict("").unwrap().score() - 0.5).abs() < 1e-6);
}

#[test]
fn a_label_without_a_row_is_never_given() {
    let mut config = with_c(1.0);
    config.labels = Some(Labels::new(["b", "never", "a"]).unwrap());
    let rows = examples(&ROWS[..4]);
    let classifier = train_linear(Numbers(3), &rows, &[], &config).unwrap();
    let prediction = classifier.predict("0:1").unwrap();
    assert_eq!((prediction.label(), prediction.scores()[1]), ("a", 0.0));
    assert!(classifier.weights(1).is_none() && classifier.weights(2).unwrap()[0] > 0.0);
    assert_eq!(classifier.report().train_labels, [2, 0, 2]);
    // What the label's absence means for the others: nothing.
    config.labels = Some(Labels::new(["b", "a"]).unwrap());
    let without = train_linear(Numbers(3), &rows, &[], &config).unwrap();
    assert_eq!(without.predict("0:1").unwrap().scores()[1], prediction.scores()[2]);
    // On validation rows it may stand.
    let mut config = LinearConfig::default();
    config.labels = Some(Labels::new(["a", "b", "c"]).unwrap());
    let classifier = train_linear(Numbers(3), &rows, &examples(&ROWS), &config).unwrap();
    assert!(classifier.report().best_fit().unwrap().valid_loss.unwrap().is_finite());
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let rows = examples(&ROWS);
    let train = |rows: &[Example<'_>], valid: &[Example<'_>], config: &LinearConfig| {
        refusal(train_linear(Numbers(3), rows, valid, config))
    };
    let one = with_c(1.0);
    assert!(train(&[], &[], &one).contains("there is no row"));
    assert!(train(&rows[..1], &[], &one).contains("the same label, expected at least two"));
    assert!(train(&rows, &[], &LinearConfig::default()).contains("expected some to choose one of 11 c by"));
    assert!(
        train(&rows, &examples(&[("0:1", "d")]), &one).contains("row 0 (from 0) has a label that is none of a, b, c")
    );
    for (text, found) in [("0:NaN", "NaN in column 0"), ("0:1 2:inf", "inf in column 2"), ("3:1", "1 in column 3")] {
        let broken = examples(&[("0:1", "a"), (text, "b")]);
        let error = train(&broken, &[], &one);
        assert!(error.contains("row 1 (from 0)") && error.contains(found), "{error}");
        assert!(train(&rows, &broken, &one).contains("validation"), "{}", train(&rows, &broken, &one));
    }
    let mut config = one;
    config.iterations = 0;
    assert!(train(&rows, &[], &config).contains("linear.iterations"));
}

#[test]
fn a_search_that_is_cut_says_so() {
    let mut config = with_c(1.0);
    config.iterations = 1;
    let classifier = train_linear(Numbers(3), &examples(&ROWS), &[], &config).unwrap();
    let fit = classifier.report().best_fit().unwrap();
    assert!(!fit.converged && fit.iterations == 1);
}

proptest! {
    // More of a row's loss for smaller weights: the norm grows with `c`, and the loss without the penalty falls.
    #[test]
    fn any_rows_give_probabilities(
        rows in proptest::collection::vec((proptest::collection::vec((0..6_u32, -1e3_f32..1e3), 0..5), 0..3_usize), 2..40),
        c in 1e-3_f64..1e3,
    ) {
        let texts: Vec<String> = rows
            .iter()
            .map(|(entries, _)| entries.iter().map(|(c, v)| format!("{c}:{v}")).collect::<Vec<_>>().join(" "))
            .collect();
        let names = ["a", "b", "c"];
        let train: Vec<Example<'_>> =
            texts.iter().zip(&rows).map(|(text, (_, label))| Example { text, label: names[*label] }).collect();
        prop_assume!(train.iter().any(|row| row.label != train[0].label));
        let classifier = train_linear(Numbers(6), &train, &[], &with_c(c)).unwrap();
        let fit = classifier.report().best_fit().unwrap();
        prop_assert!(fit.loss >= 0.0 && fit.loss <= 1.1); // at most ln 3, that of weights that are all 0
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for prediction in classifier.classify(&texts).unwrap().iter() {
            prop_assert!((prediction.scores().iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn loaded_is_what_was_saved() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    let texts = ["0:1", "1:1 2:2", "", "0:-3"];
    for rows in [&ROWS[..], &ROWS[..4]] {
        let mut config = with_c(1.0);
        config.labels = Some(Labels::new(["a", "b", "c"]).unwrap());
        let classifier = train_linear(Numbers(3), &examples(rows), &[], &config).unwrap();
        classifier.save(&path).unwrap();
        let loaded = LinearClassifier::<Numbers>::load(&path).unwrap();
        assert_eq!(loaded.classify(&texts).unwrap(), classifier.classify(&texts).unwrap());
        assert_eq!((loaded.report(), loaded.config()), (classifier.report(), classifier.config()));
        assert!((0..3).all(|label| loaded.weights(label) == classifier.weights(label)));
        let before = contents(&path);
        loaded.save(&path).unwrap();
        assert_eq!(contents(&path), before);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }
}

#[test]
fn broken_directories_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    let classifier = train_linear(Numbers(3), &examples(&ROWS), &[], &with_c(1.0)).unwrap();
    let broken = |change: &dyn Fn(&Path)| {
        classifier.save(&path).unwrap();
        change(&path);
        common::sign(&path);
        let error = LinearClassifier::<Numbers>::load(&path).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{error:?}");
        fs::remove_dir_all(&path).unwrap();
        error.to_string()
    };
    let header = |change: fn(&mut serde_json::Value)| broken(&|path| edit(&path.join("linear.json"), change));
    assert!(header(|json| json["format_version"] = 2.into()).contains("format version 2"));
    assert!(header(|json| json["more"] = 2.into()).contains("unknown field"));
    assert!(header(|json| json["training"]["c"] = serde_json::json!([])).contains("linear.c"));
    assert!(header(|json| json["training"]["labels"] = serde_json::Value::Null).contains("found none"));
    assert!(header(|json| json["report"]["best"] = 7.into()).contains("not those of this model"));
    assert!(header(|json| json["report"]["columns"] = 7.into()).contains("not those of this model"));
    assert!(header(|json| json["report"]["train_labels"] = serde_json::json!([6, 0, 0])).contains("two labels"));
    assert!(header(|json| json["report"]["train_labels"] = serde_json::json!([3, 3, 0])).contains("tensor `weight`"));
    let width = broken(&|path| fs::write(path.join("analyzer/width.txt"), "x").unwrap());
    assert!(width.contains("analyzer/width.txt: expected a whole number"), "{width}");
    let weights = broken(&|path| fs::write(path.join("model.safetensors"), [0; 9]).unwrap());
    assert!(weights.contains("model.safetensors"), "{weights}");
    // The bytes of a weight that is no number, at the end of the file.
    let weights = broken(&|path| {
        let file = path.join("model.safetensors");
        let mut bytes = fs::read(&file).unwrap();
        let end = bytes.len() - 4;
        bytes[end..].copy_from_slice(&f32::NAN.to_le_bytes());
        fs::write(&file, bytes).unwrap();
    });
    assert!(weights.contains("not finite"), "{weights}");
    // Without a new manifest, any change is seen.
    classifier.save(&path).unwrap();
    edit(&path.join("linear.json"), |json| json["report"]["best"] = 0.into());
    let error = refusal(LinearClassifier::<Numbers>::load(&path));
    assert!(error.contains("linear.json"), "{error}");
}

fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
    let names = ["README.md", "analyzer/width.txt", "linear.json", "manifest.json", "model.safetensors"];
    assert_eq!(fs::read_dir(path).unwrap().count(), names.len());
    names.iter().map(|name| ((*name).to_owned(), fs::read(path.join(name)).unwrap())).collect()
}

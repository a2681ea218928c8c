//! Models that earlier versions wrote: they load, and give the probabilities that they gave then.
//!
//! `fixtures/v1` is of the format's version 1. Its models were trained with `write_models` below on the sentences of [`common::rows`],
//! before model directories had a model card; the numbers beside them are from the same run. They are never written anew: a format that
//! cannot read them is another version, and gets a folder of its own.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

#[allow(dead_code)] // each file of tests uses its own part
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Blanks, Letters, examples, rows};
use plaudit_core::Classifier;
use plaudit_models::{
    Architecture, Baseline, BiLstmConfig, CalibrationConfig, CalibrationRows, CnnLstmConfig, LinearClassifier,
    LinearConfig, TextClassifier, TrainConfig, WideAndDeepConfig, train, train_baseline,
};
use serde::{Deserialize, Serialize};

/// What a model gave when it was written.
#[derive(Serialize, Deserialize)]
struct Written {
    texts: Vec<String>,
    labels: Vec<String>,
    probabilities: Vec<Vec<f32>>,
}

const TEXTS: [&str; 8] = [
    "the desk was not good today",
    "good",
    "not bad",
    "bad form here",
    "",
    "zebras whisper 图书馆 👍",
    "good bad not good not bad good",
    "the the the the the the the the the the the the the the the the the the the the the the the the bad",
];

const VERSIONS: [&str; 1] = ["v1"];

fn place(version: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version).join(name)
}

fn load(version: &str, name: &str) -> Box<dyn Classifier> {
    let path = place(version, name);
    match name {
        "linear" => Box::new(LinearClassifier::<Letters>::load(path).unwrap()),
        "wide_and_deep" => Box::new(TextClassifier::<Letters>::load(path).unwrap()),
        _ => Box::new(TextClassifier::<Blanks>::load(path).unwrap()),
    }
}

#[test]
fn models_of_every_version_load_and_score_as_they_did() {
    for version in VERSIONS {
        for name in ["bi_lstm", "cnn_lstm", "wide_and_deep", "calibrated", "linear"] {
            let written = fs::read(place(version, &format!("{name}.json"))).unwrap();
            let written: Written = serde_json::from_slice(&written).unwrap();
            let classifier = load(version, name);
            assert_eq!(classifier.labels().iter().collect::<Vec<_>>(), written.labels, "{version} {name}");
            let texts: Vec<&str> = written.texts.iter().map(String::as_str).collect();
            let scores = classifier.classify(&texts).unwrap();
            assert_eq!((texts.len(), scores.len()), (TEXTS.len(), TEXTS.len()));
            let then = written.probabilities.concat();
            // Another instruction set rounds otherwise: 1e-6.
            let moved = scores.as_slice().iter().zip(&then).map(|(now, then)| (now - then).abs()).fold(0.0, f32::max);
            assert!(moved <= 1e-6 && then.len() == scores.as_slice().len(), "{version} {name}: {moved}");
            assert!(scores.iter().any(|row| row.scores() != scores.row(0).unwrap().scores()), "all texts are alike");
        }
    }
    let calibrated = TextClassifier::<Blanks>::load(place("v1", "calibrated")).unwrap();
    let raw = calibrated.uncalibrated().classify(&TEXTS).unwrap();
    assert!(raw != calibrated.classify(&TEXTS).unwrap(), "its calibration changes nothing");
}

#[test]
fn a_model_that_is_loaded_and_saved_is_one_of_today() {
    let scratch = tempfile::tempdir().unwrap();
    for name in ["bi_lstm", "cnn_lstm", "calibrated"] {
        let old = TextClassifier::<Blanks>::load(place("v1", name)).unwrap();
        let path = scratch.path().join(name);
        old.save(&path).unwrap();
        let new = TextClassifier::<Blanks>::load(&path).unwrap();
        assert_eq!(new.classify(&TEXTS).unwrap(), old.classify(&TEXTS).unwrap(), "{name}");
    }
}

fn tiny(architecture: Architecture) -> TrainConfig {
    let mut config = common::config();
    (config.architecture, config.epochs) = (architecture, 6);
    config
}

/// Writes the models of today into the folder that `PLAUDIT_FIXTURES` names: for a new version of the format.
#[test]
#[ignore = "writes fixtures"]
fn write_models() {
    let Some(folder) = std::env::var_os("PLAUDIT_FIXTURES").map(PathBuf::from) else {
        println!("PLAUDIT_FIXTURES is unset: nothing is written");
        return;
    };
    let (own, other) = (rows(120, 1), rows(40, 2));
    let (own, other) = (examples(&own), examples(&other));
    let mut bi_lstm = BiLstmConfig::default();
    (bi_lstm.embedding, bi_lstm.hidden, bi_lstm.dense) = (4, 3, 4);
    let mut cnn_lstm = CnnLstmConfig::default();
    (cnn_lstm.embedding, cnn_lstm.filters, cnn_lstm.hidden, cnn_lstm.dense) = (4, 2, 3, 4);
    let mut wide = WideAndDeepConfig::default();
    wide.deep = Box::new(Architecture::BiLstm(bi_lstm.clone()));
    let write = |name: &str, classifier: &dyn Classifier| {
        let scores = classifier.classify(&TEXTS).unwrap();
        let probabilities = scores.iter().map(|row| row.scores().to_vec()).collect();
        let labels = classifier.labels().iter().map(str::to_owned).collect();
        let written = Written { texts: TEXTS.map(str::to_owned).into(), labels, probabilities };
        fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(&written).unwrap()).unwrap();
    };
    let mut calibrated = tiny(Architecture::BiLstm(bi_lstm.clone()));
    let mut calibration = CalibrationConfig::default();
    calibration.rows = CalibrationRows::SetAside(0.3);
    calibrated.calibration = Some(calibration);
    let plain = tiny(Architecture::BiLstm(bi_lstm));
    for (name, config) in
        [("bi_lstm", plain), ("cnn_lstm", tiny(Architecture::CnnLstm(cnn_lstm))), ("calibrated", calibrated)]
    {
        let classifier = train(Blanks, &own, &other, &config, &mut ()).unwrap();
        classifier.save(folder.join(name)).unwrap();
        write(name, &classifier);
    }
    let classifier = train(Letters, &own, &other, &tiny(Architecture::WideAndDeep(wide)), &mut ()).unwrap();
    classifier.save(folder.join("wide_and_deep")).unwrap();
    write("wide_and_deep", &classifier);
    let mut config = LinearConfig::default();
    config.c = vec![1.0];
    let classifier = train_baseline(Letters, &own, &other, &Baseline::Linear(config)).unwrap();
    classifier.save(folder.join("linear")).unwrap();
    write("linear", &classifier);
}

//! Baselines through the facade, and the recipe `benchmark` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{json, run, stderr};
use plaudit::metrics::Metric;
use plaudit::text::PipelineConfig;
use plaudit::{BaselineClassifier, BaselineConfig, Classifier, Dataset, ReadConfig, core::conformance};

/// Parts of our own corpus, as files.
fn folder(scratch: &Path) -> PathBuf {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    let text = fs::read_to_string(corpus).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for (name, part) in [("train.tsv", &lines[..400]), ("valid.tsv", &lines[400..500]), ("test.tsv", &lines[500..600])]
    {
        fs::write(scratch.join(name), format!("{header}\n{}\n", part.join("\n"))).unwrap();
    }
    scratch.to_owned()
}

fn part(folder: &Path, name: &str) -> Dataset {
    plaudit::data::read(folder.join(name), &ReadConfig::default()).unwrap()
}

#[test]
fn every_baseline_is_tuned_saved_and_loaded() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = folder(scratch.path());
    let [train, valid, test] = ["train.tsv", "valid.tsv", "test.tsv"].map(|name| part(&folder, name));
    let texts: Vec<&str> = test.iter().map(|row| row.text.as_str()).collect();
    for name in BaselineConfig::GRIDS {
        let grid = BaselineConfig::grid(name, &PipelineConfig::english()).unwrap();
        let tuned = plaudit::tune_baseline(&train, &valid, &grid, Metric::F1).unwrap();
        assert_eq!(tuned.trials.len(), grid.len());
        assert!(
            tuned.trials.iter().all(|(_, trial)| trial.value.unwrap() <= tuned.trials[tuned.best].1.value.unwrap()),
            "{name}"
        );
        conformance::check_classifier(&tuned.classifier, &texts[..20]).unwrap();
        // The same again from its configuration alone.
        let (config, trial) = &tuned.trials[tuned.best];
        let mut config = config.clone();
        config.model = trial.baseline.clone();
        let again = plaudit::train_baseline(&train, &valid, &config).unwrap();
        assert_eq!(again.classify(&texts).unwrap(), tuned.classifier.classify(&texts).unwrap());
        let path = scratch.path().join(name);
        tuned.classifier.save(&path).unwrap();
        let loaded = BaselineClassifier::load(&path).unwrap();
        assert_eq!(loaded.classify(&texts).unwrap(), tuned.classifier.classify(&texts).unwrap());
        let accuracy = plaudit::scored(&loaded, &test).unwrap().confusion().report().accuracy.unwrap();
        assert!(name == "majority" || accuracy > 0.4, "{name}: {accuracy}");
    }
    assert!(BaselineConfig::grid("none", &PipelineConfig::raw()).unwrap_err().to_string().contains("nb_svm"));
    assert!(plaudit::tune_baseline(&train, &valid, &[], Metric::F1).is_err());
}

#[test]
fn a_configuration_is_data() {
    let config: BaselineConfig = serde_json::from_str(
        r#"{"features": [{"kind": "tf_idf", "max_n": 2}, {"kind": "hashed", "buckets": 1000}], "model": {"kind": "average_ngrams", "dim": 5}}"#,
    )
    .unwrap();
    config.validate().unwrap();
    assert_eq!(serde_json::from_str::<BaselineConfig>(&serde_json::to_string(&config).unwrap()).unwrap(), config);
    let broken = r#"{"features": [{"kind": "tf_idf", "min_n": 0}], "model": {"kind": "average_ngrams", "dim": 0}}"#;
    let error = serde_json::from_str::<BaselineConfig>(broken).unwrap().validate().unwrap_err().to_string();
    assert!(error.contains("tfidf.min_n") && error.contains("average_ngrams.dim"), "{error}");
}

#[test]
fn the_recipe_prints_a_table() {
    let scratch = tempfile::tempdir().unwrap();
    let data = folder(scratch.path()).display().to_string();
    let arguments = [
        "--data",
        &data,
        "--models",
        "majority,average_ngrams,bi_lstm",
        "--metric",
        "accuracy",
        "--seeds",
        "2",
        "--epochs",
        "1",
    ];
    let found = json("benchmark", &arguments);
    let table = found["table"].as_array().unwrap();
    let rows: Vec<(&str, u64)> =
        table.iter().map(|row| (row["model"].as_str().unwrap(), row["seeds"].as_u64().unwrap())).collect();
    assert_eq!(rows, [("majority", 1), ("average_ngrams", 2), ("bi_lstm", 2)]);
    for row in table {
        for figure in ["accuracy", "macro_f1", "macro_recall", "value", "valid"] {
            assert!((0.0..=1.0).contains(&row[figure].as_f64().unwrap()), "{row}");
        }
        assert_eq!(row["value"], row["accuracy"]);
    }
    let und = json("benchmark", &["--data", &data, "--models", "logistic", "--language", "und", "--seeds", "1"]);
    assert_eq!(und["table"][0]["chosen"][0]["language"], "und");
    // A label fewer, and no validation file.
    fs::remove_file(scratch.path().join("valid.tsv")).unwrap();
    let found = json("benchmark", &["--data", &data, "--models", "majority", "--labels", "Good,Poor", "--rows", "100"]);
    assert!(
        found["table"][0]["accuracy"].as_f64().unwrap() >= 0.4 && found["table"][0]["train_rows"] == 100,
        "{found}"
    );
}

#[test]
fn each_row_is_tested_once() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path();
    let rows = |from: usize, to: usize| -> String {
        let row =
            |k: usize| format!("{k}\t{}\tword {} of {}\tdivision {}\n", ["good", "poor"][k % 2], k % 2, k % 50, k / 20);
        std::iter::once("id\tlabel\ttext\tdivision\n".to_owned()).chain((from..to).map(row)).collect()
    };
    // 70 rows, of which those of division 3 are too few to be tested on; every test text is in the training part, too.
    fs::write(path.join("train.tsv"), rows(0, 40)).unwrap();
    fs::write(path.join("valid.tsv"), rows(40, 50)).unwrap();
    fs::write(path.join("test.tsv"), rows(50, 70)).unwrap();
    let data = path.display().to_string();
    let row = |more: &[&str]| {
        let arguments = [&["--data", &data, "--models", "logistic", "--metric", "accuracy"], more].concat();
        json("benchmark", &arguments)["table"][0].clone()
    };
    let once = row(&[]);
    assert_eq!(
        (&once["test_rows"], &once["repeated_test_rows"], &once["clean"]),
        (&20.into(), &20.into(), &0.0.into())
    );
    let folds = row(&["--folds", "5"]);
    assert_eq!((&folds["test_rows"], &folds["chosen"].as_array().unwrap().len()), (&70.into(), &5));
    let apart = row(&["--by", "division"]);
    let groups: Vec<_> =
        apart["groups"].as_array().unwrap().iter().map(|group| (&group["group"], &group["rows"])).collect();
    assert_eq!(groups.len(), 3, "{groups:?}");
    assert_eq!((groups[0].0, groups[0].1, &apart["test_rows"]), (&"division 0".into(), &20.into(), &60.into()));
    let refused = |more: &[&str]| stderr(&run("benchmark", &[&["--data", &data], more].concat()));
    assert!(refused(&["--by", "colour"]).contains("there is no column colour; found division, source"));
    assert!(refused(&["--by", "source"]).contains("no value of this column has 15 rows"));
    assert!(refused(&["--labels", "fine,bad"]).contains("train.tsv: no row has a label of fine, bad"));
    assert!(refused(&["--by", "division", "--folds", "2"]).contains("expected one of them"));
    assert!(refused(&["--folds", "71"]).contains("no more than 70 rows"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (arguments, code, words) in [
        (&["--models", "majority"][..], 2, "--data is missing"),
        (&["--data", "none", "--models", "svn"], 2, "found `svn`"),
        (&["--data", "none", "--preset", "english", "--language", "en"], 2, "--preset says how texts are cleaned"),
        (&["--data", "none", "--language", "fr"], 2, "found \"fr\""),
        (&["--data", "none", "--metric", "log_loss"], 2, "--metric: expected one that needs no probabilities"),
        (&["--data", "none", "--metric", "best"], 2, "expected one of accuracy"),
        (&["--data", "none", "--seeds", "0"], 2, "expected at least 1"),
        (&["--data", "none"], 1, "there is no train.tsv"),
    ] {
        let output = run("benchmark", arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    }
}

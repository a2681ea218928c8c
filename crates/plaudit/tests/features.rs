//! The recipe `features` as a user runs it: its table, and what it refuses.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::Path;

use common::{json, run, stderr};

#[test]
fn six_rows_on_test_texts() {
    let scratch = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    let text = fs::read_to_string(corpus).unwrap();
    let (header, lines) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for (name, part) in [("train.tsv", &lines[..400]), ("valid.tsv", &lines[400..500]), ("test.tsv", &lines[500..600])]
    {
        fs::write(scratch.path().join(name), format!("{header}\n{}\n", part.join("\n"))).unwrap();
    }
    let folder = scratch.path().display().to_string();
    let arguments = ["--data", &folder, "--rows", "300", "--seeds", "2", "--epochs", "1"];
    let found = json("features", &arguments);
    assert_eq!((&found["train_rows"], &found["test_rows"]), (&300.into(), &100.into()));
    let table = found["table"].as_array().unwrap();
    let names: Vec<(&str, &str, u64)> = table
        .iter()
        .map(|row| (row["features"].as_str().unwrap(), row["model"].as_str().unwrap(), row["seeds"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("bag of words", "linear", 1),
        ("bag of words", "BiLSTM", 2),
        ("TF-IDF", "linear", 1),
        ("TF-IDF", "BiLSTM", 2),
        ("Word2Vec", "linear", 2),
        ("Word2Vec", "BiLSTM", 2),
    ];
    assert_eq!(names, expected);
    for row in table {
        for figure in ["accuracy", "macro_f1"] {
            assert!((0.0..=1.0).contains(&row[figure].as_f64().unwrap()), "{row}");
            assert_eq!(row[&format!("{figure}_error")].is_null(), row["seeds"] == 1, "{row}");
        }
        assert!(cfg!(not(target_os = "linux")) || row["cpu_seconds"].as_f64().unwrap() >= 0.0, "{row}");
    }
    // What linear classifiers read tells four labels apart better than chance.
    assert!(table[0]["accuracy"].as_f64().unwrap() > 0.4, "{}", table[0]);
    let figures = |table: &[serde_json::Value]| {
        table.iter().map(|row| (row["accuracy"].clone(), row["macro_f1"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(figures(json("features", &arguments)["table"].as_array().unwrap()), figures(table));
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (arguments, code, words) in [
        (&["--data", "none", "--seeds", "0"][..], 2, "expected at least 1, found 0"),
        (&["--data", "none", "--rows", "0"], 2, "expected at least 1, found 0"),
        (&["--data", "none", "--preset", "none"], 2, "--preset: expected english"),
        (&["--seeds", "1"], 2, "--data is missing"),
        (&["--data", "none"], 1, "train.tsv"),
    ] {
        let output = run("features", arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

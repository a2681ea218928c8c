//! Neighbours, analogies and evaluations beside gensim's: of generated vectors in `golden/evaluation.json`, and of vectors for the
//! words of the public lists, where `PLAUDIT_DATA` names their folder and `PLAUDIT_PYTHON` a Python with gensim.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::fs::File;
use std::io::BufReader;
use std::process::Command;

use plaudit_core::Embedding;
use plaudit_embeddings::evaluation::{
    AnalogySection, EvaluationConfig, UnknownItems, WordPair, analogies, compare_analogies, compare_word_pairs,
    read_analogies, read_word_pairs, word_pairs,
};
use plaudit_embeddings::{AnalogyRule, Neighbour, Neighbours, Query, UnknownWords, WordVectors, mean_into};
use plaudit_stats::Bootstrap;
use serde_json::Value;

const NEAR: f64 = 1e-6;

fn golden() -> Vec<Value> {
    serde_json::from_str(include_str!("golden/evaluation.json")).unwrap()
}

fn strings(values: &Value) -> Vec<&str> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

fn vectors(case: &Value) -> WordVectors {
    let values = case["hundredths"].as_array().unwrap().iter().map(|value| (value.as_f64().unwrap() / 100.0) as f32);
    let words = strings(&case["words"]).into_iter().map(str::to_owned).collect();
    WordVectors::new(words, case["dim"].as_u64().unwrap() as usize, values.collect()).unwrap()
}

fn config(figures: &Value) -> EvaluationConfig {
    let mut config = EvaluationConfig::default();
    config.restrict = figures["restrict"].as_u64().map(|restrict| restrict as usize);
    config.ignore_case = figures["ignore_case"].as_bool().unwrap();
    if figures["multiply"] == true {
        config.rule = AnalogyRule::Multiply;
    }
    config.unknown = if figures["zero"] == true { UnknownItems::Zero } else { UnknownItems::Skip };
    config
}

fn close(found: Option<f64>, expected: &Value, what: &str) {
    let close = match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() < NEAR,
        (found, expected) => found.is_none() && expected.is_none(),
    };
    assert!(close, "{what}: {found:?}, gensim {expected}");
}

fn check_pairs(vectors: &WordVectors, pairs: &[WordPair], figures: &Value) {
    let report = word_pairs(vectors, pairs, &config(figures)).unwrap();
    let what = format!("{} {:?}", figures["path"], config(figures));
    close(report.spearman, &figures["spearman"], &what);
    close(report.pearson, &figures["pearson"], &what);
    close(report.coverage().map(|coverage| 100.0 * (1.0 - coverage)), &figures["unknown"], &what);
    assert_eq!(report.similarities.len(), pairs.len());
}

fn check_analogies(vectors: &WordVectors, list: &[AnalogySection], figures: &Value) {
    let report = analogies(vectors, list, &config(figures)).unwrap();
    let what = format!("{} {:?}", figures["path"], config(figures));
    close(report.accuracy.or(Some(0.0)), &figures["accuracy"], &what);
    let sections = report.sections.iter().map(|section| {
        let given = |which| section.answers.iter().filter(|answer| **answer == Some(which)).count();
        serde_json::json!([section.name, given(true), given(false)])
    });
    assert_eq!(Value::Array(sections.collect()), figures["sections"], "{what}");
}

/// Similarities within 1e-6, quotients above 1 within 1e-6 of themselves (gensim has single precision), and the same words, but for the order of such as are as near.
fn check_neighbours(found: &[Neighbour<'_>], expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let similarity = expected[1].as_f64().unwrap();
        let near = NEAR * similarity.max(1.0);
        assert!((f64::from(found.similarity) - similarity).abs() < near, "{found:?}, gensim {expected}");
        assert_eq!(found.word, expected[0]);
    }
}

#[test]
fn neighbours_and_means_equal_gensims() {
    for case in golden() {
        let vectors = vectors(&case);
        let all = Neighbours::new(&vectors);
        let rows = |name: &str| case[name].as_array().unwrap().clone();
        for row in rows("neighbours") {
            check_neighbours(&all.of_word(row[0].as_str().unwrap(), 7).unwrap(), &row[1]);
        }
        let first = Neighbours::of_first(&vectors, 20);
        for row in rows("restricted") {
            check_neighbours(&first.of_word(row[0].as_str().unwrap(), 7).unwrap(), &row[1]);
        }
        for row in rows("analogies") {
            let [a, b, c] = [0, 1, 2].map(|k| row[k].as_str().unwrap());
            check_neighbours(&all.analogy(a, b, c, 6).unwrap(), &row[3]);
        }
        for row in rows("multiplied") {
            let words = [0, 1, 2].map(|k| row[k].as_str().unwrap());
            check_neighbours(&all.analogy_by(AnalogyRule::Multiply, words, 6).unwrap(), &row[3]);
        }
        for row in rows("similarities") {
            let [a, b] = [0, 1].map(|k| row[k].as_str().unwrap());
            close(vectors.similarity(a, b).map(f64::from), &row[2], a);
        }
        for row in rows("means") {
            let mut mean = vec![0.0; vectors.dim()];
            assert_eq!(mean_into(&vectors, strings(&row[0]), UnknownWords::Skip, &mut mean), 3);
            for (&found, expected) in mean.iter().zip(row[1].as_array().unwrap()) {
                close(Some(f64::from(found)), expected, "mean");
            }
        }
    }
}

#[test]
fn evaluations_equal_gensims() {
    for case in golden() {
        let vectors = vectors(&case);
        let pairs = read_word_pairs(case["pairs"].as_str().unwrap().as_bytes(), "pairs").unwrap();
        let list = read_analogies(case["questions"].as_str().unwrap().as_bytes(), "questions").unwrap();
        case["pair_figures"].as_array().unwrap().iter().for_each(|figures| check_pairs(&vectors, &pairs, figures));
        case["question_figures"]
            .as_array()
            .unwrap()
            .iter()
            .for_each(|figures| check_analogies(&vectors, &list, figures));
    }
}

#[test]
fn evaluations_of_public_lists_equal_gensims() {
    let (Ok(data), Ok(python)) = (std::env::var("PLAUDIT_DATA"), std::env::var("PLAUDIT_PYTHON")) else {
        println!("skipped: PLAUDIT_DATA or PLAUDIT_PYTHON is not set");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/make_evaluation.py");
    let output = Command::new(python).arg(script).arg(&data).arg(folder.path()).output().unwrap();
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains("No module named"), "{error}");
        println!("skipped: {}", error.lines().last().unwrap_or_default());
        return;
    }
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let words = std::fs::read_to_string(folder.path().join("words.txt")).unwrap();
    let bytes = std::fs::read(folder.path().join("hundredths.bin")).unwrap();
    let hundredths = bytes.as_chunks().0.iter().map(|&bytes| i32::from_le_bytes(bytes));
    let values = hundredths.map(|value| (f64::from(value) / 100.0) as f32).collect();
    let dim = figures["dim"].as_u64().unwrap() as usize;
    let vectors = WordVectors::new(words.lines().map(str::to_owned).collect(), dim, values).unwrap();
    let open = |figures: &Value| {
        let path = figures["path"].as_str().unwrap();
        (BufReader::new(File::open(path).unwrap()), path.to_owned())
    };
    for figures in figures["pairs"].as_array().unwrap() {
        let (reader, path) = open(figures);
        check_pairs(&vectors, &read_word_pairs(reader, &path).unwrap(), figures);
    }
    for figures in figures["questions"].as_array().unwrap() {
        let (reader, path) = open(figures);
        check_analogies(&vectors, &read_analogies(reader, &path).unwrap(), figures);
    }
    println!(
        "{} evaluations",
        figures["pairs"].as_array().unwrap().len() + figures["questions"].as_array().unwrap().len()
    );
}

#[test]
fn configurations_are_saved_and_checked() {
    let config = EvaluationConfig::default();
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(json, r#"{"restrict":300000,"ignore_case":true,"unknown":"skip","rule":"add"}"#);
    assert_eq!(serde_json::from_str::<EvaluationConfig>(r#"{"unknown":"skip"}"#).unwrap(), config);
    assert!(serde_json::from_str::<EvaluationConfig>(r#"{"restricted":1}"#).is_err());
    let none: EvaluationConfig = serde_json::from_str(r#"{"restrict":0}"#).unwrap();
    let vectors = WordVectors::new(Vec::new(), 1, Vec::new()).unwrap();
    assert!(word_pairs(&vectors, &[], &none).unwrap_err().to_string().contains("restrict: 0"));
    assert!(analogies(&vectors, &[], &none).is_err());
}

#[test]
fn nothing_known_is_no_figure() {
    let vectors = WordVectors::new(Vec::new(), 3, Vec::new()).unwrap();
    let pairs = read_word_pairs(&b"a\tb\t1\nc\td\t2\n"[..], "pairs").unwrap();
    let list = read_analogies(&b": s\na b c d\n: t\n"[..], "questions").unwrap();
    let mut config = EvaluationConfig::default();
    let report = word_pairs(&vectors, &pairs, &config).unwrap();
    assert_eq!((report.spearman, report.pearson, report.coverage(), report.unknown), (None, None, Some(0.0), 2));
    let error =
        compare_word_pairs(&pairs, std::slice::from_ref(&report), std::slice::from_ref(&report), &Bootstrap::default())
            .unwrap_err();
    assert!(error.to_string().contains("no item of 2 that every run knows"), "{error}");
    let report = analogies(&vectors, &list, &config).unwrap();
    assert_eq!((report.accuracy, report.coverage(), report.sections[1].accuracy), (None, Some(0.0), None));
    config.unknown = UnknownItems::Zero;
    assert_eq!(word_pairs(&vectors, &pairs, &config).unwrap().similarities, [Some(0.0); 2]);
    assert_eq!(analogies(&vectors, &list, &config).unwrap().accuracy, Some(0.0));
    assert_eq!(word_pairs(&vectors, &[], &config).unwrap().coverage(), None);
}

/// The difference of an embedding and itself is 0; of a good and a spoilt one it is more than chance, and turns with its sides.
#[test]
fn differences_between_embeddings() {
    let case = &golden()[2];
    let good = vectors(case);
    let spoilt: Vec<f32> = good.values().iter().enumerate().map(|(k, v)| v + (k * k % 13) as f32 - 6.0).collect();
    let spoilt = WordVectors::new(good.words().to_vec(), good.dim(), spoilt).unwrap();
    let list = read_analogies(case["questions"].as_str().unwrap().as_bytes(), "questions").unwrap();
    let words = good.words();
    let scored = |k: usize| {
        let (first, second) = (words[k % words.len()].clone(), words[k * 7 % words.len()].clone());
        let score = f64::from(good.similarity(&first, &second).unwrap());
        WordPair { first, second, score: (10.0 * score).round() }
    };
    let pairs: Vec<WordPair> = (1..120).map(scored).collect();
    let mut config = EvaluationConfig::default();
    config.ignore_case = false;
    let bootstrap = Bootstrap::default();

    let [a, b] = [&good, &spoilt].map(|vectors| [word_pairs(vectors, &pairs, &config).unwrap()]);
    let same = compare_word_pairs(&pairs, &[a[0].clone(), a[0].clone()], &a, &bootstrap).unwrap();
    assert_eq!((same.difference, same.interval, same.items, same.units), (Some(0.0), None, 119, 119));
    let found = compare_word_pairs(&pairs, &a, &b, &bootstrap).unwrap();
    let interval = found.interval.unwrap();
    assert!((found.first.unwrap() - a[0].spearman.unwrap()).abs() < 1e-12);
    assert!((found.second.unwrap() - b[0].spearman.unwrap()).abs() < 1e-12);
    assert!(
        0.0 < interval.low && interval.low < found.difference.unwrap() && found.difference.unwrap() < interval.high
    );
    let turned = compare_word_pairs(&pairs, &b, &a, &bootstrap).unwrap();
    assert!((turned.interval.unwrap().high + interval.low).abs() < 1e-12);

    let [c, d] = [&good, &spoilt].map(|vectors| [analogies(vectors, &list, &config).unwrap()]);
    let found = compare_analogies(&list, &c, &[d.clone(), d].concat(), &bootstrap).unwrap();
    assert_eq!(found.first, c[0].accuracy);
    assert!(found.units < found.items && found.interval.unwrap().low > 0.0, "{found:?}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<plaudit_embeddings::evaluation::Difference>(&json).unwrap(), found);

    let error = compare_word_pairs(&pairs[1..], &a, &[], &bootstrap).unwrap_err().to_string();
    assert!(error.contains("run 0: found 119 items, expected 118") && error.contains("second embedding: found no run"));
}

#[test]
fn a_query_is_a_vector_of_ours() {
    let vectors = vectors(&golden()[0]);
    let neighbours = Neighbours::new(std::sync::Arc::new(vectors.clone()));
    let query = Query::new(vectors.row(3).unwrap(), &[3]);
    assert_eq!(neighbours.of(&query, 9).unwrap(), neighbours.of_word(&vectors.words()[3], 9).unwrap());
}

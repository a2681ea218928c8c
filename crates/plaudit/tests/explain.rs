//! The recipe `explain` as a user runs it, and the model card that `train` leaves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::unreachable)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::Path;

use common::{json, run, stderr};
use serde_json::Value;

/// A folder with a small model in `model`.
fn scratch() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    let text = fs::read_to_string(corpus).unwrap();
    let lines: Vec<&str> = text.lines().take(401).collect();
    let at = |name: &str| scratch.path().join(name).display().to_string();
    fs::write(at("train.tsv"), lines.join("\n")).unwrap();
    let config = r#"{"model": {"epochs": 2, "architecture":
        {"kind": "bi_lstm", "embedding": 16, "hidden": 8, "dense": 16, "dropout": 0.2, "embedding_dropout": 0.1}}}"#;
    fs::write(at("config.json"), config).unwrap();
    json("train", &["--train", &at("train.tsv"), "--config", &at("config.json"), "--out", &at("model")]);
    scratch
}

#[test]
fn words_have_shares_on_a_terminal_in_json_and_on_a_page() {
    let scratch = scratch();
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let (model, page) = (at("model"), at("why.html"));
    let text = "The <b>library</b> staff were not helpful\u{202e} & slow";
    for method in ["integrated-gradients", "occlusion"] {
        let arguments = ["--model", &model, "--text", text, "--label", "Poor", "--method", method, "--out", &page];
        let explained = json("explain", &arguments);
        assert_eq!((explained["label"].as_str(), explained["text"].as_str()), (Some("Poor"), Some(text)));
        let tokens = explained["tokens"].as_array().unwrap();
        let number = |value: &Value| value.as_f64().unwrap();
        let sum: f64 = tokens.iter().map(|token| number(&token["value"])).sum();
        let whole = number(&explained["score"]) - number(&explained["baseline"]);
        assert!(((sum - whole).abs() - number(&explained["gap"])).abs() < 1e-9);
        if method == "integrated-gradients" {
            assert!(number(&explained["gap"]) < 0.03, "{explained}");
        }
        let range = |token: &Value| {
            let of = |end: &str| token["source"][end].as_u64().unwrap() as usize;
            &text[of("start")..of("end")]
        };
        assert!(tokens.iter().any(|token| range(token) == "helpful"), "{explained}");
        let html = fs::read_to_string(&page).unwrap();
        assert!(html.starts_with("<!doctype html>") && html.contains("&lt;") && !html.contains("<b>library"), "{html}");
        assert!(!html.contains('\u{202e}') && html.contains("helpful"), "{html}");
        let plain = run("explain", &arguments);
        let plain = String::from_utf8(plain.stdout).unwrap();
        assert!(plain.starts_with("Poor p = ") && plain.contains("helpful") && !plain.contains('\u{1b}'), "{plain}");
    }
    // The same bytes each time.
    let again = |_| run("explain", &["--model", &model, "--text", text, "--json"]).stdout;
    assert_eq!(again(0), again(1));
}

#[test]
fn texts_of_a_file_and_mistakes() {
    let scratch = scratch();
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let (model, file) = (at("model"), at("train.tsv"));
    let output = run("explain", &["--model", &model, "--input", &file, "--limit", "3", "--steps", "8", "--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let output = run("explain", arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    };
    refused(&["--model", &model], 2, "expected --text or --input");
    refused(&["--model", &model, "--text", "x", "--input", &file], 2, "not both");
    refused(&["--model", &model, "--text", "x", "--steps", "0"], 2, "explain.steps: found 0");
    refused(&["--model", &model, "--text", "x", "--label", "Splendid"], 1, "explain.label");
    refused(&["--model", &model, "--input", &file, "--out", &file], 2, "same file");
    refused(&["--model", &model, "--input", &at("nothing.csv")], 1, "nothing.csv");

    // `train` left a card with intervals.
    let card = fs::read_to_string(Path::new(&model).join("README.md")).unwrap();
    assert!(card.contains("On the validation part, ") && card.contains("| accuracy | all |"), "{card}");
    assert!(card.contains("360 training rows") && card.contains("not calibrated"), "{card}");
}

//! Classifiers that start from word vectors, and a look into vectors, as recipes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{json, run, stderr};
use plaudit::core::Tokens;
use plaudit::embeddings::formats::VectorsConfig;
use plaudit::models::{Extras, Pretrained};
use plaudit::text::{Language, Pipeline, PipelineConfig};
use plaudit::{Analyzer, Dataset, Feedback, ReadConfig, TextClassifier, TrainConfig, Vectors};
use serde_json::Value;

/// A scratch folder with a small corpus, a quick configuration, and vectors of half of its words.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
        let text = fs::read_to_string(corpus).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
        fs::write(scratch.at("train.tsv"), part(&lines[1..300])).unwrap();
        fs::write(scratch.at("test.tsv"), part(&lines[300..400])).unwrap();
        let config = r#"{"model": {"epochs": 2, "architecture":
            {"kind": "bi_lstm", "embedding": 8, "hidden": 8, "dense": 16}}, "pretrain": {"epochs": 2}}"#;
        fs::write(scratch.at("config.json"), config).unwrap();
        let rows = plaudit::data::read(scratch.at("train.tsv"), &ReadConfig::default()).unwrap();
        let pipeline = Pipeline::new(PipelineConfig::for_language(Language::Und)).unwrap();
        let (mut words, mut tokens) = (BTreeSet::new(), Tokens::new());
        for row in rows.iter() {
            pipeline.analyze_into(&row.text, &mut tokens);
            words.extend(tokens.iter().map(|token| token.text.to_owned()));
        }
        let lines = words.iter().zip(0_u32..).map(|(word, k)| {
            let values: Vec<String> =
                (0..8).map(|j| format!("{}", f64::from((k * 37 + j * 101) % 64) / 16.0 - 2.0)).collect();
            format!("{word} {}\n", values.join(" "))
        });
        let lines: Vec<String> =
            lines.filter(|line| line.len() % 2 == 0).chain(["unseen 1 0 0 0 0 0 0 0\n".to_owned()]).collect();
        fs::write(scratch.at("vectors.txt"), lines.concat()).unwrap();
        scratch
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn arguments(&self, out: &str, more: &[&str]) -> Vec<String> {
        let own = ["--train", &self.at("train.tsv"), "--config", &self.at("config.json"), "--out", &self.at(out)];
        own.into_iter().chain(more.iter().copied()).map(str::to_owned).collect()
    }

    fn train(&self, out: &str, more: &[&str]) -> Value {
        let arguments = self.arguments(out, more);
        json("train", &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs `train`; returns what it complains of.
    fn complaints(&self, more: &[&str]) -> (Option<i32>, String) {
        let arguments = self.arguments("refused", more);
        let output = run("train", &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        (output.status.code(), stderr(&output))
    }

    fn bytes(&self, model: &str) -> [Vec<u8>; 2] {
        ["model.safetensors", "vocab.txt"].map(|name| fs::read(Path::new(&self.at(model)).join(name)).unwrap())
    }
}

#[test]
fn vectors_of_a_file() {
    let scratch = Scratch::new();
    let vectors = scratch.at("vectors.txt");
    let trained = scratch.train("one", &["--vectors", &vectors, "--language", "und", "--threads", "1"]);
    let found = &trained["vectors"];
    let share = |name: &str| found[name].as_f64().unwrap();
    assert!((0.3..0.7).contains(&share("vocab_coverage")) && (0.2..0.8).contains(&share("token_coverage")), "{found}");
    assert!(share("extra_words") >= 1.0 && found["dim"] == 8);
    for threads in ["1", "2", "3"] {
        scratch.train("other", &["--vectors", &vectors, "--language", "und", "--threads", threads]);
        assert!(scratch.bytes("other") == scratch.bytes("one"));
    }
    scratch.train("frozen", &["--vectors", &vectors, "--language", "und", "--freeze"]);
    assert!(
        scratch.bytes("frozen")[1] == scratch.bytes("one")[1] && scratch.bytes("frozen")[0] != scratch.bytes("one")[0]
    );
    let model = TextClassifier::load(scratch.at("frozen")).unwrap();
    let table = model.network().parameters().value("embedding.weight").unwrap();
    let row = |word: &str| &table.values[model.vocab().id(word) as usize * 8..][..8];
    let scale = model.report().vectors.as_ref().unwrap().scale;
    assert_eq!(row("unseen"), [scale as f32, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(model.config().pretrained.frozen);
}

#[test]
fn vectors_of_other_words_or_lengths_are_named() {
    let scratch = Scratch::new();
    let write = |text: &str| fs::write(scratch.at("given.txt"), text).unwrap();
    let given = scratch.at("given.txt");
    write("GOOD 1 0 0 0 0 0 0 0\nBAD 0 1 0 0 0 0 0 0\n");
    let (code, text) = scratch.complaints(&["--vectors", &given]);
    assert!(code == Some(0) && text.contains("fewer than a third of the words have a vector"), "{text}");
    write("good 1 0 0\nbad 0 1 0\n");
    let (code, text) = scratch.complaints(&["--vectors", &given]);
    assert!(code == Some(1) && text.contains("bi_lstm.embedding: 8, but the vectors have length 3"), "{text}");
    write("good 1 NaN 0 0 0 0 0 0\n");
    let (code, text) = scratch.complaints(&["--vectors", &given]);
    assert!(code == Some(1) && text.contains("given.txt"), "{text}");
    let (code, text) = scratch.complaints(&["--vectors", &scratch.at("none.bin")]);
    assert!(code == Some(1) && text.contains("none.bin"), "{text}");
    for (more, expected) in [
        (&["--freeze"][..], "there are no vectors"),
        (&["--vectors", &given, "--pretrain"], "not trained further"),
        (&["--vectors", &given, "--unlabelled", &given], "not trained further"),
        (&["--vectors", ""], "--vectors: expected the name of a file"),
    ] {
        let (code, text) = scratch.complaints(more);
        assert!(code == Some(2) && text.contains(expected), "{text}");
    }
}

#[test]
fn vectors_of_its_own_texts() {
    let scratch = Scratch::new();
    let trained = scratch.train("own", &["--pretrain", "--threads", "1"]);
    // Words that come twice have a vector, and are the vocabulary.
    assert_eq!((&trained["vectors"]["vocab_coverage"], &trained["vectors"]["extra_words"]), (&1.0.into(), &0.into()));
    scratch.train("again", &["--pretrain", "--threads", "3"]);
    assert!(scratch.bytes("again") == scratch.bytes("own"));
    fs::write(scratch.at("more.txt"), "zebras graze quietly\nzebras graze elsewhere\n\n").unwrap();
    let more = scratch.at("more.txt");
    let trained = scratch.train("more", &["--unlabelled", &more, "--freeze"]);
    let model = TextClassifier::load(scratch.at("more")).unwrap();
    let words: Vec<&str> = model.vocab().words().collect();
    let stems = ["zebra", "graz"].map(|stem| words.iter().any(|known| known.starts_with(stem)));
    assert!(stems == [true; 2] && trained["vectors"]["extra_words"].as_u64() >= Some(2), "{words:?}");
    let test = scratch.at("test.tsv");
    let (code, text) = scratch.complaints(&["--unlabelled", &test, "--test", &test]);
    assert!(code == Some(0) && text.contains("--test and --unlabelled are the same file"), "{text}");
    fs::write(scratch.at("more.txt"), "\n\n").unwrap();
    let (code, text) = scratch.complaints(&["--unlabelled", &more]);
    assert!(code == Some(1) && text.contains("more.txt"), "{text}");
}

#[test]
fn pretraining_in_the_library() {
    let row = |k: usize, text: &str| {
        let mut row = Feedback::new(k.to_string(), text);
        row.label = Some(if text.contains("lovely") { "Good" } else { "Poor" }.to_owned());
        row
    };
    let rows = (0..40).map(|k| row(k, if k % 2 == 0 { "lovely staff \0 好" } else { "rude staff" }));
    let train = Dataset::from_rows(rows.collect());
    let mut config = TrainConfig::default();
    config.model.epochs = 2;
    let vectors = plaudit::pretrain(&train, ["ghastly staff", "ghastly", ""], &config, &mut ()).unwrap();
    assert!(vectors.words().iter().any(|word| word.starts_with("ghast")), "{:?}", vectors.words());
    let again = plaudit::pretrain(&train, ["ghastly staff", "ghastly", ""], &config, &mut ()).unwrap();
    assert_eq!(vectors.values(), again.values());
    let start = Pretrained::new(&vectors, vectors.words()).unwrap();
    let mut extras = Extras::default();
    extras.vectors = Some(&start);
    let classifier = plaudit::train_with(&train, &train, &extras, &config, &mut ()).unwrap();
    assert_eq!(classifier.report().vectors.as_ref().map(|found| found.dim), Some(100));
    let nothing = Dataset::from_rows(vec![row(0, "")]);
    assert!(plaudit::pretrain(&nothing, [], &config, &mut ()).unwrap_err().to_string().contains("found 0 words"));
    (config.pretrain.window, config.pretrain.rate, config.model.epochs) = (0, f64::NAN, 0);
    let error = config.validate().unwrap_err().to_string();
    assert!(["word2vec.window", "word2vec.rate", "epochs: must"].iter().all(|name| error.contains(name)), "{error}");
}

#[test]
fn a_model_of_fasttext_has_vectors_of_unknown_words() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../embeddings/tests/golden/vectors");
    let (vectors, report) = Vectors::read(golden.join("fasttext.bin"), &VectorsConfig::default()).unwrap();
    assert!(matches!(vectors, Vectors::Subwords(_)) && report.words > 0);
    let (words, _) = Vectors::read(golden.join("fasttext.vec"), &VectorsConfig::default()).unwrap();
    assert!(matches!(words, Vectors::Words(_)));
    plaudit::core::conformance::check_embedding(&vectors, &["the", "unbelievabel", ""]).unwrap();
    let path = golden.join("fasttext.bin").display().to_string();
    let found = json("neighbours", &["--vectors", &path, "--word", "unbelievabel", "--top", "2"]);
    assert_eq!(found["neighbours"]["unbelievabel"].as_array().map(Vec::len), Some(2));
}

#[test]
fn neighbours_analogies_and_lists() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    // By hand: the cosines of (3, 3) with the others are 12 / sqrt(10 * 18) = 0.8944, 0, 1 and -1.5 / sqrt(1.25 * 18) = -0.3162.
    let vectors = at("v.txt", "5 2\nking 3 1\nqueen 3 3\nman 1 -1\nwoman 1 1\ntea -1 0.5\n");
    let pairs = at("pairs.tsv", "king\tqueen\t9\nman\twoman\t8\nking\ttea\t1\nking\tcoffee\t1\n");
    let questions = at("q.txt", ": family\nman king woman queen\nman king boy prince\n");
    let all = [
        "--vectors",
        &vectors,
        "--word",
        "queen tea",
        "--analogy",
        "man king woman",
        "--pairs",
        &pairs,
        "--analogies",
        &questions,
    ];
    let found = json("neighbours", &all);
    assert_eq!((&found["words"], &found["dim"]), (&5.into(), &2.into()));
    let queen = found["neighbours"]["queen"].as_array().unwrap();
    assert_eq!(
        queen.iter().map(|near| near["word"].as_str().unwrap()).collect::<Vec<_>>(),
        ["woman", "king", "man", "tea"]
    );
    assert!((queen[1]["similarity"].as_f64().unwrap() - 0.8944).abs() < 1e-4);
    assert_eq!(found["analogy"][0]["word"], "queen");
    // The cosines of the known pairs, 0.894, 0 and -0.707, are in the order of their scores.
    assert_eq!((&found["pairs"]["spearman"], &found["pairs"]["unknown"]), (&1.0.into(), &1.into()));
    assert_eq!((&found["analogies"]["accuracy"], &found["analogies"]["unknown"]), (&1.0.into(), &1.into()));
    let of_two = json("neighbours", &["--vectors", &vectors, "--limit", "2", "--word", "queen", "--top", "1"]);
    assert_eq!((&of_two["words"], of_two["neighbours"]["queen"].as_array().map(Vec::len)), (&2.into(), Some(1)));
    for (more, code, expected) in [
        (&["--word", "Quene"][..], 1, "`Quene` has no vector; written alike: queen"),
        (&["--word", "registrar"], 1, "`registrar` has no vector"),
        (&["--analogy", "man king womman"], 1, "`womman` has no vector; written alike: woman"),
        (&["--analogy", "man king"], 2, "three in --analogy"),
        (&["--word", " "], 2, "expected one word or more"),
        (&["--word", "tea", "--top", "0"], 2, "--top: expected at least 1"),
        (&["--pairs", &questions], 1, "q.txt: line 1"),
        (&[], 2, "give --word"),
    ] {
        let output = run("neighbours", &[&["--vectors", &vectors], more].concat());
        let text = stderr(&output);
        assert!(output.status.code() == Some(code) && text.contains(expected), "{text}");
    }
}

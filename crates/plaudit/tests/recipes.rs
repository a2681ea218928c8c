//! The recipes as a user runs them: output, JSON line, exit codes, reproducible bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use common::{json, recipe, run, stderr};
use plaudit::metrics::{Evaluation, Metric};
use serde_json::Value;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv")
}

/// A scratch folder with a small corpus and a quick configuration.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        let text = fs::read_to_string(corpus()).unwrap();
        let mut lines = text.lines();
        let header = lines.next().unwrap();
        let part = |lines: Vec<&str>| format!("{header}\n{}\n", lines.join("\n"));
        let lines: Vec<&str> = lines.collect();
        fs::write(scratch.at("train.tsv"), part(lines[..400].to_vec())).unwrap();
        fs::write(scratch.at("test.tsv"), part(lines[400..500].to_vec())).unwrap();
        fs::write(scratch.at("other.tsv"), part(lines[500..560].to_vec())).unwrap();
        let config = r#"{"model": {"epochs": 2, "architecture":
            {"kind": "bi_lstm", "embedding": 16, "hidden": 8, "dense": 16, "dropout": 0.2, "embedding_dropout": 0.1}}}"#;
        fs::write(scratch.at("config.json"), config).unwrap();
        scratch
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn train(&self, out: &str, more: &[&str]) -> Value {
        let (train, config, out) = (self.at("train.tsv"), self.at("config.json"), self.at(out));
        json("train", &[&["--train", &train, "--config", &config, "--out", &out], more].concat())
    }

    fn weights(&self, model: &str) -> Vec<u8> {
        fs::read(Path::new(&self.at(model)).join("model.safetensors")).unwrap()
    }
}

#[test]
fn from_a_file_to_a_verdict() {
    let scratch = Scratch::new();
    let (model, test) = (scratch.at("model"), scratch.at("test.tsv"));
    let trained = scratch.train("model", &["--test", &test]);
    assert_eq!((&trained["rows_used"], &trained["rows_rejected"]), (&500.into(), &0.into()));
    assert!(trained["train_seconds"].as_f64().unwrap() > 0.0);

    let evaluated = json("evaluate", &["--model", &model, "--data", &test]);
    for figure in ["accuracy", "macro_f1", "macro_recall", "weighted_f1"] {
        assert_eq!(evaluated[figure], trained[figure], "{figure}");
        assert!((0.0..=1.0).contains(&evaluated[figure].as_f64().unwrap()));
    }

    let output = run("classify", &["--model", &model, "--input", &test]);
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 100);
    for row in &rows {
        let scores = row["scores"].as_object().unwrap();
        let sum: f64 = scores.values().map(|p| p.as_f64().unwrap()).sum();
        let best = scores.iter().max_by(|a, b| a.1.as_f64().unwrap().total_cmp(&b.1.as_f64().unwrap())).unwrap();
        assert!((sum - 1.0).abs() < 1e-5 && row["label"] == *best.0 && row["id"].is_string(), "{row}");
    }

    let promoted = json("promote", &["--model", &model, "--feedback", &test]);
    let divisions = promoted["divisions"].as_array().unwrap();
    assert_eq!(divisions.iter().map(|d| d["n"].as_u64().unwrap()).sum::<u64>(), 100);
    for division in divisions {
        assert!(["promote", "hold", "improve", "needs_more_data"].contains(&division["verdict"].as_str().unwrap()));
        assert!(!division["reasons"].as_array().unwrap().is_empty());
        assert_eq!(division["interval"]["Good"].as_array().unwrap().len(), 2);
        assert!(division["division"].is_string() && division["shares"]["Poor"].is_number());
    }
}

#[test]
fn an_evaluation_has_intervals_pictures_and_reads_back() {
    let scratch = Scratch::new();
    let (model, test, pictures) = (scratch.at("model"), scratch.at("test.tsv"), scratch.at("pictures"));
    scratch.train("model", &["--calibrate", "part"]);
    assert!(Path::new(&model).join("calibration.json").is_file());
    let arguments = ["--model", &model, "--data", &test, "--pictures", &pictures, "--resamples", "200"];
    let evaluated = json("evaluate", &arguments);
    let evaluation: Evaluation = serde_json::from_value(evaluated["evaluation"].clone()).unwrap();
    assert_eq!(serde_json::to_value(&evaluation).unwrap(), evaluated["evaluation"]);
    assert_eq!((evaluation.report.total, evaluation.bootstrap.resamples, evaluation.clusters), (100, 200, None));
    for metric in Metric::OVERALL {
        let figure = evaluation.figure(metric, None).unwrap();
        assert!(figure.value.is_some() && figure.interval.is_some(), "{figure:?}");
    }
    for name in ["confusion_matrix", "roc", "precision_recall", "reliability", "risk_coverage", "learning_curve"] {
        let read = |ending: &str| fs::read_to_string(Path::new(&pictures).join(format!("{name}.{ending}"))).unwrap();
        assert!(read("svg").starts_with("<svg") && read("csv").lines().count() > 2, "{name}");
    }
    // Figures are of calibrated probabilities, sets of those before; both are in the output.
    let sets = &evaluated["label_sets"];
    assert_eq!((sets["total"].as_u64(), sets["classes"].as_array().map(Vec::len)), (Some(100), Some(4)));
    let output = run("classify", &["--model", &model, "--input", &test]);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert!(row["set"].as_array().unwrap().iter().all(|label| row["scores"][label.as_str().unwrap()].is_f64()));
    }
    let clustered = json("evaluate", &[&arguments[..], &["--cluster", "division"]].concat());
    assert!(clustered["evaluation"]["clusters"].as_u64().unwrap() > 1);
    assert_eq!(clustered["accuracy"], evaluated["accuracy"]);
    let few = run("evaluate", &["--model", &model, "--data", &test, "--resamples", "7"]);
    assert_eq!(few.status.code(), Some(2));
    assert!(stderr(&few).contains("resamples: 7; expected 200 to"), "{}", stderr(&few));
    // A folder that cannot be made.
    let blocked = run("evaluate", &["--model", &model, "--data", &test, "--pictures", &test]);
    assert_eq!(blocked.status.code(), Some(1));
    assert!(stderr(&blocked).contains("test.tsv"), "{}", stderr(&blocked));
}

#[test]
fn unsure_texts_are_left_to_a_person() {
    let scratch = Scratch::new();
    let (model, train, test, config) =
        (scratch.at("model"), scratch.at("train.tsv"), scratch.at("test.tsv"), scratch.at("config.json"));
    let network = fs::read_to_string(&config).unwrap();
    let asked = |max_risk: f64| {
        let mut value: Value = serde_json::from_str(&network).unwrap();
        value["model"]["calibration"] = serde_json::json!({"abstention": {"max_risk": max_risk}});
        fs::write(&config, value.to_string()).unwrap();
        let arguments = ["--train", &train, "--config", &config, "--out", &model, "--calibrate", "part"];
        stderr(&run("train", &arguments))
    };
    // Two epochs of a small network do not promise that; then nothing is decided, and nothing breaks.
    assert!(asked(0.001).contains("no threshold promises that at most 0.001 of the decided are wrong"));
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let text = String::from_utf8(run("classify", arguments).stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let classify = ["--model", &model, "--input", &test];
    assert!(lines(&classify).iter().all(|row| row.get("decided").is_none()));
    assert!(!asked(0.97).contains("no threshold promises"));
    let rows = lines(&classify);
    assert!(rows.iter().all(|row| row["decided"].is_null() || row["decided"] == row["label"]));
    let pictures = scratch.at("pictures");
    let evaluated = json("evaluate", &["--model", &model, "--data", &test, "--pictures", &pictures]);
    let decided = rows.iter().filter(|row| !row["decided"].is_null()).count();
    assert_eq!(evaluated["decided"]["decided"], decided);
    assert!(decided > 0 && evaluated["decided"]["risk"].as_f64().unwrap() < 0.97);
    // Of the training rows, some are those that it was calibrated on.
    let warned = stderr(&run("evaluate", &["--model", &model, "--data", &train, "--pictures", &pictures]));
    assert!(
        warned.contains("texts were used in training") && warned.contains("the model was calibrated on"),
        "{warned}"
    );
}

/// A sheet is drawn, filled with the labels of the file, and read again; by words alone and by a network.
#[test]
fn labels_where_they_tell_most() {
    let scratch = Scratch::new();
    let (test, sheet, model) = (scratch.at("test.tsv"), scratch.at("sheet.csv"), scratch.at("model"));
    scratch.train("model", &[]);
    let text = fs::read_to_string(&test).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|found| *found == name).unwrap();
    let (id, label) = (column("uid"), column("label"));
    let gold = |wanted: &str| {
        let mut rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        rows.find(|row| row[id] == wanted).unwrap()[label].to_owned()
    };
    for start in [&["--scale", "dpms"][..], &["--model", &model]] {
        let shared = [&["--feedback", &test][..], start].concat();
        let draw = [&shared[..], &["--budget", "40", "--seed", "3", "--out", &sheet]].concat();
        let drawn = json("plan_labels", &draw);
        let strata = drawn["strata"].as_array().unwrap();
        assert_eq!((&drawn["drawn"], strata.iter().map(|s| s["drawn"].as_u64().unwrap()).sum()), (&40.into(), 40));
        let first = fs::read_to_string(&sheet).unwrap();
        json("plan_labels", &draw);
        assert_eq!(fs::read_to_string(&sheet).unwrap(), first);
        // Filled but for one row, through a reader of CSV.
        let mut reader = csv::Reader::from_reader(first.trim_start_matches('\u{feff}').as_bytes());
        let mut writer = csv::Writer::from_path(&sheet).unwrap();
        writer.write_record(reader.headers().unwrap()).unwrap();
        for (row, record) in reader.records().map(Result::unwrap).enumerate() {
            let label = if row == 0 { String::new() } else { gold(&record[0]) };
            writer
                .write_record(record.iter().enumerate().map(|(place, cell)| if place == 3 { &label } else { cell }))
                .unwrap();
        }
        writer.flush().unwrap();
        let decide = [&shared[..], &["--labels", &sheet]].concat();
        let decided = json("plan_labels", &decide);
        assert_eq!((&decided["labelled"], &decided["blank"]), (&39.into(), &1.into()));
        for verdicts in ["before", "after"] {
            let verdicts = decided[verdicts].as_array().unwrap();
            assert_eq!(verdicts.iter().map(|d| d["n"].as_u64().unwrap()).sum::<u64>(), 100);
        }
        let counted = decided["error_matrix"]["counts"].as_array().unwrap();
        let counted: u64 = counted.iter().flat_map(|row| row.as_array().unwrap()).map(|n| n.as_u64().unwrap()).sum();
        assert!((30..=39).contains(&counted), "{counted}");
        // A slip has its line, and stops unless that is not wanted.
        let broken = fs::read_to_string(&sheet).unwrap().replacen(",Good,", ",Goood,", 1);
        fs::write(&sheet, broken).unwrap();
        let stopped = run("plan_labels", &decide);
        let complaints = stderr(&stopped);
        assert_eq!(stopped.status.code(), Some(1));
        let words = ["column `label`: none of ", "nearest: `Good`", "1 of its rows cannot be used"];
        assert!(words.iter().all(|word| complaints.contains(word)), "{complaints}");
        let skipped = json("plan_labels", &[&decide[..], &["--on-fault", "skip"]].concat());
        assert_eq!((&skipped["labelled"], &skipped["rejected_labels"]), (&38.into(), &1.into()));
        fs::remove_file(&sheet).unwrap(); // a filled one is not drawn over
    }
    for arguments in [
        &["--feedback", &test][..],
        &["--feedback", &test, "--out", &test],
        &["--feedback", &test, "--out", &sheet, "--budget", "0"],
    ] {
        assert_eq!(run("plan_labels", arguments).status.code(), Some(2));
    }
}

#[test]
fn a_simulation_says_how_often_verdicts_are_wrong() {
    let of = |more: &[&str]| json("simulate", &[&["--runs", "96", "--draws", "100"], more].concat());
    let found = of(&["--seed", "1"]);
    let number = |key: &str| found[key].as_f64().unwrap();
    assert!(number("coverage_90") > 0.8 && number("naive_coverage_90") < number("coverage_90"), "{found}");
    assert!(number("coverage_90_worst") <= number("coverage_90") && number("false_promotion_se") > 0.0);
    assert!(number("false_promotion_rate") < number("naive_false_promotion_rate"), "{found}");
    assert!((0.0..=1.0).contains(&number("power")));
    assert!(["regret", "regret_se", "harm", "harm_se"].iter().all(|name| found[name]["Corrected"].is_f64()));
    let rules: Vec<&String> = found["regret"].as_object().unwrap().keys().collect();
    assert_eq!(rules, ["Corrected", "PaperRule", "MajorityRule", "NaiveShare", "Policy"]);
    assert_eq!(found["cells"].as_array().unwrap().len(), 48);
    assert_eq!(found, of(&["--seed", "1"]));
    assert_ne!(found["coverage_90"], of(&["--seed", "2"])["coverage_90"]);
    let scratch = tempfile::tempdir().unwrap();
    let gold = scratch.path().join("gold.json");
    let two = r#"{"labels": ["positive", "negative"], "origin": {"from": "set_aside"}, "counts": [[45, 5], [10, 40]]}"#;
    fs::write(&gold, two).unwrap();
    let own = of(&["--gold", gold.to_str().unwrap(), "--seed", "1"]);
    assert_eq!(own["cells"].as_array().unwrap().len(), 4);
    assert_eq!(run("simulate", &["--runs", "10"]).status.code(), Some(2));
}

#[test]
fn reactions_to_posts() {
    let scratch = Scratch::new();
    let posts = corpus().with_file_name("posts.tsv").display().to_string();
    let pictures = scratch.at("pictures");
    let found = json("reactions", &["--posts", &posts, "--pictures", &pictures]);
    let declared = &found["reactions"]["declared"];
    let listed = found["reactions"]["posts"].as_array().unwrap();
    assert_eq!((found["rows_used"].as_u64(), listed.len()), (Some(80), 80));
    assert!(declared.get("posts").is_none(), "posts stand once");
    // awk -F'\t' 'NR>1 {p+=$5+$6+$7+$8; n+=$9+$10+$11} END {print p, n}' examples/data/posts.tsv
    assert_eq!(
        (declared["total"]["positive"].as_u64(), declared["total"]["negative"].as_u64()),
        (Some(23_494), Some(10_696))
    );
    for name in ["reactions.svg", "reactions.csv", "reductions.svg", "reductions.csv"] {
        assert!(Path::new(&pictures).join(name).is_file(), "{name}");
    }

    let file = scratch.at("broken.tsv");
    let ran = |text: &str, more: &[&str], code: i32, words: &[&str]| {
        fs::write(&file, text).unwrap();
        let output = run("reactions", &[&["--posts", &file, "--pictures", &pictures, "--json"], more].concat());
        let complaints = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{complaints}");
        assert!(words.iter().all(|word| complaints.contains(word)), "{complaints}");
        if words.is_empty() {
            assert_eq!(complaints, "");
        }
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default()
    };
    let total = |found: &Value, polarity: &str| found["reactions"]["declared"]["total"][polarity].as_u64();
    // A count that is none is a rejected row, and stops where that is asked for.
    let one = "uid\tdivision\tlike\na\tX\t-3\n";
    let found = "column `like`: post `a`: found `-3`; expected a count, a whole number of 0 or more";
    ran(
        one,
        &[],
        1,
        &["rejected: ", found, "0 rows used of 1; first reason: ", "broken.tsv: line 2, column `like`: post `a`"],
    );
    let some = one.to_owned() + "b\tX\t1,000\nc\tX\tplenty of it\nd\tX\t7\n";
    let used = ran(
        &some,
        &[],
        0,
        &[
            "line 2, ",
            found,
            "line 3, column `like`: post `b`: found `1,000`",
            "line 4, ",
            "found a text of 12 characters",
            "3 rejected",
        ],
    );
    assert_eq!((&used["rows_used"], &used["rows_rejected"]), (&1.into(), &3.into()));
    assert_eq!(total(&used, "positive"), Some(7));
    ran(&some, &["--on-dirty", "stop"], 1, &["error: ", found]);
    ran(
        "uid\tdivision\tclap\na\tX\t3\n",
        &[],
        1,
        &["post `a` has no reaction; expected columns of angry", "no column is a reaction"],
    );
    // What is not counted is said.
    let header = "uid\tdivision\tlike\tlove\tcare\twow\thaha\tsad\tangry";
    ran(&format!("{header}\na\tX\t1\t1\t1\t1\t1\t1\t1\n"), &[], 0, &[]);
    let slip = header.replace("angry", "agry")
        + "\tthankful\tnote\na\tX\t1\t1\t1\t1\t1\t1\t900\t40\t12\n"
        + "b\tX\t\t1\t1\t1\t1\t1\t0\t\tfew\n";
    let words = [
        "warning: ",
        "no column `angry`; every post counts as 0 of it",
        "column `agry` has only whole numbers, and the valence has no such reaction: 900 in 2 posts are not counted",
        "the nearest reaction is `angry`",
        "column `thankful` has only whole numbers, and the valence has no such reaction: 40 in 1 post are",
        "column `like` has no value for 1 of 2 posts; they count as 0 of it",
    ];
    assert_eq!(total(&ran(&slip, &[], 0, &words), "negative"), Some(4));
    assert!(!stderr(&run("reactions", &["--posts", &file, "--pictures", &pictures])).contains("note"));
    let twice = "uid\tdivision\tlike\tLike\na\tX\t1\t2\n";
    ran(twice, &[], 1, &["the columns `Like` and `like` are the same reaction; expected one of them"]);
    // A text is not needed, a kind is.
    let kinds = "uid\tkind\tlike\ttext\na\tX\t1\t\nb\t\t2\tfine\n";
    let used = ran(kinds, &["--by", "kind"], 0, &["rejected: ", "line 3, column `kind`"]);
    assert_eq!((&used["rows_used"], total(&used, "positive")), (&1.into(), Some(1)));
    ran(kinds, &["--by", "kind", "--on-dirty", "stop"], 1, &["line 3, column `kind`: the label is empty"]);
    // Names that no post or kind can have are their row's fault.
    let long = "x".repeat(101);
    let names = format!("uid\tkind\tlike\na\tX\t1\nb\tX\x1b[2J\t1\nc\t{long}\t1\nd\x07\tX\t1\n{long}\tX\t1\n");
    let words = [
        r"line 3, column `kind`: the label contains the control character `\u{1b}`; expected none",
        "line 4, column `kind`: the label has 101 characters; expected at most 100",
        r"line 5: the uid contains the control character `\u{7}`; expected none",
        "line 6: the uid has 101 characters; expected at most 100",
        "5 rows, 1 used, 4 rejected",
    ];
    let used = ran(&names, &["--by", "kind"], 0, &words);
    assert_eq!((&used["rows_used"], &used["rows_rejected"]), (&1.into(), &4.into()));
    ran(&names, &["--by", "kind", "--on-dirty", "stop"], 1, &["error: ", words[0]]);
    // Posts are in the order of their times, or of the numbers in their names; a time that cannot be read loses no post.
    let order = |found: &Value| {
        let posts = found["reactions"]["posts"].as_array().unwrap().iter();
        posts.map(|post| post["post"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let times =
        format!("{header}\ttime\np10\tX{0}\t2024-05-01\np9\tX{0}\tsoon\np2\tX{0}\t1714000000\n", "\t1".repeat(7));
    let unread = "column `time` has no time that can be read for 1 of 3 posts; they stand last in the picture";
    assert_eq!(order(&ran(&times, &[], 0, &[unread])), ["p2", "p10", "p9"]);
    assert_eq!(order(&ran(&times.replace("\ttime", "\twhen"), &[], 0, &[])), ["p2", "p9", "p10"]);
    assert_eq!(run("reactions", &[]).status.code(), Some(2));
}

/// Names of direction and control do nothing to a terminal, and stand as they are in the JSON line.
#[test]
fn names_are_shown_harmlessly() {
    let scratch = Scratch::new();
    let (file, pictures) = (scratch.at("odd\u{202e}.tsv"), scratch.at("pic\u{202e}tures"));
    let harmless = |text: &str| !text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}');
    let rows = "uid\tdivision\tlike\na\tdoo\u{202e}G\t1\nb\u{202e}\tPoor\tx\u{1b}[2J\nc\tPoor\t2\n";
    fs::write(&file, rows).unwrap();
    let output = run("reactions", &["--posts", &file, "--pictures", &pictures, "--json"]);
    assert!(output.status.success() && harmless(&stderr(&output)), "{}", stderr(&output));
    assert!(stderr(&output).contains(r"post `b\u{202e}`: found a text of 5 characters"), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let (json, table) = (text.lines().last().unwrap(), text.lines().rev().skip(1).collect::<Vec<_>>().join("\n"));
    assert!(harmless(&table) && table.contains(r"doo\u{202e}G") && table.contains(r"pic\u{202e}tures"), "{table}");
    assert_eq!(serde_json::from_str::<Value>(json).unwrap()["reactions"]["posts"][0]["label"], "doo\u{202e}G");

    let out = scratch.at("model");
    let labelled = "text\tlabel\n".to_owned() + &"fine\tG\u{202e}ood\nslow\tPoor\n".repeat(30) + "eh\tSo\u{1b}so\n";
    fs::write(&file, labelled).unwrap();
    let output = run("train", &["--train", &file, "--config", &scratch.at("config.json"), "--out", &out]);
    assert!(output.status.success() && harmless(&stderr(&output)), "{}", stderr(&output));
    let rejected =
        r"odd\u{202e}.tsv: line 62, column `label`: the label contains the control character `\u{1b}`; expected none";
    assert!(stderr(&output).contains(rejected), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(harmless(&text) && text.contains(r"G\u{202e}ood"), "{text}");
    let stop = run("train", &["--train", &file, "--on-dirty", "stop", "--out", &out]);
    assert!(stop.status.code() == Some(1) && stderr(&stop).contains(rejected), "{}", stderr(&stop));
    let missing = run("evaluate", &["--model", &out, "--data", &scratch.at("no\u{1b}ne.tsv")]);
    assert!(harmless(&stderr(&missing)) && stderr(&missing).contains(r"no\u{1b}ne.tsv"), "{}", stderr(&missing));
}

#[test]
fn the_same_bytes_whatever_the_threads_and_the_test_file() {
    let scratch = Scratch::new();
    let test = scratch.at("test.tsv");
    scratch.train("one", &["--threads", "1", "--seed", "5", "--test", &test]);
    for (name, threads, test) in [("two", "2", &test), ("three", "3", &scratch.at("other.tsv"))] {
        scratch.train(name, &["--threads", threads, "--seed", "5", "--test", test]);
        assert!(scratch.weights(name) == scratch.weights("one"), "{name} threads gave other bytes");
        // The card, and with it the manifest, tells the figures on the test file.
        let files = ["config.json", "report.json", "vocab.txt", "README.md", "evaluation.json", "manifest.json"];
        for file in files.into_iter().take(if name == "two" { 6 } else { 3 }) {
            let read = |model: &str| fs::read(Path::new(&scratch.at(model)).join(file)).unwrap();
            assert!(read(name) == read("one"), "{name}: {file}");
        }
    }
    scratch.train("other", &["--seed", "6"]);
    assert!(scratch.weights("other") != scratch.weights("one"));
}

#[test]
fn every_cleaning_step_of_the_paper() {
    let scratch = Scratch::new();
    scratch.train("model", &["--preset", "counts"]);
    let pipeline = fs::read_to_string(Path::new(&scratch.at("model")).join("analyzer/pipeline.json")).unwrap();
    for step in ["casefold", "punctuation", "numbers", "stop_words", "stem"] {
        assert!(pipeline.contains(step), "{pipeline}");
    }
    json("evaluate", &["--model", &scratch.at("model"), "--data", &scratch.at("test.tsv")]);
}

#[test]
fn texts_from_standard_input() {
    let scratch = Scratch::new();
    scratch.train("model", &[]);
    let mut child = recipe("classify")
        .args(["--model", &scratch.at("model")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"not bad at all\n\n\xff\xfe\xfd\nslow, slow, slow\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let ids: Vec<Value> = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids, ["1", "4"]);
    assert!(stderr(&output).contains("line 3") && stderr(&output).contains("UTF-8"), "{}", stderr(&output));
}

/// A program at the other end of the pipe may wait for an answer before it writes on.
#[test]
fn a_line_is_answered_at_once() {
    let scratch = Scratch::new();
    scratch.train("model", &[]);
    let mut child = recipe("classify")
        .args(["--model", &scratch.at("model")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let (answers, received) = mpsc::channel();
    std::thread::spawn(move || output.lines().map(Result::unwrap).try_for_each(|line| answers.send(line)));
    for (line, id) in [("a\n", "1"), ("slow, slow, slow\n\n", "2"), ("\nnot bad\n", "5")] {
        input.write_all(line.as_bytes()).unwrap();
        let answer = received.recv_timeout(Duration::from_secs(60)).unwrap(); // it must come, however slowly
        assert_eq!(serde_json::from_str::<Value>(&answer).unwrap()["id"], id);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn mistakes_are_named_and_end_with_a_code() {
    let scratch = Scratch::new();
    let (train, out) = (scratch.at("train.tsv"), scratch.at("model"));
    let expect = |name: &str, arguments: &[&str], code: i32, words: &[&str]| {
        let output = run(name, arguments);
        assert_eq!(output.status.code(), Some(code), "{name} {arguments:?}: {}", stderr(&output));
        assert!(words.iter().all(|word| stderr(&output).contains(word)), "{name}: {}", stderr(&output));
    };
    expect("train", &[], 2, &["--out is missing"]);
    expect("train", &["--out", &out], 2, &["--train is missing"]);
    expect("train", &["--train"], 2, &["--train"]);
    expect("train", &["--frobnicate"], 2, &["--frobnicate"]);
    expect("train", &["--train", &train, "--out", &out, "--seed", "x"], 2, &["--seed", "whole number"]);
    expect("train", &["--train", &train, "--out", &out, "--on-dirty", "maybe"], 2, &["stop or skip"]);
    expect("train", &["--train", &train, "--out", &out, "--architecture", "gru"], 2, &["bi_lstm"]);
    expect("train", &["--train", &train, "--out", &out, "--language", "xx"], 2, &["xx"]);
    expect("train", &["--train", &train, "--out", &out, "--threads", "0"], 2, &["threads: must be 1"]);
    expect("train", &["--train", &train, "--out", &out, "--preset", "most"], 2, &["english or chinese"]);
    expect(
        "train",
        &["--train", &train, "--out", &out, "--language", "und", "--preset", "counts"],
        2,
        &["the preset is for en"],
    );
    expect("train", &["--train", &scratch.at("none.tsv"), "--out", &out], 1, &["none.tsv"]);
    expect("evaluate", &["--model", &out, "--data", &train], 1, &["manifest.json"]);
    let rows = "fine\tGood\n\tGood\nfine\tGod\n".to_owned() + &"fine\tGood\n".repeat(20);
    fs::write(scratch.at("dirty.tsv"), format!("text\tlabel\n{rows}")).unwrap();
    let dirty = scratch.at("dirty.tsv");
    let stop = ["--train", &dirty, "--out", &out, "--labels", "Good,Poor", "--on-dirty", "stop"];
    expect("train", &stop, 1, &["dirty.tsv", "line 3", "text"]);
    let nothing = ["--train", &dirty, "--out", &out, "--labels", "Fair,Foul"];
    expect(
        "train",
        &nothing,
        1,
        &[
            "dirty.tsv: 0 rows used of 23; first reasons: line 2, column `label`: the label is none of Fair, Foul; line 3,",
        ],
    );
    fs::write(scratch.at("empty.tsv"), "text\tlabel\tdivision\n").unwrap();
    let empty = scratch.at("empty.tsv");
    expect("train", &["--train", &empty, "--out", &out], 1, &["empty.tsv: there is no row"]);
    assert!(!Path::new(&out).exists(), "a failed run left a model");
    let skip = ["--train", &dirty, "--out", &out, "--labels", "Good,Poor"];
    expect("train", &skip, 0, &["line 3", "line 4", "nearest", "Good", "2 rejected"]);
    fs::write(scratch.at("mine.txt"), "years of work").unwrap();
    expect("train", &["--train", &train, "--out", &scratch.at("")], 1, &["holds no model"]);
    expect("promote", &["--model", &out, "--feedback", &dirty], 1, &["division"]);
    expect("promote", &["--model", &out, "--feedback", &empty], 1, &["empty.tsv: there is no row"]);
    expect("evaluate", &["--model", &out, "--data", &empty], 1, &["empty.tsv: there is no row"]);
    expect("classify", &["--model", &out, "--input", &empty], 0, &[]);
    expect(
        "evaluate",
        &["--model", &out, "--data", &scratch.at("mine.txt")],
        1,
        &["read.label", "mine.txt", "plain lines"],
    );
    for name in ["quickstart", "train", "evaluate", "classify", "promote", "reactions"] {
        let output = run(name, &["--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("cargo run") && help.contains("  --json "), "{help}");
    }
}

#[test]
fn the_command_line_is_checked_before_any_file() {
    let scratch = Scratch::new();
    let expect = |name: &str, arguments: &[&str], code: i32, words: &str| {
        let output = run(name, arguments);
        assert_eq!(output.status.code(), Some(code), "{name} {arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{name}: {}", stderr(&output));
    };
    let none = scratch.at("none");
    expect("evaluate", &["--model", &none], 2, "--data is missing");
    expect("evaluate", &["--model", &none, "--data", &none, "--on-dirty", "x"], 2, "stop or skip");
    expect("promote", &["--model", &none], 2, "--feedback is missing");
    expect("quickstart", &["--threads", "5000"], 2, "threads: must be 1 to 1024");
    let train = ["--train", &none, "--out", &none];
    expect("train", &[&train[..], &["--labels", "Good"]].concat(), 2, "labels: there must be at least two");
    expect("train", &[&train[..], &["--labels", "Good,,Poor"]].concat(), 2, "labels: label 2 is blank");
    expect("train", &["--train", &none, "--out", ""], 1, "expected the name of a directory");
    // A file's faults are named with the file, before any other file is read.
    let file = scratch.at("faulty.json");
    fs::write(&file, r#"{"model": {"epochs": 0}}"#).unwrap();
    expect(
        "train",
        &[&train[..], &["--config", &file]].concat(),
        1,
        "faulty.json: the configuration has 1 fault: epochs",
    );
    fs::write(&file, r#"{"alpha": 0.7}"#).unwrap();
    let promote = ["--model", &none, "--feedback", &none, "--policy", &file];
    expect("promote", &promote, 1, "faulty.json: the configuration has 1 fault: alpha");
}

#[test]
fn configurations_are_objects_of_bounded_size() {
    let scratch = Scratch::new();
    let file = scratch.at("file.json");
    let none = scratch.at("none");
    let refused = |found: &str| {
        for (name, option, rest) in [
            ("train", "--config", ["--train", &none, "--out", &none]),
            ("promote", "--policy", ["--model", &none, "--feedback", &none]),
        ] {
            let output = run(name, &[&rest[..], &[option, &file]].concat());
            assert_eq!(output.status.code(), Some(1), "{name}: {}", stderr(&output));
            assert!(stderr(&output).contains(&format!("file.json: {found}")), "{name}: {}", stderr(&output));
        }
    };
    for (text, found) in [
        ("[]", "found an array, expected a JSON object"),
        ("\n [{}]", "found an array"),
        ("null", "found something else"),
        ("epochs: 2", "found something else"),
        (" ", "found nothing"),
        ("{", "EOF while parsing an object"),
    ] {
        fs::write(&file, text).unwrap();
        refused(found);
    }
    fs::write(&file, format!("{{{}}}", " ".repeat(16 << 20))).unwrap();
    refused("is larger than 16 MiB");
    if cfg!(target_os = "linux") {
        let endless = ["--train", &none, "--out", &none, "--config", "/dev/zero"];
        assert!(stderr(&run("train", &endless)).contains("/dev/zero: is larger than 16 MiB"));
    }
}

#[test]
fn parts_that_tell_nothing_are_warned_of() {
    let scratch = Scratch::new();
    let (train, test, config, out) =
        (scratch.at("train.tsv"), scratch.at("test.tsv"), scratch.at("config.json"), scratch.at("model"));
    let warned = |train: &str, more: &[&str]| {
        let output = run("train", &[&["--train", train, "--config", &config, "--out", &out], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    assert!(!warned(&train, &["--test", &test]).contains("warning"));
    assert!(warned(&train, &["--test", &train]).contains("--test and --train are the same file"));
    let mixed = scratch.at("mixed.tsv");
    let lines = |file: &str, count: usize| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().skip(1).take(count).map(|line| format!("{line}\n")).collect::<String>()
    };
    let header = "uid\tdivision\ttime\tsource\tlabel\ttext\n";
    fs::write(&mixed, header.to_owned() + &lines(&test, 90) + &lines(&train, 10)).unwrap();
    assert!(
        warned(&train, &["--valid", &mixed]).contains("warning: 10 of the 100 texts of --valid also stand in --train")
    );

    let rare = scratch.at("rare.json");
    fs::write(&rare, r#"{"model": {"epochs": 1, "vocab": {"min_count": 10000}}}"#).unwrap();
    let output = run("train", &["--train", &train, "--config", &rare, "--out", &out]);
    assert!(stderr(&output).contains("warning: the vocabulary has no words"), "{}", stderr(&output));

    fs::write(&mixed, "text\tlabel\n".to_owned() + &"fine\tGood\nslow\tPoor\n".repeat(10) + "eh\tSoso\n").unwrap();
    let warnings = warned(&mixed, &[]);
    assert!(
        warnings.contains("label `Soso` has 1 row to train on") || warnings.contains("`Soso` has no row to train on")
    );
    let few = |text: &str| {
        fs::write(&mixed, text).unwrap();
        let output = run("train", &["--train", &mixed, "--out", &out]);
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    assert!(few("text\tlabel\nfine\tGood\nslow\tPoor\n").contains("mixed.tsv: 2 rows are too few to hold out"));
    assert!(few("text\tlabel\nfine\tGood\n").contains("mixed.tsv: column `label`: every row has the same label"));
}

#[test]
fn figures_say_what_they_are_of() {
    let scratch = Scratch::new();
    assert_eq!(scratch.train("model", &[])["scored_on"], "validation");
    assert_eq!(scratch.train("model", &["--test", &scratch.at("test.tsv")])["scored_on"], "test");
    // Two of the four labels occur: the macro average of recall counts the others as 0, the balanced accuracy does not.
    let text = fs::read_to_string(scratch.at("test.tsv")).unwrap();
    let two = text.lines().filter(|line| !line.contains("\tAverage\t") && !line.contains("\tNeutral\t"));
    fs::write(scratch.at("two.tsv"), two.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let figures = json("evaluate", &["--model", &scratch.at("model"), "--data", &scratch.at("two.tsv")]);
    let figure = |name: &str| figures[name].as_f64().unwrap();
    assert!((figure("macro_recall") * 2.0 - figure("balanced_accuracy")).abs() < 1e-12, "{figures}");

    let promoted = json("promote", &["--model", &scratch.at("model"), "--feedback", &scratch.at("test.tsv")]);
    for division in promoted["divisions"].as_array().unwrap() {
        let counts = division["counts"].as_object().unwrap();
        assert_eq!(counts.values().map(|count| count.as_u64().unwrap()).sum::<u64>(), division["n"].as_u64().unwrap());
        assert_eq!(division["level"], 0.9);
    }
}

#[test]
fn networks_are_measured() {
    let scratch = Scratch::new();
    let sequences: String =
        (0..70).map(|k| format!("{}\t{}\n", k % 4, "1 2 3 19999 ".repeat(1 + k % 3).trim())).collect();
    fs::write(scratch.at("sequences.tsv"), sequences).unwrap();
    for architecture in ["bi_lstm", "cnn_lstm"] {
        let path = scratch.at("sequences.tsv");
        let arguments = ["--sequences", &path, "--architecture", architecture, "--hidden", "9", "--repeats", "1"];
        let found = json("bench_models", &arguments);
        for key in [
            "train_samples_per_second",
            "infer_samples_per_second",
            "latency_p50_us",
            "latency_p99_us",
            "gflops",
            "fraction_of_peak",
        ] {
            assert!(found[key].as_f64().unwrap() > 0.0, "{key}: {found}");
        }
    }
    fs::write(scratch.at("broken.tsv"), "1\t5 6\n4\t5\n").unwrap();
    for (wrong, words) in [
        (["--hidden", "0"], "bi_lstm.hidden: 0 is not in 1"),
        (["--hidden", "16384"], "expected at most 2147483647"),
        (["--tables", "some"], "touched or all"),
        (["--precision", "half"], "single or bfloat16"),
        (["--scores", "scores.tsv"], "--weights is missing"),
    ] {
        let output = run("bench_models", &[&["--sequences", &scratch.at("none.tsv")][..], &wrong].concat());
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    let output = run("bench_models", &["--sequences", &scratch.at("broken.tsv")]);
    assert!(stderr(&output).contains("broken.tsv:2: expected"), "{}", stderr(&output));
}

/// SST-2 (Socher et al. 2013), official split: two epochs of a small network are far above chance (50 %).
#[test]
fn a_real_dataset_trains() {
    let Some(data) = std::env::var_os("PLAUDIT_DATA").map(PathBuf::from) else {
        return writeln!(std::io::stderr(), "skipped: PLAUDIT_DATA is not set").unwrap(); // `println!` is not shown
    };
    let scratch = Scratch::new();
    let at = |name: &str| data.join("sst2").join(name).display().to_string();
    let (train, valid, config, out) =
        (at("train.tsv"), at("valid.tsv"), scratch.at("config.json"), scratch.at("model"));
    let arguments = ["--train", &train, "--valid", &valid, "--config", &config, "--out", &out];
    let figures = json("train", &arguments);
    assert_eq!(figures["rows_used"], 6920 + 872);
    assert!(figures["accuracy"].as_f64().unwrap() > 0.65, "{figures}");
}

//! The recipe `periods` as a user runs it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::Path;

use common::{json, run, stderr};
use plaudit::insight::Seasons;
use plaudit::promotion::periods::{ErrorDrift, PeriodComparison, Statement};
use serde_json::Value;

/// Texts over 16 weeks; in the second half the queue of Finance is slow. No text stands twice.
fn feedback(rows: std::ops::Range<usize>, label: bool) -> String {
    let mut text = String::from(if label { "division,time,label,who,text\n" } else { "division,time,who,text\n" });
    for k in rows {
        let day = k % 112;
        let (month, date) = (9 + day / 28, 1 + day % 28);
        let finance = k % 2 == 0;
        let poor = if finance && day >= 56 { k % 10 != 0 } else { k % 5 == 0 };
        let (label_name, said) = match (poor, finance && day >= 56) {
            (true, true) => ("Poor", "the queue was slow and nobody answered"),
            (true, false) => ("Poor", "the desk was rude and nobody answered"),
            (false, _) => ("Good", "the staff were quick and kind"),
        };
        let division = if finance { "Finance" } else { "Library" };
        let label = if label { format!("{label_name},") } else { String::new() };
        text += &format!("{division},2025-{month:02}-{date:02},{label}a{},{said} case{k}\n", k / 4);
    }
    text
}

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new(files: &[(&str, String)]) -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| fs::write(scratch.at(name), text).unwrap());
        scratch
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

fn comparison(found: &Value) -> PeriodComparison {
    serde_json::from_value(found["comparison"].clone()).unwrap()
}

#[test]
fn by_labels_that_people_gave() {
    let scratch = Scratch::new(&[("all.csv", feedback(0..448, true))]);
    let arguments = ["--label", "label", "--feedback", &scratch.at("all.csv"), "--split", "2025-10-27"];
    let found = json("periods", &arguments);
    let compared = comparison(&found);
    assert!(!compared.corrected && found["error_drift"].is_null());
    assert_eq!(compared.of("Finance").unwrap().statement, Statement::Worse);
    assert_eq!(compared.of("Library").unwrap().statement, Statement::NoClearChange);
    let whole = compared.whole.as_ref().unwrap();
    assert!((whole.within.change + whole.mix.change - whole.score.change).abs() < 1e-9);

    // Finance's change is the queue's.
    let drivers = found["drivers"].as_array().unwrap();
    assert_eq!((drivers.len(), &drivers[0]["division"], &drivers[1]["division"]), (2, &Value::Null, &"Finance".into()));
    let carried: Vec<&str> = (0..4).map(|k| drivers[1]["drivers"]["terms"][k]["term"].as_str().unwrap()).collect();
    assert!(carried.contains(&"queue") && carried.contains(&"slow"), "{carried:?}");
    assert_eq!(found["keyness"]["terms"][0]["q_value"].as_f64().map(|q| q <= 0.05), Some(true));
    assert!(found["named_terms"].as_u64().unwrap() >= 2);
    assert!(found["text_drift"]["p_value"].as_f64().unwrap() <= 0.01 && found["text_drift_within_weekdays"] == true);
    let seasons: Seasons = serde_json::from_value(found["seasons"].clone()).unwrap();
    assert!(seasons.weeks >= 15 && seasons.to_string().contains("seasonality not identifiable"), "{seasons}");

    // The same again, byte for byte; and with authors, whose four texts count as one.
    let again = [&arguments[..], &["--json"]].concat();
    let first = run("periods", &again);
    assert_eq!(first.stdout, run("periods", &again).stdout);
    let text = String::from_utf8(first.stdout).unwrap();
    for expected in ["Finance", "worse", "All together", "by mention", "permuted within divisions and weekdays"] {
        assert!(text.contains(expected), "{text}");
    }
    let authors = json("periods", &[&arguments[..], &["--author", "who", "--many", "holm"]].concat());
    assert_eq!(comparison(&authors).of("Finance").unwrap().statement, Statement::Worse);
    let named = |found: &Value| found["named_terms"].as_u64().unwrap();
    assert!(named(&authors) <= named(&found));
}

#[test]
fn by_a_model_with_its_errors() {
    let gold = |range| feedback(range, true).replace("Finance", "F");
    let scratch = Scratch::new(&[
        ("train.csv", feedback(10_000..10_400, true)),
        ("before.csv", feedback(0..200, false)),
        ("after.csv", feedback(500..700, false)),
        ("gold.csv", gold(20_000..20_120)),
        ("later.csv", gold(30_000..30_060)),
    ]);
    let config = r#"{"model": {"epochs": 2, "architecture":
        {"kind": "bi_lstm", "embedding": 16, "hidden": 8, "dense": 16, "dropout": 0.2, "embedding_dropout": 0.1}}}"#;
    fs::write(scratch.at("config.json"), config).unwrap();
    let model = scratch.at("model");
    json("train", &["--train", &scratch.at("train.csv"), "--config", &scratch.at("config.json"), "--out", &model]);
    assert!(Path::new(&model).is_dir());
    let (before, after) = (scratch.at("before.csv"), scratch.at("after.csv"));
    let files = ["--model", &model, "--before", &before, "--after", &after];
    let (gold, later) = (scratch.at("gold.csv"), scratch.at("later.csv"));
    let found = json("periods", &[&files[..], &["--gold", &gold, "--gold-after", &later]].concat());
    let compared = comparison(&found);
    assert!(compared.corrected);
    assert_eq!(compared.divisions.iter().map(|d| d.texts_before + d.texts_after).sum::<u64>(), 400);
    let drift: ErrorDrift = serde_json::from_value(found["error_drift"].clone()).unwrap();
    assert_eq!(drift.rows.iter().flat_map(|row| row.before.iter().chain(&row.after)).sum::<u64>(), 180);

    let output = run("periods", &files);
    assert!(output.status.success() && stderr(&output).contains("nobody knows how often the model is wrong"));
    let seen =
        run("periods", &["--model", &model, "--before", &scratch.at("train.csv"), "--after", &after, "--as-counted"]);
    assert!(stderr(&seen).contains("were used in training; they are left out"), "{}", stderr(&seen));
}

#[test]
fn a_wrong_command_line_is_named() {
    let scratch = Scratch::new(&[
        ("all.csv", feedback(0..20, true)),
        ("no_time.csv", "text,division,label,time\na,b,Good,\n".into()),
    ]);
    let file = scratch.at("all.csv");
    for (arguments, code, expected) in [
        (&["--label", "label"][..], 2, "--feedback and --split, or --before and --after"),
        (&["--feedback", &file, "--split", "2025-10-27"], 2, "--model is missing, or --label"),
        (&["--label", "label", "--feedback", &file, "--split", "soon"], 2, "--split: expected a time"),
        (
            &["--label", "label", "--feedback", &file, "--split", "2025-10-27", "--gold", "x"],
            2,
            "--gold: expected --model",
        ),
        (&["--label", "label", "--feedback", &file, "--split", "2025-10-27", "--period-weeks", "3"], 2, "parts: 0"),
        (&["--label", "none", "--feedback", &file, "--split", "2025-10-27"], 1, "none"),
    ] {
        let output = run("periods", arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
    // A year that was mistyped costs the seasons alone.
    let far = scratch.at("far.csv");
    fs::write(&far, feedback(0..448, true) + "Library,0206-01-01,Good,a,the staff were kind\n").unwrap();
    let arguments = ["--label", "label", "--feedback", &far, "--split", "2025-10-27"];
    let output = run("periods", &arguments);
    assert!(stderr(&output).contains("no seasons of texts from 0206-01-01"), "{}", stderr(&output));
    let found = json("periods", &arguments);
    assert!(found["seasons"].is_null() && found["text_drift"].is_object());
    // All in one period: nothing to compare.
    let timeless = scratch.at("no_time.csv");
    for (arguments, code, expected) in [
        (
            &["--feedback", &file, "--split", "1999-01-01"][..],
            1,
            "the first period has no row; expected a time between",
        ),
        (&["--feedback", &file, "--split", "2025-12-01"], 1, "the second period has no row; expected a time between"),
        (&["--feedback", &timeless, "--split", "2025-12-01"], 1, "no row has a time"),
        (&["--before", &file, "--after", &file, "--author", "whom"], 2, "no row has a column `whom`"),
    ] {
        let output = run("periods", &[&["--label", "label"], arguments].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{arguments:?}: {}", stderr(&output));
    }
    assert!(
        stderr(&run("periods", &["--label", "label", "--feedback", &file, "--split", "1999-01-01"]))
            .contains("2025-09-01")
    );
}

//! The recipes from a decision on: evidence, the log, campaigns, utilities from reactions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{json, run, stderr};
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

/// A scratch folder with a small model and feedback that it does not know.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().unwrap());
        let text = fs::read_to_string(data("feedback.tsv")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let part = |from: usize, to: usize| format!("{}\n{}\n", lines[0], lines[from..to].join("\n"));
        fs::write(scratch.at("train.tsv"), part(1, 401)).unwrap();
        fs::write(scratch.at("test.tsv"), part(401, 801)).unwrap();
        let config = r#"{"model": {"epochs": 4, "architecture":
            {"kind": "bi_lstm", "embedding": 16, "hidden": 8, "dense": 16, "dropout": 0.2, "embedding_dropout": 0.1}}}"#;
        fs::write(scratch.at("config.json"), config).unwrap();
        let (train, config, out) = (scratch.at("train.tsv"), scratch.at("config.json"), scratch.at("model"));
        json("train", &["--train", &train, "--config", &config, "--out", &out, "--calibrate", "part"]);
        scratch
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

#[test]
fn a_verdict_has_its_evidence() {
    let scratch = Scratch::new();
    let (model, test, out) = (scratch.at("model"), scratch.at("test.tsv"), scratch.at("out"));
    // A comment of our own with what must not be shown.
    let row = "x1\tLibrary\t2025-01-01\tform\tGood\tProf. Ada Byron helped me, so kind, write to ada@example.org or call 01711 123 456\n";
    let text = fs::read_to_string(&test).unwrap() + row;
    fs::write(&test, &text).unwrap();
    let arguments = ["--model", &model, "--feedback", &test, "--quotes", "40", "--out", &out];
    let found = json("promote", &arguments);
    let (divisions, evidence) = (found["divisions"].as_array().unwrap(), found["evidence"].as_array().unwrap());
    assert_eq!(divisions.len(), evidence.len());
    let mut quotes = 0;
    for (decided, evidence) in divisions.iter().zip(evidence) {
        assert_eq!(decided["division"], evidence["division"]);
        for quote in evidence["comments"].as_array().unwrap() {
            quotes += 1;
            let shown = quote["text"].as_str().unwrap();
            assert!(["for", "against"].contains(&quote["stance"].as_str().unwrap()), "{quote}");
            assert!((0.0..=1.0).contains(&quote["probability"].as_f64().unwrap()) && quote["influence"].is_f64());
            let kept = shown.trim_end_matches("...").trim_end().split('[').next().unwrap();
            let blanks = text.replace(['\u{a0}'], " ");
            assert!(blanks.contains(kept.trim_end()), "{shown}");
        }
        let reasons = decided["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap());
        let told = reasons.filter(|reason| reason.starts_with("what comments predicted ")).count();
        assert_eq!(told, usize::from(!evidence["terms"].as_array().unwrap().is_empty()));
    }
    assert!(quotes > 20, "{quotes}");
    let read = |name: &str| fs::read_to_string(Path::new(&out).join(name)).unwrap();
    let files = ["verdicts.json", "verdicts.md", "report.csv"].map(read);
    for file in &files {
        assert!(!file.contains("Byron") && !file.contains("ada@example") && !file.contains("01711"), "{file}");
    }
    let (written, heading): (Value, &str) =
        (serde_json::from_str(&files[0]).unwrap(), files[2].lines().next().unwrap());
    assert_eq!(written["evidence"], found["evidence"]);
    for column in
        ["Good: naive share", "probability best", "advice", "comments for it", "comments against it", "terms of"]
    {
        assert!(heading.split(',').any(|cell| cell == column), "{heading}");
    }
    assert_eq!(json("promote", &arguments), found);
    // Nothing where nothing is asked for; and as it is where that is asked for.
    let none = run("promote", &["--model", &model, "--feedback", &test, "--quotes", "0"]);
    assert!(!String::from_utf8(none.stdout).unwrap().contains("what people wrote"));
    let bare = run("promote", &["--model", &model, "--feedback", &test, "--quotes", "100", "--unmasked"]);
    let bare = String::from_utf8(bare.stdout).unwrap();
    assert!(bare.contains("what people wrote") && !bare.contains("[email]"));
    assert_eq!(run("promote", &["--model", &model, "--feedback", &test, "--quotes", "101"]).status.code(), Some(2));
}

/// With gold rows the label-shift check is made and replayed; without them the recipe says that it was not.
#[test]
fn label_shift_silence_and_names_reach_the_verdicts() {
    let scratch = Scratch::new();
    let (model, log, out) = (scratch.at("model"), scratch.at("log.jsonl"), scratch.at("out"));
    // Half of what the model does not know is gold, the other half feedback; one division writes in its own way.
    let text = fs::read_to_string(scratch.at("test.tsv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let part = |from: usize, to: usize| format!("{}\n{}\n", lines[0], lines[from..to].join("\n"));
    // The corpus has a few texts twice.
    let trained = fs::read_to_string(scratch.at("train.tsv")).unwrap();
    let known = |line: &str| line.rsplit('\t').next().is_some_and(|text| trained.contains(text));
    let (gold, test, names, asked) =
        (scratch.at("gold.tsv"), scratch.at("feedback.tsv"), scratch.at("names.txt"), scratch.at("asked.csv"));
    let unknown: Vec<&str> = lines[1..201].iter().copied().filter(|line| !known(line)).collect();
    fs::write(&gold, format!("{}\n{}\n", lines[0], unknown.join("\n"))).unwrap();
    let own = "x1\tLibrary\t2025-01-01\tform\tGood\tBarbara helped me find every one of the journals, so kind\n";
    fs::write(&test, part(201, 401) + own).unwrap();
    fs::write(&names, "\nBarbara\n").unwrap();
    let plain = json("promote", &["--model", &model, "--feedback", &test, "--quotes", "0"]);
    assert_eq!(plain["label_shift_checked"], false);
    let said = run("promote", &["--model", &model, "--feedback", &test, "--quotes", "0"]).stdout;
    assert!(String::from_utf8(said).unwrap().contains("give labelled rows with --gold to have it made"));
    let n = |division: &Value| division["n"].as_u64().unwrap();
    let table: String = plain["divisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| format!("{},{}\n", d["division"].as_str().unwrap(), 2 * n(d)))
        .collect();
    fs::write(&asked, format!("division,asked\n{table}")).unwrap();

    let options = ["--gold", &gold, "--names", &names, "--asked", &asked, "--log", &log, "--out", &out];
    let found = json("promote", &[&["--model", &model, "--feedback", &test, "--quotes", "100"][..], &options].concat());
    assert_eq!(found["label_shift_checked"], true);
    for division in found["divisions"].as_array().unwrap() {
        let (shift, response) = (&division["label_shift"], &division["response"]);
        assert_eq!(shift.is_object(), n(division) >= 10, "{division}");
        if shift.is_object() {
            let fails = shift["fails"].as_bool().unwrap();
            assert_eq!(fails, shift["adjusted"].as_f64().unwrap() <= 0.05);
            assert!(!fails || division["verdict"] == "needs_more_data", "{division}");
        }
        assert_eq!((response["asked"].as_u64(), response["rate"].as_f64()), (Some(2 * n(division)), Some(0.5)));
        let bound = |k: usize| response["bounds"][k].as_f64().unwrap();
        assert!((bound(1) - bound(0) - 1.0).abs() < 1e-9, "half of 1 - (-1): {response}");
    }
    let written = fs::read_to_string(Path::new(&out).join("verdicts.md")).unwrap();
    assert!(written.contains("shift p") && written.contains("who were asked answered (50 %)"), "{written}");
    let quotes = fs::read_to_string(Path::new(&out).join("verdicts.json")).unwrap();
    assert!(!quotes.contains("Barbara") && quotes.contains("[name] helped me find every one"), "{quotes}");
    assert_eq!(json("audit", &["--log", &log, "--replay"])["differ"], 0);

    // faults of both tables
    let promote = |more: &[&str]| {
        run("promote", &[&["--model", &model, "--feedback", &test, "--quotes", "0"][..], more].concat())
    };
    fs::write(&asked, "division,asked\nLibrary,1\n").unwrap();
    let output = promote(&["--asked", &asked]);
    assert!(output.status.code() == Some(1) && stderr(&output).contains("asked.csv"), "{}", stderr(&output));
    assert!(stderr(&output).contains("line 2, column `asked`: found 1; expected at least"), "{}", stderr(&output));
    fs::write(&names, "...\n").unwrap();
    let output = promote(&["--names", &names]);
    assert!(output.status.code() == Some(1) && stderr(&output).contains("name 1 has no letter"), "{}", stderr(&output));
    assert_eq!(promote(&["--names", &names, "--unmasked"]).status.code(), Some(2));
    let table = scratch.at("names.csv");
    fs::write(&table, "nick,name\nB,Barbara\n").unwrap();
    let output = run("promote", &["--model", &model, "--feedback", &test, "--quotes", "100", "--names", &table]);
    assert!(output.status.success() && !String::from_utf8(output.stdout).unwrap().contains("Barbara"));
}

/// The lines of a log.
fn lines(path: &str) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn decisions_are_logged_checked_repeated_and_overridden() {
    let scratch = Scratch::new();
    let (model, test, log) = (scratch.at("model"), scratch.at("test.tsv"), scratch.at("log.jsonl"));
    let promote = ["--model", &model, "--feedback", &test, "--log", &log];
    let first = json("promote", &promote);
    let second =
        json("promote", &[&promote[..], &["--as-counted", "--flip", "1", "--seed", "18446744073709551615"]].concat());
    assert_eq!((&first["record"], &second["record"]), (&0.into(), &1.into()));
    // No text of a person is in it, nor a term.
    let text = fs::read_to_string(&log).unwrap();
    let said: Vec<String> = fs::read_to_string(&test)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.rsplit('\t').next().unwrap().to_owned())
        .collect();
    assert!(said.iter().filter(|text| text.len() > 15).all(|said| !text.contains(said.as_str())));

    let head = second["head"].as_str().unwrap();
    let replay = ["--log", &log, "--head", head, "--replay", "--feedback", &test, "--model", &model];
    let found = json("audit", &replay);
    assert_eq!((&found["records"], &found["differ"], &found["head"]), (&2.into(), &0.into(), &second["head"]));
    let decision = &found["log"][0];
    assert_eq!((&decision["replay"], &decision["posterior"]["kind"]), (&"same".into(), &"cut".into()));
    assert_eq!(decision["digests"]["data"], found["log"][1]["digests"]["data"]);
    assert!(decision["digests"]["model/model.safetensors"].is_string(), "{}", decision["digests"]);
    assert_eq!(found["log"][1]["verdicts"][0]["flip_budget"], Value::Null); // no rule gives it by itself
    assert!(second["divisions"][0]["flip_budget"].is_object());

    // A person decides otherwise.
    let other = [
        "--log",
        &log,
        "--override",
        "Library",
        "--verdict",
        "hold",
        "--author",
        "Dean",
        "--reason",
        "closed for repair",
    ];
    let overridden = json("audit", &other);
    assert_eq!(overridden["records"], 3);
    let listed = json("audit", &["--log", &log, "--head", head]);
    assert_eq!(listed["log"][2]["event"]["override"]["decision"], 1);
    assert_eq!(listed["log"][2]["event"]["override"]["verdict"], "hold");
    let fails = |arguments: &[&str], code: i32, words: &[&str]| {
        let output = run("audit", arguments);
        let said = format!("{}{}", String::from_utf8(output.stdout.clone()).unwrap(), stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
    };
    let mut nowhere = other;
    nowhere[3] = "Cellar";
    fails(&nowhere, 1, &["decides about none of this name"]);
    fails(&[&other[..], &["--decision", "2"]].concat(), 1, &["no such decision"]);
    fails(&other[..6], 2, &["expected all four"]);
    fails(&["--log", &log, "--head", "3"], 2, &["COUNT:DIGEST"]);
    fails(&["--log", &log, "--model", &model], 2, &["--model: expected --replay too"]);
    assert_eq!(lines(&log).len(), 3);

    // Another file than the one that was decided about, and a model with another file in it.
    let changed = scratch.at("changed.tsv");
    fs::write(&changed, fs::read_to_string(&test).unwrap().replacen("\tGood\t", "\tPoor\t", 1)).unwrap();
    fails(
        &["--log", &log, "--replay", "--feedback", &changed],
        1,
        &["data of ", "is not what record 1 was decided from"],
    );
    fs::write(Path::new(&model).join("note.txt"), "x").unwrap();
    fails(&["--log", &log, "--replay", "--model", &model], 1, &["model/note.txt of "]);

    // A changed, a removed and a cut line.
    let whole = fs::read_to_string(&log).unwrap();
    let all = lines(&log);
    fs::write(&log, whole.replacen("\"min_score\":0.25", "\"min_score\":0.15", 1)).unwrap();
    fails(&["--log", &log], 1, &["line 1", "changed: its digest is not that of its content"]);
    let output = run("promote", &promote);
    assert!(output.status.code() == Some(1) && stderr(&output).contains("line 1"), "{}", stderr(&output));
    fs::write(&log, format!("{}\n{}\n", all[0], all[2])).unwrap();
    fails(&["--log", &log], 1, &["line 2", "removed"]);
    fs::write(&log, format!("{}\n{}\n", all[0], all[1])).unwrap();
    fails(&["--log", &log, "--head", overridden["head"].as_str().unwrap()], 1, &["cut: the log ends before it"]);
    assert_eq!(json("audit", &["--log", &log, "--head", head])["records"], 2);
    // What a crash leaves.
    fs::write(&log, whole.get(..whole.len() - 30).unwrap()).unwrap();
    fails(&["--log", &log], 1, &["line 3", "torn"]);
    assert_eq!(json("audit", &["--log", &log, "--repair"])["records"], 2);
    assert_eq!(lines(&log), all[..2]);
}

/// A recipe that is killed at any moment leaves a log that is whole or torn at its end, and never less than it was.
#[test]
fn killed_in_the_middle() {
    let scratch = Scratch::new();
    let (model, test, log) = (scratch.at("model"), scratch.at("test.tsv"), scratch.at("log.jsonl"));
    let promote = ["--model", &model, "--feedback", &test, "--log", &log, "--quotes", "0", "--as-counted"];
    let start = std::time::Instant::now();
    json("promote", &promote);
    let whole_run = start.elapsed();
    let mut records = 1;
    for part in 0..12u32 {
        let mut child = common::recipe("promote").args(promote).stdout(std::process::Stdio::null()).spawn().unwrap();
        // The last of them near the end of a run, where it writes.
        std::thread::sleep(whole_run * (part + 1) / 12);
        let _ = child.kill();
        child.wait().unwrap();
        let found = json("audit", &["--log", &log, "--repair", "--replay"]);
        let now = found["records"].as_u64().unwrap();
        assert!((records..=records + 1).contains(&now) && found["differ"] == 0, "{part}: {found}");
        records = now;
    }
}

#[test]
fn nothing_is_lost_to_a_wrong_path_or_another_process() {
    let scratch = Scratch::new();
    let (model, test, log) = (scratch.at("model"), scratch.at("test.tsv"), scratch.at("log.jsonl"));
    // A spreadsheet would run this name.
    let text = fs::read_to_string(&test).unwrap().replace("\tLibrary\t", "\t=cmd|' /C calc'!A0\t");
    fs::write(&test, &text).unwrap();
    let promote = ["--model", &model, "--feedback", &test, "--as-counted", "--quotes", "0"];
    let fails = |more: &[&str], code: i32, words: &str| {
        let output = run("promote", &[&promote[..], more].concat());
        assert_eq!(output.status.code(), Some(code), "{more:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{more:?}: {}", stderr(&output));
    };
    fails(&["--log", &model], 2, "lies in");
    fails(&["--log", &scratch.at("model/log.jsonl")], 2, "which --model is; expected another folder");
    fails(&["--log", &scratch.at("")], 1, "is a folder; expected a file");
    fails(&["--log", &test], 1, "does not end with a digest, as every record");
    fails(&["--out", &test], 1, "is a file; expected a folder");
    let out = scratch.at("out");
    fails(&["--out", &out, "--log", &format!("{out}/verdicts.json")], 2, "--out and --log are the same file");
    assert_eq!(fs::read_to_string(&test).unwrap(), text);
    json("promote", &[&promote[..], &["--out", &out]].concat());
    let report = fs::read_to_string(Path::new(&out).join("report.csv")).unwrap();
    assert!(report.contains("\n'=cmd|' /C calc'!A0,") && !report.contains("\n=cmd"), "{report}");

    // Some at once, while another has the log: each waits for its turn.
    let other = plaudit::promotion::audit::AuditLog::open(&log).unwrap();
    let add = [&promote[..], &["--log", &log]].concat();
    let spawn = |_| common::recipe("promote").args(&add).stdout(std::process::Stdio::null()).spawn().unwrap();
    let children: Vec<_> = (0..4).map(spawn).collect();
    std::thread::sleep(std::time::Duration::from_millis(400));
    drop(other);
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(json("audit", &["--log", &log, "--replay"])["records"], 4);
    let output = run("audit", &["--log", &log, "--decision", "1"]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("--decision: expected --override"));
    let other = ["--log", &log, "--override", "Cellar", "--verdict", "hold", "--author", "a", "--reason", "b"];
    let said = stderr(&run("audit", &other));
    assert!(said.contains("`Cellar`; expected one of `=cmd|' /C calc'!A0`, "), "{said}");
}

#[test]
fn of_many_divisions_some_are_named() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let (file, sheet) = (at("f.csv"), at("sheet.csv"));
    let rows: String = (0..40).map(|k| format!("D{k:02},the staff were kind in case {k}\n")).collect();
    fs::write(&file, format!("division,text\n{rows}")).unwrap();
    json("plan_labels", &["--feedback", &file, "--budget", "40", "--out", &sheet]);
    let drawn = fs::read_to_string(&sheet).unwrap();
    fs::write(&sheet, drawn.replacen(",,", ",positive,", 1)).unwrap();
    let output = run("plan_labels", &["--feedback", &file, "--labels", &sheet]);
    assert!(stderr(&output).contains(" and 29 more: their errors"), "{}", stderr(&output));
    let wrong = run("plan_labels", &["--feedback", &file, "--labels", &file]);
    assert!(stderr(&wrong).contains("column `id`") && stderr(&wrong).contains("no such column among 2"));
    let again = run("plan_labels", &["--feedback", &file, "--budget", "40", "--out", &sheet]);
    assert!(again.status.code() == Some(1) && stderr(&again).contains("holds labels"), "{}", stderr(&again));
    let mistyped = run("plan_labels", &["--feedback", &file, "--labels", &sheet, "--on-fault", "leave"]);
    assert_eq!(mistyped.status.code(), Some(2));
}

#[test]
fn a_campaign_is_planned_and_judged() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name).display().to_string();
    let (plan, posts) = (at("plan.json"), at("posts.tsv"));
    let out = ["--out", &plan, "--from", "2026-01-05T10:00:00+06:00", "--seed", "4"]; // a Monday
    let made = json(
        "campaign",
        &[&out[..], &["--platforms", "Facebook,Instagram", "--weekdays", "1,4", "--weeks", "4"]].concat(),
    );
    let planned = made["plan"]["posts"].as_array().unwrap();
    assert_eq!((planned.len(), &made["plan"]["config"]["seed"]), (16, &4.into()));
    // Every platform and day has each label once.
    let mut blocks = std::collections::BTreeMap::<(String, i64), Vec<String>>::new();
    for post in planned {
        let (platform, seconds) =
            (post["slot"]["platform"].as_str().unwrap(), post["slot"]["time"]["seconds"].as_i64().unwrap());
        let day = (seconds + 6 * 3_600).div_euclid(86_400).rem_euclid(7);
        blocks.entry((platform.to_owned(), day)).or_default().push(post["label"].as_str().unwrap().to_owned());
    }
    assert_eq!(blocks.len(), 4);
    for labels in blocks.values_mut() {
        labels.sort();
        assert_eq!(*labels, ["Average", "Good", "Neutral", "Poor"]);
    }
    // 239 of the 838 reactions of the paper's Table 5 are negative
    assert_eq!(made["share"], 239.0 / 838.0);
    let needed: Vec<&Value> = made["power"].as_array().unwrap().iter().map(|row| &row["posts"]).collect();
    assert_eq!(needed, [5, 17, 65]);

    // Posts of Good draw fewer negative reactions than all others.
    let row = |post: &Value, angry: u64| {
        format!("{}\t{}\t100\t{angry}\n", post["post"].as_str().unwrap(), post["label"].as_str().unwrap())
    };
    let counted = |post: &Value| row(post, if post["label"] == "Good" { 5 } else { 40 });
    let rows: String = planned.iter().map(counted).collect();
    fs::write(&posts, format!("uid\tlabel\tlike\tangry\n{rows}")).unwrap();
    let judge = ["--plan", &plan, "--posts", &posts];
    let judged = json("campaign", &[&judge[..], &["--lower", "Good", "--draws", "999"]].concat());
    // 24 plans a block, 24^4 in all, drawn: none is as good but for about 1 in 256.
    assert!(judged["randomization_test"]["p_value"].as_f64().unwrap() < 0.02, "{judged}");
    assert_eq!((judged["looks"].as_array().unwrap().len(), judged["shares"].as_array().unwrap().len()), (4, 16));
    assert_eq!(judged["comparison"], Value::Null);
    let again = json("campaign", &[&judge[..], &["--earlier", &posts]].concat());
    assert_eq!(again["comparison"]["labels"][0]["posts"][0]["inside"], true);
    let fails = |arguments: &[&str], code: i32, words: &str| {
        let output = run("campaign", arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    };
    // Posts that were not planned, or promoted something else; a plan that was changed by hand.
    fs::write(&posts, format!("uid\tlabel\tlike\tangry\n{rows}p99\tGood\t1\t1\n")).unwrap();
    fails(&judge, 1, "`p99` was not planned");
    let swapped = rows.replacen("\tGood\t", "\tPoor\t", 1);
    fs::write(&posts, format!("uid\tlabel\tlike\tangry\n{swapped}")).unwrap();
    fails(&judge, 1, "promoted `Poor`; expected `Good`");
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, text.replacen("\"seed\": 4", "\"seed\": 5", 1)).unwrap();
    fails(&judge, 1, "plan.json");

    // The paper's four posts: 24 plans, and no p-value below that; with one post a label nothing at all.
    let made = json("campaign", &[&out[..], &["--paper"]].concat());
    let planned = made["plan"]["posts"].as_array().unwrap();
    let times: Vec<i64> = planned.iter().map(|post| post["slot"]["time"]["seconds"].as_i64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 7 * 86_400));
    let rows: String = planned.iter().map(counted).collect();
    fs::write(&posts, format!("uid\tlabel\tlike\tangry\n{rows}")).unwrap();
    let judged = json("campaign", &judge);
    let test = &judged["randomization_test"];
    assert_eq!((&test["p_value"], &test["assignments"]), (&1.0.into(), &24.into()));
    let lower = json("campaign", &[&judge[..], &["--lower", "Good"]].concat());
    assert_eq!(lower["randomization_test"]["p_value"], 0.25);
    fails(&[&judge[..], &["--lower", "Best"]].concat(), 2, "is no label of the campaign");
    fails(&[&out[..], &["--weekdays", "0"]].concat(), 2, "1 for Monday");
    fails(&[&out[..], &["--weekdays", "1,4,1"]].concat(), 2, "--weekdays: `1` stands twice");
    fails(&[&out[..], &["--platforms", "A,,B"]].concat(), 2, "--platforms: a part between commas is empty");
    fails(&[&out[..], &["--paper", "--weeks", "2"]].concat(), 2, "expected one of them");
    fails(&[&out[..], &["--weeks", "1"]].concat(), 2, "expected one a label at least");
    fails(&["--out", &plan], 2, "--from is missing");
    fails(&["--out", &plan, "--from", "soon"], 2, "--from: expected a time");
    fails(&["--out", &plan, "--plan", &plan], 2, "expected either");
    fails(&[&out[..], &["--share", "1"]].concat(), 2, "--share: expected a number between 0 and 1");
}

#[test]
fn utilities_come_from_reactions() {
    let scratch = Scratch::new();
    let (model, test, posts, log) =
        (scratch.at("model"), scratch.at("test.tsv"), scratch.at("posts.tsv"), scratch.at("log.jsonl"));
    // The paper's Table 5, positive and negative reactions.
    let rows = "uid\tlabel\tlike\tangry\na\tGood\t291\t8\nb\tAverage\t221\t44\nc\tNeutral\t54\t22\nd\tPoor\t33\t165\n";
    fs::write(&posts, rows).unwrap();
    let promote =
        ["--model", &model, "--feedback", &test, "--as-counted", "--quotes", "0", "--reactions", &posts, "--log", &log];
    let found = json("promote", &promote);
    let worth: Vec<String> = found["utilities"]["labels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{:.3}", one["utility"]["value"].as_f64().unwrap()))
        .collect();
    assert_eq!(worth, ["0.946", "0.668", "0.421", "-0.667"]);
    assert!(found["verdicts_that_utilities_change"].is_array());
    // The score of the counted shares lies on that scale.
    for division in found["divisions"].as_array().unwrap() {
        let shares = division["shares"].as_object().unwrap();
        let score: f64 = ["Good", "Average", "Neutral", "Poor"]
            .iter()
            .zip([283.0 / 299.0, 177.0 / 265.0, 32.0 / 76.0, -132.0 / 198.0])
            .map(|(label, u)| u * shares[*label].as_f64().unwrap())
            .sum();
        assert!((score - division["net_score"].as_f64().unwrap()).abs() < 1e-9, "{division}");
    }
    let audited = json("audit", &["--log", &log, "--replay"]);
    assert_eq!((&audited["differ"], audited["log"][0]["digests"]["reactions"].is_string()), (&0.into(), true));
    fs::write(&posts, "uid\tlabel\tclap\na\tGood\t2\n").unwrap();
    assert_eq!(run("promote", &promote).status.code(), Some(1));
}

//! Training that is killed, and gone on with.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{recipe, run, stderr};
use plaudit_stats::Stream;

/// A scratch folder with a small corpus and a configuration; thirty epochs take about a second.
fn scratch(epochs: usize) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    let text: Vec<String> = fs::read_to_string(corpus).unwrap().lines().take(600).map(str::to_owned).collect();
    fs::write(scratch.path().join("train.tsv"), text.join("\n")).unwrap();
    let config = r#"{"model": {"epochs": 30, "patience": 30, "averaging": 0.99, "architecture":
        {"kind": "bi_lstm", "embedding": 16, "hidden": 8, "dense": 16}}}"#;
    fs::write(scratch.path().join("config.json"), config.replace("30", &epochs.to_string())).unwrap();
    scratch
}

fn arguments(scratch: &Path, out: &str) -> Vec<String> {
    let at = |name: &str| scratch.join(name).display().to_string();
    let pairs = [("--train", at("train.tsv")), ("--config", at("config.json")), ("--out", at(out))];
    pairs.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect()
}

/// Every file of a model directory.
fn files(model: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![model.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(model).unwrap().display().to_string();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_same_bytes() {
    killed(30, &[]);
}

#[test]
fn so_it_does_killed_in_the_folds_of_a_calibration() {
    killed(5, &["--calibrate", "folds"]);
}

#[test]
fn so_it_does_killed_in_a_search() {
    let search = tempfile::tempdir().unwrap();
    let path = search.path().join("space.json");
    fs::write(&path, r#"{"fields": {"/adam/learning_rate": [0.001, 0.003], "/adam/beta1": [0.9]}}"#).unwrap();
    killed(6, &["--tune", &path.display().to_string()]);
}

/// Kills runs with these options at random moments and goes on with them.
fn killed(epochs: usize, more: &[&str]) {
    let scratch = scratch(epochs);
    let start = Instant::now();
    let whole = recipe("train").args(arguments(scratch.path(), "whole")).args(more).output().unwrap();
    let takes = start.elapsed().as_millis() as u64;
    assert!(whole.status.success(), "{}", stderr(&whole));
    let whole = files(&scratch.path().join("whole"));
    assert!(!scratch.path().join("whole-checkpoints").exists());
    let mut random = Stream::new(1, "kills", 0);
    let mut resumed = 0;
    for case in 0..4 {
        let out = format!("killed-{case}");
        let (model, checkpoints) = (scratch.path().join(&out), scratch.path().join(format!("{out}-checkpoints")));
        for attempt in 0.. {
            let mut command = recipe("train");
            match checkpoints.join("options.json").is_file() {
                true => {
                    let parts = ["whole", "trial-1", "fold-1"];
                    resumed += u64::from(parts.iter().any(|part| checkpoints.join(part).is_dir()));
                    command.arg("--resume").arg(&checkpoints);
                }
                false => {
                    command.args(arguments(scratch.path(), &out)).args(more);
                }
            }
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            // At a random moment of the whole run; at last it may end.
            if attempt < 6 {
                std::thread::sleep(Duration::from_millis(1 + random.below(takes)));
                child.kill().unwrap(); // SIGKILL; an ended process is no error
            }
            let output = child.wait_with_output().unwrap();
            if output.status.success() {
                break;
            }
            assert!(attempt < 6, "{}", stderr(&output));
        }
        assert!(files(&model) == whole, "case {case}");
    }
    assert!(resumed > 0, "no kill left a checkpoint");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_after_the_step_and_says_how_to_go_on() {
    let scratch = scratch(30);
    let checkpoints = scratch.path().join("model-checkpoints");
    let mut command = recipe("train");
    command.args(arguments(scratch.path(), "model")).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while !checkpoints.join("whole").is_dir() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.contains("--resume") && message.contains("model-checkpoints"), "{message}");
    assert!(!scratch.path().join("model").exists());
    // As it was begun, and with nothing else.
    let folder = checkpoints.display().to_string();
    let refused = run("train", &["--resume", &folder, "--seed", "3"]);
    assert!(refused.status.code() == Some(2) && stderr(&refused).contains("--seed"), "{}", stderr(&refused));
    // The same model from other options is another run.
    let mut other = arguments(scratch.path(), "model");
    other.extend(["--seed".to_owned(), "3".to_owned()]);
    let refused = recipe("train").args(other).output().unwrap();
    assert!(refused.status.code() == Some(1) && stderr(&refused).contains("other options"), "{}", stderr(&refused));
    // From anywhere.
    let mut command = recipe("train");
    command.args(["--resume", &folder, "--threads", "1"]).current_dir(std::env::temp_dir());
    let output = command.output().unwrap();
    assert!(output.status.success() && !checkpoints.exists(), "{}", stderr(&output));
    let whole = recipe("train").args(arguments(scratch.path(), "whole")).output().unwrap();
    assert!(whole.status.success());
    assert!(files(&scratch.path().join("model")) == files(&scratch.path().join("whole")));
    // A folder that cannot be, and one that is somebody else's.
    for inside in ["model", "model/checkpoints"] {
        let mut wrong = arguments(scratch.path(), "model");
        wrong.extend(["--checkpoints".to_owned(), scratch.path().join(inside).display().to_string()]);
        let refused = recipe("train").args(wrong).output().unwrap();
        assert!(refused.status.code() == Some(2) && stderr(&refused).contains("--checkpoints"), "{}", stderr(&refused));
    }
    let theirs = scratch.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("options.json"), "{\"mine\": \"1\"}").unwrap();
    let mut wrong = arguments(scratch.path(), "other");
    wrong.extend(["--checkpoints".to_owned(), theirs.display().to_string()]);
    let refused = recipe("train").args(wrong).output().unwrap();
    assert!(refused.status.code() == Some(1) && stderr(&refused).contains("no file of a run"), "{}", stderr(&refused));
    assert_eq!(fs::read_to_string(theirs.join("options.json")).unwrap(), "{\"mine\": \"1\"}");
    let nothing = run("train", &["--resume", &folder]);
    assert!(
        nothing.status.code() == Some(1) && stderr(&nothing).contains("no run to go on with"),
        "{}",
        stderr(&nothing)
    );
}

/// The recipe's own files beside checkpoints: a run that was killed while they were removed, and others' files.
#[test]
fn a_finished_run_is_cleared_away_and_nothing_else() {
    let scratch = scratch(2);
    let whole = recipe("train").args(arguments(scratch.path(), "whole")).output().unwrap();
    assert!(whole.status.success(), "{}", stderr(&whole));
    let (model, folder) = (scratch.path().join("model"), scratch.path().join("model-checkpoints"));
    let at = folder.display().to_string();
    // Where the model is stands there first of all, and goes last of all.
    for left in [&["options.json", "whole/manifest.json"][..], &["whole/manifest.json"], &[]] {
        fs::create_dir_all(folder.join("whole")).unwrap();
        for name in [".plaudit-finished"].iter().chain(left) {
            let text = if name.ends_with("finished") { model.display().to_string() } else { "{}".to_owned() };
            fs::write(folder.join(name), text).unwrap();
        }
        let cleared = run("train", &["--resume", &at]);
        let said = String::from_utf8_lossy(&cleared.stdout).into_owned();
        assert!(cleared.status.success() && said.contains(&model.display().to_string()), "{said} {}", stderr(&cleared));
        assert!(!folder.exists());
    }
    // A folder that holds something else keeps it, whatever its name.
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("lock"), "precious").unwrap();
    let trained = recipe("train").args(arguments(scratch.path(), "model")).output().unwrap();
    assert!(trained.status.success(), "{}", stderr(&trained));
    assert!(files(&model) == files(&scratch.path().join("whole")));
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
    assert_eq!(fs::read_to_string(folder.join("lock")).unwrap(), "precious");
    fs::remove_dir_all(&folder).unwrap();
    // An error before the first step leaves no folder.
    let mut wrong = arguments(scratch.path(), "model");
    wrong.extend(["--vectors".to_owned(), scratch.path().join("train.tsv").display().to_string()]);
    let refused = recipe("train").args(wrong).output().unwrap();
    assert!(refused.status.code() == Some(1) && !folder.exists(), "{}", stderr(&refused));
    let space = scratch.path().join("space.json");
    fs::write(&space, r#"{"fields": {"/adam/learning_rate": [0.001, -1]}}"#).unwrap();
    let mut wrong = arguments(scratch.path(), "model");
    wrong.extend(["--tune".to_owned(), space.display().to_string()]);
    let refused = recipe("train").args(wrong).output().unwrap();
    let message = stderr(&refused);
    assert!(refused.status.code() == Some(1) && !folder.exists(), "{message}");
    assert!(message.contains("space.json") && message.contains("`/adam/learning_rate` = -1"), "{message}");
}

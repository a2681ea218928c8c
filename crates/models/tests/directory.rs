//! The model directory: round trips, replacement, and what is refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

mod common;

use std::fs;
use std::path::Path;

use common::{Blanks, config, examples, rows, sign, trained};
use plaudit_core::{Analyzer, Classifier, Error, Files, Result, Stored, Tokens};
use plaudit_models::{Architecture, TextClassifier, train};

fn small() -> TextClassifier<Blanks> {
    let mut config = config();
    config.epochs = 1;
    trained(&config)
}

fn refusal(path: &Path) -> String {
    match TextClassifier::<Blanks>::load(path) {
        Err(error @ (Error::Format { .. } | Error::Io { .. })) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut value);
    fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn the_analyzer_keeps_the_rules_of_its_role() {
    plaudit_core::conformance::check_stored(&Blanks).unwrap();
}

#[test]
fn loaded_is_what_was_saved() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("nested/model");
    let mut config = config();
    config.epochs = 20;
    config.patience = 20;
    let classifier = trained(&config);
    classifier.save(&path).unwrap();
    let loaded = TextClassifier::<Blanks>::load(&path).unwrap();
    let test = rows(300, 9);
    let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(loaded.classify(&texts).unwrap().as_slice(), classifier.classify(&texts).unwrap().as_slice());
    assert_eq!(loaded.report(), classifier.report());
    assert_eq!(loaded.config().labels.as_ref(), Some(classifier.labels()));

    // Saved again, over itself: the same bytes, and nothing left beside it.
    let before = contents(&path);
    loaded.save(&path).unwrap();
    assert_eq!(contents(&path), before);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    assert_eq!(
        before.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["analyzer/blanks.txt", "config.json", "manifest.json", "model.safetensors", "report.json", "vocab.txt"]
    );
}

fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
    let names =
        ["analyzer/blanks.txt", "config.json", "manifest.json", "model.safetensors", "report.json", "vocab.txt"];
    names.map(|name| (name.to_owned(), fs::read(path.join(name)).unwrap())).into()
}

#[test]
fn every_flipped_byte_is_refused_by_name() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    small().save(&path).unwrap();
    for (name, bytes) in contents(&path) {
        if name == "manifest.json" {
            continue;
        }
        let places: Vec<usize> =
            if bytes.len() < 4096 { (0..bytes.len()).collect() } else { (0..bytes.len()).step_by(97).collect() };
        for place in places {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << (place % 8);
            fs::write(path.join(&name), &changed).unwrap();
            let message = refusal(&path);
            assert!(message.contains(&name), "{name} {place}: {message}");
        }
        fs::write(path.join(&name), &bytes).unwrap();
    }
    let manifest = fs::read(path.join("manifest.json")).unwrap();
    for place in 0..manifest.len() {
        let mut changed = manifest.clone();
        changed[place] ^= 1;
        fs::write(path.join("manifest.json"), &changed).unwrap();
        // A flipped blank may leave the same JSON; every other flip is refused, and the message names the file at fault.
        match TextClassifier::<Blanks>::load(&path) {
            Ok(_) => assert!(manifest[place].is_ascii_whitespace(), "byte {place}"),
            Err(error) => {
                let message = error.to_string();
                assert!(message.starts_with(&path.display().to_string()), "byte {place}: {message}");
            }
        }
    }
}

#[test]
fn a_missing_or_short_file_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    assert!(refusal(&path).contains("manifest.json"));
    small().save(&path).unwrap();
    for (name, bytes) in contents(&path) {
        fs::write(path.join(&name), &bytes[..bytes.len() / 2]).unwrap();
        assert!(refusal(&path).contains(&name));
        fs::remove_file(path.join(&name)).unwrap();
        assert!(refusal(&path).contains(&name));
        fs::write(path.join(&name), &bytes).unwrap();
    }
    TextClassifier::<Blanks>::load(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn links_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    small().save(&path).unwrap();
    for name in ["vocab.txt", "manifest.json", "analyzer"] {
        let aside = scratch.path().join("aside");
        fs::rename(path.join(name), &aside).unwrap();
        std::os::unix::fs::symlink(&aside, path.join(name)).unwrap();
        let message = refusal(&path);
        assert!(message.contains(name) && message.contains("link"), "{message}");
        fs::remove_file(path.join(name)).unwrap();
        fs::rename(&aside, path.join(name)).unwrap();
    }
}

#[test]
fn paths_out_of_the_directory_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    small().save(&path).unwrap();
    let clean = fs::read(path.join("manifest.json")).unwrap();
    for name in ["../secret", "/etc/hostname", "analyzer/../vocab.txt", "a/b", "..", "", "analyzer/", "c:\\x", "a\0b"] {
        edit(&path.join("manifest.json"), |value| {
            let entry = value["files"]["vocab.txt"].clone();
            value["files"].as_object_mut().unwrap().insert(name.to_owned(), entry);
        });
        assert!(refusal(&path).contains("expected a plain file name"), "{name:?}");
        fs::write(path.join("manifest.json"), &clean).unwrap();
    }
}

#[test]
fn signed_nonsense_is_refused_before_anything_is_allocated() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    small().save(&path).unwrap();
    let clean = contents(&path);
    let expect = |change: &dyn Fn(&Path), words: &[&str]| {
        change(&path);
        sign(&path);
        let message = refusal(&path);
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
        for (name, bytes) in &clean {
            fs::write(path.join(name), bytes).unwrap();
        }
    };
    expect(
        &|p| edit(&p.join("config.json"), |v| v["format_version"] = 99.into()),
        &["config.json", "format version 99"],
    );
    expect(&|p| edit(&p.join("config.json"), |v| v["training"]["surprise"] = 1.into()), &["surprise"]);
    expect(&|p| edit(&p.join("config.json"), |v| v["training"]["labels"] = serde_json::Value::Null), &["labels"]);
    expect(
        &|p| edit(&p.join("config.json"), |v| v["training"]["architecture"]["hidden"] = 4_000_000_000u64.into()),
        &["config.json", "hidden"],
    );
    expect(
        &|p| edit(&p.join("config.json"), |v| v["training"]["architecture"]["hidden"] = 16_384.into()),
        &["config.json", "bi_lstm: 2149580850 weights"],
    );
    expect(
        &|p| edit(&p.join("config.json"), |v| v["training"]["architecture"]["hidden"] = 8_192.into()),
        &["model.safetensors", "expected F32 [32768, 12]"],
    );
    expect(&|p| fs::write(p.join("vocab.txt"), "one\none\n").unwrap(), &["vocab.txt", "twice"]);
    expect(&|p| fs::write(p.join("vocab.txt"), "one\n").unwrap(), &["model.safetensors", "embedding.weight"]);
    // A file without blocks on the disk that claims 100 GB: refused by its size, before it is read.
    let sparse = |name: &'static str| {
        move |p: &Path| fs::File::options().write(true).open(p.join(name)).unwrap().set_len(100 << 30).unwrap()
    };
    for name in ["model.safetensors", "vocab.txt", "config.json"] {
        sparse(name)(&path);
        edit(&path.join("manifest.json"), |v| v["files"][name]["bytes"] = (100u64 << 30).into());
        let message = refusal(&path);
        assert!(message.contains(name) && message.contains("are expected here"), "{message}");
        for (name, bytes) in &clean {
            fs::write(path.join(name), bytes).unwrap();
        }
    }
    expect(&|p| fs::write(p.join("vocab.txt"), [0xff]).unwrap(), &["vocab.txt", "UTF-8"]);
    expect(&|p| fs::write(p.join("analyzer/blanks.txt"), "tabs").unwrap(), &["blanks.txt"]);
    expect(&|p| fs::write(p.join("model.safetensors"), u64::MAX.to_le_bytes()).unwrap(), &["model.safetensors"]);
    expect(
        &|p| edit(&p.join("report.json"), |v| v["train_labels"] = serde_json::json!([1])),
        &["report.json", "not those of this model"],
    );
    expect(&|p| edit(&p.join("report.json"), |v| v["best_epoch"] = 9.into()), &["report.json"]);
    let nan = |p: &Path| {
        let mut bytes = fs::read(p.join("model.safetensors")).unwrap();
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        fs::write(p.join("model.safetensors"), bytes).unwrap();
    };
    expect(&nan, &["model.safetensors", "not finite"]);
    // The last weights are the output layer's: at the greatest finite value the sum over the hidden layer overflows.
    let large = |p: &Path| {
        let mut bytes = fs::read(p.join("model.safetensors")).unwrap();
        let start = 8 + u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        bytes[start..].chunks_exact_mut(4).for_each(|value| value.copy_from_slice(&f32::MAX.to_le_bytes()));
        fs::write(p.join("model.safetensors"), bytes).unwrap();
    };
    expect(&large, &["model.safetensors: the weights are too large", "scores that are not finite"]);
    expect(&|p| fs::write(p.join("analyzer/blanks.txt"), "tabs").unwrap(), &["model/analyzer/blanks.txt: expected"]);
    expect(
        &|p| edit(&p.join("config.json"), |v| v["training"]["epochs"] = 0.into()),
        &["model/config.json: epochs: must be at least 1"],
    );
    edit(&path.join("manifest.json"), |value| value["format_version"] = 2.into());
    assert!(refusal(&path).contains("manifest.json: format version 2; this program reads version 1"));
    let unread = small().save(&path).unwrap_err().to_string();
    assert!(unread.contains("no model of this program") && unread.contains("format version 2"), "{unread}");
}

/// An analyzer whose file is too large to be read again.
struct Large;

impl Analyzer for Large {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        Blanks.analyze_into(text, tokens);
    }
}

impl Stored for Large {
    fn to_files(&self) -> Result<Files> {
        Ok(Files::from([("large.bin".to_owned(), vec![0; (1 << 28) + 1])]))
    }

    fn from_files(_: &Files) -> Result<Self> {
        Ok(Self)
    }
}

#[test]
fn what_could_not_be_read_is_not_saved() {
    let scratch = tempfile::tempdir().unwrap();
    let (rows, mut config) = (rows(60, 1), config());
    config.epochs = 1;
    let classifier = train(Large, &examples(&rows), &examples(&rows), &config, &mut ()).unwrap();
    let message = classifier.save(scratch.path().join("model")).unwrap_err().to_string();
    assert!(message.contains("analyzer/large.bin: would have 268435457 bytes"), "{message}");
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn a_place_is_tried_before_a_run() {
    let scratch = tempfile::tempdir().unwrap();
    let check = |path: &Path| TextClassifier::<Blanks>::check_place(path);
    check(&scratch.path().join("not/there/yet")).unwrap();
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0, "something was left behind");
    assert!(check(Path::new("")).unwrap_err().to_string().contains("\"\": expected the name of a directory"));
    assert!(check(Path::new("..")).is_err());
    let file = scratch.path().join("file");
    fs::write(&file, "x").unwrap();
    for path in [file.clone(), file.join("below"), file.join("far/below")] {
        assert!(check(&path).unwrap_err().to_string().contains("file"));
    }
    #[cfg(unix)]
    {
        let link = scratch.path().join("link");
        std::os::unix::fs::symlink(scratch.path(), &link).unwrap();
        assert!(check(&link).unwrap_err().to_string().contains("is a link"));
    }
}

#[test]
fn nothing_else_is_overwritten() {
    let scratch = tempfile::tempdir().unwrap();
    let classifier = small();
    let folder = scratch.path().join("thesis");
    fs::create_dir(&folder).unwrap();
    classifier.save(&folder).unwrap(); // an empty directory may be filled
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("thesis.tex"), "years of work").unwrap();
    assert!(classifier.save(&folder).unwrap_err().to_string().contains("holds no model"));
    fs::write(folder.join("manifest.json"), r#"{"manifest_version": 3, "name": "a browser extension"}"#).unwrap();
    assert!(classifier.save(&folder).unwrap_err().to_string().contains("holds no model"));
    assert_eq!(fs::read(folder.join("thesis.tex")).unwrap(), b"years of work");
    fs::remove_dir_all(&folder).unwrap();
    classifier.save(&folder).unwrap();
    for notes in ["notes.txt", "analyzer/notes.txt"] {
        fs::write(folder.join(notes), "mine").unwrap();
        assert!(classifier.save(&folder).unwrap_err().to_string().contains(notes));
        assert_eq!(fs::read(folder.join(notes)).unwrap(), b"mine");
        fs::remove_file(folder.join(notes)).unwrap();
    }
    classifier.save(&folder).unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(classifier.save(&file).unwrap_err().to_string().contains("no directory"));
    assert!(classifier.save(file.join("below")).is_err());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2, "something was left behind");
}

#[cfg(unix)]
#[test]
fn what_a_killed_save_left_is_swept_by_the_next_of_its_name() {
    let scratch = tempfile::tempdir().unwrap();
    let classifier = small();
    let beside = |name: &str| scratch.path().join(name);
    let (killed, aside) = (".plaudit-saving-model-aaaaaa", ".plaudit-saving-model-bbbbbb-old");
    let others = [".plaudit-saving-model-2-aaaaaa", ".plaudit-saving-model-b-cccccc-old", ".plaudit-notes", "other"];
    for left in [killed, aside].iter().chain(&others) {
        fs::create_dir(beside(left)).unwrap();
        fs::write(beside(left).join("config.json"), "{").unwrap();
    }
    let mine = ".plaudit-saving-model-dddddd"; // a file that is no model's
    fs::create_dir(beside(mine)).unwrap();
    fs::write(beside(mine).join("notes.txt"), "mine").unwrap();
    // Only the moved-aside model is there: the message says where.
    let message = refusal(&beside("model"));
    assert!(message.contains("a save was broken off") && message.contains(aside), "{message}");
    // What another process writes is locked: it is left alone, and nobody waits, whatever is locked.
    let writing = [beside(killed), scratch.path().to_owned()].map(|path| fs::File::open(path).unwrap());
    writing.iter().for_each(|file| file.lock().unwrap());
    classifier.save(beside("model")).unwrap();
    assert!(beside(killed).exists() && !beside(aside).exists());
    drop(writing);
    classifier.save(beside("model")).unwrap();
    assert!(!beside(killed).exists());
    assert!(others.iter().chain([&mine, &"model"]).all(|name| beside(name).exists()));
    assert_eq!(fs::read(beside(mine).join("notes.txt")).unwrap(), b"mine");
}

#[cfg(target_os = "linux")] // elsewhere there is an instant without a model
#[test]
fn saves_side_by_side_all_succeed() {
    let scratch = tempfile::tempdir().unwrap();
    let classifier = small();
    for round in 0..10 {
        let path = scratch.path().join(round.to_string()); // four first saves, then more
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..3).for_each(|_| classifier.save(&path).unwrap()));
            }
        });
        TextClassifier::<Blanks>::load(&path).unwrap();
    }
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 10, "something was left behind");
}

#[cfg(target_os = "linux")] // elsewhere there is an instant without a model
#[test]
fn a_model_that_is_replaced_while_it_is_read_is_one_or_the_other() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    let mut other = config();
    (other.epochs, other.seed) = (1, 9);
    let models = [small(), trained(&other)];
    models[0].save(&path).unwrap();
    std::thread::scope(|scope| {
        let saving = scope.spawn(|| (0..60).for_each(|k| models[k % 2].save(&path).unwrap()));
        let mut loads = 0;
        while !saving.is_finished() || loads == 0 {
            let found = TextClassifier::<Blanks>::load(&path).unwrap();
            assert!(models.iter().any(|model| model.report() == found.report()));
            loads += 1;
        }
    });
}

#[test]
fn an_architecture_is_found_by_name() {
    assert_eq!(Architecture::from_name("bi_lstm").unwrap(), Architecture::default());
    assert!(Architecture::from_name("gru").unwrap_err().to_string().contains("bi_lstm"));
}

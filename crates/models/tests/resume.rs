//! Checkpoints: a run that is broken off and called again ends in the same bytes as one that never stopped.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

mod common;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use common::{Blanks, config, examples, rows, sign};
use plaudit_core::{Epoch, Error, Example, Observer, Progress, Result, Stage};
use plaudit_models::{
    Architecture, BiLstmConfig, CalibrationConfig, CalibrationRows, Checkpoints, Decay, Extras, Stopped,
    TextClassifier, TrainConfig, fine_tune, train, train_with,
};
use plaudit_stats::Stream;

/// Everything that there is to get wrong.
fn demanding() -> TrainConfig {
    let mut config = config();
    (config.epochs, config.patience, config.word_dropout) = (5, 2, 0.1);
    (config.averaging, config.schedule.decay, config.schedule.warm_up) = (Some(0.9), Decay::Cosine, 0.5);
    config.objective.label_smoothing = 0.05;
    config
}

/// Ends a run after so many steps.
struct After(u64);

impl Observer for After {
    fn progressed(&mut self, progress: &Progress) -> ControlFlow<()> {
        if progress.stage == Stage::Training {
            self.0 = self.0.saturating_sub(1);
        }
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn run(folder: &Path, config: &TrainConfig, observer: &mut dyn Observer) -> Result<TextClassifier<Blanks>> {
    let (train_rows, valid_rows) = (rows(200, 1), rows(50, 2));
    let mut checkpoints = Checkpoints::new(folder);
    checkpoints.every = 3;
    let weights: Vec<f32> = (0..200).map(|row| 1.0 + (row % 3) as f32 / 2.0).collect();
    let mut extras = Extras::default();
    (extras.checkpoints, extras.weights) = (Some(&checkpoints), Some(weights.as_slice()));
    train_with(Blanks, &examples(&train_rows), &examples(&valid_rows), &extras, config, observer)
}

/// The files of the saved model.
fn saved(classifier: &TextClassifier<Blanks>) -> BTreeMap<String, Vec<u8>> {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    classifier.save(&path).unwrap();
    let files = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn a_run_broken_off_anywhere_ends_in_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let config = demanding();
    let whole = saved(&run(&scratch.path().join("whole"), &config, &mut ()).unwrap());
    let mut random = Stream::new(1, "breaks", 0);
    let mut all = 0;
    for case in 0..20 {
        let folder = scratch.path().join(case.to_string());
        let mut config = config.clone();
        let mut breaks = 0;
        let classifier = loop {
            config.threads = Some(1 + random.below(3) as usize);
            match run(&folder, &config, &mut After(1 + random.below(40))) {
                Ok(classifier) if classifier.report().stopped != Stopped::Observer => break classifier,
                Ok(_) | Err(Error::Interrupted) => breaks += 1,
                Err(error) => panic!("{error}"),
            }
        };
        all += breaks;
        assert!(saved(&classifier) == whole, "case {case}, {breaks} breaks");
        // A finished run gives the same at once.
        assert!(saved(&run(&folder, &config, &mut After(1)).unwrap()) == whole);
    }
    assert!(all >= 20, "{all} breaks");
}

/// Asks for an end when so many epochs are done.
struct AfterEpoch(usize);

impl Observer for AfterEpoch {
    fn epoch_ended(&mut self, epoch: &Epoch) -> ControlFlow<()> {
        if epoch.number == self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn an_end_that_is_asked_for_where_the_run_ends_anyway_changes_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    for (patience, reason) in [(5, Stopped::Epochs), (1, Stopped::Patience)] {
        let mut config = demanding();
        config.patience = patience;
        if reason == Stopped::Patience {
            config.adam.learning_rate = 1e-9; // no epoch is better than the first
            config.averaging = None;
        }
        let whole = run(&scratch.path().join(format!("whole-{patience}")), &config, &mut ()).unwrap();
        assert_eq!(whole.report().stopped, reason);
        let folder = scratch.path().join(format!("asked-{patience}"));
        let asked = run(&folder, &config, &mut AfterEpoch(whole.report().epochs.len())).unwrap();
        assert!(saved(&asked) == saved(&whole));
        assert!(saved(&run(&folder, &config, &mut ()).unwrap()) == saved(&whole));
    }
}

#[test]
fn a_removal_that_is_broken_off_leaves_nothing_in_the_way() {
    let scratch = tempfile::tempdir().unwrap();
    let (folder, config) = (scratch.path().join("run"), demanding());
    let whole = saved(&run(&folder, &config, &mut ()).unwrap());
    let checkpoints = Checkpoints::new(&folder);
    // The order in which files go; what a killed save of a checkpoint left lies beside.
    for gone in [&["checkpoint.json"][..], &["checkpoint.json", "state.safetensors", "manifest.json"]] {
        for name in gone {
            std::fs::remove_file(folder.join("whole").join(name)).unwrap();
        }
        assert!(saved(&run(&folder, &config, &mut ()).unwrap()) == whole);
        for name in [".plaudit-saving-whole-Ab3dE9", ".plaudit-saving-fold-2-Ab3dE9"] {
            std::fs::create_dir(folder.join(name)).unwrap();
            std::fs::copy(folder.join("whole/manifest.json"), folder.join(name).join("manifest.json")).unwrap();
        }
        checkpoints.remove().unwrap();
        assert!(!folder.exists());
        run(&folder, &config, &mut ()).unwrap();
    }
}

#[test]
fn folds_are_gone_on_from_too() {
    let scratch = tempfile::tempdir().unwrap();
    let mut config = config();
    config.epochs = 2;
    let mut calibration = CalibrationConfig::default();
    calibration.rows = CalibrationRows::Folds(3);
    config.calibration = Some(calibration);
    let whole = saved(&run(&scratch.path().join("whole"), &config, &mut ()).unwrap());
    let folder = scratch.path().join("broken");
    assert!(matches!(run(&folder, &config, &mut After(30)), Err(Error::Interrupted)));
    assert!(folder.join("fold-2").is_dir() && !folder.join("whole").exists());
    assert!(saved(&run(&folder, &config, &mut ()).unwrap()) == whole);
    // Removed, but for what is no checkpoint.
    std::fs::write(folder.join("notes.txt"), "mine").unwrap();
    let checkpoints = Checkpoints::new(&folder);
    checkpoints.remove().unwrap();
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
    std::fs::remove_file(folder.join("notes.txt")).unwrap();
    checkpoints.remove().unwrap();
    assert!(!folder.exists());
    checkpoints.remove().unwrap();
}

#[test]
fn checkpoints_of_other_runs_and_broken_ones_are_refused_and_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("run");
    let config = demanding();
    run(&folder, &config, &mut After(20)).unwrap();
    let message = |config: &TrainConfig| run(&folder, config, &mut ()).unwrap_err().to_string();
    for change in [
        |config: &mut TrainConfig| config.seed = 1,
        |config: &mut TrainConfig| config.adam.learning_rate = 0.02,
        |config: &mut TrainConfig| config.averaging = None,
    ] {
        let mut other = config.clone();
        change(&mut other);
        let error = message(&other);
        assert!(error.contains("checkpoint.json: is of another run"), "{error}");
    }
    let state = folder.join("whole").join("state.safetensors");
    let bytes = std::fs::read(&state).unwrap();
    let mut broken = bytes.clone();
    broken[bytes.len() / 2] ^= 1;
    std::fs::write(&state, &broken).unwrap();
    assert!(message(&config).contains("state.safetensors: its SHA-256"));
    std::fs::write(&state, &bytes[..bytes.len() / 2]).unwrap();
    sign(&folder.join("whole"));
    assert!(message(&config).contains("state.safetensors"));
    std::fs::write(&state, &bytes).unwrap();
    sign(&folder.join("whole"));
    let checkpoint = folder.join("whole").join("checkpoint.json");
    let text = std::fs::read_to_string(&checkpoint).unwrap();
    std::fs::write(&checkpoint, text.replace("\"best_epoch\": 1", "\"best_epoch\": 9")).unwrap();
    sign(&folder.join("whole"));
    assert!(message(&config).contains("its epochs are not those of one run"), "{text}");
    std::fs::write(&checkpoint, text).unwrap();
    sign(&folder.join("whole"));
    run(&folder, &config, &mut ()).unwrap();
}

#[test]
fn a_run_that_diverges_leaves_the_weights_of_its_last_good_step() {
    let scratch = tempfile::tempdir().unwrap();
    let mut config = config();
    config.adam.learning_rate = 1e30;
    let Err(Error::Diverged { step, .. }) = run(scratch.path(), &config, &mut ()) else { panic!("it did not diverge") };
    let text = std::fs::read_to_string(scratch.path().join("whole/checkpoint.json")).unwrap();
    let checkpoint: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(checkpoint["steps"], step - 1);
    let state = std::fs::read(scratch.path().join("whole/state.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&state).unwrap();
    let bytes = tensors.tensor("weight.output.bias").unwrap().data().to_vec();
    assert!(bytes.chunks(4).all(|word| f32::from_le_bytes(word.try_into().unwrap()).is_finite()));
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("whole"), "mine").unwrap();
    let error = run(scratch.path(), &config(), &mut ()).unwrap_err().to_string();
    assert!(error.contains("whole"), "{error}");
    assert_eq!(std::fs::read_to_string(scratch.path().join("whole")).unwrap(), "mine");
    let rows = rows(20, 1);
    let (mut extras, mut checkpoints) = (Extras::default(), Checkpoints::new(scratch.path()));
    checkpoints.every = 0;
    (extras.checkpoints, extras.weights) = (Some(&checkpoints), Some([1.0, f32::NAN].as_slice()));
    let error = train_with(Blanks, &examples(&rows), &examples(&rows), &extras, &config(), &mut ());
    let error = error.unwrap_err().to_string();
    for fault in ["found 2, expected one for each of 20", "row 1 (from 0)", "checkpoints.every"] {
        assert!(error.contains(fault), "{error}");
    }
}

/// Four rows in one batch: a weight of 2 is as much as the row twice, but for rounding.
#[test]
fn a_weight_of_two_is_the_row_twice() {
    let rows = [("good", "Good"), ("bad", "Poor"), ("not good", "Poor"), ("not bad", "Good")];
    let rows: Vec<Example> = rows.iter().map(|&(text, label)| Example { text, label }).collect();
    let mut config = config();
    (config.epochs, config.word_dropout) = (3, 0.0);
    let mut network = BiLstmConfig::default();
    (network.embedding, network.hidden, network.dense) = (6, 5, 4);
    (network.dropout, network.embedding_dropout) = (0.0, 0.0);
    config.architecture = Architecture::BiLstm(network);
    let twice = [&rows[..], &rows[..2]].concat(); // of the words, neither order of counts differs: bad, good, not
    let twice = train(Blanks, &twice, &rows, &config, &mut ()).unwrap();
    let weights = [2.0, 2.0, 1.0, 1.0].map(|weight| weight * 4.0 / 6.0); // the mean is over four rows, not six
    let mut extras = Extras::default();
    extras.weights = Some(&weights);
    let weighted = train_with(Blanks, &rows, &rows, &extras, &config, &mut ()).unwrap();
    assert!(twice.vocab().words().eq(weighted.vocab().words()));
    let values = |classifier: &TextClassifier<Blanks>| classifier.network().parameters().values().unwrap();
    for (one, two) in values(&twice).iter().zip(&values(&weighted)) {
        assert!(one.values.iter().zip(&two.values).all(|(a, b)| (a - b).abs() < 1e-4), "{}", one.name);
    }
}

#[test]
fn a_classifier_is_trained_further() {
    let (first, valid) = (rows(400, 1), rows(100, 2));
    let classifier = train(Blanks, &examples(&first), &examples(&valid), &config(), &mut ()).unwrap();
    // New words for the old ones, with labels of the same names.
    let renamed = |rows: Vec<(String, &'static str)>| -> Vec<(String, &'static str)> {
        rows.into_iter().map(|(text, label)| (text.replace("good", "splendid").replace("bad", "dire"), label)).collect()
    };
    let (later, later_valid) = (renamed(rows(200, 3)), renamed(rows(100, 4)));
    let right = |classifier: &TextClassifier<Blanks>, rows: &[(String, &'static str)]| {
        use plaudit_core::Classifier;
        rows.iter().filter(|(text, label)| classifier.predict(text).unwrap().label() == *label).count()
    };
    let mut tuning = config();
    (tuning.epochs, tuning.patience, tuning.seed) = (8, 8, 5);
    let tuned =
        fine_tune(&classifier, &examples(&later), &examples(&later_valid), &Extras::default(), &tuning, &mut ());
    let tuned = tuned.unwrap();
    assert!(right(&tuned, &later_valid) >= 97 && right(&classifier, &later_valid) < 75);
    assert_eq!(
        tuned.vocab().words().take(classifier.vocab().len() - 2).collect::<Vec<_>>(),
        classifier.vocab().words().collect::<Vec<_>>()
    );
    assert!(tuned.has_seen(&first[0].0) && tuned.has_seen(&later[0].0));
    assert!(tuned.report().begun_from.is_some() && classifier.report().begun_from.is_none());
    // What is held stays: all but the head where there are only head epochs, and words where these are kept.
    tuning.epochs = 2;
    tuning.fine_tuning.head_epochs = 2;
    let head =
        fine_tune(&classifier, &examples(&first), &examples(&valid), &Extras::default(), &tuning, &mut ()).unwrap();
    let before = classifier.network().parameters().values().unwrap();
    for (now, before) in head.network().parameters().values().unwrap().iter().zip(&before) {
        assert_eq!(now == before, !now.name.starts_with("dense") && !now.name.starts_with("output"), "{}", now.name);
    }
    (tuning.fine_tuning.head_epochs, tuning.fine_tuning.keep_words) = (0, true);
    let kept =
        fine_tune(&classifier, &examples(&first), &examples(&valid), &Extras::default(), &tuning, &mut ()).unwrap();
    for (now, before) in kept.network().parameters().values().unwrap().iter().zip(&before) {
        assert_eq!(now == before, now.name == "embedding.weight", "{}", now.name);
    }
    // Other labels: the output layer starts anew, and fits them.
    let other: Vec<(String, &'static str)> =
        first.iter().map(|(text, label)| (text.clone(), if *label == "Good" { "yes" } else { "no" })).collect();
    let relabelled = fine_tune(&classifier, &examples(&other), &examples(&other), &Extras::default(), &tuning, &mut ());
    assert!(right(&relabelled.unwrap(), &other) >= 390);
    // The saved form is that of any classifier.
    let scratch = tempfile::tempdir().unwrap();
    tuned.save(scratch.path().join("model")).unwrap();
    let loaded = TextClassifier::<Blanks>::load(scratch.path().join("model")).unwrap();
    assert_eq!(loaded.report(), tuned.report());
    tuning.calibration = Some(CalibrationConfig::default());
    let error = fine_tune(&classifier, &examples(&first), &examples(&valid), &Extras::default(), &tuning, &mut ());
    assert!(error.unwrap_err().to_string().contains("calibration"));
}

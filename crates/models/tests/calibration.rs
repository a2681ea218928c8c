//! Held-out rows, and what is fitted on them: that no row of training gets in, and that it is kept with the model.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::ops::ControlFlow;

use common::{Blanks, config, examples, rows, trained};
use plaudit_core::{Classifier, Epoch, Error, Example, Observer, Origin, Prediction};
use plaudit_metrics::{Abstention, Calibration, CalibrationKind, Scored, calibration_error, log_loss};
use plaudit_models::{CalibrationConfig, CalibrationRows, RiskConfig, TextClassifier, TrainConfig, out_of_fold, train};
use plaudit_stats::Stream;

/// Texts with a word of their own each and a label by chance: all that can be learnt is by heart.
fn noise(count: usize) -> Vec<(String, &'static str)> {
    let mut stream = Stream::new(5, "noise", 0);
    (0..count).map(|row| (format!("w{row} w{row}"), if stream.below(2) == 0 { "Good" } else { "Poor" })).collect()
}

fn by_heart() -> TrainConfig {
    let mut config = config();
    (config.epochs, config.patience, config.word_dropout) = (25, 25, 0.0);
    config.vocab.min_count = 1;
    config
}

fn calibrate(rows: CalibrationRows) -> CalibrationConfig {
    let mut config = CalibrationConfig::default();
    config.rows = rows;
    config
}

fn risk(max_risk: f64, delta: f64) -> RiskConfig {
    let mut config = RiskConfig::default();
    (config.max_risk, config.delta) = (max_risk, delta);
    config
}

fn short(epochs: usize) -> TrainConfig {
    let mut config = config();
    config.epochs = epochs;
    config
}

#[test]
fn no_classifier_scores_what_it_learnt() {
    let rows = noise(160);
    let examples = examples(&rows);
    let config = by_heart();
    let right = |scored: &plaudit_metrics::Scored| scored.confusion().report().accuracy.unwrap();
    // Labels by chance are learnt by heart ..
    let classifier = train(Blanks, &examples, &examples, &config, &mut ()).unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    let known = classifier.classify(&texts).unwrap();
    let known = known.iter().zip(&rows).filter(|(found, row)| found.label() == row.1).count();
    assert!(known >= 150, "{known} of 160");
    // .. and out of fold nothing is known: 80 of 160 expected, four standard errors are 25.
    let valid = common::rows(40, 2);
    let held_out = out_of_fold(&Blanks, &examples, &common::examples(&valid), 4, &config, &mut ()).unwrap();
    let share = right(held_out.scored());
    assert!((0.34..0.66).contains(&share), "{share}");
    assert_eq!(held_out.origin(), Origin::OutOfFold { folds: 4 });
    assert_eq!(held_out.rows(), (0..160).collect::<Vec<_>>());
    let truth: Vec<usize> = rows.iter().map(|row| usize::from(row.1 == "Poor")).collect();
    assert_eq!(held_out.scored().truth(), truth);
}

/// Each text stands three times, with the same label by chance: a copy in another fold would tell it.
#[test]
fn copies_of_a_text_stay_together() {
    let once = noise(60);
    let rows: Vec<_> = once.iter().cycle().take(180).cloned().collect();
    let valid = common::rows(40, 2);
    let valid = common::examples(&valid);
    let held_out = out_of_fold(&Blanks, &examples(&rows), &valid, 3, &by_heart(), &mut ()).unwrap();
    let share = held_out.scored().confusion().report().accuracy.unwrap();
    assert!((0.24..0.76).contains(&share), "{share}"); // 60 draws: four standard errors are 0.26
    let scores: Vec<&[f64]> = held_out.scored().rows().collect();
    assert!((0..60).all(|row| scores[row] == scores[row + 60] && scores[row] == scores[row + 120]));
}

#[test]
fn texts_that_chose_the_epoch_are_not_scored() {
    let (rows, valid) = (rows(120, 1), rows(40, 1)); // the first 40 are the same
    let valid = examples(&valid);
    let held_out = out_of_fold(&Blanks, &examples(&rows), &valid, 3, &short(1), &mut ()).unwrap();
    let known: Vec<&str> = valid.iter().map(|example| example.text).collect();
    let expected: Vec<usize> = (0..120).filter(|&row| !known.contains(&rows[row].0.as_str())).collect();
    assert!(!expected.is_empty() && expected.len() <= 80);
    assert_eq!(held_out.rows(), expected);
    assert_eq!(held_out.scored().len(), expected.len());
}

#[test]
fn rows_of_training_are_refused() {
    let classifier = trained(&short(1));
    let (train, valid, fresh) = (rows(400, 1), rows(100, 2), noise(30));
    for known in [&train, &valid] {
        let error = classifier.held_out(&examples(known)).unwrap_err().to_string();
        assert!(error.contains("row 0") && error.contains("training or early stopping"), "{error}");
        assert!(known.iter().all(|row| classifier.has_seen(&row.0)));
    }
    let mixed: Vec<_> = fresh.iter().chain(&train[..2]).cloned().collect();
    let error = classifier.held_out(&examples(&mixed)).unwrap_err().to_string();
    assert!(error.contains("row 30 (from 0)") && error.contains("so have 2 of 32"), "{error}");
    let held_out = classifier.held_out(&examples(&fresh)).unwrap();
    assert_eq!((held_out.origin(), held_out.scored().len()), (Origin::Compared, 30));
    assert!(!classifier.has_seen(&fresh[0].0));
    let unknown = [Example { text: "never said", label: "Odd" }];
    assert!(classifier.held_out(&unknown).unwrap_err().to_string().contains("the held-out rows"));
    assert!(classifier.held_out(&[]).is_err());
}

#[test]
fn a_saved_classifier_still_knows_its_rows() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    let mut config = short(2);
    let mut calibration = calibrate(CalibrationRows::SetAside(0.25));
    calibration.abstention = Some(risk(0.4, 0.1));
    config.calibration = Some(calibration);
    let classifier = trained(&config);
    classifier.save(&path).unwrap();
    let loaded = TextClassifier::<Blanks>::load(&path).unwrap();
    assert_eq!(loaded.calibration(), classifier.calibration());
    assert_eq!(loaded.config(), classifier.config());
    let test = rows(60, 9);
    let texts: Vec<&str> = test.iter().map(|row| row.0.as_str()).collect();
    assert_eq!(loaded.classify(&texts).unwrap(), classifier.classify(&texts).unwrap());
    assert_eq!(loaded.label_sets(&texts).unwrap(), classifier.label_sets(&texts).unwrap());
    // Of the training rows, those set aside are not known, and all others are.
    let training = rows(400, 1);
    let unseen = training.iter().filter(|row| !loaded.has_seen(&row.0)).count() as u64;
    assert_eq!(unseen, classifier.calibration().unwrap().rows);
    assert!(unseen > 0);
    // The calibration knows those, and no others.
    assert!(training.iter().all(|row| loaded.is_calibrated_on(&row.0) != loaded.has_seen(&row.0)));
    assert!(!loaded.uncalibrated().is_calibrated_on(&training[0].0) && !loaded.is_calibrated_on("never said"));
    // Another save without it leaves no calibration behind.
    loaded.uncalibrated().save(&path).unwrap();
    assert!(!path.join("calibration.json").exists() && !path.join("calibration.bin").exists());
    assert!(TextClassifier::<Blanks>::load(&path).unwrap().calibration().is_none());
}

#[test]
fn calibration_changes_probabilities_and_nothing_else() {
    let mut config = short(3);
    config.calibration = Some(calibrate(CalibrationRows::Folds(3)));
    let (calibrated, plain) = (trained(&config), trained(&short(3)));
    // Folds use every row: the network is the one that is trained without them.
    let weights = |classifier: &TextClassifier<Blanks>| classifier.network().parameters().values().unwrap();
    assert_eq!(
        weights(&calibrated).iter().map(|w| &w.values).collect::<Vec<_>>(),
        weights(&plain).iter().map(|w| &w.values).collect::<Vec<_>>()
    );
    let record = calibrated.calibration().unwrap();
    assert_eq!(record.origin, Origin::OutOfFold { folds: 3 });
    assert!(record.after.log_loss.unwrap() <= record.before.log_loss.unwrap() + 1e-9);
    let test = rows(80, 9);
    let texts: Vec<&str> = test.iter().map(|row| row.0.as_str()).collect();
    let (scores, raw) = (calibrated.classify(&texts).unwrap(), plain.classify(&texts).unwrap());
    assert_eq!(calibrated.uncalibrated().classify(&texts).unwrap(), raw);
    assert!(scores != raw, "a temperature of exactly 1 is not to be expected");
    assert!(scores.iter().zip(raw.iter()).all(|(a, b)| a.index() == b.index()));
    for (row, raw) in scores.iter().zip(raw.iter()) {
        let mut expected = raw.scores().to_vec();
        record.calibration.as_ref().unwrap().apply_f32(&mut expected);
        assert_eq!(row.scores(), expected);
    }
    plaudit_core::conformance::check_classifier(&calibrated, &texts).unwrap();
    let rounded = calibrated.with_precision(plaudit_models::WeightPrecision::Bfloat16).unwrap();
    assert!(rounded.calibration().is_some());
}

#[test]
fn rows_set_aside_are_not_trained_on() {
    let mut config = short(2);
    config.calibration = Some(calibrate(CalibrationRows::SetAside(0.25)));
    let classifier = trained(&config);
    let record = classifier.calibration().unwrap();
    assert_eq!(record.origin, Origin::SetAside);
    assert_eq!(classifier.report().train_rows as u64 + record.rows, 400);
    assert!((60..=100).contains(&record.rows), "{}", record.rows); // a quarter of those whose text is not in the other part
}

/// A quarter of these labels are wrong by chance: no classifier can be sure. Each text has a word of its own.
fn noisy(seed: u64, prefix: &str) -> Vec<(String, &'static str)> {
    let mut stream = Stream::new(8, "flips", seed);
    let flip = |(text, label)| {
        let wrong = if label == "Good" { "Poor" } else { "Good" };
        (format!("{text} {prefix}{}", stream.below(1 << 40)), if stream.below(4) == 0 { wrong } else { label })
    };
    rows(600, seed).into_iter().map(flip).collect()
}

/// What is too sure, because it has learnt wrong labels by heart, is less so on rows that nothing was fitted to.
#[test]
fn calibration_helps_on_fresh_rows() {
    let (fit, fresh, test) = (noisy(1, "a"), noisy(3, "c"), noisy(4, "d"));
    let classifier = train(Blanks, &examples(&fit), &examples(&fit), &by_heart(), &mut ()).unwrap();
    let held_out = classifier.held_out(&examples(&fresh)).unwrap();
    let classifier = classifier.calibrated(&held_out, &CalibrationConfig::default()).unwrap();
    let figures = |classifier: &TextClassifier<Blanks>| {
        let scored = classifier.held_out(&examples(&test)).unwrap();
        let texts: Vec<&str> = test.iter().map(|row| row.0.as_str()).collect();
        let scored =
            Scored::from_scores(scored.scored().truth().to_vec(), &classifier.classify(&texts).unwrap()).unwrap();
        (log_loss(&scored).unwrap(), calibration_error(&scored).unwrap())
    };
    let (before, after) = (figures(&classifier.uncalibrated()), figures(&classifier));
    assert!(after.0 < before.0 - 0.05 && after.1 < before.1 - 0.05, "{before:?} {after:?}");
}

#[test]
fn sets_hold_the_label_and_abstention_keeps_its_risk() {
    let mut config = config();
    let mut calibration = calibrate(CalibrationRows::default());
    calibration.abstention = Some(risk(0.35, 0.1));
    let (fit, valid, fresh, test) = (noisy(1, "a"), noisy(2, "b"), noisy(3, "c"), noisy(4, "d"));
    config.vocab.min_count = 2;
    let classifier = train(Blanks, &examples(&fit), &examples(&valid), &config, &mut ()).unwrap();
    let held_out = classifier.held_out(&examples(&fresh)).unwrap();
    let classifier = classifier.calibrated(&held_out, &calibration).unwrap();
    let texts: Vec<&str> = test.iter().map(|row| row.0.as_str()).collect();
    let sets = classifier.label_sets(&texts).unwrap();
    let held = sets.iter().zip(&test).filter(|(set, row)| set.contains(&row.1)).count() as f64 / 600.0;
    // 0.9 promised; both samples' standard errors add up to 0.017. Sets of both labels would hold it always.
    assert!((0.85..0.96).contains(&held), "{held}");
    let size = sets.iter().map(Vec::len).sum::<usize>() as f64 / 600.0;
    assert!((1.0..1.9).contains(&size), "{size}");
    let decided = classifier.decide_or_abstain(&texts).unwrap();
    let decided: Vec<bool> =
        decided.iter().zip(&test).filter_map(|(label, row)| label.map(|label| label == row.1)).collect();
    let wrong = decided.iter().filter(|&&right| !right).count() as f64 / decided.len() as f64;
    // 0.35 promised; four standard errors of 600 texts are 0.08.
    assert!(decided.len() > 100 && wrong < 0.43, "{wrong} of {}", decided.len());
    // With biases no label is decided that is not also predicted.
    calibration.kind = CalibrationKind::Bcts;
    let biased = classifier.calibrated(&held_out, &calibration).unwrap();
    let decided = biased.decide_or_abstain(&texts).unwrap();
    let predicted = biased.classify(&texts).unwrap();
    let same =
        |(label, predicted): (&Option<&str>, Prediction<'_>)| label.is_none_or(|label| label == predicted.label());
    assert!(decided.iter().zip(predicted.iter()).all(same));
    assert!(decided.iter().flatten().count() > 100);
    // Where biases turn every label into the other one, half of the texts are left.
    let mut record = biased.calibration().unwrap().clone();
    let raw = biased.uncalibrated_scores(&texts).unwrap();
    let plain = record.decide(&raw).unwrap();
    let poor: Calibration = serde_json::from_str(r#"{"kind": "bcts", "beta": 1.0, "bias": [-50.0, 50.0]}"#).unwrap();
    record.calibration = Some(poor);
    let turned = record.decide(&raw).unwrap();
    assert!(plain.contains(&Some(0)) && turned.contains(&Some(1)) && !turned.contains(&Some(0)));
}

/// Copies of a row are no more rows, and rows of one text may be many people's: the stricter threshold of both is taken.
#[test]
fn copies_do_not_lower_the_threshold() {
    let classifier = trained(&config());
    let fresh: Vec<_> = noise(150)
        .into_iter()
        .zip(rows(150, 21))
        .map(|((own, _), (text, label))| (format!("{text} {own}"), label))
        .collect();
    let copies: Vec<_> = fresh.iter().flat_map(|row| vec![row.clone(); 9]).collect();
    let mut calibration = calibrate(CalibrationRows::default());
    let mut found = |rows: &[(String, &'static str)], max_risk: f64| {
        calibration.abstention = Some(risk(max_risk, 0.1));
        let held_out = classifier.held_out(&examples(rows)).unwrap();
        let all = Abstention::at_risk(held_out.scored(), max_risk, 0.1).unwrap();
        (all, classifier.calibrated(&held_out, &calibration).unwrap().calibration().unwrap().abstention)
    };
    // Of 150 texts without an error, no bound is below 1 - 0.1^(1/150) = 0.015; of nine times as many it is.
    let (all, once) = found(&copies, 0.014);
    assert!(all.is_some() && once.is_none(), "{all:?} {once:?}");
    let (all, once) = found(&fresh, 0.1);
    assert!(all.is_some() && once == all, "{all:?} {once:?}");
}

/// Scores of one classifier say nothing of another, which may know their rows.
#[test]
fn rows_of_another_classifier_are_refused() {
    let fresh = noise(30);
    let (one, other) = (trained(&short(1)), trained(&short(2)));
    let config = CalibrationConfig::default();
    let held_out = one.held_out(&examples(&fresh)).unwrap();
    assert!(one.calibrated(&held_out, &config).is_ok());
    let error = other.calibrated(&held_out, &config).unwrap_err().to_string();
    assert!(error.contains("another classifier"), "{error}");
    // Folds that were trained as it was, and others.
    let (train, valid) = (rows(400, 1), rows(100, 2));
    let folds = |train: &[(String, &'static str)], valid: &[(String, &'static str)], config: &TrainConfig| {
        out_of_fold(&Blanks, &examples(train), &examples(valid), 2, config, &mut ()).unwrap()
    };
    let mut threads = short(1);
    threads.threads = Some(1);
    let own = folds(&train, &valid, &threads);
    assert!(one.calibrated(&own, &config).is_ok());
    let scratch = tempfile::tempdir().unwrap();
    one.save(scratch.path().join("model")).unwrap();
    assert!(TextClassifier::<Blanks>::load(scratch.path().join("model")).unwrap().calibrated(&own, &config).is_ok());
    let mut seed = short(1);
    seed.seed = 99;
    let turned = |rows: &[(String, &'static str)]| -> Vec<(String, &'static str)> {
        rows.iter().map(|(text, label)| (text.clone(), if *label == "Good" { "Poor" } else { "Good" })).collect()
    };
    for (what, other) in [
        ("epochs", folds(&train, &valid, &short(2))),
        ("seed", folds(&train, &valid, &seed)),
        ("rows", folds(&noise(200), &valid, &short(1))),
        ("labels", folds(&turned(&train), &valid, &short(1))),
        ("labels of validation", folds(&train, &turned(&valid), &short(1))),
    ] {
        let error = one.calibrated(&other, &config).unwrap_err().to_string();
        assert!(error.contains("folds of another configuration"), "{what}: {error}");
    }
}

/// What cleaning drops makes no other text of it.
#[test]
fn texts_are_compared_as_they_are_read() {
    let classifier = trained(&short(1));
    let train = rows(400, 1);
    let spaced: Vec<_> = train.iter().take(5).map(|(text, label)| (format!("  {text}\n"), *label)).collect();
    assert!(spaced.iter().all(|row| classifier.has_seen(&row.0)));
    assert!(classifier.held_out(&examples(&spaced)).is_err());
    // Each text twice, once with blanks: were these two texts, the copy would tell its label.
    let once = noise(80);
    let twice: Vec<_> =
        once.iter().flat_map(|(text, label)| [(text.clone(), *label), (format!("{text} "), *label)]).collect();
    let valid = rows(40, 2);
    let held_out = out_of_fold(&Blanks, &examples(&twice), &examples(&valid), 4, &by_heart(), &mut ()).unwrap();
    let share = held_out.scored().confusion().report().accuracy.unwrap();
    assert!((0.27..0.73).contains(&share), "{share}"); // 80 draws: four standard errors are 0.23
}

#[test]
fn broken_calibrations_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("model");
    let mut config = short(1);
    config.calibration = Some(calibrate(CalibrationRows::SetAside(0.25)));
    trained(&config).save(&path).unwrap();
    let file = path.join("calibration.json");
    let whole: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value), words: &str| {
        let mut value = whole.clone();
        change(&mut value);
        std::fs::write(&file, serde_json::to_vec(&value).unwrap()).unwrap();
        common::sign(&path);
        let error = TextClassifier::<Blanks>::load(&path).unwrap_err().to_string();
        assert!(error.contains("calibration.json") && error.contains(words), "{error}");
    };
    refused(&|value| value["calibration"] = serde_json::Value::Null, "expected a correction, or why there is none");
    refused(&|value| value["uncorrected"] = "why".into(), "expected a correction, or why there is none");
    refused(&|value| value["calibration"]["beta"] = (-1.0).into(), "beta is -1");
    refused(
        &|value| value["calibration"] = serde_json::json!({"kind": "bcts", "beta": 1.0, "bias": [1e300, 0.0]}),
        "a bias is",
    );
    refused(&|value| value["conformal"]["thresholds"] = serde_json::json!([0.5]), "1 thresholds for 2 labels");
    refused(&|value| value["before"]["calibration_error"] = 99.into(), "expected 0 to 37");
    refused(&|value| value["origin"] = serde_json::json!({"from": "out_of_fold", "folds": 0}), "fewer than two folds");
    for counts in
        [serde_json::json!([[1, 2]]), serde_json::json!([[1, 2], [3]]), serde_json::json!([[1, 2], [3, u64::MAX]])]
    {
        refused(&|value| value["confusion"] = counts.clone(), "expected 2 times 2 counts of");
    }
    refused(&|value| value["extra"] = 1.into(), "unknown field");
    // saved before rows were counted
    let mut older = whole.clone();
    older.as_object_mut().unwrap().remove("confusion");
    std::fs::write(&file, serde_json::to_vec(&older).unwrap()).unwrap();
    common::sign(&path);
    assert!(TextClassifier::<Blanks>::load(&path).unwrap().calibration().unwrap().confusion.is_none());
    std::fs::write(&file, serde_json::to_vec(&whole).unwrap()).unwrap();
    let texts = std::fs::read(path.join("calibration.bin")).unwrap();
    std::fs::write(path.join("calibration.bin"), &texts[1..]).unwrap();
    common::sign(&path);
    let error = TextClassifier::<Blanks>::load(&path).unwrap_err().to_string();
    assert!(error.contains("calibration.bin: expected digests"), "{error}");
    std::fs::remove_file(&file).unwrap();
    let seen = path.join("seen.bin");
    let manifest = path.join("manifest.json");
    let mut value: serde_json::Value = serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    for name in ["calibration.json", "seen.bin"] {
        value["files"].as_object_mut().unwrap().remove(name);
    }
    std::fs::write(&manifest, serde_json::to_vec(&value).unwrap()).unwrap();
    std::fs::remove_file(seen).unwrap();
    let error = TextClassifier::<Blanks>::load(&path).unwrap_err().to_string();
    assert!(error.contains("seen.bin: is missing from the manifest"), "{error}");
}

#[test]
fn faults_are_named() {
    let mut config = short(1);
    let mut calibration = calibrate(CalibrationRows::Folds(1));
    calibration.conformal.alpha = 2.0;
    calibration.abstention = Some(risk(0.0, f64::NAN));
    config.calibration = Some(calibration);
    let error = config.validate().unwrap_err().to_string();
    assert!(["1 folds", "alpha", "max_risk", "delta"].iter().all(|part| error.contains(part)), "{error}");
    config.calibration = Some(calibrate(CalibrationRows::SetAside(1.0)));
    assert!(config.validate().is_err());
    // Two different texts cannot be dealt into three folds.
    let few = [("w1", "Good"), ("w2", "Poor")].map(|(text, label)| Example { text, label });
    let valid = rows(20, 2);
    let error = out_of_fold(&Blanks, &few, &examples(&valid), 3, &short(1), &mut ()).unwrap_err().to_string();
    assert!(error.contains("2 different texts"), "{error}");
    let mut aside = short(1);
    aside.calibration = Some(calibrate(CalibrationRows::SetAside(0.1)));
    let error = train(Blanks, &few, &examples(&valid), &aside, &mut ()).unwrap_err().to_string();
    assert!(error.contains("no row to calibrate on"), "{error}");
    let classifier = trained(&short(1));
    assert!(classifier.label_sets(&["good"]).unwrap_err().to_string().contains("not calibrated"));
    // Too few rows for what is asked.
    let five = noise(5);
    let held_out = classifier.held_out(&examples(&five)).unwrap();
    let mut by_bias = CalibrationConfig::default();
    by_bias.kind = CalibrationKind::Bcts;
    let calibrated = classifier.calibrated(&held_out, &by_bias).unwrap();
    let record = calibrated.calibration().unwrap();
    assert!(record.calibration.is_none() && record.uncorrected.as_ref().unwrap().contains("20"), "{record:?}");
    assert_eq!(record.before, record.after);
    assert_eq!(calibrated.classify(&["good"]).unwrap(), classifier.classify(&["good"]).unwrap());
    assert!(log_loss(held_out.scored()).is_some());
}

/// Ends the run after so many epochs, of whichever fold.
struct Epochs(usize);

impl Observer for Epochs {
    fn epoch_ended(&mut self, _: &Epoch) -> ControlFlow<()> {
        self.0 -= 1;
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn ended_among_the_folds_there_is_no_result() {
    let (train, valid) = (rows(60, 1), noise(20));
    let result = out_of_fold(&Blanks, &examples(&train), &examples(&valid), 3, &short(2), &mut Epochs(3));
    assert!(matches!(result, Err(Error::Interrupted)), "{result:?}");
}

#[test]
fn the_same_for_any_threads() {
    let mut config = short(1);
    config.calibration = Some(calibrate(CalibrationRows::Folds(2)));
    let mut runs = Vec::new();
    for threads in [1, 2, 3] {
        config.threads = Some(threads);
        runs.push(trained(&config).calibration().unwrap().clone());
    }
    assert!(runs.iter().all(|run| *run == runs[0]));
}

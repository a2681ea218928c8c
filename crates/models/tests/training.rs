//! Training: that it learns, repeats itself, obeys its observer, and stops where values are not finite.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::ops::ControlFlow;

use common::{Blanks, config, examples, rows, trained};
use plaudit_core::conformance::{self, EventCheck};
use plaudit_core::{Classifier, Error, Example, Labels, Observer, Progress};
use plaudit_models::{ClassWeights, Selection, Stopped, TrainConfig, train};
use proptest::prelude::*;

fn weights(classifier: &plaudit_models::TextClassifier<Blanks>) -> Vec<(String, Vec<u32>)> {
    let values = classifier.network().parameters().values().unwrap();
    values.into_iter().map(|w| (w.name, w.values.into_iter().map(f32::to_bits).collect())).collect()
}

#[test]
fn it_learns_that_order_matters() {
    let classifier = trained(&config());
    let test = rows(200, 3);
    let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
    let scores = classifier.classify(&texts).unwrap();
    let right = scores.iter().zip(&test).filter(|(prediction, (_, label))| prediction.label() == *label).count();
    assert!(right >= 195, "{right} of 200");
    let report = classifier.report();
    assert_eq!((report.train_rows, report.valid_rows), (400, 100));
    assert_eq!(report.train_labels.iter().sum::<usize>(), 400);
    assert!(report.epochs[report.best_epoch - 1].best);
    assert_eq!(report.parameters, classifier.network().parameters().elements());
}

#[test]
fn the_same_bytes_twice_and_for_any_threads() {
    for architecture in [config().architecture, common::cnn_lstm()] {
        let mut config = config();
        (config.epochs, config.architecture) = (2, architecture);
        let mut runs = Vec::new();
        for threads in [1, 1, 2, 3, 4] {
            config.threads = Some(threads);
            let classifier = trained(&config);
            runs.push((weights(&classifier), classifier.report().clone()));
        }
        assert!(runs.iter().all(|run| *run == runs[0]));
        config.seed = 1;
        assert!(weights(&trained(&config)) != runs[0].0, "the seed changes nothing");
    }
}

#[test]
fn it_keeps_the_rules_of_its_role() {
    for architecture in [config().architecture, common::cnn_lstm()] {
        let mut config = config();
        (config.epochs, config.architecture) = (1, architecture);
        let classifier = trained(&config);
        let test = rows(256, 4);
        let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
        conformance::check_classifier(&classifier, &texts).unwrap();
        fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
        shared(&classifier);
    }
}

#[test]
fn long_texts_are_cut_and_counted() {
    let mut config = config();
    (config.epochs, config.max_tokens) = (1, 5);
    let classifier = trained(&config);
    assert!(classifier.report().truncated > 0);
    let cut = classifier.predict("not good a b c").unwrap();
    assert_eq!(cut, classifier.predict("not good a b c bad bad bad").unwrap());
    // Half a million tokens: one text, bounded work.
    classifier.predict(&"good ".repeat(500_000)).unwrap();
}

#[test]
fn an_observer_may_end_the_run() {
    let (train_rows, valid_rows) = (rows(100, 1), rows(50, 2));
    let mut check = EventCheck::new(2);
    let two = train(Blanks, &examples(&train_rows), &examples(&valid_rows), &config(), &mut check).unwrap();
    assert_eq!((two.report().epochs.len(), two.report().stopped), (2, Stopped::Observer));
    assert_eq!(check.epochs(), 2);
    check.finish().unwrap();

    struct AtOnce;
    impl Observer for AtOnce {
        fn progressed(&mut self, _: &Progress) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    let ended = train(Blanks, &examples(&train_rows), &examples(&valid_rows), &config(), &mut AtOnce);
    assert!(matches!(ended, Err(Error::Interrupted)));
}

#[test]
fn patience_ends_a_run_that_no_longer_improves() {
    let mut config = config();
    (config.epochs, config.patience) = (200, 2);
    let report = trained(&config).report().clone();
    assert_eq!(report.stopped, Stopped::Patience);
    assert_eq!(report.epochs.len(), report.best_epoch + 2);
}

#[test]
fn a_run_that_diverges_stops_and_names_the_step() {
    let mut config = config();
    config.adam.learning_rate = 1e30;
    let (train_rows, valid_rows) = (rows(100, 1), rows(50, 2));
    match train(Blanks, &examples(&train_rows), &examples(&valid_rows), &config, &mut ()) {
        Err(Error::Diverged { step, rows, what }) => {
            assert!(
                (2..=9).contains(&step) && rows.len() <= 16 && rows.iter().all(|&row| row < 100),
                "{step} {rows:?}"
            );
            assert!(what.contains("loss") || what.contains("gradient"), "{what}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_that_diverges_in_its_last_step_is_named_too() {
    let mut config = config();
    (config.adam.learning_rate, config.batch) = (1e30, 1000); // one step an epoch
    let (train_rows, valid_rows) = (rows(100, 1), rows(50, 2));
    match train(Blanks, &examples(&train_rows), &examples(&valid_rows), &config, &mut ()) {
        Err(Error::Diverged { step: 1, rows, what }) => assert!(rows.len() == 100 && what.contains("validation")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_input_is_named() {
    let good = rows(20, 1);
    let mut config = config();
    config.epochs = 1;
    fn message(train_rows: &[Example<'_>], valid_rows: &[Example<'_>], config: &TrainConfig) -> String {
        train(Blanks, train_rows, valid_rows, config, &mut ()).unwrap_err().to_string()
    }
    let fine = examples(&good);
    assert_eq!(message(&[], &fine, &config), "the training part: there is no row");
    assert_eq!(message(&fine, &[], &config), "the validation part: there is no row");
    let single: Vec<Example> = fine.iter().map(|example| Example { label: "Good", ..*example }).collect();
    assert!(message(&single, &single, &config).contains("at least two"));
    let odd = [Example { text: "good", label: "Goood" }];
    let text = message(&fine, &odd, &config);
    assert!(
        text.contains("the validation part") && text.contains("row 0") && text.contains("nearest: `Good`"),
        "{text}"
    );
    config.labels = Some(Labels::polarity());
    assert!(message(&fine, &fine, &config).contains("the training part"));
    config.batch = 0;
    assert!(message(&fine, &fine, &config).contains("batch"));
}

#[test]
fn texts_without_a_known_word_still_train_and_score() {
    let rows = [("", "Good"), (" ", "Poor"), ("x", "Good"), ("y", "Poor")];
    let rows: Vec<Example> = rows.iter().map(|&(text, label)| Example { text, label }).collect();
    let mut config = config();
    config.epochs = 2;
    let classifier = train(Blanks, &rows, &rows, &config, &mut ()).unwrap();
    assert_eq!(classifier.vocab().len(), 2);
    let sum: f32 = classifier.predict("").unwrap().scores().iter().sum();
    assert!((sum - 1.0).abs() < 1e-5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_text_gets_scores(texts in proptest::collection::vec(".{0,60}", 1..8)) {
        static CLASSIFIER: std::sync::OnceLock<plaudit_models::TextClassifier<Blanks>> = std::sync::OnceLock::new();
        let classifier = CLASSIFIER.get_or_init(|| {
            let mut config = config();
            config.epochs = 1;
            trained(&config)
        });
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let scores = classifier.classify(&texts).unwrap();
        prop_assert_eq!(scores.len(), texts.len());
    }
}

#[test]
fn the_best_epoch_is_that_of_the_selection() {
    let mut config = config();
    config.epochs = 8;
    for selection in [Selection::MacroF1, Selection::Accuracy, Selection::MacroRecall, Selection::Loss] {
        config.selection = selection;
        let report = trained(&config).report().clone();
        let value = |epoch: &plaudit_core::Epoch| match selection {
            Selection::Accuracy => epoch.valid_accuracy,
            Selection::MacroRecall => epoch.valid_macro_recall,
            Selection::Loss => -epoch.valid_loss,
            _ => epoch.valid_macro_f1,
        };
        let best = value(&report.epochs[report.best_epoch - 1]);
        assert!(report.epochs.iter().all(|epoch| value(epoch) <= best), "{selection:?}");
    }
}

#[test]
fn balanced_weights_find_a_rare_label() {
    // One row in twelve is Poor, and hard to tell: its word is also in half of the others.
    let text = |row: usize| if row.is_multiple_of(2) { "the bad desk" } else { "the desk" };
    let label = |row: usize| if row.is_multiple_of(12) { "Poor" } else { "Good" };
    let rows: Vec<Example> = (0..480).map(|row| Example { text: text(row), label: label(row) }).collect();
    let recall = |weights: ClassWeights| {
        let mut config = config();
        config.epochs = 6;
        config.objective.class_weights = weights;
        let classifier = train(Blanks, &rows, &rows, &config, &mut ()).unwrap();
        classifier.predict("the bad desk").unwrap().label().to_owned()
    };
    assert_eq!(recall(ClassWeights::Equal), "Good");
    assert_eq!(recall(ClassWeights::Balanced), "Poor");
}

//! A network beside a linear model of sparse features.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use common::{Blanks, Letters, config, examples, rows};
use plaudit_core::{Classifier, conformance};
use plaudit_models::{Architecture, TextClassifier, TrainConfig, WideAndDeepConfig, train};

fn wide(deep: Architecture) -> TrainConfig {
    let mut config = config();
    let mut wide = WideAndDeepConfig::default();
    wide.deep = Box::new(deep);
    config.architecture = Architecture::WideAndDeep(wide);
    config
}

#[test]
fn it_learns_what_either_part_can_tell_and_is_saved() {
    for deep in [config().architecture, common::cnn_lstm()] {
        // The order of words tells a text's label; where a `z` is, it is always Poor, whatever the words.
        let mark = |rows: Vec<(String, &'static str)>| -> Vec<(String, &'static str)> {
            let marked = |(row, (text, label)): (usize, (String, &'static str))| match row % 4 {
                0 => (format!("{text} z{row}z"), "Poor"), // a word of its own: none that the network knows
                _ => (text, label),
            };
            rows.into_iter().enumerate().map(marked).collect()
        };
        let (train_rows, valid_rows, test) = (mark(rows(400, 1)), mark(rows(100, 2)), mark(rows(200, 3)));
        let config = wide(deep);
        let fit = |config: &TrainConfig| {
            let (own, other) = (examples(&train_rows), examples(&valid_rows));
            train(Letters, &own, &other, config, &mut ()).unwrap()
        };
        let classifier = fit(&config);
        let right = |classifier: &TextClassifier<Letters>| {
            test.iter().filter(|(text, label)| classifier.predict(text).unwrap().label() == *label).count()
        };
        assert!(right(&classifier) >= 190, "{} of 200", right(&classifier));
        let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
        conformance::check_classifier(&classifier, &texts).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        classifier.save(scratch.path().join("model")).unwrap();
        let loaded = TextClassifier::<Letters>::load(scratch.path().join("model")).unwrap();
        assert_eq!(loaded.classify(&texts).unwrap(), classifier.classify(&texts).unwrap());
        assert!(matches!(loaded.architecture(), Some(Architecture::WideAndDeep(wide)) if wide.columns == 26));
        let mut again = config.clone();
        again.threads = Some(3);
        assert_eq!(fit(&again).classify(&texts).unwrap(), classifier.classify(&texts).unwrap());
    }
}

#[test]
fn without_features_there_is_no_linear_part() {
    let rows = rows(20, 1);
    let error = train(Blanks, &examples(&rows), &examples(&rows), &wide(config().architecture), &mut ());
    assert!(error.unwrap_err().to_string().contains("the analyzer has no features"));
}

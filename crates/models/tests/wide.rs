//! A network beside a linear model of sparse features.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use common::{Blanks, config, examples, rows};
use plaudit_core::{Analyzer, Classifier, Features, Files, Result, SparseRow, Stored, Tokens, conformance};
use plaudit_models::{Architecture, TextClassifier, TrainConfig, WideAndDeepConfig, train};

/// Words as the network reads them, and letters as the linear model does.
#[derive(Debug, Clone, PartialEq)]
struct WithLetters(Blanks);

impl Analyzer for WithLetters {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        self.0.analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        Some(self)
    }
}

impl Features for WithLetters {
    fn width(&self) -> usize {
        26
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        row.assign(text.bytes().filter(u8::is_ascii_lowercase).map(|byte| (u32::from(byte - b'a'), 0.1)));
    }
}

impl Stored for WithLetters {
    fn to_files(&self) -> Result<Files> {
        self.0.to_files()
    }
    fn from_files(files: &Files) -> Result<Self> {
        Blanks::from_files(files).map(Self)
    }
}

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
            train(WithLetters(Blanks), &own, &other, config, &mut ()).unwrap()
        };
        let classifier = fit(&config);
        let right = |classifier: &TextClassifier<WithLetters>| {
            test.iter().filter(|(text, label)| classifier.predict(text).unwrap().label() == *label).count()
        };
        assert!(right(&classifier) >= 190, "{} of 200", right(&classifier));
        let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
        conformance::check_classifier(&classifier, &texts).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        classifier.save(scratch.path().join("model")).unwrap();
        let loaded = TextClassifier::<WithLetters>::load(scratch.path().join("model")).unwrap();
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

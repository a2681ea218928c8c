//! A network beside a linear model of n-grams, through the facade.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit::core::conformance;
use plaudit::models::{Architecture, BiLstmConfig, WideAndDeepConfig};
use plaudit::{Classifier, Dataset, Feedback, Reader, TextClassifier, TrainConfig};

/// What tells the label are parts of words, each of which stands in one text.
fn rows(from: usize, count: usize) -> Dataset {
    let row = |k: usize| {
        let (text, label) = match k % 2 {
            0 => (format!("the un{k}ful desk"), "Poor"),
            _ => (format!("the {k}able desk"), "Good"),
        };
        let mut row = Feedback::new(k.to_string(), text);
        row.label = Some(label.to_owned());
        row
    };
    Dataset::from_rows((from..from + count).map(row).collect())
}

#[test]
fn characters_tell_what_words_that_nobody_knows_cannot() {
    let mut deep = BiLstmConfig::default();
    (deep.embedding, deep.hidden, deep.dense) = (8, 8, 8);
    let mut config = TrainConfig::default();
    config.text = plaudit::text::PipelineConfig::raw();
    (config.model.epochs, config.model.batch) = (12, 16);
    config.model.architecture = Architecture::BiLstm(deep);
    let (train, valid, test) = (rows(1000, 200), rows(2000, 60), rows(3000, 100));
    let right = |classifier: &TextClassifier| {
        let right = |row: &&Feedback| Some(classifier.predict(&row.text).unwrap().label()) == row.label.as_deref();
        test.iter().filter(right).count()
    };
    let alone = plaudit::train(&train, &valid, &config, &mut ()).unwrap();
    assert!(right(&alone) < 70, "{}", right(&alone));
    let mut wide = WideAndDeepConfig::default();
    *wide.deep = config.model.architecture.clone();
    config.model.architecture = Architecture::WideAndDeep(wide);
    let both = plaudit::train(&train, &valid, &config, &mut ()).unwrap();
    assert!(right(&both) >= 98, "{}", right(&both));

    let scratch = tempfile::tempdir().unwrap();
    both.save(scratch.path().join("model")).unwrap();
    let loaded = TextClassifier::load(scratch.path().join("model")).unwrap();
    let texts: Vec<&str> = test.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(loaded.classify(&texts).unwrap(), both.classify(&texts).unwrap());
    conformance::check_classifier(&loaded, &texts).unwrap();
    let reader = Reader::fit(&train, &config).unwrap();
    conformance::check_analyzer(&reader, &texts).unwrap();

    config.features.clear();
    let error = plaudit::train(&train, &valid, &config, &mut ()).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("the features for the linear model have no column"), "{error}");
}

//! Error matrices of trained classifiers.
#![cfg(all(feature = "text", feature = "models", feature = "promotion"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit::core::Origin;
use plaudit::metrics::CalibrationKind;
use plaudit::models::{CalibrationConfig, CalibrationRows};
use plaudit::{Classifier, Dataset, Feedback, TrainConfig};

/// Texts of two labels that share most words; `from` numbers them.
fn rows(count: usize, from: usize) -> Dataset {
    let row = |n: usize| {
        let (word, label) = if n.is_multiple_of(3) { ("slow", "Poor") } else { ("quick", "Good") };
        let word = if n.is_multiple_of(7) { "queue" } else { word }; // tells nothing
        let mut row = Feedback::new(n.to_string(), format!("the desk was {word} on day number{n}"));
        row.label = Some(label.to_owned());
        row
    };
    Dataset::from_rows((from..from + count).map(row).collect())
}

#[test]
fn gold_rows_are_counted_as_the_classifier_labels_them() {
    let mut config = TrainConfig::default();
    config.model.epochs = 2;
    let mut calibration = CalibrationConfig::default();
    (calibration.rows, calibration.kind) = (CalibrationRows::SetAside(0.3), CalibrationKind::Bcts);
    config.model.calibration = Some(calibration);
    let (train, fresh) = (rows(200, 0), rows(90, 1000));
    let classifier = plaudit::train(&train, &rows(40, 500), &config, &mut ()).unwrap();

    let matrix = plaudit::error_matrix(&classifier, &fresh).unwrap();
    assert_eq!(matrix.origin(), Origin::Compared);
    let mut expected = vec![vec![0; 2]; 2];
    let texts: Vec<&str> = fresh.iter().map(|row| row.text.as_str()).collect();
    for (row, prediction) in fresh.iter().zip(classifier.classify(&texts).unwrap().iter()) {
        let gold = classifier.labels().index_of(row.label.as_deref().unwrap()).unwrap();
        expected[gold][prediction.index()] += 1;
    }
    assert_eq!(matrix.rows().map(<[u64]>::to_vec).collect::<Vec<_>>(), expected);

    let held_out = classifier.held_out(&fresh.examples()).unwrap();
    let as_scored = plaudit::held_out_errors(&held_out).unwrap();
    let confusion = held_out.scored().confusion();
    assert!(as_scored.rows().eq(confusion.rows()) && as_scored.origin() == Origin::Compared);

    let saved = plaudit::calibration_errors(&classifier).unwrap().unwrap();
    assert_eq!(saved.origin(), Origin::SetAside);
    assert_eq!(saved.rows().flatten().sum::<u64>(), classifier.calibration().unwrap().rows);
    let scratch = tempfile::tempdir().unwrap();
    classifier.save(scratch.path().join("model")).unwrap();
    let loaded = plaudit::TextClassifier::load(scratch.path().join("model")).unwrap();
    assert_eq!(plaudit::calibration_errors(&loaded).unwrap(), Some(saved));

    let mut rest = config.clone();
    rest.model.calibration = None;
    assert_eq!(plaudit::calibration_errors(&plaudit::train(&train, &fresh, &rest, &mut ()).unwrap()).unwrap(), None);
    let error = plaudit::error_matrix(&classifier, &train).unwrap_err().to_string();
    assert!(error.contains("training or early stopping used"), "{error}");
    let error = plaudit::error_matrix(&classifier, &Dataset::from_rows(Vec::new())).unwrap_err().to_string();
    assert!(error.contains("no row has a label"), "{error}");
    let mut odd = Feedback::new("u7", "something new");
    odd.label = Some("Goood".to_owned());
    let error = plaudit::error_matrix(&classifier, &Dataset::from_rows(vec![odd])).unwrap_err().to_string();
    assert!(error.contains("u7") && error.contains("Good"), "{error}");
}

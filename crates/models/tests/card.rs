//! The model card: what it says, that it is the same each time, and that a name cannot break it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

#[allow(dead_code)] // each file of tests uses its own part
mod common;

use std::fs;

use common::{Blanks, Letters, cnn_lstm, config, examples, rows, sign, trained};
use plaudit_core::{Classifier, Example};
use plaudit_metrics::{Bootstrap, Evaluation, Metric, Scored, evaluate};
use plaudit_models::{
    Baseline, CalibrationConfig, CalibrationRows, LinearClassifier, LinearConfig, LinearLoss, TextClassifier, train,
    train_baseline,
};

fn evaluation(classifier: &TextClassifier<Blanks>) -> Evaluation {
    let rows = rows(120, 7);
    let texts: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).collect();
    let truth = rows.iter().map(|(_, label)| classifier.labels().index_of(label).unwrap()).collect();
    let scored = Scored::from_scores(truth, &classifier.classify(&texts).unwrap()).unwrap();
    let mut bootstrap = Bootstrap::default();
    bootstrap.resamples = 300;
    evaluate(&scored, None, &bootstrap).unwrap()
}

#[test]
fn it_says_what_the_model_is() {
    let mut config = config();
    config.epochs = 2;
    let classifier = trained(&config);
    let card = classifier.card().unwrap();
    let report = classifier.report();
    let best = &report.epochs[report.best_epoch - 1];
    // A BiLSTM of 12 inputs and 9 units: 2 directions x 9 x (4 (12 + 9) + 3) = 1566; dense 8 x 18, output 2 x 8: 160.
    for part in [
        "# A classifier of texts: Good, Poor".to_owned(),
        "bidirectional LSTM".to_owned(),
        format!("{} weights", report.parameters),
        "1566 multiplications a token and 160 a text".to_owned(),
        "400 training rows".to_owned(),
        format!("Good {}, Poor {}", report.train_labels[0], report.train_labels[1]),
        format!("`{}`", report.rows.clone().unwrap()),
        format!("accuracy {:.4}, macro F1 {:.4}", best.valid_accuracy, best.valid_macro_f1),
        "Nobody gave figures".to_owned(),
        "It is not calibrated".to_owned(),
        "## Intended use and limits".to_owned(),
        "TextClassifier::load".to_owned(),
        "\"seed\": 0".to_owned(),
    ] {
        assert!(card.contains(&part), "{part}: {card}");
    }
    // A CNN-LSTM: widths 3, 4, 5 of 12 inputs and 5 filters, 720; 9 x (4 (15 + 9) + 3) = 891 and 9 x (4 (9 + 9) + 3) = 675.
    config.architecture = cnn_lstm();
    assert!(trained(&config).card().unwrap().contains("2286 multiplications a token and 88 a text"));
}

#[test]
fn figures_are_saved_with_the_model_and_the_card_is_the_same_each_time() {
    let mut config = config();
    config.epochs = 2;
    let scratch = tempfile::tempdir().unwrap();
    let classifier = trained(&config);
    let evaluation = evaluation(&classifier);
    let classifier = classifier.with_evaluation("the test part", &evaluation);
    let place = |name: &str| scratch.path().join(name);
    classifier.save(place("model")).unwrap();
    let card = fs::read_to_string(place("model/README.md")).unwrap();
    assert_eq!(card, classifier.card().unwrap());
    let accuracy = evaluation.figure(Metric::Accuracy, None).unwrap();
    let interval = accuracy.interval.unwrap();
    let line = format!("| all | {:.4} | {:.4} | {:.4} |", accuracy.value.unwrap(), interval.low, interval.high);
    assert!(
        card.contains("On the test part, 120 rows, with intervals of 95 % (300 resamples, seed 0)")
            && card.contains(&line),
        "{card}"
    );

    let loaded = TextClassifier::<Blanks>::load(place("model")).unwrap();
    assert_eq!(loaded.evaluation(), Some(("the test part", &evaluation)));
    loaded.save(place("again")).unwrap();
    for file in ["README.md", "evaluation.json", "manifest.json"] {
        assert_eq!(
            fs::read(place("model").join(file)).unwrap(),
            fs::read(place("again").join(file)).unwrap(),
            "{file}"
        );
    }
    trained(&config).with_evaluation("the test part", &evaluation).save(place("same")).unwrap();
    assert_eq!(fs::read(place("same/manifest.json")).unwrap(), fs::read(place("model/manifest.json")).unwrap());

    // A changed card is a changed model; a model without one is read.
    fs::write(place("model/README.md"), card.replace("0.", "1.")).unwrap();
    let refused = TextClassifier::<Blanks>::load(place("model")).unwrap_err().to_string();
    assert!(refused.contains("README.md") && refused.contains("SHA-256"), "{refused}");
    let other = r#"{"rows": "x", "evaluation": 7}"#;
    fs::write(place("again/evaluation.json"), other).unwrap();
    sign(&place("again"));
    let refused = TextClassifier::<Blanks>::load(place("again")).unwrap_err().to_string();
    assert!(refused.contains("evaluation.json"), "{refused}");
}

#[test]
fn a_calibration_is_told_and_drops_figures_of_before() {
    let mut config = config();
    config.epochs = 1;
    let mut calibration = CalibrationConfig::default();
    calibration.rows = CalibrationRows::SetAside(0.3);
    config.calibration = Some(calibration);
    let classifier = trained(&config);
    let card = classifier.card().unwrap();
    assert!(card.contains("set aside before training. Their log-loss goes from"), "{card}");
    let evaluated = classifier.with_evaluation("the test part", &evaluation(&classifier));
    assert!(evaluated.evaluation().is_some() && evaluated.uncalibrated().evaluation().is_none());
}

#[test]
fn names_cannot_break_it() {
    let names = ["a|b", "<script>alert(1)</script>", "`# *_[x](y)", "\u{202e}dlog", "``` ```"];
    let rows: Vec<Example<'_>> = names.iter().cycle().take(20).map(|label| Example { text: label, label }).collect();
    let mut config = config();
    config.epochs = 1;
    let card = train(Blanks, &rows, &rows, &config, &mut ()).unwrap().card().unwrap();
    let (text, json) = card.split_once("```json\n").unwrap();
    assert!(!card.contains(['\u{202e}', '\u{7}']) && !text.contains("<script>"), "{card}");
    assert!(text.contains(r"a\|b") && text.contains(r"\`\# \*\_\[x\](y)"), "{text}");
    assert_eq!(json.lines().filter(|line| line.trim_start().starts_with("```")).count(), 1, "{json}");
}

#[test]
fn a_linear_classifier_has_one_too() {
    let scratch = tempfile::tempdir().unwrap();
    let (own, other) = (rows(120, 1), rows(40, 2));
    let mut config = LinearConfig::default();
    (config.c, config.loss) = (vec![0.5], LinearLoss::SquaredHinge);
    let baseline = Baseline::Linear(config);
    let classifier = train_baseline(Letters, &examples(&own), &examples(&other), &baseline).unwrap();
    let (card, report) = (classifier.card().unwrap(), classifier.report());
    let fit = report.best_fit().unwrap();
    for part in [
        "# A linear classifier of texts: Good, Poor".to_owned(),
        format!("each of {} columns", report.columns),
        format!("120 training rows: Good {}, Poor {}", report.train_labels[0], report.train_labels[1]),
        format!("accuracy {:.4}, macro F1 {:.4}", fit.valid_accuracy.unwrap(), fit.valid_macro_f1.unwrap()),
        "C is 0.5".to_owned(),
        "## Intended use and limits".to_owned(),
        "\"squared_hinge\"".to_owned(),
    ] {
        assert!(card.contains(&part), "{part}: {card}");
    }
    let path = scratch.path().join("model");
    classifier.save(&path).unwrap();
    assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), card);
    let loaded = LinearClassifier::<Letters>::load(&path).unwrap();
    assert_eq!(loaded.card().unwrap(), card);
    fs::write(path.join("README.md"), card.replace("0.5", "0.6")).unwrap();
    let refused = LinearClassifier::<Letters>::load(&path).unwrap_err().to_string();
    assert!(refused.contains("README.md") && refused.contains("SHA-256"), "{refused}");
    let alone = train_baseline(Letters, &examples(&own), &[], &baseline).unwrap();
    assert!(alone.card().unwrap().contains("There was no validation part"));
}

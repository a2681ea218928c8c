//! A network beside a linear model of sparse features.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use common::{Blanks, Letters, config, examples, rows};
use plaudit_core::{Analyzer, Classifier, Features, Labels, SparseRow, Tokens, conformance};
use plaudit_metrics::Metric;
use plaudit_models::{
    Architecture, Baseline, CalibrationConfig, CalibrationRows, Checkpoints, ClassWeights, Extras, LinearConfig,
    MajorityConfig, NbSvmConfig, Space, TextClassifier, TrainConfig, WideAndDeepConfig, train, train_baseline,
    train_streamed, train_with, tune,
};

fn wide(deep: Architecture) -> TrainConfig {
    with(deep, None)
}

fn with(deep: Architecture, apart: Option<Baseline>) -> TrainConfig {
    let mut config = config();
    let mut wide = WideAndDeepConfig::default();
    (*wide.deep, wide.apart) = (deep, apart.map(Box::new));
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

/// The configuration of both parts trained by themselves.
fn apart() -> TrainConfig {
    with(config().architecture, Some(Baseline::default()))
}

/// Logits without their mean, of probabilities, and their root mean square.
fn logits(classifier: &dyn Classifier, texts: &[&str]) -> (Vec<Vec<f64>>, f64) {
    let scores = classifier.classify(texts).unwrap();
    let centred = scores.iter().map(|prediction| {
        let logs: Vec<f64> = prediction.scores().iter().map(|&score| f64::from(score).ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        logs.iter().map(|log| log - mean).collect::<Vec<f64>>()
    });
    let rows: Vec<Vec<f64>> = centred.collect();
    let squares: Vec<f64> = rows.iter().flatten().map(|logit| logit * logit).collect();
    (rows, (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

/// Letters that are there, as this number, or not.
#[derive(Debug, Clone)]
struct Marks(f32);

impl Analyzer for Marks {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        Blanks.analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        Some(self)
    }
}

impl Features for Marks {
    fn width(&self) -> usize {
        Letters.width()
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        Letters.features_into(text, row);
        let there: Vec<(u32, f32)> = row.iter().map(|(column, _)| (column, self.0)).collect();
        row.assign(there);
    }
}

#[test]
fn parts_trained_apart_are_heard_by_their_shares() {
    heard_by_shares(Letters, &Baseline::default());
    let mut bayes = NbSvmConfig::default();
    bayes.linear.c = vec![0.01, 1.0];
    heard_by_shares(Marks(1.0), &Baseline::NbSvm(bayes));

    let (train_rows, valid_rows) = (rows(300, 1), rows(90, 2));
    let (own, other) = (examples(&train_rows), examples(&valid_rows));
    let texts: Vec<&str> = valid_rows.iter().map(|(text, _)| text.as_str()).collect();
    let config = apart();
    let joined = train(Letters, &own, &other, &config, &mut ()).unwrap();
    conformance::check_classifier(&joined, &texts).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    joined.save(scratch.path().join("model")).unwrap();
    let loaded = TextClassifier::<Letters>::load(scratch.path().join("model")).unwrap();
    assert_eq!(
        (loaded.classify(&texts).unwrap(), loaded.report()),
        (joined.classify(&texts).unwrap(), joined.report())
    );
    assert_eq!(loaded.config(), joined.config());
    let mut again = config;
    again.threads = Some(3);
    let again = train(Letters, &own, &other, &again, &mut ()).unwrap();
    assert_eq!(again.classify(&texts).unwrap(), joined.classify(&texts).unwrap());
}

/// The logits are those of both parts, each trained by a call of its own, divided by their spread and added with the best shares.
fn heard_by_shares<A: Analyzer + Features + Clone>(analyzer: A, baseline: &Baseline) {
    // Of every third text the label is another, so that both parts err.
    let wrong = |rows: Vec<(String, &'static str)>| -> Vec<(String, &'static str)> {
        let labels = ["Good", "Poor", "Neutral"];
        rows.into_iter()
            .enumerate()
            .map(|(k, (text, label))| (text, if k % 3 == 0 { labels[k / 3 % 3] } else { label }))
            .collect()
    };
    let (train_rows, valid_rows) = (wrong(rows(300, 1)), wrong(rows(90, 2)));
    let (own, other) = (examples(&train_rows), examples(&valid_rows));
    let config = with(config().architecture, Some(baseline.clone()));
    let joined = train(analyzer.clone(), &own, &other, &config, &mut ()).unwrap();
    let mut deep = config.clone();
    deep.architecture = common::config().architecture;
    let deep = train(analyzer.clone(), &own, &other, &deep, &mut ()).unwrap();
    let linear = train_baseline(analyzer, &own, &other, baseline).unwrap();

    let texts: Vec<&str> = valid_rows.iter().map(|(text, _)| text.as_str()).collect();
    let ((of_deep, deep_spread), (of_linear, linear_spread)) = (logits(&deep, &texts), logits(&linear, &texts));
    let (together, spread) = logits(&joined, &texts);
    let sums = |share: f64| -> Vec<f64> {
        let sum = |(deep, linear): (&f64, &f64)| share * deep / deep_spread + (1.0 - share) * linear / linear_spread;
        of_deep.iter().flatten().zip(of_linear.iter().flatten()).map(sum).collect()
    };
    let share = joined.report().network_share.unwrap();
    let of_share = sums(share);
    let by = spread / (of_share.iter().map(|sum| sum * sum).sum::<f64>() / of_share.len() as f64).sqrt();
    for (sum, joined) in of_share.iter().zip(together.iter().flatten()) {
        assert!((by * sum - joined).abs() < 1e-3 * (1.0 + joined.abs()), "{} {joined}", by * sum);
    }
    // One number more or less has a higher loss: by is the best.
    let labels = joined.labels();
    let truth: Vec<usize> = valid_rows.iter().map(|(_, label)| labels.index_of(label).unwrap()).collect();
    let loss = |sums: &[f64], by: f64| {
        let rows = sums.chunks(labels.len()).zip(&truth);
        rows.map(|(row, &truth)| row.iter().map(|sum| (by * sum).exp()).sum::<f64>().ln() - by * row[truth])
            .sum::<f64>()
    };
    assert!(loss(&of_share, by) < loss(&of_share, 1.02 * by) && loss(&of_share, by) < loss(&of_share, 0.98 * by));
    // And so has another share, with what is believed of it.
    let cost = |share: f64| {
        let best = (1..400).map(|k| loss(&sums(share), f64::from(k) / 40.0)).fold(f64::INFINITY, f64::min);
        best + (share / (1.0 - share)).ln().powi(2) / (2.0 * 0.5 * 0.5)
    };
    for other in (1..20).map(|k| f64::from(k) / 20.0) {
        assert!(cost(share) < cost(other) + 1e-2, "{share}: {}, {other}: {}", cost(share), cost(other));
    }

    let report = joined.report();
    assert_eq!(report.linear.as_ref(), Some(linear.report()));
    // The report has the figures of both together, and so has the card.
    let both = report.chosen().unwrap();
    let right = valid_rows.iter().filter(|(text, label)| joined.predict(text).unwrap().label() == *label).count();
    assert_eq!(both.valid_accuracy, right as f64 / valid_rows.len() as f64);
    assert!((both.valid_loss - loss(&of_share, by) / valid_rows.len() as f64).abs() < 1e-4, "{both:?}");
    let card = joined.card().unwrap();
    assert!(card.contains(&format!("share of {share:.2}")) && card.contains("trained by itself"), "{card}");
    assert!(card.contains(&format!("accuracy {:.4}", both.valid_accuracy)), "{card}");
    assert_eq!(
        (report.epochs.len(), report.parameters),
        (deep.report().epochs.len(), deep.report().parameters + 26 * labels.len())
    );
}

#[test]
fn parts_trained_apart_are_calibrated_weighed_and_gone_on_with() {
    let (train_rows, valid_rows) = (rows(200, 1), rows(60, 2));
    let (own, other) = (examples(&train_rows), examples(&valid_rows));
    let mut config = apart();
    (config.epochs, config.labels) = (2, Some(Labels::new(["Good", "Poor", "Neutral", "Never"]).unwrap()));
    let mut calibrated = config.clone();
    let mut calibration = CalibrationConfig::default();
    calibration.rows = CalibrationRows::Folds(2);
    calibrated.calibration = Some(calibration);
    let calibrated = train(Letters, &own, &other, &calibrated, &mut ()).unwrap();
    assert!(calibrated.calibration().is_some());

    // A label without a row is as good as impossible.
    let plain = train(Letters, &own, &other, &config, &mut ()).unwrap();
    let scores = plain.classify(&[&train_rows[0].0]).unwrap();
    assert!(scores.iter().next().unwrap().scores()[3] < 1e-6);

    // Rows that cost nothing are not learned from: without those of a label, its recall falls.
    let weights: Vec<f32> = train_rows.iter().map(|(_, label)| if *label == "Poor" { 0.0 } else { 1.0 }).collect();
    let (scratch, mut extras) = (tempfile::tempdir().unwrap(), Extras::default());
    let checkpoints = Checkpoints::new(scratch.path().join("run"));
    (extras.weights, extras.checkpoints) = (Some(weights.as_slice()), Some(&checkpoints));
    let weighed = train_with(Letters, &own, &other, &extras, &config, &mut ()).unwrap();
    let poor = |classifier: &TextClassifier<Letters>| {
        valid_rows.iter().filter(|(text, _)| classifier.predict(text).unwrap().label() == "Poor").count()
    };
    assert!(poor(&plain) > 0 && poor(&weighed) == 0);
    // From the checkpoint that a finished run leaves, the same again.
    let texts: Vec<&str> = valid_rows.iter().map(|(text, _)| text.as_str()).collect();
    let again = train_with(Letters, &own, &other, &extras, &config, &mut ()).unwrap();
    assert_eq!(again.classify(&texts).unwrap(), weighed.classify(&texts).unwrap());

    let error = train_streamed(Letters, &own.as_slice(), &other, scratch.path(), &Extras::default(), &config, &mut ());
    assert!(error.unwrap_err().to_string().contains("wide_and_deep.apart: a streamed"));
    let mut odd = LinearConfig::default();
    odd.c = vec![-1.0];
    let of = |change: fn(&mut LinearConfig)| {
        let mut linear = LinearConfig::default();
        change(&mut linear);
        Baseline::from(linear)
    };
    for (odd, part) in [
        (odd.into(), "wide_and_deep.apart: linear.c: found -1"),
        (of(|linear| linear.class_weights = ClassWeights::Balanced), "apart: class_weights: expected none"),
        (of(|linear| linear.metric = Metric::Accuracy), "apart: metric: expected none"),
        (of(|linear| linear.labels = Some(Labels::new(["a", "b"]).unwrap())), "apart: labels: expected none"),
        (
            Baseline::Majority(MajorityConfig::default()),
            "wide_and_deep.apart: found majority, expected linear or nb_svm",
        ),
        (Baseline::NbSvm(NbSvmConfig::default()), "found features that are not 1"),
    ] {
        let error = train(Letters, &own, &other, &with(common::config().architecture, Some(odd)), &mut ());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_run_with_other_features_is_another_run() {
    let (train_rows, valid_rows) = (rows(60, 1), rows(30, 2));
    let (own, other) = (examples(&train_rows), examples(&valid_rows));
    for mut config in [wide(config().architecture), apart()] {
        config.epochs = 1;
        let scratch = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(scratch.path().join("run"));
        let mut extras = Extras::default();
        extras.checkpoints = Some(&checkpoints);
        let fit = |loudness, config: &TrainConfig| {
            train_with(Marks(loudness), &own, &other, &extras, config, &mut ()).map(|_| ())
        };
        fit(1.0, &config).unwrap();
        fit(1.0, &config).unwrap();
        let refused = |result: plaudit_core::Result<()>| {
            let error = result.unwrap_err().to_string();
            assert!(error.contains("is of another run"), "{error}");
        };
        refused(fit(2.0, &config));
        let mut changed = config.clone();
        let Architecture::WideAndDeep(wide) = &mut changed.architecture else { continue };
        match &mut wide.apart {
            Some(baseline) => {
                let mut linear = LinearConfig::default();
                linear.c = vec![0.5];
                **baseline = linear.into();
            }
            None => wide.alone = 0.1,
        }
        refused(fit(1.0, &changed));
    }
}

#[test]
fn without_features_there_is_no_linear_part() {
    let rows = rows(20, 1);
    let error = train(Blanks, &examples(&rows), &examples(&rows), &wide(config().architecture), &mut ());
    assert!(error.unwrap_err().to_string().contains("the analyzer has no features"));
}

#[test]
fn a_search_compares_what_both_parts_say_together() {
    let (train_rows, valid_rows) = (rows(300, 1), rows(90, 2));
    let (own, other) = (examples(&train_rows), examples(&valid_rows));
    let mut config = apart();
    config.epochs = 1; // the network knows little
    let space: Space = serde_json::from_value(serde_json::json!({"fields": {"/architecture/apart":
        [null, {"kind": "linear", "c": [1e-10]}, {"kind": "linear", "c": [10.0]}]}}))
    .unwrap();
    let (best, trials) = tune(&Letters, &own, &other, &Extras::default(), &config, &space, &mut ()).unwrap();
    let f1: Vec<f64> = trials.iter().map(|trial| trial.best.unwrap().valid_macro_f1).collect();
    let greatest = f1.iter().copied().fold(0.0, f64::max);
    assert_eq!(best.report().chosen().unwrap().valid_macro_f1, greatest);
    assert!(f1[2] > f1[1], "{f1:?}");
    // What cannot be trained is named before anything is.
    let space: Result<Space, _> =
        serde_json::from_value(serde_json::json!({"fields": {"/adam/learning_rate": [0.001, -1], "/batch": [0, 8]}}));
    let error = tune(&Letters, &own, &other, &Extras::default(), &config, &space.unwrap(), &mut ()).unwrap_err();
    for fault in ["`/adam/learning_rate` = -1, `/batch` = 8: adam.learning_rate", "`/batch` = 0: batch"] {
        assert!(error.to_string().contains(fault), "{error}");
    }
}

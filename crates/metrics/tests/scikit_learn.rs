//! Every figure equals scikit-learn's on 1,000 cases, or NumPy's where scikit-learn has none. `golden/make_classification.py`
//! wrote them and names the versions.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{
    Disagreement, Metric, Report, Scored, brier, calibration_error, evaluate, log_loss, pr_curve, risk_coverage,
    roc_curve, top_k_accuracy,
};
use plaudit_stats::Bootstrap;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    kind: String,
    labels: usize,
    truth: Vec<usize>,
    thousandths: Vec<Vec<f64>>,
    weights: Option<Vec<f64>>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    matrix: Vec<Vec<f64>>,
    precision: Vec<Option<f64>>,
    recall: Vec<Option<f64>>,
    f1: Vec<Option<f64>>,
    specificity: Vec<Option<f64>>,
    binary_accuracy: Option<f64>,
    #[serde(rename = "macro")]
    macro_average: [Option<f64>; 4],
    weighted: [Option<f64>; 4],
    micro: [Option<f64>; 4],
    aurc: Option<f64>,
    calibration_error: Option<f64>,
    accuracy: Option<f64>,
    balanced_accuracy: Option<f64>,
    mcc: Option<f64>,
    kappa: [Option<f64>; 3],
    #[serde(default, deserialize_with = "there")]
    top_two: Option<Option<f64>>,
    #[serde(default, deserialize_with = "there")]
    log_loss: Option<Option<f64>>,
    #[serde(default, deserialize_with = "there")]
    brier: Option<Option<f64>>,
    roc: Vec<Option<f64>>,
    average_precision: Vec<Option<f64>>,
    #[serde(default, deserialize_with = "there")]
    hand_till: Option<Option<f64>>,
    roc_curve: Option<Vec<[f64; 2]>>,
    pr_curve: Option<Vec<[f64; 3]>>,
}

/// What is there and null is `Some(None)`; what is not there is `None`.
fn there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn cases() -> Vec<Case> {
    let lines = include_str!("golden/classification.jsonl").lines().skip(1);
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn scored(case: &Case) -> Scored {
    let labels = Labels::new((0..case.labels).map(|label| format!("label {label}"))).unwrap();
    let probabilities = case.thousandths.concat().into_iter().map(|p| p / 1000.0).collect();
    let scored = Scored::new(labels, case.truth.clone(), probabilities).unwrap();
    match &case.weights {
        Some(weights) => scored.with_weights(weights.clone()).unwrap(),
        None => scored,
    }
}

/// Both undefined, or both the same number.
fn close(ours: Option<f64>, theirs: Option<f64>) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() < 1e-9,
        (ours, theirs) => ours == theirs,
    }
}

/// How many cases compared each figure, and how many of these found a number.
#[derive(Default)]
struct Seen(std::collections::BTreeMap<String, (usize, usize)>);

impl Seen {
    fn check(&mut self, number: usize, case: &Case, what: &str, ours: Option<f64>, theirs: Option<f64>) {
        assert!(close(ours, theirs), "case {number} ({}), {what}: {ours:?} for {theirs:?}", case.kind);
        let seen = self.0.entry(what.to_owned()).or_default();
        *seen = (seen.0 + 1, seen.1 + usize::from(ours.is_some()));
    }
}

#[test]
fn every_case_is_equal() {
    let cases = cases();
    assert_eq!(cases.len(), 1000);
    let mut seen = Seen::default();
    for (number, case) in cases.iter().enumerate() {
        let (scored, expected) = (scored(case), &case.expected);
        let mut check = |what: &str, ours, theirs| seen.check(number, case, what, ours, theirs);
        let matrix = scored.confusion();
        assert_eq!(matrix.cells().collect::<Vec<_>>(), expected.matrix.concat(), "case {number}");

        let report: Report = matrix.report();
        check("accuracy", report.accuracy, expected.accuracy);
        check("binary accuracy", report.binary_accuracy, expected.binary_accuracy);
        check("balanced accuracy", report.balanced_accuracy, expected.balanced_accuracy);
        check("mcc", report.mcc, expected.mcc);
        for (name, disagreement, theirs) in [
            ("kappa", Disagreement::Nominal, expected.kappa[0]),
            ("linear kappa", Disagreement::Linear, expected.kappa[1]),
            ("quadratic kappa", Disagreement::Quadratic, expected.kappa[2]),
        ] {
            check(name, matrix.kappa(disagreement), theirs);
        }
        for (label, class) in report.classes.iter().enumerate() {
            check("precision", class.precision, expected.precision[label]);
            check("recall", class.recall, expected.recall[label]);
            check("F1", class.f1, expected.f1[label]);
            check("specificity", class.specificity, expected.specificity[label]);
            check("FPR", class.fpr.map(|fpr| 1.0 - fpr), expected.specificity[label]);
            check("ROC AUC", roc_curve(&scored, label).map(|curve| curve.auc), expected.roc[label]);
            let average_precision = pr_curve(&scored, label).map(|curve| curve.average_precision);
            check("average precision", average_precision, expected.average_precision[label]);
        }
        for (what, ours, theirs) in [
            ("macro", report.macro_average, expected.macro_average),
            ("weighted", report.weighted_average, expected.weighted),
            ("micro", report.micro_average, expected.micro),
        ] {
            let ours = [ours.precision, ours.recall, ours.f1, ours.specificity];
            for (score, (ours, theirs)) in
                ["precision", "recall", "F1", "specificity"].iter().zip(ours.into_iter().zip(theirs))
            {
                check(&format!("{what} {score}"), ours, theirs);
            }
        }
        check("risk-coverage area", risk_coverage(&scored).aurc, expected.aurc);
        check("calibration error", calibration_error(&scored), expected.calibration_error);
        for (what, ours, theirs) in [
            ("top two", top_k_accuracy(&scored, 2), expected.top_two),
            ("log-loss", log_loss(&scored), expected.log_loss),
            ("Brier", brier(&scored).map(|brier| brier.score), expected.brier),
        ] {
            if let Some(theirs) = theirs {
                check(what, ours, theirs);
            }
        }
    }
    // Nothing was left out, and nothing is none by mistake.
    for (what, (compared, defined)) in &seen.0 {
        assert!(*defined >= 600 && *compared >= 700, "{what}: {compared} compared, {defined} defined");
    }
    assert_eq!(seen.0.len(), 31);
}

/// The evaluation computes the same figures in one pass.
#[test]
fn the_evaluation_gives_the_same_figures() {
    let mut bootstrap = Bootstrap::default();
    bootstrap.resamples = 200;
    let mut hand_till = 0;
    for (number, case) in cases().iter().enumerate() {
        let (scored, expected) = (scored(case), &case.expected);
        let evaluation = evaluate(&scored, None, &bootstrap).unwrap();
        let mut seen = Seen::default();
        let mut check = |metric: Metric, theirs| {
            seen.check(number, case, metric.name(), evaluation.value(metric), theirs);
        };
        check(Metric::Accuracy, expected.accuracy);
        check(Metric::BalancedAccuracy, expected.balanced_accuracy);
        check(Metric::Precision, expected.macro_average[0]);
        check(Metric::Recall, expected.macro_average[1]);
        check(Metric::F1, expected.macro_average[2]);
        check(Metric::Specificity, expected.macro_average[3]);
        check(Metric::Aurc, expected.aurc);
        check(Metric::CalibrationError, expected.calibration_error);
        check(Metric::WeightedF1, expected.weighted[2]);
        check(Metric::Mcc, expected.mcc);
        check(Metric::Kappa, expected.kappa[0]);
        check(Metric::QuadraticKappa, expected.kappa[2]);
        for (metric, theirs) in [
            (Metric::TopTwo, expected.top_two),
            (Metric::LogLoss, expected.log_loss),
            (Metric::Brier, expected.brier),
            (Metric::HandTill, expected.hand_till),
        ] {
            if let Some(theirs) = theirs {
                check(metric, theirs);
                hand_till += usize::from(metric == Metric::HandTill && theirs.is_some());
            }
        }
        let mean = |values: &[Option<f64>]| {
            values.iter().copied().sum::<Option<f64>>().map(|sum: f64| sum / values.len() as f64)
        };
        check(Metric::RocAuc, mean(&expected.roc));
        check(Metric::AveragePrecision, mean(&expected.average_precision));
        for (label, name) in scored.labels().iter().enumerate() {
            for (metric, theirs) in [
                (Metric::Precision, expected.precision[label]),
                (Metric::Recall, expected.recall[label]),
                (Metric::Specificity, expected.specificity[label]),
                (Metric::F1, expected.f1[label]),
                (Metric::RocAuc, expected.roc[label]),
                (Metric::AveragePrecision, expected.average_precision[label]),
            ] {
                let ours = evaluation.figure(metric, Some(name)).unwrap().value;
                assert!(close(ours, theirs), "case {number}, {metric:?} of {name}: {ours:?} for {theirs:?}");
            }
        }
    }
    assert!(hand_till > 200, "{hand_till}");
}

/// Ours leaves out what lies on a straight line between its neighbours: every point of theirs lies on our curve.
#[test]
fn curves_run_through_the_same_points() {
    let (mut curves, mut weighted) = (0, 0);
    for (number, case) in cases().iter().enumerate() {
        let scored = scored(case);
        if let Some(theirs) = &case.expected.roc_curve {
            curves += 1;
            weighted += usize::from(case.weights.is_some());
            let ours = roc_curve(&scored, 0).unwrap();
            assert!(ours.points.len() <= theirs.len());
            for &[fpr, tpr] in theirs {
                let on = ours.points.windows(2).any(|ends| {
                    let [a, b] = [ends[0], ends[1]];
                    let inside = |low: f64, x: f64, high: f64| low - 1e-9 <= x && x <= high + 1e-9;
                    let across = (b.fpr - a.fpr) * (tpr - a.tpr) - (b.tpr - a.tpr) * (fpr - a.fpr);
                    inside(a.fpr, fpr, b.fpr) && inside(a.tpr, tpr, b.tpr) && across.abs() < 1e-9
                });
                assert!(on, "case {number}: ({fpr}, {tpr}) is not on {:?}", ours.points);
            }
        }
        if let Some(theirs) = &case.expected.pr_curve {
            let ours = pr_curve(&scored, 0).unwrap();
            assert_eq!(ours.points.len(), theirs.len(), "case {number}");
            for (ours, &[threshold, precision, recall]) in ours.points.iter().rev().zip(theirs) {
                let close = [(ours.threshold, threshold), (ours.precision, precision), (ours.recall, recall)];
                assert!(close.into_iter().all(|(a, b)| (a - b).abs() < 1e-9), "case {number}: {ours:?}");
            }
        }
    }
    assert!(curves > 150 && weighted > 30, "{curves} {weighted}");
}

//! What holds for every set of pairs.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{ConfusionMatrix, Report};
use proptest::prelude::*;

/// A number of labels, pairs of label indexes, and a permutation of the labels.
fn pairs() -> impl Strategy<Value = (usize, Vec<(usize, usize)>, Vec<usize>)> {
    (1usize..6).prop_flat_map(|k| {
        (Just(k), prop::collection::vec((0..k, 0..k), 0..60), Just((0..k).collect::<Vec<_>>()).prop_shuffle())
    })
}

fn labels(k: usize) -> Labels {
    Labels::new((0..k).map(|label| format!("label {label}"))).unwrap()
}

fn matrix(k: usize, pairs: &[(usize, usize)]) -> ConfusionMatrix {
    let (truth, predicted): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
    ConfusionMatrix::from_pairs(labels(k), &truth, &predicted).unwrap()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-12,
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_texts_does_not_matter((k, pairs, _) in pairs(), split in 0usize..60) {
        let mut turned = pairs.clone();
        turned.reverse();
        prop_assert_eq!(matrix(k, &pairs).report(), matrix(k, &turned).report());
        // nor does counting in two parts
        let (front, back) = pairs.split_at(split.min(pairs.len()));
        let mut merged = matrix(k, front);
        merged.merge(&matrix(k, back)).unwrap();
        prop_assert_eq!(merged, matrix(k, &pairs));
    }

    #[test]
    fn renaming_the_labels_permutes_the_classes((k, pairs, renamed) in pairs()) {
        let plain = matrix(k, &pairs).report();
        let moved: Vec<_> = pairs.iter().map(|&(truth, predicted)| (renamed[truth], renamed[predicted])).collect();
        let moved = matrix(k, &moved).report();
        for (class, &place) in plain.classes.iter().zip(&renamed) {
            let mut other = moved.classes[place].clone();
            other.label.clone_from(&class.label);
            prop_assert_eq!(class, &other);
        }
        prop_assert!(close(plain.macro_average.f1, moved.macro_average.f1));
        prop_assert!(close(plain.weighted_average.precision, moved.weighted_average.precision));
        prop_assert!(close(plain.balanced_accuracy, moved.balanced_accuracy));
        prop_assert_eq!(plain.micro_average, moved.micro_average);
    }

    #[test]
    fn totals_agree((k, pairs, _) in pairs()) {
        let matrix = matrix(k, &pairs);
        let report = Report::from(&matrix);
        prop_assert_eq!(matrix.total(), pairs.len() as u64);
        prop_assert_eq!(report.classes.iter().map(|class| class.support).sum::<u64>(), matrix.total());
        prop_assert_eq!(report.classes.iter().map(|class| class.predicted).sum::<u64>(), matrix.total());
        prop_assert_eq!(report.correct, (0..k).map(|label| matrix.count(label, label)).sum::<u64>());
        prop_assert!(close(report.weighted_average.recall, report.accuracy));
        let all = [report.accuracy, report.macro_average.f1, report.weighted_average.precision, report.balanced_accuracy];
        for score in all {
            prop_assert_eq!(score.is_some(), !pairs.is_empty());
            prop_assert!(score.is_none_or(|score| (0.0..=1.0).contains(&score)));
        }
        if let (Some(accuracy), Some(interval)) = (report.accuracy, report.accuracy_interval) {
            prop_assert!(interval.low - 1e-12 <= accuracy && accuracy <= interval.high + 1e-12);
        }
    }

    /// DPMS, section 4.2, has 350 texts a label: its accuracy must then equal its mean recall, and does not.
    #[test]
    fn with_equal_classes_accuracy_is_mean_recall(predicted in prop::collection::vec(0usize..4, 40)) {
        let pairs: Vec<_> = predicted.into_iter().enumerate().map(|(text, label)| (text % 4, label)).collect();
        let report = matrix(4, &pairs).report();
        prop_assert!(close(report.accuracy, report.macro_average.recall));
        prop_assert!(close(report.accuracy, report.balanced_accuracy));
    }

    #[test]
    fn saving_keeps_everything((k, pairs, _) in pairs()) {
        let matrix = matrix(k, &pairs);
        let back: ConfusionMatrix = serde_json::from_str(&serde_json::to_string(&matrix).unwrap()).unwrap();
        prop_assert_eq!(&back, &matrix);
    }
}

#[test]
fn a_report_is_json_without_nan() {
    let report = matrix(2, &[(0, 0), (0, 0)]).report();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["classes"][1]["recall"], serde_json::Value::Null);
    assert_eq!(json["macro_average"]["f1"], 0.5);
    assert_eq!(json["accuracy_interval"]["level"], 0.95);
    assert_eq!(json["matrix"]["counts"][0][0], 2);
    let empty = serde_json::to_value(matrix(2, &[]).report()).unwrap();
    assert!(
        empty["accuracy"].is_null() && empty["accuracy_interval"].is_null() && empty["macro_average"]["f1"].is_null()
    );
}

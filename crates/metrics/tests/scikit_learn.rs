//! Every score equals scikit-learn's. `golden/make.py` wrote the cases and names the version.

use plaudit_core::Labels;
use plaudit_metrics::ConfusionMatrix;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    labels: Labels,
    truth: Vec<usize>,
    predicted: Vec<usize>,
    matrix: Vec<Vec<u64>>,
    accuracy: f64,
    balanced_accuracy: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    specificity: Vec<f64>,
    support: Vec<u64>,
    #[serde(rename = "macro")]
    macro_average: [f64; 3],
    weighted: [f64; 3],
    micro: [f64; 3],
}

/// Compares where ours is defined; scikit-learn, told `zero_division=0`, says 0 where ours says none.
fn check(what: &str, ours: Option<f64>, theirs: f64) {
    assert!((ours.unwrap_or(0.0) - theirs).abs() < 1e-12, "{what}: {ours:?} for {theirs}");
}

#[test]
fn every_case_is_equal() {
    let golden: Golden = serde_json::from_str(include_str!("golden/classification.json")).unwrap();
    assert!(golden.cases.len() >= 60);
    for (number, case) in golden.cases.iter().enumerate() {
        let name = |what: &str| format!("case {number} ({}), {what}", case.kind);
        let matrix = ConfusionMatrix::from_pairs(case.labels.clone(), &case.truth, &case.predicted).unwrap();
        assert_eq!(matrix.rows().collect::<Vec<_>>(), case.matrix, "{}", name("matrix"));

        let report = matrix.report();
        check(&name("accuracy"), report.accuracy, case.accuracy);
        check(&name("balanced accuracy"), report.balanced_accuracy, case.balanced_accuracy);
        for (index, class) in report.classes.iter().enumerate() {
            check(&name("precision"), class.precision, case.precision[index]);
            check(&name("recall"), class.recall, case.recall[index]);
            check(&name("F1"), class.f1, case.f1[index]);
            check(&name("specificity"), class.specificity, case.specificity[index]);
            check(&name("FPR"), class.fpr.map(|fpr| 1.0 - fpr), case.specificity[index]);
            assert_eq!(class.support, case.support[index], "{}", name("support"));
            assert_eq!(class.precision.is_none(), class.predicted == 0, "{}", name("precision defined"));
            assert_eq!(class.recall.is_none(), class.support == 0, "{}", name("recall defined"));
        }
        for (what, ours, theirs) in [
            ("macro", report.macro_average, case.macro_average),
            ("weighted", report.weighted_average, case.weighted),
            ("micro", report.micro_average, case.micro),
        ] {
            for (score, (ours, theirs)) in
                ["precision", "recall", "F1"].iter().zip([ours.precision, ours.recall, ours.f1].into_iter().zip(theirs))
            {
                assert!(ours.is_some());
                check(&name(&format!("{what} {score}")), ours, theirs);
            }
        }
        // Eq. 32 has no average in scikit-learn: these follow from the labels' values.
        let weights = || case.support.iter().map(|&n| n as f64 / report.total as f64);
        let plain = case.specificity.iter().sum::<f64>() / case.labels.len() as f64;
        let weighted: f64 = case.specificity.iter().zip(weights()).map(|(s, w)| s * w).sum();
        check(&name("macro specificity"), report.macro_average.specificity, plain);
        check(&name("weighted specificity"), report.weighted_average.specificity, weighted);
    }
}

//! Label sets equal MAPIE's, and hold the true label as often as they promise. `golden/make_calibration.py` wrote the cases
//! and names the versions.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{Conformal, ConformalConfig, Coverage, Scored};
use plaudit_stats::Stream;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    lac: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    labels: usize,
    truth: Vec<usize>,
    tenths: Vec<i32>,
    alpha: f64,
    others: Vec<i32>,
    sets: Vec<Vec<usize>>,
}

fn labels(k: usize) -> Labels {
    Labels::new((0..k).map(|label| format!("label {label}"))).unwrap()
}

fn config(alpha: f64, per_label: bool) -> ConformalConfig {
    let mut config = ConformalConfig::default();
    (config.alpha, config.per_label) = (alpha, per_label);
    config
}

fn softmax(tenths: &[i32]) -> Vec<f64> {
    let exp: Vec<f64> = tenths.iter().map(|&z| (f64::from(z) / 10.0).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.into_iter().map(|e| e / sum).collect()
}

/// Texts of two labels with these probabilities of the first one.
fn two(truth: Vec<usize>, first: &[f64]) -> Scored {
    Scored::new(labels(2), truth, first.iter().flat_map(|p| [*p, 1.0 - p]).collect()).unwrap()
}

#[test]
fn every_case_is_equal() {
    let golden: Golden = serde_json::from_str(include_str!("golden/calibration.json")).unwrap();
    assert!(golden.lac.len() >= 60);
    for (number, case) in golden.lac.iter().enumerate() {
        let rows = |tenths: &[i32]| tenths.chunks_exact(case.labels).map(softmax).collect::<Vec<_>>();
        let scored = Scored::new(labels(case.labels), case.truth.clone(), rows(&case.tenths).concat()).unwrap();
        let conformal = Conformal::fit(&scored, &config(case.alpha, false)).unwrap();
        for (row, theirs) in rows(&case.others).iter().zip(&case.sets) {
            assert_eq!(&conformal.set(row).collect::<Vec<_>>(), theirs, "case {number}");
        }
    }
}

#[test]
fn thresholds_worked_out_by_hand() {
    let scored = two(vec![0, 0, 0, 1, 1], &[0.9, 0.5, 0.7, 0.2, 0.6]);
    // Of 3 texts of the first label, floor(4 * 0.25) = 1: the least of 0.9, 0.5, 0.7. Of 2 of the second, floor(3 * 0.25) = 0.
    assert_eq!(Conformal::fit(&scored, &config(0.25, true)).unwrap().thresholds, [0.5, 0.0]);
    // Of all 5, floor(6 * 0.34) = 2: the second of 0.4, 0.5, 0.7, 0.8, 0.9.
    assert_eq!(Conformal::fit(&scored, &config(0.34, false)).unwrap().thresholds, [0.5, 0.5]);
    assert_eq!(Conformal::fit(&scored, &config(0.1, false)).unwrap().thresholds, [0.0, 0.0]);
    // 100 * 0.29 is 28.999999999999996, and means 29.
    let many = two(vec![0; 99], &(1..100).map(|k| f64::from(k) / 100.0).collect::<Vec<_>>());
    assert_eq!(Conformal::fit(&many, &config(0.29, true)).unwrap().thresholds, [0.29, 0.0]);
    let certain = Scored::new(labels(2), vec![0], vec![1.0 + 5e-7, 0.0]).unwrap();
    assert_eq!(Conformal::fit(&certain, &config(0.5, true)).unwrap().thresholds, [1.0, 0.0]);
    // Without a text, every label is in every set.
    let none = Conformal::fit(&two(vec![], &[]), &config(0.5, true)).unwrap();
    assert_eq!(none.set(&[1.0, 0.0]).collect::<Vec<_>>(), [0, 1]);
    // What is unlike all is in no set, and not a number is like nothing.
    let sharp = Conformal::fit(&two(vec![0, 0, 1, 1], &[0.9, 0.9, 0.1, 0.1]), &config(0.5, true)).unwrap();
    assert_eq!(sharp.set(&[0.5, 0.5]).count(), 0);
    assert_eq!(sharp.set(&[f64::from(0.9f32) - 1e-7, 0.1]).collect::<Vec<_>>(), [0]); // rounding
    assert_eq!(sharp.set(&[f64::NAN, f64::NAN]).count(), 0);
    assert_eq!(sharp.set(&[]).count(), 0);
}

#[test]
fn what_promises_nothing_is_refused() {
    let scored = two(vec![0, 1], &[0.5, 0.5]);
    for alpha in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(config(alpha, true).validate().is_err());
        let error = Conformal::fit(&scored, &config(alpha, true)).unwrap_err().to_string();
        assert!(error.contains("expected above 0 and below 1"), "{error}");
    }
    let weighted = scored.clone().with_weights(vec![1.0, 2.0]).unwrap();
    let error = Conformal::fit(&weighted, &ConformalConfig::default()).unwrap_err().to_string();
    assert!(error.contains("not exchangeable"), "{error}");
    let three = Scored::new(labels(3), vec![0], vec![0.2, 0.3, 0.5]).unwrap();
    let error = Conformal::fit(&scored, &config(0.5, true)).unwrap().coverage(&three).unwrap_err().to_string();
    assert!(error.contains("2 thresholds for 3 labels"), "{error}");
}

#[test]
fn saved_and_read_back() {
    let conformal = Conformal::fit(&two(vec![0, 0, 0], &[0.9, 1.0 / 3.0, 0.7]), &config(0.25, true)).unwrap();
    let json = serde_json::to_string(&conformal).unwrap();
    assert_eq!(json, r#"{"alpha":0.25,"per_label":true,"thresholds":[0.3333333333333333,0.0]}"#);
    let back: Conformal = serde_json::from_str(&json).unwrap();
    back.validate(&labels(2)).unwrap();
    assert_eq!(back, conformal);
    assert!(serde_json::from_str::<Conformal>(r#"{"alpha":0.1,"per_label":true,"thresholds":[],"size":1}"#).is_err());
    assert!(serde_json::from_str::<ConformalConfig>(r#"{"level":0.9}"#).is_err());
    assert_eq!(serde_json::from_str::<ConformalConfig>("{}").unwrap(), ConformalConfig::default());
    let odd: Conformal = serde_json::from_str(r#"{"alpha":2,"per_label":true,"thresholds":[1.5]}"#).unwrap();
    let error = odd.validate(&labels(2)).unwrap_err().to_string();
    assert!(error.contains("3 faults") && error.contains("1.5"), "{error}");
}

#[test]
fn the_coverage_reads_well() {
    // The sets: 0; 0 and 1; 0 and 1; none; none.
    let wide = r#"{"alpha":0.1,"per_label":true,"thresholds":[0.5,0.4,0.6]}"#;
    let wide: Conformal = serde_json::from_str(wide).unwrap();
    let rows = [[0.9, 0.1, 0.0], [0.5, 0.5, 0.0], [0.5, 0.4, 0.1], [0.4, 0.3, 0.3], [0.2, 0.3, 0.5]];
    let scored = Scored::new(labels(3), vec![0, 0, 1, 1, 1], rows.concat()).unwrap();
    let coverage = wide.coverage(&scored).unwrap();
    // statsmodels 0.15.0: proportion_confint([2, 1, 3], [2, 3, 5], method="wilson")
    //   -> 0.342380..1, 0.061492..0.792340, 0.230724..0.882379
    let expected = "\
label    support  coverage  95 % from     to  mean size
label 0        2     1.000      0.342  1.000      1.500
label 1        3     0.333      0.061  0.792      0.667
label 2        0         -          -      -          -
all            5     0.600      0.231  0.882      1.000

sets of one label 0.200, empty sets 0.400
";
    assert_eq!(coverage.to_string(), expected);
    assert_eq!((coverage.total, coverage.empty, coverage.single), (5, Some(0.4), Some(0.2)));
    let back: Coverage = serde_json::from_str(&serde_json::to_string(&coverage).unwrap()).unwrap();
    assert_eq!(back, coverage);

    // Equal weights say what no weights do, at any size; and what weighs 0 says nothing.
    let weighted = |weights: Vec<f64>| wide.coverage(&scored.clone().with_weights(weights).unwrap()).unwrap();
    assert_eq!(weighted(vec![2f64.powi(190); 5]), coverage);
    assert_eq!(weighted(vec![1.0, 0.0, 0.0, 0.0, 3.0]).coverage, Some(0.25));
    let nothing = weighted(vec![0.0; 5]);
    assert_eq!((nothing.coverage, nothing.coverage_interval, nothing.mean_size), (None, None, None));
    assert!(nothing.to_string().contains("sets of one label -, empty sets -"));
}

/// Where the probability of the true label is even on 0 to 1, the coverage of sets from n texts is its threshold's
/// complement, which has a beta distribution with parameters n + 1 - r and r, for r = floor((n + 1) alpha).
#[test]
fn sets_hold_the_true_label_as_often_as_promised() {
    let (sizes, alpha, draws, tests) = ([25, 60], 0.1, 400, 200);
    let even = |stream: &mut Stream, sizes: [usize; 2]| {
        let truth: Vec<usize> = [vec![0; sizes[0]], vec![1; sizes[1]]].concat();
        let first: Vec<f64> = truth.iter().map(|_| stream.uniform()).collect();
        two(truth, &first)
    };
    let mut seen = [const { Vec::new() }; 3]; // per label, and together
    for index in 0..draws {
        let mut stream = Stream::new(5, "conformal", index);
        let scored = even(&mut stream, sizes);
        let others = even(&mut stream, [tests; 2]);
        let of_label = Conformal::fit(&scored, &config(alpha, true)).unwrap().coverage(&others).unwrap();
        let together = Conformal::fit(&scored, &config(alpha, false)).unwrap().coverage(&others).unwrap();
        let shares = [of_label.classes[0].coverage, of_label.classes[1].coverage, together.coverage];
        seen.iter_mut().zip(shares).for_each(|(seen, share)| seen.push(share.unwrap()));
    }
    for (seen, (n, tests)) in seen.iter().zip([(sizes[0], tests), (sizes[1], tests), (sizes[0] + sizes[1], 2 * tests)])
    {
        let b = ((n as f64 + 1.0) * alpha).floor();
        let a = n as f64 + 1.0 - b;
        let expected = a / (a + b);
        assert!(expected >= 1.0 - alpha);
        // A beta-binomial share: the variance of the coverage, and that of the draw of the tests.
        let beta = a * b / ((a + b) * (a + b) * (a + b + 1.0));
        let variance = beta + (expected * (1.0 - expected) - beta) / tests as f64;
        let mean = seen.iter().sum::<f64>() / draws as f64;
        let spread = seen.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / draws as f64;
        assert!((mean - expected).abs() < 4.0 * (variance / draws as f64).sqrt(), "{n}: {mean} for {expected}");
        assert!((spread / variance - 1.0).abs() < 0.35, "{n}: {spread} for {variance}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_it_is_fitted_on_is_covered(
        texts in prop::collection::vec((0usize..2, prop_oneof![0.0..=1.0f64, Just(0.5), Just(0.0)]), 0..40),
        alpha in 0.01..0.99f64,
        per_label: bool,
    ) {
        let (truth, first): (Vec<_>, Vec<_>) = texts.into_iter().unzip();
        let scored = two(truth, &first);
        let conformal = Conformal::fit(&scored, &config(alpha, per_label)).unwrap();
        conformal.validate(scored.labels()).unwrap();
        let coverage = conformal.coverage(&scored).unwrap();
        let enough = |share: Option<f64>| share.is_none_or(|share| share >= 1.0 - alpha - 1e-9);
        prop_assert!(enough(coverage.coverage));
        prop_assert!(!per_label || coverage.classes.iter().all(|class| enough(class.coverage)));
        // A smaller alpha gives larger sets.
        let wider = Conformal::fit(&scored, &config(alpha / 2.0, per_label)).unwrap();
        prop_assert!(wider.thresholds.iter().zip(&conformal.thresholds).all(|(wide, narrow)| wide <= narrow));
    }
}

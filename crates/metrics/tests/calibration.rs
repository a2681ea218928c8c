//! Calibration equals scikit-learn's and SciPy's, and what holds for every one. `golden/make_calibration.py` wrote the cases
//! and names the versions.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{Calibration, CalibrationKind, Scored};
use plaudit_stats::Stream;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    temperature: Vec<Case>,
    bcts: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    labels: usize,
    truth: Vec<usize>,
    tenths: Vec<i32>,
    weights: Option<Vec<f64>>,
    beta: f64,
    #[serde(default)]
    bias: Vec<f64>,
}

const KINDS: [CalibrationKind; 2] = [CalibrationKind::Temperature, CalibrationKind::Bcts];

fn labels(k: usize) -> Labels {
    Labels::new((0..k).map(|label| format!("label {label}"))).unwrap()
}

fn softmax(logits: &[f64]) -> Vec<f64> {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exp: Vec<f64> = logits.iter().map(|z| (z - top).exp()).collect();
    let sum: f64 = exp.iter().sum();
    exp.into_iter().map(|e| e / sum).collect()
}

fn scored(k: usize, truth: &[usize], logits: &[f64], weights: Option<&[f64]>) -> Scored {
    let probabilities = logits.chunks_exact(k).flat_map(softmax).collect();
    let scored = Scored::new(labels(k), truth.to_vec(), probabilities).unwrap();
    match weights {
        Some(weights) => scored.with_weights(weights.to_vec()).unwrap(),
        None => scored,
    }
}

fn parts(calibration: &Calibration) -> (f64, &[f64]) {
    match calibration {
        Calibration::Temperature { beta } => (*beta, &[]),
        Calibration::Bcts { beta, bias } => (*beta, bias),
        _ => (f64::NAN, &[]), // equals nothing
    }
}

/// The mean log-loss by weight.
fn log_loss(scored: &Scored) -> f64 {
    let ones = vec![1.0; scored.len()];
    let weights = scored.weights().unwrap_or(&ones);
    let losses =
        scored.rows().zip(scored.truth()).map(|(row, &t)| -row.get(t).unwrap().max(f64::from(f32::MIN_POSITIVE)).ln());
    losses.zip(weights).map(|(loss, w)| loss * w).sum::<f64>() / weights.iter().sum::<f64>()
}

#[test]
fn every_case_is_equal() {
    let golden: Golden = serde_json::from_str(include_str!("golden/calibration.json")).unwrap();
    for (kind, cases) in KINDS.into_iter().zip([&golden.temperature, &golden.bcts]) {
        assert!(cases.len() >= 100);
        for (number, case) in cases.iter().enumerate() {
            let logits: Vec<f64> = case.tenths.iter().map(|&z| f64::from(z) / 10.0).collect();
            let scored = scored(case.labels, &case.truth, &logits, case.weights.as_deref());
            let fitted = Calibration::fit(kind, &scored).unwrap();
            let (beta, bias) = parts(&fitted);
            assert!((beta / case.beta - 1.0).abs() < 1e-6, "{kind:?} {number}: {beta} for {}", case.beta);
            assert_eq!(bias.len(), case.bias.len());
            for (ours, theirs) in bias.iter().zip(&case.bias) {
                assert!((ours - theirs).abs() < 1e-6, "{kind:?} {number}: {ours} for {theirs}");
            }
        }
    }
}

/// The number of labels, and texts: true label, what it is given for each label, and a weight. No row is all zeros.
fn texts(k: usize) -> impl Strategy<Value = Vec<(usize, Vec<f64>, f64)>> {
    // Tame and extreme numbers: many zeros, ties, and certain rows.
    let amount = prop_oneof![4 => 0.01..1.0f64, 1 => Just(0.0), 1 => Just(1e-30), 1 => Just(0.5), 1 => Just(1.0)];
    let row = prop::collection::vec(amount, k).prop_map(|mut row| {
        *row.first_mut().unwrap() += 1e-12;
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|p| *p /= sum);
        row
    });
    let weight = prop_oneof![3 => Just(1.0), 1 => Just(0.0), 1 => 0.01..5.0f64];
    prop::collection::vec((0..k, row, weight), 10 * k..100)
}

fn of(k: usize, texts: &[(usize, Vec<f64>, f64)]) -> Scored {
    let truth = texts.iter().map(|text| text.0).collect();
    let scored = Scored::new(labels(k), truth, texts.iter().flat_map(|text| text.1.clone()).collect()).unwrap();
    scored.with_weights(texts.iter().map(|text| text.2).collect()).unwrap()
}

/// Whether two calibrations do nearly the same to these texts.
fn alike(a: &Calibration, b: &Calibration, scored: &Scored) -> bool {
    let (a, b) = (a.apply_scored(scored).unwrap(), b.apply_scored(scored).unwrap());
    a.rows().flatten().zip(b.rows().flatten()).all(|(p, q)| (p - q).abs() < 1e-5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_fit_is_the_minimum((k, texts) in (2usize..5).prop_flat_map(|k| (Just(k), texts(k)))) {
        let scored = of(k, &texts);
        for kind in KINDS {
            let fitted = match Calibration::fit(kind, &scored) {
                Ok(fitted) => fitted,
                Err(error) => {
                    let error = error.to_string();
                    prop_assert!(error.contains("expected"), "{}", error); // a reason, not that none was found
                    continue;
                }
            };
            fitted.validate(scored.labels()).unwrap();
            let calibrated = fitted.apply_scored(&scored).unwrap();
            let least = log_loss(&calibrated);
            prop_assert!(least <= log_loss(&scored) + 1e-12);
            let (beta, bias) = parts(&fitted);
            prop_assert!(bias.iter().sum::<f64>().abs() < 1e-6);
            // Nowhere near is it lower.
            for (place, move_by) in (0..=bias.len()).flat_map(|place| [(place, 1e-3), (place, -1e-3)]) {
                let mut bias = bias.to_vec();
                let mut beta = beta;
                match place.checked_sub(1) {
                    Some(label) => bias[label] += move_by,
                    None => beta = (beta * (1.0 + move_by)).clamp(4.54e-5, 22_026.0),
                }
                let other = Calibration::Bcts { beta, bias: if bias.is_empty() { vec![0.0; k] } else { bias } };
                let other = log_loss(&other.apply_scored(&scored).unwrap());
                prop_assert!(least <= other + 1e-12, "{:?}: {} at {} {}", fitted, other, place, move_by);
            }
            for row in calibrated.rows() {
                prop_assert!(row.iter().all(|p| (0.0..=1.0).contains(p)) && (row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_temperature_keeps_the_most_probable_label(
        logits in prop::collection::vec(-20.0..20.0f64, 2..6), power in -10.0..10.0f64
    ) {
        let row = softmax(&logits);
        let highest = |row: &[f64]| row.iter().copied().fold(0.0, f64::max);
        let label = row.iter().position(|&p| p == highest(&row)).unwrap();
        let calibration = Calibration::Temperature { beta: power.exp() };
        let mut double = row.clone();
        calibration.apply(&mut double);
        prop_assert_eq!(double[label], highest(&double));
        let mut single: Vec<f32> = row.iter().map(|&p| p as f32).collect();
        calibration.apply_f32(&mut single);
        prop_assert_eq!(single[label], single.iter().copied().fold(0.0, f32::max));
    }

    /// Rows that a drawn calibration would mend, so that there is an optimum.
    #[test]
    fn what_is_calibrated_stays(k in 2usize..5, seed in 0u64..1000) {
        let mut stream = Stream::new(seed, "calibration test", 0);
        let (mut truth, mut logits) = (Vec::new(), Vec::new());
        for text in 0..40 * k {
            let row: Vec<f64> = (0..k).map(|_| 2.0 * stream.normal()).collect();
            let best = (0..k).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            truth.push(if stream.uniform() < 0.6 { best } else { text % k });
            logits.extend(row);
        }
        let scored = scored(k, &truth, &logits, None);
        let turned: Vec<usize> = (0..k).map(|label| (label + 1) % k).collect();
        for kind in KINDS {
            let fitted = Calibration::fit(kind, &scored).unwrap();
            let calibrated = fitted.apply_scored(&scored).unwrap();
            let again = Calibration::fit(kind, &calibrated).unwrap();
            let (beta, bias) = parts(&again);
            prop_assert!((beta - 1.0).abs() < 1e-8 && bias.iter().all(|b| b.abs() < 1e-8), "{:?}", again);

            // The order of the texts does not matter, and that of the labels only to the biases' order.
            let texts: Vec<_> = truth.iter().zip(scored.rows()).collect();
            let (moved, rows): (Vec<usize>, Vec<Vec<f64>>) = texts
                .into_iter()
                .rev()
                .map(|(&t, row)| {
                    let mut moved = vec![0.0; k];
                    turned.iter().zip(row).for_each(|(&place, &p)| moved[place] = p);
                    (turned[t], moved)
                })
                .unzip();
            let other = Calibration::fit(kind, &Scored::new(labels(k), moved, rows.concat()).unwrap()).unwrap();
            let ((beta, bias), (other, moved)) = (parts(&fitted), parts(&other));
            prop_assert!((beta / other - 1.0).abs() < 1e-9);
            prop_assert!(bias.iter().zip(&turned).all(|(b, &place)| (b - moved[place]).abs() < 1e-9));
        }
    }

    #[test]
    fn a_weight_is_a_number_of_texts(
        (k, texts) in (2usize..4).prop_flat_map(|k| (Just(k), texts(k))), counts in prop::collection::vec(0usize..3, 100)
    ) {
        let weighted: Vec<_> = texts.iter().zip(&counts).map(|(t, &n)| (t.0, t.1.clone(), n as f64 * 1e50)).collect();
        let repeated: Vec<_> = texts.iter().zip(&counts).flat_map(|(t, &n)| vec![(t.0, t.1.clone(), 1.0); n]).collect();
        let (weighted, repeated) = (of(k, &weighted), of(k, &repeated));
        for kind in KINDS {
            // Of few texts one may be refused for their number.
            if let (Ok(a), Ok(b)) = (Calibration::fit(kind, &weighted), Calibration::fit(kind, &repeated)) {
                prop_assert!(alike(&a, &b, &repeated), "{:?} {:?}", a, b);
            }
        }
    }
}

#[test]
fn what_has_no_optimum_is_refused() {
    let fault = |kind, scored: &Scored| Calibration::fit(kind, scored).unwrap_err().to_string();
    let [temperature, bcts] = KINDS;
    let rows = |truth: Vec<usize>, p: f64| {
        let probabilities = [p, 1.0 - p].repeat(truth.len());
        Scored::new(labels(2), truth, probabilities).unwrap()
    };
    let empty = fault(temperature, &rows(vec![], 0.5));
    assert!(
        empty.contains("0 texts of weight above 0; expected 10 or more") && empty.contains("texts of 0 labels"),
        "{empty}"
    );
    let few = fault(bcts, &rows([0, 1].repeat(9), 0.6));
    assert!(few.contains("18 texts of weight above 0; expected 20 or more"), "{few}");
    let weightless = rows([0, 1].repeat(9), 0.6).with_weights(vec![0.0; 18]).unwrap();
    assert!(fault(temperature, &weightless).contains("0 texts"));
    assert!(fault(temperature, &rows(vec![1; 30], 0.6)).contains("texts of 1 labels"));
    let missing = fault(bcts, &rows(vec![1; 30], 0.6));
    assert!(missing.contains("1 labels without a text, the first is `label 0`"), "{missing}");
    // All right; and all right but for a bias.
    let right: Vec<f64> = (0..30).flat_map(|text| if text % 2 == 0 { [0.6, 0.4] } else { [0.3, 0.7] }).collect();
    let shifted: Vec<f64> = (0..30).flat_map(|text| if text % 2 == 0 { [0.4, 0.6] } else { [0.3, 0.7] }).collect();
    for (kind, probabilities) in [(temperature, &right), (bcts, &right), (bcts, &shifted)] {
        let scored = Scored::new(labels(2), [0, 1].repeat(15), probabilities.clone()).unwrap();
        assert!(fault(kind, &scored).contains("no text is taken for another label"));
    }
    // A missing label is nothing to a temperature.
    let three = Scored::new(labels(3), [0, 0, 1].repeat(10), [0.8, 0.1, 0.1].repeat(30)).unwrap();
    assert!(Calibration::fit(temperature, &three).is_ok());
}

#[test]
fn bounds_are_kept() {
    // The labels are the wrong way round: a flat answer is the best one.
    let rows: Vec<f64> = (0..20).flat_map(|text| if text % 2 == 0 { [0.1, 0.9] } else { [0.9, 0.1] }).collect();
    let scored = Scored::new(labels(2), [0, 1].repeat(10), rows).unwrap();
    for kind in KINDS {
        let fitted = Calibration::fit(kind, &scored).unwrap();
        assert_eq!(parts(&fitted).0, 4.539_992_976_248_485e-5);
    }
    // A difference of 1e-9 says much.
    let rows: Vec<f64> =
        (0..20).flat_map(|text| if text < 11 { [0.5 + 1e-9, 0.5 - 1e-9] } else { [0.5 - 1e-9, 0.5 + 1e-9] }).collect();
    let truth: Vec<usize> = (0..20).map(|text| usize::from(text >= 10)).collect();
    let fitted = Calibration::fit(CalibrationKind::Temperature, &Scored::new(labels(2), truth, rows).unwrap()).unwrap();
    assert_eq!(parts(&fitted).0, 22_026.465_794_806_718);
}

#[test]
fn saved_and_read_back() {
    let bcts = Calibration::Bcts { beta: 0.1 + 0.2, bias: vec![1.0 / 3.0, -1.0 / 3.0] };
    for (calibration, json) in [
        (Calibration::Temperature { beta: 0.5 }, r#"{"kind":"temperature","beta":0.5}"#),
        (bcts, r#"{"kind":"bcts","beta":0.30000000000000004,"bias":[0.3333333333333333,-0.3333333333333333]}"#),
    ] {
        assert_eq!(serde_json::to_string(&calibration).unwrap(), json);
        assert_eq!(serde_json::from_str::<Calibration>(json).unwrap(), calibration);
        calibration.validate(&labels(2)).unwrap();
    }
    for json in [r#"{"beta":1}"#, r#"{"kind":"platt","beta":1}"#, r#"{"kind":"temperature","beta":1,"bias":[]}"#] {
        assert!(serde_json::from_str::<Calibration>(json).is_err(), "{json}");
    }
    for (json, fault) in [
        (r#"{"kind":"temperature","beta":0}"#, "beta is 0"),
        (r#"{"kind":"temperature","beta":-1}"#, "beta is -1"),
        (r#"{"kind":"temperature","beta":1e60}"#, "expected 0.000045"),
        (r#"{"kind":"bcts","beta":1,"bias":[0]}"#, "1 biases for 2 labels"),
    ] {
        let error = serde_json::from_str::<Calibration>(json).unwrap().validate(&labels(2)).unwrap_err().to_string();
        assert!(error.contains(fault), "{json}: {error}");
    }
    let odd = Calibration::Bcts { beta: f64::NAN, bias: vec![f64::INFINITY] };
    let error = odd.validate(&labels(2)).unwrap_err().to_string();
    assert!(error.contains("3 faults") && error.contains("a bias is inf"), "{error}");
    assert!(odd.apply_scored(&scored(2, &[0], &[0.0, 0.0], None)).is_err());
}

#[test]
fn any_row_becomes_a_distribution() {
    let calibrations = [
        Calibration::Temperature { beta: 22_026.465_794_806_718 },
        Calibration::Temperature { beta: 4.539_992_976_248_485e-5 },
        Calibration::Bcts { beta: 1.0, bias: vec![f64::MAX, -f64::MAX] },
        Calibration::Bcts { beta: 2.0, bias: vec![1.0] },
    ];
    for calibration in calibrations {
        for row in
            [[0.0, 0.0], [1.0, 0.0], [f64::NAN, 0.5], [f64::INFINITY, f64::NEG_INFINITY], [-1.0, 7.0], [5e-324, 1.0]]
        {
            let mut double = row;
            calibration.apply(&mut double);
            assert!((double.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{calibration:?} {row:?}: {double:?}");
            let mut single = row.map(|p| p as f32);
            calibration.apply_f32(&mut single);
            assert!((single.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{calibration:?} {row:?}: {single:?}");
        }
        calibration.apply(&mut []);
        calibration.apply_f32(&mut []);
    }
}

/// Labels that go against the probabilities: the best that can be said of every text is the same.
#[test]
fn probabilities_that_say_the_contrary_end_at_the_bound() {
    let truth = [[0; 10], [1; 10]].concat();
    let probabilities = [[0.2, 0.8].repeat(10), [0.8, 0.2].repeat(10)].concat();
    let scored = Scored::new(Labels::new(["good", "poor"]).unwrap(), truth, probabilities).unwrap();
    let found = Calibration::fit(CalibrationKind::Temperature, &scored).unwrap();
    assert!(found.is_at_bound(), "{found:?}");
    let mut row = [0.2, 0.8];
    found.apply(&mut row);
    assert!((row[0] - 0.5).abs() < 1e-4, "{row:?}");
    assert!(!Calibration::Temperature { beta: 1.0 }.is_at_bound());
}

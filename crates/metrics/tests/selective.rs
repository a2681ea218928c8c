//! Risk and coverage by hand and by brute force, and the guarantee of selection with guaranteed risk by simulation.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{Abstention, RiskCoverage, Scored, risk_coverage};
use plaudit_stats::Stream;
use proptest::prelude::*;

/// Texts that are given this probability of the label that they have, where right, or do not have.
fn texts(texts: &[(f64, bool)]) -> Scored {
    let truth = texts.iter().map(|(_, right)| usize::from(!right)).collect();
    let probabilities = texts.iter().flat_map(|(p, _)| [*p, (1.0 - p).max(0.0)]).collect();
    Scored::new(Labels::new(["good", "poor"]).unwrap(), truth, probabilities).unwrap()
}

fn close(a: Option<f64>, b: f64) -> bool {
    a.is_some_and(|a| (a - b).abs() < 1e-12)
}

#[test]
fn areas_worked_out_by_hand() {
    // Risks 0, 1/2, 1/3, 1/2.
    let curve = risk_coverage(&texts(&[(0.6, false), (0.7, true), (0.8, false), (0.9, true)]));
    assert!(close(curve.aurc, (0.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 2.0) / 4.0));
    // The limit of the best order for r = 1/2: 1/2 + ln(1/2) / 2.
    assert!(close(curve.excess_aurc, 1.0 / 3.0 - (0.5 - 0.5 * 2f64.ln())));
    let thresholds: Vec<f64> = curve.points.iter().map(|point| point.threshold).collect();
    assert_eq!(thresholds, [0.9, 0.8, 0.7, 0.6]);

    // The two at 0.8 enter together: 1/4 of the weight at risk 0, 2/4 at 1/3, 1/4 at 1/2.
    let curve = risk_coverage(&texts(&[(0.9, true), (0.8, false), (0.8, true), (0.6, false)]));
    assert_eq!(curve.points.len(), 3);
    assert!(close(curve.aurc, 0.5 / 3.0 + 0.25 / 2.0));

    // Weights 2 and 1: 2/3 at risk 0, 1/3 at 1/3.
    let weighted = texts(&[(0.9, true), (0.8, false)]).with_weights(vec![2.0, 1.0]).unwrap();
    let curve = risk_coverage(&weighted);
    assert_eq!((curve.points[0].coverage, curve.points[1].risk), (2.0 / 3.0, 1.0 / 3.0));
    assert!(close(curve.aurc, 1.0 / 9.0));

    // All wrong, all right, nothing.
    let all = |right: bool| risk_coverage(&texts(&[(0.9, right), (0.8, right)]));
    assert_eq!((all(false).aurc, all(false).excess_aurc), (Some(1.0), Some(0.0)));
    assert_eq!((all(true).aurc, all(true).excess_aurc), (Some(0.0), Some(0.0)));
    let weightless = texts(&[(0.9, true)]).with_weights(vec![0.0]).unwrap();
    for scored in [texts(&[]), weightless] {
        let curve = risk_coverage(&scored);
        assert!(curve.points.is_empty());
        assert_eq!((curve.aurc, curve.excess_aurc), (None, None));
        assert_eq!(Abstention::at_coverage(&scored, 0.5).unwrap(), None);
    }
    assert_eq!(Abstention::at_risk(&texts(&[]), 0.1, 0.1).unwrap(), None);
}

#[test]
fn risks_worked_out_by_scipy() {
    // 40 texts at 0.9 with 1 error, 40 at 0.8 with 2 more, 40 at 0.7 with 20 more; at most 2 of 3 thresholds are tested.
    // scipy 1.17.1: s.beta.ppf(1 - 0.1 / 2, [1 + 1, 3 + 1, 23 + 1], [40 - 1, 80 - 3, 120 - 23])
    //   -> 0.11318836094473754, 0.09407454652521369, 0.2604736991546231
    let of = |p: f64, wrong: usize| (0..40).map(move |text| (p, text >= wrong));
    let all: Vec<_> = of(0.7, 20).chain(of(0.9, 1)).chain(of(0.8, 2)).collect();
    let scored = texts(&all);
    for (max_risk, threshold, coverage, bound) in
        [(0.27, 0.7, 1.0, 0.260_473_699_154_623_1), (0.1, 0.8, 2.0 / 3.0, 0.094_074_546_525_213_69)]
    {
        let found = Abstention::at_risk(&scored, max_risk, 0.1).unwrap().unwrap();
        found.validate().unwrap();
        assert_eq!((found.threshold, found.coverage), (threshold, coverage));
        let interval = found.risk_interval.unwrap();
        assert!((interval.high - bound).abs() < 1e-9 && interval.low == 0.0 && interval.level == 0.9, "{interval:?}");
    }
    assert_eq!(Abstention::at_risk(&scored, 0.09, 0.1).unwrap(), None);
    // The bound of what is all wrong is 1.
    assert_eq!(Abstention::at_risk(&texts(&[(0.9, false); 50]), 0.99, 0.5).unwrap(), None);
}

#[test]
fn coverage_is_reached_by_whole_ties() {
    let scored = texts(&[(0.9, true), (0.8, false), (0.8, true), (0.6, false)]);
    for (coverage, threshold, reached) in [(1e-9, 0.9, 0.25), (0.25, 0.9, 0.25), (0.26, 0.8, 0.75), (1.0, 0.6, 1.0)] {
        let found = Abstention::at_coverage(&scored, coverage).unwrap().unwrap();
        assert_eq!((found.threshold, found.coverage, found.risk_interval), (threshold, reached, None));
    }
    // Three tenths add up to less than 0.3 of ten, and are three tenths.
    let tenths = texts(&(0..10).map(|k| (0.9 - f64::from(k) / 100.0, true)).collect::<Vec<_>>());
    let tenths = tenths.with_weights(vec![0.1; 10]).unwrap();
    assert!(close(Abstention::at_coverage(&tenths, 0.3).unwrap().map(|found| found.coverage), 0.3));
    let certain = Abstention::at_coverage(&texts(&[(1.0 + 5e-7, true)]), 1.0).unwrap().unwrap();
    certain.validate().unwrap();
    assert_eq!((certain.threshold, certain.decide(&[0.0, 1.0])), (1.0, Some(1)));
    let half = Abstention::at_coverage(&scored, 0.5).unwrap().unwrap();
    assert_eq!((half.decide(&[0.2, 0.8]), half.decide(&[0.79, 0.21])), (Some(1), None));
    assert_eq!((half.decide(&[]), half.decide(&[f64::NAN, 0.1])), (None, None));
}

#[test]
fn what_cannot_be_promised_is_refused() {
    let scored = texts(&[(0.9, true)]);
    for odd in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        let error = Abstention::at_risk(&scored, odd, odd).unwrap_err().to_string();
        assert!(error.contains("the greatest risk is") && error.contains("delta is"), "{error}");
        assert_eq!(Abstention::at_coverage(&scored, odd).is_err(), odd != 1.0);
    }
    let weighted = scored.with_weights(vec![1.0]).unwrap();
    let error = Abstention::at_risk(&weighted, 0.1, 0.1).unwrap_err().to_string();
    assert!(error.contains("texts with weights"), "{error}");
}

#[test]
fn saved_and_read_back() {
    let many: Vec<(f64, bool)> = (0..100).map(|text| (0.9, text > 2)).collect();
    let found = Abstention::at_risk(&texts(&many), 0.1, 0.05).unwrap().unwrap();
    let json = serde_json::to_string(&found).unwrap();
    assert!(
        json.starts_with(r#"{"threshold":0.9,"coverage":1.0,"risk":0.03,"risk_interval":{"low":0.0,"high":0.07"#),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<Abstention>(&json).unwrap(), found);
    assert!(serde_json::from_str::<Abstention>(r#"{"threshold":0.5,"coverage":1,"risk":0,"label":1}"#).is_err());
    let plain: Abstention = serde_json::from_str(r#"{"threshold":0.5,"coverage":1,"risk":0}"#).unwrap();
    plain.validate().unwrap();
    let odd = r#"{"threshold":-1,"coverage":2,"risk":0,"risk_interval":{"low":0,"high":3,"level":0.9}}"#;
    let error = serde_json::from_str::<Abstention>(odd).unwrap().validate().unwrap_err().to_string();
    assert!(error.contains("3 faults") && error.contains("threshold is -1") && error.contains("bound is 3"), "{error}");
    let curve = risk_coverage(&texts(&[(0.9, true), (2.0 / 3.0, false)]));
    assert_eq!(serde_json::from_str::<RiskCoverage>(&serde_json::to_string(&curve).unwrap()).unwrap(), curve);
}

/// The probability of the most probable label is even on 1/2 to 1, and that label is right as often as it says: above a
/// threshold t, the true risk is (1 - t) / 2.
#[test]
fn the_guarantee_holds() {
    let (draws, n, max_risk, delta) = (500, 2000, 0.1, 0.1);
    let (mut broken, mut coverage, mut none) = (0.0, 0.0, 0.0);
    for index in 0..draws {
        let mut stream = Stream::new(6, "selective", index);
        let drawn: Vec<(f64, bool)> = (0..n)
            .map(|_| {
                let p = 0.5 + 0.5 * stream.uniform();
                (p, stream.uniform() < p)
            })
            .collect();
        match Abstention::at_risk(&texts(&drawn), max_risk, delta).unwrap() {
            Some(found) => {
                broken += f64::from(u8::from((1.0 - found.threshold) / 2.0 > max_risk));
                coverage += found.coverage / draws as f64;
            }
            None => none += 1.0 / draws as f64,
        }
    }
    let share = broken / draws as f64;
    assert!(share < 0.03, "{share}"); // as the documentation says; promised is `delta`
    // With the true risk known, 0.4 could be decided.
    assert!(coverage > 0.2 && none < 0.05, "{coverage} {none}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn equals_brute_force_with_weights_as_copies(
        drawn in prop::collection::vec(((50u32..60).prop_map(|p| f64::from(p) / 60.0), any::<bool>(), 0u32..4), 0..30)
    ) {
        let weights = drawn.iter().map(|text| f64::from(text.2)).collect();
        let plain: Vec<(f64, bool)> = drawn.iter().map(|text| (text.0, text.1)).collect();
        let curve = risk_coverage(&texts(&plain).with_weights(weights).unwrap());
        let copies: Vec<(f64, bool)> =
            drawn.iter().flat_map(|text| vec![(text.0, text.1); text.2 as usize]).collect();
        let mut turned = copies.clone();
        turned.reverse();
        prop_assert_eq!(risk_coverage(&texts(&copies)), risk_coverage(&texts(&turned)));

        // For each copy, the risk of all that are as sure as it or surer; the mean of them.
        let at = |p: f64| {
            let sure = copies.iter().filter(|copy| copy.0 >= p).count() as f64;
            let wrong = copies.iter().filter(|copy| copy.0 >= p && !copy.1).count() as f64;
            (sure / copies.len() as f64, wrong / sure)
        };
        let mean = copies.iter().map(|copy| at(copy.0).1).sum::<f64>() / copies.len() as f64;
        prop_assert_eq!(curve.aurc.is_none(), copies.is_empty());
        prop_assert!(curve.aurc.is_none_or(|aurc| (aurc - mean).abs() < 1e-12));
        prop_assert!(curve.excess_aurc.is_none_or(|excess| (0.0..=1.0).contains(&excess)));
        for point in &curve.points {
            let (coverage, risk) = at(point.threshold);
            prop_assert!((point.coverage - coverage).abs() < 1e-12 && (point.risk - risk).abs() < 1e-12);
        }
        prop_assert!(curve.points.is_sorted_by(|a, b| a.threshold > b.threshold && a.coverage < b.coverage));
        prop_assert!(curve.points.last().is_none_or(|last| last.coverage == 1.0));
    }

    #[test]
    fn an_abstention_is_what_it_says(
        drawn in prop::collection::vec(((50u32..=100).prop_map(|p| f64::from(p) / 100.0), any::<bool>()), 1..60), max_risk in 0.01..0.99f64, share in 0.01..=1.0f64
    ) {
        let scored = texts(&drawn);
        let by_coverage = Abstention::at_coverage(&scored, share).unwrap();
        let by_risk = Abstention::at_risk(&scored, max_risk, 0.1).unwrap();
        prop_assert!(by_coverage.is_some_and(|found| found.coverage >= share - 1e-9));
        prop_assert!(by_risk.is_none_or(|found| found.risk <= max_risk && found.risk_interval.unwrap().high <= max_risk));
        for found in [by_coverage, by_risk].into_iter().flatten() {
            found.validate().unwrap();
            let decided: Vec<bool> = scored
                .rows()
                .zip(scored.truth())
                .filter_map(|(row, &truth)| found.decide(row).map(|label| label != truth))
                .collect();
            let wrong = decided.iter().filter(|wrong| **wrong).count() as f64;
            prop_assert!((decided.len() as f64 / drawn.len() as f64 - found.coverage).abs() < 1e-12);
            prop_assert!((wrong / decided.len() as f64 - found.risk).abs() < 1e-12);
        }
    }
}

//! Alpha equals the package krippendorff's, and the tests of tables equal statsmodels'. `golden/make_agreement.py` wrote the
//! cases and names the versions.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{
    ChiSquareTest, ConfusionMatrix, McNemar, Measurement, bowker, krippendorff_alpha, stuart_maxwell,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    ratings: Vec<Ratings>,
    square: Vec<Square>,
    mcnemar: Vec<Paired>,
}

#[derive(Deserialize)]
struct Ratings {
    labels: usize,
    ratings: Vec<Vec<Option<usize>>>,
    nominal: Option<f64>,
    ordinal: Option<f64>,
    interval: Option<f64>,
}

#[derive(Deserialize)]
struct Square {
    table: Vec<Vec<u64>>,
    bowker: Option<ChiSquareTest>,
    stuart_maxwell: Option<ChiSquareTest>,
}

#[derive(Deserialize)]
struct Paired {
    first_only: u64,
    second_only: u64,
    p_exact: f64,
    statistic: f64,
    p: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/agreement.json")).unwrap()
}

fn labels(count: usize) -> Labels {
    Labels::new((0..count).map(|label| label.to_string())).unwrap()
}

fn check(what: &str, ours: Option<f64>, theirs: Option<f64>) {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() < 1e-9, "{what}: {ours} for {theirs}"),
        (ours, theirs) => assert_eq!(ours, theirs, "{what}"),
    }
}

#[test]
fn alpha_is_equal() {
    let cases = golden().ratings;
    assert!(cases.len() >= 300);
    for (number, case) in cases.iter().enumerate() {
        for (measurement, theirs) in [
            (Measurement::Nominal, case.nominal),
            (Measurement::Ordinal, case.ordinal),
            (Measurement::Interval, case.interval),
        ] {
            let ours = krippendorff_alpha(&labels(case.labels), &case.ratings, measurement).unwrap();
            check(&format!("case {number}, {measurement:?}"), ours, theirs);
        }
    }
}

#[test]
fn tests_of_square_tables_are_equal() {
    let cases = golden().square;
    assert!(cases.len() >= 120);
    for (number, case) in cases.iter().enumerate() {
        let json = serde_json::json!({"labels": labels(case.table.len()), "counts": case.table});
        let matrix: ConfusionMatrix = serde_json::from_value(json).unwrap();
        for (name, ours, theirs) in
            [("Bowker", bowker(&matrix), case.bowker), ("Stuart-Maxwell", stuart_maxwell(&matrix), case.stuart_maxwell)]
        {
            let name = format!("case {number}, {name}");
            assert_eq!(ours.map(|test| test.df), theirs.map(|test| test.df), "{name}");
            check(&name, ours.map(|test| test.statistic), theirs.map(|test| test.statistic));
            check(&name, ours.map(|test| test.p), theirs.map(|test| test.p));
        }
    }
}

#[test]
fn mcnemar_is_equal() {
    let cases = golden().mcnemar;
    assert!(cases.len() >= 80);
    for case in cases {
        let ours = McNemar::from_counts(case.first_only, case.second_only);
        let (exact, chi_square) = (ours.p_exact.unwrap(), ours.chi_square.unwrap());
        let name = format!("{} {}", case.first_only, case.second_only);
        assert!((exact - case.p_exact).abs() <= 1e-9 * case.p_exact, "{name}: {exact} for {}", case.p_exact);
        if case.first_only == case.second_only {
            assert_eq!((chi_square.statistic, chi_square.p), (0.0, 1.0), "{name}");
        } else {
            check(&name, Some(chi_square.statistic), Some(case.statistic));
            assert!((chi_square.p - case.p).abs() <= 1e-9 * case.p, "{name}: {} for {}", chi_square.p, case.p);
        }
    }
}

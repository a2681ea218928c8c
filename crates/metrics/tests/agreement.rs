//! Alpha equals the package krippendorff's, and the tests of tables equal statsmodels'. `golden/make_agreement.py` wrote the
//! cases and names the versions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{
    Agreement, Bootstrap, ChiSquareTest, ConfusionMatrix, McNemar, Measurement, agreement, bowker, krippendorff_alpha,
    krippendorff_interval, stuart_maxwell,
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

fn names(count: usize, size: usize) -> Vec<String> {
    (0..count).map(|unit| (unit / size).to_string()).collect()
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

// scikit-learn 1.9.1, krippendorff 0.9.0, numpy 2.4.6: a, b = [0]*25 + [1]*25 + [2]*15, [0]*20 + [1]*5 + [0]*2 + [1]*15 + [2]*8 +
// [0]*1 + [1]*4 + [2]*10; 4,000 times i = rng.integers(0, 65, 65), rng = default_rng(1), cohen_kappa_score(a[i], b[i]) and
// alpha([a[i], b[i]], level_of_measurement="nominal"); np.quantile(.., [.025, .975]) -> 0.3595, 0.6956; 0.3598, 0.6971
#[test]
fn kappa_and_alpha_have_intervals() {
    let runs = |runs: &[(usize, usize)]| -> Vec<usize> {
        runs.iter().flat_map(|&(label, count)| vec![label; count]).collect()
    };
    let first = runs(&[(0, 25), (1, 25), (2, 15)]);
    let second = runs(&[(0, 20), (1, 5), (0, 2), (1, 15), (2, 8), (0, 1), (1, 4), (2, 10)]);
    let polarity = plaudit_core::Labels::polarity();
    let found = agreement(&polarity, &first, &second, None, &Bootstrap::default()).unwrap();
    for (interval, [low, high]) in [(found.kappa_interval, [0.3595, 0.6956]), (found.alpha_interval, [0.3598, 0.6971])]
    {
        let interval = interval.unwrap();
        assert!((interval.low - low).abs() < 0.02 && (interval.high - high).abs() < 0.02, "{interval:?}");
        assert_eq!(interval.level, 0.95);
    }
    // All else is as from the counts.
    let table = Agreement::from(&ConfusionMatrix::from_pairs(polarity.clone(), &first, &second).unwrap());
    assert_eq!((table.kappa_interval, table.alpha_interval, table.bootstrap.as_ref()), (None, None, None));
    assert_eq!((found.observed, found.observed_interval), (table.observed, table.observed_interval));
    assert_eq!((found.kappa, found.alpha, found.bowker), (table.kappa, table.alpha, table.bowker));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Agreement>(&json).unwrap(), found);
    assert!(found.to_string().contains("Cohen's kappa                  0.532  0.3"), "{found}");

    // Each text five times is no more than it was once; tests that take texts for independent are left out.
    let copies = |given: &[usize]| given.iter().flat_map(|&label| [label; 5]).collect::<Vec<_>>();
    let (five, other, names) = (copies(&first), copies(&second), names(325, 5));
    let of = |clusters: Option<&[&str]>| agreement(&polarity, &five, &other, clusters, &Bootstrap::default()).unwrap();
    let (clustered, rows) = (of(Some(&refs(&names))), of(None));
    assert_eq!((clustered.clusters, clustered.bowker, clustered.stuart_maxwell), (Some(65), None, None));
    let wide = |found: &Agreement| found.kappa_interval.map(|interval| interval.high - interval.low).unwrap();
    assert!((wide(&clustered) / wide(&found) - 1.0).abs() < 0.1);
    assert!((wide(&clustered) / wide(&rows) - 5f64.sqrt()).abs() < 0.3);
    let interval = clustered.observed_interval.unwrap();
    assert!((interval.high - interval.low - 0.224).abs() < 0.02, "{interval:?}"); // 2 * 1.96 * sqrt(.692 * .308 / 65)
    let text = clustered.to_string();
    assert!(text.contains("325 texts in 65 clusters") && !text.contains("Bowker"), "{text}");
}

// krippendorff 0.9.0, numpy 2.4.6: u = np.arange(80), t = u % 4; raters t, but (t + 1) % 4 where u % 7 == 0; t, but (t + 3) % 4 where
// u % 5 == 0; t, but nan where u % 3 == 0; alpha(r, level_of_measurement="ordinal") -> 0.7150106696316525; 4,000 times
// alpha(r[:, i], ..) with i = rng.integers(0, 80, 80), then of the 16 clusters u // 5, rng = default_rng(1);
// np.quantile(.., [.025, .975]) -> 0.5512, 0.8462; 0.5771, 0.8374
#[test]
fn alpha_of_many_raters_has_an_interval() {
    let rated = |unit: usize| {
        let truth = unit % 4;
        let first = if unit.is_multiple_of(7) { (truth + 1) % 4 } else { truth };
        let second = if unit.is_multiple_of(5) { (truth + 3) % 4 } else { truth };
        [Some(first), Some(second), (!unit.is_multiple_of(3)).then_some(truth)]
    };
    // Units with fewer than two ratings are not drawn.
    let mut ratings: Vec<_> = (0..80).map(rated).collect();
    ratings.extend([[None, Some(2), None]; 20]);
    let found = krippendorff_alpha(&labels(4), &ratings, Measurement::Ordinal).unwrap().unwrap();
    assert!((found - 0.715_010_669_631_652_5).abs() < 1e-12);
    let of = |clusters: Option<&[&str]>| {
        krippendorff_interval(&labels(4), &ratings, Measurement::Ordinal, clusters, &Bootstrap::default())
    };
    let names = names(100, 5);
    for (clusters, [low, high]) in [(None, [0.5512, 0.8462]), (Some(refs(&names)), [0.5771, 0.8374])] {
        let interval = of(clusters.as_deref()).unwrap().unwrap();
        assert!((interval.low - low).abs() < 0.02 && (interval.high - high).abs() < 0.02, "{interval:?}");
    }
    assert!(of(Some(&["one"])).unwrap_err().to_string().contains("1 clusters for 100 units; expected one a unit"));
    assert_eq!(of(Some(&["one"; 100])).unwrap(), None);
}

#[test]
fn intervals_that_cannot_be_are_none_and_faults_are_named() {
    let (default, two) = (Bootstrap::default(), labels(2));
    let of = |ratings: &[[Option<usize>; 2]]| {
        krippendorff_interval(&two, ratings, Measurement::Nominal, None, &default).unwrap()
    };
    // nothing, nine units, one label, no disagreement in any resample
    assert_eq!((of(&[]), of(&[[Some(0), Some(1)]; 9]), of(&[[Some(0); 2]; 50])), (None, None, None));
    let perfect: Vec<_> = (0..50).map(|unit| [Some(unit % 2); 2]).collect();
    assert_eq!(of(&perfect), None);
    let empty = agreement(&two, &[], &[], None, &default).unwrap();
    assert_eq!((empty.kappa_interval, empty.observed_interval), (None, None));
    let mut none = default.clone();
    none.resamples = 0;
    for (error, fault) in [
        (agreement(&two, &[0], &[], None, &default), "1 labels of the first judge and 0 of the second"),
        (agreement(&two, &[0], &[9], None, &default), "row 0: "),
        (agreement(&two, &[0; 2], &[0; 2], Some(&["x"]), &default), "1 clusters for 2 texts"),
        (agreement(&two, &[0; 2], &[0; 2], None, &none), "resamples: 0"),
    ] {
        let error = error.unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}

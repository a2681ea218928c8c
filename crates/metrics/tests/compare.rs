//! The paired bootstrap of models' differences: by hand, by simulation, and with what it must refuse.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{Comparison, Metric, compare_models};
use plaudit_stats::{Bootstrap, Stream};

fn bootstrap(resamples: usize, seed: u64) -> Bootstrap {
    let mut bootstrap = Bootstrap::default();
    (bootstrap.resamples, bootstrap.seed) = (resamples, seed);
    bootstrap
}

fn compare(truth: &[usize], models: &[(&str, &[usize])], metric: Metric, clusters: Option<&[&str]>) -> Comparison {
    compare_models(&Labels::polarity(), truth, models, metric, clusters, &bootstrap(1000, 5)).unwrap()
}

fn names(texts: usize, cluster: impl Fn(usize) -> usize) -> Vec<String> {
    (0..texts).map(|text| cluster(text).to_string()).collect()
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// A label, and another one where `wrong`.
fn noisy(truth: &[usize], mut wrong: impl FnMut(usize) -> bool) -> Vec<usize> {
    truth.iter().enumerate().map(|(text, &label)| if wrong(text) { (label + 1) % 3 } else { label }).collect()
}

/// 400 texts: 40 on which only the first is right, 20 on which only the second is. The difference is 0.05, its standard error by
/// hand sqrt((60 / 400 - 0.05²) / 400) = 0.0192, so z = 2.60 and p = 0.009.
#[test]
fn differences_are_those_by_hand() {
    let truth: Vec<usize> = (0..400).map(|text| text % 3).collect();
    let (first, second) = (noisy(&truth, |text| text < 20), noisy(&truth, |text| (20..60).contains(&text)));
    let models = [("first", &first[..]), ("second", &second[..]), ("again", &first[..])];
    let found = compare(&truth, &models, Metric::Accuracy, None);
    let scores: Vec<f64> = found.models.iter().map(|model| model.score.unwrap()).collect();
    assert_eq!(scores, [0.95, 0.9, 0.95]);
    let [apart, same, back] = &found.pairs[..] else { panic!("{found}") };
    assert_eq!(
        [apart.first.as_str(), &apart.second, &back.first, &back.second],
        ["first", "second", "second", "again"]
    );
    let interval = apart.interval.unwrap();
    assert!((apart.difference.unwrap() - 0.05).abs() < 1e-12);
    assert!((interval.low - (0.05 - 1.96 * 0.0192)).abs() < 0.006 && (interval.high - 0.0876).abs() < 0.006, "{found}");
    let p = apart.p.unwrap();
    assert!((0.001..0.025).contains(&p), "{p}");
    // the same resamples: the other way round is the same, and a model does not differ from itself
    assert_eq!((back.difference, back.p), (apart.difference.map(|difference| -difference), apart.p));
    assert_eq!((same.difference, same.p, same.p_holm), (Some(0.0), Some(1.0), Some(1.0)));
    assert!((apart.p_holm.unwrap() - 3.0 * p).abs() < 1e-12 && back.p_holm == apart.p_holm);

    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), found);
    let text = found.to_string();
    for part in ["accuracy", "95 % interval", "p (Holm)", "+0.050", "-0.050", "400 texts, 1000 resamples"] {
        assert!(text.contains(part), "{text}");
    }
}

// scikit-learn 1.9.1, numpy 2.4.6: 5,000 resamples w = bincount(rng.integers(0, 400, 400), minlength=400), rng =
// default_rng(1), of f1_score(t, a, average="macro", sample_weight=w) less that of b; np.quantile(d, [.025, .975])
// t = arange(400) % 3; i = arange(400); a = where(i < 20, (t + 1) % 3, t)
// b = where((i >= 20) & (i < 60) & (t != 1), (t + 1) % 3, t) -> 0.949997, 0.932493; -0.015230, 0.051241
#[test]
fn macro_f1_equals_scikit_learn_within_the_chance_of_resampling() {
    let truth: Vec<usize> = (0..400).map(|text| text % 3).collect();
    let first = noisy(&truth, |text| text < 20);
    let second = noisy(&truth, |text| (20..60).contains(&text) && text % 3 != 1);
    let found = compare(&truth, &[("first", &first[..]), ("second", &second[..])], Metric::F1, None);
    assert!((found.models[0].score.unwrap() - 0.949_996_714_633_024_5).abs() < 1e-12);
    assert!((found.models[1].score.unwrap() - 0.932_492_571_717_898_3).abs() < 1e-12);
    let interval = found.pairs[0].interval.unwrap();
    assert!((interval.low + 0.0152).abs() < 0.005 && (interval.high - 0.0512).abs() < 0.005, "{interval:?}");
}

/// Simulated surveys in which two models are equally good: how often p is at most 0.05.
fn rejected(surveys: u64, metric: Metric, texts: usize, copies: usize, clusters: Option<&[&str]>) -> f64 {
    let mut rejected = 0.0;
    for survey in 0..surveys {
        let mut stream = Stream::new(1, "survey", survey);
        let mut draw = |below: f64| stream.uniform() < below;
        let distinct = texts / copies;
        let truth: Vec<usize> = (0..texts).map(|text| text / copies % 3).collect();
        let mut wrong = || -> Vec<bool> { (0..distinct).map(|_| draw(0.2)).collect() };
        let (first, second) = (wrong(), wrong());
        let (first, second) = (noisy(&truth, |text| first[text / copies]), noisy(&truth, |text| second[text / copies]));
        let models = [("first", &first[..]), ("second", &second[..])];
        let found =
            compare_models(&Labels::polarity(), &truth, &models, metric, clusters, &bootstrap(300, survey)).unwrap();
        rejected += f64::from(u8::from(found.pairs[0].p.unwrap() <= 0.05));
    }
    rejected / surveys as f64
}

/// With 300 surveys the rate 0.05 has a standard error of 0.013.
#[test]
fn equal_models_are_told_apart_no_more_often_than_alpha() {
    for metric in [Metric::Accuracy, Metric::F1, Metric::BalancedAccuracy] {
        let rate = rejected(300, metric, 150, 1, None);
        assert!((0.01..=0.1).contains(&rate), "{metric:?}: {rate}");
    }
}

/// 40 texts, each there five times: as rows they look like 200, as clusters they are 40.
#[test]
fn clusters_keep_alpha_where_rows_do_not() {
    let names = names(200, |text| text / 5);
    let clusters = rejected(300, Metric::Accuracy, 200, 5, Some(&refs(&names)));
    let rows = rejected(300, Metric::Accuracy, 200, 5, None);
    assert!(clusters <= 0.1 && rows >= 0.2, "{clusters} {rows}");
}

#[test]
fn a_handful_of_units_says_nothing() {
    let truth = vec![0; 90];
    for (units, enough) in [(9, false), (10, true)] {
        // One is wrong on three clusters, the other on all but these: of equal resamples nothing could be said.
        let few: Vec<usize> = (0..90).map(|text| usize::from(text % units < 3)).collect();
        let most: Vec<usize> = few.iter().map(|label| 1 - label).collect();
        let names = names(90, |text| text % units);
        let found = compare(&truth, &[("a", &few), ("b", &most)], Metric::Accuracy, Some(&refs(&names)));
        assert_eq!(found.clusters, Some(units));
        let (model, pair) = (&found.models[0], &found.pairs[0]);
        let right = (units - 3) as f64 / units as f64;
        assert!((pair.difference.unwrap() - (2.0 * right - 1.0)).abs() < 1e-12);
        let given = [model.interval.is_some(), pair.interval.is_some(), pair.p.is_some(), pair.p_holm.is_some()];
        assert_eq!(given, [enough; 4]);
        assert_eq!(found.to_string().contains(" - "), !enough, "{found}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let truth: Vec<usize> = (0..50).map(|text| text % 3).collect();
    let other = noisy(&truth, |text| text % 4 == 0);
    let of = |seed| {
        let models = [("a", &truth[..]), ("b", &other[..])];
        let found = compare_models(&Labels::polarity(), &truth, &models, Metric::F1, None, &bootstrap(500, seed));
        serde_json::to_string(&found.unwrap()).unwrap()
    };
    assert_eq!(of(3), of(3));
    assert_ne!(of(3), of(4));
}

/// A model that always says the same has no correlation: nothing is said of it, and the others are compared.
#[test]
fn an_undefined_score_has_no_difference() {
    let truth: Vec<usize> = (0..60).map(|text| text % 3).collect();
    let other = noisy(&truth, |text| text % 4 == 0);
    let found = compare(&truth, &[("a", &truth), ("same", &[1; 60]), ("b", &other)], Metric::Mcc, None);
    assert_eq!((found.models[1].score, found.models[1].interval), (None, None));
    let [nothing, apart, _] = &found.pairs[..] else { panic!("{found}") };
    assert_eq!((nothing.difference, nothing.interval, nothing.p, nothing.p_holm), (None, None, None, None));
    assert_eq!((nothing.undefined, apart.undefined), (1000, 0));
    assert_eq!(apart.p_holm, apart.p); // the only pair with a p-value
}

#[test]
fn what_cannot_be_compared_is_named() {
    let truth = [0usize, 1, 2];
    let (good, short, bad) = ([0usize, 1, 2], [0usize, 1], [0usize, 1, usize::MAX]);
    let of = |models: &[(&str, &[usize])], metric, clusters: Option<&[&str]>, bootstrap: &Bootstrap| {
        let truth = if models.iter().all(|(_, predicted)| predicted.is_empty()) { &[][..] } else { &truth };
        compare_models(&Labels::polarity(), truth, models, metric, clusters, bootstrap).unwrap_err().to_string()
    };
    let (default, accuracy) = (Bootstrap::default(), Metric::Accuracy);
    let two = [("a", &good[..]), ("b", &good[..])];
    for (error, faults) in [
        (of(&[], accuracy, None, &default), &["0 models; expected at least two"][..]),
        (of(&[("a", &good), ("a", &good)], accuracy, None, &default), &["model `a` stands twice"]),
        (
            of(&[("a", &short), ("b", &bad)], accuracy, None, &default),
            &["model `a`: ", "3 true labels and 2", "model `b`: row 2"],
        ),
        (of(&two, accuracy, Some(&["x", "y"]), &default), &["2 clusters for 3 texts"]),
        (of(&[("a", &[]), ("b", &[])], accuracy, None, &default), &["no rows"]),
        (of(&two, Metric::RocAuc, None, &default), &["macro ROC AUC needs probabilities"]),
        (of(&two, accuracy, None, &bootstrap(1, 0)), &["resamples: 1;"]),
    ] {
        assert!(faults.iter().all(|fault| error.contains(fault)), "{error}");
    }
}

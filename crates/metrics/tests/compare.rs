//! The paired bootstrap of models' differences: by hand, by simulation, and with what it must refuse.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_metrics::{Comparison, IntervalMethod, Metric, Scored, compare_models, evaluate};
use plaudit_stats::{Bootstrap, Stream};

fn bootstrap(resamples: usize, seed: u64) -> Bootstrap {
    let mut bootstrap = Bootstrap::default();
    (bootstrap.resamples, bootstrap.seed) = (resamples, seed);
    bootstrap
}

/// Compares models that give labels only.
fn compared(
    truth: &[usize],
    models: &[(&str, &[usize])],
    metric: Metric,
    clusters: Option<&[&str]>,
    bootstrap: &Bootstrap,
) -> Comparison {
    let scored = |given: &[usize]| Scored::from_labels(Labels::polarity(), truth.to_vec(), given).unwrap();
    let scored: Vec<Scored> = models.iter().map(|(_, given)| scored(given)).collect();
    let models: Vec<(&str, &Scored)> = models.iter().map(|(name, _)| *name).zip(&scored).collect();
    compare_models(&models, metric, clusters, bootstrap).unwrap()
}

fn compare(truth: &[usize], models: &[(&str, &[usize])], metric: Metric, clusters: Option<&[&str]>) -> Comparison {
    compared(truth, models, metric, clusters, &bootstrap(1000, 5))
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
    for part in ["accuracy", "95 % interval", "p (Holm)", "+0.050", "-0.050", "intervals: 400 texts, 1000 resamples"] {
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
        let found = compared(&truth, &models, metric, clusters, &bootstrap(300, survey));
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
        serde_json::to_string(&compared(&truth, &models, Metric::F1, None, &bootstrap(500, seed))).unwrap()
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

/// Two labels, weights 1 to 3, and for each model the probability of the first label.
fn weighted() -> [Scored; 2] {
    let truth: Vec<usize> = (0..200).map(|i| i % 2).collect();
    let model = |span: f64, base: f64, step: usize, flip: usize| {
        let row = |i: usize| {
            let far = base + span * (i * step % 100) as f64 / 100.0;
            let p = if truth[i] == 0 { far } else { 1.0 - far };
            if i.is_multiple_of(flip) { 1.0 - p } else { p }
        };
        let probabilities = (0..200).flat_map(|i| [row(i), 1.0 - row(i)]).collect();
        let scored = Scored::new(Labels::new(["good", "poor"]).unwrap(), truth.clone(), probabilities).unwrap();
        scored.with_weights((0..200).map(|i| (1 + i % 3) as f64).collect()).unwrap()
    };
    [model(0.4, 0.55, 37, 9), model(0.45, 0.5, 53, 5)]
}

// scikit-learn 1.9.1, numpy 2.4.6: i = arange(200); t = i % 2; w = 1 + i % 3; pa = where(t == 0, .55 + .4 * (i * 37 % 100) / 100,
// .45 - ..), 1 - pa where i % 9 == 0; pb with .5, .45, 53 and 5; log_loss(t, [pa, 1 - pa], sample_weight=w) and
// roc_auc_score(t, 1 - pa, sample_weight=w), and of pb -> 0.388093, 0.523310; 0.931734, 0.826734. Differences over resamples
// k = bincount(rng.integers(0, 200, 200), minlength=200) * w, rng = default_rng(1): np.quantile(d, [.025, .975])
//   -> log-loss, 20,000 resamples: -0.215913, -0.056736; ROC AUC, 4,000: 0.037731, 0.172638
#[test]
fn figures_of_probabilities_equal_scikit_learn_within_the_chance_of_resampling() {
    let [first, second] = weighted();
    let models = [("first", &first), ("second", &second)];
    for (metric, scores, ends, close) in [
        (Metric::LogLoss, [0.388_092_564_884_239_54, 0.523_310_082_565_622_4], [-0.2159, -0.0567], 0.012),
        (Metric::RocAuc, [0.931_733_668_341_708_5, 0.826_733_668_341_708_5], [0.0377, 0.1726], 0.012),
    ] {
        let found = compare_models(&models, metric, None, &bootstrap(2000, 5)).unwrap();
        for (model, expected) in found.models.iter().zip(scores) {
            assert!((model.score.unwrap() - expected).abs() < 1e-12, "{found}");
        }
        let interval = found.pairs[0].interval.unwrap();
        assert!((interval.low - ends[0]).abs() < close && (interval.high - ends[1]).abs() < close, "{interval:?}");
        assert!(found.pairs[0].p.unwrap() < 0.01, "{found}");
    }
}

/// One figure alone is the one of an evaluation, and its interval that of the same resamples.
#[test]
fn every_figure_is_that_of_an_evaluation() {
    let [first, second] = weighted();
    let models = [("first", &first), ("second", &second)];
    let evaluation = evaluate(&first, None, &bootstrap(300, 5)).unwrap();
    for metric in Metric::OVERALL {
        let (found, figure) = (
            compare_models(&models, metric, None, &bootstrap(300, 5)).unwrap(),
            evaluation.figure(metric, None).unwrap(),
        );
        assert_eq!(found.models[0].score, figure.value, "{metric:?}");
        if figure.method == Some(IntervalMethod::Bootstrap) {
            assert_eq!(found.models[0].interval, figure.interval, "{metric:?}");
        }
    }
}

/// The p-value is there where the interval is not.
#[test]
fn where_all_resamples_are_equal_there_is_a_p_value() {
    let truth = [1; 20];
    let found = compare(&truth, &[("right", &[1; 20]), ("wrong", &[0; 20])], Metric::Accuracy, None);
    let pair = &found.pairs[0];
    assert_eq!((pair.difference, pair.interval, pair.p), (Some(1.0), None, Some(1.0 / 1001.0)));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let of = |truth: &[usize], labels: Labels| Scored::from_labels(labels, truth.to_vec(), truth).unwrap();
    let good = of(&[0, 1, 2], Labels::polarity());
    let (short, other) = (of(&[0, 1], Labels::polarity()), of(&[0, 1, 2], Labels::dpms()));
    let heavy = good.clone().with_weights(vec![1.0, 1.0, 2.0]).unwrap();
    let none = of(&[], Labels::polarity());
    let of = |models: &[(&str, &Scored)], clusters: Option<&[&str]>, bootstrap: &Bootstrap| {
        compare_models(models, Metric::Accuracy, clusters, bootstrap).unwrap_err().to_string()
    };
    let default = Bootstrap::default();
    let two = [("a", &good), ("b", &good)];
    let mut many = bootstrap(1_000_000, 0);
    many.level = 0.9;
    let names: Vec<String> = (0..101).map(|model| model.to_string()).collect();
    let enough = weighted();
    let hundred: Vec<(&str, &Scored)> = names.iter().map(|name| (name.as_str(), &enough[0])).collect();
    for (error, faults) in [
        (of(&[], None, &default), &["0 models; expected at least two"][..]),
        (of(&two[..1], None, &default), &["1 models; expected at least two"]),
        (of(&[("a", &good), ("a", &good)], None, &default), &["model `a` stands twice"]),
        (of(&[("a", &good), ("b", &short)], None, &default), &["model `b` has other true labels than the first one"]),
        (of(&[("a", &good), ("b", &other)], None, &default), &["model `b` has other labels than"]),
        (of(&[("a", &good), ("b", &heavy)], None, &default), &["model `b` has other weights than"]),
        (of(&two, Some(&["x", "y"]), &default), &["2 clusters for 3 texts"]),
        (of(&[("a", &none), ("b", &none)], None, &default), &["there are no texts"]),
        (of(&two, None, &bootstrap(1, 0)), &["resamples: 1;"]),
        (of(&hundred, None, &many), &["1000000 resamples of 101 figures", "at most 100000000"]),
    ] {
        assert!(faults.iter().all(|fault| error.contains(fault)), "{error}");
    }
}

//! What holds for every set of probabilities, and cases worked out by hand.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::{Labels, Scores};
use plaudit_metrics::{
    Bootstrap, Evaluation, IntervalMethod, Metric, Scored, brier, calibration_error, evaluate, log_loss, pr_curve,
    reliability, roc_curve,
};
use plaudit_stats::Stream;
use proptest::prelude::*;

fn labels(k: usize) -> Labels {
    Labels::new((0..k).map(|label| format!("label {label}"))).unwrap()
}

fn few() -> Bootstrap {
    let mut bootstrap = Bootstrap::default();
    bootstrap.resamples = 200;
    bootstrap
}

/// Two labels: the true one and the probability of the first.
fn binary(rows: &[(usize, f64)]) -> Scored {
    let probabilities = rows.iter().flat_map(|&(_, p)| [p, 1.0 - p]).collect();
    Scored::new(labels(2), rows.iter().map(|row| row.0).collect(), probabilities).unwrap()
}

/// A number of labels, and for each text its label and probabilities in steps of a tenth, so that ties are frequent.
fn texts() -> impl Strategy<Value = (usize, Vec<(usize, Vec<f64>)>)> {
    (1usize..5).prop_flat_map(|k| {
        let row = prop::collection::vec(0u32..4, k).prop_map(|parts| {
            let sum: u32 = parts.iter().sum();
            let even = 1.0 / parts.len() as f64;
            parts.iter().map(|&part| if sum == 0 { even } else { f64::from(part) / f64::from(sum) }).collect()
        });
        (Just(k), prop::collection::vec((0..k, row), 0..30))
    })
}

fn scored(k: usize, texts: &[(usize, Vec<f64>)]) -> Scored {
    let truth = texts.iter().map(|text| text.0).collect();
    Scored::new(labels(k), truth, texts.iter().flat_map(|text| text.1.clone()).collect()).unwrap()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    }
}

fn values(evaluation: &Evaluation) -> Vec<Option<f64>> {
    evaluation.figures.iter().map(|figure| figure.value).collect()
}

#[test]
fn areas_by_hand() {
    // Positives .9 .6 .6, negatives .7 .6: of six pairs, .9 wins two, .6 each loses one and ties one: 2 + 0.5 + 0.5 of 6.
    let scored = binary(&[(0, 0.9), (1, 0.7), (0, 0.6), (1, 0.6), (0, 0.6)]);
    let roc = roc_curve(&scored, 0).unwrap();
    assert!((roc.auc - 0.5).abs() < 1e-12);
    let points: Vec<_> = roc.points.iter().map(|point| (point.fpr, point.tpr)).collect();
    assert_eq!(points, [(0.0, 0.0), (0.0, 1.0 / 3.0), (0.5, 1.0 / 3.0), (1.0, 1.0)]);
    assert_eq!(roc.points[0].threshold, None);
    assert_eq!(roc.points[3].threshold, Some(0.6));
    // 1/3 at precision 1, then 2/3 at 3 of 5.
    let pr = pr_curve(&scored, 0).unwrap();
    assert!((pr.average_precision - (1.0 / 3.0 + 2.0 / 3.0 * 0.6)).abs() < 1e-12);
    assert_eq!((roc_curve(&scored, 2), pr_curve(&scored, 2)), (None, None));
    // Risk-coverage: .9 right; .7 wrong; three at .6, one of them wrong: (0 + 1/2 + 3 * 2/5) / 5.
    let aurc = evaluate(&scored, None, &few()).unwrap().value(Metric::Aurc).unwrap();
    assert!((aurc - (0.5 + 1.2) / 5.0).abs() < 1e-12, "{aurc}");
}

/// NumPy: `p = 0.5 + np.arange(30) / 64; hit = np.arange(30) * 7 % 10 < 6`, three bins of ten by falling p, in each
/// `(y - c)**2 - y * (1 - y) / 9` with y = .6 and c = .8828125, .7265625, .5703125; mean, root -> 0.07501627427598634
#[test]
fn calibration_by_hand() {
    let rows: Vec<_> = (0..30).map(|i| (usize::from(i * 7 % 10 >= 6), 0.5 + i as f64 / 64.0)).collect();
    let reliability = reliability(&binary(&rows), None, 3);
    assert!((reliability.error.unwrap() - 0.075_016_274_275_986_34).abs() < 1e-12);
    let bins: Vec<_> = reliability.bins.iter().map(|bin| (bin.texts, bin.promised, bin.observed)).collect();
    assert_eq!(bins, [(10, 0.570_312_5, 0.6), (10, 0.726_562_5, 0.6), (10, 0.882_812_5, 0.6)]);
    // A label that does not exist is not perfectly calibrated.
    let none = plaudit_metrics::reliability(&binary(&rows), Some(2), 3);
    assert_eq!((none.bins.len(), none.error), (0, None));
}

/// Labels drawn by the probabilities themselves: little is left of what chance alone adds, which would be 0.126.
// numpy 2.4.6, rng = default_rng(1), 20,000 times: p = np.sort(.5 + rng.random(150) / 2)[::-1]; y = rng.random(150) < p; means of
// ten, P = p.reshape(15, 10).mean(1) and Y; np.sqrt(max(0, np.mean((Y - P)**2 - Y * (1 - Y) / 9)))
//   -> mean 0.0313640, standard deviation 0.0415822, share of zeros 0.5573; of np.sqrt(np.mean((Y - P)**2)), mean 0.1264
#[test]
fn calibrated_probabilities_have_the_error_that_numpy_finds() {
    let (mut sum, mut zeros) = (0.0, 0.0);
    for sample in 0..1000 {
        let mut stream = Stream::new(1, "calibrated", sample);
        let rows: Vec<_> = (0..150)
            .map(|_| {
                let p = 0.5 + stream.uniform() / 2.0;
                (usize::from(stream.uniform() >= p), p)
            })
            .collect();
        let error = reliability(&binary(&rows), None, 15).error.unwrap();
        sum += error / 1000.0;
        zeros += f64::from(u8::from(error == 0.0)) / 1000.0;
    }
    // four standard errors of a thousand samples
    assert!((sum - 0.031_364).abs() < 0.005_3, "{sum}");
    assert!((zeros - 0.557_3).abs() < 0.063, "{zeros}");
}

// numpy 2.4.6: i = np.arange(40); t = i * 7 % 3; q = [(1 + i * 3 % 8) / 16, (1 + i * 5 % 6) / 16, the rest]; for each label c
// eight bins by falling p = q[:, c], a text in min(int((sum(p > x) + sum(p == x) / 2) / 40 * 8), 7), y = (t == c); with n the
// share of a bin's texts, added up: n (mean p - mean y)**2, n (mean y - y.mean())**2, n (var p - 2 cov(p, y)), and
// y.mean() (1 - y.mean())
//   -> 0.3137053571428571, 0.22794642857142855, 0.001116071428571428, 0.66625
// np.mean(((q - np.eye(3)[t])**2).sum(1)) -> 0.753125
#[test]
fn every_part_of_the_brier_score_equals_numpy() {
    let rows = (0..40).map(|i| (f64::from(1 + i * 3 % 8) / 16.0, f64::from(1 + i * 5 % 6) / 16.0));
    let probabilities = rows.flat_map(|(first, second)| [first, second, 1.0 - first - second]).collect();
    let truth = (0..40).map(|i| i * 7 % 3).collect();
    let found = brier(&Scored::new(labels(3), truth, probabilities).unwrap()).unwrap();
    for (ours, theirs) in [
        (found.score, 0.753_125),
        (found.reliability, 0.313_705_357_142_857_1),
        (found.resolution, 0.227_946_428_571_428_55),
        (found.uncertainty, 0.666_25),
        (found.within_bins, 0.001_116_071_428_571_428),
    ] {
        assert!((ours - theirs).abs() < 1e-12, "{found:?}");
    }
}

/// Over many samples the interval of the calibration error holds the true one about as often as it says.
#[test]
fn the_calibration_errors_interval_covers() {
    let mut covered = 0;
    for sample in 0..200 {
        let mut stream = Stream::new(2, "overconfident", sample);
        let rows: Vec<_> = (0..400)
            .map(|_| {
                let p = 0.6 + 0.39 * stream.uniform();
                (usize::from(stream.uniform() >= p - 0.1), p) // promises 0.1 too much everywhere
            })
            .collect();
        let evaluation = evaluate(&binary(&rows), None, &few()).unwrap();
        let interval = evaluation.figure(Metric::CalibrationError, None).unwrap().interval.unwrap();
        covered += usize::from(interval.low <= 0.1 && 0.1 <= interval.high);
    }
    assert!((178..=199).contains(&covered), "{covered} of 200"); // 190 expected; four standard errors are 12
}

#[test]
fn shares_of_texts_get_wilson_and_clusters_do_not() {
    let rows: Vec<_> = (0..60).map(|i| (i % 2, 0.3 + 0.4 * (i % 5) as f64 / 4.0)).collect();
    let scored = binary(&rows);
    let evaluation = evaluate(&scored, None, &few()).unwrap();
    let method = |evaluation: &Evaluation, metric, label| evaluation.figure(metric, label).unwrap().method;
    assert_eq!(method(&evaluation, Metric::Accuracy, None), Some(IntervalMethod::Wilson));
    assert_eq!(evaluation.figure(Metric::Accuracy, None).unwrap().interval, evaluation.report.accuracy_interval);
    assert_eq!(method(&evaluation, Metric::Recall, Some("label 0")), Some(IntervalMethod::Wilson));
    assert_eq!(method(&evaluation, Metric::F1, Some("label 0")), Some(IntervalMethod::Bootstrap));

    let names: Vec<String> = (0..60).map(|i| format!("author {}", i / 5)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let clustered = evaluate(&scored, Some(&names), &few()).unwrap();
    assert_eq!(clustered.clusters, Some(12));
    assert_eq!(method(&clustered, Metric::Accuracy, None), Some(IntervalMethod::Bootstrap));
    assert_eq!(values(&clustered), values(&evaluation));
    let few_clusters = evaluate(&scored, Some(&vec!["one"; 60]), &few()).unwrap();
    assert!(few_clusters.figures.iter().all(|figure| figure.interval.is_none()));
    let error = evaluate(&scored, Some(&["one"]), &few()).unwrap_err().to_string();
    assert!(error.contains("1 clusters for 60 texts"), "{error}");
}

#[test]
fn what_is_no_probability_is_refused() {
    for (truth, p, fault) in [
        (vec![0], vec![0.5], "1 probabilities for 1 true labels"),
        (vec![2], vec![0.5, 0.5], "row 0: true label 2; expected 0 to 1"),
        (vec![0, 0], vec![0.5, 0.5, f64::NAN, 0.5], "row 1: NaN is no probability"),
        (vec![0], vec![-0.1, 1.1], "row 0: -0.1 is no probability"),
        (vec![0], vec![0.5, 0.4], "row 0: the probabilities add up to 0.9"),
        (vec![0], vec![f64::INFINITY, 0.0], "row 0: inf is no probability"),
    ] {
        let error = Scored::new(labels(2), truth, p).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    let mut scores = Scores::new(labels(2));
    scores.push(&[0.7, 0.7]).unwrap();
    assert!(Scored::from_scores(vec![0], &scores).unwrap_err().to_string().contains("add up to 1.39"));
    let one = || binary(&[(0, 0.5)]);
    for weights in [vec![], vec![-1.0], vec![f64::NAN], vec![f64::INFINITY]] {
        assert!(one().with_weights(weights).is_err());
    }
    let error = evaluate(&one(), None, &serde_json::from_str(r#"{"resamples": 3, "level": 2}"#).unwrap()).unwrap_err();
    assert!(error.to_string().contains("resamples") && error.to_string().contains("level"), "{error}");
}

#[test]
fn nothing_gives_nothing() {
    let evaluation = evaluate(&Scored::new(labels(3), vec![], vec![]).unwrap(), None, &few()).unwrap();
    assert!(evaluation.figures.iter().all(|figure| figure.value.is_none() && figure.interval.is_none()));
    assert!(evaluation.reliability.bins.is_empty() && evaluation.brier.is_none());
    assert!(!evaluation.to_string().contains("NaN"));
    let weightless = binary(&[(0, 0.5), (1, 0.5)]).with_weights(vec![0.0, 0.0]).unwrap();
    let evaluation = evaluate(&weightless, None, &few()).unwrap();
    assert!(evaluation.figures.iter().all(|figure| figure.value.is_none()));
    // A text that was thought impossible costs -ln(2.2e-16), not infinity.
    let loss = log_loss(&binary(&[(0, 0.0)])).unwrap();
    assert!((loss - 36.04).abs() < 0.01, "{loss}");
}

#[test]
fn intervals_do_not_change_with_the_run() {
    let rows: Vec<_> = (0..50).map(|i| (i % 2, (i * 17 % 50) as f64 / 50.0)).collect();
    let run = || evaluate(&binary(&rows), None, &few()).unwrap();
    assert_eq!(run(), run());
    let mut other = few();
    other.seed = 1;
    assert_ne!(run(), evaluate(&binary(&rows), None, &other).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The area is the share of pairs in the right order, ties counted half.
    #[test]
    fn areas_equal_all_pairs((k, texts) in texts()) {
        let evaluation = evaluate(&scored(k, &texts), None, &few()).unwrap();
        for label in 0..k {
            let (own, other): (Vec<_>, Vec<_>) = texts.iter().partition(|text| text.0 == label);
            let pairs = own.iter().flat_map(|a| other.iter().map(move |b| (a.1[label], b.1[label])));
            let won: f64 = pairs.map(|(a, b)| if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 }).sum();
            let count = (own.len() * other.len()) as f64;
            let expected = (count > 0.0).then(|| won / count);
            let name = format!("label {label}");
            prop_assert!(close(evaluation.figure(Metric::RocAuc, Some(&name)).unwrap().value, expected));
        }
    }

    #[test]
    fn a_weight_is_so_many_copies((k, texts) in texts(), times in prop::collection::vec(0usize..3, 30)) {
        let copies: Vec<_> =
            texts.iter().zip(&times).flat_map(|(text, &times)| std::iter::repeat_n(text.clone(), times)).collect();
        let weights = times.iter().take(texts.len()).map(|&times| times as f64).collect();
        let weighted = evaluate(&scored(k, &texts).with_weights(weights).unwrap(), None, &few()).unwrap();
        let copied = evaluate(&scored(k, &copies), None, &few()).unwrap();
        for (a, b) in weighted.figures.iter().zip(&copied.figures) {
            // The calibration error subtracts chance, and two copies of a text are no two draws.
            if a.metric != Metric::CalibrationError {
                prop_assert!(close(a.value, b.value), "{:?} {:?}: {:?} for {:?}", a.metric, a.label, a.value, b.value);
            }
        }
    }

    #[test]
    fn the_order_of_the_texts_does_not_matter((k, texts) in texts()) {
        let mut turned = texts.clone();
        turned.reverse();
        let (a, b) = (scored(k, &texts), scored(k, &turned));
        let (a, b) = (evaluate(&a, None, &few()).unwrap(), evaluate(&b, None, &few()).unwrap());
        prop_assert!(values(&a).into_iter().zip(values(&b)).all(|(a, b)| close(a, b)));
    }

    #[test]
    fn renaming_the_labels_permutes_the_figures((k, texts) in texts()) {
        let turned: Vec<_> = texts
            .iter()
            .map(|(truth, row)| (k - 1 - truth, row.iter().rev().copied().collect::<Vec<_>>()))
            .collect();
        // Of equal probabilities the first label is taken: without such, nothing hangs on the labels' order.
        let best = |row: &[f64]| row.iter().copied().fold(0.0, f64::max);
        let tied = |row: &[f64]| row.iter().filter(|&&p| p == best(row)).count() > 1;
        prop_assume!(!texts.iter().any(|text| tied(&text.1)));
        let (a, b) = (scored(k, &texts), scored(k, &turned));
        let (a, b) = (evaluate(&a, None, &few()).unwrap(), evaluate(&b, None, &few()).unwrap());
        for figure in &a.figures {
            let label = figure.label.as_deref().map(|label| {
                let number: usize = label.strip_prefix("label ").unwrap().parse().unwrap();
                format!("label {}", k - 1 - number)
            });
            let other = b.figure(figure.metric, label.as_deref()).unwrap();
            // The second of equal ones hangs on the order still.
            if figure.metric != Metric::TopTwo {
                prop_assert!(close(figure.value, other.value), "{:?}", figure.metric);
            }
        }
    }

    #[test]
    fn the_parts_of_the_brier_score_add_up((k, texts) in texts()) {
        if let Some(brier) = brier(&scored(k, &texts)) {
            let sum = brier.reliability - brier.resolution + brier.uncertainty + brier.within_bins;
            prop_assert!((brier.score - sum).abs() < 1e-9, "{brier:?}");
            prop_assert!(brier.reliability >= 0.0 && brier.resolution >= 0.0 && brier.uncertainty >= -1e-12);
        }
    }

    #[test]
    fn an_evaluation_reads_back((k, texts) in texts(), weight in 0.1..3.0f64) {
        let weights = (0..texts.len()).map(|row| weight * (row % 3) as f64).collect();
        let evaluation = evaluate(&scored(k, &texts).with_weights(weights).unwrap(), None, &few()).unwrap();
        let json = serde_json::to_string(&evaluation).unwrap();
        prop_assert_eq!(serde_json::from_str::<Evaluation>(&json).unwrap(), evaluation.clone());
        for figure in &evaluation.figures {
            let signed = [Metric::Mcc, Metric::Kappa, Metric::QuadraticKappa].contains(&figure.metric);
            let most = if figure.metric == Metric::LogLoss { 37.0 } else if figure.metric == Metric::Brier { 2.0 } else { 1.0 };
            let least = if signed { -1.0 } else { 0.0 };
            let inside = |value: f64| (least - 1e-9..=most + 1e-9).contains(&value);
            prop_assert!(figure.value.is_none_or(inside), "{figure:?}");
            prop_assert!(figure.interval.is_none_or(|ends| ends.low <= ends.high && inside(ends.low) && inside(ends.high)));
        }
    }

    #[test]
    fn curves_rise_and_end_where_they_must((k, texts) in texts()) {
        let scored = scored(k, &texts);
        prop_assert!(calibration_error(&scored).is_none_or(|error| (0.0..=1.0).contains(&error)));
        for label in 0..k {
            if let Some(curve) = roc_curve(&scored, label) {
                let rises = curve.points.windows(2).all(|ends| ends[0].fpr <= ends[1].fpr && ends[0].tpr <= ends[1].tpr);
                let (first, last) = (curve.points.first().unwrap(), curve.points.last().unwrap());
                prop_assert!(rises && (first.fpr, first.tpr) == (0.0, 0.0));
                prop_assert!((last.fpr - 1.0).abs() < 1e-12 && (last.tpr - 1.0).abs() < 1e-12);
            }
        }
    }
}

/// Weights at both ends of what is allowed give numbers, none of them NaN.
#[test]
fn extreme_weights_give_numbers() {
    for size in [1e-60, 1e60] {
        let rows: Vec<_> = (0..40).map(|i| (i % 2, (i * 17 % 40) as f64 / 40.0)).collect();
        let plain = evaluate(&binary(&rows), None, &few()).unwrap();
        let weighted = evaluate(&binary(&rows).with_weights(vec![size; 40]).unwrap(), None, &few()).unwrap();
        assert!(values(&weighted).into_iter().zip(values(&plain)).all(|(a, b)| close(a, b)), "{size}");
        let json = serde_json::to_string(&weighted).unwrap();
        assert_eq!(serde_json::from_str::<Evaluation>(&json).unwrap(), weighted);
    }
    assert!(binary(&[(0, 0.5)]).with_weights(vec![1e61]).is_err());
    assert!(binary(&[(0, 0.5)]).with_weights(vec![1e-61]).is_err());
}

/// Sums of weights may pass what one text may weigh: Matthews' correlation is then no silent 0.
#[test]
fn sums_of_great_weights_have_a_correlation() {
    let counts: [[u64; 2]; 2] = [[8, 2], [3, 7]].map(|row: [u64; 2]| row.map(|count| count * 500_000_000_000_000_000));
    let mut correlations = Vec::new();
    for size in [1.0, 1e-60, 1e60] {
        let cells = |of: f64| counts.map(|row| row.map(|count| of * count as f64));
        let (weights, squares) = (cells(size), cells(size * size));
        let json = serde_json::json!({"labels": labels(2), "counts": counts, "weights": weights, "squares": squares});
        let matrix: plaudit_metrics::ConfusionMatrix = serde_json::from_value(json).unwrap();
        correlations.push(matrix.report().mcc.unwrap());
    }
    // (8 * 7 - 2 * 3) / sqrt(10 * 10 * 11 * 9)
    assert!(correlations.iter().all(|found| (found - 50.0 / 9900f64.sqrt()).abs() < 1e-12), "{correlations:?}");
}

/// Thirty texts without an error: no bootstrap interval of no width, and Wilson's where it is a share of texts.
#[test]
fn a_faultless_sample_is_not_certain() {
    let rows: Vec<_> =
        (0..30).map(|i| if i % 2 == 0 { (0, 0.7 + i as f64 / 150.0) } else { (1, 0.3 - i as f64 / 150.0) }).collect();
    let evaluation = evaluate(&binary(&rows), None, &few()).unwrap();
    for figure in &evaluation.figures {
        assert!(figure.interval.is_none_or(|ends| ends.high > ends.low), "{figure:?}");
    }
    let interval = |metric| evaluation.figure(metric, None).unwrap().interval;
    // statsmodels 0.15: proportion_confint(30, 30, method="wilson") -> 0.886487, 1.0
    assert!((interval(Metric::Accuracy).unwrap().low - 0.886_487).abs() < 1e-6);
    assert_eq!((interval(Metric::F1), interval(Metric::RocAuc)), (None, None));
    // With two labels it is always 1, and yet a share of texts.
    assert!(interval(Metric::TopTwo).is_some());
}

/// A label of one text is not drawn in a third of the resamples: they say nothing of a mean over all labels.
#[test]
fn a_label_that_is_not_drawn_leaves_means_undefined() {
    let mut texts: Vec<_> =
        (0..99).map(|i| (i % 2, if i % 10 == 1 { vec![0.4, 0.4, 0.2] } else { one_hot(i % 2) })).collect();
    texts.push((2, one_hot(2)));
    let evaluation = evaluate(&scored(3, &texts), None, &few()).unwrap();
    for metric in [Metric::F1, Metric::Precision, Metric::Recall, Metric::BalancedAccuracy] {
        let figure = evaluation.figure(metric, None).unwrap();
        assert!(figure.value.is_some() && figure.interval.is_none(), "{figure:?}");
    }
    assert!(evaluation.figure(Metric::WeightedF1, None).unwrap().interval.is_some());
}

fn one_hot(label: usize) -> Vec<f64> {
    (0..3).map(|other| if other == label { 0.8 } else { 0.1 }).collect()
}

/// Of a label whose texts weigh nine times as much, there are no more texts for that.
#[test]
fn weights_make_no_texts() {
    let rows: Vec<_> = (0..1000)
        .map(|i| (usize::from(i >= 900), if i % 5 == 0 { 0.6 } else { 0.1 + 0.8 * f64::from(u8::from(i < 900)) }))
        .collect();
    let weights = (0..1000).map(|i| if i < 900 { 1.0 } else { 9.0 }).collect();
    let plain = evaluate(&binary(&rows), None, &few()).unwrap();
    let weighted = evaluate(&binary(&rows).with_weights(weights).unwrap(), None, &few()).unwrap();
    let recall =
        |evaluation: &Evaluation| evaluation.figure(Metric::Recall, Some("label 1")).unwrap().interval.unwrap();
    let (plain, weighted) = (recall(&plain), recall(&weighted));
    assert!((plain.low - weighted.low).abs() < 1e-12 && (plain.high - weighted.high).abs() < 1e-12);
    // statsmodels 0.15: proportion_confint(80, 100, method="wilson") -> 0.711171, 0.866633
    assert!((plain.low - 0.711_171).abs() < 1e-6 && (plain.high - 0.866_633).abs() < 1e-6, "{plain:?}");
}

/// Clusters are no independent texts, and another level is that of all intervals.
#[test]
fn all_intervals_of_an_evaluation_are_made_alike() {
    let rows: Vec<_> = (0..60).map(|i| (i % 2, 0.3 + 0.4 * (i % 5) as f64 / 4.0)).collect();
    let names: Vec<String> = (0..60).map(|i| format!("author {}", i / 5)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let clustered = evaluate(&binary(&rows), Some(&names), &few()).unwrap();
    let report = &clustered.report;
    assert!(report.accuracy_interval.is_none() && report.classes.iter().all(|class| class.recall_interval.is_none()));
    assert!(clustered.reliability.bins.iter().all(|bin| bin.interval.is_none()));
    let mut wide = few();
    wide.level = 0.8;
    let evaluation = evaluate(&binary(&rows), None, &wide).unwrap();
    let levels = evaluation.figures.iter().filter_map(|figure| figure.interval).map(|ends| ends.level);
    let bins = evaluation.reliability.bins.iter().filter_map(|bin| bin.interval).map(|ends| ends.level);
    assert!(
        levels.chain(bins).chain(evaluation.report.accuracy_interval.map(|ends| ends.level)).all(|level| level == 0.8)
    );
}

/// Of few texts, a calibrated classifier's error is not that of single texts.
#[test]
fn few_texts_are_not_called_badly_calibrated() {
    let mut sum = 0.0;
    for sample in 0..100 {
        let mut stream = Stream::new(3, "few", sample);
        let rows: Vec<_> = (0..20)
            .map(|_| {
                let p = 0.5 + stream.uniform() / 2.0;
                (usize::from(stream.uniform() >= p), p)
            })
            .collect();
        sum += calibration_error(&binary(&rows)).unwrap() / 100.0;
    }
    assert!(sum < 0.15, "{sum}"); // a bin a text would say 0.28
}

/// A thousand labels and a million resamples would be 48 GB.
#[test]
fn more_numbers_than_memory_holds_are_refused() {
    let names = Labels::new((0..1000).map(|label| format!("label {label}"))).unwrap();
    let truth: Vec<usize> = (0..12).collect();
    let scored = Scored::from_labels(names, truth.clone(), &truth).unwrap();
    let mut many = Bootstrap::default();
    many.resamples = 1_000_000;
    let error = evaluate(&scored, None, &many).unwrap_err().to_string();
    assert!(
        error.contains("1000000 resamples of 6018 figures are 6018000000 numbers; expected at most 100000000"),
        "{error}"
    );
}

#[test]
fn given_labels_are_certain() {
    let scored = Scored::from_labels(labels(3), vec![0, 1, 2], &[0, 2, 2]).unwrap();
    assert_eq!(scored.rows().collect::<Vec<_>>(), [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]);
    assert_eq!(scored.confusion().correct(), 2);
    for (truth, predicted, fault) in [
        (vec![0], vec![], "1 true labels and 0 predicted ones"),
        (vec![0], vec![3], "row 0: predicted label 3; expected 0 to 2"),
        (vec![0, 7], vec![0, 1], "row 1: true label 7; expected 0 to 2"),
    ] {
        let error = Scored::from_labels(labels(3), truth, &predicted).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}

#[test]
fn an_evaluation_reads_well() {
    let rows: Vec<_> = (0..40).map(|i| (usize::from(i % 4 == 3), 0.3 + 0.4 * (i % 5) as f64 / 4.0)).collect();
    let expected = "\
all labels               value    55 % interval
accuracy                 0.550   0.490 to 0.608
balanced accuracy        0.500   0.469 to 0.609
macro precision          0.500   0.469 to 0.589
macro recall             0.500   0.469 to 0.609
macro specificity        0.500   0.469 to 0.609
macro F1                 0.487   0.440 to 0.581
weighted F1              0.577   0.540 to 0.665
Matthews correlation     0.000  -0.060 to 0.200
Cohen's kappa            0.000  -0.056 to 0.192
quadratic kappa          0.000  -0.056 to 0.192
top-2 accuracy           1.000   0.986 to 1.000
log-loss                 0.736   0.689 to 0.755
Brier score              0.540   0.496 to 0.557
calibration error        0.186   0.000 to 0.243
macro ROC AUC            0.500   0.459 to 0.631
Hand-Till AUC            0.500   0.459 to 0.631
macro average precision  0.500   0.489 to 0.579
risk-coverage area       0.473   0.371 to 0.515

label    support          precision             recall        specificity                 F1            ROC AUC                 AP
label 0       30  0.750 (0.68-0.81)  0.600 (0.53-0.67)  0.400 (0.29-0.52)  0.667 (0.63-0.73)  0.500 (0.46-0.63)  0.750 (0.72-0.85)
label 1       10  0.250 (0.18-0.34)  0.400 (0.29-0.52)  0.600 (0.53-0.67)  0.308 (0.25-0.43)  0.500 (0.46-0.63)  0.250 (0.22-0.37)

Brier score 0.540 = reliability 0.165 - resolution 0.000 + uncertainty 0.375 + within bins 0.000
22 of 40 right; intervals: 40 texts, 100 resamples

truth \\ predicted  label 0  label 1
label 0                 18       12
label 1                  6        4
";
    let mut bootstrap = few();
    bootstrap.level = 0.55; // 100 times it is 55 and a bit
    bootstrap.resamples = 100;
    assert_eq!(evaluate(&binary(&rows), None, &bootstrap).unwrap().to_string(), expected);
    // Of nine texts nothing is drawn.
    let few = evaluate(&binary(&rows[..9]), None, &few()).unwrap().to_string();
    assert!(few.contains("3 of 9 right; intervals: 9 texts, too few to resample\n"), "{few}");
}

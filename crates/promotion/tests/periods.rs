//! Two periods of the same divisions.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::periods::{
    DivisionChange, ErrorDriftConfig, Many, PeriodComparison, PeriodConfig, Statement, compare, error_drift,
};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use plaudit_promotion::{DivisionCounts, Policy, Survey};
use plaudit_stats::{Stream, dirichlet, multinomial};
use proptest::prelude::*;

fn survey(divisions: &[(&str, [u64; 3])]) -> Survey {
    let divisions = divisions.iter().map(|(name, counts)| DivisionCounts::new(*name, *counts)).collect();
    Survey::new(Labels::polarity(), divisions).unwrap()
}

fn gold(rows: [[u64; 3]; 3]) -> ErrorMatrix {
    ErrorMatrix::new(Labels::polarity(), Origin::SetAside, &rows).unwrap()
}

fn posterior(rows: [[u64; 3]; 3], draws: usize) -> CutPosterior {
    let mut config = CutConfig::default();
    config.draws = draws;
    CutPosterior::new(&gold(rows), &config).unwrap()
}

fn each() -> PeriodConfig {
    let mut config = PeriodConfig::default();
    config.many = Many::Each;
    config
}

fn one(before: [u64; 3], after: [u64; 3], config: &PeriodConfig, errors: Option<&CutPosterior>) -> DivisionChange {
    let comparison = compare(&survey(&[("d", before)]), &survey(&[("d", after)]), config, errors).unwrap();
    comparison.divisions.into_iter().next().unwrap()
}

// numpy 2.4.6, rng = np.random.default_rng(1), 4 million draws of Dirichlet(counts + .5) each; score = share 0 - share 2:
//   d = s(70, 20, 30) - s(50, 20, 40): mean, quantiles .025 and .975, share above 0
#[test]
fn equals_numpy() {
    let mut config = each();
    config.draws = 100_000;
    let found = one([50, 20, 40], [70, 20, 30], &config, None);
    let score = found.score.unwrap();
    let expected = [0.239_420, 0.013_798, 0.462_049, 0.981_210];
    for (found, expected) in
        [score.change, score.interval.low, score.interval.high, score.probability_up].into_iter().zip(expected)
    {
        assert!((found - expected).abs() < 0.004, "{score:?}");
    }
    assert!((score.interval.level - 0.95).abs() < 1e-15);
    assert_eq!(found.statement, Statement::Better);
    assert!((found.p_value.unwrap() - 2.0 * (1.0 - expected[3])).abs() < 0.004, "{found:?}");
}

#[test]
fn every_division_has_its_statement() {
    let before = survey(&[("fell", [80, 10, 10]), ("few", [3, 3, 3]), ("gone", [40, 4, 4]), ("same", [50, 20, 30])]);
    let after = survey(&[
        ("empty", [0, 0, 0]),
        ("fell", [40, 20, 40]),
        ("few", [300, 30, 30]),
        ("gone", [0, 0, 0]),
        ("new", [20, 20, 20]),
        ("same", [50, 20, 30]),
    ]);
    let comparison = compare(&before, &after, &PeriodConfig::default(), None).unwrap();
    let statements: Vec<(&str, Statement)> =
        comparison.divisions.iter().map(|d| (d.division.as_str(), d.statement)).collect();
    let expected = [
        ("fell", Statement::Worse),
        ("few", Statement::TooFew),
        ("gone", Statement::OnlyBefore),
        ("new", Statement::OnlyAfter),
        ("same", Statement::NoClearChange),
    ];
    assert_eq!(statements, expected);
    let few = comparison.of("few").unwrap();
    assert!(few.score.is_some() && few.p_value.is_none() && few.shares.len() == 3);
    let gone = comparison.of("gone").unwrap();
    assert!(gone.score.is_none() && gone.shares.is_empty() && (gone.texts_before, gone.texts_after) == (48, 0));
    assert_eq!(comparison.of("fell").unwrap().moved(0.05).iter().map(|(label, _)| *label).collect::<Vec<_>>(), [0, 2]);
    let whole = comparison.whole.as_ref().unwrap();
    assert!((whole.within.change + whole.mix.change - whole.score.change).abs() < 1e-12);
    let names: Vec<Option<&str>> = whole.parts.iter().map(|part| part.division.as_deref()).collect();
    assert_eq!(names, [Some("fell"), Some("gone"), Some("new"), Some("same"), None]); // `few` has too few before

    let text = comparison.to_string();
    for expected in ["only before", "too few texts", "worse", "All together", "by the mix", "fell: negative is up from"]
    {
        assert!(text.contains(expected), "{text}");
    }
    let json = serde_json::to_string(&comparison).unwrap();
    assert_eq!(serde_json::from_str::<PeriodComparison>(&json).unwrap(), comparison);
    assert!(compare(&before, &survey(&[]), &PeriodConfig::default(), None).unwrap().whole.is_none());
}

/// What a classifier always gets wrong cancels where nothing changed: with 30 gold rows a label, its errors make the score of each
/// period uncertain, and its change much less so.
#[test]
fn both_periods_have_the_same_error_rates() {
    let errors = posterior([[20, 5, 5], [6, 18, 6], [5, 5, 20]], 1_000);
    let counts = [5_000, 3_000, 4_000];
    let found = one(counts, counts, &each(), Some(&errors));
    let score = found.score.unwrap();
    let alone = errors.division(&counts).unwrap().interval(0.95, |row| row[0] - row[2]);
    let (width, of_change) = (alone.high - alone.low, score.interval.high - score.interval.low);
    // independent error rates would make it 1.4 times as wide
    assert!(of_change < 0.8 * width, "{of_change} {width}");
    assert_eq!(found.statement, Statement::NoClearChange);
    assert!(score.interval.low < 0.0 && 0.0 < score.interval.high && of_change > 0.0);
}

#[test]
fn neither_names_nor_neighbours_change_a_division() {
    let errors = posterior([[80, 10, 10], [10, 80, 10], [10, 10, 80]], 500);
    for errors in [None, Some(&errors)] {
        let alone = one([60, 20, 20], [50, 30, 20], &each(), errors);
        let before = survey(&[("a", [60, 20, 20]), ("b", [60, 20, 20]), ("c", [10, 10, 10])]);
        let after = survey(&[("a", [50, 30, 20]), ("b", [50, 30, 20]), ("c", [11, 10, 10])]);
        let both = compare(&before, &after, &each(), errors).unwrap();
        for name in ["a", "b"] {
            let found = both.of(name).unwrap();
            assert_eq!((found.score, &found.shares, found.p_value), (alone.score, &alone.shares, alone.p_value));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(pool.install(|| compare(&before, &after, &each(), errors)).unwrap(), both);
        // Divisions with equal counts are drawn apart for the whole: two of them know more than one.
        let width = |comparison: &PeriodComparison| {
            let interval = comparison.whole.as_ref().unwrap().within.interval;
            interval.high - interval.low
        };
        let single =
            compare(&survey(&[("a", [60, 20, 20])]), &survey(&[("a", [50, 30, 20])]), &each(), errors).unwrap();
        assert!(width(&both) < 0.85 * width(&single), "{} {}", width(&both), width(&single));
    }
}

#[test]
fn what_cannot_be_compared_is_named() {
    let (some, other) = (survey(&[("a", [1, 2, 3])]), Survey::new(Labels::dpms(), Vec::new()).unwrap());
    let error =
        |before, after, config: &PeriodConfig, errors| compare(before, after, config, errors).unwrap_err().to_string();
    assert!(error(&some, &other, &each(), None).contains("after: labels"));
    let errors = posterior([[9, 1, 1], [1, 9, 1], [1, 1, 9]], 100);
    assert!(
        error(&some, &some, &each(), Some(&errors)).contains("draws: 200 of the shares; expected at least 20 / alpha")
    );
    let other = ErrorMatrix::new(Labels::new(["a"]).unwrap(), Origin::SetAside, &[[1]]).unwrap();
    let other = CutPosterior::new(&other, &CutConfig::default()).unwrap();
    assert!(error(&some, &some, &each(), Some(&other)).contains("those of the gold rows"));
    let huge = survey(&[("a", [1 << 53, 1, 0])]);
    assert!(error(&huge, &some, &each(), None).contains("before: more than 9007199254740992 texts"));
    let errors = posterior([[9, 1, 1], [1, 9, 1], [1, 1, 9]], 200);
    assert!(error(&some, &huge, &each(), Some(&errors)).contains("after: `a`"));
    let largest = survey(&[("a", [1 << 53, 0, 0])]);
    assert!(compare(&largest, &largest, &each(), None).unwrap().of("a").unwrap().p_value.unwrap() > 0.1);

    let mut config = each();
    (config.alpha, config.amount, config.draws) = (f64::NAN, 1.0, 1);
    let faults = config.validate().unwrap_err().to_string();
    assert!(["alpha: NaN", "amount: 1", "draws: 1"].iter().all(|fault| faults.contains(fault)), "{faults}");
    (config.alpha, config.amount, config.draws) = (0.01, 0.0, 1_999);
    assert!(config.validate().unwrap_err().to_string().contains("at least 20 / alpha"));
    config.utilities.remove("Neutral");
    (config.alpha, config.draws) = (0.05, 4_000);
    assert!(error(&some, &some, &config, None).contains("`neutral`"));
    let json = serde_json::to_string(&each()).unwrap();
    assert_eq!(serde_json::from_str::<PeriodConfig>(&json).unwrap(), each());
    assert!(serde_json::from_str::<PeriodConfig>(r#"{"alpa": 0.1}"#).is_err());
    assert_eq!(PeriodConfig::from_policy(&Policy::default()), PeriodConfig::default());
}

fn drawn(stream: &mut Stream, n: u64, shares: &[f64]) -> [u64; 3] {
    let mut counts = [0; 3];
    multinomial(stream, n, shares, &mut counts);
    counts
}

/// What is predicted of true labels with these error rates.
fn predicted(shares: &[f64; 3], rates: &[[f64; 3]; 3]) -> [f64; 3] {
    [0, 1, 2].map(|c| shares.iter().zip(rates).map(|(share, row)| share * row[c]).sum())
}

const RATES: [[f64; 3]; 3] = [[0.8, 0.1, 0.1], [0.15, 0.7, 0.15], [0.1, 0.1, 0.8]];

/// 300 runs each: a share of 0.95 has a standard error of 0.0126, one of 0.05 the same.
#[test]
fn intervals_hold_the_change_and_false_alarms_are_rare() {
    let (mut holds, mut alarms, mut plain_holds, mut plain_alarms) = (0, 0, 0, 0);
    let runs = 300;
    for run in 0..runs {
        let mut stream = Stream::new(run, "test: periods", 0);
        let mut shares = [[0.0; 3]; 2];
        shares.iter_mut().for_each(|shares| dirichlet(&mut stream, &[4.0, 2.0, 2.0], shares));
        let score = |shares: &[f64; 3]| shares[0] - shares[2];
        let truth = score(&shares[1]) - score(&shares[0]);

        let rows = [0, 1, 2].map(|label: usize| drawn(&mut stream, 100, &RATES[label]));
        let errors = posterior(rows, 250);
        let counts = [0, 1].map(|period: usize| drawn(&mut stream, 400, &predicted(&shares[period], &RATES)));
        let interval = one(counts[0], counts[1], &each(), Some(&errors)).score.unwrap().interval;
        holds += u32::from(interval.low <= truth && truth <= interval.high);
        let again = drawn(&mut stream, 400, &predicted(&shares[0], &RATES));
        alarms += u32::from(one(counts[0], again, &each(), Some(&errors)).statement != Statement::NoClearChange);

        let counts = [0, 1].map(|period: usize| drawn(&mut stream, 150, &shares[period]));
        let interval = one(counts[0], counts[1], &each(), None).score.unwrap().interval;
        plain_holds += u32::from(interval.low <= truth && truth <= interval.high);
        let again = drawn(&mut stream, 150, &shares[0]);
        plain_alarms += u32::from(one(counts[0], again, &each(), None).statement != Statement::NoClearChange);
    }
    let share = |count: u32| f64::from(count) / runs as f64;
    let found = [share(holds), share(alarms), share(plain_holds), share(plain_alarms)];
    println!("corrected: coverage {}, false alarms {}; as counted: {}, {}", found[0], found[1], found[2], found[3]);
    assert!(found[0] >= 0.915 && found[2] >= 0.915, "{found:?}");
    assert!(found[1] <= 0.085 && found[3] <= 0.085, "{found:?}");
}

/// Of 40 divisions none changed; 100 runs. Each by itself, 2 are expected to be called changed; by Holm, one in 20 runs.
#[test]
fn many_divisions_are_adjusted_for() {
    let (mut single, mut discoveries, mut families) = (0, 0, 0);
    for run in 0..100 {
        let mut stream = Stream::new(run, "test: many periods", 0);
        let mut draw = || -> Vec<(String, [u64; 3])> {
            (0..40).map(|k| (k.to_string(), drawn(&mut stream, 200, &[0.5, 0.3, 0.2]))).collect()
        };
        let (before, after) = (draw(), draw());
        let of = |rows: &[(String, [u64; 3])]| {
            survey(&rows.iter().map(|(name, counts)| (name.as_str(), *counts)).collect::<Vec<_>>())
        };
        let changed = |many| {
            let mut config = PeriodConfig::default();
            (config.many, config.draws) = (many, 2_000);
            let comparison = compare(&of(&before), &of(&after), &config, None).unwrap();
            comparison.divisions.iter().filter(|d| d.statement != Statement::NoClearChange).count()
        };
        single += changed(Many::Each);
        discoveries += usize::from(changed(Many::FalseDiscovery) > 0);
        families += usize::from(changed(Many::Holm) > 0);
    }
    println!("each {single} of 4000, runs with a false discovery {discoveries}, by Holm {families} of 100");
    assert!((120..=280).contains(&single), "{single}"); // 200 expected, standard error 14
    assert!(families <= discoveries && discoveries <= 13, "{discoveries} {families}"); // 5 expected, standard error 2.2
}

#[test]
fn drift_of_errors_is_found_and_false_alarms_are_rare() {
    let steady = error_drift(
        &gold([[40, 10, 10], [5, 30, 5], [10, 10, 40]]),
        &gold([[400, 100, 100], [50, 300, 50], [1, 1, 4]]),
        &ErrorDriftConfig::default(),
    );
    let steady = steady.unwrap();
    assert_eq!((steady.deviance, steady.degrees, steady.p_value), (0.0, 6, 1.0)); // other shares of labels are no drift
    let config = ErrorDriftConfig::default();
    // scipy 1.17.1: chi2_contingency([[40, 10, 10], [25, 20, 15]], lambda_="log-likelihood") -> 7.897692, df 2
    let found = error_drift(
        &gold([[40, 10, 10], [5, 30, 5], [10, 10, 40]]),
        &gold([[25, 20, 15], [5, 30, 5], [10, 10, 40]]),
        &config,
    )
    .unwrap();
    assert!((found.deviance - 7.897_692).abs() < 1e-5 && found.degrees == 6, "{found:?}");
    assert!(found.rows[0].p_value < 0.03 && found.rows[1].p_value == 1.0 && found.p_value > 0.05, "{found:?}");
    assert!(found.to_string().contains("all labels: G2"), "{found}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<plaudit_promotion::periods::ErrorDrift>(&json).unwrap(), found);
    let error = error_drift(
        &gold([[1; 3]; 3]),
        &ErrorMatrix::new(Labels::new(["x"]).unwrap(), Origin::SetAside, &[[1]]).unwrap(),
        &config,
    );
    assert!(error.unwrap_err().to_string().contains("after: labels"));
    let none = error_drift(&gold([[3, 0, 0], [0; 3], [0; 3]]), &gold([[0; 3], [0; 3], [0, 1, 1]]), &config).unwrap();
    assert_eq!((none.degrees, none.p_value), (0, 1.0));

    // 300 runs with the same error rates, 60 rows of a label and 30: a share of 0.05 has a standard error of 0.0126.
    let (mut alarms, mut seen) = (0, 0);
    let mut config = ErrorDriftConfig::default();
    config.resamples = 199;
    for run in 0..300 {
        let mut stream = Stream::new(run, "test: error drift", 0);
        let mut rows =
            |n, rates: &[[f64; 3]; 3]| gold([0, 1, 2].map(|label: usize| drawn(&mut stream, n, &rates[label])));
        let (before, after) = (rows(60, &RATES), rows(30, &RATES));
        alarms += u32::from(error_drift(&before, &after, &config).unwrap().p_value <= 0.05);
        let worse = rows(60, &[[0.5, 0.25, 0.25], RATES[1], RATES[2]]);
        seen += u32::from(error_drift(&before, &worse, &config).unwrap().p_value <= 0.05);
    }
    println!("error drift: false alarms {alarms}, seen {seen} of 300");
    assert!((3..=27).contains(&alarms) && seen >= 200, "{alarms} {seen}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The other way round, every change has the other sign up to the draws, and the order of divisions changes nothing.
    #[test]
    fn any_counts_can_be_compared(rows in prop::collection::vec((prop::array::uniform3(0u64..2_000), prop::array::uniform3(0u64..2_000)), 0..6)) {
        let names: Vec<String> = (0..rows.len()).map(|k| format!("d{k}")).collect();
        let of = |second: bool| -> Survey {
            let all = names.iter().zip(&rows).map(|(name, row)| (name.as_str(), if second { row.1 } else { row.0 }));
            survey(&all.collect::<Vec<_>>())
        };
        let mut config = PeriodConfig::default();
        config.draws = 400;
        let comparison = compare(&of(false), &of(true), &config, None).unwrap();
        let back = compare(&of(true), &of(false), &config, None).unwrap();
        for (there, back) in comparison.divisions.iter().zip(&back.divisions) {
            prop_assert_eq!(there.score.is_some(), back.score.is_some());
            if let (Some(there), Some(back)) = (there.score, back.score) {
                prop_assert!((there.change + back.change).abs() < 0.12, "{:?} {:?}", there, back);
                prop_assert!(there.interval.low <= there.change && there.change <= there.interval.high);
            }
        }
        if let Some(whole) = &comparison.whole {
            prop_assert!((whole.within.change + whole.mix.change - whole.score.change).abs() < 1e-9);
            prop_assert!(comparison.to_string().contains("All together"));
        }
    }
}

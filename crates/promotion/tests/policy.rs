//! Verdicts of the default policy and of others.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_promotion::{Advice, DivisionCounts, DivisionVerdict, Policy, Reason, Side, Survey, Verdict};

fn survey<const K: usize>(labels: Labels, divisions: &[(&str, [u64; K])]) -> Survey {
    Survey::new(labels, divisions.iter().map(|&(name, counts)| DivisionCounts::new(name, counts)).collect()).unwrap()
}

/// The default policy's verdict on one division with the labels Good, Average, Neutral, Poor.
fn dpms(counts: [u64; 4]) -> DivisionVerdict {
    decide(&Policy::default(), counts)
}

fn decide(policy: &Policy, counts: [u64; 4]) -> DivisionVerdict {
    policy.decide(&survey(Labels::dpms(), &[("d", counts)])).unwrap().into_iter().next().unwrap()
}

fn polarity(policy: &Policy, counts: [u64; 3]) -> DivisionVerdict {
    policy.decide(&survey(Labels::polarity(), &[("d", counts)])).unwrap().into_iter().next().unwrap()
}

fn close(a: f64, b: f64, by: f64) -> bool {
    (a - b).abs() < by
}

#[test]
fn numbers_are_those_of_the_posterior() {
    // By hand: weights 61.5, 20.5, 12.5, 7.5 of 102; score (61.5 + .25 * 20.5 - 7.5) / 102 = 59.125 / 102.
    let library = dpms([61, 20, 12, 7]);
    assert_eq!((library.n, library.verdict), (100, Verdict::Promote));
    assert!(close(library.score.unwrap(), 0.579_656_862_745_098, 1e-12));
    assert!(close(library.shares[0].value, 61.5 / 102.0, 1e-12));
    // scipy 1.17.1: beta(7.5, 94.5).ppf([.05, .95]) -> 0.03647145, 0.12008668
    let poor = library.shares[3].interval.unwrap();
    assert!(close(poor.low, 0.036_471_45, 1e-8) && close(poor.high, 0.120_086_68, 1e-8), "{poor:?}");

    // Two labels, no limits: e is one beta probability.
    // scipy 1.17.1: beta(60.5, 40.5).cdf(.5) -> 0.022478478, beta(12.5, 8.5).cdf(.5) -> 0.185816304
    let mut policy = Policy::default();
    policy.min_score = 0.0;
    policy.limits.clear();
    let labels = Labels::new(["Positive", "NEGATIVE"]).unwrap(); // case does not matter
    let verdicts = policy.decide(&survey(labels, &[("a", [60, 40]), ("b", [12, 8])])).unwrap();
    let [a, b] = [verdicts.of("a").unwrap(), verdicts.of("b").unwrap()];
    // four standard errors of 4,000 draws
    assert!(close(a.risk.unwrap(), 0.022_478, 0.0094) && a.verdict == Verdict::Promote, "{a:?}");
    assert!(close(b.risk.unwrap(), 0.185_816, 0.0246) && b.verdict == Verdict::NeedsMoreData, "{b:?}");
}

#[test]
fn no_answers_give_the_prior() {
    let nothing = dpms([0; 4]);
    assert_eq!((nothing.n, nothing.verdict), (0, Verdict::NeedsMoreData));
    assert!(nothing.shares.iter().all(|share| share.value == 0.25));
    assert!(close(nothing.score.unwrap(), 0.0625, 1e-12));
    // scipy 1.17.1: beta(.5, 1.5).ppf([.05, .95]) -> 0.00154292, 0.77148019
    let interval = nothing.shares[0].interval.unwrap();
    assert!(close(interval.low, 0.001_542_92, 1e-8) && close(interval.high, 0.771_480_19, 1e-8), "{interval:?}");
    assert_eq!(nothing.reasons[0], Reason::TooFewRows { n: 0, min: 10 });
    assert!(Policy::default().decide(&survey::<3>(Labels::polarity(), &[])).unwrap().is_empty());
}

#[test]
fn clear_cases_are_clear() {
    assert_eq!(dpms([200, 0, 0, 0]).verdict, Verdict::Promote);
    assert_eq!(dpms([0, 0, 0, 200]).verdict, Verdict::Hold);
    assert_eq!(dpms([0, 0, 200, 0]).verdict, Verdict::Hold);
    assert_eq!(polarity(&Policy::default(), [150, 40, 10]).verdict, Verdict::Promote);
    let five = dpms([5, 0, 0, 0]);
    assert_eq!(five.verdict, Verdict::NeedsMoreData);
    assert_eq!(five.reasons[0].to_string(), "5 answers: at least 10 are needed");
    // 0.40 + 0.25 * 0.20 - 0.20 = 0.25: at the bound, however many there are
    for hundred in [1, 1_000, 1_000_000] {
        let near = dpms([40, 20, 20, 20].map(|count| count * hundred));
        assert_eq!(near.verdict, Verdict::NeedsMoreData, "{near:?}");
        assert!(matches!(near.reasons[0], Reason::Score { side: Side::Unclear, .. }));
    }
}

#[test]
fn a_limit_holds_what_the_score_would_promote() {
    let divided = [620, 0, 0, 380].map(|count| 10 * count); // score 0.24 without, 0.62 - 0.38
    let mut policy = Policy::default();
    policy.min_score = 0.2;
    let held = decide(&policy, divided);
    assert_eq!(held.verdict, Verdict::Improve); // were the Poor answers Neutral, the score would be 0.62
    assert!(matches!(held.reasons[0], Reason::Score { side: Side::Above, .. }));
    assert!(matches!(&held.reasons[1], Reason::Limit { label, side: Side::Above, .. } if label == "Poor"));
    policy.limits.clear();
    assert_eq!(decide(&policy, divided).verdict, Verdict::Promote);
    // Names of limits are compared ignoring case, too.
    policy.limits.insert("POOR".to_owned(), 0.25);
    assert_eq!(decide(&policy, divided).verdict, Verdict::Improve);
}

/// The driver of a verdict: the label, the next better one, and what it takes from the score.
fn driver(decided: &DivisionVerdict) -> Option<(&str, &str, f64)> {
    decided.reasons.iter().find_map(|reason| match reason {
        Reason::Driver { label, instead, pull, .. } => Some((label.as_str(), instead.as_str(), *pull)),
        _ => None,
    })
}

#[test]
fn a_hold_that_one_label_carries_is_to_improve() {
    // By hand, posterior means of 1,000 answers and four halves: score (400.5 + 25.125 - 400.5) / 1002 = 0.025; with
    // Neutral in the place of Poor 0.425. Pull of Poor: (0.25 + 1) 400.5 / 1002.
    let poor = dpms([400, 100, 100, 400]);
    assert_eq!(poor.verdict, Verdict::Improve);
    let (label, instead, pull) = driver(&poor).unwrap();
    assert!((label, instead) == ("Poor", "Neutral") && close(pull, 1.25 * 400.5 / 1002.0, 1e-12), "{poor:?}");
    let sentence = "Poor carries it, with a share of 0.40: were those answers Neutral, the score or a limit would fail \
                    with probability less than 0.001";
    assert!(poor.reasons.iter().any(|reason| reason.to_string() == sentence), "{poor:?}");
    // Nobody complains and nobody praises: more than half are Neutral, and Average ones as Good do not do.
    // (100 + 0.25 * 100) / 1000 = 0.125; with Average as Good 0.2
    let lukewarm = dpms([100, 100, 800, 0]);
    assert_eq!((lukewarm.verdict, driver(&lukewarm)), (Verdict::Hold, None));
    // With all Poor turned to Neutral still 0.15, and with all Neutral turned to Average -0.1.
    let both = dpms([150, 0, 400, 450]);
    assert_eq!((both.verdict, driver(&both)), (Verdict::Hold, None));
    // Two labels would each do: Neutral to Average lifts the score by 0.125, Poor to Neutral by 0.1. What they take:
    // Neutral 0.25 * 0.5, Poor 1.25 * 0.1.
    let mut policy = Policy::default();
    policy.min_score = 0.4;
    let two = decide(&policy, [38_000, 7_000, 45_000, 10_000]); // score 0.2975
    assert_eq!((two.verdict, driver(&two).map(|found| found.0)), (Verdict::Improve, Some("Neutral")));
    // Of what most answers are, nothing is to be improved.
    assert_eq!(polarity(&Policy::default(), [45, 0, 55]).verdict, Verdict::Hold);
}

#[test]
fn further_answers_are_estimated() {
    // A strong division with few answers needs few more; one at the bound with very many gets no number.
    let few = dpms([6, 1, 1, 0]);
    assert!(few.more.is_some_and(|more| more <= 40), "{few:?}");
    assert_eq!(few.reasons.last(), Some(&Reason::More { answers: few.more.unwrap() }));
    let near = dpms([40_000, 20_000, 20_000, 20_000]);
    assert_eq!((near.more, near.reasons.last()), (None, Some(&Reason::NoNumber { tried: 20_000 })));
    let mut policy = Policy::default();
    policy.max_more = 0;
    let silent = decide(&policy, [6, 1, 1, 0]);
    assert_eq!((silent.more, silent.advice, silent.reasons.len()), (None, Some(Advice::Collect { about: None }), 1));
    assert_eq!(few.advice, Some(Advice::Collect { about: few.more }));
}

#[test]
fn no_answers_never_decide() {
    let mut policy = Policy::default();
    policy.min_rows = 0;
    policy.min_score = -2.0; // cannot fail
    policy.limits.clear();
    let nothing = decide(&policy, [0; 4]);
    assert_eq!((nothing.verdict, nothing.probability_best), (Verdict::NeedsMoreData, None));
    assert_eq!(nothing.reasons[0], Reason::TooFewRows { n: 0, min: 1 });
    assert_eq!(decide(&policy, [1, 0, 0, 0]).verdict, Verdict::Promote);
}

// scipy 1.17.1, A = beta(60.5, 40.5), B = beta(50.5, 50.5):
//   quad(lambda x: A.pdf(x) * B.cdf(x), 0, 1), quad(lambda x: B.pdf(x) * A.cdf(x) ** 2, 0, 1)
#[test]
fn the_best_is_as_probable_as_the_integral_says() {
    let labels = || Labels::new(["positive", "negative"]).unwrap();
    let best = |divisions: &[(&str, [u64; 2])], name: &str| {
        let verdicts = Policy::default().decide(&survey(labels(), divisions)).unwrap();
        verdicts.of(name).unwrap().probability_best
    };
    let (a, b) = ([60, 40], [50, 50]);
    // four standard errors of 4,000 draws
    assert!(close(best(&[("a", a), ("b", b)], "a").unwrap(), 0.922_479, 0.017));
    // Divisions with equal counts are different divisions, whose shares need not be equal.
    let three = [("a", a), ("b", b), ("c", a)];
    assert!(close(best(&three, "b").unwrap(), 0.022_427, 0.0094));
    assert_eq!(best(&three, "a"), best(&three, "c"));
    // Too few answers are no candidate.
    let few = [("a", a), ("b", [9, 0])];
    assert_eq!((best(&few, "a"), best(&few, "b")), (Some(1.0), None));
}

#[test]
fn huge_counts_neither_overflow_nor_hang() {
    let huge = dpms([1_000_000_000_000, 10, 0, 250_000_000_000]);
    assert_eq!(huge.verdict, Verdict::Promote);
    // scipy 1.17.1: beta(250e9 + .5, 1e12 + 11.5).ppf([.05, .95]); its lower end is 7e-12 too high (2e-5 sd)
    let poor = huge.shares[3].interval.unwrap();
    assert!(
        close(poor.low, 0.199_999_411_525_466, 1e-11) && close(poor.high, 0.200_000_588_479_477, 1e-11),
        "{poor:?}"
    );
    let most = dpms([u64::MAX, 0, 0, 0]);
    assert_eq!((most.n, most.verdict), (u64::MAX, Verdict::Promote));
    let split = dpms([u64::MAX / 4; 4]); // score 0.0625; 0.3125 with Neutral answers in the place of Poor ones
    assert_eq!(split.verdict, Verdict::Improve);
    let interval = split.score_interval.unwrap();
    assert!(interval.low <= interval.high && close(interval.low, 0.0625, 1e-6), "{interval:?}");
}

#[test]
fn faults_are_named_at_once() {
    let mut policy = Policy::default();
    policy.utilities.insert("good".to_owned(), f64::NAN);
    policy.limits.insert("Bad".to_owned(), 1.5);
    policy.min_score = f64::INFINITY;
    policy.alpha = 0.5;
    policy.draws = 5;
    policy.prior = 0.0;
    policy.level = f64::NAN;
    let error = policy.validate().unwrap_err().to_string();
    for fault in [
        "`good` is NaN",
        "`good` stands twice",
        "`Good` stands twice",
        "`Bad` is 1.5; expected 0 to 1",
        "`Bad` has no utility",
        "min_score: inf",
        "alpha: 0.5",
        "draws: 5; expected 100",
        "draws: 5; expected at least 10 / alpha",
        "prior: 0",
        "level: NaN",
    ] {
        assert!(error.contains(fault), "{fault}: {error}");
    }
    assert!(policy.decide(&survey(Labels::dpms(), &[("d", [1; 4])])).is_err());
    Policy::default().validate().unwrap();
    policy = Policy::default();
    policy.alpha = f64::NAN;
    assert!(policy.validate().unwrap_err().to_string().contains("alpha: NaN"));
    policy.alpha = 0.001;
    assert!(policy.validate().unwrap_err().to_string().contains("10 / alpha"));
}

#[test]
fn labels_without_a_utility_are_named() {
    let labels = Labels::new(["Good", "Bad", "Ugly"]).unwrap();
    let error = Policy::default().decide(&survey(labels, &[("d", [1, 2, 3])])).unwrap_err().to_string();
    assert!(error.contains("2 faults") && error.contains("`Bad`") && error.contains("`Ugly`"), "{error}");
}

#[test]
fn policies_are_saved_and_read_strictly() {
    let policy: Policy = serde_json::from_str(r#"{"alpha": 0.1, "limits": {}}"#).unwrap();
    assert_eq!((policy.alpha, policy.limits.len(), policy.min_rows), (0.1, 0, 10));
    let json = serde_json::to_string(&policy).unwrap();
    assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    assert!(serde_json::from_str::<Policy>(r#"{"alhpa": 0.1}"#).is_err());
}

#[test]
fn verdicts_are_json_in_the_labels_order() {
    let divisions = [("Library", [60, 20, 12, 8])];
    let verdicts = Policy::default().decide(&survey(Labels::dpms(), &divisions)).unwrap();
    let json = serde_json::to_string(&verdicts).unwrap();
    assert!(json.starts_with(r#"[{"division":"Library","n":100,"counts":{"Good":60,"Average":20,"Neutral":12,"Poor":8},"naive_shares":{"Good":0.6,"Average":0.2,"Neutral":0.12,"Poor":0.08},"shares":{"Good":0.5931"#), "{json}");
    let places: Vec<_> = ["Good", "Average", "Neutral", "Poor"].map(|label| json.find(label).unwrap()).to_vec();
    assert!(places.is_sorted());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let library = &value[0];
    assert_eq!((&library["verdict"], &library["level"]), (&"promote".into(), &0.9.into()));
    assert!(library["interval"]["Poor"][0].as_f64().unwrap() < library["interval"]["Poor"][1].as_f64().unwrap());
    assert!(library["reasons"][0].as_str().unwrap().ends_with("is above 0.25"), "{json}");
    assert!(library["net_score"].is_number() && library["risk"].is_number() && library["more"].is_null());
    assert!(library["probability_best"] == 1.0 && library["advice"].is_null());
    assert_eq!(serde_json::to_value(Verdict::NeedsMoreData).unwrap(), "needs_more_data");
    let reason = serde_json::to_value(Reason::TooFewRows { n: 1, min: 10 }).unwrap();
    assert_eq!(reason, serde_json::json!({"kind": "too_few_rows", "n": 1, "min": 10}));
    assert_eq!(serde_json::to_value(Reason::Note { sentence: "x".to_owned() }).unwrap()["kind"], "note");
}

#[test]
fn the_table_reads_well() {
    let mut policy = Policy::default();
    policy.max_more = 0;
    // by hand: shares (60000.5, 20000.5, ..) / 100002, ends 1.645 sd away: 0.57 +- 0.003 and 0.08 +- 0.0014
    let divisions = [("a\nb", [60_000, 20_000, 12_000, 8_000]), ("财务", [0, 0, 0, 5]), ("", [0; 4])];
    let text = policy.decide(&survey(Labels::dpms(), &divisions)).unwrap().to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "division       answers  Good  Average  Neutral  Poor                   score          verdict"
    );
    assert!(lines[1].starts_with("(no division)        0  0.25     0.25     0.25  0.25    0.06 (-0."), "{text}");
    assert_eq!(
        lines[2],
        r"a\nb            100000  0.60     0.20     0.12  0.08     0.57 (0.57 to 0.57)          Promote"
    );
    assert!(lines[3].starts_with("财务                   5  0.07     0.07     0.07  0.79  -0.7"), "{text}");
    let reasons = r"
(no division): Needs more data
  0 answers: at least 10 are needed

a\nb: Promote
  score 0.57 (90 % interval 0.57 to 0.57) is above 0.25
  share of Poor 0.08 (90 % interval 0.08 to 0.08) is below its limit 0.25
  the score or a limit fails with probability less than 0.001: up to 0.05 promotes

财务: Needs more data
  5 answers: at least 10 are needed
";
    assert!(text.ends_with(reasons), "{text}");
}

#[test]
fn sentences_are_plain() {
    let limit = |side| {
        let label = "Poor".to_owned();
        Reason::Limit { label, side, share: 0.2, low: 0.1, high: 0.3, level: 0.95, max: 0.25 }.to_string()
    };
    assert_eq!(limit(Side::Above), "share of Poor 0.20 (95 % interval 0.10 to 0.30) is above its limit 0.25");
    assert!(limit(Side::Unclear).contains("may be above or below its limit"));
    for (probability, alpha, sentence) in [
        (0.02, 0.05, "with probability 0.020: up to 0.05 promotes"),
        (0.5, 0.32, "with probability 0.500: between 0.32 and 0.68 nothing is decided"),
        (1.0, 0.05, "with probability more than 0.999: 0.95 or more holds"),
        (0.05025, 0.05, "with probability 0.0503: between 0.05 and 0.95 nothing is decided"),
        (0.9497, 0.05, "with probability 0.9497: between 0.05 and 0.95 nothing is decided"),
        (0.0003, 0.0002, "with probability 0.0003: between 0.0002 and 0.9998 nothing is decided"),
    ] {
        let found = Reason::Risk { probability, without_margin: None, alpha }.to_string();
        assert!(found.ends_with(sentence), "{found}");
    }
    for (probability, without_margin, sentence) in [
        (0.04, 0.01, "0.040 with the margin and 0.010 without it: up to 0.05 promotes"),
        (0.99, 0.96, "0.990 with the margin and 0.960 without it: 0.95 or more without it holds"),
        (
            0.99,
            0.0,
            "0.990 with the margin and less than 0.001 without it: up to 0.05 with it would promote, 0.95 or more without it hold",
        ),
    ] {
        let found = Reason::Risk { probability, without_margin: Some(without_margin), alpha: 0.05 }.to_string();
        assert!(found.ends_with(sentence), "{found}");
    }
    // As many digits as show on which side of the bound a value is.
    let score =
        |score, low| Reason::Score { side: Side::Above, score, low, high: 0.3, level: 0.9, min: 0.25 }.to_string();
    assert_eq!(score(0.2512, 0.25003), "score 0.25120 (90 % interval 0.25003 to 0.30000) is above 0.25");
    assert_eq!(score(0.27, 0.25), "score 0.27 (90 % interval 0.25 to 0.30) is above 0.25");
    let label = "Poor".to_owned();
    let limit = Reason::Limit { label, side: Side::Below, share: 0.2, low: 0.1, high: 0.2496, level: 0.9, max: 0.25 };
    let shown = "share of Poor 0.2000 (90 % interval 0.1000 to 0.2496) is below its limit 0.25";
    assert_eq!(limit.to_string(), shown);
    assert_eq!(Reason::More { answers: 120 }.to_string(), "about 120 more answers would probably decide");
    assert_eq!(Reason::NoNumber { tried: 9 }.to_string(), "even 9 more answers would probably not decide");
    assert_eq!(Reason::TooFewRows { n: 1, min: 10 }.to_string(), "1 answer: at least 10 are needed");
}

#[test]
fn utilities_of_ones_own_need_no_default_limits() {
    let policy: Policy =
        serde_json::from_str(r#"{"utilities": {"Good": 1, "Average": 0.25, "Neutral": 0, "Poor": -1}}"#).unwrap();
    policy.validate().unwrap();
    let mut wild = Policy::default();
    wild.prior = 1e308;
    assert!(wild.validate().unwrap_err().to_string().contains("prior"));
}

#[test]
fn many_divisions_with_equal_counts_are_decided_once() {
    let divisions = (0..20_000).map(|k| DivisionCounts::new(format!("d{k:05}"), [1, 0, 0, 0])).collect();
    let verdicts = Policy::default().decide(&Survey::new(Labels::dpms(), divisions).unwrap()).unwrap();
    assert_eq!((verdicts.len(), verdicts.iter().nth(7).unwrap().division.as_str()), (20_000, "d00007"));
}

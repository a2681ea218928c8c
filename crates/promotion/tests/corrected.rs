//! Verdicts about predicted labels.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use plaudit_promotion::{Advice, Corrected, DivisionCounts, DivisionVerdict, Policy, Reason, Rule, Survey, Verdict};

fn two() -> Labels {
    Labels::new(["positive", "negative"]).unwrap()
}

/// The default policy without limits and with a score of 0 needed, over gold rows in these numbers.
fn rule(gold: [[u64; 2]; 2], draws: usize) -> Corrected {
    let mut config = CutConfig::default();
    config.draws = draws;
    let gold = ErrorMatrix::new(two(), Origin::SetAside, &gold).unwrap();
    let mut policy = Policy::default();
    policy.limits.clear();
    policy.min_score = 0.0;
    Corrected::new(policy, CutPosterior::new(&gold, &config).unwrap())
}

fn decide(rule: &Corrected, counts: [u64; 2]) -> DivisionVerdict {
    let survey = Survey::new(two(), vec![DivisionCounts::new("d", counts)]).unwrap();
    Rule::decide(rule, &survey).unwrap().into_iter().next().unwrap()
}

/// Error rates of 0.2 and 0.3 that are known.
const KNOWN: [[u64; 2]; 2] = [[800_000_000_000, 200_000_000_000], [300_000_000_000, 700_000_000_000]];

// With the error rates known, the share of predicted `positive` is a Beta(n1 + 1, n0 + 1) cut to 0.3 to 0.8, and the
// score fails below 0.55. scipy 1.17.1: b = stats.beta(n1 + 1, n0 + 1); lo, hi = b.cdf(.3), b.cdf(.8)
//   (b.cdf(.55) - lo) / (hi - lo)
#[test]
fn risks_are_those_of_a_truncated_beta() {
    let rule = rule(KNOWN, 10_000);
    for (counts, risk, verdict) in [
        ([110, 90], 0.503_772, Verdict::NeedsMoreData),
        ([128, 72], 0.005_171, Verdict::Promote),
        ([95, 105], 0.983_355, Verdict::Hold),
        ([116, 84], 0.199_669, Verdict::NeedsMoreData),
    ] {
        let found = decide(&rule, counts);
        // 20,000 draws: four standard errors are at most 0.0142
        assert!((found.risk.unwrap() - risk).abs() < 0.015, "{counts:?}: {found:?}");
        assert_eq!(found.verdict, verdict, "{counts:?}");
        assert!((found.naive_shares().unwrap()[0] - counts[0] as f64 / 200.0).abs() < 1e-15);
    }
}

#[test]
fn advice_asks_for_what_is_missing() {
    // 100 gold rows and a million answers: more answers tell nothing.
    let few_rows = decide(&rule([[40, 10], [15, 35]], 1_000), [550_000, 450_000]);
    assert!(matches!(few_rows.advice, Some(Advice::Label { .. })), "{few_rows:?}");
    assert_eq!(few_rows.more, None);
    // Error rates as good as known: more gold rows tell nothing.
    let few_answers = decide(&rule(KNOWN, 1_000), [116, 84]);
    assert!(matches!(few_answers.advice, Some(Advice::Collect { about: Some(_) })), "{few_answers:?}");
    assert_eq!(few_answers.reasons.last(), Some(&Reason::More { answers: few_answers.more.unwrap() }));
    // Below `min_rows` the answers are what is missing.
    let nothing = decide(&rule([[4, 1], [1, 3]], 1_000), [0, 0]);
    assert_eq!((nothing.verdict, &nothing.reasons[0]), (Verdict::NeedsMoreData, &Reason::TooFewRows { n: 0, min: 10 }));
    assert!(matches!(nothing.advice, Some(Advice::Collect { .. })) && nothing.naive_shares().is_none());
    // Half of a million truly positive: no number of anything decides about a score of 0.
    let near = decide(&rule([[800, 200], [300, 700]], 1_000), [550_000, 450_000]);
    assert!(matches!(near.advice, Some(Advice::Label { about: None } | Advice::Collect { about: None })), "{near:?}");
    let last = near.reasons.last().unwrap().to_string();
    assert_eq!(last, "even 20000 more rows labelled by people would probably not decide");
}

// By hand: 8 of 10 and 3 of 10 rows, and 650 of 1,000 texts, are shares of (0.65 - 0.3) / (0.8 - 0.3) = 0.7 and a score of 0.4;
// with a prior of one row for each predicted label, 9/12 and 4/12 are (0.65 - 1/3) / (0.75 - 1/3) = 0.76 and 0.52. A margin
// of one half is 0.06. With 400 of the texts the prior lowers the score, and there is none.
#[test]
fn the_margin_is_a_part_of_what_the_prior_does() {
    let mut rule = rule([[8, 2], [3, 7]], 1_000);
    rule.margin = 0.5;
    let kept = |decided: &DivisionVerdict| {
        decided.reasons.iter().find_map(|reason| match reason {
            Reason::Margin { margin, min } => Some((*margin, *min)),
            _ => None,
        })
    };
    let with = decide(&rule, [650, 350]);
    let (margin, min) = kept(&with).unwrap();
    assert!((margin - 0.06).abs() < 1e-12 && min == 0.0, "{margin}");
    assert_eq!(kept(&decide(&rule, [400, 600])), None);
    // The share of `negative` is 0.3, and 0.24 with the prior.
    rule.policy.limits = [("negative".to_owned(), 0.35)].into();
    let limited = decide(&rule, [650, 350]);
    let lowered = limited.reasons.iter().find_map(|reason| match reason {
        Reason::LimitMargin { label, margin, max } => Some((label.as_str(), *margin, *max)),
        _ => None,
    });
    let (label, margin, max) = lowered.unwrap();
    assert!(label == "negative" && (margin - 0.03).abs() < 1e-12 && max == 0.35, "{lowered:?}");
    assert!(limited.reasons.iter().any(|reason| {
        reason.to_string().starts_with("a margin of 0.030 below the limit 0.35 of negative is kept")
    }));
    rule.policy.limits.clear();
    rule.margin = 0.0;
    let without = decide(&rule, [650, 350]);
    assert!(kept(&without).is_none() && without.risk < with.risk, "{without:?}");
    assert_eq!((without.score, &without.shares), (with.score, &with.shares));
    let survey = Survey::new(two(), vec![DivisionCounts::new("d", [1, 1])]).unwrap();
    for margin in [-0.1, f64::NAN, 10.1] {
        rule.margin = margin;
        assert!(rule.decide(&survey).unwrap_err().to_string().contains("margin"), "{margin}");
    }
}

/// Where nothing is mistaken the posterior is that of gold labels, and so is what would decide, to a step of the grid.
#[test]
fn without_errors_it_is_the_plain_policy() {
    let mut corrected = rule([[1_000_000_000, 0], [0, 1_000_000_000]], 2_000);
    corrected.policy.prior = 1.0; // that of `CutConfig`
    for counts in [[60, 40], [12, 8], [30, 22], [40, 60], [500, 460]] {
        let survey = Survey::new(two(), vec![DivisionCounts::new("d", counts)]).unwrap();
        let plain = corrected.policy.decide(&survey).unwrap().into_iter().next().unwrap();
        let found = decide(&corrected, counts);
        assert!((plain.risk.unwrap() - found.risk.unwrap()).abs() < 0.035, "{counts:?}");
        assert_eq!(plain.verdict, found.verdict);
        let close = match (plain.more, found.more) {
            (Some(a), Some(b)) => a <= 2 * b && b <= 2 * a,
            (a, b) => a == b,
        };
        assert!(close, "{counts:?}: {:?} and {:?}", plain.more, found.more);
    }
}

#[test]
fn what_cannot_be_decided_is_named() {
    let mut rule = rule([[40, 10], [15, 35]], 100);
    let of = |rule: &Corrected, labels: Labels, counts: Vec<Vec<u64>>| {
        let divisions = counts.into_iter().enumerate().map(|(k, counts)| DivisionCounts::new(k.to_string(), counts));
        rule.decide(&Survey::new(labels, divisions.collect()).unwrap()).unwrap_err().to_string()
    };
    let error = of(&rule, two(), vec![vec![1 << 53, 1], vec![1, 2], vec![u64::MAX, 0]]);
    assert!(error.contains("2 faults") && error.contains("`0`: counts: more than") && error.contains("`2`"), "{error}");
    let turned = Labels::new(["negative", "positive"]).unwrap();
    let error = of(&rule, turned, vec![vec![1, 2]]);
    assert!(
        error.contains("labels negative, positive; expected those of the gold rows, positive, negative"),
        "{error}"
    );
    rule.policy.alpha = 0.04;
    assert!(of(&rule, two(), vec![]).contains("200 of the shares; expected at least 10 / alpha"));
    rule.policy.alpha = 0.5;
    assert!(of(&rule, two(), vec![]).contains("alpha: 0.5"));
}

/// A margin takes promotions away, and makes no holds.
#[test]
fn a_margin_holds_nothing() {
    let (mut with, mut seen) = (rule([[18, 2], [3, 17]], 1_000), [0; 3]);
    (with.policy.min_score, with.margin) = (0.3, 6.0);
    let mut without = with.clone();
    without.margin = 0.0;
    for positive in (0..=1_000).step_by(20) {
        let counts = [positive, 1_000 - positive];
        let (found, bare) = (decide(&with, counts), decide(&without, counts));
        let place = match (found.verdict, bare.verdict) {
            (a, b) if a.is_decisive() && (a == Verdict::Promote) == (b == Verdict::Promote) && b.is_decisive() => 0,
            (Verdict::NeedsMoreData, Verdict::Promote) => 1,
            (Verdict::NeedsMoreData, Verdict::NeedsMoreData) => {
                usize::from(found.risk.unwrap() >= 0.95) * 2 // what would be held if the margin counted
            }
            other => panic!("{positive}: {other:?}"),
        };
        seen[place] += 1;
        // Flip budgets start from the same verdict.
        let survey = Survey::new(two(), vec![DivisionCounts::new("d", counts)]).unwrap();
        if positive % 200 == 0 {
            let least = with.flip_budget(&survey, "d", 1).unwrap().least;
            let near = [[positive + 1, 1_000 - positive], [positive.saturating_sub(1), 1_000 - positive]];
            let changed =
                near.iter().any(|&near| decide(&with, near).verdict.is_decisive() != found.verdict.is_decisive());
            assert!(!changed || least == 1, "{positive}");
        }
    }
    assert!(seen.iter().all(|&seen| seen > 0), "{seen:?}");
}

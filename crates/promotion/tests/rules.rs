//! Selections among many divisions, the baselines, and how few labels change a verdict.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use plaudit_promotion::{
    Corrected, DivisionCounts, FlipBudget, MajorityRule, NaiveShare, PaperRule, Policy, Reason, Rule, Selection,
    Survey, Verdict,
};
use proptest::prelude::*;

fn survey<const K: usize>(labels: Labels, divisions: &[(&str, [u64; K])]) -> Survey {
    Survey::new(labels, divisions.iter().map(|&(name, counts)| DivisionCounts::new(name, counts)).collect()).unwrap()
}

fn two() -> Labels {
    Labels::new(["positive", "negative"]).unwrap()
}

/// Two labels, a score of 0 needed, no limits, and this selection.
fn policy(selection: Selection) -> Policy {
    let mut policy = Policy::default();
    policy.limits.clear();
    policy.min_score = 0.0;
    policy.selection = selection;
    policy
}

fn verdicts(policy: &Policy, divisions: &[(&str, [u64; 2])]) -> Vec<Verdict> {
    policy.decide(&survey(two(), divisions)).unwrap().iter().map(|decided| decided.verdict).collect()
}

// Risks: beta(n1 + .5, n0 + .5).cdf(.5) is 0.0225 for (60, 40), 0.0806 for (57, 43), 0.1150 for (56, 44), 0.2744 for
// (53, 47) (scipy 1.17.1). Means of ascending risks: 0.0225, 0.0515, 0.0727.
#[test]
fn false_discoveries_are_limited_on_average() {
    let divisions = [("a", [60, 40]), ("b", [57, 43]), ("c", [56, 44]), ("d", [53, 47]), ("e", [9, 0])];
    use Verdict::{NeedsMoreData as Open, Promote};
    assert_eq!(verdicts(&policy(Selection::Threshold), &divisions), [Promote, Open, Open, Open, Open]);
    let mut found = policy(Selection::FalseDiscovery);
    found.alpha = 0.06;
    assert_eq!(verdicts(&found, &divisions), [Promote, Promote, Open, Open, Open]);
    // No risk above 0.2, whatever the mean: of ten sure divisions and `d` only the ten.
    found.alpha = 0.05;
    let names: Vec<String> = (0..10).map(|k| format!("sure {k}")).collect();
    let mut many: Vec<(&str, [u64; 2])> = names.iter().map(|name| (name.as_str(), [90, 10])).collect();
    many.extend([("b", [57, 43]), ("d", [53, 47])]);
    let decided = found.decide(&survey(two(), &many)).unwrap();
    assert_eq!((decided.of("b").unwrap().verdict, decided.of("d").unwrap().verdict), (Promote, Open));
    let b = decided.of("b").unwrap();
    assert!((b.advice, b.more) == (None, None), "{b:?}");
    assert!(matches!(b.reasons.last(), Some(Reason::FalseDiscovery { promoted: 11, .. })), "{b:?}");
    let sentence = Reason::FalseDiscovery { promoted: 11, expected: 0.081, alpha: 0.05 }.to_string();
    assert_eq!(sentence, "promoted with 11 in all, of which 0.08 are expected to be wrong: a share of at most 0.05");
    // Equal divisions go together: their mean is theirs.
    assert_eq!(verdicts(&found, &[("b", [57, 43]), ("c", [57, 43])]), [Open, Open]);
}

#[test]
fn the_best_are_picked_where_regret_allows() {
    use Verdict::{Hold, NeedsMoreData as Open, Promote};
    let pick = |regret| policy(Selection::PickOne { regret });
    let clear = [("a", [900, 100]), ("b", [700, 300]), ("c", [400, 600])];
    assert_eq!(verdicts(&pick(0.01), &clear), [Promote, Hold, Hold]);
    assert_eq!(verdicts(&policy(Selection::TopK { k: 2, regret: 0.0 }), &clear[..2]), [Promote, Promote]);
    assert_eq!(verdicts(&policy(Selection::TopK { k: usize::MAX, regret: 0.0 }), &clear), [Promote, Promote, Hold]);
    // Nearly equal: scores 0.62 and 0.61 with standard deviations of 0.025, so a regret of about 0.01.
    let near = [("a", [810, 190]), ("b", [805, 195]), ("c", [600, 400])];
    assert_eq!(verdicts(&pick(0.001), &near), [Open, Open, Hold]);
    assert_eq!(verdicts(&pick(0.1), &near), [Promote, Hold, Hold]);
    // Nothing tells equal ones apart; two places are enough.
    let equal = [("a", [800, 200]), ("b", [800, 200]), ("c", [600, 400])];
    assert_eq!(verdicts(&pick(1.0), &equal), [Open, Open, Hold]);
    assert_eq!(verdicts(&policy(Selection::TopK { k: 2, regret: 0.1 }), &equal), [Promote, Promote, Hold]);
    // Few answers are no candidate, and nothing to choose from is no fault.
    assert_eq!(verdicts(&pick(0.01), &[("a", [900, 100]), ("b", [9, 0])]), [Promote, Open]);
    assert_eq!(verdicts(&pick(0.01), &[("a", [1, 0])]), [Open]);
    assert_eq!(verdicts(&pick(0.01), &[]), []);
}

// scipy 1.17.1: two independent p_a ~ Beta(60.5, 40.5), p_b ~ Beta(64.5, 36.5), score 2 p - 1:
//   A, B = stats.beta(60.5, 40.5), stats.beta(64.5, 36.5)
//   quad(lambda x: B.pdf(x) * quad(lambda y: 2 * (y - x) * A.pdf(y), x, 1)[0], 0, 1)
#[test]
fn regret_is_as_the_integral_says() {
    let divisions = [("a", [60, 40]), ("b", [64, 36])];
    let verdicts = policy(Selection::PickOne { regret: 1.0 }).decide(&survey(two(), &divisions)).unwrap();
    let b = verdicts.of("b").unwrap();
    let chosen = b.reasons.iter().find_map(|reason| match reason {
        Reason::Chosen { k: 1, probability, regret, .. } => Some((*probability, *regret)),
        _ => None,
    });
    let (probability, regret) = chosen.unwrap();
    // the standard deviation of a draw's regret is below 0.1: four standard errors of 4,000 draws
    assert!((regret - 0.023_642).abs() < 0.006, "{regret}");
    assert_eq!(Some(probability), b.probability_best);
}

#[test]
fn selections_are_data() {
    let json = r#"{"selection": {"kind": "top_k", "k": 3, "regret": 0.01}}"#;
    let policy: Policy = serde_json::from_str(json).unwrap();
    assert_eq!(policy.selection, Selection::TopK { k: 3, regret: 0.01 });
    assert_eq!(serde_json::to_value(Selection::FalseDiscovery).unwrap()["kind"], "false_discovery");
    let mut faulty = Policy::default();
    (faulty.selection, faulty.alpha) = (Selection::FalseDiscovery, 0.3);
    assert!(faulty.validate().unwrap_err().to_string().contains("alpha is 0.3; expected at most 0.2"));
    faulty.selection = Selection::TopK { k: 0, regret: f64::NAN };
    let error = faulty.validate().unwrap_err().to_string();
    assert!(error.contains("k is 0") && error.contains("regret is NaN"), "{error}");
    assert!(serde_json::from_str::<Policy>(r#"{"selection": {"kind": "pick_two"}}"#).is_err());
}

#[test]
fn baselines_know_no_doubt() {
    let divisions = [("half", [5, 0, 0, 5]), ("most", [6, 0, 0, 5]), ("none", [0; 4]), ("score", [4, 4, 0, 1])];
    let survey = survey(Labels::dpms(), &divisions);
    let of = |rule: &dyn Rule| -> Vec<Verdict> { rule.decide(&survey).unwrap().iter().map(|v| v.verdict).collect() };
    use Verdict::{Hold, NeedsMoreData as Open, Promote};
    assert_eq!(of(&MajorityRule::default()), [Hold, Promote, Open, Hold]);
    // by hand: scores 0, 1 / 11, -, 4 / 9; shares of Poor 1 / 2, 5 / 11, -, 1 / 9
    assert_eq!(of(&NaiveShare::default()), [Hold, Hold, Open, Promote]);
    let naive = NaiveShare::default().decide(&survey).unwrap();
    let sentences: Vec<String> = naive.of("score").unwrap().reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        ["score 0.44 of the counted shares: at least 0.25", "counted share of Poor 0.11: within its limit 0.25"]
    );
    let majority = MajorityRule::default().decide(&survey).unwrap();
    assert_eq!(majority.of("half").unwrap().reasons[0].to_string(), "5 of 10 answers are good: at most half");
    assert_eq!(majority.of("most").unwrap().reasons[0].to_string(), "6 of 11 answers are good: more than half");
    let mut other = MajorityRule::default();
    other.good = vec!["Fine".to_owned()];
    assert!(other.decide(&survey).unwrap_err().to_string().contains("Fine"));
    assert!(other.flip_budget(&survey, "half").is_err());
    assert!(MajorityRule::default().flip_budget(&survey, "nobody").unwrap_err().to_string().contains("`nobody`"));
    assert_eq!(serde_json::from_str::<NaiveShare>("{}").unwrap(), NaiveShare::default());
}

/// A rule's decisions without its closed form.
struct Tried<'a>(&'a dyn Rule);

impl Rule for Tried<'_> {
    fn decide(&self, survey: &Survey) -> plaudit_core::Result<plaudit_promotion::Verdicts> {
        self.0.decide(survey)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// One more of the best label: the posterior mean rises, and a decision without doubt is not taken back. Risks come from
    /// draws of their own for other counts, and rise by their error at most.
    #[test]
    fn one_more_good_never_hurts(counts in prop::array::uniform4(0u64..60)) {
        let more = [counts[0] + 1, counts[1], counts[2], counts[3]];
        let both = survey(Labels::dpms(), &[("a", counts), ("b", more)]);
        let naive = NaiveShare::default().decide(&both).unwrap();
        let promoted = |name: &str| naive.of(name).unwrap().verdict == Verdict::Promote;
        prop_assert!(!promoted("a") || promoted("b"));
        let mut policy = Policy::default();
        (policy.draws, policy.max_more) = (2_000, 0);
        let gold = policy.decide(&both).unwrap();
        let [a, b] = [gold.of("a").unwrap(), gold.of("b").unwrap()];
        prop_assert!(a.score < b.score);
        // five standard errors of a difference of two shares of 2,000 draws, at most
        prop_assert!(b.risk.unwrap() - a.risk.unwrap() < 5.0 * (0.5f64 / 2_000.0).sqrt());
    }

    /// Against all changes up to the radius.
    #[test]
    fn closed_forms_are_the_least(counts in prop::array::uniform4(0u64..6), needed in -4i32..5) {
        let survey = survey(Labels::dpms(), &[("d", counts)]);
        let mut naive = NaiveShare::default();
        naive.policy.limits.clear();
        naive.policy.min_score = f64::from(needed) / 4.0;
        for rule in [&PaperRule::default() as &dyn Rule, &MajorityRule::default(), &naive] {
            let (found, tried) = (rule.flip_budget(&survey, "d", 0).unwrap(), Tried(rule).flip_budget(&survey, "d", 6).unwrap());
            prop_assert_eq!(Some(found.least), found.most);
            // Where the shells end, the closed form lies in the bracket.
            prop_assert!(tried.least <= found.least && tried.most.is_none_or(|most| found.least <= most), "{:?} {:?}", found, tried);
        }
    }
}

#[test]
fn budgets_by_hand() {
    let budget = |rule: &dyn Rule, counts: [u64; 4]| {
        rule.flip_budget(&survey(Labels::dpms(), &[("d", counts), ("other", [1, 2, 3, 4])]), "d", 12).unwrap()
    };
    assert_eq!(budget(&PaperRule::default(), [10, 3, 2, 7]), FlipBudget::exact(3));
    assert_eq!(budget(&PaperRule::default(), [3, 3, 0, 0]), FlipBudget::exact(1));
    assert_eq!(budget(&PaperRule::default(), [0, 1, 0, 0]), FlipBudget::exact(1)); // none left
    assert_eq!(budget(&MajorityRule::default(), [10, 3, 2, 7]), FlipBudget::exact(3)); // 12 others, 10 good
    assert_eq!(budget(&MajorityRule::default(), [u64::MAX, 0, 0, 0]), FlipBudget::exact(u64::MAX));
    let mut naive = NaiveShare::default();
    naive.policy.limits.clear();
    // (10 * 3 + 0 - 5 * 1 - 4 * 5) / 4 = 5 / 4: one Good removed 0.75 or one Poor inserted 1.25, to 0; then another
    assert_eq!(budget(&naive, [10, 0, 5, 4]), FlipBudget::exact(2));
    // 1,000,000 Good: (3 / 4) 10^6 / (5 / 4) Poor, and one
    assert_eq!(budget(&naive, [1_000_000, 0, 0, 0]), FlipBudget::exact(600_001));
    // A score that nothing misses: until none is left.
    naive.policy.min_score = -1.0;
    assert_eq!(budget(&naive, [3, 1, 0, 2]), FlipBudget::exact(6));
    assert_eq!(budget(&naive, [0; 4]), FlipBudget::exact(1));
    // Nothing is inserted where there are more than 2^53: half removed, and one.
    let most = survey(Labels::dpms(), &[("d", [u64::MAX, 0, 0, 0])]);
    let mut few = Policy::default();
    few.draws = 200;
    let found = few.flip_budget(&most, "d", 1).unwrap();
    assert_eq!((found.least, found.most.is_some_and(|most| most > 1 << 62)), (2, true), "{found:?}");
    // With a limit all changes are tried. 6 Good and 2 Poor are at the limit of 0.25: one Good less is beyond it.
    assert_eq!(budget(&NaiveShare::default(), [6, 0, 0, 2]), FlipBudget::exact(1));
    // A bracket: 200 Good, and Poor inserted until more than a quarter are: 67.
    assert_eq!(budget(&NaiveShare::default(), [200, 0, 0, 0]).least, 13);
    assert_eq!(budget(&NaiveShare::default(), [200, 0, 0, 0]).most, Some(67));
}

/// One label more or less at a time.
#[test]
fn budgets_of_draws_are_what_deciding_again_says() {
    let labels = two();
    let gold = ErrorMatrix::new(labels.clone(), Origin::SetAside, &[[90, 10], [20, 80]]).unwrap();
    let mut config = CutConfig::default();
    config.draws = 100;
    let mut policy = policy(Selection::Threshold);
    policy.alpha = 0.1;
    let rule = Corrected::new(policy, CutPosterior::new(&gold, &config).unwrap());
    let decide = |counts: [u64; 2]| {
        let verdict = rule.decide(&survey(two(), &[("d", counts)])).unwrap().iter().next().unwrap().verdict;
        if verdict == Verdict::Improve { Verdict::Hold } else { verdict }
    };
    // With many texts most changes are not decided, because bounds say that they change nothing; at 880 and 690 of 1,200 some do.
    for counts in [[40u64, 20], [36, 24], [20, 40], [12, 6], [900, 300], [880, 320], [690, 510], [560, 640], [1_500, 2]]
    {
        let found = rule.flip_budget(&survey(two(), &[("d", counts), ("other", [9, 9])]), "d", 6).unwrap();
        let now = decide(counts);
        let flips = |radius: u64| {
            (0..=radius).any(|a| {
                let sides = |count: u64, change: u64| [count.saturating_sub(change), count + change];
                let pairs = sides(counts[0], a).map(|x| sides(counts[1], radius - a).map(|y| [x, y]));
                pairs.into_iter().flatten().any(|changed| decide(changed) != now)
            })
        };
        let by_hand = (1..=6).find(|&radius| flips(radius));
        match by_hand {
            Some(radius) => assert_eq!(found, FlipBudget::exact(radius), "{counts:?}"),
            None => assert!(found.least == 7 && found.most.is_some_and(|most| most >= 7), "{counts:?}: {found:?}"),
        }
    }
    // With others in the choice, the whole survey is decided anew.
    let mut picked = rule;
    picked.policy.selection = Selection::PickOne { regret: 1.0 };
    let both = survey(two(), &[("d", [60, 20]), ("other", [59, 21])]);
    assert_eq!(picked.decide(&both).unwrap().of("d").unwrap().verdict, Verdict::Promote);
    let found = picked.flip_budget(&both, "d", 3).unwrap();
    assert!(found.most.is_some_and(|most| most <= 3), "{found:?}");
}

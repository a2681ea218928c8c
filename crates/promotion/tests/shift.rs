//! Divisions whose texts are predicted otherwise than the gold rows: how often verdicts change, and what then decides.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::audit::{Decision, RecordedRule};
use plaudit_promotion::export::Report;
use plaudit_promotion::prevalence::{
    ConfidenceCells, CutConfig, CutPosterior, ErrorMatrix, GoldSample, OwnShares, Probabilities, ShiftCheck,
    ShiftConfig,
};
use plaudit_promotion::{
    Advice, Corrected, DivisionVerdict, Policy, Reason, Rule, Selection, Survey, Verdict, Verdicts,
};
use plaudit_stats::Stream;

/// A text: its division, its label, the predicted one, and the confidence.
type Text = (&'static str, usize, usize, f64);

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What is predicted for a text of this label: right in 75 of 100, and more confident where right. In a shifted division half of
/// the negative texts are taken for positive, as unsure as other errors are.
fn text(stream: &mut Stream, division: &'static str, gold: usize, shifted: bool) -> Text {
    let astray = shifted && gold == 2 && stream.uniform() < 0.5;
    let predicted = match stream.uniform() {
        _ if astray => 0,
        u if u < 0.75 => gold,
        _ => (gold + 1 + stream.below(2) as usize) % 3,
    };
    let lift = if predicted == gold { 0.4 } else { 0.0 };
    (division, gold, predicted, lift + 0.6 * stream.uniform())
}

/// 100 gold rows a label, and so many texts of each of five divisions: positive and negative as often in `a`, which may be
/// shifted, and a score of 0.45 in the others.
fn drawn(seed: u64, shifted: bool, size: usize) -> (Vec<Text>, Vec<Text>) {
    let mut stream = Stream::new(seed, "shift", 0);
    let gold = (0..300).map(|k| text(&mut stream, "", k % 3, false)).collect();
    let mut texts = Vec::new();
    for name in NAMES {
        for _ in 0..size {
            let u = stream.uniform();
            let (positive, negative) = if name == "a" { (0.45, 0.45) } else { (0.65, 0.2) };
            let label = if u < positive { 0 } else { 1 + usize::from(u < positive + negative) };
            texts.push(text(&mut stream, name, label, shifted && name == "a"));
        }
    }
    (gold, texts)
}

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.max_more = 0;
    policy
}

fn errors(gold: &[Text]) -> ErrorMatrix {
    ErrorMatrix::tally(Labels::polarity(), Origin::SetAside, gold.iter().map(|row| (row.1, row.2))).unwrap()
}

fn cut() -> CutConfig {
    let mut config = CutConfig::default();
    config.draws = 200;
    config
}

fn check(gold: &[Text], texts: &[Text]) -> ShiftCheck {
    let rows: Vec<_> = gold.iter().map(|row| (row.1, row.2, row.3)).collect();
    let cells = ConfidenceCells::new(Labels::polarity(), Origin::SetAside, &rows).unwrap();
    let texts = texts.iter().map(|text| (text.0, text.2, text.3));
    ShiftCheck::new(&cells, texts, &ShiftConfig::default()).unwrap()
}

/// The rule with the check.
fn rule(gold: &[Text], texts: &[Text]) -> Corrected {
    let mut rule = Corrected::new(policy(), CutPosterior::new(&errors(gold), &cut()).unwrap());
    rule.shift = Some(check(gold, texts));
    rule
}

fn survey(texts: &[Text]) -> Survey {
    Survey::tally(Labels::polarity(), texts.iter().map(|text| (text.0, text.2))).unwrap()
}

/// Verdicts without the check and with it.
fn both(seed: u64, shifted: bool) -> [Verdicts; 2] {
    let (gold, texts) = drawn(seed, shifted, 300);
    let (mut rule, survey) = (rule(&gold, &texts), survey(&texts));
    let checked = rule.decide(&survey).unwrap();
    rule.shift = None;
    [rule.decide(&survey).unwrap(), checked]
}

/// Without a shift, any of five checks fails in 0.05 of the runs: of 60, 3 with a standard error of 1.7. Verdicts change in no
/// more than that share of divisions.
#[test]
fn few_verdicts_change_without_a_shift() {
    let (mut runs, mut changed) = (0, 0);
    for seed in 0..60 {
        let [plain, checked] = both(seed, false);
        runs += u32::from(checked.iter().any(|decided| decided.shift.unwrap().fails));
        let other = |pair: &(&DivisionVerdict, &DivisionVerdict)| pair.0.verdict != pair.1.verdict;
        changed += plain.iter().zip(&checked).filter(other).count();
    }
    println!("without a shift: a check fails in {runs} of 60 runs, {changed} of 300 verdicts change");
    assert!(runs <= 8 && changed <= 15, "{runs} of 60 runs, {changed} of 300 verdicts");
}

/// A score of 0 looks like one of 0.5: the corrected count promotes, and the check stops it. The other divisions are promoted as
/// they were.
#[test]
fn a_false_promotion_is_stopped() {
    let (mut promoted, mut let_through, mut others) = (0, 0, [0; 2]);
    for seed in 0..20 {
        let verdicts = both(seed, true);
        promoted += u32::from(verdicts[0].of("a").unwrap().verdict == Verdict::Promote);
        let_through += u32::from(verdicts[1].of("a").unwrap().verdict == Verdict::Promote);
        for (count, verdicts) in others.iter_mut().zip(&verdicts) {
            *count += verdicts.iter().filter(|d| d.division != "a" && d.verdict == Verdict::Promote).count();
        }
    }
    println!(
        "planted shift: {promoted} of 20 promoted without the check, {let_through} with it; others {others:?} of 80"
    );
    assert!(promoted >= 15 && let_through <= 1, "{promoted} without the check, {let_through} with it, of 20");
    assert!(others[1] + 8 >= others[0], "{others:?}");
}

/// How often the check of the shifted division fails beside four others, by its size.
#[test]
#[ignore = "half a minute: figures of docs/decision.md"]
fn what_the_check_sees() {
    for size in [30, 60, 100, 300] {
        let seen = (0..100).filter(|&seed| {
            let (gold, texts) = drawn(seed, true, size);
            rule(&gold, &texts).decide(&survey(&texts)).unwrap().of("a").unwrap().shift.unwrap().fails
        });
        println!("{size} texts: {} of 100 seen", seen.count());
    }
}

#[test]
fn what_fails_is_said_and_recorded() {
    let (gold, texts) = drawn(1, true, 300);
    let (rule, survey) = (rule(&gold, &texts), survey(&texts));
    let verdicts = rule.decide(&survey).unwrap();
    let (a, b) = (verdicts.of("a").unwrap(), verdicts.of("b").unwrap());
    assert_eq!((a.verdict, a.advice), (Verdict::NeedsMoreData, Some(Advice::Label { about: Some(100) })));
    assert!(matches!(a.reasons[..], [Reason::LabelShift { label: 100, .. }]), "{:?}", a.reasons);
    let sentence = a.reasons[0].to_string();
    assert!(sentence.contains("up to 0.05 fails") && sentence.contains("(recipe plan_labels)"), "{sentence}");
    assert_eq!((a.risk, a.probability_best), (None, None));
    // no number of predicted labels changes it
    assert_eq!(rule.flip_budget(&survey, "a", 2).unwrap().most, None);
    assert!(rule.flip_budget(&survey, "b", 1).unwrap().most.is_some());
    assert!(b.shift.unwrap().adjusted > 0.05 && b.verdict == Verdict::Promote, "{b:?}");
    let json = serde_json::to_value(&verdicts).unwrap();
    assert_eq!(json[0]["label_shift"]["fails"], true);
    assert!(json[0]["label_shift"]["degrees"].as_u64().unwrap() >= 1 && json[0]["label_shift"]["deviance"].is_f64());
    assert!(verdicts.to_string().contains("shift p") && Report::new(&verdicts).to_markdown().contains("| shift p |"));
    let mut csv = Vec::new();
    Report::new(&verdicts).write_csv(&mut csv).unwrap();
    let mut rows = csv::Reader::from_reader(csv.as_slice());
    let column = rows.headers().unwrap().iter().position(|name| name == "shift fails").unwrap();
    let fails: Vec<String> = rows.records().map(|row| row.unwrap()[column].to_owned()).collect();
    assert_eq!(fails, ["yes", "no", "no", "no", "no"]);

    let recorded = RecordedRule::checked(policy(), errors(&gold), cut(), rule.shift.clone());
    let decision = Decision::by(&recorded, &survey, &verdicts).unwrap();
    let line = serde_json::to_string(&decision).unwrap();
    let read: Decision = serde_json::from_str(&line).unwrap();
    assert!(read.replay_recorded().unwrap().is_same());
    // a policy that does not ask promotes it
    let mut off = rule.clone();
    off.policy.shift_alpha = 0.0;
    assert_eq!(off.decide(&survey).unwrap().of("a").unwrap().verdict, Verdict::Promote);
    off.policy.shift_alpha = 0.5;
    assert!(off.decide(&survey).unwrap_err().to_string().contains("shift_alpha: 0.5; expected 0 to below 0.5"));
    // nor does it come in with others
    let mut together = rule;
    together.policy.selection = Selection::FalseDiscovery;
    assert_eq!(together.decide(&survey).unwrap().of("a").unwrap().verdict, Verdict::NeedsMoreData);
}

/// 150 random labels of the shifted division: the score is 0, and they say so; the rest is decided as before.
#[test]
fn own_labels_decide() {
    let (gold, texts) = drawn(1, true, 300);
    let (mut rule, survey) = (rule(&gold, &texts), survey(&texts));
    let before = rule.decide(&survey).unwrap();
    let of_a: Vec<&Text> = texts.iter().filter(|text| text.0 == "a").collect();
    let (labelled, others) = of_a.split_at(150); // texts stand in random order
    let certain = |part: &[&Text]| Probabilities::certain(Labels::polarity(), part.iter().map(|text| text.2)).unwrap();
    let truth: Vec<usize> = labelled.iter().map(|text| text.1).collect();
    let sample = GoldSample::new(Origin::SetAside, truth, certain(labelled), None).unwrap();
    rule.own.insert("a".to_owned(), OwnShares::new(&sample, &certain(others)).unwrap());
    let verdicts = rule.decide(&survey).unwrap();
    let a = verdicts.of("a").unwrap();
    let ends = a.score_interval.unwrap();
    assert!(ends.low < 0.0 && 0.0 < ends.high && ends.high < 0.3, "{ends:?}");
    assert!(matches!(a.verdict, Verdict::Hold | Verdict::Improve), "{a:?}");
    assert_eq!(a.reasons[0], Reason::OwnLabels { labelled: 150, others: 150 });
    assert!(a.shift.unwrap().fails && a.risk.is_some());
    for (before, after) in before.iter().zip(&verdicts).skip(1) {
        assert_eq!((before.verdict, &before.reasons, before.risk), (after.verdict, &after.reasons, after.risk));
    }
    assert_eq!(rule.flip_budget(&survey, "a", 1).unwrap().most, None);

    // All labels, and no classifier: what the policy says of them.
    let all: Vec<usize> = of_a.iter().map(|text| text.1).collect();
    rule.own.insert("a".to_owned(), OwnShares::whole(3, &all).unwrap());
    let whole = rule.decide(&survey).unwrap();
    let given = Survey::tally(Labels::polarity(), all.iter().map(|&label| ("a", label))).unwrap();
    let given = policy().decide(&given).unwrap();
    let (whole, given) = (whole.of("a").unwrap(), given.of("a").unwrap());
    let [found, known] = [whole, given].map(|decided| decided.score_interval.unwrap());
    assert!((found.low - known.low).abs() < 0.02 && (found.high - known.high).abs() < 0.02, "{found:?} {known:?}");
    assert_eq!(whole.reasons[0].to_string(), "decided by the labels of all its 300 texts");

    rule.own.insert("b".to_owned(), OwnShares::whole(2, &[0, 1]).unwrap());
    assert!(rule.decide(&survey).unwrap_err().to_string().contains("own: `b`: 2 labels; expected 3"));
}

/// Where own labels leave it open, the advice is to label more of the division, as long as there are texts.
#[test]
fn own_labels_that_do_not_decide_ask_for_more() {
    let (gold, texts) = drawn(2, false, 300);
    let (mut rule, survey) = (rule(&gold, &texts), survey(&texts));
    rule.policy.max_more = 5_000;
    let truth = |n: usize| [0, 0, 0, 1, 2].into_iter().cycle().take(n).collect::<Vec<_>>(); // a score of 0.4
    let certain = |n: usize| Probabilities::certain(Labels::polarity(), std::iter::repeat_n(1, n)).unwrap();
    let mut reason = |n: usize, others: usize| {
        let sample = GoldSample::new(Origin::SetAside, truth(n), certain(n), None).unwrap();
        rule.own.insert("b".to_owned(), OwnShares::new(&sample, &certain(others)).unwrap());
        rule.policy.min_score = 0.37;
        let verdicts = rule.decide(&survey).unwrap();
        let b = verdicts.of("b").unwrap();
        assert_eq!(b.verdict, Verdict::NeedsMoreData, "{b:?}");
        (b.advice.unwrap(), b.reasons.last().unwrap().clone())
    };
    let (advice, last) = reason(100, 3);
    assert_eq!((advice, last), (Advice::Collect { about: None }, Reason::MoreOwnLabels { rows: None, tried: 3 }));
    rule.policy.limits.clear();
    rule.policy.min_score = 0.3;
    let sample = GoldSample::new(Origin::SetAside, truth(100), certain(100), None).unwrap();
    rule.own.insert("b".to_owned(), OwnShares::new(&sample, &certain(9_000)).unwrap());
    let verdicts = rule.decide(&survey).unwrap();
    let b = verdicts.of("b").unwrap();
    let Some(Advice::Label { about: Some(rows) }) = b.advice else { panic!("{b:?}") };
    assert_eq!(b.reasons.last().unwrap(), &Reason::MoreOwnLabels { rows: Some(rows), tried: 5_000 });
}

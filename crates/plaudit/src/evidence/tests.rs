use plaudit_core::Feedback;

use super::*;

/// Comments of our own: the division, the text, the index of the label and its probability.
fn said(rows: &[(&str, &str, usize, f64)]) -> Vec<(Feedback, usize, f64)> {
    let row = |(place, &(division, text, label, probability)): (usize, &(&str, &str, usize, f64))| {
        let mut feedback = Feedback::new(format!("u{place}"), text);
        feedback.division = division.to_owned();
        (feedback, label, probability)
    };
    rows.iter().enumerate().map(row).collect()
}

fn predicted(said: &[(Feedback, usize, f64)]) -> Vec<PredictedRow<'_>> {
    said.iter().map(|(feedback, label, probability)| PredictedRow::new(feedback, *label, *probability)).collect()
}

fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.max_more = 0;
    policy
}

fn of(policy: &Policy, said: &[(Feedback, usize, f64)], config: &EvidenceConfig) -> (Verdicts, Vec<Evidence>) {
    let rows = predicted(said);
    let verdicts = policy.decide(&crate::tally(&Labels::dpms(), &rows).unwrap()).unwrap();
    let found = evidence(&verdicts, policy, &rows, config).unwrap();
    (verdicts, found)
}

/// A division that Poor holds, with some that speak for it.
fn desk() -> Vec<(Feedback, usize, f64)> {
    let mut rows = Vec::new();
    for k in 0..30 {
        let text = format!("the queue at desk {} was not helpful, and Mr. Grey shouted about form {k}", k % 7);
        rows.push(("Desk", text, 3, 0.6 + 0.01 * f64::from(k)));
    }
    for k in 0..9 {
        rows.push((
            "Desk",
            format!("opens at nine, ring bell number {k} for {}", ["keys", "cards", "maps"][k % 3]),
            2,
            0.5,
        ));
    }
    for k in 0..8 {
        rows.push((
            "Desk",
            format!("my parcel came quickly and the lobby smells of {}", ["tea", "mint", "wood", "rain"][k % 4]),
            0,
            0.9,
        ));
    }
    rows.push(("Desk", "a friendly porter carried all of my boxes upstairs".to_owned(), 0, 0.85));
    rows.push(("Desk", "Thanks!".to_owned(), 0, 0.99));
    for k in 0..40 {
        rows.push((
            "Hall",
            format!("warm rooms and kind wardens on floor {k}, nothing like the queue elsewhere"),
            0,
            0.8,
        ));
    }
    let rows: Vec<(&str, &str, usize, f64)> = rows.iter().map(|(d, t, l, p)| (*d, t.as_str(), *l, *p)).collect();
    said(&rows)
}

#[test]
fn comments_of_both_sides_and_terms_with_their_negation() {
    let config = EvidenceConfig { terms: 8, ..EvidenceConfig::default() };
    let (verdicts, found) = of(&policy(), &desk(), &config);
    let names: Vec<&str> = found.iter().map(|one| one.division.as_str()).collect();
    assert_eq!(names, ["Desk", "Hall"]);
    assert!(matches!(verdicts.of("Desk").unwrap().verdict, Verdict::Hold | Verdict::Improve));
    let desk = &found[0];
    assert_eq!(desk.label.as_deref(), Some("Poor"));
    let quotes: Vec<(Stance, &str)> = desk.comments.iter().map(|quote| (quote.stance, quote.label.as_str())).collect();
    // One of Poor, which drives it, then one of Neutral, which is below the score that promotion needs, too; and two against it.
    assert_eq!(
        quotes,
        [(Stance::For, "Poor"), (Stance::For, "Neutral"), (Stance::Against, "Good"), (Stance::Against, "Good")]
    );
    // The surest, and its name is covered; the surest Good is of one word.
    assert_eq!(desk.comments[0].text, "the queue at desk 1 was not helpful, and Mr. [name] shouted about form 29");
    assert!((desk.comments[0].probability - 0.89).abs() < 1e-12);
    assert!(desk.comments.iter().all(|quote| quote.text != "Thanks!"));
    let terms: Vec<&str> = desk.terms.iter().map(|term| term.text.as_str()).collect();
    assert!(terms.contains(&"not helpful") && terms.contains(&"queue") && terms.contains(&"shouted"), "{terms:?}");
    assert!(terms.iter().all(|term| !["helpful", "not", "grey", "the", "name"].contains(term)), "{terms:?}");
    let queue = desk.terms.iter().find(|term| term.text == "queue").unwrap();
    assert_eq!((queue.count, queue.of, queue.count_elsewhere, queue.of_elsewhere), (30, 30, 0, 19));
    // By hand: 30 of all 89 comments have it (in Hall a negation reaches it), so that a = 10 (30 + .5) / (89 + 1) = 3.38889:
    //   ln(33.38889 / 6.61111) - ln(3.38889 / 25.61111) = 3.64200, over sqrt(1 / 33.38889 + 1 / 3.38889)
    assert!((queue.log_odds - 3.641_996).abs() < 1e-5 && (queue.z - 6.388_168).abs() < 1e-5, "{queue:?}");
    // Only Good there: nothing to compare its terms with.
    assert_eq!((found[1].label.as_deref(), found[1].terms.len()), (Some("Good"), 0));
    assert!(found[1].comments.iter().all(|quote| quote.stance == Stance::For));

    let shown = with_terms(&verdicts, &found);
    let reason = shown.of("Desk").unwrap().reasons.last().unwrap().to_string();
    assert!(
        reason.starts_with("what comments predicted Poor say more often than its others: ")
            && reason.contains("not helpful"),
        "{reason}"
    );
    assert_eq!(shown.of("Hall"), verdicts.of("Hall"));
}

#[test]
fn a_negation_reaches_two_words() {
    let text = |k: usize| match k % 2 {
        0 => (3, format!("the porters are not very helpful during winter evenings, {k}")),
        _ => (0, format!("quick replies, tidy rooms, {k}")),
    };
    let rows: Vec<(usize, String)> = (0..40).map(text).collect();
    let rows: Vec<(&str, &str, usize, f64)> = rows.iter().map(|(l, t)| ("Desk", t.as_str(), *l, 0.9)).collect();
    let (_, found) = of(&policy(), &said(&rows), &EvidenceConfig { terms: 9, ..EvidenceConfig::default() });
    let terms: Vec<&str> = found[0].terms.iter().map(|term| term.text.as_str()).collect();
    assert!(["not helpful", "winter", "evenings"].iter().all(|term| terms.contains(term)), "{terms:?}");
}

// By hand: worths .75, -.25 and -1.25 for 10 Good, 9 Neutral and 30 Poor of 49: the score less s_min is (7.5 - 2.25 - 37.5) / 49;
//   leaving out one Poor changes it by (-1.25 + 32.25 / 49) / 48
#[test]
fn influence_is_leave_one_out() {
    let (verdicts, found) = of(&policy(), &desk(), &EvidenceConfig::default());
    assert!((found[0].comments[0].influence.unwrap() - (-1.25 + 32.25 / 49.0) / 48.0).abs() < 1e-15);
    let counts: Vec<f64> = verdicts.of("Desk").unwrap().shares.iter().map(|share| share.count as f64).collect();
    let score = |poor: f64| {
        let n = counts[0] + counts[1] + counts[2] + poor;
        (counts[0] + 0.25 * counts[1] - poor) / n
    };
    assert!((score(30.0) - score(29.0) - found[0].comments[0].influence.unwrap()).abs() < 1e-15);
    let (_, one) = of(&policy(), &said(&[("a", "it was all right", 0, 1.0)]), &EvidenceConfig::default());
    assert_eq!((one[0].comments.len(), one[0].comments[0].influence), (1, None));
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut rows = desk();
    let before = of(&policy(), &rows, &EvidenceConfig::default());
    rows.reverse();
    assert_eq!(of(&policy(), &rows, &EvidenceConfig::default()), before);
}

#[test]
fn near_copies_and_hostile_texts() {
    let rows = said(&[
        ("", "", 0, 1.0),
        ("", "asdfghjkl qwertyuiop zxcvbnm", 0, 1.0),
        ("", "\u{202e}\0\u{feff}", 0, 1.0),
        ("", "Ask Prof. Ada Byron about the lab, she knows it all", 0, 0.9),
        ("", "Ask Prof. Charles Babbage about the lab, she knows it all", 0, 0.9),
        ("", "Ask Prof. Ada Byron about the lab, she knows it all!", 3, 0.9),
        ("", "write to me at someone@example.org or 01711 123 456 please", 3, 0.0),
    ]);
    let mut config = EvidenceConfig { quotes: 10, ..EvidenceConfig::default() };
    let (_, found) = of(&policy(), &rows, &config);
    let texts: Vec<&str> = found[0].comments.iter().map(|quote| quote.text.as_str()).collect();
    let expected = ["Ask Prof. [name] about the lab, she knows it all", "write to me at [email] or [phone] please"];
    assert_eq!(texts, expected);
    config.mask = None;
    let (_, bare) = of(&policy(), &rows, &config);
    assert!(bare[0].comments.iter().any(|quote| quote.text.contains("someone@example.org")));
    (config.quotes, config.terms) = (0, 0);
    let (_, none) = of(&policy(), &rows, &config);
    assert!(none[0].comments.is_empty() && none[0].terms.is_empty());
}

#[test]
fn faults_are_named() {
    let rows = desk();
    let (verdicts, _) = of(&policy(), &rows, &EvidenceConfig::default());
    let mut config = EvidenceConfig::default();
    (config.max_chars, config.prior, config.min_z, config.min_comments) = (3, f64::NAN, f64::INFINITY, 0);
    config.mask.as_mut().unwrap().digits = Some(0);
    let error = evidence(&verdicts, &policy(), &[], &config).unwrap_err().to_string();
    for fault in ["5 faults", "evidence.max_chars: 3", "evidence.prior: NaN", "evidence.min_z", "evidence.mask.digits"]
    {
        assert!(error.contains(fault), "{error}");
    }
    for (label, probability, fault) in
        [(4, 0.5, "label index 4; expected 0 to 3"), (0, f64::NAN, "row 0: a probability of NaN")]
    {
        let row = PredictedRow::new(&rows[0].0, label, probability);
        let error = evidence(&verdicts, &policy(), &[row], &EvidenceConfig::default()).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
    // Verdicts without a row have no evidence.
    let found = evidence(&verdicts, &policy(), &[], &EvidenceConfig::default()).unwrap();
    assert!(found.len() == 2 && found.iter().all(|one| one.comments.is_empty() && one.terms.is_empty()));
    let json = serde_json::to_string(&EvidenceConfig::default()).unwrap();
    assert_eq!(serde_json::from_str::<EvidenceConfig>(&json).unwrap(), EvidenceConfig::default());
    assert!(serde_json::from_str::<EvidenceConfig>(r#"{"quote":1}"#).is_err());
}

use plaudit_core::conformance;
use proptest::prelude::*;

use super::*;

fn lexicon() -> LexiconClassifier {
    LexiconClassifier::new(LexiconConfig::default()).unwrap()
}

// Written for this test.
#[test]
fn sides_by_hand() {
    let lexicon = lexicon();
    for (text, sign) in [
        ("good", 1),
        ("The lectures were GREAT", 1),
        ("not good", -1),
        ("The food isn't good at all", -1),
        ("never helpful", -1),
        ("not bad at all", 1),
        ("I do not know the room. Good lights though", 1),
        ("goooood", 1),
        ("nice idea, but the worst staff", -1),
        ("the worst staff but a great building", 1),
        ("total waste of time", -1),
        ("can't wait for it", 1),
        ("we bought some goods", 0),
        ("it is likely on Monday", 0),
        ("👍", 1),
        (":-(", -1),
        ("see https://example.com/great @goodman", 0),
        ("what a #GreatDay", 1),
        ("老师很好", 1),
        ("老師很好，非常認真", 1),
        ("不好", -1),
        ("不错", 1),
        ("好像是周一", 0),
        ("没有帮助", -1),
        ("环境漂亮，但是服务太差", -1),
        ("der Kurs war bad und die Folien sind alle super alt", 0),
        ("giảng viên nhiệt tình , dễ hiểu 👍", 1),
        ("", 0),
    ] {
        let score = lexicon.score(text);
        let found = if score == 0.0 { 0 } else { score.signum() as i32 };
        assert_eq!(found, sign, "{text}: {score}");
    }
    assert!(lexicon.score("not good") > lexicon.score("terrible"));
    assert!(
        lexicon.score("very good") > lexicon.score("good") && lexicon.score("good") > lexicon.score("slightly good")
    );
}

/// good 1 with the silent 1.5: 1 / 2.5; very good: 1.3 / 2.8; not good: -0.8 / 2.3; nice 0.5 and worst -3 x 1.5 behind the but:
/// -4 / 6.5; a thumb: 2 / 3.5.
#[test]
fn scores_by_hand() {
    let lexicon = lexicon();
    for (text, expected) in [
        ("good", 0.4),
        ("very good", 1.3 / 2.8),
        ("not good", -0.8 / 2.3),
        ("nice but worst", -4.0 / 6.5),
        ("👍", 2.0 / 3.5),
    ] {
        assert!((lexicon.score(text) - expected).abs() < 1e-6, "{text}: {}", lexicon.score(text));
    }
    // 1 / (1 + exp((0.12 - 0.4) / 0.15)) = 0.8660 and 1 - 1 / (1 + exp((-0.12 - 0.4) / 0.15)) = 0.0303
    let scores = lexicon.classify(&["good"]).unwrap();
    for (found, expected) in scores.as_slice().iter().zip([0.8660, 0.1037, 0.0303]) {
        assert!((found - expected).abs() < 1e-4, "{scores:?}");
    }
}

#[test]
fn length_alone_does_not_make_it_extreme() {
    let lexicon = lexicon();
    let mixed = "The rooms are clean. The lines are slow. The staff is helpful. ";
    let (once, often) = (lexicon.score(mixed), lexicon.score(&mixed.repeat(2_000)));
    assert!(once > 0.0 && often < 0.6 && (often - once).abs() < 0.3, "{once} {often}");
}

#[test]
fn the_role_holds_and_words_of_ones_own_come_first() {
    for config in [LexiconConfig::polarity(), LexiconConfig::dpms()] {
        let lexicon = LexiconClassifier::new(config).unwrap();
        let texts = ["good", "", "不好", "\0", "👍👍", "not good, but great", &"so ".repeat(10_000)];
        conformance::check_classifier(&lexicon, &texts).unwrap();
    }
    let mut config = LexiconConfig::polarity();
    let own = [("shuttle bus", -3.0), ("good", -2.0), ("周一", 2.0), ("Straße", 1.0), ("wouldn't mind", 1.0)];
    config.own = own.map(|(word, side)| (word.to_owned(), side)).into();
    let own = LexiconClassifier::new(config).unwrap();
    let scores = ["it is in the STRASSE", "I wouldn’t mind"].map(|text| own.score(text));
    assert!(scores.iter().all(|score| *score > 0.0), "{scores:?}");
    assert!(own.score("the Shuttle Bus again") < 0.0 && own.score("a good day") < 0.0 && own.score("今天是周一") > 0.0);
}

#[test]
fn every_fault_is_named_at_once() {
    let json = r#"{"labels": ["a", "b", "c"], "cuts": [0.1, 0.1, 2], "softness": 0, "own": {" ": 1, "x": 9}}"#;
    let config: LexiconConfig = serde_json::from_str(json).unwrap();
    let error = LexiconClassifier::new(config).unwrap_err().to_string();
    for fault in ["5 faults", "3 for 3 labels", "from 1 to -1", "softness: 0", "a word is blank", "`x` is 9"] {
        assert!(error.contains(fault), "{error}");
    }
    let config = LexiconConfig { own: [("a/b".to_owned(), 1.0)].into(), ..LexiconConfig::default() };
    assert!(LexiconClassifier::new(config).unwrap_err().to_string().contains("`a/b` has other signs"));
    let config = LexiconConfig { softness: f64::NAN, cuts: vec![f64::NAN, 0.0], ..LexiconConfig::default() };
    assert!(config.validate().unwrap_err().to_string().contains("2 faults"));
    assert_eq!(serde_json::from_str::<LexiconConfig>("{}").unwrap(), LexiconConfig::default());
}

proptest! {
    #[test]
    fn any_text_has_a_score(text in prop_oneof![any::<String>(), "(not|good|bad|very|but|不|好|差|但|[.,!:)👍 ]| ){0,40}"]) {
        let lexicon = lexicon();
        let score = lexicon.score(&text);
        prop_assert!((-1.0..=1.0).contains(&score));
        prop_assert_eq!(score, lexicon.score(&text));
        let row = lexicon.classify(&[&text]).unwrap();
        prop_assert!(row.as_slice().iter().all(|p| (0.0..=1.0).contains(p)));
    }
}

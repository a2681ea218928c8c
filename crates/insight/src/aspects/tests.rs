use std::collections::BTreeMap;

use plaudit_core::{Analyzer, TokenKind, Tokens};
use plaudit_stats::{Stream, wilson};
use proptest::prelude::*;

use super::*;

/// Lower-case words between blanks; a Chinese character is one.
struct Words;

impl Analyzer for Words {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        tokens.clear();
        let mut start = None;
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            let alone = character > '\u{2e80}';
            if (character == ' ' || alone)
                && let Some(from) = start.take()
            {
                tokens.push(&text.get(from..at).unwrap().to_lowercase(), from..at, TokenKind::Word);
            }
            if alone {
                tokens.push(character.encode_utf8(&mut [0; 4]), at..at + character.len_utf8(), TokenKind::Word);
            } else if character != ' ' && start.is_none() {
                start = Some(at);
            }
        }
    }
}

fn dictionary(aspects: &[(&str, &[&str])]) -> plaudit_core::Result<AspectDictionary> {
    let own = |&(name, terms): &(&str, &[&str])| (name.to_owned(), terms.iter().map(|&term| term.to_owned()).collect());
    AspectDictionary::new(aspects.iter().map(own).collect())
}

#[test]
fn terms_are_found_longest_first() {
    let aspects = dictionary(&[
        ("battery", &["battery", "battery life", "电池"]),
        ("life", &["life", "battery life"]),
        ("long", &["battery life of a whole day"]),
    ])
    .unwrap();
    let matcher = AspectMatcher::new(&aspects, &Words).unwrap();
    let found = |text: &str| -> Vec<(usize, String)> {
        let matches = matcher.find(&Words.analyze(text));
        matches.iter().map(|found| (found.aspect, text.get(found.source.clone()).unwrap().to_owned())).collect()
    };
    let own = |pairs: &[(usize, &str)]| pairs.iter().map(|&(a, text)| (a, text.to_owned())).collect::<Vec<_>>();
    assert_eq!(found("BATTERY Life of a whole week"), own(&[(0, "BATTERY Life"), (1, "BATTERY Life")]));
    assert_eq!(found("battery life of a whole day"), own(&[(2, "battery life of a whole day")]));
    assert_eq!(found("大容量电池很好 life"), own(&[(0, "电池"), (1, "life")]));
    assert_eq!(found("batteries"), []);
    assert_eq!(found(""), []);
    assert_eq!(matcher.aspects(), 3);
    assert!(AspectMatcher::default().find(&Words.analyze("battery")).is_empty());
}

#[test]
fn a_dictionary_is_checked() {
    let error = dictionary(&[(" ", &["a"]), ("b", &[]), ("c", &["d", " "])]).unwrap_err().to_string();
    for part in ["3 faults", "a name is blank", "aspects.b: found no term", "aspects.c: term 1 is blank"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(dictionary(&[]).unwrap_err().to_string().contains("expected at least one"));
    assert!(serde_json::from_str::<AspectDictionary>(r#"{"a": []}"#).is_err());
    for shipped in [AspectDictionary::phones(), AspectDictionary::university()] {
        let json = serde_json::to_string(&shipped).unwrap();
        assert_eq!(serde_json::from_str::<AspectDictionary>(&json).unwrap(), shipped); // checked on the way in
        assert!(shipped.names().len() >= 12);
        AspectMatcher::new(&shipped, &Words).unwrap();
    }
    struct Nothing;
    impl Analyzer for Nothing {
        fn analyze_into(&self, _: &str, tokens: &mut Tokens) {
            tokens.clear();
        }
    }
    let error = AspectMatcher::new(&dictionary(&[("a", &["b"])]).unwrap(), &Nothing).unwrap_err().to_string();
    assert!(error.contains("aspects.a: the analyzer leaves nothing of the term `b`"), "{error}");
}

fn mention<'a>(aspect: usize, uid: &'a str, score: f64) -> AspectMention<'a> {
    AspectMention { aspect, uid, author: None, group: None, score, clause: uid }
}

#[test]
fn figures_by_hand() {
    let uids: Vec<String> = (0..30).map(|k| format!("{k:02}")).collect();
    // Aspect 0: 8 of 10 texts negative; aspect 1: 5 of 20 negative, 10 positive.
    let mut mentions = Vec::new();
    for (k, uid) in uids.iter().enumerate() {
        let (aspect, score) = match k {
            0..8 => (0, -0.9),
            8..10 => (0, 0.0),
            10..15 => (1, -0.5),
            15..25 => (1, 0.5),
            _ => (1, 0.0),
        };
        mentions.push(mention(aspect, uid, score));
    }
    let found = aspect_sentiment(&["battery", "price"], &mentions, &AspectConfig::default()).unwrap();
    let [battery, price] = found.aspects.as_slice() else { panic!("{found:?}") };
    assert_eq!((battery.aspect.as_str(), battery.texts, battery.negative.mentions), ("battery", 10, 8));
    // One mention a text: Wilson's interval of 8 of 10.
    let ends = battery.negative.interval.unwrap();
    let plain = wilson(8, 10, 0.95).unwrap();
    assert!((ends.low - plain.low).abs() < 1e-12 && (ends.high - plain.high).abs() < 1e-12, "{ends:?} {plain:?}");
    assert_eq!(price.positive.share, 0.5);
    // Common 13/30: own residuals 8 (17/30)^2 + 2 (13/30)^2 = 2.94444 of 10^2, the others' 5 (17/30)^2 + 15 (13/30)^2 = 4.42222 of 20^2:
    // variance 0.0294444 10/9 + 0.0110556 20/19 = 0.0443535; 0.55^2 / 0.0443535 = 6.82021. scipy 1.17: chi2.sf(6.820208, 1) = 0.0090132.
    // Both aspects have the same, so q is p.
    let p = battery.p_value.unwrap();
    assert!((p - 0.009_013_2).abs() < 1e-6 && (price.p_value.unwrap() - p).abs() < 1e-12, "{p}");
    assert!((battery.q_value.unwrap() - p).abs() < 1e-12);
    assert!((battery.difference.unwrap() - 0.55).abs() < 1e-12 && (price.difference.unwrap() + 0.55).abs() < 1e-12);
    assert_eq!(battery.complaints.iter().map(|quote| quote.uid.as_str()).collect::<Vec<_>>(), ["00", "01", "02"]);
    assert!(battery.praise.is_empty() && price.praise.len() == 3);
    let text = found.to_string();
    assert!(text.contains("battery") && text.contains("80 % (") && text.contains("+55 points, q 0.009"), "{text}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<AspectSentiment>(&json).unwrap(), found);
}

#[test]
fn an_author_who_repeats_it_is_one_voice() {
    let uids: Vec<String> = (0..40).map(|k| k.to_string()).collect();
    let of = |authors: usize| -> Vec<AspectMention<'_>> {
        let names = ["a", "b", "c", "d"];
        let own = |(k, uid): (usize, &'_ String)| {
            let author = names.get(k % authors).copied();
            let score = if k % 4 == 0 { 0.9 } else { -0.9 };
            AspectMention { author, ..mention(0, uids[uid.parse::<usize>().unwrap()].as_str(), score) }
        };
        uids.iter().enumerate().map(own).collect()
    };
    let width = |mentions: &[AspectMention<'_>]| {
        let found = aspect_sentiment(&["a"], mentions, &AspectConfig::default()).unwrap();
        let ends = found.aspects[0].negative.interval.unwrap();
        (ends.high - ends.low, found.aspects[0].complaints.len(), found.aspects[0].p_value)
    };
    let alone: Vec<AspectMention<'_>> =
        uids.iter().enumerate().map(|(k, uid)| mention(0, uid, if k % 4 == 0 { 0.9 } else { -0.9 })).collect();
    let (by_texts, by_authors) = (width(&alone), width(&of(4)));
    // Four authors, each of one mind: residuals 3 (10 - 7.5)^2 + 7.5^2 = 75, 4/3 75 / 40^2 = 0.0625 is 0.75 0.25 / 3, as of three mentions.
    let three = plaudit_stats::wilson_share(0.75, 3.0, 0.95).unwrap();
    assert!((by_authors.0 - (three.high - three.low)).abs() < 1e-9, "{by_authors:?}");
    // One author, of two minds: one draw, since nothing is known of how another would differ.
    let one = plaudit_stats::wilson_share(0.75, 1.0, 0.95).unwrap();
    assert!((width(&of(1)).0 - (one.high - one.low)).abs() < 1e-9);
    assert!(by_texts.0 < 0.5 * by_authors.0 && by_authors.1 == 3 && by_authors.2.is_none());
    // All alike: as many mentions as authors.
    let same: Vec<AspectMention<'_>> =
        of(4).into_iter().map(|mention| AspectMention { score: -0.5, ..mention }).collect();
    let ends = aspect_sentiment(&["a"], &same, &AspectConfig::default()).unwrap().aspects[0].negative.interval;
    assert_eq!(ends, wilson(4, 4, 0.95));
}

/// A thousand complaints by one author, and five other authors who have none: nothing is known, whatever is said of other aspects.
#[test]
fn one_author_with_nearly_all_is_no_finding() {
    let uids: Vec<String> = (0..1_105).map(|k| k.to_string()).collect();
    let mentions: Vec<AspectMention<'_>> = uids
        .iter()
        .enumerate()
        .map(|(k, uid)| match k {
            0..1_000 => AspectMention { author: Some("rant"), ..mention(0, uid, -0.9) },
            1_000..1_005 => mention(0, uid, 0.5),
            _ => mention(1, uid, if k % 10 < 3 { -0.5 } else { 0.5 }),
        })
        .collect();
    let found = aspect_sentiment(&["a", "b"], &mentions, &AspectConfig::default()).unwrap();
    let ends = found.aspects[0].negative.interval.unwrap();
    assert!(found.aspects[0].q_value.unwrap() > 0.5 && ends.low < 0.5, "{:?}", found.aspects[0]);
}

#[test]
fn groups_are_counted_apart_and_bad_input_is_named() {
    let mentions = [
        AspectMention { group: Some("may"), ..mention(0, "1", -0.5) },
        AspectMention { group: Some("june"), ..mention(1, "2", 0.5) },
        mention(1, "3", 0.5),
    ];
    let found = aspect_sentiment(&["a", "b"], &mentions, &AspectConfig::default()).unwrap();
    let groups: Vec<(&str, usize, u64)> =
        found.groups.iter().map(|group| (group.group.as_str(), group.aspects.len(), group.aspects[0].texts)).collect();
    assert_eq!(groups, [("june", 1, 1), ("may", 1, 1)]);
    assert_eq!(found.aspects[1].texts, 2);
    let none: [&str; 0] = [];
    assert!(aspect_sentiment(&none, &[], &AspectConfig::default()).unwrap().aspects.is_empty());
    for (bad, part) in [
        (mention(2, "1", 0.0), "mention 0: aspect 2; expected below 2"),
        (mention(0, "1", f64::NAN), "mention 0: score NaN"),
        (mention(0, "1", 1.1), "expected -1 to 1"),
    ] {
        let error = aspect_sentiment(&["a", "b"], &[bad], &AspectConfig::default()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let config: AspectConfig = serde_json::from_str(r#"{"level": 1.0, "quotes": 101}"#).unwrap();
    let error = config.validate().unwrap_err().to_string();
    assert!(error.contains("level: 1;") && error.contains("quotes: 101"), "{error}");
}

/// Where authors differ and aspects do not, few differences are found, and intervals hold the share.
#[test]
fn simulated_authors() {
    let (mut held, mut alarms, mut intervals, runs) = (0, 0, 0, 300);
    for run in 0..runs {
        let mut random = Stream::new(run, "aspects", 0);
        let uids: Vec<(String, String)> = (0..200).map(|k| (format!("t{k}"), format!("a{}", k / 5))).collect();
        let mut tone = 0.0;
        let mut mentions = Vec::new();
        for (k, (uid, author)) in uids.iter().enumerate() {
            if k % 5 == 0 {
                tone = if random.uniform() < 0.5 { 0.2 } else { 0.6 }; // 40 % negative in all
            }
            let score = if random.uniform() < tone { -0.5 } else { 0.5 };
            mentions
                .push(AspectMention { author: Some(author), ..mention(random.below(4) as usize, uid.as_str(), score) });
        }
        let found = aspect_sentiment(&["a", "b", "c", "d"], &mentions, &AspectConfig::default()).unwrap();
        for summary in &found.aspects {
            let ends = summary.negative.interval.unwrap();
            intervals += 1;
            held += u32::from(ends.low <= 0.4 && 0.4 <= ends.high);
        }
        alarms += u32::from(found.aspects.iter().any(|summary| summary.q_value.unwrap() <= 0.05));
    }
    let (held, alarms) = (f64::from(held) / f64::from(intervals), f64::from(alarms) / runs as f64);
    // Found: 0.951 and 0.040.
    assert!(held > 0.92 && alarms < 0.1, "{held} {alarms}");
}

proptest! {
    #[test]
    fn the_order_of_mentions_is_nothing(
        rows in proptest::collection::vec((0usize..3, 0usize..8, 0usize..4, -4i8..=4), 0..30),
        seed in 0u64..1000,
    ) {
        let names: Vec<String> = (0..8).map(|k| format!("u{k}")).collect();
        let authors = [None, Some("x"), Some("y"), Some("z")];
        let mut mentions: Vec<AspectMention<'_>> = rows
            .iter()
            .map(|&(aspect, uid, author, score)| AspectMention {
                author: authors[author], group: authors[(author + uid) % 4], ..mention(aspect, &names[uid], f64::from(score) / 4.0)
            })
            .collect();
        let found = aspect_sentiment(&["a", "b", "c"], &mentions, &AspectConfig::default()).unwrap();
        Stream::new(seed, "order", 0).shuffle(&mut mentions);
        let again = aspect_sentiment(&["a", "b", "c"], &mentions, &AspectConfig::default()).unwrap();
        prop_assert_eq!(serde_json::to_string(&found).unwrap(), serde_json::to_string(&again).unwrap());
        for summary in &found.aspects {
            for share in [summary.positive, summary.negative] {
                let ends = share.interval.unwrap();
                prop_assert!(ends.low <= share.share && share.share <= ends.high);
            }
        }
    }
}

#[test]
fn aspects_are_a_map_of_terms() {
    let map = BTreeMap::from([("a".to_owned(), vec!["b".to_owned()])]);
    assert_eq!(AspectDictionary::new(map.clone()).unwrap().aspects(), &map);
}

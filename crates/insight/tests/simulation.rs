//! How often chance is taken for a finding, where the truth is known.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Labels, Time};
use plaudit_insight::{
    DailyCounts, Documents, DocumentsBuilder, DriverConfig, Exchange, Keyness, KeynessConfig, Season, SeasonConfig,
    TextDriftConfig, drivers, keyness, seasons, text_drift,
};
use plaudit_stats::Stream;

const WORDS: usize = 60;

/// Texts of some ten words of 60, of which the first are the more frequent; each author has a word of their own that stands in
/// every second of their texts.
fn texts(stream: &mut Stream, authors: &[usize], tilt: impl Fn(usize, usize) -> f64) -> Documents {
    let names: Vec<String> = (0..WORDS).map(|word| format!("w{word:02}")).collect();
    let mut builder = DocumentsBuilder::new();
    for (text, author) in authors.iter().enumerate() {
        let mut words: Vec<&str> = Vec::new();
        for (word, name) in names.iter().enumerate() {
            let rate = 0.6 / (1.0 + word as f64 / 6.0) + tilt(text, word);
            if stream.uniform() < rate || (word == 30 + author % 20 && stream.uniform() < 0.5) {
                words.push(name);
            }
        }
        builder.push(words);
    }
    builder.finish(2).unwrap()
}

fn named(found: &Keyness) -> Vec<&str> {
    found.terms.iter().filter(|term| term.q_value <= 0.05).map(|term| term.term.as_str()).collect()
}

/// 200 runs in which nothing tells the groups apart: a rate of 0.05 has a standard error of 0.0154.
#[test]
fn terms_are_seldom_named_by_chance() {
    let (mut alone, mut clustered, mut ignored) = (0, 0, 0);
    let mut config = KeynessConfig::default();
    config.permutations = 199;
    for run in 0..200 {
        let mut stream = Stream::new(run, "test: keyness", 0);
        // 200 texts of 200 authors
        let authors: Vec<usize> = (0..200).collect();
        let later: Vec<bool> = (0..200).map(|text| text >= 100).collect();
        let documents = texts(&mut stream, &authors, |_, _| 0.0);
        alone += u32::from(!named(&keyness(&documents, &Exchange::new(&later), &config).unwrap()).is_empty());
        // 200 texts of 20 authors, each of one group
        let authors: Vec<usize> = (0..200).map(|text| text / 10).collect();
        let documents = texts(&mut stream, &authors, |_, _| 0.0);
        let exchange = Exchange::new(&later);
        ignored += u32::from(!named(&keyness(&documents, &exchange, &config).unwrap()).is_empty());
        let exchange = exchange.together(&authors).unwrap();
        clustered += u32::from(!named(&keyness(&documents, &exchange, &config).unwrap()).is_empty());
    }
    println!(
        "keyness, runs with a term named: {alone}; by 20 authors: {clustered}, as if they were 200: {ignored}; of 200"
    );
    assert!(alone <= 20 && clustered <= 20, "{alone} {clustered}");
    assert!(ignored >= 25, "{ignored}"); // what clusters do where nobody asks
}

#[test]
fn a_term_that_grew_is_named_and_carries_the_change() {
    let mut stream = Stream::new(1, "test: keyness", 1);
    let authors: Vec<usize> = (0..400).collect();
    let later: Vec<bool> = (0..400).map(|text| text >= 200).collect();
    let documents = texts(&mut stream, &authors, |text, word| if text < 200 && word == 0 { -0.3 } else { 0.0 });
    let found = keyness(&documents, &Exchange::new(&later), &KeynessConfig::default()).unwrap();
    assert_eq!(named(&found)[0], "w00", "{found}");
    // Texts with it are bad, others good.
    let worth: Vec<f64> = documents.iter().map(|terms| if terms.contains(&0) { -1.0 } else { 1.0 }).collect();
    let found = drivers(&documents, &worth, &Exchange::new(&later), &DriverConfig::default()).unwrap().unwrap();
    let first = &found.terms[0];
    assert_eq!(first.term, "w00");
    assert!((first.carried - (found.after - found.before)).abs() < 1e-12 && first.sentiment == 0.0, "{first:?}");
    assert!(first.carried_interval.unwrap().high < 0.0, "{found}");
    // The order of the texts changes nothing but the intervals' draws.
    let order: Vec<usize> = (0..400).map(|k| (k * 171) % 400).collect();
    let rows: Vec<Vec<&str>> = documents
        .iter()
        .map(|terms| terms.iter().map(|&term| documents.terms()[term as usize].as_str()).collect())
        .collect();
    let mut builder = DocumentsBuilder::new();
    order.iter().for_each(|&row| builder.push(rows[row].iter().copied()));
    let of = |values: &[f64]| order.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let group: Vec<bool> = order.iter().map(|&row| later[row]).collect();
    let other = drivers(&builder.finish(2).unwrap(), &of(&worth), &Exchange::new(&group), &DriverConfig::default());
    for (own, other) in found.terms.iter().zip(&other.unwrap().unwrap().terms) {
        assert!(own.term == other.term && (own.carried - other.carried).abs() < 1e-12, "{own:?} {other:?}");
    }
}

/// 200 runs: a rate of 0.05 has a standard error of 0.0154.
#[test]
fn drift_of_texts_is_seen_and_seldom_by_chance() {
    let (mut alarms, mut seen, mut weekends, mut blocked) = (0, 0, 0, 0);
    let mut config = TextDriftConfig::default();
    config.permutations = 99;
    for run in 0..200 {
        let mut stream = Stream::new(run, "test: drift", 0);
        let authors: Vec<usize> = (0..160).collect();
        let later: Vec<bool> = (0..160).map(|text| text >= 80).collect();
        let mut p = |exchange: &Exchange, tilt: &dyn Fn(usize, usize) -> f64| {
            let documents = texts(&mut stream, &authors, tilt);
            text_drift(&documents, exchange, &config).unwrap().unwrap().p_value
        };
        alarms += u32::from(p(&Exchange::new(&later), &|_, _| 0.0) <= 0.05);
        seen +=
            u32::from(p(&Exchange::new(&later), &|text, word| if text >= 80 && word < 6 { 0.3 } else { 0.0 }) <= 0.05);
        // Texts of weekends are others, and the second period has more of them: 72 of 80, before 8.
        let weekend = |text: usize| (text % 80) < if text >= 80 { 72 } else { 8 };
        let tilt = |text: usize, word: usize| if weekend(text) && word < 6 { 0.3 } else { 0.0 };
        weekends += u32::from(p(&Exchange::new(&later), &tilt) <= 0.05);
        let days: Vec<bool> = (0..160).map(weekend).collect();
        blocked += u32::from(p(&Exchange::new(&later).within(&days).unwrap(), &tilt) <= 0.05);
    }
    println!("drift: alarms {alarms}, seen {seen}; another mix of days {weekends}, within days {blocked}; of 200");
    assert!(alarms <= 20 && blocked <= 20, "{alarms} {blocked}");
    assert!(seen >= 100 && weekends >= 50, "{seen} {weekends}");
}

#[test]
fn where_nothing_can_be_told_there_is_no_test() {
    let none = DocumentsBuilder::new().finish(1).unwrap();
    assert_eq!(text_drift(&none, &Exchange::new(&[]), &TextDriftConfig::default()).unwrap(), None);
    let mut builder = DocumentsBuilder::new();
    (0..4).for_each(|_| builder.push([]));
    let empty = builder.finish(1).unwrap();
    let exchange = Exchange::new(&[true, true, false, false]);
    let found = text_drift(&empty, &exchange, &TextDriftConfig::default()).unwrap().unwrap();
    assert_eq!((found.auc, found.p_value), (0.5, 1.0)); // without a term all texts are equal
    assert!(found.to_string().contains("AUC of 0.500"));
    let apart = exchange.within(&[1, 1, 2, 2]).unwrap();
    assert_eq!(text_drift(&empty, &apart, &TextDriftConfig::default()).unwrap(), None);
    let mut config = TextDriftConfig::default();
    (config.folds, config.smoothing, config.permutations) = (1, f64::NAN, 0);
    let error = config.validate().unwrap_err().to_string();
    assert!(["folds: 1", "smoothing: NaN", "permutations: 0"].iter().all(|fault| error.contains(fault)), "{error}");
}

const DAY: i64 = 86_400;

/// Texts of two labels over so many days from a Monday; `mean` says how many a day there are, and `poor` which share is poor.
fn days(stream: &mut Stream, days: i64, mean: impl Fn(i64) -> u64, poor: impl Fn(i64) -> f64) -> DailyCounts {
    let mut texts = Vec::new();
    for day in 0..days {
        let time = Time { seconds: (4 + day) * DAY + DAY / 2, offset: 0 };
        let count = (0..2 * mean(day)).filter(|_| stream.uniform() < 0.5).count();
        texts.extend((0..count.max(1)).map(|_| (time, usize::from(stream.uniform() < poor(day)))));
    }
    DailyCounts::tally(Labels::new(["good", "poor"]).unwrap(), texts).unwrap()
}

fn p_values(season: &Season) -> [f64; 2] {
    match season {
        Season::Measured { volume, shares, .. } => [volume.p_value, shares.p_value],
        other => panic!("{other:?}"),
    }
}

/// Eight weeks, 200 runs, where days of one event have many texts of one mind: no weekday.
#[test]
fn weekdays_are_seen_and_seldom_by_chance() {
    let (mut alarms, mut seen) = ([0; 2], [0; 2]);
    let mut config = SeasonConfig::default();
    config.permutations = 99;
    for run in 0..200 {
        let mut stream = Stream::new(run, "test: season", 0);
        let events: Vec<i64> = (0..5).map(|_| stream.below(56) as i64).collect();
        let event = |day: i64| events.contains(&day);
        let daily =
            days(&mut stream, 56, |day| if event(day) { 60 } else { 10 }, |day| if event(day) { 0.8 } else { 0.3 });
        let found = p_values(&seasons(&daily, &config).unwrap().week);
        alarms.iter_mut().zip(found).for_each(|(count, p)| *count += u32::from(p <= 0.05));
        let daily =
            days(&mut stream, 56, |day| if day % 7 == 0 { 20 } else { 10 }, |day| if day % 7 == 5 { 0.6 } else { 0.3 });
        let found = p_values(&seasons(&daily, &config).unwrap().week);
        seen.iter_mut().zip(found).for_each(|(count, p)| *count += u32::from(p <= 0.05));
    }
    println!("weekdays, number and labels: alarms {alarms:?}, seen {seen:?} of 200");
    assert!(alarms.iter().all(|&count| count <= 20), "{alarms:?}");
    assert!(seen.iter().all(|&count| count >= 150), "{seen:?}");
}

#[test]
fn what_is_too_short_is_not_identifiable() {
    let mut stream = Stream::new(3, "test: season", 1);
    let mut of = |length: i64| {
        let yearly = |day: i64| 5 + (day % 364 / 28) as u64;
        seasons(&days(&mut stream, length, yearly, |_| 0.3), &SeasonConfig::default()).unwrap()
    };
    let eight = of(56);
    assert_eq!(eight.period, Season::NotIdentifiable { weeks: 8, needed: 104 });
    assert!(eight.to_string().contains("parts of the period: seasonality not identifiable (8 weeks)"), "{eight}");
    assert_eq!(of(13).week, Season::NotIdentifiable { weeks: 1, needed: 2 });
    assert!(matches!(of(727).period, Season::NotIdentifiable { weeks: 103, .. }));
    let two = of(728);
    let [volume, shares] = p_values(&two.period);
    assert!(volume <= 0.01 && shares > 0.001, "{two}");
    assert!(two.to_string().contains("weeks 1 to 4"), "{two}");
    let Season::Measured { phases, .. } = &two.period else { panic!("{two:?}") };
    assert_eq!((phases.len(), phases[0].days), (13, 56));
    assert!(phases[0].intervals[1].low < 0.3 && 0.3 < phases[0].intervals[1].high, "{phases:?}");
    let json = serde_json::to_string(&two).unwrap();
    assert_eq!(serde_json::from_str::<plaudit_insight::Seasons>(&json).unwrap(), two);

    let mut config = SeasonConfig::default();
    (config.period_weeks, config.parts, config.permutations, config.level) = (0, 5, 0, f64::NAN);
    let error = config.validate().unwrap_err().to_string();
    for fault in ["period_weeks: 0", "permutations: 0", "level: NaN"] {
        assert!(error.contains(fault), "{error}");
    }
    (config.period_weeks, config.parts) = (52, 5);
    assert!(config.validate().unwrap_err().to_string().contains("parts: 5"));
}

// Two weeks from a Monday with [good, poor] as below, and no text on other days. scipy 1.17.1:
//   power_divergence([30, 10, 20, 5, 5, 5, 5], lambda_="log-likelihood") -> 44.551715
//   chi2_contingency([[20, 10], [8, 2], [5, 15], [3, 2], [3, 2], [3, 2], [3, 2]], correction=False, lambda_="log-likelihood") -> 12.037502
#[test]
fn deviances_equal_scipy() {
    let weeks = [
        [[12, 4], [5, 1], [2, 8], [2, 1], [1, 1], [2, 1], [1, 1]],
        [[8, 6], [3, 1], [3, 7], [1, 1], [2, 1], [1, 1], [2, 1]],
    ];
    let mut texts = Vec::new();
    for (day, counts) in weeks.iter().flatten().enumerate() {
        let time = Time { seconds: (4 + day as i64) * DAY, offset: 0 };
        counts.iter().enumerate().for_each(|(label, &count)| texts.extend((0..count).map(|_| (time, label))));
    }
    let daily = DailyCounts::tally(Labels::new(["good", "poor"]).unwrap(), texts).unwrap();
    let found = seasons(&daily, &SeasonConfig::default()).unwrap();
    let Season::Measured { volume, shares, phases } = found.week else { panic!("{found:?}") };
    assert!(
        (volume.deviance - 44.551_715).abs() < 1e-4 && (shares.deviance - 12.037_502).abs() < 1e-4,
        "{volume:?} {shares:?}"
    );
    assert_eq!(phases.iter().map(|phase| phase.texts).collect::<Vec<_>>(), [30, 10, 20, 5, 5, 5, 5]);
    assert_eq!((phases[0].name.as_str(), phases[0].days), ("Monday", 2));
    // scipy: beta(20.5, 10.5).ppf([.025, .975])
    let ends = phases[0].intervals[0];
    assert!((ends.low - 0.488_852).abs() < 1e-5 && (ends.high - 0.814_021).abs() < 1e-5, "{ends:?}");
}

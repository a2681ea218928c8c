use plaudit_stats::Stream;
use proptest::prelude::*;

use super::*;

const LAUNCH: Time = Time { seconds: 1_700_000_000, offset: 3600 };

fn few() -> EventConfig {
    let mut config = EventConfig { permutations: 199, ..EventConfig::default() };
    config.bootstrap.resamples = 200;
    config
}

fn post(day: i64, second: i64, score: f64) -> EventPost<'static> {
    EventPost { time: Time { seconds: LAUNCH.seconds + day * DAY + second, offset: 0 }, score, author: None }
}

/// So many posts a day, of which a third is negative; `strength` says how strong they are.
fn posts(
    stream: &mut Stream,
    days: i64,
    count: impl Fn(i64) -> u64,
    strength: impl Fn(i64) -> f64,
) -> Vec<EventPost<'static>> {
    let mut posts = Vec::new();
    for day in -days..days {
        for k in 0..count(day) {
            let score = strength(day) * (0.5 + 0.5 * stream.uniform());
            posts.push(post(day, 1 + k as i64, if stream.uniform() < 1.0 / 3.0 { -score } else { score }));
        }
    }
    posts
}

fn change(measure: &Measure) -> &Change {
    match measure {
        Measure::Measured(change) => change,
        other => panic!("{other:?}"),
    }
}

fn findings(found: &EventStudy) -> [Finding; 4] {
    let EventStudy { positive, negative, .. } = found;
    [&positive.quantity, &positive.intensity, &negative.quantity, &negative.intensity]
        .map(|of| change(of).finding.unwrap())
}

#[test]
fn what_was_planted_is_said() {
    use Finding::{Fall, NoClearChange, Rise};
    let mut stream = Stream::new(1, "test: event", 0);
    let wave = |day: i64| 9 + (day * 5).rem_euclid(7) as u64; // a weekly wave
    let both =
        posts(&mut stream, 28, |day| wave(day) * if day < 0 { 1 } else { 2 }, |day| if day < 0 { 0.5 } else { 0.7 });
    let found = event_study(&both, LAUNCH, &few()).unwrap();
    assert_eq!(findings(&found), [Rise; 4], "{found}");
    let quantity = change(&found.quantity);
    assert_eq!((quantity.before, quantity.after, quantity.q_value), (12.0, 24.0, None));
    assert!(quantity.change == Some(2.0) && quantity.interval.unwrap().low > 1.5, "{found}");
    assert!(change(&found.positive.share).p_value > 0.01, "{found}");
    let fewer = posts(&mut stream, 28, |day| wave(day) * if day < 0 { 2 } else { 1 }, |_| 0.5);
    let found = event_study(&fewer, LAUNCH, &few()).unwrap();
    assert_eq!(findings(&found), [Fall, NoClearChange, Fall, NoClearChange], "{found}");
    let text = found.to_string();
    assert!(
        text.contains("28 days before and after 2023-11-14T23:13:20+01:00") && text.contains("no clear change"),
        "{text}"
    );
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<EventStudy>(&json).unwrap(), found);
}

// By hand: 2 weeks, one post a day before (score 0.5), two a day after (0.4 and -0.2); all days of a window are alike.
#[test]
fn values_are_means() {
    let days = -14..14;
    let all: Vec<EventPost> = days
        .flat_map(|day| if day < 0 { vec![post(day, 5, 0.5)] } else { vec![post(day, 5, 0.4), post(day, 9, -0.2)] })
        .collect();
    let found = event_study(&all, LAUNCH, &EventConfig { weeks: 2, ..few() }).unwrap();
    assert_eq!((found.days, found.posts_before, found.posts_after), (14, 14, 28));
    let of = |measure: &Measure| (change(measure).before, change(measure).after, change(measure).change);
    assert_eq!(of(&found.quantity), (1.0, 2.0, Some(2.0)));
    assert_eq!(of(&found.positive.share), (1.0, 0.5, Some(-0.5)));
    let intensity = change(&found.positive.intensity);
    let ends = intensity.interval.unwrap(); // all resamples are alike, but for rounding
    assert!([intensity.change.unwrap(), ends.low, ends.high].iter().all(|x| (x + 0.1).abs() < 1e-12), "{intensity:?}");
    // No negative post before: numbers can be compared, without a ratio; what they are like cannot.
    assert_eq!(of(&found.negative.quantity), (0.0, 1.0, None));
    assert_eq!(change(&found.negative.quantity).finding, Some(Finding::Rise));
    let lack = Lack::FewPosts { before: 0, after: 14, needed: 10 };
    assert_eq!(found.negative.intensity, Measure::NotIdentifiable { reason: lack });
    assert!(
        found
            .to_string()
            .contains("intensity of negative posts: not identifiable: posts: 0 before and 14 after; it takes 10")
    );
    // Each weekday's four days change places in 6 ways: 2 of 6^7 are as far apart.
    assert_eq!(change(&found.positive.quantity).p_value, 1.0); // the number of positive posts is the same on all days
    assert!(change(&found.negative.quantity).p_value <= 0.01);
}

#[test]
fn what_lacks_is_said() {
    let reason = |posts: &[EventPost], config: &EventConfig| match event_study(posts, LAUNCH, config)
        .unwrap()
        .positive
        .intensity
    {
        Measure::NotIdentifiable { reason } => reason,
        other => panic!("{other:?}"),
    };
    let empty = Lack::NotCovered { before: 0, after: 0, needed: 28 };
    assert_eq!(reason(&[], &few()), empty);
    let mut stream = Stream::new(2, "test: event", 0);
    let short = posts(&mut stream, 10, |_| 9, |_| 0.5);
    assert_eq!(reason(&short, &few()), Lack::NotCovered { before: 10, after: 10, needed: 28 });
    // One day of posts is one cluster, however many they are.
    let one_day: Vec<EventPost> = (0..80).map(|k| post(if k < 40 { -3 } else { 3 }, k, 0.5)).collect();
    let time = |days: i64| Some(Time { seconds: LAUNCH.seconds + days * DAY, offset: 0 });
    let watched = EventConfig { from: time(-28), to: time(28), ..few() };
    assert_eq!(reason(&one_day, &watched), Lack::FewClusters { before: 1, after: 1, needed: 5 });
    let authors = EventConfig { clusters: Clusters::Authors, ..watched.clone() };
    assert!(matches!(event_study(&one_day, LAUNCH, &authors).unwrap().positive.intensity, Measure::Measured(_)));
    let same: Vec<EventPost> = one_day.iter().map(|post| EventPost { author: Some("a"), ..*post }).collect();
    assert_eq!(reason(&same, &authors), Lack::FewClusters { before: 1, after: 1, needed: 5 });

    let far = [post(0, 0, 0.1), EventPost { time: Time { seconds: i64::MIN, offset: i32::MIN }, ..post(0, 0, 0.1) }];
    assert!(event_study(&far, Time { seconds: i64::MAX, offset: 0 }, &few()).is_ok());
    let error = event_study(&[post(0, 0, 0.0), post(0, 0, f64::NAN)], LAUNCH, &few()).unwrap_err().to_string();
    assert!(error.contains("post 1: score is not finite"), "{error}");
    let mut wrong =
        EventConfig { weeks: 0, neutral: f64::NAN, least_posts: 0, permutations: 0, false_discovery: 1.0, ..few() };
    wrong.bootstrap.resamples = 0;
    let error = wrong.validate().unwrap_err().to_string();
    let faults = [
        "weeks: 0",
        "neutral: NaN",
        "least_posts: 0",
        "permutations: 0",
        "false_discovery: 1",
        "bootstrap.resamples: 0",
    ];
    assert!(faults.iter().all(|fault| error.contains(fault)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn order_and_clocks_do_not_matter(seed: u64, authors: bool, offset in -50_000i32..50_000) {
        let mut stream = Stream::new(seed, "test: event", 1);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let mut all = posts(&mut stream, 7, |_| 6, |_| 0.5);
        all.iter_mut().for_each(|post| post.author = names.get(stream.below(9) as usize).copied());
        all.extend(all.clone()); // the same moments twice
        let config = EventConfig { weeks: 1, clusters: if authors { Clusters::Authors } else { Clusters::Days }, ..few() };
        let found = event_study(&all, LAUNCH, &config).unwrap();
        let mut other = all.clone();
        stream.shuffle(&mut other);
        other.iter_mut().for_each(|post| post.time.offset = offset);
        prop_assert_eq!(event_study(&other, LAUNCH, &config).unwrap(), found);
    }
}

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use plaudit_core::{Feedback, Labels, Scores, Time};
use plaudit_insight::{AspectDictionary, Measure, Period, Season};
use proptest::prelude::*;

use super::*;

/// `good` is positive, `bad` negative, what has neither neutral.
struct Words3(Labels);

impl Classifier for Words3 {
    fn labels(&self) -> &Labels {
        &self.0
    }

    fn classify_into(&self, texts: &[&str], out: &mut Scores) -> Result<()> {
        out.reset(&self.0);
        texts.iter().try_for_each(|text| match (text.contains("good"), text.contains("bad")) {
            (true, _) => out.push(&[0.8, 0.1, 0.1]),
            (_, true) => out.push(&[0.1, 0.2, 0.7]),
            _ => out.push(&[0.1, 0.8, 0.1]),
        })
    }
}

fn classifier() -> Words3 {
    Words3(Labels::polarity())
}

/// Nothing is a duplicate: these posts are made.
fn config() -> BrandConfig {
    let mut config = BrandConfig::default();
    config.clean.quality.exact_duplicates = false;
    config.clean.quality.near_duplicates = None;
    let aspects =
        r#"{"battery": ["battery", "charger"], "camera": ["camera"], "price": ["price"], "screen": ["screen"]}"#;
    config.dictionary = Some(serde_json::from_str::<AspectDictionary>(aspects).unwrap());
    (config.permutations, config.resamples, config.topics.resamples) = (99, 200, 3);
    config
}

fn post(uid: usize, text: &str, day: Option<i64>, brand: &str, platform: &str) -> Post {
    let mut post = Post::new(Feedback::new(uid.to_string(), text));
    post.feedback.time = day.map(|day| Time { seconds: day * 86_400 + 3600, offset: 0 });
    post.feedback.division = brand.into();
    post.feedback.source = (!platform.is_empty()).then(|| platform.to_owned());
    post.engagement.likes = Some(uid as u64 % 7);
    post
}

fn of(posts: &[Post], config: &BrandConfig) -> BrandReport {
    brand_report(posts, Some(&classifier()), config, &mut ()).unwrap()
}

/// 60 posts on each aspect but the price (10): battery 30 bad, camera 54 good and 6 neutral, screen 27 good, 27 neutral and 6 bad.
fn made() -> Vec<Post> {
    let mut posts = Vec::new();
    let mut add = |count: usize, text: &str| {
        for _ in 0..count {
            let uid = posts.len();
            posts.push(post(
                uid,
                text,
                Some((uid * 37 % 100) as i64),
                ["Acme", "Bolt"][uid % 2],
                ["weibo", "douban"][uid / 2 % 2],
            ));
        }
    };
    add(30, "the battery is bad");
    add(30, "a battery");
    add(54, "nice lens, the camera is good");
    add(6, "this camera");
    add(27, "the screen is good");
    add(27, "a screen");
    add(6, "the screen is bad");
    add(5, "the price is bad");
    add(5, "the price is good");
    posts
}

fn finding<'a>(report: &'a BrandReport, aspect: &str, brand: Option<&str>) -> &'a Finding {
    let is = |one: &&Finding| one.subject == Subject::Aspect(aspect.into()) && one.brand.as_deref() == brand;
    report.findings.iter().find(is).unwrap()
}

// scipy 1.17: c = binomtest(k, n).proportion_ci(method="wilson")
//   30 of 60 -> 0.37735024, 0.62264976; 54 of 60 -> 0.79850535, 0.95335717; 6 of 60 -> 0.04664283, 0.20149465
// and half-widths of 0.1, of c.high - c.low as a function of n (scipy.optimize.brentq): 92.195 mentions at a share of 0.5, 88.513 at 0.6
#[test]
fn verdicts_by_hand() {
    let report = of(&made(), &config());
    let aspects = report.aspects.as_ref().unwrap();
    assert_eq!((aspects.posts, aspects.mentions, aspects.all.len()), (190, 190, 4));
    assert!((aspects.positive - 86.0 / 190.0).abs() < 1e-12 && (aspects.negative - 41.0 / 190.0).abs() < 1e-12);

    let battery = finding(&report, "battery", None);
    assert_eq!((battery.verdict, battery.posts, &battery.terms[..]), (Verdict::Fix, 60, &["battery".to_owned()][..]));
    let negative = battery.negative.unwrap();
    let interval = negative.interval.unwrap();
    assert!(
        negative.share == 0.5
            && (interval.low - 0.377_350_2).abs() < 1e-6
            && (interval.high - 0.622_649_8).abs() < 1e-6
    );
    // 30 / 60 - 11 / 130
    assert!(
        battery
            .reason
            .starts_with("30 of 60 mentions (0.50, 0.38 to 0.62) are negative, +0.42 against the others (q < 0.001)."),
        "{}",
        battery.reason
    );
    assert_eq!(battery.uids.len(), 1); // all say the same

    let camera = finding(&report, "camera", None);
    assert_eq!(camera.verdict, Verdict::Emphasise);
    assert_eq!(camera.reason, "54 of 60 mentions (0.90, 0.80 to 0.95) are positive, of all together 0.45.");
    let screen = finding(&report, "screen", None);
    assert_eq!(screen.verdict, Verdict::Watch);
    assert!(
        screen.signals.is_empty()
            && screen.reason.contains("6 of 60 mentions (0.10, 0.05 to 0.20) are negative, 0.45 positive")
    );
    let price = finding(&report, "price", None);
    assert_eq!((price.verdict, price.more), (Verdict::NeedsMoreData, Some(83)));
    assert_eq!(report.findings[0].subject, Subject::Aspect("battery".into()));
    assert!(report.findings.iter().is_sorted_by_key(|finding| finding.verdict));
    let acme = finding(&report, "price", Some("Acme"));
    assert_eq!((acme.mentions, acme.negative.unwrap().mentions, acme.more), (5, 3, Some(84)));
}

#[test]
fn sentiment_by_hand() {
    let report = of(&made(), &config());
    let sentiment = report.sentiment.as_ref().unwrap();
    assert_eq!((&sentiment.counts[..], sentiment.all.posts), (&[86, 63, 41][..], 190));
    assert_eq!((sentiment.positive.join(","), sentiment.negative.join(",")), ("positive".into(), "negative".into()));
    assert!((sentiment.all.negative.share - 41.0 / 190.0).abs() < 1e-12);
    assert!((sentiment.all.net.unwrap().value - 45.0 / 190.0).abs() < 1e-12);
    assert_eq!(sentiment.brands.iter().map(|tone| tone.posts).sum::<u64>(), 190);
    let time = report.time.as_ref().unwrap();
    assert_eq!((time.period, time.from.len(), time.from[0].as_str()), (Period::Day, 100, "1970-01-01"));
    assert_eq!(time.posts.rates.iter().map(|rate| rate.hits).sum::<u64>(), 190);
    assert_eq!(time.negative.as_ref().unwrap().rates.iter().map(|rate| rate.hits).sum::<u64>(), 41);
    assert_eq!(time.brands.iter().map(|brand| brand.posts.iter().sum::<u64>()).sum::<u64>(), 190);
    // A hundred days are fourteen whole weeks, which say nothing of the parts of a year.
    let Season::Measured { phases, .. } = &time.seasons.week else { panic!("{:?}", time.seasons) };
    assert_eq!((phases.len(), time.seasons.labels.len(), time.seasons.weeks), (7, 3, 14));
    assert!(matches!(time.seasons.period, Season::NotIdentifiable { weeks: 14, needed: 104 }));
    assert_eq!(phases.iter().map(|phase| phase.texts).sum::<u64>(), 190);
    let mix = report.platforms.as_ref().unwrap().sentiment.as_ref().unwrap();
    assert_eq!(mix.categories, ["negative", "neutral", "positive"]);
    let influence = report.influence.as_ref().unwrap();
    assert!(influence.brands.iter().all(|brand| brand.sentiment.is_some() && brand.net_influence.is_some()));
}

#[test]
fn what_is_on_the_move_is_watched() {
    // 100 days with a mention of the screen each, one in ten bad; then ten bad ones on each of the last five days.
    let mut posts = Vec::new();
    for day in 0..100 {
        posts.push(post(
            posts.len(),
            if day % 10 == 0 { "the screen is bad" } else { "the screen is good" },
            Some(day),
            "Acme",
            "",
        ));
        posts.push(post(posts.len(), "the camera is bad", Some(day), "Acme", ""));
    }
    for k in 0..50 {
        posts.push(post(posts.len(), "the screen is bad", Some(95 + k % 5), "Acme", ""));
    }
    let report = of(&posts, &config());
    let screen = finding(&report, "screen", None);
    let kinds: Vec<SignalKind> = screen.signals.iter().map(|signal| signal.kind).collect();
    assert_eq!(
        (screen.verdict, &kinds[..]),
        (Verdict::Watch, &[SignalKind::Alert, SignalKind::Burst, SignalKind::Rise][..])
    );
    assert_eq!((screen.signals[1].from.as_str(), screen.signals[1].hits), ("1970-04-06", 50));
    assert_eq!(finding(&report, "camera", None).verdict, Verdict::Fix);
    // Looked at a year later it is past.
    posts.push(post(posts.len(), "nothing more", Some(500), "Acme", ""));
    assert!(finding(&of(&posts, &config()), "screen", None).signals.is_empty());
}

#[test]
fn without_a_classifier_all_else_stands() {
    let mut config = config();
    config.launches = vec![Time { seconds: 50 * 86_400, offset: 0 }];
    let report = brand_report(&made(), None, &config, &mut ()).unwrap();
    assert!(report.sentiment.is_none() && report.aspects.is_none());
    assert!(report.time.is_some() && report.influence.is_some() && report.platforms.is_some());
    assert!(
        report.terms.terms.iter().any(|term| term.term == "battery" && term.documents >= 30),
        "{:?}",
        report.terms.terms
    );
    let Measure::Measured(_) = report.launches[0].quantity else { panic!("{}", report.launches[0]) };
    let parts: Vec<Part> = report.missing.iter().map(|missing| missing.part).collect();
    assert!(parts.contains(&Part::Sentiment) && parts.contains(&Part::Aspects) && parts.contains(&Part::Launches));
    assert!(report.to_string().contains("There is no classifier"));
}

#[test]
fn poor_data_make_a_poor_report_and_no_error() {
    let all = made();
    let no_times: Vec<Post> = all
        .iter()
        .cloned()
        .map(|mut post| {
            post.feedback.time = None;
            post
        })
        .collect();
    let mut lonely = all.clone();
    lonely.truncate(60);
    lonely.iter_mut().for_each(|post| post.feedback.source = Some("weibo".into()));
    lonely[3].feedback.source = Some("douban".into());
    let equal: Vec<Post> = all
        .iter()
        .cloned()
        .map(|mut post| {
            post.engagement.likes = Some(3);
            post
        })
        .collect();
    let mut gap = all.clone();
    gap[0].feedback.time = Some(Time { seconds: 400 * 86_400, offset: 3600 });
    let mut bare = vec![Post::new(Feedback::new("", "")), Post::new(Feedback::new("", "ok"))];
    bare[1].feedback.time = Some(Time { seconds: i64::MAX, offset: i32::MAX });
    let mut wide = all.clone();
    wide[0].feedback.time = Some(Time { seconds: -100 * 366 * 86_400, offset: 0 });
    let mut config = config();
    config.launches = vec![Time { seconds: 9, offset: 0 }, Time { seconds: i64::MIN, offset: 0 }];
    for (name, posts) in [
        ("none", vec![]),
        ("one", all[..1].to_vec()),
        ("no times", no_times),
        ("lonely", lonely),
        ("equal", equal),
        ("gap", gap),
        ("bare", bare),
        ("wide", wide),
    ] {
        let report = of(&posts, &config);
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<BrandReport>(&json).unwrap(), report, "{name}");
        assert!(!report.to_string().contains("NaN") && !report.to_markdown().contains("NaN"), "{name}: {report}");
        match name {
            "none" | "no times" => assert!(
                report.time.is_none() && report.missing.iter().any(|missing| missing.part == Part::Time),
                "{name}"
            ),
            "one" => assert_eq!(finding(&report, "battery", None).verdict, Verdict::NeedsMoreData),
            "gap" => {
                let time = report.time.as_ref().unwrap();
                assert_eq!((time.period, report.posts.clocks), (Period::Week, 2));
                assert!(time.posts.rates.iter().any(|rate| rate.posts == 0));
            }
            "wide" => assert!(
                report.missing.iter().any(|missing| missing.part == Part::Time && missing.reason.contains("days")),
                "{report}"
            ),
            _ => {}
        }
    }
}

#[test]
fn labels_have_to_be_known() {
    let config = config();
    assert_eq!(config.sides(&Labels::polarity()).unwrap(), [1, 0, -1]);
    assert_eq!(config.sides(&Labels::dpms()).unwrap(), [1, 1, 0, -1]);
    let stars = Words3(Labels::new(["five", "three", "one"]).unwrap());
    let error = brand_report(&made(), Some(&stars), &config, &mut ()).unwrap_err().to_string();
    assert!(
        error.contains("positive: found none; expected those of the labels five, three, one")
            && error.contains("negative: found"),
        "{error}"
    );
    let mut own = config.clone();
    (own.positive, own.negative) = (Some(vec!["five".into()]), Some(vec!["one".into()]));
    assert_eq!(own.sides(&stars.0).unwrap(), [1, 0, -1]);
    (own.positive, own.negative) = (Some(vec!["fife".into()]), Some(vec!["one".into(), "five".into()]));
    assert!(own.sides(&stars.0).unwrap_err().to_string().contains("nearest: `five`"));
    own.positive = Some(vec!["five".into()]);
    assert!(own.sides(&stars.0).unwrap_err().to_string().contains("both name five"));
}

#[test]
fn every_fault_is_named_at_once() {
    let json = serde_json::to_string(&config()).unwrap();
    assert_eq!(serde_json::from_str::<BrandConfig>(&json).unwrap(), config());
    assert!(serde_json::from_str::<BrandConfig>(r#"{"row": 1}"#).is_err());
    let mut config = BrandConfig::default();
    (config.rows, config.half_width, config.level, config.preset.likes) = (0, f64::NAN, 0.99, -1.0);
    (config.topics.min_terms, config.bursts.ratio) = (0, 0.5);
    let error = config.validate().unwrap_err().to_string();
    for fault in ["rows: 0", "half_width: NaN", "level: 0.99", "preset.likes", "topics.min_terms", "bursts.ratio"] {
        assert!(error.contains(fault), "{fault}: {error}");
    }
    let mut stop_word = config_of_stop_word();
    assert!(brand_report(&made(), None, &stop_word, &mut ()).unwrap_err().to_string().contains("aspects.size"));
    stop_word.dictionary = None;
    assert!(brand_report(&made(), None, &stop_word, &mut ()).is_ok());
}

/// The aspects' own pipeline leaves nothing of a term.
fn config_of_stop_word() -> BrandConfig {
    let mut config = config();
    config.aspects = BrandConfig::terms_of(plaudit_text::Language::En);
    config.dictionary = Some(serde_json::from_str(r#"{"size": ["too"]}"#).unwrap());
    config
}

struct Impatient(usize);

impl Observer for Impatient {
    fn progressed(&mut self, _: &Progress) -> ControlFlow<()> {
        self.0 += 1;
        if self.0 > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn the_observer_may_end_it() {
    let ended = brand_report(&made(), Some(&classifier()), &config(), &mut Impatient(0));
    assert!(matches!(ended, Err(Error::Interrupted)));
}

#[test]
fn quotes_are_covered_and_markdown_is_inert() {
    let mut posts = made();
    let text = "Dr. Wu says: the battery is *bad* <b> mail ann@uni.edu";
    posts.push(post(999, text, Some(3), "A|b<script>", "weibo"));
    let report = of(&posts, &config());
    let markdown = report.to_markdown();
    let shown = format!("{report}{markdown}{}", serde_json::to_string(&report.aspects).unwrap());
    assert!(!shown.contains("ann@uni") && !shown.contains("Wu says") && shown.contains("[email]"));
    assert!(markdown.contains("A\\|b&lt;script&gt;") && !markdown.contains("<b>") && markdown.contains("## Findings"));
}

fn any_posts() -> impl Strategy<Value = Vec<Post>> {
    let words = ["battery", "bad", "screen", "good", "camera", "price", "charger", "nice", "slow"];
    let text = prop::collection::vec(0..words.len(), 1..6);
    let one = (text, prop::option::of(0..90i64), 0..3usize, 0..3usize, 0..4usize, 0..5usize);
    let made = move |(text, day, brand, platform, author, uid): (Vec<usize>, _, _, _, _, _)| {
        let text: Vec<&str> = text.into_iter().map(|word| words[word]).collect();
        let mut post = post(uid, &text.join(" "), day, ["A", "B", ""][brand], ["p", "q", ""][platform]);
        post.author = ["x", "y", "z"].get(author).map(|author: &&str| (*author).to_owned());
        post
    };
    prop::collection::vec(one.prop_map(made), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_posts_changes_nothing(posts in any_posts().prop_flat_map(|posts| (Just(posts.clone()), Just(posts).prop_shuffle()))) {
        let mut config = config();
        config.clean = crate::posts::CleanConfig::default();
        (config.least_posts, config.least_texts, config.topics.cooccurrence.min_documents) = (1, 3, 2);
        config.launches = vec![Time { seconds: 45 * 86_400, offset: 0 }];
        config.events.permutations = 99;
        config.events.bootstrap.resamples = 200;
        let of_json = |posts: &[Post]| serde_json::to_string(&of(posts, &config)).unwrap();
        let found = of_json(&posts.0);
        prop_assert_eq!(&found, &of_json(&posts.1));
        let read: BrandReport = serde_json::from_str(&found).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), found);
    }
}

#[cfg(feature = "plots")]
#[test]
fn a_page_holds_what_was_found_and_nothing_else_runs_in_it() {
    let hostile = "<script>alert(1)</script> the battery is bad \"onload='x' & \u{202e}";
    let mut posts = made();
    for (k, post) in posts.iter_mut().enumerate().filter(|(k, _)| k % 3 == 0) {
        post.feedback.text = format!("{} {hostile} {k}", post.feedback.text);
        post.feedback.division = "<b>Acme</b>".into();
        post.feedback.uid = format!("<i>{k}</i>");
    }
    let report = of(&posts, &config());
    let page = report.to_html();
    for part in [
        "<!DOCTYPE html>",
        "What follows",
        "class=\"fix\"",
        "How each aspect is spoken of",
        "Posts and negative ones by day",
        "battery",
        "Needs more data: ",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for bad in ["<script", "<b>Acme", "<i>", "\u{202e}", "http-equiv=\"refresh", "href=", "src="] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert_eq!(page, of(&posts, &config()).to_html());
    // Without a classifier, and of nothing.
    let page = brand_report(&posts, None, &config(), &mut ()).unwrap().to_html();
    assert!(page.contains("There is no classifier") && !page.contains("id=\"sentiment\""));
    assert!(of(&[], &config()).to_html().contains("Nothing follows"));
}

/// A post of many clauses would take minutes if each clause looked through all mentions, or each quote masked the whole post anew.
#[test]
fn a_very_long_post() {
    let mut posts = made();
    posts.push(post(1_000, &"The battery is bad, says Dr. Wu. ".repeat(20_000), Some(9), "Acme", "weibo"));
    posts.push(post(1_001, &",".repeat(1_000_000), Some(9), "Acme", "weibo"));
    posts.push(post(1_002, &format!("A bad battery{}charger", " ".repeat(100_000)), Some(9), "Acme", "weibo"));
    let mut config = config();
    config.dictionary =
        serde_json::from_str(r#"{"battery": ["battery", "battery charger"], "camera": ["camera"]}"#).ok();
    config.clean.quality.max_tokens = 1_000_000;
    let report = of(&posts, &config);
    let battery = report.aspects.as_ref().unwrap().all.iter().find(|summary| summary.aspect == "battery").unwrap();
    assert!(battery.mentions > 20_000);
    // One author has nearly all: that is one voice.
    let ends = battery.negative.interval.unwrap();
    assert!(ends.high - ends.low > 0.2, "{ends:?}");
    let words = report.findings.iter().flat_map(|finding| &finding.terms);
    assert!(words.clone().any(|word| word == "battery charger") && words.clone().all(|word| word.chars().count() < 80));
}

#[test]
fn a_column_of_addresses_is_no_kind() {
    let mut posts = made();
    for (place, post) in posts.iter_mut().enumerate() {
        post.kind = Some(place.to_string());
        post.feedback.source = Some(["weibo", "douban"][place % 2].to_owned());
    }
    let report = of(&posts, &config());
    assert!(report.platforms.unwrap().kinds.is_none());
    assert!(report.missing.iter().any(|missing| missing.reason.contains("kinds, which are not compared")));
}

use plaudit_core::{Feedback, Time};

use super::*;

fn post(uid: &str, platform: &str, seconds: Option<i64>, text: &str) -> Post {
    let mut post = Post::new(Feedback::new(uid, text));
    post.feedback.source = Some(platform.to_owned()).filter(|name| !name.is_empty());
    post.feedback.time = seconds.map(|seconds| Time { seconds, offset: 0 });
    post
}

fn uids(cleaned: &Cleaned) -> Vec<&str> {
    cleaned.posts.iter().map(|post| post.feedback.uid.as_str()).collect()
}

const SAID: &str = "The new phone takes photos in the dark that I would not have believed";

#[test]
fn the_earliest_stays_whatever_the_order() {
    let near = SAID.replace("photos", "fotos");
    let mut posts = vec![
        post("none", "p", None, SAID),
        post("late", "p", Some(9), &near),
        post("b", "p", Some(5), SAID),
        post("a", "p", Some(5), &SAID.to_uppercase()),
        post("q", "q", Some(9), SAID),
        post("other", "p", Some(1), "Nothing of the kind, and the battery is empty by noon"),
        post("signs", "p", Some(1), "?!"),
    ];
    let cleaned = clean(posts.clone(), &CleanConfig::default()).unwrap();
    assert_eq!(uids(&cleaned), ["a", "q", "other"]);
    let exact = &cleaned.report.removed[&QualityReason::ExactDuplicate];
    let of = |examples: &[RemovedPost]| -> Vec<(String, Option<String>)> {
        examples.iter().map(|one| (one.uid.clone(), one.duplicate_of.clone())).collect()
    };
    let a = Some("a".to_owned());
    assert_eq!(of(&exact.examples), [("b".to_owned(), a.clone()), ("none".to_owned(), a.clone())]);
    let near = &cleaned.report.removed[&QualityReason::NearDuplicate];
    assert_eq!((near.posts, of(&near.examples)), (1, vec![("late".to_owned(), a)]));
    assert_eq!(cleaned.report.removed[&QualityReason::Meaningless].examples[0].uid, "signs");
    let removed: u64 = cleaned.report.removed.values().map(|removed| removed.posts).sum();
    assert_eq!((cleaned.report.posts, cleaned.report.kept, removed), (7, 3, 4));
    let json = serde_json::to_string(&cleaned.report).unwrap();
    assert_eq!(serde_json::from_str::<CleanReport>(&json).unwrap(), cleaned.report);

    for _ in 0..posts.len() {
        posts.rotate_left(1);
        let turned = clean(posts.clone(), &CleanConfig::default()).unwrap();
        let mut kept = uids(&turned);
        kept.sort_unstable();
        assert_eq!((kept, &turned.report), (vec!["a", "other", "q"], &cleaned.report));
    }
    posts.reverse();
    assert_eq!(clean(posts.clone(), &CleanConfig::default()).unwrap().report, cleaned.report);

    let mut two_brands = posts.clone();
    let q = two_brands.iter_mut().find(|post| post.feedback.uid == "q").unwrap();
    (q.feedback.division, q.feedback.source) = ("Acme".into(), Some("p".into()));
    let mut config = CleanConfig::default();
    assert!(uids(&clean(two_brands.clone(), &config).unwrap()).contains(&"q"));
    config.across_brands = true;
    assert!(!uids(&clean(two_brands, &config).unwrap()).contains(&"q"));

    let mut config = CleanConfig::default();
    (config.across_platforms, config.examples) = (true, 1);
    let cleaned = clean(posts, &config).unwrap();
    assert!(!uids(&cleaned).contains(&"q"), "{:?}", cleaned.report);
    assert_eq!(cleaned.report.removed[&QualityReason::ExactDuplicate].examples.len(), 1);
}

#[test]
fn nothing_and_faults() {
    let none = clean(Vec::new(), &CleanConfig::default()).unwrap();
    assert_eq!((none.posts.len(), none.report), (0, CleanReport::default()));
    let mut config = CleanConfig::default();
    config.quality.max_tokens = 0;
    config.quality.min_tokens = 1;
    assert!(clean(Vec::new(), &config).is_err());
    assert!(serde_json::from_str::<CleanConfig>(r#"{"across": true}"#).is_err());
}

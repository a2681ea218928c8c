use plaudit_core::{Feedback, Time};
use plaudit_stats::mid_ranks;
use proptest::prelude::*;

use super::*;

/// Brand, platform, kind, month of 2024, author, likes.
type Made<'a> = (&'a str, &'a str, &'a str, i64, &'a str, Option<u64>);

fn post(&(brand, platform, kind, month, author, likes): &Made<'_>) -> Post {
    let some = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    let mut post = Post::new(Feedback::new("", "a text"));
    post.feedback.division = brand.into();
    (post.feedback.source, post.kind, post.author) = (some(platform), some(kind), some(author));
    // Noon of the 15th.
    post.feedback.time = (month > 0).then(|| Time { seconds: 1_705_320_000 + (month - 1) * 2_629_746, offset: 0 });
    post.engagement.likes = likes;
    post
}

fn of(made: &[Made<'_>], sentiment: &[(&str, f64)]) -> Influence {
    let posts: Vec<Post> = made.iter().map(post).collect();
    let nets = sentiment.iter().map(|&(brand, value)| {
        let interval = Some(Interval { low: value - 0.1, high: value + 0.1, level: 0.95 });
        (brand.to_owned(), NetSentiment::new(value, interval))
    });
    influence(&posts, &nets.collect(), &few()).unwrap()
}

fn few() -> InfluenceConfig {
    let mut config = InfluenceConfig::default();
    config.bootstrap.resamples = 200;
    config
}

fn brand<'a>(found: &'a Influence, name: &str) -> &'a BrandInfluence {
    found.brands.iter().find(|brand| brand.brand == name).unwrap()
}

/// By hand: on weibo Acme has 10, 30, 30 and Bolt 30, 90, in one cell: mid-ranks 1, 3, 3 and 3, 5 over 6. On douban Acme has one video
/// and Bolt one link, each alone: 1/2. Acme: R = (1/6 + 3/6 + 3/6 + 1/2) / 4 = 5/12, V = 4/7; Bolt: (3/6 + 5/6 + 1/2) / 3 = 11/18, 3/7.
#[test]
fn two_brands_by_hand() {
    let made = [
        ("Acme", "weibo", "", 1, "a", Some(10)),
        ("Acme", "weibo", "", 1, "b", Some(30)),
        ("Acme", "weibo", "", 1, "c", Some(30)),
        ("Bolt", "weibo", "", 1, "d", Some(30)),
        ("Bolt", "weibo", "", 1, "e", Some(90)),
        ("Acme", "douban", "video", 1, "a", Some(7)),
        ("Bolt", "douban", "link", 1, "f", Some(0)),
        ("", "weibo", "", 1, "a", Some(1_000)),
    ];
    let found = of(&made, &[("Acme", 0.5), ("Bolt", -0.2)]);
    assert_eq!((found.posts, found.without_brand, found.cells, found.alone), (7, 1, 3, 2));
    let (acme, bolt) = (brand(&found, "Acme"), brand(&found, "Bolt"));
    let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
    assert!(close(Some(acme.volume), 4.0 / 7.0) && close(acme.rank, 5.0 / 12.0), "{acme:?}");
    assert!(close(acme.reach_influence, 5.0 / 21.0) && close(acme.net_influence, 5.0 / 42.0), "{acme:?}");
    assert!(close(bolt.rank, 11.0 / 18.0) && close(bolt.net_influence, 3.0 / 7.0 * 11.0 / 18.0 * -0.2), "{bolt:?}");
    assert_eq!((acme.posts, acme.authors, acme.ranked, acme.compared), (4, 4, 4, 3)); // `a` of douban is another one
    let parts: Vec<_> = acme.platforms.iter().map(|part| (part.platform.as_deref(), part.posts)).collect();
    assert_eq!(parts, [(Some("douban"), 1), (Some("weibo"), 3)]);
    assert!(close(acme.platforms[1].rank, 7.0 / 18.0) && close(Some(acme.platforms[1].volume), 0.6));
    assert_eq!(found.brands[0].brand, "Bolt"); // 11/42 is more than 10/42
    for brand in &found.brands {
        let net = brand.net_interval.unwrap();
        assert!(net.low < brand.net_influence.unwrap() && brand.net_influence.unwrap() < net.high, "{brand:?}");
        let volume = brand.volume_interval.unwrap();
        assert!(volume.low < brand.volume && brand.volume < volume.high, "{brand:?}");
    }
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Influence>(&json).unwrap(), found);
    let table = found.to_string();
    assert!(table.contains("weibo: 5 of 5 posts by likes") && table.contains("1 posts name no brand"), "{table}");
}

#[test]
fn bad_input_has_an_answer() {
    // Nothing at all.
    let none = of(&[], &[]);
    assert!(none.brands.is_empty() && none.cells == 0 && none.shrinkage.is_none());
    // Equal engagement: all are typical, and nothing is shrunk.
    let ties: Vec<Made<'_>> = (0..6).map(|k| (["A", "B"][k % 2], "p", "", 1, "", Some(5))).collect();
    let found = of(&ties, &[]);
    for brand in &found.brands {
        assert_eq!((brand.rank, brand.rank_interval, brand.shrunk, brand.net_influence), (Some(0.5), None, None, None));
    }
    assert_eq!(found.brands[0].brand, "A"); // by name where reach is equal
    // One brand alone is compared with itself.
    let alone: Vec<Made<'_>> = (0..50).map(|k| ("A", "p", "", 1 + k % 7, "", Some(k as u64 * k as u64))).collect();
    let found = of(&alone, &[]);
    let a = brand(&found, "A");
    assert!((a.rank.unwrap() - 0.5).abs() < 1e-12 && a.compared == 0, "{a:?}");
    assert_eq!((a.rank_interval, a.volume_interval, a.reach_interval), (None, None, None));
    // No engagement is known: there is volume, and no rank.
    let unknown = of(&[("A", "p", "", 1, "", None), ("B", "p", "", 1, "", None)], &[("A", 0.5)]);
    let a = brand(&unknown, "A");
    assert_eq!(
        (unknown.without_engagement, a.volume, a.rank, a.reach_influence, a.net_influence),
        (2, 0.5, None, None, None)
    );
    assert!(unknown.platforms[0].counted.is_empty() && unknown.to_string().contains("by nothing"));
    // One post of three does not tell it: it counts for volume alone.
    let some = of(&[("A", "p", "", 1, "", None), ("B", "p", "", 1, "", Some(1)), ("B", "p", "", 1, "", Some(2))], &[]);
    assert_eq!((some.without_engagement, brand(&some, "A").rank, brand(&some, "B").rank), (1, None, Some(0.5)));
    // Without a time, posts are ranked among each other; a platform with one post is typical; months without a post are no cell.
    let odd = [
        ("A", "p", "", 0, "", Some(1)),
        ("B", "p", "", 0, "", Some(2)),
        ("A", "p", "", 1, "", Some(9)),
        ("B", "p", "", 5, "", Some(9)),
        ("A", "q", "", 1, "", Some(3)),
    ];
    let found = of(&odd, &[]);
    assert_eq!((found.without_time, found.cells, found.alone), (2, 4, 3));
    assert_eq!((brand(&found, "A").compared, brand(&found, "B").compared), (1, 1));
    assert!((brand(&found, "A").rank.unwrap() - (1.0 / 3.0 + 0.5 + 0.5) / 3.0).abs() < 1e-12);
}

/// The last hour of January in New York is February in London: each counts where it was written.
#[test]
fn months_are_those_of_the_local_clock() {
    let mut posts: Vec<Post> = [1, 2].map(|likes| post(&("A", "p", "", 1, "", Some(likes)))).to_vec();
    let seconds = 1_706_759_999; // 2024-02-01T03:59:59Z
    posts[0].feedback.time = Some(Time { seconds, offset: -5 * 3600 });
    posts[1].feedback.time = Some(Time { seconds, offset: 0 });
    let found = influence(&posts, &BTreeMap::new(), &few()).unwrap();
    assert_eq!((found.cells, found.alone), (2, 2));
    posts[1].feedback.time = Some(Time { seconds: seconds - 86_400, offset: 8 * 3600 }); // 31 January, 11:59 in China
    assert_eq!(influence(&posts, &BTreeMap::new(), &few()).unwrap().cells, 1);
}

#[test]
fn what_cannot_work_is_named_at_once() {
    let posts = [post(&("A", "p", "", 1, "", Some(1)))];
    let net = |value| NetSentiment::new(value, None);
    let sentiment = BTreeMap::from([("A".to_owned(), net(1.5)), ("B\n".to_owned(), net(0.0))]);
    let error = influence(&posts, &sentiment, &few()).unwrap_err().to_string();
    assert!(error.contains("sentiment of `A`: 1.5; expected -1 to 1"), "{error}");
    assert!(error.contains(r"sentiment of `B\n`: no post is about this brand"), "{error}");
    let mut config = few();
    (config.preset.likes, config.bootstrap.resamples) = (-1.0, 0);
    let error = influence(&posts, &BTreeMap::new(), &config).unwrap_err().to_string();
    assert!(error.contains("preset.likes: -1") && error.contains("resamples: 0"), "{error}");
    assert!(serde_json::from_str::<InfluenceConfig>(r#"{"prest": {}}"#).is_err());
}

/// Posts of one author are one draw: the interval is about that of as many posts as there are authors.
#[test]
fn authors_are_drawn_not_posts() {
    let authors: Vec<String> = (0..40).map(|k| k.to_string()).collect();
    let made = |clustered: bool| -> Vec<Made<'_>> {
        let author = |k: usize| if clustered { authors[k % 40].as_str() } else { "" };
        (0..400).map(|k| (["A", "B"][k % 2], "p", "", 1, author(k), Some((k % 40 * 7 % 40) as u64))).collect()
    };
    let width = |clustered| {
        let found = of(&made(clustered), &[]);
        let interval = brand(&found, "A").rank_interval.unwrap();
        interval.high - interval.low
    };
    let ratio = width(true) / width(false);
    assert!((2.2..4.3).contains(&ratio), "{ratio}"); // sqrt(10) = 3.2
}

fn any_posts() -> impl Strategy<Value = Vec<Made<'static>>> {
    let one = (0..3usize, 0..2usize, 0..2usize, 0..3i64, 0..4usize, prop::option::weighted(0.8, 0..6u64));
    let made = |(brand, platform, kind, month, author, likes)| {
        (["A", "B", ""][brand], ["p", "q"][platform], ["", "k"][kind], month, ["", "x", "y", "z"][author], likes)
    };
    prop::collection::vec(one.prop_map(made), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_posts_changes_nothing(made in any_posts(), seed: u64) {
        let mut shuffled = made.clone();
        Stream::new(seed, "test", 0).shuffle(&mut shuffled);
        let of_json = |made: &[Made<'_>]| serde_json::to_string(&of(made, &[])).unwrap();
        prop_assert_eq!(of_json(&made), of_json(&shuffled));
    }

    /// What counts on each platform is the order of its posts.
    #[test]
    fn any_scale_of_a_platform_gives_the_same(made in any_posts(), scale in 1u64..50) {
        let grown: Vec<Made<'_>> = made
            .iter()
            .map(|&(brand, platform, kind, month, author, likes)| {
                let grown = likes.map(|likes| if platform == "p" { likes * likes * likes + scale } else { likes * scale });
                (brand, platform, kind, month, author, grown)
            })
            .collect();
        prop_assert_eq!(of(&made, &[]), of(&grown, &[]));
    }

    /// Against ranks of each cell by themselves ([`mid_ranks`] equals scipy's), and their mean over all posts is 1/2.
    #[test]
    fn ranks_are_those_of_each_cell(made in any_posts()) {
        let found = of(&made, &[]);
        let kept: Vec<&Made<'_>> = made.iter().filter(|made| !made.0.is_empty()).collect();
        let posts: Vec<Post> = kept.iter().map(|made| post(made)).collect();
        let (values, _) = scores(&posts.iter().collect::<Vec<_>>(), &EngagementPreset::interactions());
        let mut cells: BTreeMap<_, Vec<(&str, f64)>> = BTreeMap::new();
        for (made, value) in kept.iter().zip(values).filter_map(|(made, value)| Some((made, value?))) {
            cells.entry((made.1, made.2, made.3)).or_default().push((made.0, value));
        }
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for rows in cells.values() {
            let ranks = mid_ranks(&rows.iter().map(|row| row.1).collect::<Vec<_>>());
            for ((brand, _), rank) in rows.iter().zip(ranks) {
                let sum = sums.entry(*brand).or_default();
                *sum = (sum.0 + 1.0, sum.1 + rank / (rows.len() as f64 + 1.0));
            }
        }
        let (mut n, mut all) = (0.0, 0.0);
        for brand in &found.brands {
            let expected = sums.get(brand.brand.as_str()).map(|(n, sum)| sum / n);
            prop_assert_eq!(brand.rank.is_some(), expected.is_some());
            if let (Some(rank), Some(expected)) = (brand.rank, expected) {
                prop_assert!((rank - expected).abs() < 1e-12);
                n += brand.ranked as f64;
                all += brand.ranked as f64 * rank;
            }
        }
        prop_assert!(n == 0.0 || (all / n - 0.5).abs() < 1e-12);
    }
}

use plaudit_core::Feedback;
use plaudit_stats::Stream;
use proptest::prelude::*;

use super::*;
use crate::{Documents, DocumentsBuilder};

fn post(platform: &str, author: Option<&str>, likes: Option<u64>, reach: Option<u64>) -> Post {
    let mut post = Post::new(Feedback::new("", "a text"));
    post.feedback.source = Some(platform.to_owned()).filter(|name| !name.is_empty());
    post.author = author.map(str::to_owned);
    (post.engagement.likes, post.engagement.reach) = (likes, reach);
    post
}

/// Posts by platform, each with its likes and reach.
fn posts(of: &[(&str, &[(u64, u64)])]) -> Vec<Post> {
    let rows = of.iter().flat_map(|&(platform, rates)| rates.iter().map(move |&rate| (platform, rate)));
    rows.map(|(platform, (likes, reach))| post(platform, None, Some(likes), Some(reach))).collect()
}

fn few() -> PlatformsConfig {
    let mut config = PlatformsConfig::default();
    (config.permutations, config.keyness.permutations) = (199, 99);
    config
}

// scipy 1.17.1, scikit-posthocs 0.17.1: w = [3/100, 8/200, 10/100, 1/50]; d = [5/1000, 9/1000, 2/500, 30/1000, 7/700];
// e = [2/10, 4/10, 3/100]; scipy.stats.kruskal(d, e, w); posthoc_dunn([d, e, w], p_adjust="holm")
#[test]
fn rates_equal_scipy_and_scikit_posthocs() {
    let made = posts(&[
        ("weibo", &[(3, 100), (8, 200), (10, 100), (1, 50)]),
        ("douban", &[(5, 1000), (9, 1000), (2, 500), (30, 1000), (7, 700)]),
        ("elle", &[(2, 10), (4, 10), (3, 100)]),
    ]);
    let found = platform_rates(&made, &few()).unwrap();
    let test = found.test.clone().unwrap();
    assert!(
        (test.h - 7.103_191_489_361_703).abs() < 1e-10 && (test.p_value - 0.028_678_839_016_083_07).abs() < 1e-10,
        "{test:?}"
    );
    let adjusted: Vec<f64> = test.pairs.iter().map(|pair| pair.adjusted).collect();
    for (found, expected) in
        adjusted.iter().zip([0.034_784_211_471_755_346, 0.140_215_438_159_297_52, 0.410_603_822_836_813_3])
    {
        assert!((found - expected).abs() < 1e-10, "{adjusted:?}");
    }
    let names: Vec<&str> = found.platforms.iter().map(|one| one.platform.as_str()).collect();
    assert_eq!((names, found.platforms[0].median), (vec!["douban", "elle", "weibo"], Some(0.009)));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<PlatformRates>(&json).unwrap(), found);
    assert!(found.to_string().contains("douban against elle"), "{found}");
}

#[test]
fn rates_take_what_all_platforms_tell() {
    let mut made = posts(&[("a", &[(1, 10), (2, 10)]), ("b", &[(3, 10), (4, 10), (5, 0)])]);
    made[0].engagement.shares = Some(7);
    made[1].engagement.shares = Some(7);
    made.push(post("b", None, Some(9), None)); // no reach
    made.push(post("", None, Some(9), Some(1)));
    let found = platform_rates(&made, &few()).unwrap();
    assert_eq!((&found.counted[..], &found.left_out[..]), (&["likes".to_owned()][..], &["shares".to_owned()][..]));
    assert_eq!((found.platforms[1].posts, found.platforms[1].rated, found.without_platform), (4, 2, 1));
    // (1 / 10 + 2 / 10) / 2, without the shares
    assert!((found.platforms[0].median.unwrap() - 0.15).abs() < 1e-12);
    // Nobody tells the followers: there is nothing to compare.
    let mut config = few();
    config.per = Audience::Followers;
    let none = platform_rates(&made, &config).unwrap();
    assert_eq!((none.test.is_none(), none.platforms[0].rated, none.platforms[0].median), (true, 0, None));
    assert!(none.to_string().contains("no rates to compare"));
    // One platform, a platform with one post, equal rates, no post.
    for (made, some) in [
        (posts(&[("a", &[(1, 10), (2, 10)])]), false),
        (posts(&[("a", &[(1, 10), (2, 10)]), ("b", &[(3, 10)])]), true),
        (posts(&[("a", &[(1, 10), (2, 20)]), ("b", &[(3, 30)])]), false),
        (Vec::new(), false),
    ] {
        assert_eq!(platform_rates(&made, &few()).unwrap().test.is_some(), some);
    }
}

/// An author's hundred posts are one value.
#[test]
fn rates_of_one_author_are_one() {
    let mut made = posts(&[("a", &[(1, 10), (2, 10), (3, 10)]), ("b", &[(4, 10), (5, 10)])]);
    let before = platform_rates(&made, &few()).unwrap();
    made.extend((0..100).map(|k| post("b", Some("x"), Some(6 + k % 2), Some(10))));
    let after = platform_rates(&made, &few()).unwrap();
    assert_eq!((after.platforms[1].rated, after.platforms[1].authors), (102, 3));
    assert!(after.test.unwrap().p_value > 0.03 && before.test.is_some());
}

/// Hypergeometric, as in the test of keyness: of 40 posts 9 of 20 here and 1 of 20 there are of a kind. As far apart, or farther, either way:
/// 2 (C(20,9) 20 + C(20,10)) / C(40,10) = 0.0084.
#[test]
fn a_mix_by_hand() {
    let made: Vec<Post> = (0..40).map(|k| post(if k < 20 { "a" } else { "b" }, None, None, None)).collect();
    let kinds: Vec<Option<&str>> = (0..40).map(|k| Some(if k < 9 || k == 39 { "x" } else { "y" })).collect();
    let mut config = few();
    config.permutations = 9_999;
    let found = platform_mix(&made, &kinds, &config).unwrap();
    assert_eq!((&found.platforms[0].counts[..], &found.platforms[1].counts[..]), (&[9, 11][..], &[1, 19][..]));
    // (9 - 5)^2 / 5 twice, (11 - 15)^2 / 15 twice
    assert!((found.chi_square - (2.0 * 16.0 / 5.0 + 2.0 * 16.0 / 15.0)).abs() < 1e-12, "{found:?}");
    assert!((found.p_value.unwrap() - 0.0084).abs() < 0.003, "{found:?}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<PlatformMix>(&json).unwrap(), found);
    assert!(found.to_string().contains("0.450"), "{found}");

    // The same by two authors on each: nothing can be said.
    let by_two: Vec<Post> = (0..40)
        .map(|k| post(if k < 20 { "a" } else { "b" }, Some(if k % 20 < 9 { "m" } else { "n" }), None, None))
        .collect();
    assert!(platform_mix(&by_two, &kinds, &config).unwrap().p_value.unwrap() > 0.3);
}

/// Tables that are drawn at once are as frequent as those of shuffled units: 3 authors with two posts, and single posts, on three platforms.
#[test]
fn a_mix_of_authors_is_permuted_as_units() {
    let platforms = ["a", "a", "a", "a", "b", "b", "b", "c"]; // of the units
    let holds: [&[&str]; 8] = [&["x", "x"], &["x"], &["x"], &["y"], &["x", "y"], &["y"], &["y"], &["x", "y"]];
    let names: Vec<String> = (0..8).map(|k| k.to_string()).collect();
    let (mut made, mut kinds) = (Vec::new(), Vec::new());
    for ((platform, own), name) in platforms.iter().zip(holds).zip(&names) {
        for kind in own {
            made.push(post(platform, Some(name), None, None));
            kinds.push(Some(*kind));
        }
    }
    let mut config = few();
    config.permutations = 20_000;
    let found = platform_mix(&made, &kinds, &config).unwrap();
    // Every one of the 8!/(4! 3! 1!) = 280 ways to deal the platforms out is as likely.
    let (mut all, mut as_great) = (0u32, 0u32);
    for code in 0..3usize.pow(8) {
        let dealt: Vec<usize> = (0..8).map(|unit| code / 3usize.pow(unit) % 3).collect();
        if [4, 3, 1] != [0, 1, 2].map(|platform| dealt.iter().filter(|&&of| of == platform).count()) {
            continue;
        }
        let mut table = [0.0; 6];
        for (platform, own) in dealt.iter().zip(holds) {
            own.iter().for_each(|kind| table[2 * platform + usize::from(*kind == "y")] += 1.0);
        }
        all += 1;
        as_great += u32::from(plaudit_stats::chi_square(&table, 2) >= found.chi_square - 1e-9);
    }
    let exact = f64::from(as_great) / f64::from(all);
    assert!(all == 280 && (found.p_value.unwrap() - exact).abs() < 0.012, "{exact} {found:?}");
}

/// A column of addresses where kinds were expected: as many categories as posts, which once took their product of memory.
#[test]
fn a_mix_of_as_many_categories_as_posts() {
    let made: Vec<Post> = (0..30_000).map(|k| post(if k % 3 == 0 { "a" } else { "b" }, None, None, None)).collect();
    let names: Vec<String> = (0..made.len()).map(|k| k.to_string()).collect();
    let kinds: Vec<Option<&str>> = names.iter().map(|name| Some(name.as_str())).collect();
    let mut config = few();
    config.permutations = 99;
    let found = platform_mix(&made, &kinds, &config).unwrap();
    assert_eq!((found.categories.len(), found.p_value), (30_000, Some(1.0))); // every table is as far from even
}

/// Half a million posts by 999 permutations took minutes while every post was put in random order.
#[test]
fn a_mix_of_many_posts() {
    let mut made = Vec::new();
    let mut kinds = Vec::new();
    for (platform, good, poor) in [("a", 60_000, 40_000), ("b", 120_000, 80_000)] {
        for (kind, posts) in [("good", good), ("poor", poor)] {
            made.extend((0..posts).map(|_| post(platform, None, None, None)));
            kinds.extend((0..posts).map(|_| Some(kind)));
        }
    }
    let found = platform_mix(&made, &kinds, &PlatformsConfig::default()).unwrap();
    assert_eq!((found.chi_square, found.p_value), (0.0, Some(1.0)));
    kinds[..400].fill(Some("poor"));
    // scipy 1.17.1: chi2_contingency([[59600, 40400], [120000, 80000]], correction=False): 4.44, p 0.0351
    let found = platform_mix(&made, &kinds, &PlatformsConfig::default()).unwrap();
    assert!((found.p_value.unwrap() - 0.035).abs() < 0.02, "{found:?}");
}

#[test]
fn a_mix_of_nothing_is_none() {
    let made = [post("a", None, None, None), post("", None, None, None), post("b", None, None, None)];
    let found = platform_mix(&made, &[Some("x"), Some("x"), None], &few()).unwrap();
    assert_eq!((found.left_out, found.p_value, found.cramers_v, found.platforms.len()), (2, None, None, 1));
    let none = platform_mix(&[], &[], &few()).unwrap();
    assert_eq!((none.chi_square, none.p_value, none.platforms.len()), (0.0, None, 0));
    assert!(platform_mix(&made, &[], &few()).unwrap_err().to_string().contains("categories: 0; expected 3"));
    let mut config = few();
    (config.permutations, config.keyness.permutations, config.preset.likes) = (1, 1, -1.0);
    let error = platform_mix(&made, &[], &config).unwrap_err().to_string();
    assert!(error.contains("permutations: 1;") && error.contains("keyness.permutations: 1"), "{error}");
    assert!(error.contains("preset.likes: -1"), "{error}");
}

// scipy 1.17.1: scipy.spatial.distance.jensenshannon(p, q, base=2) ** 2
#[test]
fn divergences_equal_scipy() {
    for (ours, theirs, expected) in [
        (&[3.0, 1.0, 0.0, 6.0][..], &[1.0, 1.0, 4.0, 2.0][..], 0.331_341_025_087_009_47),
        (&[5.0, 5.0], &[5.0, 5.0], 0.0),
        (&[1.0, 0.0], &[0.0, 1.0], 1.0),
        (&[10.0, 2.0, 3.0], &[200.0, 90.0, 30.0], 0.034_125_334_450_214_1),
    ] {
        let found = terms::divergence(&[ours.to_vec(), theirs.to_vec()]).unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}");
    }
    assert_eq!(terms::divergence(&[vec![1.0], vec![0.0]]), None);
}

fn documents(texts: &[Vec<&str>]) -> Documents {
    let mut builder = DocumentsBuilder::new();
    texts.iter().for_each(|terms| builder.push(terms.iter().copied()));
    builder.finish(1).unwrap()
}

#[test]
fn terms_of_a_platform() {
    let platforms = ["weibo", "douban", "wechat", ""];
    let made: Vec<Post> = (0..160).map(|k| post(platforms[k % 4], None, None, None)).collect();
    let own = ["price", "plot", "price", "other"];
    let texts: Vec<Vec<&str>> =
        (0..160).map(|k| vec!["phone", if k % 3 == 0 { "slow" } else { "fine" }, own[k % 4]]).collect();
    let found = platform_terms(&made, &documents(&texts), &few()).unwrap();
    assert_eq!((found.without_platform, found.platforms.len(), found.pairs.len()), (40, 3, 3));
    let douban = &found.platforms[0];
    let asks: Vec<&str> =
        douban.keyness.terms.iter().filter(|t| t.q_value < 0.05 && t.log_odds > 0.0).map(|t| t.term.as_str()).collect();
    assert_eq!((douban.platform.as_str(), asks), ("douban", vec!["plot"]));
    let apart: Vec<(&str, &str, bool)> =
        found.pairs.iter().map(|pair| (pair.first.as_str(), pair.second.as_str(), pair.adjusted < 0.05)).collect();
    assert_eq!(apart, [("douban", "wechat", true), ("douban", "weibo", true), ("wechat", "weibo", false)]);
    assert!(found.pairs[2].corrected.abs() < 0.02 && found.pairs[2].divergence > 0.0, "{:?}", found.pairs[2]);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<PlatformTerms>(&json).unwrap(), found);
    assert!(found.to_string().contains("wechat against weibo"), "{found}");

    // A platform with one post, and one whose posts mention nothing.
    let made = [
        post("a", None, None, None),
        post("b", None, None, None),
        post("b", None, None, None),
        post("c", None, None, None),
    ];
    let found = platform_terms(&made, &documents(&[vec!["x"], vec!["x"], vec!["y"], vec![]]), &few()).unwrap();
    assert_eq!((found.platforms.len(), found.pairs.len()), (3, 1));
    assert!(found.pairs[0].p_value > 0.3);
    let none = platform_terms(&[], &documents(&[]), &few()).unwrap();
    assert!(none.platforms.is_empty() && none.pairs.is_empty());
    let error = platform_terms(&made, &documents(&[]), &few()).unwrap_err().to_string();
    assert!(error.contains("documents: 0; expected 4"), "{error}");
}

/// Where platforms do not differ, about one test in twenty says that they do, also where authors repeat themselves; and the corrected
/// divergence is 0 on average, which the plain one is not.
#[test]
fn what_does_not_differ_is_seldom_found() {
    let (runs, mut mixes, mut pairs, mut plain, mut corrected) = (200, 0, 0, 0.0, 0.0);
    let words = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let names: Vec<String> = (0..40).map(|k| k.to_string()).collect();
    let mut config = few();
    config.permutations = 99;
    for run in 0..runs {
        let mut stream = Stream::new(run, "test: platforms", 0);
        let (mut made, mut texts, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
        for (author, name) in names.iter().enumerate() {
            let favourite = words[stream.below(8) as usize];
            let kind = ["x", "y"][stream.below(2) as usize];
            for _ in 0..1 + stream.below(6) {
                made.push(post(["p", "q"][author % 2], Some(name), None, None));
                texts.push(vec![favourite, words[stream.below(8) as usize]]);
                kinds.push(Some(kind));
            }
        }
        mixes += usize::from(platform_mix(&made, &kinds, &config).unwrap().p_value.unwrap() <= 0.05);
        let pair = platform_terms(&made, &documents(&texts), &config).unwrap().pairs.remove(0);
        pairs += usize::from(pair.p_value <= 0.05);
        plain += pair.divergence / runs as f64;
        corrected += pair.corrected / runs as f64;
    }
    // 10 expected, with a standard deviation of 3; found were 8 and 13, 0.0422 and -0.0012 bits
    assert!((2..=19).contains(&mixes) && (2..=19).contains(&pairs), "{mixes} {pairs}");
    assert!(corrected.abs() < 0.004 && plain > 0.01, "{plain} {corrected}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_posts_changes_nothing(
        made in prop::collection::vec((0..3usize, 0..3usize, 0..5u64, 0..3u64, 0..4usize), 1..30),
        seed: u64,
    ) {
        let all = |made: &[(usize, usize, u64, u64, usize)]| {
            let one = |&(platform, author, likes, reach, _): &(usize, usize, u64, u64, usize)| {
                post(["p", "q", ""][platform], [None, Some("x"), Some("y")][author], Some(likes), Some(reach))
            };
            let posts: Vec<Post> = made.iter().map(one).collect();
            let words = ["a", "b", "c", "d"];
            let texts: Vec<Vec<&str>> = made.iter().map(|row| vec![words[row.4], words[row.2 as usize % 4]]).collect();
            let kinds: Vec<Option<&str>> = made.iter().map(|row| words.get(row.4).copied()).collect();
            let mut config = few();
            config.permutations = 99;
            (
                platform_rates(&posts, &config).unwrap(),
                platform_mix(&posts, &kinds, &config).unwrap(),
                platform_terms(&posts, &documents(&texts), &config).unwrap(),
            )
        };
        let mut shuffled = made.clone();
        Stream::new(seed, "test", 0).shuffle(&mut shuffled);
        prop_assert_eq!(all(&made), all(&shuffled));
    }
}

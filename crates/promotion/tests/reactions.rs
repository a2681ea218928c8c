//! Reactions: Table 5 of DPMS, what holds for any counts, and hostile input.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Time;
use plaudit_promotion::reactions::{
    Baseline, Estimate, Figures, LabelFigures, Polarity, PostReactions, ReactionReport, Reactions, ReactionsConfig,
    Reading, Spread, Valence,
};
use proptest::prelude::*;

fn near(found: Option<Estimate>, value: f64, low: f64, high: f64, by: f64) {
    let found = found.unwrap();
    assert!((found.value - value).abs() < 1e-9, "{found:?} for {value}");
    assert!((found.low - low).abs() < by && (found.high - high).abs() < by, "{found:?} for {low} to {high}");
}

fn table_5(baseline: Baseline) -> Vec<LabelFigures> {
    let mut config = ReactionsConfig::default();
    config.baseline = baseline;
    config.draws = 100_000;
    config.valence.ambiguous.clear();
    config.report(&Reactions::dpms()).unwrap().declared.labels
}

/// Shares 8/299, 44/265, 22/76, 165/198: .0267559, .1660377, .2894737, .8333333, mean .3289001, pooled 239/838 = .2852029.
const GOOD: f64 = 8.0 / 299.0;

#[test]
fn table_5_against_a_post_of_a_random_label() {
    let labels = table_5(Baseline::Uniform);
    // statsmodels 0.15.0: proportion_confint(k, n, .05, "wilson")
    for (label, (k, n, low, high)) in labels.iter().zip([
        (8.0, 299.0, 0.013_618_669_542, 0.051_898_974_238),
        (44.0, 265.0, 0.126_073_256_914, 0.215_546_146_669),
        (22.0, 76.0, 0.199_610_168_256, 0.399_595_551_771),
        (165.0, 198.0, 0.775_185_951_334, 0.878_792_675_115),
    ]) {
        near(label.negative_share, k / n, low, high, 1e-9);
        assert_eq!(label.spread, Spread::NotIdentified { posts: 1 });
    }
    let good = &labels[0];
    let uniform = (GOOD + 44.0 / 265.0 + 22.0 / 76.0 + 165.0 / 198.0) / 4.0;
    // numpy 2.4.6 on those intervals: c = [-.75, .25, .25, .25]; m = c * p; L, U = np.minimum(c * lo, c * hi), np.maximum(..)
    //   m.sum() - np.sqrt(((m - L)**2).sum()), m.sum() + np.sqrt(((U - m)**2).sum())
    near(good.below_baseline, uniform - GOOD, 0.267_917_739_136, 0.335_869_039_707, 1e-9);
    // numpy 2.4.6, default_rng(1), 2,000,000 draws: p = beta(neg + .5, pos + .5); q = expit(logit(p) + sd * normal);
    //   np.quantile(1 - q[:, 0] / q.mean(1), [.025, .975]); with 100,000 draws
    //   the lower ends have standard errors of .0035 (SD 1) and .0084 (SD 2), measured over 60 such runs
    for (reduction, (reading, low, high, by)) in good.reductions.iter().zip([
        (Reading::Binomial, 0.8501, 0.9611, 0.002),
        (Reading::BetweenPosts { sd: 1.0 }, 0.4853, 0.9900, 0.0105),
        (Reading::BetweenPosts { sd: 2.0 }, -0.3744, 0.9985, 0.0255),
    ]) {
        assert_eq!(reduction.reading, reading);
        near(reduction.estimate, 1.0 - GOOD / uniform, low, high, by);
    }
    let last = good.reductions[3];
    assert_eq!((last.reading, last.estimate), (Reading::BetaBinomial, None)); // one post cannot tell
}

#[test]
fn table_5_against_other_baselines() {
    // As above with c = [299, 265, 76, 198] / 838 - [1, 0, 0, 0]; draws: 1 - q[:, 0] / (q @ w)
    let pooled = &table_5(Baseline::Pooled)[0];
    near(pooled.below_baseline, 239.0 / 838.0 - GOOD, 0.232_438_761_105, 0.281_503_950_016, 1e-9);
    near(pooled.reductions[0].estimate, 1.0 - GOOD / (239.0 / 838.0), 0.8295, 0.9548, 0.002);
    near(pooled.reductions[1].estimate, 1.0 - GOOD / (239.0 / 838.0), 0.4439, 0.9883, 0.0105);

    // statsmodels 0.15.0: confint_proportions_2indep(412, 1530, 8, 299, method="newcomb", compare="diff", alpha=.05)
    // numpy 2.4.6, 4,000,000 draws: 1 - beta(8.5, 291.5) / beta(412.5, 1118.5)
    let historical = &table_5(Baseline::Historical { negative: 412, reactions: 1530 })[0];
    near(historical.below_baseline, 412.0 / 1530.0 - GOOD, 0.209_359_210_617, 0.268_825_724_316, 1e-9);
    near(historical.reductions[0].estimate, 1.0 - GOOD / (412.0 / 1530.0), 0.8137, 0.9530, 0.002);

    // .3 less the ends of Wilson's interval; draws: 1 - beta(8.5, 291.5) / .3
    let known = &table_5(Baseline::Share(0.3))[0];
    near(known.below_baseline, 0.3 - GOOD, 0.3 - 0.051_898_974_238, 0.3 - 0.013_618_669_542, 1e-9);
    near(known.reductions[0].estimate, 1.0 - GOOD / 0.3, 0.8338, 0.9576, 0.002);
}

#[test]
fn table_5_in_all() {
    let report = ReactionsConfig::default().report(&Reactions::dpms()).unwrap();
    let round = |value: Option<f64>| format!("{:.3}", value.unwrap());
    let figures = &report.declared;
    assert_eq!(
        [figures.paper_eq36_posts, figures.paper_eq36_pooled, figures.mean_post_ratio].map(round),
        ["15.025", "60.100", "-40.850"]
    );
    let worth: Vec<_> = figures.labels.iter().map(|label| round(label.utility)).collect();
    assert_eq!(worth, ["0.946", "0.668", "0.421", "-0.667"]); // 283/299, 177/265, 32/76, -132/198
    assert_eq!(figures.posts_per_arm.iter().map(|row| row.posts.unwrap()).collect::<Vec<_>>(), [5, 17, 65]);
    assert_eq!(round(figures.baseline_share), "0.329");
    // haha: 3, 18, 7, 52. Positive: (679 - 159) / 679 = .76583; ignored: (599 - 159) / 599 = .73456
    let variants: Vec<_> =
        report.variants.iter().map(|v| (v.reaction.as_str(), v.polarity, round(v.figures.paper_eq36_pooled))).collect();
    assert_eq!(
        variants,
        [("haha", Polarity::Positive, "76.583".to_owned()), ("haha", Polarity::Ignored, "73.456".to_owned())]
    );
    let poor = |figures: &Figures| (figures.labels[3].tally.positive, figures.labels[3].tally.negative);
    assert_eq!([&report.variants[0].figures, &report.variants[1].figures].map(poor), [(85, 113), (33, 113)]);

    let text = report.to_string();
    for line in [
        "Good          1       291         8     2.7 % (1.4 to 5.2)     30.2 (26.8 to 33.6)   0.946",
        "Poor   haha positive                1  not identified",
        "as declared      60.10 %    15.03 %                   -40.85 %",
        "as declared                   1     65                   67",
    ] {
        let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeeze(&text).contains(&squeeze(line)), "{line}\n{text}");
    }
    assert!(!text.contains("NaN") && !text.contains("31.25 %)"), "{text}");
}

#[test]
fn several_posts_a_label_identify_the_spread() {
    let arm = |label: &str, shares: &[(u64, u64)]| {
        let post = |(index, &(negative, n)): (usize, &(u64, u64))| {
            PostReactions::new(format!("{label} {index}"), label, [("like", n - negative), ("angry", negative)])
        };
        shares.iter().enumerate().map(post).collect::<Vec<_>>()
    };
    let good = arm("Good", &[(5, 50), (12, 60), (3, 40), (20, 80), (9, 30)]);
    let poor = arm("Poor", &[(100, 120), (60, 90), (88, 100)]);
    let mut config = ReactionsConfig::default();
    config.baseline = Baseline::Share(0.5);
    config.draws = 100_000;
    let report = config.report(&Reactions::new([good.clone(), poor.clone()].concat()).unwrap()).unwrap();
    let figures = &report.declared.labels[0];
    assert!(matches!(figures.spread, Spread::Estimated { posts: 5, low: 0.0, .. }), "{figures:?}");
    let [counts, .., estimated] = &figures.reductions[..] else { panic!("{figures:?}") };
    // mu is .18477, and its posterior on a grid has .1100 to .3902 as its 95 % interval (the tests of `spread.rs`)
    let estimated = estimated.estimate.unwrap();
    assert!((estimated.value - (1.0 - 0.184_769_2 / 0.5)).abs() < 1e-5, "{estimated:?}");
    assert!((estimated.low - (1.0 - 0.3902 / 0.5)).abs() < 0.02, "{estimated:?}");
    assert!((estimated.high - (1.0 - 0.1100 / 0.5)).abs() < 0.01, "{estimated:?}");
    let counts = counts.estimate.unwrap();
    assert!(counts.high - counts.low < 0.6 * (estimated.high - estimated.low), "{counts:?} {estimated:?}");

    // One label of a single post leaves the baseline of all labels unidentified for each.
    config.baseline = Baseline::Uniform;
    let lonely = Reactions::new([good, poor[..1].to_vec()].concat()).unwrap();
    let labels = config.report(&lonely).unwrap().declared.labels;
    assert!(labels[0].spread.is_identified() && !labels[1].spread.is_identified());
    assert!(
        labels.iter().all(|label| label.reductions[3].estimate.is_none() && label.reductions[2].estimate.is_some())
    );
}

#[test]
fn what_is_not_defined_is_none() {
    let nothing = Reactions::new(vec![PostReactions::new("a", "x", [("like", 0)])]).unwrap();
    for baseline in [Baseline::Uniform, Baseline::Pooled, Baseline::Share(0.2)] {
        let mut config = ReactionsConfig::default();
        config.baseline = baseline;
        let report = config.report(&nothing).unwrap();
        let label = &report.declared.labels[0];
        assert_eq!((label.negative_share, label.below_baseline, label.utility), (None, None, None));
        assert!(label.reductions.iter().all(|reduction| reduction.estimate.is_none()));
        assert_eq!(report.declared.baseline_share, if baseline == Baseline::Share(0.2) { Some(0.2) } else { None });
        assert!(report.declared.posts_per_arm.iter().all(|row| row.posts.is_none() && row.with_counts.is_none()));
        assert!(!report.to_string().contains("NaN"));
    }
    // Only haha: once it is ignored, nothing is left.
    let only = Reactions::new(vec![PostReactions::new("a", "x", [("haha", 9)])]).unwrap();
    let report = ReactionsConfig::default().report(&only).unwrap();
    assert_eq!(report.variants[1].figures.negative_share, None);
    assert_eq!((report.declared.baseline_share, report.declared.labels[0].reductions[0].estimate), (None, None));
    // Nobody is negative: the baseline is 0.
    let happy = Reactions::new(vec![PostReactions::new("a", "x", [("like", 9)])]).unwrap();
    let label = &ReactionsConfig::default().report(&happy).unwrap().declared.labels[0].clone();
    assert!(label.reductions[0].estimate.is_none() && label.below_baseline.is_none());
}

#[test]
fn one_label_has_nothing_to_be_compared_with() {
    let post = |name: &str, label: &str, counts: [u64; 2]| {
        PostReactions::new(name, label, ["like", "angry"].into_iter().zip(counts))
    };
    let one = Reactions::new(vec![post("a", "x", [9, 3]), post("b", "x", [7, 1])]).unwrap();
    let two = Reactions::new(vec![post("a", "x", [9, 3]), post("b", "y", [0, 0])]).unwrap();
    let three = Reactions::new([two.posts(), &[post("c", "z", [7, 1])]].concat()).unwrap();
    let told = |reactions: &Reactions, baseline: Baseline| {
        let mut config = quick();
        config.baseline = baseline;
        let report = config.report(reactions).unwrap();
        let label = &report.declared.labels[0];
        assert_eq!(label.below_baseline.is_some(), report.declared.baseline_share.is_some());
        assert_eq!(label.reductions[0].estimate.is_some(), report.declared.baseline_share.is_some());
        let text = report.to_string();
        assert_eq!(text.contains("Relative reduction"), !text.contains("there is nothing to compare"), "{text}");
        text
    };
    for baseline in [Baseline::Uniform, Baseline::Pooled] {
        assert!(told(&one, baseline).contains("There is one label, and the baseline is made of the labels"));
        assert!(told(&two, baseline).contains("Fewer than two labels have reactions"));
    }
    assert!(told(&three, Baseline::Uniform).contains("A label has no reactions, and the baseline is the mean"));
    assert!(told(&three, Baseline::Pooled).contains("Relative reduction"));
    assert!(told(&one, Baseline::Share(0.2)).contains("Relative reduction"));
    let historical = Baseline::Historical { negative: 3, reactions: 9 };
    assert!(told(&two, historical).contains("Relative reduction"));
}

#[test]
fn posts_stand_once_and_in_the_order_of_time_and_number() {
    let mut posts: Vec<_> =
        ["p10", "p9", "p1", "late", "early"].map(|name| PostReactions::new(name, "x", [("like", 3)])).to_vec();
    for (post, seconds) in posts.iter_mut().skip(3).zip([9, 2]) {
        post.time = Some(Time { seconds, offset: 0 });
    }
    let reactions = Reactions::new(posts).unwrap();
    let report = quick().report(&reactions).unwrap();
    let names: Vec<_> = report.posts.iter().map(|post| post.post.as_str()).collect();
    assert_eq!(names, ["early", "late", "p1", "p9", "p10"]);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(json.matches("\"p9\"").count(), 1);
    let read: Reactions = serde_json::from_str(&serde_json::to_string(&reactions).unwrap()).unwrap();
    assert_eq!(read, reactions);
}

#[test]
fn names_are_shown_harmlessly() {
    let odd = "\u{202e}dooG";
    let posts = vec![PostReactions::new("a", odd, [("like", 3)]), PostReactions::new("b", "Poor", [(odd, 3)])];
    let mut config = quick();
    config.valence.reactions.insert(odd.to_owned(), Polarity::Negative);
    config.valence.ambiguous.insert(odd.to_owned());
    let report = config.report(&Reactions::new(posts.clone()).unwrap()).unwrap();
    let text = report.to_string();
    assert!(
        text.contains(r"\u{202e}dooG ")
            && text.contains(r"Reactions \u{202e}dooG positive")
            && !text.contains('\u{202e}')
    );
    assert!(serde_json::to_string(&report).unwrap().contains(odd), "data are exact");
    read_back(&report);
    let unknown = quick().report(&Reactions::new(posts).unwrap()).unwrap_err().to_string();
    assert!(unknown.contains(r"`\u{202e}dooG`") && !unknown.contains('\u{202e}'), "{unknown}");
}

#[test]
fn an_interval_reaches_its_value() {
    let posts = vec![
        PostReactions::new("a", "Good", [("like", 12)]),
        PostReactions::new("b", "Poor", [("like", 3), ("angry", 4)]),
    ];
    let report = ReactionsConfig::default().report(&Reactions::new(posts).unwrap()).unwrap();
    for reduction in &report.declared.labels[0].reductions[..3] {
        // No negative reaction: a reduction of all, though no draw of the share is 0.
        let estimate = reduction.estimate.unwrap();
        assert!(estimate.value == 1.0 && estimate.high == 1.0 && estimate.low < 0.9, "{reduction:?}");
    }
    // The narrower the interval, the likelier the middle of the draws is beside the counted share.
    let mut narrow = ReactionsConfig::default();
    narrow.level = 0.01;
    for label in narrow.report(&Reactions::dpms()).unwrap().declared.labels {
        for Estimate { value, low, high, .. } in label.reductions.iter().filter_map(|reduction| reduction.estimate) {
            assert!(low <= value && value <= high, "{low} {value} {high}");
        }
    }
}

#[test]
fn huge_counts_have_numbers() {
    let huge = Reactions::new(vec![
        PostReactions::new("a", "x", [("like", u64::MAX / 2), ("angry", 1)]),
        PostReactions::new("b", "y", [("like", 1), ("angry", u64::MAX / 2 - 1)]),
        PostReactions::new("c", "y", [("angry", 0)]),
    ]);
    let report = ReactionsConfig::default().report(&huge.unwrap()).unwrap();
    read_back(&report);
    assert!(report.declared.labels.iter().all(|label| label.reductions[0].estimate.is_some()), "{report}");
}

#[test]
fn every_fault_of_a_configuration_is_named() {
    let mut config = ReactionsConfig::default();
    config.valence.ambiguous.insert("lol".to_owned());
    config.baseline = Baseline::Share(f64::NAN);
    config.level = 1.0;
    config.spreads = vec![f64::INFINITY];
    config.plan.cut = 0.0;
    config.draws = 0;
    let error = config.report(&Reactions::dpms()).unwrap_err().to_string();
    for fault in
        ["6 faults", "valence.ambiguous: `lol`", "baseline: ", "level: 1", "spreads: inf", "plan.cut: 0", "draws: 0"]
    {
        assert!(error.contains(fault), "{error}");
    }
    let fault = |level, draws, spreads| {
        let mut config = ReactionsConfig::default();
        (config.level, config.draws, config.spreads) = (level, draws, vec![1.0; spreads]);
        config.validate().map_err(|error| error.to_string())
    };
    assert!(fault(0.95, 199, 0).unwrap_err().contains("draws: 199; expected at least 10 / (1 - level)"));
    assert!(fault(0.999_99, 1_000_000, 17).unwrap_err().contains("spreads: 17 of them; expected at most 16"));
    assert_eq!((fault(0.95, 200, 16), fault(0.9, 100, 1)), (Ok(()), Ok(())));
    for (negative, reactions) in [(0, 0), (2, 1)] {
        let mut config = ReactionsConfig::default();
        config.baseline = Baseline::Historical { negative, reactions };
        assert!(config.validate().unwrap_err().to_string().contains("historical"));
    }
    let config: ReactionsConfig = serde_json::from_str(r#"{"baseline":{"share":0.3},"plan":{"power":0.9}}"#).unwrap();
    assert_eq!((config.baseline, config.plan.cut, config.level), (Baseline::Share(0.3), 0.3125, 0.95));
    assert!(serde_json::from_str::<ReactionsConfig>(r#"{"base":"uniform"}"#).is_err());
}

fn read_back(report: &ReactionReport) {
    let json = serde_json::to_string(report).unwrap();
    assert_eq!(&serde_json::from_str::<ReactionReport>(&json).unwrap(), report);
}

fn quick() -> ReactionsConfig {
    let mut config = ReactionsConfig::default();
    config.draws = 200;
    config
}

/// Posts of two labels, each with a few reactions of four kinds.
fn posts() -> impl Strategy<Value = Vec<PostReactions>> {
    let count = || prop_oneof![0u64..4, 0u64..300];
    let post = (prop::bool::ANY, [count(), count(), count(), count()]);
    prop::collection::vec(post, 1..6).prop_map(|posts| {
        let post = |(index, (good, counts)): (usize, (bool, [u64; 4]))| {
            let label = if good { "Good" } else { "Poor" };
            PostReactions::new(format!("{index}"), label, ["like", "wow", "haha", "angry"].into_iter().zip(counts))
        };
        posts.into_iter().enumerate().map(post).collect()
    })
}

fn baselines() -> impl Strategy<Value = Baseline> {
    prop_oneof![
        Just(Baseline::Uniform),
        Just(Baseline::Pooled),
        (0.01..=1.0f64).prop_map(Baseline::Share),
        (0u64..50, 50u64..500).prop_map(|(negative, reactions)| Baseline::Historical { negative, reactions }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_posts_does_not_matter_and_reports_read_back(mut posts in posts(), baseline in baselines(), seed in 0u64..9) {
        let mut config = quick();
        config.baseline = baseline;
        config.seed = seed;
        let report = config.report(&Reactions::new(posts.clone()).unwrap()).unwrap();
        posts.reverse();
        prop_assert_eq!(&config.report(&Reactions::new(posts).unwrap()).unwrap(), &report);
        read_back(&report);
        prop_assert!(!report.to_string().contains("NaN"));
    }

    #[test]
    fn values_are_in_their_ranges(posts in posts(), baseline in baselines()) {
        let mut config = quick();
        config.baseline = baseline;
        let report = config.report(&Reactions::new(posts).unwrap()).unwrap();
        let variants = report.variants.iter().map(|variant| &variant.figures);
        for figures in [&report.declared].into_iter().chain(variants) {
            prop_assert_eq!(figures.labels.iter().map(|label| label.tally.counted()).sum::<u64>(), figures.total.counted());
            prop_assert!(figures.baseline_share.is_none_or(|share| (0.0..=1.0 + 1e-12).contains(&share)));
            for label in &figures.labels {
                prop_assert!(label.utility.is_none_or(|utility| (-1.0..=1.0).contains(&utility)));
                for ends in [label.negative_share, label.below_baseline].into_iter().flatten() {
                    prop_assert!(ends.low <= ends.value + 1e-12 && ends.value <= ends.high + 1e-12, "{:?}", ends);
                }
                for Estimate { value, low, high, .. } in label.reductions.iter().filter_map(|reduction| reduction.estimate) {
                    prop_assert!(low <= value && value <= high && high <= 1.0);
                }
            }
        }
    }

    #[test]
    fn swapping_the_polarities_flips_the_signs(posts in posts()) {
        let reactions = Reactions::new(posts).unwrap();
        let mut swapped = quick();
        for polarity in swapped.valence.reactions.values_mut() {
            *polarity = if *polarity == Polarity::Positive { Polarity::Negative } else { Polarity::Positive };
        }
        let (plain, swapped) = (quick().report(&reactions).unwrap(), swapped.report(&reactions).unwrap());
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        for (one, other) in plain.declared.labels.iter().zip(&swapped.declared.labels) {
            prop_assert_eq!(one.utility.map(|utility| -utility), other.utility);
            prop_assert_eq!(one.below_baseline.is_some(), other.below_baseline.is_some());
            for (a, b) in one.below_baseline.into_iter().zip(other.below_baseline) {
                prop_assert!(close(a.value, -b.value) && close(a.low, -b.high) && close(a.high, -b.low), "{:?} {:?}", a, b);
            }
            for (a, b) in one.negative_share.into_iter().zip(other.negative_share) {
                prop_assert!(close(a.value, 1.0 - b.value) && close(a.low, 1.0 - b.high), "{:?} {:?}", a, b);
            }
        }
    }

    #[test]
    fn more_of_the_same_moves_no_share_and_no_equation_36(posts in posts(), factor in 1u64..50) {
        let valence = Valence::default();
        let mut more = posts.clone();
        more.iter_mut().flat_map(|post| post.counts.values_mut()).for_each(|count| *count *= factor);
        let once = Reactions::new(posts).unwrap().total(&valence).unwrap();
        let often = Reactions::new(more).unwrap().total(&valence).unwrap();
        let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
            (a, b) => a == b,
        };
        prop_assert!(close(once.negative_share(), often.negative_share()));
        prop_assert!(close(once.paper_eq36(3), often.paper_eq36(3)));
    }
}

//! Campaigns: plans, p-values under their own draw, forecasts, power, and looks at every week.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use std::collections::BTreeMap;

use plaudit_core::Time;
use plaudit_promotion::reactions::{
    Campaign, CampaignConfig, ConfidenceSequence, Contrast, Plan, PostReactions, RandomizationTest, Reactions,
    ReactionsConfig, Slot, Spread, Valence,
};
use plaudit_stats::{Stream, binomial, dirichlet};
use proptest::prelude::*;

const WEEK: i64 = 7 * 86_400;

fn at(seconds: i64) -> Time {
    Time { seconds, offset: 0 }
}

/// A campaign of one platform whose slots are so many on each of some days.
fn campaign(labels: &[&str], days: &[usize], seed: u64) -> Campaign {
    let slots = days.iter().enumerate().flat_map(|(day, &slots)| {
        (0..slots).map(move |slot| Slot::new("p", at(day as i64 * 86_400 + slot as i64 * WEEK)))
    });
    let mut config = CampaignConfig::new(labels.iter().copied(), slots.collect());
    config.seed = seed;
    config.plan().unwrap()
}

/// The plan with these labels, by the place of each in the order of the posts: the seed that draws it is searched for.
fn planned(labels: &[&str], days: &[usize], wanted: impl Fn(&[&str]) -> bool) -> Campaign {
    let of = |seed: u64| campaign(labels, days, seed);
    let fits = |plan: &Campaign| wanted(&plan.posts().iter().map(|post| post.label.as_str()).collect::<Vec<_>>());
    (0..200_000).map(of).find(fits).unwrap()
}

fn lower(label: &str) -> Contrast {
    Contrast::Lower { label: label.to_owned() }
}

fn shares(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn a_plan_is_balanced_named_and_the_same_again() {
    let mut config =
        CampaignConfig::weekly(["a", "b", "c"], &["x", "y"], Time { seconds: 1_700_000_000, offset: 3_600 }, 6);
    let plan = config.plan().unwrap();
    assert_eq!(plan.posts().len(), 12);
    let mut counts: BTreeMap<(&str, u8, &str), u32> = BTreeMap::new();
    for post in plan.posts() {
        *counts.entry((&post.slot.platform, post.slot.weekday(), &post.label)).or_default() += 1;
    }
    assert!(counts.len() == 6 && counts.values().all(|&posts| posts == 2), "{counts:?}");
    // 1,700,000,000 is a Tuesday (python3: datetime.fromtimestamp(1700000000, UTC).isoweekday())
    assert_eq!(plan.posts()[0].slot.weekday(), 2);
    let names: Vec<&str> = plan.posts().iter().take(2).map(|post| post.post.as_str()).collect();
    assert_eq!(names, ["p1", "p2"]);

    config.slots.reverse();
    assert_eq!(config.plan().unwrap().posts(), plan.posts());
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Campaign>(&json).unwrap(), plan);
    let seeded = json.replace("\"seed\":0", "\"seed\":1");
    let error = serde_json::from_str::<Campaign>(&seeded).unwrap_err().to_string();
    assert!(error.contains("not what this configuration gives"), "{error}");
    config.seed = 1;
    assert_ne!(config.plan().unwrap().posts(), plan.posts());

    // a block's draw does not depend on other blocks
    let of_x = |plan: &Campaign| {
        let of_x = plan.posts().iter().filter(|post| post.slot.platform == "x");
        of_x.map(|post| post.label.clone()).collect::<Vec<_>>()
    };
    let alone = CampaignConfig::weekly(["a", "b", "c"], &["x"], at(1_700_000_000), 6).plan().unwrap();
    assert_eq!(of_x(&alone), of_x(&plan));
}

#[test]
fn days_of_the_week() {
    // python3: datetime.fromtimestamp(s, timezone(timedelta(seconds=o))).isoweekday()
    for (seconds, offset, expected) in
        [(0, 0, 4), (-1, 0, 3), (-1, 3_600, 4), (951_782_400, 0, 2), (4 * 86_400 - 1, 0, 7), (4 * 86_400, 0, 1)]
    {
        assert_eq!(Slot::new("x", Time { seconds, offset }).weekday(), expected, "{seconds}");
    }
    for seconds in [i64::MIN, i64::MAX] {
        assert!((1..=7).contains(&Slot::new("x", Time { seconds, offset: i32::MAX }).weekday()));
    }
}

#[test]
fn every_fault_of_a_plan_is_named_at_once() {
    let slots = vec![Slot::new("x", at(0)), Slot::new("x", at(0)), Slot::new(" ", at(1))];
    let error = CampaignConfig::new(["a", "a", "b", "c"], slots).plan().unwrap_err().to_string();
    for fault in
        ["`a` stands twice", "3 of them for 4 labels", "`x` at 1970-01-01T00:00:00Z stands twice", "slot 3 is blank"]
    {
        assert!(error.contains(fault), "{error}");
    }
    assert!(CampaignConfig::new(["a"], vec![Slot::new("x", at(0))]).plan().is_err());
    assert!(CampaignConfig::weekly(["a", "b"], &["x"], at(i64::MAX), 5).plan().is_err()); // all at the end of time
    let endless = CampaignConfig::weekly(["a", "b"], &["x"], at(0), u32::MAX);
    assert!(endless.plan().unwrap_err().to_string().contains("10001 of them"));
    assert!(CampaignConfig::paper("x", at(0)).plan().unwrap().posts().len() == 4);
}

// scipy 1.17.1: x = [.1, .22, .05, .3]; y = [.4, .21, .35, .6]
//   stats.permutation_test((x, y), lambda a, b: np.mean(a) - np.mean(b), alternative="less", n_resamples=np.inf) -> 0.04285714285714286
//   the same with abs(..) and alternative="greater" -> 0.08571428571428572
//   stats.permutation_test(([.1, .3], [.4, .25], [.5, .7]), lambda *s: sum(len(a) * (np.mean(a) - np.mean(np.concatenate(s)))**2
//     for a in s), alternative="greater", n_resamples=np.inf) -> 0.16749999999999998, 0.13333333333333333
#[test]
fn equals_scipy_in_one_block() {
    let two = planned(&["x", "y"], &[8], |labels| labels == ["x", "x", "x", "x", "y", "y", "y", "y"]);
    let values = shares(&[0.1, 0.22, 0.05, 0.3, 0.4, 0.21, 0.35, 0.6]);
    let test = |plan: &Campaign, values: &[Option<f64>], contrast: &Contrast| {
        plan.randomization_test(values, contrast, 1).unwrap().unwrap()
    };
    assert_eq!(test(&two, &values, &lower("x")).p_value, 0.042_857_142_857_142_86);
    assert_eq!(test(&two, &values, &Contrast::AnyDifference).p_value, 0.085_714_285_714_285_72);
    assert_eq!(test(&two, &values, &lower("x")).assignments, Some(70));
    let three = planned(&["x", "y", "z"], &[6], |labels| labels == ["x", "x", "y", "y", "z", "z"]);
    let found = test(&three, &shares(&[0.1, 0.3, 0.4, 0.25, 0.5, 0.7]), &Contrast::AnyDifference);
    assert!(
        (found.p_value - 0.133_333_333_333_333_33).abs() < 1e-15 && (found.statistic - 0.1675).abs() < 1e-12,
        "{found:?}"
    );
}

// Python 3.11: all 36 * 6 = 216 assignments of three labels to a block of 4 posts and one of 3, by itertools.product, each label once or
// twice in the first and once in the second; statistics of the residuals from the block's mean, the second post of the second block
// left out of all sums and of its mean:
//   A = [.1, .4, .35, .2] with labels x y z x; B = [.6, None, .3] with labels y x z
//   sum of (sum of residuals)^2 / posts -> 0.06859375, 66 of 216; less the sum for x, y, z -> 0.225, 24; -0.2875, 212; 0.0625, 92
#[test]
fn equals_every_assignment_by_hand_in_blocks_with_a_rest() {
    // The second block is a day later in the week, so that its posts stand between those of the first.
    let order = ["x", "y", "y", "x", "z", "z", "x"];
    let plan = planned(&["x", "y", "z"], &[4, 3], |labels| labels == order);
    let values = [Some(0.1), Some(0.6), Some(0.4), None, Some(0.35), Some(0.3), Some(0.2)];
    let test = |contrast: &Contrast| plan.randomization_test(&values, contrast, 1).unwrap().unwrap();
    for (contrast, statistic, great) in [
        (Contrast::AnyDifference, 0.068_593_75, 66.0),
        (lower("x"), 0.225, 24.0),
        (lower("y"), -0.287_5, 212.0),
        (lower("z"), 0.062_5, 92.0),
    ] {
        let RandomizationTest { statistic: found, p_value, assignments, .. } = test(&contrast);
        assert!((found - statistic).abs() < 1e-12, "{contrast:?} {found}");
        assert_eq!((p_value, assignments), (great / 216.0, Some(216)), "{contrast:?}");
    }
}

#[test]
fn many_assignments_are_drawn() {
    let plan = campaign(&["x", "y"], &[8, 8, 8], 5);
    let share = |label: &str, place: usize| Some(if label == "x" { 0.2 } else { 0.3 } + 0.01 * (place % 5) as f64);
    let values: Vec<_> = plan.posts().iter().enumerate().map(|(place, post)| share(&post.label, place)).collect();
    let test = plan.randomization_test(&values, &lower("x"), 999).unwrap().unwrap();
    assert_eq!((test.assignments, test.p_value), (None, 1.0 / 1_000.0)); // 70^3 = 343,000
    assert_eq!(plan.randomization_test(&values, &lower("x"), 999).unwrap().unwrap(), test);
    let other = plan.randomization_test(&values, &lower("y"), 999).unwrap().unwrap();
    assert!(other.p_value > 0.99);
    // nothing known, nothing different
    assert!(plan.randomization_test(&vec![None; 24], &lower("x"), 9).unwrap().is_none());
    assert_eq!(
        plan.randomization_test(&vec![Some(0.5); 24], &Contrast::AnyDifference, 9).unwrap().unwrap().p_value,
        1.0
    );
    for (values, contrast, draws) in [
        (vec![Some(0.5); 23], lower("x"), 9),
        (vec![Some(f64::NAN); 24], lower("x"), 9),
        (vec![Some(1.1); 24], lower("x"), 9),
        (vec![None; 24], lower("w"), 9),
        (vec![None; 24], lower("x"), 0),
    ] {
        assert!(plan.randomization_test(&values, &contrast, draws).is_err());
    }
}

/// Over all plans that may be drawn, and no effect of the labels, a p-value of at most p comes with a probability of at
/// most p.
#[test]
fn p_values_are_valid() {
    let values = shares(&[0.1, 0.5, 0.3, 0.9, 0.2, 0.7]);
    let runs = 2_000;
    let p_values: Vec<f64> = (0..runs)
        .map(|seed| {
            campaign(&["x", "y"], &[3, 3], seed).randomization_test(&values, &lower("x"), 9).unwrap().unwrap().p_value
        })
        .collect();
    for level in [0.05f64, 0.1, 0.25, 0.5] {
        let share = p_values.iter().filter(|&&p| p <= level).count() as f64 / runs as f64;
        let error = (level * (1.0 - level) / runs as f64).sqrt();
        assert!(share <= level + 3.0 * error, "{level}: {share}");
    }
}

fn posts(label: &str, counts: &[(u64, u64)], from: i64) -> Vec<PostReactions> {
    let post = |(place, &(negative, n)): (usize, &(u64, u64))| {
        let mut post =
            PostReactions::new(format!("{label}{place}"), label, [("angry", negative), ("like", n - negative)]);
        post.time = Some(at(from + place as i64 * WEEK));
        post
    };
    counts.iter().enumerate().map(post).collect()
}

#[test]
fn a_forecast_stands_beside_what_came() {
    let plan = campaign(&["Good", "Poor"], &[2], 0);
    let many: Vec<(u64, u64)> = (0..40).map(|post| (8 + post % 5, 100)).collect();
    let earlier = Reactions::new([posts("Good", &many, 0), posts("Poor", &[(30, 60)], 0)].concat()).unwrap();
    let config = ReactionsConfig::default();
    let before = plan.compare(&earlier, None, &config).unwrap();
    assert!(
        before
            .labels
            .iter()
            .flat_map(|label| &label.posts)
            .all(|post| post.observed.is_none() && post.inside.is_none())
    );

    let observed = plan.posts().iter().map(|post| {
        let negative = if post.label == "Good" { 40 } else { 50 };
        PostReactions::new(&post.post, &post.label, [("angry", negative), ("like", 100 - negative)])
    });
    let observed = Reactions::new(observed.collect()).unwrap();
    let compared = plan.compare(&earlier, Some(&observed), &config).unwrap();
    let [good, poor] = compared.labels.as_slice() else { panic!("{compared:?}") };
    // 40 posts of about 10 %, alike: a new one of 100 reactions is about Binomial(100, 0.1).
    // scipy 1.17.1: stats.binom(100, .1).ppf([.025, .975]) -> [5., 16.]
    let predicted = good.posts[0].predicted.unwrap();
    assert!((predicted.value - 0.1).abs() < 1e-9 && (predicted.low - 0.05).abs() < 0.011, "{predicted:?}");
    assert!((predicted.high - 0.16).abs() < 0.011, "{predicted:?}");
    assert_eq!((good.posts[0].observed, good.posts[0].inside), (Some(0.4), Some(false)));
    // one post an arm says nothing
    assert_eq!((poor.before, poor.now), (Spread::NotIdentified { posts: 1 }, Spread::NotIdentified { posts: 1 }));
    assert_eq!((poor.posts[0].predicted, poor.posts[0].observed, poor.posts[0].inside), (None, Some(0.5), None));
    let text = compared.to_string();
    assert!(text.contains("Poor: 1 earlier posts do not tell") && text.contains("no"), "{text}");
    let json = serde_json::to_string(&compared).unwrap();
    assert_eq!(serde_json::from_str::<plaudit_promotion::reactions::CampaignComparison>(&json).unwrap(), compared);

    let tallies = plan.tallies(&observed, &Valence::default()).unwrap();
    assert_eq!(tallies[0].unwrap().counted(), 100);
    let other = Reactions::new(vec![
        PostReactions::new("p1", if plan.posts()[0].label == "Good" { "Poor" } else { "Good" }, [("like", 1)]),
        PostReactions::new("p9", "Good", [("like", 1)]),
    ]);
    let error = plan.tallies(&other.unwrap(), &Valence::default()).unwrap_err().to_string();
    assert!(error.contains("`p1` promoted") && error.contains("`p9` was not planned"), "{error}");
}

/// New posts from the distribution of the earlier ones lie in their 90 % intervals about nine times in ten.
#[test]
fn forecasts_cover() {
    let plan = campaign(&["a", "b"], &[2], 0);
    let mut config = ReactionsConfig::default();
    (config.level, config.draws) = (0.9, 1_000);
    let (mut inside, runs) = (0, 300);
    for run in 0..runs {
        let mut stream = Stream::new(run, "test", 0);
        let mut post = || {
            let mut share = [0.0; 2];
            dirichlet(&mut stream, &[3.0, 7.0], &mut share); // mu = 0.3, rho = 1 / 11
            (binomial(&mut stream, 80, share[0]), 80)
        };
        let counts: Vec<_> = (0..12).map(|_| post()).collect();
        let (negative, n) = post();
        let earlier = Reactions::new(posts("a", &counts, 0)).unwrap();
        let of_a = plan.posts().iter().find(|post| post.label == "a").unwrap();
        let new =
            Reactions::new(vec![PostReactions::new(&of_a.post, "a", [("sad", negative), ("like", n - negative)])])
                .unwrap();
        let compared = plan.compare(&earlier, Some(&new), &config).unwrap();
        inside += u32::from(compared.labels[0].posts[0].inside.unwrap());
    }
    let share = f64::from(inside) / runs as f64;
    println!("forecasts of level 0.9 hold {share}");
    let error = (0.9f64 * 0.1 / runs as f64).sqrt();
    assert!((share - 0.9).abs() < 3.5 * error, "{share}");
}

// statsmodels 0.15.0: p = .2852; q = p * (1 - .3125); d = logit(p) - logit(q)
//   TTestIndPower().power(effect_size=d / sd, nobs1=n, alpha=.05) -> 0.77808 (.25, 5), 0.79473 (.5, 17), 0.79528 (1, 65)
//   TTestIndPower().solve_power(effect_size=d / sd, power=.8, alpha=.05) -> 5.21008, 17.21470, 65.77194
#[test]
fn simulated_power_equals_statsmodels() {
    let rows = Plan::default().power_table(0.2852, None, 10_000, 1).unwrap();
    let expected =
        [(5, 0.778_083_389_034_591_5_f64, 6), (17, 0.794_731_085_716_709_5, 18), (65, 0.795_280_421_735_383_5, 66)];
    for (row, (posts, power, least)) in rows.iter().zip(expected) {
        println!("{row:?}");
        let error = (power * (1.0 - power) / 10_000.0).sqrt();
        assert_eq!(row.posts, Some(posts));
        assert!((row.power.unwrap() - power).abs() < 3.0 * error, "{row:?}");
        assert!(row.simulated.unwrap().abs_diff(least) <= 2, "{row:?}");
    }
    assert_eq!(
        Plan::default().power_table(0.2852, None, 100, 1).unwrap(),
        Plan::default().power_table(0.2852, None, 100, 1).unwrap()
    );
    // few reactions a post blur it
    let few = Plan::default().power_table(0.2852, Some(20), 1_000, 1).unwrap();
    assert!(few[0].posts > rows[0].posts && few[0].power.unwrap() > 0.6, "{few:?}");
    for broken in [
        Plan::default().power_table(f64::NAN, None, 100, 0),
        Plan::default().power_table(0.3, Some(0), 100, 0),
        Plan::default().power_table(0.3, Some(u64::MAX), 100, 0),
        Plan::default().power_table(0.3, None, 0, 0),
    ] {
        assert!(broken.is_err());
    }
    let mut tiny = Plan::default();
    tiny.cut = 1e-12;
    assert_eq!(tiny.power_table(0.3, None, 100, 0).unwrap()[0].posts, None);
}

// confseq 0.0.11 (betting.py of its authors), numpy 2.4.6:
//   l, u = hedged_cs(np.array(x), alpha=alpha, breaks=20000); after 1, 5 and all observations, less the step of the grid by which it widens
#[test]
fn equals_confseq() {
    let mid: Vec<f64> = [0.5; 20].into_iter().chain([0.9; 5]).collect();
    let low = [0.12, 0.2, 0.08, 0.15, 0.1, 0.18, 0.11, 0.16, 0.13, 0.09];
    let ends = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    /// Observations, alpha, the intervals after the fifth and after the last.
    type Row<'a> = (&'a [f64], f64, [f64; 2], [f64; 2]);
    let rows: [Row<'_>; 8] = [
        (&low, 0.05, [0.0, 0.726_85], [0.015_6, 0.541_55]),
        (&low, 0.2, [0.0, 0.599_35], [0.046_6, 0.428_45]),
        (&ends, 0.05, [0.044_8, 1.0], [0.344_15, 0.966_6]),
        (&ends, 0.2, [0.148_2, 0.927], [0.427_05, 0.900_95]),
        (&[1.0; 15], 0.05, [0.314_25, 1.0], [0.642_05, 1.0]),
        (&[1.0; 15], 0.2, [0.460_9, 1.0], [0.750_85, 1.0]),
        (&mid, 0.05, [0.157_15, 0.842_85], [0.431_75, 0.644_15]),
        (&mid, 0.2, [0.230_45, 0.769_55], [0.477_35, 0.598_05]),
    ];
    for (values, alpha, fifth, last) in rows {
        let mut sequence = ConfidenceSequence::new(1.0 - alpha).unwrap();
        for (place, &value) in values.iter().enumerate() {
            let found = sequence.observe(value).unwrap();
            let expected = match place + 1 {
                1 => [0.0, 1.0],
                5 => fifth,
                end if end == values.len() => last,
                _ => continue,
            };
            let close = |a: f64, b: f64| (a - b).abs() < 1.1e-4;
            assert!(close(found.low, expected[0]) && close(found.high, expected[1]), "{place} {found:?} {expected:?}");
        }
        assert_eq!(sequence.observations(), values.len());
    }
}

/// All looks of a run hold the mean together, with at least the level: 400 runs of 60 posts, each of another share.
#[test]
fn a_confidence_sequence_covers_at_every_look() {
    let (runs, level) = (400u64, 0.9f64);
    for (a, b) in [(1.0, 9.0), (0.3, 0.7), (20.0, 20.0)] {
        let mean = a / (a + b);
        let misses = (0..runs).filter(|&run| {
            let mut stream = Stream::new(run, "test: coverage", 0);
            let mut sequence = ConfidenceSequence::new(level).unwrap();
            let mut share = [0.0; 2];
            (0..60).any(|_| {
                dirichlet(&mut stream, &[a, b], &mut share);
                let interval = sequence.observe(share[0]).unwrap();
                !(interval.low <= mean && mean <= interval.high)
            })
        });
        let missed = misses.count() as f64 / runs as f64;
        println!("Beta({a}, {b}): {missed} of the runs miss at some look");
        let most = 1.0 - level;
        assert!(missed <= most + 3.0 * (most * level / runs as f64).sqrt(), "{missed}");
    }
}

#[test]
fn weekly_looks_tell_labels_apart() {
    let good: Vec<(u64, u64)> = (0..40).map(|post| (post % 3, 100)).collect();
    let poor: Vec<(u64, u64)> = (0..40).map(|post| (80 + post % 7, 100)).collect();
    let reactions = Reactions::new([posts("Good", &good, 0), posts("Poor", &poor, 86_400)].concat()).unwrap();
    let config = ReactionsConfig::default();
    let looks = config.weekly_looks(&reactions).unwrap();
    assert_eq!(looks.len(), 40);
    assert!(looks.iter().zip(1..).all(|(look, week)| look.week == week && look.labels[0].posts == week));
    assert!(looks[0].apart.is_empty());
    assert_eq!(looks[39].apart, [["Good".to_owned(), "Poor".to_owned()]]);
    assert!((looks[39].labels[0].mean.unwrap() - 0.0097).abs() < 1e-3);
    assert_eq!(looks[0].labels[0].interval.level, 0.975);
    // later looks are never wider
    for pair in looks.windows(2) {
        for (before, after) in pair[0].labels.iter().zip(&pair[1].labels) {
            assert!(before.interval.low <= after.interval.low && after.interval.high <= before.interval.high);
        }
    }
    assert_eq!(looks, config.weekly_looks(&reactions).unwrap());
    let error = config.weekly_looks(&Reactions::dpms()).unwrap_err().to_string();
    assert!(error.contains("4 faults") && error.contains("has no time"), "{error}");
    // a post without reactions is no observation; times at both ends of all time are no overflow
    let mut odd = posts("Good", &[(0, 0), (1, 2)], 0);
    (odd[0].time, odd[1].time) = (Some(at(i64::MIN)), Some(at(i64::MAX)));
    let looks = config.weekly_looks(&Reactions::new(odd).unwrap()).unwrap();
    assert_eq!((looks.len(), looks[0].labels[0].posts, looks[1].labels[0].posts), (2, 0, 1));
}

#[test]
fn hostile_observations() {
    for level in [0.0, 1.0, f64::NAN, -1.0, f64::INFINITY] {
        assert!(ConfidenceSequence::new(level).is_err());
    }
    let mut sequence = ConfidenceSequence::new(0.95).unwrap();
    for value in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(sequence.observe(value).is_err());
    }
    assert_eq!(sequence.observations(), 0);
    // a mean that moves: some interval is left, and it does not turn round
    for value in [0.0; 40].into_iter().chain([1.0; 80]) {
        let interval = sequence.observe(value).unwrap();
        assert!(interval.low <= interval.high);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn intervals_mirror_and_shrink(values in prop::collection::vec(0.0f64..=1.0, 1..30)) {
        let (mut one, mut two) = (ConfidenceSequence::new(0.9).unwrap(), ConfidenceSequence::new(0.9).unwrap());
        let mut before = one.interval();
        for value in values {
            let (a, b) = (one.observe(value).unwrap(), two.observe(1.0 - value).unwrap());
            prop_assert!((a.low - (1.0 - b.high)).abs() < 1e-9 && (a.high - (1.0 - b.low)).abs() < 1e-9);
            prop_assert!(before.low <= a.low && a.low <= a.high && a.high <= before.high);
            before = a;
        }
    }

    #[test]
    fn every_plan_is_balanced_within_its_blocks(days in prop::collection::vec(0usize..9, 1..7), labels in 2usize..5, seed: u64) {
        prop_assume!(days.iter().sum::<usize>() >= labels);
        let names = ["a", "b", "c", "d"];
        let plan = campaign(&names[..labels], &days, seed);
        let mut counts: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
        for post in plan.posts() {
            let place = names.iter().position(|name| *name == post.label).unwrap();
            counts.entry(post.slot.weekday()).or_insert_with(|| vec![0; labels])[place] += 1;
        }
        for posts in counts.values() {
            prop_assert!(posts.iter().max().unwrap() - posts.iter().min().unwrap() <= 1, "{counts:?}");
        }
    }
}

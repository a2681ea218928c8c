//! How often chance is taken for a change in time, and what is found where there is one. `--nocapture` prints the figures.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::Time;
use plaudit_insight::{
    AlertConfig, BurstConfig, ChangeConfig, EventConfig, EventPost, Exposure, Finding, Measure, Period, Series, alerts,
    bursts, change_points, event_study, trend,
};
use plaudit_stats::{Stream, binomial, gamma};

/// A draw of a Poisson variable, but for one part in 2^40.
fn poisson(stream: &mut Stream, mean: f64) -> u64 {
    binomial(stream, 1 << 40, mean / (1u64 << 40) as f64)
}

/// A draw with variance mean + a mean^2.
fn scattered(stream: &mut Stream, mean: f64, a: f64) -> u64 {
    let mean = if a > 0.0 { mean * a * gamma(stream, 1.0 / a) } else { mean };
    poisson(stream, mean)
}

fn series(hits: Vec<u64>) -> Series {
    let posts = hits.iter().map(|&hits| hits.max(1_000)).collect();
    Series::new(Period::Day, 0, hits, posts).unwrap()
}

/// Mean + k sd of the same window, with the same guard: what many dashboards do. Returns the days that are above.
fn k_sigma(hits: &[u64], k: f64) -> Vec<usize> {
    let config = AlertConfig::default();
    let above = |&day: &usize| {
        let end = day - config.guard;
        let past: Vec<f64> = hits[end - config.window..end].iter().map(|&hits| hits as f64).collect();
        let mean = past.iter().sum::<f64>() / past.len() as f64;
        let sd = (past.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (past.len() - 1) as f64).sqrt();
        hits[day] as f64 > mean + k * sd
    };
    (config.window + config.guard..hits.len()).filter(above).collect()
}

/// 400 quiet series of 363 days, of which 300 are judged by a full window: 4,000 months of 30 days a row.
#[test]
fn false_alarms_beside_mean_and_sd() {
    println!("mean  a     weekly wave: days in alerts a month: ours, mean + 3 sd; of planted days found: ours, 3 sd");
    let start = 63;
    for (mean, a, wave) in [
        (0.3, 0.0, 0.0),
        (2.0, 0.0, 0.0),
        (2.0, 0.5, 0.0),
        (20.0, 0.0, 0.0),
        (20.0, 0.1, 0.0),
        (20.0, 0.0, 0.8),
        (20.0, 0.1, 0.8),
    ] {
        let (mut ours, mut theirs, mut found, mut they_found) = (0, 0, 0, 0);
        for run in 0..400 {
            let mut stream = Stream::new(run, "test: alerts", 0);
            // Busy from Monday to Friday, quiet on two days; 1970-01-01 was a Thursday.
            let level = |day: usize| mean * (1.0 + if [2, 3].contains(&(day % 7)) { -wave } else { wave * 0.4 });
            let mut hits: Vec<u64> = (0..363).map(|day| scattered(&mut stream, level(day), a)).collect();
            let days = |hits: &[u64]| -> Vec<usize> {
                let config = AlertConfig::default();
                let found = alerts(&series(hits.to_vec()), &config).unwrap();
                found.alerts.iter().flat_map(|alert| alert.first..=alert.last).filter(|&day| day >= start).collect()
            };
            ours += days(&hits).len();
            theirs += k_sigma(&hits, 3.0).len();
            // A quiet weekday with five times its mean, and six hits.
            let planted = 63 + 7 * 20 + 2 + stream.below(2) as usize;
            let planted = planted - (planted % 7) + 2 + planted % 2;
            hits[planted] = poisson(&mut stream, 5.0 * level(planted) + 6.0);
            found += usize::from(days(&hits).contains(&planted));
            they_found += usize::from(k_sigma(&hits, 3.0).contains(&planted));
        }
        let a_month = |days: usize| days as f64 / 4_000.0;
        println!(
            "{mean:<5} {a:<5} {wave:<4}: {:.3} {:.3}; {found} {they_found} of 400",
            a_month(ours),
            a_month(theirs)
        );
        // Nominal is 0.03; what is not known of the spread adds to it.
        assert!(a_month(ours) < 0.12, "{mean} {a} {wave}: {}", a_month(ours));
        assert!(found >= 240, "{mean} {a} {wave}: {found}");
    }
}

/// 400 series of 100 days without a change, and with the planted one of 5, 12, 5.
#[test]
fn changes_are_seen_and_seldom_by_chance() {
    for a in [0.0, 0.1, 0.3] {
        let (mut alarms, mut plain, mut right, mut near) = (0, 0, 0, 0);
        for run in 0..400 {
            let mut stream = Stream::new(run, "test: changes", 0);
            let mut config = ChangeConfig::default();
            config.exposure = Exposure::Days;
            let quiet = series((0..100).map(|_| scattered(&mut stream, 8.0, a)).collect());
            alarms += usize::from(change_points(&quiet, &config).unwrap().segments.len() > 1);
            let level = |day: usize| if (40..70).contains(&day) { 12.0 } else { 5.0 };
            let planted = series((0..100).map(|day| scattered(&mut stream, level(day), a)).collect());
            let starts: Vec<usize> = change_points(&planted, &config)
                .unwrap()
                .segments
                .iter()
                .skip(1)
                .map(|segment| segment.first)
                .collect();
            right += usize::from(starts.len() == 2);
            near += usize::from(starts.len() == 2 && starts[0].abs_diff(40) <= 2 && starts[1].abs_diff(70) <= 2);
            config.dispersion = Some(0.0);
            plain += usize::from(change_points(&quiet, &config).unwrap().segments.len() > 1);
        }
        println!(
            "changes, a {a}: quiet series cut {alarms}, as Poisson {plain}; two changes found {right}, within two days {near}; of 400"
        );
        assert!(alarms <= 60 && (a > 0.0 || right >= 360), "{alarms} {right}");
    }
}

/// 1,000 series of 56 days without a trend: a rate of 0.05 has a standard error of 0.007.
#[test]
fn trends_and_bursts_by_chance() {
    let (mut alone, mut hanging, mut covered, mut bursting) = (0, 0, 0, 0);
    for run in 0..1_000 {
        let mut stream = Stream::new(run, "test: trend", 0);
        let of = |hits: Vec<u64>| trend(&series(hits), Exposure::Days, 0.95).unwrap().unwrap();
        let quiet: Vec<u64> = (0..56).map(|_| poisson(&mut stream, 8.0)).collect();
        bursting += usize::from(!bursts(&series(quiet.clone()), &BurstConfig::default()).unwrap().bursts.is_empty());
        alone += usize::from(of(quiet).p_value <= 0.05);
        let mut level = 0.0; // what hangs together from day to day, with correlation 0.5
        let hits = (0..56).map(|_| {
            level = 0.5 * level + 0.3 * stream.normal();
            poisson(&mut stream, 20.0 * f64::exp(level))
        });
        hanging += usize::from(of(hits.collect()).p_value <= 0.05);
        let rising = (0..56).map(|day| poisson(&mut stream, 8.0 + 0.1 * f64::from(day))).collect();
        let interval = of(rising).interval;
        covered += usize::from(interval.low <= 0.1 && 0.1 <= interval.high);
    }
    println!(
        "trend: none there, found {alone}; days that hang together {hanging}; slope in its interval {covered}; bursts in quiet series {bursting}; of 1000"
    );
    assert!(
        alone <= 72 && hanging >= 100 && (925..=980).contains(&covered) && bursting <= 200,
        "{alone} {hanging} {covered} {bursting}"
    );
}

/// Posts of 2 `weeks` around a launch: days have a mood of their own, and after it there are `more` times as many posts.
fn posts(stream: &mut Stream, weeks: i64, more: f64, stronger: f64) -> Vec<EventPost<'static>> {
    let mut posts = Vec::new();
    for day in -7 * weeks..7 * weeks {
        let (more, stronger) = if day < 0 { (1.0, 0.0) } else { (more, stronger) };
        let level = 20.0 * if day.rem_euclid(7) < 2 { 0.4 } else { 1.2 } * more;
        let mood = 0.05 * stream.normal();
        for k in 0..scattered(stream, level, 0.05) {
            let time = Time { seconds: day * 86_400 + k as i64, offset: 0 };
            let strength = 0.5 + stronger + mood + 0.2 * stream.normal();
            let strength = strength.max(0.01);
            posts.push(EventPost {
                time,
                score: if stream.uniform() < 0.3 { -strength } else { strength },
                author: None,
            });
        }
    }
    posts
}

/// 300 launches a row: a rate of 0.05 has a standard error of 0.013.
#[test]
fn launches_are_seen_and_seldom_by_chance() {
    let launch = Time { seconds: 0, offset: 0 };
    for (weeks, more, stronger) in [(4, 1.0, 0.0), (4, 3.0, 0.0), (1, 1.0, 0.0), (4, 1.4, 0.06)] {
        let mut config = EventConfig::default();
        (config.weeks, config.permutations, config.bootstrap.resamples) = (weeks, 199, 400);
        // A first or last day without a post is watched, too.
        let end = Time { seconds: i64::from(weeks) * 7 * 86_400, offset: 0 };
        (config.from, config.to) = (Some(Time { seconds: -end.seconds, offset: 0 }), Some(end));
        let (mut any, mut quantities, mut intensities, mut ratio, mut difference) = (0, 0, 0, 0, 0);
        for run in 0..300 {
            let mut stream = Stream::new(run, "test: launch", 0);
            let all = posts(&mut stream, i64::from(weeks), more, stronger);
            config.bootstrap.seed = run;
            let found = event_study(&all, launch, &config).unwrap();
            let of = |measure: &Measure| match measure {
                Measure::Measured(change) => change.clone(),
                other => panic!("{other:?}"),
            };
            let claims = [
                &found.positive.quantity,
                &found.negative.quantity,
                &found.positive.intensity,
                &found.negative.intensity,
            ]
            .map(of);
            let said = |claim: usize| usize::from(claims[claim].finding != Some(Finding::NoClearChange));
            any += usize::from((0..4).any(|claim| said(claim) > 0));
            quantities += said(0) + said(1);
            intensities += said(2) + said(3);
            let inside = |claim: usize, truth: f64| {
                claims[claim].interval.is_some_and(|ends| ends.low <= truth && truth <= ends.high)
            };
            ratio += usize::from(inside(0, more));
            difference += usize::from(inside(2, stronger));
        }
        println!(
            "launch, {weeks} weeks, posts x {more}, strength + {stronger}: any claim {any} of 300; quantity {quantities}, intensity {intensities} of 600; \
             intervals hold the ratio {ratio}, the difference {difference} of 300"
        );
        if more == 1.0 {
            assert!(any <= 28, "{any}");
        }
        assert!(stronger > 0.0 || intensities <= 50, "{intensities}");
        assert!(more == 1.0 || quantities >= 400, "{quantities}");
        assert!(stronger == 0.0 || intensities >= 300, "{intensities}");
        assert!(weeks < 4 || (ratio >= 270 && difference >= 270), "{ratio} {difference}");
    }
}

/// Rows of a file under `PLAUDIT_DATA`, by the time as seconds and the text; none where the folder is not named.
fn rows(file: &str, parse: impl Fn(&str) -> i64) -> Option<Vec<(Time, String)>> {
    let Ok(folder) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return None;
    };
    let all = std::fs::read_to_string(std::path::Path::new(&folder).join(file)).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        (Time { seconds: parse(cells[4]), offset: 0 }, cells[2].to_lowercase())
    };
    Some(all.lines().skip(1).map(row).collect())
}

/// Seconds of "2020-01-31 08:55", with seconds or without.
fn seconds(stamp: &str) -> i64 {
    let number = |from: usize, to: usize| stamp.get(from..to).map_or(0, |digits| digits.parse::<i64>().unwrap());
    let month = Period::Month.first_day((number(0, 4) - 1970) * 12 + number(5, 7) - 1);
    (month + number(8, 10) - 1) * 86_400 + number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19)
}

/// What is found in posts of a news page: 7,854 posts of five months, and one term at a time.
#[test]
fn terms_of_real_posts() {
    let Some(posts) = rows("zh_weibo_cctv_posts/all.tsv", seconds) else { return };
    for term in ["\u{6b66}\u{6c49}", "\u{706b}\u{795e}\u{5c71}", "\u{590d}\u{5de5}"] {
        let series = Series::tally(Period::Day, posts.iter().map(|(time, text)| (*time, text.contains(term)))).unwrap();
        let hits: u64 = series.hits().iter().sum();
        println!("{term}: {hits} of {} posts on {} days", posts.len(), series.hits().len());
        let trend = trend(&series, Exposure::Posts, 0.95).unwrap().unwrap();
        println!(
            "  trend: slope {:.5} a day ({:.5} to {:.5}), p {:.4}",
            trend.slope, trend.interval.low, trend.interval.high, trend.p_value
        );
        let bursts = bursts(&series, &BurstConfig::default()).unwrap();
        for burst in &bursts.bursts {
            println!(
                "  burst: {} to before {}, {} of {} posts, weight {:.1}",
                burst.from, burst.until, burst.hits, burst.posts, burst.weight
            );
        }
        let cut = change_points(&series, &ChangeConfig::default()).unwrap();
        println!("  dispersion {:.2}", cut.dispersion);
        for segment in &cut.segments {
            let ends = segment.interval.unwrap();
            println!("  from {}: {:.3} ({:.3} to {:.3})", segment.from, segment.rate, ends.low, ends.high);
        }
        let found = alerts(&series, &AlertConfig::default()).unwrap();
        for alert in &found.alerts {
            println!(
                "  alert: {}, {} days, {} hits for {:.1}, severity {:.2}",
                alert.from, alert.longevity, alert.hits, alert.expected, alert.severity
            );
        }
        assert!(hits > 0 && !bursts.bursts.is_empty() && cut.segments.len() > 1);
    }
}

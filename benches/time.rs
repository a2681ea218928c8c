//! What is found in a series of hits by day: trend, bursts, changes, alerts, and a launch.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use plaudit::core::Time;
use plaudit::insight::{
    AlertConfig, BurstConfig, ChangeConfig, EventConfig, EventPost, Exposure, Period, Series, alerts, bursts,
    change_points, event_study, trend,
};
use plaudit_stats::{Stream, binomial};

/// Hits among 200 posts a day; where `every` is not 0, their rate changes after so many days.
fn series(days: usize, every: usize) -> Series {
    let mut stream = Stream::new(1, "bench: time", 0);
    let rate = |day: usize| if (day / every.max(1)) % 2 == 1 && every > 0 { 0.1 } else { 0.04 };
    let hits = (0..days).map(|day| binomial(&mut stream, 200, rate(day))).collect();
    Series::new(Period::Day, 0, hits, vec![200; days]).unwrap()
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("time");
    group.sample_size(10);
    for days in [2_500, 5_000, 10_000] {
        for (name, every) in [("changes: none there", 0), ("changes: every 100 days", 100)] {
            let series = series(days, every);
            let found = change_points(&series, &ChangeConfig::default()).unwrap();
            println!("{name}, {days} days: {} segments", found.segments.len());
            group.bench_function(BenchmarkId::new(name, days), |bencher| {
                bencher.iter(|| change_points(black_box(&series), &ChangeConfig::default()).unwrap());
            });
        }
        let series = series(days, 100);
        group.bench_function(BenchmarkId::new("bursts", days), |bencher| {
            bencher.iter(|| bursts(black_box(&series), &BurstConfig::default()).unwrap());
        });
        group.bench_function(BenchmarkId::new("alerts", days), |bencher| {
            bencher.iter(|| alerts(black_box(&series), &AlertConfig::default()).unwrap());
        });
        if days <= 5_000 {
            group.bench_function(BenchmarkId::new("trend", days), |bencher| {
                bencher.iter(|| trend(black_box(&series), Exposure::Posts, 0.95).unwrap());
            });
        }
    }
    for posts in [25_000, 100_000] {
        let mut stream = Stream::new(1, "bench: launch", 0);
        let posts: Vec<EventPost> = (0..posts)
            .map(|_| {
                let seconds = stream.below(56 * 86_400) as i64 - 28 * 86_400;
                EventPost { time: Time { seconds, offset: 0 }, score: 2.0 * stream.uniform() - 1.0, author: None }
            })
            .collect();
        group.bench_function(BenchmarkId::new("launch", posts.len()), |bencher| {
            bencher.iter(|| event_study(black_box(&posts), Time { seconds: 0, offset: 0 }, &EventConfig::default()));
        });
        group.bench_function(BenchmarkId::new("counted by day", posts.len()), |bencher| {
            bencher
                .iter(|| Series::tally(Period::Day, posts.iter().map(|post| (post.time, post.score > 0.0))).unwrap());
        });
    }
    group.finish();
}

criterion_group!(time, benches);
criterion_main!(time);

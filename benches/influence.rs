//! How long the influence of 50 brands takes by 500,000 posts of 100,000 authors, with 100 and 200 resamples (their difference is what 100 cost), and
//! the rates of platforms; on one thread.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // criterion's macros make undocumented functions; a bench may stop

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit::core::{Feedback, Post, Time};
use plaudit::insight::{InfluenceConfig, PlatformsConfig, influence, platform_rates};
use plaudit_stats::Stream;

const POSTS: usize = 500_000;

/// Posts of a year on three platforms, of five kinds.
fn posts() -> Vec<Post> {
    let mut stream = Stream::new(1, "bench", 0);
    let mut draw = |below: u64| stream.below(below);
    (0..POSTS)
        .map(|uid| {
            let mut post = Post::new(Feedback::new(uid.to_string(), "a text"));
            post.feedback.division = format!("brand {}", draw(50));
            post.feedback.source = Some(["weibo", "wechat", "douban"][draw(3) as usize].to_owned());
            post.feedback.time = Some(Time { seconds: 1_700_000_000 + draw(365 * 86_400) as i64, offset: 8 * 3600 });
            post.author = Some(format!("author {}", draw(100_000)));
            post.kind = Some(["text", "link", "image", "video", "poll"][draw(5) as usize].to_owned());
            let reach = 100 + draw(100_000);
            (post.engagement.likes, post.engagement.reach) = (Some(draw(reach)), Some(reach));
            (post.engagement.shares, post.engagement.comments) = (Some(draw(500)), Some(draw(200)));
            post
        })
        .collect()
}

fn benches(criterion: &mut Criterion) {
    let posts = posts();
    let mut group = criterion.benchmark_group("influence");
    group.sample_size(10).throughput(Throughput::Elements(POSTS as u64));
    for resamples in [100, 200] {
        let mut config = InfluenceConfig::default();
        (config.bootstrap.resamples, config.bootstrap.level) = (resamples, 0.9);
        group.bench_function(format!("{resamples} resamples"), |bencher| {
            bencher.iter(|| influence(black_box(&posts), &BTreeMap::new(), &config).unwrap());
        });
    }
    group.bench_function("rates of platforms", |bencher| {
        bencher.iter(|| platform_rates(black_box(&posts), &PlatformsConfig::default()).unwrap());
    });
    group.finish();
}

criterion_group!(influence_of_brands, benches);
criterion_main!(influence_of_brands);

//! Public posts, read and cleaned: none is lost.
#![cfg(feature = "text")]
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise, and say what they skip

use plaudit::data::{PostConfig, read_posts};
use plaudit::posts::{CleanConfig, clean};

#[test]
fn public_posts() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    for (name, config) in [
        ("zh_weibo_cctv_posts/all", PostConfig::weibo()),
        ("fb_page_posts_reactions/sample", PostConfig::facebook()),
        ("sanders_brand_tweets/train", PostConfig::tweets()),
    ] {
        let read = read_posts(format!("{data}/{name}.tsv"), &config).unwrap();
        let rows = read.posts.len() as u64;
        let cleaned = clean(read.posts, &CleanConfig::default()).unwrap();
        println!("{name}: {}", cleaned.report);
        let removed: u64 = cleaned.report.removed.values().map(|removed| removed.posts).sum();
        assert_eq!((cleaned.report.posts, cleaned.report.kept + removed), (rows, rows));
        assert_eq!(cleaned.report.kept, cleaned.posts.len() as u64);
    }
}

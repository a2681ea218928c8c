//! The corpus of our own: what its README says of it is so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plaudit::data::read;
use plaudit::{Labels, ReadConfig};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data").join(name)
}

#[test]
fn feedback_is_clean_and_mixed() {
    let mut config = ReadConfig::default();
    config.labels = Some(Labels::dpms());
    config.labels_required = true;
    let data = read(file("feedback.tsv"), &config).unwrap();
    assert_eq!((data.len(), data.report.rejected), (1600, 0));
    assert_eq!(data.labels().unwrap(), Labels::dpms());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    data.iter().for_each(|row| *counts.entry(row.label.as_deref().unwrap()).or_default() += 1);
    assert_eq!(counts, BTreeMap::from([("Good", 445), ("Average", 410), ("Neutral", 310), ("Poor", 435)]));
    let divisions = data.divisions();
    assert_eq!(divisions.len(), 8);
    for division in divisions {
        assert_eq!(data.iter().filter(|row| row.division == division).count(), 200, "{division}");
    }
    let times: Vec<i64> = data.iter().map(|row| row.time.unwrap().seconds).collect();
    assert!(times.is_sorted());
    let days = (times[times.len() - 1] - times[0]) / 86_400;
    assert!((700..=730).contains(&days), "{days}");
    let words = |row: &plaudit::Feedback| row.text.split_whitespace().count();
    assert!(data.iter().any(|row| words(row) == 1) && data.iter().any(|row| words(row) > 100));
}

#[test]
fn posts_have_their_reactions() {
    let data = read(file("posts.tsv"), &ReadConfig::default()).unwrap();
    assert_eq!((data.len(), data.report.rejected), (80, 0));
    for post in data.iter() {
        assert!(post.time.is_some() && !post.division.is_empty());
        for reaction in ["like", "love", "care", "wow", "haha", "sad", "angry"] {
            post.extra[reaction].parse::<u32>().unwrap();
        }
    }
}

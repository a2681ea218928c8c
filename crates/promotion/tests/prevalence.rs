//! How long shares of many divisions take.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix, Origin, ShareDraws};

/// `cargo test --release -p plaudit-promotion --test prevalence -- --ignored --nocapture`
#[test]
#[ignore = "a measurement of some seconds, with optimisation"]
fn a_thousand_divisions_take_the_same_time_whatever_their_size() {
    let counts = [[140, 30, 20, 10], [30, 120, 30, 20], [20, 30, 130, 20], [5, 15, 30, 150]];
    let gold = ErrorMatrix::new(Labels::dpms(), Origin::OutOfFold { folds: 5 }, &counts).unwrap();
    let posterior = CutPosterior::new(&gold, &CutConfig::default()).unwrap();
    for texts in [1_000u64, 1_000_000, 1_000_000_000] {
        let counts = |i: u64| [texts / 10 * 4 + i, texts / 10 * 3 - i % 100, texts / 10 * 2, texts / 10];
        let divisions: Vec<[u64; 4]> = (0..1_000).map(counts).collect();
        let start = std::time::Instant::now();
        let means = posterior.map(&divisions, ShareDraws::means).unwrap();
        println!("1,000 divisions of {texts} texts: {:.1} s", start.elapsed().as_secs_f64());
        assert_eq!(means.len(), 1_000);
    }
}

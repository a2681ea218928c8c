//! How often intervals of shares hold the truth.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix, ShareDraws};
use plaudit_stats::{Stream, multinomial, wilson};

/// A classifier that is right in 66 of 100, 50 gold rows a label, divisions of 2,000 texts: 40 runs of 5 divisions with 4
/// labels. The gold rows of a run are common to its divisions, so that runs are what is independent: the standard error
/// of the coverage is about 0.02.
#[test]
fn intervals_hold_the_truth_where_shares_of_predictions_do_not() {
    let shares = [0.55, 0.20, 0.15, 0.10];
    let rate = |gold, predicted| if gold == predicted { 0.66 } else { 0.34 / 3.0 };
    let rates: Vec<[f64; 4]> = (0..4).map(|gold| std::array::from_fn(|predicted| rate(gold, predicted))).collect();
    let predicted: [f64; 4] = std::array::from_fn(|c| shares.iter().zip(&rates).map(|(pi, row)| pi * row[c]).sum());
    let mut config = CutConfig::default();
    config.draws = 200;
    let (mut covered, mut naive, mut all) = (0, 0, 0);
    for run in 0..40 {
        let mut stream = Stream::new(2, "coverage", run);
        let mut counts = |n, weights: &[f64; 4]| {
            let mut counts = [0; 4];
            multinomial(&mut stream, n, weights, &mut counts);
            counts
        };
        let gold: Vec<[u64; 4]> = rates.iter().map(|row| counts(50, row)).collect();
        let divisions: Vec<[u64; 4]> = (0..5).map(|_| counts(2_000, &predicted)).collect();
        let gold = ErrorMatrix::new(Labels::dpms(), Origin::SetAside, &gold).unwrap();
        let posterior = CutPosterior::new(&gold, &config).unwrap();
        let intervals =
            |draws: &ShareDraws| -> Vec<_> { (0..4).map(|label| draws.interval(0.9, |row| row[label])).collect() };
        for (counts, found) in divisions.iter().zip(posterior.map(&divisions, intervals).unwrap()) {
            for ((truth, ends), &count) in shares.into_iter().zip(found).zip(counts) {
                let plain = wilson(count, 2_000, 0.9).unwrap();
                covered += u32::from(ends.low <= truth && truth <= ends.high);
                naive += u32::from(plain.low <= truth && truth <= plain.high);
                all += 1;
            }
        }
    }
    let (covered, naive) = (f64::from(covered) / f64::from(all), f64::from(naive) / f64::from(all));
    println!("coverage of 90 % intervals: {covered:.3}; of shares of predictions: {naive:.3}");
    assert!((0.84..=0.97).contains(&covered), "{covered}");
    assert!(naive < 0.4, "{naive}");
}

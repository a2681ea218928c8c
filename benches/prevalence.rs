//! How long it takes on one thread, by the cut posterior, to draw the shares of a hundred divisions of a thousand texts each, of
//! a million, and of a thousand million, and where labels are nearly absent; to decide about a hundred divisions of a million
//! texts, three hundred, and a thousand, where each asks how much more would decide; and to find how few labels flip a verdict.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix, ShareDraws};
use plaudit_promotion::{Corrected, DivisionCounts, Policy, Rule, Survey};

const DIVISIONS: u64 = 100;

fn benches(criterion: &mut Criterion) {
    let counts = [[140, 30, 20, 10], [30, 120, 30, 20], [20, 30, 130, 20], [5, 15, 30, 150]];
    let gold = ErrorMatrix::new(Labels::dpms(), Origin::OutOfFold { folds: 5 }, &counts).unwrap();
    let posterior = CutPosterior::new(&gold, &CutConfig::default()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for texts in [1_000, 1_000_000] {
        let shares = posterior.division(&[4, 3, 2, 1].map(|tenths| texts / 10 * tenths)).unwrap();
        let ends = [0, 1, 2, 3].map(|label| shares.interval(0.9, |row| row[label]));
        let ends = ends.map(|ends| format!("{:.3} to {:.3}", ends.low, ends.high)).join(", ");
        println!("{texts} texts: 90 % intervals: {ends}");
    }
    let mut group = criterion.benchmark_group("prevalence");
    group.sample_size(10).throughput(Throughput::Elements(DIVISIONS));
    for texts in [1_000, 1_000_000, 1_000_000_000] {
        let counts = |i: u64| [texts / 10 * 4 + i, texts / 10 * 3 - i, texts / 10 * 2, texts / 10];
        let divisions: Vec<[u64; 4]> = (0..DIVISIONS).map(counts).collect();
        group.bench_function(format!("divisions of {texts} texts"), |bencher| {
            bencher.iter(|| pool.install(|| posterior.map(black_box(&divisions), ShareDraws::means).unwrap()));
        });
    }
    // Right in two of three, with few gold rows, and two labels nearly absent: error rates that leave no such shares are many.
    let counts = [[33, 6, 6, 5], [5, 33, 6, 6], [6, 5, 33, 6], [6, 6, 5, 33]];
    let few = ErrorMatrix::new(Labels::dpms(), Origin::OutOfFold { folds: 5 }, &counts).unwrap();
    let few = CutPosterior::new(&few, &CutConfig::default()).unwrap();
    let divisions: Vec<[u64; 4]> = (0..DIVISIONS).map(|i| [551_000 + i, 195_000, 135_000, 119_000 - i]).collect();
    group.bench_function("divisions with absent labels", |bencher| {
        bencher.iter(|| pool.install(|| few.map(black_box(&divisions), ShareDraws::means).unwrap()));
    });
    // The score is near the bound: nothing is decided.
    let rule = Corrected::new(Policy::default(), posterior);
    let survey = |divisions| {
        let counts = |i: u64| [360_000 + i, 200_000, 220_000, 220_000];
        let divisions = (0..divisions).map(|i| DivisionCounts::new(i.to_string(), counts(i))).collect();
        Survey::new(Labels::dpms(), divisions).unwrap()
    };
    for divisions in [100, 300, 1_000] {
        let survey = survey(divisions);
        group.throughput(Throughput::Elements(divisions));
        group.bench_function(format!("verdicts on {divisions} divisions"), |bencher| {
            bencher.iter(|| pool.install(|| rule.decide(black_box(&survey)).unwrap()));
        });
    }
    // Far from any other verdict: all changes of up to 12 labels are tried.
    let division = DivisionCounts::new("d", [496_000, 236_000, 168_000, 100_000]);
    let survey = Survey::new(Labels::dpms(), vec![division]).unwrap();
    group.throughput(Throughput::Elements(1));
    group.bench_function("flip budget to radius 12", |bencher| {
        bencher.iter(|| pool.install(|| rule.flip_budget(black_box(&survey), "d", 12).unwrap()));
    });
    group.finish();
}

criterion_group!(prevalence, benches);
criterion_main!(prevalence);

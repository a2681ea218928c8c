//! How long it takes to draw the shares of a hundred divisions by the cut posterior, on one thread: of a thousand texts each, of a
//! million, and of a thousand million; and to decide about them, where each division asks how much more would decide.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_core::{Labels, Origin};
use plaudit_promotion::prevalence::{CutConfig, CutPosterior, ErrorMatrix, ShareDraws};
use plaudit_promotion::{Corrected, DivisionCounts, Policy, Survey};

const DIVISIONS: u64 = 100;

fn benches(criterion: &mut Criterion) {
    let counts = [[140, 30, 20, 10], [30, 120, 30, 20], [20, 30, 130, 20], [5, 15, 30, 150]];
    let gold = ErrorMatrix::new(Labels::dpms(), Origin::OutOfFold { folds: 5 }, &counts).unwrap();
    let posterior = CutPosterior::new(&gold, &CutConfig::default()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut group = criterion.benchmark_group("prevalence");
    group.sample_size(10).throughput(Throughput::Elements(DIVISIONS));
    for texts in [1_000, 1_000_000, 1_000_000_000] {
        let counts = |i: u64| [texts / 10 * 4 + i, texts / 10 * 3 - i, texts / 10 * 2, texts / 10];
        let divisions: Vec<[u64; 4]> = (0..DIVISIONS).map(counts).collect();
        group.bench_function(format!("divisions of {texts} texts"), |bencher| {
            bencher.iter(|| pool.install(|| posterior.map(black_box(&divisions), ShareDraws::means).unwrap()));
        });
    }
    // The score is near the bound: nothing is decided.
    let counts = |i: u64| [360_000 + i, 200_000, 220_000, 220_000];
    let divisions = (0..DIVISIONS).map(|i| DivisionCounts::new(i.to_string(), counts(i))).collect();
    let survey = Survey::new(Labels::dpms(), divisions).unwrap();
    let rule = Corrected::new(Policy::default(), posterior);
    group.bench_function("verdicts on divisions of 1000000 texts", |bencher| {
        bencher.iter(|| pool.install(|| rule.decide(black_box(&survey)).unwrap()));
    });
    group.finish();
}

criterion_group!(prevalence, benches);
criterion_main!(prevalence);

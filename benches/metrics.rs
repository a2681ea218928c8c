//! How long the figures of 100,000 texts with four labels take. `metrics.py` times scikit-learn on the same texts.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plaudit::Labels;
use plaudit::metrics::{Bootstrap, ConfusionMatrix, Scored, evaluate, log_loss, pr_curve, roc_curve};

const TEXTS: usize = 100_000;
const LABELS: usize = 4;

/// The texts that `metrics.py` makes, too: numbers of a linear congruential generator.
fn texts(count: usize) -> Scored {
    let mut state: u64 = 1;
    let mut next = || {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        state as f64 / f64::from(1u32 << 31)
    };
    let (mut truth, mut probabilities) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let label = (next() * LABELS as f64) as usize;
        let parts: Vec<f64> = (0..LABELS).map(|other| next() + if other == label { 0.5 } else { 0.0 }).collect();
        let sum: f64 = parts.iter().sum();
        truth.push(label);
        probabilities.extend(parts.iter().map(|part| part / sum));
    }
    let labels = Labels::new((0..LABELS).map(|label| label.to_string())).unwrap();
    Scored::new(labels, truth, probabilities).unwrap()
}

fn metrics(criterion: &mut Criterion) {
    let scored = texts(TEXTS);
    let predicted: Vec<usize> = (0..scored.len()).map(|row| scored.predicted(row)).collect();
    let mut group = criterion.benchmark_group("metrics");
    group.sample_size(20);
    group.bench_function("confusion matrix and report", |bencher| {
        bencher.iter(|| {
            let matrix =
                ConfusionMatrix::from_pairs(scored.labels().clone(), scored.truth(), black_box(&predicted)).unwrap();
            matrix.report()
        });
    });
    group.bench_function("ROC curves and areas", |bencher| {
        bencher.iter(|| (0..LABELS).map(|label| roc_curve(black_box(&scored), label).unwrap().auc).sum::<f64>());
    });
    group.bench_function("average precision", |bencher| {
        bencher.iter(|| {
            (0..LABELS).map(|label| pr_curve(black_box(&scored), label).unwrap().average_precision).sum::<f64>()
        });
    });
    group.bench_function("log-loss", |bencher| bencher.iter(|| log_loss(black_box(&scored))));
    let scored = texts(12_000);
    group.sample_size(10);
    group.bench_function("every figure with its interval, 12,000 texts, 2,000 resamples", |bencher| {
        bencher.iter(|| evaluate(black_box(&scored), None, &Bootstrap::default()).unwrap());
    });
}

criterion_group!(benches, metrics);
criterion_main!(benches);

//! How long it takes to find the nearest of 400,000 words, beside the time to read their vectors from memory. `neighbours.py`
//! times gensim's `most_similar` on as many.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_embeddings::{Neighbours, Query, WordVectors};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

const WORDS: usize = 400_000;
const DIM: usize = 300;
const COUNT: usize = 10;

/// Numbers of no meaning between -1 and 1.
fn numbers(len: usize) -> Vec<f32> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// Reads every number once and does as little as can be with it: what memory allows.
fn sum(values: &[f32]) -> f32 {
    let add = |mut sums: [f32; 32], chunk: &[f32; 32]| {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value);
        sums
    };
    let part = |values: &[f32]| values.as_chunks().0.iter().fold([0.0; 32], add).iter().sum::<f32>();
    values.par_chunks(1 << 20).map(part).sum()
}

fn benches(criterion: &mut Criterion) {
    let words = (0..WORDS).map(|place| place.to_string()).collect();
    let vectors = WordVectors::new(words, DIM, numbers(WORDS * DIM)).unwrap();
    let neighbours = Neighbours::new(&vectors);
    for threads in [1, 2] {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut group = criterion.benchmark_group(format!("neighbours, {threads} threads"));
        group.sample_size(20).throughput(Throughput::Bytes((4 * WORDS * DIM) as u64));
        group.bench_function("reading memory", |bencher| {
            bencher.iter(|| pool.install(|| sum(black_box(vectors.values()))));
        });
        group.bench_function("one word", |bencher| {
            bencher.iter(|| pool.install(|| neighbours.of_word(black_box("7"), COUNT)));
        });
        group.bench_function("lengths", |bencher| {
            bencher.iter(|| pool.install(|| Neighbours::new(black_box(&vectors))));
        });
        group.sample_size(10).throughput(Throughput::Elements(256));
        let queries: Vec<Query<'_>> = vectors.values().chunks(DIM).take(256).map(|v| Query::new(v, &[])).collect();
        group.bench_function("256 queries", |bencher| {
            bencher.iter(|| pool.install(|| neighbours.of_all(&queries, COUNT).unwrap()));
        });
        group.finish();
    }
}

criterion_group!(all, benches);
criterion_main!(all);

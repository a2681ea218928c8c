//! The kernels alone: products, the LSTM with shared words and without, convolutions, one step of Adam.
#![allow(missing_docs)] // criterion's macros make undocumented functions

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_kernels::{
    AdamStep, Convolution, InstructionSet, Lstm, LstmState, Matrix, Output, Packed, Panels, Start, product_with,
};

/// Numbers of no meaning between -0.1 and 0.1.
fn numbers(len: usize) -> Vec<f32> {
    (0..len).map(|k| (k * 7919 % 1000) as f32 / 5000.0 - 0.1).collect()
}

fn products(criterion: &mut Criterion) {
    for set in InstructionSet::available() {
        let mut group = criterion.benchmark_group(format!("product, {}", set.name()));
        for (rows, depth, columns, turned) in
            [(700, 100, 256, false), (700, 256, 100, false), (256, 1331, 64, true), (512, 512, 512, false)]
        {
            let (a, b, mut out) = (numbers(rows * depth), numbers(depth * columns), vec![0.0; rows * columns]);
            let a = if turned { Matrix::new(&a, depth, rows).t() } else { Matrix::new(&a, rows, depth) };
            let panels = Panels::new(set, Matrix::new(&b, depth, columns));
            group.throughput(Throughput::Elements(2 * (rows * depth * columns) as u64)); // operations
            let name = format!("{rows}x{depth}x{columns}{}", if turned { ", left side transposed" } else { "" });
            group.bench_function(name, |bencher| {
                bencher.iter(|| product_with(a, &panels, Start::Zero, black_box(&mut out)));
            });
        }
        group.finish();
    }
}

/// A batch of 64 texts, where each word stands twice, as words or as rows of their own.
fn lstm(criterion: &mut Criterion) {
    const TEXTS: usize = 64;
    const INPUT: usize = 100;
    let set = InstructionSet::best();
    for (hidden, length) in [(64, 21), (128, 21), (64, 200)] {
        let mut group = criterion.benchmark_group(format!("lstm, hidden {hidden}, {length} tokens"));
        group.sample_size(20).throughput(Throughput::Elements(TEXTS as u64));
        let packed = Packed::new(&[length; TEXTS]);
        let tokens = packed.tokens();
        let words = tokens / 2;
        let shared: Vec<u32> = (0..tokens).map(|k| (k * 7919 % words) as u32).collect();
        let own: Vec<u32> = (0..tokens as u32).collect();
        for (name, index, rows) in [("words shared", &shared, words), ("no word shared", &own, tokens)] {
            let (directions, output) = (2, Output::Max);
            let layer = Lstm { set, packed: &packed, index, input: INPUT, hidden, directions, output };
            let (inputs, weights) = (numbers(rows * INPUT), numbers(layer.weights()));
            let (weights, slopes) = (layer.split(&weights), numbers(layer.outputs()));
            let state = || LstmState::zeros(directions, TEXTS, hidden);
            group.bench_function(format!("forward, {name}"), |bencher| {
                bencher.iter(|| layer.forward(&inputs, &weights, &mut state(), false));
            });
            group.bench_function(format!("forward and backward, {name}"), |bencher| {
                bencher.iter(|| {
                    let (_, trace) = layer.forward(&inputs, &weights, &mut state(), true);
                    trace.map(|trace| layer.backward(&inputs, &weights, trace, &slopes, None))
                });
            });
        }
        group.finish();
    }
}

fn convolution(criterion: &mut Criterion) {
    const FILTERS: usize = 64;
    const INPUT: usize = 100;
    let widths = [3, 4, 5];
    let packed = Packed::new(&[21; 64]);
    let words = packed.tokens() / 2;
    let index: Vec<u32> = (0..packed.tokens()).map(|k| (k * 7919 % words) as u32).collect();
    let set = InstructionSet::best();
    let layer = Convolution { set, packed: &packed, index: &index, input: INPUT, widths: &widths, filters: FILTERS };
    let weights = widths.map(|width| [numbers(FILTERS * INPUT * width), numbers(FILTERS)]);
    let weights = weights.each_ref().map(|[weight, bias]| [&weight[..], &bias[..]]);
    let inputs = numbers(words * INPUT);
    let panels = layer.panels(&weights);
    let projected = layer.project(&inputs, &panels);
    let result = layer.forward(&projected, &panels);
    let slopes = numbers(result.len());
    let mut group = criterion.benchmark_group("convolutions of 3, 4 and 5 words");
    group.throughput(Throughput::Elements(64));
    group
        .bench_function("forward", |bencher| bencher.iter(|| layer.forward(&layer.project(&inputs, &panels), &panels)));
    group.bench_function("forward, words projected", |bencher| bencher.iter(|| layer.forward(&projected, &panels)));
    group.bench_function("backward", |bencher| bencher.iter(|| layer.backward(&inputs, &weights, &result, &slopes)));
    group.finish();
}

fn adam(criterion: &mut Criterion) {
    const LEN: usize = 20_000 * 100;
    let (mut weights, mut mean, mut square, slopes) = (numbers(LEN), vec![0.0; LEN], vec![0.0; LEN], numbers(LEN));
    let step = AdamStep {
        scale: 1.0,
        beta1: [0.9, 0.1],
        beta2: [0.999, 0.001],
        rate: 1e-3,
        root: 1.0,
        epsilon: 1e-8,
        keep: 1.0,
    };
    let mut group = criterion.benchmark_group("adam");
    group.throughput(Throughput::Elements(LEN as u64));
    group.bench_function("a table of 20,000 x 100", |bencher| {
        bencher.iter(|| step.apply(InstructionSet::best(), &mut weights, &mut mean, &mut square, &slopes));
    });
    group.finish();
}

criterion_group!(kernels, products, lstm, convolution, adam);
criterion_main!(kernels);

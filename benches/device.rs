//! Texts a second of the default networks: our kernels on one thread of the CPU, and candle's operations on a device.
//!
//! `cargo bench -p plaudit-models --bench device --features cuda` (or `metal`).
#![allow(clippy::unwrap_used)] // a bench may stop

use std::hint::black_box;
use std::time::{Duration, Instant};

use plaudit_models::network::candle_core::Device;
use plaudit_models::network::{Adam, AdamConfig, Batch, Mode, Network, Scorer, cross_entropy};
use plaudit_models::{Architecture, WeightPrecision};
use plaudit_stats::Stream;

const WORDS: usize = 20_000;
const LABELS: usize = 4;
const THREADS: usize = 8;
/// How long, and how often at least, a pass is repeated; its median counts.
const TIME: Duration = Duration::from_millis(800);
const PASSES: usize = 5;

/// Lengths are log-normal with a median of 18 tokens, at most 64; words are drawn by Zipf's law.
fn texts(count: usize) -> Vec<Vec<u32>> {
    let mut stream = Stream::new(0, "texts", count as u64);
    let text = |_| {
        let length = (18.0 * (0.6 * stream.normal()).exp()).clamp(1.0, 64.0) as usize;
        (0..length).map(|_| ((WORDS as f64).powf(stream.uniform()) as u32).min(WORDS as u32 - 1)).collect()
    };
    (0..count).map(text).collect()
}

fn batch(texts: &[Vec<u32>]) -> Batch {
    Batch::new(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// As a classifier scores.
fn score(network: &dyn Network, scorer: Option<&dyn Scorer>, texts: &[Vec<u32>]) -> Vec<f32> {
    match scorer {
        Some(scorer) => scorer.logits(&batch(texts)).unwrap(),
        None => {
            let logits = network.forward(&batch(texts), &mut Mode::Infer).unwrap();
            logits.flatten_all().unwrap().to_vec1().unwrap()
        }
    }
}

fn step(network: &dyn Network, adam: &mut Adam, texts: &[Vec<u32>]) {
    let mut mode = Mode::train(Stream::new(0, "dropout", adam.steps()));
    let logits = network.forward(&batch(texts), &mut mode).unwrap();
    let targets: Vec<usize> = (0..texts.len()).map(|text| text % LABELS).collect();
    adam.step(network.parameters(), &cross_entropy(&logits, &targets).unwrap(), mode).unwrap();
}

/// Texts a second of a pass over so many texts.
fn speed(texts: usize, mut pass: impl FnMut()) -> f64 {
    (0..3).for_each(|_| pass());
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < PASSES || start.elapsed() < TIME {
        let one = Instant::now();
        pass();
        times.push(one.elapsed());
    }
    times.sort();
    texts as f64 / times.get(times.len() / 2).unwrap().as_secs_f64()
}

fn measure(network: &dyn Network) -> Vec<(String, f64)> {
    let scorer = network.scorer(WeightPrecision::Single).unwrap();
    let scorer = scorer.as_deref();
    let mut rows = Vec::new();
    for count in [1, 64, 512] {
        let texts = texts(count);
        let pass = || drop(black_box(score(network, scorer, &texts)));
        rows.push((format!("score {count}"), speed(count, pass)));
    }
    for count in [64, 512] {
        let texts = texts(count);
        let mut adam = Adam::new(&AdamConfig::default(), network.parameters()).unwrap();
        rows.push((format!("train {count}"), speed(count, || step(network, &mut adam, &texts))));
    }
    rows
}

/// Batches of 64 texts, scored by several threads at once.
fn threads(network: &dyn Network) -> f64 {
    let texts = texts(64);
    let many = || (0..4).for_each(|_| drop(black_box(score(network, None, &texts))));
    speed(texts.len() * THREADS * 4, || {
        std::thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(many))));
    })
}

fn main() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let mut devices = Vec::new();
    for (name, device) in [
        ("CUDA, a queue a thread", Device::new_cuda(0)),
        ("CUDA, one queue", Device::new_cuda_with_stream(0)),
        ("Metal", Device::new_metal(0)),
    ] {
        match device {
            Ok(device) => devices.push((name, device)),
            Err(error) => println!("{name}: {error}"),
        }
    }
    println!("| network | where | work, texts a batch | texts a second |\n|---|---|---|---|");
    let print = |network: &str, place: &str, rows: Vec<(String, f64)>| {
        rows.iter().for_each(|(work, speed)| println!("| {network} | {place} | {work} | {speed:.0} |"));
    };
    for name in Architecture::NAMES {
        let architecture = Architecture::from_name(name).unwrap();
        let network = architecture.initialize(WORDS, LABELS, 0).unwrap();
        print(name, "CPU, one thread", one.install(|| measure(&*network)));
        for (place, device) in &devices {
            let network = architecture.initialize(WORDS, LABELS, 0).unwrap();
            let network = architecture.on_device(network.parameters(), device).unwrap();
            print(name, place, measure(&*network));
            print(name, place, vec![(format!("score 64, from {THREADS} threads"), threads(&*network))]);
        }
    }
}

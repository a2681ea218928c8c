//! The networks on a device, of the sizes and the texts that people have, against our kernels on the CPU.
//!
//! Those on CUDA need a device: `cargo test --release -p plaudit-models --features cuda --test device -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use common::{Blanks, config, examples, rows, trained};
use plaudit_core::Classifier;
use plaudit_models::network::candle_core::Device;
use plaudit_models::network::{
    Adam, AdamConfig, Batch, Init, Mode, Network, ParameterSpec, Parameters, Weight, cross_entropy,
};
use plaudit_models::{Architecture, BiLstmConfig, CnnLstmConfig, Pooling, train_network};
use plaudit_stats::Stream;

const WORDS: usize = 500;
const LABELS: usize = 4;

/// How far logits may lie apart: sums of `f32` in another order.
const LOGITS: f32 = 1e-4;
/// How far the gradient of a weight may lie from ours, as a share of its length. It is some 1e-6, but for a batch where a value
/// next to the kink of a positive part falls on the other side.
const GRADIENTS: f64 = 2e-2;
/// How far the same pass may lie from itself.
const REPEATS: f32 = 1e-6;

/// The default sizes, and sizes that are no multiple of anything, with what the defaults leave out. Where there are two layers,
/// nothing is dropped between them: the rows of more than 36 texts lie in another order there, and others would lose values.
fn architectures() -> Vec<Architecture> {
    let mut odd = BiLstmConfig::default();
    (odd.embedding, odd.hidden, odd.dense, odd.layers, odd.pooling) = (17, 33, 5, 2, Pooling::Mean);
    let mut stacked = CnnLstmConfig::default();
    (odd.dropout, stacked.dropout) = (0.0, 0.0);
    let mut last = BiLstmConfig::default();
    (last.hidden, last.pooling) = (40, Pooling::Last);
    let mut maximum = CnnLstmConfig::default();
    (maximum.widths, maximum.filters, maximum.layers, maximum.pooling) = (vec![1, 2, 7], 9, 1, Pooling::Max);
    vec![
        Architecture::default(),
        Architecture::CnnLstm(stacked),
        Architecture::BiLstm(odd),
        Architecture::BiLstm(last),
        Architecture::CnnLstm(maximum),
    ]
}

/// Texts of these lengths, of words that do not repeat often: where two steps are equal, two ways to compute a maximum may
/// choose either, and the gradient goes there.
fn texts(lengths: &[usize]) -> Vec<Vec<u32>> {
    let mut stream = Stream::new(7, "texts", lengths.len() as u64);
    let word = |stream: &mut Stream| 2 + stream.below(WORDS as u64 - 2) as u32;
    lengths.iter().map(|&length| (0..length).map(|_| word(&mut stream)).collect()).collect()
}

type Texts = Vec<Vec<u32>>;

fn long() -> (&'static str, Texts) {
    ("a text of 2,000 tokens, one of one, an empty one", texts(&[2000, 1, 0]))
}

fn batches() -> Vec<(&'static str, Texts)> {
    vec![
        ("one text of one token", texts(&[1])),
        ("64 texts of 0 to 40 tokens", texts(&(0..64).map(|text| text * 37 % 41).collect::<Vec<_>>())),
        ("unknown words", vec![vec![1], vec![1, 5, 1], vec![], vec![1, 1, 1, 2]]),
        ("512 texts of 3 tokens", texts(&[3; 512])),
    ]
}

/// The weights of a network with other values.
fn copy(network: &dyn Network, change: impl Fn(Vec<f32>) -> Vec<f32>) -> Parameters {
    let mut weights = network.parameters().values().unwrap().into_iter();
    let spec = |(place, weight): (usize, &Weight)| {
        let dense = ParameterSpec::dense(&weight.name, weight.shape.clone(), Init::Constant(0.0));
        ParameterSpec { table: place == 0, ..dense }
    };
    let specs: Vec<_> = weights.as_slice().iter().enumerate().map(spec).collect();
    Parameters::from_values(&specs, |_, _| Ok(change(weights.next().unwrap().values))).unwrap()
}

fn batch(texts: &[Vec<u32>]) -> Batch {
    Batch::new(&texts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn here(architecture: &Architecture) -> Box<dyn Network> {
    architecture.initialize(WORDS, LABELS, 3).unwrap()
}

fn on(device: &Device, architecture: &Architecture) -> Box<dyn Network> {
    architecture.on_device(here(architecture).parameters(), device).unwrap()
}

fn logits(network: &dyn Network, texts: &[Vec<u32>]) -> Vec<f32> {
    let logits = network.forward(&batch(texts), &mut Mode::Infer).unwrap();
    logits.flatten_all().unwrap().to_vec1().unwrap()
}

/// The gradients of all weights, in their order, dropout included: the first mean of Adam's. It moves a copy.
fn gradients(network: &dyn Network, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
    let mut adam = AdamConfig::default();
    (adam.beta1, adam.clip_norm) = (0.0, 1e9);
    let copy = copy(network, |values| values);
    let mut adam = Adam::new(&adam, &copy).unwrap();
    let mut mode = Mode::train(Stream::new(4, "dropout", 1));
    let logits = network.forward(&batch(texts), &mut mode).unwrap();
    let targets: Vec<usize> = (0..texts.len()).map(|text| text % LABELS).collect();
    adam.step(&copy, &cross_entropy(&logits, &targets).unwrap(), mode).unwrap();
    adam.state().moments.iter().map(|moments| moments.mean.clone()).collect()
}

/// The greatest difference; infinite where one is not a number or they are not as many.
fn apart(a: &[f32], b: &[f32]) -> f32 {
    let difference = |(a, b): (&f32, &f32)| if (a - b).is_nan() { f32::INFINITY } else { (a - b).abs() };
    if a.len() == b.len() { a.iter().zip(b).map(difference).fold(0.0, f32::max) } else { f32::INFINITY }
}

/// The length of the difference, as a share of the second one's.
fn share(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let length = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
    let difference = length(&mut a.iter().zip(b).map(|(&a, &b)| f64::from(a) - f64::from(b)));
    difference / (length(&mut b.iter().map(|&b| f64::from(b))) + 1e-9)
}

fn check_batches(device: &Device, batches: &[(&str, Texts)]) {
    let mut faults = Vec::new();
    for architecture in architectures() {
        let (here, there) = (here(&architecture), on(device, &architecture));
        for (name, texts) in batches {
            let difference = apart(&logits(&*there, texts), &logits(&*here, texts));
            let (ours, theirs) = (gradients(&*here, texts), gradients(&*there, texts));
            let shares = theirs.iter().zip(&ours).map(|(theirs, ours)| share(theirs, ours));
            let shares = shares.map(|share| if share.is_nan() { f64::INFINITY } else { share }).fold(0.0, f64::max);
            let line =
                format!("{}, {name}: logits {difference:.1e} apart, gradients {shares:.1e}", said(&architecture));
            println!("{line}");
            if difference > LOGITS || shares > GRADIENTS {
                faults.push(line);
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn said(architecture: &Architecture) -> String {
    match architecture {
        Architecture::BiLstm(config) => format!("bi_lstm {} x {} {:?}", config.layers, config.hidden, config.pooling),
        Architecture::CnnLstm(config) => format!("cnn_lstm {} x {} {:?}", config.layers, config.hidden, config.pooling),
        other => other.name().to_owned(),
    }
}

/// Logits and gradients of a batch, one after the other.
fn pass(network: &dyn Network, texts: &[Vec<u32>]) -> Vec<f32> {
    let mut all = logits(network, texts);
    all.extend(gradients(network, texts).concat());
    all
}

fn check_repeats(device: &Device, batches: &[(&str, Texts)]) {
    let mut worst = 0f32;
    for architecture in architectures() {
        let network = on(device, &architecture);
        let mut greatest = 0f32;
        for (_, texts) in batches {
            let first = pass(&*network, texts);
            (0..4).for_each(|_| greatest = greatest.max(apart(&pass(&*network, texts), &first)));
        }
        println!("{}: 5 times the same pass, {greatest:.1e} apart", said(&architecture));
        worst = worst.max(greatest);
    }
    assert!(worst <= REPEATS, "{worst}");
}

/// What threads compute at the same time is what one computes alone.
fn check_threads(device: &Device) {
    const THREADS: usize = 8;
    let mut worst = 0f32;
    for architecture in architectures() {
        let network = on(device, &architecture);
        // Each thread a batch of its own shape.
        let batches: Vec<_> =
            (1..=THREADS).map(|k| texts(&(0..8 * k).map(|text| text * 7 % 23).collect::<Vec<_>>())).collect();
        let alone: Vec<_> = batches.iter().map(|texts| [logits(&*network, texts), pass(&*network, texts)]).collect();
        let work = |(texts, [scored, passed]): (&Texts, &[Vec<f32>; 2])| {
            let scored = (0..10).map(|_| apart(&logits(&*network, texts), scored)).fold(0.0, f32::max);
            (0..3).map(|_| apart(&pass(&*network, texts), passed)).fold(scored, f32::max)
        };
        let greatest = std::thread::scope(|scope| {
            let threads: Vec<_> = batches.iter().zip(&alone).map(|all| scope.spawn(move || work(all))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).fold(0.0, f32::max)
        });
        println!("{}: {THREADS} threads, {greatest:.1e} apart from one", said(&architecture));
        worst = worst.max(greatest);
    }
    assert!(worst <= REPEATS, "{worst}");
}

fn check_errors(device: &Device) {
    for architecture in architectures() {
        let network = on(device, &architecture);
        for id in [WORDS as u32, u32::MAX] {
            let texts = [vec![1, id], vec![2]];
            for mut mode in [Mode::Infer, Mode::train(Stream::new(0, "", 0))] {
                let error = network.forward(&batch(&texts), &mut mode).unwrap_err().to_string();
                assert!(error.contains(&format!("the id {id}")), "{error}");
            }
        }
        let scores = network.forward(&batch(&texts(&[3, 1])), &mut Mode::train(Stream::new(0, "", 0))).unwrap();
        for targets in [&[0, LABELS][..], &[0], &[0, usize::MAX]] {
            assert!(cross_entropy(&scores, targets).is_err());
        }
        // The device is none the worse.
        assert!(logits(&*network, &texts(&[3, 1])).iter().all(|logit| logit.is_finite()));
        assert!(logits(&*network, &[vec![], vec![]]).iter().all(|logit| logit.is_finite()));
        assert_eq!(network.forward(&batch(&[]), &mut Mode::Infer).unwrap().dims(), [0, LABELS]);
    }
}

/// What is not a number comes out as such.
fn check_not_a_number(device: &Device) {
    for architecture in architectures() {
        let nan = copy(&*here(&architecture), |values| vec![f32::NAN; values.len()]);
        let network = architecture.on_device(&nan, device).unwrap();
        assert!(logits(&*network, &texts(&[5, 2, 9])).iter().all(|logit| logit.is_nan()), "{}", said(&architecture));
    }
}

/// Five trainings of one seed, and one with our kernels.
fn check_training(device: &Device) {
    let (train, valid) = (rows(400, 1), rows(200, 2));
    let mut config = config();
    config.epochs = 5;
    let architecture = config.architecture.clone();
    let run = || {
        train_network(Blanks, &examples(&train), &examples(&valid), &config, &mut (), |words, labels, seed| {
            let network = architecture.initialize(words, labels, seed)?;
            architecture.on_device(network.parameters(), device)
        })
        .unwrap()
    };
    let weights = |classifier: &plaudit_models::TextClassifier<Blanks>| -> Vec<f32> {
        let weights = classifier.network().parameters().values().unwrap();
        weights.iter().flat_map(|weight| weight.values.clone()).collect()
    };
    let accuracy = |classifier: &plaudit_models::TextClassifier<Blanks>| {
        let epochs = &classifier.report().epochs;
        epochs.iter().map(|epoch| epoch.valid_accuracy).fold(0.0, f64::max)
    };
    let ours = trained(&config);
    let runs: Vec<_> = (0..5).map(|_| run()).collect();
    let accuracies: Vec<f64> = runs.iter().map(accuracy).collect();
    let greatest = runs.iter().map(|run| apart(&weights(run), &weights(&runs[0]))).fold(0.0, f32::max);
    println!(
        "5 trainings of a seed: accuracies {accuracies:?}, weights {greatest:.1e} apart; here {}",
        accuracy(&ours)
    );
    let (least, most) = accuracies.iter().fold((1f64, 0f64), |(least, most), &one| (least.min(one), most.max(one)));
    assert!(most - least <= 0.003, "{accuracies:?}");
    let moved = runs[0].on_device(&Device::Cpu).unwrap();
    for (text, _) in &valid[..20] {
        let (there, here) = (runs[0].predict(text).unwrap(), moved.predict(text).unwrap());
        assert!(apart(there.scores(), here.scores()) <= LOGITS);
    }
}

#[test]
fn candles_operations_compute_what_our_kernels_do() {
    check_batches(&Device::Cpu, &batches());
}

#[test]
fn a_pass_repeats() {
    check_repeats(&Device::Cpu, &batches()[..2]);
}

#[test]
fn bad_ids_and_labels_are_refused_and_nan_stays_nan() {
    check_errors(&Device::Cpu);
    check_not_a_number(&Device::Cpu);
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    let error = Device::new_cuda(99).unwrap_err().to_string();
    assert!(!error.is_empty());
    println!("{error}");
}

mod cuda {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// One with a queue for each thread, one with one queue for all.
    fn devices() -> [(&'static str, Device); 2] {
        [
            ("a queue for each thread", Device::new_cuda(0).unwrap()),
            ("one queue", Device::new_cuda_with_stream(0).unwrap()),
        ]
    }

    /// On both, though the first one fails.
    fn on_each(check: impl Fn(&Device)) {
        let fails = |(name, device): &(&str, Device)| {
            println!("== {name}");
            catch_unwind(AssertUnwindSafe(|| check(device))).is_err()
        };
        let failed: Vec<_> = devices().into_iter().filter(fails).map(|(name, _)| name).collect();
        assert!(failed.is_empty(), "{failed:?}");
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn computes_what_our_kernels_do() {
        let all = [batches(), vec![long()]].concat();
        on_each(|device| check_batches(device, &all));
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn a_pass_repeats() {
        on_each(|device| check_repeats(device, &batches()));
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn threads_do_not_disturb_each_other() {
        on_each(check_threads);
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn bad_ids_and_labels_are_refused_on_the_host() {
        on_each(check_errors);
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn nan_stays_nan() {
        on_each(check_not_a_number);
    }

    #[test]
    #[ignore = "needs a CUDA device, and the feature `cuda`"]
    fn a_training_repeats() {
        on_each(check_training);
    }
}

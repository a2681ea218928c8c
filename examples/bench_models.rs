//! How fast a network trains and scores, on sequences of ids that other libraries can be given too.

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use common::{Options, Result, Summary, say, usage, usage_faults};
use plaudit::candle::{Adam, AdamConfig, Batch, Mode, Network, PyTorchNames, Scorer, TableUpdate, cross_entropy};
use plaudit::models::{Architecture, BiLstmConfig, CnnLstmConfig};
use plaudit_kernels::{InstructionSet, softmax};
use plaudit_stats::Stream;

const HELP: &str = r#"
Measures a network on sequences of token ids: training, scoring in batches, scoring one text.

cargo run --release --example bench_models -- --sequences FILE [options]
  --sequences FILE          a line a sequence: label<TAB>id id id ..; labels 0 to 3, ids below 20,000
  --architecture bi_lstm|cnn_lstm   the network (bi_lstm)
  --hidden N                hidden size of its LSTM (64)
  --threads N               threads (1)
  --batch N                 texts a step and a scoring batch (64)
  --tables touched|all      whether Adam moves the rows that a batch read, or the whole table (touched)
  --precision single|bfloat16   of the recurrent weights when scoring (single)
  --repeats N               passes of which the median counts (3)
  --weights FILE            start from these weights: a PyTorch state dict as a safetensors file (random ones)
  --scores FILE             compare what these weights give with this file before anything is trained: a line a sequence,
                            the probability of each label, tab-separated
  --json                    the last line of standard output is one JSON object"#;

const OPTIONS: [&str; 10] =
    ["sequences", "architecture", "hidden", "threads", "batch", "tables", "precision", "repeats", "weights", "scores"];

const WORDS: usize = 20_000;
const LABELS: usize = 4;
/// The length of the text whose latency is measured, and how often it is.
const LATENCY_TOKENS: usize = 18;
const LATENCY_TEXTS: usize = 500;

fn main() -> std::process::ExitCode {
    common::run(HELP, &OPTIONS, bench)
}

fn bench(options: &Options) -> Result<()> {
    let (file, architecture) = (options.required("sequences")?, architecture(options)?);
    let count = |name, default| match options.number(name)?.unwrap_or(default) {
        count @ 1..=10_000 => Ok(count),
        count => Err(usage(format!("--{name}: {count} is not in 1 to 10000"))),
    };
    options.threads()?;
    let [threads, size, repeats] = [count("threads", 1)?, count("batch", 64)?, count("repeats", 3)?];
    let mut adam = AdamConfig::default();
    adam.clip_norm = 1e9;
    if options.one_of("tables", &["touched", "all"])? == Some("all") {
        adam.tables = TableUpdate::All;
    }
    options.precision()?; // in the pool, a mistake would lose that it is one of the command line
    if options.value("scores").is_some() {
        options.required("weights")?;
    }
    let network = match options.value("weights") {
        Some(path) => architecture.read_pytorch(path, &PyTorchNames::default()),
        None => architecture.initialize(WORDS, LABELS, 0),
    };
    let (network, sequences) = (network.map_err(usage_faults)?, sequences(file)?);
    let adam = Adam::new(&adam, network.parameters())?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    // Errors as texts: these can leave the pool.
    let run = || {
        let counts = [threads, size, repeats];
        run(options, &sequences, &architecture, &*network, adam, counts).map_err(|error| error.to_string())
    };
    Ok(pool.install(run)?)
}

fn run(
    options: &Options,
    sequences: &[Sequence],
    architecture: &Architecture,
    network: &dyn Network,
    mut adam: Adam,
    [threads, size, repeats]: [usize; 3],
) -> Result<()> {
    let peak = InstructionSet::best().measure_peak() * threads as f64;
    let mut summary = Summary::default();
    if let Some(path) = options.value("scores") {
        summary.add("max_abs_difference", max_abs_difference(&*scorer(network, options)?, sequences, path)?);
    }
    let batches = batches(sequences, size);
    let mut pass = |batches: &[Vec<&Sequence>]| batches.iter().try_for_each(|rows| step(network, &mut adam, rows));
    pass(batches.get(..6).unwrap_or(&batches))?; // to warm up
    let training = median(repeats, || pass(&batches))?;
    let operations: f64 = batches.iter().map(|rows| operations(architecture, &batch(rows))).sum();

    let scorer = scorer(network, options)?;
    let pass = || {
        batches.iter().try_for_each(|rows| {
            black_box(scorer.logits(&batch(rows))?);
            Ok(())
        })
    };
    pass()?;
    let scoring = median(repeats, pass)?;
    let latencies = latencies(&*scorer)?;

    let texts = sequences.len() as f64;
    let rate = operations / training.wall;
    summary.add("architecture", architecture.name());
    summary.add("instruction_set", InstructionSet::best().name());
    summary.add("threads", threads);
    summary.add("sequences", sequences.len());
    summary.add("tokens", sequences.iter().map(|sequence| sequence.ids.len()).sum::<usize>());
    summary.add("train_samples_per_second", texts / training.wall);
    summary.add("train_samples_per_cpu_second", training.cpu.map(|cpu| texts / cpu));
    summary.add("infer_samples_per_second", texts / scoring.wall);
    summary.add("infer_samples_per_cpu_second", scoring.cpu.map(|cpu| texts / cpu));
    summary.add("latency_p50_us", micros(&latencies, 0.50));
    summary.add("latency_p99_us", micros(&latencies, 0.99));
    summary.add("peak_memory_bytes", common::peak_memory_bytes());
    summary.add("operations_per_epoch", operations);
    summary.add("train_seconds_per_epoch", training.wall);
    summary.add("gflops", rate / 1e9);
    summary.add("peak_gflops", peak / 1e9);
    summary.add("fraction_of_peak", rate / peak);
    let line = summary.line();
    say!("{}", line.trim_matches(['{', '}']).replace(",\"", "\n\"").replace('"', ""));
    if options.value("json").is_some() {
        say!("{line}");
    }
    Ok(())
}

struct Sequence {
    label: usize,
    ids: Vec<u32>,
}

fn sequences(path: &str) -> Result<Vec<Sequence>> {
    let text = std::fs::read_to_string(path).map_err(|error| plaudit::Error::io(path, error))?;
    let sequence = |(number, line): (usize, &str)| {
        let parse = || {
            let (label, ids) = line.split_once('\t')?;
            let label = label.parse().ok().filter(|&label| label < LABELS)?;
            let id = |id: &str| id.parse().ok().filter(|&id| (id as usize) < WORDS);
            Some(Sequence { label, ids: ids.split(' ').map(id).collect::<Option<_>>()? })
        };
        let expected = format!("{path}:{}: expected `label<TAB>id id ..`", number + 1);
        parse().ok_or_else(|| expected.into())
    };
    let sequences: Vec<Sequence> = text.lines().enumerate().map(sequence).collect::<Result<_>>()?;
    if sequences.is_empty() {
        return Err(format!("{path}: there is no line").into());
    }
    Ok(sequences)
}

fn scorer(network: &dyn Network, options: &Options) -> Result<Box<dyn Scorer>> {
    Ok(network.scorer(options.precision()?)?.ok_or("the network has no scorer")?)
}

/// The greatest difference between the probabilities that a network gives and those in a file.
fn max_abs_difference(scorer: &dyn Scorer, sequences: &[Sequence], path: &str) -> Result<f32> {
    let text = std::fs::read_to_string(path).map_err(|error| plaudit::Error::io(path, error))?;
    let (mut lines, mut greatest) = (text.lines().enumerate(), 0f32);
    for rows in sequences.chunks(64) {
        let mut scores = scorer.logits(&batch(&rows.iter().collect::<Vec<_>>()))?;
        let labels = scores.len() / rows.len();
        softmax(InstructionSet::best(), &mut scores, labels);
        for row in scores.chunks(labels) {
            let (number, line) =
                lines.next().ok_or_else(|| format!("{path}: has fewer lines than there are sequences"))?;
            let expected: Vec<f32> = line.split('\t').map_while(|number| number.parse().ok()).collect();
            if expected.len() != labels || !expected.iter().all(|score| score.is_finite()) {
                return Err(format!("{path}:{}: expected {labels} numbers with tabs between them", number + 1).into());
            }
            greatest = row.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(greatest, f32::max);
        }
    }
    match lines.next() {
        None => Ok(greatest),
        Some(_) => Err(format!("{path}: has more lines than there are sequences").into()),
    }
}

/// The network without dropout, which the peers' programs have not either.
fn architecture(options: &Options) -> Result<Architecture> {
    let hidden = options.number("hidden")?.unwrap_or(64);
    match options.value("architecture").unwrap_or("bi_lstm") {
        "bi_lstm" => {
            let mut config = BiLstmConfig::default();
            (config.hidden, config.embedding_dropout, config.dropout) = (hidden, 0.0, 0.0);
            Ok(Architecture::BiLstm(config))
        }
        "cnn_lstm" => {
            let mut config = CnnLstmConfig::default();
            (config.hidden, config.embedding_dropout, config.dropout) = (hidden, 0.0, 0.0);
            Ok(Architecture::CnnLstm(config))
        }
        other => Err(usage(format!("--architecture: expected bi_lstm or cnn_lstm, found `{other}`"))),
    }
}

/// Texts of like length together, in an order of no meaning.
fn batches(sequences: &[Sequence], size: usize) -> Vec<Vec<&Sequence>> {
    let mut random = Stream::new(0, "batches", 0);
    let mut order: Vec<&Sequence> = sequences.iter().collect();
    random.shuffle(&mut order);
    let mut batches: Vec<Vec<&Sequence>> = Vec::new();
    for stretch in order.chunks_mut(size * 50) {
        stretch.sort_by_key(|sequence| sequence.ids.len());
        batches.extend(stretch.chunks(size).map(<[_]>::to_vec));
    }
    random.shuffle(&mut batches);
    batches
}

fn batch(rows: &[&Sequence]) -> Batch {
    Batch::new(&rows.iter().map(|sequence| sequence.ids.as_slice()).collect::<Vec<_>>())
}

fn step(network: &dyn Network, adam: &mut Adam, rows: &[&Sequence]) -> Result<()> {
    let targets: Vec<usize> = rows.iter().map(|sequence| sequence.label).collect();
    let mut mode = Mode::train(Stream::new(0, "dropout", adam.steps()));
    let logits = network.forward(&batch(rows), &mut mode)?;
    let loss = cross_entropy(&logits, &targets)?;
    adam.step(network.parameters(), &loss, mode)?;
    Ok(())
}

struct Times {
    wall: f64,
    cpu: Option<f64>,
}

/// The median times of some passes.
fn median(repeats: usize, mut pass: impl FnMut() -> Result<()>) -> Result<Times> {
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for _ in 0..repeats {
        let (wall, cpu) = (Instant::now(), common::cpu_seconds());
        pass()?;
        walls.push(wall.elapsed().as_secs_f64());
        cpus.extend(cpu.zip(common::cpu_seconds()).map(|(before, after)| after - before));
    }
    let middle = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    Ok(Times { wall: middle(&mut walls).unwrap_or(f64::NAN), cpu: middle(&mut cpus) })
}

/// How long texts of one length take, one at a time, ascending.
fn latencies(scorer: &dyn Scorer) -> plaudit::Result<Vec<Duration>> {
    let mut random = Stream::new(1, "latency", 0);
    let mut one = || {
        let ids: Vec<u32> = (0..LATENCY_TOKENS).map(|_| 1 + random.next_u32() % (WORDS as u32 - 1)).collect();
        let start = Instant::now();
        let logits = black_box(scorer.logits(&Batch::new(&[&ids])));
        let elapsed = start.elapsed();
        logits.map(|_| elapsed)
    };
    let mut all: Vec<Duration> = (0..LATENCY_TEXTS + 30).map(|_| one()).collect::<plaudit::Result<_>>()?;
    all.drain(..30); // to warm up
    all.sort();
    Ok(all)
}

fn micros(ascending: &[Duration], share: f64) -> f64 {
    let place = (ascending.len() as f64 * share) as usize;
    ascending.get(place).map_or(f64::NAN, Duration::as_secs_f64) * 1e6
}

/// The additions and multiplications of the products of one training step, as executed: the distinct words of a batch are
/// projected once. Each forward product has two of its size in the backward pass.
fn operations(architecture: &Architecture, batch: &Batch) -> f64 {
    let [unique, tokens, texts] = [batch.unique().len(), batch.packed().tokens(), batch.texts()].map(|n| n as f64);
    let products = match architecture {
        Architecture::BiLstm(config) => {
            let [dim, hidden, dense] = [config.embedding, config.hidden, config.dense].map(|n| n as f64);
            let lstm = 2.0 * 4.0 * hidden * (unique * dim + tokens * hidden);
            lstm + texts * dense * (2.0 * hidden + LABELS as f64)
        }
        Architecture::CnnLstm(config) => {
            let [dim, hidden, dense, filters] =
                [config.embedding, config.hidden, config.dense, config.filters].map(|n| n as f64);
            let [widths, places] = [config.widths.len(), config.widths.iter().sum::<usize>()].map(|n| n as f64);
            let lstm = 4.0 * hidden * (widths * filters + hidden + (config.layers as f64 - 1.0) * 2.0 * hidden);
            unique * dim * places * filters + tokens * lstm + texts * dense * (hidden + LABELS as f64)
        }
        _ => f64::NAN,
    };
    3.0 * 2.0 * products
}

//! Parity with PyTorch 2.15.0, by the files that `golden/make.py` wrote; and files to and from PyTorch.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

#[allow(dead_code)] // each file of tests uses its own part
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::Blanks;
use plaudit_core::{Classifier, Labels, Vocab};
use plaudit_models::network::candle_core::{Device, Tensor, Var};
use plaudit_models::network::{
    Adam, AdamConfig, Batch, Init, LstmLayer, Mode, Network, ParameterSpec, Parameters, PyTorchNames, TableUpdate,
    cross_entropy, write_pytorch,
};
use plaudit_models::{
    Architecture, BiLstmConfig, CnnLstmConfig, Stopped, TextClassifier, TrainConfig, WeightPrecision,
};
use plaudit_stats::Stream;
use safetensors::{SafeTensors, tensor::Dtype, tensor::TensorView};

const TEXTS: [&[u32]; 3] = [&[4, 9, 4, 2], &[7], &[1, 2, 10, 10, 3, 9]];
const TARGETS: [usize; 3] = [2, 0, 1];
const DIM: usize = 5;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The tensors of a golden file.
struct Golden(Vec<u8>);

impl Golden {
    fn open(name: &str) -> Self {
        Self(fs::read(path(name)).unwrap())
    }

    fn values(&self, name: &str) -> Vec<f32> {
        let file = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = file.tensor(name).unwrap_or_else(|_| panic!("{name}"));
        tensor.data().as_chunks::<4>().0.iter().map(|&word| f32::from_le_bytes(word)).collect()
    }

    /// Several tensors one after the other.
    fn flat(&self, names: &[String]) -> Vec<f32> {
        names.iter().flat_map(|name| self.values(name)).collect()
    }
}

/// The greatest difference, which must not be above `most`.
fn close(what: &str, found: &[f32], expected: &[f32], most: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let difference = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("{what}: {difference:e}");
    assert!(difference <= most, "{what}: differs by {difference}");
}

fn tensor(values: &[f32], shape: &[usize]) -> Tensor {
    Tensor::from_slice(values, shape, &Device::Cpu).unwrap()
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn lstm_outputs_and_gradients() {
    let golden = Golden::open("lstm.safetensors");
    let batch = Batch::new(&TEXTS);
    // Rows of the golden file are text after text; ours lie packed. Which of the former is each of the latter?
    let starts = [0, TEXTS[0].len(), TEXTS[0].len() + TEXTS[1].len()];
    let places: Vec<usize> = batch.packed().places().map(|(text, step)| starts[batch.order()[text]] + step).collect();
    for (name, hidden, layers, bidirectional) in
        [("uni3", 3, 1, false), ("bi3", 3, 1, true), ("stack3", 3, 2, true), ("bi17", 17, 1, true)]
    {
        let value = |part: &str| golden.values(&format!("{name}.{part}"));
        let width = hidden * (1 + usize::from(bidirectional));
        let packed = |values: Vec<f32>| -> Vec<f32> {
            places.iter().flat_map(|&place| values[place * width..][..width].to_vec()).collect()
        };
        let rows = |table: Vec<f32>| -> Vec<f32> {
            batch.unique().iter().flat_map(|&id| table[id as usize * DIM..][..DIM].to_vec()).collect()
        };
        let names = |layer: usize, of: &str| -> Vec<String> {
            let suffixes = ["", "_reverse"].into_iter().take(1 + usize::from(bidirectional));
            let parts = suffixes.flat_map(|suffix| {
                let parts = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"];
                parts.map(|part| format!("{name}.{of}{part}_l{layer}{suffix}"))
            });
            parts.collect()
        };
        let words = Var::from_tensor(&tensor(&rows(value("table")), &[batch.unique().len(), DIM])).unwrap();
        let weights: Vec<Var> = (0..layers)
            .map(|layer| golden.flat(&names(layer, "")))
            .map(|flat| Var::from_tensor(&tensor(&flat, &[flat.len()])).unwrap())
            .collect();
        let layer = LstmLayer { hidden, bidirectional, pooling: None };
        let mut outputs = words.as_tensor().clone();
        for (place, weights) in weights.iter().enumerate() {
            let index = if place == 0 { batch.index() } else { batch.identity() };
            outputs = layer.forward(&outputs, weights, &batch, index, true).unwrap();
        }
        close(&format!("{name} outputs"), &flat(&outputs), &packed(value("outputs")), 1e-5);
        let slopes = tensor(&packed(value("slopes")), &[places.len(), width]);
        let gradients = (outputs * slopes).unwrap().sum_all().unwrap().backward().unwrap();
        let inputs = flat(gradients.get(&words).unwrap());
        close(&format!("{name} gradient of inputs"), &inputs, &rows(value("grad.table")), 1e-5);
        for (layer, weights) in weights.iter().enumerate() {
            let (found, expected) = (flat(gradients.get(weights).unwrap()), golden.flat(&names(layer, "grad.")));
            close(&format!("{name} gradient of layer {layer}"), &found, &expected, 1e-5);
        }
    }
}

/// The networks of `make.py`, which have no dropout.
fn architectures() -> Vec<(String, Architecture)> {
    let mut all = Vec::new();
    for hidden in [3, 17] {
        let mut config = BiLstmConfig::default();
        (config.embedding, config.hidden, config.dense) = (DIM, hidden, 4);
        (config.embedding_dropout, config.dropout) = (0.0, 0.0);
        all.push((format!("bilstm{hidden}"), Architecture::BiLstm(config)));
        let mut config = CnnLstmConfig::default();
        (config.embedding, config.filters, config.hidden, config.dense) = (DIM, 2, hidden, 4);
        (config.embedding_dropout, config.dropout) = (0.0, 0.0);
        all.push((format!("cnnlstm{hidden}"), Architecture::CnnLstm(config)));
    }
    all
}

/// PyTorch's name of a weight, spelled out.
fn theirs(ours: &str) -> String {
    let modules = [("embedding", "emb"), ("lstm", "rnn"), ("dense", "d1"), ("output", "d2"), ("convs", "convs")];
    let (module, rest) = ours.split_once('.').unwrap();
    format!("{}.{rest}", modules.iter().find(|(ours, _)| *ours == module).unwrap().1)
}

fn softmax(logits: &[f32], labels: usize) -> Vec<f32> {
    let rows = logits.chunks(labels).flat_map(|row| {
        let sum: f64 = row.iter().map(|&logit| f64::from(logit).exp()).sum();
        row.iter().map(move |&logit| (f64::from(logit).exp() / sum) as f32)
    });
    rows.collect()
}

#[test]
fn networks_score_and_learn_as_in_pytorch() {
    let golden = Golden::open("networks.safetensors");
    let names = PyTorchNames::default();
    for (name, architecture) in architectures() {
        let network = architecture.read_pytorch(path(&format!("{name}.safetensors")), &names).unwrap();
        let batch = Batch::new(&TEXTS);
        let expected = golden.values(&format!("{name}.scores"));
        let logits = network.forward(&batch, &mut Mode::Infer).unwrap();
        close(&format!("{name} scores"), &softmax(&flat(&logits), 3), &expected, 1e-5);
        let logits = network.scorer(WeightPrecision::Single).unwrap().unwrap().logits(&batch).unwrap();
        close(&format!("{name} scores of the scorer"), &softmax(&logits, 3), &expected, 1e-5);

        // With a decay of 0, Adam's mean is the gradient itself.
        let mut config = AdamConfig::default();
        (config.beta1, config.clip_norm) = (0.0, 1e9);
        let mut adam = Adam::new(&config, network.parameters()).unwrap();
        let mut mode = Mode::train(Stream::new(0, "dropout", 0));
        let loss = cross_entropy(&network.forward(&batch, &mut mode).unwrap(), &TARGETS).unwrap();
        close(&format!("{name} loss"), &flat(&loss), &golden.values(&format!("{name}.loss")), 1e-5);
        adam.step(network.parameters(), &loss, mode).unwrap();
        for (weight, moments) in network.parameters().values().unwrap().iter().zip(&adam.state().moments) {
            let what = format!("{name}.grad.{}", theirs(&weight.name));
            close(&what, &moments.mean, &golden.values(&what), 1e-5);
        }
    }
}

/// `slope` of `make.py`.
fn slope(step: u64, place: u64) -> f32 {
    let whole = ((step * 31 + place * 17) % 23) as f32 - 11.0;
    whole / 8.0 / 2f32.powi((place % 7) as i32)
}

#[test]
fn a_hundred_steps_of_adam() {
    let golden = Golden::open("adam.safetensors");
    let specs = [
        ParameterSpec::dense("weight", [3, 5], Init::Constant(1.0)),
        ParameterSpec { name: "table".into(), shape: vec![7, 2], init: Init::Constant(1.0), table: true },
    ];
    // Of `torch.optim.SparseAdam` there is the table only.
    for (name, tables, decay, parts) in [
        ("adam", TableUpdate::All, 0.0, &["weight", "table"][..]),
        ("adamw", TableUpdate::All, 0.1, &["weight", "table"]),
        ("sparse", TableUpdate::Touched, 0.0, &["table"]),
    ] {
        let mut config = AdamConfig::default();
        (config.learning_rate, config.clip_norm, config.weight_decay, config.tables) = (0.01, 1e9, decay, tables);
        let parameters = Parameters::initialize(&specs, 0).unwrap();
        let mut adam = Adam::new(&config, &parameters).unwrap();
        for step in 0..100 {
            let mut mode = Mode::train(Stream::new(0, "", 0));
            let mut rows = vec![step % 7, (3 * step + 1) % 7];
            rows.sort_unstable();
            rows.dedup();
            let ids: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
            let taken = parameters.rows("table", &ids, &mut mode).unwrap();
            let slopes: Vec<f32> =
                rows.iter().flat_map(|&row| [2 * row, 2 * row + 1]).map(|k| slope(step, k)).collect();
            let rows = (taken * tensor(&slopes, &[ids.len(), 2])).unwrap().sum_all().unwrap();
            let slopes: Vec<f32> = (0..15).map(|place| slope(step, place)).collect();
            let weight = parameters.weight("weight", &mode).unwrap();
            let loss = (weight * tensor(&slopes, &[3, 5])).unwrap().sum_all().unwrap();
            adam.step(&parameters, &(loss + rows).unwrap(), mode).unwrap();
        }
        for (weight, moments) in parameters.values().unwrap().iter().zip(&adam.state().moments) {
            let what = format!("{name}.{}", weight.name);
            if parts.contains(&weight.name.as_str()) {
                close(&what, &weight.values, &golden.values(&what), 1e-6);
                close(&format!("{what} mean"), &moments.mean, &golden.values(&format!("{what}.mean")), 1e-6);
                close(&format!("{what} square"), &moments.square, &golden.values(&format!("{what}.square")), 1e-6);
            }
        }
    }
}

#[test]
fn what_is_written_is_what_was_read() {
    let scratch = tempfile::tempdir().unwrap();
    let names = PyTorchNames::default();
    for (name, architecture) in architectures() {
        let (from, to) = (path(&format!("{name}.safetensors")), scratch.path().join(&name));
        fs::write(&to, "an earlier file").unwrap();
        write_pytorch(&*architecture.read_pytorch(&from, &names).unwrap(), &to, &names).unwrap();
        let (from, to) = (fs::read(from).unwrap(), fs::read(to).unwrap());
        let (from, to) = (SafeTensors::deserialize(&from).unwrap(), SafeTensors::deserialize(&to).unwrap());
        assert_eq!(from.len(), to.len());
        for (name, tensor) in from.tensors() {
            let found = to.tensor(&name).unwrap();
            assert_eq!((found.dtype(), found.shape(), found.data()), (tensor.dtype(), tensor.shape(), tensor.data()));
        }
    }
    let left: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    let network = architectures()[0].1.initialize(4, 2, 0).unwrap();
    let mut twice = PyTorchNames::default();
    twice.dense = twice.output.clone();
    assert!(write_pytorch(&*network, scratch.path().join("x"), &twice).unwrap_err().to_string().contains("`d2.bias`"));
    assert!(write_pytorch(&*network, scratch.path(), &names).is_err());
    assert!(write_pytorch(&*network, scratch.path().join("no/x"), &names).unwrap_err().to_string().contains("no/x"));
    assert!(!scratch.path().join("x").exists());
}

#[test]
fn sizes_come_from_the_file() {
    for (name, architecture) in architectures() {
        let other = Architecture::from_name(architecture.name()).unwrap();
        let path = path(&format!("{name}.safetensors"));
        let mut sized = other.sized_as_pytorch(&path, &PyTorchNames::default()).unwrap();
        match &mut sized {
            Architecture::BiLstm(config) => (config.embedding_dropout, config.dropout) = (0.0, 0.0),
            Architecture::CnnLstm(config) => (config.embedding_dropout, config.dropout) = (0.0, 0.0),
            other => panic!("{other:?}"),
        }
        assert_eq!(sized, architecture);
        let mut names = PyTorchNames::default();
        names.lstm = "lstm".to_owned();
        let message = other.sized_as_pytorch(&path, &names).unwrap_err().to_string();
        assert!(message.contains("`lstm.weight_hh_l0`: is missing") && message.contains(&name), "{message}");
    }
}

type Described = (String, Dtype, Vec<usize>);

/// Writes some tensors of 2.0.
fn write(path: &Path, tensors: &[Described]) {
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|(_, kind, shape)| {
            let one: &[u8] = match kind {
                Dtype::F16 => &[0, 0x40],
                Dtype::BF16 => &[0, 0x40],
                Dtype::F64 => &[0, 0, 0, 0, 0, 0, 0, 0x40],
                _ => &[0, 0, 0, 0x40],
            };
            one.repeat(shape.iter().product())
        })
        .collect();
    let views = tensors.iter().zip(&bytes);
    let views = views.map(|((name, kind, shape), bytes)| (name, TensorView::new(*kind, shape.clone(), bytes).unwrap()));
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

#[test]
fn what_does_not_fit_is_named() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("weights.safetensors");
    let (_, architecture) = architectures().swap_remove(0); // hidden 3
    let names = PyTorchNames::default();
    let network = architecture.initialize(11, 3, 0).unwrap();
    let weights = network.parameters().values().unwrap();
    let right: Vec<_> = weights.into_iter().map(|w| (theirs(&w.name), Dtype::F32, w.shape)).collect();
    let read = || architecture.read_pytorch(&path, &names);
    let values = |network: Box<dyn Network>| network.parameters().values().unwrap();

    for kind in [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::F64] {
        let tensors: Vec<_> = right.iter().map(|(name, _, shape)| (name.clone(), kind, shape.clone())).collect();
        write(&path, &tensors);
        assert!(values(read().unwrap()).iter().all(|weight| weight.values.iter().all(|&value| value == 2.0)));
    }
    let refused = |change: &dyn Fn(&mut Vec<Described>), expected: &[&str]| {
        let mut tensors = right.clone();
        change(&mut tensors);
        write(&path, &tensors);
        let Err(error) = read() else { panic!("{expected:?} was read") };
        let message = error.to_string();
        assert!(message.contains("weights.safetensors"), "{message}");
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
    };
    refused(&|tensors| drop(tensors.remove(1)), &["missing: `rnn.weight_ih_l0` [12, 5]"]);
    refused(
        &|tensors| tensors.push(("bn.weight".into(), Dtype::F32, vec![1])),
        &["belong to no weight of this architecture: `bn.weight`"],
    );
    refused(
        &|tensors| tensors[2].2 = vec![12, 4],
        &["tensor `rnn.weight_hh_l0`: found F32 [12, 4], expected F32 [12, 3]"],
    );
    refused(&|tensors| tensors[0].2 = vec![11, 6], &["tensor `emb.weight`: found F32 [11, 6], expected F32 [11, 5]"]);
    refused(&|tensors| tensors[3].1 = Dtype::I32, &["tensor `rnn.bias_ih_l0`: found I32 [12], expected F32 [12]"]);
    refused(&|tensors| tensors.clear(), &["missing: `emb.weight` [0, 5], ", " and 7 more"]);
    refused(&|tensors| tensors[0].2 = vec![0, 5], &["0 word ids"]);
    let one = |tensors: &mut Vec<Described>| {
        let last = tensors.len() - 1;
        (tensors[last - 1].2, tensors[last].2) = (vec![1, 4], vec![1]);
    };
    refused(&one, &["1 labels"]);

    write(&path, &right);
    let whole = fs::read(&path).unwrap();
    let broken = |bytes: &[u8], expected: &str| {
        fs::write(&path, bytes).unwrap();
        let message = read().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.contains("weights.safetensors") && message.contains(expected), "{message}");
    };
    let mut nan = whole.clone();
    let end = nan.len();
    nan[end - 4..].copy_from_slice(&f32::INFINITY.to_le_bytes());
    broken(&nan, "is not finite");
    broken(&whole[..end - 1], "bytes of tensors, its header says");
    broken(&[&whole[..], &[0]].concat(), "bytes of tensors, its header says");
    broken(&whole[..40], "expected a safetensors file with a header");
    broken(&u64::MAX.to_le_bytes(), "expected a safetensors file with a header");
    broken(b"PK", "expected the header of a safetensors file");
    broken(&[&2u64.to_le_bytes()[..], b"[]"].concat(), "");
    // A header that claims more than there is.
    let claim = br#"{"emb.weight":{"dtype":"F32","shape":[4000000000,5],"data_offsets":[0,80000000000]}}"#;
    broken(&[&(claim.len() as u64).to_le_bytes()[..], claim].concat(), "its header says 80000000000");
    fs::remove_file(&path).unwrap();
    assert!(read().is_err());
    fs::create_dir(&path).unwrap();
    assert!(read().err().unwrap().to_string().contains("is no plain file"));
}

#[test]
fn a_network_from_pytorch_becomes_a_classifier() {
    let scratch = tempfile::tempdir().unwrap();
    let (name, architecture) = architectures().swap_remove(0);
    let network = architecture.read_pytorch(path(&format!("{name}.safetensors")), &PyTorchNames::default()).unwrap();
    let words: Vec<String> = (2..11).map(|id| format!("w{id}")).collect();
    let labels = || Labels::new(["a", "b", "c"]).unwrap();
    let mut config = TrainConfig::default();
    config.architecture = architecture;
    let from = |words: &[String], labels: Labels, config: &TrainConfig, network: &dyn Network| {
        let vocab = Vocab::new(words.to_vec()).unwrap();
        TextClassifier::from_weights(Blanks, vocab, labels, config.clone(), network.parameters())
    };
    let classifier = from(&words, labels(), &config, &*network).unwrap();
    let texts = ["w4 w9 w4 w2", "w7", "unknown w2 w10 w10 w3 w9"];
    let scores = classifier.classify(&texts).unwrap();
    close("classifier", scores.as_slice(), &Golden::open("networks.safetensors").values("bilstm3.scores"), 1e-5);
    classifier.save(scratch.path().join("model")).unwrap();
    let loaded = TextClassifier::<Blanks>::load(scratch.path().join("model")).unwrap();
    assert_eq!(loaded.classify(&texts).unwrap().as_slice(), scores.as_slice());
    assert_eq!((loaded.report().stopped, loaded.report().best_epoch), (Stopped::Elsewhere, 0));

    let refused = |words: &[String], labels: Labels, config: &TrainConfig, expected: &str| {
        let message = from(words, labels, config, &*network).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    refused(&words[1..], labels(), &config, "10 word ids and 3 labels");
    refused(&words, Labels::new(["a", "b"]).unwrap(), &config, "output.weight");
    refused(&words, labels(), &TrainConfig::default(), "found `embedding.weight` [11, 5], expected");
}

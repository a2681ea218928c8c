//! Networks of a user's own, and those of this crate on another device.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use common::{Blanks, config, examples, rows, trained};
use plaudit_core::{Classifier, Result, Vocab};
use plaudit_models::network::candle_core::{DType, Device, Module, ModuleT, Tensor};
use plaudit_models::network::candle_nn::{Embedding, Linear, VarBuilder, embedding, linear};
use plaudit_models::network::{ModuleNetwork, candle_core};
use plaudit_models::{Architecture, CnnLstmConfig, TextClassifier, TrainConfig, WeightPrecision, train_network};

/// The mean of the words' vectors, and one layer over it.
struct Bag {
    vectors: Embedding,
    output: Linear,
}

impl Bag {
    fn new(words: usize, labels: usize, weights: &VarBuilder<'_>) -> candle_core::Result<Self> {
        let vectors = embedding(words, 8, weights.pp("embedding"))?;
        Ok(Self { vectors, output: linear(8, labels, weights.pp("output"))? })
    }
}

impl ModuleT for Bag {
    fn forward_t(&self, ids: &Tensor, _train: bool) -> candle_core::Result<Tensor> {
        let word = ids.ne(Vocab::PADDING)?.to_dtype(DType::F32)?.unsqueeze(2)?;
        let sum = self.vectors.forward(ids)?.broadcast_mul(&word)?.sum(1)?;
        self.output.forward(&sum.broadcast_div(&word.sum(1)?.maximum(1.0)?)?)
    }
}

/// Rows that need no word order.
fn plain(count: usize, seed: u64) -> Vec<(String, &'static str)> {
    rows(count, seed).into_iter().filter(|(text, _)| !text.contains("not")).collect()
}

fn bag(config: &TrainConfig, labels: impl Fn(usize) -> usize) -> Result<TextClassifier<Blanks>> {
    let (train, valid) = (plain(600, 1), plain(200, 2));
    train_network(Blanks, &examples(&train), &examples(&valid), config, &mut (), |words, count, seed| {
        Ok(Box::new(ModuleNetwork::new(seed, |weights| Bag::new(words, labels(count), &weights))?))
    })
}

#[test]
fn a_module_learns_and_the_seed_decides_every_weight() {
    let mut config = config();
    let classifier = bag(&config, |labels| labels).unwrap();
    assert!(classifier.report().epochs.last().unwrap().valid_accuracy > 0.99);
    assert_eq!(classifier.predict("the desk was good").unwrap().label(), "Good");
    let weights = |classifier: &TextClassifier<Blanks>| classifier.network().parameters().values().unwrap();
    assert_eq!(weights(&classifier), weights(&bag(&config, |labels| labels).unwrap()));
    config.seed = 1;
    assert_ne!(weights(&classifier), weights(&bag(&config, |labels| labels).unwrap()));

    let texts = ["good", "", "the desk was bad today", "here form here form here form good"];
    let together = classifier.classify(&texts).unwrap();
    for (text, row) in texts.into_iter().zip(together.iter()) {
        assert_eq!(classifier.predict(text).unwrap().scores(), row.scores());
    }
}

#[test]
fn a_module_cannot_be_saved_or_moved_and_must_fit_the_labels() {
    let mut config = config();
    config.epochs = 1;
    let classifier = bag(&config, |labels| labels).unwrap();
    assert_eq!(classifier.architecture(), None);
    let place = std::env::temp_dir().join(format!("plaudit-module-{}", std::process::id()));
    let save = classifier.save(&place).unwrap_err().to_string();
    assert!(save.contains("saved") && save.contains("bi_lstm") && save.contains("parameters"), "{save}");
    assert!(!place.exists());
    assert!(classifier.on_device(&Device::Cpu).unwrap_err().to_string().contains("moved"));
    assert!(classifier.with_precision(WeightPrecision::Bfloat16).unwrap_err().to_string().contains("round"));

    let error = bag(&config, |labels| labels + 1).unwrap_err().to_string();
    assert!(error.contains("[1, 3]") && error.contains("[1, 2]"), "{error}");
}

#[test]
fn rounded_weights_give_near_scores_alone_and_together() {
    let classifier = trained(&config());
    let rounded = classifier.with_precision(WeightPrecision::Bfloat16).unwrap();
    assert!(within(0.01, &classifier, &rounded) && !within(0.0, &classifier, &rounded));
    assert!(within(0.0, &classifier, &rounded.with_precision(WeightPrecision::Single).unwrap()));
    let texts = ["not good", "", "the desk was not bad today"];
    for (text, row) in texts.into_iter().zip(rounded.classify(&texts).unwrap().iter()) {
        assert_eq!(rounded.predict(text).unwrap().scores(), row.scores());
    }
}

fn near(a: &TextClassifier<Blanks>, b: &TextClassifier<Blanks>) -> bool {
    within(1e-4, a, b)
}

fn within(most: f32, a: &TextClassifier<Blanks>, b: &TextClassifier<Blanks>) -> bool {
    let texts = ["good", "", "not good", "the desk was not bad today", "here form here form here form bad"];
    let scores = |classifier: &TextClassifier<Blanks>| classifier.classify(&texts).unwrap();
    let (a, b) = (scores(a), scores(b));
    a.iter().zip(b.iter()).all(|(a, b)| a.scores().iter().zip(b.scores()).all(|(a, b)| (a - b).abs() <= most))
}

#[test]
fn a_classifier_scores_the_same_on_a_device() {
    let classifier = trained(&config());
    let moved = classifier.on_device(&Device::Cpu).unwrap();
    assert!(near(&classifier, &moved));
    assert_eq!(classifier.architecture(), moved.architecture());
}

#[test]
fn what_was_trained_on_a_device_is_saved_as_any_other() {
    let mut sizes = CnnLstmConfig::default();
    (sizes.embedding, sizes.filters, sizes.hidden, sizes.dense, sizes.layers) = (12, 6, 9, 8, 1);
    (sizes.dropout, sizes.embedding_dropout) = (0.1, 0.1);
    let architecture = Architecture::CnnLstm(sizes);
    let (train, valid) = (rows(400, 1), rows(100, 2));
    let on_device = |words, labels, seed| {
        let network = architecture.initialize(words, labels, seed)?;
        architecture.on_device(network.parameters(), &Device::Cpu)
    };
    let classifier =
        train_network(Blanks, &examples(&train), &examples(&valid), &config(), &mut (), on_device).unwrap();
    let best = classifier.report().best_epoch - 1;
    assert!(classifier.report().epochs[best].valid_accuracy > 0.95, "{:?}", classifier.report().epochs);
    assert_eq!(classifier.architecture(), Some(&architecture));
    let place = std::env::temp_dir().join(format!("plaudit-on-device-{}", std::process::id()));
    classifier.save(&place).unwrap();
    let loaded = TextClassifier::<Blanks>::load(&place).unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    assert!(near(&classifier, &loaded));
    assert_eq!(loaded.architecture(), Some(&architecture));
}

//! Classifiers that start from given word vectors.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::collections::BTreeMap;

use common::{Blanks, config, examples, rows};
use plaudit_core::{Classifier, Embedding, Error, Example};
use plaudit_models::network::TableUpdate;
use plaudit_models::{
    Architecture, BiLstmConfig, CalibrationConfig, CalibrationRows, Extras, Pretrained, TextClassifier, TrainConfig,
    TrainReport, out_of_fold, out_of_fold_with, train, train_with,
};
use plaudit_stats::Stream;
use proptest::prelude::*;

/// Vectors of words, and the words in their order.
#[derive(Clone)]
struct Table {
    dim: usize,
    rows: BTreeMap<String, Vec<f32>>,
    words: Vec<String>,
}

impl Embedding for Table {
    fn dim(&self) -> usize {
        self.dim
    }

    fn embed_into(&self, word: &str, out: &mut [f32]) -> bool {
        self.rows.get(word).map(|row| out.copy_from_slice(row)).is_some()
    }
}

impl Table {
    /// Vectors by chance, with a standard deviation of about 2.
    fn of(words: &[&str], dim: usize) -> Self {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let row = |word: &String| {
            let mut random = Stream::new(1, word, 0);
            (word.clone(), (0..dim).map(|_| (2.0 * random.normal()) as f32).collect())
        };
        Self { dim, rows: words.iter().map(row).collect(), words }
    }

    fn times(&self, factor: f32) -> Self {
        let mut table = self.clone();
        table.rows.values_mut().flatten().for_each(|value| *value *= factor);
        table
    }

    fn train(&self, train_rows: &[(String, &'static str)], config: &TrainConfig) -> TextClassifier<Blanks> {
        let vectors = Pretrained::new(self, &self.words).unwrap();
        let valid = rows(100, 2);
        train_with(Blanks, &examples(train_rows), &examples(&valid), &with(&vectors), config, &mut ()).unwrap()
    }
}

fn with<'a>(vectors: &'a Pretrained<'a>) -> Extras<'a> {
    let mut extras = Extras::default();
    extras.vectors = Some(vectors);
    extras
}

/// All words of the small problem but `form`, and two that no text has.
const WORDS: [&str; 10] = ["not", "good", "bad", "the", "desk", "was", "today", "here", "splendid", "awful"];

fn short() -> TrainConfig {
    let mut config = config();
    config.epochs = 2;
    config
}

fn row(classifier: &TextClassifier<Blanks>, id: u32) -> Vec<f32> {
    let table = classifier.network().parameters().value("embedding.weight").unwrap();
    table.values[id as usize * table.shape[1]..][..table.shape[1]].to_vec()
}

fn weights(classifier: &TextClassifier<Blanks>) -> Vec<u32> {
    let values = classifier.network().parameters().values().unwrap();
    values.into_iter().flat_map(|weight| weight.values).map(f32::to_bits).collect()
}

#[test]
fn words_that_training_never_saw_are_known_by_their_neighbours() {
    let mut vectors = Table::of(&WORDS, 12);
    for (word, like) in [("splendid", "good"), ("awful", "bad")] {
        let near: Vec<f32> = vectors.rows[like].iter().map(|value| value * 1.01).collect();
        vectors.rows.insert(word.to_owned(), near);
    }
    let mut config = config();
    config.pretrained.frozen = true;
    let classifier = vectors.train(&rows(400, 1), &config);
    let swap = |text: &str| text.replace("good", "splendid").replace("bad", "awful");
    let test: Vec<(String, &str)> = rows(200, 3).iter().map(|(text, label)| (swap(text), *label)).collect();
    let texts: Vec<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
    let scores = classifier.classify(&texts).unwrap();
    let right = scores.iter().zip(&test).filter(|(found, (_, label))| found.label() == *label).count();
    assert!(right >= 190, "{right} of 200");
    assert_eq!(classifier.report().vectors.as_ref().unwrap().extra_words, 2);
}

#[test]
fn frozen_rows_stay_and_the_others_are_learned() {
    let vectors = Table::of(&WORDS, 12);
    for tables in [TableUpdate::Touched, TableUpdate::All] {
        let mut config = short();
        (config.pretrained.frozen, config.adam.tables, config.adam.weight_decay) = (true, tables, 0.1);
        let classifier = vectors.train(&rows(200, 1), &config);
        let scale = classifier.report().vectors.as_ref().unwrap().scale;
        let mut squares = Vec::new();
        for word in WORDS {
            let given = vectors.rows[word].iter().map(|&value| (f64::from(value) * scale) as f32);
            let found = row(&classifier, classifier.vocab().id(word));
            assert_eq!(found, given.collect::<Vec<_>>(), "{word}");
            let known = !WORDS[8..].contains(&word); // words of the training texts
            squares.extend(found.iter().filter(|_| known).map(|&value| f64::from(value).powi(2)));
        }
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        assert!((mean - 0.01).abs() < 1e-6, "{mean}");
        // `form` has no vector: it and the unknown word start by chance, and move.
        let start = config.architecture.initialize(classifier.vocab().len(), 2, config.seed).unwrap();
        let start = start.parameters().value("embedding.weight").unwrap().values;
        let form = classifier.vocab().id("form");
        assert!(form > 1);
        for id in [form, 1] {
            assert_ne!(row(&classifier, id), start[id as usize * 12..][..12]);
        }
        config.pretrained.frozen = false;
        let moved = vectors.train(&rows(200, 1), &config);
        assert_ne!(row(&moved, moved.vocab().id("good")), row(&classifier, classifier.vocab().id("good")));
    }
}

#[test]
fn the_vocabulary_in_its_order() {
    let words = |most: usize| {
        // `bad` and `poor` are cut by `min_count`; `poor` comes more often, and `odd` has no vector.
        let rows = [("good good good bad", "Good"), ("good poor poor odd odd", "Poor")];
        let rows: Vec<Example> = rows.iter().map(|&(text, label)| Example { text, label }).collect();
        let vectors = Table::of(&["z", "poor", "好\u{301}", "bad", "y"], 3);
        let mut list = vectors.words.clone();
        list.extend(["z", "", "a\nb", "a\rb", "never"].map(str::to_owned)); // twice, no words, and one without a vector
        let mut vectors = vectors;
        vectors.rows.insert("a\nb".to_owned(), vec![1.0; 3]);
        let mut config = short();
        (config.vocab.min_count, config.pretrained.extra_words) = (3, most);
        config.architecture = Architecture::default();
        let pretrained = Pretrained::new(&vectors, &list).unwrap();
        let classifier = train_with(Blanks, &rows, &rows, &with(&pretrained), &config, &mut ()).unwrap();
        (
            classifier.vocab().words().map(str::to_owned).collect::<Vec<_>>(),
            classifier.report().vectors.clone().unwrap(),
        )
    };
    let (all, report) = words(50_000);
    assert_eq!(all, ["good", "poor", "bad", "z", "好\u{301}", "y"]);
    // By hand: the one word of the vocabulary has none; of 4 good, 1 bad, 2 poor and 2 odd, three tokens have one.
    assert_eq!((report.vocab_coverage, report.token_coverage, report.extra_words), (0.0, 3.0 / 9.0, 5));
    let (some, report) = words(2);
    assert_eq!((&some[..], report.extra_words), (&all[..3], 2));
    let (none, report) = words(0);
    assert_eq!((&none[..], report.token_coverage, report.scale), (&all[..1], 0.0, 1.0));
}

#[test]
fn the_same_bytes_for_any_threads_and_after_loading() {
    let vectors = Table::of(&WORDS, 12);
    for frozen in [false, true] {
        let mut config = short();
        config.pretrained.frozen = frozen;
        let run = |threads: usize| {
            let mut config = config.clone();
            config.threads = Some(threads);
            vectors.train(&rows(400, 1), &config)
        };
        let one = run(1);
        for threads in [1, 2, 4] {
            let other = run(threads);
            assert!(weights(&other) == weights(&one) && other.report() == one.report());
        }
        // A factor of two is undone by the scale, exactly.
        for factor in [4.0, 0.125] {
            assert_eq!(weights(&vectors.times(factor).train(&rows(400, 1), &config)), weights(&one));
        }
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("model");
        one.save(&path).unwrap();
        let loaded = TextClassifier::<Blanks>::load(&path).unwrap();
        assert_eq!((loaded.config().pretrained.frozen, loaded.report()), (frozen, one.report()));
        assert_eq!(loaded.vocab(), one.vocab());
        assert_eq!(loaded.predict("not splendid").unwrap(), one.predict("not splendid").unwrap());
    }
}

#[test]
fn without_a_word_found_it_is_the_training_without_vectors() {
    let (train_rows, valid) = (rows(100, 1), rows(100, 2));
    let plain = train(Blanks, &examples(&train_rows), &examples(&valid), &short(), &mut ()).unwrap();
    let none = Table::of(&["Good", "GOOD"], 12);
    let mut config = short();
    config.pretrained.extra_words = 0;
    let classifier = none.train(&train_rows, &config);
    assert_eq!(weights(&classifier), weights(&plain));
    let report = classifier.report().vectors.clone().unwrap();
    assert_eq!((report.vocab_coverage, report.token_coverage, report.extra_words), (0.0, 0.0, 0));
    assert_eq!(plain.report().vectors, None);
    assert_eq!(weights(&Table::of(&[], 12).train(&train_rows, &short())), weights(&plain));
    // No word in any text, and none but those of the vectors.
    let empty: Vec<(String, &'static str)> =
        [("", "Good"), (" ", "Poor")].map(|(text, label)| (text.to_owned(), label)).into();
    let classifier = Table::of(&WORDS, 12).train(&empty, &short());
    assert_eq!(classifier.vocab().words().collect::<Vec<_>>(), WORDS);
    assert_eq!(classifier.report().vectors.as_ref().unwrap().token_coverage, 0.0);
    // All vectors are zero.
    let report = Table::of(&WORDS, 12).times(0.0).train(&train_rows, &short()).report().clone();
    assert_eq!(report.vectors.unwrap().scale, 1.0);
}

#[test]
fn the_length_is_that_of_the_vectors() {
    let vectors = Table::of(&WORDS, 7);
    let mut config = short();
    let pretrained = Pretrained::new(&vectors, &vectors.words).unwrap();
    let train_rows = rows(60, 1);
    let examples = examples(&train_rows);
    let run = |config: &TrainConfig| train_with(Blanks, &examples, &examples, &with(&pretrained), config, &mut ());
    let error = run(&config).unwrap_err();
    assert!(matches!(error, Error::Config { .. }));
    assert!(error.to_string().contains("bi_lstm.embedding: 12, but the vectors have length 7"), "{error}");
    let mut network = BiLstmConfig::default(); // of 100
    network.hidden = 5;
    config.architecture = Architecture::BiLstm(network.clone());
    let classifier = run(&config).unwrap();
    network.embedding = 7;
    assert_eq!(classifier.architecture(), Some(&Architecture::BiLstm(network)));
    config.architecture = common::cnn_lstm();
    assert!(run(&config).unwrap_err().to_string().contains("cnn_lstm.embedding: 12"));
    config.architecture = Architecture::from_name("cnn_lstm").unwrap();
    assert_eq!(row(&run(&config).unwrap(), 2).len(), 7);
}

#[test]
fn what_cannot_work_is_named() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut vectors = Table::of(&WORDS, 12);
        vectors.rows.get_mut("good").unwrap()[3] = value;
        let error = Pretrained::new(&vectors, &vectors.words).unwrap_err().to_string();
        assert!(error.contains("not finite in the vector of \"good\""), "{error}");
        // A word that is not listed, as those of n-grams are.
        let pretrained = Pretrained::new(&vectors, &[]).unwrap();
        let train_rows = rows(60, 1);
        let rows = examples(&train_rows);
        let error = train_with(Blanks, &rows, &rows, &with(&pretrained), &short(), &mut ()).unwrap_err().to_string();
        assert!(error.contains("not finite in the vector of \"good\""), "{error}");
    }
    let flat = Table { dim: 0, rows: BTreeMap::new(), words: Vec::new() };
    assert!(Pretrained::new(&flat, &[]).unwrap_err().to_string().contains("length 0, expected 1 or more"));
    let wide = Table { dim: 20_000, rows: BTreeMap::new(), words: Vec::new() };
    let pretrained = Pretrained::new(&wide, &[]).unwrap();
    let train_rows = rows(60, 1);
    let rows = examples(&train_rows);
    let default = TrainConfig::default();
    let error = train_with(Blanks, &rows, &rows, &with(&pretrained), &default, &mut ()).unwrap_err().to_string();
    assert!(error.contains("bi_lstm.embedding: 20000 is not in 1 to 16384"), "{error}");
    let mut config = short();
    config.pretrained.frozen = true;
    let error = train(Blanks, &rows, &rows, &config, &mut ()).unwrap_err().to_string();
    assert!(error.contains("pretrained.frozen: true, but no vectors were given"), "{error}");
    config.pretrained.extra_words = u32::MAX as usize;
    assert!(config.validate().unwrap_err().to_string().contains("pretrained.extra_words"));
}

#[test]
fn folds_start_from_the_same_vectors() {
    let vectors = Table::of(&WORDS, 12);
    let (train_rows, valid) = (rows(200, 1), rows(100, 2));
    let classifier = vectors.train(&train_rows, &short());
    let fit = CalibrationConfig::default();
    let folds = |vectors: &Table| {
        let pretrained = Pretrained::new(vectors, &vectors.words).unwrap();
        let (train_rows, valid) = (examples(&train_rows), examples(&valid));
        out_of_fold_with(&Blanks, &train_rows, &valid, 2, &with(&pretrained), &short(), &mut ()).unwrap()
    };
    classifier.calibrated(&folds(&vectors), &fit).unwrap();
    let without = out_of_fold(&Blanks, &examples(&train_rows), &examples(&valid), 2, &short(), &mut ()).unwrap();
    for other in [folds(&vectors.times(2.0)), folds(&Table::of(&WORDS[..9], 12)), without] {
        let error = classifier.calibrated(&other, &fit).unwrap_err().to_string();
        assert!(error.contains("folds of another configuration"), "{error}");
    }
    for rows in [CalibrationRows::Folds(2), CalibrationRows::SetAside(0.2)] {
        let mut config = short();
        let mut calibration = CalibrationConfig::default();
        calibration.rows = rows;
        config.calibration = Some(calibration);
        let classifier = vectors.train(&train_rows, &config);
        assert!(classifier.calibration().is_some());
        let report: &TrainReport = classifier.report();
        assert_eq!(report.vectors.as_ref().map(|report| report.dim), Some(12));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_words_come_in_once(words in proptest::collection::vec("[ab\u{0}好\u{301}\n\r]{0,3}", 0..12), most in 0_usize..6) {
        let vectors = Table::of(&words.iter().map(String::as_str).collect::<Vec<_>>(), 3);
        let mut config = short();
        config.epochs = 1;
        config.pretrained.extra_words = most;
        config.architecture = Architecture::default();
        let classifier = vectors.train(&rows(40, 1), &config);
        let plain = train(Blanks, &examples(&rows(40, 1)), &examples(&rows(40, 1)), &config, &mut ()).unwrap();
        let mut expected: Vec<&str> = plain.vocab().words().collect();
        for word in &vectors.words {
            let fits = !word.is_empty() && !word.contains(['\n', '\r']) && !expected.contains(&word.as_str());
            if fits && expected.len() < plain.vocab().words().len() + most {
                expected.push(word);
            }
        }
        prop_assert_eq!(classifier.vocab().words().collect::<Vec<_>>(), expected);
    }
}

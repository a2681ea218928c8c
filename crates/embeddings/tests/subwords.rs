//! Training of words with their n-grams: the same bytes with any number of threads, misspelled words beside right ones, files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Embedding, conformance};
use plaudit_embeddings::formats::{self, VectorsConfig};
use plaudit_embeddings::word2vec::{Architecture, SubwordConfig, Word2VecConfig, train, train_subwords};
use plaudit_embeddings::{SubwordVectors, WordVectors};
use plaudit_stats::Stream;

/// Words of four groups; words of a group stand beside each other.
const GROUPS: [[&str; 6]; 4] = [
    ["library", "reading", "bookshelf", "quietness", "librarian", "catalogue"],
    ["football", "stadium", "gymnasium", "training", "swimming", "basketball"],
    ["breakfast", "cafeteria", "vegetables", "restaurant", "dumplings", "vegetarian"],
    ["registrar", "enrolment", "timetable", "certificate", "transcript", "graduation"],
];

fn corpus() -> Vec<String> {
    let mut stream = Stream::new(3, "test", 0);
    let mut sentence = |n: usize| -> String {
        let words: Vec<&str> = (0..12).map(|_| GROUPS[n % 4][stream.below(6) as usize]).collect();
        words.join(" ")
    };
    (0..3000).map(&mut sentence).collect()
}

fn config(threads: usize) -> Word2VecConfig {
    let (mut config, mut subwords) = (Word2VecConfig::default(), SubwordConfig::default());
    subwords.buckets = 5000;
    (config.dim, config.epochs, config.sample, config.threads) = (20, 2, 0.0, Some(threads));
    config.subwords = Some(subwords);
    config
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    product(a, b) / (product(a, a) * product(b, b)).sqrt()
}

fn same(a: &WordVectors, b: &WordVectors) -> bool {
    a.words() == b.words() && a.values().iter().zip(b.values()).all(|(a, b)| a.to_bits() == b.to_bits())
}

fn written(vectors: &SubwordVectors) -> Vec<u8> {
    let mut bytes = Vec::new();
    formats::write_subwords_to(&mut bytes, vectors).unwrap();
    bytes
}

#[test]
fn the_same_bytes_with_any_number_of_threads() {
    let corpus = corpus();
    for architecture in [Architecture::SkipGram, Architecture::Cbow] {
        let bytes = |threads, seed| {
            let mut config = config(threads);
            (config.architecture, config.seed) = (architecture, seed);
            written(&train_subwords(corpus.as_slice(), &config, &mut ()).unwrap())
        };
        let one = bytes(1, 1);
        assert!([2, 3, 8].into_iter().all(|threads| bytes(threads, 1) == one), "{architecture:?}");
        assert!(bytes(1, 2) != one);
    }
}

#[test]
fn misspelled_words_are_nearest_to_the_right_ones() {
    let vectors = train_subwords(corpus().as_slice(), &config(2), &mut ()).unwrap();
    let words = vectors.words();
    assert_eq!(words.words().len(), 24);
    for (wrong, right) in [
        ("libary", "library"),
        ("footbal", "football"),
        ("restaurnat", "restaurant"),
        ("certifcate", "certificate"),
        ("gymnasiums", "gymnasium"),
        ("vegtables", "vegetables"),
    ] {
        assert!(words.place(wrong).is_none());
        let vector = vectors.embed(wrong).unwrap();
        let near = |word: &str| cosine(&vector, &words.embed(word).unwrap());
        for other in words.words().iter().filter(|other| *other != right) {
            assert!(near(right) > near(other), "{wrong}: {right} {}, {other} {}", near(right), near(other));
        }
        assert!(near(right) > 0.95, "{wrong}: {}", near(right));
    }
}

#[test]
fn known_words_are_complete_and_can_be_written() {
    let corpus = corpus();
    let vectors = train_subwords(corpus.as_slice(), &config(1), &mut ()).unwrap();
    assert!(same(&train(corpus.as_slice(), &config(1), &mut ()).unwrap(), vectors.words()));
    conformance::check_embedding(&vectors, &["library", "libary", "好", "a", ""]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["model.bin", "model.bin.gz"] {
        formats::write_subwords(folder.path().join(name), &vectors).unwrap();
        let back = formats::read_subwords(folder.path().join(name), &VectorsConfig::default()).unwrap().vectors;
        assert!(same(back.words(), vectors.words()));
        for word in ["libary", "foot", "好", "x"] {
            assert_eq!(back.embed(word), vectors.embed(word), "{word}");
        }
        assert!(written(&back) == written(&vectors));
    }
    assert!(vectors.into_words().embed("libary").is_none());
}

#[test]
fn n_grams_that_no_word_has_are_zero() {
    let mut config = config(1);
    config.subwords = Some(SubwordConfig::default());
    let vectors = train_subwords(corpus().as_slice(), &config, &mut ()).unwrap();
    assert_eq!(vectors.embed("好好好"), Some(vec![0.0; 20]));
}

#[test]
fn models_of_fasttext_are_written_as_they_were_read() {
    for name in ["fasttext.bin", "fasttext_words.bin"] {
        let path = format!("{}/tests/golden/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        let model = formats::read_subwords(path, &VectorsConfig::default()).unwrap().vectors;
        let back = formats::read_subwords_from(&written(&model)[..], name, &VectorsConfig::default()).unwrap().vectors;
        assert!(same(back.words(), model.words()), "{name}");
        for word in ["libary", "caf", "图书", "</s>", "a b"] {
            assert_eq!(back.embed(word), model.embed(word), "{name}: {word}");
        }
    }
}

#[test]
fn hostile_words_and_configurations() {
    let mut config = config(1);
    (config.min_count, config.dim) = (1, 3);
    let long = "x".repeat(20_000);
    let corpus = [format!("</s> a \u{1f469}\u{200d}\u{1f467} {long} ññ <> < >"), "e\u{301} \u{fffd} a <a>".to_owned()];
    let vectors = train_subwords(&corpus[..], &config, &mut ()).unwrap();
    assert!(vectors.words().values().iter().all(|value| value.is_finite()));
    let back = formats::read_subwords_from(&written(&vectors)[..], "model.bin", &VectorsConfig::default()).unwrap();
    assert!(same(back.vectors.words(), vectors.words()));
    let vectors = train_subwords(["a\0b c"].as_slice(), &config, &mut ()).unwrap();
    let error = formats::write_subwords_to(std::io::sink(), &vectors).unwrap_err().to_string();
    assert!(error.contains("expected words without NUL"), "{error}");

    config.subwords = None;
    let error = train_subwords(&corpus[..], &config, &mut ()).unwrap_err().to_string();
    assert!(error.contains("word2vec.subwords: found none"), "{error}");
    let mut config: Word2VecConfig = serde_json::from_str(r#"{"subwords":{"max":5}}"#).unwrap();
    let subwords = config.subwords.clone().unwrap();
    assert_eq!((subwords.min, subwords.max, subwords.buckets), (3, 5, 2_000_000));
    let back: Word2VecConfig = serde_json::from_str(&serde_json::to_string(&config).unwrap()).unwrap();
    assert_eq!(back, config);
    config.subwords = serde_json::from_str(r#"{"min":7,"max":101,"buckets":0}"#).unwrap();
    let error = config.validate().unwrap_err().to_string();
    assert!(error.contains("subwords.max: found 101") && error.contains("subwords.buckets: found 0"), "{error}");
    config.subwords = serde_json::from_str(r#"{"min":7}"#).unwrap();
    assert!(config.validate().unwrap_err().to_string().contains("subwords.min: found 7, expected 1 to subwords.max"));
    assert!(serde_json::from_str::<SubwordConfig>(r#"{"minn":3}"#).is_err());
}

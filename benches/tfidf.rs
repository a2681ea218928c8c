//! How fast a vocabulary is fitted, and texts become rows: word 1- and 2-grams, and 2- to 5-grams of characters in words. The texts are
//! lines of `examples/data/feedback.tsv`, and of a public set in the folder that the environment variable `PLAUDIT_DATA` names.
//! `tfidf.py` times scikit-learn on a file of texts, with the same tokens.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

#[path = "../crates/embeddings/tests/scikit_learn_words/mod.rs"]
mod scikit_learn_words;

use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_core::{Features, SparseRow};
use plaudit_embeddings::{NgramUnit, TfIdfConfig, TfIdfRow, fit_tfidf};
use scikit_learn_words::ScikitLearnWords;

fn ngrams(criterion: &mut Criterion, name: &str, file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let texts: Vec<&str> = text.lines().collect();
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Bytes(text.len() as u64));
    for (unit, min_n, max_n) in [(NgramUnit::Words, 1, 2), (NgramUnit::CharactersInWords, 2, 5)] {
        let mut config = TfIdfConfig::default();
        (config.unit, config.min_n, config.max_n) = (unit, min_n, max_n);
        let fit = || fit_tfidf(black_box(&texts), ScikitLearnWords, &config).unwrap();
        group.bench_function(format!("{unit:?}, fit"), |bencher| bencher.iter(fit));
        let (tfidf, mut row, mut features) = (fit(), TfIdfRow::new(), SparseRow::new());
        group.bench_function(format!("{unit:?}, rows"), |bencher| {
            bencher.iter(|| texts.iter().for_each(|text| tfidf.row_into(black_box(text), &mut row)));
        });
        group.bench_function(format!("{unit:?}, features"), |bencher| {
            bencher.iter(|| texts.iter().for_each(|text| tfidf.features_into(black_box(text), &mut features)));
        });
    }
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    ngrams(criterion, "feedback", &own);
    let Some(data) = env::var_os("PLAUDIT_DATA").map(PathBuf::from) else {
        return println!("skipped: PLAUDIT_DATA is not set");
    };
    ngrams(criterion, "tweets", &data.join("tweeteval_sentiment/train.tsv"));
}

criterion_group!(tfidf, benches);
criterion_main!(tfidf);

//! How fast a linear classifier is fitted: on TF-IDF of words and pairs of words in a public set of the folder that the environment variable
//! `PLAUDIT_DATA` names, from rows that are there already, with one `C`. `linear.py` times scikit-learn on the same.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

#[path = "../crates/embeddings/tests/scikit_learn_words/mod.rs"]
mod scikit_learn_words;

use std::collections::HashMap;
use std::env;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use plaudit::core::{Features, SparseRow};
use plaudit::embeddings::{TfIdfConfig, fit_tfidf};
use plaudit::models::{LinearConfig, train_baseline};
use plaudit::{Example, ReadConfig};
use scikit_learn_words::ScikitLearnWords;

/// Rows that were computed before, by their text.
struct Rows<'a>(usize, HashMap<&'a str, SparseRow>);

impl Features for Rows<'_> {
    fn width(&self) -> usize {
        self.0
    }

    fn features_into(&self, text: &str, row: &mut SparseRow) {
        row.clone_from(self.1.get(text).unwrap());
    }
}

fn fits(criterion: &mut Criterion, name: &str, folder: &Path) {
    let data = plaudit::data::read(folder.join("train.tsv"), &ReadConfig::default()).unwrap();
    let examples = data.examples();
    let texts: Vec<&str> = examples.iter().map(|example| example.text).collect();
    let mut tfidf = TfIdfConfig::default();
    tfidf.max_n = 2;
    let tfidf = fit_tfidf(&texts, ScikitLearnWords, &tfidf).unwrap();
    let rows = Rows(tfidf.width(), texts.iter().map(|&text| (text, tfidf.features(text))).collect());
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    for c in [1.0, 10.0] {
        let mut config = LinearConfig::default();
        (config.c, config.threads) = (vec![c], Some(1));
        let fit = |examples: &[Example<'_>]| train_baseline(&rows, examples, &[], &config.clone().into()).unwrap();
        let start = cpu_seconds();
        let report = fit(&examples).report().clone();
        let cpu = cpu_seconds().zip(start).map(|(end, start)| end - start);
        let (rows, columns, best) = (report.train_rows, report.columns, report.best_fit());
        println!("{name}, C {c}: {rows} rows, {columns} columns, {cpu:.2?} CPU-seconds, {best:?}");
        group.bench_function(format!("C {c}"), |bencher| bencher.iter(|| fit(black_box(&examples))));
    }
    group.finish();
}

/// The processor time of this process, to a hundredth; none where the system does not tell.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    Some(fields.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0)
}

fn benches(criterion: &mut Criterion) {
    let Some(data) = env::var_os("PLAUDIT_DATA").map(PathBuf::from) else {
        return println!("skipped: PLAUDIT_DATA is not set");
    };
    for name in ["sst2", "tweeteval_sentiment"] {
        fits(criterion, name, &data.join(name));
    }
}

criterion_group!(linear, benches);
criterion_main!(linear);

//! How long an epoch of training and the scoring of a text take.
#![allow(missing_docs)] // criterion's macros make undocumented functions

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit::{Classifier, Dataset, ReadConfig, SplitRatios, TextClassifier, TrainConfig};

fn parts() -> plaudit::Result<[Dataset; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/feedback.tsv");
    plaudit::data::read(path, &ReadConfig::default())?.split(SplitRatios::PAPER, 7)
}

fn one_epoch([train, valid, _]: &[Dataset; 3]) -> plaudit::Result<TextClassifier> {
    let mut config = TrainConfig::default();
    (config.model.epochs, config.model.threads) = (1, Some(1));
    plaudit::train(train, valid, &config, &mut ())
}

fn benches(criterion: &mut Criterion) {
    let parts = match parts() {
        Ok(parts) => parts,
        Err(error) => return eprintln!("skipped: {error}"),
    };
    let classifier = match one_epoch(&parts) {
        Ok(classifier) => classifier,
        Err(error) => return eprintln!("skipped: {error}"),
    };
    let mut group = criterion.benchmark_group("bi_lstm");
    group.sample_size(10).throughput(Throughput::Elements(parts[0].len() as u64));
    group.bench_function("one epoch, 1 thread", |bencher| bencher.iter(|| black_box(one_epoch(&parts))));
    let texts: Vec<&str> = parts[2].iter().map(|row| row.text.as_str()).collect();
    group.throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("classify a batch", |bencher| bencher.iter(|| black_box(classifier.classify(&texts))));
    group.throughput(Throughput::Elements(1));
    let text = "the staff were not bad at all but the queue was long and the form was lost twice";
    group.bench_function("classify one text", |bencher| bencher.iter(|| black_box(classifier.predict(text))));
    group.finish();
}

criterion_group!(train_and_classify, benches);
criterion_main!(train_and_classify);

//! The quality gate: each check alone and all together, on 20,000 texts of which every tenth repeats another but for a word.
//! `near_duplicates.py` times datasketch on the same texts.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit::text::{Language, QualityConfig, QualityGate, QualitySummary, detect};

const TEXTS: usize = 20_000;

/// The texts that `near_duplicates.py` makes, too: words drawn by a linear congruential generator.
fn texts() -> Vec<String> {
    let words: Vec<&str> = include_str!("../crates/text/data/letter_words.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut state: u64 = 1;
    let mut draw = |below: usize| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        (state as usize >> 8) % below
    };
    let mut texts: Vec<Vec<&str>> = Vec::new();
    for index in 0..TEXTS {
        let mut text: Vec<&str> = if index % 10 == 9 {
            texts.get(draw(index)).unwrap().clone()
        } else {
            (0..8 + draw(16)).map(|_| *words.get(draw(words.len())).unwrap()).collect()
        };
        let place = draw(text.len());
        *text.get_mut(place).unwrap() = words.get(draw(words.len())).unwrap();
        texts.push(text);
    }
    texts.iter().map(|text| text.join(" ")).collect()
}

fn all(config: &QualityConfig, texts: &[String]) -> QualitySummary {
    let mut gate = QualityGate::new(config.clone()).unwrap();
    texts.iter().for_each(|text| drop(gate.check(text)));
    gate.summary().clone()
}

fn benches(criterion: &mut Criterion) {
    let texts = texts();
    let mut nothing = QualityConfig::default();
    (nothing.meaningless, nothing.keyboard_mash) = (false, None);
    (nothing.exact_duplicates, nothing.near_duplicates) = (false, None);
    let (mut mash, mut exact, mut near, mut language) = (nothing.clone(), nothing.clone(), nothing.clone(), nothing);
    mash.keyboard_mash = QualityConfig::default().keyboard_mash;
    exact.exact_duplicates = true;
    near.near_duplicates = QualityConfig::default().near_duplicates;
    language.languages = vec![Language::En];
    println!("{}", all(&near, &texts));
    let mut group = criterion.benchmark_group("quality");
    group.sample_size(10).throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    for (name, config) in [
        ("keyboard mash", mash),
        ("language", language),
        ("exact duplicates", exact),
        ("near duplicates", near),
        ("defaults", QualityConfig::default()),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| all(&config, black_box(&texts))));
    }
    group.bench_function("detect alone", |bencher| {
        bencher.iter(|| texts.iter().filter(|text| detect(text).language == Language::En).count());
    });
    group.finish();
}

criterion_group!(quality, benches);
criterion_main!(quality);

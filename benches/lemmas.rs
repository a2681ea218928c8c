//! How many words a second get a stem, and how many a lemma, on the valid part of UD English EWT, which the folder
//! `PLAUDIT_DATA` holds. `lemmas.py` times simplemma and spaCy on the same words.
//!
//! Run: `PLAUDIT_DATA=... cargo bench -p plaudit-text --all-features --bench lemmas`
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_core::{Analyzer, TokenKind, Tokens};
use plaudit_text::{
    Lemmas, Pipeline, PipelineConfig, PosLemmatizer, RuleLemmatizer, StemAlgorithm, StemConfig, TaggerLemmatizer,
    TextStep,
};

/// Returns the sentences of the treebank, as it splits them, folded.
fn sentences(data: &str) -> Vec<Tokens> {
    let text = std::fs::read_to_string(format!("{data}/ud_english_ewt/valid.conllu")).unwrap();
    let mut sentences = vec![Tokens::new()];
    for line in text.lines() {
        let row: Vec<&str> = line.split('\t').collect();
        match row.first().zip(row.get(1)) {
            Some((id, form)) if id.bytes().all(|byte| byte.is_ascii_digit()) => {
                let is_word = form.contains(char::is_alphabetic);
                let kind = if is_word { TokenKind::Word } else { TokenKind::Symbol };
                sentences.last_mut().unwrap().push(&form.replace('’', "'").to_lowercase(), 0..0, kind);
            }
            _ if line.is_empty() => sentences.push(Tokens::new()),
            _ => {}
        }
    }
    sentences
}

fn stems(sentences: &[Tokens], algorithm: StemAlgorithm) -> impl FnMut() -> usize {
    let mut stem = StemConfig::default();
    stem.algorithm = algorithm;
    let mut config = PipelineConfig::default();
    config.steps = vec![TextStep::Stem(stem)];
    let pipeline = Pipeline::new(config).unwrap();
    let line = |sentence: &Tokens| sentence.iter().map(|token| token.text.to_owned()).collect::<Vec<_>>().join(" ");
    let texts: Vec<String> = sentences.iter().map(line).collect();
    let mut tokens = Tokens::new();
    move || {
        let mut count = 0;
        for text in &texts {
            pipeline.analyze_into(black_box(text), &mut tokens);
            count += tokens.len();
        }
        count
    }
}

fn lemmas(sentences: &[Tokens], lemmatizer: impl PosLemmatizer) -> impl FnMut() -> usize {
    let mut lemmas = Lemmas::new();
    move || {
        let mut count = 0;
        for sentence in sentences {
            lemmatizer.lemmatize_into(black_box(sentence), &mut lemmas);
            count += lemmas.len();
        }
        count
    }
}

fn benches(criterion: &mut Criterion) {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let sentences = sentences(&data);
    let mut group = criterion.benchmark_group("lemmas");
    group.sample_size(20);
    group.throughput(Throughput::Elements(sentences.iter().map(|sentence| sentence.len() as u64).sum()));
    let mut bench = |name, mut run: Box<dyn FnMut() -> usize + '_>| {
        group.bench_function(name, |bencher| bencher.iter(&mut run));
    };
    bench("split and stem, Snowball 1", Box::new(stems(&sentences, StemAlgorithm::Snowball1)));
    bench("split and stem, Snowball 3", Box::new(stems(&sentences, StemAlgorithm::Snowball3)));
    bench("lemmas by rules", Box::new(lemmas(&sentences, RuleLemmatizer::new(None))));
    bench("lemmas by the tagger", Box::new(lemmas(&sentences, TaggerLemmatizer::new())));
}

criterion_group!(all, benches);
criterion_main!(all);

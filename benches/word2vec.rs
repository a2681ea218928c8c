//! How many words a second word vectors are trained on, on one thread: of 100 and 300 numbers, as a bag of words, and with sub-words.
//! The text is generated: its words come as often as Zipf's law says, and are as long as words are. On a file of one's own, the example
//! `word2vec` (`--threads 1 --json`) prints the same figure.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use plaudit_embeddings::word2vec::{Architecture, SubwordConfig, Word2VecConfig, train};
use plaudit_stats::Stream;

const SENTENCES: usize = 10_000;
const WORDS: usize = 20;
const VOCABULARY: u64 = 30_000;

/// The word at a place of a list: two to four syllables.
fn word(place: u64) -> String {
    let mut stream = Stream::new(1, "word", place);
    let syllables = 2 + stream.below(3);
    let mut letter = |letters: &str| letters.chars().nth(stream.below(letters.len() as u64) as usize).unwrap();
    (0..syllables).flat_map(|_| [letter("bcdfghklmnprst"), letter("aeiou")]).collect()
}

/// Sentences whose words come one over their place as often as the first one.
fn sentences() -> Vec<String> {
    let words: Vec<String> = (0..VOCABULARY).map(word).collect();
    let mut stream = Stream::new(1, "sentences", 0);
    let mut drawn = || words.get((VOCABULARY as f64).powf(stream.uniform()) as usize - 1).unwrap().as_str();
    (0..SENTENCES).map(|_| (0..WORDS).map(|_| drawn()).collect::<Vec<_>>().join(" ")).collect()
}

fn benches(criterion: &mut Criterion) {
    let sentences = sentences();
    let mut group = criterion.benchmark_group("word2vec");
    group.sample_size(10).throughput(Throughput::Elements((SENTENCES * WORDS) as u64));
    for (name, dim, architecture, subwords) in [
        ("skip-gram, 100", 100, Architecture::SkipGram, None),
        ("skip-gram, 300", 300, Architecture::SkipGram, None),
        ("bag of words, 100", 100, Architecture::Cbow, None),
        ("skip-gram, 100, sub-words", 100, Architecture::SkipGram, Some(SubwordConfig::default())),
    ] {
        let mut config = Word2VecConfig::default();
        (config.dim, config.epochs, config.threads) = (dim, 1, Some(1));
        (config.architecture, config.subwords) = (architecture, subwords);
        group.bench_function(name, |bencher| {
            bencher.iter(|| train(black_box(sentences.as_slice()), &config, &mut ()).unwrap());
        });
    }
    group.finish();
}

criterion_group!(word2vec, benches);
criterion_main!(word2vec);

//! Terms, phrases, co-occurring terms, communities and topics of 125,000 and 500,000 posts of twelve words.
//! `topics.py` times scikit-learn, gensim, scipy and networkx on the same posts, and prints the same counts.
#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros make undocumented functions; a bench may stop

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use plaudit::insight::{
    CommunityConfig, Cooccurrence, CooccurrenceConfig, Corpus, CorpusBuilder, Documents, Phrases, PhrasesConfig,
    TopicsConfig, communities, cooccurrence, phrases, term_counts, topics,
};

const MIN_DOCUMENTS: usize = 20;

/// The posts that `topics.py` makes, too: four words of one of forty topics, eight of the rest of the language, or four of them
/// a phrase of the topic.
fn posts(count: usize) -> Vec<String> {
    let mut state: u64 = 1;
    let mut draw = |below: usize| {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        (state as usize >> 8) % below
    };
    let mut post = |_| {
        let topic = draw(40);
        let mut words: Vec<String> = Vec::with_capacity(12);
        (0..4).for_each(|_| words.push(format!("t{topic}w{}", draw(50))));
        let phrase = draw(2) == 0;
        for _ in 0..if phrase { 4 } else { 8 } {
            let below = 1 + draw(20_000);
            words.push(format!("g{}", draw(below)));
        }
        if phrase {
            let which = draw(3);
            words.extend("abcd".chars().map(|place| format!("p{topic}.{which}{place}")));
        }
        words.join(" ")
    };
    (0..count).map(&mut post).collect()
}

fn corpus(posts: &[String]) -> Corpus {
    let mut builder = CorpusBuilder::new();
    posts.iter().for_each(|post| builder.push(post.split(' ')));
    builder.finish().unwrap()
}

fn joined(corpus: &Corpus) -> (Phrases, Corpus) {
    let mut config = PhrasesConfig::default();
    (config.min_g2, config.passes) = (0.0, 2);
    let found = phrases(corpus, &config).unwrap();
    let joined = found.join(corpus).unwrap();
    (found, joined)
}

fn graph(documents: &Documents) -> Cooccurrence {
    let mut config = CooccurrenceConfig::default();
    (config.min_documents, config.min_g2) = (MIN_DOCUMENTS as u64, 0.0);
    cooccurrence(documents, &config).unwrap()
}

fn modularity(graph: &Cooccurrence) -> f64 {
    let edges: Vec<(u32, u32, f64)> = graph.pairs.iter().map(|pair| (pair.first, pair.second, pair.npmi)).collect();
    let mut config = CommunityConfig::default();
    config.restarts = 1;
    communities(graph.terms.len(), &edges, &config).unwrap().modularity.unwrap()
}

/// What `topics.py` does: from posts to communities.
fn all(posts: &[String]) -> (usize, f64) {
    let corpus = corpus(posts);
    let counts = term_counts(&corpus);
    let (_, joined) = joined(&corpus);
    (counts.len(), modularity(&graph(&joined.documents(MIN_DOCUMENTS))))
}

/// Calls once, and prints the CPU time where Linux says it. Wall time, as criterion takes it, hangs on what else runs.
fn timed<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let nanoseconds = || {
        let own = std::fs::read_to_string("/proc/self/schedstat").ok()?;
        own.split(' ').next()?.parse::<u64>().ok()
    };
    let start = nanoseconds();
    let result = call();
    if let Some((start, end)) = start.zip(nanoseconds()) {
        println!("{what}: {:.3} s", (end - start) as f64 / 1e9);
    }
    result
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("topics");
    group.sample_size(10);
    for count in [125_000, 500_000] {
        let posts = posts(count);
        let (texts, _) = timed("terms", || {
            let texts = corpus(&posts);
            let counts = term_counts(&texts);
            (texts, counts)
        });
        let (found, texts_joined) = timed("phrases", || joined(&texts));
        let pairs = timed("graph", || graph(&texts_joined.documents(MIN_DOCUMENTS)));
        let q = timed("communities", || modularity(&pairs));
        let documents = texts_joined.documents(MIN_DOCUMENTS);
        println!(
            "{count} posts: {} terms, {} tokens, {} phrases, {} after joining, {} terms in {} pairs, modularity {q:.6}",
            texts.terms().len(),
            texts.tokens(),
            found.phrases.len(),
            texts_joined.tokens(),
            pairs.terms.len(),
            pairs.pairs.len(),
        );
        group.throughput(Throughput::Elements(count as u64));
        let id = |what: &str| BenchmarkId::new(what, count);
        group.bench_function(id("terms"), |bencher| bencher.iter(|| term_counts(&corpus(black_box(&posts)))));
        group.bench_function(id("phrases"), |bencher| bencher.iter(|| joined(black_box(&texts))));
        group.bench_function(id("graph"), |bencher| {
            bencher.iter(|| graph(&black_box(&texts_joined).documents(MIN_DOCUMENTS)));
        });
        group.bench_function(id("communities"), |bencher| bencher.iter(|| modularity(black_box(&pairs))));
        group.bench_function(id("from posts to communities"), |bencher| bencher.iter(|| all(black_box(&posts))));
        let mut config = TopicsConfig::default();
        config.cooccurrence.min_documents = MIN_DOCUMENTS as u64;
        timed("topics, 20 samples", || topics(&documents, &config).unwrap());
        group.bench_function(id("topics, 20 samples"), |bencher| {
            bencher.iter(|| topics(black_box(&documents), &config).unwrap().topics.len());
        });
    }
    group.finish();
}

criterion_group!(topic_benches, benches);
criterion_main!(topic_benches);

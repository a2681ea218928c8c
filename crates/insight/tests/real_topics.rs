//! Topics of real posts: figures for docs/topics.md.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeSet;
use std::path::Path;

use plaudit_insight::{CorpusBuilder, PhrasesConfig, TopicsConfig, coherence, phrases, topics};

/// Posts of Facebook pages (github.com/minimaxir/interactive-facebook-reactions), each text once, without links and stop words.
#[test]
fn real_posts_have_topics() {
    let Some(data) = std::env::var_os("PLAUDIT_DATA") else {
        println!("PLAUDIT_DATA is not set: skipped");
        return;
    };
    let read = |path: &str| std::fs::read_to_string(Path::new(&data).join(path)).unwrap();
    let (stop, table) = (read("stopwords/nltk_english.txt"), read("fb_page_posts_reactions/sample.tsv"));
    let stop: BTreeSet<&str> = stop.lines().collect();
    let (mut builder, mut seen) = (CorpusBuilder::new(), BTreeSet::new());
    for line in table.lines().skip(1) {
        let text = line.split('\t').nth(2).unwrap().to_lowercase();
        if seen.insert(text.clone()) {
            let parts = text.split_whitespace().filter(|part| !part.contains("://") && !part.contains('/'));
            let words = parts.flat_map(|part| part.split(|c: char| !(c.is_alphanumeric() || "#@'".contains(c))));
            builder.push(words.filter(|word| word.chars().count() > 1 && !stop.contains(word)));
        }
    }
    let corpus = builder.finish().unwrap();
    let found = phrases(&corpus, &PhrasesConfig::default()).unwrap();
    let joined = found.join(&corpus).unwrap();
    println!("{} posts, {} words; {} phrases", corpus.len(), corpus.tokens(), found.phrases.len());
    let mut frequent: Vec<_> = found.phrases.iter().filter(|phrase| phrase.text.split(' ').count() > 2).collect();
    frequent.sort_by_key(|phrase| std::cmp::Reverse(phrase.count));
    frequent.iter().take(12).for_each(|phrase| println!("  {} ({}, {:.2})", phrase.text, phrase.count, phrase.npmi));
    let mut config = TopicsConfig::default();
    config.cooccurrence.min_documents = 10;
    let found = topics(&joined.documents(10), &config).unwrap();
    let terms = |topic: &plaudit_insight::Topic| topic.terms.iter().map(|term| term.term.clone()).collect::<Vec<_>>();
    let lists: Vec<Vec<String>> = found.topics.iter().map(terms).collect();
    println!("{found}\nin windows of 10: {:.2?}", coherence(&joined, &lists, 10).unwrap());
    let none = found.of.iter().filter(|of| of.is_none()).count();
    println!("modularity {:?}, stability {:?}, {none} on no topic", found.modularity, found.stability);
    // What was in the news of early 2016 is there, in a topic of its own each.
    let of = |term: &str| lists.iter().position(|list| list.iter().any(|of| of == term));
    assert!(of("donald trump").is_some() && of("donald trump") == of("hillary clinton"));
    assert!(of("golden state warriors").is_some() && of("golden state warriors") != of("donald trump"));
}

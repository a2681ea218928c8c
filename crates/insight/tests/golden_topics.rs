//! Phrases, pairs, coherence, modularity and the adjusted Rand index against gensim, scipy, scikit-learn and networkx:
//! `golden/make_topics.py` has the snippets.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use std::collections::BTreeSet;

use plaudit_insight::{
    CommunityConfig, CooccurrenceConfig, Corpus, CorpusBuilder, PhrasesConfig, adjusted_rand, coherence, communities,
    cooccurrence, modularity, phrases,
};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/topics.json")).unwrap()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn parts(value: &Value) -> Vec<u32> {
    array(value).iter().map(|part| part.as_u64().unwrap() as u32).collect()
}

fn texts(golden: &Value) -> Corpus {
    let mut builder = CorpusBuilder::new();
    array(&golden["texts"]).iter().for_each(|text| builder.push(text.as_str().unwrap().split_whitespace()));
    builder.finish().unwrap()
}

fn karate(golden: &Value, weighted: bool) -> Vec<(u32, u32, f64)> {
    let edge = |edge: &Value| {
        let node = |place: usize| edge[place].as_u64().unwrap() as u32;
        (node(0), node(1), if weighted { number(&edge[2]) } else { 1.0 })
    };
    array(&golden["karate"]).iter().map(edge).collect()
}

#[test]
fn phrases_are_gensims() {
    let golden = golden();
    let corpus = texts(&golden);
    let mut config = PhrasesConfig::default();
    config.min_count = golden["min_count"].as_u64().unwrap();
    config.min_npmi = number(&golden["min_npmi"]);
    (config.min_g2, config.passes, config.max_words) = (0.0, 3, 64);
    let found = phrases(&corpus, &config).unwrap();
    let expected: usize = array(&golden["passes"]).iter().map(|pass| array(pass).len()).sum();
    assert_eq!(found.phrases.len(), expected);
    for (pass, of_pass) in (1..).zip(array(&golden["passes"])) {
        for wanted in array(of_pass) {
            let text = wanted["text"].as_str().unwrap();
            let phrase = found.phrases.iter().find(|phrase| phrase.text == text && phrase.pass == pass).unwrap();
            assert_eq!(phrase.count, wanted["count"].as_u64().unwrap(), "{text}");
            assert!((phrase.npmi - number(&wanted["npmi"])).abs() < 1e-12, "{phrase:?}");
            assert!((phrase.g2 - number(&wanted["g2"])).abs() < 1e-9, "{phrase:?}");
        }
    }
    let joined = found.join(&corpus).unwrap();
    for (text, wanted) in joined.iter().zip(array(&golden["joined"])) {
        let text: Vec<&str> = text.iter().map(|&id| joined.terms()[id as usize].as_str()).collect();
        assert_eq!(text, array(wanted).iter().map(|term| term.as_str().unwrap()).collect::<Vec<_>>());
    }
    // No longer than asked for.
    config.max_words = 4;
    let found = phrases(&corpus, &config).unwrap();
    assert!(found.phrases.iter().any(|phrase| phrase.text == "high performance low price"), "{found:?}");
    assert!(found.phrases.iter().all(|phrase| phrase.text.split(' ').count() <= 4));
}

#[test]
fn pairs_are_scipys() {
    let golden = golden();
    let mut config = CooccurrenceConfig::default();
    (config.min_documents, config.min_npmi, config.min_g2) = (3, 0.02, 0.0);
    let found = cooccurrence(&texts(&golden).documents(1), &config).unwrap();
    assert_eq!(found.pairs.len(), array(&golden["pairs"]).len());
    for (pair, wanted) in found.pairs.iter().zip(array(&golden["pairs"])) {
        let names = [pair.first, pair.second].map(|place| found.terms[place as usize].as_str());
        assert_eq!(names, ["first", "second"].map(|which| wanted[which].as_str().unwrap()));
        assert_eq!(pair.documents, wanted["documents"].as_u64().unwrap());
        assert!((pair.npmi - number(&wanted["npmi"])).abs() < 1e-12, "{pair:?}");
        assert!((pair.g2 - number(&wanted["g2"])).abs() < 1e-9, "{pair:?}");
    }
}

#[test]
fn coherence_is_gensims() {
    let golden = golden();
    let mut builder = CorpusBuilder::new();
    for text in array(&golden["texts"]) {
        let mut seen = BTreeSet::new();
        builder.push(text.as_str().unwrap().split_whitespace().filter(|word| seen.insert(*word)));
    }
    let corpus = builder.finish().unwrap();
    let names = |list: &Value| array(list).iter().map(|term| term.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let lists: Vec<Vec<String>> = array(&golden["lists"]).iter().map(names).collect();
    for (window, name) in [(3, "3"), (10, "10")] {
        let found = coherence(&corpus, &lists, window).unwrap();
        for (found, wanted) in found.iter().zip(array(&golden["coherence"][name])) {
            // gensim adds 1e-12 to shares.
            assert!((found.unwrap() - number(wanted)).abs() < 1e-9, "{window}: {found:?} for {wanted}");
        }
    }
}

#[test]
fn modularity_is_networkxs() {
    let golden = golden();
    for wanted in array(&golden["partitions"]) {
        let (of, resolution) = (parts(&wanted["of"]), number(&wanted["resolution"]));
        for (weighted, name) in [(true, "weighted"), (false, "unweighted")] {
            let Some(wanted_value) = wanted[name].as_f64() else { continue };
            let mut edges = karate(&golden, weighted);
            edges.extend(wanted["loop"].as_bool().unwrap().then_some((3, 3, 2.5)));
            let found = modularity(&edges, &of, resolution).unwrap().unwrap();
            assert!((found - wanted_value).abs() < 1e-12, "{name}: {found} for {wanted_value}");
        }
    }
}

/// The greatest modularity of the karate club without weights is known: 0.41979 (networkx's best of ten seeds has it, too).
#[test]
fn communities_are_as_good_as_networkxs() {
    let golden = golden();
    for (weighted, name) in [(true, "weighted"), (false, "unweighted")] {
        let edges = karate(&golden, weighted);
        let found = communities(34, &edges, &CommunityConfig::default()).unwrap();
        let q = found.modularity.unwrap();
        println!("{name}: {q}");
        assert!(q >= 0.41 && q >= number(&golden["louvain"][name]) - 1e-12, "{name}: {q}");
        assert_eq!(modularity(&edges, &found.of, 1.0).unwrap(), Some(q));
        for seed in 1..20 {
            let mut config = CommunityConfig::default();
            (config.seed, config.restarts) = (seed, 1);
            let q = communities(34, &edges, &config).unwrap().modularity.unwrap();
            assert!(q >= 0.37, "{name}, seed {seed}: {q}");
        }
    }
}

#[test]
fn adjusted_rand_is_scikit_learns() {
    for wanted in array(&golden()["rand"]) {
        let found = adjusted_rand(&parts(&wanted["first"]), &parts(&wanted["second"])).unwrap();
        assert!((found - number(&wanted["index"])).abs() < 1e-14, "{found} for {}", wanted["index"]);
    }
    assert_eq!(adjusted_rand(&[0], &[]), None);
}

//! Topics of texts that are made so that the truth is known, of texts that are made to break things, and of texts in another order.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::Labels;
use plaudit_insight::{
    CommunityConfig, CooccurrenceConfig, Corpus, CorpusBuilder, Documents, DocumentsBuilder, Phrases, PhrasesConfig,
    Topics, TopicsConfig, TopicsOverTimeConfig, coherence, communities, cooccurrence, modularity, phrases, term_counts,
    topics, topics_over_time,
};
use plaudit_stats::Stream;
use proptest::prelude::*;

const TOPICS: usize = 5;
const OWN: usize = 12;

/// Texts of five words of one of five topics and five of forty that stand everywhere; word k of topic t is `t.k`.
fn planted(texts: usize, seed: u64) -> (Vec<Vec<String>>, Vec<usize>) {
    let mut stream = Stream::new(seed, "test: topics", 0);
    let mut of = Vec::new();
    let text = |_| {
        let topic = stream.below(TOPICS as u64);
        of.push(topic as usize);
        let mut words: Vec<String> = (0..5).map(|_| format!("{topic}.{:02}", stream.below(OWN as u64))).collect();
        words.extend((0..5).map(|_| format!("all{:02}", stream.below(40))));
        words
    };
    let texts = (0..texts).map(text).collect();
    (texts, of)
}

fn documents(texts: &[Vec<String>]) -> Documents {
    let mut builder = DocumentsBuilder::new();
    texts.iter().for_each(|text| builder.push(text.iter().map(String::as_str)));
    builder.finish(1).unwrap()
}

fn corpus(texts: &[Vec<String>]) -> Corpus {
    let mut builder = CorpusBuilder::new();
    texts.iter().for_each(|text| builder.push(text.iter().map(String::as_str)));
    builder.finish().unwrap()
}

#[test]
fn planted_topics_are_found() {
    let (texts, truth) = planted(1500, 1);
    let found = topics(&documents(&texts), &TopicsConfig::default()).unwrap();
    assert_eq!(found.topics.len(), TOPICS, "{found}");
    for topic in &found.topics {
        let name = topic.terms[0].term.split('.').next().unwrap();
        assert!(topic.terms.iter().all(|term| term.term.split('.').next() == Some(name)), "{topic:?}");
        assert!(
            (OWN..=OWN + 1).contains(&topic.size) && topic.coherence.unwrap() > 0.2 && topic.stability.unwrap() > 0.7,
            "{topic:?}"
        );
        let interval = topic.interval.unwrap();
        assert!(interval.low < topic.share && topic.share < interval.high);
        for chosen in &topic.representatives {
            assert!(chosen.terms.iter().all(|term| texts[chosen.document].contains(term)) && chosen.terms.len() >= 4);
        }
        assert!(topic.representatives.is_sorted_by(|a, b| a.similarity >= b.similarity));
    }
    println!("planted: stability {:?}", found.stability);
    assert!(found.stability.unwrap() > 0.9, "{:?}", found.stability);
    // Every text is on its own topic: counts by truth have one label a row.
    let labels = Labels::new((0..TOPICS).map(|topic| topic.to_string())).unwrap();
    let counts = found.label_counts(&labels, &truth).unwrap();
    assert!(counts.iter().all(|row| row.iter().filter(|&&count| count > 0).count() == 1), "{counts:?}");
    assert!(counts.iter().zip(&found.topics).all(|(row, topic)| row.iter().sum::<u64>() == topic.documents));
    let error = found.label_counts(&labels, &truth[1..]).unwrap_err().to_string();
    assert!(error.contains("1499 indexes; expected 1500"), "{error}");
    let error = found.label_counts(&labels, &[9; 1500]).unwrap_err().to_string();
    assert!(error.contains("text 0: label index 9; expected 0 to 4"), "{error}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Topics>(&json).unwrap(), found);
}

/// Words that are drawn alone have no topics: what is found is chance, and the stability says so.
#[test]
fn topics_of_noise_are_not_stable() {
    let mut stream = Stream::new(3, "test: noise", 0);
    let text = |_| (0..8).map(|_| format!("w{:02}", stream.below(60))).collect();
    let texts: Vec<Vec<String>> = (0..600).map(text).collect();
    let mut config = TopicsConfig::default();
    (config.cooccurrence.min_npmi, config.cooccurrence.min_g2) = (0.0, 0.0);
    let found = topics(&documents(&texts), &config).unwrap();
    println!("noise: {} topics, stability {:?}", found.topics.len(), found.stability);
    assert!(!found.topics.is_empty() && found.stability.unwrap() < 0.25, "{:?}", found.stability);
}

#[test]
fn a_configuration_names_all_its_faults() {
    let mut config = TopicsOverTimeConfig::default();
    config.min_overlap = 0.0;
    config.topics.cooccurrence.min_npmi = f64::NAN;
    config.topics.communities.restarts = 0;
    (config.topics.terms, config.topics.level) = (1, 1.0);
    let error = config.validate().unwrap_err().to_string();
    for fault in [
        "topics.cooccurrence.min_npmi: NaN",
        "topics.communities.restarts: 0",
        "terms: 1",
        "level: 1",
        "min_overlap: 0",
    ] {
        assert!(error.contains(fault), "{error}");
    }
    assert!(serde_json::from_str::<TopicsConfig>(r#"{"min_term": 3}"#).is_err());
    let mut config = PhrasesConfig::default();
    (config.min_count, config.passes, config.min_npmi) = (0, 7, -2.0);
    let error = config.validate().unwrap_err().to_string();
    assert!(["min_count: 0", "passes: 7", "min_npmi: -2"].iter().all(|fault| error.contains(fault)), "{error}");
}

/// Everything that there is on these texts, with no limits.
fn all(texts: &[Vec<String>]) -> (Phrases, Topics) {
    let (corpus, documents) = (corpus(texts), documents(texts));
    let mut config = PhrasesConfig::default();
    (config.min_count, config.min_npmi, config.min_g2, config.passes) = (1, -1.0, 0.0, 6);
    let found = phrases(&corpus, &config).unwrap();
    assert!(found.phrases.iter().all(|phrase| phrase.npmi.is_finite() && phrase.g2.is_finite()));
    let joined = found.join(&corpus).unwrap();
    assert_eq!(joined.len(), texts.len());
    term_counts(&joined);
    let mut config = TopicsConfig::default();
    (config.cooccurrence.min_documents, config.cooccurrence.min_npmi, config.cooccurrence.min_g2) = (1, 0.0, 0.0);
    (config.min_terms, config.resamples) = (2, 3);
    let found_topics = topics(&documents, &config).unwrap();
    let lists: Vec<Vec<&str>> =
        found_topics.topics.iter().map(|topic| topic.terms.iter().map(|term| term.term.as_str()).collect()).collect();
    coherence(&joined, &lists, 1).unwrap();
    coherence(&corpus, &lists, usize::MAX).unwrap();
    let mut over_time = TopicsOverTimeConfig::default();
    over_time.topics = config;
    let periods: Vec<usize> = (0..texts.len()).map(|text| text % 2 * 3).collect();
    topics_over_time(&documents, &periods, &over_time).unwrap();
    (found, found_topics)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn texts_that_say_nothing_have_no_topics() {
    let (found, topics) = all(&[]);
    assert!(found.phrases.is_empty() && topics.topics.is_empty() && topics.of.is_empty());
    assert_eq!((topics.modularity, topics.stability), (None, None));
    let (found, topics) = all(&vec![vec![]; 20]);
    assert!(found.phrases.is_empty() && topics.topics.is_empty() && topics.of == [None; 20]);
    let (_, topics) = all(&[words("one text with five words")]);
    assert!(topics.topics.is_empty(), "{topics}"); // 0 / 0: every pair stands in every text
    let (_, topics) = all(&vec![words("battery"); 30]);
    assert!(topics.topics.is_empty());
    let (found, topics) = all(&vec![words("always the same"); 30]);
    assert!(topics.topics.is_empty() && found.phrases.iter().any(|phrase| phrase.text == "always the same"));
    let (found, _) = all(&vec![words("ha ha ha ha ha"); 9]);
    assert!(found.phrases.iter().any(|phrase| phrase.text == "ha ha"));
}

#[test]
fn a_term_that_stands_in_every_text_is_on_no_topic() {
    let (mut texts, _) = planted(600, 2);
    texts.iter_mut().for_each(|text| text.push("phone".to_owned()));
    let found = cooccurrence(&documents(&texts), &CooccurrenceConfig::default()).unwrap();
    assert!(found.terms.len() >= TOPICS * OWN && !found.terms.contains(&"phone".to_owned()));
}

#[test]
fn many_terms_and_long_texts_take_their_time_and_no_more() {
    // ten thousand terms of two texts each
    let texts: Vec<Vec<String>> =
        (0..2000).map(|text| (0..10).map(|k| format!("w{}", (text / 2) * 10 + k)).collect()).collect();
    let mut config = TopicsConfig::default();
    (config.cooccurrence.min_documents, config.resamples) = (2, 2);
    let found = topics(&documents(&texts), &config).unwrap();
    assert_eq!(found.topics.len(), 1000);
    // one text of ten thousand terms, and others without
    let mut texts: Vec<Vec<String>> = vec![(0..10_000).map(|k| format!("w{k}")).collect()];
    texts.extend(vec![words("other words"); 50]);
    assert!(topics(&documents(&texts), &TopicsConfig::default()).unwrap().topics.is_empty());
    config.cooccurrence.min_documents = 1;
    let error = topics(&documents(&texts), &config).unwrap_err().to_string();
    assert!(error.contains("pairs of terms"), "{error}");
}

#[test]
fn graphs_that_are_none_are_refused() {
    let config = CommunityConfig::default();
    let error = |nodes: usize, edges: &[(u32, u32, f64)]| communities(nodes, edges, &config).unwrap_err().to_string();
    assert!(error(2, &[(0, 2, 1.0)]).contains("edge 0 names node 2; expected 0 and up, below 2"));
    assert!(error(2, &[(0, 1, -1.0)]).contains("weight -1"));
    assert!(error(2, &[(0, 1, f64::NAN)]).contains("weight NaN"));
    assert!(error(usize::MAX, &[]).contains("nodes"));
    assert!(error(2, &[(0, 1, f64::MAX), (0, 1, f64::MAX)]).contains("add up"));
    for edges in [&[][..], &[(0, 1, 0.0)]] {
        let found = communities(3, edges, &config).unwrap();
        assert_eq!((found.of, found.modularity), (vec![0, 1, 2], None));
    }
    assert!(communities(0, &[], &config).unwrap().is_empty());
    assert_eq!(modularity(&[], &[7, 7], 1.0).unwrap(), None);
    // A weight of nothing ties nothing.
    let found = communities(4, &[(0, 1, 1.0), (2, 3, 1.0), (1, 2, 0.0)], &config).unwrap();
    assert_eq!((found.of, found.modularity), (vec![0, 0, 1, 1], Some(0.5)));
}

#[test]
fn no_later_text_changes_what_was_known() {
    let (mut texts, _) = planted(900, 5);
    // A topic that is new in the last period, and words that the topics before had not.
    texts.iter_mut().skip(600).step_by(2).for_each(|text| *text = words("recall fire smoke burn"));
    texts.iter_mut().skip(601).step_by(2).for_each(|text| text.push(text[0].replace('.', ".new")));
    let periods: Vec<usize> = (0..texts.len()).map(|text| text / 300).collect();
    let config = TopicsOverTimeConfig::default();
    let whole = topics_over_time(&documents(&texts), &periods, &config).unwrap();
    assert_eq!(whole.len(), 3);
    for (period, found) in whole.iter().enumerate() {
        let until = 300 * (period + 1);
        let then = topics_over_time(&documents(&texts[..until]), &periods[..until], &config).unwrap();
        assert_eq!(then, whole[..=period]);
        assert_eq!(found.documents, 300);
        assert_eq!(found.topics.iter().map(|topic| topic.documents).sum::<u64>() + found.without_topic, 300);
    }
    let ids = |period: usize| whole[period].topics.iter().map(|topic| topic.id).collect::<Vec<_>>();
    assert_eq!((ids(0), ids(1), ids(2)), (vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3, 4, 5]));
    let new = &whole[2].topics[5];
    assert_eq!((new.overlap, new.documents, new.terms[0].term.as_str()), (None, 150, "burn"));
    assert!(whole[1].topics.iter().all(|topic| topic.overlap.unwrap() > 0.8));
    let error = topics_over_time(&documents(&texts), &[0], &config).unwrap_err().to_string();
    assert!(error.contains("periods: 1; expected 900"), "{error}");
    let error = topics_over_time(&documents(&texts[..1]), &[usize::MAX], &config).unwrap_err().to_string();
    assert!(error.contains("expected 0 to 9999"), "{error}");
}

fn text() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-e]|[好a] [b]|", 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_texts_changes_nothing(texts in prop::collection::vec(text(), 0..24), seed in 0_u64..1000) {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        Stream::new(seed, "test", 0).shuffle(&mut order);
        let other: Vec<Vec<String>> = order.iter().map(|&text| texts[text].clone()).collect();
        let ((phrases, mut topics), (other_phrases, mut other_topics)) = (all(&texts), all(&other));
        prop_assert_eq!(phrases, other_phrases);
        // The places of texts are their new ones.
        let back: Vec<Option<usize>> = order.iter().map(|&text| topics.of[text]).collect();
        prop_assert_eq!(&back, &other_topics.of);
        let terms = |texts: &[Vec<String>], text: usize| {
            let mut terms = texts[text].clone();
            terms.sort();
            terms.dedup();
            terms
        };
        for (topic, other_topic) in topics.topics.iter_mut().zip(&mut other_topics.topics) {
            for (chosen, other_chosen) in topic.representatives.iter_mut().zip(&mut other_topic.representatives) {
                prop_assert_eq!(terms(&texts, chosen.document), terms(&other, other_chosen.document));
                other_chosen.document = chosen.document;
            }
        }
        other_topics.of = topics.of.clone();
        prop_assert_eq!(serde_json::to_string(&topics).unwrap(), serde_json::to_string(&other_topics).unwrap());
    }

    #[test]
    fn communities_are_connected_and_hang_on_no_order(
        edges in prop::collection::vec((0_u32..15, 0_u32..15, 0.1..2.0f64), 0..60), seed in 0_u64..1000,
    ) {
        let mut config = CommunityConfig::default();
        config.restarts = 3;
        let found = communities(15, &edges, &config).unwrap();
        let mut other: Vec<(u32, u32, f64)> = edges.iter().map(|&(a, b, weight)| (b, a, weight)).collect();
        Stream::new(seed, "test", 0).shuffle(&mut other);
        prop_assert_eq!(&communities(15, &other, &config).unwrap(), &found);
        if let Some(q) = found.modularity {
            prop_assert_eq!(modularity(&edges, &found.of, 1.0).unwrap(), Some(q));
            // never below everything in one community, or each alone
            let alone: Vec<u32> = (0..15).collect();
            for simple in [vec![0; 15], alone] {
                prop_assert!(modularity(&edges, &simple, 1.0).unwrap().unwrap() <= q + 1e-12);
            }
        }
        // From the first node of each community all its nodes are reached inside it.
        for community in 0..found.len() as u32 {
            let mut reached = vec![found.of.iter().position(|&of| of == community).unwrap() as u32];
            let mut next = 0;
            while next < reached.len() {
                let node = reached[next];
                for &(a, b, _) in &edges {
                    for (from, to) in [(a, b), (b, a)] {
                        if from == node && found.of[to as usize] == community && !reached.contains(&to) {
                            reached.push(to);
                        }
                    }
                }
                next += 1;
            }
            prop_assert_eq!(reached.len(), found.of.iter().filter(|&&of| of == community).count());
        }
    }
}

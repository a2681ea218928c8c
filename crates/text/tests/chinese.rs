//! Chinese words beside those of Python's jieba, and beside the gold standard of the SIGHAN bakeoff of 2005.
//!
//! The texts are read from the folder of `PLAUDIT_DATA`; what Python's jieba makes of them is read from the file that
//! `PLAUDIT_JIEBA` names and `python benches/chinese.py --words FILE` writes.
#![cfg(feature = "chinese")]
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use std::collections::HashSet;

use plaudit_text::{Segmenter, SegmenterConfig};

/// The words of jieba and nothing on top.
fn jieba_alone(hmm: bool) -> Segmenter {
    let mut config = SegmenterConfig::default();
    (config.hmm, config.split_negations, config.join_cries) = (hmm, false, false);
    Segmenter::new(&config).unwrap()
}

fn words<'a>(segmenter: &Segmenter, text: &'a str) -> Vec<&'a str> {
    let mut words = Vec::new();
    segmenter.segment(text, |place| words.push(text.get(place).unwrap()));
    words
}

fn data() -> Option<String> {
    let data = std::env::var("PLAUDIT_DATA").ok();
    if data.is_none() {
        println!("skipped: PLAUDIT_DATA is not set");
    }
    data
}

/// Returns the harmonic mean of precision and recall of the words, over all lines of a file whose words blanks part.
fn f1(segmenter: &Segmenter, gold: &str) -> f64 {
    let (mut both, mut sizes) = (0, 0);
    for line in gold.lines() {
        let spans = |words: &mut dyn Iterator<Item = &str>| {
            let mut end = 0;
            words
                .map(|word| {
                    end += word.len();
                    (end - word.len(), end)
                })
                .collect::<HashSet<_>>()
        };
        let truth = spans(&mut line.split_whitespace());
        let found = spans(&mut words(segmenter, &line.split_whitespace().collect::<String>()).into_iter());
        both += truth.intersection(&found).count();
        sizes += truth.len() + found.len();
    }
    2.0 * both as f64 / sizes as f64
}

// jieba 0.42.1 by benches/chinese.py --words: the figures that it prints
#[test]
fn the_score_on_sighan_is_that_of_python_jieba() {
    let Some(data) = data() else { return };
    for (name, hmm, python) in
        [("pku", true, 0.8183), ("pku", false, 0.8358), ("msr", true, 0.8133), ("msr", false, 0.8267)]
    {
        let gold = std::fs::read_to_string(format!("{data}/zh_segmentation_sighan2005/{name}_test_gold.utf8")).unwrap();
        let mut config = SegmenterConfig::default();
        config.hmm = hmm;
        let (alone, ours) = (f1(&jieba_alone(hmm), &gold), f1(&Segmenter::new(&config).unwrap(), &gold));
        println!("{name}, hidden Markov model {hmm}: F1 {alone:.4}, Python's jieba {python:.4}, ours {ours:.4}");
        assert!((alone - python).abs() < 0.002, "{name}: {alone}, Python's jieba {python}");
        assert!(ours > alone - 0.01);
    }
}

/// Words with Han characters: at most 1 in 10,000 differs. The others differ where Latin letters and digits are joined by `-`,
/// `.` and `_`, which `jieba-rs` keeps whole and a pipeline cuts before.
#[test]
fn words_are_those_of_python_jieba() {
    let Some(data) = data() else { return };
    let Ok(python) = std::env::var("PLAUDIT_JIEBA") else {
        println!("skipped: PLAUDIT_JIEBA is not set");
        return;
    };
    let python = std::fs::read_to_string(python).unwrap();
    let mut python = python.lines();
    for set in ["zh_chnsenticorp", "zh_online_shopping_phone", "zh_smp2020_ewect_usual"] {
        let table = std::fs::read_to_string(format!("{data}/{set}/valid.tsv")).unwrap();
        let column = table.lines().next().unwrap().split('\t').position(|name| name == "text").unwrap();
        for hmm in [true, false] {
            let segmenter = jieba_alone(hmm);
            let (mut total, mut differing, mut others) = (0, Vec::new(), 0);
            for line in table.lines().skip(1) {
                let found = words(&segmenter, line.split('\t').nth(column).unwrap());
                let expected: Vec<&str> = python.next().unwrap().split('\u{1f}').collect();
                let found = places(&found);
                for place in places(&expected) {
                    let han = place.1.contains(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                    total += usize::from(han);
                    if !found.contains(&place) {
                        if han { differing.push(place.1) } else { others += 1 }
                    }
                }
            }
            let percent = 100.0 - 100.0 * differing.len() as f64 / total as f64;
            println!(
                "{set}, hidden Markov model {hmm}: {percent:.3} % of {total} words with Han characters are the same, but {differing:?}; {others} others differ"
            );
            assert!(differing.len() * 10_000 <= total);
        }
    }
    assert_eq!(python.next(), None);
}

/// Returns each word with its place.
fn places<'a>(words: &[&'a str]) -> HashSet<(usize, &'a str)> {
    let mut end = 0;
    let place = |&word: &&'a str| {
        end += word.len();
        (end, word)
    };
    words.iter().map(place).collect()
}

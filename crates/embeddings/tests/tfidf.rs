//! Bag of words and TF-IDF beside scikit-learn, properties, and input made to break them. `golden/make_tfidf.py` wrote what is expected and
//! names the versions.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

mod scikit_learn_words;

use std::collections::HashMap;

use plaudit_core::{Error, Features, Files, Stored, conformance};
use plaudit_embeddings::{
    DocumentFrequency, NgramUnit, Norm, RawText, TfIdf, TfIdfConfig, fit_tfidf, fit_tfidf_vocabulary,
};
use proptest::prelude::*;
use scikit_learn_words::ScikitLearnWords;
use serde::Deserialize;

#[derive(Deserialize)]
struct Head {
    texts: HashMap<String, Vec<String>>,
    unseen: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    texts: String,
    config: TfIdfConfig,
    vocabulary: Option<Vec<String>>,
    error: Option<String>,
    #[serde(default)]
    ngrams: Vec<String>,
    #[serde(default)]
    rows: Vec<Vec<(u32, f64)>>,
    #[serde(default)]
    unseen: Vec<Vec<(u32, f64)>>,
    idf: Option<Vec<f64>>,
}

fn close(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0)
}

fn check(tfidf: &TfIdf<ScikitLearnWords>, texts: &[String], expected: &[Vec<(u32, f64)>], case: &str) {
    assert_eq!(texts.len(), expected.len(), "{case}");
    for (text, expected) in texts.iter().zip(expected) {
        let row = tfidf.row(text);
        assert_eq!(row.len(), expected.len(), "{case}: {text:?}");
        for ((column, value), (theirs, expected)) in row.iter().zip(expected) {
            assert!(column == *theirs && close(value, *expected), "{case}: {text:?}: {column} {value} for {expected}");
        }
        let single: Vec<(u32, f32)> = row.iter().map(|(column, value)| (column, value as f32)).collect();
        assert_eq!(tfidf.features(text).iter().collect::<Vec<_>>(), single);
    }
}

#[test]
fn equals_scikit_learn() {
    let mut lines = include_str!("golden/tfidf.jsonl").lines();
    let head: Head = serde_json::from_str(lines.next().unwrap()).unwrap();
    let (mut equal, mut refused) = (0, 0);
    for line in lines {
        let case: Case = serde_json::from_str(line).unwrap();
        let texts = &head.texts[&case.texts];
        let name = format!("{} {:?} {:?}", case.texts, case.config, case.vocabulary);
        let fitted = match &case.vocabulary {
            Some(vocabulary) => fit_tfidf_vocabulary(vocabulary, texts, ScikitLearnWords, &case.config),
            None => fit_tfidf(texts, ScikitLearnWords, &case.config),
        };
        if let Some(theirs) = &case.error {
            let ours = fitted.unwrap_err().to_string();
            let reasons = [
                ("empty vocabulary", "empty vocabulary"),
                ("After pruning", "after pruning"),
                ("max_df corresponds", "max_df"),
                ("Duplicate term", "twice"),
                ("larger than the upper", "max_n"),
            ];
            let (_, reason) = reasons.iter().find(|(part, _)| theirs.contains(part)).unwrap();
            assert!(ours.contains(reason), "{name}: {ours}, expected {theirs}");
            refused += 1;
            continue;
        }
        let fitted = fitted.unwrap();
        assert_eq!(fitted.ngrams().collect::<Vec<_>>(), case.ngrams, "{name}");
        for (ngram, column) in case.ngrams.iter().zip(0..) {
            assert_eq!((fitted.column(ngram), fitted.ngram(column)), (Some(column), Some(ngram.as_str())));
            let expected = case.idf.as_ref().map_or(1.0, |idf| idf[column as usize]);
            assert!(close(fitted.idf(column).unwrap(), expected), "{name}: idf of {ngram:?}");
        }
        check(&fitted, texts, &case.rows, &name);
        check(&fitted, &head.unseen, &case.unseen, &name);
        equal += 1;
    }
    assert_eq!((equal, refused), (140, 5));
}

fn config(unit: NgramUnit, min_n: usize, max_n: usize) -> TfIdfConfig {
    let mut config = TfIdfConfig::default();
    (config.unit, config.min_n, config.max_n) = (unit, min_n, max_n);
    config
}

const TEXTS: [&str; 4] = ["not bad, not good", "the queue\r\n\"in\" the library \\", "图书馆很安静 👍", ""];

#[test]
fn conforms_to_its_roles() {
    for config in [config(NgramUnit::Words, 1, 2), config(NgramUnit::Characters, 1, 3)] {
        let tfidf = fit_tfidf(TEXTS, RawText, &config).unwrap();
        conformance::check_features(&tfidf, &TEXTS).unwrap();
        conformance::check_stored(&tfidf).unwrap();
        let again = TfIdf::<RawText>::from_files(&tfidf.to_files().unwrap()).unwrap();
        for text in TEXTS.iter().chain(&["not", "\r\n"]) {
            assert_eq!(tfidf.row(text).iter().collect::<Vec<_>>(), again.row(text).iter().collect::<Vec<_>>());
        }
        assert_eq!((again.config(), again.documents()), (&config, 4));
    }
}

// By hand: of n = 3 texts, 3 hold a and 1 holds b. Eq. 14 without norm: "b b a" is a: 1 (ln(4/4) + 1) = 1, b: 2 (ln(4/2) + 1).
#[test]
fn the_equations_of_the_paper() {
    let texts = ["aa", "aa bb", "aa"];
    let tfidf = fit_tfidf(texts, ScikitLearnWords, &TfIdfConfig::paper()).unwrap();
    let row: Vec<_> = tfidf.row("bb bb aa").iter().collect();
    assert_eq!((row.len(), row[0], row[1].0), (2, (0, 1.0), 1));
    assert!(close(row[1].1, 2.0 * (2.0_f64.ln() + 1.0)));
    assert_eq!((tfidf.document_frequency(0), tfidf.document_frequency(1)), (Some(3), Some(1)));
    assert_eq!((tfidf.document_frequency(2), tfidf.idf(2), tfidf.ngram(2)), (None, None, None));
    let bag = fit_tfidf(texts, ScikitLearnWords, &TfIdfConfig::bag_of_words()).unwrap(); // Eq. 15
    assert_eq!(bag.row("bb bb aa").iter().collect::<Vec<_>>(), [(0, 1.0), (1, 2.0)]);
    assert_eq!((bag.idf(1), bag.idf(2)), (Some(1.0), None));
    assert_eq!(bag.top("bb bb aa", 1), [("bb", 2.0)]);
    assert!(format!("{bag:?}").ends_with("documents: 3, columns: 2, .. }"));
    assert_eq!(bag.top("bb aa", 9), [("aa", 1.0), ("bb", 1.0)]);
}

#[test]
fn what_cannot_be_fitted_is_told() {
    let fit = |texts: &[&str], config: &TfIdfConfig| fit_tfidf(texts, RawText, config).unwrap_err().to_string();
    let default = TfIdfConfig::default();
    assert_eq!(fit(&[], &default), "texts: empty vocabulary: found no n-gram in 0 texts, expected at least one");
    assert!(fit(&["", ""], &default).contains("empty vocabulary: found no n-gram in 2 texts"));
    let mut pruned = default.clone();
    pruned.min_df = DocumentFrequency::Count(2);
    let error = fit(&["a", "b"], &pruned);
    assert!(
        error.contains("after pruning, none of 2 n-grams remains; try a lower min_df or a higher max_df"),
        "{error}"
    );
    pruned.max_df = DocumentFrequency::Share(0.5);
    assert!(fit(&["a", "b"], &pruned).contains("max_df: found 1 of 2 texts, expected at least min_df, 2"));
    pruned.max_n = 0;
    assert!(fit(&["a"], &pruned).contains("max_n"));

    let given = |vocabulary: &[&str], texts: &[&str], config: &TfIdfConfig| {
        fit_tfidf_vocabulary(vocabulary, texts, RawText, config).unwrap_err().to_string()
    };
    assert!(given(&[], &["a"], &default).contains("found no n-gram"));
    assert!(given(&["a", "b", "a"], &["a"], &default).contains("n-gram 1 stands twice, again as n-gram 3"));
    assert!(given(&["a"], &[], &default).contains("found no text"));
    let mut sharp = default.clone();
    sharp.smooth_idf = false;
    assert!(given(&["a", "b"], &["a"], &sharp).contains("n-gram 2 of the vocabulary stands in no text"));
}

#[test]
fn broken_files_are_refused() {
    let whole = fit_tfidf(["a", "b"], RawText, &config(NgramUnit::Words, 1, 2)).unwrap().to_files().unwrap();
    let load = |name: &str, content: &str| {
        let mut files: Files = whole.clone();
        files.insert(name.to_owned(), content.as_bytes().to_vec());
        TfIdf::<RawText>::from_files(&files).map(|_| ()).unwrap_err()
    };
    for (lines, reason) in [
        ("", "found 0 n-grams, expected the 2"),
        ("[\"a\",1]\n", "found 1 n-grams, expected the 2"),
        ("[\"a\",1]\n[\"a\",1]\n", "line 2 has the n-gram of line 1 again"),
        ("[\"a\",1]\n[\"b\",3]\n", "line 2 has 3 texts, expected at most the 2"),
        ("[\"a\",1]\n[\"b\"]\n", "line 2 is not an n-gram"),
        ("[\"a\",1]\n[\"b\",-1]\n", "line 2 is not an n-gram"),
        ("[\"a\",1.5]\n", "line 1 is not an n-gram"),
        ("[\"a\",1]\n\n[\"b\",1]\n", "line 2 is not an n-gram"),
        ("[\"\\ud800\",1]\n", "line 1 is not an n-gram"),
    ] {
        let error = load("ngrams.jsonl", lines);
        assert!(matches!(error, Error::Format { .. }) && error.to_string().contains(reason), "{error}");
    }
    let header = String::from_utf8(whole["tfidf.json"].clone()).unwrap();
    for (from, to, reason) in [
        ("\"version\": 1", "\"version\": 2", "found version 2, expected 1"),
        ("\"columns\": 2", "\"columns\": 4000000000", "expected the 4000000000"),
        ("\"documents\": 2", "\"documents\": 0", "line 1 has 1 texts"),
        ("\"max_n\": 2", "\"max_n\": 0", "max_n: found 0"),
        ("\"max_n\": 2", "\"max_m\": 2", "unknown field"),
        ("{", "", "tfidf.json: "),
    ] {
        assert!(header.contains(from), "{header}");
        let error = load("tfidf.json", &header.replacen(from, to, 1));
        assert!(matches!(error, Error::Format { .. }) && error.to_string().contains(reason), "{error}");
    }
    let sharp = header.replace("\"smooth_idf\": true", "\"smooth_idf\": false");
    let mut files = whole.clone();
    files.insert("tfidf.json".to_owned(), sharp.into_bytes());
    files.insert("ngrams.jsonl".to_owned(), b"[\"a\",1]\n[\"b\",0]\n".to_vec());
    let error = TfIdf::<RawText>::from_files(&files).unwrap_err().to_string();
    assert!(error.starts_with("ngrams.jsonl: ") && error.contains("infinite"), "{error}");
    assert!(load("analyzer-raw_text.json", "[]").to_string().contains("raw_text.json"));
}

#[test]
fn huge_texts_are_counted() {
    let huge = "queue ".repeat(1_000_000) + &"x".repeat(1_000_000) + "\0";
    // Words: queue, xx.., both 2-grams. Characters: 6 (q u e x \0 and the blank), and qu ue eu e_ _q _x xx x\0; in words also \0_.
    for (unit, ngrams) in [(NgramUnit::Words, 4), (NgramUnit::Characters, 14), (NgramUnit::CharactersInWords, 15)] {
        let tfidf = fit_tfidf([&huge], ScikitLearnWords, &config(unit, 1, 2)).unwrap();
        assert_eq!(tfidf.ngrams().len(), ngrams, "{unit:?}");
        let length: f64 = tfidf.row(&huge).iter().map(|(_, value)| value * value).sum();
        assert!(close(length, 1.0));
    }
}

fn any_config() -> impl Strategy<Value = TfIdfConfig> {
    let unit = prop_oneof![Just(NgramUnit::Words), Just(NgramUnit::Characters), Just(NgramUnit::CharactersInWords)];
    let norm = prop_oneof![Just(Norm::L1), Just(Norm::L2), Just(Norm::None)];
    (unit, 1..3_usize, 0..3_usize, norm, any::<[bool; 4]>()).prop_map(|(unit, min_n, more, norm, flags)| {
        let mut made = config(unit, min_n, min_n + more);
        (made.norm, [made.binary, made.sublinear_tf, made.use_idf, made.smooth_idf]) = (norm, flags);
        made
    })
}

fn any_texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(prop_oneof!["([ab]{2} ){0,8}", ".{0,12}", "[好吃 \t\u{0}👍]{0,9}"], 1..9)
}

proptest! {
    #[test]
    fn rows_have_their_norm(config in any_config(), texts in any_texts(), text in ".{0,30}") {
        let Ok(tfidf) = fit_tfidf(&texts, ScikitLearnWords, &config) else { return Ok(()) };
        for row in texts.iter().chain([&text]).map(|text| tfidf.row(text)).filter(|row| !row.is_empty()) {
            prop_assert!(row.iter().all(|(_, value)| value > 0.0 && value.is_finite()));
            prop_assert!(row.iter().zip(row.iter().skip(1)).all(|(a, b)| a.0 < b.0));
            let (l1, l2) = row.iter().fold((0.0, 0.0), |(l1, l2), (_, value)| (l1 + value, l2 + value * value));
            let norm = if config.norm == Norm::L1 { l1 } else { l2 };
            prop_assert!(config.norm == Norm::None || close(norm, 1.0));
        }
        conformance::check_features(&tfidf, &[&text]).unwrap();
    }

    #[test]
    fn the_order_of_texts_changes_nothing(config in any_config(), texts in any_texts(), limit in 1..9_usize) {
        let mut config = config;
        config.max_features = Some(limit);
        let files = |texts: Vec<&String>| fit_tfidf(texts, RawText, &config).and_then(|tfidf| tfidf.to_files());
        let forwards = files(texts.iter().collect());
        prop_assert_eq!(forwards.is_ok(), texts.iter().any(|text| fit_tfidf([text], RawText, &config).is_ok()));
        let (forwards, backwards) = (forwards.ok(), files(texts.iter().rev().collect()).ok());
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn rarer_ngrams_weigh_more(config in any_config(), texts in any_texts()) {
        let Ok(tfidf) = fit_tfidf(&texts, ScikitLearnWords, &config) else { return Ok(()) };
        let columns = 0..tfidf.width() as u32;
        let mut both: Vec<(u32, f64)> =
            columns.map(|column| (tfidf.document_frequency(column).unwrap(), tfidf.idf(column).unwrap())).collect();
        both.sort_by_key(|&(df, _)| df);
        prop_assert!(both.iter().zip(both.iter().skip(1)).all(|(rare, common)| rare.1 >= common.1));
        prop_assert!(both.iter().all(|&(df, idf)| (1..=texts.len() as u32).contains(&df) && idf >= 1.0));
    }

    /// A higher `min_df` or a lower `max_df` only takes away, and what stays has the same frequencies.
    #[test]
    fn bounds_only_take_away(config in any_config(), texts in any_texts(), low in 1..4_u32, high in 1..9_u32) {
        let Ok(all) = fit_tfidf(&texts, ScikitLearnWords, &config) else { return Ok(()) };
        let mut bounded = config;
        (bounded.min_df, bounded.max_df) = (DocumentFrequency::Count(low), DocumentFrequency::Count(high));
        let within = |column: &u32| (low..=high).contains(&all.document_frequency(*column).unwrap());
        let expected: Vec<&str> = (0..all.width() as u32).filter(within).map(|column| all.ngram(column).unwrap()).collect();
        match fit_tfidf(&texts, ScikitLearnWords, &bounded) {
            Ok(found) => prop_assert_eq!(found.ngrams().collect::<Vec<_>>(), expected),
            Err(_) => prop_assert!(expected.is_empty()),
        }
    }

    /// A vocabulary that is given back gives the same rows.
    #[test]
    fn a_given_vocabulary_changes_nothing(config in any_config(), texts in any_texts()) {
        let Ok(found) = fit_tfidf(&texts, ScikitLearnWords, &config) else { return Ok(()) };
        let given = fit_tfidf_vocabulary(found.ngrams(), &texts, ScikitLearnWords, &config).unwrap();
        for text in &texts {
            prop_assert_eq!(found.row(text).iter().collect::<Vec<_>>(), given.row(text).iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn broken_lines_never_panic(lines in "[\\[\\]\",a1\\\\\n]{0,24}") {
        let mut files = fit_tfidf(["a"], RawText, &TfIdfConfig::default()).unwrap().to_files().unwrap();
        files.insert("ngrams.jsonl".to_owned(), lines.into_bytes());
        let _ = TfIdf::<RawText>::from_files(&files);
    }
}

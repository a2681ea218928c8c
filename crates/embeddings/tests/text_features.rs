//! Several kinds of n-grams side by side: beside scikit-learn, saved and loaded. `golden/make_union.py` wrote what is expected and names the version.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

mod scikit_learn_words;

use plaudit_core::{Error, Features, Files, Stored, conformance};
use plaudit_embeddings::{
    DocumentFrequency, HashedNgramsConfig, NgramUnit, NgramsConfig, RawText, TextFeatures, TfIdfConfig,
    fit_text_features,
};
use scikit_learn_words::ScikitLearnWords;
use serde::Deserialize;

#[derive(Deserialize)]
struct Union {
    texts: Vec<String>,
    unseen_texts: Vec<String>,
    width: usize,
    rows: Vec<Vec<(u32, f64)>>,
    unseen: Vec<Vec<(u32, f64)>>,
}

fn of(unit: NgramUnit, min_n: usize, max_n: usize) -> TfIdfConfig {
    let mut config = TfIdfConfig::default();
    (config.unit, config.min_n, config.max_n) = (unit, min_n, max_n);
    config
}

fn kinds() -> [NgramsConfig; 3] {
    let mut words = of(NgramUnit::Words, 1, 2);
    words.sublinear_tf = true;
    let mut in_words = of(NgramUnit::CharactersInWords, 2, 4);
    (in_words.lowercase, in_words.min_df) = (true, DocumentFrequency::Count(2));
    [words, in_words, of(NgramUnit::Characters, 1, 2)].map(NgramsConfig::TfIdf)
}

#[test]
fn equals_scikit_learn() {
    let union: Union = serde_json::from_str(include_str!("golden/union.json")).unwrap();
    let features = fit_text_features(&union.texts, ScikitLearnWords, &kinds()).unwrap();
    assert_eq!(features.width(), union.width);
    let texts = union.texts.iter().chain(&union.unseen_texts);
    for (text, expected) in texts.zip(union.rows.iter().chain(&union.unseen)) {
        let row = features.features(text);
        assert_eq!(row.len(), expected.len(), "{text:?}");
        for ((column, value), (theirs, expected)) in row.iter().zip(expected) {
            assert!(column == *theirs && (f64::from(value) - expected).abs() < 1e-6, "{text:?}: {column} {value}");
        }
    }
}

#[test]
fn conform_to_their_roles() {
    let mut hashed = HashedNgramsConfig::default();
    hashed.buckets = 100;
    let mut all = kinds().to_vec();
    all.push(NgramsConfig::Hashed(hashed));
    let features = fit_text_features(&["good food", "good", "bad food"], RawText, &all).unwrap();
    assert_eq!(features.configs(), all);
    conformance::check_features(&features, &["good food", "nothing"]).unwrap();
    conformance::check_stored(&features).unwrap();
    let files = features.to_files().unwrap();
    assert_eq!(files.keys().filter(|name| name.contains("raw_text")).count(), 1);
    let again = TextFeatures::<RawText>::from_files(&files).unwrap();
    assert_eq!(again.features("a bad day"), features.features("a bad day"));
    // Without a kind, nothing is read.
    let none = fit_text_features(&["good"], RawText, &[]).unwrap();
    assert!(none.width() == 0 && none.features("good").is_empty());
    conformance::check_stored(&none).unwrap();
}

#[test]
fn broken_files_are_refused_by_name() {
    let features = fit_text_features(&["good food", "good", "bad food"], RawText, &kinds()).unwrap();
    let files = features.to_files().unwrap();
    let error = |name: &str, bytes: &[u8]| {
        let mut broken = files.clone();
        broken.insert(name.to_owned(), bytes.to_vec());
        TextFeatures::<RawText>::from_files(&broken).map(|_| ()).unwrap_err()
    };
    for (name, bytes) in [("features.json", &b"{}"[..]), ("1-tfidf.json", b"[]"), ("2-ngrams.jsonl", b"\xff")] {
        let found = error(name, bytes);
        assert!(matches!(&found, Error::Format { source_name, .. } if source_name == name), "{found}");
    }
    let version = br#"{"version": 2, "kinds": []}"#;
    assert!(error("features.json", version).to_string().contains("found version 2"));
    assert!(TextFeatures::<RawText>::from_files(&Files::new()).is_err());
    assert!(fit_text_features(&["a"], RawText, &[NgramsConfig::TfIdf(of(NgramUnit::Words, 2, 1))]).is_err());
}

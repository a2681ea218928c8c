//! Stems beside those of the current Snowball, on its own word list.
//!
//! The files are the `english` ones of <https://github.com/snowballstem/snowball-data>, read from the folder
//! `stemmer_snowball` of `PLAUDIT_DATA`.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Analyzer;
use plaudit_text::{Pipeline, PipelineConfig, StemAlgorithm, StemConfig, TextStep};

/// Returns the words of the list that get another stem, and how many there are that are not one token.
fn different(data: &str, config: StemConfig) -> (Vec<String>, usize) {
    let read = |name| std::fs::read_to_string(format!("{data}/stemmer_snowball/{name}")).unwrap();
    let (words, expected) = (read("english_voc.txt"), read("english_output.txt"));
    assert_eq!((words.lines().count(), expected.lines().count()), (42_649, 42_649));
    let mut pipeline = PipelineConfig::counts();
    pipeline.steps = vec![TextStep::Stem(config)];
    let pipeline = Pipeline::new(pipeline).unwrap();
    let (mut several, mut different) = (0, Vec::new());
    for (word, expected) in words.lines().zip(expected.lines()) {
        let tokens = pipeline.analyze(word);
        match tokens.get(0) {
            Some(token) if tokens.len() == 1 => different.extend((token.text != expected).then(|| word.to_owned())),
            _ => {
                several += 1;
                assert!(word.starts_with('\'') || word.ends_with('\''), "{word} is not one token");
            }
        }
    }
    println!("{} words differ: {different:?}; {several} are not one token", different.len());
    (different, several)
}

/// 7 of the 42,649 words negate and are left as they are (hardly, nothing); 57 more differ where the stemmer is of an older
/// Snowball (university, organization, emergency). With the list of protected words, other words differ, on purpose.
#[test]
fn few_words_differ_from_the_current_snowball() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let mut config = StemConfig::default();
    let protected = different(&data, config.clone()).0;
    assert!(protected.contains(&"grateful".to_owned()) && !protected.contains(&"university".to_owned()));
    config.protect = false;
    assert_eq!(different(&data, config.clone()).0.len(), 57 + 7);
    if cfg!(feature = "snowball3") {
        config.algorithm = StemAlgorithm::Snowball3;
        assert_eq!(different(&data, config).0.len(), 7);
    }
}

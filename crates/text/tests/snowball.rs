//! Stems beside those of the current Snowball, on its own word list.
//!
//! The files are the `english` ones of <https://github.com/snowballstem/snowball-data>, read from the folder
//! `stemmer_snowball` of `PLAUDIT_DATA`.

use plaudit_core::Analyzer;
use plaudit_text::{Pipeline, PipelineConfig, TextStep};

/// 57 of the 42,649 words differ because the stemmer is of an older Snowball (university, organization, emergency), and 7
/// because they negate and are left as they are (hardly, nothing). More would be news.
#[test]
fn few_words_differ_from_the_current_snowball() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let read = |name| std::fs::read_to_string(format!("{data}/stemmer_snowball/{name}")).unwrap();
    let (words, expected) = (read("english_voc.txt"), read("english_output.txt"));
    assert_eq!((words.lines().count(), expected.lines().count()), (42_649, 42_649));
    let mut config = PipelineConfig::dpms();
    config.steps = vec![TextStep::Stem];
    let pipeline = Pipeline::new(config).unwrap();
    let mut several = Vec::new();
    let mut different = Vec::new();
    for (word, expected) in words.lines().zip(expected.lines()) {
        let tokens = pipeline.analyze(word);
        match tokens.get(0) {
            Some(token) if tokens.len() == 1 => different.extend((token.text != expected).then_some(word)),
            _ => several.push(word),
        }
    }
    println!("{} words differ: {different:?}; not one token: {several:?}", different.len());
    assert!(different.len() <= 64, "{different:?}");
    assert!(several.iter().all(|word| word.starts_with('\'') || word.ends_with('\'')), "{several:?}");
}

//! The lexicon classifier on labelled texts, read from the folder `PLAUDIT_DATA`; none was used to choose a word or a number but
//! parts called `train`.
//!
//! VADER's figures stand in the project's `docs/labelling.md`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Classifier, Labels};
use plaudit_text::{LexiconClassifier, LexiconConfig};

/// Returns accuracy and macro F1 over the labels that occur. Surprise, which takes neither side, is left
/// out. Where neutral does not occur, the likelier of the two sides counts, and
/// of equal ones positive.
fn figures(data: &str, file: &str) -> (f64, f64, usize) {
    let text = std::fs::read_to_string(format!("{data}/{file}")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split('\t').collect();
    let column = |name: &str| header.iter().position(|found| *found == name);
    let (label, words) = (column("sentiment").or(column("label")).unwrap(), column("text").unwrap());
    let labels = Labels::polarity();
    let mut rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    rows.retain(|row| labels.index_of(row[label]).is_some());
    let gold: Vec<usize> = rows.iter().map(|row| labels.index_of(row[label]).unwrap()).collect();
    let texts: Vec<&str> = rows.iter().map(|row| row[words]).collect();
    let lexicon = LexiconClassifier::new(LexiconConfig::polarity()).unwrap();
    if let Ok(folder) = std::env::var("PLAUDIT_DUMP") {
        let lines: Vec<String> =
            texts.iter().zip(&gold).map(|(text, gold)| format!("{gold}\t{}\t{text}", lexicon.score(text))).collect();
        std::fs::write(format!("{folder}/{}", file.replace('/', "_")), lines.join("\n")).unwrap();
    }
    let sided = !gold.contains(&1);
    let predict = |row: &[f32]| match sided {
        true => 2 * usize::from(row[2] > row[0]),
        false => (0..3).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap(),
    };
    let scores = lexicon.classify(&texts).unwrap();
    let found: Vec<usize> = scores.iter().map(|row| predict(row.scores())).collect();
    let right = gold.iter().zip(&found).filter(|(gold, found)| gold == found).count();
    let occurring: Vec<usize> = (0..3).filter(|label| gold.contains(label)).collect();
    let f1 = |label: usize| {
        let both = gold.iter().zip(&found).filter(|(gold, found)| **gold == label && **found == label).count();
        let either = gold.iter().chain(&found).filter(|found| **found == label).count();
        2.0 * both as f64 / either as f64
    };
    let macro_f1 = occurring.iter().map(|&label| f1(label)).sum::<f64>() / occurring.len() as f64;
    (right as f64 / gold.len() as f64, macro_f1, gold.len())
}

#[test]
fn right_more_often_than_not() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let part = std::env::var("PLAUDIT_PART").unwrap_or_else(|_| "valid".to_owned());
    for (set, least) in [
        ("rmp_5c_colleges", 0.5),
        ("tweeteval_sentiment", 0.5),
        ("sst2", 0.5),
        ("zh_chnsenticorp", 0.5),
        ("zh_online_shopping_phone", 0.5),
        ("zh_smp2020_ewect_usual", 0.35),
    ] {
        let (accuracy, macro_f1, n) = figures(&data, &format!("{set}/{part}.tsv"));
        println!("{set}: accuracy {accuracy:.3}, macro F1 {macro_f1:.3}, {n} texts");
        assert!(accuracy > least && macro_f1 > least, "{set}");
    }
}

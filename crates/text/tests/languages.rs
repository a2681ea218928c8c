//! How often the language of a text is found, on sets whose language is known.
//!
//! The sets are read from the folder that `PLAUDIT_DATA` names: TSV with a header and a column `text`. Only their validation
//! parts are looked at.

use std::collections::BTreeMap;

use plaudit_text::{Language, detect};

/// The least share of right answers, by set. `docs/text.md` has the figures by length.
const SETS: [(&str, Language, f64); 6] = [
    ("tweeteval_sentiment", Language::En, 0.998),
    ("sst2", Language::En, 0.996),
    ("rmp_5c_colleges", Language::En, 0.999),
    ("uit_vsfc_vi", Language::Und, 0.996),
    ("zh_chnsenticorp", Language::Zh, 0.999),
    ("zh_smp2020_ewect_usual", Language::Zh, 0.997),
];

/// Lengths in characters, up to and with these.
const LENGTHS: [(usize, &str); 4] = [(20, "to 20"), (50, "to 50"), (100, "to 100"), (usize::MAX, "above")];

#[test]
fn languages_of_the_validation_parts() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    for (set, language, least) in SETS {
        let rows = std::fs::read_to_string(format!("{data}/{set}/valid.tsv")).unwrap();
        let (header, rows) = rows.split_once('\n').unwrap();
        let column = header.split('\t').position(|name| name == "text").unwrap();
        let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let (mut right, mut texts, mut refused) = (0, 0, 0);
        for text in rows.lines().map(|row| row.split('\t').nth(column).unwrap()) {
            let detected = detect(text);
            let is_right = detected.language == language;
            let length = text.chars().count();
            let class = LENGTHS.iter().position(|&(most, _)| length <= most).unwrap();
            let count = counts.entry(class).or_default();
            (count.0, count.1) = (count.0 + usize::from(is_right), count.1 + 1);
            (right, texts) = (right + usize::from(is_right), texts + 1);
            refused += usize::from(!is_right && detected.reliable);
        }
        print!("{set}: {right} of {texts}, {refused} reliably wrong;");
        counts.iter().for_each(|(&class, (right, all))| print!(" {}: {right} of {all}", LENGTHS[class].1));
        println!();
        assert!(right as f64 >= least * texts as f64, "{set}: {right} of {texts}");
        assert!(refused * 500 <= texts, "{set}: {refused} of {texts} are reliably wrong");
    }
}

//! The channel's defaults counted again, and corrections beside lists of misspellings.
//!
//! The lists are read from the folder `spelling` of `PLAUDIT_DATA`: R. Mitton's Birkbeck collection, P. Norvig's two
//! test sets (<https://norvig.com/spell-correct.html>), and the `noisy_query_en_1000` of W. Garbe's SymSpell.

#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_text::{Channel, ChannelConfig, Spelling, SpellingConfig, WordFrequencies};

/// Pairs (wrong, right) of a file with the columns right and wrong, folded, without those that are the same.
fn pairs(name: &str) -> Option<Vec<(String, String)>> {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return None;
    };
    let text = std::fs::read_to_string(format!("{data}/spelling/{name}")).unwrap().to_lowercase();
    let pair = |line: &str| line.split_once('\t').map(|(right, wrong)| (wrong.to_owned(), right.to_owned()));
    Some(text.lines().skip(1).filter_map(pair).filter(|(wrong, right)| wrong != right).collect())
}

/// One half of the Birkbeck collection, by a hash of the right word (FNV-1a, 64 bits, bit 32), of words of letters and
/// apostrophes: the half with 0 is for development, and the other one for tests.
fn birkbeck(half: u64) -> Option<Vec<(String, String)>> {
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'');
    let hash = |word: &str| {
        word.bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let mut pairs = pairs("birkbeck_missp.tsv")?;
    pairs.retain(|(wrong, right)| is_word(wrong) && is_word(right) && hash(right) >> 32 & 1 == half);
    Some(pairs)
}

fn top1(pairs: &[(String, String)]) -> f64 {
    let english = WordFrequencies::english();
    let spelling = Spelling::new(SpellingConfig::default(), &english, &WordFrequencies::new()).unwrap();
    let is_hit = |(wrong, right): &&(String, String)| {
        spelling.correct(wrong).map_or(wrong == right, |correction| correction.word == *right)
    };
    pairs.iter().filter(is_hit).count() as f64 / pairs.len() as f64
}

#[test]
fn the_defaults_are_what_the_development_pairs_show() {
    let (Some(mut development), Some(norvig)) = (birkbeck(0), pairs("norvig_testset1.tsv")) else { return };
    assert_eq!((development.len(), norvig.len()), (16_230, 270));
    development.extend(norvig);
    let learned = Channel::learn(development.iter().map(|(wrong, right)| (wrong.as_str(), right.as_str()))).unwrap();
    let default = ChannelConfig::default();
    let rounded = |value: f64| format!("{value:.1e}").parse::<f64>().unwrap();
    println!("{learned:?}");
    for (edit, &probability) in &learned.edits {
        assert_eq!(rounded(probability), default.edits[edit], "{edit:?}");
    }
    assert_eq!(rounded(learned.first_letter), default.first_letter);
}

/// Looked at once, when everything was chosen; the bounds are half a point below what was found then. 174 of Norvig's
/// 400 pairs are also in the half for development: figures without those are given too.
#[test]
fn corrections_of_pairs_that_nothing_was_chosen_by() {
    let (Some(development), Some(rest), Some(norvig)) = (birkbeck(0), birkbeck(1), pairs("norvig_testset2.tsv")) else {
        return;
    };
    let clean: Vec<_> = norvig.iter().filter(|pair| !development.contains(pair)).cloned().collect();
    for (name, pairs, size, least) in [
        ("Birkbeck, the other half", &rest, 18_962, 0.368),
        ("Norvig 2", &norvig, 400, 0.792),
        ("Norvig 2, clean", &clean, 226, 0.782),
    ] {
        let found = top1(pairs);
        println!("{name}: {} pairs, top-1 {found:.4}", pairs.len());
        assert_eq!(pairs.len(), size);
        assert!(found >= least, "{name}: {found}");
    }
}

//! Letters that somebody typed without writing: `asdfgh`, `kkkkk`.

use std::sync::LazyLock;

use crate::detect::speech;
use crate::word_list;

/// Returns how much likelier `text` is as keys hit at random than as words, in nats (natural logarithm); below 0 it is words. 0
/// where fewer than [`MIN_LETTERS`] letters are asked.
///
/// For each word, ln P(letters | keys) - ln P(letters | words), at most [`MOST`], summed over the words of the text: one odd
/// name or cry among words does not count. Both models give a letter by the one before it:
///
/// - *words*: the pairs of letters, ends included, that the words of `data/letter_words.txt` have (smoothed with
///   [`SMOOTHING`] pairs drawn from the single letters);
/// - *keys*: with [`NEAR`] one of the keys at most two places away in the same row, else any of the 26; and a word ends after
///   seven letters on average.
///
/// Only words of the letters a to z are asked. In others, each letter beyond (`é`, `好`) counts [`OTHER`] for words, about
/// what a letter of an English word does. Passed over are words with digits (`wd40`), capitals up to [`ACRONYM`] letters, and
/// what stands behind `@` and `#` or in an address. Letters typed three times or more (`sooo`) count twice; but in a word
/// of one letter only, each from the third on is as surprising as a letter can be to keys (ln 26).
pub(super) fn log_odds(text: &str) -> f64 {
    let (mut sum, mut asked) = (0.0, 0);
    let mut letters = Vec::new();
    for chunk in text.split_whitespace().map(speech) {
        for word in chunk.split(|c: char| !c.is_alphanumeric()) {
            let acronym = word.len() <= ACRONYM && word.bytes().all(|byte| byte.is_ascii_uppercase());
            if word.bytes().all(|byte| byte.is_ascii_alphabetic()) && !acronym {
                letters.clear();
                letters.extend(word.bytes().map(|byte| usize::from(byte.to_ascii_lowercase() - b'a')));
                sum += word_log_odds(&letters).min(MOST);
                asked += letters.len();
            } else {
                sum -= OTHER * word.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count() as f64;
            }
        }
    }
    if asked < MIN_LETTERS { 0.0 } else { sum }
}

/// The most that one word says for keys, in nats.
const MOST: f64 = 10.0;
/// The fewest letters that say something: `eww` and `xx` do not.
const MIN_LETTERS: usize = 4;
/// What a letter beyond a to z says for words, in nats.
const OTHER: f64 = 1.0;
/// The longest word in capitals that is taken for an acronym.
const ACRONYM: usize = 5;
/// The share of keys that lie near the one before.
const NEAR: f64 = 0.6;
/// The weight of single letters in the table of pairs, in pairs.
const SMOOTHING: f64 = 5.0;
/// The mean length of a word of keys.
const MASH_LEN: f64 = 7.0;

const LETTERS: usize = 26;
/// The place before the first letter and behind the last.
const END: usize = LETTERS;
const SYMBOLS: usize = LETTERS + 1;

/// Returns the log-odds of one word, letters counted from 0.
fn word_log_odds(letters: &[usize]) -> f64 {
    let held = letters.iter().all(|letter| Some(letter) == letters.first());
    let (mut sum, mut last, mut run) = (0.0, END, 0);
    for &letter in letters {
        run = if letter == last { run + 1 } else { 1 };
        if run <= 2 {
            sum += pair_log_odds(last, letter);
        } else if held {
            sum += (LETTERS as f64).ln();
        }
        last = letter;
    }
    if letters.is_empty() { 0.0 } else { sum + pair_log_odds(last, END) }
}

fn pair_log_odds(before: usize, letter: usize) -> f64 {
    PAIRS.get(before * SYMBOLS + letter).copied().unwrap_or_default()
}

/// The log-odds of each letter behind each letter, [before, letter].
static PAIRS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let mut pairs = vec![0.0; SYMBOLS * SYMBOLS];
    let mut singles = [0.0; SYMBOLS];
    let index = |byte: u8| usize::from(byte - b'a');
    for word in word_list::words(word_list::LETTER_WORDS) {
        let mut last = END;
        for letter in word.bytes().map(index).chain([END]) {
            if let (Some(pair), Some(single)) = (pairs.get_mut(last * SYMBOLS + letter), singles.get_mut(letter)) {
                *pair += 1.0;
                *single += 1.0;
            }
            last = letter;
        }
    }
    let total: f64 = singles.iter().sum();
    for (before, row) in pairs.chunks_exact_mut(SYMBOLS).enumerate() {
        let sum: f64 = row.iter().sum();
        for ((letter, pair), single) in row.iter_mut().enumerate().zip(singles) {
            let words = (*pair + SMOOTHING * single / total) / (sum + SMOOTHING);
            *pair = (keys(before, letter) / words).ln();
        }
    }
    pairs
});

/// Returns the probability that keys hit at random go on from `before` to `letter`.
fn keys(before: usize, letter: usize) -> f64 {
    let any = 1.0 / LETTERS as f64;
    if before == END {
        return any; // and no word is empty
    }
    if letter == END {
        return 1.0 / MASH_LEN;
    }
    let near = near(before);
    let share = if near.contains(&letter) { NEAR / near.len() as f64 } else { 0.0 };
    (1.0 - 1.0 / MASH_LEN) * (share + (1.0 - NEAR) * any)
}

/// Returns the letters at most two keys from `letter` in its row, itself among them.
fn near(letter: usize) -> Vec<usize> {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let rows = ROWS.map(|row| row.bytes().map(|byte| usize::from(byte - b'a')).collect::<Vec<_>>());
    let place = |row: &Vec<usize>| row.iter().position(|&other| other == letter);
    let found = rows.into_iter().find_map(|row| place(&row).map(|at| (row, at)));
    let (row, at) = found.unwrap_or_default();
    row.into_iter().enumerate().filter(|&(other, _)| at.abs_diff(other) <= 2).map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::QualityConfig;
    use crate::quality::shingles::mix;

    fn is_mash(text: &str) -> bool {
        log_odds(text) > QualityConfig::default().keyboard_mash.unwrap()
    }

    #[test]
    fn what_people_type_into_a_box_that_must_be_filled() {
        for text in [
            "asdf",
            "asdfgh",
            "asdfghjkl",
            "ASDFGHJKL",
            "sdfsdfsdf",
            "fghfgh",
            "qwertyuiop",
            "zxcvbnm",
            "lkjhgf",
            "jkljkl",
            "dfgdfg",
            "sdkfjhsdkf",
            "kkkkk",
            "aaaaaa",
            "xxxxx",
            "asdf asdf",
            "asdf jkl; asdf",
            "hjk hjk",
            "gdfgdfg !!!",
        ] {
            assert!(is_mash(text), "{text}: {}", log_odds(text));
        }
    }

    #[test]
    fn words_names_acronyms_and_other_scripts() {
        for text in [
            "",
            "ok",
            "qwerty keyboards were here",
            "sad dad",
            "rhythms",
            "strengths",
            "were",
            "Tchaikovsky",
            "Krzyzewski",
            "Schwarzenegger",
            "Nguyen Thi Phuong",
            "Zhang Xiaoxue",
            "Oluwaseun Adebayo",
            "Mxolisi Nkosi",
            "lmfao",
            "lgbt",
            "XKCD",
            "LGBTQ",
            "HTML CSS PHP",
            "hahahaha",
            "hahahahahaha lol",
            "jajajaja",
            "hmmmm",
            "grrr",
            "ughhh",
            "sooooo gooood",
            "noooooo",
            "brrr it was so cold",
            "asdf is what I typed in the form",
            "the exam was asdfghjkl",
            "好好好好",
            "用qwert键盘打字很方便",
            "ㅋㅋㅋㅋㅋ",
            "ПППППП",
            "ééééé",
            "wzjwz168 wzjwz70",
            "@sdfghjkl #fghjkl http://t.co/sdfkjh",
            "12345 !!! :)",
            "don't won't can't shan't",
        ] {
            assert!(!is_mash(text), "{text}: {}", log_odds(text));
        }
    }

    #[test]
    fn keys_are_a_probability_over_letters_and_the_end() {
        for before in 0..LETTERS {
            let sum: f64 = (0..SYMBOLS).map(|letter| keys(before, letter)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{before}: {sum}");
        }
        let letter = |c: char| c as usize - 'a' as usize;
        let named = |c: char| near(letter(c)).into_iter().map(|near| (b'a' + near as u8) as char).collect::<String>();
        assert_eq!((named('q'), named('g'), named('m')), ("qwe".into(), "dfghj".into(), "bnm".into()));
    }

    #[test]
    fn the_list_is_clean_and_in_order() {
        let words: Vec<&str> = word_list::words(word_list::LETTER_WORDS).collect();
        assert!(words.is_sorted_by(|a, b| a < b), "out of order, or twice");
        assert!(words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
        assert!((2500..3500).contains(&words.len()), "{}", words.len());
    }

    #[test]
    fn letters_drawn_evenly_are_found_the_more_there_are() {
        let mut state = 0;
        let mut draw = || {
            state += 1;
            char::from(b'a' + (mix(state) % LETTERS as u64) as u8)
        };
        for (len, least) in [(6, 0.4), (10, 0.68), (25, 0.93)] {
            let found = (0..2000).filter(|_| is_mash(&(0..len).map(|_| draw()).collect::<String>())).count();
            assert!(found as f64 >= least * 2000.0, "{len} letters: {found} of 2000");
        }
    }

    proptest! {
        #[test]
        fn every_text_has_finite_odds(text in prop_oneof![any::<String>(), "[a-zA-Z '’好é1]{0,60}"]) {
            prop_assert!(log_odds(&text).is_finite());
        }
    }
}

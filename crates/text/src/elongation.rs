//! Letters that are typed again and again.

use plaudit_core::{Token, TokenKind};

use crate::spelling::english;
use crate::step::Rest;

/// The most runs of letters that candidates are made from: 2⁶ candidates are few.
const MAX_RUNS: usize = 6;
/// Longer words are none, and are not looked up.
const MAX_BYTES: usize = 64;

/// A run of one letter.
struct Run {
    c: char,
    count: usize,
}

/// Returns `word` without elongation: in `buffer` where a letter stands three times or more in a row, and itself where none does.
///
/// Every run of three or more becomes two: no English word has three. Where `frequency` has counts of words (0 of those that
/// are none), the first candidate is returned that is not a hundred times rarer than the most frequent one: so `tooo` is `too`
/// and not `to`, and `soooo` is `so`, though people write `soo`. Those with every long run at one or two letters are tried
/// first, two before one and the last run before the first, then those whose doubled letters become single, too (`goooodd`:
/// `good`). Only letters count, Han characters among them (哈哈哈哈 becomes 哈哈); digits and signs stay. Fold case before.
///
/// Takes time in proportion to the length of the word, and calls `frequency` at most 128 times.
pub(crate) fn shorten_elongation<'a>(
    word: &'a str,
    buffer: &'a mut String,
    frequency: impl Fn(&str) -> u64,
) -> &'a str {
    if !runs(word).any(|run| is_long(&run)) {
        return word;
    }
    write(word, buffer, |_| 2);
    if buffer.len() <= MAX_BYTES {
        // The places of the runs that may become single, the first that is tried at the end: the long ones before the doubled
        // ones, the last before the first.
        let mut choices = [usize::MAX; MAX_RUNS];
        let places = |wanted: fn(&Run) -> bool| runs(word).enumerate().filter(move |(_, run)| wanted(run));
        let long = places(is_long).count().min(MAX_RUNS);
        let all = places(is_doubled).take(MAX_RUNS - long).chain(places(is_long).take(long));
        let count = choices.iter_mut().zip(all).map(|(choice, (place, _))| *choice = place).count();
        let write_candidate = |candidate: u32, buffer: &mut String| {
            let single = |place| {
                let mut bits = choices.iter().take(count).rev();
                bits.position(|&choice| choice == place).is_some_and(|bit| candidate >> bit & 1 == 1)
            };
            write(word, buffer, |place| if single(place) { 1 } else { 2 });
        };
        let mut most = 0;
        for candidate in 0..1 << count {
            write_candidate(candidate, buffer);
            most = most.max(frequency(buffer));
        }
        for candidate in (0..1 << count).filter(|_| most > 0) {
            write_candidate(candidate, buffer);
            if frequency(buffer).saturating_mul(100) >= most {
                return buffer;
            }
        }
        write(word, buffer, |_| 2);
    }
    buffer
}

/// Writes the word with at most `most(run)` letters for each run of letters, which are counted from 0.
fn write(word: &str, buffer: &mut String, most: impl Fn(usize) -> usize) {
    buffer.clear();
    for (place, run) in runs(word).enumerate() {
        let count = if run.c.is_alphabetic() { run.count.min(most(place)) } else { run.count };
        buffer.extend(std::iter::repeat_n(run.c, count));
    }
}

fn is_long(run: &Run) -> bool {
    run.c.is_alphabetic() && run.count > 2
}

fn is_doubled(run: &Run) -> bool {
    run.c.is_alphabetic() && run.count == 2
}

/// Returns the runs of equal characters.
fn runs(word: &str) -> impl Iterator<Item = Run> {
    let mut chars = word.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        let mut count = 1;
        while chars.next_if_eq(&c).is_some() {
            count += 1;
        }
        Some(Run { c, count })
    })
}

pub(crate) fn apply(token: Token<'_>, buffer: &mut String, rest: &mut Rest<'_>) {
    let text = match token.kind {
        TokenKind::Word => shorten_elongation(token.text, buffer, |word| english().count(word)),
        _ => token.text,
    };
    rest.pass(Token { text, ..token });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: [&str; 18] = [
        "so", "good", "god", "to", "too", "no", "soon", "hello", "yes", "way", "been", "ben", "loose", "lose", "cool",
        "happy", "goodbye", "哈",
    ];

    fn known(word: &str) -> bool {
        KNOWN.contains(&word)
    }

    fn short(word: &str, known: impl Fn(&str) -> bool) -> String {
        shorten_elongation(word, &mut "left over".to_owned(), |word| u64::from(known(word))).to_owned()
    }

    #[test]
    fn by_hand() {
        for (word, alone, with_words) in [
            ("soooo", "soo", "so"),
            ("goooood", "good", "good"),
            ("goooodd", "goodd", "good"),
            ("gooodddbyeee", "gooddbyee", "goodbye"),
            ("tooooo", "too", "too"),
            ("noooo", "noo", "no"),
            ("sooooon", "soon", "soon"),
            ("hellooo", "helloo", "hello"),
            ("hellllo", "hello", "hello"),
            ("yessss", "yess", "yes"),
            ("beeeen", "been", "been"),
            ("looose", "loose", "loose"),
            ("cooolll", "cooll", "cool"),
            ("happpyyyy", "happyy", "happy"),
            ("xyzzzz", "xyzz", "xyzz"),
            ("good", "good", "good"),
            ("bookkeeper", "bookkeeper", "bookkeeper"),
            ("a1000b", "a1000b", "a1000b"),
            ("ooo1000", "oo1000", "oo1000"),
            ("哈哈哈哈", "哈哈", "哈"),
            ("!!!!", "!!!!", "!!!!"),
            ("...", "...", "..."),
            ("👍👍👍", "👍👍👍", "👍👍👍"),
            ("ééééé", "éé", "éé"),
            ("SoOoO", "SoOoO", "SoOoO"), // not folded
            ("", "", ""),
        ] {
            assert_eq!(short(word, |_| false), alone, "{word}");
            assert_eq!(short(word, known), with_words, "{word}");
        }
    }

    #[test]
    fn the_table_of_the_crate_chooses() {
        let mut buffer = String::new();
        for (word, expected) in [
            ("soooo", "so"),
            ("tooo", "too"),
            ("noooo", "no"),
            ("gooood", "good"),
            ("loooong", "long"),
            ("yesss", "yes"),
            ("sooon", "soon"),
        ] {
            assert_eq!(shorten_elongation(word, &mut buffer, |word| english().count(word)), expected);
        }
    }

    #[test]
    fn a_megabyte_ends_and_few_words_are_looked_up() {
        for piece in ["a", "aaab", "哈", "aabbb", "\0", "\u{301}"] {
            let calls = std::cell::Cell::new(0);
            let text = piece.repeat((1 << 20) / piece.len());
            let shorter = short(&text, |_| {
                calls.set(calls.get() + 1);
                false
            });
            assert!(shorter.len() <= text.len() && calls.get() <= 128);
        }
        let calls = std::cell::Cell::new(0);
        short("aaabbbcccdddeeefffggghhh", |_| {
            calls.set(calls.get() + 1);
            false
        });
        assert_eq!(calls.get(), 64); // nothing is found, and nothing chosen
    }

    proptest! {
        #[test]
        fn twice_changes_nothing_more_and_no_letter_stands_thrice(word in r"\PC{0,12}|[abo1!哈é]{0,16}", words: bool) {
            let known = |word: &str| words && word.len().is_multiple_of(3);
            let once = short(&word, known);
            prop_assert_eq!(short(&once, known), once.clone());
            let dedup = |text: &str| text.chars().fold(String::new(), |mut kept, c| { if !kept.ends_with(c) { kept.push(c) } kept });
            prop_assert_eq!(dedup(&once), dedup(&word));
            prop_assert!(runs(&once).all(|run| run.count < 3 || !run.c.is_alphabetic()));
        }
    }
}

//! Letters of other scripts that look like Latin ones.

use plaudit_core::{Token, TokenKind};

use crate::step::Rest;

/// Cyrillic, Greek and Armenian letters, each with the Latin letter that it cannot be told from by eye. Of the look-alikes of
/// Unicode's UTS #39, those that fonts draw with the same outline; α, γ, κ and σ are left out, which are told apart and stand in
/// names of the sciences (TNFα).
#[rustfmt::skip]
const LOOKALIKES: [(char, char); 62] = [
    ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'), ('Μ', 'M'), ('Ν', 'N'), ('Ο', 'O'),
    ('Ρ', 'P'), ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'), ('ι', 'i'), ('ν', 'v'), ('ο', 'o'), ('ρ', 'p'), ('υ', 'u'), ('ϲ', 'c'),
    ('ϳ', 'j'), ('Ѕ', 'S'), ('І', 'I'), ('Ј', 'J'), ('А', 'A'), ('В', 'B'), ('Е', 'E'), ('К', 'K'), ('М', 'M'), ('Н', 'H'),
    ('О', 'O'), ('Р', 'P'), ('С', 'C'), ('Т', 'T'), ('Х', 'X'), ('а', 'a'), ('е', 'e'), ('о', 'o'), ('р', 'p'), ('с', 'c'),
    ('у', 'y'), ('х', 'x'), ('ѕ', 's'), ('і', 'i'), ('ј', 'j'), ('ѵ', 'v'), ('Ү', 'Y'), ('һ', 'h'), ('Ӏ', 'I'), ('ӏ', 'l'),
    ('ԁ', 'd'), ('Ԛ', 'Q'), ('ԛ', 'q'), ('Ԝ', 'W'), ('ԝ', 'w'), ('Տ', 'S'), ('Օ', 'O'), ('հ', 'h'), ('յ', 'j'), ('ո', 'n'),
    ('ս', 'u'), ('օ', 'o'),
];

/// Returns `word` with look-alikes from Cyrillic, Greek and Armenian replaced by Latin letters: in `buffer` where the word is mixed
/// and meant as a Latin one, and itself everywhere else.
///
/// A word is meant as a Latin one where it has two Latin letters or more, no more letters of the others than Latin ones, and all
/// of these look like Latin letters. So words of one script stay, and mixed ones such as `iPhoneом`, `kΩ` and `TNFα`; what is left
/// to chance is a Latin name with a Cyrillic ending of look-alikes only (`iPhoneа`). A skeleton of the whole text by UTS #39 would
/// rewrite plain English, too (`modern` to `rnodern`).
///
/// Repair before case is folded: В looks like B, and в like no Latin letter.
///
/// # Example
/// ```
/// use plaudit_text::repair_homoglyphs;
///
/// let mut buffer = String::new();
/// assert_eq!(repair_homoglyphs("gооd", &mut buffer), "good"); // both о are Cyrillic
/// assert_eq!(repair_homoglyphs("хорошо", &mut buffer), "хорошо");
/// ```
pub fn repair_homoglyphs<'a>(word: &'a str, buffer: &'a mut String) -> &'a str {
    let (mut latin, mut others) = (0, 0);
    // Most words end here, after one pass.
    if word.is_ascii() {
        return word;
    }
    for c in word.chars() {
        if is_latin(c) {
            latin += 1;
        } else if is_other(c) {
            if lookalike(c).is_none() {
                return word;
            }
            others += 1;
        }
    }
    if others == 0 || latin < 2 || others > latin {
        return word;
    }
    buffer.clear();
    buffer.extend(word.chars().map(|c| lookalike(c).unwrap_or(c)));
    buffer
}

fn lookalike(c: char) -> Option<char> {
    let place = LOOKALIKES.binary_search_by_key(&c, |&(other, _)| other).ok()?;
    LOOKALIKES.get(place).map(|&(_, latin)| latin)
}

/// Returns whether `c` is a Latin letter, with or without an accent.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && c.is_alphabetic()
}

/// Returns whether `c` is a letter of Greek, Cyrillic or Armenian.
fn is_other(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{58f}' | '\u{1c80}'..='\u{1c8f}' | '\u{1f00}'..='\u{1fff}' | '\u{a640}'..='\u{a69f}')
        && c.is_alphabetic()
}

pub(crate) fn apply(token: Token<'_>, buffer: &mut String, rest: &mut Rest<'_>) {
    let text = if token.kind == TokenKind::Word { repair_homoglyphs(token.text, buffer) } else { token.text };
    rest.pass(Token { text, ..token });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repaired(word: &str) -> String {
        repair_homoglyphs(word, &mut "left over".to_owned()).to_owned()
    }

    #[test]
    fn mixed_words_are_repaired() {
        for (word, expected) in [
            ("gооd", "good"),
            ("рoor", "poor"),
            ("eхсеllеnt", "excellent"),
            ("Вad", "Bad"),
            ("tеаchеr's", "teacher's"),
            ("NΟT", "NOT"),
            ("nоt", "not"),
            ("caféо", "caféo"),
        ] {
            assert_eq!(repaired(word), expected);
        }
    }

    #[test]
    fn every_other_word_stays() {
        for word in [
            "modern",
            "I'll",
            "10",
            "café",
            "naïve",
            "Straße",
            "хорошо",
            "сор",
            "ООО",
            "καλός",
            "Ο",
            "օր",
            "iPhoneом",
            "kΩ",
            "μm",
            "TNFα",
            "IFNγ",
            "NFκB",
            "ΔE",
            "Zа",
            "Vместе",
            "T恤",
            "好",
            "الدرس",
            "हिन्दी",
            "👍",
            "",
            "\0",
        ] {
            assert_eq!(repaired(word), word);
        }
    }

    // unicode-security 0.1.3 (Unicode 17): skeleton of each pair, made equal by confusables.txt of UTS #39
    #[test]
    fn the_table_is_sorted_and_of_letters() {
        assert!(LOOKALIKES.windows(2).all(|two| two[0].0 < two[1].0));
        for (other, latin) in LOOKALIKES {
            assert!(is_other(other) && latin.is_ascii_alphabetic());
            assert_eq!(other.is_uppercase(), latin.is_uppercase(), "{other}");
        }
    }

    proptest! {
        #[test]
        fn words_of_one_script_stay(word in "[a-zA-Zà-ÿ']{0,12}|[а-яА-ЯіѕјІ]{0,12}|[α-ωΑ-Ω]{0,12}|[\u{531}-\u{556}\u{561}-\u{587}]{0,12}") {
            prop_assert_eq!(repaired(&word), word);
        }

        #[test]
        fn twice_changes_nothing_more(word in r"\PC{0,12}|[a-eоеасхВΑν]{0,12}") {
            let once = repaired(&word);
            prop_assert_eq!(repaired(&once), once.clone());
            prop_assert_eq!(once.chars().count(), word.chars().count());
        }
    }
}

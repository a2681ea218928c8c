//! Letters of other scripts that look like Latin ones.

use crate::alignment::Rewriter;

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

/// The letters of a word or text: Latin ones, and those of Greek, Cyrillic and Armenian.
#[derive(Default)]
struct Letters {
    latin: usize,
    /// Others that look like Latin letters.
    alike: usize,
    /// Others that do not.
    apart: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self::default();
        for c in text.chars() {
            if is_latin(c) {
                letters.latin += 1;
            } else if lookalike(c).is_some() {
                letters.alike += 1;
            } else if is_other(c) {
                letters.apart += 1;
            }
        }
        letters
    }
}

/// Returns whether a text is written in Latin letters, look-alikes from Cyrillic, Greek and Armenian among them: it has no other
/// letter of these scripts, and fewer look-alikes than Latin letters.
///
/// No sentence of Russian, Greek or Armenian passes for one, because it has letters such as и, λ and ա. Ask once a text, and tell
/// [`repair_homoglyphs`].
pub(crate) fn is_latin_text(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    let letters = Letters::of(text);
    letters.apart == 0 && letters.alike <= letters.latin
}

/// Returns `word` with look-alikes from Cyrillic, Greek and Armenian replaced by Latin letters: in `buffer` where the word is mixed
/// and meant as a Latin one, and itself everywhere else.
///
/// A word is meant as a Latin one where it has Latin letters, all others in it look like Latin ones, and the text around it is in
/// Latin letters ([`is_latin_text`]). In any other text it needs two Latin letters or more, and no fewer than of the others. So
/// words of one script stay, and mixed ones such as `iPhoneом`, `kΩ` and `TNFα`; what is left to chance is a Latin name with an ending
/// of look-alikes only (`iPhoneа`). A skeleton of the whole text by UTS #39 would rewrite plain English, too (`modern` to
/// `rnodern`).
///
/// Repair before case is folded: В looks like B, and в like no Latin letter.
pub(crate) fn repair_homoglyphs<'a>(word: &'a str, latin_text: bool, buffer: &'a mut String) -> &'a str {
    if word.is_ascii() {
        return word;
    }
    let Letters { latin, alike, apart } = Letters::of(word);
    let meant = if latin_text { latin > 0 } else { latin > 1 && latin >= alike };
    if alike == 0 || apart > 0 || !meant {
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

/// Repairs every word of the text.
pub(crate) fn apply(text: &str, buffer: &mut String, mut rewriter: Rewriter<'_>) {
    let (latin, mut start) = (is_latin_text(text), 0);
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let repaired = repair_homoglyphs(word, latin, buffer);
        if repaired != word {
            rewriter.replace(start..start + word.len(), repaired.chars());
        }
        start += word.len();
        start += text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    rewriter.finish();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn repaired(word: &str, latin_text: bool) -> String {
        repair_homoglyphs(word, latin_text, &mut "left over".to_owned()).to_owned()
    }

    #[test]
    fn mixed_words_are_repaired() {
        for (word, alone, in_latin_text) in [
            ("gооd", "good", "good"),
            ("eхсеllеnt", "excellent", "excellent"),
            ("Вad", "Bad", "Bad"),
            ("tеаchеr's", "teacher's", "teacher's"),
            ("NΟT", "NOT", "NOT"),
            ("nоt", "not", "not"),
            ("caféо", "caféo", "caféo"),
            ("nо", "nо", "no"),
            ("Вас", "Вас", "Вас"),
            ("Ваd", "Ваd", "Bad"),
        ] {
            assert_eq!(repaired(word, false), alone);
            assert_eq!(repaired(word, true), in_latin_text);
        }
    }

    #[test]
    fn every_other_word_stays() {
        #[rustfmt::skip]
        let words = [
            "modern", "I'll", "10", "café", "naïve", "Straße", "хорошо", "сор", "ООО", "καλός", "Ο", "օր", "iPhoneом", "kΩ", "μm", "TNFα",
            "IFNγ", "NFκB", "ΔE", "Vместе", "T恤", "好", "الدرس", "हिन्दी", "👍", "", "\0",
        ];
        for word in words {
            assert_eq!(repaired(word, false), word);
            assert_eq!(repaired(word, true), word);
        }
        assert_eq!(repaired("Zа", false), "Zа"); // Russian slang
    }

    #[test]
    fn texts_by_hand() {
        for (text, expected) in [
            ("nо gооd аt аll", true),
            ("I know the café", true),
            ("", true),
            ("好的 👍", true),
            ("не good", false),
            ("Это good idea, really very good", false),
            ("οχι", false),
            ("сор", false),
            ("the mean μ", false),
        ] {
            assert_eq!(is_latin_text(text), expected, "{text}");
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
            prop_assert_eq!(repaired(&word, false), word.clone());
            prop_assert_eq!(repaired(&word, true), word);
        }

        #[test]
        fn twice_changes_nothing_more(word in r"\PC{0,12}|[a-eоеасхВΑν]{0,12}", latin: bool) {
            let once = repaired(&word, latin);
            prop_assert_eq!(repaired(&once, latin), once.clone());
            prop_assert_eq!(once.chars().count(), word.chars().count());
        }
    }
}

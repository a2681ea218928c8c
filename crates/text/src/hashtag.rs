//! The words of a hashtag.

use std::ops::Range;

/// What a character is to the splitter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    /// Letters without case: Han, Arabic and others.
    Uncased,
    /// Marks of accents, vowels and the like, which belong to what is before them.
    Mark,
    /// `#`, `_` and all else: between words.
    Gap,
}

/// Hands on the byte range of each word of a hashtag, in order; with or without its `#`.
///
/// Words end before a capital behind a small letter (`BestDay`), before the last capital of several where a small letter follows
/// (`WWDCKeynote`: `WWDC`, `Keynote`), between letters and digits, where letters with case meet letters without (`糯米NBA`), and at
/// `_`. An ordinal stays whole (`4thJuly`: `4th`, `July`), and so does a name with `i` or `e` before its capital (`iPhoneX`: `iPhone`,
/// `X`). Words without capitals stay together: `bestdayever` is one.
///
/// Split before case is folded.
pub(crate) fn split_hashtag(tag: &str, mut emit: impl FnMut(Range<usize>)) {
    let mut start = 0;
    let mut before = Class::Gap;
    for (place, c) in tag.char_indices() {
        let class = match class(c) {
            Class::Mark => before,
            class => class,
        };
        let rest = tag.get(place..).unwrap_or_default();
        let word = tag.get(start..place).unwrap_or_default();
        if class == Class::Gap || before == Class::Gap || ends(word, before, class, rest) {
            if before != Class::Gap {
                emit(start..place);
            }
            start = place;
        }
        before = class;
    }
    if before != Class::Gap {
        emit(start..tag.len());
    }
}

/// Returns whether `word`, which ends with a character of class `before`, ends where `rest` begins with one of class `class`.
fn ends(word: &str, before: Class, class: Class, rest: &str) -> bool {
    match (before, class) {
        (Class::Upper, Class::Lower) => false,
        // the last capital belongs to the small letters behind it
        (Class::Upper, Class::Upper) => rest.chars().nth(1).is_some_and(|next| self::class(next) == Class::Lower),
        (Class::Lower, Class::Upper) => !matches!(word, "i" | "e"),
        (Class::Digit, Class::Lower | Class::Upper) => !is_ordinal(rest),
        (before, class) => before != class,
    }
}

/// Returns whether digits and `rest` make an ordinal: `st`, `nd`, `rd` or `th`, and then no small letter.
fn is_ordinal(rest: &str) -> bool {
    let ending =
        rest.get(..2).is_some_and(|two| ["st", "nd", "rd", "th"].iter().any(|end| end.eq_ignore_ascii_case(two)));
    ending && !rest.chars().nth(2).is_some_and(char::is_lowercase)
}

fn class(c: char) -> Class {
    if c.is_lowercase() {
        Class::Lower
    } else if c.is_uppercase() {
        Class::Upper
    } else if c.is_numeric() {
        Class::Digit
    } else if c.is_alphabetic() {
        Class::Uncased
    } else if matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{1cff}' | '\u{200c}' | '\u{200d}') {
        Class::Mark
    } else {
        Class::Gap
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(tag: &str) -> String {
        let mut words = Vec::new();
        split_hashtag(tag, |place| words.push(tag.get(place).unwrap()));
        words.join(" ")
    }

    #[test]
    fn by_hand() {
        for (tag, expected) in [
            ("#BestDayEver2024", "Best Day Ever 2024"),
            ("BestDayEver", "Best Day Ever"),
            ("#iPhoneX", "iPhone X"),
            ("#iOS", "iOS"),
            ("#eBayUS", "eBay US"),
            ("#aBigDay", "a Big Day"),
            ("#USA", "USA"),
            ("#WWDCKeynote", "WWDC Keynote"),
            ("#ThisIsAGoodDay", "This Is A Good Day"),
            ("#good_bad__Ugly_", "good bad Ugly"),
            ("#bestdayever", "bestdayever"),
            ("#4thJuly", "4th July"),
            ("#4thofJuly", "4 thof July"),
            ("#49ers", "49 ers"),
            ("#COVID19", "COVID 19"),
            ("#U2ieTour", "U 2 ie Tour"),
            ("#ÉcoleÉté", "École Été"),
            ("#Cafe\u{301}Noir", "Cafe\u{301} Noir"),
            ("#糯米在自己滚糖霜", "糯米在自己滚糖霜"),
            ("#糯米NBA总决赛2020", "糯米 NBA 总决赛 2020"),
            ("#हिन्दी", "हिन्दी"),
            ("#বিশ্ববিদ্যালয়", "বিশ্ববিদ্যালয়"),
            ("#not-good", "not good"),
            ("#", ""),
            ("", ""),
            ("##", ""),
            ("#_1_", "1"),
        ] {
            assert_eq!(split(tag), expected, "{tag}");
        }
    }

    #[test]
    fn a_megabyte_ends() {
        for piece in ["a", "A", "aA", "1", "1a", "_", "好", "\u{301}", "1st"] {
            split(&piece.repeat((1 << 20) / piece.len()));
        }
    }

    proptest! {
        #[test]
        fn words_are_in_order_and_hold_every_letter(tag in r"\PC{0,20}|#[a-zA-Z0-9_éÉ好\u{301}]{0,20}") {
            let mut end = 0;
            let mut kept = String::new();
            split_hashtag(&tag, |place| {
                assert!(place.start >= end && place.end > place.start);
                end = place.end;
                kept.push_str(tag.get(place).unwrap());
            });
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            prop_assert_eq!(letters(&kept), letters(&tag));
        }
    }
}

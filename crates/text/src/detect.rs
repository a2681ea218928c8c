//! Which language a text is written in.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{Language, word_list};

/// The language of a text, as [`detect`] finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Detected {
    /// The likeliest language; [`Und`](Language::Und) for every language but English and Chinese, and where there is no
    /// letter.
    pub language: Language,
    /// Whether the letters or words show it. Where they do not (`lol`, `10/10`), the language is the likeliest one, and no
    /// reason to refuse a text.
    pub reliable: bool,
}

/// Returns the language of `text`: by its letters, else by its function words, else by letter trigrams (`whatlang`).
/// Reads the first 1,000 characters, without mentions, hashtags and web addresses.
///
/// 1. The script with the most letters decides, where a Han character counts three (a Chinese word has 1 or 2, an
///    English one 4 or 5), and kana and hangul two. Han is Chinese unless more than one kana stands beside ten Han
///    characters: a single `の` is common in Chinese posts.
/// 2. Two letters that no English loan word has (`đ`, `ế`, `ł`, `ş`; not `é` or `ü`), and one in twenty, are another
///    language than English; fewer may be a name.
/// 3. It is English where a third of the words are English function words, negations or intensifiers; each letter with a
///    mark asks for one word more.
/// 4. Else trigrams decide where they say English, or another language with certainty. Between the two (most short texts),
///    it takes fewer function words to be English the less they say: a fifth of the words, times their confidence; and
///    none in texts of up to 4 words without a mark.
///
/// The project's `docs/text.md` has the accuracy by set and length, and on which texts the numbers were chosen.
///
/// # Example: texts that say it, and one that does not
/// ```
/// use plaudit_text::{Language, detect};
///
/// assert_eq!(detect("The labs were great").language, Language::En);
/// assert_eq!(detect("老师讲得很好").language, Language::Zh);
/// assert_eq!(detect("giảng viên nhiệt tình").language, Language::Und);
/// let short = detect("lol");
/// assert_eq!((short.language, short.reliable), (Language::En, false));
/// ```
pub fn detect(text: &str) -> Detected {
    let read = text.char_indices().nth(MAX_CHARS).and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    let mut letters = Letters::default();
    for c in read.split_whitespace().flat_map(|chunk| speech(chunk).chars()) {
        letters.count(c);
    }
    let (han, asian) = (3 * letters.han, 2 * (letters.kana + letters.hangul));
    let other = asian + letters.other;
    if letters.latin + han + other == 0 {
        Detected { language: Language::Und, reliable: false }
    } else if han >= letters.latin && han >= other {
        let language = if 10 * letters.kana > letters.han { Language::Und } else { Language::Zh };
        Detected { language, reliable: true }
    } else if other > letters.latin || letters.foreign >= 2 && 20 * letters.foreign >= letters.latin {
        Detected { language: Language::Und, reliable: true }
    } else {
        latin(read, letters.marked)
    }
}

/// The most characters that are read.
const MAX_CHARS: usize = 1000;

/// So few words without a mark are English where nothing says otherwise.
const FEW_WORDS: usize = 4;

/// Returns the part of a chunk that somebody said: not the name behind `@`, the tag behind `#`, or a web address. Chinese
/// goes on right behind them, so only ASCII is passed over.
pub(crate) fn speech(chunk: &str) -> &str {
    let named = chunk.starts_with(['@', '#']) || chunk.starts_with("www.") || chunk.contains("://");
    if named { chunk.trim_start_matches(|c: char| c.is_ascii()) } else { chunk }
}

/// Letters by script.
#[derive(Default)]
struct Letters {
    han: usize,
    kana: usize,
    hangul: usize,
    other: usize,
    latin: usize,
    /// Latin letters with a mark, and marks.
    marked: usize,
    /// Those of `marked` that are in no English loan word.
    foreign: usize,
}

impl Letters {
    fn count(&mut self, c: char) {
        match c {
            'A'..='Z' | 'a'..='z' => self.latin += 1,
            '\0'..='\u{7f}' => {}
            'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ÿ' => {
                self.latin += 1;
                self.marked += 1;
            }
            // Latin Extended A, B and Additional; the hook, horn and dot of decomposed Vietnamese
            '\u{100}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{309}' | '\u{31b}' | '\u{323}' => {
                self.latin += 1;
                self.marked += 1;
                self.foreign += 1;
            }
            '\u{300}'..='\u{36f}' => self.marked += 1,
            '\u{3005}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => self.han += 1,
            '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' => self.kana += 1,
            '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}' => self.hangul += 1,
            // Letters of a typeface (ᴀ, ℋ, Ⓐ, Ａ, 𝓪, 🅰) are of no language, nor is the mark of a long kana.
            '\u{1d00}'..='\u{1dbf}'
            | '\u{2071}'..='\u{214f}'
            | '\u{24b6}'..='\u{24e9}'
            | '\u{30fc}'
            | '\u{ff21}'..='\u{ff5a}'
            | '\u{1d400}'..='\u{1d7ff}'
            | '\u{1f130}'..='\u{1f189}'
            | 'ª'
            | 'º' => {}
            _ => self.other += usize::from(c.is_alphabetic()),
        }
    }
}

/// Decides for a text of mostly Latin letters, `marked` of which have marks.
fn latin(read: &str, marked: usize) -> Detected {
    let (mut said, mut word) = (String::with_capacity(read.len()), String::new());
    let (mut words, mut function) = (0, 0);
    for chunk in read.split_whitespace().map(speech) {
        said.push_str(chunk);
        said.push(' ');
        for part in
            chunk.split(|c: char| !(c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '\u{300}'..='\u{36f}')))
        {
            if part.contains(char::is_alphabetic) {
                word.clear();
                word.extend(part.chars().map(|c| if c == '\u{2019}' { '\'' } else { c.to_ascii_lowercase() }));
                words += 1;
                function += usize::from(FUNCTION.contains(word.trim_matches('\'')) || FUNCTION.contains(word.as_str()));
            }
        }
    }
    let plain = 3 * function >= 3 * marked + words;
    if plain {
        return Detected { language: Language::En, reliable: words >= 3 };
    }
    let Some(guess) = whatlang::detect(&said) else {
        return Detected { language: Language::Und, reliable: false };
    };
    let wanted = if words <= FEW_WORDS { 0.0 } else { 0.2 * guess.confidence() * words as f64 };
    let english =
        guess.lang() == whatlang::Lang::Eng || !guess.is_reliable() && function as f64 >= marked as f64 + wanted;
    let reliable = if english {
        guess.is_reliable()
    } else {
        // names and slang look like another language to trigrams; that no English word stands among six says more
        guess.is_reliable() && 5 * function < words || function == 0 && words >= 6
    };
    Detected { language: if english { Language::En } else { Language::Und }, reliable }
}

/// The English words that hold sentences together, and that no name or foreign sentence is full of.
static FUNCTION: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lists = [word_list::FUNCTION_WORDS, word_list::NEGATORS, word_list::STANCE_WORDS];
    lists.into_iter().flat_map(word_list::words).collect()
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sure(text: &str) -> (Language, bool) {
        let detected = detect(text);
        (detected.language, detected.reliable)
    }

    // Written for this test, by the kind of thing that people say of a university.
    #[test]
    fn english_whatever_it_is_mixed_with() {
        for text in [
            "The library is always full and nobody cares",
            "I don’t think the exam was fair",
            "so the café near my fiancé's is not that bad for all of us",
            "@李雷 the labs are great, thanks for all of it https://example.com/教学楼",
            "Our teacher from Kraków, Mr Władysław, is the best there is at this university",
            "we went to 北京 for two weeks and it was the best trip ever",
            "HE IS THE WORST PROFESSOR I HAVE EVER HAD",
        ] {
            assert_eq!(sure(text), (Language::En, true), "{text}");
        }
    }

    #[test]
    fn chinese_whatever_it_is_mixed_with() {
        for text in [
            "老师讲得很好",
            "好",
            "這門課的老師非常認真，我很喜歡",
            "用iPhone交作业太麻烦了",
            "#开学季# 又要排队了http://t.cn/abc",
            "@Li老师 今天の课取消了吗，大家都在教室里等着",
            "😡食堂",
        ] {
            assert_eq!(sure(text), (Language::Zh, true), "{text}");
        }
    }

    #[test]
    fn other_languages_are_neither() {
        for text in [
            "giảng viên nhiệt tình , dễ hiểu",
            "gia\u{309}ng vie\u{302}n nhie\u{302}\u{323}t ti\u{300}nh", // the same, decomposed
            "La biblioteca cierra demasiado temprano y nunca hay sitio para estudiar",
            "Les professeurs sont très gentils mais les salles sont trop petites",
            "Die Vorlesungen sind viel zu voll und niemand beantwortet meine Fragen",
            "I professori spiegano bene ma gli esami sono troppo difficili per tutti",
            "De docenten zijn aardig maar de roosters veranderen elke week opnieuw",
            "Wykładowcy są świetni, ale dziekanat nigdy nie odpowiada na maile",
            "Hocalar çok iyi ama yurtlar pahalı ve kütüphane her zaman dolu",
            "Dosennya baik sekali tetapi perpustakaan selalu penuh dan tidak nyaman",
            "先生の授業はとても分かりやすいです",
            "교수님 강의가 정말 좋았습니다",
            "Преподаватели отличные, но столовая ужасная",
            "শিক্ষকরা খুব ভালো",
            "المكتبة دائما مزدحمة",
        ] {
            assert_eq!(sure(text), (Language::Und, true), "{text}");
        }
    }

    #[test]
    fn what_shows_no_language_is_not_reliable() {
        for text in ["", " \n", "\0", "10/10", "???", "👍👍", "@somebody #great http://t.co/x", "Ａ Ⓐ 𝓪", "\u{309}"]
        {
            assert_eq!(sure(text), (Language::Und, false), "{text}");
        }
        for text in ["lol", "bad .", "Great prof", "nice"] {
            assert_eq!(sure(text), (Language::En, false), "{text}");
        }
    }

    #[test]
    fn no_more_than_the_first_thousand_characters_is_read() {
        let text = "of it ".repeat(MAX_CHARS).chars().take(MAX_CHARS).collect::<String>() + &"好".repeat(100_000);
        assert_eq!(sure(&text), (Language::En, true));
    }

    proptest! {
        #[test]
        fn every_text_gets_an_answer(text in prop_oneof![any::<String>(), "[a-zé好のş'’@#:/. \u{309}]{0,40}"]) {
            let detected = detect(&text);
            prop_assert_eq!(detect(&text), detected);
            prop_assert!(detected.language != Language::Zh || detected.reliable);
        }
    }
}

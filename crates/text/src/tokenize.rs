//! The split into tokens (DPMS, Eq. 4), by white space, addresses, emoticons and the word bounds of UAX #29.
//!
//! One departure from UAX #29, which joins letters at a full stop: a sentence ends between a small letter and a capital that a
//! small letter follows (`great.Best`), where people forget the blank. `e.g`, `U.S.A` and `Ph.D` stay.

use std::ops::Range;

use plaudit_core::{Token, TokenKind};
use unicode_segmentation::UnicodeSegmentation;

use crate::words::Words;
use crate::{address, emoji, emoticon};

/// What is typed for an apostrophe: right and left quotation mark, modifier letter, full-width; and those of `LOOKALIKES`.
const APOSTROPHES: [char; 7] = ['\u{2019}', '\u{2018}', '\u{2bc}', '\u{ff07}', '`', '\u{b4}', '\u{2032}'];

/// Signs that are no apostrophe to UAX #29, but are one to those who type them between two letters (`don´t`): grave and
/// acute accent, prime. Each with a sign of the same length that joins letters there.
const LOOKALIKES: [(char, char); 3] = [('`', '\''), ('\u{b4}', '\u{b7}'), ('\u{2032}', '\u{2019}')];

/// What the bytes of a chunk can be part of.
mod class {
    pub(super) const LOWER: u8 = 1;
    pub(super) const UPPER: u8 = 2;
    /// Digits, and signs that begin neither an emoticon nor an address.
    pub(super) const PLAIN: u8 = 4;
    pub(super) const DOT: u8 = 8;
    pub(super) const SPECIAL: u8 = 16;
    pub(super) const BEYOND_ASCII: u8 = 32;
    pub(super) const SPACE: u8 = 64;
}

/// The class of each byte.
#[allow(clippy::indexing_slicing)] // the compiler runs it
const CLASSES: [u8; 256] = {
    let mut classes = [class::SPECIAL; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' => class::LOWER,
            b'A'..=b'Z' => class::UPPER,
            b'0'..=b'9' | b'!' | b'"' | b'$' | b'%' | b'&' | b'\'' | b')' | b'*' | b'+' | b',' | b'?' | b'[' | b']' => {
                class::PLAIN
            }
            b'.' => class::DOT,
            b'\t'..=b'\r' | b' ' => class::SPACE,
            0x80.. => class::BEYOND_ASCII,
            _ => class::SPECIAL,
        };
        byte += 1;
    }
    classes
};

fn class_of(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(class::SPECIAL)
}

/// Splits texts, in buffers that all texts share.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// A word with plain apostrophes.
    plain: String,
    /// A run whose look-alikes of an apostrophe join letters.
    joined: String,
}

impl Splitter {
    /// Emits the tokens of `text` in order.
    pub(crate) fn split(&mut self, text: &str, words: &Words, mut emit: impl FnMut(Token<'_>)) {
        // White space of ASCII splits first: UAX #29 never joins across it, but for marks behind a blank, which no word needs.
        let mut offset = 0;
        let mut rest = text;
        while !rest.is_empty() {
            let mut classes = 0;
            let len = rest.bytes().position(|byte| {
                let class = class_of(byte);
                classes |= class & !class::SPACE;
                class == class::SPACE
            });
            let (chunk, tail) = rest.split_at_checked(len.unwrap_or(rest.len())).unwrap_or((rest, ""));
            self.chunk(chunk, classes, offset, words, &mut emit);
            rest = tail.get(1..).unwrap_or_default();
            offset += chunk.len() + 1;
        }
    }

    /// Splits a text without addresses and emoticons.
    pub(crate) fn words(&mut self, text: &str, words: &Words, mut emit: impl FnMut(Token<'_>)) {
        self.run(text, 0, words, &mut emit);
    }

    /// Splits `chunk`, which begins at byte `offset` of the text, and whose bytes are of these classes.
    fn chunk(&mut self, chunk: &str, classes: u8, offset: usize, words: &Words, emit: &mut impl FnMut(Token<'_>)) {
        // Most chunks are a word, or a word and a sign.
        if classes == class::LOWER {
            return emit(Token { text: chunk, source: offset..offset + chunk.len(), kind: TokenKind::Word });
        }
        let laughs = || classes & class::UPPER != 0 && (chunk.contains("XD") || chunk.contains("xD"));
        let host = || classes & class::DOT != 0 && chunk.trim_end_matches('.').contains('.');
        if classes & (class::SPECIAL | class::BEYOND_ASCII) == 0 && !laughs() && !host() {
            return self.run(chunk, offset, words, emit);
        }
        let mut from = 0;
        let mut address = address::find(chunk, 0);
        let mut face = emoticon::find(chunk, 0);
        loop {
            // Each is looked for again only when it was passed, so that no byte is looked at often.
            if face.as_ref().is_some_and(|place| place.start < from) {
                face = emoticon::find(chunk, from);
            }
            if address.as_ref().is_some_and(|(place, _)| place.start < from) {
                address = address::find(chunk, from);
            }
            let (place, kind) = match (&address, &face) {
                (Some((place, kind)), Some(face)) if place.start <= face.start => (place.clone(), *kind),
                (_, Some(face)) => (face.clone(), TokenKind::Emoji),
                (Some((place, kind)), None) => (place.clone(), *kind),
                (None, None) => break,
            };
            self.run(chunk.get(from..place.start).unwrap_or_default(), offset + from, words, emit);
            let text = chunk.get(place.clone()).unwrap_or_default();
            emit(Token { text, source: offset + place.start..offset + place.end, kind });
            from = place.end;
        }
        self.run(chunk.get(from..).unwrap_or_default(), offset + from, words, emit);
    }

    /// Splits a run without emoticons and addresses.
    fn run(&mut self, run: &str, offset: usize, words: &Words, emit: &mut impl FnMut(Token<'_>)) {
        let mut buffer = std::mem::take(&mut self.joined);
        let joined = if run.is_ascii() { run } else { join(run, &mut buffer) };
        let mut han: Option<usize> = None;
        let mut at = 0;
        let mut end = 0; // of the sentence, looked for once it is reached, so that no byte is looked at often
        while at < joined.len() {
            if at >= end {
                end = sentence_end(joined, at);
            }
            let Some(rest) = joined.get(at..end).filter(|rest| !rest.is_empty()) else { break };
            let Segment { len, kind, is_han } = Segment::first(rest);
            if is_han && words.has_dictionary() {
                han.get_or_insert(at);
                at += len;
                continue;
            }
            if let Some(start) = han.take() {
                self.han(run, start..at, offset, words, emit);
            }
            let segment = run.get(at..at + len).unwrap_or_default();
            let word = segment.trim_start();
            let start = offset + at + segment.len() - word.len();
            let word = word.trim_end();
            if !word.is_empty() {
                self.emit(word, start, kind, emit);
            }
            at += len;
        }
        if let Some(start) = han {
            self.han(run, start..at, offset, words, emit);
        }
        self.joined = buffer;
    }

    /// Splits `place` of `run`: Han characters, with letters and digits beside them that may belong to their words (T恤).
    fn han(&mut self, run: &str, place: Range<usize>, offset: usize, words: &Words, emit: &mut impl FnMut(Token<'_>)) {
        let start = offset + place.start;
        let text = run.get(place).unwrap_or_default();
        words.segment(text, |place| {
            let word = text.get(place.clone()).unwrap_or_default();
            let kind = if word.starts_with(is_han) { TokenKind::Word } else { emoji::kind(word) };
            self.emit(word, start + place.start, kind, emit);
        });
    }

    fn emit(&mut self, segment: &str, start: usize, kind: TokenKind, emit: &mut impl FnMut(Token<'_>)) {
        let source = start..start + segment.len();
        if kind == TokenKind::Word && segment.contains(APOSTROPHES) {
            self.plain.clear();
            self.plain.extend(segment.chars().map(|c| if APOSTROPHES.contains(&c) { '\'' } else { c }));
            emit(Token { text: &self.plain, source, kind });
        } else {
            emit(Token { text: segment, source, kind });
        }
    }
}

/// Returns whether `c` is a Han character, which is a segment to UAX #29.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// A segment of UAX #29.
struct Segment {
    /// Its bytes.
    len: usize,
    kind: TokenKind,
    /// Whether it may be a part of a Chinese word: a Han character, or ASCII letters and digits.
    is_han: bool,
}

impl Segment {
    /// Returns the first segment of a text that is not empty.
    fn first(rest: &str) -> Self {
        let bytes = rest.as_bytes();
        // No rule joins ASCII to ASCII behind it but those of `ascii_segment`, which looks at two bytes behind the segment.
        if let Some((len, kind)) = ascii_segment(bytes)
            && bytes.get(len.saturating_sub(1)..).unwrap_or_default().iter().take(3).all(u8::is_ascii)
        {
            return Self { len, kind, is_han: rest.get(..len).is_some_and(Self::is_alphanumeric) };
        }
        // And none joins a Han character to these behind it: the others may be marks.
        let follows =
            |c: char| c.is_ascii() || is_han(c) || matches!(c, '\u{3001}'..='\u{3029}' | '\u{ff01}'..='\u{ff60}');
        let mut chars = rest.chars();
        if let Some(first) = chars.next().filter(|&first| is_han(first))
            && chars.next().is_none_or(follows)
        {
            return Self { len: first.len_utf8(), kind: TokenKind::Word, is_han: true };
        }
        let segment = rest.split_word_bounds().next().unwrap_or(rest);
        let mut chars = segment.chars();
        let is_han = chars.next().is_some_and(is_han) && chars.next().is_none();
        Self { len: segment.len(), kind: emoji::kind(segment.trim()), is_han: is_han || Self::is_alphanumeric(segment) }
    }

    fn is_alphanumeric(segment: &str) -> bool {
        segment.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

/// Returns where the first full stop behind `at` ends a sentence; the end of the run, where none does.
fn sentence_end(run: &str, at: usize) -> usize {
    let ends = |&stop: &usize| {
        let before = run.get(..stop).and_then(|before| before.chars().next_back());
        let mut after = run.get(stop + 1..).unwrap_or_default().chars();
        before.is_some_and(char::is_lowercase)
            && after.next().is_some_and(char::is_uppercase)
            && after.next().is_some_and(char::is_lowercase)
    };
    let stops = run.get(at..).unwrap_or_default().match_indices('.').map(|(stop, _)| at + stop);
    stops.filter(|&stop| stop > at).find(ends).unwrap_or(run.len())
}

/// Returns the run with what joins letters in the place of each look-alike between two of them, and a blank that splits in the
/// place of the narrow no-break space, which joins letters to UAX #29. Every byte keeps its place.
fn join<'a>(run: &'a str, buffer: &'a mut String) -> &'a str {
    const NARROW: char = '\u{202f}';
    if !run.contains(|c| c == NARROW || LOOKALIKES.iter().any(|&(sign, _)| sign == c)) {
        return run;
    }
    buffer.clear();
    let mut before = false;
    let mut rest = run.chars();
    while let Some(c) = rest.next() {
        let between = || before && rest.clone().next().is_some_and(char::is_alphabetic);
        let found = LOOKALIKES.into_iter().find(|&(sign, _)| sign == c).filter(|_| between());
        buffer.push(match (found, c) {
            (Some((_, joining)), _) => joining,
            (None, NARROW) => '\u{2009}',
            _ => c,
        });
        before = c.is_alphabetic();
    }
    buffer
}

/// Returns the length and kind of the first segment of ASCII text without white space; none where it is empty.
///
/// What the rules of UAX #29 come to in ASCII: letters, digits and `_` join (WB5, 8 to 10, 13a, 13b), as do `'`, `.` and
/// `:` between two letters (WB6, 7), and the look-alike `` ` `` and `'`, `.`, `,` and `;` between two digits (WB11, 12). All else stands alone.
fn ascii_segment(bytes: &[u8]) -> Option<(usize, TokenKind)> {
    let mut kind = TokenKind::Symbol;
    let mut len = 0;
    let mut last = *bytes.first()?;
    while let Some(&byte) = bytes.get(len) {
        let between =
            |set: &[u8], is: fn(&u8) -> bool| set.contains(&byte) && is(&last) && bytes.get(len + 1).is_some_and(is);
        if byte.is_ascii_alphabetic() {
            kind = TokenKind::Word;
        } else if byte.is_ascii_digit() {
            if kind == TokenKind::Symbol {
                kind = TokenKind::Number;
            }
        } else if byte != b'_' && !between(b"'.:`", u8::is_ascii_alphabetic) && !between(b"'.,;", u8::is_ascii_digit) {
            break;
        }
        last = byte;
        len += 1;
    }
    Some((len.max(1), kind))
}

#[cfg(test)]
pub(crate) mod tests {
    use plaudit_core::{Analyzer, Tokens};
    use proptest::prelude::*;

    use super::*;
    use crate::{Language, Pipeline, PipelineConfig, TextStep};

    /// Returns the tokens of `text` after these steps.
    pub(crate) fn tokens_of(steps: &[TextStep], language: Language, text: &str) -> Tokens {
        let mut config = PipelineConfig::for_language(language);
        config.steps = steps.to_vec();
        Pipeline::new(config).unwrap().analyze(text)
    }

    fn table(text: &str) -> Vec<(String, TokenKind)> {
        tokens_of(&[], Language::Und, text).iter().map(|token| (token.text.to_owned(), token.kind)).collect()
    }

    #[test]
    fn tokens_and_kinds_by_hand() {
        use TokenKind::{Emoji, Hashtag, Link, Mention, Number, Symbol, Word};
        let cases: &[(&str, &[(&str, TokenKind)])] = &[
            ("", &[]),
            (" \t\r\n\u{b}\u{c}\u{85}\u{a0}\u{2003}\u{2028}\u{3000}", &[]),
            ("Not bad.", &[("Not", Word), ("bad", Word), (".", Symbol)]),
            ("can't e.g. 3.5", &[("can't", Word), ("e.g", Word), (".", Symbol), ("3.5", Number)]),
            ("didn't.Good", &[("didn't", Word), (".", Symbol), ("Good", Word)]),
            ("naïve.Übel.Ok", &[("naïve", Word), (".", Symbol), ("Übel", Word), (".", Symbol), ("Ok", Word)]),
            ("U.S.A Ph.D a.BC x.Y", &[("U.S.A", Word), ("Ph.D", Word), ("a.BC", Word), ("x.Y", Word)]),
            ("example.Com mr.bean", &[("example.Com", Link), ("mr.bean", Word)]),
            ("'tis dean's'", &[("'", Symbol), ("tis", Word), ("dean's", Word), ("'", Symbol)]),
            ("don’t don‘t donʼt don＇t", &[("don't", Word), ("don't", Word), ("don't", Word), ("don't", Word)]),
            ("don´t don′t don`t", &[("don't", Word), ("don't", Word), ("don't", Word)]),
            (
                "´t `a` 5′ 1`2",
                &[
                    ("´", Symbol),
                    ("t", Word),
                    ("`", Symbol),
                    ("a", Word),
                    ("`", Symbol),
                    ("5", Number),
                    ("′", Symbol),
                    ("1", Number),
                    ("`", Symbol),
                    ("2", Number),
                ],
            ),
            ("é´é好`好", &[("é'é", Word), ("好", Word), ("`", Symbol), ("好", Word)]),
            ("‘fine’ 1’000", &[("‘", Symbol), ("fine", Word), ("’", Symbol), ("1’000", Number)]),
            ("1,000.5 10:30", &[("1,000.5", Number), ("10", Number), (":", Symbol), ("30", Number)]),
            ("2nd cs101 __ a_b", &[("2nd", Word), ("cs101", Word), ("__", Symbol), ("a_b", Word)]),
            ("great:) :-(", &[("great", Word), (":)", Emoji), (":-(", Emoji)]),
            ("café☕!", &[("café", Word), ("☕", Emoji), ("!", Symbol)]),
            ("👩‍👩‍👧‍👦👍🏽🇧🇩1️⃣", &[("👩‍👩‍👧‍👦", Emoji), ("👍🏽", Emoji), ("🇧🇩", Emoji), ("1️⃣", Emoji)]),
            ("不好吃。", &[("不", Word), ("好", Word), ("吃", Word), ("。", Symbol)]),
            ("好:)好", &[("好", Word), (":)", Emoji), ("好", Word)]),
            ("#fail @x", &[("#fail", Hashtag), ("@x", Mention)]),
            ("#1 @ C#", &[("#", Symbol), ("1", Number), ("@", Symbol), ("C", Word), ("#", Symbol)]),
            ("(http://a.b/c):)", &[("(", Symbol), ("http://a.b/c", Link), (")", Symbol), (":)", Emoji)]),
            ("see:www.a.b :/", &[("see", Word), (":", Symbol), ("www.a.b", Link), (":/", Emoji)]),
            ("好@小明:)#好#", &[("好", Word), ("@小明", Mention), (":)", Emoji), ("#好#", Hashtag)]),
            ("a\u{3000}\u{301}b", &[("a", Word), ("\u{301}", Symbol), ("b", Word)]),
        ];
        for (text, expected) in cases {
            let found = table(text);
            let found: Vec<(&str, TokenKind)> = found.iter().map(|(text, kind)| (text.as_str(), *kind)).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    // jieba 0.42.1: jieba.lcut of each part between the signs
    #[cfg(feature = "chinese")]
    #[test]
    fn chinese_words_end_at_signs_and_nowhere_else() {
        for (text, expected) in [
            ("服务…态度——满意“图书馆”", "服务|…|态度|—|—|满意|“|图书馆|”"),
            ("服务。态度，满意！图书馆", "服务|。|态度|，|满意|！|图书馆"),
            ("T恤很好看", "T恤|很|好看"),
            ("买3G手机", "买|3G|手机"),
            ("图书馆👍满意", "图书馆|👍|满意"),
            ("满意\u{301}图书馆", "满|意\u{301}|图书馆"),
            ("手机3.5寸", "手机|3.5|寸"),
            ("满意_图书馆", "满意|_|图书馆"),
        ] {
            let tokens = tokens_of(&[], Language::Zh, text);
            assert_eq!(tokens.iter().map(|token| token.text).collect::<Vec<_>>().join("|"), expected);
        }
    }

    #[test]
    fn ranges_point_into_the_original() {
        let text = "  “It’s” :) \u{a0}好 don’t";
        let tokens = tokens_of(&[TextStep::Casefold], Language::Und, text);
        let sources: Vec<&str> = tokens.iter().map(|token| text.get(token.source).unwrap()).collect();
        assert_eq!(sources, ["“", "It’s", "”", ":)", "好", "don’t"]);
        assert_eq!(tokens.get(1).unwrap().text, "it's");
    }

    /// Returns the parts of a segment where a full stop ends a sentence.
    fn sentences(segment: &str) -> Vec<String> {
        let chars: Vec<char> = segment.chars().collect();
        let mut parts = vec![String::new()];
        for (place, &c) in chars.iter().enumerate() {
            let case = |at: usize, is: fn(char) -> bool| chars.get(at).copied().is_some_and(is);
            let end = c == '.'
                && place > 0
                && case(place - 1, char::is_lowercase)
                && case(place + 1, char::is_uppercase)
                && case(place + 2, char::is_lowercase);
            if end {
                parts.extend([".".to_owned(), String::new()]);
            } else {
                parts.last_mut().unwrap().push(c);
            }
        }
        parts
    }

    /// Returns the segments of the whole text by `unicode-segmentation`, without white space, and apart where a full stop ends a
    /// sentence.
    fn segments(text: &str) -> Vec<String> {
        let mut buffer = "`".to_owned();
        let joined = join(text, &mut buffer);
        let places = joined.split_word_bound_indices().map(|(start, segment)| start..start + segment.len());
        let segments = places.flat_map(|place| sentences(text.get(place).unwrap().trim()));
        segments.filter(|segment| !segment.is_empty()).collect()
    }

    fn sources(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        Splitter::default().split(text, &Words::plain(), |token| found.push(text.get(token.source).unwrap()));
        found
    }

    #[test]
    fn white_space_splits_wherever_uax_29_would_join() {
        assert_eq!(sources("a\u{202f}b 10\u{202f}000 \u{202f}好\u{202f}"), ["a", "b", "10", "000", "好"]);
    }

    fn has_words_only(text: &str) -> bool {
        let only = |chunk| emoticon::find(chunk, 0).is_none() && address::find(chunk, 0).is_none();
        text.split_whitespace().all(only)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn ascii_text_splits_as_uax_29_says(text in "[ -~\t\r\n\0]{0,30}|[abAB1_'.:,; -]{0,30}") {
            prop_assume!(has_words_only(&text));
            prop_assert_eq!(sources(&text), segments(&text));
        }

        #[test]
        fn any_text_splits_as_uax_29_says(text in r"\PC{0,20}|[aéBÜ1’´′`'. \n\u{85}\u{3000}\u{301}\u{200d}\u{fe0f}👍☕🏽🇧🇩א好カ]{0,20}") {
            prop_assume!(has_words_only(&text));
            prop_assert_eq!(sources(&text), segments(&text));
        }

        #[test]
        fn nothing_but_white_space_is_lost(text in any::<String>()) {
            let kept: String = sources(&text).concat();
            let kept: String = kept.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, text.chars().filter(|c| !c.is_whitespace()).collect::<String>());
        }
    }
}

//! Text that was made to take long: each piece a million bytes long would take hours if anything looked back over what it
//! has passed. `docs/text.md` has the times, and what was found and mended.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::Analyzer;
use plaudit_text::{Language, Pipeline, PipelineConfig, TextStep};

const PIECES: [&str; 68] = [
    "a",
    "ay",
    "a ",
    "A",
    "D",
    "1",
    "1,",
    "_",
    "'",
    "’",
    "a'",
    "y'",
    "n't",
    "'d",
    "not ",
    "soooo",
    "aabbcc",
    "aaabbbcccddd ",
    "recieve ",
    "goodservice ",
    "(",
    ":(",
    ":/",
    ":/:",
    ":'",
    "XD",
    "^",
    "^_^",
    "<3",
    "http://",
    "www.",
    "x/",
    "@",
    "#a",
    "#1",
    "#开",
    "a@a.",
    "a.",
    "aa.Bb",
    "é.Éé",
    "&",
    "&#",
    "&amp;",
    "\0",
    "a\u{8}",
    "aa\u{8}",
    "\u{ad}",
    "\u{200d}",
    "\u{fe0f}",
    "\u{e0041}",
    "👩\u{200d}",
    "👍🏽",
    "🇧",
    "\u{301}",
    "a\u{301}",
    "\u{301}\u{323}",
    "q\u{307}\u{323}",
    "\u{1161}",
    "\u{3000}\u{301}",
    "\u{202f}",
    "İ",
    "ß",
    "ﷺ",
    "оa",
    "好",
    "不",
    "的不好哈",
    "T恤",
];

fn hostile(bytes: usize) -> impl Iterator<Item = String> {
    let texts = PIECES.iter().map(move |piece| piece.repeat(bytes / piece.len()));
    texts.chain([format!("http://a.b/{}", "x/".repeat(bytes / 2)), format!("e{}", "\u{301}\u{323}".repeat(bytes / 4))])
}

fn check(config: PipelineConfig, bytes: usize) {
    let pipeline = Pipeline::new(config).unwrap();
    for text in hostile(bytes) {
        let tokens = pipeline.analyze(&text);
        let (mut earlier, mut ascending) = (0, true);
        for token in tokens.iter() {
            ascending &= text.get(token.source.clone()).is_some() && token.source.start >= earlier;
            earlier = token.source.start;
        }
        assert!(ascending, "{:?}", text.chars().take(12).collect::<String>());
    }
}

#[test]
fn a_megabyte_of_anything_ends_in_every_step() {
    let mut config = PipelineConfig::english();
    config.steps = TextStep::in_order();
    check(config, 1 << 20);
}

#[test]
fn and_in_every_preset() {
    for name in PipelineConfig::PRESETS {
        let config = PipelineConfig::preset(name).unwrap();
        if config.language != Language::Zh || cfg!(feature = "chinese") {
            check(config, 1 << 18);
        }
    }
}

#[test]
fn and_where_the_language_is_detected() {
    let mut config = PipelineConfig::english();
    config.detect = true;
    check(config, 1 << 18);
}

/// Ten million bytes without a line break, as a file holds them where its lines were lost.
#[test]
fn ten_megabytes_in_one_line_end() {
    let pipeline = Pipeline::new(PipelineConfig::social_media()).unwrap();
    let text = "The STAFF weren’t helpful, see http://a.b/c #NotGreat :( ".repeat(175_000);
    let tokens = pipeline.analyze(&text);
    assert_eq!(tokens.len(), 175_000 * 11);
    let last: Vec<&str> = tokens.iter().skip(174_999 * 11).map(|token| token.text).collect();
    assert_eq!(last, ["the", "staff", "were", "not", "help", ",", "see", "<url>", "not", "great", ":("]);
}

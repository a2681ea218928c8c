//! Properties that hold for presets and for steps in any number and order.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use std::sync::LazyLock;

use plaudit_core::conformance::check_analyzer;
use plaudit_core::{Analyzer, Files, Stored, Tokens};
use plaudit_text::{
    EmojiPolicy, HashtagPolicy, Language, LemmaConfig, NormalForm, Pipeline, PipelineConfig, SpellingConfig, Stage,
    StemConfig, StopList, TextStep, TokenPolicy, UnknownPolicy,
};
use proptest::prelude::*;

fn with_steps(language: Language, steps: Vec<TextStep>) -> PipelineConfig {
    let mut config = PipelineConfig::for_language(language);
    config.steps = steps;
    config
}

fn english_with(steps: Vec<TextStep>) -> Pipeline {
    Pipeline::new(with_steps(Language::En, steps)).unwrap()
}

/// The presets, and pipelines that take long to make.
static READY: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let presets = PipelineConfig::PRESETS.iter().map(|name| PipelineConfig::preset(name).unwrap());
    let mut detect = PipelineConfig::english();
    detect.detect = true;
    let unknown = [UnknownPolicy::Segment, UnknownPolicy::Resequence].to_vec();
    let others = [
        detect,
        with_steps(Language::En, TextStep::in_order()),
        with_steps(Language::En, vec![TextStep::Casefold, TextStep::Unknown { policies: unknown }]),
    ];
    let known = presets.chain(others).filter(|config| config.language != Language::Zh || cfg!(feature = "chinese"));
    known.map(|config| Pipeline::new(config).unwrap()).collect()
});

/// Steps on characters.
fn character_steps() -> impl Strategy<Value = Vec<TextStep>> {
    let step = prop::sample::select(vec![
        TextStep::Entities,
        TextStep::Invisible,
        TextStep::Unicode { form: NormalForm::Nfc },
        TextStep::Unicode { form: NormalForm::Nfkc },
        TextStep::Homoglyphs,
        TextStep::Simplify,
    ]);
    prop::collection::vec(step, 0..5)
}

/// Steps that drop tokens or cut them, and change no letter.
fn gentle_steps() -> impl Strategy<Value = Vec<TextStep>> {
    let step = prop::sample::select(vec![
        TextStep::Links { policy: TokenPolicy::Drop },
        TextStep::Links { policy: TokenPolicy::Keep },
        TextStep::Mentions { policy: TokenPolicy::Drop },
        TextStep::Hashtags { policy: HashtagPolicy::Keep },
        TextStep::Hashtags { policy: HashtagPolicy::Words },
        TextStep::Emoji { policy: EmojiPolicy::Keep },
        TextStep::Emoji { policy: EmojiPolicy::Drop },
        TextStep::Numbers { policy: TokenPolicy::Drop },
        TextStep::StopWords { list: StopList::Sentiment },
        TextStep::StopWords { list: StopList::Literal },
        TextStep::Punctuation,
        TextStep::Unique,
    ]);
    prop::collection::vec(step, 0..7)
}

/// Steps that change letters.
fn rough_steps() -> impl Strategy<Value = Vec<TextStep>> {
    let step = prop::sample::select(vec![
        TextStep::Links { policy: TokenPolicy::Tag },
        TextStep::Mentions { policy: TokenPolicy::Tag },
        TextStep::Hashtags { policy: HashtagPolicy::Tag },
        TextStep::Emoji { policy: EmojiPolicy::Name },
        TextStep::Emoji { policy: EmojiPolicy::Polarity },
        TextStep::Casefold,
        TextStep::Elongations,
        TextStep::Contractions,
        TextStep::Lemmas(LemmaConfig::default()),
        TextStep::NegationScope,
        TextStep::Numbers { policy: TokenPolicy::Tag },
        TextStep::Stem(StemConfig::default()),
    ]);
    prop::collection::vec(step, 0..7)
}

fn any_steps() -> impl Strategy<Value = Vec<TextStep>> {
    let tokens = (gentle_steps(), rough_steps()).prop_map(|(gentle, rough)| [gentle, rough].concat()).prop_shuffle();
    (character_steps(), tokens).prop_map(|(characters, tokens)| [characters, tokens].concat())
}

fn soup() -> impl Strategy<Value = String> {
    let pieces = "don’t| |:)|:/|http://a.b/c?x=(1)|www.|<3|👍🏽|👩‍👩‍👧|🇧🇩|1,000|3.5/5|好|不好吃|开放日|İ|ß|Σ|\u{301}|’|\n|not|THE|n't|\
        \u{202e}|\u{202f}|XD|¯\\_(ツ)_/¯|&amp;|&#39;|&hellip;|a\u{8}|\u{ad}|soooo|#OpenDay2024|#开放日#|#|@dean|@|dean@uni.edu|\
        ½|ﬁ|Ｇｏｏｄ|gооd|´|`|universities|Leaves|couldn't've|gonna|,|.|!|_|but|\u{200d}|\u{feff}|\0|\u{3000}|한|\u{1112}\u{1161}";
    let piece = prop_oneof![
        3 => prop::sample::select(pieces.split('|').map(str::to_owned).collect::<Vec<_>>()),
        1 => "[a-zA-Z' ]{0,12}",
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Pieces of the texts that people write.
fn usual() -> impl Strategy<Value = String> {
    let pieces = "don’t| | |:)|:/|<3|👍🏽|🇧🇩|好|不好吃|ß|’|\n|NOT|n't|XD|&amp;|&#39;|&hellip;|a\u{8}|\u{ad}|soooo|#OpenDay|#开放日#|@|ﬁ|Ｇｏｏｄ|\
        gооd|´|universities|couldn't've|gonna|,|.|!|_|but|\u{200d}|\u{3000}|한|—|(|)|/";
    prop_oneof![prop::sample::select(pieces.split('|').map(str::to_owned).collect::<Vec<_>>()), "[a-zA-Z' ]{0,12}",]
}

/// Returns the text with plain apostrophes, which words get.
fn plain(text: &str) -> String {
    const APOSTROPHES: [char; 7] = ['\u{2019}', '\u{2018}', '\u{2bc}', '\u{ff07}', '`', '\u{b4}', '\u{2032}'];
    text.replace(APOSTROPHES, "'")
}

fn texts_of(tokens: &Tokens) -> Vec<String> {
    tokens.iter().map(|token| token.text.to_owned()).collect()
}

fn holds(pipeline: &Pipeline, text: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(check_analyzer(pipeline, &[text]), Ok(()));
    let explanation = pipeline.explain(text);
    let Some(Stage::Tokens { tokens, .. }) = explanation.stages.last() else { panic!("no tokens") };
    let explained: Vec<_> =
        tokens.iter().map(|token| (token.text.as_str(), token.source.clone(), token.kind)).collect();
    let tokens = pipeline.analyze(text);
    prop_assert_eq!(explained, tokens.iter().map(|token| (token.text, token.source, token.kind)).collect::<Vec<_>>());
    Ok(())
}

proptest! {
    #[test]
    fn presets_keep_the_role_and_are_explained_to_the_end(text in soup()) {
        for pipeline in READY.iter() {
            holds(pipeline, &text)?;
        }
    }

    #[test]
    fn so_do_steps_in_any_order(text in soup(), steps in any_steps(), language in prop::sample::select(Language::ALL)) {
        let mut config = with_steps(language, steps);
        config.detect = true; // a step that the language lacks is passed over
        if language != Language::Zh || cfg!(feature = "chinese") {
            holds(&Pipeline::new(config).unwrap(), &text)?;
        }
    }

    #[test]
    fn where_no_letter_changes_the_source_is_the_token(text in soup(), steps in gentle_steps()) {
        for token in english_with(steps).analyze(&text).iter() {
            prop_assert_eq!(plain(token.text), plain(text.get(token.source).unwrap()));
        }
    }

    #[test]
    fn the_order_of_texts_does_not_matter(texts in prop::collection::vec(soup(), 1..6), steps in any_steps()) {
        let pipeline = english_with(steps);
        let forward: Vec<Tokens> = texts.iter().map(|text| pipeline.analyze(text)).collect();
        let mut backward: Vec<Tokens> = texts.iter().rev().map(|text| pipeline.analyze(text)).collect();
        backward.reverse();
        prop_assert_eq!(&forward, &backward);
        let fresh = Pipeline::new(pipeline.config().clone()).unwrap();
        backward = texts.iter().rev().map(|text| fresh.analyze(text)).collect();
        backward.reverse();
        prop_assert_eq!(forward, backward);
    }

    /// Where the normal form takes an emoji apart, nothing of the emoji's selector is left.
    #[test]
    fn no_selector_is_left_behind_what_is_no_emoji(
        text in "[a1.é好™‼⁉ℹⓂ㊗🈁🅰❤👍 \u{fe0f}\u{200d}\u{20e3}]{0,12}",
        preset in prop::sample::select(vec!["english", "social_media"]),
    ) {
        let mut config = PipelineConfig::preset(preset).unwrap();
        config.steps.retain(|step| !matches!(step, TextStep::Numbers { .. }));
        for token in texts_of(&Pipeline::new(config).unwrap().analyze(&text)) {
            let chars: Vec<char> = token.chars().collect();
            for (place, _) in chars.iter().enumerate().filter(|&(_, &c)| c == '\u{fe0f}' || c == '\u{200d}') {
                let before = place.checked_sub(1).map(|place| chars[place]);
                let keycap = chars.get(place + 1) == Some(&'\u{20e3}');
                let emoji = before.is_some_and(|c| matches!(c, '🅰' | '❤' | '👍' | '\u{fe0f}'));
                prop_assert!(emoji || keycap && before == Some('1'), "{token:?} of {text:?}");
            }
        }
    }

    /// What `PipelineConfig::english` promises.
    #[test]
    fn english_without_its_exceptions_changes_nothing_more(text in prop::collection::vec(usual(), 0..12)) {
        static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| {
            let mut steps = PipelineConfig::english().steps;
            steps.retain(|step| !matches!(step, TextStep::Stem(_) | TextStep::Homoglyphs));
            english_with(steps)
        });
        let once = texts_of(&PIPELINE.analyze(&text.concat()));
        let is_tag = |token: &String| token.starts_with('<') && token.ends_with('>') && token.len() > 1;
        if once.iter().any(|token| is_tag(token) || !unicode_normalization::is_nfkc(token)) {
            return Ok(());
        }
        prop_assert_eq!(texts_of(&PIPELINE.analyze(&once.join(" "))), once);
    }
}

/// The exceptions of that promise.
#[test]
fn the_exceptions_change_again() {
    let english = Pipeline::new(PipelineConfig::english()).unwrap();
    for (text, once, twice) in
        [("only", "onli", "on"), ("3", "<num>", "< num >"), ("ß\u{301}", "ss\u{301}", "s\u{15b}"), ("Уa", "уa", "ya")]
    {
        assert_eq!(texts_of(&english.analyze(text)).join(" "), once);
        assert_eq!(texts_of(&english.analyze(once)).join(" "), twice);
    }
}

#[test]
fn a_batch_is_its_texts_at_any_number_of_threads() {
    let texts: Vec<String> = (0..700)
        .map(|n| format!("{} was NOT graet #{n}Uni :) {}", "very ".repeat(n % 7), "不好".repeat(n % 3)))
        .collect();
    for pipeline in READY.iter() {
        let alone: Vec<Tokens> = texts.iter().map(|text| pipeline.analyze(text)).collect();
        for threads in 1..=8 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            assert_eq!(pool.install(|| pipeline.analyze_batch(&texts)), alone);
        }
    }
}

/// Steps that know the words of these texts.
fn with_corpus(texts: &[&str]) -> Pipeline {
    let steps = vec![
        TextStep::Spelling(SpellingConfig::default()),
        TextStep::Casefold,
        TextStep::Unknown { policies: vec![UnknownPolicy::Drop] },
    ];
    Pipeline::from_corpus(with_steps(Language::En, steps), texts.iter().flat_map(|text| [*text; 5])).unwrap()
}

#[test]
fn what_a_corpus_taught_is_saved() {
    let endless = "a".repeat(2000);
    let texts = ["the shawarma was cold", "ΐΐΐ 好 naïve", "narrow\u{202f}blank", "\u{feff}mark", &endless, "Straße"];
    let pipeline = with_corpus(&texts);
    let files = pipeline.to_files().unwrap();
    let back = Pipeline::from_files(&files).unwrap();
    assert_eq!(back, pipeline);
    assert_eq!(back.to_files().unwrap(), files);
    for text in texts.into_iter().chain(["shawrma agian xqzvw", "narow blank STRASSE"]) {
        assert_eq!(back.analyze(text), pipeline.analyze(text), "{text}");
    }
    assert_eq!(
        texts_of(&back.analyze("shawrma xqzvw narrow blank STRASSE")).join(" "),
        "shawarma narrow blank strasse"
    );
}

/// A word longer than a word may be would make a file that nobody can read.
#[test]
fn an_endless_word_is_learned_from_no_corpus() {
    let endless = "a".repeat(2000);
    assert!(with_corpus(&[&endless]).analyze(&endless).is_empty());
}

#[test]
fn a_changed_byte_is_refused_or_read_and_never_ends_the_process() {
    let pipeline = with_corpus(&["the shawarma was cold"]);
    let files = pipeline.to_files().unwrap();
    // Without the steps that take long to make.
    let config = with_steps(Language::En, vec![TextStep::Casefold, TextStep::Stem(StemConfig::default())]);
    let quick = Files::from([
        ("pipeline.json".to_owned(), Pipeline::new(config).unwrap().to_files().unwrap()["pipeline.json"].clone()),
        ("words.tsv".to_owned(), files["words.tsv"].clone()),
    ]);
    let mut read = 0;
    for (name, bytes) in &quick {
        for place in 0..bytes.len() {
            for change in [0, b'\n', b' ', b'\t', b'"', b'}', b'9', b'z', 0x80, 0xff] {
                let mut changed = quick.clone();
                changed.get_mut(name).unwrap()[place] = change;
                if let Ok(pipeline) = Pipeline::from_files(&changed) {
                    read += 1;
                    let files = pipeline.to_files().unwrap();
                    assert_eq!(Pipeline::from_files(&files).unwrap(), pipeline);
                    pipeline.analyze("The staff weren’t helpful");
                }
            }
        }
    }
    assert!(read > 0);
}

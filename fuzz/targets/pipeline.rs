//! Any text through any steps: the first bytes choose a language and steps, and the rest is the text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plaudit_core::{Analyzer, Tokens};
use plaudit_text::{
    EmojiPolicy, HashtagPolicy, Language, LemmaConfig, LemmaMethod, NormalForm, Pipeline, PipelineConfig,
    SpellingConfig, Stage, StemAlgorithm, StemConfig, StopList, TextStep, TokenPolicy, UnknownPolicy,
};

/// Pipelines that take long to make: Chinese, and those with a dictionary.
static READY: LazyLock<Vec<Pipeline>> = LazyLock::new(|| {
    let mut detect = PipelineConfig::english();
    detect.detect = true;
    detect.steps = TextStep::in_order();
    let mut alone = PipelineConfig::english();
    alone.steps = vec![TextStep::Spelling(SpellingConfig::default()), TextStep::Casefold];
    let mut unknown = PipelineConfig::english();
    unknown.steps = vec![
        TextStep::Casefold,
        TextStep::Unknown { policies: vec![UnknownPolicy::Segment, UnknownPolicy::Resequence] },
    ];
    let presets = PipelineConfig::PRESETS.iter().filter_map(|name| PipelineConfig::preset(name).ok());
    let configs = presets.chain([detect, alone, unknown]);
    configs.map(|config| Pipeline::new(config).expect("the configuration is valid")).collect()
});

fn step(choice: u8) -> TextStep {
    let policy = [TokenPolicy::Drop, TokenPolicy::Keep, TokenPolicy::Tag][usize::from(choice / 32) % 3];
    match choice % 32 {
        0 => TextStep::Entities,
        1 => TextStep::Invisible,
        2 => TextStep::Unicode { form: NormalForm::Nfkc },
        3 => TextStep::Unicode { form: NormalForm::Nfc },
        4 => TextStep::Homoglyphs,
        5 => TextStep::Simplify,
        6 | 7 => TextStep::Links { policy },
        8 | 9 => TextStep::Mentions { policy },
        10 => TextStep::Hashtags { policy: HashtagPolicy::Words },
        11 => TextStep::Hashtags { policy: HashtagPolicy::Tag },
        12 => TextStep::Emoji { policy: EmojiPolicy::Name },
        13 => TextStep::Emoji { policy: EmojiPolicy::Polarity },
        14 | 15 => TextStep::Casefold,
        16 | 17 => TextStep::Elongations,
        18 | 19 => TextStep::Contractions,
        20 => TextStep::Lemmas(LemmaConfig::default()),
        21 => {
            let mut config = LemmaConfig::default();
            config.method = LemmaMethod::Tagger;
            TextStep::Lemmas(config)
        }
        22 | 23 => TextStep::NegationScope,
        24 => TextStep::Punctuation,
        25 => TextStep::Numbers { policy },
        26 => TextStep::StopWords { list: StopList::Sentiment },
        27 => TextStep::StopWords { list: StopList::Literal },
        28 => TextStep::Stem(StemConfig::default()),
        29 => {
            let mut config = StemConfig::default();
            config.algorithm = StemAlgorithm::Snowball3;
            TextStep::Stem(config)
        }
        _ => TextStep::Unique,
    }
}

fn check(pipeline: &Pipeline, text: &str) {
    let tokens = pipeline.analyze(text);
    let mut earlier = 0;
    for token in tokens.iter() {
        assert!(text.get(token.source.clone()).is_some() && token.source.start >= earlier && !token.text.is_empty());
        earlier = token.source.start;
    }
    // From memory.
    let mut again = Tokens::new();
    pipeline.analyze_into(text, &mut again);
    assert_eq!(again, tokens);
    let explanation = pipeline.explain(text);
    let Some(Stage::Tokens { tokens: explained, .. }) = explanation.stages.last() else { panic!("no tokens") };
    let explained = explained.iter().map(|token| (token.text.as_str(), token.source.clone(), token.kind));
    assert!(explained.eq(tokens.iter().map(|token| (token.text, token.source, token.kind))));
}

fuzz_target!(|input: &[u8]| {
    let [kind, count, rest @ ..] = input else { return };
    let (chosen, text) = rest.split_at(usize::from(count % 16).min(rest.len()));
    let text = String::from_utf8_lossy(text);
    if let Some(pipeline) = READY.get(usize::from(*kind) % 32) {
        return check(pipeline, &text);
    }
    let language = [Language::En, Language::Und, Language::Zh][usize::from(kind / 64) % 3];
    let mut config = PipelineConfig::for_language(language);
    config.detect = kind & 32 != 0;
    config.steps = chosen.iter().map(|&choice| step(choice)).collect();
    // Those on characters come first.
    config.steps.sort_by_key(|step| {
        !matches!(
            step,
            TextStep::Entities
                | TextStep::Invisible
                | TextStep::Unicode { .. }
                | TextStep::Homoglyphs
                | TextStep::Simplify
        )
    });
    if let Ok(pipeline) = Pipeline::new(config) {
        check(&pipeline, &text);
    }
});

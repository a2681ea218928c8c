//! Whole pipelines: what the presets keep, what is saved, and what hostile text does.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use plaudit_core::conformance::{check_analyzer, check_stored};
use plaudit_core::{Analyzer, Error, Files, Stored, TokenKind, Tokens};
use plaudit_text::{
    HashtagPolicy, Language, NormalForm, Pipeline, PipelineConfig, Stage, StemConfig, StopList, TextStep, TokenPolicy,
    UnknownPolicy, romanised_bangla,
};
use proptest::prelude::*;

fn dpms() -> Pipeline {
    Pipeline::new(PipelineConfig::counts()).unwrap()
}

fn with_steps(language: Language, steps: Vec<TextStep>) -> Pipeline {
    let mut config = PipelineConfig::for_language(language);
    config.steps = steps;
    Pipeline::new(config).unwrap()
}

/// Every kind of step, some twice and in a strange order.
fn every_step() -> Pipeline {
    let steps = vec![
        TextStep::Entities,
        TextStep::Unicode { form: NormalForm::Nfkc },
        TextStep::Numbers { policy: TokenPolicy::Tag },
        TextStep::Links { policy: TokenPolicy::Keep },
        TextStep::Mentions { policy: TokenPolicy::Tag },
        TextStep::Hashtags { policy: HashtagPolicy::Words },
        TextStep::StopWords { list: StopList::Own(vec!["好".into(), ":)".into()]) },
        TextStep::Stem(StemConfig::default()),
        TextStep::Casefold,
        TextStep::NegationScope,
        TextStep::StopWords { list: StopList::Literal },
        TextStep::Stem(StemConfig::default()),
        TextStep::Unique,
        TextStep::Casefold,
    ];
    with_steps(Language::En, steps)
}

/// One pipeline of each kind.
fn pipelines() -> Vec<Pipeline> {
    vec![
        dpms(),
        Pipeline::new(PipelineConfig::default()).unwrap(),
        Pipeline::new(PipelineConfig::for_language(Language::Und)).unwrap(),
        with_steps(Language::Und, vec![]),
        every_step(),
        with_steps(Language::En, vec![TextStep::Casefold; 64]),
    ]
}

fn words(pipeline: &Pipeline, text: &str) -> Vec<String> {
    pipeline.analyze(text).iter().map(|token| token.text.to_owned()).collect()
}

#[test]
fn negation_survives_every_step() {
    for (text, expected) in [
        ("not bad at all", vec!["not", "bad", "all"]),
        ("wasn't what I'd call helpful", vec!["wasn't", "call", "help"]),
        ("can't complain", vec!["can't", "complain"]),
        ("It’s no longer a nightmare", vec!["no", "longer", "nightmar"]),
        ("I DON’T think they’re rude", vec!["don't", "think", "rude"]),
        ("hardly any help, nothing but excuses", vec!["hardly", "ani", "help", "nothing", "but", "excus"]),
        ("Never, ever without my laptop", vec!["never", "ever", "without", "laptop"]),
        ("the wifi does n't work", vec!["wifi", "n't", "work"]),
        ("I don´t, didn′t and wouldn`t like it", vec!["don't", "didn't", "wouldn't", "like"]),
        ("neither good nor bad", vec!["neither", "good", "nor", "bad"]),
    ] {
        assert_eq!(words(&dpms(), text), expected, "{text}");
    }
    // NFKC would make a blank and a mark of the accent.
    let english = Pipeline::new(PipelineConfig::english()).unwrap();
    assert_eq!(words(&english, "I don´t, didn′t and wouldn`t").join(" "), "i don't , didn't and wouldn't");
}

#[test]
fn each_preset_on_one_text() {
    let text = "The library’s 3 NEW printers are very slow… but staff were lovely :) 👍🏽 图书馆不好";
    assert_eq!(
        words(&dpms(), text),
        ["librari", "new", "printer", "veri", "slow", "but", "staff", "love", ":)", "👍🏽", "图", "书", "馆", "不", "好"]
    );
    let und = Pipeline::new(PipelineConfig::for_language(Language::Und)).unwrap();
    assert_eq!(
        words(&und, text).join(" "),
        "the library's <num> new printers are very slow . . . but staff were lovely :) 👍🏽 图 书 馆 不 好"
    );
    let default = Pipeline::new(PipelineConfig::default()).unwrap();
    assert_eq!(
        words(&default, text).join(" "),
        "the librari <num> new printer are veri slow . . . but staff were love :) 👍🏽 图 书 馆 不 好"
    );
}

/// By hand, in the order of the paper: stop words and signs are gone before the words are corrected, cut, looked up and known.
#[test]
fn the_paper_is_taken_literally() {
    let paper = Pipeline::new(PipelineConfig::paper()).unwrap();
    for (text, expected) in [
        ("The staff weren't helpful, but it's not bad at all :)", "staff help bad"),
        ("My frends went to Dhaka, and 3 children were HAPPIER 👍", "friend go dhaka child happy"),
        ("happy studies, mice, universities", "happi studi mouse univer"),
        ("agian goodservice xqzvw", "again"),
        ("bhalo boi", "behalf boi"), // good book
    ] {
        assert_eq!(words(&paper, text).join(" "), expected, "{text}");
    }
    // The figure of `docs/text.md`.
    let table = romanised_bangla();
    let mapped = table.iter().filter(|(from, to)| words(&paper, from).join(" ") == **to).count();
    assert_eq!((mapped, table.len()), (11, 73));
}

#[test]
fn words_are_known_as_the_steps_before_leave_them() {
    let unknown = TextStep::Unknown { policies: vec![UnknownPolicy::Resequence, UnknownPolicy::Drop] };
    let stem = TextStep::Stem(StemConfig::default());
    let steps = |steps: &[TextStep]| with_steps(Language::En, [&[TextStep::Casefold], steps].concat());
    let text = "Happy libraries, hpaip wasn't xqzvw";
    let before = steps(&[unknown.clone(), stem.clone()]);
    let behind = steps(&[stem.clone(), unknown.clone()]);
    assert_eq!(words(&before, text).join(" "), "happi librari , wasn't");
    assert_eq!(words(&behind, text).join(" "), "happi librari , happi wasn't"); // an anagram of the stem
    // What comes out as several words, or as none, is no word.
    let full = steps(&[TextStep::Contractions, unknown.clone()]);
    assert_eq!(words(&full, text).join(" "), "happy libraries , was not");
    let stop = steps(&[TextStep::StopWords { list: StopList::Own(vec!["was".into()]) }, unknown.clone()]);
    assert_eq!(words(&stop, "was saw wsa").join(" "), "saw saw");
    // Words of the user's own, too.
    let mut config = PipelineConfig::english();
    config.steps = vec![TextStep::Casefold, stem, unknown.clone()];
    let own = Pipeline::from_corpus(config, ["cold shawarmas"; 5]).unwrap();
    assert_eq!(words(&own, "Shawarma xqzvw").join(" "), "shawarma");
    assert_eq!(words(&Pipeline::from_files(&own.to_files().unwrap()).unwrap(), "Shawarmas").join(" "), "shawarma");
    // And what steps make of them, as it is.
    let mut exceptions = StemConfig::default();
    exceptions.exceptions.insert("university".into(), "UNI".into());
    let capitals = steps(&[TextStep::Stem(exceptions), unknown]);
    assert_eq!(words(&capitals, "university").join(" "), "UNI");
}

#[test]
fn tokens_point_into_what_was_written() {
    let steps = vec![
        TextStep::Entities,
        TextStep::Unicode { form: NormalForm::Nfkc },
        TextStep::Links { policy: TokenPolicy::Tag },
        TextStep::Hashtags { policy: HashtagPolicy::Words },
        TextStep::Casefold,
        TextStep::Stem(StemConfig::default()),
    ];
    let pipeline = with_steps(Language::En, steps);
    let text = "Ｇｒｅａｔ caf&eacute; &amp; ﬁnest #OpenDay; e\u{301}t&#97;t http://a.b/?x=1&amp;y=2 don&rsquo;t";
    for _ in 0..2 {
        // the second time from memory
        let tokens = pipeline.analyze(text);
        let found: Vec<(&str, &str)> = tokens.iter().map(|t| (t.text, text.get(t.source).unwrap())).collect();
        let expected = [
            ("great", "Ｇｒｅａｔ"),
            ("café", "caf&eacute;"),
            ("&", "&amp;"),
            ("finest", "ﬁnest"),
            ("open", "Open"),
            ("day", "Day"),
            (";", ";"),
            ("état", "e\u{301}t&#97;t"),
            ("<url>", "http://a.b/?x=1&amp;y=2"),
            ("don't", "don&rsquo;t"),
        ];
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_remembered_changes_nothing() {
    // Twice as many words as there is room for, and each again in another order.
    let words: Vec<String> = (0..140_000).map(|n| format!("Walking{n:x}s")).collect();
    let pipeline = dpms();
    let fresh = |text: &str| dpms().analyze(text);
    let once: Vec<Tokens> = words.iter().map(|word| pipeline.analyze(word)).collect();
    for (word, once) in words.iter().zip(&once).rev() {
        assert_eq!(pipeline.analyze(word), *once);
    }
    for index in [0, 1, 777, 139_999] {
        assert_eq!(once[index], fresh(&words[index]));
    }
}

#[test]
fn a_batch_is_its_texts() {
    let texts: Vec<String> = (0..1000).map(|n| format!("{} was NOT great #{n} :)", "very ".repeat(n % 7))).collect();
    let pipeline = every_step();
    let alone: Vec<Tokens> = texts.iter().map(|text| pipeline.analyze(text)).collect();
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| every_step().analyze_batch(&texts)), alone);
    }
    assert!(pipeline.analyze_batch::<&str>(&[]).is_empty());
}

#[test]
fn an_explanation_ends_in_the_tokens() {
    let text = "  Ｔｈｅ staff weren&#39;t #VeryHelpful :) at http://a.b";
    for pipeline in pipelines() {
        let explanation = pipeline.explain(text);
        assert_eq!(explanation.stages.len(), pipeline.config().steps.len() + 1);
        let Some(Stage::Tokens { tokens, .. }) = explanation.stages.last() else { panic!("no tokens") };
        let found: Vec<_> = tokens.iter().map(|t| (t.text.as_str(), t.source.clone(), t.kind)).collect();
        let expected = pipeline.analyze(text);
        assert_eq!(found, expected.iter().map(|t| (t.text, t.source, t.kind)).collect::<Vec<_>>());
        let json = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<plaudit_text::Explanation>(&json).unwrap(), explanation);
    }
    let explanation = dpms().explain("The 3 PRINTERS weren't great!").to_string();
    assert_eq!(
        explanation,
        "split           The | 3 | PRINTERS | weren't | great | !\n\
         casefold        the | 3 | printers | weren't | great | !\n\
         punctuation     the | 3 | printers | weren't | great\n\
         numbers         the | printers | weren't | great\n\
         stop_words      printers | weren't | great\n\
         stem            printer | weren't | great\n"
    );
}

#[test]
fn the_role_is_kept() {
    for pipeline in pipelines() {
        let texts = ["Not bad :)", "wasn’t 3.5/5 ¯\\_(ツ)_/¯", "ẞ ŉ ΐ", "http://a.b:/ <3", "\u{301}\u{3000}\u{301}"];
        check_stored(&pipeline).unwrap();
        check_analyzer(&pipeline, &texts).unwrap_or_else(|violations| panic!("{pipeline:?}: {violations}"));
    }
}

#[test]
fn a_pipeline_is_shared_and_cloned() {
    fn shared<T: Send + Sync + Clone + std::fmt::Debug + PartialEq>(_: &T) {}
    let pipeline = dpms();
    shared(&pipeline);
    let texts = ["not bad", "CAN’T complain", "👍"];
    let alone: Vec<Tokens> = texts.iter().map(|text| pipeline.analyze(text)).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let clone = pipeline.clone();
            let alone = &alone;
            scope.spawn(move || {
                let mut tokens = Tokens::new();
                for (text, expected) in texts.iter().zip(alone) {
                    clone.analyze_into(text, &mut tokens);
                    assert_eq!(tokens, *expected);
                }
            });
        }
    });
}

#[test]
fn what_is_saved_comes_back() {
    for pipeline in pipelines() {
        let files = pipeline.to_files().unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["pipeline.json"]);
        let back = Pipeline::from_files(&files).unwrap();
        assert_eq!(back, pipeline);
        assert_eq!(back.to_files().unwrap(), files);
        let text = "The 3 printers weren’t GOOD :)";
        assert_eq!(back.analyze(text), pipeline.analyze(text));
    }
    assert_ne!(dpms(), with_steps(Language::En, vec![]));
}

#[test]
fn broken_files_are_refused_by_name() {
    for (json, reason) in [
        (&b"{\"language\":\"en\",\"steps\":[],\"lower\":true}"[..], "unknown field `lower`"),
        (b"{\"steps\":[{\"step\":\"lowercase\"}]}", "unknown variant `lowercase`"),
        (b"{\"steps\":[{\"step\":\"stem\",\"depth\":2}]}", "depth"),
        (b"{\"language\":\"xx\"}", "unknown variant `xx`"),
        (b"{\"language\":\"und\",\"steps\":[{\"step\":\"stem\"}]}", "there is no stem"),
        (b"{\"steps\":[]} {}", "trailing"),
        (b"{\"steps\":[", "EOF"),
        (b"", "EOF"),
        (b"\xff{}", "UTF-8"),
    ] {
        let files = Files::from([("pipeline.json".to_owned(), json.to_vec())]);
        let error = Pipeline::from_files(&files).unwrap_err();
        assert!(matches!(error, Error::Format { .. }), "{error:?}");
        assert!(error.to_string().starts_with("pipeline.json: "), "{error}");
        assert!(error.to_string().contains(reason), "{error}");
    }
    assert_eq!(Pipeline::from_files(&Files::new()).unwrap_err().to_string(), "pipeline.json: is missing");
}

/// `tests/hostile.rs` has more of such texts.
#[test]
fn a_megabyte_of_one_word_or_face_keeps_its_tokens() {
    let long = "ay".repeat(1 << 19);
    assert_eq!(words(&dpms(), &long), [long]);
    let smiles = dpms().analyze(&":/".repeat(1 << 19));
    assert_eq!(smiles.len(), 1 << 19);
}

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        "[a-zA-Z' ]{0,12}",
        prop::sample::select(vec![
            "don’t",
            " ",
            "\u{3000}",
            ":)",
            ":/",
            "http://",
            "<3",
            "👍🏽",
            "👩‍👩‍👧",
            "1,000",
            "好",
            "İ",
            "ß",
            "Σ",
            "\u{301}",
            "’",
            "\n",
            "not",
            "THE",
            "n't",
            "\u{202e}",
            "XD",
            "¯\\_(ツ)_/¯",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_keeps_the_role(texts in prop::collection::vec(soup(), 1..4)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for pipeline in pipelines() {
            prop_assert_eq!(check_analyzer(&pipeline, &texts), Ok(()));
        }
    }

    #[test]
    fn negators_are_never_lost(before in soup(), after in soup(), which in 0usize..6) {
        let negator = ["not", "No", "can't", "wasn’t", "HARDLY", "never"][which];
        let expected = ["not", "no", "can't", "wasn't", "hardly", "never"][which];
        let tokens = dpms().analyze(&format!("{before} {negator} {after}"));
        prop_assert!(tokens.iter().any(|token| token.text == expected && token.kind == TokenKind::Word));
    }
}

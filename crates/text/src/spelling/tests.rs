//! Tests of the corrector as a whole.

use proptest::prelude::*;

use super::*;

/// 60,000 made-up words of ten letters and more, so that a list counts as a general one, and a few real words.
fn general() -> WordFrequencies {
    let mut general = WordFrequencies::new();
    for number in 0..60_000_u32 {
        let name: String = format!("{number:06}").bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
        general.add(&format!("zzzqx{name}"), 1);
    }
    let words = "receive 900\nrelieve 90\nthe 50000\nthen 4000\nten 800\nlibrary 300\nform 2000\nfrom 9000\ndon't 700\n\
        professor 400\nservice 800\nis 9000\nit's 500\nnew 1000\nknew 100\nnow 3000\ncaf\u{e9} 5";
    for line in words.lines() {
        let (word, count) = line.trim().split_once(' ').unwrap();
        general.add(word, count.parse().unwrap());
    }
    general
}

fn spelling_of(corpus: &str) -> Spelling {
    let corpus = WordFrequencies::read(corpus.as_bytes(), "corpus").unwrap();
    Spelling::new(SpellingConfig::default(), &general(), &corpus).unwrap()
}

fn corrected(spelling: &Spelling, previous: Option<&str>, word: &str) -> String {
    spelling.correct_after(previous, word).map_or(word.to_owned(), |correction| correction.word)
}

#[test]
fn corrections_by_hand() {
    let spelling = spelling_of("canteen 5\nwifi 9");
    for (word, expected) in [
        ("recieve", "receive"),
        ("Recieve", "Receive"),
        ("teh", "the"),
        ("libary", "library"),
        ("canten", "canteen"),
        ("wify", "wifi"),
        ("dont", "don't"),
        ("Dont", "Don't"),
        ("profesor's", "professor's"),
        ("frm", "from"),
    ] {
        assert_eq!(corrected(&spelling, None, word), expected, "{word}");
    }
    assert_eq!(spelling.correct("recieve").unwrap().distance, 1);
    assert_eq!(spelling.correct("reciev").unwrap().distance, 2);
}

#[test]
fn what_is_left_alone() {
    let config = SpellingConfig { domain_terms: vec!["Servise".to_owned()], ..SpellingConfig::default() };
    let spelling = Spelling::new(config, &general(), &WordFrequencies::new()).unwrap();
    let long = format!("{}receive", "a".repeat(34));
    for word in [
        "receive",
        "RECIEVE",
        "TEH",
        "rEcieve",
        "teh1",
        "1teh",
        "te",
        "th\u{e9}",
        "\u{597d}",
        "\u{442}eh",
        "t-eh",
        "teh.",
        "'teh",
        "teh'",
        "",
        "'s",
        "'",
        "te's",
        "servise",
        "Servise",
        "it's",
        "library's",
        "xqzvwxqzvw",
        &long,
        "a\0b",
        "teh\u{200d}",
        "👍",
    ] {
        assert_eq!(spelling.correct(word), None, "{word}");
        assert!(spelling.candidates(None, word).is_empty(), "{word}");
    }
    assert_eq!(spelling.correct_after(Some("Professor"), "Teh"), None, "a name");
    assert_eq!(corrected(&spelling, Some("professor"), "teh"), "the");
}

#[test]
fn a_word_of_5000_letters_is_left_alone() {
    let spelling = spelling_of("");
    let endless = "recieve".repeat(715);
    assert_eq!(spelling.correct(&endless), None);
    assert_eq!(spelling.correct(&format!("{endless}'s")), None);
}

#[test]
fn a_short_general_list_proposes_only_what_the_corpus_has() {
    let short = WordFrequencies::read("receive 9000\nlibrary 50".as_bytes(), "short").unwrap();
    let corpus = WordFrequencies::read("library 1".as_bytes(), "corpus").unwrap();
    let spelling = Spelling::new(SpellingConfig::default(), &short, &corpus).unwrap();
    assert_eq!(spelling.correct("recieve"), None);
    assert!(spelling.candidates(None, "recieve").is_empty());
    assert_eq!(corrected(&spelling, None, "libary"), "library");
    let nothing = WordFrequencies::new();
    let spelling = Spelling::new(SpellingConfig::default(), &nothing, &nothing).unwrap();
    assert_eq!(spelling.correct("recieve"), None);
    let spelling = Spelling::new(SpellingConfig::default(), &nothing, &corpus).unwrap();
    assert_eq!(corrected(&spelling, None, "libary"), "library");
}

/// By hand: with n = 20 counts of the corpus and the strength 10, P(canteen) = (20 + 10 x 0.5 / 100.5) / 30 and
/// P(library) = (0 + 10 x 100 / 100.5) / 30.
#[test]
fn priors_mix_the_corpus_with_the_general_list() {
    let general = WordFrequencies::read("library 100".as_bytes(), "general").unwrap();
    let corpus = WordFrequencies::read("canteen 20".as_bytes(), "corpus").unwrap();
    let config = SpellingConfig { general_strength: 10.0, ..SpellingConfig::default() };
    let lexicon = Lexicon::new(&config, &general, &corpus);
    let prior = |word| lexicon.prior(lexicon.number(word).unwrap());
    assert!((prior("canteen") - 0.668_325).abs() < 1e-6, "{}", prior("canteen"));
    assert!((prior("library") - 0.331_675).abs() < 1e-6, "{}", prior("library"));
    assert_eq!(prior("canteen") + prior("library"), 1.0);
}

/// DPMS, Eq. 10: P(w) is left out of P(w|c) P(c) / P(w), for it is the same for all c.
#[test]
fn the_argmax_is_the_same_with_and_without_p_of_w() {
    let spelling = spelling_of("canteen 5");
    for word in ["recieve", "teh", "frm", "nwe", "tem", "servce"] {
        let candidates = spelling.candidates(None, word);
        assert!(candidates.len() > 1 || word == "recieve" || word == "servce", "{word}");
        let of_w: f64 = candidates.iter().map(Candidate::score).sum();
        let with = candidates.iter().max_by(|a, b| (a.score() / of_w).total_cmp(&(b.score() / of_w))).unwrap();
        let without = candidates.iter().max_by(|a, b| a.score().total_cmp(&b.score())).unwrap();
        assert_eq!(with, without, "{word}");
        assert_eq!(corrected(&spelling, None, word), without.word, "{word}");
    }
}

#[test]
fn the_word_before_can_decide() {
    let spelling = spelling_of("");
    let mut pairs = WordFrequencies::new();
    for (pair, count) in [("a form", 500), ("mail from", 300), ("a nothing-known", 2), ("form", 9)] {
        pairs.add(pair, count);
    }
    assert_eq!(corrected(&spelling, Some("a"), "frm"), "from");
    let spelling = spelling_of("a 100\nmail 10").with_pairs(&pairs);
    assert_eq!(corrected(&spelling, Some("a"), "frm"), "form");
    assert_eq!(corrected(&spelling, Some("mail"), "frm"), "from");
    assert_eq!(corrected(&spelling, Some("never seen"), "frm"), "from");
    assert_eq!(corrected(&spelling, None, "frm"), "from");
    let best = &spelling.candidates(Some("a"), "frm")[0];
    assert_eq!(best.word, "form");
}

#[test]
fn written_down_as_json_and_checked() {
    let config: SpellingConfig = serde_json::from_str(r#"{"index": "symspell", "domain_terms": ["DPMS"]}"#).unwrap();
    assert_eq!(config.index, SpellingIndex::Symspell);
    assert_eq!(config.general_strength, SpellingConfig::default().general_strength);
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<SpellingConfig>(&json).unwrap(), config);
    assert!(serde_json::from_str::<SpellingConfig>(r#"{"indices": "symspell"}"#).is_err());
    let domain_terms = vec!["two words".to_owned(), String::new()];
    let mut config = SpellingConfig { domain_terms, general_strength: 0.0, pair_strength: f64::NAN, ..config };
    config.channel.first_letter = -1.0;
    let Err(plaudit_core::Error::Config { faults }) = config.validate() else { panic!("accepted") };
    assert_eq!(faults.len(), 5);
    assert_eq!(faults[0], "spelling.channel.first_letter: found -1, expected above 0");
    assert!(Spelling::new(config, &WordFrequencies::new(), &WordFrequencies::new()).is_err());
}

#[test]
fn broken_lines_are_named() {
    let read = |text: &[u8]| WordFrequencies::read(text, "counts").map_err(|error| error.to_string());
    for (text, expected) in [
        (&b"a 1\nb"[..], "counts: line 2: found one field, expected `word count`"),
        (b"a 1 2", "counts: line 1: found more than two fields, expected `word count`"),
        (b"\n\na -1", "counts: line 3: the count is no whole number of at least 1, expected `word count`"),
        (b"a 0", "counts: line 1: the count is no whole number of at least 1, expected `word count`"),
        (
            b"a 18446744073709551616",
            "counts: line 1: the count is no whole number of at least 1, expected `word count`",
        ),
        (b"a 1\n\xff 2", "counts: line 2: the line is not UTF-8"),
    ] {
        assert_eq!(read(text).unwrap_err(), expected);
    }
    let endless = vec![b'a'; 1 << 20];
    assert_eq!(
        read(&endless).unwrap_err(),
        "counts: line 1: the line is longer than 1024 bytes, expected `word count`"
    );
    let long = format!("{} 1", "\u{390}".repeat(128)); // folded, each letter has three times as many bytes
    assert_eq!(read(long.as_bytes()).unwrap_err(), "counts: line 1: the word has 768 bytes, expected at most 256");
    let mark = read(" \u{feff}b 1\nA\u{feff}b 2\n\u{feff}\n".as_bytes()).unwrap(); // found by fuzzing
    assert_eq!(mark.sorted(), [("a\u{feff}b", 2), ("b", 1)]);
    let counts = read("\u{feff}The 2\r\n\nthe\t3\nna\u{ef}ve 1\n".as_bytes()).unwrap();
    assert_eq!(counts.sorted(), [("the", 5), ("na\u{ef}ve", 1)]);
    assert_eq!((counts.len(), counts.total(), counts.is_empty()), (2, 6, false));
    assert!(read(b"").unwrap().is_empty());
}

#[test]
fn counts_of_tokens_and_of_pairs() {
    use plaudit_core::Analyzer;
    let tokens =
        crate::Pipeline::new(crate::PipelineConfig::default()).unwrap().analyze("Good good food, 2 good :) food");
    let (mut words, mut pairs) = (WordFrequencies::new(), WordFrequencies::new());
    words.add_tokens(&tokens);
    pairs.add_pairs(&tokens);
    assert_eq!(words.sorted(), [("good", 3), ("food", 2)]);
    assert_eq!(pairs.sorted(), [("good food", 1), ("good good", 1)]);
    words.prune(3);
    assert_eq!((words.sorted(), words.total()), (vec![("good", 3)], 3));
    words.add("many", u64::MAX);
    words.add("many", 1);
    assert_eq!((words.count("many"), words.total()), (u64::MAX, u64::MAX));
}

#[test]
fn the_shipped_table_is_clean() {
    let text = include_str!("../../data/english_counts.tsv");
    let english = WordFrequencies::english();
    assert_eq!(WordFrequencies::read(text.as_bytes(), "english_counts.tsv").unwrap(), english);
    assert_eq!(english.len(), text.lines().count(), "a word stands twice");
    assert!(english.len() >= 60_000 && text.len() <= 1 << 20, "{} words, {} bytes", english.len(), text.len());
    let lines: Vec<String> = english.sorted().into_iter().map(|(word, count)| format!("{word}\t{count}")).collect();
    assert!(text.lines().eq(lines.iter().map(String::as_str)), "the order");
    assert!(english.sorted().iter().all(|(word, _)| lexicon::is_plain(word)));
    for word in
        "lecturer wifi dormitory canteen library professor can't won't it's i'm they're good terrible".split(' ')
    {
        assert!(english.contains(word), "{word}");
    }
    for word in "definately recieve occured untill seperate wich beleive tommorow".split(' ') {
        assert!(!english.contains(word), "{word}");
    }
}

#[test]
fn it_is_shared_between_threads() {
    fn is_shareable<T: Send + Sync + Clone + 'static>(_: &T) {}
    let spelling = spelling_of("");
    is_shareable(&spelling);
    assert!(format!("{spelling:?}").contains("words: 600"), "{spelling:?}");
    assert!(spelling.index_bytes().unwrap() > 0);
}

fn small(index: SpellingIndex) -> Spelling {
    let config = SpellingConfig { index, ..SpellingConfig::default() };
    let words = "good 9\nfood 8\nmood 7\ngoods 6\nwood 5\ngo 9\nod 1\nthe 99\nthere 20\ntheir 20\nthree 9\nthree's 1";
    Spelling::new(config, &WordFrequencies::new(), &WordFrequencies::read(words.as_bytes(), "words").unwrap()).unwrap()
}

proptest! {
    #[test]
    fn nothing_panics(previous in proptest::option::of(any::<String>()), word in any::<String>()) {
        let spelling = small(SpellingIndex::Deletes);
        spelling.correct_after(previous.as_deref(), &word);
        spelling.candidates(previous.as_deref(), &word);
        spelling.is_known(&word);
    }

    /// What is pruned never matters, and both indexes find the same.
    #[test]
    fn the_first_candidate_is_the_correction(word in "[GFT]?[a-hortsw']{3,7}") {
        let deletes = small(SpellingIndex::Deletes);
        let correction = deletes.correct(&word);
        let candidates = deletes.candidates(None, &word);
        let first = candidates.first().map(|candidate| (candidate.word.clone(), candidate.edits.len()));
        let lower = |word: &str| word.to_lowercase().trim_end_matches("'s").to_owned();
        let found = correction.as_ref().map(|c| (c.word.to_lowercase(), c.distance));
        match (&found, &first) {
            (Some((found, distance)), Some((first, edits))) => {
                prop_assert_eq!(lower(found), lower(first));
                prop_assert_eq!(distance, edits);
            }
            _ => prop_assert_eq!(found.is_none(), first.is_none()),
        }
        let symspell = small(SpellingIndex::Symspell);
        prop_assert_eq!(symspell.correct(&word), correction);
        prop_assert_eq!(symspell.candidates(None, &word), candidates);
    }
}

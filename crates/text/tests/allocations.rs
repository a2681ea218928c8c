//! What cleaning allocates once its buffers have grown: counted by the allocator of `allocation-counter`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use plaudit_core::{Analyzer, Tokens};
use plaudit_text::{LemmaConfig, Pipeline, PipelineConfig, SpellingConfig, TextStep, UnknownPolicy};

/// A thousand texts of some 22 words, as people write them, none like another.
fn texts() -> Vec<String> {
    const SUBJECTS: [&str; 10] = [
        "The library’s printers",
        "My adviser",
        "Nobody in the registrar's office",
        "THE CANTEEN",
        "Our universities",
        "Prof. Müller",
        "The new timetable (autumn)",
        "@uni_support",
        "Every engineering course",
        "The café &amp; the gym",
    ];
    const VERBS: [&str; 10] = [
        "wasn't helpful",
        "is sooooo slow!!!",
        "answered 3 of 12 mails",
        "never replied…",
        "couldn't've been better :)",
        "has been improving ❤️",
        "kept us waiting 😡👍🏽",
        "organised everything",
        "doesn’t care",
        "was EXCELLENT",
    ];
    const ENDS: [&str; 10] = [
        "and I would not recommend it to anybody who values their time.",
        "see http://a.b/c?x=1 for the endless internationalization of complaints",
        "#NotGreat #OpenDay2024",
        "but the lecturers' explanations were surprisingly interesting, honestly.",
        "which is why we're leaving; they've promised improvements",
        "after 1,000 attempts at registering",
        "(hardly any exceptions)",
        "— naïve, isn’t it?",
        "mail dean@uni.edu, they'll know",
        "although it's getting better every semester",
    ];
    (0..1000).map(|n| format!("{} {} {}", SUBJECTS[n % 10], VERBS[n / 10 % 10], ENDS[n / 100])).collect()
}

/// Returns the allocations of cleaning all texts, together, where they were all cleaned before.
fn allocations(name: &str, pipeline: &Pipeline) -> u64 {
    let texts = texts();
    let mut tokens = Tokens::new();
    let mut analyze = || {
        texts
            .iter()
            .map(|text| {
                pipeline.analyze_into(text, &mut tokens);
                tokens.len()
            })
            .sum::<usize>()
    };
    let words = analyze();
    let mut again = 0;
    let info = allocation_counter::measure(|| again = analyze());
    assert_eq!(again, words);
    println!("{name}: {words} tokens, {} allocations, {} bytes", info.count_total, info.bytes_total);
    info.count_total
}

#[test]
fn cleaning_allocates_nothing_a_token() {
    // What became of a word is remembered, but not of words above 16 bytes (`internationalization`, which a hundred texts have),
    // and not of a hashtag or a contraction, which become several: their words are stemmed each time, and `rust-stemmers` copies
    // what it changes, more than once where it changes it again.
    for (name, most) in [("counts", 300), ("english", 500), ("social_media", 1000)] {
        let count = allocations(name, &Pipeline::new(PipelineConfig::preset(name).unwrap()).unwrap());
        assert!(count <= most, "{name}: {count} allocations, expected at most {most}");
    }
}

#[test]
fn and_little_in_the_steps_that_look_words_up() {
    let unknown = TextStep::Unknown { policies: vec![UnknownPolicy::Resequence, UnknownPolicy::Segment] };
    // Only a word that is corrected, looked for by its letters or split needs room of its own, and is not remembered above 16 bytes.
    for (step, most) in [
        (TextStep::Unique, 0),
        (TextStep::Unknown { policies: vec![UnknownPolicy::Resequence, UnknownPolicy::Drop] }, 100),
        (unknown, 300),
        (TextStep::Spelling(SpellingConfig::default()), 100),
    ] {
        let mut config = PipelineConfig::english();
        config.steps = vec![TextStep::Casefold, step.clone()];
        let count = allocations(&step.name(), &Pipeline::new(config).unwrap());
        assert!(count <= most, "{}: {count} allocations, expected at most {most}", step.name());
    }
}

#[test]
fn one_huge_text_leaves_little_behind() {
    let mut config = PipelineConfig::social_media();
    for step in [TextStep::NegationScope, TextStep::Lemmas(LemmaConfig::default()), TextStep::Unique] {
        config.add_step(step);
    }
    let pipeline = Pipeline::new(config).unwrap();
    let sentence = "The STAFF weren’t helpful, caf&eacute; soooo http://a.b/c #NotGreat :( ";
    pipeline.analyze(sentence);
    for text in [sentence.repeat(40_000), "a".repeat(3 << 20), "A’s".repeat(1 << 20)] {
        let info = allocation_counter::measure(|| drop(pipeline.analyze(&text)));
        println!("{} bytes: {} left of {}", text.len(), info.bytes_current, info.bytes_max);
        assert!(info.bytes_current <= 1 << 20, "{} bytes are left", info.bytes_current);
    }
    // Buffers of a text up to a MiB stay. These hold most: a token a byte, all of which wait for their lemmas.
    let info = allocation_counter::measure(|| drop(pipeline.analyze(&"'".repeat(1 << 20))));
    println!("1 MiB: {} left of {}", info.bytes_current, info.bytes_max);
    assert!(info.bytes_current <= 80 << 20, "{} bytes are left", info.bytes_current);
}

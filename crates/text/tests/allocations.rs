//! What cleaning allocates once its buffers have grown: counted by the allocator of `allocation-counter`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)] // tests may stop at the first surprise

use plaudit_core::{Analyzer, Tokens};
use plaudit_text::{Pipeline, PipelineConfig};

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

#[test]
fn cleaning_allocates_nothing_a_token() {
    let texts = texts();
    // Allocations of all texts together. What became of a word is remembered, but not of a hashtag or a contraction, which become
    // several: their words are stemmed each time, and `rust-stemmers` copies what it changes (`day` twice).
    for (name, most) in [("counts", 0), ("english", 200), ("social_media", 700)] {
        let pipeline = Pipeline::new(PipelineConfig::preset(name).unwrap()).unwrap();
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
        assert!(info.count_total <= most, "{name}: {} allocations, expected at most {most}", info.count_total);
    }
}

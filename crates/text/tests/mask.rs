//! Names and contacts: what is found of a set of our own, and what holds for every text.
#![allow(clippy::unwrap_used)] // tests may stop at the first surprise

use std::collections::BTreeMap;
use std::time::Instant;

use plaudit_text::{MaskConfig, MaskKind, MaskSpan, Masker};
use proptest::prelude::*;

fn masker() -> Masker {
    Masker::new(&MaskConfig::default()).unwrap()
}

/// A marked sentence as text, with its marks: start, end, kind.
fn unmark(line: &str) -> (String, Vec<(usize, usize, String)>) {
    let (mut text, mut marks) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (mark, after) = after.split_once('}').unwrap();
        let (kind, inside) = mark.split_once(':').unwrap();
        marks.push((text.len(), text.len() + inside.len(), kind.to_owned()));
        text.push_str(inside);
        rest = after;
    }
    text.push_str(rest);
    (text, marks)
}

fn word(kind: MaskKind) -> String {
    kind.placeholder().trim_matches(['[', ']']).to_owned()
}

/// Precision and recall by kind, a part counted as found where both ends and the kind are right; and how many are
/// covered at all.
#[test]
fn a_set_of_our_own() {
    let masker = masker();
    let mut counts: BTreeMap<String, [u32; 4]> = BTreeMap::new(); // found and right, found, marked, covered
    let mut bare = [0, 0]; // covered, marked
    for line in include_str!("data/mask.txt").lines().filter(|line| !line.starts_with('#')) {
        let (text, marks) = unmark(line);
        let masked = masker.mask(&text);
        for span in &masked.spans {
            let of_kind = counts.entry(word(span.kind)).or_default();
            of_kind[1] += 1;
            let right = marks.contains(&(span.start, span.end, word(span.kind)));
            of_kind[0] += u32::from(right);
            if !right {
                println!("not marked: {} of {line}", text.get(span.start..span.end).unwrap());
            }
        }
        for (start, end, kind) in marks {
            let covered = masked.spans.iter().any(|span| span.start <= start && end <= span.end);
            if kind == "bare" {
                bare[0] += u32::from(covered);
                bare[1] += 1;
                continue;
            }
            let of_kind = counts.entry(kind).or_default();
            of_kind[2] += 1;
            of_kind[3] += u32::from(covered);
            if !covered {
                println!("not covered: {} of {line}", text.get(start..end).unwrap());
            }
        }
    }
    for (kind, [right, found, marked, covered]) in &counts {
        println!("{kind}: precision {right}/{found}, recall {right}/{marked}, covered {covered}/{marked}");
    }
    println!("names without a title: recall {}/{}", bare[0], bare[1]);
    let [right, found, marked, covered] = counts["name"];
    assert!(right * 100 >= 90 * found && right * 100 >= 90 * marked && covered == marked, "{counts:?}");
    for kind in ["email", "link", "handle", "phone", "number"] {
        let [right, found, marked, _] = counts[kind];
        assert_eq!((right, found), (marked, marked), "{kind}");
    }
    assert_eq!(bare[0], 0, "the documentation says that these are not found");
}

#[test]
fn a_list_of_names() {
    let mut config = MaskConfig::default();
    config.names = ["Ann", "Ann Lee", "o'neil", "王小明", "J.", "+x+"].map(str::to_owned).to_vec();
    let masker = Masker::new(&config).unwrap();
    for (text, expected) in [
        ("Ann  Lee and ANN, not Anna", "[name] and [name], not Anna"),
        ("O’Neil's and O'NEIL", "[name]'s and [name]"),
        ("去问王小明吧", "去问[name]吧"),
        ("Prof. Ann Lee-Jones", "Prof. [name]"),
        ("J. and J.", "[name] and [name]"),
        ("a+X+b", "a[name]b"),
    ] {
        assert_eq!(masker.mask(text).text, expected, "{text}");
    }
}

#[test]
fn titles_and_addresses_that_slipped_through() {
    let masker = masker();
    for (text, expected) in [
        ("Prof. Dr. Müller and Dr. Mr. Lee's lab", "Prof. Dr. [name] and Dr. Mr. [name]'s lab"),
        ("Prof.Dr. O'Neil", "Prof.Dr. [name]"),
        ("Rahim sir and Nasrin Ma’am are kind, Kabir Sir too", "[name] sir and [name] Ma’am are kind, [name] Sir too"),
        ("Dear Sir, thank you. Yes Madam. Sir Kamal", "Dear Sir, thank you. Yes Madam. Sir [name]"),
        ("Sir I want to know. Our Sir is good", "Sir I want to know. Our Sir is good"),
        ("write почта@пример.рф or μαρια@uni.gr", "write [email] or [email]"),
        ("jane.doe at uni dot ac dot uk, or x at mail dot uni dot edu!", "[email], or [email]!"),
        ("look at polka dot dresses at noon", "look at polka dot dresses at noon"),
        ("请联系wang@uni.edu", "请联系[email]"),
    ] {
        assert_eq!(masker.mask(text).text, expected, "{text}");
    }
}

#[test]
fn what_is_off_stays() {
    let mut config = MaskConfig::default();
    (config.emails, config.links, config.handles, config.phones) = (false, false, false, false);
    (config.digits, config.titles) = (None, false);
    let masker = Masker::new(&config).unwrap();
    for line in include_str!("data/mask.txt").lines() {
        let masked = masker.mask(line);
        assert!(masked.text == line && masked.spans.is_empty(), "{line}");
    }
}

#[test]
fn hostile_texts() {
    let masker = masker();
    for text in
        ["", "\0", "@", "Prof.", "老师", "\u{202e}", "e\u{301}", "👩‍👧", "王", "(((", "+", "....", "Dr. \u{10ffff}"]
    {
        assert_eq!(masker.mask(text).text, text);
    }
    assert_eq!(masker.mask("ＤＥＡＮ＠ｕｎｉ．edu １３８００１３８０００").text, "[email] [phone]");
    let json = serde_json::to_string(&masker.mask("Dr. Ada")).unwrap();
    assert_eq!(json, r#"{"text":"Dr. [name]","spans":[{"start":4,"end":7,"kind":"name"}]}"#);
}

/// A megabyte of what makes a backtracking engine hang takes a moment.
#[test]
fn time_grows_with_the_text() {
    let masker = masker();
    for part in
        ["a", "1", "@", "a@", "a@a.", "1 ", "1-", "(1)", "Prof. A ", "王老师", "www.", "a.com", "Dr. ", "a.", "http://"]
    {
        let text = part.repeat(1_000_000 / part.len());
        let start = Instant::now();
        let masked = masker.mask(&text);
        let took = start.elapsed();
        println!("{part}: {took:?}, {} parts", masked.spans.len());
        assert!(took.as_secs() < 60, "{part}: {took:?}");
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let mut config = MaskConfig::default();
    config.digits = Some(1);
    config.names =
        vec![" ".to_owned(), "a\n".to_owned(), "-".to_owned(), "x".repeat(101), "Secret Name\u{7}".to_owned()];
    let error = Masker::new(&config).unwrap_err().to_string();
    for fault in ["digits: 1", "name 1 is blank", "name 2 contains", "name 3 has no letter", "name 4 has 101", "name 5"]
    {
        assert!(error.contains(fault), "{error}");
    }
    assert!(!error.contains("Secret"));
    config.names = (0..10_001).map(|name| name.to_string()).collect();
    assert!(Masker::new(&config).is_err());
    config = MaskConfig::default();
    config.names = (0..10_000).map(|name| format!("Name {name}")).collect();
    assert_eq!(Masker::new(&config).unwrap().mask("is name 7654 here?").text, "is [name] here?");
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<MaskConfig>(&json).unwrap(), config);
    assert!(serde_json::from_str::<MaskConfig>(r#"{"surprise":1}"#).is_err());
}

/// How much is covered of comments on teachers. Their text is printed nowhere.
#[test]
fn comments_on_teachers() {
    let Ok(data) = std::env::var("PLAUDIT_DATA") else {
        println!("skipped: PLAUDIT_DATA is not set");
        return;
    };
    let table = std::fs::read_to_string(format!("{data}/rmp_5c_colleges/train.tsv")).unwrap();
    let masker = masker();
    let mut kinds: BTreeMap<MaskKind, u32> = BTreeMap::new();
    let mut rows = [0, 0];
    for row in table.lines().skip(1) {
        let spans = masker.mask(row.split('\t').nth(2).unwrap()).spans;
        rows[0] += 1;
        rows[1] += u32::from(!spans.is_empty());
        spans.iter().for_each(|span| *kinds.entry(span.kind).or_default() += 1);
    }
    println!("{} of {} comments have covered parts: {kinds:?}", rows[1], rows[0]);
    assert!(kinds[&MaskKind::Name] > 300, "{kinds:?}");
}

proptest! {
    #[test]
    fn spans_are_in_order_and_the_rest_stays(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn also_of_what_looks_like_names_and_contacts(
        parts in prop::collection::vec(prop::sample::select(vec![
            "Prof. ", "Dr ", "Smith", "a@b.co", "@x", "http://", "www.a.com", "+1 (23) 456-7890", "1234567", " ", "老师", "王", "欧阳", "·",
            ".", "'s", "\u{301}", "'", "de ", "é", "(", ")", "谢",
        ]), 0..12),
    ) {
        check(&parts.concat())?;
    }
}

fn check(text: &str) -> std::result::Result<(), TestCaseError> {
    let masker = masker();
    let masked = masker.mask(text);
    let (mut rebuilt, mut from) = (String::new(), 0);
    for &MaskSpan { start, end, kind, .. } in &masked.spans {
        prop_assert!(from <= start && start < end);
        rebuilt.push_str(text.get(from..start).unwrap());
        rebuilt.push_str(kind.placeholder());
        from = end;
    }
    rebuilt.push_str(text.get(from..).unwrap());
    prop_assert_eq!(&rebuilt, &masked.text);
    Ok(())
}

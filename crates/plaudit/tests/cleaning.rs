//! The recipes `clean`, `count_words`, `spell` and `ablate` as a user runs them: what they write, and what they refuse.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

mod common;

use std::fs;

use common::{json, run, stderr};

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.at(name), bytes).unwrap();
        self.at(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

/// Runs a recipe that must fail.
fn refused(name: &str, arguments: &[&str], code: i32, words: &str) {
    let output = run(name, arguments);
    assert_eq!(output.status.code(), Some(code), "{name} {arguments:?}: {}", stderr(&output));
    assert!(stderr(&output).contains(words), "{name} {arguments:?}: {}", stderr(&output));
    assert!(output.stdout.is_empty(), "{name} {arguments:?}");
}

#[test]
fn no_input_is_written_over() {
    let scratch = Scratch::new();
    let input = scratch.write("input.txt", "fine labs\n");
    let other = scratch.at("other.txt");
    let mut names = vec![input.clone(), format!("{}/./input.txt", scratch.0.path().display())];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&input, scratch.at("link")).unwrap();
        fs::hard_link(&input, scratch.at("twin")).unwrap();
        std::os::unix::fs::symlink(&other, scratch.at("dangling")).unwrap();
        names.extend(["link", "twin"].map(|name| scratch.at(name)));
        let dangling = scratch.at("dangling");
        refused(
            "clean",
            &["--input", &input, "--out", &other, "--quality", &dangling],
            2,
            "--quality and --out are the",
        );
    }
    for name in &names {
        refused("clean", &["--input", &input, "--out", name], 2, "--out and --input are the same file");
        refused("clean", &["--input", &input, "--quality", name], 2, "--quality and --input are the same file");
        let inputs = format!("{other},{input}");
        refused("count_words", &["--input", &inputs, "--out", name], 2, "--out and --input are the same file");
    }
    refused("clean", &["--input", &input, "--out", &other, "--quality", &other], 2, "--quality and --out are the same");
    assert_eq!(fs::read_to_string(&input).unwrap(), "fine labs\n");
    assert!(!fs::exists(&other).unwrap());
}

#[test]
fn a_failed_run_leaves_what_was_there() {
    let scratch = Scratch::new();
    let (out, quality) = (scratch.write("out.txt", "old"), scratch.at("quality.tsv"));
    // RFC 1952 and 1951: a header, a stored block of 65,535 bytes that is not the last, and no other.
    let header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x00\xff\xff\x00\x00";
    let lines = "fine labs\n".repeat(6554);
    let cut = scratch.write("cut.txt.gz", [&header[..], &lines.as_bytes()[..65_535]].concat());
    for name in ["cut.txt.gz", "none.txt"] {
        let input = scratch.at(name);
        refused("clean", &["--input", &input, "--out", &out, "--quality", &quality], 1, name);
        refused("count_words", &["--input", &input, "--out", &out], 1, name);
    }
    let started = run("clean", &["--input", &cut]);
    assert!(started.stdout.starts_with(b"fine lab\nfine lab\n"), "what goes to standard output comes at once");
    refused("clean", &["--input", &cut, "--out", &out], 1, "out.txt: not written");
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(scratch.names(), ["cut.txt.gz", "out.txt"]);
    // Where a file takes its place, it is whole.
    let input = scratch.write("input.txt", "Fine LABS\n\nof 3\n");
    json("clean", &["--input", &input, "--out", &out]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "fine lab\nof <num>\n");
    if cfg!(target_os = "linux") {
        refused("clean", &["--input", &input, "--out", "/dev/full"], 1, "/dev/full: ");
        refused("count_words", &["--input", &input, "--min-count", "1", "--out", "/dev/full"], 1, "/dev/full: ");
        json("clean", &["--input", &input, "--out", "/dev/null", "--quality", "/dev/null"]);
    }
    assert_eq!(scratch.names(), ["cut.txt.gz", "input.txt", "out.txt"]);
}

#[test]
fn what_is_left_out_is_named_by_its_line() {
    let scratch = Scratch::new();
    let rows = "text\nThe labs were great\n\n\"two\nlines\"\n???\n \nthe labs  were GREAT\nasdfghjkl\n";
    let (input, out, quality) = (scratch.write("rows.csv", rows), scratch.at("out.txt"), scratch.at("quality.tsv"));
    let output = run("clean", &["--input", &input, "--out", &out, "--quality", &quality]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&quality).unwrap(), "6\tmeaningless\t\n8\texact_duplicate\t2\n9\tkeyboard_mash\t\n");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 2);
    let told = stderr(&output);
    assert!(told.contains("line 7, column `text`: the text is empty") && told.contains("\nflagged "), "{told}");
    assert!(!told.contains("\\n"), "{told}");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let scratch = Scratch::new();
    let input = scratch.write("input.txt", "fine labs\n".repeat(3));
    for (more, words) in [
        (&["--threads", "99999999"][..], "--threads: expected at most 1024, found 99999999"),
        (&["--explain", "x"], "--input beside --explain"),
        (&["--out", ""], "--out: expected the name of a file"),
        (&["--quality", ""], "--quality: expected the name of a file"),
        (&["--max-line", "0"], "--max-line: expected at least 1"),
    ] {
        refused("clean", &[&["--input", &input], more].concat(), 2, words);
    }
    refused("clean", &["--input", ""], 2, "--input: expected the name of a file");
    refused("clean", &["--explain", "x", "--out", &input], 2, "--out beside --explain");
    refused("count_words", &["--input", "", "--out", "x"], 2, "--input: expected the name of a file");
    refused("count_words", &["--input", &format!("{input},")], 2, "found an empty one");
    refused("clean", &["--input", &input, "--max-line", "4"], 1, "longer than 4 bytes");
    for option in ["--seeds", "--rows", "--epochs"] {
        refused("ablate", &["--data", &scratch.at("none"), option, "0"], 2, "expected at least 1, found 0");
    }
    assert_eq!(scratch.names(), ["input.txt"]);
}

#[test]
fn endless_words_are_no_words() {
    let scratch = Scratch::new();
    let (long, longest) = ("a".repeat(256), "b".repeat(257));
    let text = format!("{}\n{long} {longest} the the\n{long} {longest}\n", "a".repeat(16 << 20));
    let (input, out) = (scratch.write("input.txt", text), scratch.at("out.tsv"));
    let counted = json("count_words", &["--input", &input, "--out", &out]);
    assert_eq!((counted["tokens"].as_u64(), counted["words"].as_u64()), (Some(4), Some(2)));
    assert_eq!(fs::read_to_string(&out).unwrap(), format!("{long}\t2\nthe\t2\n"));
}

#[test]
fn pairs_are_read_as_other_files_are() {
    let scratch = Scratch::new();
    let text = "\u{feff}right\twrong\r\n\r\nReceive \t recieve\n\nagain\tagian\n";
    let found = json("spell", &["--pairs", &scratch.write("pairs.tsv", text)]);
    assert_eq!((found["pairs"].as_u64(), found["top1"].as_f64()), (Some(2), Some(1.0)));
    for (text, words) in [
        ("a\tb\nc\n", "pairs.tsv: line 2: found 1 column, expected"),
        ("a\tb\tc\n", "pairs.tsv: line 1: found 3 columns, expected"),
        ("wrong\tright\na\t \n", "pairs.tsv: line 2, column `right`: is empty"),
        ("a\tb\n\tb\n", "pairs.tsv: line 2, column `wrong`: is empty"),
        ("a\tb\n\t\n", "pairs.tsv: line 2: the text is empty"),
        ("wrong\tright\n", "pairs.tsv: there is no pair"),
    ] {
        refused("spell", &["--pairs", &scratch.write("pairs.tsv", text)], 1, words);
    }
    let cut = scratch.write("pairs.tsv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\xcb\xcc\x4b");
    refused("spell", &["--pairs", &cut], 1, "pairs.tsv.gz");
    refused("spell", &["--pairs", ""], 2, "--pairs: expected the name of a file");
}

#[test]
fn one_seed_has_no_standard_error() {
    let scratch = Scratch::new();
    let rows: String = (0..20).map(|n| format!("{}\n", ["good labs\tGood", "bad food\tPoor"][n % 2])).collect();
    for name in ["train.tsv", "valid.tsv"] {
        scratch.write(name, format!("text\tlabel\n{rows}"));
    }
    let folder = scratch.0.path().display().to_string();
    let found = json("ablate", &["--data", &folder, "--preset", "raw", "--seeds", "1", "--epochs", "1"]);
    let variants = found["variants"].as_array().unwrap();
    assert!(variants.len() > 3 && variants.iter().all(|variant| variant["standard_error"].is_null()), "{found}");
}

//! Count the words of a language in open text: the table that spelling starts from.

mod common;

use std::collections::HashMap;
use std::io::Write;
use std::process::ExitCode;

use common::{Options, Output, Result, Summary, say, usage};
use plaudit::Analyzer;
use plaudit::core::{TokenKind, Tokens};
use plaudit::data::FeedbackReader;
use plaudit::text::{Channel, ChannelConfig, Language, Pipeline, PipelineConfig, WordFrequencies};

const HELP: &str = "
Counts the English words of some texts, folded, and writes `word<TAB>count`, the most frequent first. Words are of the letters a to z
with apostrophes inside, of 256 bytes at most; the 's of a noun is not counted with it. The table is written when all is counted.

Left out: words that no text with capitals in it writes without one (names), unless there are ten of them; and what looks
misspelled: words that are no more frequent than slips of another one edit away would make them (before its last letter, where
English has its endings), unless every file has more than ten of them.

cargo run --release --example count_words -- --input FILE,FILE.. [options]
  --input FILE,FILE..       .csv, .tsv, .jsonl or .txt, perhaps .gz, .xz or .zst after it
  --min-count N             the fewest occurrences of a word in all files (2)
  --most N                  the most words, the most frequent ones (all)
  --out FILE                where the table goes (standard output)
  --json                    the last line of standard output is one JSON object; wants --out";

/// A word without a lower-case letter of its own is a name, up to this count.
const NAME: u64 = 10;
/// A misspelling is not found more often than this in each of several texts.
const SLIPS: u64 = 10;
/// Nobody writes longer words, and `WordFrequencies` reads none.
const MAX_WORD_BYTES: usize = 256;
/// Slips are looked for in words of so many letters at most, as spelling corrects no longer ones: it takes time in their square.
const MAX_SLIP_LETTERS: usize = 40;
/// The `'s` of these is a verb.
const CONTRACTED: [&str; 14] =
    ["it", "that", "what", "he", "she", "there", "here", "let", "who", "where", "how", "when", "why", "everyone"];

fn main() -> ExitCode {
    common::run(HELP, &["input", "min-count", "most", "out", "on-dirty"], count)
}

/// What was counted of a word: how often each file has it, and whether a text with capitals has it without one.
#[derive(Default)]
struct Found {
    counts: Vec<u64>,
    uncapitalized: bool,
}

impl Found {
    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

fn count(options: &Options) -> Result<()> {
    let files: Vec<&str> = options.required_file("input")?.split(',').collect();
    let (min_count, most) = (options.number("min-count")?.unwrap_or(2), options.number("most")?.unwrap_or(usize::MAX));
    if options.value("json").is_some() && options.value("out").is_none() {
        return Err(usage("--json wants --out"));
    }
    if files.contains(&"") {
        return Err(usage("--input: expected names of files with commas between them, found an empty one"));
    }
    let out = options.file("out")?;
    let inputs: Vec<_> = files.iter().map(|&file| ("input", file)).collect();
    common::check_apart(&inputs, &out.map(|path| ("out", path)).into_iter().collect::<Vec<_>>())?;
    // Who may not write learns it before the texts are read.
    let out = out.map(Output::create).transpose()?;
    let mut words = HashMap::new();
    let mut tokens = 0;
    for (index, file) in files.iter().enumerate() {
        tokens += count_file(options, file, index, files.len(), &mut words)?;
    }
    let channel = Channel::new(&ChannelConfig::default())?;
    let kept = kept(&words, min_count, &channel);
    let sorted = kept.sorted();
    let mut table = String::new();
    for (word, count) in sorted.iter().take(most) {
        table.push_str(&format!("{word}\t{count}\n"));
    }
    match out {
        Some(mut out) => {
            out.write_all(table.as_bytes())?;
            out.finish()?;
        }
        None => {
            let written = std::io::stdout().write_all(table.as_bytes());
            written.map_err(|error| common::named("standard output", &error))?;
        }
    }
    if options.value("json").is_some() {
        let mut summary = Summary::default();
        summary.add("tokens", tokens);
        summary.add("distinct", words.len());
        summary.add("words", sorted.len().min(most));
        say!("{}", summary.line());
    }
    Ok(())
}

/// Counts the words of a file and returns how many there were.
fn count_file(
    options: &Options,
    file: &str,
    index: usize,
    files: usize,
    words: &mut HashMap<String, Found>,
) -> Result<u64> {
    let mut read = options.read_config()?;
    read.unique_uids = false; // its memory would grow with the file
    read.max_record_bytes = 64 << 20; // a line may hold a book
    let mut config = PipelineConfig::for_language(Language::Und);
    config.steps.clear();
    let (pipeline, mut tokens, mut total) = (Pipeline::new(config)?, Tokens::new(), 0);
    common::for_each_chunk(FeedbackReader::open(file, &read)?, |rows| {
        for row in rows {
            pipeline.analyze_into(&row.text, &mut tokens);
            let has_capitals = row.text.bytes().any(|byte| byte.is_ascii_uppercase());
            for token in tokens.iter().filter(|token| token.kind == TokenKind::Word) {
                let Some(word) = plain(token.text) else { continue };
                let uncapitalized = has_capitals && token.text.bytes().all(|byte| !byte.is_ascii_uppercase());
                if !words.contains_key(&word) {
                    words.insert(word.clone(), Found { counts: vec![0; files], uncapitalized });
                }
                if let Some(found) = words.get_mut(&word) {
                    found.uncapitalized |= uncapitalized;
                    found.counts.get_mut(index).into_iter().for_each(|count| *count += 1);
                    total += 1;
                }
            }
        }
        Ok(())
    })?;
    Ok(total)
}

/// Returns the word folded, without the `'s` of a noun; none where it has anything but letters and apostrophes inside.
fn plain(token: &str) -> Option<String> {
    if token.len() > MAX_WORD_BYTES {
        return None;
    }
    let word = token.to_ascii_lowercase();
    let noun = word.strip_suffix("'s").filter(|noun| !CONTRACTED.contains(noun));
    let word = noun.unwrap_or(&word);
    let letters = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'');
    let inside = !word.is_empty() && !word.starts_with('\'') && !word.ends_with('\'');
    (letters && inside).then(|| word.to_owned())
}

fn kept(words: &HashMap<String, Found>, min_count: u64, channel: &Channel) -> WordFrequencies {
    let cased = words.values().any(|found| found.uncapitalized);
    let in_use = |found: &Found| {
        let total = found.total();
        total >= min_count && (found.uncapitalized || !cased || total >= NAME)
    };
    let mut kept = WordFrequencies::new();
    for (word, found) in words {
        if in_use(found) && !is_slip(word, found, words, channel) {
            kept.add(word, found.total());
        }
    }
    kept
}

/// Returns whether slips of a more frequent word explain this one.
fn is_slip(word: &str, found: &Found, words: &HashMap<String, Found>, channel: &Channel) -> bool {
    const SHORT: usize = 3; // too many words are one edit from these
    if !(SHORT + 1..=MAX_SLIP_LETTERS).contains(&word.len()) || found.counts.iter().all(|&count| count > SLIPS) {
        return false;
    }
    // How often that other word would be written so, were each of its places as often wrong as in a misspelled word.
    let explains = |other: &str| {
        let right = words.get(other).filter(|right| right.total() > found.total());
        let slips = right.and_then(|right| Some(right.total() as f64 * channel.align(other, word)?.probability));
        slips.is_some_and(|slips| slips >= found.total() as f64)
    };
    let (letters, mut other) = (word.as_bytes(), String::new());
    let join = |parts: [&[u8]; 3], other: &mut String| {
        other.clear();
        other.extend(parts.concat().iter().map(|&byte| char::from(byte)));
    };
    (0..letters.len()).any(|place| {
        let (before, rest) = letters.split_at(place);
        let Some((&letter, after)) = rest.split_first() else { return false };
        let inside = !after.is_empty();
        join([before, &[], after], &mut other);
        let dropped = inside && explains(&other);
        let swapped = after.split_first().is_some_and(|(&next, after)| {
            join([before, &[next, letter], after], &mut other);
            explains(&other)
        });
        dropped
            || swapped
            || (b'a'..=b'z').any(|new| {
                join([before, &[new], rest], &mut other);
                let added = explains(&other);
                join([before, &[new], after], &mut other);
                added || inside && explains(&other)
            })
    })
}

//! Look into word vectors: nearest words, analogies, and how well they agree with people.

mod common;

use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use common::{Options, Result, Summary, say, usage};
use plaudit::core::Embedding;
use plaudit::embeddings::evaluation::{EvaluationConfig, analogies, read_analogies, read_word_pairs, word_pairs};
use plaudit::embeddings::formats::VectorsConfig;
use plaudit::embeddings::{Neighbour, Neighbours, Query};
use plaudit::{Error, Vectors};
use serde_json::{Map, Value, json};

const HELP: &str = r#"
Shows the nearest words of words, answers analogies, and measures word vectors on lists of word pairs and analogies as gensim does.

cargo run --release --example neighbours -- --vectors FILE [options]
  --vectors FILE     word2vec, GloVe, fastText (.bin too, with its n-grams) or safetensors, perhaps .gz after it
  --word "W .."      the nearest words of each of these
  --analogy "A B C"  what is to C as B is to A: "man king woman"
  --pairs FILE       Spearman's and Pearson's correlation with people's scores: word, word, score, with tabs between them
  --analogies FILE   the share of right answers: lines of four words, in sections that begin with a line ": NAME"
  --top N            nearest words that are shown (10)
  --limit N          reads the first N words of the file only (all); the lists look at no more than 300,000
  --json             the last line of standard output is one JSON object"#;

fn main() -> ExitCode {
    common::run(HELP, &["vectors", "word", "analogy", "pairs", "analogies", "top", "limit"], neighbours)
}

fn neighbours(options: &Options) -> Result<()> {
    let path = options.required_file("vectors")?;
    if !["word", "analogy", "pairs", "analogies"].iter().any(|name| options.value(name).is_some()) {
        return Err(usage("give --word, --analogy, --pairs or --analogies"));
    }
    let words: Vec<&str> = options.value("word").map(|words| words.split_whitespace().collect()).unwrap_or_default();
    let analogy: Option<Vec<&str>> = options.value("analogy").map(|words| words.split_whitespace().collect());
    if analogy.as_ref().is_some_and(|words| words.len() != 3) || options.value("word").is_some() && words.is_empty() {
        return Err(usage("expected one word or more in --word, and three in --analogy, with blanks between them"));
    }
    let top = options.positive("top")?.unwrap_or(10_u32) as usize;
    let mut config = VectorsConfig::default();
    config.limit = options.positive::<u32>("limit")?.map(|limit| limit as usize);
    let (vectors, report) = Vectors::read(path, &config)?;
    let search = Neighbours::new(vectors.words());
    let mut summary = Summary::default();
    summary.add("words", report.words);
    summary.add("dim", report.dim);

    let mut found = Map::new();
    for word in words {
        let nearest = match search.of_word(word, top) {
            Some(nearest) => nearest,
            // A word that is not listed may have the vector of its n-grams.
            None => match vectors.embed(word) {
                Some(vector) => search.of(&Query::new(&vector, &[]), top)?,
                None => return Err(unknown(&vectors, path, word)),
            },
        };
        found.insert(word.to_owned(), show(&format!("Nearest to {word}"), &nearest)?);
    }
    if !found.is_empty() {
        summary.add("neighbours", found);
    }
    if let Some([a, b, c]) = analogy.as_deref() {
        let Some(answers) = search.analogy(a, b, c, top) else {
            let missing = [a, b, c].into_iter().find(|word| vectors.words().place(word).is_none());
            return Err(unknown(&vectors, path, missing.unwrap_or(a)));
        };
        summary.add("analogy", show(&format!("{a} is to {b} as {c} is to"), &answers)?);
    }
    let open = |path: &str| Ok::<_, Error>(BufReader::new(File::open(path).map_err(|error| Error::io(path, error))?));
    let figure = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    if let Some(list) = options.file("pairs")? {
        let result = word_pairs(vectors.words(), &read_word_pairs(open(list)?, list)?, &EvaluationConfig::default())?;
        let (spearman, pearson) = (figure(result.spearman), figure(result.pearson));
        let known = result.pairs - result.unknown;
        say!("Word pairs: Spearman {spearman}, Pearson {pearson}, of {known} known of {} pairs.", result.pairs);
        summary.add(
            "pairs",
            json!({"spearman": result.spearman, "pearson": result.pearson, "pairs": result.pairs, "unknown": result.unknown}),
        );
    }
    if let Some(list) = options.file("analogies")? {
        let result = analogies(vectors.words(), &read_analogies(open(list)?, list)?, &EvaluationConfig::default())?;
        for section in &result.sections {
            let (all, accuracy) = (section.answers.len(), figure(section.accuracy));
            say!("  {accuracy}  {} of {all} known  {}", all - section.unknown, common::shown(&section.name));
        }
        let (all, unknown) = (result.questions(), result.unknown());
        say!("Analogies: accuracy {}, of {} known of {all}.", figure(result.accuracy), all - unknown);
        let sections = result.sections.iter().map(|section| {
            let (all, unknown) = (section.answers.len(), section.unknown);
            json!({"name": section.name, "accuracy": section.accuracy, "questions": all, "unknown": unknown})
        });
        let sections: Vec<Value> = sections.collect();
        summary.add(
            "analogies",
            json!({"accuracy": result.accuracy, "questions": all, "unknown": unknown, "sections": sections}),
        );
    }
    if options.value("json").is_some() {
        say!("{}", summary.line());
    }
    Ok(())
}

/// Prints words with their similarities, and returns them.
fn show(title: &str, words: &[Neighbour<'_>]) -> Result<Value> {
    say!("{}:", common::shown(title));
    for near in words {
        say!("  {:.4}  {}", near.similarity, common::shown(near.word));
    }
    Ok(words.iter().map(|near| json!({"word": near.word, "similarity": near.similarity})).collect())
}

/// An error that names a word without a vector, and words that are written alike.
fn unknown(vectors: &Vectors, path: &str, word: &str) -> Box<dyn std::error::Error> {
    const EDITS: usize = 2;
    let folded: Vec<char> = word.to_lowercase().chars().collect();
    let mut near: Vec<(usize, &str)> = Vec::new();
    for known in vectors.words().words() {
        let letters: Vec<char> = known.to_lowercase().chars().collect();
        if letters.len().abs_diff(folded.len()) <= EDITS {
            near.push((edits(&folded, &letters), known));
        }
    }
    near.retain(|&(edits, _)| edits <= EDITS.min(folded.len() / 2));
    near.sort_by_key(|&(edits, _)| edits); // stable: the most frequent word of as many edits first
    let near: Vec<&str> = near.into_iter().map(|(_, known)| known).take(5).collect();
    let hint = if near.is_empty() { String::new() } else { format!("; written alike: {}", near.join(", ")) };
    Box::new(Error::data(path, 0, "", format!("`{word}` has no vector{hint}")))
}

/// The Levenshtein distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, a) in a.iter().enumerate() {
        let mut left = above + 1;
        let next = row.iter().zip(row.iter().skip(1)).zip(b).map(|((diagonal, up), b)| {
            left = (diagonal + usize::from(a != b)).min(up + 1).min(left + 1);
            left
        });
        row = std::iter::once(above + 1).chain(next).collect();
    }
    row.last().copied().unwrap_or(0)
}

//! A small problem that needs word order, and the analyzer that it is read with.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // tests may stop at the first surprise

use plaudit_core::{Analyzer, Error, Example, Features, Files, Result, SparseRow, Stored, TokenKind, Tokens};
use plaudit_models::{Architecture, BiLstmConfig, CnnLstmConfig, TextClassifier, TrainConfig, train};
use plaudit_stats::Stream;

/// Splits at blanks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blanks;

impl Analyzer for Blanks {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        tokens.clear();
        for word in text.split_ascii_whitespace() {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            tokens.push(word, start..start + word.len(), TokenKind::Word);
        }
    }
}

impl Stored for Blanks {
    fn to_files(&self) -> Result<Files> {
        Ok(Files::from([("blanks.txt".to_owned(), b"blanks\n".to_vec())]))
    }

    fn from_files(files: &Files) -> Result<Self> {
        match files.get("blanks.txt").map(Vec::as_slice) {
            Some(b"blanks\n") => Ok(Self),
            _ => Err(Error::format("blanks.txt", "expected the word `blanks`")),
        }
    }
}

/// Words as [`Blanks`] has them for a network, and letters for a linear model.
#[allow(dead_code)] // each file of tests uses its own part
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Letters;

impl Analyzer for Letters {
    fn analyze_into(&self, text: &str, tokens: &mut Tokens) {
        Blanks.analyze_into(text, tokens);
    }
    fn features(&self) -> Option<&dyn Features> {
        Some(self)
    }
}

impl Features for Letters {
    fn width(&self) -> usize {
        26
    }
    fn features_into(&self, text: &str, row: &mut SparseRow) {
        row.assign(text.bytes().filter(u8::is_ascii_lowercase).map(|byte| (u32::from(byte - b'a'), 0.1)));
    }
}

impl Stored for Letters {
    fn to_files(&self) -> Result<Files> {
        Blanks.to_files()
    }
    fn from_files(files: &Files) -> Result<Self> {
        Blanks::from_files(files).map(|_| Self)
    }
}

/// Labelled texts: `good` and `bad` among filler, turned round by a `not` right before them.
pub(crate) fn rows(count: usize, seed: u64) -> Vec<(String, &'static str)> {
    let mut stream = Stream::new(seed, "rows", 0);
    let mut filler = |words: &mut Vec<&str>| {
        for _ in 0..stream.below(5) {
            words.push(["the", "desk", "was", "today", "here", "form"][stream.below(6) as usize]);
        }
    };
    let mut pick = Stream::new(seed, "pick", 0);
    let rows = (0..count).map(|_| {
        let mut words = Vec::new();
        filler(&mut words);
        let (not, good) = (pick.below(2) == 1, pick.below(2) == 1);
        if not {
            words.push("not");
        }
        words.push(if good { "good" } else { "bad" });
        filler(&mut words);
        (words.join(" "), if good != not { "Good" } else { "Poor" })
    });
    rows.collect()
}

pub(crate) fn examples<'a>(rows: &'a [(String, &'static str)]) -> Vec<Example<'a>> {
    rows.iter().map(|(text, label)| Example { text, label }).collect()
}

/// A configuration that learns the problem in a second or two.
pub(crate) fn config() -> TrainConfig {
    let mut network = BiLstmConfig::default();
    (network.embedding, network.hidden, network.dense) = (12, 9, 8);
    (network.dropout, network.embedding_dropout) = (0.1, 0.1);
    let mut config = TrainConfig::default();
    config.architecture = Architecture::BiLstm(network);
    (config.epochs, config.patience, config.batch, config.adam.learning_rate) = (12, 12, 16, 0.01);
    config
}

#[allow(dead_code)] // each file of tests uses its own part
pub(crate) fn trained(config: &TrainConfig) -> TextClassifier<Blanks> {
    train(Blanks, &examples(&rows(400, 1)), &examples(&rows(100, 2)), config, &mut ()).unwrap()
}

/// The other network, small enough too.
#[allow(dead_code)] // each file of tests uses its own part
pub(crate) fn cnn_lstm() -> Architecture {
    let mut network = CnnLstmConfig::default();
    (network.embedding, network.filters, network.hidden, network.dense) = (12, 5, 9, 8);
    (network.dropout, network.embedding_dropout) = (0.1, 0.1);
    Architecture::CnnLstm(network)
}

/// Writes the manifest anew, so that a changed file passes its checksum.
#[allow(dead_code)] // each file of tests uses its own part
pub(crate) fn sign(path: &std::path::Path) {
    let manifest = path.join("manifest.json");
    let mut value: serde_json::Value = serde_json::from_slice(&std::fs::read(&manifest).unwrap()).unwrap();
    for (name, entry) in value["files"].as_object_mut().unwrap() {
        let bytes = std::fs::read(path.join(name)).unwrap();
        let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
        entry["bytes"] = bytes.len().into();
        entry["sha256"] = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
    }
    std::fs::write(manifest, serde_json::to_vec(&value).unwrap()).unwrap();
}

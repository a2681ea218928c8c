//! Files of word vectors: of word2vec, GloVe and fastText, and safetensors.
//!
//! | format | read | written | a line or record |
//! |---|---|---|---|
//! | [`Word2vecText`](VectorFormat::Word2vecText) | yes | yes | sizes; then word and numbers as text |
//! | [`Word2vecBinary`](VectorFormat::Word2vecBinary) | yes | yes | sizes; then word and numbers as `f32` |
//! | [`Glove`](VectorFormat::Glove) | yes | yes | word and numbers as text |
//! | [`FasttextVec`](VectorFormat::FasttextVec) | yes | yes | as word2vec's text |
//! | [`FasttextBin`](VectorFormat::FasttextBin) | yes, with n-grams | by [`write_subwords`] | a whole model |
//! | [`Safetensors`](VectorFormat::Safetensors) | yes | yes | tensor `vectors`; words in `vocab.txt` beside it |
//!
//! Files compressed by gzip are read as they are decompressed. What a header says is compared with the bytes that are there
//! before memory is asked for; where it cannot be known how many there are, memory grows with what comes.
//!
//! # Example: a file in another format
//! ```
//! use plaudit_core::Embedding;
//! use plaudit_embeddings::formats::{self, VectorFormat, VectorsConfig};
//!
//! let glove = "good 1.0 0.5\ngreat 0.9 0.25\n";
//! let loaded = formats::read_from(glove.as_bytes(), "glove.txt", &VectorsConfig::default())?;
//! assert_eq!((loaded.report.format, loaded.report.words), (VectorFormat::Glove, 2));
//! assert_eq!(loaded.vectors.embed("great"), Some(vec![0.9, 0.25]));
//!
//! let mut text = Vec::new();
//! formats::write_to(&mut text, &loaded.vectors, VectorFormat::Word2vecText)?;
//! assert_eq!(text, b"2 2\ngood 1.0 0.5\ngreat 0.9 0.25\n");
//! # Ok::<(), plaudit_core::Error>(())
//! ```

mod binary;
mod collector;
mod config;
mod fasttext;
mod fasttext_write;
mod format;
mod safetensors;
mod source;
mod text;
mod write;

use std::io::Read;
use std::path::Path;

use plaudit_core::Result;

pub use self::config::{InvalidUtf8, LoadReport, NonFinite, VectorsConfig};
pub use self::format::VectorFormat;
use self::source::Source;
pub use self::write::{write, write_subwords, write_subwords_to, write_to, write_vocab};
use crate::{SubwordVectors, WordVectors};

/// Vectors, and what reading them came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Loaded<V = WordVectors> {
    /// The vectors.
    pub vectors: V,
    /// What was read and what was left out.
    pub report: LoadReport,
}

/// Returns the word vectors of a file. Of a fastText model these are its words with their n-grams in them; see
/// [`read_subwords`] for the n-grams.
///
/// # Errors
/// When the configuration is at fault, the file cannot be read, is of no known format or is not what its format says, or a
/// word is refused; the message has the file, the line or record, what was found and what was expected.
pub fn read(path: impl AsRef<Path>, config: &VectorsConfig) -> Result<Loaded> {
    let path = path.as_ref();
    config.validate()?;
    let mut source = Source::open(path)?;
    let format = format(&source, path, config)?;
    if format == VectorFormat::Safetensors {
        let mut vocab = Source::open(&path.with_file_name(safetensors::VOCAB))?;
        return safetensors::read(&mut source, &mut vocab, config);
    }
    read_format(&mut source, format, config)
}

/// Returns the word vectors that come from a reader. `name` stands for it in errors, and its extension may tell the format.
///
/// # Errors
/// As [`read`], and for safetensors, which have their words in a file of their own: [`read_safetensors`] reads both.
pub fn read_from(input: impl Read, name: &str, config: &VectorsConfig) -> Result<Loaded> {
    config.validate()?;
    let mut source = Source::new(Box::new(input), name.to_owned(), None)?;
    let format = format(&source, name.as_ref(), config)?;
    read_format(&mut source, format, config)
}

/// Returns the words and n-grams of a fastText model (`.bin`). Unknown words have vectors too, as fastText gives them.
///
/// ```no_run
/// use plaudit_core::Embedding;
/// use plaudit_embeddings::formats::{self, VectorsConfig};
///
/// let model = formats::read_subwords("cc.en.300.bin", &VectorsConfig::default())?.vectors;
/// assert!(model.words().place("unbelievabel").is_none() && model.embed("unbelievabel").is_some());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// As [`read`], and when the file is no fastText model or a quantised one.
pub fn read_subwords(path: impl AsRef<Path>, config: &VectorsConfig) -> Result<Loaded<SubwordVectors>> {
    config.validate()?;
    fasttext::read(&mut Source::open(path.as_ref())?, config)
}

/// Returns the words and n-grams of a fastText model that comes from a reader. `name` stands for it in errors.
///
/// # Errors
/// As [`read_subwords`].
pub fn read_subwords_from(input: impl Read, name: &str, config: &VectorsConfig) -> Result<Loaded<SubwordVectors>> {
    config.validate()?;
    fasttext::read(&mut Source::new(Box::new(input), name.to_owned(), None)?, config)
}

/// Returns the word vectors of a safetensors file and of its words, one a line, each from a reader. `name` and `vocab.txt`
/// stand for them in errors.
///
/// # Errors
/// As [`read`].
pub fn read_safetensors(input: impl Read, vocab: impl Read, name: &str, config: &VectorsConfig) -> Result<Loaded> {
    config.validate()?;
    let mut source = Source::new(Box::new(input), name.to_owned(), None)?;
    let mut vocab = Source::new(Box::new(vocab), safetensors::VOCAB.to_owned(), None)?;
    safetensors::read(&mut source, &mut vocab, config)
}

/// Returns the format of a file.
///
/// # Errors
/// When the file cannot be read or is of no known format.
pub fn detect(path: impl AsRef<Path>) -> Result<VectorFormat> {
    let path = path.as_ref();
    format(&Source::open(path)?, path, &VectorsConfig::default())
}

fn format(source: &Source, path: &Path, config: &VectorsConfig) -> Result<VectorFormat> {
    config.format.or_else(|| VectorFormat::detect(&source.start, path)).ok_or_else(|| {
        source.format("found a file of no known format, expected word2vec, GloVe, fastText or safetensors")
    })
}

fn read_format(source: &mut Source, format: VectorFormat, config: &VectorsConfig) -> Result<Loaded> {
    match format {
        VectorFormat::Word2vecText | VectorFormat::FasttextVec | VectorFormat::Glove => {
            text::read(source, format, config)
        }
        VectorFormat::Word2vecBinary => binary::read(source, config),
        VectorFormat::FasttextBin => fasttext::read(source, config)
            .map(|Loaded { vectors, report }| Loaded { vectors: vectors.into_words(), report }),
        VectorFormat::Safetensors => Err(source.format(
            "is a safetensors file without its words, expected it beside vocab.txt, or read by read_safetensors",
        )),
    }
}

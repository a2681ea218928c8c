//! Writing word vectors: to a file beside its place, which then takes it, or to any writer.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use plaudit_core::{Error, Result};

use super::{VectorFormat, binary, fasttext_write, safetensors, text};
use crate::{SubwordVectors, WordVectors};

const BUFFER: usize = 1 << 18;

/// Writes the vectors as the file `path`, compressed by gzip where its name ends in `.gz`.
///
/// The file is written beside its place, synced, and then renamed: whoever opens `path` finds what was there before, or all
/// of the new. [`VectorFormat::Safetensors`] writes `vocab.txt` beside `path` as well, before it.
///
/// # Errors
/// When the format cannot be written, a word cannot be read back from it (one with a blank in word2vec's and GloVe's formats, one
/// with a line end in any text), or the system refuses.
pub fn write(path: impl AsRef<Path>, vectors: &WordVectors, format: VectorFormat) -> Result<()> {
    let path = path.as_ref();
    check(vectors, format)?;
    if format == VectorFormat::Safetensors {
        replace(&path.with_file_name(safetensors::VOCAB), |out| safetensors::write_vocab(out, vectors))?;
    }
    replace(path, |out| write_checked(out, vectors, format))
}

/// Writes the vectors to any writer, which is best a buffered one. [`VectorFormat::Safetensors`] writes the tensor alone:
/// its words are [`write_vocab`](super::write_vocab)'s.
///
/// # Errors
/// As [`write()`]; `out` stands for the writer in the message.
pub fn write_to(mut out: impl Write, vectors: &WordVectors, format: VectorFormat) -> Result<()> {
    check(vectors, format)?;
    write_checked(&mut out, vectors, format).and_then(|()| out.flush()).map_err(|error| Error::io("out", error))
}

/// Writes words and n-grams as a model of fastText (`.bin`), compressed by gzip where the name ends in `.gz`; the file takes its place
/// as with [`write()`]. fastText and [`read_subwords`](super::read_subwords) read from it the same vectors of known and unknown words, to
/// the last bit, and gensim the same but for the last digits.
///
/// How often words came is not known any more, so each has a count of 1. The output layer has no rows: fastText cannot train on.
/// Of words that were not UTF-8 when they were read, the last digits may differ.
///
/// ```
/// use plaudit_core::Embedding;
/// use plaudit_embeddings::formats::{self, VectorsConfig};
/// use plaudit_embeddings::word2vec::{SubwordConfig, Word2VecConfig, train_subwords};
///
/// let corpus = ["the library was quiet", "the gym was loud"].repeat(50);
/// let (mut config, mut subwords) = (Word2VecConfig::default(), SubwordConfig::default());
/// subwords.buckets = 1000;
/// (config.dim, config.epochs, config.subwords) = (10, 1, Some(subwords));
/// let vectors = train_subwords(corpus.as_slice(), &config, &mut ())?;
/// let mut model = Vec::new();
/// formats::write_subwords_to(&mut model, &vectors)?;
/// let back = formats::read_subwords_from(&model[..], "model.bin", &VectorsConfig::default())?.vectors;
/// assert_eq!(back.words().values(), vectors.words().values());
/// assert_eq!(back.embed("libary"), vectors.embed("libary"));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// # Errors
/// When a word holds a NUL or is longer than 65,536 bytes, the own vector of a word has a number beyond 1e28, or the system refuses.
pub fn write_subwords(path: impl AsRef<Path>, vectors: &SubwordVectors) -> Result<()> {
    fasttext_write::check(vectors)?;
    replace(path.as_ref(), |out| fasttext_write::write(out, vectors))
}

/// Writes words and n-grams as a model of fastText to any writer, which is best a buffered one.
///
/// # Errors
/// As [`write_subwords`]; `out` stands for the writer in the message.
pub fn write_subwords_to(mut out: impl Write, vectors: &SubwordVectors) -> Result<()> {
    fasttext_write::check(vectors)?;
    fasttext_write::write(&mut out, vectors).and_then(|()| out.flush()).map_err(|error| Error::io("out", error))
}

/// Writes the words that belong to a safetensors file of the vectors, one a line.
///
/// # Errors
/// When a word is empty or holds a line end, or the writer refuses.
pub fn write_vocab(mut out: impl Write, vectors: &WordVectors) -> Result<()> {
    safetensors::check(vectors)?;
    safetensors::write_vocab(&mut out, vectors).and_then(|()| out.flush()).map_err(|error| Error::io("out", error))
}

fn check(vectors: &WordVectors, format: VectorFormat) -> Result<()> {
    match format {
        VectorFormat::Word2vecText | VectorFormat::FasttextVec | VectorFormat::Glove => text::check(vectors, format),
        VectorFormat::Word2vecBinary => binary::check(vectors),
        VectorFormat::Safetensors => safetensors::check(vectors),
        VectorFormat::FasttextBin => Err(Error::config(
            "vectors.format: found fasttext_bin, which is only written with n-grams; expected fasttext_vec or another",
        )),
    }
}

fn write_checked(out: &mut dyn Write, vectors: &WordVectors, format: VectorFormat) -> io::Result<()> {
    match format {
        VectorFormat::Word2vecBinary => binary::write(out, vectors),
        VectorFormat::Safetensors => safetensors::write(out, vectors),
        _ => text::write(out, vectors, format),
    }
}

/// Puts what `fill` writes in the place of `path`.
fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let io = |error| Error::io(path.display(), error);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::Builder::new();
    fresh.prefix(".plaudit-saving-");
    #[cfg(unix)] // as any other new file, not for its owner alone
    fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut fresh = fresh.tempfile_in(parent).map_err(io)?;
    fill_file(
        fresh.as_file_mut(),
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")),
        fill,
    )
    .and_then(|()| fresh.as_file().sync_all())
    .map_err(io)?;
    fresh.persist(path).map_err(|error| io(error.error))?;
    if cfg!(unix) {
        File::open(parent).and_then(|directory| directory.sync_all()).map_err(io)?;
    }
    Ok(())
}

fn fill_file(file: &mut File, gzip: bool, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if gzip {
        let mut packed = BufWriter::with_capacity(BUFFER, GzEncoder::new(file, Compression::default()));
        fill(&mut packed)?;
        packed.into_inner()?.finish()?;
    } else {
        let mut out = BufWriter::with_capacity(BUFFER, file);
        fill(&mut out)?;
        out.flush()?;
    }
    Ok(())
}

//! The model directory: written beside its place and exchanged, read with every size checked first.
//!
//! ```text
//! config.json        format version, labels, architecture and training configuration
//! analyzer/          the analyzer's own files
//! vocab.txt          one word a line, from id 2
//! model.safetensors  the weights, by PyTorch's names
//! report.json        what training did
//! seen.bin           digests of the texts that it was trained with, where they are known
//! calibration.json   what was fitted on held-out rows, where it is calibrated
//! calibration.bin    digests of the texts of those rows
//! evaluation.json    figures of held-out rows, where somebody gave any
//! README.md          the model card: all of that for people
//! manifest.json      size and SHA-256 of each file above
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::{Component, Path};

use plaudit_core::{Analyzer, Classifier, Error, Files, Result, Stored, Vocab};
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calibrated::Fitted;
use crate::card::Evaluated;
use crate::network::ParameterSpec;
use crate::seen::Seen;
use crate::weights::{MAX_HEADER, Tensors, to_bytes};
use crate::{Calibrated, Stopped, TextClassifier, TrainConfig, TrainReport};

mod folder;
mod write;

pub(crate) use folder::{Folder, load, save};
pub(crate) use write::{remove_model, replace_file, sweep_all};

pub(crate) const FORMAT_VERSION: u32 = 1;
const CONFIG: &str = "config.json";
const VOCAB: &str = "vocab.txt";
pub(crate) const WEIGHTS: &str = "model.safetensors";
const REPORT: &str = "report.json";
const SEEN: &str = "seen.bin";
const CALIBRATION: &str = "calibration.json";
const CALIBRATED_ON: &str = "calibration.bin";
const EVALUATION: &str = "evaluation.json";
pub(crate) const CARD: &str = "README.md";
const MANIFEST: &str = "manifest.json";
pub(crate) const ANALYZER: &str = "analyzer/";
/// The most bytes of the manifest and of the configuration.
pub(crate) const MAX_TEXT: u64 = 1 << 20;
/// The most bytes of the vocabulary, the report, and each file of the analyzer: a dictionary of millions of words fits.
pub(crate) const MAX_PART: u64 = 1 << 28;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    format_version: u32,
    training: TrainConfig,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format_version: u32,
    files: BTreeMap<String, Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    bytes: u64,
    sha256: String,
}

impl<A: Analyzer + Stored> TextClassifier<A> {
    /// Writes the model as the directory `path`. An earlier model there is replaced in one step: whoever loads at any
    /// moment, or after a crash at any moment, finds the old model or the new one (on Linux; elsewhere there is an instant
    /// between two renames in which there is none).
    ///
    /// Nothing waits for another process. Directories that killed saves of this model left are removed.
    ///
    /// # Errors
    /// When the network is your own, a file cannot be written or would be too large to be read, or `path` is there and is neither an empty directory
    /// nor a model: it is then left as it was. Also where somebody put a file beside the earlier model while the new one
    /// was written: the new model is then in its place, and the message says where the earlier one was moved with that file.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut files = Files::new();
        let training = self.config().clone();
        files.insert(CONFIG.to_owned(), json(&Config { format_version: FORMAT_VERSION, training })?);
        for (name, bytes) in self.analyzer().to_files()? {
            files.insert(format!("{ANALYZER}{name}"), bytes);
        }
        files.insert(VOCAB.to_owned(), self.vocab().to_text().into_bytes());
        files.insert(WEIGHTS.to_owned(), to_bytes(self.network().parameters(), str::to_owned)?);
        files.insert(REPORT.to_owned(), json(self.report())?);
        if let Some(seen) = self.seen() {
            files.insert(SEEN.to_owned(), seen.to_bytes());
        }
        if let Some(fitted) = self.fitted() {
            files.insert(CALIBRATION.to_owned(), json(&fitted.record)?);
            files.insert(CALIBRATED_ON.to_owned(), fitted.texts.to_bytes());
        }
        if let Some(evaluated) = self.evaluated() {
            files.insert(EVALUATION.to_owned(), json(evaluated)?);
        }
        let specs = self.named_architecture("saved")?.specs(self.vocab().len(), self.labels().len());
        files.insert(CARD.to_owned(), self.card()?.into_bytes());
        save(path.as_ref(), files, |name| most(name, &specs))
    }

    /// Reads the model directory `path`. Nothing is allocated by what a header claims; only by what is there, and no more
    /// than a model of this configuration needs. A model that is replaced meanwhile is read anew.
    ///
    /// # Errors
    /// When a file is missing, is a link or no plain file, has another size or checksum than the manifest says, leads out
    /// of the directory, or holds something else than this version expects. The message names the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        load(path.as_ref(), Self::from_folder)
    }

    /// Returns `Ok` where a model may be written to `path`, tried with an empty directory, which is removed again. For a
    /// look before a long run.
    ///
    /// # Errors
    /// As [`save`](Self::save): where `path` is there and may not be replaced, names no directory, or none can be made.
    pub fn check_place(path: impl AsRef<Path>) -> Result<()> {
        write::check_place(path.as_ref())
    }

    fn from_folder(folder: &Folder<'_>) -> Result<Self> {
        let name_of = |name: &str| folder.name_of(name);
        let file = |name: &str, specs: &[ParameterSpec]| folder.file(name, most(name, specs));
        let bytes = file(CONFIG, &[])?;
        check_version(&bytes, &name_of(CONFIG))?;
        let config: TrainConfig = parse::<Config>(&bytes, &name_of(CONFIG))?.training;
        config.validate().map_err(|error| in_file(&name_of(CONFIG), error))?;
        let Some(labels) = config.labels.clone() else {
            return Err(Error::format(name_of(CONFIG), "training.labels: a model has labels, found none"));
        };
        let text = String::from_utf8(file(VOCAB, &[])?);
        let text = text.map_err(|_| Error::format(name_of(VOCAB), "is not UTF-8"))?;
        let vocab = Vocab::from_text(&text, &name_of(VOCAB))?;
        let report: TrainReport = parse(&file(REPORT, &[])?, &name_of(REPORT))?;

        let there = |name: &str| folder.holds(name).then(|| file(name, &[])).transpose();
        let seen = there(SEEN)?.map(|bytes| Seen::from_bytes(&bytes, &name_of(SEEN))).transpose()?;
        if seen.is_none() && report.stopped != Stopped::Elsewhere {
            return Err(Error::format(name_of(SEEN), "is missing from the manifest of a model that was trained here"));
        }
        let fitted = |bytes: Vec<u8>| -> Result<Fitted> {
            let record: Calibrated = parse(&bytes, &name_of(CALIBRATION))?;
            record.validate(&labels).map_err(|error| in_file(&name_of(CALIBRATION), error))?;
            Ok(Fitted { record, texts: Seen::from_bytes(&file(CALIBRATED_ON, &[])?, &name_of(CALIBRATED_ON))? })
        };
        let calibration = there(CALIBRATION)?.map(fitted).transpose()?;
        let evaluated = |bytes: Vec<u8>| -> Result<Evaluated> {
            let evaluated: Evaluated = parse(&bytes, &name_of(EVALUATION))?;
            evaluated.validate(&labels).map_err(|error| in_file(&name_of(EVALUATION), error))?;
            Ok(evaluated)
        };
        let evaluated = there(EVALUATION)?.map(evaluated).transpose()?;
        there(CARD)?; // it is for people: nothing is read from it, but a changed one is refused as any file is

        let specs = config.architecture.specs(vocab.len(), labels.len());
        let weights = file(WEIGHTS, &specs)?;
        let (len, weights) = (weights.len() as u64, Cursor::new(weights));
        let weights = Tensors::open(weights, len, name_of(WEIGHTS))?;
        let parameters = weights.parameters(&specs, str::to_owned, &[Dtype::F32])?;
        if !report.fits(labels.len(), vocab.len()) {
            return Err(Error::format(name_of(REPORT), "its labels, vocabulary or epochs are not those of this model"));
        }

        let known = [CONFIG, VOCAB, WEIGHTS, REPORT, SEEN, CALIBRATION, CALIBRATED_ON, EVALUATION, CARD];
        let analyzer = folder.analyzer(&known)?;
        let network = config.architecture.network(&parameters);
        let classifier = Self::new(analyzer, vocab, labels, config, network, report, seen)
            .map_err(|error| in_file(&name_of(WEIGHTS), error))?;
        classifier.try_out().map_err(|error| Error::Format {
            source_name: name_of(WEIGHTS),
            reason: "the weights are too large: texts get scores that are not finite".to_owned(),
            source: Some(Box::new(error)),
        })?;
        Ok(classifier.with_calibration(calibration).with_evaluated(evaluated))
    }
}

/// The most bytes that a file of a model may have: the weights as many as those of this shape need.
fn most(name: &str, specs: &[ParameterSpec]) -> u64 {
    match name {
        CONFIG => MAX_TEXT,
        WEIGHTS => {
            let values = specs.iter().try_fold(0usize, |sum, spec| sum.checked_add(spec.elements()?));
            values.and_then(|values| (values as u64).checked_mul(4)?.checked_add(MAX_HEADER)).unwrap_or(u64::MAX)
        }
        _ => MAX_PART,
    }
}

/// What cannot be read is not written.
fn check_size(name: &str, bytes: &[u8], most: u64) -> Result<()> {
    let size = bytes.len() as u64;
    if size <= most {
        return Ok(());
    }
    Err(Error::format(name, format!("would have {size} bytes; a model is read with at most {most} here: not saved")))
}

/// The faults of what a file holds are the file's, not those of a configuration.
pub(crate) fn in_file(name: &str, error: Error) -> Error {
    let cause = match &error {
        Error::Format { source: Some(source), .. } => source.downcast_ref::<Error>(),
        error => Some(error),
    };
    let Some(Error::Config { faults }) = cause else { return error };
    Error::Format { source_name: name.to_owned(), reason: faults.join("; "), source: Some(Box::new(error)) }
}

/// A version that this program does not know is named before any of its fields is read.
pub(crate) fn check_version(bytes: &[u8], name: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let found = parse::<Version>(bytes, name)?.format_version;
    if found == FORMAT_VERSION {
        return Ok(());
    }
    Err(Error::format(name, format!("format version {found}; this program reads version {FORMAT_VERSION}")))
}

pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(Error::backend)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(crate) fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], name: &str) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::malformed(name, error))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Names that the manifest may hold: `file` or `analyzer/file`, in letters, digits, `.`, `-` and `_`.
fn check_name(name: &str) -> std::result::Result<(), String> {
    let file = name.strip_prefix(ANALYZER).unwrap_or(name);
    let plain = file.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let single = matches!(Path::new(file).components().collect::<Vec<_>>().as_slice(), [Component::Normal(_)]);
    if plain && single && file.len() <= 255 {
        return Ok(());
    }
    Err("expected a plain file name: a path out of the directory is refused".to_owned())
}

fn parse_manifest(bytes: &[u8], path: &Path) -> Result<Manifest> {
    let name = path.display().to_string();
    check_version(bytes, &name)?;
    let manifest: Manifest = parse(bytes, &name)?;
    for file in manifest.files.keys() {
        check_name(file).map_err(|reason| Error::format(&name, format!("{file:?}: {reason}")))?;
    }
    Ok(manifest)
}

/// Reads a file that the manifest names, checked against it.
fn read_file(path: &Path, name: &str, entry: &Entry, most: u64) -> Result<Vec<u8>> {
    let at = path.join(name);
    let bytes = read_plain(&at, Some(entry.bytes), most)?;
    if sha256(&bytes) != entry.sha256 {
        return Err(Error::format(at.display(), "its SHA-256 is not the one in the manifest: the file was changed"));
    }
    Ok(bytes)
}

/// What was found in place of a file or directory.
fn kind(found: &fs::Metadata, expected: &str) -> String {
    let what = match found {
        found if found.is_symlink() => "a link",
        found if found.is_dir() => "a directory",
        found if found.is_file() => "a file",
        _ => "a device or pipe",
    };
    format!("is {what}, which is refused; expected {expected}")
}

/// Reads a plain file of exactly this many bytes, where the manifest says, and of no more than `most`.
fn read_plain(path: &Path, expected: Option<u64>, most: u64) -> Result<Vec<u8>> {
    let found = fs::symlink_metadata(path).map_err(|error| Error::io(path.display(), error))?;
    if !found.is_file() {
        return Err(Error::format(path.display(), kind(&found, "a plain file")));
    }
    let size = found.len();
    if let Some(expected) = expected
        && size != expected
    {
        return Err(Error::format(path.display(), format!("has {size} bytes; the manifest says {expected}")));
    }
    if size > most {
        return Err(Error::format(path.display(), format!("has {size} bytes; at most {most} are expected here")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Error::io(path.display(), error))?;
    // One byte more than was there: a file that grows meanwhile fails its checksum instead of filling memory.
    file.take(size.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| Error::io(path.display(), error))?;
    Ok(bytes)
}

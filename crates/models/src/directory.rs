//! The model directory: written beside its place and exchanged, read with every size checked first.
//!
//! ```text
//! config.json        format version, labels, architecture and training configuration
//! analyzer/          the analyzer's own files
//! vocab.txt          one word a line, from id 2
//! model.safetensors  the weights, by PyTorch's names
//! report.json        what training did
//! manifest.json      size and SHA-256 of each file above
//! ```

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Component, Path};

use plaudit_core::{Analyzer, Classifier, Error, Files, Result, Stored, Vocab};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::network::{ParameterSpec, Parameters, Weight};
use crate::{TextClassifier, TrainConfig};

const FORMAT_VERSION: u32 = 1;
const CONFIG: &str = "config.json";
const VOCAB: &str = "vocab.txt";
const WEIGHTS: &str = "model.safetensors";
const REPORT: &str = "report.json";
const MANIFEST: &str = "manifest.json";
const ANALYZER: &str = "analyzer/";
/// A manifest of more bytes than this is refused: it has a line for each of a handful of files.
const MAX_MANIFEST: u64 = 1 << 20;

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
    /// # Errors
    /// When a file cannot be written, or `path` is there and is neither an empty directory nor a model: it is then left as
    /// it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        check_replaceable(path)?;
        let mut files = Files::new();
        let training = self.config().clone();
        files.insert(CONFIG.to_owned(), json(&Config { format_version: FORMAT_VERSION, training })?);
        for (name, bytes) in self.analyzer().to_files()? {
            files.insert(format!("{ANALYZER}{name}"), bytes);
        }
        files.insert(VOCAB.to_owned(), self.vocab().to_text().into_bytes());
        files.insert(WEIGHTS.to_owned(), write_weights(self.network().parameters())?);
        files.insert(REPORT.to_owned(), json(self.report())?);
        let mut manifest = Manifest { format_version: FORMAT_VERSION, files: BTreeMap::new() };
        for (name, bytes) in &files {
            check_name(name).map_err(|reason| Error::format(name, reason))?;
            let entry = Entry { bytes: bytes.len() as u64, sha256: sha256(bytes) };
            manifest.files.insert(name.clone(), entry);
        }
        files.insert(MANIFEST.to_owned(), json(&manifest)?);
        write_directory(path, &files)
    }

    /// Reads the model directory `path`. Nothing is allocated by what a header claims; only by what is there.
    ///
    /// # Errors
    /// When a file is missing, is a link or no plain file, has another size or checksum than the manifest says, leads out
    /// of the directory, or holds something else than this version expects. The message names the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let files = read_directory(path)?;
        let name_of = |name: &str| path.join(name).display().to_string();
        let file =
            |name: &str| files.get(name).ok_or_else(|| Error::format(name_of(name), "is missing from the manifest"));
        let text =
            |name: &str| std::str::from_utf8(file(name)?).map_err(|_| Error::format(name_of(name), "is not UTF-8"));

        let bytes = file(CONFIG)?;
        check_version(bytes, &name_of(CONFIG))?;
        let config: TrainConfig = parse::<Config>(bytes, &name_of(CONFIG))?.training;
        config.validate().map_err(|error| Error::format(name_of(CONFIG), error.to_string()))?;
        let Some(labels) = config.labels.clone() else {
            return Err(Error::format(name_of(CONFIG), "training.labels: a model has labels, found none"));
        };
        let report = parse(file(REPORT)?, &name_of(REPORT))?;
        let vocab = Vocab::from_text(text(VOCAB)?, &name_of(VOCAB))?;
        let mut own = Files::new();
        for (name, bytes) in &files {
            if let Some(name) = name.strip_prefix(ANALYZER) {
                own.insert(name.to_owned(), bytes.clone());
            }
        }
        let analyzer = A::from_files(&own)?;
        let specs = config.architecture.specs(vocab.len(), labels.len());
        let parameters = read_weights(file(WEIGHTS)?, &specs, &name_of(WEIGHTS))?;
        let network = config.architecture.network(parameters);
        let classifier = Self::new(analyzer, vocab, labels, config, network, report);
        debug_assert_eq!(classifier.labels().len(), classifier.report().train_labels.len());
        Ok(classifier)
    }
}

/// A version that this program does not know is named before any of its fields is read.
fn check_version(bytes: &[u8], name: &str) -> Result<()> {
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

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(Error::backend)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], name: &str) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::format(name, error.to_string()))
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

fn write_weights(parameters: &Parameters) -> Result<Vec<u8>> {
    let values = parameters.values()?;
    let mut tensors = Vec::with_capacity(values.len());
    for Weight { name, shape, values } in values {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        tensors.push((name, shape, bytes));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view)).map_err(Error::backend)
    });
    let views: Vec<_> = views.collect::<Result<_>>()?;
    safetensors::serialize(views, None).map_err(Error::backend)
}

fn read_weights(bytes: &[u8], specs: &[ParameterSpec], name: &str) -> Result<Parameters> {
    let found = SafeTensors::deserialize(bytes).map_err(|error| Error::format(name, error.to_string()))?;
    if let Some(unknown) = found.names().into_iter().find(|&found| specs.iter().all(|spec| spec.name != found)) {
        return Err(Error::format(name, format!("tensor `{unknown}` belongs to no weight of this architecture")));
    }
    Parameters::from_values(specs, |spec, _| {
        let fault = |reason: String| Error::format(name, format!("tensor `{}`: {reason}", spec.name));
        let tensor = found.tensor(&spec.name).map_err(|_| fault("is missing".to_owned()))?;
        if tensor.dtype() != Dtype::F32 || tensor.shape() != spec.shape {
            return Err(fault(format!(
                "found {:?} {:?}, expected F32 {:?}",
                tensor.dtype(),
                tensor.shape(),
                spec.shape
            )));
        }
        let (words, _) = tensor.data().as_chunks::<4>();
        let values: Vec<f32> = words.iter().map(|&word| f32::from_le_bytes(word)).collect();
        match values.iter().position(|value| !value.is_finite()) {
            Some(place) => Err(fault(format!("value {place} is not finite"))),
            None => Ok(values),
        }
    })
}

/// Only an empty directory or an earlier model may be replaced.
fn check_replaceable(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(path.display(), error)),
    };
    if !found.is_dir() {
        return Err(Error::format(path.display(), "is there and is no directory; a model is written as a directory"));
    }
    let mut entries = fs::read_dir(path).map_err(|error| Error::io(path.display(), error))?;
    if entries.next().is_none() || path.join(MANIFEST).is_file() {
        return Ok(());
    }
    Err(Error::format(path.display(), "is a directory that holds something else than a model; it is left as it is"))
}

fn write_directory(path: &Path, files: &Files) -> Result<()> {
    let io = |at: &Path, error| Error::io(at.display(), error);
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|error| io(parent, error))?;
    let fresh = tempfile::Builder::new().prefix(".plaudit-").tempdir_in(parent).map_err(|error| io(parent, error))?;
    for (name, bytes) in files {
        let at = fresh.path().join(name);
        if let Some(folder) = at.parent() {
            fs::create_dir_all(folder).map_err(|error| io(folder, error))?;
        }
        let mut file = File::create_new(&at).map_err(|error| io(&at, error))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| io(&at, error))?;
    }
    if files.keys().any(|name| name.starts_with(ANALYZER)) {
        sync_directory(&fresh.path().join(ANALYZER))?;
    }
    sync_directory(fresh.path())?;
    put_in_place(fresh, path)?;
    sync_directory(parent)
}

/// A directory's entries reach the disk only when it is synced itself; other systems have no such call.
fn sync_directory(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| Error::io(path.display(), error))?;
    }
    Ok(())
}

/// Gives the finished directory its name. Whatever had the name before is removed with the temporary one.
fn put_in_place(fresh: tempfile::TempDir, path: &Path) -> Result<()> {
    let io = |error: std::io::Error| Error::io(path.display(), error);
    if !path.exists() {
        let finished = fresh.keep();
        return fs::rename(&finished, path).map_err(io);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, fresh.path(), CWD, path, RenameFlags::EXCHANGE) {
            Ok(()) => return fresh.close().map_err(io), // the old model
            // A file system that cannot exchange: fall through to two renames.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            Err(error) => return Err(io(error.into())),
        }
    }
    let mut old = fresh.path().as_os_str().to_owned();
    old.push("-old");
    fs::rename(path, &old).map_err(io)?;
    let finished = fresh.keep();
    fs::rename(&finished, path).map_err(io)?;
    fs::remove_dir_all(&old).map_err(io)
}

/// Reads every file that the manifest names, each checked against it.
fn read_directory(path: &Path) -> Result<Files> {
    let manifest = path.join(MANIFEST);
    let bytes = read_plain(&manifest, None)?;
    let name = manifest.display().to_string();
    check_version(&bytes, &name)?;
    let Manifest { files, .. } = parse(&bytes, &name)?;
    if files.keys().any(|file| file.starts_with(ANALYZER)) {
        let folder = path.join(ANALYZER.trim_end_matches('/'));
        let found = fs::symlink_metadata(&folder).map_err(|error| Error::io(folder.display(), error))?;
        if !found.is_dir() {
            return Err(Error::format(folder.display(), "is a link or no directory, which is refused"));
        }
    }
    let mut contents = Files::new();
    for (file, entry) in files {
        check_name(&file).map_err(|reason| Error::format(&name, format!("{file:?}: {reason}")))?;
        let at = path.join(&file);
        let bytes = read_plain(&at, Some(entry.bytes))?;
        if sha256(&bytes) != entry.sha256 {
            return Err(Error::format(
                at.display(),
                "its SHA-256 is not the one in the manifest: the file was changed",
            ));
        }
        contents.insert(file, bytes);
    }
    Ok(contents)
}

/// Reads a plain file of exactly this many bytes; none stands for the manifest, which only has a ceiling.
fn read_plain(path: &Path, expected: Option<u64>) -> Result<Vec<u8>> {
    let found = fs::symlink_metadata(path).map_err(|error| Error::io(path.display(), error))?;
    if !found.is_file() {
        return Err(Error::format(path.display(), "is a link or no plain file, which is refused"));
    }
    let size = found.len();
    match expected {
        Some(expected) if size != expected => {
            return Err(Error::format(path.display(), format!("has {size} bytes; the manifest says {expected}")));
        }
        None if size > MAX_MANIFEST => {
            return Err(Error::format(path.display(), format!("has {size} bytes; at most {MAX_MANIFEST} are read")));
        }
        _ => {}
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| Error::io(path.display(), error))?;
    // One byte more than was there: a file that grows meanwhile fails its checksum instead of filling memory.
    file.take(size.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| Error::io(path.display(), error))?;
    Ok(bytes)
}

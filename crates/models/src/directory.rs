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

use plaudit_core::{Analyzer, Error, Files, Result, Stored, Vocab};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::network::{ParameterSpec, Parameters, Weight};
use crate::{TextClassifier, TrainConfig, TrainReport};

const FORMAT_VERSION: u32 = 1;
const CONFIG: &str = "config.json";
const VOCAB: &str = "vocab.txt";
const WEIGHTS: &str = "model.safetensors";
const REPORT: &str = "report.json";
const MANIFEST: &str = "manifest.json";
const ANALYZER: &str = "analyzer/";
/// The most bytes of the manifest, the configuration, and the header of the weights.
const MAX_TEXT: u64 = 1 << 20;
/// The most bytes of the vocabulary, the report, and each file of the analyzer: a dictionary of millions of words fits.
const MAX_PART: u64 = 1 << 28;
/// How often a model is read anew that was replaced while it was read.
const ATTEMPTS: usize = 10;
/// How the name of a directory begins that is still being written, and ends where it was moved aside.
const UNFINISHED: &str = ".plaudit-saving-";
const OLD: &str = "-old";

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

    /// Reads the model directory `path`. Nothing is allocated by what a header claims; only by what is there, and no more
    /// than a model of this configuration needs. A model that is replaced meanwhile is read anew.
    ///
    /// # Errors
    /// When a file is missing, is a link or no plain file, has another size or checksum than the manifest says, leads out
    /// of the directory, or holds something else than this version expects. The message names the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let at = path.join(MANIFEST);
        let mut manifest = read_plain(&at, None, MAX_TEXT)?;
        let mut result = parse_manifest(&manifest, &at).and_then(|manifest| Self::load_files(path, &manifest));
        for _ in 1..ATTEMPTS {
            if result.is_ok() {
                break;
            }
            let now = read_plain(&at, None, MAX_TEXT)?;
            if now == manifest {
                break;
            }
            manifest = now;
            result = parse_manifest(&manifest, &at).and_then(|manifest| Self::load_files(path, &manifest));
        }
        result
    }

    /// Returns `Ok` where a model may be written to `path`; nothing is written. For a look before a long run.
    ///
    /// # Errors
    /// As [`save`](Self::save), where `path` is there and may not be replaced.
    pub fn check_place(path: impl AsRef<Path>) -> Result<()> {
        check_replaceable(path.as_ref())
    }

    fn load_files(path: &Path, manifest: &Manifest) -> Result<Self> {
        let name_of = |name: &str| path.join(name).display().to_string();
        let file = |name: &str, most: u64| {
            let missing = || Error::format(name_of(name), "is missing from the manifest");
            read_file(path, name, manifest.files.get(name).ok_or_else(missing)?, most)
        };
        let bytes = file(CONFIG, MAX_TEXT)?;
        check_version(&bytes, &name_of(CONFIG))?;
        let config: TrainConfig = parse::<Config>(&bytes, &name_of(CONFIG))?.training;
        config.validate().map_err(|error| Error::malformed(name_of(CONFIG), error))?;
        let Some(labels) = config.labels.clone() else {
            return Err(Error::format(name_of(CONFIG), "training.labels: a model has labels, found none"));
        };
        let text = String::from_utf8(file(VOCAB, MAX_PART)?);
        let text = text.map_err(|_| Error::format(name_of(VOCAB), "is not UTF-8"))?;
        let vocab = Vocab::from_text(&text, &name_of(VOCAB))?;
        let report: TrainReport = parse(&file(REPORT, MAX_PART)?, &name_of(REPORT))?;

        let specs = config.architecture.specs(vocab.len(), labels.len());
        let values = specs.iter().try_fold(0usize, |sum, spec| sum.checked_add(spec.elements()?));
        let most = values.and_then(|values| (values as u64).checked_mul(4)?.checked_add(MAX_TEXT));
        let weights = file(WEIGHTS, most.unwrap_or(u64::MAX))?;
        let parameters = read_weights(&weights, &specs, &name_of(WEIGHTS))?;
        let fits = report.train_labels.len() == labels.len()
            && report.vocab == vocab.len()
            && (1..=report.epochs.len()).contains(&report.best_epoch);
        if !fits {
            return Err(Error::format(name_of(REPORT), "its labels, vocabulary or epochs are not those of this model"));
        }

        let folder = path.join(ANALYZER.trim_end_matches('/'));
        let mut own = Files::new();
        for (name, entry) in &manifest.files {
            if let Some(short) = name.strip_prefix(ANALYZER) {
                let found = fs::symlink_metadata(&folder).map_err(|error| Error::io(folder.display(), error))?;
                if !found.is_dir() {
                    return Err(Error::format(folder.display(), "is a link or no directory, which is refused"));
                }
                own.insert(short.to_owned(), read_file(path, name, entry, MAX_PART)?);
            } else if ![CONFIG, VOCAB, WEIGHTS, REPORT].contains(&name.as_str()) {
                return Err(Error::format(name_of(MANIFEST), format!("{name:?} is no file of a model")));
            }
        }
        let network = config.architecture.network(parameters);
        Self::new(A::from_files(&own)?, vocab, labels, config, network, report)
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
    let found = SafeTensors::deserialize(bytes).map_err(|error| Error::malformed(name, error))?;
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

/// Only an empty directory, or one that holds a model and nothing else, may be replaced.
fn check_replaceable(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(path.display(), error)),
    };
    if !found.is_dir() {
        return Err(Error::format(path.display(), "is there and is no directory; a model is written as a directory"));
    }
    let mut names = Vec::new();
    list(path, "", &mut names)?;
    if names.is_empty() {
        return Ok(());
    }
    let manifest = path.join(MANIFEST);
    let ours = read_plain(&manifest, None, MAX_TEXT)
        .and_then(|bytes| parse_manifest(&bytes, &manifest))
        .map_err(|_| Error::format(path.display(), "is a directory that holds no model; it is left as it is"))?;
    match names.into_iter().find(|name| name != MANIFEST && !ours.files.contains_key(name)) {
        None => Ok(()),
        Some(other) => Err(Error::format(
            path.display(),
            format!("holds {other:?} beside a model, which would be lost; it is left as it is"),
        )),
    }
}

/// Adds the names of everything in a directory, and in its `analyzer` folder.
fn list(path: &Path, prefix: &str, names: &mut Vec<String>) -> Result<()> {
    let io = |error| Error::io(path.display(), error);
    for entry in fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if format!("{name}/") == ANALYZER && entry.file_type().map_err(io)?.is_dir() {
            list(&entry.path(), ANALYZER, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

fn write_directory(path: &Path, files: &Files) -> Result<()> {
    let io = |at: &Path, error| Error::io(at.display(), error);
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|error| io(parent, error))?;
    let lock = lock(parent);
    let fresh = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(parent).map_err(|error| io(parent, error))?;
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
    sync_directory(parent)?;
    sweep(parent, lock);
    Ok(())
}

/// Returns a shared lock on the directory that holds models, where the system has such: held while one is written there.
fn lock(parent: &Path) -> Option<File> {
    let directory = File::open(parent).ok()?;
    directory.lock_shared().ok()?;
    Some(directory)
}

/// Removes what killed saves left in the directory. Who can have the lock alone knows that nobody is writing there.
fn sweep(parent: &Path, lock: Option<File>) {
    let (Some(lock), Ok(entries)) = (lock, fs::read_dir(parent)) else { return };
    if lock.try_lock().is_err() {
        return;
    }
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // What ends in OLD may be the only model there is: a system without exchange was stopped between two renames.
        if name.starts_with(UNFINISHED) && !name.ends_with(OLD) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir_all(entry.path()); // it is out of the way of everything but tidiness
        }
    }
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
        fs::rename(fresh.path(), path).map_err(io)?;
        let _ = fresh.keep(); // it has its name: nothing is left to remove
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, fresh.path(), CWD, path, RenameFlags::EXCHANGE) {
            Ok(()) => {
                // The old model. Where it cannot be removed, the new one is in its place all the same.
                let _ = fresh.close();
                return Ok(());
            }
            // A file system that cannot exchange: fall through to two renames.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
            Err(error) => return Err(io(error.into())),
        }
    }
    two_renames(fresh, path).map_err(io)
}

/// The exchange for systems that have none. Where the second rename fails, the first is undone.
fn two_renames(fresh: tempfile::TempDir, path: &Path) -> std::io::Result<()> {
    let mut old = fresh.path().as_os_str().to_owned();
    old.push(OLD);
    fs::rename(path, &old)?;
    if let Err(error) = fs::rename(fresh.path(), path) {
        fs::rename(&old, path)?;
        return Err(error);
    }
    let _ = fresh.keep(); // it has its name: nothing is left to remove
    fs::remove_dir_all(&old)
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

/// Reads a plain file of exactly this many bytes, where the manifest says, and of no more than `most`.
fn read_plain(path: &Path, expected: Option<u64>, most: u64) -> Result<Vec<u8>> {
    let found = fs::symlink_metadata(path).map_err(|error| Error::io(path.display(), error))?;
    if !found.is_file() {
        return Err(Error::format(path.display(), "is a link or no plain file, which is refused"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_renames_replace_or_leave_as_it_was() {
        let scratch = tempfile::tempdir().unwrap();
        let fresh = |text: &str| {
            let fresh = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(scratch.path()).unwrap();
            fs::write(fresh.path().join("file"), text).unwrap();
            fresh
        };
        let path = scratch.path().join("model");
        fs::create_dir(&path).unwrap();
        two_renames(fresh("new"), &path).unwrap();
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "new");
        // The new directory vanishes before the second rename: the old one is put back.
        let gone = fresh("gone");
        fs::remove_dir_all(gone.path()).unwrap();
        assert!(two_renames(gone, &path).is_err());
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "new");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }
}

//! What every model directory has: a manifest, and the analyzer's own files.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use plaudit_core::{Error, Files, Result, Stored};

use super::{ANALYZER, FORMAT_VERSION, MANIFEST, MAX_PART, MAX_TEXT};
use super::{Entry, Manifest, check_name, check_size, in_file, json, kind, parse_manifest, read_file, read_plain};
use super::{sha256, write};

/// How often a model is read anew that was replaced while it was read.
const ATTEMPTS: usize = 10;

/// Writes these files, none larger than `most` says, and their manifest as the directory `path`.
pub(crate) fn save(path: &Path, mut files: Files, most: impl Fn(&str) -> u64) -> Result<()> {
    write::check_replaceable(path)?;
    let mut manifest = Manifest { format_version: FORMAT_VERSION, files: BTreeMap::new() };
    for (name, bytes) in &files {
        check_name(name).map_err(|reason| Error::format(name, reason))?;
        check_size(name, bytes, most(name))?;
        let entry = Entry { bytes: bytes.len() as u64, sha256: sha256(bytes) };
        manifest.files.insert(name.clone(), entry);
    }
    let bytes = json(&manifest)?;
    check_size(MANIFEST, &bytes, MAX_TEXT)?;
    files.insert(MANIFEST.to_owned(), bytes);
    write::write_directory(path, &files)
}

/// Returns what `read` makes of the directory `path`. One that is replaced meanwhile is read anew.
pub(crate) fn load<T>(path: &Path, read: impl Fn(&Folder<'_>) -> Result<T>) -> Result<T> {
    let at = path.join(MANIFEST);
    let mut manifest = read_plain(&at, None, MAX_TEXT).map_err(|error| match (&error, write::moved_aside(path)) {
        (Error::Io { source, .. }, Some(old)) if source.kind() == ErrorKind::NotFound => {
            let reason = format!("a save was broken off; the earlier model is {}: rename it", old.display());
            Error::format(path.display(), reason)
        }
        _ => error,
    })?;
    let read = |manifest: &[u8]| parse_manifest(manifest, &at).and_then(|manifest| read(&Folder { path, manifest }));
    let mut result = read(&manifest);
    for _ in 1..ATTEMPTS {
        if result.is_ok() {
            break;
        }
        let now = read_plain(&at, None, MAX_TEXT)?;
        if now == manifest {
            break;
        }
        manifest = now;
        result = read(&manifest);
    }
    result
}

/// A model directory whose manifest has been read.
pub(crate) struct Folder<'a> {
    path: &'a Path,
    manifest: Manifest,
}

impl Folder<'_> {
    /// The path of a file, for messages.
    pub(crate) fn name_of(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    /// Whether the manifest names this file.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.manifest.files.contains_key(name)
    }

    /// The bytes of a file, checked against the manifest, and no more than `most`.
    pub(crate) fn file(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        let entry = self.manifest.files.get(name);
        let entry = entry.ok_or_else(|| Error::format(self.name_of(name), "is missing from the manifest"))?;
        read_file(self.path, name, entry, most)
    }

    /// The analyzer, or what else has its files in that folder; beside it there may be no files but the `known` ones.
    pub(crate) fn analyzer<A: Stored>(&self, known: &[&str]) -> Result<A> {
        let folder = self.path.join(ANALYZER.trim_end_matches('/'));
        let mut own = Files::new();
        for name in self.manifest.files.keys() {
            if let Some(short) = name.strip_prefix(ANALYZER) {
                let found = fs::symlink_metadata(&folder).map_err(|error| Error::io(folder.display(), error))?;
                if !found.is_dir() {
                    return Err(Error::format(folder.display(), kind(&found, "a directory")));
                }
                own.insert(short.to_owned(), self.file(name, MAX_PART)?);
            } else if !known.contains(&name.as_str()) {
                return Err(Error::format(self.name_of(MANIFEST), format!("{name:?} is no file of a model")));
            }
        }
        A::from_files(&own).map_err(|error| {
            let name = match &error {
                Error::Format { source_name, .. } => folder.join(source_name).display().to_string(),
                _ => folder.display().to_string(),
            };
            match in_file(&name, error) {
                Error::Format { reason, source, .. } => Error::Format { source_name: name, reason, source },
                error => error,
            }
        })
    }
}

//! Files that a recipe writes: whole or not at all, and never over what it reads.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use plaudit::Error;

use super::{Result, usage};

/// A file under construction: written beside its place, and renamed when it is whole. What is no regular file (a pipe, a
/// device) is written as it comes.
pub(crate) struct Output {
    path: PathBuf,
    writer: BufWriter<File>,
    fresh: Option<tempfile::TempPath>,
}

impl Output {
    /// Returns the file, empty; what stands under its name stays until [`finish`](Self::finish).
    pub(crate) fn create(path: &str) -> Result<Self> {
        let io = |error| Error::io(path, error);
        let place = resolved(Path::new(path), LINKS);
        let old = std::fs::metadata(&place).ok();
        if old.is_some() {
            // Who may not write a file may not replace it; and a pipe is opened once.
            let file = OpenOptions::new().write(true).open(&place).map_err(io)?;
            if !old.as_ref().is_some_and(Metadata::is_file) {
                return Ok(Self { path: place, writer: BufWriter::new(file), fresh: None });
            }
        }
        let mut fresh = tempfile::Builder::new();
        fresh.prefix(".plaudit-saving-");
        #[cfg(unix)] // as any other new file, not for its owner alone
        fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let (file, fresh) = fresh.tempfile_in(parent(&place)).map_err(io)?.into_parts();
        if let Some(old) = old {
            file.set_permissions(old.permissions()).map_err(io)?;
        }
        Ok(Self { path: place, writer: BufWriter::new(file), fresh: Some(fresh) })
    }

    /// Puts the file in its place.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()?;
        match self.fresh.take() {
            Some(fresh) => {
                Ok(fresh.persist(&self.path).map_err(|error| Error::io(self.path.display(), error.error))?)
            }
            None => Ok(()),
        }
    }

    fn named(&self, error: &io::Error) -> io::Error {
        named(self.path.display(), error)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes).map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().map_err(|error| self.named(&error))
    }
}

/// Returns the error with the name of what could not be written.
pub(crate) fn named(name: impl std::fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

/// Refuses an output that is one of the inputs or another output, also by another name. Each is an option's name and a path.
pub(crate) fn check_apart(inputs: &[(&str, &str)], outputs: &[(&str, &str)]) -> Result<()> {
    for (place, &(name, path)) in outputs.iter().enumerate() {
        let earlier = outputs.iter().take(place);
        if let Some((other, _)) = inputs.iter().chain(earlier).find(|(_, other)| is_same(path, other)) {
            return Err(usage(format!("--{name} and --{other} are the same file: {path}")));
        }
    }
    Ok(())
}

/// Returns whether both are one regular file, or will be.
fn is_same(a: &str, b: &str) -> bool {
    match (std::fs::metadata(a), std::fs::metadata(b)) {
        (Ok(a), Ok(b)) if !a.is_file() || !b.is_file() => return false, // /dev/null may be both
        #[cfg(unix)]
        (Ok(a), Ok(b)) => {
            use std::os::unix::fs::MetadataExt;
            return (a.dev(), a.ino()) == (b.dev(), b.ino());
        }
        _ => {}
    }
    resolved(Path::new(a), LINKS) == resolved(Path::new(b), LINKS)
}

/// Returns whether a file lies, or will lie, in a folder or in one of its folders.
pub(crate) fn is_inside(path: &str, folder: &Path) -> bool {
    resolved(Path::new(path), LINKS).starts_with(resolved(folder, LINKS))
}

/// The most links that are followed from name to name.
const LINKS: usize = 16;

/// Returns the path without links; its last part need not exist.
fn resolved(path: &Path, links: usize) -> PathBuf {
    if let Ok(path) = path.canonicalize() {
        return path;
    }
    if let Some(target) = path.read_link().ok().filter(|_| links > 0) {
        return resolved(&parent(path).join(target), links - 1);
    }
    let folder = parent(path).canonicalize().unwrap_or_else(|_| parent(path).to_owned());
    path.file_name().map_or_else(|| path.to_owned(), |name| folder.join(name))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

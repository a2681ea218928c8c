//! Writing a model directory: beside its place, then exchanged; what was there before is removed file by file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use plaudit_core::{Error, Files, Result};

use super::{
    ANALYZER, CALIBRATED_ON, CALIBRATION, CARD, CONFIG, EVALUATION, MANIFEST, MAX_TEXT, Manifest, REPORT, SEEN, VOCAB,
    WEIGHTS,
};
use super::{parse_manifest, read_plain, sha256};

/// How the name of a directory begins that is still being written; the model's name and [`RANDOM`] characters follow.
const UNFINISHED: &str = ".plaudit-saving-";
const RANDOM: usize = 6;
/// How that name ends where an earlier model was moved aside, on a system that cannot exchange.
const OLD: &str = "-old";
/// The most bytes of a model's name that stand in such names; a longer one is told by its checksum.
const MAX_NAME: usize = 200;
/// How often a directory is made anew that another process swept before it was locked.
const ATTEMPTS: usize = 10;

/// Only an empty directory, or one that holds a model and nothing else, may be replaced.
pub(super) fn check_replaceable(path: &Path) -> Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io(path.display(), error)),
    };
    if !found.is_dir() {
        let what = if found.is_symlink() { "is a link" } else { "is there and is no directory" };
        return Err(Error::format(path.display(), format!("{what}; a model is written as a directory")));
    }
    let names = list(path)?;
    if names.is_empty() {
        return Ok(());
    }
    let manifest = read_manifest(path).map_err(|error| match error {
        Error::Io { source, .. } if source.kind() == ErrorKind::NotFound => {
            Error::format(path.display(), "is a directory that holds no model; it is left as it is")
        }
        error => Error::Format {
            source_name: path.display().to_string(),
            reason: format!("is a directory that holds no model of this program; it is left as it is ({error})"),
            source: Some(Box::new(error)),
        },
    })?;
    match names.into_iter().find(|name| name != MANIFEST && !manifest.files.contains_key(name)) {
        None => Ok(()),
        Some(other) => Err(Error::format(
            path.display(),
            format!("holds {other:?} beside a model, which would be lost; it is left as it is"),
        )),
    }
}

/// As [`check_replaceable`], and a directory can be made there; nothing is left behind.
pub(super) fn check_place(path: &Path) -> Result<()> {
    let name = name(path)?;
    check_replaceable(path)?;
    let mut nearest = parent(path);
    while let (false, Some(above)) = (nearest.exists(), nearest.parent()) {
        nearest = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    }
    let io = |error| Error::io(path.display(), error);
    let scratch = tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(nearest).map_err(io)?;
    fs::create_dir(scratch.path().join(name)).map_err(io)
}

/// Writes these files as the directory `path`.
pub(super) fn write_directory(path: &Path, files: &Files) -> Result<()> {
    let (name, parent) = (name(path)?, parent(path));
    fs::create_dir_all(parent).map_err(|error| Error::io(parent.display(), error))?;
    let (fresh, lock) = create(parent, name)?;
    // The manifest first: whatever else lies in a leftover is then named there.
    let mut ordered: Vec<_> = files.iter().collect();
    ordered.sort_by_key(|(name, _)| name.as_str() != MANIFEST); // stable
    for (name, bytes) in ordered {
        write_file(&fresh.path().join(name), bytes)?;
    }
    if files.keys().any(|name| name.starts_with(ANALYZER)) {
        sync_directory(&fresh.path().join(ANALYZER))?;
    }
    sync_directory(fresh.path())?;
    // From here on the directory may be an earlier model, which is never removed blindly.
    let fresh = fresh.keep();
    let earlier = put_in_place(&fresh, path).map_err(|error| {
        let _ = remove_model(&fresh); // the error tells more
        Error::io(path.display(), error)
    })?;
    drop(lock);
    // Before the earlier model is removed: after a crash there is one of the two.
    sync_directory(parent)?;
    if let Some(earlier) = earlier {
        discard(&earlier, path, name)?;
    }
    sweep(parent, name);
    Ok(())
}

/// Writes a new file, and its folder where there is none.
fn write_file(at: &Path, bytes: &[u8]) -> Result<()> {
    let io = |error| Error::io(at.display(), error);
    if let Some(folder) = at.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let mut file = File::create_new(at).map_err(io)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io)
}

/// Writes these bytes as the file `path`: beside it, synced, then renamed over what is there.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let io = |error| Error::io(path.display(), error);
    let mut fresh = tempfile::Builder::new();
    fresh.prefix(UNFINISHED);
    #[cfg(unix)] // as any other new file, not for its owner alone
    fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut fresh = fresh.tempfile_in(parent(path)).map_err(io)?;
    fresh.write_all(bytes).and_then(|()| fresh.as_file().sync_all()).map_err(io)?;
    fresh.persist(path).map_err(|error| io(error.error))?;
    sync_directory(parent(path))
}

/// The model's own name: the last part of its path.
fn name(path: &Path) -> Result<&OsStr> {
    let fault = || Error::format(format!("{:?}", path.display().to_string()), "expected the name of a directory");
    path.file_name().ok_or_else(fault)
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The name, or its checksum where it leaves no room for more.
fn short(name: &OsStr) -> OsString {
    if name.len() <= MAX_NAME { name.to_owned() } else { sha256(name.as_encoded_bytes()).into() }
}

/// How the names of this model's unfinished directories begin.
fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(UNFINISHED);
    prefix.push(short(name));
    prefix.push("-");
    prefix
}

/// Makes the directory to write in, locked as long as it is unfinished: nobody takes it for a leftover.
fn create(parent: &Path, name: &OsStr) -> Result<(tempfile::TempDir, Option<File>)> {
    let io = |error| Error::io(parent.display(), error);
    for _ in 0..ATTEMPTS {
        let prefix = prefix(name);
        let fresh = tempfile::Builder::new().prefix(&prefix).rand_bytes(RANDOM).tempdir_in(parent).map_err(io)?;
        match lock(fresh.path()) {
            Ok(lock) if fresh.path().is_dir() => return Ok((fresh, lock)),
            _ => {} // swept between making and locking
        }
    }
    Err(io(io::Error::other("every directory made here was removed by another process")))
}

/// Returns the lock on a directory, or none where the system has no such; never waits. An error of the kind `WouldBlock`
/// says that somebody else has it.
fn lock(directory: &Path) -> io::Result<Option<File>> {
    let file = match File::open(directory) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(error),
        Err(_) => return Ok(None), // Windows opens no directories
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Gives the finished directory its name. Returns where an earlier one is now.
fn put_in_place(fresh: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    match fs::rename(fresh, path) {
        Ok(()) => return Ok(None), // nothing was there, or an empty directory
        Err(error) if !path.is_dir() => return Err(error),
        Err(_) => {}
    }
    if exchange(fresh, path)? { Ok(Some(fresh.to_owned())) } else { two_renames(fresh, path).map(Some) }
}

/// Exchanges two directories in one step. Returns `false` where the system or the file system cannot.
#[cfg(target_os = "linux")]
fn exchange(fresh: &Path, path: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, fresh, CWD, path, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

/// The exchange for systems that have none. Where the second rename fails, the first is undone.
fn two_renames(fresh: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut old = fresh.as_os_str().to_owned();
    old.push(OLD);
    let old = PathBuf::from(old);
    let _lock = lock(path).ok(); // it is nobody's leftover between the renames
    fs::rename(path, &old)?;
    if let Err(error) = fs::rename(fresh, path) {
        fs::rename(&old, path).map_err(|_| {
            io::Error::new(error.kind(), format!("{error}; what was there before is now {}", old.display()))
        })?;
        return Err(error);
    }
    Ok(old)
}

/// Removes the earlier model. Where it is not just a model (somebody put a file there while the new one was written), it
/// is kept under a name that is seen, and the error says which.
fn discard(earlier: &Path, path: &Path, name: &OsStr) -> Result<()> {
    // Another save may sweep it, or have swept it.
    let Ok(lock) = lock(earlier) else { return Ok(()) };
    if !earlier.exists() {
        return Ok(());
    }
    if check_replaceable(earlier).is_ok() && remove_model(earlier).is_ok() {
        return Ok(());
    }
    drop(lock);
    let random = earlier.file_name().map(OsStr::as_encoded_bytes).unwrap_or_default();
    let random = random.strip_prefix(prefix(name).as_encoded_bytes()).unwrap_or_default();
    let mut kept = short(name);
    kept.push(format!("{OLD}-{}", String::from_utf8_lossy(random.get(..RANDOM).unwrap_or_default())));
    let kept = path.with_file_name(kept);
    let kept = if fs::rename(earlier, &kept).is_ok() { &kept } else { earlier };
    let reason =
        format!("the model is saved, but what was here before is not just a model: kept as {}", kept.display());
    Err(Error::format(path.display(), reason))
}

/// Removes what killed saves left in this folder, of models whose names are wanted.
pub(crate) fn sweep_all(parent: &Path, wanted: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let found = entry.file_name().to_string_lossy().into_owned();
        let rest = found.strip_prefix(UNFINISHED).map(|rest| rest.strip_suffix(OLD).unwrap_or(rest));
        if let Some((name, _)) = rest.and_then(|rest| rest.rsplit_once('-')).filter(|(name, _)| wanted(name)) {
            sweep(parent, OsStr::new(name));
        }
    }
}

/// Removes what killed saves of this model left. What cannot be locked is being written by another process; what holds
/// anything but a model's files stays.
fn sweep(parent: &Path, name: &OsStr) {
    for left in leftovers(parent, name) {
        // Its new model is in place: one that was moved aside is the only one no more.
        if let Ok(Some(_lock)) = lock(&left) {
            let _ = remove_model(&left); // it is out of the way of everything but tidiness
        }
    }
}

/// The directories that killed saves of this model left, never those of another.
fn leftovers(parent: &Path, name: &OsStr) -> Vec<PathBuf> {
    let prefix = prefix(name);
    let ours = |entry: &fs::DirEntry| {
        let found = entry.file_name();
        let Some(rest) = found.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes()) else { return false };
        let random = rest.strip_suffix(OLD.as_bytes()).unwrap_or(rest);
        let kind = entry.file_type();
        random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric) && kind.is_ok_and(|kind| kind.is_dir())
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.filter(ours).map(|entry| entry.path()).collect()
}

/// Where a killed save has moved the model aside that was at `path`, on a system that cannot exchange.
pub(super) fn moved_aside(path: &Path) -> Option<PathBuf> {
    let old = |left: &PathBuf| left.as_os_str().as_encoded_bytes().ends_with(OLD.as_bytes());
    leftovers(parent(path), path.file_name()?).into_iter().find(old)
}

/// Removes a model's files one by one, finished or not, and the folders when they are empty. Where anything else is there
/// nothing is removed; what comes in meanwhile stays.
pub(crate) fn remove_model(directory: &Path) -> Result<()> {
    let io = |error| Error::io(directory.display(), error);
    let mut known: Vec<String> =
        [CONFIG, VOCAB, WEIGHTS, REPORT, SEEN, CALIBRATION, CALIBRATED_ON, EVALUATION, CARD].map(String::from).into();
    known.extend(read_manifest(directory).into_iter().flat_map(|manifest| manifest.files.into_keys()));
    if let Some(other) = list(directory)?.into_iter().find(|name| name != MANIFEST && !known.contains(name)) {
        return Err(Error::format(directory.display(), format!("holds {other:?}, which is no file of a model")));
    }
    let files = known.iter().map(|name| fs::remove_file(directory.join(name)));
    let folder = std::iter::once_with(|| fs::remove_dir(directory.join(ANALYZER)));
    // The manifest last: a removal that is broken off leaves what the next one knows.
    let rest = std::iter::once_with(|| fs::remove_file(directory.join(MANIFEST)));
    for removed in files.chain(folder).chain(rest).chain(std::iter::once_with(|| fs::remove_dir(directory))) {
        match removed {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
    }
    Ok(())
}

fn read_manifest(directory: &Path) -> Result<Manifest> {
    let at = directory.join(MANIFEST);
    parse_manifest(&read_plain(&at, None, MAX_TEXT)?, &at)
}

/// The names of everything in a directory, and in its `analyzer` folder.
fn list(directory: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut folders = vec![(directory.to_owned(), "")];
    while let Some((folder, prefix)) = folders.pop() {
        let io = |error| Error::io(folder.display(), error);
        for entry in fs::read_dir(&folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if format!("{name}/") == ANALYZER && entry.file_type().map_err(io)?.is_dir() {
                folders.push((entry.path(), ANALYZER));
            } else {
                names.push(name);
            }
        }
    }
    Ok(names)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(scratch: &Path, text: &str) -> PathBuf {
        let (fresh, _) = create(scratch, OsStr::new("model")).unwrap();
        fs::write(fresh.path().join(CONFIG), text).unwrap();
        fresh.keep()
    }

    fn config(path: &Path) -> String {
        fs::read_to_string(path.join(CONFIG)).unwrap()
    }

    #[test]
    fn two_renames_replace_or_leave_as_it_was() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("model");
        fs::create_dir(&path).unwrap();
        let old = two_renames(&fresh(scratch.path(), "new"), &path).unwrap();
        assert_eq!(config(&path), "new");
        assert_eq!(moved_aside(&path), Some(old.clone()));
        remove_model(&old).unwrap();
        // The new directory vanishes before the second rename: the old one is put back.
        let gone = fresh(scratch.path(), "gone");
        fs::remove_dir_all(&gone).unwrap();
        assert!(two_renames(&gone, &path).is_err());
        assert_eq!(config(&path), "new");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn whoever_comes_first_makes_way_for_the_second() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("model");
        // Both were begun while nothing was there.
        let (first, second) = (fresh(scratch.path(), "first"), fresh(scratch.path(), "second"));
        assert_eq!(put_in_place(&first, &path).unwrap(), None);
        let earlier = put_in_place(&second, &path).unwrap().unwrap();
        assert_eq!((config(&path), config(&earlier)), ("second".to_owned(), "first".to_owned()));
    }

    #[test]
    fn a_file_put_there_meanwhile_is_kept_under_a_name() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("model");
        let earlier = fresh(scratch.path(), "{}");
        fs::write(earlier.join("notes.txt"), "mine").unwrap();
        let message = discard(&earlier, &path, OsStr::new("model")).unwrap_err().to_string();
        let kept = fs::read_dir(scratch.path()).unwrap().next().unwrap().unwrap().path();
        assert!(message.contains("model is saved") && message.ends_with(&kept.display().to_string()), "{message}");
        assert!(kept.file_name().unwrap().to_str().unwrap().starts_with("model-old-"));
        assert_eq!(fs::read_to_string(kept.join("notes.txt")).unwrap(), "mine");
        assert_eq!(config(&kept), "{}");
    }

    #[cfg(unix)]
    #[test]
    fn names_of_any_length_leave_room() {
        let long = "n".repeat(255);
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join(&long);
        check_place(&path).unwrap();
        let files = Files::from([(CONFIG.to_owned(), b"{}".to_vec())]);
        write_directory(&path, &files).unwrap();
        assert_eq!(config(&path), "{}");
        assert!(check_place(&scratch.path().join(long + "n")).is_err());
    }
}

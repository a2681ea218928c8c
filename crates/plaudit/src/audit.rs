//! What a decision came from, for the log of decisions.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use plaudit_core::{Error, Result};
use plaudit_promotion::audit::Digest;

/// Folders in folders are read so deep.
const DEEPEST: usize = 16;

/// Returns the SHA-256 of each of these files, by the names that are given; of a folder, such as a saved model, that of each
/// file in it, by the folder's name, `/` and its path in the folder. Files are read piece by piece: their size does not matter.
///
/// They are what [`Decision::digests`](crate::promotion::audit::Decision::digests) holds. Take them before the files are used,
/// and again when the decision is recorded: a file that changed meanwhile has two.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("plaudit-digests-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let file = folder.join("feedback.csv");
/// std::fs::write(&file, "text\nfine\n").unwrap();
/// let digests = plaudit::digests([("data", file.as_path()), ("model", folder.as_path())])?;
/// assert_eq!(digests["data"], digests["model/feedback.csv"]);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), plaudit::Error>(())
/// ```
///
/// # Errors
/// When one cannot be read, a folder holds a link, a device or a name that is not UTF-8, or folders lie more than 16 deep.
pub fn digests<'a>(sources: impl IntoIterator<Item = (&'a str, &'a Path)>) -> Result<BTreeMap<String, Digest>> {
    let mut digests = BTreeMap::new();
    for (name, path) in sources {
        let found = fs::metadata(path).map_err(|error| Error::io(path.display(), error))?;
        if found.is_dir() {
            of_folder(name, path, 0, &mut digests)?;
        } else {
            digests.insert(name.to_owned(), of_file(path)?);
        }
    }
    Ok(digests)
}

fn of_file(path: &Path) -> Result<Digest> {
    let file = File::open(path).map_err(|error| Error::io(path.display(), error))?;
    Digest::of_reader(path.display(), file)
}

fn of_folder(name: &str, folder: &Path, deep: usize, digests: &mut BTreeMap<String, Digest>) -> Result<()> {
    let io = |error| Error::io(folder.display(), error);
    if deep > DEEPEST {
        return Err(Error::format(folder.display(), format!("lies more than {DEEPEST} folders deep")));
    }
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let path = entry.path();
        let Ok(own) = entry.file_name().into_string() else {
            return Err(Error::format(path.display(), "has a name that is not UTF-8; expected one that is"));
        };
        let (name, kind) = (format!("{name}/{own}"), entry.file_type().map_err(io)?);
        if kind.is_dir() {
            of_folder(&name, &path, deep + 1, digests)?;
        } else if kind.is_file() {
            digests.insert(name, of_file(&path)?);
        } else {
            return Err(Error::format(path.display(), "is a link or a device; expected files and folders"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("model/analyzer")).unwrap();
        for (name, text) in
            [("model/b.json", "b"), ("model/a.json", "a"), ("model/analyzer/a.json", "a"), ("f.csv", "")]
        {
            fs::write(at(name), text).unwrap();
        }
        let (model, file) = (at("model"), at("f.csv"));
        let found = digests([("model", model.as_path()), ("data", file.as_path())]).unwrap();
        let names: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(names, ["data", "model/a.json", "model/analyzer/a.json", "model/b.json"]);
        assert!(found["model/a.json"] == Digest::of("a") && found["data"] == Digest::of(""));
        assert!(digests([("data", at("none").as_path())]).unwrap_err().to_string().contains("none"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&model, at("model/again")).unwrap();
            assert!(digests([("model", model.as_path())]).unwrap_err().to_string().contains("is a link"));
        }
        assert!(digests([]).unwrap().is_empty());
    }
}

//! A finished picture beside its data.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// A picture, and the data that it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Picture {
    /// The name of its files, without an ending: `roc`, for example. Change it to keep two of a kind in one folder.
    pub name: String,
    /// The picture, as an SVG document in UTF-8.
    pub svg: String,
    /// All the data, as CSV (RFC 4180, with `\n`) with a heading.
    pub csv: String,
}

impl Picture {
    pub(super) fn new(name: &str, svg: String, table: Table) -> Self {
        Self { name: name.to_owned(), svg, csv: table.0 }
    }

    /// Writes `NAME.svg` and `NAME.csv` into `folder`, which is made where there is none, and returns their paths. Each
    /// is written beside its place and renamed over what is there: a reader sees the old file or the new one.
    ///
    /// # Errors
    /// When the name is not that of a file, or the folder or a file cannot be written; the message names the path.
    pub fn save(&self, folder: impl AsRef<Path>) -> Result<[PathBuf; 2]> {
        let folder = folder.as_ref();
        let odd = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
        if self.name.trim().is_empty() || self.name.starts_with('.') || self.name.contains(odd) {
            let expected = "a file's name without folder and ending, such as `roc`";
            return Err(Error::config(format!("picture: the name is {:?}; expected {expected}", self.name)));
        }
        fs::create_dir_all(folder).map_err(|error| Error::io(folder.display(), error))?;
        let paths = ["svg", "csv"].map(|ending| folder.join(format!("{}.{ending}", self.name)));
        for (path, text) in paths.iter().zip([&self.svg, &self.csv]) {
            replace(folder, path, text).map_err(|error| Error::io(path.display(), error))?;
        }
        Ok(paths)
    }
}

fn replace(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let mut fresh = tempfile::Builder::new();
    fresh.prefix(".plaudit-saving-");
    #[cfg(unix)] // as any other new file, not for its owner alone
    fresh.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut fresh = fresh.tempfile_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The data of a picture, row by row.
pub(super) struct Table(String);

/// A field of a [`Table`].
pub(super) enum Field<'a> {
    /// A name that came from outside.
    Name(&'a str),
    /// A word of ours.
    Word(&'a str),
    Count(u64),
    Number(f64),
}

impl From<Option<f64>> for Field<'_> {
    fn from(number: Option<f64>) -> Self {
        number.map_or(Self::Word(""), Self::Number)
    }
}

impl Table {
    pub(super) fn new(heading: &str) -> Self {
        Self(format!("{heading}\n"))
    }

    pub(super) fn push<'a>(&mut self, row: impl IntoIterator<Item = Field<'a>>) {
        for (place, field) in row.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            let _ = match field {
                Field::Name(name) => {
                    self.push_name(name);
                    Ok(())
                }
                Field::Word(word) => self.0.write_str(word),
                Field::Count(count) => write!(self.0, "{count}"),
                // Its shortest form that reads back as the same number.
                Field::Number(number) => write!(self.0, "{number:?}"),
            }; // a string takes everything
        }
        self.0.push('\n');
    }

    fn push_name(&mut self, name: &str) {
        let quoted = name.is_empty() || name.contains([',', '"', '\n', '\r']);
        if quoted {
            self.0.push('"');
        }
        if is_formula(name) {
            self.0.push('\'');
        }
        self.0.push_str(&name.replace('"', "\"\""));
        if quoted {
            self.0.push('"');
        }
    }
}

/// Whether a spreadsheet might run this name, or take its first character for the mark that it shall not.
fn is_formula(name: &str) -> bool {
    name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '\''])
        && name.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(name: &str) -> Picture {
        Picture { name: name.to_owned(), svg: "<svg/>".to_owned(), csv: "a\n".to_owned() }
    }

    #[test]
    fn both_files_are_written_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/图");
        let paths = picture("混淆").save(&inner).unwrap();
        assert_eq!(paths, [inner.join("混淆.svg"), inner.join("混淆.csv")]);
        let mut second = picture("混淆");
        second.svg = "<svg></svg>".to_owned();
        second.save(&inner).unwrap();
        assert_eq!(fs::read_to_string(&paths[0]).unwrap(), "<svg></svg>");
        assert_eq!(fs::read_to_string(&paths[1]).unwrap(), "a\n");
        assert_eq!(fs::read_dir(&inner).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_bad_name_or_place_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", " ", "..", "a/b", "a\\b", "c:d", "a\0", ".hidden"] {
            let error = picture(name).save(folder.path()).unwrap_err().to_string();
            assert!(error.contains("expected a file's name"), "{error}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::write(folder.path().join("file"), "").unwrap();
        let error = picture("roc").save(folder.path().join("file")).unwrap_err().to_string();
        assert!(error.contains("file: "), "{error}");
        fs::create_dir_all(folder.path().join("roc.svg/x")).unwrap();
        let error = picture("roc").save(folder.path()).unwrap_err().to_string();
        assert!(error.contains("roc.svg: "), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn names_stay_names() {
        for (name, written) in [
            ("Good", "Good"),
            ("", "\"\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1,2)", "\"'@SUM(1,2)\""),
            ("'tis", "''tis"),
            ("-1", "-1"), // a number is no formula
            ("+1", "+1"),
            ("-1+1", "'-1+1"),
            ("＝A1", "'＝A1"),
        ] {
            let mut table = Table::new("name");
            table.push([Field::Name(name)]);
            assert_eq!(table.0, format!("name\n{written}\n"));
        }
    }

    #[test]
    fn numbers_read_back() {
        let mut table = Table::new("a,b,c,d");
        let row = [Field::Number(0.1 + 0.2), Field::Number(1e-300), Field::Count(u64::MAX), None.into()];
        table.push(row);
        assert_eq!(table.0, "a,b,c,d\n0.30000000000000004,1e-300,18446744073709551615,\n");
    }
}

//! Which format a file has, by its name.

use std::path::Path;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// How rows and columns are written. All are UTF-8, or UTF-16 with a byte-order mark; lines end in `\n` or `\r\n`, and
/// a `\r` elsewhere is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// Comma-separated values with a header, by RFC 4180: a field in quotes may hold commas, line ends and doubled
    /// quotes. A quote inside a field without quotes is text.
    Csv,
    /// Tab-separated values with a header, a row a line. Nothing is quoted or escaped: a quote is text.
    Tsv,
    /// One JSON object a line. Numbers, `true` and `false` are read as they are written, `null` as nothing.
    Jsonl,
    /// One text a line and nothing else: no header, no label; the uid is the line's number. No text at all is no error.
    Lines,
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
    Zstd,
}

/// Returns the format and the compression that the file's name ends in, whatever its case.
///
/// # Errors
/// When the ending is not known.
pub(crate) fn of_path(path: &Path) -> Result<(Format, Compression)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (stem, compression) = match name.rsplit_once('.') {
        Some((stem, "gz")) => (stem, Compression::Gzip),
        Some((stem, "xz")) => (stem, Compression::Xz),
        Some((stem, "zst")) => (stem, Compression::Zstd),
        _ => (name.as_str(), Compression::None),
    };
    let format = match stem.rsplit_once('.') {
        Some((_, "csv")) => Format::Csv,
        Some((_, "tsv")) => Format::Tsv,
        Some((_, "jsonl" | "ndjson")) => Format::Jsonl,
        Some((_, "txt")) => Format::Lines,
        _ => {
            let known = "the file's name must end in .csv, .tsv, .jsonl, .ndjson or .txt, perhaps with .gz, .xz or .zst \
                         after it";
            return Err(Error::format(path.display(), known));
        }
    };
    Ok((format, compression))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for (name, expected) in [
            ("a/b.csv", (Format::Csv, Compression::None)),
            ("B.TSV.XZ", (Format::Tsv, Compression::Xz)),
            ("x.y.jsonl.gz", (Format::Jsonl, Compression::Gzip)),
            ("x.ndjson.zst", (Format::Jsonl, Compression::Zstd)),
            ("x.txt", (Format::Lines, Compression::None)),
        ] {
            assert_eq!(of_path(Path::new(name)).unwrap(), expected, "{name}");
        }
        for name in ["csv", "feedback.xlsx", "a.gz", "a.csv.bz2", "..", ""] {
            let error = of_path(Path::new(name)).unwrap_err().to_string();
            assert!(error.contains(".csv, .tsv, .jsonl, .ndjson or .txt"), "{error}");
        }
    }
}

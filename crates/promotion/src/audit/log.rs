//! The file.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use plaudit_core::{Error, Result, Time};

use super::chain::{Records, TORN, seal, verify};
use super::{Event, Head};

/// A log that is open to be added to, by one writer at a time.
///
/// Each record is written at once and is on the disk (`fsync`) when [`append`](Self::append) returns. What a crash
/// leaves of one is found when the log is opened next: a last line without its newline, which [`repair`](Self::repair)
/// takes away.
///
/// The file is locked as long as it is open ([`File::try_lock`]). The lock is advisory: it keeps off other `AuditLog`s,
/// on the same machine or where the file system hands locks on, and not a text editor. On Windows nobody can read it
/// meanwhile.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: File,
    head: Head,
    bytes: u64,
    /// The divisions of each decision, by its sequence number.
    decisions: BTreeMap<u64, Vec<String>>,
    /// Whether a write failed: what then stands in the file is not known.
    failed: bool,
}

/// What [`AuditLog::repair`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// The log was whole.
    Whole,
    /// The last record was whole but for its newline, which it has now.
    Completed,
    /// What stood after the last whole record was cut off.
    Cut {
        /// What was cut off.
        bytes: Vec<u8>,
    },
}

impl AuditLog {
    /// Returns the log in this file, which is made where there is none. Every line is read and checked.
    ///
    /// # Errors
    /// When the file cannot be opened, another `AuditLog` has it open (an [`Error::Io`] of the kind
    /// [`WouldBlock`](ErrorKind::WouldBlock): try again), or it does not [`verify`](Self::verify): a broken log is not
    /// added to.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let io = |error| Error::io(path.display(), error);
        let file = lock(&path, true)?;
        let mut records = Records::new(path.display(), BufReader::new(&file));
        let mut decisions = BTreeMap::new();
        for record in &mut records {
            let record = record?;
            decisions.extend(divisions(&record.event).map(|divisions| (record.sequence, divisions)));
        }
        let (head, bytes) = records.read_so_far();
        if bytes == 0 {
            // A new file is there after a crash only if its folder says so.
            file.sync_all().map_err(io)?;
            sync_folder(&path).map_err(io)?;
        }
        Ok(Self { path, file, head, bytes, decisions, failed: false })
    }

    /// Returns how far the log goes: keep it elsewhere.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Adds a record and returns the head with it, once it is on the disk.
    ///
    /// # Errors
    /// When an author or a reason is blank, an override names a record that is no decision or a division that it does not
    /// decide about, the file has another length than this log left it with or (on Unix) was replaced, or it cannot be written. After a failed write the file is set back as far as
    /// possible, and the log takes nothing more until it is opened again.
    pub fn append(&mut self, time: Time, event: impl Into<Event>) -> Result<Head> {
        let event = event.into();
        event.validate()?;
        if let Event::Override(other) = &event {
            let Some(divisions) = self.decisions.get(&other.decision) else {
                let message = format!("decision: record {} is no decision of this log", other.decision);
                return Err(Error::config(message));
            };
            if divisions.binary_search(&other.division).is_err() {
                let known: Vec<String> = divisions.iter().take(10).map(|division| format!("`{division}`")).collect();
                let more = if divisions.len() > known.len() { ", .." } else { "" };
                let (division, decision, known) = (&other.division, other.decision, known.join(", "));
                let message = format!(
                    "division: record {decision} decides about none of this name, `{division}`; expected one of {known}{more}"
                );
                return Err(Error::config(message));
            }
        }
        let decides = divisions(&event);
        let (line, head) = seal(&self.head, time, event)?;
        if self.failed {
            return Err(Error::format(
                self.path.display(),
                "a write failed before; expected the log to be opened again",
            ));
        }
        if let Err(error) = self.write(&line) {
            self.failed = true;
            return Err(error);
        }
        self.decisions.extend(decides.map(|divisions| (self.head.count, divisions)));
        self.head = head;
        self.bytes += line.len() as u64;
        Ok(head)
    }

    fn write(&mut self, line: &[u8]) -> Result<()> {
        let io = |error| Error::io(self.path.display(), error);
        let own = self.file.metadata().map_err(io)?;
        if !std::fs::metadata(&self.path).is_ok_and(|named| is_same(&named, &own)) {
            let reason = "another file stands in its place, or none; expected the log that was opened";
            return Err(Error::format(self.path.display(), reason));
        }
        let found = own.len();
        if found != self.bytes {
            let reason = format!("has {found} bytes; expected {}: something else wrote to it", self.bytes);
            return Err(Error::format(self.path.display(), reason));
        }
        let mut written = self.file.seek(SeekFrom::Start(self.bytes)).and_then(|_| self.file.write_all(line));
        if written.is_ok() {
            written = self.file.sync_data();
        }
        written.map_err(|error| {
            // Half a record is worse than none; where even this fails, the next reader finds it.
            let _ = self.file.set_len(self.bytes);
            io(error)
        })
    }

    /// Returns the records of this file, read one line at a time; each is checked, and the first fault is the last
    /// item.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn records(path: impl AsRef<Path>) -> Result<Records<BufReader<File>>> {
        let path = path.as_ref();
        check_file(path)?;
        let file = File::open(path).map_err(|error| Error::io(path.display(), error))?;
        Ok(Records::new(path.display(), BufReader::new(file)))
    }

    /// Returns the head of the log in this file, where every line is what it was when it was written, as far as that
    /// can be known: `kept` is a head that was kept elsewhere, of now or of an earlier day.
    ///
    /// Without it, lines that are missing at the end are not found, nor an end that was written anew with right
    /// digests.
    ///
    /// # Errors
    /// At the first line that is not as it was, an [`Error::Data`] with the line, counted from 1, and a reason that
    /// begins with `changed`, `removed`, `reordered`, `inserted`, `replaced`, `torn` or `cut`. A line that was replaced
    /// by one with a right digest shows in the next line. Also when the file cannot be read. Where somebody is writing
    /// at the moment, the last line may be `torn`.
    pub fn verify(path: impl AsRef<Path>, kept: Option<&Head>) -> Result<Head> {
        verify(Self::records(path)?, kept)
    }

    /// Takes away what a crash left after the last whole record, and returns what it did. A last record that lacks
    /// nothing but its newline gets it.
    ///
    /// # Errors
    /// When the file cannot be opened or written, another `AuditLog` has it open, or a line before its end is not as it
    /// was: that is no crash.
    pub fn repair(path: impl AsRef<Path>) -> Result<Repair> {
        let path = path.as_ref();
        let io = |error| Error::io(path.display(), error);
        let mut file = lock(path, false)?;
        let mut records = Records::new(path.display(), BufReader::new(&file));
        let fault = records.by_ref().find_map(Result::err);
        let (_, bytes) = records.read_so_far();
        let Some(fault) = fault else { return Ok(Repair::Whole) };
        if !matches!(&fault, Error::Data { reason, .. } if reason.starts_with(TORN)) {
            return Err(fault);
        }
        file.seek(SeekFrom::Start(bytes)).map_err(io)?;
        let mut torn = Vec::new();
        BufReader::new(&file).read_to_end(&mut torn).map_err(io)?;
        torn.push(b'\n');
        let again = BufReader::new(&file);
        let whole = whole_with(path, &file, again, bytes, &torn)?;
        torn.pop();
        let done = if whole {
            file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(b"\n")).map_err(io)?;
            Repair::Completed
        } else {
            file.set_len(bytes).map_err(io)?;
            Repair::Cut { bytes: torn }
        };
        file.sync_all().map_err(io)?;
        Ok(done)
    }
}

/// Whether both are one file: what saves by renaming leaves this log with a file that has no name, and its records would be lost.
#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
fn is_same(_: &std::fs::Metadata, _: &std::fs::Metadata) -> bool {
    true
}

/// The divisions of a decision, in order; none of another event.
fn divisions(event: &Event) -> Option<Vec<String>> {
    let Event::Decision(decision) = event else { return None };
    Some(decision.survey.divisions().iter().map(|division| division.division.clone()).collect())
}

/// Whether the first `bytes` of the file and `line` are a log.
fn whole_with(path: &Path, mut file: &File, reader: impl BufRead, bytes: u64, line: &[u8]) -> Result<bool> {
    file.seek(SeekFrom::Start(0)).map_err(|error| Error::io(path.display(), error))?;
    Ok(verify(Records::new(path.display(), reader.take(bytes).chain(line)), None).is_ok())
}

/// Refuses what is there and no file: a pipe would be waited for, a device is read without end.
fn check_file(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(Error::format(path.display(), "is a folder; expected a file")),
        Ok(found) if !found.is_file() => Err(Error::format(path.display(), "is a pipe or a device; expected a file")),
        _ => Ok(()), // where there is none, opening says so
    }
}

/// Returns the file, locked.
fn lock(path: &Path, create: bool) -> Result<File> {
    let io = |error| Error::io(path.display(), error);
    check_file(path)?;
    let file = OpenOptions::new().read(true).write(true).create(create).truncate(false).open(path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let busy = "another writer has this log open; expected one at a time";
            Err(io(io::Error::new(ErrorKind::WouldBlock, busy)))
        }
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

/// Makes an entry of a folder endure.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

//! Lines that hang together.

use std::fmt;
use std::io::{BufRead, Read};

use plaudit_core::{Error, Result, Time};
use serde::{Deserialize, Serialize};

use super::{Digest, Event, Record};

/// How far a log goes: the number of its records and the digest of the last. Kept elsewhere, it is what shows that a
/// log was cut or written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of records.
    pub count: u64,
    /// The digest of the last one; 64 zeros where there is none.
    pub digest: Digest,
}

impl Head {
    /// The head of a log without records.
    pub(crate) const EMPTY: Self = Self { count: 0, digest: Digest::NONE };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records, the last with digest {}", self.count, self.digest)
    }
}

/// What stands between a record's content and its digest: `{..` + BEFORE + 64 digits + AFTER.
const BEFORE: &[u8] = br#","digest":""#;
const AFTER: &[u8] = br#""}"#;
const DIGITS: usize = 64;
/// The most bytes of a line, so that a file that is no log does not fill the memory.
const LONGEST: u64 = 1 << 28;

/// How the reason begins where a crash broke a line off: what [`AuditLog::repair`](super::AuditLog::repair) mends.
pub(crate) const TORN: &str = "torn";

/// Returns the line of the record that comes after `head`, with its newline, and the head with it.
///
/// # Errors
/// When it cannot be written as one line of JSON.
pub(crate) fn seal(head: &Head, time: Time, event: Event) -> Result<(Vec<u8>, Head)> {
    let record = Record { sequence: head.count, time, event, previous: head.digest };
    let mut line = serde_json::to_vec(&record).map_err(Error::backend)?;
    // JSON escapes a newline in text; one between fields comes in with JSON that somebody laid out for people.
    if line.contains(&b'\n') {
        return Err(Error::config(
            "event: JSON of more than one line; expected none with line breaks between its parts",
        ));
    }
    if line.len() as u64 >= LONGEST - 128 {
        return Err(Error::config(format!("event: {} bytes; expected less than {LONGEST}", line.len())));
    }
    let digest = Digest::of(&line);
    line.pop(); // the closing bracket
    line.extend_from_slice(BEFORE);
    line.extend_from_slice(digest.to_string().as_bytes());
    line.extend_from_slice(AFTER);
    line.push(b'\n');
    Ok((line, Head { count: head.count + 1, digest }))
}

/// Returns the record of a line without its newline, and its digest.
///
/// # Errors
/// What is wrong with the line, as a sentence.
fn unseal(line: &[u8]) -> std::result::Result<(Record, Digest), String> {
    let no_seal = || "changed: it does not end with a digest, as every record of a log of decisions does".to_owned();
    let (content, tail) = line
        .len()
        .checked_sub(BEFORE.len() + DIGITS + AFTER.len())
        .and_then(|middle| line.split_at_checked(middle))
        .ok_or_else(no_seal)?;
    let digits = tail.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(AFTER)).ok_or_else(no_seal)?;
    let mut content = content.to_vec();
    content.push(b'}');
    let digest = Digest::of(&content);
    if digest.to_string().as_bytes() != digits {
        return Err("changed: its digest is not that of its content".to_owned());
    }
    let record = serde_json::from_slice(&content)
        .map_err(|error| format!("its digest is right, but it is no record of this version: {error}"))?;
    Ok((record, digest))
}

/// The records of a log, read one line at a time. Ends after the first error.
#[derive(Debug)]
pub struct Records<R> {
    source_name: String,
    reader: R,
    head: Head,
    /// How many bytes the records so far have.
    bytes: u64,
    line: Vec<u8>,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(source_name: impl fmt::Display, reader: R) -> Self {
        let source_name = source_name.to_string();
        Self { source_name, reader, head: Head::EMPTY, bytes: 0, line: Vec::new(), ended: false }
    }

    /// How far the records went that were read, and how many bytes they have.
    pub(crate) fn read_so_far(&self) -> (Head, u64) {
        (self.head, self.bytes)
    }

    /// The line that is being read, counted from 1.
    fn number(&self) -> u64 {
        self.head.count + 1
    }

    /// An error at the line that is being read.
    fn fault(&self, reason: impl Into<String>) -> Error {
        Error::data(&self.source_name, self.number(), "", reason)
    }

    /// Reads the next line, its newline included, and returns whether there was one.
    fn read_line(&mut self) -> Result<bool> {
        self.line.clear();
        let read = (&mut self.reader).take(LONGEST).read_until(b'\n', &mut self.line);
        Ok(read.map_err(|error| Error::io(&self.source_name, error))? > 0)
    }

    /// The next record; none at the end of the log.
    fn next_record(&mut self) -> Result<Option<Record>> {
        if !self.read_line()? {
            return Ok(None);
        }
        let Some(content) = self.line.strip_suffix(b"\n") else {
            let reason = if self.line.len() as u64 == LONGEST {
                format!("has more than {LONGEST} bytes; expected a record")
            } else {
                format!("{TORN}: {} bytes without a newline; `AuditLog::repair` mends it", self.line.len())
            };
            return Err(self.fault(reason));
        };
        let (record, digest) = unseal(content).map_err(|reason| self.fault(reason))?;
        if record.sequence != self.head.count {
            return Err(self.misplaced(record.sequence));
        }
        if record.previous != self.head.digest {
            let before = if self.head.count == 0 { "the start" } else { "the line before" };
            return Err(self.fault(format!("replaced: it does not continue {before}; one of the two was written anew")));
        }
        self.bytes += self.line.len() as u64;
        self.head = Head { count: self.head.count + 1, digest };
        Ok(Some(record))
    }

    /// Says what became of the line that should stand here, where record `found` does. Reads to the end.
    fn misplaced(&mut self, found: u64) -> Error {
        let (expected, here) = (self.head.count, self.number());
        if found < expected {
            return self.fault(format!("inserted: record {found} stands here again; expected record {expected}"));
        }
        let (mut place, mut stands, mut again) = (here, None, None);
        while let Ok(true) = self.read_line() {
            place += 1;
            let sequence = self.line.strip_suffix(b"\n").and_then(|line| Some(unseal(line).ok()?.0.sequence));
            match sequence {
                Some(sequence) if sequence == expected => stands = stands.or(Some(place)),
                Some(sequence) if sequence == found => again = again.or(Some(place)),
                _ => {}
            }
        }
        match (stands, again) {
            (Some(_), Some(again)) => self
                .fault(format!("inserted: record {found} stands here and in line {again}; expected record {expected}")),
            (Some(stands), None) => self.fault(format!(
                "reordered: record {found} stands here; expected record {expected}, which stands in line {stands}"
            )),
            _ => {
                self.fault(format!("removed: record {found} stands here; expected record {expected}, which is missing"))
            }
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_record().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Returns the head of a log whose lines all hang together, and with the head that was kept.
///
/// # Errors
/// At the first line that does not.
pub(crate) fn verify<R: BufRead>(mut records: Records<R>, kept: Option<&Head>) -> Result<Head> {
    let check = |head: &Head, records: &Records<R>| match kept {
        Some(kept) if kept.count == head.count && kept.digest != head.digest => Err(Error::data(
            &records.source_name,
            head.count,
            "",
            format!("replaced: record {} has not the digest of the head that was kept", head.count.saturating_sub(1)),
        )),
        _ => Ok(()),
    };
    check(&records.head, &records)?;
    while let Some(record) = records.next() {
        record?;
        check(&records.head, &records)?;
    }
    match kept {
        Some(kept) if kept.count > records.head.count => {
            Err(records
                .fault(format!("cut: the log ends before it; the head that was kept has {} records", kept.count)))
        }
        _ => Ok(records.head),
    }
}

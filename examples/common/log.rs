//! The log of decisions.

use std::io::ErrorKind;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plaudit::Error;
use plaudit::core::Time;
use plaudit::promotion::audit::{AuditLog, Digest, Head};

use super::{Result, usage};

/// How often, and how long after one another, a log is tried that another process writes to: ten seconds in all.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// Returns the log, and waits for another process that adds to it: after a long run a decision is not to be lost for that.
pub(crate) fn open_log(path: &str) -> Result<AuditLog> {
    for _ in 1..TRIES {
        match AuditLog::open(path) {
            Err(Error::Io { source, .. }) if source.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            opened => return Ok(opened?),
        }
    }
    Ok(AuditLog::open(path)?)
}

/// The time on the machine's clock, in UTC.
pub(crate) fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Time { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), offset: 0 }
}

/// Returns a head as one word: the number of records, a colon and the digest of the last.
pub(crate) fn head_word(head: &Head) -> String {
    format!("{}:{}", head.count, head.digest)
}

/// Returns the head that such a word stands for.
pub(crate) fn head_of(word: &str) -> Result<Head> {
    let expected = || usage(format!("--head: expected the word that was printed, COUNT:DIGEST, found `{word}`"));
    let (count, digest) = word.split_once(':').ok_or_else(expected)?;
    let (count, digest) = (count.parse().ok(), digest.parse::<Digest>().ok());
    let (Some(count), Some(digest)) = (count, digest) else { return Err(expected()) };
    Ok(Head { count, digest })
}

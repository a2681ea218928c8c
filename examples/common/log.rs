//! The log of decisions.

use std::time::{SystemTime, UNIX_EPOCH};

use plaudit::core::Time;
use plaudit::promotion::audit::{Digest, Head};

use super::{Result, usage};

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

//! What became of the rows of a file.

use std::collections::BTreeMap;
use std::fmt;

use plaudit_core::visible;
use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::names::counted;

/// What became of the rows of a file: `rows = used + rejected`, always.
///
/// Blank lines are no rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadReport {
    /// The path or stream.
    pub source_name: String,
    /// Rows found, without the header.
    pub rows: u64,
    /// Rows that were used.
    pub used: u64,
    /// Rows that were rejected.
    pub rejected: u64,
    /// Rejected rows by [name of the reason](crate::Reason::name).
    pub by_reason: BTreeMap<String, u64>,
    /// The first [`MOST_REJECTIONS`](Self::MOST_REJECTIONS) rejections, in the file's order.
    pub rejections: Vec<Rejection>,
}

impl ReadReport {
    /// The most rejections that are kept one by one. All are counted.
    pub const MOST_REJECTIONS: usize = 1_000;

    /// Returns a report of `used` rows and no rejection.
    pub(crate) fn new(source_name: impl Into<String>, used: usize) -> Self {
        Self {
            source_name: source_name.into(),
            rows: used as u64,
            used: used as u64,
            rejected: 0,
            by_reason: BTreeMap::new(),
            rejections: Vec::new(),
        }
    }

    pub(crate) fn count_used(&mut self) {
        self.rows += 1;
        self.used += 1;
    }

    pub(crate) fn count_rejected(&mut self, rejection: &Rejection) {
        self.rows += 1;
        self.rejected += 1;
        match self.by_reason.get_mut(rejection.reason.name()) {
            Some(count) => *count += 1,
            None => {
                self.by_reason.insert(rejection.reason.name().to_owned(), 1);
            }
        }
        if self.rejections.len() < Self::MOST_REJECTIONS {
            self.rejections.push(rejection.clone());
        }
    }
}

/// One line: rows, used, rejected and why.
impl fmt::Display for ReadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = counted(self.rows, "row");
        write!(f, "{}: {rows}, {} used, {} rejected", visible(&self.source_name), self.used, self.rejected)?;
        for (place, (name, count)) in self.by_reason.iter().enumerate() {
            write!(f, "{}{name} {count}", if place == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    #[test]
    fn counts_are_exact_beyond_the_list() {
        let mut report = ReadReport::new("f.csv", 0);
        for line in 0..1_500 {
            let reason = if line % 3 == 0 { Reason::EmptyText } else { Reason::BadTime };
            report.count_rejected(&Rejection { line, offset: 0, column: String::new(), reason });
        }
        report.count_used();
        assert_eq!(report.rejections.len(), ReadReport::MOST_REJECTIONS);
        assert_eq!(report.to_string(), "f.csv: 1501 rows, 1 used, 1500 rejected: bad_time 1000, empty_text 500");
    }
}

//! Texts counted by day.

use plaudit_core::{Labels, Result, Time};

use crate::Period;
use crate::series::tally;

/// How many texts of each label there were on each day, from the first day with a text to the last. Days are those of each
/// text's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyCounts {
    labels: Labels,
    first: i64,       // days since 1970-01-01
    counts: Vec<u64>, // row-major, [days, labels]
}

impl DailyCounts {
    /// Returns the counts of these texts, each given by its time and the index of its label.
    ///
    /// # Errors
    /// When there is no text, an index is not that of a label (the message names the text, counted from 0), or the days span more than a hundred
    /// years.
    pub fn tally(labels: Labels, texts: impl IntoIterator<Item = (Time, usize)>) -> Result<Self> {
        let (first, counts) = tally("days", Period::Day, labels.len(), texts)?;
        Ok(Self { labels, first, counts })
    }

    /// Returns the labels, in the order of the counts.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the first day, counted from 1970-01-01.
    pub fn first_day(&self) -> i64 {
        self.first
    }

    /// Returns the counts of each day in turn, days without a text, too; `[labels]` each.
    pub fn days(&self) -> impl ExactSizeIterator<Item = &[u64]> + Clone {
        self.counts.chunks_exact(self.labels.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_local_clock() {
        let time = |seconds, offset| Time { seconds, offset };
        let labels = || Labels::new(["a", "b"]).unwrap();
        // one second before midnight; the same moment two hours east; two days later
        let texts = [(time(86_399, 0), 0), (time(86_399, 7_200), 1), (time(3 * 86_400, 0), 1)];
        let daily = DailyCounts::tally(labels(), texts).unwrap();
        assert_eq!((daily.first_day(), daily.labels()), (0, &labels()));
        assert_eq!(daily.days().collect::<Vec<_>>(), [[1, 0], [0, 1], [0, 0], [0, 1]]);
        let error = |texts: &[(Time, usize)]| DailyCounts::tally(labels(), texts.to_vec()).unwrap_err().to_string();
        assert!(error(&[]).contains("no text with a time"));
        assert!(error(&[(time(0, 0), 2)]).contains("text 0: label index 2; expected 0 to 1"));
        assert!(error(&[(time(i64::MIN, 0), 0), (time(i64::MAX, i32::MAX), 0)]).contains("expected at most 36525"));
    }
}

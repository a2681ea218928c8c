//! When something was said.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A moment: seconds since 1970-01-01T00:00:00Z, and the offset of the clock that it was read from.
///
/// Moments are ordered by `seconds` alone first, so clocks of different places compare rightly.
///
/// ```
/// let time = plaudit_core::Time { seconds: 1_700_000_000, offset: 6 * 3600 };
/// assert_eq!(time.to_string(), "2023-11-15T04:13:20+06:00");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Seconds that the local clock was ahead of UTC.
    pub offset: i32,
}

impl Time {
    /// Returns the day on the local clock, counted from 1970-01-01.
    ///
    /// ```
    /// use plaudit_core::Time;
    ///
    /// // 23:00 in UTC is the next day an hour to the east and more.
    /// assert_eq!([0, 7200].map(|offset| Time { seconds: 23 * 3600, offset }.local_day()), [0, 1]);
    /// ```
    pub fn local_day(self) -> i64 {
        self.local_seconds().div_euclid(86_400)
    }

    /// Returns the year, month (1 to 12) and day (1 to 31) on the local clock, by the Gregorian calendar.
    ///
    /// ```
    /// // The last evening of October in New York, and already November in London.
    /// let time = plaudit_core::Time { seconds: 1_698_800_400, offset: -4 * 3600 };
    /// assert_eq!((time.to_string().as_str(), time.date()), ("2023-10-31T21:00:00-04:00", (2023, 10, 31)));
    /// ```
    pub fn date(self) -> (i64, i64, i64) {
        civil_date(self.local_day())
    }

    /// Seconds since 1970 on the local clock.
    fn local_seconds(self) -> i64 {
        self.seconds.saturating_add(i64::from(self.offset))
    }
}

/// RFC 3339, on the local clock.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let second = self.local_seconds().rem_euclid(86_400);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)?;
        if self.offset == 0 {
            return f.write_str("Z");
        }
        let minutes = self.offset.unsigned_abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// Returns the Gregorian year, month (1 to 12) and day of the month of a day counted from 1970-01-01 (Hinnant's algorithm).
///
/// ```
/// assert_eq!(plaudit_core::civil_date(19_782), (2024, 2, 29));
/// ```
pub fn civil_date(days: i64) -> (i64, i64, i64) {
    let z = days.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153; // March is 0
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments() {
        // python3: datetime.fromtimestamp(s, timezone(timedelta(seconds=o))).isoformat()
        for (seconds, offset, expected) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (1_700_000_000, -19_800, "2023-11-14T16:43:20-05:30"),
            (-1, 3600, "1970-01-01T00:59:59+01:00"),
            (4_107_542_399, 0, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(Time { seconds, offset }.to_string(), expected);
        }
        let _ = Time { seconds: i64::MAX, offset: i32::MAX }.to_string();
        let _ = Time { seconds: i64::MIN, offset: i32::MIN }.to_string();
    }
}

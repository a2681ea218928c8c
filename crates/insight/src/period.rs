//! Days, weeks and months.

use plaudit_core::civil_date;
use serde::{Deserialize, Serialize};

/// A stretch of the calendar in which posts are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Period {
    /// A day, from midnight to midnight.
    Day,
    /// A week, from Monday to Sunday.
    Week,
    /// A month of the Gregorian calendar.
    Month,
}

impl Period {
    /// Returns the number of the period that holds a day, which is counted from 1970-01-01. Periods that follow each other have numbers
    /// that do; period 0 holds 1970-01-01.
    ///
    /// ```
    /// use plaudit_insight::Period;
    ///
    /// // 1970-01-04 was a Sunday.
    /// assert_eq!([Period::Day, Period::Week, Period::Month].map(|period| period.of(4)), [4, 1, 0]);
    /// ```
    pub fn of(self, day: i64) -> i64 {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_add(3).div_euclid(7), // 1970-01-01 was a Thursday
            Self::Month => {
                let (year, month, _) = civil_date(day);
                (year - 1970) * 12 + month - 1
            }
        }
    }

    /// Returns the first day of a period, counted from 1970-01-01.
    ///
    /// ```
    /// use plaudit_insight::Period;
    ///
    /// assert_eq!([Period::Day, Period::Week, Period::Month].map(|period| period.first_day(1)), [1, 4, 31]);
    /// ```
    pub fn first_day(self, number: i64) -> i64 {
        match self {
            Self::Day => number,
            Self::Week => number.saturating_mul(7).saturating_sub(3),
            Self::Month => {
                // Years begin in March, so that the day that is there in some of them is the last (Hinnant's algorithm).
                let march = number.saturating_sub(2);
                let (year, month) = (march.div_euclid(12).saturating_add(1970), march.rem_euclid(12));
                let days = (year.div_euclid(4) - year.div_euclid(100)).saturating_add(year.div_euclid(400));
                year.saturating_mul(365).saturating_add(days + (153 * month + 2) / 5).saturating_sub(719_468)
            }
        }
    }
}

/// A day as 2026-01-31.
pub(crate) fn date(day: i64) -> String {
    let (year, month, day) = civil_date(day);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Period; 3] = [Period::Day, Period::Week, Period::Month];

    // python3: (date(y, m, 1) - date(1970, 1, 1)).days for 2000-02, 2000-03, 2100-02, 2100-03, 1969-12, 1600-02
    #[test]
    fn months_begin_where_python_has_them() {
        for ((year, month), day) in [
            ((2000, 2), 10_988),
            ((2000, 3), 11_017),
            ((2100, 2), 47_513),
            ((2100, 3), 47_541),
            ((1969, 12), -31),
            ((1600, 2), -135_109),
        ] {
            let number = (year - 1970) * 12 + month - 1;
            assert_eq!((Period::Month.first_day(number), Period::Month.of(day)), (day, number));
        }
        assert_eq!((Period::Month.first_day(2) - Period::Month.first_day(1), date(10_988)), (28, "2000-02-01".into()));
        for period in ALL {
            let _ = [i64::MIN, i64::MAX].map(|number| period.first_day(number));
        }
    }

    proptest! {
        #[test]
        fn every_day_is_in_its_period(day in -1_000_000i64..1_000_000) {
            for period in ALL {
                let number = period.of(day);
                prop_assert!(period.first_day(number) <= day && day < period.first_day(number + 1));
            }
            prop_assert_eq!((Period::Week.first_day(Period::Week.of(day)) + 3).rem_euclid(7), 0);
        }
    }
}

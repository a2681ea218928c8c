//! The time column.

use jiff::civil::DateTime;
use jiff::fmt::{strtime, temporal::Pieces};
use jiff::tz::Offset;
use plaudit_core::Time;

/// Returns the moment that `text` stands for, in any of these forms; none otherwise. A time without an offset is UTC. It is what
/// the time column is read by.
///
/// - RFC 3339 and its relatives of ISO 8601: `2023-10-18T21:53:25+06:00`, `2023-10-18 21:53`, `2023-10-18`
/// - Google Forms: `2023/10/18 9:53:25 PM GMT+6`
/// - tweets: `Tue Oct 18 21:53:25 +0000 2011`
/// - seconds since 1970 of 9 or 10 digits, years 1973 to 2286; other numbers are more likely a date (`20231018`,
///   `202310182153`) or milliseconds
///
/// ```
/// assert_eq!(plaudit_data::parse_time("2023-10-18 21:53").unwrap().to_string(), "2023-10-18T21:53:00Z");
/// assert_eq!(plaudit_data::parse_time("next week"), None);
/// ```
pub fn parse_time(text: &str) -> Option<Time> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = text.parse().ok().filter(|_| (9..=10).contains(&text.len()))?;
        return jiff::Timestamp::from_second(seconds).ok().map(|_| Time { seconds, offset: 0 });
    }
    iso(text).or_else(|| form(text)).or_else(|| tweet(text))
}

fn iso(text: &str) -> Option<Time> {
    let pieces = Pieces::parse(text).ok()?;
    let offset = match pieces.to_numeric_offset() {
        Some(offset) => offset,
        None if pieces.time_zone_annotation().is_none() => Offset::UTC,
        None => return None, // a zone's name alone: its rules are not known here
    };
    moment(pieces.date().to_datetime(pieces.time().unwrap_or_default()), offset)
}

fn form(text: &str) -> Option<Time> {
    let (local, zone) = text.split_once(" GMT").unwrap_or((text, ""));
    moment(DateTime::strptime("%Y/%m/%d %I:%M:%S %p", local).ok()?, gmt(zone)?)
}

/// Returns the offset of what follows `GMT`: nothing, `+6`, `-3`, `+5:30`.
fn gmt(zone: &str) -> Option<Offset> {
    if zone.is_empty() {
        return Some(Offset::UTC);
    }
    let (sign, clock) = match zone.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':').unwrap_or((clock, "0"));
    let number = |digits: &str| digits.parse::<u8>().ok().filter(|_| digits.len() <= 2 && !digits.starts_with('+'));
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|&minutes| minutes < 60)?);
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

fn tweet(text: &str) -> Option<Time> {
    let time = strtime::parse("%a %b %d %H:%M:%S %z %Y", text).ok()?;
    moment(time.to_datetime().ok()?, time.offset()?)
}

fn moment(local: DateTime, offset: Offset) -> Option<Time> {
    let nanoseconds = offset.to_timestamp(local).ok()?.as_nanosecond();
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?; // the whole second before, 1970 or not
    Some(Time { seconds, offset: offset.seconds() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equals_python() {
        // python 3.11: datetime.fromisoformat(..).timestamp(), utcoffset(); strptime for the last five
        for (text, seconds, offset) in [
            ("2023-10-18T21:53:25Z", 1_697_666_005, 0),
            ("2023-10-18T21:53:25+06:00", 1_697_644_405, 21_600),
            ("2023-10-18T21:53:25.750-03:30", 1_697_678_605, -12_600),
            ("2023-10-18 21:53:25", 1_697_666_005, 0),
            ("2023-10-18 21:53", 1_697_665_980, 0),
            ("2023-10-18", 1_697_587_200, 0),
            ("1969-12-31", -86_400, 0),
            ("1969-12-31T23:59:59Z", -1, 0),
            ("1969-12-31T23:59:59.25Z", -1, 0), // floor(-0.75)
            ("1969-12-31T23:59:58.999-01:00", 3_598, -3_600),
            ("2023/10/18 9:53:25 PM GMT+6", 1_697_644_405, 21_600),
            ("2023/10/18 12:00:00 AM GMT-3", 1_697_598_000, -10_800),
            ("2023/10/18 12:00:00 PM GMT+5:30", 1_697_610_600, 19_800),
            ("2023/10/18 9:53:25 PM", 1_697_666_005, 0),
            ("Tue Oct 18 21:53:25 +0000 2011", 1_318_974_805, 0),
            ("Wed Oct 18 21:53:25 -0400 2023", 1_697_680_405, -14_400),
            ("1697666005", 1_697_666_005, 0),
            ("999999999", 999_999_999, 0),
        ] {
            assert_eq!(parse_time(text), Some(Time { seconds, offset }), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "yesterday",
            "2023",
            "20231018",
            "1697666005000",
            "202310182153",
            "20231018215325",
            "10000000000",
            "99999999",
            "999999999999",
            "-1",
            "1e9",
            "18/10/2023",
            "10/18/2023 21:53",
            "2023-13-01",
            "2023-02-29",
            "2023-10-18T25:00:00Z",
            "2023-10-18T21:53:25[Asia/Dhaka]",
            "2023/10/18 13:00:00 PM GMT+6",
            "2023/10/18 9:53:25 PM GMT+99",
            "2023/10/18 9:53:25 PM GMT++6",
            "2023/10/18 9:53:25 PM GMT+5:75",
            "2023/10/18 9:53:25 PM GMTé",
            "Mon Oct 18 21:53:25 +0000 2011",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(seconds in -60_000_000_000i64..250_000_000_000, minutes in -1439i32..1440) {
            let time = Time { seconds, offset: minutes * 60 };
            prop_assert_eq!(parse_time(&time.to_string()), Some(time));
        }

        #[test]
        fn anything_is_survived(text in "[0-9GMT+: /APMé.-]{0,30}|\\PC{0,20}") {
            let _ = parse_time(&text);
        }
    }
}

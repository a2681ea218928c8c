//! Counts, as sites and spreadsheets write them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is no count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CountFault {
    /// It is below 0.
    Negative,
    /// It is no whole number, or may be one of a country that groups thousands by points (`1.000`).
    Fraction,
    /// It is above [`MOST_COUNT`].
    TooLarge,
    /// It is a bound, as in `100k+`.
    Bound,
    /// It is no number in a form that is read.
    NoNumber,
}

impl fmt::Display for CountFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative => "a count below 0",
            Self::Fraction => "a count that is no whole number",
            Self::TooLarge => "a count above 1,000,000,000,000,000",
            Self::Bound => "a bound where a count was expected",
            Self::NoNumber => "not a count; expected digits, such as `1234`, `1,234`, `3.4k` or `1.2万`",
        })
    }
}

/// The greatest count that is read, 10^15: more than all clicks of all people, and every sum of weighted counts stays exact
/// enough in double precision.
pub const MOST_COUNT: u64 = 1_000_000_000_000_000;

/// Returns the count that `text` stands for, in any of these forms:
///
/// - digits: `1234`
/// - thousands by commas, in groups of three: `1,234`
/// - abbreviated: `3.4k`, `1.2M`, `5B`, `1.2万` (or `萬`, `w`), `2亿` (or `億`), in either case, perhaps with a blank before the unit.
///   The count behind it was rounded by the site, to a hundred here: it is read as the number that is shown.
/// - a whole number as spreadsheets save columns with gaps: `163.0`
///
/// # Errors
/// With what is wrong: a count is not below 0, whole, at most [`MOST_COUNT`] and no bound (`100k+`). Other points and commas are no
/// whole number: `1.000` is a thousand in some countries and one in others.
///
/// ```
/// use plaudit_data::{CountFault, parse_count};
///
/// assert_eq!(["1,234", "3.4k", "1.2万", "163.0"].map(parse_count), [Ok(1234), Ok(3400), Ok(12000), Ok(163)]);
/// assert_eq!(["-1", "1.5", "10万+"].map(|text| parse_count(text).unwrap_err()),
///     [CountFault::Negative, CountFault::Fraction, CountFault::Bound]);
/// ```
pub fn parse_count(text: &str) -> Result<u64, CountFault> {
    let text = text.trim();
    if let Some(bound) = text.strip_suffix('+') {
        return Err(parse_count(bound).err().unwrap_or(CountFault::Bound));
    }
    if let Some(positive) = text.strip_prefix(['-', '\u{2212}']) {
        // What follows is asked first: `-` alone stands for nothing known on some sites.
        return match parse_count(positive) {
            Ok(0) | Err(CountFault::NoNumber) => Err(CountFault::NoNumber),
            _ => Err(CountFault::Negative),
        };
    }
    let last = text.chars().next_back().ok_or(CountFault::NoNumber)?;
    let zeros = match last {
        'k' | 'K' => 3,
        'w' | 'W' | '万' | '萬' => 4,
        'm' | 'M' => 6,
        '亿' | '億' => 8,
        'b' | 'B' => 9,
        _ => 0,
    };
    let number = if zeros > 0 { text.strip_suffix(last).unwrap_or(text).trim_end() } else { text };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    let digits = whole.replace(',', "");
    if !is_digits(&digits) || !(part.is_empty() || is_digits(part)) || number.ends_with('.') {
        return Err(CountFault::NoNumber);
    }
    if grouped && !((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)) {
        return Err(CountFault::Fraction);
    }
    // Digits after the point that the unit has no room for must be 0.
    let (used, rest) = part.split_at_checked(zeros).unwrap_or((part, ""));
    if rest.bytes().any(|byte| byte != b'0') || zeros == 0 && part.len() > 1 {
        return Err(CountFault::Fraction);
    }
    let all = format!("{digits}{used:0<zeros$}");
    all.parse().ok().filter(|&count| count <= MOST_COUNT).ok_or(CountFault::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_as_sites_write_them() {
        use CountFault::{Bound, Fraction, Negative, NoNumber, TooLarge};
        for (text, expected) in [
            ("0", Ok(0)),
            (" 12 ", Ok(12)),
            ("0012", Ok(12)),
            ("1,234", Ok(1_234)),
            ("12,345,678", Ok(12_345_678)),
            ("163.0", Ok(163)),
            ("3.4k", Ok(3_400)),
            ("3.4 K", Ok(3_400)),
            ("1.234K", Ok(1_234)),
            ("1.2万", Ok(12_000)),
            ("1.2 萬", Ok(12_000)),
            ("12w", Ok(120_000)),
            ("2亿", Ok(200_000_000)),
            ("1.25M", Ok(1_250_000)),
            ("1b", Ok(1_000_000_000)),
            ("1,000k", Ok(1_000_000)),
            ("1000000000000000", Ok(MOST_COUNT)),
            ("1000000000000001", Err(TooLarge)),
            ("99999999999999999999999999", Err(TooLarge)),
            ("9999999999亿", Err(TooLarge)),
            ("-1", Err(Negative)),
            ("\u{2212}1.5", Err(Negative)),
            ("-3k", Err(Negative)),
            ("-0", Err(NoNumber)),
            ("-", Err(NoNumber)),
            ("1.5", Err(Fraction)),
            ("1.00", Err(Fraction)),
            ("1.000", Err(Fraction)),
            ("1,5", Err(Fraction)),
            ("1,23,456", Err(Fraction)),
            ("1234,567", Err(Fraction)),
            (",123", Err(Fraction)),
            ("1.2345k", Err(Fraction)),
            ("100k+", Err(Bound)),
            ("10万+", Err(Bound)),
            ("-1+", Err(Negative)),
            ("+", Err(NoNumber)),
            ("+5", Err(NoNumber)),
            ("", Err(NoNumber)),
            ("k", Err(NoNumber)),
            ("1.", Err(NoNumber)),
            (".5", Err(NoNumber)),
            ("1e3", Err(NoNumber)),
            ("0x10", Err(NoNumber)),
            ("1 234", Err(NoNumber)),
            ("1.234.567", Err(NoNumber)),
            ("NaN", Err(NoNumber)),
            ("inf", Err(NoNumber)),
            ("１２", Err(NoNumber)),
            ("赞", Err(NoNumber)),
            ("一万", Err(NoNumber)),
        ] {
            assert_eq!(parse_count(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,12}") {
            let _ = parse_count(&text);
        }

        #[test]
        fn digits_and_groups_are_the_same(count in 0..=MOST_COUNT) {
            let digits = count.to_string();
            let mut grouped = String::new();
            for (place, digit) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place) % 3 == 0 {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            prop_assert_eq!((parse_count(&digits), parse_count(&grouped)), (Ok(count), Ok(count)));
        }
    }
}

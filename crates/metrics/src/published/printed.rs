//! A share as it is printed.

use std::fmt;
use std::str::FromStr;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// A share, 0 to 1, as it is printed: its digits and how many of them are decimals, kept exactly.
///
/// Parsed from text such as `0.9749`, `.9749` or `97.49 %`; a percentage is kept as the share that it is, so the last
/// one equals the first. Serialised as text, because a JSON number would lose trailing zeros: `0.980` says more than
/// `0.98`.
///
/// # Example: a zero that was dropped
/// ```
/// use plaudit_metrics::published::Printed;
///
/// let recall: Printed = "98.3 %".parse()?;
/// assert_eq!((recall.to_string().as_str(), recall.decimals()), ("0.983", 3));
/// assert_eq!(recall.with_decimals(4)?.to_string(), "0.9830");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Printed {
    digits: u64, // the share times 10^decimals
    decimals: u32,
}

/// What was done to a share to print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reading {
    /// Rounded to the nearest. A tie may have gone either way: half up and half even differ there, and what is printed
    /// from a binary number does as it happens to lie.
    Rounded,
    /// Cut: the further digits were left away.
    Truncated,
    /// One or the other, each value by itself. The default: what is impossible under it is impossible under the others.
    #[default]
    Either,
}

/// More decimals than a double holds say nothing about the share.
const MOST_DECIMALS: u32 = 15;

impl Printed {
    /// Returns the number of decimals of the share; `98.66 %` has four.
    pub fn decimals(&self) -> u32 {
        self.decimals
    }

    /// Returns the same share, printed with this many decimals: it has zeros at its end that were not printed.
    ///
    /// # Errors
    /// When that is fewer decimals than it has, or more than 15.
    pub fn with_decimals(self, decimals: u32) -> Result<Self> {
        let more = decimals.checked_sub(self.decimals).filter(|_| decimals <= MOST_DECIMALS);
        let digits = more.and_then(|more| 10u64.checked_pow(more)).and_then(|power| self.digits.checked_mul(power));
        digits.map(|digits| Self { digits, decimals }).ok_or_else(|| {
            let expected = format!("expected {} to {MOST_DECIMALS}", self.decimals);
            Error::config(format!("decimals of {self}: {decimals}; {expected}"))
        })
    }

    #[cfg(test)]
    pub(super) fn from_digits(digits: u64, decimals: u32) -> Self {
        Self { digits, decimals }
    }

    /// Returns the digits, the share times 10^decimals.
    pub(super) fn digits(&self) -> u64 {
        self.digits
    }
}

impl FromStr for Printed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = parse(text.trim());
        parsed.ok_or_else(|| {
            let shown: String = text.chars().take(24).collect();
            let expected = format!("a share of 0 to 1, as 0.983 or 98.3 %, with at most {MOST_DECIMALS} decimals");
            Error::config(format!("`{shown}`; expected {expected}"))
        })
    }
}

fn parse(text: &str) -> Option<Printed> {
    let (number, shift) = text.strip_suffix('%').map_or((text, 0), |number| (number.trim_end(), 2));
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    let both = format!("{whole}{fraction}");
    // `parse` would take a sign
    if !both.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals = u32::try_from(fraction.len()).ok()?.checked_add(shift)?;
    let digits = both.parse().ok()?;
    (decimals <= MOST_DECIMALS && digits <= 10u64.checked_pow(decimals)?).then_some(Printed { digits, decimals })
}

impl fmt::Display for Printed {
    /// As a share, never as a percentage.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10u64.pow(self.decimals); // at most 10^15
        match usize::try_from(self.decimals) {
            Ok(0) | Err(_) => write!(f, "{}", self.digits),
            Ok(width) => write!(f, "{}.{:0width$}", self.digits / one, self.digits % one),
        }
    }
}

impl TryFrom<String> for Printed {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Printed> for String {
    fn from(printed: Printed) -> Self {
        printed.to_string()
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rounded => "rounded",
            Self::Truncated => "cut",
            Self::Either => "rounded or cut",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_decimals_are_kept() {
        for (text, shown, decimals) in [
            ("0.9749", "0.9749", 4),
            ("97.49 %", "0.9749", 4),
            (" 97.49%", "0.9749", 4),
            (".980", "0.980", 3),
            ("1", "1", 0),
            ("1.000", "1.000", 3),
            ("100 %", "1.00", 2),
            ("0.7 %", "0.007", 3),
            ("000.5", "0.5", 1),
            ("0.123456789012345", "0.123456789012345", 15),
        ] {
            let printed: Printed = text.parse().unwrap();
            assert_eq!((printed.to_string().as_str(), printed.decimals()), (shown, decimals), "{text}");
            let json = serde_json::to_string(&printed).unwrap();
            assert_eq!(json, format!("\"{shown}\""));
            assert_eq!(serde_json::from_str::<Printed>(&json).unwrap(), printed);
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in [
            "",
            " ",
            "%",
            ".",
            "1.",
            "98.66",
            "1.0001",
            "100.01 %",
            "-0.5",
            "+0.5",
            "0.+5",
            "5e-1",
            "0,98",
            "NaN",
            "inf",
            "0.1234567890123456",
            "0.5 % %",
            "٠.٥",
            "99999999999999999999",
            "0.00000000000000000000",
        ] {
            let error = text.parse::<Printed>().unwrap_err().to_string();
            assert!(error.contains("expected a share of 0 to 1"), "{text}: {error}");
        }
        assert!("9".repeat(10_000).parse::<Printed>().unwrap_err().to_string().len() < 200);
        assert!(serde_json::from_str::<Printed>("0.98").unwrap_err().to_string().contains("expected a string"));
    }

    #[test]
    fn zeros_are_added_and_never_taken() {
        let printed: Printed = "0.983".parse().unwrap();
        assert_eq!(printed.with_decimals(3).unwrap(), printed);
        assert_eq!(printed.with_decimals(15).unwrap().to_string(), "0.983000000000000");
        for decimals in [0, 2, 16, u32::MAX] {
            let error = printed.with_decimals(decimals).unwrap_err().to_string();
            assert!(error.contains("expected 3 to 15"), "{error}");
        }
    }
}

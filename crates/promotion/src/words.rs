//! Numbers and sides as reasons say them.

use std::fmt;

use crate::Side;

/// How many decimals, from `fewest` on, show each value on the side of each bound that it is on.
pub(crate) fn digits(values: &[f64], bounds: &[f64], fewest: usize) -> usize {
    let told = |digits: &usize| {
        values.iter().all(|value| {
            let shown = format!("{value:.digits$}").parse().unwrap_or(*value);
            bounds.iter().all(|bound| shown.partial_cmp(bound) == value.partial_cmp(bound))
        })
    };
    (fewest..MOST_DIGITS).find(told).unwrap_or(MOST_DIGITS)
}

/// More decimals than this tell nothing about a value between 0 and 1.
const MOST_DIGITS: usize = 17;

/// An interval in words: its ends, its level, and how many decimals.
pub(crate) struct Ends(pub(crate) f64, pub(crate) f64, pub(crate) f64, pub(crate) usize);

impl fmt::Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(low, high, level, digits) = *self;
        let percent = (level * 1e6).round() / 1e4; // 0.9 * 100 is 90.00000000000001
        write!(f, "{percent} % interval {low:.digits$} to {high:.digits$}")
    }
}

/// A side in words.
pub(crate) struct Place(pub(crate) Side);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Side::Above => "is above",
            Side::Below => "is below",
            Side::Unclear => "may be above or below",
        })
    }
}

//! The shares that print as one value, and the counts that lie among them.

use super::{Printed, Reading};

/// Whole numbers from `low` to `high`, both included; none where `low > high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Bounds {
    pub(super) const NONE: Self = Self { low: 1, high: 0 };
    const ALL: Self = Self { low: 0, high: u64::MAX };

    pub(super) fn and(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    pub(super) fn contains(self, value: u64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    pub(super) fn is_empty(self) -> bool {
        self.low > self.high
    }

    pub(super) fn len(self) -> u64 {
        self.high.saturating_add(1).saturating_sub(self.low)
    }

    /// Returns the numbers that give these when `value` is added.
    pub(super) fn minus(self, value: u64) -> Self {
        match self.high.checked_sub(value) {
            Some(high) => Self { low: self.low.saturating_sub(value), high },
            None => Self::NONE,
        }
    }

    /// Returns `whole` minus each of these; ends that have crossed stay crossed.
    pub(super) fn taken_from(self, whole: u64) -> Self {
        match whole.checked_sub(self.low) {
            Some(high) => Self { low: whole.saturating_sub(self.high), high },
            None => Self::NONE,
        }
    }
}

/// The shares that print as one value: from `low / scale` to `high / scale`.
///
/// Counts are compared with them in whole numbers, so that no edge is lost to the rounding of a quotient. Counts are at
/// most some 10^12 and scales 2 * 10^15, so products fit into 128 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    low: u128,
    high: u128,
    open: bool, // whether `high` is left out
    scale: u128,
}

impl Span {
    pub(super) fn new(printed: Printed, reading: Reading) -> Self {
        let middle = 2 * u128::from(printed.digits()); // half units of the last place
        let below = if reading == Reading::Truncated { middle } else { middle.saturating_sub(1) };
        let (high, open) = if reading == Reading::Rounded { (middle + 1, false) } else { (middle + 2, true) };
        Self { low: below, high, open, scale: 2 * 10u128.pow(printed.decimals()) }
    }

    /// Returns the parts of `whole` whose share prints so.
    ///
    /// A share of nothing is undefined. It fits what is printed as 0, because scikit-learn prints 0 there.
    pub(super) fn parts(&self, whole: u64) -> Bounds {
        if whole == 0 {
            return if self.low == 0 { Bounds { low: 0, high: 0 } } else { Bounds::NONE };
        }
        let wide = u128::from(whole);
        let low = (self.low * wide).div_ceil(self.scale);
        let high = if self.open { (self.high * wide - 1) / self.scale } else { self.high * wide / self.scale };
        Bounds { low: narrow(low), high: narrow(high).min(whole) }
    }

    /// Returns the wholes of which `part` is a share that prints so.
    pub(super) fn wholes(&self, part: u64) -> Bounds {
        if part == 0 {
            return if self.low == 0 { Bounds::ALL } else { Bounds::NONE };
        }
        let scaled = u128::from(part) * self.scale;
        let low = if self.open { scaled / self.high + 1 } else { scaled.div_ceil(self.high) };
        Bounds { low: narrow(low), high: scaled.checked_div(self.low).map_or(u64::MAX, narrow) }
    }

    /// Returns bounds of the part x where its share x k / (x + rest) prints so, for a rest inside `rest`; k is 1 or 2.
    pub(super) fn parts_beside(&self, rest: Bounds, k: u128) -> Bounds {
        // x (k scale - edge) lies between edge * rest for both edges
        let low = (k * self.scale).checked_sub(self.low).filter(|&left| left > 0);
        let high = (k * self.scale).checked_sub(self.high).filter(|&left| left > 0);
        Bounds {
            low: low.map_or(0, |left| narrow((self.low * u128::from(rest.low)).div_ceil(left))),
            high: high.map_or(u64::MAX, |left| narrow(self.high * u128::from(rest.high) / left)),
        }
    }
}

fn narrow(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(text: &str, reading: Reading) -> Span {
        Span::new(text.parse().unwrap(), reading)
    }

    #[test]
    fn edges_are_exact() {
        let parts = |text, reading, whole| {
            let bounds = span(text, reading).parts(whole);
            (bounds.low, bounds.high)
        };
        // 0.125 is a tie of 0.12 and 0.13; 0.13 itself is no 0.12, however it is cut
        assert_eq!(parts("0.12", Reading::Rounded, 1000), (115, 125));
        assert_eq!(parts("0.13", Reading::Rounded, 1000), (125, 135));
        assert_eq!(parts("0.12", Reading::Truncated, 1000), (120, 129));
        assert_eq!(parts("0.12", Reading::Either, 1000), (115, 129));
        assert_eq!(parts("0.00", Reading::Either, 1000), (0, 9));
        assert_eq!(parts("1.00", Reading::Either, 1000), (995, 1000));
        assert_eq!(parts("1.00", Reading::Truncated, 1000), (1000, 1000));
        assert_eq!(parts("0", Reading::Rounded, 3), (0, 1));
        assert!(span("0.97", Reading::Either).parts(2).is_empty());
        // nothing of nothing
        assert_eq!(parts("0.00", Reading::Rounded, 0), (0, 0));
        assert!(span("1.00", Reading::Rounded).parts(0).is_empty());
    }

    fn either() -> impl Strategy<Value = Reading> {
        prop::sample::select(vec![Reading::Rounded, Reading::Truncated, Reading::Either])
    }

    proptest! {
        #[test]
        fn parts_wholes_and_rests_agree(
            digits in 0u64..=100, decimals in 2u32..4, reading in either(), whole in 1u64..300,
        ) {
            let span = Span::new(Printed::from_digits(digits, decimals), reading);
            for part in 0..=whole {
                // by the definition, in thousandths of the last place
                let (value, unit) = (part * 2 * 10u64.pow(decimals), whole);
                let rounded = value + unit >= 2 * digits * unit && value <= (2 * digits + 1) * unit;
                let cut = value >= 2 * digits * unit && value < (2 * digits + 2) * unit;
                let fits = match reading {
                    Reading::Rounded => rounded,
                    Reading::Truncated => cut,
                    Reading::Either => rounded || cut,
                };
                prop_assert_eq!(span.parts(whole).contains(part), fits, "{}/{}", part, whole);
                prop_assert_eq!(span.wholes(part).contains(whole), fits, "{}/{}", part, whole);
                if fits {
                    let rest = Bounds { low: whole - part, high: whole - part };
                    prop_assert!(span.parts_beside(rest, 1).contains(part), "{part}/{whole}");
                    if part % 2 == 0 {
                        let rest = Bounds { low: whole - part / 2, high: whole - part / 2 };
                        prop_assert!(span.parts_beside(rest, 2).contains(part / 2), "{part}/{whole}");
                    }
                }
            }
        }
    }
}

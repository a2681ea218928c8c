//! Printed shares, and the spans of what may have been printed so.

use plaudit::metrics::published::{Printed, Reading};

/// A share as the paper prints it.
#[derive(Clone)]
pub(super) struct Share {
    /// Its characters, `98.66 %` or `0.983`.
    pub(super) text: String,
    pub(super) printed: Printed,
    /// 0 to 1.
    pub(super) value: f64,
}

impl Share {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let printed: Printed = text.parse().ok()?;
        Some(Self { text: text.to_owned(), printed, value: printed.to_string().parse().ok()? })
    }

    /// Returns the shares that print so, cut or rounded.
    pub(super) fn span(&self) -> Span {
        self.span_by(Reading::Either)
    }

    pub(super) fn span_by(&self, reading: Reading) -> Span {
        let unit = 0.1f64.powi(i32::try_from(self.printed.decimals()).unwrap_or(0));
        let (below, above) = match reading {
            Reading::Rounded => (0.5, 0.5),
            Reading::Truncated => (0.0, 1.0),
            _ => (0.5, 1.0),
        };
        Span { low: (self.value - below * unit).max(0.0), high: (self.value + above * unit).min(1.0) }
    }

    /// Returns a number with as many decimals.
    pub(super) fn decimal(&self, value: f64) -> String {
        format!("{value:.*}", self.printed.decimals() as usize)
    }

    /// Returns a percentage with so many decimals more than this share has.
    pub(super) fn percent(&self, value: f64, more: u32) -> String {
        let decimals = (self.printed.decimals() + more).saturating_sub(2);
        format!("{:.*} %", decimals as usize, 100.0 * value)
    }
}

/// All numbers from `low` to `high`.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// Far less than any digit that is printed, and far more than the errors of a double.
const TINY: f64 = 1e-11;

impl Span {
    pub(super) fn point(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// Returns the mean of numbers in these spans.
    pub(super) fn mean(spans: &[Self]) -> Self {
        let mean = |end: fn(&Self) -> f64| spans.iter().map(end).sum::<f64>() / spans.len() as f64;
        Self { low: mean(|span| span.low), high: mean(|span| span.high) }
    }

    /// Returns 1 less these.
    pub(super) fn complement(self) -> Self {
        Self { low: 1.0 - self.high, high: 1.0 - self.low }
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.low <= other.high + TINY && other.low <= self.high + TINY
    }

    /// Whether they have more than one point in common.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.high.min(other.high) - self.low.max(other.low) > TINY
    }
}

//! Printed shares, and the spans of what may have been printed so.

use plaudit::metrics::published::{Printed, Reading};

use super::Verdict;

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
        let unit = self.unit();
        let (below, above) = match reading {
            Reading::Rounded => (0.5, 0.5),
            Reading::Truncated => (0.0, 1.0),
            _ => (0.5, 1.0),
        };
        let (low, high) = (self.value - below * unit, self.value + above * unit);
        Span { low: low.max(0.0), high: high.min(1.0), at: self.value }
    }

    /// One in the last decimal.
    fn unit(&self) -> f64 {
        0.1f64.powi(i32::try_from(self.printed.decimals()).unwrap_or(0))
    }

    /// Returns whether some count of this total prints as any share of so few decimals: that one prints as this share then says
    /// nothing. The shares that print so, cut or rounded, reach over 1.5 units.
    pub(super) fn is_met_by_any(&self, total: u64) -> bool {
        1.5 * self.unit() * total as f64 >= 1.0
    }

    /// Returns the ends of a span as this share is printed, with a decimal more.
    pub(super) fn ends(&self, span: Span) -> String {
        let (scale, shift, unit) = if self.text.ends_with('%') { (100.0, 2, " %") } else { (1.0, 0, "") };
        let decimals = (self.printed.decimals() + 1).saturating_sub(shift) as usize;
        format!("{:.decimals$} to {:.decimals$}{unit}", scale * span.low, scale * span.high)
    }

    /// Returns what a figure that is recomputed from printed cells makes of this one, and both spans where that is not settled.
    pub(super) fn judge(&self, recomputed: Span) -> (Verdict, String) {
        let verdict = recomputed.verdict(self.span());
        let note = match verdict {
            Verdict::Consistent | Verdict::Undecided => {
                let (cells, own) = (self.ends(recomputed), self.ends(self.span()));
                format!("the cells leave {cells}, and {} stands for {own}", self.text)
            }
            _ => String::new(),
        };
        (verdict, note)
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

/// All numbers from `low` to `high`; where that is more than one, `high` is left out, unless it is 1.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) low: f64,
    pub(super) high: f64,
    /// That one of them which the digits give exactly as they are printed.
    pub(super) at: f64,
}

/// Far less than any digit that is printed, and far more than the errors of a double.
const TINY: f64 = 1e-11;

/// What is printed to whole percent leaves 1.5 points. What leaves more than this tells too little.
const WIDE: f64 = 0.02;
/// A recomputed figure that is wider than so many printed ones meets whatever stands near it. A decimal that its cells do not
/// have makes it ten times as wide.
const TIMES: f64 = 10.0;

impl Span {
    pub(super) fn point(value: f64) -> Self {
        Self { low: value, high: value, at: value }
    }

    /// Returns the mean of numbers in these spans.
    pub(super) fn mean(spans: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| spans.iter().map(of).sum::<f64>() / spans.len() as f64;
        Self { low: mean(|span| span.low), high: mean(|span| span.high), at: mean(|span| span.at) }
    }

    /// Returns 1 less these.
    pub(super) fn complement(self) -> Self {
        Self { low: 1.0 - self.high, high: 1.0 - self.low, at: 1.0 - self.at }
    }

    /// Returns how a figure, recomputed from cells that stand for these numbers, is to a printed one that stands for those: it
    /// differs where no number is in both, matches where `at`, from the cells exactly as printed, is among those, and is
    /// consistent where only others are; undecided where they meet but either is too wide for that to tell anything.
    pub(super) fn verdict(self, printed: Self) -> Verdict {
        let most = if printed.is_point() { WIDE } else { TIMES * printed.width() };
        if !self.meets(printed) {
            Verdict::Differs
        } else if printed.width() > WIDE || self.width() > most {
            Verdict::Undecided
        } else if printed.has(self.at) {
            Verdict::Matches
        } else {
            Verdict::Consistent
        }
    }

    fn width(self) -> f64 {
        self.high - self.low
    }

    fn is_point(self) -> bool {
        self.width() <= TINY
    }

    /// Whether this number is one of these.
    fn has(self, point: f64) -> bool {
        let with_high = self.is_point() || self.high >= 1.0 - TINY;
        self.low <= point + TINY && point < if with_high { self.high + TINY } else { self.high - TINY }
    }

    /// Whether they have a number in common.
    fn meets(self, other: Self) -> bool {
        match (self.is_point(), other.is_point()) {
            (true, _) => other.has(self.low),
            (_, true) => self.has(other.low),
            _ => self.overlaps(other),
        }
    }

    /// Whether they have more than one point in common.
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.high.min(other.high) - self.low.max(other.low) > TINY
    }
}

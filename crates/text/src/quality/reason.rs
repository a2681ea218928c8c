//! What the gate says, of one text and of all.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text does not pass. [`QualityConfig`](crate::QualityConfig) says when each applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum QualityReason {
    /// Nothing but white space. The only reason of its text.
    Empty,
    /// Fewer tokens than wanted.
    TooShort,
    /// More tokens than wanted.
    TooLong,
    /// No letter and no emoji (`???`, `12345`), or one word again and again.
    Meaningless,
    /// Keys hit at random (`asdfghjkl`) or held (`kkkkk`).
    KeyboardMash,
    /// Certainly in a language that is not wanted.
    WrongLanguage,
    /// Equal to an earlier text that passed, after case folding and with each white space as one blank.
    ExactDuplicate,
    /// Almost equal to an earlier text that passed.
    NearDuplicate,
}

impl QualityReason {
    /// Every reason, in order.
    pub const ALL: &[Self] = &[
        Self::Empty,
        Self::TooShort,
        Self::TooLong,
        Self::Meaningless,
        Self::KeyboardMash,
        Self::WrongLanguage,
        Self::ExactDuplicate,
        Self::NearDuplicate,
    ];

    /// Returns the code, as it is written down: `too_short`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Meaningless => "meaningless",
            Self::KeyboardMash => "keyboard_mash",
            Self::WrongLanguage => "wrong_language",
            Self::ExactDuplicate => "exact_duplicate",
            Self::NearDuplicate => "near_duplicate",
        }
    }
}

impl fmt::Display for QualityReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// What the gate says of one text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QualityVerdict {
    /// Every reason why it does not pass, in the order of [`QualityReason`]; empty where it passes.
    pub reasons: Vec<QualityReason>,
    /// The earlier text, counted from 0, that a duplicate repeats. None where it is no duplicate.
    pub duplicate_of: Option<u64>,
}

impl QualityVerdict {
    /// Returns whether there is no reason against the text.
    pub fn passes(&self) -> bool {
        self.reasons.is_empty()
    }
}

/// How many texts passed, and how many did not for which reason. Shown, it is a table.
///
/// # Example: two files
/// ```
/// use plaudit_text::{QualityConfig, QualityGate, QualitySummary};
///
/// let mut all = QualitySummary::default();
/// for texts in [["Great labs", "great labs"], ["???", ""]] {
///     let mut gate = QualityGate::new(QualityConfig::default())?;
///     texts.iter().for_each(|text| drop(gate.check(text)));
///     all.merge(gate.summary());
/// }
/// let table = "texts                      4
/// passed                     1   25.0 %
/// flagged                    3   75.0 %
///   empty                    1   25.0 %
///   meaningless              1   25.0 %
///   exact_duplicate          1   25.0 %
/// ";
/// assert_eq!(all.to_string(), table);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct QualitySummary {
    /// All texts: those that passed and those that did not.
    pub texts: u64,
    /// Texts without a reason against them.
    pub passed: u64,
    /// Texts by reason; a reason that never applied is missing. A text with two reasons counts at both.
    pub reasons: BTreeMap<QualityReason, u64>,
}

impl QualitySummary {
    /// Returns the number of texts with a reason against them.
    pub fn flagged(&self) -> u64 {
        self.texts.saturating_sub(self.passed)
    }

    /// Counts one text.
    pub fn add(&mut self, verdict: &QualityVerdict) {
        self.texts += 1;
        self.passed += u64::from(verdict.passes());
        for &reason in &verdict.reasons {
            *self.reasons.entry(reason).or_default() += 1;
        }
    }

    /// Adds the counts of other texts.
    pub fn merge(&mut self, other: &Self) {
        self.texts += other.texts;
        self.passed += other.passed;
        for (&reason, count) in &other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }
}

impl fmt::Display for QualitySummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<17} {:>10}", "texts", self.texts)?;
        let mut line = |name: &str, count: u64| {
            let percent = if self.texts == 0 { 0.0 } else { 100.0 * count as f64 / self.texts as f64 };
            writeln!(f, "{name:<17} {count:>10} {percent:>6.1} %")
        };
        line("passed", self.passed)?;
        line("flagged", self.flagged())?;
        self.reasons.iter().try_for_each(|(reason, &count)| line(&format!("  {reason}"), count))
    }
}

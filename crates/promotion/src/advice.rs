//! What would decide where the data do not.

use serde::{Deserialize, Serialize};

use crate::Reason;

/// What to ask for where nothing is decided yet.
///
/// ```
/// use plaudit_promotion::Advice;
///
/// let json = serde_json::to_string(&Advice::Label { about: Some(80) })?;
/// assert_eq!(json, r#"{"kind":"label","about":80}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Advice {
    /// Collect more answers of the division: the chance of who answered is the greater part of the score's variance.
    Collect {
        /// About how many further answers decide with a probability of at least 0.8, right to a factor of two; none
        /// where no number that was tried does, or none was.
        about: Option<u64>,
    },
    /// Let people label more gold rows, of all labels as they are now: the classifier's errors are the greater part. Where the
    /// [label-shift check](crate::Corrected::shift) fails, or the division is decided by [labels of its own](crate::Corrected::own):
    /// label texts of this division, drawn at random.
    Label {
        /// About how many further gold rows decide with a probability of at least 0.8, right to a factor of two; none
        /// where no number that was tried does, or none was. Where the check fails, the fewest that the division can be decided by.
        about: Option<u64>,
    },
}

impl Advice {
    /// Returns the number of further answers, where these are asked for and a number is known.
    pub(crate) fn answers(self) -> Option<u64> {
        match self {
            Self::Collect { about } => about,
            Self::Label { .. } => None,
        }
    }
}

impl Reason {
    /// The advice as a sentence; `tried` is the greatest number that was tried.
    pub(crate) fn of(advice: Advice, tried: u64) -> Self {
        match advice {
            Advice::Collect { about: Some(answers) } => Self::More { answers },
            Advice::Collect { about: None } => Self::NoNumber { tried },
            Advice::Label { about: Some(rows) } => Self::MoreGold { rows },
            Advice::Label { about: None } => Self::NoNumberOfGold { tried },
        }
    }
}

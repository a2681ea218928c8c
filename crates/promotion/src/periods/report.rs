//! What is said of two periods.

use std::fmt;

use plaudit_core::Labels;
use serde::{Deserialize, Serialize};

use super::{Change, Many, WholeChange};

/// How each division changed from one period to another, and all together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PeriodComparison {
    /// The labels, in the order of every division's shares.
    pub labels: Labels,
    /// Whether the classifier's errors are in it.
    pub corrected: bool,
    /// The rate of mistakes; every interval has the level 1 less it.
    pub alpha: f64,
    /// What it is a rate of.
    pub many: Many,
    /// The change of a label's share that matters.
    pub amount: f64,
    /// The divisions that have texts in either period, in lexicographic order.
    pub divisions: Vec<DivisionChange>,
    /// All of them together; none where a period has no text.
    pub whole: Option<WholeChange>,
}

/// How one division changed. It is no verdict: it says nothing of whether the score is good enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DivisionChange {
    /// The division; empty where the texts name none.
    pub division: String,
    /// The number of texts of the first period.
    pub texts_before: u64,
    /// The number of texts of the second period.
    pub texts_after: u64,
    /// What can be said.
    pub statement: Statement,
    /// The change of each label's share, in the labels' order; empty where a period has no text.
    pub shares: Vec<Change>,
    /// The change of the score; none where a period has no text. Its amount that matters is 0.
    pub score: Option<Change>,
    /// Twice the posterior probability of the less likely direction of the score's change, above 0 and at most 1; none where
    /// nothing is decided.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of divisions as [`Many`] says.
    pub adjusted: Option<f64>,
}

/// What can be said of a division's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Statement {
    /// It rose.
    Better,
    /// It fell.
    Worse,
    /// Neither is clear; the interval says how large a change there may be.
    NoClearChange,
    /// A period has fewer texts than decide.
    TooFew,
    /// There is no text in the second period.
    OnlyBefore,
    /// There is no text in the first period.
    OnlyAfter,
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoClearChange => "no clear change",
            Self::TooFew => "too few texts",
            Self::OnlyBefore => "only before",
            Self::OnlyAfter => "only after",
        })
    }
}

impl PeriodComparison {
    /// Returns the change of this division, where it has texts in either period.
    pub fn of(&self, division: &str) -> Option<&DivisionChange> {
        self.divisions.iter().find(|change| change.division == division)
    }
}

impl DivisionChange {
    /// Returns the labels' places whose shares moved by more than the amount that matters, each with its change: those where it is
    /// up, or down, by more with a probability of at least 1 - alpha / (2 K), of K labels.
    ///
    /// ```
    /// use plaudit_core::Labels;
    /// use plaudit_promotion::periods::{PeriodConfig, compare};
    /// use plaudit_promotion::{DivisionCounts, Survey};
    ///
    /// let survey = |counts| Survey::new(Labels::dpms(), vec![DivisionCounts::new("Library", counts)]);
    /// let (last, this) = (survey([500, 200, 200, 100])?, survey([350, 200, 200, 250])?);
    /// let config = PeriodConfig::default();
    /// let comparison = compare(&last, &this, &config, None)?;
    /// let moved = comparison.of("Library").unwrap().moved(config.alpha);
    /// assert_eq!(moved.iter().map(|(label, _)| *label).collect::<Vec<_>>(), [0, 3]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn moved(&self, alpha: f64) -> Vec<(usize, &Change)> {
        let least = 1.0 - alpha / (2.0 * self.shares.len().max(1) as f64);
        let sure = |change: &Change| change.probability_up_by_more.max(change.probability_down_by_more) >= least;
        self.shares.iter().enumerate().filter(|(_, change)| sure(change)).collect()
    }

    /// Says what the adjusted p-value lets be said.
    pub(super) fn decide(&mut self, alpha: f64) {
        if let (Some(adjusted), Some(score)) = (self.adjusted, &self.score) {
            self.statement = match (adjusted <= alpha, score.probability_up > 0.5) {
                (true, true) => Statement::Better,
                (true, false) => Statement::Worse,
                (false, _) => Statement::NoClearChange,
            };
        }
    }
}

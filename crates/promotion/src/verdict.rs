//! What was decided, division by division.

use std::fmt;

use plaudit_core::Labels;
use plaudit_stats::Interval;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::prevalence::Shift;
use crate::{Advice, FlipBudget, Reason, Response};

/// The decision about one division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Show it to the world. From a [`Policy`](crate::Policy): the score is high enough and no limit is passed, but for a
    /// posterior probability of at most alpha.
    Promote,
    /// Do not. From a [`Policy`](crate::Policy): the score is too low or a limit is passed, but for a posterior probability
    /// of at most alpha. It says nothing about what promoting would bring.
    Hold,
    /// A [`Hold`](Self::Hold) that one label carries, which a [`Reason::Driver`] names: with answers of the next better
    /// label in its place the division would be promoted. What is done is the same: it is not promoted.
    Improve,
    /// The answers do not tell yet: neither of the two has the probability it needs, or there are too few answers.
    NeedsMoreData,
}

impl Verdict {
    /// Returns whether the division is promoted or not for a reason; false where the data do not tell.
    pub fn is_decisive(self) -> bool {
        self != Self::NeedsMoreData
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Promote => "Promote",
            Self::Hold => "Hold",
            Self::Improve => "Improve",
            Self::NeedsMoreData => "Needs more data",
        })
    }
}

/// One division: its shares, its score, the verdict and the reasons.
///
/// Serialised with counts, shares and intervals as maps by label, the level of all intervals beside them, the score as
/// `net_score`, and the reasons as sentences; `label_shift` and `response` only where they are known.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DivisionVerdict {
    /// The division.
    pub division: String,
    /// The number of answers.
    pub n: u64,
    /// The share of each label, in the labels' order; empty where the rule gives none.
    pub shares: Vec<Share>,
    /// The score, where the rule has one.
    pub score: Option<f64>,
    /// The score's interval, where the rule has one. It is of this division alone: of many divisions with 90 % intervals
    /// about one in ten lies outside its own.
    pub score_interval: Option<Interval>,
    /// The probability that the score or a limit fails, with the margin of [`Corrected`](crate::Corrected), where the rule has one; none
    /// where the label-shift check fails.
    pub risk: Option<f64>,
    /// The probability that its score is the highest of all divisions with enough answers; equal scores share it. None
    /// where the rule gives none or the answers are too few. It is one of few fields that the other divisions change.
    pub probability_best: Option<f64>,
    /// The decision.
    pub verdict: Verdict,
    /// Why: the score, the limits, their joint probability, and what would decide.
    pub reasons: Vec<Reason>,
    /// About how many further answers would probably decide, where that was asked and has an answer.
    pub more: Option<u64>,
    /// What to ask for where nothing is decided, where the rule says so.
    pub advice: Option<Advice>,
    /// What the label-shift check says, where it was made: [`Corrected::shift`](crate::Corrected::shift).
    pub shift: Option<Shift>,
    /// What those who did not answer could change. No rule asks by itself: fill it from [`Response::of`].
    pub response: Option<Response>,
    /// How few labels would decide otherwise. No rule asks by itself: fill it from
    /// [`Rule::flip_budget`](crate::Rule::flip_budget).
    pub flip_budget: Option<FlipBudget>,
}

/// The share of one label.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Share {
    /// The label.
    pub label: String,
    /// How many answers have it.
    pub count: u64,
    /// The share, 0 to 1.
    pub value: f64,
    /// Its interval, where the rule has one.
    pub interval: Option<Interval>,
}

impl Share {
    /// Returns the share of this label, 0 to 1, which `count` answers have, without an interval.
    pub fn new(label: impl Into<String>, count: u64, value: f64) -> Self {
        Self { label: label.into(), count, value, interval: None }
    }
}

impl DivisionVerdict {
    /// Returns a verdict with its reasons and nothing else; the other fields are public.
    pub fn new(division: impl Into<String>, n: u64, verdict: Verdict, reasons: Vec<Reason>) -> Self {
        Self {
            division: division.into(),
            n,
            shares: Vec::new(),
            score: None,
            score_interval: None,
            risk: None,
            probability_best: None,
            verdict,
            reasons,
            more: None,
            advice: None,
            shift: None,
            response: None,
            flip_budget: None,
        }
    }

    /// Returns how many of the answers have each label, as shares of them, `[labels]`; none without an answer. Where the
    /// labels were predicted, they are shares of predictions.
    pub fn naive_shares(&self) -> Option<Vec<f64>> {
        let shares = self.shares.iter().map(|share| share.count as f64 / self.n as f64);
        (self.n > 0).then(|| shares.collect())
    }
}

/// The verdicts of a survey, in the order of its divisions. `Display` prints a table and the reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdicts {
    labels: Labels,
    divisions: Vec<DivisionVerdict>,
}

impl Verdicts {
    /// Returns these verdicts about a survey with these labels.
    pub fn new(labels: Labels, divisions: Vec<DivisionVerdict>) -> Self {
        Self { labels, divisions }
    }

    /// Returns the labels, in the order of the shares.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns the number of divisions.
    pub fn len(&self) -> usize {
        self.divisions.len()
    }

    /// Returns whether there is no division.
    pub fn is_empty(&self) -> bool {
        self.divisions.is_empty()
    }

    /// Returns the divisions in order.
    pub fn iter(&self) -> std::slice::Iter<'_, DivisionVerdict> {
        self.divisions.iter()
    }

    /// Returns the verdict of this division.
    pub fn of(&self, division: &str) -> Option<&DivisionVerdict> {
        self.iter().find(|verdict| verdict.division == division)
    }
}

impl<'a> IntoIterator for &'a Verdicts {
    type Item = &'a DivisionVerdict;
    type IntoIter = std::slice::Iter<'a, DivisionVerdict>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Verdicts {
    type Item = DivisionVerdict;
    type IntoIter = std::vec::IntoIter<DivisionVerdict>;

    fn into_iter(self) -> Self::IntoIter {
        self.divisions.into_iter()
    }
}

impl Serialize for Verdicts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.divisions)
    }
}

impl Serialize for DivisionVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ends = |interval: Interval| [interval.low, interval.high];
        let intervals = self.shares.iter().filter_map(|s| Some((s.label.as_str(), ends(s.interval?)))).collect();
        let level = self.score_interval.or_else(|| self.shares.iter().find_map(|s| s.interval)).map(|i| i.level);
        let naive = self.naive_shares().unwrap_or_default();
        let naive = self.shares.iter().map(|s| s.label.as_str()).zip(naive).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("division", &self.division)?;
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("counts", &InOrder(self.shares.iter().map(|s| (s.label.as_str(), s.count)).collect()))?;
        map.serialize_entry("naive_shares", &InOrder(naive))?;
        map.serialize_entry("shares", &InOrder(self.shares.iter().map(|s| (s.label.as_str(), s.value)).collect()))?;
        map.serialize_entry("interval", &InOrder(intervals))?;
        map.serialize_entry("level", &level)?;
        map.serialize_entry("net_score", &self.score)?;
        map.serialize_entry("score_interval", &self.score_interval.map(ends))?;
        map.serialize_entry("risk", &self.risk)?;
        map.serialize_entry("probability_best", &self.probability_best)?;
        map.serialize_entry("verdict", &self.verdict)?;
        map.serialize_entry("reasons", &self.reasons.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        map.serialize_entry("more", &self.more)?;
        map.serialize_entry("flip_budget", &self.flip_budget)?;
        map.serialize_entry("advice", &self.advice)?;
        // Only where they were asked for: verdicts that were recorded before there were any stay as they are.
        if let Some(shift) = &self.shift {
            map.serialize_entry("label_shift", shift)?;
        }
        if let Some(response) = &self.response {
            map.serialize_entry("response", response)?;
        }
        map.end()
    }
}

/// A map in the labels' order.
struct InOrder<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for InOrder<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(label, value)| (label, value)))
    }
}

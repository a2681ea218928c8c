//! One line of a log.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result, Time};
use serde::{Deserialize, Serialize};

use super::{Digest, Json};
use crate::{Survey, Verdict, Verdicts};

/// One line of a log, without its own digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its place in the log, counted from 0.
    pub sequence: u64,
    /// When it was written, as the writer said.
    pub time: Time,
    /// What happened.
    pub event: Event,
    /// The digest of the record before; 64 zeros in the first.
    pub previous: Digest,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A rule decided.
    Decision(Box<Decision>),
    /// A person decided otherwise.
    Override(Override),
    /// A remark.
    Note(Note),
}

/// What a rule decided, and everything that it hangs on.
///
/// `rule` and `survey` are kept whole, for [`replay`](Self::replay); what is too large to be kept is named by its
/// digest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The version of this crate that decided. Another may decide otherwise; then a replay says so.
    pub version: String,
    /// The digests of what the counts came from, by name: `data`, `preprocessing` (the pipeline's configuration),
    /// `weights` (of the model), each lexicon, and whatever else had a part in it. Empty until it is filled.
    pub digests: BTreeMap<String, Digest>,
    /// The version of the metrics that the model was judged by; empty until it is filled.
    pub metrics: String,
    /// The seed of what happened before the rule, such as the training; the rule's own is among its settings.
    pub seed: Option<u64>,
    /// A summary of the posterior, where there is more to say of it than the verdicts do (they have means and
    /// intervals).
    pub posterior: Option<Json>,
    /// The rule's settings, such as a [`Policy`](crate::Policy).
    pub rule: Json,
    /// The counts that it saw.
    pub survey: Survey,
    /// The verdicts as they were serialised.
    pub verdicts: Json,
}

/// A person who decided otherwise than the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The sequence number of the decision, which stands before.
    pub decision: u64,
    /// The division, one that the decision is about.
    pub division: String,
    /// What is to hold instead.
    pub verdict: Verdict,
    /// Who says so.
    pub author: String,
    /// Why.
    pub reason: String,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Who made it.
    pub author: String,
    /// What it says.
    pub text: String,
}

impl Decision {
    /// Returns the record of these verdicts, which a rule with these settings reached about this survey; the other
    /// fields are public.
    ///
    /// # Errors
    /// When the settings or the verdicts cannot be written as JSON.
    pub fn new(rule: &(impl Serialize + ?Sized), survey: &Survey, verdicts: &Verdicts) -> Result<Self> {
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digests: BTreeMap::new(),
            metrics: String::new(),
            seed: None,
            posterior: None,
            rule: Json::of(rule)?,
            survey: survey.clone(),
            verdicts: Json::of(verdicts)?,
        })
    }
}

impl Override {
    /// Returns that `author` decides about a division of the decision with this sequence number, and why.
    pub fn new(
        decision: u64,
        division: impl Into<String>,
        verdict: Verdict,
        author: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { decision, division: division.into(), verdict, author: author.into(), reason: reason.into() }
    }
}

impl Note {
    /// Returns this remark of this author.
    pub fn new(author: impl Into<String>, text: impl Into<String>) -> Self {
        Self { author: author.into(), text: text.into() }
    }
}

impl Event {
    /// Checks what can be checked without the log.
    ///
    /// # Errors
    /// When a person is not named, or gives no reason.
    pub(crate) fn validate(&self) -> Result<()> {
        let parts: &[(&str, &str)] = match self {
            Self::Decision(_) => &[],
            Self::Override(Override { author, reason, .. }) => &[("author", author), ("reason", reason)],
            Self::Note(Note { author, text }) => &[("author", author), ("text", text)],
        };
        let blank = parts.iter().filter(|(_, value)| value.trim().is_empty());
        Error::from_faults(blank.map(|(field, _)| format!("{field}: is blank; expected some words")).collect())
    }
}

impl From<Decision> for Event {
    fn from(decision: Decision) -> Self {
        Self::Decision(Box::new(decision))
    }
}

impl From<Override> for Event {
    fn from(other: Override) -> Self {
        Self::Override(other)
    }
}

impl From<Note> for Event {
    fn from(note: Note) -> Self {
        Self::Note(note)
    }
}

//! Deciding again.

use std::fmt;

use plaudit_core::{Result, visible};
use serde_json::Value;

use super::{Decision, Json};
use crate::{Rule, Verdicts};

/// What came of deciding again. `Display` prints a sentence a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Replay {
    differences: Vec<Difference>,
}

/// One value that is not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The division; empty where no division is meant.
    pub division: String,
    /// The field, such as `score_interval[0]` or `shares.Good`.
    pub field: String,
    /// What was recorded, as JSON; none where nothing was.
    pub recorded: Option<String>,
    /// What came out now, as JSON; none where nothing did.
    pub replayed: Option<String>,
}

impl Replay {
    /// Returns whether the verdicts are the same to the last byte.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// Returns what differs, in the order of the divisions.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    pub(super) fn add(&mut self, difference: Difference) {
        self.differences.push(difference);
    }
}

impl Decision {
    /// Decides about the recorded survey by this rule again, and returns whether the verdicts are the same, byte for
    /// byte.
    ///
    /// The rule is the caller's to make, mostly from the recorded settings: `decision.rule.parse::<Policy>()`.
    ///
    /// # Errors
    /// When the rule cannot decide, or what was recorded as verdicts is not JSON.
    pub fn replay(&self, rule: &(impl Rule + ?Sized)) -> Result<Replay> {
        self.compare(&rule.decide(&self.survey)?)
    }

    /// Returns whether these verdicts are the recorded ones, byte for byte: for rules that need more than the survey.
    ///
    /// # Errors
    /// When verdicts are not JSON.
    pub fn compare(&self, verdicts: &Verdicts) -> Result<Replay> {
        let again = Json::of(verdicts)?;
        if self.verdicts == again {
            return Ok(Replay { differences: Vec::new() });
        }
        let mut found = Found(Vec::new());
        let (recorded, replayed): (Vec<Value>, Vec<Value>) = (self.verdicts.parse()?, again.parse()?);
        for place in 0..recorded.len().max(replayed.len()) {
            let (one, two) = (recorded.get(place), replayed.get(place));
            let name = |value: Option<&Value>| Some(value?.get("division")?.as_str()?.to_owned());
            found.descend(&name(one).or_else(|| name(two)).unwrap_or_default(), String::new(), one, two);
        }
        if found.0.is_empty() {
            let (one, two) = (self.verdicts.as_str().bytes(), again.as_str().bytes());
            let byte = one.zip(two).take_while(|(a, b)| a == b).count();
            let field = format!("the spelling of equal values, from byte {byte}");
            found.0.push(Difference { division: String::new(), field, recorded: None, replayed: None });
        }
        Ok(Replay { differences: found.0 })
    }
}

/// The differences so far.
struct Found(Vec<Difference>);

impl Found {
    /// Adds what differs between two values of a division.
    fn descend(&mut self, division: &str, field: String, recorded: Option<&Value>, replayed: Option<&Value>) {
        match (recorded, replayed) {
            (Some(Value::Object(one)), Some(Value::Object(two))) => {
                let only_two = two.keys().filter(|key| !one.contains_key(*key));
                for key in one.keys().chain(only_two) {
                    let field = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
                    self.descend(division, field, one.get(key), two.get(key));
                }
            }
            (Some(Value::Array(one)), Some(Value::Array(two))) => {
                for place in 0..one.len().max(two.len()) {
                    self.descend(division, format!("{field}[{place}]"), one.get(place), two.get(place));
                }
            }
            (one, two) if one == two => {}
            (one, two) => {
                let [recorded, replayed] = [one, two].map(|value| value.map(Value::to_string));
                self.0.push(Difference { division: division.to_owned(), field, recorded, replayed });
            }
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_same() {
            return f.write_str("the same verdicts");
        }
        for (place, difference) in self.differences.iter().enumerate() {
            write!(f, "{}{difference}", if place > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { division, field, recorded, replayed } = self;
        let or_nothing = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        let field = if field.is_empty() { "the division" } else { field };
        if !division.is_empty() {
            write!(f, "{}: ", visible(division))?;
        }
        write!(f, "{}: recorded ", visible(field))?;
        write!(f, "{}, replayed {}", visible(&or_nothing(recorded)), visible(&or_nothing(replayed)))
    }
}

//! What each reaction stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::policy::same;

/// What a reaction is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Polarity {
    /// Approval.
    Positive,
    /// Disapproval.
    Negative,
    /// Neither: it is counted nowhere.
    Ignored,
}

impl Polarity {
    const ALL: [Self; 3] = [Self::Positive, Self::Negative, Self::Ignored];
}

impl fmt::Display for Polarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Ignored => "ignored",
        })
    }
}

/// What each reaction of a platform is taken for. Names are the platform's own, compared ignoring case.
///
/// The default is that of DPMS, Table 5: like, love, care, wow positive; haha, sad, angry negative. That haha is negative is
/// the paper's assumption (people laugh with a post as well as at it), so it is marked as ambiguous, and a
/// [`ReactionReport`](super::ReactionReport) has every figure with haha as positive and ignored, too.
///
/// # Example: a platform with two reactions
/// ```
/// use plaudit_promotion::reactions::{Polarity, Valence};
///
/// let mut valence = Valence::default();
/// valence.reactions = [("up".to_owned(), Polarity::Positive), ("down".to_owned(), Polarity::Negative)].into();
/// valence.ambiguous.clear();
/// valence.validate()?;
/// assert_eq!(valence.of("Down"), Some(Polarity::Negative));
/// assert_eq!(valence.of("haha"), None);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Valence {
    /// What each reaction is taken for. A reaction in the data that is not among them is an error, not ignored.
    pub reactions: BTreeMap<String, Polarity>,
    /// The reactions of which one may doubt what they stand for. None where a file leaves the field out.
    #[serde(default)]
    pub ambiguous: BTreeSet<String>,
}

impl Default for Valence {
    fn default() -> Self {
        let positive = ["like", "love", "care", "wow"].map(|name| (name.to_owned(), Polarity::Positive));
        let negative = ["haha", "sad", "angry"].map(|name| (name.to_owned(), Polarity::Negative));
        Self { reactions: positive.into_iter().chain(negative).collect(), ambiguous: ["haha".to_owned()].into() }
    }
}

impl Valence {
    /// Checks the names.
    ///
    /// # Errors
    /// When there is no reaction, a name is blank, has a control character or more than 100 characters, one stands twice
    /// (ignoring case), or an ambiguous one is not among the reactions. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Err(error) = Labels::new(self.reactions.keys()) {
            faults.push(format!("reactions: {error}"));
        }
        for name in self.reactions.keys() {
            if self.reactions.keys().filter(|other| same(other, name)).count() > 1 {
                faults.push(format!("reactions: `{name}` stands twice; expected once, ignoring case"));
            }
        }
        for name in self.ambiguous.iter().filter(|name| self.of(name).is_none()) {
            faults.push(format!("ambiguous: `{name}` has no polarity; expected a name of `reactions`"));
        }
        Error::from_faults(faults)
    }

    /// Returns what this reaction is taken for; none where it is not among the reactions.
    pub fn of(&self, reaction: &str) -> Option<Polarity> {
        let named = self.reactions.get(reaction);
        // Mostly the name is spelt alike, and then needs no search.
        named.or_else(|| self.reactions.iter().find(|(name, _)| same(name, reaction)).map(|(_, p)| p)).copied()
    }

    /// Returns the same map but for this reaction, which is taken for `polarity`.
    fn taken_as(&self, reaction: &str, polarity: Polarity) -> Self {
        let mut other = self.clone();
        other.reactions.iter_mut().filter(|(name, _)| same(name, reaction)).for_each(|(_, p)| *p = polarity);
        other
    }

    /// Each ambiguous reaction, taken for each of the two polarities that it is not declared to have.
    pub(crate) fn variants(&self) -> Vec<(String, Polarity, Self)> {
        let others = |name: &'_ String| {
            let declared = self.of(name);
            let others = Polarity::ALL.into_iter().filter(move |&polarity| declared != Some(polarity));
            let name = name.clone();
            others.map(move |polarity| (name.clone(), polarity, self.taken_as(&name, polarity)))
        };
        self.ambiguous.iter().flat_map(others).collect()
    }

    /// Returns the polarity of a reaction in the data.
    ///
    /// # Errors
    /// When it is not among the reactions.
    pub(crate) fn expect(&self, reaction: &str) -> Result<Polarity> {
        self.of(reaction).ok_or_else(|| {
            let known = Labels::new(self.reactions.keys()).map(|names| names.known_and_nearest(reaction));
            let known = known.unwrap_or_default();
            Error::config(format!("valence: found the reaction `{reaction}`; expected one of {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let mut valence = Valence::default();
        valence.reactions.insert("Haha".to_owned(), Polarity::Ignored);
        valence.reactions.insert(" ".to_owned(), Polarity::Ignored);
        valence.ambiguous.insert("hahaha".to_owned());
        let error = valence.validate().unwrap_err().to_string();
        for fault in ["`haha` stands twice", "`Haha` stands twice", "is blank", "`hahaha` has no polarity"] {
            assert!(error.contains(fault), "{error}");
        }
        valence.reactions.clear();
        assert!(valence.validate().unwrap_err().to_string().contains("at least one"));
        assert!(Valence::default().validate().is_ok());
    }

    #[test]
    fn an_unknown_reaction_gets_the_nearest() {
        let error = Valence::default().expect("Lovee").unwrap_err().to_string();
        assert!(
            error.contains("`Lovee`") && error.contains("like, love") && error.contains("nearest: `love`"),
            "{error}"
        );
        assert_eq!(Valence::default().expect("ANGRY").unwrap(), Polarity::Negative);
    }

    #[test]
    fn saved_and_read_back() {
        let json = serde_json::to_string(&Valence::default()).unwrap();
        assert_eq!(serde_json::from_str::<Valence>(&json).unwrap(), Valence::default());
        let own: Valence = serde_json::from_str(r#"{"reactions":{"up":"positive","down":"negative"}}"#).unwrap();
        assert!(own.ambiguous.is_empty() && own.validate().is_ok());
        assert!(serde_json::from_str::<Valence>(r#"{"reactions":{"up":"good"}}"#).is_err());
        assert!(serde_json::from_str::<Valence>(r#"{"reactions":{},"doubtful":[]}"#).is_err());
    }
}

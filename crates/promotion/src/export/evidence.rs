//! What people said that stands behind a verdict.

use std::fmt;

use plaudit_core::{Labels, Result, visible};
use serde::{Deserialize, Serialize};

use crate::policy::same;
use crate::{DivisionVerdict, Policy, Reason, Side, Verdict};

/// What people said about one division. `Display` prints it for people, a line each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// The division.
    pub division: String,
    /// The label that drives the verdict ([`driving_label`]); the terms are those of its comments. None where there is none.
    pub label: Option<String>,
    /// Some of the comments, those that speak for the verdict first.
    pub comments: Vec<Quote>,
    /// What the comments with the label say more often than the division's others, the surest first.
    pub terms: Vec<Term>,
}

/// What a comment says of the verdict. Of a division that needs more data, it is what it says of promoting it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stance {
    /// It speaks for it.
    For,
    /// It speaks against it.
    Against,
}

/// A comment, whole or cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Quote {
    /// Its words; cover names and contacts before they come here.
    pub text: String,
    /// The label that it was given.
    pub label: String,
    /// The probability of this label, 0 to 1, as the classifier sees it.
    pub probability: f64,
    /// What it says of the verdict.
    pub stance: Stance,
    /// By how much the score of the counted labels is higher with this comment than without it, in scores: leave-one-out,
    /// (u_k - s) / (n - 1) for the utility u_k of its label and the score s of all n. The same for all comments of a label.
    /// None for the only comment.
    #[serde(default)]
    pub influence: Option<f64>,
}

impl Quote {
    /// Returns a comment with this label and its probability, 0 to 1; the influence is not known.
    pub fn new(text: impl Into<String>, label: impl Into<String>, probability: f64, stance: Stance) -> Self {
        Self { text: text.into(), label: label.into(), probability, stance, influence: None }
    }
}

/// A word, perhaps with the negation that reaches it, and how many comments have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The term.
    pub text: String,
    /// How many comments with the label have it.
    pub count: u64,
    /// How many comments have the label.
    pub of: u64,
    /// How many of the division's other comments have it.
    pub count_elsewhere: u64,
    /// How many other comments the division has.
    pub of_elsewhere: u64,
    /// The difference of the log-odds, above 0 where the term stands more often with the label.
    pub log_odds: f64,
    /// The same in standard errors.
    pub z: f64,
}

impl Term {
    /// Returns a term that `count` of `of` comments with the label have, and `count_elsewhere` of `of_elsewhere` others, with the
    /// difference of its log-odds and the same in standard errors; `plaudit_insight::log_odds` gives both.
    pub fn new(
        text: impl Into<String>,
        (count, of): (u64, u64),
        (count_elsewhere, of_elsewhere): (u64, u64),
        (log_odds, z): (f64, f64),
    ) -> Self {
        Self { text: text.into(), count, of, count_elsewhere, of_elsewhere, log_odds, z }
    }
}

/// Returns how much more than the score that promotion needs each label is worth, u_k - s_min, `[labels]`: comments of those
/// above 0 speak for promoting a division, of those below 0 against it.
///
/// # Errors
/// When labels have no utility.
pub fn label_worths(policy: &Policy, labels: &Labels) -> Result<Vec<f64>> {
    let criteria = policy.criteria(labels)?;
    Ok(criteria.utilities.iter().map(|utility| utility - criteria.min_score).collect())
}

/// Returns the index of the label that drives a division's verdict; none where no label does.
///
/// Of [`Improve`](Verdict::Improve) it is the one that the [`Reason::Driver`] names. Of [`Hold`](Verdict::Hold) it is the
/// first with a share above its limit, or else the one that takes most from the score, by (u_k - s_min) p_k; of
/// [`Promote`](Verdict::Promote) the one that adds most to it; and of [`NeedsMoreData`](Verdict::NeedsMoreData) the one that
/// does more of either than any other.
///
/// # Errors
/// When labels have no utility.
pub fn driving_label(policy: &Policy, labels: &Labels, decided: &DivisionVerdict) -> Result<Option<usize>> {
    let worths = label_worths(policy, labels)?;
    let named = |name: &str| labels.iter().position(|label| same(label, name));
    for reason in &decided.reasons {
        match reason {
            Reason::Driver { label, .. } if decided.verdict == Verdict::Improve => return Ok(named(label)),
            Reason::Limit { label, side: Side::Above, .. } if decided.verdict == Verdict::Hold => {
                return Ok(named(label));
            }
            Reason::CountedLimit { label, share, max } if decided.verdict == Verdict::Hold && share > max => {
                return Ok(named(label));
            }
            _ => {}
        }
    }
    let strength = |pull: f64| match decided.verdict {
        Verdict::Promote => pull,
        Verdict::Hold | Verdict::Improve => -pull,
        Verdict::NeedsMoreData => pull.abs(),
    };
    let pulls = worths.iter().zip(&decided.shares).map(|(worth, share)| strength(worth * share.value)).enumerate();
    // An empty division's shares are the prior's, which nobody said.
    let told = pulls.filter(|&(_, strength)| decided.n > 0 && strength > 0.0);
    // Of equal ones the first.
    Ok(told.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(index, _)| index))
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for quote in &self.comments {
            writeln!(f, "  {}: {}", Speaks(quote.stance), quote)?;
        }
        if let (Some(label), false) = (&self.label, self.terms.is_empty()) {
            let terms: Vec<String> = self.terms.iter().map(ToString::to_string).collect();
            writeln!(f, "  terms of {}: {}", visible(label), terms.join("; "))?;
        }
        Ok(())
    }
}

/// A stance in words.
pub(super) struct Speaks(pub(super) Stance);

impl fmt::Display for Speaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Stance::For => "for it",
            Stance::Against => "against it",
        })
    }
}

/// The comment between quotes, then its label and probability.
impl fmt::Display for Quote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" ({} {:.2})", visible(&self.text), visible(&self.label), self.probability)
    }
}

/// The term, then its counts.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, count, of, count_elsewhere, of_elsewhere, .. } = self;
        write!(f, "{} ({count} of {of}, else {count_elsewhere} of {of_elsewhere})", visible(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DivisionCounts, Survey};

    #[test]
    fn the_label_that_drives() {
        let mut policy = Policy { max_more: 0, ..Policy::default() };
        let labels = Labels::dpms();
        assert_eq!(label_worths(&policy, &labels).unwrap(), [0.75, 0.0, -0.25, -1.25]);
        let of = |policy: &Policy, counts: [u64; 4]| {
            let survey = Survey::new(labels.clone(), vec![DivisionCounts::new("x", counts)]).unwrap();
            let verdicts = policy.decide(&survey).unwrap();
            let decided = verdicts.of("x").unwrap();
            (decided.verdict, driving_label(policy, &labels, decided).unwrap().and_then(|index| labels.name(index)))
        };
        assert_eq!(of(&policy, [610, 200, 120, 70]), (Verdict::Promote, Some("Good")));
        assert_eq!(of(&policy, [90, 120, 150, 640]), (Verdict::Hold, Some("Poor")));
        assert_eq!(of(&policy, [600, 0, 0, 400]), (Verdict::Improve, Some("Poor")));
        assert_eq!(of(&policy, [0, 0, 0, 0]), (Verdict::NeedsMoreData, None));
        // too little to decide: -1.25 of Poor is more than 0.75 of Good, while they are equally frequent
        assert_eq!(of(&policy, [2, 0, 0, 2]), (Verdict::NeedsMoreData, Some("Poor")));
        policy.limits.clear();
        assert_eq!(of(&policy, [0, 0, 1_000, 0]), (Verdict::Hold, Some("Neutral")));
        assert!(
            driving_label(
                &policy,
                &Labels::new(["odd"]).unwrap(),
                &DivisionVerdict::new("", 0, Verdict::Hold, Vec::new())
            )
            .is_err()
        );
    }

    #[test]
    fn saved_read_and_shown_harmlessly() {
        let mut evidence = Evidence { division: "a".to_owned(), label: Some("Poor".to_owned()), ..Evidence::default() };
        evidence.comments.push(Quote::new("odd\u{202e}\n", "Poor", 0.912, Stance::For));
        evidence.terms.push(Term::new("not helpful", (2, 3), (0, 4), (3.5, 1.1)));
        let text = evidence.to_string();
        assert_eq!(
            text,
            "  for it: \"odd\\u{202e}\\n\" (Poor 0.91)\n  terms of Poor: not helpful (2 of 3, else 0 of 4)\n"
        );
        let json = serde_json::to_string(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), evidence);
        assert!(serde_json::from_str::<Evidence>(r#"{"surprise":1}"#).is_err());
        assert_eq!(Evidence::default().to_string(), "");
    }
}

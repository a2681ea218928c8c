//! The DPMS paper's tables, and what follows from them.

mod claims;
mod matrix;
mod people;
mod reactions;
mod scores;
mod share;
mod sizes;
mod tables;
mod tsv;

use std::fmt;

use plaudit::Result;
use serde::Serialize;

pub(crate) use tables::Paper;

/// One figure: as it is printed, and as the tables give it.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    pub(crate) id: String,
    /// Where the paper has it.
    pub(crate) place: String,
    pub(crate) what: String,
    /// None where the paper prints no such figure.
    pub(crate) printed: Option<String>,
    /// `-` where the tables give none.
    pub(crate) recomputed: String,
    pub(crate) verdict: Verdict,
    /// What else was found; empty where there is nothing to add.
    pub(crate) note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The recomputed figure prints as it is printed.
    Matches,
    /// It does not.
    Differs,
    /// No counts give what is printed.
    Impossible,
    /// The tables do not give it in any of the ways that were tried.
    NotDerivable,
    /// Not printed; the tables leave a range.
    Bounded,
    /// Not printed; the tables give it.
    Derived,
    /// Too many counts to try.
    Undecided,
}

impl Verdict {
    pub(crate) const ALL: [Self; 7] = [
        Self::Matches,
        Self::Differs,
        Self::Impossible,
        Self::NotDerivable,
        Self::Bounded,
        Self::Derived,
        Self::Undecided,
    ];

    fn matches_if(good: bool) -> Self {
        if good { Self::Matches } else { Self::Differs }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Matches => "matches",
            Self::Differs => "differs",
            Self::Impossible => "impossible",
            Self::NotDerivable => "not derivable",
            Self::Bounded => "bounded",
            Self::Derived => "derived",
            Self::Undecided => "undecided",
        })
    }
}

impl Finding {
    /// A printed figure beside the recomputed one.
    fn of(
        [id, place, what]: [&str; 3],
        printed: impl Into<String>,
        recomputed: impl Into<String>,
        verdict: Verdict,
    ) -> Self {
        Self { printed: Some(printed.into()), ..Self::unprinted([id, place, what], recomputed, verdict) }
    }

    /// A figure that the paper does not print.
    fn unprinted([id, place, what]: [&str; 3], recomputed: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            id: id.to_owned(),
            place: place.to_owned(),
            what: what.to_owned(),
            printed: None,
            recomputed: recomputed.into(),
            verdict,
            note: String::new(),
        }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// Returns every finding, in the order of the paper.
///
/// # Errors
/// When the tables cannot be computed with: a configuration that they lead to is at fault.
pub(crate) fn findings(paper: &Paper) -> Result<Vec<Finding>> {
    let mut all = scores::averages(paper);
    all.extend(sizes::findings(paper)?);
    all.extend(scores::by_class(paper));
    all.extend(matrix::findings(paper)?);
    all.extend(people::findings(paper)?);
    all.extend(reactions::findings(paper)?);
    all.extend(claims::findings(paper)?);
    Ok(all)
}

/// Values one after the other.
fn join<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
}

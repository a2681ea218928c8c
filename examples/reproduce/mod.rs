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
    /// `-` where there is none: the note says why.
    pub(crate) recomputed: String,
    pub(crate) verdict: Verdict,
    /// What else was found; empty where there is nothing to add.
    pub(crate) note: String,
    /// The id of the claim of which this is one reading among others: it is not counted by itself.
    pub(crate) reading_of: Option<String>,
}

/// In the order of what is best for a printed figure: of several readings the least counts, of several classes the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// What the cells give, exactly as they are printed, prints as claimed, rounded or cut.
    Matches,
    /// It does not, but something does that the cells give by what they may have been before they were rounded or cut.
    Consistent,
    /// Too few digits, or too many counts to try.
    Undecided,
    /// Nothing does that the cells may give.
    Differs,
    /// No counts give what is printed.
    Impossible,
    /// The tables do not give it in any of the ways that were tried.
    NotDerivable,
    /// The tables leave nothing to compute it from.
    Undefined,
    /// Not printed; the tables leave a range.
    Bounded,
    /// Not printed; the tables give it.
    Derived,
}

impl Verdict {
    pub(crate) const ALL: [Self; 9] = [
        Self::Matches,
        Self::Consistent,
        Self::Undecided,
        Self::Differs,
        Self::Impossible,
        Self::NotDerivable,
        Self::Undefined,
        Self::Bounded,
        Self::Derived,
    ];

    fn matches_if(good: bool) -> Self {
        if good { Self::Matches } else { Self::Differs }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Matches => "matches",
            Self::Consistent => "consistent",
            Self::Undecided => "undecided",
            Self::Differs => "differs",
            Self::Impossible => "impossible",
            Self::NotDerivable => "not derivable",
            Self::Undefined => "undefined",
            Self::Bounded => "bounded",
            Self::Derived => "derived",
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
            reading_of: None,
        }
    }

    /// A figure that the paper does not print; undefined for this reason where there is none.
    fn derived(heading: [&str; 3], recomputed: Option<String>, reason: &str) -> Self {
        match recomputed {
            Some(recomputed) => Self::unprinted(heading, recomputed, Verdict::Derived),
            None => Self::unprinted(heading, "-", Verdict::Undefined).because(reason),
        }
    }

    /// A claim that can be read in several ways, and its readings, each with one verdict or more: the best of them is the
    /// claim's.
    fn claim(heading: [&str; 3], printed: &str, readings: Vec<(Self, Vec<Verdict>)>) -> Vec<Self> {
        let all = readings.iter().flat_map(|(_, verdicts)| verdicts);
        let verdict = all.clone().min().copied().unwrap_or(Verdict::Undefined);
        let defined = all.clone().filter(|&&verdict| verdict != Verdict::Undefined).count();
        let recomputed = match (verdict, all.filter(|&&one| one <= Verdict::Consistent).count()) {
            (Verdict::Undefined, _) => "-".to_owned(),
            (Verdict::Undecided, _) => format!("none of {defined} readings for sure"),
            (_, 0) => format!("none of {defined} readings"),
            (_, fits) => format!("{fits} of {defined} readings"),
        };
        let claim = Self::of(heading, printed, recomputed, verdict);
        let claim = if defined == 0 { claim.because("none of its readings can be") } else { claim };
        let of = |(reading, _)| Self { reading_of: Some(claim.id.clone()), ..reading };
        let readings: Vec<Self> = readings.into_iter().map(of).collect();
        [claim].into_iter().chain(readings).collect()
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Says why there is no figure.
    fn because(self, reason: &str) -> Self {
        self.note(format!("cannot be computed, because {reason}"))
    }
}

/// Returns every finding, those of each place together, a claim before its readings.
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
    let mut places: Vec<String> = Vec::new();
    for found in &all {
        if !places.contains(&found.place) {
            places.push(found.place.clone());
        }
    }
    all.sort_by_key(|found| places.iter().position(|place| *place == found.place));
    Ok(all)
}

/// Values one after the other.
fn join<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(", ")
}

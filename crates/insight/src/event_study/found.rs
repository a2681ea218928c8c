//! What a study of a launch says.

use std::fmt;

use plaudit_core::{Table, Time};
use plaudit_stats::Interval;
use serde::{Deserialize, Serialize};

/// What changed at a launch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EventStudy {
    /// The launch.
    pub launch: Time,
    /// The days of each window.
    pub days: u64,
    /// The posts of the window before.
    pub posts_before: u64,
    /// The posts of the window after.
    pub posts_after: u64,
    /// Posts a day, of every polarity: a ratio, which is none of the four claims.
    pub quantity: Measure,
    /// The positive posts.
    pub positive: Polarity,
    /// The negative posts.
    pub negative: Polarity,
}

/// What changed of the posts of one polarity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Polarity {
    /// Posts a day; the change is a ratio. One of the four claims.
    pub quantity: Measure,
    /// Their share of all posts; the change is a difference.
    pub share: Measure,
    /// The mean distance of their scores from 0; the change is a difference. One of the four claims.
    pub intensity: Measure,
}

/// One thing that was compared, or why it could not be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// There is too little to say.
    NotIdentifiable {
        /// What lacks.
        reason: Lack,
    },
    /// It was compared.
    Measured(Change),
}

/// What lacks where nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lack {
    /// The posts begin after the window before the launch does, or end before the window after it does.
    NotCovered {
        /// The whole days that there are before the launch, of those wanted at most.
        before: u64,
        /// The same after it.
        after: u64,
        /// The days that are wanted of each.
        needed: u64,
    },
    /// A window has too few posts; or both together, for a number of posts.
    FewPosts {
        /// Those before the launch.
        before: u64,
        /// Those after it.
        after: u64,
        /// How many are needed.
        needed: u64,
    },
    /// The posts of a window are of too few days or authors.
    FewClusters {
        /// Those before the launch.
        before: u64,
        /// Those after it.
        after: u64,
        /// How many are needed.
        needed: u64,
    },
}

impl fmt::Display for Lack {
    /// A part of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after, needed, what) = match self {
            Self::NotCovered { before, after, needed } => (before, after, needed, "days that the posts cover"),
            Self::FewPosts { before, after, needed } => (before, after, needed, "posts"),
            Self::FewClusters { before, after, needed } => (before, after, needed, "days or authors of posts"),
        };
        write!(f, "not identifiable: {what}: {before} before and {after} after; it takes {needed}")
    }
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// Its value before the launch.
    pub before: f64,
    /// Its value after it.
    pub after: f64,
    /// after / before for numbers of posts, none where there was no post before; after - before otherwise.
    pub change: Option<f64>,
    /// The interval of the change by bootstrap of clusters; none where it is not defined in one of twenty resamples or more.
    pub interval: Option<Interval>,
    /// The two-sided p-value that nothing changed, by permutation: (b + 1) / (m + 1) with b of m as far apart.
    pub p_value: f64,
    /// Adjusted by Benjamini and Hochberg over those of the four claims that could be compared; none where it is no claim.
    pub q_value: Option<f64>,
    /// What is said of it; none where it is no claim.
    pub finding: Option<Finding>,
}

/// What is said of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// There is more than before.
    Rise,
    /// There is less than before.
    Fall,
    /// The difference may be chance.
    NoClearChange,
}

impl fmt::Display for EventStudy {
    /// A table, and what could not be compared.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["measure", "before", "after", "change", "interval", "p", "q", "finding"]);
        let mut lacks = Vec::new();
        for (name, measure) in [
            ("posts a day", &self.quantity),
            ("positive posts a day", &self.positive.quantity),
            ("negative posts a day", &self.negative.quantity),
            ("share of positive posts", &self.positive.share),
            ("share of negative posts", &self.negative.share),
            ("intensity of positive posts", &self.positive.intensity),
            ("intensity of negative posts", &self.negative.intensity),
        ] {
            let change = match measure {
                Measure::Measured(change) => change,
                Measure::NotIdentifiable { reason } => {
                    lacks.push(format!("{name}: {reason}"));
                    continue;
                }
            };
            let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
            let ends = change.interval.map(|interval| format!("{:.3} to {:.3}", interval.low, interval.high));
            let finding = change.finding.map_or("", |finding| match finding {
                Finding::Rise => "rise",
                Finding::Fall => "fall",
                Finding::NoClearChange => "no clear change",
            });
            table.push([
                name.to_owned(),
                number(Some(change.before)),
                number(Some(change.after)),
                number(change.change),
                ends.unwrap_or_else(|| "-".to_owned()),
                number(Some(change.p_value)),
                number(change.q_value),
                finding.to_owned(),
            ]);
        }
        writeln!(f, "{} days before and after {}:", self.days, self.launch)?;
        write!(f, "{table}")?;
        lacks.iter().try_for_each(|lack| writeln!(f, "{lack}"))
    }
}

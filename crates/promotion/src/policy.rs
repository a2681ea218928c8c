//! What an institution wants before it promotes.

use std::collections::BTreeMap;

use plaudit_core::{Error, Labels, Result};
use serde::{Deserialize, Serialize};

use crate::Selection;

/// When a division is promoted, and how sure that must be.
///
/// A division with label shares p has the score s = sum of u_k p_k over the labels k. It deserves promotion where
/// s >= `min_score` and no share with a limit is above it. The shares are known only through the counts: their posterior
/// is Dirichlet(`prior` + counts), and e is the probability, under it, that the score *or* any limit fails. Then
///
/// - **Promote** where e <= `alpha`,
/// - **Hold** where e >= 1 - `alpha`; **Improve** where one label carries that: at most half of the answers have it (by the
///   posterior mean), and with its share added to that of the next better label, e would be at most `alpha`,
/// - **Needs more data** otherwise, and below `min_rows` answers; without an answer always.
///
/// The posterior holds the chance of the draw only. Where the counts come from a classifier, its errors are not in it:
/// decide by [`Corrected`](crate::Corrected), which puts the cut posterior in its place.
///
/// The default utilities and limits are conventions, not measurements: set your own. Names of labels are compared
/// ignoring case.
///
/// # Example: labels of one's own
/// ```
/// use plaudit_core::Labels;
/// use plaudit_promotion::{Policy, Survey};
///
/// let mut policy = Policy::default();
/// policy.utilities = [("late".to_owned(), -1.0), ("on time".to_owned(), 1.0)].into();
/// policy.limits = [("late".to_owned(), 0.1)].into();
/// policy.min_score = 0.5;
/// policy.decide(&Survey::tally(Labels::new(["on time", "Late"])?, [("Ferry", 0)])?)?;
/// # Ok::<(), plaudit_core::Error>(())
/// ```
///
/// See Berger, *Statistical Decision Theory and Bayesian Analysis* (1985), for decisions by posterior probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// What one answer of each label is worth, u_k. Every label of a survey needs one. By default Good and positive are
    /// worth 1, Poor and negative -1, neutral 0, and Average a quarter: a little better than saying nothing.
    pub utilities: BTreeMap<String, f64>,
    /// The score that promotion needs, s_min. By default 0.25, the worth of an Average answer: a division is promoted
    /// where the mean answer is at least Average, or where positive answers outnumber negative ones by a quarter of all.
    pub min_score: f64,
    /// The greatest share, 0 to 1, that a label may have however good the others are. A limit for a label that a survey
    /// does not have is not used. By default one answer in four for Poor. For negative it is 0.35, because that label
    /// also takes in what is only mildly bad; with the default score it stops a divided public (63 % positive, 37 %
    /// negative) from being promoted.
    pub limits: BTreeMap<String, f64>,
    /// The greatest probability that a verdict is wrong; above 0, below 0.5. For each division by itself it bounds the
    /// posterior probability that a promoted one should not be, or that a held one should. It is no bound for all divisions
    /// together: of many promoted ones a share of up to alpha is expected to be wrong. For a chance of at most alpha that
    /// any of k verdicts is wrong, set it to alpha / k (and `draws` to at least 10 k / alpha). It is a probability under the
    /// prior, no rate over repeated surveys; but over repeated surveys of a division exactly at the bound, the share that is
    /// promoted is near it: with 0.05, simulations of 10,000 surveys of 30, 150 and 600 answers promoted 0.037 to 0.049
    /// (the ignored test in `tests/properties.rs`).
    pub alpha: f64,
    /// How the verdicts of many divisions hang together; by default not at all.
    pub selection: Selection,
    /// The fewest answers that decide anything. By default 10: a posterior from fewer is mostly its prior.
    pub min_rows: u64,
    /// The number of draws from each posterior, 100 to 1,000,000 and at least 10 / `alpha`. With the default of 4,000, the
    /// simulation's standard error of an e of 0.05 is 0.0034.
    pub draws: usize,
    /// The Dirichlet prior's weight for each label, in answers, above 0 and at most a million. By default 1/2, Jeffreys' prior.
    pub prior: f64,
    /// The posterior probability, between 0 and 1, that each interval holds: one share or the score of one division, with
    /// equal tails; not all of them at once. By default 0.90, so that with `alpha` = 0.05 the lower end of the score's interval
    /// stands above `min_score` just when the score alone would promote.
    pub level: f64,
    /// Where the [label-shift check](crate::prevalence::ShiftCheck) of a division fails at this level, 0 to below 0.5, shares that
    /// are corrected by common error rates decide nothing about it: [`Corrected::shift`](crate::Corrected::shift). By default
    /// 0.05; 0 turns that off. It is no use where labels are not predicted.
    pub shift_alpha: f64,
    /// Up to how many further answers to look ahead where the data do not decide; 0 turns it off (it is the slowest part).
    pub max_more: u64,
    /// The seed of every draw. The draws depend on it and on the counts alone.
    pub seed: u64,
}

/// Up to here, worth times any count is still a finite number.
const MOST_WORTH: f64 = 1e100;

impl Default for Policy {
    fn default() -> Self {
        let named = |pairs: &[(&str, f64)]| pairs.iter().map(|&(label, value)| (label.to_owned(), value)).collect();
        Self {
            utilities: named(&[
                ("Good", 1.0),
                ("Average", 0.25),
                ("Neutral", 0.0),
                ("Poor", -1.0),
                ("positive", 1.0),
                ("negative", -1.0),
            ]),
            min_score: 0.25,
            limits: named(&[("Poor", 0.25), ("negative", 0.35)]),
            alpha: 0.05,
            selection: Selection::Threshold,
            min_rows: 10,
            draws: 4_000,
            prior: 0.5,
            level: 0.9,
            shift_alpha: 0.05,
            max_more: 20_000,
            seed: 0,
        }
    }
}

impl Policy {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite, a label stands twice (ignoring case), or a limit names a label
    /// without a utility. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut check = |good: bool, field: &str, found: String, expected: &str| {
            if !good {
                faults.push(format!("{field}: {found}; expected {expected}"));
            }
        };
        for (label, &utility) in &self.utilities {
            let bounded = utility.abs() <= MOST_WORTH;
            check(bounded, "utilities", format!("`{label}` is {utility:?}"), "a number from -1e100 to 1e100");
            check(once(&self.utilities, label), "utilities", format!("`{label}` stands twice"), "once, ignoring case");
        }
        for (label, &limit) in &self.limits {
            check((0.0..=1.0).contains(&limit), "limits", format!("`{label}` is {limit}"), "0 to 1");
            check(once(&self.limits, label), "limits", format!("`{label}` stands twice"), "once, ignoring case");
            // A default limit for a label that one's own utilities leave out says nothing.
            let default = Self::default().limits.get(label) == Some(&limit);
            let known = default || find(&self.utilities, label).is_some();
            check(known, "limits", format!("`{label}` has no utility"), "a label of `utilities`");
        }
        let bounded = self.min_score.abs() <= MOST_WORTH;
        check(bounded, "min_score", self.min_score.to_string(), "a number from -1e100 to 1e100");
        check(self.alpha > 0.0 && self.alpha < 0.5, "alpha", self.alpha.to_string(), "above 0 and below 0.5");
        check((100..=1_000_000).contains(&self.draws), "draws", self.draws.to_string(), "100 to 1000000");
        // A tail of alpha must hold some draws to be seen at all.
        let few = self.alpha > 0.0 && (self.draws as f64) < 10.0 / self.alpha;
        check(!few, "draws", self.draws.to_string(), "at least 10 / alpha");
        check(self.prior > 0.0 && self.prior <= 1e6, "prior", self.prior.to_string(), "above 0 and at most 1000000");
        check(self.level > 0.0 && self.level < 1.0, "level", self.level.to_string(), "between 0 and 1");
        check((0.0..0.5).contains(&self.shift_alpha), "shift_alpha", self.shift_alpha.to_string(), "0 to below 0.5");
        faults.extend(self.selection.faults(self.alpha));
        Error::from_faults(faults)
    }

    /// Returns the conditions for these labels.
    ///
    /// # Errors
    /// When labels have no utility; all of them are named.
    pub(crate) fn criteria(&self, labels: &Labels) -> Result<Criteria> {
        let mut criteria = Criteria { utilities: Vec::new(), min_score: self.min_score, limits: Vec::new() };
        let mut faults = Vec::new();
        for (index, label) in labels.iter().enumerate() {
            match find(&self.utilities, label) {
                Some(utility) => criteria.utilities.push(utility),
                None => faults.push(format!("utilities: label `{label}` of the survey has none")),
            }
            if let Some(max) = find(&self.limits, label) {
                criteria.limits.push(Limit { index, max });
            }
        }
        Error::from_faults(faults)?;
        Ok(criteria)
    }
}

/// A policy's conditions, by the index of each label.
#[derive(Clone)]
pub(crate) struct Criteria {
    pub(crate) utilities: Vec<f64>, // [labels]
    pub(crate) min_score: f64,
    pub(crate) limits: Vec<Limit>,
}

#[derive(Clone)]
pub(crate) struct Limit {
    pub(crate) index: usize,
    pub(crate) max: f64,
}

impl Criteria {
    /// The score of these shares.
    pub(crate) fn score(&self, shares: &[f64]) -> f64 {
        self.utilities.iter().zip(shares).map(|(utility, share)| utility * share).sum()
    }

    /// The same with a score that is higher, and limits that are lower, by `margin` times what is better in the first shares
    /// than in the second: shares that may be below 0, for the limits, and the likeliest, for the score.
    pub(crate) fn stricter(&self, margin: f64, better: &[Vec<f64>; 2], worse: &[Vec<f64>; 2]) -> Self {
        let ([exact, better], [exact_worse, worse]) = (better, worse);
        let gain = (self.score(better) - self.score(worse)).max(0.0);
        let share = |shares: &[f64], limit: &Limit| shares.get(limit.index).copied().unwrap_or(0.0);
        let limits = self.limits.iter().map(|limit| {
            let loss = (share(exact_worse, limit) - share(exact, limit)).max(0.0);
            Limit { index: limit.index, max: limit.max - margin * loss }
        });
        Self { utilities: self.utilities.clone(), min_score: self.min_score + margin * gain, limits: limits.collect() }
    }

    /// What both of two for the same labels ask for: the higher score, and the lower limits.
    pub(crate) fn strictest(mut self, other: &Self) -> Self {
        self.min_score = self.min_score.max(other.min_score);
        for (limit, other) in self.limits.iter_mut().zip(&other.limits) {
            limit.max = limit.max.min(other.max);
        }
        self
    }

    /// Whether the score or any limit fails.
    pub(crate) fn fails(&self, shares: &[f64]) -> bool {
        self.score(shares) < self.min_score || self.limits.iter().any(|limit| limit.fails(shares))
    }
}

impl Limit {
    pub(crate) fn fails(&self, shares: &[f64]) -> bool {
        shares.get(self.index).is_some_and(|&share| share > self.max)
    }
}

/// Whether two names mean the same label.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn find(by_label: &BTreeMap<String, f64>, label: &str) -> Option<f64> {
    by_label.iter().find(|(name, _)| same(name, label)).map(|(_, &value)| value)
}

fn once(by_label: &BTreeMap<String, f64>, label: &str) -> bool {
    by_label.keys().filter(|name| same(name, label)).count() == 1
}

//! Where the shares of a division come from.

use std::collections::BTreeMap;

use crate::policy::Criteria;
use crate::posterior::{Posterior, gold_draws};
use crate::prevalence::{CutPosterior, OwnShares, ShareDraws, Shift};
use crate::{Advice, Corrected, Policy, Reason};

/// The fewest random labels of a division that decide about it, where it has more texts: those of
/// [`GoldSample`](crate::prevalence::GoldSample).
const FEWEST_OWN: u64 = 100;

/// What the counts of a survey are.
#[derive(Clone, Copy)]
pub(crate) enum Counts<'a> {
    /// Labels that people gave.
    Gold,
    /// Predicted labels, with what the label-shift check says of the divisions.
    Predicted(&'a Corrected, &'a BTreeMap<String, Shift>),
}

impl<'a> Counts<'a> {
    /// Where the shares of a division come from.
    pub(crate) fn source(self, division: &str) -> Source<'a> {
        let Self::Predicted(rule, shifts) = self else { return Source::Gold };
        match rule.own.get_key_value(division) {
            Some((name, own)) => Source::Own(name, own, rule.posterior.draws()),
            None if shifts.get(division).is_some_and(|shift| shift.fails) => {
                Source::Doubted(&rule.posterior, rule.margin)
            }
            None => Source::Shared(&rule.posterior, rule.margin),
        }
    }

    pub(crate) fn shift(self, division: &str) -> Option<Shift> {
        let Self::Predicted(_, shifts) = self else { return None };
        shifts.get(division).copied()
    }

    /// At least 100.
    pub(crate) fn draws(self, policy: &Policy) -> usize {
        match self {
            Self::Gold => policy.draws,
            Self::Predicted(rule, _) => rule.posterior.draws(),
        }
    }
}

/// Where the shares of a division come from.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    /// Labels that people gave: the posterior is Dirichlet(prior + counts).
    Gold,
    /// Predicted labels: the posterior is drawn through the error rates. With the margin of [`Corrected`].
    Shared(&'a CutPosterior, f64),
    /// The same where the error rates are probably others: they decide nothing.
    Doubted(&'a CutPosterior, f64),
    /// Random labels of this division, with so many draws.
    Own(&'a str, &'a OwnShares, usize),
}

impl Source<'_> {
    pub(crate) fn is_doubted(self) -> bool {
        matches!(self, Self::Doubted(..))
    }

    pub(crate) fn posterior(self, policy: &Policy, counts: &[u64]) -> Posterior {
        match self {
            Self::Gold => Posterior::gold(policy, counts),
            _ => Posterior::corrected(self.copy(policy, counts, 0), policy.level),
        }
    }

    /// The conditions that these counts must meet, with the margin.
    pub(crate) fn stricter(self, criteria: &Criteria, counts: &[u64]) -> Criteria {
        match self {
            Self::Gold | Self::Own(..) => criteria.clone(),
            Self::Shared(cut, margin) | Self::Doubted(cut, margin) => cut.stricter(margin, criteria, counts),
        }
    }

    /// Draws of a further division with counts that another division has, too.
    pub(crate) fn copy(self, policy: &Policy, counts: &[u64], copy: u64) -> ShareDraws {
        match self {
            Self::Gold => gold_draws(policy, counts, copy),
            Self::Shared(cut, _) | Self::Doubted(cut, _) => cut.copy(counts, copy),
            Self::Own(_, own, draws) => own.draws(draws, policy.prior, policy.seed),
        }
    }

    /// Advice as a sentence; none where another reason says it.
    pub(crate) fn reason(self, advice: Advice, tried: u64) -> Option<Reason> {
        match self {
            Self::Doubted(..) => None,
            Self::Own(_, own, _) => {
                let rows = if let Advice::Label { about } = advice { about } else { None };
                Some(Reason::MoreOwnLabels { rows, tried: tried.min(own.others()) })
            }
            _ => Some(Reason::of(advice, tried)),
        }
    }
}

/// Divisions with equal verdicts: those with equal counts, but for own labels and doubts.
pub(crate) type Group<'a> = (bool, Option<&'a str>, &'a [u64]);

pub(crate) fn group<'a>(source: Source<'a>, counts: &'a [u64]) -> Group<'a> {
    let own = if let Source::Own(name, ..) = source { Some(name) } else { None };
    (source.is_doubted(), own, counts)
}

/// How many random labels a division needs for shares of its own.
pub(crate) fn doubted_labels(n: u64) -> u64 {
    n.min(FEWEST_OWN)
}

//! How many further answers or gold rows would decide, where labels are predicted.

use plaudit_stats::Stream;

use crate::plan::{draws, least};
use crate::policy::Criteria;
use crate::prevalence::{CutPosterior, OwnShares, ShareDraws, Variance};
use crate::{Advice, Policy, Verdict};

/// What the draws would become with more data.
///
/// Pre-posterior simulation (Raiffa and Schlaifer 1961) as for gold labels, but without drawing the posterior of every
/// simulated survey: that takes a chain for each. Let a condition's value (the score less its bound, a limit less the
/// share) have the variance T + G, T from the texts and G from the error rates. With r times the texts T becomes T / r, and
/// the mean moves by a variance of T - T / r; G stays, for the texts do not change the error rates. So the value at a
/// draw x of the posterior is taken as the truth, the new mean is m + b (x - m), and the new draws lie around it as the
/// old ones did, closer by a factor a: a^2 = (T / r + G) / (T + G) and a^2 + b^2 = 1. Gold rows lower G in the same way.
/// It is exact where the values are normal.
pub(crate) struct Ahead<'a> {
    policy: &'a Policy,
    counts: &'a [u64],
    most: u64, // of what is asked for
    missing: u64,
    label: bool,       // ask for gold rows, not for answers
    known: f64,        // how many there are of what is asked for, with the prior's
    means: Vec<f64>,   // [conditions]
    parts: Vec<f64>,   // [conditions]: of the variance, the part that it lowers
    values: Vec<f64>,  // row-major, [draws, conditions]; with the margin, below 0 fails
    margins: Vec<f64>, // [conditions]
}

impl<'a> Ahead<'a> {
    pub(crate) fn new(
        policy: &'a Policy,
        [wanted, criteria]: [&Criteria; 2],
        cut: &CutPosterior,
        counts: &'a [u64],
        shares: &ShareDraws,
    ) -> Self {
        let n: u64 = counts.iter().sum();
        let missing = policy.fewest().saturating_sub(n);
        let score = shares.variance(|row| criteria.score(row));
        let label = missing == 0 && score.gold > score.texts;
        let known = if label { cut.gold_weight() } else { n as f64 + cut.prior_weight() };
        let lowered = |variance: Variance| if label { variance.gold } else { variance.texts };
        let new = Self::of(policy, [wanted, criteria], counts, shares, lowered);
        Self { missing, label, known, ..new }
    }

    /// Where a division is decided by labels of its own: further ones lower all of the variance.
    pub(crate) fn own(
        policy: &'a Policy,
        criteria: &Criteria,
        own: &OwnShares,
        counts: &'a [u64],
        shares: &ShareDraws,
    ) -> Self {
        let known = own.worth() + policy.prior * counts.len() as f64;
        let new = Self::of(policy, [criteria, criteria], counts, shares, |variance| variance.total());
        // There are no more to label than texts without a label.
        Self { most: policy.max_more.min(own.others()), known, ..new }
    }

    /// Where labels lower a part of the variance, and nothing is known of how many there are.
    fn of(
        policy: &'a Policy,
        [wanted, criteria]: [&Criteria; 2],
        counts: &'a [u64],
        shares: &ShareDraws,
        lowered: impl Fn(Variance) -> f64,
    ) -> Self {
        let conditions = 1 + criteria.limits.len();
        let value = |row: &[f64], condition: usize| match condition.checked_sub(1).map(|k| criteria.limits.get(k)) {
            None => criteria.score(row) - criteria.min_score,
            Some(limit) => limit.map_or(0.0, |limit| limit.max - row.get(limit.index).copied().unwrap_or(0.0)),
        };
        let values: Vec<f64> =
            shares.rows().flat_map(|row| (0..conditions).map(move |condition| value(row, condition))).collect();
        let mut means = vec![0.0; conditions];
        for row in values.chunks_exact(conditions) {
            means.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / shares.len() as f64);
        }
        let part = |condition| {
            let variance = shares.variance(|row| value(row, condition));
            let (all, lowered) = (variance.total(), lowered(variance));
            if lowered > 0.0 { lowered / all } else { 0.0 }
        };
        let parts = (0..conditions).map(part).collect();
        let limits = wanted.limits.iter().zip(&criteria.limits).map(|(wanted, stricter)| wanted.max - stricter.max);
        let margins = std::iter::once(criteria.min_score - wanted.min_score).chain(limits).collect();
        let most = policy.max_more;
        Self { policy, counts, most, missing: 0, label: true, known: 0.0, means, parts, values, margins }
    }

    pub(crate) fn advice(&self) -> Advice {
        let about = least(self.missing, self.most, |more, survey| self.decides(more, survey));
        // Where even labels of all the division's texts would not decide, answers are what is missing.
        let exhausted = about.is_none() && self.most < self.policy.max_more;
        if self.label && !exhausted { Advice::Label { about } } else { Advice::Collect { about } }
    }

    /// Whether so many more decide, in one simulated survey, whose draws hang on nothing else.
    fn decides(&self, more: u64, survey: u64) -> bool {
        let content = [self.counts, &[u64::from(self.label), more, survey]].concat();
        let mut stream = Stream::keyed(self.policy.seed, "promotion: ahead", &content);
        let (width, draws) = (self.means.len(), draws(self.policy.alpha));
        let rows = self.values.len() / width;
        let row = |index: usize| self.values.chunks_exact(width).nth(index).unwrap_or(&[]);
        let truth = row(stream.below(rows as u64) as usize);
        let news = more as f64 / (self.known + more as f64);
        let fails = |row: &[f64], margin: f64| {
            let known = self.means.iter().zip(&self.parts).zip(&self.margins);
            row.iter().zip(truth).zip(known).any(|((value, truth), ((mean, part), of_condition))| {
                let moved = part * news;
                let new = mean + moved.sqrt() * (truth - mean) + (1.0 - moved).sqrt() * (value - mean);
                new + margin * of_condition < 0.0
            })
        };
        let [bare, risk] = [1.0, 0.0].map(|margin| {
            let failed = (0..draws).filter(|draw| fails(row(draw * rows / draws), margin)).count();
            failed as f64 / draws as f64
        });
        self.policy.verdict(bare, risk) != Verdict::NeedsMoreData
    }
}

//! From what is known about each division to its verdict.

use std::collections::BTreeMap;

use plaudit_core::{Labels, Result};
use plaudit_stats::{Interval, quantile};
use rayon::prelude::*;

use crate::ahead::Ahead;
use crate::driver::driver;
use crate::policy::Criteria;
use crate::posterior::{Posterior, gold_draws};
use crate::prevalence::{CutPosterior, OwnShares, ShareDraws, Shift};
use crate::ranking::Ranking;
use crate::{Advice, Corrected, DivisionVerdict, Policy, Reason, Share, Side, Survey, Verdict, Verdicts};

/// The divisions that are decided before they are ranked, and the most scores that these have.
const BLOCK: usize = 256;
const MOST_SCORES: usize = 1 << 22;
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
    fn source(self, division: &str) -> Source<'a> {
        let Self::Predicted(rule, shifts) = self else { return Source::Gold };
        match rule.own.get_key_value(division) {
            Some((name, own)) => Source::Own(name, own, rule.posterior.draws()),
            None if shifts.get(division).is_some_and(|shift| shift.fails) => {
                Source::Doubted(&rule.posterior, rule.margin)
            }
            None => Source::Shared(&rule.posterior, rule.margin),
        }
    }

    fn shift(self, division: &str) -> Option<Shift> {
        let Self::Predicted(_, shifts) = self else { return None };
        shifts.get(division).copied()
    }

    /// At least 100.
    fn draws(self, policy: &Policy) -> usize {
        match self {
            Self::Gold => policy.draws,
            Self::Predicted(rule, _) => rule.posterior.draws(),
        }
    }
}

/// Where the shares of a division come from.
#[derive(Clone, Copy)]
enum Source<'a> {
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
    fn is_doubted(self) -> bool {
        matches!(self, Self::Doubted(..))
    }

    fn posterior(self, policy: &Policy, counts: &[u64]) -> Posterior {
        match self {
            Self::Gold => Posterior::gold(policy, counts),
            _ => Posterior::corrected(self.copy(policy, counts, 0), policy.level),
        }
    }

    /// The conditions that these counts must meet, with the margin.
    fn stricter(self, criteria: &Criteria, counts: &[u64]) -> Criteria {
        match self {
            Self::Gold | Self::Own(..) => criteria.clone(),
            Self::Shared(cut, margin) | Self::Doubted(cut, margin) => cut.stricter(margin, criteria, counts),
        }
    }

    /// Draws of a further division with counts that another division has, too.
    fn copy(self, policy: &Policy, counts: &[u64], copy: u64) -> ShareDraws {
        match self {
            Self::Gold => gold_draws(policy, counts, copy),
            Self::Shared(cut, _) | Self::Doubted(cut, _) => cut.copy(counts, copy),
            Self::Own(_, own, draws) => own.draws(draws, policy.prior, policy.seed),
        }
    }
}

impl Source<'_> {
    /// Advice as a sentence; none where another reason says it.
    fn reason(self, advice: Advice, tried: u64) -> Option<Reason> {
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
type Group<'a> = (bool, Option<&'a str>, &'a [u64]);

fn group<'a>(source: Source<'a>, counts: &'a [u64]) -> Group<'a> {
    let own = if let Source::Own(name, ..) = source { Some(name) } else { None };
    (source.is_doubted(), own, counts)
}

/// One verdict a division, from the draws of its shares.
pub(crate) fn decide(policy: &Policy, of: Counts, survey: &Survey) -> Result<Verdicts> {
    policy.validate()?;
    let labels = survey.labels();
    let criteria = policy.criteria(labels)?;
    // Equal counts get equal verdicts: many small divisions cost as much as there are different counts.
    let mut groups: BTreeMap<Group, (Source, usize)> = BTreeMap::new();
    for division in survey.divisions() {
        let source = of.source(&division.division);
        groups.entry(group(source, &division.counts)).or_insert((source, 0)).1 += 1;
    }
    let keys: Vec<Group> = groups.keys().copied().collect();
    let groups: Vec<(Source, &[u64], usize)> =
        groups.into_iter().map(|((.., counts), (source, size))| (source, counts, size)).collect();
    // All that may be the best are ranked, each by draws of its own.
    let ranked = |source: Source, counts: &[u64]| total(counts) >= policy.fewest() && !source.is_doubted();
    let tasks: Vec<(usize, Source, &[u64], u64)> = groups
        .iter()
        .enumerate()
        .flat_map(|(group, &(source, counts, size))| {
            (0..if ranked(source, counts) { size as u64 } else { 1 }).map(move |copy| (group, source, counts, copy))
        })
        .collect();
    let mut ranking = Ranking::new(policy.selection.places(), groups.len());
    let mut decided = Vec::with_capacity(groups.len());
    for block in tasks.chunks((MOST_SCORES / of.draws(policy)).clamp(1, BLOCK)) {
        let task = |&(_, source, counts, copy): &(usize, Source, &[u64], u64)| {
            if copy > 0 {
                return (None, scores(&criteria, &source.copy(policy, counts, copy)));
            }
            let posterior = source.posterior(policy, counts);
            let scores = scores(&criteria, &posterior.draws);
            (Some(division(policy, source, labels, &criteria, counts, &posterior, &scores)), scores)
        };
        let done: Vec<(Option<DivisionVerdict>, Vec<f64>)> = block.par_iter().map(task).collect();
        for (&(group, source, counts, _), (verdict, scores)) in block.iter().zip(done) {
            decided.extend(verdict.map(|verdict| (groups.get(group).map_or(1, |&(.., size)| size), verdict)));
            if ranked(source, counts) {
                ranking.add(group, &scores);
            }
        }
    }
    for ((&(source, counts, size), (_, decided)), best) in groups.iter().zip(&mut decided).zip(ranking.within(1)) {
        decided.probability_best = ranked(source, counts).then_some(best / size as f64);
    }
    policy.selection.apply(policy, &ranking, &mut decided);
    if policy.max_more > 0 {
        for (&(source, ..), (_, decided)) in groups.iter().zip(&mut decided) {
            decided.reasons.extend(decided.advice.and_then(|advice| source.reason(advice, policy.max_more)));
        }
    }
    let known: BTreeMap<Group, DivisionVerdict> =
        keys.into_iter().zip(decided).map(|(key, (_, decided))| (key, decided)).collect();
    let divisions = survey.divisions().iter().filter_map(|division| {
        let source = of.source(&division.division);
        let mut decided = known.get(&group(source, &division.counts))?.clone();
        decided.division.clone_from(&division.division);
        decided.shift = of.shift(&division.division);
        if let (true, Some(Shift { p_value, adjusted, alpha, .. })) = (source.is_doubted(), decided.shift) {
            let label = doubted_labels(decided.n);
            decided.reasons.insert(0, Reason::LabelShift { p_value, adjusted, alpha, label });
        }
        Some(decided)
    });
    Ok(Verdicts::new(labels.clone(), divisions.collect()))
}

/// How many random labels a division needs for shares of its own.
fn doubted_labels(n: u64) -> u64 {
    n.min(FEWEST_OWN)
}

fn total(counts: &[u64]) -> u64 {
    counts.iter().sum()
}

fn scores(criteria: &Criteria, draws: &ShareDraws) -> Vec<f64> {
    draws.rows().map(|row| criteria.score(row)).collect()
}

fn division(
    policy: &Policy,
    source: Source,
    labels: &Labels,
    criteria: &Criteria,
    counts: &[u64],
    posterior: &Posterior,
    scores: &[f64],
) -> DivisionVerdict {
    let n = total(counts);
    let (wanted, criteria) = (criteria, &source.stricter(criteria, counts));
    let margin = criteria.min_score - wanted.min_score;
    let parts = labels.iter().zip(counts).zip(posterior.means.iter().zip(&posterior.intervals));
    let share = |((label, &count), (&mean, &interval)): ((&str, &u64), (&f64, &Interval))| {
        let mut share = Share::new(label, count, mean);
        share.interval = Some(interval);
        share
    };
    let shares: Vec<Share> = parts.map(share).collect();
    let score = criteria.score(&posterior.means);
    let score_interval = interval(policy.level, scores);
    // Promotion has to be right with the margin, a hold without it: what the margin is for may be nothing.
    let risk = posterior.draws.probability(|row| criteria.fails(row));
    let bare = posterior.draws.probability(|row| wanted.fails(row));

    let (verdict, reasons) = if n < policy.fewest() {
        (Verdict::NeedsMoreData, vec![Reason::TooFewRows { n, min: policy.fewest() }])
    } else if source.is_doubted() {
        (Verdict::NeedsMoreData, Vec::new()) // the reason hangs on the division's cells, not on its counts
    } else {
        let mut reasons = reasons(policy, wanted, posterior, &shares, (score, score_interval, scores));
        // One that could hardly change a verdict is no reason.
        if margin > 1e-3 * (score_interval.high - score_interval.low) {
            reasons.push(Reason::Margin { margin, min: policy.min_score });
        }
        for (limit, stricter) in wanted.limits.iter().zip(&criteria.limits) {
            let margin = limit.max - stricter.max;
            if let Some((share, ends)) = shares.get(limit.index).zip(posterior.intervals.get(limit.index))
                && margin > 1e-3 * (ends.high - ends.low)
            {
                reasons.push(Reason::LimitMargin { label: share.label.clone(), margin, max: limit.max });
            }
        }
        let mut verdict = policy.verdict(bare, risk);
        let tells = risk - bare >= 5e-4 || verdict != policy.verdict(risk, risk);
        let without_margin = tells.then_some(bare);
        reasons.push(Reason::Risk { probability: risk, without_margin, alpha: policy.alpha });
        if verdict == Verdict::Hold
            && let Some(reason) = driver(policy, labels, criteria, posterior)
        {
            verdict = Verdict::Improve;
            reasons.push(reason);
        }
        if let Source::Own(_, own, _) = source {
            reasons.insert(0, Reason::OwnLabels { labelled: own.labelled(), others: own.others() });
        }
        (verdict, reasons)
    };
    let advice = (!verdict.is_decisive()).then(|| match source {
        Source::Gold => Advice::Collect { about: policy.more(criteria, counts) },
        Source::Shared(cut, _) => Ahead::new(policy, [wanted, criteria], cut, counts, &posterior.draws).advice(),
        Source::Own(_, own, _) => Ahead::own(policy, criteria, own, counts, &posterior.draws).advice(),
        Source::Doubted(..) => Advice::Label { about: Some(doubted_labels(n)) },
    });

    let mut decided = DivisionVerdict::new("", n, verdict, reasons);
    decided.shares = shares;
    decided.score = Some(score);
    decided.score_interval = Some(score_interval);
    // What is not trusted decides nothing, nor does it take part in choosing among divisions.
    decided.risk = (!source.is_doubted()).then_some(risk);
    decided.more = advice.and_then(Advice::answers);
    decided.advice = advice;
    decided
}

/// Where the score and the shares with a limit lie.
fn reasons(
    policy: &Policy,
    criteria: &Criteria,
    posterior: &Posterior,
    shares: &[Share],
    (score, ends, scores): (f64, Interval, &[f64]),
) -> Vec<Reason> {
    let side = |above| side(above, policy.alpha);
    let Interval { low, high, level } = ends;
    let below = scores.iter().filter(|&&score| score < criteria.min_score).count() as f64 / scores.len() as f64;
    let mut reasons = vec![Reason::Score { side: side(1.0 - below), score, low, high, level, min: criteria.min_score }];
    for limit in &criteria.limits {
        if let Some(Share { label, value, interval: Some(interval), .. }) = shares.get(limit.index) {
            reasons.push(Reason::Limit {
                label: label.clone(),
                side: side(posterior.draws.probability(|row| limit.fails(row))),
                share: *value,
                low: interval.low,
                high: interval.high,
                level,
                max: limit.max,
            });
        }
    }
    reasons
}

/// The interval of these values, with equal tails.
pub(crate) fn interval(level: f64, values: &[f64]) -> Interval {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    // There are at least 100 draws, so there is always a quantile.
    let end = |q| quantile(&values, q).unwrap_or_default();
    Interval { low: end(tail), high: end(1.0 - tail), level }
}

impl Policy {
    /// Returns one verdict a division, in the survey's order, where the counts are of labels that people gave. For
    /// predicted labels see [`Corrected`](crate::Corrected).
    ///
    /// Shares and score are posterior means, and the intervals of the shares posterior quantiles, without draws (close
    /// approximations beyond 100,000 answers, see [`plaudit_stats::beta_quantile`]); the interval of the score and the
    /// probabilities come from `draws` seeded draws. The draws are named by the counts: neither the other divisions, nor
    /// their order, nor a division's name changes a verdict, and divisions with equal counts get equal ones; the others
    /// change `probability_best` alone, and what a [`Selection`](crate::Selection) of one's own makes of them. A division without answers gets the prior's values. The divisions are
    /// spread over the threads of the caller's rayon pool, whose number changes nothing.
    ///
    /// # Errors
    /// When the policy is at fault ([`validate`](Self::validate)), or labels of the survey have no utility.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        decide(self, Counts::Gold, survey)
    }

    /// The fewest answers that decide: none decide nothing.
    pub(crate) fn fewest(&self) -> u64 {
        self.min_rows.max(1)
    }

    /// The verdict where the score or a limit fails with these probabilities, without their margins and with them.
    pub(crate) fn verdict(&self, bare: f64, risk: f64) -> Verdict {
        if risk <= self.alpha {
            Verdict::Promote
        } else if bare >= 1.0 - self.alpha {
            Verdict::Hold
        } else {
            Verdict::NeedsMoreData
        }
    }
}

/// The side of a bound, given the probability of lying above it.
fn side(above: f64, alpha: f64) -> Side {
    if above >= 1.0 - alpha {
        Side::Above
    } else if above <= alpha {
        Side::Below
    } else {
        Side::Unclear
    }
}

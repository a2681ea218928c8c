//! From what is known about each division to its verdict.

use std::collections::BTreeMap;

use plaudit_core::{Labels, Result};
use plaudit_stats::{Interval, quantile};
use rayon::prelude::*;

use crate::ahead::Ahead;
use crate::driver::driver;
use crate::policy::Criteria;
use crate::posterior::Posterior;
use crate::prevalence::{ShareDraws, Shift};
use crate::ranking::Ranking;
use crate::source::{Counts, Group, Source, doubted_labels, group};
use crate::{Advice, DivisionVerdict, Policy, Reason, Share, Side, Survey, Verdict, Verdicts};

/// The divisions that are decided before they are ranked, and the most scores that these have.
const BLOCK: usize = 256;
const MOST_SCORES: usize = 1 << 22;

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

//! How few labels change a verdict.

use std::cell::OnceCell;

use plaudit_core::{Error, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::prevalence::Event;
use crate::{Corrected, DivisionCounts, Rule, Survey, Verdict};

/// The most vectors that are tried: those up to radius 12 with four labels are 16,640.
const MOST_VECTORS: usize = 16_640;
/// How many are decided at a time.
const BATCH: usize = 256;
/// Minus the log of the chance that a change that was not decided is decided otherwise: 6 x 10^-16.
const SURE: f64 = 35.0;
/// Changes do not go beyond so many labels, or beyond those that there are: more are no counts for every rule.
const MOST_TOTAL: u64 = 1 << 53;

/// The flip budget of a division: the least number of labels to insert or remove, all other divisions as they are, so that
/// it is decided otherwise; a replacement counts as two. [`Improve`](Verdict::Improve) is no other decision than
/// [`Hold`](Verdict::Hold).
///
/// It counts *labels*, as the rule sees them. Where they are predicted, a text need not get the label that its author
/// wants: more texts may be needed, or fewer where one replaces many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FlipBudget {
    /// No fewer labels do: by trying all of them (up to 2^53 labels in all), by bounds that leave a chance of less than 10^-10 in
    /// all, or in closed form.
    pub least: u64,
    /// So many labels do; the budget is exact where it equals `least`. None where nothing that was tried did.
    pub most: Option<u64>,
}

impl FlipBudget {
    /// Returns a budget that is known exactly.
    pub fn exact(labels: u64) -> Self {
        Self { least: labels, most: Some(labels) }
    }
}

/// The budget of `division`, by deciding the whole survey again for each change.
///
/// # Errors
/// When the survey has no such division, or the rule fails.
pub(crate) fn in_survey<R: Rule + ?Sized>(
    rule: &R,
    survey: &Survey,
    division: &str,
    radius: u64,
) -> Result<FlipBudget> {
    search(counts_of(survey, division)?, radius, |changes| {
        let decide = |counts: &Vec<u64>| {
            let changed = survey.divisions().iter().map(|one| {
                let own = one.division == division;
                DivisionCounts::new(&one.division, if own { counts.clone() } else { one.counts.clone() })
            });
            let verdicts = rule.decide(&Survey::new(survey.labels().clone(), changed.collect())?)?;
            Ok(verdicts.of(division).map_or(Verdict::NeedsMoreData, |decided| decided.verdict))
        };
        changes.iter().map(decide).collect()
    })
}

/// The budget of a division under a rule that decides each division by its counts alone: changes are decided together, as
/// divisions of one survey.
///
/// # Errors
/// As [`in_survey`].
pub(crate) fn alone<R: Rule>(rule: &R, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
    search(counts_of(survey, division)?, radius, |changes| {
        let named = |(index, counts): (usize, &Vec<u64>)| DivisionCounts::new(format!("{index:06}"), counts.clone());
        let changed = Survey::new(survey.labels().clone(), changes.iter().enumerate().map(named).collect())?;
        Ok(rule.decide(&changed)?.iter().map(|decided| decided.verdict).collect())
    })
}

/// The budget of a division whose counts are predicted. The changes are spread over the threads of the caller's rayon pool.
///
/// A change is not decided where bounds leave a chance of less than exp(-[`SURE`]) that it is decided otherwise: all of them
/// together, one of 10^11.
///
/// # Errors
/// When the rule cannot be applied, or the survey has no such division.
pub(crate) fn corrected(rule: &Corrected, survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
    let criteria = rule.criteria(survey)?;
    let counts = counts_of(survey, division)?;
    let now = rule.action(&criteria, counts);
    // What draws would have to do for another decision, and for how many of the error rates they may.
    let cut = &rule.posterior;
    let (event, room) = match now {
        Verdict::Promote => (Some(Event::Fails), room(rule, |part| rule.policy.verdict(part, part) == now)),
        Verdict::Hold => (Some(Event::Meets), room(rule, |part| rule.policy.verdict(1.0 - part, 1.0 - part) == now)),
        _ => (None, 0),
    };
    let likeliest = OnceCell::new();
    search(counts, radius, |changes| {
        // Bounds are worth it for many changes at once.
        let seldom = event.filter(|_| changes.len() > 1).and_then(|event| {
            let likeliest = likeliest.get_or_init(|| cut.likeliest(counts)).as_ref()?;
            let stricter = changes.par_iter().map(|counts| cut.stricter(rule.margin, &criteria, counts));
            let wanted = match event {
                Event::Fails => stricter.reduce(|| criteria.clone(), |a, b| a.strictest(&b)),
                Event::Meets => criteria.clone(),
            };
            Some(cut.seldom(likeliest, counts, &wanted, event))
        });
        let decide = |counts: &Vec<u64>| {
            let enough = counts.iter().sum::<u64>() >= rule.policy.fewest();
            if enough && seldom.as_ref().is_some_and(|seldom| sure(seldom.of(counts), room)) {
                now
            } else {
                rule.action(&criteria, counts)
            }
        };
        Ok(changes.par_iter().map(decide).collect())
    })
}

/// The budget of a division whose verdict its counts do not change.
///
/// # Errors
/// When the survey has no such division.
pub(crate) fn never(survey: &Survey, division: &str, radius: u64) -> Result<FlipBudget> {
    search(counts_of(survey, division)?, radius, |changes| Ok(vec![Verdict::NeedsMoreData; changes.len()]))
}

/// For how many draws of the error rates both draws of shares may do something, where `kept` says whether that part of all may.
fn room(rule: &Corrected, kept: impl Fn(f64) -> bool) -> usize {
    let draws = rule.posterior.error_rates().len();
    (0..draws).rev().find(|&room| kept(room as f64 / draws as f64)).unwrap_or(0)
}

/// Whether events that are independent, of which `often` may happen and `expected` others are to be expected, are at most `room`, but
/// for a chance of exp(-[`SURE`]) (H. Chernoff, 1952).
fn sure((often, expected): (usize, f64), room: usize) -> bool {
    let Some(others) = room.checked_sub(often) else { return false };
    let many = others as f64 + 1.0;
    expected < many && many * libm::log(many / expected) - many + expected > SURE
}

/// # Errors
/// When the survey has no such division.
pub(crate) fn counts_of<'a>(survey: &'a Survey, division: &str) -> Result<&'a [u64]> {
    let found = survey.divisions().iter().find(|one| one.division == division);
    found.map(|one| one.counts.as_slice()).ok_or_else(|| Error::config(format!("survey: no division `{division}`")))
}

/// Shells of ascending radius as far as they go, and directions beyond. `decide` gives one verdict for each of the counts.
fn search(counts: &[u64], radius: u64, decide: impl Fn(&[Vec<u64>]) -> Result<Vec<Verdict>>) -> Result<FlipBudget> {
    let now = decide(&[counts.to_vec()])?.first().copied().map(action);
    let flips = |changes: &[Vec<u64>]| -> Result<bool> {
        Ok(decide(changes)?.into_iter().any(|verdict| Some(action(verdict)) != now))
    };
    // What a direction finds says how far the shells need to go.
    let most = directions(counts, &flips)?;
    let most_total = total(counts).map_or(u64::MAX, |total| total.max(MOST_TOTAL));
    let (mut tried, mut least) = (0, 1);
    while least <= radius && most.is_none_or(|most| least < most) {
        let mut shell = Vec::new();
        extend(counts, least, &mut Vec::new(), &mut shell, MOST_VECTORS - tried);
        tried += shell.len();
        if tried > MOST_VECTORS {
            break; // this shell is not whole
        }
        shell.retain(|changed| total(changed).is_some_and(|total| total <= most_total));
        for batch in shell.chunks(BATCH) {
            if flips(batch)? {
                return Ok(FlipBudget::exact(least));
            }
        }
        least += 1;
    }
    Ok(FlipBudget { least, most })
}

/// The sum of the counts; none beyond `u64::MAX`.
fn total(counts: &[u64]) -> Option<u64> {
    counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count))
}

/// What is done about a division.
fn action(verdict: Verdict) -> Verdict {
    if verdict == Verdict::Improve { Verdict::Hold } else { verdict }
}

/// All counts at an L1 distance of exactly `left` from these, and one more than `most` at most. `head` is changed already.
fn extend(counts: &[u64], left: u64, head: &mut Vec<u64>, found: &mut Vec<Vec<u64>>, most: usize) {
    let Some((&count, rest)) = counts.split_first() else {
        if left == 0 {
            found.push(head.clone());
        }
        return;
    };
    for change in 0..=left {
        for changed in
            [count.checked_sub(change), count.checked_add(change).filter(|_| change > 0)].into_iter().flatten()
        {
            // The last label takes all that is left.
            if found.len() > most || (rest.is_empty() && change < left) {
                continue;
            }
            head.push(changed);
            extend(rest, left - change, head, found, most);
            head.pop();
        }
    }
}

/// The least distance found along single labels inserted or removed, and one label replaced by another: doubling until
/// the decision is another one, and then halving.
fn directions(counts: &[u64], flips: &impl Fn(&[Vec<u64>]) -> Result<bool>) -> Result<Option<u64>> {
    let labels = 0..counts.len();
    let pairs = labels.clone().flat_map(|from| labels.clone().map(move |to| (Some(from), Some(to))));
    let single = labels.clone().flat_map(|label| [(Some(label), None), (None, Some(label))]);
    let mut best: Option<u64> = None;
    for (from, to) in single.chain(pairs.filter(|(from, to)| from != to)) {
        let cost = u64::from(from.is_some()) + u64::from(to.is_some());
        let room = MOST_TOTAL.saturating_sub(total(counts).unwrap_or(u64::MAX));
        let limit = from.map_or(room, |from| counts.get(from).copied().unwrap_or(0));
        // Nothing farther than what was found already.
        let limit = best.map_or(limit, |best| limit.min((best - 1) / cost));
        let changed = |size: u64| -> Vec<u64> {
            let change = |(label, &count): (usize, &u64)| match (Some(label) == from, Some(label) == to) {
                (true, _) => count.saturating_sub(size),
                (_, true) => count.saturating_add(size),
                _ => count,
            };
            counts.iter().enumerate().map(change).collect()
        };
        let (mut below, mut size) = (0, 1);
        while size < limit && !flips(&[changed(size)])? {
            (below, size) = (size, size.saturating_mul(2));
        }
        size = size.min(limit);
        if size <= below || !flips(&[changed(size)])? {
            continue;
        }
        while size - below > 1 {
            let middle = below + (size - below) / 2;
            if flips(&[changed(middle)])? { size = middle } else { below = middle }
        }
        best = Some(size.saturating_mul(cost));
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_whole() {
        let shell = |counts: &[u64], radius, most| {
            let mut found = Vec::new();
            extend(counts, radius, &mut Vec::new(), &mut found, most);
            found
        };
        // far from 0: 2 sides in one dimension, 4 r in two, and 16,640 up to 12 in four
        assert_eq!(shell(&[9], 3, 99), [[6], [12]]);
        assert_eq!(shell(&[9, 9], 5, 99).len(), 20);
        assert_eq!((1..=12).map(|radius| shell(&[50; 4], radius, 1 << 20).len()).sum::<usize>(), MOST_VECTORS);
        // at 0 nothing is removed
        let mut found = shell(&[0, 1], 2, 99);
        found.sort();
        assert_eq!(found, [[0, 3], [1, 0], [1, 2], [2, 1]]);
        assert_eq!(shell(&[u64::MAX], 1, 99), [[u64::MAX - 1]]);
        assert_eq!(shell(&[50; 4], 9, 10).len(), 11);
    }

    // P(Poisson(2) > 9) is 4.6e-5, with a bound of exp(-(10 log(10 / 2) - 10 + 2)) = exp(-8.09); for SURE it takes more room.
    #[test]
    fn few_events_are_sure_to_be_few() {
        assert!(!sure((0, 2.0), 9) && sure((0, 2.0), 30) && sure((20, 2.0), 50));
        // 31 log(31 / 2) - 31 + 2 = 55.97; 20 log(20 / 2) - 20 + 2 = 28.05
        assert!(!sure((11, 2.0), 30) && !sure((31, 0.0), 30) && sure((30, 0.0), 30) && !sure((0, 40.0), 30));
    }

    #[test]
    fn what_the_shells_do_not_reach_is_bracketed() {
        // Promoted from 100 on: 40 insertions.
        let promoted = |changes: &[Vec<u64>]| {
            let verdict = |c: &Vec<u64>| if c[0] >= 100 { Verdict::Promote } else { Verdict::Hold };
            Ok(changes.iter().map(verdict).collect())
        };
        assert_eq!(search(&[60, 5], 12, promoted).unwrap(), FlipBudget { least: 13, most: Some(40) });
        assert_eq!(search(&[60, 5], 0, promoted).unwrap(), FlipBudget { least: 1, most: Some(40) });
        assert_eq!(search(&[97, 5], 12, promoted).unwrap(), FlipBudget::exact(3));
        // A corner that no direction meets: 2 + 2.
        let corner = |changes: &[Vec<u64>]| {
            let verdict = |c: &Vec<u64>| if c[0] == 7 && c[1] == 7 { Verdict::Promote } else { Verdict::Hold };
            Ok(changes.iter().map(verdict).collect())
        };
        assert_eq!(search(&[5, 5], 12, corner).unwrap(), FlipBudget::exact(4));
        let never = |changes: &[Vec<u64>]| Ok(changes.iter().map(|_| Verdict::Hold).collect());
        assert_eq!(search(&[5, 5], 3, never).unwrap(), FlipBudget { least: 4, most: None });
        // ten labels: the shells that are whole
        assert_eq!(search(&[50; 10], 12, never).unwrap().least, 5);
    }
}

//! This period against the last, division by division.

use std::collections::BTreeMap;

use plaudit_core::{Error, Result};
use rayon::prelude::*;

use super::change::{differences, p_value};
use super::whole::Sums;
use super::{Change, DivisionChange, PeriodComparison, PeriodConfig, Statement};
use crate::policy::Criteria;
use crate::posterior::gold_draws;
use crate::prevalence::{CutPosterior, ShareDraws};
use crate::{Policy, Survey};

/// The divisions whose draws are in memory at a time.
const BLOCK: usize = 64;

/// Returns how each division changed from one survey to the other.
///
/// Shares are drawn in both periods, and changes taken draw by draw. With `errors`, both surveys are of labels that a classifier
/// predicted, and shares come from the [`CutPosterior`] with the same draws of the error rates in both periods: what a classifier
/// always gets wrong cancels where nothing changed. That holds only where it errs in both periods alike, which
/// [`error_drift`](super::error_drift) asks. Without `errors` the counts are taken for what they are.
///
/// Draws are named by the counts and the period: neither the other divisions nor names change those of a division. Time does not
/// grow with the number of texts; the divisions are spread over the threads of the caller's rayon pool, whose number changes
/// nothing.
///
/// # Errors
/// When the configuration is at fault; the surveys have not the same labels, in the same order, or not those of the gold rows;
/// labels have no utility; `errors` holds fewer than 20 / `alpha` draws of shares; or a division has more than 2^53 texts.
pub fn compare(
    before: &Survey,
    after: &Survey,
    config: &PeriodConfig,
    errors: Option<&CutPosterior>,
) -> Result<PeriodComparison> {
    config.validate()?;
    check(before, after, config, errors)?;
    let policy = config.policy();
    let criteria = policy.criteria(before.labels())?;
    let draw = Draw { policy: &policy, criteria: &criteria, errors };
    let pairs = pairs(before, after);
    let texts = [0, 1].map(|period| pairs.iter().map(|pair| pair.total(period)).sum::<u64>());

    let small = |pair: &Pair<'_>| [0, 1].iter().any(|&k| (1..config.min_rows).contains(&pair.total(k)));
    let mut rest = [vec![0; before.labels().len()], vec![0; before.labels().len()]];
    let mut sums = (texts[0] > 0 && texts[1] > 0).then(|| Sums::new(draw.count(), texts));
    let (mut divisions, mut p_values) = (Vec::with_capacity(pairs.len()), Vec::new());
    let mut seen = Seen::default();
    for block in pairs.chunks(BLOCK) {
        let tasks: Vec<(&Pair<'_>, [u64; 2])> =
            block.iter().map(|pair| (pair, if small(pair) { [0, 0] } else { seen.next(&pair.counts) })).collect();
        let done: Vec<_> = tasks.par_iter().map(|(pair, copies)| draw.division(pair, *copies, config)).collect();
        for ((pair, _), (change, p, scores)) in tasks.into_iter().zip(done) {
            if small(pair) {
                for (rest, counts) in rest.iter_mut().zip(&pair.counts) {
                    rest.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                }
            } else if let Some(sums) = &mut sums {
                let [before, after] = &scores;
                sums.add(Some(pair.name.to_owned()), [pair.total(0), pair.total(1)], [before, after]);
            }
            divisions.push(change);
            p_values.push(p);
        }
    }
    let adjusted = config.many.adjust(&p_values.iter().flatten().copied().collect::<Vec<f64>>())?;
    let mut adjusted = adjusted.into_iter();
    for (division, p) in divisions.iter_mut().zip(&p_values) {
        if p.is_some() {
            division.adjusted = adjusted.next();
            division.decide(config.alpha);
        }
    }
    let pool = Pair { name: "", counts: rest };
    if let Some(sums) = &mut sums
        && pool.total(0) + pool.total(1) > 0
    {
        let [before, after] = draw.scores(&pool.counts, seen.next(&pool.counts));
        sums.add(None, [pool.total(0), pool.total(1)], [&before, &after]);
    }
    Ok(PeriodComparison {
        labels: before.labels().clone(),
        corrected: errors.is_some(),
        alpha: config.alpha,
        many: config.many,
        amount: config.amount,
        divisions,
        whole: sums.map(|sums| sums.finish(1.0 - config.alpha)),
    })
}

fn check(before: &Survey, after: &Survey, config: &PeriodConfig, errors: Option<&CutPosterior>) -> Result<()> {
    let mut faults = Vec::new();
    let (labels, others) = (before.labels(), after.labels());
    if labels != others {
        faults.push(format!("after: labels {}; expected those of before, {}", others.listed(), labels.listed()));
    }
    let Some(errors) = errors else {
        // Sums of the texts are whole numbers that a float holds.
        for (name, survey) in [("before", before), ("after", after)] {
            let total = survey.divisions().iter().try_fold(0u64, |sum, division| sum.checked_add(division.total()));
            if total.is_none_or(|total| total > 1 << 53) {
                faults.push(format!("{name}: more than {} texts in all", 1u64 << 53));
            }
        }
        return Error::from_faults(faults);
    };
    if labels != errors.labels() {
        let (found, expected) = (labels.listed(), errors.labels().listed());
        faults.push(format!("before: labels {found}; expected those of the gold rows, {expected}"));
    }
    if (errors.draws() as f64) < 20.0 / config.alpha {
        faults.push(format!("draws: {} of the shares; expected at least 20 / alpha", errors.draws()));
    }
    Error::from_faults(faults)?;
    let mut faults = Vec::new();
    for (name, survey) in [("before", before), ("after", after)] {
        let mut all: u64 = 0;
        for division in survey.divisions() {
            if let Err(Error::Config { faults: found }) = errors.check(&division.counts) {
                faults.extend(found.into_iter().map(|fault| format!("{name}: `{}`: {fault}", division.division)));
            }
            all = all.saturating_add(division.total());
        }
        if all > 1 << 53 {
            faults.push(format!("{name}: more than {} texts in all", 1u64 << 53));
        }
    }
    Error::from_faults(faults)
}

/// One division in both periods; without texts in one of them, all counts there are 0.
struct Pair<'a> {
    name: &'a str,
    counts: [Vec<u64>; 2],
}

impl Pair<'_> {
    fn total(&self, period: usize) -> u64 {
        self.counts.get(period).map_or(0, |counts| counts.iter().sum())
    }
}

/// The divisions that have texts in either period, in lexicographic order.
fn pairs<'a>(before: &'a Survey, after: &'a Survey) -> Vec<Pair<'a>> {
    let mut all: BTreeMap<&str, [Vec<u64>; 2]> = BTreeMap::new();
    let zeros = || vec![0; before.labels().len()];
    for (period, survey) in [before, after].into_iter().enumerate() {
        for division in survey.divisions().iter().filter(|division| division.total() > 0) {
            let pair = all.entry(&division.division).or_insert_with(|| [zeros(), zeros()]);
            if let Some(counts) = pair.get_mut(period) {
                counts.copy_from_slice(&division.counts);
            }
        }
    }
    all.into_iter().map(|(name, counts)| Pair { name, counts }).collect()
}

/// How many divisions before had the same counts in a period. For the whole, draws of different divisions must be independent
/// given the error rates, also where their counts are equal.
#[derive(Default)]
struct Seen([BTreeMap<Vec<u64>, u64>; 2]);

impl Seen {
    fn next(&mut self, counts: &[Vec<u64>; 2]) -> [u64; 2] {
        let mut copies = [0, 0];
        for ((copy, seen), counts) in copies.iter_mut().zip(&mut self.0).zip(counts) {
            let times = seen.entry(counts.clone()).or_default();
            *copy = *times;
            *times += 1;
        }
        copies
    }
}

struct Draw<'a> {
    policy: &'a Policy,
    criteria: &'a Criteria,
    errors: Option<&'a CutPosterior>,
}

impl Draw<'_> {
    fn count(&self) -> usize {
        self.errors.map_or(self.policy.draws, CutPosterior::draws)
    }

    /// Draws of the shares in both periods: with equal counts, too, they are independent given the error rates.
    fn shares(&self, counts: &[Vec<u64>; 2], copies: [u64; 2]) -> [ShareDraws; 2] {
        let [before, after] = counts;
        let draw = |counts: &[u64], copy| match self.errors {
            Some(errors) => errors.copy(counts, copy),
            None => gold_draws(self.policy, counts, copy),
        };
        [draw(before, 2 * copies[0]), draw(after, 2 * copies[1] + 1)]
    }

    fn scores(&self, counts: &[Vec<u64>; 2], copies: [u64; 2]) -> [Vec<f64>; 2] {
        self.shares(counts, copies).map(|draws| draws.rows().map(|row| self.criteria.score(row)).collect())
    }

    /// The change of a division, its p-value where it is asked for, and the scores for the whole.
    fn division(
        &self,
        pair: &Pair<'_>,
        copies: [u64; 2],
        config: &PeriodConfig,
    ) -> (DivisionChange, Option<f64>, [Vec<f64>; 2]) {
        let (level, amount) = (1.0 - config.alpha, config.amount);
        let texts = [pair.total(0), pair.total(1)];
        let both = texts.iter().all(|&texts| texts > 0);
        let enough = both && texts.iter().all(|&texts| texts >= config.min_rows);
        let draws = self.shares(&pair.counts, [0, 0]);
        let of = |draws: &ShareDraws, value: &dyn Fn(&[f64]) -> f64| draws.rows().map(value).collect::<Vec<f64>>();
        let score = |draws: &ShareDraws| of(draws, &|row| self.criteria.score(row));
        let scores = [score(&draws[0]), score(&draws[1])];
        let share = |k: usize| {
            let [before, after] = [0, 1].map(|period: usize| {
                draws.get(period).map(|draws| of(draws, &|row| row.get(k).copied().unwrap_or(0.0)))
            });
            Change::new(&before.unwrap_or_default(), &after.unwrap_or_default(), level, amount)
        };
        let p = enough.then(|| p_value(&differences(&scores[0], &scores[1])));
        let change = DivisionChange {
            division: pair.name.to_owned(),
            texts_before: texts[0],
            texts_after: texts[1],
            statement: match texts {
                [_, 0] => Statement::OnlyBefore,
                [0, _] => Statement::OnlyAfter,
                _ if enough => Statement::NoClearChange,
                _ => Statement::TooFew,
            },
            shares: if both { (0..self.criteria.utilities.len()).map(share).collect() } else { Vec::new() },
            score: both.then(|| Change::new(&scores[0], &scores[1], level, 0.0)),
            p_value: p,
            adjusted: None,
        };
        let scores = if copies == [0, 0] { scores } else { self.scores(&pair.counts, copies) };
        (change, p, scores)
    }
}

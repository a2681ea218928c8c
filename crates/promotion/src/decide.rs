//! From counts to verdicts.

use std::collections::HashMap;

use plaudit_core::{Labels, Result};
use plaudit_stats::Interval;

use crate::policy::Criteria;
use crate::posterior::Posterior;
use crate::{DivisionCounts, DivisionVerdict, Policy, Reason, Share, Side, Survey, Verdict, Verdicts};

impl Policy {
    /// Returns one verdict a division, in the survey's order.
    ///
    /// Shares and score are posterior means, and the intervals of the shares posterior quantiles, without draws (close
    /// approximations beyond 100,000 answers, see [`plaudit_stats::beta_quantile`]); the interval of the score and the
    /// probabilities come from `draws` seeded draws. The draws are named by the counts: neither the other divisions, nor
    /// their order, nor a division's name changes a verdict, and divisions with equal counts get equal ones. A division
    /// without answers gets the prior's values.
    ///
    /// # Errors
    /// When the policy is at fault ([`validate`](Self::validate)), or labels of the survey have no utility.
    pub fn decide(&self, survey: &Survey) -> Result<Verdicts> {
        self.validate()?;
        let labels = survey.labels();
        let criteria = self.criteria(labels)?;
        // Equal counts get equal verdicts: many small divisions cost as much as there are different counts.
        let mut known: HashMap<&[u64], DivisionVerdict> = HashMap::new();
        let divisions = survey.divisions().iter().map(|division| {
            let decided = known.entry(&division.counts).or_insert_with(|| self.division(labels, &criteria, division));
            DivisionVerdict { division: division.division.clone(), ..decided.clone() }
        });
        Ok(Verdicts::new(labels.clone(), divisions.collect()))
    }

    fn division(&self, labels: &Labels, criteria: &Criteria, division: &DivisionCounts) -> DivisionVerdict {
        let n = division.total();
        let posterior = Posterior::draw(self.prior, &division.counts, self.draws, self.seed);
        let means = posterior.means();
        let intervals = posterior.share_intervals(self.level);
        let parts = labels.iter().zip(&division.counts).zip(means.iter().zip(intervals));
        let share = |((label, &count), (&mean, interval)): ((&str, &u64), (&f64, Interval))| {
            let mut share = Share::new(label, count, mean);
            share.interval = Some(interval);
            share
        };
        let shares: Vec<Share> = parts.map(share).collect();
        let score = criteria.score(&means);
        let score_interval = posterior.interval(self.level, |row| criteria.score(row));
        let risk = posterior.probability(|row| criteria.fails(row));

        let (verdict, mut reasons) = if n < self.min_rows {
            (Verdict::NeedsMoreData, vec![Reason::TooFewRows { n, min: self.min_rows }])
        } else {
            let side = |above| side(above, self.alpha);
            let Interval { low, high, level } = score_interval;
            let below = posterior.probability(|row| criteria.score(row) < criteria.min_score);
            let mut reasons =
                vec![Reason::Score { side: side(1.0 - below), score, low, high, level, min: criteria.min_score }];
            for limit in &criteria.limits {
                if let Some(Share { label, value, interval: Some(interval), .. }) = shares.get(limit.index) {
                    reasons.push(Reason::Limit {
                        label: label.clone(),
                        side: side(posterior.probability(|row| limit.fails(row))),
                        share: *value,
                        low: interval.low,
                        high: interval.high,
                        level,
                        max: limit.max,
                    });
                }
            }
            reasons.push(Reason::Risk { probability: risk, alpha: self.alpha });
            (self.verdict(risk), reasons)
        };
        let undecided = verdict == Verdict::NeedsMoreData && self.max_more > 0;
        let more = if undecided { self.more(criteria, &division.counts) } else { None };
        if undecided {
            reasons.push(more.map_or(Reason::NoNumber { tried: self.max_more }, |answers| Reason::More { answers }));
        }

        let mut decided = DivisionVerdict::new(&division.division, n, verdict, reasons);
        decided.shares = shares;
        decided.score = Some(score);
        decided.score_interval = Some(score_interval);
        decided.risk = Some(risk);
        decided.more = more;
        decided
    }

    /// The verdict where the score or a limit fails with this probability.
    pub(crate) fn verdict(&self, risk: f64) -> Verdict {
        if risk <= self.alpha {
            Verdict::Promote
        } else if risk >= 1.0 - self.alpha {
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

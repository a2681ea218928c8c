//! Runs of a simulation.

use plaudit_core::{Error, Labels, Origin, Result};
use plaudit_stats::{Interval, Stream, multinomial};
use rayon::prelude::*;

use super::{Cell, Figures, Outcome, Rate, Regret, SimulationConfig};
use crate::decide::interval;
use crate::policy::{Criteria, Limit};
use crate::posterior::Posterior;
use crate::prevalence::{CutConfig, CutPosterior, ErrorMatrix};
use crate::{DivisionCounts, Policy, Rule, Survey, Verdict};

/// Returns what comes of each cell, in order.
///
/// In each run of a cell the gold rows are drawn from its error rates, and for each division the true shares and the
/// predicted counts; then the shares are drawn from the [`CutPosterior`] as for [`Corrected`](crate::Corrected), and from
/// Dirichlet(`prior` + counts) as for [`Policy`]. `rules` are names with further rules, whose verdicts on the predicted counts
/// are judged by their regret; they know nothing of the gold rows. Time grows with runs, divisions and draws.
///
/// The runs are spread over the threads of the caller's rayon pool, whose number changes nothing: every run has a random
/// stream that is named by the seed, the cell and its own number, so other cells change nothing either.
///
/// # Errors
/// When the configuration or a cell is at fault, labels have no utility, there are fewer than 2 runs a cell or fewer draws
/// than 10 / `alpha`, or a rule cannot be applied to the labels.
pub fn simulate(
    labels: &Labels,
    cells: &[Cell],
    config: &SimulationConfig,
    rules: &[(&str, &(dyn Rule + Sync))],
) -> Result<Vec<Outcome>> {
    config.validate()?;
    let mut faults = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        faults.extend(cell.faults(labels.len()).into_iter().map(|fault| format!("cell {index}: {fault}")));
    }
    if config.runs / 2 < cells.len() {
        faults.push(format!("runs: {} for {} cells; expected at least 2 a cell", config.runs, cells.len()));
    }
    Error::from_faults(faults)?;
    let mut policy = config.policy.clone();
    policy.limits.clear();
    let mut criteria = policy.criteria(labels)?;
    // Where a limit is looked at, the figures bring its height.
    let least = criteria.utilities.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
    criteria.limits.extend(least.map(|(index, _)| Limit { index, max: 1.0 }));
    let of = Setting { labels, config, policy, criteria, rules };
    let share = |index: usize| config.runs / cells.len() + usize::from(index < config.runs % cells.len());
    let tasks: Vec<(&Cell, u64)> = cells
        .iter()
        .enumerate()
        .flat_map(|(index, cell)| (0..share(index) as u64).map(move |run| (cell, run)))
        .collect();
    let runs: Vec<Run> = tasks.par_iter().map(|&(cell, run)| of.run(cell, run)).collect::<Result<_>>()?;
    let mut rest = runs.as_slice();
    let mut outcomes = Vec::with_capacity(cells.len());
    for index in 0..cells.len() {
        let (of_cell, others) = rest.split_at_checked(share(index)).unwrap_or_default();
        outcomes.push(of.outcome(of_cell));
        rest = others;
    }
    Ok(outcomes)
}

struct Setting<'a> {
    labels: &'a Labels,
    config: &'a SimulationConfig,
    policy: Policy,     // without limits
    criteria: Criteria, // with a limit for the label with the least utility
    rules: &'a [(&'a str, &'a (dyn Rule + Sync))],
}

/// Means over the divisions of a run.
struct Run {
    corrected: [f64; 5],    // in the order of `Figures`
    naive: [f64; 5],        // likewise
    regrets: Vec<[f64; 2]>, // regret and harm of each rule, `Corrected` first
}

impl Setting<'_> {
    fn run(&self, cell: &Cell, index: u64) -> Result<Run> {
        let content = [cell.content(), vec![index]].concat();
        let mut stream = Stream::keyed(self.config.seed, "promotion: simulation", &content);
        let width = self.labels.len();
        let mut rows = vec![vec![0; width]; width];
        for (row, (rates, &gold)) in rows.iter_mut().zip(cell.rates.iter().zip(&cell.gold)) {
            multinomial(&mut stream, gold, rates, row);
        }
        let gold = ErrorMatrix::new(self.labels.clone(), Origin::SetAside, &rows)?;
        // The draws' own errors must not be those of another run.
        let cut = CutPosterior::new(&gold, &CutConfig { seed: stream.next_u64(), ..self.config.cut.clone() })?;
        let policy = Policy { seed: stream.next_u64(), ..self.policy.clone() };

        let divisions = self.config.divisions;
        let part = 1.0 / divisions as f64;
        let mut run = Run { corrected: [0.0; 5], naive: [0.0; 5], regrets: vec![[0.0; 2]; 1 + self.rules.len()] };
        let (mut worths, mut survey) = (Vec::with_capacity(divisions), Vec::with_capacity(divisions));
        for division in 0..divisions {
            let (mut truth, mut counts) = (vec![0.0; width], vec![0; width]);
            cell.truth(&mut stream, &mut truth);
            multinomial(&mut stream, cell.texts, &cell.predicted(&truth), &mut counts);
            let corrected = Posterior::corrected(cut.division(&counts)?, policy.level);
            let judged = Judged { policy: &policy, gap: self.config.gap, truth: &truth };
            let naive = Posterior::gold(&policy, &counts);
            let stricter = cut.stricter(self.config.margin, &self.criteria, &counts);
            for (sums, posterior, stricter) in
                [(&mut run.corrected, &corrected, &stricter), (&mut run.naive, &naive, &self.criteria)]
            {
                let figures = judged.figures(posterior, cell.texts, &self.criteria, stricter);
                sums.iter_mut().zip(figures).for_each(|(sum, new)| *sum += part * new);
            }
            let worth = self.criteria.score(&truth) - policy.min_score;
            let promoted = judged.promotes(&corrected, cell.texts, |row| self.criteria.score(row) < stricter.min_score);
            lose(&mut run.regrets, 0, part, worth, promoted);
            worths.push(worth);
            survey.push(DivisionCounts::new(format!("{division:04}"), counts));
        }
        let survey = Survey::new(self.labels.clone(), survey)?;
        for (place, (_, rule)) in self.rules.iter().enumerate() {
            for (verdict, &worth) in rule.decide(&survey)?.iter().zip(&worths) {
                lose(&mut run.regrets, 1 + place, part, worth, verdict.verdict == Verdict::Promote);
            }
        }
        Ok(run)
    }

    fn outcome(&self, runs: &[Run]) -> Outcome {
        let figures = |of: fn(&Run) -> [f64; 5]| Figures::of(&runs.iter().map(of).collect::<Vec<_>>());
        let names = std::iter::once("Corrected").chain(self.rules.iter().map(|&(name, _)| name));
        let regret = |(place, name): (usize, &str)| {
            let rows: Vec<[f64; 2]> = runs.iter().filter_map(|run| run.regrets.get(place).copied()).collect();
            let rate = |of: fn(&[f64; 2]) -> f64| Rate::of(&rows.iter().map(of).collect::<Vec<f64>>());
            Regret { rule: name.to_owned(), regret: rate(|row| row[0]), harm: rate(|row| row[1]) }
        };
        Outcome {
            runs: runs.len(),
            corrected: figures(|run| run.corrected),
            naive: figures(|run| run.naive),
            regret: names.enumerate().map(regret).collect(),
        }
    }
}

/// Adds what a verdict on a division of this worth loses.
fn lose(regrets: &mut [[f64; 2]], place: usize, part: f64, worth: f64, promoted: bool) {
    if let Some([regret, harm]) = regrets.get_mut(place) {
        if promoted && worth < 0.0 {
            *harm -= part * worth;
        }
        if promoted != (worth >= 0.0) {
            *regret += part * worth.abs();
        }
    }
}

/// A division whose true shares are known.
struct Judged<'a> {
    policy: &'a Policy,
    gap: f64,
    truth: &'a [f64],
}

impl Judged<'_> {
    /// `stricter` is `wanted` with the margin.
    fn figures(&self, posterior: &Posterior, texts: u64, wanted: &Criteria, stricter: &Criteria) -> [f64; 5] {
        let holds = |interval: &Interval, value: f64| f64::from(interval.low <= value && value <= interval.high);
        let shares = posterior.intervals.iter().zip(self.truth).map(|(interval, &share)| holds(interval, share));
        let score = wanted.score(self.truth);
        let scores: Vec<f64> = posterior.draws.rows().map(|row| wanted.score(row)).collect();
        let margin = stricter.min_score - wanted.min_score;
        let promoted = |min: f64| f64::from(self.promotes(posterior, texts, |row| wanted.score(row) < min + margin));
        let at_limit = stricter.limits.iter().zip(&wanted.limits).next().map_or(0.0, |(stricter, wanted)| {
            let truth = self.truth.get(wanted.index).copied().unwrap_or(0.0);
            let limit = Limit { index: wanted.index, max: truth + stricter.max - wanted.max };
            f64::from(self.promotes(posterior, texts, |row| limit.fails(row)))
        });
        [
            shares.sum::<f64>() / self.truth.len() as f64,
            holds(&interval(self.policy.level, &scores), score),
            promoted(score),
            promoted(score - self.gap),
            at_limit,
        ]
    }

    fn promotes(&self, posterior: &Posterior, texts: u64, fails: impl Fn(&[f64]) -> bool) -> bool {
        let risk = posterior.draws.probability(fails);
        texts >= self.policy.fewest() && self.policy.verdict(risk, risk) == Verdict::Promote
    }
}

//! Whether there are seasons, or too few weeks to know.

use std::fmt;

use plaudit_core::{Error, Labels, Result, Table};
use plaudit_stats::{Interval, Stream, deviance_term, jeffreys};
use serde::{Deserialize, Serialize};

use crate::DailyCounts;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// How seasons are asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct SeasonConfig {
    /// The weeks after which a season comes again, 2 to 520: a year, or a term with the time up to the next. By default 52, a year but a day or two.
    pub period_weeks: usize,
    /// The parts of a period that are compared, at least 2, each as many whole weeks. By default 13, of four weeks each.
    pub parts: usize,
    /// The number of permutations, 99 to 100,000. By default 999.
    pub permutations: usize,
    /// The level of intervals, between 0 and 1. By default 0.95.
    pub level: f64,
    /// The seed of the permutations.
    pub seed: u64,
}

impl Default for SeasonConfig {
    fn default() -> Self {
        Self { period_weeks: 52, parts: 13, permutations: 999, level: 0.95, seed: 0 }
    }
}

impl SeasonConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range, or `parts` does not divide `period_weeks`. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        let Self { period_weeks, parts, permutations, level, .. } = *self;
        if !(2..=520).contains(&period_weeks) {
            faults.push(format!("period_weeks: {period_weeks}; expected 2 to 520"));
        }
        if parts < 2 || period_weeks % parts != 0 {
            faults.push(format!("parts: {parts}; expected at least 2, and a divisor of period_weeks"));
        }
        if !(99..=100_000).contains(&permutations) {
            faults.push(format!("permutations: {permutations}; expected 99 to 100000"));
        }
        if !(level > 0.0 && level < 1.0) {
            faults.push(format!("level: {level}; expected between 0 and 1"));
        }
        Error::from_faults(faults)
    }
}

/// Whether days of the week differ, and whether parts of a longer period do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seasons {
    /// The labels, in the order of shares.
    pub labels: Labels,
    /// The number of whole weeks from the first text to the last.
    pub weeks: u64,
    /// The days of the week.
    pub week: Season,
    /// The parts of the longer period, a year or a term.
    pub period: Season,
}

/// What is known of one cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Season {
    /// There are fewer than two whole cycles: what came of the season and what came of the time cannot be told apart.
    NotIdentifiable {
        /// The whole weeks that there are.
        weeks: u64,
        /// The whole weeks of two cycles.
        needed: u64,
    },
    /// There are two cycles or more. With few of them, a steady growth looks like a season, too.
    Measured {
        /// Whether parts of the cycle differ in the number of texts.
        volume: SeasonTest,
        /// Whether they differ in the shares of labels.
        shares: SeasonTest,
        /// The parts of the cycle in turn.
        phases: Vec<Phase>,
    },
}

/// A test by permuting the parts within each cycle, which keeps what each cycle had.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SeasonTest {
    /// G^2 = 2 sum n log(n / expected), at least 0.
    pub deviance: f64,
    /// The share of permutations with a deviance as great, (b + 1) / (m + 1) with b of m.
    pub p_value: f64,
}

/// One part of a cycle, over all cycles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Phase {
    /// Its name: a weekday, or the weeks counted from the first text.
    pub name: String,
    /// The number of days.
    pub days: u64,
    /// The number of texts.
    pub texts: u64,
    /// The share of each label, in the labels' order; empty without a text.
    pub shares: Vec<f64>,
    /// The interval of each share, with Jeffreys' prior. It takes texts for independent draws, which those of one day hardly are.
    pub intervals: Vec<Interval>,
}

/// Returns whether there are seasons: of the week, and of a longer period.
///
/// Days are put together by their weekday, whole weeks by their part of the period. The deviances say by how much parts differ in the
/// number of texts and in the shares of labels; their distribution without a season is found by permuting the parts within each
/// cycle (the days of one week among each other), so that growth from cycle to cycle, and texts that come on one day because
/// of one event, are no season. A cycle is asked for only where two whole ones were seen.
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit_core::{Labels, Time};
/// use plaudit_insight::{DailyCounts, SeasonConfig, seasons};
///
/// // Eight weeks, with twice as many texts on Mondays.
/// let texts = (0..56).flat_map(|day| {
///     let time = Time { seconds: (4 + day) * 86_400, offset: 0 }; // 1970-01-05 was a Monday
///     (0..if day % 7 == 0 { 20 } else { 10 }).map(move |k| (time, usize::from(k % 2 == 0)))
/// });
/// let found = seasons(&DailyCounts::tally(Labels::new(["good", "poor"])?, texts)?, &SeasonConfig::default())?;
/// let text = found.to_string();
/// assert!(text.contains("Monday") && text.contains("seasonality not identifiable (8 weeks)"), "{text}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn seasons(daily: &DailyCounts, config: &SeasonConfig) -> Result<Seasons> {
    config.validate()?;
    let weeks = daily.days().len() / 7;
    let week = || {
        // 1970-01-01 was a Thursday.
        let monday = (daily.first_day() + 3).rem_euclid(7) as usize;
        let cells = daily.days().enumerate().map(|(day, counts)| Cell {
            phase: (monday + day) % 7,
            cycle: (monday + day) / 7,
            counts: counts.to_vec(),
        });
        measured(&cells.collect::<Vec<_>>(), WEEKDAYS.map(String::from).to_vec(), 1, config, "insight: weekdays")
    };
    let long = || {
        let of_part = config.period_weeks / config.parts;
        let days: Vec<&[u64]> = daily.days().collect();
        let cells = days.chunks_exact(7 * of_part).enumerate().map(|(part, days)| Cell {
            phase: part % config.parts,
            cycle: part / config.parts,
            counts: days.iter().fold(vec![0; daily.labels().len()], |mut sum, day| {
                sum.iter_mut().zip(*day).for_each(|(sum, count)| *sum += count);
                sum
            }),
        });
        let names = (0..config.parts).map(|part| match of_part {
            1 => format!("week {}", part + 1),
            _ => format!("weeks {} to {}", part * of_part + 1, (part + 1) * of_part),
        });
        measured(&cells.collect::<Vec<_>>(), names.collect(), 7 * of_part as u64, config, "insight: seasons")
    };
    let asked = |needed: usize, measure: &dyn Fn() -> Season| match weeks < needed {
        true => Season::NotIdentifiable { weeks: weeks as u64, needed: needed as u64 },
        false => measure(),
    };
    Ok(Seasons {
        labels: daily.labels().clone(),
        weeks: weeks as u64,
        week: asked(2, &week),
        period: asked(2 * config.period_weeks, &long),
    })
}

/// What is permuted: a day, or some weeks.
struct Cell {
    phase: usize,
    cycle: usize,
    counts: Vec<u64>, // [labels]
}

fn measured(cells: &[Cell], names: Vec<String>, days: u64, config: &SeasonConfig, purpose: &str) -> Season {
    let width = cells.first().map_or(0, |cell| cell.counts.len());
    let sizes: Vec<u64> =
        (0..names.len()).map(|phase| cells.iter().filter(|cell| cell.phase == phase).count() as u64).collect();
    let mut order: Vec<&[u64]> = cells.iter().map(|cell| cell.counts.as_slice()).collect();
    let table = summed(cells, &order, names.len(), width);
    let found = [volume(&table, &sizes), shares(&table, width)];
    let mut as_great = [0; 2];
    for permutation in 0..config.permutations {
        let mut stream = Stream::new(config.seed, purpose, permutation as u64);
        let mut start = 0;
        for cycle in cells.chunk_by(|a, b| a.cycle == b.cycle) {
            if let Some(cells) = order.get_mut(start..start + cycle.len()) {
                stream.shuffle(cells);
            }
            start += cycle.len();
        }
        let drawn = summed(cells, &order, names.len(), width);
        let drawn = [volume(&drawn, &sizes), shares(&drawn, width)];
        for ((count, drawn), found) in as_great.iter_mut().zip(drawn).zip(found) {
            *count += usize::from(drawn >= found * (1.0 - 1e-9));
        }
    }
    let [volume, shares] = [0, 1].map(|which: usize| SeasonTest {
        deviance: found.get(which).copied().unwrap_or(0.0),
        p_value: (as_great.get(which).copied().unwrap_or(0) + 1) as f64 / (config.permutations + 1) as f64,
    });
    let phases = names.into_iter().zip(&sizes).zip(table.chunks_exact(width.max(1)));
    let phases = phases.map(|((name, &cells), counts)| phase(name, cells * days, counts, config.level));
    Season::Measured { volume, shares, phases: phases.collect() }
}

fn phase(name: String, days: u64, counts: &[u64], level: f64) -> Phase {
    let texts: u64 = counts.iter().sum();
    let known = || counts.iter().filter(|_| texts > 0);
    Phase {
        name,
        days,
        texts,
        shares: known().map(|&count| count as f64 / texts as f64).collect(),
        intervals: known().filter_map(|&count| jeffreys(count, texts, level)).collect(),
    }
}

/// The counts of each phase, row-major [phases, labels], where the cells have the counts of `order`.
fn summed(cells: &[Cell], order: &[&[u64]], phases: usize, width: usize) -> Vec<u64> {
    let mut table = vec![0; phases * width];
    for (cell, counts) in cells.iter().zip(order) {
        table.iter_mut().skip(cell.phase * width).zip(*counts).for_each(|(sum, count)| *sum += count);
    }
    table
}

/// The deviance of the phases' totals from the same number a cell.
fn volume(table: &[u64], sizes: &[u64]) -> f64 {
    let width = table.len() / sizes.len().max(1);
    let (all, cells) = (sum(table), sum(sizes));
    let phases = table.chunks_exact(width.max(1)).zip(sizes);
    phases.map(|(counts, &size)| deviance_term(sum(counts), all * size as f64 / cells)).sum::<f64>().max(0.0)
}

/// The deviance of the phases' shares from those of all.
fn shares(table: &[u64], width: usize) -> f64 {
    let mut columns = vec![0; width];
    let rows = || table.chunks_exact(width.max(1));
    rows().for_each(|row| columns.iter_mut().zip(row).for_each(|(sum, count)| *sum += count));
    let all = sum(table);
    let cells = rows().flat_map(|row| row.iter().zip(&columns).map(move |(&count, &column)| (count, column, sum(row))));
    cells.map(|(count, column, row)| deviance_term(count as f64, column as f64 * row / all)).sum::<f64>().max(0.0)
}

fn sum(counts: &[u64]) -> f64 {
    counts.iter().map(|&count| count as f64).sum()
}

impl fmt::Display for Seasons {
    /// The week, then the longer period.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, season) in [("weekdays", &self.week), ("parts of the period", &self.period)] {
            match season {
                Season::NotIdentifiable { weeks, needed } => writeln!(
                    f,
                    "{what}: seasonality not identifiable ({weeks} weeks); it takes {needed} weeks, two whole cycles"
                )?,
                Season::Measured { volume, shares, phases } => {
                    let mut heading = vec![what.to_owned(), "days".to_owned(), "texts a day".to_owned()];
                    heading.extend(self.labels.iter().map(String::from));
                    let mut table = Table::new(heading);
                    for phase in phases {
                        let a_day = phase.texts as f64 / phase.days.max(1) as f64;
                        let mut row = vec![phase.name.clone(), phase.days.to_string(), format!("{a_day:.1}")];
                        let cells = phase.shares.iter().zip(&phase.intervals);
                        row.extend(
                            cells.map(|(share, ends)| format!("{share:.2} ({:.2} to {:.2})", ends.low, ends.high)),
                        );
                        table.push(row);
                    }
                    write!(f, "{table}")?;
                    writeln!(
                        f,
                        "{what}: p {:.3} for their number, p {:.3} for their labels",
                        volume.p_value, shares.p_value
                    )?;
                }
            }
        }
        Ok(())
    }
}

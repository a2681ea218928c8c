//! When a rate changed.

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, beta_quantile, gamma_quantile};
use serde::{Deserialize, Serialize};

use crate::rates::check_level;
use crate::series::{Cell, Exposure, Series};

/// How changes are asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct ChangeConfig {
    /// What the hits are held against. By default posts: with [`Exposure::Days`] every change in the number of posts is one of the hits.
    pub exposure: Exposure,
    /// The dispersion d of the counts, 0 to 1e12: a count has the variance mean (1 + d rate), so that 0 is the Poisson distribution. None, the
    /// default, estimates it from the series ([`ChangePoints::dispersion`]).
    pub dispersion: Option<f64>,
    /// What a change costs, in logarithms of the number of periods, 0 to 1,000. By default 3, as in the paper of Zhang and Siegmund.
    pub penalty: f64,
    /// The level of intervals, between 0 and 1. By default 0.95.
    pub level: f64,
}

impl Default for ChangeConfig {
    fn default() -> Self {
        Self { exposure: Exposure::Posts, dispersion: None, penalty: 3.0, level: 0.95 }
    }
}

impl ChangeConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if let Some(dispersion) = self.dispersion.filter(|dispersion| !(0.0..=1e12).contains(dispersion)) {
            faults.push(format!("dispersion: {dispersion}; expected 0 to 1000000000000"));
        }
        if !(0.0..=1_000.0).contains(&self.penalty) {
            faults.push(format!("penalty: {}; expected 0 to 1000", self.penalty));
        }
        if check_level(self.level).is_err() {
            faults.push(format!("level: {}; expected above 0 and below 1", self.level));
        }
        Error::from_faults(faults)
    }
}

/// A series, cut where its rate changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangePoints {
    /// The dispersion of the counts: the variance is mean (1 + dispersion rate).
    pub dispersion: f64,
    /// Twice the negative log-likelihood, but for what is the same for every cut, and the penalty.
    pub cost: f64,
    /// The stretches of constant rate, in the order of time; each but the first begins with a change. None where no period has exposure.
    pub segments: Vec<Segment>,
}

/// A stretch of constant rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Segment {
    /// Its first period with exposure, counted from 0.
    pub first: usize,
    /// Its last period with exposure.
    pub last: usize,
    /// The date of its first day.
    pub from: String,
    /// The date of the first day after it.
    pub until: String,
    /// The number of hits.
    pub hits: u64,
    /// Hits per post, or per day.
    pub rate: f64,
    /// The interval of the rate, with Jeffreys' prior and the dispersion above. It takes the ends of the segment for known: those of short
    /// segments were chosen because their rate stands out, and the interval knows nothing of that. None where the counts scatter so much
    /// that an end is no finite number.
    pub interval: Option<Interval>,
}

/// Returns where the rate of hits changed, and the rates between.
///
/// A segment of n_j periods with S hits and exposure E costs 2 [S - S log(S/E)] + log(n_j / n), each change 3 log n: the modified BIC of
/// N. R. Zhang and D. O. Siegmund, *A modified Bayes information criterion with applications to the analysis of comparative genomic
/// hybridization data*, Biometrics 63 (2007), which weighs the lengths, too. The cheapest cut of all is found exactly, by PELT: R.
/// Killick, P. Fearnhead and I. A. Eckley, *Optimal detection of changepoints with a linear computational cost*, JASA 107 (2012); a cut of a
/// segment never makes it dearer before penalties, so their constant K is 0. Every period may begin a segment. Periods without exposure are
/// left out, and a change that falls on them begins with the next period that has some.
///
/// Counts that scatter more than by chance alone would be cut at every hump. So they are taken for negative binomial, with one dispersion d for
/// the whole series: a count with mean m = rate E has the variance m (1 + d rate), as if posts came in clumps. In place of the first term
/// stands 2 [(S + E/d) log(1 + d S/E) - S log(S/E)], which is that term where d is 0. Where d is not given, it is
/// estimated from neighbouring periods, which hardly know of changes of level: given their sum, two counts of one rate are beta-binomial,
/// and d is where the squared deviations of the first of each pair have, all together, their expectation; at least 0. Weekdays that differ
/// raise it. What wanders slowly does not, and is cut into steps.
///
/// It looks at the whole series; [`Series::as_of`] makes it what could be known on a day.
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit_insight::{ChangeConfig, Period, Series, change_points};
///
/// let hits: Vec<u64> = (0..60).map(|day| if day < 40 { 4 + day % 3 } else { 13 + day % 3 }).collect();
/// let found = change_points(&Series::new(Period::Day, 0, hits, vec![50; 60])?, &ChangeConfig::default())?;
/// let rates: Vec<(usize, f64)> = found.segments.iter().map(|segment| (segment.first, segment.rate)).collect();
/// assert_eq!(rates.len(), 2);
/// assert!(rates[1].0 == 40 && (rates[0].1 - 0.0995).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn change_points(series: &Series, config: &ChangeConfig) -> Result<ChangePoints> {
    config.validate()?;
    let cells: Vec<Cell> = series.exposed(config.exposure).collect();
    let dispersion = config.dispersion.unwrap_or_else(|| estimated(&cells));
    let costs = Costs::new(&cells, dispersion, config.penalty);
    let (ends, cost) = costs.cheapest();
    let mut start = 0;
    let mut segments = Vec::new();
    for end in ends {
        let own = cells.get(start..end).unwrap_or_default();
        start = end;
        let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
        let hits = own.iter().fold(0u64, |sum, cell| sum.saturating_add(cell.hits));
        let exposure: f64 = own.iter().map(|cell| cell.exposure).sum();
        segments.push(Segment {
            first: first.index,
            last: last.index,
            from: series.name(first.index),
            until: series.name(last.index + 1),
            hits,
            rate: hits as f64 / exposure,
            interval: interval(hits as f64, exposure, dispersion, config.level),
        });
    }
    Ok(ChangePoints { dispersion, cost, segments })
}

/// Jeffreys' interval of a rate. With k = 1 / dispersion, S is negative binomial with size k E and p = k / (k + rate), whose posterior is
/// Beta(k E, S + 1/2); without dispersion that of the rate is Gamma(S + 1/2) / E.
fn interval(hits: f64, exposure: f64, dispersion: f64, level: f64) -> Option<Interval> {
    let (shape, size) = (hits + 0.5, exposure / dispersion);
    let end = |p: f64| {
        let found = if !size.is_finite() {
            gamma_quantile(shape, p)? / exposure
        } else if size < shape {
            let near_0 = beta_quantile(size, shape, 1.0 - p)?;
            (1.0 - near_0) / near_0 / dispersion
        } else {
            let x = beta_quantile(shape, size, p)?;
            x / (1.0 - x) / dispersion
        };
        found.is_finite().then_some(found)
    };
    let tail = (1.0 - level) / 2.0;
    Some(Interval { low: if hits > 0.0 { end(tail)? } else { 0.0 }, high: end(1.0 - tail)?, level })
}

/// The dispersion that neighbouring periods have. Given n = y1 + y2 with exposures E1 and E2, E = E1 + E2 and q = E1 / E, the
/// expectation of (y1 - n q)^2 / (n q (1 - q)) is 1 + (n - 1) d / (d + E), which rises with d.
fn estimated(cells: &[Cell]) -> f64 {
    let pairs = cells.iter().zip(cells.iter().skip(1)).filter_map(|(one, two)| {
        let (n, exposure) = (one.hits as f64 + two.hits as f64, one.exposure + two.exposure);
        let q = one.exposure / exposure;
        (n > 0.0).then(|| ((one.hits as f64 - n * q).powi(2) / (n * q * (1.0 - q)) - 1.0, n - 1.0, exposure))
    });
    let pairs: Vec<(f64, f64, f64)> = pairs.collect();
    let beyond: f64 = pairs.iter().map(|pair| pair.0).sum();
    let expected = |d: f64| pairs.iter().map(|(_, more, exposure)| more * (d / (d + exposure))).sum::<f64>();
    if beyond <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (1e-12f64, 1e12);
    for _ in 0..64 {
        let middle = (low * high).sqrt();
        if expected(middle) < beyond {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// What segments cost.
struct Costs {
    hits: Vec<f64>,     // [periods + 1]: before each period
    exposure: Vec<f64>, // [periods + 1]
    lengths: Vec<f64>,  // [periods + 1]: log(length / periods)
    dispersion: f64,
    change: f64,
}

impl Costs {
    fn new(cells: &[Cell], dispersion: f64, penalty: f64) -> Self {
        let sums = |of: &dyn Fn(&Cell) -> f64| {
            let mut sum = 0.0;
            let sums = cells.iter().map(|cell| {
                sum += of(cell);
                sum
            });
            [0.0].into_iter().chain(sums).collect::<Vec<f64>>()
        };
        let periods = cells.len() as f64;
        Self {
            hits: sums(&|cell| cell.hits as f64),
            exposure: sums(&|cell| cell.exposure),
            lengths: (0..=cells.len()).map(|length| libm::log(length as f64 / periods)).collect(),
            dispersion,
            change: penalty * libm::log(periods.max(1.0)),
        }
    }

    /// The cost of the periods from `start` to before `end`.
    #[inline]
    fn of(&self, start: usize, end: usize) -> f64 {
        let at = |sums: &[f64], place: usize| sums.get(place).copied().unwrap_or(0.0);
        let hits = at(&self.hits, end) - at(&self.hits, start);
        let exposure = at(&self.exposure, end) - at(&self.exposure, start);
        at(&self.lengths, end - start) + without_length(hits, exposure, self.dispersion)
    }

    /// The ends of the cheapest segments, and their cost.
    fn cheapest(&self) -> (Vec<usize>, f64) {
        let periods = self.hits.len() - 1;
        let mut best = vec![-self.change]; // the first segment is no change
        let mut last = vec![0];
        let mut starts: Vec<usize> = Vec::new();
        let mut costs: Vec<f64> = Vec::new();
        for end in 1..=periods {
            starts.push(end - 1);
            costs.clear();
            costs.extend(starts.iter().map(|&start| best.get(start).copied().unwrap_or(0.0) + self.of(start, end)));
            let (mut least, mut from) = (f64::INFINITY, 0);
            for (&cost, &start) in costs.iter().zip(&starts) {
                if cost < least {
                    (least, from) = (cost, start);
                }
            }
            best.push(least + self.change);
            last.push(from);
            // A start that is dearer even without another change is never the cheapest again. The margin is for rounding.
            let most = least + self.change + 1e-9 * (1.0 + least.abs());
            let mut costs = costs.iter();
            starts.retain(|_| costs.next().is_some_and(|&cost| cost <= most));
        }
        let mut ends = Vec::new();
        let mut end = periods;
        while end > 0 {
            ends.push(end);
            end = last.get(end).copied().unwrap_or(0);
        }
        ends.reverse();
        (ends, if periods > 0 { best.last().copied().unwrap_or(0.0) } else { 0.0 })
    }
}

/// Twice the negative log-likelihood at the rate hits / exposure.
#[inline]
fn without_length(hits: f64, exposure: f64, dispersion: f64) -> f64 {
    if hits <= 0.0 {
        return 0.0;
    }
    let rate = hits / exposure;
    let scatter = if dispersion > 0.0 { (hits + exposure / dispersion) * libm::log1p(dispersion * rate) } else { hits };
    2.0 * (scatter - hits * libm::log(rate))
}

#[cfg(test)]
mod tests;

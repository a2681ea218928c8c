//! What all bootstraps of figures share: what is drawn, how much of it is enough, and how many numbers are kept.

use plaudit_core::{Error, Result};
use plaudit_stats::{Bootstrap, Interval, Replicates, Units};

/// The level of intervals where no other is asked for: a convention.
pub(crate) const LEVEL: f64 = 0.95;

/// With fewer rows or clusters than this the bootstrap sees too little of the differences between them: of n units that
/// favour one of two models by the toss of a coin, all favour the same one with probability 2^(1 - n), here 0.002, and then
/// every resample does.
pub(crate) const LEAST_UNITS: usize = 10;

/// The most numbers that are kept of all resamples: 800 MB.
pub(crate) const MOST_VALUES: usize = 100_000_000;

/// What is drawn: the rows, or the clusters that are named, one name a row.
pub(crate) fn units(rows: usize, what: &str, clusters: Option<&[&str]>) -> Result<Units> {
    match clusters {
        Some(names) if names.len() != rows => {
            Err(Error::config(format!("{} clusters for {rows} {what}s; expected one a {what}", names.len())))
        }
        Some(names) => Ok(Units::clusters(names)),
        None => Ok(Units::single(rows)),
    }
}

/// The values of so many `figures` in every resample, `[figures][resamples]`, not a number for none. Nothing is drawn where
/// there are too few units.
pub(crate) fn replicate(
    units: &Units,
    weights: &[f64],
    bootstrap: &Bootstrap,
    figures: usize,
    mut values: impl FnMut(&[f64]) -> Vec<Option<f64>>,
) -> Result<Vec<Vec<f64>>> {
    bootstrap.validate()?;
    if units.count() < LEAST_UNITS {
        return Ok(vec![Vec::new(); figures]);
    }
    let kept = figures.saturating_mul(bootstrap.resamples);
    if kept > MOST_VALUES {
        return Err(Error::config(format!(
            "{} resamples of {figures} figures are {kept} numbers; expected at most {MOST_VALUES}",
            bootstrap.resamples
        )));
    }
    let mut columns: Vec<Vec<f64>> = vec![Vec::with_capacity(bootstrap.resamples); figures];
    let mut drawn = vec![0.0; weights.len()];
    bootstrap.resample(units, |times| {
        drawn.iter_mut().zip(times.iter().zip(weights)).for_each(|(slot, (times, weight))| *slot = times * weight);
        // Not a number stands for none: half the room.
        let values = values(&drawn).into_iter().map(|value| value.unwrap_or(f64::NAN));
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    })?;
    Ok(columns)
}

/// The percentile interval of a figure's values.
pub(crate) fn interval(column: &[f64], level: f64) -> Option<Interval> {
    column.iter().copied().map(Some).collect::<Replicates>().interval(level)
}

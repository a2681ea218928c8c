//! Agreement of any number of raters, with ratings missing.

use plaudit_core::{Error, Labels, Result};
use plaudit_stats::{Bootstrap, Interval};
use serde::{Deserialize, Serialize};

use crate::cells::Cells;
use crate::resampling::{interval, replicate, units};

/// How far two labels are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measurement {
    /// Any two labels are equally far apart.
    Nominal,
    /// The labels have an order: two are as far apart as there are ratings between them, each end by half.
    Ordinal,
    /// The labels are numbers, here their indexes: two are as far apart as their difference.
    Interval,
}

/// Returns Krippendorff's alpha of ratings `[units][raters]`: 1 where all raters agree, 0 where they agree as by chance, below
/// where they agree less; none where no unit has two ratings, or all ratings of such units are one label.
///
/// A rating is a label's index; none is a missing one. Units may have lists of different lengths: who rated does not matter,
/// and a unit with one rating says nothing. It is 1 - D_o / D_e, the mean squared distance of two ratings within a unit over
/// that of any two ratings.
///
/// K. Krippendorff, *Content Analysis: An Introduction to Its Methodology*; *Computing Krippendorff's alpha-reliability*
/// (2011).
///
/// # Errors
/// When a rating is not the index of a label; the message names the unit.
///
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Measurement, krippendorff_alpha};
///
/// let ratings = [[Some(0), Some(0), None], [Some(2), Some(1), Some(2)], [None, Some(0), None], [Some(1), Some(1), None]];
/// let alpha = krippendorff_alpha(&Labels::polarity(), &ratings, Measurement::Nominal)?.unwrap();
/// assert!((alpha - 0.625).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn krippendorff_alpha<R: AsRef<[Option<usize>]>>(
    labels: &Labels,
    ratings: &[R],
    measurement: Measurement,
) -> Result<Option<f64>> {
    let rated = Rated::new(labels, ratings)?;
    Ok(rated.alpha(&vec![1.0; rated.units.len()], measurement))
}

/// Returns the bootstrap's percentile interval for [Krippendorff's alpha](krippendorff_alpha), over resamples of the units that
/// have two ratings or more, or of whole clusters of units where `clusters` names the cluster of each unit, such as its
/// author. None where alpha is none, there are fewer than ten such units (or clusters), more than one resample in twenty has no
/// alpha, or all resamples are equal, as where all raters agree.
///
/// Resampling units is what A. Zapf, S. Castell, L. Morawietz and A. Karch recommend, *Measuring inter-rater reliability for
/// nominal data - which coefficients and confidence intervals are appropriate?*, BMC Medical Research Methodology 16 (2016).
/// It holds the chance of which units were rated, not of who rated them.
///
/// # Errors
/// As [`krippendorff_alpha`]; also when there is not one cluster a unit, or `bootstrap` is at fault.
///
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Bootstrap, Measurement, krippendorff_interval};
///
/// let ratings: Vec<_> = (0..60).map(|unit| [Some(unit % 3), Some(if unit % 5 == 0 { 0 } else { unit % 3 })]).collect();
/// let bootstrap = Bootstrap::default();
/// let interval = krippendorff_interval(&Labels::polarity(), &ratings, Measurement::Nominal, None, &bootstrap)?.unwrap();
/// assert!(0.6 < interval.low && interval.high < 0.95);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn krippendorff_interval<R: AsRef<[Option<usize>]>>(
    labels: &Labels,
    ratings: &[R],
    measurement: Measurement,
    clusters: Option<&[&str]>,
    bootstrap: &Bootstrap,
) -> Result<Option<Interval>> {
    let rated = Rated::new(labels, ratings)?;
    units(ratings.len(), "unit", clusters)?; // one name each, also for units that are not drawn
    let names: Option<Vec<&str>> =
        clusters.map(|names| rated.places.iter().filter_map(|&place| names.get(place).copied()).collect());
    let ones = vec![1.0; rated.units.len()];
    let drawn = units(ones.len(), "unit", names.as_deref())?;
    let columns = replicate(&drawn, &ones, bootstrap, 1, |weights| vec![rated.alpha(weights, measurement)])?;
    Ok(rated.alpha(&ones, measurement).and_then(|_| interval(columns.first()?, bootstrap.level)))
}

/// Alpha of two raters, without missing ratings, who are the rows and the columns of a table.
pub(crate) fn alpha_of_two(cells: &Cells, measurement: Measurement) -> Option<f64> {
    let totals: Vec<f64> = cells.truth().iter().zip(cells.predicted()).map(|(one, other)| one + other).collect();
    alpha(&totals, |one, other| cells.at(one, other) + cells.at(other, one), measurement)
}

/// The units with two ratings or more.
struct Rated {
    width: usize,
    units: Vec<Vec<(usize, f64)>>, // how often each label that occurs was given
    places: Vec<usize>,            // among all units
}

impl Rated {
    fn new<R: AsRef<[Option<usize>]>>(labels: &Labels, ratings: &[R]) -> Result<Self> {
        let mut rated = Self { width: labels.len(), units: Vec::new(), places: Vec::new() };
        for (place, ratings) in ratings.iter().enumerate() {
            let counts = count(labels, place, ratings.as_ref())?;
            if sum(&counts) >= 2.0 {
                rated.units.push(counts);
                rated.places.push(place);
            }
        }
        Ok(rated)
    }

    /// Alpha where unit `i` is there `weights[i]` times.
    fn alpha(&self, weights: &[f64], measurement: Measurement) -> Option<f64> {
        let mut totals = vec![0.0; self.width];
        let mut coincidences = vec![0.0; self.width * self.width]; // row-major; above the diagonal
        for (counts, weight) in self.units.iter().zip(weights) {
            let rated = sum(counts);
            for (place, &(one, count)) in counts.iter().enumerate() {
                if let Some(total) = totals.get_mut(one) {
                    *total += weight * count;
                }
                for &(other, more) in counts.iter().skip(place + 1) {
                    if let Some(pairs) = coincidences.get_mut(one * self.width + other) {
                        *pairs += weight * (count * more / (rated - 1.0));
                    }
                }
            }
        }
        let pairs = |one, other| coincidences.get(one * self.width + other).copied().unwrap_or(0.0);
        alpha(&totals, pairs, measurement)
    }
}

/// How often each label that occurs was given to a unit.
fn count(labels: &Labels, unit: usize, ratings: &[Option<usize>]) -> Result<Vec<(usize, f64)>> {
    let mut given: Vec<usize> = ratings.iter().flatten().copied().collect();
    given.sort_unstable();
    if let Some(&most) = given.last().filter(|&&most| most >= labels.len()) {
        let expected = labels.len() - 1;
        return Err(Error::config(format!("unit {unit}: rating {most}; expected none or 0 to {expected}")));
    }
    Ok(given.chunk_by(|a, b| a == b).filter_map(|same| Some((*same.first()?, same.len() as f64))).collect())
}

/// The number of ratings.
fn sum(counts: &[(usize, f64)]) -> f64 {
    counts.iter().map(|&(_, count)| count).sum()
}

/// Alpha from the number of ratings with each label, and of coincidences of a label with a later one.
fn alpha(totals: &[f64], coincidences: impl Fn(usize, usize) -> f64, measurement: Measurement) -> Option<f64> {
    let places = places(totals, measurement);
    let (mut observed, mut expected) = (0.0, 0.0);
    for (one, (total, place)) in totals.iter().zip(&places).enumerate() {
        for (other, (more, far)) in totals.iter().zip(&places).enumerate().skip(one + 1) {
            let distance = if measurement == Measurement::Nominal { 1.0 } else { (place - far) * (place - far) };
            observed += coincidences(one, other) * distance;
            expected += total * more * distance;
        }
    }
    let ratings: f64 = totals.iter().sum();
    (expected > 0.0).then(|| 1.0 - (ratings - 1.0) * observed / expected)
}

/// Where each label stands on a line: half of its own ratings after all ratings of lower labels, or at its index. The ordinal
/// distance, the ratings from one label through the other less half of each end's, is the distance of these places.
fn places(totals: &[f64], measurement: Measurement) -> Vec<f64> {
    let mut before = 0.0;
    let place = |(index, total): (usize, &f64)| match measurement {
        Measurement::Ordinal => {
            before += total;
            before - total / 2.0
        }
        _ => index as f64,
    };
    totals.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Measurement; 3] = [Measurement::Nominal, Measurement::Ordinal, Measurement::Interval];

    fn of(ratings: &[Vec<Option<usize>>], measurement: Measurement) -> Option<f64> {
        krippendorff_alpha(&Labels::dpms(), ratings, measurement).unwrap()
    }

    #[test]
    fn nothing_to_compare_is_none() {
        let alone = vec![vec![Some(0)], vec![None, Some(1)], vec![], vec![None; 3]];
        let one = vec![vec![Some(2), Some(2)], vec![Some(2), None, Some(2)], vec![Some(1)]];
        for measurement in ALL {
            assert_eq!(of(&[], measurement), None);
            assert_eq!(of(&alone, measurement), None);
            assert_eq!(of(&one, measurement), None);
        }
    }

    #[test]
    fn a_rating_that_is_no_label_is_named() {
        for bad in [4, usize::MAX] {
            let ratings = [vec![Some(0)], vec![None, Some(bad)]];
            let error = krippendorff_alpha(&Labels::dpms(), &ratings, Measurement::Ordinal).unwrap_err().to_string();
            assert!(
                error.contains("unit 1") && error.contains(&bad.to_string()) && error.contains("0 to 3"),
                "{error}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_order_of_units_and_raters_does_not_matter(
            ratings in prop::collection::vec(prop::collection::vec(prop::option::of(0usize..4), 0..5), 0..12),
            turn in 0usize..5,
        ) {
            let mut turned: Vec<Vec<_>> = ratings.iter().rev().cloned().collect();
            turned.iter_mut().filter(|unit| !unit.is_empty()).for_each(|unit| {
                let by = turn % unit.len();
                unit.rotate_left(by);
            });
            for measurement in ALL {
                match (of(&ratings, measurement), of(&turned, measurement)) {
                    (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-12 && one <= 1.0),
                    (one, other) => prop_assert_eq!(one, other),
                }
            }
        }

        #[test]
        fn counts_of_two_raters_give_the_same(pairs in prop::collection::vec((0usize..4, 0usize..4), 0..40)) {
            let (rows, columns): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
            let cells = Cells::from(&crate::ConfusionMatrix::from_pairs(Labels::dpms(), &rows, &columns).unwrap());
            let ratings: Vec<_> = pairs.iter().map(|&(one, other)| vec![Some(one), Some(other)]).collect();
            for measurement in ALL {
                match (alpha_of_two(&cells, measurement), of(&ratings, measurement)) {
                    (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-12),
                    (one, other) => prop_assert_eq!(one, other),
                }
            }
        }
    }
}

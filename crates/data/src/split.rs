//! Training, validation and test parts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use plaudit_core::{Error, Feedback, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use crate::Dataset;
use crate::names::counted;

/// The sizes of the training, validation and test part, in proportion to each other.
///
/// ```
/// use plaudit_data::SplitRatios;
///
/// assert_eq!(SplitRatios::PAPER.sizes(8_810), [6167, 1322, 1321]);
/// assert_eq!(SplitRatios::new(8.0, 1.0, 1.0)?.sizes(10), [8, 1, 1]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 3]", into = "[f64; 3]")]
pub struct SplitRatios([f64; 3]);

impl SplitRatios {
    /// 70 : 15 : 15, as DPMS splits its 8,810 answers.
    pub const PAPER: Self = Self([70.0, 15.0, 15.0]);

    /// Returns these ratios.
    ///
    /// # Errors
    /// When one of them is not a positive number of at most 1e100.
    pub fn new(train: f64, valid: f64, test: f64) -> Result<Self> {
        let mut faults = Vec::new();
        for (name, ratio) in [("train", train), ("valid", valid), ("test", test)] {
            if !(ratio > 0.0 && ratio <= 1e100) {
                faults.push(format!("split.{name}: must be a positive number of at most 1e100, not {ratio}"));
            }
        }
        Error::from_faults(faults)?;
        Ok(Self([train, valid, test]))
    }

    /// Returns how many of `rows` rows each part gets. The sizes add up to `rows`: each is its exact share rounded down,
    /// and the rows left over go to the parts that were rounded down most, the earlier one first (largest remainder).
    pub fn sizes(self, rows: usize) -> [usize; 3] {
        let mut sizes = [0; 3];
        sizes.iter_mut().zip(apportion(rows, &self.0)).for_each(|(size, share)| *size = share);
        sizes
    }
}

impl TryFrom<[f64; 3]> for SplitRatios {
    type Error = Error;

    fn try_from([train, valid, test]: [f64; 3]) -> Result<Self> {
        Self::new(train, valid, test)
    }
}

impl From<SplitRatios> for [f64; 3] {
    fn from(ratios: SplitRatios) -> Self {
        ratios.0
    }
}

const PARTS: [&str; 3] = ["training", "validation", "test"];
const HELD_OUT: [&str; 2] = ["remaining", "held-out"];

impl Dataset {
    /// Returns a training, validation and test part, stratified by label: their sizes are those of
    /// [`SplitRatios::sizes`], and each label (and the rows without one) is shared out in the same proportion, to within
    /// two rows a part. Rows keep their order.
    ///
    /// The same rows in the same order and the same seed give the same parts; rows in another order may give others.
    ///
    /// # Errors
    /// When a part would be empty.
    ///
    /// # Example: the split of DPMS
    /// ```
    /// use plaudit_core::Feedback;
    /// use plaudit_data::{Dataset, SplitRatios};
    ///
    /// let rows = (0..8_810).map(|uid| Feedback::new(uid.to_string(), "fine")).collect();
    /// let [train, valid, test] = Dataset::from_rows(rows).split(SplitRatios::PAPER, 7)?;
    /// assert_eq!((train.len(), valid.len(), test.len()), (6167, 1322, 1321));
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn split(&self, ratios: SplitRatios, seed: u64) -> Result<[Dataset; 3]> {
        self.parts(stratified(&self.rows, ratios.sizes(self.len()), seed, "split"), PARTS)
    }

    /// Returns a training, validation and test part such that all rows of one key (a person, a course, a thread) are in
    /// the same part, stratified by label as far as groups allow. Rows keep their order.
    ///
    /// Groups are dealt out largest first, equal ones in random order: of the parts that still have room for a group, it
    /// goes where it brings rows and labels nearest to their shares. So sizes are off from [`SplitRatios::sizes`] by the
    /// largest group at most, and not at all where no group has two rows.
    ///
    /// # Errors
    /// When a part would be empty.
    ///
    /// # Example: no division in two parts
    /// ```
    /// use plaudit_core::Feedback;
    /// use plaudit_data::{Dataset, SplitRatios};
    ///
    /// let rows = (0..60).map(|n| {
    ///     let mut row = Feedback::new(n.to_string(), "fine");
    ///     row.division = format!("division {}", n % 6);
    ///     row
    /// });
    /// let data = Dataset::from_rows(rows.collect());
    /// let [train, valid, test] = data.split_grouped(SplitRatios::new(4.0, 1.0, 1.0)?, 7, |row| &row.division)?;
    /// assert_eq!((train.divisions().len(), valid.divisions().len(), test.divisions().len()), (4, 1, 1));
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn split_grouped<'a, K: Ord>(
        &'a self,
        ratios: SplitRatios,
        seed: u64,
        key: impl Fn(&'a Feedback) -> K,
    ) -> Result<[Dataset; 3]> {
        self.parts(grouped(&self.rows, ratios.sizes(self.len()), seed, "split_grouped", key), PARTS)
    }

    /// Returns the rows without and with a held-out `share` (between 0 and 1), stratified by label as in
    /// [`split`](Self::split). Rows keep their order.
    ///
    /// # Errors
    /// When `share` is not between 0 and 1, or a part would be empty.
    ///
    /// # Example: validation rows from training rows
    /// ```
    /// use plaudit_core::Feedback;
    /// use plaudit_data::Dataset;
    ///
    /// let rows = (0..50).map(|uid| Feedback::new(uid.to_string(), "fine")).collect();
    /// let [train, valid] = Dataset::from_rows(rows).hold_out(0.1, 7)?;
    /// assert_eq!((train.len(), valid.len()), (45, 5));
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn hold_out(&self, share: f64, seed: u64) -> Result<[Dataset; 2]> {
        let sizes = self.held_out_sizes(share)?;
        self.parts(stratified(&self.rows, sizes, seed, "hold_out"), HELD_OUT)
    }

    /// Returns the rows without and with a held-out `share` (between 0 and 1), such that all rows of one key are in the
    /// same part, as in [`split_grouped`](Self::split_grouped). Rows keep their order.
    ///
    /// # Errors
    /// When `share` is not between 0 and 1, or a part would be empty.
    ///
    /// # Example: nobody is in both parts
    /// ```
    /// use plaudit_core::Feedback;
    /// use plaudit_data::Dataset;
    ///
    /// let rows = (0..50).map(|n| {
    ///     let mut row = Feedback::new(n.to_string(), "fine");
    ///     row.source = Some(format!("person {}", n % 10));
    ///     row
    /// });
    /// let [train, valid] = Dataset::from_rows(rows.collect()).hold_out_grouped(0.2, 7, |row| row.source.as_ref())?;
    /// assert_eq!((train.len(), valid.len()), (40, 10));
    /// assert!(valid.iter().all(|row| train.iter().all(|other| other.source != row.source)));
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn hold_out_grouped<'a, K: Ord>(
        &'a self,
        share: f64,
        seed: u64,
        key: impl Fn(&'a Feedback) -> K,
    ) -> Result<[Dataset; 2]> {
        let sizes = self.held_out_sizes(share)?;
        self.parts(grouped(&self.rows, sizes, seed, "hold_out_grouped", key), HELD_OUT)
    }

    /// Returns the rows without and with those of `fold`, counted from 0, of `folds` parts of nearly one size, stratified by label: each
    /// row is held out once. Rows keep their order.
    ///
    /// # Errors
    /// When there are fewer than two folds, more than rows, or no such fold.
    ///
    /// # Example: each row is tested once
    /// ```
    /// use plaudit_core::Feedback;
    /// use plaudit_data::Dataset;
    ///
    /// let data = Dataset::from_rows((0..50).map(|uid| Feedback::new(uid.to_string(), "fine")).collect());
    /// let mut tested = 0;
    /// for fold in 0..10 {
    ///     let [train, test] = data.fold(10, fold, 7)?;
    ///     assert_eq!((train.len(), test.len()), (45, 5));
    ///     tested += test.len();
    /// }
    /// assert_eq!(tested, data.len());
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn fold(&self, folds: usize, fold: usize, seed: u64) -> Result<[Dataset; 2]> {
        if !(2..=self.len()).contains(&folds) || fold >= folds {
            let rows = counted(self.len() as u64, "row");
            return Err(Error::config(format!("fold: {fold} of {folds}; expected 2 or more, no more than {rows}")));
        }
        let order = strata(&self.rows, seed, "fold").into_values().flatten();
        let (mut rest, mut held) = (Vec::new(), Vec::new());
        for (place, row) in order.enumerate() {
            if place % folds == fold { held.push(row) } else { rest.push(row) }
        }
        self.parts([rest, held], HELD_OUT)
    }

    /// Returns the rows without and with those that `held_out` says, such as those of one division. Rows keep their order.
    ///
    /// # Errors
    /// When a part would be empty.
    pub fn set_apart(&self, held_out: impl Fn(&Feedback) -> bool) -> Result<[Dataset; 2]> {
        let (held, rest) = (0..self.len()).partition(|&row| self.rows.get(row).is_some_and(&held_out));
        self.parts([rest, held], HELD_OUT)
    }

    fn held_out_sizes(&self, share: f64) -> Result<[usize; 2]> {
        if !(share > 0.0 && share < 1.0) {
            return Err(Error::config(format!("hold_out.share: must be between 0 and 1, not {share}")));
        }
        let held = apportion(self.len(), &[share, 1.0 - share]).first().copied().unwrap_or(0);
        Ok([self.len() - held, held])
    }

    /// Returns a dataset for each list of rows.
    fn parts<const N: usize>(&self, parts: [Vec<usize>; N], names: [&str; N]) -> Result<[Dataset; N]> {
        let empty: Vec<&str> =
            parts.iter().zip(names).filter(|(part, _)| part.is_empty()).map(|(_, name)| name).collect();
        if !empty.is_empty() {
            let (rows, empty) = (counted(self.len() as u64, "row"), empty.join(" and the "));
            let reason = format!("a split of {rows} leaves none for the {empty} part");
            return Err(Error::data(&self.report.source_name, 0, "", reason));
        }
        Ok(parts.map(|mut part| {
            part.sort_unstable();
            let rows = part.into_iter().filter_map(|index| self.rows.get(index).cloned()).collect();
            Dataset::part(rows, &self.report.source_name)
        }))
    }
}

/// Returns the rows of each part, of these sizes, with each label's rows shared out in proportion.
///
/// Part after part takes its rows from what is left, so many of each label as the label's share of what is left
/// ([`apportion`]): the size of a part is exact, and no label is ever asked for more rows than it has.
fn stratified<const N: usize>(rows: &[Feedback], sizes: [usize; N], seed: u64, purpose: &str) -> [Vec<usize>; N] {
    let mut strata = strata(rows, seed, purpose);
    sizes.map(|size| {
        let left: Vec<f64> = strata.values().map(|stratum| stratum.len() as f64).collect();
        let takes = apportion(size, &left);
        let taken = strata.values_mut().zip(takes);
        taken.flat_map(|(stratum, take)| stratum.split_off(stratum.len().saturating_sub(take))).collect()
    })
}

/// The rows of each label, in random order.
fn strata<'a>(rows: &'a [Feedback], seed: u64, purpose: &str) -> BTreeMap<Option<&'a str>, Vec<usize>> {
    let mut strata: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        strata.entry(row.label.as_deref()).or_default().push(index);
    }
    for (number, stratum) in (0..).zip(strata.values_mut()) {
        Stream::new(seed, purpose, number).shuffle(stratum);
    }
    strata
}

/// One part of a grouped split: its rows, and what it still lacks of its share of all rows and of each label's.
struct Part {
    rows: Vec<usize>,
    room: usize,
    /// `(lacking, share)`, in rows: all rows first, then each label.
    counts: Vec<(f64, f64)>,
}

impl Part {
    /// Returns by how much a group of these counts brings the part away from its shares (chi-square: the squared
    /// deviations, each divided by the share).
    fn loss(&self, group: &[(usize, f64)]) -> f64 {
        let places = group.iter().filter_map(|&(place, rows)| Some((self.counts.get(place)?, rows)));
        places.map(|(&(lacking, share), rows)| rows * (rows - 2.0 * lacking) / share).sum()
    }
}

/// Returns the rows of each part, of about these sizes, with all rows of one key in one part. Greedy: the best of all
/// splits would take more time than there is.
fn grouped<'a, K: Ord, const N: usize>(
    rows: &'a [Feedback],
    sizes: [usize; N],
    seed: u64,
    purpose: &str,
    key: impl Fn(&'a Feedback) -> K,
) -> [Vec<usize>; N] {
    let mut strata: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let mut by_key: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        *strata.entry(row.label.as_deref()).or_default() += 1;
        by_key.entry(key(row)).or_default().push(index);
    }
    let mut groups: Vec<Vec<usize>> = by_key.into_values().collect();
    Stream::new(seed, purpose, 0).shuffle(&mut groups);
    groups.sort_by_key(|group| Reverse(group.len())); // stable: the random order stays among equal sizes

    let totals = [rows.len()].into_iter().chain(strata.values().copied());
    let totals: Vec<f64> = totals.map(|count| count as f64 / rows.len() as f64).collect();
    let mut parts = sizes.map(|size| {
        let counts = totals.iter().map(|share| size as f64 * share).map(|share| (share, share)).collect();
        Part { rows: Vec::new(), room: size, counts }
    });
    let places: BTreeMap<Option<&str>, usize> = strata.into_keys().zip(1..).collect();
    for group in groups {
        let mut counts = BTreeMap::from([(0, group.len() as f64)]);
        for label in group.iter().filter_map(|&index| rows.get(index)).map(|row| row.label.as_deref()) {
            *counts.entry(places.get(&label).copied().unwrap_or(0)).or_default() += 1.0;
        }
        let counts: Vec<(usize, f64)> = counts.into_iter().collect();
        let fits = parts.iter_mut().filter(|part| part.room >= group.len());
        let best = match fits.map(|part| (part.loss(&counts), part)).min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((_, part)) => Some(part),
            None => parts.iter_mut().min_by_key(|part| Reverse(part.room)),
        };
        let Some(part) = best else { continue };
        for &(place, rows) in &counts {
            if let Some((lacking, _)) = part.counts.get_mut(place) {
                *lacking -= rows;
            }
        }
        part.room = part.room.saturating_sub(group.len());
        part.rows.extend(group);
    }
    parts.map(|part| part.rows)
}

/// Returns whole numbers that add up to `total`, in proportion to `weights`, by largest remainder: each exact share is
/// rounded down, and what is left over goes, one each, to the largest fractions, the earlier one where two are equal.
fn apportion(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let shares = weights.iter().map(|weight| if sum > 0.0 { total as f64 * weight / sum } else { 0.0 });
    let mut parts: Vec<(usize, f64, usize)> =
        shares.enumerate().map(|(place, share)| (place, share.fract(), share as usize)).collect();
    let given: usize = parts.iter().map(|part| part.2).sum();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1)); // stable
    parts.iter_mut().take(total.saturating_sub(given)).for_each(|part| part.2 += 1);
    parts.sort_by_key(|part| part.0);
    parts.into_iter().map(|part| part.2).collect()
}

//! The label-shift check of all divisions of a survey.

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Error, Result};
use plaudit_stats::benjamini_hochberg;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cells::check_counts;
use super::naive::total;
use super::{ConfidenceCells, LabelShift, ShiftConfig};

/// Simulated divisions for each division that is checked: the least p-value, times the number of divisions, stays below 0.05.
const RESAMPLES: usize = 40;
const MOST_RESAMPLES: usize = 100_000;

/// Whether the texts of each division are predicted as the gold rows were: what [`Corrected`](crate::Corrected) asks before it
/// decides.
///
/// Serialised with the counts of the gold rows and of the divisions by cell, which everything else is computed from again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ShiftCheck {
    gold: Vec<Vec<u64>>,                   // [gold, cells]
    parts: Vec<usize>,                     // [cells]
    divisions: BTreeMap<String, Vec<u64>>, // [cells] each
    config: ShiftConfig,
    #[serde(skip)]
    found: BTreeMap<String, LabelShift>,
}

impl ShiftCheck {
    /// Returns the check of these texts, each given by its division, the index of its predicted label, and the confidence of the
    /// prediction, as they were for the gold rows of `cells`.
    ///
    /// It simulates up to 40 divisions for each division that there is where that is more than the configuration says: the
    /// p-value of one among many must be able to count. The divisions are spread over the threads of the caller's rayon pool.
    ///
    /// ```
    /// use plaudit_core::{Labels, Origin};
    /// use plaudit_promotion::prevalence::{ConfidenceCells, ShiftCheck, ShiftConfig};
    ///
    /// // Gold rows: 30 of each label, right where they are confident.
    /// let gold: Vec<_> = (0..60).map(|row| (row % 2, if row % 6 == 0 { 1 - row % 2 } else { row % 2 }, (row % 6) as f64)).collect();
    /// let cells = ConfidenceCells::new(Labels::new(["good", "poor"])?, Origin::SetAside, &gold)?;
    /// // In one division all predictions are unsure.
    /// let usual = (0..60).map(|row| ("Library", gold[row].1, gold[row].2));
    /// let unsure = (0..60).map(|row| ("Finance", row % 2, 0.0));
    /// let check = ShiftCheck::new(&cells, usual.chain(unsure), &ShiftConfig::default())?;
    /// assert!(check.of("Library").unwrap().p_value > 0.5 && check.of("Finance").unwrap().p_value < 0.01);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the configuration is at fault, an index is not that of a label, or a confidence is not finite; the message names the
    /// division and its text, counted from 0.
    pub fn new<'a>(
        cells: &ConfidenceCells,
        texts: impl IntoIterator<Item = (&'a str, usize, f64)>,
        config: &ShiftConfig,
    ) -> Result<Self> {
        let mut divisions: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
        for (division, predicted, confidence) in texts {
            divisions.entry(division).or_default().push((predicted, confidence));
        }
        let tally = |(name, texts): (&str, Vec<(usize, f64)>)| match cells.tally(texts) {
            Ok(counts) => Ok((name.to_owned(), counts)),
            Err(error) => Err(Error::config(format!("label shift: `{name}`: {error}"))),
        };
        let divisions = divisions.into_iter().map(tally).collect::<Result<_>>()?;
        let (gold, parts) = cells.gold();
        Unchecked { gold: gold.to_vec(), parts: parts.to_vec(), divisions, config: config.clone() }.try_into()
    }

    /// Returns what was found about a division; none where it has no text.
    pub fn of(&self, division: &str) -> Option<&LabelShift> {
        self.found.get(division)
    }

    /// The number of labels.
    pub(crate) fn labels(&self) -> usize {
        self.gold.len()
    }

    /// What is to be made of it for these divisions, those of one decision.
    pub(crate) fn judge(&self, divisions: &BTreeSet<&str>, alpha: f64) -> Result<BTreeMap<String, Shift>> {
        let of = self.found.iter().filter(|(name, _)| divisions.contains(name.as_str()));
        let adjusted = benjamini_hochberg(&of.clone().map(|(_, found)| found.p_value).collect::<Vec<_>>())?;
        let judged = of.zip(adjusted).map(|((name, found), adjusted)| {
            let LabelShift { deviance, degrees, p_value, .. } = *found;
            (name.clone(), Shift { deviance, degrees, p_value, adjusted, alpha, fails: adjusted <= alpha })
        });
        Ok(judged.collect())
    }
}

/// What the label-shift check says of a division beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Shift {
    /// [`LabelShift::deviance`].
    pub deviance: f64,
    /// [`LabelShift::degrees`].
    pub degrees: usize,
    /// [`LabelShift::p_value`].
    pub p_value: f64,
    /// The p-value adjusted for all divisions that are checked, by Benjamini and Hochberg's method.
    ///
    /// Not by Holm's: that keeps the chance of any needless alarm down, at the price of seeing less of a shift the more divisions
    /// there are. Here a needless alarm costs some labels and a shift that is not seen a wrong verdict; of the divisions that fail,
    /// a share of alpha is expected to fail needlessly, and where no division has a shift, any does with a chance of alpha.
    pub adjusted: f64,
    /// Up to here the check fails: [`Policy::shift_alpha`](crate::Policy::shift_alpha).
    pub alpha: f64,
    /// Whether it fails.
    pub fails: bool,
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    gold: Vec<Vec<u64>>,
    parts: Vec<usize>,
    divisions: BTreeMap<String, Vec<u64>>,
    config: ShiftConfig,
}

impl TryFrom<Unchecked> for ShiftCheck {
    type Error = Error;

    fn try_from(Unchecked { gold, parts, divisions, config }: Unchecked) -> Result<Self> {
        config.validate()?;
        let (labels, cells) = (gold.len(), parts.len());
        let mut faults = Vec::new();
        if cells <= labels || gold.iter().any(|row| row.len() != cells) || parts.contains(&0) {
            faults.push(format!("label shift: {labels} rows of {cells} cells; expected more cells than labels"));
        }
        for counts in gold.iter().chain(divisions.values()) {
            if counts.iter().any(|&count| count > 0) {
                faults.extend(total("label shift", counts).err().map(|error| error.to_string()));
            }
        }
        Error::from_faults(faults)?;
        let mut simulated = config.clone();
        simulated.resamples = config.resamples.max(RESAMPLES * divisions.len()).min(MOST_RESAMPLES);
        let check =
            |(name, counts): (&String, &Vec<u64>)| Ok((name.clone(), check_counts(&gold, &parts, counts, &simulated)?));
        let found: Result<Vec<_>> =
            divisions.par_iter().filter(|(_, counts)| counts.iter().any(|&count| count > 0)).map(check).collect();
        let found = found?.into_iter().collect();
        Ok(Self { gold, parts, divisions, config, found })
    }
}

#[cfg(test)]
mod tests {
    use plaudit_core::{Labels, Origin};

    use super::*;

    /// The label, the predicted one and the confidence of 60 rows.
    fn gold() -> Vec<(usize, usize, f64)> {
        (0..60).map(|k| (k % 2, if k % 6 == 0 { 1 - k % 2 } else { k % 2 }, (k % 6) as f64)).collect()
    }

    fn cells() -> ConfidenceCells {
        ConfidenceCells::new(Labels::new(["a", "b"]).unwrap(), Origin::SetAside, &gold()).unwrap()
    }

    fn check() -> ShiftCheck {
        let (gold, cells) = (gold(), cells());
        let usual = (0..60).flat_map(|k| [("one", gold[k].1, gold[k].2), ("two", gold[k].1, gold[k].2)]);
        let unsure = (0..60).map(|k| ("unsure", k % 2, 0.0));
        ShiftCheck::new(&cells, usual.chain(unsure), &ShiftConfig::default()).unwrap()
    }

    #[test]
    fn saved_and_checked_again() {
        let check = check();
        let json = serde_json::to_string(&check).unwrap();
        assert_eq!(serde_json::from_str::<ShiftCheck>(&json).unwrap(), check);
        for (from, to) in
            [("\"parts\":[", "\"parts\":[0,"), ("\"resamples\":999", "\"resamples\":9"), ("gold\"", "gold_\"")]
        {
            assert!(serde_json::from_str::<ShiftCheck>(&json.replacen(from, to, 1)).is_err(), "{from}");
        }
        let error = ShiftCheck::new(&cells(), [("d", 0, 0.1), ("d", 2, 0.1)], &ShiftConfig::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("`d`") && error.contains("row 1: label index 2"), "{error}");
    }

    // By hand: of three p-values the least is multiplied by 3, and of two by 2.
    #[test]
    fn only_the_divisions_asked_for_count() {
        let check = check();
        let judge = |names: &[&str], alpha| check.judge(&names.iter().copied().collect(), alpha).unwrap();
        let least = check.of("unsure").unwrap().p_value;
        assert!(least < 0.01, "{least}");
        assert_eq!(judge(&["one", "two", "unsure"], 0.05)["unsure"].adjusted, 3.0 * least);
        let two = judge(&["one", "unsure", "not there"], 0.05);
        assert_eq!((two.len(), two["unsure"].adjusted), (2, 2.0 * least));
        assert!(two["unsure"].fails && !two["one"].fails);
        assert!(!judge(&["unsure"], 0.0)["unsure"].fails, "0 turns it off");
    }
}

//! How far two judges agree, counted text by text.

use std::fmt;

use plaudit_core::{Error, Labels, Result, Table};
use plaudit_stats::{Bootstrap, Interval, wilson};
use serde::{Deserialize, Serialize};

use crate::cells::{Cells, Pairs};
use crate::krippendorff::alpha_of_two;
use crate::marginals::Bounds;
use crate::resampling::{LEVEL, interval, replicate, units};
use crate::table::{decimals, ends, interval_heading};
use crate::{ChiSquareTest, ConfusionMatrix, Disagreement, Measurement, bowker, stuart_maxwell};

/// How far two judges of the same texts agree: two people, or people and a classifier. `Display` prints it as a table.
///
/// It needs both labels of each text, and counts texts: weights are not used. The class counts of each judge alone only
/// bound it ([`compare_marginals`]): both bounds stand here beside the agreement. The observed agreement is a share of texts
/// and has Wilson's interval; kappa and alpha get theirs by the bootstrap, from the labels text by text ([`agreement()`]). From
/// a table of counts alone, as below, they have none.
///
/// [`compare_marginals`]: crate::compare_marginals
///
/// # Example: equal counts, and no agreement
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Agreement, ConfusionMatrix};
///
/// let agreement = Agreement::from(&ConfusionMatrix::from_pairs(Labels::polarity(), &[0, 1, 2], &[1, 2, 0])?);
/// assert_eq!((agreement.observed, agreement.highest), (Some(0.0), Some(1.0)));
/// assert_eq!(agreement.stuart_maxwell.unwrap().p, 1.0); // each label is used equally often
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Agreement {
    /// The number of texts.
    pub texts: u64,
    /// The share of texts with equal labels, 0 to 1; none where there is no text.
    pub observed: Option<f64>,
    /// The interval for the observed agreement: Wilson's, which takes the texts for independent, of 95 % where no other level was
    /// asked for; of clusters, the bootstrap's. None where there is no text, or as [`kappa_interval`](Self::kappa_interval) is.
    pub observed_interval: Option<Interval>,
    /// The least agreement, 0 to 1, that the class counts of both judges allow; none where there is no text.
    pub lowest: Option<f64>,
    /// The most agreement, 0 to 1, that the class counts of both judges allow; none where there is no text.
    pub highest: Option<f64>,
    /// Cohen's kappa, (observed - expected) / (1 - expected), at most 1; 0 is the agreement of two judges who keep their class
    /// counts and label by chance. None where both use only one and the same label.
    ///
    /// J. Cohen, *A coefficient of agreement for nominal scales*, Educational and Psychological Measurement 20 (1960).
    pub kappa: Option<f64>,
    /// The bootstrap's percentile interval for kappa; none where kappa is none, nothing was resampled ([`bootstrap`](Self::bootstrap)),
    /// there are fewer than ten texts (or clusters), more than one resample in twenty has no kappa, or all resamples are equal.
    pub kappa_interval: Option<Interval>,
    /// Krippendorff's alpha, nominal, at most 1; none where both use only one and the same label.
    pub alpha: Option<f64>,
    /// The bootstrap's percentile interval for alpha; none as that for kappa.
    pub alpha_interval: Option<Interval>,
    /// Whether one label is taken for another more often than the reverse; none where they agree on every text, or texts are in
    /// clusters: the test takes them for independent.
    pub bowker: Option<ChiSquareTest>,
    /// Whether the judges use labels unequally often; none as [`bowker`](Self::bowker).
    pub stuart_maxwell: Option<ChiSquareTest>,
    /// The number of clusters that were resampled whole; none where there are none.
    pub clusters: Option<usize>,
    /// How the intervals were resampled; none where this comes from a table of counts.
    pub bootstrap: Option<Bootstrap>,
}

/// Returns how far two judges agree, with intervals; `first[i]` and `second[i]` are the label indexes that they gave to text `i`.
///
/// Where `clusters` names the cluster of each text, such as its author, whole clusters are resampled for all intervals, and
/// the tests from tables are left out, which take texts for independent.
///
/// # Errors
/// When the lists have different lengths, an index is not that of a label (the message names the row), there is not one
/// cluster a text, or `bootstrap` is at fault.
///
/// # Example: two people
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::{Bootstrap, agreement};
///
/// let first: Vec<usize> = (0..60).map(|text| text % 3).collect();
/// let second: Vec<usize> = (0..60).map(|text| if text % 5 == 0 { 0 } else { text % 3 }).collect();
/// let found = agreement(&Labels::polarity(), &first, &second, None, &Bootstrap::default())?;
/// let (kappa, interval) = (found.kappa.unwrap(), found.kappa_interval.unwrap());
/// assert!(interval.low < kappa && kappa < interval.high);
/// println!("{found}");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn agreement(
    labels: &Labels,
    first: &[usize],
    second: &[usize],
    clusters: Option<&[&str]>,
    bootstrap: &Bootstrap,
) -> Result<Agreement> {
    if first.len() != second.len() {
        let lengths = format!("{} labels of the first judge and {} of the second", first.len(), second.len());
        return Err(Error::config(format!("agreement: {lengths}; expected one of each a text")));
    }
    let matrix = ConfusionMatrix::from_pairs(labels.clone(), first, second)?;
    let units = units(first.len(), "text", clusters)?;
    let ones = vec![1.0; first.len()];
    let pairs = Pairs::new(labels.len(), first, second.into(), &ones);
    let columns = replicate(&units, &ones, bootstrap, 3, |weights| {
        let cells = pairs.cells(weights);
        vec![cells.accuracy(), cells.kappa(Disagreement::Nominal), alpha_of_two(&cells, Measurement::Nominal)]
    })?;
    let mut intervals = columns.iter().map(|column| interval(column, bootstrap.level));
    let mut next = |value: Option<f64>| intervals.next().flatten().filter(|_| value.is_some());
    let found = Agreement::from(&matrix);
    let observed_interval = next(found.observed);
    let found = Agreement {
        observed_interval: wilson(matrix.correct(), matrix.total(), bootstrap.level),
        kappa_interval: next(found.kappa),
        alpha_interval: next(found.alpha),
        bootstrap: Some(bootstrap.clone()),
        ..found
    };
    Ok(match clusters {
        None => found,
        Some(_) => {
            Agreement { observed_interval, bowker: None, stuart_maxwell: None, clusters: Some(units.count()), ..found }
        }
    })
}

impl From<&ConfusionMatrix> for Agreement {
    fn from(matrix: &ConfusionMatrix) -> Self {
        let counts = matrix.rows().flatten().map(|&count| count as f64).collect(); // without weights
        let cells = Cells::new(matrix.labels().len(), counts);
        let labels = 0..matrix.labels().len();
        let rows: Vec<u64> = labels.clone().map(|label| matrix.support(label)).collect();
        let columns: Vec<u64> = labels.map(|label| matrix.predicted(label)).collect();
        let bounds = Bounds::of(&rows, &columns);
        let share = |count: u64| (matrix.total() > 0).then(|| count as f64 / matrix.total() as f64);
        Self {
            texts: matrix.total(),
            observed: share(matrix.correct()),
            observed_interval: wilson(matrix.correct(), matrix.total(), LEVEL),
            lowest: share(bounds.agreeing),
            highest: share(matrix.total() - bounds.differing),
            kappa: cells.kappa(Disagreement::Nominal),
            kappa_interval: None,
            alpha: alpha_of_two(&cells, Measurement::Nominal),
            alpha_interval: None,
            bowker: bowker(matrix),
            stuart_maxwell: stuart_maxwell(matrix),
            clusters: None,
            bootstrap: None,
        }
    }
}

impl fmt::Display for Agreement {
    /// One line a measure, `-` where undefined; then what the class counts alone would have allowed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = interval_heading(self.bootstrap.as_ref().map_or(LEVEL, |bootstrap| bootstrap.level));
        let mut table = Table::new(["agreement", "value", &heading, "p", "degrees of freedom"]);
        for (name, value, interval) in [
            ("observed agreement", self.observed, self.observed_interval),
            ("Cohen's kappa", self.kappa, self.kappa_interval),
            ("Krippendorff's alpha, nominal", self.alpha, self.alpha_interval),
        ] {
            let interval = interval.map(|interval| ends(Some(interval))); // no cell, and so no blanks at the line's end
            table.push([name.to_owned(), decimals(value)].into_iter().chain(interval));
        }
        let tests = [("Bowker, symmetry", self.bowker), ("Stuart-Maxwell, class counts", self.stuart_maxwell)];
        for (name, test) in tests.into_iter().filter(|_| self.clusters.is_none()) {
            let df = test.map_or_else(|| "-".to_owned(), |test| test.df.to_string());
            let p = test.map(|test| test.p);
            let p = if p.is_some_and(|p| p < 1e-3) { "<0.001".to_owned() } else { decimals(p) };
            table.push([name.to_owned(), decimals(test.map(|test| test.statistic)), String::new(), p, df]);
        }
        write!(f, "{table}")?;
        if let (Some(lowest), Some(highest)) = (self.lowest, self.highest) {
            let (low, high) = (100.0 * lowest, 100.0 * highest);
            let of = self.clusters.map_or_else(String::new, |clusters| format!(" in {clusters} clusters"));
            writeln!(
                f,
                "\n{} texts{of}. Their class counts alone allow an agreement of {low:.1} % to {high:.1} %:",
                self.texts
            )?;
            writeln!(f, "equal counts do not mean that the same texts have the same label.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(counts: &[[u64; 3]; 3]) -> Agreement {
        let json = serde_json::json!({"labels": Labels::polarity(), "counts": counts});
        Agreement::from(&serde_json::from_value::<ConfusionMatrix>(json).unwrap())
    }

    // scikit-learn 1.9.1: cohen_kappa_score(a, b); krippendorff 0.9.0: alpha([a, b], level_of_measurement="nominal") with
    // a, b = [0]*25 + [1]*25 + [2]*15, [0]*20 + [1]*5 + [0]*2 + [1]*15 + [2]*8 + [0]*1 + [1]*4 + [2]*10
    // statsmodels 0.15.0: SquareTable([[20, 5, 0], [2, 15, 8], [1, 4, 10]], shift_zeros=False).symmetry(), .homogeneity()
    #[test]
    fn equals_other_libraries() {
        let found = of(&[[20, 5, 0], [2, 15, 8], [1, 4, 10]]);
        let close = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-9, "{ours} for {theirs}");
        close(found.observed.unwrap(), 45.0 / 65.0);
        // statsmodels 0.15.0: proportion_confint(45, 65, .05, "wilson")
        let interval = found.observed_interval.unwrap();
        close(interval.low, 0.572_023_570_852_726_7);
        close(interval.high, 0.791_129_686_330_789_8);
        assert_eq!(interval.level, 0.95);
        close(found.kappa.unwrap(), 0.532_374_100_719_424_5);
        close(found.alpha.unwrap(), 0.535_386_277_687_736_4);
        close(found.bowker.unwrap().p, 0.305_647_091_860_877_6);
        close(found.stuart_maxwell.unwrap().p, 0.580_602_268_410_523);
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Agreement>(&json).unwrap(), found);
    }

    #[test]
    fn it_reads_well() {
        let expected = "\
agreement                      value   95 % interval      p  degrees of freedom
observed agreement             0.692  0.572 to 0.791
Cohen's kappa                  0.532
Krippendorff's alpha, nominal  0.535
Bowker, symmetry               3.619                  0.306                   3
Stuart-Maxwell, class counts   1.087                  0.581                   2

65 texts. Their class counts alone allow an agreement of 0.0 % to 95.4 %:
equal counts do not mean that the same texts have the same label.
";
        assert_eq!(of(&[[20, 5, 0], [2, 15, 8], [1, 4, 10]]).to_string(), expected);
    }

    #[test]
    fn nothing_to_say_is_none() {
        let nothing = of(&[[0; 3]; 3]);
        assert_eq!((nothing.observed, nothing.lowest, nothing.highest), (None, None, None));
        assert_eq!((nothing.kappa, nothing.alpha, nothing.observed_interval), (None, None, None));
        let text = nothing.to_string();
        assert!(!text.contains("NaN") && !text.contains("texts"), "{text}");
        let one = of(&[[9, 0, 0], [0; 3], [0; 3]]);
        assert_eq!((one.observed, one.kappa, one.alpha), (Some(1.0), None, None));
        let most = of(&[[u64::MAX / 2, 0, 1], [0, 0, u64::MAX / 2], [0; 3]]);
        assert_eq!((most.observed, most.highest), (Some(0.5), Some(0.5)));
    }

    proptest! {
        #[test]
        fn the_class_counts_bound_it(counts: [[u8; 3]; 3]) {
            let found = of(&counts.map(|row| row.map(u64::from)));
            if let (Some(lowest), Some(observed), Some(highest)) = (found.lowest, found.observed, found.highest) {
                prop_assert!(0.0 <= lowest && lowest <= observed && observed <= highest && highest <= 1.0);
                let interval = found.observed_interval.unwrap();
                prop_assert!(interval.low <= observed && observed <= interval.high + 1e-12); // 1 less an ulp at all of n
            }
            prop_assert!(found.kappa.is_none_or(|kappa| kappa <= 1.0));
        }
    }
}

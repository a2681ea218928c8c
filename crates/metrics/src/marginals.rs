//! Class counts of people and of a machine, where nobody kept which text got which label.

use std::fmt;

use plaudit_core::{Error, Labels, Result, Table};
use serde::{Deserialize, Serialize};

/// How far the class counts of people and of a machine are apart, and what that says about their agreement: little.
/// `Display` prints it as a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MarginalComparison {
    /// The number of draws: sets of texts that both have labelled.
    pub draws: usize,
    /// The number of texts in all draws.
    pub texts: u64,
    /// The deviations of each label, in the labels' order.
    pub classes: Vec<ClassDeviation>,
    /// The greatest absolute deviation of a share in any draw, 0 to 1.
    pub largest: f64,
    /// The mean absolute deviation of a share over draws and labels, 0 to 1.
    pub mean_absolute_error: f64,
    /// The number of texts that have equal labels whichever texts they are.
    pub agreeing: u64,
    /// The number of texts that have different labels whichever texts they are: half the sum of the absolute deviations of the
    /// counts.
    pub differing: u64,
    /// The least agreement, 0 to 1, that these counts allow.
    pub lowest_agreement: f64,
    /// The most agreement, 0 to 1, that these counts allow.
    pub highest_agreement: f64,
}

/// How far the shares of one label are apart; a deviation is the machine's share less that of people, in one draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClassDeviation {
    /// The label.
    pub label: String,
    /// The number of texts, in all draws, to which people gave it.
    pub human: u64,
    /// The number of texts, in all draws, to which the machine gave it.
    pub machine: u64,
    /// The mean deviation over the draws, -1 to 1.
    pub mean: f64,
    /// The mean absolute deviation over the draws, 0 to 1.
    pub mean_absolute: f64,
    /// The greatest absolute deviation in any draw, 0 to 1.
    pub largest: f64,
}

/// Returns how far the class counts of people and of a machine are apart; `human[d][k]` and `machine[d][k]` are the numbers of
/// texts of draw `d` with label `k`.
///
/// DPMS, section 5.2 and Table 4, compares a classifier with people in this way. It measures how well *shares* are
/// estimated. It does not measure agreement, because the counts do not tell whether the same texts have the same label. They
/// bound it. With N texts in a draw, h_k and m_k of label k, the number of agreements is
///
/// - at most the sum of min(h_k, m_k), which is N less half the sum of |h_k - m_k|;
/// - at least max(0, max_k (h_k + m_k - N)). With d_k agreements on label k, N - h_k - m_k + d_k texts have it from neither, and
///   that is no negative number. All h_k + m_k add up to 2 N, so at most one of them is above N. It is attained: without
///   those d_k texts every h_k + m_k is at most the number of texts left, and then the labels of people can be matched
///   with other labels of the machine throughout (P. Hall's marriage theorem).
///
/// To measure it, keep both labels of each text: [`Agreement`](crate::Agreement).
///
/// # Errors
/// When there is no draw, a draw has no text or not one count a label, people and machine have different numbers of
/// draws, or of texts in a draw, or there are more than `u64::MAX` texts.
///
/// # Example: equal shares, any agreement
/// ```
/// use plaudit_core::Labels;
/// use plaudit_metrics::compare_marginals;
///
/// let counts = [vec![40, 30, 30], vec![45, 30, 25]];
/// let compared = compare_marginals(&Labels::polarity(), &counts, &counts)?;
/// assert_eq!(compared.mean_absolute_error, 0.0);
/// assert_eq!((compared.lowest_agreement, compared.highest_agreement), (0.0, 1.0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn compare_marginals(labels: &Labels, human: &[Vec<u64>], machine: &[Vec<u64>]) -> Result<MarginalComparison> {
    if human.is_empty() || human.len() != machine.len() {
        let found = format!("{} draws labelled by people and {} by the machine", human.len(), machine.len());
        return Err(Error::config(format!("marginals: {found}; expected as many, and at least one")));
    }
    let mut classes: Vec<ClassDeviation> = labels.iter().map(ClassDeviation::new).collect();
    let (mut texts, mut agreeing, mut differing) = (0u64, 0, 0);
    for (draw, (human, machine)) in human.iter().zip(machine).enumerate() {
        let size = size(labels, draw, human, machine)?;
        let too_many = || Error::config(format!("marginals: more than {} texts", u64::MAX));
        texts = texts.checked_add(size).ok_or_else(too_many)?;
        let bounds = Bounds::of(human, machine);
        agreeing += bounds.agreeing;
        differing += bounds.differing;
        for (class, (&human, &machine)) in classes.iter_mut().zip(human.iter().zip(machine)) {
            class.add(human, machine, size);
        }
    }
    let draws = human.len() as f64;
    for class in &mut classes {
        class.mean /= draws;
        class.mean_absolute /= draws;
    }
    let sum: f64 = classes.iter().map(|class| class.mean_absolute).sum();
    Ok(MarginalComparison {
        draws: human.len(),
        texts,
        largest: classes.iter().map(|class| class.largest).fold(0.0, f64::max),
        mean_absolute_error: sum / classes.len() as f64,
        agreeing,
        differing,
        lowest_agreement: agreeing as f64 / texts as f64,
        highest_agreement: (texts - differing) as f64 / texts as f64,
        classes,
    })
}

/// The number of texts in a draw, above 0 and the same for both.
fn size(labels: &Labels, draw: usize, human: &[u64], machine: &[u64]) -> Result<u64> {
    let sum = |who: &str, counts: &[u64]| {
        if counts.len() != labels.len() {
            let (found, expected) = (counts.len(), labels.len());
            return Err(Error::config(format!(
                "draw {draw}: {found} counts of {who}; expected {expected}, one a label"
            )));
        }
        let sum = counts.iter().try_fold(0u64, |sum, &count| sum.checked_add(count));
        sum.ok_or_else(|| Error::config(format!("draw {draw}: the counts of {who} add up to more than {}", u64::MAX)))
    };
    let (people, computed) = (sum("people", human)?, sum("the machine", machine)?);
    if people != computed || people == 0 {
        let found = format!("the counts of people add up to {people} and those of the machine to {computed}");
        return Err(Error::config(format!("draw {draw}: {found}; expected the same texts, and at least one")));
    }
    Ok(people)
}

/// How many of the texts must have equal labels, and how many different ones, by the class counts of two judges.
pub(crate) struct Bounds {
    pub(crate) agreeing: u64,
    pub(crate) differing: u64,
}

impl Bounds {
    /// The bounds of two lists of counts with equal sums.
    pub(crate) fn of(one: &[u64], other: &[u64]) -> Self {
        let texts: u64 = one.iter().sum();
        let surplus = |(one, other): (&u64, &u64)| one.saturating_sub(texts - other);
        let agreeing = one.iter().zip(other).map(surplus).max().unwrap_or(0);
        let differing = one.iter().zip(other).map(|(one, other)| one.saturating_sub(*other)).sum();
        Self { agreeing, differing }
    }
}

impl ClassDeviation {
    fn new(label: &str) -> Self {
        Self { label: label.to_owned(), human: 0, machine: 0, mean: 0.0, mean_absolute: 0.0, largest: 0.0 }
    }

    /// Adds one draw: the means are sums until all draws are there.
    fn add(&mut self, human: u64, machine: u64, size: u64) {
        self.human += human;
        self.machine += machine;
        let apart = human.abs_diff(machine) as f64 / size as f64;
        self.mean += if machine < human { -apart } else { apart };
        self.mean_absolute += apart;
        self.largest = self.largest.max(apart);
    }
}

impl fmt::Display for MarginalComparison {
    /// Deviations in points (hundredths); then what the counts say about agreement.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(["label", "human", "machine", "mean deviation", "mean absolute", "largest"]);
        for class in &self.classes {
            let deviations = [
                format!("{:+.2}", (1e4 * class.mean).round() / 100.0 + 0.0), // no -0.00
                format!("{:.2}", 100.0 * class.mean_absolute),
                format!("{:.2}", 100.0 * class.largest),
            ];
            let counts = [class.label.clone(), class.human.to_string(), class.machine.to_string()];
            table.push(counts.into_iter().chain(deviations));
        }
        let (error, largest) = (100.0 * self.mean_absolute_error, 100.0 * self.largest);
        let (low, high) = (100.0 * self.lowest_agreement, 100.0 * self.highest_agreement);
        writeln!(f, "{table}\nmean absolute error {error:.2} points, largest {largest:.2} points")?;
        writeln!(
            f,
            "{} texts in {} draws. These counts allow an agreement of {low:.1} % to {high:.1} %:",
            self.texts, self.draws
        )?;
        writeln!(f, "they bound it and do not measure it. That takes both labels of each text.")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// DPMS, Table 4: the classifier's counts of Good, Average, Neutral, Poor, then those of people, ten draws of 100 texts. The
    /// ten rows of the printed table run together; with sums of 100 on both sides only one reading is left.
    const TABLE_4: [([u64; 4], [u64; 4]); 10] = [
        ([28, 35, 22, 15], [29, 34, 21, 16]),
        ([30, 27, 25, 18], [30, 28, 25, 17]),
        ([34, 30, 15, 21], [35, 29, 15, 21]),
        ([36, 30, 18, 16], [36, 29, 19, 16]),
        ([32, 34, 19, 15], [31, 35, 19, 15]),
        ([29, 25, 26, 20], [29, 25, 25, 21]),
        ([31, 28, 26, 15], [30, 29, 26, 15]),
        ([30, 28, 19, 23], [30, 28, 20, 22]),
        ([33, 30, 17, 20], [33, 30, 17, 20]),
        ([29, 31, 25, 15], [30, 30, 25, 15]),
    ];

    fn table_4() -> MarginalComparison {
        let (machine, human): (Vec<_>, Vec<_>) =
            TABLE_4.iter().map(|(machine, human)| (machine.to_vec(), human.to_vec())).unzip();
        compare_marginals(&Labels::dpms(), &human, &machine).unwrap()
    }

    #[test]
    fn table_4_of_dpms_bounds_agreement_and_does_not_measure_it() {
        let found = table_4();
        assert_eq!((found.draws, found.texts, found.agreeing, found.differing), (10, 1000, 0, 10));
        assert_eq!((found.lowest_agreement, found.highest_agreement), (0.0, 0.99));
        assert!((found.mean_absolute_error - 0.005).abs() < 1e-12 && (found.largest - 0.01).abs() < 1e-12);
        let poor = &found.classes[3];
        assert_eq!((poor.human, poor.machine), (178, 178));
        assert!(poor.mean.abs() < 1e-12 && (poor.mean_absolute - 0.004).abs() < 1e-12); // draws 1, 2, 6 and 8 are 1 apart
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<MarginalComparison>(&json).unwrap(), found);
    }

    #[test]
    fn it_reads_well() {
        let expected = "\
label    human  machine  mean deviation  mean absolute  largest
Good       313      312           -0.10           0.50     1.00
Average    297      298           +0.10           0.70     1.00
Neutral    212      212           +0.00           0.40     1.00
Poor       178      178           +0.00           0.40     1.00

mean absolute error 0.50 points, largest 1.00 points
1000 texts in 10 draws. These counts allow an agreement of 0.0 % to 99.0 %:
they bound it and do not measure it. That takes both labels of each text.
";
        assert_eq!(table_4().to_string(), expected);
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        let most = u64::MAX;
        for (human, machine, fault) in [
            (vec![], vec![], "0 draws labelled by people and 0 by the machine"),
            (vec![vec![1, 0, 0]], vec![], "1 draws labelled by people and 0 by the machine"),
            (vec![vec![1, 0, 0]], vec![vec![1, 0]], "draw 0: 2 counts of the machine; expected 3"),
            (
                vec![vec![1, 0, 0]; 2],
                vec![vec![1, 0, 0], vec![0, 2, 0]],
                "draw 1: the counts of people add up to 1 and",
            ),
            (vec![vec![0; 3]], vec![vec![0; 3]], "at least one"),
            (vec![vec![most, 1, 0]], vec![vec![most, 1, 0]], "add up to more than"),
            (vec![vec![most, 0, 0]; 2], vec![vec![0, most, 0]; 2], "more than"),
        ] {
            let error = compare_marginals(&Labels::polarity(), &human, &machine).unwrap_err().to_string();
            assert!(error.contains(fault), "{error}");
        }
        let apart = compare_marginals(&Labels::polarity(), &[vec![most, 0, 0]], &[vec![0, most, 0]]).unwrap();
        assert_eq!((apart.largest, apart.highest_agreement), (1.0, 0.0));
    }

    /// The least and the most of the diagonal over all tables with these sums of rows and columns, tried one by one.
    fn by_trial(human: &[u64], machine: &[u64]) -> (u64, u64) {
        fn fill(cell: usize, rows: &mut [u64], columns: &mut [u64], agreeing: u64, found: &mut (u64, u64)) {
            let width = rows.len();
            let (row, column) = (cell / width, cell % width);
            if row == width {
                if columns.iter().all(|&left| left == 0) {
                    *found = (found.0.min(agreeing), found.1.max(agreeing));
                }
                return;
            }
            for count in 0..=rows[row].min(columns[column]) {
                rows[row] -= count;
                columns[column] -= count;
                if column + 1 < width || rows[row] == 0 {
                    fill(cell + 1, rows, columns, agreeing + if row == column { count } else { 0 }, found);
                }
                rows[row] += count;
                columns[column] += count;
            }
        }
        let mut found = (u64::MAX, 0);
        fill(0, &mut human.to_vec(), &mut machine.to_vec(), 0, &mut found);
        found
    }

    fn tally(given: &[usize], labels: usize) -> Vec<u64> {
        (0..labels).map(|label| given.iter().filter(|&&other| other == label).count() as u64).collect()
    }

    proptest! {
        #[test]
        fn the_bounds_are_those_of_all_tables(
            labels in 1usize..4,
            pairs in prop::collection::vec((0usize..3, 0usize..3), 0..8),
        ) {
            let (human, machine): (Vec<_>, Vec<_>) = pairs.iter().map(|(one, other)| (one % labels, other % labels)).unzip();
            let (human, machine) = (tally(&human, labels), tally(&machine, labels));
            let bounds = Bounds::of(&human, &machine);
            prop_assert_eq!((bounds.agreeing, pairs.len() as u64 - bounds.differing), by_trial(&human, &machine));
        }
    }
}

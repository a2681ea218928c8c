//! The search over totals, and what it finds.

use std::ops::RangeInclusive;

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::bounds::Span;
use super::class::{ClassSpans, Steps};
use super::search::{Spans, at_total};
use super::{ClassCounts, PublishedTable, Reading, Solution};

/// How a table is read, and how long to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// What was done to the shares to print them; by default either, each value by itself.
    pub reading: Reading,
    /// The most solutions that are written out for each total, up to 1,000; by default 3. All are counted.
    pub max_examples: usize,
    /// The most steps of the whole search, where a step looks at one row or sum of rows; one total gets at most a 16th
    /// of them. By default 2^28: a search that uses them all takes up to a minute. What is left undone is reported.
    pub max_steps: u64,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { reading: Reading::Either, max_examples: 3, max_steps: 1 << 28 }
    }
}

/// What [`audit`] found. `Display` says it in a sentence and a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Audit {
    /// The answer.
    pub verdict: AuditVerdict,
    /// How the values were read.
    pub reading: Reading,
    /// The least and the greatest total that was asked about.
    pub range: [u64; 2],
    /// How often each class by itself can be as printed, in the table's order.
    pub classes: Vec<AuditedClass>,
    /// The totals that have solutions, that have near misses, or whose search ran out of steps; in ascending order.
    pub totals: Vec<AuditedTotal>,
    /// The first total that was not decided and for which the totals before it had left fewer steps than a total may take:
    /// asked about by itself, it may well be decided, as may those after it. None where no total was cut short so.
    pub cut_short_at: Option<u64>,
}

/// Whether a confusion matrix prints the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditVerdict {
    /// At one total or more, some matrix does.
    Consistent,
    /// No matrix does, at any total of the range.
    Impossible,
    /// None was found, and at some totals the steps or the memory ran out.
    Undecided,
}

/// One class by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditedClass {
    /// The label.
    pub label: String,
    /// At how many totals some counts of this class print its row, or could not be ruled out for want of steps.
    pub possible: u64,
}

/// One total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AuditedTotal {
    /// The number of texts.
    pub n: u64,
    /// How many counts (support, TP, FP) print each class's row, in the table's order; none where the steps or the memory
    /// did not suffice to list them. One class without a score is not listed either: its counts follow from the others'.
    pub rows: Vec<Option<u64>>,
    /// How many choices of one row for each class have a confusion matrix, exactly up to `u64::MAX`, where counting
    /// stops; none where the steps or the memory ran out before all were gone through. One choice may have many matrices.
    pub solutions: Option<u64>,
    /// The least and greatest number of right predictions of all solutions found, also where the steps ran out.
    pub correct: Option<[u64; 2]>,
    /// Some of the solutions, up to [`AuditConfig::max_examples`], as far as the steps reach.
    pub examples: Vec<Solution>,
    /// What comes nearest, where there is no solution, the supports add up to n, and the steps sufficed.
    pub miss: Option<Miss>,
}

/// Rows of all classes whose supports add up to the total, and that no confusion matrix has.
///
/// Every text that is missed in one class is a false positive of another, so both add up to the same number in any
/// matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Miss {
    /// By how much the sums of all false positives and of all false negatives differ, at the least. Where it is 0 the
    /// accuracy is not as printed, or one class has more errors than the others can take.
    pub imbalance: u64,
    /// How many choices of rows miss by this much; counting stops at `u64::MAX`.
    pub count: u64,
    /// The least and greatest number of right predictions (the sum of TP) of these.
    pub correct: [u64; 2],
    /// One of them, in the classes' order.
    pub example: Vec<ClassCounts>,
}

/// The most totals of one search, and the greatest of them: enough for any table, and few enough to list.
const MOST_TOTALS: u64 = 100_000;
const GREATEST_TOTAL: u64 = 1_000_000_000_000;

/// Returns which confusion matrices of a number of texts inside `totals` print this table.
///
/// For each total and class it lists all counts (support, TP, FP) whose scores print as they stand; then it joins
/// classes, keeping sums and how often each is reached, until supports add up to the total, false positives balance
/// false negatives, and a matrix exists ([`Solution::matrix`]). All comparisons are of whole numbers. A score that
/// divides by zero fits what is printed as 0.
///
/// # Errors
/// When the table has no class or more than 100, the totals are empty, begin at 0, are more than 100,000 or pass 10^12,
/// or `max_examples` is above 1,000.
///
/// # Example: a slip of typing
/// ```
/// use plaudit_metrics::published::{AuditConfig, AuditVerdict, PublishedClass, PublishedTable, audit};
///
/// let mut spam = PublishedClass::new("spam");
/// (spam.precision, spam.recall, spam.support) = (Some("0.90".parse()?), Some("0.75".parse()?), Some(12));
/// let mut table = PublishedTable::new(vec![spam, PublishedClass::new("ham")]);
/// let found = audit(&table, 40..=40, &AuditConfig::default())?;
/// assert_eq!(found.verdict, AuditVerdict::Consistent);
/// assert_eq!(found.totals[0].examples[0].matrix(), Some(vec![vec![9, 3], vec![1, 27]]));
///
/// table.classes[0].recall = Some("0.79".parse()?); // 9 of 12 are 0.75, 10 of 12 are 0.83
/// let found = audit(&table, 12..=2000, &AuditConfig::default())?;
/// assert_eq!((found.verdict, found.classes[0].possible), (AuditVerdict::Impossible, 0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn audit(table: &PublishedTable, totals: RangeInclusive<u64>, config: &AuditConfig) -> Result<Audit> {
    table.validate()?;
    let range = [*totals.start(), *totals.end()];
    check(range, config)?;
    let spans = Spans {
        classes: table.classes.iter().map(|class| ClassSpans::new(class, config.reading)).collect(),
        accuracy: table.accuracy.map(|accuracy| Span::new(accuracy, config.reading)),
    };
    let mut classes: Vec<AuditedClass> =
        table.classes.iter().map(|class| AuditedClass { label: class.label.clone(), possible: 0 }).collect();
    let mut found = Vec::new();
    let mut cut_short_at = None;
    let mut left = config.max_steps;
    let most = config.max_steps / 16;
    for n in totals {
        let given = left.min(most);
        let mut steps = Steps(given);
        let total = at_total(&spans, n, config.max_examples, &mut classes, &mut steps);
        left -= given - steps.0;
        if given < most && total.as_ref().is_some_and(|total| total.solutions.is_none()) {
            cut_short_at = cut_short_at.or(Some(n));
        }
        found.extend(total.filter(|total| total.solutions != Some(0) || total.miss.is_some()));
    }
    let verdict = if found.iter().any(AuditedTotal::is_consistent) {
        AuditVerdict::Consistent
    } else if found.iter().any(|total| total.solutions.is_none()) {
        AuditVerdict::Undecided
    } else {
        AuditVerdict::Impossible
    };
    Ok(Audit { verdict, reading: config.reading, range, classes, totals: found, cut_short_at })
}

fn check([first, last]: [u64; 2], config: &AuditConfig) -> Result<()> {
    let mut faults = Vec::new();
    if first == 0 || first > last || last > GREATEST_TOTAL || last - first >= MOST_TOTALS {
        let expected = format!("ascending, from 1 to 10^12, and at most {MOST_TOTALS} of them");
        faults.push(format!("totals: {first} to {last}; expected {expected}"));
    }
    if config.max_examples > 1000 {
        faults.push(format!("max_examples: {}; expected 0 to 1000", config.max_examples));
    }
    Error::from_faults(faults)
}

impl Audit {
    /// Returns the totals whose near misses have the smallest imbalance of all, in ascending order.
    pub fn nearest(&self) -> Vec<&AuditedTotal> {
        let imbalance = |total: &&AuditedTotal| total.miss.as_ref().map(|miss| miss.imbalance);
        let least = self.totals.iter().filter_map(|total| imbalance(&total)).min();
        self.totals.iter().filter(|total| total.miss.is_some() && imbalance(total) == least).collect()
    }
}

impl AuditedTotal {
    pub(super) fn new(n: u64) -> Self {
        Self { n, rows: Vec::new(), solutions: None, correct: None, examples: Vec::new(), miss: None }
    }

    /// Returns whether some matrix of this total prints the table.
    pub fn is_consistent(&self) -> bool {
        self.correct.is_some()
    }
}

impl Miss {
    pub(super) fn new(imbalance: u64, correct: u64, count: u64) -> Self {
        Self { imbalance, count, correct: [correct; 2], example: Vec::new() }
    }

    /// Counts further choices with the same imbalance.
    pub(super) fn add(&mut self, correct: u64, count: u64) {
        let [low, high] = self.correct;
        self.correct = [low.min(correct), high.max(correct)];
        self.count = self.count.saturating_add(count);
    }
}

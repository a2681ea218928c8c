//! The counts of all classes at one total.

use std::cmp::Ordering;

use super::audit::{AuditedClass, AuditedTotal, Miss};
use super::bounds::{Bounds, Span};
use super::class::{ClassSpans, Steps};
use super::join::{Layers, Reached, Sums};
use super::{ClassCounts, Solution};

/// A table as spans.
pub(super) struct Spans {
    pub(super) classes: Vec<ClassSpans>,
    pub(super) accuracy: Option<Span>,
}

/// The rows of each class at one total. The class with the most rows, or that is not listed, comes last: its rows are
/// found from what the others leave.
struct Rows<'a> {
    first: Vec<&'a [ClassCounts]>,
    order: Vec<usize>, // of `first`, then of the last
    last: &'a ClassSpans,
    rest: Bounds, // of the last class's support
    n: u64,
}

/// Returns what is found at `n` texts; none where some class by itself has no row.
///
/// Adds 1 to `possible` for each class that has one, or that the steps do not suffice to rule out.
pub(super) fn at_total(
    spans: &Spans,
    n: u64,
    max_examples: usize,
    possible: &mut [AuditedClass],
    steps: &mut Steps,
) -> Option<AuditedTotal> {
    let mut all = true;
    for (class, spans) in possible.iter_mut().zip(&spans.classes) {
        let possible = spans.is_possible(n, steps) != Some(false);
        class.possible += u64::from(possible);
        all &= possible;
    }
    if !all {
        return None;
    }
    let mut found = AuditedTotal::new(n);
    let listed = list(&spans.classes, n, steps);
    found.rows = listed.iter().map(|rows| rows.as_ref().map(|rows| rows.len() as u64)).collect();
    let Some(rows) = Rows::new(&spans.classes, &listed, n) else { return Some(found) };
    if let Some(layers) = Layers::new(&rows.first, n, rows.rest, steps) {
        let solutions = rows.complete(&layers, spans.accuracy, max_examples, &mut found, steps);
        found.solutions = solutions.filter(|_| !layers.partial);
        if found.solutions == Some(0) {
            found.miss = rows.nearest(&layers, steps);
        }
    }
    Some(found)
}

/// The most rows that are listed at a time: some 200 MB.
const MOST_ROWS: u64 = 1 << 23;

/// Returns the rows of each class; none of the first that prints no score, and of those that have too many.
fn list(classes: &[ClassSpans], n: u64, steps: &mut Steps) -> Vec<Option<Vec<ClassCounts>>> {
    let bare = classes.iter().position(ClassSpans::is_bare);
    let mut left = steps.0.min(MOST_ROWS);
    let share = left / 4; // so that a class with too many leaves steps for the others
    let list = |(index, class): (usize, &ClassSpans)| {
        if bare == Some(index) {
            return None;
        }
        let given = share.min(left);
        let mut own = Steps(given);
        let rows = class.rows(n, &mut own);
        left -= given - own.0;
        steps.0 -= given - own.0;
        rows
    };
    classes.iter().enumerate().map(list).collect()
}

impl<'a> Rows<'a> {
    /// Returns the rows in order; none where two classes or more are not listed.
    fn new(classes: &'a [ClassSpans], listed: &'a [Option<Vec<ClassCounts>>], n: u64) -> Option<Self> {
        let mut order: Vec<usize> = (0..classes.len()).collect();
        order.sort_by_key(|&index| listed.get(index).and_then(Option::as_ref).map_or(usize::MAX, Vec::len));
        let (&last, first) = order.split_last()?;
        let first = first.iter().map(|&index| listed.get(index)?.as_deref()).collect::<Option<Vec<_>>>()?;
        let rows = listed.get(last)?.as_deref().and_then(|rows| rows.first().zip(rows.last()));
        let last = classes.get(last)?;
        let rest = rows.map_or(last.printed_supports(n), |(low, high)| Bounds { low: low.support, high: high.support });
        Some(Self { first, order, last, rest, n })
    }

    /// Counts the solutions; none where the steps run out.
    ///
    /// The errors balance, so the last class's false positives follow from its false negatives. A matrix exists where
    /// no class has FN + FP above the sum T of all FN (see `Solution::matrix`); of the last class, that means as
    /// many FN as the others have FP, or fewer.
    fn complete(
        &self,
        layers: &Layers,
        accuracy: Option<Span>,
        max_examples: usize,
        found: &mut AuditedTotal,
        steps: &mut Steps,
    ) -> Option<u64> {
        let accuracy = accuracy.map(|accuracy| accuracy.parts(self.n));
        let mut solutions = 0u64;
        for Reached { sums, count } in layers.last() {
            steps.take(1)?;
            let support = self.n - sums.support;
            if !self.rest.contains(support) {
                continue;
            }
            let missed = self.last.hits(self.n, support).taken_from(support);
            let missed = missed.and(Bounds { low: sums.wrong.saturating_sub(sums.missed), high: sums.wrong });
            for missed in missed.low..=missed.high {
                steps.take(1)?;
                let total = sums.missed + missed;
                let wrong = total - sums.wrong;
                let row = ClassCounts::new(support, support - missed, wrong);
                let fits = sums.top <= total
                    && accuracy.is_none_or(|accuracy| accuracy.contains(self.n - total))
                    && self.last.false_positives(self.n, support, row.true_positives).contains(wrong);
                if fits {
                    solutions = solutions.saturating_add(*count);
                    let correct = self.n - total;
                    let [low, high] = found.correct.unwrap_or([correct; 2]);
                    found.correct = Some([low.min(correct), high.max(correct)]);
                    self.choices(layers, *sums, row, max_examples, &mut found.examples, steps);
                }
            }
        }
        Some(solutions)
    }

    /// Returns the choices whose sums of FP and FN are nearest to each other; none where no supports add up to n, or
    /// the steps run out.
    fn nearest(&self, layers: &Layers, steps: &mut Steps) -> Option<Miss> {
        let mut nearest: Option<(Miss, Sums, ClassCounts)> = None;
        for Reached { sums, count } in layers.last() {
            let support = self.n - sums.support;
            if !self.rest.contains(support) {
                continue;
            }
            let hits = self.last.hits(self.n, support);
            for hit in hits.low..=hits.high {
                steps.take(1)?;
                let wrong = self.last.false_positives(self.n, support, hit);
                if wrong.is_empty() {
                    continue;
                }
                let missed = sums.missed + support - hit;
                let balanced = missed.saturating_sub(sums.wrong);
                let wrong = balanced.clamp(wrong.low, wrong.high);
                let imbalance = (sums.wrong + wrong).abs_diff(missed);
                let correct = self.n - missed;
                let row = ClassCounts::new(support, hit, wrong);
                let order = nearest.as_ref().map_or(Ordering::Less, |(miss, ..)| imbalance.cmp(&miss.imbalance));
                match (order, &mut nearest) {
                    (Ordering::Equal, Some((miss, ..))) => miss.add(correct, *count),
                    (Ordering::Less, _) => nearest = Some((Miss::new(imbalance, correct, *count), *sums, row)),
                    _ => {}
                }
            }
        }
        let (mut miss, sums, row) = nearest?;
        let mut examples = Vec::new();
        self.choices(layers, sums, row, 1, &mut examples, steps);
        miss.example = examples.pop()?.classes;
        Some(miss)
    }

    /// Adds choices with these sums and this row of the last class, until there are `most` or the steps run out.
    fn choices(
        &self,
        layers: &Layers,
        sums: Sums,
        row: ClassCounts,
        most: usize,
        examples: &mut Vec<Solution>,
        steps: &mut Steps,
    ) {
        if examples.len() >= most {
            return;
        }
        layers.choices(&self.first, sums, &mut vec![row], steps, &mut |path| {
            let mut placed: Vec<_> = self.order.iter().copied().zip(path.iter().rev().copied()).collect();
            placed.sort_by_key(|&(index, _)| index);
            examples.push(Solution::new(placed.into_iter().map(|(_, row)| row).collect()));
            (examples.len() < most).then_some(())
        });
    }
}

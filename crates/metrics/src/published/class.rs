//! The counts that one printed class allows.

use super::bounds::{Bounds, Span};
use super::{ClassCounts, PublishedClass, Reading};

/// The spans of one class: a column that is not printed allows everything.
#[derive(Debug)]
pub(super) struct ClassSpans {
    precision: Option<Span>,
    recall: Option<Span>,
    specificity: Option<Span>,
    f1: Option<Span>,
    fpr: Option<Span>,
    support: Option<u64>,
}

/// How many steps of work are left: one for each row, sum or support that is looked at.
#[derive(Debug)]
pub(super) struct Steps(pub(super) u64);

impl Steps {
    /// Takes this many; none where so many were not left, and then all of those are gone.
    pub(super) fn take(&mut self, steps: u64) -> Option<()> {
        let enough = steps <= self.0;
        self.0 = self.0.saturating_sub(steps);
        enough.then_some(())
    }
}

impl ClassSpans {
    pub(super) fn new(class: &PublishedClass, reading: Reading) -> Self {
        let span = |printed: Option<_>| printed.map(|printed| Span::new(printed, reading));
        Self {
            precision: span(class.precision),
            recall: span(class.recall),
            specificity: span(class.specificity),
            f1: span(class.f1),
            fpr: span(class.fpr),
            support: class.support,
        }
    }

    /// Returns whether nothing but, perhaps, the support is printed.
    pub(super) fn is_bare(&self) -> bool {
        [self.precision, self.recall, self.specificity, self.f1, self.fpr].iter().all(Option::is_none)
    }

    /// Returns the supports among `n` texts that a printed support leaves.
    pub(super) fn printed_supports(&self, n: u64) -> Bounds {
        let all = Bounds { low: 0, high: n };
        self.support.map_or(all, |fixed| all.and(Bounds { low: fixed, high: fixed }))
    }

    /// Returns whether any counts of this class among `n` texts print its row; none where the steps run out.
    pub(super) fn is_possible(&self, n: u64, steps: &mut Steps) -> Option<bool> {
        let mut possible = false;
        let ended = self.each(n, steps, |_, _, _, wrong| {
            possible = !wrong.is_empty();
            (!possible).then_some(())
        });
        if possible { Some(true) } else { ended.map(|()| false) }
    }

    /// Returns all counts of this class among `n` texts, by support; none where the steps run out.
    pub(super) fn rows(&self, n: u64, steps: &mut Steps) -> Option<Vec<ClassCounts>> {
        let mut rows = Vec::new();
        self.each(n, steps, |steps, support, hits, wrong| {
            steps.take(wrong.len())?;
            rows.extend((wrong.low..=wrong.high).map(|wrong| ClassCounts::new(support, hits, wrong)));
            Some(())
        })?;
        rows.shrink_to_fit();
        Some(rows)
    }

    /// Calls `visit` with each support, true positives and bounds of false positives; none where it returns none, or
    /// the steps run out.
    fn each(
        &self,
        n: u64,
        steps: &mut Steps,
        mut visit: impl FnMut(&mut Steps, u64, u64, Bounds) -> Option<()>,
    ) -> Option<()> {
        // The ends, where a ratio divides by zero, are outside the argument that narrows the middle.
        for supports in [Bounds { low: 0, high: 0 }, self.supports(n), Bounds { low: n, high: n }] {
            let supports = supports.and(self.printed_supports(n));
            for support in supports.low..=supports.high {
                steps.take(1)?;
                let hits = self.hits(n, support);
                for hits in hits.low..=hits.high {
                    steps.take(1)?;
                    visit(steps, support, hits, self.false_positives(n, support, hits))?;
                }
            }
        }
        Some(())
    }

    /// Returns bounds of the supports from 1 to n - 1 that can have a row.
    ///
    /// As the support grows, recall allows more true positives and precision with them more false positives, while
    /// specificity allows fewer. So the two meet in one stretch of supports, whose ends bisection finds.
    fn supports(&self, n: u64) -> Bounds {
        let all = Bounds { low: 1, high: n - 1 };
        let (Some(precision), Some(recall)) = (self.precision, self.recall) else { return all };
        if all.is_empty() || (self.specificity.is_none() && self.fpr.is_none()) {
            return all;
        }
        let enough = |support| {
            let most = recall.parts(support).high;
            self.negatives_taken(n - support).low <= precision.wholes(most).high - most
        };
        let too_many = |support| {
            let least = recall.parts(support).low;
            let least = if least == 0 { 0 } else { precision.wholes(least).low.saturating_sub(least) };
            self.negatives_taken(n - support).high < least
        };
        let low = first(all, enough);
        Bounds { low, high: first(all, too_many) - 1 }
    }

    /// Returns bounds of the true positives at this support; some inside may have no row.
    pub(super) fn hits(&self, n: u64, support: u64) -> Bounds {
        let wrong = self.negatives_taken(n - support);
        if wrong.is_empty() {
            return Bounds::NONE;
        }
        let mut hits = Bounds { low: 0, high: support };
        if let Some(recall) = self.recall {
            hits = hits.and(recall.parts(support));
        }
        if let Some(precision) = self.precision {
            hits = hits.and(precision.parts_beside(wrong, 1));
        }
        if let Some(f1) = self.f1 {
            hits = hits.and(f1.parts_beside(Bounds { low: wrong.low + support, high: wrong.high + support }, 2));
        }
        hits
    }

    /// Returns the false positives that go with this support and these true positives, which lie inside `hits`.
    pub(super) fn false_positives(&self, n: u64, support: u64, hits: u64) -> Bounds {
        let mut wrong = self.negatives_taken(n - support);
        if let Some(precision) = self.precision {
            wrong = wrong.and(precision.wholes(hits).minus(hits));
        }
        if let Some(f1) = self.f1 {
            wrong = wrong.and(f1.wholes(2 * hits).minus(support + hits));
        }
        wrong
    }

    /// Returns the false positives that specificity and its complement allow among this many texts of other classes.
    fn negatives_taken(&self, negatives: u64) -> Bounds {
        let mut wrong = Bounds { low: 0, high: negatives };
        if let Some(specificity) = self.specificity {
            wrong = wrong.and(specificity.parts(negatives).taken_from(negatives));
        }
        if let Some(fpr) = self.fpr {
            wrong = wrong.and(fpr.parts(negatives));
        }
        wrong
    }
}

/// Returns the first number of `bounds` for which `holds`, which holds for all above it too; one past them where there
/// is none.
fn first(bounds: Bounds, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (bounds.low, bounds.high + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

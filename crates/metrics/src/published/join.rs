//! Sums over classes, and how often each is reached.

use super::ClassCounts;
use super::bounds::Bounds;
use super::class::Steps;

/// The sums over the classes so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sums {
    pub(super) support: u64,
    pub(super) missed: u64, // of FN
    pub(super) wrong: u64,  // of FP
    /// The greatest FN + FP of one class, or 0 where it cannot pass the final sum of wrong predictions any more.
    pub(super) top: u64,
}

impl Sums {
    pub(super) fn plus(self, row: &ClassCounts) -> Self {
        let missed = self.missed + row.false_negatives();
        let wrong = self.wrong + row.false_positives;
        let top = self.top.max(row.false_negatives() + row.false_positives);
        Self { support: self.support + row.support, missed, wrong, top: if top <= missed.max(wrong) { 0 } else { top } }
    }

    /// Returns the sums without this row, whose `top` may be any; none where they are not that large.
    fn minus(self, row: &ClassCounts) -> Option<Self> {
        Some(Self {
            support: self.support.checked_sub(row.support)?,
            missed: self.missed.checked_sub(row.false_negatives())?,
            wrong: self.wrong.checked_sub(row.false_positives)?,
            top: 0,
        })
    }
}

/// Sums and the number of choices of rows that reach them, which stops at `u64::MAX`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) sums: Sums,
    pub(super) count: u64,
}

/// One list of sums for each number of classes, from none on; each in the order of the sums.
#[derive(Debug)]
pub(super) struct Layers {
    lists: Vec<Vec<Reached>>,
    /// Whether these are some of the sums and not all: then what is reached is true, and what is not means nothing.
    pub(super) partial: bool,
}

/// The most sums that are kept: some 40 MB, and twice as much while they are made.
const MOST_SUMS: usize = 1 << 20;
/// Of how many pairs of a sum and a row the next list is made, where there are too many for all.
const FEW_PAIRS: u64 = 1 << 14;

impl Layers {
    /// Returns the sums of these classes' rows that leave `rest` texts for the last class; none where the steps run
    /// out.
    pub(super) fn new(classes: &[&[ClassCounts]], n: u64, rest: Bounds, steps: &mut Steps) -> Option<Self> {
        let mut layers = Self { lists: vec![vec![Reached { sums: Sums::default(), count: 1 }]], partial: false };
        let mut room = MOST_SUMS;
        for (index, rows) in classes.iter().enumerate() {
            // What the classes behind this one have, at the least and at the most.
            let mut behind = rest;
            for rows in classes.iter().skip(index + 1) {
                behind.low += rows.first()?.support;
                behind.high = behind.high.saturating_add(rows.last()?.support);
            }
            let pairs = Pairs { layer: layers.last(), rows, n, behind };
            steps.take(pairs.layer.len() as u64)?;
            let count = pairs.count();
            let all = if count <= steps.0 / 2 { pairs.every(1, room, steps) } else { None };
            let partial = all.is_none();
            let next = match all {
                Some(next) => next,
                None => pairs.every(count.div_ceil(FEW_PAIRS), usize::MAX, steps)?,
            };
            layers.partial |= partial;
            room = room.saturating_sub(next.len());
            layers.lists.push(next);
        }
        Some(layers)
    }

    /// Returns the sums of all classes.
    pub(super) fn last(&self) -> &[Reached] {
        self.lists.last().map_or(&[], Vec::as_slice)
    }

    /// Calls `visit` with each choice of rows, last class first, that reaches `sums`; none where it returns none, or
    /// the steps run out.
    ///
    /// Sums come from choices only, so no way back is a blind one.
    pub(super) fn choices(
        &self,
        classes: &[&[ClassCounts]],
        sums: Sums,
        path: &mut Vec<ClassCounts>,
        steps: &mut Steps,
        visit: &mut impl FnMut(&[ClassCounts]) -> Option<()>,
    ) -> Option<()> {
        let Some((rows, classes)) = classes.split_last() else { return visit(path) };
        let layer = self.lists.get(classes.len())?;
        let of = |sums: &Sums| (sums.support, sums.missed, sums.wrong);
        for row in *rows {
            steps.take(1)?;
            let Some(earlier) = sums.minus(row) else { continue };
            let start = layer.partition_point(|reached| of(&reached.sums) < of(&earlier));
            let same = layer.iter().skip(start).take_while(|reached| of(&reached.sums) == of(&earlier));
            for reached in same.filter(|reached| reached.sums.plus(row) == sums) {
                path.push(*row);
                self.choices(classes, reached.sums, path, steps, visit)?;
                path.pop();
            }
        }
        Some(())
    }
}

/// The sums so far, and the rows of the next class.
struct Pairs<'a> {
    layer: &'a [Reached],
    rows: &'a [ClassCounts],
    n: u64,
    behind: Bounds, // the supports of the classes behind
}

impl<'a> Pairs<'a> {
    /// Returns the rows that leave as many texts as the classes behind can have.
    fn rows(&self, reached: &Reached) -> &'a [ClassCounts] {
        let left = self.n - reached.sums.support;
        let Some(high) = left.checked_sub(self.behind.low) else { return &[] };
        let low = left.saturating_sub(self.behind.high);
        let start = self.rows.partition_point(|row| row.support < low);
        let end = self.rows.partition_point(|row| row.support <= high);
        self.rows.get(start..end).unwrap_or_default()
    }

    fn count(&self) -> u64 {
        self.layer.iter().map(|reached| self.rows(reached).len() as u64).sum()
    }

    /// Returns the sums of every `stride`-th pair; none where they are more than `most`, or the steps run out.
    fn every(&self, stride: u64, most: usize, steps: &mut Steps) -> Option<Vec<Reached>> {
        let mut next = Vec::new();
        let mut skip = 0; // pairs up to the next one
        for reached in self.layer {
            let rows = self.rows(reached);
            let mut at = skip;
            while let Some(row) = usize::try_from(at).ok().and_then(|at| rows.get(at)) {
                steps.take(1)?;
                next.push(Reached { sums: reached.sums.plus(row), count: reached.count });
                if next.len() == 2 * MOST_SUMS {
                    merge(&mut next);
                    (next.len() <= most).then_some(())?;
                }
                at += stride;
            }
            skip = at - rows.len() as u64;
        }
        merge(&mut next);
        next.shrink_to_fit();
        (next.len() <= most).then_some(next)
    }
}

/// Sorts, and makes one of those with the same sums.
fn merge(reached: &mut Vec<Reached>) {
    reached.sort_unstable_by_key(|reached| reached.sums);
    reached.dedup_by(|next, kept| {
        let same = next.sums == kept.sums;
        if same {
            kept.count = kept.count.saturating_add(next.count);
        }
        same
    });
}

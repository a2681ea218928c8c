//! What a step that works on characters changed, so that tokens still point into what the person wrote.

use std::ops::Range;

/// The spans that a character step replaced, in ascending order.
#[derive(Debug, Default)]
pub(crate) struct Alignment(Vec<Edit>);

#[derive(Debug)]
struct Edit {
    /// Where the replacement stands in the changed text; may be empty.
    new: Range<usize>,
    /// What it replaced.
    old: Range<usize>,
}

impl Alignment {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the range of the original text that `range` of the changed text stands for. A span that was replaced counts
    /// whole where any of it does; one that was removed counts where it lies inside.
    ///
    /// Ranges that are asked for in ascending order take time in proportion to the edits in all: the search begins at `near`,
    /// where the one before ended, 0 for the first.
    pub(crate) fn source(&self, range: &Range<usize>, near: &mut usize) -> Range<usize> {
        if self.0.is_empty() {
            return range.clone();
        }
        let first = self.partition_point(*near, |edit| edit.new.end <= range.start);
        *near = first;
        let start = match self.0.get(first) {
            Some(edit) if edit.new.start <= range.start => edit.old.start,
            _ => shifted(range.start, first.checked_sub(1).and_then(|last| self.0.get(last))),
        };
        let behind = self.partition_point(first, |edit| edit.new.start < range.end);
        let end = match behind.checked_sub(1).and_then(|last| self.0.get(last)) {
            Some(edit) if range.end <= edit.new.end => edit.old.end,
            edit => shifted(range.end, edit),
        };
        start..end.max(start)
    }

    /// Returns the number of edits for which `is_before` is true, all of which stand before all others: in steps that double,
    /// on from `near` and else back from it.
    fn partition_point(&self, near: usize, is_before: impl Fn(&Edit) -> bool) -> usize {
        let (mut low, mut high, mut step) = (near, near, 1);
        while self.0.get(high).is_some_and(&is_before) {
            low = high + 1;
            high += step;
            step *= 2;
        }
        while low.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|edit| !is_before(edit)) {
            high = low - 1;
            low = low.saturating_sub(step);
            step *= 2;
        }
        let high = high.min(self.0.len());
        low + self.0.get(low..high).unwrap_or_default().partition_point(is_before)
    }
}

/// Returns where a place behind `edit` stood before.
fn shifted(place: usize, edit: Option<&Edit>) -> usize {
    edit.map_or(place, |edit| place + edit.old.end - edit.new.end)
}

/// Copies a text with some of its spans replaced.
pub(crate) struct Rewriter<'a> {
    text: &'a str,
    out: &'a mut String,
    alignment: &'a mut Alignment,
    copied: usize,
}

impl<'a> Rewriter<'a> {
    pub(crate) fn new(text: &'a str, out: &'a mut String, alignment: &'a mut Alignment) -> Self {
        out.clear();
        alignment.clear();
        Self { text, out, alignment, copied: 0 }
    }

    /// Replaces the bytes `old`, which lie behind all that was replaced before.
    pub(crate) fn replace(&mut self, old: Range<usize>, with: impl IntoIterator<Item = char>) {
        self.out.push_str(self.text.get(self.copied..old.start).unwrap_or_default());
        let start = self.out.len();
        self.out.extend(with);
        self.copied = old.end;
        self.alignment.0.push(Edit { new: start..self.out.len(), old });
    }

    /// Copies what is left.
    pub(crate) fn finish(self) {
        self.out.push_str(self.text.get(self.copied..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_search_finds_the_same_from_everywhere(count in 0_usize..40, bound in 0_usize..40, near in 0_usize..40) {
            let edits = Alignment((0..count).map(|place| Edit { new: place..place + 1, old: 0..0 }).collect());
            let found = edits.partition_point(near.min(count), |edit| edit.new.start < bound);
            prop_assert_eq!(found, bound.min(count));
        }
    }

    #[test]
    fn places_by_hand() {
        // "a&amp;b<zw>c<zw>" -> "a&bc"; the removed spans belong to a range that they lie inside
        let text = "a&amp;b\u{200b}c\u{200b}";
        let (mut out, mut alignment) = (String::new(), Alignment::default());
        let mut rewriter = Rewriter::new(text, &mut out, &mut alignment);
        rewriter.replace(1..6, ['&']);
        rewriter.replace(7..10, []);
        rewriter.replace(11..14, []);
        rewriter.finish();
        assert_eq!(out, "a&bc");
        let mut near = 0; // kept from range to range, on and back
        for (range, expected) in [
            (0..1, "a"),
            (1..2, "&amp;"),
            (0..2, "a&amp;"),
            (2..3, "b"),
            (3..4, "c"),
            (2..4, "b\u{200b}c"),
            (0..4, "a&amp;b\u{200b}c"),
        ] {
            assert_eq!(text.get(alignment.source(&range, &mut near)).unwrap(), expected, "{range:?}");
        }
        // one letter that became three
        let mut rewriter = Rewriter::new("x½y", &mut out, &mut alignment);
        rewriter.replace(1..3, "1⁄2".chars());
        rewriter.finish();
        assert_eq!(out, "x1⁄2y");
        assert_eq!([(1..2), (6..7)].map(|range| "x½y".get(alignment.source(&range, &mut 0))), [Some("½"), Some("y")]);
    }
}

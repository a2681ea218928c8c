//! The assignments of labels to the slots of a block: one at random, their number, and all of them.

use plaudit_stats::Stream;

/// Returns the label of each slot, one of the equally likely assignments in which no label has two posts more than
/// another.
pub(super) fn assign(stream: &mut Stream, labels: usize, slots: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels).collect();
    stream.shuffle(&mut order);
    // The labels in turn, in random order: those that are left over are the first of it.
    let mut arms: Vec<usize> = order.into_iter().cycle().take(slots).collect();
    stream.shuffle(&mut arms);
    arms
}

/// Returns the number of these assignments; none where it is greater than `most`.
pub(super) fn count(labels: usize, slots: usize, most: u64) -> Option<u64> {
    let labels_u = labels as u64;
    let (each, left) = ((slots as u64).checked_div(labels_u)?, (slots as u64).checked_rem(labels_u)?);
    let mut product = choose(labels_u, left, most)?;
    let mut open = slots as u64;
    for label in 0..labels_u {
        let posts = each + u64::from(label < left);
        product = product.checked_mul(choose(open, posts, most)?).filter(|&product| product <= most)?;
        open -= posts;
    }
    Some(product)
}

/// How many sets of `k` there are of `n`; none where they are more than `most`, which is below 2^53.
fn choose(n: u64, k: u64, most: u64) -> Option<u64> {
    (0..k.min(n - k)).try_fold(1u64, |sets, place| {
        // Each is a number of sets, so that the division leaves no rest.
        let next = u128::from(sets) * u128::from(n - place) / u128::from(place + 1);
        u64::try_from(next).ok().filter(|&next| next <= most)
    })
}

/// Returns all these assignments, which [`count`] counts.
pub(super) fn all(labels: usize, slots: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let (each, left) = (slots.checked_div(labels).unwrap_or(0), slots.checked_rem(labels).unwrap_or(0));
    let mut open = Open { slots, each, left, posts: vec![0; labels] };
    open.extend(&mut Vec::with_capacity(slots), &mut found);
    found
}

/// A part of an assignment.
struct Open {
    slots: usize,
    each: usize,
    /// How many labels may still have one post more than `each`.
    left: usize,
    posts: Vec<usize>,
}

impl Open {
    fn extend(&mut self, arms: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
        if arms.len() == self.slots {
            found.push(arms.clone());
            return;
        }
        for arm in 0..self.posts.len() {
            let posts = self.posts.get(arm).copied().unwrap_or_default();
            let extra = usize::from(posts == self.each);
            if posts > self.each || extra > self.left {
                continue;
            }
            self.set(arm, posts + 1);
            self.left -= extra;
            arms.push(arm);
            self.extend(arms, found);
            arms.pop();
            self.left += extra;
            self.set(arm, posts);
        }
    }

    fn set(&mut self, arm: usize, posts: usize) {
        if let Some(slot) = self.posts.get_mut(arm) {
            *slot = posts;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    // By hand: 4! = 24; C(4, 2) = 6; C(2, 1) C(3, 1) = 6; 3 C(3, 1) .. : 3 labels on 1 slot 3; 3 labels on 4 slots
    // C(3, 1) 4! / 2! = 36
    #[test]
    fn all_are_as_many_as_counted() {
        for (labels, slots, expected) in
            [(4, 4, 24), (2, 4, 6), (2, 3, 6), (3, 1, 3), (3, 4, 36), (2, 1, 2), (5, 0, 1), (2, 8, 70)]
        {
            assert_eq!(count(labels, slots, 1_000), Some(expected));
            let all = all(labels, slots);
            assert_eq!(all.len() as u64, expected);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len() as u64, expected);
            for arms in all {
                let posts: Vec<usize> =
                    (0..labels).map(|label| arms.iter().filter(|&&arm| arm == label).count()).collect();
                assert!(posts.iter().max().unwrap() - posts.iter().min().unwrap() <= 1);
            }
        }
        assert_eq!((count(2, 8, 69), count(100, 10_000, 100_000), count(2, 40, 100_000)), (None, None, None));
    }

    /// Chi-square with 35 degrees of freedom: 66.6 is the 99.9 % point.
    #[test]
    fn all_are_equally_likely() {
        let mut seen: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        for draw in 0..36_000 {
            *seen.entry(assign(&mut Stream::new(3, "test", draw), 3, 4)).or_default() += 1;
        }
        let chi: f64 = seen.values().map(|&n| (f64::from(n) - 1_000.0).powi(2) / 1_000.0).sum();
        assert!(seen.len() == 36 && chi < 66.6, "{chi} {}", seen.len());
    }
}

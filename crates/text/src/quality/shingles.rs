//! The normal form of a text, its shingles, and how alike two sets of them are.

use std::cmp::Ordering;

use crate::casefold;

/// Writes `text` into `normal`: folded, each run of white space one blank, none at the ends.
pub(super) fn normalise(text: &str, buffer: &mut String, normal: &mut String) {
    normal.clear();
    for word in casefold::fold(text, buffer).split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
}

/// Writes the hashes of the shingles of `normal` into `hashes`, each once, in order: of its pieces that begin at each
/// character and are the shortest with at least `width` characters, where one from U+2E80 on counts as two. A shorter text
/// is one shingle.
pub(super) fn shingles(normal: &str, width: usize, hashes: &mut Vec<u64>) {
    hashes.clear();
    let columns = |c: char| if c < '\u{2e80}' { 1 } else { 2 };
    let mut starts = normal.chars();
    let mut end = normal.chars();
    let mut inside = 0;
    // two ends walk over the text; what lies between them is rehashed, at most `width` characters
    loop {
        while inside < width {
            match end.next() {
                Some(c) => inside += columns(c),
                None if hashes.is_empty() => {
                    hashes.push(hash(normal));
                    return;
                }
                None => {
                    hashes.sort_unstable();
                    hashes.dedup();
                    return;
                }
            }
        }
        let length = starts.as_str().len() - end.as_str().len();
        hashes.push(hash(starts.as_str().get(..length).unwrap_or_default()));
        inside -= starts.next().map_or(0, columns);
    }
}

/// Returns a hash of `text` that is the same everywhere and always: a polynomial of its characters, mixed.
pub(super) fn hash(text: &str) -> u64 {
    mix(text.chars().fold(0, |sum: u64, c| sum.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(c) + 1)))
}

/// Returns `value` with every bit depending on all of its bits: the end of SplitMix64 (Steele, Lea and Flood 2014,
/// *Fast splittable pseudorandom number generators*, in the variant of Vigna). One to one.
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Returns whether the Jaccard similarity of two sets in order, what both hold over what either holds, is `least` or more.
/// It is 1 where both are empty. Whether the sets are alike enough shows before their end in most cases.
pub(super) fn are_similar(a: &[u64], b: &[u64], least: f64) -> bool {
    let total = a.len() + b.len();
    let suffices = |both: usize| {
        let either = total - both;
        (if either == 0 { 1.0 } else { both as f64 / either as f64 }) >= least
    };
    // The fewest that both must hold: what suffices, suffices with more.
    let (mut low, mut high) = (0, a.len().min(b.len()));
    if !suffices(high) {
        return false;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if suffices(middle) { high = middle } else { low = middle + 1 }
    }
    let (mut spare_a, mut spare_b) = (a.len() - low, b.len() - low);
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    while let (Some(&x), Some(&y)) = (left.peek(), right.peek()) {
        let spare = match x.cmp(y) {
            Ordering::Less => &mut spare_a,
            Ordering::Greater => &mut spare_b,
            Ordering::Equal => {
                left.next();
                right.next();
                continue;
            }
        };
        let Some(less) = spare.checked_sub(1) else { return false };
        *spare = less;
        if x < y {
            left.next()
        } else {
            right.next()
        };
    }
    left.count() <= spare_a && right.count() <= spare_b
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Returns the Jaccard similarity of two sets in order, 0 to 1: what both hold over what either holds. 1 where both are
    /// empty.
    pub(crate) fn jaccard(a: &[u64], b: &[u64]) -> f64 {
        let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
        let mut both = 0;
        while let (Some(&x), Some(&y)) = (left.peek(), right.peek()) {
            both += usize::from(x == y);
            if x <= y {
                left.next();
            }
            if y <= x {
                right.next();
            }
        }
        let either = a.len() + b.len() - both;
        if either == 0 { 1.0 } else { both as f64 / either as f64 }
    }

    fn normal(text: &str) -> String {
        let mut normal = String::new();
        normalise(text, &mut String::new(), &mut normal);
        normal
    }

    fn set(text: &str, width: usize) -> Vec<u64> {
        let mut hashes = Vec::new();
        shingles(&normal(text), width, &mut hashes);
        hashes
    }

    fn similarity(a: &str, b: &str) -> f64 {
        jaccard(&set(a, 5), &set(b, 5))
    }

    #[test]
    fn the_normal_form_by_hand() {
        for (text, expected) in [
            ("  The  LABS\twere\n great ", "the labs were great"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("\u{3000}好\u{a0}吃", "好 吃"),
            (" \n", ""),
            ("a\0b", "a\0b"),
        ] {
            assert_eq!(normal(text), expected);
        }
    }

    /// CPython 3.11:
    /// ```python
    /// def shingles(s, w=5):
    ///     s, out = " ".join(s.casefold().split()), set()
    ///     for i in range(len(s)):
    ///         n, j = 0, i
    ///         while n < w and j < len(s): n += 1 if ord(s[j]) < 0x2e80 else 2; j += 1
    ///         if n >= w: out.add(s[i:j])
    ///     return out or {s}
    /// a, b = map(shingles, pair); print(len(a), len(b), len(a & b), len(a | b))
    /// ```
    #[test]
    fn shingles_and_similarities_equal_pythons() {
        for (a, b, [ours, theirs, both, either]) in [
            ("The labs were great", "the labs  were GREAT!", [15, 16, 15, 16]),
            ("the labs were great", "the labs were not great", [15, 19, 12, 22]),
            ("老师讲得很好，作业也不多", "老师讲得很好，作业不多", [10, 9, 7, 12]),
            ("aaaaaaaaaa", "aaaaa", [1, 1, 1, 1]),
            ("a好b好c", "a好b好d", [2, 2, 2, 2]),
            ("hi", "Hi", [1, 1, 1, 1]),
            ("", "hi", [1, 1, 0, 2]),
        ] {
            assert_eq!((set(a, 5).len(), set(b, 5).len()), (ours, theirs), "{a}");
            assert_eq!(similarity(a, b), both as f64 / either as f64, "{a}");
        }
    }

    // SplitMix64 with the seed 0: the first outputs of Vigna's C code, https://prng.di.unimi.it/splitmix64.c
    #[test]
    fn the_mixer_is_that_of_split_mix_64() {
        let step = 0x9e37_79b9_7f4a_7c15_u64;
        assert_eq!(mix(step), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(step.wrapping_mul(2)), 0x6e78_9e6a_a1b9_65f4);
    }

    proptest! {
        #[test]
        fn shingles_are_the_pieces_of_the_text(text in r"[a-c好 ]{0,30}|\PC{0,30}", width in 1_usize..8) {
            let text = normal(&text);
            let chars: Vec<char> = text.chars().collect();
            let columns = |c: &char| if *c < '\u{2e80}' { 1 } else { 2 };
            let mut pieces: HashSet<String> = HashSet::new();
            for start in 0..chars.len() {
                let mut total = 0;
                let len = chars[start..].iter().take_while(|&c| { let more = total < width; total += columns(c); more }).count();
                if chars[start..start + len].iter().map(columns).sum::<usize>() >= width {
                    pieces.insert(chars[start..start + len].iter().collect());
                }
            }
            if pieces.is_empty() {
                pieces.insert(text.clone());
            }
            let mut expected: Vec<u64> = pieces.iter().map(|piece| hash(piece)).collect();
            expected.sort_unstable();
            prop_assert_eq!(set(&text, width), expected);
        }

        #[test]
        fn similarity_is_that_of_sets(a in prop::collection::btree_set(0_u64..40, 0..30), b in prop::collection::btree_set(0_u64..40, 0..30)) {
            let either = a.union(&b).count();
            let expected = if either == 0 { 1.0 } else { a.intersection(&b).count() as f64 / either as f64 };
            let (a, b): (Vec<u64>, Vec<u64>) = (a.into_iter().collect(), b.into_iter().collect());
            prop_assert_eq!(jaccard(&a, &b), expected);
            prop_assert_eq!(jaccard(&b, &a), expected);
            for least in [expected, expected + 1e-9, 0.8, 0.5, 0.25, 1.0] {
                prop_assert_eq!(are_similar(&a, &b, least), expected >= least);
            }
        }
    }
}

//! The distance between two words in single edits.

/// The longest pattern, in bytes: a bit of a machine word each.
pub(crate) const MAX_BYTES: usize = 64;

/// Computes optimal string alignment distances to one word: insertions, deletions, substitutions and transpositions of
/// neighbours, no stretch edited twice. Bit-parallel: a column of the table is one machine word.
///
/// Hyyrö, *A bit-vector algorithm for computing Levenshtein and Damerau edit distances*, Nordic Journal of Computing 10
/// (2003), figure 4.
pub(crate) struct Pattern<'a> {
    word: &'a [u8],
    /// Where each ASCII character stands in the word.
    places: [u64; 128],
}

impl<'a> Pattern<'a> {
    /// Returns the pattern of `word`: ASCII, at most 64 bytes; what is beyond is passed over.
    pub(crate) fn new(word: &'a [u8]) -> Self {
        let word = word.get(..MAX_BYTES).unwrap_or(word);
        let mut places = [0; 128];
        for (place, &byte) in word.iter().enumerate() {
            if let Some(places) = places.get_mut(usize::from(byte)) {
                *places |= 1 << place;
            }
        }
        Self { word, places }
    }

    /// Returns the distance from the word to `other`.
    pub(crate) fn distance(&self, other: &[u8]) -> usize {
        // Letters that the words begin or end with cost nothing, and most candidates share most of theirs.
        let equal = |(a, b): &(&u8, &u8)| a == b;
        let skip = self.word.iter().zip(other).take_while(equal).count();
        let (word, other) = (self.word.get(skip..).unwrap_or_default(), other.get(skip..).unwrap_or_default());
        let ends = word.iter().rev().zip(other.iter().rev()).take_while(equal).count();
        let other = other.get(..other.len() - ends).unwrap_or_default();
        let len = word.len() - ends;
        let Some(last) = len.checked_sub(1) else { return other.len() };
        let (mut increase, mut decrease) = (!0u64, 0u64); // from one row of the table to the next
        let (mut zero_before, mut places_before) = (0u64, 0u64);
        let mut distance = len;
        for &byte in other {
            let places = self.places.get(usize::from(byte)).copied().unwrap_or(0) >> skip;
            let swap = ((!zero_before & places) << 1) & places_before;
            let zero = (((places & increase).wrapping_add(increase)) ^ increase) | places | decrease | swap;
            let right_increase = decrease | !(zero | increase);
            let right_decrease = zero & increase;
            distance += (right_increase >> last & 1) as usize;
            distance -= (right_decrease >> last & 1) as usize;
            let shifted = right_increase << 1 | 1;
            increase = right_decrease << 1 | !(zero | shifted);
            decrease = shifted & zero;
            (zero_before, places_before) = (zero, places);
        }
        distance
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table of the definition, a cell at a time.
    pub(crate) fn by_table(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let substituted = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = substituted.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    // python: from rapidfuzz.distance import OSA; OSA.distance(a, b)   (rapidfuzz 3.14.6)
    #[test]
    fn equals_rapidfuzz() {
        for (a, b, expected) in [
            ("ca", "abc", 3),
            ("recieve", "receive", 1),
            ("teh", "the", 1),
            ("a", "", 1),
            ("abcdef", "badcfe", 3),
            ("kitten", "sitting", 3),
            ("acommodashun", "accommodation", 4),
        ] {
            assert_eq!(Pattern::new(a.as_bytes()).distance(b.as_bytes()), expected, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn equals_the_table(a in "[a-c']{1,64}", b in "[a-c']{0,70}") {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            prop_assert_eq!(Pattern::new(a).distance(b), by_table(a, b));
        }
    }
}

//! Writing a model of fastText, version 12, as `FastText::saveModel` of fastText 0.9.2 does.
//!
//! A model has the own vector of each word, and [`SubwordVectors`] have the mean of it and its n-grams' instead. So a vector is
//! written whose mean is that one, to the last bit: readers add up and divide as [`Ngrams::complete`] does, and what comes out
//! never falls where the own number rises, so that it can be looked for.

use std::io::{self, Write};

use plaudit_core::{Embedding, Error, Result};

use super::binary::{MAX_WORD, write_floats};
use super::collector::shown;
use super::fasttext::{MAX_VALUE, VERSION};
use super::format::FASTTEXT_MAGIC;
use crate::SubwordVectors;

/// Refuses what fastText and the reader would not take.
pub(super) fn check(vectors: &SubwordVectors) -> Result<()> {
    let words = vectors.words().words();
    let mut faults = Vec::new();
    if let Some(word) = words.iter().find(|word| word.contains('\0') || word.len() as u64 > MAX_WORD) {
        let word = shown(word.as_bytes());
        faults.push(format!(
            "vectors: found the word {word}, expected words without NUL and of at most {MAX_WORD} bytes"
        ));
    }
    for (count, what) in [(words.len(), "words"), (vectors.dim(), "numbers a vector")] {
        if i32::try_from(count).is_err() {
            faults.push(format!("vectors: found {count} {what}, expected at most {}", i32::MAX));
        }
    }
    Error::from_faults(faults)
}

/// Writes the whole. How often words came is not known any more: each has a count of 1. An output layer, from which training could go
/// on, has no rows.
pub(super) fn write(out: &mut dyn Write, vectors: &SubwordVectors) -> io::Result<()> {
    let (words, dim, ngrams) = (vectors.words(), vectors.dim(), vectors.ngrams());
    let (min, max) = ngrams.lengths();
    let buckets = ngrams.values().len() / dim;
    out.write_all(&FASTTEXT_MAGIC)?;
    // dim ws epoch minCount neg wordNgrams loss (negative sampling) model (skip-gram) bucket minn maxn lrUpdateRate
    let arguments = [dim, 5, 5, 1, 5, 1, 2, 2, buckets, min, max, 100];
    let count = words.words().len();
    let integer = |number: usize| (number as i32).to_le_bytes();
    let long = |number: usize| (number as i64).to_le_bytes();
    out.write_all(&VERSION.to_le_bytes())?;
    arguments.into_iter().try_for_each(|argument| out.write_all(&integer(argument)))?;
    out.write_all(&1e-4_f64.to_le_bytes())?; // t, the threshold of sampling
    for number in [count, count, 0] {
        out.write_all(&integer(number))?; // entries, words, labels
    }
    out.write_all(&long(count))?; // tokens
    out.write_all(&(-1_i64).to_le_bytes())?; // no n-gram is pruned
    for word in words.words() {
        out.write_all(word.as_bytes())?;
        out.write_all(&[0])?;
        out.write_all(&long(1))?;
        out.write_all(&[0])?; // a word, no label
    }
    out.write_all(&[0])?; // not quantised
    out.write_all(&long(count + buckets))?;
    out.write_all(&long(dim))?;
    let (mut parts, mut own) = (Vec::new(), Vec::new());
    for (word, vector) in words.words().iter().zip(words.values().chunks_exact(dim)) {
        parts.clear();
        ngrams.each(word.as_bytes(), |row| parts.push(row));
        own.clear();
        own.extend(vector.iter().enumerate().map(|(column, &mean)| {
            let part = |row: &&[f32]| row.get(column).copied().unwrap_or(0.0);
            own_of(mean, parts.len(), || parts.iter().map(part))
        }));
        if own.iter().any(|value| value.abs() > MAX_VALUE) {
            let word = shown(word.as_bytes());
            let fault =
                format!("the word {word} needs a number beyond {MAX_VALUE:e} of its own, which is not read back");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, fault));
        }
        write_floats(out, &own)?;
    }
    write_floats(out, ngrams.values())?;
    out.write_all(&[0])?; // the output layer is not quantised either
    out.write_all(&long(0))?;
    out.write_all(&long(dim))
}

/// Returns a number whose mean with `parts` is `mean`, or the next to it where none is.
fn own_of<I: Iterator<Item = f32>>(mean: f32, count: usize, parts: impl Fn() -> I) -> f32 {
    let factor = (1.0 / (1 + count) as f64) as f32;
    let found = |own: f32| parts().fold(0.0 + own, |sum, part| sum + part) * factor;
    let near = f64::from(mean) / f64::from(factor) - parts().map(f64::from).sum::<f64>();
    let near = near as f32;
    if found(near) == mean {
        return near;
    }
    // Further and further from what is near, until the mean lies between two numbers, and then the half between them.
    let (middle, mut step) = (ordered(near), 1_i64);
    let far = if found(near) < mean { 1 } else { -1 };
    while step < 1 << 32 && (found(from_ordered(middle + far * step)) < mean) == (far > 0) {
        step *= 2;
    }
    let (mut low, mut high) = (middle.min(middle + far * step), middle.max(middle + far * step));
    while low < high {
        let half = low + (high - low).div_euclid(2);
        if found(from_ordered(half)) < mean { low = half + 1 } else { high = half }
    }
    from_ordered(low)
}

/// Numbers in the order of their values, one after another.
fn ordered(value: f32) -> i64 {
    let bits = i64::from(value.to_bits());
    if bits < 1 << 31 { bits } else { (1 << 31) - bits }
}

/// The number at a place of that order, or the last that is finite.
fn from_ordered(place: i64) -> f32 {
    let place = place.clamp(-i64::from(f32::MAX.to_bits()), i64::from(f32::MAX.to_bits()));
    f32::from_bits(if place < 0 { ((1 << 31) - place) as u32 } else { place as u32 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::WordVectors;
    use crate::subword_vectors::Ngrams;

    /// A find of the fuzzer: a mean of 1e28 with n-grams of -1e28 asks for an own number that no reader takes.
    #[test]
    fn what_cannot_be_read_back_is_not_written() {
        let words = WordVectors::new(vec!["ab".to_owned()], 1, vec![1e28]).unwrap();
        let vectors = SubwordVectors::new(words, Ngrams::new((1, 2), vec![-1e28; 7], 1));
        check(&vectors).unwrap();
        let error = write(&mut Vec::new(), &vectors).unwrap_err().to_string();
        assert!(error.contains("\"ab\"") && error.contains("1e28"), "{error}");
    }

    proptest! {
        #[test]
        fn a_mean_is_found_again(
            own in -1e3_f32..1e3,
            parts in proptest::collection::vec(prop_oneof![-1.0_f32..1.0, -1e4_f32..1e4], 0..40),
        ) {
            let factor = (1.0 / (1 + parts.len()) as f64) as f32;
            let mean = |own: f32| parts.iter().fold(0.0 + own, |sum, part| sum + part) * factor;
            let back = own_of(mean(own), parts.len(), || parts.iter().copied());
            prop_assert_eq!(mean(back), mean(own));
        }

        #[test]
        fn numbers_are_in_order(a: f32, b: f32) {
            prop_assume!(a.is_finite() && b.is_finite());
            prop_assert_eq!(from_ordered(ordered(a)), a);
            prop_assert_eq!(a < b, ordered(a) < ordered(b));
        }
    }
}

//! A model of fastText, version 12: sizes, dictionary, and the vectors of words and n-grams.
//!
//! As `FastText::loadModel`, `Args::load`, `Dictionary::load` and `DenseMatrix::load` of
//! [fastText](https://github.com/facebookresearch/fastText) 0.9.2 read it. What follows, the output layer, is left alone.

use plaudit_core::{Error, Result};

use super::binary::MAX_WORD;
use super::collector::{Collector, shown};
use super::format::FASTTEXT_MAGIC;
use super::source::Source;
use super::{Loaded, VectorFormat, VectorsConfig};
use crate::subword_vectors::{Ngrams, SubwordVectors};

/// The newest version there is; version 11 differs in models with labels.
pub(super) const VERSION: i32 = 12;
/// The longest n-gram in characters that makes sense; fastText's own default is 6.
const MAX_NGRAM: i32 = 100;
/// No number of a model may be greater: so many can be added up, as n-grams are, without leaving what is finite.
pub(super) const MAX_VALUE: f32 = 1e28;
/// The fewest bytes of a word of the dictionary: its end, its count, its kind.
const ENTRY: u64 = 10;
/// What `model` says of a model with labels.
const SUPERVISED: i32 = 3;

/// What of the arguments of the training says how to read on.
struct Sizes {
    dim: u64,
    buckets: u64,
    /// The lengths of n-grams in characters; none where the greatest is 0.
    lengths: (usize, usize),
}

/// Reads words, their vectors and the n-grams'.
pub(super) fn read(source: &mut Source, config: &VectorsConfig) -> Result<Loaded<SubwordVectors>> {
    let sizes = read_sizes(source)?;
    let words = read_dictionary(source)?;
    read_matrix_sizes(source, words.len() as u64, &sizes)?;
    let mut collector = Collector::new(source, VectorFormat::FasttextBin, config, Some(words.len() as u64), sizes.dim)?;
    let dim = collector.dim();
    let mut kept = Vec::new();
    let mut left = words.len();
    for word in words {
        if collector.is_full() {
            break;
        }
        let row = collector.read() + 1;
        source.floats(dim, || format!("the vector of word {row}"), |values| collector.push_bytes(values))?;
        if let Some(value) = collector.pushed().iter().find(|value| value.is_finite() && value.abs() > MAX_VALUE) {
            let word = shown(&word);
            return Err(source.format(format!(
                "word {row}: found {value:e} in the vector of {word}, expected at most {MAX_VALUE:e}"
            )));
        }
        left -= 1;
        if collector.word(&word, "word", row)? {
            kept.push(word);
        }
    }
    let has_ngrams = sizes.lengths.1 > 0;
    if has_ngrams {
        source.floats(left.saturating_mul(dim), || "the vectors of words".to_owned(), |_| Ok(()))?;
    }
    let buckets = if has_ngrams { sizes.buckets } else { 0 };
    let ngrams = Ngrams::new(sizes.lengths, read_buckets(source, buckets, dim)?, dim);
    ngrams.complete(kept.iter().map(Vec::as_slice).zip(collector.values().chunks_exact_mut(dim)));
    let Loaded { vectors, report } = collector.finish(source)?;
    Ok(Loaded { vectors: SubwordVectors::new(vectors, ngrams), report })
}

/// Reads the arguments of the training.
fn read_sizes(source: &mut Source) -> Result<Sizes> {
    let place = || "the header".to_owned();
    let magic: [u8; 4] = source.exact(place)?;
    if magic != FASTTEXT_MAGIC {
        return Err(source.format(format!(
            "found the first bytes {magic:?}, expected {FASTTEXT_MAGIC:?}, those of a fastText model"
        )));
    }
    let mut next = || source.exact(place).map(i32::from_le_bytes);
    let version = next()?;
    // dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate
    let mut arguments = [0; 12];
    for argument in &mut arguments {
        *argument = next()?;
    }
    source.exact::<8>(place)?; // t, the threshold of sampling
    let [dim, _, _, _, _, _, _, model, buckets, min, mut max, _] = arguments;
    if !(VERSION - 1..=VERSION).contains(&version) {
        return Err(source.format(format!("found version {version}, expected {} or {VERSION}", VERSION - 1)));
    }
    if version < VERSION && model == SUPERVISED {
        max = 0; // "old supervised models do not use char ngrams"
    }
    let faults = [
        (dim < 1, format!("dim {dim}, expected 1 or more")),
        (buckets < 0, format!("bucket {buckets}, expected 0 or more")),
        (min < 0, format!("minn {min}, expected 0 or more")),
        (!(0..=MAX_NGRAM).contains(&max), format!("maxn {max}, expected 0 to {MAX_NGRAM}")),
        (buckets == 0 && max > 0, format!("bucket 0 and maxn {max}, expected a bucket for n-grams")),
    ];
    let faults: Vec<String> = faults.into_iter().filter_map(|(fault, reason)| fault.then_some(reason)).collect();
    if !faults.is_empty() {
        return Err(source.format(format!("the header: found {}", faults.join("; "))));
    }
    Ok(Sizes { dim: dim as u64, buckets: buckets as u64, lengths: (min as usize, max as usize) })
}

/// Reads the dictionary. Returns its words, as bytes: n-grams are made of these.
fn read_dictionary(source: &mut Source) -> Result<Vec<Vec<u8>>> {
    let place = || "the dictionary".to_owned();
    let mut next = || source.exact(place).map(i32::from_le_bytes);
    let [size, words, labels] = [next()?, next()?, next()?];
    source.exact::<8>(place)?; // the number of tokens
    let pruned = i64::from_le_bytes(source.exact(place)?);
    if pruned >= 0 {
        return Err(source.format(format!(
            "is a pruned fastText model ({pruned} n-grams are kept), expected one that is not quantised"
        )));
    }
    if words < 0 || labels < 0 || words.checked_add(labels) != Some(size) {
        return Err(
            source.format(format!("the dictionary: found {size} entries, expected {words} words and {labels} labels"))
        );
    }
    source.check_room("the dictionary", size as u64, ENTRY)?;
    let mut all = Vec::new();
    for number in 1..=size {
        let mut word = Vec::new();
        let place = || format!("entry {number} of {size} of the dictionary");
        source.until(0, MAX_WORD, &mut word, place, "a word and its end (0)")?;
        source.exact::<8>(place)?; // its count
        let [kind] = source.exact(place)?;
        if kind != u8::from(number > words) {
            return Err(source.format(format!(
                "{}: found the kind {kind}, expected {words} words (0) and then labels (1)",
                place()
            )));
        }
        if number <= words {
            word.shrink_to_fit();
            all.push(word);
        }
    }
    Ok(all)
}

/// Reads what stands before the vectors.
fn read_matrix_sizes(source: &mut Source, words: u64, sizes: &Sizes) -> Result<()> {
    let place = || "the matrix of vectors".to_owned();
    let [quantised] = source.exact(place)?;
    if quantised != 0 {
        return Err(
            source.format("is a quantised fastText model, expected one whose vectors are whole (.bin, not .ftz)")
        );
    }
    let [rows, columns] = [u64::from_le_bytes(source.exact(place)?), u64::from_le_bytes(source.exact(place)?)];
    let Sizes { dim, buckets, .. } = sizes;
    if (rows, columns) != (words + buckets, *dim) {
        return Err(source.format(format!(
            "the matrix of vectors: found {rows} times {columns}, expected {words} words and {buckets} buckets times {dim}"
        )));
    }
    source.check_room("the matrix of vectors", rows, dim * 4)
}

/// Reads the vectors of n-grams, `[buckets, dim]`.
fn read_buckets(source: &mut Source, buckets: u64, dim: usize) -> Result<Vec<f32>> {
    let mut values: Vec<f32> = Vec::new();
    let count = usize::try_from(buckets).unwrap_or(usize::MAX).saturating_mul(dim);
    if source.remaining().is_some() {
        values.try_reserve_exact(count).map_err(Error::backend)?;
    }
    let mut at_fault = None;
    source.floats(
        count,
        || "the vectors of n-grams".to_owned(),
        |numbers| {
            let start = values.len();
            values.extend(numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)));
            let fits = |value: &f32| value.abs() <= MAX_VALUE; // NaN does not
            let new = values.get(start..).unwrap_or_default();
            if at_fault.is_none() && !new.iter().fold(true, |all, value| all & fits(value)) {
                at_fault =
                    new.iter().zip(start..).find(|(value, _)| !fits(value)).map(|(&value, place)| (value, place / dim));
            }
            Ok(())
        },
    )?;
    if let Some((value, bucket)) = at_fault {
        return Err(source.format(format!(
            "n-gram bucket {bucket}, counted from 0: found {value:e}, expected finite numbers of at most {MAX_VALUE:e}"
        )));
    }
    Ok(values)
}

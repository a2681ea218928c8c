//! Which terms stand in the same texts.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::rows::Rows;
use crate::{Documents, log_likelihood_ratio, npmi};

/// The most pairs: 128 MiB.
const MOST: usize = 1 << 22;

/// Which pairs of terms count as going together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CooccurrenceConfig {
    /// How many texts must have both terms at least, 1 and up. By default 5.
    pub min_documents: u64,
    /// What their [`npmi`] must be above, 0 to 1. By default 0.1, a convention.
    pub min_npmi: f64,
    /// What their [`log_likelihood_ratio`] must be at least, 0 and up. By default 10.83: by chance one of a thousand pairs is above.
    pub min_g2: f64,
}

impl Default for CooccurrenceConfig {
    fn default() -> Self {
        Self { min_documents: 5, min_npmi: 0.1, min_g2: 10.83 }
    }
}

impl CooccurrenceConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        Error::from_faults(self.faults())
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.min_documents == 0 {
            faults.push("min_documents: 0; expected 1 and up".to_owned());
        }
        if !(0.0..=1.0).contains(&self.min_npmi) {
            faults.push(format!("min_npmi: {}; expected 0 to 1", self.min_npmi));
        }
        if !(self.min_g2 >= 0.0 && self.min_g2.is_finite()) {
            faults.push(format!("min_g2: {}; expected 0 and up", self.min_g2));
        }
        faults
    }
}

/// The graph of terms that stand in the same texts more often than by chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cooccurrence {
    /// The number of texts.
    pub documents: u64,
    /// The terms that are in a pair, by name.
    pub terms: Vec<String>,
    /// How many texts have each, `[terms]`.
    pub frequencies: Vec<u64>,
    /// The pairs, by `first`, then by `second`.
    pub pairs: Vec<Pair>,
}

/// Two terms that go together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pair {
    /// The place of the term that comes first by name.
    pub first: u32,
    /// The place of the other.
    pub second: u32,
    /// How many texts have both.
    pub documents: u64,
    /// Their normalised pointwise mutual information.
    pub npmi: f64,
    /// Their log-likelihood ratio.
    pub g2: f64,
}

/// Returns the terms that stand in the same texts more often than by chance, and how closely they are tied.
///
/// Counted are texts that have a term, or both. A pair that stands in all texts is none: nothing can be said of it. Time grows with the pairs
/// of terms of each text, which are many where texts are long: a text of n terms has n (n - 1) / 2.
///
/// # Errors
/// When the configuration is at fault, or there are more than 2^22 pairs.
///
/// ```
/// use plaudit_insight::{CooccurrenceConfig, DocumentsBuilder, cooccurrence};
///
/// let mut builder = DocumentsBuilder::new();
/// for k in 0..40 {
///     builder.push(if k % 2 == 0 { ["battery", "empty"] } else { ["screen", "bright"] });
/// }
/// let graph = cooccurrence(&builder.finish(5)?, &CooccurrenceConfig::default())?;
/// assert_eq!(graph.terms, ["battery", "bright", "empty", "screen"]);
/// let first = graph.pairs[0];
/// assert_eq!((first.first, first.second, first.documents, first.npmi), (0, 2, 20, 1.0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn cooccurrence(documents: &Documents, config: &CooccurrenceConfig) -> Result<Cooccurrence> {
    config.validate()?;
    let counted = Pairs::new(documents).count(|_| 1, config)?;
    let named = counted.terms.iter().filter_map(|&term| documents.terms().get(term as usize));
    Ok(Cooccurrence {
        documents: counted.documents,
        terms: named.cloned().collect(),
        frequencies: counted.frequencies,
        pairs: counted.pairs,
    })
}

/// Counts pairs, as often as it is asked to, with other weights of the texts.
pub(crate) struct Pairs<'a> {
    documents: &'a Documents,
    texts: Rows, // of each term
}

/// As [`Cooccurrence`], with numbers for names.
pub(crate) struct Counted {
    pub(crate) documents: u64,
    pub(crate) terms: Vec<u32>, // the numbers of the terms in the documents
    pub(crate) frequencies: Vec<u64>,
    pub(crate) pairs: Vec<Pair>, // of places in `terms`
}

impl<'a> Pairs<'a> {
    pub(crate) fn new(documents: &'a Documents) -> Self {
        Self { documents, texts: documents.texts_of_terms() }
    }

    /// The pairs where each text counts `weight` times.
    pub(crate) fn count(&self, weight: impl Fn(usize) -> u64, config: &CooccurrenceConfig) -> Result<Counted> {
        let all = (0..self.documents.len()).map(&weight).sum();
        let of_term = |texts: &[u32]| texts.iter().map(|&text| weight(text as usize)).sum();
        let frequencies: Vec<u64> = self.texts.iter().map(of_term).collect();
        let frequency = |term: u32| frequencies.get(term as usize).copied().unwrap_or(0);
        let (mut both, mut met) = (vec![0; frequencies.len()], Vec::new());
        let mut pairs = Vec::new();
        for (first, texts) in (0..).zip(self.texts.iter()) {
            if frequency(first) < config.min_documents {
                continue;
            }
            for &text in texts {
                let times = weight(text as usize);
                if times == 0 {
                    continue;
                }
                let own = self.documents.get(text as usize).unwrap_or_default();
                let after = own.get(own.partition_point(|&term| term <= first)..).unwrap_or_default();
                for &second in after {
                    if let Some(count) = both.get_mut(second as usize) {
                        if *count == 0 {
                            met.push(second);
                        }
                        *count += times;
                    }
                }
            }
            met.sort_unstable();
            for second in met.drain(..) {
                let Some(together) = both.get_mut(second as usize).map(std::mem::take) else { continue };
                let of = (together, frequency(first), frequency(second), all);
                let found = (together >= config.min_documents).then(|| pair(first, second, of)).flatten();
                pairs.extend(found.filter(|pair| pair.npmi > config.min_npmi && pair.g2 >= config.min_g2));
            }
            if pairs.len() > MOST {
                let fault = format!("co-occurrence: more than {MOST} pairs of terms; expected fewer: raise the limits");
                return Err(Error::config(fault));
            }
        }
        Ok(compact(all, &frequencies, pairs))
    }
}

fn pair(first: u32, second: u32, (both, a, b, all): (u64, u64, u64, u64)) -> Option<Pair> {
    let (npmi, g2) = (npmi(both, a, b, all)?, log_likelihood_ratio(both, a, b, all)?);
    Some(Pair { first, second, documents: both, npmi, g2 })
}

/// The same with places among the terms that are in a pair: what is far from all others changes no number.
fn compact(documents: u64, frequencies: &[u64], mut pairs: Vec<Pair>) -> Counted {
    let mut places = vec![0_u32; frequencies.len()];
    for pair in &pairs {
        for term in [pair.first, pair.second] {
            places.iter_mut().skip(term as usize).take(1).for_each(|place| *place = 1);
        }
    }
    let of_pairs = places.iter().zip(0..).filter(|&(&there, _)| there > 0);
    let terms: Vec<u32> = of_pairs.map(|(_, term)| term).collect();
    for (place, &term) in (0..).zip(&terms) {
        places.iter_mut().skip(term as usize).take(1).for_each(|slot| *slot = place);
    }
    let place = |term: u32| places.get(term as usize).copied().unwrap_or(0);
    for pair in &mut pairs {
        (pair.first, pair.second) = (place(pair.first), place(pair.second));
    }
    let frequencies = terms.iter().filter_map(|&term| frequencies.get(term as usize).copied()).collect();
    Counted { documents, terms, frequencies, pairs }
}

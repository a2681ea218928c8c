//! Words that belong together.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::corpus::too_many;
use crate::rows::{Rows, add};
use crate::{Corpus, log_likelihood_ratio, npmi};

/// When neighbours are a phrase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct PhrasesConfig {
    /// How often they must follow each other at least, 1 and up. By default 5, as in gensim.
    pub min_count: u64,
    /// What their [`npmi`] must be above, -1 to 1. By default 0.5, a convention.
    pub min_npmi: f64,
    /// What their [`log_likelihood_ratio`] must be at least, 0 and up. By default 10.83: by chance one of a thousand pairs is above.
    pub min_g2: f64,
    /// How often neighbours are joined, 1 to 6. By default 3, which makes four words of a word and a phrase of three, too.
    pub passes: usize,
    /// How many words a phrase has at most, 2 to 64; a term with blanks is several. By default 4.
    pub max_words: usize,
}

impl Default for PhrasesConfig {
    fn default() -> Self {
        Self { min_count: 5, min_npmi: 0.5, min_g2: 10.83, passes: 3, max_words: 4 }
    }
}

impl PhrasesConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.min_count == 0 {
            faults.push("min_count: 0; expected 1 and up".to_owned());
        }
        if !(-1.0..=1.0).contains(&self.min_npmi) {
            faults.push(format!("min_npmi: {}; expected -1 to 1", self.min_npmi));
        }
        if !(self.min_g2 >= 0.0 && self.min_g2.is_finite()) {
            faults.push(format!("min_g2: {}; expected 0 and up", self.min_g2));
        }
        if !(1..=6).contains(&self.passes) {
            faults.push(format!("passes: {}; expected 1 to 6", self.passes));
        }
        if !(2..=64).contains(&self.max_words) {
            faults.push(format!("max_words: {}; expected 2 to 64", self.max_words));
        }
        Error::from_faults(faults)
    }
}

/// The phrases of texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Phrases {
    /// By `pass`, then the highest `npmi` first, then by name.
    pub phrases: Vec<Phrase>,
}

/// Two neighbours that are a phrase; each may be one of an earlier pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Phrase {
    /// Both parts with a blank between them.
    pub text: String,
    /// The part before.
    pub first: String,
    /// The part after.
    pub second: String,
    /// The pass that found it, 1 and up.
    pub pass: usize,
    /// How often the parts follow each other, overlapping occurrences included.
    pub count: u64,
    /// Their normalised pointwise mutual information, with their shares of all places of the pass.
    pub npmi: f64,
    /// Their log-likelihood ratio, among all neighbours of the pass.
    pub g2: f64,
}

/// Returns the phrases of texts: neighbours that follow each other more often than their own counts would make them.
///
/// In each pass, pairs of neighbours are counted, those above the limits are phrases, and every text is read from its beginning with
/// each phrase joined where it stands; the next pass joins phrases with words and phrases: `high performance` and `low price`, then both. The normalised mutual
/// information says how closely two words are tied; the likelihood ratio whether the counts are enough to say so. Counts and scores are
/// those of gensim's `Phrases(scoring="npmi")`, a model a pass.
///
/// # Errors
/// When the configuration is at fault, or there are more than 2^32 - 2 words and phrases.
///
/// ```
/// use plaudit_insight::{CorpusBuilder, PhrasesConfig, phrases};
///
/// let mut builder = CorpusBuilder::new();
/// for k in 0..40 {
///     let what = ["high performance low price", "high noise", "low battery", "bad performance", "fair price"][k % 5];
///     builder.push(what.split(' ').chain([["again", "today", "really"][k % 3]]));
/// }
/// let corpus = builder.finish()?;
/// let found = phrases(&corpus, &PhrasesConfig::default())?;
/// assert!(found.phrases.iter().any(|phrase| phrase.text == "high performance low price"));
/// assert!(found.join(&corpus)?.number("high performance low price").is_some());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn phrases(corpus: &Corpus, config: &PhrasesConfig) -> Result<Phrases> {
    config.validate()?;
    let mut found = Phrases::default();
    let mut joined = None;
    for pass in 1..=config.passes {
        let texts = joined.as_ref().unwrap_or(corpus);
        let of_pass = neighbours(texts, config, pass);
        if of_pass.is_empty() {
            break;
        }
        if pass < config.passes {
            joined = Some(join(texts, &of_pass)?);
        }
        found.phrases.extend(of_pass);
    }
    Ok(found)
}

impl Phrases {
    /// Returns the texts with their phrases joined, each a term with blanks. They may be other texts than those in which the phrases
    /// were found. A term that has the name of a phrase already is the same term.
    ///
    /// # Errors
    /// When there are more than 2^32 - 2 words and phrases.
    pub fn join(&self, corpus: &Corpus) -> Result<Corpus> {
        let mut passes = self.phrases.chunk_by(|a, b| a.pass == b.pass);
        let Some(first) = passes.next() else { return Ok(corpus.clone()) };
        passes.try_fold(join(corpus, first)?, |texts, of_pass| join(&texts, of_pass))
    }
}

/// The phrases of one pass.
fn neighbours(corpus: &Corpus, config: &PhrasesConfig, pass: usize) -> Vec<Phrase> {
    let (counts, _) = corpus.counts();
    let count = |id: u32| counts.get(id as usize).copied().unwrap_or(0);
    // How often each is the former of two neighbours, and the latter.
    let (mut former, mut latter) = (counts.clone(), counts.clone());
    let mut pairs: Vec<u64> = Vec::new();
    let mut all = 0;
    for ids in corpus.iter() {
        let (Some(&first), Some(&last)) = (ids.first(), ids.last()) else { continue };
        if let Some(count) = former.get_mut(last as usize) {
            *count -= 1;
        }
        if let Some(count) = latter.get_mut(first as usize) {
            *count -= 1;
        }
        all += ids.len() as u64 - 1;
        let both = ids.iter().zip(ids.iter().skip(1));
        let frequent = both.filter(|&(&a, &b)| count(a) >= config.min_count && count(b) >= config.min_count);
        pairs.extend(frequent.map(|(&a, &b)| u64::from(a) << 32 | u64::from(b)));
    }
    // Sorted and counted: less memory than a table of all pairs, and one order.
    pairs.sort_unstable();
    let tokens = corpus.tokens() as u64;
    let of_pair = |pair: &[u64]| {
        let (&key, together) = (pair.first()?, pair.len() as u64);
        let (a, b) = ((key >> 32) as u32, key as u32);
        let npmi = npmi(together, count(a), count(b), tokens).filter(|&npmi| npmi > config.min_npmi)?;
        let (before, after) = (*former.get(a as usize)?, *latter.get(b as usize)?);
        let g2 = log_likelihood_ratio(together, before, after, all).filter(|&g2| g2 >= config.min_g2)?;
        let (first, second) = (corpus.terms().get(a as usize)?, corpus.terms().get(b as usize)?);
        let text = format!("{first} {second}");
        if text.split(' ').count() > config.max_words {
            return None;
        }
        Some(Phrase { text, first: first.clone(), second: second.clone(), pass, count: together, npmi, g2 })
    };
    let frequent = pairs.chunk_by(|a, b| a == b).filter(|pair| pair.len() as u64 >= config.min_count);
    let mut found: Vec<Phrase> = frequent.filter_map(of_pair).collect();
    // Stable: by name where both are equal.
    found.sort_by(|a, b| b.npmi.total_cmp(&a.npmi));
    found
}

/// The texts with these phrases joined, from the beginning of each text on.
fn join(corpus: &Corpus, phrases: &[Phrase]) -> Result<Corpus> {
    let known = corpus.terms().len();
    if known + phrases.len() >= u32::MAX as usize {
        return Err(too_many());
    }
    let mut terms = corpus.terms().to_vec();
    let mut followers: Vec<(u32, u32, u32)> = Vec::new(); // former, latter, both
    for phrase in phrases {
        if let (Some(a), Some(b)) = (corpus.number(&phrase.first), corpus.number(&phrase.second)) {
            followers.push((a, b, terms.len() as u32));
            terms.push(phrase.text.clone());
        }
    }
    followers.sort_unstable();
    let mut ends = vec![0; known];
    followers.iter().for_each(|&(a, ..)| add(&mut ends, a, 1));
    let mut sum: usize = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let joined = |a: u32, b: u32| {
        let start = (a as usize).checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
        let own = followers.get(start..*ends.get(a as usize)?)?;
        let place = own.binary_search_by_key(&b, |&(_, b, _)| b).ok()?;
        own.get(place).map(|&(_, _, both)| both)
    };
    let mut rows = Rows { ids: Vec::with_capacity(corpus.tokens()), ends: Vec::with_capacity(corpus.len()) };
    for ids in corpus.iter() {
        let mut rest = ids.iter().copied().peekable();
        while let Some(id) = rest.next() {
            let both = rest.peek().and_then(|&next| joined(id, next));
            if both.is_some() {
                rest.next();
            }
            rows.ids.push(both.unwrap_or(id));
        }
        rows.end();
    }
    Ok(Corpus::sorted(terms, rows))
}

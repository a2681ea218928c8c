//! Whether the terms of a topic stand near each other.

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Error, Result};

use crate::{Corpus, npmi};

/// Returns how coherent each list of terms is, -1 to 1: the mean [`npmi`] of its pairs of terms, in windows of `window` places that slide over
/// the texts (10 by convention). None where a list has no pair of which it can be said: fewer than two terms that stand anywhere, or all in every
/// window.
///
/// It is `c_npmi` of M. Röder, A. Both and A. Hinneburg, *Exploring the space of topic coherence measures*, WSDM (2015). A text that is
/// no longer than a window is one window. Terms that never meet count -1, where gensim adds 1e-12 to the share and gets more;
/// a term that no text has is left out.
///
/// # Errors
/// When `window` is 0.
///
/// ```
/// use plaudit_insight::{CorpusBuilder, coherence};
///
/// let mut builder = CorpusBuilder::new();
/// for text in ["battery empty", "battery empty again", "screen bright"] {
///     builder.push(text.split(' '));
/// }
/// let found = coherence(&builder.finish()?, &[&["battery", "empty"], &["battery", "screen"]], 10)?;
/// assert_eq!(found, [Some(1.0), Some(-1.0)]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn coherence<T: AsRef<[S]>, S: AsRef<str>>(
    corpus: &Corpus,
    lists: &[T],
    window: usize,
) -> Result<Vec<Option<f64>>> {
    if window == 0 {
        return Err(Error::config("window: 0; expected 1 and up"));
    }
    let number = |term: &S| corpus.number(term.as_ref());
    let lists: Vec<BTreeSet<u32>> =
        lists.iter().map(|list| list.as_ref().iter().filter_map(number).collect()).collect();
    let pairs = |list: &BTreeSet<u32>| {
        let list: Vec<u32> = list.iter().copied().collect();
        let rest = |(place, &a): (usize, &u32)| list.iter().skip(place + 1).map(|&b| (a, b)).collect::<Vec<_>>();
        list.iter().enumerate().flat_map(rest).collect::<Vec<_>>()
    };
    // Each pair that is asked for has a place; so have single terms, as a pair with themselves.
    let asked = lists.iter().flat_map(|list| pairs(list).into_iter().chain(list.iter().map(|&term| (term, term))));
    let asked: Vec<(u32, u32)> = asked.collect::<BTreeSet<_>>().into_iter().collect();
    let windows = Windows::count(corpus, &asked, window);
    let mean = |list: &BTreeSet<u32>| {
        let single = |term: u32| windows.of((term, term));
        let of_pair = |(a, b)| npmi(windows.of((a, b)), single(a), single(b), windows.all);
        let values: Vec<f64> = pairs(list).into_iter().filter_map(of_pair).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    Ok(lists.iter().map(mean).collect())
}

struct Windows {
    all: u64,
    counts: BTreeMap<(u32, u32), u64>,
}

impl Windows {
    /// How many windows have both terms of each pair.
    fn count(corpus: &Corpus, asked: &[(u32, u32)], window: usize) -> Self {
        let mut wanted = vec![false; corpus.terms().len()];
        for &(a, _) in asked {
            wanted.iter_mut().skip(a as usize).take(1).for_each(|slot| *slot = true);
        }
        let mut counts: BTreeMap<(u32, u32), u64> = asked.iter().map(|&pair| (pair, 0)).collect();
        let mut all = 0;
        let mut own: Vec<u32> = Vec::new();
        for ids in corpus.iter() {
            let width = window.min(ids.len());
            all += (ids.len() - width + 1) as u64;
            if width == 0 {
                continue;
            }
            for ids in ids.windows(width) {
                own.clear();
                own.extend(ids.iter().filter(|&&id| wanted.get(id as usize).is_some_and(|&wanted| wanted)));
                own.sort_unstable();
                own.dedup();
                for (place, &a) in own.iter().enumerate() {
                    for &b in own.iter().skip(place) {
                        if let Some(count) = counts.get_mut(&(a, b)) {
                            *count += 1;
                        }
                    }
                }
            }
        }
        Self { all, counts }
    }

    fn of(&self, pair: (u32, u32)) -> u64 {
        self.counts.get(&pair).copied().unwrap_or(0)
    }
}

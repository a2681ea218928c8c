//! Whether the terms of a topic stand near each other.

use std::collections::BTreeSet;

use plaudit_core::{Error, Result};

use crate::{Corpus, Documents, npmi};

/// Returns how coherent each list of terms is, -1 to 1: the mean [`npmi`] of its pairs of terms, in windows of `window` places that slide over
/// the texts (10 by convention). None where a list has no pair of which it can be said: fewer than two terms that stand anywhere, or all in every
/// window.
///
/// It is `c_npmi` of M. Röder, A. Both and A. Hinneburg, *Exploring the space of topic coherence measures*, WSDM (2015). A text that is
/// no longer than a window is one window. Terms that never meet count -1, where gensim adds 1e-12 to the share and gets more;
/// a term that no text has is left out. A word that stands twice in a window is there until both have left it; gensim 4.4 takes it for gone with
/// the first.
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
    let lists: Vec<Vec<u32>> = lists.iter().map(|list| list.as_ref().iter().filter_map(number).collect()).collect();
    let mut meetings = Meetings::new(corpus.terms().len(), &lists);
    for ids in corpus.iter().filter(|ids| !ids.is_empty()) {
        ids.windows(window.min(ids.len())).for_each(|ids| meetings.add(ids));
    }
    meetings.all += corpus.iter().filter(|ids| ids.is_empty()).count() as u64; // a window each
    Ok(meetings.means())
}

/// The same of lists of terms' numbers where each text is one window, however long.
pub(crate) fn coherence_in_documents(documents: &Documents, lists: &[Vec<u32>]) -> Vec<Option<f64>> {
    let mut meetings = Meetings::new(documents.terms().len(), lists);
    documents.iter().for_each(|ids| meetings.add(ids));
    meetings.means()
}

/// In how many windows the terms of each list stand, and two of them together.
struct Meetings {
    members: Vec<Vec<(usize, usize)>>, // [terms]: the list, and the term's place in it
    lists: Vec<(usize, Vec<u64>)>,     // of each: its terms, and windows by pair, row-major, of places in order
    all: u64,
    own: Vec<(usize, usize)>,
}

impl Meetings {
    fn new(terms: usize, lists: &[Vec<u32>]) -> Self {
        let mut members = vec![Vec::new(); terms];
        let mut counts = Vec::new();
        for (list, terms) in lists.iter().enumerate() {
            let terms: BTreeSet<u32> = terms.iter().copied().collect();
            for (place, &term) in terms.iter().enumerate() {
                members.iter_mut().skip(term as usize).take(1).for_each(|own| own.push((list, place)));
            }
            counts.push((terms.len(), vec![0; terms.len() * terms.len()]));
        }
        Self { members, lists: counts, all: 0, own: Vec::new() }
    }

    fn add(&mut self, ids: &[u32]) {
        self.all += 1;
        self.own.clear();
        self.own.extend(ids.iter().filter_map(|&id| self.members.get(id as usize)).flatten());
        self.own.sort_unstable();
        self.own.dedup();
        for same in self.own.chunk_by(|a, b| a.0 == b.0) {
            let Some((size, counts)) = same.first().and_then(|&(list, _)| self.lists.get_mut(list)) else { continue };
            for (later, &(_, a)) in same.iter().enumerate() {
                for &(_, b) in same.iter().skip(later) {
                    counts.iter_mut().skip(a * *size + b).take(1).for_each(|count| *count += 1);
                }
            }
        }
    }

    fn means(&self) -> Vec<Option<f64>> {
        let mean = |(size, counts): &(usize, Vec<u64>)| {
            let of = |a: usize, b: usize| counts.get(a * size + b).copied().unwrap_or(0);
            let pairs = (0..*size).flat_map(|a| (a + 1..*size).map(move |b| (a, b)));
            let values = pairs.filter_map(|(a, b)| npmi(of(a, b), of(a, a), of(b, b), self.all));
            let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
            (count > 0).then(|| sum / f64::from(count))
        };
        self.lists.iter().map(mean).collect()
    }
}

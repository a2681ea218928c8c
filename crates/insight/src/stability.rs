//! Whether topics come again in other texts of the same kind.

use std::collections::BTreeMap;

use plaudit_core::Result;
use plaudit_stats::Stream;

use crate::cooccurrence::{Counted, Pairs};
use crate::topic_terms::{Grouped, Member};
use crate::{Documents, TopicsConfig, adjusted_rand};

/// How alike the communities of resampled texts are.
pub(crate) struct Stability {
    /// The mean adjusted Rand index.
    pub(crate) all: Option<f64>,
    /// Of each topic, the mean over resamples of the greatest Jaccard index with any community.
    pub(crate) topics: Vec<Option<f64>>,
}

/// Texts are drawn with replacement, and everything is done again. Here a mean is asked for and no interval: it takes fewer resamples than
/// `Bootstrap` allows.
pub(crate) fn stability(
    documents: &Documents,
    pairs: &Pairs,
    counted: &Counted,
    grouped: &Grouped,
    config: &TopicsConfig,
) -> Result<Stability> {
    let (mut sum, mut sums) = (0.0, vec![0.0; grouped.topics.len()]);
    // By their terms: which texts are drawn must not hang on the order in which they came.
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|&text| documents.get(text));
    let mut weights = vec![0_u64; documents.len()];
    for resample in 0..config.resamples as u64 {
        let mut stream = Stream::new(config.seed, "insight: topics", resample);
        weights.fill(0);
        for _ in 0..documents.len() {
            let drawn = order.get(stream.below(documents.len() as u64) as usize);
            drawn.and_then(|&text| weights.get_mut(text)).into_iter().for_each(|weight| *weight += 1);
        }
        let again = pairs.count(|text| weights.get(text).copied().unwrap_or(0), &config.cooccurrence)?;
        let found = Grouped::new(documents, &again, config)?.communities;
        let of_terms: BTreeMap<u32, u32> = again.terms.into_iter().zip(found.iter().copied()).collect();
        // A term that is in no pair any more is alone.
        let alone = |place: usize| found.len() as u32 + place as u32;
        let now = |(place, term)| of_terms.get(term).copied().unwrap_or(alone(place));
        let now: Vec<u32> = counted.terms.iter().enumerate().map(now).collect();
        sum += adjusted_rand(&grouped.communities, &now).unwrap_or(0.0);
        let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
        found.iter().for_each(|&community| *sizes.entry(community).or_default() += 1);
        sums.iter_mut().zip(&grouped.topics).for_each(|(sum, topic)| *sum += likest(topic, &of_terms, &sizes));
    }
    let mean = |sum: f64| (config.resamples > 0).then(|| sum / config.resamples as f64);
    let all = mean(sum).filter(|_| !counted.terms.is_empty());
    Ok(Stability { all, topics: sums.into_iter().map(mean).collect() })
}

/// The greatest Jaccard index of the topic's terms with those of any community.
fn likest(topic: &[Member], of_terms: &BTreeMap<u32, u32>, sizes: &BTreeMap<u32, usize>) -> f64 {
    let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
    for community in topic.iter().filter_map(|member| of_terms.get(&member.term)) {
        *shared.entry(*community).or_default() += 1;
    }
    let jaccard = |(community, &shared): (&u32, &usize)| {
        let size = sizes.get(community).copied().unwrap_or(shared);
        shared as f64 / (topic.len() + size - shared) as f64
    };
    shared.iter().map(jaccard).fold(0.0, f64::max)
}

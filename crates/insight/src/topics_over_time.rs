//! Topics as they could be known at the time.

use std::collections::BTreeSet;

use plaudit_core::{Error, Result};
use plaudit_stats::{Interval, wilson};
use serde::{Deserialize, Serialize};

use crate::cooccurrence::Pairs;
use crate::topic_terms::{Grouped, Member, named};
use crate::{Documents, TopicTerm, TopicsConfig};

/// The most periods.
const MOST: usize = 10_000;

/// How topics are followed over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TopicsOverTimeConfig {
    /// How topics are found. Samples and representatives are of [`topics`](crate::topics()), and not asked for here.
    pub topics: TopicsConfig,
    /// What the Jaccard index of a topic's terms with those that it had a period before must be at least, for it to be the same, above 0 and
    /// at most 1. By default 0.3, a convention.
    pub min_overlap: f64,
}

impl Default for TopicsOverTimeConfig {
    fn default() -> Self {
        Self { topics: TopicsConfig::default(), min_overlap: 0.3 }
    }
}

impl TopicsOverTimeConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults: Vec<String> = self.topics.faults().iter().map(|of| format!("topics.{of}")).collect();
        if !(self.min_overlap > 0.0 && self.min_overlap <= 1.0) {
            faults.push(format!("min_overlap: {}; expected above 0 and at most 1", self.min_overlap));
        }
        Error::from_faults(faults)
    }
}

/// The topics as of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicsAsOf {
    /// How many texts the period has.
    pub documents: u64,
    /// How many of these are on no topic.
    pub without_topic: u64,
    /// The topics, by `id`.
    pub topics: Vec<TopicAsOf>,
}

/// One topic as of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicAsOf {
    /// A number that it keeps from period to period, 0 and up by the first period that knows it.
    pub id: u32,
    /// The Jaccard index of its terms with those of the period before; none where it is new.
    pub overlap: Option<f64>,
    /// Its terms, the greatest weight first, computed from the texts up to the end of the period alone.
    pub terms: Vec<TopicTerm>,
    /// How many texts *of the period* are on it.
    pub documents: u64,
    /// Wilson's interval for their share of the period's texts; none where it has no text.
    pub interval: Option<Interval>,
}

/// Returns the topics as of each period from 0 to the last that is named; `periods` has the period of each text.
///
/// Topics are found anew at the end of each period from the texts up to then, and no later text changes what stands there. Topics of two periods are
/// the same where their terms overlap most (greedily, each with one other). Where all texts say what the topics of all periods are, a topic
/// of last year is described by words of today, and has a history that nobody could see.
///
/// The texts must not know the future either: make `documents` with a minimum of at most
/// [`min_documents`](crate::CooccurrenceConfig::min_documents) texts a term, which leaves it out of no topic, and find phrases in earlier texts.
/// A topic of which one period knows nothing comes back under a new number.
///
/// # Errors
/// When the configuration is at fault, there is not one period a text, a period is above 9,999, or there are more than 2^22 pairs
/// of terms.
///
/// ```
/// use plaudit_insight::{DocumentsBuilder, TopicsOverTimeConfig, topics_over_time};
///
/// let mut builder = DocumentsBuilder::new();
/// let texts = [["battery", "empty", "charger"], ["screen", "bright", "colour"], ["price", "cheap", "bargain"]];
/// (0..40).for_each(|k| builder.push(texts[if k < 20 { k % 2 } else { 2 }]));
/// let periods: Vec<usize> = (0..40).map(|k| k / 20).collect();
/// let found = topics_over_time(&builder.finish(5)?, &periods, &TopicsOverTimeConfig::default())?;
/// let counts = |period: usize| found[period].topics.iter().map(|topic| (topic.id, topic.documents)).collect::<Vec<_>>();
/// assert_eq!(counts(0), [(0, 10), (1, 10)]);
/// assert_eq!(counts(1), [(0, 0), (1, 0), (2, 20)]);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn topics_over_time(
    documents: &Documents,
    periods: &[usize],
    config: &TopicsOverTimeConfig,
) -> Result<Vec<TopicsAsOf>> {
    config.validate()?;
    if periods.len() != documents.len() {
        return Err(Error::config(format!("periods: {}; expected {}, one a text", periods.len(), documents.len())));
    }
    let count = periods.iter().max().map_or(0, |last| last.saturating_add(1));
    if count > MOST {
        return Err(Error::config(format!("periods: {}; expected 0 to {}", count - 1, MOST - 1)));
    }
    let mut in_periods = vec![Vec::new(); count];
    for (&period, terms) in periods.iter().zip(documents.iter()) {
        in_periods.iter_mut().skip(period).take(1).for_each(|texts| texts.push(terms));
    }
    let pairs = Pairs::new(documents);
    let mut known: Vec<(u32, BTreeSet<u32>)> = Vec::new(); // as of the period before
    let mut next = 0;
    let mut found = Vec::with_capacity(count);
    for (period, texts) in in_periods.iter().enumerate() {
        let past = |text: usize| u64::from(periods.get(text).is_some_and(|&of| of <= period));
        let counted = pairs.count(past, &config.topics.cooccurrence)?;
        let grouped = Grouped::new(documents, &counted, &config.topics)?;
        let mut counts = vec![0; grouped.topics.len()];
        let on: Vec<usize> = texts.iter().filter_map(|terms| Some(grouped.assign(terms)?.0)).collect();
        for &topic in &on {
            counts.iter_mut().skip(topic).take(1).for_each(|count| *count += 1);
        }
        let names = |topic: &Vec<Member>| topic.iter().map(|member| member.term).collect::<BTreeSet<u32>>();
        let terms: Vec<BTreeSet<u32>> = grouped.topics.iter().map(names).collect();
        let matched = matched(&known, &terms, config.min_overlap);
        let mut topics = Vec::new();
        known.clear();
        for (((members, terms), documents_on), before) in grouped.topics.iter().zip(terms).zip(counts).zip(matched) {
            let id = before.map_or(next, |(id, _)| id);
            next += u32::from(before.is_none());
            known.push((id, terms));
            topics.push(TopicAsOf {
                id,
                overlap: before.map(|(_, overlap)| overlap),
                terms: named(documents, members, config.topics.terms),
                documents: documents_on,
                interval: wilson(documents_on, texts.len() as u64, config.topics.level),
            });
        }
        topics.sort_by_key(|topic| topic.id);
        let without_topic = (texts.len() - on.len()) as u64;
        found.push(TopicsAsOf { documents: texts.len() as u64, without_topic, topics });
    }
    Ok(found)
}

/// For each topic the number of the one before that it goes on, and their Jaccard index: the greatest first, each at most once.
fn matched(before: &[(u32, BTreeSet<u32>)], now: &[BTreeSet<u32>], least: f64) -> Vec<Option<(u32, f64)>> {
    let mut pairs = Vec::new();
    for (place, terms) in now.iter().enumerate() {
        for (id, old) in before {
            let shared = terms.intersection(old).count();
            let overlap = shared as f64 / (terms.len() + old.len() - shared) as f64;
            if overlap >= least {
                pairs.push((overlap, *id, place));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut found = vec![None; now.len()];
    let mut taken = BTreeSet::new();
    for (overlap, id, place) in pairs {
        let Some(slot) = found.get_mut(place).filter(|slot| slot.is_none()) else { continue };
        if taken.insert(id) {
            *slot = Some((id, overlap));
        }
    }
    found
}

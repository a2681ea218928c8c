//! What texts are about.

use std::fmt;

use plaudit_core::{Error, Labels, Result, Table};
use plaudit_stats::{Interval, wilson};
use serde::{Deserialize, Serialize};

use crate::coherence::coherence_in_documents;
use crate::cooccurrence::Pairs;
use crate::stability::stability;
use crate::topic_terms::{Assigned, Grouped, Member, named};
use crate::{CommunityConfig, CooccurrenceConfig, Documents};

/// How topics are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct TopicsConfig {
    /// Which pairs of terms go together.
    pub cooccurrence: CooccurrenceConfig,
    /// How they are grouped.
    pub communities: CommunityConfig,
    /// How many terms a topic has at least, 2 and up. By default 3.
    pub min_terms: usize,
    /// How many terms of a topic are returned at most, 2 to 1,000; its coherence is of these. By default 10, a convention.
    pub terms: usize,
    /// How many representative texts of a topic are returned at most, 0 to 1,000. By default 3.
    pub representatives: usize,
    /// How many samples of the texts say how stable topics are, 0 to 10,000. By default 20.
    pub resamples: usize,
    /// The level of intervals, above 0 and below 1. By default 0.95, a convention.
    pub level: f64,
    /// The seed of the samples. By default 0.
    pub seed: u64,
}

impl Default for TopicsConfig {
    fn default() -> Self {
        Self {
            cooccurrence: CooccurrenceConfig::default(),
            communities: CommunityConfig::default(),
            min_terms: 3,
            terms: 10,
            representatives: 3,
            resamples: 20,
            level: 0.95,
            seed: 0,
        }
    }
}

impl TopicsConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        Error::from_faults(self.faults())
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> =
            self.cooccurrence.faults().iter().map(|of| format!("cooccurrence.{of}")).collect();
        faults.extend(self.communities.faults().iter().map(|of| format!("communities.{of}")));
        if self.min_terms < 2 {
            faults.push(format!("min_terms: {}; expected 2 and up", self.min_terms));
        }
        if !(2..=1000).contains(&self.terms) {
            faults.push(format!("terms: {}; expected 2 to 1000", self.terms));
        }
        if self.representatives > 1000 {
            faults.push(format!("representatives: {}; expected 0 to 1000", self.representatives));
        }
        if self.resamples > 10_000 {
            faults.push(format!("resamples: {}; expected 0 to 10000", self.resamples));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            faults.push(format!("level: {}; expected above 0 and below 1", self.level));
        }
        faults
    }
}

/// The topics of texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Topics {
    /// The topic that most texts are on first, then by the name of each one's first term by name.
    pub topics: Vec<Topic>,
    /// The topic of each text, `[documents]`, as its place in `topics`; none where a text has no term of any topic.
    pub of: Vec<Option<usize>>,
    /// The modularity of all communities of terms, also of those too small for a topic; none where no two terms go together.
    pub modularity: Option<f64>,
    /// How alike the communities of terms are when texts are drawn again: the mean adjusted Rand index over samples with
    /// replacement, 1 where they are always the same, 0 where they agree as by chance. Of each sample, a term that goes together with no
    /// other is alone. None without samples or pairs.
    pub stability: Option<f64>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Topic {
    /// Its terms, the greatest weight first, then by name; those beyond [`TopicsConfig::terms`] are left out.
    pub terms: Vec<TopicTerm>,
    /// How many terms it has, those left out included.
    pub size: usize,
    /// How many texts are on it.
    pub documents: u64,
    /// Their share of all texts, those without a topic included, and Wilson's interval for it, which takes texts for independent.
    pub share: f64,
    /// See `share`.
    pub interval: Option<Interval>,
    /// The mean NPMI of its returned terms where *each text* is a window: positions are not known here, see
    /// [`coherence`](crate::coherence()) for windows of 10 places. It is of the texts that made the topic, and so flatters it.
    pub coherence: Option<f64>,
    /// How well it is found again when texts are drawn again, 0 to 1: the mean over samples of the greatest Jaccard index of its terms
    /// with those of any community (C. Hennig, *Cluster-wise assessment of cluster stability*, Computational Statistics and Data
    /// Analysis 52 (2007): below 0.5 a cluster is dissolved, from 0.75 on it is valid). None without samples.
    pub stability: Option<f64>,
    /// The texts that are most on it, of different terms each.
    pub representatives: Vec<Representative>,
}

/// A term of a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicTerm {
    /// The term.
    pub term: String,
    /// How many texts have it.
    pub documents: u64,
    /// How closely it is tied to the topic: the sum of its NPMI with the topic's other terms, above 0.
    pub weight: f64,
}

/// A text that is much on a topic, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Representative {
    /// The place of the text; of texts with the same terms the first.
    pub document: usize,
    /// The cosine of its terms and the topic's weights, 0 to 1.
    pub similarity: f64,
    /// The terms of the topic that it has, the greatest weight first.
    pub terms: Vec<String>,
}

/// Returns the topics of texts: groups of terms that stand in the same texts, and the texts that have them.
///
/// Pairs of terms that go together ([`cooccurrence`](crate::cooccurrence())) are edges with their NPMI as weight; each [community](crate::communities()) of
/// enough terms is a topic. A text is on the topic to whose weights its terms have the greatest cosine: on one or none. The number of topics is
/// found, not given. Which texts are drawn, and everything else, hangs on the terms of the texts and not on their order.
///
/// # Errors
/// When the configuration is at fault, or there are more than 2^22 pairs of terms.
///
/// ```
/// use plaudit_insight::{DocumentsBuilder, TopicsConfig, topics};
///
/// let mut builder = DocumentsBuilder::new();
/// let texts = [["battery", "empty", "charger"], ["screen", "bright", "colour"], ["price", "cheap", "bargain"]];
/// for k in 0..60 {
///     let skipped = k % 7; // most texts lack a term
///     builder.push(texts[k % 3].into_iter().enumerate().filter(|(place, _)| *place != skipped).map(|(_, term)| term));
/// }
/// let found = topics(&builder.finish(5)?, &TopicsConfig::default())?;
/// assert_eq!(found.topics.len(), 3);
/// assert!(found.of.iter().enumerate().all(|(k, of)| *of == found.of[k % 3]));
/// assert_eq!(found.stability, Some(1.0));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn topics(documents: &Documents, config: &TopicsConfig) -> Result<Topics> {
    config.validate()?;
    let pairs = Pairs::new(documents);
    let counted = pairs.count(|_| 1, &config.cooccurrence)?;
    let grouped = Grouped::new(documents, &counted, config)?;
    let stability = stability(documents, &pairs, &counted, &grouped, config)?;
    let assigned: Vec<Assigned> = documents.iter().map(|terms| grouped.assign(terms)).collect();
    let mut texts = vec![Vec::new(); grouped.topics.len()];
    for (text, topic) in assigned.iter().enumerate().filter_map(|(text, of)| Some((text, (*of)?.0))) {
        texts.iter_mut().skip(topic).take(1).for_each(|texts| texts.push(text));
    }
    let numbers = |topic: &Vec<Member>| topic.iter().take(config.terms).map(|member| member.term).collect();
    let lists: Vec<Vec<u32>> = grouped.topics.iter().map(numbers).collect();
    let values = stability.topics.into_iter().zip(coherence_in_documents(documents, &lists));
    let mut found = Vec::new();
    for ((number, (members, texts)), (stability, coherence)) in
        grouped.topics.iter().zip(&texts).enumerate().zip(values)
    {
        let (of, all) = (texts.len() as u64, documents.len() as u64);
        let topic = Topic {
            terms: named(documents, members, config.terms),
            size: members.len(),
            documents: of,
            share: of as f64 / all as f64,
            interval: wilson(of, all, config.level),
            coherence,
            stability,
            representatives: representatives(documents, &grouped, texts, &assigned, config.representatives),
        };
        found.push((number, topic));
    }
    // Stable: by the first term's name where numbers of texts are equal.
    found.sort_by_key(|(_, topic)| std::cmp::Reverse(topic.documents));
    let mut places = vec![0; found.len()];
    for (place, &(number, _)) in found.iter().enumerate() {
        places.iter_mut().skip(number).take(1).for_each(|slot| *slot = place);
    }
    let place = |of: &Assigned| of.and_then(|(number, _)| places.get(number).copied());
    Ok(Topics {
        of: assigned.iter().map(place).collect(),
        topics: found.into_iter().map(|(_, topic)| topic).collect(),
        modularity: grouped.modularity,
        stability: stability.all,
    })
}

/// The texts that are most on their topic, of different terms each.
fn representatives(
    documents: &Documents,
    grouped: &Grouped,
    texts: &[usize],
    assigned: &[Assigned],
    most: usize,
) -> Vec<Representative> {
    let similarity = |text: usize| assigned.get(text).copied().flatten().map_or(0.0, |(_, similarity)| similarity);
    let mut texts = texts.to_vec();
    texts.sort_by(|&a, &b| {
        let terms = || documents.get(a).cmp(&documents.get(b));
        similarity(b).total_cmp(&similarity(a)).then_with(terms)
    });
    texts.dedup_by_key(|text| documents.get(*text));
    let of = |&text: &usize| {
        let topic = assigned.get(text).copied().flatten().map(|(topic, _)| topic);
        let weight = |term: u32| grouped.weight(term).filter(|&(of, _)| Some(of) == topic).map(|(_, weight)| weight);
        let own = documents.get(text).unwrap_or_default().iter();
        let mut own: Vec<(u32, f64)> = own.filter_map(|&term| Some((term, weight(term)?))).collect();
        own.sort_by(|a, b| b.1.total_cmp(&a.1));
        let terms = own.iter().filter_map(|&(term, _)| documents.terms().get(term as usize).cloned()).collect();
        Representative { document: text, similarity: similarity(text), terms }
    };
    texts.iter().take(most).map(of).collect()
}

impl Topics {
    /// Returns how many texts of each label are on each topic, `[topics]` of `[labels]`; `of` has the index of each text's label. The same
    /// counts platforms, or periods, where these are the labels.
    ///
    /// # Errors
    /// When there is not one index a text, or an index is not that of a label.
    ///
    /// ```
    /// use plaudit_core::Labels;
    /// use plaudit_insight::{DocumentsBuilder, TopicsConfig, topics};
    ///
    /// let mut builder = DocumentsBuilder::new();
    /// (0..20).for_each(|k| builder.push(if k < 10 { ["battery", "empty", "charger"] } else { ["screen", "bright", "colour"] }));
    /// let found = topics(&builder.finish(5)?, &TopicsConfig::default())?;
    /// let labels = Labels::new(["good", "bad"])?;
    /// let of: Vec<usize> = (0..20).map(|k| usize::from(k % 5 == 0)).collect();
    /// assert_eq!(found.label_counts(&labels, &of)?, [[8, 2], [8, 2]]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    pub fn label_counts(&self, labels: &Labels, of: &[usize]) -> Result<Vec<Vec<u64>>> {
        if of.len() != self.of.len() {
            return Err(Error::config(format!("labels: {} indexes; expected {}, one a text", of.len(), self.of.len())));
        }
        let mut counts = vec![vec![0; labels.len()]; self.topics.len()];
        for (text, (&label, topic)) in of.iter().zip(&self.of).enumerate() {
            if label >= labels.len() {
                let fault = format!("labels: text {text}: label index {label}; expected 0 to {}", labels.len() - 1);
                return Err(Error::config(fault));
            }
            let row = topic.and_then(|topic| counts.get_mut(topic));
            row.and_then(|row| row.get_mut(label)).into_iter().for_each(|count| *count += 1);
        }
        Ok(counts)
    }
}

impl fmt::Display for Topics {
    /// The topics with their first terms.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        let mut table = Table::new(["terms", "texts", "share", "coherence", "stability"]);
        for topic in &self.topics {
            let terms: Vec<&str> = topic.terms.iter().map(|term| term.term.as_str()).collect();
            let share = format!("{:.3}", topic.share);
            table.push([
                terms.join(", "),
                topic.documents.to_string(),
                share,
                number(topic.coherence),
                number(topic.stability),
            ]);
        }
        write!(f, "{table}")
    }
}

//! The terms of topics, and which topic a text is on.

use plaudit_core::Result;

use crate::cooccurrence::Counted;
use crate::rows::add;
use crate::{Documents, TopicTerm, TopicsConfig, communities};

/// Communities of terms that are large enough for a topic, by the name of their first term.
pub(crate) struct Grouped {
    pub(crate) topics: Vec<Vec<Member>>, // the greatest weight first, then by name
    pub(crate) modularity: Option<f64>,
    pub(crate) communities: Vec<u32>,    // of each term of a pair
    norms: Vec<f64>,                     // [topics]
    of_terms: Vec<Option<(usize, f64)>>, // [terms of the documents]: the topic and the weight
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) term: u32,
    pub(crate) documents: u64,
    pub(crate) weight: f64,
}

/// The topic that a text is on, and how much: 0 to 1.
pub(crate) type Assigned = Option<(usize, f64)>;

impl Grouped {
    pub(crate) fn new(documents: &Documents, counted: &Counted, config: &TopicsConfig) -> Result<Self> {
        let edges: Vec<(u32, u32, f64)> =
            counted.pairs.iter().map(|pair| (pair.first, pair.second, pair.npmi)).collect();
        let found = communities(counted.terms.len(), &edges, &config.communities)?;
        let of = |place: u32| found.of.get(place as usize).copied();
        let mut weights = vec![0.0; counted.terms.len()];
        for &(a, b, npmi) in edges.iter().filter(|&&(a, b, _)| of(a) == of(b)) {
            add(&mut weights, a, npmi);
            add(&mut weights, b, npmi);
        }
        let mut topics: Vec<Vec<Member>> = vec![Vec::new(); found.len()];
        let numbers = counted.frequencies.iter().zip(weights);
        for ((&term, (&documents, weight)), &community) in counted.terms.iter().zip(numbers).zip(&found.of) {
            let member = Member { term, documents, weight };
            topics.iter_mut().skip(community as usize).take(1).for_each(|topic| topic.push(member));
        }
        topics.retain(|topic| topic.len() >= config.min_terms);
        let mut of_terms = vec![None; documents.terms().len()];
        for (number, topic) in topics.iter_mut().enumerate() {
            // Stable: by name where weights are equal.
            topic.sort_by(|a, b| b.weight.total_cmp(&a.weight));
            for member in topic {
                let slot = of_terms.iter_mut().skip(member.term as usize).take(1);
                slot.for_each(|slot| *slot = Some((number, member.weight)));
            }
        }
        let norm = |topic: &Vec<Member>| topic.iter().map(|member| member.weight * member.weight).sum::<f64>().sqrt();
        let norms = topics.iter().map(norm).collect();
        Ok(Self { topics, modularity: found.modularity, communities: found.of, norms, of_terms })
    }

    /// The topic of a text: the one to whose weights its terms have the greatest cosine, the first of equal ones. None where no topic has
    /// any of them.
    pub(crate) fn assign(&self, terms: &[u32]) -> Assigned {
        let mut own: Vec<(usize, f64)> = terms.iter().filter_map(|&term| self.weight(term)).collect();
        // Stable: sums of one topic's weights are in the terms' order.
        own.sort_by_key(|&(topic, _)| topic);
        let cosine = |same: &[(usize, f64)]| {
            let topic = same.first()?.0;
            let sum: f64 = same.iter().map(|&(_, weight)| weight).sum();
            Some((topic, (sum / ((terms.len() as f64).sqrt() * self.norms.get(topic)?)).min(1.0)))
        };
        let cosines = own.chunk_by(|a, b| a.0 == b.0).filter_map(cosine);
        cosines.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// The topic of a term, and its weight there.
    pub(crate) fn weight(&self, term: u32) -> Option<(usize, f64)> {
        self.of_terms.get(term as usize).copied().flatten()
    }
}

/// The first `most` of a topic's terms with their names.
pub(crate) fn named(documents: &Documents, topic: &[Member], most: usize) -> Vec<TopicTerm> {
    let name = |member: &Member| {
        let term = documents.terms().get(member.term as usize)?.clone();
        Some(TopicTerm { term, documents: member.documents, weight: member.weight })
    };
    topic.iter().take(most).filter_map(name).collect()
}

//! Groups of a graph's nodes that are tied more closely to each other than to the rest.

use plaudit_core::{Error, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

/// The most nodes.
const MOST: usize = 1 << 28;

/// How communities are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CommunityConfig {
    /// How strongly large communities are avoided, above 0 and at most 1,000: above 1 communities are smaller than by plain
    /// modularity. By default 1.
    pub resolution: f64,
    /// How many orders of the nodes are tried, 1 to 1,000; the partition with the greatest modularity is returned. By default 10.
    pub restarts: usize,
    /// The seed of the orders. By default 0.
    pub seed: u64,
}

impl Default for CommunityConfig {
    fn default() -> Self {
        Self { resolution: 1.0, restarts: 10, seed: 0 }
    }
}

impl CommunityConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        Error::from_faults(self.faults())
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(self.resolution > 0.0 && self.resolution <= 1e3) {
            faults.push(format!("resolution: {}; expected above 0 and at most 1000", self.resolution));
        }
        if !(1..=1000).contains(&self.restarts) {
            faults.push(format!("restarts: {}; expected 1 to 1000", self.restarts));
        }
        faults
    }
}

/// A partition of a graph's nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Communities {
    /// The community of each node, `[nodes]`: 0 and up by the first node of each. A node without an edge is alone.
    pub of: Vec<u32>,
    /// The partition's [`modularity`]; none where no edge has a weight.
    pub modularity: Option<f64>,
}

impl Communities {
    /// Returns the number of communities.
    pub fn len(&self) -> usize {
        self.of.iter().max().map_or(0, |&most| most as usize + 1)
    }

    /// Returns whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// Returns communities of an undirected graph with so many nodes, numbered from 0; an edge is two nodes and a weight, in any order. Edges that come twice
/// are added up.
///
/// They are found by moving nodes to the neighbouring community that raises modularity most, then communities as nodes, until nothing
/// is left to gain, and from there again with single nodes (V. D. Blondel, J.-L. Guillaume, R. Lambiotte and E. Lefebvre, *Fast unfolding of communities in large networks*, Journal of
/// Statistical Mechanics (2008)). A community that fell apart on the way, which that method can leave (Traag, Waltman and van Eck
/// 2019), is parted: it only raises modularity. Among equal gains a node stays, or takes the community of the lowest number. It is a
/// heuristic: the greatest modularity of several orders of the nodes is no proof of the greatest of all.
///
/// # Errors
/// When the configuration is at fault, there are more than 2^28 nodes, an edge names a node that is not there, or a weight is
/// below 0 or not finite, or their sum is.
///
/// ```
/// use plaudit_insight::{CommunityConfig, communities};
///
/// // two triangles and a bridge
/// let edges = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)].map(|(a, b)| (a, b, 1.0));
/// let found = communities(6, &edges, &CommunityConfig::default())?;
/// assert_eq!(found.of, [0, 0, 0, 1, 1, 1]);
/// // 6 of 7 edges inside; 2 (7 / 14)^2 by chance
/// assert!((found.modularity.unwrap() - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn communities(nodes: usize, edges: &[(u32, u32, f64)], config: &CommunityConfig) -> Result<Communities> {
    config.validate()?;
    let graph = Graph::new(nodes, edges)?;
    let alone = || Communities { of: (0..nodes as u32).collect(), modularity: None };
    let mut best: Option<Communities> = None;
    for restart in 0..config.restarts as u64 {
        let of = graph.connected(&louvain(&graph, config, restart));
        let Some(found) = graph.modularity(&of, config.resolution) else { return Ok(alone()) };
        // What is greater by rounding alone is not greater.
        if best.as_ref().and_then(|best| best.modularity).is_none_or(|best| found > best + 1e-12) {
            best = Some(Communities { of, modularity: Some(found) });
        }
    }
    Ok(best.unwrap_or_else(alone))
}

/// Returns the modularity of a partition, given as the community of each node: the share of the edges' weights within communities, less
/// `resolution` times what it would be if edges were drawn by the nodes' own weights, sum over c of L_c / m - resolution (d_c / 2m)^2. None where
/// no edge has a weight. An edge from a node to itself counts twice in the node's own weight, as in networkx.
///
/// M. E. J. Newman and M. Girvan, *Finding and evaluating community structure in networks*, Physical Review E 69 (2004).
///
/// # Errors
/// When an edge names a node that has no community, or a weight is below 0 or not finite, or their sum is.
///
/// ```
/// let edges = [(0, 1, 1.0), (2, 3, 1.0)];
/// assert_eq!(plaudit_insight::modularity(&edges, &[0, 0, 1, 1], 1.0)?, Some(0.5));
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn modularity(edges: &[(u32, u32, f64)], of: &[u32], resolution: f64) -> Result<Option<f64>> {
    Ok(Graph::new(of.len(), edges)?.modularity(&numbered(of), resolution))
}

/// The communities of the nodes: by Blondel's method, and once more from what it found, until no node moves.
fn louvain(graph: &Graph, config: &CommunityConfig, restart: u64) -> Vec<u32> {
    let mut stream = Stream::new(config.seed, "insight: communities", restart);
    let mut of: Vec<u32> = (0..graph.nodes() as u32).collect();
    loop {
        let moved = numbered(&graph.moved(of.clone(), config.resolution, &mut stream));
        if moved == of {
            return of;
        }
        of = moved;
        let mut level = graph.merged(&of);
        loop {
            let alone = (0..level.nodes() as u32).collect();
            let moved = numbered(&level.moved(alone, config.resolution, &mut stream));
            let next = level.merged(&moved);
            if next.nodes() == level.nodes() {
                break;
            }
            of.iter_mut().for_each(|own| *own = moved.get(*own as usize).copied().unwrap_or(0));
            level = next;
        }
        of = numbered(&of);
    }
}

/// The same partition with its parts numbered by their first nodes.
fn numbered(of: &[u32]) -> Vec<u32> {
    let mut names = std::collections::HashMap::new();
    of.iter()
        .map(|own| {
            let next = names.len() as u32;
            *names.entry(*own).or_insert(next)
        })
        .collect()
}

struct Graph {
    ends: Vec<usize>,            // [nodes]
    neighbours: Vec<(u32, f64)>, // of each node, others than itself, ascending
    loops: Vec<f64>,             // [nodes]: the weight of the edge to itself
    strengths: Vec<f64>,         // [nodes]: of all edges, loops twice
    total: f64,                  // of all strengths: twice the edges' weights
}

impl Graph {
    fn new(nodes: usize, edges: &[(u32, u32, f64)]) -> Result<Self> {
        if nodes > MOST {
            return Err(Error::config(format!("graph: {nodes} nodes; expected at most {MOST}")));
        }
        for (place, &(a, b, weight)) in edges.iter().enumerate() {
            if a.max(b) as usize >= nodes {
                let fault = format!("graph: edge {place} names node {}; expected 0 and up, below {nodes}", a.max(b));
                return Err(Error::config(fault));
            }
            if !(weight >= 0.0 && weight.is_finite()) {
                let fault = format!("graph: edge {place} has the weight {weight}; expected 0 and up");
                return Err(Error::config(fault));
            }
        }
        let graph = Self::of(nodes, edges.to_vec());
        let fault = || Error::config("graph: the weights add up to more than a number holds");
        if (graph.total * graph.total).is_finite() { Ok(graph) } else { Err(fault()) }
    }

    fn of(nodes: usize, mut edges: Vec<(u32, u32, f64)>) -> Self {
        edges.iter_mut().for_each(|(a, b, _)| (*a, *b) = (*a.min(b), *a.max(b)));
        // By weight as well: sums of edges that come twice have one order.
        edges.sort_unstable_by(|x, y| (x.0, x.1).cmp(&(y.0, y.1)).then(x.2.total_cmp(&y.2)));
        let mut loops = vec![0.0; nodes];
        let mut both = Vec::with_capacity(2 * edges.len());
        for same in edges.chunk_by(|x, y| (x.0, x.1) == (y.0, y.1)) {
            let weight: f64 = same.iter().map(|edge| edge.2).sum();
            match same.first() {
                Some(&(a, b, _)) if a == b => crate::rows::add(&mut loops, a, weight),
                Some(&(a, b, _)) => both.extend([(a, b, weight), (b, a, weight)]),
                None => {}
            }
        }
        both.sort_unstable_by_key(|&(a, b, _)| (a, b));
        let mut strengths: Vec<f64> = loops.iter().map(|weight| 2.0 * weight).collect();
        let mut ends = vec![0; nodes];
        for &(a, _, weight) in &both {
            crate::rows::add(&mut strengths, a, weight);
            crate::rows::add(&mut ends, a, 1);
        }
        let mut sum: usize = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let total = strengths.iter().sum();
        let neighbours = both.into_iter().map(|(_, b, weight)| (b, weight)).collect();
        Self { ends, neighbours, loops, strengths, total }
    }

    fn nodes(&self) -> usize {
        self.ends.len()
    }

    fn neighbours(&self, node: u32) -> &[(u32, f64)] {
        let end = |node: usize| self.ends.get(node).copied();
        let start = (node as usize).checked_sub(1).map_or(Some(0), end);
        start.zip(end(node as usize)).and_then(|(start, end)| self.neighbours.get(start..end)).unwrap_or_default()
    }

    /// The community of each node after moves from this partition that each raise modularity, until none does.
    fn moved(&self, mut of: Vec<u32>, resolution: f64, stream: &mut Stream) -> Vec<u32> {
        let mut strengths = vec![0.0; self.nodes()]; // of the communities
        of.iter().zip(&self.strengths).for_each(|(&community, &own)| crate::rows::add(&mut strengths, community, own));
        let mut order: Vec<u32> = (0..self.nodes() as u32).collect();
        stream.shuffle(&mut order);
        let (mut ties, mut met) = (vec![0.0; self.nodes()], Vec::new());
        // A gain that is rounding is none; without it nodes could change places for ever.
        let slack = 1e-12 * self.total;
        loop {
            let mut changed = false;
            for &node in &order {
                let Some(own) = of.get(node as usize).copied() else { continue };
                let strength = self.strengths.get(node as usize).copied().unwrap_or(0.0);
                for &(neighbour, weight) in self.neighbours(node) {
                    let community = of.get(neighbour as usize).copied().unwrap_or(own);
                    if let Some(tie) = ties.get_mut(community as usize) {
                        if *tie == 0.0 {
                            met.push(community);
                        }
                        *tie += weight;
                    }
                }
                crate::rows::add(&mut strengths, own, -strength);
                // In units of the weights: what modularity gains by the node in that community, times m.
                let gain = |community: u32, tie: f64| {
                    let there = strengths.get(community as usize).copied().unwrap_or(0.0);
                    tie - resolution * strength * there / self.total
                };
                let tie = |community: u32| ties.get(community as usize).copied().unwrap_or(0.0);
                met.sort_unstable();
                let (mut best, mut most) = (own, gain(own, tie(own)));
                for &community in &met {
                    let gain = gain(community, tie(community));
                    if gain > most + slack {
                        (best, most) = (community, gain);
                    }
                }
                crate::rows::add(&mut strengths, best, strength);
                for community in met.drain(..) {
                    ties.iter_mut().skip(community as usize).take(1).for_each(|tie| *tie = 0.0);
                }
                if best != own {
                    of.iter_mut().skip(node as usize).take(1).for_each(|slot| *slot = best);
                    changed = true;
                }
            }
            if !changed {
                return of;
            }
        }
    }

    /// The graph of the communities, which are numbered from 0.
    fn merged(&self, of: &[u32]) -> Self {
        let community = |node: u32| of.get(node as usize).copied().unwrap_or(0);
        let mut edges: Vec<(u32, u32, f64)> = Vec::new();
        for node in 0..self.nodes() as u32 {
            let own = self.loops.get(node as usize).copied().unwrap_or(0.0);
            edges.push((community(node), community(node), own));
            let later = self.neighbours(node).iter().filter(|&&(other, _)| other > node);
            edges.extend(later.map(|&(other, weight)| (community(node), community(other), weight)));
        }
        Self::of(of.iter().max().map_or(0, |&most| most as usize + 1), edges)
    }

    /// The partition with each community that is not connected parted into what is, numbered by their first nodes.
    fn connected(&self, of: &[u32]) -> Vec<u32> {
        let mut parts = vec![u32::MAX; self.nodes()];
        let (mut next, mut open) = (0, Vec::new());
        for start in 0..self.nodes() as u32 {
            open.push((start, next));
            let mut found = false;
            while let Some((node, part)) = open.pop() {
                let Some(slot) = parts.get_mut(node as usize).filter(|slot| **slot == u32::MAX) else { continue };
                *slot = part;
                found = true;
                let same =
                    |&&(other, weight): &&(u32, f64)| weight > 0.0 && of.get(other as usize) == of.get(node as usize);
                open.extend(self.neighbours(node).iter().filter(same).map(|&(other, _)| (other, part)));
            }
            next += u32::from(found);
        }
        parts
    }

    /// Communities are numbered from 0.
    fn modularity(&self, of: &[u32], resolution: f64) -> Option<f64> {
        if self.total <= 0.0 {
            return None;
        }
        let merged = self.merged(of);
        let parts = merged.loops.iter().zip(&merged.strengths);
        let share = |(within, strength): (&f64, &f64)| {
            2.0 * within / self.total - resolution * (strength / self.total) * (strength / self.total)
        };
        Some(parts.map(share).sum())
    }
}

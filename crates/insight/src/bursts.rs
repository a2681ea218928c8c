//! Stretches of time in which a rate is clearly higher than over the whole series.

use plaudit_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::Series;
use crate::series::{Cell, Exposure};

/// What a burst is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct BurstConfig {
    /// How many times the rate of the whole series a burst has, above 1 and at most 1,000. By default 2, as in Kleinberg's paper.
    pub ratio: f64,
    /// The cost of a burst's beginning is this times the logarithm of the number of periods, 0 to 1,000. By default 1, as in
    /// Kleinberg's paper.
    pub gamma: f64,
}

impl Default for BurstConfig {
    fn default() -> Self {
        Self { ratio: 2.0, gamma: 1.0 }
    }
}

impl BurstConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range or not finite. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if !(self.ratio > 1.0 && self.ratio <= 1_000.0) {
            faults.push(format!("ratio: {}; expected above 1 and at most 1000", self.ratio));
        }
        if !(0.0..=1_000.0).contains(&self.gamma) {
            faults.push(format!("gamma: {}; expected 0 to 1000", self.gamma));
        }
        Error::from_faults(faults)
    }
}

/// The bursts of a series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bursts {
    /// Hits per post of the whole series, 0 to 1; 0 without a post.
    pub base_rate: f64,
    /// Hits per post that a burst is taken to have, 0 to 1.
    pub burst_rate: f64,
    /// The cost of the cheapest sequence of states: -log of the probability of the counts, and of the beginnings of bursts.
    pub cost: f64,
    /// The bursts, in the order of time.
    pub bursts: Vec<Burst>,
}

/// One burst.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Burst {
    /// Its first period, counted from 0.
    pub first: usize,
    /// Its last period.
    pub last: usize,
    /// The date of its first day.
    pub from: String,
    /// The date of the first day after it.
    pub until: String,
    /// The number of hits in it.
    pub hits: u64,
    /// The number of posts in it.
    pub posts: u64,
    /// By how much the counts cost more without it, its beginning not subtracted (Kleinberg's weight).
    pub weight: f64,
}

/// Returns the bursts of the hits among the posts.
///
/// J. Kleinberg, *Bursty and hierarchical structure in streams*, KDD (2002), the batched case with two states: hits are binomial with
/// rate p0 = hits / posts of the whole series, or min(ratio p0, 1 - 1e-9) in a burst. The cost of a state is -log of the
/// binomial probability, its coefficient included; entering a burst costs gamma log n, and leaving it nothing. The series begins outside a
/// burst. The cheapest of all sequences of states is found exactly (Viterbi). Periods without a post are left out: a burst goes on over them, and n does not count them.
///
/// It looks at the whole series: what is a burst today may be none once more is known. For what could be known on a day, give it
/// [`Series::as_of`]; to watch, use [`alerts()`](crate::alerts()).
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit_insight::{BurstConfig, Period, Series, bursts};
///
/// let mut config = BurstConfig::default();
/// config.ratio = 1.5;
/// let hits = vec![0, 2, 1, 6, 7, 4, 2, 8, 1];
/// let series = Series::new(Period::Day, 0, hits, vec![9, 11, 12, 10, 10, 8, 12, 10, 13])?;
/// let found = bursts(&series, &config)?;
/// assert_eq!((found.bursts.len(), found.bursts[0].first, found.bursts[0].last), (1, 3, 7));
/// assert!((found.cost - 26.187_593).abs() < 1e-6);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn bursts(series: &Series, config: &BurstConfig) -> Result<Bursts> {
    config.validate()?;
    let cells: Vec<Cell> = series.exposed(Exposure::Posts).collect();
    let posts: f64 = cells.iter().map(|cell| cell.exposure).sum();
    let base_rate = if posts > 0.0 { cells.iter().map(|cell| cell.hits as f64).sum::<f64>() / posts } else { 0.0 };
    let burst_rate = (config.ratio * base_rate).min(1.0 - 1e-9);
    let costs: Vec<[f64; 2]> = cells.iter().map(|cell| [base_rate, burst_rate].map(|rate| cost(cell, rate))).collect();
    let begin = config.gamma * libm::log(cells.len().max(1) as f64);
    let (states, cost) = cheapest(&costs, begin);
    let mut found: Vec<Burst> = Vec::new();
    let mut before = false;
    for ((cell, &[quiet, loud]), state) in cells.iter().zip(&costs).zip(states) {
        if state && !before {
            let (first, from) = (cell.index, series.name(cell.index));
            found.push(Burst { first, last: first, from, until: String::new(), hits: 0, posts: 0, weight: 0.0 });
        }
        before = state;
        if let (true, Some(burst)) = (state, found.last_mut()) {
            (burst.last, burst.until) = (cell.index, series.name(cell.index + 1));
            burst.hits = burst.hits.saturating_add(cell.hits);
            burst.posts = burst.posts.saturating_add(cell.exposure as u64);
            burst.weight += quiet - loud;
        }
    }
    Ok(Bursts { base_rate, burst_rate, cost, bursts: found })
}

/// -log of the binomial probability of the hits.
fn cost(cell: &Cell, rate: f64) -> f64 {
    let (hits, posts) = (cell.hits as f64, cell.exposure);
    let misses = posts - hits;
    let part = |count: f64, log: f64| if count > 0.0 { count * log } else { 0.0 };
    let orders = libm::lgamma(posts + 1.0) - libm::lgamma(hits + 1.0) - libm::lgamma(misses + 1.0);
    -(orders + part(hits, libm::log(rate)) + part(misses, libm::log1p(-rate)))
}

/// The cheapest states, and their cost, where entering a burst costs `begin`. Of ways as cheap, a burst that goes on is taken before one
/// that begins, and none before either.
fn cheapest(costs: &[[f64; 2]], begin: f64) -> (Vec<bool>, f64) {
    let mut total = [0.0, f64::INFINITY]; // before the first period there is no burst
    let mut from = Vec::with_capacity(costs.len()); // [periods][state]: whether the state before was a burst
    for [quiet, loud] in costs {
        let [calm, burst] = total;
        from.push([burst < calm, burst <= calm + begin]);
        total = [burst.min(calm) + quiet, burst.min(calm + begin) + loud];
    }
    let [calm, burst] = total;
    let mut state = burst < calm;
    let mut states: Vec<bool> = Vec::with_capacity(costs.len());
    for [to_calm, to_burst] in from.into_iter().rev() {
        states.push(state);
        state = if state { to_burst } else { to_calm };
    }
    states.reverse();
    (states, calm.min(burst))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Period;

    fn of(hits: &[u64], posts: &[u64], ratio: f64, gamma: f64) -> Bursts {
        let series = Series::new(Period::Day, 0, hits.to_vec(), posts.to_vec()).unwrap();
        bursts(&series, &BurstConfig { ratio, gamma }).unwrap()
    }

    fn places(found: &Bursts) -> Vec<(usize, usize)> {
        found.bursts.iter().map(|burst| (burst.first, burst.last)).collect()
    }

    // By hand, as the formula says it (Python 3, all 2^9 sequences):
    //   r = [0,2,1,6,7,4,2,8,1]; d = [9,11,12,10,10,8,12,10,13]; p0 = 31/95; p1 = 1.5 p0
    //   cost(q) = sum(-log(comb(d, r) p_q^r (1 - p_q)^(d - r))) + log(9) * (number of 0 -> 1, from state 0)
    //   -> 000111110, 26.187593
    #[test]
    fn equals_every_sequence_tried() {
        let hits = [0, 2, 1, 6, 7, 4, 2, 8, 1];
        let posts = [9, 11, 12, 10, 10, 8, 12, 10, 13];
        let found = of(&hits, &posts, 1.5, 1.0);
        assert_eq!(places(&found), [(3, 7)]);
        assert!((found.cost - 26.187_593).abs() < 1e-6, "{}", found.cost);
        let burst = &found.bursts[0];
        assert_eq!(
            (burst.hits, burst.posts, burst.from.as_str(), burst.until.as_str()),
            (27, 50, "1970-01-04", "1970-01-09")
        );
        // A day without a post inside the burst, and two before, change nothing but places.
        let (mut gaps, mut of_gaps) = (vec![0, 0], vec![0, 0]);
        for (index, (hits, posts)) in hits.iter().zip(posts).enumerate() {
            gaps.extend([*hits].into_iter().chain((index == 4).then_some(0)));
            of_gaps.extend([posts].into_iter().chain((index == 4).then_some(0)));
        }
        let same = of(&gaps, &of_gaps, 1.5, 1.0);
        assert_eq!((places(&same), same.cost, same.bursts[0].weight), (vec![(5, 10)], found.cost, burst.weight));
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Bursts>(&json).unwrap(), found);
    }

    #[test]
    fn where_nothing_can_burst_nothing_does() {
        for (hits, posts) in
            [(vec![0; 9], vec![5; 9]), (vec![5; 9], vec![5; 9]), (vec![0; 9], vec![0; 9]), (vec![1], vec![3])]
        {
            let found = of(&hits, &posts, 2.0, 1.0);
            assert!(found.bursts.is_empty() && found.cost.is_finite(), "{found:?}");
        }
        let huge = of(&[u64::MAX, 0, u64::MAX], &[u64::MAX; 3], 2.0, 1.0);
        assert!(huge.cost.is_finite(), "{huge:?}");
        let series = Series::new(Period::Day, 0, vec![1], vec![1]).unwrap();
        let error = bursts(&series, &BurstConfig { ratio: 1.0, gamma: f64::NAN }).unwrap_err().to_string();
        assert!(error.contains("ratio: 1;") && error.contains("gamma: NaN"), "{error}");
    }

    /// The cost of one sequence of states, added up as the model says it.
    fn priced(costs: &[[f64; 2]], begin: f64, states: u32) -> f64 {
        let state = |index: usize| states >> index & 1;
        let mut sum = 0.0;
        for (index, cost) in costs.iter().enumerate() {
            let enters = state(index) == 1 && (index == 0 || state(index - 1) == 0);
            sum += cost[state(index) as usize] + if enters { begin } else { 0.0 };
        }
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_sequence_is_cheaper(
            counts in prop::collection::vec((0u64..12, 1u64..12), 1..=16), ratio in 1.1..4.0f64, gamma in 0.0..2.0f64,
        ) {
            let posts: Vec<u64> = counts.iter().map(|(hits, misses)| hits + misses).collect();
            let hits: Vec<u64> = counts.iter().map(|(hits, _)| *hits).collect();
            let found = of(&hits, &posts, ratio, gamma);
            let costs: Vec<[f64; 2]> = hits.iter().zip(&posts).map(|(&hits, &posts)| {
                let cell = Cell { index: 0, hits, exposure: posts as f64 };
                [found.base_rate, found.burst_rate].map(|rate| cost(&cell, rate))
            }).collect();
            let begin = gamma * (hits.len() as f64).ln();
            let least = (0..1u32 << hits.len()).map(|states| priced(&costs, begin, states)).fold(f64::INFINITY, f64::min);
            prop_assert!((found.cost - least).abs() < 1e-9 * (1.0 + least), "{} {least}", found.cost);
            let own = found.bursts.iter().flat_map(|burst| burst.first..=burst.last).fold(0u32, |states, index| states | 1 << index);
            prop_assert!((priced(&costs, begin, own) - least).abs() < 1e-9 * (1.0 + least), "{own:b}");
        }
    }
}

//! Which divisions are the best, draw by draw.

use std::collections::BTreeSet;

/// The highest scores of each draw.
///
/// A candidate may stand for several divisions with equal counts: it is added once for each, with draws of its own.
pub(crate) struct Ranking {
    places: usize,
    leaders: Vec<Vec<(f64, usize)>>, // [draws]: scores and candidates, descending; all that share the last place
    totals: Vec<f64>,                // [candidates]: the sum of the mean scores of its divisions
}

impl Ranking {
    /// A ranking for the highest `places`, at least 1, of divisions that stand for so many candidates.
    pub(crate) fn new(places: usize, candidates: usize) -> Self {
        Self { places, leaders: Vec::new(), totals: vec![0.0; candidates] }
    }

    /// Adds a division with its score in each draw; there are as many draws for each.
    pub(crate) fn add(&mut self, candidate: usize, scores: &[f64]) {
        if let Some(total) = self.totals.get_mut(candidate) {
            *total += scores.iter().sum::<f64>() / scores.len() as f64;
        }
        self.leaders.resize_with(scores.len(), Vec::new);
        for (leaders, &score) in self.leaders.iter_mut().zip(scores) {
            if last_place(leaders, self.places).is_some_and(|last| score < last) {
                continue;
            }
            leaders.insert(leaders.partition_point(|&(other, _)| other >= score), (score, candidate));
            if let Some(last) = last_place(leaders, self.places) {
                leaders.truncate(leaders.partition_point(|&(other, _)| other >= last));
            }
        }
    }

    /// The sum of the mean scores of a candidate's divisions.
    pub(crate) fn total(&self, candidate: usize) -> f64 {
        self.totals.get(candidate).copied().unwrap_or(0.0)
    }

    /// How many divisions of each candidate have one of the highest `places` scores, on average over the draws; those with
    /// equal scores share what places are left for them.
    pub(crate) fn within(&self, places: usize) -> Vec<f64> {
        let mut won = vec![0.0; self.totals.len()];
        for leaders in &self.leaders {
            let last = last_place(leaders, places).unwrap_or(f64::NEG_INFINITY);
            let above = leaders.partition_point(|&(score, _)| score > last);
            let equal = leaders.partition_point(|&(score, _)| score >= last) - above;
            let part = places.saturating_sub(above) as f64 / equal.max(1) as f64;
            for (place, &(_, candidate)) in leaders.iter().take(above + equal).enumerate() {
                if let Some(sum) = won.get_mut(candidate) {
                    *sum += if place < above { 1.0 } else { part };
                }
            }
        }
        won.iter_mut().for_each(|sum| *sum /= self.leaders.len().max(1) as f64);
        won
    }

    /// What choosing these candidates, with all their `divisions`, is expected to cost against the highest scores: the mean
    /// sum of those, less that of the chosen and of the best of the others in the places that are left. At least 0.
    pub(crate) fn regret(&self, chosen: &BTreeSet<usize>, divisions: usize) -> f64 {
        let left = self.places.saturating_sub(divisions);
        let sum = |leaders: &Vec<(f64, usize)>| {
            let best: f64 = leaders.iter().take(self.places).map(|leader| leader.0).sum();
            let others = leaders.iter().filter(|(_, candidate)| !chosen.contains(candidate));
            best - others.take(left).map(|leader| leader.0).sum::<f64>()
        };
        let mean = self.leaders.iter().map(sum).sum::<f64>() / self.leaders.len().max(1) as f64;
        let sum: f64 = chosen.iter().map(|&candidate| self.total(candidate)).sum();
        // What rounding leaves of nothing is nothing.
        if mean - sum > 1e-12 * mean.abs().max(sum.abs()) { mean - sum } else { 0.0 }
    }
}

/// The score of the last place; none where there is a place for all.
fn last_place(leaders: &[(f64, usize)], places: usize) -> Option<f64> {
    leaders.get(places - 1).map(|leader| leader.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four draws of three candidates.
    fn three(places: usize) -> Ranking {
        let mut ranking = Ranking::new(places, 3);
        ranking.add(0, &[1.0, 0.0, 0.0, 2.0]);
        ranking.add(2, &[0.0, 0.0, 1.0, 2.0]);
        ranking.add(1, &[0.0, -1.0, 1.0, 2.0]);
        ranking
    }

    #[test]
    fn places_are_won_or_shared() {
        // by hand: draw 0 to 0; draw 1 to 0 and 2; draw 2 to 2 and 1; draw 3 to all
        let third = 1.0 / 3.0;
        let best = [(1.0 + 0.5 + third) / 4.0, (0.5 + third) / 4.0, (0.5 + 0.5 + third) / 4.0];
        assert_eq!(three(1).within(1), best);
        assert_eq!(three(2).within(1), best);
        // two places: 0 and half of 1 and 2; 0 and 2; 1 and 2; two thirds of each
        let two: Vec<f64> = three(2).within(2);
        for (found, by_hand) in two.iter().zip([2.0 + 2.0 * third, 1.5 + 2.0 * third, 2.5 + 2.0 * third]) {
            assert!((found - by_hand / 4.0).abs() < 1e-12, "{two:?}");
        }
        assert_eq!(three(7).within(7), [1.0; 3]);
        assert_eq!(Ranking::new(1, 2).within(1), [0.0, 0.0]);
    }

    #[test]
    fn regret_is_what_the_best_would_add() {
        let one = |candidate| BTreeSet::from([candidate]);
        // best of each draw: 1, 0, 1, 2; candidate 0 has 1, 0, 0, 2 and candidate 1 has 0, -1, 1, 2
        assert_eq!((three(1).regret(&one(0), 1), three(1).regret(&one(1), 1)), (0.25, 0.5));
        // one of two places left for the best of the others: 0, 0, 1, 2 beside 0 makes 1, 0, 1, 4; the best two: 1, 0, 2, 4
        assert_eq!(three(2).regret(&one(0), 1), 0.25);
        assert_eq!(three(2).regret(&BTreeSet::new(), 0), 0.0);
        assert_eq!(three(3).regret(&BTreeSet::from([0, 1, 2]), 3), 0.0);
    }
}

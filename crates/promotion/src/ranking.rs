//! Which division is the best, draw by draw.

/// The highest scores of each draw.
#[derive(Default)]
pub(crate) struct Ranking {
    leaders: Vec<Vec<(f64, usize)>>, // [draws]: the score and its candidate, of all that share the highest score
}

impl Ranking {
    /// Adds a candidate with its score in each draw. A candidate may stand for several divisions, and come several times.
    pub(crate) fn add(&mut self, candidate: usize, scores: &[f64]) {
        self.leaders.resize_with(scores.len(), Vec::new);
        for (leaders, &score) in self.leaders.iter_mut().zip(scores) {
            match leaders.first() {
                Some(&(best, _)) if score < best => {}
                Some(&(best, _)) if score > best => {
                    leaders.clear();
                    leaders.push((score, candidate));
                }
                _ => leaders.push((score, candidate)),
            }
        }
    }

    /// The probability that each of `candidates` has the highest score; those with equal scores share it.
    pub(crate) fn best(&self, candidates: usize) -> Vec<f64> {
        let mut won = vec![0.0; candidates];
        for leaders in &self.leaders {
            let part = 1.0 / leaders.len() as f64;
            for &(_, candidate) in leaders {
                if let Some(sum) = won.get_mut(candidate) {
                    *sum += part;
                }
            }
        }
        won.iter_mut().for_each(|sum| *sum /= self.leaders.len().max(1) as f64);
        won
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_won_or_shared() {
        let mut ranking = Ranking::default();
        ranking.add(0, &[1.0, 0.0, 0.0, 2.0]);
        ranking.add(2, &[0.0, 0.0, 1.0, 2.0]);
        ranking.add(1, &[0.0, -1.0, 1.0, 2.0]);
        // by hand: draw 0 to 0; draw 1 to 0 and 2; draw 2 to 2 and 1; draw 3 to all
        let third = 1.0 / 3.0;
        assert_eq!(ranking.best(3), [(1.0 + 0.5 + third) / 4.0, (0.5 + third) / 4.0, (0.5 + 0.5 + third) / 4.0]);
        assert_eq!(Ranking::default().best(2), [0.0, 0.0]);
    }
}

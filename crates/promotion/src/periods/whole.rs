//! The change of all divisions together, and what of it is the mix of divisions.

use serde::{Deserialize, Serialize};

use super::Change;
use super::change::mean;

/// How the score of all texts together changed, in two parts that add up to it: how divisions changed, and how the mix of
/// divisions did.
///
/// The score of all is the sum of w_d s_d, with the share w_d of all texts that division d has and its score s_d. Its change
/// is, exactly,
///
/// ```text
/// sum of (w_d before + w_d after) / 2 * (change of s_d)  +  sum of (change of w_d) * (s_d before + s_d after) / 2
/// ```
///
/// The first sum is the change within divisions, the second that of the mix (E. M. Kitagawa, *Components of a difference between
/// two rates*, JASA 50 (1955)). A division that has texts in one period only has no change of its own: all of it is mix. Divisions
/// with fewer texts than decide, in a period where they have any, stand together as one.
///
/// The mix is taken as it was seen: intervals hold what is not known of the divisions' scores, not by which chance people wrote
/// about one division or another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WholeChange {
    /// The score of all texts.
    pub score: Change,
    /// What of its change is change within divisions; before is 0.
    pub within: Change,
    /// What of its change is another mix of divisions; before is 0.
    pub mix: Change,
    /// What each division has of the change, in the divisions' order; those with too few texts, together, last.
    pub parts: Vec<Part>,
}

/// What one division has of the change of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// The division; none for those with too few texts together.
    pub division: Option<String>,
    /// The mean of (w before + w after) / 2 * (change of s), in scores.
    pub within: f64,
    /// The mean of (change of w) * ((s before + s after) / 2 - that of the whole): a division that takes a greater share lifts the
    /// whole only where its score is above that of all. The parts add up to the whole's as they do without the last term, for
    /// the shares' changes add up to 0.
    pub mix: f64,
}

/// The sums over divisions, draw by draw.
pub(super) struct Sums {
    texts: [u64; 2],
    totals: [Vec<f64>; 2], // [draws], of each period
    within: Vec<f64>,
    mix: Vec<f64>,
    parts: Vec<Term>,
}

struct Term {
    division: Option<String>,
    within: f64,
    mix: f64,
    moved: f64, // the change of its share of the texts
}

/// Change within and change of the mix of one division with these shares of all texts and these scores.
fn kitagawa(weights: [f64; 2], scores: [f64; 2]) -> [f64; 2] {
    let ([w, v], [s, t]) = (weights, scores);
    [(w + v) / 2.0 * (t - s), (v - w) * (s + t) / 2.0]
}

impl Sums {
    /// For so many draws, and so many texts of each period, of which there are some.
    pub(super) fn new(draws: usize, texts: [u64; 2]) -> Self {
        let zeros = || vec![0.0; draws];
        Self { texts, totals: [zeros(), zeros()], within: zeros(), mix: zeros(), parts: Vec::new() }
    }

    /// Adds a division with so many texts in each period and these draws of its score, of which one that has no texts behind
    /// it is not looked at.
    pub(super) fn add(&mut self, division: Option<String>, texts: [u64; 2], scores: [&[f64]; 2]) {
        let [w, v] = self.texts;
        let weights = [texts[0] as f64 / w as f64, texts[1] as f64 / v as f64];
        let [before, after] = match texts {
            [0, _] => [scores[1], scores[1]],
            [_, 0] => [scores[0], scores[0]],
            _ => scores,
        };
        let mut sums = [0.0; 2];
        let [first, second] = &mut self.totals;
        let totals = first.iter_mut().zip(second.iter_mut());
        let parts = self.within.iter_mut().zip(self.mix.iter_mut());
        for (((s, t), (total, other)), (within, mix)) in before.iter().zip(after).zip(totals).zip(parts) {
            let [of_within, of_mix] = kitagawa(weights, [*s, *t]);
            *total += weights[0] * s;
            *other += weights[1] * t;
            *within += of_within;
            *mix += of_mix;
            sums[0] += of_within;
            sums[1] += of_mix;
        }
        let draws = self.within.len() as f64;
        let moved = weights[1] - weights[0];
        self.parts.push(Term { division, within: sums[0] / draws, mix: sums[1] / draws, moved });
    }

    pub(super) fn finish(self, level: f64) -> WholeChange {
        let [before, after] = &self.totals;
        let middle = (mean(before) + mean(after)) / 2.0;
        let zeros = vec![0.0; self.within.len()];
        let part = |Term { division, within, mix, moved }| Part { division, within, mix: mix - moved * middle };
        WholeChange {
            score: Change::new(before, after, level, 0.0),
            within: Change::new(&zeros, &self.within, level, 0.0),
            mix: Change::new(&zeros, &self.mix, level, 0.0),
            parts: self.parts.into_iter().map(part).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    /// By hand: 60 and 40 texts with scores 0.5 and 0.1, then 30 and 70 with 0.6 and 0.2. The whole is 0.34, then 0.32: it fell by
    /// 0.02 although both divisions rose by 0.1. Within: 0.45 * 0.1 + 0.55 * 0.1 = 0.1; mix: -0.3 * 0.55 + 0.3 * 0.15 = -0.12.
    #[test]
    fn a_fall_by_the_mix_alone() {
        let mut sums = Sums::new(1, [100, 100]);
        sums.add(Some("a".into()), [60, 30], [&[0.5], &[0.6]]);
        sums.add(Some("b".into()), [40, 70], [&[0.1], &[0.2]]);
        let whole = sums.finish(0.9);
        assert!(close(whole.score.before, 0.34) && close(whole.score.after, 0.32), "{whole:?}");
        assert!(close(whole.within.change, 0.1) && close(whole.mix.change, -0.12), "{whole:?}");
        // Around the whole's middle of 0.33: -0.3 * (0.55 - 0.33) and 0.3 * (0.15 - 0.33)
        let parts: Vec<[f64; 2]> = whole.parts.iter().map(|part| [part.within, part.mix]).collect();
        for (found, expected) in parts.iter().zip([[0.045, -0.066], [0.055, -0.054]]) {
            assert!(close(found[0], expected[0]) && close(found[1], expected[1]), "{parts:?}");
        }
    }

    /// By hand: 100 texts with 0.2; then 50 with 0.2 and 50 of a new division with 0.8. The whole rose from 0.2 to 0.5, all by mix.
    #[test]
    fn a_new_division_is_mix() {
        let mut sums = Sums::new(1, [100, 100]);
        sums.add(Some("a".into()), [100, 50], [&[0.2], &[0.2]]);
        sums.add(Some("new".into()), [0, 50], [&[-9.0], &[0.8]]); // what is drawn without a text counts for nothing
        let whole = sums.finish(0.9);
        assert!(close(whole.score.change, 0.3) && close(whole.within.change, 0.0) && close(whole.mix.change, 0.3));
        assert!(close(whole.score.before, 0.2), "{whole:?}");
    }

    proptest! {
        #[test]
        fn the_parts_add_up(
            rows in prop::collection::vec((0u64..500, 0u64..500, -1.0..1.0f64, -1.0..1.0f64), 1..9)
        ) {
            let texts = [rows.iter().map(|row| row.0).sum::<u64>(), rows.iter().map(|row| row.1).sum()];
            prop_assume!(texts[0] > 0 && texts[1] > 0);
            let mut sums = Sums::new(1, texts);
            for row in rows.iter().filter(|row| row.0 + row.1 > 0) {
                sums.add(None, [row.0, row.1], [&[row.2], &[row.3]]);
            }
            let whole = sums.finish(0.9);
            let (within, mix) = (whole.within.change, whole.mix.change);
            prop_assert!((within + mix - whole.score.change).abs() < 1e-12, "{whole:?}");
            prop_assert!((whole.parts.iter().map(|part| part.within).sum::<f64>() - within).abs() < 1e-12);
            prop_assert!((whole.parts.iter().map(|part| part.mix).sum::<f64>() - mix).abs() < 1e-12, "{whole:?}");
        }
    }
}

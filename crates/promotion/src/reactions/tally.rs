//! Counts of positive and negative reactions, their ratios, and Eq. 36.

use serde::{Deserialize, Serialize};

/// How many reactions were positive, negative or ignored.
///
/// # Example: Eq. 36 of DPMS on the sums of its Table 5
/// ```
/// use plaudit_promotion::reactions::{Reactions, Valence};
///
/// let all = Reactions::dpms().total(&Valence::default())?;
/// assert_eq!((all.positive, all.negative), (599, 239));
/// // (599 - 239) / 599 = 0.60100; the paper prints 31.25 %
/// assert_eq!(format!("{:.3}", all.paper_eq36(4).unwrap()), "15.025");
/// assert_eq!(format!("{:.3}", all.paper_eq36(1).unwrap()), "60.100");
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// Positive reactions.
    pub positive: u64,
    /// Negative reactions.
    pub negative: u64,
    /// Reactions that are taken for neither; no ratio has them.
    pub ignored: u64,
}

impl Tally {
    /// Returns the number of positive and negative reactions, at most `u64::MAX`.
    pub fn counted(&self) -> u64 {
        self.positive.saturating_add(self.negative)
    }

    /// Returns the share of the counted reactions that are negative, 0 to 1; none where nothing is counted.
    pub fn negative_share(&self) -> Option<f64> {
        (self.counted() > 0).then(|| self.negative as f64 / self.both())
    }

    /// Returns the positive less the negative share, -1 to 1; none where nothing is counted. Its mean over the posts of a
    /// label is what one post of the label is worth ([`Reactions::utilities`](super::Reactions::utilities)).
    pub fn net_share(&self) -> Option<f64> {
        (self.counted() > 0).then(|| (self.positive as f64 - self.negative as f64) / self.both())
    }

    /// Returns N_avg of DPMS, Eq. 36, in percent, as printed: (1 / k) (sum Pos - sum Neg) / sum Pos x 100; none where no
    /// reaction is positive or `k` is 0. At most 100 / k, and without a lower bound.
    ///
    /// It is kept to compare with, not to use. The paper calls it the average reduction of negative reactions, but it
    /// compares with nothing. Its sums already run over the posts, so that the factor 1 / k does not make a mean of
    /// them: with more posts of the same kind it falls towards 0. The paper does not say what k is; for its Table 5 it gives
    /// 15.03 % with k = 4 posts and 60.10 % with k = 1, and the printed 31.25 % with no whole k.
    pub fn paper_eq36(&self, k: u64) -> Option<f64> {
        let ratio = (self.positive > 0 && k > 0).then(|| self.surplus())?;
        Some(100.0 * ratio / k as f64)
    }

    /// (Pos - Neg) / Pos.
    fn surplus(&self) -> f64 {
        (self.positive as f64 - self.negative as f64) / self.positive as f64
    }

    /// The number of counted reactions as a number that cannot overflow.
    fn both(&self) -> f64 {
        self.positive as f64 + self.negative as f64
    }

    /// Adds the counts of `other`. [`Reactions`](super::Reactions) has checked that all its counts together fit.
    pub(crate) fn add(&mut self, other: &Self) {
        self.positive = self.positive.saturating_add(other.positive);
        self.negative = self.negative.saturating_add(other.negative);
        self.ignored = self.ignored.saturating_add(other.ignored);
    }
}

/// Returns the mean over posts of (Pos - Neg) / Pos, in percent: what the 1 / k of Eq. 36 may have been meant for; none
/// where there is no post, or one without a positive reaction. On Table 5 it is -40.85 %.
///
/// One post with few positive reactions rules it: it has no lower bound.
pub fn mean_post_ratio(posts: &[Tally]) -> Option<f64> {
    if posts.is_empty() || posts.iter().any(|post| post.positive == 0) {
        return None;
    }
    Some(100.0 * posts.iter().map(Tally::surplus).sum::<f64>() / posts.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(positive: u64, negative: u64) -> Tally {
        Tally { positive, negative, ignored: 0 }
    }

    #[test]
    fn equation_36_by_hand() {
        // 360 / 599 = 0.6010016695
        let all = tally(599, 239);
        assert!((all.paper_eq36(1).unwrap() - 60.100_166_945).abs() < 1e-9);
        assert!((all.paper_eq36(4).unwrap() - 15.025_041_736).abs() < 1e-9);
        // (283/291 + 177/221 + 32/54 - 132/33) / 4 = (.9725086 + .8009050 + .5925926 - 4) / 4 = -.4084985
        let posts = [tally(291, 8), tally(221, 44), tally(54, 22), tally(33, 165)];
        assert!((mean_post_ratio(&posts).unwrap() + 40.849_847).abs() < 1e-5);
        for k in 1..1000 {
            assert!((all.paper_eq36(k).unwrap() - 31.25).abs() > 0.1);
        }
    }

    #[test]
    fn undefined_is_none() {
        let nothing = Tally { ignored: 9, ..Tally::default() };
        assert_eq!((nothing.negative_share(), nothing.net_share(), nothing.paper_eq36(1)), (None, None, None));
        assert_eq!((tally(0, 3).paper_eq36(1), tally(3, 0).paper_eq36(0)), (None, None));
        assert_eq!((mean_post_ratio(&[]), mean_post_ratio(&[tally(1, 0), tally(0, 1)])), (None, None));
        let most = tally(u64::MAX, u64::MAX);
        assert_eq!((most.counted(), most.negative_share(), most.net_share()), (u64::MAX, Some(0.5), Some(0.0)));
        assert_eq!(most.paper_eq36(u64::MAX), Some(0.0));
    }
}

//! The beta-binomial likelihood of a label's posts, for counts of any size.

use std::collections::BTreeMap;

use super::Tally;

/// A share and what it leaves of 1, each with all its digits: a difference from 1 would have lost those of a small rest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) part: f64,
    rest: f64,
}

impl Share {
    /// The share sin^2 of an angle from 0 to pi / 2.
    pub(super) fn of_angle(angle: f64) -> Self {
        let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
        Self { part: sine * sine, rest: cosine * cosine }
    }

    pub(super) fn angle(self) -> f64 {
        libm::atan2(self.part.sqrt(), self.rest.sqrt())
    }

    /// How much greater it is than another.
    fn less(self, other: Self) -> f64 {
        if self.part < 0.5 { self.part - other.part } else { other.rest - self.rest }
    }
}

/// The posts of a label that have a counted reaction; those with the same counts stand together.
#[derive(Debug)]
pub(super) struct Posts(Vec<Alike>);

/// Posts with the same counts.
#[derive(Debug)]
struct Alike {
    posts: u64,
    negative: f64,
    positive: f64,
    counted: f64,
    share: Share,
}

impl Posts {
    pub(super) fn new<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Self {
        let mut counts = BTreeMap::<(u64, u64), u64>::new();
        for tally in tallies.into_iter().filter(|tally| tally.counted() > 0) {
            *counts.entry((tally.negative, tally.positive)).or_default() += 1;
        }
        let alike = |((negative, positive), posts)| {
            let (negative, positive) = (negative as f64, positive as f64);
            let counted = negative + positive;
            let share = Share { part: negative / counted, rest: positive / counted };
            Alike { posts, negative, positive, counted, share }
        };
        Self(counts.into_iter().map(alike).collect())
    }

    /// The number of posts with two reactions or more: one reaction has no correlation with another.
    pub(super) fn telling(&self) -> u64 {
        self.0.iter().filter(|alike| alike.counted >= 2.0).map(|alike| alike.posts).sum()
    }

    /// Whether all reactions are positive, or all negative.
    pub(super) fn are_of_one_kind(&self) -> bool {
        self.0.iter().all(|alike| alike.negative == 0.0) || self.0.iter().all(|alike| alike.positive == 0.0)
    }

    /// The mean of the posts' negative shares, each weighted by as many independent reactions as tell as much about it.
    pub(super) fn mean(&self, rho: f64) -> Share {
        let (mut part, mut rest) = (0.0, 0.0);
        for Alike { posts, counted, share, .. } in &self.0 {
            let weight = *posts as f64 * counted / (1.0 + (counted - 1.0) * rho);
            part += weight * share.part;
            rest += weight * share.rest;
        }
        Share { part: part / (part + rest), rest: rest / (part + rest) }
    }

    /// The log-likelihood of the beta-binomial distribution, of the binomial where `rho` is 0, less its greatest value for
    /// a share of each post's own. Both parts of `mean` are above 0.
    pub(super) fn log_likelihood(&self, mean: Share, rho: f64) -> f64 {
        if rho == 0.0 {
            return self.sum(|post| {
                let beyond = mean.less(post.share);
                times_log(post.negative, mean.part, post.share.part, beyond)
                    + times_log(post.positive, mean.rest, post.share.rest, -beyond)
            });
        }
        let total = (1.0 - rho) / rho;
        let (a, b) = (mean.part * total, mean.rest * total);
        let before = remainder(total) - remainder(a) - remainder(b);
        // B(a + y, b + z) / B(a, b), over the powers of the post's own share. Written as log-gammas it is a difference of
        // numbers of the size of n ln n, of which nothing is left beyond some 10^12 reactions. By Stirling's formula with
        // its remainder, the large parts are divergences: of the post's share, and of the mean, from the share between
        // them, where a + b and n reactions balance. What is left is small.
        self.sum(|post| {
            let sum = total + post.counted;
            let part = (a + post.negative) / sum;
            let rest = (b + post.positive) / sum;
            let beyond = mean.less(post.share);
            let (up, down) = (total / sum * beyond, post.counted / sum * beyond);
            let divergences = times_log(post.negative, part, post.share.part, up)
                + times_log(post.positive, rest, post.share.rest, -up)
                + times_log(a, part, mean.part, -down)
                + times_log(b, rest, mean.rest, down);
            let widths = (1.0 + post.negative / a) * (1.0 + post.positive / b) / (1.0 + post.counted / total);
            let after = remainder(a + post.negative) + remainder(b + post.positive) - remainder(sum);
            divergences - 0.5 * libm::log(widths) + after + before
        })
    }

    fn sum(&self, of_one: impl Fn(&Alike) -> f64) -> f64 {
        self.0.iter().map(|alike| alike.posts as f64 * of_one(alike)).sum()
    }
}

/// weight ln(to / from), where `to - from` is known better than as a difference; 0 where the weight is.
fn times_log(weight: f64, to: f64, from: f64, difference: f64) -> f64 {
    if weight == 0.0 {
        return 0.0;
    }
    let change = difference / from;
    weight * if change.abs() < 0.5 { libm::log1p(change) } else { libm::log(to / from) }
}

/// ln Gamma(x) less Stirling's (x - 1/2) ln x - x + ln(2 pi) / 2.
fn remainder(x: f64) -> f64 {
    const HALF_LOG_2_PI: f64 = 0.918_938_533_204_672_8;
    if x < 10.0 {
        return libm::lgamma(x) - ((x - 0.5) * libm::log(x) - x + HALF_LOG_2_PI);
    }
    // Exact to 1e-12 from 10 on.
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    // mpmath 1.3.0 with mp.dps = 80, t = (1 - r) / r, a = m * t, b = (1 - m) * t, z = n - y, p = mpf(y) / n:
    //   loggamma(a + y) - loggamma(a) + loggamma(b + z) - loggamma(b) - loggamma(t + n) + loggamma(t), or for r = 0
    //   y * log(m) + z * log(1 - m); less y * log(p) + z * log(1 - p) without the terms of 0 * log(0)
    #[test]
    fn equals_the_difference_of_log_gammas() {
        const HUGE: u64 = 1_000_000_000_000_000_000;
        for (y, n, mean, rho, expected) in [
            (8, 299, 0.03, 0.01, -0.689_272_995_733_563_7),
            (0, 50, 0.2, 0.5, -0.936_061_062_610_003_9),
            (5, 12, 0.4, 1e-15, -0.006_913_833_834_407_394),
            (7, 7, 1e-6, 0.9999, -13.815_755_574_763_66),
            (3, 1_000_000, 0.5, 1e-5, -134_050.851_546_831_95),
            (1, HUGE / 1000, 0.3, 0.2, -38.989_153_439_858_57),
            (0, 10 * HUGE, 0.25, 0.5, -11.140_560_143_153_01),
            (HUGE, 3 * HUGE, 0.4, 0.1, -20.252_139_010_857_18),
            (HUGE, 3 * HUGE, 0.333_333_334, 1e-19, -2.438_874_438_449_722),
            (HUGE, 3 * HUGE, 0.333_333_334, 0.0, -2.999_999_998),
        ] {
            let posts = |negative, positive| Posts::new(&[Tally { positive, negative, ignored: 0 }]);
            let found = posts(y, n - y).log_likelihood(Share { part: mean, rest: 1.0 - mean }, rho);
            let mirrored = posts(n - y, y).log_likelihood(Share { part: 1.0 - mean, rest: mean }, rho);
            for found in [found, mirrored] {
                // 0.333333334 has lost 8 of its digits beside 1/3
                let digits = if y == HUGE { 1e-6 } else { 1e-11 };
                assert!((found - expected).abs() < digits * expected.abs().max(1.0), "{y} {n} {mean} {rho}: {found}");
            }
        }
    }

    #[test]
    fn equal_posts_stand_together() {
        let tally = |negative, positive| Tally { positive, negative, ignored: 9 };
        let few = Posts::new(&[tally(2, 5), tally(0, 0), tally(1, 0), tally(2, 5)]);
        assert_eq!((few.0.len(), few.telling(), few.are_of_one_kind()), (2, 2, false));
        let apart = [[tally(2, 5)], [tally(1, 0)], [tally(2, 5)]].map(|post| Posts::new(&post));
        for rho in [0.0, 1e-9, 0.3] {
            let at = |posts: &Posts| posts.log_likelihood(Share::of_angle(0.7), rho);
            assert!((at(&few) - apart.iter().map(at).sum::<f64>()).abs() < 1e-12);
        }
    }
}

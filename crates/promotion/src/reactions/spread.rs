//! How much posts of one label differ beyond the chance of their counts.

use std::f64::consts::FRAC_PI_2;

use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::Tally;
use super::likelihood::{Posts, Share};

/// How much the negative shares of a label's posts differ, beyond the chance of their counts.
///
/// The negative reactions of post i are taken as y_i ~ BetaBinomial(n_i, mu, rho): its own share is a beta variable with the
/// mean mu, and rho, 0 to 1, is the correlation of two reactions to one post. With rho = 0 all posts are alike and reactions
/// are independent; with rho = 1 each post draws only one kind. The variance of y_i is that of independent reactions times
/// 1 + (n_i - 1) rho: at rho = 0.02, 300 reactions to one post tell as much as 43 independent ones.
///
/// rho is where the likelihood (D. A. Griffiths, Biometrics 29, 1973) is greatest with mu at the weighted mean of the
/// shares, weights n_i / (1 + (n_i - 1) rho) (J. C. Kleinman, JASA 68, 1973). Its interval holds the values whose
/// log-likelihood is at most z^2 / 2 below. With few posts rho is estimated too low rather than too high: read the interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Spread {
    /// The data say nothing about it: fewer than two posts of the label have two counted reactions each, or all of the
    /// label's reactions are of one kind. What holds for the posts is not known to hold for others like them.
    NotIdentified {
        /// The number of posts with at least two counted reactions.
        posts: u64,
    },
    /// It can be estimated.
    Estimated {
        /// The number of posts with at least two counted reactions.
        posts: u64,
        /// The mean negative share of such posts, mu, between 0 and 1.
        mean: f64,
        /// The correlation of two reactions to one post, rho, 0 to 1.
        rho: f64,
        /// The lower end of rho's interval.
        low: f64,
        /// The upper end of rho's interval.
        high: f64,
    },
}

impl Spread {
    /// Returns whether the data say anything about it.
    pub fn is_identified(&self) -> bool {
        matches!(self, Self::Estimated { .. })
    }
}

/// What is known of the mean mu of a label's posts, where their spread is identified.
pub(crate) struct MeanPosterior {
    /// Its estimate.
    pub(crate) mean: f64,
    cells: Vec<Cell>,
}

/// A part of the angles of mu, mu = sin^2, at one rho.
struct Cell {
    /// The weight of this cell and all before it.
    up_to: f64,
    from: f64,
    width: f64,
    rho: f64,
}

/// rho is searched as the cube of a number from 0 to this: small values are the usual ones.
const END: f64 = 0.999_999;
/// So many values of rho are compared before the search for the best one.
const COARSE: u32 = 32;
/// So many values of rho stand for all, and so many of mu at each: their steps are a fraction of a standard error.
const NODES: u32 = 16;
const PLACES: u32 = 24;
/// Parameters whose log-likelihood is by half the square of this below the greatest are left out.
const FAR: f64 = 5.0;
/// The least angle of mu and of its rest.
const EDGE: f64 = 1e-9;

/// Returns what these posts of one label tell about their spread, and about their mean where they tell anything.
pub(crate) fn fit<'a>(tallies: impl IntoIterator<Item = &'a Tally>, level: f64) -> (Spread, Option<MeanPosterior>) {
    let posts = Posts::new(tallies);
    let telling = posts.telling();
    if telling < 2 || posts.are_of_one_kind() {
        return (Spread::NotIdentified { posts: telling }, None);
    }
    let likelihood = |root: f64| posts.log_likelihood(posts.mean(cube(root)), cube(root));
    let none = (0.0, likelihood(0.0));
    let step = END / f64::from(COARSE);
    let coarse = (1..=COARSE).map(|place| f64::from(place) * step).map(|root| (root, likelihood(root)));
    let (start, _) = coarse.fold(none, |best, next| if next.1 > best.1 { next } else { best });
    let inner = peak(likelihood, (start - step).max(0.0), (start + step).min(END));
    let (best, top) = if inner.1 > none.1 { inner } else { none };
    // Where the likelihood has fallen so many standard errors below its top.
    let ends = |errors: f64| {
        let left = |root: f64| errors - fall(top, likelihood(root));
        let high = crossing(left, best, END);
        (crossing(left, best, 0.0), if high < END { high } else { 1.0 })
    };

    let (low, high) = ends(Normal::standard().inverse_cdf(0.5 + level / 2.0));
    let (rho, low, high) = (cube(best), cube(low), cube(high));
    let mean = posts.mean(rho).part;
    let cells = cells(&posts, ends(FAR), top);
    (Spread::Estimated { posts: telling, mean, rho, low, high }, Some(MeanPosterior { mean, cells }))
}

/// By how many standard errors this log-likelihood is below the greatest, were it that of a normal distribution.
fn fall(top: f64, likelihood: f64) -> f64 {
    (2.0 * (top - likelihood)).max(0.0).sqrt()
}

/// The posterior of mu and rho on a grid that covers the roots of rho in this range; `top` is the greatest log-likelihood.
/// Before the data every rho is alike, and mu has Jeffreys' prior Beta(1/2, 1/2), by which every angle is alike.
fn cells(posts: &Posts, (from, to): (f64, f64), top: f64) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut up_to = 0.0;
    for node in 0..NODES {
        let root = from + (to.min(END) - from) * (f64::from(node) + 0.5) / f64::from(NODES);
        let likelihood = |angle: f64| posts.log_likelihood(Share::of_angle(angle), cube(root));
        let left = |angle: f64| FAR - fall(top, likelihood(angle));
        let middle = posts.mean(cube(root)).angle();
        let (low, high) = (crossing(left, middle, EDGE), crossing(left, middle, FRAC_PI_2 - EDGE));
        let width = (high - low) / f64::from(PLACES);
        for place in 0..PLACES {
            let from = low + width * f64::from(place);
            // The root of a rho that may be any has a density in proportion to its square.
            up_to += libm::exp(likelihood(from + 0.5 * width) - top) * root * root * width;
            cells.push(Cell { up_to, from, width, rho: cube(root) });
        }
    }
    cells
}

impl MeanPosterior {
    /// A draw of mu.
    pub(crate) fn draw(&self, stream: &mut Stream) -> f64 {
        self.draw_with_rho(stream).0
    }

    /// A draw of mu and rho.
    pub(crate) fn draw_with_rho(&self, stream: &mut Stream) -> (f64, f64) {
        let point = stream.uniform() * self.cells.last().map_or(0.0, |cell| cell.up_to);
        let cell = self.cells.get(self.cells.partition_point(|cell| cell.up_to <= point));
        let draw = |cell: &Cell| (Share::of_angle(cell.from + cell.width * stream.uniform()).part, cell.rho);
        cell.map_or((self.mean, 0.0), draw)
    }
}

fn cube(root: f64) -> f64 {
    root * root * root
}

/// Where `f` is greatest between two points, by golden sections, and its value there.
fn peak(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let at = |point: f64| (point, f(point));
    let (mut left, mut right) = (at(high - GOLDEN * (high - low)), at(low + GOLDEN * (high - low)));
    for _ in 0..36 {
        if left.1 >= right.1 {
            (high, right) = (right.0, left);
            left = at(high - GOLDEN * (high - low));
        } else {
            (low, left) = (left.0, right);
            right = at(low + GOLDEN * (high - low));
        }
    }
    if left.1 >= right.1 { left } else { right }
}

/// Where `f` falls through 0 on the way from one point to another, to a millionth of a standard error: the first where it is
/// not positive there, the other where it still is.
///
/// A likelihood falls by about as many standard errors as one goes far, so that the line through two points soon hits. The
/// value of an end that stays twice is halved (the Illinois method: M. Dowell and P. Jarratt, BIT 11, 1971), and every
/// fourth point halves the way, so that it ends on any slope.
fn crossing(f: impl Fn(f64) -> f64, within: f64, without: f64) -> f64 {
    let value = |point: f64| f(point).max(-1e12); // also where the likelihood is 0
    let (mut inside, mut outside) = ((within, value(within)), (without, value(without)));
    if inside.1 <= 0.0 || outside.1 >= 0.0 {
        return if inside.1 <= 0.0 { within } else { without };
    }
    let mut was_inside = None;
    for turn in 0..120 {
        let part = if turn % 4 == 3 { 0.5 } else { inside.1 / (inside.1 - outside.1) };
        let point = inside.0 + part * (outside.0 - inside.0);
        let next = (point, value(point));
        if next.1.abs() < 1e-6 || point == inside.0 || point == outside.0 {
            return point;
        }
        let is_inside = next.1 > 0.0;
        let (moved, stays) = if is_inside { (&mut inside, &mut outside) } else { (&mut outside, &mut inside) };
        *moved = next;
        if was_inside.replace(is_inside) == Some(is_inside) {
            stays.1 *= 0.5;
        }
    }
    inside.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(posts: &[(u64, u64)]) -> Vec<Tally> {
        posts.iter().map(|&(y, n)| Tally { positive: n - y, negative: y, ignored: 0 }).collect()
    }

    // scipy 1.17.1, numpy 2.4.6:
    //   y, n = np.array(posts, float).T
    //   def mean(r): w = n / (1 + (n - 1) * r); return (w * y / n).sum() / w.sum()
    //   def ll(r):
    //       m = mean(r)
    //       return (stats.binom(n, m) if r == 0 else stats.betabinom(n, m * (1 - r) / r, (1 - m) * (1 - r) / r)).logpmf(y).sum()
    // rho: the best of a grid of 10,001 cubes, then optimize.minimize_scalar(bounded), or 0 (below rho = 1e-10 betabinom has
    // lost its digits); its ends: optimize.brentq on ll(r) - ll(rho) + stats.norm.ppf(.975)**2 / 2. Last column: ll(rho) - ll(.2).
    #[test]
    fn equals_scipy() {
        type Row = (&'static [(u64, u64)], [f64; 4], f64);
        let rows: [Row; 6] = [
            (
                &[(8, 299), (44, 265), (22, 76), (165, 198)],
                [0.328_699_868_413_8, 0.337_393_477_657_4, 0.155_977_788_254_2, 0.659_935_689_622_8],
                0.867_942_290_129_3,
            ),
            (
                &[(8, 299), (20, 250)],
                [0.052_806_589_971_1, 0.011_467_054_181_9, 0.0, 0.150_921_727_317_4],
                2.372_137_920_799_1,
            ),
            (&[(3, 10), (4, 12), (2, 9), (30, 100)], [39.0 / 131.0, 0.0, 0.0, 0.070_659_050_192_8], 3.649_365_903_8),
            (
                &[(5, 50), (12, 60), (3, 40), (20, 80), (9, 30)],
                [0.184_769_172_476, 0.024_772_136_389_2, 0.0, 0.161_077_438_726_8],
                2.491_407_023_353_9,
            ),
            (
                &[(100_000, 1_000_000), (110_000, 900_000), (95_000, 1_100_000)],
                [0.102_861_431_178_7, 0.002_326_379_615_2, 0.000_658_118_570_7, 0.019_389_786_535_4],
                6.066_409_744_2,
            ),
            (
                &[(1, 3), (2, 2), (0, 5)],
                [0.411_393_168_069, 0.537_944_007_864_7, 0.0, 0.968_729_868_513_7],
                0.360_460_166_1,
            ),
        ];
        for (posts, expected, gain) in rows {
            let (spread, posterior) = fit(&tallies(posts), 0.95);
            let Spread::Estimated { mean: found, rho, low, high, .. } = spread else { panic!("{posts:?}: {spread:?}") };
            for (found, expected) in [found, rho, low, high].into_iter().zip(expected) {
                // The top of the likelihood is flat: half of the digits is what either can know.
                assert!((found - expected).abs() < 1e-4 * expected.max(1e-3), "{posts:?}: {spread:?} for {expected:?}");
            }
            let posts = Posts::new(&tallies(posts));
            let at = |rho| posts.log_likelihood(posts.mean(rho), rho);
            assert!((at(rho) - at(0.2) - gain).abs() < 1e-6, "{posts:?}: {}", at(rho) - at(0.2));
            assert_eq!(posterior.unwrap().mean, found);
        }
    }

    #[test]
    fn what_says_nothing_is_not_identified() {
        for (posts, telling) in [
            (&[][..], 0),
            (&[(8, 299)], 1),
            (&[(0, 0), (8, 299), (1, 1)], 1), // one reaction has no correlation with another
            (&[(0, 20), (0, 30)], 2),         // nobody is negative: every rho fits alike
            (&[(20, 20), (u64::MAX, u64::MAX)], 2),
        ] {
            let (spread, posterior) = fit(&tallies(posts), 0.95);
            assert!(spread == Spread::NotIdentified { posts: telling } && posterior.is_none(), "{posts:?}: {spread:?}");
        }
    }

    // mpmath 1.3.0, mp.dps = 80: the profile likelihood as differences of loggamma; the best root of rho by golden sections,
    // its ends by bisection. From 10^12 reactions on only the shares count, and 12 digits are the same.
    #[test]
    fn the_size_of_huge_counts_does_not_move_rho() {
        for (n, expected) in [
            (120, [0.145_439_678_578, 0.033_119_121_776, 0.634_428_109_296]),
            (1_200_000, [0.150_518_094_042, 0.041_129_040_240, 0.633_728_439_194]),
            (1_200_000_000_000, [0.150_518_593_493, 0.041_129_833_702, 0.633_728_365_959]),
            (1_200_000_000_000_000, [0.150_518_593_494, 0.041_129_833_702, 0.633_728_365_959]),
            (12_000_000_000_000_000_000, [0.150_518_593_494, 0.041_129_833_702, 0.633_728_365_959]),
        ] {
            let (spread, posterior) = fit(&tallies(&[(n / 3, n), (n / 4 * 3, n)]), 0.95);
            let Spread::Estimated { mean, rho, low, high, .. } = spread else { panic!("{n}: {spread:?}") };
            for (found, expected) in [rho, low, high].into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-5 * expected, "{n}: {spread:?}");
            }
            assert!((mean - 13.0 / 24.0).abs() < 1e-12); // (1/3 + 3/4) / 2
            let (mut stream, posterior) = (Stream::new(0, "test", 0), posterior.unwrap());
            let sum: f64 = (0..10_000).map(|_| posterior.draw(&mut stream)).sum();
            assert!((sum / 10_000.0 - 0.535).abs() < 0.03, "{n}: {sum}");
        }
        // Shares that differ by no more than chance has it, and by a little more.
        let n = 1_000_000_000_000_000_000;
        let rho = |posts: &[(u64, u64)]| match fit(&tallies(posts), 0.95).0 {
            Spread::Estimated { rho, low, .. } => (rho, low),
            spread @ Spread::NotIdentified { .. } => panic!("{spread:?}"),
        };
        let (found, low) = rho(&[(n / 2, n), (n / 2, n), (n / 2 + 100_000_000, n)]);
        assert!(low == 0.0 && found < 1e-18, "{found} {low}");
        let (found, low) = rho(&[(n / 2, n), (n / 2, n), (n / 2 + 100_000_000_000, n)]);
        assert!(found > low && low > 0.0 && found < 1e-12, "{found} {low}");
    }

    #[test]
    fn huge_and_opposite_posts_have_numbers() {
        let most = u64::MAX;
        for posts in
            [&[(0, 5), (7, 7)][..], &[(0, most), (most, most)], &[(1, most), (most / 3, most)], &[(1, 2), (1, 2)]]
        {
            let (spread, posterior) = fit(&tallies(posts), 0.95);
            let Spread::Estimated { mean, rho, low, high, .. } = spread else { panic!("{posts:?}: {spread:?}") };
            assert!(0.0 < mean && mean < 1.0, "{posts:?}: {spread:?}");
            assert!(0.0 <= low && low <= rho && rho <= high && high <= 1.0, "{posts:?}: {spread:?}");
            let mut stream = Stream::new(0, "test", 0);
            let posterior = posterior.unwrap();
            assert!((0..100).map(|_| posterior.draw(&mut stream)).all(|share| (0.0..=1.0).contains(&share)));
        }
    }

    // scipy 1.17.1: the posterior of mu on a grid of 2,000 by 400 cubes of rho, with logpmf of stats.betabinom, every rho
    // alike before the data and mu as Beta(1/2, 1/2); its quantiles at 2.5, 50 and 97.5 %
    #[test]
    fn draws_are_near_the_posterior_on_a_grid() {
        for (posts, expected) in [
            (&[(5, 50), (12, 60), (3, 40), (20, 80), (9, 30)][..], [0.110_02, 0.201_75, 0.390_15]),
            (&[(8, 299), (20, 250)], [0.025_04, 0.128_29, 0.598_59]),
            (
                &[(30, 100), (45, 120), (28, 110), (33, 90), (60, 150), (41, 100), (25, 95), (39, 130)],
                [0.278_80, 0.336_19, 0.402_33],
            ),
        ] {
            let (_, posterior) = fit(&tallies(posts), 0.95);
            let (mut stream, posterior) = (Stream::new(3, "test", 0), posterior.unwrap());
            let mut draws: Vec<f64> = (0..40_000).map(|_| posterior.draw(&mut stream)).collect();
            draws.sort_by(f64::total_cmp);
            let found = [0.025, 0.5, 0.975].map(|q| plaudit_stats::quantile(&draws, q).unwrap());
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found / expected - 1.0).abs() < 0.015, "{posts:?}: {found:?} for {expected:?}");
            }
        }
    }
}

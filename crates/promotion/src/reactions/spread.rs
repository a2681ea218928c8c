//! How much posts of one label differ beyond the chance of their counts.

use std::f64::consts::FRAC_PI_2;

use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use super::Tally;

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
}

/// Negative and counted reactions of a post.
type Post = (f64, f64);

/// rho is searched as the cube of a number from 0 to this: small values are the usual ones.
const END: f64 = 0.999_999;
/// So many values of rho, and of mu at each, stand for all.
const NODES: u32 = 32;
/// Parameters whose log-likelihood is by half the square of this below the greatest are left out.
const FAR: f64 = 5.0;

/// Returns what these posts of one label tell about their spread, and about their mean where they tell anything.
pub(crate) fn fit<'a>(tallies: impl IntoIterator<Item = &'a Tally>, level: f64) -> (Spread, Option<MeanPosterior>) {
    let posts: Vec<Post> = tallies
        .into_iter()
        .filter(|tally| tally.counted() > 0)
        .map(|tally| (tally.negative as f64, tally.negative as f64 + tally.positive as f64))
        .collect();
    let telling = posts.iter().filter(|&&(_, n)| n >= 2.0).count();
    let one_kind = posts.iter().all(|&(y, _)| y == 0.0) || posts.iter().all(|&(y, n)| y == n);
    if telling < 2 || one_kind {
        return (Spread::NotIdentified { posts: telling as u64 }, None);
    }
    let likelihood = |root: f64| log_likelihood(&posts, mean(&posts, cube(root)), cube(root));
    let coarse = (1..=NODES).map(|step| f64::from(step) / f64::from(NODES) * END);
    let start = coarse.fold(0.0, |best, root| if likelihood(root) > likelihood(best) { root } else { best });
    let step = END / f64::from(NODES);
    let inner = peak(likelihood, (start - step).max(0.0), (start + step).min(END));
    let best = if likelihood(inner) > likelihood(0.0) { inner } else { 0.0 };
    let top = likelihood(best);
    // Where the likelihood falls so many standard errors below its top.
    let ends = |errors: f64| {
        let inside = |root: f64| likelihood(root) >= top - errors * errors / 2.0;
        let low = if inside(0.0) { 0.0 } else { crossing(inside, best, 0.0) };
        let high = if inside(END) { 1.0 } else { crossing(inside, best, END) };
        (low, high)
    };

    let (low, high) = ends(Normal::standard().inverse_cdf(0.5 + level / 2.0));
    let (rho, low, high) = (cube(best), cube(low), cube(high));
    let mean = mean(&posts, rho);
    let cells = cells(&posts, ends(FAR), top);
    (Spread::Estimated { posts: telling as u64, mean, rho, low, high }, Some(MeanPosterior { mean, cells }))
}

/// The posterior of mu and rho on a grid that covers the roots of rho in this range; `top` is the greatest log-likelihood.
/// Before the data every rho is alike, and mu has Jeffreys' prior Beta(1/2, 1/2), by which every angle is alike.
fn cells(posts: &[Post], (from, to): (f64, f64), top: f64) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut up_to = 0.0;
    for node in 0..NODES {
        let root = from + (to.min(END) - from) * (f64::from(node) + 0.5) / f64::from(NODES);
        let likelihood = |angle: f64| log_likelihood(posts, share(angle), cube(root)) - top;
        let best = peak(likelihood, 0.0, FRAC_PI_2);
        let inside = |angle: f64| likelihood(angle) >= -FAR * FAR / 2.0;
        if !inside(best) {
            continue;
        }
        let (low, high) = (crossing(inside, best, 0.0), crossing(inside, best, FRAC_PI_2));
        let width = (high - low) / f64::from(NODES);
        for place in 0..NODES {
            let from = low + width * f64::from(place);
            // The root of a rho that may be any has a density in proportion to its square.
            up_to += libm::exp(likelihood(from + 0.5 * width)) * root * root * width;
            cells.push(Cell { up_to, from, width });
        }
    }
    cells
}

impl MeanPosterior {
    /// A draw of mu.
    pub(crate) fn draw(&self, stream: &mut Stream) -> f64 {
        let point = stream.uniform() * self.cells.last().map_or(0.0, |cell| cell.up_to);
        let cell = self.cells.get(self.cells.partition_point(|cell| cell.up_to <= point));
        cell.map_or(self.mean, |cell| share(cell.from + cell.width * stream.uniform()))
    }
}

/// The share with this angle.
fn share(angle: f64) -> f64 {
    let sine = libm::sin(angle);
    sine * sine
}

fn cube(root: f64) -> f64 {
    root * root * root
}

/// As many independent reactions tell as much about the mean as `n` to one post.
fn worth(n: f64, rho: f64) -> f64 {
    n / (1.0 + (n - 1.0) * rho)
}

/// The weighted mean of the posts' negative shares.
fn mean(posts: &[Post], rho: f64) -> f64 {
    let (sum, weight) = posts.iter().fold((0.0, 0.0), |(sum, weight), &(y, n)| {
        let worth = worth(n, rho);
        (sum + worth * y / n, weight + worth)
    });
    sum / weight
}

/// The log-likelihood of the beta-binomial distribution, without the binomial coefficients, which are the same for all
/// parameters; of the binomial distribution where `rho` is 0. `mean` is inside 0 to 1.
fn log_likelihood(posts: &[Post], mean: f64, rho: f64) -> f64 {
    let total = (1.0 - rho) / rho;
    let post = |&(y, n): &Post| {
        if rho == 0.0 {
            return y * libm::log(mean) + (n - y) * libm::log1p(-mean);
        }
        rising(mean * total, y) + rising((1.0 - mean) * total, n - y) - rising(total, n)
    };
    posts.iter().map(post).sum()
}

/// ln(Gamma(a + n) / Gamma(a)) for a whole n: the sum of ln(a + r) for r from 0 to n - 1, in a time that does not grow with
/// n and without the loss of digits that a difference of two large logarithms has.
fn rising(mut a: f64, mut n: f64) -> f64 {
    let mut sum = 0.0;
    // Stirling's series below is exact to 1e-12 from 10 on.
    while n > 0.0 && (a < 10.0 || n < 8.0) {
        sum += libm::log(a);
        a += 1.0;
        n -= 1.0;
    }
    if n == 0.0 {
        return sum;
    }
    let rest = |x: f64| {
        let square = x * x;
        (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * square)) / square) / square) / x
    };
    sum + n * (libm::log(a + n) - 1.0) + (a - 0.5) * libm::log1p(n / a) + rest(a + n) - rest(a)
}

/// Where `f` is greatest between two points, by golden sections.
fn peak(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    for _ in 0..40 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if f(left) >= f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    0.5 * (low + high)
}

/// The last point that is `inside`, on the way from one that is to one that is not.
fn crossing(inside: impl Fn(f64) -> bool, mut within: f64, mut without: f64) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (within + without);
        if inside(middle) {
            within = middle;
        } else {
            without = middle;
        }
    }
    within
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
            let posts: Vec<Post> = posts.iter().map(|&(y, n)| (y as f64, n as f64)).collect();
            let at = |rho| log_likelihood(&posts, mean(&posts, rho), rho);
            assert!((at(rho) - at(0.2) - gain).abs() < 1e-6, "{posts:?}: {}", at(rho) - at(0.2));
            assert_eq!(posterior.unwrap().mean, found);
        }
    }

    // mpmath 1.3.0 with mp.dps = 50: loggamma(mpf(a) + n) - loggamma(mpf(a))
    #[test]
    fn rising_equals_the_difference_of_log_gammas() {
        for (a, n, expected) in [
            (0.5, 3.0, 0.628_608_659_422_374_2),
            (2.25, 20.0, 46.023_750_571_947_93),
            (1e-9, 500.0, 2_584.392_584_531_578_3),
            (9.5, 1000.0, 5_959.195_019_354_19),
            (1234.5, 7.0, 49.845_930_319_154_73),
            (1e4, 1e6, 12_871_609.786_417_346),
            (1e9, 40.0, 828.930_634_257_856_4),
            (1e12, 1e6, 27_631_021.615_927_882),
        ] {
            let found = rising(a, n);
            assert!((found - expected).abs() < 1e-11 * expected.abs().max(1.0), "{a} {n}: {found} for {expected}");
        }
        assert_eq!(rising(3.0, 0.0), 0.0);
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

//! How often a comparison would show what is there, by simulation.

use plaudit_core::{Error, Result};
use plaudit_stats::{Stream, beta_quantile, binomial};
use serde::{Deserialize, Serialize};

use crate::reactions::Plan;

/// How many posts an arm needs at one spread, by the normal approximation and by simulation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PowerRow {
    /// The standard deviation between posts, on the logit scale.
    pub sd: f64,
    /// The posts an arm by the normal approximation ([`Plan::posts_per_arm`]); none where it has no number.
    pub posts: Option<u64>,
    /// The share of simulated comparisons with so many posts that show a difference; none where `posts` is none, 1,
    /// which no test can use, or above 1,000.
    pub power: Option<f64>,
    /// The least number of posts from `posts` on with which the share reaches the plan's power; none where none up to
    /// 1,000 does.
    pub simulated: Option<u64>,
}

/// The most posts an arm that are simulated.
const MOST: u64 = 1_000;

impl Plan {
    /// Returns a row a spread of the plan, for a negative share of `from` without the cut and so many counted reactions
    /// a post (none: endlessly many), each power from `runs` simulated comparisons.
    ///
    /// A comparison draws the logit of each post's share from a normal distribution, the counts from the share, and
    /// compares the arms' mean logits, of (negative + 1/2) / (positive + 1/2), by Student's two-sided t test. With
    /// 2,000 runs the standard error of a power of 0.8 is 0.009. The same draws serve every number of posts.
    ///
    /// ```
    /// use plaudit_promotion::reactions::Plan;
    ///
    /// let rows = Plan::default().power_table(0.2852, None, 1_000, 1)?;
    /// assert_eq!(rows[1].posts, Some(17));
    /// assert!(rows[1].simulated.unwrap() >= 17);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the plan is at fault, `from` is not between 0 and 1, `reactions` is 0 or above 2^53, or `runs` is not from
    /// 100 to 100,000. All faults are named at once.
    pub fn power_table(&self, from: f64, reactions: Option<u64>, runs: u64, seed: u64) -> Result<Vec<PowerRow>> {
        let mut faults = self.faults();
        if !(from > 0.0 && from < 1.0) {
            faults.push(format!("from: {from}; expected between 0 and 1"));
        }
        if reactions.is_some_and(|reactions| reactions == 0 || reactions > 1 << 53) {
            faults.push("reactions: expected 1 to 2^53, or none for endlessly many".to_owned());
        }
        if !(100..=100_000).contains(&runs) {
            faults.push(format!("runs: {runs}; expected 100 to 100000"));
        }
        Error::from_faults(faults)?;
        let row = |&sd: &f64| {
            let posts = self.posts_per_arm(from, sd, reactions.map(|reactions| reactions as f64));
            let comparison =
                Comparison { from, to: from * (1.0 - self.cut), sd, reactions, alpha: self.alpha, runs, seed };
            let power = |posts: u64| if (2..=MOST).contains(&posts) { comparison.power(posts) } else { None };
            let at = posts.and_then(power);
            let reaches = |&posts: &u64| power(posts).is_some_and(|power| power >= self.power);
            let simulated = posts.and_then(|posts| (posts.max(2)..=MOST).find(reaches));
            PowerRow { sd, posts, power: at, simulated }
        };
        Ok(self.spreads.iter().map(row).collect())
    }
}

struct Comparison {
    from: f64,
    to: f64,
    sd: f64,
    reactions: Option<u64>,
    alpha: f64,
    runs: u64,
    seed: u64,
}

impl Comparison {
    /// The share of runs that show a difference with so many posts an arm, at least 2.
    fn power(&self, posts: u64) -> Option<f64> {
        // df / (df + T^2) is a beta variable where T is Student's: its quantile gives the two-sided bound for T^2.
        let df = (2 * posts - 2) as f64;
        let x = beta_quantile(0.5 * df, 0.5, self.alpha)?;
        let bound = df * (1.0 - x) / x;
        let shows = |run: &u64| {
            let [(mean0, squares0), (mean1, squares1)] =
                [("campaign: power from", self.from), ("campaign: power to", self.to)]
                    .map(|(purpose, share)| self.arm(&mut Stream::new(self.seed, purpose, *run), share, posts));
            let variance = (squares0 + squares1) / df;
            (mean0 - mean1).powi(2) > bound * variance * 2.0 / posts as f64
        };
        Some((0..self.runs).filter(shows).count() as f64 / self.runs as f64)
    }

    /// The mean of an arm's logits, and the sum of their squared deviations from it.
    fn arm(&self, stream: &mut Stream, share: f64, posts: u64) -> (f64, f64) {
        let centre = libm::log(share / (1.0 - share));
        let (mut mean, mut squares) = (0.0, 0.0);
        for post in 1..=posts {
            let logit = centre + self.sd * stream.normal();
            let seen = match self.reactions {
                None => logit,
                Some(n) => {
                    let negative = binomial(stream, n, 1.0 / (1.0 + libm::exp(-logit)));
                    libm::log((negative as f64 + 0.5) / ((n - negative) as f64 + 0.5))
                }
            };
            // Welford's update, which loses no digits.
            let beyond = seen - mean;
            mean += beyond / post as f64;
            squares += beyond * (seen - mean);
        }
        (mean, squares)
    }
}

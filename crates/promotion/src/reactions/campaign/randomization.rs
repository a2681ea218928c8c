//! Whether the labels differ by more than the draw of the plan explains.

use plaudit_core::{Error, Result};
use plaudit_stats::Stream;
use serde::{Deserialize, Serialize};

use super::Campaign;
use super::assign::{all, assign, count};
use crate::reactions::{Reactions, Tally, Valence};

/// What is asked of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Contrast {
    /// Whether any label differs from the others: sum over labels of (sum of residuals)^2 / posts, where a residual is
    /// a post's share less the mean of its block. With one post a label in one block it is the same for every
    /// assignment, and shows nothing.
    AnyDifference,
    /// Whether the negative shares of this label's posts are lower than those of the others: the sum of its residuals.
    /// One-sided.
    Lower {
        /// The label.
        label: String,
    },
}

/// A p-value under the draw by which the posts got their labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RandomizationTest {
    /// The statistic of the campaign as it was; great where it speaks for a difference.
    pub statistic: f64,
    /// The share of the assignments with a statistic as great. Where these were drawn: (b + 1) / (m + 1) with b of m
    /// draws.
    pub p_value: f64,
    /// The number of assignments, where all were tried; none where they were drawn.
    pub assignments: Option<u64>,
}

/// Up to so many assignments are all tried.
const MOST: u64 = 100_000;
/// The most assignments that are drawn.
const MOST_DRAWS: u64 = 10_000_000;

impl Campaign {
    /// Returns the test of these negative shares, `[posts]` in the plan's order; none stands for a post without counted
    /// reactions. No result where no post has a share.
    ///
    /// The p-value is of the sharp hypothesis that every post would have had the same share whatever label it promoted,
    /// under the plan's own draw, and needs no model (Fisher 1935; P. R. Rosenbaum, *Observational Studies*, 2002). All
    /// assignments are tried where there are at most 100,000, and otherwise `draws` are made, by default take 9,999. It
    /// holds only where the posts went out as planned.
    ///
    /// # Errors
    /// When there are not as many shares as posts, one is not from 0 to 1, `draws` is not from 1 to 10,000,000, or the
    /// contrast names a label that the campaign has not.
    pub fn randomization_test(
        &self,
        shares: &[Option<f64>],
        contrast: &Contrast,
        draws: u64,
    ) -> Result<Option<RandomizationTest>> {
        let labels = &self.config().labels;
        let mut faults = Vec::new();
        if shares.len() != self.posts().len() {
            faults.push(format!("shares: {} of them for {} posts", shares.len(), self.posts().len()));
        }
        for share in shares.iter().flatten().filter(|share| !(0.0..=1.0).contains(*share)) {
            faults.push(format!("shares: {share}; expected 0 to 1"));
        }
        if !(1..=MOST_DRAWS).contains(&draws) {
            faults.push(format!("draws: {draws}; expected 1 to {MOST_DRAWS}"));
        }
        let of = match contrast {
            Contrast::AnyDifference => None,
            Contrast::Lower { label } => {
                let place = labels.iter().position(|other| other == label);
                if place.is_none() {
                    faults.push(format!("contrast: `{label}` is no label of the campaign"));
                }
                place
            }
        };
        Error::from_faults(faults)?;
        if shares.iter().flatten().next().is_none() {
            return Ok(None);
        }
        let blocks: Vec<Block> = self.blocks().into_iter().map(|places| Block::new(places, shares)).collect();
        let arms = self.arms();
        let empty = Sums { sums: vec![0.0; labels.len()], posts: vec![0; labels.len()] };
        let observed = blocks.iter().fold(empty.clone(), |sums, block| sums.with(block, block.of(&arms)));
        let statistic = observed.statistic(of);
        // Sums in another order differ in their last digits: what is equal but for these counts as equal.
        let least = statistic - 1e-12 * (1.0 + statistic.abs());
        let assignments = blocks.iter().try_fold(1u64, |product, block| {
            let of_block = count(labels.len(), block.places.len(), MOST)?;
            product.checked_mul(of_block).filter(|&product| product <= MOST)
        });
        let p_value = if let Some(assignments) = assignments {
            let arrangements: Vec<_> = blocks.iter().map(|block| all(labels.len(), block.places.len())).collect();
            as_great(&blocks, &arrangements, &empty, of, least) as f64 / assignments as f64
        } else {
            let great = (0..draws).filter(|&draw| {
                let mut stream = Stream::new(self.config().seed, "campaign: randomization", draw);
                let draw = |sums: Sums, block: &Block| {
                    let arms = assign(&mut stream, labels.len(), block.places.len());
                    sums.with(block, arms.iter().copied())
                };
                blocks.iter().fold(empty.clone(), draw).statistic(of) >= least
            });
            (great.count() + 1) as f64 / (draws + 1) as f64
        };
        Ok(Some(RandomizationTest { statistic, p_value, assignments }))
    }

    /// Returns the tallies of the planned posts, `[posts]`; none for one that is not among the reactions.
    ///
    /// # Errors
    /// When the reactions have a post that was not planned, or one that promoted another label than was planned: the
    /// plan's draw is then not that of the campaign. Also when the valence is at fault, or does not name a reaction.
    pub fn tallies(&self, observed: &Reactions, valence: &Valence) -> Result<Vec<Option<Tally>>> {
        let tallies = observed.post_tallies(valence)?;
        let mut planned = vec![None; self.posts().len()];
        let places: std::collections::HashMap<&str, usize> =
            self.posts().iter().map(|post| post.post.as_str()).zip(0..).collect();
        let mut faults = Vec::new();
        for (post, tally) in observed.posts().iter().zip(tallies) {
            let place = places.get(post.post.as_str()).copied();
            let label = place.and_then(|place| self.posts().get(place)).map(|post| &post.label);
            match (place.and_then(|place| planned.get_mut(place)), label) {
                (Some(slot), Some(label)) if *label == post.label => *slot = Some(tally),
                (_, Some(label)) => {
                    faults.push(format!("posts: `{}` promoted `{}`; expected `{label}`", post.post, post.label));
                }
                _ => faults.push(format!("posts: `{}` was not planned", post.post)),
            }
        }
        Error::from_faults(faults)?;
        Ok(planned)
    }
}

/// The posts of a block, and how far each lies above the mean of its block.
struct Block {
    places: Vec<usize>,
    residuals: Vec<Option<f64>>,
}

impl Block {
    fn new(places: Vec<usize>, shares: &[Option<f64>]) -> Self {
        let of_block: Vec<Option<f64>> = places.iter().map(|&place| shares.get(place).copied().flatten()).collect();
        let known = of_block.iter().flatten().count().max(1);
        let mean = of_block.iter().flatten().sum::<f64>() / known as f64;
        let residuals = of_block.into_iter().map(|share| share.map(|share| share - mean)).collect();
        Self { places, residuals }
    }

    /// The labels of its posts.
    fn of<'a>(&'a self, arms: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        self.places.iter().filter_map(|&place| arms.get(place).copied())
    }
}

/// The residuals and posts of each label.
#[derive(Clone)]
struct Sums {
    sums: Vec<f64>,
    posts: Vec<u32>,
}

impl Sums {
    /// With the posts of a block, whose labels these are.
    fn with(mut self, block: &Block, arms: impl IntoIterator<Item = usize>) -> Self {
        for (arm, residual) in arms.into_iter().zip(&block.residuals) {
            if let (Some(residual), Some(sum), Some(posts)) =
                (residual, self.sums.get_mut(arm), self.posts.get_mut(arm))
            {
                *sum += residual;
                *posts += 1;
            }
        }
        self
    }

    fn statistic(&self, of: Option<usize>) -> f64 {
        match of {
            Some(label) => -self.sums.get(label).copied().unwrap_or_default(),
            None => self.sums.iter().zip(&self.posts).map(|(sum, &posts)| sum * sum / f64::from(posts.max(1))).sum(),
        }
    }
}

/// How many assignments have a statistic of at least `least`.
fn as_great(blocks: &[Block], arrangements: &[Vec<Vec<usize>>], sums: &Sums, of: Option<usize>, least: f64) -> u64 {
    match (blocks.split_first(), arrangements.split_first()) {
        (Some((block, blocks)), Some((of_block, arrangements))) => of_block
            .iter()
            .map(|arms| as_great(blocks, arrangements, &sums.clone().with(block, arms.iter().copied()), of, least))
            .sum(),
        _ => u64::from(sums.statistic(of) >= least),
    }
}

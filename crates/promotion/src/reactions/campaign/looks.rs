//! A look at a campaign each week.

use plaudit_core::{Error, Result};
use plaudit_stats::Interval;
use serde::{Deserialize, Serialize};

use super::ConfidenceSequence;
use crate::reactions::{Reactions, ReactionsConfig};

/// What is known at the end of a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Look {
    /// The week, counted from 1: seven days from the time of the first post.
    pub week: u64,
    /// Each label, in the order of the labels.
    pub labels: Vec<LabelLook>,
    /// The pairs of labels whose intervals do not overlap, the one with the lower negative shares first. While no
    /// label's mean changes, the probability that any look of all names a wrong pair is at most one less the level.
    pub apart: Vec<[String; 2]>,
}

/// One label at a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelLook {
    /// The label.
    pub label: String,
    /// The number of its posts so far that have a counted reaction.
    pub posts: u64,
    /// The mean of their negative shares, each post alike; none without a post.
    pub mean: Option<f64>,
    /// The interval for the mean of such posts, of a [`ConfidenceSequence`].
    pub interval: Interval,
}

/// Seconds of a week.
const WEEK: u64 = 7 * 86_400;

impl ReactionsConfig {
    /// Returns a look for each week in which a post went out. One may stop at any of them.
    ///
    /// The intervals of all labels and weeks hold together with the level of the configuration: each label has a
    /// [`ConfidenceSequence`] at 1 - (1 - level) / labels. The unit is the post: its negative share is one observation
    /// however many reactions it drew. A few posts tell little, and the intervals say so.
    ///
    /// # Errors
    /// When the configuration is at fault, a post has no time, or a reaction is not in the valence.
    pub fn weekly_looks(&self, reactions: &Reactions) -> Result<Vec<Look>> {
        self.validate()?;
        let tallies = reactions.post_tallies(&self.valence)?;
        let without = reactions.posts().iter().filter(|post| post.time.is_none());
        Error::from_faults(without.map(|post| format!("posts: `{}` has no time", post.post)).collect())?;
        let labels = reactions.labels();
        let level = 1.0 - (1.0 - self.level) / labels.len() as f64;
        let mut so_far: Vec<Label> =
            labels.iter().map(|label| Label::new(label, level)).collect::<Result<Vec<Label>>>()?;
        let mut looks: Vec<Look> = Vec::new();
        let first = reactions.posts().first().and_then(|post| post.time).map_or(0, |time| time.seconds);
        let mut current = 1;
        // Posts are in the order of their times.
        for (post, tally) in reactions.posts().iter().zip(&tallies) {
            let week = post.time.map_or(0, |time| time.seconds.abs_diff(first)) / WEEK + 1;
            if week > current {
                looks.push(Look::new(current, &so_far));
                current = week;
            }
            let place = labels.index_of(&post.label);
            if let (Some(label), Some(share)) = (place.and_then(|place| so_far.get_mut(place)), tally.negative_share())
            {
                label.sequence.observe(share)?;
                label.sum += share;
            }
        }
        looks.push(Look::new(current, &so_far));
        Ok(looks)
    }
}

/// A label up to a post.
struct Label {
    label: String,
    sequence: ConfidenceSequence,
    sum: f64,
}

impl Label {
    fn new(label: &str, level: f64) -> Result<Self> {
        Ok(Self { label: label.to_owned(), sequence: ConfidenceSequence::new(level)?, sum: 0.0 })
    }
}

impl Look {
    fn new(week: u64, labels: &[Label]) -> Self {
        let look = |Label { label, sequence, sum }: &Label| {
            let posts = sequence.observations();
            let mean = (posts > 0).then(|| sum / posts as f64);
            LabelLook { label: label.clone(), posts: posts as u64, mean, interval: sequence.interval() }
        };
        let labels: Vec<LabelLook> = labels.iter().map(look).collect();
        let mut apart = Vec::new();
        for lower in &labels {
            let above = labels.iter().filter(|upper| lower.interval.high < upper.interval.low);
            apart.extend(above.map(|upper| [lower.label.clone(), upper.label.clone()]));
        }
        Self { week, labels, apart }
    }
}

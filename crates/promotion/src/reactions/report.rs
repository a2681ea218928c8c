//! Everything that the reactions tell, as data.

use plaudit_core::{Labels, Result};
use serde::{Deserialize, Serialize};

use super::estimate::linear;
use super::post::sum;
use super::reduction::{Arm, Comparison};
use super::spread::fit;
use super::{Estimate, Polarity, PostsPerArm, Reactions, ReactionsConfig, Reduction, Spread, Tally, mean_post_ratio};

/// What the reactions to some posts tell, and how far that hangs on what was assumed. `Display` prints tables.
///
/// Intervals have the level of the configuration, each by itself: of many 95 % intervals about one in twenty misses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReactionReport {
    /// What it was made with.
    pub config: ReactionsConfig,
    /// Each post, in the order of [`Reactions`], with each reaction taken as the configuration says. They stand here once:
    /// what they are in a variant, [`Reactions::post_tallies`] tells.
    pub posts: Vec<PostFigures>,
    /// The figures with each reaction taken as the configuration says.
    pub declared: Figures,
    /// The figures with one ambiguous reaction taken for something else, for each such reaction and each other polarity.
    pub variants: Vec<Variant>,
}

/// The figures with one reaction taken for something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variant {
    /// The reaction.
    pub reaction: String,
    /// What it is taken for here.
    pub polarity: Polarity,
    /// The figures.
    pub figures: Figures,
}

/// The figures under one valence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Figures {
    /// Each label, in the order of the labels.
    pub labels: Vec<LabelFigures>,
    /// All reactions.
    pub total: Tally,
    /// The pooled negative share with Wilson's interval; none where nothing is counted.
    pub negative_share: Option<Estimate>,
    /// The negative share of the baseline, 0 to 1; none where it has none, or where it is made of the labels and fewer than
    /// two of them have a counted reaction: there is then nothing to compare with.
    pub baseline_share: Option<f64>,
    /// Eq. 36 of DPMS with k = 1, in percent ([`Tally::paper_eq36`]).
    pub paper_eq36_pooled: Option<f64>,
    /// Eq. 36 of DPMS with k = the number of posts, in percent.
    pub paper_eq36_posts: Option<f64>,
    /// The mean over posts of (Pos - Neg) / Pos, in percent ([`mean_post_ratio`]).
    pub mean_post_ratio: Option<f64>,
    /// How many posts an arm would show the planned cut from the pooled negative share, by spread between posts.
    pub posts_per_arm: Vec<PostsPerArm>,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelFigures {
    /// The label.
    pub label: String,
    /// The number of its posts.
    pub posts: u64,
    /// Its reactions, added up over its posts.
    pub tally: Tally,
    /// Its negative share, 0 to 1, with Wilson's interval, which takes reactions for independent; none where nothing is
    /// counted.
    pub negative_share: Option<Estimate>,
    /// The positive less the negative share, -1 to 1: what a post of it is worth; none where nothing is counted.
    pub utility: Option<f64>,
    /// How much its posts differ, as far as the data tell.
    pub spread: Spread,
    /// The baseline's negative share less its own, -1 to 1, with an interval of Newcombe's hybrid score kind (his method 10
    /// where the baseline is historical) for the chance of the counts alone; none where a share is not defined.
    pub below_baseline: Option<Estimate>,
    /// The relative reduction against the baseline, by reading: the counts alone, each spread of the configuration, the
    /// spread that the data show.
    pub reductions: Vec<Reduction>,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostFigures {
    /// The post.
    pub post: String,
    /// Its label.
    pub label: String,
    /// Its reactions.
    pub tally: Tally,
    /// Its negative share, 0 to 1, with Wilson's interval; none where nothing is counted.
    pub negative_share: Option<Estimate>,
}

impl ReactionsConfig {
    /// Returns what these reactions tell. The order of the posts changes nothing.
    ///
    /// # Errors
    /// When the configuration is at fault ([`validate`](Self::validate)), or the data have a reaction that the valence does
    /// not name.
    pub fn report(&self, reactions: &Reactions) -> Result<ReactionReport> {
        self.validate()?;
        let tallies = reactions.post_tallies(&self.valence)?;
        let posts = reactions.posts().iter().zip(&tallies).map(|(post, tally)| PostFigures {
            post: post.post.clone(),
            label: post.label.clone(),
            tally: *tally,
            negative_share: Estimate::negative_share(tally, self.level),
        });
        let posts = posts.collect();
        let declared = self.figures(reactions, &tallies);
        let variants = self.valence.variants().into_iter().map(|(reaction, polarity, valence)| {
            Ok(Variant { reaction, polarity, figures: self.figures(reactions, &reactions.post_tallies(&valence)?) })
        });
        Ok(ReactionReport { config: self.clone(), posts, declared, variants: variants.collect::<Result<_>>()? })
    }

    /// The figures of these posts' tallies, `[posts]`.
    fn figures(&self, reactions: &Reactions, posts: &[Tally]) -> Figures {
        let by_label = reactions.by_label(posts);
        let total = sum(posts);
        let negative_share = Estimate::negative_share(&total, self.level);
        let mean_reactions = total.counted() as f64 / posts.len() as f64;
        let plan = |&sd: &f64| {
            let posts = |counts| self.plan.posts_per_arm(negative_share?.value, sd, counts);
            PostsPerArm { sd, posts: posts(None), with_counts: posts(Some(mean_reactions)) }
        };
        let (labels, baseline_share) = self.labels(reactions.labels(), &by_label);
        Figures {
            labels,
            total,
            negative_share,
            baseline_share,
            paper_eq36_pooled: total.paper_eq36(1),
            paper_eq36_posts: total.paper_eq36(posts.len() as u64),
            mean_post_ratio: mean_post_ratio(posts),
            posts_per_arm: self.plan.spreads.iter().map(plan).collect(),
        }
    }

    /// The labels' figures, and the baseline's negative share.
    fn labels(&self, names: &Labels, by_label: &[Vec<&Tally>]) -> (Vec<LabelFigures>, Option<f64>) {
        let tallies: Vec<Tally> = by_label.iter().map(|posts| sum(posts.iter().copied())).collect();
        let mut arms = Vec::new();
        let mut labels = Vec::new();
        for ((label, &tally), posts) in names.iter().zip(&tallies).zip(by_label) {
            let (spread, mean) = fit(posts.iter().copied(), self.level);
            let counted = posts.iter().map(|post| post.counted() as f64);
            let deviation = counted.map(|n| n * n).sum::<f64>().sqrt() / (tally.counted() as f64).max(1.0);
            arms.push(Arm { label, tally, deviation, mean });
            labels.push(LabelFigures {
                label: label.to_owned(),
                posts: posts.len() as u64,
                tally,
                negative_share: Estimate::negative_share(&tally, self.level),
                utility: tally.net_share(),
                spread,
                below_baseline: None,
                reductions: self.readings().into_iter().map(|reading| Reduction { reading, estimate: None }).collect(),
            });
        }
        let (Some(weights), Some(outside)) = (self.baseline.weights(&tallies), self.baseline.outside(self.level))
        else {
            return (labels, None);
        };

        let shares: Vec<Option<Estimate>> = labels.iter().map(|label| label.negative_share).collect();
        // A label of no weight needs no share.
        let terms = || shares.iter().zip(&weights).filter_map(|(share, &weight)| Some((weight, (*share)?)));
        let baseline = terms().map(|(weight, share)| weight * share.value).sum::<f64>() + outside.value;
        for (index, label) in labels.iter_mut().enumerate() {
            let own = |place| if place == index { 1.0 } else { 0.0 };
            let parts = shares.iter().zip(&weights).enumerate();
            let parts = parts.filter_map(|(place, (share, weight))| Some((weight - own(place), (*share)?)));
            label.below_baseline = label.negative_share.map(|_| linear(parts.chain([(1.0, outside)])));
        }
        let (level, draws, seed) = (self.level, self.draws, self.seed);
        let comparison = Comparison { arms: &arms, weights, outside, baseline: self.baseline, level, draws, seed };
        for (place, reading) in self.readings().into_iter().enumerate() {
            for (label, estimate) in labels.iter_mut().zip(comparison.reductions(reading)) {
                if let Some(slot) = label.reductions.get_mut(place) {
                    slot.estimate = estimate;
                }
            }
        }
        (labels, Some(baseline))
    }
}

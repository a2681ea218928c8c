//! With what a label is compared.

use serde::{Deserialize, Serialize};

use super::{Estimate, Tally};

/// The share of negative reactions with which each label's is compared. There is no reduction without one, and the choice
/// changes it: against Table 5 of DPMS, `Uniform` is 32.9 % negative and `Pooled` 28.5 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Baseline {
    /// A post of a label drawn at random, each label alike: the mean of the labels' negative shares. The label itself is one
    /// of them. The default, because it does not depend on how many reactions each label happened to draw.
    #[default]
    Uniform,
    /// A reaction drawn at random: all negative reactions by all counted ones. The label itself is among them.
    Pooled,
    /// A negative share that is known, above 0 up to 1.
    Share(f64),
    /// Earlier counts, of posts that are not among these. They are taken for those of many posts: they carry the chance of
    /// the counts, and no spread between posts.
    Historical {
        /// The negative reactions.
        negative: u64,
        /// The positive and negative reactions together.
        reactions: u64,
    },
}

impl Baseline {
    /// What is wrong with it, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        match *self {
            Self::Share(share) if !(share > 0.0 && share <= 1.0) => {
                Some(format!("baseline: a negative share of {share}; expected above 0 up to 1"))
            }
            Self::Historical { negative, reactions } if negative > reactions || reactions == 0 => Some(format!(
                "baseline: {negative} negative of {reactions} historical reactions; expected at least one, and no more \
                 negative ones than there are"
            )),
            _ => None,
        }
    }

    /// Whether it is made of the labels that are compared with it.
    pub(crate) fn is_of_labels(&self) -> bool {
        matches!(self, Self::Uniform | Self::Pooled)
    }

    /// What each label's share weighs in the baseline, `[labels]`; none where it has no share, or where it would be made of
    /// one label alone, which then would be compared with itself.
    pub(crate) fn weights(&self, labels: &[Tally]) -> Option<Vec<f64>> {
        let weights: Vec<f64> = match self {
            _ if self.is_of_labels() && labels.iter().filter(|tally| tally.counted() > 0).count() < 2 => return None,
            Self::Uniform if labels.iter().any(|tally| tally.counted() == 0) => return None,
            Self::Uniform => labels.iter().map(|_| 1.0 / labels.len() as f64).collect(),
            Self::Pooled => {
                let all: f64 = labels.iter().map(|tally| tally.counted() as f64).sum();
                labels.iter().map(|tally| tally.counted() as f64 / all).collect()
            }
            Self::Share(_) | Self::Historical { .. } => vec![0.0; labels.len()],
        };
        Some(weights)
    }

    /// The share that comes from elsewhere than the labels; 0 where the baseline is made of them.
    pub(crate) fn outside(&self, level: f64) -> Option<Estimate> {
        match *self {
            Self::Uniform | Self::Pooled => Some(Estimate::exact(0.0)),
            Self::Share(share) => Some(Estimate::exact(share)),
            Self::Historical { .. } => Estimate::negative_share(&self.historical()?, level),
        }
    }

    /// The earlier counts, where it is made of such.
    pub(crate) fn historical(&self) -> Option<Tally> {
        match *self {
            Self::Historical { negative, reactions } => {
                Some(Tally { positive: reactions.checked_sub(negative)?, negative, ignored: 0 })
            }
            _ => None,
        }
    }
}

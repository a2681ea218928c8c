//! What each label is worth by the reactions to posts.

use std::collections::BTreeMap;
use std::fmt;

use plaudit_core::{Error, Result, Table};
use plaudit_stats::{Stream, quantile};
use serde::{Deserialize, Serialize};

use super::spread::{MeanPosterior, fit};
use super::{Estimate, Reactions, ReactionsConfig, Spread};
use crate::Policy;
use crate::policy::same;

/// What a post of each label is worth, -1 to 1, with what is not known of it: the utilities of a [`Policy`].
///
/// # Example: Table 5 of DPMS
/// ```
/// use plaudit_promotion::Policy;
/// use plaudit_promotion::reactions::{Reactions, ReactionsConfig};
///
/// let learned = ReactionsConfig::default().utilities(&Reactions::dpms())?;
/// let policy = learned.policy(&Policy::default());
/// assert_eq!(format!("{:.3}", policy.utilities["Poor"]), "-0.667");
/// // One post says nothing of how much posts differ: the interval holds the chance of its reactions alone.
/// assert!(!learned.labels[0].spread.is_identified());
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReactionUtilities {
    /// The labels that have a counted reaction, in the order of [`Reactions::labels`].
    pub labels: Vec<LabelUtility>,
    /// The level of the intervals, 0 to 1.
    pub level: f64,
}

/// What a post of one label is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LabelUtility {
    /// The label.
    pub label: String,
    /// The expected positive less the expected negative share of a post's reactions, -1 to 1.
    pub utility: Estimate,
    /// How much posts of the label differ. Where it is not identified, the interval holds the chance of the counts alone, and
    /// is too narrow for other posts of the label.
    pub spread: Spread,
}

impl ReactionsConfig {
    /// Returns what a post of each label is worth: 1 - 2 mu for the mean negative share mu of its posts.
    ///
    /// Where the posts tell how much they differ ([`Spread`]), mu is the mean of their beta-binomial distribution, in which a
    /// post with many reactions does not outvote the others, and its interval is that of mu's posterior. Elsewhere mu is the
    /// share of all reactions together, as in [`Reactions::utilities`], with Wilson's interval: as good as those posts. A
    /// label without a counted reaction is left out.
    ///
    /// # Errors
    /// When the configuration is at fault, the data have a reaction that the valence does not name, or two of their labels are the
    /// same ignoring case: a policy takes them for one.
    pub fn utilities(&self, reactions: &Reactions) -> Result<ReactionUtilities> {
        self.validate()?;
        let mut labels: Vec<&str> = reactions.labels().iter().collect();
        labels.sort_by_key(|label| label.to_lowercase());
        let twice = labels.windows(2).filter_map(|pair| match pair {
            [one, other] if same(one, other) => {
                Some(format!("labels of the posts: `{one}` and `{other}` differ in case alone"))
            }
            _ => None,
        });
        Error::from_faults(twice.collect())?;
        let posts = reactions.post_tallies(&self.valence)?;
        let totals = reactions.label_tallies(&self.valence)?;
        let parts = reactions.labels().iter().zip(reactions.by_label(&posts)).zip(&totals);
        let utility = |((label, posts), total)| {
            let (spread, posterior) = fit(posts, self.level);
            let share = match posterior {
                Some(posterior) => self.mean_share(label, &posterior),
                None => Estimate::negative_share(total, self.level)?,
            };
            let utility =
                Estimate { value: 1.0 - 2.0 * share.value, low: 1.0 - 2.0 * share.high, high: 1.0 - 2.0 * share.low };
            Some(LabelUtility { label: label.to_owned(), utility, spread })
        };
        Ok(ReactionUtilities { labels: parts.filter_map(utility).collect(), level: self.level })
    }

    /// The mean of a label's posts with the interval of its posterior. The draws are named by the label.
    fn mean_share(&self, label: &str, posterior: &MeanPosterior) -> Estimate {
        let name: Vec<u64> = label.bytes().map(u64::from).collect();
        let mut stream = Stream::keyed(self.seed, "reactions: utilities", &name);
        let mut draws: Vec<f64> = (0..self.draws).map(|_| posterior.draw(&mut stream)).collect();
        draws.sort_by(f64::total_cmp);
        let (value, tail) = (posterior.mean, (1.0 - self.level) / 2.0);
        let end = |q| quantile(&draws, q).unwrap_or(value); // there are at least 100 draws
        Estimate { value, low: end(tail).min(value), high: end(1.0 - tail).max(value) }
    }
}

impl ReactionUtilities {
    /// Returns the policy with these utilities in the place of its own, names of labels compared ignoring case; those of labels
    /// without a reaction stay. Its `min_score` stays, too: say what score you want on this scale, where an Average post may
    /// be worth more than the 0.25 of the default.
    pub fn policy(&self, policy: &Policy) -> Policy {
        self.with(policy, |utility| utility.value)
    }

    /// Returns the policies with all utilities at the lower and all at the upper ends of their intervals. A score grows with
    /// each utility: where a division's score is high enough, or too low, at both, no utilities within the intervals say
    /// otherwise.
    pub fn extremes(&self, policy: &Policy) -> [Policy; 2] {
        [self.with(policy, |utility| utility.low), self.with(policy, |utility| utility.high)]
    }

    fn with(&self, policy: &Policy, value: impl Fn(&Estimate) -> f64) -> Policy {
        let mut policy = policy.clone();
        let mut utilities: BTreeMap<String, f64> = std::mem::take(&mut policy.utilities);
        for learned in &self.labels {
            utilities.retain(|label, _| !same(label, &learned.label));
            utilities.insert(learned.label.clone(), value(&learned.utility));
        }
        policy.utilities = utilities;
        policy
    }
}

impl fmt::Display for ReactionUtilities {
    /// A row a label.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = (self.level * 1e6).round() / 1e4;
        let mut table = Table::new(["label", "a post is worth", &format!("{percent} % interval"), "it holds"]);
        for LabelUtility { label, utility, spread } in &self.labels {
            let holds = match spread {
                Spread::Estimated { posts, .. } => format!("the difference between {posts} posts, and the counts"),
                Spread::NotIdentified { .. } => "the chance of the counts alone".to_owned(),
            };
            let ends = format!("{:.3} to {:.3}", utility.low, utility.high);
            table.push([label.clone(), format!("{:.3}", utility.value), ends, holds]);
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reactions::PostReactions;

    // Table 5 by hand: (291 - 8) / 299, (221 - 44) / 265, (54 - 22) / 76, (33 - 165) / 198.
    // statsmodels 0.15.0: 1 - 2 * np.array(proportion_confint(8, 299, .05, "wilson"))[::-1] -> 0.89620205, 0.97276266
    #[test]
    fn equals_table_5() {
        let learned = ReactionsConfig::default().utilities(&Reactions::dpms()).unwrap();
        let values: Vec<String> = learned.labels.iter().map(|one| format!("{:.3}", one.utility.value)).collect();
        assert_eq!(values, ["0.946", "0.668", "0.421", "-0.667"]);
        let good = learned.labels[0].utility;
        assert!((good.low - 0.896_202_05).abs() < 1e-7 && (good.high - 0.972_762_66).abs() < 1e-7, "{good:?}");
        let plain = Reactions::dpms().utilities(&ReactionsConfig::default().valence).unwrap();
        for one in &learned.labels {
            assert!((one.utility.value - plain[&one.label]).abs() < 1e-12);
            assert_eq!(one.spread, Spread::NotIdentified { posts: 1 });
        }
        assert!(learned.to_string().contains("the chance of the counts alone"), "{learned}");
        let json = serde_json::to_string(&learned).unwrap();
        assert_eq!(serde_json::from_str::<ReactionUtilities>(&json).unwrap(), learned);
    }

    #[test]
    fn posts_that_differ_widen_the_interval() {
        let post = |name: &str, negative: u64, n: u64| {
            PostReactions::new(name, "good", [("angry", negative), ("like", n - negative)])
        };
        let config = ReactionsConfig::default();
        let of = |posts: Vec<PostReactions>| {
            let learned = config.utilities(&Reactions::new(posts).unwrap()).unwrap();
            learned.labels[0].clone()
        };
        let alike = of(vec![post("a", 10, 100), post("b", 11, 100), post("c", 9, 100), post("d", 10, 100)]);
        let unlike = of(vec![post("a", 1, 100), post("b", 19, 100), post("c", 2, 100), post("d", 18, 100)]);
        assert!(alike.spread.is_identified() && unlike.spread.is_identified());
        let width = |one: &LabelUtility| one.utility.high - one.utility.low;
        assert!(width(&unlike) > 1.5 * width(&alike), "{alike:?} {unlike:?}");
        // A post with a million reactions is one post.
        let viral = of(vec![post("a", 10, 100), post("b", 12, 100), post("c", 500_000, 1_000_000)]);
        assert!(viral.utility.value > 0.2, "{viral:?}"); // all reactions together: 0.0001
        for one in [alike, unlike, viral] {
            let Estimate { value, low, high } = one.utility;
            assert!((-1.0..=1.0).contains(&low) && low <= value && value <= high && high <= 1.0, "{one:?}");
        }
    }

    #[test]
    fn a_policy_takes_them_over() {
        let posts = vec![
            PostReactions::new("a", "GOOD", [("like", 9), ("angry", 1)]),
            PostReactions::new("b", "odd", [("angry", 4)]),
            PostReactions::new("c", "nothing", [("like", 0)]),
        ];
        let learned = ReactionsConfig::default().utilities(&Reactions::new(posts).unwrap()).unwrap();
        let policy = learned.policy(&Policy::default());
        assert!((policy.utilities["GOOD"] - 0.8).abs() < 1e-12 && !policy.utilities.contains_key("Good"));
        assert_eq!((policy.utilities["odd"], policy.utilities["Poor"]), (-1.0, -1.0));
        assert!(!policy.utilities.contains_key("nothing") && policy.validate().is_ok());
        assert_eq!((policy.min_score, &policy.limits), (0.25, &Policy::default().limits));
        let twice = ["Good", "good"].map(|label| PostReactions::new(label, label, [("like", 1)]));
        let error = ReactionsConfig::default().utilities(&Reactions::new(twice.to_vec()).unwrap()).unwrap_err();
        assert!(error.to_string().contains("`Good` and `good` differ in case alone"), "{error}");
        let [low, high] = learned.extremes(&Policy::default());
        for label in ["GOOD", "odd"] {
            let (low, value, high) = (low.utilities[label], policy.utilities[label], high.utilities[label]);
            assert!(low <= value && value <= high && low < high, "{label}");
        }
    }
}

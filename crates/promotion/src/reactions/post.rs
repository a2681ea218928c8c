//! What was counted: reactions by post.

use std::collections::{BTreeMap, HashMap, HashSet};

use plaudit_core::{Error, Labels, Result, Time};
use serde::{Deserialize, Serialize};

use super::Tally;
use super::order::by_time_and_name;
use super::valence::{Polarity, Valence};

/// The reactions to one post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(deny_unknown_fields)]
pub struct PostReactions {
    /// The post's name, once among the posts.
    pub post: String,
    /// The label of what it promoted: a comparison's arm.
    pub label: String,
    /// When it went out, where known: it orders the posts, and changes no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
    /// How often each reaction was given; a reaction that is not here was given 0 times.
    pub counts: BTreeMap<String, u64>,
}

impl PostReactions {
    /// Returns the reactions to this post, at no known time. The counts of a reaction that stands twice add
    /// up, to at most `u64::MAX`.
    pub fn new<S: Into<String>>(
        post: impl Into<String>,
        label: impl Into<String>,
        counts: impl IntoIterator<Item = (S, u64)>,
    ) -> Self {
        let mut sums = BTreeMap::<String, u64>::new();
        for (reaction, count) in counts {
            let sum = sums.entry(reaction.into()).or_default();
            *sum = sum.saturating_add(count);
        }
        Self { post: post.into(), label: label.into(), time: None, counts: sums }
    }

    /// Returns how many of its reactions are positive, negative and ignored.
    fn tally(&self, valence: &Valence) -> Result<Tally> {
        let mut tally = Tally::default();
        for (reaction, &count) in &self.counts {
            let sum = match valence.expect(reaction)? {
                Polarity::Positive => &mut tally.positive,
                Polarity::Negative => &mut tally.negative,
                Polarity::Ignored => &mut tally.ignored,
            };
            *sum = sum.saturating_add(count); // never more than all reactions, which were added up before
        }
        Ok(tally)
    }
}

/// The reactions to some posts; at least one post, any number a label.
///
/// Posts are in the order of their times, then those without one; where times are equal or not known, in the order of their
/// names, with numbers in these as numbers: `p2` before `p10`.
///
/// Serialised as `{"posts": [{"post": "..", "label": "..", "counts": {"like": 3, ..}}, ..]}`, and checked on the way in.
///
/// # Example
/// ```
/// use plaudit_promotion::reactions::{PostReactions, Reactions, Valence};
///
/// let posts = vec![
///     PostReactions::new("monday", "Good", [("like", 30), ("angry", 2)]),
///     PostReactions::new("friday", "Good", [("love", 11), ("angry", 1)]),
///     PostReactions::new("sunday", "Poor", [("like", 4), ("angry", 20)]),
/// ];
/// let reactions = Reactions::new(posts)?;
/// let labels = reactions.label_tallies(&Valence::default())?;
/// assert_eq!((labels[0].positive, labels[0].negative), (41, 3));
/// assert_eq!(reactions.totals()["angry"], 23);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Reactions {
    #[serde(skip_serializing)]
    labels: Labels,
    posts: Vec<PostReactions>,
}

impl Reactions {
    /// Returns these posts, sorted.
    ///
    /// # Errors
    /// When there is none, a post stands twice, the name of a post, label or reaction is blank, has a control character or
    /// more than 100 characters, there are more than 1,000 labels or reactions, or more than `u64::MAX` reactions in all.
    /// All faults are named at once.
    pub fn new(mut posts: Vec<PostReactions>) -> Result<Self> {
        let mut faults = Vec::new();
        let mut names = HashSet::new();
        for post in &posts {
            // The rules for a name are those for a label.
            if let Err(Error::Config { faults: wrong }) = Labels::new([&post.post]) {
                faults.extend(wrong.iter().map(|fault| format!("name of a post: {fault}")));
            } else if !names.insert(&post.post) {
                faults.push(format!("posts: `{}` stands twice", post.post));
            }
        }
        let mut check = |what: &str, labels: Result<Labels>| match labels {
            Ok(labels) => Some(labels),
            Err(error) => {
                faults.push(format!("{what}: {error}"));
                None
            }
        };
        let labels = check("labels of the posts", Labels::from_occurring(posts.iter().map(|post| post.label.as_str())));
        let reactions: Vec<&str> = posts.iter().flat_map(|post| post.counts.keys().map(String::as_str)).collect();
        if !reactions.is_empty() {
            check("reactions", Labels::from_occurring(reactions));
        }
        let mut counts = posts.iter().flat_map(|post| post.counts.values());
        if counts.try_fold(0u64, |sum, &count| sum.checked_add(count)).is_none() {
            faults.push(format!("posts: more than {} reactions in all", u64::MAX));
        }
        match labels {
            Some(labels) if faults.is_empty() => {
                posts.sort_by(by_time_and_name);
                Ok(Self { labels, posts })
            }
            _ => Err(Error::Config { faults }),
        }
    }

    /// Returns Table 5 of DPMS: one post a label, each with seven reactions.
    ///
    /// In the text form of the paper the digits of a row run together. The prose gives eleven cells. The rest of Poor then
    /// comes apart in one way; that of Neutral in one where like leads, as the prose says; that of Average in one without a
    /// count of three digits; that of Good in one where like leads and negative reactions are, as the prose says, hardly any.
    /// The sums are 291, 221, 54 and 33 positive to 8, 44, 22 and 165 negative reactions.
    pub fn dpms() -> Self {
        const REACTIONS: [&str; 7] = ["like", "love", "care", "wow", "haha", "sad", "angry"];
        let posts = [
            ("admission", "Average", [63, 60, 56, 42, 18, 7, 19]),
            ("accounts", "Poor", [15, 11, 6, 1, 52, 18, 95]),
            ("library", "Good", [119, 115, 32, 25, 3, 0, 5]),
            ("registrar", "Neutral", [24, 15, 10, 5, 7, 10, 5]),
        ];
        let mut posts = posts
            .map(|(post, label, counts)| PostReactions::new(post, label, REACTIONS.into_iter().zip(counts)))
            .to_vec();
        posts.sort_by(by_time_and_name);
        Self { labels: Labels::dpms(), posts }
    }

    /// Returns the posts in their order.
    pub fn posts(&self) -> &[PostReactions] {
        &self.posts
    }

    /// Returns the labels of the posts: in a preset's order where they belong to one, otherwise lexicographic.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Returns how often each reaction was given, over all posts. Names are as in the data.
    pub fn totals(&self) -> BTreeMap<&str, u64> {
        let mut totals = BTreeMap::new();
        for (reaction, &count) in self.posts.iter().flat_map(|post| &post.counts) {
            *totals.entry(reaction.as_str()).or_default() += count; // their sum was checked
        }
        totals
    }

    /// Returns positive and negative reactions by post, `[posts]`.
    ///
    /// # Errors
    /// When the valence is at fault ([`Valence::validate`]), or the data have a reaction that it does not name.
    pub fn post_tallies(&self, valence: &Valence) -> Result<Vec<Tally>> {
        valence.validate()?;
        self.posts.iter().map(|post| post.tally(valence)).collect()
    }

    /// Returns positive and negative reactions by label, added up over its posts, `[labels]`.
    ///
    /// # Errors
    /// As [`post_tallies`](Self::post_tallies).
    pub fn label_tallies(&self, valence: &Valence) -> Result<Vec<Tally>> {
        let posts = self.post_tallies(valence)?;
        Ok(self.by_label(&posts).into_iter().map(sum).collect())
    }

    /// Returns positive and negative reactions over all posts.
    ///
    /// # Errors
    /// As [`post_tallies`](Self::post_tallies).
    pub fn total(&self, valence: &Valence) -> Result<Tally> {
        Ok(sum(&self.post_tallies(valence)?))
    }

    /// Returns what a post of each label is worth, -1 to 1, as a [`Policy`](crate::Policy) wants its utilities: the positive
    /// less the negative share of the label's reactions ([`Tally::net_share`]). A label without a counted reaction is left
    /// out, and a policy that needs it then says so.
    ///
    /// With one post a label they are as good as that post: see [`Spread`](super::Spread), and
    /// [`ReactionsConfig::utilities`](super::ReactionsConfig::utilities) for what is not known of them.
    ///
    /// ```
    /// use plaudit_promotion::reactions::{Reactions, Valence};
    ///
    /// let utilities = Reactions::dpms().utilities(&Valence::default())?;
    /// let rounded = ["Good", "Average", "Neutral", "Poor"].map(|label| format!("{:.3}", utilities[label]));
    /// assert_eq!(rounded, ["0.946", "0.668", "0.421", "-0.667"]);
    /// # Ok::<(), plaudit_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`post_tallies`](Self::post_tallies).
    pub fn utilities(&self, valence: &Valence) -> Result<BTreeMap<String, f64>> {
        let tallies = self.label_tallies(valence)?;
        let worth = |(label, tally): (&str, &Tally)| Some((label.to_owned(), tally.net_share()?));
        Ok(self.labels.iter().zip(&tallies).filter_map(worth).collect())
    }

    /// The tallies of the posts of each label, `[labels]`; `tallies` is `[posts]`.
    pub(crate) fn by_label<'a>(&self, tallies: &'a [Tally]) -> Vec<Vec<&'a Tally>> {
        let places: HashMap<&str, usize> = self.labels.iter().zip(0..).collect();
        let mut by_label = vec![Vec::new(); self.labels.len()];
        for (post, tally) in self.posts.iter().zip(tallies) {
            let place = places.get(post.label.as_str());
            if let Some(of_label) = place.and_then(|&place| by_label.get_mut(place)) {
                of_label.push(tally);
            }
        }
        by_label
    }
}

/// The sum of these tallies.
pub(crate) fn sum<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Tally {
    tallies.into_iter().fold(Tally::default(), |mut sum, tally| {
        sum.add(tally);
        sum
    })
}

/// The serialised form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    posts: Vec<PostReactions>,
}

impl TryFrom<Unchecked> for Reactions {
    type Error = Error;

    fn try_from(Unchecked { posts }: Unchecked) -> Result<Self> {
        Self::new(posts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_5_adds_up() {
        let reactions = Reactions::dpms();
        let valence = Valence::default();
        let tallies = reactions.label_tallies(&valence).unwrap();
        let sums: Vec<_> = tallies.iter().map(|tally| (tally.positive, tally.negative)).collect();
        assert_eq!(sums, [(291, 8), (221, 44), (54, 22), (33, 165)]);
        // Column by column, by hand: 119 + 63 + 24 + 15 and so on
        let totals =
            [("angry", 124), ("care", 104), ("haha", 80), ("like", 221), ("love", 201), ("sad", 35), ("wow", 73)];
        assert_eq!(reactions.totals().into_iter().collect::<Vec<_>>(), totals);
        assert_eq!(Reactions::new(reactions.posts().to_vec()).unwrap(), reactions);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let posts = vec![
            PostReactions::new("a", "x", [("like", u64::MAX)]),
            PostReactions::new("a", " ", [("like", 1)]),
            PostReactions::new("b\n", "y", [("", 0)]),
        ];
        let error = Reactions::new(posts).unwrap_err().to_string();
        for fault in [
            "`a` stands twice",
            "label 1 is blank",
            "name of a post: labels: label 1 contains",
            "reactions:",
            "more than",
        ] {
            assert!(error.contains(fault), "{error}");
        }
        assert!(Reactions::new(Vec::new()).unwrap_err().to_string().contains("at least one"));
        let many = (0..1001).map(|index| PostReactions::new(format!("{index}"), format!("l{index}"), [("like", 1)]));
        assert!(Reactions::new(many.collect()).unwrap_err().to_string().contains("1001 labels"));
    }

    #[test]
    fn an_unknown_reaction_is_an_error() {
        let posts = vec![PostReactions::new("a", "x", [("like", 3), ("hahaa", 1)])];
        let error = Reactions::new(posts).unwrap().total(&Valence::default()).unwrap_err().to_string();
        assert!(error.contains("`hahaa`") && error.contains("nearest: `haha`"), "{error}");
    }

    #[test]
    fn spelling_and_repetition_add_up() {
        let post = PostReactions::new("a", "x", [("Like", 3), ("like", 4), ("like", 5)]);
        let all = Reactions::new(vec![post]).unwrap().total(&Valence::default()).unwrap();
        assert_eq!((all.positive, all.counted()), (12, 12));
        let full = PostReactions::new("a", "x", [("like", u64::MAX), ("like", 1)]);
        assert_eq!(full.counts["like"], u64::MAX);
    }

    #[test]
    fn saved_and_read_back() {
        let json = serde_json::to_string(&Reactions::dpms()).unwrap();
        assert!(json.starts_with(r#"{"posts":[{"post":"accounts","label":"Poor","counts":{"angry":95,"#), "{json}");
        assert_eq!(serde_json::from_str::<Reactions>(&json).unwrap(), Reactions::dpms());
        for broken in [
            r#"{"posts":[]}"#,
            r#"{"posts":[{"post":"a","label":"x","counts":{"like":-1}}]}"#,
            r#"{"posts":[{"post":"a","label":"x","counts":{"like":1.5}}]}"#,
            r#"{"posts":[{"post":"a","label":"x","counts":{},"reach":9}]}"#,
            r#"{"labels":["x"],"posts":[{"post":"a","label":"x","counts":{}}]}"#,
        ] {
            assert!(serde_json::from_str::<Reactions>(broken).is_err(), "{broken}");
        }
    }
}

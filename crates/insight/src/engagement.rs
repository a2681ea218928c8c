//! What counts as engagement, and for how much.

use std::collections::BTreeMap;

use plaudit_core::{Engagement, Error, Post, Result, visible};
use serde::{Deserialize, Serialize};

/// What counts as engagement: weights of likes, shares, comments and reactions, with a name and a date.
///
/// Tools change what they count (Talkwalker did for X in June 2023, January 2024 and July 2024), and figures made by two
/// definitions are not comparable: results carry the preset that made them. A definition of your own is a value of this type.
///
/// Before engagement is summed up, it is asked which parts a platform tells: one that fewer than half of its posts have is left out for
/// all of them, and a post that lacks one of the others is not scored. What is missing is never taken for 0.
///
/// # Example: shares count five times
/// ```
/// use plaudit_insight::EngagementPreset;
///
/// let mut own = EngagementPreset::interactions();
/// (own.name, own.dated) = ("ours".into(), "2026-11".into());
/// own.shares = 5.0;
/// assert!(own.validate().is_ok());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct EngagementPreset {
    /// The preset's name.
    pub name: String,
    /// Since when the weights are these, as year and month.
    pub dated: String,
    /// The weight of a like, 0 to a million, as all weights; with 0, it is not asked for.
    pub likes: f64,
    /// The weight of a share.
    pub shares: f64,
    /// The weight of a comment.
    pub comments: f64,
    /// The weight of each other reaction that has none in `of_reactions`.
    pub reactions: f64,
    /// The weights of reactions by name.
    pub of_reactions: BTreeMap<String, f64>,
}

/// [`interactions`](Self::interactions).
impl Default for EngagementPreset {
    fn default() -> Self {
        Self::interactions()
    }
}

impl EngagementPreset {
    /// Returns the plain number of interactions: likes, shares, comments and reactions, all of weight 1.
    pub fn interactions() -> Self {
        Self::of("interactions", "2026-11", [1.0; 4])
    }

    /// Returns applause, likes and reactions alone: A. Kaushik, *Best social media metrics: conversation, amplification,
    /// applause, economic value* (October 2011), counts favourites; reactions came later.
    pub fn applause() -> Self {
        Self::of("applause", "2011-10", [1.0, 0.0, 0.0, 1.0])
    }

    /// Returns amplification: shares alone (Kaushik 2011).
    pub fn amplification() -> Self {
        Self::of("amplification", "2011-10", [0.0, 1.0, 0.0, 0.0])
    }

    /// Returns conversation: comments alone (Kaushik 2011).
    pub fn conversation() -> Self {
        Self::of("conversation", "2011-10", [0.0, 0.0, 1.0, 0.0])
    }

    fn of(name: &str, dated: &str, [likes, shares, comments, reactions]: [f64; 4]) -> Self {
        let of_reactions = BTreeMap::new();
        Self { name: name.to_owned(), dated: dated.to_owned(), likes, shares, comments, reactions, of_reactions }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// When the name is blank, a weight is outside 0 to a million, or none is above 0. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push("preset.name: is blank; expected a name that says whose weights these are".to_owned());
        }
        let named = [
            ("likes", self.likes),
            ("shares", self.shares),
            ("comments", self.comments),
            ("reactions", self.reactions),
        ];
        let own = self.of_reactions.iter().map(|(name, &weight)| (name.as_str(), weight));
        for (name, weight) in named.into_iter().chain(own.clone()) {
            if !(0.0..=1e6).contains(&weight) {
                faults.push(format!("preset.{}: {weight}; expected 0 to 1000000", visible(name)));
            }
        }
        if !named.into_iter().chain(own).any(|(_, weight)| weight > 0.0) {
            faults.push("preset: every weight is 0; expected one above it".to_owned());
        }
        Error::from_faults(faults)
    }

    /// The parts of a post's engagement that are known and have a weight above 0: each with its weighted count.
    fn parts<'a>(&'a self, engagement: &'a Engagement) -> impl Iterator<Item = (Part<'a>, f64)> {
        let plain = [
            (Part::Likes, self.likes, engagement.likes),
            (Part::Shares, self.shares, engagement.shares),
            (Part::Comments, self.comments, engagement.comments),
        ];
        let plain = plain.into_iter().filter_map(|(part, weight, count)| Some((part, weight, count?)));
        let reactions = engagement.reactions.iter().map(|(name, &count)| {
            (Part::Reaction(name), self.of_reactions.get(name).copied().unwrap_or(self.reactions), count)
        });
        let weighted = plain.chain(reactions).filter(|&(_, weight, _)| weight > 0.0);
        weighted.map(|(part, weight, count)| (part, weight * count as f64))
    }

    /// Which parts these posts tell.
    pub(crate) fn told<'a>(&'a self, posts: impl IntoIterator<Item = &'a Post>) -> Told<'a> {
        let mut told = Told { posts: 0, parts: BTreeMap::new() };
        for post in posts {
            told.posts += 1;
            self.parts(&post.engagement).for_each(|(part, _)| *told.parts.entry(part).or_default() += 1);
        }
        told
    }

    /// The engagement with a post, over these parts; none where one of them is not known, or there is none.
    pub(crate) fn score(&self, post: &Post, counted: &[Part<'_>]) -> Option<f64> {
        let mut wanted = counted.iter().peekable();
        wanted.peek()?;
        let mut sum = 0.0;
        // Both ascend.
        for (part, value) in self.parts(&post.engagement) {
            if wanted.next_if(|&&next| next == part).is_some() {
                sum += value;
            }
        }
        wanted.next().is_none().then_some(sum)
    }
}

/// One part of engagement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part<'a> {
    Likes,
    Shares,
    Comments,
    Reaction(&'a str),
}

impl Part<'_> {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Likes => "likes".to_owned(),
            Self::Shares => "shares".to_owned(),
            Self::Comments => "comments".to_owned(),
            Self::Reaction(name) => format!("reactions.{name}"),
        }
    }
}

/// How many of some posts tell each part of their engagement.
pub(crate) struct Told<'a> {
    pub(crate) posts: u64,
    parts: BTreeMap<Part<'a>, u64>,
}

impl<'a> Told<'a> {
    /// Returns the parts that at least half of the posts tell, in order.
    pub(crate) fn counted(&self) -> Vec<Part<'a>> {
        self.parts.iter().filter(|&(_, &known)| 2 * known >= self.posts).map(|(&part, _)| part).collect()
    }

    /// Returns the names of all parts that any post tells.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.parts.keys().map(|part| part.name())
    }

    /// Returns the names of those that fewer tell.
    pub(crate) fn left_out(&self) -> Vec<String> {
        self.parts.iter().filter(|&(_, &known)| 2 * known < self.posts).map(|(part, _)| part.name()).collect()
    }
}

/// What was counted as engagement on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformEngagement {
    /// The platform; none for posts that name none.
    pub platform: Option<String>,
    /// Its posts.
    pub posts: u64,
    /// Its posts whose engagement is known: all that is counted of it.
    pub scored: u64,
    /// What is counted: `likes`, `shares`, `comments`, `reactions.` and a name.
    pub counted: Vec<String>,
    /// What has a weight and is not counted, because more than half of the posts do not tell it.
    pub left_out: Vec<String>,
}

#[cfg(test)]
mod tests {
    use plaudit_core::Feedback;

    use super::*;

    fn post(likes: Option<u64>, shares: Option<u64>, love: Option<u64>) -> Post {
        let mut post = Post::new(Feedback::default());
        (post.engagement.likes, post.engagement.shares) = (likes, shares);
        post.engagement.reactions.extend(love.map(|count| ("love".to_owned(), count)));
        post
    }

    #[test]
    fn what_is_missing_is_not_0() {
        let mut preset = EngagementPreset::interactions();
        preset.of_reactions.insert("love".into(), 2.5);
        let posts = [
            post(Some(3), Some(0), None),
            post(Some(1), None, None),
            post(Some(1), Some(1), Some(4)),
            post(None, None, None),
        ];
        let told = preset.told(&posts);
        let counted = told.counted();
        assert_eq!(counted, [Part::Likes, Part::Shares]); // two of four tell shares, one love
        assert_eq!(told.left_out(), ["reactions.love"]);
        let scores: Vec<Option<f64>> = posts.iter().map(|post| preset.score(post, &counted)).collect();
        assert_eq!(scores, [Some(3.0), None, Some(2.0), None]);
        let all = [Part::Likes, Part::Shares, Part::Reaction("love")];
        assert_eq!(preset.score(&posts[2], &all), Some(12.0)); // 1 + 1 + 2.5 * 4
        assert_eq!(preset.score(&posts[0], &[]), None);
        preset.reactions = 0.0;
        preset.of_reactions.clear();
        assert!(preset.told(&posts).left_out().is_empty()); // nobody asks for love
    }

    #[test]
    fn every_fault_is_named_at_once() {
        for preset in [
            EngagementPreset::interactions(),
            EngagementPreset::applause(),
            EngagementPreset::amplification(),
            EngagementPreset::conversation(),
        ] {
            preset.validate().unwrap();
            let json = serde_json::to_string(&preset).unwrap();
            assert_eq!(serde_json::from_str::<EngagementPreset>(&json).unwrap(), preset);
        }
        let mut preset = EngagementPreset::of(" ", "", [f64::NAN, -1.0, 0.0, 0.0]);
        preset.of_reactions.insert("lo\nve".into(), 2e6);
        let error = preset.validate().unwrap_err().to_string();
        for fault in ["4 faults", "preset.name", "preset.likes: NaN", "preset.shares: -1", r"preset.lo\nve: 2000000"] {
            assert!(error.contains(fault), "{fault}: {error}");
        }
        let none = EngagementPreset::of("none", "", [0.0; 4]).validate().unwrap_err().to_string();
        assert!(none.contains("every weight is 0"), "{none}");
    }
}

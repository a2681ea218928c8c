//! What stands on a platform, and how people responded to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Feedback;

/// A post, or a comment: what a person said ([`Feedback`]), who said it as what kind of content, and the engagement with it.
///
/// The parts of the feedback have the names of posts here: its source is the [`platform`](Self::platform), its division the
/// [`brand`](Self::brand).
///
/// # Example: a post from code
/// ```
/// use plaudit_core::{Feedback, Post};
///
/// let mut post = Post::new(Feedback::new("17", "The new phone lasts two days."));
/// post.feedback.source = Some("weibo".into());
/// post.feedback.division = "Acme".into();
/// post.author = Some("lin".into());
/// post.engagement.likes = Some(120); // shares and comments are not known, which is not 0
/// assert_eq!((post.platform(), post.brand(), post.engagement.shares), (Some("weibo"), Some("Acme"), None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Post {
    /// Its id, text, time, platform (`source`) and brand (`division`), and the label that a person gave it.
    pub feedback: Feedback,
    /// Who wrote it, where known; a name means one author on one platform.
    pub author: Option<String>,
    /// The kind of content (video, link, comment), where known.
    pub kind: Option<String>,
    /// How people responded to it.
    pub engagement: Engagement,
}

impl Post {
    /// Returns a post of this feedback, with nothing known of author, kind and engagement.
    pub fn new(feedback: Feedback) -> Self {
        Self { feedback, ..Self::default() }
    }

    /// Returns the platform, where known.
    pub fn platform(&self) -> Option<&str> {
        self.feedback.source.as_deref()
    }

    /// Returns the brand that it is about, where there is one.
    pub fn brand(&self) -> Option<&str> {
        Some(self.feedback.division.as_str()).filter(|brand| !brand.is_empty())
    }
}

/// How people responded to a post. What is not known is none, which is not 0.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Engagement {
    /// How many likes.
    pub likes: Option<u64>,
    /// How often it was shared, reposted or forwarded.
    pub shares: Option<u64>,
    /// How many comments or replies.
    pub comments: Option<u64>,
    /// How many reactions of each name (`love`, `haha`) besides likes. A name that is missing is not known.
    pub reactions: BTreeMap<String, u64>,
    /// How many people it was shown to, as the platform says.
    pub reach: Option<u64>,
    /// How many people followed the author when it was posted.
    pub followers: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_data() {
        let mut post = Post::new(Feedback::new("1", "a"));
        assert_eq!((post.platform(), post.brand()), (None, None));
        post.engagement.reactions.insert("love".into(), 0);
        let json = serde_json::to_string(&post).unwrap();
        assert_eq!(serde_json::from_str::<Post>(&json).unwrap(), post);
        let short = r#"{"feedback": {"uid": "1", "text": "a"}, "engagement": {"reactions": {"love": 0}}}"#;
        assert_eq!(serde_json::from_str::<Post>(short).unwrap(), post);
        assert!(serde_json::from_str::<Engagement>(r#"{"likes": -1}"#).is_err());
        assert!(serde_json::from_str::<Engagement>(r#"{"likes": 1.5}"#).is_err());
    }
}

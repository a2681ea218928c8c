//! Posts without those that say nothing, or what was said before.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use plaudit_core::{Post, Result, Table};
use plaudit_text::{QualityConfig, QualityGate, QualityReason};
use serde::{Deserialize, Serialize};

/// Which posts are removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct CleanConfig {
    /// What a text must be.
    pub quality: QualityConfig,
    /// Whether a post repeats one on another platform, too. By default it does not: each has engagement of its own.
    pub across_platforms: bool,
    /// Whether a post repeats one about another brand, too. By default it does not: both count for their brand.
    pub across_brands: bool,
    /// The most examples of each reason in the report. By default 5.
    pub examples: usize,
}

impl Default for CleanConfig {
    fn default() -> Self {
        Self { quality: QualityConfig::default(), across_platforms: false, across_brands: false, examples: 5 }
    }
}

/// Posts that were kept, and what became of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cleaned {
    /// The posts that were kept, in the order given.
    pub posts: Vec<Post>,
    /// What became of all.
    pub report: CleanReport,
}

/// What became of posts: those kept and those removed for each reason are all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CleanReport {
    /// The posts that were given.
    pub posts: u64,
    /// Those that were kept.
    pub kept: u64,
    /// Those removed, by the first reason against them; a reason that never applied is missing.
    pub removed: BTreeMap<QualityReason, Removed>,
}

/// The posts that were removed for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Removed {
    /// How many there are.
    pub posts: u64,
    /// The first of them, by time, then uid.
    pub examples: Vec<RemovedPost>,
}

/// One post that was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemovedPost {
    /// Its uid.
    pub uid: String,
    /// The uid of the post that it repeats; none where it is no duplicate.
    pub duplicate_of: Option<String>,
}

/// Returns the posts whose text says something that was not said before on the same platform about the same brand, and a report on the others.
///
/// A text goes through the [`QualityGate`]: invalid content (nothing but signs, keys hit at random, another language), exact and near
/// duplicates. Posts go through it by time, those without one last, and by uid where times are equal, whatever the order in which they are
/// given: of posts that repeat each other the earliest stays. A near duplicate is one of a post that stayed; whether the third of a chain
/// of posts, each a little unlike the one before, stays, hangs on that order of theirs. Comments that say the same (`good`) are removed,
/// too, though each may be a vote: for such, switch the duplicates of [`QualityConfig`] off.
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit::core::{Feedback, Post};
/// use plaudit::posts::{CleanConfig, clean};
///
/// let texts = ["The camera is great", "???", "the camera is GREAT", "The camera is great!", "The battery is not"];
/// let posts = (0..).zip(texts).map(|(uid, text): (u32, _)| Post::new(Feedback::new(uid.to_string(), text))).collect();
/// let cleaned = clean(posts, &CleanConfig::default())?;
/// assert_eq!(cleaned.posts.iter().map(|post| post.feedback.uid.as_str()).collect::<Vec<_>>(), ["0", "4"]);
/// assert!(cleaned.report.to_string().contains("exact_duplicate      1  2 (which repeats 0)"));
/// # Ok::<(), plaudit::Error>(())
/// ```
pub fn clean(posts: Vec<Post>, config: &CleanConfig) -> Result<Cleaned> {
    let (kept, report) = sift(&posts, config)?;
    let mut kept = kept.into_iter();
    let posts = posts.into_iter().filter(|_| kept.next().unwrap_or(false)).collect();
    Ok(Cleaned { posts, report })
}

/// Which posts are kept, `[posts]`, and what became of the others.
pub(crate) fn sift(posts: &[Post], config: &CleanConfig) -> Result<(Vec<bool>, CleanReport)> {
    config.quality.validate()?;
    let mut order: Vec<(usize, &Post)> = posts.iter().enumerate().collect();
    // All that tells posts apart is in the key, so that the order given does not count.
    order.sort_by(|(_, a), (_, b)| key(a).cmp(&key(b)));
    let mut gates: BTreeMap<[Option<&str>; 2], Gate<'_>> = BTreeMap::new();
    let mut report = CleanReport { posts: posts.len() as u64, ..CleanReport::default() };
    let mut kept = vec![false; posts.len()];
    for (place, post) in order {
        let platform = post.platform().filter(|_| !config.across_platforms);
        let brand = post.brand().filter(|_| !config.across_brands);
        let gate = match gates.entry([platform, brand]) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(Gate { gate: QualityGate::new(config.quality.clone())?, uids: Vec::new() })
            }
        };
        let verdict = gate.gate.check(&post.feedback.text);
        gate.uids.push(&post.feedback.uid);
        let Some(&reason) = verdict.reasons.first() else {
            report.kept += 1;
            kept.iter_mut().skip(place).take(1).for_each(|slot| *slot = true);
            continue;
        };
        let removed = report.removed.entry(reason).or_default();
        removed.posts += 1;
        if removed.examples.len() < config.examples {
            let original = verdict.duplicate_of.and_then(|number| gate.uids.get(usize::try_from(number).ok()?));
            let uid = post.feedback.uid.clone();
            removed.examples.push(RemovedPost { uid, duplicate_of: original.map(|&uid| uid.to_owned()) });
        }
    }
    Ok((kept, report))
}

/// The gate of one platform and brand, and the uids of the posts that went through it.
struct Gate<'a> {
    gate: QualityGate,
    uids: Vec<&'a str>,
}

/// What posts are ordered by: time, uid, and all else.
pub(crate) fn key(post: &Post) -> impl Ord {
    let Post { feedback, author, kind, engagement, .. } = post;
    (
        (feedback.time.is_none(), feedback.time, &feedback.uid),
        (&feedback.text, &feedback.source, &feedback.division, &feedback.label, &feedback.extra),
        (author, kind, engagement),
    )
}

impl fmt::Display for CleanReport {
    /// A table of the reasons, with examples.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} posts, {} kept", self.posts, self.kept)?;
        let mut table = Table::new(["removed", "posts", "examples"]);
        for (reason, removed) in &self.removed {
            let example = |one: &RemovedPost| match &one.duplicate_of {
                Some(original) => format!("{} (which repeats {original})", one.uid),
                None => one.uid.clone(),
            };
            let examples: Vec<String> = removed.examples.iter().map(example).collect();
            table.push([reason.to_string(), removed.posts.to_string(), examples.join(", ")]);
        }
        write!(f, "{table}")
    }
}

#[cfg(test)]
mod tests;

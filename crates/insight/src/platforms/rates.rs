//! Engagement by reach or follower, between platforms.

use std::collections::BTreeMap;
use std::fmt;

use plaudit_core::{Post, Result, Table, visible};
use plaudit_stats::{KruskalWallis, kruskal_wallis, quantile};
use serde::{Deserialize, Serialize};

use super::{PlatformsConfig, author};
use crate::EngagementPreset;

/// What engagement is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Audience {
    /// How many people the post was shown to. The default.
    #[default]
    Reach,
    /// How many people follow the author.
    Followers,
}

impl Audience {
    /// The people that a post was exposed to; none where that is not known, or nobody was.
    fn of(self, post: &Post) -> Option<f64> {
        let people = match self {
            Self::Reach => post.engagement.reach,
            Self::Followers => post.engagement.followers,
        };
        people.filter(|&people| people > 0).map(|people| people as f64)
    }
}

/// Rates of engagement by platform, and whether they differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformRates {
    /// What was counted as engagement, and for how much.
    pub preset: EngagementPreset,
    /// What it was divided by.
    pub per: Audience,
    /// What is counted: what at least half of the posts of *every* platform tell.
    pub counted: Vec<String>,
    /// What has a weight and is not counted, because some platform does not tell it.
    pub left_out: Vec<String>,
    /// The posts that name no platform, and are left out.
    pub without_platform: u64,
    /// The platforms by name.
    pub platforms: Vec<PlatformRate>,
    /// The test of all platforms, and each pair of them, counted from 0 in the order of `platforms`. None where fewer than two platforms
    /// have a rate, or all rates are equal.
    pub test: Option<KruskalWallis>,
}

/// The rates of one platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformRate {
    /// The platform.
    pub platform: String,
    /// Its posts.
    pub posts: u64,
    /// Its posts whose engagement and audience are known, and that somebody was exposed to.
    pub rated: u64,
    /// Their authors: the number of rates that are compared.
    pub authors: u64,
    /// The median over authors of the mean rate of their posts, 0 or above; none where there is none.
    pub median: Option<f64>,
    /// The first quartile.
    pub lower_quartile: Option<f64>,
    /// The third quartile.
    pub upper_quartile: Option<f64>,
}

/// Returns the rates of engagement on each platform, and the test of Kruskal and Wallis with Dunn's comparisons (Holm) whether they differ.
///
/// A rate is engagement by person reached, or by follower, over the parts of engagement that every platform tells. (Ranks within a platform, as
/// [`influence`](crate::influence()) has them, are 0.5 on average on each of them, and cannot compare platforms.) Posts of one author are no
/// independent draws: the mean of their rates is one value; a post without an author is one.
///
/// Platforms count reach by rules of their own. A difference of rates is one of what platforms report.
///
/// # Errors
/// When the configuration is at fault.
///
/// ```
/// use plaudit_core::{Feedback, Post};
/// use plaudit_insight::{PlatformsConfig, platform_rates};
///
/// let posts: Vec<Post> = (0..12).map(|k| {
///     let mut post = Post::new(Feedback::new("", "a text"));
///     post.feedback.source = Some(["weibo", "douban"][k % 2].into());
///     (post.engagement.likes, post.engagement.reach) = (Some(k as u64), Some([100, 1000][k % 2]));
///     post
/// }).collect();
/// let found = platform_rates(&posts, &PlatformsConfig::default())?;
/// let [douban, weibo] = &found.platforms[..] else { panic!() };
/// assert_eq!((douban.median, weibo.median), (Some(0.006), Some(0.05)));
/// assert!(found.test.unwrap().p_value < 0.1);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn platform_rates(posts: &[Post], config: &PlatformsConfig) -> Result<PlatformRates> {
    config.validate()?;
    let mut by_platform: BTreeMap<&str, Vec<(usize, &Post)>> = BTreeMap::new();
    for (place, post) in posts.iter().enumerate() {
        if let Some(platform) = post.platform() {
            by_platform.entry(platform).or_default().push((place, post));
        }
    }
    let told = by_platform.values().map(|own| config.preset.told(own.iter().map(|(_, post)| *post)));
    let told: Vec<_> = told.map(|told| (told.counted(), told)).collect();
    let mut counted = told.first().map_or_else(Vec::new, |(counted, _)| counted.clone());
    counted.retain(|part| told.iter().all(|(of_platform, _)| of_platform.contains(part)));
    let known: BTreeMap<String, ()> = told.iter().flat_map(|(_, told)| told.names()).map(|name| (name, ())).collect();
    let names: Vec<String> = counted.iter().map(|part| part.name()).collect();
    let left_out = known.into_keys().filter(|name| !names.contains(name)).collect();

    let mut platforms = Vec::new();
    let mut values: Vec<Vec<f64>> = Vec::new();
    for (platform, own) in &by_platform {
        let mut rates: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for &(place, post) in own {
            if let (Some(engagement), Some(people)) = (config.preset.score(post, &counted), config.per.of(post)) {
                rates.entry(author(place, post)).or_default().push(engagement / people);
            }
        }
        let rated = rates.values().map(|own| own.len() as u64).sum();
        let mut means: Vec<f64> = rates.into_values().map(mean).collect();
        means.sort_unstable_by(f64::total_cmp);
        platforms.push(PlatformRate {
            platform: (*platform).to_owned(),
            posts: own.len() as u64,
            rated,
            authors: means.len() as u64,
            median: quantile(&means, 0.5),
            lower_quartile: quantile(&means, 0.25),
            upper_quartile: quantile(&means, 0.75),
        });
        values.push(means);
    }
    let groups: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    Ok(PlatformRates {
        preset: config.preset.clone(),
        per: config.per,
        counted: names,
        left_out,
        without_platform: posts.iter().filter(|post| post.platform().is_none()).count() as u64,
        platforms,
        test: kruskal_wallis(&groups)?,
    })
}

/// The mean, summed up in the order of the values.
fn mean(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.iter().sum::<f64>() / values.len() as f64
}

impl fmt::Display for PlatformRates {
    /// A table of the platforms, and one of the pairs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = if self.per == Audience::Reach { "person reached" } else { "follower" };
        writeln!(f, "{} by {per}", visible(&self.counted.join(", ")))?;
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3e}"));
        let mut table =
            Table::new(["platform", "posts", "rated", "authors", "lower quartile", "median", "upper quartile"]);
        for one in &self.platforms {
            table.push([
                one.platform.clone(),
                one.posts.to_string(),
                one.rated.to_string(),
                one.authors.to_string(),
                number(one.lower_quartile),
                number(one.median),
                number(one.upper_quartile),
            ]);
        }
        write!(f, "{table}")?;
        let Some(test) = &self.test else { return writeln!(f, "no rates to compare") };
        writeln!(f, "Kruskal-Wallis H {:.3}, df {}, p {:.3}", test.h, test.df, test.p_value)?;
        let name = |index: usize| self.platforms.get(index).map_or("", |one| one.platform.as_str());
        let mut table = Table::new(["pair", "z", "p", "p (Holm)"]);
        for pair in &test.pairs {
            let names = format!("{} against {}", name(pair.first), name(pair.second));
            table.push([
                names,
                format!("{:+.2}", pair.z),
                format!("{:.3}", pair.p_value),
                format!("{:.3}", pair.adjusted),
            ]);
        }
        write!(f, "{table}")
    }
}

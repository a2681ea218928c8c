//! Shares of labels or kinds of content, between platforms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use plaudit_core::{Error, Post, Result, Table};
use plaudit_stats::{Stream, chi_square, cramers_v, hypergeometric};
use serde::{Deserialize, Serialize};

use super::PlatformsConfig;

/// How often each category is on each platform, and whether platforms differ in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformMix {
    /// The categories by name.
    pub categories: Vec<String>,
    /// The platforms by name.
    pub platforms: Vec<MixRow>,
    /// The posts without a platform or a category, which are left out.
    pub left_out: u64,
    /// Pearson's chi-square statistic, 0 or above.
    pub chi_square: f64,
    /// The share of permutations with one as great, (b + 1) / (m + 1) with b of m; none where fewer than two platforms or two categories
    /// have a post.
    pub p_value: Option<f64>,
    /// Cramer's V, corrected for bias, 0 to 1; none as before, or where posts are too few for the correction. It takes posts for
    /// independent.
    pub cramers_v: Option<f64>,
}

/// The posts of one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MixRow {
    /// The platform.
    pub platform: String,
    /// Its posts of each category, `[categories]`.
    pub counts: Vec<u64>,
}

/// Returns how often each category is on each platform, with a permutation test whether platforms differ in that, and Cramer's V for how much.
/// There is one category a post: its label, kind or topic; none where it has none.
///
/// Permuted are authors with all of their posts, each over all platforms, so that one who posts a lot is one draw; a post without an author is
/// one. Where labels were predicted, what a classifier does wrong on one platform and not on another is a difference, too.
///
/// # Errors
/// When the configuration is at fault, or there is not one category a post.
///
/// ```
/// use plaudit_core::{Feedback, Post};
/// use plaudit_insight::{PlatformsConfig, platform_mix};
///
/// let posts: Vec<Post> = (0..40).map(|k| {
///     let mut post = Post::new(Feedback::new("", "a text"));
///     post.feedback.source = Some(["weibo", "douban"][k % 2].into());
///     post
/// }).collect();
/// let labels: Vec<Option<&str>> = (0..40).map(|k| Some(if k % 2 == 0 || k < 8 { "good" } else { "poor" })).collect();
/// let found = platform_mix(&posts, &labels, &PlatformsConfig::default())?;
/// assert_eq!((&found.platforms[0].counts[..], &found.platforms[1].counts[..]), (&[4, 16][..], &[20, 0][..]));
/// assert!(found.p_value.unwrap() < 0.01 && found.cramers_v.unwrap() > 0.7);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn platform_mix(posts: &[Post], categories: &[Option<&str>], config: &PlatformsConfig) -> Result<PlatformMix> {
    config.validate()?;
    if categories.len() != posts.len() {
        let fault = format!("categories: {}; expected {}, one a post", categories.len(), posts.len());
        return Err(Error::config(fault));
    }
    let rows =
        || posts.iter().zip(categories).filter_map(|(post, category)| Some((post.platform()?, (*category)?, post)));
    let platforms: Vec<&str> = rows().map(|row| row.0).collect::<BTreeSet<_>>().into_iter().collect();
    let names: Vec<&str> = rows().map(|row| row.1).collect::<BTreeSet<_>>().into_iter().collect();
    let width = names.len();
    let place = |all: &[&str], name: &str| all.partition_point(|other| *other < name);
    let mut of_authors: BTreeMap<(usize, &str), BTreeMap<usize, u64>> = BTreeMap::new();
    let mut units = Units::new(platforms.len(), width);
    for (platform, category, post) in rows() {
        let (platform, category) = (place(&platforms, platform), place(&names, category));
        match post.author.as_deref() {
            Some(author) => *of_authors.entry((platform, author)).or_default().entry(category).or_default() += 1,
            None => units.add(platform, vec![(category, 1)]),
        }
    }
    for ((platform, _), counts) in of_authors {
        units.add(platform, counts.into_iter().collect());
    }
    let found = units.table(&units.kinds.values().map(Vec::as_slice).collect::<Vec<_>>());
    let statistic = chi_square(&found, width);
    let p_value = (platforms.len() > 1 && width > 1).then(|| {
        config.p_value(statistic, |permutation| {
            let mut stream = Stream::new(config.seed, "insight: mix of platforms", permutation);
            chi_square(&units.permuted(&mut stream), width)
        })
    });
    let row = |(platform, counts): (&&str, &[f64])| MixRow {
        platform: (*platform).to_owned(),
        counts: counts.iter().map(|&count| count as u64).collect(),
    };
    Ok(PlatformMix {
        left_out: (posts.len() - rows().count()) as u64,
        platforms: platforms.iter().zip(found.chunks(width.max(1))).map(row).collect(),
        chi_square: statistic,
        p_value,
        cramers_v: cramers_v(&found, width),
        categories: names.into_iter().map(str::to_owned).collect(),
    })
}

/// Authors with all of their posts, and posts without an author.
struct Units {
    /// How many units of each platform hold the same: so many posts of these categories. Equal ones are exchangeable.
    kinds: BTreeMap<Vec<(usize, u64)>, Vec<u64>>,
    platforms: usize,
    width: usize,
}

impl Units {
    fn new(platforms: usize, width: usize) -> Self {
        Self { kinds: BTreeMap::new(), platforms, width }
    }

    fn add(&mut self, platform: usize, holds: Vec<(usize, u64)>) {
        let own = self.kinds.entry(holds).or_insert_with(|| vec![0; self.platforms]);
        own.iter_mut().skip(platform).take(1).for_each(|count| *count += 1);
    }

    /// The posts of each platform and category, row-major, where each kind has so many units on each platform.
    fn table(&self, counts: &[&[u64]]) -> Vec<f64> {
        let mut table = vec![0.0; self.width * self.platforms];
        for (holds, counts) in self.kinds.keys().zip(counts) {
            for (row, &units) in table.chunks_mut(self.width.max(1)).zip(*counts).filter(|(_, units)| **units > 0) {
                for &(category, posts) in holds {
                    row.iter_mut().skip(category).take(1).for_each(|sum| *sum += (units * posts) as f64);
                }
            }
        }
        table
    }

    /// The table after the platforms of all units were put in random order. Of that only how many units of each kind are on each platform
    /// is drawn, kind after kind from the places that are left: the same distribution, in a time that hardly grows with the units of a kind.
    fn permuted(&self, stream: &mut Stream) -> Vec<f64> {
        let mut places = vec![0; self.platforms];
        for counts in self.kinds.values() {
            places.iter_mut().zip(counts).for_each(|(places, count)| *places += count);
        }
        let mut left: u64 = places.iter().sum();
        let mut drawn = Vec::with_capacity(self.kinds.len() * self.platforms);
        for counts in self.kinds.values() {
            let mut units: u64 = counts.iter().sum();
            let mut others = left;
            left -= units;
            for places in &mut places {
                others -= *places;
                let own = hypergeometric(stream, *places, others, units);
                (*places, units) = (*places - own, units - own);
                drawn.push(own);
            }
        }
        self.table(&drawn.chunks(self.platforms.max(1)).collect::<Vec<_>>())
    }
}

impl fmt::Display for PlatformMix {
    /// A table of shares, and what the test says.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["platform", "posts"].into_iter().chain(self.categories.iter().map(String::as_str));
        let mut table = Table::new(heading);
        for row in &self.platforms {
            let all: u64 = row.counts.iter().sum();
            let shares = row.counts.iter().map(|&count| format!("{:.3}", count as f64 / all as f64));
            table.push([row.platform.clone(), all.to_string()].into_iter().chain(shares));
        }
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        write!(f, "{table}chi-square {:.2}, p {}, ", self.chi_square, number(self.p_value))?;
        writeln!(f, "Cramer's V {}; {} posts left out", number(self.cramers_v), self.left_out)
    }
}

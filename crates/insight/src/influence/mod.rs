//! How far each brand's posts reach among the others, and to whose good.

mod cells;
mod shrink;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Error, Post, Result, visible};
use plaudit_stats::{Bootstrap, Interval, Replicates, Stream};
use serde::{Deserialize, Serialize};

use self::cells::{Cells, Totals};
pub use self::shrink::Shrinkage;
use crate::engagement::PlatformEngagement;
use crate::{EngagementPreset, NetSentiment};

/// How influence is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct InfluenceConfig {
    /// What counts as engagement. By default [`EngagementPreset::interactions`].
    pub preset: EngagementPreset,
    /// How the intervals are drawn, from authors; by default 1,000 resamples and a level of 0.95.
    pub bootstrap: Bootstrap,
}

impl Default for InfluenceConfig {
    fn default() -> Self {
        let mut bootstrap = Bootstrap::default();
        bootstrap.resamples = 1_000;
        Self { preset: EngagementPreset::default(), bootstrap }
    }
}

/// The most numbers of resampled statistics: 1 GiB.
const MOST: usize = 1 << 27;

impl InfluenceConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// When a value is outside its range. All faults are named at once.
    pub fn validate(&self) -> Result<()> {
        let parts = [self.preset.validate(), self.bootstrap.validate()];
        let faults = parts.into_iter().filter_map(|part| match part {
            Err(Error::Config { faults }) => Some(faults),
            _ => None,
        });
        Error::from_faults(faults.flatten().collect())
    }
}

/// The influence of brands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Influence {
    /// What was counted as engagement, and for how much.
    pub preset: EngagementPreset,
    /// The posts about a brand: all that is computed is of these.
    pub posts: u64,
    /// The posts that name no brand, and are left out.
    pub without_brand: u64,
    /// The posts about a brand whose engagement is not known. They count for volume, and have no rank.
    pub without_engagement: u64,
    /// The posts about a brand without a time. They are ranked among each other.
    pub without_time: u64,
    /// The cells in which posts are ranked.
    pub cells: u64,
    /// The posts that are alone in their cell, and so typical of it.
    pub alone: u64,
    /// What was counted on each platform.
    pub platforms: Vec<PlatformEngagement>,
    /// What the ranks are shrunk by. None where no brand has posts of two authors, or ranks do not differ within brands.
    pub shrinkage: Option<Shrinkage>,
    /// The brands, the one with the most reach first, those of equal reach by name.
    pub brands: Vec<BrandInfluence>,
}

/// The influence of one brand, with every part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BrandInfluence {
    /// The brand.
    pub brand: String,
    /// The posts about it.
    pub posts: u64,
    /// Their authors; a post without one counts as one.
    pub authors: u64,
    /// Its posts that have a rank.
    pub ranked: u64,
    /// Those of them that have posts about other brands in their cell. Where there is none, the brand is compared with itself alone, and
    /// its rank is 0.5 whatever its engagement.
    pub compared: u64,
    /// V: its share of the posts about any brand, its share of voice, 0 to 1.
    pub volume: f64,
    /// The interval of `volume`.
    pub volume_interval: Option<Interval>,
    /// R: the mean over its posts of the rank of their engagement in their cell, divided by n + 1; inside 0 to 1, and 0.5 where it is
    /// typical. None where no post has a rank.
    pub rank: Option<f64>,
    /// The interval of `rank`.
    pub rank_interval: Option<Interval>,
    /// S: the net sentiment that was given.
    pub sentiment: Option<NetSentiment>,
    /// V R, 0 to 1, without a sign.
    pub reach_influence: Option<f64>,
    /// The interval of `reach_influence`.
    pub reach_interval: Option<Interval>,
    /// V R S, -1 to 1: below 0 where what is said is negative.
    pub net_influence: Option<f64>,
    /// The interval of `net_influence`, in which that of the sentiment is; none where it has none.
    pub net_interval: Option<Interval>,
    /// The same with a rank that is shrunk toward 0.5, the more, the fewer posts and authors there are: for comparing brands of which some
    /// have few.
    pub shrunk: Option<Shrunk>,
    /// Its parts on each platform, in the platforms' order.
    pub platforms: Vec<BrandPlatform>,
}

/// A brand's rank after shrinkage, and what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Shrunk {
    /// How much of the brand's own distance from 0.5 is kept, 0 to 1.
    pub kept: f64,
    /// The rank.
    pub rank: f64,
    /// V times it.
    pub reach_influence: f64,
    /// V times it times S.
    pub net_influence: Option<f64>,
}

/// A brand on one platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BrandPlatform {
    /// The platform; none for posts that name none.
    pub platform: Option<String>,
    /// The posts about the brand there.
    pub posts: u64,
    /// Its share of the platform's posts about any brand, 0 to 1.
    pub volume: f64,
    /// The mean rank of its posts there; none where none has one.
    pub rank: Option<f64>,
}

/// Returns the influence of every brand that posts are about.
///
/// The engagement with each post is ranked among the posts of its cell: the same platform, kind of content and calendar month (of the
/// post's own clock). The mid-rank over n + 1 is the same for every way to count engagement that keeps the order of a platform's
/// posts, so that a platform of many likes does not outweigh one of few. R is its mean over a brand's posts, V the brand's share of all
/// posts, S its net sentiment, which is given by brand: `reach_influence` is V R, and `net_influence` V R S. (Were R and S both centred at 0,
/// little reach times bad sentiment would be positive.) Ranks compare brands within platforms; platforms are compared by
/// [`platform_rates`](crate::platform_rates).
///
/// Intervals are those of a bootstrap that draws authors with all of their posts, and ranks anew each time; those of `net_influence` draw S
/// too, as normal to each side of its value, independent of the posts. They hold what another draw of authors would change, and not that a
/// preset is a convention.
///
/// Posts without platform, kind or time are ranked among each other; a post that is alone in its cell is typical, 0.5. The posts' order
/// changes nothing.
///
/// # Errors
/// When the configuration is at fault, a sentiment is outside -1 to 1, outside its interval, or of a brand that no post is about, or
/// brands times resamples are more than 2^25.
///
/// # Example: two brands on one platform
/// ```
/// use std::collections::BTreeMap;
/// use plaudit_core::{Feedback, Post};
/// use plaudit_insight::{InfluenceConfig, NetSentiment, influence};
///
/// // Acme has 1, 3 and 5 likes, Bolt 2 and 9: ranks 1, 3, 4 and 2, 5, each over 6.
/// let posts: Vec<Post> = [("Acme", 1), ("Acme", 3), ("Acme", 5), ("Bolt", 2), ("Bolt", 9)].map(|(brand, likes)| {
///     let mut post = Post::new(Feedback::new("", "a text"));
///     post.feedback.division = brand.into();
///     post.engagement.likes = Some(likes);
///     post
/// }).to_vec();
/// let sentiment = BTreeMap::from([("Bolt".to_owned(), NetSentiment::new(-0.5, None))]);
/// let found = influence(&posts, &sentiment, &InfluenceConfig::default())?;
/// let [acme, bolt] = &found.brands[..] else { panic!() };
/// assert_eq!((acme.volume, bolt.volume), (0.6, 0.4));
/// assert!((acme.rank.unwrap() - 8.0 / 18.0).abs() < 1e-12 && (bolt.rank.unwrap() - 7.0 / 12.0).abs() < 1e-12);
/// assert!((bolt.net_influence.unwrap() - 0.4 * 7.0 / 12.0 * -0.5).abs() < 1e-12);
/// # Ok::<(), plaudit_core::Error>(())
/// ```
pub fn influence(
    posts: &[Post],
    sentiment: &BTreeMap<String, NetSentiment>,
    config: &InfluenceConfig,
) -> Result<Influence> {
    config.validate()?;
    let of_brands: Vec<&Post> = posts.iter().filter(|post| post.brand().is_some()).collect();
    check(&of_brands, sentiment)?;
    let (values, platforms) = scores(&of_brands, &config.preset);
    let cells = Cells::new(&of_brands, &values)?;
    let brands = cells.brands();
    if brands.len().saturating_mul(config.bootstrap.resamples) > MOST / 4 {
        let fault = format!("resamples: {} for {} brands", config.bootstrap.resamples, brands.len());
        return Err(Error::config(format!("{fault}; expected a product of at most {}", MOST / 4)));
    }
    let given: Vec<Option<NetSentiment>> = brands.iter().map(|&brand| sentiment.get(brand).copied()).collect();
    let mut intervals = intervals(&cells, &given, config)?.into_iter();

    let (found, total) = (cells.totals(), of_brands.len() as f64);
    let (shrinkage, kept) = cells.shrinkage().map_or((None, vec![None; brands.len()]), |(of, kept)| (Some(of), kept));
    let parts = kept.into_iter().zip(cells.authors()).zip(cells.compared()).zip(cells.on_platforms());
    let mut named: Vec<BrandInfluence> = Vec::new();
    for (((place, brand), sentiment), (((kept, authors), compared), platforms)) in
        brands.iter().enumerate().zip(given).zip(parts)
    {
        let (volume, rank) = (found.posts(place) / total, found.rank(place));
        let net = |reach: f64| sentiment.map(|net| reach * net.value);
        let shrunk = kept.zip(rank).map(|(kept, rank)| {
            let rank = 0.5 + kept * (rank - 0.5);
            Shrunk { kept, rank, reach_influence: volume * rank, net_influence: net(volume * rank) }
        });
        let reach_influence = rank.map(|rank| volume * rank);
        let [volume_interval, rank_interval, reach_interval, net_interval] = intervals.next().unwrap_or_default();
        named.push(BrandInfluence {
            brand: (*brand).to_owned(),
            posts: found.posts(place) as u64,
            authors,
            ranked: found.ranked(place) as u64,
            compared,
            volume,
            volume_interval,
            rank,
            rank_interval,
            sentiment,
            reach_influence,
            reach_interval,
            net_influence: reach_influence.and_then(net),
            net_interval,
            shrunk,
            platforms,
        });
    }
    let reach = |brand: &BrandInfluence| brand.reach_influence.unwrap_or(0.0);
    named.sort_by(|a, b| reach(b).total_cmp(&reach(a))); // stable: by name where equal
    Ok(Influence {
        preset: config.preset.clone(),
        posts: of_brands.len() as u64,
        without_brand: (posts.len() - of_brands.len()) as u64,
        without_engagement: values.iter().filter(|value| value.is_none()).count() as u64,
        without_time: of_brands.iter().filter(|post| post.feedback.time.is_none()).count() as u64,
        cells: cells.len(),
        alone: cells.alone(),
        platforms,
        shrinkage,
        brands: named,
    })
}

/// # Errors
/// When a sentiment cannot be one, or is of no brand.
fn check(posts: &[&Post], sentiment: &BTreeMap<String, NetSentiment>) -> Result<()> {
    let brands: BTreeSet<&str> = posts.iter().filter_map(|post| post.brand()).collect();
    let fault = |(brand, net): (&String, &NetSentiment)| {
        let unknown = || (!brands.contains(brand.as_str())).then(|| "no post is about this brand".to_owned());
        Some(format!("sentiment of `{}`: {}", visible(brand), net.fault().or_else(unknown)?))
    };
    Error::from_faults(sentiment.iter().filter_map(fault).collect())
}

/// The engagement with each post, and what was counted on each platform, in the platforms' order.
fn scores(posts: &[&Post], preset: &EngagementPreset) -> (Vec<Option<f64>>, Vec<PlatformEngagement>) {
    let mut by_platform: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (place, post) in posts.iter().enumerate() {
        by_platform.entry(post.platform()).or_default().push(place);
    }
    let mut values = vec![None; posts.len()];
    let mut platforms = Vec::new();
    for (platform, places) in by_platform {
        let own = || places.iter().filter_map(|&place| posts.get(place).copied());
        let told = preset.told(own());
        let counted = told.counted();
        let mut scored = 0;
        for (&place, post) in places.iter().zip(own()) {
            let value = preset.score(post, &counted);
            scored += u64::from(value.is_some());
            values.iter_mut().skip(place).take(1).for_each(|slot| *slot = value);
        }
        let counted = counted.into_iter().map(super::engagement::Part::name).collect();
        let platform = platform.map(str::to_owned);
        platforms.push(PlatformEngagement { platform, posts: told.posts, scored, counted, left_out: told.left_out() });
    }
    (values, platforms)
}

/// The intervals of V, R, V R and V R S of each brand.
fn intervals(
    cells: &Cells<'_>,
    sentiment: &[Option<NetSentiment>],
    config: &InfluenceConfig,
) -> Result<Vec<[Option<Interval>; 4]>> {
    let bootstrap = &config.bootstrap;
    if sentiment.is_empty() {
        return Ok(Vec::new());
    }
    let mut drawn: Vec<[Vec<Option<f64>>; 4]> = vec![Default::default(); sentiment.len()];
    let (mut totals, mut resample) = (Totals::default(), 0);
    bootstrap.resample(&cells.units(), |weights| {
        cells.add_up(weights, &mut totals);
        let mut stream = Stream::new(bootstrap.seed, "insight: net sentiment", resample);
        resample += 1;
        for (brand, ([volumes, ranks, reaches, nets], net)) in drawn.iter_mut().zip(sentiment).enumerate() {
            let (volume, rank) = (totals.posts(brand) / totals.all(), totals.rank(brand));
            // Without a post there is no reach, whatever its rank would have been.
            let reach = if volume == 0.0 { Some(0.0) } else { rank.map(|rank| volume * rank) };
            let net = net.as_ref().and_then(|net| net.drawn(stream.normal()));
            volumes.push(Some(volume));
            ranks.push(rank);
            reaches.push(reach);
            nets.push(reach.zip(net).map(|(reach, net)| reach * net));
        }
    })?;
    // What differs by rounding alone does not differ: a brand that is compared with itself has a mean rank of 1/2 in every resample.
    let interval = |values: Vec<Option<f64>>| {
        let found = values.into_iter().collect::<Replicates>().interval(bootstrap.level)?;
        (found.high - found.low > 1e-12).then_some(found)
    };
    Ok(drawn.into_iter().map(|of_brand| of_brand.map(interval)).collect())
}

#[cfg(test)]
mod tests;

//! How platforms differ.

use std::borrow::Cow;
use std::collections::BTreeSet;

use plaudit_core::{Post, Result};
use plaudit_insight::{Audience, PlatformsConfig, Topics, platform_mix, platform_rates, platform_terms, sample};

use super::prepared::Prepared;
use super::report::{KeyTerms, Part, PlatformsPart, TopicsPart};
use super::sentiment::Sentiment;
use super::terms::{Words, settings};
use super::{BrandConfig, Run};

/// With more kinds of content their column holds something else, such as addresses.
const KINDS: usize = 100;

pub(super) fn part(
    prepared: &Prepared,
    words: &Words,
    sentiment: Option<&Sentiment>,
    topics: Option<(&Topics, &TopicsPart)>,
    config: &BrandConfig,
    run: &mut Run<'_>,
) -> Result<Option<PlatformsPart>> {
    if prepared.part.platforms.len() < 2 {
        run.lacks(Part::Platforms, "Posts are of fewer than two platforms: there is nothing to compare.");
        return Ok(None);
    }
    // Those that are compared: their posts, and where these stand.
    let shown = |place: usize| prepared.platforms.get(place).copied().flatten().is_some_and(|of| of < config.groups);
    let places: Vec<usize> = (0..prepared.posts.len()).filter(|&place| shown(place)).collect();
    let posts = chosen(&prepared.posts, &places);
    let mut settings_of = PlatformsConfig::default();
    settings_of.preset = config.preset.clone();
    (settings_of.permutations, settings_of.seed) = (config.permutations, config.seed);
    settings_of.keyness = settings(config);

    let mut rates = None;
    for per in [Audience::Reach, Audience::Followers] {
        settings_of.per = per;
        let found = run.part(Part::Platforms, || platform_rates(&posts, &settings_of))?;
        rates = found.filter(|found| found.platforms.iter().any(|of| of.rated > 0));
        if rates.is_some() {
            break;
        }
    }
    if rates.is_none() {
        run.lacks(Part::Platforms, "Neither reach nor followers are told with engagement: rates cannot be compared.");
    }
    let mut mix = |of: &dyn Fn(usize) -> Option<&'static str>| {
        let categories: Vec<Option<&str>> = places.iter().map(|&place| of(place)).collect();
        run.part(Part::Platforms, || platform_mix(&posts, &categories, &settings_of))
    };
    let tone = |score: f64| match score {
        ..0.0 => "negative",
        0.0 => "neutral",
        _ => "positive",
    };
    let of_sentiment = match sentiment {
        Some(sentiment) => mix(&|place| Some(tone(sentiment.score(place))))?,
        None => None,
    };
    let kinds: Vec<Option<&str>> = posts.iter().map(|post| post.kind.as_deref()).collect();
    let kinds = match kinds.iter().flatten().collect::<BTreeSet<_>>().len() {
        0 => None,
        1..=KINDS => run.part(Part::Platforms, || platform_mix(&posts, &kinds, &settings_of))?,
        different => {
            let reason = format!("Posts are of {different} kinds, which are not compared; expected {KINDS} at most.");
            run.lacks(Part::Platforms, reason);
            None
        }
    };
    let of_topics = match topics {
        Some((found, part)) => {
            let name = |place: &usize| {
                let topic = found.of.get(*place).copied().flatten()?;
                part.topics.get(topic).map(|topic| topic.name.as_str())
            };
            let categories: Vec<Option<&str>> = places.iter().map(name).collect();
            run.part(Part::Platforms, || platform_mix(&posts, &categories, &settings_of))?
        }
        None => None,
    };
    let drawn = sample(places.len(), config.sample, config.seed);
    let drawn: Vec<usize> = drawn.into_iter().filter_map(|place| places.get(place).copied()).collect();
    let found = run.part(Part::Platforms, || {
        platform_terms(&chosen(&prepared.posts, &drawn), &words.drawn(&drawn, config, false)?, &settings_of)
    })?;
    let (terms, distances) = found.map_or_else(Default::default, |found| {
        let of = found.platforms.into_iter().map(|of| KeyTerms::new(&of.platform, of.keyness, config));
        (of.collect(), found.pairs)
    });
    let preset = config.preset.clone();
    Ok(Some(PlatformsPart { preset, rates, sentiment: of_sentiment, kinds, topics: of_topics, terms, distances }))
}

/// The posts at these ascending places.
fn chosen<'a>(posts: &'a [Post], places: &[usize]) -> Cow<'a, [Post]> {
    if places.len() == posts.len() {
        return Cow::Borrowed(posts);
    }
    Cow::Owned(places.iter().filter_map(|&place| posts.get(place).cloned()).collect())
}

//! Posts in an order of their own, and who, where and when they are of.

use std::collections::{BTreeMap, BTreeSet};

use plaudit_core::{Post, Result};
use plaudit_insight::{Period, Series};

use super::report::{Counted, Part, PostsPart};
use super::{BrandConfig, Run};
use crate::posts::{key, sift};

pub(super) struct Prepared {
    /// The posts that were kept, in an order of their own: places in it do not hang on how they were given.
    pub(super) posts: Vec<Post>,
    pub(super) part: PostsPart,
    /// Numbers of authors, `[posts]`.
    pub(super) authors: Vec<Option<u32>>,
    /// A name for each author that is one on all platforms together, `[authors]`.
    names: Vec<String>,
    /// Places among the brands of `part`, `[posts]`.
    pub(super) brands: Vec<Option<usize>>,
    /// Places among the platforms of `part`, `[posts]`.
    pub(super) platforms: Vec<Option<usize>>,
    pub(super) calendar: Option<Calendar>,
}

/// The periods of the posts.
pub(super) struct Calendar {
    /// All posts with a time, each a hit.
    pub(super) all: Series,
    /// The period of each post, `[posts]`.
    pub(super) of: Vec<Option<usize>>,
    /// The first and the last day with a post, counted from 1970-01-01.
    days: [i64; 2],
    /// The day after which things are lately, counted from 1970-01-01.
    pub(super) recent: i64,
}

impl Prepared {
    pub(super) fn new(posts: &[Post], config: &BrandConfig, run: &mut Run<'_>) -> Result<Self> {
        let (kept, cleaned) = sift(posts, &config.clean)?;
        let mut posts: Vec<Post> =
            posts.iter().zip(kept).filter(|(_, kept)| *kept).map(|(post, _)| post.clone()).collect();
        posts.sort_by(|a, b| key(a).cmp(&key(b)));
        let named: BTreeSet<(Option<&str>, &str)> =
            posts.iter().filter_map(|post| Some((post.platform(), post.author.as_deref()?))).collect();
        let numbers: BTreeMap<(Option<&str>, &str), u32> = named.into_iter().zip(0..).collect();
        let number = |post: &Post| numbers.get(&(post.platform(), post.author.as_deref()?)).copied();
        let authors: Vec<Option<u32>> = posts.iter().map(number).collect();
        let names = (0..numbers.len()).map(|number| number.to_string()).collect();
        let (of_brands, brands) = counted(posts.iter().map(Post::brand));
        let (of_platforms, platforms) = counted(posts.iter().map(Post::platform));
        let times = || posts.iter().filter_map(|post| post.feedback.time);
        let without = |of: &[Option<usize>]| of.iter().filter(|of| of.is_none()).count() as u64;
        let part = PostsPart {
            cleaned,
            from: times().min(),
            to: times().max(),
            without_time: (posts.len() - times().count()) as u64,
            clocks: times().map(|time| time.offset).collect::<BTreeSet<_>>().len() as u64,
            authors: numbers.len() as u64,
            without_author: authors.iter().filter(|author| author.is_none()).count() as u64,
            without_brand: without(&brands),
            without_platform: without(&platforms),
            brands: of_brands,
            platforms: of_platforms,
        };
        for (what, found) in [("brands", part.brands.len()), ("platforms", part.platforms.len())] {
            if found > config.groups {
                let shown = config.groups;
                run.notes.push(format!("Of {found} {what}, the {shown} with the most posts have tables of their own."));
            }
        }
        let calendar = match part.from {
            None => {
                run.lacks(Part::Time, "No post has a time.");
                None
            }
            Some(_) => run.part(Part::Time, || Calendar::new(&posts, config))?,
        };
        Ok(Self { posts, part, authors, names, brands, platforms, calendar })
    }

    /// The name of a post's author.
    pub(super) fn author(&self, place: usize) -> Option<&str> {
        let number = self.authors.get(place).copied().flatten()?;
        self.names.get(number as usize).map(String::as_str)
    }

    /// Who wrote each post; one without an author is its own.
    pub(super) fn units(&self) -> Vec<(Option<u32>, usize)> {
        let unit = |(place, author): (usize, &Option<u32>)| (*author, if author.is_some() { 0 } else { place });
        self.authors.iter().enumerate().map(unit).collect()
    }
}

/// The different names with their numbers, the most frequent first, and the place of each one's among them.
fn counted<'a>(names: impl Iterator<Item = Option<&'a str>> + Clone) -> (Vec<Counted>, Vec<Option<usize>>) {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    names.clone().flatten().for_each(|name| *counts.entry(name).or_default() += 1);
    let mut order: Vec<(&str, u64)> = counts.into_iter().collect();
    order.sort_by_key(|&(_, posts)| std::cmp::Reverse(posts)); // stable: by name where equal
    let places: BTreeMap<&str, usize> = order.iter().enumerate().map(|(place, &(name, _))| (name, place)).collect();
    let of = names.map(|name| places.get(name?).copied()).collect();
    (order.into_iter().map(|(name, posts)| Counted { name: name.to_owned(), posts }).collect(), of)
}

impl Calendar {
    fn new(posts: &[Post], config: &BrandConfig) -> Result<Self> {
        let days = || posts.iter().filter_map(|post| post.feedback.time).map(plaudit_core::Time::local_day);
        let (first, last) = (days().min().unwrap_or(0), days().max().unwrap_or(0));
        let period = config.period.unwrap_or(match last.saturating_sub(first) {
            ..120 => Period::Day,
            120..731 => Period::Week,
            _ => Period::Month,
        });
        let all = Series::tally(period, posts.iter().map(|post| (post.feedback.time, true)))?.within(first, last)?;
        let start = period.of(all.day(0));
        let place = |post: &Post| usize::try_from(period.of(post.feedback.time?.local_day()) - start).ok();
        let of = posts.iter().map(place).collect();
        Ok(Self { all, of, days: [first, last], recent: last + 1 - i64::from(config.recent_days) })
    }

    /// How many of the posts of each period hold, `[periods]`.
    pub(super) fn count(&self, holds: impl Fn(usize) -> bool) -> Vec<u64> {
        let mut counts = vec![0; self.all.posts().len()];
        for (place, period) in self.of.iter().enumerate() {
            if let Some(count) = period.and_then(|period| counts.get_mut(period)).filter(|_| holds(place)) {
                *count += 1;
            }
        }
        counts
    }

    /// A series of these counts.
    pub(super) fn series(&self, hits: Vec<u64>, posts: Vec<u64>) -> Result<Series> {
        let [first, last] = self.days;
        Series::new(self.all.period(), self.all.day(0), hits, posts)?.within(first, last)
    }
}

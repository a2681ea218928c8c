//! How aspects are spoken of.

use std::collections::BTreeMap;
use std::ops::Range;

use plaudit_core::{Analyzer, Classifier, Result, Tokens};
use plaudit_insight::{
    AspectConfig, AspectDictionary, AspectGroup, AspectMatcher, AspectMention, AspectSummary, Exposure, Series,
    aspect_sentiment,
};
use plaudit_text::{Pipeline, clauses};

use super::prepared::{Calendar, Prepared};
use super::quotes::Quotes;
use super::report::{AspectsPart, Counted, NamedLine};
use super::sentiment::classify;
use super::time::line;
use super::{BrandConfig, Run};
use crate::excerpt::excerpt;

/// The most characters of a word by which an aspect was mentioned.
const TERM: usize = 60;

/// Every clause that mentions an aspect, and how it speaks.
pub(super) struct Mentions {
    names: Vec<String>, // [aspects]
    mentions: Vec<Mention>,
    /// How often each aspect was mentioned by which words about which brand.
    words: BTreeMap<(usize, Option<usize>), BTreeMap<String, u64>>,
}

struct Mention {
    post: usize,
    aspect: usize,
    clause: Range<usize>,
    score: f64,
}

impl Mentions {
    pub(super) fn new(
        prepared: &Prepared,
        dictionary: &AspectDictionary,
        (matcher, finder): (&AspectMatcher, &Pipeline),
        (classifier, sides): (&dyn Classifier, &[i8]),
        run: &mut Run<'_>,
    ) -> Result<Self> {
        let mut found: Vec<(usize, Range<usize>, Vec<usize>)> = Vec::new(); // post, clause, aspects
        let mut words: BTreeMap<(usize, Option<usize>), BTreeMap<String, u64>> = BTreeMap::new();
        let mut tokens = Tokens::new();
        for (place, post) in prepared.posts.iter().enumerate() {
            let text = &post.feedback.text;
            finder.analyze_into(text, &mut tokens);
            let mut matches = matcher.find(&tokens);
            if matches.is_empty() {
                continue;
            }
            matches.sort_by_key(|found| found.source.start);
            let mut rest = matches.iter().peekable();
            for clause in clauses(text) {
                let mut aspects = Vec::new();
                while rest.next_if(|found| found.source.start < clause.start).is_some() {}
                while let Some(found) = rest.next_if(|found| found.source.start < clause.end) {
                    // Between the words of a term there may be anything that is no word, of any length.
                    let word = excerpt(text.get(found.source.clone()).unwrap_or_default(), TERM).to_lowercase();
                    let brand = prepared.brands.get(place).copied().flatten();
                    for brand in [None, brand].into_iter().take(1 + usize::from(brand.is_some())) {
                        *words.entry((found.aspect, brand)).or_default().entry(word.clone()).or_default() += 1;
                    }
                    if !aspects.contains(&found.aspect) {
                        aspects.push(found.aspect);
                    }
                }
                if !aspects.is_empty() {
                    found.push((place, clause, aspects));
                }
            }
        }
        let text = |place: usize| prepared.posts.get(place).map_or("", |post| post.feedback.text.as_str());
        let texts: Vec<&str> =
            found.iter().map(|(place, clause, _)| text(*place).get(clause.clone()).unwrap_or_default()).collect();
        let scores = classify(classifier, sides, &texts, run)?;
        let mut mentions = Vec::new();
        for ((post, clause, aspects), (_, score)) in found.into_iter().zip(scores) {
            let mention = |aspect| Mention { post, aspect, clause: clause.clone(), score };
            mentions.extend(aspects.into_iter().map(mention));
        }
        let names = dictionary.names().map(str::to_owned).collect();
        Ok(Self { names, mentions, words })
    }

    /// What the report says of them; none where there are none.
    pub(super) fn part(
        &self,
        prepared: &Prepared,
        quotes: &Quotes,
        config: &BrandConfig,
    ) -> Result<Option<AspectsPart>> {
        if self.mentions.is_empty() {
            return Err(plaudit_core::Error::config("no post mentions an aspect of the dictionary"));
        }
        let name = |named: &[Counted], place: Option<usize>| -> Option<String> {
            named.get(place.filter(|&place| place < config.groups)?).map(|named| named.name.clone())
        };
        let part = &prepared.part;
        let brand = |place: usize| name(&part.brands, prepared.brands.get(place).copied().flatten());
        let platform = |place: usize| name(&part.platforms, prepared.platforms.get(place).copied().flatten());
        let period = |place: usize| {
            let calendar = prepared.calendar.as_ref()?;
            Some(calendar.all.name(calendar.of.get(place).copied().flatten()?))
        };
        let (all, brands) = self.summaries(prepared, &brand, config.quotes, quotes, config)?;
        let (_, platforms) = self.summaries(prepared, &platform, config.quotes, quotes, config)?;
        let (_, periods) = self.summaries(prepared, &period, 0, quotes, config)?;
        let mut lines = Vec::new();
        if let Some(calendar) = &prepared.calendar {
            for summary in &all {
                let series = self.series(&summary.aspect, |_| true, calendar)?;
                let line = line(&series, Exposure::Posts, config)?;
                lines.push(NamedLine { name: summary.aspect.clone(), line });
            }
        }
        let several = |groups: Vec<AspectGroup>, named: &[Counted]| if named.len() > 1 { groups } else { Vec::new() };
        let posts = self.mentions.chunk_by(|a, b| a.post == b.post).count() as u64;
        let share = |sign: f64| {
            let own = self.mentions.iter().filter(|mention| mention.score * sign > 0.0).count();
            own as f64 / self.mentions.len() as f64
        };
        Ok(Some(AspectsPart {
            posts,
            mentions: self.mentions.len() as u64,
            positive: share(1.0),
            negative: share(-1.0),
            all,
            brands: several(brands, &part.brands),
            platforms: several(platforms, &part.platforms),
            periods,
            lines,
        }))
    }

    /// All mentions together, and those of each group.
    fn summaries(
        &self,
        prepared: &Prepared,
        group: &dyn Fn(usize) -> Option<String>,
        most: usize,
        quotes: &Quotes,
        config: &BrandConfig,
    ) -> Result<(Vec<AspectSummary>, Vec<AspectGroup>)> {
        // Places stand for ids: posts of two platforms may have the same.
        let ids: Vec<(String, Option<String>)> =
            self.mentions.iter().map(|mention| (format!("{:010}", mention.post), group(mention.post))).collect();
        let mentions = self.mentions.iter().zip(&ids).map(|(mention, (uid, group))| AspectMention {
            aspect: mention.aspect,
            uid,
            author: prepared.author(mention.post),
            group: group.as_deref(),
            score: mention.score,
            clause: prepared
                .posts
                .get(mention.post)
                .and_then(|post| post.feedback.text.get(mention.clause.clone()))
                .unwrap_or_default(),
        });
        let mut settings = AspectConfig::default();
        (settings.level, settings.quotes) = (config.level, most);
        let found = aspect_sentiment(&self.names, &mentions.collect::<Vec<_>>(), &settings)?;
        let (mut all, mut groups) = (found.aspects, found.groups);
        let of_groups = groups.iter_mut().flat_map(|group| &mut group.aspects);
        for summary in all.iter_mut().chain(of_groups) {
            for quote in summary.praise.iter_mut().chain(&mut summary.complaints) {
                if let Some(post) = quote.uid.parse().ok().and_then(|place: usize| prepared.posts.get(place)) {
                    quote.clause = quotes.clause(&post.feedback.text, &quote.clause);
                    quote.uid.clone_from(&post.feedback.uid);
                }
            }
        }
        Ok((all, groups))
    }

    /// The negative mentions of an aspect among its mentions, of those posts that hold.
    pub(super) fn series(&self, aspect: &str, holds: impl Fn(usize) -> bool, calendar: &Calendar) -> Result<Series> {
        let periods = calendar.all.posts().len();
        let (mut hits, mut all) = (vec![0; periods], vec![0; periods]);
        let number = self.names.binary_search_by(|name| name.as_str().cmp(aspect)).ok();
        for mention in self.mentions.iter().filter(|mention| Some(mention.aspect) == number && holds(mention.post)) {
            let Some(period) = calendar.of.get(mention.post).copied().flatten() else { continue };
            all.iter_mut().skip(period).take(1).for_each(|count| *count += 1);
            hits.iter_mut().skip(period).take(1).for_each(|count| *count += u64::from(mention.score < 0.0));
        }
        calendar.series(hits, all)
    }

    /// The words by which an aspect was mentioned most, about a brand or any.
    pub(super) fn words(&self, aspect: &str, brand: Option<usize>) -> Vec<String> {
        const MOST: usize = 5;
        let number = self.names.binary_search_by(|name| name.as_str().cmp(aspect)).ok();
        let own = number.and_then(|number| self.words.get(&(number, brand)));
        let mut own: Vec<(&String, &u64)> = own.into_iter().flatten().collect();
        own.sort_by_key(|&(_, count)| std::cmp::Reverse(count)); // stable: by name where equal
        own.into_iter().take(MOST).map(|(word, _)| word.clone()).collect()
    }
}

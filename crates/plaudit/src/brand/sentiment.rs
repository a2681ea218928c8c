//! Sentiment of posts.

use std::collections::BTreeMap;

use plaudit_core::{Classifier, Labels, Result, Scores};
use plaudit_insight::{AspectConfig, AspectMention, AspectSummary, NetSentiment, aspect_sentiment};

use super::prepared::Prepared;
use super::report::{Counted, SentimentPart, Tone};
use super::{BrandConfig, Run};

/// The texts that a classifier gets at once.
const BATCH: usize = 4096;

pub(super) struct Sentiment {
    labels: Labels,
    sides: Vec<i8>,
    of: Vec<(usize, f64)>, // [posts]: the label, and the score
}

/// The label of each text, and its score: by how much it is positive (above 0) or negative, 0 where the label is neither.
pub(super) fn classify(
    classifier: &dyn Classifier,
    sides: &[i8],
    texts: &[&str],
    run: &mut Run<'_>,
) -> Result<Vec<(usize, f64)>> {
    let mut found = Vec::with_capacity(texts.len());
    let mut scores = Scores::new(classifier.labels().clone());
    for batch in texts.chunks(BATCH) {
        run.done(found.len(), texts.len())?;
        classifier.classify_into(batch, &mut scores)?;
        found.extend(scores.iter().map(|row| {
            let side = sides.get(row.index()).copied().unwrap_or(0);
            let same = row.scores().iter().zip(sides).filter(|&(_, &of)| of == side);
            let sum: f64 = same.map(|(&probability, _)| f64::from(probability)).sum();
            (row.index(), f64::from(side) * sum.clamp(1e-9, 1.0)) // a sum that is no number stays the least
        }));
    }
    Ok(found)
}

impl Sentiment {
    pub(super) fn new(
        classifier: &dyn Classifier,
        sides: &[i8],
        prepared: &Prepared,
        run: &mut Run<'_>,
    ) -> Result<Self> {
        let texts: Vec<&str> = prepared.posts.iter().map(|post| post.feedback.text.as_str()).collect();
        let of = classify(classifier, sides, &texts, run)?;
        Ok(Self { labels: classifier.labels().clone(), sides: sides.to_vec(), of })
    }

    /// How a post speaks, -1 to 1.
    pub(super) fn score(&self, place: usize) -> f64 {
        self.of.get(place).map_or(0.0, |of| of.1)
    }

    pub(super) fn part(&self, prepared: &Prepared, config: &BrandConfig) -> Result<SentimentPart> {
        let of_side = |side: i8| {
            let own = self.labels.iter().zip(&self.sides).filter(move |(_, of)| **of == side);
            own.map(|(label, _)| label.to_owned()).collect()
        };
        let mut counts = vec![0; self.labels.len()];
        for &(label, _) in &self.of {
            counts.iter_mut().skip(label).take(1).for_each(|count| *count += 1);
        }
        let all = self.tones(&["all"], prepared, |_| Some(0), config)?;
        let top = |named: &[Counted]| -> Vec<String> {
            named.iter().take(config.groups).map(|one| one.name.clone()).collect()
        };
        let of = |places: &[Option<usize>], place: usize| places.get(place).copied().flatten();
        let brands = top(&prepared.part.brands);
        let platforms = top(&prepared.part.platforms);
        Ok(SentimentPart {
            labels: self.labels.clone(),
            positive: of_side(1),
            negative: of_side(-1),
            counts,
            all: all.into_iter().next().unwrap_or_else(|| Tone::new("all", None, config.level)),
            brands: self.tones(&brands, prepared, |place| of(&prepared.brands, place), config)?,
            platforms: self.tones(&platforms, prepared, |place| of(&prepared.platforms, place), config)?,
        })
    }

    /// How the posts of each of `names` speak; `of` has the place of each post's among them, and one beyond is left out.
    pub(super) fn tones<S: AsRef<str>>(
        &self,
        names: &[S],
        prepared: &Prepared,
        of: impl Fn(usize) -> Option<usize>,
        config: &BrandConfig,
    ) -> Result<Vec<Tone>> {
        let ids: Vec<String> = (0..prepared.posts.len()).map(|place| place.to_string()).collect();
        let mut mentions: Vec<AspectMention<'_>> = Vec::new();
        for (place, uid) in ids.iter().enumerate() {
            let Some(aspect) = of(place).filter(|&aspect| aspect < names.len()) else { continue };
            let (author, score) = (prepared.author(place), self.score(place));
            mentions.push(AspectMention { aspect, uid, author, group: None, score, clause: "" });
        }
        let mut settings = AspectConfig::default();
        (settings.level, settings.quotes) = (config.level, 0);
        let found = aspect_sentiment(names, &mentions, &settings)?;
        let by_name: BTreeMap<&str, &AspectSummary> =
            found.aspects.iter().map(|summary| (summary.aspect.as_str(), summary)).collect();
        let tone = |name: &S| Tone::new(name.as_ref(), by_name.get(name.as_ref()).copied(), config.level);
        Ok(names.iter().map(tone).collect())
    }

    /// The net sentiment of each brand.
    pub(super) fn net_of_brands(&self, prepared: &Prepared, config: &BrandConfig) -> BTreeMap<String, NetSentiment> {
        let mut counts = vec![[0u64; 3]; prepared.part.brands.len()];
        for (place, brand) in prepared.brands.iter().enumerate() {
            let Some([positive, negative, all]) = brand.and_then(|brand| counts.get_mut(brand)) else { continue };
            *all += 1;
            *positive += u64::from(self.score(place) > 0.0);
            *negative += u64::from(self.score(place) < 0.0);
        }
        let net = |(brand, [positive, negative, all]): (&Counted, [u64; 3])| {
            Some((brand.name.clone(), NetSentiment::of_counts(positive, negative, all, config.level)?))
        };
        prepared.part.brands.iter().zip(counts).filter_map(net).collect()
    }
}

impl Tone {
    fn new(name: &str, summary: Option<&AspectSummary>, level: f64) -> Self {
        let Some(summary) = summary else {
            return Self { name: name.to_owned(), ..Self::default() };
        };
        let (positive, negative) = (summary.positive, summary.negative);
        Self {
            name: name.to_owned(),
            posts: summary.mentions,
            positive,
            negative,
            net: NetSentiment::of_counts(positive.mentions, negative.mentions, summary.mentions, level),
            difference: summary.difference,
            q_value: summary.q_value,
        }
    }
}

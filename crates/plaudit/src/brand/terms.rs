//! Terms, phrases and topics.

use plaudit_core::{Analyzer, Result, Tokens};
use plaudit_insight::{
    Corpus, CorpusBuilder, Documents, Exchange, Exposure, KeyTerm, Keyness, KeynessConfig, Phrase, Phrases, Topics,
    keyness, phrases, sample, term_counts, topics,
};
use plaudit_text::{LexiconClassifier, LexiconConfig, Pipeline};

use super::prepared::Prepared;
use super::quotes::Quotes;
use super::report::{KeyTerms, Part, TermsPart, TopicPart, TopicQuote, TopicsPart};
use super::sentiment::Sentiment;
use super::time::line;
use super::{BrandConfig, Run};

/// After so many posts the observer is asked whether to go on.
const STEP: usize = 8192;
/// One post in so many must have a pair of terms that goes together: the more posts there are, the rarer a pair is by chance.
const PAIRS: u64 = 5_000;
/// The samples of topics look at so many posts together, at most.
const RESAMPLED: usize = 2_000_000;
/// Terms of a group are shown up to this q-value.
const CLEAR: f64 = 0.05;

/// A phrase is a part of a longer one where so much of what it is counted for is the longer one.
const PART: f64 = 0.8;

/// The most frequent phrases, without those that hardly stand but in a longer one.
fn whole(phrases: &[Phrase], most: usize) -> Vec<Phrase> {
    let words = |text: &str| format!(" {text} ");
    let longer: Vec<(String, u64)> =
        phrases.iter().filter(|phrase| phrase.pass > 1).map(|phrase| (words(&phrase.text), phrase.count)).collect();
    let is_part = |phrase: &Phrase| {
        let own = words(&phrase.text);
        let holds = |(text, count): &(String, u64)| {
            *count as f64 >= PART * phrase.count as f64 && text.len() > own.len() && text.contains(&own)
        };
        longer.iter().any(holds)
    };
    let mut order: Vec<&Phrase> = phrases.iter().collect();
    order.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
    order.into_iter().filter(|phrase| !is_part(phrase)).take(most).cloned().collect()
}

/// The terms of all posts.
pub(super) struct Words {
    corpus: Corpus, // phrases joined
    phrases: Phrases,
    pub(super) documents: Documents,
}

impl Words {
    pub(super) fn new(prepared: &Prepared, config: &BrandConfig, run: &mut Run<'_>) -> Result<Self> {
        let pipeline = Pipeline::new(config.terms.clone())?;
        let (mut builder, mut tokens) = (CorpusBuilder::new(), Tokens::new());
        for (place, post) in prepared.posts.iter().enumerate() {
            if place % STEP == 0 {
                run.done(place, prepared.posts.len())?;
            }
            pipeline.analyze_into(&post.feedback.text, &mut tokens);
            builder.push(tokens.iter().map(|token| token.text));
        }
        let plain = builder.finish()?;
        let phrases = phrases(&plain, &config.phrases)?;
        let corpus = phrases.join(&plain)?;
        let documents = corpus.documents(config.least_posts);
        Ok(Self { corpus, phrases, documents })
    }

    pub(super) fn part(
        &self,
        prepared: &Prepared,
        sentiment: Option<&Sentiment>,
        config: &BrandConfig,
        run: &mut Run<'_>,
    ) -> Result<TermsPart> {
        let phrases = whole(&self.phrases.phrases, config.rows);
        let mut terms = term_counts(&self.corpus);
        terms.truncate(config.rows);
        let places = sample(prepared.posts.len(), config.sample, config.seed);
        if places.len() < prepared.posts.len() {
            let (drawn, all) = (places.len(), prepared.posts.len());
            run.notes.push(format!(
                "Terms of groups are compared among a sample of {drawn} of {all} posts; their numbers are of the sample."
            ));
        }
        let of_sign = |sign: f64, name: &str, sentiment: &Sentiment| {
            let documents = self.drawn(&places, config, true)?;
            let group: Vec<bool> = places.iter().map(|&place| sentiment.score(place) * sign > 0.0).collect();
            let units = prepared.units();
            let units: Vec<_> = places.iter().filter_map(|&place| units.get(place)).collect();
            let found = keyness(&documents, &Exchange::new(&group).together(&units)?, &settings(config))?;
            Ok(KeyTerms::new(name, found, config))
        };
        let (mut positive, mut negative) = (None, None);
        if let Some(sentiment) = sentiment {
            positive = run.part(Part::Terms, || of_sign(1.0, "positive", sentiment))?;
            negative = run.part(Part::Terms, || of_sign(-1.0, "negative", sentiment))?;
        }
        Ok(TermsPart {
            tokens: self.corpus.tokens() as u64,
            different: self.corpus.terms().len() as u64,
            terms,
            phrases,
            compared: places.len() as u64,
            positive,
            negative,
        })
    }

    /// The terms of the posts at these places, without those that too few of them have, and perhaps without words that take sides.
    pub(super) fn drawn(&self, places: &[usize], config: &BrandConfig, without_sides: bool) -> Result<Documents> {
        let lexicon = LexiconClassifier::new(LexiconConfig::polarity())?;
        let drawn = self.documents.select(places);
        let often = |term: &str| {
            let place = drawn.terms().binary_search_by(|known| known.as_str().cmp(term)).ok();
            place.and_then(|place| drawn.frequencies().get(place)).is_some_and(|&posts| posts >= config.least_posts)
        };
        Ok(drawn.without(|term| !often(term) || without_sides && lexicon.score(term) != 0.0))
    }

    /// The topics; none where no terms go together.
    pub(super) fn topics(&self, prepared: &Prepared, config: &BrandConfig) -> Result<Option<Topics>> {
        let posts = prepared.posts.len();
        let mut settings = config.topics.clone();
        (settings.level, settings.seed, settings.communities.seed) = (config.level, config.seed, config.seed);
        settings.representatives = config.quotes;
        settings.cooccurrence.min_documents = settings.cooccurrence.min_documents.max(posts as u64 / PAIRS);
        settings.resamples = settings.resamples.min((RESAMPLED / posts.max(1)).max(1));
        let least = usize::try_from(settings.cooccurrence.min_documents).unwrap_or(usize::MAX);
        let found = topics(&self.corpus.documents(least.max(config.least_posts)), &settings)?;
        if found.topics.is_empty() {
            return Err(plaudit_core::Error::config("no terms go together often enough for a topic"));
        }
        Ok(Some(found))
    }
}

pub(super) fn settings(config: &BrandConfig) -> KeynessConfig {
    let mut settings = KeynessConfig::default();
    (settings.permutations, settings.seed) = (config.permutations, config.seed);
    settings
}

impl KeyTerms {
    pub(super) fn new(group: &str, found: Keyness, config: &BrandConfig) -> Self {
        let clear = |term: &KeyTerm| term.q_value <= CLEAR && term.log_odds > 0.0;
        Self {
            group: group.to_owned(),
            inside: found.inside,
            outside: found.outside,
            terms: found.terms.into_iter().filter(clear).take(config.rows).collect(),
        }
    }
}

pub(super) fn topics_part(
    found: &Topics,
    prepared: &Prepared,
    sentiment: Option<&Sentiment>,
    quotes: &Quotes,
    config: &BrandConfig,
) -> Result<TopicsPart> {
    let shown = || found.topics.iter().take(config.rows);
    let of = |place: usize| found.of.get(place).copied().flatten();
    let names = names(found, config);
    let tones = sentiment.map(|sentiment| sentiment.tones(&names, prepared, of, config)).transpose()?;
    let mut tones = tones.into_iter().flatten();
    let mut topics = Vec::new();
    for (number, (topic, name)) in shown().zip(&names).enumerate() {
        let of_time = prepared.calendar.as_ref().map(|calendar| {
            let series =
                calendar.series(calendar.count(|place| of(place) == Some(number)), calendar.all.posts().to_vec())?;
            line(&series, Exposure::Posts, config)
        });
        let quote = |text: &plaudit_insight::Representative| {
            let post = prepared.posts.get(text.document)?;
            Some(TopicQuote {
                uid: post.feedback.uid.clone(),
                text: quotes.text(&post.feedback.text),
                similarity: text.similarity,
                terms: text.terms.clone(),
            })
        };
        topics.push(TopicPart {
            name: name.clone(),
            terms: topic.terms.clone(),
            posts: topic.documents,
            share: topic.share,
            interval: topic.interval,
            coherence: topic.coherence,
            stability: topic.stability,
            quotes: topic.representatives.iter().filter_map(quote).collect(),
            tone: tones.next(),
            line: of_time.transpose()?,
        });
    }
    Ok(TopicsPart {
        without_topic: found.of.iter().filter(|of| of.is_none()).count() as u64,
        modularity: found.modularity,
        stability: found.stability,
        found: found.topics.len() as u64,
        topics,
    })
}

/// The names of the topics that are shown: their first three terms, in which no two topics agree.
pub(super) fn names(found: &Topics, config: &BrandConfig) -> Vec<String> {
    let name = |topic: &plaudit_insight::Topic| {
        let terms: Vec<&str> = topic.terms.iter().take(3).map(|term| term.term.as_str()).collect();
        terms.join(", ")
    };
    found.topics.iter().take(config.rows).map(name).collect()
}

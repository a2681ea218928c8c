//! What a report on brands says, as data.

use plaudit_core::{Labels, Time};
use plaudit_insight::{
    Alerts, AspectGroup, AspectShare, AspectSummary, Burst, ChangePoints, EngagementPreset, EventStudy, Influence,
    Interval, KeyTerm, NetSentiment, Period, Phrase, PlatformMix, PlatformRates, Rate, Seasons, TermCount,
    TermDistance, TopicTerm, Trend,
};
use serde::{Deserialize, Serialize};

use super::BrandConfig;
use crate::posts::CleanReport;

/// What is said of brands: who says it, how, when, where and about what; and what follows. Made by
/// [`brand_report`](super::brand_report).
///
/// A part that could not be computed is none or empty, and [`missing`](Self::missing) says why. Names, terms and quotes come from people's
/// texts: who prints them escapes them first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BrandReport {
    /// How it was made.
    pub config: BrandConfig,
    /// What it is made of.
    pub posts: PostsPart,
    /// What follows, for aspects and topics: those to fix first, then those to emphasise, to watch, and of too little data.
    pub findings: Vec<Finding>,
    /// What has to be known to read the figures, in sentences.
    pub notes: Vec<String>,
    /// What could not be computed, and why.
    pub missing: Vec<Missing>,
    /// Sentiment of posts; none without a classifier.
    pub sentiment: Option<SentimentPart>,
    /// Posts over time; none where no post has a time.
    pub time: Option<TimePart>,
    /// How aspects are spoken of; none without a classifier or a dictionary.
    pub aspects: Option<AspectsPart>,
    /// Terms and phrases.
    pub terms: TermsPart,
    /// Topics; none where no terms go together.
    pub topics: Option<TopicsPart>,
    /// The weeks around each launch, in the order of the configuration.
    pub launches: Vec<EventStudy>,
    /// Influence of each brand, with all of its parts; none where no post names a brand.
    pub influence: Option<Influence>,
    /// How platforms differ; none where fewer than two have a post.
    pub platforms: Option<PlatformsPart>,
}

/// A part of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// [`BrandReport::sentiment`].
    Sentiment,
    /// [`BrandReport::time`].
    Time,
    /// [`BrandReport::aspects`].
    Aspects,
    /// [`BrandReport::terms`].
    Terms,
    /// [`BrandReport::topics`].
    Topics,
    /// [`BrandReport::launches`].
    Launches,
    /// [`BrandReport::influence`].
    Influence,
    /// [`BrandReport::platforms`].
    Platforms,
}

/// Something that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Missing {
    /// The part that it would stand in.
    pub part: Part,
    /// What is missing, and why: a sentence.
    pub reason: String,
}

/// The posts of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostsPart {
    /// What was removed, and how many posts are left: all else is of these.
    pub cleaned: CleanReport,
    /// The first time of a post; none where none has one.
    pub from: Option<Time>,
    /// The last time of a post.
    pub to: Option<Time>,
    /// The posts without a time.
    pub without_time: u64,
    /// The different offsets of the clocks that times were read from: each post is counted on its own clock.
    pub clocks: u64,
    /// The different authors that are named; a name means one author on one platform.
    pub authors: u64,
    /// The posts that name no author.
    pub without_author: u64,
    /// The brands with their posts, the one with most first. Those beyond [`BrandConfig::groups`] are in figures of all posts, of influence and
    /// here, and have no tables of their own.
    pub brands: Vec<Counted>,
    /// The posts that name no brand.
    pub without_brand: u64,
    /// The platforms with their posts, the one with most first.
    pub platforms: Vec<Counted>,
    /// The posts that name no platform.
    pub without_platform: u64,
}

/// How many there are of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counted {
    /// The name.
    pub name: String,
    /// How many posts.
    pub posts: u64,
}

/// Sentiment of posts, by the classifier's labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SentimentPart {
    /// The classifier's labels.
    pub labels: Labels,
    /// Those that count as positive.
    pub positive: Vec<String>,
    /// Those that count as negative; all others are neutral.
    pub negative: Vec<String>,
    /// How many posts have each label, `[labels]`.
    pub counts: Vec<u64>,
    /// All posts.
    pub all: Tone,
    /// The posts about each brand, in the order of [`PostsPart::brands`].
    pub brands: Vec<Tone>,
    /// The posts of each platform, in the order of [`PostsPart::platforms`].
    pub platforms: Vec<Tone>,
}

/// Shares of positive and negative posts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tone {
    /// The brand or platform; `all` for all posts.
    pub name: String,
    /// Its posts.
    pub posts: u64,
    /// The positive ones (`mentions` counts posts here); the interval takes an author's posts for one draw as far as they are alike.
    pub positive: AspectShare,
    /// The negative ones.
    pub negative: AspectShare,
    /// The share of positive posts less that of negative ones, -1 to 1; its interval takes posts for independent.
    pub net: Option<NetSentiment>,
    /// The share of negative posts less that of all other brands' (platforms') posts; none where there are none.
    pub difference: Option<f64>,
    /// Of such a difference by chance, as one of all brands (platforms); none with fewer than five authors.
    pub q_value: Option<f64>,
}

/// Posts over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TimePart {
    /// What a period is. The first and the last may be counted in part only.
    pub period: Period,
    /// The date of each period's first day, `[periods]`.
    pub from: Vec<String>,
    /// All posts: hits are posts, held against days.
    pub posts: Line,
    /// Positive posts, held against posts; none without a classifier.
    pub positive: Option<Line>,
    /// Negative posts, held against posts; alerts are held against days, so that many are an alert whatever else is said.
    pub negative: Option<Line>,
    /// Whether weekdays and parts of a year differ, in the number of posts and in how people speak, or that it cannot be known yet.
    pub seasons: Seasons,
    /// The posts of each brand by period, `[periods]`, in the order of [`PostsPart::brands`].
    pub brands: Vec<Counts>,
}

/// Counts by period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// What is counted.
    pub name: String,
    /// How many posts, `[periods]`.
    pub posts: Vec<u64>,
    /// How many of them are negative, `[periods]`; none without a classifier.
    pub negative: Option<Vec<u64>>,
}

/// What became of one count over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// Hits and posts of each period, with the interval of their rate, `[periods]`. Of [`TimePart::posts`] every post is a hit: look at `hits`.
    pub rates: Vec<Rate>,
    /// Stretches of constant rate; each but the first begins with a change.
    pub changes: ChangePoints,
    /// The trend; none with fewer than four periods, or more than 5,000.
    pub trend: Option<Trend>,
    /// Periods with far more hits than those before let expect.
    pub alerts: Alerts,
    /// Stretches with far more hits than usual; none of all posts, of which all are hits.
    pub bursts: Vec<Burst>,
}

/// How aspects are spoken of, in clauses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AspectsPart {
    /// The posts that mention any aspect.
    pub posts: u64,
    /// The clauses that do; one that mentions two aspects counts twice.
    pub mentions: u64,
    /// The share of positive mentions of all aspects together, 0 to 1.
    pub positive: f64,
    /// The share of negative ones.
    pub negative: f64,
    /// Every aspect, the most complaints first. Quotes are masked.
    pub all: Vec<AspectSummary>,
    /// The same for each brand, by name; empty where fewer than two are named.
    pub brands: Vec<AspectGroup>,
    /// The same for each platform, by name; empty where fewer than two are named.
    pub platforms: Vec<AspectGroup>,
    /// The same for each period with a mention, by the date of its first day, without quotes.
    pub periods: Vec<AspectGroup>,
    /// The negative mentions of each aspect of `all`, in its order, held against its mentions; empty where no post has a time.
    pub lines: Vec<NamedLine>,
}

/// A line with a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NamedLine {
    /// What is counted.
    pub name: String,
    /// What became of it.
    pub line: Line,
}

/// Terms and phrases. Function words are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TermsPart {
    /// The places of all posts together that hold a term.
    pub tokens: u64,
    /// The different terms, phrases included.
    pub different: u64,
    /// The terms that most posts have, phrases included.
    pub terms: Vec<TermCount>,
    /// The most frequent phrases.
    pub phrases: Vec<Phrase>,
    /// The posts among which groups are compared: all, or a sample of [`BrandConfig::sample`].
    pub compared: u64,
    /// The terms of positive posts against all others, without words of the sentiment lexicon. They are what the *classifier* reads as
    /// positive: in part its own words come back.
    pub positive: Option<KeyTerms>,
    /// The same of negative posts.
    pub negative: Option<KeyTerms>,
}

/// Terms that a group of posts mentions more often than the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyTerms {
    /// The group.
    pub group: String,
    /// Its posts.
    pub inside: u64,
    /// The others.
    pub outside: u64,
    /// Terms with a q-value of at most 0.05 that the group mentions more often, the clearest first.
    pub terms: Vec<KeyTerm>,
}

/// Topics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicsPart {
    /// The posts that are on no topic.
    pub without_topic: u64,
    /// The modularity of the communities of terms.
    pub modularity: Option<f64>,
    /// How alike they are when posts are drawn again, 1 where always the same, 0 as by chance. Read it first.
    pub stability: Option<f64>,
    /// How many topics there are, those that are not shown included.
    pub found: u64,
    /// The topics, the one that most posts are on first.
    pub topics: Vec<TopicPart>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicPart {
    /// Its first three terms.
    pub name: String,
    /// Its terms, the greatest weight first.
    pub terms: Vec<TopicTerm>,
    /// The posts on it.
    pub posts: u64,
    /// Their share of all posts.
    pub share: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// The mean NPMI of its terms.
    pub coherence: Option<f64>,
    /// How well it is found again when posts are drawn again, 0 to 1: below 0.5 it is no finding, from 0.75 on it is sound.
    pub stability: Option<f64>,
    /// Posts that are most on it, masked.
    pub quotes: Vec<TopicQuote>,
    /// How its posts speak; none without a classifier.
    pub tone: Option<Tone>,
    /// Its posts over time, held against all posts; none where no post has a time.
    pub line: Option<Line>,
}

/// A post that is much on a topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TopicQuote {
    /// Its uid.
    pub uid: String,
    /// Its text, masked and cut.
    pub text: String,
    /// The cosine of its terms and the topic's, 0 to 1.
    pub similarity: f64,
    /// The terms of the topic that it has.
    pub terms: Vec<String>,
}

/// How platforms differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlatformsPart {
    /// What was counted as engagement.
    pub preset: EngagementPreset,
    /// Engagement by person reached, or by follower where reach is not told; none where neither is.
    pub rates: Option<PlatformRates>,
    /// Positive, neutral and negative posts on each platform; none without a classifier.
    pub sentiment: Option<PlatformMix>,
    /// Kinds of content on each platform; none where no kind is told.
    pub kinds: Option<PlatformMix>,
    /// Topics on each platform; none without topics.
    pub topics: Option<PlatformMix>,
    /// What each platform speaks of more than the others.
    pub terms: Vec<KeyTerms>,
    /// How far the terms of two platforms are apart.
    pub distances: Vec<TermDistance>,
}

/// What to do about an aspect or a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// People complain of it more than of other things, or mostly.
    Fix,
    /// People praise it more than other things, and mostly: say it aloud.
    Emphasise,
    /// Something is on the move, or it is neither praised nor blamed clearly.
    Watch,
    /// Too few people said too little to tell.
    NeedsMoreData,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Subject {
    /// An aspect of the dictionary, by its name.
    Aspect(String),
    /// A topic, by [`TopicPart::name`].
    Topic(String),
}

/// A verdict with what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What it is about.
    pub subject: Subject,
    /// The brand; none for all posts together.
    pub brand: Option<String>,
    /// Why, in sentences with the figures.
    pub reason: String,
    /// The posts that mention it.
    pub posts: u64,
    /// The clauses that do; of a topic the posts on it.
    pub mentions: u64,
    /// The positive ones; none of a topic without a classifier.
    pub positive: Option<AspectShare>,
    /// The negative ones.
    pub negative: Option<AspectShare>,
    /// Of a negative share so far from the others' by chance.
    pub q_value: Option<f64>,
    /// How many more mentions would do, at the same share and as many by each author; for
    /// [`NeedsMoreData`](Verdict::NeedsMoreData) alone.
    pub more: Option<u64>,
    /// What happened lately.
    pub signals: Vec<Signal>,
    /// The words by which it was mentioned, the most frequent first; of a topic its terms.
    pub terms: Vec<String>,
    /// The uids of posts that show it.
    pub uids: Vec<String>,
}

/// Something that happened in the last [`BrandConfig::recent_days`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Signal {
    /// What.
    pub kind: SignalKind,
    /// The date of its first day.
    pub from: String,
    /// The date of the first day after it.
    pub until: String,
    /// The hits in that time: negative mentions of an aspect, posts on a topic.
    pub hits: u64,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignalKind {
    /// A stretch with far more than usual.
    Burst,
    /// Far more than the periods before let expect.
    Alert,
    /// The rate rose, and stayed up.
    Rise,
}
